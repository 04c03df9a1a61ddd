"""What is to be measured or asked, when and where; and what the last seven days have put on the ankle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import UNSET, Struct

from mortise.progress.sessions import SECONDS_PER_MINUTE
from mortise.protocol import Exercise, Protocol, Tag
from mortise.protocol.criteria import criteria_in
from mortise.record import Decision, Fact, Goal, SessionLog
from mortise.record.tracks import Track, key_of
from mortise.terms import Limb, Measure, Setting

COUNTER_DAYS = 7
RECHECK_WITHIN_DAYS = 14  # of a break; the shortest after which exits are checked again is longer
CHECKPOINT_EARLY_DAYS = 7  # a test of the week before counts for the date of re-evaluation


class Due(Struct, frozen=True, kw_only=True):
    """One measure that is due.

    `why` is `review` (calendar), `checkpoint` (re-evaluation), `gate` (a gate waits for it), `asked` (a rule asks)
    or `recheck` (a long break lies behind).
    """

    measure: str
    label: str
    due_on: date
    where: str  # "home" or "visit"
    why: str
    is_overdue: bool


class LoadCounters(Struct, frozen=True, kw_only=True):
    """What was done in the seven days `[from_on, until_on]`: only what was logged as done or modified."""

    from_on: date
    until_on: date
    end_range_dorsiflexion_min: Decimal
    end_range_plantarflexion_min: Decimal
    n_impact_contacts: int
    walking_min: Decimal  # walked, also between two runs
    running_min: Decimal


def due_list(
    protocol: Protocol,
    stage_id: str,
    measures: Mapping[str, Measure],
    tracks: Mapping[str, Track],
    decision: Decision,
    plan_from: date | None = None,
    *,
    rechecks_exits: bool = False,
) -> tuple[Due, ...]:
    """List what is due, the longest overdue first.

    Parameters
    ----------
    protocol : Protocol
        Its reviews.
    stage_id : str
        The stage.
    measures : mapping of str to Measure
        For labels.
    tracks : mapping of str to Track
        When each was last taken.
    decision : Decision
        What its gates wait for and its rules ask.
    plan_from : date or None
        The day of the first plan, from which re-evaluation counts; None: not begun.
    rechecks_exits : bool
        Whether a long break lies behind, after which the tests that opened this stage are taken again.

    Returns
    -------
    tuple of Due
        Each measure once, at its earliest date. Measures never taken are due today.
    """
    as_of = decision.as_of
    found: dict[str, Due] = {}
    every = [*_all_due(protocol, stage_id, measures, tracks, decision)]
    every += _of_checkpoints(protocol, measures, tracks, plan_from, as_of)
    if rechecks_exits:
        every += _of_the_way_in(protocol, stage_id, measures, tracks, as_of)
    for due in every:
        before = found.get(due.measure)
        if before is None or due.due_on < before.due_on:
            found[due.measure] = due
    return tuple(sorted(found.values(), key=lambda one: (one.due_on > as_of, one.due_on, one.measure)))


def _all_due(
    protocol: Protocol,
    stage_id: str,
    measures: Mapping[str, Measure],
    tracks: Mapping[str, Track],
    decision: Decision,
) -> Iterable[Due]:
    as_of = decision.as_of
    for review in protocol.reviews:
        if stage_id in review.stages and review.measure in measures:
            newest = _newest_day(measures[review.measure], tracks)
            due_on = as_of if newest is None else newest + timedelta(days=review.every_days)
            yield _due(measures[review.measure], due_on, "review", as_of, at_visit=review.at_visit)
    for measure_id in decision.requests:
        if measure_id in measures and measures[measure_id].setting is not Setting.DERIVED:
            yield _due(measures[measure_id], as_of, "asked", as_of)
    for miss in decision.nearest_misses:
        source = _source(miss.measure, measures)
        if source is not None and miss.needs in ("measure", "again", "answer"):
            yield _due(source, miss.earliest_on or as_of, "gate", as_of, at_visit=miss.needs_visit)


def _of_checkpoints(
    protocol: Protocol,
    measures: Mapping[str, Measure],
    tracks: Mapping[str, Track],
    plan_from: date | None,
    as_of: date,
) -> Iterable[Due]:
    """Yield what the newest date of re-evaluation asks for and nobody has taken since; and what the next one will."""
    if plan_from is None:
        return
    for point in protocol.checkpoints:
        due_on = plan_from + timedelta(days=point.after_days)
        for name in point.measures:
            source = _source(name, measures)
            newest = None if source is None else _newest_day(source, tracks)
            if source is None or (
                newest is not None and newest >= due_on - timedelta(days=CHECKPOINT_EARLY_DAYS)
            ):
                continue
            yield _due(source, due_on, "checkpoint", as_of)
        if due_on > as_of:
            return


def _of_the_way_in(
    protocol: Protocol,
    stage_id: str,
    measures: Mapping[str, Measure],
    tracks: Mapping[str, Track],
    as_of: date,
) -> Iterable[Due]:
    """Yield the tests of the gate that led into a stage, as far as none of the last days says anything."""
    number = protocol.stage(stage_id).number
    for stage in protocol.stages:
        for one in (
            (each for line in stage.exit for each in criteria_in(line)) if stage.number == number - 1 else ()
        ):
            source = _source(one.measure, measures)
            newest = None if source is None else _newest_day(source, tracks)
            is_recent = newest is not None and (as_of - newest).days <= RECHECK_WITHIN_DAYS
            if source is not None and source.setting is not Setting.HOME and not is_recent:
                yield _due(source, as_of, "recheck", as_of, at_visit=one.needs_visit)


def _source(measure_id: str, measures: Mapping[str, Measure]) -> Measure | None:
    """Return what has to be taken so that a measure is known: itself, or what it is derived from."""
    measure = measures.get(measure_id)
    while measure is not None and measure.derive is not None:
        measure = measures.get(measure.derive.of)
    return measure


def _due(measure: Measure, due_on: date, why: str, as_of: date, *, at_visit: bool = False) -> Due:
    is_visit = at_visit or measure.setting is Setting.CLINIC
    return Due(measure=measure.id, label=measure.label, due_on=due_on, where="visit" if is_visit else "home",
               why=why, is_overdue=due_on < as_of)  # fmt: skip


def _newest_day(measure: Measure, tracks: Mapping[str, Track]) -> date | None:
    made = tracks.get(key_of(measure.id, Limb.INVOLVED if measure.is_sided else Limb.NONE))
    return None if made is None or made.newest is None else date.fromordinal(made.newest.day)


def open_goals(facts: Sequence[Fact]) -> tuple[Goal, ...]:
    """Return the goals that are open, each in its newest words.

    Parameters
    ----------
    facts : sequence of Fact
        Those that count.

    Returns
    -------
    tuple of Goal
        By date.
    """
    goals = [fact for fact in facts if isinstance(fact, Goal)]
    replaced = {one.replaces for one in goals if one.replaces}
    return tuple(one for one in goals if one.id not in replaced and not one.is_closed)


def load_counters(facts: Sequence[Fact], exercises: Mapping[str, Exercise], as_of: date) -> LoadCounters:
    """Add up what the sessions of the last seven days put on the ankle.

    Parameters
    ----------
    facts : sequence of Fact
        Those that count.
    exercises : mapping of str to Exercise
        For doses and tags.
    as_of : date
        The last of the seven days.

    Returns
    -------
    LoadCounters
        The treated ankle's minutes under load, rests left out.
    """
    first = as_of - timedelta(days=COUNTER_DAYS - 1)
    seconds = dict.fromkeys(
        (Tag.END_RANGE_DORSIFLEXION, Tag.END_RANGE_PLANTARFLEXION, Tag.WALKING), Decimal(0)
    )
    n_contacts, run_s = 0, Decimal(0)
    for fact in facts:
        if not isinstance(fact, SessionLog) or not first <= fact.on <= as_of:
            continue
        for item in fact.items:
            exercise = exercises.get(item.exercise)
            if (
                exercise is None
                or item.outcome == "skipped"
                or not 0 <= item.dose_step < len(exercise.dose_steps)
            ):
                continue
            dose = exercise.dose_steps[item.dose_step]
            if item.duration_s is not UNSET:
                dose = dose.lasting(item.duration_s)
            n_sets = dose.n_sets if item.n_sets is None else item.n_sets
            n_reps = dose.n_reps if item.n_reps is None else item.n_reps
            worked_s = n_sets * (dose.duration_s + n_reps * (dose.up_s + dose.hold_s + dose.down_s))
            for tag in seconds:
                if tag in exercise.tags:
                    seconds[tag] += worked_s
            n_contacts += dose.contacts_done(n_sets, n_reps) if Tag.IMPACT in exercise.tags else 0
            run_s += n_sets * dose.run_s
            seconds[Tag.WALKING] += n_sets * dose.walk_s
    return LoadCounters(
        from_on=first, until_on=as_of,
        end_range_dorsiflexion_min=_minutes(seconds[Tag.END_RANGE_DORSIFLEXION]),
        end_range_plantarflexion_min=_minutes(seconds[Tag.END_RANGE_PLANTARFLEXION]),
        n_impact_contacts=n_contacts, walking_min=_minutes(seconds[Tag.WALKING]),
        running_min=_minutes(run_s),
    )  # fmt: skip


def _minutes(seconds: Decimal) -> Decimal:
    return (seconds / SECONDS_PER_MINUTE).quantize(Decimal("0.1"))
