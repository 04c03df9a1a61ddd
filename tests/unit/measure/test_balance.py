"""Standing: sway is the true one, losing it is seen, eyes and legs are kept apart and never guessed."""

from __future__ import annotations

import os
from pathlib import Path

import jsonschema
import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.catalog import load
from mortise.errors import SignalError
from mortise.measure._balance import balance
from mortise.measure._sway import low_passed, sway_of
from mortise.measure.materials import Materials
from mortise.simulate.standing import fictional_stand
from mortise.terms import Side
from tests.unit.measure.made_up_ankle import mirrored, read_sensor, turned
from tests.unit.measure.made_up_body import standing


def _named(recording: measure.Recording, name: str) -> measure.Recording:
    return replace(recording, info=replace(recording.info, file=name))


def test_circle_has_the_sway_that_geometry_says() -> None:
    time_s = np.arange(3000) / 100.0
    circle = 2.0 * np.stack([np.cos(2 * np.pi * 0.4 * time_s), np.sin(2 * np.pi * 0.4 * time_s)], axis=1)
    sway = sway_of(circle, 100.0)
    assert sway.speed_mm_s == pytest.approx(10.0 * 2 * np.pi * 2.0 * 0.4, rel=0.01)
    assert sway.frequency_hz == pytest.approx(0.4, rel=0.02)
    assert sway.rms_cm == pytest.approx(2.0, rel=0.02)
    assert sway.path_cm == pytest.approx(sway.speed_mm_s / 10.0 * sway.length_s)
    # noise above five hertz does not lengthen the way; below, everything does
    noisy = circle + np.random.default_rng(1).normal(0, 0.05, circle.shape)
    assert sway_of(noisy, 100.0).path_cm == pytest.approx(sway.path_cm, rel=0.03)
    assert np.linalg.norm(np.diff(noisy, axis=0), axis=1).sum() > 1.5 * sway.path_cm
    assert low_passed(circle[:3], 100.0) is not None


def test_plate_meets_the_figures_its_own_code_prints() -> None:
    folder = Path(os.environ.get("MORTISE_DATA") or Path(__file__).parents[3] / ".." / "shared" / "data")
    if not (folder / "sway-cop").is_dir():
        pytest.skip("the recording of sway-cop is not here (MORTISE_DATA)")
    from validation.ankle_tests import plate

    for figure in plate():
        assert abs(figure.value) < 5.0, figure.what
    result = balance(measure.open_files([folder / "sway-cop" / "test.csv"]))
    assert result.trials[0].values["hold_s"] > 100.0


@pytest.mark.parametrize("rate_hz", [25.0, 60.0, 100.0])
@pytest.mark.parametrize("is_lost", [True, False])
def test_sensor_at_the_belt_sees_sway_and_loss(rate_hz: float, is_lost: bool) -> None:
    made = fictional_stand(3, rate_hz=rate_hz, is_lost=is_lost, held_s=20.0)
    result = balance(Materials(sensors=(read_sensor(made.samples),)))
    trial = result.trials[0]
    true = sway_of(made.points_cm, made.rate_hz)
    assert trial.values["hold_s"] == pytest.approx(20.0, abs=0.3)
    assert trial.values["is_lost"] == float(is_lost)
    assert ("held_to_end" in trial.quality) is not is_lost
    assert len(result.events) == int(is_lost)
    assert trial.values["speed_mm_s"] == pytest.approx(true.speed_mm_s, rel=0.15)
    assert trial.values["area_cm2"] == pytest.approx(true.area_cm2, rel=0.25)
    assert {"pendulum_assumed", "height_assumed", "eyes_not_said"} <= set(result.readings[0].quality)


def test_twice_the_sway_is_twice_the_speed_and_a_taller_person_sways_further() -> None:
    calm, wild = (read_sensor(fictional_stand(5, rms_cm=size).samples) for size in (0.5, 1.0))

    def speed(recording: measure.Recording, height_m: float | None = None) -> float:
        return balance(Materials(sensors=(recording,)), height_m).readings[0].value

    assert speed(wild) == pytest.approx(2.0 * speed(calm), rel=0.1)
    assert speed(calm, 1.9) == pytest.approx(2.0 * speed(calm, 0.95), rel=0.01)


def test_turning_or_mirroring_the_sensor_changes_no_sway() -> None:
    recording = read_sensor(fictional_stand(5).samples)
    plain = balance(Materials(sensors=(recording,)))
    for other in (turned(recording, (1.0, -2.0, 0.5, 0.3)), mirrored(recording)):
        seen = balance(Materials(sensors=(other,)))
        for a, b in zip(plain.readings, seen.readings, strict=True):
            assert b.value == pytest.approx(a.value, rel=0.02)


