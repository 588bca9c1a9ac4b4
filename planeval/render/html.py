"""An executed notebook as one self-contained HTML page.

nbconvert does the conversion with the template beside this module: code is hidden, only what the cells show
remains. The page fetches nothing: no script, no font, no stylesheet, no image from anywhere; `check_page` refuses
a page that would.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planeval.errors import PlanevalError
from planeval.messages import say
from planeval.report.blocks import Link

if TYPE_CHECKING:
    from nbformat import NotebookNode

TEMPLATES = Path(__file__).parent / "templates"
# Cells that speak to the analyst, not to the reader of the report.
HIDDEN_TAGS = frozenset({"guide", "parameters", "injected-parameters"})
# What an output may be, the preferred form first.
OUTPUT_TYPES = ("text/html", "text/markdown", "text/plain")
# Attributes whose value the browser fetches without being asked (a link's href it does not).
_FETCHED = frozenset(["src", "srcset", "poster", "data", "background", "action", "formaction", "xlink:href"])
_FETCHING_HREF = frozenset(["link", "image", "use", "script", "base", "feimage"])
_CSS_REQUEST = re.compile(r"@import\b[^;]*|url\(\s*['\"]?\s*(?!data:|#)[^)]*\)", re.IGNORECASE)
_EXTERNAL = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_WORDS = ("contents", "skip", "navigation", "site_name", "back_to_top", "messages")


class RenderError(PlanevalError):
    """A notebook that cannot become a page."""

    @classmethod
    def of(cls, name: str, /, **params: Any) -> RenderError:
        """The error ``page.error.<name>`` with its remedy."""
        return cls(f"{say(f'page.error.{name}', **params)} → {say(f'page.error.{name}_remedy')}")


def stylesheet() -> str:
    """The stylesheet of every page of the site."""
    return (TEMPLATES / "planeval" / "style.css").read_text(encoding="utf-8").strip()


def notebook_to_html(
    notebook: NotebookNode,
    title: str,
    *,
    language: str = "zh-CN",
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
    from nbconvert.exporters import HTMLExporter, TemplateExporter
    from traitlets.config import Config

    _check_outputs(notebook)
    words = {name: say(f"page.{name}") for name in _WORDS}
    page = {
        "title": title,
        "language": language,
        "description": description,
        "nav": list(nav),
        "footer": list(footer) or [say("page.generated")],
        "style": stylesheet(),
        "words": words,
        "hidden_tags": HIDDEN_TAGS,
        "contents": _contents(notebook),
    }
    exporter = HTMLExporter(
        template_name="planeval",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        filters={"demote_headings": _demote_headings},
        config=Config({"NbConvertBase": {"display_data_priority": list(OUTPUT_TYPES)}}),
    )
    exporter.environment.globals["page"] = page
    # HTMLExporter's own method sends the finished page through an HTML parser that writes SVG attributes in lower
    # case (viewBox) and adds nothing this template needs; the method it extends does the conversion.
    html, _ = TemplateExporter.from_notebook_node(exporter, notebook)
    text = str(html).strip() + "\n"
    check_page(text)
    return text


def check_page(html: str) -> None:
    """Raise RenderError when the page would fetch something from elsewhere or has an id twice."""
    scan = _Scan.of(html)
    if scan.requests:
        raise RenderError.of("external_request", urls="、".join(sorted(set(scan.requests))))
    repeated = sorted(i for i, times in Counter(scan.ids).items() if times > 1)
    if repeated:
        raise RenderError.of("repeated_id", ids="、".join(repeated))


def _check_outputs(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise RenderError.of("cell_failed", number=number, error=output.ename, value=output.evalue)
            kinds = set(output.get("data", {})) - {"text/plain"}
            # A picture or a script comes with a text that only names it: showing that would hide the loss.
            shown = not HIDDEN_TAGS & set(cell.metadata.get("tags", []))
            if shown and kinds and not kinds & set(OUTPUT_TYPES):
                raise RenderError.of("output_unsupported", number=number, kinds="、".join(sorted(kinds)))


def _shown(notebook: NotebookNode) -> list[Any]:
    return [cell for cell in notebook.cells if not HIDDEN_TAGS & set(cell.metadata.get("tags", []))]


def _contents(notebook: NotebookNode) -> list[dict[str, str]]:
    """Every h2 with an id in the outputs that show."""
    entries: list[dict[str, str]] = []
    for cell in _shown(notebook):
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            entries += _Scan.of("".join(html)).headings
    return entries


def _demote_headings(html: str) -> str:
    """h1 of a Markdown cell becomes h2 and so on: the page has one h1, its title."""
    return re.sub(r"(</?h)([1-5])\b", lambda m: f"{m[1]}{int(m[2]) + 1}", html)


@dataclass
class _Scan(HTMLParser):
    """What a page holds: its h2 with ids, every id, and every address it would fetch."""

    headings: list[dict[str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    _in_h2: bool = False
    _in_style: bool = False

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def of(cls, html: str) -> _Scan:
        scan = cls()
        scan.feed(html)
        scan.close()
        return scan

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
            if tag == "h2":
                self.headings.append({"id": given["id"], "text": ""})
                self._in_h2 = True
        for name, value in given.items():
            fetched = name in _FETCHED or (name == "href" and tag in _FETCHING_HREF)
            if fetched and _EXTERNAL.match(value) and not value.strip().startswith("data:"):
                self.requests.append(value)
            if name == "style":
                self.requests += _CSS_REQUEST.findall(value)
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        if tag == "h2":
            self._in_h2 = False
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_h2:
            self.headings[-1]["text"] += data
        if self._in_style:
            self.requests += _CSS_REQUEST.findall(data)
