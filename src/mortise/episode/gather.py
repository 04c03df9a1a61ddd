"""From the facts of a day to tracks: readings and answers sorted by measure and limb."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from mortise.episode.known import Known
from mortise.progress.readings import Answer, Seen, answered_with, answers_track, track
from mortise.record import CheckIn, ClinicVisit, Fact, Reading, SessionLog
from mortise.record.tracks import Track, Trouble, key_of, track_of
from mortise.terms import Cause, Limb, Measure, Origin, Setting, Side, limb_of

PAIN_DURING = "pain_during_nrs"
VISIT_GRACE_DAYS = 7  # a clinic test stays fresh to the next planned visit and this much longer
VISIT_FRESH_AT_MOST_DAYS = 91  # however far away the next visit is planned


def gather(
    known: Known, measures: Mapping[str, Measure], involved: Side, as_of: date, red_flags: Sequence[str]
) -> dict[str, Track]:
    """Make the track of every measure that was ever read or asked.

    Parameters
    ----------
    known : Known
        The facts that count.
    measures : mapping of str to Measure
        What can be read or asked; answers to anything else are passed over.
    involved : Side
        The ankle being treated.
    as_of : date
        The day.
    red_flags : sequence of str
        A red flag in a future-dated answer counts as of today: a wrong clock must not hide it.

    Returns
    -------
    dict
        Key (`record.tracks.key_of`) to track.
    """
    read: dict[str, list[Seen]] = defaultdict(list)
    asked: dict[str, list[Answer]] = defaultdict(list)
    names: dict[str, tuple[Measure, Limb]] = {}
    for fact in known.facts:
        if isinstance(fact, CheckIn | SessionLog):
            day = fact.on.toordinal()
            for measure_id, answer in _asked_in(fact, measures):
                asked[measure_id].append((fact.id, day, answer))
        elif isinstance(fact, Reading):
            for measure_id, limb, one in seen_in(fact, measures, involved):
                key = key_of(measure_id, limb)
                read[key].append(one)
                names[key] = (measures[measure_id], limb)
    ahead = _ahead(known.ahead, measures, involved, as_of, frozenset(red_flags))
    for key, measure, limb, flag in ahead:
        names.setdefault(key, (measure, limb))
        if flag is not None:
            read[key].append(flag)
    visits = sorted(fact.visit_on.toordinal() for fact in known.facts if isinstance(fact, ClinicVisit))
    tracks = _tracks(read, asked, names, measures, visits)
    for key, _, _, flag in ahead:
        if flag is None:
            tracks[key] = _spoilt(tracks[key], as_of.toordinal(), known.ahead)
    return tracks


def _tracks(
    read: Mapping[str, list[Seen]],
    asked: Mapping[str, list[Answer]],
    names: Mapping[str, tuple[Measure, Limb]],
    measures: Mapping[str, Measure],
    visits: Sequence[int],
) -> dict[str, Track]:
    """Clean what was asked and what was read; a measure that is both takes the longer way."""
    tracks: dict[str, Track] = {}
    both: dict[str, list[Seen]] = {}
    for measure_id, answers in asked.items():
        measure = measures.get(measure_id)
        if measure is None:
            continue
        limb = Limb.INVOLVED if measure.is_sided else Limb.NONE
        key = key_of(measure_id, limb)
        if key in names:
            instrument = answered_with(measure)
            both[key] = [
                Seen(one, day, value, "", limb, instrument, is_answer=True) for one, day, value in answers
            ]
        else:
            tracks[key] = with_visits(answers_track(measure, limb, answers), measure, visits)
    for key, (measure, limb) in names.items():
        made = track(measure, limb, [*both.get(key, ()), *read.get(key, ())])
        tracks[key] = with_visits(made, measure, visits)
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
    elif isinstance(fact, CheckIn | SessionLog):
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
    for measure_id, value in answers_in(fact).items():
        measure = measures.get(measure_id)
        if measure is not None and _may_take(fact, measure):
            yield measure_id, value


def _may_take(fact: CheckIn | SessionLog | Reading, measure: Measure) -> bool:
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
    if newest is None or not (newest.at_visit or measure.setting is Setting.CLINIC):
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


def uncounted(made: Track, aggravated: frozenset[int]) -> Track:
    """Mark the days whose gains do not count because they came with aggravation.

    Parameters
    ----------
    made : Track
        A track of range.
    aggravated : frozenset of int
        Days.

    Returns
    -------
    Track
        The same track when none of its days is among them.
    """
    if not any(point.day in aggravated for one in made.series for point in one.points):
        return made
    series = tuple(
        replace(one, points=tuple(
            replace(point, counts=False) if point.day in aggravated else point for point in one.points
        ))
        for one in made.series
    )  # fmt: skip
    return track_of(made.measure, made.limb, series, made.troubles, fresh_until=made.fresh_until)
