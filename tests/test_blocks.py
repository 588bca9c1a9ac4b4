"""The document model, the words of the enumerations, and numbers as readers see them."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import CheckLevel, ItemState, Kind, Verdict
from planeval.model.findings import Severity
from planeval.model.plan import TARGET_KINDS, Attribute
from planeval.model.status import Status
from planeval.report import blocks as b
from planeval.report.html import STATE_SHAPES, VERDICT_SHAPES, render

HOSTILE = "<script>alert('x')</script>&\"马尾区"


@pytest.mark.parametrize(
    ("family", "values"),
    [
        ("verdict", Verdict),
        ("state", ItemState),
        ("attribute", Attribute),
        ("status", Status),
        ("kind", Kind),
        ("check_level", CheckLevel),
        ("severity", Severity),
        ("target_kind", TARGET_KINDS),
    ],
)
def test_every_value_of_every_enumeration_has_its_word(family, values):
    words = [say(f"{family}.{value}") for value in values]
    assert all(words)
    assert len(set(words)) == len(words)


def test_verdicts_and_states_carry_the_official_terms():
    assert [say(f"verdict.{v}") for v in Verdict] == (
        ["提前完成", "快于预期", "符合预期", "滞后", "难以完成", "完成", "未完成", "无法评价"]
    )
    assert [say(f"state.{s}") for s in ItemState] == [
        "已完成",
        "按期推进",
        "滞后",
        "逾期",
        "未启动",
        "无信息",
    ]


def test_shapes_tell_the_verdicts_of_one_report_apart_without_colour():
    assert set(VERDICT_SHAPES) == set(Verdict)
    assert set(STATE_SHAPES) == set(ItemState)
    midterm = ["achieved_early", "ahead", "on_track", "lagging", "off_track", "not_assessable"]
    assert len({VERDICT_SHAPES[Verdict(v)] for v in midterm}) == 6
    assert len({VERDICT_SHAPES[Verdict(v)] for v in ["met", "not_met", "not_assessable"]}) == 3
    assert len(set(STATE_SHAPES.values())) == len(ItemState)


def section_of(text: str) -> b.Section:
    """A section in which ``text`` stands wherever a text can stand."""
    table = b.Table(
        text,
        (b.Column(text), b.Column("值", kind="number"), text),
        (b.RowGroup(text), (b.Cell(text, title=text), b.Cell(None, title=text), text), (text, None, text)),
        notes=(text,),
    )
    return b.Section(
        "s",
        text,
        (
            b.Heading(3, text),
            b.Paragraph(text),
            b.Items((text,)),
            b.Links((b.Link(text, 'a"onclick="x'),), label=text),
            b.Definitions(((text, text),)),
            b.Banner(((text, text),), (b.Callout(text, (text,), "warning"),)),
            b.Callout(text, text),
            b.Tally(((Verdict.LAGGING, 1),), text),
            b.Details(text, (table,)),
            b.Figures((b.Figure("<svg></svg>", text, text, table, notes=(text,)),)),
        ),
    )


def hostile_section() -> b.Section:
    return section_of(HOSTILE)


class Structure(HTMLParser):
    """Tags with the names of their attributes but ``class``, and all texts: of elements and of attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs if name != "class")))
        self.texts += (value or "" for name, value in attrs if name != "class")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


PLAIN = Structure(section_of("字")._repr_html_())


@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Zl", "Zp"]) | st.sampled_from("<>&\"'/= x;#-!"), min_size=1
    )
)
@example(HOSTILE)
@example('" onclick="x" title="')
@example("</td></table></section><script>x</script>")
@example("&lt;script&gt; &amp; &#60;")
@example("--></style><!-- ")
def test_no_text_changes_the_structure_of_a_page_and_every_text_is_there(text):
    found = Structure(section_of(text)._repr_html_())
    assert found.tags == PLAIN.tags
    assert sum(text in own for own in found.texts) >= sum("字" in own for own in PLAIN.texts)


def test_markup_in_any_text_shows_as_text():
    html = hostile_section()._repr_html_()
    assert "<script" not in html
    assert 'onclick="x"' not in html
    # Twice in Definitions, Banner and so on; the exact number does not matter, that none is lost does.
    assert html.count("&lt;script&gt;") >= 20


def test_section_has_its_heading_with_its_anchor():
    html = render(b.Section("overview", "一、评估概述", (b.Heading(3, "（一）范围", "scope"),)))
    assert '<h2 id="overview">一、评估概述</h2>' in html
    assert '<h3 id="scope">（一）范围</h3>' in html


def test_table_names_its_columns_and_rows_and_itself():
    table = b.Table("表1", (b.Column("序号"), b.Column("指标")), (("1", "死亡人数"),), row_header=1)
    html = render(table)
    assert "<caption>表1</caption>" in html
    assert re.search(r'<th[^>]* scope="col">指标<', html)
    assert re.search(r'<th[^>]* scope="row">死亡人数<', html)
    assert re.search(r"<td[^>]*>1<", html)


