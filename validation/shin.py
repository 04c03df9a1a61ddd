"""Shin inclination against a laboratory ankle angle."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mortise import measure
from mortise.measure._lunge import lean_from
from mortise.measure.signals import even
from validation.sources import Floats, data_folder


def _laboratory(path: Path) -> dict[str, Floats]:
    lines = path.read_text().splitlines()
    names = [f"{a} {c}" for a, c in zip(lines[0].split(","), lines[2].split(","), strict=True)]
    table = np.array([[float(cell) if cell else np.nan for cell in line.split(",")] for line in lines[3:]])
    return {side.lower(): table[:, names.index(f"{side}AnkleAngle X")] for side in ("Left", "Right")}


def squat_errors() -> tuple[list[float], list[float]]:
    """Return per repetition and side: error of the range, and RMSE over time, degrees."""
    folder = data_folder() / "imu-exercise"
    range_deg, rmse_deg = [], []
    for path in sorted((folder / "parsed_h5_csv" / "SUB22" / "SqDL").glob("*.csv")):
        truth = _laboratory(folder / "parsed_joint_angles_all" / "SUB22" / "SqDL" / path.name)
        for recording in measure.read(path):
            if recording.placement != "shank":
                continue
            motion = even(recording)
            angle, _ = lean_from(motion, 0, max(5, int(0.2 * motion.rate_hz)))
            lab = truth[recording.side.value][: len(angle)]
            lab = lab - np.mean(lab[: max(5, int(0.2 * motion.rate_hz))])
            # the laboratory's sign is not documented here: the squat bends the ankle, so the longer way is up
            lab = lab if lab.max() > -lab.min() else -lab
            angle = angle[: len(lab)]
            range_deg.append(float(np.ptp(angle) - np.ptp(lab)))
            rmse_deg.append(float(np.sqrt(np.mean((angle - lab) ** 2))))
    return range_deg, rmse_deg
