"""A published report is recomputed: as it was made everything follows, and whatever was altered by hand is named."""

from __future__ import annotations

import csv
import io
import json
import shutil
from itertools import product
from pathlib import Path

import pytest
from conftest import Cli
from published import alter, published, repack, report_files

from planeval.evaluate.evaluation import evaluate
from planeval.messages import speaking
from planeval.model.evaluation import Kind
from planeval.render.scan import exact, quick
from planeval.verify.embedded import Inputs, inputs_in, inputs_of, pack, unpack
from planeval.verify.recompute import recompute
from planeval.verify.report import verify
from planeval.verify.sources import reports_at
from planeval.workbench import open_workspace

PLANS = ("gulou", "mawei", "national")
RATE = "亿元国内（地区）生产总值生产安全事故死亡率"
INDICATORS = "二、主要指标完成情况"
TABLE = f"{INDICATORS} › 表1 核心指标完成情况 › {RATE}"


def found_in(folder: Path) -> list[str]:
    """The differences of the one report in ``folder``, in words."""
    (report,) = reports_at(folder)
    checked = verify(report)
    assert checked.problem == ""
    return [str(difference) for difference in checked.differences]


# ---- what was not altered ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("plan", "kind", "lang"), [*product(PLANS, Kind, ("zh", "en"))])
def test_a_report_as_it_was_made_follows(tmp_path: Path, plan: str, kind: Kind, lang: str) -> None:
    (report,) = reports_at(published(tmp_path, plan, kind, lang))
    checked = verify(report)
    assert (checked.problem, checked.differences, checked.made_by) == ("", [], "")
    assert checked.holds
    assert {file for file, n in checked.compared.items() if n > 20} == {
        "index.html",
        "evaluation.json",
        "indicators.csv",
    }


@pytest.mark.parametrize(("plan", "kind", "lang"), [*product(PLANS, Kind, ("zh", "en"))])
def test_what_a_page_carries_gives_the_very_same_evaluation(plan: str, kind: Kind, lang: str) -> None:
    with speaking(lang):
        workspace = open_workspace("data", plan)
        evaluation = evaluate(workspace, plan, kind, None, workspace.findings)
        carried = unpack(pack(inputs_of(workspace, evaluation)))
        assert recompute(carried).evaluation.model_dump_json() == evaluation.model_dump_json()


def test_what_a_page_carries_is_no_markup_and_says_nothing_of_the_machine() -> None:
    page = report_files("mawei", Kind.MIDTERM)["index.html"].decode("utf-8")
    assert quick(page) == exact(page)
    text = inputs_in(page).model_dump_json()
    assert inputs_in(page).provenance.data == "data"
    for private in (str(Path.cwd()), str(Path.home()), "/tmp"):
        assert f'"{private}' not in text


def test_a_report_of_an_earlier_day_follows_from_what_it_carries(tmp_path: Path) -> None:
    from planeval.stages.report import render_report

    files = render_report("mawei", Kind.MIDTERM, None, "data", "", vintage="2024-06-30").files
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert inputs_in(files["index.html"].decode("utf-8")).vintage == "2024-06-30"
    assert found_in(tmp_path) == []


# ---- what was altered -------------------------------------------------------------------------------------------

