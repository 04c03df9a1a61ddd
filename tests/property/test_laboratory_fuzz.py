"""Broken laboratory files never crash, hang or fill the memory: they are read with flags, or refused with a place."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mortise import measure
from mortise.errors import SignalError
from mortise.simulate.laboratory import c3d_of, fictional_step, mot_of, trc_of

STEP = fictional_step(7, n_frames=40, n_markers=4)
SEEDS: tuple[tuple[str, bytes], ...] = (
    ("real.c3d", c3d_of(STEP)),
    ("integer.c3d", c3d_of(STEP, number_format="integer", plate_type=4)),
    ("big.c3d", c3d_of(STEP, byte_order="big", plate_type=3)),
    ("dec.c3d", c3d_of(STEP, byte_order="dec", number_format="integer", plate_type=1)),
    ("step.trc", trc_of(STEP)),
    ("step.mot", mot_of(STEP)),
)
LONGEST_S = 2.0


def attempt(name: str, body: bytes) -> measure.LabRecording | None:
    """Read; a refusal must name the file and say what to do, and neither may take long."""
    start = time.perf_counter()
    found: measure.LabRecording | None = None
    refusal: SignalError | None = None
    try:
        found = measure.read_lab((name, body))
    except SignalError as fault:
        refusal = fault
    assert time.perf_counter() - start < LONGEST_S
    assert refusal is None or (refusal.where.startswith(name) and refusal.message)
    return found


def assert_sound(found: measure.LabRecording | None) -> None:
    """What was read must be in order: lengths agree, rates are positive."""
    if found is None:
        return
    info = found.info
    assert info.point_rate_hz > 0
    assert len(found.time_s) == info.n_frames
    assert np.all(np.diff(found.time_s) > 0)
    assert all(marker.points_m.shape == (info.n_frames, 3) for marker in found.markers)
    assert all(plate.force_n.shape == plate.centre_of_pressure_m.shape for plate in found.plates)
    assert len({marker.label for marker in found.markers}) == len(found.markers)
    for plate in found.plates:
        measure.plate_contacts(plate)


@given(st.sampled_from(SEEDS), st.integers(0, 60_000))
def test_cut_files_are_read_or_refused(seed: tuple[str, bytes], n_bytes: int) -> None:
    assert_sound(attempt(seed[0], seed[1][:n_bytes]))


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_flipped_bytes_are_read_or_refused(seed: tuple[str, bytes], flips: list[tuple[int, int]]) -> None:
    body = bytearray(seed[1])
    for place, byte in flips:
        body[place % len(body)] = byte
    assert_sound(attempt(seed[0], bytes(body)))


@given(st.sampled_from(SEEDS[:4]), st.integers(1, 14), st.binary(min_size=2, max_size=2))
def test_lying_header_words_are_read_or_refused(seed: tuple[str, bytes], word: int, value: bytes) -> None:
    body = bytearray(seed[1])
    body[2 * word : 2 * word + 2] = value
    assert_sound(attempt(seed[0], bytes(body)))


@given(st.sampled_from(SEEDS), st.sampled_from(SEEDS), st.integers(0, 4000), st.integers(0, 4000))
def test_spliced_files_are_read_or_refused(
    head: tuple[str, bytes], tail: tuple[str, bytes], end: int, start: int
) -> None:
    assert_sound(attempt(head[0], head[1][:end] + tail[1][start:]))


@given(st.sampled_from(SEEDS), st.binary(max_size=2000), st.integers(0, 4000))
def test_inserted_noise_is_read_or_refused(seed: tuple[str, bytes], noise: bytes, place: int) -> None:
    assert_sound(attempt(seed[0], seed[1][:place] + noise + seed[1][place:]))


@given(st.binary(max_size=3000))
def test_noise_behind_a_c3d_header_is_read_or_refused(noise: bytes) -> None:
    assert_sound(attempt("noise.c3d", SEEDS[0][1][:516] + noise))


def test_thousand_broken_files_stay_below_500_mb() -> None:
    script = """
import random
from mortise import measure
from mortise.errors import SignalError
from mortise.simulate.laboratory import c3d_of, fictional_step
chance = random.Random(5)
step = fictional_step(7, n_frames=40, n_markers=4)
seeds = [c3d_of(step, byte_order=o, number_format=f) for o in ("little", "dec", "big") for f in ("real", "integer")]
n_read = n_refused = 0
for turn in range(1000):
    body = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        body[chance.choice((chance.randrange(24), chance.randrange(3000)))] = chance.randrange(256)
    try:
        measure.read_lab(("broken.c3d", bytes(body)))
        n_read += 1
    except SignalError:
        n_refused += 1
print(n_read, n_refused, int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True, timeout=300
    )
    n_read, n_refused, peak_mb = map(int, done.stdout.split())
    assert n_read > 100
    assert n_refused > 100
    assert peak_mb < 500


@pytest.mark.parametrize(("name", "body"), SEEDS)
def test_seeds_themselves_are_read(name: str, body: bytes) -> None:
    found = attempt(name, body)
    assert found is not None
    assert_sound(found)
