"""What a protocol holds beside its stages and rules: hands, positions, ladders, reviews, plateau, keeping, surgery."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from mortise.terms import Strength


class Irritability(StrEnum):
    """How easily the ankle is provoked and how long it takes to settle; a clinician's judgement."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class HandsDose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grade and dose of a technique at one irritability. Without one for an irritability it is not given there."""

    irritability: Irritability
    grades: tuple[str, ...]  # I to V
    dose: str


class Hands(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a clinician's technique belongs in a protocol: stages, grade and dose by irritability, cautions, test.

    `exercise` names the entry of the library that holds joint, direction and picture, never shown as home exercise.
    `test` is the measure taken before and after; only the reading before treatment feeds a gate.
    """

    id: str
    exercise: str
    stages: tuple[str, ...]
    doses: tuple[HandsDose, ...]
    cautions: tuple[str, ...]
    not_when: tuple[str, ...]  # stop rules
    test: str
    evidence: tuple[str, ...]
    strength: Strength


class ForbiddenPosition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A position that this subtype must stay out of in some stages, and what to do instead.

    `without_tags` are the tags that withhold it and `height_cm_at_most` the highest step; each stage named keeps to
    both. Neither: words only, for shoes, work and sport, which no exercise of the programme contains.
    """

    id: str
    subtype: str
    stages: tuple[str, ...]
    position: str
    instead: str
    say_patient: str
    without_tags: tuple[str, ...] = ()
    height_cm_at_most: Decimal | None = None
    evidence: tuple[str, ...]
    strength: Strength


class Rung(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rung of a ladder: what is done, from which stage on, how much, and what must be in place before."""

    number: int
    title: str
    stage: str
    exercises: tuple[str, ...]
    contacts: tuple[int, int] | None = None  # impact contacts a session, from and to
    n_exposures: int  # calm sessions on this rung before the next
    rest_hours: int
    needs: str  # what must be in place, in words


class Ladder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way up in rungs: jumping, running, turning, the named sport."""

    id: str
    title: str
    rules: tuple[str, ...]
    rungs: tuple[Rung, ...]
    evidence: tuple[str, ...]
    strength: Strength


class Checkpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A date of re-evaluation, counted from the first plan: what is taken again, what is asked, who is thought of.

    It is a date for the clinician's diary and never a finding: nothing is concluded from having reached it.
    """

    after_days: int
    measures: tuple[str, ...]
    ask: str
    consider: tuple[str, ...] = ()  # ids of escalations
    evidence: tuple[str, ...]
    strength: Strength


class PlateauKind(StrEnum):
    """The steps of the plateau ladder, in the order in which they are taken."""

    ADHERENCE = "adherence"
    TECHNIQUE_AND_DOSE = "technique_and_dose"
    CHANGE_ONE_THING = "change_one_thing"
    RETEST = "retest"
    REFER = "refer"


class PlateauStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of the plateau ladder with its clock."""

    kind: PlateauKind
    within_days: int
    do: str  # for the clinician
    say_patient: str
    choices: tuple[str, ...] = ()  # of which exactly one is changed
    escalate: str | None = None


class Plateau(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done when the detector, and nothing else, says that a measure has stopped improving."""

    watches: tuple[str, ...]  # measures with a known error whose course the detector follows
    adherence_at_least: Decimal  # below this share of sessions the answer is adherence
    steps: tuple[PlateauStep, ...]
    evidence: tuple[str, ...]
    strength: Strength


class EarlyWarning(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test of the maintenance stage, how often, and the rule that answers when it drops."""

    measure: str
    every_days: int
    rule: str


class Maintenance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What keeps the gains, and what warns early."""

    stage: str
    n_sessions_per_week: int
    week: tuple[str, ...]  # what a week holds, for the clinician
    say_patient: str
    tests: tuple[EarlyWarning, ...]
    evidence: tuple[str, ...]
    strength: Strength


class SurgeonLimit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit that a surgeon sets, as it goes on the record: only ever something taken away, until a date.

    `default_days` counts from the start and holds while nothing is recorded; the stages before that already keep these
    tags out. `release` is the flag whose record lifts it at the gate of a stage.
    """

    id: str
    ask: str  # what the surgeon is asked
    say_patient: str
    without_tags: tuple[str, ...] = ()
    n_contacts_at_most: int | None = None
    default_days: int
    release: str = ""


class SwitchedOff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line or rule of another protocol that this variant leaves out on purpose, and why."""

    protocol: str
    id: str
    measure: str
    reason: str


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A protocol for a special situation, made of others: whose limits win, and what of the others is off."""

    of: tuple[str, ...]
    limits: tuple[SurgeonLimit, ...]
    switched_off: tuple[SwitchedOff, ...]
    evidence: tuple[str, ...]
    strength: Strength
