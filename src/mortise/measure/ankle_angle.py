"""The ankle's sagittal angle from a sensor on the foot and one on the shank, fixed in any way, without heading.

The movement itself says how each sensor lies on its segment: no template, no magnetometer, no table of axes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure._sensor_segment import (
    Flags,
    Segment,
    SensorAxes,
    axes,
    forward_deg,
    longer_way,
    mean_up,
    segment,
    sideways_deg,
    standing,
    still_stretches,
)
from mortise.measure.orientation import need_gyroscope
from mortise.measure.recording import FOOT_PLACEMENTS, Floats, Recording
from mortise.terms import Side

METHOD = "foot-shank/1"

# Standard error of the angle over a movement without any fit: root mean square over the six exercises of validation
# (one person, docs/reference/validation). Soft tissue under the shank sensor and the shoe under the foot one make it.
ANGLE_ERROR_DEG = 4.6
# Below this a segment hardly turned, and neither its axis nor its sign matters.
_STILL_SEGMENT_DEG = 12.0
# A shank that leans less than this only sways, and nothing tells forward from back.
_SWAY_DEG = 5.0
# A foot that tips this clearly about one axis shows a lifted heel however little it is.
_CLEAR_SHARE = 0.9
# Much of the turning must be about one axis, else the movement does not show which one is medio-lateral.
_LEAST_SHARE = 0.7
# A difference between the ways forward and back that decides nothing.
_UNDECIDED_DEG = 6.0
# Segments that swing together, as in a step, are tied to each other: their leans correlate at least so far.
_TIED = 0.5
# Beyond these no ankle goes: with signs chosen wrongly, a step would need more.
_LOWEST_DEG, _HIGHEST_DEG = -75.0, 60.0


class AnkleCalibration(Struct, frozen=True, kw_only=True, eq=False):
    """How the two sensors lie on foot and shank.

    `foot` and `shank` are axes in their sensors' frames; `flags` says what was missing: `no_quiet_stance`,
    `standing_unsure`, `axis_unsure`, `direction_unsure`. A foot that stayed flat while the shank moved shows no axis of
    its own; its pitch then counts as none. So does the lean of a shank that did no more than sway.
    """

    foot: SensorAxes
    shank: SensorAxes
    is_foot_flat: bool = False
    is_shank_still: bool = False
    flags: tuple[str, ...] = ()


class AnkleAngle(Struct, frozen=True, kw_only=True, eq=False):
    """Ankle, foot and shank over time, all zero in quiet standing.

    Attributes
    ----------
    side
        Side of the ankle.
    rate_hz
        Samples per second.
    time_s
        Seconds from the first sample, `(n,)`.
    dorsiflexion_deg
        Shank over foot, dorsiflexion positive, `(n,)`.
    shank_forward_deg
        Lean of the shank, knee forward positive, `(n,)`.
    foot_toe_up_deg
        Pitch of the foot, toe up positive, `(n,)`.
    sideways_deg
        Lean of the shank out of its plane, `(n,)`.
    is_lost
        Samples that lie in a hole of either recording.
    flags
        What the calibration lacked.
    """

    side: Side
    rate_hz: float
    time_s: Floats
    dorsiflexion_deg: Floats
    shank_forward_deg: Floats
    foot_toe_up_deg: Floats
    sideways_deg: Floats
    is_lost: Flags
    flags: tuple[str, ...] = ()


def foot_and_shank(recordings: Sequence[Recording]) -> dict[Side, tuple[Recording, Recording]]:
    """Return foot and shank of each side that has one of both.

    Parameters
    ----------
    recordings
        What `read` returned.

    Returns
    -------
    dict
        Side to foot and shank; sides without both are left out.

    Raises
    ------
    SignalError
        When one side has two sensors on the foot or two on the shank.
    """
    found: dict[Side, tuple[Recording, Recording]] = {}
    for side in dict.fromkeys(each.side for each in recordings):
        feet = [r for r in recordings if r.side is side and r.placement in FOOT_PLACEMENTS]
        shanks = [r for r in recordings if r.side is side and r.placement == "shank"]
        if not feet or not shanks:
            continue
        if len(feet) > 1 or len(shanks) > 1:
            raise SignalError(
                f"{len(feet)} sensors on the foot and {len(shanks)} on the shank of one side.",
                where=feet[0].info.file,
                mend="Give one of each, with side and placement said.",
            )
        found[side] = feet[0], shanks[0]
    return found


def calibrate(pairs: Sequence[tuple[Recording, Recording]]) -> AnkleCalibration:
    """Find how the sensors lie on foot and shank, from the movement itself.

    Parameters
    ----------
    pairs
        Foot and shank of one ankle, one or more recordings with the sensors in the same place.

    Returns
    -------
    AnkleCalibration
        SensorAxes of both segments in their sensors' frames, and what was missing.

    Raises
    ------
    SignalError
        When there is nothing to calibrate from.

    Notes
    -----
    1. Up is gravity over the first half second or more in which both sensors are still, before much has turned.
    2. The medio-lateral axis is the principal axis of the angular velocity at right angles to up.
    3. Which end of it is left follows from how ankles and knees are built: from standing, the foot tips further on to
       the toes than on to the heel, and the shank leans further forward than back. Segments that swing together are
       tied to each other, so that the one that shows it more clearly decides; signs that would bend the ankle beyond
       what any ankle does are refused.

    Data needs: quiet standing with the sole on the floor and the shin upright, then any movement mostly in the
    sagittal plane. A foot that stays flat needs no axis. Deviation from functional calibration in the literature: no
    separate calibration movement, and no heading, because only inclinations are compared.

    References
    ----------
    Seel, Raisch and Schauer 2014, Sensors 14, 6891-6909, doi:10.3390/s140406891 (joint axes from movement).
    Laidig and Seel 2023, Information Fusion 91, 187-204, doi:10.1016/j.inffus.2022.10.014 (orientation).
    """
    return _calibrate([(segment(foot), segment(shank)) for foot, shank in pairs])


def ankle_angle(foot: Recording, shank: Recording, calibration: AnkleCalibration | None = None) -> AnkleAngle:
    """Measure the ankle's sagittal angle.

    Parameters
    ----------
    foot, shank
        Recordings of one side that started together.
    calibration
        What `calibrate` found in these or in other recordings with the sensors in the same place; from this
        recording when left out.

    Returns
    -------
    AnkleAngle
        Angles on the time base of the foot sensor, zero in quiet standing.

    Raises
    ------
    SignalError
        When a recording is too short or too slow, or both do not overlap.

    Notes
    -----
    The angle is the lean of the shank less that of the foot, each gravity's direction about the segment's own
    medio-lateral axis. Turning either sensor on its segment changes nothing; heading is not used. The zero is quiet
    standing, which in a laboratory's definition may be several degrees from its own zero. Accuracy: see
    docs/reference/validation. The limit is soft tissue and shoe, not the filter.
    """
    for each in (foot, shank):
        need_gyroscope(each, "the ankle's angle")
    part = segment(foot), segment(shank)
    return _angle(part, calibration or _calibrate([part]), foot.side)


def _angle(part: tuple[Segment, Segment], calibration: AnkleCalibration, side: Side) -> AnkleAngle:
    """Return the angles of one pair of segments on the foot's time base."""
    foot, shank = part
    toe_up = -forward_deg(foot, calibration.foot)
    if calibration.is_foot_flat:
        toe_up = np.zeros_like(toe_up)
    time_s = foot.motion.time_s
    on_both = time_s <= shank.motion.time_s[-1] + 0.5 / shank.rate_hz
    if np.count_nonzero(on_both) < 3:
        raise SignalError(
            "foot and shank were not recorded together.",
            where=shank.info.file,
            mend="Start both sensors together.",
        )
    time_s = time_s[on_both]
    lean, across = (
        np.interp(time_s, shank.motion.time_s, each)
        for each in (forward_deg(shank, calibration.shank), sideways_deg(shank, calibration.shank))
    )
    if calibration.is_shank_still:
        lean = np.zeros_like(lean)
    is_lost = foot.motion.is_lost[on_both] | (
        np.interp(time_s, shank.motion.time_s, shank.motion.is_lost.astype(float)) > 0.0
    )
    return AnkleAngle(
        side=side,
        rate_hz=foot.rate_hz,
        time_s=time_s,
        dorsiflexion_deg=lean + toe_up[on_both],
        shank_forward_deg=lean,
        foot_toe_up_deg=toe_up[on_both],
        sideways_deg=across,
        is_lost=is_lost,
        flags=calibration.flags,
    )


