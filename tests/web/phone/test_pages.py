"""The patient's day on the phone: asked first, trained, told, answered."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from mortise.prescribe.ladders import work_s
from mortise.protocol import DoseStep, Exercise
from mortise.record import CheckIn, PlannedExercise, SessionLog, StageEntry
from mortise.terms import Origin, Side
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.phone.changes import last_told
from mortise.web.phone.easier import easier_doses
from tests.web import builders

CALM = {
    "pain_now_nrs": "1", "pain_worst_24h_nrs": "2", "pain_night_flag": "0", "swelling_self": "0", "warmth_self": "0",
    "sharp_pain_flag": "0", "fall_or_catch_flag": "0", "fatigue_nrs": "2",
}  # fmt: skip
AFTER = {
    "pain_during_nrs": "2", "effort_nrs": "4", "comfort_nrs": "6", "range_feeling_nrs": "5", "confidence_nrs": "6",
    "sharp_pain_flag": "0", "giving_way_flag": "0",
}  # fmt: skip


def check_in(phone: Client, **changed: str) -> None:
    response = phone.post("/phone/check/", {"step": "1", "any_of_these": "none"})
    while response.status_code == 302 and "step=" in response["Location"]:
        page = phone.get(response["Location"]).content.decode()
        step = re.search(r'name="step" value="(\d+)"', page)
        assert step
        names = set(re.findall(r'type="radio" name="([a-z_0-9]+)"', page))
        response = phone.post("/phone/check/", {"step": step[1], **{n: (CALM | changed)[n] for n in names}})
    assert response.status_code == 302, response.content.decode()[-3000:]


def facts(cast: builders.Cast, kind: type) -> list:
    return list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(kind))


def train(phone: Client, outcome: str = "done", **after: str) -> None:
    page = phone.get("/phone/session/").content.decode()
    exercises = re.findall(r'data-exercise="([a-z-]+)"', page)
    log_id = re.search(r'name="log_id" value="([^"]+)"', page)
    assert exercises
    assert log_id
    data = {"log_id": log_id[1], **{f"{one}-outcome": outcome for one in exercises}}
    data |= {f"after-{name}": value for name, value in (AFTER | after).items()}
    response = phone.post("/phone/session/", data)
    assert response.status_code == 302, response.content.decode()[:3000]


def test_a_new_patient_sees_stage_one_and_is_asked_first(phone: Client) -> None:
    page = phone.get("/phone/").content.decode()
    assert "Stage 1 of 5" in page
    assert "Check in, then start" in page
    assert phone.get("/phone/session/").status_code == 302  # not before the questions


def test_a_calm_check_opens_the_session_and_saves_every_answer(cast: builders.Cast, phone: Client) -> None:
    check_in(phone)
    saved = facts(cast, CheckIn)
    assert len(saved) == 1
    assert {name: str(value) for name, value in saved[0].answers.items() if name in CALM} == CALM
    assert saved[0].answers["red_calf"] == 0
    assert phone.get("/phone/session/").status_code == 200


def test_a_danger_sign_is_saved_at_once_and_freezes_the_programme(cast: builders.Cast, phone: Client) -> None:
    response = phone.post("/phone/check/", {"step": "1", "any_of_these": "some", "which": ["red_calf"]})
    assert response.status_code == 302
    page = phone.get("/phone/").content.decode()
    assert "Stop." in page
    assert "named clinician" in page
    assert phone.get("/phone/session/").status_code == 302
    check_in_later = phone.post("/phone/check/", {"step": "1", "any_of_these": "none"})
    assert check_in_later.status_code == 302
    assert "Stop." in phone.get("/phone/").content.decode()  # later answers do not clear it


def give_numbers(cast: builders.Cast) -> None:
    cast.ben.clinic.emergency_line, cast.ben.clinic.phone = "112", "555 0100"
    cast.ben.clinic.save()


def test_the_numbers_to_call_stand_where_help_is_sought(cast: builders.Cast, phone: Client) -> None:
    give_numbers(cast)
    help_page = phone.get("/phone/help/").content.decode()
    phone.post("/phone/check/", {"step": "1", "any_of_these": "some", "which": ["red_calf"]})
    stop_page = phone.get("/phone/").content.decode()
    for page in (help_page, stop_page):
        assert re.findall(r'href="tel:([^"]*)"', page) == ["112", "5550100"]


def test_no_number_is_made_up(phone: Client) -> None:
    assert "tel:" not in phone.get("/phone/help/").content.decode()


def test_cannot_say_is_kept_as_not_known(cast: builders.Cast, phone: Client) -> None:
    check_in(phone, swelling_self="unknown")
    assert facts(cast, CheckIn)[0].answers["swelling_self"] is None


def test_a_step_left_open_is_asked_again_and_keeps_what_was_tapped(phone: Client) -> None:
    phone.post("/phone/check/", {"step": "1", "any_of_these": "none"})
    response = phone.post("/phone/check/", {"step": "2", "pain_now_nrs": "4"})
    assert response.status_code == 422
    page = response.content.decode()
    assert re.search(r'name="pain_now_nrs" value="4"[^>]*checked', page)
    assert "Can’t say” is one too." in page


def test_a_session_is_logged_and_answered(cast: builders.Cast, phone: Client) -> None:
    check_in(phone)
    train(phone)
    log = facts(cast, SessionLog)[0]
    assert {item.outcome for item in log.items} == {"done"}
    assert log.answers["pain_during_nrs"] == Decimal(2)
    exercises = content().exercises
    for item in log.items:  # within the dose, or it would be no evidence for a raise
        dose = exercises[item.exercise].dose_steps[item.dose_step]
        assert (item.n_sets, item.n_reps) == (dose.n_sets, dose.n_reps)
        assert (item.duration_s or 0) == dose.duration_s  # of work done for a time, how long each set was
    page = phone.get("/phone/").content.decode()
    assert "What your answers changed" in page
    assert "Today is done" in page


def test_the_same_log_sent_twice_is_one_session(cast: builders.Cast, phone: Client) -> None:
    check_in(phone)
    page = phone.get("/phone/session/").content.decode()
    exercises = re.findall(r'data-exercise="([a-z-]+)"', page)
    log_id = re.search(r'name="log_id" value="([^"]+)"', page)
    assert log_id
    data = {"log_id": log_id[1], **{f"{one}-outcome": "done" for one in exercises}}
    data |= {f"after-{name}": value for name, value in AFTER.items()}
    phone.post("/phone/session/", data)
    phone.post("/phone/session/", data)
    assert len(facts(cast, SessionLog)) == 1


def test_an_unfinished_session_form_keeps_what_was_tapped(phone: Client) -> None:
    check_in(phone)
    response = phone.post("/phone/session/", {"log_id": "x", "after-pain_during_nrs": "3"})
    assert response.status_code == 422
    page = response.content.decode()
    assert re.search(r'name="after-pain_during_nrs" value="3"[^>]*checked', page)
    assert 'name="log_id" value="x"' in page


def test_sharp_pain_changes_the_day_and_says_so(phone: Client) -> None:
    check_in(phone, sharp_pain_flag="1", pain_now_nrs="6")
    page = phone.get("/phone/").content.decode()
    assert "What your answers changed" in page
    assert "It changes nothing" not in page


@pytest.mark.parametrize("kind", ["ten_minutes", "travelling", "ill", "other_sport", "hot_ankle"])
def test_a_day_that_is_not_usual_never_makes_the_session_longer(phone: Client, kind: str) -> None:
    check_in(phone)
    usual = _minutes(phone)
    phone.post("/phone/day/", {"day": kind})
    assert _minutes(phone) <= usual
    phone.post("/phone/day/", {"day": kind})  # the same again goes back to a usual day
    assert _minutes(phone) == usual


def test_what_is_said_of_a_day_combines_and_only_takes_away(phone: Client) -> None:
    check_in(phone)
    usual = _minutes(phone)
    phone.post("/phone/day/", {"day": "other_sport"})
    alone = _minutes(phone)
    phone.post("/phone/day/", {"day": "ill"})
    page = phone.get("/phone/").content.decode()
    assert page.count('aria-pressed="true"') == 2
    assert "Today is only the gentle part." in page
    assert "Today leaves out what your sport already loads." in page
    assert _minutes(phone) <= alone <= usual
    phone.post("/phone/day/", {"day": "ill"})
    assert _minutes(phone) == alone
    phone.post("/phone/day/", {"day": "usual"})
    assert _minutes(phone) == usual


def _minutes(phone: Client) -> int:
    found = re.search(r"exercises?, (\d+) min", phone.get("/phone/").content.decode())
    return int(found[1]) if found else 0


def test_the_morning_after_is_asked_the_next_day(cast: builders.Cast, phone: Client, monkeypatch) -> None:
    check_in(phone)
    train(phone)
    tomorrow = cast.clinic.today() + timezone.timedelta(days=1)
    monkeypatch.setattr("mortise.web.accounts.models.Clinic.today", lambda self, now=None: tomorrow)
    phone.post("/phone/check/", {"step": "1", "any_of_these": "none"})
    page = phone.get("/phone/check/?step=2").content.decode()
    assert 'name="stiffness_morning_min"' in page


@pytest.mark.parametrize("address", ["/phone/progress/", "/phone/help/", "/phone/test/", "/phone/check/"])
def test_every_page_opens(phone: Client, address: str) -> None:
    assert phone.get(address).status_code == 200


def test_self_tests_become_readings_of_the_patient(cast: builders.Cast, phone: Client) -> None:
    response = phone.post("/phone/test/", {"batch": "b1", "walk_min": "12", "lunge_cm-left": "6.5"})
    assert response.status_code == 302
    record = services.record_of(episode=cast.episode, by=cast.ada)
    found = {
        (f.measure, str(f.side), str(f.value), str(f.origin)) for f in record.facts if hasattr(f, "measure")
    }
    assert ("walk_min", "none", "12", "patient") in found
    assert ("lunge_cm", "left", "6.5", "patient") in found


@pytest.mark.parametrize("value", ["999", "-1", "abc", "6.53"])
def test_a_self_test_that_cannot_be_is_refused_and_kept_in_the_form(phone: Client, value: str) -> None:
    response = phone.post("/phone/test/", {"batch": "b1", "lunge_cm-left": value})
    assert response.status_code == 422
    assert f'value="{value}"' in response.content.decode()


def test_staff_have_no_phone(cast: builders.Cast) -> None:
    assert builders.signed_in(cast.ada).get("/phone/").status_code == 404


def test_no_advance_happens_on_the_phone(cast: builders.Cast, phone: Client) -> None:
    check_in(phone)
    train(phone)
    assert not facts(cast, StageEntry)


def test_a_danger_sign_that_cannot_be_saved_still_shows_the_help(
    cast: builders.Cast, phone: Client, monkeypatch
) -> None:
    give_numbers(cast)
    past = timezone.now() - timezone.timedelta(days=9)
    monkeypatch.setattr("mortise.web.phone.views_check.clock.now", lambda: past)
    monkeypatch.setattr(
        "mortise.web.accounts.models.Clinic.today", lambda self, now=None: timezone.now().date()
    )
    response = phone.post("/phone/check/", {"step": "1", "any_of_these": "some", "which": ["red_calf"]})
    page = response.content.decode()
    assert response.status_code == 200
    assert 'role="alert"' in page
    assert "could not be saved" in page
    assert 'href="tel:112"' in page


def test_a_later_step_is_not_asked_before_the_danger_signs(phone: Client) -> None:
    response = phone.get("/phone/check/?step=3")
    assert response.status_code == 302
    assert response["Location"].endswith("step=1")
    assert phone.post("/phone/check/", {"step": "4", **CALM}).status_code == 302


@pytest.fixture
def both(cast: builders.Cast) -> tuple[builders.Cast, Client]:
    builders.episode(cast.ben, cast.ada, Side.RIGHT)
    return cast, builders.phone_of(cast.ben, cast.ada)


def test_both_ankles_can_be_reached(both: tuple[builders.Cast, Client]) -> None:
    _, phone = both
    first = phone.get("/phone/").content.decode()
    other = re.search(r'name="episode" value="([^"]+)">To the (left|right) ankle', first)
    assert other
    phone.post("/phone/ankle/", {"episode": other[1]})
    assert f"Today, {other[2]} ankle" in phone.get("/phone/").content.decode()
    phone.post("/phone/ankle/", {"episode": str(both[0].dora_episode.pk)})  # somebody else's: nothing changes
    assert f"Today, {other[2]} ankle" in phone.get("/phone/").content.decode()


def test_a_danger_sign_stops_both_ankles(both: tuple[builders.Cast, Client]) -> None:
    cast, phone = both
    phone.post("/phone/check/", {"step": "1", "any_of_these": "some", "which": ["red_calf"]})
    episodes = services.open_episodes_of(cast.ada, cast.ben)
    stories = [services.story_of(episode=one, on=cast.clinic.today(), by=cast.ada) for one in episodes]
    assert [one.is_locked for one in stories] == [True, True]


def test_an_easier_dose_is_told_at_its_own_rung_and_never_counts_as_done(
    phone: Client, cast: builders.Cast
) -> None:
    check_in(phone)
    page = phone.get("/phone/session/").content.decode()
    exercises = re.findall(r'data-exercise="([a-z-]+)"', page)
    levels = [json.loads(html.unescape(one)) for one in re.findall(r'data-levels="([^"]+)"', page)]
    easier = next(n for n, one in enumerate(levels) if len(one) > 1)
    data = {"log_id": re.search(r'name="log_id" value="([^"]+)"', page)[1]}  # type: ignore[index]
    data |= {f"{one}-outcome": "done" for one in exercises} | {f"{exercises[easier]}-level": "1"}
    phone.post("/phone/session/", data | {f"after-{name}": value for name, value in AFTER.items()})

    (log,) = facts(cast, SessionLog)
    assert log.items[easier].outcome == "modified"
    assert log.items[easier].reason == "too_hard"
    assert log.items[easier].dose_step == levels[easier][1]["step"]
    assert {one.outcome for n, one in enumerate(log.items) if n != easier} == {"done"}


def test_every_level_offered_is_less_work_than_the_one_before_and_harder_says_why_not() -> None:
    exercises = content().exercises
    for exercise in exercises.values():
        for step, dose in enumerate(exercise.dose_steps):
            planned = builders_planned(exercise, step, dose)
            works = [work_s(dose), *(work_s(one) for _, one in easier_doses(exercise, planned))]
            assert works == sorted(set(works), reverse=True), exercise.id
            assert all(rung <= step for rung, _ in easier_doses(exercise, planned))


def builders_planned(exercise: Exercise, step: int, dose: DoseStep) -> PlannedExercise:
    return PlannedExercise(
        exercise=exercise.id, name="", purpose="", dose_step=step, dose=dose, usual_step=step, n_sides=1,
        seconds=Decimal(0), why="", why_patient="",
    )  # fmt: skip


def test_a_session_told_again_keeps_both_and_the_worse_counts(phone: Client, cast: builders.Cast) -> None:
    check_in(phone)
    train(phone)
    assert "Change what you wrote" in phone.get("/phone/").content.decode()
    page = phone.get("/phone/session/change/").content.decode()
    exercises = re.findall(r'data-exercise="([a-z-]+)"', page)
    assert len(re.findall(r'value="done"[^>]*checked', page)) == len(exercises)  # what was told is filled in
    data = {"log_id": re.search(r'name="log_id" value="([^"]+)"', page)[1]}  # type: ignore[index]
    data |= {f"{one}-outcome": "done" for one in exercises} | {f"{exercises[0]}-pain": "7"}
    phone.post("/phone/session/change/", data | {f"after-{name}": value for name, value in AFTER.items()})

    logs = facts(cast, SessionLog)
    assert len(logs) == 2
    assert logs[0].session == logs[1].session
    story = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert "pain of 6 or more" in story.dose_states[exercises[0]].cause


def test_a_session_can_be_told_again_until_the_next_day(phone: Client) -> None:
    assert phone.get("/phone/session/change/").status_code == 302  # nothing was told yet
    today = timezone.localdate()
    told = SessionLog(id="l", on=today, origin=Origin.PATIENT, session="s", items=())
    story = SimpleNamespace(facts=(told,))
    assert last_told(story, today) is told  # type: ignore[arg-type]
    assert last_told(story, today + timedelta(days=1)) is told  # type: ignore[arg-type]
    assert last_told(story, today + timedelta(days=2)) is None  # type: ignore[arg-type]
