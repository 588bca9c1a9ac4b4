"""Blocks to HTML fragments.

Everything that comes from data is escaped (`markupsafe.escape`); the only markup taken as it is, is the SVG of a
`Figure`, which this package draws itself. A fragment stands on its own in a notebook (it needs no stylesheet to be
read) and takes its looks from the report's stylesheet on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape

from planeval.messages import say
from planeval.messages.numbers import MISSING
from planeval.model.evaluation import ItemState, Verdict
from planeval.report import blocks as b

# Shapes tell verdicts apart where colour does not (print, colour blindness). 16 x 16, drawn in the text's colour.
_DISC = '<circle cx="8" cy="8" r="7"/>'
_RING = '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/>'
_STROKE = 'fill="none" stroke="{}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
_ON = _STROKE.format("#fff")
_OWN = _STROKE.format("currentColor")
_CHECK = f'{_DISC}<path {_ON} d="M4.6 8.4l2.3 2.3 4.6-5"/>'
_UP = '<path d="M8 1.5l7 12.5H1z"/>'
_LEVEL = f'{_RING}<circle cx="8" cy="8" r="3"/>'
_DOWN = '<path d="M8 14.5L1 2h14z"/>'
_CROSS = f'<rect x="1.5" y="1.5" width="13" height="13" rx="1.5"/><path {_ON} d="M5 5l6 6M11 5l-6 6"/>'
_DASH = f'{_RING}<path {_OWN} d="M5 8h6"/>'
_DASHED = f'<circle cx="8" cy="8" r="6" {_OWN} stroke-dasharray="2 3"/>'

VERDICT_SHAPES = {
    Verdict.ACHIEVED_EARLY: _CHECK,
    Verdict.AHEAD: _UP,
    Verdict.ON_TRACK: _LEVEL,
    Verdict.LAGGING: _DOWN,
    Verdict.OFF_TRACK: _CROSS,
    Verdict.MET: _CHECK,
    Verdict.NOT_MET: _CROSS,
    Verdict.NOT_ASSESSABLE: _DASH,
}
STATE_SHAPES = {
    ItemState.COMPLETED: _CHECK,
    ItemState.ON_SCHEDULE: _LEVEL,
    ItemState.BEHIND: _DOWN,
    ItemState.OVERDUE: _CROSS,
    ItemState.NOT_STARTED: _RING,
    ItemState.NO_INFORMATION: _DASHED,
}


def render(block: b.Block, language: str = "zh") -> str:
    """One block as an HTML fragment.

    Raises:
        TypeError: not a block this renderer knows.
    """
    try:
        renderer = _RENDERERS[type(block)]
    except KeyError:
        raise TypeError(f"no HTML for {type(block).__name__}") from None
    return str(renderer(block, language))


def verdict_html(verdict: Verdict, language: str = "zh") -> Markup:
    """A verdict: shape and word, coloured by class."""
    return _badge("verdict", verdict, VERDICT_SHAPES[verdict], language)


def state_html(state: ItemState, language: str = "zh") -> Markup:
    """The state of a task, project or milestone: shape and word, coloured by class."""
    return _badge("state", state, STATE_SHAPES[state], language)


def mark_html(name: str, language: str = "zh") -> Markup:
    """A small visible mark such as 示例 (``illustrative``) or 暂定 (``provisional``)."""
    return _tag(
        "span",
        say(f"page.mark.{name}", language=language),
        class_=f"mark mark-{name}",
        title=say(f"page.mark_title.{name}", language=language),
    )


def _tag(name: str, *content: object, class_: str = "", **attributes: object) -> Markup:
    """One element; content and attribute values are escaped unless they are Markup; None and "" are left out."""
    given = {"class": class_, **{key.replace("_", "-"): value for key, value in attributes.items()}}
    attrs = Markup("").join(
        Markup(' {}="{}"').format(key, value) for key, value in given.items() if value not in (None, "")
    )
    inner = Markup("").join(escape(part) for part in content)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), attrs, inner)


def _badge(family: str, value: Verdict | ItemState, shape: str, language: str) -> Markup:
    icon = Markup(
        '<svg class="shape" width="12" height="12" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">'
        f"{shape}</svg>"
    )
    word = say(f"{family}.{value.value}", language=language)
    return _tag("span", icon, word, class_=f"badge {family}-{value.value.replace('_', '-')}")


def _all(blocks: Iterable[b.Block], language: str) -> Markup:
    return Markup("\n").join(Markup(render(block, language)) for block in blocks)


def _section(section: b.Section, language: str) -> Markup:
    heading = _tag("h2", section.title, id=section.id)
    return _tag("section", heading, "\n", _all(section.blocks, language), aria_labelledby=section.id)


def _heading(heading: b.Heading, language: str) -> Markup:
    return _tag(f"h{heading.level}", heading.text, id=heading.id)


def _paragraph(paragraph: b.Paragraph, language: str) -> Markup:
    return _tag("p", paragraph.text, class_=f"tone-{paragraph.tone}" if paragraph.tone else "")


def _items(items: b.Items, language: str) -> Markup:
    return _tag("ol" if items.ordered else "ul", *(_tag("li", item) for item in items.items))


def _links(links: b.Links, language: str) -> Markup:
    label = _tag("span", links.label, class_="links-label") if links.label else Markup("")
    return _tag(
        "p", label, Markup(" ").join(_tag("a", x.text, href=x.href) for x in links.items), class_="links"
    )


def _definitions(definitions: b.Definitions, language: str) -> Markup:
    return _tag("dl", *(_tag("div", _tag("dt", t), _tag("dd", d)) for t, d in definitions.items))


def _callout(callout: b.Callout, language: str) -> Markup:
    body = (
        _tag("p", callout.body)
        if isinstance(callout.body, str)
        else _tag("ul", *(_tag("li", item) for item in callout.body))
    )
    if not callout.body:
        body = Markup("")
    kind = _tag("span", say(f"page.callout.{callout.tone}", language=language), class_="callout-kind")
    title = _tag("p", kind, callout.title, class_="callout-title")
    return _tag("div", title, body, class_=f"callout callout-{callout.tone}", role="note")


def _banner(banner: b.Banner, language: str) -> Markup:
    facts = _definitions(b.Definitions(banner.facts), language) if banner.facts else Markup("")
    return _tag("div", facts, _all(banner.callouts, language), class_="banner")


def _details(details: b.Details, language: str) -> Markup:
    return _tag("details", _tag("summary", details.summary), "\n", _all(details.blocks, language))


def _tally(tally: b.Tally, language: str) -> Markup:
    items = (
        _tag(
            "li",
            verdict_html(verdict, language),
            _tag("b", count),
            class_="" if count else "zero",
        )
        for verdict, count in tally.counts
    )
    caption = _tag("p", tally.caption, class_="tally-caption") if tally.caption else Markup("")
    return _tag("div", caption, _tag("ul", *items), class_="tally")


def _bar(cell: b.Cell) -> Markup:
    """The progress bar under a number: filled to the progress (0 to 1), a tick at the share of time."""
    if cell.progress is None:
        return Markup("")
    filled = round(60 * min(max(cell.progress, 0.0), 1.0), 1)
    tick = ""
    if cell.expected is not None:
        at = min(max(round(60 * cell.expected, 1), 0.75), 59.25)  # the whole stroke inside the frame
        tick = f'<path class="bar-tick" stroke="#1a1d21" stroke-width="1.5" d="M{at:g} 0v8"/>'
    return Markup(
        '<svg class="bar" width="60" height="8" viewBox="0 0 60 8" aria-hidden="true">'
        '<rect class="bar-rest" y="2" width="60" height="4" fill="#dfe4ea"/>'
        f'<rect class="bar-done" y="2" width="{filled:g}" height="4" fill="#4a6b8f"/>{tick}</svg>'
    )


def _cell(cell: b.CellLike, language: str) -> tuple[Markup, str]:
    """Inner HTML of a cell, and the title of the whole cell (a missing value carries its own)."""
    if isinstance(cell, Verdict):
        cell = b.Cell(verdict=cell)
    elif isinstance(cell, ItemState):
        cell = b.Cell(state=cell)
    elif not isinstance(cell, b.Cell):
        cell = b.Cell(cell)
    parts: list[Markup] = []
    if cell.verdict is not None:
        parts.append(verdict_html(cell.verdict, language))
    if cell.state is not None:
        parts.append(state_html(cell.state, language))
    if cell.text is None:
        parts.append(_tag("span", MISSING, class_="missing", title=cell.title))
    elif cell.text:
        parts.append(escape(cell.text))
    if cell.illustrative:
        parts.append(mark_html("illustrative", language))
    if cell.provisional:
        parts.append(mark_html("provisional", language))
    return Markup(" ").join(parts) + _bar(cell), "" if cell.text is None else cell.title


# In widths of a Chinese character: texts up to the first are not broken, longer than the second they get room.
_SHORT, _LONG = 8, 24
_DENSE = 9  # with more columns a table is set closer, so that a period's years fit on a desktop and on paper


def _longest(table: b.Table, index: int) -> float:
    """Width of the longest text in a column, in Chinese characters."""
    cells = [row[index] for row in table.rows if not isinstance(row, b.RowGroup)]
    texts = [(c.text if isinstance(c, b.Cell) else c) or "" for c in cells]
    return max((sum(1 if ord(x) > 0x2E80 else 0.55 for x in text) for text in texts), default=0)


def _classes(column: b.Column, longest: float) -> str:
    align = column.align or ("right" if column.kind == "number" else "left")
    words = [] if align == "left" else [f"align-{align}"]
    if column.kind != "text":
        words.append(f"kind-{column.kind}")
    elif longest <= _SHORT:
        words.append("short")
    elif longest > _LONG:
        words.append("long")
    return " ".join(words)


def _table(table: b.Table, language: str) -> Markup:
    classes = [_classes(column, _longest(table, index)) for index, column in enumerate(table.columns)]
    head = _tag(
        "tr",
        *(_tag("th", c.label, scope="col", class_=k) for c, k in zip(table.columns, classes, strict=True)),
    )
    body = []
    for row in table.rows:
        if isinstance(row, b.RowGroup):
            heading = _tag("th", row.text, colspan=len(table.columns), scope="rowgroup")
            body.append(_tag("tr", heading, class_="row-group"))
            continue
        cells = []
        for index, (cell, class_) in enumerate(zip(row, classes, strict=True)):
            inner, title = _cell(cell, language)
            if index == table.row_header:
                cells.append(_tag("th", inner, scope="row", class_=class_, title=title))
            else:
                cells.append(_tag("td", inner, class_=class_, title=title))
        body.append(_tag("tr", *cells))
    parts = [
        _tag("caption", table.caption) if table.caption else Markup(""),
        _tag("thead", head),
        _tag("tbody", Markup("\n").join(body)),
    ]
    # The container scrolls, not the page; focusable, so that the keyboard can scroll it too.
    inner = _tag("table", *parts, class_="dense" if len(table.columns) > _DENSE else "")
    scroller = _tag("div", inner, class_="table", role="region", aria_label=table.caption, tabindex="0")
    notes = (
        _tag("ul", *(_tag("li", note) for note in table.notes), class_="notes") if table.notes else Markup("")
    )
    return scroller + notes


def _figure(figure: b.Figure, language: str) -> Markup:
    marks = {"illustrative": figure.illustrative, "provisional": figure.provisional}
    shown = (Markup(" ") + mark_html(name, language) for name, given in marks.items() if given)
    caption = _tag("figcaption", figure.caption, *shown)
    notes = _tag("ul", *(_tag("li", n) for n in figure.notes), class_="notes") if figure.notes else Markup("")
    # The numbers and the alternative text in the open: whoever cannot see the chart reads them here too.
    data = Markup("")
    if figure.data is not None:
        summary = _tag("summary", say("page.figure_data", language=language))
        data = _tag(
            "details",
            summary,
            _tag("p", figure.alt, class_="alt"),
            _table(figure.data, language),
            class_="data",
        )
    return _tag("figure", caption, Markup(figure.svg), notes, data)


def _figures(figures: b.Figures, language: str) -> Markup:
    return _tag("div", _all(figures.items, language), class_="figures")


_RENDERERS: dict[type, Callable[[Any, str], Markup]] = {
    b.Section: _section,
    b.Heading: _heading,
    b.Paragraph: _paragraph,
    b.Items: _items,
    b.Links: _links,
    b.Definitions: _definitions,
    b.Callout: _callout,
    b.Banner: _banner,
    b.Details: _details,
    b.Tally: _tally,
    b.Table: _table,
    b.Figure: _figure,
    b.Figures: _figures,
}
