"""Words: of the forms as the data have them, and of what is wrong with them."""

from __future__ import annotations

from functools import cache

from planeval.messages import LANGUAGES, has, say, speaking
from planeval.model.findings import Severity
from planeval.model.status import Status
from planeval.read.ledger import STATUSES
from planeval.workbook.entries import Cell, Problem


@cache
def _statuses() -> dict[str, str]:
    """The term of each status in each language -> its key."""
    terms: dict[str, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            terms |= {say(f"status.{status}"): str(status) for status in Status}
    return terms


def status_key(text: str) -> str:
    """The key of a status written as its term (``正式值``); any other text as it is, for the reader to judge."""
    return _statuses().get(text, text)


def progress_terms() -> dict[str, str]:
    """The key of each state of a progress report -> its term in the language that is spoken."""
    return {key: say(f"workbook.progress.state.{key}") for key in dict.fromkeys(STATUSES.values())}


@cache
def _progress_keys() -> dict[str, str]:
    keys: dict[str, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            keys |= {term: key for key, term in progress_terms().items()}
    return keys


def progress_key(text: str) -> str:
    """The key of a state of a progress report written as its term; any other text as it is."""
    return _progress_keys().get(text, text)


def problem(rule: str, cell: Cell, severity: Severity = Severity.CRITICAL, **words: str) -> Problem:
    """A problem with a cell, in the words of ``importing.problem.<rule>``."""
    message, remedy = (say(f"importing.problem.{rule}.{part}", **words) for part in ("message", "remedy"))
    name = f"importing.problem.{rule}.expected"
    expected = say(name, **words) if has(name) else words.get("expected", "")
    return Problem(cell, rule, severity, message, remedy, words.get("found", ""), expected)
