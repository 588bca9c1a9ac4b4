"""What a file is by its bytes, and whether an .xlsx package (a zip file of XML parts) is harmless to open.

Limits are far above what offices fill in and far below what troubles a small machine. What a zip file or a sheet declares
about its own size is read first, because it is cheap, and then not believed: every part is unpacked once, piece by piece.
"""

from __future__ import annotations

import copy
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from zipfile import BadZipFile, ZipFile, ZipInfo

from planeval.read.raw_csv import Malformed, decode

MEGABYTE = 1024 * 1024
MOST_UNPACKED = 256 * MEGABYTE
MOST_PARTS = 5_000
# Sheets pack 10 to 60 times; only runs of one and the same byte pack a thousand times.
MOST_RATIO, RATIO_FROM = 200, 8 * MEGABYTE
MOST_CELLS = 1_000_000  # openpyxl needs about half a kilobyte for each
MOST_AREA = 2_000_000  # rows x columns between the first and last cell, most of them empty, over all sheets
# Tags of all XML parts: a cell has four to six. Each format of cells becomes an object too, of which Excel itself
# allows 65,490.
MOST_TAGS, MOST_STYLE_TAGS = 5_000_000, 100_000
MOST_OTHER_TAGS = 200_000  # that are no cell's; openpyxl makes a slow object of each rule, link and format
_STYLES = "xl/styles.xml"
_PIECE = MEGABYTE
_LONGEST_TAG = 4 * MEGABYTE
_ENTRY = b"PK\x01\x02"  # begins each line of a zip file's list
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_MACROS = re.compile(r"(?i)(.*/)?vbaproject\.bin|xl/(macrosheets|activex)/.*")
_LINKS = re.compile(r"(?i)xl/(externallinks|querytables)/.*|xl/connections\.xml")
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
# In all of these ``<`` is the byte 3C (after taking out the zeros of UTF-16), so that a look at the bytes shows every tag.
_PLAIN_ENCODINGS = (b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"gbk", b"gb18030")
_CELL = re.compile(rb"<(?:[^\s<>/:]+:)?c[\s>/]")
_OTHER = re.compile(rb"<(?!/|(?:[^\s<>/:]+:)?(?:c|v|f|is|t|si|r|row)[\s>/])")
# Elements whose ``ref`` openpyxl turns into one object a cell, and what a sheet says of its own size. A quoted value may hold
# ">"; "<" it may not, so that no search goes beyond its tag.
_REF = re.compile(
    rb"<(?:[^\s<>/:]+:)?(dimension|mergeCell|hyperlink|comment)\s"
    rb"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*?\bref\s*=\s*[\"']([^\"']*)[\"']"
)


class Unsafe(Exception):
    """A package that must not be opened: ``rule`` names the message, ``params`` what it says."""

    def __init__(self, rule: str, **params: str) -> None:
        super().__init__(rule, params)
        self.rule, self.params = rule, params


def kind_of(raw: bytes) -> str:
    """What the bytes are: ``xlsx``; ``damaged`` (a zip file that cannot be listed), ``empty``, ``encrypted``, ``old``
    (.xls); or what they seem to be (a name below ``workbook.kind``)."""
    if not raw:
        return "empty"
    if raw.startswith(_OLE):
        if _ENCRYPTED in raw:
            return "encrypted"
        return "word" if "WordDocument".encode("utf-16-le") in raw else "old"
    if raw.startswith(b"PK"):
        return _kind_of_zip(raw)
    if raw.startswith(b"%PDF"):
        return "pdf"
    if raw.startswith(_PICTURES):
        return "picture"
    return "archive" if raw.startswith(_ARCHIVES) else _kind_of_text(raw)


def _kind_of_zip(raw: bytes) -> str:
    if raw.count(_ENTRY) > MOST_PARTS:
        return "xlsx"  # refused for its parts before they are listed
    try:
        with ZipFile(io.BytesIO(raw)) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (BadZipFile, ValueError, OverflowError, NotImplementedError, OSError):
        return "damaged"
    known = {
        "xl/workbook.xml": "xlsx",
        "xl/workbook.bin": "xlsb",
        "word/document.xml": "word",
        "ppt/presentation.xml": "slides",
        "meta-inf/manifest.xml": "ods",
    }
    return next((kind for name, kind in known.items() if name in names), "archive")


