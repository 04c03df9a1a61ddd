"""Readings of a walk with foot sensors: means over steady strides, each with its error and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from mortise.measure._gait_method import (
    FEW,
    LEAST_STRIDES,
    Method,
    pair_readings,
    reading_of,
    sided_readings,
    stair_readings,
    steady,
)
from mortise.measure._sole import Sole
from mortise.measure._walk import FootWalk
from mortise.measure.results import Reading, Stride
from mortise.terms import Side

# Systematic error of a walk's mean that averaging does not remove, in the measure's unit: the largest bias of any foot
# found in validation (docs/reference/validation), where there is a reference; else propagated from those. For
# `toe_drag_ratio` it is the error of one stride's toe clearance, centimetres.
FOOT = Method(
    name="foot-strapdown/2",
    floors={
        "stride_length_m": 0.02,
        "stride_time_s": 0.002,
        "stance_time_s": 0.015,
        "swing_time_s": 0.015,
        "step_time_s": 0.01,
        "stance_ratio": 0.015,
        "strike_angle_deg": 1.5,
        "toe_off_angle_deg": 3.0,
        "foot_clearance_cm": 1.0,
        "heel_clearance_cm": 0.6,
        "toe_clearance_cm": 0.8,
        "toe_drag_ratio": 1.1,
        "heel_contact_ratio": 0.02,
        "double_support_ratio": 0.03,
        "gait_speed_m_s": 0.02,
        "cadence_spm": 0.2,
        "step_time_asymmetry_ratio": 0.02,
        "stance_time_asymmetry_ratio": 0.02,
        "swing_time_asymmetry_ratio": 0.03,
        "stride_time_cv_pct": 0.3,
        "stride_length_cv_pct": 0.8,
        "stairs_up_rise_cm": 1.5,
        "stairs_down_rise_cm": 1.5,
        "stairs_up_stride_time_s": 0.01,
        "stairs_down_stride_time_s": 0.01,
    },
)
# Feet that land flat or toe first: strikes come 8 ms early against the markers of one such walker, and the spread of
# rules about when such a foot has landed is wider than that.
_FLAT = "flat_or_toe_contact"
_FLAT_METHOD = Method(
    name=FOOT.name,
    floors={**FOOT.floors, "stance_time_s": 0.03, "swing_time_s": 0.03, "stance_ratio": 0.03},
)
# Flags of a recording that bear on every reading made from it.
_CARRIED = (
    "acc_clipped", "gyr_clipped", "gaps", "empty_cells", "truncated", "low_rate", "sensor_turned", "rate_contradicted",
    "unit_contradicted", "time_stamps_evened", "simulated", "side_unknown", "feet_swapped", "placement_doubtful",
    "placement_contradicted", "placement_from_data", "side_from_data", "feet_disagree", "motion_contradicts",
    "clocks_doubtful", "running",
)  # fmt: skip
# How far the heel moves per metre of error in the foot's length, at the angle of its greatest lift.
_HEEL_PER_LENGTH = 0.87


def quality_of(
    walked: FootWalk, strides: Sequence[Stride], n_missing: int, flags: tuple[str, ...]
) -> tuple[str, ...]:
    """Return what speaks against the readings of one foot."""
    carried = [flag for flag in (*walked.flags, *flags) if flag in _CARRIED]
    if n_missing:
        carried.append("strides_missing")
    used = steady(strides)
    if len(used) < FEW:
        carried.append("few_strides")
    if any("slope" in stride.terrain for stride in used):
        carried.append("slope")
    if sum("no_heel_fall" in stride.quality for stride in used) > len(used) / 2:
        carried.append(_FLAT)
    return tuple(dict.fromkeys(carried))


def _method(quality: tuple[str, ...], sole: Sole | None) -> Method:
    method = _FLAT_METHOD if _FLAT in quality else FOOT
    if sole is None:
        return method
    heel_cm = float(
        np.hypot(method.floors["heel_clearance_cm"], 100.0 * _HEEL_PER_LENGTH * sole.length_error_m)
    )
    return msgspec.structs.replace(method, floors={**method.floors, "heel_clearance_cm": heel_cm})


def foot_readings(
    walked: FootWalk,
    strides: Sequence[Stride],
    n_missing: int,
    flags: tuple[str, ...],
    sole: Sole | None = None,
) -> list[Reading]:
    """Return the readings of one foot; none when fewer than three strides were steady."""
    used = steady(strides)
    if len(used) < LEAST_STRIDES:
        return []
    quality = quality_of(walked, strides, n_missing, flags)
    found = sided_readings(_method(quality, sole), walked.recording.side, used, quality)
    guessed = sole is not None and not sole.is_given
    return [
        msgspec.structs.replace(reading, quality=(*reading.quality, "foot_length_estimated"))
        if guessed and reading.measure == "heel_clearance_cm"
        else reading
        for reading in found
    ]


def whole_readings(
    walks: Sequence[FootWalk], per_foot: list[list[Stride]], flags: tuple[str, ...]
) -> list[Reading]:
    """Return the readings of the whole walk: speed, cadence, stairs and, with both feet, what compares them."""
    quality = tuple(
        dict.fromkeys(
            flag
            for walked, strides in zip(walks, per_foot, strict=True)
            for flag in quality_of(walked, strides, 0, flags)
        )
    )
    if len(walks) == 1:
        quality = (*quality, "one_foot")
    if "feet_disagree" in flags:
        # two walks: whose speed would it be?
        return []
    found = stair_readings(FOOT, [s for strides in per_foot for s in strides], quality)
    used = [s for strides in per_foot for s in steady(strides)]
    if len(used) < LEAST_STRIDES:
        return found
    method = _method(quality, None)
    found += [
        reading_of(method, "gait_speed_m_s", Side.NONE, [s.speed_m_s for s in used], "m_s", quality),
        reading_of(method, "cadence_spm", Side.NONE, [120.0 / s.stride_time_s for s in used], "spm", quality),
    ]
    if len(walks) == 2:
        found += pair_readings(method, [steady(strides) for strides in per_foot], quality)
    return found
