"""What a person says of a test: the side tested, the foot's length, the first pinch; by argument or sidecar."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.cli import main
from mortise.errors import InputError, SignalError
from mortise.measure.laboratory import LabRecording
from mortise.measure.materials import Materials
from mortise.simulate.ankle import fictional_heel_rises
from mortise.simulate.recordings import csv_of
from mortise.simulate.standing import fictional_stand
from mortise.terms import Side
from tests.unit.measure.made_up import lunges, walk
from tests.unit.measure.made_up_leaps import leap, plates_only

DATA = [(f"{side}_shank.csv", csv_of(lunges(seed).samples)) for side, seed in (("left", 3), ("right", 5))]


def two_shins(side: Side | None = None) -> Materials:
    """Read sensors on both shins, each with its own lunges."""
    return measure.open_files(DATA, side=side)


def test_two_shins_are_refused_with_the_way_to_choose() -> None:
    with pytest.raises(SignalError, match=r"2 shins were recorded \(left, right\)") as caught:
        measure.TESTS["lunge"](two_shins())
    assert "--side left" in caught.value.mend


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_side_that_was_tested_is_measured(side: Side) -> None:
    result = measure.TESTS["lunge"](two_shins(side))
    assert {reading.side for reading in result.readings} == {side}
    (alone,) = [file for file in DATA if file[0].startswith(side.value)]
    assert result.readings == measure.TESTS["lunge"](measure.open_files([alone])).readings


def test_side_in_the_sidecar_of_a_file_with_both_chooses(tmp_path: Path) -> None:
    samples = [lunges(seed).samples for seed in (3, 5)]
    n = min(len(each.time_s) for each in samples)
    values = np.concatenate([np.hstack([s.acc_m_s2[:n], s.gyr_rad_s[:n]]) for s in samples], axis=1)
    heads = [f"{side}_shank" for side in ("left", "right") for _ in range(6)]
    channels = [f"{what}_{axis}" for _ in range(2) for what in ("acc", "gyr") for axis in "xyz"]
    path = tmp_path / "lunge.csv"
    rows = [",".join(heads), ",".join(channels), *(",".join(f"{v:.6f}" for v in row) for row in values)]
    path.write_text("\n".join(rows) + "\n")
    beside = tmp_path / "lunge.csv.toml"
    beside.write_text(f"rate_hz = {samples[0].rate_hz}\nplacement = 'shank'\n")
    with pytest.raises(SignalError, match="2 shins"):
        measure.TESTS["lunge"](measure.open_files([path]))
    beside.write_text(beside.read_text() + "side = 'right'\nfoot_length_cm = 24.0\n")
    materials = measure.open_files([path])
    assert (materials.side, materials.foot_length_m) == (Side.RIGHT, pytest.approx(0.24))
    assert {r.side for r in measure.TESTS["lunge"](materials).readings} == {Side.RIGHT}


def test_phone_of_no_side_is_of_the_side_that_was_tested() -> None:
    body = csv_of(lunges().samples)
    materials = measure.open_files([("phone.csv", body)], placement="shank", side=Side.RIGHT)
    assert (materials.sensors[0].side, materials.sensors[0].info.sources.side) == (Side.RIGHT, "given")
    assert "side_unknown" not in measure.TESTS["lunge"](materials).readings[0].quality


def test_other_side_alone_is_refused() -> None:
    with pytest.raises(SignalError, match="no sensor of the right side") as caught:
        measure.open_files([DATA[0]], side=Side.RIGHT)
    assert "--side left" in caught.value.mend


def test_hop_on_one_plate_and_stand_at_the_belt_are_of_the_side_that_was_said() -> None:
    plate = plates_only(leap(2, "countermovement"))
    hop = measure.TESTS["hop"](replace(plate, side=Side.LEFT))
    assert {reading.side for reading in hop.readings} == {Side.LEFT}
    body = csv_of(fictional_stand(3, rate_hz=100.0, held_s=14.0).samples)
    materials = measure.open_files([("stand.csv", body)], placement="belt", side=Side.LEFT)
    stand = measure.TESTS["balance"](materials)
    assert {reading.side for reading in stand.readings} == {Side.LEFT}
    assert "single_leg_stand_s" in {reading.measure for reading in stand.readings}


def test_length_of_the_foot_reaches_the_height_of_heel_rises_and_clearance() -> None:
    foot = ("left_instep.csv", csv_of(fictional_heel_rises(3).foot))
    usual, given = (
        measure.TESTS["heel-rise"](measure.open_files([foot], foot_length_m=length)).readings
        for length in (None, 0.30)
    )
    assert "foot_length_assumed" in usual[0].quality
    assert "foot_length_assumed" not in given[0].quality
    height = [next(r.value for r in each if r.measure == "heel_rise_height_cm") for each in (usual, given)]
    assert height[1] / height[0] == pytest.approx(0.30 / 0.255, rel=0.01)
    feet = [(f"{side}_instep.csv", csv_of(getattr(walk(), side))) for side in ("left", "right")]
    walked = measure.TESTS["gait"](measure.open_files(feet, foot_length_m=0.27))
    heel = next(r for r in walked.readings if r.measure == "heel_clearance_cm")
    assert "foot_length_estimated" not in heel.quality


@pytest.mark.parametrize("length_m", [0.05, 0.5, 26.0])
def test_length_that_no_foot_has_is_refused(length_m: float) -> None:
    with pytest.raises(InputError, match="outside 10 to 40"):
        measure.open_files(DATA, foot_length_m=length_m)


def test_side_and_length_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, body in DATA:
        (tmp_path / name).write_bytes(body)
    files = [str(tmp_path / name) for name, _ in DATA]
    assert main(["measure", "lunge", *files]) == 11
    assert "--side left" in capsys.readouterr().err
    assert main(["measure", "lunge", *files, "--side", "left", "--foot-length", "26", "--json"]) == 0
    assert '"side":"left"' in capsys.readouterr().out.replace(" ", "")


def test_side_chooses_the_leg_of_markers() -> None:
    from tests.unit.measure.made_up_leaps import in_lab

    lab: LabRecording = in_lab(leap(2, "drop")).labs[0]
    both = measure.TESTS["landing"](Materials(labs=(lab,)))
    left = measure.TESTS["landing"](Materials(labs=(lab,), side=Side.LEFT))
    assert {t.side for t in both.trials} >= {Side.LEFT, Side.RIGHT}
    assert Side.RIGHT not in {t.side for t in left.trials}
