"""What a page shows, piece by piece in its order, each with the place a reader would name; and how two pages differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import groupby
from typing import NamedTuple

from planeval.messages import say
from planeval.verify.difference import Difference

# Within the page's main part, what is no part of the report: its code and the links to the files.
_CODE, _FILES = "code", "files"
# Elements that the text of a cell, heading or summary may hold.
_TITLES = ("h1", "h2", "h3", "h4", "caption", "figcaption", "summary", "dt")
_MOST = 2000  # pieces that are aligned one by one; of more the first of each place is named
_SPOKEN = frozenset(["title", "aria-label", "alt"])


class Piece(NamedTuple):
    """A text, or an attribute of an element (``what`` its name): geometry of a chart, a tooltip, a class."""

    what: str
    value: str
    where: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What is compared."""
        return self.what, self.value


class Shown(NamedTuple):
    """What a page shows: its ``pieces`` in their order; apart from them the texts of its ``links`` (navigation, contents,
    files) and each block of ``code``."""

    pieces: list[Piece]
    links: list[str]
    code: list[str]


class _Reader(HTMLParser):
    """Reads a page: of its main part everything, of what stands around that the texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = Shown([], [], [])
        self.pieces = self.shown.pieces
        self._main = False
        self._apart = ""  # the element that is kept apart from the others, while it is open
        self._kept: list[str] = []  # where its texts go
        self._titles: dict[str, str] = {}
        self._title = ""  # the element whose text is a title, while it is open
        self._last = ""
        self._columns: list[str] = []
        self._row, self._column, self._head, self._of_row = "", -1, False, False

    # -- what is read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._apart:
            return
        if tag == "main":
            self._main = True
            return
        kept = self._kept_apart(tag, given)
        if kept is not None:
            self._apart, self._kept = tag, kept
            return
        if self._main:
            self._open(tag)
        for name, value in given.items():
            if self._main or name in _SPOKEN:
                self.pieces.append(Piece(name if name in _SPOKEN else f"{tag} {name}", value, self._where()))

    def handle_endtag(self, tag: str) -> None:
        if self._apart:
            self._apart = "" if tag == self._apart else self._apart
            return
        if tag == "main":
            self._main = False
            self._titles, self._column = {}, -1
        if tag == self._title:
            self._title = ""
        if tag == "thead":
            self._head = False
        if tag in _ENDING:
            self._close(tag)

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text:
            return
        if self._apart:
            self._kept.append(text)
            return
        if self._title:
            self._titles[self._title] = self._titles.get(self._title, "") + text
        elif self._head and self._column >= 0:
            self._columns[self._column] += text
        elif self._of_row:
            self._row += text
        self.pieces.append(Piece("", text, self._where()))

    def _kept_apart(self, tag: str, given: dict[str, str]) -> list[str] | None:
        """Where the texts of an element go that is no part of the report, None of any other."""
        classes = given.get("class", "").split()
        if tag == "pre" and _CODE in classes and self._main:
            return self.shown.code
        if (tag == "ul" and _FILES in classes) if self._main else tag == "nav":
            return self.shown.links
        return [] if tag in ("script", "style") and not self._main else None

    # -- where it stands

    def _open(self, tag: str) -> None:
        first_of_item = tag == "a" and self._last == "li"  # an entry of a list that begins with its name
        self._last = tag
        if tag == "li":
            self._titles.pop("a", None)
        if tag == "dd":  # a term ends where its text begins
            self._title = ""
        if tag in _TITLES or first_of_item:
            self._title, self._titles[tag] = tag, ""
            for below in _BELOW.get(tag, ()):
                self._titles.pop(below, None)
        elif tag == "table":
            self._columns, self._row, self._column = [], "", -1
        elif tag == "thead":
            self._head = True
        elif tag == "tbody":
            self._head = False
        elif tag == "tr":
            self._column, self._row, self._of_row = -1, "", False
        elif tag in ("th", "td"):
            self._column += 1
            if self._head:
                self._columns.append("")
            self._of_row = tag == "th" and not self._head

    def _close(self, tag: str) -> None:
        for title in _ENDING[tag]:
            self._titles.pop(title, None)
        if tag == "table":
            self._columns, self._row, self._column, self._of_row = [], "", -1, False

    def _where(self) -> tuple[str, ...]:
        named = [
            self._titles.get(tag, "") for tag in ("h2", "h3", "summary", "figcaption", "a", "caption", "dt")
        ]
        if self._column >= 0 and not self._head:
            named.append(self._row)
            named.append(self._columns[self._column] if self._column < len(self._columns) else "")
        return tuple(part for part in named if part)


# The titles that end with an element.
_ENDING = {
    "table": ("caption",),
    "figure": ("figcaption",),
    "details": ("summary",),
    "dl": ("dt",),
    "ul": ("a",),
}
# A title ends those that stood below the one before it.
_BELOW = {
    "h2": ("h3", "h4", "summary", "figcaption", "caption", "dt"),
    "h3": ("h4", "summary", "figcaption", "caption", "dt"),
    "summary": ("dt",),
}


def shown(html: str) -> Shown:
    """Everything that a page shows."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.shown


