"""What standing looks like to a force plate, to markers, to a sensor at the belt and to a phone."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure._belt_steps import find_steps, trunk_motion
from mortise.measure._floor import GRAVITY_M_S2
from mortise.measure._sensor_segment import Flags, runs, segment
from mortise.measure.axes import axes_of
from mortise.measure.laboratory import ForcePlate, LabRecording
from mortise.measure.markers import body_of_lab
from mortise.measure.materials import Materials
from mortise.measure.orientation import attitude, has_gyroscope, inverse, rotate
from mortise.measure.recording import Floats, Recording
from mortise.measure.signals import Motion, window_mean
from mortise.terms import Side

# A shorter stand says nothing of sway.
LEAST_S = 3.0
# Belt over ankle in adults who stand; a tenth either way for how tall they are.
BELT_M = 0.95
# Loss: a step, a hop or a hand on the wall. Sway of the unsteadiest stays far below these.
_JOLT_M_S2 = 1.5
_TILT_DEG_S = 40.0
_LOAD_SHARE = 0.15
_JUMP_CM = 12.0
# Walking: faster and further than anybody sways, or that many steps in a row; catching the balance takes fewer
# and less time.
_WALKS_CM_S, _WALKS_CM = 30.0, 50.0
_WALKS_STEPS, _WALKS_S = 6, 3.0
_CLOSED = re.compile(r"eyes?[ _-]*(closed|shut)|(?:^|[^a-z])(ec|closed)(?:[^a-z]|$)", re.IGNORECASE)
_OPEN = re.compile(r"eyes?[ _-]*open|(?:^|[^a-z])(eo|open)(?:[^a-z]|$)", re.IGNORECASE)
_ONE_LEG = re.compile(r"(single|one|uni)[ _-]*(leg|ped|limb)|(?:^|[^a-z])sls(?:[^a-z]|$)", re.IGNORECASE)
_AT_BELT = frozenset({"lower_back", "belt", "pocket", "hand", "unknown"})
_CARRIED = ("acc_clipped", "gyr_clipped", "gaps", "empty_cells", "truncated", "rate_contradicted", "unit_contradicted",
            "simulated", "no_gyroscope")  # fmt: skip


class Stand(Struct, frozen=True, kw_only=True, eq=False):
    """One recording of standing: the wandering point, where standing is undisturbed, and what is known of it.

    `walks_s` are the spells of walking in it, from when to when.
    """

    file: str
    side: Side
    rate_hz: float
    points_cm: Floats
    is_calm: Flags
    source: Literal["plate", "markers", "sensor"]
    eyes: Literal["open", "closed", "not_said"]
    is_one_leg: bool
    flags: tuple[str, ...]
    walks_s: tuple[tuple[float, float], ...] = ()


def stands_of(materials: Materials, sensor_height_m: float | None) -> list[Stand]:
    """Return every stand that was recorded; refuse what shows none."""
    found = [_of_plates(lab) for lab in materials.labs if any(len(p.force_n) for p in lab.plates)]
    if not found:
        found = [stand for lab in materials.labs if (stand := _of_markers(lab)) is not None]
    at_belt = [each for each in materials.sensors if each.placement in _AT_BELT]
    found += [_of_sensor(each, sensor_height_m) for each in at_belt]
    if found:
        return found
    raise SignalError(
        "standing is measured with a force plate, a sensor at the belt or a phone, and none is there.",
        where=materials.described(),
        mend="Wear the phone at the belt or in the pocket (--placement belt), or stand on a plate.",
    )


def _said(text: str) -> tuple[Literal["open", "closed", "not_said"], bool]:
    """Return what a name says of eyes and legs."""
    closed, is_open = bool(_CLOSED.search(text)), bool(_OPEN.search(text))
    eyes: Literal["open", "closed", "not_said"] = "not_said"
    if closed != is_open:
        eyes = "closed" if closed else "open"
    return eyes, bool(_ONE_LEG.search(text))


def _side_of(text: str) -> Side:
    """Return the leg that a name says."""
    left, right = (
        re.search(rf"(?:^|[^a-z]){word}(?:[^a-z]|$)", text, re.IGNORECASE) for word in ("left", "right")
    )
    if bool(left) == bool(right):
        return Side.NONE
    return Side.LEFT if left else Side.RIGHT


def _of_plates(lab: LabRecording) -> Stand:
    """Return the stand on all plates of a recording together."""
    plates = [plate for plate in lab.plates if len(plate.force_n)]
    rate = plates[0].rate_hz
    loads = np.stack([np.nan_to_num(plate.vertical_n) for plate in plates])
    total = loads.sum(axis=0)
    level = [_level_axes(plate) for plate in plates]
    pressed = np.stack(
        [np.nan_to_num(plate.centre_of_pressure_m) @ axes for plate, axes in zip(plates, level, strict=True)]
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = 100.0 * np.einsum("pn,pnk->nk", loads, pressed) / total[:, None]
    is_seen = np.isfinite(centre).all(axis=1) & (total > 20.0)
    seen = np.flatnonzero(is_seen)
    if len(seen) < 2:
        raise SignalError(
            "nobody stands on the plate.", where=lab.info.file, mend="Record while standing on it."
        )
    points = np.stack([np.interp(np.arange(len(total)), seen, centre[seen, k]) for k in range(2)], axis=1)
    load = window_mean(np.interp(np.arange(len(total)), seen, total[seen]), 0.1 * rate)
    weight = float(np.median(load))
    slow = np.stack([window_mean(points[:, k], 0.5 * rate) for k in range(2)], axis=1)
    is_calm = (np.abs(load / weight - 1.0) < _LOAD_SHARE) & (np.linalg.norm(points - slow, axis=1) < _JUMP_CM)
    eyes, is_one_leg = _said(lab.info.file)
    return Stand(
        file=lab.info.file,
        side=_side_of(lab.info.file),
        rate_hz=rate,
        points_cm=points,
        is_calm=is_calm & (_near(is_seen, 0.1 * rate)),
        source="plate",
        eyes=eyes,
        is_one_leg=is_one_leg,
        flags=lab.info.flags,
    )


def _near(is_seen: Flags, width: float) -> Flags:
    """Return samples that are seen or have a seen one nearby: single lost samples do not end a stand."""
    near: Flags = window_mean(is_seen.astype(float), width) > 0.0
    return near


def _level_axes(plate: ForcePlate) -> Floats:
    """Return two level axes as columns: those across the plate's way up."""
    up = plate.up
    if up.size != 3:
        mean = np.abs(np.nanmean(plate.force_n, axis=0))
        up = np.eye(3)[int(np.argmax(mean))]
    across: Floats = np.linalg.svd(up[None, :])[2][1:].T
    return across


