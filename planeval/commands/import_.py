"""``import``: import a workbook that was filled in, or a wide table."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from planeval.commands.arguments import add_data, add_language
from planeval.messages import language, say

if TYPE_CHECKING:
    from planeval.stages.importing import Proposal

EXAMPLE = "python pipeline.py import workbook-2024.xlsx"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    file = say("importing.metavar.file")
    parser.add_argument("file", metavar=file, help=say("importing.help.file"))
    parser.add_argument("--map", metavar=file, help=say("importing.help.map"))
    add_data(parser)
    parser.add_argument("--yes", action="store_true", help=say("importing.help.yes"))
    parser.add_argument("--dry-run", action="store_true", help=say("importing.help.dry_run"))
    parser.add_argument("--returned", metavar=file, help=say("importing.help.returned"))
    parser.add_argument(
        "--accept",
        metavar=say("importing.metavar.rule"),
        nargs="+",
        action="extend",
        default=[],
        help=say("importing.help.accept"),
    )
    text = say("importing.metavar.text")
    parser.add_argument("--reason", metavar=text, default="", help=say("importing.help.reason"))
    parser.add_argument(
        "--by", metavar=say("importing.metavar.by"), default="", help=say("importing.help.by")
    )
    add_language(parser)


def main(options: argparse.Namespace) -> int:
    """Check, show, ask, write; status 1 when nothing was imported although something was to be."""
    from planeval.errors import UsageError
    from planeval.stages.importing import Override, check_target, propose

    file, returned = Path(options.file), Path(options.returned) if options.returned else None
    reason, provided_by = options.reason.strip(), options.by.strip()
    if options.accept and not (reason and provided_by):
        raise UsageError(say("importing.accept_needs_reason"))
    if bool(reason) != bool(provided_by):
        raise UsageError(say("importing.reason_needs_by"))
    if returned is not None:
        check_target(file, returned)
    override = Override(tuple(dict.fromkeys(options.accept)), reason, provided_by)
    proposal = propose(file, Path(options.data), Path(options.map) if options.map else None, override)
    if _refused(proposal, returned, options.dry_run):
        return 1
    return _import(proposal, options)


def _refused(proposal: Proposal, returned: Path | None, dry_run: bool) -> bool:
    """Say what is wrong; where something critical is, give the workbook back."""
    from planeval.model.findings import Severity
    from planeval.stages.importing import give_back
    from planeval.workbook.summary import problem_lines, remark_lines

    critical, warnings = proposal.of(Severity.CRITICAL), proposal.of(Severity.WARNING)
    for line in remark_lines(proposal.problems):
        print(line)
    if critical or warnings:
        print(say("importing.problems_title", critical=len(critical), warnings=len(warnings)))
    for line in problem_lines(proposal.problems):
        print(line)
    for line in problem_lines(proposal.accepted):
        print(say("importing.passed", problem=line.strip()))
    if not critical:
        return False
    print(say("importing.refused"))
    if not dry_run:
        print(say("importing.returned", file=give_back(proposal, returned)))
    return True


def _import(proposal: Proposal, options: argparse.Namespace) -> int:
    from planeval.stages.importing import write
    from planeval.workbook.summary import change_lines

    for line in change_lines(proposal.changes, proposal.workspace):
        print(line)
    if not proposal.files:
        print(say("importing.nothing_new"))
        return 0
    print(say("importing.will_write", files=_names(proposal)))
    if options.dry_run:
        print(say("importing.dry_run"))
        return 0
    if not options.yes and not _agreed():
        return 1
    write(proposal, Path(options.data))
    print(say("importing.written", files=_names(proposal)))
    print(say("importing.next", command=shlex.join(_next(options))))
    return 0


def _names(proposal: Proposal) -> str:
    return say("read.name_join").join(new.file for new in proposal.files)


def _agreed() -> bool:
    """Whether somebody at a terminal says yes; where nobody can be asked, no."""
    if not sys.stdin or not sys.stdin.isatty():
        print(say("importing.nobody_to_ask"), file=sys.stderr)
        return False
    try:
        answer = input(say("importing.ask"))
    except EOFError:
        answer = ""
    if answer.strip().lower() in ("y", "yes", say("importing.yes")):
        return True
    print(say("importing.declined"))
    return False


def _next(options: argparse.Namespace) -> list[str]:
    """The command that makes the reports anew."""
    data = ["--data", options.data] if options.data != "data" else []
    lang = ["--lang", language()] if language() != "zh" else []
    return ["python", "pipeline.py", "run", *data, *lang]
