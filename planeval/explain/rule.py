"""The rule of a target, condition by condition: which were passed over, which one decided.

What decides is told by the judgement itself (`planeval.evaluate.judge`), never worked out a second time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

from planeval.evaluate.indicator import Judged
from planeval.evaluate.promise import Material
from planeval.explain.derivation import Calculation, RuleStep
from planeval.explain.formula import plain
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, Kind, Verdict
from planeval.model.plan import NoneOccurs, PeriodMeanAtMost
from planeval.report.words import sign, word

# Notes of a judgement that name the condition that decided, by the condition's code.
_BY_FLAG = {
    "base_missing_for_reduction": "no_base_for_reduction",
    "zero_base_for_reduction": "zero_base",
    "current_missing": "no_current",
    "period_not_over": "not_over",
    "required_change_too_steep": "too_steep",
    "mean_cannot_be_kept": "broken",
    "occurred": "occurred",
    "period_not_begun": "not_begun",
    "no_geometric_path": "no_path",
    "target_wider_than_base": "wider",
    "base_missing": "no_base",
    "years_missing": "years_missing",
}
_BY_VERDICT = {
    Verdict.ACHIEVED_EARLY: "kept",
    Verdict.AHEAD: "ahead",
    Verdict.ON_TRACK: "on_track",
    Verdict.LAGGING: "lagging",
}


class _Condition(NamedTuple):
    code: str
    verdict: str  # words of the verdict it gives
    text: str


def rule_steps(
    material: Material, judged: Judged, own: IndicatorEvaluation, steps: Iterable[Calculation]
) -> list[RuleStep]:
    """The conditions in their order, up to and beyond the one that decided."""
    conditions = _conditions(material, judged, own, {step.code: step for step in steps})
    decided = _decided(judged, [c.code for c in conditions])
    at = next((n for n, c in enumerate(conditions) if c.code == decided), None)
    if at is None:  # a reason that has no row of its own: the notes give it
        text = say("explain.rule.other")
        conditions, at = (
            [*conditions, _Condition("other", word("verdict", own.verdict), text)],
            len(conditions),
        )
    outcomes: list[Literal["passed", "applies", "not_reached"]] = [
        "passed" if n < at else "applies" if n == at else "not_reached" for n in range(len(conditions))
    ]
    return [
        RuleStep(code=c.code, condition=c.text, outcome=outcome, result=c.verdict)
        for c, outcome in zip(conditions, outcomes, strict=True)
    ]


def _decided(judged: Judged, codes: list[str]) -> str:
    """The code of the condition that gave the verdict."""
    judgement = judged.judgement
    if "broken" in codes or "occurred" in codes:
        # What is known can break a target for good; only then the missing years do not matter.
        for flag in ("mean_cannot_be_kept", "occurred"):
            if flag in judgement.codes:
                return _BY_FLAG[flag]
        if judgement.verdict is not Verdict.NOT_ASSESSABLE:
            return "kept" if judgement.verdict in (Verdict.MET, Verdict.ON_TRACK) else "otherwise"
    if judgement.verdict in (Verdict.MET, Verdict.NOT_MET):
        return "due"
    by_pace = judgement.verdict in (Verdict.ACHIEVED_EARLY, Verdict.AHEAD, Verdict.ON_TRACK)
    named = [] if by_pace else [_BY_FLAG[f] for f in judgement.codes if f in _BY_FLAG]
    order = [code for code in codes if code in named]
    if judgement.verdict is Verdict.LAGGING:
        return "wider" if "wider" in order else "lagging"
    return order[0] if order else _BY_VERDICT.get(judgement.verdict, "")


def _conditions(
    material: Material, judged: Judged, own: IndicatorEvaluation, steps: dict[str, Calculation]
) -> list[_Condition]:
    final = material.kind is Kind.FINAL or judged.case.as_of >= judged.case.end
    if isinstance(judged.case.target, PeriodMeanAtMost):
        return _of_mean(own, steps, final)
    if isinstance(judged.case.target, NoneOccurs):
        return _of_none(own, final)
    return _of_level(material, judged, own, steps, final)


def _condition(code: str, verdict: Verdict, name: str = "", **params: object) -> _Condition:
    return _Condition(code, word("verdict", verdict), say(f"explain.rule.{name or code}", **params))


def _of_level(
    material: Material, judged: Judged, own: IndicatorEvaluation, steps: dict[str, Calculation], final: bool
) -> list[_Condition]:
    none, rule = Verdict.NOT_ASSESSABLE, material.method.verdicts
    level = {"sign": sign(own), "current": _number(own.current), "target": _number(own.target)}
    reduction = own.target_kind == "reduction"
    first = [
        *([_condition("no_base_for_reduction", none), _condition("zero_base", none)] if reduction else []),
        _condition("no_current", none, year=own.current_year),
    ]
    if final:
        over = _condition("not_over", none, year=judged.case.as_of, end=judged.case.end)
        met = Verdict.NOT_MET if own.verdict is Verdict.NOT_MET else Verdict.MET
        return [*first, over, _condition("due", met, end=judged.case.end, **level)]
    pace = _number(steps["pace"].value if "pace" in steps else None)
    by_path = {"pace": pace}
    return [
        *first,
        _condition("kept", Verdict.ACHIEVED_EARLY, **level),
        _condition(
            "too_steep",
            Verdict.OFF_TRACK,
            required=_required(judged),
            cut_off=fmt.share(rule.off_track_yearly_change, 0),
        ),
        _condition("wider", Verdict.LAGGING, base=_number(own.base), target=level["target"]),
        _condition("no_base", none),
        _condition("not_begun", none),
        *([_condition("no_path", none)] if material.method.trajectory == "geometric" else []),
        _condition("ahead", Verdict.AHEAD, cut_off=plain(rule.ahead_from), **by_path),
        _condition("on_track", Verdict.ON_TRACK, cut_off=plain(rule.on_track_from), **by_path),
        _condition("lagging", Verdict.LAGGING, cut_off=plain(rule.on_track_from), **by_path),
    ]


def _of_mean(own: IndicatorEvaluation, steps: dict[str, Calculation], final: bool) -> list[_Condition]:
    none = Verdict.NOT_ASSESSABLE
    strict = ">=" if own.target_strict else ">"
    budget = {
        "sum": _number(steps["sum"].value if "sum" in steps else None),
        "sign": say(f"explain.rule.sign.{strict}"),
        "budget": _number(steps["budget"].value if "budget" in steps else None),
    }
    kept = {"sign": sign(own), "mean": _number(own.current), "target": _number(own.target)}
    broken = Verdict.NOT_MET if final else Verdict.OFF_TRACK
    return [
        _condition("broken", broken, **budget),
        *([_condition("not_over", none, year=own.current_year, end=own.target_year)] if final else []),
        _condition("years_missing", none),
        _condition("not_begun", none),
        _condition("kept", Verdict.MET if final else Verdict.ON_TRACK, "mean_kept", **kept),
        *([] if final else [_condition("otherwise", Verdict.LAGGING, "mean_otherwise")]),
    ]


def _of_none(own: IndicatorEvaluation, final: bool) -> list[_Condition]:
    none = Verdict.NOT_ASSESSABLE
    return [
        _condition("occurred", Verdict.NOT_MET if final else Verdict.OFF_TRACK),
        *([_condition("not_over", none, year=own.current_year, end=own.target_year)] if final else []),
        _condition("years_missing", none),
        _condition("not_begun", none),
        _condition("kept", Verdict.MET if final else Verdict.ON_TRACK, "none_kept"),
    ]


def _number(value: float | None) -> str:
    return fmt.MISSING if value is None else plain(value)


def _required(judged: Judged) -> str:
    """The compound change a year that is still needed; there is none towards zero or in the year of the target."""
    change = judged.judgement.required_yearly_change
    if change is None:
        return fmt.MISSING
    return say("evaluate.unbounded") if math.isinf(change) else f"{plain(change * 100)}%"
