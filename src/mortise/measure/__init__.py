"""Turn recordings into readings, each with its unit, side, error, quality and method.

`open_files` reads everything that belongs to one test; `TESTS` names the tests, each a function of what was read;
a result becomes JSON with `to_plain`, its schema is `schema`.
"""

from __future__ import annotations

from mortise.measure._gait import gait
from mortise.measure._lunge import lunge, shin_of
from mortise.measure._tests import TESTS
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
from mortise.measure.materials import Materials, need_sensors
from mortise.measure.pose import PoseInfo, PoseRecording
from mortise.measure.readers import open_files, phone_log_schema, read, read_lab
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
    TestResult,
    Trial,
    result_type,
    schema,
    to_plain,
)
from mortise.measure.stretches import Stretch, measured_without
from mortise.measure.verdict import Trust, Verdict, verdict_of

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
    "Materials",
    "MeasureResult",
    "ModelOutput",
    "PlateContact",
    "PoseInfo",
    "PoseRecording",
    "Reading",
    "Recording",
    "RecordingInfo",
    "RecordingSet",
    "Refused",
    "Sources",
    "Stretch",
    "Stride",
    "TestResult",
    "Trial",
    "Trust",
    "Verdict",
    "gait",
    "lunge",
    "measured_without",
    "need_sensors",
    "open_files",
    "phone_log_schema",
    "plate_contacts",
    "read",
    "read_lab",
    "result_type",
    "schema",
    "shin_of",
    "to_plain",
    "verdict_of",
]
