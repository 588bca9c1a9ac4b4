"""The columns of the tables that can be downloaded, and the rows of the one made from the reports' summaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from planeval.messages import say
from planeval.model.status import Status
from planeval.model.terms import Attribute, Kind, Verdict
from planeval.report.indicator_table import CSV_COLUMNS
from planeval.report.names import in_language, unit_of
from planeval.site.entries import SiteEntry


class Field(NamedTuple):
    """A column: its name in the file, its type in words of the Frictionless table schema."""

    name: str
    type: str = "string"

    @property
    def title(self) -> str:
        """What it is called."""
        return say(f"downloads.field.{self.name}.title")

    @property
    def text(self) -> str:
        """What it means; its unit, where it is a number."""
        return say(f"downloads.field.{self.name}.text")


_TYPES = {
    **dict.fromkeys(("year", "as_of", "base_year", "current_year"), "year"),
    **dict.fromkeys(("value", "numerator", "denominator", "lower", "upper", "partial_sum"), "number"),
    **dict.fromkeys(("base", "current", "target", "progress"), "number"),
    **dict.fromkeys(("published_rate", "provisional", "not_renewed"), "boolean"),
}
# The columns with a fixed set of values, which have messages by the column's name: ``verdict.on_track``.
CODES: dict[str, tuple[str, ...]] = {
    "kind": tuple(member.value for member in Kind),
    "attribute": tuple(member.value for member in Attribute),
    "verdict": tuple(member.value for member in Verdict),
    "status": tuple(member.value for member in Status),
    "target_kind": ("reduction", "at_most", "at_least", "period_mean_at_most", "none_occurs"),
}
YES, NO = "yes", "no"


def _fields(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, _TYPES.get(name, "string")) for name in names)


INDICATORS = _fields("plan", "kind", *CSV_COLUMNS)
VERDICTS = _fields(
    "plan",
    "plan_title",
    "kind",
    "region_code",
    "region_name",
    "as_of",
    "data_until",
    "id",
    "key",
    "name",
    "unit",
    "attribute",
    "target_kind",
    "base_year",
    "base",
    "target",
    "current_year",
    "current",
    "progress",
    "verdict",
    "verdict_label",
    "numerator",
    "denominator",
    "status",
    "provisional",
    "not_renewed",
)


def verdict_rows(entries: Iterable[SiteEntry]) -> Iterator[list[Any]]:
    """A row of `VERDICTS` for each core indicator of each published report."""
    labels = {verdict.value: say(f"verdict.{verdict.value}") for verdict in Verdict}
    for entry in entries:
        if not entry.published:
            continue
        place = in_language(entry.region_name, entry.region_name_en)
        for line in entry.indicators:
            yield [
                entry.plan,
                entry.title,
                entry.kind.value,
                entry.region_code,
                place,
                entry.as_of,
                entry.data_until,
                line.id,
                line.key,
                in_language(line.name, line.name_en),
                unit_of(line.unit),
                line.attribute,
                line.target_kind,
                line.base_year,
                line.base,
                line.target,
                line.current_year,
                line.current,
                line.progress,
                line.verdict,
                labels[line.verdict],
                line.numerator,
                line.denominator,
                line.status,
                YES if line.provisional else NO,
                YES if entry.held_back else NO,
            ]
