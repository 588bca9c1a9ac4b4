"""The index over all reports."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from report_samples import evaluation

from planeval.messages import speaking
from planeval.model.evaluation import Kind, Verdict
from planeval.model.plan import Attribute
from planeval.model.terms import USUAL_KINDS
from planeval.render.publish import PublishError
from planeval.render.scan import quick
from planeval.report.blocks import Link
from planeval.site.geography import Place
from planeval.site.index import MOST_CARDS, SiteEntry, build_index, collect_entries, render_index
from planeval.site.pinyin import readings
from planeval.site.summary import summary_of
from planeval.site.table import MOST_LINKED, MOST_UNGROUPED


def publish(out: Path, plan: str, kind: str, **changes: object) -> None:
    folder = out / plan / kind
    folder.mkdir(parents=True)
    result = evaluation(plan=plan, kind=Kind(kind), **changes)
    (folder / "evaluation.json").write_text(result.model_dump_json(), encoding="utf-8")
    for name in ("index.html", "report.ipynb", "indicators.csv"):
        (folder / name).write_text("x", encoding="utf-8")


def card(html: str, identifier: str) -> str:
    match = re.search(rf'<article[^>]* id="{identifier}".*?</article>', html, re.DOTALL)
    assert match, identifier
    return match[0]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    publish(tmp_path, "later", "midterm", region_code="350105", plan_title="乙区规划")
    publish(tmp_path, "sample", "final", as_of=2025)
    publish(tmp_path, "sample", "midterm")
    return tmp_path


def written(out: Path, status: dict[tuple[str, str], list[str]] | None = None) -> str:
    return build_index(out, collect_entries(out, status)).read_text(encoding="utf-8")


def test_entries_stand_by_place_then_kind(out):
    found = [(e.plan, e.kind.value) for e in collect_entries(out)]
    assert found == [("sample", "midterm"), ("sample", "final"), ("later", "midterm")]


def test_entry_holds_what_the_evaluation_says(out):
    entry = collect_entries(out)[0]
    assert entry.region_code == "010101"
    assert entry.as_of == 2023
    assert entry.data_until == "2024-02-29"
    assert entry.counts[Attribute.BINDING][Verdict.AHEAD] == 1
    assert entry.counts[Attribute.EXPECTED][Verdict.ON_TRACK] == 1
    assert entry.illustrative


def test_index_shows_every_report_with_its_facts_and_files(out):
    html = written(out)
    text = card(html, "sample-midterm")
    for words in (
        "中期评估",
        "2023年",
        "2024-02-29",
        "快于预期",
        "符合预期",
        "示例</",
        "约束性",
        "预期性",
    ):
        assert words in text
    for name in ("index.html", "report.ipynb", "evaluation.json", "indicators.csv"):
        assert f'href="sample/midterm/{name}"' in text
    assert "终期评估" in card(html, "sample-final")
    assert "010101" in html
    assert html.count("<h1") == 1
    assert "本次未更新" not in html


def test_report_held_back_keeps_its_earlier_version_and_says_so(out):
    html = written(out, {("sample", "final"): ["2024年事故起数为负数<-3>"]})
    text = card(html, "sample-final")
    assert "本次未更新" in text
    assert "2024年事故起数为负数&lt;-3&gt;" in text
    assert 'href="sample/final/index.html"' in text
    assert "本次未更新" not in card(html, "sample-midterm")


def test_report_never_published_is_listed_with_the_reason_and_no_link(out):
    html = written(out, {("later", "final"): ["缺少2025年数据"]})
    text = card(html, "later-final")
    assert "本次未发布" in text
    assert "缺少2025年数据" in text
    assert "href=" not in text
    assert "乙区规划" in html  # the plan is known from its other report


def test_plan_without_any_report_is_listed_under_its_title(out):
    entries = collect_entries(out, {("fresh", "midterm"): ["没有观测数据"]}, {"fresh": "丙区规划"})
    assert entries[-1].title == "丙区规划"
    assert collect_entries(out, {("fresh", "midterm"): ["x"]})[-1].title == "fresh"


def test_unreadable_evaluation_is_listed_not_hidden(out):
    (out / "sample" / "final" / "evaluation.json").write_text('{"plan": 1}', encoding="utf-8")
    text = card(written(out), "sample-final")
    assert "无法读取" in text
    assert 'href="sample/final/index.html"' in text


def test_evaluation_without_its_page_is_not_linked(out):
    (out / "sample" / "final" / "index.html").unlink()
    text = card(written(out), "sample-final")
    assert "缺少 index.html" in text
    assert 'href="sample/final/index.html"' not in text


def test_hostile_names_show_as_text(tmp_path):
    publish(tmp_path, "sample", "midterm", plan_title="<script>x</script>", region_name="<b>")
    html = written(tmp_path)
    assert "<script>x" not in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "&lt;b&gt;</a>" in html and "<b></a>" not in html


def test_index_is_the_same_every_time_and_fetches_nothing(out):
    first = written(out)
    assert written(out) == first
    assert not re.search(r"(src|href)=\"(https?:)?//|@import|url\(|<script ", first)


def test_empty_folder_gives_an_index_that_says_what_to_do(tmp_path):
    html = written(tmp_path / "new")
    assert "还没有可以列出的报告" in html
    assert "make run" in html
    assert "<table" not in html and "<script" not in html


def test_other_folders_are_not_taken_for_reports(out):
    (out / "validation").mkdir()
    (out / "sample" / "draft").mkdir()
    (out / "sample" / "draft" / "evaluation.json").write_text("{}", encoding="utf-8")
    assert len(collect_entries(out)) == 3


def test_failed_write_leaves_the_old_index_and_no_litter(out, monkeypatch):
    before = written(out)

    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PublishError, match=r"无法写入.*disk full.*原有文件保持不变"):
        written(out)
    assert (out / "index.html").read_text(encoding="utf-8") == before
    assert not list(out.glob(".*"))


# ---- records ----------------------------------------------------------------------------------------------------


def record(**changes: object) -> dict[str, object]:
    files = {"index.html": 1, "report.ipynb": 1, "evaluation.json": 1, "indicators.csv": 1}
    summary = summary_of(evaluation(**changes))
    return {"schema": 1, "key": "0" * 64, "inputs": {}, "files": files, "summary": summary}


def add_records(out: Path) -> None:
    for path in sorted(out.glob("*/*/evaluation.json")):
        changes = {k: v for k, v in json.loads(path.read_text(encoding="utf-8")).items() if k in KEPT}
        document = record(**changes | {"kind": Kind(path.parent.name)})
        (path.parent / "record.json").write_text(json.dumps(document), encoding="utf-8")


KEPT = ("plan", "plan_title", "region_code", "region_name", "as_of")


def test_a_record_tells_the_index_the_same_as_the_evaluation(out):
    by_evaluation, html = collect_entries(out), written(out)
    add_records(out)
    assert [replace(e, key="") for e in collect_entries(out)] == [replace(e, key="") for e in by_evaluation]
    assert written(out) == html


def test_a_record_is_believed_without_opening_the_evaluation(out):
    add_records(out)
    before = collect_entries(out)
    for path in out.glob("*/*/evaluation.json"):
        path.write_text("torn", encoding="utf-8")
    assert collect_entries(out) == before


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"summary": {"plan_title": "x"}}', '{"summary": 3}'])
def test_a_record_that_says_nothing_gives_way_to_the_evaluation(out, text):
    before = collect_entries(out)
    (out / "sample" / "final" / "record.json").write_text(text, encoding="utf-8")
    assert collect_entries(out) == before


def test_a_folder_with_a_torn_record_alone_is_listed_not_hidden(tmp_path):
    folder = tmp_path / "sample" / "final"
    folder.mkdir(parents=True)
    (folder / "record.json").write_text("{", encoding="utf-8")
    (entry,) = collect_entries(tmp_path)
    assert (entry.plan, entry.published) == ("sample", False)
    assert "无法读取" in entry.held_back[0]


def test_records_at_hand_are_not_read_again(out):
    add_records(out)
    before = collect_entries(out)
    records = {
        (p.parent.parent.name, Kind(p.parent.name)): json.loads(p.read_text(encoding="utf-8"))
        for p in out.glob("*/*/record.json")
    }
    for path in out.glob("*/*/*.json"):
        path.write_text("torn", encoding="utf-8")
    assert collect_entries(out, records=records) == before
    del records["later", Kind.MIDTERM]  # one folder the caller did not know of
    assert "无法读取" in collect_entries(out, records=records)[-1].held_back[0]


def test_a_plan_never_published_takes_its_place_from_the_caller(tmp_path):
    entries = collect_entries(
        tmp_path, {("new", "final"): ["x"]}, {"new": "丁区规划"}, places={"new": ("350105", "丁区", "")}
    )
    assert [(e.title, e.region_code, e.region_name) for e in entries] == [("丁区规划", "350105", "丁区")]


def test_the_index_is_made_from_records_without_pydantic_and_pandas(out):
    add_records(out)
    code = (
        "import sys; from pathlib import Path; from planeval.site.index import *\n"
        f"build_index(Path({str(out)!r}), collect_entries(Path({str(out)!r})))\n"
        "print(*({'pydantic', 'pandas', 'nbformat', 'nbconvert', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


# ---- the table --------------------------------------------------------------------------------------------------

NAMES = {
    code: Place(code, name, english, "")
    for code, name, english in (
        ("010000", "甲省", "Alpha Province"),
        ("010100", "甲市", "Alpha City"),
        ("350000", "福建省", "Fujian Province"),
    )
}
MANY = MOST_UNGROUPED + 4


def place(number: int, **changes: object) -> list[SiteEntry]:
    """A place's two reports: 0101xx in 甲市, 0102xx in a city without a name, 35xxxx in 福建省."""
    code = str(changes.pop("code", f"0101{number:02d}"))
    fields = {
        "region_code": code,
        "region_name": f"第{number}区",
        "region_name_en": f"District {number}",
        "plan_title": f"第{number}区规划",
        **changes,
    }
    plan = str(fields.pop("plan", f"plan-{number}"))
    return [
        SiteEntry.from_summary(plan, kind, summary_of(evaluation(kind=kind, **fields)))
        for kind in USUAL_KINDS
    ]


