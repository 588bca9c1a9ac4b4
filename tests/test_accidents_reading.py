"""Reading ledgers of accidents: every mistake is told by line and touches its place only."""

from __future__ import annotations

from pathlib import Path

import pytest
from accident_ledgers import GULOU, HEADER, MAWEI, about, read, row, write_ledger
from mistakes import recode

from planeval.messages import speaking
from planeval.model.findings import Finding
from planeval.read.accident_rows import MOST_FINDINGS

BOTH = about(f"{MAWEI} 2023-01-01 2023-12-31", f"{GULOU} 2023-01-01 2023-12-31")


def only_finding(data: Path) -> Finding:
    (finding,) = read(data).findings
    return finding


def test_a_ledger_is_read_as_typed_columns(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(deaths=2, injuries=3, loss=1200.5, category="道路交通")])
    (ledger,) = read(tmp_path).ledgers
    (own,) = ledger.table.to_dict("records")
    assert own["accident"] == "A1"
    assert own["region_code"] == MAWEI
    assert (own["deaths"], own["missing"], own["serious_injuries"], own["direct_loss"]) == (2, 0, 3, 1200.5)
    assert str(own["date"]) == str(own["reported"]) == "2023-05-01 00:00:00"
    assert own["category"] == "road_traffic"
    assert own["line"] == 2
    assert ledger.facts.source == "示例台账"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (row(deaths=-1), "马尾区的事故“A1”：死亡人数写成了“-1”，应为不小于0的整数"),
        (row(deaths="1.5"), "马尾区的事故“A1”：死亡人数写成了“1.5”，应为不小于0的整数"),
        (row(missing=""), "马尾区的事故“A1”：失踪人数写成了“（空）”，应为不小于0的整数"),
        (row(injuries="２"), "马尾区的事故“A1”：重伤人数写成了“２”，应为不小于0的整数"),
        (row(loss="约10"), "马尾区的事故“A1”：直接经济损失写成了“约10”，应为不小于0的数字（万元）"),
        (row(loss=""), "马尾区的事故“A1”：直接经济损失写成了“（空）”，应为不小于0的数字（万元）"),
        (row(date="2023/5/1"), "马尾区的事故“A1”：事故日期写成了“2023/5/1”，应为2023-05-01"),
        (row(date="2023年5月1日"), "马尾区的事故“A1”：事故日期写成了“2023年5月1日”，应为2023-05-01"),
        (row(date="2023-02-30"), "马尾区的事故“A1”：事故日期写成了“2023-02-30”，应为2023-05-01 这样的日期"),
        (row(reported="1.5.2023"), "马尾区的事故“A1”：报告日期写成了“1.5.2023”，应为2023-05-01 这样的日期"),
        (
            row(category="交通"),
            "马尾区的事故“A1”：类别“交通”不认识；是否应为 道路交通？",
        ),
        (row(reported="2023-04-30"), "马尾区的事故“A1”：报告日期 2023-04-30 早于事故日期 2023-05-01"),
        (row(code="350150"), "事故“A1”的地区代码 350150 不在 regions.csv 中"),
        (row(code="350105.0"), "事故“A1”的地区代码写成了“350105.0”，应为六位文本"),
        (row(accident=""), "马尾区的一行没有写事故编号"),
    ],
)
def test_a_wrong_cell_is_told_by_line(tmp_path: Path, wrong: str, message: str) -> None:
    write_ledger(tmp_path, [row(accident="A0"), wrong])
    finding = only_finding(tmp_path)
    assert finding.message == message
    assert finding.where == "accidents/2023.csv:3"
    assert finding.remedy


def test_a_remedy_says_how_to_write_a_date(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(date="2023/5/1")])
    finding = only_finding(tmp_path)
    assert finding.remedy == (
        "日期写成 年-月-日 十个字符；在Excel中把这一列设为“文本”再填，以免被改写成 2023/5/1"
    )
    assert (finding.found, finding.expected) == ("2023/5/1", "2023-05-01")


def test_findings_are_told_in_english_too(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(deaths=-1)])
    with speaking("en"):
        assert only_finding(tmp_path).message == (
            "Mawei District, accident “A1”: the number of deaths reads “-1”; it must be a whole number of at least 0"
        )


def test_a_mistake_spoils_the_totals_of_its_place_alone(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(deaths=-1), row(accident="A2", code=GULOU)], BOTH)
    accidents = read(tmp_path)
    assert [f.region_code for f in accidents.findings] == [MAWEI]
    assert [cover.region_code for cover in accidents.ledgers[0].covers] == [GULOU]


