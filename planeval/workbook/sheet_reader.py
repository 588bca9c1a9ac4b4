"""What reading any sheet of a workbook needs: texts of input cells, and problems found on the way."""

from __future__ import annotations

from collections.abc import Iterable

from planeval.errors import closest
from planeval.messages import say
from planeval.model.findings import Severity
from planeval.workbook.entries import Cell, Filled, Problem
from planeval.workbook.grid import Grid


class SheetReader:
    """Reads cells of ``grid`` and adds what is wrong to ``filled``, once for each cell and rule."""

    def __init__(self, grid: Grid, filled: Filled) -> None:
        self.grid, self.filled = grid, filled
        self._said: set[tuple[Cell, str]] = set()

    def wrong(
        self,
        rule: str,
        row: int,
        column: int,
        *,
        as_rule: str = "",
        severity: Severity = Severity.CRITICAL,
        **params: str,
    ) -> None:
        """Add the problem ``workbook.problem.<rule>`` at a cell, under the id ``as_rule`` where the checks of the data
        have one for the same mistake."""
        cell, name = self.grid.cell(row, column), as_rule or f"workbook_{rule}"
        if (cell, name) in self._said:
            return
        self._said.add((cell, name))
        self.filled.problems.append(
            Problem(
                cell=cell,
                rule=name,
                severity=severity,
                message=say(f"workbook.problem.{rule}.message", **params),
                remedy=say(f"workbook.problem.{rule}.remedy", **params),
                found=params.get("found", ""),
                expected=params.get("expected", ""),
            )
        )

    def input(self, row: int, column: int, unit: str = "") -> str | None:
        """The text of a cell that is to be filled in, "" when it is empty; None, and a problem, when it holds a formula,
        a number shown as a percentage, or is part of a merged range."""
        at = (row, column)
        text = self.grid.text(row, column)
        if at in self.grid.merged:
            if text:
                self._merged(at)
            return None
        if at in self.grid.formulas:
            self.wrong("formula", row, column, found=text)
            return None
        if at in self.grid.percents:
            self.wrong("percent", row, column, found=text, expected=unit or "%")
            return None
        return text

    def _merged(self, at: tuple[int, int]) -> None:
        anchor = self.grid.merged[at]
        covered = [other for other, first in self.grid.merged.items() if first == anchor]
        first, last = self.grid.cell(*min(covered)), self.grid.cell(*max(covered))
        self.wrong("merged", *anchor, found=f"{first.address}:{last.address}")


def expected_name(found: str, names: Iterable[str]) -> str:
    """The one of ``names`` that was meant: the closest, or all."""
    left = list(names)
    near = closest(found, left)
    return near or say("read.name_join").join(left) or say("workbook.nothing")
