"""What every page of the site has in common, a report's and the others': the style sheet, numbered captions, the
table of contents, the running title on paper, and the check that a page fetches nothing.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planeval.errors import PlanevalError
from planeval.messages import LANGUAGES, language, say
from planeval.render.scan import Heading, Scan, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jinja2 import Environment

    from planeval.report.blocks import Link

# The page's template and style sheet, and the frame that all templates take head, navigation and foot from.
FOLDER = Path(__file__).parent / "templates" / "planeval"
# The pages in general, then the charts.
STYLES = ("style.css", "charts.css")
_WORDS = ("skip", "navigation", "site_name", "back_to_top", "messages", "files", "show_code")
# Where the contents go: nothing before it comes from a cell, so the first one is the page's own.
_MAIN = '<main id="main"'
# The table behind a chart belongs to its figure and is not printed: it has no number of its own.
_UNNUMBERED = re.compile(r'(<details class="data">.*?</details>)', re.DOTALL)
_CAPTION = re.compile(r"<(fig)?caption>")


class RenderError(PlanevalError):
    """Something that cannot become a page."""

    @classmethod
    def of(cls, name: str, /, **params: Any) -> RenderError:
        """The error ``page.error.<name>`` with its remedy."""
        return cls(f"{say(f'page.error.{name}', **params)} → {say(f'page.error.{name}_remedy')}")


@cache
def stylesheet() -> str:
    """The stylesheet of every page of the site, without its comments and most of its white space."""
    text = "".join((FOLDER / name).read_text(encoding="utf-8") for name in STYLES)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    # Spaces between words or around + and - mean something; beside these signs they do not.
    text = re.sub(r" ?([{};,]) ?", r"\1", text).replace(": ", ":").replace(";}", "}")
    # One line a rule: whoever reads the page's source finds a rule, and a difference between two pages stays small.
    return text.replace("}", "}\n").strip()


def frame(
    title: str, *, description: str = "", nav: Sequence[Link] = (), footer: Sequence[str] = ()
) -> dict[str, Any]:
    """What the macros of ``frame.html.j2`` show of a page: its words, its links, its style."""
    return {
        "title": title,
        "language": LANGUAGES[language()],
        "description": description,
        "nav": list(nav),
        "footer": list(footer),
        "style": f"{stylesheet()}\n{_paper(title)}",
        "words": {name: say(f"page.{name}") for name in _WORDS},
    }


def finished(html: str, environment: Environment, *, contents: bool, numbered: bool) -> str:
    """The page ``html`` with its table of contents (of h2 and h3 with an id) and its figures and tables numbered.

    ``environment`` is one that finds ``frame.html.j2``. Captions are numbered where they stand as ``<caption>`` or
    ``<figcaption>`` without attributes, each kind by itself, in the order of the page.

    Raises:
        RenderError: as `check_page`.
    """
    found = _checked(html)
    if numbered:
        html = with_numbers(html)
    if contents and any(heading.level == 2 for heading in found.headings):
        made: Callable[..., str] = environment.get_template("frame.html.j2").module.contents  # type: ignore[attr-defined]
        before, main, after = html.partition(_MAIN)
        listed = made(_nested(found.headings), say("page.contents"))
        html = f"{before}{listed}\n{main}{after}"
    return html


def check_page(html: str) -> None:
    """Raise RenderError when the page would fetch something from elsewhere or has an id twice."""
    _checked(html)


def _checked(html: str) -> Scan:
    found = scan(html)
    if found.requests:
        raise RenderError.of("external_request", urls=say("report.join").join(sorted(found.requests)))
    repeated = sorted(i for i, times in found.ids.items() if times > 1)
    if repeated:
        raise RenderError.of("repeated_id", ids=say("report.join").join(repeated))
    return found


def _nested(headings: Sequence[Heading]) -> list[dict[str, Any]]:
    """Every h2, with the h3 below it."""
    entries: list[dict[str, Any]] = []
    for heading in headings:
        entry: dict[str, Any] = {"id": heading.id, "text": heading.text, "below": []}
        if heading.level == 2:
            entries.append(entry)
        elif entries:
            entries[-1]["below"].append(entry)
    return entries


def with_numbers(html: str) -> str:
    """``html`` with its captions numbered, as text: they are found by a search and copied with the caption."""
    numbers = {"fig": count(1), None: count(1)}
    names = {"fig": "page.figure_number", None: "page.table_number"}

    def caption(match: re.Match[str]) -> str:
        return match[0] + say(names[match[1]], number=next(numbers[match[1]]))

    pieces = _UNNUMBERED.split(html)
    pieces[0::2] = [_CAPTION.sub(caption, piece) for piece in pieces[0::2]]
    return "".join(pieces)


def _paper(title: str) -> str:
    """The rules that print the title over every page but the first, and the page's number under each.

    Browsers cannot take them from the page's text (``string-set``), so they stand in the style sheet as strings.
    """
    # In a string nothing is fetched; a zero-width sign keeps what only looks like a request from being one.
    running = re.sub(r"[(@]", "\u2060\\g<0>\u2060", " ".join(title.split()))
    counted = (
        say("page.page_number", page="\0page\0", pages="\0pages\0").replace('"', "").split("\0")
    )  # text, counter, text, counter, text
    parts = [f"counter({part})" if n % 2 else _css_string(part) for n, part in enumerate(counted) if part]
    return (
        f"@page{{@top-center{{content:{_css_string(running)}}}@bottom-center{{content:{' '.join(parts)}}}}}\n"
        "@page:first{@top-center{content:none;border:0}}"
    )


def _css_string(text: str) -> str:
    escaped = re.sub(r'[\\"<>&\x00-\x1f]', lambda match: f"\\{ord(match[0]):x} ", text)
    return f'"{escaped}"'
