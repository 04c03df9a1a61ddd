"""Strides of one foot from markers or keypoints: when, how far, how high, at which angle."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.measure._marker_events import FootMoments
from mortise.measure._strides import contact_of
from mortise.measure.axes import Axes, level, unit
from mortise.measure.contacts import PlateContact
from mortise.measure.markers import Body
from mortise.measure.recording import Floats
from mortise.measure.results import Stride
from mortise.measure.segments import AnkleAngles
from mortise.terms import Side

# A plate's contact and a foot's stance are the same when both ends lie this close; where a foot first landed beside
# the plate they do not.
_SAME_S = 0.05
# Mid-stance, when the foot lies flat and its height is the floor's.
_FLAT_FROM, _FLAT_TO = 0.3, 0.6
# The toe passes lowest in this part of the swing (as for foot sensors).
_PASS_FROM, _PASS_TO = 0.25, 0.80
_TURN_DEG = 20.0
# Shorter ways (on a treadmill, or at a recording's begin) have no direction.
_LEAST_WAY_M = 0.3
# A stance that lasts longer is standing.
_LONGEST_STANCE_S = 2.5


class FootTrack(Struct, frozen=True, kw_only=True, eq=False):
    """What strides are made from: the body, its axes, one foot's moments and angles, and metres per unit of length."""

    body: Body
    axes: Axes
    side: Side
    moments: FootMoments
    angles: AnkleAngles | None
    scale_m: float


def timed_by_plates(moments: FootMoments, contacts: Sequence[PlateContact]) -> tuple[FootMoments, int]:
    """Return the moments with those of whole plate contacts put in their place, and how many stances that were."""
    off, strike = moments.off_s.copy(), moments.strike_s.copy()
    n = 0
    for index in range(len(strike) - 1):
        for contact in contacts:
            if (
                contact.strike_s is not None
                and contact.off_s is not None
                and abs(contact.strike_s - strike[index]) < _SAME_S
                and abs(contact.off_s - off[index + 1]) < _SAME_S
            ):
                strike[index], off[index + 1] = contact.strike_s, contact.off_s
                n += 1
    found = FootMoments(side=moments.side, off_s=off, strike_s=strike, belt_speed=moments.belt_speed)
    return found, n


def whole_stances(moments: FootMoments) -> list[tuple[float, float]]:
    """Return foot strike and the foot off after it, for every stance that is whole."""
    pairs = zip(moments.strike_s[:-1].tolist(), moments.off_s[1:].tolist(), strict=True)
    return [(strike, off) for strike, off in pairs if strike < off < strike + _LONGEST_STANCE_S]


def strides_from(track: FootTrack) -> list[Stride]:
    """Return the whole strides of one foot: those whose strike, foot off and next strike are all in the recording."""
    moments = track.moments
    found: list[Stride] = []
    bout = 0
    for index in range(len(moments.strike_s) - 1):
        strike, off, following = (
            moments.strike_s[index],
            moments.off_s[index + 1],
            moments.strike_s[index + 1],
        )
        if not (strike < off < following):
            continue
        if off - strike > _LONGEST_STANCE_S:
            bout += 1
            continue
        found.append(_stride(track, bout, (float(strike), float(off), float(following))))
    return found


def _stride(track: FootTrack, bout: int, times_s: tuple[float, float, float]) -> Stride:
    strike, off, following = times_s
    body, side = track.body, track.side
    foot = _foot(body, side)
    way = level(at_time(foot, body, following) - at_time(foot, body, strike), track.axes.up)
    length = (float(np.linalg.norm(way)) + track.moments.belt_speed * (following - strike)) * track.scale_m
    rise = _lifts_cm(track, times_s)
    step = _step(track, strike, way)
    turn = _turn_deg(track, times_s)
    angle = _angle(track, strike)
    return Stride(
        side=side,
        bout=bout,
        foot_strike_s=round(strike, 4),
        foot_off_s=round(off, 4),
        next_foot_strike_s=round(following, 4),
        stride_length_m=round(length, 4),
        stride_time_s=round(following - strike, 4),
        stance_time_s=round(off - strike, 4),
        swing_time_s=round(following - off, 4),
        strike_angle_deg=angle,
        toe_off_angle_deg=_angle(track, off),
        clearance_cm=None,
        speed_m_s=round(length / (following - strike), 4),
        turn_deg=round(turn, 1),
        is_turn=max(abs(turn), _path_turn_deg(track, strike, following)) > _TURN_DEG,
        is_first_or_last=False,
        contact="" if angle is None else contact_of(angle),
        step_length_m=None if step is None else round(step[0] * track.scale_m, 4),
        step_width_cm=None if step is None or step[1] is None else round(100.0 * step[1] * track.scale_m, 2),
        heel_clearance_cm=rise[0],
        toe_clearance_cm=rise[1],
        height_gain_m=rise[2],
    )


def _foot(body: Body, side: Side) -> Floats:
    for each in (body.heel(side), body.ankle(side), body.forefoot(side)):
        if each is not None:
            return each
    raise AssertionError("a foot without a point has no moments")


