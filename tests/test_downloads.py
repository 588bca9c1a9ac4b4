"""What can be downloaded: the same figures in every form, described exactly, and nothing a spreadsheet would compute."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from report_samples import indicator, mean_indicator
from site_folders import made_site, publish, table, times

from planeval.model.evaluation import Kind, Verdict, YearValue
from planeval.model.status import Status
from planeval.report.indicator_table import CSV_COLUMNS
from planeval.report.spreadsheet import as_text, csv_text, is_formula, text_of
from planeval.site.download_fields import INDICATORS, VERDICTS
from planeval.stages import site
from planeval.stages.site import hold_everything

FORMULAS = [
    "=cmd|' /C calc'!A1",
    "+1",
    "@SUM(A1)",
    "-2+3",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－2",
    "＠SUM",
    "'=x",
]
HARMLESS = ['a "quoted", b', "two\nlines", "<script>alert(1)</script>", "1=1", "下降15%", "#N/A", ""]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    publish(tmp_path, "sample", "midterm")
    publish(tmp_path, "sample", "final", as_of=2025)
    publish(tmp_path, "next", "midterm", region_code="010102", region_name="邻区")
    return tmp_path


def downloads(out: Path) -> Path:
    return out / "downloads"


# ---- text is text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert as_text(text) == f"'{text}"
    assert text_of(as_text(text)) == text


@pytest.mark.parametrize("value", [*HARMLESS, -2, -0.5, 0, 1e-9, None])
def test_other_text_and_numbers_are_left_as_they_are(value: object) -> None:
    assert as_text(value) == value


def test_a_csv_file_gives_back_every_cell_it_was_made_of() -> None:
    texts = [*FORMULAS, *HARMLESS]
    rows = list(csv.reader(csv_text(["a"], [[text] for text in texts])[1:].splitlines(keepends=True)))
    assert rows[0] == ["a"]
    assert [text_of(row[0]) if row else "" for row in rows[1:] if row] == texts


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS[:4], "#N/A"])
def test_hostile_text_is_text_in_every_file(tmp_path: Path, text: str) -> None:
    value = YearValue(year=2023, value=-2.5, status=Status.FINAL)
    own = indicator(name=text, values=[value], current=-2.5)
    publish(tmp_path, "sample", "midterm", region_name=text, plan_title=text, indicators=[own])
    assert made_site(tmp_path) == {}
    for name in ("indicators.csv", "verdicts.csv"):
        (row,) = table(downloads(tmp_path) / name)
        assert (row["name"], row["region_name"]) == (as_text(text), as_text(text))
    (row,) = table(downloads(tmp_path) / "indicators.csv")
    assert row["value"] == "-2.5"
    assert table(tmp_path / "sample/midterm/indicators.csv")[0]["name"] == as_text(text)
    book = load_workbook(downloads(tmp_path) / "planeval.xlsx")
    forced = is_formula(text) or text.startswith("#")
    for sheet in book.worksheets[:2]:
        cells = [
            cell for cell in sheet[2] if cell.value in (text, text.replace("\r", "\n"))
        ]  # XML may make one of the other
        assert len(cells) >= 2
        assert {cell.data_type for cell in cells} == {"s"}
        assert all(cell.quotePrefix for cell in cells) == forced
    with zipfile.ZipFile(downloads(tmp_path) / "planeval.xlsx") as archive:
        assert not any(
            b"<f>" in archive.read(name) or b"<f " in archive.read(name) for name in archive.namelist()
        )
    assert "<script>alert" not in (downloads(tmp_path) / "index.html").read_text(encoding="utf-8")


def test_a_report_of_an_earlier_version_cannot_bring_a_formula_in(out: Path) -> None:
    file = out / "sample/final/indicators.csv"
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    cells = lines[1].split(",")
    cells[4], cells[7] = "=cmd|' /C calc'!A1", "-3.5"
    columns = [*lines[0].split(","), "more"]
    file.write_text("\n".join([",".join(columns), ",".join([*cells, "x"])]), encoding="utf-8")
    made_site(out)
    rows = [row for row in table(downloads(out) / "indicators.csv") if row["kind"] == "final"]
    assert [(row["name"], row["value"]) for row in rows] == [("'=cmd|' /C calc'!A1", "-3.5")]


# ---- the same figures everywhere ------------------------------------------------------------------------------------


def test_the_joined_table_holds_the_rows_of_every_report_in_order(out: Path) -> None:
    made_site(out)
    rows = table(downloads(out) / "indicators.csv")
    expected = [
        {"plan": plan, "kind": kind, **row}
        for plan, kind in (("sample", "midterm"), ("sample", "final"), ("next", "midterm"))
        for row in table(out / plan / kind / "indicators.csv")
    ]
    assert rows == expected
    raw = (downloads(out) / "indicators.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfplan,kind,region_code,") and raw.count(b"\xef\xbb\xbf") == 1
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_a_quoted_line_end_in_a_report_keeps_its_row_whole(tmp_path: Path) -> None:
    publish(tmp_path, "sample", "midterm", region_name="示例\n区", indicators=[indicator(name='a "b", c')])
    made_site(tmp_path)
    rows = table(downloads(tmp_path) / "indicators.csv")
    assert len(rows) == 4
    assert {(row["plan"], row["region_name"], row["name"]) for row in rows} == {
        ("sample", "示例\n区", 'a "b", c')
    }


def test_a_verdict_has_its_numbers_its_words_and_its_marks(out: Path) -> None:
    made_site(out, held={("sample", Kind.FINAL): ["缺少数据"]})
    rows = table(downloads(out) / "verdicts.csv")
    assert [(row["plan"], row["kind"], row["id"]) for row in rows][:2] == [
        ("sample", "midterm", "accident_deaths"),
        ("sample", "midterm", "disaster_affected_per_100k"),
    ]
    first = rows[0]
    assert (first["region_code"], first["unit"], first["base"], first["current"]) == (
        "010101",
        "人",
        "1340.0",
        "1199.0",
    )
    assert (first["verdict"], first["verdict_label"], first["provisional"]) == ("ahead", "快于预期", "yes")
    assert (first["status"], first["not_renewed"]) == ("illustrative", "no")
    assert {row["not_renewed"] for row in rows if row["kind"] == "final"} == {"yes"}
    assert rows[1]["base"] == ""


def test_the_workbook_holds_what_the_tables_hold_with_numbers_as_numbers(out: Path) -> None:
    made_site(out)
    book = load_workbook(downloads(out) / "planeval.xlsx")
    assert book.sheetnames == ["指标数值", "评价结果", "说明"]
    for sheet, fields, name in zip(
        book.worksheets, (INDICATORS, VERDICTS), ("indicators.csv", "verdicts.csv"), strict=False
    ):
        rows = list(sheet.iter_rows(values_only=True))
        expected = table(downloads(out) / name)
        assert rows[0] == tuple(field.title for field in fields)
        assert len(rows) == len(expected) + 1
        for row, cells in zip(rows[1:], expected, strict=True):
            for field, value in zip(fields, row, strict=True):
                if field.type == "number":
                    assert value is None or isinstance(value, int | float)
                    assert (value is None) == (cells[field.name] == "")
                    assert value is None or float(value) == float(cells[field.name])
                elif field.type == "year":
                    assert value == int(cells[field.name])
                else:
                    assert (value or "") == text_of(cells[field.name])
        assert sheet.freeze_panes == "A2"
        assert sheet.column_dimensions["A"].width > 8
    codes = [row[2].value for row in book.worksheets[0].iter_rows(min_row=2)]
    assert codes[0] == "010101"


def test_summaries_tell_of_every_report_published_or_held_back(out: Path) -> None:
    made_site(out, held={("next", Kind.FINAL): ["缺少数据"]})
    document = json.loads((downloads(out) / "evaluations.json").read_text(encoding="utf-8"))
    reports = {(r["plan"], r["kind"]): r for r in document["reports"]}
    assert set(reports) == {
        ("sample", "midterm"),
        ("sample", "final"),
        ("next", "midterm"),
        ("next", "final"),
    }
    assert reports["next", "final"]["held_back"] == ["缺少数据"]
    assert reports["next", "final"]["page"] is None
    first = reports["sample", "midterm"]
    assert (downloads(out) / first["page"]).is_file()
    line = dict(zip(document["indicator_fields"], first["indicators"][0], strict=True))
    assert (line["key"], line["verdict"], line["current"]) == ("accident_deaths", Verdict.AHEAD, 1199.0)


# ---- the descriptor and the page ------------------------------------------------------------------------------------


def test_the_descriptor_tells_size_checksum_and_columns_of_each_file(out: Path) -> None:
    made_site(out)
    folder = downloads(out)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["profile"] == "data-package"
    assert "licenses" not in package, "nobody has stated a licence"
    assert {r["path"] for r in package["resources"]} == {
        path.name for path in folder.iterdir() if path.name not in ("datapackage.json", "index.html")
    }
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    for resource in package["resources"][:2]:
        fields = resource["schema"]["fields"]
        assert resource["schema"]["missingValues"] == [""]
        rows = table(folder / resource["path"])
        assert list(rows[0]) == [field["name"] for field in fields]
        for field in fields:
            assert field["title"] and field["description"]
            values = {row[field["name"]] for row in rows} - {""}
            if field["type"] in ("number", "year"):
                assert all(float(value) is not None for value in values)
            if field["type"] == "boolean":
                assert values <= {*field["trueValues"], *field["falseValues"]}
            if "constraints" in field:
                assert values <= set(field["constraints"]["enum"])
    assert [field.name for field in INDICATORS] == ["plan", "kind", *CSV_COLUMNS]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_links_every_file_and_explains_every_column_and_code(out: Path, lang: str) -> None:
    made_site(out, lang)
    html = (downloads(out) / "index.html").read_text(encoding="utf-8")
    for path in downloads(out).iterdir():
        if path.name != "index.html":
            assert f'href="{path.name}"' in html
    for field in (*INDICATORS, *VERDICTS):
        assert f">{field.name}<" in html
    for code in ("midterm", "binding", "on_track", "illustrative", "period_mean_at_most"):
        assert f">{code}<" in html
    assert "示例" in html if lang == "zh" else "illustrative" in html


def test_an_english_site_has_english_names_and_units(out: Path) -> None:
    made_site(out, "en")
    row = table(downloads(out) / "verdicts.csv")[0]
    assert (row["name"], row["region_name"]) == ("Deaths in workplace accidents", "Sample")
    assert row["unit"] != "人" and row["verdict"] == "ahead" and row["verdict_label"] != "快于预期"
    assert load_workbook(downloads(out) / "planeval.xlsx").sheetnames == ["Values", "Verdicts", "Notes"]


def test_with_many_plans_the_largest_files_are_left_out_until_they_are_asked_for(out: Path) -> None:
    page, note = downloads(out) / "index.html", "没有合成历年数值表"
    large = [downloads(out) / name for name in ("indicators.csv", "planeval.xlsx")]
    made_site(out, whole=False)
    assert not any(file.exists() for file in large)
    assert note in page.read_text(encoding="utf-8") and "indicators.csv" not in str(described(out))
    made_site(out)
    assert all(file.is_file() for file in large)
    assert note not in page.read_text(encoding="utf-8")
    made_site(out, whole=False)
    assert all(file.is_file() for file in large), "nothing has changed: they are still right"
    publish(out, "next", "midterm", "k2", region_code="010102", indicators=[mean_indicator()])
    made_site(out, whole=False)
    assert not any(file.exists() for file in large), "they would tell what is no longer so"


def test_when_nothing_can_be_read_the_downloads_that_are_there_stay(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_site(out)
    before = (downloads(out) / "indicators.csv").read_bytes()
    for most in (20, 0):  # few plans; many, of which `site` has made all
        monkeypatch.setattr(site, "MOST_IN_TABLE", most)
        hold_everything(out, out / ".planeval", [f"indicators.yaml: {most}"])
        assert (downloads(out) / "indicators.csv").read_bytes() == before
        assert (downloads(out) / "planeval.xlsx").is_file()
        assert "没有合成历年数值表" not in (downloads(out) / "index.html").read_text(encoding="utf-8")
        assert {row["not_renewed"] for row in table(downloads(out) / "verdicts.csv")} == {"yes"}


def described(out: Path) -> list[str]:
    """The files that the descriptor names."""
    package = json.loads((downloads(out) / "datapackage.json").read_text(encoding="utf-8"))
    return [resource["path"] for resource in package["resources"]]


def test_the_same_reports_give_the_same_bytes(out: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    made_site(out)
    first = {path.name: path.read_bytes() for path in downloads(out).iterdir()}
    for path in downloads(out).iterdir():
        path.unlink()
    for path in out.rglob("*"):
        os.utime(path, (1e9, 1e9))
    made_site(out)
    assert {path.name: path.read_bytes() for path in downloads(out).iterdir()} == first
    with zipfile.ZipFile(downloads(out) / "planeval.xlsx") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_downloads_are_made_again_only_when_a_report_changes(out: Path) -> None:
    made_site(out)
    before = times(out)
    made_site(out)
    assert times(out) == before
    publish(out, "sample", "final", "k2", as_of=2025, indicators=[mean_indicator()])
    made_site(out)
    after = times(out)
    assert after["downloads/indicators.csv"] != before["downloads/indicators.csv"]
    rows = [row for row in table(downloads(out) / "verdicts.csv") if row["kind"] == "final"]
    assert [row["id"] for row in rows] == ["disaster_affected_per_100k"]
