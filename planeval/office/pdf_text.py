"""Making the text of a printed page findable.

A Chinese font draws some characters and their look-alikes with one glyph: 生 (U+751F) and the radical ⽣ (U+2F63), the dash
— and the bar ―. A PDF holds glyphs, and a table that tells which character each of them is; Chromium puts the first of the
look-alikes in there, so that whoever searches the file for 生产安全, or copies it, finds something else. Here the tables are
set right: to the character that the page does hold, where it does not hold the look-alike.

What is relied on is what Chromium's Skia writes: PDF 1.4 with one table of cross-references and no object streams. Any other file
is left as it is.
"""

from __future__ import annotations

import re
import unicodedata
import zlib

# Look-alikes without a decomposition in Unicode: radicals of simplified characters (EquivalentUnifiedIdeograph), signs.
_PAIRS = (
    "⺟母⺠民⺩王⺫目⺮竹⺼月⻁虎⻄西⻅见⻆角⻉贝⻋车⻑長⻓长⻔门⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻳龟"
    "―—∕/〜～\u2003\u3000"
)
_TWINS = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_RADICALS = range(0x2E80, 0x2FE0)
_STREAM = re.compile(rb"/Length (\d+)>> stream\n")
_SINGLE = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]{4})>\n")
_RANGE = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]+)> <([0-9A-F]{4})>\n")
_REFERENCES = re.compile(rb"xref\n0 (\d+)\n((?:\d{10} \d{5} [nf] ?\r?\n)+)")
_END = re.compile(rb"startxref\n(\d+)\n%%EOF\s*$")


def findable(data: bytes, page: str) -> bytes:
    """The PDF ``data`` of ``page`` (its HTML) with the characters of the page in its text."""
    end = _END.search(data)
    table = _REFERENCES.match(data, int(end[1])) if end else None
    if end is None or table is None:
        return data
    held = frozenset(page)
    parts: list[bytes] = []
    shifts: list[tuple[int, int]] = []  # from this offset on, by so many bytes in all
    done, shift = 0, 0
    for found in _STREAM.finditer(data):
        start = found.end()
        length = int(found[1])
        if found.start() < done:
            continue  # something within a stream that only looks like the head of one
        old = data[start : start + length]
        new = _mended(old, held)
        if new == old:
            continue
        head = b"/Length %d>> stream\n" % len(new)
        parts += [data[done : found.start()], head, new]
        done = start + length
        shift += len(head) + len(new) - (done - found.start())
        shifts.append((done, shift))
    if not parts:
        return data
    parts.append(data[done : table.start()])
    lines = [_moved(line, shifts) for line in table[2].splitlines(keepends=True)]
    references = data[table.start() : table.start(2)] + b"".join(lines)
    trailer = data[table.end() : end.start(1)]
    return b"".join([*parts, references, trailer, b"%d" % (table.start() + shift), data[end.end(1) :]])


def _moved(line: bytes, shifts: list[tuple[int, int]]) -> bytes:
    """An entry of the table of cross-references, where its object now begins."""
    if line[17:18] != b"n":
        return line
    offset = int(line[:10])
    by = 0
    for start, shift in shifts:
        if start > offset:
            break
        by = shift
    return b"%010d" % (offset + by) + line[10:]


def _mended(stream: bytes, held: frozenset[str]) -> bytes:
    """A stream as it is, or, when it tells which characters the glyphs of a font are, set right."""
    try:
        text = zlib.decompress(stream)
    except zlib.error:
        return stream
    if b"begincmap" not in text:
        return stream

    def single(found: re.Match[bytes]) -> bytes:
        return b"<%s> <%s>\n" % (found[1], _code(int(found[2], 16), held))

    def several(found: re.Match[bytes]) -> bytes:
        first, last, code = (int(number, 16) for number in found.groups())
        own = range(code, code + last - first + 1)
        codes = [_code(one, held) for one in own]
        if codes == [b"%04X" % one for one in own]:
            return found[0]
        return b"<%s> <%s> [%s]\n" % (found[1], found[2], b" ".join(b"<%s>" % one for one in codes))

    # A line of three is no line of two and one.
    mended = re.sub(rb"(?m)^" + _RANGE.pattern, several, text)
    mended = re.sub(rb"(?m)^" + _SINGLE.pattern, single, mended)
    return stream if mended == text else zlib.compress(mended, 9)


def _code(code: int, held: frozenset[str]) -> bytes:
    """The character of a glyph, in hexadecimal."""
    character = chr(code)
    twin = _TWINS.get(character, "")
    if not twin and code in _RADICALS:
        twin = unicodedata.normalize("NFKC", character)
    wanted = twin if len(twin) == 1 and twin in held and character not in held else character
    return b"%04X" % ord(wanted)
