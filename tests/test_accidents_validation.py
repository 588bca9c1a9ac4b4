"""Validating only what a changed ledger of accidents concerns says the same as validating everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from accident_ledgers import GULOU, row
from test_accidents_workspace import BREAKS, CHANGES, both_ledger, without_2023

from planeval.read.inventory import take_inventory
from planeval.read.workspace import load
from planeval.validate.parts import affected, relatives, revalidate
from planeval.validate.run import validate

EVERY = {**BREAKS, **{name: change for name, (change, _) in CHANGES.items()}}
# The others change nothing that these do not; each validates twice.
TELLING = (
    "a row of one place",
    "a row of nobody",
    "an accident of two places",
    "facts that name one place less",
    "no rows",
)


@pytest.mark.parametrize("name", TELLING)
def test_validating_what_changed_says_the_same_as_validating_everything(tiny_data: Path, name: str) -> None:
    without_2023(tiny_data)
    both_ledger(tiny_data, row(), row("A2", GULOU))
    inventory = take_inventory(tiny_data)
    stored = revalidate(load(tiny_data, None, inventory), inventory, None, None)

    EVERY[name](tiny_data)

    after = take_inventory(tiny_data)
    changed = affected(stored, after)
    only = None if changed is None else changed | relatives(stored, after, changed)
    renewed = revalidate(load(tiny_data, only, after), after, stored, changed)
    assert renewed.result().model_dump() == validate(load(tiny_data)).model_dump()
