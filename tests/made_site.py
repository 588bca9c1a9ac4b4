"""A small site as the pipeline leaves it, for what only looks at files: pages, downloads, and what runs keep."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

REPORTS = [(plan, kind) for plan in ("gulou", "mawei") for kind in ("midterm", "final")]
FILES = ("index.html", "report.ipynb", "evaluation.json", "indicators.csv")


def page(title: str, links: Iterable[str] = (), ids: Iterable[str] = (), more: str = "") -> str:
    """A page with these links and anchors."""
    parts = [f'<a href="{link}">{link}</a>' for link in links]
    parts += [f'<h2 id="{name}">{name}</h2>' for name in ids]
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><main><h1>{title}</h1>{''.join(parts)}{more}</main></body></html>\n"
    )


def notebook(data: str = "data", validation: str = "reports/validation/validation.json") -> str:
    """An executed notebook: its parameters stand in a cell and in the metadata."""
    source = f"# Parameters\ndata = {data!r}\nvalidation = {validation!r}\n".replace("'", '"')
    cell = {"cell_type": "code", "execution_count": 1, "id": "injected-parameters", "metadata": {}}
    content = {
        "cells": [{**cell, "outputs": [], "source": source.splitlines(keepends=True)}],
        "metadata": {"planeval": {"parameters": {"as_of": None, "data": data, "validation": validation}}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write(folder: Path, name: str, text: str | bytes) -> None:
    """Write one file of the site."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)


def make_site(out: Path, reports: Iterable[tuple[str, str]] = REPORTS, back: str = "../..") -> Path:
    """Write a site to ``out``."""
    links = []
    for plan, kind in reports:
        folder = f"{plan}/{kind}"
        links += [f"{folder}/{name}" for name in FILES]
        own = [*FILES[1:], "#overview", f"{back}/index.html", f"{back}/method/index.html#rounding"]
        write(out, f"{folder}/index.html", page(folder, own, ["overview"]))
        write(out, f"{folder}/report.ipynb", notebook())
        write(out, f"{folder}/evaluation.json", "{}\n")
        write(out, f"{folder}/indicators.csv", "\ufeffid,值\r\n1,2\r\n")
        write(out, f"{folder}/record.json", "{}\n")
    write(out, "index.html", page("总目录", [*links, "method/index.html", "index.html#kind=final"]))
    write(out, "method/index.html", page("方法", ["../index.html"], ["rounding"]))
    write(out, "held_back.json", "[]\n")
    write(out, "regions.json", "{}\n")
    write(out, ".planeval/inventory.json", "{}\n")
    write(out, ".planeval/staging/.half-a-report/index.html", "half")
    return out
