"""Answers put right: both stay, the worse counts, nothing loosens before a clinician, and only one's own checks."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from mortise.record import CheckIn, Correction
from mortise.terms import Origin
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.phone import signing
from tests.web import builders
from tests.web.clinic.desk import start, url

OURS = {"headers": {"origin": "http://testserver"}}


def checked(cast: builders.Cast, n_days_ago: int = 0, **changed: Any) -> CheckIn:
    """Let Ben have answered a check."""
    protocol = content().protocol(cast.episode.protocol)
    on = cast.clinic.today() - timedelta(days=n_days_ago)
    answers = {name: Decimal(0) for name in (*protocol.red_flags, *protocol.check_in)}
    fact = CheckIn(
        id=f"check-{n_days_ago}", on=on, origin=Origin.PATIENT, moment="before_session",
        answers=answers | {name: None if value is None else Decimal(value) for name, value in changed.items()},
    )  # fmt: skip
    (answer,) = services.append_facts(episode=cast.episode, facts=[fact], by=cast.ben.user)
    assert answer.is_kept, answer.reason
    return fact


def form(told: CheckIn, why: str = "tapped the wrong answer", **changed: Any) -> dict[str, Any]:
    signs = [name for name in told.answers if name.startswith("red_")]
    said = {
        name: "unknown" if value is None else str(value)
        for name, value in told.answers.items()
        if name not in signs
    }
    ticked = [name for name in signs if changed.get(name, str(told.answers[name])) == "1"]
    rest = {name: value for name, value in changed.items() if name not in signs}
    return {
        **said, **rest, "which": ticked, "any_of_these": "some" if ticked else "none", "why": why, "batch": "b1",
    }  # fmt: skip


def corrections(cast: builders.Cast) -> list[Correction]:
    return list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(Correction))


def story(cast: builders.Cast) -> Any:
    return services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)


def worst_pain(cast: builders.Cast) -> Decimal:
    series = next(one for one in story(cast).series if one.measure == "pain_now_nrs")
    return Decimal(series.points[-1].value)


def test_an_answer_made_worse_counts_at_once_and_both_stay(phone: Client, cast: builders.Cast) -> None:
    told = checked(cast, pain_now_nrs=2)
    assert "Today, before the session" in phone.get("/phone/answers/").content.decode()
    page = phone.get(f"/phone/answers/{told.id}/").content.decode()
    assert "What is worse counts at once" in page
    assert phone.post(f"/phone/answers/{told.id}/", form(told, pain_now_nrs="6")).status_code == 302
    (one,) = corrections(cast)
    assert (one.corrects, one.replacement, one.origin) == (told.id, "b1", Origin.PATIENT)
    assert worst_pain(cast) == 6
    checks = services.record_of(episode=cast.episode, by=cast.ada).of_kind(CheckIn)
    assert [each.answers["pain_now_nrs"] for each in checks] == [2, 6]
    assert phone.post(f"/phone/answers/{told.id}/", form(told, pain_now_nrs="6")).status_code == 302
    assert len(corrections(cast)) == 1  # sent again it is put right already


def test_an_answer_made_better_waits_for_the_clinic_which_lets_it_count(
    cast: builders.Cast,
) -> None:
    client = start(cast)
    phone = builders.phone_of(cast.ben, cast.ada)
    told = checked(cast, n_days_ago=3, pain_now_nrs=6)
    phone.post(f"/phone/answers/{told.id}/", form(told, pain_now_nrs="2"))
    assert worst_pain(cast) == 6
    page = client.get(url("course", cast.episode.pk)).content.decode()
    assert "Put right by the patient" in page
    assert "tapped the wrong answer" in page
    assert client.post(url("let-count", cast.episode.pk), {"correction": "nobody"}).status_code == 400
    assert client.post(url("let-count", cast.episode.pk), {"correction": "b1-c"}).status_code == 302
    assert worst_pain(cast) == 2
    assert "withdrawn by a clinician" in client.get(url("course", cast.episode.pk)).content.decode()
    assert client.post(url("let-count", cast.episode.pk), {"correction": "b1-c"}).status_code == 400


def test_a_danger_sign_taken_back_stays_until_a_clinician_resumes(cast: builders.Cast) -> None:
    client = start(cast)
    phone = builders.phone_of(cast.ben, cast.ada)
    told = checked(cast, red_calf=1)
    assert story(cast).is_locked
    assert "ticked by mistake" in phone.get("/phone/").content.decode()
    assert phone.post(f"/phone/answers/{told.id}/", form(told, red_calf="0")).status_code == 302
    assert len(corrections(cast)) == 1
    assert story(cast).is_locked
    assert "A danger sign was taken back" in client.get(url("course", cast.episode.pk)).content.decode()
    assert client.post(url("let-count", cast.episode.pk), {"correction": "b1-c"}).status_code == 400
    assert story(cast).is_locked


def test_a_danger_sign_added_later_stops_the_programme(phone: Client, cast: builders.Cast) -> None:
    told = checked(cast)
    assert not story(cast).is_locked
    phone.post(f"/phone/answers/{told.id}/", form(told, red_calf="1"))
    assert story(cast).is_locked


def test_on_a_later_day_nothing_is_asked_that_could_not_be_said(phone: Client, cast: builders.Cast) -> None:
    told = checked(cast, n_days_ago=2, pain_now_nrs=None)
    assert 'name="pain_now_nrs"' not in phone.get(f"/phone/answers/{told.id}/").content.decode()
    changed = {**form(told, sharp_pain_flag="1"), "pain_now_nrs": "0"}
    phone.post(f"/phone/answers/{told.id}/", changed)
    new = next(
        one
        for one in services.record_of(episode=cast.episode, by=cast.ada).of_kind(CheckIn)
        if one.id == "b1"
    )
    assert new.answers["pain_now_nrs"] is None


def test_nothing_different_too_long_ago_and_no_reason_write_nothing(
    phone: Client, cast: builders.Cast
) -> None:
    told, old = checked(cast), checked(cast, n_days_ago=8)
    assert "Nothing is different" in phone.post(f"/phone/answers/{told.id}/", form(told)).content.decode()
    assert phone.post(f"/phone/answers/{told.id}/", form(told, why="", pain_now_nrs="9")).status_code == 422
    assert phone.post(f"/phone/answers/{old.id}/", form(old, pain_now_nrs="9")).status_code == 302
    assert phone.get("/phone/answers/nobodys/").status_code == 302
    assert corrections(cast) == []


@pytest.mark.parametrize("fault", ["a clinician's", "no answers", "another day", "somebody else's"])
def test_a_phone_puts_right_its_own_checks_and_nothing_else(
    phone: Client, cast: builders.Cast, fault: str
) -> None:
    told, other = checked(cast), checked(cast, n_days_ago=1)
    corrects, replacement = told.id, other.id
    if fault == "a clinician's":
        corrects = services.record_of(episode=cast.episode, by=cast.ada).facts[0].id
    elif fault == "no answers":
        replacement = "nothing"
    elif fault == "somebody else's":
        corrects = "check-of-dora"
    forged = {
        "kind": "correction", "id": "k1", "on": cast.clinic.today().isoformat(), "origin": "patient",
        "corrects": corrects, "reason": "x", "replacement": replacement,
    }  # fmt: skip
    body = {
        "person": signing.person_tag(cast.ben.user), "device": "device-of-ben", "sent_at_ms": 0,
        "items": [{"sequence": 1, "fact": forged}],
    }  # fmt: skip
    answer = phone.post("/phone/sync/", body, content_type="application/json", **OURS).json()
    assert [one["outcome"] for one in answer["answers"]] == ["refused"]
    assert corrections(cast) == []


def test_the_plan_carries_the_checks_of_a_week_and_not_what_was_put_right(
    phone: Client, cast: builders.Cast
) -> None:
    told = checked(cast, pain_now_nrs=4)
    checked(cast, n_days_ago=9)
    phone.post(f"/phone/answers/{told.id}/", form(told, pain_now_nrs="5"))
    body = json.loads(phone.get("/phone/envelope/").json()["body"])
    progress = phone.get("/phone/progress/").content.decode()
    assert " ".join(body["pages"]["progress"].split()) in " ".join(
        progress.split()
    )  # read offline as it is online
    assert "Ada" in body["pages"]["looks"]
    (kept,) = body["checks"]
    assert (kept["id"], kept["answers"]["pain_now_nrs"]) == ("b1", "5")
