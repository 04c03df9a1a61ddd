"""Turn recordings into readings, each with its unit, side, error, quality and method.

`read` takes files, `TESTS` names the tests; a result becomes JSON with `to_plain`, its schema is `schema`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mortise.measure._gait import gait
from mortise.measure._lunge import lunge, lunge_of, shin_of
from mortise.measure.readers import phone_log_schema, read
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
    "Bout",
    "Clipping",
    "Curve",
    "Event",
    "GaitResult",
    "Gap",
    "LungeResult",
    "LungeTrial",
    "MeasureResult",
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
    "read",
    "schema",
    "shin_of",
    "to_plain",
]
