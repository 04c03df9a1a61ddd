"""One figure of a validation: what was scored, the value, the mark it should reach, and what the best peer reaches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

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


class Sheet(NamedTuple):
    """The figures of one source: the first word of their keys, and the source."""

    prefix: str
    source: str

    def figure(
        self,
        key: str,
        what: str,
        value: float,
        unit: str,
        n: int,
        better: str,
        mark: float | None = None,
        peer: str = "",
    ) -> Figure:
        """Return one figure of this source."""
        return Figure(
            key=f"{self.prefix}.{key}",
            source=self.source,
            what=what,
            value=value,
            unit=unit,
            n=n,
            better=better,
            mark=mark,
            peer=peer,
        )


def matched(true_s: Sequence[float], found_s: Sequence[float], within_s: float) -> list[tuple[int, int]]:
    """Pair true moments with found ones one to one, nearest first; each pair is (index of true, index of found)."""
    near = sorted(
        (abs(found - true), i, j)
        for i, true in enumerate(true_s)
        for j, found in enumerate(found_s)
        if abs(found - true) < within_s
    )
    kept: dict[int, int] = {}
    for _, i, j in near:
        if i not in kept and j not in kept.values():
            kept[i] = j
    return list(kept.items())


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
