"""The course: stage, gate, decision with reasons; agreed or overruled on the record, stopped until a person resumes."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mortise.protocol import Tier
from mortise.record import CheckIn, ClinicVisit, DecisionRecord, Judgement, Reading, Response
from mortise.terms import Advice, Load
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import FactRow, Need
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import report, section_data, start, trained, url

pytestmark = pytest.mark.django_db


def shown(client: Client, cast: Cast) -> str:
    found: str = client.get(url("course", cast.episode.pk)).context["shown"]
    return found


def responses(cast: Cast) -> list[Response]:
    return list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(Response))


def test_course_before_a_programme_leads_to_the_assessment(cast: Cast) -> None:
    page = builders.signed_in(cast.ada).get(url("course", cast.episode.pk)).content.decode()
    assert "No programme yet" in page
    assert url("assessment", cast.episode.pk) in page


def test_course_shows_stage_gate_decision_chart_programme_and_due(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    page = client.get(url("course", cast.episode.pk))
    text = page.content.decode()
    assert page.context["track"][0].css == "is-now"
    assert page.context["gate"].n_lines == len(page.context["gate"].lines) > 3
    assert page.context["panel"].arguments
    assert page.context["panel"].sources, "evidence rows are one tap away"
    assert '<figure class="chart">' in text or '<figure class="card chart">' in text
    assert len(page.context["programme"].rows) >= 4
    assert page.context["due"]
    assert "Not yet" in text
    assert "clinic default" in text


def test_plan_and_course_say_that_nobody_checked_the_protocol_and_how_strong_each_limit_is(
    cast: Cast,
) -> None:
    client = start(cast)
    report(cast)
    for name in ("course", "plan"):
        text = client.get(url(name, cast.episode.pk)).content.decode()
        assert "no clinician has checked this" in text, name
        assert url("protocol", builders.protocol_id()) in text, name
        assert "clinic default" in text, name
    gate = client.get(url("course", cast.episode.pk)).context["gate"]
    n_default = sum(row.is_default for line in gate.lines for row in line.rows)
    assert n_default
    page = client.get(url("course", cast.episode.pk)).content.decode()
    assert page.count(", clinic default</span>") == n_default


def test_gate_puts_what_is_missing_first(cast: Cast) -> None:
    client = start(cast)
    pegs = [line.peg.word for line in client.get(url("course", cast.episode.pk)).context["gate"].lines]
    order = ["Not yet", "Too old", "Not known", "In place"]
    assert pegs == sorted(pegs, key=order.index)


def test_agreement_is_kept_with_the_name_of_whoever_agreed(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    data = {"response": "agree", "decision": shown(client, cast)}
    assert client.post(url("respond", cast.episode.pk), data).status_code == 302
    (response,) = responses(cast)
    assert (response.response, response.by) == ("agree", str(cast.ada.pk))
    page = client.get(url("course", cast.episode.pk)).content.decode()
    assert "Ada: agreed" in page


def test_overrule_needs_a_reason_and_keeps_what_was_chosen(cast: Cast) -> None:
    client = start(cast)
    data = {"response": "overrule", "decision": shown(client, cast), "advice": "advance", "reason": ""}
    response = client.post(url("respond", cast.episode.pk), data)
    assert response.status_code == 400
    assert "Write the reason" in response.content.decode()
    assert re.search(r'name="advice" value="advance"[^>]*checked', response.content.decode())
    assert responses(cast) == []


def test_overrule_enters_the_stage_chosen_and_stands_on_the_record(cast: Cast) -> None:
    client = start(cast)
    data = {
        "response": "overrule", "decision": shown(client, cast), "advice": "advance",
        "reason": "Knows this stage well.",
    }  # fmt: skip
    assert client.post(url("respond", cast.episode.pk), data).status_code == 302
    (response,) = responses(cast)
    assert (response.advice, response.stage, response.reason) == (
        Advice.ADVANCE,
        "G2",
        "Knows this stage well.",
    )
    page = client.get(url("course", cast.episode.pk))
    assert [step.css for step in page.context["track"]][:2] == ["is-past", "is-now"]
    text = page.content.decode()
    assert "overruled: advance to stage 2" in text
    assert "Knows this stage well." in text


def overruled_load(client: Client, cast: Cast, load: str, advice: str = "hold", **over: str) -> Any:
    data = {
        "response": "overrule", "decision": shown(client, cast), "advice": advice, "load": load,
        "reason": "Travels today.",
    }  # fmt: skip
    return client.post(url("respond", cast.episode.pk), data | over)


def test_load_alone_is_overruled_and_stands_on_the_record(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    assert client.get(url("course", cast.episode.pk)).context["panel"].says.word == "Hold"
    usual = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ben.user).session
    assert overruled_load(client, cast, "rest").status_code == 302
    (response,) = responses(cast)
    assert (response.advice, response.load, response.stage) == (Advice.HOLD, Load.REST, "")
    page = client.get(url("course", cast.episode.pk))
    assert page.context["panel"].load.word == "Rest"
    assert "overruled: hold at stage 1; load: rest" in page.content.decode()
    rest = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ben.user).session
    assert rest.load is Load.REST
    assert len(rest.exercises) < len(usual.exercises)


def test_overruled_load_gives_way_to_a_new_danger_only(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    assert overruled_load(client, cast, "raise").status_code == 302
    assert client.get(url("course", cast.episode.pk)).context["panel"].load.word == "Raise"
    report(cast, pain_now_nrs=Decimal(8), pain_worst_24h_nrs=Decimal(9))
    told = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert told.decision.load.tightness < Load.KEEP.tightness


def test_overrule_that_changes_nothing_is_asked_again(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    response = overruled_load(client, cast, "")
    assert response.status_code == 400
    assert "This is what was proposed" in response.content.decode()
    assert responses(cast) == []


def test_unknown_load_is_refused(cast: Cast) -> None:
    client = start(cast)
    assert overruled_load(client, cast, "double").status_code == 400
    assert responses(cast) == []


@pytest.mark.parametrize(
    ("advice", "stage", "says"),
    [("advance", "G1", "later stage"), ("step_back", "G3", "earlier one"), ("", "", "Choose what is done")],
)
def test_overrule_that_contradicts_itself_is_asked_again(
    cast: Cast, advice: str, stage: str, says: str
) -> None:
    client = start(cast)
    data = {
        "response": "overrule",
        "decision": shown(client, cast),
        "advice": advice,
        "stage": stage,
        "reason": "x",
    }
    response = client.post(url("respond", cast.episode.pk), data)
    assert response.status_code == 400
    assert says in response.content.decode()
    assert responses(cast) == []


def test_answer_to_a_decision_that_changed_meanwhile_is_refused(cast: Cast) -> None:
    client = start(cast)
    seen = shown(client, cast)
    report(cast, pain_now_nrs=Decimal(8), pain_worst_24h_nrs=Decimal(9))
    response = client.post(url("respond", cast.episode.pk), {"response": "agree", "decision": seen})
    assert response.status_code == 409
    assert "changed while you looked" in response.content.decode()
    assert responses(cast) == []


def test_red_flag_stops_until_a_named_clinician_resumes_with_a_reason(cast: Cast) -> None:
    client = start(cast)
    report(cast, red_calf=Decimal(1))
    page = client.get(url("course", cast.episode.pk))
    assert "The programme is stopped." in page.content.decode()
    assert page.context["panel"].is_locked
    assert not page.context["programme"].rows[0].is_today
    report(cast)  # later calm answers do not clear it
    assert client.get(url("course", cast.episode.pk)).context["panel"].is_locked
    assert (
        client.post(url("judge", cast.episode.pk), {"judgement": "resume", "reason": " "}).status_code == 400
    )
    assert client.post(url("judge", cast.episode.pk), {"judgement": "wish", "reason": "x"}).status_code == 400
    client.post(url("judge", cast.episode.pk), {"judgement": "acknowledge", "reason": "Called him."})
    assert client.get(url("course", cast.episode.pk)).context["panel"].is_locked
    client.post(url("judge", cast.episode.pk), {"judgement": "resume", "reason": "Ultrasound negative."})
    page = client.get(url("course", cast.episode.pk))
    assert not page.context["panel"].is_locked
    assert "programme opened again by Ada. Ultrasound negative." in page.content.decode()
    judged = list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(Judgement))
    assert [one.by for one in judged] == [str(cast.ada.pk)] * 2


def test_stopped_programme_cannot_be_advanced_by_an_overrule(cast: Cast) -> None:
    client = start(cast)
    report(cast, red_calf=Decimal(1))
    data = {"response": "overrule", "decision": shown(client, cast), "advice": "advance", "reason": "Fine."}
    assert client.post(url("respond", cast.episode.pk), data).status_code == 400
    assert responses(cast) == []


def test_next_visit_lies_ahead(cast: Cast) -> None:
    client = start(cast)
    today = cast.clinic.today()
    wrong = client.post(url("visit", cast.episode.pk), {"visit_on": (today - timedelta(days=1)).isoformat()})
    assert wrong.status_code == 400
    assert "lies ahead" in wrong.content.decode()
    ahead = today + timedelta(days=6)
    assert client.post(url("visit", cast.episode.pk), {"visit_on": ahead.isoformat()}).status_code == 302
    visits = list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(ClinicVisit))
    assert [one.visit_on for one in visits] == [ahead]


def test_reports_show_what_was_answered_and_never_a_denied_red_flag(cast: Cast) -> None:
    client = start(cast)
    report(cast, pain_now_nrs=Decimal(3), fatigue_nrs=None)
    (one,) = client.get(url("course", cast.episode.pk)).context["reports"]
    answers = dict(one.answers)
    assert "3" in answers.values()
    assert "can’t say" in answers.values()
    assert not any("calf" in label.lower() for label in answers)


def test_chart_draws_the_measure_asked_for_and_only_known_ones(cast: Cast) -> None:
    client = start(cast)
    services.append_fact(episode=cast.episode, fact=builders.lunge_cm(cast.clinic.today()), by=cast.ada)
    page = client.get(url("course", cast.episode.pk), {"chart": "tug_s"}).content.decode()
    assert "Timed up and go" in page
    for hostile in ("<script>", "no_such_measure", "../../etc"):
        assert client.get(url("course", cast.episode.pk), {"chart": hostile}).status_code == 200


def test_course_takes_the_same_number_of_queries_however_long_the_record(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    client.get(url("course", cast.episode.pk))
    with CaptureQueriesContext(connection) as short:
        client.get(url("course", cast.episode.pk))
    trained(cast, 20)
    client.get(url("course", cast.episode.pk))
    with CaptureQueriesContext(connection) as long:
        client.get(url("course", cast.episode.pk))
    assert len(long) == len(short)


def test_looking_at_the_course_is_audited_and_stores_nothing(cast: Cast) -> None:
    client = start(cast)
    n_facts = FactRow.objects.count()
    n_reads = AuditEntry.objects.filter(action="record.read").count()
    client.get(url("course", cast.episode.pk))
    assert FactRow.objects.count() == n_facts
    assert AuditEntry.objects.filter(action="record.read").count() == n_reads + 1


def test_new_reading_shows_what_is_due_first_and_the_engine_answers(cast: Cast) -> None:
    client = start(cast)
    page = client.get(url("reading", cast.episode.pk))
    due = [row.measure.id for row, _ in page.context["rows"]]
    everything = [
        row.measure.id for row, _ in client.get(url("reading", cast.episode.pk), {"all": "1"}).context["rows"]
    ]
    assert due
    assert set(due) < set(everything)
    assert everything[: len(due)] == due
    n_decisions = FactRow.objects.filter(kind="decision").count()
    response = client.post(
        url("reading", cast.episode.pk),
        {"context": "routine", "at_visit": "on", "all": "1", "m-tug_s-none": "9.5"},
    )
    assert response["Location"] == url("course", cast.episode.pk)
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert [(one.measure, one.value) for one in record.of_kind(Reading)] == [("tug_s", Decimal("9.5"))]
    assert FactRow.objects.filter(kind="decision").count() == n_decisions + 1
    assert list(record.of_kind(DecisionRecord))


def test_new_reading_that_cannot_be_true_is_asked_again(cast: Cast) -> None:
    client = start(cast)
    data = {"context": "routine", "all": "1", "m-lunge_cm-left": "60"}
    response = client.post(url("reading", cast.episode.pk), data)
    assert response.status_code == 400
    assert "Did you mean 6.0?" in response.content.decode()
    assert 'value="60"' in response.content.decode()


def test_protocol_page_says_who_checked_it_its_hash_and_the_strength_of_each_figure(cast: Cast) -> None:
    page = builders.signed_in(cast.ada).get(url("protocol", builders.protocol_id()))
    text = page.content.decode()
    assert "No clinician has checked this." in text
    assert cast.episode.protocol_hash in text
    figures = [one for stage in page.context["protocol"].stages for one in stage.exits if not one.is_group]
    assert all(one.strength for one in figures)
    assert any(one.allowed for one in figures)
    assert page.context["protocol"].sources


def test_step_back_that_nobody_answered_is_still_said_when_the_day_has_moved_on(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    builders.stand(
        cast.episode,
        need=Need.STEPPED_BACK,
        advice="step_back",
        reason="Two red days in 14.",
        is_answered=False,
    )
    page = client.get(url("course", cast.episode.pk)).content.decode()
    assert "not answered yet" in page
    assert "Two red days in 14." in page
    client.post(url("respond", cast.episode.pk), {"response": "agree", "decision": shown(client, cast)})
    assert "not answered yet" not in client.get(url("course", cast.episode.pk)).content.decode()


def test_what_could_not_be_taken_in_is_shown_as_words_and_put_aside_by_a_person(cast: Cast) -> None:
    client = start(cast)
    hostile = b'{"kind":"wish","id":"x","note":"<script>alert(1)</script>"}'
    services.append_facts(episode=cast.episode, facts=[hostile], by=cast.ben.user)
    course = client.get(url("course", cast.episode.pk)).content.decode()
    assert "1 item from the phone could not be taken in" in course
    page = client.get(url("set-aside", cast.episode.pk))
    assert "<script>alert" not in page.content.decode()
    assert "&lt;script&gt;" in page.content.decode()
    (item,) = page.context["items"]
    cy = builders.signed_in(cast.cy)
    assert cy.post(url("set-aside", cast.dora_episode.pk), {"item": str(item.pk)}).status_code == 404
    assert client.post(url("set-aside", cast.episode.pk), {"item": "nonsense"}).status_code == 404
    client.post(url("set-aside", cast.episode.pk), {"item": str(item.pk)})
    assert (
        "Everything that was sent was taken in."
        in client.get(url("set-aside", cast.episode.pk)).content.decode()
    )


def test_answer_of_a_later_assessment_that_refers_stops_a_running_programme(cast: Cast) -> None:
    client = start(cast)
    data = section_data("exclusions") | {"q-clot-none": "likely"}
    assert client.post(url("assess", cast.episode.pk, "exclusions"), data).status_code == 302
    page = client.get(url("course", cast.episode.pk))
    assert page.context["panel"].is_locked
    text = page.content.decode()
    assert "An answer of the assessment refers." in text
    assert "ultrasound" in text
    assert client.get(url("needs")).context["desk"].headline == "One person needs you. One cannot wait."
    client.post(url("assess", cast.episode.pk, "exclusions"), data)  # saved again, raised once
    flags = services.record_of(episode=cast.episode, by=cast.ada).of_kind(CheckIn)
    assert [one.answers for one in flags] == [{"red_calf": Decimal(1)}]


def test_every_urgent_answer_of_an_examination_raises_a_flag_on_which_the_protocol_stops() -> None:
    protocol = content().protocol(builders.protocol_id())
    urgent = {
        level.id: question.flag_of(level.id)
        for question in content().assessment.questions()
        for level in question.levels
        if level.tier in (Tier.NOW, Tier.WITHIN_48_H)
    }
    assert urgent
    assert set(urgent.values()) <= set(protocol.red_flags)


def test_answer_that_refers_within_two_weeks_raises_nothing() -> None:
    question = content().assessment.question("crps")
    assert question is not None
    assert question.flag_of("yes") == ""


def test_course_takes_as_many_queries_for_a_longer_record(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    client.get(url("course", cast.episode.pk))
    with CaptureQueriesContext(connection) as few:
        client.get(url("course", cast.episode.pk))
    trained(cast, 12)
    client.get(url("course", cast.episode.pk))
    with CaptureQueriesContext(connection) as many:
        client.get(url("course", cast.episode.pk))
    assert len(many) == len(few)
