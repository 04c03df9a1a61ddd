"""Recordings with one fault planted, written as files again: real ones where there are any, made-up ones elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from msgspec import Struct

from mortise import measure
from mortise.measure.materials import Materials
from mortise.measure.recording import Floats
from mortise.simulate.ankle import fictional_heel_rises, fictional_position, fictional_range
from mortise.simulate.recordings import SensorSamples, fictional_lunge
from mortise.simulate.running import fictional_run
from mortise.simulate.standing import fictional_stand

DATA = Path(os.environ.get("MORTISE_DATA", "../shared/data"))
G = 9.80665


class Worn(Struct, frozen=True, kw_only=True, eq=False):
    """One sensor of a base recording: its name, which tells side and placement, its rate and its samples."""

    name: str
    rate_hz: float
    acc: Floats
    gyr: Floats
    placement: str

    def file(self, rate_hz: float | None = None) -> tuple[str, bytes]:
        """Return the sensor as a table without stamps; its rate stands in the header line."""
        head = "acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"
        rows = np.concatenate([self.acc, self.gyr], axis=1)
        lines = [f"// Update Rate: {rate_hz or self.rate_hz}Hz", head]
        lines += [",".join("" if np.isnan(v) else f"{v:.6f}" for v in row) for row in rows]
        return f"{self.name}.csv", ("\n".join(lines) + "\n").encode()


def _of(recording: measure.Recording) -> Worn:
    side = "" if recording.side.value == "none" else f"{recording.side.value}_"
    return Worn(
        name=f"{side}{recording.placement}",
        rate_hz=recording.rate_hz,
        acc=recording.acc_m_s2,
        gyr=recording.gyr_rad_s,
        placement=recording.placement,
    )


def _made(samples: SensorSamples) -> Worn:
    side = "" if str(samples.side) in ("", "none", "None") else f"{samples.side}_"
    return Worn(
        name=f"{side}{samples.placement}",
        rate_hz=samples.rate_hz,
        acc=samples.acc_m_s2,
        gyr=samples.gyr_rad_s,
        placement=samples.placement,
    )


def _real(files: dict[str, object], only: tuple[str, ...] = ()) -> tuple[Worn, ...]:
    paths = [files[key] for key in ("left", "right") if key in files] + list(files.get("files", []))  # type: ignore[call-overload]
    if not all(Path(str(path)).exists() for path in paths):
        return ()
    found = measure.open_files(**files).sensors  # type: ignore[arg-type]
    return tuple(_of(each) for each in found if not only or each.placement in only)


_IPOL = DATA / "foot-imu-ipol"
_BODY = DATA / "imu-exercise/parsed_h5_csv/SUB22"

BASES: dict[str, Callable[[], tuple[Worn, ...]]] = {
    "gait": lambda: _real(
        {"left": _IPOL / "2-2_lf.txt", "right": _IPOL / "2-2_rf.txt", "rate_hz": 100.0, "placement": "instep"}
    ),
    "run": lambda: tuple(_made(each) for each in (fictional_run(1).left, fictional_run(1).right)),
    "lunge": lambda: (_made(fictional_lunge(3, side="left").samples),),
    "range": lambda: tuple(_made(each) for each in (fictional_range(3).foot, fictional_range(3).shank)),
    "position": lambda: tuple(
        _made(each) for each in (fictional_position(3).foot, fictional_position(3).shank)
    ),
    "heel-rise": lambda: tuple(
        _made(each) for each in (fictional_heel_rises(3).foot, fictional_heel_rises(3).shank)
    ),
    "jump": lambda: _real({"files": [_BODY / "CMJDL/CMJDL_01_rep1.csv"]}, ("foot", "lower_back")),
    "landing": lambda: _real({"files": [_BODY / "CMJDL/CMJDL_01_rep1.csv"]}, ("foot", "shank", "lower_back")),
    "balance": lambda: (_made(fictional_stand(3, rate_hz=100.0, held_s=20.0).samples),),
}


@cache
def base(test: str) -> tuple[Worn, ...]:
    """Return the sensors of a sound recording of a test; empty where the real one is not there."""
    return BASES[test]()


def _turned(one: Worn) -> Worn:
    half = len(one.acc) // 2
    matrix = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) @ np.diag([1.0, -1.0, -1.0])
    return Worn(
        name=one.name,
        rate_hz=one.rate_hz,
        acc=np.concatenate([one.acc[:half], one.acc[half:] @ matrix.T]),
        gyr=np.concatenate([one.gyr[:half], one.gyr[half:] @ matrix.T]),
        placement=one.placement,
    )


def _with(one: Worn, acc: Floats, gyr: Floats, rate_hz: float | None = None) -> Worn:
    return Worn(name=one.name, rate_hz=rate_hz or one.rate_hz, acc=acc, gyr=gyr, placement=one.placement)


def _holes(one: Worn) -> Worn:
    acc = one.acc.copy()
    n = len(acc)
    for share in (0.3, 0.55, 0.8):
        acc[int(share * n) : int(share * n) + max(2, round(0.2 * one.rate_hz))] = np.nan
    return _with(one, acc, one.gyr)


def _every(one: Worn, step: int) -> Worn:
    return _with(one, one.acc[::step], one.gyr[::step], one.rate_hz / step)


def _mirror(one: Worn) -> Worn:
    sign = np.array([1.0, -1.0, 1.0])
    return _with(one, one.acc * sign, one.gyr * sign)


# fault: how one sensor is spoilt
FAULTS: dict[str, Callable[[Worn], Worn]] = {
    "acceleration in g": lambda one: _with(one, one.acc / G, one.gyr),
    "turning in degrees": lambda one: _with(one, one.acc, np.degrees(one.gyr)),
    "mirrored axes": _mirror,
    "turned midway": _turned,
    "25 Hz": lambda one: _every(one, max(1, round(one.rate_hz / 25.0))),
    "NaN": _holes,
    "clipped at 2 g and 250 degrees": lambda one: _with(
        one, np.clip(one.acc, -2.0 * G, 2.0 * G), np.clip(one.gyr, -np.radians(250.0), np.radians(250.0))
    ),
    "axes changed over": lambda one: _with(one, one.acc, one.gyr[:, [1, 2, 0]]),
}


def spoilt(test: str, fault: str) -> Materials:
    """Read the base recording of a test with one fault in every sensor, or in the first one for what befalls one."""
    worn = base(test)
    if fault == "left and right changed over":
        swap = {"left": "right", "right": "left"}
        files = [
            (name.replace(name.split("_")[0], swap.get(name.split("_")[0], name.split("_")[0]), 1), body)
            for name, body in (one.file() for one in worn)
        ]
    elif fault == "one rate wrong":
        files = [one.file(one.rate_hz * (1.25 if index == 0 else 1.0)) for index, one in enumerate(worn)]
    elif fault == "turned midway":
        files = [(FAULTS[fault](one) if index == 0 else one).file() for index, one in enumerate(worn)]
    else:
        files = [(FAULTS[fault](one) if fault else one).file() for one in worn]
    return measure.open_files(files)
