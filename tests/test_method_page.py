"""The method page: every cut-off in use, and nothing that could contradict it."""

from __future__ import annotations

import re
from html import unescape

import pytest
import yaml
from docs_text import ROOT, text_of

from planeval.messages import _catalog, say, speaking
from planeval.model.dictionary import Dictionary
from planeval.model.method import Method
from planeval.model.plan import TARGET_KINDS
from planeval.model.spoken import spoken
from planeval.model.status import Status
from planeval.model.terms import ItemState, Verdict
from planeval.report.html import VERDICT_SHAPES
from planeval.site.method_page import leaves, method_page, shown

LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return Dictionary.model_validate(yaml.safe_load(text_of("data/indicators.yaml")))


@pytest.fixture(scope="module")
def method() -> Method:
    return Method.model_validate(yaml.safe_load(text_of("data/method.yaml")))


def words(page: str) -> str:
    body = re.sub(r"<(style|script)>.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def rows(page: str) -> list[str]:
    return [words(row) for row in re.findall(r"<tr>(.*?)(?=<tr|</tbody>)", page, flags=re.DOTALL)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_the_method_file_is_printed_with_its_meaning(
    language: str, method: Method, dictionary: Dictionary
) -> None:
    with speaking(language):
        told = rows(method_page(spoken(method), spoken(dictionary)))
        for key, value in leaves(method).items():
            assert f"{say(f'method_page.decides.{key}')} {shown(key, value)} {key}" in told


def test_the_leaves_are_those_of_the_file(method: Method) -> None:
    raw = yaml.safe_load((ROOT / "data/method.yaml").read_text("utf-8"))
    flat = {
        f"{key}.{name}" if isinstance(value, dict) else key
        for key, value in raw.items()
        for name in (value if isinstance(value, dict) else [""])
    }

    assert set(leaves(method)) == flat - {"version", "assumptions", "assumptions_en"}


def test_another_method_gives_another_page(method: Method, dictionary: Dictionary) -> None:
    changed = method.model_copy(
        update={
            "version": "甲",
            "verdicts": method.verdicts.model_copy(
                update={"ahead_from": 1.37, "off_track_yearly_change": 0.45}
            ),
            "interval": method.interval.model_copy(update={"level": 0.8, "exact_below": 4}),
            "trajectory": "geometric",
        }
    )
    before, after = words(method_page(method, dictionary)), words(method_page(changed, dictionary))

    assert "（版本甲）" in after
    assert "实际年均变化率不低于所需年均变化率的1.37倍" in after and "1.10倍" not in after
    assert "所需的年均变化超过45%" in after and "超过30%" in before and "超过30%" not in after
    assert "80%置信区间" in after and "事件数少于4的用精确区间" in after
    assert "5 1.62～11.67 精确法" in before
    assert "5 2.58～" in after or "Byar近似法" in after


def test_no_cut_off_is_typed_in_a_message() -> None:
    for language in LANGUAGES:
        for key, text in _catalog(language).items():
            if key.startswith("method_page.") and ".formula" not in key:
                # Years of publications, and the 1 that formulas and ratios are measured by, are no cut-offs.
                numbers = re.findall(r"\d+(?:\.\d+)?", re.sub(r"\b(1[89]|20)\d\d(?!\d)", "", text))
                assert not numbers, (language, key, numbers)


def test_every_verdict_has_its_shape_word_and_condition(method: Method, dictionary: Dictionary) -> None:
    told = rows(method_page(method, dictionary))

    for verdict in Verdict:
        beginning = f"{VERDICT_SHAPES[verdict]} {say(f'verdict.{verdict.value}')} "
        assert any(row.startswith(beginning) for row in told), verdict


def test_every_kind_of_target_state_and_status_is_explained(method: Method, dictionary: Dictionary) -> None:
    told = rows(method_page(method, dictionary))

    for kind in TARGET_KINDS:
        assert f"{say(f'target_kind.{kind}')} {say(f'method_page.kinds.{kind}')}" in told
    for state in ItemState:
        assert any(say(f"method_page.ledger.{state.value}") in row for row in told)
    for status in Status:
        assert any(row.startswith(f"{say(f'status.{status.value}')} ") for row in told)


def test_examples_are_computed(method: Method, dictionary: Dictionary) -> None:
    page = method_page(method, dictionary)

    # Garwood's limits of 3 events and Byar's of 10 (docs/method.md), the exact test of 3 -> 1 and 5 -> 0.
    assert "3 0.62～8.77 精确法" in rows(page) and "10 4.79～18.39 Byar近似法" in rows(page)
    assert "由3变为1，p值为0.313；由5变为0，p值为0.031" in words(page)


def test_rates_are_explained_from_the_dictionary(method: Method, dictionary: Dictionary) -> None:
    told = rows(method_page(method, dictionary))

    assert "十万人口生产安全事故死亡率 生产安全事故死亡人数 ÷ 常住人口 × 100,000 人/10万人" in told
    assert any("生产安全事故死亡人数 ÷ 国内（地区）生产总值 人/亿元" in row for row in told)


def test_the_assumptions_follow_the_language(method: Method, dictionary: Dictionary) -> None:
    chinese = words(method_page(method, dictionary))
    assert all(text in chinese for text in method.assumptions)
    with speaking("en"):
        english = words(method_page(spoken(method), spoken(dictionary)))
    assert not re.findall("[\u4e00-\u9fff]{7,}", english)


def test_the_comparison_can_be_linked_to(method: Method, dictionary: Dictionary) -> None:
    assert '<h2 id="comparison">' in method_page(method, dictionary)
