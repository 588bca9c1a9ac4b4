"""``check-plan``: read a plan file and say what a careful reader notices in it, with line numbers."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from planeval.commands.arguments import add_data, add_language
from planeval.messages import say

if TYPE_CHECKING:
    from planeval.scaffold.checking import Checked, Noticed

EXAMPLE = "python pipeline.py check-plan data/plans/mawei.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("file", metavar=say("check_plan.metavar"), help=say("check_plan.help.file"))
    add_data(parser)
    add_language(parser)
    parser.add_argument("--json", action="store_true", help=say("check_plan.help.json"))


def main(options: argparse.Namespace) -> int:
    """Check the file; status 1 when it cannot be read, or contradicts itself or the statistics."""
    return check(options.file, options.data, as_json=options.json)


def check(file: str, data: str, *, as_json: bool = False) -> int:
    """Print what is found in ``file`` and return the exit status.

    Raises:
        UsageError, InputError: as `planeval.scaffold.checking.checked`; with ``as_json`` mistakes are printed instead.
    """
    from pathlib import Path

    from planeval.errors import InputError
    from planeval.read.project import data_folder
    from planeval.scaffold.checking import checked

    try:
        result = checked(Path(file), data_folder(data), file)
    except InputError as error:
        if not as_json:
            raise
        mistakes = [finding.model_dump(mode="json") for finding in error.findings]
        _print_json({"file": file, "status": 1, "mistakes": mistakes, "noticed": []})
        return 1
    status = 1 if result.problems else 0
    if as_json:
        noticed = [_as_json(own) for own in result.noticed]
        _print_json({"file": file, "status": status, "mistakes": [], "noticed": noticed})
    else:
        _tell(file, result)
    return status


def _as_json(own: Noticed) -> dict[str, Any]:
    return {"lines": own.lines, **own.finding.model_dump(mode="json")}


def _print_json(document: dict[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1))


def _tell(file: str, result: Checked) -> None:
    from planeval.model.evaluation import CheckLevel
    from planeval.report.words import join, word

    plan = result.plan
    names = ("indicators", "sub_targets", "tasks", "projects")
    sizes = {name: len(getattr(plan, name)) for name in names}
    print(say("check_plan.readable", file=file, title=plan.title, **sizes))
    if result.unusable:
        print(say("check_plan.unusable", n=result.unusable))
    for lines, finding in result.noticed:
        where = ",".join(map(str, lines))
        place = say("check_plan.lines", file=file, lines=where) if lines else file
        print(
            say(
                "check_plan.noticed", place=place, level=word("check_level", finding.level), text=finding.text
            )
        )
    counts = {level: sum(own.finding.level is level for own in result.noticed) for level in CheckLevel}
    told = [say("check_plan.count", level=word("check_level", level), n=n) for level, n in counts.items()]
    print(say("check_plan.summary", counts=join(told)))