def test_short_columns_are_not_broken_and_long_ones_get_room():
    columns = (b.Column("名称"), b.Column("报告日期"), b.Column("依据"))
    html = render(b.Table("", columns, (("组织体系建设工程情况", "2023-12-20", "很" * 30),)))
    assert '<table class="shorts">' in html and "<td>2023-12-20<" in html
    assert f'<td class="long">{"很" * 30}<' in html
    assert '<th scope="row">组织体系建设工程情况<' in html


def test_a_table_says_once_how_most_of_its_cells_look():
    columns = (
        b.Column("指标"),
        b.Column("单位"),
        *(b.Column(f"{year}年", kind="number") for year in range(2021, 2024)),
    )
    html = render(b.Table("", columns, (("死亡人数", "人", "1", "2", "3"),)))
    assert '<table class="numbers">' in html
    assert html.count("<td>") == 3 and '<td class="short">人<' in html
    assert '<th scope="col">2021年<' in html and '<th class="text" scope="col">单位<' in html


def test_columns_of_running_text_are_what_a_table_without_a_class_has():
    text = "十二个字左右的一段说明文字"
    html = render(b.Table("", ("甲", "乙", "丙"), ((text, text, text),)))  # type: ignore[arg-type]
    assert "<table>" in html and html.count(f"<td>{text}") == 2


def test_verdict_cell_is_word_and_shape_and_marks_are_words():
    cell = b.Cell(verdict=Verdict.LAGGING, provisional=True, illustrative=True)
    html = render(b.Table("", (b.Column("评价", kind="verdict"),), ((cell,),), row_header=None))
    assert "滞后" in html
    assert VERDICT_SHAPES[Verdict.LAGGING] in html
    assert ">暂定</mark>" in html
    assert ">示例</mark>" in html


def test_shapes_are_characters_of_the_chinese_standard_and_not_read_aloud():
    for shape in {*VERDICT_SHAPES.values(), *STATE_SHAPES.values()}:
        assert len(shape.encode("gbk")) == 2  # so every font for Chinese has them
    html = render(b.Table("", (b.Column("a"),), ((Verdict.MET,),), row_header=None))
    assert f'<i aria-hidden="true">{VERDICT_SHAPES[Verdict.MET]}</i>完成' in html


def test_bare_verdicts_states_and_none_are_cells_too():
    columns = (b.Column("a"), b.Column("b"), b.Column("c"))
    html = render(b.Table("", columns, ((Verdict.MET, ItemState.OVERDUE, None),), row_header=None))
    assert "完成" in html
    assert "逾期" in html
    assert "—" in html
    assert "overdue<" not in html


def test_missing_value_is_a_dash_with_its_reason():
    html = render(b.Table("", (b.Column("a"),), ((b.Cell(None, title="未公布"),),), row_header=None))
    assert '<i class="missing" title="未公布">—</i>' in html


def test_progress_bar_never_leaves_its_frame():
    for progress in (-3.0, 0.5, 7.0):
        html = render(b.Table("", (b.Column("a"),), ((b.Cell("x", progress=progress, expected=2.0),),)))
        places = [float(place) for place in re.findall(r"--(?:done|due):(-?[\d.]+)%", html)]
        assert len(places) == 2 and all(0 <= place <= 100 for place in places)


def test_progress_bar_shows_the_share_done_and_the_share_of_time():
    html = render(b.Table("", (b.Column("a"),), ((b.Cell("x", progress=0.465, expected=0.6),),)))
    assert 'style="--done:46%;--due:60%"' in html
    assert "--due" not in render(b.Table("", (b.Column("a"),), ((b.Cell("x", progress=0.5),),)))


def test_short_row_is_refused():
    with pytest.raises(ValueError, match="row 2"):
        b.Table("表", (b.Column("a"), b.Column("b")), (("1", "2"), ("1",)))


@pytest.mark.parametrize("href", ["javascript:alert(1)", "//host/x", "data:text/html,x", " JavaScript:x"])
def test_link_that_could_do_harm_is_refused(href):
    with pytest.raises(ValueError, match="link"):
        b.Link("x", href)


@pytest.mark.parametrize("identifier", ["", "1x", "a b", 'a"b', "概述"])
def test_unusable_anchor_is_refused(identifier):
    with pytest.raises(ValueError, match="usable id"):
        b.Section(identifier, "x")


def test_blocks_are_frozen_and_short_in_text_form():
    section = hostile_section()
    with pytest.raises(dataclasses.FrozenInstanceError):
        section.title = "x"  # type: ignore[misc]
    assert len(repr(section)) < 120
    assert "svg" not in repr(b.Figure("<svg>" * 1000, "", ""))


def test_unknown_block_is_refused():
    with pytest.raises(TypeError, match="Block"):
        render(b.Block())


