"""How far a hop carries the foot: forward and sideways, from markers."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.measure._floor import Flight
from mortise.measure._takes import Take
from mortise.measure.axes import level
from mortise.measure.markers import SIDES, Body
from mortise.measure.recording import Floats
from mortise.terms import Side

# The foot's place before and after is the mean over this much of the contact, away from its rolling ends.
_PLACE_S = 0.1
_AWAY_S = 0.04
# The second metatarsal's head lies at seven to eight tenths of a foot's length; the tip of the big toe at its end.
_HEAD_SHARE = 0.75


class Carried(Struct, frozen=True, kw_only=True):
    """Where a flight carried the foot: `distance_cm` along its own way, from toe to heel; the rest heel to heel.

    `outward_cm` is positive away from the body's middle.
    """

    distance_cm: float
    forward_cm: float
    outward_cm: float


def carried_of(take: Take, flight: Flight) -> Carried | None:
    """Return how far a flight carried the foot that hopped; None without markers in metres.

    Notes
    -----
    The place is the forefoot's mean over 0.1 s, ending 0.04 s before take-off and beginning 0.04 s after landing: it
    rests then, while the heel rises or sinks. Forward is where the foot pointed before take-off.
    """
    body, axes = take.body, take.axes
    if body is None or axes is None or body.unit != "m" or body.n_axes != 3:
        return None
    side = flight.side if flight.side in SIDES else Side.RIGHT
    heel, front = body.heel(side), body.forefoot(side)
    if heel is None or front is None:
        return None
    start = _place(front, flight.takeoff_s - _AWAY_S - _PLACE_S, body)
    stop = _place(front, flight.landing_s + _AWAY_S, body)
    along = level(front - heel, axes.up)
    heading = _place(along, flight.takeoff_s - 0.4, body)
    if heading is None:
        heading = _place(along, flight.takeoff_s - _AWAY_S - _PLACE_S, body)
    if start is None or stop is None or heading is None:
        return None
    way = level(stop - start, axes.up)
    ahead = heading / (np.linalg.norm(heading) or 1.0)
    outward = np.cross(ahead, axes.up) * (1.0 if side is Side.RIGHT else -1.0)
    far = float(np.linalg.norm(way))
    return Carried(
        distance_cm=100.0 * max(0.0, far - foot_length_m(body, side)),
        forward_cm=100.0 * float(way @ ahead),
        outward_cm=100.0 * float(way @ outward),
    )


def foot_length_m(body: Body, side: Side) -> float:
    """Return the length of a foot from heel to the tip of the big toe."""
    heel = body.heel(side)
    tip = body.at(side, "hallux")
    share = 1.0
    if tip is None:
        tip, share = body.forefoot(side), _HEAD_SHARE
    if heel is None or tip is None:
        return 0.0
    return float(np.nanmedian(np.linalg.norm(tip - heel, axis=1))) / share


def _place(points: Floats, start_s: float, body: Body) -> Floats | None:
    first = max(0, round(start_s * body.rate_hz))
    part = points[first : first + max(2, round(_PLACE_S * body.rate_hz))]
    part = part[np.isfinite(part).all(axis=1)]
    if not len(part) or start_s < 0:
        return None
    found: Floats = np.mean(part, axis=0)
    return found
