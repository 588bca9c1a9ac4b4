"""``diff``: which figures changed between two days, and which verdicts because of it."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_language, add_selection, day
from planeval.messages import say

EXAMPLE = "python pipeline.py diff --before 2024-06-30 --after 2025-06-30"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    for name in ("before", "after"):
        parser.add_argument(
            f"--{name}",
            metavar=say("cli.metavar.date"),
            type=day,
            required=True,
            help=say(f"restate.diff.help.{name}"),
        )
    add_data(parser)
    add_selection(parser)
    parser.add_argument("--json", action="store_true", help=say("restate.diff.help.json"))
    add_language(parser)


def main(options: argparse.Namespace) -> int:
    """Print what changed; nothing is written."""
    from planeval.diff.difference import between
    from planeval.diff.text import lines_of
    from planeval.model.terms import Kind
    from planeval.read.project import data_folder

    kinds = [Kind(kind) for kind in options.kind]
    folder = data_folder(options.data)
    found = between(folder, options.before, options.after, options.plan, kinds, options.as_of)
    if options.json:
        print(found.model_dump_json(indent=1))
        return 0
    for line in lines_of(found):
        print(line)
    return 0
