"""Scales: numbers and dates to places, and the few ticks that label them."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import NamedTuple


class Scale(NamedTuple):
    """A straight scale from a value to a place; a range of nothing sits in the middle."""

    low: float
    high: float
    at_low: float
    at_high: float

    def __call__(self, value: float) -> float:
        """Return the place of a value, wherever it lies."""
        if self.high == self.low:
            return (self.at_low + self.at_high) / 2
        return self.at_low + (value - self.low) / (self.high - self.low) * (self.at_high - self.at_low)

    def inside(self, value: float) -> float:
        """Return the place of a value, held to the ends."""
        return self(min(max(value, self.low), self.high))


class Days(NamedTuple):
    """A scale of calendar days."""

    from_on: date
    until_on: date
    left: float
    right: float

    @property
    def n_days(self) -> int:
        """Days from end to end, at least one."""
        return max(1, (self.until_on - self.from_on).days)

    @property
    def day_width(self) -> float:
        """Width of one day."""
        return (self.right - self.left) / self.n_days

    def __call__(self, on: date) -> float:
        """Return the place of a day, held to the ends."""
        return min(max(self.left + (on - self.from_on).days * self.day_width, self.left), self.right)


def step_for(span: float, n_ticks: int) -> float:
    """Return a round step (1, 2, 2.5 or 5 times a power of ten) that gives about `n_ticks`."""
    if not span > 0 or not math.isfinite(span):
        return 1.0
    raw = span / max(1, n_ticks)
    power = 10.0 ** math.floor(math.log10(raw))
    return next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= raw - 1e-12), 10 * power)


def value_ticks(low: float, high: float, n_ticks: int = 5) -> list[float]:
    """Return round values from `low` to `high`; whole ones where halves would say no more (0 5 10, not 2.5)."""
    step = step_for(high - low, n_ticks)
    if step == 2.5:
        step = 5.0 if low % 5 == 0 and high % 5 == 0 else 2.0
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def rounded_range(values: list[float], *, at_least: float, n_ticks: int = 5) -> tuple[float, float]:
    """Return round ends that hold all values and are no closer than `at_least`."""
    if not values:
        return 0.0, at_least
    low, high = min(values), max(values)
    if high - low < at_least:
        middle = (low + high) / 2
        low, high = middle - at_least / 2, middle + at_least / 2
    step = step_for(high - low, n_ticks)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def tick_decimals(ticks: list[float]) -> int:
    """Return how many decimals tell the ticks apart."""
    return next((k for k in range(4) if all(abs(tick - round(tick, k)) < 1e-9 for tick in ticks)), 4)


def day_ticks(days: Days, min_gap: float = 62.0) -> list[date]:
    """Return dates for an axis, from its first day, in weeks, no closer than `min_gap`."""
    every = next(
        (7 * weeks for weeks in (1, 2, 4, 8, 13, 26, 52) if 7 * weeks * days.day_width >= min_gap),
        7 * 104,
    )
    if days.n_days < 7:
        every = max(1, math.ceil(min_gap / days.day_width))
    return [days.from_on + timedelta(days=k) for k in range(0, days.n_days + 1, every)]
