"""Measure a recording without the stretches that somebody left out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec import Struct

from mortise.errors import InputError, SignalError
from mortise.measure._tests import TESTS
from mortise.measure.laboratory import LabRecording, Marker
from mortise.measure.materials import Materials
from mortise.measure.pose import PoseRecording
from mortise.measure.recording import Floats, Recording
from mortise.measure.results import GaitResult, MeasureResult, Refused

# Fewer samples than this before and after leave nothing to measure.
_LEAST_LEFT = 10


class Stretch(Struct, frozen=True, kw_only=True):
    """A stretch to leave out, seconds from the first sample, half open, and why."""

    start_s: float
    end_s: float
    reason: str


def measured_without(test: str, materials: Materials, stretches: Sequence[Stretch]) -> MeasureResult:
    """Measure `materials` as if nothing had been recorded in the stretches.

    Parameters
    ----------
    test
        A name of `TESTS`.
    materials
        What was recorded.
    stretches
        What to leave out; none measures everything.

    Returns
    -------
    MeasureResult
        What is left; each stretch stands among what was refused, with its reason.

    Raises
    ------
    InputError
        When a stretch does not lie in the recording.
    SignalError
        When nothing can be measured in what is left, or when this way of measuring cannot leave a stretch out: then a
        number would still rest on it.

    Notes
    -----
    Samples inside a stretch are taken out, so that every test treats them as it treats lost ones: what touches them
    makes no number. Force plates are left as they are. A trial or stride that would count all the same is an error.
    """
    if not stretches:
        return TESTS[test](materials)
    _check(stretches, materials.recording_set().duration_s)
    result = TESTS[test](without(materials, stretches))
    if any(_touches(start_s, end_s, stretches) for start_s, end_s in _counted(result)):
        raise SignalError(
            "a stretch cannot be left out of this kind of recording: a number would still rest on it.",
            where=materials.described(),
            mend="Set the whole recording aside, or cut the file and send the good part.",
        )
    left_out = tuple(
        Refused(
            what="left_out", reason=one.reason, start_s=one.start_s, end_s=one.end_s,
            mend="Take the stretch in again if this was a mistake.",
        )
        for one in sorted(stretches, key=lambda one: one.start_s)
    )  # fmt: skip
    return msgspec.structs.replace(result, refused=(*left_out, *result.refused))


def without(materials: Materials, stretches: Sequence[Stretch]) -> Materials:
    """Return `materials` with the samples of the stretches taken out.

    Parameters
    ----------
    materials
        What was recorded.
    stretches
        What to leave out.

    Returns
    -------
    Materials
        Sensors lose the samples, but for the very first and last, which hold the clock; markers and keypoints are
        not seen there.
    """
    return msgspec.structs.replace(
        materials,
        sensors=tuple(_sensor(one, stretches) for one in materials.sensors),
        labs=tuple(_lab(one, stretches) for one in materials.labs),
        poses=tuple(_pose(one, stretches) for one in materials.poses),
    )


def _check(stretches: Sequence[Stretch], duration_s: float) -> None:
    for one in stretches:
        if not 0.0 <= one.start_s < one.end_s or one.start_s >= duration_s:
            raise InputError(
                f"{one.start_s:g} to {one.end_s:g} s is no stretch of a recording of {duration_s:.1f} s.",
                where="stretch", mend="Give from and to in seconds from its first sample.",
            )  # fmt: skip


def _inside(time_s: Floats, stretches: Sequence[Stretch]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    inside = np.zeros(len(time_s), dtype=bool)
    for one in stretches:
        inside |= (time_s >= one.start_s) & (time_s < one.end_s)
    return inside


def _sensor(recording: Recording, stretches: Sequence[Stretch]) -> Recording:
    keep = ~_inside(recording.time_s, stretches)
    keep[[0, -1]] = True
    if int(keep.sum()) < _LEAST_LEFT:
        raise SignalError(
            "nothing is left of this recording.", where=recording.info.file,
            mend="Leave out less, or set the whole recording aside.",
        )  # fmt: skip
    return msgspec.structs.replace(
        recording,
        time_s=recording.time_s[keep],
        acc_m_s2=recording.acc_m_s2[keep],
        gyr_rad_s=recording.gyr_rad_s[keep],
    )


def _lab(lab: LabRecording, stretches: Sequence[Stretch]) -> LabRecording:
    inside = _inside(lab.time_s, stretches)

    def unseen(marker: Marker) -> Marker:
        points_m = marker.points_m.copy()
        points_m[inside] = np.nan
        return msgspec.structs.replace(marker, points_m=points_m)

    return msgspec.structs.replace(lab, markers=tuple(unseen(each) for each in lab.markers))


def _pose(pose: PoseRecording, stretches: Sequence[Stretch]) -> PoseRecording:
    inside = _inside(pose.time_s, stretches)
    keypoints, confidence = {}, {}
    for label, points in pose.keypoints.items():
        keypoints[label], confidence[label] = points.copy(), pose.confidence[label].copy()
        keypoints[label][inside], confidence[label][inside] = np.nan, 0.0
    return msgspec.structs.replace(pose, keypoints=keypoints, confidence=confidence)


def _counted(result: MeasureResult) -> list[tuple[float, float]]:
    """Return from when to when every stride or trial lasted that a number rests on."""
    if isinstance(result, GaitResult):
        return [
            (one.foot_strike_s, one.next_foot_strike_s)
            for one in result.strides
            if not (one.is_turn or one.is_first_or_last or one.quality)
        ]
    return [(one.start_s, one.end_s) for one in result.trials if one.is_counted]


def _touches(start_s: float, end_s: float, stretches: Sequence[Stretch]) -> bool:
    # a sample at either end may stand on the border
    return any(start_s < one.end_s - 0.02 and end_s > one.start_s + 0.02 for one in stretches)