def _kind_of_text(raw: bytes) -> str:
    start = raw[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<style")):
        return "html"
    if start.startswith(b"<"):
        return "xml"
    try:
        line = next(iter(decode(raw).strip().splitlines()), "")
    except Malformed as error:
        return "utf16" if error.params.get("found") else "unknown"
    return "csv" if any(separator in line for separator in ",\t;") else "text"


def check_package(raw: bytes) -> None:
    """Look at every part of the package.

    Raises:
        Unsafe: macros, links, encryption, too much to unpack, a document type, too many cells.
        Exception: damaged (whatever zipfile and zlib raise).
    """
    entries = raw.count(_ENTRY)
    if entries > MOST_PARTS:
        raise Unsafe("parts", found=f"{entries:,}", expected=f"{MOST_PARTS:,}")
    with ZipFile(io.BytesIO(raw)) as archive:
        parts = archive.infolist()
        _check_list(parts)
        unpacked, sheets = 0, _Sheets()
        for part in parts:
            before = unpacked
            for piece in sheets.watch(_pieces(archive, part), part.filename):
                unpacked += piece
                if unpacked > MOST_UNPACKED or _bursting(unpacked - before, part.compress_size):
                    raise _bomb(unpacked)
            if unpacked - before != part.file_size:
                raise _bomb(unpacked)


def _check_list(parts: list[ZipInfo]) -> None:
    """What the list of parts alone shows."""
    for part in parts:
        if part.flag_bits & 0x1:
            raise Unsafe("encrypted")
        if _MACROS.fullmatch(part.filename):
            raise Unsafe("macros", found=part.filename)
        if _LINKS.fullmatch(part.filename):
            raise Unsafe("links", found=part.filename)
    declared = sum(part.file_size for part in parts)
    if declared > MOST_UNPACKED or any(_bursting(part.file_size, part.compress_size) for part in parts):
        raise _bomb(declared)


def _bursting(size: int, packed: int) -> bool:
    return size > RATIO_FROM and size > MOST_RATIO * max(packed, 1)


def _bomb(size: int) -> Unsafe:
    return Unsafe("bomb", found=f"{size // MEGABYTE:,} MB", expected=f"{MOST_UNPACKED // MEGABYTE:,} MB")


def _pieces(archive: ZipFile, part: ZipInfo) -> Iterator[bytes]:
    """The part piece by piece, to its real end: zipfile itself would stop where the declared size ends."""
    real = copy.copy(part)
    real.file_size = MOST_UNPACKED + 1
    try:
        with archive.open(real) as file:
            while piece := file.read(_PIECE):
                yield piece
    except zlib.error as error:
        raise BadZipFile(str(error)) from None


class _Sheets:
    """Counts, over all parts, what would become objects in memory; sees tags whole although they come in pieces."""

    def __init__(self) -> None:
        self.cells = 0
        self.tags = self.others = 0

    def watch(self, pieces: Iterator[bytes], name: str) -> Iterator[int]:
        """The sizes of the pieces, each looked at."""
        rest, first, xml, zeros = b"", True, False, False
        before = self.tags
        for piece in pieces:
            yield len(piece)
            if first:
                zeros = b"\0" in piece[:4]
                start = _without(piece[:4096], zeros)
                xml, first = start.lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n").startswith(b"<"), False
                if xml:
                    _check_encoding(start)
            if xml:
                text = rest + _without(piece, zeros)
                cut = text.rfind(b"<")
                cut = len(text) if cut < 0 or len(text) - cut > _LONGEST_TAG else cut
                self._look(text[:cut])
                self._count(text[:cut], before, name)
                rest = text[cut:]
        self._look(rest)
        self._count(rest, before, name)

    def _count(self, text: bytes, before: int, name: str) -> None:
        """Tags of any kind, of this part (``before``: those of the parts before it) and of all."""
        self.tags += text.count(b"<")
        self.others += sum(1 for _ in _OTHER.finditer(text))
        limits = [(self.tags, MOST_TAGS), (self.others, MOST_OTHER_TAGS)]
        if name == _STYLES:
            limits.append((self.tags - before, MOST_STYLE_TAGS))
        for found, most in limits:
            if found > most:
                raise Unsafe("tags", part=name, found=f"{found:,}", expected=f"{most:,}")

    def _look(self, text: bytes) -> None:
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise Unsafe("doctype", found="<!DOCTYPE")
        self._add(sum(1 for _ in _CELL.finditer(text)))
        for element, ref in _REF.findall(text):
            area = area_of(ref.decode("ascii", "replace"))
            if element != b"dimension":
                self._add(area)

    def _add(self, cells: int) -> None:
        self.cells += cells
        if self.cells > MOST_CELLS:
            raise Unsafe("cells", found=f"{self.cells:,}", expected=f"{MOST_CELLS:,}")


def _without(piece: bytes, zeros: bool) -> bytes:
    return piece.replace(b"\0", b"") if zeros else piece


def _check_encoding(start: bytes) -> None:
    declared = _DECLARED_ENCODING.search(start)
    if declared and declared[1].strip().lower() not in _PLAIN_ENCODINGS:
        raise Unsafe("doctype", found=f'encoding="{declared[1].decode("ascii", "replace")}"')


def check_areas(refs: Iterable[str]) -> None:
    """Whether the sheets that span these ranges are small enough together.

    Raises:
        Unsafe: they are not.
    """
    whole = 0
    for ref in refs:
        whole += area_of(ref)
        if whole > MOST_AREA:
            raise Unsafe("area", found=ref, expected=f"{MOST_AREA:,}")


def area_of(ref: str) -> int:
    """How many cells a range (``A1:C3``) spans.

    Raises:
        Unsafe: more than `MOST_AREA`.
        ValueError: it is no range.
    """
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = range_boundaries(ref)
    if left is None or top is None or right is None or bottom is None:
        raise Unsafe("area", found=ref, expected=f"{MOST_AREA:,}")
    area = (right - left + 1) * (bottom - top + 1)
    if area > MOST_AREA:
        raise Unsafe("area", found=ref, expected=f"{MOST_AREA:,}")
    return area
