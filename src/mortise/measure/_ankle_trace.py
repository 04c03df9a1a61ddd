"""The ankle's angle over time from whatever shows it: foot and shank sensors, a foot sensor, markers, keypoints."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure._rising import of_shin
from mortise.measure._sensor_segment import Flags, axes, forward_deg, longer_way, mean_up, segment, standing
from mortise.measure.ankle_angle import ANGLE_ERROR_DEG, ankle_angle
from mortise.measure.axes import Axes, axes_of, foot_length, refuse_walking
from mortise.measure.markers import Body, body_from, body_of_lab
from mortise.measure.materials import Materials
from mortise.measure.orientation import need_gyroscope
from mortise.measure.recording import FOOT_PLACEMENTS, Floats, Recording
from mortise.measure.segments import ankle_angles, elevation_deg
from mortise.measure.signals import window_mean
from mortise.terms import Side

# Standard errors of an angle: markers by the skin, keypoints of video by the joints' jitter, sensors from validation; a
# foot alone does not see the shank move along.
_MARKER_ERROR_DEG = 3.0
_KEYPOINT_ERROR_DEG = 6.0
_FOOT_ALONE_ERROR_DEG = 6.0
_SMOOTH_S = 0.1
# In an unloaded test the shin rests. A leg that bears leans over its foot or goes up and down with its heel; a leg that
# hangs or lies wavers by less than half of this.
_SHIN_LEANS_DEG = 20.0
_SHIN_RISES_CM = 3.0
_KNEE_RISES_SHARE = 0.16
# A foot whose angle changes by less over half a second is still.
_STILL_DEG = 2.0
_CARRIED = (
    "acc_clipped", "gyr_clipped", "gaps", "empty_cells", "truncated", "low_rate", "rate_contradicted",
    "unit_contradicted", "simulated",
)  # fmt: skip


class AnkleTrace(Struct, frozen=True, kw_only=True, eq=False):
    """The ankle over time, dorsiflexion positive, zero with the sole flat and the shin upright.

    Attributes
    ----------
    side, rate_hz, time_s
        Side, samples per second, seconds.
    dorsiflexion_deg
        Angle, `(n,)`, smoothed over 0.1 s.
    speed_deg_s
        How fast it changes, `(n,)`.
    is_lost
        Samples that are missing.
    has_zero
        Whether the zero is known; without it only differences mean something.
    source
        `foot_and_shank`, `foot`, `markers` or `keypoints`.
    error_deg
        Standard error of an angle from this source.
    marks_s, flags
        Moments marked in the recording, and what speaks against it.
    bears
        What shows that the leg bears weight, in words; empty when nothing does or the shin is not seen.
    """

    side: Side
    rate_hz: float
    time_s: Floats
    dorsiflexion_deg: Floats
    speed_deg_s: Floats
    is_lost: Flags
    has_zero: bool
    source: Literal["foot_and_shank", "foot", "markers", "keypoints"]
    error_deg: float
    marks_s: tuple[float, ...] = ()
    flags: tuple[str, ...] = ()
    bears: str = ""


def ankle_traces(materials: Materials, test: str) -> list[AnkleTrace]:
    """Return the ankle of every side that was recorded, from the strongest kind of recording there is.

    Raises
    ------
    SignalError
        When nothing that shows an ankle was recorded.
    """
    feet = [each for each in materials.sensors if each.placement in FOOT_PLACEMENTS]
    shanks = [each for each in materials.sensors if each.placement == "shank"]
    found = [_of_foot(foot, _same_side(shanks, foot.side)) for foot in feet]
    if not found:
        bodies = [body_of_lab(lab) for lab in materials.labs if lab.markers]
        bodies += [
            body_from(
                pose.keypoints.items(), pose.time_s, pose.info.rate_hz, is_keypoint=True,
                unit="m" if pose.info.unit == "m" else "px",
            )
            for pose in materials.poses
        ]  # fmt: skip
        found = [
            trace
            for body in bodies
            for side in materials.sides
            if (trace := _of_body(body, side)) is not None
        ]
    if found:
        return found
    raise SignalError(
        f"{test} needs the foot: a sensor on it (and one on the shin), markers, or keypoints of foot and shin.",
        where=materials.described(),
        mend="Fix a sensor to the foot and one to the shin, or say where they are with --placement.",
    )


def _same_side(recordings: list[Recording], side: Side) -> Recording | None:
    same = [each for each in recordings if each.side is side]
    if len(same) > 1:
        raise SignalError(
            f"{len(same)} sensors are said to be on the {side.value} shin.".replace("the none", "one"),
            where=same[0].info.file,
            mend="Give one of them, or say where each was worn.",
        )
    return same[0] if same else None


def _of_foot(foot: Recording, shank: Recording | None) -> AnkleTrace:
    for each in (foot, shank):
        if each is not None:
            need_gyroscope(each, "the ankle's angle")
    carried = tuple(
        flag for each in (foot, shank) if each is not None for flag in each.info.flags if flag in _CARRIED
    )
    if shank is not None:
        angle = ankle_angle(foot, shank)
        return _made(
            foot, angle.rate_hz, angle.time_s, angle.dorsiflexion_deg, angle.is_lost,
            "foot_and_shank", ANGLE_ERROR_DEG, (*carried, *angle.flags), bears=_bears(shank, angle.shank_forward_deg),
        )  # fmt: skip
    part = segment(foot)
    where = standing(part.speed_deg_s, part.rate_hz, part.motion.is_lost)
    quiet = mean_up(part, *where) if where is not None else part.up[0]
    frame = axes([part], quiet)
    way = longer_way(forward_deg(part, frame), part.rate_hz)
    frame = frame if way >= 0.0 else frame.opposite()
    flags = ["shank_assumed_still"] + ([] if where is not None else ["no_quiet_stance"])
    if abs(way) < 6.0:
        flags.append("direction_unsure")
    return _made(
        foot, part.rate_hz, part.motion.time_s, -forward_deg(part, frame), part.motion.is_lost,
        "foot", _FOOT_ALONE_ERROR_DEG, (*carried, *flags),
    )  # fmt: skip


def _made(
    foot: Recording,
    rate_hz: float,
    time_s: Floats,
    angle_deg: Floats,
    is_lost: Flags,
    source: Literal["foot_and_shank", "foot"],
    error_deg: float,
    flags: tuple[str, ...],
    bears: str = "",
) -> AnkleTrace:
    smooth = window_mean(angle_deg, _SMOOTH_S * rate_hz)
    return AnkleTrace(
        side=foot.side,
        rate_hz=rate_hz,
        time_s=time_s,
        dorsiflexion_deg=smooth,
        speed_deg_s=_speed(smooth, rate_hz),
        is_lost=is_lost,
        has_zero=not {"no_quiet_stance", "standing_unsure"} & set(flags),
        source=source,
        error_deg=error_deg,
        marks_s=foot.info.marks_s,
        flags=tuple(dict.fromkeys((*flags, *(("side_unknown",) if foot.side is Side.NONE else ())))),
        bears=bears,
    )


def _bears(shank: Recording, lean_deg: Floats) -> str:
    """Say what shows that a leg bears weight: the shin leans over the foot, or goes up and down with the heel."""
    span = _span(lean_deg)
    if span > _SHIN_LEANS_DEG:
        return f"the shin leans by {span:.0f} degrees"
    rising = of_shin(shank)
    heights = [float(rising.height_cm[one.peak]) for one in rising.found.whole]
    if len(heights) > 1 and min(heights) > _SHIN_RISES_CM:
        return (
            f"the shin goes up by {float(np.median(heights)):.0f} cm {len(heights)} times, as in heel rises"
        )
    return ""


def _span(values: Floats) -> float:
    """Return how far a value ranges, the most outer hundredths left out."""
    low, high = np.nanquantile(values, (0.02, 0.98))
    return float(high - low)


def _body_bears(body: Body, side: Side, up: Floats, shin_deg: Floats) -> str:
    """Say what shows that a leg of markers or keypoints bears weight."""
    span = _span(shin_deg)
    if span > _SHIN_LEANS_DEG:
        return f"the shin leans by {span:.0f} degrees"
    knee = body.knee(side)
    if knee is None or not np.isfinite(knee).all(axis=1).any():
        return ""
    share = _span(knee @ up) / foot_length(body)
    if share > _KNEE_RISES_SHARE:
        return f"the knee goes up and down by {100.0 * share:.0f} per cent of the foot's length"
    return ""


def _speed(angle_deg: Floats, rate_hz: float) -> Floats:
    """Return how fast an angle changes, mean over 0.2 s, without sign."""
    speed: Floats = np.abs(window_mean(np.gradient(angle_deg) * rate_hz, 0.2 * rate_hz))
    return speed


def _of_body(body: Body, side: Side) -> AnkleTrace | None:
    frame = axes_of(body)
    refuse_walking(body, side, frame.up, "an unloaded ankle")
    angles = ankle_angles(body, side, frame)
    if angles is not None and angles.flat_deg is None:
        # a foot in the air lies on nothing: what it starts with stands for flat, if it is still
        angles = ankle_angles(body, side, frame, flat_deg=_first_foot_deg(body, side, frame))
    if angles is None or not np.isfinite(angles.dorsiflexion_deg).any():
        return None
    is_lost = ~np.isfinite(angles.dorsiflexion_deg)
    seen = np.flatnonzero(~is_lost)
    angle = np.interp(np.arange(len(is_lost)), seen, angles.dorsiflexion_deg[seen])
    smooth = window_mean(angle, _SMOOTH_S * body.rate_hz)
    is_marker = body.source == "markers"
    return AnkleTrace(
        side=side,
        rate_hz=body.rate_hz,
        time_s=body.time_s,
        dorsiflexion_deg=smooth,
        speed_deg_s=_speed(smooth, body.rate_hz),
        is_lost=is_lost,
        has_zero=angles.flat_deg is not None,
        source="markers" if is_marker else "keypoints",
        error_deg=_MARKER_ERROR_DEG if is_marker else _KEYPOINT_ERROR_DEG,
        flags=(*body.flags, *frame.flags, *angles.flags),
        bears=_body_bears(body, side, frame.up, angles.shank_deg),
    )


def _first_foot_deg(body: Body, side: Side, frame: Axes) -> float | None:
    """Return the foot line's angle in the first half second, None when the foot moves in it or is not seen."""
    heel, front = body.heel(side), body.forefoot(side)
    if heel is None or front is None:
        return None
    n = max(2, round(0.5 * body.rate_hz))
    first = elevation_deg((front - heel)[:n], frame.up)
    return float(np.median(first)) if np.isfinite(first).all() and np.ptp(first) < _STILL_DEG else None


def held_deg(trace: AnkleTrace, first: int, last: int, peak: int) -> tuple[float, float]:
    """Return the angle held around `peak` within `[first, last]`, and for how long, seconds.

    A hold is time within two degrees of the extreme; shorter than 0.3 s the extreme itself counts.
    """
    angle = trace.dorsiflexion_deg
    low = high = peak
    while low > first and abs(angle[low - 1] - angle[peak]) < 2.0:
        low -= 1
    while high < last and abs(angle[high + 1] - angle[peak]) < 2.0:
        high += 1
    hold_s = (high - low) / trace.rate_hz
    return (float(np.median(angle[low : high + 1])) if hold_s >= 0.3 else float(angle[peak])), hold_s
