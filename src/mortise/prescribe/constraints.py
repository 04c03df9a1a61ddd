"""Every constraint of a day, united: population, protocol, stage, plan, fired rules and the day as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from mortise.prescribe.breaks import Return
from mortise.prescribe.counters import ceilings_of
from mortise.prescribe.kept import Kept
from mortise.prescribe.ladders import FULL_PCT
from mortise.prescribe.phases import constraints_of_phase
from mortise.prescribe.populations import of_conditions, of_population
from mortise.prescribe.states import DoneSession
from mortise.protocol import Circumstances, Constraint, Exercise, Protocol, Slot, Stage, Tag
from mortise.record import Finding, FiredRule, PlanVersion, Sign
from mortise.terms import Advice, Load, Truth

HOT_PCT = Decimal(50)  # the lower end of LOAD-23
N_PER_WEEK_ADDED = 3  # of an exercise that a clinician adds to a stage, unless the stage names it

TODAY = "today"
PROTOCOL = "protocol"

_HOT_TAGS = (
    Tag.IMPACT, Tag.QUICK, Tag.END_RANGE_DORSIFLEXION, Tag.END_RANGE_PLANTARFLEXION, Tag.LOADED_CALF,
    Tag.SINGLE_LEG, Tag.UNSUPPORTED,
)  # fmt: skip


def planned_stage(stage: Stage, plan: PlanVersion | None, exercises: Mapping[str, Exercise]) -> Stage:
    """Return the stage with a slot for each exercise that the plan adds to it.

    Parameters
    ----------
    stage : Stage
        As the protocol has it.
    plan : PlanVersion or None
        What the clinician set; None, or a plan that names no exercises, changes nothing.
    exercises : mapping of str to Exercise
        The library; an added exercise that is not in it is left out.

    Returns
    -------
    Stage
        Exercises that the plan drops keep their slot: `constraints_of` withholds them, with the reason.
    """
    if plan is None or (plan.exercises is None and not plan.added):
        return stage
    return _planned.get((stage, plan, exercises), lambda: _with_added(stage, plan, exercises))


_planned: Kept[Stage] = Kept(64)


def _with_added(stage: Stage, plan: PlanVersion, exercises: Mapping[str, Exercise]) -> Stage:
    there = {slot.exercise for slot in stage.slots}
    slots = {
        name: _added_slot(exercises[name], N_PER_WEEK_ADDED, len(exercises[name].dose_steps) - 1)
        for name in plan.exercises or () if name in exercises and name not in there
    }  # fmt: skip
    for one in plan.added or ():
        if one.exercise in exercises and one.exercise not in there:
            step = plan.dose_steps.get(one.exercise, 0)
            slots[one.exercise] = _added_slot(exercises[one.exercise], one.n_per_week, step)
    return replace(stage, slots=(*stage.slots, *slots.values())) if slots else stage


def _added_slot(exercise: Exercise, n_per_week: int, last_step: int) -> Slot:
    return Slot(
        exercise=exercise.id, purpose=exercise.purposes[0], n_per_week=n_per_week, rest_days=1,
        last_step=max(0, min(last_step, len(exercise.dose_steps) - 1)),
    )  # fmt: skip


def constraints_of(
    protocol: Protocol,
    stage: Stage,
    plan: PlanVersion | None,
    rules: Sequence[FiredRule],
    circumstances: Circumstances,
    person_age: int | None,
    as_of: date,
    *,
    has_fallen: bool | None = None,
    exercises: Mapping[str, Exercise] | None = None,
    done: Sequence[DoneSession] = (),
    signs: Mapping[str, Sign] | None = None,
    findings: Sequence[Finding] = (),
) -> tuple[Constraint, ...]:
    """Unite every constraint that holds on `as_of`.

    Parameters
    ----------
    protocol : Protocol
        Whose constraints hold in every stage.
    stage : Stage
        Whose `without_tags` hold in this one.
    plan : PlanVersion or None
        The clinician's constraints, choice of exercises and expiry.
    rules : sequence of FiredRule
        Rules that hold, or whose danger is unknown, with the effects they keep.
    circumstances : Circumstances
        The day as the patient says it is. Equipment is looked at by `todays_session`, where stand-ins are found.
    person_age : int or None
        In whole years; not known counts as careful.
    as_of : date
        The day that is decided about.
    has_fallen : bool or None
        Whether a fall or a near-fall is on the record. Not known counts as none here: the check-in asks it daily.
    exercises : mapping of str to Exercise, optional
        The library, to see which supported neighbour an unsupported exercise has. Without it, everything unsupported is
        withheld from those for whom support comes first.
    done : sequence of DoneSession
        Sessions done, to see whether the supported neighbour has been mastered.
    signs : mapping of str to Sign, optional
        The newest answer to each question of the assessment, for caps by condition.
    findings : sequence of Finding, optional
        Under the rules, to say of an answer that is not of `as_of` when it was told.

    Returns
    -------
    tuple of Constraint
        Ordered by id, each id once. Every effect is a removal or a minimum, so any order gives the same session.

    References
    ----------
    STG-07, GATE-11, LOAD-23
    """
    found = [
        *of_population(stage, person_age, bool(has_fallen), exercises, done, as_of),
        *of_conditions(signs or {}, stage, exercises, done, as_of),
        *protocol.constraints,
        *_stage_constraints.get((stage,), lambda: tuple(_of_stage(stage))),
        *_ceilings(protocol, stage, exercises),
        *_of_plan(stage, plan, as_of),
        *constraints_of_phase(plan, as_of),
        *(
            _of_rule(rule, _days_since_told(rule, protocol, findings, as_of))
            for rule in rules
            if _has_effect(rule)
        ),
        *_of_day(circumstances),
    ]
    holding = [one for one in found if one.until_on is None or one.until_on >= as_of]
    return tuple(_each_once(sorted(holding, key=lambda one: (one.id, one.author, one.reason))))


def _each_once(constraints: Sequence[Constraint]) -> Iterator[Constraint]:
    """Tell constraints of one id apart: a clinician may have set one named like the protocol's, and both hold."""
    seen: dict[str, int] = {}
    for one in constraints:
        n = seen[one.id] = seen.get(one.id, 0) + 1
        yield one if n == 1 else replace(one, id=f"{one.id}~{n}")


