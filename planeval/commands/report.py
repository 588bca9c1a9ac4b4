"""``report``: the evaluation reports of some plans."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import (
    add_batch,
    add_data,
    add_format,
    add_out,
    add_selection,
    add_vintage,
    add_work,
)

EXAMPLE = "python pipeline.py report --plan mawei --kind midterm"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_out(parser)
    add_vintage(parser)
    add_selection(parser)
    add_format(parser)
    add_batch(parser)
    add_work(parser)


def main(options: argparse.Namespace) -> int:
    """Make the reports that are not up to date, and renew the validation they rest on and the index."""
    from planeval.batch.run import run
    from planeval.stages.pages import VALIDATION

    return run("report", options, reports=True, wanted=(VALIDATION,))
