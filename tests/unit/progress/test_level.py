"""The level filter against an independent one, its coverage, and what a decision reads of it."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mortise.progress.level import ERROR_INFLATION, SLOPE_NOISE_SEM_PER_WEEK, bands, filtered, states
from mortise.record.tracks import Point
from tests import builders as b

SEM = 0.7


def points(days: list[int], values: list[float], error: str | None = "0.7") -> list[Point]:
    found = None if error is None else Decimal(error)
    return [Point(day, Decimal(str(v)), found, (f"r{day}",)) for day, v in zip(days, values, strict=True)]


def oracle(days: list[int], values: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Run a Kalman filter in matrices from a very wide start; return mean and covariance after the last reading."""
    r = (ERROR_INFLATION * SEM) ** 2
    mean, covariance = np.zeros(2), np.eye(2) * 1e9
    before = days[0]
    for day, value in zip(days, values, strict=True):
        weeks = (day - before) / 7
        f = np.array([[1.0, weeks], [0.0, 1.0]])
        q = np.diag([0.0, (SLOPE_NOISE_SEM_PER_WEEK * SEM) ** 2 * weeks])
        mean, covariance = f @ mean, f @ covariance @ f.T + q
        h = np.array([1.0, 0.0])
        gain = covariance @ h / (h @ covariance @ h + r)
        mean = mean + gain * (value - h @ mean)
        covariance = covariance - np.outer(gain, h @ covariance)
        before = day
    return mean, covariance


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 200)), min_size=3, max_size=20))
def test_the_filter_agrees_with_an_independent_one(steps: list[tuple[int, int]]) -> None:
    days = list(np.cumsum([gap for gap, _ in steps]))
    values = [value / 10 for _, value in steps]
    mean, covariance = oracle([int(day) for day in days], values)
    last = states(points([int(day) for day in days], values))[-1]
    assert last.level == pytest.approx(mean[0], abs=2e-4)
    assert last.slope == pytest.approx(mean[1], abs=2e-4)
    assert last.var_level == pytest.approx(covariance[0, 0], rel=1e-3)


def test_one_reading_is_its_own_level_with_the_inflated_error() -> None:
    (only,) = filtered(points([0], [7.0]), b.measures()["lunge_cm"])
    assert only.level == Decimal("7.0")
    assert only.level_sd == Decimal("0.8750")


def test_the_level_lies_on_the_measures_grid() -> None:
    found = filtered(points([0, 7, 14, 21], [5.0, 5.3, 6.1, 6.0]), b.measures()["lunge_cm"])
    assert all(one.level is not None and one.level % Decimal("0.1") == 0 for one in found)


def test_a_reading_of_unknown_error_has_no_level() -> None:
    assert all(one.level is None for one in filtered(points([0, 7], [5, 6], None), b.measures()["lunge_cm"]))
    assert bands(points([0, 7], [5, 6], None), 20) == []


def test_the_band_widens_after_the_last_reading_and_ends_on_the_day_asked() -> None:
    found = bands(points([0, 7, 14], [5, 6, 7]), 30)
    widths = [one.high - one.low for one in found[2:]]
    assert widths == sorted(widths)
    assert found[-1].day == 30
    assert found[-1].value == pytest.approx(found[2].value)


def test_only_exact_arithmetic_is_used_on_the_decision_path() -> None:
    import ast
    import inspect

    import mortise.progress.level as module

    tree = ast.parse(inspect.getsource(module))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "math"
                for alias in node.names}  # fmt: skip
    assert imported == {"sqrt"}
    assert not any(isinstance(node, ast.Pow) for node in ast.walk(tree))
    assert sqrt(2.0) * sqrt(2.0) != 2.0  # a float is a float: what is compared is put on a grid first
