"""Reruns that know the data: what changed is made again, with its reason; everything else is left as it lies."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from batches import make_nation, reports_in, run, tree
from conftest import ROOT
from mistakes import append, replace

from planeval.batch import run as run_module
from planeval.batch import workers
from planeval.commands import main
from planeval.stages import validation

PLACES = 4


class Nation:
    """A data folder, the reports made of it, and what changes from run to run."""

    def __init__(self, folder: Path) -> None:
        self.data, self.out = folder / "data", folder / "out"
        self.nation = make_nation(self.data, places=PLACES, seed=11)
        self.plans = sorted(path.stem for path in (self.data / "plans").glob("*.yaml"))
        self.before: dict[str, str] = {}

    def run(self, *more: str) -> tuple[int, str, str]:
        """Run; afterwards `changed` compares with the tree before."""
        self.before = tree(self.out) if self.out.exists() else {}
        done = run("run", self.data, self.out, "--jobs", "2", *more)
        return done.status, done.out, done.err

    def changed(self) -> set[str]:
        """Folders of reports and pages whose content differs from before the last run."""
        after = tree(self.out)
        names = {name for name in {*self.before, *after} if self.before.get(name) != after.get(name)}
        return {name.rpartition("/")[0] for name in names} - {""}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    nation = Nation(tmp_path_factory.mktemp("reruns"))
    status, _, err = nation.run()
    assert (status, err) == (0, "")
    assert len(reports_in(nation.out)) == 2 * PLACES
    return nation


@pytest.fixture
def nation(made: Nation, tmp_path: Path) -> Iterator[Nation]:
    """The made reports; data and reports are as they were when the test is over."""
    shutil.copytree(made.data, tmp_path / "data")
    shutil.copytree(made.out, tmp_path / "out")
    yield made
    for name in ("data", "out"):
        shutil.rmtree(getattr(made, name))
        shutil.copytree(tmp_path / name, getattr(made, name))


def found(nation: Nation, code: str, variable: str = "accident_deaths", year: int = 2022) -> tuple[Path, str]:
    """A row of the statistics, and the file it stands in."""
    for file in sorted((nation.data / "observations").glob("*.csv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith(f"{code},{year},{variable},"):
                return file, line
    raise AssertionError(f"no {variable} of {code} in {year}")


def correct(nation: Nation, plan: str, by: int = 1, year: int = 2022) -> str:
    """Put another number of deaths in place of the one that is there; returns the place's code."""
    code = plan.removeprefix("c")
    file, row = found(nation, code, year=year)
    cells = row.split(",")
    cells[3] = str(max(0, int(cells[3]) - by)) if int(cells[3]) >= by else str(int(cells[3]) + by)
    replace(file, row, ",".join(cells))
    return code


def test_when_nothing_changed_nothing_is_made(nation: Nation) -> None:
    status, out, err = nation.run("--explain")
    assert (status, err) == (0, "")
    assert nation.changed() == set()
    assert out.count("不生成：所依据的数据、规划和程序都没有变化") == 2 * PLACES
    assert f"{2 * PLACES} 份报告没有变化" in out


def test_a_corrected_figure_renews_its_own_reports_and_says_why(nation: Nation) -> None:
    plan = nation.plans[1]
    code = correct(nation, plan)
    status, out, err = nation.run("--explain")
    assert (status, err) == (0, "")
    changed = nation.changed()
    assert {name for name in changed if name.split("/")[0] in nation.plans} == {
        f"{plan}/midterm",
        f"{plan}/final",
    }
    assert {name for name in changed if name.startswith("places/")} == {f"places/{code}"}
    assert "downloads" in changed and not changed & {"method", "glossary"}
    assert f"{plan} 中期评估：重新生成：{code} 的统计数据有变化" in out
    other = nation.plans[0]
    assert f"{other} 中期评估：不生成：" in out


def test_a_changed_plan_renews_the_reports_of_that_plan(nation: Nation) -> None:
    plan = nation.plans[2]
    file = nation.data / "plans" / f"{plan}.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# reviewed\n", encoding="utf-8")
    _, out, _ = nation.run("--explain")
    made = {name for name in nation.changed() if name.split("/")[0] in nation.plans}
    assert made == {f"{plan}/midterm", f"{plan}/final"}
    assert f"{plan} 终期评估：重新生成：规划文件有变化" in out


def test_a_changed_ledger_renews_the_reports_of_its_plan(nation: Nation) -> None:
    plan = nation.plans[0]
    file = nation.data / "progress" / f"{plan}.csv"
    file.write_text(file.read_text(encoding="utf-8").rstrip("\n") + "\n\n", encoding="utf-8")
    _, out, _ = nation.run("--explain")
    assert f"{plan} 中期评估：重新生成：进展台账有变化" in out
    assert out.count("：重新生成：") == 2


def test_a_changed_method_renews_everything(nation: Nation) -> None:
    append(nation.data / "method.yaml", "# reviewed")
    _, out, _ = nation.run("--explain")
    assert out.count("重新生成：method.yaml 有变化") == 2 * PLACES


