"""How a fictional body leaps: the force under it, the path of its centre, legs that reach from hips to feet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.simulate._sensor import GRAVITY_M_S2, Floats

FINE_HZ = 1600.0
# Shoe and skin give: a foot is torn off the floor, and stopped by it, over about this long.
_GIVE_S = 0.012
# A forefoot that has met the floor goes on sinking, its speed fading over this: two centimetres in all.
_SETTLE_S = 0.008
_LANDING_S = 0.25
_HIP_BELOW_M = 0.05
_THIGH_M, _SHANK_M = 0.43, 0.42
# ankle, heel, toe, fifth metatarsal and navicular from the ball of the foot, forward, sideways, up (left foot)
BALL_TO = {
    "ANK": np.array([-0.13, 0.03, 0.07]),
    "HEE": np.array([-0.19, 0.0, 0.03]),
    "TOE": np.array([0.0, 0.0, 0.03]),
    "MT5": np.array([-0.02, 0.04, 0.02]),
    "NAV": np.array([-0.10, -0.03, 0.04]),
}
_ANKLE = np.array([-0.13, 0.0, 0.07])
_PITCH_OFF, _PITCH_ON = np.radians(-50.0), np.radians(-25.0)
_HEEL_RISE_S, _HEEL_DOWN_S = 0.15, 0.07


class Leap(Struct, frozen=True, kw_only=True):
    """One flight as it was planned: its times, the foot (`both`), and where it carries the body."""

    takeoff_s: float
    landing_s: float
    side: str
    forward_m: float = 0.0
    left_m: float = 0.0


class Course(Struct, frozen=True, kw_only=True, eq=False):
    """A whole recording: vertical force in body weights, height of the centre above standing, and the flights."""

    time_s: Floats
    force_ratio: Floats
    rise_m: Floats
    leaps: tuple[Leap, ...]


def bump(n: int) -> Floats:
    """Return half a sine over `n` samples."""
    return np.sin(np.pi * (np.arange(n) + 0.5) / n)


def course(
    flights_s: Sequence[float],
    contacts_s: Sequence[float],
    *,
    stand_s: float = 1.5,
    end_s: float = 1.5,
    box_m: float = 0.0,
) -> tuple[Floats, list[tuple[float, float]]]:
    """Return vertical force in body weights, and take-off and landing of each flight, seconds.

    Parameters
    ----------
    flights_s
        Time in the air of each flight.
    contacts_s
        Time on the floor before each flight: the first is the countermovement, or the contact after the drop.
    stand_s, end_s
        Quiet standing before and after.
    box_m
        Height dropped from; then the plate is empty at first.

    Notes
    -----
    The forces are shapes whose impulse is solved for, so that the flights last exactly as long as asked.
    """
    leave = [0.5 * GRAVITY_M_S2 * flight for flight in flights_s]
    parts: list[Floats] = []
    if box_m:
        fall_s = np.sqrt(2.0 * box_m / GRAVITY_M_S2)
        parts.append(np.zeros(_n(stand_s + fall_s)))
        arrive = GRAVITY_M_S2 * fall_s
    else:
        parts.append(np.ones(_n(stand_s)))
        arrive = -1.0
    spans: list[tuple[float, float]] = []
    for flight_s, contact_s, speed in zip(flights_s, contacts_s, leave, strict=True):
        n = _n(contact_s)
        if arrive < 0.0:
            parts += _countermovement(contact_s, speed)
        else:
            parts.append(bump(n) * ((arrive + speed) / GRAVITY_M_S2 / contact_s + 1.0) * np.pi / 2.0)
        takeoff_s = sum(map(len, parts)) / FINE_HZ
        parts.append(np.zeros(_n(flight_s)))
        spans.append((takeoff_s, sum(map(len, parts)) / FINE_HZ))
        arrive = GRAVITY_M_S2 * flight_s - speed
    n = _n(_LANDING_S)
    ramp = (np.arange(n) + 0.5) / n
    need = arrive / GRAVITY_M_S2 / _LANDING_S + 0.5
    parts += [ramp + bump(n) * np.pi / 2.0 * need, np.ones(_n(end_s))]
    return np.concatenate(parts), spans


def _countermovement(contact_s: float, speed: float) -> list[Floats]:
    """Return unweighting over 40 % of the time, then the push that ends in no force."""
    down_s, up_s = 0.4 * contact_s, 0.6 * contact_s
    dip = 0.55
    unweight = 1.0 - dip * bump(_n(down_s))
    sunk = dip * 2.0 / np.pi * down_s * GRAVITY_M_S2
    n = _n(up_s)
    u = (np.arange(n) + 0.5) / n
    push = (speed + sunk) / GRAVITY_M_S2 / up_s + 0.5
    return [unweight, 1.0 - u + bump(n) * push * np.pi / 2.0]


def _n(seconds: float) -> int:
    return max(2, round(seconds * FINE_HZ))


def rise_of(force_ratio: Floats, box_m: float, stand_s: float) -> Floats:
    """Return the height of the centre above standing on the floor, metres."""
    acceleration = (force_ratio - 1.0) * GRAVITY_M_S2
    if box_m:
        # the box bears the body until it steps off
        acceleration[: _n(stand_s)] = 0.0
    speed = np.cumsum(acceleration) / FINE_HZ
    return box_m + np.cumsum(speed) / FINE_HZ


def give(path: Floats) -> Floats:
    """Return a path as shoe and skin let it be: no velocity changes at once."""
    half = max(1, round(_GIVE_S * FINE_HZ))
    window = np.hanning(2 * half + 3)[1:-1]
    padded = np.pad(path, [(half, half), *[(0, 0)] * (path.ndim - 1)], mode="edge")
    window /= window.sum()
    if path.ndim == 1:
        found: Floats = np.convolve(padded, window, "valid")
        return found
    return np.stack([np.convolve(padded[:, i], window, "valid") for i in range(path.shape[1])], axis=1)


def foot_of(
    course_: Course, side: str, start_m: Floats, box_m: float, stand_s: float
) -> tuple[Floats, Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return the ball's path, the foot's pitch (toes up positive) and whether the foot takes part, over time."""
    n = len(course_.time_s)
    ball = np.tile(start_m, (n, 1)).astype(float)
    pitch = np.zeros(n)
    time_s, rise = course_.time_s, course_.rise_m
    takes_part: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.array(
        [leap.side in (side, "both") for leap in course_.leaps]
    )
    if box_m:
        fall = round((stand_s + np.sqrt(2.0 * box_m / GRAVITY_M_S2)) * FINE_HZ)
        ball[:fall, 2] += rise[:fall]
        pitch[: _n(stand_s)] = 0.0
        u = np.clip((time_s[:fall] - stand_s) / max(1e-6, time_s[fall] - stand_s), 0.0, 1.0)
        pitch[:fall] = _PITCH_ON * u
        _heel_down(pitch, fall)
        _settle(ball, fall)
    for leap, own in zip(course_.leaps, takes_part, strict=True):
        first, last = round(leap.takeoff_s * FINE_HZ), round(leap.landing_s * FINE_HZ)
        u = np.linspace(0.0, 1.0, last - first)
        smooth = u * u * (3.0 - 2.0 * u)
        carried = np.array([leap.forward_m, leap.left_m, 0.0])
        ball[first:last] += smooth[:, None] * carried
        ball[last:] += carried
        if not own:
            continue
        ball[first:last, 2] += rise[first:last] - rise[first] + (rise[first] - rise[last - 1]) * u
        ball[first:last, 2] += 0.03 * np.sin(np.pi * u) ** 2
        begin = max(0, first - _n(_HEEL_RISE_S))
        w = (np.arange(begin, first) - begin) / (first - begin)
        pitch[begin:first] = _PITCH_OFF * w**2
        pitch[first:last] = _PITCH_OFF + (_PITCH_ON - _PITCH_OFF) * smooth
        _heel_down(pitch, last)
        _settle(ball, last)
    if not takes_part.any():
        ball[:, 2] += 0.25 + 0.5 * rise
        pitch -= np.radians(20.0)
    return give(ball), give(pitch), takes_part


