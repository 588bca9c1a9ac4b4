"""A notebook in a fork shows what it shows under the ordinary kernel, output by output."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engine_jobs as jobs
import nbformat
import papermill
import pytest
from engine_notebooks import CELLS, run, write_notebook

from planeval.engine import Template, fork_available, papermill_engine
from planeval.engine import template as template_module
from planeval.engine.papermill_engine import PlanevalEngine, kernel_environment, shared_template
from planeval.errors import PlanevalError
from planeval.render import execute as execute_module
from planeval.render.execute import NotebookFailure, execute

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
needs_fork = pytest.mark.skipif(not fork_available(), reason="no fork on this system")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture(autouse=True)
def as_outside_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' modules can be imported in forks; and the ordinary kernel, which catches less of the output when it
    sees itself tested, does not see it."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(TESTS)]))
    monkeypatch.delenv("PYTEST_CURRENT_TEST")


@pytest.fixture(scope="module")
def template() -> Iterator[Template]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(TESTS)]))
        with Template() as made:
            yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the notebook that is compared runs."""
    return tmp_path_factory.mktemp("compared")


@pytest.fixture(scope="module")
def by_the_ordinary_kernel(folder: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)
        patch.chdir(folder)
        return run(None, str(write_notebook(Path("all.ipynb"))))


def cells_by_source(notebook: Any) -> dict[str, Any]:
    return {cell["source"]: cell for cell in notebook["cells"]}


