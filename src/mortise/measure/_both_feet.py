"""What only both feet together tell: the same distance walked, steps in turn, double support, strides missed."""

from __future__ import annotations

from statistics import median

import msgspec
import numpy as np

from mortise.measure.recording import Floats
from mortise.measure.results import Stride

# By so much a foot's mean stride length is off for good (the larger bias of either foot against markers).
_LENGTH_BIAS_M = 0.02
# Feet of one person cannot differ by more over the same ground; more is a wrong unit, a wrong rate or another walk.
_DISAGREE_M = 0.15
_LEAST_PAIRS = 4
# Mean stride times of two feet of one person differ by less than a hundredth.
_MOST_TIME_RATIO = 1.04
_LEAST_SHARED = 0.5
_LEAST_RESULTANT = 0.8
# The worst limp strikes after a third of the other foot's stride.
_EARLIEST = 0.3
# A strike and an off are each wrong by up to this.
_TIMING_S = 0.03


def solve_together(per_foot: list[list[Stride]]) -> tuple[list[list[Stride]], tuple[str, ...]]:
    """Make left and right agree, and add what needs both.

    Parameters
    ----------
    per_foot
        Strides of the left and of the right foot, bouts numbered over both.

    Returns
    -------
    per_foot
        The strides with lengths made to cover the same ground, step times and double support.
    flags
        `feet_disagree` when the feet cannot have walked together, `clocks_doubtful` when their clocks did not start
        together (either way nothing that needs both is added), `running` when no time is spent on both feet.

    Notes
    -----
    1. Over the same straight ground both feet cover the same distance, however unequal their steps. Each stride is
       compared with the other foot's strides that overlap it in time. Half of the mean difference is taken from either
       foot, in so far as it exceeds its own error: weight `b² / (b² + e²)`, b two centimetres, e its standard error.
    2. A step ends with a foot's strike and begins with the other foot's strike before it.
    3. Double support begins with a foot's strike and ends when the other foot leaves.
    """
    if disagreement(per_foot):
        return per_foot, ("feet_disagree",)
    flags: tuple[str, ...] = ()
    differences = _differences(per_foot)
    if len(differences) >= _LEAST_PAIRS:
        per_foot = _shared_out(per_foot, differences)
    together = [
        with_steps(strides, other) for strides, other in zip(per_foot, reversed(per_foot), strict=True)
    ]
    if clock_fault(together):
        return per_foot, ("clocks_doubtful",)
    supports = [s.double_support_s for each in together for s in each if s.double_support_s is not None]
    if len(supports) >= _LEAST_PAIRS and float(np.median(supports)) < 0.0:
        flags += ("running",)
    return together, flags


def disagreement(per_foot: list[list[Stride]]) -> str:
    """Say why two feet cannot have walked together; nothing when they can, or too few strides show it.

    Notes
    -----
    Feet of one person cover the same ground in the same time and strike in turn: strides last equally long on the mean,
    the other foot's strike lies at the same place within every stride, and that is near the middle. In fourteen people
    the place keeps to within 0.07 of a stride (resultant 0.91 to 1.00); of feet of different people it wanders.
    """
    left, right = (_straight(each) for each in per_foot)
    if min(len(left), len(right)) < _LEAST_PAIRS:
        return ""
    times_s = [float(np.median([s.stride_time_s for s in each])) for each in (left, right)]
    ratio = max(times_s) / min(times_s)
    shared = _shared(per_foot)
    places = _places(per_foot)
    resultant = complex(np.mean(np.exp(2j * np.pi * places))) if len(places) else 0j
    place = float(np.angle(resultant) / (2.0 * np.pi)) % 1.0
    apart_m = (
        float(np.mean(differences)) if len(differences := _differences(per_foot)) >= _LEAST_PAIRS else 0.0
    )
    checks = (
        (shared < _LEAST_SHARED, "they walk at different times"),
        (
            ratio > _MOST_TIME_RATIO,
            f"a stride lasts {times_s[0]:.2f} s on the left and {times_s[1]:.2f} s on the right",
        ),
        (len(places) < _LEAST_PAIRS or abs(resultant) < _LEAST_RESULTANT, "their steps do not come in turn"),
        (
            not _EARLIEST < place < 1.0 - _EARLIEST,
            f"the right foot strikes {100.0 * place:.0f} per cent into the left foot's stride, not near the middle",
        ),
        (
            abs(apart_m) > _DISAGREE_M,
            f"strides over the same ground differ by {100.0 * abs(apart_m):.0f} cm",
        ),
    )
    return next((said for is_so, said in checks if is_so), "")


def clock_fault(per_foot: list[list[Stride]]) -> str:
    """Say why the clocks of two feet cannot have started together; nothing when they can.

    One foot comes down before the other leaves, on both sides in walking, on neither in running. A clock that is late
    by more than a double support makes it so on one side only.
    """
    medians = []
    for strides in per_foot:
        supports = [s.double_support_s for s in _straight(strides) if s.double_support_s is not None]
        if len(supports) < _LEAST_PAIRS:
            return ""
        medians.append(float(np.median(supports)))
    if min(medians) < -_TIMING_S and max(medians) > _TIMING_S:
        return (
            f"both feet are on the floor for {medians[0]:.2f} s after the left strike "
            f"and {medians[1]:.2f} s after the right: one clock is late"
        )
    return ""


