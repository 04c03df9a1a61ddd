"""Ankle angle from foot and shank sensors against the laboratory's joint angle: one person, both sides.

Three calibrations: from the movement alone with the zero of quiet standing; the same with a zero fitted on odd trials
and scored on even ones; the same with both medio-lateral axes fitted too, as the peers' figures were made.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from msgspec import Struct
from scipy.optimize import minimize

from mortise import measure
from mortise.measure._sensor_segment import SensorAxes
from mortise.measure.ankle_angle import AnkleCalibration, ankle_angle, calibrate, foot_and_shank
from mortise.measure.recording import Recording, RecordingInfo
from mortise.terms import Side
from validation.figure import Figure, rms
from validation.sources import Floats, data_folder

SOURCE = "laboratory exercises, 1 person, foot and shank sensors against the laboratory's joint angle"
_SUBJECT = "SUB22"
# exercise of the set -> what we call it, the mark, the peers' figure (VQF with five constants fitted on odd trials)
_EXERCISES: dict[str, tuple[str, float | None, str]] = {
    "HeelRaise": ("heel rise", 3.0, "1.9 to 3.0 (fitted to the reference)"),
    "Lunge": ("lunge", 3.0, "2.0 to 5.5 (fitted to the reference)"),
    "Walk": ("walk", 3.0, "2.6 to 3.3 (fitted to the reference)"),
    "DropLandDL": ("drop landing", 5.0, "2.8 to 6.7 (single-leg, fitted to the reference)"),
    "CMJDL": ("double-leg jump", None, "4.8 to 5.2 (single-leg, fitted to the reference)"),
    "SqDL": ("double squat", None, "4.4 to 5.5 (fitted to the reference)"),
}


class LabTrial(Struct, frozen=True, eq=False):
    """Foot and shank of one side in one trial, and the laboratory's ankle angle, dorsiflexion positive."""

    number: int
    foot: Recording
    shank: Recording
    ankle_deg: Floats


def laboratory_angles(path: Path) -> dict[str, Floats]:
    """Return the columns of a file of laboratory angles, by joint and axis."""
    lines = path.read_text().splitlines()
    names = [f"{a} {c}" for a, c in zip(lines[0].split(","), lines[2].split(","), strict=True)]
    table = np.array([[float(cell) if cell else np.nan for cell in line.split(",")] for line in lines[3:]])
    return {name: table[:, i] for i, name in enumerate(names) if name.strip()}


def _samples(path: Path, segment: str) -> tuple[Floats, Floats]:
    """Return acceleration and angular velocity of one segment."""
    rows = [line.split(",") for line in path.read_text().splitlines()]
    table = np.array([[float(cell) if cell else np.nan for cell in row] for row in rows[3:]])

    def of(kind: str) -> Floats:
        return table[
            :, [i for i, row in enumerate(zip(rows[0], rows[1], strict=True)) if row == (segment, kind)]
        ]

    return of("Accelerometer"), of("Gyroscope")


@cache
def trials(exercise: str, side: Side) -> tuple[LabTrial, ...]:
    """Return the trials of one exercise.

    A trial of the walk is one stance of the right foot, 0.7 s. The reader refuses the left foot in it, which swings
    all the while and never shows gravity; here its samples are taken as they are.
    """
    folder = data_folder() / "imu-exercise"
    found: list[LabTrial] = []
    for path in sorted((folder / "parsed_h5_csv" / _SUBJECT / exercise).glob("*.csv")):
        lab = laboratory_angles(folder / "parsed_joint_angles_all" / _SUBJECT / exercise / path.name)
        ankle = lab[f"{side.value.title()}AnkleAngle X"]
        if exercise == "Walk":
            parts = [_samples(path, f"{side.value.title()}{name}") for name in ("Foot", "Shank")]
            foot, shank = (
                _recording(*part, side, place) for part, place in zip(parts, ("foot", "shank"), strict=True)
            )
        else:
            foot, shank = foot_and_shank(measure.read(path))[side]
        found.append(LabTrial(len(found) + 1, foot, shank, ankle))
    return tuple(found)


