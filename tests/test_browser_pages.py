"""Every type of page of the site, as a reader meets it: on a wide screen, on a phone, in the dark, without JavaScript,
by keyboard alone, and on paper. The site is made from the shipped data, in both languages."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlparse

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import chromium
from command_run import pipeline
from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

# Every type of page, and one page of it. A type that is not made fails its tests.
PAGES = {
    "index": "index.html",
    "midterm": "mawei/midterm/index.html",
    "final": "gulou/final/index.html",
    "national": "national/midterm/index.html",
    "place": "places/350105/index.html",
    "comparisons": "compare/index.html",
    "comparison": "compare/deaths_per_100m_gdp/index.html",
    "method": "method/index.html",
    "glossary": "glossary/index.html",
    "downloads": "downloads/index.html",
    "validation": "validation/index.html",
    "indicators": "indicators/index.html",
    "english index": "en/index.html",
    "english report": "en/mawei/final/index.html",
    "english place": "en/places/350102/index.html",
    "english comparison": "en/compare/deaths_per_100k_population/index.html",
}
REPORTS = ("midterm", "final", "national", "english report")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]
A4 = (595, 842)  # points
# What a script may add to or take from a page: controls, and the contents that it folds.
CONTROLS = "form, nav, [hidden]"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the shipped data in both languages, published: what readers get."""
    folder = tmp_path_factory.mktemp("site")
    out = folder / "reports"
    for words in (
        ["run", "--out", str(out)],
        ["run", "--lang", "en", "--out", str(out / "en")],
        ["site", "--out", str(out)],
        ["publish", "--out", str(out), "--to", str(folder / "published")],
    ):
        done = pipeline(*words)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "published"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield opened
    opened.close()


@pytest.fixture
def tab(context: BrowserContext) -> Page:
    return context.new_page()


def test_the_site_has_every_type_of_page_and_no_other(site: Path) -> None:
    def kind(name: str) -> str:
        parts = name.split("/")
        own = [part for part in parts if part not in ("en", "index.html")]
        if len(own) < 2:
            return "/".join(own)
        return own[0] if own[0] in ("places", "compare") else own[1]

    found = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert set(PAGES.values()) <= found
    types = {kind(name) for name in found}
    assert types == {kind(name) for name in PAGES.values()}


