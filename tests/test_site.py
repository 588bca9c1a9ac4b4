"""The index over all reports."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from report_samples import evaluation

from planeval.model.evaluation import Kind, Verdict
from planeval.model.plan import Attribute
from planeval.render.publish import PublishError
from planeval.report.blocks import Link
from planeval.site.index import MOST_CARDS, SiteEntry, build_index, collect_entries, render_index
from planeval.site.summary import summary_of

PAGES = (Link("数据校验", "validation/index.html"),)


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


def written(
    out: Path, status: dict[tuple[str, str], list[str]] | None = None, pages: tuple[Link, ...] = PAGES
) -> str:
    return build_index(out, collect_entries(out, status), pages).read_text(encoding="utf-8")


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
    assert 'href="validation/index.html"' in html
    assert html.count("<h1") == 1
    assert "本次未更新" not in html


def test_other_pages_are_linked_only_when_they_are_there(out):
    assert "validation/index.html" not in written(out, pages=())


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
    assert "<script" not in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "<b>区" not in html


def test_index_is_the_same_every_time_and_fetches_nothing(out):
    first = written(out)
    assert written(out) == first
    assert not re.search(r"(src|href)=\"(https?:)?//|@import|url\(|<script", first)


def test_empty_folder_gives_an_index_that_says_what_to_do(tmp_path):
    html = written(tmp_path / "new", pages=())
    assert "还没有可以列出的报告" in html
    assert "make run" in html


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
    assert collect_entries(out) == by_evaluation
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
        tmp_path, {("new", "final"): ["x"]}, {"new": "丁区规划"}, places={"new": ("350105", "丁区")}
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


# ---- many plans -------------------------------------------------------------------------------------------------

NAMES = {"010000": "甲省", "010100": "甲市", "350000": "福建省"}


def place(number: int, **changes: object) -> list[SiteEntry]:
    """A place's two reports: 0101xx in 甲市, 0102xx in a city without a name, 35xxxx in 福建省."""
    code = str(changes.pop("code", f"0101{number:02d}"))
    fields = {
        "region_code": code,
        "region_name": f"第{number}区",
        "plan_title": f"第{number}区规划",
        **changes,
    }
    plan = str(fields.pop("plan", f"plan-{number}"))
    return [SiteEntry.from_summary(plan, kind, summary_of(evaluation(kind=kind, **fields))) for kind in Kind]


def nation(*more: list[SiteEntry]) -> list[SiteEntry]:
    own = [entry for number in range(2, MOST_CARDS + 2) for entry in place(number)]
    return sorted(sum(more, own), key=lambda e: (e.region_code or "~", e.plan))


def row(html: str, plan: str) -> str:
    match = re.search(rf'<tr id="plan-{plan}">.*?</tr>', html, re.DOTALL)
    assert match, plan
    return match[0]


def test_a_few_plans_are_cards_and_more_are_a_list():
    few = [entry for number in range(1, MOST_CARDS + 1) for entry in place(number)]
    assert "<article" in render_index(few) and "<script" not in render_index(few)
    many = render_index(nation(place(40)))
    assert "<article" not in many and "<script>" in many


def test_a_row_tells_place_code_both_verdict_tallies_and_marks():
    text = row(render_index(nation(place(40)), regions=NAMES), "plan-40")
    assert '<th scope="row">第40区</th><td>010140</td>' in text
    for kind in ("midterm", "final"):
        assert f'href="plan-40/{kind}/index.html"' in text
    assert text.count("示例</") == 2
    assert re.search(r"<p>约束性 <b class=\"ahead\">\S+ 快于预期 1</b></p>", text)
    assert re.search(r"<p>预期性 <b class=\"on-track\">\S+ 符合预期 1</b></p>", text)
    assert "第40区规划" not in text  # the place alone says which plan it is


def test_several_plans_of_one_place_are_told_apart_by_their_titles():
    html = render_index(nation(place(40), place(40, plan="other", plan_title="另一规划")))
    assert "第40区规划" in row(html, "plan-40") and "另一规划" in row(html, "other")


