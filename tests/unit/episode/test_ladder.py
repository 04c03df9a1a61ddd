"""The plateau ladder: one step at a time, each answered by a clinician, none of them by the calendar."""

from __future__ import annotations

import pytest

from mortise.episode import Climb, LadderStanding, TaskKind
from mortise.progress.plateau import Trend
from mortise.protocol.care import PlateauKind
from mortise.record import Proposal
from mortise.terms import Origin
from tests import builders as b
from tests.unit.episode.courses import (
    FLAT,
    KINDS,
    RISING,
    Care,
    answer,
    plan,
    protocol,
    told,
    trained,
    weekly,
)

LAST = 7 * (len(RISING) + len(FLAT) - 1)
AFTER = [LAST + 7 * n for n in range(1, 8)]


def flat(*, until: int = LAST) -> Care:
    """Return a patient who has done everything and stands still."""
    return Care(plan(), b.entry("e", 1, "S2"), *trained(LAST + 60), *weekly((*RISING, *FLAT)))


def ladder(care: Care, n: int) -> LadderStanding:
    (one,) = care.on(n).follow_up.ladders
    return one


def test_rising_is_no_plateau_and_standing_still_proposes_the_first_step() -> None:
    care = Care(plan(), b.entry("e", 1, "S2"), *trained(40), *weekly(RISING))
    assert ladder(care, 36).climb is Climb.OFF
    found = ladder(flat(), LAST)
    assert found.trend is Trend.PLATEAU
    assert (found.climb, found.is_waiting) == (Climb.PROPOSED, True)
    assert found.step is not None
    assert (found.step.kind, found.number, found.n_steps) == (PlateauKind.ADHERENCE, 1, 5)
    assert found.rests_on


def test_the_same_plateau_is_proposed_once() -> None:
    care = flat()
    first = ladder(care, LAST).proposal
    assert first
    assert [ladder(care, n).proposal for n in (LAST, LAST + 1, LAST + 6)] == [first] * 3
    assert sum(isinstance(one, Proposal) and one.proposes == "plateau_step" for one in care.facts) == 1


def test_time_alone_never_takes_a_step() -> None:
    care = flat()
    care.add(answer("a1", LAST, ladder(care, LAST).proposal))
    for n in range(LAST + 1, LAST + 60, 9):
        found = ladder(care, n)
        assert found.climb is Climb.RETEST
        assert found.step is not None
        assert found.step.kind is PlateauKind.ADHERENCE


@pytest.mark.parametrize("said", ["accept", "decline"])
def test_every_step_follows_a_re_test_that_says_plateau_again_up_to_the_way_out(said: str) -> None:
    care, seen = flat(), []
    for number, n in enumerate([LAST, *AFTER[:4]]):
        if n > LAST:
            care.add(*weekly(("6",), first=n))
        found = ladder(care, n)
        assert found.step is not None
        assert found.is_waiting
        seen.append(found.step.kind)
        care.add(answer(f"a{number}", n, found.proposal, answer=said))
    assert tuple(seen) == KINDS
    care.add(*weekly(("6",), first=AFTER[4]))
    assert ladder(care, AFTER[4]).climb is Climb.SPENT
    refer = [one for one in care.facts if isinstance(one, Proposal) and one.step == "refer"]
    assert [one.escalate for one in refer] == ["imaging"]


def test_a_re_test_before_the_date_agreed_is_not_it() -> None:
    care = flat()
    care.add(answer("a1", LAST, ladder(care, LAST).proposal, retest_on=b.day(LAST + 14)))
    care.add(*weekly(("6",), first=LAST + 7))
    assert ladder(care, LAST + 7).climb is Climb.RETEST
    care.add(*weekly(("6",), first=LAST + 14))
    found = ladder(care, LAST + 14)
    assert found.step is not None
    assert (found.climb, found.step.kind) == (Climb.PROPOSED, PlateauKind.TECHNIQUE_AND_DOSE)


