"""Making what is due: pages and reports, each written the moment it is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from planeval.batch import workers
from planeval.batch.executor import PLANS_A_TASK, executor, outcomes
from planeval.batch.job import Job, Report
from planeval.batch.progress import Progress
from planeval.batch.task import Batch, Failure, Outcome, ReportTask
from planeval.messages import say
from planeval.messages.names import in_language
from planeval.model.terms import Verdict
from planeval.render.publish import PublishError, write_folder
from planeval.report.words import word
from planeval.rerun.key import digest
from planeval.rerun.record import RECORD_FILE, intact, read_record, record_text
from planeval.rerun.sources import sources
from planeval.stages import pages


def _page_inputs(job: Job, page: pages.Page) -> dict[str, Any]:
    shared = sources()
    return {
        "notebook": shared.notebooks[page.notebook],
        "parameters": _page_parameters(job, page),
        "data": digest(job.inventory.files),
        "expectations": shared.expectations,
        "template": shared.template,
        "code": shared.code,
        "environment": shared.environment,
    }


def _page_parameters(job: Job, page: pages.Page) -> dict[str, str]:
    options = job.options
    parameters = {"data": options.data, "lang": options.lang, "vintage": options.vintage}
    if page is pages.VALIDATION:
        parameters["validation"] = str(job.state.validated)
    return parameters


def pages_due(job: Job, wanted: Sequence[pages.Page]) -> list[pages.Page]:
    """Those of the ``wanted`` pages that are not up to date; notes the keys of all."""
    due = []
    for page in (pages.VALIDATION, pages.INDICATORS):
        folder, record = job.out / page.folder, read_record(job.out / page.folder)
        job.page_keys[page.folder] = digest(_page_inputs(job, page))
        if page not in wanted:
            continue
        if job.too_large(page):
            if page.folder in job.stale_pages():
                job.tell("batch.table_stale")
            continue
        fits = record is not None and record["key"] == job.page_keys[page.folder] and intact(folder, record)
        if job.options.force or not fits:
            due.append(page)
    return due


def render(job: Job, page: pages.Page) -> dict[str, bytes]:
    """The files of a page.

    Raises:
        NotebookFailure, RenderError.
    """
    files = workers.worker().call(pages.render_page, page, _page_parameters(job, page), job.options.engine)
    return dict(files)


def write_page(job: Job, page: pages.Page, files: dict[str, bytes]) -> None:
    """Publish a page.

    Raises:
        PublishError: nothing of an earlier page is touched.
    """
    if page is pages.VALIDATION and job.validated is not None:
        files["validation.json"] = job.validated.result
    record = record_text(job.page_keys[page.folder], _page_inputs(job, page), files, {})
    write_folder(job.out / page.folder, {**files, RECORD_FILE: record}, job.state.staging)
    if page is pages.INDICATORS:
        job.tell("cli.computed", path=job.out / page.folder / "index.html")


def _batches(job: Job, due: Iterable[Report]) -> list[Batch]:
    """Tasks by plan: one plan a batch here, several on a cluster, where each batch reads the data of its places."""
    by_plan: dict[str, list[ReportTask]] = {}
    for plan, kind in due:
        code = job.inventory.plans[plan].region_code or ""
        task = ReportTask(
            plan=plan,
            kind=kind,
            as_of=job.as_of((plan, kind)),
            data=job.options.data,
            validation=job.validation_path,
            lang=job.options.lang,
            vintage=job.options.vintage,
            formats=tuple(job.options.format),
            region_code=code,
            rows=job.inventory.rows_of(code),
            findings=job.findings(plan),
        )
        by_plan.setdefault(plan, []).append(task)
    plans = sorted(by_plan.values(), key=lambda tasks: (tasks[0].region_code, tasks[0].plan))
    size = PLANS_A_TASK if job.options.scheduler else 1
    groups = [plans[start : start + size] for start in range(0, len(plans), size)]
    program = digest(asdict(sources()))
    return [
        Batch(
            tuple(task for tasks in group for task in tasks),
            folder=job.data.folder,
            fingerprint=job.data.fingerprint,
            sources=program,
            engine=job.options.engine,
        )
        for group in groups
    ]


def make_reports(job: Job, due: Sequence[Report]) -> None:
    """Make and write the reports ``due``; what becomes of each is noted in the job.

    Raises:
        UsageError: the cluster cannot be reached.
    """
    for report in job.held:
        job.tell("cli.held", plan=report[0], kind=word("kind", report[1]))
    if not due:
        return
    progress = Progress(
        len(due) + len(job.skipped) + len(job.held), len(job.skipped), len(job.held), quiet=job.quiet
    )
    seconds: list[float] = []
    try:
        with executor(job.options.jobs, job.options.scheduler) as (pool, width):
            try:
                for outcome in outcomes(pool, width, _batches(job, due)):
                    _take(job, outcome, progress)
                    job.left -= 1
                    if outcome.seconds:
                        seconds.append(outcome.seconds)
            except BaseException:
                # First what has not begun, so that no thread starts anew; then the forks that the threads wait for.
                pool.shutdown(wait=False, cancel_futures=True)
                workers.close_worker()
                raise
    finally:
        progress.close()
        with suppress(
            PublishError
        ):  # the estimate of a later run is not worth more than what this one has to say
            job.state.add_timings(seconds)


def _take(job: Job, outcome: Outcome, progress: Progress) -> None:
    """Write one report, or note why there is none."""
    report: Report = (outcome.plan, outcome.kind)
    named = {"plan": outcome.plan, "kind": word("kind", outcome.kind)}
    if outcome.held:
        job.held[report] = list(outcome.held)
        job.passing.add(report)
        progress.add("held", say("cli.held", **named))
        return
    if outcome.failure is None:
        inputs = job.inputs(report).plain()
        record = record_text(job.keys[report], inputs, outcome.files, outcome.summary)
        try:
            write_folder(job.folder(report), {**outcome.files, RECORD_FILE: record}, job.state.staging)
        except PublishError as error:
            outcome = Outcome(*report, failure=Failure(str(error), log=str(error)))
    if outcome.failure is not None:
        job.fail(report, outcome.failure)
        progress.add("failed", say("batch.failed", **named, message=_first_line(outcome.failure.message)))
        return
    job.published.append(report)
    job.state.clear_log(*report)
    job.records[report] = {
        "key": job.keys[report],
        "summary": outcome.summary,
        "files": dict.fromkeys(outcome.files),
    }
    progress.add("done", _published_line(job, report, outcome.summary))


def _published_line(job: Job, report: Report, summary: dict[str, Any]) -> str:
    counts: Counter[str] = Counter()
    for own in summary["counts"].values():
        counts.update(own)
    told = say("report.join").join(
        say("report.overview.count", verdict=word("verdict", Verdict(v)), n=n) for v, n in counts.items() if n
    )
    return say(
        "cli.published",
        place=in_language(summary["region_name"], summary["region_name_en"]),
        kind=word("kind", report[1]),
        year=summary["as_of"],
        counts=told,
        path=job.folder(report) / "index.html",
    )


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else ""
