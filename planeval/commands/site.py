"""``site``: the index over the reports that are there."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_out

EXAMPLE = "python pipeline.py site --out reports"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_out(parser)


def main(options: argparse.Namespace) -> int:
    """Renew the index."""
    from pathlib import Path

    from planeval.batch.lock import only_run
    from planeval.batch.state import State
    from planeval.stages.site import make_site

    out = Path(options.out)
    state = State(out)
    with only_run(state.folder), state.running():
        state.forget_last()
        make_site(out, {}, staging=state.staging)
    return 0
