"""What a heel rise looks like to markers and to the keypoints of a video."""

from __future__ import annotations

import numpy as np

from mortise.errors import SignalError
from mortise.measure._repetitions import Repetitions, repetitions, usual_height
from mortise.measure._rising import FOOT_M, FOOT_SPREAD, REVERSAL, SMOOTH_S, Rising
from mortise.measure.axes import axes_of, refuse_walking
from mortise.measure.markers import Body
from mortise.measure.recording import Floats
from mortise.measure.segments import ankle_angles, between_deg, smoothed
from mortise.terms import Side

# Markers on a heel's skin move against the bone by some millimetres; keypoints of video jitter by about a centimetre.
_MARKER_ERROR_CM = 0.3
_KEYPOINT_ERROR_CM = 1.0
# Less is shifting weight.
_LEAST_HEEL_CM = 1.5


def of_body(body: Body, side: Side, foot_length_m: float | None = None) -> Rising | None:
    """Return the rises of one side that markers or keypoints show; None when that side has no heel.

    Notes
    -----
    The heel's own height over the floor is taken. In a picture lengths are known by the foot's length alone.
    """
    heel = body.heel(side)
    if heel is None or not np.isfinite(heel).any():
        return None
    frame = axes_of(body)
    refuse_walking(body, side, frame.up, "a set of heel rises")
    scale_cm, error_share, flags = _scale(body, side, foot_length_m)
    raw = smoothed(heel, SMOOTH_S, body.rate_hz) @ frame.up * scale_cm
    is_lost = ~np.isfinite(raw)
    seen = np.flatnonzero(~is_lost)
    height = np.interp(np.arange(len(raw)), seen, raw[seen])
    height = height - np.quantile(height, 0.1)
    found = repetitions(height, max(_LEAST_HEEL_CM, REVERSAL * usual_height(height)))
    angles = ankle_angles(body, side, frame)
    bend = _knee_bend(body, side)
    is_marker = body.source == "markers"
    return Rising(
        side=side,
        rate_hz=body.rate_hz,
        time_s=body.time_s,
        found=found,
        height_cm=height - _floor(height, found),
        place="heel",
        other_cm={},
        angle_deg=None if angles is None else _from_standing(-angles.dorsiflexion_deg, found),
        angle_of="" if angles is None else "ankle",
        lean_deg=bend,
        lean_of="" if bend is None else "knee",
        is_lost=is_lost,
        error_cm=_MARKER_ERROR_CM if is_marker else _KEYPOINT_ERROR_CM,
        error_share=error_share,
        method=f"heel-{body.source}/1",
        flags=(*body.flags, *frame.flags, *flags),
    )


def _scale(body: Body, side: Side, foot_length_m: float | None) -> tuple[float, float, tuple[str, ...]]:
    """Return centimetres per unit, the share by which that may be wrong, and a flag."""
    if body.unit == "m":
        return 100.0, 0.0, ()
    heel, front = body.heel(side), body.forefoot(side)
    if heel is None or front is None:
        raise SignalError(
            "heights in a picture need the length of a foot, and heel or toes are not seen.",
            mend="Film the whole foot from the side, or measure with markers or a sensor.",
        )
    # the foot is longest in the picture when it lies flat and across the view
    length = float(np.nanquantile(np.linalg.norm(front - heel, axis=1), 0.9))
    flags = ("scale_from_foot",) if foot_length_m else ("scale_from_foot", "foot_length_assumed")
    return 100.0 * (foot_length_m or FOOT_M) / length, 0.03 if foot_length_m else FOOT_SPREAD, flags


def _knee_bend(body: Body, side: Side) -> Floats | None:
    """Return how far the knee is bent, 0 when straight; None when hip, knee or ankle are not there."""
    hip, knee, ankle = body.hip(side), body.knee(side), body.ankle(side)
    if hip is None or knee is None or ankle is None:
        return None
    bend: Floats = between_deg(knee - ankle, hip - knee)
    return bend - float(np.nanquantile(bend, 0.1))


def _floor(height: Floats, found: Repetitions) -> float:
    """Return the height between rises."""
    lows = [float(height[index]) for one in found.whole for index in (one.low, one.down)]
    return float(np.median(lows)) if lows else 0.0


def _from_standing(angle: Floats, found: Repetitions) -> Floats:
    """Return the angle from what it is between rises."""
    return angle - _floor(np.nan_to_num(angle), found)
