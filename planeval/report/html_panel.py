"""The panel of small multiples as HTML."""

from __future__ import annotations

from html import escape

from planeval.messages.numbers import MISSING
from planeval.report import blocks as b
from planeval.report.html import mark_html, verdict_html


def panel_html(panel: b.Panel) -> str:
    """A figure with a list: for each indicator its name (the link), verdict, small chart, value and target."""
    items = "\n".join(map(_item, panel.items))
    note = f'<p class="notes">{escape(panel.key)}</p>' if panel.key else ""
    return (
        f'<figure class="panel"><figcaption>{escape(panel.title)}</figcaption><ul>{items}</ul>{note}</figure>'
    )


def _item(item: b.PanelItem) -> str:
    name = f'<a href="{escape(item.href)}">{escape(item.name)}</a>'
    verdict = f"<p>{verdict_html(item.verdict)}{_marks(provisional=item.provisional)}</p>"
    number = MISSING if item.value.text is None else item.value.text
    unit = "" if item.value.text is None else f" {escape(item.unit)}"
    marks = _marks(illustrative=item.value.illustrative, provisional=item.value.provisional)
    value = f"<p><b>{escape(number)}</b>{unit} <small>{escape(item.when)}</small>{marks}</p>"
    marks = _marks(illustrative=item.target.illustrative, provisional=item.target.provisional)
    target = f"<p>{escape(item.target.text or MISSING)}{marks}</p>"
    look = f"verdict-{item.verdict.value.replace('_', '-')}"
    return f'<li class="{look}">{name}{verdict}{item.svg}{value}{target}'


def _marks(**given: bool) -> str:
    return "".join(f" {mark_html(name)}" for name, shown in given.items() if shown)
