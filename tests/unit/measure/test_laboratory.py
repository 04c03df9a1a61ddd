"""A fictional step is read alike from every byte order, number format, plate type, unit and table."""

from __future__ import annotations

import io
import itertools
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mortise import measure
from mortise.cli import main
from mortise.errors import InputError, SignalError
from mortise.measure.readers._c3d_header import numbers_of
from mortise.simulate.laboratory import FictionalStep, c3d_of, fictional_step, mot_of, trc_of
from mortise.terms import Side

STEP = fictional_step(3)


def points_of(recording: measure.LabRecording) -> np.ndarray:
    return np.stack([marker.points_m for marker in recording.markers], axis=1)


def read(body: bytes, name: str = "step.c3d") -> measure.LabRecording:
    return measure.read_lab((name, body))


def assert_is_the_step(recording: measure.LabRecording, step: FictionalStep, tolerance: float) -> None:
    points = points_of(recording)
    assert np.array_equal(np.isnan(points), np.isnan(step.points_m))
    assert np.nanmax(np.abs(points - step.points_m)) < tolerance
    (plate,) = recording.plates
    assert np.max(np.abs(plate.force_n - step.force_n)) < 1000 * tolerance
    assert np.max(np.abs(plate.moment_n_m - step.moment_n_m)) < 200 * tolerance
    is_loaded = plate.vertical_n > 50
    off = plate.centre_of_pressure_m - step.centre_of_pressure_m
    assert np.max(np.abs(off[is_loaded])) < 5 * tolerance
    assert np.all(np.isnan(plate.centre_of_pressure_m[plate.vertical_n < 19.0]))


@pytest.mark.parametrize(
    ("byte_order", "number_format", "plate_type"),
    tuple(itertools.product(("little", "dec", "big"), ("integer", "real"), (1, 2, 3, 4))),
)
def test_every_byte_order_number_format_and_plate_type_gives_the_same_step(
    byte_order: str, number_format: str, plate_type: int
) -> None:
    body = c3d_of(STEP, byte_order=byte_order, number_format=number_format, plate_type=plate_type)  # type: ignore[arg-type]
    found = read(body)
    assert_is_the_step(found, STEP, 1e-6 if number_format == "real" else 4e-5)
    assert (found.info.byte_order, found.info.number_format) == (byte_order, number_format)
    assert (found.info.n_frames, found.info.first_frame, found.info.flags) == (120, 11, ())
    assert found.plates[0].type == plate_type


@pytest.mark.parametrize("unit", ["mm", "cm", "m"])
@pytest.mark.parametrize("plate_type", [1, 2, 3, 4, 6, 7])
def test_every_unit_of_length_becomes_metres(unit: str, plate_type: int) -> None:
    found = read(c3d_of(STEP, unit=unit, plate_type=plate_type))  # type: ignore[arg-type]
    assert_is_the_step(found, STEP, 1e-6)
    assert found.info.point_unit == unit


def test_events_have_kind_side_and_seconds_from_the_first_frame() -> None:
    events = read(c3d_of(STEP)).events
    assert [(event.kind, event.side) for event in events] == [
        ("foot_strike", Side.LEFT),
        ("foot_off", Side.LEFT),
    ]
    assert [event.time_s for event in events] == pytest.approx([STEP.strike_s, STEP.off_s], abs=1e-5)


def test_marker_not_seen_is_a_gap_and_is_not_bridged() -> None:
    marker = read(c3d_of(STEP)).marker("M6")
    assert marker is not None
    (gap,) = marker.gaps
    assert (gap.start_s, gap.end_s, gap.n_missing, gap.is_bridged) == (0.4, 0.44, 4, False)
    assert np.all(np.isnan(marker.residual_m[40:44]))
    # the writer puts a residual of 2 units beside every seen point
    assert np.nanmin(marker.residual_m) > 0
    assert read(c3d_of(STEP)).marker("nobody") is None


