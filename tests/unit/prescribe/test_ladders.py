"""A share of a dose: a lower rung, or the lowest rung cut to what comes nearest from below."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mortise.prescribe.ladders import at_share, ladder_slots, stand_in, work_s
from mortise.protocol import DoseStep
from tests.unit.prescribe.made import exercise, ladder, library, slot, stage

REPS = DoseStep(
    n_sets=3, n_reps=10, up_s=Decimal(1), hold_s=Decimal(0), down_s=Decimal(2), rest_s=Decimal(30)
)
HOLDS = DoseStep(n_sets=2, duration_s=Decimal(20), rest_s=Decimal(20))


def test_work_leaves_rests_out_and_gives_untimed_repetitions_a_length() -> None:
    assert (work_s(REPS), work_s(HOLDS)) == (90, 40)
    assert work_s(DoseStep(n_sets=2, n_reps=5)) == 30


@pytest.mark.parametrize(
    ("dose", "pct", "cut"),
    [
        (REPS, 100, (3, 10, 0)), (REPS, 90, (3, 9, 0)), (REPS, 67, (2, 10, 0)), (REPS, 50, (3, 5, 0)),
        (REPS, 1, (1, 1, 0)), (REPS, 0, (1, 1, 0)),
        (HOLDS, 90, (2, 1, 15)), (HOLDS, 50, (1, 1, 20)), (HOLDS, 30, (1, 1, 10)), (HOLDS, 0, (1, 1, 1)),
    ],
)  # fmt: skip
def test_the_lowest_rung_is_cut_to_what_comes_nearest(
    dose: DoseStep, pct: int, cut: tuple[int, int, int]
) -> None:
    step, found = at_share(exercise("a", dose_steps=(dose,)), 0, Decimal(pct))
    assert (step, (found.n_sets, found.n_reps, found.duration_s)) == (0, cut)


def test_a_lower_rung_is_taken_where_there_is_one() -> None:
    one = exercise("a", dose_steps=ladder(1, 2, 4))
    assert [at_share(one, 2, Decimal(pct))[0] for pct in (100, 99, 50, 49, 25)] == [2, 1, 1, 0, 0]


def test_running_is_cut_with_its_round() -> None:
    rounds = DoseStep(n_sets=3, duration_s=Decimal(300), run_s=Decimal(180))
    one = exercise("a", dose_steps=(rounds,))
    found = [at_share(one, 0, Decimal(pct))[1] for pct in (100, 67, 50, 20, 0)]
    assert [(cut.n_sets, cut.duration_s, cut.run_s) for cut in found] == [
        (3, 300, 180), (2, 300, 180), (2, 225, 135), (1, 180, 108), (1, 1, 0),
    ]  # fmt: skip


def test_contacts_are_cut_with_the_work() -> None:
    one = exercise("a", dose_steps=ladder(2, seconds=30, n_contacts=21))
    assert at_share(one, 0, Decimal(50))[1].n_contacts == 10


doses = st.builds(
    lambda n_sets, n_reps, tempo, seconds, is_held: DoseStep(
        n_sets=n_sets, n_reps=1 if is_held else n_reps, up_s=Decimal(0 if is_held else tempo),
        duration_s=Decimal(seconds if is_held else 0), n_contacts=n_reps,
    ),
    st.integers(1, 5), st.integers(1, 20), st.integers(0, 6), st.integers(1, 300), st.booleans(),
)  # fmt: skip


@given(st.lists(doses, min_size=1, max_size=4), st.integers(0, 3), st.integers(0, 100), st.integers(0, 100))
def test_a_smaller_share_never_gives_more(steps: list[DoseStep], at: int, one: int, other: int) -> None:
    small, large = sorted((one, other))
    climbing = sorted(steps, key=work_s)
    subject, step = exercise("a", dose_steps=tuple(climbing)), min(at, len(climbing) - 1)
    (low, less), (high, more) = (at_share(subject, step, Decimal(pct)) for pct in (small, large))
    assert low <= high
    if low == high:
        assert (work_s(less) <= work_s(more), less.n_contacts <= more.n_contacts) == (True, True)
    assert 1 <= less.n_sets <= climbing[low].n_sets
    assert less.n_reps <= climbing[low].n_reps
    assert less.duration_s <= climbing[low].duration_s


def test_a_chain_of_stand_ins_ends_with_the_equipment_or_with_nothing() -> None:
    chain = library(
        exercise("a", needs=("band",), instead="b"),
        exercise("b", needs=("step",), instead="c"),
        exercise("c"),
    )
    ring = library(exercise("a", needs=("band",), instead="b"), exercise("b", needs=("band",), instead="a"))
    assert stand_in(chain["a"], frozenset(), chain) is chain["c"]
    assert stand_in(chain["a"], frozenset({"step"}), chain) is chain["b"]
    assert stand_in(chain["a"], None, chain) is chain["a"]
    assert stand_in(ring["a"], frozenset(), ring) is None


def test_slots_keep_to_the_length_of_each_ladder() -> None:
    short = library(exercise("a", dose_steps=ladder(1, 2), instead="b"), exercise("b", dose_steps=ladder(1)))
    found = ladder_slots(stage(slot("a", first_step=3, last_step=9), slot("unheard-of")), short)
    assert {name: (one.first_step, one.last_step) for name, one in found.items()} == {
        "a": (1, 1),
        "b": (0, 0),
    }
