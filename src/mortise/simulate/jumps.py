"""Fictional jumps and hops with known truth: force plate, markers and sensors of one and the same leap.

Nobody jumped these. The body's centre obeys the force under it exactly; feet, knees and pelvis hang from it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct

from mortise.simulate._leaps import (
    FINE_HZ,
    Course,
    Leap,
    course,
    foot_of,
    hips_of,
    knee_of,
    leg_markers,
    rise_of,
    spots_of_foot,
)
from mortise.simulate._sensor import (
    GRAVITY_M_S2,
    OVERSAMPLING,
    Floats,
    SensorSamples,
    random_rotation,
    sensed,
)
from mortise.simulate.laboratory import FictionalStep

Kind = Literal["countermovement", "drop", "hop", "triple", "rebound", "side"]
_CENTRE_M = 0.95
_MASS_KG = 70.0
_STAND_S = 1.5


class FictionalJump(Struct, frozen=True, kw_only=True, eq=False):
    """One leap or a series of them.

    Attributes
    ----------
    leaps
        Every flight: take-off, landing, side and how far it carries.
    weight_n
        Body weight.
    laboratory
        Markers and one force plate under both feet, to be written as C3D, TRC or MOT.
    sensors
        `left_foot`, `right_foot` and `lower_back`.
    knee_inward_cm, navicular_drop_cm, tibial_rotation_deg
        How far each goes after a landing, for those that land.
    """

    leaps: tuple[Leap, ...]
    weight_n: float
    laboratory: FictionalStep
    sensors: dict[str, SensorSamples]
    knee_inward_cm: float
    navicular_drop_cm: float
    tibial_rotation_deg: float

    @property
    def heights_cm(self) -> tuple[float, ...]:
        """Rise of the body's centre in each flight."""
        return tuple(
            100.0 * GRAVITY_M_S2 * (leap.landing_s - leap.takeoff_s) ** 2 / 8.0 for leap in self.leaps
        )


def fictional_jump(
    seed: int,
    kind: Kind = "countermovement",
    *,
    side: str = "both",
    rate_hz: float = 200.0,
    n_rebounds: int = 10,
    distance_m: float = 0.9,
    knee_inward_cm: float = 0.0,
    navicular_drop_cm: float = 0.0,
    tibial_rotation_deg: float = 0.0,
    end_s: float = 1.5,
) -> FictionalJump:
    """Return a leap of a person who does not exist.

    Parameters
    ----------
    seed
        Chooses how high, how sensors are fixed, and all noise; the same seed gives the same leap.
    kind
        Countermovement jump, drop jump from 30 cm, single hop, triple hop, rebounds on the spot, side hops over 30 cm.
    side
        `left`, `right` or `both` feet.
    rate_hz
        Samples per second of the sensors, 100 or 200; markers come at 100 Hz, force at 1600 Hz.
    n_rebounds
        Flights of `rebound` and `side`.
    distance_m
        How far each hop of `hop` and `triple` goes.
    knee_inward_cm, navicular_drop_cm, tibial_rotation_deg
        How the landing leg gives way after each landing.
    end_s
        Standing after the last landing.

    Returns
    -------
    FictionalJump
        The truth and what instruments would see.
    """
    rng = np.random.default_rng(seed)
    flights_s, contacts_s = _plan(kind, rng, n_rebounds)
    box_m = 0.3 if kind == "drop" else 0.0
    force_ratio, spans = course(flights_s, contacts_s, stand_s=_STAND_S, end_s=end_s, box_m=box_m)
    leaps = tuple(
        Leap(takeoff_s=start, landing_s=stop, side=side, **_carried(kind, index, distance_m, side))
        for index, (start, stop) in enumerate(spans)
    )
    path = Course(
        time_s=np.arange(len(force_ratio)) / FINE_HZ,
        force_ratio=force_ratio,
        rise_m=rise_of(force_ratio, box_m, _STAND_S),
        leaps=leaps,
    )
    given = (knee_inward_cm / 100.0, navicular_drop_cm / 100.0, np.radians(tibial_rotation_deg))
    points, segments = _body(path, box_m, given)
    return FictionalJump(
        leaps=leaps,
        weight_n=_MASS_KG * GRAVITY_M_S2,
        laboratory=_laboratory(path, points, rng),
        sensors=_sensors(path, segments, rng, rate_hz),
        knee_inward_cm=knee_inward_cm,
        navicular_drop_cm=navicular_drop_cm,
        tibial_rotation_deg=tibial_rotation_deg,
    )