def test_a_row_put_in_before_others_renews_those_whose_line_it_moves(nation: Nation) -> None:
    """The reports name file and line of each row, so they would be wrong otherwise."""
    file, row = found(nation, nation.plans[0].removeprefix("c"), year=2016)
    replace(file, row, f"\n{row}")  # an empty line counts as a line
    nation.run()
    expected = tree(nation.out)
    shutil.rmtree(nation.out)
    nation.run()
    assert tree(nation.out) == expected


def test_a_deleted_page_is_made_again(nation: Nation) -> None:
    plan = nation.plans[3]
    whole = tree(nation.out)
    (nation.out / plan / "final" / "index.html").unlink()
    _, out, _ = nation.run("--explain")
    assert f"{plan} 终期评估：重新生成：原有报告的文件不全" in out
    assert tree(nation.out) == whole
    assert out.count("：重新生成：") == 1


@pytest.mark.parametrize("page", ["places", "downloads", "compare", "method", "glossary"])
def test_a_deleted_page_of_the_site_is_made_again_without_the_reports(nation: Nation, page: str) -> None:
    whole = tree(nation.out)
    shutil.rmtree(nation.out / page)
    status, out, err = nation.run("--explain")
    assert (status, err) == (0, "")
    assert tree(nation.out) == whole
    assert "：重新生成：" not in out


def test_a_place_whose_plan_is_gone_keeps_its_page_until_its_reports_go(nation: Nation) -> None:
    plan = nation.plans[0]
    page = nation.out / "places" / plan.removeprefix("c") / "index.html"
    (nation.data / "plans" / f"{plan}.yaml").unlink()
    (nation.data / "progress" / f"{plan}.csv").unlink()
    nation.run()
    assert "数据文件夹中已没有这个规划" in page.read_text(encoding="utf-8")
    shutil.rmtree(nation.out / plan)
    nation.run()
    assert not page.parent.exists()


def test_the_site_command_makes_the_same_pages_from_what_lies_there(nation: Nation) -> None:
    whole = tree(nation.out)
    for page in ("places", "downloads", "compare"):
        shutil.rmtree(nation.out / page)
    (nation.out / "index.html").unlink()
    done = run("site", nation.data, nation.out)
    assert (done.status, done.err) == (0, "")
    assert tree(nation.out) == whole


def test_force_makes_the_same_bytes_again(nation: Nation) -> None:
    status, out, err = nation.run("--force")
    assert (status, err) == (0, "")
    assert f"完成：发布 {2 * PLACES} 份报告" in out
    assert nation.changed() == set()


def test_a_dry_run_counts_explains_estimates_and_writes_nothing(nation: Nation) -> None:
    plan = nation.plans[1]
    code = correct(nation, plan)
    status, out, err = nation.run("--dry-run")
    assert (status, err) == (0, "")
    assert f"将生成 2 份，不变 {2 * PLACES - 2} 份，搁置 0 份" in out
    assert f"  2 份：{code} 的统计数据有变化" in out
    assert "个进程同时工作估计，约需" in out
    assert tree(nation.out) == nation.before


def test_what_a_run_brings_up_to_date_equals_a_fresh_one(nation: Nation) -> None:
    for number, plan in enumerate(nation.plans[:2]):
        correct(nation, plan, year=2021 + number)
        nation.run()
    expected = tree(nation.out)
    shutil.rmtree(nation.out)
    nation.run()
    assert tree(nation.out) == expected


def test_the_number_of_jobs_and_the_engine_leave_no_trace_in_the_bytes(nation: Nation) -> None:
    expected = tree(nation.out)
    shutil.rmtree(nation.out)
    run("run", nation.data, nation.out, "--jobs", "1")
    assert tree(nation.out) == expected
    shutil.rmtree(nation.out)
    done = run("run", nation.data, nation.out, "--jobs", "3", "--engine", "kernel")
    # An ordinary kernel may abort, loudly, in libzmq while it shuts down, long after it has answered.
    said = [line for line in done.err.splitlines() if "(src/signaler.cpp" not in line]
    assert (done.status, said) == (0, [])
    assert tree(nation.out) == expected


def test_where_there_is_no_fork_the_bytes_are_the_same(
    nation: Nation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = tree(nation.out)
    shutil.rmtree(nation.out)
    for module in (workers, run_module, validation):
        monkeypatch.setattr(module, "fork_available", lambda: False)
    # The tests' own variable keeps an ordinary kernel from catching what subprocesses print.
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    status = main(["run", "--data", str(nation.data), "--out", str(nation.out), "--jobs", "2"])
    shown = capsys.readouterr()
    assert (status, shown.err) == (0, "")
    assert "本系统不能派生进程，用普通内核运行笔记本" in shown.out
    assert tree(nation.out) == expected


def test_when_nothing_changed_no_library_is_loaded_that_takes_time(nation: Nation) -> None:
    program = (
        "import sys, runpy\n"
        f"sys.argv = ['pipeline.py', 'run', '--data', {str(nation.data)!r}, '--out', {str(nation.out)!r}]\n"
        "try:\n    runpy.run_path('pipeline.py', run_name='__main__')\n"
        "except SystemExit as stop:\n    assert not stop.code, stop.code\n"
        "print([m for m in ('pandas', 'numpy', 'matplotlib', 'nbconvert', 'great_expectations') if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert f"{2 * PLACES} 份报告没有变化" in done.stdout
