"""What a plan file needs, asked one thing after the other. A fact that is not given stays out of the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.dictionary import Dictionary, Indicator
from planeval.model.plan import (
    AtLeast,
    Base,
    Cumulative,
    Project,
    Reduction,
    SubTarget,
)
from planeval.model.terms import Attribute
from planeval.read.regions import Region
from planeval.read.units import UNITS
from planeval.read.yaml_file import Location
from planeval.scaffold import checks
from planeval.scaffold.conversation import Asker, Check, Wrong, any_text, one_of, yes_or_no

Facts = dict[str, Any]
# The questions of a target, by the direction of its indicator.
FALLING = ("reduction", "at_most", "period_mean_at_most", "none_occurs")
BASES = ("plan", "statistics", "mean_of_years")
JUDGED_BY = ("statistics", "milestone", "quantity")


class Questions:
    """The script of a conversation about one plan; ``free`` gives the file that stands in the way of an id."""

    def __init__(
        self, dictionary: Dictionary, regions: dict[str, Region], free: Callable[[str], Path | None]
    ) -> None:
        self._dictionary, self._regions, self._free = dictionary, regions, free

    def __call__(self, asker: Asker) -> Facts:
        """The plan as plain values, as its file has them: keys in the file's order, without those not given."""
        self._asker = asker
        asker.tell(say("new_plan.welcome"))
        facts = self._head()
        facts["indicators"] = self._list("indicators", self._indicator, least=1)
        self._taken = [row["key"] for row in facts["indicators"]]
        for name, one in (
            ("sub_targets", self._sub_target),
            ("tasks", self._part),
            ("projects", self._project),
        ):
            facts |= _given(**{name: self._list(name, one)})
        return facts

    # ---- the head of the file -----------------------------------------------------------------------------------

    def _head(self) -> Facts:
        facts: Facts = {
            "id": self._ask(("id",), checks.plan_id(self._free)),
            "title": self._ask(("title",), any_text),
            "region_code": self._ask(("region_code",), checks.region(self._regions)),
        }
        period = self._ask(("period",), checks.period)
        before = str(period.start - 1)
        facts["period"] = {"start": period.start, "end": period.end}
        self._years = period.years
        facts["base_year"] = self._ask(("base_year",), checks.base_year(period.start), before)
        self._base_year = facts["base_year"]
        facts |= _given(
            issuer=self._optional(("issuer",)), document_number=self._optional(("document_number",))
        )
        published = self._optional(("published",), checks.publication)
        facts |= _given(**{"published" if isinstance(published, date) else "published_text": published})
        facts["source"] = self._ask(("source",), any_text)
        return facts

    # ---- indicators ---------------------------------------------------------------------------------------------

    def _indicator(self, at: Location, before: list[Facts]) -> Facts:
        if not before:
            self._asker.tell(checks.listing(self._dictionary))
        key = self._ask((*at, "key"), checks.indicator(self._dictionary, [row["key"] for row in before]))
        own = self._chosen(key)
        attribute = self._choose((*at, "attribute"), "attribute", [a.value for a in Attribute])
        words = self._ask((*at, "as_written"), any_text)
        target = self._target(at, own)
        return {
            "key": key,
            "no": len(before) + 1,
            "attribute": attribute,
            "as_written": words,
            **_given(reading=self._optional((*at, "reading"))),
            "target": target,
            "base": self._base(at, own, target),
        }

    def _chosen(self, key: str) -> Indicator:
        own = self._dictionary.indicators[key]
        self._asker.tell(say("new_plan.chosen", name=name_of(own), unit=own.unit, key=key))
        return own

    def _target(self, at: Location, own: Indicator) -> Facts:
        """The target in plain questions; an indicator of which more is better has one kind only."""
        if own.direction == "higher_is_better":
            kind = "at_least"
        else:
            kind = self._choose((*at, "target"), "target", FALLING)
        if kind == "none_occurs":
            return {"kind": kind}
        if kind == "reduction":
            return {"kind": kind, "percent": self._ask((*at, "percent"), checks.field(Reduction, "percent"))}
        level = self._ask((*at, "level"), checks.field(AtLeast, "level"), kind=kind, unit=own.unit)
        unit = self._ask((*at, "unit"), checks.unit_like(own.unit), own.unit)
        counts = self._ask((*at, "equal_counts"), yes_or_no, say("new_plan.yes"))
        return {"kind": kind, "level": level, "unit": unit, **({} if counts else {"strict": True})}

    def _base(self, at: Location, own: Indicator, target: Facts) -> Facts:
        if target["kind"] in ("period_mean_at_most", "none_occurs"):
            return {"source": "none"}
        source = self._choose((*at, "base"), "base", BASES, year=self._base_year)
        if source == "statistics":
            return {"source": source}
        if source == "mean_of_years":
            years = self._ask((*at, "base_years"), checks.field(Base, "years"), "5")
            return {"source": source, "years": years}
        value = self._ask((*at, "base_value"), checks.field(Base, "value"), unit=own.unit)
        unit = self._ask((*at, "base_unit"), _optional_unit(own.unit), "")
        return {"source": source, "value": value, **_given(unit=unit)}

    # ---- what is optional ---------------------------------------------------------------------------------------

    def _sub_target(self, at: Location, before: list[Facts]) -> Facts:
        taken = self._taken + [row["id"] for row in before]
        row: Facts = {"id": self._ask((*at, "id"), checks.own_id(taken), f"target-{len(before) + 1}")}
        name, words = self._ask((*at, "name"), any_text), self._ask((*at, "as_written"), any_text)
        judged = self._choose((*at, "judged_by"), "judged_by", JUDGED_BY)
        if judged == "statistics":
            key = self._ask((*at, "key"), checks.indicator(self._dictionary, ()))
            own = self._chosen(key)
            target = self._target(at, own)
            due = self._optional((*at, "due"), _due_in(self._years))
            base = self._base(at, own, target)
            return {
                **row,
                "key": key,
                "name": name,
                "as_written": words,
                "target": target,
                **_given(due=due),
                "base": base,
            }
        target = {"kind": "complete_by"}
        if judged == "quantity":
            target = {
                "kind": "cumulative",
                "total": self._ask((*at, "total"), checks.field(Cumulative, "total")),
                "unit": self._ask((*at, "unit"), one_of(UNITS, UNITS), kind="quantity"),
            }
            target |= _given(steps=self._ask((*at, "steps"), checks.steps(self._years), ""))
        due = self._optional((*at, "due"), checks.field(SubTarget, "due"))
        return {
            **row,
            "name": name,
            "as_written": words,
            "target": target | _given(due=due),
            **_given(due=due),
        }

    def _part(self, at: Location, before: list[Facts]) -> Facts:
        no = len(before) + 1
        name = self._ask((*at, "name"), any_text, kind="part")

        def section(inner: Location, sections: list[Facts]) -> Facts:
            own = self._ask((*inner, "name"), any_text, kind="section")
            bears = self._ask((*inner, "bears_on"), checks.several(self._dictionary), "")
            row = {"id": f"task-{no}-{len(sections) + 1}", "name": own}
            return row | _given(bears_on=list(bears))

        return {"no": no, "name": name, "sections": self._list("sections", section, least=1, within=at)}

    def _project(self, at: Location, before: list[Facts]) -> Facts:
        no = len(before) + 1
        facts = {"id": f"project-{no}", "no": no, "name": self._ask((*at, "name"), any_text, kind="project")}
        for name in ("start", "end", "due", "lead_unit"):
            facts |= _given(
                **{name: self._optional((*at, name), checks.field(Project, name), kind="project")}
            )
        return facts

    # ---- asking -------------------------------------------------------------------------------------------------

    def _list(
        self,
        name: str,
        one: Callable[[Location, list[Facts]], Facts],
        least: int = 0,
        within: Location = (),
    ) -> list[Facts]:
        """Entries of the list ``name`` until no more are wanted."""
        found: list[Facts] = []
        while self._asker.more((*within, name), len(found), say(f"new_plan.more.{name}"), least):
            self._asker.tell(say(f"new_plan.entry.{name}", n=len(found) + 1))
            found.append(one((*within, name, len(found)), found))
        return found

    def _ask(
        self, at: Location, check: Check[Any], default: str | None = None, kind: str = "", **params: Any
    ) -> Any:
        """The answer to the question named by the last part of ``at``, in the form for ``kind`` where it has one."""
        name = f"{at[-1]}_{kind}" if kind else str(at[-1])
        return self._asker.ask(at, say(f"new_plan.ask.{name}", **params), check, default)

    def _optional(self, at: Location, check: Check[Any] = any_text, kind: str = "") -> Any:
        return self._ask(at, check, "", kind)

    def _choose(self, at: Location, group: str, names: tuple[str, ...] | list[str], **params: Any) -> str:
        """One of ``names``, shown with their numbers."""
        words = [say(f"new_plan.choice.{group}.{name}", **params) for name in names]
        lines = [say("new_plan.option", no=n, text=word) for n, word in enumerate(words, start=1)]
        prompt = "\n".join([say(f"new_plan.ask.{at[-1]}"), *lines, say("new_plan.number")])
        return str(self._asker.ask(at, prompt, one_of(names, words), None))


def _given(**facts: Any) -> Facts:
    """The facts that are there."""
    return {name: value for name, value in facts.items() if value not in (None, "", [], {})}


def _optional_unit(unit: str) -> Check[str]:
    one = checks.unit_like(unit)
    return lambda text: one(text) if text else ""


def _due_in(years: list[int]) -> Check[Any]:
    """A due date within the period: statistics judge the way from the base to the due year."""
    form = checks.field(SubTarget, "due")

    def check(text: str) -> Any:
        value = form(text)
        if value is not None and int(str(value)[:4]) not in years:
            raise Wrong(say("new_plan.due_outside", found=text, start=years[0], end=years[-1]))
        return value

    return check
