"""The worked example of a ledger of accidents in the method comes out of the code."""

from __future__ import annotations

from pathlib import Path

import pytest
from accident_ledgers import about, totals, values
from docs_text import marked_blocks, section


@pytest.fixture
def example(tmp_path: Path) -> Path:
    folder = tmp_path / "accidents"
    folder.mkdir()
    body = marked_blocks("docs/method.md", "ledger")["accidents"]
    (folder / "2023.csv").write_text(body, encoding="utf-8")
    (folder / "2023.yaml").write_text(about("350105 2023-01-01 2023-12-31", status="final"), encoding="utf-8")
    return tmp_path


def test_the_totals_by_hand_are_those_of_the_code(example: Path) -> None:
    rows, findings = totals(example)
    own = {name: int(value) for name, value in values(rows).items()}
    told = (
        f"{own['accident_deaths']} deaths; {own['accidents']} accidents: 一般 {own['general_accidents']}, "
        f"较大 {own['larger_accidents']}, 重大 {own['serious_accidents']}, "
        f"特别重大 {own['extremely_serious_accidents']}; 重特大 {own['major_accidents']}\n"
    )
    assert told in section("Severity of accidents")
    assert [f.message for f in findings] == [
        "马尾区2023年的事故有1条报告在补报期满后作出，不改变统计：A2（第5行）"
    ]
    assert set(rows["status"]) == {"final"}


def test_the_vintages_by_hand_are_those_of_the_code(example: Path) -> None:
    open_, _ = totals(example, vintage="2024-01-10")
    assert values(open_) == values(totals(example)[0])
    assert set(open_["status"]) == {"preliminary"}
    assert set(totals(example, vintage="2024-01-19")[0]["status"]) == {"final"}
    assert totals(example, vintage="2023-12-01")[0].empty
