"""Change told from noise, and flares told from ups and downs."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from mortise.progress.change import Answer, change_of
from mortise.progress.flare import flare, median
from mortise.record.tracks import Point, Series
from mortise.terms import Better


def series(
    values: list[float], *, error: str | None = "1", n_practice: int = 0, mdc95: str | None = "2.77"
) -> Series:
    known = None if error is None else Decimal(error)
    made = tuple(Point(7 * n, Decimal(str(round(v, 4))), known, (f"r{n}",)) for n, v in enumerate(values))
    return Series("tape", "", None if mdc95 is None else Decimal(mdc95), made, n_practice)


def test_a_steady_rise_is_better_and_a_steady_fall_worse() -> None:
    rise = change_of(series([0, 1, 2, 3, 4, 5, 6]), Better.UP)
    fall = change_of(series([6, 5, 4, 3, 2, 1, 0]), Better.UP)
    assert rise is not None
    assert rise.answer is Answer.BETTER
    assert rise.is_real
    assert fall is not None
    assert fall.answer is Answer.WORSE


def test_direction_is_the_measures() -> None:
    fall = change_of(series([6, 5, 4, 3, 2, 1, 0]), Better.DOWN)
    assert fall is not None
    assert fall.answer is Answer.BETTER
    assert fall.since_baseline == Decimal(6)


def test_two_readings_decide_nothing_and_say_how_many_more_would() -> None:
    found = change_of(series([5, 6]), Better.UP)
    assert found is not None
    assert found.answer is Answer.UNDECIDED
    assert found.n_more is not None
    assert 1 <= found.n_more <= 10
    assert found.is_real is False


def test_a_long_flat_run_is_not_improving() -> None:
    found = change_of(series([5, 5.2, 4.9, 5.1, 5, 4.8, 5.1, 5, 5, 4.9, 5.1, 5, 5, 5, 5.1]), Better.UP)
    assert found is not None
    assert found.answer is Answer.NOT_IMPROVING
    assert found.n_more is None


def test_familiarisation_is_not_the_baseline() -> None:
    found = change_of(series([1, 3, 5, 5.2], n_practice=2), Better.UP)
    assert found is not None
    assert found.since_baseline == Decimal("0.2")


def test_without_a_known_error_there_is_no_claim() -> None:
    found = change_of(series([0, 5, 10], error=None, mdc95=None), Better.UP)
    assert found is not None
    assert found.answer is Answer.UNDECIDED
    assert found.is_real is None
    assert change_of(series([0, 5]), Better.NEITHER) is None


def days(values: list[float | None], first: int = 1) -> list[Point]:
    return [
        Point(first + n, Decimal(str(v)), None, (f"c{first + n}",))
        for n, v in enumerate(values)
        if v is not None
    ]


def test_a_flare_of_several_days_is_found_and_names_its_days() -> None:
    points = days([2] * 30 + [5, 5, 5, 5])
    found = flare(points, 34)
    assert found.is_on
    assert found.readings[0] == "c31"
    assert flare(points, 32).is_on is False


def test_one_bad_day_is_no_flare() -> None:
    assert flare(days([2] * 30 + [7, 2, 2]), 33).is_on is False


def test_without_a_baseline_a_flare_is_unknown() -> None:
    assert flare(days([2, 6, 6, 6]), 4).is_on is None
    assert flare([], 4).is_on is None


def test_one_flare_keeps_one_set_of_reasons_until_it_is_over() -> None:
    points = days([2] * 30 + [5] * 7 + [2] * 6)
    while_on = {flare(points, day).readings for day in range(34, 38)}
    assert len(while_on) == 1
    assert flare(points, 43).is_on is False


def test_a_flare_answered_by_a_step_back_does_not_alarm_again() -> None:
    points = days([2] * 30 + [5] * 6)
    assert flare(points, 36).is_on
    assert flare(points, 36, from_day=34).is_on is False


def test_flares_are_rarely_false_and_found_in_days() -> None:
    chance = np.random.default_rng(11)
    n_false = n_found = 0
    n_all = 150
    for _ in range(n_all):
        calm = [float(max(0, round(v))) for v in chance.normal(2, 1, 84)]
        flared = [*calm[:60], *(v + 2.5 for v in calm[60:70])]
        n_false += any(flare(days(calm), day).is_on for day in range(8, 85))
        n_found += any(flare(days(flared), day).is_on for day in range(61, 71))
    assert n_false / n_all <= 0.35
    assert n_found / n_all >= 0.75


def test_the_median_of_an_even_number_is_exact() -> None:
    assert median([Decimal(1), Decimal(4), Decimal(2), Decimal(3)]) == Decimal("2.5")


GAINED = [5, 6, 7, 8, 9, 10, 11, 12]


def test_a_gain_is_not_undone_by_standing_still() -> None:
    found = change_of(series([*GAINED, *[12.4, 12.6, 12.5] * 10]), Better.UP)
    assert found is not None
    assert found.answer is Answer.BETTER
    assert found.evidence_better >= 20


def test_a_gain_that_was_lost_again_is_no_longer_claimed() -> None:
    assert change_of(series(GAINED), Better.UP).answer is Answer.BETTER  # type: ignore[union-attr]
    found = change_of(series([*GAINED, *[6.0] * 20]), Better.UP)
    assert found is not None
    assert found.answer is not Answer.BETTER
