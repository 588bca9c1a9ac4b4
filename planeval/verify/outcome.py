"""What verifying found, in words and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import planeval
from planeval.messages import say
from planeval.verify.difference import Difference
from planeval.verify.files import CSV, JSON
from planeval.verify.report import Verified


def lines(found: Verified, most: int | None = None) -> Iterator[str]:
    """A line for the report, then its differences, at most ``most`` of each sort."""
    if found.problem:
        yield say("verify.problem", name=found.name, problem=found.problem)
        return
    compared = [say("verify.compared_one", file=file, n=n) for file, n in found.compared.items()]
    compared += [say("verify.not_compared", file=file) for file in (JSON, CSV) if file not in found.compared]
    told = say("report.join").join(compared)
    if found.differences:
        yield say("verify.failed", name=found.name, n=len(found.differences), compared=told)
    else:
        yield say("verify.ok", name=found.name, compared=told)
    yield from _listed(found.differences, most)
    if found.made_by:
        n = sum(d.of_numbers for d in found.differences)
        yield say("verify.made_by", made=found.made_by, here=planeval.__version__, n=n)
    if found.of_data is not None:
        if found.of_data:
            yield say("verify.data_failed", n=len(found.of_data))
        else:
            yield say("verify.data_ok")
        yield from _listed(found.of_data, most)


def _listed(differences: Sequence[Difference], most: int | None) -> Iterator[str]:
    """Those of numbers first: they are what matters."""
    ordered = sorted(differences, key=lambda d: not d.of_numbers)
    shown = ordered if most is None else ordered[:most]
    yield from (f"    {difference}" for difference in shown)
    if len(shown) < len(ordered):
        yield say("verify.more", n=len(ordered) - len(shown))


def closing(found: Sequence[Verified]) -> str:
    """The last line over several reports."""
    ok = sum(one.holds for one in found)
    return say("verify.total", n=len(found), ok=ok, failed=len(found) - ok)


def as_data(found: Verified) -> dict[str, Any]:
    """The same for machines."""
    return {
        "report": found.name,
        "holds": found.holds,
        "problem": found.problem,
        "made_by": found.made_by,
        "compared": found.compared,
        "differences": [_plain(d) for d in found.differences],
        "data": None if found.of_data is None else [_plain(d) for d in found.of_data],
    }


def _plain(difference: Difference) -> dict[str, Any]:
    return {**difference._asdict(), "where": list(difference.where)}
