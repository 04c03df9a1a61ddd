"""The clinic room: what stops a technique comes first, a stop is passed only with a reason, three visits answer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mortise.episode import output_hash, room_of
from mortise.progress.lasting import Lasting
from mortise.record import Correction, Reading, Treatment
from mortise.terms import Context, Origin, Side
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, FactRow
from mortise.web.care.services.decisions import new_id
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk
from tests.web.clinic.desk import url

pytestmark = pytest.mark.django_db


def technique(cast: Cast, *, here: bool = True) -> Any:
    protocol = content().protocol(cast.episode.protocol)
    stage = protocol.stages[0].id
    return next(
        one for one in protocol.techniques if (stage in one.stages) is here and one.test == "lunge_cm"
    )


def given(**over: str) -> dict[str, str]:
    data = {
        "looked": "on", "side": "left", "instrument": "tape", "before": "5.4", "grade": "II", "dose": "2 x 60 s",
        "position": "Supine", "after": "7.6", "home": "New shoes", "reason": "",
    }  # fmt: skip
    return data | over


def live(cast: Cast, kind: Any) -> list[Any]:
    return list(services.live_facts(services.record_of(episode=cast.episode, by=cast.ada), kind))


def test_what_stops_it_is_read_before_the_form_begins(cast: Cast) -> None:
    ada = desk.start(cast)
    one = technique(cast)
    page = ada.get(url("treat", cast.episode.pk, one.id)).content.decode()
    places = [page.index(word) for word in (one.not_when[0], "2. The test before", "3. What was given")]
    assert places == sorted(places)
    for line in one.cautions:
        assert page.index(line) < page.index('name="before"')


def test_a_treatment_is_kept_with_its_tests_and_only_the_one_before_feeds_decisions(cast: Cast) -> None:
    ada = desk.start(cast)
    one = technique(cast)
    response = ada.post(url("treat", cast.episode.pk, one.id), given())
    assert response.status_code == 302, response.content.decode()[:3000]
    (treatment,) = live(cast, Treatment)
    readings = {reading.context: reading for reading in live(cast, Reading)}
    assert treatment.before == readings[Context.BEFORE_TREATMENT].id
    assert treatment.after == readings[Context.AFTER_TREATMENT].id
    assert (treatment.technique, treatment.grade, treatment.side) == (one.id, "II", Side.LEFT)
    assert treatment.home == "New shoes"
    told = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert told.tracks["lunge_cm involved"].newest is not None
    assert told.tracks["lunge_cm involved"].newest.value == Decimal("5.4")
    page = ada.get(url("room", cast.episode.pk)).content.decode()
    assert "+2.2 ± 1.9" in page
    assert "Beyond error" in page
    assert "does the gain last" in ada.get(url("course", cast.episode.pk)).content.decode()


def test_a_treatment_changes_no_decision(cast: Cast) -> None:
    ada = desk.start(cast)
    before = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada).decision
    ada.post(url("treat", cast.episode.pk, technique(cast).id), given(before="", after=""))
    assert len(live(cast, Treatment)) == 1
    after = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada).decision
    assert output_hash(before) == output_hash(after)


def test_the_test_before_can_be_kept_while_the_hands_are_at_work(cast: Cast) -> None:
    ada = desk.start(cast)
    address = url("treat", cast.episode.pk, technique(cast).id)
    response = ada.post(address, given(before_only="1", grade="", dose="", position="", after=""))
    assert response["Location"] == address
    assert live(cast, Treatment) == []
    assert ada.get(address).context["form"]["before"].value() == "5.4"
    ada.post(address, given())
    (treatment,) = live(cast, Treatment)
    assert len(live(cast, Reading)) == 2, "the same value is not kept twice"
    assert treatment.before


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"looked": ""}, "Look for each of them first"),
        ({"against": "stop"}, "leave it, or write why it is given"),
        ({"grade": ""}, "Say at which grade"),
        ({"before": "54"}, "cannot be"),
    ],
)
def test_what_is_not_whole_is_asked_again_and_nothing_is_kept(
    cast: Cast, over: dict[str, str], says: str
) -> None:
    ada = desk.start(cast)
    one = technique(cast)
    over = {key: one.not_when[0] if value == "stop" else value for key, value in over.items()}
    response = ada.post(url("treat", cast.episode.pk, one.id), given(**over))
    assert response.status_code == 400
    assert says in response.content.decode()
    assert not FactRow.objects.filter(episode=cast.episode, kind="treatment").exists()


def test_a_stop_rule_is_passed_only_with_a_reason_and_is_marked(cast: Cast) -> None:
    ada = desk.start(cast)
    one = technique(cast)
    data = given(against=one.not_when[0], reason="Surgeon agreed on the phone.")
    assert ada.post(url("treat", cast.episode.pk, one.id), data).status_code == 302
    (treatment,) = live(cast, Treatment)
    assert treatment.against == (one.not_when[0],)
    assert "Against a stop rule" in ada.get(url("room", cast.episode.pk)).content.decode()
    assert "Against a stop rule" in ada.get(url("course", cast.episode.pk)).content.decode()


def test_what_the_record_says_cannot_be_unticked(cast: Cast) -> None:
    ada = desk.start(cast)
    one = technique(cast, here=False)
    page = ada.get(url("treat", cast.episode.pk, one.id)).content.decode()
    assert "The record says:" in page
    assert ada.post(url("treat", cast.episode.pk, one.id), given()).status_code == 400
    assert ada.post(url("treat", cast.episode.pk, one.id), given(reason="Shown by Falk.")).status_code == 302
    assert live(cast, Treatment)[0].against[0].startswith("Belongs to stage")


def test_nothing_is_treated_while_a_red_flag_has_stopped_the_programme(cast: Cast) -> None:
    ada = desk.start(cast)
    desk.report(cast, red_calf=Decimal(1))
    response = ada.post(url("treat", cast.episode.pk, technique(cast).id), given())
    assert response.status_code == 400
    assert "nothing is treated by hand" in response.content.decode().lower()
    assert live(cast, Treatment) == []


def test_another_clinics_room_is_not_there(cast: Cast) -> None:
    desk.start(cast)
    cy = builders.signed_in(cast.cy)
    assert cy.get(url("room", cast.episode.pk)).status_code == 404
    assert cy.post(url("treat", cast.episode.pk, technique(cast).id), given()).status_code == 404


def test_three_visits_answer_whether_it_lasts_and_a_corrected_one_no_longer_counts(cast: Cast) -> None:
    ada = desk.start(cast)
    one, today = technique(cast), cast.clinic.today()
    EpisodeRow.objects.filter(pk=cast.episode.pk).update(opened_on=today - timedelta(days=60))
    cast.episode.refresh_from_db()
    facts: list[Any] = []
    for weeks_ago, before, after in ((2, "5.0", "8.0"), (1, "8.0", "11.0"), (0, "11.0", "14.0")):
        on = today - timedelta(days=7 * weeks_ago)
        pair = [
            builders.lunge_cm(on, value, context=context)
            for value, context in ((before, Context.BEFORE_TREATMENT), (after, Context.AFTER_TREATMENT))
        ]
        facts += pair
        facts.append(
            Treatment(
                id=new_id(), on=on, origin=Origin.CLINICIAN, technique=one.id, exercise=one.exercise,
                joint="Talocrural", side=Side.LEFT, grade="III", dose="2 x 2 min", position="Supine",
                test="lunge_cm", before=pair[0].id, after=pair[1].id,
            )
        )  # fmt: skip
    assert all(a.is_kept for a in services.append_facts(episode=cast.episode, facts=facts, by=cast.ada))
    page = ada.get(url("course", cast.episode.pk)).content.decode()
    assert "more than half of what the room gains is still there" in page
    gone = Correction(
        id=new_id(), on=today, origin=Origin.CLINICIAN, corrects=facts[-3].id, reason="Wrong patient"
    )
    services.append_facts(episode=cast.episode, by=cast.ada, facts=[gone])
    told = services.story_of(episode=cast.episode, on=today, by=cast.ada)
    (answer,) = room_of(told.facts, content().measures).answers
    assert answer.persistence.lasting is Lasting.CANNOT_SAY
    assert answer.persistence.n_visits == 2
