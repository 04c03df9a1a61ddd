"""Facts: what was measured, found, asked, done and decided. Append-only; a correction is a new fact.

Every fact has an `id` made at capture, the patient's local date fixed at capture (`on`), an `origin`, and `by`, the
pseudonymous id of who made it. `captured_at` and `received_at` are aware UTC instants where known.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from mortise.protocol.constraints import Constraint, Phase
from mortise.record.decisions import Decision, DecisionInputs
from mortise.terms import Advice, Autonomy, Context, Load, Origin, Side

Instant = Annotated[datetime, Meta(tz=True)]  # an instant without its offset cannot be put in order


class _Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    on: date
    origin: Origin
    by: str = ""
    captured_at: Instant | None = None
    received_at: Instant | None = None
    note: str = ""


class Reading(_Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="reading"):
    """One value of one measure on one side by one instrument.

    `recording_error` is what this recording allows (standard error, in `unit`); decisions use the larger of it and the
    instrument's between-session SEM. `trials` are the values behind the one reading.
    """

    measure: str
    side: Side
    value: Decimal
    unit: str
    instrument: str
    recording_error: Decimal | None = None
    context: Context = Context.ROUTINE
    at_visit: bool = False
    rater: str = ""
    quality: tuple[str, ...] = ()
    trials: tuple[Decimal, ...] = ()
    recording: str = ""  # id of the recording it came from


class Sign(_Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="sign"):
    """What an examination or the history finds: `sign` is an id of the assessment, `level` one of its answers."""

    sign: str
    level: str
    side: Side = Side.NONE
    text: str = ""


class CheckIn(_Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="check_in"):
    """A patient's answers by measure id. Absent: not asked. None: asked, cannot say. 0 is an answer."""

    moment: Literal["before_session", "next_morning", "self_test"]
    answers: dict[str, Decimal | None]
    session: str = ""  # the session a next-morning answer is about


