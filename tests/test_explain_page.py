"""The derivations on a report's page: reached from the numbers, folded away, readable on a phone and by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import chromium
from playwright.sync_api import Browser, Page, expect
from published import published, report_files
from pypdf import PdfReader

from planeval.model.evaluation import Evaluation, Kind

pytestmark = pytest.mark.browser
RATE = "derivation-deaths_per_100m_gdp"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return (published(tmp_path_factory.mktemp("derivations")) / "index.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def opened(browser: Browser, address: str, width: int = 1280, **settings: object) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}, **settings).new_page()
    page.goto(address)
    return page


def test_every_number_of_the_tables_leads_to_its_derivation() -> None:
    page = report_files("mawei", Kind.MIDTERM)["index.html"].decode("utf-8")
    evaluation = Evaluation.model_validate_json(report_files("mawei", Kind.MIDTERM)["evaluation.json"])
    for own in evaluation.indicators + evaluation.sub_targets:
        assert page.count(f' id="derivation-{own.id}"') == 1
        given = [v for v in own.values if v.year >= evaluation.period_start and v.value is not None]
        # Every year with a value, the base, the target and the verdict.
        assert page.count(f'href="#derivation-{own.id}"') >= len(given) + (own.base is not None) + 2


def test_following_a_number_opens_its_derivation(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    place = page.locator(f"#{RATE}")
    expect(place).not_to_have_attribute("open", "")
    page.locator(f'td a[href="#{RATE}"]').nth(3).click()
    expect(place).to_have_attribute("open", "")
    expect(place.get_by_text("2 人 ÷ 549.4 亿元 = 0.00364033491081…人/亿元")).to_be_in_viewport()


def test_without_scripts_the_link_leads_there_all_the_same(browser: Browser, address: str) -> None:
    page = opened(browser, address, java_script_enabled=False)
    page.locator(f'td a[href="#{RATE}"]').nth(3).click()
    summary = page.locator(f"#{RATE} summary")
    expect(summary).to_be_in_viewport()
    summary.click()
    expect(page.locator(f"#{RATE}").get_by_text("完成进度与时间进度之比").first).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_all_of_them_open_fit_the_page_and_everybody(browser: Browser, address: str, width: int) -> None:
    page = opened(browser, address, width)
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == []


def test_on_paper_only_those_are_read_that_the_reader_opened(browser: Browser, address: str) -> None:
    page = opened(browser, address)

    def printed() -> str:
        return "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf())).pages)

    assert "÷ 549.4" not in printed()
    page.evaluate(f"document.getElementById('{RATE}').open = true")
    assert "÷ 549.4" in printed()
