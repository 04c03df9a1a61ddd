"""Whether a level that was reached is still held: a self-test below it by more than its error says no."""

from __future__ import annotations

from decimal import Context, Decimal
from enum import StrEnum

from msgspec import Struct

from mortise.record.tracks import Point, Series
from mortise.terms import Better

_ROOT = Context(prec=12)
_Z_95 = Decimal("1.96")


class Keeping(StrEnum):
    """What the newest reading says of a level reached before."""

    HELD = "held"
    LOST = "lost"
    UNKNOWN = "unknown"


class Kept(Struct, frozen=True, kw_only=True):
    """A level, the newest reading, and how far below it lies (better counted upward) against what error explains.

    `is_confirmed`: two readings in a row, on two days, lie below.
    """

    keeping: Keeping
    level: Decimal | None = None
    value: Decimal | None = None
    lost: Decimal | None = None
    least: Decimal | None = None  # the smallest loss that error does not explain
    day: int | None = None
    readings: tuple[str, ...] = ()
    is_confirmed: bool = False


def kept(series: Series | None, better: Better, since_day: int) -> Kept:
    """Compare the newest reading with the level on the day from which it has to be held.

    Parameters
    ----------
    series : Series or None
        The newest series of the measure.
    better : Better
        Which way is better; without a direction nothing can be lost.
    since_day : int
        Day from which the level is to be held. The level is the estimate of the last reading up to it, or else the
        first reading after it.

    Returns
    -------
    Kept
        `UNKNOWN` without a direction, a smallest real change, or a reading later than that of the level.

    Notes
    -----
    A single reading is compared with an estimate that is surer than a reading: the smallest loss is 1.96 times the root
    of the sum of both variances, and never less than the instrument's smallest real change.
    """
    points = () if series is None else series.points[series.n_practice :]
    if series is None or series.mdc95 is None or better is Better.NEITHER or len(points) < 2:
        return Kept(keeping=Keeping.UNKNOWN)
    before = [one for one in points if one.day <= since_day]
    reached = before[-1] if before else points[0]
    later = [one for one in points if one.day > max(reached.day, since_day if before else reached.day)]
    if not later:
        return Kept(keeping=Keeping.UNKNOWN, level=_level(reached))
    sign = 1 if better is Better.UP else -1
    lost = [(_level(reached) - one.value) * sign for one in later]
    least = [_least(reached, one, series.mdc95) for one in later]
    is_lost = lost[-1] >= least[-1]
    is_confirmed = is_lost and len(later) > 1 and lost[-2] >= least[-2]
    return Kept(
        keeping=Keeping.LOST if is_lost else Keeping.HELD, level=_level(reached), value=later[-1].value, lost=lost[-1],
        least=least[-1], day=later[-1].day, readings=later[-1].readings, is_confirmed=is_confirmed,
    )  # fmt: skip


def _level(point: Point) -> Decimal:
    return point.value if point.level is None else point.level


def _least(reached: Point, newest: Point, mdc95: Decimal) -> Decimal:
    sd = reached.level_sd if reached.level_sd is not None else reached.error
    if sd is None or newest.error is None:
        return mdc95
    return max(mdc95, _Z_95 * _ROOT.sqrt(sd * sd + newest.error * newest.error))
