"""What comes from data is text wherever it is shown: markup, quotes and formulas in names, notes and titles; the real
pipeline, its pages in a real browser."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import openpyxl
import pytest
from chromium import chromium
from command_run import pipeline
from conftest import ROOT
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SCRIPT = """<script>alert(1)</script><img src=x onerror=alert(2)>"'&amp;</main>"""
FORMULA = "=cmd|' /C calc'!A1"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of data whose names and notes are an attack; in HTML and as Word files."""
    folder = tmp_path_factory.mktemp("hostile")
    data, out = Path(shutil.copytree(ROOT / "data", folder / "data")), folder / "reports"

    def rewrite(name: str, change: Callable[[int, dict[str, str]], None]) -> None:
        path = data / name
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for number, row in enumerate(rows):
            change(number, row)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def places(_: int, row: dict[str, str]) -> None:
        if row["region_code"] == "350105":
            row["name"], row["name_en"] = f"马尾区{SCRIPT}", f"Mawei {SCRIPT}"
        if row["region_code"] == "350102":
            row["name"] = row["name_en"] = FORMULA

    def sources(number: int, row: dict[str, str]) -> None:
        row["source"] = f"{FORMULA}，来源" if number % 2 else f"来源{SCRIPT}"

    def evidence(number: int, row: dict[str, str]) -> None:
        row["evidence"] = FORMULA if number % 2 else f"证据{SCRIPT}"
        row["source"] = f"台账{SCRIPT}"

    rewrite("regions.csv", places)
    for plan in ("mawei", "gulou"):
        rewrite(f"observations/{plan}.csv", sources)
        rewrite(f"progress/{plan}.csv", evidence)
    plan = data / "plans/mawei.yaml"
    lines = plan.read_text(encoding="utf-8").splitlines()
    quoted = SCRIPT.replace("'", "''")
    titles = ("title:", "title_en:", "short_title:", "short_title_en:", "source:", "source_en:")
    plan.write_text(
        "\n".join(
            f"{line.split(':')[0]}: '规划{quoted}'" if line.startswith(titles) else line for line in lines
        ),
        encoding="utf-8",
    )
    words = ["run", "--data", str(data), "--out", str(out), "--format", "html,docx"]
    done = pipeline(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


HOSTILE_PAGES = [
    "index.html",
    "mawei/midterm/index.html",
    "mawei/final/index.html",
    "gulou/midterm/index.html",
    "places/350105/index.html",
    "places/350102/index.html",
    "compare/accident_deaths/index.html",
    "glossary/index.html",
    "downloads/index.html",
    "validation/index.html",
    "indicators/index.html",
]
SHOW_A_NAME = {
    "index.html": "马尾区<script>",
    "mawei/midterm/index.html": "马尾区<script>",
    "mawei/final/index.html": "证据<script>",
    "gulou/midterm/index.html": FORMULA,
    "places/350105/index.html": "马尾区<script>",
    "places/350102/index.html": FORMULA,
    "compare/accident_deaths/index.html": "马尾区<script>",
}


@pytest.mark.parametrize("name", HOSTILE_PAGES)
def test_markup_in_the_data_is_shown_and_not_carried_out(hostile: Path, tab: Page, name: str) -> None:
    dialogs: list[str] = []
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda request: asked.append(request.url))
    address = (hostile / name).as_uri()
    tab.goto(address)
    tab.wait_for_load_state("networkidle")
    assert dialogs == [] and asked == [address]
    assert tab.locator("main").count() == 1 and tab.locator("footer.site").count() == 1
    assert tab.locator("img[src='x'], [onerror]").count() == 0
    assert tab.eval_on_selector_all("script", "all => all.filter(s => s.text === 'alert(1)').length") == 0
    text = tab.locator("html").evaluate(
        "e => e.textContent + [...e.querySelectorAll('[aria-label]')].map(x => x.ariaLabel)"
    )
    if name in SHOW_A_NAME:
        assert SHOW_A_NAME[name] in text
    # Shown as it is in the data: not escaped twice.
    assert "&lt;script" not in text and "&amp;amp;" not in text


def test_the_search_of_the_index_finds_a_place_by_its_odd_name_and_shows_it_as_text(
    hostile: Path, tab: Page
) -> None:
    dialogs: list[str] = []
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.goto((hostile / "index.html").as_uri())
    box = tab.locator("input[type=search]")
    box.fill("马尾区<script>")
    tab.wait_for_timeout(300)
    assert dialogs == []
    assert tab.get_by_text("马尾区<script>alert(1)</script>").first.is_visible()


def test_a_formula_in_the_data_is_text_in_every_csv_file(hostile: Path) -> None:
    seen = 0
    for path in sorted(hostile.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    seen += "cmd|" in cell
                    assert not re.match(r"[=@\t\r]|[+-](?![\d.])", cell), f"{path.name}: {cell}"
    assert seen


def test_a_formula_in_the_data_is_text_in_the_workbook(hostile: Path) -> None:
    seen = 0
    (path,) = hostile.rglob("*.xlsx")
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title}: {cell.coordinate}"
                seen += "cmd|" in str(cell.value)
    assert seen


def test_markup_and_formulas_are_text_in_the_word_file(hostile: Path) -> None:
    found = ""
    for path in (hostile / "mawei/midterm/report.docx", hostile / "gulou/midterm/report.docx"):
        document = docx.Document(str(path))
        found += "\n".join(
            node.text or "" for node in document.element.iter() if str(node.tag).endswith("}t")
        )
        assert not [
            n
            for n in document.element.iter()
            if str(n.tag).endswith(("}instrText",)) and "cmd" in (n.text or "")
        ]
    assert "<script>alert(1)</script>" in found and "cmd|" in found


def test_what_is_made_of_hostile_data_can_be_published(hostile: Path, tmp_path: Path) -> None:
    words = [sys.executable, "pipeline.py", "publish", "--out", str(hostile), "--to", str(tmp_path / "site")]
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