# ---------------------------------------------------------------- stage, plan, rules


def _of_stage(stage: Stage) -> Iterator[Constraint]:
    if stage.without_tags:
        yield Constraint(
            id=f"stage.{stage.id}", author=PROTOCOL, without_tags=stage.without_tags,
            reason=f"Not in stage {stage.title}: {', '.join(stage.without_tags)}.",
            reason_patient="This comes in a later stage.",
        )  # fmt: skip
    yield Constraint(
        id=f"stage.{stage.id}.minutes", author=PROTOCOL, minutes_at_most=Decimal(stage.minutes_at_most),
        reason=f"Stage {stage.title}: at most {stage.minutes_at_most} min a session.",
        reason_patient=f"In this stage a session takes at most {stage.minutes_at_most} minutes.",
    )  # fmt: skip


_stage_constraints: Kept[tuple[Constraint, ...]] = Kept(64)
_kept_ceilings: Kept[tuple[Constraint, ...]] = Kept(64)


def _ceilings(
    protocol: Protocol, stage: Stage, exercises: Mapping[str, Exercise] | None
) -> tuple[Constraint, ...]:
    """Return the ceilings of a stage, worked out once for as long as stage and library are the same."""
    if exercises is None:
        return ()
    return _kept_ceilings.get((protocol, stage, exercises), lambda: _own_first(protocol, stage, exercises))


def _own_first(protocol: Protocol, stage: Stage, exercises: Mapping[str, Exercise]) -> tuple[Constraint, ...]:
    """Let what a plan adds widen no ceiling: it brings one only for a counter that the stage itself never touches."""
    whole = ceilings_of(protocol, stage, exercises)
    own = next((one for one in protocol.stages if one.id == stage.id), stage)
    if len(own.slots) >= len(stage.slots):
        return whole
    kept = {one.id: one for one in ceilings_of(protocol, own, exercises)}
    return tuple(kept.get(one.id, one) for one in whole)


def _of_plan(stage: Stage, plan: PlanVersion | None, as_of: date) -> Iterator[Constraint]:
    if plan is None:
        return
    yield from plan.constraints
    if plan.exercises is not None:
        dropped = tuple(sorted({slot.exercise for slot in stage.slots} - set(plan.exercises)))
        if dropped:
            yield Constraint(
                id="plan.exercises", author=plan.by, without_exercises=dropped,
                reason=f"Not in the plan of {plan.on}{': ' if plan.reason else ''}{plan.reason}.",
                reason_patient="Your physiotherapist has left this out for now.",
            )  # fmt: skip
    if plan.expires_on is not None and plan.expires_on < as_of:
        yield Constraint(
            id="plan.expired", author=plan.by, advice_at_most=Advice.HOLD, load_at_most=Load.KEEP,
            reason=f"The plan expired on {plan.expires_on}: nothing is raised until it is renewed.",
            reason_patient="Your plan is due for a review; until then it stays as it is.",
        )  # fmt: skip


def _has_effect(rule: FiredRule) -> bool:
    return bool(rule.without_tags or rule.ease_to_pct is not None or rule.load or rule.advice)


def _of_rule(rule: FiredRule, n_days: int) -> Constraint:
    told, told_patient = _when_told(n_days)
    return Constraint(
        id=f"rule.{rule.rule}", author=PROTOCOL, without_tags=rule.without_tags, dose_at_most_pct=rule.ease_to_pct,
        load_at_most=rule.load, advice_at_most=rule.advice, reason=f"{rule.say_clinician}{told}",
        reason_patient=f"{rule.say_patient}{told_patient}", until_on=rule.until_on, evidence=rule.evidence,
    )  # fmt: skip


