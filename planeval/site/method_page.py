"""The method page: how verdicts come about, with every cut-off in use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from planeval.messages import names_below, say
from planeval.messages import numbers as fmt
from planeval.model.dictionary import Dictionary
from planeval.model.method import Method
from planeval.model.plan import TARGET_KINDS
from planeval.model.status import Status
from planeval.model.terms import ItemState, Kind, Verdict, verdicts_of
from planeval.report.blocks import (
    Block,
    CellLike,
    Column,
    Heading,
    Items,
    Link,
    Links,
    Paragraph,
    Section,
    Table,
)
from planeval.report.html import render
from planeval.report.names import name_of, unit_of
from planeval.site.formulas import formula
from planeval.site.frame import PAGES, relative, render_page
from planeval.site.funnel import INNER, LEAST_EXPECTED, LEAST_PLACES, OUTER, WINSORISED

M = "method_page"
PAGE = PAGES["method"]
EXAMPLE_EVENTS = (0, 1, 3, 5, 10, 30, 100)
EXAMPLE_TESTS = ((3, 1), (5, 0))
# How a value of the method file is shown; the others are plain numbers or words.
_SHARES = frozenset(
    [
        "verdicts.off_track_yearly_change",
        "interval.level",
        "ledger.behind_below",
        "plan_check.base_tolerance",
        "plan_check.plausible_yearly_growth_min",
        "plan_check.plausible_yearly_growth_max",
        "validation.rate_tolerance",
    ]
)
_YEARS = frozenset(["validation.first_year", "validation.last_year"])  # without grouping
_CHOICES = frozenset(["trajectory", "period_mean", "price_basis"])
_DURATIONS = frozenset(["ledger.stale_after_years"])
_PACED = (Verdict.AHEAD, Verdict.ON_TRACK, Verdict.LAGGING)


def method_page(method: Method, dictionary: Dictionary) -> str:
    """``method/index.html``, in the language of the process; ``method`` and ``dictionary`` as that language has them."""
    blocks: list[Block] = [
        Paragraph(say(f"{M}.lead"), tone="lead"),
        Paragraph(say(f"{M}.convention", version=method.version)),
        _section("verdicts", _verdicts(method)),
        _section("formulas", _formulas(method)),
        _section("kinds", _kinds()),
        _section("rates", _rates(dictionary)),
        _section("chance", _chance(method)),
        _section("sensitivity", _sensitivity()),
        _section("ledger", _ledger(method)),
        _section("statuses", _statuses()),
        _section("comparison", _comparison()),
        _section("traps", [Items(tuple(say(f"{M}.traps.{name}") for name in _listed("traps")))]),
        _section("plan_check", _plan_check()),
        _section("cut_offs", _cut_offs(method)),
    ]
    return render_page(
        "parts.html.j2",
        PAGE,
        say(f"{M}.title"),
        description=say(f"{M}.description"),
        contents=True,
        parts=[Markup(render(block)) for block in blocks],
    )


def leaves(method: Method) -> dict[str, Any]:
    """Every cut-off and choice of the method by its dotted key, in the order of the file."""
    found: dict[str, Any] = {}
    for key, value in method.model_dump(exclude={"version", "assumptions", "assumptions_en"}).items():
        found |= (
            {f"{key}.{name}": own for name, own in value.items()} if isinstance(value, dict) else {key: value}
        )
    return found


def shown(key: str, value: Any) -> str:
    """A value of the method file as readers see it."""
    if key in _CHOICES:
        return say(f"{M}.choice.{value}")
    if key in _SHARES:
        return fmt.percent(value * 100, 0 if round(value * 100, 6) == round(value * 100) else 1)
    if key in _YEARS:
        return str(value)
    if key in _DURATIONS:
        return say(f"{M}.years_value", value=fmt.target(value, 0))
    return fmt.number(value, 0 if isinstance(value, int) else 2)


def _section(name: str, blocks: Iterable[Block]) -> Section:
    return Section(name.replace("_", "-"), say(f"{M}.{name}.title"), tuple(blocks))


def _listed(section: str) -> list[str]:
    return [name for name in names_below(f"{M}.{section}") if name != "title"]


def _table(
    caption: str, columns: Iterable[str], rows: Iterable[tuple[CellLike, ...]], **params: str
) -> Table:
    heads = tuple(Column(say(f"{M}.column.{name}", **params)) for name in columns)
    return Table(caption, heads, tuple(rows))


def _verdicts(method: Method) -> Iterable[Block]:
    name = f"{M}.verdicts"
    yield Paragraph(say(f"{name}.lead"))
    rows: list[tuple[CellLike, ...]] = []
    for verdict in Verdict:
        used = [kind for kind in Kind if verdict in verdicts_of(kind)]
        where = say("report.join").join(say(f"{M}.used_in.{kind.value}") for kind in used)
        rows.append((verdict, where, condition(verdict, method)))
    yield _table(say(f"{name}.table"), ("verdict", "used_in", "condition"), rows)
    yield from (Paragraph(say(f"{name}.{part}")) for part in ("order", "easy", "separate"))


def condition(verdict: Verdict, method: Method) -> str:
    """When an indicator gets the verdict, with the cut-offs in use."""
    cut = method.verdicts
    values = {
        Verdict.AHEAD: fmt.number(cut.ahead_from, 2),
        Verdict.ON_TRACK: fmt.number(cut.on_track_from, 2),
        Verdict.LAGGING: fmt.number(cut.on_track_from, 2),
        Verdict.OFF_TRACK: fmt.share(cut.off_track_yearly_change, 0),
    }
    geometric = method.trajectory == "geometric" and verdict in _PACED
    rule = f"{verdict.value}_geometric" if geometric else verdict.value
    return say(f"report.appendix.method.{rule}", value=values.get(verdict, ""))


def _formulas(method: Method) -> Iterable[Block]:
    name = f"{M}.formulas"
    yield Paragraph(say(f"{name}.lead"))
    used = [
        "target",
        "change",
        "time_share",
        "progress",
        f"pace_{method.trajectory}",
        f"path_{method.trajectory}",
        "projection",
        "needed",
        method.period_mean,
        *(["room"] if method.period_mean == "mean_of_ratios" else []),
    ]
    rows = ((say(f"{name}.{key}.name"), say(f"{name}.{key}.formula")) for key in used)
    yield _table(say(f"{name}.caption"), ("name", "formula"), rows)


def _kinds() -> Iterable[Block]:
    rows = ((say(f"target_kind.{kind}"), say(f"{M}.kinds.{kind}")) for kind in TARGET_KINDS)
    yield _table(say(f"{M}.kinds.caption"), ("kind", "judged"), rows)


def _rates(dictionary: Dictionary) -> Iterable[Block]:
    yield Paragraph(say(f"{M}.rates.lead"))
    rows = [
        (name_of(indicator), formula(indicator, dictionary), unit_of(indicator.unit))
        for indicator in dictionary.indicators.values()
        if indicator.denominator is not None
    ]
    if rows:
        yield _table(say(f"{M}.rates.caption"), ("indicator", "formula", "unit"), rows)


def _chance(method: Method) -> Iterable[Block]:
    from planeval.compute.intervals import comparison_p_value, poisson_limits

    name, rule = f"{M}.chance", method.interval
    level = shown("interval.level", rule.level)
    yield Paragraph(say(f"{name}.lead", level=level))
    yield Paragraph(say(f"{name}.method", n=rule.exact_below))
    rows = []
    for events in EXAMPLE_EVENTS:
        lower, upper = poisson_limits(events, rule)
        how = say(f"{name}.{'exact' if events < rule.exact_below else 'byar'}")
        rows.append((str(events), fmt.interval(lower, upper, 2), how))
    yield _table(say(f"{name}.caption"), ("events", "interval", "method"), rows, level=level)
    examples = [
        say(
            f"{name}.example",
            base=base,
            current=current,
            p=fmt.number(comparison_p_value(current, 1.0, base, 1.0), 3),
        )
        for base, current in EXAMPLE_TESTS
    ]
    told = say("report.semicolon").join(examples)
    alpha = fmt.number(method.comparison.alpha, 2)
    yield Paragraph(say(f"{name}.test", alpha=alpha) + told + say(f"{name}.test_end"))
    yield Paragraph(say(f"{name}.clusters"), tone="warning")


def _sensitivity() -> Iterable[Block]:
    yield Paragraph(say(f"{M}.sensitivity.lead"))
    yield Items(tuple(say(f"sensitivity.{code}") for code in names_below("sensitivity")))


def _ledger(method: Method) -> Iterable[Block]:
    own = method.ledger
    share = shown("ledger.behind_below", own.behind_below)
    yield Paragraph(say(f"{M}.ledger.lead", share=share, years=fmt.target(own.stale_after_years, 0)))
    rows: list[tuple[CellLike, ...]] = [(state, say(f"{M}.ledger.{state.value}")) for state in ItemState]
    yield _table(say(f"{M}.ledger.caption"), ("state", "condition"), rows)


def _statuses() -> Iterable[Block]:
    yield Paragraph(say(f"{M}.statuses.lead"))
    rows = ((say(f"status.{s.value}"), say(f"glossary.terms.data.{s.value}.text")) for s in Status)
    yield _table(say(f"{M}.statuses.caption"), ("status", "meaning"), rows)
    yield Paragraph(say(f"{M}.statuses.provisional"), tone="illustrative")
    yield Paragraph(say(f"{M}.statuses.vintages"))


def _comparison() -> Iterable[Block]:
    params = {
        "inner": fmt.share(INNER, 0),
        "outer": fmt.share(OUTER),
        "share": fmt.share(WINSORISED, 0),
        "least": fmt.number(LEAST_EXPECTED),
        "places": LEAST_PLACES,
    }
    for part in ("lead", "limits", "centre", "phi", "level"):
        yield Paragraph(say(f"{M}.comparison.{part}", **params))
    yield Links((Link(say("compare.all"), relative(PAGES["compare"], PAGE)),))


def _plan_check() -> Iterable[Block]:
    yield Paragraph(say(f"{M}.plan_check.lead"))
    yield Links((Link(say(f"{M}.plan_check.link"), relative(PAGES["validation"], PAGE)),))


def _cut_offs(method: Method) -> Iterable[Block]:
    rows = ((say(f"{M}.decides.{key}"), shown(key, value), key) for key, value in leaves(method).items())
    yield _table(say(f"{M}.cut_offs.caption"), ("decides", "value", "key"), rows)
    yield Heading(3, say(f"{M}.cut_offs.assumptions"), "assumptions")
    yield Items(method.assumptions)
