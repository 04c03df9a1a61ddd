"""Gait from one or two foot sensors: strides, and the readings made of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec
import numpy as np

from mortise.errors import SignalError
from mortise.measure._gait_curves import curves_of, events_of
from mortise.measure._walk import TURN_DEG, FootWalk, strides_of, walk
from mortise.measure.recording import FOOT_PLACEMENTS, Recording, RecordingInfo
from mortise.measure.results import Bout, GaitResult, Reading, RecordingSet, Refused, Stride
from mortise.terms import Side

METHOD = "foot-strapdown/1"

# Systematic error of a walk's mean that averaging does not remove, in the measure's unit: the largest bias of any foot
# found in validation (docs/reference/validation), where there is a reference; else propagated from those.
_FLOOR: dict[str, float] = {
    "stride_length_m": 0.02,
    "stride_time_s": 0.002,
    "stance_time_s": 0.015,
    "swing_time_s": 0.015,
    "stance_ratio": 0.015,
    "strike_angle_deg": 1.5,
    "toe_off_angle_deg": 3.0,
    "foot_clearance_cm": 1.0,
    "gait_speed_m_s": 0.02,
    "cadence_spm": 0.2,
    "step_time_asymmetry_ratio": 0.02,
    "stride_time_cv_pct": 0.3,
}
_SIDED: tuple[tuple[str, str, str], ...] = (
    ("stride_length_m", "stride_length_m", "m"),
    ("stride_time_s", "stride_time_s", "s"),
    ("stance_time_s", "stance_time_s", "s"),
    ("swing_time_s", "swing_time_s", "s"),
    ("strike_angle_deg", "strike_angle_deg", "deg"),
    ("toe_off_angle_deg", "toe_off_angle_deg", "deg"),
    ("foot_clearance_cm", "clearance_cm", "cm"),
)
# Fewer steady strides than this say little about a person's walk.
_FEW = 5
_LEAST = 3
# Flags of a recording that bear on every reading made from it.
_CARRIED = (
    "acc_clipped", "gyr_clipped", "gaps", "empty_cells", "truncated", "low_rate", "sensor_turned", "rate_contradicted",
    "unit_contradicted", "time_stamps_evened", "simulated", "side_unknown", "feet_swapped", "placement_doubtful",
)  # fmt: skip


def gait(recordings: Sequence[Recording]) -> GaitResult:
    """Measure gait from one or two foot sensors.

    Parameters
    ----------
    recordings
        One recording, or one of each foot whose clocks started together.

    Returns
    -------
    GaitResult
        Strides of both feet in order of time, readings, what was refused, and curves to draw.

    Raises
    ------
    SignalError
        When a recording cannot be used for gait, with sample or channel and the mend.

    Notes
    -----
    1. Orientation by VQF without magnetometer; swings are what lies between two still moments (`find_swings`).
    2. The foot's axes come from gravity in stance, the principal axis of turning in swing and the way walked.
    3. Foot off and foot strike come from the foot's pitch rate (`find_events`); lengths from integrating twice with
       velocity zero in mid-stance on both ends.
    4. Readings use steady strides: no turn, neither first nor last of a bout. Turns stay in the stride table.
    5. `error` adds the standard error over strides and the method's own error in quadrature.

    Data needs: a foot sensor on each or one foot, 80 Hz or more for event times, any mounting, ten metres of walking.

    References
    ----------
    laidig2023vqf
    """
    chosen = _choose(recordings)
    walks = [walk(recording) for recording in chosen]
    per_foot = [strides_of(walked) for walked in walks]
    bouts, per_foot = _join_bouts(per_foot)
    missing = [_n_missing(walked, strides) for walked, strides in zip(walks, per_foot, strict=True)]
    flags = _joint_flags(walks, per_foot)
    readings: list[Reading] = []
    for walked, strides, n_missing in zip(walks, per_foot, missing, strict=True):
        readings += _foot_readings(walked, strides, n_missing, flags)
    readings += _whole_readings(walks, per_foot, flags)
    refused = [each for walked in walks for each in walked.refused]
    refused += _refused_missing(walks, missing)
    refused += [
        _refused_few(walked) for walked, strides in zip(walks, per_foot, strict=True) if len(strides) < _LEAST
    ]
    in_order = sorted((s for each in per_foot for s in each), key=lambda s: (s.foot_strike_s, s.side))
    return GaitResult(
        recording=RecordingSet(
            sensors=tuple(_info_with(walked, flags) for walked in walks),
            duration_s=max(walked.recording.info.duration_s for walked in walks),
        ),
        readings=tuple(readings),
        strides=tuple(in_order),
        bouts=bouts,
        n_strides_missing=sum(missing) + sum(each.n_missing for walked in walks for each in walked.refused),
        refused=tuple(refused),
        curves=tuple(
            curve for walked, each in zip(walks, per_foot, strict=True) for curve in curves_of(walked, each)
        ),
        events=tuple(event for each in per_foot for event in events_of(each)),
    )


def _choose(recordings: Sequence[Recording]) -> list[Recording]:
    """Return the foot sensors to use: at most one per side."""
    if not recordings:
        raise SignalError("there is no recording.", mend="Give one or two foot recordings.")
    feet = [each for each in recordings if each.placement in FOOT_PLACEMENTS or each.placement == "unknown"]
    on_foot = [each for each in feet if each.placement in FOOT_PLACEMENTS]
    feet = on_foot or feet
    if not feet:
        worn = ", ".join(sorted({each.placement for each in recordings}))
        raise SignalError(
            f"gait needs a sensor on a foot; these were worn at: {worn}.",
            where=recordings[0].info.file,
            mend="Record with a sensor on the foot, or name the placement with --placement.",
        )
    if len(feet) > 2:
        raise SignalError(f"{len(feet)} foot recordings were given.", mend="Give one of each foot.")
    if len(feet) == 2 and feet[0].side is feet[1].side:
        said = "no side" if feet[0].side is Side.NONE else f"the same side ({feet[0].side.value})"
        raise SignalError(
            f"both recordings have {said}.",
            where=f"{feet[0].info.file}, {feet[1].info.file}",
            mend="Say which is which with --left FILE --right FILE.",
        )
    if len(feet) == 2 and Side.NONE in (feet[0].side, feet[1].side):
        raise SignalError(
            "one of the two recordings has no side.",
            where=f"{feet[0].info.file}, {feet[1].info.file}",
            mend="Say which is which with --left FILE --right FILE.",
        )
    return feet


def _join_bouts(per_foot: list[list[Stride]]) -> tuple[tuple[Bout, ...], list[list[Stride]]]:
    """Number bouts over both feet together: spells of either foot that overlap are one bout."""
    spells = sorted(
        (
            min(s.foot_strike_s for s in strides if s.bout == number),
            max(s.next_foot_strike_s for s in strides if s.bout == number),
        )
        for strides in per_foot
        for number in {s.bout for s in strides}
    )
    joined: list[list[float]] = []
    for start, end in spells:
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    renumbered = [
        [
            msgspec.structs.replace(
                s, bout=next(n for n, (a, b) in enumerate(joined, 1) if a <= s.foot_strike_s <= b)
            )
            for s in strides
        ]
        for strides in per_foot
    ]
    bouts = tuple(
        Bout(
            number=number,
            start_s=start,
            end_s=end,
            n_strides=sum(s.bout == number for strides in renumbered for s in strides),
            distance_m=round(
                max(sum(s.stride_length_m for s in strides if s.bout == number) for strides in renumbered), 2
            ),
        )
        for number, (start, end) in enumerate(joined, 1)
    )
    return bouts, renumbered


def _steady(strides: list[Stride]) -> list[Stride]:
    """Return the strides of straight, steady walking."""
    straight = [s for s in strides if not s.is_turn and not s.is_first_or_last]
    if not straight:
        return []
    usual_s = float(np.median([s.stride_time_s for s in straight]))
    usual_m = float(np.median([s.stride_length_m for s in straight]))
    return [s for s in straight if s.stride_time_s < 1.5 * usual_s and s.stride_length_m > 0.5 * usual_m]


def _n_missing(walked: FootWalk, strides: list[Stride]) -> int:
    """Return how many strides are believed missing: straight strides that last a whole multiple of the usual time."""
    steady = _steady(strides)
    if len(steady) < _LEAST:
        return 0
    usual_s = float(np.median([s.stride_time_s for s in steady]))
    n = 0
    for stride in strides:
        multiple = stride.stride_time_s / usual_s
        if multiple > 1.6 and abs(_stance_turn_deg(walked, stride)) < TURN_DEG and not stride.is_turn:
            # a pause stretches the stance only; a missed swing leaves movement above stillness inside it
            n += round(multiple) - 1 if _moved_in_stance(walked, stride, usual_s) else 0
    return n


def _stance_turn_deg(walked: FootWalk, stride: Stride) -> float:
    """Return how far the foot turned about the vertical during the stance of `stride`."""
    rate = walked.motion.rate_hz
    first, last = int(stride.foot_strike_s * rate), int(stride.foot_off_s * rate)
    up = walked.pose.quat[first:last]
    turn = walked.pose.gyr_rad_s[first:last]
    # vertical part of the angular velocity: third row of the rotation matrix
    w, x, y, z = up.T
    vertical = (
        2 * (x * z - w * y) * turn[:, 0]
        + 2 * (y * z + w * x) * turn[:, 1]
        + (1 - 2 * (x * x + y * y)) * turn[:, 2]
    )
    return float(np.degrees(vertical.sum() / rate))


def _moved_in_stance(walked: FootWalk, stride: Stride, usual_s: float) -> bool:
    """Whether the foot turned about as fast as in a swing somewhere inside a long stance."""
    rate = walked.motion.rate_hz
    first = int((stride.foot_strike_s + 0.2 * usual_s) * rate)
    last = int((stride.foot_off_s - 0.3 * usual_s) * rate)
    if last <= first:
        return False
    size = np.linalg.norm(walked.pose.gyr_rad_s, axis=1)
    swing = size[int(stride.foot_off_s * rate) : int(stride.next_foot_strike_s * rate)]
    return bool(len(swing) and size[first:last].max() > 0.5 * np.median(swing))


def _joint_flags(walks: list[FootWalk], per_foot: list[list[Stride]]) -> tuple[str, ...]:
    """Return flags that only both feet together show."""
    flags: list[str] = []
    if any(walked.recording.side is Side.NONE for walked in walks):
        flags.append("side_unknown")
    if len(walks) == 2 and _feet_look_swapped(per_foot):
        flags.append("feet_swapped")
    return tuple(flags)


def _feet_look_swapped(per_foot: list[list[Stride]]) -> bool:
    """Whether the inner foot of a turn seems to take the longer strides.

    In a turn to the left the right foot walks the outer arc. Only turns that both feet made, a third of a circle or
    more the same way, say anything; a few centimetres the wrong way are suspicion enough for a flag.
    """
    turning = [[s for s in strides if s.is_turn] for strides in per_foot]
    turned = [sum(s.turn_deg for s in strides) for strides in turning]
    if min(abs(turned[0]), abs(turned[1])) < 120.0 or turned[0] * turned[1] < 0:
        return False
    mean_m = {strides[0].side: float(np.mean([s.stride_length_m for s in strides])) for strides in turning}
    right_minus_left = mean_m[Side.RIGHT] - mean_m[Side.LEFT]
    return (right_minus_left if turned[0] > 0 else -right_minus_left) < -0.03


def _quality(
    walked: FootWalk, strides: list[Stride], n_missing: int, flags: tuple[str, ...]
) -> tuple[str, ...]:
    carried = [flag for flag in (*walked.flags, *flags) if flag in _CARRIED]
    if n_missing:
        carried.append("strides_missing")
    if len(_steady(strides)) < _FEW:
        carried.append("few_strides")
    return tuple(dict.fromkeys(carried))


def _reading(measure: str, side: Side, values: list[float], unit: str, quality: tuple[str, ...]) -> Reading:
    """Return the mean of `values` with its error."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    error = float(np.hypot(spread / np.sqrt(len(values)), _FLOOR[measure]))
    return Reading(
        measure=measure,
        side=side,
        value=round(float(np.mean(values)), 4),
        unit=unit,
        error=round(error, 4),
        quality=quality,
        method=METHOD,
        n_trials=len(values),
    )


