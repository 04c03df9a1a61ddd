"""Readings of one measure on one limb, cleaned as they come: what simply follows is added to what is there."""

from __future__ import annotations

from decimal import Decimal

from mortise.progress.level import State, filtered_on, states
from mortise.progress.readings import Seen, cleaned, error_with, track
from mortise.record.tracks import Point, Series, Track
from mortise.terms import Limb, Measure


class ReadingRun:
    """Every reading so far, and the track of them. `readings.track` says the rule; this only remembers.

    A reading of a later day, by the instrument and rater of all before it, adds one point to the one series there is.
    Anything else has everything cleaned again.
    """

    __slots__ = ("_made", "_new", "_state", "limb", "measure", "seen")

    def __init__(self, measure: Measure, limb: Limb) -> None:
        self.measure, self.limb = measure, limb
        self.seen: list[Seen] = []
        self._new: list[Seen] = []  # since the track was made
        self._made: Track | None = None
        self._state: State | None = None  # of the level, after the newest point

    def add(self, one: Seen) -> None:
        """Take in a reading.

        Parameters
        ----------
        one : Seen
            Of any day.
        """
        self.seen.append(one)
        self._new.append(one)

    def track(self) -> Track:
        """Return the track of all readings so far.

        Returns
        -------
        Track
            As `readings.track` would clean them.
        """
        if self._made is None or not all(self._follows(one) for one in self._new):
            self._made = track(self.measure, self.limb, self.seen)
            self._state = self._newest_state(self._made)
        self._new.clear()
        return self._made

    def _newest_state(self, made: Track) -> State | None:
        if len(made.series) != 1 or made.troubles or made.series[0].points[-1].level is None:
            return None
        return states(made.series[0].points)[-1]

    def _follows(self, one: Seen) -> bool:
        """Add a reading that simply follows; False when it does not."""
        made = self._made
        if made is None or made.troubles or len(made.series) != 1 or one.is_answer:
            return False
        series = made.series[0]
        value = cleaned(self.measure, one)
        is_same = (one.instrument, one.rater) == (series.instrument, series.rater)
        if not is_same or one.day <= series.points[-1].day or not isinstance(value, Decimal):
            return False
        known = self.measure.instrument(one.instrument)
        sem = None if known is None else known.sem
        error = error_with(one, self.measure, sem)
        point = Point(one.day, value, error, (one.id,), one.at_visit)
        if sem is not None:  # without a known error no level is estimated
            if self._state is None or error is None or error <= 0:
                return False
            point, self._state = filtered_on(self._state, point, self.measure)
        points = (*series.points, point)
        n_practice = min(self.measure.n_practice_sessions, len(points))
        longer = Series(series.instrument, series.rater, series.mdc95, points, n_practice)
        self._made = Track(
            made.measure, made.limb, (longer,), (), point, longer.instrument, None, made.fresh_until, point
        )
        return True
