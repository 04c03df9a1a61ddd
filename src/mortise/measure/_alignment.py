"""How a leg stands and moves over its foot: knee over foot, shin's turning, arch, ankle, knee and hip bend; the trunk.

Everything is a series over the frames of one recording, NaN where a point was not seen. Landings, step-downs and
squats pick their moments from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from mortise.measure._takes import trace
from mortise.measure._turning import shank_turning_deg
from mortise.measure.axes import Axes, facing, foot_heading, foot_length, level, unit, view_of
from mortise.measure.markers import SIDES, Body
from mortise.measure.recording import Floats
from mortise.measure.results import Curve
from mortise.measure.segments import ankle_angles, between_deg, smoothed
from mortise.terms import Side

# Markers are smoothed over this before angles are taken: a landing bends the knee over a tenth of a second and more.
_SMOOTH_S = 0.03
_SMOOTH_VIDEO_S = 0.08
# Half the width of an adult's knee: from the lateral marker to the middle.
_HALF_KNEE_M = 0.05


class Leg(Struct, frozen=True, kw_only=True, eq=False):
    """One leg over time, `(n_frames,)` each; None where its markers are not there.

    Attributes
    ----------
    dorsiflexion_deg
        Zero is the shin at a right angle to the sole.
    knee_bend_deg, hip_bend_deg
        Zero is straight.
    knee_inward_cm
        How far the knee's middle is inside the upright plane through ankle and foot; in a picture from the front,
        inside the upright line through the ankle, in hundredths of the shank's length.
    valgus_deg
        Bend of the knee in the frontal plane, inward positive.
    turning_deg
        The shank's inward turning over the foot.
    arch_cm
        Height of the navicular above the line from heel to the ball of the foot.
    toe_out_deg
        Where the foot points from where the body faces, outward positive.
    flags
        What was estimated.
    """

    side: Side
    dorsiflexion_deg: Floats | None = None
    knee_bend_deg: Floats | None = None
    hip_bend_deg: Floats | None = None
    knee_inward_cm: Floats | None = None
    valgus_deg: Floats | None = None
    turning_deg: Floats | None = None
    arch_cm: Floats | None = None
    toe_out_deg: Floats | None = None
    flags: tuple[str, ...] = ()


class Trunk(Struct, frozen=True, kw_only=True, eq=False):
    """Trunk and pelvis over time; None where their markers are not there.

    `forward_deg` and `side_deg` lean from the upright (to the person's right positive), `pelvis_deg` is how much higher
    the right side of the pelvis is, `stance_ratio` the width between the ankles over that of the shoulders.
    """

    forward_deg: Floats | None = None
    side_deg: Floats | None = None
    pelvis_deg: Floats | None = None
    stance_ratio: Floats | None = None


def smooth_body(body: Body) -> Body:
    """Return the body with its points smoothed, over 30 ms for markers and 80 ms for keypoints."""
    width_s = _SMOOTH_S if body.source == "markers" else _SMOOTH_VIDEO_S
    points = {key: smoothed(values, width_s, body.rate_hz) for key, values in body.points.items()}
    clusters = {
        key: tuple(smoothed(values, width_s, body.rate_hz) for values in each)
        for key, each in body.clusters.items()
    }
    return Body(
        time_s=body.time_s,
        rate_hz=body.rate_hz,
        points=points,
        clusters=clusters,
        labels=body.labels,
        unit=body.unit,
        source=body.source,
        flags=body.flags,
    )


def leg_of(body: Body, side: Side, axes: Axes) -> Leg:
    """Return the series of one leg.

    Parameters
    ----------
    body
        Smoothed points.
    side
        Left or right.
    axes
        Up and forward.

    Returns
    -------
    Leg
        What the points allow: in space all of it, from the side the bends, from the front the knee's way inward.
    """
    view = view_of(body)
    flags: list[str] = []
    if view == "front":
        return Leg(side=side, **_from_front(body, side, axes))
    found: dict[str, Any] = {}
    angles = ankle_angles(body, side, axes)
    if angles is not None:
        found["dorsiflexion_deg"] = angles.dorsiflexion_deg
        flags += angles.flags
    found |= _bends(body, side)
    if view == "space":
        found |= _over_foot(body, side, axes, flags)
    return Leg(side=side, flags=tuple(dict.fromkeys(flags)), **found)


def _bends(body: Body, side: Side) -> dict[str, Floats | None]:
    """Return the bend of knee and hip, in whatever plane they bend."""
    line, hip, trunk = body.shank(side), body.hip(side), body.trunk()
    if line is None or hip is None:
        return {}
    ankle, knee = line
    found: dict[str, Floats | None] = {"knee_bend_deg": between_deg(hip - knee, knee - ankle)}
    if trunk is not None:
        pelvis = body.pelvis()
        base = hip if pelvis is None or body.n_axes == 2 else pelvis
        found["hip_bend_deg"] = between_deg(trunk - base, hip - knee)
    return found


def _knee_centre(body: Body, side: Side, outward: Floats, flags: list[str]) -> tuple[Floats, Floats] | None:
    """Return the middle of ankle and knee; from lateral markers alone the knee is moved inward by half its width."""
    line = body.shank(side)
    if line is None:
        return None
    ankle, knee = line
    has_middle = body.at(side, "knee_centre") is not None or body.at(side, "knee_medial") is not None
    if body.source == "keypoints" or has_middle:
        return ankle, knee
    flags.append("knee_centre_estimated")
    return ankle - 0.8 * _HALF_KNEE_M * outward, knee - _HALF_KNEE_M * outward


def _over_foot(body: Body, side: Side, axes: Axes, flags: list[str]) -> dict[str, Floats | None]:
    """Return what needs space: knee over foot, bend inward, turning of the shank, arch, direction of the foot."""
    heading = foot_heading(body, side, axes.up)
    ahead = facing(body, axes)
    found: dict[str, Floats | None] = {
        "turning_deg": shank_turning_deg(body, side),
        "arch_cm": _arch_cm(body, side, axes),
    }
    if heading is None:
        return found
    away = 1.0 if side is Side.RIGHT else -1.0
    heel, front = body.heel(side), body.forefoot(side)
    assert heel is not None
    assert front is not None
    pointing = unit(level(front - heel, axes.up))
    outward = np.cross(heading, axes.up) * away
    across = np.cross(ahead, axes.up) * away
    found["toe_out_deg"] = np.degrees(
        np.arctan2(np.einsum("ij,ij->i", pointing, across), np.einsum("ij,ij->i", pointing, ahead))
    )
    joints = _knee_centre(body, side, outward, flags)
    hip = body.hip(side)
    if joints is None:
        return found
    ankle, knee = joints
    found["knee_inward_cm"] = -100.0 * ((knee - ankle) @ outward)
    if hip is not None:
        found["valgus_deg"] = _valgus_deg(hip, knee, ankle, across, axes.up)
    return found


def _valgus_deg(hip: Floats, knee: Floats, ankle: Floats, across: Floats, up: Floats) -> Floats:
    """Return the angle between thigh and shank in the frontal plane, knee inward positive."""

    def lean(upper: Floats, lower: Floats) -> Floats:
        line = upper - lower
        angle: Floats = np.degrees(np.arctan2(np.einsum("ij,ij->i", line, across), line @ up))
        return angle

    found: Floats = lean(hip, knee) - lean(knee, ankle)
    return found


def _arch_cm(body: Body, side: Side, axes: Axes) -> Floats | None:
    """Return the height of the navicular above the line from heel to the first metatarsal's head (else the toe's)."""
    navicular, heel = body.at(side, "navicular"), body.heel(side)
    ball = body.at(side, "met1")
    ball = body.forefoot(side) if ball is None else ball
    if navicular is None or heel is None or ball is None or body.unit != "m":
        return None
    along = unit(ball - heel)
    off = navicular - heel
    # in the upright plane of the foot: the navicular also lies inside the line, which a sinking arch changes too
    dorsal = unit(axes.up - (along @ axes.up)[:, None] * along)
    found: Floats = 100.0 * np.einsum("ij,ij->i", off, dorsal)
    return found


def _from_front(body: Body, side: Side, axes: Axes) -> dict[str, Any]:
    """Return what a picture from the front shows: the knee's way inward and the bend inward."""
    line, hip = body.shank(side), body.hip(side)
    across = body.across()
    if line is None or across is None or body.n_axes != 2:
        return {}
    ankle, knee = line
    right = unit(level(np.nanmedian(across, axis=0)[None, :], axes.up))[0]
    outward = right * (1.0 if side is Side.RIGHT else -1.0)
    length = float(np.nanmedian(np.linalg.norm(knee - ankle, axis=1)))
    found: dict[str, Floats | None] = {"knee_inward_cm": -100.0 * ((knee - ankle) @ outward) / length}
    if hip is not None:
        found["valgus_deg"] = _valgus_deg(hip, knee, ankle, np.tile(outward, (body.n_frames, 1)), axes.up)
    return found


