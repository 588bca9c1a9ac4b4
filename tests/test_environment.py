"""The environment is described four times over; these tests hold the four together.

pyproject.toml is the source. environment.yml repeats it for conda, and the two
lock files pin it with hashes.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent

# Packages that conda-forge has under another name than the one pip knows.
PIP_NAME_OF_CONDA_NAME = {"playwright-python": "playwright", "python-duckdb": "duckdb"}

# Needed by conda's own file only: pip is there to install planeval itself.
CONDA_ONLY = {"pip"}

LOCKS = ["requirements.txt", "requirements-dev.txt"]


@pytest.fixture(scope="module")
def pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def conda() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def bounds(requirements: list[str]) -> dict[str, SpecifierSet]:
    parsed = [Requirement(line) for line in requirements]
    named = {canonicalize_name(r.name): r.specifier for r in parsed}
    assert len(named) == len(parsed), "a package is named twice"
    return named


def build_bounds(pyproject: dict) -> dict[str, SpecifierSet]:
    return bounds(pyproject["build-system"]["requires"])


def runtime_bounds(pyproject: dict) -> dict[str, SpecifierSet]:
    return bounds(pyproject["project"]["dependencies"])


def dev_bounds(pyproject: dict) -> dict[str, SpecifierSet]:
    extras = pyproject["project"]["optional-dependencies"]
    return bounds([*extras["cluster"], *extras["database"], *extras["dev"]])


def conda_bounds(conda: dict) -> dict[str, SpecifierSet]:
    found = bounds([line for line in conda["dependencies"] if isinstance(line, str)])
    return {PIP_NAME_OF_CONDA_NAME.get(name, name): spec for name, spec in found.items()}


def locked(lock: str) -> Iterator[tuple[str, Version, list[str]]]:
    """Each pin of a lock file: the package, its version and its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        requirement, *hashes = line.split("--hash=")
        pin = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", requirement)
        assert pin, f"{lock}: not a pin: {requirement!r}"
        yield canonicalize_name(pin[1]), Version(pin[2]), [h.strip() for h in hashes]


def test_conda_gets_the_same_packages_with_the_same_bounds_as_pip(pyproject: dict, conda: dict) -> None:
    wanted = build_bounds(pyproject) | runtime_bounds(pyproject) | dev_bounds(pyproject)

    given = conda_bounds(conda)
    del given["python"]
    for name in CONDA_ONLY:
        del given[name]

    assert given == wanted


def test_conda_gets_a_python_that_planeval_supports(pyproject: dict, conda: dict) -> None:
    assert conda_bounds(conda)["python"] == SpecifierSet(pyproject["project"]["requires-python"])


def test_conda_installs_planeval_itself_from_this_folder(conda: dict) -> None:
    (by_pip,) = [entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict)]

    assert by_pip == ["-e ."]


def test_conda_takes_packages_from_conda_forge_alone(conda: dict) -> None:
    assert conda["channels"] == ["conda-forge", "nodefaults"]


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_promised_pythons_are_supported(pyproject: dict, version: str) -> None:
    assert version in SpecifierSet(pyproject["project"]["requires-python"])


def test_every_dependency_has_its_reason_beside_it(pyproject: dict) -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    declared = (
        pyproject["build-system"]["requires"]
        + pyproject["project"]["dependencies"]
        + pyproject["project"]["optional-dependencies"]["cluster"]
        + pyproject["project"]["optional-dependencies"]["database"]
        + pyproject["project"]["optional-dependencies"]["dev"]
    )

    for dependency in declared:
        (line,) = [line.strip() for line in lines if line.strip().startswith(f'"{dependency}"')]
        reason = line.partition("#")[2].strip()
        assert len(reason.split()) >= 3, f"no reason given for {dependency}"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_direct_dependency_within_its_bounds(pyproject: dict, lock: str) -> None:
    wanted = build_bounds(pyproject) | runtime_bounds(pyproject)
    if lock == "requirements-dev.txt":
        wanted |= dev_bounds(pyproject)
    pins: dict[str, list[Version]] = {}
    for name, version, _ in locked(lock):
        pins.setdefault(name, []).append(version)

    for name, specifier in wanted.items():
        assert name in pins, f"{lock} does not pin {name}; run: make lock"
        for version in pins[name]:
            assert version in specifier, f"{lock} pins {name} {version}, not {specifier}; run: make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_gives_hashes_for_every_pin(lock: str) -> None:
    for name, version, hashes in locked(lock):
        assert hashes, f"{lock} has no hash for {name} {version}"
        for digest in hashes:
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest), f"{lock}, {name}: {digest!r}"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_no_host_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert "://" not in text
    assert "--index" not in text
    assert "--extra-index" not in text
    assert "--find-links" not in text
    assert "--trusted-host" not in text
    # No pin, marker or hash holds a slash, so any would be a path.
    assert "/" not in text
    assert not re.search(r"[A-Za-z]:\\", text)


def test_the_tests_run_on_the_very_versions_that_users_get() -> None:
    users = {(name, version) for name, version, _ in locked("requirements.txt")}
    tests = {(name, version) for name, version, _ in locked("requirements-dev.txt")}

    assert users <= tests
