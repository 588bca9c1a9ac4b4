"""The difference of two days as lines for a terminal."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

from planeval.diff.model import Difference, Figure, FigureChange, IndicatorChange, ReportChange
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.messages.units import as_published, quantity
from planeval.messages.widths import aligned
from planeval.model.evaluation import Standing
from planeval.model.status import Status
from planeval.read.units import UNITS
from planeval.report.restatements import figures_text
from planeval.report.standing import standing_cells
from planeval.report.words import word

D = "restate.diff"
_SYMBOLS = frozenset(UNITS)
# Lines of figures that are shown; of a nation's yearly round a terminal could show nobody all of them.
MOST_FIGURES = 200
_INDENT = "  "


def lines_of(found: Difference) -> Iterator[str]:
    """Title, figures by place, verdicts by report, and what did not change."""
    days = {"before": found.before, "after": found.after}
    yield say(f"{D}.title", **days)
    counts = Counter(figure.change for figure in found.figures)
    if found.figures:
        places = len({figure.region_code for figure in found.figures})
        numbers = {name: counts[name] for name in ("added", "corrected", "confirmed", "removed")}
        yield say(f"{D}.figures", places=places, **numbers)
        yield from _figures(found.figures)
    else:
        yield say(f"{D}.no_figures")
    yield ""
    yield say(f"{D}.verdicts")
    for report in found.reports:
        yield from _report(report, found)
    yield say(f"{D}.unchanged", n=found.unchanged)


def _figures(figures: list[FigureChange]) -> Iterator[str]:
    shown = figures[:MOST_FIGURES]
    for code, own in itertools.groupby(shown, key=lambda figure: figure.region_code):
        changes = list(own)
        yield ""
        yield say("report.with_code", name=changes[0].region_name, code=code)
        head = [say(f"{D}.column.{name}") for name in _FIGURE_COLUMNS]
        rows = aligned([head, *map(_figure_cells, changes)], right=(3, 4))
        yield from (_INDENT + row for row in rows)
    if len(figures) > MOST_FIGURES:
        yield say(f"{D}.more", n=len(figures) - MOST_FIGURES)


_FIGURE_COLUMNS = ("change", "year", "variable", "before", "after", "by", "published", "where", "why")


def _figure_cells(figure: FigureChange) -> list[str]:
    now = figure.after or figure.before
    assert now is not None  # a change has at least one side
    why = ""
    if figure.reason:
        why = say(f"{D}.why", reason=figure.reason, provided_by=figure.provided_by)
    return [
        say(f"{D}.{figure.change}"),
        str(figure.year),
        figure.name,
        _value(figure.before),
        _value(figure.after),
        fmt.percent(figure.percent, plus=True) if figure.change == "corrected" else "",
        now.published or say("report.unknown"),
        f"{now.file}:{now.line}" if now.line else now.file,
        why,
    ]


def _value(figure: Figure | None) -> str:
    """The figure as it was published, with its status where it is no settled one."""
    if figure is None:
        return fmt.MISSING
    value = as_published(figure.as_published, _SYMBOLS)
    if figure.status in (Status.FINAL, Status.REVISED):
        return value
    return say(f"{D}.with_status", value=value, status=word("status", figure.status))


def _report(report: ReportChange, found: Difference) -> Iterator[str]:
    yield ""
    years = dict.fromkeys(str(year) for year in (report.as_of_before, report.as_of_after) if year is not None)
    name = {"place": report.region_name, "title": report.plan_title, "kind": word("kind", report.kind)}
    # A yearly monitoring may be of another year on the later day.
    yield say(f"{D}.report", **name, year=" → ".join(years)) if years else say(f"{D}.report_held", **name)
    for day, reasons in ((found.before, report.held_before), (found.after, report.held_after)):
        if reasons:
            yield _INDENT + say(f"{D}.held", day=day)
            yield from (_INDENT * 2 + reason for reason in reasons)
    if report.indicators:
        names = {figure.variable: figure.name for figure in found.figures}
        yield from (_INDENT + row for row in _indicators(report.indicators, names))
    for item in report.items:
        states = _moved(word("state", item.before), word("state", item.after))
        percents = _moved(fmt.percent(item.percent_before, 0), fmt.percent(item.percent_after, 0))
        yield _INDENT + say(f"{D}.item", name=item.name, states=states, percents=percents)


def _indicators(changes: list[IndicatorChange], names: dict[str, str]) -> list[str]:
    """A line an indicator; base and target are told where one of them moved."""
    moved = [
        n for n in ("base", "target") if any(getattr(c.before, n) != getattr(c.after, n) for c in changes)
    ]
    columns = ("indicator", "verdict", "current", *moved, "progress", "rests_on")
    cells = [_indicator_cells(change, names) for change in changes]
    rows = [[own[name] for name in columns] for own in cells]
    return aligned([[say(f"{D}.column.{name}") for name in columns], *rows])


def _indicator_cells(change: IndicatorChange, names: dict[str, str]) -> dict[str, str]:
    shown = (standing_cells(change, standing) for standing in (change.before, change.after))
    then, now = ([cell.text or fmt.MISSING for cell in cells] for cells in shown)
    verdict = _moved(_verdict(change.before), _verdict(change.after))
    if not change.verdict_changed:
        verdict = say(f"{D}.same_verdict", verdict=_verdict(change.after))
    return {
        "indicator": name_of(change),
        "verdict": verdict,
        "base": _moved(then[0], now[0]),
        "current": _moved(
            _current(change.before, then[1], change.unit), _current(change.after, now[1], change.unit)
        ),
        "target": _moved(then[2], now[2]),
        "progress": _moved(then[3], now[3]),
        "rests_on": figures_text(change.figures, names) if change.figures else say(f"{D}.nothing_of_it"),
    }


def _current(standing: Standing, number: str, unit: str) -> str:
    if standing.current is None:
        return number
    return say(f"{D}.of_year", value=quantity(number, unit), year=standing.current_year)


def _verdict(standing: Standing) -> str:
    verdict = word("verdict", standing.verdict)
    return say("report.provisional", verdict=verdict) if standing.provisional else verdict


def _moved(before: str, after: str) -> str:
    return after if before == after else f"{before} → {after}"
