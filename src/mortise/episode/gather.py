"""From the facts of a day to tracks: readings and answers sorted by measure and limb."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from mortise.progress.answers import AnswerRun
from mortise.progress.credit import credited
from mortise.progress.level import filtered
from mortise.progress.readings import Seen, answered_with, track
from mortise.progress.runs import ReadingRun
from mortise.record import CheckIn, ClinicVisit, Fact, Reading, SessionLog
from mortise.record.tracks import Point, Track, Trouble, key_of, track_of
from mortise.terms import Cause, Limb, Measure, Origin, Setting, Side, limb_of

PAIN_DURING = "pain_during_nrs"
VISIT_GRACE_DAYS = 7  # a clinic test stays fresh to the next planned visit and this much longer
_ASKED = (CheckIn, SessionLog)
VISIT_FRESH_AT_MOST_DAYS = 91  # however far away the next visit is planned


class Gathered:
    """The tracks of every measure ever read or asked, growing with the facts of one day after the other.

    Facts come in the order in which they count (`Known.facts`); only what a new fact speaks of is cleaned again.
    """

    def __init__(self, measures: Mapping[str, Measure], involved: Side) -> None:
        """Start with nothing.

        Parameters
        ----------
        measures : mapping of str to Measure
            What can be read or asked; answers to anything else are passed over.
        involved : Side
            The ankle being treated.
        """
        self._measures, self._involved = measures, involved
        self._asked: dict[
            str, tuple[str, AnswerRun, bool]
        ] = {}  # by measure, with its key; whether a clinic test
        self._runs: dict[str, AnswerRun] = {}  # the same by key
        self._read: dict[str, ReadingRun] = {}  # by key
        self._visits: list[int] = []
        self._tracks: dict[str, Track] = {}
        self._stale: set[str] = set()  # keys whose track has to be made again

    def add(self, fact: Fact) -> None:
        """Take in the next fact.

        Parameters
        ----------
        fact : Fact
            Any; of a kind that says nothing of a measure it changes nothing.
        """
        if isinstance(fact, _ASKED):
            id_, day, asked, stale = fact.id, fact.on.toordinal(), self._asked, self._stale
            is_patient = fact.origin is Origin.PATIENT
            for measure_id, answer in answers_in(fact).items():
                known = asked.get(measure_id)
                if known is None:
                    if measure_id not in self._measures:
                        continue
                    known = self._started(measure_id)
                key, run, is_clinic = known
                if not (is_patient and is_clinic):
                    run.add((id_, day, answer))
                    stale.add(key)
        elif isinstance(fact, Reading):
            for measure_id, limb, one in seen_in(fact, self._measures, self._involved):
                self._add_seen(key_of(measure_id, limb), self._measures[measure_id], limb, one)
        elif isinstance(fact, ClinicVisit):
            insort(self._visits, fact.visit_on.toordinal())
            self._stale |= self._tracks.keys()

    def _started(self, measure_id: str) -> tuple[str, AnswerRun, bool]:
        measure = self._measures[measure_id]
        limb = Limb.INVOLVED if measure.is_sided else Limb.NONE
        key = key_of(measure_id, limb)
        run = self._runs[key] = AnswerRun(measure, limb)
        found = self._asked[measure_id] = (key, run, measure.setting is Setting.CLINIC)
        return found

    def _add_seen(self, key: str, measure: Measure, limb: Limb, one: Seen | None) -> None:
        run = self._read.get(key)
        if run is None:
            run = self._read[key] = ReadingRun(measure, limb)
        if one is not None:
            run.add(one)
        self._stale.add(key)

    def tracks(self) -> dict[str, Track]:
        """Return the tracks of what was taken in, cleaning again what has changed.

        Returns
        -------
        dict
            Key (`record.tracks.key_of`) to track, the caller's own.
        """
        if self._stale:
            for key in self._stale:
                self._tracks[key] = self._made(key, self._runs.get(key))
            self._stale.clear()
        return dict(self._tracks)

    def _made(self, key: str, run: AnswerRun | None) -> Track:
        """Clean what was asked or read; a measure that is both takes the longer way."""
        read = self._read.get(key)
        if read is None:
            assert run is not None
            made = run.track()
            if run.measure.setting is not Setting.CLINIC:  # no other answer is given at a visit
                return made
            return with_visits(made, run.measure, self._visits)
        made = read.track() if run is None else track(read.measure, read.limb, [*run.seen(), *read.seen])
        return with_visits(made, read.measure, self._visits)

    def with_ahead(self, ahead: Sequence[Fact], as_of: date, red_flags: Sequence[str]) -> dict[str, Track]:
        """Return the tracks when facts of later days are already there: a clock was wrong.

        Parameters
        ----------
        ahead : sequence of Fact
            Dated after the day. Nothing can be added after this.
        as_of : date
            The day.
        red_flags : sequence of str
            A red flag in a future-dated answer counts as of today: a wrong clock must not hide it.

        Returns
        -------
        dict
            As `tracks`; what a future-dated fact speaks of is unusable.
        """
        found = _ahead(ahead, self._measures, self._involved, as_of, frozenset(red_flags))
        for key, measure, limb, flag in found:
            self._add_seen(key, measure, limb, flag)
        tracks = self.tracks()
        for key, _, _, flag in found:
            if flag is None:
                tracks[key] = _spoilt(tracks[key], as_of.toordinal(), ahead)
        return tracks


def seen_in(fact: Fact, measures: Mapping[str, Measure], involved: Side) -> Iterable[tuple[str, Limb, Seen]]:
    """Yield what one fact says of any measure.

    Parameters
    ----------
    fact : Fact
        Any fact; readings taken tired or after treatment say nothing here, nor does a patient of a clinic test.
    measures : mapping of str to Measure
        Known measures.
    involved : Side
        The ankle being treated.

    Yields
    ------
    tuple
        Measure id, limb and what was seen.
    """
    if isinstance(fact, Reading):
        measure = measures.get(fact.measure)
        if measure is not None and fact.context.feeds_decisions and _may_take(fact, measure):
            limb = limb_of(fact.side, involved) if measure.is_sided else Limb.NONE
            # A reading that names no side is trouble of the treated ankle: it may have been meant for it.
            under = Limb.INVOLVED if measure.is_sided and limb is Limb.NONE else limb
            yield (
                measure.id,
                under,
                Seen(
                    fact.id, fact.on.toordinal(), fact.value, fact.unit, limb, fact.instrument, fact.rater,
                    fact.recording_error, fact.at_visit and fact.origin is not Origin.PATIENT,
                ),
            )  # fmt: skip
    elif isinstance(fact, _ASKED):
        day = fact.on.toordinal()
        for measure_id, value in _asked_in(fact, measures):
            measure = measures[measure_id]
            limb = Limb.INVOLVED if measure.is_sided else Limb.NONE
            instrument = answered_with(measure)
            yield measure_id, limb, Seen(fact.id, day, value, "", limb, instrument, is_answer=True)


def _asked_in(
    fact: CheckIn | SessionLog, measures: Mapping[str, Measure]
) -> Iterator[tuple[str, Decimal | None]]:
    """Yield the answers of a fact to what is known and to what whoever answered may answer."""
    is_patient = fact.origin is Origin.PATIENT
    for measure_id, value in answers_in(fact).items():
        measure = measures.get(measure_id)
        if measure is not None and not (is_patient and measure.setting is Setting.CLINIC):
            yield measure_id, value


def _may_take(fact: Reading, measure: Measure) -> bool:
    """Whether the fact may speak of the measure: a clinic test is not taken or answered by the patient at home."""
    return measure.setting is not Setting.CLINIC or fact.origin is not Origin.PATIENT


def answers_in(fact: CheckIn | SessionLog) -> dict[str, Decimal | None]:
    """Return the answers of a fact; pain told for one exercise counts if it is worse than that of the session.

    Parameters
    ----------
    fact : CheckIn or SessionLog
        The fact.

    Returns
    -------
    dict
        Measure id to answer; None is "cannot say".
    """
    if isinstance(fact, CheckIn):
        return fact.answers
    pains = [item.pain_nrs for item in fact.items if item.pain_nrs is not None]
    told = fact.answers.get(PAIN_DURING)
    if told is not None:
        pains.append(told)
    return {**fact.answers, PAIN_DURING: max(pains)} if pains else fact.answers


def with_visits(made: Track, measure: Measure, visits: Sequence[int]) -> Track:
    """Let a clinic test stay fresh to the next planned visit and a week longer.

    Parameters
    ----------
    made : Track
        The track.
    measure : Measure
        What it measures.
    visits : sequence of int
        Days of planned and held visits, earliest first.

    Returns
    -------
    Track
        Never less fresh than by age alone, and never fresh for more than 91 days because of a visit far away.
    """
    newest = made.newest
    if newest is None or not visits or not (newest.at_visit or measure.setting is Setting.CLINIC):
        return made
    following = next((day for day in visits if day > newest.day), None)
    if following is None:
        return made
    return replace(made, fresh_until=min(following + VISIT_GRACE_DAYS, newest.day + VISIT_FRESH_AT_MOST_DAYS))


def _ahead(
    facts: Sequence[Fact],
    measures: Mapping[str, Measure],
    involved: Side,
    as_of: date,
    red_flags: frozenset[str],
) -> list[tuple[str, Measure, Limb, Seen | None]]:
    """List what future-dated facts touch; a raised red flag among them comes as seen today."""
    found: list[tuple[str, Measure, Limb, Seen | None]] = []
    for fact in facts:
        for measure_id, limb, one in seen_in(fact, measures, involved):
            is_raised = measure_id in red_flags and one.value is not None and one.value != 0
            flag = one._replace(day=as_of.toordinal()) if is_raised else None
            found.append((key_of(measure_id, limb), measures[measure_id], limb, flag))
    return found


def _spoilt(made: Track, day: int, ahead: Sequence[Fact]) -> Track:
    """A reading from the future makes the newest day unusable: nobody knows when it was taken."""
    ids = tuple(sorted(fact.id for fact in ahead))
    troubles = (*made.troubles, Trouble(day, Cause.FUTURE_DATED, ids))
    return track_of(made.measure, made.limb, made.series, troubles, fresh_until=made.fresh_until)


def uncounted(made: Track, aggravated: frozenset[int], measure: Measure) -> Track:
    """Mark the days whose gains do not count because they came with aggravation, and estimate the level without them.

    Parameters
    ----------
    made : Track
        A track of range.
    aggravated : frozenset of int
        Days.
    measure : Measure
        For its direction and grid.

    Returns
    -------
    Track
        The same track when none of its days is among them. On a day whose gain is left out the level stays what it was
        before; a loss moves it.
    """
    if not any(point.day in aggravated for one in made.series for point in one.points):
        return made
    series = tuple(
        replace(one, points=_without_gains(one.points, aggravated, measure)) for one in made.series
    )
    return track_of(made.measure, made.limb, series, made.troubles, fresh_until=made.fresh_until)


def _without_gains(
    points: Sequence[Point], aggravated: frozenset[int], measure: Measure
) -> tuple[Point, ...]:
    marked = [replace(one, counts=False) if one.day in aggravated else one for one in points]
    if all(one.level is None for one in points):
        return tuple(marked)
    kept = {one.day: one for one in filtered(credited(marked, measure.better), measure)}
    found: list[Point] = []
    level, level_sd = None, None
    for one in marked:
        if one.day in kept:
            level, level_sd = kept[one.day].level, kept[one.day].level_sd
        found.append(replace(one, level=level, level_sd=level_sd))
    return tuple(found)


def tells_of_today(fact: Fact) -> bool:
    """Tell whether a fact says how the ankle is before the work of its day.

    Parameters
    ----------
    fact : Fact
        Any fact.

    Returns
    -------
    bool
        True for a check-in before the session in which at least one question was answered.
    """
    return (
        isinstance(fact, CheckIn)
        and fact.moment == "before_session"
        and any(value is not None for value in fact.answers.values())
    )
