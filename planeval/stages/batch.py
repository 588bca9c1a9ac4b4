"""A whole job: which reports were asked for, what was published, what was held back and why."""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planeval.errors import InputError, PlanevalError, UsageError
from planeval.messages import say
from planeval.model.evaluation import Evaluation, Kind
from planeval.model.findings import Finding, Severity
from planeval.model.validation import ValidationResult
from planeval.read.workspace import Workspace, load
from planeval.report.words import word
from planeval.stages.report import make_report
from planeval.stages.site import hold_everything, make_site
from planeval.stages.statistics import VALIDATION_FILE, ensure_validation, make_indicators, make_validation

MOST_REASONS = 5  # a recap must stay readable; the validation page has them all


@dataclass
class Job:
    """One run of the pipeline over a data folder."""

    options: argparse.Namespace
    data: str
    out: Path
    workspace: Workspace
    plans: list[str]
    kinds: list[Kind]
    validation: ValidationResult | None = None
    published: list[Evaluation] = field(default_factory=list)
    held: dict[tuple[str, Kind], list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, options: argparse.Namespace) -> Job:
        """The job the command line asks for.

        Raises:
            UsageError: no such folder or plan.
            InputError: what all places share is missing or wrong.
        """
        workspace = load(Path(options.data))
        asked = list(dict.fromkeys(getattr(options, "plan", [])))
        for plan in asked:
            if plan not in workspace.plan_ids:
                workspace.require_plan(plan)  # says which plans there are
        kinds = [Kind(k) for k in dict.fromkeys(getattr(options, "kind", []))] or list(Kind)
        _check_as_of(workspace, asked or workspace.plan_ids, getattr(options, "as_of", None))
        rows = len(workspace.table)
        _say("cli.started", data=options.data, plans=len(workspace.plan_ids), rows=rows)
        return cls(options, options.data, Path(options.out), workspace, asked or workspace.plan_ids, kinds)

    @classmethod
    def publishing(cls, options: argparse.Namespace) -> Job:
        """`of`, for a job that publishes: when nothing can be read, the reports that are there are marked so."""
        try:
            return cls.of(options)
        except InputError as error:
            hold_everything(Path(options.out), [str(f) for f in error.findings])
            raise

    # ---- stages -------------------------------------------------------------------------------------------------

    def validate(self) -> None:
        """Validate the statistics and publish the validation page."""
        self.validation = make_validation(self.data, self.out)
        self._told_validation()

    def ensure_validation(self) -> None:
        """The stored validation where it still fits, else a new one."""
        self.validation = ensure_validation(self.workspace, self.data, self.out)
        self._told_validation()

    def _told_validation(self) -> None:
        assert self.validation is not None
        count = [f.severity for f in self.validation.findings]
        _say(
            "cli.validated",
            rules=len({c.rule for c in self.validation.checks}),
            critical=count.count(Severity.CRITICAL),
            warnings=count.count(Severity.WARNING),
            path=self.out / "validation" / "index.html",
        )

    def compute(self) -> None:
        """Publish the table of indicators."""
        make_indicators(self.data, self.out)
        _say("cli.computed", path=self.out / "indicators" / "index.html")

    def hold_back(self) -> None:
        """Note which of the plans asked for cannot be reported on."""
        for plan in self.plans:
            reasons = self._reasons(plan)
            if reasons:
                for kind in self.kinds:
                    self.held[plan, kind] = [str(f) for f in reasons]

    def report(self) -> None:
        """Render every report that was asked for; one that fails does not stop the others."""
        self.hold_back()
        for plan in self.plans:
            for kind in self.kinds:
                if (plan, kind) in self.held:
                    _say("cli.held", plan=plan, kind=word("kind", kind))
                    continue
                try:
                    self._publish(plan, kind)
                except InputError as error:
                    self.held[plan, kind] = [str(f) for f in error.findings]
                except PlanevalError as error:
                    self.held[plan, kind] = [str(error)]
                if (plan, kind) in self.held:
                    _say("cli.held", plan=plan, kind=word("kind", kind))

    def _publish(self, plan: str, kind: Kind) -> None:
        validation = str(self.out / VALIDATION_FILE)
        evaluation = make_report(plan, kind, self.options.as_of, self.data, validation, self.out)
        self.published.append(evaluation)
        counts = evaluation.verdict_counts()
        told = say("report.join").join(
            say("report.overview.count", verdict=word("verdict", v), n=n) for v, n in counts.items() if n
        )
        _say(
            "cli.published",
            place=evaluation.region_name,
            kind=word("kind", kind),
            year=evaluation.as_of,
            counts=told,
            path=self.out / plan / kind.value / "index.html",
        )

    def site(self) -> None:
        """Renew the index over all reports."""
        titles = {plan.id: plan.title for plan in self.workspace.plans.values()}
        asked = {(plan, kind) for plan in self.plans for kind in self.kinds}
        make_site(self.out, self.held, asked=asked, titles=titles, plans=self.workspace.plan_ids)
        _say("cli.site", path=self.out / "index.html")

    # ---- the end ------------------------------------------------------------------------------------------------

    def _reasons(self, plan: str) -> list[Finding]:
        assert self.validation is not None
        if plan in self.workspace.plans:
            return self.validation.held_back(self.workspace.plans[plan])
        return [f for f in self.workspace.findings if f.plan == plan and f.severity is Severity.CRITICAL]

    def _orphans(self) -> list[Finding]:
        """Critical findings that touch no plan at all."""
        if self.validation is None:
            return []
        codes = {plan.region_code for plan in self.workspace.plans.values()}
        return [
            f
            for f in self.validation.findings
            if f.severity is Severity.CRITICAL
            and (f.plan is not None or f.region_code is not None)
            and f.plan not in self.workspace.plan_ids
            and f.region_code not in codes
        ]

    def close(self, command: str) -> int:
        """Say what was done and what was not; returns the exit status."""
        if command != "validate":
            path = self.out / "index.html"
            name = "cli.done" if self.published else "cli.done_nothing"
            _say(name, published=len(self.published), held=len(self.held), path=path)
        orphans = self._orphans()
        if orphans:
            # Of no plan's place: nothing is held back, but a mistyped code may be a row that some place misses.
            print(file=sys.stderr)
            _tell("cli.orphans", n=len(orphans))
            for finding in orphans[:MOST_REASONS]:
                _tell("cli.held_reason", text=finding)
        if not self.held:
            return 1 if orphans and command == "validate" else 0
        print(file=sys.stderr)
        _tell("cli.held_title")
        by_plan: dict[str, list[Kind]] = {}
        for plan, kind in self.held:
            by_plan.setdefault(plan, []).append(kind)
        for plan, kinds in by_plan.items():
            self._tell_held(plan, kinds)
        plans = shlex.join(by_plan)
        where = "" if self.data == "data" else f" --data {shlex.quote(self.data)}"
        where += "" if str(self.out) == "reports" else f" --out {shlex.quote(str(self.out))}"
        rerun = f"python pipeline.py {command}{where}"
        if command != "validate":
            rerun += f" --plan {plans}"
            if self.options.kind:
                rerun += f" --kind {' '.join(k.value for k in self.kinds)}"
            if self.options.as_of is not None:
                rerun += f" --as-of {self.options.as_of}"
        _tell("cli.next", command=rerun)
        return 1

    def _tell_held(self, plan: str, kinds: list[Kind]) -> None:
        joined = say("report.join").join(word("kind", k) for k in kinds)
        title = self.workspace.plans[plan].title if plan in self.workspace.plans else plan
        print(f"  {plan}（{title}）：{joined}", file=sys.stderr)
        reasons = list(dict.fromkeys(r for kind in kinds for r in self.held[plan, kind]))
        for text in reasons[:MOST_REASONS]:
            _tell("cli.held_reason", text=text)
        if len(reasons) > MOST_REASONS:
            path = self.out / "validation" / "index.html"
            _tell("cli.held_more", n=len(reasons) - MOST_REASONS, path=path)
        for kind in kinds:
            page = self.out / plan / kind.value / "index.html"
            if page.is_file():
                _tell("cli.kept", path=page)


def _check_as_of(workspace: Workspace, plans: list[str], as_of: int | None) -> None:
    if as_of is None:
        return
    for plan in (workspace.plans[p] for p in plans if p in workspace.plans):
        if as_of not in plan.period.years:
            span = f"{plan.period.start}—{plan.period.end}"
            raise UsageError(say("read.as_of_outside_period", found=as_of, plan=plan.id, span=span))


def _say(name: str, **params: Any) -> None:
    print(say(name, **params))


def _tell(name: str, **params: Any) -> None:
    print(say(name, **params), file=sys.stderr)