def test_walk_meets_every_nested_block():
    kinds = {type(block) for block in b.walk([hostile_section()])}
    assert {b.Section, b.Table, b.Figure, b.Callout, b.Details} <= kinds


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (21242, 0, "21,242"),
        (0.285, 2, "0.29"),  # the binary value is just below; readers expect half up
        (2.5, 0, "3"),
        (-0.004, 2, "0.00"),
        (-22.5, 1, "-22.5"),
        (1e-7, 4, "0.0000"),
        (None, 2, "—"),
    ],
)
def test_numbers_are_rounded_half_up_and_grouped(value, decimals, text):
    assert fmt.number(value, decimals) == text


def test_percentages_shares_and_intervals():
    assert fmt.percent(-22.5) == "-22.5%"
    assert fmt.percent(3.14, plus=True) == "+3.1%"
    assert fmt.percent(0.0, plus=True) == "0.0%"
    assert fmt.share(0.219) == "21.9%"
    assert fmt.interval(0.21, 8.767, 2) == "0.21～8.77"
    assert fmt.interval(None, 1.0, 2) == fmt.percent(None) == fmt.share(None) == "—"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1.7, 0, "1.7"),
        (23300.2, 0, "23,300"),
        (0.002881, 4, "0.00288"),
        (1.0, 3, "1"),
        (15000.0, 0, "15,000"),
    ],
)
def test_target_keeps_the_decimals_that_matter_and_no_more(value, decimals, text):
    assert fmt.target(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0.33, 0, "0.3"), (17128.7, 0, "17,129"), (0.0000706, 4, "0.00007"), (0.0, 0, "0"), (None, 0, "—")],
)
def test_projection_keeps_its_size_without_false_precision(value, decimals, text):
    assert fmt.estimate(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "limit", "decimals", "shown", "shown_limit"),
    [
        (0.00564, 0.0056, 4, "0.00564", "0.0056"),  # not "0.0056" against "0.0056"
        (0.00556, 0.0056, 4, "0.00556", "0.0056"),
        (0.0051, 0.0056, 4, "0.0051", "0.0056"),
        (0.996, 1.0, 2, "0.996", "1"),
        (1.7, 1.7, 0, "1.7", "1.7"),  # equal stays equal, though the indicator has whole numbers
        (1.0, 1.7, 0, "1", "1.7"),
        (1139.0, 1340 * 0.85, 0, "1,139", "1,139"),
        (0.00579, 0.005771, 4, "0.0058", "0.00577"),  # a limit rounded up to 0.0058 would seem kept
        (None, 1.0, 0, "—", "1"),
        (3.0, None, 0, "3", "—"),
    ],
)
def test_value_stands_on_its_side_of_the_limit_in_print_too(value, limit, decimals, shown, shown_limit):
    assert fmt.beside_limit(value, limit, decimals) == shown
    assert fmt.target(limit, decimals, beside=(value,)) == shown_limit


@given(st.floats(1e-3, 1e6), st.floats(1e-6, 1e-2), st.sampled_from([-1, 0, 1]), st.integers(0, 4))
@example(0.0020600668577573458, 0.0078125, 0, 2)  # on the limit, and equal to it only after ten decimals
def test_print_never_turns_a_comparison_round(limit, apart, side, decimals):
    value = limit * (1 + side * apart)
    printed = float(fmt.beside_limit(value, limit, decimals).replace(",", ""))
    level = float(fmt.target(limit, decimals, beside=(value,)).replace(",", ""))
    assert (printed > level) is (value > limit)
    assert (printed < level) is (value < limit)


def test_values_beside_one_limit_share_its_text():
    # The limit alone is 0.0058; the second value asks for more, and the first is then measured by that.
    level = fmt.target(0.005771, 4, beside=(0.00576, 0.00579))
    assert level == "0.00577"
    assert fmt.beside_limit(0.00576, 0.005771, 4, others=(0.00579,)) == "0.00576"


@pytest.mark.parametrize(
    ("mean", "decimals", "places"), [(4 / 3, 0, 1), (2.0, 0, 0), (7425.7, 0, 0), (0.5, 3, 3), (None, 0, 0)]
)
def test_mean_of_whole_counts_has_a_decimal_unless_whole_or_large(mean, decimals, places):
    assert fmt.mean_decimals(mean, decimals) == places


@pytest.mark.parametrize(
    ("upper", "decimals", "places"), [(8.767, 0, 1), (1268.8, 0, 0), (8.767, 2, 2), (None, 0, 0)]
)
def test_interval_of_a_small_count_has_a_decimal(upper, decimals, places):
    assert fmt.interval_decimals(upper, decimals) == places


def test_figure_that_rests_on_a_forecast_says_so_in_its_caption():
    plain = render(b.Figure("<svg></svg>", "alt", "图"))
    marked = render(b.Figure("<svg></svg>", "alt", "图", provisional=True))
    assert "mark-provisional" not in plain
    assert "暂定" in marked.partition("</figcaption>")[0]


def test_table_with_many_columns_is_set_closer():
    few, many = (b.Table("表", ("列",) * n, (("1",) * n,)) for n in (9, 14))  # type: ignore[arg-type]
    assert re.search(r'<table class="dense\b', render(many))
    assert "dense" not in render(few)
