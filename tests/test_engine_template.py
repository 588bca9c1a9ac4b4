"""The template process: jobs in forks, nothing shared between them, nothing left behind."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import engine_jobs as jobs
import pytest

from planeval.engine import ForkDied, RemoteError, Template, fork_available, in_fork
from planeval.engine import template as template_module
from planeval.engine.template import JobTimeout
from planeval.errors import PlanevalError

TESTS = Path(__file__).resolve().parent
pytestmark = pytest.mark.skipif(not fork_available(), reason="no fork on this system")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def with_tests_in_path(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS.parent), str(TESTS)]))


@pytest.fixture(autouse=True)
def tests_in_path(monkeypatch: pytest.MonkeyPatch) -> None:
    with_tests_in_path(monkeypatch)


@pytest.fixture(scope="module")
def light() -> Iterator[Template]:
    """A template that has imported nothing beforehand."""
    with pytest.MonkeyPatch.context() as patch:
        with_tests_in_path(patch)
        with Template(preload=()) as template:
            yield template


@pytest.fixture(scope="module")
def full() -> Iterator[Template]:
    """A template as reports use it."""
    with pytest.MonkeyPatch.context() as patch:
        with_tests_in_path(patch)
        with Template() as template:
            yield template


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def gone(pid: int) -> bool:
    """Whether the process has ended (a zombie that nobody collects has)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return not Path("/proc").is_dir() or not Path(f"/proc/{pid}").exists()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_job_runs_in_a_process_of_its_own_in_the_callers_directory(
    light: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, forked, cwd = light.call(jobs.whoami)
    second, _, _ = light.call(jobs.whoami)
    assert len({first, second, light.pid, os.getpid()}) == 4
    assert forked and not in_fork()
    assert Path(cwd) == tmp_path
    assert light.call(jobs.add, 1, 2) == 3


def test_what_is_prepared_is_there_for_later_jobs_only(light: Template) -> None:
    assert light.call(jobs.held) == []
    assert light.prepare(jobs.hold, "data") == light.pid
    assert light.call(jobs.held) == ["data"]
    light.call(jobs.hold, "by a job")
    assert light.call(jobs.held) == ["data"]


def test_events_arrive_in_order_and_before_the_result(light: Template) -> None:
    events: list[object] = []
    assert light.call(jobs.count, 100, on_event=events.append) == "counted"
    assert events == [{"number": number} for number in range(100)]


def test_an_exception_arrives_as_itself_with_the_jobs_traceback(light: Template) -> None:
    for run in (light.call, light.prepare):
        with pytest.raises(KeyError) as caught:
            run(jobs.fail, "the key")
        assert caught.value.args == ("the key",)
        assert "in fail" in "".join(caught.value.__notes__)


def test_an_exception_that_cannot_travel_arrives_as_its_traceback(light: Template) -> None:
    with pytest.raises(RemoteError, match="two words") as caught:
        light.call(jobs.fail, "unpicklable")
    assert "in fail" in str(caught.value)


def test_exit_in_a_job_does_not_end_the_caller(light: Template) -> None:
    with pytest.raises(RemoteError, match="SystemExit"):
        light.call(sys.exit, 3)


def test_a_killed_fork_is_told_apart_from_one_that_left_and_the_template_goes_on(light: Template) -> None:
    with pytest.raises(ForkDied, match="SIGKILL") as killed:
        light.call(jobs.kill_myself)
    assert killed.value.signal == signal.SIGKILL
    assert str(pickle.loads(pickle.dumps(killed.value))) == str(killed.value)
    with pytest.raises(ForkDied, match="7") as left:
        light.call(jobs.leave, 7)
    assert left.value.signal is None
    assert light.call(jobs.add, 1, 1) == 2


def test_a_killed_fork_is_noticed_even_when_a_process_of_its_job_lives_on(
    light: Template, tmp_path: Path
) -> None:
    with pytest.raises(ForkDied, match="SIGKILL"):
        light.call(jobs.leave_someone_behind, str(tmp_path), timeout=50)
    assert (tmp_path / "ready").exists()
    (tmp_path / "go").touch()


def test_a_job_that_takes_too_long_is_killed(light: Template) -> None:
    pids: list[int] = []
    with pytest.raises(JobTimeout, match=r"1\.5"):
        light.call(jobs.sleep_and_tell, 600, on_event=pids.append, timeout=1.5)
    assert eventually(lambda: gone(pids[0]))


def test_a_call_that_is_left_early_takes_its_fork_with_it(light: Template) -> None:
    pids: list[int] = []

    def refuse(pid: int) -> None:
        pids.append(pid)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        light.call(jobs.sleep_and_tell, 600, on_event=refuse)
    assert eventually(lambda: gone(pids[0]))


def test_a_job_that_cannot_be_sent_is_refused_before_anything_starts(light: Template) -> None:
    with pytest.raises((pickle.PicklingError, AttributeError)):
        light.call(lambda: 1)
    assert light.call(jobs.add, 2, 2) == 4


def test_no_job_sees_what_another_has_changed(full: Template, tmp_path: Path) -> None:
    before = full.call(jobs.state)
    full.call(jobs.change_everything, str(tmp_path))
    assert full.call(jobs.state) == before
    assert before["linewidth"] != 77 and before["module"] is False


def test_no_two_jobs_draw_the_same_random_numbers(full: Template) -> None:
    drawn = [full.call(jobs.random_numbers) for _ in range(3)]
    assert len({first for first, _ in drawn}) == len({second for _, second in drawn}) == 3


def test_the_template_has_everything_imported_and_neither_thread_nor_context_nor_loop(full: Template) -> None:
    found = full.call(jobs.before_a_fork)
    assert len(found["loaded"]) == 5
    assert found["threads"] == ["MainThread"]
    assert found["context"] is None and found["loop"] is None
    if sys.platform.startswith("linux"):
        assert len(os.listdir(f"/proc/{full.pid}/task")) == 1


def test_a_template_with_a_second_thread_refuses_to_fork() -> None:
    with Template(preload=()) as template:
        template.prepare(jobs.start_thread)
        with pytest.raises(PlanevalError, match="left-over"):
            template.call(jobs.add, 1, 1)


@on_linux
def test_a_fork_holds_no_socket_but_its_own(light: Template) -> None:
    with ThreadPoolExecutor(5) as pool:
        pids: list[int] = []
        waiting = [pool.submit(light.call, jobs.sleep_and_tell, 1.0, on_event=pids.append) for _ in range(5)]
        assert eventually(lambda: len(pids) == 5)
        files = light.call(jobs.open_files)
        for job in waiting:
            job.result()
    assert len([name for name in files if name.startswith("socket:")]) == 1
    assert "/dev/null" in files


@on_linux
def test_nothing_is_left_of_the_jobs_that_have_ended(light: Template) -> None:
    for _ in range(20):
        light.call(jobs.add, 1, 1)
    assert eventually(lambda: children(light.pid) == [])
    handles = len(os.listdir(f"/proc/{light.pid}/fd"))
    for _ in range(20):
        light.call(jobs.add, 1, 1)
    assert eventually(lambda: len(os.listdir(f"/proc/{light.pid}/fd")) == handles)


def test_what_a_job_leaves_to_the_end_is_done_but_not_what_the_template_left(tmp_path: Path) -> None:
    with Template(preload=()) as template:
        template.prepare(jobs.keep_folder, str(tmp_path))
        template.call(jobs.leave_files_to_the_end, str(tmp_path))
        names = sorted(path.name.split("-")[0] for path in tmp_path.iterdir())
        assert names == ["atexit", "finalized", "kept"]


def test_close_ends_running_jobs_at_once_and_refuses_new_ones() -> None:
    template = Template(preload=())
    pids: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(template.call, jobs.sleep_and_tell, 600, on_event=pids.append)
        assert eventually(lambda: bool(pids))
        template.close()
        with pytest.raises(ForkDied):
            waiting.result(timeout=30)
    assert gone(pids[0]) and gone(template.pid)
    assert not template.alive
    with pytest.raises(ForkDied):
        template.call(jobs.add, 1, 1)


def test_a_template_that_cannot_start_says_so() -> None:
    with Template(preload=("planeval.nosuchmodule",)) as template, pytest.raises(ForkDied):
        template.call(jobs.add, 1, 1)


PARENT = """
import os, sys, threading, traceback
sys.path.insert(0, {tests!r})
import engine_jobs as jobs
from planeval.engine import Template

def tell(pid):
    os.write(1, b"fork %d\\n" % pid)

def run(work, *arguments, **options):
    try:
        work(*arguments, **options)
    finally:
        traceback.print_exc()
        os._exit(1)

template = Template(preload=())
tell(template.pid)
if {preparing!r}:
    threading.Thread(target=run, args=(template.prepare, jobs.tell_and_sleep)).start()
else:
    for _ in range(3):
        threading.Thread(target=run, args=(template.call, jobs.sleep_and_tell, 600), kwargs={{"on_event": tell}}).start()
threading.Event().wait()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_caller_leaves_no_process_behind(number: signal.Signals) -> None:
    script = PARENT.format(tests=str(TESTS), preparing=False)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            pids = [int(parent.stdout.readline().split()[1]) for _ in range(4)]
            parent.send_signal(number)
            parent.wait(60)
        finally:
            parent.kill()
    assert eventually(lambda: all(gone(pid) for pid in pids)), pids


@on_linux
def test_a_caller_killed_during_a_preparation_leaves_no_process_behind() -> None:
    script = PARENT.format(tests=str(TESTS), preparing=True)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            pid = int(parent.stdout.readline().split()[1])
            assert parent.stdout.readline() == "busy 0\n"
        finally:
            parent.kill()
    assert eventually(lambda: gone(pid))


def test_two_hundred_jobs_at_once_all_end_well(full: Template) -> None:
    with ThreadPoolExecutor(200) as pool:
        barrier = threading.Barrier(200)

        def one(number: int) -> int:
            barrier.wait()
            return int(full.call(jobs.add, number, 1))

        assert list(pool.map(one, range(200))) == list(range(1, 201))


def test_two_hundred_templates_started_at_once_all_work() -> None:
    with ThreadPoolExecutor(200) as pool:
        templates = list(pool.map(lambda _: Template(preload=()), range(200)))
        try:
            jobs_done = list(pool.map(lambda pair: pair[1].call(jobs.add, pair[0], 1), enumerate(templates)))
        finally:
            list(pool.map(Template.close, templates))
    assert jobs_done == list(range(1, 201))
    assert all(gone(template.pid) for template in templates)


def test_without_fork_a_template_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_module, "fork_available", lambda: False)
    with pytest.raises(PlanevalError, match="--engine kernel"):
        Template()


def test_slow_extras_are_put_off_and_can_be_imported_later() -> None:
    script = """
import sys
from planeval.engine.imports import without_slow_extras
with without_slow_extras():
    import jsonschema
    import great_expectations
assert "rfc3987_syntax" not in sys.modules and "altair.vegalite" not in sys.modules
jsonschema.validate({"a": 1}, {"type": "object"})
import altair
assert altair.Chart
assert not any(type(finder).__name__ == "_Later" for finder in sys.meta_path)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