def _shared(per_foot: list[list[Stride]]) -> float:
    """Return the share of the shorter walk, from first to last stride, in which the other foot walks too."""
    spans = [(each[0].foot_strike_s, each[-1].next_foot_strike_s) for each in per_foot]
    both = min(end for _, end in spans) - max(start for start, _ in spans)
    return both / min(end - start for start, end in spans)


def _places(per_foot: list[list[Stride]]) -> Floats:
    """Return where within each straight left stride the right foot strikes first, as a share of the stride."""
    strikes = np.array(sorted({t for s in per_foot[1] for t in (s.foot_strike_s, s.next_foot_strike_s)}))
    found = []
    for stride in _straight(per_foot[0]):
        index = int(np.searchsorted(strikes, stride.foot_strike_s))
        if index < len(strikes) and strikes[index] < stride.next_foot_strike_s:
            found.append((float(strikes[index]) - stride.foot_strike_s) / stride.stride_time_s)
    return np.array(found)


def _straight(strides: list[Stride]) -> list[Stride]:
    return [s for s in strides if not s.is_turn and not s.is_first_or_last]


def _differences(per_foot: list[list[Stride]]) -> list[float]:
    """Return left minus right stride length, each left stride against the right ones that overlap it."""
    left, right = _straight(per_foot[0]), _straight(per_foot[1])
    found = []
    for stride in left:
        both = [
            (min(o.next_foot_strike_s, stride.next_foot_strike_s) - max(o.foot_strike_s, stride.foot_strike_s), o)
            for o in right
            if o.foot_strike_s < stride.next_foot_strike_s and o.next_foot_strike_s > stride.foot_strike_s
        ]  # fmt: skip
        if len(both) == 2:
            length_m = sum(t * o.stride_length_m for t, o in both) / sum(t for t, _ in both)
            found.append(stride.stride_length_m - length_m)
    return found


def _shared_out(per_foot: list[list[Stride]], differences: list[float]) -> list[list[Stride]]:
    error_m = float(np.std(differences, ddof=1)) / np.sqrt(len(differences))
    weight = _LENGTH_BIAS_M**2 / (_LENGTH_BIAS_M**2 + error_m**2)
    half_m = 0.5 * weight * float(np.mean(differences))
    usual_m = float(np.mean([s.stride_length_m for each in per_foot for s in _straight(each)]))
    shared = []
    for strides, sign in zip(per_foot, (-1.0, 1.0), strict=True):
        scale = 1.0 + float(sign * half_m / usual_m)
        shared.append(
            [
                msgspec.structs.replace(
                    s,
                    stride_length_m=round(scale * s.stride_length_m, 4),
                    speed_m_s=round(scale * s.speed_m_s, 4),
                )
                for s in strides
            ]
        )
    return shared


def with_steps(strides: list[Stride], other: list[Stride]) -> list[Stride]:
    """Return `strides` with the time of the step that begins each, and the double support that follows."""
    strikes = np.array(sorted({t for s in other for t in (s.foot_strike_s, s.next_foot_strike_s)}))
    offs = np.array(sorted(s.foot_off_s for s in other if s.foot_off_s is not None))
    return with_steps_of(strides, strikes, offs)


def with_steps_of(strides: list[Stride], strikes: Floats, offs: Floats) -> list[Stride]:
    """Return the same from the other foot's strikes and offs, in order of time, whole strides or not."""
    return [
        msgspec.structs.replace(
            s,
            step_time_s=_since(strikes, s.foot_strike_s, s.stride_time_s),
            double_support_s=_until(offs, s.foot_strike_s, s.stride_time_s),
        )
        for s in strides
    ]


def _since(strikes: Floats, strike_s: float, stride_s: float) -> float | None:
    """Return the time since the other foot's last strike, when that was within this stride's time."""
    index = int(np.searchsorted(strikes, strike_s)) - 1
    if index < 0 or not 0.0 < strike_s - strikes[index] < stride_s:
        return None
    return round(strike_s - float(strikes[index]), 4)


def _until(offs: Floats, strike_s: float, stride_s: float) -> float | None:
    """Return the time until the other foot leaves; negative when it had left already (running)."""
    if not len(offs):
        return None
    index = int(np.searchsorted(offs, strike_s))
    nearest = float(min(offs[max(0, index - 1) : index + 1], key=lambda off: abs(off - strike_s)))
    return round(nearest - strike_s, 4) if abs(nearest - strike_s) < 0.45 * stride_s else None


def missed_by_order(per_foot: list[list[Stride]]) -> list[int]:
    """Return for each foot how many strides the other foot's strikes say are missing.

    While both feet walk straight on, they strike in turn. Two strikes of one foot running, as far apart as a stride,
    without one of the other between them: the other's was missed.
    """
    missing = [0, 0]
    usual_s = [median(s.stride_time_s for s in each) if each else 0.0 for each in per_foot]
    for index, (strides, other) in enumerate(zip(per_foot, reversed(per_foot), strict=True)):
        strikes = sorted({t for s in other for t in (s.foot_strike_s, s.next_foot_strike_s)})
        for bout in {s.bout for s in other}:
            times = [t for s in other if s.bout == bout for t in (s.foot_strike_s, s.next_foot_strike_s)]
            inside = [
                s
                for s in strides
                if s.bout == bout and s.foot_strike_s > min(times) and s.next_foot_strike_s < max(times)
            ]
            missing[1 - index] += sum(
                not s.is_turn
                and s.stride_time_s < 1.5 * usual_s[index]
                and not any(s.foot_strike_s < t < s.next_foot_strike_s for t in strikes)
                for s in inside
            )
    return missing
