"""Ankle, shin and knee through stance from sensors on foot, shank and thigh of the same leg."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mortise.errors import SignalError
from mortise.measure._gait_method import Method, steady
from mortise.measure._sensor_segment import axes, forward_deg, mean_up, segment, standing
from mortise.measure._stance import LegAngles, LegResult, stance_curves, stance_readings, stances_of
from mortise.measure.ankle_angle import ANGLE_ERROR_DEG, AnkleAngle, ankle_angle, foot_and_shank
from mortise.measure.recording import Floats, Recording
from mortise.measure.results import Curve, Reading, Refused, Stride

# The ankle's angle from foot and shank (its page); moments by foot strike and foot off, 15 ms of a stance of 0.6 s.
LEG = Method(
    name="foot-shank/1",
    floors={
        "stance_dorsiflexion_deg": ANGLE_ERROR_DEG,
        "stance_dorsiflexion_pct": 3.0,
        "tibial_progression_deg": 3.0,
        "shin_upright_pct": 4.0,
        "ankle_knee_lag_pct": 5.0,
    },
)


def legs_of(
    recordings: Sequence[Recording], strides: Sequence[Stride], quality: tuple[str, ...]
) -> LegResult:
    """Measure ankle, shin and knee through the stances of every leg that wears a foot and a shank sensor.

    Parameters
    ----------
    recordings
        All sensors of the walk.
    strides
        The strides that the feet gave.
    quality
        What speaks against readings of this walk.

    Returns
    -------
    LegResult
        Readings and curves, and what was refused and why.

    Notes
    -----
    1. The ankle's angle: `ankle_angle`, zero in quiet standing.
    2. The knee's flexion is the shank's lean less the thigh's; which end of the thigh sensor's axis is left follows
       because a knee bends one way only. Without a thigh sensor knee timing is refused.
    3. Stances of steady strides: `stance_readings`.
    """
    readings: list[Reading] = []
    curves: list[Curve] = []
    refused: list[Refused] = []
    for side, (foot, shank) in foot_and_shank(recordings).items():
        try:
            angle = ankle_angle(foot, shank)
        except SignalError as error:
            refused.append(
                Refused(what="ankle angle through stance", reason=str(error), side=side, mend=error.mend)
            )
            continue
        thigh = next((each for each in recordings if each.side is side and each.placement == "thigh"), None)
        knee = None if thigh is None else _knee_deg(thigh, angle)
        if knee is None:
            refused.append(
                Refused(
                    what="ankle-knee timing",
                    reason="no thigh sensor, so the knee's angle is not known"
                    if thigh is None
                    else "the thigh sensor does not show standing and walking together with the shank",
                    side=side,
                    mend="Wear a sensor on the thigh too.",
                )
            )
        leg = LegAngles(
            side=side,
            rate_hz=angle.rate_hz,
            dorsiflexion_deg=_seen(angle.dorsiflexion_deg, angle),
            shin_deg=_seen(angle.shank_forward_deg, angle),
            knee_deg=knee,
        )
        used = steady([s for s in strides if s.side is side])
        flags = tuple(dict.fromkeys((*quality, *angle.flags)))
        readings += stance_readings(LEG, leg, stances_of(used), flags)
        curves += stance_curves(leg, used)
    return LegResult(readings=tuple(readings), curves=tuple(curves), refused=tuple(refused))


def _seen(values: Floats, angle: AnkleAngle) -> Floats:
    """Return the angle with holes of the recording as NaN."""
    found: Floats = np.where(angle.is_lost, np.nan, values)
    return found


def _knee_deg(thigh: Recording, angle: AnkleAngle) -> Floats | None:
    """Return knee flexion on the ankle's time base; None when the thigh was not recorded with quiet standing."""
    try:
        part = segment(thigh)
    except SignalError:
        return None
    still = standing(part.speed_deg_s, part.rate_hz, part.motion.is_lost)
    if still is None or part.motion.time_s[-1] < angle.time_s[-1] - 1.0:
        return None
    frame = axes([part], mean_up(part, *still))
    lean = np.interp(angle.time_s, part.motion.time_s, forward_deg(part, frame))
    one, other = angle.shank_forward_deg - lean, angle.shank_forward_deg + lean
    # a knee bends one way only: the right sign leaves hardly anything below zero
    knee: Floats = min((one, other), key=lambda flexion: float(-np.percentile(flexion, 2.0)))
    return knee
