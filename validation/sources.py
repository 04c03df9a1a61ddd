"""The reference recordings: where they lie and what they say. None of them is part of this project."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.signal import butter, filtfilt

Floats = NDArray[np.float64]


def data_folder() -> Path:
    """Return the folder of the reference recordings (`MORTISE_DATA`, else `../shared/data`)."""
    return Path(os.environ.get("MORTISE_DATA") or Path(__file__).parents[1] / ".." / "shared" / "data")


class LabelledWalk(Struct, frozen=True):
    """A walk with hand-checked events: per side, rows of foot off and foot strike in seconds."""

    name: str
    files: dict[str, Path]
    events_s: dict[str, Floats]


def labelled_walks() -> list[LabelledWalk]:
    """Return the IPOL walks, one per person."""
    found = []
    for path in sorted((data_folder() / "foot-imu-ipol").glob("*.json")):
        said = json.loads(path.read_text().replace("NaN", "null"))
        files = {side: path.with_name(f"{path.stem}_{side[0]}f.txt") for side in ("left", "right")}
        events = {}
        for side, key in (("left", "LeftFootEvents"), ("right", "RightFootEvents")):
            # labels count packets; each file's first packet is its own zero
            with files[side].open() as lines:
                first = float([next(lines) for _ in range(3)][2].split()[0])
            events[side] = (np.array(said[key], dtype=float) - first) / 100.0
        found.append(LabelledWalk(path.stem, files, events))
    return found


class MarkerFoot(Struct, frozen=True, eq=False):
    """Heel and toe markers of one foot at 1000 Hz, metres, low-passed at 20 Hz; `pitch_deg` toe up.

    Between the frames of the cameras runs a cubic spline: straight lines would make the speed a staircase and put
    events off by up to half a frame, five milliseconds.
    """

    heel_m: Floats
    toe_m: Floats
    heel_m_s: Floats
    toe_m_s: Floats
    pitch_deg: Floats


RATE_HZ = 1000.0
_MOCAP_HZ = 100.0


def marker_feet() -> dict[str, MarkerFoot]:
    """Return the markers of the gaitmap example walk, per side."""
    path = data_folder() / "gaitmap-example" / "mocap_sample.csv"
    lines = path.read_text().splitlines()
    names = [f"{a}_{b}" for a, b in zip(lines[0].split(","), lines[1].split(","), strict=True)]
    table = (
        np.array([[float(cell) if cell else np.nan for cell in line.split(",")] for line in lines[2:]])
        / 1000.0
    )
    b, a = butter(2, 20.0 / (_MOCAP_HZ / 2))

    def marker(name: str) -> tuple[Floats, Floats]:
        way = np.stack([table[:, names.index(f"{name}_{axis}")] for axis in "xyz"], axis=1)
        old = np.arange(len(way)) / _MOCAP_HZ
        path = CubicSpline(old, filtfilt(b, a, way, axis=0))
        new = np.arange(int(old[-1] * RATE_HZ)) / RATE_HZ
        return path(new), path(new, 1)

    feet = {}
    for side in ("left", "right"):
        (heel, heel_m_s), (toe, toe_m_s) = marker(f"{side[0].upper()}_FCC"), marker(f"{side[0].upper()}_TOE")
        along = toe - heel
        feet[side] = MarkerFoot(
            heel,
            toe,
            heel_m_s,
            toe_m_s,
            np.degrees(np.arctan2(along[:, 2], np.hypot(along[:, 0], along[:, 1]))),
        )
    return feet


def labelled_strides() -> dict[str, Floats]:
    """Return the labelled strides of the gaitmap example, per side: start and end in seconds."""
    path = data_folder() / "gaitmap-example" / "stride_borders_sample.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    return {
        side: np.array([[float(r[2]), float(r[3])] for r in rows if r[1] == side]) / 204.8
        for side in ("left", "right")
    }
