"""Find every swing of a foot: what lies between two moments in which the foot stands still on the ground."""

from __future__ import annotations

import itertools

import numpy as np
from msgspec import Struct

from mortise.measure.orientation import Attitude
from mortise.measure.recording import Floats
from mortise.measure.signals import Motion, turning_points, window_mean

# Movement is measured in units of these two: below one the foot is as good as still. A standing foot shows about a
# tenth of them, a swinging foot ten to thirty times as much, so their exact size does not matter.
_STILL_RAD_S = 1.0
_STILL_M_S2 = 2.0
# Mid-stance lasts at least this long even in fast walking; shorter lulls (between push-off and swing) do not survive.
_WINDOW_S = 0.12
# A swing must rise out of its stances by this factor; a lull inside a swing falls by less than two.
_REVERSAL = 4.0
_MOST_IN_STANCE = 2.5
_LEAST_IN_SWING = 3.0
_ACTIVE = 2.0
# No swing of a walking person lasts longer; longer movement is not a step.
_LONGEST_S = 2.5
# A foot that turns on the spot moves its sensor a few centimetres; a step moves it at least by its own width.
_LEAST_STEP_M = 0.10
# Turning on the spot carries the sensor along an arc about the heel or ball, at most this far from it, and the foot
# stays on the floor: a sensor that is lifted less than this was not stepped with.
_PIVOT_ARM_M = 0.15
_LEAST_LIFT_M = 0.007
# Nobody walks strides of three metres; a longer one is a knock or a sensor being handled.
_LONGEST_STEP_M = 3.0
_MARGIN_S = 0.3


class Swing(Struct, frozen=True, kw_only=True, eq=False):
    """One swing, from still foot to still foot; indices are samples.

    `rest_before` and `rest_after` are the stillest moments around it, `start` and `stop` bound the movement,
    `path_m` holds the sensor's way from `rest_before` on, `(n, 3)`, z up, heading free, with velocity zero at both
    ends; `velocity_m_s` is the same for velocity.
    """

    rest_before: int
    rest_after: int
    start: int
    stop: int
    from_index: int
    velocity_m_s: Floats
    path_m: Floats

    @property
    def displacement_m(self) -> Floats:
        """Way from still to still, `(3,)`."""
        last: Floats = self.path_m[-1]
        return last

    @property
    def length_m(self) -> float:
        """Horizontal distance from still to still."""
        return float(np.hypot(self.path_m[-1, 0], self.path_m[-1, 1]))


def movement(motion: Motion, pose: Attitude, window_s: float = _WINDOW_S) -> Floats:
    """Return how much the foot moves, in units of a foot that is as good as still."""
    width = window_s * motion.rate_hz
    turn = np.einsum("ij,ij->i", pose.gyr_rad_s, pose.gyr_rad_s)
    force = pose.acc_world_m_s2 - np.array([0.0, 0.0, np.median(pose.acc_world_m_s2[:, 2])])
    push = np.einsum("ij,ij->i", force, force)
    both = window_mean(turn, width) / _STILL_RAD_S**2 + window_mean(push, width) / _STILL_M_S2**2
    result: Floats = np.sqrt(np.maximum(both, 1e-8))
    return result


def rests(moving: Floats) -> list[int]:
    """Return the stillest moments between movements, in order."""
    points = turning_points(np.log(moving), float(np.log(_REVERSAL)))
    valleys = [index for index, kind in points if kind < 0]
    if points and points[0][1] > 0:
        valleys.insert(0, int(np.argmin(moving[: points[0][0] + 1])))
    if points and points[-1][1] > 0:
        last = points[-1][0]
        valleys.append(last + int(np.argmin(moving[last:])))
    return valleys


