"""What an import writes: nothing, or all of it; never over what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Cli
from imports import mapping_file, table_file

from planeval.model.findings import Severity
from planeval.read.inventory import hash_files
from planeval.read.ledger import read_ledger
from planeval.read.workspace import load
from planeval.workbook.changes import Kind, ReportChange, compare
from planeval.workbook.entries import Cell, Entry, Filled, ProgressEntry
from planeval.workbook.storing import ledger_file, statistics_file, store

GDP = {"地区生产总值": {"variable": "gdp", "unit": "亿元"}}
REPORT = {
    "item": "task-1-1",
    "date": "2025-12-20",
    "status": "in_progress",
    "percent": "88",
    "quantity": "",
    "evidence": "年度考核，\n通报",
    "source": "示例",
    "data_status": "illustrative",
}


def report(**values: str) -> ProgressEntry:
    return ProgressEntry(
        "mawei", REPORT | values, {"item": Cell("任务进展", "C5"), "date": Cell("任务进展", "J5")}
    )


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# ---- the question ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "last", "err"),
    [
        ((), "将写入：observations/年报.csv", "没有终端可以询问，没有写入。确认无误后加 --yes 重新运行。\n"),
        (("--dry-run", "--yes"), "这是试运行，没有写入任何文件。", ""),
    ],
)
def test_nothing_is_written_unasked_or_on_trial(
    tmp_path: Path, tiny_data: Path, run_cli: Cli, words: tuple[str, ...], last: str, err: str
) -> None:
    table, mapping, before = table_file(tmp_path), mapping_file(tmp_path, columns=GDP), snapshot(tiny_data)

    status, out, said = run_cli("import", table, "--map", mapping, "--data", tiny_data, *words)

    assert (status, out.splitlines()[-1], said) == (0 if words else 1, last, err)
    assert snapshot(tiny_data) == before


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("是", True), ("", False), ("n", False)])
def test_at_a_terminal_the_analyst_is_asked(
    tmp_path: Path,
    tiny_data: Path,
    run_cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    written: bool,
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    table, mapping = table_file(tmp_path), mapping_file(tmp_path, columns=GDP)

    status, out, _ = run_cli("import", table, "--map", mapping, "--data", tiny_data)

    assert (status == 0, (tiny_data / "observations" / "年报.csv").exists()) == (written, written)
    assert ("没有写入。" in out) is not written


# ---- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("workbook", "name"),
    [
        ("填报-2025.xlsx", "填报-2025.csv"),
        ("填报-2025-待改.xlsx", "填报-2025.csv"),
        ("填报-2025-待改-3.xlsx", "填报-2025.csv"),
        ("return-to-correct.xlsx", "return.csv"),
        ("马尾区 2025 (最终)$.xlsx", "马尾区-2025-最终.csv"),
        ("..xlsx", "import.csv"),
        ("CON.xlsx", "import-CON.csv"),
        ("MAWEI.xlsx", "MAWEI-2.csv"),
        ("Database-2024.xlsx", "import-Database-2024.csv"),
        ("database.xlsx", "import-database.csv"),
        ("填" * 82 + ".xlsx", "填" * 60 + ".csv"),
        (f"{'长' * 100}.xlsx", f"{'长' * 60}.csv"),
    ],
)
def test_the_new_file_is_named_after_the_workbook_and_never_as_one_that_is_there(
    tiny_data: Path, workbook: str, name: str
) -> None:
    assert statistics_file(tiny_data, Path(workbook), [], {}).file == f"observations/{name}"


# ---- the progress ledger ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["", "\r\n"])
def test_a_ledger_grows_at_its_end_and_stays_as_it_is(data: Path, encoding: str, end: str) -> None:
    path = data / "progress" / "mawei.csv"
    text = path.read_text(encoding="utf-8").rstrip("\n").replace("\n", "\r\n") + end
    path.write_bytes(text.encode(encoding))
    plan = load(data).require_plan("mawei")
    known = len(read_ledger(path, "mawei.csv", plan))

    new = ledger_file(data, "mawei", [ReportChange(report(), Kind.NEW), ReportChange(report(), Kind.NEW)])

    assert new.before is not None
    assert new.content.startswith(new.before)
    path.write_bytes(new.content)
    rows = read_ledger(path, "mawei.csv", plan)
    assert rows["line"].tolist()[known:] == sorted(new.lines)
    assert rows["evidence"].tolist()[known:] == ["年度考核，\n通报"] * 2


def test_a_ledger_without_a_column_that_is_needed_gets_it(data: Path) -> None:
    path = data / "progress" / "mawei.csv"
    path.write_text(
        "item,date,status,percent,evidence,source\ntask-1-1,2023-12-20,进行中,62,,甲\n", encoding="utf-8"
    )

    new = ledger_file(data, "mawei", [ReportChange(report(evidence=""), Kind.NEW)])

    assert new.content.decode() == (
        "item,date,status,percent,evidence,source,data_status\n"
        "task-1-1,2023-12-20,进行中,62,,甲,\n"
        "task-1-1,2025-12-20,in_progress,88,,示例,illustrative\n"
    )


def test_a_plan_without_a_ledger_gets_one(tiny_data: Path) -> None:
    new = ledger_file(tiny_data, "mawei", [ReportChange(report(evidence="", data_status=""), Kind.NEW)])

    assert (new.before, new.file, list(new.lines)) == (None, "progress/mawei.csv", [2])
    assert new.content.decode() == (
        "item,date,status,percent,evidence,source\ntask-1-1,2025-12-20,in_progress,88,,示例\n"
    )


def test_a_report_that_is_there_is_not_written_again_and_another_of_the_day_is_a_correction(
    data: Path,
) -> None:
    workspace = load(data)
    last = workspace.ledgers["mawei"].iloc[-1]
    same = {name: str(last[name]) for name in ("item", "date", "status", "evidence", "source", "data_status")}
    numbers = {n: "" if last[n] != last[n] else f"{last[n]:g}.0" for n in ("percent", "quantity")}
    entries = [report(**same, **numbers), report(**same, percent="1", quantity=""), report()]

    changes = compare(Filled(Path("x.xlsx"), [], entries), workspace, "2026-11-22")

    assert [change.kind for change in changes.reports] == [Kind.UNCHANGED, Kind.CORRECTED, Kind.NEW]


def test_progress_of_a_plan_nobody_knows_is_refused(tiny_data: Path) -> None:
    entry = ProgressEntry("mawai", REPORT, {"item": Cell("任务进展", "C5")})

    changes = compare(Filled(Path("x.xlsx"), [], [entry]), load(tiny_data), "2026-11-22")

    (problem,) = changes.problems
    assert (problem.rule, problem.severity, str(problem.cell)) == (
        "plan_unknown",
        Severity.CRITICAL,
        "任务进展!C5",
    )
    assert problem.message == "没有编号为“mawai”的规划（现有：gulou、mawei）"


def test_a_figure_with_commas_and_lines_in_its_source_stays_whole(tiny_data: Path) -> None:
    cells = {"value": Cell("", "B2")}
    entry = Entry(
        "350105", "2021", "gdp", "490", "亿元", "illustrative", "年报，\n第3页", "2022-03", "", "", cells
    )
    other = Entry("350105", "2022", "gdp", "500", "亿元", "illustrative", '"年报"', "2023-03", "", "", cells)
    changes = compare(Filled(Path("甲.xlsx"), [entry, other]), load(tiny_data), "2026-11-22")

    new = statistics_file(tiny_data, Path("甲.xlsx"), changes.written, {})
    store(tiny_data, [new], hash_files(tiny_data))

    rows = load(tiny_data).rows_of("350105")
    added = rows[rows["file"] == "observations/甲.csv"]
    assert added["source"].tolist() == ["年报，\n第3页", '"年报"']
    assert added["line"].tolist() == sorted(new.lines) == [2, 4]
