"""Gait from one sensor at the waist: a phone at the belt or in a pocket, or a sensor on the lower back."""

from __future__ import annotations

import msgspec
import numpy as np

from mortise.errors import SignalError
from mortise.measure._belt_steps import (
    SMOOTH_S,
    Steps,
    TrunkMotion,
    find_steps,
    least_force,
    rise_m,
    trunk_motion,
    turned_deg,
)
from mortise.measure._gait_curves import plain, stride_curve
from mortise.measure._gait_method import (
    FEW,
    LEAST_STRIDES,
    Method,
    asymmetry_of,
    reading_of,
    sided_readings,
    steady,
)
from mortise.measure.recording import Recording
from mortise.measure.results import Bout, Curve, Event, GaitResult, Reading, RecordingSet, Refused, Stride
from mortise.terms import Side

BELT_PLACEMENTS = frozenset({"lower_back", "belt", "pocket"})
# A leg is 0.53 of the stature (Winter 2009); of most adults 0.80 to 1.00 m.
_LEG_M = 0.90
# The pelvis swings over the foot as if on a leg somewhat longer and adds its own turning: found on the straight walks
# of two people (docs/reference/validation), published values for steps run from 1.0 to 1.25.
_LENGTH_FACTOR = 1.08
_TURN_DEG = 20.0
_LOWEST_RATE_HZ = 20.0
_SHORTEST_S = 3.0
# Steps this uneven are picking one's way, not walking; length from the trunk's rise then means little.
_IRREGULAR = 0.20
# Walking keeps half of the weight at the waist all the time; a runner flies between steps.
_FLIES = 0.15
# By the sign of a step: 0, 1 and -1.
_SIDES = (Side.NONE, Side.LEFT, Side.RIGHT)
BELT = Method(
    name="trunk-wave/1",
    floors={
        "stride_length_m": 0.10,
        "stride_time_s": 0.005,
        "step_time_s": 0.015,
        "gait_speed_m_s": 0.10,
        "cadence_spm": 0.5,
        "step_time_asymmetry_ratio": 0.04,
        "stride_time_cv_pct": 1.5,
    },
)
# Over strides of uneven walking lengths were off by a quarter of a metre and more.
_IRREGULAR_METHOD = Method(
    name=BELT.name, floors={**BELT.floors, "stride_length_m": 0.30, "gait_speed_m_s": 0.25}
)
_CARRIED = (
    "acc_clipped", "gyr_clipped", "gaps", "empty_cells", "truncated", "rate_contradicted", "unit_contradicted",
    "time_stamps_evened", "simulated", "placement_doubtful", "placement_contradicted",
    "placement_from_data", "no_gyroscope",
)  # fmt: skip


def belt_gait(recording: Recording) -> GaitResult:
    """Measure gait from one sensor at the waist.

    Parameters
    ----------
    recording
        A sensor at the belt, on the lower back or in a pocket; any mounting. A gyroscope tells left from right.

    Returns
    -------
    GaitResult
        Strides without foot off, bouts, readings, and curves to draw.

    Raises
    ------
    SignalError
        When the recording is too short or slow, or nobody walked.

    Notes
    -----
    1. Strikes come from the wave of upward acceleration (`find_steps`); feet from how the pelvis turns.
    2. A stride's length is that of two steps of an inverted pendulum, `2 k sqrt(2 l h - h²)` each: `h` the rise and
       fall of the trunk, `l` a leg of 0.90 m, `k` 1.08.
    3. Readings use straight strides, neither first nor last of a bout.

    Data needs: 20 Hz or more, four steps. Foot off, stance and clearance cannot be had from the waist.

    References
    ----------
    Zijlstra and Hof 2003, Gait & Posture 18(2), 1-10 (inverted pendulum).
    """
    info = recording.info
    if info.rate_hz < _LOWEST_RATE_HZ or recording.duration_s < _SHORTEST_S:
        is_short = recording.duration_s < _SHORTEST_S
        raise SignalError(
            f"{recording.duration_s:.1f} s are too short for a walk."
            if is_short
            else f"{info.rate_hz:g} samples a second are too few to see steps.",
            where=info.file,
            mend="Record ten seconds of walking or more at 50 Hz or more.",
        )
    trunk = trunk_motion(recording)
    steps = find_steps(trunk)
    if not len(steps.at_s):
        raise SignalError(
            "nobody walked: the trunk does not rise and fall in steps.",
            where=info.file,
            mend="Wear the phone at the belt and walk at least ten metres, or name the test that was done.",
        )
    strides = _strides(trunk, steps)
    flags, quality = _flags(recording, trunk, steps, strides)
    used = steady([s for s in strides if not s.quality])
    return GaitResult(
        recording=RecordingSet(
            sensors=(msgspec.structs.replace(info, flags=tuple(dict.fromkeys((*info.flags, *flags)))),),
            duration_s=info.duration_s,
        ),
        readings=tuple(_readings(used, quality)),
        strides=tuple(strides),
        bouts=_bouts(steps, strides),
        n_strides_missing=_n_missing(steps),
        refused=_refused(used, recording),
        curves=_curves(trunk, used),
        events=_events(steps),
    )


