"""The decision of one day: findings, then advice and load from nothing but the findings and the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from mortise.decide.inputs import Inputs
from mortise.decide.misses import nearest_misses
from mortise.decide.nodes import ReadyStage, evaluate
from mortise.decide.overrules import Overrule, new_dangers
from mortise.decide.rules import fire
from mortise.decide.verdicts import MET, NOT_MET, UNKNOWN
from mortise.protocol import Constraint
from mortise.record import AppliedConstraint, Decision, Finding, FiredRule, NearestMiss, ProtocolPin
from mortise.terms import Advice, Load, Truth
from mortise.terms.verdicts import tightest_advice, tightest_load

RULE_PREFIX = (
    "rule."  # how `prescribe` names the constraint of a fired rule; every other is a cap or a human's
)

# The most that may be loaded while an advice stands.
_LOAD_UNDER = {
    Advice.STOP_AND_SEEK_HELP: Load.REST,
    Advice.ASK_CLINICIAN: Load.KEEP,
    Advice.STEP_BACK: Load.KEEP,
    Advice.HOLD: Load.RAISE,
    Advice.ADVANCE: Load.RAISE,
}


class StageState(Struct, frozen=True, kw_only=True):
    """Where the patient stands: since when, whether work was borne well, what has been resumed or overruled.

    `carried` are rules fired by a step back that acted, whose days of lighter work are not over.
    `borne_load` is `raise` when the newest session was borne well, told in time and within its dose, else `keep`.
    """

    entered_on: date
    opened_on: date
    borne_load: Load = Load.KEEP
    resumed: frozenset[str] = frozenset()
    carried: tuple[FiredRule, ...] = ()
    overrule: Overrule | None = None


class Examination(NamedTuple):
    """Everything found on a day, before constraints and advice."""

    exit_truths: list[Truth]
    exits: list[Finding]
    danger: list[Finding]
    fired: tuple[FiredRule, ...]
    is_locked: bool
    misses: tuple[NearestMiss, ...]


def examine(stage: ReadyStage, inputs: Inputs, state: StageState, as_of: date) -> Examination:
    """Find everything there is to find on a day: exits, rules, locks, nearest misses.

    Parameters
    ----------
    stage : ReadyStage
        The stage, ready for this person.
    inputs : Inputs
        The tracks of the day.
    state : StageState
        Where the patient stands.
    as_of : date
        The day.

    Returns
    -------
    Examination
        Every criterion of the stage once.
    """
    exits: list[Finding] = []
    truths = [evaluate(line, inputs, exits) for line in stage.exits]
    rules = fire(stage, inputs, opened_day=state.opened_on.toordinal(), resumed=state.resumed)
    fired = [*rules.fired, *_still_carried(state, rules.fired, as_of)]
    misses = nearest_misses(stage, exits, truths, entered_on=state.entered_on, as_of=as_of)
    return Examination(truths, exits, rules.findings, tuple(fired), rules.is_locked, misses)


def _still_carried(state: StageState, fired: list[FiredRule], as_of: date) -> list[FiredRule]:
    """Keep what a step back ordered beside the step: its lighter days last, the step itself is spent."""
    there = {one.rule for one in fired}
    return [
        replace(one, advice=Advice.HOLD if one.advice is Advice.STEP_BACK else one.advice)
        for one in state.carried
        if one.rule not in there and one.until_on is not None and one.until_on >= as_of
    ]


def decide(
    stage: ReadyStage,
    inputs: Inputs,
    state: StageState,
    as_of: date,
    *,
    pin: ProtocolPin,
    engine: str,
    constraints: Sequence[Constraint] = (),
) -> Decision:
    """Decide one day.

    Parameters
    ----------
    stage : ReadyStage
        The stage, ready for this person.
    inputs : Inputs
        The tracks of the day.
    state : StageState
        Where the patient stands.
    as_of : date
        The day.
    pin : ProtocolPin
        Under which protocol.
    engine : str
        Version of this engine.
    constraints : sequence of Constraint
        What may only tighten.

    Returns
    -------
    Decision
        The same for the same arguments, on any machine.
    """
    return conclude(stage, examine(stage, inputs, state, as_of), state, as_of, pin=pin, engine=engine,
                    constraints=constraints)  # fmt: skip


def conclude(
    stage: ReadyStage,
    examined: Examination,
    state: StageState,
    as_of: date,
    *,
    pin: ProtocolPin,
    engine: str,
    constraints: Sequence[Constraint] = (),
) -> Decision:
    """Draw advice and load from what was found.

    Parameters
    ----------
    stage : ReadyStage
        The stage.
    examined : Examination
        What was found.
    state : StageState
        Where the patient stands.
    as_of : date
        The day.
    pin : ProtocolPin
        Under which protocol.
    engine : str
        Version of this engine.
    constraints : sequence of Constraint
        What may only tighten; the order does not matter.

    Returns
    -------
    Decision
        Advice and load are the tightest of all that fired.
    """
    advice = _advice(stage, examined, state, as_of)
    load = _load(examined, state, advice)
    advice, load, applied = _constrained(constraints, advice, load)
    overrule = state.overrule
    if overrule is not None:
        advice, load, said = _overruled(overrule, examined, advice, load, as_of, constraints)
        applied = (said, *applied)
    reasons = _reasons(examined, advice, overrule, applied)
    return Decision(
        as_of=as_of, advice=advice, load=load, stage=stage.stage.id,
        next_stage=_next_stage(stage, advice, examined, overrule),
        is_locked=examined.is_locked, reasons=reasons, findings=(*examined.exits, *examined.danger),
        rules=examined.fired, constraints=applied, nearest_misses=examined.misses,
        requests=_requests(examined), escalations=_united(one.escalate for one in examined.fired if one.escalate),
        protocol=pin, engine=engine,
    )  # fmt: skip


def _advice(stage: ReadyStage, examined: Examination, state: StageState, as_of: date) -> Advice:
    """Return the tightest of what the exits allow and what every fired rule says."""
    advices = [rule.advice for rule in examined.fired if rule.advice is not None]
    advices.append(Advice.ADVANCE if _may_advance(stage, examined, state, as_of) else Advice.HOLD)
    if any(one.truth is UNKNOWN and escalates for one, escalates in _escalating(stage, examined)):
        advices.append(Advice.ASK_CLINICIAN)
    advice = tightest_advice(advices)
    if advice is Advice.STEP_BACK and stage.stage.step_back_to is None:
        return Advice.ASK_CLINICIAN  # there is no easier stage: a human has to look
    return advice


def _escalating(stage: ReadyStage, examined: Examination) -> Iterable[tuple[Finding, bool]]:
    leaves = [leaf.ready.escalates for line in stage.exit_leaves for leaf in line]
    return zip(examined.exits, leaves, strict=True)


def _may_advance(stage: ReadyStage, examined: Examination, state: StageState, as_of: date) -> bool:
    """Whether every exit line is met, the stay was long enough, and no rule eases or rests today's load."""
    if stage.following is None or not examined.exit_truths or examined.is_locked:
        return False
    if any(truth is not MET for truth in examined.exit_truths):
        return False
    if (as_of - state.entered_on).days < stage.stage.min_days:
        return False
    loads = [rule.load for rule in examined.fired if rule.load is not None]
    return all(load.tightness >= Load.KEEP.tightness for load in loads)


