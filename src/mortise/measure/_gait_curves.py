"""What is drawn of a walk: foot pitch over the stride, and the whole recording thinned with its events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mortise.measure._walk import FootWalk
from mortise.measure.recording import Floats
from mortise.measure.results import Curve, Event, Stride
from mortise.terms import Side

N_POINTS = 101
# A drawing 600 points wide shows every stride of a minute; more only weighs.
N_TRACE = 1200


def plain(values: Floats, digits: int = 3) -> tuple[float, ...]:
    """Return values as rounded plain numbers."""
    return tuple(np.round(values, digits).tolist())


def over_stride(values: Floats, rate_hz: float, strides: Sequence[Stride]) -> Floats:
    """Return `values` on 101 points from foot strike to foot strike, one row per stride."""
    rows = []
    for stride in strides:
        where = np.linspace(stride.foot_strike_s, stride.next_foot_strike_s, N_POINTS) * rate_hz
        rows.append(np.interp(where, np.arange(len(values)), values))
    return np.array(rows).reshape(-1, N_POINTS)


def stride_curve(
    name: str, unit: str, side: Side, values: Floats, rate_hz: float, strides: Sequence[Stride]
) -> Curve:
    """Return the mean and spread of `values` over the given strides, at least one."""
    rows = over_stride(values, rate_hz, strides)
    return Curve(
        name=name,
        side=side,
        x_unit="pct",
        unit=unit,
        x=plain(np.linspace(0.0, 100.0, N_POINTS), 1),
        mean=plain(rows.mean(axis=0)),
        sd=plain(rows.std(axis=0, ddof=1) if len(rows) > 1 else np.zeros(N_POINTS)),
        n_trials=len(rows),
    )


def curves_of(walked: FootWalk, strides: list[Stride]) -> list[Curve]:
    """Return the foot's pitch over the stride (mean, spread) and over the whole recording."""
    rate, side = walked.motion.rate_hz, walked.recording.side
    straight = [s for s in strides if not s.is_turn and not s.is_first_or_last]
    found = []
    if straight:
        found.append(stride_curve("foot_pitch_deg", "deg", side, walked.pitch_deg, rate, straight))
    every = max(1, -(-len(walked.pitch_deg) // N_TRACE))
    found.append(
        Curve(
            name="foot_pitch_trace_deg",
            side=side,
            x_unit="s",
            unit="deg",
            x=plain(walked.motion.time_s[::every]),
            mean=plain(walked.pitch_deg[::every], 2),
        )
    )
    return found


def events_of(strides: Sequence[Stride]) -> list[Event]:
    """Return foot strikes and foot offs in order of time, each once."""
    moments = {("foot_strike", t, s.side) for s in strides for t in (s.foot_strike_s, s.next_foot_strike_s)}
    moments |= {("foot_off", s.foot_off_s, s.side) for s in strides if s.foot_off_s is not None}
    return [
        Event(name=name, side=side, time_s=time_s)
        for name, time_s, side in sorted(moments, key=lambda moment: (moment[1], moment[2], moment[0]))
    ]
