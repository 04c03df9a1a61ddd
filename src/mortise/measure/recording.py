"""One recording of one inertial sensor: samples in SI units, and where every claim about them came from."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mortise.terms import Side

Floats = NDArray[np.float64]

# Who said it, strongest first. A stronger source wins; the data contradict aloud but do not silently overrule a person.
Won = Literal["given", "sidecar", "header", "name", "data", "assumed"]

# Where a sensor may be worn. `foot` is "on the foot, spot not said".
PLACEMENTS: frozenset[str] = frozenset(
    {
        "foot",
        "instep",
        "lateral_foot",
        "heel",
        "shank",
        "thigh",
        "lower_back",
        "belt",
        "pocket",
        "hand",
        "unknown",
    }
)
# The flag of a recording of acceleration alone: its angular velocity is nothing, and says nothing.
NO_GYROSCOPE = "no_gyroscope"
FOOT_PLACEMENTS: frozenset[str] = frozenset({"foot", "instep", "lateral_foot", "heel"})


class Sources(Struct, frozen=True, kw_only=True):
    """Which source settled each fact about a recording."""

    side: Won = "assumed"
    rate: Won = "assumed"
    placement: Won = "assumed"
    units: Won = "assumed"


class Gap(Struct, frozen=True, kw_only=True):
    """Samples that are missing: `n_missing` samples after `start_s`, and whether they were bridged by a line."""

    start_s: float
    end_s: float
    n_missing: int
    is_bridged: bool


class Clipping(Struct, frozen=True, kw_only=True):
    """Samples at the end of a sensor's range: channel (`acc`, `gyr`), the range reached and how many samples."""

    channel: str
    limit: float
    unit: str
    n_samples: int


class RecordingInfo(Struct, frozen=True, kw_only=True):
    """What is known of a recording apart from its samples; this is what the JSON result shows.

    `acc_unit` and `gyr_unit` are the units of the file; inside Mortise samples are always m/s² and rad/s. `frame`
    is always `sensor`: any mounting is allowed, because the movement itself tells which way is up and forward.
    """

    file: str
    sha256: str
    format: str
    device: str = ""
    side: Side = Side.NONE
    placement: str = "unknown"
    test: str = ""
    frame: str = "sensor"
    rate_hz: float
    n_samples: int
    duration_s: float
    acc_unit: str = "m/s2"
    gyr_unit: str = "rad/s"
    sources: Sources = Sources()
    gaps: tuple[Gap, ...] = ()
    n_missing_samples: int = 0
    clipping: tuple[Clipping, ...] = ()
    marks_s: tuple[float, ...] = ()
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Recording(Struct, frozen=True, kw_only=True, eq=False):
    """Samples of one sensor with what is known of them.

    Attributes
    ----------
    info
        What the file, its sidecar and the caller say about the samples.
    time_s
        Seconds from the first sample, strictly rising, `(n_samples,)`.
    acc_m_s2
        Specific force in the sensor frame, gravity included, `(n_samples, 3)`.
    gyr_rad_s
        Angular velocity in the sensor frame, `(n_samples, 3)`.
    """

    info: RecordingInfo
    time_s: Floats
    acc_m_s2: Floats
    gyr_rad_s: Floats

    @property
    def side(self) -> Side:
        """Side of the body the sensor is worn on."""
        return self.info.side

    @property
    def placement(self) -> str:
        """Spot of the body the sensor is worn on."""
        return self.info.placement

    @property
    def rate_hz(self) -> float:
        """Samples per second, measured from the time stamps where there are any."""
        return self.info.rate_hz

    @property
    def duration_s(self) -> float:
        """Seconds from the first to the last sample."""
        return float(self.time_s[-1] - self.time_s[0]) if len(self.time_s) else 0.0
