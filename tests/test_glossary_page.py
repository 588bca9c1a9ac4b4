"""The glossary: every term, indicator and variable, each with an address of its own."""

from __future__ import annotations

import re
from html import unescape

import pytest
import yaml
from docs_text import text_of

from planeval.messages import _catalog, say, speaking
from planeval.model.dictionary import Dictionary
from planeval.model.spoken import spoken
from planeval.model.status import Status
from planeval.model.terms import Verdict
from planeval.report.anchors import indicator_anchor
from planeval.site.formulas import formula
from planeval.site.glossary import glossary_page, variable_anchor


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return Dictionary.model_validate(yaml.safe_load(text_of("data/indicators.yaml")))


@pytest.fixture(scope="module")
def page(dictionary: Dictionary) -> str:
    return glossary_page(dictionary, {"100000": "全国"}, {"accident_deaths"})


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def entry(page: str, anchor: str) -> str:
    """The words between the heading with this id and the next one."""
    found = re.search(rf'<h3 id="{anchor}">(.*?)(?=<h[23]|</main>)', page, flags=re.DOTALL)
    assert found, anchor
    return words(found[1])


def test_every_indicator_has_its_entry(page: str, dictionary: Dictionary) -> None:
    for key, indicator in dictionary.indicators.items():
        told = entry(page, indicator_anchor(key))
        assert told.startswith(indicator.name)
        assert indicator.definition in told and formula(indicator, dictionary) in told and key in told
        assert all(caveat in told for caveat in indicator.caveats)


def test_every_variable_has_its_entry_with_its_breaks(page: str, dictionary: Dictionary) -> None:
    for key, variable in dictionary.variables.items():
        told = entry(page, variable_anchor(key))
        assert told.startswith(variable.name) and variable.definition in told
        for year, text in variable.breaks.items():
            assert f"{year}年：{text}" in told


def test_a_break_of_one_place_names_it(page: str) -> None:
    assert "2023年（全国）：" in entry(page, "variable-accident-deaths")


def test_formulas_in_words(dictionary: Dictionary) -> None:
    own = {key: formula(indicator, dictionary) for key, indicator in dictionary.indicators.items()}

    assert own["deaths_per_100k_population"] == "生产安全事故死亡人数 ÷ 常住人口 × 100,000"
    assert own["deaths_per_100m_gdp"] == "生产安全事故死亡人数 ÷ 国内（地区）生产总值"
    assert own["accident_deaths"] == "即生产安全事故死亡人数"
    assert own["forest_fire_damage_rate"] == "直接采用公布的数值，不作计算。"


def test_only_compared_indicators_lead_to_a_comparison(page: str) -> None:
    assert re.findall(r'href="(\.\./compare/[^"]+)"', page.partition("<main")[2]) == [
        "../compare/accident_deaths/index.html"
    ]


def test_verdicts_and_statuses_are_called_as_in_the_reports() -> None:
    for verdict in Verdict:
        assert say(f"glossary.terms.evaluation.{verdict.value}.term") == say(f"verdict.{verdict.value}")
    for status in Status:
        assert say(f"glossary.terms.data.{status.value}.term") == say(f"status.{status.value}")


@pytest.mark.parametrize(
    "term", ["binding", "expected", "base", "straight-path", "scope", "provisional", "funnel"]
)
def test_terms_have_an_address(page: str, term: str) -> None:
    assert f'<div id="term-{term}"><dt>' in page


def test_the_english_glossary_explains_the_same(page: str, dictionary: Dictionary) -> None:
    with speaking("en"):
        english = glossary_page(spoken(dictionary), {"100000": "China"}, set())

    def ids(html: str) -> list[str]:
        return re.findall(r' id="([^"]+)"', html.partition("<main")[2])

    assert ids(english) == ids(page)
    assert "Deaths in work-safety accidents ÷ Resident population × 100,000" in words(english)
    assert "2023 (China): " in entry(english, "variable-accident-deaths")


def test_what_the_dictionary_says_is_shown_as_text(dictionary: Dictionary) -> None:
    evil = "<script>alert(1)</script>&\"'"
    first = dictionary.indicators["accident_deaths"].model_copy(update={"name": evil, "definition": evil})
    own = dictionary.model_copy(update={"indicators": {"accident_deaths": first}})
    html = glossary_page(own, {}, set())

    assert "<script>alert" not in html and words(html).count("alert(1)") >= 2


@pytest.mark.parametrize("subject", ["compare", "glossary", "formula", "method_page", "quality"])
def test_both_languages_have_the_same_messages_with_the_same_numbers(subject: str) -> None:
    chinese, english = (
        {key: text for key, text in _catalog(language).items() if key.startswith(f"{subject}.")}
        for language in ("zh", "en")
    )

    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", english[key])), key
