"""Readers settle facts by their strongest source, check units against the data, and refuse safely."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import jsonschema
import msgspec
import numpy as np
import pytest

from mortise import measure
from mortise.errors import InputError, SignalError
from mortise.simulate.recordings import csv_of, phone_log_of
from mortise.terms import Side
from tests.unit.measure.made_up import as_file, csv_lines, lunges, read_walk, walk


def test_read_takes_paths_open_files_and_named_bytes_alike(tmp_path: Path) -> None:
    body = as_file(csv_lines())
    path = tmp_path / "left_foot.csv"
    path.write_bytes(body)
    stream = io.BytesIO(body)
    stream.name = "left_foot.csv"
    found = [measure.read(path)[0], measure.read(stream)[0], measure.read(("left_foot.csv", body))[0]]
    assert len({each.info.sha256 for each in found}) == 1
    assert all(np.array_equal(each.acc_m_s2, found[0].acc_m_s2) for each in found)


def test_side_comes_from_the_strongest_source_that_speaks(tmp_path: Path) -> None:
    path = tmp_path / "left_foot.csv"
    path.write_bytes(as_file(csv_lines()))
    assert (measure.read(path)[0].side, measure.read(path)[0].info.sources.side) == (Side.LEFT, "name")
    path.with_name("left_foot.csv.toml").write_text('side = "right"\nplacement = "heel"\n')
    by_sidecar = measure.read(path)[0]
    assert (by_sidecar.side, by_sidecar.info.sources.side) == (Side.RIGHT, "sidecar")
    assert (by_sidecar.placement, by_sidecar.info.sources.placement) == ("heel", "sidecar")
    given = measure.read([], left=path, placement="instep")[0]
    assert (given.side, given.info.sources.side) == (Side.LEFT, "given")
    assert (given.placement, given.info.sources.placement) == ("instep", "given")


def test_rate_is_measured_from_time_stamps_and_a_wrong_claim_is_contradicted() -> None:
    file = ("foot.csv", as_file(csv_lines(rate_hz=128.0)))
    assert measure.read([file])[0].rate_hz == pytest.approx(128.0, rel=1e-3)
    claimed = measure.read([file], rate_hz=100.0)[0]
    assert claimed.rate_hz == 100.0
    assert claimed.info.sources.rate == "given"
    assert "rate_contradicted" in claimed.info.flags
    assert "128" in claimed.info.notes[0]


def test_file_without_time_or_rate_is_refused_with_the_mend() -> None:
    lines = [line.split(",", 1)[1] for line in csv_lines()]
    with pytest.raises(SignalError, match="--rate HZ"):
        measure.read([("foot.csv", as_file(lines))])
    assert measure.read([("foot.csv", as_file(lines))], rate_hz=100.0)[0].info.sources.rate == "given"


@pytest.mark.parametrize(
    ("acc", "gyr"), [(1.0, 180 / np.pi), (1 / 9.80665, 1.0), (1000 / 9.80665, 180 / np.pi)]
)
def test_units_without_a_name_are_recognised_from_gravity_and_turning(acc: float, gyr: float) -> None:
    lines = csv_lines(n=600, header="time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z")
    rows = [[float(cell) for cell in line.split(",")] for line in lines[1:]]
    scaled = [
        ",".join(f"{v:.6f}" for v in [r[0], *(acc * v for v in r[1:4]), *(gyr * v for v in r[4:])])
        for r in rows
    ]
    recording = measure.read([("foot.csv", as_file([lines[0], *scaled]))])[0]
    plain = measure.read([("foot.csv", as_file(csv_lines(n=600)))])[0]
    assert np.allclose(recording.acc_m_s2, plain.acc_m_s2, atol=1e-3)
    assert np.allclose(recording.gyr_rad_s, plain.gyr_rad_s, atol=1e-3)
    assert recording.info.sources.units == "data"


def test_unit_that_the_data_contradict_is_said_aloud() -> None:
    header = "time_s,acc_x (g),acc_y (g),acc_z (g),gyr_x (deg/s),gyr_y (deg/s),gyr_z (deg/s)"
    recording = measure.read([("foot.csv", as_file(csv_lines(n=600, header=header)))])[0]
    assert "unit_contradicted" in recording.info.flags
    assert (recording.info.acc_unit, recording.info.gyr_unit) == ("m/s2", "rad/s")
    assert any("said to be in g" in note for note in recording.info.notes)


def test_two_header_lines_hold_two_sensors() -> None:
    axes = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")
    first = "," + ",".join(f"{side}_sensor" for side in ("left", "right") for _ in axes)
    second = "," + ",".join(axes + axes)
    rows = [line.split(",") for line in csv_lines()[1:]]
    lines = [first, second, *(",".join([str(i), *row[1:], *row[1:]]) for i, row in enumerate(rows))]
    left, right = measure.read([("both.csv", as_file(lines))], rate_hz=100.0)
    assert (left.side, right.side) == (Side.LEFT, Side.RIGHT)
    assert left.info.sources.side == "header"


def test_lost_packets_become_gaps_and_long_ones_are_not_bridged() -> None:
    lines = csv_lines()
    kept = [*lines[:50], *lines[53:120], *lines[150:]]
    recording = measure.read([("foot.csv", as_file(kept))])[0]
    assert [(gap.n_missing, gap.is_bridged) for gap in recording.info.gaps] == [(3, True), (30, False)]
    assert recording.info.n_missing_samples == 33
    assert "gaps" in recording.info.flags


def test_counter_that_wraps_at_sixteen_bit_is_no_gap() -> None:
    rows = [line.split(",", 1)[1].replace(",", "\t") for line in csv_lines()[1:]]
    head = ["Acquisition frequency: 100 Hz", "PacketCounter\tAcc_X\tAcc_Y\tAcc_Z\tGyr_X\tGyr_Y\tGyr_Z"]
    lines = [*head, *(f"{(65500 + i) % 65536}\t{row}" for i, row in enumerate(rows))]
    recording = measure.read([("lf.txt", as_file(lines))])[0]
    assert recording.info.gaps == ()
    assert (recording.rate_hz, recording.info.sources.rate) == (100.0, "header")


def test_clipped_accelerometer_is_flagged() -> None:
    lines = csv_lines(n=300)
    for i in range(100, 106):
        cells = lines[i].split(",")
        cells[1] = "78.4532"
        lines[i] = ",".join(cells)
    recording = measure.read([("foot.csv", as_file(lines))])[0]
    assert [each.channel for each in recording.info.clipping] == ["acc"]
    assert "acc_clipped" in recording.info.flags


def test_phone_log_reads_back_what_was_recorded() -> None:
    made = lunges()
    recording = measure.read([("shin.json", phone_log_of(made.samples))])[0]
    assert (recording.side, recording.placement, recording.info.test) == (Side.RIGHT, "shank", "lunge")
    assert recording.info.sources.side == "header"
    assert np.allclose(recording.gyr_rad_s, made.samples.gyr_rad_s, atol=1e-4)
    assert len(recording.info.marks_s) == 3
    assert "simulated" in recording.info.flags


def test_phone_log_obeys_its_published_schema() -> None:
    document = msgspec.json.decode(phone_log_of(lunges().samples))
    jsonschema.validate(document, measure.phone_log_schema())
    document["samples"].pop("t_ms")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, measure.phone_log_schema())


def _spoilt(change: str) -> bytes:
    lines = csv_lines()
    if change == "nan":
        lines[10:150] = [line.rsplit(",", 2)[0] + ",nan,nan" for line in lines[10:150]]
    elif change == "word":
        lines[20] = lines[20].replace("0.001", "broken")
    elif change == "backwards":
        lines[30], lines[31] = lines[31], lines[30]
    elif change == "flat":
        lines[1:] = [",".join([*line.split(",")[:4], "0", "0", "0"]) for line in lines[1:]]
    elif change == "gravity":
        lines[1:] = [
            ",".join([r.split(",")[0], *(str(40 * float(v)) for v in r.split(",")[1:4]), *r.split(",")[4:]])
            for r in lines[1:]
        ]
        lines[0] = "time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"
    return as_file(lines)


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ("nan", "sample 9, channel gyr_y", "empty cells"),
        ("word", "sample 19, channel acc_y", "not a number"),
        ("backwards", "sample 30, channel time", "backwards"),
        ("flat", "sample 0, channel gyr_x", "gyroscope never changes"),
        ("gravity", "channel acc_x", "gravity"),
    ],
)
def test_spoilt_recording_is_refused_naming_sample_and_channel(change: str, where: str, what: str) -> None:
    with pytest.raises(SignalError) as caught:
        measure.read([("foot.csv", _spoilt(change))])
    assert where in caught.value.where
    assert what in caught.value.message
    assert caught.value.mend


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "empty"),
        (b"  \n\n ", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG picture"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "JPEG picture"),
        (b"MZ\x00\x00" + bytes(300), "binary"),
        (b"dear diary,\nthis is no recording\n", "no line of numbers"),
        (b'{"format": "something else"}', "neither keypoints nor"),
        (b'{"format": "mortise.phone-log/1", "samples": {"t_ms": [1, 2', "broken or cut off"),
        (b"[" * 100_000, "neither keypoints nor"),
        (b'{"a":' * 100_000, "neither keypoints nor"),
        (as_file(csv_lines(n=10)), "too few"),
        (b"1,2,3,4,5,6,7\n" * 50, "no names"),
        (b"a,b,c,d,e,f,g\n" + b"1,2,3,4,5,6,7\n" * 50, "no sensor"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_refused_with_a_reason(body: bytes, what: str) -> None:
    with pytest.raises(SignalError, match=what):
        measure.read([("foot.csv", body)])


@pytest.mark.parametrize("per_second", [1.0, 1e3, 1e6, 1e9])
def test_unit_of_time_stamps_without_a_name_is_told_by_their_step(per_second: float) -> None:
    lines = csv_lines(header="time,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z")
    rows = [line.split(",", 1) for line in lines[1:]]
    stamped = [f"{float(t) * per_second + 7:.5f},{rest}" for t, rest in rows]
    recording = measure.read([("foot.csv", as_file([lines[0], *stamped]))])[0]
    assert recording.rate_hz == pytest.approx(100.0, rel=1e-3)


def test_number_beyond_any_sensor_is_refused_by_name() -> None:
    lines = csv_lines()
    lines[8] = lines[8].replace(",0.00100,", ",1e300,", 1)
    with pytest.raises(SignalError, match="more than any sensor") as caught:
        measure.read([("foot.csv", as_file(lines))])
    assert "sample 7, channel acc_y" in caught.value.where


def test_truncated_last_line_is_dropped_and_flagged() -> None:
    body = as_file(csv_lines())
    recording = measure.read([("foot.csv", body[:-25])])[0]
    assert recording.info.n_samples == 199
    assert "truncated" in recording.info.flags


def test_repeated_time_stamps_of_packets_are_evened() -> None:
    lines = csv_lines(n=400)
    rows = [line.split(",", 1) for line in lines[1:]]
    stamped = [f"{0.04 * (i // 4):.5f},{row[1]}" for i, row in enumerate(rows)]
    recording = measure.read([("foot.csv", as_file([lines[0], *stamped]))])[0]
    assert recording.rate_hz == pytest.approx(100.0, rel=0.02)
    assert np.all(np.diff(recording.time_s) > 0)
    assert "time_stamps_evened" in recording.info.flags


def test_sidecar_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "foot.csv"
    path.write_bytes(as_file(csv_lines()))
    path.with_name("foot.csv.toml").write_text("sied = 'left'\n")
    with pytest.raises(SignalError, match="sied"):
        measure.read(path)


def test_missing_file_and_wrong_arguments_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SignalError, match="cannot be opened"):
        measure.read(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="placement"):
        measure.read([("foot.csv", as_file(csv_lines()))], placement="elbow")
    with pytest.raises(InputError, match="no recording"):
        measure.read([])


def test_one_bad_sensor_among_several_does_not_spoil_the_file() -> None:
    axes = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")
    first = "," + ",".join(f"{place}" for place in ("LeftFoot", "LeftWrist") for _ in axes)
    rows = [line.split(",") for line in csv_lines()[1:]]
    lines = [first, "," + ",".join(axes + axes)]
    lines += [",".join([str(i), *row[1:], *row[1:4], "0", "0", "0"]) for i, row in enumerate(rows)]
    found = measure.read([("suit.csv", as_file(lines))], rate_hz=100.0)
    assert [each.placement for each in found] == ["foot"]
    assert "left out" in found[0].info.notes[0]


def test_reading_ends_however_long_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mortise.measure.readers._source.MAX_BYTES", 3_000_000)

    class Endless(io.RawIOBase):
        name = "endless.csv"
        block = as_file(csv_lines(n=2000))

        def __init__(self) -> None:
            self.sent = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            self.sent += 1
            return self.block if self.sent == 1 else self.block[self.block.index(b"\n") + 1 :]

    with pytest.raises(SignalError, match="larger than"):
        measure.read(Endless())


def test_walk_written_by_the_simulator_reads_back() -> None:
    made = walk()
    left, right = read_walk(made)
    assert (left.side, right.side, left.placement) == (Side.LEFT, Side.RIGHT, "instep")
    assert np.allclose(left.acc_m_s2, made.left.acc_m_s2, atol=1e-5)


@pytest.mark.parametrize("stamp", ["nan", "inf", ""])
@pytest.mark.parametrize("n", [0, 60, 199])
def test_a_sample_without_its_time_is_left_out_and_flagged(stamp: str, n: int) -> None:
    lines = csv_lines()
    lines[1 + n] = stamp + lines[1 + n][lines[1 + n].index(",") :]
    whole, spoilt = (
        measure.read([("left_instep.csv", ("\n".join(one) + "\n").encode())])[0]
        for one in (csv_lines(), lines)
    )
    assert spoilt.info.n_samples == whole.info.n_samples - 1
    assert "empty_cells" in spoilt.info.flags
    assert spoilt.rate_hz == pytest.approx(whole.rate_hz, rel=1e-3)


@pytest.mark.parametrize("value", ["0.5", "0", "1e-320"])
@pytest.mark.parametrize("column", range(1, 7))
def test_one_axis_that_never_changes_is_refused_by_name(column: int, value: str) -> None:
    lines = csv_lines()
    names = lines[0].split(",")
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        row[column] = value
    body = "\n".join([lines[0], *(",".join(row) for row in rows)]) + "\n"
    with pytest.raises(SignalError, match="never changes") as refused:
        measure.read([("left_instep.csv", body.encode())])
    assert names[column][:5] in str(refused.value)


def test_a_file_that_breaks_while_it_is_read_is_refused() -> None:
    class Broken(io.RawIOBase):
        name = "left.csv"

        def read(self, size: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(SignalError, match=r"left\.csv: the file cannot be read"):
        measure.read([Broken()])  # type: ignore[list-item]


@pytest.mark.parametrize("stamp", ["1e308", "-1e308", "1e25"])
def test_time_no_clock_shows_is_refused_with_its_sample(stamp: str) -> None:
    lines = csv_lines(60)
    lines[11] = ",".join([stamp, *lines[11].split(",")[1:]])
    lines[12] = ",".join([f"-{stamp}".replace("--", ""), *lines[12].split(",")[1:]])
    with pytest.raises(SignalError, match="any clock") as caught:
        measure.read([("a.csv", as_file(lines))])
    assert "sample 10" in str(caught.value)


def test_of_a_long_recording_the_busiest_stretch_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mortise.measure.readers._table.MAX_SAMPLES", 12_000)
    rng = np.random.default_rng(1)
    n = 60_000
    busy = (np.arange(n) > 37_000) & (np.arange(n) < 43_000)
    gyr = rng.normal(0, np.where(busy, 2.0, 0.01)[:, None], (n, 3))
    acc = np.array([0.0, 0.0, 9.81]) + rng.normal(0, 0.02, (n, 3))
    rows = np.column_stack([np.arange(n) / 100.0, acc, gyr])
    header = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
    body = as_file([header, *(",".join(f"{value:.4f}" for value in row) for row in rows.tolist())])
    (found,) = measure.read([("day.csv", body)])
    assert "long_recording" in found.info.flags
    assert found.info.n_samples <= 12_000
    (note,) = [each for each in found.info.notes if "most movement" in each]
    first = int(note.split("from sample ")[1].split(",")[0])
    assert first <= 37_001
    assert first + found.info.n_samples >= 42_999, "the whole busy stretch is inside"
    assert np.allclose(found.gyr_rad_s, gyr[first : first + found.info.n_samples], atol=1e-4)
    whole = measure.read([("short.csv", as_file([header, *body.decode().splitlines()[1:9000]]))])[0]
    assert "long_recording" not in whole.info.flags


def test_ten_hours_are_read_below_500_mb(tmp_path: Path) -> None:
    body = csv_of(walk().left).decode().splitlines()
    path = tmp_path / "day.csv"
    block = "\n".join(line.partition(",")[2] for line in body[1:]) + "\n"
    n_blocks = 1 + 3_600_000 // (len(body) - 1)
    with path.open("w") as stream:
        stream.write(body[0].partition(",")[2] + "\n")
        for _ in range(n_blocks):
            stream.write(block)
    script = (
        "import sys, time\nfrom mortise import measure\n"
        "found = measure.open_files(sys.argv[1], rate_hz=100).sensors[0]\n"
        "peak = int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) // 1024\n"
        "print(found.info.n_samples, 'long_recording' in found.info.flags, peak)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, timeout=120
    )
    n_samples, is_flagged, peak_mb = done.stdout.split()
    assert 700_000 < int(n_samples) <= 750_000
    assert is_flagged == "True"
    assert int(peak_mb) < 500
