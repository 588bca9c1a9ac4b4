"""What a page asks of other places and which ids it gives: the quick reader agrees with Python's HTML parser."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planeval.render.scan import exact, quick, scan

RAW = ("style", "STYLE", "script", "title", "textarea", "noscript", "iframe", "plaintext")
NAMES = st.sampled_from(
    (
        "p",
        "P",
        "h2",
        "H2",
        "h2x",
        "h3",
        "H3",
        "h3x",
        "a",
        "img",
        "link",
        "use",
        "svg",
        "meta",
        "br",
        "td",
        "base",
        "x-y",
        "2",
        *RAW,
    )
)
ATTRIBUTES = st.sampled_from(
    [
        "id",
        "ID",
        "src",
        "SRC",
        "srcset",
        "href",
        "xlink:href",
        "style",
        "fill",
        "content",
        "data",
        "title",
        "id=",
    ]
)
VALUES = st.sampled_from(
    """

a
b
#a
x.png
https://example.org/x
//example.org
\\\\example.org
data:,
a.png 1x, https://example.org/x 2x
url(https://example.org)
url(#a)
@import 'x'
5;url=//x.org
&amp;
&#104;ttps://x
a id=
 src=
a>b
a<b
</style>
'
/
甲 乙""".splitlines()
) | st.just("ht\ntps://x")
QUOTES = st.sampled_from(['"{}"', "'{}'", "{}", '"{}', '" {} "'])


@st.composite
def attributes(draw: st.DrawFn) -> str:
    name, value = draw(ATTRIBUTES), draw(VALUES)
    space = draw(st.sampled_from([*" " * 6, "", "  ", "\n", "/"]))
    form = draw(st.sampled_from([*["{0}={1}"] * 6, "{0}", "{0} = {1}", "{0}={1}{0}={1}"]))
    return space + form.format(name, draw(QUOTES).format(value))


@st.composite
def tags(draw: st.DrawFn) -> str:
    inner = "".join(draw(st.lists(attributes(), max_size=3)))
    end = draw(st.sampled_from([*">" * 6, "/>", " />", "", " >", ">>"]))
    return f"<{draw(NAMES)}{inner}{end}"


PLAIN = st.sampled_from(
    """<h2 id="a">甲</h2>
<h2 id="b">甲 &amp; 乙</h2>
<h2>丙</h2>
<h2 id="c"><b>丁</b></h2>
<h3 id="d">戊 &lt; 己</h3>
<h3>庚</h3>
<h3 id="e"><a href="#a">辛</a></h3>
<p id="a">x</p>
<img src="https://example.org/x.png">
<p style="background:url(https://example.org)">
<td>1<td>2
<style>a{b:url(//x.org)}</style>
<title>x</title>
<script>if (a < b && c) {}</script>
<b class="x y">""".splitlines()
)
ODD = st.sampled_from(
    """
<!--
-->
<!DOCTYPE html>
<![CDATA[
]]>
<?x?>
</h2>
</h3>
</H3>
<h3 id="f">
</style>
</script>
</p x>
</>
<
>
&
&lt;
<h2 id='z'>
</h2
<script>'</scr'</script>
<script><!--</script>
<style>
甲""".splitlines()
)
ENDS = NAMES.map("</{}>".format)
PAGES = st.lists(PLAIN | tags() | ODD | ENDS | st.text("<>\"'= /ah2!-", max_size=4)).map("".join)


@st.composite
def nearly_plain(draw: st.DrawFn) -> str:
    """Plain pages with one odd thing in the middle."""
    before, after = (draw(st.lists(PLAIN | st.text("甲 x", max_size=3), max_size=3)) for _ in range(2))
    return "".join([*before, draw(tags() | ODD), *after])


@given(PAGES | nearly_plain())
@example('<img title="<style>" src="https://example.org"><b title="</style>">')
@example("<p ID><p ID>")
@example('<a title="a id=" id="b">')
@example('<img src="a" SRC="https://example.org">')
@example("<h2 id=a>x")
@example('<h2 id="a">x<h2 id="b">y</h2>')
@example('<h3 id="a">x</H3>')
@example('<h3 id="a">x')
@example('<h3 id="a"/>x</h3>')
@example('<h3 id="a">x<h2 id="b">y</h2>')
@example('<h2 id="a">x<h3 id="b">y</h3></h2>')
@example('<h3 id="a">x<i>y</i></h3><h3 id="b">z</p></h3>')
@example('<h2x id="a">x</h2>')
@example('<h3x id="a">x</h3>')
@example("<script>x</SCRIPT><img src='https://example.org'></script>")
@example('<p title="a > b"><img src="//x">')
def test_the_quick_reader_finds_what_the_parser_finds_or_gives_up(html):
    found = quick(html)
    assert found is None or found == exact(html)


def test_the_quick_reader_reads_pages_of_the_plain_form():
    html = (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>甲</title><style>a>b{c:url(#d)}</style>'
        '</head><body id="top"><h2 id="a">甲 &amp; 乙</h2><table><tr><td class="x">1<td>2</table><br/>'
        '<svg viewBox="0 0 1 1"><path d="M0 0h1" fill="none" /></svg><details open><a href="https://example.org/">x</a>'
        "</details><script>for (let i = 0; i < 3; i++) {}</script></body></html>\n"
    )
    found = quick(html)
    assert found is not None and found == exact(html)
    assert found.headings == [(2, "a", "甲 & 乙")]
    assert set(found.ids) == {"top", "a"} and found.requests == set()


REQUESTS = [
    '<img src="https://example.org/x.png">',
    "<img src=https://example.org/x.png>",
    "<IMG SRC='https://example.org/x.png'>",
    '<img src="&#104;ttps://example.org/x.png">',
    '<img src="\\\\example.org/x.png">',
    '<img src="/\\example.org/x.png">',
    '<img src=" ht\ntps://example.org/x.png">',
    '<img srcset="x.png 1x, https://example.org/x.png 2x">',
    '<a href="x"><img src="//example.org/x.png"></a>',
    '<p title="a>b"><img src="//example.org/x.png">',
    '<!-- x --><img src="//example.org/x.png">',
    '<script src="//example.org/x.js"></script>',
    '<link rel="preload" as="image" imagesrcset="https://example.org/x.png">',
    '<object data="https://example.org/x"></object>',
    '<base href="https://example.org/">',
    '<meta http-equiv="refresh" content="0; url=https://example.org/">',
    '<svg><use href="https://example.org/x.svg#a"></use></svg>',
    '<svg><image xlink:href="https://example.org/x.png"></image></svg>',
    '<svg><rect fill="url(https://example.org/x.svg#a)"></rect></svg>',
    '<svg><textPath href="https://example.org/x.svg#a"></textPath></svg>',
    "<style>@import 'https://example.org/x.css';</style>",
    "<style>p{background:url(https://example.org/x.png",
    "<style>p{background:image-set('https://example.org/x.png' 1x)}</style>",
    "<style>p{background:\\75rl(https://example.org/x.png)}</style>",
    '<style media="print">p{background:url(https://example.org/x.png)}</style>',
    "<p style=\"background: URL( 'https://example.org/x.png' )\">",
]


@pytest.mark.parametrize("html", REQUESTS)
@pytest.mark.parametrize("frame", ["{}", "<p>x</p>\n{}<p>x</p>", "<!-- x -->{}"])
def test_a_request_to_another_place_is_found(html, frame):
    found = scan(frame.format(html))
    assert any("example.org" in request for request in found.requests)


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org/">x</a>',
        '<svg><a href="https://example.org/">x</a></svg>',
        '<img src="data:image/png;base64,AAAA">',
        '<img srcset="data:image/png;base64,AAAA 1x">',
        '<link rel="icon" href="data:,">',
        '<use href="#a"></use><rect fill="url(#b)"></rect>',
        "<style>p{background:url(data:image/png;base64,AAAA)}</style>",
        "<p>@import url(https://example.org/)</p>",
        '<p title="https://example.org/">x</p>',
        '<meta name="description" content="截至2023年；见 https://example.org/">',
        "<!-- <img src='https://example.org/'> -->",
        '<img src="charts/x.png" alt="x">',
    ],
)
def test_what_nobody_fetches_unasked_is_no_request(html):
    assert scan(html).requests == set()


def test_ids_are_counted_and_headings_listed_in_order():
    html = '<h2 id="b">乙</h2><p id="a"></p><p id="a"></p><h2>无</h2><h2 id="c"><b>丙</b>丁</h2><h3 id="d">戊</h3>'
    found = scan(html)
    assert found.ids == {"a": 2, "b": 1, "c": 1, "d": 1}
    assert found.headings == [(2, "b", "乙"), (2, "c", "丙丁"), (3, "d", "戊")]


@pytest.mark.parametrize("reader", [quick, exact])
def test_a_third_level_heading_is_listed_when_it_is_plain_text(reader):
    # A list of thousands of places has headings that are links: they must not cost the page the quick way.
    found = reader('<h3 id="a">甲</h3><h3 id="b"><a href="x">乙</a></h3><h3>丙</h3><h4 id="c">丁</h4>')
    assert found is not None
    assert found.headings == [(3, "a", "甲")]
