"""The corrections register in validation: findings that somebody has explained weigh no more than a remark.

A row whose column ``accepts`` names a rule says that what this rule finds about its place, year and variable is known:
``reason`` says why it is right all the same, ``provided_by`` who says so.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import pandas as pd

from planeval.errors import hint
from planeval.messages import names_below, say
from planeval.messages.names import name_of
from planeval.model.findings import Severity
from planeval.read.regions import Region

# Rules about which figure a row is, not about whether it is true: two rows for one figure, or a row about nobody, stay
# wrong whoever explains them.
NEVER_ACCEPTED = frozenset(
    ["complete-keys", "unique-keys", "known-regions", "known-variables", "stray-rows", "year-range"]
)

Plain = dict[str, Any]  # a finding, or a row that accepts some, as JSON
_FIELDS = (
    "region_code",
    "year",
    "variable",
    "accepts",
    "reason",
    "provided_by",
    "file",
    "line",
    "superseded",
)


def accepting_rows(observations: pd.DataFrame, regions: Mapping[str, Region]) -> dict[str, list[Plain]]:
    """The rows that accept findings: place -> its rows in order, with the names that a message about them needs.

    ``observations``: rows that may be computed with (`planeval.read.observations.COLUMNS`).
    """
    found: dict[str, list[Plain]] = {}
    if "accepts" not in observations.columns:
        return found
    rows = observations.loc[(observations["accepts"] != "").to_numpy(dtype=bool), list(_FIELDS)]
    for cells in zip(*(rows[name].tolist() for name in _FIELDS), strict=True):
        row = dict(zip(_FIELDS, cells, strict=True))
        # A semicolon as Chinese input writes it is one too.
        rules = unicodedata.normalize("NFKC", row.pop("accepts")).split(";")
        region = regions.get(row["region_code"])
        place = name_of(region) if region else row["region_code"]
        named = {"rules": [rule.strip() for rule in rules if rule.strip()], "place": place}
        found.setdefault(row["region_code"], []).append(row | named)
    return found


def with_accepted(
    reader: list[Plain], found: list[Plain], accepting: Mapping[str, list[Plain]]
) -> tuple[list[Plain], list[Plain], list[Plain]]:
    """(``reader``, ``found``) with the findings that rows accept turned into explained remarks, and what is wrong with
    these rows: they name no known rule, one that is never accepted, or nothing that it found.

    ``reader``: what reading found; a row that could not be read cannot be explained, it must be mended. ``found``:
    what the suites found. Of one row in use everything about its place, year and variable is accepted (about the place
    and year where a finding names no variable); of a row that was superseded since what is said of its own line.
    """
    if not accepting:
        return reader, found, []
    used: set[tuple[str, int, str]] = set()
    rules = {
        code: {rule for row in rows for rule in row["rules"]} - NEVER_ACCEPTED
        for code, rows in accepting.items()
    }
    known: dict[str, set[str]] = {}

    def explained(finding: Plain) -> Plain:
        code, rule = finding.get("region_code"), finding["rule"]
        if code is not None:
            known.setdefault(code, set()).add(rule)
        if rule not in rules.get(code or "", ()):
            return finding
        row = next(
            (row for row in accepting[str(code)] if rule in row["rules"] and _about(row, finding)), None
        )
        if row is None:
            return finding
        used.add((row["file"], row["line"], rule))
        return _explained(finding, row)

    read = [f if _severity(f) == Severity.CRITICAL else explained(f) for f in reader]
    checked = [explained(f) for f in found]
    wrong = [
        finding
        for code in sorted(accepting)
        for row in accepting[code]
        if not row["superseded"]
        for rule in row["rules"]
        if (row["file"], row["line"], rule) not in used
        for finding in [_in_vain(row, rule, known.get(code, set()))]
    ]
    return read, checked, wrong


def _severity(finding: Plain) -> str:
    return str(finding.get("severity") or Severity.CRITICAL)


def _about(row: Plain, finding: Plain) -> bool:
    """Whether the row speaks of what the finding is about."""
    if row["superseded"]:
        return bool((finding.get("file"), finding.get("line")) == (row["file"], row["line"]))
    return finding.get("year") == row["year"] and finding.get("variable") in (None, row["variable"])


def _explained(finding: Plain, row: Plain) -> Plain:
    message = say(
        "restate.accepted.message",
        message=finding["message"],
        severity=say(f"severity.{_severity(finding)}"),
        reason=row["reason"],
        provided_by=row["provided_by"],
    )
    return finding | {
        "severity": Severity.INFO.value,
        "message": message,
        "remedy": "",
        "reason": row["reason"],
        "provided_by": row["provided_by"],
    }


def _in_vain(row: Plain, rule: str, of_place: set[str]) -> Plain:
    """What is said of a rule that a row names and that gives it nothing to accept."""
    known = {*names_below("validation.rules"), *of_place}
    name = "accepts_nothing" if rule in known else "accepts_unknown_rule"
    name = "accepts_not_acceptable" if rule in NEVER_ACCEPTED else name
    about = {key: row[key] for key in ("place", "year", "variable")}
    expected = None if rule in known else hint(rule, sorted(known))
    return {
        "rule": name,
        "severity": Severity.WARNING.value,
        "message": say(f"restate.{name}.message", found=rule, **about),
        "remedy": say(f"restate.{name}.remedy", found=rule, expected=expected),
        "region_code": row["region_code"],
        "year": row["year"],
        "variable": row["variable"],
        "found": rule,
        "expected": expected,
        "file": row["file"],
        "line": row["line"],
    }
