"""What a record holds of one measure on one limb, cleaned: one value a day in each series, and what is wrong with it.

`progress` makes tracks from facts, `decide` reads them. Days are ordinals (`date.toordinal`), so that an age is one
subtraction.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from mortise.terms import Cause, Limb

_day = attrgetter("day")


class Point(Struct, frozen=True, gc=False):
    """One day's value in one series.

    A day with several readings that agree counts with the worst of them, so that their order cannot matter. `error` is
    the larger of the recording's and the instrument's; `level` and `level_sd` are the filtered level on that day.
    `counts` is False for a reading that came with aggravation: it is shown, but gains nothing.
    """

    day: int
    value: Decimal
    error: Decimal | None
    readings: tuple[str, ...]
    at_visit: bool = False
    level: Decimal | None = None
    level_sd: Decimal | None = None
    counts: bool = True


class Trouble(Struct, frozen=True):
    """A day on which the measure was taken but cannot be used, and why."""

    day: int
    cause: Cause
    readings: tuple[str, ...]


class Series(Struct, frozen=True):
    """The days of one instrument in one rater's hands, oldest first; the first `n_practice` are familiarisation.

    `span` bounds every value from below and above where known, so that a flag never raised need not be searched.
    """

    instrument: str
    rater: str
    mdc95: Decimal | None
    points: tuple[Point, ...]
    n_practice: int = 0
    span: tuple[Decimal, Decimal] | None = None


class Track(Struct, frozen=True):
    """Every series of one measure on one limb, the one with the newest day first.

    `newest` is the newest usable day; `cause` says why the newest day of all cannot be used (or that there is none).
    `fresh_until` is the last day on which a clinic test is still fresh by the calendar of visits, or 0. `plain`
    is `newest` where nothing else has to be looked at: one series, nothing wrong.
    """

    measure: str
    limb: Limb
    series: tuple[Series, ...]
    troubles: tuple[Trouble, ...] = ()
    newest: Point | None = None
    instrument: str = ""
    cause: Cause | None = None
    fresh_until: int = 0
    plain: Point | None = None

    def until(self, day: int) -> Track:
        """Return this track as it was at the end of `day`."""
        series = tuple(
            replace(one, points=one.points[: bisect_right(one.points, day, key=_day)]) for one in self.series
        )
        troubles = tuple(one for one in self.troubles if one.day <= day)
        return track_of(self.measure, self.limb, series, troubles, fresh_until=self.fresh_until)


def _newest_day(series: Series) -> tuple[int, str, str]:
    return (series.points[-1].day, series.instrument, series.rater)


def track_of(
    measure: str,
    limb: Limb,
    series: tuple[Series, ...],
    troubles: tuple[Trouble, ...] = (),
    *,
    missing: Cause = Cause.MISSING,
    fresh_until: int = 0,
) -> Track:
    """Put a track together; `missing` is the cause when there is no usable day at all.

    Parameters
    ----------
    measure : str
        Id of the measure.
    limb : Limb
        Which ankle; `NONE` for a measure without sides.
    series : tuple of Series
        In any order; empty ones are left out.
    troubles : tuple of Trouble
        In any order. A trouble on the newest day makes the whole track unusable, whatever older days say.
    missing : Cause
        The cause when nothing usable and no trouble is there.
    fresh_until : int
        Last day on which a clinic test is still fresh; 0 without one.

    Returns
    -------
    Track
        With the newest series first.
    """
    if len(series) == 1 and series[0].points and not troubles:  # the common case, kept short
        alone = series[0]
        last_point = alone.points[-1]
        return Track(measure, limb, series, (), last_point, alone.instrument, None, fresh_until, last_point)
    ordered = tuple(sorted((one for one in series if one.points), key=_newest_day, reverse=True))
    newest = ordered[0].points[-1] if ordered else None
    last = max(troubles, key=lambda one: (one.day, one.cause.value), default=None)
    cause: Cause | None = None
    if last is not None and (newest is None or last.day >= newest.day):
        cause = last.cause
    elif newest is None:
        cause = missing
    plain = newest if cause is None and len(ordered) == 1 else None
    instrument = ordered[0].instrument if ordered else ""
    return Track(measure, limb, ordered, troubles, newest, instrument, cause, fresh_until, plain)


@lru_cache(maxsize=4096)
def key_of(measure: str, limb: Limb) -> str:
    """Return the key under which a track is kept.

    Examples
    --------
    >>> key_of("lunge_cm", Limb.INVOLVED)
    'lunge_cm involved'
    """
    return f"{measure} {limb}"
