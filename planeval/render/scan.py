"""What a finished page holds: its sections, its ids, and every address a browser would fetch without being asked.

`scan` has two readers that must agree. `exact` is Python's HTML parser. `quick` reads pages of the plain form that
this package writes and that is nearly all there is, at a tenth of the cost; whatever is not of that form (a comment,
an unquoted attribute, a ``<`` that begins no tag) makes it give up, and the parser reads the page. What counts as a
request is decided in one place for both.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple

# Attributes whose value the browser fetches; ``href`` is one of them unless its element is a link to follow.
_FETCHED = frozenset(
    ["src", "srcset", "imagesrcset", "poster", "data", "background", "action", "formaction", "xlink:href"]
)
_LINKING = frozenset(["a", "area"])
_MARKERS = ("marker", "marker-start", "marker-mid", "marker-end")
_STYLING = frozenset(["style", "fill", "stroke", "filter", "mask", "clip-path", "cursor", *_MARKERS])
_TOLD = _FETCHED | _STYLING | {"id", "href", "content"}
_CSS_REQUEST = re.compile(
    r"@import\b[^;]*|(?:url|src)\(\s*['\"]?\s*(?!data:|#)[^)]*|image-set\([^)]*", re.IGNORECASE
)
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_REFRESH = re.compile(r"\s*[\d.]*\s*[;,]\s*(?:url\s*=\s*)?['\"]?", re.IGNORECASE)
# Another place: a scheme, or two slashes of either kind, as browsers read them.
_EXTERNAL = re.compile(r"(?:[a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)
_IGNORED = re.compile(r"[\t\n\r]+|^[\0- ]+")  # in addresses


class Heading(NamedTuple):
    """A heading that can be linked to; ``level`` 2 or 3."""

    level: int
    id: str
    text: str


@dataclass
class Scan:
    """``headings``: every h2 that has an id, and every h3 that has one and holds nothing but text, in order; ``ids``: how often each id is given;
    ``requests``: the addresses, or the CSS that names them.
    """

    headings: list[Heading] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    requests: set[str] = field(default_factory=set)

    def attribute(self, tag: str, name: str, value: str) -> None:
        """Take in one attribute; names are in lower case, character references resolved."""
        if name == "id":
            self.ids[value] += 1
        elif name in _STYLING:
            self.style(value)
        elif name in _FETCHED or (name == "href" and tag not in _LINKING):
            several = re.split(r"[\s,]+", value) if name.endswith("srcset") else [value]
            self.requests.update(address for address in several if _is_external(address))
        elif name == "content" and tag == "meta" and (refresh := _REFRESH.match(value)):
            address = value[refresh.end() :]
            self.requests.update([address] if _is_external(address) else [])

    def style(self, css: str) -> None:
        """Take in a style sheet or the value of a style."""
        if not any(sign in css for sign in "(@\\"):
            return
        for text in {css, _CSS_ESCAPE.sub(_unescaped, css)}:
            self.requests.update(_CSS_REQUEST.findall(text))


def scan(html: str) -> Scan:
    """What ``html``, a page or a part of one, holds."""
    found = quick(html)
    return exact(html) if found is None else found


def _is_external(address: str) -> bool:
    address = _IGNORED.sub("", address)
    return bool(_EXTERNAL.match(address)) and not address.lower().startswith("data:")


def _unescaped(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return chr(code) if code < 0x110000 else "\ufffd"


# ---- the parser -------------------------------------------------------------------------------------------------


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Scan()
        self._heading: list[str] | None = None  # id and texts of the one that is open
        self._level = 0
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.found.attribute(tag, name, value or "")
        if self._level == 3:
            self._heading = None
        given = dict(reversed(attrs))  # of an attribute given twice the first holds
        if tag in ("h2", "h3") and "id" in given:
            self._end_heading()
            self._heading, self._level = [given["id"] or ""], int(tag[1])
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        if tag == f"h{self._level}":
            self._end_heading()
        elif self._level == 3:
            self._heading = None
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading.append(data)
        if self._in_style:
            self.found.style(data)

    def close(self) -> None:
        super().close()
        if (
            self.cdata_elem == "style"
        ):  # a style that nobody ends: browsers follow it, some Pythons drop its text
            self.found.style(self.rawdata)
        if self._level == 2:
            self._end_heading()

    def _end_heading(self) -> None:
        if self._heading is not None:
            self.found.headings.append(Heading(self._level, self._heading[0], "".join(self._heading[1:])))
        self._heading = None


def exact(html: str) -> Scan:
    """`scan` by Python's HTML parser: reads anything."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.found


