"""Errors a user can act on: where, what was found, what was expected, what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from planeval.messages import say

if TYPE_CHECKING:
    from planeval.model.findings import Finding

# The rule of findings that blame no place: the data moved under the run, or another machine sees other data.
OTHER_DATA = "other_data"


class PlanevalError(Exception):
    """Base of every error planeval raises on purpose; its text is meant for the user."""


class UsageError(PlanevalError):
    """The command was used wrongly (exit status 2)."""


class InputError(PlanevalError):
    """Input that cannot be used (exit status 1). Carries the findings it stands for."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(str(finding) for finding in findings))


def closest(word: str, valid: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The valid name nearest to ``word``, or None when nothing is at least ``cutoff`` alike (0 to 1)."""
    matches = difflib.get_close_matches(str(word), [str(v) for v in valid], n=1, cutoff=cutoff)
    return matches[0] if matches else None


def hint(found: str, valid: Iterable[str], separator: str | None = None, cutoff: float = 0.6) -> str:
    """The valid name closest to ``found``, or all of them, as a clause of a message.

    ``separator`` stands between them; None: what the language has between names.
    """
    names = [str(v) for v in valid]
    near = closest(found, names, cutoff)
    if near:
        return say("read.did_you_mean", name=near)
    between = say("read.name_join") if separator is None else separator
    return say("read.valid_names", names=between.join(names))
