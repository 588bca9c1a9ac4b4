"""``run``: everything, from the data folder to the index over all reports."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_out, add_selection

EXAMPLE = "python pipeline.py run --plan mawei gulou --kind midterm --as-of 2023"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_out(parser)
    add_selection(parser)


def main(options: argparse.Namespace) -> int:
    """Run every stage."""
    from planeval.stages.batch import Job

    job = Job.publishing(options)
    job.validate()
    job.compute()
    job.report()
    job.site()
    return job.close("run")
