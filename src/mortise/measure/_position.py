"""Joint-position matching: how far the ankle is from a target angle that it was shown before."""

from __future__ import annotations

import numpy as np

from mortise.errors import SignalError
from mortise.measure._ankle_trace import AnkleTrace, ankle_traces
from mortise.measure._doings import refuse_other
from mortise.measure._range import trace_curve
from mortise.measure._repetitions import Movement, repetitions, usual_height
from mortise.measure._sensor_segment import runs
from mortise.measure.materials import Materials
from mortise.measure.results import Event, Reading, Refused, TestResult, Trial

__all__ = ["position_of"]

METHOD = "position-matching"
# An excursion from rest of less than this is fidgeting.
_LEAST_DEG = 3.0
_REVERSAL = 0.33
# Held: slower than this for half a second.
_HELD_DEG_S = 4.0
_HELD_S = 0.5
# A difference of two angles of one recording: zero and most of the soft tissue drop out; what is left is sway and
# drift.
_DIFFERENCE_ERROR_DEG: dict[str, float] = {
    "foot_and_shank": 0.7,
    "foot": 1.5,
    "markers": 1.0,
    "keypoints": 3.0,
}
_FEW = 3
_HOW = "Bring the ankle to the target and hold it, go back, find it again and hold it; several times."
# The other way from rest is less than this share of the one: nothing shows which is up.
_ONE_WAY = 0.2


def position_of(materials: Materials) -> TestResult:
    """Measure joint-position matching.

    Parameters
    ----------
    materials
        Sensors on foot and shin (or the foot alone), markers, or keypoints. From rest the ankle is brought to the
        target and held, back to rest, and then to where it felt the target to be, several times.

    Returns
    -------
    TestResult
        One trial per attempt with `target_deg`, `angle_deg`, `error_deg` (found less shown, dorsiflexion positive) and
        `hold_s`; absolute, constant and variable error per side.

    Raises
    ------
    SignalError
        When no foot was recorded, or fewer than two positions were held.

    Notes
    -----
    1. The ankle's angle from foot and shank, heading-free.
    2. Every movement away from rest and back is one position; its angle is the median of the last time it was held,
       slower than four degrees a second for half a second, before going back.
    3. The first position is the target; with marks in the recording, every position that holds a mark is a target, and
       attempts are compared with the last one shown.
    4. From sensors, a foot that goes one way only is taken to go down (`direction_assumed`); point it once, or the
       sign of the constant error is the other one for targets with the foot up.
    5. Absolute error is the mean size of the errors, constant error their mean, variable error their standard
       deviation.

    Accuracy: differences within one recording, so the zero of the angle does not matter.

    References
    ----------
    Schmidt and Lee, Motor Control and Learning (absolute, constant and variable error); consensus for the protocol.
    """
    refuse_other(materials, "a test of joint position", _HOW)
    traces = ankle_traces(materials, "position matching")
    trials: list[Trial] = []
    readings: list[Reading] = []
    refused: list[Refused] = []
    for trace in traces:
        found, said = _trials(trace, len(trials))
        refused += said
        trials += found
        readings += _readings(trace, [trial for trial in found if trial.is_counted])
    if not any(trial.is_counted for trial in trials):
        raise SignalError(
            "no target and attempt were found: at least two positions must be held for half a second.",
            where=materials.described(),
            mend=_HOW,
        )
    return TestResult(
        test="position",
        recording=materials.recording_set(),
        readings=tuple(readings),
        trials=tuple(trials),
        n_trials_missing=sum(not trial.is_counted for trial in trials),
        refused=tuple(refused),
        curves=tuple(trace_curve(trace) for trace in traces),
        events=tuple(Event(name="position_held", side=trial.side, time_s=trial.end_s) for trial in trials),
    )


def _held(trace: AnkleTrace, one: Movement) -> tuple[float, float, float] | None:
    """Return angle, length and end of the last hold of a movement; None when nothing was held."""
    inside = slice(one.start, one.stop + 1)
    slow = (trace.speed_deg_s[inside] < _HELD_DEG_S) & ~trace.is_lost[inside]
    away = np.abs(trace.dorsiflexion_deg[inside] - trace.dorsiflexion_deg[one.peak]) < 0.5 * _size(trace, one)
    held = [(a, b) for a, b in runs(slow & away) if b - a >= _HELD_S * trace.rate_hz]
    if not held:
        return None
    first, last = held[-1]
    angle = float(np.median(trace.dorsiflexion_deg[one.start + first : one.start + last]))
    return angle, (last - first) / trace.rate_hz, float(trace.time_s[one.start + last - 1])


