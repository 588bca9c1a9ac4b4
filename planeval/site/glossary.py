"""The glossary: the terms of the reports, and every indicator and variable of the dictionary."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from html import escape

from markupsafe import Markup

from planeval.messages import names_below, say
from planeval.model.dictionary import Dictionary, Indicator, Variable
from planeval.report.anchors import indicator_anchor
from planeval.report.blocks import Link, Links, Paragraph
from planeval.report.html import render
from planeval.report.names import name_of, unit_of
from planeval.report.quoted import marked
from planeval.site.comparison import comparison_page
from planeval.site.formulas import formula
from planeval.site.frame import PAGES, relative, render_page

G = "glossary"
PAGE = PAGES["glossary"]


def variable_anchor(key: str) -> str:
    """The id of a variable's heading."""
    return f"variable-{key.replace('_', '-')}"


def glossary_page(dictionary: Dictionary, regions: Mapping[str, str], compared: Collection[str]) -> str:
    """``glossary/index.html``. ``regions`` maps codes to names, ``compared`` are the indicators that have a page of
    their own in the comparison."""
    parts = [_paragraph(say(f"{G}.lead"), "lead")]
    for group in names_below(f"{G}.terms"):
        parts.append(_heading(2, f"terms-{group}", say(f"{G}.group.{group}")))
        parts.append(_terms(group))
    parts.append(_heading(2, "indicators", say(f"{G}.indicators")))
    parts.append(_paragraph(say(f"{G}.indicators_lead")))
    for key, indicator in dictionary.indicators.items():
        parts += _indicator(key, indicator, dictionary, key in compared)
    parts.append(_heading(2, "variables", say(f"{G}.variables")))
    parts.append(_paragraph(say(f"{G}.variables_lead")))
    for key, variable in dictionary.variables.items():
        parts += _variable(key, variable, regions)
    return render_page(
        "parts.html.j2",
        PAGE,
        say(f"{G}.title"),
        description=say(f"{G}.description"),
        contents=True,
        parts=parts,
    )


def _terms(group: str) -> Markup:
    """The terms of a group, each with an anchor."""
    rows = []
    for key in names_below(f"{G}.terms.{group}"):
        term = say(f"{G}.terms.{group}.{key}.term")
        text = say(f"{G}.terms.{group}.{key}.text")
        rows.append((f"term-{key.replace('_', '-')}", term, [text]))
    return _definitions(rows)


def _indicator(key: str, indicator: Indicator, dictionary: Dictionary, compared: bool) -> Iterable[Markup]:
    yield _heading(3, indicator_anchor(key), name_of(indicator))
    facts = [
        ("definition", [indicator.definition]),
        ("unit", [unit_of(indicator.unit)]),
        ("formula", [formula(indicator, dictionary)]),
        ("direction", [say(f"{G}.direction.{indicator.direction}")]),
        ("events", [say(f"{G}.events_yes")] if indicator.events else []),
        ("caveats", indicator.caveats),
        ("key", [key]),
    ]
    yield _definitions(("", say(f"{G}.fact.{name}"), texts) for name, texts in facts)
    if compared:
        link = Link(say(f"{G}.compare"), relative(comparison_page(key), PAGE))
        yield Markup(render(Links((link,))))


def _variable(key: str, variable: Variable, regions: Mapping[str, str]) -> Iterable[Markup]:
    yield _heading(3, variable_anchor(key), name_of(variable))
    breaks = [say(f"{G}.break", year=year, text=text) for year, text in sorted(variable.breaks.items())]
    for code, own in sorted(variable.region_breaks.items()):
        place = regions.get(code, code)
        breaks += [
            say(f"{G}.break_of", place=place, year=year, text=text) for year, text in sorted(own.items())
        ]
    facts = [
        ("definition", [variable.definition] if variable.definition else []),
        ("unit", [unit_of(variable.unit)]),
        ("kind", [say(f"{G}.kind.{variable.kind.value}")]),
        ("caveats", variable.caveats),
        ("breaks", breaks),
        ("key", [key]),
    ]
    yield _definitions(("", say(f"{G}.fact.{name}"), texts) for name, texts in facts)


def _definitions(rows: Iterable[tuple[str, str, Collection[str]]]) -> Markup:
    """Terms with an id (or none) and one or several texts; those without any are left out."""
    shown = []
    for anchor, term, texts in rows:
        if texts:
            id_ = f' id="{escape(anchor)}"' if anchor else ""
            inner = "".join(f"<dd>{marked(text)}</dd>" for text in texts)
            shown.append(f"<div{id_}><dt>{marked(term)}</dt>{inner}</div>")
    return Markup(f'<dl class="terms">{"".join(shown)}</dl>')


def _heading(level: int, id_: str, text: str) -> Markup:
    return Markup(f'<h{level:d} id="{escape(id_)}">{escape(text)}</h{level:d}>')


def _paragraph(text: str, tone: str = "") -> Markup:
    return Markup(render(Paragraph(text, tone="lead" if tone == "lead" else "")))
