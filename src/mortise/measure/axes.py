"""Which way is up and which way is forward, found from plates, posture and travel, not from the file's letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.laboratory import ForcePlate
from mortise.measure.markers import SIDES, Body
from mortise.measure.recording import Floats
from mortise.terms import Side

# A laboratory lays an axis along gravity. People lean less than this from it, over the median of a recording.
_ALONG_AXIS = np.cos(np.radians(35.0))
# Further than a person sways, hops or steps down: then they walked or ran.
_TRAVEL_M = 1.0
# Foot lengths of travel in a picture, where metres are not known (a foot is about a quarter of a metre).
_TRAVEL_FEET = 4.0
# A foot that lies on the floor moves slower than this: skin and shoe still give way in mid-stance, and a foot in the
# air of any walk moves ten times faster.
_STILL_M_S = 0.25
_FOOT_M = 0.25
# Who stays on the spot shifts a foot by less than this many of its lengths; a stride is five.
_STAYS_FEET = 1.5


class Axes(Struct, frozen=True, kw_only=True, eq=False):
    """Directions in the frame of the recording, unit vectors; `None` where the recording does not tell.

    Attributes
    ----------
    up
        Against gravity.
    forward
        Where the person walked, or where the feet and pelvis face.
    up_from
        `plates` or `posture`.
    forward_from
        `travel`, `pelvis`, `feet`, or `unknown`.
    flags
        What does not fit together.
    """

    up: Floats
    forward: Floats | None
    up_from: Literal["plates", "posture"]
    forward_from: Literal["travel", "pelvis", "feet", "unknown"]
    flags: tuple[str, ...] = ()

    @property
    def right(self) -> Floats | None:
        """To the person's right, across forward; None in a picture or where forward is not known."""
        if self.forward is None or len(self.up) == 2:
            return None
        found: Floats = np.cross(self.forward, self.up)
        return found


def axes_of(body: Body, plates: Sequence[ForcePlate] = ()) -> Axes:
    """Find up and forward.

    Parameters
    ----------
    body
        The person.
    plates
        Force plates of the same recording.

    Returns
    -------
    Axes
        Up and, where it can be told, forward.

    Raises
    ------
    SignalError
        When fewer than two levels of the body (feet, knees, pelvis, shoulders) are seen.

    Notes
    -----
    1. Posture: the median line from the feet to the highest level seen. Where an axis of the frame lies within 35
       degrees of it, that axis is up, for laboratories lay one along gravity; else the line itself, flagged.
    2. Plates say which way their surface faces; posture overrules them when they are more than 60 degrees off.
    3. Forward is the way travelled when that is more than a metre; else across the pelvis, towards the toes; else the
       feet.
    """
    posture, flags = _posture(body)
    up, up_from = posture, "posture"
    facing = [plate.up for plate in plates if plate.up.size == 3]
    if facing and body.n_axes == 3:
        plate_up = np.median(facing, axis=0)
        if float(plate_up @ posture) > 0.5:
            up, up_from = plate_up / np.linalg.norm(plate_up), "plates"
        else:
            flags.append("plates_contradict_posture")
    forward, forward_from = _forward(body, up)
    return Axes(
        up=up,
        forward=forward,
        up_from="plates" if up_from == "plates" else "posture",
        forward_from=forward_from,
        flags=tuple(flags),
    )


def _levels(body: Body) -> list[Floats]:
    """Return the mean point of each level of the body, lowest first."""
    found: list[Floats] = []
    for group in (
        [body.ankle(side) for side in SIDES],
        [body.knee(side) for side in SIDES],
        [body.pelvis()],
        [body.trunk()],
    ):
        seen = [each for each in group if each is not None]
        if not seen and not found:
            seen = [each for each in (body.heel(side) for side in SIDES) if each is not None]
        if seen:
            # all of a pair, or nothing: one leg alone would tilt the line
            found.append(np.mean(seen, axis=0))
    return found


def _posture(body: Body) -> tuple[Floats, list[str]]:
    levels = _levels(body)
    rise = levels[-1] - levels[0] if len(levels) > 1 else np.full((1, body.n_axes), np.nan)
    rise = rise[np.isfinite(rise).all(axis=1)]
    if not len(rise):
        raise SignalError(
            "which way is up cannot be told: feet and knees, pelvis or shoulders are not seen together.",
            mend="Label ankle and knee (or heel, knee and pelvis) of a side at least.",
        )
    line: Floats = np.median(rise, axis=0)
    line /= np.linalg.norm(line) or 1.0
    axis = int(np.argmax(np.abs(line)))
    if abs(line[axis]) < _ALONG_AXIS:
        return line, ["up_from_posture_alone"]
    up = np.zeros(body.n_axes)
    up[axis] = np.sign(line[axis])
    return up, []


def level(vectors: Floats, up: Floats) -> Floats:
    """Return `vectors` without their part along `up`."""
    flat: Floats = vectors - (vectors @ up)[..., None] * up
    return flat