def trunk_of(body: Body, axes: Axes) -> Trunk:
    """Return trunk and pelvis over time."""
    top, base, across = body.trunk(), body.pelvis(), body.across()
    if base is None:
        hips = [each for each in (body.hip(side) for side in SIDES) if each is not None]
        base = np.mean(hips, axis=0) if hips else None
    forward = side = pelvis = None
    view = view_of(body)
    if top is not None and base is not None:
        line = top - base
        upward = line @ axes.up
        if view == "space":
            ahead = facing(body, axes)
            right = np.cross(ahead, axes.up)
            forward = np.degrees(np.arctan2(np.einsum("ij,ij->i", line, ahead), upward))
            side = np.degrees(np.arctan2(np.einsum("ij,ij->i", line, right), upward))
        elif view == "side" and axes.forward is not None:
            forward = np.degrees(np.arctan2(line @ axes.forward, upward))
        elif view == "front" and across is not None:
            way = unit(level(np.nanmedian(across, axis=0)[None, :], axes.up))[0]
            side = np.degrees(np.arctan2(line @ way, upward))
    if across is not None and view in ("space", "front"):
        pelvis = np.degrees(np.arcsin(np.clip(unit(across) @ axes.up, -1.0, 1.0)))
    return Trunk(
        forward_deg=forward, side_deg=side, pelvis_deg=pelvis, stance_ratio=_stance(body, axes, view)
    )


