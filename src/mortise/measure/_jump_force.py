"""Jumps on a force plate: body weight, impulse and momentum, take-off speed, height, push and landing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.measure._floor import GRAVITY_M_S2, Flight
from mortise.measure._floor_plates import Load, together
from mortise.measure.recording import Floats
from mortise.terms import Side

# Quiet standing for weighing. Breathing and sway move the force by less than two hundredths of the weight.
_QUIET_S = 0.5
_QUIET_SHARE = 0.02
_STILL_SHARE = 0.003
_LEAST_WEIGHT_N = 150.0
# The movement has begun when the force leaves the weight by more than standing ever does.
_BEGUN_SDS = 5.0
_BEGUN_SHARE = 0.025
# From the landing on, the blow and what follows it.
_BLOW_S = 0.5
# A plate that takes less than this of the whole has no foot of its own on it.
_BEARS = 0.1


class Push(Struct, frozen=True, kw_only=True):
    """What the force says about one jump; NaN where it does not tell.

    Attributes
    ----------
    weight_n
        Body weight from quiet standing.
    takeoff_m_s
        Upward speed of the body's centre at take-off, from the impulse.
    height_cm
        Rise after take-off at that speed.
    drop_cm
        For a drop jump, height of the fall by the speed at first contact.
    to_takeoff_s
        From the begin of the movement to take-off.
    depth_cm
        How far the centre sank before the push.
    push_peak_ratio, landing_peak_ratio
        Greatest force before take-off and after landing, in body weights.
    left_share_ratio, left_landing_ratio
        The left foot's share of the impulse before take-off, and of the half second after landing.
    push_symmetry_ratio, landing_symmetry_ratio
        The weaker plate's impulse over the stronger's in the same spans, where two plates bear a foot each.
    """

    weight_n: float
    takeoff_m_s: float
    height_cm: float
    drop_cm: float
    to_takeoff_s: float
    depth_cm: float
    push_peak_ratio: float
    landing_peak_ratio: float
    left_share_ratio: float
    left_landing_ratio: float
    push_symmetry_ratio: float
    landing_symmetry_ratio: float


def push_of(loads: Sequence[Load], flight: Flight) -> Push | None:
    """Return what the force says about the jump that led to `flight`; None without any quiet standing.

    Parameters
    ----------
    loads
        Force on each plate.
    flight
        Take-off and landing.

    Returns
    -------
    Push or None
        None when the person never stands still on the plates, for then the weight is not known.

    Notes
    -----
    1. Weight: mean force over the last half second before take-off that is quiet (spread below 2 % of its mean);
       where the jump begins with a fall, the first such half second after the landing.
    2. From standing: the speed at take-off is the integral of force over weight from that quiet standing on, by the
       trapezoidal rule; the height is v² / 2g. It needs no landing, so a bent knee does not change it.
    3. After a fall: integrated backwards from the quiet standing after the landing, where the speed is nothing.

    References
    ----------
    Linthorne 2001, American Journal of Physics 69, 1198-1204, doi:10.1119/1.1397460 (both ways to the height).
    """
    total = together(loads)
    rate, force = total.rate_hz, total.force_n
    off, on = round(flight.takeoff_s * rate), round(flight.landing_s * rate)
    gone = _gone(force, off, on)
    before = _quiet(force, 0, off, rate, last=True)
    after = _quiet(force, on, len(force), rate, last=False)
    is_fall = before is None or bool(np.any(force[before[1] : off] < 0.02 * _mean(force, before)))
    quiet = after if is_fall else before
    if quiet is None:
        return None
    weight = _mean(force, quiet)
    net = (force - weight) * GRAVITY_M_S2 / weight
    nan = float("nan")
    drop_cm = to_takeoff_s = depth_cm = nan
    if is_fall:
        start = _contact_start(force, off)
        # backwards from standing still; the flight itself is -g by the plate reading nothing
        speed = -_integral(net[gone : quiet[0]], rate)
        arrival = speed - _integral(net[start:gone], rate)
        drop_cm = 100.0 * arrival**2 / (2.0 * GRAVITY_M_S2) if arrival < 0 else nan
        depth_cm = _depth(net[start:off], rate, arrival)
    else:
        start = _begun(force, quiet, weight, off)
        # the first half of the quiet stretch weighs, the rest is integrated: nothing of the movement is lost
        speed = _integral(net[quiet[0] : gone], rate)
        to_takeoff_s = (off - start) / rate
        depth_cm = _depth(net[quiet[0] : off], rate, 0.0)
    blow = force[on : on + round(_BLOW_S * rate)]
    return Push(
        weight_n=weight,
        takeoff_m_s=speed,
        height_cm=100.0 * speed**2 / (2.0 * GRAVITY_M_S2) if speed > 0 else nan,
        drop_cm=drop_cm,
        to_takeoff_s=to_takeoff_s,
        depth_cm=depth_cm,
        push_peak_ratio=float(force[start:off].max()) / weight if off > start else nan,
        landing_peak_ratio=float(blow.max()) / weight if len(blow) else nan,
        left_share_ratio=_left_share(loads, start, off),
        left_landing_ratio=_left_share(loads, on, on + round(_BLOW_S * rate)),
        push_symmetry_ratio=_symmetry(loads, start, off),
        landing_symmetry_ratio=_symmetry(loads, on, on + round(_BLOW_S * rate)),
    )


def _gone(force: Floats, off: int, on: int) -> int:
    """Return where nothing is left of the force: below 20 N the centre still slows, a centimetre's worth."""
    middle = force[(2 * off + on) // 3 : (off + 2 * on) // 3]
    least_n = max(3.0, 3.0 * float(np.std(middle))) if len(middle) else 3.0
    hits = np.flatnonzero(force[off:on] < least_n)
    return off + int(hits[0]) if len(hits) else off


def _mean(force: Floats, span: tuple[int, int]) -> float:
    return float(np.mean(force[span[0] : span[1]]))


def _quiet(force: Floats, start: int, stop: int, rate: float, *, last: bool) -> tuple[int, int] | None:
    """Return the last (or first) quiet half second of `[start, stop)`, None when there is none."""
    n = max(3, round(_QUIET_S * rate))
    if stop - start < n:
        return None
    part = force[start:stop]
    sums = np.concatenate([[0.0], np.cumsum(part)])
    squares = np.concatenate([[0.0], np.cumsum(part**2)])
    mean = (sums[n:] - sums[:-n]) / n
    spread = np.sqrt(np.maximum((squares[n:] - squares[:-n]) / n - mean**2, 0.0))
    is_quiet = (mean > _LEAST_WEIGHT_N) & (spread < _QUIET_SHARE * mean)
    if is_quiet.any():
        # the stillest tell how still this person stands; a stretch that the movement begins in is less still
        least = float(np.min(spread[is_quiet] / mean[is_quiet]))
        is_quiet &= spread < max(1.5 * least, _STILL_SHARE) * mean
    hits = np.flatnonzero(is_quiet)
    if not len(hits):
        return None
    first = start + int(hits[-1] if last else hits[0])
    return first, first + n


def _contact_start(force: Floats, off: int) -> int:
    """Return where the contact that ends at `off` began."""
    empty = np.flatnonzero(force[: max(0, off - 1)] < 20.0)
    return int(empty[-1]) + 1 if len(empty) else 0


def _begun(force: Floats, quiet: tuple[int, int], weight: float, off: int) -> int:
    """Return where the force leaves the weight for the last time before take-off."""
    spread = float(np.std(force[quiet[0] : quiet[1]]))
    band = max(_BEGUN_SDS * spread, _BEGUN_SHARE * weight)
    is_away = np.abs(force[quiet[0] : off] - weight) > band
    hits = np.flatnonzero(is_away[quiet[1] - quiet[0] :])
    return quiet[1] + int(hits[0]) if len(hits) else quiet[1]


def _integral(values: Floats, rate: float) -> float:
    if len(values) < 2:
        return 0.0
    return float(np.sum(0.5 * (values[1:] + values[:-1])) / rate)


def _depth(net: Floats, rate: float, start_m_s: float) -> float:
    """Return how far the centre sinks below where it began."""
    if len(net) < 2:
        return float("nan")
    speed = start_m_s + np.concatenate([[0.0], np.cumsum(0.5 * (net[1:] + net[:-1]))]) / rate
    way = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]))]) / rate
    return 100.0 * max(0.0, -float(way.min()))


def _left_share(loads: Sequence[Load], start: int, stop: int) -> float:
    """Return the left foot's share of the impulse; NaN unless one plate is the left foot's and one the right's."""
    by_side = {load.side: float(load.force_n[start:stop].sum()) for load in loads}
    if set(by_side) != {Side.LEFT, Side.RIGHT}:
        return float("nan")
    whole = sum(by_side.values())
    return by_side[Side.LEFT] / whole if whole > 0 else float("nan")


def _symmetry(loads: Sequence[Load], start: int, stop: int) -> float:
    """Return the weaker plate's impulse over the stronger's; NaN unless two plates and no more bear."""
    parts = sorted(float(load.force_n[start:stop].sum()) for load in loads)
    bearing = [part for part in parts if part > _BEARS * sum(parts)]
    return bearing[0] / bearing[1] if len(bearing) == 2 else float("nan")
