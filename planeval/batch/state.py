"""What a run leaves for the next one: ``<out>/.planeval/``. Never published; deleting it costs time, nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planeval.batch.task import Failure
from planeval.model.evaluation import Kind
from planeval.render.publish import recover, write_file

FOLDER = ".planeval"
REPORTS_REMEMBERED = 500  # the estimate follows the machine and the data of late


@dataclass
class Last:
    """The last run that came to its end.

    ``digest`` stands for everything that was there to read, and with it for all that follows from it: the key of
    every report ("plan/kind"), and the reasons why one was held back.
    """

    digest: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    held: dict[str, list[str]] = field(default_factory=dict)


def name_of(plan: str, kind: Kind) -> str:
    """How a report is called in the state: ``plan/kind``."""
    return f"{plan}/{kind.value}"


class State:
    """The folder and what is in it."""

    def __init__(self, out: Path) -> None:
        self.folder = out / FOLDER
        self.inventory = self.folder / "inventory.json"
        self.validation = self.folder / "validation.json"
        self.validated = self.folder / "validated.json"
        self.logs = self.folder / "logs"
        self.staging = self.folder / "staging"

    @contextmanager
    def running(self) -> Iterator[None]:
        """A run that writes: first what an earlier one left that did not come to its end is put right."""
        if self._running.exists():
            recover(self.staging)
        write_file(self._running, "")
        yield
        self._running.unlink(missing_ok=True)

    @property
    def unfinished(self) -> bool:
        """Whether the last run did not come to its end (or still goes on)."""
        return self._running.exists()

    @property
    def _running(self) -> Path:
        return self.folder / "running"

    def last(self) -> Last:
        """The last run; an empty one where there was none, or its file cannot be read."""
        content = self._read("last.json")
        whole = set(content) == set(vars(Last()))
        if not whole or not isinstance(content["digest"], str):
            return Last()
        if not isinstance(content["keys"], dict) or not isinstance(content["held"], dict):
            return Last()
        return Last(**content)

    def forget_last(self) -> None:
        """From now on there are files that the last run did not write."""
        (self.folder / "last.json").unlink(missing_ok=True)

    def write_last(self, last: Last) -> None:
        """Remember a run that came to its end."""
        self._write("last.json", vars(last))

    def seconds_a_report(self) -> float | None:
        """Mean clock time a report took of late; None when nothing is known."""
        times = self._times()
        return sum(times) / len(times) if times else None

    def add_timings(self, seconds: list[float]) -> None:
        """Remember how long reports took."""
        times = [*self._times(), *(round(s, 4) for s in seconds)]
        self._write("timings.json", {"seconds": times[-REPORTS_REMEMBERED:]})

    def _times(self) -> list[float]:
        times = self._read("timings.json").get("seconds")
        return [t for t in times if isinstance(t, float)] if isinstance(times, list) else []

    def clear_log(self, plan: str, kind: Kind) -> None:
        """Forget what went wrong with a report before."""
        if self.logs.is_dir():
            shutil.rmtree(self.logs / plan / kind.value, ignore_errors=True)

    def write_log(self, plan: str, kind: Kind, failure: Failure) -> Path:
        """Keep all there is to know about a failure; returns the file to read first."""
        folder = self.logs / plan / kind.value
        write_file(folder / "error.log", failure.log or failure.message)
        if failure.executed:
            write_file(folder / "report.ipynb", failure.executed)
        return folder / "error.log"

    def _read(self, name: str) -> dict[str, Any]:
        try:
            content = json.loads((self.folder / name).read_bytes())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _write(self, name: str, content: dict[str, Any]) -> None:
        write_file(self.folder / name, json.dumps(content, ensure_ascii=False) + "\n")
