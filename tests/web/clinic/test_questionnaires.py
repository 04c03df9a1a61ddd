"""Questionnaires on the desk: answered where their words ship, typed in where not, filled by a clinic's own file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mortise.record import Correction, Reading
from mortise.web.care import services
from tests.unit.catalog.test_item_packs import words
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def packs(tmp_path: Path, settings: Any) -> Path:
    settings.ITEM_PACKS_DIR = tmp_path
    return tmp_path


def readings(cast: Cast, measure: str) -> list[Reading]:
    record = services.record_of(episode=cast.episode, by=cast.ada)
    gone = {one.corrects for one in record.of_kind(Correction)}
    return [one for one in record.of_kind(Reading) if one.measure == measure and one.id not in gone]


def test_every_questionnaire_is_listed_with_whose_it_is(cast: Cast) -> None:
    text = builders.signed_in(cast.ada).get(url("questionnaires", cast.episode.pk)).content.decode()
    for said in ("Foot and Ankle Outcome Score", "Mapi Research Trust", "Can be answered here.", "none yet"):
        assert said in text


def test_a_score_is_typed_in_once_and_saved_twice_adds_nothing(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    page = url("questionnaire", cast.episode.pk, "faam")
    for _ in range(2):
        assert client.post(page, {"at_visit": "on", "s-adl": "71.4", "s-sport": ""}).status_code == 302
    (reading,) = readings(cast, "faam_adl_points")
    assert (reading.value, reading.unit, reading.instrument, reading.at_visit) == (
        Decimal("71.4"),
        "points",
        "form",
        True,
    )
    assert readings(cast, "faam_sport_points") == []
    assert "71.4" in client.get(url("questionnaires", cast.episode.pk)).content.decode()


def test_named_activities_are_answered_in_the_patients_own_words(cast: Cast) -> None:
    services.set_goals(episode=cast.episode, by=cast.ada, goals=[services.GoalDraft("Walk to the sea")])
    client = builders.signed_in(cast.ada)
    page = url("questionnaire", cast.episode.pk, "named-activities")
    assert "The first activity: Walk to the sea" in client.get(page).content.decode()
    answers = {
        "at_visit": "on",
        "q-activity01": "3",
        "q-activity02": "0",
        "q-activity03": "5",
        "q-activity04": "unknown",
    }
    assert client.post(page, answers).status_code == 302
    (reading,) = readings(cast, "named_activities_points")
    assert reading.value == Decimal("2.7")
    assert reading.trials == (Decimal(3), Decimal(0), Decimal(5)), (
        "the answers stand behind the score; 0 is one"
    )
    assert reading.instrument == "interview"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"q-activity01": "3", "q-activity02": "4"}, "2 of 5 answered; 3 are needed"),
        (
            {"q-activity01": "3", "q-activity02": "4", "q-activity03": "5", "s-activity": "9"},
            "The answers come to 4",
        ),
        ({}, "Answer the items, or enter a score."),
        ({"s-activity": "11"}, "cannot be"),
        ({"q-activity01": "12"}, "not one of the available choices"),
    ],
)
def test_what_does_not_add_up_is_asked_again_and_nothing_is_saved(
    cast: Cast, given: dict[str, str], said: str
) -> None:
    response = builders.signed_in(cast.ada).post(
        url("questionnaire", cast.episode.pk, "named-activities"), given
    )
    assert response.status_code == 400
    assert said in response.content.decode()
    assert readings(cast, "named_activities_points") == []


def test_an_answer_off_the_grid_is_asked_again(cast: Cast) -> None:
    response = builders.signed_in(cast.ada).post(
        url("questionnaire", cast.episode.pk, "ankle-diary"), {"q-stiffness": "7"}
    )
    assert response.status_code == 400
    assert "7 is no answer" in response.content.decode()


def test_a_clinics_licensed_file_brings_the_items_onto_the_desk(cast: Cast, packs: Path) -> None:
    client = builders.signed_in(cast.ada)
    page = url("questionnaire", cast.episode.pk, "lefs")
    assert "Fictional question" not in client.get(page).content.decode()
    (packs / "lefs.toml").write_text(words().replace("until = 2026-12-31\n", ""), encoding="utf-8")
    assert "Fictional question 20" in client.get(page).content.decode()
    answers = {f"q-item{number:02d}": "2" for number in range(1, 21)}
    assert client.post(page, {"at_visit": "on", **answers}).status_code == 302
    (reading,) = readings(cast, "lefs_points")
    assert reading.value == 40
    assert len(reading.trials) == 20


def test_a_file_with_a_fault_is_named_and_the_score_can_still_be_typed(cast: Cast, packs: Path) -> None:
    (packs / "lefs.toml").write_text(words(19), encoding="utf-8")
    client = builders.signed_in(cast.ada)
    assert (
        "are not the 20 items of LEFS" in client.get(url("questionnaires", cast.episode.pk)).content.decode()
    )
    assert client.post(url("questionnaire", cast.episode.pk, "lefs"), {"s-item": "55"}).status_code == 302
    assert [one.value for one in readings(cast, "lefs_points")] == [Decimal(55)]


def test_questionnaires_of_another_clinic_and_unknown_ones_do_not_exist(cast: Cast) -> None:
    stranger = builders.signed_in(cast.cy)
    assert stranger.get(url("questionnaires", cast.episode.pk)).status_code == 404
    assert stranger.post(url("questionnaire", cast.episode.pk, "faam"), {"s-adl": "1"}).status_code == 404
    assert (
        builders.signed_in(cast.ada).get(url("questionnaire", cast.episode.pk, "nobody")).status_code == 404
    )
