"""The mapping file of a wide table: which of its columns is which variable, and what its rows and header say."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from planeval.messages import say
from planeval.model.plan import Strict
from planeval.model.status import Status
from planeval.read.observations import is_published
from planeval.read.yaml_file import Lines, load_model_with_lines


class Naming(StrEnum):
    """How a table names its places."""

    CODE = "code"
    NAME = "name"


class Writing(StrEnum):
    """Ways of writing numbers that a mapping may declare to be meant."""

    THOUSANDS = "thousands"  # 1,234
    FULL_WIDTH = "full_width"  # １２３


def _published(text: str) -> str:
    if not is_published(text):
        raise ValueError(say("importing.mapping.published", found=text))
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(say("importing.mapping.pattern", found=text, reason=error.msg)) from None
    return text


Published = Annotated[str, AfterValidator(_published)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Row = Annotated[int, Field(ge=1)]


class WideColumn(Strict):
    """What a column of the table holds; ``year``, ``status``, ``source`` and ``published`` where they are its own."""

    variable: str
    unit: str
    year: int | None = None
    status: Status | None = None
    source: str = ""
    published: Published | None = None


class WideTable(Strict):
    """How a wide table is to be read. Rows count from 1; a column is named by its header or by its letter."""

    region_column: str
    columns: dict[str, WideColumn] = Field(min_length=1)
    region_by: Naming = Naming.CODE
    sheet: str = ""
    header_rows: tuple[Row, ...] = Field(default=(1,), min_length=1)
    first_row: Row | None = None
    last_row: Row | None = None
    skip: Pattern | None = None
    missing: tuple[str, ...] = ()
    numbers: tuple[Writing, ...] = ()
    year: int | None = None
    year_column: str = ""
    year_in_header: bool = False
    status: Status | None = None
    status_column: str = ""
    source: str = ""
    source_column: str = ""
    published: Published | None = None
    published_column: str = ""

    @property
    def first(self) -> int:
        """The first row below the header that may hold figures."""
        return self.first_row or max(self.header_rows) + 1

    @model_validator(mode="after")
    def _told_once(self) -> Self:
        """Each of year, status and source is told in exactly one way; the day of publication in one at most."""
        ways = {
            "year": [self.year is not None, bool(self.year_column), self.year_in_header, self._each("year")],
            "status": [self.status is not None, bool(self.status_column), self._each("status")],
            "source": [bool(self.source), bool(self.source_column), self._each("source")],
        }
        for name, told in ways.items():
            if sum(told[:-1]) > 1 or not any(told):
                raise ValueError(say("importing.mapping.told_once", name=name))
        if self.published is not None and self.published_column:
            raise ValueError(say("importing.mapping.told_once", name="published"))
        return self

    def _each(self, name: str) -> bool:
        return all(getattr(column, name) for column in self.columns.values())


def load_mapping(path: Path) -> tuple[WideTable, Lines]:
    """A mapping file and the line of each of its keys.

    Raises:
        InputError: with one finding for every mistake in the file.
    """
    return load_model_with_lines(path, path.name, WideTable)
