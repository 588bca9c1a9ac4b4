"""One set of messages in each language: the same names and placeholders, and no sentence anywhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from pydantic import BaseModel

import planeval
from planeval.messages import LANGUAGES, _catalog, say, speaking
from planeval.messages.names import in_language
from planeval.messages.units import as_published, quantity, unit_after, unit_of
from planeval.model.dictionary import Dictionary
from planeval.model.method import Method
from planeval.model.plan import Plan
from planeval.model.spoken import spoken
from planeval.read.units import UNITS
from planeval.read.workspace import load
from planeval.read.yaml_file import load_model

PACKAGE = Path(planeval.__file__).parent
CHINESE = re.compile(r"[\u3001-\u3011\u4e00-\u9fff\uff00-\uffef]")
# Groups that English alone has: the unit symbols of the data are the Chinese words.
ENGLISH_ONLY = ("unit", "unit_one", "unit_shift")
# The way back to the Chinese site, symbols of units, and the glossary's official Chinese term beside each English one.
QUOTED = re.compile(r"site_pages\.other_language|unit(_one|_shift)?\..*|glossary\.terms\..*\.term")
# Vocabulary of the data and of other programs that code must know: no reader reads it there.
VOCABULARY = {
    "database/trouble.py": "what a PostgreSQL that speaks Chinese says",
    "derive/totals.py": "symbols of units",
    "evaluate/plan_check_gaps.py": "the date in a plan's published_text; full-width signs",
    "evaluate/plan_check_text.py": "symbols of units",
    "office/pdf_text.py": "characters and their look-alikes",
    "office/styles.py": "names of fonts",
    "read/accident_cells.py": "categories and days as a ledger writes them",
    "read/ledger.py": "states as a ledger writes them",
    "read/observations.py": "a full-width comma between thousands",
    "read/units.py": "symbols of units",
    "validate/columns.py": "a full-width comma between thousands",
    "workbook/header.py": "the word after a year in a heading",
}


def fields(text: str) -> set[str]:
    """The names of a template's placeholders."""
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "zh"])
def test_every_language_has_the_same_messages(lang: str) -> None:
    chinese, other = _catalog("zh"), _catalog(lang)
    own = {name for name in other if name.split(".")[0] not in ENGLISH_ONLY}
    assert own == set(chinese)


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "zh"])
def test_a_message_has_the_same_placeholders_in_every_language(lang: str) -> None:
    chinese, other = _catalog("zh"), _catalog(lang)
    assert {n: fields(t) for n, t in other.items() if n in chinese} == {
        n: fields(t) for n, t in chinese.items() if n in other
    }


def test_no_english_message_holds_chinese() -> None:
    found = {n: t for n, t in _catalog("en").items() if CHINESE.search(t) and not QUOTED.fullmatch(n)}
    assert found == {}


def test_every_unit_of_the_data_has_an_english_name() -> None:
    with speaking("en"):
        assert [symbol for symbol in UNITS if CHINESE.search(unit_of(symbol))] == []


def strings(source: str) -> Iterator[str]:
    """The string literals of a module, docstrings left out."""
    tree = ast.parse(source)
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    heads = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in heads:
            yield node.value


def test_no_sentence_lives_in_code() -> None:
    sentences = re.compile(r"[\u3001\u3002\u4e00-\u9fff\uff0c\uff1a\uff1b]")
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(sentences.search(text) for text in strings(path.read_text(encoding="utf-8")))
    }
    assert found == set(VOCABULARY)


# ---- units and names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "symbol", "chinese", "english"),
    [
        ("2", "人", "2人", "2 persons"),
        ("1", "人", "1人", "1 person"),
        ("1.0", "小时", "1.0小时", "1.0 hours"),
        ("15", "%", "15%", "15%"),
        ("0.31", "‰", "0.31‰", "0.31‰"),
        ("465.1", "亿元", "465.1亿元", "46,510 million yuan"),
        ("0.19", "亿元", "0.19亿元", "19 million yuan"),
        ("1,013,567", "亿元", "1,013,567亿元", "101,356,700 million yuan"),
        ("29.06", "万人", "29.06万人", "290,600 persons"),
        ("1.07", "亿人次", "1.07亿人次", "107,000,000 person-times"),
        ("0.2～8.8", "人", "0.2～8.8人", "0.2～8.8 persons"),
        ("0.2～8.8", "亿元", "0.2～8.8亿元", "0.2～8.8 × 100 million yuan"),
        ("3", "艘", "3艘", "3 艘"),
    ],
)
def test_a_quantity_reads_as_the_language_counts(value: str, symbol: str, chinese: str, english: str) -> None:
    assert quantity(value, symbol) == chinese
    with speaking("en"):
        assert quantity(value, symbol) == english


