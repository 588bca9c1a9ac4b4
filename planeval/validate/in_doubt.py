"""Figures in doubt go no further: what holds a part back holds back every place whose sums rest on it.

A critical finding about a place is about figures that stand in the sums of others too. It is to be mended or accepted
where it was found; until then the places above are held back with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.findings import Severity
from planeval.read.regions import Region

Plain = dict[str, Any]  # a finding, or what a place rests on, as JSON
_AT = ("year", "variable", "found", "expected", "file", "line")


def resting_on(rests_on: Mapping[str, Iterable[str]], regions: Mapping[str, Region]) -> dict[str, Plain]:
    """Place -> {"place": its name, "parts": {code: name of each place that its sums rest on}}."""
    return {
        code: {"place": name_of(regions[code]), "parts": {o: name_of(regions[o]) for o in others}}
        for code, others in rests_on.items()
    }


def parts_in_doubt(findings: Iterable[Plain], resting: Mapping[str, Plain]) -> list[Plain]:
    """A critical finding about each place in ``resting`` for each of its parts that the ``findings`` hold back, with the
    first of them in it. By place and part."""
    if not resting:
        return []
    held: dict[str, list[Plain]] = {}
    for finding in findings:
        code = finding.get("region_code")
        about_figures = code is not None and finding.get("plan") is None
        if about_figures and finding.get("severity", Severity.CRITICAL) == Severity.CRITICAL:
            held.setdefault(str(code), []).append(finding)
    return list(_repeated(held, resting)) if held else []


def _repeated(held: Mapping[str, Sequence[Plain]], resting: Mapping[str, Plain]) -> Iterator[Plain]:
    for code in sorted(resting):
        place, parts = resting[code]["place"], resting[code]["parts"]
        for part in sorted(parts.keys() & held.keys()):
            first, n = held[part][0], len(held[part])
            about = {"place": place, "part": parts[part], "n": n, "first": first["message"]}
            yield {name: first.get(name) for name in _AT} | {
                "rule": "part_in_doubt",
                "severity": Severity.CRITICAL.value,
                "region_code": code,
                "message": say("parts.part_in_doubt.message", **about),
                "remedy": say("parts.part_in_doubt.remedy", **about),
            }
