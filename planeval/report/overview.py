"""The head of the report and 评估概述: what is evaluated, on which data, and the verdicts at a glance."""

from __future__ import annotations

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.names import in_language
from planeval.model.evaluation import CheckLevel, Evaluation, Kind
from planeval.model.findings import Severity
from planeval.model.plan import Attribute
from planeval.model.status import Status
from planeval.report.blocks import Banner, Block, Callout, Paragraph, Section, Tally
from planeval.report.vintage import vintage_callout
from planeval.report.words import sentences, word

# What a reader must know beside the count of verdicts: sentence -> the notes that call for it.
CAVEATS = {
    "breaks": {"definition_break", "definition_break_within"},
    "chance": {"not_distinguishable"},
}


def banner(evaluation: Evaluation) -> Banner:
    """Facts and the warnings nobody may miss."""
    facts = (
        (
            say("report.banner.place"),
            say("report.banner.place_value", name=place_of(evaluation), code=evaluation.region_code),
        ),
        (
            say("report.banner.period"),
            say(
                "report.banner.period_value",
                start=evaluation.period_start,
                end=evaluation.period_end,
                base=evaluation.base_year,
            ),
        ),
        (say("report.banner.data_year"), say("report.banner.data_year_value", year=evaluation.as_of)),
        (say("report.banner.data_until"), evaluation.data_until or say("report.unknown")),
        (say("report.banner.time_share"), fmt.share(evaluation.time_share, 0)),
    )
    return Banner(facts=facts, callouts=tuple(_callouts(evaluation)))


def place_of(evaluation: Evaluation) -> str:
    """The name of the place."""
    return in_language(evaluation.region_name, evaluation.region_name_en)


def _callouts(evaluation: Evaluation) -> list[Callout]:
    found = vintage_callout(evaluation)
    if data_missing(evaluation):
        found.append(Callout(say("annual.no_data_title"), _data_until(evaluation), tone="warning"))
    used = {row.status for row in evaluation.rows if row.used}
    if evaluation.illustrative:
        body = []
        if Status.ILLUSTRATIVE in used:
            body.append(say("report.banner.illustrative", place=place_of(evaluation)))
        if any(item.illustrative for item in evaluation.items):
            body.append(say("report.banner.illustrative_ledger"))
        found.append(Callout(say("report.banner.illustrative_title"), tuple(body), tone="illustrative"))
    if Status.FORECAST in used:
        found.append(
            Callout(say("report.banner.forecast_title"), say("report.banner.forecast"), tone="warning")
        )
    contradictions = sum(f.level is CheckLevel.PROBLEM for f in evaluation.plan_check)
    if contradictions:
        annual = evaluation.kind is Kind.ANNUAL  # which has no appendix about the plan's text
        name = "annual.contradiction" if annual else "report.banner.contradiction"
        text = say(name, count=contradictions)
        found.append(Callout(say("report.banner.contradiction_title"), text, tone="warning"))
    warnings = sum(f.severity is Severity.WARNING for f in evaluation.validation)
    if warnings:
        text = say("report.banner.warnings", count=warnings)
        found.append(Callout(say("report.banner.warnings_title"), text, tone="warning"))
    explained = sum(f.reason is not None for f in evaluation.validation)
    if explained:
        found.append(Callout(say("restate.accepted.title"), say("restate.accepted.banner", n=explained)))
    return found


def overview(evaluation: Evaluation) -> Section:
    """一、评估概述."""
    facts = []
    if evaluation.plan_published:
        facts.append(say("report.overview.published", when=evaluation.plan_published))
    if evaluation.document_number:
        facts.append(say("report.overview.document", number=evaluation.document_number))
    issuer = evaluation.issuer
    facts.append(
        say("report.overview.issuer", issuer=issuer) if issuer else say("report.overview.issuer_unknown")
    )
    blocks: list[Block] = [
        Paragraph(_verdict_sentence(evaluation), tone="lead"),
        *_tallies(evaluation),
        Paragraph(
            say(
                "report.overview.object",
                title=evaluation.plan_title,
                facts=say("report.semicolon").join(facts),
            )
        ),
        Paragraph(
            say(
                "report.overview.period",
                start=evaluation.period_start,
                end=evaluation.period_end,
                base=evaluation.base_year,
                kind=word("kind", evaluation.kind),
                as_of=evaluation.as_of,
                passed=evaluation.as_of - evaluation.period_start + 1,
                share=fmt.share(evaluation.time_share, 0),
                until=evaluation.data_until or say("report.unknown"),
            )
        ),
    ]
    if evaluation.evaluation_clause:
        blocks.append(Paragraph(say("report.overview.clause", clause=evaluation.evaluation_clause)))
    if evaluation.kind is Kind.FINAL:
        blocks.append(Paragraph(say("report.overview.method_final", end=evaluation.period_end)))
    else:
        path = say(f"report.overview.path_{evaluation.method['trajectory']}")
        blocks.append(Paragraph(say("report.overview.method", path=path)))
    title = "annual.overview" if evaluation.kind is Kind.ANNUAL else "report.overview.title"
    return Section("overview", say(title), tuple(blocks))


def data_missing(evaluation: Evaluation) -> bool:
    """Whether the statistics of the data year are yet to come: no indicator or sub-target has a value of it."""
    every = evaluation.indicators + evaluation.sub_targets
    return not any(v.value is not None for i in every for v in i.values if v.year == evaluation.as_of)


def _data_until(evaluation: Evaluation) -> str:
    """That the data year has no statistics, and how far they reach."""
    every = evaluation.indicators + evaluation.sub_targets
    known = [v.year for i in every for v in i.values if v.value is not None]
    if not known:
        return say("annual.no_data_at_all", year=evaluation.as_of)
    return say("annual.no_data", year=evaluation.as_of, latest=max(known))


def _verdict_sentence(evaluation: Evaluation) -> str:
    counts = say("report.join").join(
        say("report.overview.count", verdict=word("verdict", verdict), n=n)
        for verdict, n in evaluation.verdict_counts().items()
        if n
    )
    told = [say("report.overview.verdicts", total=len(evaluation.indicators), counts=counts)]
    provisional = sum(i.provisional for i in evaluation.indicators)
    if provisional:
        told.append(say("report.overview.provisional", n=provisional))
    for name, codes in CAVEATS.items():
        n = sum(bool(codes & set(i.flags)) for i in evaluation.indicators)
        told.append(say(f"report.overview.{name}", n=n) if n else "")
    return sentences(*told)


def _tallies(evaluation: Evaluation) -> list[Tally]:
    found = []
    for attribute in Attribute:
        own = [i for i in evaluation.indicators if i.attribute is attribute]
        if own:
            counts = tuple((v, sum(i.verdict is v for i in own)) for v in evaluation.verdict_counts())
            found.append(Tally(counts, say("report.overview.tally", attribute=word("attribute", attribute))))
    return found
