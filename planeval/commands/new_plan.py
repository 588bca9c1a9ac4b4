"""``new-plan``: make a new plan file by asking for what it needs."""

from __future__ import annotations

import argparse
import sys

from planeval.commands.arguments import add_data, add_language
from planeval.messages import say

EXAMPLE = "python pipeline.py new-plan"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_language(parser)
    file = say("cli.metavar.file")
    parser.add_argument("--out", dest="target", metavar=file, default=None, help=say("new_plan.help.out"))
    parser.add_argument("--from", dest="answers", metavar=file, default=None, help=say("new_plan.help.from"))
    parser.add_argument("--yes", action="store_true", help=say("new_plan.help.yes"))


def main(options: argparse.Namespace) -> int:
    """Ask, write, check; status 1 when nothing was written."""
    from planeval.commands.check_plan import check
    from planeval.scaffold.making import NewPlan
    from planeval.scaffold.writing import plan_text

    making = NewPlan(options.data, options.target)
    facts = making.take(options.answers) if options.answers else making.ask(_line, print)
    if not options.yes:
        print(f"\n{plan_text(facts)}")
        if not _confirmed(str(making.file(facts["id"]))):
            print(say("new_plan.not_written"))
            return 1
    path = making.write(facts)
    print(say("new_plan.written", file=path))
    check(str(path), options.data)  # what it notices is the plan's, not the file's
    return 0


def _line(prompt: str) -> str:
    """A line from the keyboard or a pipe; the question is shown in both cases."""
    print(prompt, end="", flush=True)
    text = input()
    if not sys.stdin.isatty():
        print()
    return text


def _confirmed(file: str) -> bool:
    from planeval.scaffold.conversation import Conversation, yes_or_no

    question = say("new_plan.confirm", file=file)
    return Conversation(_line, print).run(
        lambda asker: asker.ask(("write",), question, yes_or_no, say("new_plan.no"))
    )
