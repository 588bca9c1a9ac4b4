"""From an executed notebook to a page."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import nbformat
import pytest
from report_samples import indicator, mean_indicator

from planeval.render.html import RenderError, check_page, notebook_to_html
from planeval.render.scan import exact, quick
from planeval.report.blocks import Block, Figures, Link, Paragraph, Section
from planeval.report.charts import indicator_chart

v4 = nbformat.v4
TITLE = "示例区应急管理专项规划中期评估报告"


def html_output(html: str, text: str = "x"):
    return v4.new_output("execute_result", data={"text/html": html, "text/plain": text})


def code(*outputs, tags=(), source="secret_code()"):
    return v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def shown(block: Block):
    return code(html_output(block._repr_html_(), repr(block)))


def notebook(*cells):
    return v4.new_notebook(cells=list(cells))


def sample():
    charts = Figures((indicator_chart(indicator()), indicator_chart(mean_indicator())))
    return notebook(
        v4.new_markdown_cell("# 使用说明\n给分析人员看", metadata={"tags": ["guide"]}),
        code(tags=["parameters"], source="plan = 'x'"),
        code(html_output("<p>注入的参数</p>"), tags=["injected-parameters"]),
        shown(Section("overview", "一、评估概述", (Paragraph("<b>不是标记</b>"),))),
        shown(Section("indicators", "二、主要指标 & 图", (charts,))),
    )


class Page(HTMLParser):
    """Tags, and every address the page names in an attribute a browser fetches from."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def test_page_has_one_title_one_main_and_its_language():
    html = notebook_to_html(sample(), TITLE)
    page = Page(html)
    assert page.tags.count("h1") == 1
    assert f"<h1>{TITLE}</h1>" in html
    assert f"<title>{TITLE}</title>" in html
    assert ("html", "lang", "zh-CN") in page.attributes
    for tag in ("header", "nav", "main", "footer"):
        assert tag in page.tags
    assert ("meta", "content", "width=device-width, initial-scale=1") in page.attributes


def test_code_guides_and_parameters_do_not_show():
    html = notebook_to_html(sample(), TITLE)
    for hidden in ("secret_code", "使用说明", "plan =", "注入的参数"):
        assert hidden not in html


def test_page_asks_nothing_of_any_host():
    page = Page(html := notebook_to_html(sample(), TITLE, nav=[Link("全部报告", "../../index.html")]))
    assert "script" not in page.tags
    for tag, name, value in page.attributes:
        if name in {"src", "srcset", "href", "xlink:href", "data", "action"}:
            assert not re.match(r"\s*(https?:|//)", value), (tag, name, value)
    assert not re.search(r"@import|url\((?!#)", html)
    assert "cdn" not in html.lower()


def test_table_of_contents_lists_the_sections_as_links():
    html = notebook_to_html(sample(), TITLE)
    assert '<a href="#overview">一、评估概述</a>' in html
    assert '<a href="#indicators">二、主要指标 &amp; 图</a>' in html


def test_texts_stay_text_and_svg_keeps_its_case():
    html = notebook_to_html(sample(), TITLE + "<i>")
    assert "&lt;b&gt;不是标记&lt;/b&gt;" in html
    assert "<i>" not in html
    assert html.count('viewBox="0 0 480 310"') == 2


def test_same_notebook_gives_the_same_page():
    assert notebook_to_html(sample(), TITLE) == notebook_to_html(sample(), TITLE)


def test_nothing_of_one_page_is_left_in_the_next():
    first = notebook_to_html(notebook(shown(Section("s", "节"))), TITLE)
    nav = [Link("别处", "elsewhere.html")]
    notebook_to_html(sample(), "另一份", description="说明", nav=nav, footer=["页脚"], language="en")
    assert notebook_to_html(notebook(shown(Section("s", "节"))), TITLE) == first


def test_the_notebook_itself_stays_as_it_was():
    own = sample()
    own.cells.append(
        code(v4.new_output("display_data", data={"application/vnd.x+json": {"a": 1}}), tags=["guide"])
    )
    before = copy.deepcopy(own)
    notebook_to_html(own, TITLE)
    assert own == before


def test_a_page_of_this_package_is_read_the_quick_way():
    html = notebook_to_html(sample(), TITLE, nav=[Link("全部报告", "../../index.html")])
    found = quick(html)
    assert found is not None and found == exact(html)
    assert [i for i, _ in found.headings] == ["overview", "indicators"]


def test_page_without_charts_is_small():
    html = notebook_to_html(notebook(shown(Section("s", "节"))), TITLE)
    assert len(html.encode()) < 30_000


def test_rendering_warns_of_nothing(recwarn):
    notebook_to_html(sample(), TITLE)
    assert [str(w.message) for w in recwarn] == []


def test_headings_of_markdown_cells_stay_below_the_title():
    html = notebook_to_html(notebook(v4.new_markdown_cell("# 第一\n\n## 第二")), TITLE)
    assert Page(html).tags.count("h1") == 1
    assert re.search(r"<h2[^>]*>第一</h2>", html)
    assert re.search(r"<h3[^>]*>第二</h3>", html)


def test_what_a_cell_prints_is_not_lost():
    cell = code(
        v4.new_output("stream", name="stderr", text="\x1b[31m警告<文字>\x1b[0m"),
        v4.new_output("stream", name="stdout", text="打印"),
        v4.new_output("execute_result", data={"text/plain": "只有文字"}),
    )
    html = notebook_to_html(notebook(cell), TITLE)
    assert "警告&lt;文字&gt;" in html
    assert "\x1b" not in html
    assert "打印" in html
    assert "只有文字" in html


def test_what_is_printed_piece_by_piece_stands_in_one_piece():
    pieces = [v4.new_output("stream", name="stdout", text=text) for text in ("一", "二\n", "三")]
    html = notebook_to_html(notebook(code(*pieces)), TITLE)
    assert '<pre class="output">一二\n三</pre>' in html


def test_failed_cell_is_refused_with_its_error():
    error = v4.new_output("error", ename="KeyError", evalue="gdp", traceback=[])
    with pytest.raises(RenderError, match=r"第 2 个单元格.*KeyError：gdp.*→"):
        notebook_to_html(notebook(code(), code(error)), TITLE)


def test_picture_that_would_be_lost_is_refused():
    picture = v4.new_output("display_data", data={"image/png": "AAAA", "text/plain": "<Figure>"})
    with pytest.raises(RenderError, match="image/png"):
        notebook_to_html(notebook(code(picture)), TITLE)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://example.org/x.png">',
        '<script src="//example.org/x.js"></script>',
        '<link rel="stylesheet" href="http://example.org/x.css">',
        "<style>@import 'https://example.org/x.css';</style>",
        '<p style="background: url(https://example.org/x.png)">x</p>',
    ],
)
def test_request_to_another_host_is_refused(html):
    with pytest.raises(RenderError, match=r"example\.org"):
        notebook_to_html(notebook(code(html_output(html))), TITLE)


def test_link_to_another_host_is_no_request():
    check_page('<a href="https://example.org/">来源</a><img src="data:image/png;base64,AAAA">')


def test_anchor_given_twice_is_refused():
    section = Section("same", "节")
    with pytest.raises(RenderError, match="same"):
        notebook_to_html(notebook(shown(section), shown(section)), TITLE)


def test_importing_the_modules_loads_nothing_heavy():
    program = (
        "import sys, planeval.render.html, planeval.report.charts, planeval.site.index\n"
        "heavy = {'matplotlib', 'nbconvert', 'jinja2', 'pandas', 'numpy', 'bs4'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
