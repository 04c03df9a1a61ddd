"""Fictional step-downs and squats with known truth: markers, and sensors on foot and shank.

Nobody did these. The hips go down and come up as told; knees follow from the length of the legs.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.simulate._leaps import hips_of, knee_of, leg_markers, spots_of_foot
from mortise.simulate._sensor import OVERSAMPLING, Floats, SensorSamples, random_rotation, sensed
from mortise.simulate.laboratory import FictionalStep

_CENTRE_M = 0.95
_STAND_S = 2.0
_RATE_HZ = 100.0


class FictionalStepDown(Struct, frozen=True, kw_only=True, eq=False):
    """Repetitions as they were planned.

    Attributes
    ----------
    deepest_s
        When each is deepest.
    depth_cm, knee_inward_cm, tibial_rotation_deg, navicular_drop_cm, pelvis_drop_deg
        What each reaches, one per repetition.
    dorsiflexion_deg
        Greatest bend of the ankle, one per repetition.
    laboratory
        Markers, to be written as C3D or TRC.
    sensors
        `foot` and `shank` of the leg that bears.
    """

    deepest_s: tuple[float, ...]
    depth_cm: tuple[float, ...]
    knee_inward_cm: tuple[float, ...]
    tibial_rotation_deg: tuple[float, ...]
    navicular_drop_cm: tuple[float, ...]
    pelvis_drop_deg: tuple[float, ...]
    dorsiflexion_deg: tuple[float, ...]
    laboratory: FictionalStep
    sensors: dict[str, SensorSamples]


def fictional_step_down(
    seed: int,
    *,
    side: str = "left",
    n_repetitions: int = 5,
    depth_cm: float = 14.0,
    knee_inward_cm: float = 4.0,
    tibial_rotation_deg: float = 8.0,
    navicular_drop_cm: float = 0.6,
    pelvis_drop_deg: float = 5.0,
    inward_more_cm: float = 0.0,
    is_squat: bool = False,
) -> FictionalStepDown:
    """Return repetitions of a person who does not exist.

    Parameters
    ----------
    seed
        Chooses the tempo, noise and how sensors are fixed.
    side
        The leg that bears.
    n_repetitions
        How many.
    depth_cm, knee_inward_cm, tibial_rotation_deg, navicular_drop_cm, pelvis_drop_deg
        What a repetition reaches, give or take a twentieth.
    inward_more_cm
        How much further the knee goes inward with each repetition: tiring.
    is_squat
        Both feet bear.

    Returns
    -------
    FictionalStepDown
        The truth and what instruments would see.
    """
    rng = np.random.default_rng(seed)
    rate = _RATE_HZ * OVERSAMPLING
    part, deepest = _course(rng, n_repetitions, rate)
    vary = rng.uniform(0.95, 1.05, n_repetitions)
    n = len(part[0])
    given = {
        "depth": depth_cm / 100.0 * vary,
        "inward": (knee_inward_cm * vary + inward_more_cm * np.arange(n_repetitions)) / 100.0,
        "turning": np.radians(tibial_rotation_deg) * vary,
        "arch": navicular_drop_cm / 100.0 * vary,
        "pelvis": np.radians(pelvis_drop_deg) * vary * (not is_squat),
    }
    over = {name: values @ part for name, values in given.items()}
    points, shank_lean = _body(over, side, n, is_squat=is_squat)
    every = OVERSAMPLING
    labels = tuple(points)
    picked = np.stack([points[label][::every] for label in labels], axis=1)
    picked = picked + rng.normal(0.0, 0.0002, picked.shape)
    empty = np.zeros((len(picked), 3))
    corners = np.array([[0.4, 0.6, 0.0], [0.4, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.6, 0.0]])
    frames = [round(moment * rate) for moment in deepest]
    return FictionalStepDown(
        deepest_s=tuple(deepest),
        depth_cm=tuple((100.0 * given["depth"]).tolist()),
        knee_inward_cm=tuple((100.0 * given["inward"]).tolist()),
        tibial_rotation_deg=tuple(np.degrees(given["turning"]).tolist()),
        navicular_drop_cm=tuple((100.0 * given["arch"]).tolist()),
        pelvis_drop_deg=tuple(np.degrees(given["pelvis"]).tolist()),
        dorsiflexion_deg=tuple(float(np.degrees(shank_lean[frame])) for frame in frames),
        laboratory=FictionalStep(
            labels=labels,
            points_m=picked,
            rate_hz=_RATE_HZ,
            n_per_frame=1,
            corners_m=corners,
            force_n=empty,
            moment_n_m=empty,
            centre_of_pressure_m=empty,
            strike_s=0.0,
            off_s=0.0,
            first_frame=1,
        ),
        sensors=_sensors(points, side, shank_lean, rng, rate),
    )


def _course(rng: np.random.Generator, n: int, rate: float) -> tuple[Floats, list[float]]:
    """Return how deep each repetition is over time, `(n, n_samples)` of 0 to 1, and when it is deepest."""
    starts, parts = [_STAND_S], []
    for _ in range(n):
        down_s, up_s, rest_s = rng.uniform(1.0, 1.4), rng.uniform(0.9, 1.2), rng.uniform(0.4, 0.7)
        parts.append((down_s, up_s))
        starts.append(starts[-1] + down_s + up_s + rest_s)
    time_s = np.arange(round((starts[-1] + 1.0) * rate)) / rate
    found = np.zeros((n, len(time_s)))
    for row, (start, (down_s, up_s)) in enumerate(zip(starts[:-1], parts, strict=True)):
        down = np.clip((time_s - start) / down_s, 0.0, 1.0)
        up = np.clip((time_s - start - down_s) / up_s, 0.0, 1.0)
        found[row] = np.sin(0.5 * np.pi * down) ** 2 * np.cos(0.5 * np.pi * up) ** 2
    return found, [start + down_s for start, (down_s, _) in zip(starts[:-1], parts, strict=True)]


def _body(over: dict[str, Floats], side: str, n: int, *, is_squat: bool) -> tuple[dict[str, Floats], Floats]:
    """Return markers at the fine rate, and the lean of the bearing shank."""
    centre = np.tile([0.0, 0.0, _CENTRE_M], (n, 1))
    centre[:, 2] -= over["depth"]
    centre[:, 0] += 0.3 * over["depth"]
    points: dict[str, Floats] = {}
    lean = np.zeros(n)
    for letter, name, mirror in (("L", "left", 1.0), ("R", "right", -1.0)):
        bears = is_squat or name == side
        ball = np.tile([0.13, 0.1 * mirror, 0.0], (n, 1)).astype(float)
        pitch = np.zeros(n)
        if not bears:
            # held before the step, going down with the body
            ball += np.array([0.2, 0.0, 0.06])
            ball[:, 2] -= over["depth"]
        foot = spots_of_foot(ball, pitch, mirror)
        if bears:
            foot["NAV"][:, 2] -= over["arch"]
        ankle = foot.pop("ankle")
        inward = over["inward"] if bears else np.zeros(n)
        hip = hips_of(centre, mirror)
        knee = knee_of(hip, ankle, inward, mirror)
        points |= {letter + spot: values for spot, values in foot.items()}
        turning = over["turning"] if bears else np.zeros(n)
        points |= leg_markers(letter, mirror, ankle, knee, hip, turning)
        if name == side:
            lean = np.arctan2(knee[:, 0] - ankle[:, 0], knee[:, 2] - ankle[:, 2])
    tilt = over["pelvis"] * (1.0 if side == "right" else -1.0)
    for letter, mirror in (("L", 1.0), ("R", -1.0)):
        # positive tilt lifts the right side
        lift = -mirror * np.tan(tilt)
        points[letter + "ASI"] = centre + np.array([0.1, 0.12 * mirror, 0.05])
        points[letter + "ASI"][:, 2] += 0.12 * lift
        points[letter + "PSI"] = centre + np.array([-0.1, 0.05 * mirror, 0.06])
        points[letter + "PSI"][:, 2] += 0.05 * lift
        points[letter + "SHO"] = centre + np.array([0.03, 0.18 * mirror, 0.45])
    points["C7"] = centre + np.array([0.0, 0.0, 0.5])
    return points, lean


def _sensors(
    points: dict[str, Floats], side: str, lean: Floats, rng: np.random.Generator, rate: float
) -> dict[str, SensorSamples]:
    letter = side[0].upper()
    time_s = np.arange(len(lean)) / rate
    middle = 0.5 * (points[letter + "SH1"] + points[letter + "SH4"])
    found = {}
    for name, place, angle in (
        ("foot", points[letter + "TOE"], np.zeros(len(lean))),
        ("shank", middle, -lean),
    ):
        axes = np.zeros((len(lean), 3, 3))
        axes[:, 0, 0] = axes[:, 2, 2] = np.cos(angle)
        axes[:, 2, 0], axes[:, 0, 2] = np.sin(angle), -np.sin(angle)
        axes[:, 1, 1] = 1.0
        stamps, acc, gyr = sensed(time_s, place, axes, rng, random_rotation(rng), rate / OVERSAMPLING)
        found[name] = SensorSamples(
            side=side,
            placement="instep" if name == "foot" else "shank",
            test="step-down",
            rate_hz=rate / OVERSAMPLING,
            time_s=stamps,
            acc_m_s2=acc,
            gyr_rad_s=gyr,
        )
    return found
