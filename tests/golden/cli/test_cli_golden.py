"""What commands print for one fixed fictional record. `WRITE_GOLDEN=1` writes the files again: read the diff.

On a machine that sets `CI` nothing is ever written.
"""

import os
import re
from pathlib import Path

import pytest

from mortise.cli import main

GOLDEN = Path(__file__).parent / "printed"
RECORD = "tests/golden/cli/record.json"
ROOT = Path(__file__).parents[3]

CASES = {
    "decide.txt": ("decide", RECORD, "--on", "2026-02-19"),
    "decide.json": ("decide", RECORD, "--on", "2026-02-19", "--json"),
    "decide-silence.txt": ("decide", RECORD, "--on", "2026-03-15"),
    "today.txt": ("today", RECORD, "--on", "2026-02-19"),
    "today.json": ("today", RECORD, "--on", "2026-02-19", "--json"),
    "today-patient.txt": ("today", RECORD, "--on", "2026-02-19", "--patient"),
    "today-busy.txt": ("today", RECORD, "--on", "2026-02-13", "--minutes", "4", "--travelling"),
    "today-ill.txt": ("today", RECORD, "--on", "2026-02-13", "--ill", "--hot-ankle", "--patient"),
    "explain.txt": ("explain", RECORD, "--on", "2026-02-19"),
}


def without_hash(text: str) -> str:
    """Leave out the hash of the protocol, which changes with every word of the content."""
    return re.sub(r"\b[0-9a-f]{64}\b", "(hash)", text)


@pytest.mark.parametrize("name", CASES)
def test_printed_text_is_what_it_was(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(CASES[name]) == 0
    printed = without_hash(capsys.readouterr().out)
    file = GOLDEN / name
    if os.environ.get("WRITE_GOLDEN") == "1" and not os.environ.get("CI"):
        file.write_text(printed, encoding="utf-8")
    assert file.exists(), (
        f"{file.name} is missing; run WRITE_GOLDEN=1 pytest {Path(__file__).name} and read it"
    )
    assert printed == file.read_text(encoding="utf-8")


def test_every_golden_file_belongs_to_a_case() -> None:
    assert {file.name for file in GOLDEN.iterdir()} == set(CASES)
