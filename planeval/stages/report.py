"""The report stage: one plan and kind, from the executed notebook to the files of the published folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from planeval.model.evaluation import Evaluation, Kind
from planeval.render.execute import Engine, execute, result_of
from planeval.render.html import notebook_to_html
from planeval.report.words import report_title
from planeval.site.frame import navigation
from planeval.site.summary import summary_of

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


@dataclass(frozen=True)
class RenderedReport:
    """The files of one report (name -> content), and what the index says of it."""

    files: dict[str, bytes]
    summary: dict[str, Any]


def parameters_of(
    plan: str, as_of: int | None, data: str, validation: str, lang: str = "zh"
) -> dict[str, str | int | None]:
    """The parameters of a report notebook; they stand in the published notebook and in the report's key."""
    return {"plan": plan, "as_of": as_of, "data": data, "validation": validation, "lang": lang}


def render_report(
    plan: str,
    kind: Kind,
    as_of: int | None,
    data: str,
    validation: str,
    engine: Engine = "planeval",
    lang: str = "zh",
    formats: Collection[str] = (),
) -> RenderedReport:
    """Render one report, ``formats`` (``docx``, ``pdf``) beside its page; nothing is written. The summary is of the evaluation that the notebook computed.

    Raises:
        NotebookFailure, RenderError.
    """
    return rendered(
        execute(NOTEBOOKS[kind], parameters_of(plan, as_of, data, validation, lang), engine), formats
    )


def rendered(notebook: Any, formats: Collection[str] = ()) -> RenderedReport:
    """The report that an executed ``notebook`` makes, in HTML and in the other ``formats``.

    Raises:
        NotebookFailure, RenderError.
    """
    evaluation = Evaluation.model_validate_json(result_of(notebook, "evaluation"))
    nav = navigation(f"{evaluation.plan}/{evaluation.kind.value}/index.html")
    files = {
        "index.html": notebook_to_html(notebook, report_title(evaluation), nav=nav),
        "report.ipynb": notebook_text(notebook),
        "evaluation.json": evaluation_json(evaluation),
        "indicators.csv": indicators_csv(evaluation),
    }
    return RenderedReport(
        {name: text.encode("utf-8") for name, text in files.items()}, summary_of(evaluation)
    )


def notebook_text(notebook: Any) -> str:
    """The notebook as its file: nbformat's own form, without one more validation of what papermill has validated."""
    from nbformat import v4

    return str(v4.writes(notebook)) + "\n"


def evaluation_json(evaluation: Evaluation) -> str:
    """The whole evaluation as JSON: UTF-8 text, keys in the order of the model; the model admits no NaN."""
    return evaluation.model_dump_json(indent=1) + "\n"


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
