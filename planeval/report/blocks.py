"""The document model: what a report says, free of how it looks.

A report is a sequence of `Section`; a section is a heading and blocks. No text in here holds markup: every
renderer (HTML now, others later) escapes and decorates for its own medium. All containers are tuples and all
classes frozen, so a block can be shared and compared.

In a notebook a `Section` (or any block) as a cell's value shows itself as HTML through ``_repr_html_``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from planeval.model.terms import ItemState, Verdict

Tone = Literal["", "lead", "quiet", "warning", "illustrative"]
CalloutTone = Literal["warning", "info", "illustrative"]
Align = Literal["left", "center", "right"]
ColumnKind = Literal["text", "number", "verdict", "state"]

ID_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def _checked_id(value: str) -> str:
    # An id ends up in an HTML attribute, in a URL fragment and in CSS: one plain form serves all three.
    if not ID_PATTERN.fullmatch(value):
        raise ValueError(f"{value!r} is not a usable id: a letter, then letters, digits, '-' or '_'")
    return value


class Block:
    """Base of everything that can stand in a section."""

    def _repr_html_(self) -> str:
        from planeval.report.html import render

        return render(self)


@dataclass(frozen=True)
class Heading(Block):
    """A heading inside a section (level 3 or 4; the section itself is level 2). ``id`` "" gives no anchor."""

    level: int
    text: str
    id: str = ""

    def __post_init__(self) -> None:
        if not 3 <= self.level <= 4:
            raise ValueError(f"a heading inside a section has level 3 or 4, not {self.level}")
        if self.id:
            _checked_id(self.id)


@dataclass(frozen=True)
class Paragraph(Block):
    """One paragraph. ``lead`` is the section's main sentence, ``quiet`` a side remark."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Items(Block):
    """A list of sentences."""

    items: tuple[str, ...]
    ordered: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


@dataclass(frozen=True)
class Link:
    """A link: relative path or ``#anchor``, or http(s) address."""

    text: str
    href: str

    def __post_init__(self) -> None:
        scheme = re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*):", self.href)
        if self.href.startswith("//") or (scheme and scheme[1].lower() not in {"http", "https"}):
            raise ValueError(f"{self.href!r} is not a link that may stand in a report")


@dataclass(frozen=True)
class Links(Block):
    """A row of links, e.g. to the machine-readable files beside the report."""

    items: tuple[Link, ...]
    label: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


@dataclass(frozen=True)
class Definitions(Block):
    """Terms and what they stand for: the facts of a report, a glossary."""

    items: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple((term, text) for term, text in self.items))


@dataclass(frozen=True)
class Callout(Block):
    """A box that must not be overlooked. ``body`` is one text or a list of sentences."""

    title: str
    body: str | tuple[str, ...] = ()
    tone: CalloutTone = "info"

    def __post_init__(self) -> None:
        if not isinstance(self.body, str):
            object.__setattr__(self, "body", tuple(self.body))


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    ``verdict`` / ``state`` show as word + shape + colour (``text``, if given, stands after it).
    ``illustrative`` and ``provisional`` put a visible mark beside the text. ``title`` explains, e.g. why a value
    is missing. ``progress`` (share of the way, 1 = target reached) draws a small bar under the text, with a tick
    at ``expected`` (the share of time that has passed). ``text`` None is a missing value and shows as “—”. ``href``
    is where the verdict, or else the text, leads to (an address as of a `Link`).
    """

    text: str | None = ""
    verdict: Verdict | None = None
    state: ItemState | None = None
    illustrative: bool = False
    provisional: bool = False
    title: str = ""
    progress: float | None = None
    expected: float | None = None
    href: str = ""

    def __post_init__(self) -> None:
        if self.href:
            Link(self.text or "", self.href)  # refuses what may not stand in a report


@dataclass(frozen=True)
class Column:
    """One column. ``kind`` "number" aligns right unless ``align`` says otherwise."""

    label: str
    align: Align | None = None
    kind: ColumnKind = "text"


@dataclass(frozen=True)
class RowGroup:
    """A row that heads the rows after it, e.g. 约束性 over the binding indicators."""

    text: str


# A Verdict or an ItemState given as a cell stands for Cell(verdict=...) / Cell(state=...); None for a missing value.
CellLike = Cell | Verdict | ItemState | str | None
Row = tuple[CellLike, ...] | RowGroup


@dataclass(frozen=True)
class Table(Block):
    """A table. Every row has as many cells as there are columns, or is a `RowGroup`.

    ``row_header`` is the index of the column that names the row (None: none does). ``notes`` stand under it.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    row_header: int | None = 0

    def __post_init__(self) -> None:
        columns = tuple(c if isinstance(c, Column) else Column(c) for c in self.columns)
        rows = tuple(row if isinstance(row, RowGroup) else tuple(row) for row in self.rows)
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "notes", tuple(self.notes))
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, RowGroup) and len(row) != len(columns):
                raise ValueError(
                    f"row {number} of table {self.caption!r} has {len(row)} cells for {len(columns)} columns"
                )


