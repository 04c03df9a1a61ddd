"""What sensors on foot and shank, or on the shank alone, tell of step-downs and squats."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mortise.errors import SignalError
from mortise.measure._landing_sensors import UNSURE
from mortise.measure._lunge import lean_from
from mortise.measure.ankle_angle import ankle_angle, foot_and_shank
from mortise.measure.flags import flag_words
from mortise.measure.orientation import need_gyroscope
from mortise.measure.recording import FOOT_PLACEMENTS, Floats, Recording
from mortise.measure.results import Refused, Trial
from mortise.measure.signals import even, turning_points, window_mean
from mortise.terms import Side

# As a lunge: less than this is swaying.
_LEAST_DEG = 12.0
_SMOOTH_S = 0.1
_STAND_S = 0.3
_NOT_SEEN = (
    ("knee medial displacement", "where the knee is shows in markers or a video from the front"),
    ("tibial rotation", "turning about the upright drifts in sensors without a magnetometer"),
    ("arch", "a sensor on the shoe does not feel the arch"),
    ("step-down points", "trunk and pelvis are not worn"),
)


def by_sensors(sensors: Sequence[Recording], n_before: int) -> tuple[list[Trial], list[Refused]]:
    """Return the repetitions that sensors show.

    Parameters
    ----------
    sensors
        All worn, started together.
    n_before
        Number of trials before these.

    Returns
    -------
    list of Trial, list of Refused
        Per side: greatest dorsiflexion with sensors on foot and shank (`ankle_angle`), the shank's lean with the shank
        alone, which is the ankle's bend while the foot lies flat. A repetition is a squat when both sides show it at
        one time.
    """
    worn = [each for each in sensors if each.placement in (*FOOT_PLACEMENTS, "shank")]
    for each in worn:
        need_gyroscope(each, "a step-down")
    pairs = foot_and_shank(worn)
    lonely = [each for each in worn if each.placement == "shank" and each.side not in pairs]
    refused: list[Refused] = []
    if not pairs and not lonely:
        return [], [
            Refused(
                what="step-down",
                reason="a step-down is measured with a sensor on the shin, and one on the foot for the ankle's angle",
                mend="Wear them there, or if they were there say so with --placement shank.",
            )
        ]
    found: list[tuple[Side, float, Floats, tuple[str, ...], str]] = []
    for side, (foot, shank) in pairs.items():
        try:
            angles = ankle_angle(foot, shank)
        except SignalError as fault:
            refused.append(Refused(what="ankle angle", reason=fault.message, side=side, mend=fault.mend))
            continue
        unsure = UNSURE & set(angles.flags)
        if unsure:
            refused.append(
                Refused(
                    what="ankle angle",
                    reason=f"how the sensors lie is not known: {', '.join(map(flag_words, sorted(unsure)))}",
                    side=side,
                    mend="Stand still for two seconds first, then bend the knees well forward.",
                )
            )
            continue
        bend = np.where(angles.is_lost, np.nan, angles.dorsiflexion_deg)
        found.append((side, angles.rate_hz, bend, angles.flags, "ankle_peak_deg"))
    for shank in lonely:
        motion = even(shank)
        bend, _ = lean_from(motion, 0, max(5, round(_STAND_S * motion.rate_hz)))
        bend = np.where(motion.is_lost, np.nan, bend)
        found.append(
            (shank.side, motion.rate_hz, bend, (*shank.info.flags, "foot_taken_as_flat"), "ankle_peak_deg")
        )
    spans = [(side, rate, bend, flags, _bends(bend, rate)) for side, rate, bend, flags, _ in found]
    trials: list[Trial] = []
    # of one leg alone nobody can tell whether the other stood beside it
    alone = ("one_leg_seen",) if len(spans) == 1 else ()
    for side, rate, bend, flags, where in spans:
        for start, deepest, end in where:
            is_squat = any(
                other is not side and any(abs(d / r - deepest / rate) < 0.5 for _, d, _ in others)
                for other, r, _, _, others in spans
            )
            frames = (start, deepest, end)
            said = (*flags, *alone)
            trials.append(
                _trial(n_before + len(trials) + 1, side, rate, bend, frames, said, is_squat=is_squat)
            )
    refused += [Refused(what=what, reason=reason, mend="Record with markers.") for what, reason in _NOT_SEEN]
    return trials, refused


def _bends(bend: Floats, rate: float) -> list[tuple[int, int, int]]:
    """Return start, deepest and end of each bend that comes back."""
    smooth = window_mean(np.nan_to_num(bend), _SMOOTH_S * rate)
    points = turning_points(smooth, 0.6 * _LEAST_DEG)
    found = []
    for at, (index, kind) in enumerate(points):
        if kind < 0 or smooth[index] < _LEAST_DEG:
            continue
        before = points[at - 1][0] if at else 0
        after = points[at + 1][0] if at + 1 < len(points) else len(smooth) - 1
        rise, fall = smooth[index] - smooth[before], smooth[index] - smooth[after]
        if min(rise, fall) > 0.5 * max(rise, fall):
            found.append((before, index, after))
    return found


def _trial(
    number: int,
    side: Side,
    rate: float,
    bend: Floats,
    where: tuple[int, int, int],
    flags: tuple[str, ...],
    *,
    is_squat: bool,
) -> Trial:
    start, deepest, end = where
    values = {
        "ankle_peak_deg": float(bend[deepest]),
        "ankle_start_deg": float(bend[start]),
        "ankle_excursion_deg": float(bend[deepest] - bend[start]),
        "down_s": (deepest - start) / rate,
        "up_s": (end - deepest) / rate,
        "deepest_s": deepest / rate,
        "is_squat": float(is_squat),
    }
    return Trial(
        number=number,
        side=side,
        start_s=round(start / rate, 4),
        end_s=round(end / rate, 4),
        values={name: round(value, 3) for name, value in values.items() if math.isfinite(value)},
        quality=tuple(dict.fromkeys(("zero_is_standing", *flags))),
    )
