"""Many plans in little memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from planeval.model.plan import Plan

_AT_HAND = 64


class Plans(Mapping[str, Plan]):
    """Plan id -> plan, in the order in which they were added.

    A plan as objects takes ten times the room of its text, which for the plans of a nation is a quarter of a gigabyte.
    So all but a few are kept as text and made anew (in a tenth of a millisecond) when they are asked for.
    """

    def __init__(self) -> None:
        self.places: dict[str, str] = {}  # plan id -> the code of its place
        self._texts: dict[str, bytes] = {}
        self._at_hand: dict[str, Plan] = {}

    def add(self, plan: Plan) -> None:
        """Put in a valid plan under its id."""
        self.places[plan.id] = plan.region_code
        self._texts[plan.id] = plan.model_dump_json().encode("utf-8")
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
