"""Recordings: refused with the reason and nothing half-kept, or read with the numbers of the command line."""

from __future__ import annotations

import html
import os
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from mortise import measure
from mortise.record import Reading
from mortise.report.words import day
from mortise.simulate.ankle import fictional_range
from mortise.simulate.recordings import csv_of, fictional_lunge, fictional_walk, phone_log_of
from mortise.terms import RECORDED_TESTS, Context
from mortise.web.care import services
from mortise.web.care.models import StoredRecording
from tests.web import builders, sent
from tests.web.builders import Cast
from tests.web.clinic.desk import url

pytestmark = pytest.mark.django_db

DATA = Path(os.environ.get("MORTISE_DATA", "../shared/data"))
REAL = [DATA / "foot-imu-ipol" / f"1-2_{foot}.txt" for foot in ("lf", "rf")]


def upload(cast: Cast, files: dict[str, Any], **over: str) -> Any:
    data: dict[str, Any] = {"test": "gait", "recorded_on": cast.clinic.today().isoformat(), **files, **over}
    return builders.signed_in(cast.ada).post(url("recordings", cast.episode.pk), data)


def walk_files() -> dict[str, SimpleUploadedFile]:
    walk = fictional_walk(5)
    return {
        "left": SimpleUploadedFile("fictional-left.csv", csv_of(walk.left)),
        "right": SimpleUploadedFile("fictional-right.csv", csv_of(walk.right)),
    }


def test_walk_is_recognised_measured_and_shown_with_its_error(cast: Cast) -> None:
    response = upload(cast, walk_files(), placement="instep")
    recording = StoredRecording.objects.get()
    assert response["Location"] == url("recording", recording.pk)
    page = builders.signed_in(cast.ada).get(response["Location"])
    text = page.content.decode()
    report = page.context["report"]
    assert [sensor.side for sensor in report.sensors] == ["left", "right"]
    assert report.sensors[0].side_source == "as you said"
    assert all(
        "±" in cell.words for row in report.readings for cell in (row.left, row.right, row.both) if cell
    )
    assert report.strides
    assert page.context["charts"]
    assert page.context["signal"]
    assert "fictional-left.csv" in text


def test_lunge_shows_each_trial_and_gives_the_shin_angle(cast: Cast) -> None:
    lunge = fictional_lunge(4, side="left", angles_deg=(36.0, 37.0, 36.5), first_pinch_share=0.7)
    files = {"left": SimpleUploadedFile("fictional-lunge.json", phone_log_of(lunge.samples))}
    response = upload(cast, files, test="lunge")
    client = builders.signed_in(cast.ada)
    page = client.get(response["Location"])
    report = page.context["report"]
    assert len(report.trials) == 3
    assert report.title == "Lunge read: 3 of 3 trials counted."
    assert page.context["charts"]
    assert "Trials, from the first sample" in page.context["signal"]
    client.post(
        url("recording-accept", StoredRecording.objects.get().pk),
        {"readings": page.context["can_take"], "context": "routine", "at_visit": "on"},
    )
    readings = list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(Reading))
    angle = next(one for one in readings if one.measure == "lunge_angle_deg")
    assert abs(angle.value - Decimal("36.5")) < 2
    assert angle.instrument == "phone"


def test_chosen_numbers_go_into_the_record_with_their_context(cast: Cast) -> None:
    upload(cast, walk_files(), placement="instep")
    recording = StoredRecording.objects.get()
    client = builders.signed_in(cast.ada)
    data = {
        "readings": ["gait_speed_m_s:none", "stride_length_m:left"],
        "context": "before_treatment",
        "at_visit": "on",
    }
    assert client.post(url("recording-accept", recording.pk), data).status_code == 302
    readings = list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(Reading))
    assert {one.measure for one in readings} == {"gait_speed_m_s", "stride_length_m"}
    assert {one.context for one in readings} == {Context.BEFORE_TREATMENT}
    assert all(one.recording_error for one in readings)
    again = client.post(url("recording-accept", recording.pk), data)
    assert again.status_code == 409
    assert "accepted already" in again.content.decode()


def accepted(cast: Cast, recording: StoredRecording) -> None:
    client = builders.signed_in(cast.ada)
    data = {"readings": ["gait_speed_m_s:none"], "context": "routine", "at_visit": "on"}
    assert client.post(url("recording-accept", recording.pk), data).status_code == 302