def _foot_readings(
    walked: FootWalk, strides: list[Stride], n_missing: int, flags: tuple[str, ...]
) -> list[Reading]:
    used = _steady(strides)
    if len(used) < _LEAST:
        return []
    quality = _quality(walked, strides, n_missing, flags)
    side = walked.recording.side
    found = [
        _reading(measure, side, [float(getattr(s, field)) for s in used], unit, quality)
        for measure, field, unit in _SIDED
    ]
    found.append(
        _reading("stance_ratio", side, [s.stance_time_s / s.stride_time_s for s in used], "ratio", quality)
    )
    times = np.array([s.stride_time_s for s in used])
    cv_pct = 100.0 * float(np.std(times, ddof=1) / np.mean(times))
    found.append(
        Reading(
            measure="stride_time_cv_pct",
            side=side,
            value=round(cv_pct, 3),
            unit="pct",
            # standard error of a standard deviation of n values, relative: 1 / sqrt(2 (n - 1))
            error=round(
                float(np.hypot(cv_pct / np.sqrt(2.0 * (len(used) - 1)), _FLOOR["stride_time_cv_pct"])), 3
            ),
            quality=quality
            if len(used) >= 10
            else (*quality, "few_strides")
            if "few_strides" not in quality
            else quality,
            method=METHOD,
            n_trials=len(used),
        )
    )
    return found


