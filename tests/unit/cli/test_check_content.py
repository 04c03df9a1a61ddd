"""`mortise check`: readable, complete, and exit 10 on a fault."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mortise.catalog import load
from mortise.cli import main
from mortise.cli.check import cases_hold
from mortise.cli.check_sessions import sessions_exist
from tests.unit.catalog.planted import EDGES, PROTOCOL, copy_of, plant


def test_the_content_passes_and_says_that_nobody_has_checked_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--static"]) == 0
    said = capsys.readouterr().out
    assert "No fault found." in said
    assert "no clinician has checked this protocol" in said
    assert "Every figure has evidence" in said


def test_a_fault_is_printed_with_its_place_and_exits_10(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(tmp_path)
    plant(root, PROTOCOL, "exercise = 'ankle-pump'", "exercise = 'ankle-pumps'")
    assert main(["check", str(root)]) == 10
    said = " ".join(capsys.readouterr().out.split())
    assert "stage G1: there is no exercise 'ankle-pumps'. Write it, or correct the name." in said


def test_json_lists_obligations_and_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(tmp_path)
    plant(root, PROTOCOL, "min_days = 14", "min_days = 10")
    assert main(["check", str(root), "--json", "--static"]) == 10
    document = json.loads(capsys.readouterr().out)
    assert document["is_clean"] is False
    assert any(one["n_faults"] for one in document["obligations"])
    assert all(one["where"] and one["mend"] for one in document["faults"])


def test_a_folder_without_protocols_is_a_wrong_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path)]) == 12
    assert "Name a content folder" in capsys.readouterr().err


def alone(root: Path) -> Path:
    """Leave only the protocol in which something is planted: the others are looked at elsewhere."""
    for folder in (root / "protocols").iterdir():
        if folder.name not in PROTOCOL:
            shutil.rmtree(folder)
    return root


def test_a_case_the_engine_does_not_meet_is_a_fault(tmp_path: Path) -> None:
    root = alone(copy_of(tmp_path))
    plant(
        root, PROTOCOL, "operator = '>='\nvalue = 5\nunit = 'min'", "operator = '>='\nvalue = 6\nunit = 'min'"
    )
    found = cases_hold(load(root))
    failed = {fault.where.split("case ")[1] for fault in found.faults}
    assert "G1.exit.walk.met" in failed
    assert all(name.startswith("G1.exit.walk.") for name in failed)
    plant(
        root, EDGES, "id = 'G1.exit.walk'\nmet = 5\nnot_met = 4", "id = 'G1.exit.walk'\nmet = 6\nnot_met = 5"
    )
    assert not cases_hold(load(root)).faults


def test_a_stage_that_flags_can_empty_is_a_fault(tmp_path: Path) -> None:
    root = alone(copy_of(tmp_path))
    text = (root / PROTOCOL).read_text(encoding="utf-8")
    first, last = (
        text.index("[[stages.slots]]", text.index("id = 'G5'")),
        text.index("# ---", text.index("id = 'G5'")),
    )
    only = "[[stages.slots]]\nexercise = 'single-leg-stand'\npurpose = 'balance'\nlast_step = 2\nn_per_week = 2\n\n"
    (root / PROTOCOL).write_text(text[:first] + only + text[last:], encoding="utf-8")
    found = sessions_exist(load(root))
    assert any("stage G5" in fault.where and "empty" in fault.message for fault in found.faults)
