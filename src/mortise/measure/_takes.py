"""The recordings of a jump, hop or landing put together: markers and plates of one take, sensors, video.

A laboratory may keep the markers of a take in one file and its forces in another; they belong together when they last
equally long. From each take the best source that shows a flight is used: plates, markers, sensors on the feet, video,
a sensor at the back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure._floor import GRAVITY_M_S2, Flight, Floor
from mortise.measure._floor_body import floor_of_body
from mortise.measure._floor_plates import Load, floor_of_loads, loads_of, together
from mortise.measure._floor_sensors import floor_of_sensors
from mortise.measure.axes import Axes, axes_of
from mortise.measure.laboratory import ForcePlate, LabRecording
from mortise.measure.markers import Body, body_from, body_of_lab
from mortise.measure.materials import Materials
from mortise.measure.pose import PoseRecording
from mortise.measure.recording import FOOT_PLACEMENTS, Floats, Recording
from mortise.measure.results import Curve, Refused
from mortise.terms import Side

# Files of one take differ by a frame or two at their ends.
_SAME_LENGTH_S = 0.1
_N_TRACE = 600


class Take(Struct, frozen=True, kw_only=True, eq=False):
    """What one take shows.

    Attributes
    ----------
    body, axes
        The person and the room, where markers or keypoints are there.
    loads
        Force on each plate that somebody stood on.
    sensors
        Sensors worn.
    """

    body: Body | None = None
    axes: Axes | None = None
    loads: tuple[Load, ...] = ()
    sensors: tuple[Recording, ...] = ()

    @property
    def total(self) -> Load | None:
        """Force on all plates together, None without plates."""
        return together(self.loads) if self.loads else None


class Seen(Struct, frozen=True, kw_only=True, eq=False):
    """A take with its floor by the best source, the flights on it, and the duration."""

    take: Take
    floor: Floor
    flights: tuple[Flight, ...]
    duration_s: float


def takes_of(materials: Materials) -> tuple[Take, ...]:
    """Return the takes of what was recorded.

    Parameters
    ----------
    materials
        Sensors, laboratory files, keypoints.

    Returns
    -------
    tuple of Take
        One per laboratory take and video, and one for all sensors together.
    """
    found = [_lab_take(markers, plates) for markers, plates in _pairs(materials.labs)]
    found += [_pose_take(pose) for pose in materials.poses]
    if materials.sensors:
        found.append(Take(sensors=materials.sensors))
    return tuple(found)


def _pairs(labs: Sequence[LabRecording]) -> Iterator[tuple[LabRecording | None, LabRecording | None]]:
    """Yield markers and plates that belong together; the same file twice where it holds both."""
    lonely = [lab for lab in labs if lab.plates and not lab.markers]
    for lab in labs:
        if lab.markers and lab.plates:
            yield lab, lab
        elif lab.markers:
            partner = next(
                (
                    other
                    for other in lonely
                    if abs(other.info.duration_s - lab.info.duration_s)
                    <= _SAME_LENGTH_S + 1.0 / lab.info.point_rate_hz
                ),
                None,
            )
            if partner is not None:
                lonely.remove(partner)
            yield lab, partner
    for lab in lonely:
        yield None, lab


def _lab_take(markers: LabRecording | None, plates: LabRecording | None) -> Take:
    facing: tuple[ForcePlate, ...] = () if plates is None else plates.plates
    if markers is None:
        return Take(loads=loads_of(facing))
    body = body_of_lab(markers)
    try:
        axes = axes_of(body, facing)
    except SignalError:
        # markers of something else, or too few: the plates still tell the flights
        return Take(loads=loads_of(facing))
    return Take(body=body, axes=axes, loads=loads_of(facing, body))


def _pose_take(pose: PoseRecording) -> Take:
    body = body_of_pose(pose)
    try:
        return Take(body=body, axes=axes_of(body))
    except SignalError:
        return Take(body=body)


def body_of_pose(pose: PoseRecording) -> Body:
    """Return the body that the keypoints of a video show; shares of the picture become pixels.

    Metric points about the hips say nothing of flights or travel; the body says so with the flag `about_the_hips`.
    """
    info = pose.info
    scale = np.ones(1)
    if info.unit == "image":
        scale = np.array([info.width_px or 1.0, info.height_px or 1.0])
    named: Iterable[tuple[str, Floats]] = (
        (label, points if info.unit != "image" else points[:, :2] * scale)
        for label, points in pose.keypoints.items()
    )
    body = body_from(
        named, pose.time_s, info.rate_hz, is_keypoint=True, unit="m" if info.unit == "m" else "px"
    )
    flags = body.flags + info.flags + (("about_the_hips",) if info.unit == "m" else ())
    return Body(
        time_s=body.time_s,
        rate_hz=body.rate_hz,
        points=body.points,
        clusters=body.clusters,
        labels=body.labels,
        unit=body.unit,
        source=body.source,
        flags=flags,
    )


def seen_of(take: Take) -> tuple[Seen | None, list[Refused]]:
    """Return a take with its flights by the best source that shows any, and what was refused on the way.

    The order is that of their errors: plates, markers, sensors on the feet, video, a sensor at the back.
    """
    refused: list[Refused] = []
    fallback: Seen | None = None
    for make in (_by_plates, _by_body, _by_sensors):
        try:
            found = make(take)
        except SignalError as fault:
            refused.append(Refused(what="flights", reason=fault.message, mend=fault.mend))
            continue
        if found is not None and found.flights:
            return found, refused
        fallback = fallback or found
    return fallback, refused


def _by_plates(take: Take) -> Seen | None:
    total = take.total
    if total is None:
        return None
    floor = floor_of_loads(take.loads)
    return Seen(
        take=take, floor=floor, flights=floor.flights(), duration_s=len(total.force_n) / total.rate_hz
    )


def _by_body(take: Take) -> Seen | None:
    if take.body is None:
        return None
    if "about_the_hips" in take.body.flags:
        raise SignalError(
            "these keypoints are given from the hips, so they do not show the body leave the floor.",
            mend="Give the keypoints of the picture, or markers, plates or a foot sensor.",
        )
    if take.axes is None:
        raise SignalError("which way is up cannot be told.", mend="Label ankle, knee and pelvis.")
    floor = floor_of_body(take.body, take.axes)
    return Seen(
        take=take,
        floor=floor,
        flights=floor.flights(),
        duration_s=take.body.n_frames / take.body.rate_hz,
    )


def _by_sensors(take: Take) -> Seen | None:
    if not take.sensors:
        return None
    floor = floor_of_sensors(take.sensors)
    duration_s = max(each.duration_s for each in take.sensors)
    return Seen(take=take, floor=floor, flights=floor.flights(), duration_s=duration_s)


def curves_of(take: Take) -> list[Curve]:
    """Return what to draw events on: force in newtons, heights of the forefoot, or the force on a foot's sensor."""
    found = [trace("force_n", load.side, "n", load.time_s, load.force_n) for load in take.loads]
    if take.body is not None and take.axes is not None and take.body.unit == "m":
        for side in (Side.LEFT, Side.RIGHT):
            front = take.body.forefoot(side)
            if front is not None:
                height = 100.0 * (front @ take.axes.up)
                found.append(trace("forefoot_height_cm", side, "cm", take.body.time_s, height))
    for sensor in take.sensors:
        if sensor.placement in FOOT_PLACEMENTS or len(take.sensors) == 1:
            size = np.linalg.norm(sensor.acc_m_s2, axis=1) / GRAVITY_M_S2
            found.append(trace("sensor_force_ratio", sensor.side, "ratio", sensor.time_s, size))
    return found


def trace(name: str, side: Side, unit: str, time_s: Floats, values: Floats) -> Curve:
    """Return one trace of at most 600 points; of each stretch the greatest, so that a blow is not lost."""
    every = max(1, -(-len(values) // _N_TRACE))
    whole = len(values) // every * every
    blocks = values[:whole].reshape(-1, every)
    is_seen = np.isfinite(blocks).any(axis=1)
    picked = np.array([float(np.nanmax(block)) for block in blocks[is_seen]])
    times = time_s[:whole:every][is_seen]
    return Curve(
        name=name,
        side=side,
        x_unit="s",
        unit=unit,
        x=tuple(np.round(times, 3).tolist()),
        mean=tuple(np.round(picked, 3).tolist()),
    )
