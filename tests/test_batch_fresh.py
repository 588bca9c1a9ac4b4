"""Whatever happens to the data between runs: what is there afterwards equals what a run into an empty folder makes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from batches import make_nation, reports_in, run, tree
from mistakes import append, replace

from planeval.batch import run as run_module
from planeval.batch import workers
from planeval.commands import main


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("fresh")
    make_nation(folder / "data", places=3, seed=4)
    done = run("run", folder / "data", folder / "out")
    assert (done.status, done.err) == (0, "")
    shutil.copytree(folder / "data", folder / "data before")
    shutil.copytree(folder / "out", folder / "out before")
    return folder / "data", folder / "out"


@pytest.fixture
def place(made: tuple[Path, Path]) -> tuple[Path, Path]:
    """The data and the reports made of them, as they were at first; always at the same path."""
    for folder in made:
        shutil.rmtree(folder)
        shutil.copytree(folder.with_name(f"{folder.name} before"), folder)
    return made


def first_plan(data: Path) -> str:
    return min(path.stem for path in (data / "plans").glob("*.yaml"))


def change_a_row(data: Path, by: int = 1) -> None:
    """Correct a figure by so little that validation has nothing to say."""
    code = first_plan(data).removeprefix("c")
    for file in sorted((data / "observations").glob("*.csv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith(f"{code},2022,gdp,"):
                cells = line.split(",")
                replace(file, line, ",".join([*cells[:3], f"{float(cells[3]) + by:.4f}", *cells[4:]]))
                return
    raise AssertionError("no such row")


def comment_on_the_code(data: Path) -> None:
    append(data / "plans" / f"{first_plan(data)}.yaml", "# region_code 按 GB/T 2260")


def a_second_plan_file(data: Path) -> None:
    shutil.copy(data / "plans" / f"{first_plan(data)}.yaml", data / "plans" / "zz.yml")


def a_workbook_beside(data: Path) -> None:
    (data / "observations" / "late.xlsx").write_bytes(b"PK")


def a_mistyped_code(data: Path) -> None:
    code = first_plan(data).removeprefix("c")
    file = sorted((data / "observations").glob("*.csv"))[0]
    append(file, f"{code}.0,2022,gdp,1,亿元,illustrative,示例,2023-03,")


CHANGES: list[Callable[[Path], None]] = [
    change_a_row,
    comment_on_the_code,
    a_second_plan_file,
    a_workbook_beside,
    a_mistyped_code,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_after_a_change_and_one_more_all_is_as_if_made_afresh(
    place: tuple[Path, Path], change: Callable[[Path], None]
) -> None:
    data, out = place
    change(data)
    run("run", data, out)
    change_a_row(data, 2)
    last = run("run", data, out)
    kept, there = tree(out), {folder.relative_to(out) for folder in reports_in(out)}
    shutil.rmtree(out)
    fresh = run("run", data, out)
    assert last.status == fresh.status
    made = {folder.relative_to(out) for folder in reports_in(out)}
    afresh = tree(out)
    # A report that is held back stays as it was, and so does what tells of it; everything else is the same.
    held = {str(folder) for folder in there - made}
    telling = {f"places/{folder.parts[0].removeprefix('c')}" for folder in there - made} | {"downloads", ""}
    left = held | telling if held else {""}
    assert {n: h for n, h in kept.items() if n.rpartition("/")[0] not in left} == {
        n: h for n, h in afresh.items() if n.rpartition("/")[0] not in left
    }
    if not held:
        assert kept == afresh


def test_a_shared_file_broken_and_repaired_leaves_no_mark(place: tuple[Path, Path]) -> None:
    data, out = place
    whole = tree(out)
    method = (data / "method.yaml").read_text(encoding="utf-8")
    (data / "method.yaml").write_text(f"{method}xx: [\n", encoding="utf-8")
    broken = run("run", data, out)
    assert broken.status == 1 and "method.yaml" in broken.err
    assert "本次未更新" in (out / "index.html").read_text(encoding="utf-8")
    (data / "method.yaml").write_text(method, encoding="utf-8")
    repaired = run("run", data, out)
    assert (repaired.status, repaired.err) == (0, "")
    assert tree(out) == whole


def test_after_reports_alone_a_whole_run_makes_the_rest(place: tuple[Path, Path]) -> None:
    data, out = place
    change_a_row(data)
    assert run("report", data, out).status == 0
    assert 'href="indicators/index.html"' not in (out / "index.html").read_text(encoding="utf-8")
    assert run("run", data, out).status == 0
    kept = tree(out)
    shutil.rmtree(out)
    run("report", data, out)
    assert not (out / "indicators").exists()
    run("run", data, out)
    assert tree(out) == kept


def test_a_report_whose_plan_is_gone_is_marked(place: tuple[Path, Path]) -> None:
    data, out = place
    plan = first_plan(data)
    (data / "plans" / f"{plan}.yaml").unlink()
    (data / "progress" / f"{plan}.csv").unlink()
    done = run("run", data, out)
    assert done.status == 0
    assert "数据文件夹中已没有这个规划" in (out / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["last.json", "validation.json", "validated.json", "inventory.json", "timings.json"]
)
@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"keys": null, "seconds": null, "held": 3, "digest": 1}']
)
def test_what_runs_leave_for_each_other_may_be_anything(
    place: tuple[Path, Path], name: str, content: str
) -> None:
    if name in ("validation.json", "validated.json") and content not in ("", "{}"):
        content = "{}"  # these cost a validation each
    data, out = place
    whole = tree(out)
    (out / ".planeval" / name).write_text(content, encoding="utf-8")
    done = run("report", data, out, "--dry-run")
    assert (done.status, done.err) == (0, "")
    assert tree(out) == whole


def test_data_that_change_during_a_run_are_not_published(
    place: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = place
    change_a_row(data)
    whole = tree(out)
    decide = run_module._decide

    def meddle(job: object) -> object:
        workers.close_worker()  # what it holds was read before
        change_a_row(data, 2)
        return decide(job)  # type: ignore[arg-type]

    monkeypatch.setattr(run_module, "_decide", meddle)
    status = main(["run", "--data", str(data), "--out", str(out)])
    err = capsys.readouterr().err
    assert status == 1 and "运行期间数据文件被改动：observations/" in err
    assert {n: h for n, h in tree(out).items() if n.startswith("c1")} == {
        n: h for n, h in whole.items() if n.startswith("c1")
    }
