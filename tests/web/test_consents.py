"""Agreement to treatment taken back: programme and record stop at once, danger signs come through, nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from mortise.terms import Advice
from mortise.web.accounts import rights
from mortise.web.audit import clock, log
from mortise.web.care import services
from mortise.web.care.models import (
    Consent,
    EpisodeRow,
    FactRow,
    Letter,
    Need,
    Patient,
    Purpose,
    QuarantinedFact,
    SignedLetter,
    Standing,
)
from mortise.web.care.services.rebuilding import rebuild_all
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk

pytestmark = pytest.mark.django_db


def say(cast: Cast, *, is_given: bool, purpose: Purpose = Purpose.TREATMENT) -> None:
    """Take down Ben's word, and load his row again as the next request would."""
    services.record_consent(
        patient=cast.ben, purpose=purpose, is_given=is_given, how=Consent.How.IN_PERSON, by=cast.ada
    )
    cast.episode.patient.refresh_from_db()


def kept(cast: Cast) -> int:
    return FactRow.objects.filter(episode=cast.episode).count()


def test_phone_shows_no_session_and_drops_its_plan_until_agreed_again(cast: Cast) -> None:
    desk.start(cast)
    phone = builders.phone_of(cast.ben, cast.ada)
    assert phone.get("/phone/envelope/").status_code == 200
    phone.post("/phone/agreed/", {"purpose": "treatment", "said": "no"})
    today = phone.get("/phone/").content.decode()
    assert "Your programme has stopped." in today
    assert phone.get("/phone/session/").status_code == 302
    gone = phone.get("/phone/envelope/", headers={"accept": "application/json"})
    assert (gone.status_code, gone.json()["code"]) == (410, "consent.taken_back")
    export = phone.get("/phone/export/")
    assert b"".join(export.streaming_content)[:2] == b"PK", "what is theirs stays theirs"  # type: ignore[attr-defined]
    assert phone.get("/phone/message/").status_code == 200
    phone.post("/phone/agreed/", {"purpose": "treatment", "said": "yes"})
    assert "Your programme has stopped." not in phone.get("/phone/").content.decode()
    assert phone.get("/phone/envelope/").status_code == 200


def deeds(cast: Cast, client: Client, letter: Letter) -> dict[str, Any]:
    """Return every deed that adds to the record of care, each as a call."""
    today, episode, ada = cast.clinic.today(), cast.episode, cast.ada
    lunge = builders.lunge_cm(today)
    return {
        "reading": lambda: services.append_fact(episode=episode, fact=lunge, by=ada),
        "assessment": lambda: services.save_assessment_step(episode=episode, findings=[lunge], by=ada),
        "visit": lambda: services.plan_visit(episode=episode, visit_on=today, by=ada),
        "plan": lambda: services.set_plan(episode=episode, reason="More.", by=ada),
        "treatment": lambda: services.log_treatment(episode=episode, facts=[lunge], by=ada),
        "judgement": lambda: services.judge(episode=episode, judgement="resume", reason="Well.", by=ada),
        "recording": lambda: builders.recording(episode, ada),
        "sent on": lambda: services.raise_escalation(
            episode=episode, escalation="podiatry", reason="Shoes.", by=ada
        ),
        "letter signed": lambda: services.sign_letter(letter=letter, paper=lambda _: b"%PDF", by=ada),
    }


DEEDS = (
    "reading", "assessment", "visit", "plan", "treatment", "judgement", "recording", "sent on", "letter signed",
)  # fmt: skip


@pytest.mark.parametrize("name", DEEDS)
def test_nothing_is_added_to_the_record_and_all_of_it_again_once_agreed(cast: Cast, name: str) -> None:
    client = desk.start(cast)
    letter = builders.letter(cast.episode, cast.ada)
    services.change_letter(letter=letter, to="Dr Gale", words=letter.words, by=cast.ada)
    say(cast, is_given=False)
    before = kept(cast)
    with pytest.raises(services.TakenBackError):
        deeds(cast, client, letter)[name]()
    assert kept(cast) == before
    assert not SignedLetter.objects.exists()
    say(cast, is_given=True)
    deeds(cast, client, letter)[name]()


