"""Care that ends and is taken up again: on the record, at the desk, on the phone, and never by the wrong person."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from mortise.errors import ConflictError, InputError
from mortise.protocol import Circumstances
from mortise.record import Discharge, Judgement
from mortise.terms import Advice
from mortise.web.audit import clock, log
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, Need, Notice, Standing
from mortise.web.care.services.decisions import new_id
from mortise.web.care.services.ordering import need_today
from mortise.web.care.services.rebuilding import rebuild_all
from mortise.web.phone import signing
from mortise.web.phone.envelope import envelope
from mortise.web.phone.visits import Visit
from tests.web import builders


@pytest.fixture
def cast(cast: builders.Cast) -> builders.Cast:
    """Ben with a programme."""
    services.set_plan(episode=cast.episode, by=cast.ada, reason="From the assessment.", stage="G1")
    return cast


def end(cast: builders.Cast, **given: Any) -> Discharge:
    facts = {
        "outcome": "goals_reached",
        "reason": "Walks as before.",
        "summary": "You reached stage 1.",
        **given,
    }
    return services.discharge(episode=cast.episode, by=facts.pop("by", cast.ada), **facts)


def flag(cast: builders.Cast) -> services.Answered:
    today = cast.clinic.today()
    told = builders.check_in(today, answers={"red_calf": Decimal(1)})
    return services.answer_report(episode=cast.episode, facts=[told], on=today, by=cast.ben.user)


def on_list(cast: builders.Cast) -> list[Need]:
    rows = services.needs_list(by=cast.ada, today=cast.clinic.today())
    return [row.need for row in rows if row.episode_id == cast.episode.pk]


# ---------------------------------------------------------------- the services


def test_a_discharge_is_a_fact_and_takes_the_patient_off_the_list(cast: builders.Cast) -> None:
    made = end(cast)
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert [one.id for one in record.of_kind(Discharge)] == [made.id]
    assert (made.by, made.outcome) == (str(cast.ada.pk), "goals_reached")
    assert EpisodeRow.objects.get(pk=cast.episode.pk).closed_on == cast.clinic.today()
    assert on_list(cast) == []
    (row,) = services.discharged_list(by=cast.ada)
    assert (row.episode_id, row.outcome) == (cast.episode.pk, "goals_reached")
    assert services.discharged_list(by=cast.cy) == ()
    assert AuditEntry.objects.filter(action="care.discharge", patient=str(cast.ben.pk)).count() == 1


@pytest.mark.parametrize("is_an_old_row", [False, True])
def test_somebody_discharged_is_waited_for_by_nobody_whatever_brings_them_back(
    cast: builders.Cast, *, is_an_old_row: bool
) -> None:
    """An unread message brings them back as one who wrote; a row from before the list knew of endings as well."""
    today = cast.clinic.today()
    Standing.objects.update(last_heard_on=today - timedelta(days=60), silent_on=today - timedelta(days=50))
    assert on_list(cast) == [Need.SILENT]
    end(cast)
    Standing.objects.update(n_messages=1)
    if is_an_old_row:
        Standing.objects.update(silent_on=today - timedelta(days=50))
    assert on_list(cast) == [Need.WRITTEN]
    (row,) = (
        one for one in services.needs_list(by=cast.ada, today=today) if one.episode_id == cast.episode.pk
    )
    assert row.n_days_silent is None
    standing = Standing.objects.select_related("episode").get(episode=cast.episode)
    assert need_today(standing, today) is Need.WRITTEN


def test_nothing_is_planned_decided_or_set_for_somebody_discharged(cast: builders.Cast) -> None:
    end(cast)
    told = services.story_of(
        episode=cast.episode, on=cast.clinic.today(), by=cast.ada, circumstances=Circumstances()
    )
    assert told.session.exercises == ()
    assert services.decide_for_the_silent(now=clock.now(), by=log.Process("test")) == 0
    with pytest.raises(ConflictError):
        services.set_plan(episode=cast.episode, by=cast.ada, reason="More.")
    with pytest.raises(ConflictError):
        services.raise_escalation(episode=cast.episode, escalation="imaging", reason="More.", by=cast.ada)
    with pytest.raises(ConflictError):
        end(cast)


@pytest.mark.parametrize(
    ("given", "where"),
    [({"reason": " "}, "reason"), ({"outcome": "cured"}, "outcome"), ({"summary": "x" * 2001}, "summary")],
)
def test_a_discharge_needs_its_reason_and_a_known_outcome(
    cast: builders.Cast, given: dict[str, Any], where: str
) -> None:
    with pytest.raises(InputError) as caught:
        end(cast, **given)
    assert caught.value.where == where
    assert EpisodeRow.objects.get(pk=cast.episode.pk).closed_on is None


def test_only_a_physiotherapist_ends_or_reopens_care(cast: builders.Cast) -> None:
    host = builders.administrator(cast.clinic)
    for somebody in (host, cast.ben.user):
        with pytest.raises(InputError):
            end(cast, by=somebody)
    end(cast)
    for somebody in (host, cast.ben.user):
        with pytest.raises(InputError):
            services.reopen(episode=cast.episode, reason="Again.", by=somebody)


def test_an_open_red_flag_is_not_discharged_away_but_may_be_sent_on(cast: builders.Cast) -> None:
    flag(cast)
    with pytest.raises(ConflictError):
        end(cast)
    end(cast, outcome="sent_on", reason="To the emergency department.")
    assert not Notice.objects.filter(episode=cast.episode, next_at__isnull=False).exists()
    assert Notice.objects.get(episode=cast.episode).acknowledged_by == cast.ada
    told = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert [one.outcome for one in told.follow_up.escalations] == ["arranged"]


def test_what_was_sent_on_has_its_outcome_first(cast: builders.Cast) -> None:
    services.raise_escalation(
        episode=cast.episode, escalation="imaging", reason="No end in sight.", by=cast.ada
    )
    with pytest.raises(ConflictError):
        end(cast)


def test_a_danger_sign_that_arrives_late_stops_and_asks_for_the_clinic(cast: builders.Cast) -> None:
    end(cast)
    answered = flag(cast)
    assert answered.record.decision.advice is Advice.STOP_AND_SEEK_HELP
    assert on_list(cast) == [Need.STOPPED]
    mail.outbox.clear()
    services.send_due(now=clock.now(), by=log.Process("test"))
    assert len(mail.outbox) == 1


def test_reopened_care_goes_on_where_it_was_or_lower_and_never_higher(cast: builders.Cast) -> None:
    end(cast)
    with pytest.raises(InputError):
        services.reopen(episode=cast.episode, reason="Again.", stage="G3", by=cast.ada)
    with pytest.raises(InputError):
        services.reopen(episode=cast.episode, reason=" ", by=cast.ada)
    services.reopen(episode=cast.episode, reason="It hurts again.", by=cast.ada)
    record = services.record_of(episode=cast.episode, by=cast.ada)
    (said,) = [one for one in record.of_kind(Judgement) if one.judgement == "reopen"]
    assert said.about == next(record.of_kind(Discharge)).id
    assert len(on_list(cast)) == 1
    assert services.discharged_list(by=cast.ada) == ()
    with pytest.raises(ConflictError):
        services.reopen(episode=cast.episode, reason="Twice.", by=cast.ada)


def test_an_ankle_with_another_open_episode_is_not_reopened(cast: builders.Cast) -> None:
    end(cast)
    builders.episode(cast.ben, cast.ada)
    with pytest.raises(ConflictError):
        services.reopen(episode=cast.episode, reason="Again.", by=cast.ada)
    assert EpisodeRow.objects.get(pk=cast.episode.pk).closed_on is not None


# ---------------------------------------------------------------- the desk


def test_the_desk_ends_care_with_a_drafted_summary_and_reopens_it(cast: builders.Cast) -> None:
    desk = builders.signed_in(cast.ada)
    course = f"/desk/episodes/{cast.episode.pk}/"
    assert f"{course}discharge/" in desk.get(course).content.decode()
    form = desk.get(f"{course}discharge/").content.decode()
    assert "In care from" in form
    assert "only in the maintenance stage" in form
    wrong = desk.post(f"{course}discharge/", {"outcome": "", "reason": ""})
    assert wrong.status_code == 400
    sent = {"outcome": "goals_reached", "reason": "Walks as before.", "summary": "You did it."}
    assert desk.post(f"{course}discharge/", sent).status_code == 302
    assert desk.post(f"{course}discharge/", sent).status_code == 409
    shown = desk.get(course).content.decode()
    assert "Discharged on" in shown
    assert "Walks as before." in shown
    assert cast.ben.name in desk.get("/desk/discharged/").content.decode()
    assert desk.get(f"/desk/patients/{cast.ben.pk}/").status_code == 302
    assert desk.post(f"{course}reopen/", {"reason": ""}).status_code == 400
    assert desk.post(f"{course}reopen/", {"reason": "It hurts again.", "stage": "G1"}).status_code == 302
    assert desk.post(f"{course}reopen/", {"reason": "It hurts again.", "stage": "G1"}).status_code == 409


# ---------------------------------------------------------------- the phone


def test_the_phone_of_somebody_discharged_shows_a_calm_page_and_everything_that_is_theirs(
    cast: builders.Cast, phone: Client
) -> None:
    end(cast)
    answer = phone.get("/phone/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Your care here has ended." in text
    assert "You reached stage 1." in text
    assert content().texts["emergency.now"] in text
    assert "/phone/export/" in text
    assert "/phone/message/" in text
    assert "data-player" not in text
    assert phone.get("/phone/help/").status_code == 200
    assert b"".join(phone.get("/phone/export/").streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    for path in ("session/", "check/", "progress/", "test/", "questions/", "live/", "session/change/"):
        away = phone.get(f"/phone/{path}")
        assert (away.status_code, away["Location"]) == (302, "/phone/"), path


def test_a_message_of_somebody_discharged_reaches_the_clinic(cast: builders.Cast, phone: Client) -> None:
    end(cast)
    sent = phone.post("/phone/message/", {"message_id": new_id(), "words": "It hurts again."})
    assert sent.status_code == 302
    assert on_list(cast) == [Need.WRITTEN]
    assert "Your clinic has your message." in phone.get("/phone/").content.decode()


def test_a_phone_drops_its_plan_and_what_was_done_offline_still_arrives(
    cast: builders.Cast, phone: Client
) -> None:
    end(cast)
    gone = phone.get("/phone/envelope/", HTTP_ACCEPT="application/json")
    assert gone.status_code == 410
    assert gone.json()["code"] == "care.ended"
    today = cast.clinic.today()
    fact = {
        "kind": "check_in", "id": "offline-1", "on": today.isoformat(), "origin": "patient",
        "moment": "before_session", "answers": {"pain_now_nrs": 1},
    }  # fmt: skip
    batch = {
        "person": signing.person_tag(cast.ben.user), "device": "phone-of-ben", "sent_at_ms": 0,
        "items": [{"sequence": 1, "fact": fact}], "last_sequence": 1,
    }  # fmt: skip
    said = phone.post(
        "/phone/sync/", json.dumps(batch), content_type="application/json", HTTP_ORIGIN="http://testserver",
        HTTP_SEC_FETCH_SITE="same-origin", HTTP_ACCEPT="application/json",
    )  # fmt: skip
    assert said.status_code == 200
    assert [one["outcome"] for one in said.json()["answers"]] == ["stored"]


def test_an_envelope_made_of_an_ended_care_holds_no_session(cast: builders.Cast) -> None:
    end(cast)
    episode = EpisodeRow.objects.select_related("patient__clinic", "patient__user").get(pk=cast.episode.pk)
    made = envelope(Visit(cast.ben.user, cast.ben, episode, cast.clinic.today(), Circumstances(), content()))
    sessions = [one for day in made["days"].values() for one in day["sessions"].values()]
    assert sessions
    assert all(not one["items"] for one in [*sessions, made["maintenance"]["session"]])


def test_a_patient_without_any_episode_is_told_whom_to_ask(cast: builders.Cast) -> None:
    cast.clinic.phone = "555 0100"
    cast.clinic.save()
    nobody = builders.patient(cast.ada, "Nobody Yet")
    phone = builders.phone_of(nobody, cast.ada)
    page = phone.get("/phone/")
    assert page.status_code == 200
    assert "Your programme is not here yet." in page.content.decode()
    assert 'href="tel:5550100"' in page.content.decode()
    for path in ("help/", "session/", "message/", "agreed/", "live/"):
        assert phone.get(f"/phone/{path}").headers["Location"] == "/phone/", path
    told = phone.get("/phone/envelope/", headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (410, "care.not_begun")
    builders.episode(nobody, cast.ada)
    assert "First, how is the ankle?" in phone.get("/phone/").content.decode()


def test_reopened_care_is_back_on_the_phone(cast: builders.Cast, phone: Client) -> None:
    end(cast)
    services.reopen(episode=cast.episode, reason="It hurts again.", by=cast.ada)
    text = phone.get("/phone/").content.decode()
    assert "Your care here has ended." not in text
    assert re.search(r"/phone/check/", text)
    assert Standing.objects.get(episode=cast.episode).last_heard_on == cast.clinic.today()


def test_the_row_of_the_list_is_what_the_facts_give_after_every_step(cast: builders.Cast) -> None:
    def differing() -> list[str]:
        found = rebuild_all(by=log.Process("test"), only_check=True)
        return [name for one in found if one.episode == str(cast.episode.pk) for name in one.differs]

    end(cast)
    assert differing() == []
    flag(cast)
    assert differing() == []
    services.reopen(episode=cast.episode, reason="It hurts again.", by=cast.ada)
    assert differing() == []
