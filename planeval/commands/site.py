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

    from planeval.stages.site import make_site

    make_site(Path(options.out), {})
    return 0
