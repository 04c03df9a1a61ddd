"""Balance, unloaded range, position matching: one plate with the figures its own code prints, and made-up movements."""

from __future__ import annotations

import numpy as np

from mortise import measure
from mortise.measure._balance import balance
from mortise.measure._position import position_of
from mortise.measure._range import range_of
from mortise.measure._sway import sway_of
from mortise.measure.materials import Materials
from mortise.simulate.ankle import fictional_position, fictional_range
from mortise.simulate.standing import fictional_stand
from validation.figure import Figure, mean, rms
from validation.heel_rise import as_recording
from validation.sources import Floats, data_folder

PLATE = "sway-cop, 1 person, force plate, against the figures its own code prints"
STANDS = "made-up stands, known truth"
MOVED = "made-up ankles, known truth"
# What the repository's notebook prints for frames 4000 to 7000 (Quijoux et al. 2021): cm, cm/s, cm, Hz, cm².
_PRINTED = {"path_cm": 20.805, "speed_mm_s": 6.954, "frequency_hz": 0.2605, "area_cm2": 2.0836}
_SAID = {
    "path_cm": "path",
    "speed_mm_s": "mean velocity",
    "frequency_hz": "mean frequency",
    "area_cm2": "95 % ellipse",
}


def plate() -> list[Figure]:
    """Return how far the sway of the reference stretch is from the printed figures, per cent."""
    lab = measure.open_files([data_folder() / "sway-cop" / "test.csv"]).labs[0]
    found = sway_of(_stretch(lab.plates[0].centre_of_pressure_m[4000:7000, :2]), 100.0)._asdict()
    return [
        Figure(
            key=f"sway_{name}_off_pct", source=PLATE, what=f"{_SAID[name]}, off by", unit="pct",
            value=100.0 * (found[name] / printed - 1.0), n=1, better="zero", mark=5.0, peer="its own code",
        )
        for name, printed in _PRINTED.items()
    ]  # fmt: skip


def _stretch(points_m: Floats) -> Floats:
    seen = np.flatnonzero(np.isfinite(points_m).all(axis=1))
    frames = np.arange(len(points_m))
    return 100.0 * np.stack([np.interp(frames, seen, points_m[seen, axis]) for axis in range(2)], axis=1)


def stands() -> list[Figure]:
    """Return how well a sensor at the belt sees the sway of a stiff pendulum, and when it is lost."""
    speed_pct, area_pct, held_s = [], [], []
    for seed in range(8):
        made = fictional_stand(seed, rms_cm=0.3 + 0.15 * seed, is_lost=seed % 2 == 1, held_s=20.0 + seed)
        true = sway_of(made.points_cm, made.rate_hz)
        trial = balance(Materials(sensors=(as_recording(made.samples),))).trials[0]
        speed_pct.append(100.0 * (trial.values["speed_mm_s"] / true.speed_mm_s - 1.0))
        area_pct.append(100.0 * (trial.values["area_cm2"] / true.area_cm2 - 1.0))
        held_s.append(trial.values["hold_s"] - made.held_s)
    return [
        Figure(key="sway_sensor_speed_pct", source=STANDS, what="speed of sway at the belt, mean error", unit="pct",
               value=mean(speed_pct), n=len(speed_pct), better="zero", peer="r 0.56 to 0.97 with a plate (phones)"),
        Figure(key="sway_sensor_area_pct", source=STANDS, what="area of sway at the belt, mean error", unit="pct",
               value=mean(area_pct), n=len(area_pct), better="zero"),
        Figure(key="balance_hold_rmse_s", source=STANDS, what="time held, RMSE", unit="s", value=rms(held_s),
               n=len(held_s), better="down"),
    ]  # fmt: skip


def moved() -> list[Figure]:
    """Return errors of unloaded range and position matching."""
    range_deg: dict[str, list[float]] = {"foot and shin": [], "foot alone": []}
    error_deg: dict[str, list[float]] = {"foot and shin": [], "foot alone": []}
    for seed in range(8):
        rng = np.random.default_rng(seed)
        ups, downs = (
            rng.uniform(*limits) + rng.normal(0.0, 1.5, 3) for limits in ((10.0, 20.0), (30.0, 55.0))
        )
        swung = fictional_range(seed, dorsiflexion_deg=ups.tolist(), plantarflexion_deg=downs.tolist())
        off = rng.normal(0.0, 3.0, 5)
        matched = fictional_position(
            seed, target_deg=float(rng.uniform(-30.0, -10.0)), errors_deg=off.tolist()
        )
        for name in range_deg:
            for made, into in ((swung, range_deg[name]), (matched, error_deg[name])):
                sensors = (made.foot, made.shank) if name == "foot and shin" else (made.foot,)
                materials = Materials(sensors=tuple(as_recording(each) for each in sensors))
                if made is swung:
                    found = [t.values["angle_deg"] for t in range_of(materials).trials]
                    true = [value for pair in zip(ups, -downs, strict=True) for value in pair]
                else:
                    found = [t.values["error_deg"] for t in position_of(materials).trials]
                    true = off.tolist()
                into += [a - b for a, b in zip(found, true, strict=True)]
    return [
        Figure(key=f"{key}_{name.replace(' ', '_')}_rmse_deg", source=MOVED, what=f"{said}, RMSE, {name}", unit="deg",
               value=rms(values[name]), n=len(values[name]), better="down", peer="none")
        for key, said, values in (("range", "end of an unloaded movement", range_deg),
                                  ("position", "error of a matched position", error_deg))
        for name in values
    ]  # fmt: skip
