"""A run of the pipeline: what was asked for, what is up to date, what is made anew, and what became of it.

This process stays light. It looks at the files, decides by keys, hands the work to the worker's forks or to a cluster,
and is the only one that writes: a child that dies, or outlives a run that was killed, can damage nothing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from planeval.batch.executor import cores
from planeval.batch.state import Last, State, name_of
from planeval.batch.task import Failure
from planeval.batch.workers import Data, Hands
from planeval.errors import InputError, UsageError, closest
from planeval.messages import say
from planeval.messages.names import in_language
from planeval.model.findings import Finding, Severity
from planeval.model.plan import Plan
from planeval.model.terms import USUAL_KINDS, Kind
from planeval.read.inventory import Inventory, plan_paths, take_inventory
from planeval.read.project import data_folder
from planeval.read.yaml_file import load_model
from planeval.render.publish import PublishError
from planeval.report.words import word
from planeval.rerun.key import ReportInputs, digest
from planeval.rerun.record import intact, read_record
from planeval.rerun.sources import sources
from planeval.site.geography import Place, read_places
from planeval.stages import pages
from planeval.stages.report import NOTEBOOKS, parameters_of
from planeval.stages.site import MOST_IN_TABLE, Known, make_site, other_index, site_is_whole
from planeval.stages.validation import VALIDATION_FILE, Validated

Report = tuple[str, Kind]
MOST_NAMED = 20  # a message that lists thousands of plans helps nobody


@dataclass
class Job:
    """One run over a data folder.

    ``asked`` are the reports it is about; each ends in ``published``, ``skipped`` (up to date), ``held`` or ``failed``.
    """

    command: str
    options: argparse.Namespace
    inventory: Inventory
    asked: list[Report]
    published: list[Report] = field(default_factory=list)
    skipped: list[Report] = field(default_factory=list)
    held: dict[Report, list[str]] = field(default_factory=dict)
    failed: dict[Report, tuple[Failure, Path]] = field(default_factory=dict)  # with the log
    records: dict[Report, dict[str, Any]] = field(default_factory=dict)  # what lies in the output folder
    keys: dict[Report, str] = field(default_factory=dict)
    page_keys: dict[str, str] = field(default_factory=dict)  # by folder
    failed_pages: dict[str, str] = field(default_factory=dict)  # by folder
    passing: set[Report] = field(
        default_factory=set
    )  # held back by something that may have passed when it is run again
    due: list[Report] = field(default_factory=list)  # what a dry run would make
    left: int = 0  # reports not made yet
    estimate: float | None = None  # seconds a dry run thinks it would take
    validated: Validated | None = None
    began: float = field(default_factory=time.monotonic)
    _own: dict[Report, ReportInputs] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)  # of the findings, by plan

    @classmethod
    def of(cls, command: str, options: argparse.Namespace) -> Job:
        """The job the command line asks for.

        Raises:
            UsageError: no such folder or plan.
        """
        root = data_folder(options.data)
        if not root.is_dir():
            raise UsageError(say("read.no_data_folder", found=options.data))
        known = list(dict.fromkeys(path.stem for path in plan_paths(root)))
        plans = list(dict.fromkeys(options.plan)) or known
        there = set(known)
        for plan in plans:
            if plan not in there:
                near = closest(plan, known)
                hint = say("read.did_you_mean", name=near) if near else ""
                shown = known if len(known) <= MOST_NAMED else [*known[:MOST_NAMED], "……"]
                names = say("read.name_join").join(shown)
                raise UsageError(say("read.unknown_plan", found=plan, known=names, hint=hint))
        _check_as_of(root, plans, options.as_of)
        kinds = [Kind(k) for k in dict.fromkeys(options.kind)]
        asked = [(plan, kind) for plan in plans for kind in kinds or _usual_kinds(Path(options.out), plan)]
        inventory = take_inventory(root, State(Path(options.out)).inventory, options.vintage)
        job = cls(command, options, inventory, asked)
        job.tell("cli.started", data=options.data, plans=len(known), rows=inventory.rows)
        return job

    # ---- where things are -------------------------------------------------------------------------------------------

    @cached_property
    def out(self) -> Path:
        """The output folder."""
        return Path(self.options.out)

    @cached_property
    def state(self) -> State:
        """What runs leave for each other."""
        return State(self.out)

    @cached_property
    def last(self) -> Last:
        """The last run that came to its end."""
        return self.state.last()

    @cached_property
    def digest(self) -> str:
        """Stands for everything there is to read: when it is as it was, everything that follows is too."""
        asked = {
            name: str(getattr(self.options, name, None))
            for name in ("data", "out", "as_of", "lang", "format")
        }
        return digest(
            {
                "files": self.inventory.files,
                "names": self.inventory.names,
                "sources": asdict(sources()),
                "asked": asked,
                "other_index": other_index(self.out),  # the index leads to it
            }
        )

    @cached_property
    def data(self) -> Data:
        """The data folder for the workers: on a cluster by its full path, which all of them must see."""
        name = str(self.options.data)
        folder = str(self.inventory.root.absolute()) if self.options.scheduler else name
        return Data(name, folder, digest(self.inventory.files), self.options.lang, self.options.vintage)

    @property
    def quiet(self) -> bool:
        """Whether nothing is said but what went wrong."""
        return bool(self.options.quiet or self.options.json)

    def folder(self, report: Report) -> Path:
        """Where a report is published."""
        plan, kind = report
        return self.out / plan / kind.value

    def as_of(self, report: Report) -> int | None:
        """The data year asked for; None is the default of the kind. A yearly monitoring that is merely kept up to date
        keeps its year."""
        if self.options.as_of is None and not self.options.kind and report[1] is Kind.ANNUAL:
            record = self.records.get(report) or read_record(self.folder(report)) or {}
            before = record.get("inputs", {}).get("parameters", {}).get("as_of")
            return before if isinstance(before, int) else None
        asked: int | None = self.options.as_of
        return asked

    def tell(self, name: str, **params: Any) -> None:
        """One line of what is going on."""
        if not self.quiet:
            print(say(name, **params))

    # ---- keys -------------------------------------------------------------------------------------------------------

    def inputs(self, report: Report) -> ReportInputs:
        """Everything a report depends on, as it is now."""
        return replace(self.own_inputs(report), findings=self._findings_digest(report[0]))

    def own_inputs(self, report: Report) -> ReportInputs:
        """The same without what validation says, which takes longest to know."""
        if report not in self._own:
            plan, kind = report
            files, own, shared = self.inventory.files, self.inventory.plans[plan], sources()
            code = own.region_code
            self._own[report] = ReportInputs(
                notebook=shared.notebooks[NOTEBOOKS[kind]],
                parameters=parameters_of(
                    plan,
                    self.as_of(report),
                    self.options.data,
                    self.validation_path,
                    self.options.lang,
                    self.options.vintage,
                ),
                plan=files.get(own.file, ""),
                ledger=files.get(f"progress/{plan}.csv"),
                observations={code: self.inventory.rows_of(code)} if code else {},
                findings="",
                dictionary=files.get("indicators.yaml", ""),
                method=files.get("method.yaml", ""),
                regions=_map_digest(files),
                expectations=shared.expectations,
                template=shared.template,
                code=shared.code,
                environment=shared.environment,
            )
        return self._own[report]

    def _findings_digest(self, plan: str) -> str:
        if plan not in self._digests:
            self._digests[plan] = digest([vars(finding) for finding in self.findings(plan)])
        return self._digests[plan]

    @property
    def validation_path(self) -> str:
        """The notebooks' parameter that names the stored validation."""
        return str(self.out / VALIDATION_FILE)

    # ---- nothing to do ----------------------------------------------------------------------------------------------

    def read_records(self, *, reports: bool) -> None:
        """What lies in the output folder of what was asked for, when it is about ``reports``."""
        if not reports or self.records:
            return
        for report in self.asked:
            record = read_record(self.folder(report))
            if record is not None:
                self.records[report] = record

    def up_to_date(self, wanted: Iterable[pages.Page], *, reports: bool) -> bool:
        """Whether nothing at all has changed since the last run, and all it made is there whole."""
        last = self.last
        if last.digest != self.digest or self.options.force:
            return False
        for page in wanted:
            key = last.keys.get(page.folder)
            if not self.too_large(page) and (key is None or not _fits(self.out / page.folder, key)):
                return False
        if not reports:
            return True
        for report in self.asked:
            name, record = name_of(*report), self.records.get(report)
            if name in last.held:
                continue
            if record is None or record["key"] != last.keys.get(name):
                return False
            if not intact(self.folder(report), record):
                return False
        return site_is_whole(self.out, self.state.folder)

    def too_large(self, page: pages.Page) -> bool:
        """Whether this is the table of all indicators of so many places that only ``compute`` makes it."""
        many = len(self.inventory.plans) > MOST_IN_TABLE
        return page is pages.INDICATORS and many and self.command != "compute"

    def restore(self) -> None:
        """Take over what the last run found, as nothing has changed since."""
        for report in self.asked:
            name = name_of(*report)
            if name in self.last.held:
                self.held[report] = self.last.held[name]
            else:
                self.skipped.append(report)

    # ---- what validation says ---------------------------------------------------------------------------------------

    def findings(self, plan: str) -> tuple[Finding, ...]:
        """The findings that touch a plan or its place."""
        assert self.validated is not None
        return self.validated.touching(plan, self.inventory.plans[plan].region_code)

    @cached_property
    def planned_codes(self) -> set[str]:
        """The places that have a plan."""
        return {plan.region_code for plan in self.inventory.plans.values() if plan.region_code}

    def codes(self, reports: Iterable[Report]) -> set[str]:
        """The places that these reports are about."""
        found = {self.inventory.plans[plan].region_code for plan, _ in reports}
        return {code for code in found if code}

    def critical_codes(self) -> set[str]:
        """The places with a critical finding: the validation page names their plans."""
        if self.validated is None:
            return set()
        named = {f.region_code for f in self.validated.findings if f.severity is Severity.CRITICAL}
        plans = {f.plan for f in self.validated.findings if f.severity is Severity.CRITICAL and f.plan}
        found = {self.inventory.plans[plan].region_code for plan in plans if plan in self.inventory.plans}
        return {code for code in named | found if code}

    def orphans(self) -> list[Finding]:
        """Critical findings that touch no plan at all."""
        if self.validated is None:
            return []
        return [
            f
            for f in self.validated.findings
            if f.severity is Severity.CRITICAL
            and (f.plan is not None or f.region_code is not None)
            and f.plan not in self.inventory.plans
            and f.region_code not in self.planned_codes
        ]

    def tell_validated(self) -> None:
        """One line about the validation."""
        if self.validated is not None:
            self.tell(
                "cli.validated",
                rules=self.validated.rules,
                critical=self.validated.count(Severity.CRITICAL),
                warnings=self.validated.count(Severity.WARNING),
                path=self.out / "validation" / "index.html",
            )

    # ---- what becomes of a report -----------------------------------------------------------------------------------

    def explain(self, report: Report, action: str, reasons: Sequence[str]) -> None:
        """Say what is done with a report and why, where that was asked for."""
        if self.options.explain:
            self.tell(
                "batch.explain",
                plan=report[0],
                kind=word("kind", report[1]),
                action=say(f"batch.action.{action}"),
                reasons=say("report.semicolon").join(reasons) or say("batch.unchanged"),
            )

    def fail(self, report: Report, failure: Failure) -> None:
        """Note a report that could not be made."""
        try:
            log = self.state.write_log(*report, failure)
        except PublishError:
            log = self.state.logs  # no room for it either; the message says the same
        self.failed[report] = (failure, log)

    def title(self, plan: str) -> str:
        """The plan's title as far as it is known without reading the plan again."""
        for kind in Kind:
            record = self.records.get((plan, kind)) or read_record(self.folder((plan, kind)))
            if record is not None and record.get("summary"):
                return str(record["summary"].get("plan_title", plan))
        file = self.inventory.plans[plan]
        return in_language(file.title, file.title_en) or plan

    # ---- the end ----------------------------------------------------------------------------------------------------

    def renew_site(self) -> None:
        """Bring the pages about all reports up to date: places, comparison, downloads, index."""
        not_made = {
            report: [failure.error or failure.message] for report, (failure, _) in self.failed.items()
        }
        unmade = {**self.held, **not_made}
        codes = {plan: of.region_code for plan, of in self.inventory.plans.items() if of.region_code}
        titles = {plan: self.title(plan) for plan, _ in unmade}
        self.failed_pages |= make_site(
            self.out,
            self.state.folder,
            unmade,
            asked=self.asked,
            plans=list(self.inventory.plans),
            known=Known(self.places(), codes, titles),
            records=self.records,
            validated=self.validated,
            data=self.inventory.root,
            whole=len(self.inventory.plans) <= MOST_IN_TABLE,
            stale=self.stale_pages(),
            hands=self.hands,
        )
        self.tell("cli.site", path=self.out / "index.html")

    @property
    def hands(self) -> Hands:
        """Who makes the site's pages."""
        return Hands(self.options.jobs or cores())

    def places(self) -> dict[str, Place]:
        """All places, by code; none when the file cannot be read (validation says so)."""
        try:
            return read_places(self.inventory.root / "regions.csv")
        except InputError:
            return {}

    def stale_pages(self) -> list[str]:
        """Pages that are there but were made from other inputs: the index does not link them."""
        return [
            folder
            for folder, key in self.page_keys.items()
            if (self.out / folder / "index.html").is_file() and not _fits(self.out / folder, key)
        ]

    def remember(self) -> None:
        """Leave to the next run what this one found out about all that was asked for."""
        known = self.last if self.last.digest == self.digest else Last()
        keys = {name_of(*report): key for report, key in self.keys.items()}
        held = {name_of(*r): reasons for r, reasons in self.held.items() if r not in self.passing}
        asked = {name_of(*report) for report in self.asked}
        before = {name: reasons for name, reasons in known.held.items() if name not in asked}
        pages_there = {name: key for name, key in self.page_keys.items() if _fits(self.out / name, key)}
        self.state.write_last(Last(self.digest, {**known.keys, **pages_there, **keys}, {**before, **held}))


