"""Running the real pipeline on a made-up nation, and comparing the trees it leaves."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

from nation import make_nation

__all__ = ["Done", "make_nation", "reports_in", "run", "start", "tree"]
LIMIT = 500  # seconds; a run that hangs must fail, not stop the tests


class Done(NamedTuple):
    """A run that has ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """What ``--json`` printed."""
        return dict(json.loads(self.out))


def command(name: str, data: Path, out: Path, *more: str | Path) -> list[str]:
    return [
        sys.executable,
        "pipeline.py",
        name,
        "--data",
        str(data),
        "--out",
        str(out),
        *(str(word) for word in more),
    ]


def run(name: str, data: Path, out: Path, *more: str | Path, root: Path = ROOT) -> Done:
    """A run of the pipeline in a process of its own, to its end."""
    done = subprocess.run(
        command(name, data, out, *more),
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def start(name: str, data: Path, out: Path, *more: str | Path, root: Path = ROOT) -> subprocess.Popen[str]:
    """The same, in a process group of its own, not waited for."""
    return subprocess.Popen(
        command(name, data, out, *more),
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        # Whoever started the tests in the background of a script has Ctrl-C ignored, by all their children too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def tree(out: Path) -> dict[str, str]:
    """Every published file below ``out`` -> SHA-256; what runs keep for each other (``.planeval``) is none."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".planeval" not in path.parts
    }


def reports_in(out: Path) -> list[Path]:
    """The folders of the published reports."""
    return sorted(path.parent for path in out.glob("*/*/record.json"))
