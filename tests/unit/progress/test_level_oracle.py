"""The level filter against a statistics package that Mortise never runs with."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from mortise.progress.level import ERROR_INFLATION, SLOPE_NOISE_SEM_PER_WEEK, states
from mortise.record.tracks import Point

statespace = pytest.importorskip(
    "statsmodels.tsa.statespace.structural", reason="statsmodels is not installed"
)
SEM = 0.7


@pytest.mark.parametrize("seed", range(5))
def test_level_and_slope_agree_with_the_package_on_weekly_readings(seed: int) -> None:
    chance = np.random.default_rng(seed)
    values = [round(float(v), 2) for v in 6 + 0.2 * np.arange(15) + chance.normal(0, SEM, 15)]
    ours = states([Point(7 * n, Decimal(str(v)), Decimal(str(SEM)), ()) for n, v in enumerate(values)])
    model = statespace.UnobservedComponents(np.array(values), "local linear trend", use_exact_diffuse=True)
    r, q = (ERROR_INFLATION * SEM) ** 2, (SLOPE_NOISE_SEM_PER_WEEK * SEM) ** 2
    theirs = model.filter([r, 0.0, q])  # variances of the reading, of the level, of the slope
    for n in range(3, 15):
        assert ours[n].level == pytest.approx(theirs.filtered_state[0, n], abs=1e-8)
        assert ours[n].slope == pytest.approx(theirs.filtered_state[1, n], abs=1e-8)
        assert ours[n].var_level == pytest.approx(theirs.filtered_state_cov[0, 0, n], abs=1e-8)
        assert ours[n].var_slope == pytest.approx(theirs.filtered_state_cov[1, 1, n], abs=1e-8)


def test_a_stiffer_slope_would_be_seen() -> None:
    values = [float(v) for v in range(10)]
    run = [Point(7 * n, Decimal(str(v)), Decimal("0.7"), ()) for n, v in enumerate([*values, *[9.0] * 5])]
    assert abs(states(run)[-1].slope - states(run, slope_noise=0.0)[-1].slope) > 1e-3
