"""Great Expectations behind one small door: a frame and a suite in, the numbers of the failing rows out.

The import takes seconds and is noisy, so it happens in :func:`session` only, with telemetry switched off before.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import pandas as pd

from planeval.engine.imports import without_slow_extras
from planeval.validate.suites import Suite, hint, problem

# What Great Expectations names at import and uses only in expectations that no suite has: charts, tests of drift.
_LAZY = ("altair", "scipy.stats")


@dataclass(frozen=True)
class Outcome:
    """What one expectation gave: rows it could be applied to, and the ``row`` numbers that failed it."""

    checked: int
    rows: list[int]


@contextmanager
def session() -> Iterator[Session]:
    """A quiet, ephemeral Great Expectations context: no telemetry, no files, no progress bars, no warnings."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logger = logging.getLogger("great_expectations")
    level = logger.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with without_slow_extras(_LAZY):
            import great_expectations as gx
            from great_expectations.data_context.types.base import ProgressBarsConfig

        logger.setLevel(logging.CRITICAL)
        try:
            context = gx.get_context(mode="ephemeral")
            context.variables.progress_bars = ProgressBarsConfig(globally=False)
            yield Session(gx, context)
        finally:
            logger.setLevel(level)


class Session:
    """Runs suites in one context."""

    def __init__(self, gx: Any, context: Any) -> None:
        self._gx = gx
        self._source = context.data_sources.add_pandas("planeval")
        self._number = count(1)

    def failing(self, suite: Suite, frame: pd.DataFrame, parameters: dict[str, Any]) -> list[list[int]]:
        """The ``row`` numbers of ``frame`` (all places at once) that fail each expectation, in the suite's order.

        A first pass only tells which expectations fail; the few that do are asked for the rows. That halves the time.

        Raises:
            InputError: an expectation Great Expectations does not know, cannot build or cannot carry out.
        """
        built, batch = self._build(suite), self._batch(suite, frame)
        results = self._validate(suite, batch, built, "BOOLEAN_ONLY", parameters)
        failed = {number for number, item in results.items() if not item.success}
        rows: list[list[int]] = [[] for _ in suite.expectations]
        if failed:
            again = [e for number, e in enumerate(built, start=1) if number in failed]
            for number, item in self._validate(suite, batch, again, "COMPLETE", parameters).items():
                rows[number - 1] = self._rows(item)
        return rows

    def run(self, suite: Suite, frame: pd.DataFrame, parameters: dict[str, Any]) -> list[Outcome]:
        """As `failing`, in one pass and with the number of rows that each expectation could be applied to."""
        built, batch = self._build(suite), self._batch(suite, frame)
        results = self._validate(suite, batch, built, "COMPLETE", parameters)
        return [self._outcome(results[number]) for number in range(1, len(built) + 1)]

    def _batch(self, suite: Suite, frame: pd.DataFrame) -> Any:
        # Only what the suite looks at: Great Expectations hashes the frame, and copies it for every condition.
        used = {name for e in suite.expectations for name in (*e.columns, *e.condition_columns)}
        asset = self._source.add_dataframe_asset(f"{suite.file} {next(self._number)}")
        batch = asset.add_batch_definition_whole_dataframe(suite.name)
        return batch.get_batch({"dataframe": frame[[c for c in frame.columns if c in used or c == "row"]]})

    def _validate(
        self, suite: Suite, batch: Any, expectations: list[Any], result: str, parameters: dict[str, Any]
    ) -> dict[int, Any]:
        """Results by the expectation's number in the suite: Great Expectations regroups them by column."""
        results = batch.validate(
            self._gx.ExpectationSuite(name=suite.name, expectations=expectations),
            result_format={"result_format": result, "unexpected_index_column_names": ["row"]},
            expectation_parameters=parameters,
        ).results
        by_number = {item.expectation_config.meta["number"]: item for item in results}
        for number in sorted(by_number):
            self._require_carried_out(by_number[number], suite, number)
        return by_number

    @staticmethod
    def _build(suite: Suite) -> list[Any]:
        from great_expectations.exceptions import GreatExpectationsError
        from great_expectations.expectations.expectation import (
            ColumnMapExpectation,
            ColumnPairMapExpectation,
            MulticolumnMapExpectation,
        )
        from great_expectations.expectations.registry import (
            get_expectation_impl,
            list_registered_expectation_implementations,
        )

        # Only expectations that look at rows can say which place and year is wrong.
        by_row = (ColumnMapExpectation, ColumnPairMapExpectation, MulticolumnMapExpectation)
        known = [
            n
            for n in list_registered_expectation_implementations()
            if issubclass(get_expectation_impl(n), by_row)
        ]
        built: list[Any] = []
        for number, expectation in enumerate(suite.expectations, start=1):
            if expectation.type not in known:
                found = expectation.type
                raise problem(
                    "unknown_expectation", suite.file, number=number, found=found, hint=hint(found, known)
                )
            try:
                build: Any = get_expectation_impl(expectation.type)
                meta = {"rule": expectation.meta.rule, "number": number}
                built.append(build(**expectation.kwargs, severity=str(expectation.severity), meta=meta))
            except (ValueError, TypeError, GreatExpectationsError) as error:
                reason = "; ".join(str(error).splitlines()[1:]) or str(error)
                found = expectation.type
                raise problem(
                    "bad_expectation", suite.file, number=number, found=found, reason=reason
                ) from None
        return built

    @staticmethod
    def _require_carried_out(item: Any, suite: Suite, number: int) -> None:
        # Flat for most failures, one entry a metric for failed metrics.
        info = item.exception_info or {}
        details = [info] if "raised_exception" in info else list(info.values())
        for detail in details:
            if detail.get("raised_exception"):
                found = suite.expectations[number - 1].type
                reason = str(detail.get("exception_message"))
                raise problem("failed_expectation", suite.file, number=number, found=found, reason=reason)

    @classmethod
    def _outcome(cls, item: Any) -> Outcome:
        result = item.result
        checked = int(result.get("element_count") or 0) - int(result.get("missing_count") or 0)
        return Outcome(checked, cls._rows(item))

    @staticmethod
    def _rows(item: Any) -> list[int]:
        if item.success:
            return []
        return [int(entry["row"]) for entry in item.result.get("unexpected_index_list") or []]
