"""``--vintage``: a report as it would have been on a day, whatever was published since."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT, Cli
from mistakes import append, replace
from plain_text import text_of

from planeval.errors import InputError, UsageError
from planeval.evaluate.evaluation import evaluate
from planeval.messages import speak
from planeval.model.evaluation import Evaluation, Kind
from planeval.model.plan import plan_id_problem
from planeval.publishing.contents import survey
from planeval.read.inventory import take_inventory
from planeval.read.ledger import read_ledger
from planeval.read.vintage import last_day, published_after
from planeval.read.workspace import load
from planeval.report import appendix, overview
from planeval.validate.parts import affected, revalidate
from planeval.validate.run import validate

PLANS = ("gulou", "mawei", "national")


# ---- dates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-15", "2024-02-15"),
        ("2024-02", "2024-02-29"),
        ("2024", "2024-12-31"),
        (" 2023 ", "2023-12-31"),
    ],
)
def test_a_month_or_a_year_stands_for_its_last_day(text: str, day: str) -> None:
    assert last_day(text) == day


@pytest.mark.parametrize("text", ["2024-02-30", "2024-13", "24-01-01", "2024/01/01", "gestern", "", "0000"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as error:
        last_day(text)
    assert str(error.value) == f"“{text}”不是日期；应如 2024-06-30、2024-06 或 2024。"


@pytest.mark.parametrize(
    ("published", "later"),
    [
        ("2024-06-30", False),
        ("2024-07-01", True),
        ("2024-07", True),
        ("2024-06", False),
        ("", False),
        ("bald", False),
    ],
)
def test_a_publication_of_a_month_counts_from_its_first_day(published: str, later: bool) -> None:
    assert published_after(published, "2024-06-30") is later


# ---- the same as if nothing had been published since ------------------------------------------------------------


def without_later_rows(data: Path, day: str, *, blank: bool) -> None:
    """Delete (or blank, so that lines keep their numbers) every row published or reported after ``day``."""
    dated = [("observations", "published"), ("progress", "date")]
    for file, column in [(f, c) for folder, c in dated for f in (data / folder).glob("*.csv")]:
        lines = file.read_text(encoding="utf-8").splitlines()
        at = lines[0].split(",").index(column)
        later = [next(csv.reader([line]))[at] > day for line in lines]
        later[0] = False
        kept = ["" if gone else line for line, gone in zip(lines, later, strict=True) if blank or not gone]
        file.write_text("\n".join(kept) + "\n", encoding="utf-8")


def told(evaluation: Evaluation, *, lines: bool) -> dict[str, Any]:
    """The evaluation without its provenance, and without numbers of ``lines`` where they may differ."""
    content = evaluation.model_dump(mode="json", exclude={"provenance"})
    if not lines:
        for row in content["rows"] + content["validation"]:
            del row["line"]
        for value in [v for i in content["indicators"] + content["sub_targets"] for v in i["values"]]:
            value["sources"] = [source.rpartition(":")[0] for source in value["sources"]]
    return content


def outcome(data: Path, vintage: str, *, lines: bool) -> list[Any]:
    """All reports of the folder: their evaluations, or why they are held back."""
    workspace = load(data, vintage=vintage)
    findings = validate(workspace).findings
    found: list[Any] = []
    for plan in PLANS:
        for kind in Kind:
            try:
                found.append(told(evaluate(workspace, plan, kind, None, findings), lines=lines))
            except InputError as error:
                found.append(str(error))
    return found


@pytest.mark.parametrize(
    ("day", "blank"), [("2021-06-30", True), ("2024-06-30", False), ("2024-11-15", True)]
)
def test_a_past_day_is_as_if_nothing_had_been_published_since(data: Path, day: str, blank: bool) -> None:
    then = outcome(data, day, lines=blank)
    today = outcome(data, "", lines=blank)
    without_later_rows(data, day, blank=blank)
    assert then == outcome(data, "", lines=blank)
    assert then != today


def test_a_day_after_every_publication_changes_nothing() -> None:
    data = ROOT / "data"
    evaluations = [
        evaluate(load(data, vintage=day), "mawei", Kind.MIDTERM, None, []) for day in ("", "2999-12-31")
    ]
    assert told(evaluations[0], lines=True) == told(evaluations[1], lines=True)


def test_the_newest_publication_is_that_of_the_day(tiny_data: Path) -> None:
    append(tiny_data / "observations/mawei.csv", "350105,2025,gdp,700,亿元,illustrative,示例,2027-03,")
    days = ("", "2027-03-01", "2027-02-28", "2026-03-01", "2019-01-01")
    newest = [take_inventory(tiny_data, vintage=day).newest for day in days]
    assert newest == [2027, 2027, 2026, 2026, None]


def test_an_earlier_day_has_no_later_progress(data: Path) -> None:
    plan = load(data).plans["mawei"]
    file = data / "progress/mawei.csv"
    dates = set(read_ledger(file, "progress/mawei.csv", plan)["date"])
    then = set(read_ledger(file, "progress/mawei.csv", plan, "2023-12-31")["date"])
    assert then == {date for date in dates if date <= "2023-12-31"} < dates


def test_a_date_that_is_none_is_told_on_every_day(data: Path) -> None:
    replace(data / "progress/mawei.csv", "2023-12-20", "2923-12-99")
    plan = load(ROOT / "data").plans["mawei"]
    with pytest.raises(InputError, match="2923-12-99"):
        read_ledger(data / "progress/mawei.csv", "progress/mawei.csv", plan, "2020-01-01")


# ---- what the report says -----------------------------------------------------------------------------------------


def report_of(day: str) -> Evaluation:
    return evaluate(load(ROOT / "data", vintage=day), "mawei", Kind.MIDTERM, None, [])


def test_the_head_of_the_report_names_the_day() -> None:
    lines = list(text_of(overview.banner(report_of("2024-06-30"))))
    at = next(n for n, line in enumerate(lines) if "本报告按过去某一天的数据编制" in line)
    told = "按2024年6月30日及以前公布的数据编制；此后公布或更正的统计数据和进展记录都没有采用，不代表目前的情况。"
    assert told in "".join(lines[at : at + 2])
    assert not any("本报告按过去" in line for line in text_of(overview.banner(report_of(""))))
    speak("en")
    head = " ".join(text_of(overview.banner(report_of("2024-06-30"))))
    assert "It rests on what was published until 2024-06-30." in head


def test_the_provenance_says_how_to_make_it_again() -> None:
    lines = list(text_of(appendix.provenance(report_of("2024-06-30"))))
    assert "vintage | 2024-06-30" in lines
    command = "python pipeline.py report --plan mawei --kind midterm --as-of 2023 --vintage 2024-06-30"
    assert f"重新生成 | {command}" in lines
    assert not any("vintage" in line for line in text_of(appendix.provenance(report_of(""))))


def test_the_latest_publication_is_none_of_later_days() -> None:
    assert report_of("").data_until == "2024-10"
    assert report_of("2024-06-30").data_until == "2024-03"


# ---- the commands -------------------------------------------------------------------------------------------------


def test_a_past_day_has_a_site_of_its_own_that_stays_up_to_date(
    data: Path, tmp_path: Path, run_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ("report", "--data", data, "--plan", "mawei", "--kind", "midterm", "--vintage", "2024-06")
    status, out, _ = run_cli(*command)
    folder = tmp_path / "reports/vintages/2024-06-30"
    page = folder / "mawei/midterm/index.html"
    assert status == 0
    assert "按2024年6月30日及以前公布的数据" in page.read_text(encoding="utf-8")
    made = json.loads((page.parent / "evaluation.json").read_bytes())
    assert made["provenance"]["parameters"] == {
        "plan": "mawei",
        "kind": "midterm",
        "as_of": 2023,
        "vintage": "2024-06-30",
    }
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "这里的报告按2024年6月30日及以前公布的数据编制，不代表目前的情况。" in index
    assert not (tmp_path / "reports/index.html").exists()
    before = page.stat().st_mtime_ns
    status, out, _ = run_cli(*command)
    assert (status, page.stat().st_mtime_ns) == (0, before)
    assert "1 份报告没有变化，不重新生成" in out
    # What is published later concerns another day.
    row = "350105,2023,gdp,999,亿元,illustrative,示例,2025-01-01,"
    append(data / "observations/mawei.csv", row)
    status, out, _ = run_cli(*command)
    again = json.loads((page.parent / "evaluation.json").read_bytes())
    assert again["indicators"] == made["indicators"]
    status, out, err = run_cli("publish", "--out", folder, "--to", tmp_path / "public")
    assert status == 0, err


def test_sites_of_past_days_are_no_files_of_the_site_around_them(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><title>a</title>", encoding="utf-8")
    for folder in ("vintages/2024-06-30", "mawei/vintages"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "index.html").write_text("<!doctype html><title>b</title>", encoding="utf-8")
    assert survey(tmp_path, ["index.html"]).left_out == ["mawei/vintages/index.html"]
    assert plan_id_problem("vintages") is not None


def test_plain_papermill_makes_the_report_of_a_past_day(tmp_path: Path) -> None:
    import papermill

    made = tmp_path / "report.ipynb"
    parameters = {"plan": "mawei", "data": str(ROOT / "data"), "vintage": "2024-06-30", "lang": "en"}
    papermill.execute_notebook(
        str(ROOT / "notebooks/midterm_evaluation.ipynb"),
        str(made),
        parameters=parameters,
        engine_name="planeval",
        cwd=str(ROOT),
        progress_bar=False,
    )
    shown = "".join(
        "".join(output["data"].get("text/html", ""))
        for cell in nbformat.read(made, as_version=4).cells
        for output in cell.get("outputs", ())
        if "data" in output
    )
    assert "It rests on what was published until 2024-06-30." in shown
    assert "--vintage 2024-06-30 --lang en" in shown


def test_another_vintage_is_validated_anew(tiny_data: Path) -> None:
    inventory = take_inventory(tiny_data)
    stored = revalidate(load(tiny_data, None, inventory), inventory, None, None)

    assert affected(stored, inventory) == set()
    assert affected(stored, take_inventory(tiny_data, vintage="2020-12-31")) is None