def _load(examined: Examination, state: StageState, advice: Advice) -> Load:
    loads = [rule.load for rule in examined.fired if rule.load is not None]
    return tightest_load([*loads, state.borne_load, _LOAD_UNDER[advice]])


def _constrained(
    constraints: Sequence[Constraint], advice: Advice, load: Load
) -> tuple[Advice, Load, tuple[AppliedConstraint, ...]]:
    """Lower advice and load to what every constraint allows; each that bites is named."""
    least_advice = tightest_advice(
        [advice, *(one.advice_at_most for one in constraints if one.advice_at_most)]
    )
    least_load = tightest_load(
        [load, _LOAD_UNDER[least_advice], *(one.load_at_most for one in constraints if one.load_at_most)]
    )
    applied = []
    for one in sorted(constraints, key=lambda each: each.id):
        lowered = []
        if one.advice_at_most is not None and one.advice_at_most.tightness < advice.tightness:
            lowered.append("advice")
        if one.load_at_most is not None and one.load_at_most.tightness < load.tightness:
            lowered.append("load")
        if lowered:
            applied.append(
                AppliedConstraint(
                    constraint=one.id,
                    author=one.author,
                    reason=one.reason,
                    reason_patient=one.reason_patient,
                    lowered=tuple(lowered),
                    evidence=one.evidence,
                )
            )
    return least_advice, least_load, tuple(applied)


