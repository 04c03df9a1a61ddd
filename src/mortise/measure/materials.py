"""Everything that was recorded for one test: sensors, recordings of a laboratory, pose keypoints."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.laboratory import LabRecording
from mortise.measure.pose import PoseRecording
from mortise.measure.recording import Recording
from mortise.measure.results import RecordingSet


class Materials(Struct, frozen=True, kw_only=True, eq=False):
    """What one test is measured from; each kind may be empty, never all of them."""

    sensors: tuple[Recording, ...] = ()
    labs: tuple[LabRecording, ...] = ()
    poses: tuple[PoseRecording, ...] = ()

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
        for sensor in self.sensors:
            yield f"{sensor.info.file}: a sensor worn at: {sensor.placement}"
        for lab in self.labs:
            yield f"{lab.info.file}: {lab.described()}"
        for pose in self.poses:
            yield f"{pose.info.file}: {len(pose.keypoints)} keypoints, {pose.info.duration_s:.1f} s"


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
        f"{test} is measured from sensors, and none is there ({materials.described()}).",
        mend="Record with a sensor, or measure another test from these files.",
    )
