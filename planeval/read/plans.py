"""Many plans in little memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from planeval.model.plan import Plan

_AT_HAND = 64


class Outline(NamedTuple):
    """What is asked of every plan at once: its place, its years, and the indicators that statistics judge."""

    region_code: str
    base_year: int
    end: int
    keys: tuple[str, ...]

    @classmethod
    def of(cls, plan: Plan) -> Outline:
        """The outline of a plan."""
        keys = [i.key for i in plan.indicators] + [s.key for s in plan.sub_targets if s.key is not None]
        return cls(plan.region_code, plan.base_year, plan.period.end, tuple(keys))


class Plans(Mapping[str, Plan]):
    """Plan id -> plan, in the order in which they were added.

    A plan as objects takes ten times the room of its text, which for the plans of a nation is a quarter of a gigabyte.
    So all but a few are kept as text and made anew (in a tenth of a millisecond) when they are asked for.
    """

    def __init__(self) -> None:
        self.outlines: dict[str, Outline] = {}
        self._texts: dict[str, bytes] = {}
        self._at_hand: dict[str, Plan] = {}

    def add(self, plan: Plan) -> None:
        """Put in a valid plan under its id."""
        self.outlines[plan.id] = Outline.of(plan)
        self._texts[plan.id] = plan.model_dump_json(exclude_defaults=True).encode("utf-8")
        self._keep(plan)

    def _keep(self, plan: Plan) -> None:
        if len(self._at_hand) >= _AT_HAND:
            self._at_hand.pop(next(iter(self._at_hand)))
        self._at_hand[plan.id] = plan

    def __getitem__(self, plan_id: str) -> Plan:
        if plan_id not in self._at_hand:
            self._keep(Plan.model_validate_json(self._texts[plan_id]))
        return self._at_hand[plan_id]

    def __contains__(self, plan_id: object) -> bool:
        return plan_id in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
