"""Tables of the Word file: column widths from what the columns hold, header rows that repeat, rows that stay whole.

Widths are in points. A program that lays a table out by itself may cut it at the page's edge or break every number;
so the widths are said, and the letters are as large as the table allows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planeval.messages import language, say
from planeval.messages.numbers import MISSING
from planeval.model.terms import ItemState, Verdict
from planeval.office.styles import TABLE_SIZES, table_style, verdict_style
from planeval.office.wordml import attribute, line_break, paragraph, run
from planeval.report import blocks as b
from planeval.report.html import STATE_SHAPES, VERDICT_SHAPES

# With more columns a table stands on a page on its side, in the second size: rows and notes then fit one page.
MOST_UPRIGHT = 9
KEEP = "<w:keepNext/>"  # a paragraph on the page of the next one
PADDING = 8.0  # of a cell, left and right together
_NARROW = 0.52  # the width of a letter or digit, in that of a Chinese character
_LEAST_TEXT = 4.0  # running text is not squeezed to fewer characters a line
_MOST_TEXT = 22.0  # nor does it ask for more before all others have what they need
_MOST_LEVEL = 11.0  # a number with words is not broken up to here
_LEAST_HEAD, _MOST_HEAD = 3.0, 8.0  # a heading is broken between these
_SPACE = 0.5  # between a word and its mark
_SLACK = 0.2  # fonts differ a little
_SHORT = 10.0  # columns up to here get all they would like before longer ones get more than they need
_COMFORT = 11.0  # a running text of fewer characters a line is tiring
_MOST_KEPT = 24.0  # a table of so many lines stays on one page
_ROW_GAP = 0.3  # between two rows, in lines
_UNBROKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class Want:
    """What a column needs at least and would like, in widths of a Chinese character."""

    least: float
    most: float
    text: bool


def width_of(text: str) -> float:
    """The width of a text in widths of a Chinese character."""
    wide = sum(character > "\u2e80" or character in "“”‘’—…×√●▲▼◇○≥≤～" for character in text)
    return wide + _NARROW * (len(text) - wide)


def cell_lines(cell: b.CellLike) -> list[tuple[str, str]]:
    """What stands in a cell, line by line: text and character style."""
    if not isinstance(cell, b.Cell):
        cell = _full(cell)
    lines: list[tuple[str, str]] = []
    if cell.verdict is not None:
        lines.append(badge(cell.verdict))
    if cell.state is not None:
        lines.append(badge(cell.state))
    if cell.text is None:
        lines.append((MISSING, "Missing"))
    elif cell.text:
        lines.append((cell.text, ""))
    for name, given in (("illustrative", cell.illustrative), ("provisional", cell.provisional)):
        if given:
            lines.append((say(f"page.mark.{name}"), f"Mark{name.title()}"))
    return lines


def badge(value: Verdict | ItemState) -> tuple[str, str]:
    """A verdict or state: shape and word, and the character style that colours it."""
    if isinstance(value, Verdict):
        return f"{VERDICT_SHAPES[value]}{_gap()}{say(f'verdict.{value.value}')}", verdict_style(value)
    return f"{STATE_SHAPES[value]}{_gap()}{say(f'state.{value.value}')}", verdict_style(value)


def _gap() -> str:
    return "" if language() == "zh" else "\u00a0"


def _full(cell: b.CellLike) -> b.Cell:
    if isinstance(cell, Verdict):
        return b.Cell(verdict=cell)
    if isinstance(cell, ItemState):
        return b.Cell(state=cell)
    return b.Cell(cell) if not isinstance(cell, b.Cell) else cell


def table_xml(table: b.Table, room: float) -> str:
    """The ``w:tbl`` of a table, ``room`` points wide; its caption and notes are paragraphs of their own."""
    size, widths = layout(table, room)
    looks = [_look(column) for column in table.columns]
    if table.row_header is not None:
        looks[table.row_header] = "Text"
    head = [
        paragraph(table_style("Head", size), run(column.label), properties=KEEP) for column in table.columns
    ]
    rows = [_row(head, widths, header=True)]
    small = _fits(table, size, widths)
    for number, row in enumerate(table.rows, start=1):
        if isinstance(row, b.RowGroup):
            rows.append(_group(row, widths))
            continue
        kept = KEEP if small and number < len(table.rows) else ""
        cells = [
            paragraph(table_style(look, size), cell_xml(cell, (width - PADDING) / size), properties=kept)
            for look, cell, width in zip(looks, row, widths, strict=True)
        ]
        rows.append(_row(cells, widths))
    return frame("".join(rows), widths, table.caption, header=True)


def frame(rows: str, widths: Sequence[float], title: str, *, header: bool) -> str:
    """A table around its rows; ``title`` is what a screen reader calls it."""
    total = sum(twips(width) for width in widths)
    grid = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths)
    named = f'<w:tblCaption w:val="{attribute(title)}"/>' if title else ""
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="{total}" w:type="dxa"/>'
        '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/>'
        f'<w:tblLook w:val="0000" w:firstRow="{int(header)}" w:lastRow="0" w:firstColumn="0" '
        f'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>{named}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def plain_row(cells: Iterable[str], widths: Sequence[float], *, header: bool = False) -> str:
    """A row of finished paragraphs."""
    return _row(list(cells), widths, header=header)


def twips(points: float) -> int:
    """Twentieths of a point, Word's unit."""
    return round(points * 20)


