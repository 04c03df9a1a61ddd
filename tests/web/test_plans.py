"""Goals, the assessment saved as one goes, visits and corrections: nothing is overwritten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mortise.errors import InputError
from mortise.record import Correction, Goal, Reading, Sign
from mortise.terms import Origin, Side
from mortise.web.care import services
from mortise.web.care.models import FactRow
from tests.web import builders
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db


def sign(cast: Cast, level: str, name: str = "swelling", side: Side = Side.LEFT) -> Sign:
    return Sign(
        id=services.new_id(),
        on=cast.clinic.today(),
        origin=Origin.CLINICIAN,
        sign=name,
        level=level,
        side=side,
    )


def live(cast: Cast, kind: type) -> list[object]:
    return list(services.live_facts(services.record_of(episode=cast.episode, by=cast.ada), kind))


def test_goals_are_kept_changed_and_closed_without_overwriting(cast: Cast) -> None:
    first, second = services.set_goals(
        episode=cast.episode,
        by=cast.ada,
        goals=[services.GoalDraft(" Walk  to the sea "), services.GoalDraft("Stairs")],
    )
    assert first.words == "Walk to the sea"
    drafts = [services.GoalDraft("Walk to the sea", id=first.id), services.GoalDraft("Run", id="")]
    services.set_goals(episode=cast.episode, by=cast.ada, goals=drafts)
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert [goal.words for goal in services.goals_of(record)] == ["Walk to the sea", "Run"]
    closing = [goal for goal in record.of_kind(Goal) if goal.is_closed]
    assert [goal.replaces for goal in closing] == [second.id]
    changed = services.GoalDraft("Walk to the sea and back", id=first.id)
    services.set_goals(episode=cast.episode, by=cast.ada, goals=[changed])
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert [goal.words for goal in services.goals_of(record)] == ["Walk to the sea and back"]


@pytest.mark.parametrize("draft", [services.GoalDraft("  "), services.GoalDraft("Run", id="no-such")])
def test_goals_without_words_or_of_nobody_are_refused_whole(cast: Cast, draft: services.GoalDraft) -> None:
    with pytest.raises(InputError):
        services.set_goals(episode=cast.episode, by=cast.ada, goals=[services.GoalDraft("Good"), draft])
    assert not FactRow.objects.exists()


def test_assessment_saved_twice_changes_nothing(cast: Cast) -> None:
    for _ in range(2):
        services.save_assessment_step(episode=cast.episode, findings=[sign(cast, "mild")], by=cast.ada)
    assert len(live(cast, Sign)) == FactRow.objects.count() == 1


def test_assessment_changed_corrects_the_earlier_answer_of_that_side(cast: Cast) -> None:
    services.save_assessment_step(
        episode=cast.episode, findings=[sign(cast, "mild"), sign(cast, "none", side=Side.RIGHT)], by=cast.ada
    )
    services.save_assessment_step(episode=cast.episode, findings=[sign(cast, "marked")], by=cast.ada)
    assert sorted(one.level for one in live(cast, Sign)) == ["marked", "none"]
    record = services.record_of(episode=cast.episode, by=cast.ada)
    (correction,) = record.of_kind(Correction)
    assert correction.replacement == next(one.id for one in record.of_kind(Sign) if one.level == "marked")
    assert len(list(record.of_kind(Sign))) == 3, "the earlier answer stays on the record"


def test_assessment_answer_taken_back_no_longer_counts(cast: Cast) -> None:
    today = cast.clinic.today()
    services.save_assessment_step(
        episode=cast.episode, findings=[sign(cast, "mild"), builders.lunge_cm(today)], by=cast.ada
    )
    services.save_assessment_step(
        episode=cast.episode, findings=[], by=cast.ada, emptied=[("lunge_cm", "left"), ("not asked", "left")]
    )
    assert live(cast, Reading) == []
    assert len(live(cast, Sign)) == 1


def test_assessment_is_a_clinicians_and_all_or_nothing(cast: Cast) -> None:
    with pytest.raises(InputError):
        services.save_assessment_step(episode=cast.episode, findings=[sign(cast, "mild")], by=cast.ben.user)
    bad = builders.lunge_cm(cast.clinic.today() + timedelta(days=9))
    with pytest.raises(InputError, match="future"):
        services.save_assessment_step(episode=cast.episode, findings=[sign(cast, "mild"), bad], by=cast.ada)
    assert not FactRow.objects.exists()


def test_correction_keeps_the_wrong_fact_and_names_its_replacement(cast: Cast) -> None:
    today = cast.clinic.today()
    wrong = services.append_fact(episode=cast.episode, fact=builders.lunge_cm(today, "75"), by=cast.ada)
    right = builders.lunge_cm(today, "7.5")
    services.correct(
        episode=cast.episode, fact_id=wrong.id, reason="mm for cm", by=cast.ada, replacement=right
    )
    assert [one.id for one in live(cast, Reading)] == [right.id]
    with pytest.raises(InputError, match="reason"):
        services.correct(episode=cast.episode, fact_id=right.id, reason=" ", by=cast.ada)
    with pytest.raises(InputError, match="no such fact"):
        services.correct(episode=cast.episode, fact_id="nobody", reason="x", by=cast.ada)


def test_visit_planned_is_on_the_record(cast: Cast) -> None:
    on = cast.clinic.today() + timedelta(days=7)
    assert services.plan_visit(episode=cast.episode, visit_on=on, by=cast.ada).visit_on == on
    assert FactRow.objects.get().kind == "clinic_visit"