def differences(file: str, found: Sequence[Piece], expected: Sequence[Piece]) -> list[Difference]:
    """Where two pages differ, in their order."""
    start = 0
    while start < min(len(found), len(expected)) and found[start].key == expected[start].key:
        start += 1
    end = 0
    while end < min(len(found), len(expected)) - start and found[-1 - end].key == expected[-1 - end].key:
        end += 1
    there, wanted = found[start : len(found) - end], expected[start : len(expected) - end]
    return [_difference(file, a, b) for a, b in _pairs(there, wanted)]


def _pairs(found: Sequence[Piece], expected: Sequence[Piece]) -> Iterator[tuple[Piece | None, Piece | None]]:
    """Pieces that differ, beside each other: aligned first by where they stand (section, table, row), then one by one."""
    if len(found) == len(expected):  # something was written over
        yield from ((a, b) for a, b in zip(found, expected, strict=True) if a.key != b.key)
        return
    there, wanted = _by_place(found), _by_place(expected)
    places = SequenceMatcher(None, [p for p, _ in there], [p for p, _ in wanted], autojunk=False)
    for what, a, b, c, d in places.get_opcodes():
        if what == "equal" or b - a == d - c:
            for (_, one), (_, other) in zip(there[a:b], wanted[c:d], strict=True):
                yield from _one_by_one(one, other)
        else:
            yield from _one_by_one(
                [piece for _, own in there[a:b] for piece in own],
                [piece for _, own in wanted[c:d] for piece in own],
            )


def _by_place(pieces: Sequence[Piece]) -> list[tuple[tuple[str, ...], list[Piece]]]:
    return [(place, list(own)) for place, own in groupby(pieces, key=lambda piece: piece.where[:3])]


def _one_by_one(
    found: Sequence[Piece], expected: Sequence[Piece]
) -> Iterator[tuple[Piece | None, Piece | None]]:
    if len(found) + len(expected) > _MOST:  # so much differs that a list of all of it would help nobody
        yield from ((own[0], None) for _, own in _by_place(found))
        yield from ((None, own[0]) for _, own in _by_place(expected))
        return
    matcher = SequenceMatcher(None, [p.key for p in found], [p.key for p in expected], autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            continue
        for n in range(max(b - a, d - c)):
            yield found[a + n] if a + n < b else None, expected[c + n] if c + n < d else None


def _difference(file: str, found: Piece | None, expected: Piece | None) -> Difference:
    """The place is named as the recomputed page names it, where that has one."""
    piece = expected or found
    assert piece is not None
    what = say("verify.attribute", name=piece.what) if piece.what else ""
    return Difference(
        file, (*piece.where, what), found.value if found else None, expected.value if expected else None
    )
