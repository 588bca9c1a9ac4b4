"""What the notebooks call: open the data, fetch the validation's findings, hand results to the pipeline.

A notebook works the same through ``pipeline.py``, through plain ``papermill`` and in JupyterLab; only the folder it
is started from differs, and ``open_workspace`` takes care of that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from planeval.errors import UsageError
from planeval.messages import say
from planeval.model.findings import Finding
from planeval.model.validation import ValidationResult
from planeval.read.project import data_folder
from planeval.read.regions import code_from_parameter
from planeval.read.workspace import Workspace, load

# A cell output of this type carries a result to the pipeline, as the notebook computed it.
RESULT_TYPE = "application/vnd.planeval.{name}.v1+json"


def open_workspace(data: str | Path) -> Workspace:
    """The data folder, read; relative to the working directory, or else to the project's root.

    Raises:
        UsageError, InputError: as `planeval.read.workspace.load`.
    """
    return load(data_folder(data))


def as_of_parameter(value: object) -> int | None:
    """The data year of a notebook parameter: None, "" (the default year) or a year.

    Raises:
        UsageError: it is no year.
    """
    if value is None or value == "":
        return None
    try:
        return int(str(value))
    except ValueError:
        raise UsageError(say("read.as_of_not_a_year", found=value)) from None


def regions_of(workspace: Workspace, region: object) -> list[str]:
    """Codes a notebook looks at: the one given, or every place with a plan."""
    if region is None or region == "":
        return list(dict.fromkeys(plan.region_code for plan in workspace.plans.values()))
    return [code_from_parameter(region, workspace.regions)]


def stored_validation(workspace: Workspace, file: Path) -> ValidationResult | None:
    """The validation result in ``file``, when it was made from exactly these inputs; None otherwise."""
    from pydantic import ValidationError

    from planeval.validate.suites import input_hash

    if not file.is_file():
        return None
    try:
        result = ValidationResult.model_validate_json(file.read_bytes())
    except ValidationError:
        return None
    return result if result.inputs == input_hash(workspace) else None


def findings_of(workspace: Workspace, validation: str | Path = "") -> list[Finding]:
    """The validation's findings: from ``validation`` (a validation.json made from these inputs), else computed now."""
    stored = stored_validation(workspace, Path(validation)) if validation else None
    if stored is None:
        from planeval.validate.run import validate

        stored = validate(workspace)
    return stored.findings


class ResultOutput:
    """A notebook output that carries ``document`` to the pipeline; people see one short line."""

    def __init__(self, name: str, document: dict[str, Any]) -> None:
        self.name, self.document = name, document

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        line = say("workbench.result", name=self.name)
        return {RESULT_TYPE.format(name=self.name): self.document, "text/plain": line}


def result(name: str, model: BaseModel) -> ResultOutput:
    """``model`` as the notebook's result ``name`` (evaluation or validation)."""
    return ResultOutput(name, model.model_dump(mode="json"))
