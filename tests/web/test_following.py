"""What follows a decision at the server: proposals answered, escalations closed, autonomy earned and lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mortise.episode import TaskKind, replay
from mortise.errors import ConflictError, InputError
from mortise.record import (
    AutonomyEntry,
    CheckIn,
    EscalationStep,
    ExerciseLog,
    Proposal,
    ProposalAnswer,
    SessionLog,
    StageEntry,
)
from mortise.terms import Advice, Autonomy, Load, Origin
from mortise.web.audit import clock
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import FactRow, Need, Standing
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import calm_answers

pytestmark = pytest.mark.django_db
COURSE = ("2", "2.7", "3.4", "4.1", "4.8", "5.5", *("6",) * 13)


def flat(cast: Cast) -> services.Decided:
    """Put a course on Ben's record that rose and then stood still, and decide today."""
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    today = cast.clinic.today()
    facts = [
        builders.lunge_cm(today - timedelta(weeks=len(COURSE) - 1 - n), value)
        for n, value in enumerate(COURSE)
    ]
    answers = services.append_facts(episode=cast.episode, facts=facts, by=cast.ada)
    assert all(one.is_kept for one in answers)
    return services.decide(episode=cast.episode, on=today, by=cast.ada)


def of_kind(cast: Cast, kind: type[Any]) -> list[Any]:
    return list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(kind))


def plateau_step(cast: Cast) -> Proposal:
    (one,) = [one for one in of_kind(cast, Proposal) if one.proposes == "plateau_step"]
    assert isinstance(one, Proposal)
    return one


def test_a_plateau_is_proposed_once_and_stands_in_the_list(cast: Cast) -> None:
    decided = flat(cast)
    proposal = plateau_step(cast)
    assert (proposal.measure, proposal.step) == ("lunge_cm", "adherence")
    assert [one.kind for one in decided.story.tasks if one.about == proposal.id] == [TaskKind.PLATEAU]
    services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert plateau_step(cast) == proposal
    row = services.needs_list(by=cast.ada, today=cast.clinic.today())[0]
    assert "Stands still: Knee to wall" in row.reason
    late = services.needs_list(by=cast.ada, today=cast.clinic.today() + timedelta(days=8))[0]
    assert "overdue since" in late.reason
    assert replay(services.record_of(episode=cast.episode, by=cast.ada), content()) == ()


def test_a_step_is_accepted_by_name_and_the_next_waits_for_a_re_test(cast: Cast) -> None:
    flat(cast)
    proposal = plateau_step(cast)
    decided = services.answer_proposal(
        episode=cast.episode, proposal=proposal.id, answer="accept", by=cast.ada
    )
    (answer,) = of_kind(cast, ProposalAnswer)
    assert (answer.by, answer.answer) == (str(cast.ada.pk), "accept")
    (task,) = [one for one in decided.story.tasks if one.kind is TaskKind.PLATEAU]
    assert (task.title, task.is_quiet, task.is_overdue) == ("Re-test: Knee to wall", True, False)
    assert Standing.objects.get(episode=cast.episode).n_tasks == 0
    assert AuditEntry.objects.filter(action="proposal.answer").exists()
    with pytest.raises(ConflictError):
        services.answer_proposal(episode=cast.episode, proposal=proposal.id, answer="accept", by=cast.ada)
    with clock.as_if(clock.now() + timedelta(days=3)):
        services.append_fact(
            episode=cast.episode, fact=builders.lunge_cm(cast.clinic.today(), "6"), by=cast.ada
        )
        services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert len([one for one in of_kind(cast, Proposal) if one.proposes == "plateau_step"]) == 2


def test_a_patient_an_empty_reason_and_an_unknown_proposal_are_refused(cast: Cast) -> None:
    flat(cast)
    proposal = plateau_step(cast)
    with pytest.raises(InputError, match="physiotherapist"):
        services.answer_proposal(
            episode=cast.episode, proposal=proposal.id, answer="accept", by=cast.ben.user
        )
    with pytest.raises(InputError, match="reason"):
        services.answer_proposal(episode=cast.episode, proposal=proposal.id, answer="decline", by=cast.ada)
    with pytest.raises(InputError, match="no such"):
        services.answer_proposal(episode=cast.dora_episode, proposal=proposal.id, answer="accept", by=cast.cy)
    fact = ProposalAnswer(
        id="sent", on=cast.clinic.today(), origin=Origin.PATIENT, proposal=proposal.id, answer="accept"
    )
    (kept,) = services.append_facts(episode=cast.episode, facts=[fact], by=cast.ben.user)
    assert kept.outcome == "refused"


def store(cast: Cast, **fields: Any) -> Proposal:
    """Store a proposal of the engine as if it had made it."""
    from mortise.web.care.services.facts import store as put

    made = Proposal(id=services.new_id(), on=cast.clinic.today(), origin=Origin.ENGINE, by="engine", **fields)
    put(cast.episode, made)
    return made