def walk_on(cast: Cast, days_ago: int, seed: int) -> StoredRecording:
    walk, on = fictional_walk(seed), cast.clinic.today() - timedelta(days=days_ago)
    files = {
        "left": SimpleUploadedFile("fictional-left.csv", csv_of(walk.left)),
        "right": SimpleUploadedFile("fictional-right.csv", csv_of(walk.right)),
    }
    response = upload(cast, files, placement="instep", recorded_on=on.isoformat())
    return StoredRecording.objects.get(pk=response["Location"].strip("/").split("/")[-1])


def test_walk_stands_against_the_first_accepted_one_of_an_earlier_day(cast: Cast) -> None:
    first, today = walk_on(cast, 10, 5), walk_on(cast, 0, 6)
    client = builders.signed_in(cast.ada)
    page = client.get(url("recording", today.pk))
    assert page.context["baseline"] is None, "nothing was accepted yet"
    assert "now less then" not in page.content.decode()
    accepted(cast, first)
    page = client.get(url("recording", today.pk))
    text = page.content.decode()
    assert page.context["baseline"] == first
    assert f"Against {day(first.recorded_on)}" in text
    assert "c-own--base" in text
    rows = page.context["report"].readings
    assert {one.verdict for row in rows for one in row.changes} <= {"Beyond error", "Within error"}
    assert all(row.changes for row in rows)
    assert client.get(url("recording", first.pk)).context["baseline"] is None
    client.post(url("recording-exclude", first.pk), {"reason": "New shoes."})
    assert client.get(url("recording", today.pk)).context["baseline"] is None


def test_choosing_nothing_or_what_was_not_measured_is_refused(cast: Cast) -> None:
    upload(cast, walk_files(), placement="instep")
    client, address = builders.signed_in(cast.ada), url("recording-accept", StoredRecording.objects.get().pk)
    assert client.post(address, {"context": "routine"}).status_code == 400
    assert client.post(address, {"context": "routine", "readings": ["tug_s:none"]}).status_code == 400
    assert not list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(Reading))


def test_what_is_no_recording_is_refused_with_the_reason_and_makes_no_number(cast: Cast) -> None:
    response = upload(cast, {"left": SimpleUploadedFile("notes.csv", b"hello\nworld\n")})
    page = builders.signed_in(cast.ada).get(response["Location"]).content.decode()
    assert "No number was made from this recording." in page
    assert "notes.csv" in page
    assert "Export the recording" in page
    assert StoredRecording.objects.get().result == ""
    listed = builders.signed_in(cast.ada).get(url("recordings", cast.episode.pk)).content.decode()
    assert "No reading" in listed


@pytest.mark.parametrize(
    ("files", "over", "says"),
    [
        ({}, {}, "at least one file"),
        ({"left": b""}, {}, "empty"),
        ({"left": b"1,2", "unsided": b"1,2"}, {}, "not both"),
        ({"left": b"1,2"}, {"recorded_on": "2999-01-01"}, "future"),
        ({"left": b"1,2"}, {"rate_hz": "fast"}, "number"),
    ],
)
def test_upload_that_cannot_be_is_refused_before_anything_is_kept(
    cast: Cast, files: dict[str, bytes], over: dict[str, str], says: str
) -> None:
    sent = {name: SimpleUploadedFile(f"{name}.csv", content) for name, content in files.items()}
    response = upload(cast, sent, **over)
    assert response.status_code == 400
    assert says in response.content.decode()
    assert not StoredRecording.objects.exists()


def test_file_that_is_too_large_is_refused(cast: Cast) -> None:
    with override_settings(UPLOAD_MAX_BYTES=1024 * 1024):
        response = upload(cast, {"left": SimpleUploadedFile("big.csv", b"0" * (1024 * 1024 + 1))})
    assert response.status_code == 400
    assert "larger than 1 MB" in response.content.decode()
    assert not StoredRecording.objects.exists()


def test_hostile_file_name_is_only_words(cast: Cast) -> None:
    response = upload(cast, {"left": SimpleUploadedFile("<svg onload=alert(1)>.csv", b"hello\nworld\n")})
    for address in (response["Location"], url("recordings", cast.episode.pk)):
        assert "<svg onload" not in builders.signed_in(cast.ada).get(address).content.decode()


def test_recording_is_set_aside_with_a_reason(cast: Cast) -> None:
    upload(cast, walk_files(), placement="instep")
    recording = StoredRecording.objects.get()
    client = builders.signed_in(cast.ada)
    assert client.post(url("recording-exclude", recording.pk), {"reason": ""}).status_code == 400
    assert (
        client.post(url("recording-exclude", recording.pk), {"reason": "Shoes were new."}).status_code == 302
    )
    page = client.get(url("recording", recording.pk)).content.decode()
    assert "Shoes were new." in page
    assert "Take the ticked numbers" not in page


