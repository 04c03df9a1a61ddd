"""Gait from one or two foot sensors: strides, and the readings made of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from mortise.errors import SignalError
from mortise.measure._both_feet import clock_fault, disagreement, missed_by_order, solve_together, with_steps
from mortise.measure._bouts import join_bouts
from mortise.measure._gait_curves import curves_of, events_of
from mortise.measure._gait_method import LEAST_STRIDES, steady
from mortise.measure._gait_readings import foot_readings, whole_readings
from mortise.measure._missing import missed_by_time
from mortise.measure._sole import Sole, soles
from mortise.measure._stance import LegResult
from mortise.measure._strides import strides_of
from mortise.measure._terrain import with_terrain
from mortise.measure._walk import FootWalk, walk
from mortise.measure._which_foot import look_swapped, sided
from mortise.measure.materials import worn_at
from mortise.measure.recording import FOOT_PLACEMENTS, Recording, RecordingInfo
from mortise.measure.results import Bout, GaitResult, Reading, RecordingSet, Refused, Stride
from mortise.terms import Side

# How far apart feet are in a turn, at least.
_NARROWEST_M = 0.10
_THIRD_DEG = 100.0


class Feet(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What was found for one or both feet, before it becomes readings."""

    walks: tuple[FootWalk, ...]
    per_foot: list[list[Stride]]
    bouts: tuple[Bout, ...]
    missing: tuple[int, ...]
    soles: dict[Side, Sole]
    flags: tuple[str, ...]
    disagreement: str = ""


def find_strides(recordings: Sequence[Recording], foot_length_m: float | None = None) -> Feet:
    """Find the strides of one or both feet, left and right solved together.

    Parameters
    ----------
    recordings
        One recording of a foot, or one of each whose clocks started together.
    foot_length_m
        Heel to toe, where somebody measured it.

    Returns
    -------
    Feet
        Strides with everything known of them.

    Raises
    ------
    SignalError
        When a recording cannot be used for gait, with sample or channel and the mend.
    """
    chosen = choose_feet(sided(recordings))
    walks = tuple(walk(recording) for recording in chosen)
    found = soles(walks, foot_length_m)
    bouts, per_foot = join_bouts([strides_of(walked, found.get(walked.recording.side)) for walked in walks])
    missing = [missed_by_time(walked, strides) for walked, strides in zip(walks, per_foot, strict=True)]
    flags: tuple[str, ...] = ()
    said = ""
    if len(walks) == 2:
        said = disagreement(per_foot)
        per_foot, flags = solve_together(per_foot)
        if not flags or flags == ("running",):
            missing = [max(pair) for pair in zip(missing, missed_by_order(per_foot), strict=True)]
    per_foot = with_terrain(per_foot)
    return Feet(
        walks=walks,
        per_foot=per_foot,
        bouts=bouts,
        missing=tuple(missing),
        soles=found,
        flags=_joint_flags(walks, per_foot) + flags,
        disagreement=said,
    )


