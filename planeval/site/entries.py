"""What the index lists: every report in the output folder, and every one that this run held back.

A report that could not be renewed stays listed, and says so. Read from the reports' records alone; neither pydantic
nor pandas is loaded while every report has one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planeval.messages import say
from planeval.model.terms import Attribute, Kind, Verdict
from planeval.site.summary import IndicatorLine, summary_of

PAGE = "index.html"
RECORD, EVALUATION = "record.json", "evaluation.json"
# What a report has in other formats, where they were asked for.
FORMAT_FILES = {"docx": "report.docx", "pdf": "report.pdf"}
FILES = ("report.ipynb", EVALUATION, "indicators.csv", *FORMAT_FILES.values())
# A look-up is several times faster than making the member from its value, and there are 100,000 of them.
_ATTRIBUTES = {attribute.value: attribute for attribute in Attribute}
_VERDICTS = {verdict.value: verdict for verdict in Verdict}
# (plan id, kind) -> why this run held the report back.
HeldBack = Mapping[tuple[str, str], list[str]]
# (plan id, kind) -> the report's record.json.
Records = Mapping[tuple[str, Kind], Mapping[str, Any]]


@dataclass(frozen=True)
class SiteEntry:
    """One report of the index: published, or held back.

    ``published`` says that its page is there; ``held_back`` are the reasons why this run did not write it. Both
    together mean an earlier version. ``counts`` are the core indicators by attribute and verdict, best first;
    ``time_share`` is a fraction.
    """

    plan: str
    kind: Kind
    title: str
    region_code: str = ""
    region_name: str = ""
    region_name_en: str = ""
    period: tuple[int, int] | None = None  # first and last year
    as_of: int | None = None
    data_until: str | None = None
    vintage: str = ""  # the day until which publications count; "" for all
    time_share: float | None = None
    counts: dict[Attribute, dict[Verdict, int]] = field(default_factory=dict)
    illustrative: bool = False
    provisional: bool = False
    published: bool = False
    held_back: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()  # of `indicators`
    key: str = ""  # stands for everything the report was made from

    @property
    def indicators(self) -> list[IndicatorLine]:
        """Its core indicators, in the plan's order."""
        return [IndicatorLine(*row) for row in self.rows]

    @property
    def folder(self) -> str:
        """Where the report lies, relative to the index."""
        return f"{self.plan}/{self.kind.value}"

    @classmethod
    def from_summary(
        cls,
        plan: str,
        kind: Kind,
        summary: Mapping[str, Any],
        held_back: tuple[str, ...] = (),
        *,
        published: bool = True,
        files: tuple[str, ...] = FILES[:3],
        key: str = "",
    ) -> SiteEntry:
        """The entry of a report whose `summary_of` is ``summary``.

        Raises:
            KeyError, TypeError, ValueError: it is no such summary.
        """
        counts = {
            _ATTRIBUTES[attribute]: {_VERDICTS[verdict]: int(n) for verdict, n in dict(own).items()}
            for attribute, own in dict(summary["counts"]).items()
        }
        title, code = summary["plan_title"], summary["region_code"]
        name, name_en = summary["region_name"], summary["region_name_en"]
        if not all(isinstance(text, str) for text in (title, code, name, name_en)):
            raise TypeError(f"title, code and names are text, not {title!r}, {code!r}, {name!r}, {name_en!r}")
        return cls(
            plan,
            kind,
            title,
            code,
            name,
            name_en,
            period=(int(summary["period_start"]), int(summary["period_end"])),
            as_of=int(summary["as_of"]),
            data_until=summary["data_until"],
            vintage=str(summary.get("vintage", "")),
            time_share=float(summary["time_share"]),
            counts=counts,
            illustrative=bool(summary["illustrative"]),
            provisional=bool(summary["provisional"]),
            published=published,
            held_back=held_back,
            files=files,
            rows=tuple(tuple(row) for row in summary["indicators"]),
            key=key,
        )


