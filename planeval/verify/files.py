"""The files beside a page against the recomputed evaluation: ``evaluation.json`` field by field, ``indicators.csv`` cell by cell."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from planeval.messages import say
from planeval.model.evaluation import Evaluation
from planeval.report.indicator_table import indicators_csv
from planeval.verify.difference import Difference

JSON, CSV = "evaluation.json", "indicators.csv"
# What tells the entries of a list apart for a reader.
_NAMES = ("id", "rule", "code", "year", "variable")


def json_differences(raw: bytes, evaluation: Evaluation) -> list[Difference]:
    """Every field of ``evaluation.json`` that is not what was recomputed."""
    try:
        found = json.loads(raw, object_pairs_hook=_once)
        return list(_fields(found, json.loads(evaluation.model_dump_json()), ()))
    except (ValueError, RecursionError) as error:
        return [Difference(JSON, (), str(error), say("verify.readable"))]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. A key that stands in it twice means one thing to one reader and another to the next."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        raise ValueError(say("verify.repeated_key", name=next(key for key in names if names.count(key) > 1)))
    return found


def _fields(found: Any, expected: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in dict.fromkeys([*expected, *found]):
            if key not in found or key not in expected:
                there = _told(found[key]) if key in found else None
                wanted = _told(expected[key]) if key in expected else None
                yield Difference(JSON, (*path, key), there, wanted)
            else:
                yield from _fields(found[key], expected[key], (*path, key))
    elif isinstance(found, list) and isinstance(expected, list):
        for n, (a, b) in enumerate(zip_longest(found, expected, fillvalue=_NOTHING)):
            name = _name(b if b is not _NOTHING else a, n)
            if a is _NOTHING or b is _NOTHING:
                there, wanted = (None if x is _NOTHING else _told(x) for x in (a, b))
                yield Difference(JSON, (*path, name), there, wanted)
            else:
                yield from _fields(a, b, (*path, name))
    elif (type(found) is not type(expected) and not _numbers(found, expected)) or found != expected:
        yield Difference(JSON, path, _told(found), _told(expected))


_NOTHING = object()


def _numbers(a: Any, b: Any) -> bool:
    return all(isinstance(x, int | float) and not isinstance(x, bool) for x in (a, b))


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _name(entry: Any, number: int) -> str:
    if isinstance(entry, dict):
        found = next((str(entry[name]) for name in _NAMES if entry.get(name) is not None), "")
        if found:
            return found
    return f"[{number}]"


def csv_differences(raw: bytes, evaluation: Evaluation) -> list[Difference]:
    """Every cell of ``indicators.csv`` that is not what was recomputed."""
    try:
        found = _table(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, csv.Error) as error:
        return [Difference(CSV, (), str(error), say("verify.readable"))]
    expected = _table(indicators_csv(evaluation).removeprefix("\ufeff"))
    return list(_cells(found, expected))


def _table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def _cells(found: list[list[str]], expected: list[list[str]]) -> Iterator[Difference]:
    header = expected[0]
    at = [header.index(name) for name in ("id", "year")]
    for number, (a, b) in enumerate(zip_longest(found, expected), start=1):
        row = b or a or []
        named = tuple(row[n] for n in at if n < len(row)) if number > 1 else (say("verify.row", n=number),)
        if a is None or b is None:
            yield Difference(
                CSV, named, None if a is None else ",".join(a), None if b is None else ",".join(b)
            )
            continue
        for n, (there, wanted) in enumerate(zip_longest(a, b)):
            if there != wanted:
                column = header[n] if n < len(header) else str(n + 1)
                yield Difference(CSV, (*named, column), there, wanted)
