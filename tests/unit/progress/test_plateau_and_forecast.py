"""A plateau is what the detector says; a bridge needs a shared day; a forecast is an interval."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mortise.progress.bridge import bridged
from mortise.progress.evidence import evidence, mean_ratio, suffix_sums
from mortise.progress.forecast import forecast
from mortise.progress.plateau import Trend, plateau, plateau_of
from mortise.record.tracks import Point, Series, track_of
from mortise.terms import Better, Limb

UP = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def points(
    values: list[float], *, error: str | None = "1", first: int = 0, every: int = 7
) -> tuple[Point, ...]:
    known = None if error is None else Decimal(error)
    return tuple(
        Point(first + every * n, Decimal(str(round(v, 4))), known, (f"r{first + every * n}",))
        for n, v in enumerate(values)
    )


def test_improving_is_said_while_it_lasts_and_plateau_when_it_has_stopped() -> None:
    assert plateau(points(UP), Better.UP).trend is Trend.IMPROVING
    stopped = plateau(points([*UP, *[6.0] * 12]), Better.UP)
    assert stopped.trend is Trend.PLATEAU
    assert stopped.since_day is not None
    assert 28 <= stopped.since_day <= 56
    assert stopped.readings[0] == f"r{stopped.since_day}"


def test_undecided_says_how_many_more_would_decide_and_keeps_its_word() -> None:
    run = points([*UP, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0])
    found = plateau(run, Better.UP)
    assert found.trend is Trend.UNDECIDED
    assert found.n_more is not None
    last = run[-1]
    more = [Point(last.day + 7 * n, Decimal(6), last.error, ()) for n in range(1, found.n_more + 1)]
    assert plateau((*run, *more), Better.UP).trend is Trend.PLATEAU
    assert plateau((*run, *more[:-1]), Better.UP).trend is not Trend.PLATEAU


def test_a_missing_gain_is_never_a_plateau_by_itself() -> None:
    few = plateau(points([5.0, 5.0, 5.0]), Better.UP)
    assert few.trend is Trend.UNDECIDED
    assert plateau(points([5.0] * 30, error=None), Better.UP).trend is Trend.UNDECIDED
    assert plateau(points([5.0] * 30), Better.NEITHER).trend is Trend.UNDECIDED
    assert plateau((), Better.UP).trend is Trend.UNDECIDED


def test_going_on_ends_a_plateau() -> None:
    flat = [*UP, *[6.0] * 12]
    again = [*flat, *(6.0 + 1.0 * n for n in range(1, 8))]
    assert plateau(points(flat), Better.UP).trend is Trend.PLATEAU
    assert plateau(points(again), Better.UP).trend is not Trend.PLATEAU


def test_lower_is_better_mirrors() -> None:
    rise, fall = [*UP, *[6.0] * 12], [-v for v in [*UP, *[6.0] * 12]]
    assert plateau(points(rise), Better.UP).evidence == plateau(points(fall), Better.DOWN).evidence


def test_familiarisation_is_left_out() -> None:
    series = Series("tape", "", None, points([0.0, 3.0, *[6.0] * 13]), 2)
    assert plateau_of(series, Better.UP) == plateau(series.points[2:], Better.UP)


@given(
    values=st.lists(st.integers(-50, 50), min_size=2, max_size=20),
    shift_days=st.integers(0, 4000),
    lift=st.integers(-30, 30),
)
def test_evidence_does_not_depend_on_when_or_how_high(values: list[int], shift_days: int, lift: int) -> None:
    run = points([v / 10 for v in values])
    moved = points([v / 10 + lift for v in values], first=shift_days)
    assert evidence(run, 1) == pytest.approx(evidence(moved, 1), rel=Decimal("1e-3"))
    assert plateau(run, Better.UP).trend == plateau(moved, Better.UP).trend


@given(values=st.lists(st.integers(-50, 50), min_size=3, max_size=12))
def test_sums_from_the_newest_back_are_those_of_each_run(values: list[int]) -> None:
    run = points([v / 10 for v in values])
    for start, sums in enumerate(suffix_sums(run, 1, 1.0)):
        weeks = [one.day / 7 for one in run[start:]]
        y = [float(one.value) for one in run[start:]]
        mean_t, mean_y = sum(weeks) / len(weeks), sum(y) / len(y)
        assert sums.s_tt == pytest.approx(sum((t - mean_t) ** 2 for t in weeks), abs=1e-9)
        assert sums.s_ty == pytest.approx(
            sum((t - mean_t) * (v - mean_y) for t, v in zip(weeks, y, strict=True)), abs=1e-9
        )


def test_the_mean_of_ratios_is_a_decimal_on_a_grid() -> None:
    assert mean_ratio([0.0, 0.0]) == Decimal("1.000")
    assert mean_ratio([1.0]) == Decimal("2.718")
    assert mean_ratio([-1e9]) == Decimal("0.000")
    assert mean_ratio([1e9]) > Decimal(10) ** 20


def old_and_new(shared: bool) -> tuple[Series, Series]:
    old = Series("tape_home", "", Decimal("1.9"), points([4.0, 4.0, 5.0, 5.0]))
    new = Series("tape", "ada", Decimal("1.9"), points([6.0, 7.0], first=21 if shared else 28))
    return old, new


def test_a_change_of_instrument_is_bridged_only_by_a_shared_day() -> None:
    apart = bridged(track_of("lunge_cm", Limb.INVOLVED, old_and_new(shared=False)))
    assert apart is not None
    assert len(apart.points) == 2
    joined = bridged(track_of("lunge_cm", Limb.INVOLVED, old_and_new(shared=True)))
    assert joined is not None
    assert [one.value for one in joined.points] == [Decimal(v) for v in ("5.0", "5.0", "6.0", "6.0", "7.0")]
    assert joined.points[0].error is not None
    assert float(joined.points[0].error) == pytest.approx(3**0.5)
    assert joined.points[-1].error == 1


def test_a_bridge_over_an_unknown_error_stays_unknown() -> None:
    old = Series("other", "", None, points([4.0, 5.0], error=None))
    new = Series("tape", "", None, points([6.0], first=7))
    found = bridged(track_of("lunge_cm", Limb.INVOLVED, (old, new)))
    assert found is not None
    assert found.points[0].error is None
    assert bridged(track_of("lunge_cm", Limb.INVOLVED, ())) is None


def test_a_forecast_is_an_interval_that_widens_with_distance() -> None:
    run = points([1.0 * n for n in range(12)])
    near, far = forecast(run, Better.UP, Decimal("12.5")), forecast(run, Better.UP, Decimal("15"))
    assert near is not None
    assert far is not None
    assert near.early_weeks is not None
    assert far.early_weeks is not None
    assert near.late_weeks is not None
    assert near.early_weeks < near.late_weeks
    assert far.early_weeks > near.early_weeks
    assert far.late_weeks is None or far.late_weeks - far.early_weeks > near.late_weeks - near.early_weeks


def test_what_is_reached_is_there_and_what_goes_the_wrong_way_is_not_foreseen() -> None:
    run = points([5.0, 5.5, 6.0, 6.5, 7.0, 7.5])
    there = forecast(run, Better.UP, Decimal(5))
    assert there is not None
    assert there.is_there
    assert there.early_weeks == 0
    away = forecast(points([9.0 - n for n in range(9)]), Better.UP, Decimal(20))
    assert away is not None
    assert away.early_weeks is None
    assert away.late_weeks is None


@pytest.mark.parametrize("run", [(), points([1.0, 2.0]), points([1.0, 2.0, 3.0], error=None)])
def test_too_little_foresees_nothing(run: tuple[Point, ...]) -> None:
    assert forecast(run, Better.UP, Decimal(5)) is None
