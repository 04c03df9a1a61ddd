"""The last step before deciding: gains that came with aggravation are marked, and every derived measure is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from mortise.decide import ReadyStage
from mortise.decide.nodes import leaves_of
from mortise.episode.gather import uncounted
from mortise.episode.lights import SessionLight, aggravated_days
from mortise.progress.derived import Course, derive
from mortise.progress.flare import Usuals
from mortise.record.tracks import Track, key_of
from mortise.terms import Limb, Measure

# A gain in range that comes with one of these, on that day or the next, is not a gain.
WARNING_FLAGS = ("sharp_pain_flag", "giving_way_flag", "fall_or_catch_flag")
_PAIRED = ("side_difference", "limb_symmetry")


class _Marked(NamedTuple):
    """A track of range with the days on which its gains do not count, and the track that says so."""

    source: Track
    days: frozenset[int]
    made: Track


class _Compared(NamedTuple):
    """A comparison of the two ankles and the tracks it was made from."""

    involved: Track | None
    other: Track | None
    made: Track


class Derivations:
    """Marks and derives for one episode; what it was made from unchanged, a comparison is not made again."""

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
        self._usuals = {
            one.derive.of: Usuals()
            for one in measures.values()
            if one.derive is not None and one.derive.kind == "flare"
        }
        self._keys: frozenset[str] | None = None  # of the tracks there were
        self._paired: frozenset[str] = frozenset()  # comparisons that can be made of them
        self._wanted: tuple[ReadyStage, frozenset[str], list[tuple[Measure, int]]] | None = None

    def finish(
        self, tracks: dict[str, Track], course: Course, ready: ReadyStage, lights: Sequence[SessionLight]
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
        """
        aggravated = aggravated_days(lights, tracks, WARNING_FLAGS)
        if aggravated:
            for key, track in tracks.items():
                if self._measures[track.measure].domain == "range":
                    tracks[key] = self._mark(key, track, aggravated)
        last = course.days[-1]
        of_days: dict[int, Course] = {}  # the course as far back as each measure is read
        for measure, n_days in self._wanted_in(ready, tracks):
            if n_days not in of_days:
                days = range(last - n_days + 1, last + 1)
                of_days[n_days] = replace(course, days=days, usuals=self._usuals)
            made = self._derived(measure, of_days[n_days])
            tracks[key_of(measure.id, made.limb)] = made

    def _mark(self, key: str, track: Track, aggravated: frozenset[int]) -> Track:
        days = frozenset(point.day for one in track.series for point in one.points) & aggravated
        kept = self._marked.get(key)
        if kept is None or kept.source is not track or kept.days != days:
            made = uncounted(track, days, self._measures[track.measure]) if days else track
            kept = self._marked[key] = _Marked(track, days, made)
        return kept.made

    def _derived(self, measure: Measure, course: Course) -> Track:
        how = measure.derive
        if how is None or how.kind not in _PAIRED:
            return derive(measure, course)
        is_sided = self._measures[how.of].is_sided
        involved = course.tracks.get(key_of(how.of, Limb.INVOLVED if is_sided else Limb.NONE))
        other = course.tracks.get(key_of(how.of, Limb.UNINVOLVED if is_sided else Limb.NONE))
        kept = self._compared.get(measure.id)
        if kept is None or kept.involved is not involved or kept.other is not other:
            kept = self._compared[measure.id] = _Compared(involved, other, derive(measure, course))
        return kept.made

    def _wanted_in(self, ready: ReadyStage, tracks: Mapping[str, Track]) -> list[tuple[Measure, int]]:
        """Return what to derive and for how many days back, each after what it is derived from."""
        if self._keys is None or tracks.keys() != self._keys:
            self._keys = frozenset(tracks)
            self._paired = frozenset(one.id for one in self._measures.values() if _is_paired(one, tracks))
        paired = self._paired
        if self._wanted is None or self._wanted[0] is not ready or self._wanted[1] != paired:
            n_days = _days_wanted(ready, self._measures, paired)
            order = sorted(n_days, key=lambda one: (_depth(one, self._measures), one))
            wanted = [
                (self._measures[one], n_days[one]) for one in order if self._measures[one].derive is not None
            ]
            self._wanted = (ready, paired, wanted)
        return self._wanted[2]


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