def _days_since_told(rule: FiredRule, protocol: Protocol, findings: Sequence[Finding], as_of: date) -> int:
    """Return how many days ago the check-in told what a rule of single days holds by; 0: today, or another rule.

    An answer holds for a day or two where nothing newer is told. Whoever reads it as of today would wonder.
    """
    if rule.truth is not Truth.MET or rule.locks or rule.until_on != as_of:
        return 0
    ages = [
        one.age_days or 0 for one in findings
        if one.group == rule.rule and one.of != "exit" and one.truth is Truth.MET and one.measure in protocol.check_in
    ]  # fmt: skip
    return min(ages, default=0)


def _when_told(n_days: int) -> tuple[str, str]:
    if n_days < 1:
        return "", ""
    when = "yesterday" if n_days == 1 else f"{n_days} days ago"
    return f" Told {n_days} d ago.", f" You told us this {when}; what you tell us today may change it."


# ---------------------------------------------------------------- the day as it is


def _of_day(day: Circumstances) -> Iterator[Constraint]:
    if day.minutes is not None:
        yield Constraint(
            id="today.minutes", author=TODAY, minutes_at_most=Decimal(max(day.minutes, 0)),
            reason=f"{day.minutes} min available today.", reason_patient=f"You have {day.minutes} minutes today.",
        )  # fmt: skip
    if day.is_ill:
        yield Constraint(
            id="today.ill", author=TODAY, load_at_most=Load.REST,
            reason="Ill today: no loaded work, gentle movement only.",
            reason_patient="You are not well today, so the ankle rests too.",
        )  # fmt: skip
    if day.did_other_sport:
        yield Constraint(
            id="today.other_sport", author=TODAY, without_tags=(Tag.IMPACT.value, Tag.LOADED_CALF.value),
            load_at_most=Load.KEEP,
            reason="Other sport today: no impact and no loaded calf work on top, nothing raised.",
            reason_patient="Your ankle has already worked today, so nothing heavy and no jumps.",
        )  # fmt: skip
    if day.is_ankle_hot:
        yield Constraint(
            id="today.hot_ankle", author=TODAY, without_tags=tuple(tag.value for tag in _HOT_TAGS),
            load_at_most=Load.EASE, dose_at_most_pct=HOT_PCT,
            reason="Warm or swollen ankle today: no impact, quick, single-leg or unsupported work, no loaded calf, "
            f"no end range, at most {HOT_PCT} %.",
            reason_patient="Your ankle is warm or swollen today: only gentle movement in the easy range.",
            evidence=("LOAD-23",),
        )  # fmt: skip


def constraints_of_work(*, has_checked_in: bool, back: Return | None) -> tuple[Constraint, ...]:
    """Return what today's check-in and a break ask for: where either is missing, nothing is raised.

    Parameters
    ----------
    has_checked_in : bool
        Whether the patient told how the ankle is today before any work.
    back : Return or None
        How far a break bounds every dose.

    Returns
    -------
    tuple of Constraint
        Without a check-in nothing is raised and no stage is proposed: nobody knows how the ankle is. While a dose is
        still bounded after a break nothing is raised and no stage proposed either: what opened it was shown at whole
        doses. Named like rules, so that a clinician may decide otherwise on the record.

    References
    ----------
    CTX-16
    """
    found = []
    if not has_checked_in:
        found.append(Constraint(
            id="rule.no_check_in", author=PROTOCOL, load_at_most=Load.KEEP, advice_at_most=Advice.HOLD,
            reason="No check-in today: nothing is raised and no stage proposed. Ask how the ankle is, or overrule.",
            reason_patient="Nothing is added before you have told how the ankle is today.",
        ))  # fmt: skip
    if back is not None and back.dose_pct < FULL_PCT:
        found.append(Constraint(
            id="rule.after_break", author=PROTOCOL, load_at_most=Load.KEEP, advice_at_most=Advice.HOLD,
            reason=f"After a break, doses still at {back.dose_pct} %: no advance until they are whole again.",
            reason_patient="You have had a break. The next stage waits until you are back at your usual amount.",
            evidence=("CTX-16",),
        ))  # fmt: skip
    return tuple(found)


def equipment_of(day: Circumstances) -> frozenset[str] | None:
    """Return the equipment at hand: none while travelling, None when nothing is said and everything is there.

    Parameters
    ----------
    day : Circumstances
        The day as the patient says it is.

    Returns
    -------
    frozenset of str or None
        Wall, floor and a chair to hold are always there besides.
    """
    if day.is_travelling:
        return frozenset()
    return None if day.equipment is None else frozenset(day.equipment)
