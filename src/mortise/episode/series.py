"""What charts draw of a measure: its readings, practice apart, and the level with its 90 % interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from mortise.progress.bridge import bridged
from mortise.progress.change import Change, change_of
from mortise.progress.level import bands
from mortise.progress.plateau import Plateau, plateau_of
from mortise.record import Fact, Reading
from mortise.record.tracks import Series, Track
from mortise.terms import Better, Context, Limb, Measure, Side, limb_of, side_of


class SeriesPoint(Struct, frozen=True, kw_only=True):
    """One day's value; several agreeing readings of a day show as the one that counts."""

    on: date
    value: Decimal
    error: Decimal | None
    readings: tuple[str, ...]
    at_visit: bool = False
    is_practice: bool = False
    counts: bool = True
    context: Context = Context.ROUTINE


class LevelPoint(Struct, frozen=True, kw_only=True):
    """The estimated level on a day with its 90 % interval, in the measure's unit; floats, for drawing only."""

    on: date
    value: float
    low: float
    high: float


class MeasureSeries(Struct, frozen=True, kw_only=True):
    """One series of one measure on one limb, by one instrument in one rater's hands."""

    measure: str
    limb: Limb
    side: Side
    unit: str
    instrument: str
    rater: str
    mdc95: Decimal | None
    points: tuple[SeriesPoint, ...]
    practice: tuple[SeriesPoint, ...]
    aside: tuple[SeriesPoint, ...]  # tired or after treatment: shown, never counted
    level: tuple[LevelPoint, ...]
    change: Change | None
    plateau: Plateau | None


def series_of(
    tracks: Mapping[str, Track],
    measures: Mapping[str, Measure],
    facts: Sequence[Fact],
    involved: Side,
    as_of: date,
) -> tuple[MeasureSeries, ...]:
    """Lay out every track for charts.

    Parameters
    ----------
    tracks : mapping of str to Track
        As decisions read them.
    measures : mapping of str to Measure
        For unit and direction.
    facts : sequence of Fact
        For readings taken tired or after treatment.
    involved : Side
        The ankle being treated.
    as_of : date
        The level is carried on to this day.

    Returns
    -------
    tuple of MeasureSeries
        By measure, limb, and newest series first.
    """
    aside = _aside(facts, measures, involved)
    made = [
        _one(made_track, series, measures[made_track.measure], involved, as_of, aside)
        for _, made_track in sorted(tracks.items())
        if made_track.measure in measures
        for series in made_track.series
    ]
    return tuple(made)


def _one(
    made: Track,
    series: Series,
    measure: Measure,
    involved: Side,
    as_of: date,
    aside: Mapping[tuple[str, Limb, str], list[SeriesPoint]],
) -> MeasureSeries:
    shown = [
        SeriesPoint(
            on=date.fromordinal(point.day), value=point.value, error=point.error, readings=point.readings,
            at_visit=point.at_visit, is_practice=index < series.n_practice, counts=point.counts,
        )
        for index, point in enumerate(series.points)
    ]  # fmt: skip
    level = tuple(
        LevelPoint(on=date.fromordinal(one.day), value=one.value, low=one.low, high=one.high)
        for one in bands(series.points, as_of.toordinal())
    )
    return MeasureSeries(
        measure=made.measure, limb=made.limb, side=side_of(made.limb, involved), unit=measure.unit,
        instrument=series.instrument, rater=series.rater, mdc95=series.mdc95,
        points=tuple(one for one in shown if not one.is_practice),
        practice=tuple(one for one in shown if one.is_practice),
        aside=tuple(aside.get((made.measure, made.limb, series.instrument), ())), level=level,
        change=change_of(_told_from(made, series), measure.better),
        plateau=None if measure.better is Better.NEITHER else plateau_of(series, measure.better),
    )  # fmt: skip


def _told_from(made: Track, series: Series) -> Series:
    """Return what change is told from: the newest series reaches back over a change of instrument that was bridged."""
    return (bridged(made) or series) if series is made.series[0] else series


def _aside(
    facts: Sequence[Fact], measures: Mapping[str, Measure], involved: Side
) -> dict[tuple[str, Limb, str], list[SeriesPoint]]:
    found: dict[tuple[str, Limb, str], list[SeriesPoint]] = {}
    for fact in facts:
        if isinstance(fact, Reading) and not fact.context.feeds_decisions and fact.measure in measures:
            limb = limb_of(fact.side, involved) if measures[fact.measure].is_sided else Limb.NONE
            point = SeriesPoint(
                on=fact.on, value=fact.value, error=fact.recording_error, readings=(fact.id,),
                at_visit=fact.at_visit, counts=False, context=fact.context,
            )  # fmt: skip
            found.setdefault((fact.measure, limb, fact.instrument), []).append(point)
    return found
