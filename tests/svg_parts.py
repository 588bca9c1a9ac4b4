"""Reading the SVG of a chart as a browser does: attributes inherited from groups, paths as points."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import NamedTuple


class Part(NamedTuple):
    """An element that shows something, with the presentation attributes that hold for it."""

    tag: str
    look: dict[str, str]
    words: str


def parts(svg: str, tag: str) -> list[Part]:
    def below(element: ET.Element, inherited: dict[str, str]) -> Iterator[Part]:
        look = inherited | element.attrib
        name = element.tag.rpartition("}")[2]
        if name == tag:
            yield Part(name, look, element.text or "")
        for child in element:
            yield from below(child, look)

    return list(below(ET.fromstring(svg), {}))


def texts(svg: str) -> list[str]:
    return [part.words for part in parts(svg, "text")]


def lines(svg: str, **look: str) -> list[list[tuple[float, float]]]:
    """The lines, outlines and markers drawn with this look (``stroke_width="2"``), each as its points."""
    wanted = {name.replace("_", "-"): value for name, value in look.items()}
    return [
        line
        for part in parts(svg, "path")
        if all(
            part.look.get(name, {"stroke-width": "1"}.get(name)) == value for name, value in wanted.items()
        )
        for line in _points(part.look["d"])
    ]


def _points(data: str) -> list[list[tuple[float, float]]]:
    found: list[list[tuple[float, float]]] = []
    x = y = 0.0
    for letter, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", data):
        numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+", rest)]
        match letter:
            case "M":
                x, y = numbers
                found.append([(x, y)])
                continue
            case "L":
                x, y = numbers
            case "H":
                x = numbers[0]
            case "V":
                y = numbers[0]
            case "h":
                x += numbers[0]
            case "m" | "l" | "a":
                x, y = x + numbers[-2], y + numbers[-1]
            case "z":
                continue
            case _:
                raise AssertionError(f"unexpected path command {letter!r} in {data!r}")
        found[-1].append((x, y))
    return found
