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
from typing import Any

import pandas as pd

from planeval.validate.suites import Suite, hint, problem


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

    def run(self, suite: Suite, frame: pd.DataFrame, parameters: dict[str, Any]) -> list[Outcome]:
        """One pass of ``suite`` over the whole ``frame`` (all places at once); outcomes in the suite's order.

        Raises:
            InputError: an expectation Great Expectations does not know, cannot build or cannot carry out.
        """
        built = self._build(suite)
        asset = self._source.add_dataframe_asset(suite.file)
        batch = asset.add_batch_definition_whole_dataframe(suite.name).get_batch({"dataframe": frame})
        result = batch.validate(
            built,
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]},
            expectation_parameters=parameters,
        )
        outcomes: dict[int, Outcome] = {}
        for item in result.results:
            # Great Expectations regroups the results by column; the number put in by _build restores the order.
            number = item.expectation_config.meta["number"]
            outcomes[number] = self._outcome(item, suite, number)
        return [outcomes[number] for number in range(1, len(suite.expectations) + 1)]

    def _build(self, suite: Suite) -> Any:
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
        return self._gx.ExpectationSuite(name=suite.name, expectations=built)

    @staticmethod
    def _outcome(item: Any, suite: Suite, number: int) -> Outcome:
        # Flat for most failures, one entry a metric for failed metrics.
        info = item.exception_info or {}
        details = [info] if "raised_exception" in info else list(info.values())
        for detail in details:
            if detail.get("raised_exception"):
                found = suite.expectations[number - 1].type
                reason = str(detail.get("exception_message"))
                raise problem("failed_expectation", suite.file, number=number, found=found, reason=reason)
        result = item.result
        checked = int(result.get("element_count") or 0) - int(result.get("missing_count") or 0)
        rows = (
            [] if item.success else [int(entry["row"]) for entry in result.get("unexpected_index_list") or []]
        )
        return Outcome(checked, rows)
