"""What the engine answers: findings, advice, today's session. One structure; words are made at the edge."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

from mortise.protocol.constraints import Circumstances
from mortise.protocol.exercises import DoseStep
from mortise.terms import Advice, Cause, Limb, Load, Strength, Truth


class Finding(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What one criterion found: the verdict, the value and bound compared, the readings used, the evidence.

    `of` is `exit`, `danger` or `rule`; `group` the gate line or rule the criterion stands in. `error` is the standard
    error of the value used; `age_days` the age of the newest reading used.
    """

    criterion: str
    of: str
    group: str
    measure: str
    limb: Limb
    truth: Truth
    cause: Cause | None
    value: Decimal | None
    operator: str
    bound: Decimal | None
    unit: str
    age_days: int | None
    error: Decimal | None
    readings: tuple[str, ...]
    instrument: str
    domain: str
    evidence: tuple[str, ...]
    strength: Strength
    label: str
    label_patient: str
    earliest_on: date | None = None  # for `unconfirmed`: the first day a second reading counts


class FiredRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule whose condition held (or whose danger is unknown), with every effect it keeps."""

    rule: str
    truth: Truth
    advice: Advice | None
    load: Load | None
    without_tags: tuple[str, ...]
    ease_to_pct: Decimal | None
    request: tuple[str, ...]
    escalate: str | None
    tier: str | None
    locks: bool
    say_patient: str
    say_clinician: str
    evidence: tuple[str, ...]
    strength: Strength
    since_on: date | None = None
    until_on: date | None = None


class NearestMiss(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What would have to change for a gate line to be in place."""

    criterion: str
    label: str
    label_patient: str
    measure: str
    limb: Limb
    truth: Truth
    cause: Cause | None
    value: Decimal | None
    bound: Decimal | None
    gap: (
        Decimal | None
    )  # bound minus value in the direction that is better; None when it is not a matter of size
    unit: str
    needs: str  # "measure", "again", "improve", "wait", "answer"
    needs_visit: bool
    earliest_on: date | None = None


class AppliedConstraint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A constraint that cut something today: what, by whose hand, why. The most limiting come first."""

    constraint: str
    author: str
    reason: str
    reason_patient: str
    removed: tuple[str, ...] = ()  # exercise ids
    lowered: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


class ProtocolPin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which protocol a decision was made under."""

    id: str
    version: str
    hash: str


class Decision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer for one day: advice, load, stage, and everything it rests on.

    An `advance` proposes `next_stage` and changes nothing until a clinician accepts it; `hold`, `step_back` and
    `stop_and_seek_help` act at once. A step back keeps its effect beneath the tighter headline `ask_clinician`: then
    too `next_stage` is gone back to (`steps_back_to`). `reasons` name rules and criteria, the headline first.
    """

    as_of: date
    advice: Advice
    load: Load
    stage: str
    next_stage: str | None
    is_locked: bool
    reasons: tuple[str, ...]
    findings: tuple[Finding, ...]
    rules: tuple[FiredRule, ...]
    constraints: tuple[AppliedConstraint, ...]
    nearest_misses: tuple[NearestMiss, ...]
    requests: tuple[str, ...]
    escalations: tuple[str, ...]
    protocol: ProtocolPin
    engine: str

    @property
    def steps_back_to(self) -> str | None:
        """Return the stage this decision goes back to at once, or None."""
        return None if self.advice is Advice.ADVANCE else self.next_stage


class DecisionInputs(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a decision was made from, so that it can be made again: fact ids in order, and their content hash."""

    as_of: date
    facts: tuple[str, ...]
    facts_hash: str
    protocol: ProtocolPin
    engine: str
    circumstances: Circumstances = Circumstances()


class PlannedExercise(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One exercise of today's session with its dose and why the dose is what it is."""

    exercise: str
    name: str
    purpose: str
    dose_step: int
    dose: DoseStep
    usual_step: int  # the dose state before today's constraints
    n_sides: int
    seconds: Decimal
    why: str
    why_patient: str


class LeftOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exercise of the stage that is not in today's session, and why."""

    exercise: str
    name: str
    reason: str
    reason_patient: str
    constraint: str = ""


class Session(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Today's session: what to do, how long it takes, what was left out and why."""

    id: str
    on: date
    stage: str
    load: Load
    exercises: tuple[PlannedExercise, ...]
    left_out: tuple[LeftOut, ...]
    constraints: tuple[AppliedConstraint, ...]
    seconds: Decimal
    n_contacts: int
    circumstances: Circumstances
    why: str
    why_patient: str
