"""A report of the shipped data as its reader has it: in a browser, on a phone, without scripts, by keyboard, on paper."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from pypdf import PdfReader

from planeval.model.terms import Kind
from planeval.render.scan import exact, quick
from planeval.stages.pages import INDICATORS, VALIDATION, render_page
from planeval.stages.report import render_report

pytestmark = pytest.mark.browser

PAGES = {
    "report": "mawei/midterm/index.html",
    "validation": "validation/index.html",
    "indicators": "indicators/index.html",
}
# Bytes: what a page may weigh on a slow line. A quarter of it are the derivations and what they are made from.
LIMIT = 215_000
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages made from notebooks, of the shipped data."""
    folder = tmp_path_factory.mktemp("pages")
    made = {
        "report": render_report("mawei", Kind.MIDTERM, None, "data", "").files["index.html"],
        "validation": render_page(VALIDATION, {"data": "data"})["index.html"],
        "indicators": render_page(INDICATORS, {"data": "data"})["index.html"],
    }
    for name, path in PAGES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(made[name])
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("PLANEVAL_CHROMIUM") or "/usr/bin/chromium"
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    expect.set_options(timeout=60_000)  # a machine may have other things to do
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"] if root else []
        )  # Chromium refuses its sandbox to root
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, site: Path) -> Iterator[Open]:
    contexts = []

    def opened(name: str = "report", width: int = 1280, *, anchor: str = "", **settings: object) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", **settings
        )
        contexts.append(context)
        page = context.new_page()
        page.goto((site / PAGES[name]).as_uri() + anchor)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def sheets(browser: Browser, site: Path) -> dict[bool, list[str]]:
    """The text of each printed page of the report, by whether its code is shown; printed by a reader in the dark."""
    texts = {}
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto((site / PAGES["report"]).as_uri())
    for code in (False, True):
        page.set_checked("#show-code", code)
        printed = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
        texts[code] = [characters(sheet.extract_text()) for sheet in printed.pages]
        assert {tuple(round(side) for side in sheet.mediabox[2:]) for sheet in printed.pages} == {(595, 842)}
    context.close()
    return texts


