"""The last step before deciding: gains that came with aggravation are marked, and every derived measure is added."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from msgspec.structs import replace

from mortise.decide import ReadyStage
from mortise.decide.nodes import leaves_of
from mortise.episode.aggravated import Aggravated
from mortise.episode.gather import uncounted
from mortise.episode.lights import SessionLight
from mortise.progress.derived import (
    LAST_LIGHT,
    Course,
    bouts_between,
    daily_track,
    derive,
    derived_on,
    lights_track,
    lit_days,
)
from mortise.progress.flare import Usuals
from mortise.record.tracks import Point, Track, Trouble, key_of
from mortise.terms import Derivation, Limb, Measure

# A gain in range that comes with one of these, on that day or the next, is not a gain.
WARNING_FLAGS = ("sharp_pain_flag", "giving_way_flag", "fall_or_catch_flag")
_PAIRED = ("side_difference", "limb_symmetry")
# What these say of a day rests on answers and sessions up to that day, on the day from which lights count, and on
# nothing else: as long as nothing earlier comes in, it is said once.
_LASTING = frozenset({
    "sum", "max", "count_at_least", "change_from_usual", "flare", "running_light", "running_light_or_worse",
    "days_with_light",
})  # fmt: skip
# Of these, the answers up to a day decide what is said of it, and no session does.
_OF_ANSWERS = frozenset({"sum", "max", "count_at_least", "change_from_usual", "flare"})
_NEVER = 0  # a day before all others
_NO_DAY = 2**31  # a day after all others
_day = attrgetter("day")


class _Marked(NamedTuple):
    """A track of range, the days on which gains do not count, those of them that it has, and the track that says so."""

    source: Track
    aggravated: frozenset[int]
    days: frozenset[int]
    made: Track


class _Compared(NamedTuple):
    """A comparison of the two ankles and the tracks it was made from."""

    involved: Track | None
    other: Track | None
    made: Track


class _Said(NamedTuple):
    """What a measure said of its days when it was last derived, under what.

    `under` is the first day whose lights counted, and whether there was anything at all to derive from; `points` are
    the days of what it was derived from; `found` is what was said of the days from `first` on.
    """

    under: tuple[int, bool]
    points: Sequence[Point]
    first: int
    found: list[Point | Trouble]


class _Wanted(NamedTuple):
    """What is to be derived: how, under which key it stands, and for how many days back."""

    measure: Measure
    how: Derivation
    key: str
    n_days: int
    source_key: (
        str | None
    )  # of what it is derived from, where what it said of a day stays while that is one series


class Derivations:
    """Marks and derives for one episode; what it was made from unchanged, nothing is derived again.

    The rule stands in `progress.derived.derive`. This only remembers what it said of earlier days.
    """

    def __init__(self, measures: Mapping[str, Measure]) -> None:
        """Start with nothing made.

        Parameters
        ----------
        measures : mapping of str to Measure
            Every measure.
        """
        self._measures = measures
        self._marked: dict[str, _Marked] = {}
        self._compared: dict[str, _Compared] = {}
        self._sides: dict[str, tuple[str, str]] = {}  # keys of both ankles, by measure
        self._said: dict[str, _Said] = {}
        self._lights: dict[str, tuple[Point, ...]] = {}
        self._usuals = {
            one.derive.of: Usuals()
            for one in measures.values()
            if one.derive is not None and one.derive.kind == "flare"
        }
        self._keys: frozenset[str] | None = None  # of the tracks there were
        self._paired: frozenset[str] = frozenset()  # comparisons that can be made of them
        self._ranges: tuple[str, ...] = ()  # those of them that measure range
        self._wanted: tuple[ReadyStage, frozenset[str], tuple[_Wanted, ...]] | None = None
        self._aggravated = Aggravated(WARNING_FLAGS)

    def finish(
        self,
        tracks: dict[str, Track],
        course: Course,
        ready: ReadyStage,
        lights: Sequence[SessionLight],
        since: int = _NEVER,
    ) -> None:
        """Mark gains that came with aggravation, then add every derived measure that is read or can be drawn.

        Parameters
        ----------
        tracks : dict
            Is changed: as taken before, complete after.
        course : Course
            What derived measures are made from; its `tracks` is `tracks`.
        ready : ReadyStage
            Which measures are read.
        lights : sequence of SessionLight
            Of every session.
        since : int
            The first day of which anything may be new since the last time.
        """
        if self._keys is None or tracks.keys() != self._keys:
            self._look_through(tracks)
        aggravated = self._aggravated.days(lights, tracks, since)
        if aggravated:
            for key in self._ranges:
                tracks[key] = self._mark(key, tracks[key], aggravated)
        last = course.days[-1]
        said_before, self._said = self._said, {}
        lights_before, self._lights = self._lights, {}
        of_days: dict[int, Course] = {}  # the course as far back as each measure is read
        for measure, how, key, n_days, source_key in self._wanted_in(ready):
            of_its_days = of_days.get(n_days)
            if of_its_days is None:
                days = range(last - n_days + 1, last + 1)
                of_its_days = of_days[n_days] = replace(course, days=days, usuals=self._usuals)
            if how.kind in _PAIRED:
                made = self._comparison(measure, how, of_its_days)
            elif how.kind == LAST_LIGHT:
                made = self._last_lights(measure, of_its_days, lights_before.get(measure.id, ()), since)
            elif n_days > 1 and source_key is not None and _is_single(tracks.get(source_key)):
                made = self._daily(measure, how, of_its_days, said_before.get(measure.id), since)
            else:
                made = derive(measure, of_its_days)
            tracks[key] = made

    def _look_through(self, tracks: Mapping[str, Track]) -> None:
        """Note which measures there are now."""
        self._keys = frozenset(tracks)
        self._paired = frozenset(one.id for one in self._measures.values() if _is_paired(one, tracks))
        self._ranges = tuple(
            key for key, track in tracks.items() if self._measures[track.measure].domain == "range"
        )

    def _mark(self, key: str, track: Track, aggravated: frozenset[int]) -> Track:
        kept = self._marked.get(key)
        if kept is None or kept.source is not track or kept.aggravated is not aggravated:
            days = frozenset([point.day for one in track.series for point in one.points]) & aggravated
            if kept is None or kept.source is not track or kept.days != days:
                made = uncounted(track, days, self._measures[track.measure]) if days else track
                kept = _Marked(track, aggravated, days, made)
            self._marked[key] = kept = kept._replace(aggravated=aggravated)
        return kept.made

    def _lasting_key(self, how: Derivation) -> str | None:
        """Return the key of what a measure is derived from, if what it said of a day stays while that is one series."""
        source = self._measures.get(how.of)
        if how.kind not in _LASTING or (source is None and how.of):
            return None
        if source is None:
            return ""
        is_told = source.derive is None and source.domain != "range"
        return key_of(source.id, Limb.INVOLVED if source.is_sided else Limb.NONE) if is_told else None

    def _source(self, source: Measure, tracks: Mapping[str, Track]) -> Track | None:
        return tracks.get(key_of(source.id, Limb.INVOLVED if source.is_sided else Limb.NONE))

    def _daily(
        self, measure: Measure, how: Derivation, course: Course, before: _Said | None, since: int
    ) -> Track:
        """Derive day by day; what was said of the days before `since` still holds."""
        first, stop = course.days.start, course.days.stop
        source = self._measures.get(how.of)
        track = None if source is None else self._source(source, course.tracks)
        has_any = track is not None and bool(track.series)
        points = track.series[0].points if track is not None and has_any else ()
        under = (course.evidence_from, has_any)
        found: list[Point | Trouble] = []
        if before is not None and before.under == under and before.first <= first:
            if how.kind in _OF_ANSWERS:
                since = _first_new(before.points, points)
            found = before.found[first - before.first : max(0, since - before.first)]
        found += [derived_on(measure, how, course, day) for day in range(first + len(found), stop)]
        self._said[measure.id] = _Said(under, points, first, found)
        return daily_track(measure, found)

    def _last_lights(self, measure: Measure, course: Course, before: tuple[Point, ...], since: int) -> Track:
        """Look at the lights from `since` on; those before still are what they were."""
        kept = before[: bisect_left(before, since, key=_day)]
        points = kept + lit_days(bouts_between(course, since, course.days[-1]))
        self._lights[measure.id] = points
        return lights_track(measure, points)

    def _comparison(self, measure: Measure, how: Derivation, course: Course) -> Track:
        """Compare the two ankles, unless both tracks are those compared before."""
        keys = self._sides.get(how.of)
        if keys is None:
            is_sided = self._measures[how.of].is_sided
            limbs = (Limb.INVOLVED, Limb.UNINVOLVED) if is_sided else (Limb.NONE, Limb.NONE)
            keys = self._sides[how.of] = (key_of(how.of, limbs[0]), key_of(how.of, limbs[1]))
        involved, other = course.tracks.get(keys[0]), course.tracks.get(keys[1])
        kept = self._compared.get(measure.id)
        if kept is None or kept.involved is not involved or kept.other is not other:
            kept = self._compared[measure.id] = _Compared(involved, other, derive(measure, course))
        return kept.made

    def _wanted_in(self, ready: ReadyStage) -> tuple[_Wanted, ...]:
        """Return what to derive and for how many days back, each after what it is derived from."""
        paired = self._paired
        if self._wanted is None or self._wanted[0] is not ready or self._wanted[1] != paired:
            n_days = _days_wanted(ready, self._measures, paired)
            order = sorted(n_days, key=lambda one: (_depth(one, self._measures), one))
            wanted = [
                _Wanted(
                    measure, how, key_of(one, _limb_of(measure, how)), n_days[one], self._lasting_key(how)
                )
                for one in order
                if (how := (measure := self._measures[one]).derive) is not None
            ]
            self._wanted = (ready, paired, tuple(wanted))
        return self._wanted[2]


def _is_single(track: Track | None) -> bool:
    """Whether a measure has one series at most."""
    return track is None or len(track.series) <= 1


def _first_new(before: Sequence[Point], now: Sequence[Point]) -> int:
    """Return the first day on which two states of one series differ; points that stay are the very same objects."""
    n_most = n = min(len(before), len(now))
    while n and before[n - 1] is not now[n - 1]:
        n -= 1
    if n == n_most and len(before) == len(now):
        return _NO_DAY
    return min(points[n].day for points in (before, now) if n < len(points))


def _limb_of(measure: Measure, how: Derivation) -> Limb:
    """Return the limb under which a derived measure stands: what compares two limbs is of neither."""
    if how.kind in _PAIRED or how.kind == LAST_LIGHT:
        return Limb.NONE
    return Limb.INVOLVED if measure.is_sided else Limb.NONE


def _days_wanted(
    ready: ReadyStage, measures: Mapping[str, Measure], paired: frozenset[str]
) -> dict[str, int]:
    """Return for each measure how many days back it is read: as long as a rule that reads it holds."""
    found = {leaf.ready.measure: 1 for line in ready.exits for leaf in leaves_of(line)}
    found |= dict.fromkeys(paired, 1)
    for rule in ready.rules:
        for leaf in rule.leaves:
            found[leaf.measure] = max(found.get(leaf.measure, 1), rule.rule.for_days)
    for measure_id in tuple(found):  # what a derived measure is derived from is read as far back
        source, n_days = measures[measure_id].derive, found[measure_id]
        while source is not None and source.of in measures:
            found[source.of] = max(found.get(source.of, 1), n_days)
            source = measures[source.of].derive
    return found


def _is_paired(measure: Measure, tracks: Mapping[str, Track]) -> bool:
    return (
        measure.derive is not None
        and measure.derive.kind in _PAIRED
        and key_of(measure.derive.of, Limb.INVOLVED) in tracks
    )


def _depth(measure_id: str, measures: Mapping[str, Measure]) -> int:
    """How many derivations lie under a measure, so that what is read is derived before what reads it."""
    depth, seen = 0, set[str]()
    measure = measures.get(measure_id)
    while measure is not None and measure.derive is not None and measure.id not in seen:
        seen.add(measure.id)
        depth += 1
        measure = measures.get(measure.derive.of)
    return depth
