"""The publish stage: from the output folder to what a web server needs, or the reasons why not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from planeval.batch.lock import only_run
from planeval.batch.state import State
from planeval.errors import PlanevalError, UsageError
from planeval.messages import LANGUAGES, say
from planeval.model.terms import Kind
from planeval.publishing.contents import INDEX, Contents, survey
from planeval.publishing.privacy import NOTEBOOK, Places, portable_notebook
from planeval.publishing.writing import OWN_FILES, files_of, is_zip, write_site
from planeval.read.project import project_root
from planeval.render.publish import PublishError, recover
from planeval.report.words import word
from planeval.stages.site import HELD_FILE

MOST_NAMED = 20  # a message that lists thousands of reports or links helps nobody


class NotPublishable(PlanevalError):
    """What lies in the output folder is not to be published as it is. ``problems``: what is wrong, one text each."""

    def __init__(self, title: str, problems: Sequence[str], remedy: str) -> None:
        self.problems = list(problems)
        shown = [say("publishing.item", text=text) for text in self.problems[:MOST_NAMED]]
        if len(self.problems) > MOST_NAMED:
            shown.append(say("publishing.more", n=len(self.problems) - MOST_NAMED))
        super().__init__("\n".join([title, *shown, remedy]))


@dataclass(frozen=True)
class Published:
    """What was published: number of files and pages, their bytes; reports that were not renewed; and what was left out,
    because no page links to it."""

    files: int
    pages: int
    bytes: int
    held_back: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def publish(out: Path, target: Path, *, allow_held_back: bool = False) -> Published:
    """Publish the site in ``out`` as ``target``, a folder or a ``.zip`` file; what was there is replaced in one step.

    Nobody else writes to ``out`` meanwhile. A killed run leaves ``target`` as it was, and the next one clears up.

    Raises:
        UsageError: ``target`` cannot be the place for it.
        NotPublishable: ``out`` holds no site, or one that is not up to date, has broken links, or tells of this machine.
        PublishError: the file system refuses.
    """
    target = target.resolve()
    _require_site(out)
    _require_place(out.resolve(), target)
    sites = [out, *_others_within(out)]
    with ExitStack() as stack:
        for site in sites:
            stack.enter_context(only_run(State(site).folder))
        held = _held(out, sites)
        if held and not allow_held_back:
            raise NotPublishable(
                say("publishing.held.title", out=out), list(held.values()), say("publishing.held.remedy")
            )
        try:
            starts = [(site / INDEX).relative_to(out).as_posix() for site in sites]
            contents = survey(out, starts, OWN_FILES)
            _require_whole(out, contents)
            _require_private(out, contents)
        except OSError as error:
            raise NotPublishable(
                say("publishing.unreadable.title", out=out), [str(error)], say("publishing.unreadable.remedy")
            ) from error
        reports = [name for name in held if name]
        with _staging(target) as staging:
            try:
                written = write_site(out, contents.files, target, staging, reports)
            except PublishError as error:
                raise PublishError(
                    say("publishing.failed", target=target, reason=_reason(error.__cause__ or error))
                ) from error
    pages = sum(name.endswith(".html") for name in contents.files)
    return Published(len(written), pages, sum(f.bytes for f in written), reports, contents.left_out)


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


# ---- what may stand in the way ----------------------------------------------------------------------------------


def _require_site(out: Path) -> None:
    missing = [name for name in (INDEX, HELD_FILE) if not (out / name).is_file()]
    if missing:
        raise NotPublishable(
            say("publishing.nothing.title", out=out), missing, say("publishing.nothing.remedy")
        )


def _require_place(out: Path, target: Path) -> None:
    """``target`` may be replaced: it is empty, or what was published before and nothing else."""
    if target == out or target.is_relative_to(out):
        raise UsageError(say("publishing.place.inside", target=target, out=out))
    if out.is_relative_to(target):
        raise UsageError(say("publishing.place.around", target=target, out=out))
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        if target.is_dir() and is_zip(target):
            raise UsageError(say("publishing.place.folder", target=target))
        return
    if target.is_dir() is is_zip(target):
        raise UsageError(
            say("publishing.place.folder" if target.is_dir() else "publishing.place.file", target=target)
        )
    known = files_of(target)
    foreign: list[str] = []
    if target.is_dir():
        names = (path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir())
        foreign = sorted(name for name in names if name not in (known or ()))
    if known is None or foreign:
        named = say("publishing.join").join(foreign[:3]) or target.name
        raise UsageError(say("publishing.place.foreign", target=target, files=named))


def _others_within(out: Path) -> list[Path]:
    """The sites in other languages that lie in ``out`` and are published with it."""
    within = [out / language for language in LANGUAGES]
    return [site for site in within if (site / INDEX).is_file() and (site / HELD_FILE).is_file()]


def _held(out: Path, sites: Sequence[Path]) -> dict[str, str]:
    """Reports that were not renewed (``mawei/final``), and why; under no name, what else is not up to date."""
    found: dict[str, str] = {}
    for site in sites:
        head = "" if site == out else f"{site.name}/"
        try:
            for entry in json.loads((site / HELD_FILE).read_bytes()):
                plan, kind = str(entry["plan"]), Kind(entry["kind"])
                reasons = say("publishing.join").join(str(reason) for reason in entry["reasons"])
                named = {"report": f"{head}{plan}", "kind": word("kind", kind), "reasons": reasons}
                found[f"{head}{plan}/{kind.value}"] = say("publishing.held.report", **named)
        except (ValueError, KeyError, TypeError):
            found[""] = say("publishing.held.unknown", file=site / HELD_FILE)
        if State(site).unfinished:
            found.setdefault("", say("publishing.held.unfinished", out=site))
    return found


def _require_whole(out: Path, contents: Contents) -> None:
    if contents.broken:
        problems = [
            say("publishing.broken.link", page=b.page, link=b.link, wrong=say(f"publishing.broken.{b.wrong}"))
            for b in contents.broken
        ]
        raise NotPublishable(
            say("publishing.broken.title", out=out), problems, say("publishing.broken.remedy")
        )


def _require_private(out: Path, contents: Contents) -> None:
    places = Places([out, project_root()])
    problems = []
    for name in contents.files:
        if name.endswith(NOTEBOOK):
            found = places.first_in(portable_notebook((out / name).read_bytes(), out))
        else:
            found = places.in_file(out / name)
        if found:
            problems.append(say("publishing.private.file", file=name, path=found))
    if problems:
        raise NotPublishable(say("publishing.private.title"), problems, say("publishing.private.remedy"))


@contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` in which it is made ready; what a killed run left there is put right first."""
    folder = target.parent / f".{target.name}.publishing"
    try:
        recover(folder)
        yield folder
    finally:
        with suppress(OSError):
            folder.rmdir()
