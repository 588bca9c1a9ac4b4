"""The appendices: data, method, sensitivity, plan check, glossary, provenance."""

from __future__ import annotations

import shlex

from planeval.messages import LANGUAGES, say
from planeval.messages import numbers as fmt
from planeval.messages.names import name_of
from planeval.messages.units import as_published, unit_of
from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import (
    Alternative,
    CheckLevel,
    Evaluation,
    IndicatorEvaluation,
    Kind,
    SourceRow,
    Verdict,
)
from planeval.model.findings import Severity
from planeval.model.method import Method
from planeval.model.status import Status
from planeval.read.units import UNITS
from planeval.report.blocks import (
    Block,
    Column,
    Definitions,
    Details,
    Heading,
    Items,
    Paragraph,
    Row,
    RowGroup,
    Section,
    Table,
)
from planeval.report.explained import explained_findings
from planeval.report.standing import standing_cells
from planeval.report.sums import marked, rows_behind
from planeval.report.words import sentences, verdict_words, word

A = "report.appendix"
_SYMBOLS = frozenset(UNITS)


def data(evaluation: Evaluation) -> Section:
    """数据来源与质量: rows used, validation findings."""
    rows = [r for r in evaluation.rows if r.used]
    count = {s: sum(r.status is s for r in rows) for s in Status}
    lead = say(
        f"{A}.data.lead",
        rows=len(rows),
        solid=count[Status.FINAL] + count[Status.REVISED],
        soft=count[Status.PRELIMINARY] + count[Status.ESTIMATE],
        forecast=count[Status.FORECAST],
        illustrative=count[Status.ILLUSTRATIVE],
    )
    blocks: list[Block] = [Paragraph(lead), Paragraph(say(f"{A}.data.status"))]
    summary = say(f"{A}.data.rows_summary", n=len(evaluation.rows))
    blocks.append(Details(summary, (_rows_table(evaluation),)))
    blocks.append(Heading(3, say(f"{A}.data.validation"), "validation"))
    explained = [f for f in evaluation.validation if f.reason is not None]
    told = [f for f in evaluation.validation if f.severity is not Severity.INFO]
    told += [f for f in evaluation.validation if f.severity is Severity.INFO and f.reason is None]
    if told:
        blocks.append(Paragraph(say(f"{A}.data.validation_lead")))
        texts = (say("report.labelled", label=word("severity", f.severity), text=f.message) for f in told)
        blocks.append(Items(tuple(texts)))
    elif not explained:
        blocks.append(Paragraph(say(f"{A}.data.validation_none")))
    blocks += explained_findings(explained)
    return Section("data", say(f"{A}.data.title"), tuple(blocks))


def _rows_table(evaluation: Evaluation) -> Table:
    """Every row, under its variable; a source or file that a variable's rows share is named in the group's head."""
    groups: dict[str, list[SourceRow]] = {}
    for row in evaluation.rows:
        groups.setdefault(row.variable, []).append(row)
    found: list[RowGroup | dict[str, str]] = []
    for own in groups.values():
        name = own[0].name
        sources, files = {r.source for r in own}, {r.file for r in own if not r.derived}
        shared = [say(f"{A}.data.group_source", source=own[0].source)] if len(sources) == 1 else []
        shared += [say(f"{A}.data.group_file", file=file) for file in files] if len(files) == 1 else []
        facts = say("report.semicolon").join(shared)
        found.append(RowGroup(say(f"{A}.data.group", name=name, facts=facts) if facts else name))
        found += (
            {
                "year": f"{r.year}{_standing(r)}",
                "published_value": marked(as_published(r.as_published, _SYMBOLS), r.derived, r.partial),
                "status": word("status", r.status),
                "published": r.published or say("report.unknown"),
                "checked": r.checked,
                "source": r.source if len(sources) > 1 else "",
                "line": _lines(r, one_file=len(files) == 1),
            }
            for r in own
        )
    names = ("year", "published_value", "status", "published", "checked", "source", "line")
    optional = {"checked", "source"}
    kept = [n for n in names if n not in optional or any(row[n] for row in found if isinstance(row, dict))]
    columns = tuple(
        Column(say(f"{A}.data.column.{n}"), kind="number" if n == "published_value" else "text") for n in kept
    )
    rows = tuple(row if isinstance(row, RowGroup) else tuple(row[n] for n in kept) for row in found)
    notes = (say(f"{A}.data.checked"),) if "checked" in kept else ()
    return Table(say(f"{A}.data.rows"), columns, rows, notes)


