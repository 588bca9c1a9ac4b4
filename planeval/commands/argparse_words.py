"""What argparse says, in the language that is spoken: it knows English and the system's own language only."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable

from planeval.messages import say

_ARGUMENT = r"argument (?P<argument>.+?): "
# What argparse complains of -> the name below ``cli.wrong_use``.
_COMPLAINTS = {
    "required": r"the following arguments are required: (?P<names>.+)",
    "unknown": r"unrecognized arguments: (?P<names>.+)",
    "one_value": _ARGUMENT + "expected one argument",
    "some_values": _ARGUMENT + "expected at least one argument",
    "choice": _ARGUMENT + r"invalid choice: '?(?P<found>.*?)'? \(choose from (?P<names>.*)\)",
    "number": _ARGUMENT + "invalid int value: '(?P<found>.*)'",
    "no_value": _ARGUMENT + "ignored explicit argument '(?P<found>.*)'",
    "ambiguous": "ambiguous option: (?P<found>.+) could match (?P<names>.+)",
    "other": _ARGUMENT + "(?P<found>.+)",
}


class Formatter(argparse.HelpFormatter):
    """Help that begins with the word for usage in that language."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """As argparse does, with another prefix unless one is given."""
        super().add_usage(usage, actions, groups, say("cli.usage") if prefix is None else prefix)


def complaint(message: str) -> str:
    """What argparse complains of; any other ``message`` as it is."""
    for name, pattern in _COMPLAINTS.items():
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return say(f"cli.wrong_use.{name}", **found.groupdict())
    return message
