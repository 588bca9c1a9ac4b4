"""The derivation somebody asks for: by an id of the plan, a key of the dictionary or a name."""

from __future__ import annotations

from planeval.errors import UsageError, hint
from planeval.explain.derivation import Derivation
from planeval.explain.indicator import cases, derive_with_rows
from planeval.explain.item import derive_item
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.evaluation import Evaluation
from planeval.read.workspace import Workspace


def derivation_of(workspace: Workspace, evaluation: Evaluation, wanted: str) -> Derivation:
    """The derivation of what ``evaluation``, made from ``workspace``, says of ``wanted``.

    Raises:
        UsageError: the plan has nothing of that id, key or name.
    """
    evidence, found = cases(workspace, evaluation)
    for own in (lambda c: c.own.id, lambda c: c.own.key, lambda c: c.own.name, lambda c: name_of(c.own)):
        for case in found:
            if own(case) == wanted:
                return derive_with_rows(evidence, evaluation, case)
    for item in evaluation.items:
        if wanted in (item.id, item.name):
            return derive_item(workspace, evaluation, item.id)
    ids = [case.own.id for case in found] + [item.id for item in evaluation.items]
    names = [case.own.name for case in found] + [item.name for item in evaluation.items]
    near = _near(wanted, ids if wanted.isascii() else names)
    raise UsageError(say("explain.unknown_item", plan=evaluation.plan, found=wanted, hint=near))


def _near(wanted: str, valid: list[str]) -> str:
    """Those that hold ``wanted``; where there are none, the closest one, or all."""
    holding = [name for name in dict.fromkeys(valid) if wanted and wanted in name]
    if not holding:
        return hint(wanted, valid)
    return say("read.did_you_mean", name=say("read.name_join").join(holding))
