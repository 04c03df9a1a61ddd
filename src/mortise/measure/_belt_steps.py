"""Steps of a walking person from one sensor near the waist: from how the trunk rises and falls."""

from __future__ import annotations

import itertools

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mortise.measure._floor import GRAVITY_M_S2
from mortise.measure.orientation import attitude, rotate
from mortise.measure.recording import Floats, Recording
from mortise.measure.signals import Motion, even, window_mean

# The trunk rises and falls once a step. Two means over this leave that wave and little else, from 60 to 150 steps a
# minute, and shift nothing in time.
SMOOTH_S = 0.17
# A step lifts the trunk with more than this; quiet standing and breathing stay well below.
_LEAST_M_S2 = 0.12
# A bout of walking shows at least this in its median step, however slow; shuffling about in place does not.
_USUAL_M_S2 = 0.4
_LEAST_STEPS = 4
# Who takes longer than this from one step to the next has stopped; hardly anybody runs at more than 200 a minute.
LONGEST_STEP_S = 1.5
_SHORTEST_STEP_S = 0.3
# The pelvis turns to and fro once a stride: slower than this is going round a bend, quicker is shaking.
_YAW_FAST_S, _YAW_SLOW_S = 0.13, 1.0
# Without a gyroscope, up is the mean force over two strides.
_GRAVITY_S = 2.0
# A run of steps says which foot began when this share of its turning to and fro agrees.
_SURE_SHARE = 0.3


class TrunkMotion(Struct, frozen=True, kw_only=True, eq=False):
    """What the steps are read from: upward acceleration, its wave, and turning about the vertical (left positive).

    `yaw_rad_s` is None without a gyroscope.
    """

    motion: Motion
    up_m_s2: Floats
    wave_m_s2: Floats
    yaw_rad_s: Floats | None


class Steps(Struct, frozen=True, kw_only=True, eq=False):
    """Steps in order of time: when, in which bout (from 0), how strong, and how the pelvis turned.

    `sign` is +1 for left, -1 for right, 0 where it is not known; `parity` tells one foot from the other within a run of
    unbroken steps, whichever it is. Arrays `(n_steps,)`.
    """

    at_s: Floats
    bout: NDArray[np.int64]
    run: NDArray[np.int64]
    peak_m_s2: Floats
    sign: NDArray[np.int64]
    parity: NDArray[np.int64]


def trunk_motion(recording: Recording) -> TrunkMotion:
    """Return the upward acceleration of the sensor and how it turns about the vertical."""
    motion = even(recording)
    has_turn = bool(np.ptp(motion.gyr_rad_s, axis=0).max() > 1e-3)
    if has_turn:
        pose = attitude(motion)
        up = pose.acc_world_m_s2[:, 2]
        yaw: Floats | None = rotate(pose.quat, pose.gyr_rad_s)[:, 2]
    else:
        mean = np.stack(
            [window_mean(motion.acc_m_s2[:, i], _GRAVITY_S * motion.rate_hz) for i in range(3)], axis=1
        )
        mean /= np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-6)
        up, yaw = np.einsum("ij,ij->i", motion.acc_m_s2, mean), None
    up = up - np.median(up)
    return TrunkMotion(
        motion=motion, up_m_s2=up, wave_m_s2=twice(up, SMOOTH_S * motion.rate_hz), yaw_rad_s=yaw
    )


def twice(values: Floats, width: float) -> Floats:
    """Return the mean over `width` samples, taken twice."""
    return window_mean(window_mean(values, width), width)


def find_steps(trunk: TrunkMotion) -> Steps:
    """Find the steps of every bout of walking.

    Parameters
    ----------
    trunk
        The sensor's motion.

    Returns
    -------
    Steps
        Foot strikes in order of time.

    Notes
    -----
    1. The wave of upward acceleration crosses zero upwards while the trunk is lowest and peaks when both feet bear it.
       A foot strikes half-way between the two.
    2. Strikes closer than 0.3 s are one, the stronger; further apart than 1.5 s they belong to two bouts.
    3. A bout has four steps or more, and its median step shows 0.4 m/s² or more.
    4. At each strike the pelvis is turning towards the foot in front: to the right for a left foot. Within a run of
       unbroken steps feet alternate, so the run votes which foot began.

    Deviation from published detectors (wavelets of one or two fixed scales): no scale to choose, no axis to align.

    References
    ----------
    McCamley et al. 2012, Gait & Posture 36, 316-318 (foot by the sign of turning about the vertical).
    """
    at, peak = _lobes(trunk.wave_m_s2)
    at, peak = _apart(at, peak, _SHORTEST_STEP_S * trunk.motion.rate_hz)
    lost = trunk.motion.is_lost
    if lost.any() and len(at):
        seen = ~lost[np.clip(at.astype(np.int64), 0, len(lost) - 1)]
        at, peak = at[seen], peak[seen]
    at_s = at / trunk.motion.rate_hz
    is_first = np.diff(at_s, prepend=at_s[:1]) > LONGEST_STEP_S
    bout: NDArray[np.int64] = np.cumsum(is_first, dtype=np.int64)
    walked = [
        number
        for number in np.unique(bout).tolist()
        if (bout == number).sum() >= _LEAST_STEPS and np.median(peak[bout == number]) >= _USUAL_M_S2
    ]
    is_kept = np.isin(bout, walked)
    at_s, peak = at_s[is_kept], peak[is_kept]
    bout = np.searchsorted(np.array(walked), bout[is_kept]).astype(np.int64)
    run = _runs(at_s, bout)
    sign, parity = _feet(trunk, at_s, run)
    return Steps(at_s=at_s, bout=bout, run=run, peak_m_s2=peak, sign=sign, parity=parity)


