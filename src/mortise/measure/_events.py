"""Foot off and foot strike within a swing, from the pitch of the foot."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.measure._foot_frame import FootFrame
from mortise.measure._swings import Swing
from mortise.measure.orientation import Attitude
from mortise.measure.recording import Floats
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
# The jolt of contact: one to three samples at 100 Hz.
_JOLT_S = 0.03
# Within 50 ms of heel contact the toe falls by five to twenty degrees; flat and toe-first contact turn the foot less,
# or toe up.
_LEAST_FALL_DEG = -2.0
# A toe that falls this fast was not on the floor yet, whatever other jolts there are.
_SURE_FALL_RAD_S = -3.0
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


class EventSignals(Struct, frozen=True, kw_only=True, eq=False):
    """What events are read from, made once per recording: the pitch rate smoothed twice, and how fast force changes."""

    fine: Floats
    coarse: Floats
    jolt: Floats


def event_signals(frame: FootFrame, pose: Attitude, rate_hz: float) -> EventSignals:
    """Return the foot's pitch rate, smoothed for events and for finding mid-swing, and the jolts of the foot."""
    steps = np.diff(pose.acc_world_m_s2, axis=0, prepend=pose.acc_world_m_s2[:1])
    return EventSignals(
        fine=window_mean(frame.pitch_rate_rad_s, _SMOOTH_S * rate_hz),
        coarse=window_mean(frame.pitch_rate_rad_s, _MID_S * rate_hz),
        jolt=window_mean(np.sqrt(np.einsum("ij,ij->i", steps, steps)), _JOLT_S * rate_hz),
    )


def find_events(swing: Swing, frame: FootFrame, rates: EventSignals, rate_hz: float) -> Events:
    """Find foot off and foot strike of one swing.

    Parameters
    ----------
    swing
        Where the foot moves.
    frame
        The foot's pitch.
    rates
        Pitch rates and jolts from `event_signals`.
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
    4. When the toe does not fall after the jolt of contact (flat or toe-first contact), foot strike is where that jolt
       rises through half its peak.
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
    swing: Swing, frame: FootFrame, rates: EventSignals, rate_hz: float, first: int, middle: int
) -> float:
    lowest = first + int(np.argmin(frame.pitch_deg[first : middle + 1]))
    begin = max(first, lowest - int(_PUSH_S * rate_hz))
    fastest = begin + int(np.argmin(rates.fine[begin : lowest + 1]))
    end = min(middle, lowest + int(0.05 * rate_hz) + 1)
    found = crossing(rates.fine, _OFF_SHARE * float(rates.fine[fastest]), fastest, end, rising=True)
    return found if found is not None else float(max(swing.start, lowest))


def _foot_strike(
    swing: Swing, frame: FootFrame, rates: EventSignals, rate_hz: float, middle: int, last: int
) -> tuple[float, int, bool]:
    highest = middle + int(np.argmax(frame.pitch_deg[middle : last + 1]))
    onset, knock = _jolt(swing, rates, rate_hz, last)
    before = max(0, knock - int(0.01 * rate_hz))
    after = min(len(frame.pitch_deg) - 1, knock + round(0.05 * rate_hz))
    end = min(last, highest + int(_FLAT_S * rate_hz))
    fastest = highest + int(np.argmin(rates.fine[highest : end + 1]))
    fall = float(rates.fine[fastest])
    falls_at_once = float(frame.pitch_deg[after] - frame.pitch_deg[before]) < _LEAST_FALL_DEG
    if fall < _SURE_FALL_RAD_S or (falls_at_once and fall < 0):
        begin = max(middle, highest - 2)
        found = crossing(rates.fine, _STRIKE_SHARE * fall, begin, fastest, rising=False, last=True)
        if found is not None:
            return found, highest, True
    return min(onset, float(last)), highest, False


def _jolt(swing: Swing, rates: EventSignals, rate_hz: float, last: int) -> tuple[float, int]:
    """Return where the jolt of contact rises through half its peak, and the peak.

    It is sought once the foot has lost a third of its greatest speed.
    """
    speed = np.sqrt(np.einsum("ij,ij->i", swing.velocity_m_s, swing.velocity_m_s))
    top = int(np.argmax(speed))
    slow = np.flatnonzero(speed[top:] < 0.7 * speed[top])
    first = min(swing.from_index + top + (int(slow[0]) if len(slow) else 0), last)
    knock = first + int(np.argmax(rates.jolt[first : last + 1]))
    half = 0.5 * float(rates.jolt[knock])
    onset = crossing(rates.jolt, half, first, knock, rising=True, last=True)
    return (onset if onset is not None else float(first)), knock
