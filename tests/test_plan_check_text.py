"""How the plan check writes figures."""

from __future__ import annotations

import pytest

from planeval.evaluate.plan_check_text import figure, significant, whole


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2_500_000, "人", "250万人"),
        (290_554, "人", "29.06万人"),
        (2, "人", "2人"),
        (1.7, "人", "1.7人"),
        (27_412, "人", "27412人"),
        (465.1163, "亿元", "465.1亿元"),
        (0.0043, "人/亿元", "0.0043人/亿元"),
        (0, "人", "0人"),
        (148.5, "公里", "148.5公里"),
        (1000, "公里", "1000公里"),
    ],
)
def test_figures_read_as_in_official_texts(value: float, unit: str, text: str) -> None:
    assert figure(value, unit) == text


def test_significant_digits_keep_whole_parts_and_drop_idle_zeros() -> None:
    assert [significant(v, 3) for v in (26.8657, 6.25, 100, 12345, 0.5)] == [
        "26.9",
        "6.25",
        "100",
        "12345",
        "0.5",
    ]


def test_whole_is_not_misled_by_binary_residue() -> None:
    assert (whole(10 * (1 - 0.7)), whole(2.9), whole(1.7)) == (3, 2, 1)
