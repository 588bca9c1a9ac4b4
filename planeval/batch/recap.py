"""The closing words of a run: what was published, what was not and why, and what to type next."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Collection, Sequence
from typing import Any

from planeval.batch.job import Job, Report
from planeval.commands.arguments import DEFAULTS, default_out
from planeval.messages import say
from planeval.model.findings import Finding, Severity
from planeval.model.terms import USUAL_KINDS, Kind
from planeval.report.words import word

MOST_REASONS = 5  # a recap must stay readable; the validation page has them all
MOST_PLANS = 20  # the same, for places
MOST_WARNINGS = 10  # the same, for what holds nothing back


def tell(name: str, **params: Any) -> None:
    """One line of the recap, on stderr."""
    print(say(name, **params), file=sys.stderr)


def close(job: Job, *, reports: bool) -> int:
    """Say what was done and what was not; returns the exit status."""
    orphans = job.orphans()
    bad = bool(job.held or job.failed or job.failed_pages or (orphans and job.command == "validate"))
    if job.command == "validate":
        _hold_back(job)
        bad = bool(job.held or orphans or job.failed_pages)
        _tell_warnings(job)
    if job.options.json:
        print(json.dumps(_document(job), ensure_ascii=False, indent=1))
    if reports and not job.options.dry_run:
        _tell_done(job)
    if orphans:
        _tell_orphans(orphans)
    if job.held:
        _tell_held(job)
    if job.failed:
        _tell_failed(job)
    if job.failed_pages:
        print(file=sys.stderr)
        tell("batch.pages_failed_title")
        for folder, message in job.failed_pages.items():
            tell("batch.page_failed", folder=folder, message=message)
    return 1 if bad else 0


def _hold_back(job: Job) -> None:
    """The reports that validation alone would hold back."""
    for report in job.asked:
        reasons = [str(f) for f in job.findings(report[0]) if f.severity is Severity.CRITICAL]
        if reasons:
            job.held[report] = reasons


def _tell_warnings(job: Job) -> None:
    """What validation warns of, where it is little; else only how much, and where it stands."""
    found = job.validated.findings if job.validated is not None else []
    warnings = [finding for finding in found if finding.severity is Severity.WARNING]
    if len(warnings) > MOST_WARNINGS:
        job.tell("cli.many_warnings", n=len(warnings), path=job.out / "validation" / "index.html")
    elif warnings:
        job.tell("cli.warnings_title", n=len(warnings))
        for finding in warnings:
            job.tell("cli.held_reason", text=finding)


def _document(job: Job) -> dict[str, Any]:
    """What became of everything, for programs."""
    names = {report: "/".join((report[0], report[1].value)) for report in job.asked}
    return {
        "command": job.command,
        "data": job.options.data,
        "out": str(job.out),
        "dry_run": bool(job.options.dry_run),
        "published": [names[r] for r in job.published],
        "unchanged": [names[r] for r in job.skipped],
        "due": [names[r] for r in job.due],
        "held": {names[r]: reasons for r, reasons in job.held.items()},
        "failed": {
            names[r]: {
                "notebook": failure.notebook,
                "cell": failure.cell,
                "message": failure.error or failure.message,
                "log": str(log),
            }
            for r, (failure, log) in job.failed.items()
        },
        "failed_pages": job.failed_pages,
        "estimated_seconds": job.estimate,
        "seconds": round(time.monotonic() - job.began, 3),
    }


def _tell_done(job: Job) -> None:
    name = "done"
    if job.failed:
        name = "done_failed"
    elif job.skipped:
        name = "done_skipped"
    elif not job.published:
        name = "done_nothing"
    job.tell(
        f"cli.{name}",
        published=len(job.published),
        skipped=len(job.skipped),
        held=len(job.held),
        failed=len(job.failed),
        path=job.out / "index.html",
    )


def _tell_orphans(orphans: Sequence[Finding]) -> None:
    """Critical findings of no plan's place: nothing is held back, but a mistyped code may be a row some place misses."""
    print(file=sys.stderr)
    tell("cli.orphans", n=len(orphans))
    for finding in orphans[:MOST_REASONS]:
        tell("cli.held_reason", text=finding)


def _tell_held(job: Job) -> None:
    """What was held back, why, and what is there from before."""
    print(file=sys.stderr)
    tell("cli.held_title")
    plans = list(dict.fromkeys(plan for plan, _ in job.held))
    for plan in plans[:MOST_PLANS]:
        kinds = [kind for of, kind in job.held if of == plan]
        joined = say("report.join").join(word("kind", kind) for kind in kinds)
        tell("cli.held_plan", plan=plan, title=job.title(plan), kinds=joined)
        reasons = list(dict.fromkeys(r for kind in kinds for r in job.held[plan, kind]))
        for text in reasons[:MOST_REASONS]:
            tell("cli.held_reason", text=text)
        page = job.out / "validation" / "index.html"
        if len(reasons) > MOST_REASONS:
            tell("cli.held_more", n=len(reasons) - MOST_REASONS, path=page)
        for kind in kinds:
            report = job.out / plan / kind.value / "index.html"
            if report.is_file():
                tell("cli.kept", path=report)
    if len(plans) > MOST_PLANS:
        tell("cli.held_more_plans", n=len(plans) - MOST_PLANS, path=job.out / "validation" / "index.html")
    tell("cli.next", command=rerun_command(job, job.held))


def _tell_failed(job: Job) -> None:
    """What could not be made, where it went wrong, and where to read more."""
    print(file=sys.stderr)
    tell("batch.failed_title")
    for (plan, kind), (failure, log) in list(job.failed.items())[:MOST_PLANS]:
        place = (
            say("batch.failed_where", notebook=failure.notebook, cell=failure.cell)
            if failure.notebook
            else ""
        )
        tell("batch.failed_item", plan=plan, kind=word("kind", kind), where=place, message=failure.message)
        tell("batch.failed_log", path=log)
    if len(job.failed) > MOST_PLANS:
        tell("batch.failed_more", n=len(job.failed) - MOST_PLANS, path=job.state.logs)
    tell("batch.next_failed", command=rerun_command(job, job.failed))


def rerun_command(job: Job, wanted: Collection[Report]) -> str:
    """The command that makes just these reports again, with everything else as it was typed."""
    words, options = ["python", "pipeline.py", job.command], job.options
    if options.lang != DEFAULTS["lang"]:
        words += ["--lang", options.lang]
    for name, default in (("data", "data"), ("out", default_out(options.lang, options.vintage))):
        if str(getattr(options, name)) != default:
            words += [f"--{name}", str(getattr(options, name))]
    if job.command == "validate":
        return shlex.join(words)
    plans = list(dict.fromkeys(plan for plan, _ in wanted))
    # A list of hundreds can neither be read nor, on some systems, typed; what is up to date is left alone anyway.
    if options.plan or len(plans) <= MOST_PLANS:
        words += ["--plan", *plans]
    kinds = [kind.value for kind in Kind if any(of is kind for _, of in wanted)]
    # The yearly reports that are there come by themselves.
    some = Kind.ANNUAL not in kinds and len(kinds) < len(USUAL_KINDS)
    if options.kind or some:
        words += ["--kind", *kinds]
    for name in ("as_of", "vintage", "engine", "jobs", "scheduler"):
        value = getattr(options, name)
        if value != DEFAULTS[name]:
            words += [f"--{name.replace('_', '-')}", str(value)]
    return shlex.join(words)
