"""Arguments that several commands share."""

from __future__ import annotations

import argparse

from planeval.messages import say

KINDS = ("midterm", "final")


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
        "--kind", choices=KINDS, nargs="+", action="extend", default=[], help=say("cli.help.kind")
    )
    parser.add_argument(
        "--as-of", metavar=say("cli.metavar.year"), type=int, default=None, help=say("cli.help.as_of")
    )
