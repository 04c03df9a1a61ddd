"""Steps, cadence, lengths and speed from a sensor on the lower back, against optical motion capture (mobgap)."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct

from mortise import measure
from mortise.errors import SignalError
from mortise.terms import Side
from validation.figure import Figure, Sheet, matched, mean, rms, spread
from validation.sources import data_folder

SHEET = Sheet("belt", "mobgap example, 1 healthy person and 1 with MS, lower back, optical motion capture")
PEER = Sheet("belt", "scikit-digital-health example, 1 walk of 86 s, accelerometer only, no reference")
_MATCH_S = 0.25
_G_M_S2 = 9.80665


class ReferenceWalk(Struct, frozen=True, eq=False):
    """One trial: the sensor, and the walking bouts that motion capture saw."""

    name: str
    person: str
    is_straight: bool
    recording: measure.Recording
    bouts: list[dict[str, Any]]
    other_bouts: list[dict[str, Any]]


def walks() -> list[ReferenceWalk]:
    """Return the trials of both people."""
    from scipy.io import loadmat

    found = []
    for person in ("HA", "MS"):
        path = data_folder() / "mobgap-example" / "lab" / person / "001" / "data.mat"
        tests = loadmat(path, simplify_cells=True)["data"]["TimeMeasure1"]
        for test, trials in tests.items():
            for trial, said in trials.items():
                sensor, reference = said["SU"]["LowerBack"], said["Standards"]
                found.append(
                    ReferenceWalk(
                        name=f"{person} {test} {trial}",
                        person=person,
                        is_straight=test == "Test5",
                        recording=_recording(sensor, f"{person}-{test}-{trial}"),
                        bouts=_several(reference["Stereophoto"]["MicroWB"]),
                        other_bouts=_several(reference.get("INDIP", {}).get("MicroWB", [])),
                    )
                )
    return found


def _several(one_or_many: Any) -> list[dict[str, Any]]:
    return [one_or_many] if isinstance(one_or_many, dict) else list(one_or_many)


def _recording(sensor: dict[str, Any], name: str) -> measure.Recording:
    acc = np.asarray(sensor["Acc"], dtype=float) * _G_M_S2
    gyr = np.radians(np.asarray(sensor["Gyr"], dtype=float))
    rate = float(sensor["Fs"]["Acc"])
    info = measure.RecordingInfo(
        file=name,
        sha256="",
        format="mat",
        placement="lower_back",
        rate_hz=rate,
        n_samples=len(acc),
        duration_s=(len(acc) - 1) / rate,
    )
    return measure.Recording(info=info, time_s=np.arange(len(acc)) / rate, acc_m_s2=acc, gyr_rad_s=gyr)


def _contacts(bout: dict[str, Any]) -> list[tuple[float, str]]:
    times = np.atleast_1d(np.asarray(bout["InitialContact_Event"], dtype=float))
    sides = [str(each) for each in np.atleast_1d(bout["InitialContact_LeftRight"])]
    return [(float(t), side) for t, side in zip(times, sides, strict=False) if np.isfinite(t)]


class _Errors:
    def __init__(self) -> None:
        self.timing_ms: dict[str, list[float]] = {}
        self.n_true = self.n_found = self.n_inside = self.n_ours = 0
        self.n_side = self.n_side_right = 0
        self.cadence: list[float] = []
        self.length_m: list[float] = []
        self.speed_m_s: list[float] = []


def _gather(errors: _Errors, walk: ReferenceWalk) -> None:
    try:
        result = measure.gait([walk.recording])
    except SignalError:
        errors.n_true += sum(len(_contacts(bout)) for bout in walk.bouts)
        return
    found = [(each.time_s, each.side) for each in result.events if each.name == "foot_strike"]
    times = [t for t, _ in found]
    true = [contact for bout in walk.bouts for contact in _contacts(bout)]
    pairs = matched([t for t, _ in true], times, _MATCH_S)
    errors.n_true += len(true)
    errors.n_found += len(pairs)
    errors.n_ours += len(times)
    windows = [(b["Start"] - 1.0, b["End"] + 1.0) for b in (*walk.bouts, *walk.other_bouts)]
    errors.n_inside += sum(any(a < t < b for a, b in windows) for t in times)
    errors.timing_ms.setdefault(walk.person, []).extend(1000.0 * (times[j] - true[i][0]) for i, j in pairs)
    for i, j in pairs:
        if found[j][1] is not Side.NONE:
            errors.n_side += 1
            errors.n_side_right += found[j][1].value[0] == true[i][1].lower()[0]
    for bout in walk.bouts:
        inside = [
            s
            for s in result.strides
            if bout["Start"] - 0.2 < s.foot_strike_s
            and s.next_foot_strike_s < bout["End"] + 0.2
            and not s.quality
        ]
        if len(inside) >= 3:
            errors.cadence.append(mean([120.0 / s.stride_time_s for s in inside]) - bout["Cadence"])
            errors.length_m.append(mean([s.stride_length_m for s in inside]) - bout["AverageStrideLength"])
            errors.speed_m_s.append(mean([s.speed_m_s for s in inside]) - bout["WalkingSpeed"])


def score() -> list[Figure]:
    """Return the figures for straight walks and for simulated daily activity, and how the two references differ."""
    straight, daily, figure = _Errors(), _Errors(), SHEET.figure
    for walk in walks():
        _gather(straight if walk.is_straight else daily, walk)
    figures = [
        *_found("straight", "straight walk", straight, 1.0, "25/25 (healthy only)"),
        *_timing(straight),
        *_found("daily", "daily-life bouts", daily, 0.9, "44/69 (healthy only)"),
    ]
    for key, name, errors, peers in (
        ("straight", "straight walk", straight, ("2.9", "0.065", "0.089")),
        ("daily", "daily-life bouts", daily, ("6.9 to 8.6", "0.23 to 0.25", "0.040 to 0.135")),
    ):
        figures += [
            figure(f"{key}_cadence_mae_spm", f"{name}, cadence, mean error", _mean_size(errors.cadence), "spm",
                   len(errors.cadence), "down", peer=peers[0]),
            figure(f"{key}_length_rmse_m", f"{name}, stride length, RMSE of bouts", rms(errors.length_m), "m",
                   len(errors.length_m), "down", peer=peers[1]),
            figure(f"{key}_speed_mae_m_s", f"{name}, speed, mean error", _mean_size(errors.speed_m_s), "m_s",
                   len(errors.speed_m_s), "down", peer=peers[2]),
        ]  # fmt: skip
    return [*figures, *_references()]


def _mean_size(errors: list[float]) -> float:
    return mean([abs(each) for each in errors])


def _references() -> list[Figure]:
    """Return by how much the set's two references of foot contact differ: sensors on the feet less motion capture."""
    figures = []
    for person, said in (("HA", "healthy"), ("MS", "with MS")):
        apart_ms: list[float] = []
        for walk in walks():
            if walk.is_straight and walk.person == person:
                optical, worn = (
                    sorted(at for bout in bouts for at, _ in _contacts(bout))
                    for bouts in (walk.bouts, walk.other_bouts)
                )
                apart_ms += [1000.0 * (worn[j] - optical[i]) for i, j in matched(optical, worn, _MATCH_S)]
        n = len(apart_ms)
        what = f"straight walk, strike, the set's other reference less motion capture, {said}"
        figures += [
            SHEET.figure(f"references_bias_{person}_ms", f"{what}, bias", mean(apart_ms), "ms", n, "zero"),
            SHEET.figure(f"references_sd_{person}_ms", f"{what}, SD", spread(apart_ms), "ms", n, "down"),
        ]
    return figures


