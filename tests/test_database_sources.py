"""Mistakes in ``sources.yaml``, and databases that cannot be reached or used: each is told, and no secret with it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT
from database_samples import change, in_sqlite, make_sqlite, name_source
from docs_text import text_of

from planeval.database.snapshot import renew
from planeval.database.trouble import without_secrets
from planeval.errors import InputError
from planeval.read.sources import read_sources

IN_FILE = (
    "这一行写了密码；密码不得写入文件 → 删去密码，改放环境变量 PLANEVAL_DB_PASSWORD（或用 password_env 指定别的变量名）；"
    "这个密码可能已被别人看到，请更换"
)


def said(data: Path) -> str:
    """What goes wrong with the sources of a data folder."""
    with pytest.raises(InputError) as caught:
        renew(data)
    return str(caught.value)


# ---- the file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "address: postgresql://analyst:hunter2@db/statistics",
        "address: 'postgresql://analyst:hun/ter@2@db:5432/statistics'",
        "address: postgresql://:hunter2@db/statistics: and no YAML either",
        "# address: postgresql://analyst:hunter2@db/statistics",
        "address: postgresql://db/statistics?user=analyst&password=hunter2",
        "address: mssql+pyodbc://db/statistics?odbc_connect=UID=analyst;PWD=hunter2",
        "address: duckdb:///md:statistics?motherduck_token=hunter2",
        "password: hunter2",
        '"Password" : hunter2',
        "adress: {pwd: hunter2}",
    ],
)
def test_a_password_in_the_file_is_refused_and_not_repeated(tiny_data: Path, line: str) -> None:
    name_source(tiny_data, "table: obs", line)

    assert said(tiny_data) == f"sources.yaml:4: {IN_FILE}"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://db/statistics",
        "postgresql://db:5432/statistics?options=a@b",
        "postgresql://analyst@db:5432/statistics",
        "postgresql://db/statistics?passfile=/home/analyst/.pgpass",
    ],
)
def test_an_address_without_a_password_is_read(tiny_data: Path, address: str) -> None:
    name_source(tiny_data, f"address: {address}", "table: obs")

    (placed,) = read_sources(tiny_data)

    assert (placed.source.address, placed.source.table, placed.line) == (address, "obs", 2)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["table: obs"],
            "sources.yaml:2: 内容不成立（observations.0）：address 和 address_env 应写一个，且只写一个 → 改正这一处",
        ),
        (
            ["address: sqlite:///a.db", "address_env: DB", "table: obs"],
            "sources.yaml:2: 内容不成立（observations.0）：address 和 address_env 应写一个，且只写一个 → 改正这一处",
        ),
        (
            ["address: sqlite:///a.db"],
            "sources.yaml:2: 缺少必填的键 observations.0.table → 补上 table（格式见 docs/formats.md）",
        ),
        (
            ["address: sqlite:///a.db", "table: obs", "shema: office"],
            "sources.yaml:5: 不认识的键 observations.0.shema；是否应为 schema？ → 改成正确的键名，或删去这一行",
        ),
        (
            ["address: sqlite:///a.db", "table: obs", "columns:", "      regon_code: area"],
            "sources.yaml:6: columns 中的 regon_code 不是观测数据的列"
            " → 冒号左边写观测数据的列名，右边写数据库的列名。是否应为 region_code？",
        ),
        (
            ["address_env: STATISTICS_ADDRESS", "table: obs"],
            "sources.yaml:2: 来源 bureau 的地址应在环境变量 STATISTICS_ADDRESS 中，但没有设置"
            " → 设置环境变量 STATISTICS_ADDRESS 后重新运行，或在 address 中写不含密码的地址",
        ),
        (
            ["address: just words", "table: obs"],
            "sources.yaml:2: 来源 bureau 的地址不成形（为防泄露密码，这里不显示）"
            " → 写成 postgresql://主机:5432/数据库、sqlite:///文件 或 duckdb:///文件",
        ),
        (
            ["address: postgres://db/statistics", "table: obs"],
            "sources.yaml:2: 来源 bureau：没有名为 postgres 的数据库类型 → 更正 address 开头的类型。是否应为 postgresql？",
        ),
        (
            ["address: sqlite://", "table: obs"],
            "sources.yaml:2: 来源 bureau 的地址没有写 sqlite 的文件，内存数据库里没有数据"
            " → 写成 sqlite:///文件，相对于数据文件夹",
        ),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(tiny_data: Path, lines: list[str], message: str) -> None:
    name_source(tiny_data, *lines)

    assert said(tiny_data) == message


def test_two_sources_of_one_name_are_refused(tiny_data: Path) -> None:
    name_source(tiny_data, "address: sqlite:///a.db", "table: obs")
    with (tiny_data / "sources.yaml").open("a", encoding="utf-8") as stream:
        stream.write("  - {name: bureau, address: 'sqlite:///b.db', table: obs}\n")

    assert "有两个来源的 name 相同，快照会互相覆盖" in said(tiny_data)


def test_a_name_that_could_leave_the_folder_is_refused(tiny_data: Path) -> None:
    name_source(tiny_data, "address: sqlite:///a.db", "table: obs", name="../plans/x")

    assert "小写拉丁字母开头，只含小写字母、数字和连字符" in said(tiny_data)


def test_a_word_that_is_no_name_of_a_variable_is_not_repeated(tiny_data: Path) -> None:
    name_source(tiny_data, "address: postgresql://db/statistics", "table: obs", "password_env: hunter2")

    assert said(tiny_data) == (
        "sources.yaml:2: 来源 bureau 的环境变量名不成形（为防泄露密码，这里不显示）"
        " → address_env、user_env、password_env 写的是变量名，只含大写字母、数字和下划线，不是用户名或密码本身"
    )


def test_the_address_may_come_from_the_environment(tiny_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_sqlite(tiny_data)
    name_source(tiny_data, "address_env: STATISTICS_ADDRESS", "table: obs")
    monkeypatch.setenv("STATISTICS_ADDRESS", "sqlite:///bureau.db")

    assert renew(tiny_data) == ["数据库 bureau：8 行，已写入快照 observations/database-bureau.csv"]


def test_the_example_in_the_documents_is_read(tiny_data: Path) -> None:
    match = re.search(
        r"<!-- sources -->\n```yaml\n(.*?)^```$", text_of("docs/formats.md"), re.MULTILINE | re.DOTALL
    )
    assert match
    (tiny_data / "sources.yaml").write_text(match[1], encoding="utf-8")

    bureau, archive = (placed.source for placed in read_sources(tiny_data))

    assert (bureau.schema_name, bureau.column("region_code"), bureau.column("year")) == (
        "emergency",
        "area_code",
        "year",
    )
    assert (archive.name, archive.address, archive.password_env) == (
        "archive",
        "sqlite:///archive.db",
        "PLANEVAL_DB_PASSWORD",
    )


# ---- the database ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "absent", "module"),
    [
        ("sqlite", "sqlalchemy", "sqlalchemy"),
        ("postgresql", "psycopg", "psycopg"),
        ("duckdb", "duckdb_engine", "duckdb_engine"),
    ],
)
def test_a_driver_that_is_not_installed_is_named_with_what_to_install(
    tiny_data: Path, scheme: str, absent: str, module: str
) -> None:
    (tiny_data / "bureau.db").touch()
    name_source(tiny_data, f"address: {scheme}:///bureau.db", "table: obs")
    code = (
        "import sys; sys.modules[sys.argv[1]] = None; from pathlib import Path;"
        "from planeval.database.snapshot import renew; from planeval.errors import InputError\n"
        "try: renew(Path(sys.argv[2]))\n"
        "except InputError as error: print(error)"
    )

    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code, absent, str(tiny_data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )

    assert done.stdout == (
        f'sources.yaml:2: 来源 bureau 需要 {module}，尚未安装 → 在项目文件夹中运行 pip install -e ".[database]"\n'
    )


def test_a_driver_that_planeval_does_not_bring_is_named(tiny_data: Path) -> None:
    name_source(tiny_data, "address: mysql+pymysql://db/statistics", "table: obs")

    assert said(tiny_data) == (
        "sources.yaml:2: 来源 bureau 需要驱动程序 pymysql，尚未安装或不能用 → 安装 pymysql 后重新运行"
    )


def test_a_table_or_column_that_is_missing_is_told_with_the_closest_name(tiny_data: Path) -> None:
    database = in_sqlite(tiny_data)
    name_source(tiny_data, "address: sqlite:///bureau.db", "table: obss")
    assert said(tiny_data) == (
        "sources.yaml:2: 来源 bureau：没有名为 obss 的表或视图"
        " → 更正 table，在别的模式中时写明 schema。是否应为 obs？"
    )
    name_source(tiny_data, "address: sqlite:///bureau.db", "schema: office", "table: obs")
    assert said(tiny_data) == (
        "sources.yaml:2: 来源 bureau：没有名为 office 的模式（schema） → 更正 schema。可用：main"
    )
    change(database, "ALTER TABLE obs RENAME COLUMN region_code TO region_cod")
    name_source(tiny_data, "address: sqlite:///bureau.db", "table: obs", "columns: {accepts: rules}")
    assert said(tiny_data).splitlines() == [
        "sources.yaml:2: 来源 bureau 的表 obs 没有列 region_code（应为观测数据的 region_code）"
        " → 更正 columns 中的 region_code，或在数据库中建一个有这些列的视图。是否应为 region_cod？",
        "sources.yaml:2: 来源 bureau 的表 obs 没有列 rules（应为观测数据的 accepts）"
        " → 更正 columns 中的 accepts，或在数据库中建一个有这些列的视图。"
        "可用：published、region_cod、source、status、unit、value、variable、year",
    ]


def test_a_duckdb_file_without_the_table_or_schema_is_told(tiny_data: Path) -> None:
    with duckdb.connect(str(tiny_data / "bureau.db")) as connection:
        connection.execute("CREATE TABLE statistics (value INTEGER)")
    name_source(tiny_data, "address: duckdb:///bureau.db", "table: statistic")
    assert "没有名为 statistic 的表或视图" in said(tiny_data) and "是否应为 statistics？" in said(tiny_data)
    name_source(tiny_data, "address: duckdb:///bureau.db", "schema: mian", "table: statistics")
    assert "没有名为 mian 的模式" in said(tiny_data) and "是否应为 main？" in said(tiny_data)


@pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
def test_a_file_that_is_no_database_is_told(tiny_data: Path, scheme: str) -> None:
    (tiny_data / "bureau.db").write_text("region_code,year\n" * 1000, encoding="utf-8")
    name_source(tiny_data, f"address: {scheme}:///bureau.db", "table: obs")

    text = said(tiny_data)

    assert text.startswith("sources.yaml:2: 来源 bureau：")
    assert str(tiny_data / "bureau.db") in text and "什么都没有更新" in text and "\n" not in text


def test_an_empty_database_says_that_nothing_is_there(tiny_data: Path) -> None:
    make_sqlite(tiny_data / "bureau.db", [])
    change(tiny_data / "bureau.db", "DROP TABLE obs")
    name_source(tiny_data, "address: sqlite:///bureau.db", "table: obs")

    assert said(tiny_data).endswith(
        "没有名为 obs 的表或视图 → 更正 table，在别的模式中时写明 schema。那里什么也没有"
    )


def test_secrets_are_blotted_out_as_they_are_and_as_an_address_writes_them() -> None:
    text = "postgresql://u:p%40ss+w%2F@h and p@ss w/ and p%40ss%20w%2F"

    assert without_secrets(text, ["p@ss w/"]) == "postgresql://u:＊＊＊@h and ＊＊＊ and ＊＊＊"
