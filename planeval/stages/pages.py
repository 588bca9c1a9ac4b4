"""The two pages about the statistics: validation, and the table of computed indicators. Each is a notebook."""

from __future__ import annotations

from dataclasses import dataclass

from planeval.messages import say
from planeval.render.execute import Engine, execute
from planeval.render.html import notebook_to_html
from planeval.site.frame import files_beside, navigation
from planeval.stages.report import notebook_text


@dataclass(frozen=True)
class Page:
    """A page: its folder below the output folder, its notebook, the name of its title, the files beside it."""

    folder: str
    notebook: str
    title: str
    files: tuple[str, ...] = ("report.ipynb",)


VALIDATION = Page(
    "validation",
    "validate_statistics",
    "statistics.validation_title",
    ("validation.json", "report.ipynb"),
)
INDICATORS = Page("indicators", "compute_indicators", "statistics.indicators_title")


def render_page(page: Page, parameters: dict[str, str], engine: Engine = "planeval") -> dict[str, bytes]:
    """The files of ``page`` (name -> content); nothing is written.

    Raises:
        NotebookFailure, RenderError.
    """
    notebook = execute(page.notebook, parameters, engine)
    path = f"{page.folder}/index.html"
    files = files_beside(path, page.files)
    html = notebook_to_html(notebook, say(page.title), nav=navigation(path), files=files)
    return {"index.html": html.encode("utf-8"), "report.ipynb": notebook_text(notebook).encode("utf-8")}
