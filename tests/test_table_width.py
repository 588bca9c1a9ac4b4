"""The widest table of a report, that of a final's indicators, fits a desktop's page and a sheet of paper."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from planeval.model.evaluation import Verdict
from planeval.render.page import FOLDER, STYLES, stylesheet
from planeval.report.blocks import Cell, Column, Table
from planeval.report.html import render

pytestmark = pytest.mark.browser

YEARS = range(2021, 2026)
COLUMNS = (
    Column("序号", kind="number"),
    "指标",
    "单位",
    "属性",
    Column("2020年基期", kind="number"),
    *(Column(f"{year}年", kind="number") for year in YEARS),
    Column("年均", kind="number"),
    Column("2025年目标", align="right"),
    Column("进度", kind="number"),
    Column("评价", kind="verdict"),
)
ROW = (
    "7",
    "亿元国内（地区）生产总值生产安全事故死亡率",
    "人次/10万人",
    "预期性",
    "21,242",
    *(Cell("20,739", illustrative=True) for _ in YEARS),
    Cell("7,352", illustrative=True),
    "≤0.00288（下降33%）",
    Cell("-1,598.7%", progress=0.5, expected=1.0),
    Cell(verdict=Verdict.NOT_MET, provisional=True),
)
TABLE = Table("核心指标完成情况", COLUMNS, (ROW, ROW), row_header=1)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    path = os.environ.get("PLANEVAL_CHROMIUM") or "/usr/bin/chromium"
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"] if root else []
        )  # Chromium refuses its sandbox to root
        page = browser.new_page()
        page.set_content(
            f'<!DOCTYPE html><html lang="zh-CN"><meta name="viewport" content="width=device-width"><style>{stylesheet()}'
            '</style><div class="page"><nav class="contents"><p>目录</p></nav><main>'
            f"<section>{render(TABLE)}</section></main></div></html>"
        )
        yield page
        browser.close()


def hidden(page: Page) -> int:
    """Pixels of the table that do not fit its container."""
    return int(page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('.table'))"))


def test_the_stylesheet_of_the_pages_has_the_rules_of_its_source(page):
    source = "".join((FOLDER / name).read_text(encoding="utf-8") for name in STYLES)
    read = """text => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        // Of custom properties and of conditions browsers keep the text, white space included.
        return [...sheet.cssRules].map(rule => rule.cssText.replace(/([,:])\\s+/g, "$1"));
    }"""
    rules = page.evaluate(read, source)
    assert len(rules) > 100
    assert page.evaluate(read, stylesheet()) == rules
    assert len(stylesheet()) < len(source)


def test_table_of_a_final_fits_a_desktop(page):
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert hidden(page) <= 0


def test_table_of_a_final_fits_a_sheet_of_paper(page):
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})  # A4 less the margins: 180 mm
    assert hidden(page) <= 0


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_the_table_scrolls_and_the_page_does_not(page, width):
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": width, "height": 800})
    assert hidden(page) > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
