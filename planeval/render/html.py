"""An executed notebook as one self-contained HTML page.

nbconvert does the conversion with the template beside this module: what the cells show, and their code behind a
switch. The page fetches nothing: no script, no font, no stylesheet, no image from anywhere; `check_page` refuses a
page that would.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from planeval.messages import say
from planeval.render.page import FOLDER, RenderError, check_page, finished, frame, stylesheet
from planeval.report.blocks import Link

if TYPE_CHECKING:
    from nbconvert.exporters import HTMLExporter
    from nbformat import NotebookNode

__all__ = ["RenderError", "check_page", "notebook_to_html", "stylesheet"]

# Cells that speak to the analyst, not to the reader of the report: of them the code alone shows, with the other code.
HIDDEN_TAGS = frozenset({"guide", "parameters", "injected-parameters"})
# What an output may be, the preferred form first.
OUTPUT_TYPES = ("text/html", "text/markdown", "text/plain")
# A file of this machine, named from its root: as a whole string of the code.
_LOCAL_FILE = re.compile(r"""(?<=["'])(?:/|[A-Za-z]:[\\/])[^"'\n]*[\\/](?=[^"'\\/\n]*["'])""")


@cache
def exporter() -> HTMLExporter:
    """nbconvert's exporter with the template beside this module, compiled: once in a process.

    A page's own words travel through ``resources``, so nothing of one page is left when the next is made. Of
    nbconvert's preprocessors only the one that joins what a cell prints has work here; each costs a validation of
    the whole notebook.
    """
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import Config

    made = HTMLExporter(
        template_name=FOLDER.name,
        extra_template_basedirs=[str(FOLDER.parent)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        default_preprocessors=["nbconvert.preprocessors.CoalesceStreamsPreprocessor"],
        filters={"demote_headings": _demote_headings, "code_shown": code_shown},
        config=Config(
            {
                "NbConvertBase": {"display_data_priority": list(OUTPUT_TYPES)},
                "CoalesceStreamsPreprocessor": {"enabled": True},
            }
        ),
    )
    made.template  # noqa: B018  compiled here and not in the middle of the first report
    return made


def notebook_to_html(
    notebook: NotebookNode,
    title: str,
    *,
    description: str = "",
    nav: Sequence[Link] = (),
    files: Sequence[Link] = (),
    footer: Sequence[str] = (),
    inputs: str = "",
) -> str:
    """The page of an executed ``notebook``: one h1 (``title``), a table of contents of its h2 and h3, its outputs with
    their figures and tables numbered, and the code of its cells, which shows when the reader asks for it.

    ``nav`` are links in the head, ``files`` the links under the title (both relative to the page), ``footer`` lines at
    its foot, ``inputs`` what the page carries to be recomputed from (`planeval.verify.embedded.pack`). Of cells tagged ``guide``, ``parameters`` or ``injected-parameters`` no output shows, nor a text; what
    other cells print shows, also on stderr. Two runs over the same notebook give the same text.

    Raises:
        RenderError: a cell failed, an output has no form that fits a page, an id stands twice, or the page
            would fetch something from another place.
    """
    from nbconvert.exporters import TemplateExporter

    _check_outputs(notebook)
    shown = _shown(notebook)
    page = frame(title, description=description, nav=nav, footer=list(footer) or [say("page.generated")])
    page["files"] = list(files)
    page["inputs"] = inputs
    page["has_code"] = any(cell.cell_type == "code" and cell.source for cell in shown.cells)
    # HTMLExporter's own method sends the finished page through an HTML parser that writes SVG attributes in lower
    # case (viewBox) and adds nothing this template needs; the method it extends does the conversion.
    html, _ = TemplateExporter.from_notebook_node(exporter(), shown, {"page": page})
    text = str(html).strip() + "\n"
    return finished(text, exporter().environment, contents=True, numbered=True)


def _is_hidden(cell: Any) -> bool:
    return bool(HIDDEN_TAGS & set(cell.metadata.get("tags", [])))


def _check_outputs(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise RenderError.of("cell_failed", number=number, error=output.ename, value=output.evalue)
            kinds = set(output.get("data", {})) - {"text/plain"}
            # A picture or a script comes with a text that only names it: showing that would hide the loss.
            if kinds and not kinds & set(OUTPUT_TYPES) and not _is_hidden(cell):
                listed = say("report.join").join(sorted(kinds))
                raise RenderError.of("output_unsupported", number=number, kinds=listed)


def _shown(notebook: NotebookNode) -> NotebookNode:
    """The cells that show, with what of their outputs may show: nbconvert copies and validates what it is given."""
    shown = type(notebook)(notebook)
    shown["cells"] = []
    for cell in notebook.cells:
        hidden = _is_hidden(cell)
        if hidden and cell.cell_type != "code":
            continue
        if cell.get("outputs"):
            cell = type(cell)(cell)
            cell["outputs"] = [] if hidden else [_showing(output) for output in cell["outputs"]]
        shown["cells"].append(cell)
    return shown


def _showing(output: Any) -> Any:
    if "data" not in output:
        return output
    output = type(output)(output)
    output["data"] = type(output)({k: v for k, v in output["data"].items() if k in OUTPUT_TYPES})
    return output


def _demote_headings(html: str) -> str:
    """h1 of a Markdown cell becomes h2 and so on: the page has one h1, its title."""
    return re.sub(r"(</?h)([1-5])\b", lambda m: f"{m[1]}{int(m[2]) + 1}", html)


def code_shown(source: str) -> str:
    """A cell's code as the page shows it: without the folders of the machine it ran on."""
    return _LOCAL_FILE.sub("…/", source.strip("\n"))
