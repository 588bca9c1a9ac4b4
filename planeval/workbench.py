"""What the notebooks call: open the data, fetch the validation's findings, hand results to the pipeline.

A notebook works the same through ``pipeline.py``, through plain ``papermill`` and in JupyterLab; only the folder it
is started from differs, and ``open_workspace`` takes care of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from planeval.database.snapshot import renew
from planeval.errors import OTHER_DATA, InputError, UsageError
from planeval.messages import say, speak  # noqa: F401  speak: for the notebooks
from planeval.model.evaluation import Evaluation
from planeval.model.findings import Finding
from planeval.model.validation import ValidationResult
from planeval.read.inventory import Inventory, take_inventory
from planeval.read.project import data_folder
from planeval.read.regions import code_from_parameter
from planeval.read.vintage import last_day
from planeval.read.workspace import Workspace, load

# A cell output of this type carries a result to the pipeline, as the notebook computed it.
RESULT_TYPE = "application/vnd.planeval.{name}.v1+json"


@dataclass
class _Held:
    """What the pipeline has read before it forked; ``data`` is how the notebooks' parameter names it."""

    data: str
    workspace: Workspace
    inventory: Inventory
    validation: str = ""
    findings: list[Finding] | None = None


_held: _Held | None = None


def hold(data: str, workspace: Workspace, inventory: Inventory) -> None:
    """Keep a workspace in memory for the notebooks of this process and its forks."""
    global _held
    _held = _Held(data, workspace, inventory)


def hold_findings(validation: str, findings: Iterable[Finding]) -> None:
    """Keep what the validation stored in ``validation`` says about the report to come."""
    if _held is not None:
        _held.validation, _held.findings = validation, list(findings)


def require_untouched(inventory: Inventory | None = None) -> None:
    """Make sure that no input file has changed since ``inventory`` (default: the one that is held) was taken: what was
    read is then what was looked at, and validated.

    Raises:
        InputError: one has.
    """
    if inventory is None:
        inventory = _held.inventory if _held is not None else None
    touched = inventory.touched() if inventory is not None else []
    if touched:
        shown = say("read.name_join").join(touched[:3])
        message, remedy = say("batch.touched.message", files=shown), say("batch.touched.remedy")
        raise InputError(Finding(rule=OTHER_DATA, message=message, remedy=remedy))


def require_same_rows(data: str, code: str, rows: Mapping[str, str]) -> None:
    """Make sure that what was read here is what the pipeline decided on.

    Raises:
        InputError: the place's rows are other ones: another machine sees other files, or they were just changed.
    """
    if _held is not None and dict(_held.inventory.rows_of(code)) != dict(rows):
        message, remedy = (
            say("batch.other_data.message", data=data, code=code),
            say("batch.other_data.remedy"),
        )
        raise InputError(Finding(rule=OTHER_DATA, message=message, remedy=remedy, region_code=code))


def open_workspace(
    data: str | Path, plan: str = "", vintage: object = "", offline: bool = False
) -> Workspace:
    """The data folder, read; relative to the working directory, or else to the project's root. Databases that its
    ``sources.yaml`` names are read anew, unless ``offline``.

    With ``plan``, only what that plan's report may depend on: the plan, its ledger, the rows of its place and what was
    found about them; of a large folder little more is read. With ``vintage`` (a day, month or year), as it was then.

    Raises:
        UsageError, InputError: as `planeval.read.workspace.load` and `planeval.database.snapshot.renew`; no such plan.
    """
    until = vintage_parameter(vintage)
    if _held is not None and str(data) == _held.data and until == _held.inventory.vintage:
        return _held.workspace.slice(plan) if plan else _held.workspace
    folder = data_folder(data)
    for line in renew(folder, offline):
        print(line)
    if not plan:
        return load(folder, vintage=until)
    inventory = take_inventory(folder, vintage=until)
    code = inventory.plans[plan].region_code if plan in inventory.plans else None
    return load(folder, None if code is None else {code}, inventory).slice(plan)


def vintage_parameter(value: object) -> str:
    """The last day of a notebook's ``vintage`` (a day, month or year; None and "": "").

    Raises:
        UsageError: it is no date.
    """
    return last_day(str(value)) if value not in (None, "") else ""


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
        codes = (workspace.place_of(plan) for plan in workspace.plans)
        return list(dict.fromkeys(code for code in codes if code is not None))
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
    if _held is not None and _held.findings is not None and str(validation) == _held.validation:
        return _held.findings
    stored = stored_validation(workspace, Path(validation)) if validation else None
    if stored is None:
        from planeval.validate.run import validate

        stored = validate(_with_parts(workspace))
    return stored.findings


def _with_parts(workspace: Workspace) -> Workspace:
    """``workspace`` with the places that its sums rest on: what is wrong with these holds its reports back."""
    places = {code for plan in workspace.plan_ids if (code := workspace.place_of(plan)) is not None}
    wider = places.union(*(workspace.rests_on.get(code, ()) for code in places))
    here = {*workspace.observations["region_code"]}
    if wider <= places.union(here):
        return workspace
    return load(workspace.root, wider, vintage=workspace.vintage)


class ResultOutput:
    """A notebook output that carries ``document`` to the pipeline; people see one short line.

    The document is one text: whatever handles the notebook (kernel, client, writer) then passes it on as it is,
    instead of walking through some thousand values each time.
    """

    def __init__(self, name: str, document: str) -> None:
        self.name, self.document = name, document

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        line = say("workbench.result", name=self.name)
        return {RESULT_TYPE.format(name=self.name): self.document, "text/plain": line}


def result(name: str, model: BaseModel) -> ResultOutput:
    """``model`` as the notebook's result ``name``: its JSON text."""
    return ResultOutput(name, model.model_dump_json())


def inputs_result(workspace: Workspace, evaluation: Evaluation) -> ResultOutput:
    """What the page of ``evaluation`` carries so that it can be recomputed, as the notebook's result ``inputs``."""
    from planeval.verify.embedded import inputs_of, pack

    return ResultOutput("inputs", pack(inputs_of(workspace, evaluation)))
