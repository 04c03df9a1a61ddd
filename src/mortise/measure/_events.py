"""Foot off and foot strike within a swing, from the pitch of the foot."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.measure._foot_frame import FootFrame
from mortise.measure._swings import Swing
from mortise.measure.signals import at, crossing, window_mean

# Five samples at 100 Hz: enough to still the ringing of a strapped sensor, short against a 100 ms push-off.
_SMOOTH_S = 0.05
# The foot's mid-swing is where its toe-up rate, smoothed over this, is greatest.
_MID_S = 0.1
# Push-off ends when the toe stops pressing: the toe-down rate has begun to fall but the foot still turns. Contact
# has happened when the sole is falling at half its final speed. Both are shares of that step's own peak, so they
# hold for slow and fast walkers alike. Marker truth and manual labels agree with them (docs/reference/validation).
_OFF_SHARE = 0.75
_STRIKE_SHARE = 0.5
# Push-off ends within this time before the foot is most toe-down; the sole is flat this long after contact at latest.
_PUSH_S = 0.25
_FLAT_S = 0.15


class Events(Struct, frozen=True, kw_only=True):
    """Foot off and foot strike in (fractional) samples, and the sole's angle at each, toe up positive.

    `has_heel_fall` is false when no fall of the toe follows contact: the foot landed flat or toe first.
    """

    foot_off: float
    foot_strike: float
    toe_off_angle_deg: float
    strike_angle_deg: float
    has_heel_fall: bool


class PitchRate(Struct, frozen=True, kw_only=True, eq=False):
    """The foot's pitch rate smoothed twice, once per recording."""

    fine: np.ndarray[tuple[int], np.dtype[np.float64]]
    coarse: np.ndarray[tuple[int], np.dtype[np.float64]]


def smooth_rates(frame: FootFrame, rate_hz: float) -> PitchRate:
    """Return the foot's pitch rate, smoothed for events and for finding mid-swing."""
    return PitchRate(
        fine=window_mean(frame.pitch_rate_rad_s, _SMOOTH_S * rate_hz),
        coarse=window_mean(frame.pitch_rate_rad_s, _MID_S * rate_hz),
    )


def find_events(swing: Swing, frame: FootFrame, rates: PitchRate, rate_hz: float) -> Events:
    """Find foot off and foot strike of one swing.

    Parameters
    ----------
    swing
        Where the foot moves.
    frame
        The foot's pitch.
    rates
        The pitch rate from `smooth_rates`.
    rate_hz
        Samples per second.

    Returns
    -------
    Events
        Both events between samples, with the sole's angles.

    Notes
    -----
    1. Mid-swing is the greatest toe-up rate.
    2. Before it the foot is most toe-down once; foot off is where the toe-down rate has fallen to three quarters of
       its peak on the way there.
    3. After it the foot is most toe-up once, just before contact: the strike angle. Foot strike is where the rate of
       the sole's fall last passes half its peak; earlier passes are the ringing of a loose strap.
    4. Without such a fall (flat or toe-first contact) foot strike is where the foot's forward speed has fallen to a
       tenth of its peak.
    """
    first = max(swing.rest_before, swing.start - int(0.1 * rate_hz))
    last = min(swing.rest_after, swing.stop + int(0.1 * rate_hz))
    middle = first + int(np.argmax(rates.coarse[first : last + 1]))
    foot_off = _foot_off(swing, frame, rates, rate_hz, first, middle)
    foot_strike, peak, has_fall = _foot_strike(swing, frame, rates, rate_hz, middle, last)
    if foot_strike <= foot_off:
        foot_off, foot_strike = float(swing.start), float(swing.stop)
    return Events(
        foot_off=foot_off,
        foot_strike=foot_strike,
        toe_off_angle_deg=at(frame.pitch_deg, foot_off),
        strike_angle_deg=float(frame.pitch_deg[peak]) if has_fall else at(frame.pitch_deg, foot_strike),
        has_heel_fall=has_fall,
    )


def _foot_off(
    swing: Swing, frame: FootFrame, rates: PitchRate, rate_hz: float, first: int, middle: int
) -> float:
    lowest = first + int(np.argmin(frame.pitch_deg[first : middle + 1]))
    begin = max(first, lowest - int(_PUSH_S * rate_hz))
    fastest = begin + int(np.argmin(rates.fine[begin : lowest + 1]))
    end = min(middle, lowest + int(0.05 * rate_hz) + 1)
    found = crossing(rates.fine, _OFF_SHARE * float(rates.fine[fastest]), fastest, end, rising=True)
    return found if found is not None else float(max(swing.start, lowest))


def _foot_strike(
    swing: Swing, frame: FootFrame, rates: PitchRate, rate_hz: float, middle: int, last: int
) -> tuple[float, int, bool]:
    highest = middle + int(np.argmax(frame.pitch_deg[middle : last + 1]))
    end = min(last, highest + int(_FLAT_S * rate_hz))
    fastest = highest + int(np.argmin(rates.fine[highest : end + 1]))
    fall = float(rates.fine[fastest])
    if fall < -1.0:
        begin = max(middle, highest - 2)
        found = crossing(rates.fine, _STRIKE_SHARE * fall, begin, fastest, rising=False, last=True)
        if found is not None:
            return found, highest, True
    speed = np.hypot(swing.velocity_m_s[:, 0], swing.velocity_m_s[:, 1])
    top = int(np.argmax(speed))
    slow = crossing(speed, 0.1 * float(speed[top]), top, len(speed) - 1, rising=False)
    strike = swing.from_index + slow if slow is not None else float(swing.stop)
    return min(strike, float(last)), highest, False
