"""The days on which a gain does not count: a sore session or a warning sign, and the day after."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from mortise.episode.lights import SessionLight
from mortise.progress.sessions import LIGHT_GRADE
from mortise.protocol import Light
from mortise.record.tracks import Point, Series, Track, key_of
from mortise.terms import Limb

_AMBER = LIGHT_GRADE[Light.AMBER]


class Aggravated:
    """These days, asked for day after day: what nothing new reaches is not looked through again."""

    def __init__(self, flags: Sequence[str]) -> None:
        """Start with nothing looked through.

        Parameters
        ----------
        flags : sequence of str
            Measures of sharp pain, giving way, catching.
        """
        self._keys = [(key_of(flag, Limb.NONE), key_of(flag, Limb.INVOLVED)) for flag in flags]
        self._sore: list[int] = []  # days of amber and red sessions
        self._warned: dict[
            str, tuple[int, Point, list[int]]
        ] = {}  # by key: how many points, the last, their days
        self._made: tuple[tuple[int, ...], frozenset[int]] = ((), frozenset())

    def days(self, lights: Sequence[SessionLight], tracks: Mapping[str, Track], since: int) -> frozenset[int]:
        """Return the days on which a gain does not count.

        Parameters
        ----------
        lights : sequence of SessionLight
            Every session, oldest first.
        tracks : mapping of str to Track
            For the flags.
        since : int
            The first day of which any light may be new since the last time.

        Returns
        -------
        frozenset of int
            Ordinal days; the same object while they are the same.
        """
        sore: list[int] = []
        for one in reversed(lights):
            day = one.on.toordinal()
            if day < since:
                break
            if one.light is not None and LIGHT_GRADE[one.light] <= _AMBER:
                sore.append(day)
        self._sore[bisect_left(self._sore, since) :] = reversed(sore)
        days = list(self._sore)
        for alone, involved in self._keys:
            made = tracks.get(alone) or tracks.get(involved)
            if made is None:
                continue
            for series in made.series:
                if series.span is None or series.span[1] > 0:
                    is_alone = len(made.series) == 1
                    days += self._raised(made.measure, series) if is_alone else _raised(series.points)
        key = tuple(days)
        if key != self._made[0]:
            self._made = (key, frozenset(day + after for day in days for after in (0, 1)))
        return self._made[1]

    def _raised(self, name: str, series: Series) -> list[int]:
        """Return the days on which a flag was raised; those before the newest seen are remembered."""
        points = series.points
        kept = self._warned.get(name)
        n, days = 0, list[int]()
        if kept is not None and kept[0] <= len(points) and points[kept[0] - 1] is kept[1]:
            n, days = kept[0], kept[2]
        if n < len(points):
            # The newest day is still open: it may change, and is not kept.
            days = days + _raised(points[n:-1])
            if len(points) > 1:
                self._warned[name] = (len(points) - 1, points[-2], days)
            return days + _raised(points[-1:])
        return days


def _raised(points: Sequence[Point]) -> list[int]:
    return [point.day for point in points if point.value > 0]