def _lobes(wave: Floats) -> tuple[Floats, Floats]:
    """Return for each stretch above zero the middle between its beginning and its peak, and the peak."""
    above = np.concatenate([[False], wave > 0.0, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1])
    at: list[float] = []
    peaks: list[float] = []
    for first, end in zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True):
        top = first + int(np.argmax(wave[first:end]))
        if wave[top] < _LEAST_M_S2:
            continue
        before = wave[first - 1] if first else 0.0
        crossing = first - float(wave[first] / (wave[first] - before)) if before < 0.0 else float(first)
        at.append(0.5 * (crossing + top))
        peaks.append(float(wave[top]))
    return np.array(at), np.array(peaks)


def _apart(at: Floats, peak: Floats, least: float) -> tuple[Floats, Floats]:
    """Return strikes at least so many samples apart; of two too near the stronger stays."""
    kept: list[int] = []
    for index in range(len(at)):
        if kept and at[index] - at[kept[-1]] < least:
            if peak[index] > peak[kept[-1]]:
                kept[-1] = index
        else:
            kept.append(index)
    return at[kept], peak[kept]


def _runs(at_s: Floats, bout: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the runs of unbroken steps: a pause of more than 1.6 usual steps breaks one, for a step may be lost."""
    if not len(at_s):
        return np.zeros(0, dtype=np.int64)
    gap = np.diff(at_s)
    usual = np.array([np.median(gap[(bout[1:] == b) & (bout[:-1] == b)]) for b in bout[1:]])
    is_break = (bout[1:] != bout[:-1]) | (gap > 1.6 * usual)
    return np.concatenate([[0], np.cumsum(is_break)]).astype(np.int64)


def _feet(
    trunk: TrunkMotion, at_s: Floats, run: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which foot struck, and which strikes within a run were of one foot."""
    parity = np.zeros(len(at_s), dtype=np.int64)
    sign = np.zeros(len(at_s), dtype=np.int64)
    for number in np.unique(run).tolist():
        where = np.flatnonzero(run == number)
        parity[where] = np.arange(len(where)) % 2
    if trunk.yaw_rad_s is None:
        return sign, parity
    rate = trunk.motion.rate_hz
    turning = twice(trunk.yaw_rad_s, _YAW_FAST_S * rate) - twice(trunk.yaw_rad_s, _YAW_SLOW_S * rate)
    each = np.interp(at_s * rate, np.arange(len(turning)), turning)
    for number in np.unique(run).tolist():
        where = np.flatnonzero(run == number)
        first = np.where(parity[where] == 0, 1.0, -1.0)
        vote, total = float(first @ each[where]), float(np.abs(each[where]).sum())
        if total > 0.0 and abs(vote) > _SURE_SHARE * total:
            # turning to the right (negative) at a strike: the left foot is in front
            sign[where] = (first * (1.0 if vote < 0.0 else -1.0)).astype(np.int64)
    return sign, parity


def turned_deg(trunk: TrunkMotion, start_s: Floats, end_s: Floats) -> Floats:
    """Return how far the trunk turned between two moments each, left positive; zero without a gyroscope."""
    if trunk.yaw_rad_s is None:
        return np.zeros(len(start_s))
    rate = trunk.motion.rate_hz
    angle = np.degrees(np.concatenate([[0.0], np.cumsum(trunk.yaw_rad_s)])) / rate
    grid = np.arange(len(angle)) / rate
    result: Floats = np.interp(end_s, grid, angle) - np.interp(start_s, grid, angle)
    return result


def rise_m(trunk: TrunkMotion, start_s: float, end_s: float) -> float:
    """Return how far the trunk rises and falls over one stride, its height equal at both ends."""
    rate = trunk.motion.rate_hz
    up = trunk.up_m_s2[int(start_s * rate) : int(end_s * rate) + 1]
    if len(up) < 3:
        return 0.0
    velocity = np.concatenate([[0.0], np.cumsum(0.5 * (up[1:] + up[:-1]))]) / rate
    velocity -= np.linspace(0.0, float(velocity[-1]), len(velocity))
    velocity -= velocity.mean()
    height = np.concatenate([[0.0], np.cumsum(0.5 * (velocity[1:] + velocity[:-1]))]) / rate
    height -= np.linspace(0.0, float(height[-1]), len(height))
    return float(np.ptp(height))


def least_force(trunk: TrunkMotion, steps: Steps) -> float:
    """Return the least upward force within a step, body weights, median over the steps: nothing in a flight."""
    rate = trunk.motion.rate_hz
    force = 1.0 + window_mean(trunk.up_m_s2, 0.03 * rate) / GRAVITY_M_S2
    at = np.round(steps.at_s * rate).astype(int)
    lows = [float(force[a:b].min()) for a, b in itertools.pairwise(at.tolist()) if b > a]
    return float(np.median(lows)) if lows else 1.0