def _of_markers(lab: LabRecording) -> Stand | None:
    """Return the stand that the pelvis or a centre of mass shows; None without one."""
    body = body_of_lab(lab) if lab.markers else None
    mass = next((m.points_m for m in lab.markers if m.label.upper() in ("COG", "COM", "CENTREOFMASS")), None)
    point = mass if mass is not None else (body.pelvis() if body is not None else None)
    if point is None or not np.isfinite(point).any():
        return None
    flags: tuple[str, ...] = ("centre_of_mass_sways",)
    try:
        up = axes_of(body).up if body is not None else np.array([0.0, 0.0, 1.0])
    except SignalError:
        # too few points of a body: a standing point hardly moves upwards
        up = np.eye(3)[int(np.argmin(np.nanvar(point, axis=0)))]
        flags += ("up_assumed",)
    level: Floats = np.linalg.svd(up[None, :])[2][1:].T
    seen = np.flatnonzero(np.isfinite(point).all(axis=1))
    ways = 100.0 * point @ level
    points = np.stack([np.interp(np.arange(len(ways)), seen, ways[seen, k]) for k in range(2)], axis=1)
    slow = np.stack([window_mean(points[:, k], 0.5 * lab.info.point_rate_hz) for k in range(2)], axis=1)
    eyes, is_one_leg = _said(lab.info.file)
    return Stand(
        file=lab.info.file,
        side=_side_of(lab.info.file),
        rate_hz=lab.info.point_rate_hz,
        points_cm=points,
        is_calm=np.linalg.norm(points - slow, axis=1) < _JUMP_CM,
        source="markers",
        eyes=eyes,
        is_one_leg=is_one_leg,
        flags=(*lab.info.flags, *flags),
        walks_s=_travels(points, lab.info.point_rate_hz),
    )