def _found(key: str, name: str, errors: _Errors, mark: float, peer: str) -> list[Figure]:
    return [
        SHEET.figure(
            f"{key}_recall", f"{name}, steps found", errors.n_found / errors.n_true, "ratio", errors.n_true, "up", mark,
            peer,
        ),
        SHEET.figure(
            f"{key}_inside", f"{name}, found steps within a second of a reference bout",
            errors.n_inside / errors.n_ours, "ratio", errors.n_ours, "up",
        ),
        SHEET.figure(
            f"{key}_side", f"{name}, left and right told rightly", errors.n_side_right / max(errors.n_side, 1), "ratio",
            errors.n_side, "up",
        ),
    ]  # fmt: skip


def _timing(errors: _Errors) -> list[Figure]:
    figures = []
    for person, said in (("HA", "healthy"), ("MS", "with MS")):
        values = errors.timing_ms[person]
        figures += [
            SHEET.figure(
                f"strike_bias_{person}_ms", f"straight walk, strike, bias, {said}", mean(values), "ms", len(values),
                "zero", peer="-83" if person == "HA" else "-1",
            ),
            SHEET.figure(
                f"strike_sd_{person}_ms", f"straight walk, strike, SD after bias, {said}", spread(values), "ms",
                len(values), "down", 20.0, "21" if person == "HA" else "106",
            ),
        ]  # fmt: skip
    every = [value for values in errors.timing_ms.values() for value in values]
    figures.append(
        SHEET.figure("strike_sd_ms", "straight walk, strike, SD over both people", spread(every), "ms", len(every),
                     "down", 20.0)
    )  # fmt: skip
    return figures


# What scikit-digital-health 0.17.18 finds on its own example walk of 86 s.
_PEER_CADENCE_SPM = 106.5


def peer_walk() -> list[Figure]:
    """Compare cadence with what another package finds on its own walk; nobody counted the steps there."""
    table = np.load(data_folder() / "skdh-example" / "gait_input.npz")
    time_s = table["time"] - table["time"][0]
    acc = table["accel"] * _G_M_S2
    info = measure.RecordingInfo(
        file="gait_input.npz",
        sha256="",
        format="npz",
        placement="lower_back",
        rate_hz=(len(time_s) - 1) / float(time_s[-1]),
        n_samples=len(time_s),
        duration_s=float(time_s[-1]),
    )
    recording = measure.Recording(info=info, time_s=time_s, acc_m_s2=acc, gyr_rad_s=np.zeros_like(acc))
    result = measure.gait([recording])
    cadence = next(r.value for r in result.readings if r.measure == "cadence_spm")
    off = cadence - _PEER_CADENCE_SPM
    n = len(result.strides)
    return [PEER.figure("peer_cadence_spm", "cadence less what that package finds", off, "spm", n, "zero")]
