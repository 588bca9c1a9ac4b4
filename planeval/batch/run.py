"""The steps of a run, in their order: validate what changed, decide by keys, make what is due, renew the index."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from planeval.batch import workers
from planeval.batch.executor import cores
from planeval.batch.job import Job, Report
from planeval.batch.lock import only_run
from planeval.batch.making import make_reports, pages_due, render, write_page
from planeval.batch.progress import duration
from planeval.batch.recap import close
from planeval.engine.template import fork_available
from planeval.errors import OTHER_DATA, InputError, PlanevalError, UsageError
from planeval.messages import say
from planeval.office.formats import require
from planeval.render.publish import PublishError, write_file
from planeval.rerun.decide import Decision, decide
from planeval.rerun.key import changes, report_key
from planeval.site.entries import FORMAT_FILES
from planeval.stages import pages
from planeval.stages.site import hold_everything
from planeval.stages.validation import Validation, held_reasons, read_validated
from planeval.validate.inputs import validation_inputs

# Up to so many rows everything is read whenever anything is: simpler, and no slower.
READ_ALL = 20_000
# For so few reports a rehearsal takes longer than it saves.
FEW = 4


def run(command: str, options: argparse.Namespace, *, reports: bool, wanted: Sequence[pages.Page]) -> int:
    """Make what a command asks for: the ``wanted`` pages, and the reports with their index when ``reports`` is set.
    Returns the exit status.

    Raises:
        UsageError, InputError: nothing can be made; Busy: another run writes there.
        PublishError: a page or the index cannot be written; a report that cannot is told in the recap.
    """
    if options.scheduler and options.engine == "kernel":
        raise UsageError(say("batch.kernel_on_cluster"))
    if reports and not options.scheduler:  # a cluster's reports are made elsewhere
        require(options.format)
    job = Job.of(command, options)
    if options.dry_run:
        _steps(job, reports=reports, wanted=wanted)
    else:
        with only_run(job.state.folder), job.state.running():
            try:
                _steps(job, reports=reports, wanted=wanted)
            except InputError as error:
                if reports and not any(finding.rule == OTHER_DATA for finding in error.findings):
                    # What all places share cannot be read: the reports that are there stay, and are marked.
                    job.state.forget_last()
                    reasons = [str(f) for f in error.findings]
                    try:
                        hold_everything(job.out, job.state.folder, reasons, job.validated, job.hands)
                    finally:
                        workers.close_worker()
                raise
    return close(job, reports=reports)


def _steps(job: Job, *, reports: bool, wanted: Sequence[pages.Page]) -> None:
    dry = bool(job.options.dry_run)
    job.validated = read_validated(job.state.validated, validation_inputs(job.inventory))
    if job.validated is not None:
        job.read_records(reports=reports)
        if job.up_to_date(wanted, reports=reports):
            _nothing_to_do(job, reports=reports)
            return
    if not dry:
        _ = job.last  # known from here on
        job.state.forget_last()
    try:
        _validate(job, reports=reports, dry=dry)
        decisions = _decide(job) if reports else {}
        due = [report for report, decision in decisions.items() if decision.render]
        if dry:
            _tell_dry_run(job, {report: decisions[report] for report in due})
            return
        job.left = len(due)
        _make(job, due, pages_due(job, wanted))
        if reports:
            job.renew_site()
            job.remember()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_interrupted(job) if reports else "") from None
    finally:
        workers.close_worker()


def _interrupted(job: Job) -> str:
    published, skipped = len(job.published), len(job.skipped)
    return say("batch.interrupted", published=published, skipped=skipped, left=job.left)


def _nothing_to_do(job: Job, *, reports: bool) -> None:
    job.tell_validated()
    if not reports:
        return
    job.restore()
    for report in job.asked:
        job.explain(report, "held" if report in job.held else "skip", job.held.get(report, ()))
    if job.skipped:
        job.tell("batch.up_to_date", n=len(job.skipped))
    if job.options.dry_run:
        _tell_dry_run(job, {})


def _validate(job: Job, *, reports: bool, dry: bool) -> None:
    """What validation says of the data as they are: as stored, or made anew while the worker gets warm."""
    if job.validated is None:
        try:
            previous: bytes | None = job.state.validation.read_bytes()
        except OSError:
            previous = None
        if not dry:
            workers.worker()  # its imports take as long as validation's: side by side
        with Validation(job.inventory, previous) as validation:
            job.read_records(reports=reports)  # meanwhile
            if reports and not dry:
                _read_early(job)
            job.validated = validation.result()
        if not dry:
            # First what it goes on from: a run killed in between validates once more and never believes too much.
            write_file(job.state.validation, job.validated.stored, job.state.staging)
            write_file(job.state.validated, job.validated.result, job.state.staging)
    job.tell_validated()


def _read_early(job: Job) -> None:
    """Let the worker read what is due already for its own inputs, whatever validation will say."""
    if job.options.scheduler:
        return
    changed = []
    for report in job.asked:
        record, inputs = job.records.get(report), job.own_inputs(report).plain()
        before = dict(record["inputs"]) if record is not None else {}
        if any(component != "findings" for component, _ in changes(before, inputs)):
            changed.append(report)
    _hold(job, workers.worker(), changed)


def _hold(job: Job, worker: workers.Worker, due: Sequence[Report], *, all_places: bool = False) -> None:
    """Have the worker read what these reports need; all there is, when that is nearly all or not much."""
    whole = all_places or job.inventory.rows <= READ_ALL or len(due) > len(job.asked) / 2
    only = None if whole else job.codes(due) | job.critical_codes()
    worker.hold(job.data, only, job.inventory, len(due) > FEW)


def _decide(job: Job) -> dict[Report, Decision]:
    """What to do with each report asked for that is not held back."""
    decisions: dict[Report, Decision] = {}
    wanted = [FORMAT_FILES[name] for name in job.options.format if name in FORMAT_FILES]
    for report in job.asked:
        findings = job.findings(report[0])
        reasons = held_reasons(findings)
        if reasons:
            job.held[report] = reasons
            job.explain(report, "held", reasons)
            continue
        inputs = job.inputs(report)
        job.keys[report] = report_key(inputs)
        decision = decide(
            job.folder(report), job.records.get(report), inputs, force=job.options.force, wanted=wanted
        )
        decisions[report] = decision
        if not decision.render:
            job.skipped.append(report)
        job.explain(report, "render" if decision.render else "skip", decision.reasons)
    return decisions


def _tell_dry_run(job: Job, due: dict[Report, Decision]) -> None:
    """What a run would do, why, and about how long it would take."""
    reasons = Counter(decision.reasons[0] for decision in due.values())
    for reason, n in reasons.most_common(10):
        job.tell("batch.reason_count", n=n, reason=reason)
    job.tell("batch.dry_run", render=len(due), skip=len(job.skipped), held=len(job.held))
    job.due = list(due)
    each = job.state.seconds_a_report()
    if due and each is None:
        job.tell("batch.no_estimate")
    elif due and each is not None:
        jobs = job.options.jobs or cores()
        job.estimate = each * len(due) / min(jobs, len(due))
        job.tell("batch.estimate", each=f"{each:.2g}", jobs=jobs, time=duration(job.estimate))


def _make(job: Job, due: Sequence[Report], made: Sequence[pages.Page]) -> None:
    if job.skipped:
        job.tell("batch.up_to_date", n=len(job.skipped))
    if due and not fork_available():
        job.tell("batch.no_fork")
    if made or (due and not job.options.scheduler):
        _hold(job, workers.worker(), due, all_places=pages.INDICATORS in made)
    if job.options.engine == "kernel" or not fork_available():
        # An ordinary kernel reads the published validation; the engine's forks have it in memory.
        for page in made:
            with _noted(job, page):
                write_page(job, page, render(job, page))
        make_reports(job, due)
        return
    with ThreadPoolExecutor(max(1, len(made)), thread_name_prefix="page") as side:
        rendering = {page: side.submit(render, job, page) for page in made}
        try:
            make_reports(job, due)
            for page, future in rendering.items():
                with _noted(job, page):
                    write_page(job, page, future.result())
        except BaseException:
            workers.close_worker()  # the threads wait for its forks
            raise


@contextmanager
def _noted(job: Job, page: pages.Page) -> Iterator[None]:
    """A page that cannot be made stops neither the reports nor the index."""
    try:
        yield
    except PublishError:
        raise
    except PlanevalError as error:
        job.failed_pages[page.folder] = str(error)
