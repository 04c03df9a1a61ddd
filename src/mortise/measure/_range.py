"""Unloaded range of the ankle: how far the foot goes up and down in the air."""

from __future__ import annotations

import numpy as np

from mortise.errors import SignalError
from mortise.measure._ankle_trace import AnkleTrace, ankle_traces, held_deg
from mortise.measure._doings import refuse_other
from mortise.measure._repetitions import repetitions, usual_height
from mortise.measure.materials import Materials
from mortise.measure.recording import Floats
from mortise.measure.results import Curve, Event, Reading, Refused, TestResult, Trial
from mortise.measure.signals import turning_points

__all__ = ["range_of"]

METHOD = "unloaded-range"
# Less is fidgeting; the stiffest ankles still move by more all in all.
_LEAST_DEG = 6.0
_LEAST_ONE_WAY_DEG = 3.0
# Ups and downs below this share of the usual one are wavering.
_REVERSAL = 0.33
# Faster than this the foot is thrown, not moved.
_FASTEST_DEG_S = 200.0
_N_TRACE = 600
_HOW = "Sit with the foot off the floor and the shin still; move the foot up and down as far as it goes, three times."


def range_of(materials: Materials) -> TestResult:
    """Measure how far an unloaded ankle goes.

    Parameters
    ----------
    materials
        Sensors on foot and shin (or on the foot alone), markers, or keypoints: at first the sole flat on the floor
        and the shin upright for a second, then the foot in the air as far up and as far down as it goes, several times.

    Returns
    -------
    TestResult
        One trial per end reached with `angle_deg` (dorsiflexion positive), `hold_s`, and `is_up` (1 for dorsiflexion);
        the medians of both ways and their sum per side.

    Raises
    ------
    SignalError
        When no foot was recorded, or the ankle did not move.

    Notes
    -----
    1. The ankle's angle from foot and shank, heading-free, zero with the sole flat and the shin upright.
    2. Each way has its own ends: movements away from zero and back, at least a third as far as is usual that way. An
       end's angle is the median of what is held within two degrees of it.
    3. Refused: walking, jumping, and a leg that bears weight (the shin leans by more than 20 degrees or goes up and
       down). A sensor on the foot alone does not see the shin (`shank_assumed_still`).
    4. Without standing first the zero is not known: only the whole range is given, the two ways are refused.

    Data needs: 20 Hz or more. Active and passive, knee bent and straight are not told apart: say it with the reading.

    References
    ----------
    Evidence rows ROM-01 to ROM-08 (what is usual, and what a goniometer reaches).
    """
    refuse_other(materials, "an unloaded range of motion", _HOW)
    traces = ankle_traces(materials, "the unloaded range")
    refused = [_bearing(trace) for trace in traces if trace.bears]
    if len(refused) == len(traces):
        raise SignalError(
            f"this is no unloaded range of motion: {refused[0].reason}.",
            where=materials.described(),
            mend=f"Measure it as lunge, heel-rise or step-down, or record the range alone. {_HOW}",
        )
    traces = [trace for trace in traces if not trace.bears]
    trials: list[Trial] = []
    readings: list[Reading] = []
    for trace in traces:
        found = _trials(trace, len(trials))
        refused += _not_told(trace, found)
        trials += found
        readings += _readings(trace, found) if found else []
    if not trials:
        raise SignalError(
            f"the ankle never moved by {_LEAST_DEG:g} degrees.",
            where=materials.described(),
            mend="Move the foot up and down in the air as far as it goes, three times.",
        )
    return TestResult(
        test="range",
        recording=materials.recording_set(),
        readings=tuple(readings),
        trials=tuple(trials),
        refused=tuple(refused),
        curves=tuple(trace_curve(trace) for trace in traces),
        events=tuple(
            Event(name="range_up" if t.values["is_up"] else "range_down", side=t.side, time_s=t.start_s)
            for t in trials
        ),
    )


def _bearing(trace: AnkleTrace) -> Refused:
    return Refused(what="side", reason=f"{trace.bears}, so the leg bears weight", side=trace.side, mend=_HOW)