def nation(*more: list[SiteEntry]) -> list[SiteEntry]:
    own = [entry for number in range(2, MANY + 1) for entry in place(number)]
    return sorted(sum(more, own), key=lambda e: (e.region_code or "~", e.plan))


def rows(html: str, plan: str) -> str:
    """The rows of a plan: the one with its id, and those after it until the next plan's or the end of the part."""
    match = re.search(rf'<tr id="plan-{plan}".*?(?=<tr id=|</tbody>)', html, re.DOTALL)
    assert match, plan
    return match[0]


def heads(html: str) -> list[str]:
    head = re.search(r"<thead><tr>.*?data-sort.*?</thead>", html, re.DOTALL)
    assert head
    return [
        " ".join(re.sub(r"<[^>]+>", " ", cell).split())
        for cell in re.findall(r"<th.*?</th>", head[0], re.DOTALL)
    ]


def test_a_few_plans_have_cards_and_the_table_and_more_have_the_table_alone():
    few = render_index([entry for number in range(1, MOST_CARDS + 1) for entry in place(number)])
    assert few.count("<article") == 2 * MOST_CARDS and few.count("data-r=") == 2 * MOST_CARDS
    many = render_index([entry for number in range(1, MOST_CARDS + 2) for entry in place(number)])
    assert "<article" not in many and many.count("data-r=") == 2 * MOST_CARDS + 2


