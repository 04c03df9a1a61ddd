"""Gait from whatever was recorded: the door to the ways of measuring it."""

from __future__ import annotations

from collections.abc import Sequence

from mortise.measure._feet import feet_gait
from mortise.measure.materials import Materials, need_sensors
from mortise.measure.recording import Recording
from mortise.measure.results import GaitResult


def gait(recordings: Sequence[Recording], foot_length_m: float | None = None) -> GaitResult:
    """Measure gait from sensors."""
    return feet_gait(recordings, foot_length_m)


def gait_of(materials: Materials) -> GaitResult:
    """Measure gait from whatever was recorded."""
    return gait(need_sensors(materials, "gait"))