def _calibrate(parts: list[tuple[Segment, Segment]]) -> AnkleCalibration:
    if not parts:
        raise SignalError(
            "there is no recording of foot and shin together.",
            mend="Give one sensor on each, started together.",
        )
    ups, flags = _standing_up(parts)
    foot = axes([part[0] for part in parts], ups[0])
    shank = axes([part[1] for part in parts], ups[1])
    if any(a.swing_deg > _STILL_SEGMENT_DEG and a.share_ratio < _LEAST_SHARE for a in (foot, shank)):
        flags.append("axis_unsure")
    foot, shank, is_sure = _directions(parts, foot, shank)
    if not is_sure:
        flags.append("direction_unsure")
    return AnkleCalibration(
        foot=foot,
        shank=shank,
        is_foot_flat=foot.swing_deg < min(_STILL_SEGMENT_DEG, 0.5 * shank.swing_deg)
        and foot.share_ratio < _CLEAR_SHARE,
        is_shank_still=shank.swing_deg < _SWAY_DEG,
        flags=tuple(flags),
    )


def _standing_up(parts: list[tuple[Segment, Segment]]) -> tuple[tuple[Floats, Floats], list[str]]:
    """Return up in the foot's and the shank's sensor while standing, and what speaks against it."""
    for foot, shank in parts:
        both, is_lost = _faster(foot, shank)
        where = standing(both, foot.rate_hz, is_lost)
        if where is not None:
            return _ups(foot, shank, *where), []
    stretches = [
        (last - first, number, first, last)
        for number, (foot, shank) in enumerate(parts)
        for first, last in still_stretches(*_still_input(foot, shank))
    ]
    if stretches:
        _, number, first, last = max(stretches)
        return _ups(*parts[number], first, last), ["standing_unsure"]
    # nobody stands still: the foot is flat when it turns least, the shank is upright on the average
    foot_up = np.mean([np.mean(foot.up[_slowest(foot)], axis=0) for foot, _ in parts], axis=0)
    shank_up = np.mean([np.mean(shank.up, axis=0) for _, shank in parts], axis=0)
    return (foot_up / np.linalg.norm(foot_up), shank_up / np.linalg.norm(shank_up)), ["no_quiet_stance"]


