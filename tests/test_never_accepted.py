"""Rules about which figure a row is cannot be accepted: neither in the corrections register nor by ``import --accept``."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Cli
from imports import mapping_file, table_file
from test_accepted_findings import WHY, checked, of_rule, register

from planeval.model.findings import Severity
from planeval.validate.accepted import NEVER_ACCEPTED
from planeval.validate.suites import load_suites


def test_two_rows_for_one_figure_stay_critical_whoever_explains_them(tiny_data: Path) -> None:
    row = "350105,2022,gdp,{},亿元,2024-05-10," + WHY + ",{}"
    register(tiny_data, row.format(400, ""), row.format(900, "unique-keys"))
    result = checked(tiny_data)
    assert {f.severity for f in of_rule(result, "unique-keys")} == {Severity.CRITICAL}
    (finding,) = of_rule(result, "accepts_not_acceptable")
    assert str(finding) == (
        "observations/corrections.csv:3: 马尾区2022年的 gdp：accepts 写了“unique-keys”，这条规则说的是这一行是谁、哪一年、"
        "哪个变量，不能接受 → 把 accepts 中的“unique-keys”删去，改正重复或对不上的行"
    )
    assert finding.severity is Severity.WARNING


def test_what_cannot_be_accepted_are_rules_that_there_are() -> None:
    rules = {expectation.meta.rule for suite in load_suites() for expectation in suite.expectations}
    assert rules >= NEVER_ACCEPTED


@pytest.mark.parametrize("rule", sorted(NEVER_ACCEPTED))
def test_an_import_cannot_pass_them(tmp_path: Path, tiny_data: Path, run_cli: Cli, rule: str) -> None:
    words = (
        "--map",
        mapping_file(tmp_path),
        "--data",
        tiny_data,
        "--accept",
        rule,
        "--reason",
        "a",
        "--by",
        "b",
    )
    status, out, err = run_cli("import", table_file(tmp_path), *words)
    assert (status, out) == (2, "")
    assert f"“{rule}”不能放行：它说的是这一行是谁、哪一年、哪个变量，而不是数值是否属实。请改正数据。" in err
