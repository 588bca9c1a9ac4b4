"""Where the project's own folders are, from whichever folder planeval is started."""

from __future__ import annotations

from pathlib import Path


def project_root() -> Path:
    """The folder that holds ``pipeline.py``, ``notebooks/`` and ``expectations/``."""
    return Path(__file__).resolve().parent.parent.parent


def data_folder(name: str | Path) -> Path:
    """The data folder a notebook's parameter means: as seen from the working directory, or else (a notebook
    opened from ``notebooks/`` in JupyterLab) as seen from the project's root."""
    path = Path(name)
    return path if path.is_absolute() or path.exists() else project_root() / path
