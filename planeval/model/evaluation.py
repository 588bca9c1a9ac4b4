"""The result of an evaluation: typed, complete, and what ``evaluation.json`` holds.

Numbers are in the indicator's own unit. A number that cannot be given is None and ``notes`` says why;
there is no NaN and no stand-in zero. ``evaluation.schema.json`` is made from these models.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from planeval.model.findings import Finding
from planeval.model.status import Status
from planeval.model.terms import (
    FINAL_VERDICTS,  # noqa: F401
    MIDTERM_VERDICTS,  # noqa: F401
    TROUBLED,  # noqa: F401
    Attribute,
    CheckLevel,
    ItemState,
    Kind,
    Verdict,
    verdicts_of,
)


class Result(BaseModel):
    """Base of the result models: frozen, no unknown keys, no NaN or infinity in JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Note(Result):
    """A remark with its reason: a stable ``code``, and the sentence for readers."""

    code: str
    text: str
    params: dict[str, Any] = Field(default_factory=dict)


class Interval(Result):
    """Confidence interval of a count-based value, in the indicator's unit."""

    lower: float
    upper: float
    level: float
    method: Literal["exact", "byar", "dobson"]
    events: int


class YearValue(Result):
    """The indicator's value in one year, with what it was computed from."""

    year: int
    value: float | None
    status: Status | None
    numerator: float | None = None
    denominator: float | None = None
    interval: Interval | None = None
    published_rate: bool = False  # taken from a published rate because inputs are missing
    reason: str | None = None  # why there is no value
    break_before: str | None = None  # definitional break between the year before and this one
    sources: list[str] = Field(
        default_factory=list
    )  # file:line of the rows used; of derived ones as in `rows`
    derived: str = ""  # accidents, predecessors or parts: from what an input was derived
    partial: str = ""  # "12/13": over the parts alone that are known
    partial_sum: float | None = None  # what they add up to, which is no value of the place


class Comparison(Result):
    """Exact one-sided conditional test of two Poisson counts: current against base."""

    base_events: int
    base_years: int  # years the base events were counted in
    current_events: int
    p_value: float
    alpha: float
    distinguishable: bool


class Projection(Result):
    """Where the indicator ends if things go on as they did."""

    year: int
    value: float | None
    meets_target: bool | None
    average_yearly_change: float | None  # in the indicator's unit per year
    required_yearly_change_percent: float | None  # compound, from now to the target
    room_left: float | None = None  # period means: highest mean the remaining years may have


class Alternative(Result):
    """One line of the sensitivity table: the same indicator judged under another convention."""

    code: Literal[
        "geometric_trajectory",
        "linear_trajectory",
        "base_from_statistics",
        "base_mean_of_years",
        "first_vintage",
        "ratio_of_sums",
        "mean_of_ratios",
        "without_largest_year",
    ]
    label: str
    base: float | None
    current: float | None
    target: float | None
    progress: float | None
    verdict: Verdict
    changes_verdict: bool
    data_status: Status | None  # worst status of the figures this line rests on
    provisional: bool


class IndicatorEvaluation(Result):
    """One indicator (or sub-target judged by statistics), judged."""

    key: str
    id: str  # the plan's own id of the row (the key for core indicators)
    no: int | None
    name: str
    name_en: str
    attribute: Attribute
    target_kind: str
    as_written: str
    reading: str = ""
    unit: str
    decimals: int
    direction: Literal["lower_is_better", "higher_is_better"]
    base: float | None
    base_year: int
    base_source: str  # plan | statistics | mean_of_years | none
    base_status: Status | None
    current: float | None
    current_year: int
    target: float | None
    target_strict: bool = False
    period_start: int
    target_year: int
    change_percent: float | None
    progress: float | None
    time_share: float
    verdict: Verdict
    provisional: bool
    interval: Interval | None
    comparison: Comparison | None
    projection: Projection | None
    data_status: Status | None
    flags: list[str]  # the codes of notes, for machines
    notes: list[Note]
    values: list[YearValue]
    path: dict[int, float] = Field(default_factory=dict)  # straight path base -> target by year
    sensitivity: list[Alternative] = Field(default_factory=list)
    bears_on: list[str] = Field(default_factory=list)  # ids of the plan's task sections that serve it


class ItemProgress(Result):
    """One task section, project, milestone or cumulative quantity, judged."""

    id: str
    item_type: Literal["task", "project", "milestone", "cumulative"]
    name: str
    group: str = ""  # the part of the plan it stands in
    lead_unit: str | None = None
    start: int | None = None
    due: str | None = None
    state: ItemState
    percent: float | None = None
    expected_percent: float | None = None  # share of time (or of the yearly steps) that has passed
    planned_to_date: float | None = None  # cumulative quantities
    done_to_date: float | None = None
    unit: str | None = None
    last_report: str | None = None  # date of the ledger row used
    evidence: str = ""
    source: str = ""
    illustrative: bool = False
    notes: list[Note] = Field(default_factory=list)


