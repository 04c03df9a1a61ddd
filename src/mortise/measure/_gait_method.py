"""How a walk was measured, how far each of its means may be off, and the readings that follow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist, median

import numpy as np
from msgspec import Struct

from mortise.measure.results import Reading, Stride
from mortise.terms import Side

# Fewer steady strides than this say little about a person's walk.
FEW = 5
LEAST_STRIDES = 3
# A spread of fewer strides than this is a guess.
_FEW_FOR_SPREAD = 10

# measure, field of a stride, unit
SIDED: tuple[tuple[str, str, str], ...] = (
    ("stride_length_m", "stride_length_m", "m"),
    ("stride_time_s", "stride_time_s", "s"),
    ("stance_time_s", "stance_time_s", "s"),
    ("swing_time_s", "swing_time_s", "s"),
    ("step_time_s", "step_time_s", "s"),
    ("step_length_m", "step_length_m", "m"),
    ("strike_angle_deg", "strike_angle_deg", "deg"),
    ("toe_off_angle_deg", "toe_off_angle_deg", "deg"),
    ("foot_clearance_cm", "clearance_cm", "cm"),
    ("heel_clearance_cm", "heel_clearance_cm", "cm"),
    ("toe_clearance_cm", "toe_clearance_cm", "cm"),
    ("step_width_cm", "step_width_cm", "cm"),
)
SPREADS: tuple[tuple[str, str], ...] = (
    ("stride_time_cv_pct", "stride_time_s"),
    ("stride_length_cv_pct", "stride_length_m"),
)
ASYMMETRIES: tuple[tuple[str, str], ...] = (
    ("step_time_asymmetry_ratio", "step_time_s"),
    ("stance_time_asymmetry_ratio", "stance_time_s"),
    ("swing_time_asymmetry_ratio", "swing_time_s"),
    ("step_length_asymmetry_ratio", "step_length_m"),
)


class Method(Struct, frozen=True, kw_only=True):
    """A way of measuring: its name, and by how much a mean of each measure may be off for good, in its unit.

    What is not in `floors` this method does not measure; `least` is how many strides a mean needs.
    """

    name: str
    floors: Mapping[str, float]
    least: int = LEAST_STRIDES


def reading_of(
    method: Method, measure: str, side: Side, values: Sequence[float], unit: str, quality: tuple[str, ...]
) -> Reading:
    """Return the mean of `values`; its error adds spread and the method's own error in quadrature."""
    # one value shows no spread; it is then taken to be as large as the method's own error
    mean = math.fsum(values) / len(values)
    spread = method.floors[measure]
    if len(values) > 1:
        spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
    error = math.hypot(spread / math.sqrt(len(values)), method.floors[measure])
    return Reading(
        measure=measure,
        side=side,
        value=round(mean, 4),
        unit=unit,
        error=round(error, 4),
        quality=quality,
        method=method.name,
        n_trials=len(values),
    )


def sided_readings(
    method: Method, side: Side, used: Sequence[Stride], quality: tuple[str, ...]
) -> list[Reading]:
    """Return the readings of one foot from its steady strides; what the strides do not know is left out."""
    found = []
    for measure, field, unit in SIDED:
        values = [float(value) for s in used if (value := getattr(s, field)) is not None]
        if measure in method.floors and len(values) >= method.least:
            found.append(reading_of(method, measure, side, values, unit, quality))
    if "stance_ratio" in method.floors:
        shares = [s.stance_time_s / s.stride_time_s for s in used if s.stance_time_s is not None]
        if len(shares) >= method.least:
            found.append(reading_of(method, "stance_ratio", side, shares, "ratio", quality))
    found += _contact(method, side, used, quality)
    found += [
        _spread(method, measure, side, [float(getattr(s, field)) for s in used], quality)
        for measure, field in SPREADS
        if measure in method.floors and len(used) >= LEAST_STRIDES
    ]
    return found


def _contact(method: Method, side: Side, used: Sequence[Stride], quality: tuple[str, ...]) -> list[Reading]:
    """Return the share of strides that land on the heel, and the chance that the toe touched in swing."""
    found = []
    known = [s.contact for s in used if s.contact]
    if "heel_contact_ratio" in method.floors and len(known) >= LEAST_STRIDES:
        share = sum(each == "heel" for each in known) / len(known)
        # the error of a share of n, with one hit and one miss added so that none and all are not taken for certain
        sure = (share * len(known) + 1.0) / (len(known) + 2.0)
        error = float(
            np.hypot(np.sqrt(sure * (1.0 - sure) / len(known)), method.floors["heel_contact_ratio"])
        )
        found.append(
            Reading(
                measure="heel_contact_ratio",
                side=side,
                value=round(share, 4),
                unit="ratio",
                error=round(error, 4),
                quality=quality,
                method=method.name,
                n_trials=len(known),
            )
        )
    lifts = [s.toe_clearance_cm for s in used if s.toe_clearance_cm is not None]
    if "toe_drag_ratio" in method.floors and len(lifts) >= LEAST_STRIDES:
        found.append(_drag(method, side, lifts, quality))
    return found