def _settle(ball: Floats, landing: int) -> None:
    """Let the forefoot sink into the shoe after it met the floor, and come up again within a few tenths."""
    speed = (ball[landing - 1, 2] - ball[landing - 2, 2]) * FINE_HZ
    since = np.arange(min(len(ball) - landing, _n(0.6))) / FINE_HZ
    ball[landing : landing + len(since), 2] += (
        speed * _SETTLE_S * (1.0 - np.exp(-since / _SETTLE_S)) * np.exp(-since / 0.1)
    )


def _heel_down(pitch: Floats, landing: int) -> None:
    stop = min(len(pitch), landing + _n(_HEEL_DOWN_S))
    u = np.linspace(0.0, 1.0, stop - landing)
    pitch[landing:stop] = _PITCH_ON * (1.0 - u) ** 2


def spots_of_foot(ball: Floats, pitch: Floats, mirror: float) -> dict[str, Floats]:
    """Return the markers of a foot from the path of its ball; `mirror` is 1 on the left, -1 on the right."""
    found = {name: ball + _pitched(offset * [1.0, mirror, 1.0], pitch) for name, offset in BALL_TO.items()}
    found["ankle"] = ball + _pitched(_ANKLE, pitch)
    return found


def _pitched(offset: Floats, pitch: Floats) -> Floats:
    x, y, z = offset
    cosine, sine = np.cos(pitch), np.sin(pitch)
    return np.stack([x * cosine - z * sine, np.full(len(pitch), y), x * sine + z * cosine], axis=1)


