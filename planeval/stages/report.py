"""The report stage: one plan and kind, from the executed notebook to the files of the published folder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from planeval.model.evaluation import Evaluation, Kind
from planeval.render.execute import Engine, execute, result_of
from planeval.render.html import notebook_to_html
from planeval.report.indicator_table import indicators_csv
from planeval.report.words import report_title
from planeval.site.entries import FORMAT_FILES
from planeval.site.frame import files_beside, navigation
from planeval.site.summary import summary_of

NOTEBOOKS = {
    Kind.ANNUAL: "annual_monitoring",
    Kind.MIDTERM: "midterm_evaluation",
    Kind.FINAL: "final_evaluation",
}
FILES = ("report.ipynb", "evaluation.json", "indicators.csv")


@dataclass(frozen=True)
class RenderedReport:
    """The files of one report (name -> content), and what the index says of it."""

    files: dict[str, bytes]
    summary: dict[str, Any]


def parameters_of(
    plan: str, as_of: int | None, data: str, validation: str, lang: str = "zh", vintage: str = ""
) -> dict[str, str | int | None]:
    """The parameters of a report notebook; they stand in the published notebook and in the report's key."""
    return {
        "plan": plan,
        "as_of": as_of,
        "data": data,
        "validation": validation,
        "lang": lang,
        "vintage": vintage,
    }


def render_report(
    plan: str,
    kind: Kind,
    as_of: int | None,
    data: str,
    validation: str,
    engine: Engine = "planeval",
    lang: str = "zh",
    formats: Collection[str] = (),
    vintage: str = "",
) -> RenderedReport:
    """Render one report, ``formats`` (``docx``, ``pdf``) beside its page; nothing is written. The summary is of the
    evaluation that the notebook computed.

    Raises:
        As `rendered`.
    """
    parameters = parameters_of(plan, as_of, data, validation, lang, vintage)
    return rendered(execute(NOTEBOOKS[kind], parameters, engine), data, formats, vintage)


def rendered(notebook: Any, data: str, formats: Collection[str] = (), vintage: str = "") -> RenderedReport:
    """The report that an executed ``notebook`` makes, in HTML and in the other ``formats``; ``data`` and
    ``vintage`` are its parameters.

    Raises:
        NotebookFailure, RenderError; UsageError, PlanevalError: as `planeval.office.formats.office_files`.
    """
    evaluation = Evaluation.model_validate_json(result_of(notebook, "evaluation"))
    page = f"{evaluation.plan}/{evaluation.kind.value}/index.html"
    made = [*FILES, *(file for name, file in FORMAT_FILES.items() if name in formats)]
    beside = files_beside(page, made, evaluation.region_code)
    html = notebook_to_html(
        notebook,
        report_title(evaluation),
        nav=navigation(page),
        files=beside,
        inputs=result_of(notebook, "inputs"),
    )
    files = {
        "index.html": html,
        "report.ipynb": notebook_text(notebook),
        "evaluation.json": evaluation_json(evaluation),
        "indicators.csv": indicators_csv(evaluation),
    }
    content = {name: text.encode("utf-8") for name, text in files.items()}
    if not set(FORMAT_FILES).isdisjoint(formats):
        from planeval.office.formats import office_files
        from planeval.workbench import open_workspace

        dictionary = open_workspace(data, evaluation.plan, vintage).dictionary
        content |= office_files(formats, evaluation, dictionary, html)
    return RenderedReport(content, summary_of(evaluation))


def notebook_text(notebook: Any) -> str:
    """The notebook as its file: nbformat's own form, without one more validation of what papermill has validated."""
    from nbformat import v4

    return str(v4.writes(notebook)) + "\n"


def evaluation_json(evaluation: Evaluation) -> str:
    """The whole evaluation as JSON: UTF-8 text, keys in the order of the model; the model admits no NaN."""
    return evaluation.model_dump_json(indent=1) + "\n"
