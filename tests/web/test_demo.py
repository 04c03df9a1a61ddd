"""The demonstration: filled once, believable, everybody fictional, nowhere near real use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import Client, override_settings
from msgspec import UNSET

from mortise.episode import replay, room_of
from mortise.progress.lasting import Lasting
from mortise.record import DecisionRecord, Response, SessionLog
from mortise.web.accounts import rights
from mortise.web.accounts.models import Clinic, User
from mortise.web.audit import clock, log
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import FactRow, Need, QuarantinedFact, Standing, StoredRecording
from mortise.web.demo import rest
from mortise.web.demo.assessment import ANSWERS, OTHER_SIDE, WORDS
from mortise.web.demo.crowd import ARTHROSCOPY, Joining, crowd
from mortise.web.demo.fill import CLINIC, DemoAccess, fill_clinic
from mortise.web.demo.people import BEN, ELSEWHERE, OTHERS, Part
from mortise.web.demo.team import ADA, CY, FEMI, TEAM

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


def everybody() -> tuple[Part, ...]:
    return (BEN, *OTHERS, ELSEWHERE, *(one.part for one in crowd()))


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
    ada, cy = User.objects.get(email=ADA.email), User.objects.get(email=CY.email)
    needs = {row.need for row in services.needs_list(by=ada, today=today)}
    assert {
        Need.STOPPED,
        Need.FLARE,
        Need.STEPPED_BACK,
        Need.ADVANCE,
        Need.SILENT,
        Need.NEW,
        Need.ON_PLAN,
    } <= needs
    assert [row.name for row in services.needs_list(by=cy, today=today)] == [ELSEWHERE.name]

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


def test_demo_employs_one_of_each_role_and_each_signs_in(access: DemoAccess) -> None:
    assert {one.role for one in TEAM} == set(rights.STAFF_ROLES)
    assert {email for _, email in access.colleagues} == {one.email for one in (*TEAM, CY)} - {ADA.email}
    for _, email in access.colleagues:
        there = Client()
        assert there.post("/sign-in/", {"email": email, "password": access.password}).status_code == 302
        assert "_auth_user_id" in there.session, email


def test_demo_lets_a_guest_read_one_summary_and_keeps_the_link(access: DemoAccess) -> None:
    guest = Client()
    page = guest.post(access.guest_path, follow=True)
    assert page.status_code == 200
    assert BEN.name in page.content.decode()
    assert guest.get("/desk/").status_code in {302, 403, 404}
    assert fill_clinic(clock.now().date()).guest_link_token == access.guest_link_token


def test_demo_answers_whether_a_treatment_lasts_and_what_a_colleague_said(access: DemoAccess) -> None:
    ada = User.objects.get(email=ADA.email)
    (episode,) = services.open_episodes_of(ada, services.patients_of(ada).get(name=BEN.name))
    story = services.story_of(episode=episode, on=ada.clinic.today(), by=ada)
    (answer,) = room_of(story.facts, content().measures).answers
    assert answer.persistence.lasting is Lasting.FADES
    (opinion,) = services.opinions_of(episode=episode)
    assert opinion.answer
    assert {note.about for note in services.notes_of(episode=episode, by=ada)} == {"care", "footwear"}


def test_demo_gives_a_new_link_when_the_old_one_is_used_up(access: DemoAccess) -> None:
    for _ in range(5):
        Client().post(access.patient_path)
    again = fill_clinic(clock.now().date())
    assert again.patient_link_token != access.patient_link_token
    assert Client().post(again.patient_path).status_code == 302


def test_demo_assessment_answers_questions_of_the_content_with_their_levels() -> None:
    for answers in (ANSWERS, OTHER_SIDE, *(part.found for part in everybody())):
        for name, level in answers.items():
            question = content().assessment.question(name)
            assert question, name
            assert question.level(level), f"{name}: {level}"
            assert not question.level(level).refers, f"{name} would send Ben on"  # type: ignore[union-attr]
    required = {one.id for one in content().assessment.questions() if one.is_required}
    assert required <= ANSWERS.keys() | WORDS.keys() | {"main_problem"}
    for part in everybody():
        assert bool(part.problem) is part.has_programme, f"{part.name}: no programme before an assessment"


def test_the_rest_of_the_clinic_is_always_the_same_and_is_a_tuesday() -> None:
    people = crowd()
    assert people == crowd()
    names = [one.part.name for one in people] + [part.name for part in (*OTHERS, BEN, ELSEWHERE)]
    assert len(names) == len(set(names)) == 41
    assert len({one.protocol for one in people}) == 4
    assert {one.is_ada_s for one in people} == {True, False}
    assert any(one.writes for one in people)
    assert any(one.has_unread_report for one in people)
    assert any(one.n_on_the_phone for one in people)
    assert any(one.part.flare_from_day for one in people)
    assert any(one.part.discharged_days_ago for one in people)
    assert any(one.part.home_lunge_cm for one in people), "somebody whose range stands still"
    assert {one.part.found.get("walking_aid", "none") for one in people} == {"none", "stick", "frame"}
    assert {one.part.found.get("activity_level", "active") for one in people} == {"active", "daily", "sport"}
    ages = [one.part.birth_year for one in people]
    assert max(ages) - min(ages) > 50
    assert not all(one.agrees for one in people)


def numbered(what: Callable[[Joining], object]) -> int:
    """The one whose story is quickest told among those that are so."""
    people = crowd()
    found = [number for number, one in enumerate(people) if what(one)]
    return min(found, key=lambda number: people[number].part.n_days)


def test_others_join_once_each_with_what_there_is_to_see(access: DemoAccess) -> None:
    ada = User.objects.get(email=ADA.email)
    today = access.filled_on.isoformat()
    writes, unread = numbered(lambda one: one.writes), numbered(lambda one: one.has_unread_report)
    new = numbered(lambda one: not one.part.has_programme)
    for number in (writes, unread, new, new):
        rest.join.call(number=number, today=today)
    people = {one.name: one for one in services.patients_of(ada)}
    assert {crowd()[number].part.name for number in (writes, unread, new)} <= set(people)
    assert len(people) == len(OTHERS) + 1 + 3
    rows = {row.name: row for row in services.needs_list(by=ada, today=access.filled_on)}
    assert Standing.objects.get(episode_id=rows[crowd()[writes].part.name].episode_id).n_messages == 1
    assert rows[crowd()[unread].part.name].n_quarantined == 1
    assert rows[crowd()[new].part.name].need == Need.NEW
    new_one = next(one for name, one in people.items() if name == crowd()[new].part.name)
    assert services.treating_of(patient=new_one).email == (ADA if crowd()[new].is_ada_s else FEMI).email


def test_somebody_joins_whose_letter_waits_and_somebody_who_is_discharged(access: DemoAccess) -> None:
    today = access.filled_on.isoformat()
    sent_on, ended = (
        numbered(lambda one: one.protocol == ARTHROSCOPY and one.part.n_days > 20),
        numbered(lambda one: one.part.discharged_days_ago),
    )
    for number in (sent_on, ended):
        rest.join.call(number=number, today=today)
    ada = User.objects.get(email=ADA.email)
    people = {one.name: one for one in services.patients_of(ada)}
    (episode,) = services.open_episodes_of(ada, people[crowd()[sent_on].part.name])
    letter = episode.letters.get()
    assert services.is_signed(letter)
    assert letter.sent_at
    assert not letter.received_at, "nobody has acknowledged it yet"
    assert [row.name for row in services.discharged_list(by=ada)] == [crowd()[ended].part.name]


def test_only_who_is_not_here_is_asked_to_join(access: DemoAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(rest, "enqueue_once", lambda job, **given: asked.append(given["number"]))
    assert rest.ask_the_rest() == len(asked) == len(set(asked))
    here = set(services.patients_of(User.objects.get(email=ADA.email)).values_list("name", flat=True))
    assert len(asked) == sum(one.part.name not in here for one in crowd())


def test_demo_sessions_tell_sets_repetitions_and_seconds_as_a_phone_does(access: DemoAccess) -> None:
    ada = User.objects.get(email=ADA.email)
    logs = [
        fact
        for patient in services.patients_of(ada)
        for episode in services.open_episodes_of(ada, patient)
        for fact in services.record_of(episode=episode, by=ada).of_kind(SessionLog)
    ]
    exercises = content().exercises
    items = [item for log in logs for item in log.items]
    assert items
    n_cut = 0
    for item in items:
        rung = exercises[item.exercise].dose_steps[item.dose_step]
        assert item.n_sets is not None
        assert item.n_reps is not None
        assert (item.duration_s is UNSET) == (not rung.duration_s)
        assert (item.n_sets == 0) == (item.outcome == "skipped")
        assert item.n_sets <= rung.n_sets
        seconds = rung.duration_s if item.duration_s is UNSET else item.duration_s
        n_cut += item.outcome == "done" and (item.n_sets, item.n_reps, seconds) != (
            rung.n_sets, rung.n_reps, rung.duration_s,
        )  # fmt: skip
    assert n_cut, "lighter days have less than the rung, and say so"
    assert {item.outcome for item in items} == {"done", "modified", "skipped"}
