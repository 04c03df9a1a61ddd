"""Exports of phone loggers, pose programs, MATLAB, HDF5, NumPy and force plates hold the same truth as our own CSV."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io

from mortise import measure
from mortise.errors import SignalError
from mortise.measure.readers._pose_parts import BLAZE, BODY_25, COCO_18, canonical
from mortise.simulate import formats as made
from mortise.simulate.recordings import SensorSamples
from mortise.terms import Side
from tests.unit.measure.made_up import as_file, csv_lines, lunges

SAMPLES = lunges().samples


def one(body: bytes, name: str, **given: Any) -> measure.Recording:
    found = measure.open_files([(name, body)], **given)
    assert len(found.sensors) == 1
    assert not found.labs
    return found.sensors[0]


def pose(body: bytes, name: str, **given: Any) -> measure.PoseRecording:
    found = measure.open_files([(name, body)], **given)
    assert len(found.poses) == 1
    return found.poses[0]


def assert_is_the_phone(
    recording: measure.Recording, samples: SensorSamples, tolerance: float = 2e-3
) -> None:
    """The recording holds the samples; a clock that starts later costs a few samples at the ends."""
    at = recording.time_s + (samples.time_s[0] if len(recording.time_s) == len(samples.time_s) else 0.0)

    def off_by(shift_s: float) -> float:
        expected = np.interp(at + shift_s, samples.time_s, samples.acc_m_s2[:, 0])
        return float(np.abs(expected - recording.acc_m_s2[:, 0]).mean())

    shift = min((0.0, 1.0 / samples.rate_hz), key=off_by)
    for axis in range(3):
        for seen, true in ((recording.acc_m_s2, samples.acc_m_s2), (recording.gyr_rad_s, samples.gyr_rad_s)):
            expected = np.interp(at + shift, samples.time_s, true[:, axis])
            assert np.median(np.abs(seen[:, axis] - expected)) < tolerance
    assert abs(recording.rate_hz / samples.rate_hz - 1.0) < 0.01


@pytest.mark.parametrize("split_gravity", [False, True])
def test_sensor_logger_archive_is_one_sensor(split_gravity: bool) -> None:
    found = one(made.sensor_logger_zip(SAMPLES, split_gravity=split_gravity), "left_shank.zip")
    assert_is_the_phone(found, SAMPLES, 0.02)
    assert found.side is Side.LEFT
    assert found.placement == "shank"
    assert found.info.format == "phone-logger"
    assert found.info.file == "left_shank.zip"


def test_sensor_logger_folder_and_its_files_are_the_archive(tmp_path: Path) -> None:
    folder = tmp_path / "right_shank"
    folder.mkdir()
    for name, body in made.sensor_logger_files(SAMPLES).items():
        (folder / name).write_bytes(body)
    from_folder = measure.open_files(folder).sensors[0]
    assert from_folder.side is Side.RIGHT
    from_files = measure.open_files([folder / "Gyroscope.csv", folder / "TotalAcceleration.csv"]).sensors[0]
    from_zip = one(made.sensor_logger_zip(SAMPLES), "a.zip")
    assert np.array_equal(from_folder.acc_m_s2, from_files.acc_m_s2)
    assert np.array_equal(from_folder.gyr_rad_s, from_zip.gyr_rad_s)
    given = measure.open_files(left=folder).sensors[0]
    assert given.side is Side.LEFT
    assert given.info.sources.side == "given"


def test_sensor_logger_json_is_one_sensor() -> None:
    assert_is_the_phone(one(made.sensor_logger_json(SAMPLES), "phone.json"), SAMPLES)


def test_phyphox_archive_is_one_sensor() -> None:
    found = one(made.phyphox_zip(SAMPLES), "walk.zip")
    assert_is_the_phone(found, SAMPLES)
    assert (found.info.acc_unit, found.info.gyr_unit) == ("m/s2", "rad/s")


def test_part_of_a_sensor_without_its_counterpart_says_what_is_missing() -> None:
    files = made.sensor_logger_files(SAMPLES)
    (alone,) = measure.open_files([("TotalAcceleration.csv", files["TotalAcceleration.csv"])]).sensors
    assert "no_gyroscope" in alone.info.flags
    with pytest.raises(SignalError, match="acceleration with gravity is missing"):
        measure.open_files([("Gyroscope.csv", files["Gyroscope.csv"])])


def test_parts_of_different_times_are_not_joined() -> None:
    files = made.sensor_logger_files(SAMPLES)
    later = files["Gyroscope.csv"].replace(b"\n17000", b"\n17900")
    with pytest.raises(SignalError, match="different times"):
        measure.open_files(
            [("TotalAcceleration.csv", files["TotalAcceleration.csv"]), ("Gyroscope.csv", later)]
        )


def test_hole_in_one_part_is_a_gap_not_a_line() -> None:
    files = made.sensor_logger_files(SAMPLES)
    lines = files["Gyroscope.csv"].decode().splitlines()
    holed = "\n".join([*lines[:200], *lines[300:]]).encode() + b"\n"
    found = measure.open_files(
        [("TotalAcceleration.csv", files["TotalAcceleration.csv"]), ("Gyroscope.csv", holed)]
    )
    gaps = found.sensors[0].info.gaps
    assert len(gaps) == 1
    assert 95 <= gaps[0].n_missing <= 101
    assert not gaps[0].is_bridged


# ---------------------------------------------------------------- arrays


def arrays() -> dict[str, np.ndarray]:
    return {"acc": SAMPLES.acc_m_s2, "gyr": SAMPLES.gyr_rad_s}


@pytest.mark.parametrize("in_chunks", [False, True])
def test_hdf5_whole_and_in_chunks(in_chunks: bool) -> None:
    body = made.hdf5_of({"imu_acc": SAMPLES.acc_m_s2, "imu_gyr": SAMPLES.gyr_rad_s, "opt": np.ones((4, 4))},
                        rate_hz=SAMPLES.rate_hz, in_chunks=in_chunks)  # fmt: skip
    found = one(body, "a.h5")
    assert found.info.format == "hdf5"
    assert np.array_equal(found.acc_m_s2, SAMPLES.acc_m_s2)
    assert np.array_equal(found.gyr_rad_s, SAMPLES.gyr_rad_s)
    assert found.rate_hz == SAMPLES.rate_hz


@pytest.mark.parametrize("compressed", [False, True])
def test_mat_written_by_another_program(compressed: bool) -> None:
    out = io.BytesIO()
    tree = {"data": {"Test1": {"LowerBack": {"Acc": SAMPLES.acc_m_s2 / 9.80665, "Gyr": np.degrees(SAMPLES.gyr_rad_s),
                                             "Fs": {"Acc": SAMPLES.rate_hz, "Gyr": SAMPLES.rate_hz}}},
                     "note": "fictional", "cells": np.array([1, "a"], dtype=object)}}  # fmt: skip
    scipy.io.savemat(out, tree, do_compression=compressed)
    found = one(out.getvalue(), "a.mat")
    assert found.placement == "lower_back"
    assert (found.info.acc_unit, found.info.gyr_unit) == ("g", "deg/s")
    assert np.allclose(found.acc_m_s2, SAMPLES.acc_m_s2)
    assert np.allclose(found.gyr_rad_s, SAMPLES.gyr_rad_s)


def test_mat_of_two_trials_gives_the_one_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "walk.mat"
    scipy.io.savemat(
        path,
        {
            "Trial1": arrays() | {"fs": 100.0},
            "Trial2": {k: v[:200] for k, v in arrays().items()} | {"fs": 100.0},
        },
    )
    assert len(measure.open_files(path).sensors) == 2
    found = measure.open_files(f"{path}#trial2").sensors
    assert [len(each.time_s) for each in found] == [200]
    with pytest.raises(SignalError, match="Trial1, Trial2"):
        measure.open_files(f"{path}#trial9")


def test_npz_holds_arrays_and_never_objects() -> None:
    out = io.BytesIO()
    np.savez_compressed(out, accel=SAMPLES.acc_m_s2, gyro=SAMPLES.gyr_rad_s.T, time=SAMPLES.time_s)
    found = one(out.getvalue(), "a.npz")
    assert np.array_equal(found.gyr_rad_s, SAMPLES.gyr_rad_s)
    assert found.info.format == "npz"
    bad = io.BytesIO()
    np.savez(bad, accel=np.array([{"a": 1}], dtype=object), gyro=np.ones(3))
    with pytest.raises(SignalError, match="no sensor"):
        measure.open_files([("b.npz", bad.getvalue())])


@pytest.mark.parametrize("name", ["a.h5", "a.mat", "a.npz"])
def test_arrays_without_a_sensor_say_what_there_is(name: str) -> None:
    out = io.BytesIO()
    if name == "a.h5":
        out.write(made.hdf5_of({"pressure": np.ones((40, 3))}))
    elif name == "a.mat":
        scipy.io.savemat(out, {"pressure": np.ones((40, 3))})
    else:
        np.savez(out, pressure=np.ones((40, 3)))
    with pytest.raises(SignalError, match="pressure"):
        measure.open_files([(name, out.getvalue())])


def test_newest_hdf5_layout_is_refused_by_name() -> None:
    body = bytearray(made.hdf5_of(arrays()))
    body[8] = 3
    with pytest.raises(SignalError, match="version 3") as caught:
        measure.open_files([("a.h5", bytes(body))])
    assert "libver" in caught.value.mend


# ---------------------------------------------------------------- poses

POSE = made.fictional_pose(1)


@pytest.mark.parametrize("layout", [BODY_25, COCO_18], ids=["body_25", "coco"])
def test_openpose_frames_are_one_recording(layout: tuple[str, ...], tmp_path: Path) -> None:
    files = made.openpose_files(POSE, layout)
    folder = tmp_path / "json"
    folder.mkdir()
    for name, body in files.items():
        (folder / name).write_bytes(body)
    found = measure.open_files(folder, rate_hz=30.0).poses
    assert len(found) == 1
    assert found[0].info.n_frames == len(files)
    assert found[0].info.rate_hz == 30.0
    assert found[0].info.rate_from == "given"
    for label in ("left_ankle", "right_knee", "left_hip"):
        assert np.allclose(found[0].keypoints[label], POSE.points_px[label], atol=1e-3)
    assert np.allclose(found[0].confidence["left_ankle"], 0.9)
    zipped = pose(made.openpose_zip(POSE, layout), "a.zip", rate_hz=30.0)
    assert np.array_equal(zipped.keypoints["left_knee"], found[0].keypoints["left_knee"])
    listed = measure.open_files(sorted(folder.iterdir()), rate_hz=30.0).poses
    assert len(listed) == 1


def test_openpose_follows_the_larger_person() -> None:
    found = pose(made.openpose_zip(POSE, BODY_25, bystander=True), "a.zip", rate_hz=30.0)
    assert found.info.n_people == 2
    assert "several_people" in found.info.flags
    assert np.allclose(found.keypoints["left_ankle"], POSE.points_px["left_ankle"], atol=1e-3)


def test_openpose_frames_that_are_missing_are_a_gap_in_time() -> None:
    files = made.openpose_files(POSE, BODY_25)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for index, (name, body) in enumerate(files.items()):
            if not 20 <= index < 25:
                archive.writestr(name, body)
    found = pose(out.getvalue(), "a.zip", rate_hz=30.0)
    assert "gaps" in found.info.flags
    assert found.time_s[20] == pytest.approx(25 / 30.0)


def test_openpose_without_a_rate_asks_for_it() -> None:
    with pytest.raises(SignalError, match="--rate"):
        measure.open_files([("a.zip", made.openpose_zip(POSE, BODY_25))])


def test_mediapipe_in_pixels_metres_and_shares() -> None:
    sized = pose(made.mediapipe_json(POSE, BLAZE), "a.json")
    assert sized.info.unit == "px"
    assert np.allclose(sized.keypoints["left_toe"], POSE.points_px["left_toe"], atol=1e-6)
    assert np.isnan(sized.keypoints["nose"]).all(), "not seen"
    assert sized.info.rate_hz == pytest.approx(30.0, rel=1e-3)
    both = pose(made.mediapipe_json(POSE, BLAZE, world=True), "a.json")
    assert both.info.unit == "px"
    world = pose(made.mediapipe_json(POSE, BLAZE, world=True, with_size=False), "a.json")
    assert (world.info.unit, world.info.axes) == ("m", "right_down_back")
    assert world.keypoints["left_knee"].shape[1] == 3
    share = pose(made.mediapipe_json(POSE, BLAZE, with_size=False), "a.json")
    assert share.info.unit == "image"
    assert "aspect_unknown" in share.info.flags


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("LEFT_FOOT_INDEX", "left_toe"),
        ("leftFootIndex", "left_toe"),
        ("RAnkle", "right_ankle"),
        ("r_knee", "right_knee"),
        ("LBigToe", "left_big_toe"),
        ("hip_left", "left_hip"),
        ("Nose", "nose"),
    ],
)
def test_parts_have_one_name(name: str, label: str) -> None:
    assert canonical(name) == label


@pytest.mark.parametrize(
    ("shape", "label"),
    [
        ([[{"x": 0.1, "y": 0.2, "visibility": 0.9}] * 33], "left_ankle"),
        ([{"x": 0.1, "y": 0.2, "visibility": 0.9}] * 33, "left_ankle"),
        ({"landmark": [{"x": 0.1, "y": 0.2, "visibility": 0.9}] * 33}, "left_ankle"),
        ({"LEFT_ANKLE": {"x": 0.1, "y": 0.2, "visibility": 0.9}}, "left_ankle"),
        ([[0.1, 0.2, 0.0, 0.9]] * 33, "left_ankle"),
    ],
)
def test_mediapipe_is_read_however_it_was_dumped(shape: Any, label: str) -> None:
    frames = [{"timestamp": 0.04 * i, "landmarks": shape} for i in range(20)]
    found = pose(json.dumps(frames).encode(), "a.json")
    assert np.allclose(found.keypoints[label][:, :2], [0.1, 0.2])
    assert found.info.rate_hz == pytest.approx(25.0)


def test_pose_with_nobody_in_it_is_refused() -> None:
    with pytest.raises(SignalError, match="nobody"):
        measure.open_files([("a.json", json.dumps({"fps": 30, "frames": [{"landmarks": []}] * 20}).encode())])
    people = json.dumps([{"people": [{"pose_keypoints_2d": [1.0] * 12}]}] * 20).encode()
    with pytest.raises(SignalError, match="12 numbers"):
        measure.open_files([("a.json", people)], rate_hz=30)


# ---------------------------------------------------------------- forces and markers in tables


def plate_truth(n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    time_s = np.arange(n) / 200.0
    load = np.where((time_s > 0.5) & (time_s < 1.4), 700.0, 0.0)
    force = np.stack([0.05 * load, load, np.zeros(n)], axis=1)
    point = np.tile([0.3, 0.0, 1.2], (n, 1))
    return time_s, force, point


def plate(body: bytes, name: str, **given: Any) -> tuple[measure.LabRecording, measure.ForcePlate]:
    found = measure.open_files([(name, body)], **given)
    assert len(found.labs) == 1
    return found.labs[0], found.labs[0].plates[0]


def test_forces_table_is_a_plate() -> None:
    time_s, force, point = plate_truth()
    lab, found = plate(made.forces_of(time_s, force, 25.0 * point), "walk.forces")
    assert lab.info.format == "forces"
    assert found.rate_hz == pytest.approx(200.0)
    assert found.up.tolist() == [0.0, 1.0, 0.0]
    assert np.allclose(found.vertical_n, force[:, 1], atol=1e-2)
    on = force[:, 1] > 0
    assert np.allclose(found.centre_of_pressure_m[on], 25.0 * point[on], atol=1e-3)
    assert np.isnan(found.centre_of_pressure_m[~on]).all()
    contact = measure.plate_contacts(found)[0]
    assert contact.strike_s == pytest.approx(0.5, abs=0.01)
    assert contact.off_s == pytest.approx(1.4, abs=0.01)


@pytest.mark.parametrize(
    ("header", "columns"),
    [("Time[s]\tGRF[N]", 2), ("#Sample\tGRFv", 1), ("FP1\tFP2", 0), ("Fz", -1), ("", -1)],
)
def test_vertical_force_alone_is_a_plate(header: str, columns: int) -> None:
    time_s, force, _ = plate_truth()
    rows = {
        2: [f"{t:.4f}\t{f:.3f}" for t, f in zip(time_s, force[:, 1], strict=True)],
        1: [f"{i}\t{f:.3f}" for i, f in enumerate(force[:, 1])],
        0: [f"{f:.3f}\t{0.5 * f:.3f}" for f in force[:, 1]],
        -1: [f"{f:.3f}" for f in force[:, 1]],
    }[columns]
    lines = [header, *rows] if header else rows
    given = {} if columns == 2 else {"rate_hz": 200.0}
    lab, found = plate(as_file(lines), "jump_fz.txt", **given)
    assert np.allclose(found.vertical_n, force[:, 1], atol=1e-2)
    assert found.rate_hz == pytest.approx(200.0)
    assert len(lab.plates) == (2 if columns == 0 else 1)
    if columns != 2:
        with pytest.raises(SignalError, match="--rate"):
            measure.open_files([("jump_fz.txt", as_file(lines))])


def test_plate_that_is_pulled_is_turned_round_aloud() -> None:
    time_s, force, _ = plate_truth()
    rows = [f"{t:.4f},{x:.3f},{y:.3f},0" for t, (x, y, _) in zip(time_s, -force, strict=True)]
    lab, found = plate(as_file(["Time,Fx,Fy,Fz", *rows]), "a.csv")
    assert "plate_force_reversed" in lab.info.flags
    assert np.allclose(found.vertical_n, force[:, 1], atol=1e-2)


def test_markers_in_a_spreadsheet_with_one_or_two_header_lines() -> None:
    points = np.linspace(100.0, 900.0, 60)[:, None] + np.arange(6)
    rows = [f"{i / 100:.2f}," + ",".join(f"{v:.2f}" for v in row) for i, row in enumerate(points)]
    for header in (["Time,HEELx,HEELy,HEELz,R.Toe_X,R.Toe_Y,R.Toe_Z"],
                   [",HEEL,HEEL,HEEL,R.Toe,R.Toe,R.Toe", "time,x,y,z,x,y,z"]):  # fmt: skip
        lab = measure.open_files([("m.csv", as_file([*header, *rows]))]).labs[0]
        assert [each.label for each in lab.markers] == ["HEEL", "R.Toe"]
        assert lab.info.point_unit == "mm"
        assert np.allclose(lab.markers[1].points_m[:, 2], points[:, 5] / 1000.0, atol=1e-5)
        assert lab.info.point_rate_hz == pytest.approx(100.0)


# ---------------------------------------------------------------- archives


def zip_of(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), body)
    return out.getvalue()


def test_archive_passes_over_what_is_no_recording() -> None:
    body = zip_of(readme_dot_txt=b"hello\n", __MACOSX__x=b"\0", walk_dot_csv=as_file(csv_lines()))
    assert len(measure.open_files([("left.zip", body)]).sensors) == 1
    with pytest.raises(SignalError, match="no line of numbers"):
        measure.open_files([("a.zip", zip_of(readme_dot_txt=b"hello\n"))])


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"PK\x03\x04" + bytes(50), "cut off"),
        (zip_of(a=b"x")[:-10], "cut off"),
        (zip_of(xl__workbook_dot_xml=b"<x/>"), "Excel"),
        (zip_of(inner_dot_zip=zip_of(a=b"1")), "nothing in it"),
    ],
    ids=["empty", "cut", "excel", "nested"],
)
def test_archive_that_holds_no_recording_is_refused(body: bytes, what: str) -> None:
    with pytest.raises(SignalError, match=what):
        measure.open_files([("a.zip", body)])


def test_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mortise.measure.readers._unpack._MAX_UNPACKED_BYTES", 1_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(3):
            archive.writestr(f"{index}.csv", bytes(400_000))
    with pytest.raises(SignalError, match="unpacks to more than"):
        measure.open_files([("bomb.zip", out.getvalue())])


def test_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignalError, match="no file"):
        measure.open_files(tmp_path)


def test_orientation_stands_in_for_a_gyroscope_and_says_so() -> None:
    angle = 0.5 * np.sin(2 * np.pi * 0.5 * np.arange(300) / 100.0)
    lines = ["// Update Rate: 100.0Hz", "PacketCounter\tAcc_X\tAcc_Y\tAcc_Z\t" + "\t".join(
        f"Mat[{row}][{column}]" for column in (1, 2, 3) for row in (1, 2, 3))]  # fmt: skip
    axis = np.array([0.6, 0.78, 0.1775])
    axis /= np.linalg.norm(axis)
    cross = np.array([[0.0, -axis[2], axis[1]], [axis[2], 0.0, -axis[0]], [-axis[1], axis[0], 0.0]])
    for i, a in enumerate(angle):
        matrix = np.eye(3) + np.sin(a) * cross + (1 - np.cos(a)) * cross @ cross
        acc = matrix.T @ [0.0, 0.001 * (i % 3), 9.81]
        lines.append("\t".join(f"{v:.6f}" for v in [i, *acc, *matrix.T.ravel()]))
    found = one(as_file(lines), "MT_shank.txt")
    assert "gyr_from_orientation" in found.info.flags
    true = 0.5 * 2 * np.pi * 0.5 * np.cos(2 * np.pi * 0.5 * np.arange(300) / 100.0)
    assert np.abs(found.gyr_rad_s[2:-2] - true[2:-2, None] * axis).max() < 0.01
