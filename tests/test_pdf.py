"""The PDF file: the page as a browser on this machine prints it."""

from __future__ import annotations

import io
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from conftest import Cli
from made_reports import made

from planeval.engine.template import Template
from planeval.errors import PlanevalError
from planeval.model.evaluation import Evaluation
from planeval.office import chromium, pdf
from planeval.office.pdf import print_pdf
from planeval.office.pdf_text import findable
from planeval.report.blocks import Section
from planeval.report.document import document
from planeval.workbench import open_workspace

PAGE = '<!DOCTYPE html><html lang="zh-CN"><title>页</title><p>生产安全 <a href="#a">甲</a><p id="a">乙</html>'


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("pdf"), "zh", "pdf") / "mawei" / "midterm"


@pytest.fixture
def other_browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Which browser there is, is found out anew, and again afterwards."""
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    chromium.find_chromium.cache_clear()
    yield
    chromium.find_chromium.cache_clear()


def stand_in(folder: Path, script: str) -> Path:
    """A program that says its version like a browser and then does what ``script`` says."""
    path = folder / "browser"
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exit 0\n{script}\n', encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def ended(pid: int) -> bool:
    """Whether the process is gone, or only waits to be collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_it_is_the_page_on_numbered_a4_pages(report: Path) -> None:
    printed = pypdf.PdfReader(report / "report.pdf")
    assert 10 <= len(printed.pages) <= 60
    for number, page in enumerate(printed.pages, start=1):
        sides = [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]]
        assert sides == [210, 297] or sorted(sides) == [210, 297]
        assert re.search(rf"(?<!\d){number}(?!\d)", page.extract_text())
    evaluation = Evaluation.model_validate_json((report / "evaluation.json").read_bytes())
    text = squeezed("".join(page.extract_text() for page in printed.pages))
    blocks = document(evaluation, open_workspace("data", "mawei").dictionary)
    for section in (block for block in blocks if isinstance(block, Section)):
        assert squeezed(section.title) in text
    assert all(squeezed(indicator.name) in text for indicator in evaluation.indicators)


def test_it_has_bookmarks_a_title_and_no_clock(report: Path) -> None:
    printed = pypdf.PdfReader(report / "report.pdf")
    assert printed.metadata is not None and printed.outline
    assert "中期评估" in str(printed.metadata.title)
    assert {printed.metadata.get("/CreationDate"), printed.metadata.get("/ModDate")} == {
        "D:20000101000000+00'00'"
    }


def test_it_names_no_folder_of_this_machine(report: Path) -> None:
    addresses = []
    for page in pypdf.PdfReader(report / "report.pdf").pages:
        for note in page.get("/Annots") or []:
            action = note.get_object().get("/A")
            addresses.append(str(action.get("/URI", "")) if action is not None else "")
    assert not [address for address in addresses if address.startswith("file:")]
    assert b"file://" not in (report / "report.pdf").read_bytes()


def test_the_same_page_gives_the_same_bytes() -> None:
    first = print_pdf(PAGE)
    assert first == print_pdf(PAGE) and first.startswith(b"%PDF")
    assert "生产安全" in pypdf.PdfReader(io.BytesIO(first)).pages[0].extract_text()


@pytest.mark.usefixtures("other_browser")
def test_without_a_browser_nothing_is_begun_and_the_message_says_how_to_install_one(
    run_cli: Cli, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "_candidates", lambda: iter(()))
    out = tmp_path / "out"
    for command in ("run", "report"):
        status, _, err = run_cli(command, "--data", tiny_data, "--out", out, "--format", "html,pdf")
        assert status == 2 and not out.exists()
        for words in ("apt-get install chromium", "snap install", "brew install", "winget install"):
            assert words in err
    status, _, err = run_cli("report", "--data", tiny_data, "--out", out, "--format", "pdf", "--lang", "en")
    assert status == 2 and "Neither Chromium nor Chrome was found" in err


@pytest.mark.usefixtures("other_browser")
def test_a_named_browser_that_does_not_run_is_told(
    run_cli: Cli, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(chromium.VARIABLE, "/nowhere/chromium")
    status, _, err = run_cli("report", "--data", tiny_data, "--out", tmp_path / "o", "--format", "pdf")
    assert status == 2 and "/nowhere/chromium" in err and chromium.VARIABLE in err


@pytest.mark.usefixtures("other_browser")
def test_a_browser_that_fails_is_told_with_what_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(chromium.VARIABLE, str(stand_in(tmp_path, "echo no paper >&2; exit 3")))
    with pytest.raises(PlanevalError, match=r"3[\s\S]*no paper"):
        print_pdf(PAGE)


@pytest.mark.usefixtures("other_browser")
def test_a_browser_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid_file = tmp_path / "pid"
    browser = stand_in(tmp_path, f"echo $$ >{pid_file}; exec sleep 600")
    monkeypatch.setenv(chromium.VARIABLE, str(browser))
    monkeypatch.setattr(pdf, "TIMEOUT", 3.0)
    with pytest.raises(PlanevalError, match="--jobs"):
        print_pdf(PAGE)
    assert ended(int(pid_file.read_text()))


@pytest.mark.usefixtures("other_browser")
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a process's end is seen in /proc")
def test_a_browser_ends_with_the_fork_that_started_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a run is stopped with Ctrl-C: its forks are killed at once."""
    pid_file = tmp_path / "pid"
    browser = stand_in(tmp_path, f"echo $$ >{pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 600")
    monkeypatch.setenv(chromium.VARIABLE, str(browser))
    patience = time.monotonic() + 120
    with Template(preload=()) as template:
        running = template.start(print_pdf, PAGE)
        while not pid_file.exists() and time.monotonic() < patience:
            time.sleep(0.05)
        pid = int(pid_file.read_text())
        assert not ended(pid)
        running.close()
        while not ended(pid) and time.monotonic() < patience:
            time.sleep(0.05)
    assert ended(pid)


def test_jobs_side_by_side_print_each_their_own(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    pages = [PAGE.replace("甲", name) for name in ("丙", "丁", "戊")]
    with ThreadPoolExecutor(3) as pool:
        for name, data in zip("丙丁戊", pool.map(print_pdf, pages), strict=True):
            assert name in pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()


def test_a_file_that_is_built_otherwise_is_left_as_it_is() -> None:
    out = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(out)
    for data in (out.getvalue(), b"", b"%PDF-1.7 startxref\n7\n%%EOF"):
        assert findable(data, "生产") == data


def test_what_a_killed_print_left_behind_is_swept_away_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, fresh, other = (tmp_path / name for name in ("planeval-print-a", "planeval-print-b", "other"))
    for folder in (old, fresh, other):
        folder.mkdir()
        (folder / "report.html").write_text(PAGE, encoding="utf-8")
    for folder in (old, other):
        os.utime(folder, (1e9, 1e9))
    print_pdf(PAGE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "planeval-print-b"]
