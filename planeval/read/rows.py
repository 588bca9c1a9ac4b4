"""What a row of the statistics is before anybody has understood it: its columns, and which place it concerns."""

from __future__ import annotations

import re
from collections.abc import Container

REQUIRED = ("region_code", "year", "variable", "value", "unit", "status", "source", "published")
# Beside `checked`: the corrections register. `reason` and `provided_by` say why a later figure differs and who gave it;
# `accepts` names the rules whose findings about this place, year and variable are known and explained.
REGISTER = ("reason", "provided_by", "accepts")
OPTIONAL = ("checked", *REGISTER)
# One row a report of an accident: `accident` is its id, `reported` the day of the report; direct_loss in 万元.
ACCIDENT = (
    "accident",
    "region_code",
    "date",
    "category",
    "industry",
    "deaths",
    "missing",
    "serious_injuries",
    "direct_loss",
    "reported",
)
ACCIDENT_OPTIONAL = ("place", "note")
REGION = ("region_code", "name", "name_en", "level", "parent")
REGION_OPTIONAL = ("parts",)
# One row a change of the map: what `from_code` was is (or is part of) `to_code` from `date` on.
REGION_CHANGE = ("date", "change", "from_code", "to_code", "source")
REGION_CHANGE_OPTIONAL = ("note", "note_en")
# The changes after which one place may carry on the figures of others.
CARRYING_ON = ("rename", "merge")
# Stands for every place: a row of nobody could be anybody's.
ANYBODY = "*"
_CODE = re.compile(r"[0-9]{6}")
_MANGLED = re.compile(r"([0-9]{1,6})(?:\.0*)?")
_CODE_IN_BYTES = re.compile(rb"(?<![0-9])[0-9]{6}(?![0-9])")


def mangled_code(text: str) -> str | None:
    """The six-digit code a spreadsheet made ``text`` from (350102.0, 10101), or None. Only for saying whom a
    mistake touches: planeval never repairs a code silently."""
    match = _MANGLED.fullmatch(text)
    return match[1].zfill(6) if match and not _CODE.fullmatch(text) else None


def place_concerned(code: str, regions: Container[str]) -> str:
    """The place that a row under ``code`` (as written, stripped) concerns: a six-digit code itself, registered or
    not; the one of ``regions`` that a spreadsheet made ``code`` from; else `ANYBODY`."""
    if _CODE.fullmatch(code):
        return code
    likely = mangled_code(code)
    return likely if likely is not None and likely in regions else ANYBODY


def codes_in(raw: bytes) -> set[str]:
    """Six-digit codes in the bytes of a file that cannot be read as a table: the places it may speak of."""
    return {match.decode() for match in _CODE_IN_BYTES.findall(raw)}
