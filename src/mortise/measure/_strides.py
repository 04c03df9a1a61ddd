"""Strides of one foot, made of its swings."""

from __future__ import annotations

import msgspec

from mortise.measure._sole import Sole, clearance
from mortise.measure._walk import TURN_DEG, FootWalk, Step
from mortise.measure.results import Contact, Stride
from mortise.terms import Side

# Two strikes of one foot further apart are not one stride: the longest stance while turning on the other foot is two
# seconds, and who stands longer has stopped.
LONGEST_STANCE_S = 2.5
# The sole's angle at contact that parts heel, flat and toe contact (Altman and Davis 2012: rearfoot above 8 degrees,
# forefoot below -1.6).
HEEL_DEG, TOE_DEG = 8.0, -1.6


def contact_of(strike_angle_deg: float) -> Contact:
    """Return which part of the foot meets the floor first."""
    if strike_angle_deg > HEEL_DEG:
        return "heel"
    return "flat" if strike_angle_deg >= TOE_DEG else "toe"


def strides_of(walked: FootWalk, sole: Sole | None = None) -> list[Stride]:
    """Join the swings of one foot to strides: strike, off, next strike; bouts are numbered per foot from 0.

    With a sole the strides say how high heel and toe were carried.
    """
    rate = walked.motion.rate_hz
    found: list[Stride] = []
    bout = 0
    for before, after in zip(walked.steps[:-1], walked.steps[1:], strict=True):
        strike, off, following = (
            before.events.foot_strike / rate,
            after.events.foot_off / rate,
            after.events.foot_strike / rate,
        )
        if off - strike > LONGEST_STANCE_S:
            bout += 1
            continue
        if not strike < off < following:
            continue
        stride = _stride(walked.recording.side, bout, before, after, (strike, off, following))
        lift = clearance(walked, after, sole) if sole is not None else None
        if lift is not None:
            stride = msgspec.structs.replace(
                stride, heel_clearance_cm=round(lift.heel_cm, 2), toe_clearance_cm=round(lift.toe_cm, 2)
            )
        found.append(stride)
    return _mark_ends(found)


def _stride(side: Side, bout: int, before: Step, after: Step, times_s: tuple[float, float, float]) -> Stride:
    strike, off, following = times_s
    length = after.swing.length_m
    turn = after.turn_deg
    quality: tuple[str, ...] = ()
    if before.is_bridged or after.is_bridged:
        quality += ("bridged_gap",)
    if not before.events.has_heel_fall:
        quality += ("no_heel_fall",)
    return Stride(
        side=side,
        bout=bout,
        foot_strike_s=round(strike, 4),
        foot_off_s=round(off, 4),
        next_foot_strike_s=round(following, 4),
        stride_length_m=round(length, 4),
        stride_time_s=round(following - strike, 4),
        stance_time_s=round(off - strike, 4),
        swing_time_s=round(following - off, 4),
        strike_angle_deg=round(before.events.strike_angle_deg, 2),
        toe_off_angle_deg=round(after.events.toe_off_angle_deg, 2),
        clearance_cm=round(100.0 * float(after.swing.path_m[:, 2].max()), 2),
        speed_m_s=round(length / (following - strike), 4),
        turn_deg=round(turn, 1),
        is_turn=abs(turn) > TURN_DEG,
        is_first_or_last=False,
        contact=contact_of(before.events.strike_angle_deg),
        height_gain_m=round(float(after.swing.displacement_m[2]), 3),
        quality=quality,
    )


def _mark_ends(strides: list[Stride]) -> list[Stride]:
    """Mark the first and last stride of each bout: speeding up and slowing down are not steady walking."""
    last = len(strides) - 1
    return [
        msgspec.structs.replace(
            stride,
            is_first_or_last=index in (0, last)
            or strides[index - 1].bout != stride.bout
            or strides[index + 1].bout != stride.bout,
        )
        for index, stride in enumerate(strides)
    ]
