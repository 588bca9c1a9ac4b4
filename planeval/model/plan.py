"""A plan as data: period, core indicators, sub-targets, tasks and projects.

The models say what a plan file may hold. Facts a plan does not give are None: that is a finding
for the plan check, never a hole for the reader to fill.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from planeval.messages import say
from planeval.model.spoken import check_translations
from planeval.model.terms import Attribute

# Words that some reader on the way (YAML 1.1, papermill -p, a shell, Excel) takes for something other than text.
AMBIGUOUS_IDS = frozenset(
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity"]
)
# Folders of the site beside those of the plans.
SITE_FOLDERS = frozenset(
    ["compare", "downloads", "en", "glossary", "indicators", "method", "places", "validation", "vintages"]
)
ID_PATTERN = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
REGION_CODE_PATTERN = re.compile(r"[0-9]{6}")
DUE_PATTERN = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>0[1-9]|1[0-2]))?")


def plan_id_problem(plan_id: str) -> str | None:
    """Why ``plan_id`` cannot be a plan's id, or None when it can."""
    if not ID_PATTERN.fullmatch(plan_id) or len(plan_id) < 2:
        return say("read.wrong.plan_id_form")
    if plan_id in AMBIGUOUS_IDS:
        return say("read.wrong.plan_id_ambiguous")
    if plan_id in SITE_FOLDERS:
        return say("read.wrong.plan_id_folder", names=say("read.name_join").join(sorted(SITE_FOLDERS)))
    return None


def _due_text(value: object) -> object:
    # YAML reads "2023" as a number and 2023-06 as text; both are dates of this plan.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _six_digits(code: str) -> str:
    if not REGION_CODE_PATTERN.fullmatch(code):
        raise ValueError(say("read.wrong.region_code", found=code))
    return code


RegionCode = Annotated[str, AfterValidator(_six_digits)]


class Strict(BaseModel):
    """Unknown keys are mistakes, and so are numbers without a value (NaN, infinity).

    A field ``x_en`` holds the English of the field ``x``; it is optional everywhere (`planeval.model.spoken`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Translated(Strict):
    """Has lists or mappings of texts in several languages, which must have one shape."""

    @model_validator(mode="after")
    def _translations_fit(self) -> Self:
        check_translations(self)
        return self


class Due(Strict):
    """A date by which something is due: a year, or a year and month (the end of either)."""

    year: int
    month: int | None = None

    @classmethod
    def parse(cls, text: str) -> Due:
        """Read ``"2023"`` or ``"2024-12"``; raises ValueError otherwise."""
        match = DUE_PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(say("read.wrong.due", found=text))
        month = match["month"]
        return cls(year=int(match["year"]), month=int(month) if month else None)

    @property
    def ordinal(self) -> float:
        """The due moment in years: the end of 2023 is 2024.0, the end of June 2023 is 2023.5."""
        return self.year + (self.month or 12) / 12

    def __str__(self) -> str:
        return f"{self.year}" if self.month is None else f"{self.year}-{self.month:02d}"


def _parse_due(value: object) -> object:
    value = _due_text(value)
    return Due.parse(value) if isinstance(value, str) else value


DueDate = Annotated[Due, BeforeValidator(_parse_due)]


# ---- targets -------------------------------------------------------------------------------------


class Reduction(Strict):
    """``percent`` % below the base by the end year. The reduction is stored; the target is derived."""

    kind: Literal["reduction"]
    percent: float = Field(gt=0, le=100)


class AtMost(Strict):
    """At most ``level`` by the end year (below it when ``strict``)."""

    kind: Literal["at_most"]
    level: float = Field(ge=0)
    unit: str
    strict: bool = False


class AtLeast(Strict):
    """At least ``level`` by the end year (above it when ``strict``)."""

    kind: Literal["at_least"]
    level: float = Field(ge=0)
    unit: str
    strict: bool = False


class PeriodMeanAtMost(Strict):
    """The mean of the period's annual values is at most ``level`` (below it when ``strict``)."""

    kind: Literal["period_mean_at_most"]
    level: float = Field(gt=0)
    unit: str
    strict: bool = False


class NoneOccurs(Strict):
    """不发生: any occurrence within the period breaks it for good."""

    kind: Literal["none_occurs"]


class CompleteBy(Strict):
    """A milestone. ``due`` None: the plan gives no date."""

    kind: Literal["complete_by"]
    due: DueDate | None = None


class Cumulative(Strict):
    """A quantity to be reached in yearly steps, e.g. 148.5 km = 34 + 67.2 + 47.3."""

    kind: Literal["cumulative"]
    total: float = Field(gt=0)
    unit: str
    steps: dict[int, float] = Field(default_factory=dict)
    due: DueDate | None = None


StatisticTarget = Annotated[
    Reduction | AtMost | AtLeast | PeriodMeanAtMost | NoneOccurs, Field(discriminator="kind")
]
LedgerTarget = Annotated[CompleteBy | Cumulative, Field(discriminator="kind")]
TARGET_KINDS = (
    "reduction",
    "at_most",
    "at_least",
    "period_mean_at_most",
    "none_occurs",
    "complete_by",
    "cumulative",
)


