"""When each foot comes down from a flight or a fall, and what of it is not clear, from inertial sensors."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from mortise.measure._floor_sensors import (
    BALLISTIC,
    BLOW_S,
    FALL_S,
    TRUNK_PLACEMENTS,
    all_fall,
    ends_fall,
    foot_flights,
    impacts_of,
    refuse_unfit,
    signal_of,
)
from mortise.measure.orientation import need_gyroscope
from mortise.measure.recording import FOOT_PLACEMENTS, Recording
from mortise.measure.signals import even, window_mean
from mortise.terms import Side

# Two feet of one landing come down within this.
_BOTH_S = 0.15


def landings_of_feet(recordings: Sequence[Recording]) -> dict[Side, list[float]]:
    """Return when each foot came down from a flight or a fall, seconds.

    Parameters
    ----------
    recordings
        Sensors on the feet, and at the back where there is one; of one start.

    Returns
    -------
    dict
        Side to moments. A fall without a push before it, from a box, counts only where something else that is worn
        falls too: a foot alone falls like that at the end of a step.

    Raises
    ------
    SignalError
        When a recording is too short or too slow.
    """
    feet = [each for each in recordings if each.placement in FOOT_PLACEMENTS]
    for recording in feet:
        refuse_unfit(recording)
        need_gyroscope(recording, "a landing of the foot")
    signals = [signal_of(even(each)) for each in feet]
    trunk = [signal_of(even(each)) for each in recordings if each.placement in TRUNK_PLACEMENTS]
    found: dict[Side, list[float]] = {}
    unsure: dict[Side, list[float]] = {}
    for index, (recording, signal) in enumerate(zip(feet, signals, strict=True)):
        others = [*signals[:index], *signals[index + 1 :], *trunk]
        spans = foot_flights(signal)
        moments = [stop for start, stop in spans if all_fall(others, start, stop)]
        ends = [landing / signal.rate_hz for landing in impacts_of(signal) if ends_fall(signal, landing)]
        ends = [at for at in ends if all(abs(at - other) > BLOW_S for other in moments)]
        falls = [at for at in ends if others and all_fall(others, at - FALL_S, at - 0.02)]
        found[recording.side] = sorted([*moments, *falls])
        unsure[recording.side] = [at for at in ends if at not in falls]
    for side, ends in unsure.items():
        # the other foot was down first: this one ends its fall just after, beside something that bears already
        near = [at for other, moments in found.items() if other is not side for at in moments]
        late = [at for at in ends if any(0.0 <= at - first < _BOTH_S for first in near)]
        found[side] = sorted([*found[side], *late])
    return {side: _apart(moments) for side, moments in found.items()}


def missed_landings(
    recordings: Sequence[Recording], found: Mapping[Side, Sequence[float]]
) -> list[tuple[Side, float]]:
    """Return feet that are hit while the other foot lands and that show no landing of their own, with the moment."""
    missed: list[tuple[Side, float]] = []
    for recording in recordings:
        if recording.placement not in FOOT_PLACEMENTS:
            continue
        others = sorted(at for side, each in found.items() if side is not recording.side for at in each)
        own = found.get(recording.side, ())
        alone = [at for at in others if all(abs(at - mine) > _BOTH_S for mine in own)]
        if alone:
            signal = signal_of(even(recording))
            hits = np.array(impacts_of(signal)) / signal.rate_hz
            missed += [(recording.side, at) for at in alone if np.any(np.abs(hits - at) < _BOTH_S)]
    return missed


def free_at_end(recordings: Sequence[Recording]) -> float | None:
    """Return since when everything that is worn falls freely until the recording ends, None when something bears."""
    worn = [each for each in recordings if each.placement in (*FOOT_PLACEMENTS, *TRUNK_PLACEMENTS)]
    since: list[float] = []
    for recording in worn:
        signal = signal_of(even(recording))
        force = window_mean(signal.upward, 0.05 * signal.rate_hz)
        borne = np.flatnonzero(force > BALLISTIC)
        last = int(borne[-1]) + 1 if len(borne) else 0
        if (len(force) - last) / signal.rate_hz < FALL_S:
            return None
        since.append(last / signal.rate_hz)
    return max(since, default=None)


def _apart(moments: Sequence[float]) -> list[float]:
    """Return moments of which none follows another at once: the last of such a group, when the weight comes."""
    return [
        at
        for at, after in itertools.zip_longest(moments, moments[1:])
        if after is None or after - at > BLOW_S
    ]
