"""``verify``: check published reports."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_language
from planeval.messages import say

EXAMPLE = "python pipeline.py verify reports/mawei/midterm/index.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("report", metavar=say("verify.metavar.report"), help=say("verify.help.report"))
    directory = say("cli.metavar.dir")
    parser.add_argument("--data", metavar=directory, default=None, help=say("verify.help.data"))
    parser.add_argument("--all", action="store_true", help=say("verify.help.all"))
    parser.add_argument("--json", action="store_true", help=say("verify.help.json"))
    add_language(parser)


def main(options: argparse.Namespace) -> int:
    """Recompute every report there is; status 0 when all of them follow, 1 when one does not or cannot be verified."""
    import json
    from pathlib import Path

    from planeval.errors import UsageError
    from planeval.read.project import data_folder
    from planeval.verify.outcome import as_data, closing, lines
    from planeval.verify.report import verify_with_data
    from planeval.verify.sources import reports_at

    data = None if options.data is None else data_folder(options.data)
    if data is not None and not data.is_dir():
        raise UsageError(say("read.no_data_folder", found=options.data))
    found = []
    for report in reports_at(Path(options.report)):
        found.append(verify_with_data(report, data))
        if not options.json:
            print("\n".join(lines(found[-1], most=None if options.all else 20)))
    if options.json:
        print(json.dumps([as_data(one) for one in found], ensure_ascii=False, indent=1))
    elif len(found) > 1:
        print(closing(found))
    return 0 if all(one.holds for one in found) else 1
