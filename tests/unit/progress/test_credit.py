"""A gain that came with aggravation is not a gain; a loss that came with it is a loss."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mortise.progress.change import Answer, change_of
from mortise.progress.credit import credited
from mortise.progress.forecast import forecast
from mortise.progress.plateau import Trend, plateau
from mortise.record.tracks import Point, Series
from mortise.terms import Better
from tests import builders as b


def points(*values: tuple[float, bool]) -> tuple[Point, ...]:
    return tuple(
        Point(7 * n, b.D(str(value)), b.D(1), (f"r{n}",), counts=counts)
        for n, (value, counts) in enumerate(values)
    )


SORE_RISE = points(*((float(n), n == 0) for n in range(12)))
CALM_RISE = points(*((float(n), True) for n in range(12)))


def test_a_rise_on_sore_days_is_no_improvement_no_forecast_and_no_real_change() -> None:
    assert plateau(CALM_RISE, Better.UP).trend is Trend.IMPROVING
    assert plateau(SORE_RISE, Better.UP).trend is not Trend.IMPROVING
    assert forecast(CALM_RISE, Better.UP, b.D(20)) is not None
    assert forecast(SORE_RISE, Better.UP, b.D(20)) is None
    calm = change_of(Series("tape", "", b.D(2), CALM_RISE), Better.UP)
    sore = change_of(Series("tape", "", b.D(2), SORE_RISE), Better.UP)
    assert calm is not None
    assert sore is not None
    assert (calm.answer, calm.is_real) == (Answer.BETTER, True)
    assert (sore.answer, sore.is_real) == (Answer.UNDECIDED, None)


def test_a_fall_on_sore_days_is_a_fall() -> None:
    fall = points(*((12.0 - n, n == 0) for n in range(12)))
    found = change_of(Series("tape", "", b.D(2), fall), Better.UP)
    assert found is not None
    assert found.answer is Answer.WORSE


def test_standing_still_on_sore_days_can_still_be_told() -> None:
    flat = points(*((5.0, True) for _ in range(30)))
    assert credited(flat, Better.UP) is flat
    assert credited(flat, Better.NEITHER) is flat


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=20),
    st.sampled_from([Better.UP, Better.DOWN]),
)
def test_what_is_left_never_looks_better_than_what_counts(
    values: list[tuple[int, bool]], better: Better
) -> None:
    made = points(*((float(value), counts) for value, counts in values))
    kept = credited(made, better)
    best = max if better is Better.UP else min
    counting = [one.value for one in made if one.counts]
    assert [one for one in kept if one.counts] == [one for one in made if one.counts]
    if counting:
        assert best(one.value for one in kept) == best(counting)
    else:
        assert kept == [] or not made