def _travels(points_cm: Floats, rate_hz: float) -> tuple[tuple[float, float], ...]:
    """Return the spells in which a body goes faster than 0.3 m/s for half a metre and more."""
    slow = np.stack([window_mean(points_cm[:, k], 0.5 * rate_hz) for k in range(2)], axis=1)
    speed = np.linalg.norm(np.gradient(slow, axis=0), axis=1) * rate_hz
    return tuple(
        (first / rate_hz, last / rate_hz)
        for first, last in runs(speed > _WALKS_CM_S)
        if float(np.linalg.norm(slow[last - 1] - slow[first])) > _WALKS_CM
    )


def _walks(recording: Recording) -> tuple[tuple[float, float], ...]:
    """Return the spells of six steps and more that a sensor at the waist shows."""
    steps = find_steps(trunk_motion(recording))
    found = []
    for number in np.unique(steps.bout).tolist():
        at_s = steps.at_s[steps.bout == number]
        if len(at_s) >= _WALKS_STEPS and at_s[-1] - at_s[0] > _WALKS_S:
            found.append((float(at_s[0]), float(at_s[-1])))
    return tuple(found)


def _of_sensor(recording: Recording, sensor_height_m: float | None) -> Stand:
    """Return the stand that a sensor at the belt shows: the body leans like a stiff pendulum."""
    part = segment(recording)
    rate = part.rate_hz
    size = np.linalg.norm(part.motion.acc_m_s2, axis=1)
    jolt = window_mean(np.abs(size - float(np.median(size))), 0.1 * rate)
    is_calm = (jolt < _JOLT_M_S2) & (part.speed_deg_s < _TILT_DEG_S) & ~part.motion.is_lost
    lean = np.zeros((len(size), 2))
    for first, last in runs(is_calm):
        if (last - first) / rate >= LEAST_S:
            lean[first:last] = (
                _lean(part.motion, first, last)
                if has_gyroscope(part.motion)
                else _lean_of_force(part.motion, first, last, sensor_height_m or BELT_M)
            )
    text = f"{recording.info.file} {recording.info.test}"
    eyes, is_one_leg = _said(text)
    flags = [flag for flag in recording.info.flags if flag in _CARRIED] + ["pendulum_assumed"]
    if sensor_height_m is None:
        flags.append("height_assumed")
    if recording.placement in ("hand", "unknown"):
        flags.append("placement_doubtful")
    return Stand(
        file=recording.info.file,
        side=recording.side if recording.side is not Side.NONE else _side_of(text),
        rate_hz=rate,
        points_cm=100.0 * (sensor_height_m or BELT_M) * lean,
        is_calm=is_calm,
        source="sensor",
        eyes=eyes,
        is_one_leg=is_one_leg,
        flags=tuple(flags),
        walks_s=_walks(recording),
    )


def _lean(motion: Motion, first: int, last: int) -> Floats:
    """Return the lean from its mean over one stand, `(n, 2)`; what came before and after must not tilt it."""
    inside = slice(first, last)
    pose = attitude(
        Motion(
            rate_hz=motion.rate_hz,
            time_s=motion.time_s[inside],
            acc_m_s2=motion.acc_m_s2[inside],
            gyr_rad_s=motion.gyr_rad_s[inside],
            is_bridged=motion.is_bridged[inside],
            is_lost=motion.is_lost[inside],
        )
    )
    up = rotate(inverse(pose.quat), np.array([[0.0, 0.0, 1.0]])).mean(axis=0)
    lean: Floats = rotate(pose.quat, (up / np.linalg.norm(up))[None, :])[:, :2]
    return lean


def _lean_of_force(motion: Motion, first: int, last: int, height_m: float) -> Floats:
    """Return the lean over one stand from acceleration alone, `(n, 2)`.

    A stiff pendulum that sways at the angular frequency w pushes the sensor along by h w² / g of what its lean does:
    each frequency of the force is divided by 1 + h w² / g. Nothing is taken off below it, so slow sway stays whole.
    """
    force = motion.acc_m_s2[first:last]
    up = force.mean(axis=0) / np.linalg.norm(force.mean(axis=0))
    across = np.linalg.svd(up[None, :])[2][1:].T
    tilt = (force - force.mean(axis=0)) @ across / GRAVITY_M_S2
    turns = 2.0 * np.pi * np.fft.rfftfreq(len(tilt), 1.0 / motion.rate_hz)
    share = 1.0 / (1.0 + height_m * turns**2 / GRAVITY_M_S2)
    lean: Floats = np.fft.irfft(np.fft.rfft(tilt, axis=0) * share[:, None], n=len(tilt), axis=0)
    return lean
