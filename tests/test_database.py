"""Observations from a database: read into a snapshot, from which everything follows."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Cli
from database_samples import SNAPSHOT, change, figures, in_sqlite, make_sqlite, name_source, taken_rows
from pandas.testing import assert_frame_equal

from planeval.database.cells import NoText, cell, single
from planeval.database.snapshot import renew, renewed
from planeval.errors import InputError
from planeval.model.findings import Severity
from planeval.read.inventory import take_inventory
from planeval.read.rows import REQUIRED
from planeval.read.workspace import load
from planeval.workbench import open_workspace

SAME = "数据库 bureau：8 行，与快照 observations/database-bureau.csv 相同"
NEW = "数据库 bureau：8 行，已写入快照 observations/database-bureau.csv"


def said(data: Path, offline: bool = False) -> str:
    """What goes wrong with the sources of a data folder."""
    with pytest.raises(InputError) as caught:
        renew(data, offline)
    return str(caught.value)


# ---- the same figures -----------------------------------------------------------------------------------------------


def test_a_sqlite_table_gives_the_figures_that_the_file_gave(tiny_data: Path) -> None:
    before = figures(load(tiny_data))
    in_sqlite(tiny_data)

    assert renew(tiny_data) == [NEW]

    workspace = load(tiny_data)
    assert_frame_equal(figures(workspace), before)
    assert workspace.findings == []
    mawei = workspace.rows_of("350105")
    assert set(mawei["file"]) == {SNAPSHOT} and list(mawei["line"]) != [0] * 8


def test_a_snapshot_is_in_the_order_of_place_year_variable_and_publication(tiny_data: Path) -> None:
    rows = taken_rows(tiny_data, "mawei.csv")
    make_sqlite(tiny_data / "bureau.db", [*reversed(rows)])
    name_source(tiny_data, "address: sqlite:///bureau.db", "table: obs")

    renew(tiny_data)

    lines = (tiny_data / SNAPSHOT).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "region_code,year,variable,published,value,unit,status,source"
    assert lines[1:3] == [
        "350105,2020,accident_deaths,2021-03,20,人,illustrative,示例",
        "350105,2020,gdp,2021-03,465,亿元,illustrative,示例",
    ]
    assert lines[1:] == sorted(lines[1:])


def test_a_duckdb_view_with_types_and_other_names_gives_exact_text(tiny_data: Path) -> None:
    with duckdb.connect(str(tiny_data / "bureau.duckdb")) as connection:
        connection.execute("CREATE SCHEMA office")
        connection.execute(
            "CREATE TABLE office.raw (area VARCHAR, year INTEGER, variable VARCHAR, value DECIMAL(12, 3), share FLOAT,"
            " unit VARCHAR, status VARCHAR, source VARCHAR, day DATE, checked VARCHAR)"
        )
        connection.execute(
            "INSERT INTO office.raw VALUES"
            " ('350105', 2023, 'gdp', 486.100, 0.1, '亿元', 'final', '公报, 第3页', '2024-03-29', 'yes'),"
            " ('350105', 2022, 'gdp', 455.07, 1.07, '亿元', 'final', '公报', NULL, NULL)"
        )
        connection.execute('CREATE VIEW office."obs 2024" AS SELECT * FROM office.raw')
    name_source(
        tiny_data,
        "address: duckdb:///bureau.duckdb",
        "schema: office",
        "table: obs 2024",
        "columns: {region_code: area, published: day, accepts: share}",
    )

    renew(tiny_data)

    assert (tiny_data / SNAPSHOT).read_text(encoding="utf-8").splitlines() == [
        "region_code,year,variable,published,value,unit,status,source,checked,accepts",
        "350105,2022,gdp,,455.070,亿元,final,公报,,1.07",
        '350105,2023,gdp,2024-03-29,486.100,亿元,final,"公报, 第3页",yes,0.1',
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("010101", "010101"),
        (350105, "350105"),
        (Decimal("1.070"), "1.070"),
        (Decimal("1E+3"), "1000"),
        (0.1 + 0.2, "0.30000000000000004"),
        (20.0, "20"),
        (1e300, "1e+300"),
        (-0.5, "-0.5"),
        (float("nan"), "nan"),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, 8, 30), "2024-02-29 08:30:00"),
        (datetime(2024, 2, 29, tzinfo=timezone(timedelta(hours=8))), "2024-02-29 00:00:00+08:00"),
    ],
)
def test_a_value_becomes_exactly_the_text_a_file_would_hold(value: object, text: str) -> None:
    assert cell(value) == text


def test_a_number_of_single_precision_has_no_noise_and_bytes_are_no_text() -> None:
    assert single(0.10000000149011612) == "0.1"
    assert single(None) == ""
    with pytest.raises(NoText, match="bytes"):
        cell(b"350105")


@pytest.mark.parametrize("table", ['obs"; DROP TABLE keep; --', "select", "%s 100%", "表:obs"])
def test_a_table_may_have_any_name_and_its_name_is_no_statement(tiny_data: Path, table: str) -> None:
    quoted = table.replace('"', '""')
    make_sqlite(tiny_data / "bureau.db", taken_rows(tiny_data, "mawei.csv"), quoted)
    change(tiny_data / "bureau.db", "CREATE TABLE keep (x)")
    name_source(tiny_data, "address: sqlite:///bureau.db", f"table: {json.dumps(table)}")

    assert renew(tiny_data) == [NEW]

    change(tiny_data / "bureau.db", "INSERT INTO keep VALUES (1)")


@pytest.mark.parametrize("name", ["sqlite:///bureau.db", "duckdb:///bureau.db"])
def test_an_embedded_database_is_opened_so_that_nothing_can_write(tiny_data: Path, name: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    from planeval.database.address import access_to
    from planeval.database.reading import _connection
    from planeval.read.sources import read_sources

    if name.startswith("sqlite"):
        make_sqlite(tiny_data / "bureau.db", [])
    else:
        duckdb.connect(str(tiny_data / "bureau.db")).close()
    name_source(tiny_data, f"address: {name}", "table: obs")
    (placed,) = read_sources(tiny_data)

    with (
        _connection(placed, access_to(placed, tiny_data)) as connection,
        pytest.raises(DBAPIError, match=r"read-?only"),
    ):
        connection.execute(text("CREATE TABLE made (x INTEGER)"))


# ---- the snapshot ---------------------------------------------------------------------------------------------------


def test_a_snapshot_is_written_only_when_something_changed(tiny_data: Path) -> None:
    database = in_sqlite(tiny_data)
    renew(tiny_data)
    inventory = take_inventory(tiny_data)

    assert renew(tiny_data) == [SAME]
    assert inventory.touched() == []

    change(database, "UPDATE obs SET value = 21 WHERE year = '2020' AND variable = 'accident_deaths'")
    assert renew(tiny_data) == [NEW]
    assert inventory.touched() == [SNAPSHOT]
    assert take_inventory(tiny_data).rows_of("350102") == inventory.rows_of("350102")
    assert take_inventory(tiny_data).rows_of("350105") != inventory.rows_of("350105")


def test_without_sources_nothing_is_imported_and_nothing_is_written(tiny_data: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from planeval.database.snapshot import renew;"
        "assert renew(Path(sys.argv[1])) == [];"
        "assert not {'sqlalchemy', 'pydantic', 'yaml', 'pandas'} & set(sys.modules)"
    )
    before = sorted(tiny_data.rglob("*"))

    subprocess.run([sys.executable, "-c", code, str(tiny_data)], cwd=ROOT, check=True, timeout=60)

    assert sorted(tiny_data.rglob("*")) == before


def test_when_one_database_is_lost_no_snapshot_is_renewed(tiny_data: Path) -> None:
    database = in_sqlite(tiny_data)
    renew(tiny_data)
    before = (tiny_data / SNAPSHOT).read_bytes()
    change(database, "DELETE FROM obs")
    with (tiny_data / "sources.yaml").open("a", encoding="utf-8") as stream:
        stream.write("  - name: second\n    address: sqlite:///gone.db\n    table: obs\n")

    assert said(tiny_data) == (
        f"sources.yaml:5: 来源 second 的数据库文件不存在：{tiny_data}/gone.db"
        " → 检查 address；相对路径从数据文件夹算起"
    )
    assert (tiny_data / SNAPSHOT).read_bytes() == before


def test_a_command_reads_the_database_once_and_its_notebooks_read_the_snapshot(tiny_data: Path) -> None:
    database = in_sqlite(tiny_data)

    with renewed(tiny_data) as told:
        database.unlink()
        assert told == [NEW]
        assert len(open_workspace(tiny_data).rows_of("350105")) == 8
        assert open_workspace(tiny_data, "mawei").plan_ids == ["mawei"]

    with pytest.raises(InputError, match="的数据库文件不存在"):
        open_workspace(tiny_data)


@pytest.mark.parametrize(
    "words",
    [
        "run",
        "compute",
        "template --year 2024",
        "import figures.xlsx",
        "explain mawei accident_deaths",
        "diff --before 2024 --after 2025",
        "check-plan mawei.yaml",
        "verify report.html",
    ],
)
def test_no_command_uses_an_old_snapshot_unasked(tiny_data: Path, run_cli: Cli, words: str) -> None:
    database = in_sqlite(tiny_data)
    renew(tiny_data)
    database.unlink()

    status, out, err = run_cli(*words.split(), "--data", tiny_data)

    assert (status, out) == (1, "")
    assert err.startswith("sources.yaml:2: 来源 bureau 的数据库文件不存在：")


def test_what_programs_read_is_not_mixed_with_what_is_told_of_a_database(
    tiny_data: Path, run_cli: Cli
) -> None:
    in_sqlite(tiny_data)

    status, out, _ = run_cli(
        "explain", "mawei", "accident_deaths", "--kind", "midterm", "--json", "--data", tiny_data
    )

    assert status == 0 and json.loads(out)["id"] == "accident_deaths"


def test_offline_uses_the_snapshot_and_says_how_old_it_is(
    tiny_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_sqlite(tiny_data)
    renew(tiny_data)
    (tiny_data / "bureau.db").unlink()
    record = tiny_data / "observations" / "database-bureau.json"
    content = json.loads(record.read_text(encoding="utf-8"))
    earlier = datetime.fromisoformat(content["read"]) - timedelta(days=3, hours=1)
    record.write_text(json.dumps({**content, "read": earlier.isoformat()}), encoding="utf-8")

    workspace = open_workspace(tiny_data, offline=True)

    shown = earlier.astimezone().strftime("%Y-%m-%d %H:%M")
    assert capsys.readouterr().out == (
        f"数据库 bureau：未连接，使用 {shown} 读取的快照 observations/database-bureau.csv"
        f"（3 天前，SHA-256 {content['sha256'][:12]}…）\n"
    )
    assert len(workspace.rows_of("350105")) == 8


def test_offline_believes_no_snapshot_that_is_not_what_was_read(tiny_data: Path) -> None:
    in_sqlite(tiny_data)
    assert said(tiny_data, offline=True) == (
        "sources.yaml:2: 来源 bureau 还没有读取过 → 不加 --offline 运行一次，把数据库读成快照"
    )
    renew(tiny_data)
    snapshot = tiny_data / SNAPSHOT
    snapshot.write_text(snapshot.read_text(encoding="utf-8").replace(",20,人", ",2,人"), encoding="utf-8")

    assert said(tiny_data, offline=True) == (
        "sources.yaml:2: 来源 bureau 的快照 observations/database-bureau.csv 不是读取时的样子：有人改过，或上次读取中断了"
        " → 不加 --offline 重新读取；要更正数据，请在数据库中更正"
    )
    assert renew(tiny_data) == [NEW]
    assert ",20,人" in snapshot.read_text(encoding="utf-8")


def test_data_are_not_read_without_the_snapshot_of_a_source(tiny_data: Path) -> None:
    in_sqlite(tiny_data)

    with pytest.raises(InputError, match="来源 bureau 还没有读取过"):
        load(tiny_data)


def test_the_snapshot_of_a_source_that_is_gone_is_told_and_not_read(tiny_data: Path) -> None:
    in_sqlite(tiny_data)
    renew(tiny_data)
    with_source = take_inventory(tiny_data)
    (tiny_data / "sources.yaml").unlink()

    workspace = load(tiny_data)

    (left,) = [f for f in workspace.findings if f.rule == "snapshot_not_read"]
    assert left.severity is Severity.WARNING and left.region_code is None
    assert str(left) == (
        "observations/database-bureau.csv: 这是数据库 bureau 的快照，但 sources.yaml 中没有这个来源，所以没有读取"
        " → 不再需要就删去这个文件；仍需要就把来源写回 sources.yaml；要当作普通文件，请改名，不以 database- 开头"
    )
    assert workspace.rows_of("350105").empty and len(workspace.rows_of("350102")) == 8
    # What reports depend on has changed with it, so that they are not left as they were.
    without = take_inventory(tiny_data)
    assert (with_source.rows, without.rows) == (16, 8)
    assert without.rows_of("350105") == {}
    assert load(tiny_data, {"350105"}).observations.empty


# ---- rows with mistakes ---------------------------------------------------------------------------------------------


def test_a_row_without_a_value_holds_back_its_place_alone_and_is_told_by_its_key(
    tiny_data: Path, run_cli: Cli, tmp_path: Path
) -> None:
    database = in_sqlite(tiny_data)
    change(database, "UPDATE obs SET value = NULL WHERE year = '2023'")

    status, out, err = run_cli("validate", "--data", tiny_data, "--out", tmp_path / "out")

    assert status == 1
    assert out.startswith(f"{NEW}\n")
    assert (
        "observations/database-bureau.csv:7: 马尾区2023年的生产安全事故死亡人数：数值是空的"
        " → 没有数据就不要填（CSV 文件删去整行）；确为零请填 0；这一行来自数据库 bureau，请在数据库中更正后重新运行，不要改快照"
        in err
    )
    assert "mawei" in err and "gulou" not in err


@pytest.mark.parametrize("name", [n for n in REQUIRED if n not in ("value", "published", "unit", "variable")])
def test_nothing_where_something_is_needed_is_a_critical_finding(tiny_data: Path, name: str) -> None:
    database = in_sqlite(tiny_data)
    change(database, f"UPDATE obs SET {name} = NULL WHERE year = '2023'")
    renew(tiny_data)

    (finding,) = [f for f in load(tiny_data).findings if f.file == SNAPSHOT]

    assert finding.severity is Severity.CRITICAL
    assert finding.remedy.endswith("这一行来自数据库 bureau，请在数据库中更正后重新运行，不要改快照")


def test_a_value_of_a_type_that_is_no_text_is_told_by_the_row(tiny_data: Path) -> None:
    database = in_sqlite(tiny_data)
    change(database, "UPDATE obs SET value = x'3230' WHERE year = '2023'")

    assert said(tiny_data) == (
        "sources.yaml:2: 来源 bureau 的列 value 中有 bytes 类型的值，不能写成文字"
        "（350105、2023、accident_deaths、2024-03）"
        " → 在数据库中改用文字、数值或日期类型，或建一个转换好的视图"
    )
    assert not (tiny_data / SNAPSHOT).exists()