EDITS = {
    "a number in a cell": (
        '">0.0036</a>',
        '">0.0046</a>',
        f"index.html：{TABLE} › 2023年：写作“0.0046”，重新计算应为“0.0036”",
    ),
    "a number in running text": (
        "完成进度46.5%，时间进度60%",
        "完成进度64.5%，时间进度60%",
        f"index.html：{INDICATORS} › {RATE}：写作“…规划表述：下降33%）。完成进度64.5%，时间进度60%。评价为“滞后…”，"
        "重新计算应为“…规划表述：下降33%）。完成进度46.5%，时间进度60%。评价为“滞后…”",
    ),
    "a number in a chart": (
        ">已有年均 1.130</text>",
        ">已有年均 1.030</text>",
        f"index.html：{INDICATORS} › 每百万人口因自然灾害死亡率 › 图7 每百万人口因自然灾害死亡率：历年数值与目标示例："
        "写作“已有年均 1.030”，重新计算应为“已有年均 1.130”",
    ),
    "a number at the head": (
        "<b>0.0036</b>",
        "<b>0.0026</b>",
        f"index.html：图1 核心指标一览 › {RATE}：写作“0.0026”，重新计算应为“0.0036”",
    ),
    "an alternative text": (
        "2023年0.0036。均为示例值。目标为2025年不高于0.00288；按目前",
        "2023年0.0026。均为示例值。目标为2025年不高于0.00288；按目前",
        f"index.html：图1 核心指标一览 › {RATE} › 属性 aria-label：写作“…022年0.0000，2023年0.0026。均为示例值。目标为2025年不…”，"
        "重新计算应为“…022年0.0000，2023年0.0036。均为示例值。目标为2025年不…”",
    ),
    "the length of a bar": (
        "--done:46%",
        "--done:56%",
        f"index.html：{TABLE} › 进度 › 属性 i style：写作“--done:56%;--due:60%”，重新计算应为“--done:46%;--due:60%”",
    ),
    "a sentence put in": (
        "<p>2023年为0.0036人/亿元，",
        "<p>比全国平均低三成。</p><p>2023年为0.0036人/亿元，",
        f"index.html：{INDICATORS} › {RATE}：多出“比全国平均低三成。”",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_page_altered_by_hand_is_found_out(tmp_path: Path, name: str) -> None:
    old, new, told = EDITS[name]
    folder = published(tmp_path)
    alter(folder / "index.html", old, new)
    assert found_in(folder) == [told]


def test_a_verdict_altered_by_hand_is_found_out(tmp_path: Path) -> None:
    folder = published(tmp_path)
    page = (folder / "index.html").read_text(encoding="utf-8")
    row = page.index(f'<th scope="row">{RATE}')
    lagging, on_track = (
        f'verdict-{key}"><i aria-hidden="true">{shape}</i>{word}'
        for key, shape, word in (("lagging", "▼", "滞后"), ("on-track", "●", "符合预期"))
    )
    at = page.index(lagging, row)
    page = page[:at] + on_track + page[at + len(lagging) :]
    (folder / "index.html").write_text(page, encoding="utf-8")
    place = f"index.html：{TABLE} › 评价"
    assert found_in(folder) == [
        f"{place} › 属性 span class：写作“badge verdict-on-track”，重新计算应为“badge verdict-lagging”",
        f"{place}：写作“●”，重新计算应为“▼”",
        f"{place}：写作“符合预期”，重新计算应为“滞后”",
    ]


def test_a_field_of_the_json_altered_by_hand_is_found_out(tmp_path: Path) -> None:
    folder = published(tmp_path)
    file = folder / "evaluation.json"
    told = json.loads(file.read_bytes())
    rate = next(i for i in told["indicators"] if i["id"] == "deaths_per_100m_gdp")
    rate["current"], rate["verdict"] = 0.0026, "on_track"
    rate["values"][3]["value"] = 0.0026
    del told["rows"][-1]
    file.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    place = "evaluation.json：indicators › deaths_per_100m_gdp"
    *fields, row = found_in(folder)
    assert fields == [
        f"{place} › current：写作“0.0026”，重新计算应为“0.0036403349108117948”",
        f"{place} › verdict：写作“" + '"on_track"”，重新计算应为“"lagging"”',
        f"{place} › values › 2023 › value：写作“0.0026”，重新计算应为“0.0036403349108117948”",
    ]
    assert row.startswith("evaluation.json：rows › ")
    assert "缺少“{" in row


def test_a_cell_of_the_table_altered_by_hand_is_found_out(tmp_path: Path) -> None:
    folder = published(tmp_path)
    file = folder / "indicators.csv"
    rows = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))
    line = next(r for r in rows if r[2] == "accident_deaths" and r[6] == "2023")
    line[7] = "1.0"
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n" if b"\r\n" in file.read_bytes() else "\n").writerows(rows[:-1])
    file.write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode("utf-8"))
    found = found_in(folder)
    assert found[0] == "indicators.csv：accident_deaths › 2023 › value：写作“1.0”，重新计算应为“2.0”"
    assert found[1].startswith(f"indicators.csv：{rows[-1][2]} › {rows[-1][6]}：缺少“350105,")
    assert len(found) == 2


def test_data_altered_in_the_page_no_longer_give_what_it_shows(tmp_path: Path) -> None:
    folder = published(tmp_path)

    def one_death_less(inputs: Inputs) -> Inputs:
        rows = {name: list(cells) for name, cells in inputs.rows.items()}
        at = next(
            n
            for n, (variable, year) in enumerate(zip(rows["variable"], rows["year"], strict=True))
            if (variable, year) == ("accident_deaths", 2023)
        )
        rows["value"][at] = 1.0
        return inputs.model_copy(update={"rows": rows})

    repack(folder / "index.html", one_death_less)
    found = found_in(folder)
    assert (
        f"index.html：{INDICATORS} › 表1 核心指标完成情况 › 生产安全事故死亡人数 › 2023年：写作“2”，重新计算应为“1”"
        in found
    )
    assert "evaluation.json：indicators › accident_deaths › current：写作“2.0”，重新计算应为“1.0”" in found
    assert any("rows" not in line and "observations[350105]" in line for line in found)  # its checksum