def test_rows_stand_under_province_and_city_and_directly_where_the_city_has_no_name():
    html = render_index(nation(place(40), place(41, code="010203"), place(42, code="350105")), regions=NAMES)
    assert re.findall(r"<h3>(\S+省)</h3>", html) == ["甲省", "福建省"]
    assert html.count('scope="rowgroup"') == 1 and "甲市</th>" in html
    # 第41区 belongs to no named city: it stands before 甲市, not under it.
    assert html.index('id="plan-plan-41"') < html.index("甲市</th>") < html.index('id="plan-plan-40"')
    assert html.index("福建省") < html.index('id="plan-plan-42"')


def test_a_province_without_a_name_is_headed_by_its_digits():
    assert "代码以01开头的地区" in render_index(nation(place(40)))


def test_totals_count_every_published_report():
    html = render_index(nation(place(40)), regions=NAMES)
    count = MOST_CARDS + 1
    assert f"中期评估（{count}份报告）" in html and f"约束性指标（{count}项）" in html
    assert f"{count}个地区，{2 * count}份报告" in html


def test_reports_held_back_are_marked_and_their_reasons_listed_once():
    same = ("dictionary<1>",)
    held = [SiteEntry.from_summary("old", k, record()["summary"], same, published=True) for k in Kind]  # type: ignore[arg-type]
    new = [SiteEntry("new", Kind.FINAL, "新规划", held_back=same)]
    html = render_index(nation(held, new))
    assert html.count("dictionary&lt;1&gt;") == 1
    assert "3份报告本次未能更新或发布" in html
    assert "本次未更新" in row(html, "old") and 'href="old/final/index.html"' in row(html, "old")
    assert "本次未发布" in row(html, "new") and "href=" not in row(html, "new")
    assert "地区不详" in html  # nothing tells where the new plan belongs


def test_more_held_back_than_can_be_listed_is_said():
    held = [
        e for n in range(200) for e in [SiteEntry(f"p{n}", Kind.FINAL, f"规划{n}", held_back=(f"原因{n}",))]
    ]
    html = render_index(held)
    assert html.count('<td class="long">') == 100
    assert "另有100种原因未列出" in html


def test_hostile_names_show_as_text_in_the_list_too():
    html = render_index(
        nation(place(40, region_name="<b>x", plan_title="<script>alert(1)</script>", plan="one"), place(40)),
        regions={"010000": "<i>省"},
    )
    assert "<script>alert" not in html and "<b>x" not in html and "<i>省" not in html
    assert "&lt;b&gt;x" in html and "&lt;i&gt;省" in html


def test_the_list_is_the_same_every_time_and_fetches_nothing():
    entries = nation(place(40))
    html = render_index(entries)
    assert render_index(entries) == html
    assert not re.search(r"(src|href)=\"(https?:)?//|@import|url\(|<script src", html)


@pytest.mark.browser
def test_the_search_box_leaves_the_rows_that_match_and_gives_all_back(tmp_path):
    from playwright.sync_api import sync_playwright

    page_file = tmp_path / "index.html"
    entries = nation(place(40), place(41, code="350105", region_name="马尾区"))
    page_file.write_text(render_index(entries, regions=NAMES), encoding="utf-8")
    path = os.environ.get("PLANEVAL_CHROMIUM") or "/usr/bin/chromium"
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--disable-quic", "--disable-background-networking", *root]
        )
        page = browser.new_page(viewport={"width": 390, "height": 800})
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda message: said.append(message.text))
        page.goto(page_file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

        def shown() -> list[str]:
            return page.eval_on_selector_all(
                "tr[id]", "rows => rows.filter(r => r.checkVisibility()).map(r => r.id)"
            )

        everything = shown()
        assert len(everything) == MOST_CARDS + 2
        for query in ("马尾", "350105", "福建 马尾", "福建省"):
            page.fill("#search", query)
            assert shown() == ["plan-plan-41"], query
        assert "找到 1 个规划" in page.locator(".search output").inner_text()
        page.fill("#search", "甲市 第40")
        assert shown() == ["plan-plan-40"]
        page.fill("#search", "没有的地方")
        assert shown() == [] and "没有找到" in page.locator(".search output").inner_text()
        page.fill("#search", "")
        assert shown() == everything
        assert said == []
        browser.close()