@dataclass(frozen=True)
class Figure(Block):
    """A chart: SVG made by this package, what it shows in words (``alt``), and the numbers behind it.

    ``illustrative`` and ``provisional`` put a visible mark into the caption.
    """

    svg: str = field(repr=False)
    alt: str
    caption: str
    data: Table | None = None
    illustrative: bool = False
    provisional: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(self.notes))


@dataclass(frozen=True)
class Figures(Block):
    """Several figures that stand side by side where there is room."""

    items: tuple[Figure, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


@dataclass(frozen=True)
class Tally(Block):
    """How many indicators have each verdict, in the given order; zeros are shown, quietly.

    ``caption`` says what was counted. One line each for 约束性 and 预期性 is one Tally each.
    """

    counts: tuple[tuple[Verdict, int], ...]
    caption: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", tuple((verdict, count) for verdict, count in self.counts))


@dataclass(frozen=True)
class PanelItem:
    """One indicator of a `Panel`: its verdict, what is judged (``value`` in ``unit``, of ``when``), its target.

    ``href`` leads to its paragraph; ``svg`` is a small chart without words that says ``alt``.
    """

    name: str
    href: str
    verdict: Verdict
    provisional: bool
    value: Cell
    unit: str
    when: str
    target: Cell
    svg: str = field(repr=False)
    alt: str


@dataclass(frozen=True)
class Panel(Block):
    """Indicators at one glance, as small multiples; ``key`` says what the marks in the small charts mean."""

    title: str
    items: tuple[PanelItem, ...] = field(repr=False)
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


@dataclass(frozen=True)
class Details(Block):
    """Blocks folded away under a summary on screen; on paper open, or if not ``printed`` as the reader left them.
    ``id`` "" gives no anchor."""

    summary: str
    blocks: tuple[Block, ...]
    id: str = ""
    printed: bool = True

    def __post_init__(self) -> None:
        if self.id:
            _checked_id(self.id)
        object.__setattr__(self, "blocks", tuple(self.blocks))


@dataclass(frozen=True)
class Banner(Block):
    """The head of a report, above the first section: subtitle, facts, and the callouts nobody may miss."""

    facts: tuple[tuple[str, str], ...] = ()
    callouts: tuple[Callout, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", tuple((term, text) for term, text in self.facts))
        object.__setattr__(self, "callouts", tuple(self.callouts))


@dataclass(frozen=True)
class Section(Block):
    """A level-2 heading and its blocks; ``id`` is its anchor, unique in a report."""

    id: str
    title: str
    blocks: tuple[Block, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        _checked_id(self.id)
        object.__setattr__(self, "blocks", tuple(self.blocks))

    def __repr__(self) -> str:
        # Shown as text/plain beside the HTML in a notebook: short, so that the notebook stays small.
        return f"Section({self.id!r}, {self.title!r}, {len(self.blocks)} blocks)"


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block, those inside others included, in reading order."""
    for block in blocks:
        yield block
        if isinstance(block, Section | Details):
            yield from walk(block.blocks)
        elif isinstance(block, Figures):
            yield from walk(block.items)
        elif isinstance(block, Banner):
            yield from walk(block.callouts)
