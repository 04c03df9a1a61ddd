"""Heel rises: the laboratory's set of one person, and made-up rises of known height.

The set comes cut into single rises of 1.1 s; the 0.7 s of standing between them are not in it. They are put together
again in the order and at the times the files state, with a straight line across each hole.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mortise.measure._heel_rise import heel_rises
from mortise.measure.materials import Materials
from mortise.measure.recording import Recording, RecordingInfo
from mortise.simulate.ankle import FictionalAnkle, fictional_heel_rises
from mortise.simulate.recordings import SensorSamples
from mortise.terms import Side
from validation.ankle_angle import laboratory_angles
from validation.figure import Figure, mean, rms
from validation.sources import Floats, data_folder

REAL = "laboratory exercises, 1 person, heel rises on both legs"
MADE_UP = "made-up heel rises, known truth"
_RATE_HZ = 100.0
_SUBJECT = "SUB22"


def _segment_rows(path: Path, segment: str) -> tuple[Floats, Floats]:
    """Return the time stamps and the six channels of one segment."""
    rows = [line.split(",") for line in path.read_text().splitlines()]
    table = np.array([[float(cell) if cell else np.nan for cell in row] for row in rows[3:]])
    names = list(zip(rows[0], rows[1], strict=True))

    def columns(kind: str) -> list[int]:
        return [i for i, name in enumerate(names) if name == (segment, kind)]

    return table[:, columns("Time")[0]], table[:, columns("Accelerometer") + columns("Gyroscope")]


def whole_set(exercise: str, segment: str, side: Side, placement: str) -> Recording:
    """Return all trials of an exercise as one recording at the times the files state, standing before and after."""
    folder = data_folder() / "imu-exercise" / "parsed_h5_csv" / _SUBJECT
    name = f"{side.value.title()}{segment}"
    standing = np.median(_segment_rows(folder / "Pose" / "Pose_01_rep1.csv", name)[1], axis=0)
    parts = [_segment_rows(path, name) for path in sorted((folder / exercise).glob("*.csv"))]
    stand_s = np.arange(150) / _RATE_HZ
    times = [
        parts[0][0][0] - 0.5 - stand_s[::-1],
        *(time_s for time_s, _ in parts),
        parts[-1][0][-1] + 0.5 + stand_s,
    ]
    values = [np.tile(standing, (150, 1)), *(each for _, each in parts), np.tile(standing, (150, 1))]
    time_s = np.concatenate(times) - times[0][0]
    table = np.concatenate(values)
    info = RecordingInfo(
        file=exercise, sha256="", format="csv", side=side, placement=placement, rate_hz=_RATE_HZ,
        n_samples=len(table), duration_s=float(time_s[-1]),
    )  # fmt: skip
    return Recording(info=info, time_s=time_s, acc_m_s2=table[:, :3], gyr_rad_s=table[:, 3:])


def real() -> list[Figure]:
    """Return how many of the person's rises a foot sensor finds, and how far the range is from the laboratory's."""
    n_off, n_true, off_deg = 0, 0, []
    folder = data_folder() / "imu-exercise" / "parsed_joint_angles_all" / _SUBJECT / "HeelRaise"
    for side in (Side.LEFT, Side.RIGHT):
        foot = whole_set("HeelRaise", "Foot", side, "instep")
        shank = whole_set("HeelRaise", "Shank", side, "shank")
        found = heel_rises(Materials(sensors=(foot, shank)))
        angles = [
            laboratory_angles(path)[f"{side.value.title()}AnkleAngle X"]
            for path in sorted(folder.glob("*.csv"))
        ]
        n_true += len(angles)
        n_off += abs(len(found.trials) - len(angles))
        ranges = [trial.values["range_deg"] for trial in found.trials]
        off_deg.append(float(np.median(ranges)) - float(np.median([np.ptp(each) for each in angles])))
    return [
        Figure(
            key="heel_rise_real_count_off", source=REAL, what="rises missed or too many, foot sensor", unit="count",
            value=float(n_off), n=n_true, better="down", mark=0.0, peer="none",
        ),
        Figure(
            key="heel_rise_real_range_bias_deg", source=REAL, what="ankle range, median, off by", unit="deg",
            value=mean(off_deg), n=2, better="zero", peer="none",
        ),
    ]  # fmt: skip


_KINDS: tuple[dict[str, object], ...] = (
    {},
    {"heights_cm": tuple(np.linspace(11.0, 5.0, 25).tolist())},
    {"heights_cm": (10.0, 10.2, 9.8), "period_s": 4.0},
    {"period_s": 1.4},
    {"rate_hz": 50.0, "period_s": 2.5},
    {"rate_hz": 25.0},
)


def made_up() -> list[Figure]:
    """Return how exact counts and heights are on rises of known height, per source."""
    count_off: dict[str, int] = {}
    off_cm: dict[str, list[float]] = {}
    for number, kind in enumerate(_KINDS):
        for seed in range(4):
            for spot in ("instep", "heel"):
                made = fictional_heel_rises(100 * number + seed, foot_spot=spot, **kind)  # type: ignore[arg-type]
                for name, samples, truth in _sources(made, spot):
                    found = heel_rises(Materials(sensors=(as_recording(samples),)), foot_length_m=0.264)
                    heights = [trial.values["height_cm"] for trial in found.trials]
                    count_off[name] = count_off.get(name, 0) + abs(len(heights) - len(truth))
                    if len(heights) == len(truth):
                        off_cm.setdefault(name, []).extend(float(v) for v in np.subtract(heights, truth))
    return [
        figure
        for name, off in off_cm.items()
        for figure in (
            Figure(
                key=f"heel_rise_{name}_count_off", source=MADE_UP, what=f"rises missed or too many, {name}",
                value=float(count_off[name]), unit="count", n=len(off), better="down", mark=0.0, peer="none",
            ),
            Figure(
                key=f"heel_rise_{name}_height_rmse_cm", source=MADE_UP, what=f"height of each rise, RMSE, {name}",
                value=rms(off), unit="cm", n=len(off), better="down", mark=0.8, peer="none",
            ),
            Figure(
                key=f"heel_rise_{name}_height_worst_cm", source=MADE_UP, what=f"height of each rise, worst, {name}",
                value=max(abs(each) for each in off), unit="cm", n=len(off), better="down", peer="none",
            ),
        )
    ]  # fmt: skip


def _sources(made: FictionalAnkle, spot: str) -> list[tuple[str, SensorSamples, tuple[float, ...]]]:
    """Return the sources of one made-up set: name, samples, true heights."""
    if spot == "heel":
        return [("heel sensor", made.foot, made.values["sensor_lift_cm"])]
    return [
        ("instep sensor, foot length known", made.foot, made.values["height_cm"]),
        ("phone on the shin (lift of the shin)", made.shank, made.values["shin_lift_cm"]),
    ]


def as_recording(samples: SensorSamples) -> Recording:
    """Return made-up samples as a recording."""
    info = RecordingInfo(
        file="made up", sha256="", format="csv", side=Side(samples.side), placement=samples.placement,
        rate_hz=samples.rate_hz, n_samples=len(samples.time_s), duration_s=float(samples.time_s[-1]),
    )  # fmt: skip
    return Recording(info=info, time_s=samples.time_s, acc_m_s2=samples.acc_m_s2, gyr_rad_s=samples.gyr_rad_s)