def find_swings(motion: Motion, pose: Attitude) -> tuple[list[Swing], list[tuple[int, int, str]]]:
    """Find the swings of one foot.

    Parameters
    ----------
    motion, pose
        The samples and their orientation.

    Returns
    -------
    swings
        Every swing, in order.
    refused
        Sample ranges that moved like a swing but cannot be used, each with the reason.

    Notes
    -----
    1. Movement is the root mean square over 0.12 s of angular rate and of specific force less gravity.
    2. On a log scale, peaks and valleys that differ by a factor of four alternate; a valley below 2.5 is a stance.
    3. Between two stances lies a swing when movement exceeds 3 and the sensor was carried at least 10 cm, farther than
       turning on the spot with the foot on the floor explains.

    No template, no axis and no rate enters, so placement and mounting are free. Turning on the spot is not a swing.
    """
    moving = movement(motion, pose)
    stills = rests(moving)
    gravity = float(np.median(pose.acc_world_m_s2[:, 2]))
    swings: list[Swing] = []
    refused: list[tuple[int, int, str]] = []
    for before, after in itertools.pairwise(stills):
        if (
            max(moving[before], moving[after]) > _MOST_IN_STANCE
            or moving[before : after + 1].max() < _LEAST_IN_SWING
        ):
            continue
        active = np.flatnonzero(moving[before : after + 1] > _ACTIVE) + before
        start, stop = int(active[0]), int(active[-1])
        if stop - start > _LONGEST_S * motion.rate_hz:
            continue
        found = carried(motion, pose, gravity, (before, after, start, stop), _LONGEST_STEP_M)
        if not isinstance(found, Swing):
            refused.append(found)
        elif found.length_m >= _LEAST_STEP_M and not _is_pivot(pose, found):
            swings.append(found)
    return swings, refused


def _is_pivot(pose: Attitude, swing: Swing) -> bool:
    """Whether the foot turned on the spot, never leaving the floor."""
    if float(swing.path_m[:, 2].max()) >= _LEAST_LIFT_M:
        return False
    before, after = pose.quat[swing.rest_before], pose.quat[swing.rest_after]
    half_turn = np.arccos(np.clip(abs(float(before @ after)), 0.0, 1.0))
    return swing.length_m < 2.0 * _PIVOT_ARM_M * float(np.sin(half_turn))


def carried(
    motion: Motion, pose: Attitude, gravity: float, where: tuple[int, int, int, int], longest_m: float
) -> Swing | tuple[int, int, str]:
    """Return a swing, or the samples of its movement and why it cannot be used: a hole in it, or too long a way."""
    start, stop = where[2:]
    if motion.is_lost[start : stop + 1].any():
        return start, stop, "samples are missing inside it"
    swing = carry(motion, pose, gravity, where)
    if swing.length_m > longest_m:
        return start, stop, f"it would be longer than {longest_m:g} metres"
    return swing


def carry(motion: Motion, pose: Attitude, gravity: float, where: tuple[int, int, int, int]) -> Swing:
    """Integrate the specific force twice between two rests, with velocity zero at both ends.

    `where` holds the rest before, the rest after, and the first and last sample of the movement.

    The velocity left over at the end is error; `_drift_share` says when it came about.
    """
    before, after, start, stop = where
    margin = int(_MARGIN_S * motion.rate_hz)
    first, last = max(before, start - margin), min(after, stop + margin)
    period = 1.0 / motion.rate_hz
    # the median is what the sensor calls gravity: a foot stands still most of the time
    force = pose.acc_world_m_s2[first : last + 1] - np.array([0.0, 0.0, gravity])
    velocity = np.concatenate(
        [np.zeros((1, 3)), np.cumsum((force[1:] + force[:-1]) * (0.5 * period), axis=0)]
    )
    velocity -= _drift_share(force)[:, None] * velocity[-1]
    path = np.concatenate(
        [np.zeros((1, 3)), np.cumsum((velocity[1:] + velocity[:-1]) * (0.5 * period), axis=0)]
    )
    return Swing(
        rest_before=before,
        rest_after=after,
        start=start,
        stop=stop,
        from_index=first,
        velocity_m_s=velocity,
        path_m=path,
    )


def _drift_share(force: Floats) -> Floats:
    """Return which share of the velocity error has come about by each sample, from 0 to 1.

    Two causes, half each for want of better knowledge: tilt and bias act evenly over time; what the sensor is too slow
    or too narrow in range to follow acts where the force changes fastest, mostly at heel strike.
    """
    even_share = np.linspace(0.0, 1.0, len(force))
    steps = np.diff(force, axis=0)
    jolts = np.concatenate([[0.0], np.cumsum(np.einsum("ij,ij->i", steps, steps))])
    if jolts[-1] <= 0:
        return even_share
    share: Floats = 0.5 * even_share + 0.5 * jolts / jolts[-1]
    return share
