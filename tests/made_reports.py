"""Reports of the shipped data, made by the command as a user makes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def made(folder: Path, lang: str, formats: str, plan: str = "mawei") -> Path:
    """A folder with both reports of ``plan`` in ``formats`` (as ``--format`` takes them)."""
    out = folder / f"reports-{lang}"
    command = [sys.executable, "pipeline.py", "report", "--plan", plan, "--out", str(out), "--quiet"]
    done = subprocess.run(
        [*command, "--lang", lang, "--format", formats],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out
