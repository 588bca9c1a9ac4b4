"""Which places a ledger of accidents, two files of one name, speaks of: for the inventory, with the standard library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from planeval.read.rows import ANYBODY

FOLDER = "accidents/"
NO_ROWS = "no rows"  # in the place of a digest


def with_both_files(
    places: Mapping[str, dict[str, str]], digests: Mapping[str, str], broken: Iterable[str]
) -> None:
    """Make each place in ``places`` (place -> {file: digest}) that one file of a ledger speaks of depend on both.

    What a ledger gives for a place depends on the file beside the rows even where that does not name the place; on
    there being a readable file of rows even where no row is the place's, because its zeros are read out of it; and on
    rows that could be anybody's, because with these the ledger gives nothing at all.
    ``digests``: of every input file there is; ``broken``: those that no place can be told from.
    """
    unreadable = set(broken)
    stems = {name.rpartition(".")[0] for name in digests if name.startswith(FOLDER)}
    for rows, beside in ((f"{stem}.csv", f"{stem}.yaml") for stem in sorted(stems)):
        anybodys = places.get(ANYBODY, {}).get(rows)
        for code, files in places.items():
            if rows not in files and beside not in files:
                continue
            if beside in digests:
                files[beside] = digests[beside]
            if rows in digests:
                files.setdefault(rows, digests[rows] if rows in unreadable else NO_ROWS)
                if anybodys is not None and code != ANYBODY:
                    files[rows] = f"{files[rows]} {anybodys}"


def told_apart(owners: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Place -> a line for each accident that it shares with others, of ``owners`` (accident -> the places its rows
    name): what is said of one of them changes with the others."""
    lines: dict[str, list[str]] = {}
    for accident, codes in sorted(owners.items()):
        for code in codes:
            lines.setdefault(code, []).append(f"{accident}: {', '.join(sorted(codes))}")
    return lines