def test_trc_and_mot_hold_the_same_markers_and_forces() -> None:
    for unit in ("mm", "m"):
        table = read(trc_of(STEP, unit=unit), "step.trc")  # type: ignore[arg-type]
        assert np.nanmax(np.abs(points_of(table) - STEP.points_m)) < 1e-6
        assert np.array_equal(np.isnan(points_of(table)), np.isnan(STEP.points_m))
        assert (table.info.format, table.info.point_rate_hz, table.info.flags) == ("trc", 100.0, ())
    forces = read(mot_of(STEP), "step.mot")
    (plate,) = forces.plates
    assert np.max(np.abs(plate.force_n - STEP.force_n)) < 1e-7
    is_loaded = plate.vertical_n > 50
    assert np.max(np.abs(plate.centre_of_pressure_m - STEP.centre_of_pressure_m)[is_loaded]) < 1e-7
    assert forces.info.point_rate_hz == 1000.0


def test_three_hundred_labels_spill_over_into_a_second_list() -> None:
    step = fictional_step(5, n_frames=20, n_markers=300)
    found = read(c3d_of(step))
    assert [marker.label for marker in found.markers] == [f"M{i + 1}" for i in range(300)]
    assert np.nanmax(np.abs(points_of(found) - step.points_m)) < 1e-6


def test_content_is_recognised_whatever_the_ending_and_from_every_origin(tmp_path: Path) -> None:
    body = c3d_of(STEP)
    (tmp_path / "STEP.C3D").write_bytes(body)
    with (tmp_path / "STEP.C3D").open("rb") as stream:
        found = [
            measure.read_lab(tmp_path / "STEP.C3D"),
            measure.read_lab(stream),
            read(body, "upload.bin"),
            measure.read_lab(("x.csv", io.BytesIO(body))),
        ]
    assert {each.info.format for each in found} == {"c3d"}
    assert len({each.info.sha256 for each in found}) == 1
    assert read(trc_of(STEP), "markers.txt").info.format == "trc"
    assert read(mot_of(STEP), "forces.txt").info.format == "mot"


def test_force_stored_as_action_on_the_plate_is_turned_and_said() -> None:
    pulled = fictional_step(3)
    turned = FictionalStep(
        **{
            name: getattr(pulled, name)
            for name in pulled.__struct_fields__
            if name not in ("force_n", "moment_n_m")
        },
        force_n=-pulled.force_n,
        moment_n_m=-pulled.moment_n_m,
    )
    found = read(c3d_of(turned))
    assert_is_the_step(found, pulled, 1e-6)
    assert "plate_force_reversed" in found.info.flags


def test_moments_whose_unit_is_misstated_are_recognised_from_where_the_force_acts() -> None:
    body = c3d_of(STEP)
    assert body.count(b"NmmNmmNmm") == 1
    found = read(body.replace(b"NmmNmmNmm", b"Nm Nm Nm "))
    assert_is_the_step(found, STEP, 1e-6)
    assert "moment_unit_contradicted" in found.info.flags
    assert found.info.sources.moment_unit == "data"


def test_cut_off_file_is_used_as_far_as_it_goes() -> None:
    body = c3d_of(STEP)
    found = read(body[: len(body) - 5000])
    assert "truncated" in found.info.flags
    assert 80 < found.info.n_frames < 120
    assert np.nanmax(np.abs(points_of(found) - STEP.points_m[: found.info.n_frames])) < 1e-6


def test_duplicate_parameter_is_said_and_the_first_counts() -> None:
    found = read(c3d_of(STEP, extra=(("POINT", (("RATE", 4, (), [50.0]),)),)))
    assert found.info.point_rate_hz == 100.0
    assert any("POINT:RATE is there twice" in note for note in found.info.notes)


