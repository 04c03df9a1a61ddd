"""The newest of every measure with its error and date, both sides, as the course page, a letter and a guest read it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from msgspec import Struct

from mortise.episode import MeasureSeries, Story
from mortise.report.words import quantity, short_day
from mortise.terms import Limb, Side

_NOT_FOR_TABLES = ("flag", "grade", "days")


class Newest(Struct, frozen=True, kw_only=True):
    """One measure on one side: where it began, where it is now, each as it is written on the course page."""

    measure: str
    label: str
    side: Side
    is_treated: bool
    first: str
    first_on: date
    newest: str
    on: date
    n_readings: int

    @property
    def side_words(self) -> str:
        """Return the side in words."""
        if self.side is Side.NONE:
            return ""
        return f"{self.side.value}, treated" if self.is_treated else self.side.value


def newest_of(told: Story, domains: Collection[str] = ()) -> tuple[Newest, ...]:
    """Return the newest of every measure that was taken, treated side first.

    Parameters
    ----------
    told : Story
        Whose series are read.
    domains : collection of str
        Only measures of these domains; empty: all that are numbers.

    Returns
    -------
    tuple of Newest
        By domain and label. The number now is the estimated level with half its 90 % interval on the day of the newest
        reading, as on the chart; where no level can be estimated it is that reading, its error unknown.
    """
    measures = told.content.measures
    newest: dict[tuple[str, Side], MeasureSeries] = {}
    for one in told.series:
        measure = measures[one.measure]
        is_wanted = measure.domain in domains if domains else measure.derive is None
        if is_wanted and measure.unit not in _NOT_FOR_TABLES and one.points:
            newest.setdefault((one.measure, one.side), one)
    made = [_newest(one, told) for one in newest.values()]
    return tuple(
        sorted(made, key=lambda one: (measures[one.measure].domain, one.label, not one.is_treated, one.side))
    )


def _newest(one: MeasureSeries, told: Story) -> Newest:
    measure = told.content.measures[one.measure]
    first, last = one.points[0], one.points[-1]
    level = next((point for point in reversed(one.level) if point.on <= last.on), None)
    words = (
        quantity(level.value, (level.high - level.low) / 2, one.unit, measure.resolution)
        if level is not None
        else quantity(last.value, None, one.unit, measure.resolution)
    )
    return Newest(
        measure=one.measure, label=measure.label, side=one.side, is_treated=one.limb is not Limb.UNINVOLVED,
        first=quantity(first.value, first.error, one.unit, measure.resolution), first_on=first.on, newest=words,
        on=last.on, n_readings=len(one.points),
    )  # fmt: skip


def newest_words(one: Newest) -> str:
    """Write one of them as a sentence: "Knee to wall, left, treated: 8.8 ± 1.0 cm on 17 Nov"."""
    side = f", {one.side_words}" if one.side_words else ""
    return f"{one.label}{side}: {one.newest} on {short_day(one.on)}"
