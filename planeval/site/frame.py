"""The frame of every page of the site: head, navigation, foot. The reports' own template shows the same navigation."""

from __future__ import annotations

import posixpath
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from planeval.messages import LANGUAGES, language, say
from planeval.render.html import check_page, stylesheet
from planeval.report.blocks import Link

if TYPE_CHECKING:
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
_WORDS = ("skip", "navigation", "site_name", "back_to_top")


def relative(path: str, page: str) -> str:
    """The address of ``path`` on ``page``; both are relative to the site's folder."""
    return posixpath.relpath(path, posixpath.dirname(page) or ".")


def navigation(page: str) -> list[Link]:
    """The links in the head of ``page`` (its path in the site's folder); the one to itself has no address."""
    return [
        Link(say(f"nav.{name}"), "" if path == page else relative(path, page)) for name, path in PAGES.items()
    ]


@cache
def environment() -> Environment:
    """The templates of the site's pages; everything that comes from data is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(template: str, page: str, title: str, *, description: str = "", **body: Any) -> str:
    """The page at the path ``page`` from ``template``, which extends ``page.html.j2``; ``body`` is what it shows.

    Raises:
        RenderError: the page would fetch something from elsewhere, or has an id twice.
    """
    html = (
        environment()
        .get_template(template)
        .render(
            **body,
            language=LANGUAGES[language()],
            title=title,
            description=description or title,
            style=Markup(stylesheet()),
            words={word: say(f"page.{word}") for word in _WORDS} | {"generated": say("site.generated")},
            nav=navigation(page),
            say=say,
        )
    )
    html += "\n"
    check_page(html)
    return html