def test_a_row_tells_place_code_report_counts_verdicts_and_marks():
    text = rows(render_index(nation(place(40)), regions=NAMES), "plan-40")
    assert '<th scope="row"><a href="places/010140/index.html">第40区</a><td>010140' in text
    for kind, label in (("midterm", "中期评估（2023年）"), ("final", "终期评估（2023年）")):
        assert (
            f'<a href="plan-40/{kind}/index.html">{label}</a> <mark>示例</mark><td>2<td>0<td>0<td>0' in text
        )
    assert re.search(r'<td class="F"><a [^>]+>快于预期</a><td class="o"><a [^>]+>符合预期</a>', text)
    assert "第40区规划" not in text  # the place alone says which plan it is


def test_a_cell_leads_to_what_the_report_says_of_the_indicator():
    from planeval.report.html import render
    from planeval.report.indicators import indicators

    text = rows(render_index(place(40)), "plan-40")
    paragraphs = render(indicators(evaluation()))
    targets = re.findall(r'href="plan-40/midterm/index.html#([^"]+)" title="([^"]+)"', text)
    assert [title for _, title in targets] == ["生产安全事故死亡人数", "年均每十万人受灾人次"]
    for anchor, title in targets:
        assert f'id="{anchor}">{title}<' in paragraphs


