"""Foot strike and foot off from the way heel and toe come to rest and leave: markers or keypoints."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.measure.axes import Axes, level, still_speed
from mortise.measure.markers import Body
from mortise.measure.recording import Floats
from mortise.measure.segments import smoothed
from mortise.terms import Side

# A foot has landed when its heel or toe, whichever is first, has lost nine tenths of its speed over the floor; it has
# left when the later of the two has gathered a quarter. Shares of that foot's own speed in swing hold for slow and fast
# walkers, metres and pixels alike. Against force plates of five laboratories: docs/reference/validation.
_LANDED_SHARE = 0.10
_LEFT_SHARE = 0.25
# Three frames at 100 Hz quiet a marker; the points of a video shake more.
_SMOOTH_S = {"markers": 0.03, "keypoints": 0.10}
# The speed of a swing: exceeded in a twentieth of a walk's frames.
_FAST_PCT = 95.0
# Shorter than these no foot swings or stands; it was noise.
_LEAST_SWING_S, _LEAST_STANCE_S, _LEAST_PART_S = 0.15, 0.15, 0.05
# A person on a treadmill stays; somebody walking over a floor comes at least this many foot lengths further.
_STANDING_SHARE = 0.30
# A swing carries the foot at least this share of the longest one; less is shuffling.
_LEAST_WAY_SHARE = 0.25


class FootMoments(Struct, frozen=True, kw_only=True, eq=False):
    """One foot's swings: foot off and the foot strike that follows, seconds, `(n_swings,)`; NaN when outside."""

    side: Side
    off_s: Floats
    strike_s: Floats
    belt_speed: float


def foot_moments(body: Body, side: Side, axes: Axes) -> FootMoments | None:
    """Find foot off and foot strike of one foot.

    Parameters
    ----------
    body
        Markers or keypoints.
    side
        Left or right.
    axes
        Up and forward.

    Returns
    -------
    FootMoments or None
        None when neither heel nor forefoot is seen, or the foot never swings.

    Notes
    -----
    1. Speed over the floor of heel and forefoot, after a mean over 0.03 s (keypoints 0.10 s). On a treadmill the belt's
       speed, that of the foot while it is lowest, is taken off.
    2. A swing is where both are faster than their share; it begins with foot off and ends with foot strike, placed
       between frames by a straight line.

    Deviation from published rules by the lowest point or the vertical speed: those move with the marker's height, with
    shoe and with camera; the speed over the floor does not.

    References
    ----------
    O'Connor et al. 2007, Gait & Posture 25, 469-474 (events from the foot's velocity).
    """
    points = [each for each in (body.heel(side), body.forefoot(side)) if each is not None]
    if not points:
        ankle = body.ankle(side)
        points = [] if ankle is None else [ankle]
    if not points or body.n_frames < 5:
        return None
    belt = _belt_velocity(body, points, axes)
    speeds = [_speed(body, each, axes, belt) for each in points]
    fast = [
        float(np.nanpercentile(each, _FAST_PCT)) if np.isfinite(each).any() else np.nan for each in speeds
    ]
    if not all(np.isfinite(fast)) or min(fast) <= 0.0:
        return None
    shares = np.stack([each / top for each, top in zip(speeds, fast, strict=True)])
    swings = _swings(shares, body.rate_hz)
    if not swings:
        return None
    ways = [float(np.nanmean([np.linalg.norm(_way(p, a, b, axes)) for p in points])) for a, b in swings]
    long = max(ways)
    kept = [
        swing
        for swing, way in zip(swings, ways, strict=True)
        if way > _LEAST_WAY_SHARE * long or swing[0] == 0 or swing[1] == body.n_frames - 1
    ]
    moments = [(_off(shares, a, body.rate_hz), _strike(shares, b, body.rate_hz)) for a, b in kept]
    return FootMoments(
        side=side,
        off_s=np.array([off for off, _ in moments]),
        strike_s=np.array([strike for _, strike in moments]),
        belt_speed=float(np.linalg.norm(belt)),
    )


