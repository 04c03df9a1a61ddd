"""Derived measures: computed here, with their own error, so that criteria hold no arithmetic."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter

from msgspec import Struct

from mortise.errors import ContentError
from mortise.progress.flare import Usuals, between, flare, median
from mortise.progress.paired import DERIVED, PAIRED, paired
from mortise.progress.sessions import LIGHT_GRADE, Bout, adherence, light_run
from mortise.protocol import Light
from mortise.record.tracks import Point, Series, Track, Trouble, key_of, track_of
from mortise.terms import Cause, Derivation, Limb, Measure
from mortise.terms.measures import on_grid

LAST_LIGHT = "last_light"
N_LEAST_USUAL = 3


class Course(Struct, frozen=True, kw_only=True):
    """What derived measures are made from, up to the last of `days`.

    `tracks` hold the measures as taken; `bouts` every session, oldest first; `stage_from` the day the stage was
    entered, `evidence_from` the first day whose lights count (the day after a step back); `told_day` the last day the
    patient told anything; `n_per_week` the sessions planned for a week.
    """

    tracks: Mapping[str, Track]
    measures: Mapping[str, Measure]
    bouts: Sequence[Bout]
    days: range
    plan_from: int
    stage_from: int
    evidence_from: int
    told_day: int | None
    n_per_week: int
    usuals: Mapping[str, Usuals] = {}  # by measure, where they are kept from day to day


Value = tuple[Decimal, tuple[str, ...]]
_day = attrgetter("day")
_LIGHTS = {light.value: light for light in Light}
_GRADES = {light: Decimal(grade) for light, grade in LIGHT_GRADE.items()}


def derive(measure: Measure, course: Course) -> Track:
    """Compute a derived measure on each day of the course.

    Parameters
    ----------
    measure : Measure
        With its derivation.
    course : Course
        What it is made from.

    Returns
    -------
    Track
        One point a day for a count or a state; one for each session's day for its light; one for each pair of readings
        for a comparison of sides.

    Raises
    ------
    ContentError
        When the kind of derivation is not known, or it names a measure that does not exist.
    """
    how = measure.derive
    if how is None:
        raise ContentError(
            "a derived measure must say how it is derived.", where=measure.id, mend="Add `derive`."
        )
    if how.kind in PAIRED:
        return _paired(measure, how, course)
    if how.kind == LAST_LIGHT:
        return _lights_by_day(measure, course)
    return daily_track(measure, [derived_on(measure, how, course, day) for day in course.days])


def derived_on(measure: Measure, how: Derivation, course: Course, day: int) -> Point | Trouble:
    """Compute a count or a state on one day.

    Parameters
    ----------
    measure : Measure
        Which.
    how : Derivation
        How it is derived.
    course : Course
        What it is made from; its `days` do not matter.
    day : int
        The day.

    Returns
    -------
    Point or Trouble
        The value, or why there is none.

    Raises
    ------
    ContentError
        When the kind of derivation is not known, or it names a measure that does not exist.
    """
    daily = _DAILY.get(how.kind)
    if daily is None:
        known = ", ".join(sorted([*PAIRED, LAST_LIGHT, *_DAILY]))
        raise ContentError(f"unknown derivation {how.kind!r}.", where=measure.id, mend=f"Use one of {known}.")
    value = daily(how, course, day)
    if isinstance(value, Cause):
        return Trouble(day, value, ())
    raw, readings = value
    if how.kind == "adherence" and measure.unit == "ratio":
        raw = raw / 100
    if not measure.low <= raw <= measure.high:
        raw = min(max(raw, measure.low), measure.high)
    return Point(day, on_grid(raw, measure.resolution), None, readings)


def daily_track(measure: Measure, found: Sequence[Point | Trouble]) -> Track:
    """Put the days of a count or a state together.

    Parameters
    ----------
    measure : Measure
        Which.
    found : sequence of Point or Trouble
        Of each day, oldest first.

    Returns
    -------
    Track
        Of one series.
    """
    limb = Limb.INVOLVED if measure.is_sided else Limb.NONE
    points = tuple([one for one in found if type(one) is Point])
    if len(points) == len(found) and points:  # the common case, kept short
        last = points[-1]
        values = [one.value for one in points] if len(points) > 1 else [last.value]
        series = Series(DERIVED, "", None, points, 0, (min(values), max(values)))
        return Track(measure.id, limb, (series,), (), last, DERIVED, None, 0, last)
    troubles = tuple([one for one in found if type(one) is Trouble])
    return track_of(measure.id, limb, (Series(DERIVED, "", None, points),), troubles)


def _source(how: Derivation, course: Course, limb: Limb = Limb.INVOLVED) -> Track | None:
    source = course.measures.get(how.of)
    if source is None:
        raise ContentError(f"no measure is called {how.of!r}.", where=f"derivation {how.kind}")
    return course.tracks.get(key_of(source.id, limb if source.is_sided else Limb.NONE))


def _window(how: Derivation, course: Course, day: int) -> list[Point]:
    track = _source(how, course)
    series = () if track is None else track.series
    return [point for one in series for point in between(one.points, day - how.window_days, day)]


def _ids(points: Sequence[Point]) -> tuple[str, ...]:
    return tuple(reading for point in points for reading in point.readings)


def _sum(how: Derivation, course: Course, day: int) -> Value | Cause:
    points = _window(how, course, day)
    return (sum((point.value for point in points), Decimal(0)), _ids(points)) if points else Cause.MISSING


def _max(how: Derivation, course: Course, day: int) -> Value | Cause:
    points = _window(how, course, day)
    if not points:
        return Cause.MISSING
    greatest = max(points, key=lambda point: (point.value, point.day))
    return greatest.value, greatest.readings


def _count(how: Derivation, course: Course, day: int) -> Value | Cause:
    least = Decimal(1) if how.at_least is None else how.at_least
    track = _source(how, course)
    if track is not None and _never_reached(track, least, day - how.window_days, day):
        return Decimal(0), ()
    points = _window(how, course, day)
    if not points:
        return Cause.MISSING
    counted = [point for point in points if point.value >= least]
    return Decimal(len({point.day for point in counted})), _ids(counted)


def _never_reached(track: Track, least: Decimal, after: int, day: int) -> bool:
    """Whether the one series there is was told in the window and never held as much: nothing need be counted."""
    if len(track.series) != 1:
        return False
    series = track.series[0]
    return series.span is not None and series.span[1] < least and after < series.points[-1].day <= day


def bouts_between(course: Course, from_day: int, day: int) -> Sequence[Bout]:
    """Return the sessions of some days.

    Parameters
    ----------
    course : Course
        Of its sessions.
    from_day, day : int
        The first day and the last.

    Returns
    -------
    sequence of Bout
        Oldest first.
    """
    first = bisect_left(course.bouts, from_day, key=_day)
    return course.bouts[first : bisect_right(course.bouts, day, lo=first, key=_day)]


def _bouts(course: Course, day: int, from_day: int = 0) -> Sequence[Bout]:
    return bouts_between(course, from_day, day)


def _light(how: Derivation) -> Light:
    found = _LIGHTS.get(how.light)
    if found is None:
        raise ContentError(f"no light is called {how.light!r}.", where=f"derivation {how.kind}")
    return found


def _lights_by_day(measure: Measure, course: Course) -> Track:
    """Return the worst light of each day with a session, dated that day, so that it ages."""
    return lights_track(measure, lit_days(_bouts(course, course.days[-1])))


def lit_days(bouts: Sequence[Bout]) -> tuple[Point, ...]:
    """Return the worst light of each day with a session.

    Parameters
    ----------
    bouts : sequence of Bout
        Oldest first.

    Returns
    -------
    tuple of Point
        Of the days on which a light is known.
    """
    worst: dict[int, tuple[Light, Bout]] = {}
    for bout in bouts:
        light = bout.light
        if light is None:
            continue
        before = worst.get(bout.day)
        if before is None or LIGHT_GRADE[light] < LIGHT_GRADE[before[0]]:
            worst[bout.day] = (light, bout)
    return tuple([
        Point(day, _GRADES[light], None, bout.readings) for day, (light, bout) in sorted(worst.items())
    ])  # fmt: skip


def lights_track(measure: Measure, points: tuple[Point, ...]) -> Track:
    """Put the lights of all days together.

    Parameters
    ----------
    measure : Measure
        Which.
    points : tuple of Point
        From `lit_days`.

    Returns
    -------
    Track
        Of one series.
    """
    return track_of(measure.id, Limb.NONE, (Series(DERIVED, "", None, points),))


def _running(how: Derivation, course: Course, day: int) -> Value | Cause:
    bouts = _bouts(course, day, course.evidence_from)
    n_run, used = light_run(bouts, _light(how), or_worse=how.kind == "running_light_or_worse")
    return Decimal(n_run), used


def _days_with_light(how: Derivation, course: Course, day: int) -> Value | Cause:
    bound = LIGHT_GRADE[_light(how)]
    # Within a stage, so that one step back is not answered by another for the same days; a count for a clinician's eye
    # goes on across stages.
    in_window = day - how.window_days + 1
    first = in_window if how.across_stages else max(in_window, course.evidence_from)
    found = [
        bout
        for bout in _bouts(course, day, first)
        if bout.light is not None and LIGHT_GRADE[bout.light] <= bound
    ]
    return Decimal(len({bout.day for bout in found})), tuple(one for bout in found for one in bout.readings)


def _adherence(how: Derivation, course: Course, day: int) -> Value | Cause:
    bouts = _bouts(course, day, day - (how.window_days or 28))
    share = adherence(bouts, day=day, from_day=course.plan_from, window_days=how.window_days or 28,
                      n_per_week=course.n_per_week)  # fmt: skip
    return Cause.TOO_FEW if share is None else (share, ())  # in percent


def _days_in_stage(how: Derivation, course: Course, day: int) -> Value | Cause:
    return Decimal(max(0, day - course.stage_from)), ()


def _days_silent(how: Derivation, course: Course, day: int) -> Value | Cause:
    told = course.plan_from if course.told_day is None else course.told_day
    return Decimal(max(0, day - told)), ()


def _days_since_session(how: Derivation, course: Course, day: int) -> Value | Cause:
    newest = next((bout.day for bout in reversed(_bouts(course, day)) if bout.is_done), None)
    return Cause.MISSING if newest is None else (Decimal(day - newest), ())


def _flare(how: Derivation, course: Course, day: int) -> Value | Cause:
    track = _source(how, course)
    if track is None or not track.series:
        return Cause.MISSING
    found = flare(track.series[0].points, day, from_day=course.evidence_from - 1,
                  usuals=course.usuals.get(how.of))  # fmt: skip
    return Cause.TOO_FEW if found.is_on is None else (Decimal(int(found.is_on)), found.readings)


def _change_from_usual(how: Derivation, course: Course, day: int) -> Value | Cause:
    track = _source(how, course)
    points = () if track is None or not track.series else track.series[0].points
    today = between(points, day - 1, day)
    if not today:
        return Cause.MISSING
    before = [point.value for point in between(points, day - how.window_days - 1, day - 1)]
    if len(before) < N_LEAST_USUAL:
        return Cause.TOO_FEW
    return today[0].value - median(before), today[0].readings


_DAILY: dict[str, Callable[[Derivation, Course, int], Value | Cause]] = {
    "sum": _sum,
    "max": _max,
    "count_at_least": _count,
    "running_light": _running,
    "running_light_or_worse": _running,
    "days_with_light": _days_with_light,
    "adherence": _adherence,
    "days_in_stage": _days_in_stage,
    "days_silent": _days_silent,
    "days_since_session": _days_since_session,
    "flare": _flare,
    "change_from_usual": _change_from_usual,
}


def _paired(measure: Measure, how: Derivation, course: Course) -> Track:
    involved, other = _source(how, course, Limb.INVOLVED), _source(how, course, Limb.UNINVOLVED)
    return paired(measure, how, course.measures[how.of], involved, other)
