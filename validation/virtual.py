"""Virtual sensors and cameras: what they would record of a movement that a laboratory's markers show."""

from __future__ import annotations

import numpy as np

from mortise.measure.axes import axes_of
from mortise.measure.markers import SIDES, Body, body_from
from mortise.measure.recording import Recording, RecordingInfo
from mortise.measure.segments import smoothed
from mortise.terms import Side
from validation.sources import Floats

_G = 9.80665


def virtual_foot(body: Body, side: Side) -> Recording:
    """Return what a sensor between heel and toe would record of the markers' movement, without noise."""
    heel, toe, outer = body.heel(side), body.forefoot(side), body.at(side, "met5")
    assert heel is not None
    assert toe is not None
    assert outer is not None
    up = axes_of(body).up
    x = _unit(toe - heel)
    z = _unit(np.cross(x, outer - heel))
    frames = np.stack([x, np.cross(z, x), z], axis=2)
    return _virtual(0.4 * heel + 0.6 * toe, frames, up, body.rate_hz, side, "instep")


def virtual_back(body: Body) -> Recording:
    """Return what a sensor at the back of the pelvis would record of the markers' movement, without noise."""
    left, right = body.at(Side.LEFT, "asis"), body.at(Side.RIGHT, "asis")
    behind = body.middle(Side.LEFT, "psis", "psis"), body.middle(Side.RIGHT, "psis", "psis")
    assert left is not None
    assert right is not None
    assert behind[0] is not None
    assert behind[1] is not None
    back = 0.5 * (behind[0] + behind[1])
    y = _unit(left - right)
    z = _unit(np.cross(0.5 * (left + right) - back, y))
    frames = np.stack([np.cross(y, z), y, z], axis=2)
    # second differences of markers at the back shake by three metres a second squared; a worn sensor does not
    back = smoothed(back, 0.05, body.rate_hz)
    return _virtual(back, frames, axes_of(body).up, body.rate_hz, Side.NONE, "lower_back")


def virtual_segment(body: Body, side: Side, ends: tuple[str, str], forward: Floats) -> Recording | None:
    """Return what a sensor half-way between two points of a leg would record; None when one is not there.

    Its frame follows the line between them in the plane that `forward` spans; turning about the line is not seen.
    """
    low, high = body.at(side, ends[0]), body.at(side, ends[1])
    if low is None or high is None:
        return None
    z = _unit(high - low)
    up = axes_of(body).up
    y = _unit(np.cross(z, np.broadcast_to(forward if ends[0] != "heel" else up, z.shape)))
    frames = np.stack([np.cross(y, z), y, z], axis=2)
    place = smoothed(0.5 * (low + high), 0.05, body.rate_hz)
    found = _virtual(place, frames, up, body.rate_hz, side, "unknown")
    return found if found.info.n_samples > body.rate_hz else None


def _unit(vectors: Floats) -> Floats:
    found: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


def _virtual(
    place: Floats, frames: Floats, up: Floats, rate_hz: float, side: Side, placement: str
) -> Recording:
    acc = np.zeros_like(place)
    acc[1:-1] = (place[2:] - 2 * place[1:-1] + place[:-2]) * rate_hz**2
    force = np.einsum("nij,ni->nj", frames, acc + _G * up)
    turn = np.einsum("nki,nkj->nij", frames, np.gradient(frames, axis=0) * rate_hz)
    gyr = np.stack([turn[:, 2, 1], turn[:, 0, 2], turn[:, 1, 0]], axis=1)
    is_seen = np.isfinite(force).all(axis=1) & np.isfinite(gyr).all(axis=1)
    n = int(is_seen.sum())
    info = RecordingInfo(
        file="virtual",
        sha256="",
        format="virtual",
        side=side,
        placement=placement,
        rate_hz=rate_hz,
        n_samples=n,
        duration_s=n / rate_hz,
    )
    return Recording(
        info=info, time_s=np.arange(n) / rate_hz, acc_m_s2=force[is_seen], gyr_rad_s=gyr[is_seen]
    )


def virtual_video(body: Body, rate_hz: float = 60.0, noise_m: float = 0.01) -> Body:
    """Return the keypoints of a camera at the side, `rate_hz` frames a second, each off by about a centimetre.

    Markers of heel, toe, ankle, knee and hip stand in for keypoints; 400 pixels are a metre.
    """
    rng = np.random.default_rng(1)
    names = {
        "heel": "Heel",
        "toe": "BigToe",
        "ankle_lateral": "Ankle",
        "knee_lateral": "Knee",
        "hip_centre": "Hip",
    }
    axes = axes_of(body)
    assert axes.forward is not None
    time_s = np.arange(0.0, body.time_s[-1], 1.0 / rate_hz)
    named = {}
    for (side, role), points in body.points.items():
        if side not in SIDES or role not in names:
            continue
        flat = np.stack([points @ axes.forward, -(points @ axes.up)], axis=1)
        sampled = np.stack([np.interp(time_s, body.time_s, flat[:, i]) for i in (0, 1)], axis=1)
        label = f"{side.value[0].upper()}{names[role]}"
        # neighbouring frames err alike: a detector's error wanders rather than jumps
        wander = rng.normal(0.0, noise_m, sampled.shape)
        wander[1:] = 0.5 * (wander[1:] + wander[:-1])
        named[label] = 400.0 * (sampled + wander)
    return body_from(named.items(), time_s, rate_hz, is_keypoint=True, unit="px")
