"""Indicator values: formulas, holes, statuses, vintages, units."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planeval.compute.values import Vintage, indicator_values, one_vintage
from planeval.evaluate.series import series_of
from planeval.model.dictionary import Dictionary
from planeval.model.status import Status, worst
from planeval.read.units import UNITS, convert, convertible

DICTIONARY = Dictionary.model_validate(
    {
        "variables": {
            "deaths": {"name": "死亡", "name_en": "deaths", "unit": "人", "kind": "count"},
            "gdp": {"name": "生产总值", "name_en": "GDP", "unit": "亿元", "kind": "amount"},
        },
        "indicators": {
            "deaths": {
                "name": "死亡人数",
                "name_en": "deaths",
                "unit": "人",
                "numerator": "deaths",
                "decimals": 0,
                "definition": "d",
            },
            "rate": {
                "name": "率",
                "name_en": "rate",
                "unit": "人/亿元",
                "numerator": "deaths",
                "denominator": "gdp",
                "decimals": 4,
                "definition": "d",
            },
            "gdp": {  # an indicator may bear the name of its own numerator
                "name": "每死亡一人的生产总值",
                "name_en": "GDP per death",
                "unit": "元/人",
                "numerator": "gdp",
                "denominator": "deaths",
                "scale": 1e8,
                "decimals": 0,
                "definition": "d",
            },
            "published_only": {
                "name": "公布率",
                "name_en": "published",
                "unit": "%",
                "decimals": 1,
                "definition": "d",
            },
        },
    }
)


def rows(*cells: tuple[str, int, str, float, str, str]) -> pd.DataFrame:
    columns = ["region_code", "year", "variable", "value", "status", "published"]
    return pd.DataFrame(cells, columns=columns)


def value(frame: pd.DataFrame, indicator: str, year: int = 2023, region: str = "010101") -> dict[str, Any]:
    own = frame[
        (frame["indicator"] == indicator) & (frame["year"] == year) & (frame["region_code"] == region)
    ]
    assert len(own) == 1
    return own.iloc[0].to_dict()


def test_a_rate_is_numerator_over_denominator_with_the_worst_status() -> None:
    table = rows(
        ("010101", 2023, "deaths", 3.0, "final", "2024-01"),
        ("010101", 2023, "gdp", 600.0, "illustrative", "2024-02"),
    )
    found = value(indicator_values(table, DICTIONARY), "rate")
    assert (found["value"], found["status"]) == (0.005, "illustrative")
    assert (found["numerator"], found["denominator"]) == (3.0, 600.0)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (rows(("010101", 2023, "deaths", 3.0, "final", "2024")), "missing:gdp"),
        (rows(("010101", 2023, "gdp", 3.0, "final", "2024")), "missing:deaths"),
        (rows(("010101", 2023, "published_only", 3.0, "final", "2024")), "missing:deaths+gdp"),
        (
            rows(
                ("010101", 2023, "deaths", 3.0, "final", "2024"),
                ("010101", 2023, "gdp", 0.0, "final", "2024"),
            ),
            "zero_denominator:gdp",
        ),
    ],
)
def test_a_missing_input_gives_no_value_and_a_reason(table: pd.DataFrame, reason: str) -> None:
    found = value(indicator_values(table, DICTIONARY), "rate")
    assert math.isnan(found["value"])
    assert found["status"] is None
    assert found["reason"] == reason


def test_a_published_rate_fills_in_only_where_inputs_are_missing() -> None:
    own = rows(
        ("010101", 2022, "rate", 0.02, "preliminary", "2023"),
        ("010101", 2023, "rate", 0.02, "final", "2024"),
        ("010101", 2023, "deaths", 3.0, "final", "2024"),
        ("010101", 2023, "gdp", 600.0, "final", "2024"),
    )
    values = indicator_values(own, DICTIONARY)
    filled, computed = value(values, "rate", 2022), value(values, "rate", 2023)
    assert (filled["value"], filled["published_rate"], filled["status"]) == (0.02, True, "preliminary")
    assert (computed["value"], computed["published_rate"]) == (0.005, False)


def test_the_latest_vintage_is_used_and_the_first_can_be_asked_for() -> None:
    table = rows(
        ("010101", 2023, "deaths", 5.0, "revised", "2025-01"),
        ("010101", 2023, "deaths", 3.0, "preliminary", "2024-01"),
        ("010101", 2023, "deaths", 4.0, "final", "2024-01-15"),
    )
    assert one_vintage(table)["value"].tolist() == [5.0]
    assert value(indicator_values(table, DICTIONARY), "deaths")["value"] == 5.0
    assert value(indicator_values(table, DICTIONARY, "first"), "deaths")["value"] == 3.0


def test_places_do_not_mix() -> None:
    table = rows(
        ("010101", 2023, "deaths", 3.0, "final", "2024"),
        ("350105", 2023, "deaths", 7.0, "final", "2024"),
        ("350105", 2023, "gdp", 100.0, "final", "2024"),
    )
    values = indicator_values(table, DICTIONARY)
    assert value(values, "rate", region="350105")["value"] == pytest.approx(0.07)
    assert math.isnan(value(values, "rate", region="010101")["value"])


def test_no_observations_give_no_values() -> None:
    assert indicator_values(rows(), DICTIONARY).empty
    assert one_vintage(rows()).empty


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(KeyError, match="guessed"):
        indicator_values(rows(("010101", 2023, "deaths", 3.0, "guessed", "2024")), DICTIONARY)


# Few of everything, so that vintages, holes, zeros and published rates meet; "" is a day that is not known.
cells = st.tuples(
    st.sampled_from(["010101", "350105", "999999"]),
    st.integers(2020, 2023),
    st.sampled_from(["deaths", "gdp", "rate", "published_only", "of_no_indicator"]),
    st.sampled_from([0.0, 1.0, 3.0, 0.1, 600.7, 1e9]),
    st.sampled_from([str(status) for status in Status]),
    st.sampled_from(["", "2024", "2024-01", "2024-01-15", "2025-02"]),
)


def in_use(table: list[tuple[Any, ...]], vintage: str) -> dict[tuple[str, int, str], tuple[float, str]]:
    """The definition of a vintage, row by row: by day of publication, rows of one day as they stand."""
    found: dict[tuple[str, int, str], tuple[float, str]] = {}
    for region, year, variable, number, status, _ in sorted(table, key=lambda row: row[5]):
        key = (region, year, variable)
        if vintage == "latest" or key not in found:
            found[key] = (number, status)
    return found


def one_value(known: dict[str, tuple[float, str]], key: str) -> tuple[Any, ...]:
    """value, status, numerator, denominator, published_rate and reason of one indicator, as its definition says."""
    indicator = DICTIONARY.indicators[key]
    top, bottom = indicator.numerator, indicator.denominator
    number, below = known.get(top or ""), known.get(bottom or "")
    inputs = (number[0] if number else None, below[0] if below else None)
    reason = f"missing:{'+'.join(v for v in (top, bottom) if v and v not in known) or key}"
    if number is not None and bottom is None:
        return (number[0] * indicator.scale, number[1], *inputs, False, None)
    if number is not None and below is not None and below[0] != 0:
        status = worst([number[1], below[1]])
        return (number[0] * indicator.scale / below[0], status, *inputs, False, None)
    if key != top and key in known:
        return (known[key][0], known[key][1], *inputs, True, None)
    if below is not None and below[0] == 0:
        reason = f"zero_denominator:{bottom}"
    return (None, None, *inputs, False, reason)


@given(st.lists(cells), st.sampled_from(["latest", "first"]))
def test_the_values_of_all_places_at_once_are_those_worked_out_one_by_one(
    table: list[tuple[Any, ...]], vintage: Vintage
) -> None:
    used = in_use(table, vintage)
    expected = [
        (
            region,
            year,
            key,
            *one_value({v: c for (r, y, v), c in used.items() if (r, y) == (region, year)}, key),
        )
        for region in sorted({row[0] for row in table})
        for key in sorted(DICTIONARY.indicators)
        for year in sorted({row[1] for row in table if row[0] == region})
    ]
    values = indicator_values(rows(*table), DICTIONARY, vintage)
    numbers = ["value", "numerator", "denominator"]
    given = values.astype({name: "object" for name in numbers})
    given[numbers] = given[numbers].where(values[numbers].notna(), None)
    assert set(given.pop("derived")) | set(given.pop("partial")) <= {""}
    assert given.pop("partial_sum").isna().all()
    assert list(given.itertuples(index=False, name=None)) == expected


@given(st.lists(cells, min_size=1), st.sampled_from(["latest", "first"]))
def test_one_vintage_keeps_one_row_of_each_figure_in_order(
    table: list[tuple[Any, ...]], vintage: Vintage
) -> None:
    kept = one_vintage(rows(*table), vintage)
    found = {(r, y, v): (number, status) for r, y, v, number, status, _ in kept.itertuples(index=False)}
    assert found == in_use(table, vintage)
    assert list(found) == sorted(found) and len(kept) == len(found)


@given(st.lists(cells))
def test_a_series_holds_every_year_of_its_own_indicator(table: list[tuple[Any, ...]]) -> None:
    values = indicator_values(rows(*[row for row in table if row[0] == "010101"]), DICTIONARY)
    series = series_of(values)
    assert sum(map(len, series.values())) == len(values)
    for row in values.to_dict("records"):
        point = series[row["indicator"]][row["year"]]
        assert point.year == row["year"]
        assert (point.status, point.reason) == (row["status"], row["reason"])
        assert point.published_rate is row["published_rate"]
        for name in ("value", "numerator", "denominator"):
            own = getattr(point, name)
            assert own == row[name] if own is not None else math.isnan(row[name])


@pytest.mark.parametrize(
    ("number", "unit", "to", "expected"),
    [
        ("1.07", "亿人次", "人次", "107000000"),
        ("9544.4", "万人次", "人次", "95444000"),
        ("2069.86", "亿元", "万元", "20698600"),
        ("141178", "万人", "人", "1411780000"),
        ("0.8", "‰", "%", "0.08"),
        ("1.301", "人/10万人", "人/百万人", "13.01"),
    ],
)
def test_units_convert_exactly(number: str, unit: str, to: str, expected: str) -> None:
    assert convert(Decimal(number), unit, to) == Decimal(expected)


def test_persons_are_not_person_times() -> None:
    assert not convertible("人", "人次")
    with pytest.raises(ValueError, match="人次"):
        convert(Decimal(1), "人", "人次")
    with pytest.raises(KeyError, match="亿圆"):
        convert(Decimal(1), "亿圆", "亿元")


same_quantity = st.sampled_from([(a, b) for a in UNITS for b in UNITS if convertible(a, b)])


@given(same_quantity, st.decimals(0, 10**9, places=4))
def test_a_conversion_and_back_changes_nothing(pair: tuple[str, str], number: Decimal) -> None:
    assert convert(convert(number, *pair), pair[1], pair[0]) == number


@given(st.lists(st.sampled_from(list(Status)), min_size=1))
def test_the_worst_status_is_one_of_them_and_none_is_worse(statuses: list[Status]) -> None:
    found = worst(statuses)
    assert found in statuses
    assert all(s.rank <= found.rank for s in statuses)


def test_no_status_at_all_is_none() -> None:
    assert worst([]) is None
    assert worst([None, Status.FINAL]) is Status.FINAL
