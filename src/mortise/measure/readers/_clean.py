"""From raw columns to samples one can trust: time base, gaps, empty cells, clipping and units."""

from __future__ import annotations

import numpy as np

from mortise.errors import SignalError
from mortise.measure.recording import Clipping, Floats, Gap

GRAVITY_M_S2 = 9.80665
DEG = np.pi / 180.0

# Lost packets up to this long are bridged by a line; the foot's swing lasts four times as long.
BRIDGED_GAP_S = 0.1
# A recording with more empty cells than this was not recorded, it was torn.
_MAX_EMPTY_RATIO = 0.2
_COUNTER_WRAP = 65536.0
_FASTEST_RAD_S = 40.0
# 16 g in mg is 16 000, 4000 deg/s is 4000.
_BEYOND_ANY_SENSOR = 1e6
_LEAST_NOISE = 1e-12
# Nanoseconds since 1970 are 2e18.
_BEYOND_ANY_CLOCK = 1e20


def stamps_per_second(stamps: Floats, unit: str) -> float:
    """Return how many of the stamps' units make a second: as named, else from the step between samples.

    Sensors of people give ten to two thousand samples a second, so the step tells s, ms, µs and ns apart.
    """
    named = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}.get(unit)
    if named:
        return named
    steps = np.diff(stamps[np.abs(stamps) < _BEYOND_ANY_CLOCK])
    step = float(np.median(steps)) if len(steps) else 0.0
    return next((size for limit, size in ((0.3, 1.0), (300.0, 1e3), (3e5, 1e6)) if step < limit), 1e9)


def refuse_impossible(values: Floats, names: tuple[str, ...], name: str) -> None:
    """Refuse numbers no sensor gives in any unit: they are a broken file, and would drown all others."""
    beyond = np.abs(values) > _BEYOND_ANY_SENSOR
    if beyond.any():
        sample, channel = (int(i) for i in np.argwhere(beyond)[0])
        raise SignalError(
            f"{values[sample, channel]:g} is more than any sensor gives.",
            where=f"{name}, sample {sample}, channel {names[channel]}",
            mend="Export the recording again.",
        )


def refuse_impossible_clock(stamps: Floats, name: str) -> None:
    """Refuse a time column or counter that holds a number no clock shows."""
    beyond = np.abs(stamps) >= _BEYOND_ANY_CLOCK
    if beyond.any():
        sample = int(np.argmax(beyond))
        raise SignalError(
            f"{stamps[sample]:g} is more than any clock shows.",
            where=f"{name}, sample {sample}, channel time",
            mend="Export the recording again.",
        )


def counter_time(counter: Floats, rate_hz: float, name: str) -> tuple[Floats, float]:
    """Return seconds for a sample counter that may have wrapped at 16 bit, and the rate."""
    steps = np.diff(counter)
    steps = np.where(steps < -_COUNTER_WRAP / 2, steps + _COUNTER_WRAP, steps)
    _refuse_backwards(steps, name, "counter")
    return np.concatenate([[0.0], np.cumsum(steps)]) / rate_hz, rate_hz


def stamped_time(stamps_s: Floats, name: str) -> tuple[Floats, float, tuple[str, ...]]:
    """Return seconds from the first sample, the measured rate and flags, from time stamps.

    Stamps given to whole packets (repeated, then a jump) say when a packet came, not when a sample was taken; then the
    samples are laid evenly along the line through all stamps, unless packets are missing.
    """
    steps = np.diff(stamps_s)
    _refuse_backwards(steps, name, "time")
    n = len(stamps_s)
    span = float(stamps_s[-1] - stamps_s[0])
    if span <= 0:
        raise SignalError(
            "the time stamps stand still.", where=f"{name}, channel time", mend="Export it again."
        )
    n_repeated = int(np.sum(steps <= 0))
    if n_repeated == 0:
        period = float(np.median(steps))
        since: Floats = stamps_s - stamps_s[0]
        return since, 1.0 / _mean_period(steps, period), ()
    period = span / (n - 1)
    line: Floats = np.arange(n, dtype=np.float64) * period
    if float(np.max(np.abs(line - (stamps_s - stamps_s[0])))) > max(0.05, 10 * period):
        keep = np.concatenate([[True], steps > 0])
        kept = stamps_s[keep]
        raise SignalError(
            f"{n_repeated} time stamps are repeated and samples are missing between others "
            f"({len(kept)} distinct of {n}).",
            where=f"{name}, sample {int(np.argmax(steps <= 0)) + 1}, channel time",
            mend="Export it again with one stamp per sample.",
        )
    return line, 1.0 / period, ("time_stamps_evened",)