def _slowest(part: Segment) -> Flags:
    """Return the fifth of the samples in which the segment turns least."""
    slow: Flags = part.speed_deg_s <= np.quantile(part.speed_deg_s, 0.2)
    return slow


def _still_input(foot: Segment, shank: Segment) -> tuple[Floats, float, Flags]:
    both, is_lost = _faster(foot, shank)
    return both, foot.rate_hz, is_lost


def _faster(foot: Segment, shank: Segment) -> tuple[Floats, Flags]:
    """Return the speed of the faster of both segments on the foot's time base, and where samples are lost."""
    other = np.interp(foot.motion.time_s, shank.motion.time_s, shank.speed_deg_s)
    lost = np.interp(foot.motion.time_s, shank.motion.time_s, shank.motion.is_lost.astype(float)) > 0.0
    return np.maximum(foot.speed_deg_s, other), foot.motion.is_lost | lost


def _ups(foot: Segment, shank: Segment, first: int, last: int) -> tuple[Floats, Floats]:
    rate = shank.rate_hz / foot.rate_hz
    low = min(round(first * rate), len(shank.up) - 1)
    return mean_up(foot, first, last), mean_up(shank, low, max(low + 1, round(last * rate)))


def _directions(
    parts: list[tuple[Segment, Segment]], foot: SensorAxes, shank: SensorAxes
) -> tuple[SensorAxes, SensorAxes, bool]:
    """Return both axes with left where it belongs, and whether that is sure."""
    feet = [forward_deg(part[0], foot) for part in parts]
    shanks = [
        np.interp(part[0].motion.time_s, part[1].motion.time_s, forward_deg(part[1], shank)) for part in parts
    ]
    rate = parts[0][0].rate_hz
    foot_way = longer_way(np.concatenate(feet), rate)
    shank_way = longer_way(np.concatenate(shanks), rate)
    tie = _tie(np.concatenate(feet), np.concatenate(shanks), foot, shank)
    best, signs = -np.inf, (1.0, 1.0)
    for foot_sign, shank_sign in itertools.product((1.0, -1.0), (1.0, -1.0)):
        if tie and foot_sign * shank_sign != tie:
            continue
        score = foot_sign * foot_way + shank_sign * shank_way
        angle = np.concatenate([shank_sign * b - foot_sign * a for a, b in zip(feet, shanks, strict=True)])
        if angle.min() < _LOWEST_DEG or angle.max() > _HIGHEST_DEG:
            score -= 1000.0
        if score > best:
            best, signs = score, (foot_sign, shank_sign)
    deciding = (
        [abs(foot_way + tie * shank_way)]
        if tie
        else [
            abs(way)
            for way, frame in ((foot_way, foot), (shank_way, shank))
            if frame.swing_deg > _STILL_SEGMENT_DEG
        ]
    )
    is_sure = all(way > _UNDECIDED_DEG for way in deciding)
    return (
        foot if signs[0] > 0 else foot.opposite(),
        shank if signs[1] > 0 else shank.opposite(),
        is_sure,
    )


def _tie(foot_lean: Floats, shank_lean: Floats, foot: SensorAxes, shank: SensorAxes) -> float:
    """Return 1 or -1 when both segments swing together and their signs must be equal or opposite, 0 when free."""
    if min(foot.swing_deg, shank.swing_deg) < 2.0 * _STILL_SEGMENT_DEG:
        return 0.0
    size = float(np.sqrt(np.mean(foot_lean**2) * np.mean(shank_lean**2)))
    together = float(np.mean(foot_lean * shank_lean)) / size if size > 0.0 else 0.0
    return float(np.sign(together)) if abs(together) > _TIED else 0.0