# ---- what a page does -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_no_request_leaves_the_pages_folder_and_the_console_stays_empty(
    site: Path, tab: Page, name: str
) -> None:
    address = (site / PAGES[name]).as_uri()
    folder = address.rpartition("/")[0] + "/"
    asked: list[str] = []
    said: list[str] = []

    def answer(route: object) -> None:
        url = route.request.url  # type: ignore[attr-defined]
        asked.append(url)
        route.continue_() if url.startswith(folder) else route.abort()  # type: ignore[attr-defined]

    tab.route("**/*", answer)
    tab.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(address)
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    tab.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith(folder) and not url.startswith("data:")] == []
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible(site: Path, tab: Page, name: str, scheme: str) -> None:
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.goto((site / PAGES[name]).as_uri())
    # What is folded is read too.
    tab.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    if tab.locator("#show-code").count():
        tab.check("#show-code")
    found = Axe().run(
        tab, options={"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    )
    wrong = [
        (rule["id"], node["html"][:200], node.get("failureSummary", "")[:300])
        for rule in found.response["violations"]
        for node in rule["nodes"][:3]
    ]
    assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_its_language_and_has_one_heading_and_one_main_part(
    site: Path, tab: Page, name: str
) -> None:
    tab.goto((site / PAGES[name]).as_uri())
    assert tab.locator("html").get_attribute("lang") == ("en" if name.startswith("english") else "zh-CN")
    for part in ("h1", "main", "header", "nav:first-of-type", "footer"):
        assert tab.locator(part).count() >= 1, part
    assert tab.locator("h1").count() == tab.locator("main").count() == 1
    assert tab.title().strip()


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_is_told_in_words(site: Path, tab: Page, name: str) -> None:
    tab.goto((site / PAGES[name]).as_uri())
    pictures = tab.evaluate(
        """() => [...document.querySelectorAll("img, svg, [role=img]")]
            .filter(e => !e.parentElement.closest("svg, [aria-hidden=true]"))
            .filter(e => e.getAttribute("aria-hidden") !== "true")
            .map(e => ({
                role: e.getAttribute("role") || e.localName,
                chart: e.localName === "svg" && !!e.closest("figure"),
                text: e.getAttribute("aria-label") || e.getAttribute("alt")
                    || (e.getAttribute("aria-labelledby") || "").split(/\\s+/).filter(Boolean)
                        .map(id => document.getElementById(id)?.textContent || "").join(" "),
            }))"""
    )
    for picture in pictures:
        assert picture["role"] == "img", picture
        assert len(picture["text"].strip()) >= 2, picture
        if picture["chart"]:
            assert re.search(r"\d", picture["text"]) and len(picture["text"]) >= 20, picture
    charts = sum(picture["chart"] for picture in pictures)
    figures = tab.locator("figure:has(svg)")
    assert charts >= figures.count()
    assert tab.locator("figure:has(svg) figcaption").count() >= figures.count()
    if name in (*REPORTS, "comparison", "english comparison"):
        assert charts
    # Names and captions are not only signs that a reader of the other language would stumble on.
    if name.startswith("english"):
        assert not [picture for picture in pictures if re.search("[\u4e00-\u9fff]", picture["text"])]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_never_scrolls_sideways(site: Path, tab: Page, name: str) -> None:
    tab.goto((site / PAGES[name]).as_uri())
    for width in (1280, 768, 390, 360):
        tab.set_viewport_size({"width": width, "height": 800})
        tab.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_complete_without_javascript(site: Path, browser: Browser, name: str) -> None:
    """All text that there is with its script is there without it, and nothing of it is hidden for good."""
    address = (site / PAGES[name]).as_uri()
    read = f"""() => {{
        const main = document.querySelector("main").cloneNode(true);
        for (const part of main.querySelectorAll("script, style, {CONTROLS}")) part.remove();
        return main.textContent.split(/\\s+/).filter(Boolean);
    }}"""
    words = {}
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(address)
        # Playwright's own evaluation works in either.
        words[scripts] = page.evaluate(read)
        if not scripts:
            assert page.locator("main h2[hidden], main table[hidden], main section[hidden]").count() == 0
            assert page.locator("main h1").is_visible()
            for heading in page.locator("main h2").all():
                assert heading.is_visible(), heading.text_content()
        context.close()
    assert Counter(words[True]) - Counter(words[False]) == Counter()


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(site: Path, tab: Page, name: str) -> None:
    tab.goto((site / PAGES[name]).as_uri())
    targets = tab.eval_on_selector_all(
        "a[href]", "links => links.map(a => new URL(a.getAttribute('href'), a.baseURI).href)"
    )
    assert targets
    elsewhere: dict[Path, set[str]] = {}
    for target in targets:
        parsed = urlparse(target)
        if parsed.scheme in ("http", "https", "mailto"):
            continue
        assert parsed.scheme == "file", target
        file = Path(unquote(parsed.path))
        assert file.is_file() and file.is_relative_to(site), target
        if parsed.fragment and "=" not in parsed.fragment:
            elsewhere.setdefault(file, set()).add(unquote(parsed.fragment))
    for file, anchors in elsewhere.items():
        if file.suffix == ".html":
            tab.goto(file.as_uri())
            ids = set(tab.eval_on_selector_all("[id]", "parts => parts.map(part => part.id)"))
            assert anchors <= ids | {"top"}, file


# ---- by keyboard ----------------------------------------------------------------------------------------------------

FOCUS = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return "";
    const style = getComputedStyle(e);
    const seen = (parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none") || style.boxShadow !== "none";
    const id = e.id ? "#" + e.id : "";
    return JSON.stringify([e.localName + id, e.getAttribute("href") || "", seen]);
}"""


def tabbed(tab: Page, most: int) -> list[tuple[str, str, bool]]:
    """What the Tab key reaches, from the top of the page: element, address, whether the focus can be seen."""
    import json

    found: list[tuple[str, str, bool]] = []
    for _ in range(most):
        tab.keyboard.press("Tab")
        where = tab.evaluate(FOCUS)
        if not where:
            break
        element, address, seen = json.loads(where)
        found.append((element, address, seen))
    return found


@pytest.mark.parametrize("name", ["midterm", "english report", "place", "comparison", "method", "glossary"])
def test_the_tab_key_reaches_the_whole_page_and_shows_where_it_is(site: Path, tab: Page, name: str) -> None:
    tab.goto((site / PAGES[name]).as_uri())
    wanted = tab.evaluate(
        """() => [...document.querySelectorAll("a[href], summary, input, select, button")]
            .filter(e => e.checkVisibility({checkVisibilityCSS: true}) && !e.disabled && e.tabIndex >= 0).length"""
    )
    found = tabbed(tab, wanted + 60)
    assert found[0][:2] == ("a", "#main")
    assert (
        len([element for element, _, _ in found if not element.startswith(("div", "pre", "main"))]) >= wanted
    )
    assert [one for one in found if not one[2]] == []


def test_the_skip_link_leads_past_the_navigation(site: Path, tab: Page) -> None:
    tab.goto((site / PAGES["midterm"]).as_uri())
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"


def test_contents_code_and_details_answer_the_keyboard(site: Path, tab: Page) -> None:
    tab.goto((site / PAGES["midterm"]).as_uri())
    link = tab.locator(".contents details > ol > li > a").nth(2)
    target = (link.get_attribute("href") or "")[1:]
    link.focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash.slice(1)") == target
    assert tab.evaluate("id => document.getElementById(id).getBoundingClientRect().top", target) < 300

    code = tab.locator("pre.code").first
    assert not code.is_visible()
    tab.locator("#show-code").focus()
    tab.keyboard.press("Space")
    assert code.is_visible()
    tab.keyboard.press("Space")
    assert not code.is_visible()

    table = tab.locator("figure details table").first
    assert not table.is_visible()
    tab.locator("figure details summary").first.focus()
    tab.keyboard.press("Enter")
    assert table.is_visible()


# ---- on paper -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def paper(site: Path, browser: Browser) -> Callable[[str], pypdf.PdfReader]:
    """The page of a type as the browser prints it."""

    @cache
    def printed(name: str) -> pypdf.PdfReader:
        page = browser.new_page()
        page.goto((site / PAGES[name]).as_uri())
        raw = page.pdf(prefer_css_page_size=True, print_background=True)
        page.close()
        return pypdf.PdfReader(io.BytesIO(raw))

    return printed


def letters(text: str) -> str:
    """Without white space: where a line ends on paper says nothing."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def on_paper(text: str) -> re.Pattern[str]:
    """Finds ``text`` in the text of a PDF, where a character may be told as the radical that has its form (⻢ for 马)."""
    signs = {"/": "[/∕]", "-": "[-‐‑]"}
    return re.compile("".join(signs.get(c, f"(?:{re.escape(c)}|[\u2e80-\u2eff])") for c in letters(text)))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_prints_on_a4_with_title_and_page_numbers_and_without_blank_pages(
    site: Path, tab: Page, paper: Callable[[str], pypdf.PdfReader], name: str
) -> None:
    document = paper(name)
    tab.goto((site / PAGES[name]).as_uri())
    texts = [page.extract_text() for page in document.pages]
    total = len(texts)
    assert 1 <= total <= 60
    for page in document.pages:
        assert abs(float(page.mediabox.width) - A4[0]) < 2 and abs(float(page.mediabox.height) - A4[1]) < 2
    title = on_paper(tab.title())
    wording = "Page {} of {}" if name.startswith("english") else "第{}页／共{}页"
    for number, text in enumerate(map(letters, texts), start=1):
        shown, times = title.subn("", text)
        assert times or number == 1, f"page {number} has no running title"
        shown, times = on_paper(wording.format(number, total)).subn("", shown)
        assert times == 1, f"page {number} has no number: {text[:40]}"
        assert len(shown) > 20, f"page {number} of {total} is blank"


@pytest.mark.parametrize("name", PAGES)
def test_all_headings_are_printed_and_what_is_only_for_the_screen_is_not(
    site: Path, tab: Page, paper: Callable[[str], pypdf.PdfReader], name: str
) -> None:
    text = letters("".join(page.extract_text() for page in paper(name).pages))
    tab.goto((site / PAGES[name]).as_uri())
    tab.emulate_media(media="print")
    for heading in tab.locator("main h2").all():
        if heading.is_visible():
            assert on_paper(heading.inner_text()).search(text), heading.inner_text()
    assert tab.locator("main h1").is_visible()
    for part in ("header.site", ".contents", ".skip", "#show-code"):
        for found in tab.locator(part).all():
            assert not found.is_visible(), part


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_prints_all_its_charts_whole(
    site: Path, tab: Page, paper: Callable[[str], pypdf.PdfReader], name: str
) -> None:
    tab.goto((site / PAGES[name]).as_uri())
    tab.emulate_media(media="print")
    for figure in tab.locator("figure").all():
        assert figure.is_visible()
        box = figure.bounding_box()
        assert box is not None and box["height"] < 1000, "a figure higher than a page is cut in two"
    assert 4 <= len(paper(name).pages) <= 40
