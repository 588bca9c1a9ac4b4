"""Finding a Chromium on this machine: the browser that prints the pages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from planeval.errors import UsageError
from planeval.messages import say

VARIABLE = "PLANEVAL_CHROMIUM"
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
    "msedge",
)
MAC = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WINDOWS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
_PATIENCE = 20.0  # seconds for a program to say its version


@cache
def find_chromium() -> str:
    """The path of a Chromium, Chrome or Edge that runs: the one `VARIABLE` names, else the first of the usual ones.

    Raises:
        UsageError: there is none; says how to install one.
    """
    named = os.environ.get(VARIABLE, "")
    if named:
        found = shutil.which(named)
        if found is None or not _runs(found):
            raise UsageError(say("office.chromium_does_not_run", path=named))
        return found
    for candidate in _candidates():
        if _runs(candidate):
            return candidate
    raise UsageError(say("office.no_chromium"))


def _candidates() -> Iterator[str]:
    for name in NAMES:
        if path := shutil.which(name):
            yield path
    folders: list[Path] = []
    inside: tuple[str, ...] = ()
    if sys.platform == "darwin":
        folders, inside = [Path("/Applications"), Path.home() / "Applications"], MAC
    elif sys.platform == "win32":
        variables = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        folders, inside = [Path(os.environ[name]) for name in variables if name in os.environ], WINDOWS
    for folder in folders:
        for part in inside:
            if (folder / part).is_file():
                yield str(folder / part)


def _runs(path: str) -> bool:
    """Whether it is a browser: Ubuntu's package is a stand-in that only tells to install another."""
    if sys.platform == "win32":
        return True  # asked for its version, it would open a window
    try:
        asked = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
