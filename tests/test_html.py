"""From an executed notebook to a page."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser

import nbformat
import pytest
from report_samples import indicator, mean_indicator

from planeval.messages import speaking
from planeval.render.html import RenderError, check_page, notebook_to_html
from planeval.render.scan import exact, quick
from planeval.report.blocks import Block, Figures, Heading, Link, Paragraph, Section, Table
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


def hidden_by_the_switch(html: str) -> list[str]:
    """The code on the page: all that the switch shows."""
    return [
        unescape(text) for text in re.findall(r'<pre class="code"><code>(.*?)</code></pre>', html, re.DOTALL)
    ]


def test_guides_and_what_hidden_cells_show_are_not_on_the_page():
    html = notebook_to_html(sample(), TITLE)
    for hidden in ("使用说明", "给分析人员看", "注入的参数"):
        assert hidden not in html


def test_code_of_every_cell_stands_behind_the_switch_in_order():
    own = sample()
    own.cells.append(code(html_output("<p>结果</p>"), tags=["guide"], source='result("<b>", x & y)'))
    html = notebook_to_html(own, TITLE)
    shown_by_switch = hidden_by_the_switch(html)
    assert shown_by_switch == ["plan = 'x'", *["secret_code()"] * 3, 'result("<b>", x & y)']
    assert "secret_code" not in re.sub(r"<pre class=.code.>.*?</pre>", "", html, flags=re.DOTALL)
    assert '<input type="checkbox" id="show-code"><label for="show-code">显示代码</label>' in html


def test_switch_and_code_are_neighbours_so_that_it_works_without_script():
    # ``#show-code:checked ~ .code`` reaches the elements after the switch with the same parent, and no others.
    html = notebook_to_html(sample(), TITLE)
    main = html.partition('<main id="main"')[2].partition("</main>")[0].partition(">")[2]
    depth, before = 0, []
    for tag in re.finditer(r"<(/?)([a-z0-9]+)([^>]*)>", re.sub(r"<svg.*?</svg>", "", main, flags=re.DOTALL)):
        if depth == 0 and ("show-code" in tag[3] or 'class="code"' in tag[3]):
            before.append(tag[2])
        if tag[2] not in ("input", "br", "tr", "th", "td", "thead", "tbody"):
            depth += -1 if tag[1] else 1
    assert before == ["input", "label", *["pre"] * 4]


def test_page_without_code_has_no_switch():
    assert 'show-code"' not in notebook_to_html(notebook(v4.new_markdown_cell("文字")), TITLE)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('validation = "/home/ab/out/validation.json"', 'validation = "…/validation.json"'),
        (r"data = 'C:\\Users\\ab\\data'", "data = '…/data'"),
        ('data = "data"; rate = a / b; x = "1/2"', 'data = "data"; rate = a / b; x = "1/2"'),
    ],
)
def test_code_on_the_page_does_not_name_the_folders_of_the_machine(source, expected):
    html = notebook_to_html(notebook(code(source=source)), TITLE)
    assert hidden_by_the_switch(html) == [expected]


def test_page_asks_nothing_of_any_host():
    page = Page(html := notebook_to_html(sample(), TITLE, nav=[Link("全部报告", "../../index.html")]))
    assert page.tags.count("script") == 1
    for tag, name, value in page.attributes:
        if name in {"src", "srcset", "href", "xlink:href", "data", "action"}:
            assert not re.match(r"\s*(https?:|//)", value), (tag, name, value)
    assert not re.search(r"@import|url\((?!#)|fetch\(|import\(|XMLHttpRequest", html)
    assert "cdn" not in html.lower()


def test_table_of_contents_lists_the_sections_as_links():
    html = notebook_to_html(sample(), TITLE)
    assert '<a href="#overview">一、评估概述</a>' in html
    assert '<a href="#indicators">二、主要指标 &amp; 图</a>' in html


def test_table_of_contents_lists_the_parts_of_a_section_below_it():
    parts = (Heading(3, "甲 < 乙", "a"), Heading(3, "无标识"), Heading(4, "细节", "d"), Heading(3, "丙", "b"))
    html = notebook_to_html(notebook(shown(Section("one", "一", parts)), shown(Section("two", "二"))), TITLE)
    contents = html.partition('<nav class="contents"')[2].partition("</nav>")[0]
    assert re.findall(r'href="#(\w+)">([^<]*)', contents) == [
        ("one", "一"),
        ("a", "甲 &lt; 乙"),
        ("b", "丙"),
        ("two", "二"),
    ]
    assert re.sub(r"\s|<a.*?</a>|[^<>]*<summary>.*</summary>", "", contents.partition(">")[2]) == (
        "<detailsopen><ol><li><ol><li></li><li></li></ol></li><li></li></ol></details>"
    )


def test_page_without_sections_has_no_table_of_contents():
    html = notebook_to_html(notebook(code(html_output("<p>x</p>"))), TITLE)
    assert "contents" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_figures_and_tables_are_numbered_through_the_page_each_kind_by_itself():
    charts = Figures((indicator_chart(indicator()), indicator_chart(mean_indicator())))
    first, last = (Table(f"表名{n}", ("列",), (("值",),)) for n in "甲乙")
    own = notebook(
        shown(Section("a", "一", (first, charts))), shown(Section("b", "二", (last, charts.items[0])))
    )
    html = notebook_to_html(own, TITLE)
    assert re.findall(r"<figcaption>(图\d+　)", html) == ["图1　", "图2　", "图3　"]
    # The tables behind charts belong to their figures.
    assert re.findall(r"<caption>(表\d+　.*?)<", html) == ["表1　表名甲", "表2　表名乙"]
    assert html.count("<caption>") == 5
    with speaking("en"):
        english = notebook_to_html(own, TITLE)
    assert re.findall(r"<figcaption>(Figure \d\. )", english) == ["Figure 1. ", "Figure 2. ", "Figure 3. "]
    assert "<caption>Table 2. 表名乙<" in english


def test_the_reports_own_files_stand_under_its_title():
    files = [Link("指标 <数据>", "indicators.csv"), Link("马尾区", "../../places/350105/index.html")]
    html = notebook_to_html(sample(), TITLE, files=files)
    under = html.partition("</h1>")[2].partition("</ul>")[0]
    assert '<li><a href="indicators.csv">指标 &lt;数据&gt;</a></li>' in under
    assert '<li><a href="../../places/350105/index.html">马尾区</a></li>' in under
    assert (
        "<ul class=" not in notebook_to_html(sample(), TITLE).partition("</h1>")[2].partition("<section")[0]
    )


def test_navigation_marks_the_page_that_is_open():
    html = notebook_to_html(sample(), TITLE, nav=[Link("全部报告", "../index.html"), Link("数据质量", "")])
    assert '<li><a href="../index.html">全部报告</a></li>' in html
    assert '<li><a aria-current="page">数据质量</a></li>' in html


@pytest.mark.parametrize(
    "title",
    [
        '甲"; } body { display: none } "',
        "</style><script>alert(1)</script>",
        "url(https://example.org/x.png)",
        "@import 'https://example.org/x.css'",
        "反\\斜杠\n换行\t制表",
        "\\75rl(https://example.org)",
    ],
)
def test_any_title_can_run_over_the_printed_pages(title):
    html = notebook_to_html(sample(), title)
    assert html.count("<style>") == html.count("</style>") == 1
    assert html.count("<script>") == 1
    assert f"<h1>{title}</h1>" in unescape(html)
    assert quick(html) is not None


def test_a_page_in_english_has_english_words():
    with speaking("en"):
        html = notebook_to_html(sample(), "Mid-term evaluation")
    assert '<html lang="en">' in html
    chrome = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    for word in ("Contents", "Show code", "Skip to content", "Back to top"):
        assert word in chrome
    for word in ("目录", "显示代码", "回到页首", "第 "):
        assert word not in chrome
    assert '@bottom-center{content:"Page " counter(page) " of " counter(pages)}' in html


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
    notebook_to_html(sample(), "另一份", description="说明", nav=nav, files=nav, footer=["页脚"])
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
    assert [heading.id for heading in found.headings] == ["overview", "indicators"]


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
