"""A self-test below error reopens care; a second one proposes the highest stage whose entry is met."""

from __future__ import annotations

from mortise.episode import Reopened, TaskKind
from mortise.progress.kept import Keeping, kept
from mortise.record import Fact, Judgement
from mortise.record.tracks import Point, Series
from mortise.terms import Better, Origin
from tests import builders as b
from tests.unit.episode.courses import Care, answer, plan, protocol, told, trained, weekly

HELD = ("6", "7", "8", "9", "9.5", "9.5", "9.5")
ENTERED = 7 * (len(HELD) - 1)


def keeping(*facts: Fact) -> Care:
    """Return a patient who has come through and keeps it in the last stage."""
    return Care(
        plan(), b.entry("e2", 20, "S2"), b.entry("e3", ENTERED, "S3"), *trained(ENTERED + 60),
        b.tug("t", ENTERED), *weekly(HELD), *facts,
    )  # fmt: skip


def home(id: str, n: int, value: str) -> Fact:
    """Return Ben's own test with the same tape."""
    return b.reading(id, n, value=value)


def test_a_test_within_error_changes_nothing() -> None:
    care = keeping(home("h1", ENTERED + 28, "8.4"))
    assert care.on(ENTERED + 28).follow_up.reopening is None


def test_one_test_below_error_asks_for_a_re_test_and_moves_nobody() -> None:
    care = keeping(home("h1", ENTERED + 28, "6"))
    found = care.on(ENTERED + 28)
    assert found.follow_up.reopening is not None
    assert found.follow_up.reopening.state is Reopened.RETEST
    assert found.stage == "S3"
    (task,) = [one for one in found.tasks if one.kind is TaskKind.RETEST]
    assert task.due_on == b.day(ENTERED + 35)


def test_a_second_one_proposes_the_highest_stage_whose_entry_is_met() -> None:
    care = keeping(home("h1", ENTERED + 26, "6"), home("h2", ENTERED + 28, "6"))
    found = care.on(ENTERED + 28)
    reopening = found.follow_up.reopening
    assert reopening is not None
    # stage 1 asks for 5 cm, which is there; stage 2 for 9, which is not
    assert (reopening.state, reopening.stage, reopening.waits_for) == (Reopened.RE_ENTRY, "S2", ("exit.far",))
    assert found.stage == "S3", "only a clinician enters a stage"
    assert [one.kind for one in found.tasks if one.about == reopening.proposal] == [TaskKind.RE_ENTRY]
    low = keeping(home("h1", ENTERED + 26, "3"), home("h2", ENTERED + 28, "3")).on(ENTERED + 28).follow_up
    assert low.reopening is not None
    assert low.reopening.stage == "S1"


def test_unknown_is_not_met_on_the_way_in() -> None:
    care = keeping(home("h1", ENTERED + 40, "6"), home("h2", ENTERED + 42, "6"))
    found = care.on(ENTERED + 42).follow_up.reopening  # the timed walk is older than 28 days by now
    assert found is not None
    assert (found.stage, found.waits_for) == ("S1", ("exit.tug",))


def test_a_better_second_test_closes_it_again() -> None:
    care = keeping(home("h1", ENTERED + 28, "6"), home("h2", ENTERED + 30, "9.4"))
    assert care.on(ENTERED + 30).follow_up.reopening is None


def test_a_declined_re_entry_is_not_proposed_again_for_the_same_tests() -> None:
    care = keeping(home("h1", ENTERED + 28, "6"), home("h2", ENTERED + 30, "6"))
    found = care.on(ENTERED + 30).follow_up.reopening
    assert found is not None
    care.add(
        answer(
            "no", ENTERED + 31, found.proposal, answer="decline", reason="Blister; tested again next week."
        )
    )
    assert care.on(ENTERED + 32).follow_up.proposals == ()
    care.add(home("h3", ENTERED + 37, "6"))
    assert [one.proposes for one in told(care.facts, ENTERED + 37).follow_up.proposals] == ["re_entry"]


def test_a_recorded_limit_of_range_is_the_new_level() -> None:
    limit = Judgement(id="j", on=b.day(ENTERED + 31), origin=Origin.CLINICIAN, by=b.ADA, judgement="range_limit",
                      reason="Seen: 6 cm is what there is.")  # fmt: skip
    care = keeping(
        home("h1", ENTERED + 28, "6"), home("h2", ENTERED + 30, "6"), limit, home("h3", ENTERED + 40, "6")
    )
    assert care.on(ENTERED + 40).follow_up.reopening is None


def test_outside_the_keeping_stage_nothing_is_reopened() -> None:
    care = Care(plan(), b.entry("e2", 20, "S2"), *weekly((*HELD, "6", "6")))
    assert care.on(ENTERED + 14).follow_up.reopening is None


# ---------------------------------------------------------------- the comparison itself


def series(*values: str, mdc95: str | None = "1.9") -> Series:
    points = tuple(Point(7 * n, b.D(value), b.D("0.7"), (f"r{n}",)) for n, value in enumerate(values))
    return Series("tape", "", None if mdc95 is None else b.D(mdc95), points)


def test_error_explains_a_loss_up_to_the_root_of_both_variances() -> None:
    assert (
        kept(series("9", "7.1"), Better.UP, 3).keeping is Keeping.HELD
    )  # 1.9 lost; 1.96 x 0.7 x root 2 = 1.94
    assert kept(series("9", "7"), Better.UP, 3).keeping is Keeping.LOST
    assert kept(series("7", "9"), Better.DOWN, 3).keeping is Keeping.LOST
    assert kept(series("9", "7"), Better.DOWN, 3).keeping is Keeping.HELD


def test_without_a_smallest_real_change_a_direction_or_a_later_reading_nothing_is_known() -> None:
    assert kept(series("9", "2", mdc95=None), Better.UP, 3).keeping is Keeping.UNKNOWN
    assert kept(series("9", "2"), Better.NEITHER, 3).keeping is Keeping.UNKNOWN
    assert kept(series("9", "2"), Better.UP, 7).keeping is Keeping.UNKNOWN
    assert kept(None, Better.UP, 0).keeping is Keeping.UNKNOWN


def test_two_in_a_row_confirm() -> None:
    assert not kept(series("9", "6"), Better.UP, 3).is_confirmed
    assert kept(series("9", "6", "6"), Better.UP, 3).is_confirmed
    assert not kept(series("9", "6", "9", "6"), Better.UP, 3).is_confirmed


def test_every_entry_met_all_the_same_leaves_the_stage() -> None:
    made = protocol(stages=(b.stage(1, b.exits()), b.stage(2, b.exits()), b.stage(3, ())))
    care = keeping(home("h1", ENTERED + 26, "6.5"), home("h2", ENTERED + 28, "6.5"))
    care.made = made
    found = care.on(ENTERED + 28)
    assert found.follow_up.reopening is not None
    assert found.follow_up.reopening.state is Reopened.KEEPS
    assert found.follow_up.proposals == ()
