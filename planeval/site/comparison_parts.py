"""What the overview and the pages of single indicators share."""

from __future__ import annotations

from markupsafe import Markup

from planeval.messages import say
from planeval.model.terms import Kind
from planeval.report.blocks import Block, Callout, Paragraph
from planeval.report.html import render
from planeval.site.comparison_words import C

Run = tuple[Kind, int]


def no_ranking() -> Markup:
    """Why places are not ranked."""
    texts = (say(f"{C}.no_ranking_luck"), say(f"{C}.no_ranking_limits"))
    return block(Callout(say(f"{C}.no_ranking"), texts))


def illustrative(title: str) -> Markup:
    """The notice of made-up figures."""
    return block(Callout(title, say(f"{C}.illustrative_text"), "illustrative"))


def run_words(run: Run) -> str:
    """A kind of report and its data year, in short."""
    return say(f"{C}.run_short", kind=say(f"kind.{run[0].value}"), year=run[1])


def block(content: Block) -> Markup:
    """A block of the reports as a part of a page."""
    return Markup(render(content))


def quiet(text: str) -> Markup:
    """A paragraph of less weight."""
    return block(Paragraph(text, tone="quiet"))
