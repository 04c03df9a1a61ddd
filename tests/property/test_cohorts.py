"""The cohort: a small cell is never shown and cannot be worked out; intervals hold; order changes nothing."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, given
from hypothesis import strategies as st

from mortise.episode.cohorts import LEAST, Outcome, StageSpell, cohort_of, kept_back, shown_total, wilson

cells = st.lists(st.integers(0, 14), min_size=2, max_size=4)
words = st.sampled_from(["better", "same", "worse", "unknown"])
spells = st.builds(
    StageSpell,
    number=st.integers(1, 3),
    title=st.just("S"),
    n_days=st.integers(0, 90),
    has_left=st.booleans(),
)
outcomes = st.lists(
    st.builds(
        Outcome, protocol=st.sampled_from(["a", "b"]), n_days=st.integers(0, 90),
        spells=st.lists(spells, max_size=3).map(tuple),
        changes=st.dictionaries(st.sampled_from(["lunge_cm", "pain_nrs"]), words, max_size=2),
        adherence_pct=st.none() | st.floats(0, 100),
    ),
    max_size=40,
)  # fmt: skip


def worlds(shown: tuple[int | None, ...], total: int) -> set[tuple[int, ...]]:
    """Every way to fill what is kept back, for who knows the total and the rule."""
    hidden = [place for place, n in enumerate(shown) if n is None]
    left = total - sum(n for n in shown if n is not None)
    ways = {way for way in product(range(1, left + 1), repeat=len(hidden)) if sum(way) == left}

    def whole(way: tuple[int, ...]) -> list[int]:
        filled = iter(way)
        return [next(filled) if n is None else n for n in shown]

    return {way for way in ways if kept_back(whole(way)) == shown}


@given(cells)
def test_what_is_kept_back_cannot_be_worked_out_from_the_total(counts: list[int]) -> None:
    shown = kept_back(counts)
    assert all(n is None or n == 0 or n >= LEAST for n in shown)
    total = shown_total(sum(counts))
    hidden = [place for place, n in enumerate(shown) if n is None]
    assume(total is not None and hidden)
    found = worlds(shown, sum(counts))
    for place in range(len(hidden)):
        if counts[hidden[place]] < LEAST:
            assert len({way[place] for way in found}) > 1


@given(cells)
def test_what_need_not_be_kept_back_is_shown(counts: list[int]) -> None:
    if all(n == 0 or n >= LEAST for n in counts):
        assert kept_back(counts) == tuple(counts)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_shrinks_with_more_people(given_n: tuple[int, int]) -> None:
    yes, n = given_n
    low, high = wilson(yes, n)
    assert 0 <= low <= yes / n <= high <= 1
    wider_low, wider_high = wilson(yes * 4, n * 4)
    assert wider_high - wider_low <= high - low
    mirrored = wilson(n - yes, n)
    assert abs(mirrored[0] - (1 - high)) < 1e-9


def test_the_interval_is_wilson_s() -> None:
    low, high = wilson(15, 50)  # worked by hand from the formula of 1927
    assert (round(low, 4), round(high, 4)) == (0.1910, 0.4375)
    assert wilson(0, 10)[0] == 0.0
    assert round(wilson(0, 10)[1], 4) == 0.2775


@given(outcomes, st.randoms())
def test_no_small_number_leaves_and_the_order_changes_nothing(found: list[Outcome], chance: object) -> None:
    made = cohort_of(found)
    again = list(found)
    chance.shuffle(again)  # type: ignore[attr-defined]
    assert cohort_of(again) == made
    numbers = [made.n, made.adherence.n]
    for row in made.stages:
        numbers += [row.n_left, row.n_still_in]
    for change in made.changes:
        numbers += [change.n, change.n_better, change.n_same, change.n_worse, change.n_unknown]
    for responder in made.responders:
        numbers += [responder.n, responder.n_responders]
        assert (responder.ratio is None) == (responder.low_ratio is None)
    assert all(n is None or n == 0 or n >= LEAST for n in numbers)


@given(outcomes)
def test_days_of_a_stage_are_told_of_five_who_left_it_and_more(found: list[Outcome]) -> None:
    for row in cohort_of(found).stages:
        assert (row.median_days is not None) == (row.n_left is not None and row.n_left >= LEAST)


def test_who_is_treated_for_less_than_a_day_is_left_out() -> None:
    found = [Outcome(protocol="a", n_days=0)] * 9
    assert cohort_of(found).n == 0
