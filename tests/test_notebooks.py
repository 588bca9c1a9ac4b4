"""The other door: every notebook with plain papermill from the root, and from its own folder as JupyterLab runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from planeval.errors import UsageError
from planeval.model.evaluation import Evaluation
from planeval.read.regions import code_from_parameter
from planeval.read.workspace import load
from planeval.workbench import RESULT_TYPE, regions_of

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


def papermill(
    notebook: str, out: Path, *arguments: str, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    source = os.path.relpath(ROOT / "notebooks" / f"{notebook}.ipynb", cwd)
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", source, str(out), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def shown(path: Path) -> str:
    """Everything the outputs of a notebook show."""
    notebook = nbformat.read(path, as_version=4)
    pieces: list[str] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            pieces += [str(v) for k, v in output.get("data", {}).items() if k.startswith("text/")]
    return "\n".join(pieces)


def result(path: Path, name: str) -> dict[str, Any]:
    wanted = RESULT_TYPE.format(name=name)
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            if wanted in output.get("data", {}):
                return dict(json.loads(output["data"][wanted]))
    raise AssertionError(f"no result {name}")


def test_notebooks_are_committed_without_outputs() -> None:
    assert {"validate_statistics", "compute_indicators", "midterm_evaluation", "final_evaluation"} <= set(
        NOTEBOOKS
    )
    for name in NOTEBOOKS:
        notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert not cell.get("outputs"), name
            assert cell.get("execution_count") is None, name


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_plain_papermill_runs_each_notebook_with_its_defaults(name: str, tmp_path: Path) -> None:
    done = papermill(name, tmp_path / "out.ipynb")
    assert done.returncode == 0, done.stderr
    for cell in nbformat.read(tmp_path / "out.ipynb", as_version=4).cells:
        assert all(o.output_type != "error" and o.get("name") != "stderr" for o in cell.get("outputs", []))


def test_papermill_evaluates_the_plan_and_year_it_is_told(tmp_path: Path) -> None:
    out = tmp_path / "out.ipynb"
    done = papermill("midterm_evaluation", out, "-p", "plan", "national", "-p", "as_of", "2024")
    assert done.returncode == 0, done.stderr
    evaluation = Evaluation.model_validate(result(out, "evaluation"))
    assert (evaluation.plan, evaluation.as_of, evaluation.region_code) == ("national", 2024, "100000")
    assert "比2020年基期（27,412人）下降28.4%" in shown(out)


def test_a_notebook_runs_from_its_own_folder_as_in_jupyterlab(tmp_path: Path) -> None:
    done = papermill("final_evaluation", tmp_path / "out.ipynb", cwd=ROOT / "notebooks")
    assert done.returncode == 0, done.stderr
    assert result(tmp_path / "out.ipynb", "evaluation")["plan"] == "mawei"


def test_papermill_with_an_unknown_plan_stops_and_names_the_closest(tmp_path: Path) -> None:
    done = papermill("midterm_evaluation", tmp_path / "out.ipynb", "-p", "plan", "maweii")
    assert done.returncode != 0
    assert "是否应为 mawei" in done.stderr


def _with_leading_zero(folder: Path) -> Path:
    """The shipped data with 马尾区 under the code 010101."""
    data = folder / "data"
    shutil.copytree(ROOT / "data", data)
    for path in [*data.rglob("*.csv"), *data.rglob("*.yaml")]:
        path.write_text(path.read_text(encoding="utf-8").replace("350105", "010101"), encoding="utf-8")
    return data


def test_a_code_with_a_leading_zero_survives_every_door(tmp_path: Path) -> None:
    data = _with_leading_zero(tmp_path)
    out = tmp_path / "out.ipynb"
    done = papermill("midterm_evaluation", out, "-p", "plan", "mawei", "-p", "data", str(data))
    assert done.returncode == 0, done.stderr
    assert result(out, "evaluation")["region_code"] == "010101"
    # papermill -p makes the number 10101 of it, -r leaves it alone: both name the same place.
    for flag in ("-p", "-r"):
        done = papermill("compute_indicators", out, flag, "region", "010101", "-p", "data", str(data))
        assert done.returncode == 0, done.stderr
        assert "010101" in shown(out) and "350102" not in shown(out)


def test_a_leading_zero_goes_through_the_pipeline_into_json_and_csv(tmp_path: Path) -> None:
    data, out = _with_leading_zero(tmp_path), tmp_path / "reports"
    command = [sys.executable, "pipeline.py", "run", "--data", str(data), "--out", str(out)]
    command += ["--plan", "mawei", "--kind", "midterm"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    folder = out / "mawei" / "midterm"
    assert json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))["region_code"] == "010101"
    assert "\n010101,马尾区," in (folder / "indicators.csv").read_text(encoding="utf-8-sig").replace(
        "\r\n", "\n"
    )
    assert "010101" in (folder / "index.html").read_text(encoding="utf-8")
    assert "010101" in (out / "index.html").read_text(encoding="utf-8")


def test_a_region_parameter_is_text_or_its_exact_number() -> None:
    regions = load(ROOT / "data").regions | {"010101": load(ROOT / "data").regions["350105"]}
    assert code_from_parameter("010101", regions) == "010101"
    assert code_from_parameter(10101, regions) == "010101"
    assert code_from_parameter(350105, regions) == "350105"
    for wrong in ("35010", 350102.0, True, 4161, "350106"):
        with pytest.raises(UsageError, match="没有代码为"):
            code_from_parameter(wrong, regions)


def test_without_a_region_a_notebook_looks_at_every_place_with_a_plan() -> None:
    workspace = load(ROOT / "data")
    assert regions_of(workspace, "") == regions_of(workspace, None) == ["350102", "350105", "100000"]
