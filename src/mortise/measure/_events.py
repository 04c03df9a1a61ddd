"""Foot off and foot strike within a swing, from the pitch of the foot."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.measure._foot_frame import FootFrame
from mortise.measure._swings import Swing
from mortise.measure.orientation import Attitude
from mortise.measure.recording import Floats
from mortise.measure.signals import at, crossing, window_mean

# Five samples at 100 Hz: enough to still the ringing of a strapped sensor, short against a 100 ms push-off and fall.
SMOOTH_S = 0.05
# A runner's foot bears for a quarter of a second where a walker's does for two thirds, and its toe falls in 50 ms: the
# same smoothing scaled by that.
RUN_SMOOTH_S = 0.02
# The foot's mid-swing is where its toe-up rate, smoothed over this, is greatest.
_MID_S = 0.1
# Push-off ends when the toe stops pressing: the toe-down rate has begun to fall but the foot still turns. Contact
# has happened when the sole is falling at half its final speed. Both are shares of that step's own peak, so they
# hold for slow and fast walkers alike. Marker truth and manual labels agree with them (docs/reference/validation).
_OFF_SHARE = 0.75
_STRIKE_SHARE = 0.5
# The jolt of contact: one to three samples at 100 Hz.
_JOLT_S = 0.03
# Landing shakes the foot from contact on, and hardly before. Contact therefore lies where the first tenth to the first
# seven tenths of the landing's shaking have come about; without a fall of the toe to go by, at three tenths of it.
_FIRST_SHARE = 0.1
_LAST_SHARE = 0.7
_JOLT_SHARE = 0.3
# A heel that rose less than the error of its angle did not push off: the foot was lifted or turned flat, and leaves
# with the movement.
_LEAST_PUSH_DEG = 3.0
_LEAVING_SHARE = 0.1
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


def event_signals(
    frame: FootFrame, pose: Attitude, rate_hz: float, smooth_s: float = SMOOTH_S
) -> EventSignals:
    """Return the foot's pitch rate, smoothed for events and for finding mid-swing, and the jolts of the foot."""
    steps = np.diff(pose.acc_world_m_s2, axis=0, prepend=pose.acc_world_m_s2[:1])
    return EventSignals(
        fine=window_mean(frame.pitch_rate_rad_s, smooth_s * rate_hz),
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
    1. Mid-swing is the greatest toe-up rate while the foot is carried at more than half its greatest speed.
    2. Before it the foot is most toe-down once; foot off is where the toe-down rate has fallen to three quarters of
       its peak on the way there.
       A foot whose heel hardly rose (turning on the spot, bringing the feet together) leaves when it has a tenth of its
       greatest speed.
    3. After it the foot is most toe-up once, just before contact: the strike angle. Foot strike is where the rate of
       the sole's fall last passes half its peak; earlier passes are the ringing of a loose strap. It must lie within
       the jolt of landing: between a tenth and seven tenths of the energy of changing force.
    4. When the toe does not fall after the jolt of contact (flat or toe-first contact), foot strike is where three
       tenths of that energy have come.
    """
    first = max(swing.rest_before, swing.start - int(0.1 * rate_hz))
    last = min(swing.rest_after, swing.stop + int(0.1 * rate_hz))
    speed = np.sqrt(np.einsum("ij,ij->i", swing.velocity_m_s, swing.velocity_m_s))
    middle = min(max(_middle(swing, rates, speed, last), first), last)
    foot_off = _foot_off(swing, frame, rates, rate_hz, (first, middle), speed)
    foot_strike, peak, has_fall = _foot_strike(swing, frame, rates, rate_hz, (middle, last), speed)
    if foot_strike <= foot_off:
        foot_off, foot_strike = float(swing.start), float(swing.stop)
    return Events(
        foot_off=foot_off,
        foot_strike=foot_strike,
        toe_off_angle_deg=at(frame.pitch_deg, foot_off),
        strike_angle_deg=float(frame.pitch_deg[peak]) if has_fall else at(frame.pitch_deg, foot_strike),
        has_heel_fall=has_fall,
    )


def _middle(swing: Swing, rates: EventSignals, speed: Floats, last: int) -> int:
    """Return mid-swing: the greatest toe-up rate while the foot has more than half its greatest speed."""
    quick = np.flatnonzero(speed > 0.5 * speed.max()) + swing.from_index
    start, stop = int(quick[0]), min(int(quick[-1]), last)
    return start + int(np.argmax(rates.coarse[start : stop + 1])) if stop > start else start


def _foot_off(
    swing: Swing,
    frame: FootFrame,
    rates: EventSignals,
    rate_hz: float,
    bounds: tuple[int, int],
    speed: Floats,
) -> float:
    first, middle = bounds
    lowest = first + int(np.argmin(frame.pitch_deg[first : middle + 1]))
    if frame.pitch_deg[lowest] - frame.pitch_deg[swing.rest_before] > -_LEAST_PUSH_DEG:
        return _leaving(swing, speed)
    begin = max(first, lowest - int(_PUSH_S * rate_hz))
    fastest = begin + int(np.argmin(rates.fine[begin : lowest + 1]))
    end = min(middle, lowest + int(0.05 * rate_hz) + 1)
    found = crossing(rates.fine, _OFF_SHARE * float(rates.fine[fastest]), fastest, end, rising=True)
    return found if found is not None else float(max(swing.start, lowest))


def _leaving(swing: Swing, speed: Floats) -> float:
    """Return where the foot last gathers a tenth of its greatest speed."""
    top = int(np.argmax(speed))
    found = crossing(speed, _LEAVING_SHARE * float(speed[top]), 0, top, rising=True, last=True)
    return swing.from_index + found if found is not None else float(swing.start)


def _foot_strike(
    swing: Swing,
    frame: FootFrame,
    rates: EventSignals,
    rate_hz: float,
    bounds: tuple[int, int],
    speed: Floats,
) -> tuple[float, int, bool]:
    middle, last = bounds
    highest = middle + int(np.argmax(frame.pitch_deg[middle : last + 1]))
    first, knock, shares = _landing(swing, rates, last, speed)
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
            early, late = np.interp((_FIRST_SHARE, _LAST_SHARE), shares, np.arange(len(shares))) + first
            return float(np.clip(found, early, late)), highest, True
    jolted = first + float(np.interp(_JOLT_SHARE, shares, np.arange(len(shares))))
    return min(jolted, float(last)), highest, False


def _landing(swing: Swing, rates: EventSignals, last: int, speed: Floats) -> tuple[int, int, Floats]:
    """Return where landing may begin, its greatest jolt, and which share of its shaking has come by each sample.

    Landing is sought once the foot has lost a third of its greatest speed.
    """
    top = int(np.argmax(speed))
    slow = np.flatnonzero(speed[top:] < 0.7 * speed[top])
    first = min(swing.from_index + top + (int(slow[0]) if len(slow) else 0), last)
    jolt = rates.jolt[first : last + 1]
    energy = np.cumsum(jolt * jolt)
    return first, first + int(np.argmax(jolt)), energy / max(float(energy[-1]), 1e-12)
