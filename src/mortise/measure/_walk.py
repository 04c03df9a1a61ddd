"""One foot's walk: swings with their events, joined to strides and bouts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure._events import SMOOTH_S, Events, event_signals, find_events
from mortise.measure._foot_frame import FootFrame, foot_frame, turned_at
from mortise.measure._swings import Swing, find_swings
from mortise.measure.orientation import Attitude, attitude, need_gyroscope
from mortise.measure.recording import Floats, Recording
from mortise.measure.results import Refused
from mortise.measure.signals import Motion, even

# Straight walking turns a foot by a few degrees from stride to stride; a half turn takes three or four strides.
TURN_DEG = 20.0
# Below this, push-off (about 100 ms) is two samples long and events cannot be placed.
LOWEST_RATE_HZ = 40.0
GOOD_RATE_HZ = 80.0
SHORTEST_S = 3.0
# Even a shuffling foot turns faster than this in its swing; a usual one ten times as fast.
LEAST_SWING_DEG_S = 30.0
GRAVITY_M_S2 = 9.80665
# Thirty real feet lie between 0.07 and 0.46; a rate that is wrong by a quarter makes 0.9, axes that are 2 and more.
_MOST_DRIFT_M_S2 = 0.8


# Finds the swings of a foot, and sample ranges that cannot be used, each with the reason.
Finder = Callable[[Motion, Attitude], tuple[list[Swing], list[tuple[int, int, str]]]]


class Step(Struct, frozen=True, kw_only=True, eq=False):
    """One swing with its events and the foot's turn during it (left positive)."""

    swing: Swing
    events: Events
    turn_deg: float
    is_bridged: bool


class FootWalk(Struct, frozen=True, kw_only=True, eq=False):
    """Everything found for one foot."""

    recording: Recording
    motion: Motion
    pose: Attitude
    pitch_deg: Floats
    steps: tuple[Step, ...]
    refused: tuple[Refused, ...]
    flags: tuple[str, ...]


def walk(recording: Recording, finder: Finder = find_swings, smooth_s: float = SMOOTH_S) -> FootWalk:
    """Find the swings and events of one foot sensor; `finder` and `smooth_s` are those of walking or of running.

    Raises
    ------
    SignalError
        When the recording is too short or too slow for gait, holds no swing of a foot, or a foot that never turns.
    """
    info = recording.info
    need_gyroscope(recording, "a foot's walk")
    if info.rate_hz < LOWEST_RATE_HZ:
        raise SignalError(
            f"{info.rate_hz:g} samples a second are too few to place foot strike and foot off.",
            where=info.file,
            mend=f"Record at {GOOD_RATE_HZ:g} Hz or more.",
        )
    if recording.duration_s < SHORTEST_S:
        raise SignalError(
            f"{recording.duration_s:.1f} s are too short for a walk.",
            where=info.file,
            mend="Walk at least ten metres.",
        )
    motion = even(recording)
    pose = attitude(motion)
    swings, lost = finder(motion, pose)
    if not swings:
        raise SignalError(
            "no step of a foot was found: the sensor was on no foot that walked, or its axes, units or rate are wrong.",
            where=info.file,
            mend="Wear the sensor on the foot and walk at least ten metres, or name the test that was done.",
        )
    _refuse_unturned(info.file, pose, swings)
    cut = turned_at(pose, swings)
    parts = [swings] if cut is None else [swings[:cut], swings[cut:]]
    frames = [foot_frame(motion, pose, part) for part in parts]
    steps: list[Step] = []
    for part, frame in zip(parts, frames, strict=True):
        rates = event_signals(frame, pose, motion.rate_hz, smooth_s)
        steps += [
            _step(swing, find_events(swing, frame, rates, motion.rate_hz), motion, frame) for swing in part
        ]
    pitch_deg = frames[0].pitch_deg
    if cut is not None:
        border = swings[cut].rest_before
        pitch_deg = np.concatenate([frames[0].pitch_deg[:border], frames[1].pitch_deg[border:]])
    refused = tuple(
        Refused(
            what="swing",
            reason=reason,
            side=recording.side,
            start_s=round(start / motion.rate_hz, 3),
            end_s=round(stop / motion.rate_hz, 3),
            n_missing=1,
            mend="Keep the sensor near what it sends to."
            if "missing" in reason
            else "Check the rate, the units and the strap.",
        )
        for start, stop, reason in lost
    )
    flags = tuple(info.flags)
    if cut is not None:
        flags += ("sensor_turned",)
    if info.rate_hz < GOOD_RATE_HZ:
        flags += ("low_rate",)
    if finder is find_swings and _drift_m_s2(pose, swings, motion.rate_hz) > _MOST_DRIFT_M_S2:
        flags += ("motion_contradicts",)
    return FootWalk(
        recording=recording,
        motion=motion,
        pose=pose,
        pitch_deg=pitch_deg,
        steps=tuple(steps),
        refused=refused,
        flags=flags,
    )


def _drift_m_s2(pose: Attitude, swings: Sequence[Swing], rate_hz: float) -> float:
    """Return by how much the speed of a foot that stands, swings and stands again fails to come back to nothing.

    Over the time of a swing, median. Gravity that is taken off along a wrong way up, because the gyroscope's axes,
    unit or rate are wrong, is left over as speed.
    """
    found = []
    for swing in swings:
        inside = slice(swing.rest_before, swing.rest_after)
        left = pose.acc_world_m_s2[inside].mean(axis=0)
        found.append(math.hypot(float(left[0]), float(left[1]), float(left[2]) - GRAVITY_M_S2))
    return median(found)


def _refuse_unturned(file: str, pose: Attitude, swings: Sequence[Swing]) -> None:
    """Refuse a foot that is carried forward without turning: the gyroscope's unit is wrong, or it is broken."""
    squared = np.einsum("ij,ij->i", pose.gyr_rad_s, pose.gyr_rad_s)
    peaks = [float(squared[one.start : one.stop + 1].max()) ** 0.5 for one in swings]
    fastest_deg_s = math.degrees(median(peaks))
    if fastest_deg_s < LEAST_SWING_DEG_S:
        raise SignalError(
            f"the foot moves on but turns at {fastest_deg_s:.0f} degrees a second at most: no walking foot does.",
            where=f"{file}, channel gyr",
            mend="Name the gyroscope's unit in the sidecar (gyr_unit), or check the sensor and record again.",
        )


def _step(swing: Swing, events: Events, motion: Motion, frame: FootFrame) -> Step:
    ends = [swing.rest_before, swing.rest_after]
    way = frame.ahead[ends]
    heading = np.degrees(np.arctan2(way[:, 1], way[:, 0]))
    turn = (heading[1] - heading[0] + 180.0) % 360.0 - 180.0
    return Step(
        swing=swing,
        events=events,
        turn_deg=float(turn),
        is_bridged=bool(motion.is_bridged[swing.start : swing.stop + 1].any()),
    )