def test_columns_are_named_after_the_indicators_binding_ones_first():
    reports = place(40)
    reversed_rows = [replace(e, rows=e.rows[::-1]) for e in reports]
    found = heads(render_index(reversed_rows))
    assert found[:3] == ["地区", "代码", "报告"]
    assert found[-2:] == ["生产安全事故死亡人数 约束", "年均每十万人受灾人次 预期"]
    with speaking("en"):
        assert heads(render_index(reports))[-2].startswith("Deaths in workplace accidents")


def test_an_indicator_that_a_plan_does_not_have_is_a_blank_cell():
    other = [replace(e, rows=e.rows[:1]) for e in place(41)]
    text = rows(render_index(place(40) + other), "plan-41")
    assert text.count('class="F"') == 2 and 'class="o"' not in text
    assert 'data-r="mF-"' in text


def test_an_attribute_that_plans_do_not_agree_on_is_said_in_the_heading():
    other = [replace(e, rows=tuple((*row[:3], "expected", *row[4:]) for row in e.rows)) for e in place(41)]
    assert heads(render_index(place(40) + other))[-2] == "生产安全事故死亡人数 不一"


def test_many_reports_leave_the_cells_links_to_the_script_and_keep_the_words():
    few = [entry for number in range(MOST_LINKED // 2) for entry in place(number, code=f"01{number:04d}")]
    assert rows(render_index(few), "plan-40").count("#indicator-") == 4
    text = rows(render_index(few + place(999, code="350105")), "plan-40")
    assert "#indicator-" not in text and '<td class="F">快于预期<td class="o">符合预期' in text
    assert 'href="plan-40/final/index.html"' in text


def test_several_plans_of_one_place_are_told_apart_by_their_titles():
    html = render_index(nation(place(40), place(40, plan="other", plan_title="另一规划")))
    assert "第40区规划" in rows(html, "plan-40") and "另一规划" in rows(html, "other")


def test_rows_stand_under_province_and_city_and_directly_where_the_city_has_no_name():
    html = render_index(nation(place(40), place(41, code="010203"), place(42, code="350105")), regions=NAMES)
    assert re.findall(r'class="row-group"><th [^>]+>(\S+省)', html) == ["甲省", "福建省"]
    assert re.findall(r'<a href="#(region-\d+)">(\S+)</a>', html) == [
        ("region-01", "甲省"),
        ("region-35", "福建省"),
    ]
    assert len(re.findall(r'class="city"><th [^>]+>甲市', html)) == 1
    # 第41区 belongs to no named city: it stands before 甲市, not under it.
    assert html.index('id="plan-plan-41"') < html.index('class="city"') < html.index('id="plan-plan-40"')
    assert html.index('id="region-35"') < html.index('id="plan-plan-42"')


def test_a_few_plans_are_not_parted_by_province():
    assert 'class="row-group"' not in render_index(place(1) + place(2), regions=NAMES)


def test_provinces_and_cities_with_a_name_can_be_chosen():
    html = render_index(nation(place(40), place(41, code="010203"), place(42, code="350105")), regions=NAMES)
    options = re.findall(r'<option value="(\d+)">([^<]+)', html)
    assert options == [("01", "甲省"), ("35", "福建省"), ("0101", "甲市")]


def test_a_province_without_a_name_is_headed_by_its_digits():
    assert "代码以01开头的地区" in render_index(nation(place(40)))


def test_the_page_counts_every_published_report_first():
    html = render_index(nation(place(40)), regions=NAMES)
    assert f"中期评估（{MANY}份报告）" in html and f"约束性指标（{MANY}项）" in html
    assert f"{MANY}个地区，{2 * MANY}份报告" in html
    figures = re.findall(r"<li><b>([\d,]+)</b>", html)
    assert figures == [str(2 * MANY), str(MANY), "0", str(2 * MANY)]


def test_reports_held_back_are_marked_and_their_reasons_listed_once():
    same = ("dictionary<1>",)
    held = [SiteEntry.from_summary("old", k, record()["summary"], same, published=True) for k in USUAL_KINDS]  # type: ignore[arg-type]
    new = [SiteEntry("new", Kind.FINAL, "新规划", held_back=same)]
    html = render_index(nation(held, new))
    assert html.count("dictionary&lt;1&gt;") == 1
    assert "3份报告本次未能更新或发布" in html and 'id="held"' in html
    assert '<a class="mark-held" href="#held">本次未更新</a>' in rows(html, "old")
    assert 'href="old/final/index.html"' in rows(html, "old")
    assert '<a class="mark-held" href="#held">本次未发布</a>' in rows(html, "new")
    assert "index.html" not in rows(html, "new")
    assert "地区不详" in html  # nothing tells where the new plan belongs


def test_provisional_reports_are_marked_where_no_figure_is_illustrative():
    own = [replace(e, illustrative=False, provisional=True) for e in place(40)]
    assert rows(render_index(own), "plan-40").count('<mark class="mark-provisional">暂定</mark>') == 2


def test_more_held_back_than_can_be_listed_is_said():
    held = [
        e for n in range(200) for e in [SiteEntry(f"p{n}", Kind.FINAL, f"规划{n}", held_back=(f"原因{n}",))]
    ]
    html = render_index(held)
    assert html.count('<td class="long">') == 100
    assert "另有100种原因未列出" in html


def test_hostile_names_show_as_text_in_the_list_too():
    hostile = '<b>"&x'
    entries = nation(
        place(40, region_name=hostile, plan_title="<script>alert(1)</script>", plan="one"), place(40)
    )
    entries = [replace(e, rows=tuple((*r[:15], "<u>指标", "") for r in e.rows)) for e in entries]
    html = render_index(entries, regions={"010000": '<i>"省'})
    assert "<script>alert" not in html and "<b>x" not in html and "<i>" not in html and "<u>" not in html
    assert "&lt;b&gt;&#34;&amp;x" in html and "&lt;i&gt;&#34;省" in html and "&lt;u&gt;指标" in html


def test_a_code_that_is_none_leads_to_no_page_of_a_place():
    assert "places/" not in rows(render_index(place(40, code="../../x")), "plan-40")


def test_the_list_is_the_same_every_time_and_fetches_nothing():
    entries = nation(place(40))
    html = render_index(entries)
    assert render_index(entries) == html
    assert quick(html) is not None  # thousands of rows are read at a tenth of the cost
    assert not re.search(r"(src|href)=\"(https?:)?//|@import|url\(|<script src", html)


def test_the_other_language_is_linked_where_it_is_there():
    assert "hreflang" not in render_index(place(40))
    html = render_index(place(40), alternate=Link("English", "en/index.html"))
    assert '<a href="en/index.html" lang="en" hreflang="en">English</a>' in html


def test_the_english_index_shows_english_names_and_keeps_the_chinese_ones_for_the_search():
    with speaking("en"):
        html = render_index(nation(place(40), place(41, region_name_en="")), regions=NAMES)
    text = rows(html, "plan-40")
    assert ">District 40</a>" in text and 'data-zh="第40区"' in text
    assert ">第41区</a>" in rows(html, "plan-41") and "data-zh" not in rows(html, "plan-41")
    assert "Alpha Province" in html and 'data-zh="甲省"' in html


# ---- how names sound --------------------------------------------------------------------------------------------


def test_names_sound_character_by_character_and_as_a_phrase_where_that_differs():
    found = readings(["马尾区", "重庆市", "吕梁市", "示例县0001", "A"])
    assert found.characters["吕"] == "lv" and found.characters["尾"] == "wei"
    assert found.phrases["重庆市"] == "chong qing shi"
    assert "吕梁市" not in found.phrases and "示例县0001" not in found.phrases
    assert " lv吕 " in f" {found.table()} "


def test_what_is_stored_is_used_and_what_is_torn_is_worked_out_again(tmp_path, monkeypatch):
    import pypinyin

    store = tmp_path / "state" / "pinyin.json"
    first = readings(["马尾区", "重庆市"], store)
    monkeypatch.setattr(pypinyin, "lazy_pinyin", lambda *_, **__: pytest.fail("asked again"))
    assert readings(["重庆市", "马尾区"], store) == first
    monkeypatch.undo()
    for text in ("{", "[]", '{"pypinyin": "0", "characters": {}, "phrases": {"重庆市": "x"}}'):
        store.write_text(text, encoding="utf-8")
        assert readings(["马尾区", "重庆市"], store) == first
