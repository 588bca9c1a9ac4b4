"""``explain``: say how a number and its verdict came about."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_language

EXAMPLE = "python pipeline.py explain mawei deaths_per_100m_gdp --kind midterm"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_language(parser)


def main(options: argparse.Namespace) -> int:
    """TO BE WRITTEN."""
    raise NotImplementedError
