"""The main job, end to end: one real run, and its pages in a real browser."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import nbformat
import pytest
from chromium import chromium
from command_run import pipeline
from playwright.sync_api import Browser, Page

from planeval.model.evaluation import Evaluation

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent
PLANS, KINDS = ("gulou", "mawei", "national"), ("midterm", "final")
REPORTS = [f"{plan}/{kind}" for plan in PLANS for kind in KINDS]
FILES = ("index.html", "report.ipynb", "evaluation.json", "indicators.csv")
PAGES = [
    "index.html",
    "validation/index.html",
    "indicators/index.html",
    *(f"{r}/index.html" for r in REPORTS),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The reports folder of one run over the shipped data, and how the run ended."""
    out = tmp_path_factory.mktemp("run") / "reports"
    return out, pipeline("run", "--out", str(out))


@pytest.fixture(scope="module")
def site(run: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    out, done = run
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


# ---- the run ----------------------------------------------------------------------------------------------------


def test_the_run_publishes_six_reports_and_says_so(
    run: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, done = run
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "发布 6 份报告，搁置 0 份" in done.stdout
    for report in REPORTS:
        assert sorted(p.name for p in (out / report).iterdir()) == sorted([*FILES, "record.json"])
    assert sorted(p.name for p in out.iterdir() if p.name.startswith(".")) == [".planeval"]


def test_every_evaluation_matches_the_schema(site: Path) -> None:
    schema = json.loads((ROOT / "docs" / "evaluation.schema.json").read_text(encoding="utf-8"))
    for report in REPORTS:
        document = json.loads((site / report / "evaluation.json").read_text(encoding="utf-8"))
        jsonschema.validate(document, schema)
        assert f"{document['plan']}/{document['kind']}" == report


def test_the_report_holds_the_figures_of_its_own_evaluation(site: Path) -> None:
    for report in REPORTS:
        document = (site / report / "evaluation.json").read_text(encoding="utf-8")
        evaluation = Evaluation.model_validate_json(document)
        html = (site / report / "index.html").read_text(encoding="utf-8")
        for indicator in evaluation.indicators:
            assert indicator.name in html
        others = {"350102", "350105", "100000"} - {evaluation.region_code}
        # In a formula 100000 is no place but what a rate is for.
        text = re.sub(r"<[^>]+>", " ", html)
        text = text.replace("100000 × ", "").replace(" × 100000 ÷", "")
        assert not any(re.search(rf"(?<![0-9a-f]){code}(?![0-9a-f])", text) for code in others)


def test_executed_notebooks_are_valid_and_carry_no_clock_and_no_path(site: Path) -> None:
    for report in REPORTS:
        text = (site / report / "report.ipynb").read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text)
        assert all("papermill" not in part.metadata for part in [notebook, *notebook.cells])
        assert str(ROOT) not in text


def test_the_same_input_gives_the_same_bytes(site: Path, tmp_path: Path) -> None:
    # The folder is named in the parameters, so both runs write to the same place.
    before = {p: p.read_bytes() for p in sorted((site / "mawei" / "midterm").iterdir())}
    index = (site / "index.html").read_bytes()
    done = pipeline("report", "--out", str(site), "--plan", "mawei", "--kind", "midterm")
    assert done.returncode == 0, done.stderr
    assert {p: p.read_bytes() for p in sorted((site / "mawei" / "midterm").iterdir())} == before
    assert (site / "index.html").read_bytes() == index


# ---- the pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_complains_of_nothing(site: Path, page: Page, name: str) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    address = (site / name).as_uri()
    page.goto(address)
    assert asked == [address]
    assert said == []
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1


# Bytes: a quarter of it are the derivations and what the report was computed from.
LIMIT = 215_000


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_a_small_file(site: Path, report: str) -> None:
    assert (site / report / "index.html").stat().st_size <= LIMIT


@pytest.mark.parametrize("name", PAGES)
def test_a_page_never_scrolls_sideways(site: Path, page: Page, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto((site / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("report", REPORTS)
def test_every_chart_has_its_numbers_in_words_and_in_a_table(site: Path, page: Page, report: str) -> None:
    document = (site / report / "evaluation.json").read_text(encoding="utf-8")
    evaluation = Evaluation.model_validate_json(document)
    page.goto((site / report / "index.html").as_uri())
    figures = page.locator("figure:not(.panel)")
    assert figures.count() == len(evaluation.indicators)
    for number, indicator in enumerate(evaluation.indicators):
        figure = figures.nth(number)
        alt = figure.locator("svg[role=img]").get_attribute("aria-label") or ""
        assert indicator.name in alt and str(indicator.current_year) in alt
        assert figure.locator("details table").count() == 1
        assert indicator.name in (figure.locator("figcaption").first.text_content() or "")


def test_chart_text_is_text_with_a_chinese_font_stack(site: Path, page: Page) -> None:
    page.goto((site / "mawei/midterm/index.html").as_uri())
    words = page.eval_on_selector_all("figure svg text", "texts => texts.map(t => t.textContent)")
    assert any("目标" in word for word in words) and any("单位" in word for word in words)
    fonts = page.eval_on_selector_all(
        "figure svg text", "texts => [...new Set(texts.map(t => getComputedStyle(t).fontFamily))]"
    )
    for stack in fonts:
        for family in ("PingFang SC", "Microsoft YaHei", "Noto Sans"):
            assert family in stack


def test_illustrative_reports_say_so_at_the_top_and_beside_each_figure(site: Path, page: Page) -> None:
    page.goto((site / "mawei/midterm/index.html").as_uri())
    assert page.locator(".callout-illustrative").first.is_visible()
    first = page.locator("table").first
    assert first.get_by_text("示例", exact=True).count() >= 7
    page.goto((site / "national/midterm/index.html").as_uri())
    assert page.get_by_text("示例", exact=True).count() == 0
    assert page.locator(".callout-illustrative").count() == 0


def test_a_report_prints_on_a4_without_the_site_navigation(site: Path, page: Page, tmp_path: Path) -> None:
    page.goto((site / "national/midterm/index.html").as_uri())
    page.emulate_media(media="print")
    assert not page.locator("header.site").is_visible()
    assert not page.locator(".contents").is_visible()
    raw = page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", raw)
    assert 4 <= len(boxes) <= 40
    assert all(abs(float(w) - 595) < 2 and abs(float(h) - 842) < 2 for w, h in boxes)


def test_the_index_leads_to_every_report(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri())
    text = page.locator("main").inner_text()
    for words in ("马尾区", "鼓楼区", "全国", "中期评估", "终期评估", "2023", "2025"):
        assert words in text
    links = page.eval_on_selector_all("main a[href]", "links => links.map(a => a.getAttribute('href'))")
    for report in REPORTS:
        for name in FILES:
            assert f"{report}/{name}" in links
    page.click('main a[href="mawei/midterm/index.html"]')
    assert "马尾区" in page.locator("h1").inner_text()


def test_the_validation_page_lists_rules_and_gaps(site: Path, page: Page) -> None:
    page.goto((site / "validation/index.html").as_uri())
    text = page.locator("main").inner_text()
    assert "没有发现严重问题" in text
    for words in ("校验规则", "数据完整性", "马尾区"):
        assert words in text
