"""Checks of single answers, against the model of the plan and against the data folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from planeval.errors import closest
from planeval.messages import names_below, say
from planeval.messages.names import in_language, name_of
from planeval.model.dictionary import Dictionary, Indicator
from planeval.model.plan import REGION_CODE_PATTERN, Period, plan_id_problem
from planeval.read.regions import Region
from planeval.read.units import convertible, symbols_like
from planeval.read.yaml_file import reason_of, scalar
from planeval.scaffold.conversation import Check, Wrong

_YEARS = re.compile(r"(?P<start>[0-9]{4})\s*[-~\u2013\u2014\uff5e]+\s*(?P<end>[0-9]{4})")
_THIRTEENTH, _YEARS_A_PLAN = 2016, 5  # the first year of the 13th five-year plan
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STEP = re.compile(r"([0-9]{4})\s*[:=\uff1a]\s*([0-9.]+)")
MOST_SHOWN = 30


def field(model: type[BaseModel], name: str) -> Check[Any]:
    """What the field ``name`` of a model of the plan may hold; an empty answer is None."""
    info = model.model_fields[name]
    kind: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(kind, config=ConfigDict(allow_inf_nan=False))

    def check(text: str) -> Any:
        if text == "":
            return None
        value = scalar(text)
        try:
            adapter.validate_python(value)
        except ValidationError as error:
            raise Wrong(say("new_plan.not_valid", found=text, why=reason_of(error))) from None
        return value

    return check


def plan_id(free: Callable[[str], Path | None]) -> Check[str]:
    """An id that no plan has yet; ``free`` gives the file that stands in its way."""

    def check(text: str) -> str:
        problem = plan_id_problem(text)
        if problem:
            raise Wrong(say("new_plan.not_valid", found=text, why=problem))
        if there := free(text):
            raise Wrong(say("new_plan.there_already", file=there))
        return text

    return check


def own_id(taken: Iterable[str]) -> Check[str]:
    """An id of a row that no other row of the plan has."""
    known = set(taken)

    def check(text: str) -> str:
        problem = plan_id_problem(text)
        if problem:
            raise Wrong(say("new_plan.not_valid", found=text, why=problem))
        if text in known:
            raise Wrong(say("new_plan.id_taken", found=text))
        return text

    return check


def region(regions: dict[str, Region]) -> Check[str]:
    """The code of a known place, given as code or name; for another code, the line that makes it known."""

    def check(text: str) -> str:
        if text in regions:
            return text
        if REGION_CODE_PATTERN.fullmatch(text):
            level = "province" if text.endswith("0000") else "city" if text.endswith("00") else "county"
            above = [f"{text[:4]}00", f"{text[:2]}0000", "100000"]
            parent = next((code for code in above if code in regions and code != text), "")
            line = f"{text},{say('new_plan.region_name')},{say('new_plan.region_name_en')},{level},{parent}"
            raise Wrong(say("new_plan.region_unknown", found=text, line=line))
        named = [code for code, place in regions.items() if text in (place.name, place.name_en)]
        if len(named) == 1:
            return named[0]
        near = closest(text, [place.name for place in regions.values()])
        hint = say("read.did_you_mean", name=near) if near else ""
        several = say("report.join").join(named)
        name = "region_several" if named else "region_name_unknown"
        raise Wrong(say(f"new_plan.{name}", found=text, codes=several, hint=hint))

    return check


def period(text: str) -> Period:
    """A plan period: the name of a five-year plan, its number, or first and last year."""
    span = _YEARS.fullmatch(text)
    if span is None:
        number = next((n for n in names_below("new_plan.period_name") if text in _names_of_plan(n)), None)
        if number is None:
            raise Wrong(say("new_plan.not_a_period", found=text))
        start = _THIRTEENTH + _YEARS_A_PLAN * (int(number) - 13)
        return Period(start=start, end=start + _YEARS_A_PLAN - 1)
    try:
        return Period(start=int(span["start"]), end=int(span["end"]))
    except ValidationError as error:
        raise Wrong(say("new_plan.not_valid", found=text, why=reason_of(error))) from None


def _names_of_plan(number: str) -> tuple[str, ...]:
    return number, say(f"new_plan.period_name.{number}"), say(f"new_plan.period_short.{number}")


def base_year(start: int) -> Check[int]:
    """A year before the period begins."""

    def check(text: str) -> int:
        if not re.fullmatch(r"[0-9]{4}", text) or int(text) >= start:
            raise Wrong(say("new_plan.not_a_base_year", found=text, start=start))
        return int(text)

    return check


def publication(text: str) -> date | str | None:
    """A day as a date; anything less precise as the text it is."""
    if not _DATE.fullmatch(text):
        return text or None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Wrong(say("new_plan.not_valid", found=text, why=say("read.types.date_type"))) from None


def unit_like(unit: str) -> Check[str]:
    """A unit that converts into ``unit``."""

    def check(text: str) -> str:
        if not convertible(text, unit):
            names = say("read.name_join").join(symbols_like(unit))
            raise Wrong(say("new_plan.not_a_unit", found=text, units=names))
        return text

    return check


def steps(years: Iterable[int]) -> Check[dict[int, float]]:
    """Quantities by year: ``2026:10 2027:20.5``; the years lie in the period."""
    known = set(years)

    def check(text: str) -> dict[int, float]:
        found: dict[int, float] = {}
        for part in text.replace(",", " ").split():
            match = _STEP.fullmatch(part)
            value = scalar(match[2]) if match else None
            if match is None or not isinstance(value, int | float) or int(match[1]) not in known:
                raise Wrong(say("new_plan.not_steps", found=part))
            found[int(match[1])] = value
        return found

    return check


# ---- indicators of the dictionary -------------------------------------------------------------------------------


def listing(dictionary: Dictionary, keys: Iterable[str] = ()) -> str:
    """The indicators (those of ``keys``) with the numbers they are chosen by."""
    numbers = {key: n for n, key in enumerate(dictionary.indicators, start=1)}
    wanted = list(keys) or list(numbers)
    lines = [
        say("new_plan.listed", no=numbers[key], name=name_of(own), unit=own.unit, key=key)
        for key in wanted[:MOST_SHOWN]
        for own in [dictionary.indicators[key]]
    ]
    if len(wanted) > MOST_SHOWN:
        lines.append(say("new_plan.listed_more", n=len(wanted) - MOST_SHOWN))
    return "\n".join(lines)


def indicator(dictionary: Dictionary, taken: Iterable[str]) -> Check[str]:
    """An indicator by number, key, name, or a word that only one has; one that the plan has already is refused."""
    keys, used = list(dictionary.indicators), set(taken)

    def check(text: str) -> str:
        found = _matching(text, dictionary, keys)
        if not found:
            raise Wrong(say("new_plan.indicator_unknown", found=text))
        if len(found) > 1:
            raise Wrong(say("new_plan.indicator_several", list="\n" + listing(dictionary, found)))
        if found[0] in used:
            raise Wrong(say("new_plan.indicator_taken", name=name_of(dictionary.indicators[found[0]])))
        return found[0]

    return check


def _matching(text: str, dictionary: Dictionary, keys: list[str]) -> list[str]:
    if text in dictionary.indicators:
        return [text]
    if text.isdecimal():
        return [keys[int(text) - 1]] if 1 <= int(text) <= len(keys) else []
    own = dictionary.indicators
    exact = [key for key in keys if text in (own[key].name, own[key].name_en)]
    word = text.lower()
    return exact or [key for key in keys if word in _searched(key, own[key])]


def _searched(key: str, own: Indicator) -> str:
    return f"{key} {own.name} {own.name_en} {in_language(own.name, own.name_en)}".lower()


def several(dictionary: Dictionary) -> Check[tuple[str, ...]]:
    """Several indicators, by number or key, with spaces between."""
    one = indicator(dictionary, ())

    def check(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one(part) for part in text.replace(",", " ").split()))

    return check
