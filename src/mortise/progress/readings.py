"""From readings and answers to tracks: one value a day in each series, and what is wrong with the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from mortise.errors import ContentError
from mortise.progress.level import filtered
from mortise.record.tracks import Point, Series, Track, Trouble, track_of
from mortise.terms import Better, Cause, Limb, Measure
from mortise.units import convert

ANSWERED = "answer"  # the instrument of an answer to a measure that names none


class Seen(NamedTuple):
    """One reading or answer as the record holds it; `value` None is "cannot say"."""

    id: str
    day: int
    value: Decimal | None
    unit: str
    limb: Limb
    instrument: str = ANSWERED
    rater: str = ""
    error: Decimal | None = None
    at_visit: bool = False
    is_answer: bool = False


@lru_cache(maxsize=1024)
def _alone(ids: tuple[str, ...]) -> str:
    alone = [one for one in ids if one.startswith("self") or one.endswith("_home")]
    return next(iter([*alone, *ids]), ANSWERED)


def answered_with(measure: Measure) -> str:
    """Return the instrument of an answer: what the patient uses alone, else the first that the measure names.

    Parameters
    ----------
    measure : Measure
        What is asked.

    Returns
    -------
    str
        Id of an instrument.
    """
    instruments = measure.instruments
    if len(instruments) == 1:
        return instruments[0].id
    return _alone(tuple(one.id for one in instruments))


def track(
    measure: Measure,
    limb: Limb,
    seen: Iterable[Seen],
    *,
    aggravated: frozenset[int] = frozenset(),
    fresh_until: int = 0,
    with_level: bool = True,
) -> Track:
    """Clean what was seen of one measure on one limb.

    Parameters
    ----------
    measure : Measure
        Its unit, range, resolution and instruments.
    limb : Limb
        Which ankle.
    seen : iterable of Seen
        In any order, none from a context that does not feed decisions.
    aggravated : frozenset of int
        Days whose gains in range do not count, because they came with pain, swelling or giving way.
    fresh_until : int
        Last day on which a clinic test is still fresh by the calendar of visits; 0 without one.
    with_level : bool
        Whether to run the level filter; a series of answers alone never needs it.

    Returns
    -------
    Track
        Whose newest day is usable, or says why not.

    Notes
    -----
    1. Values come to the measure's unit exactly and to its grid. Another dimension is `wrong_unit`, a value outside the
       range `implausible`, a sided measure without side `wrong_side`; each makes its whole day unusable.
    2. Readings of one instrument, rater and day farther apart than MDC95 are `contradictory`; otherwise the worst of
       them is the day's value. Answers of one day never contradict: pain goes up and down.
    3. "Cannot say" makes a day unusable unless the same day holds an answer; beside a flag answered "no" it does too.
    """
    by_series: dict[tuple[str, str], dict[int, list[tuple[Seen, Decimal]]]] = {}
    bad: dict[int, list[tuple[Cause, str]]] = defaultdict(list)
    unsaid: dict[int, list[str]] = defaultdict(list)
    for one in seen:
        value = cleaned(measure, one)
        if isinstance(value, Cause):
            bad[one.day].append((value, one.id))
        elif value is None:
            unsaid[one.day].append(one.id)
        else:
            days_seen = by_series.setdefault((one.instrument, one.rater), {})
            days_seen.setdefault(one.day, []).append((one, value))
    series = []
    contradictory: list[Trouble] = []
    for instrument, rater in sorted(by_series):
        days = by_series[instrument, rater]
        points, against = _points(measure, instrument, days, frozenset(bad), frozenset(unsaid), aggravated)
        contradictory += against
        is_daily = all(found[0][0].is_answer for found in days.values())
        series.append(_series(measure, instrument, rater, points, with_level=with_level and not is_daily))
    known_days = {point.day for one in series for point in one.points}
    for day, ids in unsaid.items():
        if day not in known_days and day not in bad:
            bad[day] += [(Cause.CANNOT_SAY, one) for one in ids]
    troubles = [*(trouble_of(day, causes) for day, causes in sorted(bad.items())), *contradictory]
    return track_of(measure.id, limb, tuple(series), tuple(troubles), fresh_until=fresh_until)


def cleaned(measure: Measure, one: Seen) -> Decimal | Cause | None:
    """Clean one value.

    Parameters
    ----------
    measure : Measure
        Its unit, range and grid.
    one : Seen
        As the record holds it.

    Returns
    -------
    Decimal, Cause or None
        The value in the measure's unit and on its grid, why it cannot be used, or None for "cannot say".
    """
    if measure.is_sided and one.limb is Limb.NONE:
        return Cause.WRONG_SIDE
    if one.value is None:
        return None
    value = one.value
    if one.unit and one.unit != measure.unit:
        try:
            value = convert(value, one.unit, measure.unit)
        except ContentError:
            return Cause.WRONG_UNIT
    if not measure.low <= value <= measure.high:
        return Cause.IMPLAUSIBLE
    return value if _is_on_grid(value, measure) else measure.on_grid(value)


def _is_on_grid(value: Decimal, measure: Measure) -> bool:
    return value % measure.resolution == 0


def trouble_of(day: int, causes: Sequence[tuple[Cause, str]]) -> Trouble:
    """Say what is wrong with a day.

    Parameters
    ----------
    day : int
        The day.
    causes : sequence of tuple
        Cause and fact, at least one.

    Returns
    -------
    Trouble
        With the first of the causes in order of their names, and every fact.
    """
    return Trouble(day, min(cause for cause, _ in causes), tuple(sorted({one for _, one in causes})))


def _points(
    measure: Measure,
    instrument: str,
    days: Mapping[int, list[tuple[Seen, Decimal]]],
    bad: frozenset[int],
    unsaid: frozenset[int],
    aggravated: frozenset[int],
) -> tuple[list[Point], list[Trouble]]:
    """Reduce each day to its worst value, unless its readings contradict each other."""
    known = measure.instrument(instrument)
    mdc95 = None if known is None else known.smallest_real_change
    sem = None if known is None else known.sem
    is_flag = measure.unit == "flag"
    points: list[Point] = []
    contradictory: list[Trouble] = []
    for day in sorted(days):
        if day in bad:
            continue
        if len(days[day]) == 1:  # the common case, kept short
            one, value = days[day][0]
            if not (is_flag and day in unsaid and value == 0):
                error = error_with(one, measure, sem)
                points.append(
                    Point(day, value, error, (one.id,), one.at_visit, None, None, day not in aggravated)
                )
            continue
        values = [value for _, value in days[day]]
        is_asked = all(one.is_answer for one, _ in days[day])  # pain goes up and down within a day
        if mdc95 is not None and not is_asked and max(values) - min(values) > mdc95:
            ids = tuple(sorted({one.id for one, _ in days[day]}))
            contradictory.append(Trouble(day, Cause.CONTRADICTORY, ids))
            continue
        worst = min(values) if measure.better is Better.UP else max(values)
        if is_flag and worst == 0 and day in unsaid:
            continue
        same = [one for one, value in days[day] if value == worst]
        errors = [error for one in same if (error := error_with(one, measure, sem)) is not None]
        points.append(
            Point(
                day,
                worst,
                max(errors, default=sem),
                tuple(sorted({one.id for one in same})),
                any(one.at_visit for one in same),
                None,
                None,
                day not in aggravated,
            )
        )
    return points, contradictory


def error_with(one: Seen, measure: Measure, sem: Decimal | None) -> Decimal | None:
    """Return the larger of the recording's error and the instrument's between-session SEM, in the measure's unit.

    Parameters
    ----------
    one : Seen
        The reading.
    measure : Measure
        What it measures.
    sem : Decimal or None
        Of the instrument.

    Returns
    -------
    Decimal or None
        None when neither is known.
    """
    if one.error is None:
        return sem
    try:
        error = convert(one.error, one.unit or measure.unit, measure.unit)
    except ContentError:
        return sem
    return error if sem is None else max(error, sem)


def _series(
    measure: Measure, instrument: str, rater: str, points: list[Point], *, with_level: bool
) -> Series:
    known = measure.instrument(instrument)
    mdc95 = None if known is None else known.smallest_real_change
    if with_level and known is not None and known.sem is not None:
        points = filtered(points, measure)
    return Series(instrument, rater, mdc95, tuple(points), min(measure.n_practice_sessions, len(points)))