def test_a_plan_altered_in_the_page_changes_the_verdicts_that_follow(tmp_path: Path) -> None:
    folder = published(tmp_path)

    def easier(inputs: Inputs) -> Inputs:
        first, *rest = inputs.plan.indicators
        eased = first.model_copy(update={"target": first.target.model_copy(update={"percent": 0.001})})
        return inputs.model_copy(
            update={"plan": inputs.plan.model_copy(update={"indicators": (eased, *rest)})}
        )

    repack(folder / "index.html", easier)
    assert (
        "evaluation.json：indicators › accident_deaths › target：写作“1.7”，重新计算应为“1.99998”"
        in found_in(folder)
    )


def test_many_differences_are_not_compared_one_by_one(tmp_path: Path) -> None:
    folder = published(tmp_path)
    page = (folder / "index.html").read_text(encoding="utf-8")
    start, end = (
        page.index('<section aria-labelledby="overview">'),
        page.index('<section aria-labelledby="provenance">'),
    )
    (folder / "index.html").write_text(page[:start] + page[end:], encoding="utf-8")
    first, *rest = found_in(folder)
    assert first == "index.html：属性 section aria-labelledby：缺少“overview”"
    assert "index.html：一、评估概述 › 属性 h2 id：缺少“overview”" not in rest  # of each place one piece
    assert 50 < len(rest) < 1500
    assert any(line.startswith("index.html：六、目标调整建议") for line in rest)


# ---- the command ------------------------------------------------------------------------------------------------


def test_the_command_says_for_each_report_whether_it_follows(run_cli: Cli, tmp_path: Path) -> None:
    published(tmp_path, "mawei")
    altered = published(tmp_path, "national", Kind.FINAL)
    alter(altered / "evaluation.json", '"as_of": 2025,\n "time', '"as_of": 2024,\n "time')
    status, out, err = run_cli("verify", tmp_path)
    assert (status, err) == (1, "")
    good, bad, line, total = out.splitlines()
    assert good.startswith("mawei/midterm：核对无误（index.html ")
    assert bad.startswith("national/final：有1处不符（index.html ")
    assert line == "    evaluation.json：as_of：写作“2024”，重新计算应为“2025”"
    assert total == "共核对2份报告：1份无误，1份不符或无法核对。"


@pytest.mark.parametrize("given", ["index.html", "evaluation.json", "."])
def test_a_report_is_given_by_its_page_its_json_or_its_folder(
    run_cli: Cli, tmp_path: Path, given: str
) -> None:
    status, out, _ = run_cli("verify", published(tmp_path) / given)
    assert status == 0
    assert out.startswith("midterm：核对无误（index.html ")


def test_a_zipped_site_is_read_as_it_is(run_cli: Cli, tmp_path: Path) -> None:
    published(tmp_path / "site")
    shutil.make_archive(str(tmp_path / "site"), "zip", tmp_path / "site")
    status, out, _ = run_cli("verify", tmp_path / "site.zip", "--json")
    assert status == 0
    (told,) = json.loads(out)
    assert (told["report"], told["holds"], told["differences"], told["data"]) == (
        "mawei/midterm",
        True,
        [],
        None,
    )


def test_the_page_alone_can_be_verified(run_cli: Cli, tmp_path: Path) -> None:
    folder = published(tmp_path)
    (folder / "evaluation.json").unlink()
    (folder / "indicators.csv").unlink()
    status, out, _ = run_cli("verify", folder, "--lang", "en")
    assert status == 0
    assert out.endswith(", no evaluation.json, not compared, no indicators.csv, not compared)\n")


def test_only_the_first_of_many_differences_are_listed(run_cli: Cli, tmp_path: Path) -> None:
    folder = published(tmp_path)
    file = folder / "indicators.csv"
    file.write_bytes(file.read_bytes().replace(b",illustrative,", b",final,"))
    status, out, _ = run_cli("verify", folder)
    assert status == 1
    lines = out.splitlines()
    assert len(lines) == 22
    assert lines[-1].startswith("    另有")
    assert len(run_cli("verify", folder, "--all")[1].splitlines()) > 30