def _strides(trunk: TrunkMotion, steps: Steps) -> list[Stride]:
    n = len(steps.at_s)
    first = np.array([i for i in range(n - 2) if steps.bout[i] == steps.bout[i + 2]], dtype=np.int64)
    start, end = steps.at_s[first], steps.at_s[first + 2]
    turned = turned_deg(trunk, start, end)
    found = []
    for index, begin, finish, turn in zip(
        first.tolist(), start.tolist(), end.tolist(), turned.tolist(), strict=True
    ):
        height = rise_m(trunk, begin, finish)
        length = 4.0 * _LENGTH_FACTOR * float(np.sqrt(max(2.0 * _LEG_M * height - height * height, 0.0)))
        has_step = index > 0 and steps.run[index - 1] == steps.run[index]
        is_end = index == 0 or index + 3 >= n
        is_whole = steps.run[index] == steps.run[index + 2]
        found.append(
            Stride(
                side=_SIDES[int(steps.sign[index])],
                bout=int(steps.bout[index]) + 1,
                foot_strike_s=round(begin, 4),
                foot_off_s=None,
                next_foot_strike_s=round(finish, 4),
                stride_length_m=round(length, 4),
                stride_time_s=round(finish - begin, 4),
                stance_time_s=None,
                swing_time_s=None,
                strike_angle_deg=None,
                toe_off_angle_deg=None,
                clearance_cm=None,
                speed_m_s=round(length / (finish - begin), 4),
                turn_deg=round(turn, 1),
                is_turn=abs(turn) > _TURN_DEG,
                is_first_or_last=bool(
                    is_end
                    or steps.bout[index - 1] != steps.bout[index]
                    or steps.bout[index + 3] != steps.bout[index]
                ),
                step_time_s=round(begin - float(steps.at_s[index - 1]), 4) if has_step else None,
                # a pause inside: a step may be missing, and then both strikes were not of one foot
                quality=() if is_whole else ("broken_rhythm",),
            )
        )
    return found


def _events(steps: Steps) -> tuple[Event, ...]:
    """Return every foot strike once, with the foot its own run of steps tells.

    Not the ends of strides: one that spans a break in the rhythm begins and ends with strikes of different feet.
    """
    return tuple(
        Event(name="foot_strike", side=_SIDES[sign], time_s=round(at_s, 4))
        for at_s, sign in zip(steps.at_s.tolist(), steps.sign.tolist(), strict=True)
    )


def _n_missing(steps: Steps) -> int:
    """Return how many strides are believed missing: within a bout, pauses a whole number of steps long."""
    gaps = np.diff(steps.at_s)
    n = 0
    for bout in np.unique(steps.bout).tolist():
        inside = gaps[(steps.bout[1:] == bout) & (steps.bout[:-1] == bout)]
        if len(inside) >= LEAST_STRIDES:
            multiples = inside / np.median(inside)
            n += int(np.sum(np.round(multiples[multiples > 1.6]) - 1))
    # a step that was missed takes two strides with it
    return 2 * n


