"""Broken files of every format are read with flags or refused: never a crash, a hang, or more than 500 MB."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mortise import measure
from mortise.errors import SignalError
from validation.fuzz import Fault, attempt, seeds

ROOT = Path(__file__).parents[2]
SEEDS = tuple(seeds())
NAMES = [name for name, _ in SEEDS]


@pytest.mark.parametrize(("name", "body"), SEEDS, ids=NAMES)
def test_seeds_themselves_are_read(name: str, body: bytes) -> None:
    assert attempt(name, body)


@given(st.sampled_from(SEEDS), st.floats(0.0, 1.0))
def test_cut_files(seed: tuple[str, bytes], share: float) -> None:
    attempt(seed[0], seed[1][: int(share * len(seed[1]))])


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0.0, 1.0), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_flipped_bytes(seed: tuple[str, bytes], flips: list[tuple[float, int]]) -> None:
    body = bytearray(seed[1])
    for share, byte in flips:
        body[min(int(share * len(body)), len(body) - 1)] = byte
    attempt(seed[0], bytes(body))


@given(st.sampled_from(SEEDS), st.sampled_from(SEEDS), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_spliced_files(head: tuple[str, bytes], tail: tuple[str, bytes], end: float, start: float) -> None:
    attempt(head[0], head[1][: int(end * len(head[1]))] + tail[1][int(start * len(tail[1])) :])


@given(st.sampled_from(NAMES), st.binary(max_size=2000))
def test_noise_under_any_name(name: str, noise: bytes) -> None:
    attempt(name, noise)


@given(st.sampled_from(SEEDS), st.binary(max_size=600), st.floats(0.0, 1.0))
def test_inserted_noise(seed: tuple[str, bytes], noise: bytes, share: float) -> None:
    place = int(share * len(seed[1]))
    attempt(seed[0], seed[1][:place] + noise + seed[1][place:])


def test_thousand_broken_files_stay_within_the_ceilings() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "validation.fuzz", "--inputs", "1000", "--seed", "11"],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.split()
    assert int(said[3]) > 100, "some are still read"
    assert int(said[-2]) < 500


def test_a_reader_that_breaks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_given: object, **_named: object) -> None:
        raise IndexError("planted")

    monkeypatch.setattr(measure, "open_files", breaks)
    with pytest.raises(Fault, match="planted"):
        attempt(*SEEDS[0])


def test_archive_with_a_file_without_a_name_is_refused() -> None:
    # found by fuzzing: the library of archives stumbles over it
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"hello")
    body = out.getvalue()
    nameless = bytearray(body)
    at = nameless.index(b"PK\x01\x02")
    nameless[at + 28 : at + 30] = b"\x00\x00"
    del nameless[at + 46]
    with pytest.raises(SignalError) as caught:
        measure.open_files([("a.zip", bytes(nameless))])
    assert caught.value.mend
