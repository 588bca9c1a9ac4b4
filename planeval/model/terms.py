"""The closed lists of terms: kinds of report, verdicts, states, attributes, levels of a check.

Apart from the models, so that whoever only counts and lists (the index over thousands of reports) need not load
pydantic for them. `planeval.model.evaluation` and `planeval.model.plan` give them too.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Attribute(StrEnum):
    """约束性 or 预期性; the two are always kept apart."""

    BINDING = "binding"
    EXPECTED = "expected"


class Kind(StrEnum):
    """The kinds of report, the weightiest last."""

    ANNUAL = "annual"  # 年度监测: any year of the period
    MIDTERM = "midterm"  # 中期评估
    FINAL = "final"  # 终期评估


# The evaluations every plan gets; the yearly monitoring is made where somebody asks for it.
USUAL_KINDS = (Kind.MIDTERM, Kind.FINAL)


class Verdict(StrEnum):
    """Verdicts of both kinds, best first within each."""

    ACHIEVED_EARLY = "achieved_early"
    AHEAD = "ahead"
    ON_TRACK = "on_track"
    LAGGING = "lagging"
    OFF_TRACK = "off_track"
    MET = "met"
    NOT_MET = "not_met"
    NOT_ASSESSABLE = "not_assessable"


MIDTERM_VERDICTS = (
    Verdict.ACHIEVED_EARLY,
    Verdict.AHEAD,
    Verdict.ON_TRACK,
    Verdict.LAGGING,
    Verdict.OFF_TRACK,
    Verdict.NOT_ASSESSABLE,
)
FINAL_VERDICTS = (Verdict.MET, Verdict.NOT_MET, Verdict.NOT_ASSESSABLE)


def verdicts_of(kind: Kind, given: Collection[Verdict] = ()) -> tuple[Verdict, ...]:
    """The verdicts of this kind of report, best first, with any others ``given``: a target whose own end year is reached is
    met or not, whatever the report. The yearly monitoring has the mid-term's."""
    own = FINAL_VERDICTS if kind is Kind.FINAL else MIDTERM_VERDICTS
    return tuple(verdict for verdict in Verdict if verdict in own or verdict in given)


# What a report has to worry about.
TROUBLED = frozenset({Verdict.LAGGING, Verdict.OFF_TRACK, Verdict.NOT_MET})


class ItemState(StrEnum):
    """States of tasks, projects, milestones and cumulative quantities."""

    COMPLETED = "completed"  # 已完成
    ON_SCHEDULE = "on_schedule"  # 按期推进
    BEHIND = "behind"  # 滞后
    OVERDUE = "overdue"  # 逾期
    NOT_STARTED = "not_started"  # 未启动
    NO_INFORMATION = "no_information"  # 无信息


class CheckLevel(StrEnum):
    """How a plan-check finding weighs."""

    PROBLEM = "problem"  # the plan contradicts itself or the statistics
    CAUTION = "caution"  # to be kept in mind when reading verdicts
    CONFIRMED = "confirmed"  # checked and found in order
