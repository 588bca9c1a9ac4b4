"""Reports that cannot be verified say why; and whether the data a report rests on are still those of a data folder."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path

import pytest
from conftest import Cli
from published import alter, published, repack, report_files

import planeval
from planeval.model.evaluation import Kind
from planeval.publishing.privacy import Places
from planeval.verify.embedded import NoInputs, inputs_in, unpack
from planeval.verify.packing import ELEMENT

AGAIN = "；请从原处重新取得这份网页"


def carried(page: Path) -> str:
    """The packed text that a page carries."""
    found = re.search(rf'id="{ELEMENT}">([^<]*)', page.read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode("utf-8"))).decode("ascii")


def test_a_page_without_its_data_says_what_to_do(run_cli: Cli, tmp_path: Path) -> None:
    page = published(tmp_path) / "index.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(
        re.sub(rf'<script type="application/gzip" id="{ELEMENT}">[^<]*</script>', "", text), encoding="utf-8"
    )
    status, out, _ = run_cli("verify", page)
    assert status == 1
    assert out == (
        "midterm：无法核对：网页里没有重新计算所需的数据（planeval-inputs）：不是 planeval 的评估报告，或由没有这项功能的旧版本生成；"
        "请用现在的版本重新生成\n"
    )


def test_data_that_stand_in_a_page_twice_are_refused(run_cli: Cli, tmp_path: Path) -> None:
    page = published(tmp_path) / "index.html"
    element = f'<script type="application/gzip" id="{ELEMENT}">{carried(page)}</script>'
    alter(page, element, element * 2)
    status, out, _ = run_cli("verify", page)
    assert (status, out) == (
        1,
        "midterm：无法核对：网页里有不止一份重新计算所需的数据（planeval-inputs），网页被改动过\n",
    )


@pytest.mark.parametrize("length", [0, 3, 4, 400, 4000])
def test_data_cut_short_are_refused(run_cli: Cli, tmp_path: Path, length: int) -> None:
    page = published(tmp_path) / "index.html"
    whole = carried(page)
    alter(page, whole, whole[:length])
    status, out, _ = run_cli("verify", page)
    assert status == 1
    assert out.startswith("midterm：无法核对：网页所带的数据已经损坏，不能重新计算（")
    assert out.endswith(f"）{AGAIN}\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "网页所带的数据已经损坏"),
        ("[]", "网页所带数据的格式是 None，这个版本只认得 1；请用生成它的版本核对"),
        ('{"format": 2}', "网页所带数据的格式是 2，这个版本只认得 1；请用生成它的版本核对"),
        ('{"format": 1}', "网页所带的数据已经损坏，不能重新计算（plan: Field required）" + AGAIN),
        ("[" * 100_000, "网页所带的数据已经损坏"),
    ],
)
def test_data_of_another_form_are_refused(text: str, told: str) -> None:
    with pytest.raises(NoInputs) as refused:
        unpack(packed(text))
    assert str(refused.value).startswith(told)


def test_data_that_would_fill_the_memory_are_refused() -> None:
    with pytest.raises(NoInputs, match="> 64 MB"):
        unpack(base64.b64encode(gzip.compress(b" " * (65 << 20))).decode("ascii"))


@pytest.mark.parametrize(
    ("column", "value"), [("year", "二〇二三"), ("value", "many"), ("variable", 7), ("status", "guessed")]
)
def test_a_row_that_is_none_is_refused_without_a_traceback(
    run_cli: Cli, tmp_path: Path, column: str, value: object
) -> None:
    page = published(tmp_path) / "index.html"

    def spoilt(inputs):  # type: ignore[no-untyped-def]
        rows = {name: list(cells) for name, cells in inputs.rows.items()}
        rows[column][3] = value
        return inputs.model_copy(update={"rows": rows})

    repack(page, spoilt)
    status, out, err = run_cli("verify", page)
    assert status == 1
    assert out.startswith("midterm：")
    assert err == ""


def test_the_page_of_another_version_is_compared_and_said_to_be_one(run_cli: Cli, tmp_path: Path) -> None:
    folder = published(tmp_path)

    def older(inputs):  # type: ignore[no-untyped-def]
        return inputs.model_copy(
            update={"provenance": inputs.provenance.model_copy(update={"planeval": "0.0.9"})}
        )

    repack(folder / "index.html", older)
    for file in ("index.html", "evaluation.json"):
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace(planeval.__version__, "0.0.9"), encoding="utf-8")
    alter(folder / "index.html", "完成进度46.5%", "进度46.5%", count=1)
    alter(folder / "index.html", ">已有年均 1.130</text>", ">已有年均 1.131</text>")
    status, out, _ = run_cli("verify", folder)
    assert status == 1
    head, number, wording, version = out.splitlines()
    assert head.startswith("midterm：有2处不符")
    assert "写作“已有年均 1.131”，重新计算应为“已有年均 1.130”" in number
    assert "进度46.5%" in wording
    assert version == (
        f"    报告由版本 0.0.9 生成，现为版本 {planeval.__version__}：措辞和版式的差别可能只是版本不同，其中数字不同的有1处"
    )


def test_a_json_that_cannot_be_read_is_a_difference(run_cli: Cli, tmp_path: Path) -> None:
    folder = published(tmp_path)
    (folder / "evaluation.json").write_bytes(b'{"plan": ')
    status, out, _ = run_cli("verify", folder)
    assert status == 1
    assert out.splitlines()[1] == (
        "    evaluation.json：：写作“Expecting value: line 1 column 10 (char 9)”，重新计算应为“可以读取的内容”"
    )


def test_a_json_without_its_page_cannot_be_verified(run_cli: Cli, tmp_path: Path) -> None:
    folder = published(tmp_path)
    (folder / "index.html").unlink()
    status, out, _ = run_cli("verify", folder / "evaluation.json")
    assert (status, out) == (
        1,
        "midterm：无法核对：没有 index.html，网页才带有重新计算所需的数据；请把 evaluation.json 放回原来的报告文件夹\n",
    )


def test_what_is_not_there_or_no_report_is_said_with_the_closest_name(run_cli: Cli, tmp_path: Path) -> None:
    folder = published(tmp_path)
    status, _, err = run_cli("verify", folder / "indx.html")
    assert (status, err) == (2, f"找不到 {folder / 'indx.html'}。是否应为 index.html？\n")
    (tmp_path / "empty").mkdir()
    status, _, err = run_cli("verify", tmp_path / "empty")
    assert status == 2
    assert err == (
        f"{tmp_path / 'empty'} 里没有评估报告；请给出报告的 index.html、它的文件夹、整个报告文件夹或发布的 ZIP 文件\n"
    )


# ---- against a data folder --------------------------------------------------------------------------------------


def change_line(file: Path, line: int, old: str, new: str) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert old in lines[line - 1], lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def differing(run_cli: Cli, report: Path, data: Path) -> list[str]:
    status, out, _ = run_cli("verify", report, "--data", data)
    first, head, *rest = out.splitlines()
    assert first.startswith("midterm：核对无误")
    assert (status, head) == (1, f"    所用数据与数据文件夹有{len(rest)}处不同：")
    return [line.strip() for line in rest]


def test_the_data_folder_it_was_made_from_agrees(run_cli: Cli, tmp_path: Path, data: Path) -> None:
    report = published(tmp_path)
    status, out, _ = run_cli("verify", report, "--data", data)
    assert status == 0
    assert out.splitlines()[1:] == ["    所用数据与数据文件夹一致"]


def test_rows_that_were_changed_removed_or_superseded_are_named(
    run_cli: Cli, tmp_path: Path, data: Path
) -> None:
    report = published(tmp_path)
    file = data / "observations" / "mawei.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    deaths = next(n for n, text in enumerate(lines, 1) if text.startswith("350105,2023,accident_deaths,"))
    gdp = next(n for n, text in enumerate(lines, 1) if text.startswith("350105,2023,gdp,"))
    change_line(file, deaths, ",accident_deaths,2,", ",accident_deaths,3,")
    text = file.read_text(encoding="utf-8")
    removed = lines[gdp - 1]
    later = removed.replace("549.4", "551.2").replace("2024-03", "2024-12")
    assert later != removed
    file.write_text(text.replace(removed + "\n", "") + later + "\n", encoding="utf-8")
    number, gone, came = differing(run_cli, report, data)
    assert number == (
        f"数据文件夹：accident_deaths › 2023 › 2024-03 › observations/mawei.csv:{deaths - (gdp < deaths)}："
        "写作“2.0、2人”，重新计算应为“3.0、3人”"
    )
    assert gone.startswith(
        f"数据文件夹：gdp › 2023 › 2024-03 › observations/mawei.csv:{gdp}：多出“549.4亿元、illustrative"
    )
    assert came.startswith("数据文件夹：gdp › 2023 › 2024-12 › observations/mawei.csv:")
    assert "缺少“551.2亿元、illustrative" in came


def test_a_changed_plan_method_and_ledger_are_named(run_cli: Cli, tmp_path: Path, data: Path) -> None:
    report = published(tmp_path)
    plan, method = data / "plans" / "mawei.yaml", data / "method.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("percent: 33", "percent: 30"), encoding="utf-8")
    method.write_text(method.read_text(encoding="utf-8").replace("0.95", "0.90", 1), encoding="utf-8")
    change_line(data / "progress" / "mawei.csv", 29, ",60,", ",65,")
    ledger, plan_line, method_line = differing(run_cli, report, data)
    assert (
        ledger == "数据文件夹：task-1-1 › 2023-12-20 › progress/mawei.csv:29：写作“60.0”，重新计算应为“65.0”"
    )
    assert plan_line == "数据文件夹：规划文件：写作“报告所用的版本”，重新计算应为“数据文件夹中的另一版本”"
    assert method_line == "数据文件夹：评价口径：写作“报告所用的版本”，重新计算应为“数据文件夹中的另一版本”"


def test_a_data_folder_without_the_plan_is_said(run_cli: Cli, tmp_path: Path, data: Path) -> None:
    report = published(tmp_path)
    (data / "plans" / "mawei.yaml").unlink()
    (line,) = differing(run_cli, report, data)
    assert line.startswith("数据文件夹：mawei：写作“没有编号为 mawei 的规划")


def test_differences_are_told_to_machines_too(run_cli: Cli, tmp_path: Path, data: Path) -> None:
    report = published(tmp_path)
    change_line(data / "progress" / "mawei.csv", 29, ",60,", ",65,")
    status, out, _ = run_cli("verify", report, "--data", data, "--json")
    (told,) = json.loads(out)
    assert status == 1
    assert told["differences"] == []
    assert told["data"] == [
        {
            "file": "数据文件夹",
            "where": ["task-1-1", "2023-12-20", "progress/mawei.csv:29"],
            "found": "60.0",
            "expected": "65.0",
        }
    ]


def test_what_is_carried_is_the_same_in_both_kinds_of_report() -> None:
    one, other = (
        inputs_in(report_files("mawei", kind)["index.html"].decode("utf-8"))
        for kind in (Kind.MIDTERM, Kind.FINAL)
    )
    assert one.rows == other.rows
    assert (one.kind, other.kind) == (Kind.MIDTERM, Kind.FINAL)


def test_a_path_of_this_machine_is_found_in_what_a_page_carries(tmp_path: Path) -> None:
    page = published(tmp_path) / "index.html"
    places = Places([tmp_path / "private"])
    assert places.in_file(page) == ""

    def telling(inputs):  # type: ignore[no-untyped-def]
        told = inputs.provenance.model_copy(update={"data": str(tmp_path / "private" / "data")})
        return inputs.model_copy(update={"provenance": told})

    repack(page, telling)
    assert places.in_file(page) == str(tmp_path / "private")