def _drag(method: Method, side: Side, lifts_cm: Sequence[float], quality: tuple[str, ...]) -> Reading:
    """Return the mean chance that the toe touched the floor in swing, given how well its lift is known."""
    sigma_cm = method.floors["toe_drag_ratio"]
    share, low, high = (
        float(np.mean([NormalDist(0.0, sigma_cm).cdf(off - lift) for lift in lifts_cm]))
        for off in (0.0, -method.floors["toe_clearance_cm"], method.floors["toe_clearance_cm"])
    )
    return Reading(
        measure="toe_drag_ratio",
        side=side,
        value=round(share, 4),
        unit="ratio",
        error=round(max(0.5 * (high - low), 0.005), 4),
        quality=quality,
        method=method.name,
        n_trials=len(lifts_cm),
    )


def _spread(
    method: Method, measure: str, side: Side, values: Sequence[float], quality: tuple[str, ...]
) -> Reading:
    cv_pct = 100.0 * float(np.std(values, ddof=1) / np.mean(values))
    if len(values) < _FEW_FOR_SPREAD and "few_strides" not in quality:
        quality = (*quality, "few_strides")
    # standard error of a standard deviation of n values, relative: 1 / sqrt(2 (n - 1))
    error = float(np.hypot(cv_pct / np.sqrt(2.0 * (len(values) - 1)), method.floors[measure]))
    return Reading(
        measure=measure,
        side=side,
        value=round(cv_pct, 3),
        unit="pct",
        error=round(error, 3),
        quality=quality,
        method=method.name,
        n_trials=len(values),
    )


def pair_readings(
    method: Method, per_foot: Sequence[Sequence[Stride]], quality: tuple[str, ...]
) -> list[Reading]:
    """Return double support and asymmetries from the steady strides of two feet."""
    found = []
    supports = [[s.double_support_s for s in each if s.double_support_s is not None] for each in per_foot]
    if "double_support_ratio" in method.floors and min(map(len, supports)) >= method.least:
        stride_s = float(np.mean([s.stride_time_s for each in per_foot for s in each]))
        # both feet's double supports make up one stride's
        shares = [2.0 * value / stride_s for each in supports for value in each]
        found.append(reading_of(method, "double_support_ratio", Side.NONE, shares, "ratio", quality))
    for measure, field in ASYMMETRIES:
        values = [[v for s in each if (v := getattr(s, field)) is not None] for each in per_foot]
        if measure in method.floors and min(map(len, values)) >= max(2, method.least):
            found.append(asymmetry_of(method, measure, values, quality))
    return found


def asymmetry_of(
    method: Method, measure: str, values: Sequence[Sequence[float]], quality: tuple[str, ...]
) -> Reading:
    """Return the greater mean over the smaller of two sides, 1 for equal ones."""
    means = [float(np.mean(each)) for each in values]
    ratio = max(means) / max(min(means), 1e-6)
    spreads = [float(np.std(each, ddof=1) / np.sqrt(len(each)) / np.mean(each)) for each in values]
    error = float(np.hypot(ratio * np.hypot(spreads[0], spreads[1]), method.floors[measure]))
    # steps this uneven (a third against two thirds) mean clocks that did not start together, not a limp
    is_doubtful = measure == "step_time_asymmetry_ratio" and ratio > 1.8
    return Reading(
        measure=measure,
        side=Side.NONE,
        value=round(ratio, 4),
        unit="ratio",
        error=round(error, 4),
        quality=(*quality, "clocks_doubtful") if is_doubtful else quality,
        method=method.name,
        n_trials=sum(map(len, values)),
    )


def steady(strides: Sequence[Stride]) -> list[Stride]:
    """Return the strides of straight, steady walking: no turn, start, stop or stairs, of usual time and length.

    Walking on the level counts; a walk that was all on a slope counts as it is.
    """
    straight = [s for s in strides if not s.is_turn and not s.is_first_or_last and "stairs" not in s.terrain]
    level = [s for s in straight if s.terrain == "level"]
    straight = level if len(level) >= LEAST_STRIDES else straight
    if not straight:
        return []
    usual_s, usual_m = median(s.stride_time_s for s in straight), median(s.stride_length_m for s in straight)
    return [s for s in straight if s.stride_time_s < 1.5 * usual_s and s.stride_length_m > 0.5 * usual_m]


def stair_readings(method: Method, strides: Sequence[Stride], quality: tuple[str, ...]) -> list[Reading]:
    """Return height gained and time per stride on stairs, of all strides there."""
    found = []
    for terrain in ("stairs_up", "stairs_down"):
        used = [s for s in strides if s.terrain == terrain and not s.is_turn]
        if len(used) < LEAST_STRIDES:
            continue
        rise_cm = [100.0 * abs(s.height_gain_m) for s in used]
        found += [
            reading_of(method, f"{terrain}_rise_cm", Side.NONE, rise_cm, "cm", quality),
            reading_of(
                method, f"{terrain}_stride_time_s", Side.NONE, [s.stride_time_s for s in used], "s", quality
            ),
        ]
    return found
