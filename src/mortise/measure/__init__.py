"""Turn recordings into readings, each with its unit, side, error, quality and method.

`read` takes files of sensors, `read_lab` those of motion laboratories; `TESTS` names the tests;
a result becomes JSON with `to_plain`, its schema is `schema`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mortise.measure._gait import gait
from mortise.measure._lunge import lunge, lunge_of, shin_of
from mortise.measure.contacts import PlateContact, plate_contacts
from mortise.measure.laboratory import (
    AnalogChannel,
    ForcePlate,
    LabEvent,
    LabInfo,
    LabRecording,
    LabSources,
    Marker,
    ModelOutput,
)
from mortise.measure.readers import phone_log_schema, read, read_lab
from mortise.measure.recording import (
    FOOT_PLACEMENTS,
    PLACEMENTS,
    Clipping,
    Gap,
    Recording,
    RecordingInfo,
    Sources,
)
from mortise.measure.results import (
    Bout,
    Curve,
    Event,
    GaitResult,
    LungeResult,
    LungeTrial,
    MeasureResult,
    Reading,
    RecordingSet,
    Refused,
    Stride,
    schema,
    to_plain,
)

# test -> what measures it, from the recordings that `read` returned
TESTS: dict[str, Callable[[Sequence[Recording]], MeasureResult]] = {"gait": gait, "lunge": lunge_of}

__all__ = [
    "FOOT_PLACEMENTS",
    "PLACEMENTS",
    "TESTS",
    "AnalogChannel",
    "Bout",
    "Clipping",
    "Curve",
    "Event",
    "ForcePlate",
    "GaitResult",
    "Gap",
    "LabEvent",
    "LabInfo",
    "LabRecording",
    "LabSources",
    "LungeResult",
    "LungeTrial",
    "Marker",
    "MeasureResult",
    "ModelOutput",
    "PlateContact",
    "Reading",
    "Recording",
    "RecordingInfo",
    "RecordingSet",
    "Refused",
    "Sources",
    "Stride",
    "gait",
    "lunge",
    "phone_log_schema",
    "plate_contacts",
    "read",
    "read_lab",
    "schema",
    "shin_of",
    "to_plain",
]
