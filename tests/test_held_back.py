"""A district is held back, its earlier report stays and is marked, and the printed command publishes it again:
the real pipeline, each step in a process of its own."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import ROOT
from mistakes import replace

GDP = "350105,2023,gdp,549.4,亿元"


class Step(NamedTuple):
    """What one run said and left behind."""

    status: int
    out: str
    err: str
    index: str
    report: dict[str, str]  # mawei's mid-term: file name -> SHA-256
    published: set[str]

    def card(self, name: str) -> str:
        """The part of the index about one report."""
        found = re.search(rf'<article[^>]*id="{name}".*?</article>', self.index, re.S)
        assert found, f"{name} is not in the index"
        return found[0]


class Story(NamedTuple):
    """Four runs: all well; one row broken; the index alone; repaired, with the command that was printed."""

    out: Path
    line: int
    first: Step
    broken: Step
    site: Step
    repaired: Step


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("held back")
    data, out = Path(shutil.copytree(ROOT / "data", folder / "data")), folder / "reports"
    where = ["--data", str(data), "--out", str(out)]
    run = [sys.executable, "pipeline.py", "run", *where]

    def step(command: list[str]) -> Step:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=400, check=False
        )
        assert (out / "mawei/midterm").is_dir(), done.stderr
        report = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (out / "mawei/midterm").iterdir()
        }
        published = {path.parent.relative_to(out).as_posix() for path in out.glob("*/*/record.json")}
        index = (out / "index.html").read_text(encoding="utf-8")
        return Step(done.returncode, done.stdout, done.stderr, index, report, published)

    first = step([*run, "--plan", "mawei", "--kind", "midterm"])
    line = replace(data / "observations/mawei.csv", GDP, GDP.replace("549.4", "５４９．４"))
    broken = step([*run, "--plan", "mawei", "national", "--kind", "midterm"])
    site = step([sys.executable, "pipeline.py", "site", "--out", str(out)])
    replace(data / "observations/mawei.csv", "５４９．４", "549.4")
    printed = shlex.split(broken.err.splitlines()[-1].split("：", 1)[1])
    assert printed[0] == "python"
    repaired = step([sys.executable, *printed[1:]])
    return Story(out, line, first, broken, site, repaired)


def test_at_first_all_is_published(story: Story) -> None:
    assert (story.first.status, story.first.err) == (0, "")
    assert story.first.published == {"mawei/midterm"}
    assert set(story.first.report) == {
        "index.html",
        "report.ipynb",
        "evaluation.json",
        "indicators.csv",
        "record.json",
    }
    assert "本次未更新" not in story.first.index


def test_the_closing_lines_say_what_why_and_what_to_type_next(story: Story) -> None:
    assert story.broken.status == 1
    data = story.out.parent / "data"
    assert story.broken.err.strip().splitlines() == [
        "以下内容没有发布：",
        "  mawei（马尾区“十四五”应急管理专项规划）：中期评估",
        f"    observations/mawei.csv:{story.line}: 马尾区2023年的国内（地区）生产总值：数值“５４９．４”含全角字符，应为“549.4” → 改成半角数字",
        f"    此前的报告仍在 {story.out / 'mawei/midterm/index.html'}，总目录已注明“本次未更新”。",
        f"改正后重新运行：python pipeline.py run --data '{data}' --out '{story.out}' --plan mawei --kind midterm",
    ]
    assert "mawei 中期评估：搁置" in story.broken.out
    assert "完成：发布 1 份报告，搁置 1 份。" in story.broken.out


def test_the_other_plan_is_published(story: Story) -> None:
    assert story.broken.published == {"mawei/midterm", "national/midterm"}
    assert "本次未更新" not in story.broken.card("national-midterm")


def test_the_earlier_report_is_left_byte_for_byte(story: Story) -> None:
    assert story.broken.report == story.first.report


def test_the_index_marks_the_earlier_report_and_says_why(story: Story) -> None:
    card = story.broken.card("mawei-midterm")
    assert "本次未更新，以下为此前生成的报告" in card
    assert f"observations/mawei.csv:{story.line}" in card and "５４９．４" in card
    assert 'href="mawei/midterm/index.html"' in card


def test_the_validation_page_shows_the_row(story: Story) -> None:
    # The last run validated the repaired data; what the broken one found stands in its own lines.
    assert "严重 1" in story.broken.out and "严重 0" in story.repaired.out
    stored = json.loads((story.out / "validation/validation.json").read_text(encoding="utf-8"))
    assert [f for f in stored["findings"] if f["severity"] == "critical"] == []


def test_renewing_the_index_alone_keeps_the_mark(story: Story) -> None:
    assert story.site.status == 0
    assert story.site.index == story.broken.index


def test_the_printed_command_publishes_it_again_and_the_mark_is_gone(story: Story) -> None:
    assert (story.repaired.status, story.repaired.err) == (0, "")
    assert "本次未更新" not in story.repaired.index
    assert story.repaired.published == {"mawei/midterm", "national/midterm"}


def test_the_same_data_give_the_same_report_again(story: Story) -> None:
    assert story.repaired.report == story.first.report
