"""The validation stage: the statistics checked where something changed, the rest taken from the last time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from planeval.engine.template import Template, fork_available
from planeval.messages import language, speak
from planeval.model.findings import Finding, Severity
from planeval.read.inventory import Inventory

VALIDATION_FILE = "validation/validation.json"


@dataclass(frozen=True)
class Validated:
    """What validation says: every finding in order, how many rules were applied, and the public ``result`` as JSON.
    ``stored`` is what the next validation goes on from (empty where this was read from a file)."""

    findings: list[Finding]
    rules: int
    result: bytes
    stored: bytes = b""

    @classmethod
    def of(cls, result: bytes) -> Validated:
        """What the public result says.

        Raises:
            ValueError, KeyError, TypeError: it is no such result.
        """
        document = json.loads(result)
        findings = [Finding.model_validate(finding) for finding in document["findings"]]
        return cls(findings, len({check["rule"] for check in document["checks"]}), result)

    def count(self, severity: Severity) -> int:
        """Findings of that severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def touching(self, plan: str, code: str | None) -> tuple[Finding, ...]:
        """The findings that touch a plan or its place, in the result's order (as `Finding.touches` says)."""
        found = {
            *self._by_whom.get((None, None), ()),
            *self._by_whom.get(("plan", plan), ()),
            *(self._by_whom.get(("place", code), ()) if code is not None else ()),
        }
        return tuple(self.findings[number] for number in sorted(found))

    @cached_property
    def _by_whom(self) -> dict[tuple[str | None, str | None], list[int]]:
        index: dict[tuple[str | None, str | None], list[int]] = {}
        for number, finding in enumerate(self.findings):
            if finding.plan is None and finding.region_code is None:
                index.setdefault((None, None), []).append(number)
            if finding.plan is not None:
                index.setdefault(("plan", finding.plan), []).append(number)
            if finding.region_code is not None:
                index.setdefault(("place", finding.region_code), []).append(number)
        return index


# The hash of what a result was made from stands near its beginning; the whole of it may be ten megabytes.
_INPUTS = re.compile(rb'"inputs":\s*"([0-9a-f]{64})"')
_HEAD = 200


def read_validated(file: Path, inputs: str) -> Validated | None:
    """The result in ``file`` when it was made from exactly these inputs."""
    try:
        with file.open("rb") as stream:
            found = _INPUTS.search(stream.read(_HEAD))
        if found is None or found[1].decode() != inputs:
            return None
        return Validated.of(file.read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        return None


def stored_validation(*files: Path) -> Validated | None:
    """The result in the first of these files that holds one, whatever it was made from."""
    for file in files:
        try:
            return Validated.of(file.read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def validate_changes(inventory: Inventory, previous: bytes | None, lang: str) -> Validated:
    """Validate what changed since ``previous`` (None: everything), in words of ``lang``. Runs in a process of its own: it imports Great
    Expectations, which takes seconds and memory that nothing else needs.

    Raises:
        InputError: what all places share cannot be read.
    """
    from planeval.read.workspace import load
    from planeval.validate.parts import Stored, affected, relatives, revalidate
    from planeval.workbench import require_untouched

    speak(lang)
    stored = Stored.read(previous) if previous else None
    changed = affected(stored, inventory)
    only = None if changed is None else changed | relatives(stored, inventory, changed)
    workspace = load(inventory.root, only, inventory)
    require_untouched(inventory)
    renewed = revalidate(workspace, inventory, stored, changed)
    result = renewed.result()
    text = result.model_dump_json(indent=1) + "\n"
    rules = len({check.rule for check in result.checks})
    return Validated(result.findings, rules, text.encode("utf-8"), renewed.text())


# What validation needs; Great Expectations itself is imported where it is used, with its extras left out.
_PRELOAD = ("pandas", "planeval.read.workspace", "planeval.validate.parts")


class Validation:
    """`validate_changes` under way in another process; where there is no fork, put off until it is asked for.

    A context manager: left early, whatever was begun is ended.
    """

    def __init__(self, inventory: Inventory, previous: bytes | None) -> None:
        self._work = (inventory, previous, language())
        self._template = Template(preload=_PRELOAD) if fork_available() else None
        self._running = self._template.start(validate_changes, *self._work) if self._template else None

    def result(self) -> Validated:
        """What it says, when it has come to its end.

        Raises:
            InputError: as `validate_changes`.
        """
        if self._running is None:
            return validate_changes(*self._work)
        validated = self._running.result()
        assert isinstance(validated, Validated)
        return validated

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._running is not None:
            self._running.close()
        if self._template is not None:
            self._template.close()


def held_reasons(findings: Iterable[Finding]) -> list[str]:
    """Why a report with these findings is held back; nothing when it may be published."""
    return [str(finding) for finding in findings if finding.severity is Severity.CRITICAL]
