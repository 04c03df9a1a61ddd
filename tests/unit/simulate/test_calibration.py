"""The tests of `progress` on invented patients: a small fixed sample of what `make calibrate` does at full size."""

from __future__ import annotations

import pytest

from mortise.progress import change as change_room
from mortise.simulate import calibration as c
from mortise.simulate.calibration import Rates


def at_most(rates: Rates, share: float) -> bool:
    """Whether a share found in a small sample is compatible with the bound (three standard errors)."""
    return rates.share <= share + 3.0 * (share * (1 - share) / rates.n) ** 0.5


@pytest.mark.parametrize(
    ("nuisance", "share"),
    [
        ("clean", 0.02),
        ("error really 1.5 times", 0.06),
        ("errors that last (0.4)", 0.06),
        ("a quarter missing", 0.02),
    ],
)
def test_false_progress_over_twelve_weekly_looks_is_rare(nuisance: str, share: float) -> None:
    assert at_most(c.false_progress(nuisance, n=500, seed=1), share)


def test_a_claim_at_twice_the_error_would_be_caught_here() -> None:
    """The check can fail: "MDC95 better than at baseline in any week" is far above the bound."""
    weeks = c.np.arange(13.0)
    called = 0
    for chance in c.patients(1, 300):
        run = c.points(weeks, c.clean(chance, 13))
        called += any(float(one.value - run[0].value) > 2.77 for one in run)
    assert not at_most(Rates(share=called / 300, n=300), 0.02)


def test_a_laxer_threshold_would_be_caught_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c, "BETTER_AT", 2)
    assert not at_most(c.false_progress("clean", n=300, seed=1), 0.02)
    assert change_room.BETTER_AT == 20


def test_true_progress_is_found() -> None:
    found = c.found_progress(0.5, n=200, seed=2)
    assert found.share >= 0.97
    assert found.delay is not None
    assert found.delay <= 9


@pytest.mark.parametrize("course", ["flat", "straight", "slowing"])
def test_the_drawn_interval_holds_the_truth_nine_times_in_ten(course: str) -> None:
    assert 0.87 <= c.coverage(course, n=400, seed=3).share <= 0.93


@pytest.mark.parametrize("n_per_week", [1, 2])
def test_a_plateau_is_found_and_rarely_false(n_per_week: int) -> None:
    d = 0.25
    assert at_most(c.plateau_called(lambda w: d * w, n_per_week=n_per_week, worthwhile=d, n=80, seed=4), 0.10)
    twice = c.plateau_called(lambda w: 2 * d * w, n_per_week=n_per_week, worthwhile=d, n=80, seed=4)
    assert twice.share == 0
    flat = c.plateau_called(c.flat_after_six_weeks, n_per_week=n_per_week, worthwhile=d, n=80, seed=4)
    assert flat.share >= 0.95


@pytest.mark.parametrize("course", ["flat", "straight", "slowing"])
def test_a_forecast_holds_in_nine_of_ten(course: str) -> None:
    held, _ = c.forecast_held(course, n_seen=6, n=300, seed=5)
    assert held.share >= 0.86


def test_flares_are_rarely_false_and_found_in_days() -> None:
    false, found = c.flares(rise_nrs=2.5, n=100, seed=6)
    assert false.share <= 0.05
    assert found.share >= 0.85
    assert found.delay is not None
    assert found.delay <= 4


def test_the_same_seed_gives_the_same_patients() -> None:
    first = [float(v) for chance in c.patients(9, 3) for v in c.lasting(chance, 4)]
    assert first == [float(v) for chance in c.patients(9, 3) for v in c.lasting(chance, 4)]
    assert len(set(first)) == 12
