"""Everything that was recorded for one test: sensors, recordings of a laboratory, pose keypoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.laboratory import LabRecording
from mortise.measure.pose import PoseRecording
from mortise.measure.recording import Recording
from mortise.measure.results import RecordingSet
from mortise.terms import Side

_MOST_NAMED = 4
# Where a sensor is worn, as a person says it.
PLACEMENT_WORDS = {
    "foot": "foot",
    "instep": "instep",
    "lateral_foot": "outer side of the foot",
    "heel": "heel",
    "shank": "shin",
    "thigh": "thigh",
    "lower_back": "lower back",
    "belt": "belt",
    "pocket": "pocket",
    "hand": "hand",
    "unknown": "spot not said",
}


class Materials(Struct, frozen=True, kw_only=True, eq=False):
    """What one test is measured from; each kind may be empty, never all of them.

    `side` is the side that was tested, where somebody said it; `foot_length_m` heel to longest toe, where it was
    measured.
    """

    sensors: tuple[Recording, ...] = ()
    labs: tuple[LabRecording, ...] = ()
    poses: tuple[PoseRecording, ...] = ()
    side: Side = Side.NONE
    foot_length_m: float | None = None

    @property
    def sides(self) -> tuple[Side, ...]:
        """Return the sides to measure of a whole body: the one that was tested, or both."""
        return (Side.LEFT, Side.RIGHT) if self.side is Side.NONE else (self.side,)

    def recording_set(self) -> RecordingSet:
        """Return what the result says about its recordings."""
        lengths_s = [each.info.duration_s for each in self.sensors]
        lengths_s += [each.info.duration_s for each in self.labs]
        lengths_s += [each.info.duration_s for each in self.poses]
        return RecordingSet(
            sensors=tuple(each.info for each in self.sensors),
            labs=tuple(each.info for each in self.labs),
            poses=tuple(each.info for each in self.poses),
            duration_s=max(lengths_s, default=0.0),
        )

    def described(self) -> str:
        """Say in a line what there is, for messages."""
        return "; ".join(self._parts()) or "nothing"

    def _parts(self) -> Iterator[str]:
        files: dict[str, list[str]] = {}
        for sensor in self.sensors:
            files.setdefault(sensor.info.file, []).append(_worn(sensor))
        for file, worn in files.items():
            yield f"{file}: {_sensors(worn)}"
        for lab in self.labs:
            yield f"{lab.info.file}: {lab.described()}"
        for pose in self.poses:
            yield f"{pose.info.file}: {len(pose.keypoints)} keypoints, {pose.info.duration_s:.1f} s"


def _worn(sensor: Recording) -> str:
    side = "" if sensor.side is Side.NONE else f"{sensor.side.value} "
    return f"{side}{PLACEMENT_WORDS[sensor.placement]}"


def _sensors(worn: Sequence[str]) -> str:
    """Say how many sensors there are and where; several on spots that nobody named are counted together."""
    parts = [f"{where} ({n})" if (n := worn.count(where)) > 1 else where for where in dict.fromkeys(worn)]
    rest = [f"and {len(parts) - _MOST_NAMED} more"] if len(parts) > _MOST_NAMED else []
    count = "one sensor" if len(worn) == 1 else f"{len(worn)} sensors"
    return f"{count}: {', '.join([*parts[:_MOST_NAMED], *rest])}"


def worn_at(sensors: Sequence[Recording]) -> str:
    """Say where sensors were worn, for a refusal."""
    return ", ".join(dict.fromkeys(PLACEMENT_WORDS[each.placement] for each in sensors)) or "nowhere"


def need_sensors(materials: Materials, test: str) -> tuple[Recording, ...]:
    """Return the sensors of `materials`; without any, say what there is instead.

    Raises
    ------
    SignalError
        When there is no sensor.
    """
    if materials.sensors:
        return materials.sensors
    raise SignalError(
        f"{test} does not show in what was given: no sensor, no markers and no video is there.",
        where=materials.described(),
        mend="Record it with a phone or sensor, markers or video, or measure another test from these files.",
    )
