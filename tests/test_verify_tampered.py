"""Whatever a reader of a page sees is looked at, and one report that cannot be verified does not stop the others."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from conftest import Cli
from published import published, repack

from planeval.verify.report import verify
from planeval.verify.sources import reports_at

CLAIM = "全部指标提前完成 100%"
HEADING = "<h2"


def differences(folder: Path) -> list[str]:
    (report,) = reports_at(folder)
    return [str(difference) for difference in verify(report).differences]


def put(folder: Path, before: str, added: str) -> None:
    """Put ``added`` before the first ``before`` of the page."""
    page = folder / "index.html"
    text = page.read_text(encoding="utf-8")
    assert before in text
    page.write_text(text.replace(before, added + before, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("<main", f"<p>{CLAIM}</p>"),
        ("<header", f"<p>{CLAIM}</p>"),
        ("<body", f"<p>{CLAIM}</p>"),
        ("</main>", f"</main><p>{CLAIM}</p><main>"),
        ("<footer", f"<div>{CLAIM}</div>"),
        ("</footer>", f"<p>{CLAIM}</p>"),
        ("</body>", CLAIM),
        ("</title>", CLAIM),
        (HEADING, f'<p for="show-code">{CLAIM}</p>'),
        (HEADING, f'<p id="show-code">{CLAIM}</p>'),
        (HEADING, f'<pre class="code">{CLAIM}</pre>'),
        (HEADING, f'<ul class="files"><li>{CLAIM}</li></ul>'),
        (HEADING, f"<nav>{CLAIM}</nav>"),
        (HEADING, f"<script>{CLAIM}</script>"),
        ("</nav>", f"<b>{CLAIM}</b>"),
    ],
)
def test_a_sentence_put_in_anywhere_is_found(tmp_path: Path, before: str, added: str) -> None:
    folder = published(tmp_path)
    put(folder, before, added)
    found = differences(folder)
    assert any(CLAIM in difference for difference in found), found


def test_a_link_and_a_block_of_code_are_named_as_what_they_are(tmp_path: Path) -> None:
    folder = published(tmp_path)
    put(folder, HEADING, f'<pre class="code">{CLAIM}</pre><ul class="files"><li>{CLAIM}</li></ul>')
    assert differences(folder) == [
        f"index.html：导航、目录和文件链接：多出“{CLAIM}”",
        f"index.html：单元的代码：多出“{CLAIM}”",
    ]


def test_a_key_that_stands_twice_in_the_json_is_refused(tmp_path: Path) -> None:
    folder = published(tmp_path)
    file = folder / "evaluation.json"
    file.write_bytes(file.read_bytes().replace(b"{", b'{"plan": "zzz", ', 1))
    (difference,) = differences(folder)
    assert "“plan”在同一处出现了两次" in difference


def test_a_json_too_deep_to_read_is_a_difference(tmp_path: Path) -> None:
    folder = published(tmp_path)
    (folder / "evaluation.json").write_bytes(b"[" * 200_000 + b"]" * 200_000)
    (difference,) = differences(folder)
    assert difference.startswith("evaluation.json")


def test_figures_that_cannot_be_computed_with_are_that_reports_problem(run_cli: Cli, tmp_path: Path) -> None:
    bad, good = published(tmp_path), published(tmp_path, "gulou")

    def spoilt(inputs):  # type: ignore[no-untyped-def]
        rows = {name: list(cells) for name, cells in inputs.rows.items()}
        rows["as_published"] = ["9" * 400 for _ in rows["as_published"]]
        rows["value"] = [1e308 for _ in rows["value"]]
        return inputs.model_copy(update={"rows": rows, "as_of": 10**9})

    repack(bad / "index.html", spoilt)
    status, out, err = run_cli("verify", tmp_path)
    assert (status, err) == (1, "")
    assert "mawei/midterm：无法核对：网页所带的数据已经损坏，不能重新计算（" in out
    assert "gulou/midterm：核对无误（" in out
    assert good.is_dir()


def zipped(folder: Path) -> Path:
    """Two reports in a ZIP file, stored as they are."""
    for plan in ("gulou", "mawei"):
        published(folder, plan)
    file = folder / "reports.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(folder.rglob("*.html")):
            archive.write(path, path.relative_to(folder).as_posix())
    return file


def test_a_damaged_member_of_a_zip_file_is_that_reports_problem(run_cli: Cli, tmp_path: Path) -> None:
    file = zipped(tmp_path)
    raw = file.read_bytes()
    at = raw.index(b"<main")  # of the first report
    file.write_bytes(raw[:at] + b"<MAIN" + raw[at + 5 :])
    status, out, err = run_cli("verify", file)
    assert (status, err) == (1, "")
    assert re.match(
        r"gulou/midterm：无法核对：文件读不了（.*）；请从原处重新取得\nmawei/midterm：核对无误（", out
    )


@pytest.mark.parametrize(("offset", "value"), [(8, 1), (10, 99)], ids=["encrypted", "unknown compression"])
def test_a_member_that_cannot_be_unpacked_is_that_reports_problem(
    run_cli: Cli, tmp_path: Path, offset: int, value: int
) -> None:
    file = zipped(tmp_path)
    raw = bytearray(file.read_bytes())
    entry = raw.index(b"PK\x01\x02")  # the first line of the list
    raw[entry + offset] = value
    raw[offset - 2] = value  # and the head of its member
    file.write_bytes(raw)
    status, out, err = run_cli("verify", file)
    assert (status, err) == (1, "")
    assert re.match(
        r"gulou/midterm：无法核对：文件读不了（.*）；请从原处重新取得\nmawei/midterm：核对无误（", out
    )