@needs_fork
@pytest.mark.parametrize("inside", [True, False], ids=["inside-a-fork", "from-outside"])
def test_a_notebook_in_a_fork_equals_the_ordinary_kernels_output_by_output(
    inside: bool,
    template: Template,
    by_the_ordinary_kernel: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    path = str(write_notebook(Path("all.ipynb")))
    ours = template.call(jobs.run_notebook, path) if inside else run("planeval", path)
    assert [cell["source"] for cell in ours["cells"]] == [
        c["source"] for c in by_the_ordinary_kernel["cells"]
    ]
    for cell, expected in zip(ours["cells"], by_the_ordinary_kernel["cells"], strict=True):
        assert cell == expected
    assert ours == by_the_ordinary_kernel


def test_the_notebook_that_is_compared_shows_something_of_every_kind(by_the_ordinary_kernel: Any) -> None:
    outputs = [output for cell in by_the_ordinary_kernel["cells"] for output in cell.get("outputs", [])]
    assert (
        len(by_the_ordinary_kernel["cells"]) == len(CELLS.strip().split("\n---\n")) + 2
    )  # papermill's markers
    assert {output["output_type"] for output in outputs} == {
        "stream",
        "display_data",
        "execute_result",
        "error",
    }
    assert {output["name"] for output in outputs if "name" in output} == {"stdout", "stderr"}
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert {"image/png", "image/svg+xml", "text/html", "text/markdown", "application/x-test+json"} <= kinds
    errors = [output["ename"] for output in outputs if output["output_type"] == "error"]
    assert errors == ["ZeroDivisionError", "SyntaxError", "ValueError", "SystemExit"]
    cells = cells_by_source(by_the_ordinary_kernel)
    assert cells['print("never reached")']["execution_count"] is None


@needs_fork
def test_what_a_subprocess_prints_stands_where_it_was_printed(template: Template, tmp_path: Path) -> None:
    source = (
        'import os\nprint("one")\nos.system("echo two")\nprint("three")\nos.write(1, "四".encode()[:2])\n'
    )
    source += 'os.write(1, "四\\n".encode()[2:]);'
    done = template.call(jobs.run_notebook, str(write_notebook(tmp_path / "n.ipynb", source)))
    assert [output["text"] for output in done["cells"][0]["outputs"]] == ["one\ntwo\nthree\n四\n"]


@needs_fork
def test_more_output_than_a_pipe_holds_blocks_nobody(template: Template, tmp_path: Path) -> None:
    source = "import os, subprocess\nos.write(2, b'e' * 300_000)\nsubprocess.run('yes | head -c 3000000', shell=True);"
    done = template.call(jobs.run_notebook, str(write_notebook(tmp_path / "n.ipynb", source)), timeout=120)
    assert {o["name"]: len(o["text"]) for o in done["cells"][0]["outputs"]} == {
        "stdout": 3_000_000,
        "stderr": 300_000,
    }


@needs_fork
@pytest.mark.parametrize("preload", [(), ("planeval.engine.kernel:prepare",)], ids=["cold", "warm"])
def test_what_the_users_configuration_runs_at_the_start_is_there(
    preload: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("import os\nfrom_startup = os.getpid()\n")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    path = str(write_notebook(tmp_path / "n.ipynb", "import os\nfrom_startup == os.getpid()"))
    with Template(preload=preload) as template:
        done = template.call(jobs.run_notebook, path)
    assert done["cells"][0]["outputs"][0]["data"]["text/plain"] == "True"


@needs_fork
def test_what_a_notebook_leaves_running_ends_with_it(template: Template, tmp_path: Path) -> None:
    source = "import subprocess\nleft = subprocess.Popen(['sleep', '600'])\nprint(left.pid)"
    path = str(write_notebook(tmp_path / "n.ipynb", source))
    for done in (template.call(jobs.run_notebook, path), run("planeval", path)):
        with pytest.raises(ProcessLookupError):
            os.kill(int(done["cells"][0]["outputs"][0]["text"]), 0)


@needs_fork
def test_one_fork_runs_one_notebook_only(template: Template, tmp_path: Path) -> None:
    path = str(write_notebook(tmp_path / "n.ipynb", "x = 1"))
    with pytest.raises(PlanevalError, match="一个任务进程只能运行一个笔记本"):
        template.call(jobs.run_two_notebooks, path)


@needs_fork
def test_a_notebook_sees_nothing_of_the_one_before(tmp_path: Path) -> None:
    first = write_notebook(
        tmp_path / "first.ipynb",
        "import os, sys, decimal, matplotlib, pandas as pd\nleak = 1\nos.environ['LEAK'] = '1'\n"
        "decimal.getcontext().prec = 3\nmatplotlib.rcParams['lines.linewidth'] = 77\n"
        "pd.set_option('display.max_rows', 7)\nsys.modules['leak'] = sys\nos.chdir('/')",
    )
    second = write_notebook(
        tmp_path / "second.ipynb",
        "import os, sys, decimal, matplotlib, pandas as pd\n'leak' in globals(), os.environ.get('LEAK'), "
        "'leak' in sys.modules, decimal.getcontext().prec, matplotlib.rcParams['lines.linewidth'] == 77, "
        "pd.get_option('display.max_rows') == 7, os.getcwd() == '/', len(In)",
    )
    run("planeval", str(first))
    done = run("planeval", str(second))
    shown = done["cells"][0]["outputs"][0]["data"]["text/plain"]
    assert shown == "(False, None, False, 28, False, False, False, 2)"


@needs_fork
def test_a_notebook_starts_in_the_folder_it_is_told_to_with_the_callers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_template()  # started before the variable is set
    monkeypatch.setenv("PLANEVAL_TEST", "here")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "beside_the_notebook.py").write_text("value = 5\n")
    source = "import os, beside_the_notebook as m\nprint(os.getcwd(), os.environ['PLANEVAL_TEST'], m.value)"
    done = run("planeval", str(write_notebook(tmp_path / "n.ipynb", source)), cwd=str(tmp_path / "sub"))
    assert done["cells"][0]["outputs"][0]["text"] == f"{tmp_path / 'sub'} here 5\n"


@needs_fork
@on_linux
def test_no_process_of_the_engine_listens_on_a_port(template: Template, tmp_path: Path) -> None:
    release = tmp_path / "release"
    source = f"import pathlib, time\npathlib.Path({str(tmp_path / 'running')!r}).touch()\n"
    source += f"while not pathlib.Path({str(release)!r}).exists(): time.sleep(0.05)"
    path = str(write_notebook(tmp_path / "n.ipynb", source))
    listening: set[str] = set()
    watched: set[int] = set()

    def watch() -> None:
        while not (tmp_path / "running").exists():
            threading.Event().wait(0.05)
        pids = descendants(os.getpid())
        watched.update(pids)
        listening.update(listening_sockets() & {name for pid in pids for name in sockets_of(pid)})
        release.touch()

    for inside in (True, False):
        watcher = threading.Thread(target=watch)
        watcher.start()
        if inside:
            template.call(jobs.run_notebook, path)
        else:
            run("planeval", path)
        watcher.join()
        for flag in (release, tmp_path / "running"):
            flag.unlink()
    assert listening == set()
    assert {template.pid, shared_template().pid} < watched


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found |= {int(child)} | descendants(int(child))
    return found


def sockets_of(pid: int) -> set[str]:
    found = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = os.readlink(handle)
        except FileNotFoundError:  # closed in the meantime, as the list of files itself
            continue
        if name.startswith("socket:["):
            found.add(name[8:-1])
    return found


def listening_sockets() -> set[str]:
    """The inode numbers of all listening TCP sockets."""
    rows = [
        row.split()
        for name in ("tcp", "tcp6")
        for row in Path("/proc/net", name).read_text().splitlines()[1:]
    ]
    return {row[9] for row in rows if row[3] == "0A"}


@on_linux
def test_the_check_for_ports_sees_one_that_is_open() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)):
        assert listening_sockets() & sockets_of(os.getpid())
    assert not listening_sockets() & sockets_of(os.getpid())