def _whole_readings(
    walks: list[FootWalk], per_foot: list[list[Stride]], flags: tuple[str, ...]
) -> list[Reading]:
    used = [s for strides in per_foot for s in _steady(strides)]
    if len(used) < _LEAST:
        return []
    quality = tuple(
        dict.fromkeys(
            flag
            for walked, strides in zip(walks, per_foot, strict=True)
            for flag in _quality(walked, strides, 0, flags)
        )
    )
    if len(walks) == 1:
        quality = (*quality, "one_foot")
    found = [
        _reading("gait_speed_m_s", Side.NONE, [s.speed_m_s for s in used], "m_s", quality),
        _reading("cadence_spm", Side.NONE, [120.0 / s.stride_time_s for s in used], "spm", quality),
    ]
    asymmetry = _asymmetry(per_foot, quality) if len(walks) == 2 else None
    return found + ([asymmetry] if asymmetry else [])


def _asymmetry(per_foot: list[list[Stride]], quality: tuple[str, ...]) -> Reading | None:
    """Return longer over shorter mean step time, from strikes of both feet that alternate."""
    strikes = sorted(
        (s.foot_strike_s, s.side, s.stride_time_s) for strides in per_foot for s in _steady(strides)
    )
    steps: dict[Side, list[float]] = {Side.LEFT: [], Side.RIGHT: []}
    for (early_s, early, stride_s), (late_s, late, _) in itertools.pairwise(strikes):
        if early is not late and late_s - early_s < stride_s:
            steps[late].append(late_s - early_s)
    left, right = steps[Side.LEFT], steps[Side.RIGHT]
    if min(len(left), len(right)) < _LEAST:
        return None
    means = float(np.mean(left)), float(np.mean(right))
    ratio = max(means) / min(means)
    spread = [float(np.std(each, ddof=1) / np.sqrt(len(each)) / np.mean(each)) for each in (left, right)]
    error = float(np.hypot(ratio * np.hypot(spread[0], spread[1]), _FLOOR["step_time_asymmetry_ratio"]))
    return Reading(
        measure="step_time_asymmetry_ratio",
        side=Side.NONE,
        value=round(ratio, 4),
        unit="ratio",
        error=round(error, 4),
        # steps this uneven (a third against two thirds) mean clocks that did not start together, not a limp
        quality=(*quality, "clocks_doubtful") if ratio > 1.8 else quality,
        method=METHOD,
        n_trials=len(left) + len(right),
    )


def _refused_missing(walks: list[FootWalk], missing: list[int]) -> list[Refused]:
    return [
        Refused(
            what="strides",
            reason="the foot moved as in a swing but no clear swing was found",
            side=walked.recording.side,
            n_missing=n,
            mend="Look at the signal where strides are missing.",
        )
        for walked, n in zip(walks, missing, strict=True)
        if n
    ]


def _refused_few(walked: FootWalk) -> Refused:
    return Refused(
        what="readings",
        reason="fewer than three strides",
        side=walked.recording.side,
        mend="Walk at least ten metres straight on.",
    )


def _info_with(walked: FootWalk, flags: tuple[str, ...]) -> RecordingInfo:
    info = walked.recording.info
    return msgspec.structs.replace(info, flags=tuple(dict.fromkeys((*info.flags, *walked.flags, *flags))))