def test_wrong_place_of_the_next_parameter_is_found_again() -> None:
    body = bytearray(c3d_of(STEP))
    at = body.index(b"\x06\x01FRAMES") + 8
    assert struct.unpack_from("<H", body, at)[0] > 0
    struct.pack_into("<H", body, at, 3)
    found = read(bytes(body))
    assert_is_the_step(found, STEP, 1e-6)
    assert any("FRAMES" in note for note in found.info.notes)


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("x.c3d", b"", "empty"),
        ("x.c3d", b"\x89PNG\r\n" + bytes(600), "PNG"),
        ("x.c3d", b"hello\n" * 200, "not a C3D file"),
        ("x.c3d", c3d_of(STEP)[:700], "parameter"),
        ("x.c3d", c3d_of(STEP)[:512] + b"\x01\x50\x05\x63" + bytes(600), "processor type"),
        ("x.trc", b"PathFileType\t4\n", "ends in its header"),
        ("x.trc", trc_of(STEP).replace(b"\tmm\t", b"\tfurlong\t"), "no unit of length"),
        ("x.trc", b"\n".join(trc_of(STEP).splitlines()[:6]), "no samples"),
        ("x.mot", mot_of(STEP).replace(b"endheader", b"no end"), "header has no end"),
        ("x.mot", mot_of(STEP).replace(b"time\t", b"when\t"), "not time"),
        ("x.mot", mot_of(STEP).replace(b"\n0.005000", b"\n0.001000"), "time does not rise"),
        ("x.mot", mot_of(STEP).replace(b"\n0.005000\t", b"\n0.005000\tx"), "is not a number"),
        ("x.txt", b"nothing of the kind\n" * 30, "motion laboratory"),
    ],
)
def test_what_cannot_be_used_is_refused_with_place_and_mend(name: str, body: bytes, reason: str) -> None:
    with pytest.raises(SignalError, match=reason) as caught:
        read(body, name)
    assert caught.value.where.startswith(name)
    assert caught.value.mend


def test_sizes_beyond_the_file_are_refused_before_anything_is_allocated() -> None:
    for word in (1, 2):  # points, analog words
        body = bytearray(c3d_of(STEP))
        struct.pack_into("<H", body, 2 * word, 65535)
        with pytest.raises(SignalError, match=r"^step\.c3d, "):
            read(bytes(body))


def test_analog_rate_that_cannot_be_is_settled_by_the_parameters_and_the_length() -> None:
    body = bytearray(c3d_of(STEP))
    struct.pack_into("<H", body, 18, 65535)
    found = read(bytes(body))
    assert "header_contradicted" in found.info.flags
    assert_is_the_step(found, STEP, 1e-6)


