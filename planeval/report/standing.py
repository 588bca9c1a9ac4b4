"""How an indicator stands, as the cells of a table: with other figures, under another convention."""

from __future__ import annotations

from typing import Protocol

from planeval.messages import numbers as fmt
from planeval.model.evaluation import Alternative, Standing
from planeval.model.status import Status
from planeval.report.blocks import Cell


class Indicator(Protocol):
    """What its numbers are written by."""

    @property
    def decimals(self) -> int: ...

    @property
    def target_kind(self) -> str: ...


def standing_cells(indicator: Indicator, standing: Alternative | Standing) -> tuple[Cell, ...]:
    """Base, current value, target, progress and verdict."""
    own, at = indicator, standing
    current = None
    if at.current is not None:
        # A mean of whole counts needs at least one decimal.
        mean = own.target_kind == "period_mean_at_most"
        least = fmt.mean_decimals(at.current, own.decimals) if mean else own.decimals
        current = fmt.beside_limit(at.current, at.target, own.decimals, least=least)
    return (
        Cell(None if at.base is None else fmt.target(at.base, own.decimals)),
        Cell(
            current,
            illustrative=at.data_status is Status.ILLUSTRATIVE,
            provisional=at.data_status is Status.FORECAST,
        ),
        Cell(None if at.target is None else fmt.target(at.target, own.decimals, beside=(at.current,))),
        Cell(None if at.progress is None else fmt.share(at.progress)),
        Cell(verdict=at.verdict, provisional=at.provisional),
    )