@pytest.mark.skipif(
    not all(file.exists() for file in REAL), reason="recordings: MORTISE_DATA holds no foot-imu-ipol"
)
def test_real_walk_gives_the_numbers_of_the_command_line(cast: Cast) -> None:
    files = [SimpleUploadedFile(file.name, file.read_bytes()) for file in REAL]
    upload(cast, {"left": files[0], "right": files[1]})
    recording = StoredRecording.objects.get()
    assert recording.status == recording.Status.MEASURED
    shown = services.result_of(recording=recording, by=cast.ada).readings
    direct = measure.gait(measure.read([], left=REAL[0], right=REAL[1], test="gait")).readings
    assert [(one.measure, one.side, one.value, one.error) for one in shown] == [
        (one.measure, one.side, one.value, one.error) for one in direct
    ]
    speed = next(one for one in direct if one.measure == "gait_speed_m_s")
    page = builders.signed_in(cast.ada).get(url("recording", recording.pk)).content.decode()
    assert f"{Decimal(str(speed.value)):.2f} ± " in page


# ---------------------------------------------------------------- every test


def test_form_offers_every_test_in_words(cast: Cast) -> None:
    page = builders.signed_in(cast.ada).get(url("recordings", cast.episode.pk)).content.decode()
    for name in RECORDED_TESTS:
        assert f'value="{name}"' in page
    assert "multiple" in page


@pytest.mark.parametrize(
    ("test", "of", "says"),
    [
        ("run", "gait", "Measure it as gait."),
        ("lunge", "gait", "Measure it as gait"),
        ("range", "balance", "needs the foot"),
        ("heel-rise", "gait", "Measure it as gait"),
        ("hop", "gait", "Record from quiet standing"),
        ("jump", "step-down", "Record from quiet standing"),
        ("landing", "step-down", "Record from before the jump"),
        ("step-down", "gait", "Measure it as gait"),
        ("balance", "gait", "force plate, a sensor at the belt or a phone"),
        ("position", "jump", "Bring the ankle to the target"),
    ],
)
def test_recording_of_another_test_is_refused_with_what_mends_it(
    cast: Cast, test: str, of: str, says: str
) -> None:
    kept, page = sent.upload(cast, test, sent.FILES[of]())
    text = html.unescape(page.content.decode())
    assert kept == {}
    assert "No number was made from this recording." in text
    assert says in text
    assert "--" not in StoredRecording.objects.get().refused_reason
    assert StoredRecording.objects.get().test_words in text


def test_walk_in_which_nothing_walked_shows_why_and_offers_nothing(cast: Cast) -> None:
    kept, page = sent.upload(cast, "gait", sent.FILES["step-down"]())
    text = html.unescape(page.content.decode())
    assert kept["readings"] == []
    assert kept["refused"]
    assert all(one["reason"] in text for one in kept["refused"])
    assert "Take the ticked numbers" not in text


def test_numbers_without_an_instrument_are_shown_without_a_box(cast: Cast) -> None:
    _, page = sent.upload(cast, "heel-rise", sent.on_the_shin())
    text = page.content.decode()
    assert "heel_rise_height_cm:right" not in page.context["can_take"]
    assert 'value="heel_rise_count:right"' in text
    assert 'value="heel_rise_height_cm:right"' not in text
    assert page.context["n_shown_only"] == 1
    assert "1 number without a box is shown and not stored" in text


def test_numbers_stand_against_what_is_usual_or_say_that_nothing_is(cast: Cast) -> None:
    _, page = sent.upload(cast, "gait")
    text = page.content.decode()
    assert "Beside what is usual" in text
    assert "comfortable walking of adults (GAIT-09)" in text
    assert ">no norm<" in text
    assert "upper limit of healthy adults (GAIT-10)" in text


def test_recording_of_which_nothing_is_stored_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mortise.web.care.services.recordings.instrument_of", lambda *_: None)
    kept, page = sent.upload(cast, "jump")
    text = page.content.decode()
    assert kept["readings"]
    assert "Shown, and not stored" in text
    assert "Take the ticked numbers" not in text


def test_one_of_several_files_that_is_empty_is_refused(cast: Cast) -> None:
    files = [SimpleUploadedFile("left_foot.csv", b"1,2"), SimpleUploadedFile("left_shank.csv", b"")]
    response = upload(cast, {"unsided": files}, test="range")
    assert response.status_code == 400
    assert "empty" in response.content.decode()
    assert not StoredRecording.objects.exists()