def _usual_kinds(out: Path, plan: str) -> Iterable[Kind]:
    """What is made of a plan when no kind is named: a yearly monitoring that was published once must not go stale."""
    there = (out / plan / Kind.ANNUAL.value).is_dir()
    return (Kind.ANNUAL, *USUAL_KINDS) if there else USUAL_KINDS


def _map_digest(files: Mapping[str, str]) -> str:
    """The map of places: ``regions.csv``, with the changes of it where they are recorded."""
    regions, changes = files.get("regions.csv", ""), files.get("region_changes.csv")
    return regions if changes is None else digest([regions, changes])


def _check_as_of(root: Path, plans: Iterable[str], as_of: int | None) -> None:
    """Raise UsageError when a plan has no such year; of a plan that cannot be read, validation says so."""
    if as_of is None:
        return
    for plan in plans:
        try:
            period = load_model(root / "plans" / f"{plan}.yaml", f"plans/{plan}.yaml", Plan).period
        except InputError:
            continue
        if as_of not in period.years:
            span = f"{period.start}—{period.end}"
            raise UsageError(say("read.as_of_outside_period", found=as_of, plan=plan, span=span))


def _fits(folder: Path, key: str) -> bool:
    record = read_record(folder)
    return record is not None and record["key"] == key and intact(folder, record)