def _row(cells: Sequence[str], widths: Sequence[float], *, header: bool = False) -> str:
    inner = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/></w:tcPr>{cell}</w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if header else ''}</w:trPr>{inner}</w:tr>"


def _group(group: b.RowGroup, widths: Sequence[float]) -> str:
    total = sum(twips(width) for width in widths)
    span = f'<w:tcW w:w="{total}" w:type="dxa"/><w:gridSpan w:val="{len(widths)}"/>'
    cell = f"<w:tc><w:tcPr>{span}</w:tcPr>{paragraph('TableGroup', run(group.text))}</w:tc>"
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cell}</w:tr>"


def cell_xml(cell: b.CellLike, room: float, *, number: bool = True) -> str:
    """The runs of a cell: a mark below its ``number``, but beside words where there is ``room`` (in characters)."""
    lines = cell_lines(cell)
    words = not number or (isinstance(cell, b.Cell) and (cell.verdict is not None or cell.state is not None))
    beside = words and sum(width_of(text) + _SPACE for text, _ in lines) <= room
    return (run(" ") if beside else line_break()).join(run(text, style) for text, style in lines)


def _look(column: b.Column) -> str:
    align = column.align or ("right" if column.kind == "number" else "left")
    return {"right": "Number", "center": "Center"}.get(align, "Text")


# ---- widths -----------------------------------------------------------------------------------------------------


def layout(table: b.Table, room: float) -> tuple[float, list[float]]:
    """The size of the letters, one of `TABLE_SIZES`, and the widths of the columns; they fill ``room``."""
    rows = [row for row in table.rows if not isinstance(row, b.RowGroup)]
    wants = [_want(column, [row[n] for row in rows]) for n, column in enumerate(table.columns)]
    sizes = TABLE_SIZES[1:] if len(wants) > MOST_UPRIGHT else TABLE_SIZES
    for size in sizes:
        easy = [max(want.least, min(want.most, _COMFORT)) if want.text else want.least for want in wants]
        if sum(easy) * size + PADDING * len(wants) <= room:
            return size, _shared(wants, size, room)
    least = [want.least * size + PADDING for want in wants]
    if sum(least) <= room:
        return size, _shared(wants, size, room)
    squeeze = room / sum(least)
    return size, [width * squeeze for width in least]


def _want(column: b.Column, cells: Sequence[b.CellLike]) -> Want:
    lines = [text for cell in cells for text, _ in cell_lines(cell)]
    # A line feed or a break between Chinese characters is fine anywhere, a broken number never.
    words = [width_of(word) for text in [column.label, *lines] for word in _UNBROKEN.findall(text)]
    longest = max((width_of(text) for text in lines), default=0.0)
    label = width_of(column.label)
    text = column.kind == "text" and column.align != "right"
    most = longest
    if column.kind in {"verdict", "state"}:  # with its mark on the same line where there is room
        most = max(
            (sum(width_of(text) + _SPACE for text, _ in cell_lines(cell)) for cell in cells), default=0.0
        )
    least = min(longest, _LEAST_TEXT if text else _MOST_LEVEL)
    least = max([least, min(label, _LEAST_TEXT if text else _LEAST_HEAD), *words])
    most = max(least, min(most, _MOST_TEXT), min(label, _MOST_HEAD))
    return Want(least + _SLACK, most + _SLACK, text)


def _shared(wants: Sequence[Want], size: float, room: float) -> list[float]:
    """Every column what it needs; then short ones and running text what they would like; the rest to running text."""
    widths = [want.least * size + PADDING for want in wants]
    # First so much of a running text that it can be read, then short columns whole, then all the text would like.
    wishes = [
        *((i, min(want.most, _COMFORT)) for i, want in enumerate(wants) if want.text),
        *sorted(
            ((i, want.most) for i, want in enumerate(wants) if want.most <= _SHORT), key=lambda wish: wish[1]
        ),
    ]
    for index, wished in wishes:
        wider = max(widths[index], wished * size + PADDING)
        if sum(widths) - widths[index] + wider <= room:
            widths[index] = wider
    most = [max(width, want.most * size + PADDING) for want, width in zip(wants, widths, strict=True)]
    over, wished_for = room - sum(widths), sum(most) - sum(widths)
    if wished_for > over:
        share = over / wished_for
        return [width + (high - width) * share for width, high in zip(widths, most, strict=True)]
    texts = [want.text or all(not other.text for other in wants) for want in wants]
    total = sum(want.most for want, text in zip(wants, texts, strict=True) if text)
    rest = room - sum(most)
    return [
        width + (rest * want.most / total if text else 0.0)
        for want, width, text in zip(wants, most, texts, strict=True)
    ]


def _fits(table: b.Table, size: float, widths: Sequence[float]) -> bool:
    """Whether the table is short enough to be kept on one page."""
    height = 0.0
    for row in table.rows:
        if isinstance(row, b.RowGroup):
            height += 1
            continue
        lines = (
            sum(math.ceil(width_of(text) * size / (width - PADDING)) for text, _ in cell_lines(cell))
            for cell, width in zip(row, widths, strict=True)
        )
        height += max(lines) + _ROW_GAP
    return height <= _MOST_KEPT
