"""``diff``: compare data and verdicts on two dates."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_language

EXAMPLE = "python pipeline.py diff --before 2024-06-30 --after 2025-06-30"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_language(parser)


def main(options: argparse.Namespace) -> int:
    """TO BE WRITTEN."""
    raise NotImplementedError
