"""States of tasks, projects, milestones and cumulative quantities, judged by the progress ledger."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from planeval.evaluate.ledger import judge_items
from planeval.model.evaluation import ItemProgress, ItemState
from planeval.model.method import Method
from planeval.model.plan import Due, Plan
from planeval.read.workspace import load

DATA = Path(__file__).resolve().parents[1] / "data"
METHOD = Method(**yaml.safe_load((DATA / "method.yaml").read_text(encoding="utf-8")))

PLAN = Plan.model_validate(
    {
        "id": "example",
        "title": "示例规划",
        "region_code": "990101",
        "period": {"start": 2021, "end": 2025},
        "base_year": 2020,
        "source": "手工编写",
        "indicators": [
            {
                "key": "deaths",
                "no": 1,
                "attribute": "binding",
                "as_written": "下降15%",
                "target": {"kind": "reduction", "percent": 15},
            }
        ],
        "tasks": [{"no": 1, "name": "某部分", "sections": [{"id": "task-1-1", "name": "某任务"}]}],
        "projects": [
            {
                "id": "dated",
                "no": 1,
                "name": "甲",
                "start": 2022,
                "end": 2025,
                "due": "2025-12",
                "lead_unit": "某局",
            },
            {"id": "early", "no": 2, "name": "乙", "start": 2021, "end": 2022, "due": "2022-06"},
            {"id": "undated", "no": 3, "name": "丙"},
            {"id": "later", "no": 4, "name": "丁", "start": 2024, "end": 2025, "due": 2025},
            {"id": "short", "no": 5, "name": "戊", "start": 2021, "end": 2023},
        ],
        "sub_targets": [
            {
                "id": "survey",
                "name": "普查",
                "as_written": "",
                "target": {"kind": "complete_by", "due": 2023},
            },
            {
                "id": "pipes",
                "name": "管道",
                "as_written": "",
                "target": {
                    "kind": "cumulative",
                    "total": 148.5,
                    "unit": "公里",
                    "steps": {2022: 34, 2023: 67.2, 2024: 47.3},
                    "due": "2024-12",
                },
            },
        ],
    }
)


def row(item: str, day: str, status: str = "in_progress", percent: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "item": item,
        "date": day,
        "status": status,
        "percent": float("nan") if percent is None else float(percent),
        "quantity": float("nan"),
        "evidence": f"{day}的记录",
        "source": "手工编写",
        "data_status": "final",
        "file": "progress/example.csv",
        "line": 2,
    } | more


def judge(item: str, as_of: int, *rows: dict[str, Any]) -> ItemProgress:
    ledger = pd.DataFrame(list(rows)) if rows else None
    return next(i for i in judge_items(PLAN, ledger, as_of, METHOD) if i.id == item)


def codes(item: ItemProgress) -> list[str]:
    return [note.code for note in item.notes]


def test_every_item_of_the_plan_is_judged_in_its_order() -> None:
    items = judge_items(PLAN, None, 2023, METHOD)
    assert [(i.id, i.item_type) for i in items] == [
        ("task-1-1", "task"),
        ("dated", "project"),
        ("early", "project"),
        ("undated", "project"),
        ("later", "project"),
        ("short", "project"),
        ("survey", "milestone"),
        ("pipes", "cumulative"),
    ]
    assert items[0].group == "某部分" and items[1].lead_unit == "某局" and items[1].due == "2025-12"


# ---- no information ------------------------------------------------------------------------------


def test_without_a_report_nothing_is_inferred() -> None:
    item = judge("dated", 2023)
    assert item.state is ItemState.NO_INFORMATION and item.percent is None and item.last_report is None
    assert codes(item) == ["no_information"]


def test_without_a_report_after_the_due_date_the_note_says_so() -> None:
    item = judge("early", 2023)
    assert item.state is ItemState.NO_INFORMATION and codes(item) == ["no_information_due_passed"]


def test_without_a_report_before_its_start_year_the_note_says_that_it_is_not_due_to_start() -> None:
    waiting = judge("later", 2023)
    assert waiting.state is ItemState.NO_INFORMATION
    assert codes(waiting) == ["no_information", "not_due_to_start"] and "2024年" in waiting.notes[1].text
    assert codes(judge("later", 2024)) == ["no_information"]


def test_what_has_no_start_year_or_is_overdue_already_is_never_excused_as_not_due_to_start() -> None:
    assert codes(judge("undated", 2020)) == codes(judge("survey", 2020)) == ["no_information"]
    contradictory = PLAN.projects[3].model_copy(update={"due": Due(year=2022)})
    plan = PLAN.model_copy(update={"projects": (contradictory,)})
    item = next(i for i in judge_items(plan, None, 2022, METHOD) if i.id == "later")
    assert codes(item) == ["no_information_due_passed"]


def test_an_empty_ledger_is_no_information() -> None:
    ledger = pd.DataFrame(columns=["item", "date", "status", "percent", "evidence", "source", "data_status"])
    assert {i.state for i in judge_items(PLAN, ledger, 2025, METHOD)} == {ItemState.NO_INFORMATION}


# ---- the report that counts ----------------------------------------------------------------------


def test_the_latest_report_counts_whatever_the_order_of_the_rows() -> None:
    item = judge(
        "dated", 2023, row("dated", "2023-12-01", percent=60), row("dated", "2022-12-01", percent=10)
    )
    assert item.percent == 60 and item.last_report == "2023-12-01" and item.evidence == "2023-12-01的记录"


def test_of_two_reports_of_one_day_the_later_row_counts() -> None:
    assert (
        judge(
            "dated", 2023, row("dated", "2023-12-01", percent=60), row("dated", "2023-12-01", percent=40)
        ).percent
        == 40
    )


def test_a_later_report_never_leaks_into_an_earlier_evaluation() -> None:
    later = row("dated", "2024-01-01", "completed", 100)
    assert judge("dated", 2023, later).state is ItemState.NO_INFORMATION
    before = judge("dated", 2023, row("dated", "2023-06-30", percent=20))
    assert judge("dated", 2023, row("dated", "2023-06-30", percent=20), later) == before
    assert judge("dated", 2024, later).state is ItemState.COMPLETED


def test_a_report_of_the_last_day_of_the_year_counts() -> None:
    assert judge("dated", 2023, row("dated", "2023-12-31", percent=50)).percent == 50


def test_reports_of_other_items_do_not_count() -> None:
    assert judge("dated", 2023, row("early", "2022-06-01", "completed")).state is ItemState.NO_INFORMATION


def test_illustrative_reports_are_marked() -> None:
    assert judge(
        "dated", 2023, row("dated", "2023-12-01", percent=60, data_status="illustrative")
    ).illustrative
    assert not judge("dated", 2023, row("dated", "2023-12-01", percent=60)).illustrative


# ---- completed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "percent", "noted"),
    [
        ("completed", None, []),
        ("completed", 100, []),
        ("in_progress", 100, ["completion_undeclared"]),
        ("not_started", 100, ["completion_undeclared"]),
    ],
)
def test_reported_as_completed_or_all_done_is_completed(
    status: str, percent: float | None, noted: list[str]
) -> None:
    item = judge("dated", 2023, row("dated", "2023-06-01", status, percent))
    assert item.state is ItemState.COMPLETED and item.percent == 100 and codes(item) == noted


def test_all_done_though_reported_in_progress_says_what_the_ledger_says() -> None:
    (note,) = judge("dated", 2023, row("dated", "2023-06-01", "in_progress", 100)).notes
    assert "进行中" in note.text and "100%" in note.text
    (note,) = judge("pipes", 2024, row("pipes", "2024-06-01", "in_progress", quantity=150.25)).notes
    assert note.code == "completion_undeclared" and "150.25公里" in note.text


def test_completion_after_the_due_date_is_noted_with_the_first_report_of_it() -> None:
    reports = [
        row("early", "2022-05-01", percent=80),
        row("early", "2022-07-01", "completed"),
        row("early", "2023-05-01", "completed"),
    ]
    item = judge("early", 2023, *reports)
    assert item.state is ItemState.COMPLETED and codes(item) == ["completed_late"]
    assert "2022年6月" in item.notes[0].text and "2022年7月1日" in item.notes[0].text


def test_completion_in_the_month_it_is_due_is_not_late() -> None:
    assert codes(judge("early", 2023, row("early", "2022-06-30", "completed"))) == []
    assert codes(judge("survey", 2023, row("survey", "2023-12-31", "completed"))) == []


def test_a_completion_that_was_taken_back_does_not_count_as_completed_in_time() -> None:
    reports = [
        row("early", "2022-05-01", "completed"),
        row("early", "2022-06-15", percent=90),
        row("early", "2022-09-01", "completed"),
    ]
    assert codes(judge("early", 2023, *reports)) == ["completed_late"]


def test_a_claim_of_completion_against_its_own_percentage_is_not_believed() -> None:
    item = judge("dated", 2023, row("dated", "2023-12-01", "completed", 90))
    assert item.state is ItemState.ON_SCHEDULE and "completion_contradicted" in codes(item)


# ---- overdue -------------------------------------------------------------------------------------


def test_past_the_due_date_and_not_completed_is_overdue() -> None:
    item = judge("early", 2022, row("early", "2022-06-30", percent=99))
    assert item.state is ItemState.OVERDUE and codes(item) == ["overdue"]


def test_due_at_the_end_of_the_year_is_overdue_at_that_end_and_not_a_year_before() -> None:
    report = row("survey", "2022-12-01", percent=90)
    assert judge("survey", 2022, report).state is ItemState.ON_SCHEDULE
    assert judge("survey", 2023, report, row("survey", "2023-12-01", percent=99)).state is ItemState.OVERDUE


def test_not_started_past_the_due_date_is_overdue() -> None:
    assert judge("early", 2023, row("early", "2023-06-30", "not_started")).state is ItemState.OVERDUE


def test_an_item_without_a_due_date_is_never_overdue() -> None:
    item = judge("undated", 2030, row("undated", "2030-06-30", percent=50))
    assert item.state is ItemState.BEHIND and codes(item) == ["no_due_date"] and item.due is None
    assert "规划期末（2025年）" in item.notes[0].text


def test_without_a_due_date_the_pace_is_reckoned_to_the_project_s_last_year_and_said_so() -> None:
    item = judge("short", 2022, row("short", "2022-12-30", percent=60))
    assert item.expected_percent == pytest.approx(200 / 3) and item.state is ItemState.BEHIND
    assert "2023年" in item.notes[0].text and "规划期末" not in item.notes[0].text


def test_a_task_not_completed_at_the_end_of_the_period_is_overdue() -> None:
    assert judge("task-1-1", 2024, row("task-1-1", "2024-12-01", percent=90)).state is ItemState.ON_SCHEDULE
    item = judge("task-1-1", 2025, row("task-1-1", "2025-12-01", percent=98))
    assert item.state is ItemState.OVERDUE and codes(item) == ["overdue_task"]


# ---- not started ---------------------------------------------------------------------------------


def test_not_started_is_noted_only_when_it_should_have_started() -> None:
    waiting = judge("later", 2023, row("later", "2023-12-01", "not_started"))
    assert waiting.state is ItemState.NOT_STARTED and codes(waiting) == ["not_due_to_start"]
    assert "2024年" in waiting.notes[0].text
    assert waiting.expected_percent == 0
    late = judge("later", 2024, row("later", "2024-12-01", "not_started"))
    assert late.state is ItemState.NOT_STARTED and codes(late) == ["start_passed"]


def test_not_started_with_a_percentage_is_judged_by_the_percentage() -> None:
    item = judge("dated", 2023, row("dated", "2023-12-01", "not_started", 10))
    assert item.state is ItemState.BEHIND and "start_contradicted" in codes(item)


# ---- behind and on schedule ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("percent", "state"),
    [
        (47.4, ItemState.BEHIND),
        (47.5, ItemState.ON_SCHEDULE),
        (50, ItemState.ON_SCHEDULE),
        (0, ItemState.BEHIND),
    ],
)
def test_a_project_is_behind_below_95_percent_of_the_time_that_has_passed(
    percent: float, state: ItemState
) -> None:
    # 2022-2025: two of four years have passed at the end of 2023.
    item = judge("dated", 2023, row("dated", "2023-12-31", percent=percent))
    assert item.expected_percent == pytest.approx(50) and item.state is state


def test_the_boundary_holds_for_shares_that_binary_numbers_cannot_hold() -> None:
    # 0.95 x 60 % is 57 %; three of five years have passed.
    assert judge("task-1-1", 2023, row("task-1-1", "2023-12-31", percent=57)).state is ItemState.ON_SCHEDULE
    assert judge("task-1-1", 2023, row("task-1-1", "2023-12-31", percent=56.9)).state is ItemState.BEHIND


def test_the_factor_is_the_method_s() -> None:
    lenient = METHOD.model_copy(update={"ledger": METHOD.ledger.model_copy(update={"behind_below": 0.5})})
    ledger = pd.DataFrame([row("dated", "2023-12-31", percent=30)])
    states = [
        next(i for i in judge_items(PLAN, ledger, 2023, m) if i.id == "dated").state
        for m in (METHOD, lenient)
    ]
    assert states == [ItemState.BEHIND, ItemState.ON_SCHEDULE]


def test_under_way_without_a_measure_is_on_schedule_only_with_a_note() -> None:
    item = judge("dated", 2023, row("dated", "2023-12-01"))
    assert item.state is ItemState.ON_SCHEDULE and item.percent is None and codes(item) == ["no_measure"]


# ---- cumulative quantities -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "state"),
    [(96.1, ItemState.BEHIND), (96.14, ItemState.ON_SCHEDULE), (101.2, ItemState.ON_SCHEDULE)],
)
def test_a_quantity_is_set_against_the_steps_planned_to_date(done: float, state: ItemState) -> None:
    # 34 + 67.2 = 101.2 planned; 95 % of it is 96.14.
    item = judge("pipes", 2023, row("pipes", "2023-12-25", quantity=done))
    assert item.state is state and item.done_to_date == done and item.unit == "公里"
    assert item.planned_to_date == pytest.approx(101.2)
    assert item.percent == pytest.approx(done / 148.5 * 100)
    assert item.expected_percent == pytest.approx(101.2 / 148.5 * 100)


def test_before_the_first_step_nothing_is_expected() -> None:
    item = judge("pipes", 2021, row("pipes", "2021-12-25", quantity=0))
    assert item.planned_to_date == 0 and item.state is ItemState.ON_SCHEDULE


def test_the_whole_quantity_is_completed_and_less_is_overdue_after_the_date() -> None:
    assert judge("pipes", 2024, row("pipes", "2024-12-20", quantity=148.5)).state is ItemState.COMPLETED
    assert judge("pipes", 2024, row("pipes", "2024-12-20", quantity=148.4)).state is ItemState.OVERDUE


def test_a_claim_of_completion_with_too_small_a_quantity_is_not_believed() -> None:
    item = judge("pipes", 2024, row("pipes", "2024-12-20", "completed", quantity=140))
    assert item.state is ItemState.OVERDUE and "completion_contradicted" in codes(item)
    assert "140公里" in item.notes[0].text


def test_completed_without_a_quantity_leaves_the_quantity_unknown() -> None:
    item = judge("pipes", 2024, row("pipes", "2024-12-20", "completed"))
    assert item.state is ItemState.COMPLETED and item.done_to_date is None


@pytest.mark.parametrize(
    ("reported", "shown"),
    [(99.6, "99.6%"), (99.96, "99.96%"), (99.9996, "99.9996%"), (50, "50%"), (0.1, "0.1%")],
)
def test_a_percentage_in_a_note_is_the_one_reported_and_never_rounded_to_a_hundred(
    reported: float, shown: str
) -> None:
    item = judge("dated", 2023, row("dated", "2023-12-01", "completed", reported))
    text = next(n.text for n in item.notes if n.code == "completion_contradicted")
    assert f"只有{shown}，" in text


@pytest.mark.parametrize(
    ("reported", "shown"), [(1234567.0, "1,234,567公里"), (148.4999, "148.4999公里"), (1e-05, "0.00001公里")]
)
def test_no_quantity_in_a_note_shows_in_scientific_notation(reported: float, shown: str) -> None:
    target = PLAN.sub_targets[1].target.model_copy(update={"total": 1e7, "steps": {}})
    sub_target = PLAN.sub_targets[1].model_copy(update={"target": target})
    plan = PLAN.model_copy(update={"sub_targets": (sub_target,)})
    ledger = pd.DataFrame([row("pipes", "2023-12-01", "not_started", quantity=reported)])
    item = next(i for i in judge_items(plan, ledger, 2023, METHOD) if i.id == "pipes")
    assert f"进度为{shown}，" in next(n.text for n in item.notes if n.code == "start_contradicted")


# ---- old reports ---------------------------------------------------------------------------------


def test_a_report_older_than_a_year_is_noted_unless_completed() -> None:
    assert "stale" in codes(judge("dated", 2023, row("dated", "2022-12-30", percent=90)))
    assert "stale" not in codes(judge("dated", 2023, row("dated", "2022-12-31", percent=90)))
    assert "stale" not in codes(judge("dated", 2025, row("dated", "2022-01-01", "completed")))


# ---- the ledgers of the repository ---------------------------------------------------------------


def test_the_shipped_ledgers_show_every_state() -> None:
    workspace = load(DATA)
    counts: Counter[ItemState] = Counter()
    for plan_id, plan in workspace.plans.items():
        for as_of in (2023, 2025):
            counts.update(
                i.state for i in judge_items(plan, workspace.ledgers.get(plan_id), as_of, workspace.method)
            )
    assert set(counts) == set(ItemState)


def test_gulou_at_mid_term_has_the_states_its_ledger_tells() -> None:
    workspace = load(DATA)
    items = judge_items(workspace.plans["gulou"], workspace.ledgers["gulou"], 2023, workspace.method)
    state = {i.id: i.state for i in items}
    assert state["project-7"] is ItemState.NO_INFORMATION
    assert state["project-6"] is ItemState.BEHIND
    assert state["work-safety-insurance-compulsory"] is ItemState.OVERDUE
    pipes = next(i for i in items if i.id == "gas-pipe-assessment")
    assert (pipes.state, pipes.done_to_date) == (ItemState.BEHIND, 88)
    assert pipes.planned_to_date == pytest.approx(101.2)
    assert all(i.illustrative for i in items if i.last_report)
