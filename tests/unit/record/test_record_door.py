"""The door refuses what is malformed in one clear sentence that names the field, and keeps what is exact exact."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mortise.errors import InputError
from mortise.record.facts import CheckIn, Reading
from mortise.record.records import decode_record, encode, record_schema


def a_record(**changes: Any) -> dict[str, Any]:
    reading = {
        "kind": "reading", "id": "r1", "on": "2026-11-02", "origin": "clinician", "measure": "lunge_cm",
        "side": "left", "value": 7.3, "unit": "cm", "instrument": "tape",
    }  # fmt: skip
    check_in = {
        "kind": "check_in", "id": "c1", "on": "2026-11-03", "origin": "patient", "moment": "before_session",
        "answers": {"pain_now_nrs": 0, "swelling_self": None},
    }  # fmt: skip
    return {
        "format": "mortise.record/1",
        "person": {"birth_year": 1980},
        "episode": {
            "id": "e1", "involved_side": "left", "protocol": "restricted-dorsiflexion", "opened_on": "2026-11-01",
        },
        "facts": [reading, check_in],
    } | changes  # fmt: skip


def test_a_valid_record_is_read_and_written_back_the_same() -> None:
    record = decode_record(json.dumps(a_record()))
    assert decode_record(encode(record)) == record
    assert encode(decode_record(encode(record))) == encode(record)


def test_numbers_keep_their_digits() -> None:
    record = decode_record(json.dumps(a_record()))
    reading = next(record.of_kind(Reading))
    assert reading.value == Decimal("7.3")


def test_zero_cannot_say_and_not_asked_are_three_different_answers() -> None:
    answers = next(decode_record(json.dumps(a_record())).of_kind(CheckIn)).answers
    assert answers["pain_now_nrs"] == 0
    assert answers["swelling_self"] is None
    assert "warmth_self" not in answers


def _set(path: list[Any], value: Any) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        place: Any = record
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_set(["facts", 0, "sidee"], "left"), r"r\.json, field facts\[0\]: .*unknown field `sidee`"),
        (_set(["facts", 0, "side"], "port"), r"field facts\[0\]\.side: Invalid enum value 'port'"),
        (_set(["facts", 0, "value"], "seven"), r"field facts\[0\]\.value: Invalid decimal"),
        (_set(["facts", 0, "value"], "NaN"), r"field facts\[0\]\.value: NaN is not a number"),
        (
            _set(["facts", 1, "answers", "pain_now_nrs"], "Infinity"),
            r"answers\.pain_now_nrs: Infinity is not",
        ),
        (_set(["facts", 0, "on"], "2026-13-40"), r"field facts\[0\]\.on: Invalid"),
        (_set(["facts", 0, "kind"], "guess"), r"field facts\[0\]\.kind: Invalid value 'guess'"),
        (_set(["facts", 1, "id"], "r1"), r"field facts\[1\]\.id: the id is used twice"),
        (_set(["facts", 0, "id"], ""), r"field facts\[0\]\.id: the id is empty"),
        (_set(["episode", "involved_side"], "none"), r"episode\.involved_side: .*left or right"),
        (_set(["format"], "mortise.record/9"), r"format 'mortise.record/9' is not known"),
        (_set(["surprise"], 1), r"unknown field `surprise`"),
    ],
)
def test_a_malformed_record_is_one_error_naming_file_and_field(change: Any, says: str) -> None:
    record = a_record()
    change(record)
    with pytest.raises(InputError, match=says):
        decode_record(json.dumps(record), where="r.json")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null", b'"x"'])
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match=r"^r\.json"):
        decode_record(content, where="r.json")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_but_never_crash(content: bytes) -> None:
    with pytest.raises(InputError):
        decode_record(content)


def test_the_schema_accepts_what_the_door_accepts_and_refuses_an_unknown_key() -> None:
    validator = jsonschema.Draft202012Validator(record_schema())
    validator.validate(json.loads(encode(decode_record(json.dumps(a_record())))))
    wrong = a_record()
    wrong["facts"][0]["sidee"] = "left"
    assert not validator.is_valid(wrong)


A_LOG = {
    "kind": "session_log", "id": "s1", "on": "2026-11-03", "origin": "patient", "session": "s",
    "items": [{"exercise": "ankle-pump", "dose_step": 0, "outcome": "done"}],
}  # fmt: skip
A_PLAN = {
    "kind": "plan_version", "id": "p1", "on": "2026-11-03", "origin": "clinician", "protocol": "p",
    "protocol_version": "1", "protocol_hash": "",
    "constraints": [{"id": "c", "author": "ada", "reason": ".", "reason_patient": "."}],
}  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "-Infinity",
        "1e999999999",
        "1e-999999999",
        "0e-999999999",
        "1e16",
        "7" * 3000,
        "7." + "1" * 3000,
    ],
)
@pytest.mark.parametrize(
    ("fact", "path"),
    [
        (0, ["value"]),
        (0, ["recording_error"]),
        (1, ["answers", "pain_now_nrs"]),
        (2, ["minutes"]),
        (2, ["items", 0, "pain_nrs"]),
        (2, ["items", 0, "effort_nrs"]),
        (3, ["figures"]),
        (3, ["constraints", 0, "dose_at_most_pct"]),
        (3, ["constraints", 0, "minutes_at_most"]),
    ],
)
def test_a_number_that_cannot_be_computed_with_is_refused_wherever_it_stands(
    value: str, fact: int, path: list[Any]
) -> None:
    record = json.loads(json.dumps(a_record()))
    record["facts"] += json.loads(json.dumps([A_LOG, A_PLAN]))
    _set(["facts", fact, *path], {"G1.exit.pain": value} if path == ["figures"] else value)(record)
    with pytest.raises(InputError, match="is not a number one can compare") as refused:
        decode_record(json.dumps(record), where="r.json")
    assert f"r.json, field facts[{fact}]" in str(refused.value)
    assert path[-1] in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("field", ["captured_at", "received_at"])
def test_an_instant_without_its_offset_is_refused(field: str) -> None:
    record = a_record()
    _set(["facts", 0, field], "2026-11-02T10:00:00")(record)
    with pytest.raises(InputError, match=rf"facts\[0\]\.{field}"):
        decode_record(json.dumps(record))
    _set(["facts", 0, field], "2026-11-02T10:00:00+01:00")(record)
    decode_record(json.dumps(record))


@pytest.mark.parametrize("year", [0, -5, 1, 1890, 2027, 10**30])
def test_a_person_born_in_no_possible_year_is_refused(year: int) -> None:
    with pytest.raises(InputError, match=r"person\.birth_year"):
        decode_record(json.dumps(a_record(person={"birth_year": year})))


@pytest.mark.parametrize("height", ["NaN", "1e999"])
def test_a_height_that_is_no_number_is_refused(height: str) -> None:
    with pytest.raises(InputError, match=r"person\.height_cm"):
        decode_record(json.dumps(a_record(person={"birth_year": 1980, "height_cm": height})))
