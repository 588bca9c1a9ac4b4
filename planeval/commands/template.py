"""``template``: write the yearly workbook to be filled in."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_language, year_of
from planeval.messages import say

EXAMPLE = "python pipeline.py template --year 2024 --out workbook-2024.xlsx"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--year",
        metavar=say("cli.metavar.year"),
        type=year_of,
        required=True,
        help=say("workbook.help.year"),
    )
    for option, name in (("--region", "region"), ("--plan", "plan")):
        parser.add_argument(
            option,
            metavar=say("cli.metavar.id"),
            nargs="+",
            action="extend",
            default=[],
            help=say(f"workbook.help.{name}"),
        )
    # Not None: the command line would put the folder of the reports in its place.
    parser.add_argument("--out", metavar=say("workbook.metavar"), default="", help=say("workbook.help.out"))
    add_data(parser)
    add_language(parser)


def main(options: argparse.Namespace) -> int:
    """Write the workbook; one that is there already is never replaced."""
    import shlex
    from pathlib import Path

    from planeval.errors import UsageError
    from planeval.read.project import data_folder
    from planeval.render.publish import write_file
    from planeval.workbook.contents import contents
    from planeval.workbook.template import template

    path = Path(options.out or say("workbook.file_name", year=options.year))
    if path.suffix != ".xlsx":
        raise UsageError(say("workbook.not_xlsx", found=path.name))
    if path.exists():
        # Somebody may have filled it in.
        raise UsageError(say("workbook.exists", path=path))
    form = contents(data_folder(options.data), options.year, options.region, options.plan)
    write_file(path, template(form))
    for finding in form.findings:
        print(say("workbook.left_out", finding=finding))
    counts = {"places": len(form.places), "variables": len(form.columns), "items": len(form.items)}
    print(say("workbook.written", path=path, **counts))
    print(say("workbook.next", path=shlex.quote(str(path))))
    return 0
