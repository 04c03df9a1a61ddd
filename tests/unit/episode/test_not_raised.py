"""Nothing is raised without today's check-in, and no stage is proposed while a dose is still cut after a break."""

from __future__ import annotations

from mortise.episode import Story, decision_record, story
from mortise.protocol import Layoff
from mortise.record import CheckIn, Fact
from mortise.terms import Advice, Load, Strength
from tests import builders as b

LAYOFFS = (Layoff(up_to_days=7, dose_pct=b.D(90), evidence=("CTX-16",), strength=Strength.CONSENSUS),)
CONTENT = b.SmallContent(b.protocol(layoffs=LAYOFFS))


def worked(*days: int) -> list[Fact]:
    """Return sessions of calm work, each with its morning after."""
    return [one for n in days for one in (b.session(f"s{n}", n), b.morning(f"m{n}", n + 1))]


def told(*facts: Fact, n: int = 12) -> Story:
    return story(b.record(*facts), CONTENT, b.day(n))


def without_check_in(facts: list[Fact], n: int) -> list[Fact]:
    return [
        one
        for one in facts
        if not (isinstance(one, CheckIn) and one.on == b.day(n) and one.moment == "before_session")
    ]


STEADY = [*b.ready_to_advance(), *worked(2, 5, 8, 11)]
RETURNED = [*b.ready_to_advance(), *worked(2, 11)]


def test_a_calm_day_may_be_raised_once_it_is_told_and_not_before() -> None:
    assert told(*STEADY).decision.load is Load.RAISE
    silent = told(*without_check_in(STEADY, 12)).decision
    assert silent.load is Load.KEEP
    said = [one for one in silent.constraints if one.constraint == "rule.no_check_in"]
    assert [one.lowered for one in said] == [("advice", "load")]


def test_nothing_is_proposed_without_a_check_in_and_a_human_may_still_decide() -> None:
    assert told(*STEADY).decision.advice is Advice.ADVANCE
    silent = told(*without_check_in(STEADY, 12))
    assert (silent.decision.advice, silent.decision.next_stage) == (Advice.HOLD, None)
    assert "rule.no_check_in" in silent.decision.reasons
    record = b.record(*without_check_in(STEADY, 12))
    stored = decision_record(record, b.SmallContent(), b.day(12))
    chosen = b.response("y", 12, stored.id, Advice.ADVANCE)
    after = told(*record.facts, stored, chosen).decision
    assert (after.advice, after.next_stage) == (Advice.ADVANCE, "S2")
    assert "rule.no_check_in" not in after.reasons


def test_a_check_in_of_yesterday_or_without_an_answer_does_not_tell_of_today() -> None:
    silent = without_check_in(STEADY, 12)
    assert told(*silent, b.morning("again", 12)).decision.load is Load.KEEP
    mute = b.check_in("mute", 12)
    cannot_say = b.check_in("mute", 12, dict.fromkeys(mute.answers))
    assert told(*silent, cannot_say).decision.load is not Load.RAISE
    assert told(*silent, mute).decision.load is Load.RAISE


def test_a_withdrawn_check_in_no_longer_tells_of_today() -> None:
    assert told(*STEADY, b.correction("x", 12, "c12")).decision.load is Load.KEEP


def test_no_stage_is_proposed_while_the_dose_is_cut_after_a_break() -> None:
    assert told(*STEADY).decision.advice is Advice.ADVANCE
    held = told(*RETURNED)
    assert held.re_entry is not None
    assert (held.decision.advice, held.decision.load) == (Advice.HOLD, Load.KEEP)
    said = next(one for one in held.decision.constraints if one.constraint == "rule.after_break")
    assert said.lowered == ("advice", "load")
    assert "90 %" in said.reason
    assert said.evidence == ("CTX-16",)


def test_two_calm_sessions_after_the_break_open_the_stage_again() -> None:
    facts = [*b.ready_to_advance(14), *worked(2, 11, 13)]
    assert told(*facts, n=13).decision.advice is Advice.HOLD
    back = told(*facts, n=14)
    assert back.re_entry is None
    assert back.decision.advice is Advice.ADVANCE


def test_a_clinician_may_decide_otherwise_on_the_record() -> None:
    stored = decision_record(b.record(*RETURNED), CONTENT, b.day(12))
    overrule = b.response("o", 12, stored.id, Advice.ADVANCE)
    assert told(*RETURNED, stored, overrule).decision.advice is Advice.ADVANCE


def test_pain_of_yesterday_still_rests_the_ankle_and_is_told_as_of_yesterday() -> None:
    def sore(n: int) -> Story:
        return told(*without_check_in(STEADY, 12), b.check_in("sore", 11, {"pain_now_nrs": b.D(7)}), n=n)

    today, after = sore(11), sore(12)
    assert (today.decision.load, after.decision.load) == (Load.REST, Load.REST)
    assert "yesterday" not in today.session.why_patient
    assert "You told us this yesterday; what you tell us today may change it." in after.session.why_patient
    assert (
        after.decision.rules[0].say_patient == today.decision.rules[0].say_patient
    )  # the decision is as it was
    calm = told(*STEADY, b.check_in("sore", 11, {"pain_now_nrs": b.D(7)}))
    assert calm.decision.load is not Load.REST
    assert "yesterday" not in calm.session.why_patient
