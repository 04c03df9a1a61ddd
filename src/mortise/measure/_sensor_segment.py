"""One body segment seen by the sensor on it: which way is up, how it turns, how far it leans.

Nothing here knows how the sensor is fixed. Up comes from standing still, the medio-lateral axis from the movement.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.orientation import attitude, turning_deg_s, ups
from mortise.measure.recording import Floats, Recording, RecordingInfo
from mortise.measure.signals import Motion, even, window_mean

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

# Standing still and holding: slower than this. Sway of quiet standing stays below three degrees a second.
STILL_DEG_S = 6.0
STILL_S = 0.5
# A still stretch after more turning than this may be a hold in the movement, not standing before it.
_BEFORE_STANDING_DEG = 45.0
# VQF needs a second or two; below that nothing is told apart.
_SHORTEST_S = 0.3
_LOWEST_RATE_HZ = 20.0


class Segment(Struct, frozen=True, kw_only=True, eq=False):
    """A sensor's signals made ready.

    Attributes
    ----------
    info
        What is known of the recording.
    motion
        Samples on an even time base.
    quat
        Orientation from sensor to world, heading free, `(n, 4)`.
    up
        The world's up in the sensor frame, `(n, 3)`.
    gyr_rad_s
        Angular velocity free of bias, sensor frame, `(n, 3)`.
    acc_world_m_s2
        Specific force in the world, `(n, 3)`.
    speed_deg_s
        How fast the segment turns, mean over 0.2 s, `(n,)`.
    """

    info: RecordingInfo
    motion: Motion
    quat: Floats
    up: Floats
    gyr_rad_s: Floats
    acc_world_m_s2: Floats
    speed_deg_s: Floats

    @property
    def rate_hz(self) -> float:
        """Samples per second."""
        return self.motion.rate_hz


class SensorAxes(Struct, frozen=True, kw_only=True, eq=False):
    """A segment's axes in the sensor frame.

    `up` and `left` are unit vectors at right angles; `share_ratio` says how much of the level turning was about
    `left` (a half: none more than any other, one: all of it), `swing_deg` how far the segment turned.
    """

    up: Floats
    left: Floats
    share_ratio: float
    swing_deg: float

    @property
    def forward(self) -> Floats:
        """Unit vector forward in the sensor frame."""
        ahead: Floats = np.cross(self.left, self.up)
        return ahead

    def opposite(self) -> SensorAxes:
        """Return the axes with forward and backward changed over."""
        return SensorAxes(up=self.up, left=-self.left, share_ratio=self.share_ratio, swing_deg=self.swing_deg)


def refuse_too_little(recording: Recording, shortest_s: float, lowest_hz: float, what: str) -> None:
    """Refuse a recording that is shorter or slower than a test needs, in the same words for every test."""
    info = recording.info
    if recording.duration_s < shortest_s:
        raise SignalError(
            f"{recording.duration_s:.1f} s are too short for {what}.",
            where=info.file,
            mend="Record the whole test.",
        )
    if info.rate_hz < lowest_hz:
        raise SignalError(
            f"{info.rate_hz:g} samples a second are too few to follow {what}.",
            where=info.file,
            mend="Record at 25 Hz or more.",
        )


def segment(recording: Recording) -> Segment:
    """Return the signals of `recording` made ready, or refuse what is too short or too slow."""
    refuse_too_little(recording, _SHORTEST_S, _LOWEST_RATE_HZ, "a movement")
    info, motion = recording.info, even(recording)
    pose = attitude(motion)
    speed = turning_deg_s(motion, pose)
    return Segment(
        info=info,
        motion=motion,
        quat=pose.quat,
        up=ups(motion, pose),
        gyr_rad_s=pose.gyr_rad_s,
        acc_world_m_s2=pose.acc_world_m_s2,
        speed_deg_s=window_mean(speed, 0.2 * motion.rate_hz),
    )


def runs(is_so: Flags) -> list[tuple[int, int]]:
    """Return the stretches `[first, last)` over which `is_so` holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_so, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def still_stretches(
    speed_deg_s: Floats, rate_hz: float, is_lost: Flags | None = None, least_s: float = STILL_S
) -> list[tuple[int, int]]:
    """Return the stretches of standing still or holding, half-open, in samples."""
    still = speed_deg_s < STILL_DEG_S
    if is_lost is not None:
        still &= ~is_lost
    need = max(3, round(least_s * rate_hz))
    return [(a, b) for a, b in runs(still) if b - a >= need]


def standing(speed_deg_s: Floats, rate_hz: float, is_lost: Flags | None = None) -> tuple[int, int] | None:
    """Return the first still stretch, if it comes before the movement; None when there is none."""
    found = still_stretches(speed_deg_s, rate_hz, is_lost)
    if not found:
        return None
    first, last = found[0]
    turned_deg = float(np.sum(speed_deg_s[:first]) / rate_hz)
    return (first, last) if turned_deg < _BEFORE_STANDING_DEG else None


def mean_up(part: Segment, first: int, last: int) -> Floats:
    """Return the mean up of `[first, last)` in the sensor frame, a unit vector."""
    up: Floats = np.mean(part.up[first:last], axis=0)
    return up / np.linalg.norm(up)


def axes(parts: list[Segment], up: Floats) -> SensorAxes:
    """Return the axes of a segment from how it turned: its medio-lateral axis, which end is left still open.

    Parameters
    ----------
    parts
        One or more recordings of the same sensor in the same place.
    up
        Up while standing, in the sensor frame.

    Returns
    -------
    SensorAxes
        `left` is the principal axis of the angular velocity at right angles to up; its sign is arbitrary.
    """
    turning = np.concatenate([part.gyr_rad_s[~part.motion.is_lost] for part in parts])
    level = turning - np.outer(turning @ up, up)
    powers, ways = np.linalg.eigh(level.T @ level)
    left: Floats = ways[:, -1] - (ways[:, -1] @ up) * up
    left = left / np.linalg.norm(left)
    total = float(powers[-1] + powers[-2])
    tilt = max(float(np.degrees(np.arccos(np.clip(part.up @ up, -1.0, 1.0))).max()) for part in parts)
    return SensorAxes(
        up=up, left=left, share_ratio=float(powers[-1]) / total if total > 0.0 else 0.5, swing_deg=tilt
    )


def forward_deg(part: Segment, frame: SensorAxes) -> Floats:
    """Return how far the segment's top leans forward from standing, about its medio-lateral axis, unwrapped."""
    angle = np.arctan2(part.up @ -frame.forward, part.up @ frame.up)
    lean: Floats = np.degrees(np.unwrap(angle))
    # unwrapping starts wherever the recording starts; the turn nearest to standing is meant
    return lean - 360.0 * np.round(np.median(lean) / 360.0)


def sideways_deg(part: Segment, frame: SensorAxes) -> Floats:
    """Return how far the segment leans out of its plane of movement, to its left positive."""
    out: Floats = -np.degrees(np.arcsin(np.clip(part.up @ frame.left, -1.0, 1.0)))
    return out


def longer_way(lean_deg: Floats, rate_hz: float) -> float:
    """Return by how much further a segment leaned forward than backward, degrees."""
    smooth = window_mean(lean_deg, 0.1 * rate_hz)
    return float(smooth.max() + smooth.min())