def _not_told(trace: AnkleTrace, found: list[Trial]) -> list[Refused]:
    """Return what cannot be said of this ankle: anything when it did not move, the two ways without a zero."""
    if not found:
        return [Refused(what="side", reason="this ankle did not move", side=trace.side, mend=_HOW)]
    if trace.has_zero:
        return []
    return [
        Refused(
            what="dorsiflexion and plantarflexion",
            reason="the recording does not start with the sole flat and the shin upright, so zero is not known",
            side=trace.side,
            mend="Stand or sit with the sole on the floor and the shin upright for a second first.",
        )
    ]


def _ends(trace: AnkleTrace) -> list[tuple[int, int, int, int]]:
    """Return the ends that were reached: first sample, end, last sample, and 1 for up, -1 for down."""
    angle = trace.dorsiflexion_deg
    whole = float(np.quantile(angle, 0.98) - np.quantile(angle, 0.02))
    if whole < _LEAST_DEG:
        return []
    if not trace.has_zero:
        points = turning_points(angle, max(_LEAST_DEG, _REVERSAL * whole))
        borders = [0, *(index for index, _ in points), len(angle) - 1]
        # the first and the last turn may be where the recording was cut
        return [(borders[i], index, borders[i + 2], kind) for i, (index, kind) in enumerate(points)][1:]
    found = []
    for way in (1, -1):
        one_way = np.clip(way * angle, 0.0, None)
        least = max(_LEAST_ONE_WAY_DEG, _REVERSAL * usual_height(one_way))
        found += [(one.start, one.peak, one.stop, way) for one in repetitions(one_way, least).whole]
    return sorted(found, key=lambda end: end[1])


def _trials(trace: AnkleTrace, before: int) -> list[Trial]:
    """Return the ends as trials."""
    found: list[Trial] = []
    for first, index, last, way in _ends(trace):
        value, hold_s = held_deg(trace, first, last, index)
        quality = tuple(
            flag
            for flag, is_so in (
                ("too_fast", float(trace.speed_deg_s[first : last + 1].max()) > _FASTEST_DEG_S),
                ("samples_missing", bool(trace.is_lost[first : last + 1].any())),
            )
            if is_so
        )
        found.append(
            Trial(
                number=before + len(found) + 1,
                side=trace.side,
                start_s=round(float(trace.time_s[first]), 3),
                end_s=round(float(trace.time_s[last]), 3),
                values={"angle_deg": round(value, 2), "hold_s": round(hold_s, 2), "is_up": float(way > 0)},
                is_counted="samples_missing" not in quality,
                quality=quality,
            )
        )
    return found


def _readings(trace: AnkleTrace, trials: list[Trial]) -> list[Reading]:
    counted = [trial for trial in trials if trial.is_counted] or trials
    ups = np.array([t.values["angle_deg"] for t in counted if t.values["is_up"]])
    downs = np.array([-t.values["angle_deg"] for t in counted if not t.values["is_up"]])
    flags = list(trace.flags)
    if min(len(ups), len(downs)) < 3:
        flags.append("few_trials")
    found: list[Reading] = []

    def made(name: str, value: float, error: float, n: int) -> Reading:
        return Reading(
            measure=f"unloaded_{name}_deg", side=trace.side, value=round(value, 2), unit="deg", error=round(error, 2),
            quality=tuple(dict.fromkeys(flags)), method=f"{METHOD}-{trace.source}/1", n_trials=n,
        )  # fmt: skip

    if trace.has_zero:
        for name, values in (("dorsiflexion", ups), ("plantarflexion", downs)):
            if len(values):
                error = float(np.hypot(_sem(values), trace.error_deg))
                found.append(made(name, float(np.median(values)), error, len(values)))
    if len(ups) and len(downs):
        error = float(np.hypot(np.hypot(_sem(ups), _sem(downs)), trace.error_deg))
        value = float(np.median(ups) + np.median(downs))
        found.append(made("range", value, error, min(len(ups), len(downs))))
    return found


def _sem(values: Floats) -> float:
    return 1.25 * float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 2.0


def trace_curve(trace: AnkleTrace) -> Curve:
    """Return the ankle's angle over time, thinned, to draw."""
    every = max(1, -(-len(trace.time_s) // _N_TRACE))
    picked = slice(None, None, every)
    return Curve(
        name="ankle_angle_trace_deg",
        side=trace.side,
        x_unit="s",
        unit="deg",
        x=tuple(np.round(trace.time_s[picked], 3).tolist()),
        mean=tuple(np.round(trace.dorsiflexion_deg[picked], 2).tolist()),
    )