def test_a_row_of_nobody_could_be_anybodys(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(code="马尾"), row(accident="A2")], BOTH)
    accidents = read(tmp_path)
    assert [f.region_code for f in accidents.findings] == [None]
    assert accidents.ledgers[0].covers == []


def test_an_accident_of_two_places_is_told_to_both(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(), row(code=GULOU), row(accident="A2", code=GULOU)], BOTH)
    accidents = read(tmp_path)
    assert [(f.line, f.region_code) for f in accidents.findings] == [(2, MAWEI), (3, GULOU)]
    assert {f.message for f in accidents.findings} == {"事故编号“A1”同时用在几个地区：350105、350102"}
    assert accidents.ledgers[0].covers == []


def test_an_accident_of_two_places_is_noticed_when_one_of_them_is_read(tmp_path: Path) -> None:
    from accident_ledgers import regions

    from planeval.read.accidents import read_accidents

    write_ledger(tmp_path, [row(), row(code=GULOU)], BOTH)
    part = read_accidents(tmp_path / "accidents", tmp_path, regions(), only=[MAWEI])
    assert part.findings == [f for f in read(tmp_path).findings if f.region_code == MAWEI]


@pytest.mark.parametrize(
    ("again", "message"),
    [
        (
            row(date="2023-05-02", reported="2023-05-03"),
            "马尾区的事故“A1”：这一行的事故日期为“2023-05-02”，第2行为“2023-05-01”",
        ),
        (row(category="fire"), "马尾区的事故“A1”：这一行的事故类别为“fire”，第2行为“other”"),
    ],
)
def test_the_reports_of_an_accident_must_go_together(tmp_path: Path, again: str, message: str) -> None:
    write_ledger(tmp_path, [row(), again])
    finding = only_finding(tmp_path)
    assert (finding.line, finding.message) == (3, message)


def test_many_mistakes_of_one_kind_are_told_up_to_a_number(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(accident=f"A{n}", deaths=-1) for n in range(MOST_FINDINGS + 7)])
    findings = read(tmp_path).findings
    assert len(findings) == MOST_FINDINGS + 1
    assert findings[-1].message == "accidents/2023.csv中还有7行有同样的问题，不再逐一列出"
    assert (findings[-1].line, findings[-1].region_code) == (None, MAWEI)


# ---- the file of rows -----------------------------------------------------------------------------------------------


def test_a_ledger_may_be_gbk_with_quotes_and_blank_lines(tmp_path: Path) -> None:
    file = write_ledger(
        tmp_path,
        [
            row() + ',"甲路,乙路口"',
            "",
            ",,,,,,,,,,",
            row(accident="A2") + ',"一\n二"',
            row(accident="A3") + ",",
        ],
        header=f"{HEADER},place",
    )
    recode(file, "gbk")
    accidents = read(tmp_path)
    assert accidents.findings == []
    assert accidents.ledgers[0].table["line"].tolist() == [2, 5, 7]


def test_plain_and_quoted_files_are_read_alike(tmp_path: Path) -> None:
    rows = [row(accident=f" A{n} ", deaths=n, loss=n * 1.5) for n in range(9)]
    write_ledger(tmp_path, rows)
    plain = read(tmp_path).ledgers[0].table
    write_ledger(tmp_path, [line.replace("建筑施工", '"建筑施工"') for line in rows])
    quoted = read(tmp_path).ledgers[0].table
    assert plain.to_dict("records") == quoted.to_dict("records")
    assert plain["accident"].tolist()[:2] == ["A0", "A1"]


@pytest.mark.parametrize(
    ("header", "line", "message"),
    [
        (HEADER.replace("deaths", "death"), 1, "不认识的列名“death”；是否应为 deaths？"),
        (
            HEADER.removesuffix(",reported"),
            1,
            f"缺少列 reported（现有：{HEADER.removesuffix(',reported').replace(',', ', ')}）",
        ),
        (HEADER, 3, "这一行有9个单元格，表头有10列"),
    ],
)
def test_a_file_of_another_shape_touches_the_places_in_it(
    tmp_path: Path, header: str, line: int, message: str
) -> None:
    write_ledger(tmp_path, [row(), row(accident="A2").removesuffix(",2023-05-01")], header=header)
    finding = only_finding(tmp_path)
    assert (finding.where, finding.message) == (f"accidents/2023.csv:{line}", message)
    assert finding.region_code == MAWEI
    assert read(tmp_path).ledgers == []


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    write_ledger(tmp_path, []).write_bytes(b"")
    assert only_finding(tmp_path).message.startswith("文件是空的，应有表头（accident, region_code, date")