def characters(text: str) -> str:
    """What a sheet says, without spaces: a font draws some characters with the glyphs of radicals and signs."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(str.maketrans("⻚⻢∕", "页马/"))


def current(page: Page) -> Locator:
    return page.locator(".contents a[aria-current]")


def parts(page: Page) -> Locator:
    """The links to the parts of the section of the indicators."""
    return page.locator('.contents li:has(> [href="#indicators"]) li a')


# ---- the page as text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_read_the_quick_way_and_is_small(site: Path, name: str) -> None:
    raw = (site / PAGES[name]).read_bytes()
    assert len(raw) <= LIMIT
    found = quick(raw.decode())
    assert found is not None
    assert found == exact(raw.decode())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_landmarks_and_one_outline(open_page: Open, name: str) -> None:
    page = open_page(name)
    for landmark in ("body > header", "header > nav[aria-label]", "main", "body > footer"):
        expect(page.locator(landmark)).to_have_count(1)
    levels = page.eval_on_selector_all("h1, h2, h3, h4, h5, h6", "all => all.map(e => +e.tagName[1])")
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    contents = page.eval_on_selector_all(
        ".contents a", "all => all.map(a => [a.hash.slice(1), a.textContent])"
    )
    sections = page.eval_on_selector_all("h2[id], h3[id]", "all => all.map(h => [h.id, h.textContent])")
    assert contents == sections


def test_figures_and_tables_are_numbered_in_the_order_of_the_report(open_page: Open) -> None:
    page = open_page()
    for selector, name in (("figcaption", "图"), (":not(.data) > .table caption", "表")):
        texts = page.locator(selector).all_text_contents()
        assert len(texts) > 5
        assert [text.partition("　")[0] for text in texts] == [f"{name}{n + 1}" for n in range(len(texts))]
    behind = page.locator(".data caption").all_text_contents()
    assert len(behind) > 5
    assert not any(re.match(r"表\d", text) for text in behind)


# ---- accessibility ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "width"), [("report", 1280), ("report", 360), ("validation", 360), ("indicators", 360)]
)
def test_axe_finds_nothing_with_everything_unfolded(
    open_page: Open, name: str, scheme: str, width: int
) -> None:
    page = open_page(name, width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    page.check("#show-code")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_only_tables_wider_than_their_place_are_stops_for_the_keyboard(open_page: Open) -> None:
    wide = "all => all.filter(t => t.checkVisibility() && t.scrollWidth > t.clientWidth).length"
    for width in (1280, 360):
        page = open_page("report", width)
        page.wait_for_function("document.querySelectorAll('.table:not([tabindex])').length > 0")
        count = page.eval_on_selector_all(".table", wide)
        expect(page.locator('.table[tabindex="0"]:visible')).to_have_count(count)
        assert (count > 0) == (width == 360)
    without = open_page("report", 360, java_script_enabled=False)
    expect(without.locator(".table:not([tabindex])")).to_have_count(0)


# ---- the table of contents --------------------------------------------------------------------------------------


def test_contents_follow_the_reader_down_and_up(open_page: Open) -> None:
    page = open_page()
    expect(current(page)).to_have_count(0)
    expect(parts(page).first).to_be_hidden()
    page.evaluate("document.getElementById('indicators').scrollIntoView()")
    expect(current(page)).to_have_attribute("href", "#indicators")
    expect(parts(page).first).to_be_visible()
    page.evaluate("document.querySelector('[id^=indicator-]').scrollIntoView()")
    expect(current(page)).to_have_attribute("href", re.compile("^#indicator-"))
    page.evaluate("document.getElementById('measures').scrollIntoView()")
    expect(current(page)).to_have_attribute("href", "#measures")
    expect(parts(page).first).to_be_hidden()
    page.evaluate("document.getElementById('tasks').scrollIntoView()")
    expect(current(page)).to_have_attribute("href", "#tasks")
    page.evaluate("scrollTo(0, 0)")
    expect(current(page)).to_have_count(0)


def test_a_deep_link_opens_with_its_section_marked(open_page: Open) -> None:
    page = open_page(anchor="#sensitivity")
    expect(current(page)).to_have_attribute("href", "#sensitivity")
    expect(current(page)).to_be_in_viewport()


def test_on_a_phone_the_contents_fold_to_a_line_that_stays(open_page: Open) -> None:
    page = open_page("report", 390)
    summary, link = page.locator(".contents summary"), page.locator('.contents [href="#tasks"]')
    expect(link).to_be_hidden()
    page.evaluate("document.getElementById('indicators').scrollIntoView()")
    expect(summary).to_be_in_viewport()
    summary.focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    page.keyboard.press("Enter")
    link.click()
    expect(link).to_be_hidden()
    heading = page.locator("h2#tasks")
    expect(heading).to_be_in_viewport()
    box, bar = heading.bounding_box(), summary.bounding_box()
    assert box is not None and bar is not None and box["y"] >= bar["y"] + bar["height"]


@pytest.mark.parametrize("width", [390, 1280])
def test_without_script_all_contents_are_open(open_page: Open, width: int) -> None:
    page = open_page("report", width, java_script_enabled=False)
    for link in page.locator(".contents a").all():
        expect(link).to_be_visible()


# ---- the code ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False])
def test_code_shows_and_hides_by_keyboard_with_and_without_script(open_page: Open, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    code = page.locator(".code")
    assert code.count() > 10
    expect(page.locator(".code:visible")).to_have_count(0)
    page.get_by_label("显示代码").focus()
    page.keyboard.press("Space")
    expect(page.locator(".code:visible")).to_have_count(code.count())
    assert 'plan = "mawei"' in code.first.inner_text()
    page.keyboard.press("Space")
    expect(page.locator(".code:visible")).to_have_count(0)


# ---- on paper ---------------------------------------------------------------------------------------------------


def test_printed_pages_have_their_number_and_from_the_second_the_title(sheets: dict[bool, list[str]]) -> None:
    texts = sheets[False]
    title = "马尾区“十四五”应急管理专项规划实施情况中期评估报告"
    assert len(texts) > 10
    for number, text in enumerate(texts, start=1):
        assert f"第{number}页/共{len(texts)}页" in text
        assert text.count(title) >= 1
    # On the first page the title stands once, as the heading, and in its own size.
    assert texts[0].count(title) == 1


def test_paper_has_what_is_folded_and_nothing_to_click(sheets: dict[bool, list[str]]) -> None:
    text = "".join(sheets[False])
    assert "所用统计数据" in text  # folded on screen
    for word in ("显示代码", "跳到正文", "回到页首", "全部报告", "ipynb", "图中数据"):
        assert word not in text


def test_code_is_printed_when_it_is_shown(sheets: dict[bool, list[str]]) -> None:
    assert "open_workspace" not in "".join(sheets[False])
    assert "open_workspace" in "".join(sheets[True])


def test_a_table_over_several_sheets_repeats_its_head(sheets: dict[bool, list[str]]) -> None:
    head = "公布时间核对来源"
    assert sum(head in text for text in sheets[False]) >= 3


def test_the_dark_is_for_screens(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    background = "getComputedStyle(document.querySelector('main')).backgroundColor"
    assert page.evaluate(background) != "rgb(255, 255, 255)"
    page.emulate_media(media="print")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
