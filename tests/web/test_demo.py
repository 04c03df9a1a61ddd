"""The demonstration: filled once, believable, everybody fictional, nowhere near real use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import Client, override_settings

from mortise.episode import replay
from mortise.record import DecisionRecord, Response, SessionLog
from mortise.web.accounts.models import Clinic, User
from mortise.web.audit import clock, log
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import FactRow, Need, QuarantinedFact, StoredRecording
from mortise.web.demo.assessment import ANSWERS, OTHER_SIDE, WORDS
from mortise.web.demo.fill import CLINIC, CLINICIAN_EMAIL, OTHER_EMAIL, DemoAccess, fill_clinic
from mortise.web.demo.people import BEN, ELSEWHERE, OTHERS

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[DemoAccess]:
    """Fill once for all tests here, and take it back after them."""
    with override_settings(DEMO=True), django_db_blocker.unblock(), transaction.atomic():
        yield fill_clinic(clock.now().date())
        transaction.set_rollback(True)


@pytest.fixture
def access(settings: Any, filled: DemoAccess) -> DemoAccess:
    settings.DEMO = True
    return filled


def test_demo_is_refused_outside_of_a_demonstration(settings: Any) -> None:
    settings.DEMO = False
    n = Clinic.objects.count()
    with pytest.raises(ImproperlyConfigured):
        fill_clinic(clock.now().date())
    assert Clinic.objects.count() == n


def test_demo_clinic_is_filled_once_with_people_in_different_standings(access: DemoAccess) -> None:
    before = (FactRow.objects.count(), AuditEntry.objects.count(), User.objects.count())
    again = fill_clinic(clock.now().date())
    assert again == access._replace(is_new=False)
    assert (FactRow.objects.count(), AuditEntry.objects.count(), User.objects.count()) == before

    today = Clinic.objects.get(name=CLINIC).today()
    ada, cy = User.objects.get(email=CLINICIAN_EMAIL), User.objects.get(email=OTHER_EMAIL)
    needs = {row.need for row in services.needs_list(by=ada, today=today)}
    assert {
        Need.STOPPED,
        Need.ASKED,
        Need.STEPPED_BACK,
        Need.ADVANCE,
        Need.SILENT,
        Need.NEW,
        Need.ON_PLAN,
    } <= needs
    assert [row.name for row in services.needs_list(by=cy, today=today)] == ["Dora Fjeld"]

    ben = services.patients_of(ada).get(name=access.patient_name)
    (episode,) = services.open_episodes_of(ada, ben)
    story = services.story_of(episode=episode, on=today, by=ada)
    assert story.stage == "G2"
    assert not story.is_locked
    assert story.session.exercises
    record = services.record_of(episode=episode, by=ada)
    assert all(fact.on <= today for fact in record.facts)
    assert len(list(record.of_kind(SessionLog))) >= 10
    assert list(record.of_kind(Response))
    assert len(list(record.of_kind(DecisionRecord))) >= 30
    assert replay(record, content()) == (), "decisions are those the engine makes again"

    walks = StoredRecording.objects.filter(episode=episode)
    assert [walk.status for walk in walks] == ["measured", "measured"]
    assert not QuarantinedFact.objects.exists()
    assert log.verify().is_whole


def test_demo_lets_both_in_as_it_says(access: DemoAccess) -> None:
    desk, phone = Client(), Client()
    sent = {"email": access.clinician_email, "password": access.password}
    assert desk.post("/sign-in/", sent).status_code == 302
    assert "_auth_user_id" in desk.session
    assert phone.post(access.patient_path)["Location"] == "/phone/"


def test_demo_gives_a_new_link_when_the_old_one_is_used_up(access: DemoAccess) -> None:
    for _ in range(5):
        Client().post(access.patient_path)
    again = fill_clinic(clock.now().date())
    assert again.patient_link_token != access.patient_link_token
    assert Client().post(again.patient_path).status_code == 302


def test_demo_assessment_answers_questions_of_the_content_with_their_levels() -> None:
    for answers in (ANSWERS, OTHER_SIDE, *(part.found for part in (BEN, *OTHERS, ELSEWHERE))):
        for name, level in answers.items():
            question = content().assessment.question(name)
            assert question, name
            assert question.level(level), f"{name}: {level}"
            assert not question.level(level).refers, f"{name} would send Ben on"  # type: ignore[union-attr]
    required = {one.id for one in content().assessment.questions() if one.is_required}
    assert required <= ANSWERS.keys() | WORDS.keys() | {"main_problem"}
    for part in (BEN, *OTHERS, ELSEWHERE):
        assert bool(part.problem) is part.has_programme, f"{part.name}: no programme before an assessment"
