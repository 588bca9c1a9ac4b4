"""Sums as rows of the observations, and what must be said of those that lack a part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import pandas as pd

from planeval.derive.sums import Total, plain
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding, Severity
from planeval.read.regions import Region

Kind = Literal["parts", "predecessors"]
# Files that say why figures are added up, and so where to look when a part is missing.
_FILE = {"parts": "regions.csv", "predecessors": "region_changes.csv"}
_MOST_NAMED = 5


class SummedRows:
    """Makes rows of one ``kind`` of sum, for tables like ``known`` (columns: ``planeval.read.observations.COLUMNS``)."""

    def __init__(
        self, kind: Kind, known: pd.DataFrame, regions: Mapping[str, Region], dictionary: Dictionary
    ) -> None:
        self.kind, self.known, self.regions, self.dictionary = kind, known, regions, dictionary

    def of(self, totals: Iterable[Total], rates: Iterable[Total] = ()) -> pd.DataFrame:
        """The rows of sums, and of rates over the parts that have numerator and denominator (``amounts``), in the
        canonical unit. They stand in no file: ``file`` is the kind of the sum, ``line`` 0."""
        sums, rates = list(totals), list(rates)
        if not sums and not rates:
            return self.known.iloc[:0]
        value = [total.amounts[0] for total in sums] + [self._rate(total) for total in rates]
        unit = [self.dictionary.variables[total.variable].unit for total in sums]
        unit += [self.dictionary.indicators[total.variable].unit for total in rates]
        every = [*sums, *rates]
        content: dict[str, Any] = {
            "region_code": [total.region_code for total in every],
            "year": [total.year for total in every],
            "variable": [total.variable for total in every],
            "value": value,
            "unit": unit,
            "status": [total.status for total in every],
            "source": [self._source(total) for total in sums]
            + [self._source_of_rate(total) for total in rates],
            "published": [total.published for total in every],
            "as_published": [f"{plain(number)}{symbol}" for number, symbol in zip(value, unit, strict=True)],
            "file": self.kind,
            "line": 0,
            "superseded": False,
            "derived": self.kind,
            "behind": [total.behind for total in every],
            "partial": [total.partial for total in every],
        }
        frame = pd.DataFrame(dict.fromkeys(self.known.columns, "") | content)
        return frame.astype(self.known.dtypes.to_dict())

    def _rate(self, total: Total) -> float:
        return self.dictionary.indicators[total.variable].scale * total.amounts[0] / total.amounts[1]

    def _source_of_rate(self, total: Total) -> str:
        indicator = self.dictionary.indicators[total.variable]
        top, bottom = (
            self.dictionary.variables[str(v)] for v in (indicator.numerator, indicator.denominator)
        )
        return say(
            "parts.source.rate",
            parts=self._source(total),
            top=top.name,
            numerator=plain(total.amounts[0]),
            bottom=bottom.name,
            denominator=plain(total.amounts[1]),
        )

    def _source(self, total: Total) -> str:
        """Of how many parts a sum is made, and which are missing."""
        name = f"parts.source.{self.kind}"
        if total.complete:
            return say(name, n=total.known)
        return say(f"{name}_partial", n=total.known, of=total.expected, lacking=self.lacking(total))

    def lacking(self, total: Total) -> str:
        """The missing parts by name, as far as they are named."""
        names = [name_of(self.regions[code]) for code in total.lacking[:_MOST_NAMED]]
        others = total.expected - total.known - len(names)
        listed = say("parts.join").join(names)
        if not others:
            return listed
        return say("parts.and_others" if names else "parts.unnamed", names=listed, n=others)

    def partial(self, totals: Iterable[Total]) -> list[Finding]:
        """A warning for each place, year and set of missing parts: which sums lack them."""
        groups: dict[tuple[Any, ...], list[Total]] = {}
        for total in sorted(totals, key=lambda t: t[:3]):
            if not total.complete:
                key = total.region_code, total.year, total.known, total.expected, total.lacking
                groups.setdefault(key, []).append(total)
        return [self._finding(group) for group in groups.values()]

    def _finding(self, totals: list[Total]) -> Finding:
        first = totals[0]
        params: dict[str, Any] = {
            "place": name_of(self.regions[first.region_code]),
            "year": first.year,
            "variables": say("parts.join").join(self.dictionary.variables[t.variable].name for t in totals),
            "found": first.known,
            "expected": first.expected,
            "lacking": self.lacking(first),
        }
        return Finding(
            rule="partial_sum",
            severity=Severity.WARNING,
            message=say(f"parts.partial_sum.{self.kind}", **params),
            remedy=say(f"parts.partial_sum.remedy_{self.kind}", **params),
            region_code=first.region_code,
            year=first.year,
            variable=first.variable if len(totals) == 1 else None,
            found=str(first.known),
            expected=str(first.expected),
            file=_FILE[self.kind],
        )
