"""The severity of an accident: 生产安全事故报告和调查处理条例, article 3."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# The variables of the four grades, from 一般 to 特别重大: a grade is its place in this list.
GRADES = ("general_accidents", "larger_accidents", "serious_accidents", "extremely_serious_accidents")
# 重特大 = 重大 + 特别重大.
MAJOR = GRADES[2:]
# From so many on (以上 includes the number) an accident is 较大, 重大, 特别重大; any one criterion suffices.
DEATHS = (3, 10, 30)
SERIOUS_INJURIES = (10, 50, 100)
DIRECT_LOSS = (1000, 5000, 10000)  # 万元


def grades(deaths: ArrayLike, serious_injuries: ArrayLike, direct_loss: ArrayLike) -> NDArray[np.int64]:
    """The grade of each accident, 0 (一般) to 3 (特别重大), from persons, persons and 万元."""
    by_criterion = (
        np.searchsorted(limits, np.asarray(values, dtype=np.float64), side="right")
        for limits, values in (
            (DEATHS, deaths),
            (SERIOUS_INJURIES, serious_injuries),
            (DIRECT_LOSS, direct_loss),
        )
    )
    return np.maximum.reduce([np.asarray(found, dtype=np.int64) for found in by_criterion])
