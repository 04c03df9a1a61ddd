"""One figure of a validation: what was scored, the value, the mark it should reach, and what the best peer reaches."""

from __future__ import annotations

import math

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """A scored number; `better` says which way is good, `zero` means the nearer to zero the better."""

    key: str
    source: str
    what: str
    value: float
    unit: str
    n: int
    better: str  # up, down, zero
    mark: float | None = None
    peer: str = ""
    allowance: float = (
        0.0  # how much worse a run may come out before `--check` fails (clocks of busy machines)
    )

    @property
    def shortfall(self) -> float | None:
        """How far the value is from its mark, positive when it falls short; None without a mark."""
        if self.mark is None:
            return None
        if self.better == "up":
            return self.mark - self.value
        return (abs(self.value) if self.better == "zero" else self.value) - self.mark

    def is_worse_than(self, value: float) -> bool:
        """Whether this figure is worse than `value` by more than rounding and its allowance."""
        slack = 0.005 * abs(value) + 1e-6 + self.allowance
        if self.better == "up":
            return self.value < value - slack
        mine, theirs = (abs(self.value), abs(value)) if self.better == "zero" else (self.value, value)
        return mine > theirs + slack


def rms(values: list[float]) -> float:
    """Return the root mean square."""
    return math.sqrt(sum(v * v for v in values) / len(values))


def mean(values: list[float]) -> float:
    """Return the mean."""
    return sum(values) / len(values)


def spread(values: list[float]) -> float:
    """Return the standard deviation about the mean."""
    centre = mean(values)
    return rms([v - centre for v in values])
