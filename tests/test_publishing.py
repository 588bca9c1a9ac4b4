"""``publish``: exactly what a web server needs, whole or not at all, and nothing of the machine it was made on."""

from __future__ import annotations

import hashlib
import html
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from chromium import chromium
from conftest import ROOT, Cli
from made_site import FILES, REPORTS, make_site, notebook, page, write

import planeval
from planeval.commands import build_parser
from planeval.messages import speak
from planeval.publishing.links import Target, lead, read_page
from planeval.publishing.privacy import Places, portable_notebook

PUBLISHED = sorted(
    [
        ".nojekyll",
        "SHA256SUMS",
        "index.html",
        "manifest.json",
        "method/index.html",
        *(f"{plan}/{kind}/{name}" for plan, kind in REPORTS for name in FILES),
    ]
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_site(tmp_path / "reports")


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def files_in_zip(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def hold(site: Path, *reasons: str) -> None:
    held = [{"plan": "mawei", "kind": "final", "reasons": list(reasons)}]
    write(site, "held_back.json", json.dumps(held, ensure_ascii=False))


def again(site: Path, target: Path) -> str:
    return f"改正后重新运行：python pipeline.py publish --out {site} --to {target}"


# ---- what is published ----------------------------------------------------------------------------------------------


def test_all_pages_and_their_downloads_are_published_and_nothing_else(
    run_cli: Cli, site: Path, tmp_path: Path
) -> None:
    target = tmp_path / "site"
    status, out, err = run_cli("publish", "--out", site, "--to", target)
    assert (status, err) == (0, "")
    assert sorted(files_in(target)) == PUBLISHED
    size = sum(map(len, files_in(target).values())) - (target / "SHA256SUMS").stat().st_size
    assert out == f"已发布 6 个页面，共 20 个文件、{size / 1e6:.1f} MB → {target}\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["reports", "site"]


def test_what_no_page_links_to_stays_behind_and_is_named(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    write(site, "notes of the office.txt", "private")
    _, out, _ = run_cli("publish", "--out", site, "--to", tmp_path / "site")
    assert out.splitlines()[-1] == "没有页面链接到的 1 个文件没有发布：notes of the office.txt 等。"
    assert not (tmp_path / "site/notes of the office.txt").exists()


def test_an_internal_file_that_a_page_links_to_is_published(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    write(site, "method/index.html", page("方法", ["../held_back.json"], ["rounding"]))
    assert run_cli("publish", "--out", site, "--to", tmp_path / "site")[0] == 0
    assert (tmp_path / "site/held_back.json").read_text(encoding="utf-8") == "[]\n"


def test_the_files_that_a_data_package_names_come_with_it(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    descriptor = {"resources": [{"path": "values.csv"}, {"path": "more/plans.csv"}]}
    write(site, "downloads/datapackage.json", json.dumps(descriptor))
    write(site, "downloads/values.csv", "a\n")
    write(site, "downloads/more/plans.csv", "b\n")
    write(site, "method/index.html", page("方法", ["../downloads/datapackage.json"], ["rounding"]))
    assert run_cli("publish", "--out", site, "--to", tmp_path / "site")[0] == 0
    assert {"downloads/values.csv", "downloads/more/plans.csv"} <= set(files_in(tmp_path / "site"))


def test_the_english_site_comes_with_the_chinese_one(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    make_site(site / "en")
    assert run_cli("publish", "--out", site, "--to", tmp_path / "site")[0] == 0
    found = set(files_in(tmp_path / "site"))
    assert {f"en/{name}" for name in PUBLISHED} - found == {
        f"en/{n}" for n in (".nojekyll", "SHA256SUMS", "manifest.json")
    }
    assert set(PUBLISHED) <= found


def test_the_english_site_can_be_published_alone(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    make_site(site / "en")
    _, out, err = run_cli("publish", "--lang", "en", "--out", site / "en", "--to", tmp_path / "site")
    assert err == "" and out.startswith("Published 6 pages, 20 files in all")
    assert sorted(files_in(tmp_path / "site")) == PUBLISHED


# ---- checksums ------------------------------------------------------------------------------------------------------


def test_the_manifest_tells_every_file_with_its_size_and_checksum(
    run_cli: Cli, site: Path, tmp_path: Path
) -> None:
    run_cli("publish", "--out", site, "--to", tmp_path / "site")
    found = files_in(tmp_path / "site")
    manifest = json.loads(found["manifest.json"])
    assert {key: manifest[key] for key in ("generator", "version", "held_back")} == {
        "generator": "planeval",
        "version": planeval.__version__,
        "held_back": [],
    }
    assert manifest["files"] == [
        {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in found.items()
        if name not in ("manifest.json", "SHA256SUMS")
    ]


def test_the_usual_tool_verifies_the_checksums(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    run_cli("publish", "--out", site, "--to", target)
    lines = (target / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[0-9a-f]{64}  [^/ ].*", line) for line in lines)
    assert sorted(line[66:] for line in lines) == [n for n in PUBLISHED if n != "SHA256SUMS"]
    for line in lines:
        assert hashlib.sha256((target / line[66:]).read_bytes()).hexdigest() == line[:64]
    if sys.platform == "linux":
        check = ["sha256sum", "-c", "--strict", "SHA256SUMS"]
        assert subprocess.run(check, cwd=target, capture_output=True, check=False).returncode == 0
        (target / "gulou/final/index.html").write_text("changed", encoding="utf-8")
        assert subprocess.run(check, cwd=target, capture_output=True, check=False).returncode == 1


def test_the_zip_file_holds_what_the_folder_holds_and_is_the_same_every_time(
    run_cli: Cli, site: Path, tmp_path: Path
) -> None:
    write(site, "method/index.html", page("方法", ["sheet.xlsx"], ["rounding"]))
    write(site, "method/sheet.xlsx", b"PK\3\4 none")
    for name in ("site", "one.zip", "two.ZIP"):
        assert run_cli("publish", "--out", site, "--to", tmp_path / name)[0] == 0
        for path in site.rglob("*"):
            os.utime(path, (1_000_000_000, 1_000_000_000))
    assert files_in_zip(tmp_path / "one.zip") == files_in(tmp_path / "site")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.ZIP").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}


def test_a_file_of_several_blocks_arrives_whole(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    large = os.urandom(1 << 20) * 3 + b"end"
    write(site, "method/table.zip", large)
    write(site, "method/table.bin", large)
    write(site, "method/index.html", page("方法", ["table.zip", "table.bin"], ["rounding"]))
    for name in ("site", "site.zip"):
        assert run_cli("publish", "--out", site, "--to", tmp_path / name)[0] == 0
    for found in (files_in(tmp_path / "site"), files_in_zip(tmp_path / "site.zip")):
        assert found["method/table.zip"] == found["method/table.bin"] == large


# ---- what is held back ----------------------------------------------------------------------------------------------


def test_nothing_is_published_while_a_report_is_held_back(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    hold(site, "observations/mawei.csv:9: 数值为负", "第二条")
    target = tmp_path / "site"
    status, out, err = run_cli("publish", "--out", site, "--to", target)
    assert (status, out) == (1, "")
    assert err.splitlines() == [
        f"{site} 中有内容不是最新的，没有发布：",
        "  mawei 终期评估：observations/mawei.csv:9: 数值为负、第二条",
        "请按上述原因改正，运行 python pipeline.py run 之后再发布；确要照现状发布（没有更新的报告已在总目录注明），"
        "加 --allow-held-back。",
        again(site, target),
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["reports"]


def test_what_is_held_back_is_published_when_that_is_asked_for_and_the_manifest_says_so(
    run_cli: Cli, site: Path, tmp_path: Path
) -> None:
    hold(site, "数值为负")
    status, out, err = run_cli("publish", "--out", site, "--to", tmp_path / "site", "--allow-held-back")
    assert status == 0 and out.startswith("已发布")
    assert (
        err
        == "按 --allow-held-back 的要求，一并发布了网站中没有更新的 1 份报告（总目录已注明）：mawei/final\n"
    )
    assert json.loads((tmp_path / "site/manifest.json").read_bytes())["held_back"] == ["mawei/final"]


def test_what_is_held_back_of_the_english_site_counts_too(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    hold(make_site(site / "en"), "a negative value")
    status, _, err = run_cli("publish", "--out", site, "--to", tmp_path / "site")
    assert status == 1 and "  en/mawei 终期评估：a negative value" in err


def test_a_list_of_thousands_of_reports_is_cut(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    held = [{"plan": f"c{n}", "kind": "midterm", "reasons": ["x"]} for n in range(3000)]
    write(site, "held_back.json", json.dumps(held))
    _, _, err = run_cli("publish", "--out", site, "--to", tmp_path / "site")
    assert len(err.splitlines()) == 24 and "  另有 2980 处" in err


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("held_back.json", "[{", "  {site}/held_back.json 无法读取，不知道哪些报告没有更新"),
        (".planeval/running", "", "  {site}：上一次运行没有做完"),
    ],
)
def test_a_site_of_which_that_is_not_known_counts_as_not_up_to_date(
    run_cli: Cli, site: Path, tmp_path: Path, name: str, text: str, said: str
) -> None:
    write(site, name, text)
    status, _, err = run_cli("publish", "--out", site, "--to", tmp_path / "site")
    assert status == 1 and said.format(site=site) in err.splitlines()
    assert run_cli("publish", "--out", site, "--to", tmp_path / "site", "--allow-held-back")[0] == 0


# ---- links ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("../gulou/final/missing.csv", "指向的文件不存在"),
        ("../GULOU/final/index.html", "指向的文件不存在"),
        ("../.planeval/inventory.json", "指向的文件不存在"),
        ("#nowhere", "指向的位置在页面上不存在"),
        ("../gulou/final/index.html#nowhere", "指向的位置在页面上不存在"),
        ("../gulou/final/", "指向文件夹而不是文件，从磁盘打开时看不到页面"),
        ("../gulou/final", "指向文件夹而不是文件，从磁盘打开时看不到页面"),
        ("/index.html", "是绝对地址，换一个地方就打不开"),
        ("//host/index.html", "是绝对地址，换一个地方就打不开"),
        ("file:///home/index.html", "是绝对地址，换一个地方就打不开"),
        ("../../elsewhere.html", "指向网站文件夹之外（英文网站与中文网站相连，请发布中文网站的文件夹）"),
    ],
)
def test_a_broken_link_is_named_with_its_page(
    run_cli: Cli, site: Path, tmp_path: Path, link: str, said: str
) -> None:
    write(site, "method/index.html", page("方法", ["../index.html", link], ["rounding"]))
    target = tmp_path / "site"
    status, out, err = run_cli("publish", "--out", site, "--to", target)
    assert (status, out) == (1, "")
    assert err.splitlines() == [
        f"{site} 中有链接不通，没有发布：",
        f"  method/index.html：链接“{link}”{said}",
        "请运行 python pipeline.py run --force 重新生成全部页面；仍然不通，请报告给维护者。",
        again(site, target),
    ]
    assert not target.exists()


def test_a_page_cannot_link_to_what_publishing_writes(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    write(site, "manifest.json", "{}")
    write(site, "method/index.html", page("方法", ["../manifest.json"], ["rounding"]))
    status, _, err = run_cli("publish", "--out", site, "--to", tmp_path / "site")
    assert status == 1 and "链接“../manifest.json”指向发布时才写出的文件，名称冲突" in err


def test_links_that_lead_somewhere_are_no_mistake(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    links = [
        "https://www.stats.gov.cn/",
        "mailto:office@example.org",
        "",
        "#",
        "#top",
        "#rounding",
        "index.html?lang=zh#rounding",
        "../index.html#q=%E7%A6%8F%E5%B7%9E&kind=final",
        "%E8%A1%A8.csv",
        "a&amp;b.csv",
        "../gulou/final/index.html#overview",
    ]
    more = '<script>document.write(\'<a href="nowhere">\')</script><!-- <a href="gone"> -->'
    write(site, "method/index.html", page("方法", links, ["rounding"], more))
    write(site, "method/表.csv", "a")
    write(site, "method/a&b.csv", "a")
    status, _, err = run_cli("publish", "--out", site, "--to", tmp_path / "site")
    assert (status, err) == (0, "")
    assert {"method/表.csv", "method/a&b.csv"} <= set(files_in(tmp_path / "site"))


def test_links_are_read_however_the_tag_is_written() -> None:
    raw = (
        b'<A HREF=\'one.html\' class=x>1</A><a\n href = two.html id=a>2</a><img src="p.png" srcset="q.png 1x, r.png 2x">'
        b'<svg><a xlink:href="three.html"><text id="b&amp;c">x</text></a></svg><script src="s.js">"<a href=no>"</script>'
        b'<p title="1 > 0, <img src=no> id=no" id=\'d\' hidden data-id="no" content=\' href="no" \'>text href="no" id="no"</p><style>a{content:"<a href=no>"}</style>'
    )
    found = read_page(raw)
    assert found.links == ("one.html", "two.html", "p.png", "q.png", "r.png", "three.html", "s.js")
    assert all(found.has(name) for name in ("a", "b&c", "d", "top")) and not found.has("no")


def test_where_a_link_leads_depends_on_its_page() -> None:
    assert lead("../b/x.html#y", "a/index.html") == Target("b/x.html", "y")
    assert lead("#y", "a/index.html") == Target("a/index.html", "y")
    assert lead("x.html#y=z", "a/index.html") == Target("a/x.html")
    assert lead("data:text/plain,x", "a/index.html") is None
    assert lead("javascript:alert(1)", "a/index.html") == Target(wrong="absolute")


# ---- nothing of this machine ----------------------------------------------------------------------------------------


def test_absolute_paths_in_a_notebooks_parameters_become_relative(
    run_cli: Cli, site: Path, tmp_path: Path
) -> None:
    data, validation = tmp_path / "my data", site / "validation/validation.json"
    write(site, "mawei/final/report.ipynb", notebook(str(data), str(validation)))
    before = (site / "mawei/final/report.ipynb").read_bytes()
    status, _, err = run_cli("publish", "--out", site, "--to", tmp_path / "site")
    assert (status, err) == (0, "")
    published = (tmp_path / "site/mawei/final/report.ipynb").read_text(encoding="utf-8")
    assert published == notebook("my data", "reports/validation/validation.json")
    assert (site / "mawei/final/report.ipynb").read_bytes() == before  # still runs here


def test_parts_of_longer_names_are_left_alone() -> None:
    text = notebook("/srv/data").replace(
        '"outputs": []', '"outputs": ["/srv/database", "x/srv/data", "/srv/data/a"]'
    )
    clean = portable_notebook(text.encode(), Path("reports")).decode()
    assert '["/srv/database", "x/srv/data", "data/a"]' in clean
    assert clean.count("/srv/data") == 2


def test_a_windows_path_in_the_parameters_becomes_relative_too() -> None:
    text = notebook("C:\\work\\data")
    clean = portable_notebook(text.encode(), Path("reports")).decode()
    assert clean == notebook("data")


def test_a_notebook_without_absolute_paths_is_published_as_it_is() -> None:
    for raw in (notebook().encode(), b"{}", b"no notebook", notebook("../elsewhere").encode()):
        assert portable_notebook(raw, Path("reports")) is raw


@pytest.mark.parametrize(
    "name", ["index.html", "evaluation.json", "indicators.csv", "report.ipynb", "report.docx", "report.pdf"]
)
def test_a_file_that_tells_of_this_machine_is_refused(
    run_cli: Cli, site: Path, tmp_path: Path, name: str
) -> None:
    folder, secret = "mawei/final", tmp_path / "reports" / "secret.csv"
    content = {
        "index.html": page("x", [*FILES[1:], "#overview"], ["overview"], f"<p>{secret}</p>"),
        "report.ipynb": notebook().replace('"outputs": []', f'"outputs": ["read:\\n{secret}"]'),
        "report.pdf": f"%PDF-1.4 /URI (file://{secret})",
    }.get(name, f'{{"file": "{secret}"}}')
    if name == "report.docx":
        with zipfile.ZipFile(site / folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", f"<w:t>{secret}</w:t>")
    else:
        write(site, f"{folder}/{name}", content)
    if name not in FILES:
        write(site, "method/index.html", page("方法", [f"../{folder}/{name}"], ["rounding"]))
    target = tmp_path / "site"
    status, out, err = run_cli("publish", "--out", site, "--to", target)
    assert (status, out) == (1, "")
    assert err.splitlines() == [
        "以下文件含有本机的路径，没有发布：",
        f"  {folder}/{name}：{site}",
        "请在项目文件夹中用相对路径（如 --data data --out reports）重新运行 python pipeline.py run --force；"
        "笔记本中自己写出的路径请删去。",
        again(site, target),
    ]
    assert not target.exists()


def test_a_path_at_the_border_of_two_blocks_is_seen(tmp_path: Path) -> None:
    places = Places([tmp_path / "reports"])
    needle = f" {tmp_path / 'reports'}/x".encode()
    for shift in (1, len(needle) // 2, len(needle) - 1):
        (tmp_path / "large.csv").write_bytes(b"." * ((1 << 20) - shift) + needle)
        assert places.in_file(tmp_path / "large.csv")


def test_addresses_and_words_are_no_paths_of_this_machine(tmp_path: Path) -> None:
    places = Places([Path("/srv/reports")])
    for harmless in (
        b"https://example.org/srv/reports/x",
        b"a/srv/reports",
        b"/srv/reports-2024",
        b"../srv/reports",
    ):
        assert places.first_in(harmless) == ""
    for path in (b'"/srv/reports"', b"file:///srv/reports/x", b'"line\\n/srv/reports/x"', b"/srv/reports"):
        assert places.first_in(path) == "/srv/reports"


@pytest.mark.parametrize("spelling", [html.escape, lambda text: json.dumps(text)[1:-1], str])
def test_a_path_is_seen_however_it_is_escaped(tmp_path: Path, spelling: Callable[[str], str]) -> None:
    folder = tmp_path / "R&D 报告" / "reports"
    assert Places([folder]).first_in(f'"{spelling(str(folder))}/x"'.encode())


def test_a_machine_without_a_home_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert Places([Path("/srv/reports")]).first_in(b"/srv/reports/x") == "/srv/reports"


def test_a_reader_that_has_gone_makes_no_failure_of_what_was_published(site: Path, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "pipeline.py", "publish", "--out", str(site), "--to", str(tmp_path / "site")]
    with open(writer, "wb") as stdout:
        done = subprocess.run(command, cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "site/index.html").is_file()


# ---- where to ------------------------------------------------------------------------------------------------------


def test_what_was_published_before_is_replaced_whole(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    run_cli("publish", "--out", site, "--to", target)
    make_site(tmp_path / "other", [("mawei", "final")])
    assert run_cli("publish", "--out", tmp_path / "other", "--to", target)[0] == 0
    assert [n for n in files_in(target) if n.startswith("gulou")] == []
    for _ in range(2):
        assert run_cli("publish", "--out", site, "--to", tmp_path / "site.zip")[0] == 0


def test_an_empty_folder_is_filled(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    assert run_cli("publish", "--out", site, "--to", tmp_path / "site")[0] == 0


@pytest.mark.parametrize("foreign", ["CNAME", ".git/HEAD", "gulou/notes.txt"])
def test_a_folder_with_other_files_is_not_replaced(
    run_cli: Cli, site: Path, tmp_path: Path, foreign: str
) -> None:
    target = tmp_path / "site"
    run_cli("publish", "--out", site, "--to", target)
    write(target, foreign, "mine")
    before = files_in(target)
    status, out, err = run_cli("publish", "--out", site, "--to", target)
    assert (status, out) == (2, "")
    assert err == (
        f"{target} 中有不是发布时写出的文件（{foreign}），不替换。请移走这些文件，或用 --to 指定空的或新的去处。\n"
    )
    assert files_in(target) == before


@pytest.mark.parametrize("name", ["site", "site.zip"])
def test_what_publishing_did_not_write_is_not_replaced(
    run_cli: Cli, site: Path, tmp_path: Path, name: str
) -> None:
    target = tmp_path / name
    write(tmp_path, name if name.endswith(".zip") else f"{name}/manifest.json", '{"name": "another program"}')
    status, _, err = run_cli("publish", "--out", site, "--to", target)
    assert status == 2 and "不是发布时写出的文件" in err
    assert "another program" in (target if target.is_file() else target / "manifest.json").read_text("utf-8")


@pytest.mark.parametrize("where", ["", "site", "gulou/final", "../reports/site.zip"])
def test_a_place_within_the_site_is_wrong_use(run_cli: Cli, site: Path, where: str) -> None:
    before = files_in(site)
    status, out, err = run_cli("publish", "--out", site, "--to", site / where)
    assert (status, out) == (2, "")
    target = (site / where).resolve()
    assert err == f"{target} 在网站文件夹 {site} 之内，发布内容会混进网站。请用 --to 指定网站以外的去处。\n"
    assert files_in(site) == before


def test_a_place_around_the_site_is_wrong_use(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    status, _, err = run_cli("publish", "--out", site, "--to", tmp_path)
    assert status == 2
    assert err == f"网站文件夹 {site} 在 {tmp_path} 之内，替换时会被删除。请用 --to 指定别的去处。\n"


def test_a_folder_does_not_become_a_file_nor_a_file_a_folder(
    run_cli: Cli, site: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.zip").mkdir()
    write(tmp_path, "b", "mine")
    status, _, err = run_cli("publish", "--out", site, "--to", tmp_path / "a.zip")
    assert (status, err) == (
        2,
        f"{tmp_path / 'a.zip'} 是文件夹，不能写成 ZIP 文件。请用 --to 指定别的文件名。\n",
    )
    status, _, err = run_cli("publish", "--out", site, "--to", tmp_path / "b")
    assert (status, err) == (2, f"{tmp_path / 'b'} 是文件，不能写成文件夹。请用 --to 指定别的文件夹。\n")


@pytest.mark.parametrize("there", [[], ["index.html"], ["held_back.json"]])
def test_a_folder_without_a_site_is_refused(run_cli: Cli, tmp_path: Path, there: list[str]) -> None:
    out, target = tmp_path / "reports", tmp_path / "site"
    for name in there:
        write(out, name, "[]")
    status, _, err = run_cli("publish", "--out", out, "--to", target)
    assert status == 1
    assert err.splitlines() == [
        f"{out} 中没有可以发布的网站，缺少：",
        *(f"  {name}" for name in ("index.html", "held_back.json") if name not in there),
        "请先运行 python pipeline.py run 生成网站，或用 --out 指定网站所在的文件夹。",
        again(out, target),
    ]
    assert not target.exists() and out.is_dir() is bool(there)


def test_a_place_that_cannot_be_written_to_is_said_with_what_to_change(
    run_cli: Cli, site: Path, tmp_path: Path
) -> None:
    write(tmp_path, "taken", "mine")
    status, _, err = run_cli("publish", "--out", site, "--to", tmp_path / "taken/site")
    assert status == 1
    assert err.startswith(f"无法写入 {tmp_path / 'taken/site'}（") and "用 --to 指定别的去处" in err


@pytest.mark.parametrize("name", ["site", "site.zip"])
def test_a_full_disk_leaves_what_was_published_before(
    run_cli: Cli, site: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / name
    run_cli("publish", "--out", site, "--to", target)
    before = target.read_bytes() if target.is_file() else files_in(target)

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("planeval.publishing.writing._sums", full)
    status, _, err = run_cli("publish", "--out", site, "--to", target)
    assert status == 1 and "No space left on device" in err
    assert (target.read_bytes() if target.is_file() else files_in(target)) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["reports", name]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes are killed otherwise there")
@pytest.mark.parametrize("name", ["site", "site.zip"])
def test_killed_in_the_middle_it_leaves_what_was_there_and_the_next_one_clears_up(
    run_cli: Cli, site: Path, tmp_path: Path, name: str
) -> None:
    target = tmp_path / name
    run_cli("publish", "--out", site, "--to", target)
    before = target.read_bytes() if target.is_file() else files_in(target)
    write(site, "method/index.html", page("新的方法", [], ["rounding"]))
    program = (
        "import os, signal, sys\n"
        "from planeval.publishing import writing\n"
        "writing._sums = lambda written: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from planeval.commands import main\n"
        f"main(['publish', '--out', {str(site)!r}, '--to', {str(target)!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert (target.read_bytes() if target.is_file() else files_in(target)) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [f".{name}.publishing", "reports", name]
    assert run_cli("publish", "--out", site, "--to", target)[0] == 0
    found = files_in_zip(target) if target.is_file() else files_in(target)
    assert "新的方法" in found["method/index.html"].decode("utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["reports", name]


def test_nothing_is_published_while_a_run_writes(
    run_cli: Cli, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planeval.batch import lock

    monkeypatch.setattr(lock, "PATIENCE", 0)
    with lock.only_run(site / ".planeval"):
        program = "import sys; from planeval.batch import lock; lock.PATIENCE = 0; from planeval.commands import main; sys.exit(main(sys.argv[1:]))"
        words = [sys.executable, "-c", program, "publish", "--out", str(site), "--to", str(tmp_path / "site")]
        done = subprocess.run(
            words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60
        )
    assert done.returncode == 1 and f"{site} 正由另一个 planeval 进程写入" in done.stderr
    assert not (tmp_path / "site").exists()


# ---- what it says ---------------------------------------------------------------------------------------------------


def test_for_programs_it_says_what_was_published_or_why_not(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    write(site, "notes.txt", "x")
    _, out, err = run_cli("publish", "--out", site, "--to", tmp_path / "site", "--json")
    told: dict[str, Any] = json.loads(out)
    assert err == ""
    listed = json.loads((tmp_path / "site/manifest.json").read_bytes())["files"]
    assert told == {
        "published": True,
        "to": str(tmp_path / "site"),
        "files": len(listed) + 1,
        "pages": 6,
        "bytes": sum(f["bytes"] for f in listed) + (tmp_path / "site/manifest.json").stat().st_size,
        "held_back": [],
        "left_out": ["notes.txt"],
    }
    hold(site, "数值为负")
    status, out, err = run_cli("publish", "--out", site, "--to", tmp_path / "site", "--json")
    assert status == 1 and "--allow-held-back" in err
    assert json.loads(out) == {"published": False, "problems": ["mawei 终期评估：数值为负"]}


def test_quietly_it_says_nothing_on_success(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    assert run_cli("publish", "--out", site, "--to", tmp_path / "site", "--quiet") == (0, "", "")


def test_in_english_it_speaks_english(run_cli: Cli, site: Path, tmp_path: Path) -> None:
    hold(site, "a negative value")
    words = ["publish", "--lang", "en", "--out", site, "--to", tmp_path / "site"]
    status, _, err = run_cli(*words)
    assert status == 1
    assert not re.search("[\u4e00-\u9fff]", err) and "add --allow-held-back." in err
    speak("zh")


# ---- as it is used --------------------------------------------------------------------------------------------------


@pytest.fixture
def served(run_cli: Cli, site: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The published site below a sub-path of a web server: its address, and its folder."""
    folder = tmp_path / "web" / "some" / "project"
    assert run_cli("publish", "--out", site, "--to", folder)[0] == 0

    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Silent, directory=str(tmp_path / "web"))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/some/project/index.html", folder
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.browser
@pytest.mark.parametrize("opened", ["served", "from disk"])
def test_the_published_site_works_below_a_sub_path_and_from_disk(
    served: tuple[str, Path], opened: str
) -> None:
    address = served[0] if opened == "served" else (served[1] / "index.html").as_uri()
    with chromium() as browser:
        tab = browser.new_page()
        wrong: list[str] = []
        tab.on("requestfailed", lambda request: wrong.append(request.url))
        tab.on("response", lambda response: wrong.append(response.url) if response.status >= 400 else None)
        tab.goto(address)
        tab.click('a[href="mawei/final/index.html"]')
        assert tab.locator("h1").inner_text() == "mawei/final"
        tab.click('a[href="../../method/index.html#rounding"]')
        assert tab.url.endswith("/method/index.html#rounding")
        tab.click('a[href="../index.html"]')
        assert tab.locator("h1").inner_text() == "总目录"
        # A new tab asks for the server's own icon; that is no page of ours.
        assert [url for url in wrong if not url.endswith("/favicon.ico")] == []


# ---- the sample workflow --------------------------------------------------------------------------------------------


def workflow() -> dict[Any, Any]:
    content = yaml.safe_load((ROOT / "docs/pages.yml").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def test_the_sample_workflow_publishes_with_commands_and_targets_that_there_are() -> None:
    steps = [step for job in workflow()["jobs"].values() for step in job["steps"]]
    lines = [line.strip() for step in steps for line in step.get("run", "").splitlines() if line.strip()]
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    seen = set()
    for line in lines:
        words = line.split()
        if words[0] == "make":
            assert words[1] in targets
            seen.add(f"make {words[1]}")
            if "ARGS=" in line:
                own = line.partition("ARGS=")[2].strip("\"'").split()
                build_parser().parse_args([words[1], *own])
        else:
            assert words[1] == "pipeline.py" and (ROOT / words[1]).is_file()
            options = build_parser().parse_args(words[2:])
            seen.add(options.command)
    assert seen == {"make run", "site", "publish"}


def test_the_sample_workflow_uploads_what_is_published_and_may_deploy_it() -> None:
    content = workflow()
    steps = [step for job in content["jobs"].values() for step in job["steps"]]
    used = [step["uses"].partition("@")[0] for step in steps if "uses" in step]
    assert used == [
        "actions/checkout",
        "actions/setup-python",
        "actions/upload-pages-artifact",
        "actions/deploy-pages",
    ]
    (upload,) = [step for step in steps if step.get("uses", "").startswith("actions/upload-pages-artifact")]
    published = next(step["run"] for step in steps if "publish" in step.get("run", ""))
    assert f"--to {upload['with']['path']}" in published
    assert content["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    assert set(content[True]) == {"push", "workflow_dispatch"}  # YAML reads `on` as a truth value
    assert "://" not in (ROOT / "docs/pages.yml").read_text(encoding="utf-8")
