"""Step-downs and squats from joint angles that a model has computed already (OpenSim's coordinates)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mortise.measure._going_down import Repetition, repetitions_in
from mortise.measure.laboratory import LabRecording
from mortise.measure.markers import SIDES
from mortise.measure.recording import Floats
from mortise.measure.results import Refused, Trial
from mortise.terms import Side

# Names of OpenSim's usual models; degrees, dorsiflexion and bending positive. The pelvis's height is metres.
_HEIGHT = "pelvis_ty"
# In a squat both knees bend nearly alike; in a step-down the free leg hangs.
_ALIKE = 0.6


def has_coordinates(lab: LabRecording) -> bool:
    """Whether a recording holds the model's coordinates of ankle, knee and pelvis."""
    names = {channel.label for channel in lab.analog}
    return _HEIGHT in names and any({f"ankle_angle_{s}", f"knee_angle_{s}"} <= names for s in "lr")


def by_coordinates(labs: Sequence[LabRecording], n_before: int) -> tuple[list[Trial], list[Refused]]:
    """Return the repetitions that a model's coordinates show.

    Parameters
    ----------
    labs
        Recordings with coordinates.
    n_before
        Number of trials before these.

    Returns
    -------
    list of Trial, list of Refused
        Greatest dorsiflexion and knee bend per leg, as the model has them; its zero is its own. What a table of angles
        does not hold is refused.
    """
    trials: list[Trial] = []
    refused = [
        Refused(
            what="knee medial displacement",
            reason="a table of joint angles does not say where the knee is",
            mend="Give the markers.",
        )
    ]
    for lab in labs:
        columns = {channel.label: channel.values for channel in lab.analog}
        rate = lab.info.analog_rate_hz or lab.info.point_rate_hz
        height = columns[_HEIGHT]
        repetitions, said = repetitions_in(height, float(np.percentile(height, 90.0)), rate)
        refused += said
        for repetition in repetitions:
            trials += _trials(columns, repetition, rate, n_before + len(trials))
    return trials, refused


def _trials(columns: dict[str, Floats], repetition: Repetition, rate: float, n_before: int) -> list[Trial]:
    span = slice(repetition.start, repetition.deepest + 1)
    bends = {
        side: float(np.max(columns[f"knee_angle_{side.value[0]}"][span]))
        for side in SIDES
        if f"knee_angle_{side.value[0]}" in columns
    }
    most = max(bends.values())
    bearing = [side for side, bend in bends.items() if bend > _ALIKE * most]
    is_squat = len(bearing) == 2
    found: list[Trial] = []
    for side in bearing:
        values = {
            "knee_bend_deg": bends[side],
            "depth_cm": 100.0 * repetition.depth,
            "depth_pct": 100.0 * repetition.depth_ratio,
            "down_s": (repetition.deepest - repetition.start) / rate,
            "up_s": (repetition.end - repetition.deepest) / rate,
            "deepest_s": repetition.deepest / rate,
            "is_squat": float(is_squat),
        }
        values |= _ankle(columns, side, span)
        found.append(
            Trial(
                number=n_before + len(found) + 1,
                side=side,
                start_s=round(repetition.start / rate, 4),
                end_s=round(repetition.end / rate, 4),
                values={name: round(value, 3) for name, value in values.items() if math.isfinite(value)},
                quality=("zero_of_the_model",),
            )
        )
    return found


def _ankle(columns: dict[str, Floats], side: Side, span: slice) -> dict[str, float]:
    ankle = columns.get(f"ankle_angle_{side.value[0]}")
    if ankle is None:
        return {}
    part = ankle[span]
    return {
        "ankle_start_deg": float(part[0]),
        "ankle_peak_deg": float(np.max(part)),
        "ankle_excursion_deg": float(np.max(part) - part[0]),
    }