class ExerciseLog(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of one exercise of a session.

    `n_reps` counts the repetitions of each set, as a dose does; where sets differ, those of the shortest full one.
    With no full set done it counts those of the set that was begun. `duration_s` are the seconds of each set, of work
    that is done for a time; without it they are those of the rung.
    """

    exercise: str
    dose_step: int
    outcome: Literal["done", "modified", "skipped"]
    n_sets: int | None = None
    n_reps: int | None = None
    reason: str = ""
    pain_nrs: Decimal | None = None
    effort_nrs: Decimal | None = None
    duration_s: Decimal | UnsetType = UNSET


class SessionLog(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="session_log"
):
    """A session as it was done, with the answers given after it. `on` is the day it was done, `logged_on` when told."""

    session: str
    items: tuple[ExerciseLog, ...]
    answers: dict[str, Decimal | None] = {}
    minutes: Decimal | None = None
    logged_on: date | None = None


class Goal(_Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="goal"):
    """A goal in the patient's own words. A changed goal is a new fact that `replaces` the old one."""

    words: str
    activity: str = ""
    by_on: date | None = None
    replaces: str = ""
    is_closed: bool = False


class Judgement(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="judgement"
):
    """A clinician's recorded judgement, never computed.

    `resume` opens a programme that a red flag froze; `range_limit` says that range is as good as it will get;
    `acknowledge` answers a flag without resuming; `clear` withdraws an earlier constraint (`about` is its id); `reopen`
    takes a discharged patient into care again.
    """

    judgement: Literal["resume", "range_limit", "acknowledge", "clear", "reopen"]
    reason: str
    about: str = ""


class ClinicVisit(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="clinic_visit"
):
    """A visit planned for or held on `visit_on`. Clinic tests stay fresh to the next planned visit plus 7 days."""

    visit_on: date
    is_held: bool = False


class StageEntry(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="stage_entry"
):
    """The patient entered a stage on `on`, because a decision was accepted, overruled, or acted at once."""

    stage: str
    because: str = ""  # id of the decision or response
    reason: str = ""


class AddedExercise(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exercise of the library that a clinician adds to whatever the stage has, by name and with the reason.

    It stays on the rung that `PlanVersion.dose_steps` names (the lowest where it names none): eased like any other,
    never raised by the engine, which was proved for the stage's own exercises only.
    """

    exercise: str
    reason: str
    n_per_week: Annotated[int, Meta(ge=1, le=7)] = 3


class PlanVersion(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="plan_version"
):
    """What a clinician set for this patient from `on`: constraints, exercises, dose steps. Never rewrites history.

    `phase` says what these weeks are for; after `phase_until_on` the plan is one for building up again. `added`
    holds in every stage until a later version drops it. None of these is written where it is not set, so that plans
    from before keep their content hash.
    """

    protocol: str
    protocol_version: str
    protocol_hash: str
    constraints: tuple[Constraint, ...] = ()
    dose_steps: dict[str, int] = {}  # exercise id -> step set by the clinician
    exercises: tuple[str, ...] | None = None  # None: those of the stage
    figures: dict[str, Decimal] = {}  # criterion id -> bound set within `allowed`
    reason: str = ""
    expires_on: date | None = None
    phase: Phase | UnsetType = UNSET
    phase_until_on: date | UnsetType = UNSET
    added: tuple[AddedExercise, ...] | UnsetType = UNSET


class DecisionRecord(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="decision"
):
    """A stored decision: a receipt, not the source. `replay` recomputes it and compares `output_hash`."""

    inputs: DecisionInputs
    decision: Decision
    output_hash: str


class Response(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="response"
):
    """A clinician agreed with a decision or overruled it, with a reason. The engine never overrules a human."""

    decision: str
    response: Literal["agree", "overrule"]
    advice: Advice
    load: Load | None = None
    stage: str = ""  # the stage the clinician chose, when it differs
    reason: str = ""


class Correction(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="correction"
):
    """An earlier fact was wrong: it stays on the record and no longer counts. A replacement is a fact of its own."""

    corrects: str
    reason: str
    replacement: str = ""


class Proposal(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="proposal"
):
    """Something the engine proposes beside the stage. Nothing changes before a clinician accepts it.

    `plateau_step` is the next step of the plateau ladder for `measure` (`step` names it, `escalate` where it leads),
    `raise` asks that load and dose may rise, `re_entry` that care goes on in `stage`, `discharge` that a clinician
    thinks of ending it: accepted or not, only a discharge ends care. It `rests_on` these facts.
    """

    proposes: Literal["plateau_step", "raise", "re_entry", "discharge"]
    measure: str = ""
    step: str = ""
    stage: str = ""
    escalate: str = ""
    due_on: date | None = None
    rests_on: tuple[str, ...] = ()
    reason: str = ""


class ProposalAnswer(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="proposal_answer"
):
    """A clinician accepted or declined a proposal. `choice` is the one thing changed, `retest_on` the date agreed."""

    proposal: str
    answer: Literal["accept", "decline"]
    reason: str = ""
    choice: str = ""
    retest_on: date | None = None


class EscalationStep(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="escalation_step"
):
    """One step of an escalation: raised, acknowledged, closed. `case` is the id of the step that raised it.

    It closes only with an outcome that a clinician recorded, in `outcome` and in the words of `reason`. `because` is
    the decision, answer or sign that raised it.
    """

    escalation: str
    step: Literal["raised", "acknowledged", "closed"]
    case: str = ""
    because: str = ""
    outcome: Literal["", "seen", "arranged", "not_needed", "declined_by_patient"] = ""
    reason: str = ""


class Discharge(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="discharge"
):
    """A clinician ended care, with the outcome and the reason; nothing is planned from `on` until care is reopened.

    `summary` is what was reached, in words for the patient. Later facts are kept; a red flag in them still counts.
    """

    outcome: Literal["goals_reached", "as_good_as_expected", "own_wish", "sent_on", "not_heard_from"]
    reason: str
    summary: str = ""


class AutonomyEntry(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="autonomy_entry"
):
    """How far the engine may act for this patient from now on, for which clinician, and by which counts it was earned.

    Only the server writes `apply`, from counts of its own clock; a clinician can set what reaches less far.
    """

    autonomy: Autonomy
    clinician: str = ""
    n_agreed: int = 0
    n_days: int = 0
    reason: str = ""


class Treatment(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="treatment"
):
    """What a clinician's hands did at a visit. No decision reads it; the readings around it are facts of their own.

    `technique` is an id of the protocol, `test` the measure taken `before` and `after` it (ids of those readings).
    `against` are the stop rules that were present, or that nobody had looked for; `reason` says why it was given all
    the same. `home` is what the patient changed since the last visit, in words.
    """

    technique: str
    exercise: str  # the entry of the library that shows it
    joint: str
    side: Side
    grade: Literal["I", "II", "III", "IV", "V"]
    dose: str
    position: str
    test: str = ""
    before: str = ""
    after: str = ""
    against: tuple[str, ...] = ()
    reason: str = ""
    home: str = ""


Fact = (
    Reading
    | Sign
    | CheckIn
    | SessionLog
    | Goal
    | Judgement
    | ClinicVisit
    | StageEntry
    | PlanVersion
    | DecisionRecord
    | Response
    | Proposal
    | ProposalAnswer
    | EscalationStep
    | Discharge
    | AutonomyEntry
    | Treatment
    | Correction
)
