"""``run``: everything, from the data folder to the index over all reports."""

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

EXAMPLE = "python pipeline.py run --plan mawei gulou --kind midterm --as-of 2023"


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
    """Make everything that is not up to date."""
    from planeval.batch.run import run
    from planeval.stages.pages import INDICATORS, VALIDATION

    return run("run", options, reports=True, wanted=(VALIDATION, INDICATORS))
