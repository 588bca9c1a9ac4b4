"""The report as a Word file: every block of a report as what a word processor knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from planeval.messages import language, say
from planeval.office import package, tables, wordml
from planeval.office.picture import picture_of
from planeval.office.styles import CAPTION_SIZE, MEASURES, TABLE_SIZES, table_style
from planeval.office.wordml import paragraph, run
from planeval.report import blocks as b

if TYPE_CHECKING:
    from docx.document import Document

EMU_PER_MM = 36_000
_TONES = {
    "": "BodyText",
    "lead": "Lead",
    "quiet": "Quiet",
    "warning": "BodyWarning",
    "illustrative": "BodyIllustrative",
}
_PANEL, _PANEL_SIZE = (104.0, 100.0, 92.0, 64.0), TABLE_SIZES[1]  # points; the small charts take the rest
_MOST_UPRIGHT_PICTURE = 156.0  # millimetres, the width of the text


def docx_report(title: str, blocks: Sequence[b.Block], *, break_before: str = "", dated: str = "") -> bytes:
    """The Word file of a report: ``blocks`` under ``title``, in the process's language.

    A title too long for one line is broken before the words ``break_before`` rather than within a word. ``dated`` (``2024``, ``2024-10`` or ``2024-10-31``) is the only date in the file. The same blocks give the same
    bytes on the same machine; which font draws the charts is the machine's.

    Raises:
        UsageError: no Chinese font for the charts.
        TypeError: a block this renderer does not know.
    """
    document = package.blank()
    writer = _Writer(document, list(_headings(blocks)))
    body = writer.report(_broken(title, break_before), blocks)
    return package.finished(document, body, title=title, dated=dated, lists=writer.lists)


def _broken(title: str, before: str) -> str:
    """The title in two lines where it is too long for one."""
    room = package.UPRIGHT.room / MEASURES[language()].title
    if not before or tables.width_of(title) <= room:
        return title
    return title.replace(before, f"\n{before}", 1).strip("\n")


@dataclass(frozen=True)
class _Entry:
    """A heading as the table of contents has it."""

    level: int
    text: str
    mark: str  # its bookmark


def _headings(blocks: Iterable[b.Block]) -> Iterator[b.Section | b.Heading]:
    return (block for block in b.walk(blocks) if isinstance(block, b.Section | b.Heading))


@dataclass
class _Writer:
    """Turns blocks into paragraphs and tables, and counts what has a number."""

    document: Document
    headings: list[b.Section | b.Heading]
    lists: int = 0
    _figures: int = 0
    _tables: int = 0
    _written: int = 0  # headings
    _marks: dict[str, str] = field(default_factory=dict)  # bookmark of an id

    def __post_init__(self) -> None:
        for number, heading in enumerate(self.headings, start=1):
            if heading.id:
                self._marks[heading.id] = _mark(number)

    def report(self, title: str, blocks: Sequence[b.Block]) -> str:
        """The whole body: title, what stands before the first section, table of contents, sections."""
        first = next((n for n, block in enumerate(blocks) if isinstance(block, b.Section)), len(blocks))
        parts = [paragraph("Title", run(title)), self._all(blocks[:first])]
        if self.headings:
            parts.append(self._contents())
        for number, block in enumerate(blocks[first:]):
            if number == 0:
                parts.append(package.PAGE_BREAK)
            parts.append(self._one(block))
        return "".join(parts)

    def _contents(self) -> str:
        """The table of contents with its entries: a reader finds them there before anyone updates the field."""
        entries = [
            _Entry(1 if isinstance(heading, b.Section) else heading.level - 1, _title(heading), _mark(number))
            for number, heading in enumerate(self.headings, start=1)
        ]
        shown = [entry for entry in entries if entry.level <= 2]
        heading = paragraph("TOCHeading", run(say("office.contents")))
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h '
            '\\z \\u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        lines = []
        for number, entry in enumerate(shown):
            # Without page numbers, which only a layout of the text with the reader's fonts could tell.
            link = wordml.link_to(entry.mark, run(entry.text))
            before = begin if number == 0 else ""
            after = end if number == len(shown) - 1 else ""
            lines.append(paragraph(f"TOC{entry.level}", before, link, after))
        return heading + "".join(lines)

    def _all(self, blocks: Iterable[b.Block]) -> str:
        parts = []
        for kind, group in groupby(blocks, key=type):
            if kind is b.Tally:
                parts.append(self._tallies([block for block in group if isinstance(block, b.Tally)]))
            else:
                parts += [self._one(block) for block in group]
        return "".join(parts)

    def _one(self, block: b.Block) -> str:
        try:
            renderer = _RENDERERS[type(block)]
        except KeyError:
            raise TypeError(f"no Word form for {type(block).__name__}") from None
        return renderer(self, block)

    # ---- text -----------------------------------------------------------------------------------------------------

    def _heading_line(self, level: int, text: str) -> str:
        self._written += 1
        marked = wordml.bookmark(_mark(self._written), self._written, run(text))
        return paragraph(f"Heading{level}", marked)

    def _section(self, section: b.Section) -> str:
        """The section; what leads to a table on its side goes onto that page with it."""
        parts: list[tuple[type, str]] = [(b.Section, self._heading_line(1, section.title))]
        for kind, group in groupby(section.blocks, key=type):
            if kind is b.Tally:
                parts.append((kind, self._all(group)))
                continue
            for block in group:
                inner = self._one(block)
                if isinstance(block, b.Table) and _wide(block):
                    inner = package.sideways(_lead(parts) + inner)
                parts.append((kind, inner))
        return "".join(inner for _, inner in parts)

    def _heading(self, heading: b.Heading) -> str:
        return self._heading_line(heading.level - 1, heading.text)

    def _paragraph(self, block: b.Paragraph) -> str:
        return paragraph(_TONES[block.tone], run(block.text))

    def _items(self, items: b.Items) -> str:
        return self._list(items.items, ordered=items.ordered)

    def _list(self, items: Sequence[str], *, ordered: bool = False) -> str:
        if not ordered:
            return "".join(paragraph("ListBullet", run(item)) for item in items)
        self.lists += 1  # a numbering of its own, which starts from one
        number = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{self.lists + 2}"/></w:numPr>'
        return "".join(paragraph("ListNumber", run(item), properties=number) for item in items)

    def _links(self, links: b.Links) -> str:
        """The links but those to parts of the page that the document has not; nothing where that are all."""
        kept = [x for x in links.items if not x.href.startswith("#") or x.href[1:] in self._marks]
        if not kept:
            return ""
        parts = [run(links.label + say("office.colon"))] if links.label else []
        for number, link in enumerate(kept):
            if number:
                parts.append(run(say("report.join")))
            parts.append(self._link(link))
        return paragraph("BodyText", *parts)

    def _link(self, link: b.Link) -> str:
        """A link that goes on working in a file that was moved; of the others the address is said."""
        text = run(link.text, "Hyperlink")
        if link.href.startswith("#"):
            mark = self._marks.get(link.href[1:])
            return wordml.link_to(mark, text) if mark else run(link.text)
        if re.match(r"https?:", link.href, re.IGNORECASE):
            return wordml.link_out(package.address(self.document, wordml.clean(link.href)), text)
        return run(say("office.file", text=link.text, path=link.href))

    def _definitions(self, definitions: b.Definitions) -> str:
        return "".join(
            paragraph("Definition", run(term, "Strong"), run(say("office.colon") + text))
            for term, text in definitions.items
        )

    def _callout(self, callout: b.Callout) -> str:
        name = callout.tone.title()
        kind = say("office.callout", kind=say(f"page.callout.{callout.tone}"), title=callout.title)
        body = (callout.body,) if isinstance(callout.body, str) else callout.body
        lines = [paragraph(f"Callout{name}", run(text)) for text in body if text]
        return paragraph(f"CalloutTitle{name}", run(kind)) + "".join(lines)

    def _banner(self, banner: b.Banner) -> str:
        parts = [self._facts(banner.facts)] if banner.facts else []
        return "".join(parts) + self._all(banner.callouts)

    def _facts(self, facts: Sequence[tuple[str, str]]) -> str:
        """Facts as a table of two columns without a head."""
        size = TABLE_SIZES[0]
        widths = (110.0, package.UPRIGHT.room - 110.0)
        rows = [
            tables.plain_row(
                (
                    paragraph(table_style("Text", size), run(term, "Strong")),
                    paragraph(table_style("Text", size), run(text)),
                ),
                widths,
            )
            for term, text in facts
        ]
        return tables.frame("".join(rows), widths, say("office.facts"), header=False) + _after_table()

    def _details(self, details: b.Details) -> str:
        """What is folded on screen is open here; a table says itself what it is."""
        first = details.blocks[0] if details.blocks else None
        named = isinstance(first, b.Table) and first.caption
        summary = "" if named else paragraph("BodyText", run(details.summary, "Strong"))
        return summary + self._all(details.blocks)

    # ---- tables and pictures ----------------------------------------------------------------------------------------

    def _tallies(self, tallies: Sequence[b.Tally]) -> str:
        """Tallies of the same verdicts that follow each other are the rows of one table."""
        parts = []
        for verdicts, group in groupby(tallies, key=lambda tally: tuple(v for v, _ in tally.counts)):
            size, room = TABLE_SIZES[0], package.UPRIGHT.room
            first = 72.0
            widths = (first, *[(room - first) / len(verdicts)] * len(verdicts))
            head = [paragraph(table_style("Head", size))]
            head += [paragraph(table_style("Head", size), run(*tables.badge(v))) for v in verdicts]
            rows = [tables.plain_row(head, widths, header=True)]
            for tally in group:
                cells = [paragraph(table_style("Text", size), run(tally.caption))]
                cells += [paragraph(table_style("Center", size), run(f"{n:d}")) for _, n in tally.counts]
                rows.append(tables.plain_row(cells, widths))
            table = tables.frame("".join(rows), widths, say("office.tally"), header=True)
            parts.append(table + _after_table())
        return "".join(parts)

    def _table(self, table: b.Table) -> str:
        """A table with its caption above and its notes below; a wide one on pages on their side."""
        room = (package.SIDEWAYS if _wide(table) else package.UPRIGHT).room
        caption = ""
        if table.caption:
            self._tables += 1
            caption = _numbered("TableCaption", "table", self._tables, run(table.caption))
        notes = "".join(paragraph("TableNote", run(note)) for note in table.notes)
        return caption + tables.table_xml(table, room) + notes + _after_table()

    def _panel(self, panel: b.Panel) -> str:
        """The indicators at one glance: a table with a small chart in each row."""
        widths = (*_PANEL, package.UPRIGHT.room - sum(_PANEL))
        labels = (say(f"office.panel.{name}") for name in ("name", "value", "target", "verdict", "chart"))
        style = table_style("Head", _PANEL_SIZE)
        head = [paragraph(style, run(label), properties=tables.KEEP) for label in labels]
        rows = [tables.plain_row(head, widths, header=True)]
        rows += [tables.plain_row(self._panel_row(item, widths), widths) for item in panel.items]
        self._figures += 1  # a figure, as on the page, whose numbers people quote
        caption = _numbered("TableCaption", "figure", self._figures, run(panel.title))
        note = paragraph("TableNote", run(panel.key)) if panel.key else ""
        return caption + tables.frame("".join(rows), widths, panel.title, header=True) + note + _after_table()

    def _panel_row(self, item: b.PanelItem, widths: Sequence[float]) -> Iterator[str]:
        drawn = picture_of(item.svg, (widths[-1] - tables.PADDING) / package.POINTS_PER_MM)
        rooms = [(width - tables.PADDING) / _PANEL_SIZE for width in widths]
        unit = "" if item.value.text is None else item.unit
        when = run(say("office.panel.when", unit=unit, when=item.when).strip())
        value = tables.cell_xml(item.value, rooms[1], number=False) + wordml.line_break() + when
        verdict = b.Cell(verdict=item.verdict, provisional=item.provisional)
        for inner in (
            run(item.name),
            value,
            tables.cell_xml(item.target, rooms[2], number=False),
            tables.cell_xml(verdict, rooms[3]),
        ):
            yield paragraph(table_style("Text", _PANEL_SIZE), inner)
        shown = self._picture(drawn.png, drawn.width, drawn.height, item.name, item.alt)
        yield paragraph(table_style("Center", _PANEL_SIZE), shown)

    def _figure(self, figure: b.Figure) -> str:
        self._figures += 1
        drawn = picture_of(figure.svg, _MOST_UPRIGHT_PICTURE)
        shown = self._picture(drawn.png, drawn.width, drawn.height, figure.caption, figure.alt)
        given = {"illustrative": figure.illustrative, "provisional": figure.provisional}
        words = [name for name, is_given in given.items() if is_given]
        # A mark is two characters between which a line would be broken as between any others.
        length = tables.width_of(figure.caption) + 3.0 * len(words) + 4
        gap = wordml.line_break() if length > package.UPRIGHT.room / CAPTION_SIZE else run(" ")
        marks = [gap + run(say(f"page.mark.{name}"), f"Mark{name.title()}") for name in words]
        caption = _numbered("Caption", "figure", self._figures, run(figure.caption), *marks)
        notes = "".join(paragraph("TableNote", run(note)) for note in figure.notes)
        return paragraph("Figure", shown) + caption + notes

    def _picture(self, png: bytes, width: float, height: float, name: str, alt: str) -> str:
        relation, number = package.image(self.document, png)
        return wordml.picture(
            relation, number, name, alt, round(width * EMU_PER_MM), round(height * EMU_PER_MM)
        )

    def _figure_row(self, figures: b.Figures) -> str:
        return self._all(figures.items)


def _title(heading: b.Section | b.Heading) -> str:
    return heading.title if isinstance(heading, b.Section) else heading.text


def _wide(table: b.Table) -> bool:
    return len(table.columns) > tables.MOST_UPRIGHT


def _lead(parts: list[tuple[type, str]]) -> str:
    """Take from ``parts`` the heading at their end with the paragraphs after it; nothing where there is no heading."""
    start = len(parts)
    while start and parts[start - 1][0] is b.Paragraph:
        start -= 1
    if not start or parts[start - 1][0] not in {b.Section, b.Heading}:
        return ""
    taken = "".join(inner for _, inner in parts[start - 1 :])
    del parts[start - 1 :]
    return taken


def _mark(number: int) -> str:
    """The bookmark of a heading, as Word names those it makes for a table of contents."""
    return f"_Toc{number:08d}"


def _numbered(style: str, kind: str, number: int, *inner: str) -> str:
    """A caption whose number is a field, so that it stays right when something is put in before it."""
    label = say(f"office.{kind}_label")
    counted = run(label + say("office.label_gap")) + wordml.field(f"SEQ {label} \\* ARABIC", str(number))
    return paragraph(style, counted, run(say("office.caption_gap")), *inner)


def _after_table() -> str:
    """Two tables that touch are one: an empty line keeps them apart."""
    return paragraph("AfterTable")


_RENDERERS: dict[type, Callable[[_Writer, Any], str]] = {
    b.Section: _Writer._section,
    b.Heading: _Writer._heading,
    b.Paragraph: _Writer._paragraph,
    b.Items: _Writer._items,
    b.Links: _Writer._links,
    b.Definitions: _Writer._definitions,
    b.Callout: _Writer._callout,
    b.Banner: _Writer._banner,
    b.Details: _Writer._details,
    b.Tally: lambda writer, tally: writer._tallies([tally]),
    b.Table: _Writer._table,
    b.Figure: _Writer._figure,
    b.Figures: _Writer._figure_row,
    b.Panel: _Writer._panel,
}
