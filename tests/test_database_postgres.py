"""PostgreSQL as an office runs it: with users and passwords, over the network; and everything that goes wrong there."""

from __future__ import annotations

import csv
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from conftest import Cli
from database_samples import SNAPSHOT, name_source, taken_rows
from postgres_server import DATABASE, OWNER_PASSWORD, READER, READER_PASSWORD, Server, running_server

from planeval.database import reading
from planeval.database.snapshot import renew
from planeval.errors import InputError
from planeval.read.rows import REQUIRED

TYPES = {
    "region_code": "character(6)",
    "year": "smallint",
    "variable": "text",
    "value": "numeric",
    "unit": "text",
    "status": "text",
    "source": "text",
    "published": "text",
}
NOTHING = "什么都没有更新"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture
def bureau(server: Server, tiny_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``tiny_data`` with the rows of mawei.csv in the server's table obs; user and password in the environment."""
    server.fill("obs", TYPES, taken_rows(tiny_data, "mawei.csv"))
    name_source(tiny_data, f"address: {server.address}", "table: obs")
    monkeypatch.setenv("PLANEVAL_DB_USER", READER)
    monkeypatch.setenv("PLANEVAL_DB_PASSWORD", READER_PASSWORD)
    return tiny_data


def said(data: Path) -> str:
    """What goes wrong with the source."""
    with pytest.raises(InputError) as caught:
        renew(data)
    return str(caught.value)


def secret_in(text: str) -> bool:
    """Whether a password stands in a text, in any of the forms it may take."""
    return any(
        form in text for s in (READER_PASSWORD, OWNER_PASSWORD) for form in (s, quote(s, safe=""), quote(s))
    )


# ---- what it gives --------------------------------------------------------------------------------------------------


def _everything(out: Path) -> Iterator[str]:
    """Every file below a folder, as text."""
    for path in sorted(out.rglob("*")):
        if path.is_file():
            yield path.read_bytes().decode("utf-8", "replace")


WHERE_IT_STANDS = {"file", "line", "lines", "behind", "sources", "provenance"}


def _without_files(content: Any) -> Any:
    """An evaluation without the names, lines and hashes of the files it was made from; lists of rows in an order of
    their own."""
    if isinstance(content, dict):
        return {name: _without_files(value) for name, value in content.items() if name not in WHERE_IT_STANDS}
    if isinstance(content, list):
        return sorted(map(_without_files, content), key=lambda item: json.dumps(item, sort_keys=True))
    return content


def test_the_report_from_postgresql_is_the_report_from_the_files(
    server: Server, data: Path, run_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = ("report", "--data", data, "--plan", "mawei", "--kind", "midterm")
    assert run_cli(*report, "--out", tmp_path / "files")[0] == 0
    with (data / "observations" / "mawei.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    (data / "observations" / "mawei.csv").unlink()
    columns = {name: TYPES.get(name, "text") for name in table[0]}
    server.fill("马尾区统计", columns, [list(row.values()) for row in table])
    name_source(data, f"address: {server.address}", "table: 马尾区统计")
    monkeypatch.setenv("PLANEVAL_DB_USER", READER)
    monkeypatch.setenv("PLANEVAL_DB_PASSWORD", READER_PASSWORD)

    status, out, err = run_cli(*report, "--out", tmp_path / "database")

    assert (status, err) == (0, "")
    assert out.startswith(f"数据库 bureau：{len(table)} 行，已写入快照 observations/database-bureau.csv\n")
    made = [
        json.loads((tmp_path / name / "mawei" / "midterm" / "evaluation.json").read_text(encoding="utf-8"))
        for name in ("files", "database")
    ]
    assert _without_files(made[0]) == _without_files(made[1])
    assert any(i["current"] is not None for i in made[1]["indicators"])
    assert not any(map(secret_in, [out, err, *_everything(tmp_path / "database"), *_everything(data)]))

    # Nothing has changed: the report stays as it is, and without a network too.
    again = run_cli(*report, "--out", tmp_path / "database")
    monkeypatch.setenv("PLANEVAL_DB_PASSWORD", "wrong")
    offline = run_cli(*report, "--out", tmp_path / "database", "--offline")
    assert again[0] == offline[0] == 0
    assert "1 份报告没有变化" in again[1] and "1 份报告没有变化" in offline[1]
    assert "未连接，使用" in offline[1]


def test_the_table_is_read_in_one_transaction_that_can_only_read(server: Server, bureau: Path) -> None:
    settings = "current_setting('transaction_read_only') || ' ' || current_setting('transaction_isolation')"
    columns = ", ".join(f"{settings} AS source" if name == "source" else name for name in REQUIRED)
    server.do(
        f"CREATE OR REPLACE VIEW seen AS SELECT {columns} FROM obs", f"GRANT SELECT ON seen TO {READER}"
    )
    name_source(bureau, f"address: {server.address}", "table: seen")

    renew(bureau)

    with (bureau / SNAPSHOT).open(encoding="utf-8", newline="") as stream:
        assert {row["source"] for row in csv.DictReader(stream)} == {"on repeatable read"}


def test_types_of_postgresql_become_exact_text(server: Server, bureau: Path) -> None:
    types = {
        **TYPES,
        "value": "numeric(12,3)",
        "published": "date",
        "checked": "real",
        "reason": "double precision",
    }
    row = ["010101", 2023, "gdp", "1234567.1", "亿元", "final", "公报", "2024-02-29", 0.1, 1 / 3]
    server.fill("typed", types, [row])
    name_source(bureau, f"address: {server.address}", "schema: public", "table: typed")

    renew(bureau)

    assert (bureau / SNAPSHOT).read_text(encoding="utf-8").splitlines()[1] == (
        "010101,2023,gdp,2024-02-29,1234567.100,亿元,final,公报,0.1,0.3333333333333333"
    )


def test_a_socket_and_a_user_in_the_address_are_as_good(server: Server, bureau: Path) -> None:
    address = f"postgresql://{READER}@/{DATABASE}?host={server.folder}&port={server.port}"
    name_source(bureau, f"address: {address}", "user_env: NOBODY_SET_THIS", "table: obs")

    assert renew(bureau) == ["数据库 bureau：8 行，已写入快照 observations/database-bureau.csv"]


# ---- what goes wrong ------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_told_without_it_and_leaves_everything_as_it_was(
    server: Server, bureau: Path, run_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renew(bureau)
    before = {path: path.read_bytes() for path in bureau.rglob("*") if path.is_file()}
    monkeypatch.setenv("PLANEVAL_DB_PASSWORD", "Wr0ng@pass/word")

    status, out, err = run_cli("run", "--data", bureau, "--out", tmp_path / "out")

    assert (status, out) == (1, "")
    assert err.splitlines() == [
        f"sources.yaml:2: 来源 bureau：{server.address} 不接受给出的用户名和密码"
        f" → 检查环境变量 PLANEVAL_DB_USER 和 PLANEVAL_DB_PASSWORD。{NOTHING}",
        f"改正后重新运行：python pipeline.py run --data {bureau} --out {tmp_path / 'out'}",
    ]
    assert before == {path: path.read_bytes() for path in bureau.rglob("*") if path.is_file()}
    assert not (tmp_path / "out").exists()


def test_the_traceback_of_a_refusal_holds_neither_user_nor_password(
    bureau: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import traceback

    from planeval.commands import main

    monkeypatch.setenv("PLANEVAL_DB_PASSWORD", "Wr0ng@pass/word")
    with pytest.raises(InputError) as caught:
        main(["run", "--data", str(bureau), "--out", str(tmp_path / "out"), "--debug"])

    shown = "".join(traceback.format_exception(caught.value))
    assert "不接受给出的用户名和密码" in shown
    assert "Wr0ng" not in shown and quote("Wr0ng@pass/word", safe="") not in shown and READER not in shown


def test_no_password_at_all_is_told(server: Server, bureau: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLANEVAL_DB_PASSWORD")

    assert said(bureau) == (
        f"sources.yaml:2: 来源 bureau：{server.address} 不接受没有密码的连接"
        f" → 用环境变量 PLANEVAL_DB_USER 和 PLANEVAL_DB_PASSWORD 给出用户名和密码。{NOTHING}"
    )


def test_a_host_that_does_not_answer_is_told(bureau: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: whoever calls is refused
        port = nobody.getsockname()[1]
        name_source(bureau, f"address: postgresql://127.0.0.1:{port}/{DATABASE}", "table: obs")

        text = said(bureau)

    assert text.startswith(f"sources.yaml:2: 来源 bureau：连不上 postgresql://127.0.0.1:{port}/{DATABASE}：")
    assert "Connection refused" in text
    assert text.endswith(
        f" → 检查主机、端口、网络和数据库服务；要用上次读取的快照，请加 --offline。{NOTHING}"
    )
    assert not secret_in(text) and READER not in text


def test_a_database_that_is_not_there_is_told(server: Server, bureau: Path) -> None:
    address = server.address.replace(DATABASE, "statistic")
    name_source(bureau, f"address: {address}", "table: obs")

    assert said(bureau) == (
        f"sources.yaml:2: 来源 bureau：服务器上没有这个数据库：{address} → 更正 address 中的数据库名。{NOTHING}"
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["table: obss"],
            "来源 bureau：没有名为 obss 的表或视图 → 更正 table，在别的模式中时写明 schema。是否应为 obs？",
        ),
        (
            ["schema: publik", "table: obs"],
            "来源 bureau：没有名为 publik 的模式（schema） → 更正 schema。是否应为 public？",
        ),
        (
            ["table: obs", "columns: {value: valeu}"],
            "来源 bureau 的表 obs 没有列 valeu（应为观测数据的 value）"
            " → 更正 columns 中的 value，或在数据库中建一个有这些列的视图。是否应为 value？",
        ),
    ],
)
def test_a_name_that_is_not_there_is_told_with_the_closest(
    server: Server, bureau: Path, lines: list[str], message: str
) -> None:
    name_source(bureau, f"address: {server.address}", *lines)

    assert said(bureau) == f"sources.yaml:2: {message}"


def test_a_table_that_may_not_be_read_is_told(server: Server, bureau: Path) -> None:
    server.do(f"REVOKE SELECT ON obs FROM {READER}")

    assert said(bureau) == (
        "sources.yaml:2: 来源 bureau：这个用户无权读取表 obs"
        f" → 请数据库管理员只授予查询权（GRANT SELECT）。{NOTHING}"
    )


def test_a_view_that_would_write_is_stopped_by_the_database(server: Server, bureau: Path) -> None:
    columns = ", ".join(
        "nextval('counted')::text AS source" if name == "source" else name for name in REQUIRED
    )
    server.do(
        "CREATE SEQUENCE IF NOT EXISTS counted",
        f"GRANT ALL ON SEQUENCE counted TO {READER}",
        f"CREATE OR REPLACE VIEW counting AS SELECT {columns} FROM obs",
        f"GRANT SELECT ON counting TO {READER}",
    )
    name_source(bureau, f"address: {server.address}", "table: counting")

    assert said(bureau) == (
        f"sources.yaml:2: 来源 bureau：{server.address} 不能读取：cannot execute nextval() in a read-only transaction"
        f" → 按数据库的说明处理后重新运行。{NOTHING}"
    )


def test_a_connection_lost_on_the_way_is_told_and_nothing_is_renewed(
    server: Server, bureau: Path, run_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renew(bureau)
    before = (bureau / SNAPSHOT).read_bytes()
    server.do(
        "INSERT INTO obs SELECT '350105', y, 'gdp', y, '亿元', 'final', 's', '2024-01'"
        " FROM generate_series(1, 20000) AS y"
    )
    texts = reading._texts

    def cut(*arguments: Any) -> Any:
        server.do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{READER}'")
        return texts(*arguments)

    monkeypatch.setattr(reading, "_texts", cut)

    status, out, err = run_cli("validate", "--data", bureau, "--out", tmp_path / "out")

    assert (status, out) == (1, "")
    assert err.splitlines()[0] == (
        f"sources.yaml:2: 来源 bureau：读到 2000 行时与 {server.address} 的连接断了"
        f" → 重新运行；要用上次读取的快照，请加 --offline。{NOTHING}"
    )
    assert not secret_in(err) and READER not in err
    assert (bureau / SNAPSHOT).read_bytes() == before
    assert not (tmp_path / "out").exists()
