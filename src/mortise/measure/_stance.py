"""Ankle, shin and knee through stance: how far, when, and in which order (foot and shank sensors, markers, video)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.measure._gait_curves import stride_curve
from mortise.measure._gait_method import Method, reading_of
from mortise.measure.recording import Floats
from mortise.measure.results import Curve, Reading, Refused, Stride
from mortise.measure.signals import window_mean
from mortise.terms import Side

# Peaks are sought in this part of stance: before it the foot comes down, after it the heel is far up.
_FROM, _TO = 0.15, 0.95
# Half a frame of video at 30 Hz, two samples at 100: enough to quiet a peak, short against a stance.
_QUIET_S = 0.03


class LegAngles(Struct, frozen=True, kw_only=True, eq=False):
    """Angles of one leg over time at `rate_hz`, degrees, `(n,)`; None where the recording does not show them.

    `dorsiflexion_deg` and `shin_deg` (lean, knee forward) are positive forward, `knee_deg` is flexion.
    """

    side: Side
    rate_hz: float
    dorsiflexion_deg: Floats | None = None
    shin_deg: Floats | None = None
    knee_deg: Floats | None = None


class LegResult(Struct, frozen=True, kw_only=True):
    """What the legs of a walk gave: readings, curves and refusals."""

    readings: tuple[Reading, ...] = ()
    curves: tuple[Curve, ...] = ()
    refused: tuple[Refused, ...] = ()


class _Stance(Struct, frozen=True, kw_only=True):
    """One stance: peak dorsiflexion and its moment, the shin's lean, when it is upright, when the knee is straightest.

    Moments are shares of stance.
    """

    peak_deg: float | None = None
    peak_pct: float | None = None
    progression_deg: float | None = None
    upright_pct: float | None = None
    straightest_pct: float | None = None


def stance_readings(
    method: Method, leg: LegAngles, stances_s: Sequence[tuple[float, float]], quality: tuple[str, ...]
) -> list[Reading]:
    """Return the readings of ankle, shin and knee through stance.

    Parameters
    ----------
    method
        How the angles were measured.
    leg
        The angles.
    stances_s
        Foot strike and foot off of each stance of that leg.
    quality
        What speaks against them.

    Returns
    -------
    list of Reading
        Those that the angles allow.

    Notes
    -----
    1. Peak dorsiflexion is the greatest between 15 and 95 per cent of stance; its moment is a share of stance.
    2. Tibial progression is how far the shin leans forward from foot strike to that moment (without an ankle angle: to
       the end of stance).
    3. The shin is upright when its lean passes zero on the way forward.
    4. The knee is straightest once in the second half of stance; its moment less that of peak dorsiflexion says which
       comes first: positive when the ankle peaks before the knee begins to bend.
    """
    found = [_stance(leg, strike_s, off_s) for strike_s, off_s in stances_s]
    order = [
        s.straightest_pct - s.peak_pct
        for s in found
        if s.straightest_pct is not None and s.peak_pct is not None
    ]
    values: dict[str, tuple[list[float], str]] = {
        "stance_dorsiflexion_deg": ([s.peak_deg for s in found if s.peak_deg is not None], "deg"),
        "stance_dorsiflexion_pct": ([s.peak_pct for s in found if s.peak_pct is not None], "pct"),
        "tibial_progression_deg": (
            [s.progression_deg for s in found if s.progression_deg is not None],
            "deg",
        ),
        "shin_upright_pct": ([s.upright_pct for s in found if s.upright_pct is not None], "pct"),
        "ankle_knee_lag_pct": (order, "pct"),
    }
    return [
        reading_of(method, measure, leg.side, each, unit, quality)
        for measure, (each, unit) in values.items()
        if measure in method.floors and len(each) >= method.least
    ]


def stances_of(strides: Sequence[Stride]) -> list[tuple[float, float]]:
    """Return foot strike and foot off of the strides that have both."""
    return [(s.foot_strike_s, s.foot_off_s) for s in strides if s.foot_off_s is not None]


def _stance(leg: LegAngles, strike_s: float, off_s: float) -> _Stance:
    first, last = round(strike_s * leg.rate_hz), round(off_s * leg.rate_hz)
    if last - first < 5:
        return _Stance()
    start, stop = (first + int(share * (last - first)) for share in (_FROM, _TO))
    peak = _peak(leg.dorsiflexion_deg, leg.rate_hz, start, stop)
    share = None if peak is None else 100.0 * (peak[0] - first) / (last - first)
    knee = None if leg.knee_deg is None else -leg.knee_deg
    straight = _peak(knee, leg.rate_hz, first + (last - first) // 2, stop)
    return _Stance(
        peak_deg=None if peak is None else peak[1],
        peak_pct=share,
        progression_deg=_progression(leg, first, stop if peak is None else peak[0]),
        upright_pct=_upright(leg, first, last),
        straightest_pct=None if straight is None else 100.0 * (straight[0] - first) / (last - first),
    )


def _peak(values: Floats | None, rate_hz: float, start: int, stop: int) -> tuple[int, float] | None:
    if values is None or stop > len(values) or not np.isfinite(values[start:stop]).all():
        return None
    quiet = window_mean(values[start:stop], _QUIET_S * rate_hz)
    top = int(np.argmax(quiet))
    return start + top, float(quiet[top])


def _progression(leg: LegAngles, first: int, until: int) -> float | None:
    if leg.shin_deg is None or until >= len(leg.shin_deg):
        return None
    gained = float(leg.shin_deg[until] - leg.shin_deg[first])
    return gained if np.isfinite(gained) else None


def _upright(leg: LegAngles, first: int, last: int) -> float | None:
    if leg.shin_deg is None or last > len(leg.shin_deg):
        return None
    lean = leg.shin_deg[first:last]
    hits = np.flatnonzero((lean[:-1] < 0.0) & (lean[1:] >= 0.0))
    if not len(hits):
        return None
    index = int(hits[0])
    share = (index - float(lean[index] / (lean[index + 1] - lean[index]))) / (last - first)
    return 100.0 * share


def stance_curves(leg: LegAngles, strides: Sequence[Stride]) -> list[Curve]:
    """Return the angles over the stride, mean and spread."""
    named = (
        ("ankle_dorsiflexion_deg", leg.dorsiflexion_deg),
        ("shin_lean_deg", leg.shin_deg),
        ("knee_flexion_deg", leg.knee_deg),
    )
    found = []
    for name, values in named:
        if values is None:
            continue
        seen = [s for s in strides if _is_seen(values, leg.rate_hz, s)]
        if seen:
            found.append(stride_curve(name, "deg", leg.side, values, leg.rate_hz, seen))
    return found


def _is_seen(values: Floats, rate_hz: float, stride: Stride) -> bool:
    first, last = int(stride.foot_strike_s * rate_hz), int(np.ceil(stride.next_foot_strike_s * rate_hz))
    return last < len(values) and bool(np.isfinite(values[first : last + 1]).all())
