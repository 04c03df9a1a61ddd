"""Readings of a walk: means over steady strides, each with its error and what speaks against it."""

from __future__ import annotations

import itertools

import numpy as np

from mortise.measure._walk import FootWalk
from mortise.measure.results import Reading, Stride
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
# Feet that land flat or toe first: strikes come 24 ms early against the markers of one such walker.
_FLAT = "flat_or_toe_contact"
_FLAT_FLOOR = {"stance_time_s": 0.03, "swing_time_s": 0.03, "stance_ratio": 0.03}
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
LEAST_STRIDES = 3
# Flags of a recording that bear on every reading made from it.
_CARRIED = (
    "acc_clipped", "gyr_clipped", "gaps", "empty_cells", "truncated", "low_rate", "sensor_turned", "rate_contradicted",
    "unit_contradicted", "time_stamps_evened", "simulated", "side_unknown", "feet_swapped", "placement_doubtful",
)  # fmt: skip


def steady(strides: list[Stride]) -> list[Stride]:
    """Return the strides of straight, steady walking: no turn, no start or stop, of usual time and length."""
    straight = [s for s in strides if not s.is_turn and not s.is_first_or_last]
    if not straight:
        return []
    usual_s = float(np.median([s.stride_time_s for s in straight]))
    usual_m = float(np.median([s.stride_length_m for s in straight]))
    return [s for s in straight if s.stride_time_s < 1.5 * usual_s and s.stride_length_m > 0.5 * usual_m]


def _quality(
    walked: FootWalk, strides: list[Stride], n_missing: int, flags: tuple[str, ...]
) -> tuple[str, ...]:
    carried = [flag for flag in (*walked.flags, *flags) if flag in _CARRIED]
    if n_missing:
        carried.append("strides_missing")
    used = steady(strides)
    if len(used) < _FEW:
        carried.append("few_strides")
    if sum("no_heel_fall" in stride.quality for stride in used) > len(used) / 2:
        carried.append(_FLAT)
    return tuple(dict.fromkeys(carried))


def _reading(measure: str, side: Side, values: list[float], unit: str, quality: tuple[str, ...]) -> Reading:
    """Return the mean of `values` with its error."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    floor = _FLAT_FLOOR.get(measure, _FLOOR[measure]) if _FLAT in quality else _FLOOR[measure]
    error = float(np.hypot(spread / np.sqrt(len(values)), floor))
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


def foot_readings(
    walked: FootWalk, strides: list[Stride], n_missing: int, flags: tuple[str, ...]
) -> list[Reading]:
    """Return the readings of one foot; none when fewer than three strides were steady."""
    used = steady(strides)
    if len(used) < LEAST_STRIDES:
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


def whole_readings(
    walks: list[FootWalk], per_foot: list[list[Stride]], flags: tuple[str, ...]
) -> list[Reading]:
    """Return the readings of the whole walk: speed, cadence and, with both feet, asymmetry."""
    used = [s for strides in per_foot for s in steady(strides)]
    if len(used) < LEAST_STRIDES:
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
        (s.foot_strike_s, s.side, s.stride_time_s) for strides in per_foot for s in steady(strides)
    )
    steps: dict[Side, list[float]] = {Side.LEFT: [], Side.RIGHT: []}
    for (early_s, early, stride_s), (late_s, late, _) in itertools.pairwise(strikes):
        if early is not late and 0.0 < late_s - early_s < stride_s:
            steps[late].append(late_s - early_s)
    left, right = steps[Side.LEFT], steps[Side.RIGHT]
    if min(len(left), len(right)) < LEAST_STRIDES:
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