def _plan(kind: Kind, rng: np.random.Generator, n_rebounds: int) -> tuple[list[float], list[float]]:
    """Return times in the air and on the floor."""
    if kind == "countermovement":
        return [rng.uniform(0.42, 0.56)], [rng.uniform(0.75, 0.95)]
    if kind == "drop":
        return [rng.uniform(0.38, 0.5)], [rng.uniform(0.2, 0.4)]
    n = {"hop": 1, "triple": 3}.get(kind, n_rebounds)
    flights = rng.uniform(0.36, 0.46, n) if n in (1, 3) else rng.uniform(0.24, 0.36, n)
    return flights.tolist(), [rng.uniform(0.7, 0.9), *rng.uniform(0.22, 0.34, n - 1).tolist()]


def _carried(kind: Kind, index: int, distance_m: float, side: str) -> dict[str, float]:
    if kind in ("hop", "triple"):
        return {"forward_m": distance_m}
    if kind == "side":
        return {"left_m": (0.3 if side == "left" else -0.3) * (1 if index % 2 == 0 else -1)}
    return {}


def _body(
    path: Course, box_m: float, given: tuple[float, float, float]
) -> tuple[dict[str, Floats], dict[str, tuple[Floats, Floats]]]:
    """Return markers, and for sensors the path of a point with the pitch of its segment, all at the fine rate."""
    n = len(path.time_s)
    centre = np.tile([0.0, 0.0, _CENTRE_M], (n, 1))
    centre[:, 2] += path.rise_m
    for leap in path.leaps:
        first, last = round(leap.takeoff_s * FINE_HZ), round(leap.landing_s * FINE_HZ)
        carried = np.array([leap.forward_m, leap.left_m, 0.0])
        centre[first:last] += np.linspace(0.0, 1.0, last - first)[:, None] * carried
        centre[last:] += carried
    # the trunk leans forward as the body sinks, and a little in every push
    lean = np.radians(8.0) + np.clip(-path.rise_m, 0.0, 0.3) * 1.2
    points: dict[str, Floats] = {}
    segments: dict[str, tuple[Floats, Floats]] = {"lower_back": (centre + np.array([-0.1, 0.0, 0.05]), -lean)}
    for letter, side, mirror in (("L", "left", 1.0), ("R", "right", -1.0)):
        start = np.array([0.13, 0.1 * mirror, 0.0])
        ball, pitch, takes_part = foot_of(path, side, start, box_m, _STAND_S)
        foot = spots_of_foot(ball, pitch, mirror)
        way = _give_way(path, takes_part, box_m)
        foot["NAV"][:, 2] -= given[1] * way
        ankle = foot.pop("ankle")
        knee = knee_of(hips_of(centre, mirror), ankle, given[0] * way, mirror)
        points |= {letter + name: values for name, values in foot.items()}
        points |= leg_markers(letter, mirror, ankle, knee, hips_of(centre, mirror), given[2] * way)
        segments[f"{side}_foot"] = (ball + np.array([-0.06, 0.0, 0.05]), pitch)
    ahead = np.stack([np.sin(lean), np.zeros(n), np.cos(lean)], axis=1)
    points["C7"] = centre + 0.5 * ahead
    points["LSHO"], points["RSHO"] = (points["C7"] + np.array([0.03, 0.18 * m, -0.05]) for m in (1.0, -1.0))
    for letter, mirror in (("L", 1.0), ("R", -1.0)):
        points[letter + "ASI"] = centre + np.array([0.1, 0.12 * mirror, 0.05])
        points[letter + "PSI"] = centre + np.array([-0.1, 0.05 * mirror, 0.06])
    return points, segments


