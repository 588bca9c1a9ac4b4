"""``--lang en``: the same reports in English, with nothing Chinese in them but what is quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from batches import run
from conftest import ROOT, Cli

from planeval.evaluate.evaluation import evaluate
from planeval.messages import speaking
from planeval.model.evaluation import Kind
from planeval.read.workspace import load
from planeval.report.quoted import marked

CHINESE = re.compile(r"[\u3001-\u3011\u4e00-\u9fff\uff00-\uffef]")
PLANS, KINDS = ("gulou", "mawei", "national"), ("midterm", "final")
REPORTS = [f"{plan}/{kind}" for plan in PLANS for kind in KINDS]
PAGES = [*REPORTS, "validation", "indicators"]
# Elements whose text is this project's own, never a quotation.
OWN = {"title", "h1", "h2", "h3", "h4", "caption", "figcaption", "summary", "dt", "button", "label", "text"}


class Texts(HTMLParser):
    """The texts of a page: its own, what it quotes in Chinese, and its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.own: list[tuple[str, str]] = []  # (innermost element, text)
        self.quoted: list[tuple[str, str]] = []  # (element it stands in, text)
        self.attributes: list[str] = []
        self.lang = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.lang = dict(attrs).get("lang") or ""
        self.attributes += [f"{tag} {name}={value}" for name, value in attrs if value]
        if tag not in ("meta", "link", "br", "input", "img", "wbr", "hr"):
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:  # rows and cells end where the next begins
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.open]
        if {"style", "script"} & set(tags) or not data.strip():
            return
        if any(own.get("lang") == "zh-CN" for tag, own in self.open if tag != "html"):
            self.quoted.append((tags[-2], data))
        else:
            self.own.append((tags[-1] if tags else "", data))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The English site of the shipped data."""
    folder = tmp_path_factory.mktemp("english") / "reports" / "en"
    done = run("run", ROOT / "data", folder, "--lang", "en")
    assert done.status == 0, done.out + done.err
    assert not CHINESE.search(done.out + done.err)
    return folder


@pytest.fixture(scope="module")
def quotable() -> str:
    """Every text of the statistics and ledgers, which a report may quote."""
    files = [*(ROOT / "data/observations").glob("*.csv"), *(ROOT / "data/progress").glob("*.csv")]
    return "\n".join(path.read_text(encoding="utf-8-sig") for path in files)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_english_but_for_what_it_quotes(out: Path, quotable: str, page: str) -> None:
    texts = Texts((out / page / "index.html").read_text(encoding="utf-8"))
    assert texts.lang == "en"
    assert [text for _, text in texts.own if CHINESE.search(text)] == []
    assert [text for text in texts.attributes if CHINESE.search(text)] == []
    assert [pair for pair in texts.quoted if pair[0] in OWN] == []
    assert [text for _, text in texts.quoted if text not in quotable] == []
    length = sum(len(text) for _, text in texts.own + texts.quoted)
    assert sum(len(text) for _, text in texts.quoted) < 0.03 * length


@pytest.mark.parametrize("report", REPORTS)
def test_every_figure_has_an_english_alternative_text(out: Path, report: str) -> None:
    html = (out / report / "index.html").read_text(encoding="utf-8")
    alternatives = re.findall(r'<p class="alt">(.*?)</p>', html)
    assert alternatives
    assert [text for text in alternatives if CHINESE.search(text)] == []
    named = [svg for svg in re.findall(r"<svg[^>]*>", html) if "aria-hidden" not in svg]
    assert all(re.search(r'aria-label="[^"]{20,}"', svg) for svg in named)
    assert len(named) >= len(alternatives)


TELLING = {
    *("verdict", "midterm", "final", "state", "status", "data_status", "base_status", "level", "severity"),
    *("code", "key", "id", "rule", "unit", "variable", "target_kind", "attribute", "flags", "item_type"),
}


def told(value: Any, key: str = "") -> Any:
    """A result without its words: numbers, and the strings that are terms or keys."""
    if isinstance(value, dict):
        return {k: told(v, k) for k, v in value.items() if k not in ("params", "provenance")}
    if isinstance(value, list):
        return [told(v, key) for v in value]
    return value if not isinstance(value, str) or key in TELLING else "…"


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_english_report_has_the_numbers_and_verdicts_of_the_chinese_one(
    out: Path, plan: str, kind: str
) -> None:
    english = json.loads((out / plan / kind / "evaluation.json").read_text(encoding="utf-8"))
    findings = json.loads((out / "validation/validation.json").read_text(encoding="utf-8"))["findings"]
    chinese = json.loads(evaluate(load(ROOT / "data"), plan, Kind(kind), None, []).model_dump_json())
    assert english["lang"] == "en"
    assert chinese["lang"] == "zh"
    own = [f for f in findings if f["region_code"] == chinese["region_code"]]
    assert told(english) == told({**chinese, "validation": own})


def test_the_command_that_makes_the_report_again_asks_for_english(out: Path) -> None:
    html = (out / "mawei/midterm/index.html").read_text(encoding="utf-8")
    assert "report --plan mawei --kind midterm --as-of 2023 --lang en" in html


def test_a_folder_that_held_chinese_holds_only_english_after_an_english_run(tmp_path: Path) -> None:
    words = ("--plan", "mawei", "--kind", "midterm")
    first = run("report", ROOT / "data", tmp_path, *words)
    assert first.status == 0, first.err
    second = run("report", ROOT / "data", tmp_path, *words, "--lang", "en", "--json")
    assert second.document["published"] == ["mawei/midterm"]
    validation = json.loads((tmp_path / "validation/validation.json").read_text(encoding="utf-8"))
    texts = [t for f in validation["findings"] for t in (f["message"], f["remedy"])]
    texts += [check["title"] for check in validation["checks"]]
    assert texts
    assert [text for text in texts if CHINESE.search(text)] == []
    again = run("report", ROOT / "data", tmp_path, *words, "--json")
    assert again.document["published"] == ["mawei/midterm"]
    back = json.loads((tmp_path / "validation/validation.json").read_text(encoding="utf-8"))
    assert all(CHINESE.search(check["title"]) for check in back["checks"])


def phrases(text: str) -> Iterator[str]:
    """The phrases that are marked as Chinese."""
    yield from re.findall(r'<span lang="zh-CN">(.*?)</span>', text)


def test_chinese_phrases_are_marked_on_an_english_page_and_escaped() -> None:
    text = "统计公报 <2023>年; source: 民政部, and <b>"
    assert marked(text) == text.replace("<", "&lt;").replace(">", "&gt;")
    with speaking("en"):
        assert list(phrases(marked(text))) == ["统计公报 &lt;2023&gt;年", "民政部"]
        assert marked("plain & simple") == "plain &amp; simple"
        assert marked("the plan’s – text") == "the plan’s – text"


# ---- the command line -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("run", "--lang", "en", "--help"), ("--lang=en", "run", "--help")])
def test_the_help_is_english_wherever_the_language_stands(run_cli: Cli, words: tuple[str, ...]) -> None:
    status, text, _ = run_cli(*words)
    assert status == 0
    assert "the reports" in text
    assert not CHINESE.search(text)


def test_the_language_before_the_command_counts_for_the_command(run_cli: Cli, tmp_path: Path) -> None:
    status, text, error = run_cli("--lang", "en", "validate", "--out", str(tmp_path / "out"))
    assert status == 0, error
    assert not CHINESE.search(text + error)
    result = (tmp_path / "out/validation/validation.json").read_text(encoding="utf-8")
    assert "Key fields are complete" in result


def test_a_mistake_in_the_data_is_told_in_english(run_cli: Cli, data: Path, tmp_path: Path) -> None:
    plan = data / "plans" / "mawei.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("base_year: 2020", "base_year: 2023"), "utf-8")
    rows = data / "observations" / "gulou.csv"
    rows.write_text(rows.read_text(encoding="utf-8").replace("1612.4,亿元", "1612.4,億元"), "utf-8")
    words = ("validate", "--data", str(data), "--out", str(tmp_path / "out"), "--lang", "en")
    status, text, error = run_cli(*words)
    assert status == 1
    assert "base_year 2023 must be earlier than period.start 2021" in error
    assert "Gulou District, 2016, Gross domestic (regional) product: unknown unit “億元”" in error
    assert "--lang en" in error  # in the command that runs it again
    own = re.sub(r"“億元”|Available:.*?(?= →)|  \w+ \(.*?\):|Did you mean \S+\?", "", text + error)
    assert not CHINESE.search(own)
