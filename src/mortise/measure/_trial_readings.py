"""Readings from trials: the median per side with its error, and the drift from the first trials to the last."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mortise.measure.results import Reading, Trial
from mortise.terms import Side

# Fewer do not show a drift: two at either end.
_LEAST_FOR_DRIFT = 6


class Kind(NamedTuple):
    """A reading: its measure, the value of a trial it comes from, its unit, and the method's standard error."""

    measure: str
    value: str
    unit: str
    error: float


def readings_of(trials: Sequence[Trial], kinds: Sequence[Kind], method: str) -> list[Reading]:
    """Return the median of each value over the trials that count, per side.

    Parameters
    ----------
    trials
        Repetitions of one test.
    kinds
        What to read.
    method
        Named in each reading.

    Returns
    -------
    list of Reading
        The error is the method's and that of the median of the trials, in quadrature; one trial says nothing of its
        spread, then the method's error stands for it too.
    """
    found = []
    for kind in kinds:
        for side in (Side.LEFT, Side.RIGHT, Side.NONE):
            mine = [t for t in trials if t.side is side and t.is_counted and kind.value in t.values]
            if not mine:
                continue
            values = [trial.values[kind.value] for trial in mine]
            n = len(values)
            spread = float(np.std(values, ddof=1)) if n > 1 else kind.error
            quality = tuple(dict.fromkeys(flag for trial in mine for flag in trial.quality))
            found.append(
                Reading(
                    measure=kind.measure,
                    side=side,
                    value=round(float(np.median(values)), 3),
                    unit=kind.unit,
                    error=round(math.hypot(kind.error, 1.25 * spread / math.sqrt(n)), 3),
                    quality=quality + (("few_trials",) if n < 3 else ()),
                    method=method,
                    n_trials=n,
                )
            )
    return found


def drift_of(trials: Sequence[Trial], kinds: Sequence[Kind]) -> list[Reading]:
    """Return how far values drift over a set: mean of the last third less that of the first, from six trials on.

    Parameters
    ----------
    trials
        Repetitions in order.
    kinds
        What to follow.

    Returns
    -------
    list of Reading
        Per side. The error comes from the spread about the line through all trials; what is off alike in all of them
        drops out.
    """
    found = []
    for kind in kinds:
        for side in (Side.LEFT, Side.RIGHT):
            values = np.array(
                [
                    t.values[kind.value]
                    for t in trials
                    if t.side is side and t.is_counted and kind.value in t.values
                ]
            )
            if len(values) < _LEAST_FOR_DRIFT:
                continue
            third = len(values) // 3
            order = np.arange(len(values))
            residual = values - np.polyval(np.polyfit(order, values, 1), order)
            spread = float(np.std(residual, ddof=2))
            found.append(
                Reading(
                    measure=kind.measure,
                    side=side,
                    value=round(float(values[-third:].mean() - values[:third].mean()), 3),
                    unit=kind.unit,
                    error=round(math.hypot(0.1 * kind.error, spread * math.sqrt(2.0 / third)), 3),
                    method="thirds/1",
                    n_trials=len(values),
                )
            )
    return found
