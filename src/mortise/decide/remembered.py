"""Verdicts remembered while the series they were made of is the very same: most readings are older than a day."""

from __future__ import annotations

from mortise.decide.ready import Ready
from mortise.decide.verdicts import Verdict, judge
from mortise.protocol import Reduction
from mortise.record.tracks import Series

# What these say rests on the readings alone, not on the day: only their freshness does, which is judged before.
_TIMELESS = frozenset({Reduction.LAST, Reduction.FILTERED, Reduction.CHANGE_FROM_BASELINE})


class Remembered:
    """The newest verdict of one criterion. It changes no answer: `verdicts.judge` says the rule."""

    __slots__ = ("_is_timeless", "_kept", "_ready")

    def __init__(self, ready: Ready) -> None:
        """Start with nothing remembered.

        Parameters
        ----------
        ready : Ready
            The criterion.
        """
        self._ready = ready
        self._is_timeless = ready.reduce in _TIMELESS
        self._kept: tuple[Series, int, Verdict] | None = None

    def judge(self, series: Series, day: int, spent_until: int) -> Verdict:
        """Judge a series, or remember how it was judged.

        Parameters
        ----------
        series, day, spent_until
            As in `verdicts.judge`.

        Returns
        -------
        Verdict
            The same as that of `verdicts.judge`.
        """
        if not self._is_timeless:
            return judge(self._ready, series, day, spent_until)
        kept = self._kept
        if kept is not None and kept[0] is series and kept[1] == spent_until:
            return kept[2]
        made = judge(self._ready, series, day, spent_until)
        self._kept = (series, spent_until, made)
        return made
