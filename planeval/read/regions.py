"""Places and their administrative codes (GB/T 2260). Codes are text from end to end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from planeval.errors import InputError, UsageError, closest
from planeval.messages import say
from planeval.model.findings import Finding
from planeval.model.plan import REGION_CODE_PATTERN
from planeval.read.csv_file import read_rows
from planeval.read.rows import REGION, REGION_OPTIONAL

_COUNT = re.compile(r"[1-9][0-9]{0,3}")
LEVELS = ("nation", "province", "city", "county")


class Region(BaseModel):
    """One place. ``parent`` is the code of the place it lies in, None for the nation. ``parts``: how many
    places it consists of; only then its figures may be summed from theirs."""

    model_config = ConfigDict(frozen=True)

    region_code: str
    name: str
    name_en: str
    level: str
    parent: str | None = None
    parts: int | None = None


def code_from_parameter(value: object, regions: dict[str, Region]) -> str:
    """The region code behind a notebook parameter. ``papermill -p region 010101`` hands over the number 10101;
    codes have exactly six digits, so the text can be restored without doubt as long as it names a known place.

    Raises:
        UsageError: no known place has that code.
    """
    text = str(value).zfill(6) if isinstance(value, int) and not isinstance(value, bool) else str(value)
    if text not in regions:
        near = closest(text, regions)
        hint = say("read.did_you_mean", name=near) if near else ""
        raise UsageError(say("read.unknown_region_parameter", found=value, hint=hint))
    return text


def read_regions(path: Path, file: str) -> dict[str, Region]:
    """``regions.csv``: region_code, name, name_en, level, parent and possibly parts; in file order.

    Raises:
        InputError: unreadable file, a code that is not six digits, a repeated code, an unknown level or parent, parents
            that lead in a circle, parts that are no number.
    """
    regions: dict[str, Region] = {}
    findings: list[Finding] = []

    def wrong(rule: str, line: int, **params: str) -> None:
        message, remedy = say(f"read.{rule}.message", **params), say(f"read.{rule}.remedy", **params)
        findings.append(Finding(rule=rule, file=file, line=line, message=message, remedy=remedy, **params))

    rows = read_rows(path, file, REGION, REGION_OPTIONAL)
    for line, cells in rows:
        code = cells["region_code"]
        if not REGION_CODE_PATTERN.fullmatch(code):
            wrong("region_code_format", line, found=code)
        elif code in regions:
            wrong("region_repeated", line, found=code)
        elif cells["level"] not in LEVELS:
            wrong("region_level", line, found=cells["level"], expected=", ".join(LEVELS))
        elif cells["parts"] and not _COUNT.fullmatch(cells["parts"]):
            wrong("region_parts", line, found=cells["parts"])
        else:
            parts = int(cells["parts"]) if cells["parts"] else None
            regions[code] = Region(**{**cells, "parent": cells["parent"] or None, "parts": parts})
    for line, cells in rows:
        if cells["parent"] and cells["parent"] not in regions:
            wrong("region_parent", line, found=cells["parent"])
        elif _in_circle(cells["region_code"], regions):
            wrong("region_circle", line, found=cells["region_code"])
    if findings:
        raise InputError(*findings)
    return regions


def _in_circle(code: str, regions: Mapping[str, Region]) -> bool:
    """Whether the parents of a place lead back to it."""
    seen: set[str] = set()
    above = regions[code].parent if code in regions else None
    while above is not None and above in regions and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = regions[above].parent
    return False


def require_parts(path: Path, file: str, regions: Mapping[str, Region], existing: Mapping[str, int]) -> None:
    """No place has more parts in the register than it says it has. ``existing``: how many of its parts exist today.

    Raises:
        InputError: one has.
    """
    wrong = {code for code, n in existing.items() if n > (regions[code].parts or 0)}
    if not wrong:
        return
    findings = []
    for line, cells in read_rows(path, file, REGION, REGION_OPTIONAL):
        if cells["region_code"] in wrong:
            params = {"found": cells["parts"], "expected": str(existing[cells["region_code"]])}
            rule = "region_parts_too_few"
            message, remedy = say(f"read.{rule}.message", **params), say(f"read.{rule}.remedy", **params)
            findings.append(
                Finding(rule=rule, file=file, line=line, message=message, remedy=remedy, **params)
            )
    raise InputError(*findings)
