"""What a heel rise looks like to a sensor on the foot, to a sensor or phone on the shin, and to both."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure._lift import anchored_lift_m, loose_speed_m_s, ups_and_downs, vertical_m_s2
from mortise.measure._repetitions import Repetitions, repetitions, usual_height
from mortise.measure._sensor_segment import (
    STILL_DEG_S,
    Flags,
    Segment,
    SensorAxes,
    axes,
    forward_deg,
    longer_way,
    mean_up,
    segment,
    standing,
    still_stretches,
)
from mortise.measure.ankle_angle import AnkleAngle, ankle_angle
from mortise.measure.orientation import need_gyroscope
from mortise.measure.recording import Floats, Recording
from mortise.measure.signals import window_mean
from mortise.terms import Side

# From the back of the heel to the ball of the foot, as a share of the foot's length; an adult's foot when nobody says.
BALL_SHARE = 0.72
FOOT_M = 0.255
# How much adults' feet differ from that, as a share (standard deviation): this much of the height is not known.
FOOT_SPREAD = 0.07
# A sensor on the instep tips more than the foot of a laboratory: 50 against 41 degrees in the one person there is.
TIP_SPREAD = 0.10
# A sensor on the heel may sit a centimetre before or behind it: this share of the lever.
_HEEL_SPOT = 0.05
# Lift by integration over one rise, and angle times lever: from recordings with known truth.
_LIFT_ERROR_CM = 0.3
_ANGLE_ERROR_CM = 0.4
# Less is shifting weight: a centimetre at the shin, five degrees of the foot.
_LEAST_SHIN_CM = 1.0
_LEAST_FOOT_DEG = 5.0
# Ups and downs below this share of the usual rise are wavering at the top or bottom.
REVERSAL = 0.33
SMOOTH_S = 0.06
# Much of the turning must be about one axis, else nothing shows which way the foot tips.
_LEAST_SHARE = 0.7
# In walking a foot swings at 400 degrees a second and more and a shin at 200; rises stay below 200 and 60.
_SWING_FOOT_DEG_S = 300.0
_SWING_SHIN_DEG_S = 150.0
# A heel that stands on the floor sinks no further. In walking the foot comes down with its toes 20 degrees up: half.
_TOES_UP_DEG = 10.0
# A foot or shin that stands again stands as before within this.
_TURNED_DEG = 12.0
# A rise of a centimetre in a second; a held position wavers by less.
_LEAST_M_S = 0.012
# Upward acceleration of somebody who stands, mean over 0.2 s: noise of a phone and breathing stay below, or below this
# share of what the rises need.
_CALM_M_S2 = 0.03
_CALM_SHARE = 0.15


class Rising(Struct, frozen=True, kw_only=True, eq=False):
    """The heel rises of one side as one source sees them.

    Attributes
    ----------
    side, rate_hz, time_s
        Side, samples per second, seconds from the start of the recording.
    found
        Repetitions, in samples.
    height_cm
        How high the point stands over where it stands between rises, `(n,)`; NaN where not known.
    place
        The point: `heel`, or `shin` for a sensor that only sees the shin go up.
    other_cm
        Lifts that the source sees beside it, by name.
    angle_deg
        Plantarflexion from standing (or the foot's tip, `angle_of` says), `(n,)`, or None.
    angle_of
        `ankle`, `foot`, or nothing.
    lean_deg
        How far the shin leans from standing, or the knee bends, `(n,)`, or None.
    lean_of
        `shank`, `knee`, or nothing.
    is_lost
        Samples that are missing.
    error_cm, error_share
        What is not known of a height: a fixed part, and a share of it.
    method, flags
        How it was measured, and what speaks against it.
    """

    side: Side
    rate_hz: float
    time_s: Floats
    found: Repetitions
    height_cm: Floats
    place: Literal["heel", "shin"]
    other_cm: dict[str, Floats]
    angle_deg: Floats | None
    angle_of: Literal["ankle", "foot", ""]
    lean_deg: Floats | None
    lean_of: Literal["shank", "knee", ""]
    is_lost: Flags
    error_cm: float
    error_share: float
    method: str
    flags: tuple[str, ...] = ()


def _upright(part: Segment) -> tuple[Floats, tuple[str, ...]]:
    """Return up while standing, and what speaks against it."""
    where = standing(part.speed_deg_s, part.rate_hz, part.motion.is_lost)
    if where is not None:
        return mean_up(part, *where), ()
    still = still_stretches(part.speed_deg_s, part.rate_hz, part.motion.is_lost)
    if still:
        return mean_up(part, *max(still, key=lambda each: each[1] - each[0])), ("standing_unsure",)
    slow = part.up[part.speed_deg_s <= np.quantile(part.speed_deg_s, 0.2)].mean(axis=0)
    up: Floats = slow / np.linalg.norm(slow)
    return up, ("no_quiet_stance",)


def _turned(part: Segment, anchors: list[int]) -> tuple[str, ...]:
    """Return a flag when the sensor lies in another way between the last rises than between the first."""
    if len(anchors) < 4:
        return ()
    third = max(1, len(anchors) // 3)
    early, late = (part.up[each].mean(axis=0) for each in (anchors[:third], anchors[-third:]))
    cosine = float(early @ late / np.linalg.norm(early) / np.linalg.norm(late))
    return ("sensor_turned",) if np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))) > _TURNED_DEG else ()


def _refuse_walking(part: Segment, found: Repetitions, fastest_deg_s: float) -> None:
    """Refuse a recording in which the segment swings as it does in steps."""
    fastest = [float(part.speed_deg_s[one.low : one.down + 1].max()) for one in found.whole]
    usual = float(np.median(fastest)) if fastest else 0.0
    if usual > fastest_deg_s:
        raise SignalError(
            f"no set of heel rises: the sensor swings at {usual:.0f} degrees a second, as in walking.",
            where=part.info.file,
            mend="Measure it as gait, or record heel rises on the spot.",
        )


def _refuse_toes_up(part: Segment, found: Repetitions, tip_deg: Floats) -> None:
    """Refuse a recording in which the foot comes down toes up: slow steps, too, are no heel rises."""
    lowest = [float(tip_deg[one.low : one.down + 1].min()) for one in found.whole]
    if lowest and float(np.median(lowest)) < -_TOES_UP_DEG:
        raise SignalError(
            f"no set of heel rises: the toes come {-float(np.median(lowest)):.0f} degrees up, as in walking.",
            where=part.info.file,
            mend="Measure it as gait, or record heel rises on the spot.",
        )


def _own_axes(part: Segment) -> tuple[SensorAxes, tuple[str, ...]]:
    """Return the axes of one segment alone, its longer way forward."""
    up, flags = _upright(part)
    frame = axes([part], up)
    if frame.swing_deg > _LEAST_FOOT_DEG and frame.share_ratio < _LEAST_SHARE:
        flags = (*flags, "axis_unsure")
    if longer_way(forward_deg(part, frame), part.rate_hz) < 0.0:
        frame = frame.opposite()
    return frame, flags


def of_foot(foot: Recording, shank: Recording | None = None, foot_length_m: float | None = None) -> Rising:
    """Return the rises seen by a sensor on the foot, with one on the shank where there is one.

    Notes
    -----
    The foot is stiff from heel to ball and tips over the ball, so the heel stands as high as the lever times the sine
    of the tip. A sensor on the heel goes up with it, and its own lift over all rises tells its lever; elsewhere the
    lever is 0.72 of the foot's length, and an adult's usual one when nobody says it.
    """
    need_gyroscope(foot, "a heel rise seen from the foot")
    part = segment(foot)
    frame, flags = _own_axes(part)
    tip = window_mean(forward_deg(part, frame), SMOOTH_S * part.rate_hz)
    reversal = max(_LEAST_FOOT_DEG, REVERSAL * usual_height(tip))
    found = repetitions(tip, reversal)
    _refuse_walking(part, found, _SWING_FOOT_DEG_S)
    if not flags:
        _refuse_toes_up(part, found, tip)
    anchors = _anchors(found, _quiet(vertical_m_s2(part), part.rate_hz) & (part.speed_deg_s < STILL_DEG_S))
    lift_cm = 100.0 * anchored_lift_m(vertical_m_s2(part), part.rate_hz, anchors, part.up)
    is_heel = foot.placement == "heel"
    lever_m = (
        _own_lever(lift_cm, tip, found, part.rate_hz, foot_length_m)
        if is_heel
        else BALL_SHARE * (foot_length_m or FOOT_M)
    )
    angle = _with_shank(foot, shank)
    flags = (*flags, *_turned(part, anchors))
    if not is_heel and foot_length_m is None:
        flags = (*flags, "foot_length_assumed")
    if foot.placement == "foot":
        flags = (*flags, "spot_on_foot_unknown")
    other = {"sensor_lift_cm": lift_cm}
    if shank is not None:
        other["shin_lift_cm"] = _shin_lift(shank, part, anchors)
    return Rising(
        side=foot.side,
        rate_hz=part.rate_hz,
        time_s=part.motion.time_s,
        found=found,
        height_cm=100.0 * lever_m * np.sin(np.radians(tip)),
        place="heel",
        other_cm=other,
        angle_deg=tip if angle is None else _fit(-angle.dorsiflexion_deg, len(tip)),
        angle_of="foot" if angle is None else "ankle",
        lean_deg=None if angle is None else _fit(angle.shank_forward_deg, len(tip)),
        lean_of="" if angle is None else "shank",
        is_lost=part.motion.is_lost,
        error_cm=_LIFT_ERROR_CM if is_heel else _ANGLE_ERROR_CM,
        error_share=0.0 if is_heel else float(np.hypot(TIP_SPREAD, 0.02 if foot_length_m else FOOT_SPREAD)),
        method=f"{'heel' if is_heel else 'foot'}-{'lift' if is_heel else 'tip'}/1",
        flags=flags if angle is None else tuple(dict.fromkeys((*flags, *angle.flags))),
    )


def _own_lever(
    lift_cm: Floats, tip_deg: Floats, found: Repetitions, rate_hz: float, foot_length_m: float | None
) -> float:
    """Return the lever of a sensor on the heel, metres: what its lift says, and what a foot of that length says.

    Each counts by how well it is known: a lift the less the slower the rise is.
    """
    usual_m = BALL_SHARE * (foot_length_m or FOOT_M)
    usual_sd_m = usual_m * float(np.hypot(_HEEL_SPOT, 0.0 if foot_length_m else FOOT_SPREAD))
    peaks = [one.peak for one in found.whole if np.isfinite(lift_cm[one.peak])]
    tips = np.sin(np.radians(tip_deg[peaks]))
    power = float(tips @ tips)
    if power <= 0.0:
        return usual_m
    seen_m = float(lift_cm[peaks] @ tips) / power / 100.0
    seen_sd_m = _lift_error_cm(found, rate_hz) / 100.0 / float(np.median(tips))
    weights = np.array([seen_sd_m**-2, usual_sd_m**-2])
    return float(weights @ np.array([seen_m, usual_m]) / weights.sum())


def _with_shank(foot: Recording, shank: Recording | None) -> AnkleAngle | None:
    return None if shank is None else ankle_angle(foot, shank)


def _fit(values: Floats, n: int) -> Floats:
    """Return `values` with the last one held until there are `n`: the shank's recording may end a little earlier."""
    return np.concatenate([values, np.full(max(0, n - len(values)), values[-1])])[:n]


def _anchors(found: Repetitions, still: Flags | None = None) -> list[int]:
    """Return where the sensor stands at its lowest: before, between and after the rises.

    Where it stands still (`still`), that moment is surer than the lowest point of a trace.
    """
    between: set[int] = set()
    for number, one in enumerate(found.whole):
        low, down = one.low, one.down
        if still is not None:
            before = found.whole[number - 1].stop if number else 0
            after = found.whole[number + 1].start if number + 1 < len(found.whole) else len(still) - 1
            quiet_before = np.flatnonzero(still[before : one.start + 1])
            quiet_after = np.flatnonzero(still[one.stop : after + 1])
            low = before + int(quiet_before[-1]) if len(quiet_before) else low
            down = one.stop + int(quiet_after[0]) if len(quiet_after) else down
        between |= {low, down}
    return sorted(between)


def _quiet(upward_m_s2: Floats, rate_hz: float) -> Flags:
    """Return where nothing speeds up or slows down for a fifth of a second."""
    smooth = np.abs(window_mean(upward_m_s2, 0.2 * rate_hz))
    calm = smooth < max(_CALM_M_S2, _CALM_SHARE * float(np.quantile(smooth, 0.95)))
    quiet: Flags = window_mean(calm.astype(float), 0.2 * rate_hz) > 0.999
    return quiet


def _shin_lift(shank: Recording, foot: Segment, anchors: list[int]) -> Floats:
    """Return the shin's lift on the foot's time base, between the rises that the foot shows."""
    part = segment(shank)
    ratio = part.rate_hz / foot.rate_hz
    own = sorted({min(round(each * ratio), len(part.up) - 1) for each in anchors})
    lift = 100.0 * anchored_lift_m(vertical_m_s2(part), part.rate_hz, own)
    on_foot: Floats = np.interp(foot.motion.time_s, part.motion.time_s, lift)
    return on_foot


def of_shin(shank: Recording) -> Rising:
    """Return the rises seen by a sensor or phone on the shin alone.

    Notes
    -----
    1. Rises are found in the vertical speed, all slower than twelve seconds taken out: up, then down.
    2. The shin stands at its lowest between them; from there to there the acceleration is integrated twice, so that
       speed and height come back to nothing.

    What goes up is the shin, carried by the ankle: less than the heel does, by a third to a half.
    """
    part = segment(shank)
    upward = vertical_m_s2(part)
    speed = window_mean(loose_speed_m_s(upward, part.rate_hz), SMOOTH_S * part.rate_hz)
    least = max(_LEAST_M_S, REVERSAL * float(np.quantile(np.abs(speed), 0.95)))
    found = ups_and_downs(speed, least)
    anchors = _anchors(found, _quiet(upward, part.rate_hz) & (np.abs(speed) < least))
    lift_cm = np.zeros(len(upward))
    if len(anchors) > 1:
        again = 100.0 * anchored_lift_m(upward, part.rate_hz, anchors)
        lift_cm = np.where(np.isfinite(again), again, 0.0)
    found = _high_enough(found, lift_cm)
    _refuse_walking(part, found, _SWING_SHIN_DEG_S)
    frame, flags = _own_axes(part)
    lean = np.degrees(np.arccos(np.clip(part.up @ frame.up, -1.0, 1.0)))
    return Rising(
        side=shank.side,
        rate_hz=part.rate_hz,
        time_s=part.motion.time_s,
        found=found,
        height_cm=lift_cm,
        place="shin",
        other_cm={},
        angle_deg=None,
        angle_of="",
        lean_deg=lean,
        lean_of="shank",
        is_lost=part.motion.is_lost,
        error_cm=_lift_error_cm(found, part.rate_hz),
        error_share=0.0,
        method="shin-lift/1",
        flags=("height_at_shin", *flags, *_turned(part, anchors)),
    )


def _lift_error_cm(found: Repetitions, rate_hz: float) -> float:
    """Return what a height is off by: the slower the rise, the more of it drift can hide (known truth, 2 to 8 s)."""
    usual_s = float(np.median([one.down - one.low for one in found.whole])) / rate_hz if found.whole else 0.0
    return float(np.hypot(_LIFT_ERROR_CM, 0.02 * usual_s**2))


def _high_enough(found: Repetitions, lift_cm: Floats) -> Repetitions:
    """Return the rises that are a third as high as the highest or higher, peaks where they are."""
    placed = [
        one._replace(peak=one.low + int(np.argmax(lift_cm[one.low : one.down + 1]))) for one in found.whole
    ]
    best = max((float(lift_cm[one.peak]) for one in placed), default=0.0)
    least = max(_LEAST_SHIN_CM, REVERSAL * best)
    return Repetitions([one for one in placed if lift_cm[one.peak] >= least], found.halves)