def _mean_period(steps: Floats, median: float) -> float:
    """Return the mean sampling period over the steps that are not gaps."""
    whole = steps[steps < 1.5 * median]
    return float(np.mean(whole)) if len(whole) else median


def _refuse_backwards(steps: Floats, name: str, channel: str) -> None:
    back = np.flatnonzero(steps < 0)
    if len(back):
        raise SignalError(
            "time runs backwards here.",
            where=f"{name}, sample {int(back[0]) + 1}, channel {channel}",
            mend="Export the recording again without sorting or joining it.",
        )


def drop_empty(
    time_s: Floats, values: Floats, names: tuple[str, ...], name: str
) -> tuple[Floats, Floats, int]:
    """Return the samples whose six channels are all filled, and how many were dropped."""
    bad = ~np.isfinite(values)
    empty = bad.any(axis=1) | ~np.isfinite(time_s)
    n_empty = int(empty.sum())
    if n_empty > _MAX_EMPTY_RATIO * len(values):
        row = int(np.argmax(empty))
        channel = names[int(np.argmax(bad[row]))] if bad[row].any() else "time"
        raise SignalError(
            f"{n_empty} of {len(values)} samples hold empty cells or no number.",
            where=f"{name}, sample {row}, channel {channel}",
            mend="Record again, or export all channels.",
        )
    return time_s[~empty], values[~empty], n_empty


def find_gaps(time_s: Floats, rate_hz: float) -> tuple[Gap, ...]:
    """Return the places where samples are missing."""
    steps = np.diff(time_s) * rate_hz
    return tuple(
        Gap(
            start_s=round(float(time_s[i]), 4),
            end_s=round(float(time_s[i + 1]), 4),
            n_missing=round(float(steps[i])) - 1,
            is_bridged=bool(time_s[i + 1] - time_s[i] <= BRIDGED_GAP_S + 0.5 / rate_hz),
        )
        for i in np.flatnonzero(steps > 1.75)
    )


def refuse_flat(values: Floats, names: tuple[str, ...], name: str) -> None:
    """Refuse a recording in which a channel never changes: a real one always shows noise."""
    for start, what in ((0, "accelerometer"), (3, "gyroscope")):
        is_flat = np.ptp(values[:, start : start + 3], axis=0) < _LEAST_NOISE
        if is_flat.any():
            raise SignalError(
                f"the {what} never changes." if is_flat.all() else f"this axis of the {what} never changes.",
                where=f"{name}, sample 0, channel {names[start + int(np.argmax(is_flat))]}",
                mend="Check the sensor and record again.",
            )


def find_clipping(acc_m_s2: Floats, gyr_rad_s: Floats) -> tuple[Clipping, ...]:
    """Return where a sensor reached the end of its range.

    Two signs: an extreme value that repeats in neighbouring samples, or several samples at a usual full scale
    (calibration moves the limit by a few per cent, hence the band).
    """
    found = []
    for channel, values, unit, scales in (
        ("acc", acc_m_s2 / GRAVITY_M_S2, "g", (8.0, 16.0)),
        ("gyr", gyr_rad_s / DEG, "deg/s", (2000.0, 4000.0)),
    ):
        size = np.abs(values)
        top = size.max(axis=0)
        at_scale = sum(_n_at_scale(size[:, axis], float(top[axis]), scales) for axis in range(3))
        in_plateau = sum(_n_in_plateau(values[:, axis], float(top[axis])) for axis in range(3))
        n = max(at_scale, in_plateau)
        if n:
            found.append(Clipping(channel=channel, limit=round(float(top.max()), 2), unit=unit, n_samples=n))
    return tuple(found)


