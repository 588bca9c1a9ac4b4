"""A derivation as sentences: of its steps, rules and rows, and all of it for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from planeval.derive.behind import count_rows
from planeval.explain.derivation import (
    Calculation,
    Derivation,
    IndicatorDerivation,
    ItemDerivation,
    RuleStep,
    UsedReport,
    UsedRow,
)
from planeval.explain.formula import plain
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import as_published, quantity
from planeval.read.units import UNITS
from planeval.report.words import word

_SYMBOLS = frozenset(UNITS)
_INDENT = "  "


def calculation_text(step: Calculation, *, displayed: bool = True) -> str:
    """``2 人 ÷ 549.4 亿元 = 0.0036…人/亿元（报告写作 …）；出处 …``; ``displayed``: also as the report has it."""
    text = fmt.MISSING
    if step.value is not None:
        exact = quantity(plain(step.value), step.unit) if step.unit else plain(step.value)
        text = say("explain.result", formula=step.formula, value=exact) if step.formula else exact
        if displayed and step.shown and step.shown != exact:
            text = say("explain.displayed", text=text, shown=step.shown)
    for note in (step.note, say("explain.rows_at", rows=rows_text(step.sources)) if step.sources else ""):
        text = say("explain.noted", text=text, note=note) if note else text
    return text


def rows_text(places: Iterable[str]) -> str:
    """``observations/a.csv:3, 7``: the lines of each file; of derived rows, which stand in none, the years."""
    pairs = [place.rpartition(":")[::2] for place in places]
    grouped = groupby(pairs, key=lambda pair: pair[0])
    told = (f"{_file_text(file)}:{', '.join(line for _, line in own)}" for file, own in grouped)
    return say("report.semicolon").join(told)


def _file_text(file: str) -> str:
    """A file, or how a row was derived (``parts:gdp``), in words."""
    kind, derived, _ = file.partition(":")
    return say(f"explain.derived.{kind}") if derived else file


def rule_text(step: RuleStep) -> str:
    """A condition with its outcome and the verdict it gives."""
    outcome = say(f"explain.outcome.{step.outcome}")
    return say("explain.asked", outcome=outcome, condition=condition_text(step))


def condition_text(step: RuleStep) -> str:
    """A condition and the verdict it gives."""
    return say("explain.condition", condition=step.condition, result=step.result)


def change_texts(derivation: IndicatorDerivation) -> list[str]:
    """What would change the verdict."""
    return [point.text for point in derivation.turning_points] + derivation.uncertainty


def alternative_texts(derivation: IndicatorDerivation) -> list[str]:
    """The verdict under each other convention that applies."""
    return [
        say(
            "explain.alternative",
            label=a.label,
            verdict=word("verdict", a.verdict),
            changes=say(f"explain.changes.{'yes' if a.changes_verdict else 'no'}"),
        )
        for a in derivation.alternatives
    ]


def alternatives_in_short(derivation: IndicatorDerivation) -> list[str]:
    """The other conventions under which the verdict changes, one by one, then those under which it does not."""
    texts = alternative_texts(derivation)
    changed = [t for t, a in zip(texts, derivation.alternatives, strict=True) if a.changes_verdict]
    same = say("report.join").join(a.label for a in derivation.alternatives if not a.changes_verdict)
    return [*changed, say("explain.unchanged", labels=same)] if same else changed


def verdict_text(derivation: IndicatorDerivation) -> str:
    """The verdict, with a mark when it is provisional."""
    name = "explain.verdict_provisional" if derivation.provisional else "explain.verdict"
    return say(name, verdict=word("verdict", derivation.verdict))


def terminal(derivation: Derivation) -> str:
    """All of a derivation, readable from top to bottom."""
    return "\n".join(_lines(derivation)) + "\n"


def _lines(derivation: Derivation) -> Iterator[str]:
    yield say("explain.title.head", name=derivation.name, id=derivation.id)
    kind = word("kind", derivation.kind)
    yield say("explain.title.plan", title=derivation.plan_title, kind=kind, year=derivation.as_of)
    if derivation.vintage:
        yield say("explain.title.vintage", date=derivation.vintage)
    if derivation.as_written:
        yield say("explain.title.words", words=derivation.as_written)
    if derivation.reading:
        yield say("explain.title.reading", text=derivation.reading)
    if isinstance(derivation, IndicatorDerivation):
        yield from _of_indicator(derivation)
    elif isinstance(derivation, ItemDerivation):
        yield from _of_item(derivation)
    yield from _part("notes", derivation.notes)


def _part(name: str, lines: Iterable[str], *, numbered: bool = False) -> Iterator[str]:
    yield ""
    yield say(f"explain.title.{name}")
    found = list(lines) or [say("explain.title.none")]
    for n, line in enumerate(found, start=1):
        yield f"{_INDENT}{n}. {line}" if numbered else f"{_INDENT}{line}"


def _of_indicator(derivation: IndicatorDerivation) -> Iterator[str]:
    yield from _part("rows", _row_lines(derivation.rows))
    yield from _part("values", map(_named, derivation.values))
    yield from _part("steps", map(_named, derivation.steps))
    yield from _part("rule", map(rule_text, derivation.rule), numbered=True)
    yield ""
    yield say("explain.title.verdict", verdict=verdict_text(derivation))
    if derivation.data_status is not None:
        yield say("explain.title.status", status=word("status", derivation.data_status))
    yield from _part("turning", change_texts(derivation))
    yield from _part("alternatives", alternative_texts(derivation) or [say("explain.alternatives_none")])


def _of_item(derivation: ItemDerivation) -> Iterator[str]:
    yield from _part("reports", map(_report_line, derivation.reports))
    yield from _part("steps", map(_named, derivation.steps))
    yield from _part("rule", map(rule_text, derivation.rule), numbered=True)
    yield ""
    yield say("explain.title.state", state=word("state", derivation.state))
    yield from _part("turning", derivation.turning_points)


def _named(step: Calculation) -> str:
    return say("report.labelled", label=step.name, text=calculation_text(step))


def _row_lines(rows: Iterable[UsedRow]) -> Iterator[str]:
    for name, own in groupby(rows, key=lambda row: row.name):
        yield name
        for row in own:
            yield _INDENT + row_text(row)


def row_text(row: UsedRow) -> str:
    """A row of the statistics: value, standing, status, publication, place and source."""
    standing = "superseded" if row.superseded else "used" if row.used else "unused"
    facts = [
        say("explain.row.figure", year=row.year, value=as_published(row.as_published, _SYMBOLS)),
        say(f"explain.row.{standing}"),
        word("status", row.status),
        say("explain.row.published", date=row.published) if row.published else say("explain.row.undated"),
        "" if row.derived else f"{row.file}:{row.line}",
        row.source,
        say("explain.row.behind", n=count_rows(row.behind), rows=rows_text(row.behind)) if row.behind else "",
        say("explain.row.partial", partial=row.partial) if row.partial else "",
        say("explain.row.reason", reason=row.reason, by=row.provided_by) if row.reason else "",
    ]
    return say("report.semicolon").join(fact for fact in facts if fact)


def _report_line(report: UsedReport) -> str:
    status = say(f"ledger.statuses.{report.status}")
    facts = [
        say("explain.report.line", date=report.date, status=status),
        say("explain.row.used" if report.used else "explain.row.unused"),
        "" if report.percent is None else say("explain.report.percent", value=plain(report.percent)),
        "" if report.quantity is None else say("explain.report.quantity", value=plain(report.quantity)),
        say("explain.report.evidence", text=report.evidence) if report.evidence else "",
        f"{report.file}:{report.line}",
        report.source,
        say("status.illustrative") if report.illustrative else "",
    ]
    return say("report.semicolon").join(fact for fact in facts if fact)
