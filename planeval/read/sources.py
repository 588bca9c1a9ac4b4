"""``sources.yaml``: the databases that observations come from, and what of them there must be in the data folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from planeval.errors import InputError, hint
from planeval.messages import say
from planeval.model.findings import Finding
from planeval.read.rows import OPTIONAL, REQUIRED
from planeval.read.snapshots import SOURCES, snapshot_file, source_of
from planeval.read.yaml_file import line_of, load_model_with_lines, read_text

if TYPE_CHECKING:
    from planeval.model.sources import Source

# user:password@ (but not host:port/), password=..., password: ...
_PASSWORD = re.compile(
    r"://[^\s/@:]*:(?![0-9]+(?:[/?]|$))\S+@"
    r"|[?&;](?:\w*passw(?:or)?d|pwd|\w*secret|\w*token)="
    r"|(?:^|[\s{,\"'-])(?:passw(?:or)?d|pwd|secret|token)[\"']?\s*:",
    re.IGNORECASE,
)


class Placed(NamedTuple):
    """A source and the line of ``sources.yaml`` on which it begins."""

    source: Source
    line: int | None


def problem(rule: str, line: int | None, **params: Any) -> Finding:
    """A finding about a source; ``rule`` names the message in ``database.yaml``."""
    return Finding(
        rule=f"database_{rule}",
        file=SOURCES,
        line=line,
        message=say(f"database.{rule}.message", **params),
        remedy=say(f"database.{rule}.remedy", **params),
    )


def read_sources(root: Path) -> list[Placed]:
    """The sources of a data folder; none where there is no ``sources.yaml``.

    Raises:
        InputError: the file has mistakes, or a password stands in it (which no message repeats).
    """
    path = root / SOURCES
    if not path.is_file():
        return []
    # First of all, and in the text as it is: whatever else is wrong, its message could show the line.
    for number, line in enumerate(read_text(path, SOURCES).splitlines(), start=1):
        if _PASSWORD.search(line):
            raise InputError(problem("password_in_file", number))
    from planeval.model.sources import Sources

    content, lines = load_model_with_lines(path, SOURCES, Sources)
    placed = [Placed(s, line_of(lines, ("observations", i))) for i, s in enumerate(content.observations)]
    known = REQUIRED + OPTIONAL
    unknown = [
        problem(
            "unknown_column",
            line_of(lines, ("observations", i, "columns", name)),
            found=name,
            expected=hint(name, known),
        )
        for i, source in enumerate(content.observations)
        for name in source.columns
        if name not in known
    ]
    if unknown:
        raise InputError(*unknown)
    return placed


def require_snapshots(root: Path) -> None:
    """Make sure that each source has been read into its snapshot.

    Raises:
        InputError: one has not, or ``sources.yaml`` has mistakes.
    """
    missing = [
        placed for placed in read_sources(root) if not (root / snapshot_file(placed.source.name)).is_file()
    ]
    if missing:
        raise InputError(*(problem("no_snapshot", line, source=source.name) for source, line in missing))


def mended_in_database(finding: Finding) -> Finding:
    """The finding; of a row of a snapshot, with the advice to mend it where it comes from."""
    source = source_of(finding.file or "")
    if source is None or finding.line is None:
        return finding
    remedy = say("database.mend", remedy=finding.remedy, source=source)
    return finding.model_copy(update={"remedy": remedy})
