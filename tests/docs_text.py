"""What the documents hold: code blocks, marked examples, tables and sections."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from planeval.model.evaluation import Evaluation, IndicatorEvaluation

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = (*READMES, "CHANGELOG.md", "docs/method.md", "docs/formats.md", "docs/architecture.md")
PLANS = ("national", "gulou", "mawei")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str = "") -> list[str]:
    return [body for lang, body in FENCE.findall(text_of(name)) if language in ("", lang)]


def marked_blocks(name: str, marker: str) -> dict[str, str]:
    """What follows ``<!-- marker: subject -->`` as a fenced block, by subject."""
    pattern = rf"<!-- {marker}: (\S+) -->\n```\w+\n(.*?)^```$"
    return dict(re.findall(pattern, text_of(name), re.MULTILINE | re.DOTALL))


def first_cells(table: str) -> list[str]:
    """The names in backticks in the first column of a Markdown table."""
    rows = [line for line in table.splitlines() if line.startswith("|")][2:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def marked_tables(name: str, marker: str) -> dict[str, list[str]]:
    """First-column names of each table after ``<!-- marker: subject -->``, by subject."""
    pattern = rf"<!-- {marker}: ([\w ]+) -->\n((?:\|.*\n)+)"
    return {subject: first_cells(table) for subject, table in re.findall(pattern, text_of(name))}


def code_of(name: str) -> str:
    """Code blocks and inline code of a document."""
    return "\n".join([*blocks(name), *(f"`{c}`" for c in re.findall(r"`([^`\n]+)`", text_of(name)))])


def section(title: str) -> str:
    match = re.search(
        rf"^## \d+\. {title}.*?(?=^## |\Z)", text_of("docs/method.md"), re.MULTILINE | re.DOTALL
    )
    assert match, title
    return match[0]


def row(evaluation: Evaluation, row_id: str) -> IndicatorEvaluation:
    return next(i for i in evaluation.indicators + evaluation.sub_targets if i.id == row_id)
