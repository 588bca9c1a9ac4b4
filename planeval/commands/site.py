"""``site``: every page about all reports, from the reports that are there."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_jobs, add_out

EXAMPLE = "python pipeline.py site --out reports"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_out(parser)
    add_jobs(parser)


def main(options: argparse.Namespace) -> int:
    """Renew the pages of the places, the comparison, the downloads with their workbook, and the index."""
    import sys
    from pathlib import Path

    from planeval.batch.executor import cores
    from planeval.batch.lock import only_run
    from planeval.batch.state import State
    from planeval.batch.workers import Hands, close_worker
    from planeval.errors import UsageError
    from planeval.messages import say
    from planeval.read.project import data_folder
    from planeval.stages.site import make_site
    from planeval.stages.validation import VALIDATION_FILE, stored_validation

    data = data_folder(options.data)
    if not data.is_dir():
        raise UsageError(say("read.no_data_folder", found=options.data))
    out = Path(options.out)
    state = State(out)
    with only_run(state.folder), state.running():
        state.forget_last()
        validated = stored_validation(state.validated, out / VALIDATION_FILE)
        try:
            failed = make_site(
                out, state.folder, {}, validated=validated, data=data, hands=Hands(options.jobs or cores())
            )
        finally:
            close_worker()
    options.status = 1 if failed else 0  # even if nobody hears of it
    for folder, message in failed.items():
        print(say("batch.page_failed", folder=folder, message=message), file=sys.stderr)
    return int(options.status)
