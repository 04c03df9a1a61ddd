"""The lunge as markers and the keypoints of a video show it: shin, heel, and which leg is in front."""

from __future__ import annotations

import numpy as np
from msgspec import structs

from mortise.errors import SignalError
from mortise.measure._lunge import Source, measured
from mortise.measure._lunge_trials import SMOOTH_S, Shin, first_still
from mortise.measure._rising import FOOT_M
from mortise.measure.axes import axes_of
from mortise.measure.markers import Body, body_from, body_of_lab
from mortise.measure.materials import Materials
from mortise.measure.results import LungeResult, Refused
from mortise.measure.segments import ankle_angles
from mortise.measure.signals import window_mean
from mortise.terms import Side


def lunge_of_body(materials: Materials) -> LungeResult:
    """Measure the lunge that markers or keypoints show: of the leg whose heel stays down.

    Parameters
    ----------
    materials
        Markers or keypoints of one person, standing still at first.

    Returns
    -------
    LungeResult
        As `lunge`; the heel's height is told with each trial.

    Raises
    ------
    SignalError
        When shank and foot are not seen, nobody stands at first, or neither shin leans and comes back.

    Notes
    -----
    The shin is the line from ankle to knee; its lean from standing is taken in the plane the foot points in. Both legs
    lean in a lunge: the leg in front is the one whose heel stays lower at its deepest.
    """
    bodies = [(body_of_lab(lab), lab.info.file) for lab in materials.labs if lab.markers]
    bodies += [
        (
            body_from(
                pose.keypoints.items(), pose.time_s, pose.info.rate_hz, is_keypoint=True,
                unit="m" if pose.info.unit == "m" else "px",
            ),
            pose.info.file,
        )
        for pose in materials.poses
    ]  # fmt: skip
    found: list[LungeResult] = []
    said: list[SignalError] = []
    for body, file in bodies:
        for side in materials.sides:
            try:
                shin, flags = shin_of_body(body, side, file, materials.foot_length_m)
                source = Source(
                    file, f"shin-{body.source}/1", 1.5 if body.source == "markers" else 3.0, flags
                )
                found.append(measured(shin, side, (), materials.recording_set(), source))
            except SignalError as error:
                said.append(error)
    if not found:
        raise SignalError(
            f"no lunge was seen: {said[0].message}" if said else "no markers and no keypoints were given.",
            where=materials.described(),
            mend="Show shin and foot of the leg in front from standing to standing, or use a phone on the shin.",
        )
    front = min(found, key=lambda result: min(trial.heel_lift_cm or 0.0 for trial in result.trials))
    behind = [result.trials[0].side for result in found if result is not front]
    rest = tuple(
        Refused(
            what="side",
            reason="its heel came up higher: taken for the leg behind",
            side=side,
            mend=f"If this leg was in front, say so with --side {side.value}; its heel has to stay down.",
        )
        for side in behind
    )
    return structs.replace(front, refused=(*front.refused, *rest))


def shin_of_body(
    body: Body, side: Side, file: str, foot_length_m: float | None = None
) -> tuple[Shin, tuple[str, ...]]:
    """Return the inclination of the shin from standing, as markers or keypoints show it, and what speaks against it."""
    frame = axes_of(body)
    line, heel, front = body.shank(side), body.heel(side), body.forefoot(side)
    angles = ankle_angles(body, side, frame)
    if line is None or heel is None or front is None or angles is None:
        gone = ", ".join(body.missing(side, "ankle", "knee", "heel", "forefoot"))
        raise SignalError(
            f"the {side.value} {gone} is not seen; a lunge needs shin and foot.",
            where=file,
            mend="Show ankle, knee, heel and toes of that leg.",
        )
    rate = body.rate_hz
    is_lost = ~(np.isfinite(angles.shank_deg) & np.isfinite(heel).all(axis=1))
    if is_lost.all():
        raise SignalError(f"the {side.value} shin is never seen.", where=file, mend="Show the whole leg.")
    seen = np.flatnonzero(~is_lost)
    frames = np.arange(len(is_lost))
    angle = window_mean(np.interp(frames, seen, angles.shank_deg[seen]), SMOOTH_S * rate)
    height = window_mean(np.interp(frames, seen, (heel @ frame.up)[seen]), SMOOTH_S * rate)
    speed = np.abs(window_mean(np.gradient(angle) * rate, 0.2 * rate))
    first, last = first_still(speed, rate, is_lost, file)
    is_metric = body.unit == "m"
    # in a picture lengths are known by the foot alone, and how long it is nobody says
    length = float(np.nanquantile(np.linalg.norm(front - heel, axis=1), 0.9))
    scale_cm = 100.0 if is_metric else 100.0 * (foot_length_m or FOOT_M) / length
    shin = Shin(
        rate_hz=rate,
        angle_deg=angle - float(np.mean(angle[first:last])),
        across_deg=np.zeros_like(angle),
        speed_deg_s=speed,
        is_lost=is_lost,
        heel_cm=scale_cm * (height - float(np.mean(height[first:last]))),
        most_heel_cm=1.0 if body.source == "markers" else 2.0,
    )
    return shin, (
        *body.flags,
        *frame.flags,
        *(() if is_metric else ("scale_from_foot",)),
        *(() if is_metric or foot_length_m else ("foot_length_assumed",)),
    )