def _stance(body: Body, axes: Axes, view: str) -> Floats | None:
    """Return the width between the ankles (else heels) over the width of the shoulders."""
    if view == "side":
        return None
    left, right = (body.at(side, "shoulder") for side in SIDES)
    feet = [body.at(side, "ankle_centre", "ankle_lateral", "heel") for side in SIDES]
    if left is None or right is None or feet[0] is None or feet[1] is None:
        return None
    wide = level(right - left, axes.up)
    stance = np.abs(np.einsum("ij,ij->i", level(feet[1] - feet[0], axes.up), unit(wide)))
    found: Floats = stance / float(np.nanmedian(np.linalg.norm(wide, axis=1)))
    return found


def picked(series: Floats | None, frames: slice) -> Floats:
    """Return the seen values of a stretch; empty where there are none."""
    if series is None:
        return np.zeros(0)
    part = series[frames]
    return part[np.isfinite(part)]


def at_frame(series: Floats | None, frame: int) -> float:
    """Return the value at a frame, the nearest within two frames where it was not seen; NaN else."""
    near = picked(series, slice(max(0, frame - 2), frame + 3))
    if series is None or not len(near):
        return float("nan")
    here = float(series[min(frame, len(series) - 1)])
    return here if np.isfinite(here) else float(np.median(near))


def peak(series: Floats | None, frames: slice) -> float:
    """Return the greatest value of a stretch; NaN where there is none."""
    part = picked(series, frames)
    return float(part.max()) if len(part) else float("nan")


def least(series: Floats | None, frames: slice) -> float:
    """Return the smallest value of a stretch; NaN where there is none."""
    part = picked(series, frames)
    return float(part.min()) if len(part) else float("nan")


def curves_of_legs(legs: dict[Side, Leg], time_s: Floats, *, is_share: bool) -> list[Curve]:
    """Return the ankle's bend, the knee's bend and its way inward over time, to draw.

    Parameters
    ----------
    legs
        Series of each leg.
    time_s
        Seconds of each frame.
    is_share
        Whether the way inward is in hundredths of the shank, as in a picture from the front.

    Returns
    -------
    list of Curve
        What there is.
    """
    inward = ("knee_inward_pct", "pct") if is_share else ("knee_inward_cm", "cm")
    found = []
    for side, leg in legs.items():
        for (name, unit_name), series in (
            (("dorsiflexion_deg", "deg"), leg.dorsiflexion_deg),
            (("knee_bend_deg", "deg"), leg.knee_bend_deg),
            (inward, leg.knee_inward_cm),
        ):
            if series is not None and np.isfinite(series).any():
                found.append(trace(name, side, unit_name, time_s, series))
    return found


def legs_of(body: Body, axes: Axes, sides: Sequence[Side] = SIDES) -> dict[Side, Leg]:
    """Return the legs whose foot or shank is seen."""
    found = {side: leg_of(body, side, axes) for side in sides if body.shank(side) is not None}
    return found if np.isfinite(foot_length(body)) or found else {}