def test_long_recording_is_read_as_far_as_the_memory_allows(tmp_path: Path) -> None:
    step = fictional_step(3, n_frames=12, n_markers=1)
    body = bytearray(c3d_of(step))
    struct.pack_into("<H", body, 2, 250)
    struct.pack_into("<HH", body, 6, 1, 60_000)
    path = tmp_path / "long.c3d"
    with path.open("wb") as stream:
        stream.write(body)
        stream.truncate(300_000_000)
    script = (
        "import sys\nfrom mortise import measure\n"
        "found = measure.read_lab(sys.argv[1])\n"
        "said = [note for note in found.info.notes if 'too long' in note]\n"
        "print(found.info.n_frames, 'long_recording' in found.info.flags, said)\n"
        "print(int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    said, peak_mb = done.stdout.strip().rsplit("\n", 1)
    n_frames, is_flagged, note = said.split(" ", 2)
    assert 20_000 < int(n_frames) < 60_000
    assert is_flagged == "True"
    assert "s were read" in note
    assert int(peak_mb) < 500


def test_plate_of_a_type_that_is_not_read_is_left_out_by_name() -> None:
    body = c3d_of(STEP, plate_type=3)
    at = body.index(b"TYPE") + len(b"TYPE")
    # offset of the next, integer, one dimension of one, and the type itself
    assert body[at + 2 : at + 7] == bytes([2, 1, 1, 3, 0])
    found = read(body[: at + 5] + bytes([21]) + body[at + 6 :])
    assert found.plates == ()
    assert "plate_left_out" in found.info.flags
    assert any("type 21, instrumented stairs," in note for note in found.info.notes)


def test_largest_recording_that_is_read_stays_below_500_mb(tmp_path: Path) -> None:
    step = fictional_step(3, n_frames=12, n_markers=1)
    body = bytearray(c3d_of(step, number_format="integer"))
    struct.pack_into("<H", body, 2, 110)
    struct.pack_into("<HH", body, 6, 1, 30_000)
    path = tmp_path / "large.c3d"
    with path.open("wb") as stream:
        stream.write(body)
        stream.truncate(60_000_000)
    script = (
        "import sys\nfrom mortise import measure\n"
        "found = measure.read_lab(sys.argv[1])\n"
        "peak = int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) // 1024\n"
        "print(found.info.n_frames, len(found.markers), peak)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    n_frames, n_markers, peak_mb = map(int, done.stdout.split())
    assert n_frames * n_markers == 3_300_000
    assert peak_mb < 500


def test_dec_numbers_mean_what_vax_meant() -> None:
    # one, minus a half, zero, and the largest that IEEE still holds after the shift
    words = struct.pack("<HHHHHH", 0x4080, 0x0000, 0xC000, 0x0000, 0x0000, 0x0000)
    assert numbers_of(words, "f4", "dec").tolist() == [1.0, -0.5, 0.0]


def test_contact_starts_and_ends_where_the_load_crosses_the_threshold() -> None:
    (plate,) = read(c3d_of(STEP)).plates
    (contact,) = measure.plate_contacts(plate)
    fine_s = np.arange(len(STEP.force_n)) / 1000.0
    is_on = STEP.force_n[:, 2] >= 20.0
    assert contact.strike_s == pytest.approx(fine_s[is_on][0], abs=0.001)
    assert contact.off_s == pytest.approx(fine_s[is_on][-1], abs=0.001)
    assert STEP.strike_s < contact.strike_s < STEP.strike_s + 0.005
    assert contact.peak_n == pytest.approx(STEP.force_n[:, 2].max(), rel=1e-4)


def plate_of(load_n: np.ndarray, rate_hz: float = 1000.0) -> measure.ForcePlate:
    none = np.full((len(load_n), 3), np.nan)
    return measure.ForcePlate(
        name="plate 1",
        type=2,
        rate_hz=rate_hz,
        corners_m=np.empty((0, 3)),
        origin_m=np.empty(0),
        force_n=none,
        moment_n_m=none,
        moment_about="plate_centre",
        centre_of_pressure_m=none,
        up=np.empty(0),
        vertical_n=load_n,
    )


def test_drift_of_the_plate_moves_no_contact_and_ringing_is_none() -> None:
    load = np.zeros(2000)
    load[500:1100] = 600.0
    load[1500:1520] = 300.0
    (plain,) = measure.plate_contacts(plate_of(load))
    (drifted,) = measure.plate_contacts(plate_of(load + 30.0))
    assert (drifted.strike_s, drifted.off_s) == pytest.approx((plain.strike_s, plain.off_s), abs=1e-4)


def test_contact_cut_by_the_recording_has_no_start_or_no_end() -> None:
    load = np.full(1000, 700.0)
    load[400:600] = 0.0
    first, last = measure.plate_contacts(plate_of(load))
    assert first.strike_s is None
    assert first.off_s == pytest.approx(0.4, abs=0.001)
    assert last.strike_s == pytest.approx(0.6, abs=0.001)
    assert last.off_s is None
    with pytest.raises(InputError, match="outside 1 to 49"):
        measure.plate_contacts(plate_of(load), threshold_n=200.0)


def test_measuring_a_c3d_file_is_refused_with_what_it_holds_and_the_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, body in (("a.c3d", c3d_of(STEP)), ("a.trc", trc_of(STEP)), ("a.mot", mot_of(STEP))):
        with pytest.raises(SignalError, match="no foot or shin sensor") as caught:
            measure.read([(name, body)])
        assert "sensor on each foot" in caught.value.mend
    path = tmp_path / "walk.c3d"
    path.write_bytes(c3d_of(STEP))
    assert main(["measure", "gait", str(path)]) == 11
    assert "6 markers, 1 force plate" in capsys.readouterr().err
