"""Arguments that several commands share."""

from __future__ import annotations

import argparse

from planeval.messages import say

KINDS = ("midterm", "final")


def _kind(text: str) -> str:
    """A kind of report; argparse's own complaint would be English and without the closest name."""
    if text in KINDS:
        return text
    from planeval.errors import hint

    raise argparse.ArgumentTypeError(say("read.unknown_kind", found=text, hint=hint(text, KINDS)))


def _year(text: str) -> int:
    """A year of four digits."""
    if len(text) == 4 and text.isascii() and text.isdigit():
        return int(text)
    raise argparse.ArgumentTypeError(say("read.as_of_not_a_year", found=text))


def add_data(parser: argparse.ArgumentParser) -> None:
    """``--data DIR``."""
    name = say("cli.metavar.dir")
    parser.add_argument("--data", metavar=name, default="data", help=say("cli.help.data"))


def add_out(parser: argparse.ArgumentParser) -> None:
    """``--out DIR``."""
    name = say("cli.metavar.dir")
    parser.add_argument("--out", metavar=name, default="reports", help=say("cli.help.out"))


def add_selection(parser: argparse.ArgumentParser) -> None:
    """``--plan ID ...``, ``--kind KIND ...``, ``--as-of YEAR``."""
    parser.add_argument(
        "--plan",
        metavar=say("cli.metavar.id"),
        nargs="+",
        action="extend",
        default=[],
        help=say("cli.help.plan"),
    )
    parser.add_argument(
        "--kind",
        metavar=say("cli.metavar.kind"),
        type=_kind,
        nargs="+",
        action="extend",
        default=[],
        help=say("cli.help.kind"),
    )
    parser.add_argument(
        "--as-of", metavar=say("cli.metavar.year"), type=_year, default=None, help=say("cli.help.as_of")
    )
