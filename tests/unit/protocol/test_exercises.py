"""A rung of a dose ladder: what is walked and what is run, and how many contacts were really landed."""

from decimal import Decimal

import pytest

from mortise.catalog import load
from mortise.protocol import DoseStep

ROUNDS = DoseStep(n_sets=4, duration_s=Decimal(300), run_s=Decimal(180))
JUMPS = DoseStep(n_sets=3, n_reps=15, up_s=Decimal("0.5"), down_s=Decimal("0.5"), n_contacts=45)


def test_a_round_is_walked_first_and_then_run() -> None:
    assert (ROUNDS.walk_s, ROUNDS.run_s) == (120, 180)
    assert ROUNDS.seconds(1) == 1200


def test_where_nothing_is_run_nothing_counts_as_the_walk_before_a_run() -> None:
    assert DoseStep(n_sets=1, duration_s=Decimal(600)).walk_s == 0


@pytest.mark.parametrize(("n_sets", "n_reps", "landed"), [(3, 15, 45), (2, 15, 30), (1, 7, 7), (0, 15, 0)])
def test_contacts_follow_the_sets_and_repetitions_that_were_done(
    n_sets: int, n_reps: int, landed: int
) -> None:
    assert JUMPS.contacts_done(n_sets, n_reps) == landed


def test_contacts_are_rounded_up_never_down() -> None:
    assert DoseStep(n_sets=3, n_reps=10, n_contacts=9).contacts_done(1, 4) == 2


def test_a_squat_begins_with_the_way_down_and_names_its_parts() -> None:
    squat = load().exercises["chair-squat"]
    assert squat.down_first
    assert [(kind, name) for kind, name, _ in squat.phases(squat.dose_steps[0])] == [
        ("down", "Down"),
        ("up", "Up"),
    ]
    lunge = load().exercises["knee-to-wall"]
    assert [name for _, name, _ in lunge.phases(lunge.dose_steps[0])] == ["Forward", "Hold", "Back"]


def test_contacts_are_shared_out_over_the_sets() -> None:
    assert JUMPS.n_contacts_a_set == 15
    assert ROUNDS.n_contacts_a_set == 0
