"""Ankle angle from foot and shank sensors against the laboratory's joint angle: one person, both sides.

Four calibrations: from the movement alone with the zero of quiet standing; the same with a zero fitted on odd trials
and scored on even ones; the same with both medio-lateral axes fitted too, as the peers' figures were made; and the
zero with one gain for the foot's turning, which tells how much more the shoe turns than the laboratory's foot.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from msgspec import Struct, field
from scipy.optimize import minimize

from mortise import measure
from mortise.measure._sensor_segment import SensorAxes
from mortise.measure.ankle_angle import AnkleCalibration, ankle_angle, calibrate, foot_and_shank
from mortise.measure.recording import Recording, RecordingInfo
from mortise.terms import Side
from validation.figure import Figure, Sheet, mean, rms
from validation.sources import Floats, data_folder

SHEET = Sheet(
    "ankle", "laboratory exercises, 1 person, foot and shank sensors against the laboratory's joint angle"
)
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


def _foot_gain(
    odd: list[LabTrial], calibration: AnkleCalibration, standing_deg: float
) -> tuple[float, float]:
    """Return by what the foot's turning must be multiplied to fit the reference on the odd trials, and the zero."""
    feet, rest = [], []
    for each in odd:
        angle = ankle_angle(each.foot, each.shank, calibration)
        n = min(len(angle.foot_toe_up_deg), len(each.ankle_deg))
        feet.append(angle.foot_toe_up_deg[:n])
        rest.append(each.ankle_deg[:n] - standing_deg - angle.shank_forward_deg[:n])
    foot, left_over = np.concatenate(feet), np.concatenate(rest)
    gain, zero = np.polyfit(foot, left_over, 1)
    return float(gain), float(zero)


def _gained_rms(
    even: list[LabTrial], calibration: AnkleCalibration, standing_deg: float, gain: float, zero_deg: float
) -> float:
    """Return the error on the even trials with the foot's turning multiplied."""
    found = []
    for each in even:
        angle = ankle_angle(each.foot, each.shank, calibration)
        n = min(len(angle.foot_toe_up_deg), len(each.ankle_deg))
        made = gain * angle.foot_toe_up_deg[:n] + zero_deg + angle.shank_forward_deg[:n]
        found.append(rms(list(made - (each.ankle_deg[:n] - standing_deg))))
    return rms(found)


class _Scores(Struct):
    """Errors of one exercise, one of each side: without a fit, with a zero, with axes too, with a gain of the foot."""

    free: list[float] = field(default_factory=list)
    zero: list[float] = field(default_factory=list)
    axes: list[float] = field(default_factory=list)
    gained: list[float] = field(default_factory=list)
    gain: list[float] = field(default_factory=list)
    plotted: list[float] = field(default_factory=list)


def _side_scores(scores: _Scores, exercise: str, side: Side) -> None:
    pose = trials("Pose", side)[0]
    standing_deg = float(np.mean(pose.ankle_deg))
    all_of = list(trials(exercise, side))
    odd, even = all_of[0::2], all_of[1::2]
    found = calibrate([(pose.foot, pose.shank), *((each.foot, each.shank) for each in all_of)])
    scores.free.append(_rms_of(all_of, found, standing_deg, 0.0))
    zero = float(np.mean(np.concatenate([_errors(each, found, standing_deg) for each in odd])))
    scores.zero.append(_rms_of(even, found, standing_deg, zero))
    better, zero = _fitted(odd, found, standing_deg)
    scores.axes.append(_rms_of(even, better, standing_deg, zero))
    if not found.is_foot_flat:
        gain, zero = _foot_gain(odd, found, standing_deg)
        scores.gain.append(gain)
        scores.gained.append(_gained_rms(even, found, standing_deg, gain, zero))
    scores.plotted += [e for each in all_of for e in _errors(each, found, standing_deg)[::5].tolist()]


def score() -> tuple[list[Figure], dict[str, list[float]]]:
    """Return the figures, and errors of the unfitted angle to plot per exercise."""
    figures: list[Figure] = []
    plotted: dict[str, list[float]] = {}
    for exercise, (name, mark, peer) in _EXERCISES.items():
        scores = _Scores()
        for side in (Side.LEFT, Side.RIGHT):
            _side_scores(scores, exercise, side)
        plotted[f"{name}, deg"] = scores.plotted
        key, n = exercise.lower(), len(trials(exercise, Side.LEFT)) * 2
        kinds = (
            ("free", "no fit, zero of quiet standing", scores.free, mark, "none"),
            ("zero", "zero fitted on odd trials, scored on even", scores.zero, mark, ""),
            ("axes", "zero and axes fitted on odd trials, scored on even", scores.axes, mark, peer),
            (
                "gain",
                "zero and a gain of the foot fitted on odd trials, scored on even",
                scores.gained,
                None,
                "",
            ),
        )
        figures += [
            SHEET.figure(
                f"{key}_{kind}_rmse_deg", f"{name}, RMSE, {said}", rms(values), "deg", n, "down", goal, rival
            )
            for kind, said, values, goal, rival in kinds
            if values
        ]
        if scores.gain:
            figures.append(
                SHEET.figure(f"{key}_foot_gain", f"{name}, laboratory's foot turns by this share of the sensor's",
                             mean(scores.gain), "ratio", n, "up")
            )  # fmt: skip
    return figures, plotted
