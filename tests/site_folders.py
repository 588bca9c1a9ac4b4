"""Folders of reports made of sample evaluations, without running a notebook."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from report_samples import evaluation

from planeval.messages import speaking
from planeval.model.evaluation import Evaluation, Kind
from planeval.report.indicator_table import indicators_csv
from planeval.rerun.record import record_text
from planeval.site.geography import Place
from planeval.site.summary import summary_of
from planeval.stages.site import Known, make_site
from planeval.stages.validation import Validated

# A city with two districts, and one elsewhere.
PLACES = {
    place.code: place
    for place in (
        Place("010000", "示例省", "Sample Province", ""),
        Place("010100", "示例市", "Sample City", "010000"),
        Place("010101", "示例区", "Sample District", "010100"),
        Place("010102", "邻区", "Next District", "010100"),
        Place("020101", "远区", "Far District", ""),
    )
}


def publish(out: Path, plan: str, kind: str, key: str = "k1", **changes: Any) -> Evaluation:
    """Put a report into ``out`` whose key is ``key``."""
    made = evaluation(plan=plan, kind=Kind(kind), **changes)
    folder = out / plan / kind
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "index.html": b"<!DOCTYPE html><title>report</title>",
        "report.ipynb": b"{}",
        "evaluation.json": made.model_dump_json().encode(),
        "indicators.csv": indicators_csv(made).encode(),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "record.json").write_text(
        record_text(f"{key}-{plan}-{kind}", {}, files, summary_of(made)), encoding="utf-8"
    )
    return made


def made_site(out: Path, lang: str = "zh", **changes: Any) -> dict[str, str]:
    """Make the site of what lies in ``out``, without the shared pages; returns what could not be made."""
    arguments: dict[str, Any] = {"held": {}, "known": Known(PLACES), "validated": Validated([], 0, b"")}
    with speaking(lang):
        return make_site(out, out / ".planeval", **(arguments | changes))


def times(out: Path) -> dict[str, int]:
    """When each published file was written, by path."""
    return {
        path.relative_to(out).as_posix(): path.stat().st_mtime_ns
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".planeval" not in path.parts
    }


def table(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
