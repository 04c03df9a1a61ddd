"""Every reason that can be given at the phone's doors has a sentence of its own: found by walking the source.

A reason that is new or worded anew falls to the general sentence without a sound; here it fails instead.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mortise.web.care.apart import BROKEN, TOO_LARGE, TOO_LONG
from mortise.web.care.services import analysing, recordings
from mortise.web.phone.refusals import MEASURED, TAKEN

ROOT = Path("src/mortise")
ERRORS = ("SignalError", "InputError", "ConflictError")
HOLE = "7"  # stands for what is filled in

# Rooms of `measure` that a log of the phone's own tests goes through: lunge, heel rise, stand, walk, hops.
DOORS = frozenset({
    "_balance", "_belt", "_doings", "_heel_rise", "_hop", "_jump", "_lunge", "_lunge_trials", "_rising",
    "_floor_sensors", "_sensor_segment", "_standing", "_tests", "_walk", "_gait", "materials", "signals",
    "orientation", "readers/_clean", "readers/_door", "readers/_one", "readers/_parts", "readers/_phone",
    "readers/_sensors", "readers/_settle", "readers/_source",
})  # fmt: skip
# Rooms for what no phone sends from here: markers, video, plates, several sensors, other files, other tests, the desk.
ELSEWHERE = frozenset({
    "_ankle_trace", "_feet", "_floor_body", "_landing", "_landing_sensors", "_lunge_body", "_marker_gait",
    "_marker_strides", "_position", "_range", "_rising_body", "_run", "_step_down", "_takes", "ankle_angle",
    "axes", "contacts", "stretches", "readers/_arrays", "readers/_c3d", "readers/_c3d_header",
    "readers/_c3d_layout", "readers/_hdf5", "readers/_lab", "readers/_lab_parts", "readers/_lab_table",
    "readers/_logger", "readers/_mat", "readers/_motion_text", "readers/_npz", "readers/_pose",
    "readers/_pose_json", "readers/_sidecar", "readers/_table", "readers/_unpack",
})  # fmt: skip


def texts(node: ast.expr) -> list[str]:
    """Return what an expression may say, with `HOLE` where something is filled in; nothing when nobody can tell."""
    match node:
        case ast.Constant(value=str(said)):
            return [said]
        case ast.JoinedStr(values=parts):
            return ["".join(one.value if isinstance(one, ast.Constant) else HOLE for one in parts)]  # type: ignore[misc]
        case ast.IfExp(body=one, orelse=other):
            return [*texts(one), *texts(other)]
        case ast.BinOp(left=one, right=other):
            return [a + b for a in texts(one) for b in texts(other)]
        case ast.Call(func=ast.Attribute(value=one, attr="replace")):
            return texts(one)
    return []


def reasons(source: str, only: Sequence[str] = ()) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the words of each refusal of a file, or of some of its functions."""
    tree = ast.parse(source)
    places = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name in only]
    for place in places or ([] if only else [tree]):
        for node in ast.walk(place):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                yield node.lineno, texts(node.args[0]) if node.args else []


def unmatched(source: str, known: Sequence[tuple[str, str]], only: Sequence[str] = ()) -> list[str]:
    """List the refusals of a file that no pattern knows."""
    found = []
    for line, words in reasons(source, only):
        if not words:
            found.append(f"{line}: the words cannot be told from the source")
        found += [
            f"{line}: {said}"
            for said in words
            if not any(re.search(pattern, " ".join(said.split())) for pattern, _ in known)
        ]
    return found


def rooms() -> dict[str, str]:
    """Return every file of `measure` that refuses something."""
    root = ROOT / "measure"
    all_files = {
        one.relative_to(root).with_suffix("").as_posix(): one.read_text() for one in root.rglob("*.py")
    }
    return {name: source for name, source in all_files.items() if any(reasons(source))}


def test_every_room_that_refuses_is_on_the_phones_way_or_is_not() -> None:
    assert not DOORS & ELSEWHERE
    assert set(rooms()) <= DOORS | ELSEWHERE


@pytest.mark.parametrize("room", sorted(set(rooms()) & DOORS))
def test_what_measuring_refuses_on_the_phones_way_has_a_sentence(room: str) -> None:
    assert unmatched(rooms()[room], MEASURED) == []


def test_what_the_door_of_recordings_refuses_has_a_sentence() -> None:
    source = (ROOT / "web/care/services/recordings.py").read_text()
    functions = ("store_recording", "_keep_all")
    assert all(hasattr(recordings, name) for name in functions)
    assert unmatched(source, MEASURED, functions) == []
    assert unmatched((ROOT / "web/phone/views_live.py").read_text(), MEASURED) == []
    for said in (analysing.GIVEN_UP, BROKEN, TOO_LARGE, TOO_LONG):
        assert any(re.search(pattern, said) for pattern, _ in MEASURED), said


@pytest.mark.parametrize(
    "door", ["web/care/services/facts.py", "web/care/services/messages.py", "web/phone/inbox.py"]
)
def test_what_the_door_of_reports_refuses_has_a_sentence(door: str) -> None:
    source = (ROOT / door).read_text()
    assert any(reasons(source))
    assert unmatched(source, TAKEN) == []


def test_a_planted_reason_is_found() -> None:
    known = next(iter(MEASURED))
    source = """
def weigh(log):
    if log:
        raise SignalError(f"the moon of {log} was in the way." if log else "no lunge was found.")
    raise InputError(words_of(log))
"""
    found = unmatched(source, MEASURED)
    assert {one.split(": ", 1)[1] for one in found} == {
        f"the moon of {HOLE} was in the way.",
        "the words cannot be told from the source",
    }
    source = (ROOT / "measure" / "_lunge_trials.py").read_text()
    assert unmatched(source, [known])
    assert unmatched(source.replace("does not start with standing still", "starts somehow"), MEASURED)