# ---- the quick reader -------------------------------------------------------------------------------------------

_DOCTYPE = "<!DOCTYPE html>"
# A plain tag: no ``<`` or ``>`` in values, which stand in double quotes, one space before each attribute. Elements
# whose content is no markup stand here whole, and only with a content in which nothing could be taken for a tag.
_TOKEN = re.compile(
    r"(</[a-zA-Z][a-zA-Z0-9]*>"
    r"|<style>[^<]*</style>|<title>[^<]*</title>|<script>(?:[^<]|<(?![!/sS]))*</script>"
    r'|<script type="application/gzip" id="[a-z-]+">[A-Za-z0-9+/=]*</script>'
    r'|<[a-zA-Z][a-zA-Z0-9]*(?: [a-zA-Z][a-zA-Z0-9:-]*(?:="[^"<>]*")?)* ?/?>)'
)
_PART = re.compile(r'<([a-zA-Z][a-zA-Z0-9]*)|[ ]([a-zA-Z][a-zA-Z0-9:-]*)(?:="([^"]*)")?')
_ID = re.compile(r" id\b", re.IGNORECASE)
_HEADINGS = ("<h2", "<H2", "<h3", "<H3")
_WHOLE = ("<style>", "<title>", "<script>")
# What a report's page carries to be recomputed from: letters and digits that no browser runs.
_CARRIED = '<script type="application/gzip" id="'
# Elements that change how what follows is read.
_SPECIAL = frozenset(
    ["style", "title", "script", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"]
)


def quick(html: str) -> Scan | None:
    """`scan` of plain pages; None for what must be read exactly."""
    pieces = _TOKEN.split(html.removeprefix(_DOCTYPE))
    texts, tokens = pieces[0::2], pieces[1::2]
    if "<" in "".join(texts):
        return None
    found = Scan()
    for number in [n for n, token in enumerate(tokens) if token.startswith(_HEADINGS)]:
        if not _heading(tokens[number], texts[number + 1], tokens[number + 1 : number + 2], found):
            return None
    counted = Counter(tokens)  # most tags are the same few
    if any(begun in counted for begun in _WHOLE):
        return None
    if any(times > 1 and _ID.search(token) for token, times in counted.items()):
        return None
    for carried in [token for token in counted if token.startswith(_CARRIED)]:
        found.ids[carried.removeprefix(_CARRIED).partition('"')[0]] += 1
    for style in [token for token in counted if token.startswith("<style>")]:
        found.style(style[len("<style>") : -len("</style>")])
    tag = ""
    for start, name, value in _PART.findall(
        "".join(t for t in counted if not t.startswith((*_WHOLE, _CARRIED)))
    ):
        if start:
            tag = start.lower()
            if tag in _SPECIAL:
                return None
        elif (name := name.lower()) in _TOLD:
            if "&" in value:
                return None
            found.attribute(tag, name, value)
    return found


def _heading(token: str, text: str, following: list[str], found: Scan) -> bool:
    """Take in an h2 or h3; False if it cannot be told here whether it is one to be listed."""
    level, closing = int(token[2]), f"</h{token[2]}>"
    if token.endswith("/>") or token[3] not in " >":
        return False
    if following != [closing]:  # an h3 is passed over, unless it ends in another spelling
        return level == 3 and closing not in [token.lower() for token in following]
    ids = [value for _, name, value in _PART.findall(token) if name.lower() == "id"]
    if ids:
        found.headings.append(Heading(level, ids[0], unescape(text)))
    return True
