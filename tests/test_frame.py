"""What the pages of the site have in common: links between them, files beside them, contents and numbers on demand."""

from __future__ import annotations

import pytest

from planeval.messages import speaking
from planeval.render.page import RenderError, finished
from planeval.report.blocks import Link
from planeval.site.frame import PAGES, environment, files_beside, navigation, relative

HTML = (
    '<!DOCTYPE html>\n<html><body><main id="main"><h2 id="a">甲</h2><h3 id="b">乙</h3>'
    "<figure><figcaption>图题</figcaption></figure>"
    '<details class="data"><table><caption>图中数据</caption></table></details>'
    "<table><caption>表题</caption></table></main></body></html>"
)


def test_navigation_leads_from_any_page_to_every_other_and_marks_its_own():
    links = navigation("mawei/midterm/index.html")
    assert [link.href for link in links] == [f"../../{path}" for path in PAGES.values()]
    own = [link.href for link in navigation("method/index.html")]
    assert own.count("") == 1
    assert "../index.html" in own and "../compare/index.html" in own
    assert relative("index.html", "index.html") == "index.html"


def test_files_under_a_title_are_those_that_were_made_the_place_first():
    names = ["report.ipynb", "evaluation.json", "indicators.csv"]
    files = files_beside("mawei/final/index.html", names, "350105")
    assert files[0] == Link("该地区的全部报告", "../../places/350105/index.html")
    assert [link.href for link in files[1:]] == ["evaluation.json", "indicators.csv", "report.ipynb"]
    with_office = files_beside("mawei/final/index.html", [*names, "report.docx", "report.pdf"], "350105")
    assert [link.href for link in with_office[1:3]] == ["report.docx", "report.pdf"]
    with speaking("en"):
        assert files_beside("x/index.html", ["report.docx"])[0].text == "Word document"


def test_contents_and_numbers_come_only_to_pages_that_want_them():
    assert finished(HTML, environment(), contents=False, numbered=False) == HTML
    listed = finished(HTML, environment(), contents=True, numbered=False)
    assert listed.index('<nav class="contents"') < listed.index('<main id="main"')
    assert '<a href="#a">甲</a>' in listed and '<a href="#b">乙</a>' in listed
    assert "<figcaption>图题" in listed
    numbered = finished(HTML, environment(), contents=False, numbered=True)
    assert numbered == HTML.replace("图题", "图1　图题").replace("表题", "表1　表题")


def test_a_page_that_would_fetch_something_is_refused():
    page = HTML.replace("图题", '<img src="https://example.org/x.png">')
    with pytest.raises(RenderError, match=r"example\.org"):
        finished(page, environment(), contents=False, numbered=False)
