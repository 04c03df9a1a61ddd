"""Today's session, solved exactly from what the day permits, in four steps.

1. *Permit*: withheld tags and exercises, equipment (with stand-ins), days of rest between two sessions of one
   exercise. Manual techniques are never home exercises. A day of rest permits open-chain movement that is not for
   strength, at most two exercises at half the dose; an easy day at most 70 percent of each dose.
2. *Choose* exactly (`solve.choose`) by a fixed goal, from left to right: the least number of exercises of an
   ordinary day; the purposes that lack the largest share of their week; how overdue each exercise is (days since,
   times its weekly minimum while that is not reached, and a quarter of a time more where it serves a goal);
   variety; less time. Ties go by id. Time, contacts and what the four counters leave under their ceilings are
   never exceeded (`counters`). A lighter day is made of what is known: something never done before is taken only
   where too little else is permitted.
3. *Shorten*: where too few exercises fit the time, doses of 75, then 50 percent are tried.
4. *Raise*: on a day whose load is `raise` and that nothing else shortens, one exercise tries the raise it has
   earned, the one that has waited longest (`raises_due`), if the day still holds it; a second one only when it has
   waited five days.

Adding a constraint never permits another exercise or a higher dose; it may change which of the permitted ones
are chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from mortise.prescribe.breaks import Return
from mortise.prescribe.constraints import equipment_of
from mortise.prescribe.counters import Counted, counted_before
from mortise.prescribe.ladders import FULL_PCT, at_share, n_sides
from mortise.prescribe.permitted import (
    N_MOST_AT_REST,
    Candidate,
    Limits,
    Permitted,
    limits_of,
    permitted,
    preferred,
)
from mortise.prescribe.raises import has_waited, raises_due
from mortise.prescribe.reasons import applied, name_left_out, unchosen, why_exercise
from mortise.prescribe.solve import Room, choose
from mortise.prescribe.states import DoneSession, DoseState
from mortise.prescribe.weeks import Arrears, behind
from mortise.prescribe.whole import Whole, why
from mortise.protocol import Circumstances, Constraint, Exercise, Stage
from mortise.record import LeftOut, PlannedExercise, Session
from mortise.terms import Load

N_RAISES_AT_MOST = 2  # in one session
WARM_UP = "warm-up"
# Tried in turn while too few exercises fit into the time there is.
SHORTER_PCT = (FULL_PCT, Decimal(75), Decimal(50))


def todays_session(
    *,
    session_id: str,
    as_of: date,
    stage: Stage,
    exercises: Mapping[str, Exercise],
    states: Mapping[str, DoseState],
    done: Sequence[DoneSession],
    load: Load,
    constraints: Sequence[Constraint],
    circumstances: Circumstances,
    back: Return | None = None,
    is_locked: bool = False,
    beside: Counted = Counted(),  # noqa: B008 - immutable
    goal_purposes: frozenset[str] = frozenset(),
) -> Session:
    """Solve today's session.

    Parameters
    ----------
    session_id : str
        The id it gets.
    as_of : date
        The day. Work of that day itself is not looked at, so a log does not change the session it is about.
    stage : Stage
        Which exercises, how many (`n_exercises`), how often (`planned_stage` adds those of the plan).
    exercises : mapping of str to Exercise
        The library, stand-ins and neighbours included.
    states : mapping of str to DoseState
        From `dose_states`.
    done : sequence of DoneSession
        Every session ever logged.
    load : Load
        As decided; a constraint may lower it further.
    constraints : sequence of Constraint
        From `constraints_of`, in any order; one whose last day is past is left out.
    circumstances : Circumstances
        Named in the answer; equipment is taken from here.
    back : Return or None
        How far a break bounds every dose (`re_entry`).
    is_locked : bool
        Whether a red flag has frozen the programme: then the session is empty.
    beside : Counted
        What the other ankle's programme takes of the counters; their ceilings are those of the person.
    goal_purposes : frozenset of str
        What the patient's open goals ask for.

    Returns
    -------
    Session
        Never empty without a reason, with every exercise of the stage either in it or among those left out.

    Notes
    -----
    The four steps stand at the head of this module.

    References
    ----------
    LOAD-23, LOAD-24, CTX-17
    """
    holding = sorted(
        (one for one in constraints if one.until_on is None or one.until_on >= as_of), key=lambda one: one.id
    )
    before = counted_before(done, exercises, as_of)
    limits = limits_of(load, holding, stage, None if back is None else back.dose_pct, before, beside)
    allowed = permitted(
        stage, exercises, states, done, as_of, limits, equipment_of(circumstances), goal_purposes
    )
    day = _Day(
        stage, exercises, states, done, as_of, behind(stage, exercises, done, as_of), limits, is_locked
    )
    choice = _choice(allowed.candidates, day)
    return _written(session_id, circumstances, holding, back, allowed, choice, day)


class _Day(NamedTuple):
    """What choosing needs, in one hand."""

    stage: Stage
    exercises: Mapping[str, Exercise]
    states: Mapping[str, DoseState]
    done: Sequence[DoneSession]
    as_of: date
    behind: Mapping[str, Arrears]
    limits: Limits
    is_locked: bool

    @property
    def n_least(self) -> int:
        """The fewest exercises of this day."""
        return min(self.stage.n_exercises[0], self.n_most)

    @property
    def n_most(self) -> int:
        """The most exercises of this day."""
        most = self.stage.n_exercises[1]
        return min(most, N_MOST_AT_REST) if self.limits.load is Load.REST else most

    @property
    def room(self) -> Room:
        """Number, time and contacts of this day."""
        left = tuple([None if one is None else one.amount for one in self.limits.left])
        return Room(self.n_least, self.n_most, self.limits.seconds, self.limits.n_contacts, left)


class _Choice(NamedTuple):
    """What was chosen, what of it tries a raise, and to what share doses were shortened to fit the time."""

    chosen: tuple[Candidate, ...]
    raised: tuple[str, ...]
    share: Decimal


def _choice(candidates: Sequence[Candidate], day: _Day) -> _Choice:
    if day.is_locked:
        return _Choice((), (), FULL_PCT)
    chosen, share = _shortened(candidates, day)
    raised: tuple[str, ...] = ()
    if share == FULL_PCT:
        raised, chosen = _raise(chosen, candidates, day)
    return _Choice(chosen, raised, share)


def _solve(candidates: Sequence[Candidate], day: _Day) -> tuple[Candidate, ...]:
    """Choose, on a lighter day and in a season from what is known as long as that is enough."""
    first = preferred(candidates, day.limits)
    if day.n_least <= len(first) < len(candidates):
        chosen = _chosen_of(first, day)
        if len(chosen) >= day.n_least:
            return chosen
    return _chosen_of(candidates, day)


def _chosen_of(candidates: Sequence[Candidate], day: _Day) -> tuple[Candidate, ...]:
    by_id = {one.exercise.id: one for one in candidates}
    levels = {purpose: arrears.level for purpose, arrears in day.behind.items()}
    return tuple(
        by_id[option.id] for option in choose([one.option() for one in candidates], levels, day.room)
    )


def _shortened(candidates: Sequence[Candidate], day: _Day) -> tuple[tuple[Candidate, ...], Decimal]:
    """Solve with whole doses, then with shorter ones while too few exercises fit."""
    best: tuple[Candidate, ...] = ()
    share = FULL_PCT
    enough = min(day.n_least, len(candidates))
    for pct in SHORTER_PCT:
        is_less = pct < day.limits.pct
        found = _solve([_at(one, pct) for one in candidates] if is_less else candidates, day)
        if len(found) > len(best):
            best, share = found, pct
        if len(best) >= enough:
            break
    return best, share


def _at(candidate: Candidate, pct: Decimal) -> Candidate:
    step, dose = at_share(candidate.exercise, candidate.usual_step, min(pct, candidate.pct_at_most))
    return candidate._replace(step=step, dose=dose)


class _Raised(NamedTuple):
    names: tuple[str, ...]
    chosen: tuple[Candidate, ...]


def _raise(chosen: Sequence[Candidate], candidates: Sequence[Candidate], day: _Day) -> _Raised:
    """Let the exercise that has waited longest try its raise, and a second one that has waited long, if they fit."""
    names: tuple[str, ...] = ()
    if day.limits.load is not Load.RAISE or day.limits.pct < FULL_PCT:
        return _Raised(names, tuple(chosen))
    today = {one.exercise.id for one in chosen}
    for name in raises_due(day.stage, day.exercises, day.states, day.done, day.as_of, today):
        is_next = not names or (len(names) < N_RAISES_AT_MOST and has_waited(day.states[name], day.as_of))
        if name not in today or not is_next:
            continue
        tried = [_at_raise(one, day) if one.exercise.id in (*names, name) else one for one in candidates]
        again = _again(tried, candidates, chosen, day)
        if {*names, name} <= {one.exercise.id for one in again}:
            names, chosen = (*names, name), again
    return _Raised(names, tuple(chosen))


def _again(
    tried: Sequence[Candidate], before: Sequence[Candidate], chosen: Sequence[Candidate], day: _Day
) -> tuple[Candidate, ...]:
    """Solve again, unless the raise asks the day for nothing that was not asked before: then nothing else is chosen."""
    changed = [one for one, other in zip(tried, before, strict=True) if one is not other]
    options = {one.exercise.id: one.option() for one in chosen}
    if all(one.option() == options.get(one.exercise.id) for one in changed):
        at_raise = {one.exercise.id: one for one in changed}
        return tuple([at_raise.get(one.exercise.id, one) for one in chosen])
    return _solve(tried, day)


def _at_raise(candidate: Candidate, day: _Day) -> Candidate:
    step = day.states[candidate.exercise.id].step
    return candidate._replace(step=step, dose=candidate.exercise.dose_steps[step])


def _written(
    session_id: str, circumstances: Circumstances, holding: Sequence[Constraint], back: Return | None,
    allowed: Permitted, choice: _Choice, day: _Day,
) -> Session:  # fmt: skip
    """Write down what was chosen, what was left out, and why."""
    left_out = _left_out(allowed, choice.chosen, day)
    cuts = applied(holding, day.stage, day.exercises, left_out, choice.chosen, day.limits)
    reason, reason_patient = why(Whole(
        limits=day.limits, chosen=choice.chosen, raised=choice.raised, back=back, share=choice.share,
        is_locked=day.is_locked, cuts=cuts, holding=holding, states=day.states,
    ))  # fmt: skip
    ordered = sorted(choice.chosen, key=lambda one: one.slot.purpose != WARM_UP)  # nothing comes before it
    planned = tuple([_planned(one, day, one.exercise.id in choice.raised) for one in ordered])
    return Session(
        id=session_id, on=day.as_of, stage=day.stage.id, load=day.limits.load, exercises=planned,
        left_out=tuple([name_left_out(one, holding, day.exercises) for one in left_out]), constraints=cuts,
        seconds=sum((one.seconds for one in planned), Decimal(0)),
        n_contacts=sum(one.dose.n_contacts for one in planned),
        circumstances=circumstances, why=reason, why_patient=reason_patient,
    )  # fmt: skip


def _planned(one: Candidate, day: _Day, is_raised: bool) -> PlannedExercise:
    reason, reason_patient = why_exercise(one, day.behind, day.states.get(one.exercise.id), is_raised)
    return PlannedExercise(
        exercise=one.exercise.id, name=one.exercise.name, purpose=one.slot.purpose, dose_step=one.step,
        dose=one.dose, usual_step=one.usual_step, n_sides=n_sides(one.exercise), seconds=one.seconds,
        why=reason, why_patient=reason_patient,
    )  # fmt: skip


def _left_out(allowed: Permitted, chosen: Sequence[Candidate], day: _Day) -> tuple[LeftOut, ...]:
    """Return every exercise of the stage that is not in the session, with the reason, in order of id."""
    ids = {one.exercise.id for one in chosen}
    others = [
        unchosen(one, chosen, day.limits, day.stage, day.is_locked)
        for one in allowed.candidates
        if one.exercise.id not in ids
    ]
    missing = [
        LeftOut(exercise=slot.exercise, name=slot.exercise, reason="Not in the library.",
                reason_patient="This one is not available.", constraint="library")
        for slot in day.stage.slots if slot.exercise not in day.exercises
    ]  # fmt: skip
    return tuple(sorted([*allowed.left_out, *others, *missing], key=lambda one: one.exercise))
