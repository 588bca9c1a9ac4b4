"""A workbook that came back: every figure with its cell, and nothing guessed where it cannot be told."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from filled_workbooks import PROGRESS, STATISTICS, Form, figures, read
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from planeval.errors import InputError
from planeval.messages import LANGUAGES, speaking
from planeval.workbook.contents import contents
from planeval.workbook.entries import Cell, Entry, Filled
from planeval.workbook.reading import read_filled
from planeval.workbook.template import template
from planeval.workbook.words import progress_terms


@pytest.fixture
def form(tmp_path: Path) -> Form:
    return Form.small(tmp_path)


# ---- what was filled in -----------------------------------------------------------------------------------------------


def test_a_workbook_with_nothing_filled_in_gives_nothing(form: Form) -> None:
    assert read(form) == Filled(form.path)


def test_a_figure_comes_with_all_that_holds_for_it_and_the_cells(form: Form) -> None:
    form.fill("gdp", _350105=512.3)
    form.cell("350105", "reason").value = "核实后更正"
    form.cell("350105", "provided_by").value = "区统计局"
    filled = read(form)
    column = form.cell("350105", "gdp").column_letter
    at = {name: Cell(STATISTICS, f"{column}{form.rows[name]}") for name in ("status", "source", "published")}
    at |= {name: Cell(STATISTICS, form.cell("350105", name).coordinate) for name in ("reason", "provided_by")}
    at |= {
        "value": Cell(STATISTICS, f"{column}11"),
        "region_code": Cell(STATISTICS, "A11"),
        "variable": Cell(STATISTICS, f"{column}5"),
        "unit": Cell(STATISTICS, f"{column}4"),
        "year": Cell(STATISTICS, "C2"),
    }
    entry = Entry(
        region_code="350105",
        year="2024",
        variable="gdp",
        value="512.3",
        unit="亿元",
        status="final",
        source="统计公报",
        published="2025-03-31",
        reason="核实后更正",
        provided_by="区统计局",
        cells=at,
    )
    assert filled == Filled(form.path, entries=[entry])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.1 + 0.2, "0.3"),
        (1234567.5, "1234567.5"),
        (-3, "-3"),
        ("1,234", "1,234"),
        ("１２３", "１２３"),
        (" 12 ", "12"),
        ("约20", "约20"),
        (True, "TRUE"),
        ("#N/A", "#N/A"),
        (date(2024, 3, 1), "2024-03-01"),
        (time(12, 30), "12:30:00"),
    ],
)
def test_a_value_is_given_as_it_stands_for_the_checks_to_judge(form: Form, value: Any, text: str) -> None:
    form.fill("accident_deaths", _350105=value)
    assert figures(read(form)) == {("350105", "accident_deaths"): text}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2025, 3, 31), "2025-03-31"),
        (datetime(2025, 3, 31, 8, 30), "2025-03-31 08:30:00"),
        ("2025-03", "2025-03"),
        ("2025年3月", "2025年3月"),
        (45000, "45000"),
        (None, ""),
    ],
)
def test_a_date_of_publication_is_read_as_excel_means_it(form: Form, value: Any, text: str) -> None:
    form.fill("gdp", {"status": "正式值", "source": "公报", "published": value}, _350105=1)
    if isinstance(value, int):
        form.cell("published", "gdp").number_format = "General"
    filled = read(form)
    assert ([entry.published for entry in filled.entries], filled.problems) == ([text], [])


def test_a_report_of_progress_comes_with_its_cells(form: Form) -> None:
    row = form.items["gas-pipe-renewal"]
    form.fill_report(
        "gas-pipe-renewal",
        date=date(2024, 12, 20),
        status="进行中",
        percent=85,
        quantity=8.5,
        source="区住建局",
    )
    form.fill_report("task-1-1", date="2024-12", status="completed", source="x", data_status="示例值")
    filled = read(form)
    values = {entry.values["item"]: entry.values for entry in filled.progress}
    assert [entry.plan for entry in filled.progress] == ["gulou", "mawei"]
    assert values["gas-pipe-renewal"] == {
        "item": "gas-pipe-renewal",
        "date": "2024-12-20",
        "status": "in_progress",
        "percent": "85",
        "quantity": "8.5",
        "evidence": "",
        "source": "区住建局",
        "data_status": "",
    }
    assert (values["task-1-1"]["status"], values["task-1-1"]["data_status"]) == ("completed", "illustrative")
    cells = next(e.cells for e in filled.progress if e.values["item"] == "gas-pipe-renewal")
    assert cells["percent"] == Cell(PROGRESS, form.progress.cell(row, form.report["percent"]).coordinate)
    assert filled.problems == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_understood_in_every_language(data: Path, language: str) -> None:
    with speaking(language):
        path = data.parent / "own.xlsx"
        path.write_bytes(template(contents(data, 2024, ("350105",))))
        book, term = load_workbook(path), progress_terms()["in_progress"]
    sheet, progress = book.worksheets[1], book.worksheets[2]
    column = next(c.column for c in sheet[5] if c.value == "accident_deaths")
    for row, value in ((6, "Preliminary" if language == "en" else "初步值"), (7, "x"), (11 - 1, 3)):
        sheet.cell(row, column).value = value
    keys = {cell.value: cell.column for cell in progress[4]}
    progress.cell(5, keys["status"]).value = term
    book.save(path)
    filled = read_filled(path)
    assert [(e.status, e.unit) for e in filled.entries] == [("preliminary", "人")]
    assert [e.values["status"] for e in filled.progress] == ["in_progress"]


def test_another_unit_written_in_the_header_is_taken_at_its_word(form: Form) -> None:
    form.fill("gdp", _350105=5123000)
    form.cell("unit", "gdp").value = "万元"
    assert [(entry.value, entry.unit) for entry in read(form).entries] == [("5123000", "万元")]


def test_marks_and_notes_of_an_earlier_return_change_nothing(form: Form) -> None:
    form.fill("gdp", _350105=512.3)
    before = read(form)
    form.cell("350105", "gdp").comment = Comment("发现", "planeval")
    form.sheet.cell(20, 1).value = "注：数据为初步核算"
    form.book.create_sheet("问题清单")
    assert read(form) == before


# ---- rows and columns may move -----------------------------------------------------------------------------------------


def test_columns_and_rows_that_were_moved_or_inserted_are_found(form: Form) -> None:
    form.fill("gdp", _350102=1, _350105=2)
    form.fill("accident_deaths", _350105=3)
    form.sheet.unmerge_cells("C3:E3")
    form.sheet.insert_cols(1)
    form.sheet.insert_cols(4, 2)
    form.sheet.insert_rows(3)
    form.sheet.insert_rows(12)
    filled = read(form)
    assert figures(filled) == {
        ("350102", "gdp"): "1",
        ("350105", "gdp"): "2",
        ("350105", "accident_deaths"): "3",
    }
    assert filled.problems == []


def test_places_in_another_order_are_read_by_their_codes(form: Form) -> None:
    form.fill("gdp", _350102=1, _350105=2)
    for column in range(1, form.sheet.max_column + 1):
        one, other = form.sheet.cell(10, column), form.sheet.cell(11, column)
        one.value, other.value = other.value, one.value
    assert figures(read(form)) == {("350105", "gdp"): "2", ("350102", "gdp"): "1"}


# ---- another workbook --------------------------------------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_filled(path)
    return str(error.value)


def test_a_workbook_that_was_not_made_by_template_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    Workbook().save(path)
    assert refusal(path) == (
        f"{path}: 这不是 template 写出的填报工作簿（没有填报信息） → "
        "用 python pipeline.py template --year 年份 写出工作簿再填，或用 --map 按宽表导入"
    )


def test_a_workbook_of_another_schema_is_refused(form: Form) -> None:
    form.book["planeval"]["B1"].value = "2"
    assert "这不是 template 写出的填报工作簿" in refusal(form.save())


def test_a_sheet_that_is_gone_or_there_twice_is_refused(form: Form) -> None:
    copy = form.book.copy_worksheet(form.sheet)
    copy.title = "统计数据 (2)"
    assert refusal(form.save()) == (
        f"{form.path}: 有几张同样的表：统计数据、统计数据 (2)，不知道以哪张为准 → 只保留一张"
    )
    form.book.remove(copy)
    form.book.remove(form.sheet)
    assert refusal(form.save()) == (
        f"{form.path}: 找不到“统计数据”表（有一列写着 variable 和 region_code 的那张） → "
        "把数据填回原来的工作簿，不要删去左边一列和“指标代码”一行"
    )


def test_the_sheet_of_the_progress_may_be_gone(form: Form) -> None:
    form.fill("gdp", _350105=512.3)
    form.book.remove(form.progress)
    filled = read(form)
    assert (len(filled.entries), filled.progress, filled.problems) == (1, [], [])


# ---- anything that can be filled in ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Form:
    """A workbook that is filled in again and again."""
    return Form.small(tmp_path_factory.mktemp("made-up"))


PRINTED = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn", "Zs", "Zl", "Zp"]))
TEXTS = PRINTED.filter(lambda text: text.strip() == text != "" and not text.startswith(("=", "#", "'")))
WHOLE = st.integers(-(10**14), 10**14)
DECIMAL = st.decimals(-(10**6), 10**6, places=4)


@settings(max_examples=40)
@given(
    whole=WHOLE,
    decimal=DECIMAL,
    text=TEXTS,
    day=st.dates(date(1990, 1, 1), date(2099, 12, 31)),
    source=TEXTS,
    reason=st.none() | TEXTS,
)
def test_whatever_is_filled_in_comes_back_as_it_was(
    made_up: Form, whole: int, decimal: Any, text: str, day: date, source: str, reason: str | None
) -> None:
    head = {"status": "修订值", "source": source, "published": day}
    made_up.fill("accident_deaths", head, _350102=whole, _350105=text)
    made_up.fill("gdp", head, _350102=float(decimal))
    made_up.cell("350102", "reason").value = reason
    filled = read(made_up)
    assert filled.problems == []
    entries = {(entry.region_code, entry.variable): entry for entry in filled.entries}
    assert set(entries) == {("350102", "accident_deaths"), ("350105", "accident_deaths"), ("350102", "gdp")}
    assert entries["350102", "accident_deaths"].value == str(whole)
    assert entries["350105", "accident_deaths"].value == text
    assert type(decimal)(entries["350102", "gdp"].value) == decimal
    for entry in filled.entries:
        assert (entry.status, entry.source, entry.published) == ("revised", source, day.isoformat())
        assert entry.reason == ((reason or "") if entry.region_code == "350102" else "")
