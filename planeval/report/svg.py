"""matplotlib's SVG made fit to stand inline in a page, many to a page.

Out go the XML prologue, the metadata (its addresses and library version), comments, the global ``*{}`` style rule,
the fixed size and every id nothing refers to; the remaining ids get the chart's own prefix, coordinates two
decimals, and the text one font stack that finds a Chinese font on Windows, macOS and Linux.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

# CSS names of fonts with Chinese glyphs (macOS, Windows, Linux distributions), then whatever the system has.
FONT_STACK = (
    "'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', "
    "'Source Han Sans SC', 'WenQuanYi Micro Hei', system-ui, sans-serif"
)
HALO = "halo"  # artists with this gid get a white outline, so that text stays readable on lines
SVG_NAMESPACE = "http://www.w3.org/2000/svg"

_NUMBER = re.compile(r"-?\d+\.\d+")
_GEOMETRY = frozenset(["d", "x", "y", "width", "height", "transform", "points"])
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def _short(match: re.Match[str]) -> str:
    text = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _style(style: str) -> str:
    """Without the font family, which the root element carries."""
    parts = [part.strip() for part in style.split(";")]
    kept = [part.replace(": ", ":") for part in parts if part and not part.startswith("font-family")]
    return ";".join(kept)


def _local(name: str) -> str:
    """Names without namespace: inline SVG needs none, and ``href`` has replaced ``xlink:href``."""
    return name.rpartition("}")[2]


def _references(root: ET.Element) -> set[str]:
    used: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            if _local(name) == "href" and value.startswith("#"):
                used.add(value[1:])
            used.update(_REFERENCE.findall(value))
    return used


def _clean_element(element: ET.Element, prefix: str, used: set[str]) -> None:
    element.tag = _local(element.tag)
    attributes: dict[str, str] = {}
    for name, value in element.attrib.items():
        name = _local(name)
        if name == "id":
            if value == HALO:
                attributes |= {"paint-order": "stroke", "stroke": "#fff", "stroke-width": "3"}
            elif value in used:
                attributes["id"] = f"{prefix}-{value}"
            continue
        if name == "href":
            value = f"#{prefix}-{value[1:]}"
        elif name == "style":
            value = _style(value)
        elif name == "transform" and value.startswith("rotate(-0 "):
            continue
        if name in _GEOMETRY:
            value = _NUMBER.sub(_short, value).replace("\n", "").strip()
            if name == "d":
                value = re.sub(r"\s*([MLCQz])\s*", r"\1", value)
        attributes[name] = _REFERENCE.sub(rf"url(#{prefix}-\1)", value)
    element.attrib.clear()
    element.attrib.update(attributes)
    element.tail = None
    if element.tag != "text":
        element.text = None


def _flatten(element: ET.Element) -> None:
    """Replace every ``g`` without attributes by its children."""
    children: list[ET.Element] = []
    for child in element:
        _flatten(child)
        if child.tag in {"g", "defs"} and not len(child):
            continue
        children.extend(child if child.tag == "g" and not child.attrib else [child])
    for child in list(element):
        element.remove(child)
    element.extend(children)


def inline_svg(source: str, prefix: str, label: str) -> str:
    """The SVG document ``source`` as an inline ``<svg>`` element with ``role="img"`` and ``label``.

    ``prefix`` makes every id unique in the page. The same source gives the same text.

    Raises:
        xml.etree.ElementTree.ParseError: ``source`` is not well-formed.
    """
    root = ET.fromstring(source)
    for unwanted in [e for e in root if _local(e.tag) == "metadata"]:
        root.remove(unwanted)
    for definitions in root.iter(f"{{{SVG_NAMESPACE}}}defs"):
        for style in [e for e in definitions if _local(e.tag) == "style"]:
            definitions.remove(style)
    used = _references(root)
    for element in root.iter():
        _clean_element(element, prefix, used)
    _flatten(root)
    view_box = root.attrib["viewBox"]
    width, height = view_box.split()[2:]
    root.attrib.clear()
    root.attrib.update(
        {
            "xmlns": SVG_NAMESPACE,
            "class": "chart",
            "viewBox": view_box,
            "width": width,
            "height": height,
            "role": "img",
            "aria-label": label,
            "font-family": FONT_STACK,
            # What matplotlib says with a global style rule, which would reach every other SVG of the page.
            "stroke-linejoin": "round",
        }
    )
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)
