"""What can be downloaded: the figures of all reports as tables for people and for programs, and the page about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from planeval.messages import language, say
from planeval.messages import numbers as fmt
from planeval.report.spreadsheet import csv_text
from planeval.rerun.key import digest
from planeval.site.datapackage import Resource, datapackage
from planeval.site.download_fields import CODES, INDICATORS, VERDICTS, Field, verdict_rows
from planeval.site.entries import SiteEntry
from planeval.site.frame import render_page
from planeval.site.joined_csv import Joined
from planeval.site.parts import Content
from planeval.site.summary import IndicatorLine
from planeval.site.workbook import MOST_ROWS, workbook

FOLDER = "downloads"
PAGE = f"{FOLDER}/index.html"
PART = "site/downloads"
VALUES_FILE, VERDICTS_FILE, SUMMARIES_FILE = "indicators.csv", "verdicts.csv", "evaluations.json"
WORKBOOK_FILE, PACKAGE_FILE = "planeval.xlsx", "datapackage.json"
KILOBYTE = 1024


def paths(whole: bool) -> list[str]:
    """The files of the downloads, relative to the site's folder."""
    names = [VERDICTS_FILE, SUMMARIES_FILE, PACKAGE_FILE]
    names += [VALUES_FILE, WORKBOOK_FILE] if whole else []
    return [PAGE, *(f"{FOLDER}/{name}" for name in names)]


def downloads_key(entries: Iterable[SiteEntry], program: Any, *, table: bool) -> str:
    """Stands for everything the downloads depend on; of a report's content its own key speaks. ``table`` says whether
    the page of all computed indicators is linked."""
    reports = [
        [
            [e.plan, e.kind.value, e.key, e.published, list(e.held_back), list(e.files)],
            [e.title, e.region_code, e.region_name, e.region_name_en],
        ]
        for e in entries
    ]
    return digest({"reports": reports, "program": program, "language": language(), "table": table})


class Downloads:
    """The files of the downloads, of the reports ``entries`` in the folder ``out``.

    ``call`` carries out a function where it can leave nothing behind; ``whole`` says whether the table of all yearly
    values and the workbook are made, which of a nation takes longer than all the rest of a run.
    """

    def __init__(
        self, out: Path, entries: Sequence[SiteEntry], call: Callable[..., Any], *, whole: bool, table: bool
    ) -> None:
        self._out, self._entries, self._call = out, entries, call
        self._whole, self._table = whole, table
        self._joined = Joined(out, entries)
        self._resources: list[Resource] = []

    def files(self) -> dict[str, Content]:
        """Path -> what writes it. They are to be written in this order: the last ones tell of those before."""
        made: dict[str, Content] = {}
        if self._whole:
            made[f"{FOLDER}/{VALUES_FILE}"] = self._values
        made[f"{FOLDER}/{VERDICTS_FILE}"] = self._verdicts
        made[f"{FOLDER}/{SUMMARIES_FILE}"] = self._summaries
        if self._whole:
            made[f"{FOLDER}/{WORKBOOK_FILE}"] = self._workbook
        made[f"{FOLDER}/{PACKAGE_FILE}"] = self._package
        made[PAGE] = self._page
        return made

    def _values(self, file: IO[bytes]) -> None:
        self._joined(file)
        own = self._joined
        self._resources.append(Resource(VALUES_FILE, own.size, own.checksum, own.rows, INDICATORS))

    def _verdicts(self, file: IO[bytes]) -> None:
        rows = list(verdict_rows(self._entries))
        text = csv_text([field.name for field in VERDICTS], rows)
        self._write(file, VERDICTS_FILE, text.encode("utf-8"), len(rows), VERDICTS)

    def _summaries(self, file: IO[bytes]) -> None:
        document = {
            "indicator_fields": IndicatorLine._fields,
            "reports": [_summary(entry) for entry in self._entries],
        }
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
        self._write(file, SUMMARIES_FILE, text.encode("utf-8"))

    def _workbook(self, file: IO[bytes]) -> None:
        values = str(self._out / FOLDER / VALUES_FILE) if self._joined.rows <= MOST_ROWS else None
        content = self._call(workbook, values, list(self._entries), language())
        self._write(file, WORKBOOK_FILE, content)

    def _package(self, file: IO[bytes]) -> None:
        file.write(datapackage(self._resources).encode("utf-8"))

    def _page(self, file: IO[bytes]) -> None:
        file.write(downloads_page(self._resources, self._joined.rows, table=self._table).encode("utf-8"))

    def _write(
        self,
        file: IO[bytes],
        name: str,
        content: bytes,
        rows: int | None = None,
        fields: tuple[Field, ...] = (),
    ) -> None:
        file.write(content)
        self._resources.append(Resource(name, len(content), sha256(content).hexdigest(), rows, fields))