def collect_entries(
    out: Path,
    status: HeldBack | None = None,
    titles: Mapping[str, str] | None = None,
    *,
    records: Records | None = None,
    places: Mapping[str, tuple[str, str, str]] | None = None,
) -> list[SiteEntry]:
    """Every report in ``out``, and every one in ``status`` that is not there, ordered by place, plan and kind.

    ``status`` maps (plan id, kind) to the reasons why this run held it back; ``titles`` gives the titles of plans
    that have no report yet (default: the plan's id), ``places`` their region code and its names in Chinese and
    English. ``records`` are records the caller has at hand: what they say is taken without a look at the disk; every other folder's
    ``record.json`` is read, or its ``evaluation.json`` where it has none that can be read. A report of which neither
    can be read is listed with that as its reason.
    """
    held = {(plan, Kind(kind)): tuple(reasons) for (plan, kind), reasons in (status or {}).items()}
    known = records or {}
    entries: dict[tuple[str, Kind], SiteEntry] = {}
    for key, record in known.items():
        try:
            entries[key] = _of_record(*key, record, list(record["files"]), held.get(key, ()))
        except (KeyError, TypeError, ValueError):
            continue  # no record after all; its folder is looked at like any other
    for plan in sorted(name for name in _names(out) if not name.startswith(".")):
        for kind in Kind:
            if (plan, kind) not in entries:
                found = _of_folder(out, plan, kind, held.get((plan, kind), ()))
                if found is not None:
                    entries[plan, kind] = found
    for plan, kind in held.keys() - entries.keys():
        entries[plan, kind] = SiteEntry(plan, kind, "", held_back=held[plan, kind])
    placed = {e.plan: e for e in entries.values() if e.region_code}
    kinds = list(Kind)
    completed = (_completed(e, placed.get(e.plan), titles or {}, places or {}) for e in entries.values())
    # Plans whose place is not known come last.
    return sorted(completed, key=lambda e: (e.region_code or "~", e.plan, kinds.index(e.kind)))


def _names(folder: Path | str) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _completed(
    entry: SiteEntry,
    other: SiteEntry | None,
    titles: Mapping[str, str],
    places: Mapping[str, tuple[str, str, str]],
) -> SiteEntry:
    """A report that itself says nothing takes title and place from the plan's other report, or from the caller."""
    if entry.region_code:
        return entry
    if other is not None:
        title = other.title
        code, name, name_en = other.region_code, other.region_name, other.region_name_en
    else:
        title = titles.get(entry.plan, entry.plan)
        code, name, name_en = places.get(entry.plan, ("", "", ""))
    return replace(entry, title=title, region_code=code, region_name=name, region_name_en=name_en)


def _of_record(
    plan: str, kind: Kind, record: Mapping[str, Any], names: Collection[str], held_back: tuple[str, ...]
) -> SiteEntry:
    """``names`` are the files in the report's folder."""
    published = PAGE in names
    if not published and not held_back:
        held_back = (say("site.incomplete"),)
    files = tuple(name for name in FILES if name in names)
    key = str(record["key"])
    return SiteEntry.from_summary(
        plan, kind, record["summary"], held_back, published=published, files=files, key=key
    )


def _of_folder(out: Path, plan: str, kind: Kind, held_back: tuple[str, ...]) -> SiteEntry | None:
    """The report in ``out/plan/kind``; None where there is none."""
    folder = f"{out}/{plan}/{kind.value}"
    names = _names(folder)
    if RECORD not in names and EVALUATION not in names:
        return None
    try:
        with open(f"{folder}/{RECORD}", "rb") as file:
            return _of_record(plan, kind, json.load(file), names, held_back)
    except (OSError, KeyError, TypeError, ValueError):
        pass  # the evaluation says the same, only slower
    from planeval.model.evaluation import Evaluation

    try:
        content = Path(folder, EVALUATION).read_bytes()
        evaluation = Evaluation.model_validate_json(content)
    except (OSError, ValueError):  # pydantic's ValidationError is a ValueError
        published, files = PAGE in names, tuple(name for name in FILES if name in names)
        reasons = (*held_back, say("site.unreadable"))
        return SiteEntry(plan, kind, "", published=published, held_back=reasons, files=files)
    record = {"key": hashlib.sha256(content).hexdigest(), "summary": summary_of(evaluation)}
    return _of_record(plan, kind, record, names, held_back)
