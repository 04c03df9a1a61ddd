"""Heel and toe clearance, and stride lengths solved together, against markers of one person (gaitmap example)."""

from __future__ import annotations

import numpy as np

from mortise import measure
from mortise.measure._feet import find_strides
from validation.figure import Figure, Sheet, mean, rms
from validation.sources import RATE_HZ, MarkerFoot, data_folder, labelled_strides, marker_feet

SHEET = Sheet("clearance", "gaitmap example, 1 person, both feet, heel and toe markers")
# Heel to toe marker of this person, for the figures with a measured foot length.
_FOOT_LENGTH_M = 0.25


def score() -> list[Figure]:
    """Return clearance errors with the foot's length estimated and given, and lengths solved together.

    Truth is the lift of the heel and toe markers over a line from stance to stance: the greatest of the heel, and the
    least of the toe between a quarter and four fifths of the swing.
    """
    recordings = measure.read(
        data_folder() / "gaitmap-example" / "imu_sample.csv", rate_hz=204.8, placement="lateral_foot"
    )
    figures = []
    for length_m, said in ((None, "foot length estimated"), (_FOOT_LENGTH_M, "foot length given")):
        heel, toe, length = _errors(recordings, length_m)
        key = "given" if length_m else "guessed"
        figures += [
            _figure(
                f"heel_{key}_rmse_cm", f"heel clearance, {said}, RMSE", rms(heel), len(heel), "down", 1.5
            ),
            _figure(f"heel_{key}_bias_cm", f"heel clearance, {said}, bias", mean(heel), len(heel), "zero"),
            _figure(f"toe_{key}_rmse_cm", f"toe clearance, {said}, RMSE", rms(toe), len(toe), "down", 1.5),
            _figure(f"toe_{key}_bias_cm", f"toe clearance, {said}, bias", mean(toe), len(toe), "zero"),
        ]
    figures.append(
        _figure("length_together_rmse_cm", "stride length, feet solved together, RMSE", rms(length), len(length),
                "down", 3.5, "4.3")
    )  # fmt: skip
    return figures


def _errors(
    recordings: tuple[measure.Recording, ...], length_m: float | None
) -> tuple[list[float], list[float], list[float]]:
    feet = find_strides(recordings, length_m)
    markers, labelled = marker_feet(), labelled_strides()
    heel: list[float] = []
    toe: list[float] = []
    length: list[float] = []
    for walked, strides in zip(feet.walks, feet.per_foot, strict=True):
        side = walked.recording.side.value
        swings = {round(step.events.foot_off / walked.motion.rate_hz, 4): step.swing for step in walked.steps}
        for stride in strides:
            if not any(a - 0.1 < stride.foot_off_s + 0.2 < b for a, b in labelled[side]):
                continue
            swing = swings[stride.foot_off_s]
            ends = (swing.from_index, swing.from_index + len(swing.path_m) - 1)
            i, j = (round(index / walked.motion.rate_hz * RATE_HZ) for index in ends)
            if j >= len(markers[side].heel_m):
                continue
            way = markers[side].heel_m[j] - markers[side].heel_m[i]
            length.append(100.0 * (stride.stride_length_m - float(np.hypot(way[0], way[1]))))
            if stride.heel_clearance_cm is None or stride.toe_clearance_cm is None:
                continue
            true_heel, true_toe = _lifts_cm(markers[side], i, j, stride)
            heel.append(stride.heel_clearance_cm - true_heel)
            toe.append(stride.toe_clearance_cm - true_toe)
    return heel, toe, length


def _lifts_cm(foot: MarkerFoot, i: int, j: int, stride: measure.Stride) -> tuple[float, float]:
    heel, toe = (
        way[i : j + 1, 2] - np.linspace(way[i, 2], way[j, 2], j + 1 - i) for way in (foot.heel_m, foot.toe_m)
    )
    off, strike = (int(t * RATE_HZ) - i for t in (stride.foot_off_s, stride.next_foot_strike_s))
    first, last = (int(off + share * (strike - off)) for share in (0.25, 0.8))
    return 100.0 * float(heel.max()), 100.0 * float(toe[first:last].min())


def _figure(
    key: str,
    what: str,
    value: float,
    n: int,
    better: str,
    mark: float | None = None,
    peer: str = "not offered",
) -> Figure:
    return SHEET.figure(key, what, value, "cm", n, better, mark, peer)
