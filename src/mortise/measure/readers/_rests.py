"""What a sensor's rests say of it: between two of them the gyroscope must turn gravity to where it then lies."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
from msgspec import Struct

from mortise.measure.readers._clean import GRAVITY_M_S2
from mortise.measure.recording import Floats

# A rest: a third of a second in which hardly anything turns and nothing but gravity is felt.
_REST_S = 0.3
_REST_RAD_S = 0.12
_REST_M_S2 = 0.35
# Over a longer way the zero of a gyroscope adds up to degrees; over a shorter turn its error is lost in that.
_LONGEST_S = 6.0
_LEAST_TURN_DEG = 12.0
_LEAST_PAIRS, _MOST_PAIRS = 3, 24
_STEP_S = 0.02
# Sound sensors of the reference recordings miss by 1 to 3 degrees.
_FITS_DEG = 6.0
_MISSES_DEG = 15.0
_JUMPS_DEG = 25.0
# The rate or a gyroscope's scale that is off by less than this is lost in that too.
_SCALES = (0.88, 1.14)


class Rests(Struct, frozen=True, kw_only=True, eq=False):
    """What was found: a flag, and what it means for this recording in words; both empty for a sound sensor."""

    flag: str = ""
    said: str = ""


def judged(acc_m_s2: Floats, gyr_rad_s: Floats, rate_hz: float) -> Rests:
    """Return what the rests of a recording say against its axes, its rate or the way it was fixed.

    Notes
    -----
    1. Rests: gravity alone is felt and nothing turns. From each to the next, up to six seconds on, the gyroscope
       carries the direction of gravity along; it must come out where the accelerometer then sees it.
    2. When it does after every turn but one or a few, and those miss by more than 25 degrees: the sensor was turned in
       its strap without its samples showing it, or two recordings were joined (`sensor_turned`).
    3. When turns come out too short or too long alike: rate or scale (`rate_doubtful`).
    4. When they miss, and with the gyroscope's axes in another order or sign they do not: `axes_contradict`.
    """
    pairs = _pairs(acc_m_s2, gyr_rad_s, rate_hz)
    if pairs is None:
        return Rests()
    before, after, turning = pairs
    as_stated = _missed_deg(before, after, turning)
    if len(as_stated) >= 2:
        n_jumps = int(np.sum(as_stated > _JUMPS_DEG))
        if 0 < n_jumps <= max(1, len(as_stated) // 4) and np.median(as_stated) < _FITS_DEG:
            return Rests(
                flag="sensor_turned",
                said="between two rests gravity changes its place in the sensor without the sensor turning",
            )
    if len(as_stated) < _LEAST_PAIRS or float(np.median(as_stated)) < _FITS_DEG:
        return Rests()
    return _scaled(before, after, turning) or _reordered(before, after, turning, as_stated)


def _pairs(acc: Floats, gyr: Floats, rate_hz: float) -> tuple[Floats, Floats, Floats] | None:
    """Return gravity's direction at the begin and end of each turn, and the rotation per step between, zero padded."""
    width = max(2, round(_REST_S * rate_hz))
    n = len(acc) // width
    if n < 2:
        return None
    acc_of = acc[: n * width].reshape(n, width, 3)
    gyr_of = gyr[: n * width].reshape(n, width, 3)
    size = np.linalg.norm(acc_of, axis=2)
    is_rest = (
        (np.linalg.norm(gyr_of, axis=2).max(axis=1) < _REST_RAD_S)
        & (np.abs(size.mean(axis=1) - GRAVITY_M_S2) < _REST_M_S2)
        & (size.std(axis=1) < _REST_M_S2)
    )
    rests = np.flatnonzero(is_rest)
    starts, ends = rests[:-1], rests[1:]
    near = (ends - starts) * width <= _LONGEST_S * rate_hz
    starts, ends = starts[near], ends[near]
    ways = acc_of.mean(axis=1)
    ways /= np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-9)
    turned = _between_deg(ways[starts], ways[ends])
    moved = np.array(
        [np.linalg.norm(gyr_of[a:b].sum(axis=(0, 1))) / rate_hz for a, b in zip(starts, ends, strict=True)]
    )
    far = np.flatnonzero((turned > _LEAST_TURN_DEG) | (np.degrees(moved) > _LEAST_TURN_DEG))[:_MOST_PAIRS]
    if not len(far):
        return None
    half = width // 2
    spans = [
        gyr[a * width + half : b * width + half] / rate_hz
        for a, b in zip(starts[far], ends[far], strict=True)
    ]
    return ways[starts[far]], ways[ends[far]], _steps(spans, max(1, round(_STEP_S * rate_hz)))


def _steps(spans: list[Floats], every: int) -> Floats:
    """Return rotations over some samples each, `(n_pairs, n_steps, 3)`."""
    longest = max(-(-len(span) // every) for span in spans)
    found = np.zeros((len(spans), longest, 3))
    for index, span in enumerate(spans):
        edges = np.arange(0, len(span), every)
        found[index, : len(edges)] = np.add.reduceat(span, edges, axis=0)
    return found


def _between_deg(one: Floats, other: Floats) -> Floats:
    found: Floats = np.degrees(np.arccos(np.clip(np.sum(one * other, axis=-1), -1.0, 1.0)))
    return found


def _carried(before: Floats, turning: Floats) -> Floats:
    """Return where gravity lies in the sensor after the turns, from where it lay before."""
    way = before.copy()
    for step in range(turning.shape[1]):
        turn = turning[:, step]
        angle = np.linalg.norm(turn, axis=1, keepdims=True)
        axis = turn / np.maximum(angle, 1e-12)
        # the sensor turns by the step, so what stands still turns the other way in it
        along = axis * np.sum(axis * way, axis=1, keepdims=True)
        way = along + (way - along) * np.cos(angle) - np.cross(axis, way) * np.sin(angle)
    return way


def _missed_deg(before: Floats, after: Floats, turning: Floats) -> Floats:
    return _between_deg(_carried(before, turning), after)


def _scaled(before: Floats, after: Floats, turning: Floats) -> Rests | None:
    """Return a doubt about the rate when turns that are all longer or shorter by one share would fit."""
    scales = np.linspace(0.5, 2.0, 61)
    misses = [float(np.median(_missed_deg(before, after, turning * scale))) for scale in scales.tolist()]
    best = int(np.argmin(misses))
    scale = float(scales[best])
    if misses[best] > 0.5 * _FITS_DEG or _SCALES[0] < scale < _SCALES[1]:
        return None
    return Rests(
        flag="rate_doubtful",
        said=f"turns come out right when they are taken {scale:.2f} times as long: the rate, or the gyroscope's scale, "
        "is wrong by that",
    )


def _reordered(before: Floats, after: Floats, turning: Floats, as_stated: Floats) -> Rests:
    """Return a doubt about the axes when another order or sign of the gyroscope's would fit."""
    if float(np.median(as_stated)) < _MISSES_DEG:
        return Rests()
    best_deg, best = np.inf, ""
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            missed = float(
                np.median(_missed_deg(before, after, turning[:, :, list(order)] * np.array(signs)))
            )
            if missed < best_deg:
                shown = " ".join(
                    f"{'+' if s > 0 else '-'}{'xyz'[axis]}" for s, axis in zip(signs, order, strict=True)
                )
                best_deg, best = missed, shown
    if best_deg > _FITS_DEG:
        return Rests()
    return Rests(
        flag="axes_contradict",
        said=f"the gyroscope's axes do not fit the accelerometer's; taken as {best} they would",
    )
