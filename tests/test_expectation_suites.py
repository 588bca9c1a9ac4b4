"""The suite files: hand-readable, stable in git, and refused with a clear word when they are wrong."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planeval.errors import InputError
from planeval.messages import _catalog, names_below
from planeval.read.workspace import Workspace, load
from planeval.validate.frames import build
from planeval.validate.run import validate
from planeval.validate.suites import FRAMES, canonical_text, default_suites_dir, load_suites

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(default_suites_dir().glob("*.json"))


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load(ROOT / "data")


def keys_of(node: Any) -> set[str]:
    if isinstance(node, dict):
        return set(node).union(*(keys_of(value) for value in node.values()))
    return set().union(*(keys_of(value) for value in node)) if isinstance(node, list) else set()


def test_there_is_one_suite_for_each_frame() -> None:
    assert sorted(suite.meta.frame for suite in load_suites()) == sorted(FRAMES)
    assert [path.stem for path in FILES] == [suite.name for suite in load_suites()]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_a_suite_file_has_no_ids_or_time_stamps_and_is_laid_out_canonically(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    content = json.loads(text)
    assert canonical_text(content) == text
    assert not keys_of(content) & {
        "id",
        "ge_cloud_id",
        "great_expectations_version",
        "created_at",
        "last_run",
    }
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-|\d{4}-\d{2}-\d{2}", text)


def test_every_wording_uses_only_what_its_frame_gives(workspace: Workspace) -> None:
    frames = build(workspace).named()
    given = {
        "variable_name",
        "unit",
        "min",
        "max",
        "column",
        "closest",
        "lines",
        "published_values",
        "actual",
    }
    given |= {"variables", "found", "expected"}
    for suite in load_suites():
        columns = set(frames[suite.meta.frame].columns)
        for expectation in suite.expectations:
            for part in ("found", "expected", "message", "remedy"):
                template = _catalog("zh")[f"validation.messages.{expectation.message}.{part}"]
                used = {field for _, field, _, _ in string.Formatter().parse(template) if field}
                assert used <= columns | given, (expectation.message, part, used - columns - given)


def test_no_title_or_wording_is_left_over() -> None:
    expectations = [e for suite in load_suites() for e in suite.expectations]
    assert {e.meta.rule for e in expectations} == set(names_below("validation.rules"))
    assert {e.message for e in expectations} == set(names_below("validation.messages"))


def copy_suites(folder: Path) -> Path:
    folder = folder / "expectations"
    folder.mkdir()
    for path in FILES:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def change(key_path: list[Any], value: Any) -> Callable[[Any], None]:
    def apply(content: Any) -> None:
        for key in key_path[:-1]:
            content = content[key]
        content[key_path[-1]] = value

    return apply


FIRST = ["expectations", 0]
MISTAKES: list[tuple[str, Callable[[Any], None], list[str]]] = [
    (
        "type",
        change([*FIRST, "type"], "expect_column_values_to_be_betwen"),
        ["第1条", "expect_column_values_to_be_between"],
    ),
    ("not-by-row", change([*FIRST, "type"], "expect_table_row_count_to_equal"), ["第1条", "逐行"]),
    (
        "rule",
        change([*FIRST, "meta", "rule"], "severity-within-acidents"),
        ["第1条", "“severity-within-accidents”"],
    ),
    ("message", change([*FIRST, "meta", "message"], "gdp-chnge"), ["第1条", "“gdp-change”"]),
    ("severity", change([*FIRST, "severity"], "warnin"), ["expectations.0.severity", "“warning”"]),
    ("key", change([*FIRST, "severty"], "warning"), ["expectations.0.severty", "“severity”"]),
    ("column", change([*FIRST, "kwargs", "column_A"], "accidnts"), ["第1条", "accidnts", "“accidents”"]),
    ("kwargs", change([*FIRST, "kwargs", "or_equals"], True), ["第1条", "or_equals"]),
    ("frame", change(["meta", "frame"], "panels"), ["panels", "“panel”"]),
    (
        "parameter",
        change(["expectations", 4, "kwargs", "min_value"], {"$PARAMETER": "first_yaer"}),
        ["第5条", "first_yaer", "“first_year”"],
    ),
]


@pytest.mark.parametrize(
    ("mistake", "words"), [(m, w) for _, m, w in MISTAKES], ids=[name for name, _, _ in MISTAKES]
)
def test_a_mistake_in_a_suite_is_said_with_file_and_closest_name(
    tmp_path: Path, workspace: Workspace, mistake: Callable[[Any], None], words: list[str]
) -> None:
    folder = copy_suites(tmp_path)
    content = json.loads((folder / "panel.json").read_text(encoding="utf-8"))
    mistake(content)
    (folder / "panel.json").write_text(canonical_text(content), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        validate(workspace, folder)
    (finding,) = caught.value.findings
    assert finding.file == "expectations/panel.json" and finding.remedy
    assert [word for word in words if word not in finding.message] == [], finding.message


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    folder = copy_suites(tmp_path)
    content = json.loads((folder / "rates.json").read_text(encoding="utf-8"))
    del content["expectations"][1]["meta"]["rule"]
    (folder / "rates.json").write_text(canonical_text(content), encoding="utf-8")
    with pytest.raises(InputError, match=r"expectations/rates\.json: .*expectations\.1\.meta\.rule"):
        load_suites(folder)


def test_broken_json_is_said_with_its_line(tmp_path: Path) -> None:
    folder = copy_suites(tmp_path)
    text = (folder / "panel.json").read_text(encoding="utf-8")
    (folder / "panel.json").write_text(
        text.replace('"frame": "panel",', '"frame": "panel"', 1), encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"expectations/panel\.json:5: .*JSON"):
        load_suites(folder)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有校验规则文件"):
        load_suites(tmp_path)


def test_a_condition_great_expectations_cannot_carry_out_is_an_error_not_a_pass(
    tmp_path: Path, workspace: Workspace
) -> None:
    folder = copy_suites(tmp_path)
    content = json.loads((folder / "panel.json").read_text(encoding="utf-8"))
    content["expectations"][4]["kwargs"]["column"] = "place"  # text against numbers
    (folder / "panel.json").write_text(canonical_text(content), encoding="utf-8")
    with pytest.raises(InputError, match="第5条"):
        validate(workspace, folder)


def test_bounds_are_edited_by_hand(tmp_path: Path, workspace: Workspace) -> None:
    folder = copy_suites(tmp_path)
    content = json.loads((folder / "panel.json").read_text(encoding="utf-8"))
    (narrow,) = [
        e for e in content["expectations"] if e["meta"]["rule"] == "gdp-change" and e["severity"] == "warning"
    ]
    narrow["kwargs"] |= {"min_value": 0.5, "max_value": 0.6}
    (folder / "panel.json").write_text(canonical_text(content), encoding="utf-8")
    before = {f.rule for f in validate(workspace).findings}
    after = [f for f in validate(workspace, folder).findings if f.rule not in before]
    assert after and {f.rule for f in after} == {"gdp-change"}
    assert all("50%至60%" in f.message for f in after)