def unit(vectors: Floats) -> Floats:
    """Return vectors of length one; NaN where there is no length."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(length > 1e-9, vectors / length, np.nan)
    return found


def foot_length(body: Body) -> float:
    """Return the median distance of heel and forefoot, in the body's unit; NaN when neither foot is seen."""
    lengths = []
    for side in SIDES:
        heel, front = body.heel(side), body.forefoot(side)
        if heel is not None and front is not None:
            lengths.append(np.linalg.norm(front - heel, axis=1))
    seen = np.concatenate(lengths) if lengths else np.zeros(0)
    seen = seen[np.isfinite(seen)]
    return float(np.median(seen)) if len(seen) else float("nan")


def refuse_walking(body: Body, side: Side, up: Floats, what: str) -> None:
    """Refuse somebody who walks where the feet should stay."""
    heel = body.heel(side)
    if heel is None or not np.isfinite(heel).all(axis=1).any():
        return
    places = level(heel[np.isfinite(heel).all(axis=1)], up)
    low, high = np.quantile(places, (0.1, 0.9), axis=0)
    feet = float(np.linalg.norm(high - low)) / foot_length(body)
    if feet > _STAYS_FEET:
        raise SignalError(
            f"{what} is measured on the spot; the {side.value} heel went {feet:.1f} foot lengths, as in walking.",
            mend="Measure it as gait, or cut the recording to the part on the spot.",
        )


def still_speed(body: Body) -> float:
    """Return the speed below which a foot counts as lying, in the body's unit per second."""
    if body.unit == "m":
        return _STILL_M_S
    length = foot_length(body)
    return _STILL_M_S / _FOOT_M * length


def _forward(body: Body, up: Floats) -> tuple[Floats | None, Literal["travel", "pelvis", "feet", "unknown"]]:
    travel = _travel(body, up)
    if travel is not None:
        return travel, "travel"
    feet = _feet(body, up)
    across = body.across()
    if across is not None and body.n_axes == 3:
        turned = np.cross(up, across)
        turned = turned[np.isfinite(turned).all(axis=1)]
        if len(turned):
            way = unit(level(np.mean(turned, axis=0), up))
            # the toes say whether the file means the person's left or the viewer's
            return (-way if feet is not None and float(feet @ way) < 0 else way), "pelvis"
    return (feet, "feet") if feet is not None else (None, "unknown")


def _travel(body: Body, up: Floats) -> Floats | None:
    way = body.pelvis()
    if way is None:
        heels = [each for each in (body.heel(side) for side in SIDES) if each is not None]
        way = np.mean(heels, axis=0) if heels else None
    if way is None:
        return None
    way = way[np.isfinite(way).all(axis=1)]
    if len(way) < 2:
        return None
    went = level(way[-1] - way[0], up)
    far = _TRAVEL_M if body.unit == "m" else _TRAVEL_FEET * foot_length(body)
    return unit(went) if float(np.linalg.norm(went)) > far else None


def _feet(body: Body, up: Floats) -> Floats | None:
    ways = [each for each in (foot_heading(body, side, up) for side in SIDES) if each is not None]
    if not ways:
        return None
    total: Floats = np.sum(ways, axis=0)
    return unit(total) if float(np.linalg.norm(total)) > 0.1 else None


def foot_heading(body: Body, side: Side, up: Floats) -> Floats | None:
    """Return where a foot points on the floor, from heel to forefoot, a unit vector; None when it cannot be told.

    A foot seen from the front in a picture has no length on the floor: None.
    """
    heel, front = body.heel(side), body.forefoot(side)
    if heel is None or front is None:
        return None
    along = level(front - heel, up)
    along = along[np.isfinite(along).all(axis=1)]
    if not len(along):
        return None
    # the mean turns with the frame, a median of each axis does not
    middle: Floats = np.mean(along, axis=0)
    return unit(middle) if float(np.linalg.norm(middle)) > 1e-6 else None


def facing(body: Body, axes: Axes) -> Floats:
    """Return where the body faces in each frame, unit vectors on the floor, `(n_frames, 3)`.

    From the line across pelvis or shoulders, turned towards the forward of the whole recording when that is travel.
    NaN where it is not seen; the one forward of the recording where there is no such line.
    """
    across = body.across()
    if across is None or body.n_axes == 2:
        way = np.full(body.n_axes, np.nan) if axes.forward is None else axes.forward
        return np.tile(way, (body.n_frames, 1))
    found = unit(level(np.cross(axes.up, across), axes.up))
    feet = _feet(body, axes.up)
    towards = axes.forward if feet is None else feet
    if towards is not None and float(np.nanmedian(found @ towards)) < 0:
        found = -found
    return found


def view_of(body: Body) -> Literal["space", "side", "front", "unclear"]:
    """Tell from where a picture was taken: `space` for three axes, else `side`, `front` or `unclear`.

    Seen from the front the hips lie about 0.4 shank lengths apart, from the side nearly behind each other.
    """
    if body.n_axes == 3:
        return "space"
    across = body.across()
    shanks = []
    for side in SIDES:
        knee, ankle = body.knee(side), body.ankle(side)
        if knee is not None and ankle is not None:
            shanks.append(np.linalg.norm(knee - ankle, axis=1))
    if across is None or not shanks:
        return "unclear"
    ratio = float(np.nanmedian(np.linalg.norm(across, axis=1)) / np.nanmedian(np.concatenate(shanks)))
    return "side" if ratio < 0.2 else "front" if ratio > 0.3 else "unclear"
