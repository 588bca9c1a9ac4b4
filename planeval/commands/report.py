"""``report``: the evaluation reports of some plans."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_out, add_selection

EXAMPLE = "python pipeline.py report --plan mawei --kind midterm"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_out(parser)
    add_selection(parser)


def main(options: argparse.Namespace) -> int:
    """Render the reports, with the stored validation where it still fits, and renew the index."""
    from planeval.stages.batch import Job

    job = Job.publishing(options)
    job.ensure_validation()
    job.report()
    job.site()
    return job.close("report")
