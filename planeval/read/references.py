"""Names, units and codes in the plans and in the dictionary that lead nowhere."""

from __future__ import annotations

from planeval.errors import hint
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding
from planeval.model.plan import AtLeast, AtMost, Base, LedgerTarget, PeriodMeanAtMost, Plan, StatisticTarget
from planeval.read.regions import Region
from planeval.read.units import UNITS, convertible, symbols_like
from planeval.read.yaml_file import Lines, Location, line_of


class _Checks:
    """Collects the findings about one file."""

    def __init__(self, file: str, lines: Lines, plan: str | None) -> None:
        self.file, self.lines, self.plan = file, lines, plan
        self.findings: list[Finding] = []

    def unknown(
        self, rule: str, at: Location, found: str, valid: list[str], *, misspelt: bool = True
    ) -> None:
        """``found`` stands where one of ``valid`` should; a word that is spelt right has no closest name."""
        names = say("read.name_join").join(valid)
        expected = hint(found, valid) if misspelt else say("read.valid_names", names=names)
        key = ".".join(str(part) for part in at)
        message = say(f"read.{rule}.message", key=key, found=found, expected=expected)
        self.findings.append(
            Finding(
                rule=rule,
                file=self.file,
                line=line_of(self.lines, at),
                plan=self.plan,
                message=message,
                remedy=say(f"read.{rule}.remedy"),
                found=found,
                expected=expected,
            )
        )


def plan_references(
    plan: Plan, plan_id: str, file: str, lines: Lines, dictionary: Dictionary, regions: dict[str, Region]
) -> list[Finding]:
    """What is wrong with the place, the indicator keys and the units a plan names."""
    checks = _Checks(file, lines, plan_id)
    if plan.region_code not in regions:
        checks.unknown("plan_region", ("region_code",), plan.region_code, list(regions))
    for i, row in enumerate(plan.indicators):
        _check_row(checks, ("indicators", i), row.key, row.target, row.base, dictionary)
    for i, sub in enumerate(plan.sub_targets):
        _check_row(checks, ("sub_targets", i), sub.key, sub.target, sub.base, dictionary)
        if sub.key is not None and sub.due is not None and sub.due.year not in plan.period.years:
            # Statistics judge the way from the base to the due year: outside the period there is none.
            years = [str(year) for year in plan.period.years]
            checks.unknown(
                "plan_due_year", ("sub_targets", i, "due"), str(sub.due.year), years, misspelt=False
            )
    known = list(dictionary.indicators)
    for p, part in enumerate(plan.tasks):
        for s, section in enumerate(part.sections):
            for k, key in enumerate(section.bears_on):
                if key not in known:
                    at = ("tasks", p, "sections", s, "bears_on", k)
                    checks.unknown("plan_indicator", at, key, known)
    return checks.findings


def _check_row(
    checks: _Checks,
    at: Location,
    key: str | None,
    target: StatisticTarget | LedgerTarget,
    base: Base,
    dictionary: Dictionary,
) -> None:
    if key is None:  # judged by the ledger
        unit = getattr(target, "unit", None)
        if unit is not None and unit not in UNITS:
            checks.unknown("plan_unit", (*at, "target", "unit"), unit, list(UNITS))
        return
    if key not in dictionary.indicators:
        checks.unknown("plan_indicator", (*at, "key"), key, list(dictionary.indicators))
        return
    upward = dictionary.indicators[key].direction == "higher_is_better"
    if upward != isinstance(target, AtLeast):
        # A limit on the wrong side would praise what it should blame.
        fitting = ["at_least"] if upward else ["reduction", "at_most", "period_mean_at_most", "none_occurs"]
        checks.unknown("plan_direction", (*at, "target", "kind"), target.kind, fitting, misspelt=False)
    unit = dictionary.indicators[key].unit
    given = {"target": target.unit if isinstance(target, AtMost | AtLeast | PeriodMeanAtMost) else None}
    given["base"] = base.unit
    for where, symbol in given.items():
        if symbol is not None and not convertible(symbol, unit):
            checks.unknown("plan_unit", (*at, where, "unit"), symbol, symbols_like(unit))


def dictionary_references(dictionary: Dictionary, file: str, lines: Lines) -> list[Finding]:
    """Units the dictionary uses that nobody knows, and variables its indicators are computed from that it lacks."""
    checks = _Checks(file, lines, None)
    for section, entries in (("variables", dictionary.variables), ("indicators", dictionary.indicators)):
        for key, entry in entries.items():
            if entry.unit not in UNITS:
                checks.unknown("dictionary_unit", (section, key, "unit"), entry.unit, list(UNITS))
    for key, indicator in dictionary.indicators.items():
        for part in ("numerator", "denominator"):
            variable = getattr(indicator, part)
            if variable is not None and variable not in dictionary.variables:
                at = ("indicators", key, part)
                checks.unknown("dictionary_variable", at, variable, list(dictionary.variables))
    return checks.findings