@pytest.mark.parametrize("test", ["range", "jump"])
def test_another_clinic_sees_no_recording_of_any_test(cast: Cast, test: str) -> None:
    sent.upload(cast, test)
    client = builders.signed_in(cast.cy)
    assert client.get(url("recording", StoredRecording.objects.get().pk)).status_code == 404


def test_later_recording_of_a_test_stands_against_the_first_accepted(cast: Cast) -> None:
    on = cast.clinic.today() - timedelta(days=9)
    files = [SimpleUploadedFile(name, body) for name, body in sent.FILES["range"]().items()]
    upload(cast, {"unsided": files}, test="range", recorded_on=on.isoformat())
    first = StoredRecording.objects.get()
    client = builders.signed_in(cast.ada)
    chosen = {"readings": ["unloaded_range_deg:right"], "context": "routine", "at_visit": "on"}
    assert client.post(url("recording-accept", first.pk), chosen).status_code == 302
    made = fictional_range(12)
    parts = {f"right_{one.placement}.csv": csv_of(one) for one in (made.foot, made.shank)}
    response = upload(
        cast, {"unsided": [SimpleUploadedFile(name, body) for name, body in parts.items()]}, test="range"
    )
    page = client.get(response["Location"])
    assert page.context["baseline"] == first
    assert all(row.changes for row in page.context["report"].readings)


# ------------------------------------------------------------------------------------------------- what is said of it


def _two_shins() -> list[SimpleUploadedFile]:
    return [
        SimpleUploadedFile(f"{side}_shank.csv", csv_of(fictional_lunge(seed, side=side).samples))
        for side, seed in (("left", 4), ("right", 6))
    ]


def _send(cast: Cast, **typed: Any) -> tuple[StoredRecording, str]:
    client = builders.signed_in(cast.ada)
    data = {"test": "lunge", "recorded_on": cast.clinic.today().isoformat(), "unsided": _two_shins(), **typed}
    assert client.post(url("recordings", cast.episode.pk), data).status_code == 302
    stored = StoredRecording.objects.latest("stored_at")
    return stored, html.unescape(client.get(url("recording", stored.pk)).content.decode())


def test_side_length_and_pinch_reach_the_measuring(cast: Cast) -> None:
    stored, page = _send(cast)
    assert stored.status == stored.Status.REFUSED
    assert "“Side that was tested: Left”" in page
    result = measure.TESTS["lunge"](
        measure.open_files([("left_shank.csv", csv_of(fictional_lunge(4, side="left").samples))])
    )
    peak = result.trials[1].peak_s
    stored, page = _send(cast, side="left", foot_length_cm="26", marks=f"{peak - 0.4:.2f}s")
    assert (stored.tested_side, stored.foot_length_cm) == ("left", Decimal("26"))
    assert stored.status == stored.Status.MEASURED
    found = services.result_of(recording=stored, by=cast.ada)
    assert {one.side.value for one in found.readings} == {"left"}
    assert "first_pinch_angle_deg" in {one.measure for one in found.readings}


@pytest.mark.parametrize(("field", "typed"), [("marks", "soon"), ("foot_length_cm", "260"), ("side", "up")])
def test_what_cannot_be_meant_is_refused_at_its_field(cast: Cast, field: str, typed: str) -> None:
    client = builders.signed_in(cast.ada)
    data = {
        "test": "lunge",
        "recorded_on": cast.clinic.today().isoformat(),
        "unsided": _two_shins(),
        field: typed,
    }
    response = client.post(url("recordings", cast.episode.pk), data)
    assert response.status_code == 400
    assert f"id_{field}" in response.content.decode()
    assert not StoredRecording.objects.exists()


def test_numbers_not_to_be_relied_on_say_so_and_are_not_ticked(cast: Cast) -> None:
    made = fictional_walk(5)
    files = {
        side: SimpleUploadedFile(f"{side}.csv", csv_of(getattr(made, side))) for side in ("left", "right")
    }
    other = fictional_walk(9, stride_time_s=1.25)
    files["right"] = SimpleUploadedFile("right.csv", csv_of(other.right))
    client = builders.signed_in(cast.ada)
    data = {
        "test": "gait", "recorded_on": cast.clinic.today().isoformat(), "placement": "instep",
        "rate_hz": str(made.left.rate_hz), **files,
    }  # fmt: skip
    assert client.post(url("recordings", cast.episode.pk), data).status_code == 302
    page = html.unescape(client.get(url("recording", StoredRecording.objects.get().pk)).content.decode())
    assert "Do not rely on these numbers" in page
    assert "cannot have walked together" in page
    boxes = re.findall(r'<input type="checkbox" name="readings"[^>]*>', page)
    assert boxes
    assert not [box for box in boxes if " checked" in box]