def _recording(acc: Floats, gyr: Floats, side: Side, placement: str) -> Recording:
    time_s = np.arange(len(acc)) / 100.0
    info = RecordingInfo(
        file="walk", sha256="", format="csv", side=side, placement=placement, rate_hz=100.0,
        n_samples=len(acc), duration_s=float(time_s[-1]),
    )  # fmt: skip
    return Recording(info=info, time_s=time_s, acc_m_s2=acc, gyr_rad_s=gyr)


def _turned(axes: SensorAxes, angle_rad: float) -> SensorAxes:
    """Return the axes with left turned about up."""
    left = axes.left * np.cos(angle_rad) + np.cross(axes.up, axes.left) * np.sin(angle_rad)
    return SensorAxes(up=axes.up, left=left, share_ratio=axes.share_ratio, swing_deg=axes.swing_deg)


def _errors(trial: LabTrial, calibration: AnkleCalibration, standing_deg: float) -> Floats:
    angle = ankle_angle(trial.foot, trial.shank, calibration).dorsiflexion_deg
    n = min(len(angle), len(trial.ankle_deg))
    return angle[:n] - (trial.ankle_deg[:n] - standing_deg)


def _rms_of(
    trials_: list[LabTrial], calibration: AnkleCalibration, standing_deg: float, zero_deg: float
) -> float:
    return rms([rms(list(_errors(each, calibration, standing_deg) - zero_deg)) for each in trials_])


def _fitted(
    odd: list[LabTrial], calibration: AnkleCalibration, standing_deg: float
) -> tuple[AnkleCalibration, float]:
    """Return axes and zero that fit the reference best on the odd trials."""

    def turned(angles: Floats) -> AnkleCalibration:
        return AnkleCalibration(
            foot=_turned(calibration.foot, float(angles[0])),
            shank=_turned(calibration.shank, float(angles[1])),
        )

    def loss(angles: Floats) -> float:
        errors = np.concatenate([_errors(each, turned(angles), standing_deg) for each in odd])
        # a weak pull towards what the movement showed: a flat foot shows no axis to fit
        return float(np.std(errors) + 0.5 * np.sum(np.square(angles)))

    start = np.array([[0.0, 0.0], [0.2, 0.0], [0.0, 0.2]])
    options = {"xatol": 0.01, "fatol": 0.01, "maxiter": 60, "initial_simplex": start}
    best = minimize(loss, np.zeros(2), method="Nelder-Mead", options=options)
    fitted = turned(best.x)
    return fitted, float(np.mean(np.concatenate([_errors(each, fitted, standing_deg) for each in odd])))


def score() -> tuple[list[Figure], dict[str, list[float]]]:
    """Return the figures, and errors of the unfitted angle to plot per exercise."""
    figures: list[Figure] = []
    plotted: dict[str, list[float]] = {}
    for exercise, (name, mark, peer) in _EXERCISES.items():
        free, zeroed, fitted = [], [], []
        errors: list[float] = []
        for side in (Side.LEFT, Side.RIGHT):
            pose = trials("Pose", side)[0]
            standing_deg = float(np.mean(pose.ankle_deg))
            all_of = list(trials(exercise, side))
            odd, even = all_of[0::2], all_of[1::2]
            found = calibrate([(pose.foot, pose.shank), *((each.foot, each.shank) for each in all_of)])
            free.append(_rms_of(all_of, found, standing_deg, 0.0))
            zero = float(np.mean(np.concatenate([_errors(each, found, standing_deg) for each in odd])))
            zeroed.append(_rms_of(even, found, standing_deg, zero))
            better, zero = _fitted(odd, found, standing_deg)
            fitted.append(_rms_of(even, better, standing_deg, zero))
            errors += [e for each in all_of for e in _errors(each, found, standing_deg)[::5].tolist()]
        plotted[f"{name}, deg"] = errors
        key = exercise.lower()
        for kind, said, values, goal, rival in (
            ("free", "no fit, zero of quiet standing", free, None, "none"),
            ("zero", "zero fitted on odd trials, scored on even", zeroed, mark, ""),
            ("axes", "zero and axes fitted on odd trials, scored on even", fitted, mark, peer),
        ):
            figures.append(
                Figure(
                    key=f"ankle_{key}_{kind}_rmse_deg", source=SOURCE, what=f"{name}, RMSE, {said}",
                    value=rms(values), unit="deg", n=len(trials(exercise, Side.LEFT)) * 2, better="down",
                    mark=goal, peer=rival,
                )
            )  # fmt: skip
    return figures, plotted