def at_time(points: Floats, body: Body, moment_s: float) -> Floats:
    """Return a point between frames, by a straight line."""
    where = moment_s * body.rate_hz
    low = int(np.clip(np.floor(where), 0, len(points) - 1))
    high = min(low + 1, len(points) - 1)
    found: Floats = points[low] + (points[high] - points[low]) * (where - low)
    return found


def _angle(track: FootTrack, moment_s: float) -> float | None:
    """Return the sole's angle to the floor, toe up; None when the foot was never seen flat."""
    if track.angles is None or track.angles.flat_deg is None:
        return None
    value = float(at_time(track.angles.foot_deg[:, None], track.body, moment_s)[0])
    return round(value, 2) if np.isfinite(value) else None


def _part(times_s: tuple[float, float], share: tuple[float, float], rate_hz: float) -> slice:
    start, end = times_s
    first, last = (round((start + part * (end - start)) * rate_hz) for part in share)
    return slice(first, max(first + 1, last))


def _lifts_cm(
    track: FootTrack, times_s: tuple[float, float, float]
) -> tuple[float | None, float | None, float]:
    """Return the greatest lift of the heel, the least of the toe as it passes, and the height gained (metres).

    Lift is over a line from the foot's height in this stance to that in the next, where it is seen.
    """
    strike, off, following = times_s
    body = track.body
    found: list[float | None] = []
    gain = 0.0
    for points, is_heel in ((body.heel(track.side), True), (body.forefoot(track.side), False)):
        if points is None:
            found.append(None)
            continue
        height = points @ track.axes.up * track.scale_m
        before = _median(height[_part((strike, off), (_FLAT_FROM, _FLAT_TO), body.rate_hz)])
        stance_s = off - strike
        after = _median(
            height[_part((following, following + stance_s), (_FLAT_FROM, _FLAT_TO), body.rate_hz)]
        )
        after = before if np.isnan(after) else after
        share = (0.0, 1.0) if is_heel else (_PASS_FROM, _PASS_TO)
        swing = height[_part((off, following), share, body.rate_hz)]
        lift = swing - np.linspace(before, after, len(swing))
        if is_heel:
            gain = 0.0 if np.isnan(after - before) else after - before
        whole = np.isfinite(lift).all() and len(lift)
        found.append(round(100.0 * float(lift.max() if is_heel else lift.min()), 2) if whole else None)
    return found[0], found[1], round(gain, 3)


def _median(values: Floats) -> float:
    seen = values[np.isfinite(values)]
    return float(np.median(seen)) if len(seen) else float("nan")


def _step(track: FootTrack, strike_s: float, way: Floats) -> tuple[float, float | None] | None:
    """Return how far ahead of the other foot this one strikes, and how far beside it."""
    other = track.side.opposite
    body = track.body
    here, there = body.heel(track.side), body.heel(other)
    if here is None or there is None or float(np.linalg.norm(way)) < 1e-6:
        here, there = body.ankle(track.side), body.ankle(other)
    if here is None or there is None:
        return None
    apart = level(at_time(here, body, strike_s) - at_time(there, body, strike_s), track.axes.up)
    if not np.isfinite(apart).all():
        return None
    forward = (
        unit(way) if track.axes.forward_from == "travel" or track.axes.forward is None else track.axes.forward
    )
    ahead = float(apart @ forward)
    if body.n_axes == 2:
        return ahead, None
    return ahead, float(np.linalg.norm(apart - ahead * forward))


def _turn_deg(track: FootTrack, times_s: tuple[float, float, float]) -> float:
    """Return how far the foot's heading turned from this stance to the next, left positive; 0 in a picture."""
    heel, front = track.body.heel(track.side), track.body.forefoot(track.side)
    if heel is None or front is None or track.body.n_axes == 2:
        return 0.0
    strike, off, following = times_s
    ends = (strike + 0.5 * (off - strike), following + 0.5 * (off - strike))
    if ends[1] * track.body.rate_hz > len(heel) - 1:
        ends = (ends[0], following)
    ways = [level(at_time(front, track.body, t) - at_time(heel, track.body, t), track.axes.up) for t in ends]
    if not all(np.isfinite(way).all() for way in ways):
        return 0.0
    sine = float(np.cross(ways[0], ways[1]) @ track.axes.up)
    return float(np.degrees(np.arctan2(sine, float(ways[0] @ ways[1]))))


def _path_turn_deg(track: FootTrack, strike: float, following: float) -> float:
    """Return by how much the way of the body bends from the stride before to this one; 0 where it is not seen.

    The step that ends with this stride's strike began in the stride before: when that one turned, its width and length
    are those of a turn. Over whole strides the trunk's sway to and fro drops out.
    """
    centre = track.body.pelvis()
    last_s = (track.body.n_frames - 1) / track.body.rate_hz
    before = max(0.0, strike - (following - strike))
    if centre is None or track.body.n_axes == 2 or following > last_s:
        return 0.0
    here = [at_time(centre, track.body, moment) for moment in (before, strike, following)]
    ways = [level(end - start, track.axes.up) for start, end in itertools.pairwise(here)]
    if not all(np.isfinite(way).all() and float(np.linalg.norm(way)) > _LEAST_WAY_M for way in ways):
        return 0.0
    cosine = float(ways[0] @ ways[1]) / float(np.linalg.norm(ways[0]) * np.linalg.norm(ways[1]))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
