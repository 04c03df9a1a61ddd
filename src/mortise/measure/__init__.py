"""Turn recordings into readings, each with its unit, side, error, quality and method.

`read` takes files, `TESTS` names the tests; a result becomes JSON with `to_plain`, its schema is `schema`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mortise.measure._gait import gait
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
    MeasureResult,
    Reading,
    RecordingSet,
    Refused,
    Stride,
    schema,
    to_plain,
)

# test -> what measures it, from the recordings that `read` returned
TESTS: dict[str, Callable[[Sequence[Recording]], MeasureResult]] = {"gait": gait}

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
    "MeasureResult",
    "Reading",
    "Recording",
    "RecordingInfo",
    "RecordingSet",
    "Refused",
    "Sources",
    "Stride",
    "gait",
    "phone_log_schema",
    "read",
    "schema",
    "to_plain",
]
