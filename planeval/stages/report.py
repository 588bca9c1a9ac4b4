"""The report stage: one plan and kind, from the executed notebook to the published folder."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import nbformat

from planeval.messages import say
from planeval.model.evaluation import Evaluation, Kind
from planeval.render.execute import execute, result_of
from planeval.render.html import notebook_to_html
from planeval.render.publish import write_folder
from planeval.report.blocks import Link
from planeval.report.words import report_title

NOTEBOOKS = {Kind.MIDTERM: "midterm_evaluation", Kind.FINAL: "final_evaluation"}
FILES = ("report.ipynb", "evaluation.json", "indicators.csv")
CSV_COLUMNS = (
    "region_code",
    "region_name",
    "id",
    "key",
    "name",
    "unit",
    "year",
    "value",
    "status",
    "numerator",
    "denominator",
    "lower",
    "upper",
    "published_rate",
    "reason",
)


def make_report(
    plan: str, kind: Kind, as_of: int | None, data: str, validation: str, out: Path
) -> Evaluation:
    """Render one report into ``out/<plan>/<kind>/``; returns the evaluation that the notebook computed.

    Raises:
        NotebookFailure, RenderError, PublishError: nothing of an earlier report is touched.
    """
    notebook = execute(
        NOTEBOOKS[kind], {"plan": plan, "as_of": as_of, "data": data, "validation": validation}
    )
    evaluation = Evaluation.model_validate(result_of(notebook, "evaluation"))
    nav = [
        Link(say("nav.reports"), "../../index.html"),
        Link(say("nav.validation"), "../../validation/index.html"),
        *(Link(name, name) for name in FILES),
    ]
    files = {
        "index.html": notebook_to_html(notebook, report_title(evaluation), nav=nav),
        "report.ipynb": nbformat.writes(notebook) + "\n",
        "evaluation.json": evaluation_json(evaluation),
        "indicators.csv": indicators_csv(evaluation),
    }
    write_folder(out / plan / kind.value, files)
    return evaluation


def evaluation_json(evaluation: Evaluation) -> str:
    """The whole evaluation as JSON: UTF-8 text, no NaN, keys in the order of the model."""
    document = evaluation.model_dump(mode="json")
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def indicators_csv(evaluation: Evaluation) -> str:
    """Every year's values behind the report, with a byte-order mark so that Excel reads the Chinese."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for indicator in evaluation.indicators + evaluation.sub_targets:
        for value in indicator.values:
            interval = value.interval
            writer.writerow(
                [
                    evaluation.region_code,
                    evaluation.region_name,
                    indicator.id,
                    indicator.key,
                    indicator.name,
                    indicator.unit,
                    value.year,
                    value.value,
                    value.status.value if value.status else None,
                    value.numerator,
                    value.denominator,
                    interval.lower if interval else None,
                    interval.upper if interval else None,
                    "yes" if value.published_rate else "no",
                    value.reason,
                ]
            )
    return "\ufeff" + text.getvalue()
