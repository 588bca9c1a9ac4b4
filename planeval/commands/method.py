"""``method``: every cut-off and convention in force."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_data, add_language

EXAMPLE = "python pipeline.py method --data data"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_data(parser)
    add_language(parser)


def main(options: argparse.Namespace) -> int:
    """Print the method file after checking it."""
    from planeval.errors import UsageError
    from planeval.messages import say
    from planeval.model.method import Method
    from planeval.read.project import data_folder
    from planeval.read.yaml_file import load_model, read_text

    folder = data_folder(options.data)
    if not folder.is_dir():
        raise UsageError(say("read.no_data_folder", found=options.data))
    path = folder / "method.yaml"
    load_model(path, "method.yaml", Method)
    print(read_text(path, "method.yaml"), end="")
    return 0