def test_one_thing_a_date_and_a_way_out_are_asked_for(cast: Cast) -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    today = cast.clinic.today()
    one_thing = store(cast, proposes="plateau_step", measure="lunge_cm", step="change_one_thing")
    with pytest.raises(InputError, match="one thing"):
        services.answer_proposal(episode=cast.episode, proposal=one_thing.id, answer="accept", by=cast.ada)
    plateau = content().protocol(cast.episode.protocol).plateau
    assert plateau is not None
    choice = next(one for one in plateau.steps if one.choices).choices[0]
    services.answer_proposal(
        episode=cast.episode, proposal=one_thing.id, answer="accept", choice=choice, by=cast.ada
    )
    retest = store(cast, proposes="plateau_step", measure="lunge_cm", step="retest")
    for day in (None, today):
        with pytest.raises(InputError, match=r"tested again|lies ahead"):
            services.answer_proposal(
                episode=cast.episode, proposal=retest.id, answer="accept", retest_on=day, by=cast.ada
            )
    services.answer_proposal(
        episode=cast.episode,
        proposal=retest.id,
        answer="accept",
        retest_on=today + timedelta(days=14),
        by=cast.ada,
    )
    refer = store(cast, proposes="plateau_step", measure="lunge_cm", step="refer", escalate="sports_physician",
                  reason="Still no change.")  # fmt: skip
    services.answer_proposal(episode=cast.episode, proposal=refer.id, answer="accept", by=cast.ada)
    (case,) = of_kind(cast, EscalationStep)
    assert (case.escalation, case.step, case.by) == ("sports_physician", "raised", str(cast.ada.pk))


def test_a_re_entry_enters_its_stage_only_when_accepted(cast: Cast) -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G3")
    proposal = store(cast, proposes="re_entry", stage="G2", measure="lunge_cm", reason="Lost.")
    services.answer_proposal(
        episode=cast.episode, proposal=proposal.id, answer="decline", reason="Blister.", by=cast.ada
    )
    assert [one.stage for one in of_kind(cast, StageEntry)] == ["G3"]
    again = store(cast, proposes="re_entry", stage="G2", measure="lunge_cm", reason="Lost again.")
    decided = services.answer_proposal(episode=cast.episode, proposal=again.id, answer="accept", by=cast.ada)
    assert decided.story.stage == "G2"
    assert Standing.objects.get(episode=cast.episode).stage == "G2"


# ---------------------------------------------------------------- escalations


def test_an_escalation_closes_only_with_an_outcome_and_its_words(cast: Cast) -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    with pytest.raises(InputError, match="speaks for it"):
        services.raise_escalation(episode=cast.episode, escalation="imaging", reason=" ", by=cast.ada)
    with pytest.raises(InputError, match="not in the protocol"):
        services.raise_escalation(episode=cast.episode, escalation="magic", reason="why", by=cast.ada)
    services.raise_escalation(
        episode=cast.episode, escalation="imaging", reason="Hard end-feel.", by=cast.ada
    )
    with pytest.raises(ConflictError, match="under way"):
        services.raise_escalation(episode=cast.episode, escalation="imaging", reason="Again.", by=cast.ada)
    (raised,) = of_kind(cast, EscalationStep)
    services.follow_escalation(episode=cast.episode, case=raised.id, by=cast.ada)
    with pytest.raises(InputError, match="words"):
        services.follow_escalation(episode=cast.episode, case=raised.id, outcome="seen", by=cast.ada)
    late = services.needs_list(by=cast.ada, today=cast.clinic.today() + timedelta(days=40))[0]
    assert "Imaging: acknowledged, overdue since" in late.reason
    decided = services.follow_escalation(
        episode=cast.episode, case=raised.id, outcome="seen", reason="Spur on the lateral view.", by=cast.ada
    )
    (case,) = decided.story.follow_up.escalations
    assert (case.is_open, case.outcome_words) == (False, "Spur on the lateral view.")
    with pytest.raises(ConflictError, match="closed already"):
        services.follow_escalation(episode=cast.episode, case=raised.id, by=cast.ada)
    with pytest.raises(InputError, match="no such"):
        services.follow_escalation(episode=cast.dora_episode, case=raised.id, by=cast.cy)


def test_a_red_flag_raises_its_way_out_once(cast: Cast) -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    today = cast.clinic.today()
    for _ in range(3):
        services.answer_report(
            episode=cast.episode, facts=[builders.check_in(today, answers=calm_answers(red_calf=Decimal(1)))],
            on=today, by=cast.ben.user,
        )  # fmt: skip
    assert [one.escalation for one in of_kind(cast, EscalationStep)] == ["emergency"]


# ---------------------------------------------------------------- autonomy


def entries(cast: Cast) -> list[Autonomy]:
    return [one.autonomy for one in of_kind(cast, AutonomyEntry)]


