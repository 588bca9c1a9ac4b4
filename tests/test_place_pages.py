"""The page of a place: what it shows, where it leads, and when it is made again."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from report_samples import indicator, mean_indicator
from site_folders import PLACES, made_site, publish, times

from planeval.messages import speaking
from planeval.model.evaluation import Kind, Verdict
from planeval.model.findings import Finding, Severity
from planeval.site.entries import collect_entries
from planeval.site.place_page import MOST_FINDINGS, MOST_NEIGHBOURS
from planeval.stages.site import Known, read_held, site_is_whole
from planeval.stages.validation import Validated

PAGE = "places/010101/index.html"
MET = indicator(verdict=Verdict.MET, current=1100.0, current_year=2025, provisional=False)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A district with both reports, its neighbour with one."""
    publish(tmp_path, "sample", "midterm")
    publish(tmp_path, "sample", "final", as_of=2025, indicators=[MET, mean_indicator()])
    publish(tmp_path, "next", "midterm", region_code="010102", region_name="邻区", region_name_en="")
    return tmp_path


def page(out: Path, code: str = "010101") -> str:
    return (out / f"places/{code}/index.html").read_text(encoding="utf-8")


def text(html: str) -> str:
    """What a reader sees of a page, or of a part of one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[max(html.find("<main"), 0) :]))


def rewritten(out: Path, before: dict[str, int]) -> set[str]:
    after = times(out)
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def finding(code: str | None = "010101", plan: str | None = None, message: str = "2022年GDP可疑") -> Finding:
    return Finding(
        rule="x",
        severity=Severity.WARNING,
        message=message,
        remedy="核对",
        region_code=code,
        plan=plan,
        file="observations/a.csv",
        line=7,
    )


def test_both_reports_stand_side_by_side_and_each_verdict_leads_to_its_paragraph(out: Path) -> None:
    assert made_site(out) == {}
    html = page(out)
    row = next(row for row in html.split("<tr>") if "生产安全事故死亡人数" in row and "badge" in row)
    assert re.findall(r'href="([^"]+)"', row) == [
        "../../sample/midterm/index.html#indicator-accident-deaths",
        "../../sample/final/index.html#indicator-accident-deaths",
    ]
    told = text(row)
    for words in ("约束性", "1,340", "1,139（下降15%）", "1,199", "快于预期", "完成", "暂定"):
        assert words in told


def test_the_page_gives_name_code_plan_the_way_up_and_the_neighbours(out: Path) -> None:
    made_site(out)
    html = page(out)
    assert "示例区：规划实施评估</h1>" in html
    assert "010101" in text(html) and "示例区应急管理专项规划" in text(html)
    trail = html[html.index('<nav class="trail"') :]
    assert text(trail[: trail.index("</nav>")]).split() == ["示例省", "示例市", "示例区"]
    assert 'href="../010102/index.html">邻区</a>' in html
    assert 'href="../010101/index.html">示例区</a>' in page(out, "010102")
    assert 'href="../../index.html"' in html and 'href="../../validation/index.html"' in html


def test_it_links_every_file_that_is_there_and_the_comparisons(out: Path) -> None:
    (out / "sample/final/report.docx").write_bytes(b"x")
    made_site(out)
    html = page(out)
    for kind in ("midterm", "final"):
        for name in ("index.html", "report.ipynb", "evaluation.json", "indicators.csv"):
            assert f'href="../../sample/{kind}/{name}"' in html
    assert 'href="../../sample/final/report.docx"' in html
    assert "sample/midterm/report.docx" not in html
    assert 'href="../../compare/accident_deaths/index.html#place-010101"' in html


def test_yearly_values_carry_their_marks_and_missing_ones_their_reason(out: Path) -> None:
    made_site(out)
    html = page(out)
    values = html[html.index('id="figures-sample"') :]
    row = next(row for row in values.split("<tr>") if "生产安全事故死亡人数" in row)
    assert text(row).split()[1:] == ["人", "1,340", "—", "1,262", "1,199", "示例"]
    assert "该年未公布全年数据" in row
    assert "使用了示例数据" in text(html)


def test_a_place_with_one_report_says_which_is_not_there(out: Path) -> None:
    made_site(out)
    told = text(page(out, "010102"))
    assert "终期评估尚未生成" in told
    assert "快于预期" in told and "终期评价" not in told


def test_a_report_that_was_not_renewed_is_shown_with_the_reason(out: Path) -> None:
    made_site(out, held={("sample", Kind.FINAL): ["2024年事故起数为负数<-3>"]})
    html = page(out)
    assert "终期评估本次未更新，本页所列为此前生成的结果" in html
    assert "2024年事故起数为负数&lt;-3&gt;" in html
    assert 'href="../../sample/final/index.html"' in html


def test_a_place_of_which_all_is_held_back_has_a_page_that_says_why(tmp_path: Path) -> None:
    held = {("fresh", kind): ["缺少数据"] for kind in Kind}
    known = Known(PLACES, {"fresh": "020101"}, {"fresh": "远区规划"})
    assert made_site(tmp_path, held=held, known=known) == {}
    html = page(tmp_path, "020101")
    told = text(html)
    for words in ("远区：规划实施评估", "远区规划", "中期评估本次未发布", "终期评估本次未发布", "缺少数据"):
        assert words in told
    assert "../../fresh/" not in html


def test_a_place_with_several_plans_shows_each(out: Path) -> None:
    publish(out, "second", "midterm", plan_title="示例区防灾规划")
    assert made_site(out) == {}
    html = page(out)
    assert re.findall(r'<h2 id="(plan-[^"]+)"', html) == ["plan-sample", "plan-second"]
    assert html.count('class="panel"') == 2


def test_findings_of_the_place_and_its_plans_are_listed_and_others_not(out: Path) -> None:
    own = [finding(), finding(None, "sample", "规划有误<b>"), finding("010102", None, "邻区的问题")]
    made_site(out, validated=Validated(own, 1, b""))
    told = page(out)
    assert "2022年GDP可疑" in told and "规划有误&lt;b&gt;" in told and "observations/a.csv:7" in told
    assert "校验结果共2条（警告2条）" in told
    assert "邻区的问题" not in told
    assert "邻区的问题" in page(out, "010102") and "2022年GDP可疑" not in page(out, "010102")


def test_of_very_many_findings_and_neighbours_the_page_tells_the_number(tmp_path: Path) -> None:
    places = dict(PLACES)
    for number in range(MOST_NEIGHBOURS + 2):
        code = f"0103{number:02d}"
        places[code] = PLACES["010101"]._replace(code=code)
        publish(tmp_path, f"p{number}", "midterm", region_code=code)
    findings = [finding("010300", None, f"问题{n}。") for n in range(MOST_FINDINGS + 3)]
    made_site(tmp_path, known=Known(places), validated=Validated(findings, 1, b""), whole=False)
    told = text(page(tmp_path, "010300"))
    assert "另有3项" in told and "问题49。" in told and "问题50。" not in told
    assert f"共{MOST_NEIGHBOURS + 1}个地区" in told


def test_hostile_names_show_as_text(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>&\"'"
    publish(
        tmp_path,
        "sample",
        "midterm",
        plan_title=evil,
        region_name=evil,
        indicators=[indicator(name=evil, as_written=evil)],
    )
    places = {**PLACES, "010100": PLACES["010100"]._replace(name=evil)}
    made_site(
        tmp_path,
        known=Known(places),
        held={("sample", Kind.FINAL): [evil]},
        validated=Validated([finding(message=evil)], 1, b""),
    )
    html = page(tmp_path)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in html


def test_an_english_page_speaks_english(out: Path) -> None:
    made_site(out, "en")
    html = page(out)
    assert '<html lang="en">' in html
    assert "Sample: plan evaluation" in html
    told = text(html)
    assert "Deaths in workplace accidents" in told and "Sample City" in told
    with speaking("en"):
        assert site_is_whole(out, out / ".planeval")


def test_a_report_whose_result_cannot_be_read_does_not_take_the_page_with_it(out: Path) -> None:
    (out / "sample/midterm/evaluation.json").write_text("{", encoding="utf-8")
    assert made_site(out) == {}
    assert "中期评估的评估结果文件无法读取" in page(out)
    assert "完成" in text(page(out))


# ---- what is made again ---------------------------------------------------------------------------------------------


def test_when_nothing_changed_nothing_is_written(out: Path) -> None:
    made_site(out)
    before = times(out)
    made_site(out)
    assert rewritten(out, before) == set()
    assert site_is_whole(out, out / ".planeval")


def test_a_changed_report_renews_the_page_of_its_place_alone(out: Path) -> None:
    made_site(out)
    before = times(out)
    publish(out, "next", "midterm", "k2", region_code="010102", region_name="邻区", indicators=[MET])
    made_site(out)
    pages = {name for name in rewritten(out, before) if name.startswith("places/")}
    assert pages == {"places/010102/index.html"}


def test_a_new_finding_renews_the_page_of_its_place_alone(out: Path) -> None:
    made_site(out)
    before = times(out)
    made_site(out, validated=Validated([finding()], 1, b""))
    assert {name for name in rewritten(out, before) if name.startswith("places/")} == {PAGE}


def test_a_deleted_or_cut_page_is_noticed_and_made_again(out: Path) -> None:
    made_site(out)
    whole = page(out)
    (out / PAGE).unlink()
    assert not site_is_whole(out, out / ".planeval")
    made_site(out)
    assert page(out) == whole
    (out / PAGE).write_text(whole[:100], encoding="utf-8")
    assert not site_is_whole(out, out / ".planeval")
    made_site(out)
    assert page(out) == whole


def test_the_page_of_a_place_that_is_gone_goes_and_what_others_put_there_stays(out: Path) -> None:
    made_site(out)
    (out / "places/notes.txt").write_text("mine", encoding="utf-8")
    shutil.rmtree(out / "next")
    assert not site_is_whole(out, out / ".planeval")
    made_site(out)
    assert not (out / "places/010102").exists()
    assert (out / "places/notes.txt").is_file() and (out / PAGE).is_file()
    assert "../010102/" not in page(out)


def test_a_site_whose_book_is_lost_is_made_again_with_the_same_bytes(out: Path) -> None:
    made_site(out)
    before = times(out)
    (out / ".planeval/site.json").write_text("torn", encoding="utf-8")
    made_site(out)
    changed = {name for name in rewritten(out, before) if not name.startswith("downloads/")}
    assert changed == set()


def test_a_page_that_fails_is_told_and_stops_no_other(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from planeval.site import place_page

    real = place_page._page

    def fail(folder: Path, task: place_page.PlaceTask) -> str:
        if task.place.code == "010101":
            raise RuntimeError("broken")
        return real(folder, task)

    monkeypatch.setattr(place_page, "_page", fail)
    assert made_site(out) == {"places/010101": "RuntimeError: broken"}
    assert (out / "places/010102/index.html").is_file() and (out / "index.html").is_file()
    assert not site_is_whole(out, out / ".planeval")
    monkeypatch.undo()
    assert made_site(out) == {}
    assert (out / PAGE).is_file()


def test_a_code_that_is_none_makes_no_folder(tmp_path: Path) -> None:
    publish(tmp_path, "sample", "midterm", region_code="../evil")
    made_site(tmp_path)
    assert not (tmp_path / "places").exists() and not (tmp_path / "evil").exists()
    assert sorted(os.listdir(tmp_path)) == [
        ".planeval",
        "downloads",
        "held_back.json",
        "index.html",
        "sample",
    ]


def test_names_of_places_left_by_an_earlier_version_are_cleared_away(out: Path) -> None:
    (out / "regions.json").write_text("{}", encoding="utf-8")
    made_site(out)
    assert not (out / "regions.json").exists()


def test_the_site_made_alone_goes_by_what_the_last_run_knew(tmp_path: Path) -> None:
    known = Known(PLACES, {"fresh": "020101"}, {"fresh": "远区规划"})
    made_site(tmp_path, held={("fresh", Kind.FINAL): ["缺少数据"]}, known=known)
    before = times(tmp_path)
    made_site(tmp_path, known=None)
    assert rewritten(tmp_path, before) == set()


def test_a_place_that_was_never_published_has_its_english_name_on_the_english_site(tmp_path: Path) -> None:
    known = Known(PLACES, {"fresh": "020101"}, {"fresh": "Plan"})
    made_site(tmp_path, "en", held={("fresh", Kind.FINAL): ["no data"]}, known=known)
    for html in (page(tmp_path, "020101"), (tmp_path / "index.html").read_text(encoding="utf-8")):
        assert "Far District" in html and "远区" not in text(html)


def test_the_other_report_of_a_plan_gives_the_english_name_too(out: Path) -> None:
    shutil.rmtree(out / "sample/midterm")
    entries = collect_entries(out, {("sample", "midterm"): ["x"]})
    assert {e.region_name_en for e in entries if e.plan == "sample"} == {"Sample"}


def test_a_plan_that_is_gone_with_its_folder_is_no_longer_listed(out: Path) -> None:
    known = Known(PLACES, {"sample": "010101", "bad": "010102"}, {"torn": "torn"})
    held = {("torn", Kind.FINAL): ["x"], ("bad", Kind.FINAL): ["x"]}
    made_site(out, held=held, known=known, plans=["sample", "bad", "torn"])
    assert {plan for plan, _ in read_held(out)} == {"torn", "bad", "next"}
    shutil.rmtree(out / "next")
    made_site(out, known=None)
    assert {plan for plan, _ in read_held(out)} == {"torn", "bad"}


def test_the_site_made_alone_takes_names_of_places_from_the_data(tmp_path: Path) -> None:
    out, data = tmp_path / "reports", tmp_path / "data"
    data.mkdir()
    made_site(out, held={("fresh", Kind.FINAL): ["x"]}, known=Known(PLACES, {"fresh": "020101"}))
    regions = data / "regions.csv"
    regions.write_text("region_code,name,name_en,level,parent\n020101,新区,New,,\n", encoding="utf-8")
    made_site(out, known=None, data=data)
    assert "新区" in page(out, "020101")
    regions.write_text("nonsense\n", encoding="utf-8")
    made_site(out, known=None, data=data)
    assert "新区" in page(out, "020101")


def test_the_chinese_index_leads_to_an_english_site_that_was_made_after_it(out: Path) -> None:
    made_site(out)
    index = out / "index.html"
    assert 'href="en/index.html"' not in index.read_text(encoding="utf-8")
    publish(out / "en", "sample", "midterm")
    made_site(out / "en", "en")
    linked = index.read_text(encoding="utf-8")
    assert 'href="en/index.html"' in linked
    made_site(out)
    assert index.read_text(encoding="utf-8") == linked
