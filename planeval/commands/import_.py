"""``import``: import a workbook that was filled in, or a wide table."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_language

EXAMPLE = "python pipeline.py import 填报-2024.xlsx"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_language(parser)


def main(options: argparse.Namespace) -> int:
    """TO BE WRITTEN."""
    raise NotImplementedError
