"""The index over all reports."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from report_samples import evaluation

from planeval.model.evaluation import Kind, Verdict
from planeval.model.plan import Attribute
from planeval.render.publish import PublishError
from planeval.report.blocks import Link
from planeval.site.index import build_index, collect_entries

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
        ">示例</span>",
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