def _n_at_scale(size: Floats, top: float, scales: tuple[float, ...]) -> int:
    if not any(0.97 * scale <= top <= 1.04 * scale for scale in scales):
        return 0
    n = int(np.sum(size >= 0.985 * top))
    return n if n >= 2 else 0


def _n_in_plateau(values: Floats, top: float) -> int:
    if np.ptp(values) == 0:
        return 0
    edge = np.abs(values) == top
    joined = edge[1:] & edge[:-1] & (values[1:] == values[:-1])
    # three in a row: two equal extremes by chance happen in coarse signals
    runs = int(np.sum(joined[1:] & joined[:-1]))
    return runs + 2 if runs else 0


def acc_unit_from_data(acc: Floats, gyr: Floats) -> str:
    """Return the unit in which the sensor at its quietest shows one gravity, or an empty string.

    The quietest quarter by angular rate is used: a running foot's median is well above one gravity.
    """
    turning = np.einsum("ij,ij->i", gyr, gyr)
    quiet = turning <= np.quantile(turning, 0.25)
    size = float(np.median(np.linalg.norm(acc[quiet], axis=1)))
    for unit, gravity in (("m/s2", GRAVITY_M_S2), ("g", 1.0), ("mg", 1000.0)):
        if 0.7 * gravity < size < 1.4 * gravity:
            return unit
    return ""


def gyr_unit_from_data(acc: Floats, gyr: Floats, rate_hz: float) -> str:
    """Return `rad/s` or `deg/s`, whichever makes the gyroscope turn gravity as the accelerometer sees it turn.

    The rate of change of the specific force that turning alone explains is `-omega x f`; the ratio of what is seen to
    what the numbers say is near 1 for rad/s and near 1/57 for deg/s, whatever the movement. Without any movement the
    answer is an empty string. Above 40 the numbers cannot be rad/s: no wearable gyroscope reaches 2300 deg/s.
    """
    if float(np.quantile(np.abs(gyr), 0.99)) > _FASTEST_RAD_S:
        return "deg/s"
    # the liveliest stretch of twenty seconds tells as much as the whole
    span = int(20.0 * rate_hz)
    if len(acc) > span:
        busiest = int(np.argmax(np.einsum("ij,ij->i", gyr, gyr)))
        first = min(max(0, busiest - span // 2), len(acc) - span)
        acc, gyr = acc[first : first + span], gyr[first : first + span]
    width = max(1, int(0.25 * rate_hz))
    kernel = np.ones(width) / width
    smooth = np.stack([np.convolve(acc[:, i], kernel, "same") for i in range(3)], axis=1)
    seen = np.gradient(smooth, axis=0) * rate_hz
    raw = -np.cross(gyr, acc)
    said = np.stack([np.convolve(raw[:, i], kernel, "same") for i in range(3)], axis=1)
    power = float(np.sum(said * said))
    if power <= 0 or float(np.sqrt(np.mean(seen * seen))) < 0.02 * float(
        np.median(np.linalg.norm(acc, axis=1))
    ):
        return ""
    shared = float(np.sum(seen * said))
    # the rest of what the accelerometer sees is jerk; when that is most of it, turning tells nothing
    if shared < 0.5 * float(np.sqrt(power * np.sum(seen * seen))):
        return ""
    ratio = shared / power
    # halfway, on a log scale, between 1 and pi/180
    return "rad/s" if ratio > float(np.sqrt(DEG)) else "deg/s" if ratio > DEG / 7.6 else ""


def to_si(acc: Floats, gyr: Floats, acc_unit: str, gyr_unit: str) -> tuple[Floats, Floats]:
    """Return m/s² and rad/s."""
    acc_size = {"m/s2": 1.0, "g": GRAVITY_M_S2, "mg": GRAVITY_M_S2 / 1000.0}[acc_unit]
    gyr_size = {"rad/s": 1.0, "deg/s": DEG}[gyr_unit]
    return acc * acc_size, gyr * gyr_size