def _summary(entry: SiteEntry) -> dict[str, Any]:
    """A report, published or held back, as plain JSON; its indicators as lists in the order of ``indicator_fields``."""
    return {
        "plan": entry.plan,
        "kind": entry.kind.value,
        "title": entry.title,
        "region_code": entry.region_code,
        "region_name": entry.region_name,
        "region_name_en": entry.region_name_en,
        "period": entry.period,
        "as_of": entry.as_of,
        "data_until": entry.data_until,
        "time_share": entry.time_share,
        "published": entry.published,
        "held_back": entry.held_back,
        "illustrative": entry.illustrative,
        "provisional": entry.provisional,
        "page": f"../{entry.folder}/index.html" if entry.published else None,
        "indicators": entry.rows,
    }


# ---- the page -------------------------------------------------------------------------------------------------------


def downloads_page(resources: Sequence[Resource], rows: int, *, table: bool) -> str:
    """The page that says what each file and each column is; ``table`` links the page of all computed indicators."""
    from markupsafe import Markup

    from planeval.report.blocks import Block, Callout, Column, Items, Link, Links, RowGroup, Section, Table
    from planeval.report.html import render

    there = {resource.path for resource in resources}
    listed = Table(
        say("downloads.files_table"),
        (
            Column(say("downloads.column.file")),
            Column(say("downloads.column.content")),
            Column(say("downloads.column.rows"), kind="number"),
            Column(say("downloads.column.size"), kind="number"),
        ),
        (
            *(_file(r.path, r.rows, max(1, r.bytes / KILOBYTE)) for r in resources),
            _file(PACKAGE_FILE),
        ),
    )
    notes = ["missing", "text", "encoding"]
    if WORKBOOK_FILE not in there:
        notes.append("not_whole")
    elif rows > MOST_ROWS:
        notes.append("no_values")
    computed = Link(say("downloads.computed"), "../indicators/index.html")
    beside = (Links((computed,), say("downloads.on_this_site")),) if table else ()
    blocks: list[Block] = [
        Callout(say("downloads.made_up_title"), say("downloads.note.made_up"), "illustrative"),
        Section(
            "files",
            say("downloads.files"),
            (listed, Items(tuple(say(f"downloads.note.{name}") for name in notes)), *beside),
        ),
    ]
    for resource in resources:
        if resource.fields:
            stem = resource.path.partition(".")[0]
            title = say("downloads.columns", file=resource.path)
            caption = say(f"downloads.file.csv.{stem}.title")
            blocks.append(Section(f"columns-{stem}", title, (_columns(caption, resource.fields),)))
    codes: list[Any] = []
    for column, values in CODES.items():
        codes.append(RowGroup(say("downloads.codes_of", title=Field(column).title, name=column)))
        codes += [(value, say(f"{column}.{value}")) for value in values]
    heads = (Column(say("downloads.column.code")), Column(say("downloads.column.meaning")))
    listed = Table(say("downloads.codes_table"), heads, tuple(codes))
    blocks.append(Section("codes", say("downloads.codes"), (listed,)))
    return render_page(
        "downloads.html.j2",
        PAGE,
        say("downloads.title"),
        description=say("downloads.description"),
        contents=True,
        lead=say("downloads.lead"),
        blocks=[Markup(render(block)) for block in blocks],
    )


def _file(path: str, rows: int | None = None, kilobytes: float | None = None) -> Any:
    from planeval.report.blocks import Cell

    stem, _, form = path.rpartition(".")
    return (
        Cell(path, href=path),
        say(f"downloads.file.{form}.{stem}.text"),
        "" if rows is None else fmt.number(rows),
        "" if kilobytes is None else say("downloads.kilobytes", n=fmt.number(kilobytes)),
    )


def _columns(caption: str, fields: Iterable[Field]) -> Any:
    from planeval.report.blocks import Column, Table

    heads = tuple(Column(say(f"downloads.column.{name}")) for name in ("name", "type", "title", "text"))
    rows = tuple(
        (field.name, say(f"downloads.type.{field.type}"), field.title, field.text) for field in fields
    )
    return Table(caption, heads, rows)