def test_eyes_and_legs_come_from_names_and_are_kept_apart() -> None:
    recording = read_sensor(fictional_stand(5).samples)
    files = {
        "left_single_leg_eyes_open_1.csv": ("sway_velocity_mm_s", Side.LEFT, True),
        "right_single_leg_eyes_closed.csv": ("sway_velocity_closed_mm_s", Side.RIGHT, True),
        "stand_EC.csv": ("sway_velocity_closed_mm_s", Side.NONE, False),
        "second.csv": ("sway_velocity_mm_s", Side.NONE, False),
    }
    for name, (measure_id, side, is_one_leg) in files.items():
        result = balance(Materials(sensors=(_named(recording, name),)))
        assert (result.readings[0].measure, result.readings[0].side) == (measure_id, side), name
        held = [r.measure for r in result.readings if r.measure.startswith("single_leg_stand")]
        suffix = "_closed" if "closed" in measure_id else ""
        assert held == ([f"single_leg_stand{suffix}_s"] if is_one_leg else []), name
    both = [_named(recording, name) for name in ("a_eyes_open.csv", "b_eyes_closed.csv")]
    result = balance(Materials(sensors=tuple(both)))
    assert {r.measure for r in result.readings} >= {"sway_path_cm", "sway_path_closed_cm"}
    assert all("eyes_not_said" not in r.quality for r in result.readings)


def test_best_of_three_is_the_longest_hold() -> None:
    stands = [
        _named(
            read_sensor(fictional_stand(seed, held_s=held_s, is_lost=True).samples),
            f"left_single_leg_{seed}.csv",
        )
        for seed, held_s in ((1, 6.0), (2, 14.0), (3, 9.0))
    ]
    result = balance(Materials(sensors=tuple(stands)))
    best = next(r for r in result.readings if r.measure == "single_leg_stand_s")
    assert best.value == pytest.approx(14.0, abs=0.3)
    assert best.n_trials == 3
    assert "few_trials" not in best.quality


def _plate(points_cm: np.ndarray, load_n: np.ndarray) -> measure.LabRecording:
    n = len(points_cm)
    centre = np.concatenate([points_cm / 100.0, np.zeros((n, 1))], axis=1)
    force = np.stack([0 * load_n, 0 * load_n, load_n], axis=1)
    plate = measure.ForcePlate(
        name="plate 1", type=2, rate_hz=100.0, corners_m=np.zeros((4, 3)), origin_m=np.zeros(3), force_n=force,
        moment_n_m=np.zeros((n, 3)), moment_about="plate_centre", centre_of_pressure_m=centre,
        up=np.array([0.0, 0.0, 1.0]), vertical_n=load_n,
    )  # fmt: skip
    info = measure.LabInfo(
        file="stand.c3d", sha256="0", format="c3d", point_rate_hz=100.0, analog_rate_hz=100.0, n_frames=n,
        duration_s=n / 100.0,
    )  # fmt: skip
    return measure.LabRecording(info=info, time_s=np.arange(n) / 100.0, plates=(plate,))


def test_plate_sees_sway_and_the_step_off_it() -> None:
    made = fictional_stand(4, held_s=12.0)
    n = len(made.points_cm)
    load = np.full(n, 700.0)
    load[900:] = 300.0
    result = balance(Materials(labs=(_plate(made.points_cm, load),)))
    trial = result.trials[0]
    assert trial.values["hold_s"] == pytest.approx(9.0, abs=0.2)
    assert trial.values["is_lost"] == 1.0
    assert trial.values["speed_mm_s"] == pytest.approx(
        sway_of(made.points_cm[:900], 100.0).speed_mm_s, rel=0.05
    )
    with pytest.raises(SignalError, match="nobody stands"):
        balance(Materials(labs=(_plate(made.points_cm, np.zeros(n)),)))


def test_markers_of_the_pelvis_sway() -> None:
    made = fictional_stand(4, held_s=8.0)
    n = len(made.points_cm)
    points = standing(n)
    for name in ("LASI", "RASI"):
        points[name] = points[name] + np.concatenate([made.points_cm / 100.0, np.zeros((n, 1))], axis=1)
    info = measure.LabInfo(
        file="stand.trc", sha256="0", format="trc", point_rate_hz=100.0, n_frames=n, duration_s=n / 100.0
    )
    lab = measure.LabRecording(
        info=info, time_s=np.arange(n) / 100.0,
        markers=tuple(measure.Marker(label=k, points_m=v, residual_m=np.zeros(n)) for k, v in points.items()),
    )  # fmt: skip
    trial = balance(Materials(labs=(lab,))).trials[0]
    assert trial.values["speed_mm_s"] == pytest.approx(sway_of(made.points_cm, 100.0).speed_mm_s, rel=0.1)


def test_nobody_standing_and_wrong_sensors_are_refused() -> None:
    recording = read_sensor(fictional_stand(5, held_s=8.0).samples)
    shaken = replace(
        recording,
        gyr_rad_s=recording.gyr_rad_s + np.random.default_rng(1).normal(0, 2.0, recording.gyr_rad_s.shape),
    )
    with pytest.raises(SignalError, match="nobody stood undisturbed"):
        balance(Materials(sensors=(shaken,)))
    foot = replace(recording, info=replace(recording.info, placement="instep"))
    with pytest.raises(SignalError, match="at the belt or a phone"):
        balance(Materials(sensors=(foot,)))


def test_through_the_door_as_json_with_measures_that_exist_in_their_unit() -> None:
    names = ("left_single_leg_eyes_open.csv", "left_single_leg_eyes_closed.csv")
    sensors = tuple(_named(read_sensor(fictional_stand(5, held_s=8.0).samples), name) for name in names)
    result = measure.TESTS["balance"](Materials(sensors=sensors))
    plain = msgspec.json.decode(msgspec.json.encode(measure.to_plain(result, curves=True)))
    jsonschema.validate(plain, measure.schema())
    known = load().measures
    for reading in result.readings:
        assert known[reading.measure].unit == reading.unit
