"""Find every swing of a running foot: from the quietest moment after one landing to that after the next."""

from __future__ import annotations

import itertools

import numpy as np

from mortise.measure._swings import Swing, carried, movement
from mortise.measure.orientation import Attitude
from mortise.measure.recording import Floats
from mortise.measure.signals import Motion, window_mean

# The jolt of landing is the greatest of a stride; nobody runs more than 2.2 strides a second.
_LEAST_STRIDE_S = 0.45
_JOLT_S = 0.03
# A landing shakes the foot at least a quarter as much as the usual one.
_LEAST_SHARE = 0.25
# The foot lies flat within this after landing, if only for a twentieth of a second.
_FLAT_FROM_S, _FLAT_TO_S = 0.02, 0.25
_WINDOW_S = 0.05
# Below this nobody ran: a landing of a walk changes the force by a tenth as much from sample to sample.
_LEAST_JOLT_M_S3 = 400.0
# Two landings further apart are not one stride of a run.
_LONGEST_S = 1.6
_LEAST_STEP_M, _LONGEST_STEP_M = 0.3, 6.0
# Still more than this in its quietest moment, a foot was not on the ground.
_MOST_IN_STANCE = 12.0


def find_running_swings(motion: Motion, pose: Attitude) -> tuple[list[Swing], list[tuple[int, int, str]]]:
    """Find the swings of one running foot.

    Parameters and what is returned are those of `find_swings`.

    Notes
    -----
    1. Landings are the greatest jolts, at least 0.45 s apart, and at least a quarter as strong as the usual one.
    2. After each landing the foot lies flat for a moment: the quietest between 20 and 250 ms after the jolt.
    3. Between two such moments lies a stride; velocity is taken as zero in both. A runner's foot still rolls then, so
       lengths are less exact than in walking.
    """
    landings = _landings(motion, pose)
    moving = movement(motion, pose, _WINDOW_S)
    rests = [_rest(moving, at, motion.rate_hz) for at in landings]
    gravity = float(np.median(pose.acc_world_m_s2[:, 2]))
    swings: list[Swing] = []
    refused: list[tuple[int, int, str]] = []
    for before, after in itertools.pairwise(rests):
        if (
            after - before > _LONGEST_S * motion.rate_hz
            or max(moving[before], moving[after]) > _MOST_IN_STANCE
        ):
            continue
        found = carried(motion, pose, gravity, (before, after, before, after), _LONGEST_STEP_M)
        if not isinstance(found, Swing):
            refused.append(found)
        elif found.length_m >= _LEAST_STEP_M:
            swings.append(found)
    return swings, refused


def _landings(motion: Motion, pose: Attitude) -> list[int]:
    steps = np.diff(pose.acc_world_m_s2, axis=0, prepend=pose.acc_world_m_s2[:1]) * motion.rate_hz
    jolt: Floats = window_mean(np.sqrt(np.einsum("ij,ij->i", steps, steps)), _JOLT_S * motion.rate_hz)
    least = max(1, round(_LEAST_STRIDE_S * motion.rate_hz))
    peaks = np.flatnonzero((jolt[1:-1] >= jolt[:-2]) & (jolt[1:-1] > jolt[2:])) + 1
    peaks = peaks[jolt[peaks] > _LEAST_JOLT_M_S3]
    taken = np.zeros(len(jolt), dtype=bool)
    kept: list[int] = []
    for peak in peaks[np.argsort(-jolt[peaks], kind="stable")].tolist():
        if not taken[peak]:
            kept.append(peak)
            taken[max(0, peak - least) : peak + least + 1] = True
    if not kept:
        return []
    usual = float(np.median(jolt[kept]))
    return sorted(peak for peak in kept if jolt[peak] > _LEAST_SHARE * usual)


def _rest(moving: Floats, landing: int, rate_hz: float) -> int:
    first = min(landing + int(_FLAT_FROM_S * rate_hz), len(moving) - 1)
    last = max(first + 1, landing + int(_FLAT_TO_S * rate_hz))
    return first + int(np.argmin(moving[first:last]))
