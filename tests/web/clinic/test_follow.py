"""What follows a decision, at the desk and on the phone: seen, answered by hand, refused to strangers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from msgspec import structs

from mortise.episode import follow_up
from mortise.episode.ending import Ending
from mortise.record import AutonomyEntry, Discharge, EscalationStep, Proposal, ProposalAnswer
from mortise.terms import Autonomy
from mortise.web.care import services
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import calm_answers, url
from tests.web.test_following import flat, of_kind, plateau_step, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(cast: Cast) -> Client:
    return builders.signed_in(cast.ada)


def course(client: Client, cast: Cast) -> str:
    response = client.get(url("course", cast.episode.pk))
    assert response.status_code == 200
    return str(response.content.decode())


def sent(client: Client, cast: Cast, name: str, **data: str) -> int:
    return int(client.post(url(name, cast.episode.pk), data).status_code)


def test_the_page_says_what_changes_what_stands_still_and_what_is_to_be_done(cast: Cast, ada: Client) -> None:
    flat(cast)
    page = course(ada, cast)
    assert "Stands still since" in page
    assert "Knee to wall stands still since" in page
    assert "times better explained by gain than by error" in page
    assert '1 <span class="t">What was done' in page
    assert "waits for you" in page
    assert "0 of 3 agreements" in page


def test_a_step_is_answered_from_the_page(cast: Cast, ada: Client) -> None:
    flat(cast)
    proposal = plateau_step(cast)
    assert sent(ada, cast, "proposal", proposal=proposal.id, answer="decline", reason="") == 400
    assert not of_kind(cast, ProposalAnswer)
    assert (
        sent(ada, cast, "proposal", proposal=proposal.id, answer="accept", reason="Two weeks of travel.")
        == 302
    )
    assert "the next step waits for a re-test" in course(ada, cast)
    assert sent(ada, cast, "proposal", proposal=proposal.id, answer="accept") == 409


def test_the_choice_and_the_date_come_through(cast: Cast, ada: Client) -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    made = store(cast, proposes="plateau_step", measure="lunge_cm", step="change_one_thing")
    on = (cast.clinic.today() + timedelta(days=9)).isoformat()
    data = {"proposal": made.id, "answer": "accept", "choice": "shoe, lift or tape", "retest_on": on}
    assert sent(ada, cast, "proposal", **(data | {"choice": "everything"})) == 400
    assert sent(ada, cast, "proposal", **data) == 302
    (answer,) = of_kind(cast, ProposalAnswer)
    assert (answer.choice, answer.retest_on.isoformat()) == ("shoe, lift or tape", on)


def test_sending_on_taking_in_hand_and_the_outcome(cast: Cast, ada: Client) -> None:
    flat(cast)
    assert sent(ada, cast, "escalate", escalation="imaging", reason="") == 400
    assert sent(ada, cast, "escalate", escalation="imaging", reason="Hard end-feel.") == 302
    assert "Nobody has it in hand." in course(ada, cast)
    (case,) = of_kind(cast, EscalationStep)
    assert sent(ada, cast, "escalation", case=case.id, outcome="", reason="") == 302
    assert "In hand since" in course(ada, cast)
    assert sent(ada, cast, "escalation", case=case.id, outcome="seen", reason="") == 400
    assert sent(ada, cast, "escalation", case=case.id, outcome="seen", reason="Spur.") == 302
    page = course(ada, cast)
    assert "seen. Spur." in page
    assert "Imaging: acknowledged" not in page
    assert sent(ada, cast, "escalation", case=case.id, outcome="seen", reason="Again.") == 409


def test_autonomy_is_set_lower_by_hand_and_never_higher(cast: Cast, ada: Client) -> None:
    flat(cast)
    assert sent(ada, cast, "autonomy", autonomy="apply", reason="I trust it.") == 400
    assert sent(ada, cast, "autonomy", autonomy="observe", reason="Complex.") == 302
    assert of_kind(cast, AutonomyEntry)[-1].autonomy is Autonomy.OBSERVE
    assert "raises nothing" in course(ada, cast)


@pytest.mark.parametrize("name", ["proposal", "escalate", "escalation", "autonomy"])
def test_strangers_and_phones_reach_none_of_it(cast: Cast, name: str) -> None:
    flat(cast)
    proposal = plateau_step(cast)
    data = {"proposal": proposal.id, "answer": "accept", "escalation": "imaging", "case": "x", "autonomy": "observe",
            "reason": "r"}  # fmt: skip
    n_before = len(services.record_of(episode=cast.episode, by=cast.ada).facts)
    assert builders.signed_in(cast.cy).post(url(name, cast.episode.pk), data).status_code == 404
    assert Client().post(url(name, cast.episode.pk), data).status_code == 302
    phone = builders.phone_of(cast.ben, cast.ada)
    assert phone.post(url(name, cast.episode.pk), data).status_code in (302, 403, 404)
    assert builders.signed_in(cast.ada).get(url(name, cast.episode.pk)).status_code == 405
    assert len(services.record_of(episode=cast.episode, by=cast.ada).facts) == n_before


def test_the_phone_says_what_was_agreed_and_nothing_before(cast: Cast) -> None:
    flat(cast)
    today = cast.clinic.today()
    check = builders.check_in(today, answers=calm_answers())
    services.answer_report(episode=cast.episode, facts=[check], on=today, by=cast.ben.user)
    phone = builders.phone_of(cast.ben, cast.ada)
    words = "what fits into your week"
    assert words not in phone.get("/phone/").content.decode()
    services.answer_proposal(
        episode=cast.episode, proposal=plateau_step(cast).id, answer="accept", by=cast.ada
    )
    assert words in phone.get("/phone/").content.decode()
    services.raise_escalation(
        episode=cast.episode, escalation="imaging", reason="Hard end-feel.", by=cast.ada
    )
    assert "A picture of the ankle" not in phone.get("/phone/").content.decode()
    case = of_kind(cast, EscalationStep)[0]
    services.follow_escalation(episode=cast.episode, case=case.id, by=cast.ada)
    assert "A picture of the ankle" in phone.get("/phone/").content.decode()


def test_a_waiting_raise_is_said_to_both(cast: Cast, ada: Client) -> None:
    from mortise.web.audit import clock
    from tests.web.test_following import calm_week

    with clock.as_if(clock.now() - timedelta(days=3)):
        services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    calm_week(cast)
    assert "May load and dose rise this week?" in course(ada, cast)
    assert (
        "It waits until your physiotherapist has agreed"
        in builders.phone_of(cast.ben, cast.ada).get("/phone/").content.decode()
    )
    (proposal,) = [one for one in of_kind(cast, Proposal) if one.proposes == "raise"]
    assert sent(ada, cast, "proposal", proposal=proposal.id, answer="accept", reason="") == 302
    assert "May load and dose rise this week?" not in course(ada, cast)


def test_a_list_of_many_stays_a_constant_number_of_queries(
    cast: Cast, ada: Client, django_assert_max_num_queries: object
) -> None:
    flat(cast)
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        page = ada.get(url("needs")).content.decode()
    assert "Stands still: Knee to wall" in page


def test_care_could_end_is_told_once_and_ended_by_a_discharge_alone(
    cast: Cast, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = follow_up.ending_of

    def ripe(folded: Any, *about: Any) -> Ending:
        last = folded._replace(ready=structs.replace(folded.ready, following=None))
        found = real(last, *about)
        assert found is not None
        return found._replace(is_ripe=True, rests_on=("a reading",))

    monkeypatch.setattr(follow_up, "ending_of", ripe)
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    for _ in range(2):
        services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    (proposal,) = of_kind(cast, Proposal)
    page = course(ada, cast)
    assert "Care could end" in page
    assert "Think of ending care" in page
    assert "only when something new was measured" in page  # what "not yet" means
    assert url("discharge", cast.episode.pk) in page
    assert sent(ada, cast, "proposal", proposal=proposal.id, answer="decline", reason="") == 400
    assert (
        sent(ada, cast, "proposal", proposal=proposal.id, answer="decline", reason="One more month.") == 302
    )
    assert "Care could end" not in course(ada, cast)
    assert not of_kind(cast, Discharge)
    assert len(of_kind(cast, Proposal)) == 1