def _lines(row: SourceRow, *, one_file: bool) -> str:
    """Where a row stands, or the rows it was derived from."""
    if row.derived:
        return rows_behind(row)
    return str(row.line) if one_file else f"{row.file}:{row.line}"


def _standing(row: SourceRow) -> str:
    """A word on rows that no value of the report rests on."""
    if row.superseded:
        return say(f"{A}.data.superseded")
    return "" if row.used else say(f"{A}.data.unused")


def method(evaluation: Evaluation) -> Section:
    """方法与口径: every cut-off and convention of the method file."""
    own = Method.model_validate(evaluation.method)
    name = f"{A}.method"
    cut = own.verdicts

    paced = (Verdict.AHEAD, Verdict.ON_TRACK, Verdict.LAGGING)

    def rule(verdict: Verdict) -> str:
        geometric = own.trajectory == "geometric" and verdict in paced
        return f"{verdict.value}_geometric" if geometric else verdict.value

    numbers = {
        Verdict.AHEAD: fmt.number(cut.ahead_from, 2),
        Verdict.ON_TRACK: fmt.number(cut.on_track_from, 2),
        Verdict.LAGGING: fmt.number(cut.on_track_from, 2),
        Verdict.OFF_TRACK: fmt.share(cut.off_track_yearly_change, 0),
    }
    rows = (
        *((word("verdict", v), say(f"{name}.{rule(v)}", value=numbers.get(v, ""))) for v in Verdict),
        (say(f"{name}.trajectory"), say(f"{name}.trajectory_{own.trajectory}")),
        (say(f"{name}.period_mean"), say(f"{name}.{own.period_mean}")),
        (say(f"{name}.price"), say(f"{name}.price_{own.price_basis}")),
        (
            say(f"{name}.interval"),
            say(f"{name}.interval_value", level=fmt.share(own.interval.level, 0), n=own.interval.exact_below),
        ),
        (
            say(f"{name}.comparison"),
            say(f"{name}.comparison_value", alpha=fmt.number(own.comparison.alpha, 2)),
        ),
    )
    columns = (Column(say(f"{name}.column.rule")), Column(say(f"{name}.column.value")))
    blocks = (
        Paragraph(say(f"{name}.lead", version=own.version)),
        Table(say(f"{name}.table"), columns, rows),
        Heading(3, say(f"{name}.assumptions"), "assumptions"),
        Items(own.assumptions),
    )
    return Section("method", say(f"{name}.title"), blocks)


def sensitivity(evaluation: Evaluation) -> Section:
    """敏感性: each indicator under every other convention that applies."""
    name = f"{A}.sensitivity"
    both = evaluation.indicators + evaluation.sub_targets
    lines = [(i, a) for i in both for a in i.sensitivity]
    if not lines:
        return Section("sensitivity", say(f"{name}.title"), (Paragraph(say(f"{name}.none")),))
    changing = len({i.id for i, a in lines if a.changes_verdict})
    tested = len({i.id for i, _ in lines})
    changed = say(f"{name}.{'changed' if changing else 'unchanged'}", n=changing, tested=tested)
    if len(both) > tested:
        changed = sentences(changed, say(f"{name}.rest", n=len(both) - tested))
    kinds = {"alternative": "text", "verdict": "verdict", "changes": "text"}
    keys = ("alternative", "base", "current", "target", "progress", "verdict", "changes")
    columns = tuple(Column(say(f"{name}.column.{key}"), kind=kinds.get(key, "number")) for key in keys)  # type: ignore[arg-type]
    rows: list[Row] = []
    for i in both:
        if i.sensitivity:
            rows.append(RowGroup(say(f"{name}.group", name=name_of(i), verdict=verdict_words(i))))
            rows += (_sensitivity_row(i, a) for a in i.sensitivity)
    table = Table(say(f"{name}.table"), columns, tuple(rows))
    blocks = (Paragraph(say(f"{name}.lead", changed=changed)), table)
    return Section("sensitivity", say(f"{name}.title"), blocks)


