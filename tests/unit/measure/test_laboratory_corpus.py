"""Every laboratory file of the reference recordings is read or refused with a reason; twins agree."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mortise import measure
from mortise.errors import SignalError

pytestmark = pytest.mark.recordings

# Refused, and why; everything else must be read.
REFUSED = {
    "bad_parameter_section.c3d": "one has overwritten the other",
    "10002-20130626160334-Unnamed.trc": "no marker is named",
}


def files(root: Path, *endings: str) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.suffix.lower() in endings)


def points_m(recording: measure.LabRecording) -> np.ndarray:
    return np.stack([marker.points_m for marker in recording.markers], axis=1)


def test_every_file_is_read_or_refused_with_its_reason_and_quickly(recordings_dir: Path) -> None:
    found = files(recordings_dir, ".c3d", ".trc", ".mot", ".sto")
    assert len([path for path in found if path.suffix.lower() == ".c3d"]) >= 49
    refused = {}
    for path in found:
        start = time.perf_counter()
        try:
            recording = measure.read_lab(path)
            assert recording.markers or recording.outputs or recording.analog or recording.plates
            assert recording.info.duration_s > 0
        except SignalError as fault:
            refused[path.name] = str(fault)
        assert time.perf_counter() - start < 2.0, path.name
    assert set(refused) == set(REFUSED)
    for name, reason in REFUSED.items():
        assert reason in refused[name]


def test_whole_corpus_stays_below_200_mb(recordings_dir: Path) -> None:
    script = (
        "import re, sys\nfrom mortise import measure\nfrom mortise.errors import SignalError\n"
        "for path in sys.argv[1:]:\n    try:\n        measure.read_lab(path)\n"
        "    except SignalError:\n        pass\n"
        # VmHWM begins anew with the program; ru_maxrss would carry on the peak of the process that started it.
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)\n"
    )
    paths = [str(path) for path in files(recordings_dir, ".c3d", ".trc", ".mot", ".sto")]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *paths],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert int(done.stdout) < 200


# sample02: two of its integer files were rounded the other way, by one step of 0.2812 mm
@pytest.mark.parametrize(
    ("folder", "n_frames", "real_apart_m"), [("sample01", 450, 2.5e-7), ("sample02", 89, 2.82e-4)]
)
def test_one_trial_in_six_byte_orders_and_formats_is_one_trial(
    recordings_dir: Path, folder: str, n_frames: int, real_apart_m: float
) -> None:
    six = [
        measure.read_lab(path)
        for path in files(recordings_dir / "c3d-btk/C3DSamples/c3d.org" / folder, ".c3d")
    ]
    assert len({(each.info.byte_order, each.info.number_format) for each in six}) == 6
    first = six[0]
    for other in six[1:]:
        assert other.info.n_frames == n_frames
        assert [m.label for m in other.markers] == [m.label for m in first.markers]
        assert np.array_equal(np.isnan(points_m(other)), np.isnan(points_m(first)))
        assert np.nanmax(np.abs(points_m(other) - points_m(first))) < real_apart_m
        for mine, theirs in zip(other.plates, first.plates, strict=True):
            assert np.max(np.abs(mine.force_n - theirs.force_n)) < 1e-3
            assert np.max(np.abs(mine.moment_n_m - theirs.moment_n_m)) < 1e-3


def test_plate_of_type_4_agrees_with_its_twin_of_type_2(recordings_dir: Path) -> None:
    folder = recordings_dir / "c3d-btk/C3DSamples/c3d.org/sample10"
    by_two, by_four = measure.read_lab(folder / "type-2a.c3d"), measure.read_lab(folder / "type-4a.c3d")
    for two, four in zip(by_two.plates, by_four.plates, strict=True):
        assert (two.type, four.type) == (2, 4)
        assert np.max(np.abs(two.force_n - four.force_n)) < 5.0


@pytest.mark.parametrize("name", ["walking2", "walking5"])
def test_markers_and_forces_equal_the_tables_another_program_made(recordings_dir: Path, name: str) -> None:
    tests = recordings_dir / "c3d-opensim/OpenSim"
    mine = measure.read_lab(tests / f"Tests/shared/{name}.c3d")
    table = measure.read_lab(tests / f"Common/Test/std_{name}_markers.trc")
    index = np.round(table.time_s * mine.info.point_rate_hz).astype(int)
    is_there = index < mine.info.n_frames
    assert [m.label for m in table.markers] == [m.label for m in mine.markers]
    theirs, ours = points_m(table)[is_there], points_m(mine)[index[is_there]]
    assert np.array_equal(np.isnan(theirs), np.isnan(ours))
    # the table is written to a tenth of a millimetre
    assert np.nanmax(np.abs(theirs - ours)) < 0.5001e-4
    forces = measure.read_lab(tests / f"Common/Test/std_{name}_grfs.sto")
    for stored, plate in zip(forces.plates, mine.plates, strict=True):
        row = np.round(forces.time_s * plate.rate_hz).astype(int)
        row = np.minimum(row, len(plate.force_n) - 1)
        assert np.max(np.abs(stored.force_n - plate.force_n[row])[:-1]) < 1e-4
        assert np.max(np.abs(stored.moment_n_m - plate.moment_n_m[row])[:-1]) < 1e-4


def test_feet_meet_and_leave_the_plates_when_the_laboratory_says_so(recordings_dir: Path) -> None:
    off_ms: dict[str, list[float]] = {"foot_strike": [], "foot_off": []}
    for path in files(recordings_dir / "c3d-mcgill-gait", ".c3d"):
        recording = measure.read_lab(path)
        for contact in (c for plate in recording.plates for c in measure.plate_contacts(plate)):
            for kind, at_s in (("foot_strike", contact.strike_s), ("foot_off", contact.off_s)):
                stored = [event.time_s for event in recording.events if event.kind == kind]
                if at_s is not None and stored:
                    off_ms[kind].append(1000 * min((s - at_s for s in stored), key=abs))
    for kind in off_ms:
        assert len(off_ms[kind]) == 12
        # labels are whole frames of 10 ms set by hand: the noise is theirs
        assert abs(np.mean(off_ms[kind])) < 10.0
        assert np.std(off_ms[kind]) < 7.0
