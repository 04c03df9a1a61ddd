"""Answers to one question, cleaned as they come: a day is looked at once."""

from __future__ import annotations

from decimal import Decimal

from mortise.progress.readings import Seen, answered_with, cleaned, trouble_of
from mortise.record.tracks import Point, Series, Track, Trouble, track_of
from mortise.terms import Better, Cause, Limb, Measure

MOST_KEPT = 256  # different answers to one question
Answer = tuple[str, int, Decimal | None]  # fact, day, answer; None is "cannot say"


class AnswerRun:
    """The answers to one question on one limb, oldest first, taken in one by one.

    A day is looked at once, when the next one begins; only the newest day is still open.
    """

    __slots__ = ("_clean", "_closed", "_found", "_greatest", "_instrument", "_least", "_mdc95", "_open", "_open_day",
                 "_points", "_sem", "_troubles", "answers", "limb", "measure")  # fmt: skip

    def __init__(self, measure: Measure, limb: Limb) -> None:
        self.measure, self.limb = measure, limb
        self.answers: list[Answer] = []
        self._instrument = answered_with(measure)
        known = measure.instrument(self._instrument)
        self._sem = None if known is None else known.sem
        self._mdc95 = None if known is None else known.smallest_real_change
        self._clean: dict[Decimal, Decimal | Cause | None] = {}
        self._closed: list[Point] = []
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
            found = self._found
            if self._points is not None and type(found) is Point:  # looked at already
                self._closed.append(found)
                self._open, self._found = [], None
            elif self._open:
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
        found = self._told() if self._points is None else self._found
        if type(found) is Point:
            self._closed.append(found)
        elif type(found) is Trouble:
            self._troubles = (*self._troubles, found)
        self._open = []
        self._found = None

    def _looked(self) -> tuple[Point, ...]:
        """Look at the open day and return every day, unless that was done since its newest answer."""
        if self._points is None:
            opened = self._open
            if len(opened) == 1 and type(value := opened[0][1]) is Decimal:  # the common case, kept short
                found: Point | Trouble | None = Point(self._open_day, value, self._sem, (opened[0][0],))
            else:
                found = self._told()
            self._found = found
            self._points = (*self._closed, found) if type(found) is Point else tuple(self._closed)
        return self._points

    def _told(self) -> Point | Trouble | None:
        """Return what the open day says: its worst answer, or what is wrong with it."""
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
        points = self._looked() if self._points is None else self._points
        newest, troubles, measure = self._found, self._troubles, self.measure
        if type(newest) is Trouble:
            troubles = (*troubles, newest)
        if not points:
            return track_of(measure.id, self.limb, (), troubles)
        n_practice, n_points, instrument = measure.n_practice_sessions, len(points), self._instrument
        series = Series(
            instrument, "", self._mdc95, points, n_practice if n_practice < n_points else n_points,
            (self._least, self._greatest),
        )  # fmt: skip
        if troubles:
            return track_of(measure.id, self.limb, (series,), troubles)
        last = points[-1]
        return Track(measure.id, self.limb, (series,), (), last, instrument, None, 0, last)


class Asker:
    """One question on one limb: cleans a single answer, as `track` would, in a shorter way."""

    __slots__ = ("_clean", "_instrument", "_mdc95", "_n_practice", "_sem", "limb", "measure")

    def __init__(self, measure: Measure, limb: Limb) -> None:
        """Settle what does not depend on the answer.

        Parameters
        ----------
        measure : Measure
            What is asked.
        limb : Limb
            Of which ankle.
        """
        self.measure, self.limb = measure, limb
        self._instrument = answered_with(measure)
        known = measure.instrument(self._instrument)
        self._sem = None if known is None else known.sem
        self._mdc95 = None if known is None else known.smallest_real_change
        self._n_practice = min(measure.n_practice_sessions, 1)
        self._clean: dict[str, Decimal | Cause | None] = {}

    def track(self, fact_id: str, day: int, answer: Decimal | None) -> Track:
        """Clean one answer.

        Parameters
        ----------
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
        measure, limb = self.measure, self.limb
        said = str(answer)  # 1 and 1.0 are cleaned apart
        if said in self._clean:
            value = self._clean[said]
        else:
            value = cleaned(measure, Seen("", 0, answer, "", limb))
            if len(self._clean) < MOST_KEPT:
                self._clean[said] = value
        if value is None or isinstance(value, Cause):
            cause = Cause.CANNOT_SAY if value is None else value
            return Track(measure.id, limb, (), (Trouble(day, cause, (fact_id,)),), None, "", cause)
        point = Point(day, value, self._sem, (fact_id,))
        series = Series(self._instrument, "", self._mdc95, (point,), self._n_practice)
        return Track(measure.id, limb, (series,), (), point, self._instrument, plain=point)