class PlanCheckFinding(Result):
    """Something a careful reader of the plan notices."""

    rule: str
    level: CheckLevel
    text: str
    items: list[str] = Field(default_factory=list)  # keys and ids it concerns
    numbers: dict[str, float] = Field(default_factory=dict)
    illustrative: bool = False  # rests on an illustrative figure


class Publication(Result):
    """One vintage of a figure that was published more than once; ``value`` in the variable's canonical unit."""

    value: float
    as_published: str
    published: str
    status: Status
    source: str
    reason: str = ""  # why it differs from the one before, and who gave it: the corrections register
    provided_by: str = ""
    change: float | None = None  # against the one before; None for the first, 0 where it was confirmed
    change_percent: float | None = None


class Restatement(Result):
    """A figure that was published more than once: all its vintages, oldest first."""

    variable: str
    name: str
    year: int
    unit: str
    used: bool  # a value of the report rests on it
    vintages: list[Publication]


class Standing(Result):
    """How an indicator stands: its numbers in its own unit, and its verdict."""

    base: float | None
    current: float | None
    current_year: int
    target: float | None
    progress: float | None
    verdict: Verdict
    provisional: bool
    data_status: Status | None


class RestatedFigure(Result):
    """A figure whose vintages differ."""

    variable: str
    year: int


class RestatedIndicator(Result):
    """An indicator that earlier figures would show otherwise."""

    id: str
    name: str
    name_en: str
    figures: list[RestatedFigure]  # those it rests on
    first: Standing  # with the first vintage of every figure
    previous: Standing  # with every figure as it was before its latest change
    now: Standing
    changes_verdict: bool  # the first or the previous vintage gives another verdict


class FollowUp(Result):
    """The final report's look back: the mid-term's verdict beside the final one."""

    id: str
    name: str
    midterm: Verdict
    midterm_year: int
    midterm_status: Status | None
    final: Verdict
    projected: float | None
    projected_year: int | None
    actual: float | None
    actual_year: int
    actual_status: Status | None


class SourceRow(Result):
    """One row of the observations used by the report."""

    variable: str
    name: str
    year: int
    value: float
    unit: str
    as_published: str
    status: Status
    source: str
    published: str
    checked: str
    file: str
    line: int
    superseded: bool
    reason: str = ""
    provided_by: str = ""
    derived: str = ""  # accidents, predecessors or parts; such a row stands in no file
    behind: list[str] = Field(default_factory=list)  # file:line of the rows it was derived from
    partial: str = ""  # "12/13" where a part is missing
    used: bool  # behind a value of the report; the others serve the sensitivity analysis alone


class Provenance(Result):
    """What the report was made from. Hashes are SHA-256; no clock times."""

    planeval: str
    python: str
    libraries: dict[str, str]
    data: str  # the data folder as it was named
    inputs: dict[str, str]
    parameters: dict[str, str | int]


class Evaluation(Result):
    """The whole evaluation of one plan at one year."""

    schema_version: Literal["1"] = "1"
    lang: str = (
        "zh"  # the language of its texts: names of the plan's own that are not translated stay Chinese
    )
    plan: str
    plan_title: str
    region_code: str
    region_name: str
    region_name_en: str
    issuer: str | None
    document_number: str | None
    plan_published: str
    plan_source: str
    evaluation_clause: str
    kind: Kind
    period_start: int
    period_end: int
    base_year: int
    as_of: int
    time_share: float
    data_until: str | None  # latest publication date among the rows used
    illustrative: bool  # at least one illustrative figure was used
    provisional: bool
    indicators: list[IndicatorEvaluation]
    sub_targets: list[IndicatorEvaluation]
    items: list[ItemProgress]
    plan_check: list[PlanCheckFinding]
    restatements: list[Restatement]
    restated: list[RestatedIndicator] = Field(default_factory=list)
    follow_up: list[FollowUp]
    validation: list[Finding]
    rows: list[SourceRow]
    method: dict[str, Any]
    provenance: Provenance

    def verdict_counts(self) -> dict[Verdict, int]:
        """How many core indicators have each verdict of this kind of report, best first; others where they occur."""
        given = [i.verdict for i in self.indicators]
        return {verdict: given.count(verdict) for verdict in verdicts_of(self.kind, given)}
