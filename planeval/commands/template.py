"""``template``: write the yearly workbook to be filled in."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_language

EXAMPLE = "python pipeline.py template --year 2024 --region 350105"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_language(parser)


def main(options: argparse.Namespace) -> int:
    """TO BE WRITTEN."""
    raise NotImplementedError
