"""Every way a recording is spoilt, through every reader: read safely, used with a flag, or refused with the mend."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import scipy.io
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.measure.readers._pose_parts import BLAZE, BODY_25
from mortise.simulate import formats
from mortise.simulate.laboratory import c3d_of, fictional_step, mot_of, trc_of
from mortise.simulate.recordings import SensorSamples, csv_of, fictional_lunge, phone_log_of
from tests.unit.measure.made_up import read_one, walk

G = 9.80665
A = np.ndarray
Three = tuple[A, A, A]
LUNGE = fictional_lunge(3).samples
WALK = walk().left


def arrays(samples: SensorSamples) -> dict[str, np.ndarray]:
    return {"acc": samples.acc_m_s2, "gyr": samples.gyr_rad_s, "time": samples.time_s}


def as_mat(samples: SensorSamples) -> bytes:
    out = io.BytesIO()
    scipy.io.savemat(out, {"trial": arrays(samples)})
    return out.getvalue()


def as_npz(samples: SensorSamples) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays(samples))
    return out.getvalue()


def as_xsens(samples: SensorSamples) -> bytes:
    rows = csv_of(samples).decode().splitlines()[1:]
    counters = np.round((samples.time_s - samples.time_s[0]) * samples.rate_hz)
    head = [f"// Update Rate: {samples.rate_hz}Hz", "PacketCounter\tAcc_X\tAcc_Y\tAcc_Z\tGyr_X\tGyr_Y\tGyr_Z"]
    lines = ["\t".join([f"{c:.0f}", *row.split(",")[1:]]) for c, row in zip(counters, rows, strict=True)]
    return ("\n".join([*head, *lines]) + "\n").encode()


SENSORS: dict[str, tuple[str, Callable[[SensorSamples], bytes]]] = {
    "csv": ("shank.csv", csv_of),
    "xsens": ("shank.txt", as_xsens),
    "phone-log": ("shank.json", lambda samples: phone_log_of(samples).replace(b"NaN", b"null")),
    "sensor-logger": ("shank.zip", formats.sensor_logger_zip),
    "sensor-logger-json": ("shank.json", formats.sensor_logger_json),
    "phyphox": ("shank.zip", formats.phyphox_zip),
    "mat": ("shank.mat", as_mat),
    "hdf5": ("shank.h5", lambda samples: formats.hdf5_of(arrays(samples))),
    "npz": ("shank.npz", as_npz),
}
STEP = fictional_step(5, n_frames=60, n_markers=5)
POSE = formats.fictional_pose(2, n_frames=20)
OTHERS: dict[str, tuple[str, bytes]] = {
    "c3d": ("step.c3d", c3d_of(STEP)),
    "trc": ("step.trc", trc_of(STEP)),
    "mot": ("step.mot", mot_of(STEP)),
    "forces": (
        "step.forces",
        formats.forces_of(np.arange(90) / 100, np.full((90, 3), 9.0), np.ones((90, 3))),
    ),
    "openpose": ("pose.zip", formats.openpose_zip(POSE, BODY_25)),
    "mediapipe": ("pose.json", formats.mediapipe_json(POSE, BLAZE)),
}


def _acc_clipped(time_s: A, acc: A, gyr: A) -> Three:
    acc[len(acc) // 2 :][:12, 0] = 16.0 * G
    return time_s, acc, gyr


def _gyr_saturated(time_s: A, acc: A, gyr: A) -> Three:
    gyr[len(gyr) // 2 :][:12, 1] = np.radians(2000.0)
    return time_s, acc, gyr


def _gap(time_s: A, acc: A, gyr: A) -> Three:
    n = len(time_s)
    keep = np.ones(n, dtype=bool)
    keep[n // 2 : n // 2 + n // 10] = False
    return time_s[keep], acc[keep], gyr[keep]


def _flat(time_s: A, acc: A, gyr: A) -> Three:
    gyr[:, 2] = 0.25
    return time_s, acc, gyr


def _mirrored(time_s: A, acc: A, gyr: A) -> Three:
    acc[:, 1], gyr[:, 1] = -acc[:, 1], -gyr[:, 1]
    return time_s, acc, gyr


def _empty(time_s: A, acc: A, gyr: A, share: float) -> Three:
    acc[len(acc) // 2 :][: max(12, int(share * len(acc))), 2] = np.nan
    return time_s, acc, gyr


def _backwards(time_s: A, acc: A, gyr: A) -> Three:
    time_s[len(time_s) // 2 :] -= 2.0
    return time_s, acc, gyr


FAULTS: dict[str, Callable[[A, A, A], Three]] = {
    "acc clipped": _acc_clipped,
    "gyr saturated": _gyr_saturated,
    "gap": _gap,
    "drift": lambda t, a, g: (t, a, g + np.linspace(0.0, np.radians(6.0), len(g))[:, None]),
    "offset": lambda t, a, g: (t, a, g + np.radians(5.0)),
    "flat": _flat,
    "in g and deg/s": lambda t, a, g: (t, a / G, np.degrees(g)),
    "mirrored": _mirrored,
    "nan": lambda t, a, g: _empty(t, a, g, 0.0),
    "mostly nan": lambda t, a, g: _empty(t, a, g, 0.5),
    "backwards": _backwards,
}


def spoilt(samples: SensorSamples, fault: str) -> SensorSamples:
    """Return the samples with one fault planted."""
    time_s, acc, gyr = FAULTS[fault](samples.time_s.copy(), samples.acc_m_s2.copy(), samples.gyr_rad_s.copy())
    return replace(samples, time_s=time_s, acc_m_s2=acc, gyr_rad_s=gyr)


def read(kind: str, samples: SensorSamples) -> measure.Recording:
    name, write = SENSORS[kind]
    return measure.open_files([(name, write(samples))]).sensors[0]


USED = {
    "acc clipped": "acc_clipped",
    "gyr saturated": "gyr_clipped",
    "gap": "gaps",
    "drift": "gyr_drift",
    "offset": "gyr_offset",
    "mirrored": "axes_mirrored",
}
# A counter cannot run backwards without having wrapped.
CANNOT = {("xsens", "backwards")}


@pytest.mark.parametrize("kind", SENSORS)
@pytest.mark.parametrize("fault", USED)
def test_spoilt_sensor_is_used_with_its_flag(kind: str, fault: str) -> None:
    found = read(kind, spoilt(LUNGE, fault))
    assert USED[fault] in found.info.flags
    sound = read(kind, LUNGE)
    assert USED[fault] not in sound.info.flags
    if fault == "mirrored":
        assert any("axes" in note for note in found.info.notes)
        assert np.allclose(np.abs(found.gyr_rad_s), np.abs(sound.gyr_rad_s), atol=1e-6)


REFUSED = {"flat": "never changes", "mostly nan": "empty cells", "backwards": "backwards"}


@pytest.mark.parametrize(
    ("kind", "fault"), [(kind, fault) for kind in SENSORS for fault in REFUSED if (kind, fault) not in CANNOT]
)
def test_sensor_that_cannot_be_used_is_refused_with_the_mend(kind: str, fault: str) -> None:
    with pytest.raises(SignalError, match=REFUSED[fault]) as caught:
        read(kind, spoilt(LUNGE, fault))
    assert caught.value.mend
    assert "shank" in caught.value.where


@pytest.mark.parametrize("kind", sorted(set(SENSORS) - {"phone-log"}))
def test_other_units_are_recognised_by_gravity_and_turning(kind: str) -> None:
    found, sound = read(kind, spoilt(LUNGE, "in g and deg/s")), read(kind, LUNGE)
    assert (found.info.acc_unit, found.info.gyr_unit) == ("g", "deg/s")
    assert np.allclose(found.acc_m_s2, sound.acc_m_s2, atol=1e-3)
    assert np.allclose(found.gyr_rad_s, sound.gyr_rad_s, atol=1e-3)
    if kind in ("csv", "phyphox"):
        assert "unit_contradicted" in found.info.flags, "the header says otherwise"
        assert any("data say" in note for note in found.info.notes)


@pytest.mark.parametrize("kind", SENSORS)
def test_some_empty_samples_are_left_out_and_flagged(kind: str) -> None:
    found = read(kind, spoilt(LUNGE, "nan"))
    assert {"empty_cells", "gaps"} & set(found.info.flags)
    assert np.isfinite(found.acc_m_s2).all()
    assert found.info.n_samples < len(LUNGE.time_s)


@pytest.mark.parametrize("kind", SENSORS)
def test_25_hz_is_read_and_gait_says_it_is_too_few(kind: str) -> None:
    slow = replace(
        WALK,
        rate_hz=25.0,
        time_s=WALK.time_s[::4],
        acc_m_s2=WALK.acc_m_s2[::4],
        gyr_rad_s=WALK.gyr_rad_s[::4],
    )
    found = read(kind, slow)
    assert found.rate_hz == pytest.approx(25.0, rel=0.02)
    worn = replace(found, info=replace(found.info, placement="instep"))
    with pytest.raises(SignalError) as caught:
        measure.gait([worn])
    assert caught.value.mend


ALL = {kind: (name, write(LUNGE)) for kind, (name, write) in SENSORS.items()} | OTHERS


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.97])
def test_truncated_file_is_read_as_far_as_it_goes_or_refused(kind: str, share: float) -> None:
    name, body = ALL[kind]
    try:
        found = measure.open_files([(name, body[: int(share * len(body))])], rate_hz=60.0)
    except SignalError as refusal:
        assert refusal.mend  # noqa: PT017 - refusing is the one other thing it may do, and must say what to do
    else:
        whole = measure.open_files([(name, body)], rate_hz=60.0)
        assert found.recording_set().duration_s <= whole.recording_set().duration_s + 1e-6


PICTURES = {
    "png": b"\x89PNG\r\n\x1a\n" + bytes(900),
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(900),
    "pdf": b"%PDF-1.7" + bytes(900),
}


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize(
    "ending", ["c3d", "C3D", "trc", "mot", "csv", "txt", "json", "mat", "h5", "zip", "forces"]
)
def test_picture_under_any_name_is_refused_as_a_picture(picture: str, ending: str) -> None:
    with pytest.raises(SignalError, match=r"PNG|JPEG|PDF") as caught:
        measure.open_files([(f"walk.{ending}", PICTURES[picture])])
    assert caught.value.mend


@pytest.mark.parametrize("ending", ["c3d", "csv", "json", "mat", "h5", "zip"])
def test_empty_file_is_refused_as_empty(ending: str) -> None:
    with pytest.raises(SignalError, match=r"empty|no C3D|first block") as caught:
        measure.open_files([(f"walk.{ending}", b"")])
    assert caught.value.mend


def test_swapped_feet_are_doubted() -> None:
    made = walk()
    right = read_one(made.left, "right_instep.csv")
    left = read_one(made.right, "left_instep.csv")
    sound = measure.gait([read_one(made.left, "left_instep.csv"), read_one(made.right, "right_instep.csv")])
    assert "feet_swapped" not in sound.recording.sensors[0].flags
    assert "feet_swapped" in measure.gait([left, right]).recording.sensors[0].flags


def test_both_files_hold_the_same_foot() -> None:
    one = read_one(WALK, "left_instep.csv")
    with pytest.raises(SignalError, match="same samples"):
        measure.gait([one, read_one(WALK, "right_instep.csv")])


def test_sensor_turned_round_mid_way_is_flagged_or_its_strides_are_refused() -> None:
    n = len(WALK.time_s)
    turned = np.diag([-1.0, -1.0, 1.0])
    acc, gyr = WALK.acc_m_s2.copy(), WALK.gyr_rad_s.copy()
    acc[n // 2 :], gyr[n // 2 :] = acc[n // 2 :] @ turned, gyr[n // 2 :] @ turned
    result = measure.gait([read_one(replace(WALK, acc_m_s2=acc, gyr_rad_s=gyr))])
    said = [flag for sensor in result.recording.sensors for flag in sensor.flags]
    said += [flag for reading in result.readings for flag in reading.quality]
    assert "sensor_turned" in said or result.refused


def test_measure_that_finds_only_some_strides_says_how_many_are_missing() -> None:
    keep = np.ones(len(WALK.time_s), dtype=bool)
    keep[900:1250] = False
    holed = replace(
        WALK, time_s=WALK.time_s[keep], acc_m_s2=WALK.acc_m_s2[keep], gyr_rad_s=WALK.gyr_rad_s[keep]
    )
    result = measure.gait([read_one(holed)])
    assert result.n_strides_missing + sum(each.n_missing for each in result.refused) >= 2