def test_a_ledger_with_a_header_alone_is_a_ledger_of_zeros(tmp_path: Path) -> None:
    write_ledger(tmp_path, [])
    accidents = read(tmp_path)
    assert accidents.findings == []
    assert len(accidents.ledgers[0].covers) == 1


@pytest.mark.parametrize(("gone", "left"), [("yaml", "csv"), ("csv", "yaml")])
def test_each_file_needs_the_other(tmp_path: Path, gone: str, left: str) -> None:
    write_ledger(tmp_path, [row()])
    (tmp_path / "accidents" / f"2023.{gone}").unlink()
    finding = only_finding(tmp_path)
    assert finding.message == (f"有 accidents/2023.{left} 而没有 accidents/2023.{gone}，这份事故台账没有读取")
    assert finding.region_code == MAWEI


def test_a_workbook_beside_the_ledgers_is_not_read_and_that_is_said(tmp_path: Path) -> None:
    write_ledger(tmp_path, [])
    (tmp_path / "accidents" / "2024.xlsx").write_bytes(b"")
    finding = only_finding(tmp_path)
    assert finding.where == "accidents/2024.xlsx"
    assert finding.message == "这个文件不是小写扩展名的 .csv，里面的数据没有读取"


# ---- the file beside them -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            "until: 2023-12-31",
            "until: 2022-12-31",
            6,
            "内容不成立（covers.0）：from（2023-01-01）不能晚于 until（2022-12-31）",
        ),
        (
            "published: 2024-03-01",
            "published: 2023-06-01",
            1,
            "内容不成立（文件顶层）：350105 的 until（2023-12-31）晚于 published（2023-06-01）：统计日之后的事故还不可能登记齐全",
        ),
        ("from: ", "form: ", 6, "缺少必填的键 covers.0.from"),
        (MAWEI, "350150", 6, "covers 中的地区代码 350150 不在 regions.csv 中。是否应为 350105？"),
        (
            f'"{MAWEI}"',
            "马尾",
            6,
            "covers.0.region_code 的值“马尾”不对：'马尾' 不是六位行政区划代码(请加引号，如 \"350105\")",
        ),
        (
            "illustrative",
            "done",
            2,
            "status 的取值“done”不在可用范围内；可用：final, revised, preliminary, estimate, forecast, illustrative",
        ),
        ("false", "maybe", 4, "include_missing_in_deaths 的值“maybe”不对：应为 true 或 false"),
        ("2024-03-01", "2024年3月", 3, "published 的值“2024年3月”不对：应为日期，如 2022-04-29"),
    ],
)
def test_a_mistake_in_the_facts_is_told_by_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    text = about(f"{MAWEI} 2023-01-01 2023-12-31")
    assert old in text
    write_ledger(tmp_path, [row()], text.replace(old, new))
    finding = read(tmp_path).findings[0]
    assert (finding.where, finding.message) == (f"accidents/2023.yaml:{line}", message)
    assert finding.region_code == MAWEI


def test_an_unknown_key_is_answered_with_the_right_one(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row()], about(f"{MAWEI} 2023-01-01 2023-12-31").replace("from: ", "form: "))
    assert "不认识的键 covers.0.form；是否应为 from？" in [f.message for f in read(tmp_path).findings]


@pytest.mark.parametrize("name", ["2023", "more"])
def test_a_day_may_be_covered_once(tmp_path: Path, name: str) -> None:
    """In one ledger or in two: nobody could tell which of them counts."""
    first = f"{MAWEI} 2023-01-01 2023-12-31"
    again = [f"{MAWEI} 2023-12-31 2024-01-31", f"{GULOU} 2023-01-01 2023-12-31"]
    if name == "2023":
        write_ledger(tmp_path, [row()], about(first, *again))
    else:
        write_ledger(tmp_path, [row()], about(first))
        write_ledger(tmp_path, [], about(*again), name="more")
    accidents = read(tmp_path)
    (finding,) = accidents.findings
    assert finding.message == (
        "马尾区的2023-12-31—2024-01-31重复覆盖，前面已有 accidents/2023.yaml:6 2023-01-01—2023-12-31"
    )
    assert finding.where == ("accidents/2023.yaml:7" if name == "2023" else "accidents/more.yaml:6")
    assert finding.region_code == MAWEI
    assert [cover.region_code for ledger in accidents.ledgers for cover in ledger.covers] == [GULOU]
