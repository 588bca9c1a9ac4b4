"""An executed notebook as one self-contained HTML page.

nbconvert does the conversion with the template beside this module: code is hidden, only what the cells show
remains. The page fetches nothing: no script, no font, no stylesheet, no image from anywhere; `check_page` refuses
a page that would.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planeval.errors import PlanevalError
from planeval.messages import LANGUAGES, language, say
from planeval.render.scan import scan
from planeval.report.blocks import Link

if TYPE_CHECKING:
    from nbconvert.exporters import HTMLExporter
    from nbformat import NotebookNode

TEMPLATES = Path(__file__).parent / "templates"
# The pages in general, then the charts.
STYLES = ("style.css", "charts.css")
# Cells that speak to the analyst, not to the reader of the report.
HIDDEN_TAGS = frozenset({"guide", "parameters", "injected-parameters"})
# What an output may be, the preferred form first.
OUTPUT_TYPES = ("text/html", "text/markdown", "text/plain")
_WORDS = ("contents", "skip", "navigation", "site_name", "back_to_top", "messages")


class RenderError(PlanevalError):
    """A notebook that cannot become a page."""

    @classmethod
    def of(cls, name: str, /, **params: Any) -> RenderError:
        """The error ``page.error.<name>`` with its remedy."""
        return cls(f"{say(f'page.error.{name}', **params)} → {say(f'page.error.{name}_remedy')}")


@cache
def stylesheet() -> str:
    """The stylesheet of every page of the site, without its comments and most of its white space."""
    text = "".join((TEMPLATES / "planeval" / name).read_text(encoding="utf-8") for name in STYLES)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    # Spaces between words or around + and - mean something; beside these signs they do not.
    text = re.sub(r" ?([{};,]) ?", r"\1", text).replace(": ", ":").replace(";}", "}")
    # One line a rule: whoever reads the page's source finds a rule, and a difference between two pages stays small.
    return text.replace("}", "}\n").strip()


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
        template_name="planeval",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        default_preprocessors=["nbconvert.preprocessors.CoalesceStreamsPreprocessor"],
        filters={"demote_headings": _demote_headings},
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
    footer: Sequence[str] = (),
) -> str:
    """The page of an executed ``notebook``: one h1 (``title``), a table of contents of its h2, and its outputs.

    ``nav`` are links in the head (relative to the page), ``footer`` lines at its foot. Cells tagged ``guide``,
    ``parameters`` or ``injected-parameters`` do not show; what cells print shows, also on stderr. Two runs over the
    same notebook give the same text.

    Raises:
        RenderError: a cell failed, an output has no form that fits a page, an id stands twice, or the page
            would fetch something from another place.
    """
    from nbconvert.exporters import TemplateExporter

    _check_outputs(notebook)
    shown = _shown(notebook)
    page = {
        "title": title,
        "language": LANGUAGES[language()],
        "description": description,
        "nav": list(nav),
        "footer": list(footer) or [say("page.generated")],
        "style": stylesheet(),
        "words": {name: say(f"page.{name}") for name in _WORDS},
        "contents": _contents(shown),
    }
    # HTMLExporter's own method sends the finished page through an HTML parser that writes SVG attributes in lower
    # case (viewBox) and adds nothing this template needs; the method it extends does the conversion.
    html, _ = TemplateExporter.from_notebook_node(exporter(), shown, {"page": page})
    text = str(html).strip() + "\n"
    check_page(text)
    return text


def check_page(html: str) -> None:
    """Raise RenderError when the page would fetch something from elsewhere or has an id twice."""
    found = scan(html)
    if found.requests:
        raise RenderError.of("external_request", urls="、".join(sorted(found.requests)))
    repeated = sorted(i for i, times in found.ids.items() if times > 1)
    if repeated:
        raise RenderError.of("repeated_id", ids="、".join(repeated))


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
                raise RenderError.of("output_unsupported", number=number, kinds="、".join(sorted(kinds)))


def _shown(notebook: NotebookNode) -> NotebookNode:
    """The cells that show, with what of their outputs may show: nbconvert copies and validates what it is given."""
    shown = type(notebook)(notebook)
    shown["cells"] = []
    for cell in notebook.cells:
        if _is_hidden(cell):
            continue
        if cell.get("outputs"):
            cell = type(cell)(cell)
            cell["outputs"] = [_showing(output) for output in cell["outputs"]]
        shown["cells"].append(cell)
    return shown


def _showing(output: Any) -> Any:
    if "data" not in output:
        return output
    output = type(output)(output)
    output["data"] = type(output)({k: v for k, v in output["data"].items() if k in OUTPUT_TYPES})
    return output


def _contents(shown: NotebookNode) -> list[dict[str, str]]:
    """Every h2 with an id in the outputs that show."""
    outputs = [output for cell in shown.cells for output in cell.get("outputs", [])]
    fragments = ("".join(output.get("data", {}).get("text/html", "")) for output in outputs)
    return [{"id": i, "text": text} for html in fragments for i, text in scan(html).headings]


def _demote_headings(html: str) -> str:
    """h1 of a Markdown cell becomes h2 and so on: the page has one h1, its title."""
    return re.sub(r"(</?h)([1-5])\b", lambda m: f"{m[1]}{int(m[2]) + 1}", html)
