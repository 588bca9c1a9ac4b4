"""``compute``: the table of all indicators."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_out, add_vintage, add_work

EXAMPLE = "python pipeline.py compute --out reports"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_out(parser)
    add_vintage(parser)
    add_work(parser)


def main(options: argparse.Namespace) -> int:
    """Compute and publish the indicators."""
    from planeval.batch.run import run
    from planeval.stages.pages import INDICATORS

    return run("compute", options, reports=False, wanted=(INDICATORS,))
