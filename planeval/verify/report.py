"""A report, verified: recomputed from what its page carries, and held against all that was published of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import planeval
from planeval.messages import LANGUAGES, say, speaking
from planeval.render.page import with_numbers
from planeval.report.derivations import derivations
from planeval.report.document import document
from planeval.report.html import render
from planeval.report.words import report_title
from planeval.verify.difference import Difference
from planeval.verify.embedded import Inputs, NoInputs, inputs_in
from planeval.verify.files import CSV, JSON, csv_differences, json_differences
from planeval.verify.page import differences, shown
from planeval.verify.recompute import Recomputed, damaged, recompute
from planeval.verify.sources import PAGE, Published
from planeval.verify.surroundings import framed, surplus


@dataclass
class Verified:
    """What was found. ``problem``: why nothing could be recomputed; ``made_by``: another version of planeval, or "";
    ``compared``: how many pieces of which file were looked at; ``of_data``: against a data folder, if one was given."""

    name: str
    problem: str = ""
    made_by: str = ""
    compared: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    of_data: list[Difference] | None = None
    inputs: Inputs | None = None

    @property
    def holds(self) -> bool:
        """Whether everything that was published still follows."""
        return not self.problem and not self.differences and not self.of_data


def verify(report: Published) -> Verified:
    """Recompute a report and compare it with its page, its ``evaluation.json`` and its ``indicators.csv``."""
    found = Verified(report.name, problem=report.problem)
    if found.problem:
        return found
    if report.page is None:
        found.problem = say("verify.no_page")
        return found
    try:
        page = report.page.decode("utf-8")
        inputs = inputs_in(page)
        if inputs.lang not in LANGUAGES:
            raise NoInputs(say("verify.inputs_damaged", error=inputs.lang))
        with speaking(inputs.lang):
            made = recompute(inputs)
            expected = _expected(made)
            there, wanted = shown(page), shown(expected)
            found.differences += differences(PAGE, there.pieces, wanted.pieces)
            found.differences += surplus(there, expected)
    except UnicodeDecodeError as error:
        found.problem = say("verify.inputs_damaged", error=error)
        return found
    except NoInputs as error:
        found.problem = str(error)
        return found
    found.inputs = inputs
    version = inputs.provenance.planeval
    found.made_by = version if version != planeval.__version__ else ""
    found.compared[PAGE] = len(wanted.pieces)
    if report.evaluation is not None:
        found.compared[JSON] = made.evaluation.model_dump_json().count(":")
        found.differences += json_differences(report.evaluation, made.evaluation)
    if report.table is not None:
        with speaking(inputs.lang):
            own = csv_differences(report.table, made.evaluation)
        found.compared[CSV] = report.table.count(b"\n")
        found.differences += own
    return found


def verify_with_data(report: Published, data: Path | None) -> Verified:
    """`verify`, and where ``data`` is given whether the report's data are still those of that folder."""
    from planeval.verify.against_data import data_differences

    found = verify(report)
    if data is not None and found.inputs is not None:
        with speaking(found.inputs.lang):  # the texts of dictionary and method are in it
            found.of_data = data_differences(found.inputs, data)
    return found


def _expected(made: Recomputed) -> str:
    """`expected_page`.

    Raises:
        NoInputs: what the page carries cannot be shown.
    """
    try:
        return expected_page(made)
    except Exception as error:  # of data that somebody altered: any, and the other reports go on
        raise damaged(error) from error


def expected_page(made: Recomputed) -> str:
    """The page as it would be made today, without links, code and styles."""
    evaluation, workspace = made
    blocks = [*document(evaluation, workspace.dictionary), derivations(evaluation, workspace)]
    body = "\n".join(render(block) for block in blocks)
    return framed(report_title(evaluation), with_numbers(body))
