"""Gait from whatever was recorded: the door to the ways of measuring it."""

from __future__ import annotations

from collections.abc import Sequence

from mortise.errors import SignalError
from mortise.measure._belt import BELT_PLACEMENTS, belt_gait
from mortise.measure._feet import feet_gait
from mortise.measure._worn import believed
from mortise.measure.materials import Materials, need_sensors
from mortise.measure.recording import FOOT_PLACEMENTS, Recording
from mortise.measure.results import GaitResult


def gait(recordings: Sequence[Recording], foot_length_m: float | None = None) -> GaitResult:
    """Measure gait from sensors: on one or both feet, or one at the waist.

    Parameters
    ----------
    recordings
        Sensors of one walk whose clocks started together. Feet win; without them a sensor at the belt, in a pocket or
        on the lower back is used. A place that nobody named is taken from how the sensor moves, and a named one that
        does not fit is flagged (`believed`).
    foot_length_m
        Heel to toe, where somebody measured it; it sharpens heel clearance.

    Returns
    -------
    GaitResult
        Strides, bouts, readings, what was refused, and curves to draw.

    Raises
    ------
    SignalError
        When nothing of it can be measured, with the mend.
    """
    recordings = believed(recordings)
    feet = [each for each in recordings if each.placement in FOOT_PLACEMENTS]
    waist = [each for each in recordings if each.placement in BELT_PLACEMENTS]
    unknown = [each for each in recordings if each.placement == "unknown"]
    if not feet and waist:
        return belt_gait(waist[0])
    if not feet and len(unknown) == 1:
        return _wherever(unknown[0], foot_length_m)
    return feet_gait(recordings, foot_length_m)


def _wherever(recording: Recording, foot_length_m: float | None) -> GaitResult:
    """Measure a sensor whose place nobody named: on a foot if it stands still in every stance, else at the waist."""
    try:
        return feet_gait([recording], foot_length_m)
    except SignalError as not_on_foot:
        try:
            return belt_gait(recording)
        except SignalError:
            raise not_on_foot from None


def gait_of(materials: Materials) -> GaitResult:
    """Measure gait from whatever was recorded: sensors first, else markers, else keypoints."""
    if materials.sensors or not (materials.poses or any(lab.markers for lab in materials.labs)):
        return gait(need_sensors(materials, "gait"), materials.foot_length_m)
    from mortise.measure._marker_gait import marker_gait

    return marker_gait(materials)
