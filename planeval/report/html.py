"""Blocks to HTML fragments.

Everything that comes from data goes through `escape`, or `marked` where it may be Chinese on an English page; the
only markup taken as it is, is the SVG of a `Figure`, which this package draws itself. A fragment stands on its own in
a notebook (it needs no stylesheet to be read) and takes its looks from the report's stylesheet on the page.

A report has some thousand cells, so nothing is said at each of them that can be said once: a table's class tells
how most of its cells look, only the others have a class of their own; shapes are characters; what a mark means
stands in the notes; rows, cells and entries of lists end where the next begins, as HTML allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from markupsafe import Markup

from planeval.messages import cached_by_language, say
from planeval.messages.numbers import MISSING
from planeval.model.terms import ItemState, Verdict
from planeval.report import blocks as b
from planeval.report.quoted import marked

# Shapes tell verdicts apart where colour does not (print, colour blindness). Characters that every Chinese font
# has (GBK), not drawings: they stay in a notebook without the stylesheet and in a text copied from the page.
VERDICT_SHAPES = {
    Verdict.ACHIEVED_EARLY: "√",
    Verdict.AHEAD: "▲",
    Verdict.ON_TRACK: "●",
    Verdict.LAGGING: "▼",
    Verdict.OFF_TRACK: "×",
    Verdict.MET: "√",
    Verdict.NOT_MET: "×",
    Verdict.NOT_ASSESSABLE: "◇",
}
STATE_SHAPES = {
    ItemState.COMPLETED: "√",
    ItemState.ON_SCHEDULE: "●",
    ItemState.BEHIND: "▼",
    ItemState.OVERDUE: "×",
    ItemState.NOT_STARTED: "○",
    ItemState.NO_INFORMATION: "◇",
}
_MISSING = f'<i class="missing">{MISSING}</i>'


def render(block: b.Block) -> str:
    """One block as an HTML fragment.

    Raises:
        TypeError: not a block this renderer knows.
    """
    return _render(block)


def verdict_html(verdict: Verdict) -> Markup:
    """A verdict: shape and word, coloured by class."""
    return Markup(_verdict(verdict))


def mark_html(name: str) -> Markup:
    """A small visible mark such as 示例 (``illustrative``) or 暂定 (``provisional``), with what it means as title."""
    return Markup(_mark(name, say(f"page.mark_title.{name}")))


def _render(block: b.Block) -> str:
    try:
        renderer = _RENDERERS[type(block)]
    except KeyError:
        raise TypeError(f"no HTML for {type(block).__name__}") from None
    return renderer(block)


def _attribute(name: str, value: str) -> str:
    """`` name="value"``, nothing where the value is empty. ``name`` is a word of this module."""
    return f' {name}="{escape(value)}"' if value else ""


def _list(items: Iterable[str], class_: str = "", tag: str = "ul") -> str:
    """The sentences as a list; nothing where there are none."""
    inner = "".join(f"<li>{marked(item)}" for item in items)
    return f"<{tag}{_attribute('class', class_)}>{inner}</{tag}>" if inner else ""


@cached_by_language
def _verdict(verdict: Verdict) -> str:
    return _badge("verdict", verdict, VERDICT_SHAPES[verdict])


@cached_by_language
def _state(state: ItemState) -> str:
    return _badge("state", state, STATE_SHAPES[state])


@cached_by_language
def _mark(name: str, title: str = "") -> str:
    word = escape(say(f"page.mark.{name}"))
    kind = "" if name == "illustrative" else f"mark-{name}"  # the most common one goes without a class
    return f"<mark{_attribute('class', kind)}{_attribute('title', title)}>{word}</mark>"


def _badge(family: str, value: Verdict | ItemState, shape: str) -> str:
    word = escape(say(f"{family}.{value.value}"))
    name = f"{family}-{value.value.replace('_', '-')}"
    return f'<span class="badge {escape(name)}"><i aria-hidden="true">{escape(shape)}</i>{word}</span>'


def _all(blocks: Iterable[b.Block]) -> str:
    return "\n".join(_render(block) for block in blocks)


def _section(section: b.Section) -> str:
    id_, inner = escape(section.id), _all(section.blocks)
    heading = f'<h2 id="{id_}">{marked(section.title)}</h2>'
    return f'<section aria-labelledby="{id_}">{heading}\n{inner}</section>'


def _heading(heading: b.Heading) -> str:
    tag = f"h{heading.level:d}"
    return f"<{tag}{_attribute('id', heading.id)}>{marked(heading.text)}</{tag}>"


def _paragraph(paragraph: b.Paragraph) -> str:
    class_ = f"tone-{paragraph.tone}" if paragraph.tone else ""
    return f"<p{_attribute('class', class_)}>{marked(paragraph.text)}</p>"


def _items(items: b.Items) -> str:
    return _list(items.items, tag="ol" if items.ordered else "ul")


def _links(links: b.Links) -> str:
    label = f'<span class="links-label">{escape(links.label)}</span>' if links.label else ""
    inner = " ".join(f"<a{_attribute('href', x.href)}>{escape(x.text)}</a>" for x in links.items)
    return f'<p class="links">{label}{inner}</p>'


def _definitions(definitions: b.Definitions) -> str:
    inner = "".join(f"<div><dt>{marked(t)}<dd>{marked(d)}</div>" for t, d in definitions.items)
    return f"<dl>{inner}</dl>"


def _callout(callout: b.Callout) -> str:
    if isinstance(callout.body, str):
        body = f"<p>{marked(callout.body)}</p>" if callout.body else ""
    else:
        body = _list(callout.body)
    kind = escape(say(f"page.callout.{callout.tone}"))
    title = f'<p class="callout-title"><span class="callout-kind">{kind}</span>{marked(callout.title)}</p>'
    return f'<div class="callout callout-{escape(callout.tone)}" role="note">{title}{body}</div>'


def _banner(banner: b.Banner) -> str:
    facts = _definitions(b.Definitions(banner.facts)) if banner.facts else ""
    return f'<div class="banner">{facts}{_all(banner.callouts)}</div>'


def _details(details: b.Details) -> str:
    inner = _all(details.blocks)
    kind = _attribute("class", "" if details.printed else "unprinted")
    opening = f"<details{kind}{_attribute('id', details.id)}>"
    return f"{opening}<summary>{marked(details.summary)}</summary>\n{inner}</details>"


def _tally(tally: b.Tally) -> str:
    caption = f'<p class="tally-caption">{escape(tally.caption)}</p>' if tally.caption else ""
    inner = "".join(
        f"<li{_attribute('class', '' if count else 'zero')}>{_verdict(verdict)}<b>{count:d}</b></li>"
        for verdict, count in tally.counts
    )
    return f'<div class="tally">{caption}<ul>{inner}</ul></div>'


def _bar(progress: float, expected: float | None) -> str:
    """The progress bar under a number, in per cent of its width: filled so far, a tick at the share of time."""
    done = 100 * min(max(progress, 0.0), 1.0)
    if expected is None:
        return f'<i class="bar" style="--done:{done:.0f}%"></i>'
    due = 100 * min(max(expected, 0.0), 1.0)
    return f'<i class="bar due" style="--done:{done:.0f}%;--due:{due:.0f}%"></i>'


def _cell(cell: b.CellLike) -> tuple[str, str]:
    """Inner HTML of a cell, and the title of the whole cell (a missing value carries its own)."""
    if isinstance(cell, b.Cell):
        return _full_cell(cell)
    if cell is None:
        return _MISSING, ""
    if isinstance(cell, Verdict):
        return _verdict(cell), ""
    if isinstance(cell, ItemState):
        return _state(cell), ""
    return marked(cell), ""


def _full_cell(cell: b.Cell) -> tuple[str, str]:
    parts: list[str] = []
    if cell.verdict is not None:
        parts.append(_verdict(cell.verdict))
    if cell.state is not None:
        parts.append(_state(cell.state))
    if cell.text is None:
        parts.append(
            f'<i class="missing" title="{escape(cell.title)}">{MISSING}</i>' if cell.title else _MISSING
        )
    elif cell.text:
        parts.append(marked(cell.text))
    if cell.illustrative:
        parts.append(_mark("illustrative"))
    if cell.provisional:
        parts.append(_mark("provisional"))
    if cell.href:
        parts[0] = f'<a href="{escape(cell.href)}">{parts[0]}</a>'
    inner = " ".join(parts)
    if cell.progress is not None:
        inner += _bar(cell.progress, cell.expected)
    return inner, "" if cell.text is None else cell.title


# In widths of a Chinese character: texts up to the first are not broken, longer than the second they get room.
_SHORT, _LONG = 8, 24
_DENSE = 9  # with more columns a table is set closer, so that a period's years fit on a desktop and on paper
_NARROW = 0.55  # the width of a letter or digit
_HEADER = frozenset(
    ["number", "left", "center", "right", "verdict"]
)  # what matters to a column's heading too
_USUAL = {
    "": "",
    "number": "numbers",
    "short": "shorts",
}  # what most cells may be, and the class of such a table
_PLAIN = "text"  # running text among cells that are not


def _width(cell: b.CellLike) -> float:
    """Width of a cell's text; characters of three bytes or more in UTF-8 are wide ones."""
    text = (cell.text if isinstance(cell, b.Cell) else cell) or ""
    wide = (len(text.encode()) - len(text)) / 2
    return _NARROW * len(text) + (1 - _NARROW) * wide