def feet_gait(recordings: Sequence[Recording], foot_length_m: float | None = None) -> GaitResult:
    """Measure gait from one or two foot sensors.

    Parameters
    ----------
    recordings
        One recording, or one of each foot whose clocks started together.
    foot_length_m
        Heel to toe, where somebody measured it; it sharpens heel clearance.

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
    3. Foot off and foot strike come from the foot's pitch rate within the jolt of landing (`find_events`); lengths from
       integrating twice with velocity zero in mid-stance on both ends.
    4. Heel and toe are found under the sensor from the contacts themselves (`soles`).
    5. Both feet are made to cover the same ground and to step in turn (`solve_together`).
    6. Readings use steady strides: no turn, neither first nor last of a bout, no stairs. The others stay in the table.
    7. Feet that both swing outward to the other side, or take the wrong arc of a turn, are flagged `feet_swapped`; two
       feet of which nobody said the side are told apart by it (`side_from_data`).
    8. `error` adds the standard error over strides and the method's own error in quadrature.

    Data needs: a foot sensor on each or one foot, 80 Hz or more for event times, any mounting, ten metres of walking.

    References
    ----------
    Laidig and Seel 2023, Information Fusion 91, 187-204, doi:10.1016/j.inffus.2022.10.014.
    """
    feet = find_strides(recordings, foot_length_m)
    walks, per_foot, missing, flags = feet.walks, feet.per_foot, feet.missing, feet.flags
    readings: list[Reading] = []
    for walked, strides, n_missing in zip(walks, per_foot, missing, strict=True):
        readings += foot_readings(walked, strides, n_missing, flags, feet.soles.get(walked.recording.side))
    readings += whole_readings(walks, per_foot, flags)
    in_order = sorted((s for each in per_foot for s in each), key=lambda s: (s.foot_strike_s, s.side))
    legs = _legs(recordings, in_order, readings)
    return GaitResult(
        recording=RecordingSet(
            sensors=tuple(_info_with(walked, flags) for walked in walks),
            duration_s=max(walked.recording.info.duration_s for walked in walks),
        ),
        readings=(*readings, *legs.readings),
        strides=tuple(in_order),
        bouts=feet.bouts,
        n_strides_missing=sum(missing) + sum(each.n_missing for walked in walks for each in walked.refused),
        refused=(*_refused(feet), *legs.refused),
        curves=(
            *(c for walked, each in zip(walks, per_foot, strict=True) for c in curves_of(walked, each)),
            *legs.curves,
        ),
        events=tuple(event for each in per_foot for event in events_of(each)),
    )


def _legs(recordings: Sequence[Recording], strides: list[Stride], readings: list[Reading]) -> LegResult:
    """Return what shank sensors add; nothing when there is none, and then their code is not loaded."""
    if not any(each.placement == "shank" for each in recordings):
        return LegResult()
    from mortise.measure._shank_gait import legs_of

    quality = next((each.quality for each in readings if each.measure == "gait_speed_m_s"), ())
    return legs_of(recordings, strides, quality)


def _refused(feet: Feet) -> tuple[Refused, ...]:
    refused = [each for walked in feet.walks for each in walked.refused]
    refused += _refused_missing(list(feet.walks), list(feet.missing))
    refused += _refused_between(feet)
    for walked, strides in zip(feet.walks, feet.per_foot, strict=True):
        if len(steady(strides)) < LEAST_STRIDES:
            refused.append(_refused_few(walked, strides))
        elif walked.recording.side not in feet.soles:
            refused.append(
                Refused(
                    what="heel and toe clearance",
                    reason="the foot does not push off over its toe, which would show where the toe is",
                    side=walked.recording.side,
                    mend="Walk at a usual pace over level ground, or use markers.",
                )
            )
    return tuple(refused)


def _refused_between(feet: Feet) -> list[Refused]:
    """Return what is not said between feet that cannot have walked together, and why."""
    if "feet_disagree" in feet.flags:
        return [
            Refused(
                what="step time, double support, symmetry, speed and cadence",
                reason=f"left and right are not of one walk: {feet.disagreement}",
                mend="Give the two files of one walk: the same person, the same start, each with its own rate.",
            )
        ]
    if "clocks_doubtful" in feet.flags:
        together = [
            with_steps(own, other) for own, other in zip(feet.per_foot, reversed(feet.per_foot), strict=True)
        ]
        return [
            Refused(
                what="step time and double support",
                reason=clock_fault(together),
                mend="Start both sensors together, or export both on one clock.",
            )
        ]
    return []


def choose_feet(recordings: Sequence[Recording]) -> list[Recording]:
    """Return the foot sensors to use: at most one per side."""
    if not recordings:
        raise SignalError("there is no recording.", mend="Give one or two foot recordings.")
    feet = [each for each in recordings if each.placement in FOOT_PLACEMENTS or each.placement == "unknown"]
    on_foot = [each for each in feet if each.placement in FOOT_PLACEMENTS]
    feet = on_foot or feet
    if not feet:
        raise SignalError(
            f"gait needs a sensor on a foot or at the waist; these were worn at: {worn_at(recordings)}.",
            where=recordings[0].info.file,
            mend="Record with a sensor on the foot, or name the placement with --placement.",
        )
    if len(feet) > 2:
        raise SignalError(
            f"{len(feet)} sensors on feet were given, and one of each foot can be used.",
            where=", ".join(dict.fromkeys(each.info.file for each in feet)),
            mend="Give one of each foot, and say which is which with --left FILE --right FILE.",
        )
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
    if len(feet) == 2 and np.array_equal(feet[0].acc_m_s2, feet[1].acc_m_s2):
        raise SignalError(
            "both files hold the same samples.",
            where=f"{feet[0].info.file}, {feet[1].info.file}",
            mend="Give one recording of each foot.",
        )
    return feet


