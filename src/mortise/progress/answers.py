"""Answers to one question, cleaned as they come: a day is looked at once."""

from __future__ import annotations

from decimal import Decimal

from mortise.progress.readings import Seen, answered_with, cleaned, trouble_of
from mortise.record.tracks import Point, Series, Track, Trouble, track_of
from mortise.terms import Better, Cause, Limb, Measure

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
                value = self._clean[said] = cleaned(self.measure, Seen("", 0, said, "", self.limb))
                if isinstance(value, Decimal):
                    self._least, self._greatest = min(self._least, value), max(self._greatest, value)
        self._open.append((fact_id, value))
        self._points = None

    def _close(self) -> None:
        points = self._looked()
        found = self._found
        if isinstance(found, Point):
            self._closed = points
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
            return trouble_of(self._open_day, bad)
        told = [(value, one) for one, value in self._open if isinstance(value, Decimal)]
        unsaid = [(Cause.CANNOT_SAY, one) for one, value in self._open if value is None]
        if not told:
            return trouble_of(self._open_day, unsaid)
        values = [value for value, _ in told]
        worst = min(values) if self.measure.better is Better.UP else max(values)
        if self.measure.unit == "flag" and worst == 0 and unsaid:
            return trouble_of(self._open_day, unsaid)
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
        if isinstance(newest, Trouble):
            troubles = (*troubles, newest)
        if not points:
            return track_of(self.measure.id, self.limb, (), troubles)
        mdc95 = None if self._known is None else self._known.smallest_real_change
        n_practice = min(self.measure.n_practice_sessions, len(points))
        series = Series(self._instrument, "", mdc95, points, n_practice, (self._least, self._greatest))
        if troubles:
            return track_of(self.measure.id, self.limb, (series,), troubles)
        last = points[-1]
        return Track(self.measure.id, self.limb, (series,), (), last, self._instrument, None, 0, last)


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
    value = cleaned(measure, Seen(fact_id, day, answer, "", limb))
    if value is None or isinstance(value, Cause):
        cause = Cause.CANNOT_SAY if value is None else value
        return Track(measure.id, limb, (), (Trouble(day, cause, (fact_id,)),), None, "", cause)
    known = measure.instrument(instrument)
    point = Point(day, value, None if known is None else known.sem, (fact_id,))
    mdc95 = None if known is None else known.smallest_real_change
    n_practice = min(measure.n_practice_sessions, 1)
    series = Series(instrument, "", mdc95, (point,), n_practice)
    return Track(measure.id, limb, (series,), (), point, instrument, plain=point)