def calm_week(cast: Cast) -> services.Decided:
    """Let Ben train and report calmly up to today."""
    today, protocol = cast.clinic.today(), content().protocol(cast.episode.protocol)
    exercise = protocol.stages[0].slots[0].exercise
    facts: list[Any] = []
    for back in range(4, 0, -1):
        on = today - timedelta(days=back)
        done = (ExerciseLog(exercise=exercise, dose_step=0, outcome="done"),)
        after: dict[str, Decimal | None] = {name: Decimal(0) for name in protocol.after_session} | {
            "effort_nrs": Decimal(4)
        }
        morning: dict[str, Decimal | None] = {name: Decimal(0) for name in protocol.next_morning}
        facts += [
            builders.check_in(on, answers=calm_answers()),
            SessionLog(id=services.new_id(), on=on, origin=Origin.PATIENT, session=f"s-{on}", logged_on=on, items=done,
                       answers=after),
            CheckIn(id=services.new_id(), on=on + timedelta(days=1), origin=Origin.PATIENT, moment="next_morning",
                    session=f"s-{on}", answers=morning),
        ]  # fmt: skip
    check = builders.check_in(today, answers=calm_answers())
    return services.answer_report(
        episode=cast.episode, facts=[*facts, check], on=today, by=cast.ben.user
    ).decided


def test_a_new_patient_starts_at_propose_and_the_raise_waits_for_a_clinician(cast: Cast) -> None:
    with clock.as_if(clock.now() - timedelta(days=3)):
        services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    assert entries(cast) == [Autonomy.PROPOSE]
    decided = calm_week(cast)
    assert decided.record.decision.load is Load.KEEP
    assert "autonomy.propose" in [one.constraint for one in decided.record.decision.constraints]
    (proposal,) = [one for one in of_kind(cast, Proposal) if one.proposes == "raise"]
    decided = services.answer_proposal(
        episode=cast.episode, proposal=proposal.id, answer="accept", by=cast.ada
    )
    assert decided.record.decision.load is Load.RAISE
    assert not [one for one in decided.story.tasks if one.kind is TaskKind.RAISE]


def agreements(cast: Cast, days: range) -> None:
    """Let Ada agree with a decision on each of these days ago."""
    now = clock.now()
    for back in days:
        with clock.as_if(now - timedelta(days=back)):
            made = services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada).record
            services.respond(
                decision=FactRow.objects.select_related("episode__patient__clinic").get(pk=made.id), response="agree",
                by=cast.ada,
            )  # fmt: skip


def earned_case(cast: Cast) -> None:
    cast.episode.opened_on = cast.clinic.today() - timedelta(days=30)
    cast.episode.save()
    with clock.as_if(clock.now() - timedelta(days=30)):
        services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    agreements(cast, range(12, 0, -1))


def test_apply_is_earned_by_days_and_agreements_and_lost_with_an_overrule(cast: Cast) -> None:
    earned_case(cast)
    assert entries(cast)[0] is Autonomy.PROPOSE
    assert entries(cast)[-1] is Autonomy.APPLY
    made = services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada).record
    row = FactRow.objects.select_related("episode__patient__clinic").get(pk=made.id)
    services.respond(decision=row, response="overrule", by=cast.ada, advice=Advice.HOLD, reason="Not yet.")
    assert entries(cast)[-1] is Autonomy.PROPOSE


def test_a_red_flag_takes_it_away_until_it_is_earned_again(cast: Cast) -> None:
    earned_case(cast)
    today = cast.clinic.today()
    services.answer_report(
        episode=cast.episode, facts=[builders.check_in(today, answers=calm_answers(red_calf=Decimal(1)))], on=today,
        by=cast.ben.user,
    )  # fmt: skip
    assert entries(cast)[-1] is not Autonomy.APPLY
    services.judge(episode=cast.episode, judgement="resume", reason="Seen: no clot.", by=cast.ada)
    assert entries(cast)[-1] is Autonomy.PROPOSE


def test_a_clinician_can_make_it_observe_and_only_a_clinician_ends_that(cast: Cast) -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    with pytest.raises(InputError, match="earned"):
        services.set_autonomy(episode=cast.episode, autonomy=Autonomy.APPLY, reason="I trust it", by=cast.ada)
    services.set_autonomy(episode=cast.episode, autonomy=Autonomy.OBSERVE, reason="Complex.", by=cast.ada)
    with clock.as_if(clock.now() + timedelta(days=40)):
        services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert entries(cast)[-1] is Autonomy.OBSERVE
    services.set_autonomy(episode=cast.episode, autonomy=Autonomy.PROPOSE, reason="Settled.", by=cast.ada)
    assert entries(cast)[-1] is Autonomy.PROPOSE


def test_a_diary_date_is_on_the_page_and_not_in_the_list_until_it_is_late(cast: Cast) -> None:
    cast.episode.opened_on = cast.clinic.today() - timedelta(days=50)
    cast.episode.save()
    with clock.as_if(clock.now() - timedelta(days=50)):
        services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    decided = services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert TaskKind.CONSIDER in {one.kind for one in decided.story.tasks}
    standing = Standing.objects.get(episode=cast.episode)
    assert (standing.n_tasks, standing.need != Need.TASK) == (0, True)
