"""Why each exercise is in the session or is not, for a physiotherapist and for the patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from mortise.prescribe.counters import why_no_more
from mortise.prescribe.kept import Kept
from mortise.prescribe.ladders import FULL_PCT, at_share
from mortise.prescribe.permitted import GENTLE_PURPOSES, LOADING_TAGS, Candidate, Limits, over_ceiling
from mortise.prescribe.states import DoseState
from mortise.prescribe.weeks import Arrears
from mortise.protocol import Constraint, Exercise, Stage, Tag
from mortise.record import AppliedConstraint, LeftOut
from mortise.terms import Load

REST_CONSTRAINT = "load.rest"
LOCK_CONSTRAINT = "lock"


def _removes(
    constraint: Constraint, exercise: Exercise, tags: frozenset[Tag], purpose: str | None = None
) -> bool:
    """Tell whether a constraint alone withholds an exercise, done for `purpose` where that is known."""
    is_without = constraint.without_tags and not tags.isdisjoint(constraint.without_tags)
    if is_without or exercise.id in constraint.without_exercises:
        return True
    if constraint.load_at_most is not Load.REST:
        return False
    return not LOADING_TAGS.isdisjoint(tags) or not (purpose is None or purpose in GENTLE_PURPOSES)


def _tags_of(exercise: Exercise) -> frozenset[Tag]:
    return _tags.get((exercise,), lambda: frozenset(exercise.tags))


_tags: Kept[frozenset[Tag]] = Kept(512)


def applied(
    constraints: Sequence[Constraint],
    stage: Stage,
    exercises: Mapping[str, Exercise],
    left_out: Sequence[LeftOut],
    chosen: Sequence[Candidate],
    limits: Limits,
) -> tuple[AppliedConstraint, ...]:
    """Return the constraints that cut something today, the most limiting first.

    Parameters
    ----------
    constraints : sequence of Constraint
        Those that hold today.
    stage : Stage
        Whose exercises are looked at.
    exercises : mapping of str to Exercise
        The library.
    left_out : sequence of LeftOut
        What is not in the session.
    chosen : sequence of Candidate
        What is.
    limits : Limits
        All constraints as one, to see which is the tightest for time and contacts.

    Returns
    -------
    tuple of AppliedConstraint
        By number of exercises removed, then lowered, then id.
    """
    purposes = {slot.exercise: slot.purpose for slot in stage.slots}
    out = [one.exercise for one in left_out if one.exercise in exercises]
    looked_at = [(name, exercises[name], _tags_of(exercises[name]), purposes.get(name)) for name in out]
    named = {one.exercise: one.constraint for one in left_out}
    found = []
    for one in constraints:
        removed = []
        if one.without_exercises or one.without_tags or one.load_at_most is Load.REST:
            removed = [
                name for name, exercise, tags, purpose in looked_at if _removes(one, exercise, tags, purpose)
            ]
        if one.minutes_at_most is not None and int(one.minutes_at_most * 60) == limits.seconds:
            removed += [name for name in out if named[name] == "minutes"]
        if one.n_contacts_at_most is not None and one.n_contacts_at_most == limits.n_contacts:
            removed += [name for name in out if named[name] == "contacts"]
        if one.ceilings:
            removed += [name for name in out if named[name] == one.id]
        lowered = [item.exercise.id for item in chosen if _lowers(one, item)]
        if removed or lowered:
            found.append(AppliedConstraint(
                constraint=one.id, author=one.author, reason=one.reason, reason_patient=one.reason_patient,
                removed=tuple(sorted(set(removed))), lowered=tuple(lowered), evidence=one.evidence,
            ))  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-len(one.removed), -len(one.lowered), one.constraint)))


def _lowers(constraint: Constraint, item: Candidate) -> bool:
    if constraint.load_at_most in (Load.EASE, Load.REST) or item.ceiling == constraint.id:
        return True
    pct = constraint.dose_at_most_pct
    if pct is None or pct >= FULL_PCT:
        return False
    whole = item.exercise.dose_steps[item.usual_step]
    return at_share(item.exercise, item.usual_step, pct)[1] != whole


def name_left_out(
    one: LeftOut, constraints: Sequence[Constraint], exercises: Mapping[str, Exercise]
) -> LeftOut:
    """Give an exercise that a constraint withholds the constraint's own reason.

    Parameters
    ----------
    one : LeftOut
        Without a constraint when it was withheld by tag or name.
    constraints : sequence of Constraint
        Those that hold today.
    exercises : mapping of str to Exercise
        The library.

    Returns
    -------
    LeftOut
        With the reason of the most limiting constraint that withholds it.
    """
    exercise = exercises.get(one.exercise)
    if one.constraint or exercise is None:
        return one
    if Tag.MANUAL in exercise.tags:
        return replace(
            one, constraint="manual", reason="Done by a clinician's hands.",
            reason_patient="Your physiotherapist does this one with you.",
        )  # fmt: skip
    tags = _tags_of(exercise)
    cutting = [limit for limit in constraints if _removes(limit, exercise, tags)]
    if cutting:
        first = min(cutting, key=lambda limit: (limit.author != "population", limit.id))
        return replace(one, constraint=first.id, reason=first.reason, reason_patient=first.reason_patient)
    resting = [limit for limit in constraints if limit.load_at_most is Load.REST]
    if resting:
        return replace(
            one, constraint=resting[0].id, reason=resting[0].reason, reason_patient=resting[0].reason_patient
        )
    return replace(
        one, constraint=REST_CONSTRAINT, reason="Loaded work rests today.",
        reason_patient="Today is a day of rest for this one.",
    )  # fmt: skip


def unchosen(
    candidate: Candidate, chosen: Sequence[Candidate], limits: Limits, stage: Stage, is_locked: bool
) -> LeftOut:
    """Say why a permitted exercise is not in the session.

    Parameters
    ----------
    candidate : Candidate
        The exercise.
    chosen : sequence of Candidate
        What is in the session.
    limits : Limits
        Time and contacts.
    stage : Stage
        How many exercises an ordinary day has.
    is_locked : bool
        Whether a red flag has frozen the programme.

    Returns
    -------
    LeftOut
        Locked first, then a pair that may not share a day, time, contacts, and last the number of exercises.
    """
    constraint, reason, reason_patient = _why_unchosen(candidate, chosen, limits, stage, is_locked)
    return LeftOut(
        exercise=candidate.exercise.id, name=candidate.exercise.name, reason=reason,
        reason_patient=reason_patient, constraint=constraint,
    )  # fmt: skip


def _why_unchosen(
    candidate: Candidate, chosen: Sequence[Candidate], limits: Limits, stage: Stage, is_locked: bool
) -> tuple[str, str, str]:
    if is_locked:
        return LOCK_CONSTRAINT, "Programme frozen by a red flag.", "Your programme is paused."
    apart = [one.exercise.name for one in chosen if _is_apart(candidate.exercise, one.exercise)]
    if apart:
        return "not_with", f"Loads the same tissue as {apart[0]}.", f"It works the same part as {apart[0]}."
    n_most = stage.n_exercises[1]
    if len(chosen) >= n_most:
        return (
            "n_exercises", f"At most {n_most} exercises a day; others are more due.",
            "Another day: the ones today were more due.",
        )  # fmt: skip
    holds = limits.is_lighter or limits.is_holding
    purpose = candidate.slot.purpose
    if candidate.is_new and holds and not any(one.is_new and one.slot.purpose == purpose for one in chosen):
        return (
            "nothing_new", "Never done before; a lighter day, and a season, are made of what is known.",
            "This is new for you and waits for an ordinary day.",
        )  # fmt: skip
    option, others = candidate.option(), [one.option() for one in chosen]
    if limits.seconds is not None and sum(one.seconds for one in others) + option.seconds > limits.seconds:
        return (
            "minutes", f"Does not fit into {limits.seconds // 60} min.",
            f"There is no time for it in {limits.seconds // 60} minutes.",
        )  # fmt: skip
    n_contacts = sum(one.n_contacts for one in others) + option.n_contacts
    if limits.n_contacts is not None and n_contacts > limits.n_contacts:
        return "contacts", f"Would exceed {limits.n_contacts} impact contacts.", "Enough jumps for one day."
    over = over_ceiling(candidate, limits.left, chosen)
    if over is not None:
        return (over[1].constraint, *why_no_more(*over))
    return "n_exercises", "Fewer exercises on a day of rest.", "Another day: today is for rest."


def _is_apart(one: Exercise, other: Exercise) -> bool:
    return other.id in one.not_with or one.id in other.not_with


def why_exercise(
    one: Candidate, behind: Mapping[str, Arrears], state: DoseState | None, is_raised: bool
) -> tuple[str, str]:
    """Say why an exercise is in the session and why at this dose.

    Parameters
    ----------
    one : Candidate
        The exercise at its dose.
    behind : mapping of str to Arrears
        How far each purpose is behind on its week.
    state : DoseState or None
        Where it stands on its ladder.
    is_raised : bool
        Whether it tries a raise today.

    Returns
    -------
    tuple of str
        For a physiotherapist, for the patient.
    """
    purpose = one.slot.purpose
    arrears = behind.get(purpose)
    lacks = arrears.n_lacking if arrears else 0
    due = f"{purpose.capitalize()} is on schedule"
    if arrears and lacks:
        due = f"{purpose.capitalize()} done {arrears.n_done} of {arrears.n_least} times this week"
    since = "not done yet" if one.days_since is None else f"last done {one.days_since} d ago"
    dose = f"step {one.step}"
    whole = one.exercise.dose_steps[one.usual_step]
    if is_raised:
        dose, dose_patient = f"{dose}, raised from {one.usual_step}", state.cause_patient if state else ""
    elif one.step < one.usual_step or one.dose != whole:
        less = f"lowered from step {one.usual_step}" if one.step < one.usual_step else "cut short"
        dose, dose_patient = f"{dose}, {less} today", "Less than usual today."
    elif state is not None and state.is_raise_waiting:
        dose, dose_patient = f"{dose}; a raise to {state.step} waits", "The same amount as last time."
    else:
        dose_patient = state.cause_patient if state else ""
    is_told = state is not None and (
        is_raised or not state.is_raise_waiting
    )  # a raise that waits is told as such
    cause = f" {state.cause}" if state and is_told else ""
    if one.ceiling:
        dose += f"; cut to {one.pct_at_most} % by {one.ceiling}"
    if one.exercise.id != one.slot.exercise:
        dose += f"; stands in for {one.slot.exercise}"
    if one.serves_goal:
        dose += "; serves a goal"
    return f"{due}; {since}; {dose}.{cause}", _patient(one, lacks, dose_patient)


def _patient(one: Candidate, lacks: int, dose: str) -> str:
    if one.is_new:
        due = "New for you today."
    elif lacks:
        due = "It is due again."
    else:
        due = "It keeps you going."
    return f"{due} {dose}".strip()
