"""The indicator dictionary: what every variable and indicator means."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from planeval.messages import say
from planeval.model.plan import Strict, Translated


class VariableKind(StrEnum):
    """What a measured variable is, and so which checks apply."""

    COUNT = "count"  # whole, non-negative (accidents, people)
    AMOUNT = "amount"  # non-negative quantity (GDP, loss)
    RATE = "rate"  # a published rate or share


class Variable(Translated):
    """A measured variable of the observations, in its canonical ``unit``."""

    name: str
    name_en: str
    unit: str
    kind: VariableKind
    definition: str = ""
    definition_en: str = ""
    caveats: tuple[str, ...] = ()
    caveats_en: tuple[str, ...] = ()
    # Definitional breaks: year -> what changed. Values from that year on are not comparable with earlier ones.
    breaks: dict[int, str] = Field(default_factory=dict)
    breaks_en: dict[int, str] = Field(default_factory=dict)
    # Breaks that only one place's figures have: region code -> year -> what changed.
    region_breaks: dict[str, dict[int, str]] = Field(default_factory=dict)
    region_breaks_en: dict[str, dict[int, str]] = Field(default_factory=dict)
    # Whether the figure of a place is the sum over its parts. By default (`planeval.derive.sums.additive`) counts and
    # amounts are, except of time: hours are a longest time, not a total.
    additive: bool | None = None

    @model_validator(mode="after")
    def _no_sum_of_rates(self) -> Self:
        if self.additive and self.kind is VariableKind.RATE:
            raise ValueError(say("parts.additive_rate"))
        return self

    def breaks_in(self, region_code: str) -> dict[int, str]:
        """The breaks of this place's figures: those of everybody and its own."""
        return {**self.breaks, **self.region_breaks.get(region_code, {})}


class Indicator(Translated):
    """An indicator computed from variables: ``scale`` x numerator / denominator.

    Without ``denominator`` it is the numerator itself. ``events`` says that the numerator counts independent
    events or deaths, so that Poisson intervals make sense. An observation whose variable is the indicator's own
    key is a published rate: used where the inputs are missing, checked against them where they are not.
    """

    name: str
    name_en: str
    unit: str
    numerator: str | None = None
    denominator: str | None = None
    scale: float = Field(default=1.0, gt=0)
    direction: Literal["lower_is_better", "higher_is_better"] = "lower_is_better"
    decimals: int = Field(ge=0, le=8)
    events: bool = False
    plausible_max: float | None = None  # a value above it is an 亿/万 slip, not a fact
    definition: str
    definition_en: str = ""
    caveats: tuple[str, ...] = ()
    caveats_en: tuple[str, ...] = ()


class Dictionary(Strict):
    """All variables and indicators."""

    variables: dict[str, Variable]
    indicators: dict[str, Indicator]