def _look(column: b.Column, cells: Iterable[b.CellLike]) -> str:
    """The classes of a column's cells; "" is running text."""
    align = column.align or ("right" if column.kind == "number" else "left")
    if column.kind == "number":
        return "number" if align == "right" else f"number {align}"
    words: list[str] = [] if align == "left" else [align]
    if column.kind == "verdict":
        words.append("verdict")
    elif column.kind == "state":
        words.append("short")
    else:
        longest = max(map(_width, cells), default=0)
        words += ["short"] if longest <= _SHORT else ["long"] if longest > _LONG else []
    return " ".join(words)


def _usual(looks: Iterable[str]) -> str:
    """The look that the table as a whole gets: the one that leaves the least to be said at the cells."""
    every = list(looks)
    return min(_USUAL, key=lambda usual: sum(len(look or _PLAIN) + 9 for look in every if look != usual))


def _table(table: b.Table) -> str:
    rows = [row for row in table.rows if not isinstance(row, b.RowGroup)]
    looks = [_look(column, (row[n] for row in rows)) for n, column in enumerate(table.columns)]
    usual = _usual(look for n, look in enumerate(looks) if n != table.row_header)

    def class_(look: str) -> str:
        return "" if look == usual else _attribute("class", look or _PLAIN)

    # A heading is never broken and a row's name may always be: of their columns' looks the others matter to them.
    heads = (" ".join(word for word in look.split() if word in _HEADER) for look in looks)
    head = "".join(
        f'<th{class_(look) if look or usual == "number" else ""} scope="col">{escape(column.label)}'
        for column, look in zip(table.columns, heads, strict=True)
    )
    opening = [f"<td{class_(look)}" for look in looks]
    if table.row_header is not None:
        own = looks[table.row_header]
        name = "" if own == "long" else _attribute("class", own)
        opening[table.row_header] = f'<th{name} scope="row"'
    body = []
    for row in table.rows:
        if isinstance(row, b.RowGroup):
            group = f'<th colspan="{len(looks):d}" scope="rowgroup">{marked(row.text)}'
            body.append(f'<tr class="row-group">{group}')
            continue
        cells = []
        for start, cell in zip(opening, row, strict=True):
            inner, title = _cell(cell)
            if not inner and usual and start.startswith("<td"):
                start = "<td"  # nothing that could look like anything
            cells.append(f"{start}{_attribute('title', title)}>{inner}")
        body.append(f"<tr>{''.join(cells)}")
    lines = "\n".join(body)
    dense = "dense" if len(table.columns) > _DENSE else ""
    kind = _attribute("class", f"{dense} {_USUAL[usual]}".strip())
    caption = f"<caption>{marked(table.caption)}</caption>" if table.caption else ""
    inner = f"<table{kind}>{caption}<thead><tr>{head}</thead><tbody>{lines}</tbody></table>"
    # The container scrolls, not the page; focusable, so that the keyboard can scroll it too.
    label = _attribute("aria-label", table.caption)
    return f'<div class="table" role="group"{label} tabindex="0">{inner}</div>{_list(table.notes, "notes")}'


def _figure(figure: b.Figure) -> str:
    marks = {"illustrative": figure.illustrative, "provisional": figure.provisional}
    shown = "".join(f" {_mark(name)}" for name, given in marks.items() if given)
    # The numbers and the alternative text in the open: whoever cannot see the chart reads them here too.
    data = ""
    if figure.data is not None:
        summary = escape(say("page.figure_data"))
        inner = f'<p class="alt">{escape(figure.alt)}</p>{_table(figure.data)}'
        data = f'<details class="data"><summary>{summary}</summary>{inner}</details>'
    caption = f"<figcaption>{marked(figure.caption)}{shown}</figcaption>"
    return f"<figure>{caption}{figure.svg}{_list(figure.notes, 'notes')}{data}</figure>"


def _figures(figures: b.Figures) -> str:
    return f'<div class="figures">{_all(figures.items)}</div>'


def _panel(panel: b.Panel) -> str:
    from planeval.report.html_panel import panel_html  # which uses this module

    return panel_html(panel)


_RENDERERS: dict[type, Callable[[Any], str]] = {
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
    b.Panel: _panel,
}
