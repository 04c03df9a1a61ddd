"""Whether a gain lasts: said only from three visits, mirrored with the scale, rarely wrong, never from error alone."""

from __future__ import annotations

import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mortise.progress.lasting import LONGEST_GAP_DAYS, Lasting, RoomTest, Why, persistence
from mortise.terms import Better

SEM = Decimal("0.69")
values = st.decimals(min_value=0, max_value=25, places=1)
rooms = st.lists(
    st.builds(RoomTest, day=st.integers(0, 200), before=st.none() | values, after=st.none() | values),
    max_size=12,
    unique_by=lambda one: one.day,
)


def course(
    gain: float, kept: float, n: int, noise: random.Random | None = None, every: int = 7
) -> list[RoomTest]:
    """Return `n` visits of which each gains `gain` and keeps the share `kept` of it."""
    level, found = 5.0, []
    for index in range(n):
        before, after = level, level + gain
        if noise is not None:
            before, after = before + noise.gauss(0, float(SEM)), after + noise.gauss(0, float(SEM))
        found.append(
            RoomTest(day=index * every, before=Decimal(f"{before:.1f}"), after=Decimal(f"{after:.1f}"))
        )
        level += gain * kept
    return found


@given(rooms, st.randoms(use_true_random=False))
def test_the_order_in_which_tests_come_changes_nothing(tests: list[RoomTest], order: random.Random) -> None:
    mixed = list(tests)
    order.shuffle(mixed)
    assert persistence(tests, Better.UP, SEM) == persistence(mixed, Better.UP, SEM)


@given(rooms)
def test_a_scale_turned_round_gives_the_same_answer(tests: list[RoomTest]) -> None:
    turned = [
        RoomTest(
            day=one.day,
            before=None if one.before is None else -one.before,
            after=None if one.after is None else -one.after,
        )
        for one in tests
    ]
    assert persistence(tests, Better.UP, SEM) == persistence(turned, Better.DOWN, SEM)


@given(rooms)
def test_fewer_than_three_visits_or_an_unknown_error_say_nothing(tests: list[RoomTest]) -> None:
    assert persistence(tests, Better.UP, None).lasting is Lasting.CANNOT_SAY
    few = [one for one in tests if one.before is not None][:2]
    assert persistence(few, Better.UP, SEM).why is Why.FEW_VISITS


@given(rooms, st.decimals(min_value="0.1", max_value=3, places=1))
def test_a_larger_error_never_makes_an_answer_out_of_none(tests: list[RoomTest], error: Decimal) -> None:
    if persistence(tests, Better.UP, error).lasting is Lasting.CANNOT_SAY:
        assert persistence(tests, Better.UP, 2 * error).lasting is Lasting.CANNOT_SAY


@given(rooms, values)
def test_a_shift_of_every_reading_changes_nothing(tests: list[RoomTest], by: Decimal) -> None:
    moved = [
        RoomTest(
            day=one.day,
            before=None if one.before is None else one.before + by,
            after=None if one.after is None else one.after + by,
        )
        for one in tests
    ]
    here, there = persistence(tests, Better.UP, SEM), persistence(moved, Better.UP, SEM)
    assert (here.lasting, here.why, here.n_pairs) == (there.lasting, there.why, there.n_pairs)


def test_three_visits_can_answer_both_ways() -> None:
    assert persistence(course(3.0, 1.0, 3), Better.UP, SEM).lasting is Lasting.LASTS
    assert persistence(course(3.0, 0.0, 3), Better.UP, SEM).lasting is Lasting.FADES
    assert persistence(course(3.0, 0.5, 3), Better.UP, SEM).why is Why.WITHIN_ERROR
    assert persistence(course(0.2, 1.0, 6), Better.UP, SEM).why is Why.NO_GAIN


def test_a_visit_after_more_than_four_weeks_makes_no_pair() -> None:
    found = persistence(course(3.0, 1.0, 4, every=LONGEST_GAP_DAYS + 1), Better.UP, SEM)
    assert (found.why, found.n_pairs, found.n_visits) == (Why.FEW_VISITS, 0, 4)


def test_each_claim_is_rarely_made_where_half_is_kept_and_mostly_where_it_is_true() -> None:
    noise = random.Random(7)
    n = 2000
    half = [persistence(course(2.0, 0.5, 4, noise), Better.UP, SEM).lasting for _ in range(n)]
    assert half.count(Lasting.LASTS) / n <= 0.05
    assert half.count(Lasting.FADES) / n <= 0.05
    nothing = [persistence(course(0.0, 0.0, 4, noise), Better.UP, SEM).lasting for _ in range(n)]
    assert nothing.count(Lasting.CANNOT_SAY) / n >= 0.95
    whole = [persistence(course(2.5, 1.0, 6, noise), Better.UP, SEM).lasting for _ in range(n)]
    assert whole.count(Lasting.LASTS) / n >= 0.8
    assert whole.count(Lasting.FADES) / n <= 0.001
