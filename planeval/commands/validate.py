"""``validate``: check the statistics and publish the validation page."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_out, add_vintage, add_work

EXAMPLE = "python pipeline.py validate --data data"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_out(parser)
    add_vintage(parser)
    add_work(parser)


def main(options: argparse.Namespace) -> int:
    """Validate; status 1 when a critical finding holds something back."""
    from planeval.batch.run import run
    from planeval.stages.pages import VALIDATION

    return run("validate", options, reports=False, wanted=(VALIDATION,))
