"""The links and anchors of a finished page, and where a link leads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

# A tag with its attributes; what stands in a comment, a script or a style sheet is none. Several times faster than a
# parser: there are a billion characters of pages to read.
_TAG = re.compile(
    rb"<!--.*?-->|<(script|style)\b[^>]*>.*?</\1\s*>|<([a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL | re.IGNORECASE,
)
# Every attribute is taken whole, so that nothing in the value of one is taken for another; only these are told.
_ATTRIBUTE = re.compile(
    rb"\s(?:(id|href|xlink:href|src|srcset|poster|data)|[^\s=>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))",
    re.IGNORECASE,
)
# A script with an address is loaded from it.
_SCRIPT = re.compile(rb"<script\b[^>]*>", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
# Elsewhere on purpose: a reader follows it or does not. Everything else with a scheme works on one machine only.
_ELSEWHERE = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """``links``: the addresses a page names, each once, in order; ``anchors``: its ids, with a line end around each."""

    links: tuple[str, ...]
    anchors: bytes

    def has(self, fragment: str) -> bool:
        """Whether there is something that ``#fragment`` leads to."""
        return b"\n%s\n" % fragment.encode("utf-8") in self.anchors


def read_page(raw: bytes) -> Page:
    """The links and anchors of an HTML page."""
    links: dict[str, None] = {}
    anchors = [b"", b"top"]  # browsers know #top without being told
    for name, double, single, bare in _ATTRIBUTE.findall(b"\n".join(_tags(raw))):
        if not name:
            continue
        value = double or single or bare
        if b"&" in value:
            value = unescape(value.decode("utf-8", "replace")).encode("utf-8")
        if len(name) == 2:
            anchors.append(value)
        elif name.lower() == b"srcset":
            links.update(
                dict.fromkeys(part.split()[0].decode() for part in value.split(b",") if part.strip())
            )
        else:
            links[value.decode("utf-8", "replace")] = None
    return Page(tuple(links), b"\n".join([*anchors, b""]))


def _tags(raw: bytes) -> Iterator[bytes]:
    for found in _TAG.finditer(raw):
        if found.lastindex == 2:
            yield found[2]
        elif script := _SCRIPT.match(found[0]):
            yield script[0]


@dataclass(frozen=True)
class Target:
    """Where a link leads: ``path`` in the site's folder and an anchor there. ``wrong`` names what is wrong with it."""

    path: str = ""
    fragment: str = ""
    wrong: str = ""


def lead(link: str, page: str) -> Target | None:
    """Where ``link`` on ``page`` (its path in the site's folder) leads; None when it leads to no file of the site.

    A fragment with ``=`` tells the page's script what to show (``#kind=final``); it is no anchor.
    """
    address = link.strip()
    if _SCHEME.match(address):
        harmless = _ELSEWHERE.match(address) or address[:5].lower() == "data:"
        return None if harmless else Target(wrong="absolute")
    if address.startswith(("/", "\\")):
        return Target(wrong="absolute")
    address, _, fragment = address.partition("#")
    path = address.partition("?")[0]
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(path))) if path else page
    if path == ".." or path.startswith("../"):
        return Target(wrong="outside")
    if address.endswith("/") or path == ".":
        return Target(wrong="folder")
    return Target(path, "" if "=" in fragment else unquote(fragment))
