"""Which reports to render, and why: today's inputs against the record of what is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planeval.messages import has, say
from planeval.rerun.key import ReportInputs, changes, report_key
from planeval.rerun.record import intact


@dataclass(frozen=True)
class Decision:
    """``render`` says whether to render; ``reasons`` (sentences) why, empty when the report is up to date."""

    render: bool
    reasons: tuple[str, ...] = ()


def decide(
    folder: Path,
    record: Mapping[str, Any] | None,
    inputs: ReportInputs,
    *,
    force: bool = False,
    wanted: Collection[str] = (),
) -> Decision:
    """What to do with the report in ``folder`` whose record is ``record``, now that its inputs are ``inputs`` and
    the files ``wanted`` (besides those every report has) are asked for."""
    if record is None:
        name = "new" if not folder.exists() else "no_record"
        return Decision(True, (say(f"rerun.{name}"),))
    if record.get("key") != report_key(inputs):
        found = changes(record.get("inputs", {}), inputs.plain())
        reasons = tuple(_sentence(component, what) for component, what in found)
        return Decision(True, reasons or (say("rerun.version"),))
    if not intact(folder, record):
        return Decision(True, (say("rerun.damaged"),))
    lacking = sorted(set(wanted) - set(record["files"]))
    if lacking:
        return Decision(True, (say("rerun.lacking", files=say("report.join").join(lacking)),))
    return Decision(force, (say("rerun.forced"),) if force else ())


def _sentence(component: str, what: str) -> str:
    name = f"rerun.changed.{component}"
    return say(name if has(name) else "rerun.changed.other", what=what, component=component)
