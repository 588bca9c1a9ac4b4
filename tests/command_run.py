"""The command line as a user types it, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from conftest import ROOT


def pipeline(*words: str) -> subprocess.CompletedProcess[str]:
    """``python pipeline.py`` with ``words``, waited for."""
    return subprocess.run(
        [sys.executable, "pipeline.py", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
