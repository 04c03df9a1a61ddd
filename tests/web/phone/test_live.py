"""Recordings of the phone's sensors: measured, told apart from doubtful ones, taken once, from their owner only."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mortise.record import Reading
from mortise.simulate.jumps import fictional_jump
from mortise.simulate.recordings import fictional_lunge
from mortise.web.care import services
from mortise.web.phone import signing
from tests.web import builders
from tests.web.phone.test_motion_agrees import phone_log

OURS = {"headers": {"origin": "http://testserver"}}


def send(phone: Client, cast: builders.Cast, body: bytes, **changed: Any) -> Any:
    data = {
        "person": signing.person_tag(cast.ben.user), "test": "lunge", "side": "left",
        "log": SimpleUploadedFile("lunge-x.json", body, "application/json"),
    } | changed  # fmt: skip
    return phone.post("/phone/recording/", data, **OURS)


def lunge(**how: Any) -> bytes:
    log = phone_log(fictional_lunge(4, side="left", **how).samples, "lunge")
    return json.dumps(log | {"placement": "shank"}).encode()


def readings(cast: builders.Cast) -> list[Reading]:
    record = services.record_of(episode=cast.episode, by=cast.ada)
    return [one for one in record.of_kind(Reading) if one.measure == "lunge_angle_deg"]


def test_a_recording_becomes_a_reading_once(phone: Client, cast: builders.Cast) -> None:
    body = lunge()
    answer = send(phone, cast, body).json()
    assert (answer["outcome"], answer["is_on_record"]) == ("stored", True)
    again = send(phone, cast, body).json()
    assert (again["outcome"], again["readings"]) == ("already", answer["readings"])
    (reading,) = readings(cast)
    assert float(reading.value) == pytest.approx(answer["readings"][0]["value"], abs=0.06)
    assert len(services.recordings_of(episode=cast.episode, by=cast.ada)) == 1


def test_hops_with_a_phone_at_the_back_are_stored_with_their_error(
    phone: Client, cast: builders.Cast
) -> None:
    samples = fictional_jump(2, "rebound", rate_hz=100.0).sensors["lower_back"]
    body = json.dumps(phone_log(samples, "hop", "left")).encode()
    answer = send(phone, cast, body, test="hop").json()
    assert (answer["outcome"], answer["is_on_record"]) == ("stored", True)
    shown = {one["measure"]: one for one in answer["readings"]}
    record = services.record_of(episode=cast.episode, by=cast.ada)
    stored = {one.measure: one for one in record.of_kind(Reading)}
    for name in ("hop_flight_time_s", "hop_contact_time_s", "hop_height_cm"):
        assert (stored[name].instrument, stored[name].side.value) == ("phone", "left")
        assert float(stored[name].value) == pytest.approx(shown[name]["value"], abs=0.06)
        assert stored[name].recording_error


def test_hops_wait_for_a_plan_that_has_hops(phone: Client) -> None:
    page = phone.get("/phone/live/hop/").content.decode()
    assert '"closed": "Hops wait until' in page
    by_hand = phone.get("/phone/test/?test=hop").content.decode()
    assert "Hops wait until" in by_hand
    assert "single_hop_cm" not in by_hand


@pytest.mark.parametrize(
    ("test", "name"),
    [("lunge", "lunge_cm-left"), ("heel-rise", "heel_rise_count-left"), ("balance", "single_leg_stand_s-right"),
     ("gait", "cadence_spm")],
)  # fmt: skip
def test_each_test_of_the_sensors_can_be_done_by_hand_due_or_not(
    phone: Client, cast: builders.Cast, test: str, name: str
) -> None:
    value = 18 if test == "lunge" else 30
    assert f'name="{name}"' in phone.get(f"/phone/test/?test={test}").content.decode()
    assert phone.post(f"/phone/test/?test={test}", {name: str(value), "batch": "b1"}).status_code == 302
    record = services.record_of(episode=cast.episode, by=cast.ada)
    (stored,) = (one for one in record.of_kind(Reading) if one.id.startswith("b1-"))
    assert (float(stored.value), stored.instrument) == (
        value,
        "tape_home" if test == "lunge" else "self_test",
    )


@pytest.mark.parametrize("how", [{"slip_deg": 10.0}, {"hold_s": 0.05, "reach_s": 0.25}])
def test_a_number_in_doubt_waits_for_a_person(
    phone: Client, cast: builders.Cast, how: dict[str, Any]
) -> None:
    answer = send(phone, cast, lunge(**how)).json()
    assert answer["outcome"] == "stored"
    assert not answer["is_on_record"]
    assert readings(cast) == []
    assert len(services.recordings_of(episode=cast.episode, by=cast.ada)) == 1  # its samples are kept


def test_what_is_no_recording_is_refused_with_a_reason_and_kept_for_the_clinic(
    phone: Client, cast: builders.Cast
) -> None:
    answer = send(phone, cast, b'{"format": "something else"}').json()
    assert answer["outcome"] == "stored"
    assert answer["reason"]
    assert send(phone, cast, lunge(), test="dance").json()["outcome"] == "refused"
    assert (
        phone.post("/phone/recording/", {"person": signing.person_tag(cast.ben.user)}, **OURS).json()[
            "outcome"
        ]
        == "refused"
    )


def test_a_stranger_another_site_and_another_persons_phone_get_nothing_in(
    client: Client, phone: Client, cast: builders.Cast
) -> None:
    assert send(client, cast, lunge()).status_code in (302, 401, 403)
    data = {"person": signing.person_tag(cast.ben.user), "test": "lunge"}
    assert phone.post("/phone/recording/", data, headers={"origin": "http://elsewhere"}).status_code == 403
    assert send(phone, cast, lunge(), person=signing.person_tag(cast.dora.user)).status_code == 409
    assert services.recordings_of(episode=cast.episode, by=cast.ada) == []


def test_the_page_lists_every_test_with_its_way_by_hand(phone: Client) -> None:
    page = phone.get("/phone/live/").content.decode()
    for test in ("lunge", "heel-rise", "balance", "gait", "hop"):
        assert f'"test": "{test}"' in page
        assert phone.get(f"/phone/live/{test}/").status_code == 200
    assert phone.get("/phone/live/dance/").status_code == 404
    assert "By hand" in page