class Base(Strict):
    """Where an indicator's base value comes from.

    ``source``: ``plan`` (the plan's own figure, ``value`` in ``unit``), ``statistics`` (the base year's
    statistics), ``mean_of_years`` (mean of the ``years`` years before the period), ``none`` (the kind needs none).
    """

    source: Literal["plan", "statistics", "mean_of_years", "none"]
    value: float | None = Field(default=None, ge=0)
    unit: str | None = None
    years: int = Field(default=5, ge=1)

    @model_validator(mode="after")
    def _value_belongs_to_plan(self) -> Base:
        if (self.source == "plan") != (self.value is not None):
            raise ValueError(say("read.wrong.base_value"))
        return self


class PlanIndicator(Strict):
    """One core indicator (核心指标) of the plan's table."""

    key: str
    no: int
    attribute: Attribute
    as_written: str  # the expected value in the plan's own words
    as_written_en: str = ""
    reading: str = ""  # how this project reads it, where the words leave a choice
    reading_en: str = ""
    target: StatisticTarget
    base: Base = Base(source="statistics")


class SubTarget(Strict):
    """A quantified sub-target (分项目标). ``key`` names an indicator of the dictionary for targets judged by
    statistics; milestones and cumulative quantities are judged by the progress ledger under ``id``."""

    id: str
    name: str
    name_en: str = ""
    as_written: str
    as_written_en: str = ""
    target: StatisticTarget | LedgerTarget = Field(discriminator="kind")
    key: str | None = None
    due: DueDate | None = None
    attribute: Attribute = Attribute.EXPECTED
    base: Base = Base(source="none")
    note: str = ""
    note_en: str = ""

    @model_validator(mode="after")
    def _statistics_need_a_key(self) -> SubTarget:
        if isinstance(self.target, CompleteBy | Cumulative):
            if self.key is not None:
                raise ValueError(say("read.wrong.ledger_key"))
        elif self.key is None:
            raise ValueError(say("read.wrong.statistics_key"))
        return self


class TaskSection(Strict):
    """One section (节) of a main task. ``bears_on`` is this project's own reading: indicator keys it serves."""

    id: str
    name: str
    name_en: str = ""
    bears_on: tuple[str, ...] = ()


class TaskPart(Strict):
    """One part of 主要任务 with its sections."""

    no: int
    name: str
    name_en: str = ""
    sections: tuple[TaskSection, ...]


class Project(Strict):
    """One key project (重点工程). None where the plan gives nothing."""

    id: str
    no: int
    name: str
    name_en: str = ""
    start: int | None = None
    end: int | None = None
    due: DueDate | None = None
    lead_unit: str | None = None
    lead_unit_en: str | None = None
    note: str = ""
    note_en: str = ""


class Period(Strict):
    """The plan period, both years included."""

    start: int = Field(ge=1950, le=2100)
    end: int = Field(ge=1950, le=2100)

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.end <= self.start:
            raise ValueError(say("read.wrong.period_order"))
        return self

    @property
    def years(self) -> list[int]:
        """Every year of the period."""
        return list(range(self.start, self.end + 1))

    @property
    def middle(self) -> int:
        """The middle year, e.g. 2023 of 2021-2025."""
        return (self.start + self.end) // 2


class Plan(Translated):
    """One five-year plan."""

    id: str
    title: str
    title_en: str = ""
    short_title: str = ""
    short_title_en: str = ""
    region_code: RegionCode
    period: Period
    base_year: int
    issuer: str | None = None
    issuer_en: str | None = None
    document_number: str | None = None
    document_number_en: str | None = None
    published: date | None = None
    published_text: str = ""  # as precise as the source gives it, e.g. 2022年12月
    published_text_en: str = ""
    source: str
    source_en: str = ""
    evaluation_clause: str = ""  # what the plan says about its own evaluation, in this project's words
    evaluation_clause_en: str = ""
    indicators: tuple[PlanIndicator, ...] = Field(min_length=1)
    sub_targets: tuple[SubTarget, ...] = ()
    tasks: tuple[TaskPart, ...] = ()
    projects: tuple[Project, ...] = ()
    stated_facts: tuple[str, ...] = ()
    stated_facts_en: tuple[str, ...] = ()

    @field_validator("id")
    @classmethod
    def _id_is_a_slug(cls, value: str) -> str:
        problem = plan_id_problem(value)
        if problem:
            raise ValueError(say("read.wrong.plan_id", found=value, problem=problem))
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Plan:
        if self.base_year >= self.period.start:
            raise ValueError(say("read.wrong.base_year", base_year=self.base_year, start=self.period.start))
        ids = [s.id for s in self.sub_targets] + [p.id for p in self.projects]
        ids += [section.id for part in self.tasks for section in part.sections]
        ids += [i.key for i in self.indicators]
        repeated = sorted({i for i in ids if ids.count(i) > 1})
        if repeated:
            raise ValueError(say("read.wrong.repeated_ids", names=say("read.name_join").join(repeated)))
        return self

    @property
    def ledger_items(self) -> dict[str, str]:
        """id -> name of everything the progress ledger may speak of."""
        items = {section.id: section.name for part in self.tasks for section in part.sections}
        items |= {project.id: project.name for project in self.projects}
        return items | {
            s.id: s.name for s in self.sub_targets if isinstance(s.target, CompleteBy | Cumulative)
        }