def test_only_a_named_clinicians_answer_counts() -> None:
    for changes in ({"origin": Origin.PATIENT}, {"by": ""}, {"origin": Origin.ENGINE}):
        care = flat()
        first = ladder(care, LAST).proposal
        care.add(answer("a1", LAST, first, **changes), *weekly(("6",), first=LAST + 7))
        found = ladder(care, LAST + 7)
        assert (found.proposal, found.is_waiting) == (first, True)


def test_going_on_leaves_the_ladder_and_a_new_plateau_begins_it_anew() -> None:
    care = flat()
    care.add(answer("a1", LAST, ladder(care, LAST).proposal))
    gained = [f"{6 + 0.4 * n:.1f}" for n in range(1, 7)]
    care.add(*trained(LAST + 160)[3 * (LAST + 60) :], *weekly(gained, first=LAST + 7))
    assert ladder(care, LAST + 42).climb is Climb.OFF
    still = (gained[-1],) * 14
    care.add(*weekly(still, first=LAST + 49))
    end = LAST + 49 + 7 * 13
    found = [ladder(care, n) for n in range(LAST + 49, end + 1, 7)]
    assert found[-1].step is not None
    assert (found[-1].climb, found[-1].step.kind) == (Climb.PROPOSED, PlateauKind.ADHERENCE)


def test_work_that_was_not_done_is_answered_by_adherence_again() -> None:
    lazy = Care(plan(), b.entry("e", 1, "S2"), *weekly((*RISING, *FLAT)))
    lazy.add(answer("a1", LAST, ladder(lazy, LAST).proposal), *weekly(("6",), first=LAST + 7))
    found = ladder(lazy, LAST + 7)
    assert found.step is not None
    assert (found.climb, found.step.kind) == (Climb.PROPOSED, PlateauKind.ADHERENCE)


def test_a_level_that_has_only_to_be_kept_may_stand_still() -> None:
    enough = b.protocol()
    there = protocol(stages=(b.stage(1, b.exits()), b.stage(2, b.exits()), b.stage(3, ())))
    assert enough.plateau is None
    care = Care(plan(), b.entry("e", 1, "S2"), *trained(LAST), *weekly((*RISING, *FLAT)), made=there)
    assert ladder(care, LAST).trend is Trend.PLATEAU
    assert ladder(care, LAST).climb is Climb.OFF
    kept = Care(
        plan(), b.entry("e", 1, "S2"), b.entry("f", 9, "S3"), *trained(LAST), *weekly((*RISING, *FLAT))
    )
    assert ladder(kept, LAST).climb is Climb.OFF


def test_nothing_is_proposed_while_a_red_flag_locks() -> None:
    care = flat()
    care.add(b.check_in("flag", LAST, {"red_calf": b.D(1)}))
    assert told(care.facts, LAST).is_locked
    assert told(care.facts, LAST).follow_up.proposals == ()


def test_an_unanswered_step_is_a_task_with_a_date_and_overdue_after_it() -> None:
    care = flat()
    (task,) = [one for one in care.on(LAST).tasks if one.kind is TaskKind.PLATEAU]
    assert task.due_on == b.day(LAST + 7)
    assert not task.is_overdue
    (later,) = [one for one in care.on(LAST + 8).tasks if one.kind is TaskKind.PLATEAU]
    assert later.is_overdue


def test_a_re_test_is_due_by_the_date_agreed_or_by_the_days_of_the_step() -> None:
    for retest_on, by in ((None, LAST + 7), (b.day(LAST + 20), LAST + 20)):
        care = flat()
        care.add(answer("a1", LAST, ladder(care, LAST).proposal, retest_on=retest_on))
        for n, is_overdue in ((LAST + 1, False), (by, False), (by + 1, True)):
            (task,) = [one for one in care.on(n).tasks if one.kind is TaskKind.PLATEAU]
            assert (task.due_on, task.is_overdue, task.is_quiet) == (b.day(by), is_overdue, True)