def _sensitivity_row(i: IndicatorEvaluation, a: Alternative) -> Row:
    return (
        a.label,
        *standing_cells(i, a),
        say(f"{A}.sensitivity.{'yes' if a.changes_verdict else 'no'}"),
    )


def plan_check(evaluation: Evaluation) -> Section:
    """规划文本核对: what a careful reader of the plan notices."""
    name = f"{A}.plan_check"
    found = evaluation.plan_check
    if not found:
        return Section("plan-check", say(f"{name}.title"), (Paragraph(say(f"{name}.none")),))
    count = {level: sum(f.level is level for f in found) for level in CheckLevel}
    lead = say(
        f"{name}.lead",
        problems=count[CheckLevel.PROBLEM],
        cautions=count[CheckLevel.CAUTION],
        confirmed=count[CheckLevel.CONFIRMED],
    )
    blocks: list[Block] = [Paragraph(lead)]
    for level in CheckLevel:
        texts = tuple(f.text for f in found if f.level is level)
        if texts:
            blocks += [Heading(3, word("check_level", level)), Items(texts)]
    return Section("plan-check", say(f"{name}.title"), tuple(blocks))


def glossary(evaluation: Evaluation, dictionary: Dictionary) -> Section:
    """术语: definitions and caveats of the indicators, from the dictionary."""
    keys = dict.fromkeys(i.key for i in evaluation.indicators + evaluation.sub_targets)
    items = []
    for key in keys:
        entry = dictionary.indicators[key]
        term = say("report.with_unit", name=name_of(entry), unit=unit_of(entry.unit))
        items.append((term, sentences(entry.definition, *entry.caveats)))
    return Section("glossary", say(f"{A}.glossary.title"), (Definitions(tuple(items)),))


def provenance(evaluation: Evaluation) -> Section:
    """溯源: parameters, input hashes, versions and the command that makes the report again."""
    name, own = f"{A}.provenance", evaluation.provenance
    columns = (Column(say(f"{name}.column.name")), Column(say(f"{name}.column.value")))

    def table(caption: str, rows: dict[str, str]) -> Table:
        return Table(say(f"{name}.{caption}"), columns, tuple(rows.items()))

    command = f"python pipeline.py report --plan {evaluation.plan} --kind {evaluation.kind.value}"
    command += f" --as-of {evaluation.as_of}"
    if "vintage" in own.parameters:
        command += f" --vintage {own.parameters['vintage']}"
    if evaluation.lang != next(iter(LANGUAGES)):
        command += f" --lang {evaluation.lang}"
    if own.data != "data":
        command += f" --data {shlex.quote(own.data)}"
    parameters = {key: str(value) for key, value in own.parameters.items()} | {
        say(f"{name}.command"): command
    }
    libraries = {"planeval": own.planeval, "python": own.python} | own.libraries
    blocks = (
        Paragraph(say(f"{name}.lead")),
        table("parameters", parameters),
        table("inputs", own.inputs),
        table("libraries", libraries),
    )
    title = "annual.provenance" if evaluation.kind is Kind.ANNUAL else f"{name}.title"
    return Section("provenance", say(title), blocks)
