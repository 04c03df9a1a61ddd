"""A page saved as it goes: what is whole is kept, what is odd is asked once, nothing of another field is touched."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from mortise.record import CheckIn, Correction, Reading, Sign
from mortise.terms import Side
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow, FactRow
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk
from tests.web.clinic.desk import section_data, url

pytestmark = pytest.mark.django_db


def live(cast: Cast, kind: Any) -> list[Any]:
    return list(services.live_facts(services.record_of(episode=cast.episode, by=cast.ada), kind))


def save(client: Client, address: str, touched: list[str], **data: str) -> dict[str, Any]:
    response = client.post(
        address,
        {"context": "routine", "at_visit": "on", **data, "touched": touched},
        headers={"X-Save": "touched"},
    )
    assert response.status_code == 200, response.content.decode()[:2000]
    said: dict[str, Any] = response.json()
    return said


def earlier(cast: Cast, left: str, right: str, days_ago: int = 7) -> None:
    on = cast.clinic.today() - timedelta(days=days_ago)
    EpisodeRow.objects.filter(pk=cast.episode.pk).update(opened_on=on)
    cast.episode.refresh_from_db()
    facts = [builders.lunge_cm(on, left), builders.lunge_cm(on, right, Side.RIGHT)]
    services.append_facts(episode=cast.episode, facts=facts, by=cast.ada)


def test_what_was_touched_is_kept_and_nothing_else(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "range")
    typed = {"m-lunge_cm-left": "5.4", "m-lunge_cm-right": "11.7", "q-forced_dorsiflexion-left": "pinch"}
    said = save(ada, address, ["m-lunge_cm-left"], **typed)
    assert said["saved"] == ["m-lunge_cm-left"]
    assert [(one.side, one.value) for one in live(cast, Reading)] == [(Side.LEFT, Decimal("5.4"))]
    assert live(cast, Sign) == []
    save(ada, address, ["q-forced_dorsiflexion-left", "m-lunge_cm-right"], **typed)
    assert [(one.sign, one.level) for one in live(cast, Sign)] == [("forced_dorsiflexion", "pinch")]
    assert len(live(cast, Reading)) == 2


def test_a_field_nobody_touched_never_writes_over_what_somebody_else_saved(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    other = builders.signed_in(builders.clinician(cast.clinic, "Falk", "falk@clinic.example"))
    address = url("assess", cast.episode.pk, "range")
    save(other, address, ["m-lunge_cm-right"], **{"m-lunge_cm-right": "11.7"})
    save(ada, address, ["m-lunge_cm-left"], **{"m-lunge_cm-left": "5.4", "m-lunge_cm-right": ""})
    assert {one.side: one.value for one in live(cast, Reading)} == {
        Side.LEFT: Decimal("5.4"), Side.RIGHT: Decimal("11.7"),
    }  # fmt: skip
    assert live(cast, Correction) == []


def test_saving_the_same_twice_adds_nothing_and_emptying_withdraws(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "range")
    for _ in range(2):
        save(ada, address, ["m-lunge_cm-left"], **{"m-lunge_cm-left": "5.4"})
    assert FactRow.objects.filter(episode=cast.episode).count() == 1
    save(ada, address, ["m-lunge_cm-left"], **{"m-lunge_cm-left": ""})
    assert live(cast, Reading) == []


def test_one_wrong_field_is_said_and_holds_back_no_other(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "range")
    typed = {"m-lunge_cm-left": "abc", "m-lunge_cm-right": "11.7"}
    said = save(ada, address, list(typed), **typed)
    assert "not a number" in said["wrong"]["m-lunge_cm-left"]
    assert said["saved"] == ["m-lunge_cm-right"]
    assert [one.side for one in live(cast, Reading)] == [Side.RIGHT]


def test_goals_are_kept_as_they_are_typed(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "goals")
    save(ada, address, ["g-0-words"], **{"g-0-words": "Stairs"})
    save(ada, address, ["t-main_problem"], **{"g-0-words": "Stairs", "t-main_problem": "It pinches."})
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert [goal.words for goal in services.goals_of(record)] == ["Stairs"]
    assert [one.text for one in live(cast, Sign)] == ["It pinches."]


def test_both_sides_show_their_difference_as_soon_as_they_are_kept(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    typed = {"m-lunge_cm-left": "5.4", "m-lunge_cm-right": "11.7"}
    said = save(ada, url("assess", cast.episode.pk, "range"), list(typed), **typed)
    assert "Beyond error" in said["html"]["compared-lunge_cm"]
    assert "parts" in said["html"]
    assert said["at"][2] == ":"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"m-lunge_cm-left": "54"}, "Did you mean 5.4?"),
        ({"m-lunge_cm-left": "11.7", "m-lunge_cm-right": "5.4"}, "Left and right look swapped"),
        ({"m-lunge_cm-left": "17"}, "seldom real"),
    ],
)
def test_an_odd_value_is_asked_about_first_and_kept_with_a_mark_when_it_is_so(
    cast: Cast, typed: dict[str, str], says: str
) -> None:
    earlier(cast, "5.4", "11.7")
    ada = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "range")
    before = FactRow.objects.count()
    said = save(ada, address, list(typed), **typed)
    assert says in said["odd"]["m-lunge_cm-left"]
    assert FactRow.objects.count() == before, "nothing odd is kept unasked"
    confirmed = {f"ok-{name}": "1" for name in typed}
    said = save(ada, address, list(confirmed), **typed, **confirmed)
    assert said["odd"] == {}
    kept = [one for one in live(cast, Reading) if one.on == cast.clinic.today()]
    assert {one.value for one in kept} == {Decimal(value) for value in typed.values()}
    assert all(mark.startswith("confirmed:") for one in kept for mark in one.quality)
    assert all(one.quality for one in kept)
    assert "Odd, and confirmed" in ada.get(address).content.decode()
    assert save(ada, address, list(typed), **typed)["odd"] == {}, "what is kept is not asked about again"


def test_without_scripts_the_whole_form_asks_and_takes_the_tick(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "range")
    data = section_data("range") | {"m-lunge_cm-left": "54"}
    page = ada.post(address, data)
    assert page.status_code == 400
    assert 'name="ok-m-lunge_cm-left"' in page.content.decode()
    assert ada.post(address, data | {"ok-m-lunge_cm-left": "1"}).status_code == 302
    assert live(cast, Reading)[0].quality == ("confirmed:out_of_range",)


def test_a_confirmed_value_outside_the_range_feeds_no_decision(cast: Cast) -> None:
    ada = desk.start(cast)
    address = url("reading", cast.episode.pk) + "?all=1"
    typed = {"m-lunge_cm-left": "54", "ok-m-lunge_cm-left": "1", "all": "1"}
    save(ada, address, ["m-lunge_cm-left"], **typed)
    told = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    track = told.tracks["lunge_cm involved"]
    assert track.newest is None
    assert track.cause is not None
    assert track.cause.value == "implausible"


def test_an_answer_that_stops_a_running_programme_acts_when_it_is_kept(cast: Cast) -> None:
    ada = desk.start(cast)
    address = url("assess", cast.episode.pk, "exclusions")
    page = ada.get(address).content.decode()
    assert page.count("data-acts") >= 5, "they wait until the clinician has moved on"
    question = next(
        one for one in ada.get(address).context["section"].questions
        if one.raises and any(one.flag_of(level.id) for level in one.levels)
    )  # fmt: skip
    level = next(level for level in question.levels if question.flag_of(level.id))
    name = f"q-{question.id}-none"
    said = save(ada, address, [name], **{name: level.id})
    assert question.label in said["html"]["raised"]
    assert any(one.answers.get(question.raises) for one in live(cast, CheckIn))


def test_practice_is_marked(cast: Cast) -> None:
    from mortise.web.care.content import content

    ada = builders.signed_in(cast.ada)
    section, measure = next(
        (section.id, content().measures[name])
        for section in content().assessment.sections
        for name in section.measures
        if name in content().measures and content().measures[name].n_practice_sessions
    )
    page = ada.get(url("assess", cast.episode.pk, section)).content.decode()
    assert f"Practice 1 of {measure.n_practice_sessions}: shown, not the baseline" in page


def test_a_confirmed_value_is_marked_in_the_table_beneath_the_chart(cast: Cast) -> None:
    ada = desk.start(cast)
    earlier(cast, "5.4", "11.7")
    address = url("reading", cast.episode.pk) + "?all=1"
    save(
        ada, address, ["m-lunge_cm-left"], **{"m-lunge_cm-left": "17", "ok-m-lunge_cm-left": "1", "all": "1"}
    )
    assert "odd, and confirmed" in ada.get(url("course", cast.episode.pk)).content.decode()


def test_another_clinic_saves_nothing(cast: Cast) -> None:
    cy = builders.signed_in(cast.cy)
    response = cy.post(
        url("assess", cast.episode.pk, "range"),
        {"touched": ["m-lunge_cm-left"]},
        headers={"X-Save": "touched"},
    )
    assert response.status_code == 404
