"""The frame of every page of the site: head, navigation, foot. The reports' own template shows the same navigation."""

from __future__ import annotations

import posixpath
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planeval.messages import say
from planeval.render.page import FOLDER, finished
from planeval.render.page import frame as page_frame
from planeval.report.blocks import Link

if TYPE_CHECKING:
    from collections.abc import Collection

    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
# The pages that every other one links to, by the name of their message ``nav.<name>``.
PAGES = {
    "reports": "index.html",
    "compare": "compare/index.html",
    "validation": "validation/index.html",
    "method": "method/index.html",
    "glossary": "glossary/index.html",
    "downloads": "downloads/index.html",
}
# The files that may lie beside a page, by the name of their message ``page.file.<name>``.
FILES = {
    "document": "report.docx",
    "print": "report.pdf",
    "evaluation": "evaluation.json",
    "indicators": "indicators.csv",
    "validation": "validation.json",
    "notebook": "report.ipynb",
}


def relative(path: str, page: str) -> str:
    """The address of ``path`` on ``page``; both are relative to the site's folder."""
    return posixpath.relpath(path, posixpath.dirname(page) or ".")


def navigation(page: str) -> list[Link]:
    """The links in the head of ``page`` (its path in the site's folder); the one to itself has no address."""
    return [
        Link(say(f"nav.{name}"), "" if path == page else relative(path, page)) for name, path in PAGES.items()
    ]


def files_beside(page: str, names: Collection[str], place: str = "") -> list[Link]:
    """The links under the title of ``page``: to the page of the place with the code ``place``, if it has one, and to
    those of `FILES` that are among ``names``.
    """
    own = [Link(say("page.place"), relative(f"places/{place}/index.html", page))] if place else []
    return own + [Link(say(f"page.file.{name}"), file) for name, file in FILES.items() if file in names]


@cache
def environment() -> Environment:
    """The templates of the site's pages; everything that comes from data is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([TEMPLATES, FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(
    template: str,
    page: str,
    title: str,
    *,
    description: str = "",
    contents: bool = False,
    numbered: bool = False,
    **body: Any,
) -> str:
    """The page at the path ``page`` from ``template``, which extends ``page.html.j2``; ``body`` is what it shows.

    With ``contents`` it gets a table of contents of its h2 and h3 that have an id; with ``numbered`` its figures and
    tables get numbers (see `planeval.render.page.finished`).

    Raises:
        RenderError: the page would fetch something from elsewhere, or has an id twice.
    """
    frame = page_frame(
        title, description=description or title, nav=navigation(page), footer=[say("site.generated")]
    )
    shown = {
        "page": frame,
        "title": title,
        "language": frame["language"],
        "words": frame["words"],
        "say": say,
    }
    html = environment().get_template(template).render(body | shown)
    return finished(html + "\n", environment(), contents=contents, numbered=numbered)