def _bouts(steps: Steps, strides: list[Stride]) -> tuple[Bout, ...]:
    found = []
    for number in np.unique(steps.bout).tolist():
        at_s = steps.at_s[steps.bout == number]
        of_bout = [s for s in strides if s.bout == number + 1]
        speed = float(np.mean([s.speed_m_s for s in of_bout])) if of_bout else 0.0
        found.append(
            Bout(
                number=number + 1,
                start_s=round(float(at_s[0]), 3),
                end_s=round(float(at_s[-1]), 3),
                n_strides=len(of_bout),
                distance_m=round(speed * float(at_s[-1] - at_s[0]), 2),
            )
        )
    return tuple(found)


def _flags(
    recording: Recording, trunk: TrunkMotion, steps: Steps, strides: list[Stride]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return flags of the recording, and what speaks against every reading."""
    flags: list[str] = []
    if not steps.sign.any():
        flags.append("side_unknown")
    times = [s.step_time_s for s in strides if s.step_time_s is not None]
    if len(times) > 1 and float(np.std(times) / np.mean(times)) > _IRREGULAR:
        flags.append("irregular_steps")
    if least_force(trunk, steps) < _FLIES:
        flags.append("running")
    if recording.placement == "pocket":
        flags.append("worn_in_pocket")
    carried = [flag for flag in recording.info.flags if flag in _CARRIED]
    if len(steady([s for s in strides if not s.quality])) < FEW:
        carried.append("few_strides")
    if _n_missing(steps):
        carried.append("strides_missing")
    return tuple(flags), tuple(dict.fromkeys((*carried, *flags)))


def _readings(used: list[Stride], quality: tuple[str, ...]) -> list[Reading]:
    if len(used) < LEAST_STRIDES:
        return []
    method = _IRREGULAR_METHOD if "irregular_steps" in quality else BELT
    found: list[Reading] = []
    for side in dict.fromkeys(s.side for s in used):
        of_side = [s for s in used if s.side is side]
        if len(of_side) >= LEAST_STRIDES:
            found += sided_readings(method, side, of_side, quality)
    found += [
        reading_of(method, "gait_speed_m_s", Side.NONE, [s.speed_m_s for s in used], "m_s", quality),
        reading_of(method, "cadence_spm", Side.NONE, [120.0 / s.stride_time_s for s in used], "spm", quality),
    ]
    times = [
        [s.step_time_s for s in used if s.side is side and s.step_time_s is not None]
        for side in (Side.LEFT, Side.RIGHT)
    ]
    if min(map(len, times)) >= LEAST_STRIDES:
        found.append(asymmetry_of(method, "step_time_asymmetry_ratio", times, quality))
    return found


def _refused(used: list[Stride], recording: Recording) -> tuple[Refused, ...]:
    found = [
        Refused(
            what="stance, swing, foot angles and clearance",
            reason="a sensor at the waist does not see the feet",
            mend="Wear a sensor on each foot.",
        )
    ]
    if len(used) < LEAST_STRIDES:
        found.append(
            Refused(
                what="readings",
                reason="fewer than three straight strides",
                mend="Walk at least ten metres straight on.",
            )
        )
    if recording.info.rate_hz < 2.0 / SMOOTH_S * 2.0:
        found.append(
            Refused(
                what="fine timing of steps",
                reason=f"{recording.info.rate_hz:g} samples a second",
                mend="Record at 50 Hz or more.",
            )
        )
    return tuple(found)


def _curves(trunk: TrunkMotion, used: list[Stride]) -> tuple[Curve, ...]:
    """Return the wave over the stride, and over the whole recording."""
    found = []
    rate = trunk.motion.rate_hz
    for side in dict.fromkeys(s.side for s in used):
        of_side = [s for s in used if s.side is side]
        found.append(stride_curve("trunk_acceleration_m_s2", "m_s2", side, trunk.wave_m_s2, rate, of_side))
    every = max(1, -(-len(trunk.wave_m_s2) // 1200))
    found.append(
        Curve(
            name="trunk_acceleration_trace_m_s2",
            side=Side.NONE,
            x_unit="s",
            unit="m_s2",
            x=plain(trunk.motion.time_s[::every]),
            mean=plain(trunk.wave_m_s2[::every], 3),
        )
    )
    return tuple(found)