def test_a_published_figure_is_shown_in_words_of_the_language() -> None:
    symbols = frozenset(UNITS)
    assert as_published("8.9亿元", symbols) == "8.9亿元"
    with speaking("en"):
        assert as_published("8.9亿元", symbols) == "890 million yuan"
        assert as_published("46800人次", symbols) == "46800 person-times"
        assert as_published("约8.9亿元", symbols) == "约8.9亿元"  # no figure: left as it is
        assert as_published("8.9石", symbols) == "8.9石"


def test_a_unit_after_a_number_begins_with_the_space_it_needs() -> None:
    assert [unit_after(s) for s in ("人", "%", "亿元", "")] == ["人", "%", "亿元", ""]
    with speaking("en"):
        assert [unit_after(s) for s in ("人", "%", "亿元", "")] == [
            " persons",
            "%",
            " × 100 million yuan",
            "",
        ]


def test_a_name_without_translation_stays_chinese() -> None:
    with speaking("en"):
        assert in_language("甲区", "") == "甲区"
        assert in_language("甲区", "District A") == "District A"
    assert in_language("甲区", "District A") == "甲区"


# ---- texts of the data ------------------------------------------------------------------------------------------


def untranslated(value: object, at: str = "") -> Iterator[str]:
    """Where a text of a model has an English field that is empty, or holds Chinese."""
    if isinstance(value, BaseModel):
        names = type(value).model_fields
        for name in names:
            own = getattr(value, name)
            if f"{name}_en" in names and own and CHINESE.search(str(own)):
                translation = getattr(value, f"{name}_en")
                if not translation or CHINESE.search(str(translation)):
                    yield f"{at}.{name}"
            yield from untranslated(own, f"{at}.{name}")
    elif isinstance(value, dict):
        for key, own in value.items():
            yield from untranslated(own, f"{at}.{key}")
    elif isinstance(value, tuple):
        for number, own in enumerate(value):
            yield from untranslated(own, f"{at}[{number}]")


@pytest.mark.parametrize(
    ("file", "model"),
    [
        ("indicators.yaml", Dictionary),
        ("method.yaml", Method),
        ("plans/gulou.yaml", Plan),
        ("plans/mawei.yaml", Plan),
        ("plans/national.yaml", Plan),
    ],
)
def test_every_text_of_the_shipped_data_is_translated(file: str, model: type[BaseModel]) -> None:
    loaded = load_model(Path("data") / file, file, model)
    assert list(untranslated(loaded)) == []


def test_a_model_speaks_the_language_and_falls_back_to_chinese() -> None:
    dictionary = load_model(Path("data/indicators.yaml"), "indicators.yaml", Dictionary)
    assert spoken(dictionary) is dictionary
    gdp = dictionary.variables["gdp"].model_copy(update={"definition_en": "", "caveats_en": ()})
    deaths = dictionary.variables["accident_deaths"]
    with speaking("en"):
        assert spoken(gdp).name == gdp.name_en
        assert spoken(gdp).definition == gdp.definition
        assert spoken(gdp).caveats == gdp.caveats
        assert spoken(deaths).breaks == deaths.breaks_en
        partly = deaths.model_copy(update={"breaks_en": {2016: "changed"}})
        assert spoken(partly).breaks == {2016: "changed", 2021: deaths.breaks[2021]}


@pytest.mark.parametrize(
    "change",
    [{"caveats_en": ("one",)}, {"breaks_en": {1999: "changed"}}, {"region_breaks_en": {"110000": {}}}],
)
def test_a_translation_of_another_shape_is_a_mistake(change: dict[str, object]) -> None:
    dictionary = load_model(Path("data/indicators.yaml"), "indicators.yaml", Dictionary)
    content = dictionary.variables["accident_deaths"].model_dump() | change
    key = next(iter(change))
    with pytest.raises(ValueError, match=key):
        type(dictionary.variables["accident_deaths"]).model_validate(content)


def test_every_message_about_a_yaml_mistake_can_be_said() -> None:
    for lang in LANGUAGES:
        with speaking(lang):
            for name in _catalog(lang):
                if name.startswith(("read.yaml_problem.", "read.csv_problem.")):
                    assert say(name)


def test_a_workspace_is_read_in_the_language_that_is_spoken() -> None:
    with speaking("en"):
        workspace = load(Path("data"))
    assert workspace.dictionary.variables["gdp"].name == "Gross domestic (regional) product"
    assert not CHINESE.search(" ".join(workspace.method.assumptions))
