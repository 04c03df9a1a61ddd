"""Readings of a set of heel rises: count, height, work, tempo, range, fatigue, each with its error."""

from __future__ import annotations

import itertools

import numpy as np

from mortise.measure._rising import Rising
from mortise.measure.recording import Floats
from mortise.measure.results import Reading, Trial
from mortise.terms import Side

# The beat of the test: 30 rises a minute (evidence HR-01). A fifth off is another test.
_BEAT_S = 2.0
_OFF_BEAT = 0.2
# What a range is off by: sensors against a laboratory's angle (one person), markers by the skin, keypoints of video.
_RANGE_ERROR_DEG = {"foot-tip": 11.0, "heel-lift": 11.0, "heel-markers": 3.0, "heel-keypoints": 8.0}
# A line through fewer heights says nothing of fatigue.
_LEAST_FOR_SLOPE = 5
_N_BEST = 3
# Breaks longer than this many usual rises are rests; a rise may have got lost only where samples did.
_REST = 1.7
# Fewer rises show no beat.
_FEW = 3


def n_missing(rising: Rising) -> int:
    """Return how many rises probably lie where samples are missing: breaks that are whole beats long."""
    whole = [one for one in rising.found.whole if not rising.is_lost[one.low : one.down + 1].any()]
    if len(whole) < _FEW:
        return 0
    starts = np.array([one.start for one in whole])
    usual = float(np.median(np.diff(starts)))
    return sum(
        max(0, round((late.start - early.start) / usual) - 1)
        for early, late in itertools.pairwise(whole)
        if late.start - early.start > _REST * usual and rising.is_lost[early.stop : late.start + 1].any()
    )


def readings_of(rising: Rising, trials: list[Trial], both: bool, flags: tuple[str, ...]) -> list[Reading]:
    """Return the readings of one side."""
    heights = np.array([trial.values["height_cm"] for trial in trials])
    best = np.sort(heights)[-_N_BEST:]
    method_cm = float(np.hypot(rising.error_cm, rising.error_share * float(best.mean())))
    spread = float(np.std(best, ddof=1) / np.sqrt(len(best))) if len(best) > 1 else 0.0
    side, method, n = rising.side, rising.method, len(trials)

    def _made(measure: str, value: float, unit: str, error: float, n_used: int = n) -> Reading:
        return Reading(
            measure=measure, side=side, value=round(value, 3), unit=unit, error=round(error, 3), quality=flags,
            method=method, n_trials=n_used,
        )  # fmt: skip

    found = [
        _made("heel_rise_height_cm", float(best.mean()), "cm", float(np.hypot(spread, method_cm)), len(best))
    ]
    if not both:
        found.insert(0, count_of("heel_rise_count", side, n, trials, rising, flags))
    work = float(sum(trial.values["work_j_kg"] for trial in trials))
    share = method_cm / float(best.mean())
    found.append(_made("heel_rise_work_j_kg", work, "j_kg", share * work))
    periods = np.array([trial.values["period_s"] for trial in trials if "period_s" in trial.values])
    if len(periods):
        error = float(np.hypot(1.25 * _sem(periods), 1.0 / rising.rate_hz))
        found.append(_made("heel_rise_period_s", float(np.median(periods)), "s", error, len(periods)))
    ranges = np.array([trial.values["range_deg"] for trial in trials if "range_deg" in trial.values])
    if rising.angle_of == "ankle" and len(ranges):
        error = float(np.hypot(1.25 * _sem(ranges), _RANGE_ERROR_DEG[rising.method.split("/")[0]]))
        found.append(_made("heel_rise_range_deg", float(np.median(ranges)), "deg", error, len(ranges)))
    slope = _fatigue(heights)
    if slope is not None:
        found.append(_made("heel_rise_fatigue_pct", slope[0], "pct", slope[1]))
    return found


def _sem(values: Floats) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def count_of(
    measure: str, side: Side, n: int, trials: list[Trial], rising: Rising, flags: tuple[str, ...]
) -> Reading:
    """Return how many rises there were, flagged when they do not follow the beat of the test."""
    periods = [trial.values["period_s"] for trial in trials if "period_s" in trial.values]
    if periods and abs(_BEAT_S / float(np.median(periods)) - 1.0) > _OFF_BEAT:
        flags = (*flags, "off_beat")
    missing = n_missing(rising)
    return Reading(
        measure=measure, side=side, value=float(n), unit="count", error=float(missing), quality=flags,
        method=rising.method, n_trials=n,
    )  # fmt: skip


def _fatigue(heights_cm: Floats) -> tuple[float, float] | None:
    """Return the slope of the heights in per cent of their start per rise, and its standard error."""
    n = len(heights_cm)
    if n < _LEAST_FOR_SLOPE:
        return None
    number = np.arange(n) - 0.5 * (n - 1)
    power = float(number @ number)
    slope = float(number @ heights_cm) / power
    start = float(heights_cm.mean()) - slope * 0.5 * (n - 1)
    rest = heights_cm - heights_cm.mean() - slope * number
    error = float(np.sqrt(rest @ rest / (n - 2) / power))
    return 100.0 * slope / start, 100.0 * error / start