def _size(trace: AnkleTrace, one: Movement) -> float:
    """Return how far a movement went from rest."""
    rest = 0.5 * (trace.dorsiflexion_deg[one.low] + trace.dorsiflexion_deg[one.down])
    return float(abs(trace.dorsiflexion_deg[one.peak] - rest))


def _trials(trace: AnkleTrace, before: int) -> tuple[list[Trial], list[Refused]]:
    """Return the attempts of one side, and what was refused."""
    away = np.abs(
        trace.dorsiflexion_deg - float(np.median(trace.dorsiflexion_deg[: max(1, round(trace.rate_hz / 2))]))
    )
    found = repetitions(away, max(_LEAST_DEG, _REVERSAL * usual_height(away)))
    refused = [
        Refused(
            what="position",
            reason="the way there or back is not in the recording",
            side=trace.side,
            start_s=round(float(trace.time_s[start]), 3),
            end_s=round(float(trace.time_s[stop]), 3),
            mend="Record from rest to rest.",
        )
        for start, stop in found.halves
    ]
    trials: list[Trial] = []
    target: float | None = None
    for number, one in enumerate(found.whole):
        held = _held(trace, one)
        is_shown = _is_shown(trace, one, number)
        if is_shown and held is not None:
            target = held[0]
            continue
        trial = _trial(trace, one, before + len(trials) + 1, target, held)
        trials.append(trial)
    return trials, refused


def _is_shown(trace: AnkleTrace, one: Movement, number: int) -> bool:
    if trace.marks_s:
        return any(trace.time_s[one.start] <= mark <= trace.time_s[one.stop] for mark in trace.marks_s)
    return number == 0


def _trial(
    trace: AnkleTrace,
    one: Movement,
    number: int,
    target: float | None,
    held: tuple[float, float, float] | None,
) -> Trial:
    values: dict[str, float] = {}
    quality = []
    end_s = float(trace.time_s[one.stop])
    if held is None:
        quality.append("no_hold")
    else:
        values = {"angle_deg": round(held[0], 2), "hold_s": round(held[1], 2)}
        end_s = held[2]
    if target is None:
        quality.append("no_target_before")
    elif held is not None:
        values |= {"target_deg": round(target, 2), "error_deg": round(held[0] - target, 2)}
    return Trial(
        number=number,
        side=trace.side,
        start_s=round(float(trace.time_s[one.start]), 3),
        end_s=round(end_s, 3),
        values=values,
        is_counted=not quality,
        quality=tuple(quality),
    )


def _one_way(trace: AnkleTrace) -> tuple[str, ...]:
    """Return a flag when sensors saw the foot go one way only: that it went down is then taken for granted."""
    if trace.source not in ("foot", "foot_and_shank"):
        return ()
    far, near = sorted((abs(float(trace.dorsiflexion_deg.max())), abs(float(trace.dorsiflexion_deg.min()))))[
        ::-1
    ]
    return ("direction_assumed",) if near < _ONE_WAY * far else ()


def _readings(trace: AnkleTrace, trials: list[Trial]) -> list[Reading]:
    if not trials:
        return []
    errors = np.array([trial.values["error_deg"] for trial in trials])
    n = len(errors)
    flags = tuple(dict.fromkeys((*trace.flags, *_one_way(trace), *(("few_trials",) if n < _FEW else ()))))
    own = _DIFFERENCE_ERROR_DEG[trace.source]
    spread = float(np.std(errors, ddof=1)) if n > 1 else 0.0

    def made(kind: str, value: float, error: float) -> Reading:
        return Reading(
            measure=f"position_{kind}_error_deg", side=trace.side, value=round(value, 3), unit="deg",
            error=round(error, 3), quality=flags, method=f"{METHOD}-{trace.source}/1", n_trials=n,
        )  # fmt: skip

    of_sizes = float(np.std(np.abs(errors), ddof=1) / np.sqrt(n)) if n > 1 else own
    found = [
        made("absolute", float(np.mean(np.abs(errors))), float(np.hypot(of_sizes, own))),
        made("constant", float(np.mean(errors)), float(np.hypot(spread / np.sqrt(n), own))),
    ]
    if n > 1:
        found.append(
            made("variable", spread, float(np.hypot(spread / np.sqrt(2.0 * (n - 1)), own / np.sqrt(n))))
        )
    return found
