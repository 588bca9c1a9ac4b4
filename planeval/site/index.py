"""The index over all reports: ``reports/index.html``.

It is made from what lies in the output folder (each report's ``evaluation.json``) and from what this run held
back, so a report that could not be renewed stays listed, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from markupsafe import Markup
from pydantic import ValidationError

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import FINAL_VERDICTS, MIDTERM_VERDICTS, Evaluation, Kind, Verdict
from planeval.model.plan import Attribute
from planeval.render.html import check_page, stylesheet
from planeval.render.publish import write_file
from planeval.report.blocks import Block, Callout, Definitions, Link, Links, Tally
from planeval.report.html import mark_html, render

TEMPLATES = Path(__file__).parent / "templates"
FILES = ("report.ipynb", "evaluation.json", "indicators.csv")
# (plan id, kind) -> why this run held the report back.
HeldBack = Mapping[tuple[str, str], list[str]]


@dataclass(frozen=True)
class SiteEntry:
    """One line of the index: a published report, or one that was held back.

    ``published`` says that its page is there; ``held_back`` are the reasons why this run did not write it. Both
    together mean an earlier version. ``counts`` are the core indicators by attribute and verdict, best first.
    """

    plan: str
    kind: Kind
    title: str
    region_code: str = ""
    region_name: str = ""
    as_of: int | None = None
    data_until: str | None = None
    time_share: float | None = None
    counts: dict[Attribute, dict[Verdict, int]] = field(default_factory=dict)
    illustrative: bool = False
    published: bool = False
    held_back: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """Where the report lies, relative to the index."""
        return f"{self.plan}/{self.kind.value}"


def collect_entries(
    out: Path, status: HeldBack | None = None, titles: Mapping[str, str] | None = None
) -> list[SiteEntry]:
    """Every report in ``out``, and every one in ``status`` that is not there, ordered by place, plan and kind.

    ``status`` maps (plan id, kind) to the reasons why this run held it back; ``titles`` gives the titles of plans
    that have no report yet (default: the plan's id). An ``evaluation.json`` that cannot be read is listed with that
    as its reason.
    """
    held = {(plan, Kind(kind)): tuple(reasons) for (plan, kind), reasons in (status or {}).items()}
    found = {
        (path.parent.parent.name, Kind(path.parent.name)): path
        for path in sorted(out.glob("*/*/evaluation.json"))
        if path.parent.name in set(Kind)
    }
    entries = [_entry(path, plan, kind, held.get((plan, kind), ())) for (plan, kind), path in found.items()]
    known = {e.plan: e for e in entries if e.region_code}
    for plan, kind in held.keys() - found.keys():
        entries.append(SiteEntry(plan, kind, "", held_back=held[plan, kind]))
    completed = []
    for entry in entries:
        other = known.get(entry.plan)
        if not entry.region_code and other is not None:
            entry = _with_place(entry, other.title, other.region_code, other.region_name)
        elif not entry.title:
            entry = _with_place(entry, (titles or {}).get(entry.plan, entry.plan), "", "")
        completed.append(entry)
    kinds = list(Kind)
    # Plans whose place is not known come last.
    return sorted(completed, key=lambda e: (e.region_code or "~", e.plan, kinds.index(e.kind)))


def _with_place(entry: SiteEntry, title: str, region_code: str, region_name: str) -> SiteEntry:
    return SiteEntry(
        **{**vars(entry), "title": title, "region_code": region_code, "region_name": region_name}
    )


def _entry(path: Path, plan: str, kind: Kind, held_back: tuple[str, ...]) -> SiteEntry:
    folder = path.parent
    published = (folder / "index.html").is_file()
    files = tuple(name for name in FILES if (folder / name).is_file())
    if not published and not held_back:
        held_back = (say("site.incomplete"),)
    try:
        evaluation = Evaluation.model_validate_json(path.read_bytes())
    except (ValidationError, OSError):
        reasons = (*held_back, say("site.unreadable"))
        return SiteEntry(plan, kind, "", published=published, held_back=reasons, files=files)
    order = MIDTERM_VERDICTS if kind is Kind.MIDTERM else FINAL_VERDICTS
    counts = {}
    for attribute in Attribute:
        own = [i.verdict for i in evaluation.indicators if i.attribute is attribute]
        if own:
            counts[attribute] = {verdict: own.count(verdict) for verdict in order}
    return SiteEntry(
        plan=plan,
        kind=kind,
        title=evaluation.plan_title,
        region_code=evaluation.region_code,
        region_name=evaluation.region_name,
        as_of=evaluation.as_of,
        data_until=evaluation.data_until,
        time_share=evaluation.time_share,
        counts=counts,
        illustrative=evaluation.illustrative,
        published=published,
        held_back=held_back,
        files=files,
    )


def _facts(entry: SiteEntry) -> Definitions | None:
    facts = []
    if entry.as_of is not None:
        facts.append((say("site.fact.as_of"), say("site.fact.as_of_value", year=entry.as_of)))
    if entry.data_until:
        facts.append((say("site.fact.data_until"), entry.data_until))
    if entry.time_share is not None:
        facts.append((say("site.fact.time_share"), fmt.share(entry.time_share, 0)))
    return Definitions(tuple(facts)) if facts else None


def _blocks(entry: SiteEntry) -> list[Block]:
    """What stands in the card of one report."""
    blocks: list[Block] = []
    if entry.held_back:
        name = "not_updated" if entry.published else "held_back"
        blocks.append(Callout(say(f"site.{name}"), entry.held_back, "warning"))
    if not entry.published:
        return blocks
    if entry.illustrative:
        blocks.append(Callout(say("site.illustrative"), say("site.illustrative_text"), "illustrative"))
    facts = _facts(entry)
    if facts is not None:
        blocks.append(facts)
    for attribute, counts in entry.counts.items():
        caption = say(f"site.tally_{attribute.value}", count=sum(counts.values()))
        blocks.append(Tally(tuple((v, count) for v, count in counts.items() if count), caption))
    links = [Link(say("site.open"), f"{entry.folder}/index.html")]
    links += [Link(name, f"{entry.folder}/{name}") for name in entry.files]
    blocks.append(Links(tuple(links)))
    return blocks


def _card(entry: SiteEntry) -> dict[str, object]:
    return {
        "id": f"{entry.plan}-{entry.kind.value}",
        "kind": say(f"kind.{entry.kind.value}"),
        "href": f"{entry.folder}/index.html" if entry.published else "",
        "held": bool(entry.held_back),
        "illustrative": mark_html("illustrative") if entry.published and entry.illustrative else "",
        "blocks": [Markup(render(block)) for block in _blocks(entry)],
    }


def render_index(entries: Iterable[SiteEntry], *, pages: Sequence[Link] = (), language: str = "zh-CN") -> str:
    """The index as HTML. The same entries give the same text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    entries = list(entries)
    plans = []
    for (plan, title), group in groupby(entries, key=lambda e: (e.plan, e.title)):
        cards = list(group)
        place = "　".join(part for part in (cards[0].region_name, cards[0].region_code) if part)
        plans.append({"id": plan, "title": title, "place": place, "cards": [_card(e) for e in cards]})
    published = sum(e.published for e in entries)
    held = sum(bool(e.held_back) for e in entries)
    if not entries:
        summary = [say("site.empty"), say("site.empty_hint")]
    else:
        name = "site.summary_held" if held else "site.summary"
        summary = [say(name, published=published, plans=len(plans), held=held)]
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    words = ("skip", "navigation", "site_name", "all_reports", "back_to_top")
    html = environment.get_template("index.html.j2").render(
        language=language,
        title=say("site.title"),
        description=say("site.description"),
        lead=say("site.lead"),
        summary=summary,
        plans=plans,
        style=Markup(stylesheet()),
        words={word: say(f"page.{word}") for word in words} | {"generated": say("site.generated")},
        pages=list(pages),
    )
    html += "\n"
    check_page(html)
    return html


def build_index(out: Path, entries: Iterable[SiteEntry], pages: Sequence[Link] = ()) -> Path:
    """Write ``out/index.html`` whole or not at all, and return its path.

    ``pages`` are the links to the site's other pages.

    Raises:
        PublishError: the folder cannot be written to.
    """
    path = out / "index.html"
    write_file(path, render_index(entries, pages=pages))
    return path
