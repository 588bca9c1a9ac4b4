"""What all reports share: the package, its templates, the notebooks, the suites, the environment; each as a hash."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import planeval
from planeval.read.project import project_root
from planeval.rerun.key import digest

# Libraries whose versions a report names or whose work shows in it.
LIBRARIES = (
    "pandas",
    "numpy",
    "scipy",
    "statsmodels",
    "pydantic",
    "matplotlib",
    "ipykernel",
    "ipython",
    "papermill",
    "nbclient",
    "nbconvert",
    "nbformat",
    "jinja2",
    "great-expectations",
)
TEMPLATES = "templates"


@dataclass(frozen=True)
class Sources:
    """Hashes (SHA-256) of what is not in the data folder. ``notebooks`` maps a notebook's name to its hash."""

    notebooks: dict[str, str]
    expectations: str
    template: str
    code: str
    environment: str

    @property
    def program(self) -> dict[str, str]:
        """What every page is made with, a report or not: code, templates and libraries."""
        return {"template": self.template, "code": self.code, "environment": self.environment}


def _files(root: Path, paths: Iterable[Path]) -> str:
    return digest(
        {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(paths)}
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache
def sources() -> Sources:
    """The sources as they are now; read once a process, so that one run speaks of one state."""
    root, package = project_root(), Path(planeval.__file__).parent
    files = [p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    lock = root / "requirements.txt"
    return Sources(
        notebooks={
            p.stem: hashlib.sha256(p.read_bytes()).hexdigest() for p in (root / "notebooks").glob("*.ipynb")
        },
        expectations=_files(root, (root / "expectations").glob("*.json")),
        template=_files(package, [p for p in files if TEMPLATES in p.parts]),
        code=_files(package, [p for p in files if TEMPLATES not in p.parts]),
        environment=digest(
            {
                "python": platform.python_version(),
                "libraries": {name: _version(name) for name in LIBRARIES},
                "lock": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None,
            }
        ),
    )