def _give_way(path: Course, takes_part: np.ndarray[tuple[int], np.dtype[np.bool_]], box_m: float) -> Floats:
    """Return how far a landing leg has given way, 0 to 1: up within 0.15 s, and back over half a second."""
    found = np.zeros(len(path.time_s))
    moments = [leap.landing_s for leap, own in zip(path.leaps, takes_part, strict=True) if own]
    if box_m:
        moments.append(_STAND_S + float(np.sqrt(2.0 * box_m / GRAVITY_M_S2)))
    for landing_s in moments:
        since = path.time_s - landing_s
        up = np.clip(since / 0.15, 0.0, 1.0)
        back = np.clip((since - 0.3) / 0.5, 0.0, 1.0)
        found = np.maximum(found, np.sin(0.5 * np.pi * up) ** 2 * np.cos(0.5 * np.pi * back) ** 2)
    return found


def _laboratory(path: Course, points: dict[str, Floats], rng: np.random.Generator) -> FictionalStep:
    every = round(FINE_HZ / 100.0)
    frames = len(path.time_s) // every
    labels = tuple(points)
    picked = np.stack([points[label][: frames * every : every] for label in labels], axis=1)
    noise = rng.normal(0.0, 0.0002, picked.shape)
    force = np.zeros((frames * every, 3))
    force[:, 2] = path.force_ratio[: frames * every] * _MASS_KG * GRAVITY_M_S2
    force[:, 2] += rng.normal(0.0, 0.8, len(force))
    corners = np.array([[5.0, 0.6, 0.0], [5.0, -0.6, 0.0], [-1.0, -0.6, 0.0], [-1.0, 0.6, 0.0]])
    centre = corners.mean(axis=0)
    feet = {"left": "L", "right": "R"}.get(path.leaps[0].side, "LR")
    at = np.mean([0.5 * (points[foot + "TOE"] + points[foot + "HEE"]) for foot in feet], axis=0)
    at = at[: len(force)] * [1.0, 1.0, 0.0]
    return FictionalStep(
        labels=labels,
        points_m=picked + noise,
        rate_hz=100.0,
        n_per_frame=every,
        corners_m=corners,
        force_n=force,
        moment_n_m=np.cross(at - centre, force),
        centre_of_pressure_m=at,
        strike_s=path.leaps[0].landing_s,
        off_s=path.leaps[0].takeoff_s,
        first_frame=1,
    )


def _sensors(
    path: Course, segments: dict[str, tuple[Floats, Floats]], rng: np.random.Generator, rate_hz: float
) -> dict[str, SensorSamples]:
    step = round(FINE_HZ / OVERSAMPLING / rate_hz)
    found = {}
    for name, (way, pitch) in segments.items():
        turned = pitch[::step]
        axes = np.zeros((len(turned), 3, 3))
        axes[:, 0, 0] = axes[:, 2, 2] = np.cos(turned)
        axes[:, 2, 0], axes[:, 0, 2] = np.sin(turned), -np.sin(turned)
        axes[:, 1, 1] = 1.0
        time_s, acc, gyr = sensed(path.time_s[::step], way[::step], axes, rng, random_rotation(rng), rate_hz)
        side, _, placement = name.partition("_") if name != "lower_back" else ("none", "", "lower_back")
        found[name] = SensorSamples(
            side=side,
            placement=placement,
            test="jump",
            rate_hz=rate_hz,
            time_s=time_s,
            acc_m_s2=acc,
            gyr_rad_s=gyr,
        )
    return found