def _overruled(
    overrule: Overrule,
    examined: Examination,
    advice: Advice,
    load: Load,
    as_of: date,
    constraints: Sequence[Constraint],
) -> tuple[Advice, Load, AppliedConstraint]:
    """Let the clinician's choice stand, tightened by dangers not judged yet and by caps."""
    dangers = new_dangers(overrule, examined.fired, examined.danger)
    chosen = tightest_advice([overrule.advice, *(one.advice for one in dangers if one.advice is not None)])
    if examined.is_locked:
        chosen = Advice.STOP_AND_SEEK_HELP
    set_by_hand = [one for one in constraints if not one.id.startswith(RULE_PREFIX)]
    chosen = tightest_advice([chosen, *(one.advice_at_most for one in set_by_hand if one.advice_at_most)])
    chosen_load = load
    if overrule.load is not None and overrule.decided_on == as_of:
        loads = [one.load for one in dangers if one.load is not None]
        loads += [one.load_at_most for one in set_by_hand if one.load_at_most]
        chosen_load = tightest_load([overrule.load, *loads])
    chosen_load = tightest_load([chosen_load, _LOAD_UNDER[chosen]])
    reason = f"Overruled by {overrule.by}: {overrule.reason}"
    patient = "Your physiotherapist chose this for you."
    if dangers:
        names = ", ".join(one.rule for one in dangers)
        reason += f" Tightened since by what the overrule did not know: {names}."
        patient += " Something new was reported since, so take it more carefully until you have spoken."
    said = AppliedConstraint(
        constraint=f"overrule:{overrule.response}", author=overrule.by, reason=reason, reason_patient=patient,
        lowered=("advice",) if chosen.tightness < advice.tightness else (),
    )  # fmt: skip
    return chosen, chosen_load, said


def _next_stage(
    stage: ReadyStage, advice: Advice, examined: Examination, overrule: Overrule | None
) -> str | None:
    """Return the stage proposed, or gone back to; a step back keeps its effect beneath the headline that asks."""
    if advice is Advice.ADVANCE:
        return None if stage.following is None else stage.following.id
    if advice is Advice.STEP_BACK:
        return stage.stage.step_back_to
    if advice is not Advice.ASK_CLINICIAN:
        return None
    fired = examined.fired if overrule is None else new_dangers(overrule, examined.fired, examined.danger)
    steps = any(one.advice is Advice.STEP_BACK and one.truth is MET for one in fired)
    return stage.stage.step_back_to if steps else None


def _reasons(
    examined: Examination, advice: Advice, overrule: Overrule | None, applied: Sequence[AppliedConstraint]
) -> tuple[str, ...]:
    """Name rules, then what else holds the advice down, then criteria, headline first: what is tightest leads."""
    rules = sorted(examined.fired, key=_tightness)
    names = [one.rule for one in rules]
    if overrule is not None:
        names.insert(0, f"overrule:{overrule.response}")
    else:
        names += [one.constraint for one in applied if "advice" in one.lowered]
    if advice is Advice.ADVANCE:
        names += [one.criterion for one in examined.exits if one.truth is MET]
    else:
        names += [one.criterion for one in examined.exits if one.truth is NOT_MET]
        names += [one.criterion for one in examined.misses if one.criterion not in names]
    return _united(names)


def _tightness(rule: FiredRule) -> tuple[int, int, bool]:
    advice = len(Advice) if rule.advice is None else rule.advice.tightness
    return (advice, len(Load) if rule.load is None else rule.load.tightness, rule.truth is UNKNOWN)


def _requests(examined: Examination) -> tuple[str, ...]:
    asked = [measure for rule in examined.fired for measure in rule.request]
    return _united([*asked, *(one.measure for one in examined.exits if one.truth is UNKNOWN)])


def _united(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
