"""``explain``: say how a number and its verdict came about."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import add_as_of, add_data, add_kind, add_language, add_vintage
from planeval.messages import say

EXAMPLE = "python pipeline.py explain mawei deaths_per_100m_gdp --kind midterm"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("plan_id", metavar=say("explain.metavar.plan"), help=say("explain.help.plan"))
    parser.add_argument("item", metavar=say("explain.metavar.item"), help=say("explain.help.item"))
    add_kind(parser, help=say("explain.help.kind"))
    add_as_of(parser)
    add_vintage(parser)
    add_data(parser)
    add_language(parser)
    parser.add_argument("--json", action="store_true", help=say("explain.help.json"))


def main(options: argparse.Namespace) -> int:
    """Print the derivation of an indicator, a sub-target or a ledger item."""
    from planeval.evaluate.evaluation import evaluate
    from planeval.explain.find import derivation_of
    from planeval.explain.text import terminal
    from planeval.model.terms import Kind
    from planeval.workbench import findings_of, open_workspace

    workspace = open_workspace(options.data, options.plan_id, options.vintage)
    findings = findings_of(workspace)
    evaluation = evaluate(workspace, options.plan_id, Kind(options.kind), options.as_of, findings)
    derivation = derivation_of(workspace, evaluation, options.item)
    print(derivation.model_dump_json(indent=1) + "\n" if options.json else terminal(derivation), end="")
    return 0
