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
        value = _value(measure, one)
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
    troubles = [*(_trouble(day, causes) for day, causes in sorted(bad.items())), *contradictory]
    return track_of(measure.id, limb, tuple(series), tuple(troubles), fresh_until=fresh_until)


Answer = tuple[str, int, Decimal | None]  # fact, day, answer; None is "cannot say"


class AnswerRun:
    """The answers to one question on one limb, oldest first, taken in one by one.

    A day is looked at once, when the next one begins; only the newest day is still open.
    """

    __slots__ = ("_clean", "_closed", "_found", "_greatest", "_instrument", "_known", "_least", "_open", "_open_day",
                 "_points", "_sem", "_troubles", "answers", "limb", "measure")  # fmt: skip

    def __init__(self, measure: Measure, limb: Limb) -> None:
        self.measure, self.limb = measure, limb
        self.answers: list[Answer] = []
        self._instrument = answered_with(measure)
        self._known = measure.instrument(self._instrument)
        self._sem = None if self._known is None else self._known.sem
        self._clean: dict[Decimal, Decimal | Cause | None] = {}
        self._closed: tuple[Point, ...] = ()
        self._troubles: tuple[Trouble, ...] = ()
        self._open_day = 0
        self._open: list[tuple[str, Decimal | Cause | None]] = []
        self._found: Point | Trouble | None = None  # of the open day, as far as it was looked at
        self._points: (
            tuple[Point, ...] | None
        ) = ()  # every day, the open one included; None: not put together
        self._least, self._greatest = measure.high, measure.low

    def add(self, answer: Answer) -> None:
        """Take in an answer of the newest day so far, or of a later one.

        Parameters
        ----------
        answer : Answer
            Fact, day and answer.
        """
        self.answers.append(answer)
        fact_id, day, said = answer
        if day != self._open_day:
            self._close()
            self._open_day = day
        value: Decimal | Cause | None = None
        if said is not None:
            value = self._clean.get(said)
            if value is None:
                value = self._clean[said] = _value(self.measure, Seen("", 0, said, "", self.limb))
        self._open.append((fact_id, value))
        self._points = None

    def _close(self) -> None:
        points = self._looked()
        found = self._found
        if isinstance(found, Point):
            self._closed = points
            value = found.value
            self._least, self._greatest = min(self._least, value), max(self._greatest, value)
        elif found is not None:
            self._troubles = (*self._troubles, found)
        self._open.clear()
        self._found = None

    def _looked(self) -> tuple[Point, ...]:
        """Look at the open day and return every day, unless that was done since its newest answer."""
        if self._points is None:
            found = self._found = self._told()
            self._points = (*self._closed, found) if isinstance(found, Point) else self._closed
        return self._points

    def _told(self) -> Point | Trouble | None:
        """Return what the open day says: its worst answer, or what is wrong with it."""
        if len(self._open) == 1:  # the common case, kept short
            fact_id, value = self._open[0]
            if isinstance(value, Decimal):
                return Point(self._open_day, value, self._sem, (fact_id,))
        if not self._open:
            return None
        bad = [(value, one) for one, value in self._open if isinstance(value, Cause)]
        if bad:
            return _trouble(self._open_day, bad)
        told = [(value, one) for one, value in self._open if isinstance(value, Decimal)]
        unsaid = [(Cause.CANNOT_SAY, one) for one, value in self._open if value is None]
        if not told:
            return _trouble(self._open_day, unsaid)
        values = [value for value, _ in told]
        worst = min(values) if self.measure.better is Better.UP else max(values)
        if self.measure.unit == "flag" and worst == 0 and unsaid:
            return _trouble(self._open_day, unsaid)
        return Point(
            self._open_day, worst, self._sem, tuple(sorted({one for value, one in told if value == worst}))
        )

    def seen(self) -> list[Seen]:
        """Return the answers as readings, to be cleaned together with others.

        Returns
        -------
        list of Seen
            In the order taken in.
        """
        return [
            Seen(one, day, answer, "", self.limb, self._instrument, is_answer=True)
            for one, day, answer in self.answers
        ]

    def track(self) -> Track:
        """Return the track of all answers so far.

        Returns
        -------
        Track
            Of one series, as `track` would clean them.
        """
        points, newest, troubles = self._looked(), self._found, self._troubles
        least, greatest = self._least, self._greatest
        if isinstance(newest, Point):
            least, greatest = min(least, newest.value), max(greatest, newest.value)
        elif newest is not None:
            troubles = (*troubles, newest)
        if not points:
            return track_of(self.measure.id, self.limb, (), troubles)
        mdc95 = None if self._known is None else self._known.smallest_real_change
        n_practice = min(self.measure.n_practice_sessions, len(points))
        series = Series(self._instrument, "", mdc95, points, n_practice, (least, greatest))
        if troubles:
            return track_of(self.measure.id, self.limb, (series,), troubles)
        last = points[-1]
        return Track(self.measure.id, self.limb, (series,), (), last, self._instrument, None, 0, last)


def answers_track(measure: Measure, limb: Limb, answers: Sequence[Answer]) -> Track:
    """Clean the answers to one question, as `track` would: a year of days in one pass.

    Parameters
    ----------
    measure : Measure
        What is asked.
    limb : Limb
        Which ankle.
    answers : sequence of Answer
        By day, oldest first.

    Returns
    -------
    Track
        As `AnswerRun` gives it.
    """
    run = AnswerRun(measure, limb)
    for answer in answers:
        run.add(answer)
    return run.track()


def answer_track(measure: Measure, limb: Limb, fact_id: str, day: int, answer: Decimal | None) -> Track:
    """Clean a single answer, as `track` would, in a shorter way.

    Parameters
    ----------
    measure : Measure
        What was asked.
    limb : Limb
        Which ankle.
    fact_id : str
        The fact that holds the answer.
    day : int
        Its day.
    answer : Decimal or None
        None is "cannot say".

    Returns
    -------
    Track
        Of one day.
    """
    instrument = answered_with(measure)
    value = _value(measure, Seen(fact_id, day, answer, "", limb))
    if value is None or isinstance(value, Cause):
        cause = Cause.CANNOT_SAY if value is None else value
        return Track(measure.id, limb, (), (Trouble(day, cause, (fact_id,)),), None, "", cause)
    known = measure.instrument(instrument)
    point = Point(day, value, None if known is None else known.sem, (fact_id,))
    mdc95 = None if known is None else known.smallest_real_change
    n_practice = min(measure.n_practice_sessions, 1)
    series = Series(instrument, "", mdc95, (point,), n_practice)
    return Track(measure.id, limb, (series,), (), point, instrument, plain=point)


def _value(measure: Measure, one: Seen) -> Decimal | Cause | None:
    """Return the value in the measure's unit and on its grid, a cause, or None for "cannot say"."""
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


def _trouble(day: int, causes: Sequence[tuple[Cause, str]]) -> Trouble:
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
                error = sem if one.error is None else _error(one, measure, sem)
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
        errors = [error for one in same if (error := _error(one, measure, sem)) is not None]
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


def _error(one: Seen, measure: Measure, sem: Decimal | None) -> Decimal | None:
    """Return the larger of the recording's error and the instrument's between-session SEM, in the measure's unit."""
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
