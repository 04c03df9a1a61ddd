"""One laboratory recording: markers, analog channels, force plates and events, in one frame and one clock.

Lengths are metres, forces newtons, moments newton metres, times seconds from the first frame. The frame is the
laboratory's as the file has it; which axis points up is not assumed anywhere.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mortise.measure.recording import Floats, Gap, Won
from mortise.terms import Side

# What a stored event means, where its label is one of the usual ones.
EventKind = Literal["foot_strike", "foot_off", "other"]
# What a moment is taken about.
MomentAbout = Literal["plate_centre", "centre_of_pressure", "stated_point"]


class LabSources(Struct, frozen=True, kw_only=True):
    """Which source settled each fact about a laboratory recording."""

    point_rate: Won = "assumed"
    analog_rate: Won = "assumed"
    n_frames: Won = "assumed"
    point_unit: Won = "assumed"
    plate_sign: Won = "assumed"
    moment_unit: Won = "assumed"


class LabInfo(Struct, frozen=True, kw_only=True):
    """What is known of a laboratory recording apart from its samples.

    `point_unit` is the unit of the file; inside Mortise points are always metres. `byte_order` is `little`, `big`,
    `dec` or `text`, `number_format` is `integer`, `real` or `text`. `first_frame` is the number the file gives its
    first frame.
    """

    file: str
    sha256: str
    format: str
    device: str = ""
    byte_order: str = "text"
    number_format: str = "text"
    point_rate_hz: float
    analog_rate_hz: float = 0.0
    n_frames: int
    first_frame: int = 1
    duration_s: float
    point_unit: str = ""
    sources: LabSources = LabSources()
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Marker(Struct, frozen=True, kw_only=True, eq=False):
    """One marker over time.

    Attributes
    ----------
    label
        Name in the file.
    points_m
        Position in the laboratory frame, `(n_frames, 3)`; NaN where the marker was not seen.
    residual_m
        Spread of the cameras' rays about the point, `(n_frames,)`; NaN where unknown or not seen.
    gaps
        Where the marker was not seen; nothing is bridged.
    """

    label: str
    points_m: Floats
    residual_m: Floats
    gaps: tuple[Gap, ...] = ()


class ModelOutput(Struct, frozen=True, kw_only=True, eq=False):
    """A computed quantity stored like a marker: an angle, a force, a moment, a power or a scalar, three columns."""

    label: str
    kind: str
    unit: str
    values: Floats


class AnalogChannel(Struct, frozen=True, kw_only=True, eq=False):
    """One scaled analog channel or table column, `(n_samples,)`, in the unit the file states."""

    label: str
    unit: str
    rate_hz: float
    values: Floats
    description: str = ""


class ForcePlate(Struct, frozen=True, kw_only=True, eq=False):
    """One force plate, calibrated and turned into the laboratory frame.

    Attributes
    ----------
    name
        `plate 1` and so on, or the name in a table.
    type
        Type of the C3D format, 1 to 4; 0 for forces that a table already states.
    rate_hz
        Samples per second.
    corners_m
        The four corners, `(4, 3)`; empty for tables.
    origin_m
        The file's ORIGIN in plate coordinates: from the transducers' origin to the centre of the surface (type 3:
        the distances of the sensors and that depth). Pointing upwards out of the plate, as the format asks.
    force_n
        Force of the ground on the body, `(n_samples, 3)`.
    moment_n_m
        Moment of the ground on the body, `(n_samples, 3)`.
    moment_about
        The point that the moment is taken about.
    centre_of_pressure_m
        `(n_samples, 3)`; NaN where less than 20 N bear on the plate.
    up
        Unit vector out of the plate's surface, `(3,)`; empty for tables.
    vertical_n
        How much of the force presses out of the surface, `(n_samples,)`; the length of the force for tables.
    channels
        Labels of the analog channels behind the plate.
    """

    name: str
    type: int
    rate_hz: float
    corners_m: Floats
    origin_m: Floats
    force_n: Floats
    moment_n_m: Floats
    moment_about: MomentAbout
    centre_of_pressure_m: Floats
    up: Floats
    vertical_n: Floats
    channels: tuple[str, ...] = ()


class LabEvent(Struct, frozen=True, kw_only=True):
    """A stored event: its label, what it usually means, the side, and seconds from the first frame."""

    label: str
    kind: EventKind
    side: Side
    time_s: float


class LabRecording(Struct, frozen=True, kw_only=True, eq=False):
    """Markers, analog channels, force plates and events of one laboratory recording.

    Attributes
    ----------
    info
        What the file says about itself, what was contradicted, and where each fact came from.
    time_s
        Seconds of each frame from the first, `(n_frames,)`.
    markers
        Markers in the order of the file.
    outputs
        Angles, forces, moments and powers a model computed.
    analog
        Analog channels, or the columns of a table.
    plates
        Force plates that could be calibrated.
    events
        Stored events in order of time.
    """

    info: LabInfo
    time_s: Floats
    markers: tuple[Marker, ...] = ()
    outputs: tuple[ModelOutput, ...] = ()
    analog: tuple[AnalogChannel, ...] = ()
    plates: tuple[ForcePlate, ...] = ()
    events: tuple[LabEvent, ...] = ()

    def marker(self, label: str) -> Marker | None:
        """Return the marker of that label, None when there is none; a subject's prefix `Name:` is ignored."""
        for each in self.markers:
            if label in (each.label, each.label.rpartition(":")[2]):
                return each
        return None

    def described(self) -> str:
        """Say in half a sentence what the recording holds."""
        parts = [
            f"{len(items)} {word}{'' if len(items) == 1 else 's'}"
            for items, word in (
                (self.markers, "marker"),
                (self.plates, "force plate"),
                (self.outputs, "model output"),
                (self.analog, "analog channel"),
                (self.events, "event"),
            )
            if items
        ]
        return f"{', '.join(parts) or 'nothing'}, {self.info.duration_s:.1f} s"