def _way(points: Floats, first: int, last: int, axes: Axes) -> Floats:
    way: Floats = level(points[min(last, len(points) - 1)] - points[first], axes.up)
    return way


def _belt_velocity(body: Body, points: list[Floats], axes: Axes) -> Floats:
    """Return the velocity of the floor under the feet: zero unless the foot slides back whenever it is lowest."""
    if axes.forward_from == "travel":
        return np.zeros(body.n_axes)
    found = []
    for each in points:
        smooth = smoothed(each, _SMOOTH_S[body.source], body.rate_hz)
        height = smooth @ axes.up
        if not np.isfinite(height).any():
            continue
        with np.errstate(invalid="ignore"):
            low = height <= np.nanpercentile(height, 100.0 * _STANDING_SHARE)
        velocity = level(np.gradient(smooth, axis=0) * body.rate_hz, axes.up)
        found.append(np.nanmedian(velocity[low], axis=0))
    if not found:
        return np.zeros(body.n_axes)
    mean: Floats = np.mean(found, axis=0)
    # a foot that lies on a floor slides no faster than this
    return mean if float(np.linalg.norm(mean)) > still_speed(body) else np.zeros(body.n_axes)


def _speed(body: Body, points: Floats, axes: Axes, belt: Floats) -> Floats:
    """Return the speed over the floor, `(n_frames,)`, NaN where not seen."""
    smooth = smoothed(points, _SMOOTH_S[body.source], body.rate_hz)
    velocity = level(np.gradient(smooth, axis=0) * body.rate_hz, axes.up) - belt
    result: Floats = np.linalg.norm(velocity, axis=1)
    return result


def _swings(shares: Floats, rate_hz: float) -> list[tuple[int, int]]:
    """Return first and last frame of each swing: every point faster than its landing share, and fast at least once."""
    with np.errstate(invalid="ignore"):
        moving = (shares > _LANDED_SHARE).all(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], moving.astype(int), [0]])))
    found: list[tuple[int, int]] = []
    for first, end in zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True):
        if (
            found
            and first - found[-1][1] < _LEAST_STANCE_S * rate_hz
            and not np.isnan(shares[:, found[-1][1] : first]).any()
        ):
            # a flicker below the threshold in mid-air is no stance
            first = found.pop()[0]
        found.append((first, end - 1))
    n = shares.shape[1]
    kept = []
    for first, last in found:
        top = float(np.nanmax(shares[:, first : last + 1].min(axis=0)))
        # the recording may begin or end within a swing, and shows a part of it only
        is_cut = first == 0 or last == n - 1
        is_long = last - first >= (_LEAST_PART_S if is_cut else _LEAST_SWING_S) * rate_hz
        if is_long and top > (_LEFT_SHARE if is_cut else 0.5):
            kept.append((first, last))
    return kept


def _off(shares: Floats, first: int, rate_hz: float) -> float:
    """Return when the slower of heel and toe has gathered a quarter of its speed; NaN at the recording's edge."""
    if first == 0 or not np.isfinite(shares[:, first - 1]).all():
        return float("nan")
    slower = shares.min(axis=0)
    index = first
    while index < len(slower) - 1 and slower[index] < _LEFT_SHARE:
        index += 1
    return _between(slower, index - 1, index, _LEFT_SHARE) / rate_hz


def _strike(shares: Floats, last: int, rate_hz: float) -> float:
    """Return when the first of heel and toe has lost nine tenths of its speed; NaN at the recording's edge."""
    if last + 1 >= shares.shape[1] or not np.isfinite(shares[:, last + 1]).all():
        return float("nan")
    return _between(shares.min(axis=0), last, last + 1, _LANDED_SHARE) / rate_hz


def _between(values: Floats, low: int, high: int, level_at: float) -> float:
    before, after = float(values[low]), float(values[high])
    return high if after == before else low + (level_at - before) / (after - before)