def knee_of(hip: Floats, ankle: Floats, inward_m: Floats, mirror: float) -> Floats:
    """Return the knee between hip and ankle, bent forwards, moved inwards by `inward_m`."""
    line = ankle - hip
    length = np.linalg.norm(line, axis=1)
    along = line / length[:, None]
    reach = np.clip(length, 0.05, 0.999 * (_THIGH_M + _SHANK_M))
    share = (_THIGH_M**2 - _SHANK_M**2 + reach**2) / (2.0 * reach)
    out = np.sqrt(np.maximum(_THIGH_M**2 - share**2, 0.0))
    ahead = np.array([1.0, 0.0, 0.0]) - along[:, :1] * along
    ahead /= np.linalg.norm(ahead, axis=1)[:, None]
    knee: Floats = hip + along * (share * length / reach)[:, None] + ahead * out[:, None]
    knee[:, 1] -= mirror * inward_m
    return knee


def hips_of(centre: Floats, mirror: float) -> Floats:
    """Return the hip of one side."""
    found: Floats = centre + np.array([0.0, 0.09 * mirror, -_HIP_BELOW_M])
    return found


def leg_markers(
    letter: str, mirror: float, ankle: Floats, knee: Floats, hip: Floats, turn_rad: Floats
) -> dict[str, Floats]:
    """Return lateral and medial markers of knee and ankle, the shank's cluster turned about its long axis, the hip."""
    upward = knee - ankle
    length = np.linalg.norm(upward, axis=1)
    upward = upward / length[:, None]
    outward = np.tile([0.0, mirror, 0.0], (len(ankle), 1))
    outward -= np.einsum("ij,ij->i", outward, upward)[:, None] * upward
    outward /= np.linalg.norm(outward, axis=1)[:, None]
    ahead = np.cross(outward, upward) * mirror
    # inward turning of the shank brings its outer side forward
    out = outward * np.cos(turn_rad)[:, None] + ahead * np.sin(turn_rad)[:, None]
    front = ahead * np.cos(turn_rad)[:, None] - outward * np.sin(turn_rad)[:, None]
    middle = ankle + 0.5 * (knee - ankle)
    return {
        letter + "ANK": ankle + 0.04 * out,
        letter + "MMA": ankle - 0.04 * out,
        letter + "KNE": knee + 0.05 * out,
        letter + "MFC": knee - 0.05 * out,
        letter + "HJC": hip,
        letter + "SH1": middle + 0.05 * front,
        letter + "SH2": middle + 0.05 * out,
        letter + "SH3": middle + 0.06 * out - 0.1 * upward,
        letter + "SH4": middle + 0.05 * front + 0.1 * upward,
    }