def _joint_flags(walks: Sequence[FootWalk], per_foot: list[list[Stride]]) -> tuple[str, ...]:
    """Return flags that only both feet together show."""
    flags: list[str] = []
    if any(walked.recording.side is Side.NONE for walked in walks):
        flags.append("side_unknown")
    if look_swapped(walks) or (len(walks) == 2 and _feet_look_swapped(per_foot)):
        flags.append("feet_swapped")
    return tuple(flags)


def _feet_look_swapped(per_foot: list[list[Stride]]) -> bool:
    """Whether the inner foot of a turn walks further than the outer one.

    In a turn to the left the right foot walks the outer arc: further by the angle times how far the feet are apart.
    Both feet's ways are compared over each stretch in which both turn the same way; the wrong one must be further by
    half of what the narrowest feet would make, over a third of a circle or more in all.
    """
    shared_deg = further_m = 0.0
    left, right = (_turning(each) for each in per_foot)
    for one in left:
        for other in right:
            start_s = max(one[0].foot_strike_s, other[0].foot_strike_s)
            end_s = min(one[-1].next_foot_strike_s, other[-1].next_foot_strike_s)
            if end_s <= start_s:
                continue
            turned = [sum(_share(s, start_s, end_s) * s.turn_deg for s in each) for each in (one, other)]
            if turned[0] * turned[1] <= 0.0:
                continue
            sign = 1.0 if turned[0] > 0.0 else -1.0
            shared_deg += 0.5 * (abs(turned[0]) + abs(turned[1]))
            way_m = {each[0].side: _way_m(each, start_s, end_s) for each in per_foot}
            further_m += sign * (way_m[Side.RIGHT] - way_m[Side.LEFT])
    return shared_deg > _THIRD_DEG and further_m < -0.5 * _NARROWEST_M * float(np.radians(shared_deg))


def _turning(strides: Sequence[Stride]) -> list[list[Stride]]:
    """Return the stretches of strides that turn without a straight one between."""
    found: list[list[Stride]] = []
    for before, stride in zip([None, *strides], strides, strict=False):
        if stride.is_turn:
            if found and before is found[-1][-1] and before is not None and before.bout == stride.bout:
                found[-1].append(stride)
            else:
                found.append([stride])
    return found


def _share(stride: Stride, start_s: float, end_s: float) -> float:
    """Return how much of a stride lies between two moments."""
    inside = min(stride.next_foot_strike_s, end_s) - max(stride.foot_strike_s, start_s)
    return max(0.0, inside) / stride.stride_time_s


def _way_m(strides: Sequence[Stride], start_s: float, end_s: float) -> float:
    return sum(_share(s, start_s, end_s) * s.stride_length_m for s in strides)


def _refused_missing(walks: list[FootWalk], missing: list[int]) -> list[Refused]:
    return [
        Refused(
            what="strides",
            reason="the foot moved as in a step, but where the step begins and ends is not clear",
            side=walked.recording.side,
            n_missing=n,
            mend="Look at the signal there. Strap the sensor tightly and walk without stopping.",
        )
        for walked, n in zip(walks, missing, strict=True)
        if n
    ]


def _refused_few(walked: FootWalk, strides: list[Stride]) -> Refused:
    on_stairs = (
        len(strides) >= LEAST_STRIDES and sum("stairs" in s.terrain for s in strides) > len(strides) / 2
    )
    return Refused(
        what="readings of walking on the level" if on_stairs else "readings",
        reason="fewer than three steady strides" + (": most are on stairs" if on_stairs else ""),
        side=walked.recording.side,
        mend="Walk at least ten metres straight on.",
    )


def _info_with(walked: FootWalk, flags: tuple[str, ...]) -> RecordingInfo:
    info = walked.recording.info
    return msgspec.structs.replace(info, flags=tuple(dict.fromkeys((*info.flags, *walked.flags, *flags))))
