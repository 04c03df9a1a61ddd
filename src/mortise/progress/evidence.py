"""How many times better one course explains a run of readings than another, with the baseline removed.

A decision may read these: the sums use + − × ÷ only, and the exponential is the decimal one, which is rounded correctly
to its last digit on every machine; a float's is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import NamedTuple

from mortise.progress.level import DAYS_PER_WEEK, ERROR_INFLATION
from mortise.record.tracks import Point

SLOPES_SEM_PER_WEEK = (0.1, 0.2, 0.35, 0.6, 1.0)
_MOST = 50.0  # exponents beyond this only lengthen numbers
_EXACT = Context(prec=12)
_GRID = Decimal("0.001")


class Sums(NamedTuple):
    """Sums about the means of times (weeks) and values (SEM): all that a likelihood ratio of slopes needs."""

    n: int = 0
    mean_week: float = 0.0
    mean_value: float = 0.0
    s_tt: float = 0.0
    s_ty: float = 0.0

    def with_reading(self, week: float, value: float) -> Sums:
        """Return the sums with one more reading, at either end."""
        n = self.n + 1
        from_mean = week - self.mean_week
        mean_week = self.mean_week + from_mean / n
        mean_value = self.mean_value + (value - self.mean_value) / n
        s_tt = self.s_tt + from_mean * (week - mean_week)
        return Sums(n, mean_week, mean_value, s_tt, self.s_ty + from_mean * (value - mean_value))


def error_of(points: Sequence[Point]) -> float | None:
    """Return the largest known error of a run of readings, or None when one is not known.

    Parameters
    ----------
    points : sequence of Point
        In any order.

    Returns
    -------
    float or None
        In the measure's unit.
    """
    largest = 0.0
    for point in points:
        if point.error is None or point.error <= 0:
            return None
        largest = max(largest, float(point.error))
    return largest or None


def suffix_sums(points: Sequence[Point], sign: int, sem: float) -> list[Sums]:
    """Return the sums of every run that ends with the newest reading, in one pass from the newest back.

    Parameters
    ----------
    points : sequence of Point
        Oldest first.
    sign : int
        1 where higher is better, -1 where lower is.
    sem : float
        The error the values are counted in.

    Returns
    -------
    list of Sums
        One for each point: that of the run from it to the newest.
    """
    found: list[Sums] = []
    sums = Sums()
    for point in reversed(points):
        sums = sums.with_reading(*_in_units(point, points[-1], sign, sem))
        found.append(sums)
    found.reverse()
    return found


def _in_units(point: Point, newest: Point, sign: int, sem: float) -> tuple[float, float]:
    """Return weeks and SEM from the newest reading, so that no digits are lost to a distant origin."""
    return (point.day - newest.day) / DAYS_PER_WEEK, sign * float(point.value - newest.value) / sem


def exponent(sums: Sums, slope: float, against: float = 0.0) -> float:
    """Return the logarithm of how much better `slope` explains the readings than `against` does.

    Parameters
    ----------
    sums : Sums
        Of the run.
    slope, against : float
        SEM per week.

    Returns
    -------
    float
        Natural logarithm, with the assumed error widened by 1.25.
    """
    spread = ERROR_INFLATION * ERROR_INFLATION
    return ((slope - against) * sums.s_ty - (slope * slope - against * against) * sums.s_tt / 2.0) / spread


def mean_ratio(exponents: Iterable[float]) -> Decimal:
    """Return the mean of the ratios with these logarithms, to a thousandth.

    Parameters
    ----------
    exponents : iterable of float
        At least one.

    Returns
    -------
    Decimal
        The same on every machine.
    """
    total, n = Decimal(0), 0
    for one in exponents:
        total += Decimal(min(_MOST, one)).exp(_EXACT) if one > -_MOST else Decimal(0)
        n += 1
    return (total / n).quantize(_GRID)


def evidence(points: Sequence[Point], sign: int) -> Decimal:
    """Return how many times better real change than measurement error explains a run of readings.

    Parameters
    ----------
    points : sequence of Point
        Oldest first, of known error, familiarisation left out.
    sign : int
        1 for values rising, -1 for values falling.

    Returns
    -------
    Decimal
        The mean over the slopes of the likelihood ratio against no change, with the unknown baseline removed. 1 when
        there are fewer than two readings or an error is not known.

    Notes
    -----
    An e-process: looked at after every reading, a claim at 20 is wrong in fewer than one patient in twenty, whatever
    the number of looks, as long as errors are independent and no larger than assumed. `make calibrate` measures what
    happens otherwise.
    """
    sem = error_of(points) if len(points) > 1 else None
    return Decimal(1) if sem is None else evidence_in(suffix_sums(points, sign, sem)[0])


def evidence_in(sums: Sums) -> Decimal:
    """Return the evidence of readings whose sums are known.

    Parameters
    ----------
    sums : Sums
        With better counted upward.

    Returns
    -------
    Decimal
        As `evidence`.
    """
    return mean_ratio(exponent(sums, slope) for slope in SLOPES_SEM_PER_WEEK)