def test_desk_says_so_on_every_page_and_in_the_list(cast: Cast) -> None:
    client = desk.start(cast)
    say(cast, is_given=False)
    for name in ("course", "together", "room", "recordings"):
        page = client.get(desk.url(name, cast.episode.pk)).content.decode()
        assert "The agreement to treatment was taken back" in page, name
    (row,) = [
        one
        for one in services.needs_list(by=cast.ada, today=cast.clinic.today())
        if one.patient_id == cast.ben.pk
    ]
    assert row.need is Need.TASK
    assert "Took the agreement to treatment back" in row.reason
    refused = client.post(desk.url("together", cast.episode.pk).replace("together", "phone"), {})
    assert refused.status_code < 500
    say(cast, is_given=True)
    assert (
        "The agreement to treatment" not in client.get(desk.url("course", cast.episode.pk)).content.decode()
    )


def test_danger_sign_still_stops_and_tells_the_clinic(cast: Cast) -> None:
    desk.start(cast)
    say(cast, is_given=False)
    today = cast.clinic.today()
    told = builders.check_in(today, answers={"red_calf": Decimal(1)})
    answered = services.answer_report(episode=cast.episode, facts=[told], on=today, by=cast.ben.user)
    assert answered.record.decision.advice is Advice.STOP_AND_SEEK_HELP
    assert [
        one.need for one in services.needs_list(by=cast.ada, today=today) if one.patient_id == cast.ben.pk
    ] == [Need.STOPPED]
    mail.outbox.clear()
    services.send_due(now=clock.now(), by=log.Process("test"))
    assert len(mail.outbox) == 1
    services.judge(episode=cast.episode, judgement="acknowledge", reason="Called him.", by=cast.ada)


def test_report_from_before_arrives_late_and_one_from_after_is_kept_nowhere(cast: Cast) -> None:
    desk.start(cast)
    earlier = clock.now() - timedelta(hours=2)
    say(cast, is_given=False)
    today = cast.clinic.today()
    before = builders.check_in(today, id="before", captured_at=earlier)
    after = builders.check_in(today, id="after", captured_at=clock.now() + timedelta(seconds=1))
    answers = services.append_facts(episode=cast.episode, facts=[before, after], by=cast.ben.user)
    assert [one.outcome for one in answers] == ["stored", "refused"]
    assert not QuarantinedFact.objects.exists()
    with pytest.raises(services.TakenBackError):
        services.answer_report(episode=cast.episode, facts=[after], on=today, by=cast.ben.user)


def test_who_took_it_back_is_not_decided_for_and_not_written_to(cast: Cast) -> None:
    desk.start(cast)
    say(cast, is_given=False)
    before = kept(cast)
    later = clock.now() + timedelta(days=30)
    with clock.as_if(later):
        assert services.decide_for_the_silent(now=later, by=log.Process("test")) == 0
    assert kept(cast) == before


def test_coach_sees_nobody_who_took_treatment_back(cast: Cast) -> None:
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    coach = builders.colleague(cast.clinic, rights.COACH)
    assert cast.ben in services.patients_of(coach)
    say(cast, is_given=False)
    assert cast.ben not in services.patients_of(coach)


def test_row_of_the_list_made_again_from_the_facts_says_the_same(cast: Cast) -> None:
    desk.start(cast)
    say(cast, is_given=False)
    Standing.objects.filter(episode=cast.episode).update(is_taken_back=False)
    (found,) = [one for one in rebuild_all(by=log.Process("test")) if one.episode == str(cast.episode.pk)]
    assert "is_taken_back" in found.differs
    assert Standing.objects.get(episode=cast.episode).is_taken_back


def test_nothing_is_deleted(cast: Cast) -> None:
    desk.start(cast)
    before = kept(cast)
    say(cast, is_given=False)
    assert kept(cast) == before
    assert Patient.objects.filter(pk=cast.ben.pk).exists()
    assert EpisodeRow.objects.get(pk=cast.episode.pk).closed_on is None