# --- from the command line ---------------------------------------------------


def command_line(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "papermill", "--engine", "planeval", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def test_papermill_runs_a_notebook_with_parameters_logs_and_files(tmp_path: Path) -> None:
    source = write_notebook(
        tmp_path / "n.ipynb",
        "#tags: parameters\nnumber = 1",
        "import sys\nprint('number', number)\nprint('careful', file=sys.stderr)\nnumber * 2",
    )
    files = ["--stdout-file", "out.txt", "--stderr-file", "err.txt"]
    done = command_line("--log-output", *files, source, "done.ipynb", "-p", "number", "21", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.txt").read_text() == "number 21\n"
    assert (tmp_path / "err.txt").read_text() == "careful\n"
    assert "number 21" in done.stderr and "Executing Cell 3" in done.stderr
    notebook = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    assert notebook.cells[2].outputs[-1].data["text/plain"] == "42"
    assert [cell.metadata.papermill.status for cell in notebook.cells] == ["completed"] * 3
    assert notebook.metadata.papermill.duration > 0
    assert notebook.metadata.language_info.name == "python"


def test_papermill_ends_in_failure_and_keeps_the_traceback_when_a_cell_fails(tmp_path: Path) -> None:
    source = write_notebook(tmp_path / "n.ipynb", "print('before')", "1 / 0", "print('after')")
    done = command_line(source, "done.ipynb", cwd=tmp_path)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    notebook = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    failed = next(cell for cell in notebook.cells if cell.source == "1 / 0")
    assert failed.outputs[0].output_type == "error"
    assert "division by zero" in "".join(failed.outputs[0].traceback)
    assert failed.metadata.papermill.exception is True
    assert notebook.cells[-1].execution_count is None


def test_papermill_stops_a_cell_that_takes_too_long_and_saves_what_there_was(tmp_path: Path) -> None:
    source = write_notebook(
        tmp_path / "n.ipynb", "print('first')", "print('start')\nimport time\ntime.sleep(600)"
    )
    done = command_line("--execution-timeout", "3", source, "done.ipynb", cwd=tmp_path)
    assert done.returncode != 0
    assert "timed out" in done.stderr
    notebook = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    assert [cell.outputs[0].text for cell in notebook.cells] == ["first\n", "start\n"]


def test_papermill_fails_when_a_cell_kills_its_process(tmp_path: Path) -> None:
    source = write_notebook(tmp_path / "n.ipynb", "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    done = command_line(source, "done.ipynb", cwd=tmp_path)
    assert done.returncode != 0
    assert "Kernel died" in done.stderr


# --- where the engine steps back ---------------------------------------------


def test_without_fork_the_ordinary_kernel_runs_the_notebook_and_the_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(papermill_engine, "fork_available", lambda: False)
    monkeypatch.setattr(papermill_engine, "shared_template", None)  # not to be called
    source = write_notebook(tmp_path / "n.ipynb", "import os\nos.getppid()")
    papermill.execute_notebook(str(source), None, engine_name="planeval", progress_bar=False)
    told = [record.message for record in caplog.records if "ordinary kernel" in record.message]
    assert len(told) == 1 and "no fork" in told[0]


@pytest.mark.parametrize(
    ("python", "arguments", "ours"),
    [
        ("python", [], True),
        (sys.executable, ["-Xfrozen_modules=off"], True),
        ("/opt/another/bin/python", [], False),
        ("python", ["--matplotlib=inline"], False),
    ],
)
def test_only_this_pythons_plain_kernel_is_run_in_a_fork(
    python: str, arguments: list[str], ours: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    folder = tmp_path / "kernels" / f"k{len(arguments)}{ours}"
    folder.mkdir(parents=True)
    interpreter = [argument for argument in arguments if argument.startswith("-X")]
    extra = [argument for argument in arguments if not argument.startswith("-X")]
    argv = [python, *interpreter, "-m", "ipykernel_launcher", "-f", "{connection_file}", *extra]
    spec = {"argv": argv, "display_name": "k", "language": "python", "env": {"FROM_SPEC": "1"}}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    kernel_environment.cache_clear()
    reason, environment = kernel_environment(folder.name)
    assert (reason == "") is ours
    assert environment == ({"FROM_SPEC": "1"} if ours else {})


@needs_fork
def test_a_kernel_entrys_environment_reaches_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papermill_engine, "kernel_environment", lambda name: ("", {"FROM_SPEC": "yes"}))
    done = run("planeval", str(write_notebook(tmp_path / "n.ipynb", "import os\nos.environ['FROM_SPEC']")))
    assert done["cells"][0]["outputs"][0]["data"]["text/plain"] == "'yes'"


@needs_fork
def test_a_shared_template_that_was_killed_is_replaced(tmp_path: Path) -> None:
    path = str(write_notebook(tmp_path / "n.ipynb", "1 + 1"))
    killed = shared_template()
    os.kill(killed.pid, 9)
    killed._process.wait()
    assert run("planeval", path)["cells"][0]["outputs"][0]["data"]["text/plain"] == "2"
    assert shared_template().pid != killed.pid


# --- planeval's own notebooks ------------------------------------------------

PROJECT = {
    "midterm_evaluation": {"plan": "mawei"},
    "final_evaluation": {"plan": "gulou", "as_of": 2024},
    "compute_indicators": {},
    "validate_statistics": {},
}


@needs_fork
@pytest.mark.parametrize("name", PROJECT)
def test_planevals_notebooks_are_the_same_bytes_with_either_engine(
    name: str, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    parameters = {**PROJECT[name], "data": "data"}
    ordinary = nbformat.writes(execute(name, parameters, "kernel"))
    assert template.call(jobs.run_project_notebook, name, parameters, "planeval") == ordinary
    if name == "midterm_evaluation":
        assert nbformat.writes(execute(name, parameters, "planeval")) == ordinary


@pytest.mark.parametrize("engine", ["planeval", "kernel"])
def test_a_failure_names_notebook_cell_and_message_and_holds_the_notebook(
    engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notebooks").mkdir()
    write_notebook(
        tmp_path / "notebooks" / "broken.ipynb",
        "#tags: parameters\nn = 1",
        "print(n)",
        "raise ValueError('坏')",
    )
    monkeypatch.setattr(execute_module, "project_root", lambda: tmp_path)
    with pytest.raises(NotebookFailure, match="坏") as caught:
        execute("broken", {"n": 2}, engine)
    for failure in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert (failure.notebook, failure.cell) == ("notebooks/broken.ipynb", 4)
        assert (failure.ename, failure.message) == ("ValueError", "坏")
        assert failure.executed is not None
        assert [cell.source for cell in failure.executed.cells][-1] == "raise ValueError('坏')"
        assert failure.executed.cells[-2].outputs[0].text == "2\n"
        assert "ValueError" in "".join(failure.executed.cells[-1].outputs[0].traceback)


@needs_fork
def test_a_killed_notebook_is_a_failure_of_its_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notebooks").mkdir()
    source = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    write_notebook(tmp_path / "notebooks" / "killed.ipynb", "#tags: parameters\nn = 1", source)
    monkeypatch.setattr(execute_module, "project_root", lambda: tmp_path)
    with pytest.raises(NotebookFailure, match=r"notebooks/killed\.ipynb") as caught:
        execute("killed", {"n": 2}, "planeval")
    assert caught.value.cell == 3


def test_a_changed_notebook_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notebooks").mkdir()
    file = tmp_path / "notebooks" / "n.ipynb"
    monkeypatch.setattr(execute_module, "project_root", lambda: tmp_path)
    for text in ("first", "and then second"):
        write_notebook(file, "#tags: parameters\nn = 1", f"print({text!r}, n)")
        done = execute("n", {"n": 2})
        assert done.cells[-1].outputs[0].text == f"{text} 2\n"


def test_without_fork_execute_takes_the_ordinary_kernel_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_module, "fork_available", lambda: False)
    assert execute_module._papermill_engine("planeval") is None


def test_the_engine_is_registered_with_papermill() -> None:
    from papermill.engines import papermill_engines

    assert papermill_engines.get_engine("planeval") is PlanevalEngine
    assert shutil.which("papermill", path=str(Path(sys.executable).parent))
