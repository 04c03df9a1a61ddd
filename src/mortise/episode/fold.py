"""One fold: from the facts of a record to everything a decision is made from, and to the decision itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from typing import Protocol as Shape

from msgspec.structs import replace

from mortise.decide import Figures, Inputs, Person, ReadyStage, StageState, conclude, examine, ready_stage
from mortise.decide.decisions import RULE_PREFIX
from mortise.decide.nodes import leaves_of
from mortise.episode.gather import gather, uncounted
from mortise.episode.known import Known, known_on
from mortise.episode.lights import LightRules, SessionLight, aggravated_days, bouts_of, sessions_told
from mortise.episode.stages import (
    Standing,
    figures_of,
    overrule_of,
    overruled,
    plan_of,
    resumed_facts,
    standing,
)
from mortise.errors import InputError
from mortise.prescribe import DoneSession, constraints_of, planned_stage
from mortise.progress.derived import Course, derive
from mortise.progress.sessions import Bout
from mortise.protocol import Circumstances, Constraint, Exercise, Light, Protocol, Stage
from mortise.record import (
    CheckIn,
    Decision,
    DecisionRecord,
    Fact,
    FiredRule,
    PatientRecord,
    PlanVersion,
    ProtocolPin,
    SessionLog,
)
from mortise.record.records import Episode
from mortise.record.records import Person as RecordPerson
from mortise.record.tracks import Track, key_of
from mortise.terms import Limb, Load, Measure, Origin, Truth

ENGINE = "mortise-engine/1"  # raised whenever the same facts could give another decision

# A gain in range that comes with one of these, on that day or the next, is not a gain.
WARNING_FLAGS = ("sharp_pain_flag", "giving_way_flag", "fall_or_catch_flag")
FALL_FLAGS = ("fall_or_catch_flag", "red_fall")
FIRST_YEAR, LAST_YEAR = 1900, 2199  # a week more or less than any day decided about is still a day
_MOST_READY = 256


class Content(Shape):
    """What the engine asks of the catalogue."""

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Every measure by id."""

    @property
    def exercises(self) -> Mapping[str, Exercise]:
        """Every exercise by id."""

    def protocol(self, protocol_id: str) -> Protocol:
        """Return one protocol."""

    def protocol_hash(self, protocol_id: str) -> str:
        """Return its hash."""


class Folded(NamedTuple):
    """Everything known of one episode on one day."""

    as_of: date
    protocol: Protocol
    known: Known
    standing: Standing
    stage: Stage  # with the exercises the plan adds
    plan: PlanVersion | None
    ready: ReadyStage
    inputs: Inputs
    state: StageState
    bouts: Sequence[Bout]
    lights: Sequence[SessionLight]
    done: Sequence[DoneSession]
    course: Course
    constraints: tuple[Constraint, ...]
    decision: Decision


def fold(
    record: PatientRecord,
    content: Content,
    as_of: date,
    circumstances: Circumstances,
    known_ids: Callable[[str], frozenset[str]],
) -> Folded:
    """Fold a record to the decision of one day.

    Parameters
    ----------
    record : PatientRecord
        One episode.
    content : Content
        Protocol, measures, exercises.
    as_of : date
        The day; facts of later days are not used.
    circumstances : Circumstances
        The day as it is.
    known_ids : callable
        From a decision's id to the ids of the facts it knew (`episode.receipts.known_by`), for overrules.

    Returns
    -------
    Folded
        The same for the same arguments.

    Raises
    ------
    InputError
        When the day lies before the episode or outside the calendar, or a stage entry names no stage.

    Notes
    -----
    1. Facts: corrections withdraw, each id counts once, later days are left out (`known_on`).
    2. Stage, plan, overrule, resumes (`stages`).
    3. Readings and answers become tracks; sessions get their lights; gains that came with aggravation are marked;
       derived measures follow (`progress`).
    4. Rules fire, exits are judged, constraints tighten, advice and load are drawn (`decide`).
    """
    episode, person = record.episode, record.person
    if as_of < episode.opened_on:
        raise InputError("this day lies before the episode was opened.", mend="Ask for a later day.")
    if not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        raise InputError(
            f"this day lies outside the years {FIRST_YEAR} to {LAST_YEAR}.", mend="Ask for another day."
        )
    protocol = content.protocol(episode.protocol)
    pin = ProtocolPin(id=protocol.id, version=protocol.version, hash=content.protocol_hash(protocol.id))
    known = known_on(record.facts, as_of)
    stands = standing(known.facts, protocol, episode.opened_on)
    plan = plan_of(known.facts)
    figures = figures_of(plan, protocol)
    ready = _ready(protocol, pin.hash, stands.stage, content.measures, person, episode, as_of, figures)
    stage = planned_stage(ready.stage, plan, content.exercises)
    tracks = gather(known, content.measures, episode.involved_side, as_of, protocol.red_flags)
    course = _course(tracks, content, known, stands, stage, episode, as_of)
    light_rules = _light_rules(ready)
    bouts, lights = bouts_of(sessions_told(known.facts), light_rules, course, stage, content.exercises, as_of)
    course = replace(course, bouts=tuple(bouts))
    _finish_tracks(tracks, course, ready, lights)
    spent = 0 if stands.stepped_back_on is None else stands.stepped_back_on.toordinal()
    inputs = Inputs(as_of.toordinal(), tracks, spent)
    state = StageState(
        entered_on=stands.entered_on, opened_on=episode.opened_on, borne_load=_borne_load(bouts),
        resumed=resumed_facts(known.facts), carried=_carried(known.facts), overrule=overrule_of(known.facts, known_ids),
    )  # fmt: skip
    done = _done(known.facts, lights)
    examined = examine(ready, inputs, state, as_of)
    constraints = constraints_of(
        protocol, stage, plan, examined.fired, circumstances, person.age_on(as_of), as_of,
        has_fallen=_has_fallen(tracks), exercises=content.exercises, done=done,
    )  # fmt: skip
    decision = conclude(ready, examined, state, as_of, pin=pin, engine=ENGINE, constraints=constraints)
    constraints = _answered(constraints, state, decision)
    return Folded(as_of, protocol, known, stands, stage, plan, ready, inputs, state, bouts, lights, done, course,
                  constraints, decision)  # fmt: skip


_ready_stages: dict[tuple[object, ...], ReadyStage] = {}


def _ready(
    protocol: Protocol,
    protocol_hash: str,
    stage: str,
    measures: Mapping[str, Measure],
    person: RecordPerson,
    episode: Episode,
    as_of: date,
    figures: Figures | None,
) -> ReadyStage:
    """Make the stage ready for this person, or take it as it was made before: it depends on nothing else."""
    age = person.age_on(as_of)
    set_figures = () if figures is None else tuple(sorted(figures.values.items()))
    key = (protocol_hash, id(measures), stage, age, person.sex, episode.is_bilateral, set_figures)
    found = _ready_stages.get(key)
    if found is None or found.protocol is not protocol:
        if len(_ready_stages) >= _MOST_READY:
            _ready_stages.clear()
        who = Person(age=age, sex=person.sex, is_bilateral=episode.is_bilateral, figures=figures)
        found = _ready_stages[key] = ready_stage(protocol, stage, measures, who)
    return found


_lights: dict[int, tuple[ReadyStage, LightRules]] = {}


def _light_rules(ready: ReadyStage) -> LightRules:
    """Make the light rules ready for this person, or take them as they were made before for the same stage."""
    kept = _lights.get(id(ready))
    if kept is None or kept[0] is not ready:
        if len(_lights) >= _MOST_READY:
            _lights.clear()
        kept = _lights[id(ready)] = (ready, LightRules(ready.protocol, ready.measures, ready.person))
    return kept[1]


def _course(
    tracks: Mapping[str, Track],
    content: Content,
    known: Known,
    stands: Standing,
    stage: Stage,
    episode: Episode,
    as_of: date,
) -> Course:
    """Lay out what derived measures are made from; sessions are added when they have their lights."""
    day = as_of.toordinal()
    told = [
        fact.on.toordinal()
        for fact in known.facts
        if isinstance(fact, CheckIn | SessionLog) and fact.origin is not Origin.ENGINE
    ]
    is_back = stands.stepped_back_on == stands.entered_on
    entered = stands.entered_on.toordinal()
    return Course(
        tracks=tracks, measures=content.measures, bouts=(), days=range(day, day + 1),
        plan_from=episode.opened_on.toordinal(), stage_from=entered,
        evidence_from=entered + 1 if is_back else entered, told_day=max(told, default=None),
        n_per_week=stage.n_sessions_per_week,
    )  # fmt: skip


def _finish_tracks(
    tracks: dict[str, Track], course: Course, ready: ReadyStage, lights: Sequence[SessionLight]
) -> None:
    """Mark gains that came with aggravation, then add every derived measure that is read or can be drawn."""
    aggravated = aggravated_days(lights, tracks, WARNING_FLAGS)
    if aggravated:
        for key, made in tracks.items():
            if course.measures[made.measure].domain == "range":
                tracks[key] = uncounted(made, aggravated)
    n_days = _days_wanted(course, ready, tracks)
    for measure_id in sorted(n_days, key=lambda one: (_depth(one, course.measures), one)):
        measure = course.measures[measure_id]
        if measure.derive is not None:
            last = course.days[-1]
            made = derive(measure, replace(course, days=range(last - n_days[measure_id] + 1, last + 1)))
            tracks[key_of(measure_id, made.limb)] = made


def _days_wanted(course: Course, ready: ReadyStage, tracks: Mapping[str, Track]) -> dict[str, int]:
    """Return for each measure how many days back it is read: as long as a rule that reads it holds."""
    found = {leaf.ready.measure: 1 for line in ready.exits for leaf in leaves_of(line)}
    found |= {measure.id: 1 for measure in course.measures.values() if _is_paired(measure, tracks)}
    for rule in ready.rules:
        for leaf in rule.leaves:
            found[leaf.measure] = max(found.get(leaf.measure, 1), rule.rule.for_days)
    for measure_id in tuple(found):  # what a derived measure is derived from is read as far back
        source, n_days = course.measures[measure_id].derive, found[measure_id]
        while source is not None and source.of in course.measures:
            found[source.of] = max(found.get(source.of, 1), n_days)
            source = course.measures[source.of].derive
    return found


def _is_paired(measure: Measure, tracks: Mapping[str, Track]) -> bool:
    return (
        measure.derive is not None
        and measure.derive.kind in ("side_difference", "limb_symmetry")
        and key_of(measure.derive.of, Limb.INVOLVED) in tracks
    )


def _depth(measure_id: str, measures: Mapping[str, Measure]) -> int:
    """How many derivations lie under a measure, so that what is read is derived before what reads it."""
    depth, seen = 0, set[str]()
    measure = measures.get(measure_id)
    while measure is not None and measure.derive is not None and measure.id not in seen:
        seen.add(measure.id)
        depth += 1
        measure = measures.get(measure.derive.of)
    return depth


def _borne_load(bouts: Sequence[Bout]) -> Load:
    """Raise only after a calm session that counts, or two in a row with some pain that was gone by morning."""
    if not bouts or bouts[-1].light is None or not bouts[-1].counts:
        return Load.KEEP
    if bouts[-1].light is Light.GREEN:
        return Load.RAISE
    newest = bouts[-2:]
    mild = all(one.counts and one.light in (Light.GREEN, Light.GREEN_AMBER) for one in newest)
    return Load.RAISE if len(newest) == 2 and mild else Load.KEEP


def _answered(
    constraints: tuple[Constraint, ...], state: StageState, decision: Decision
) -> tuple[Constraint, ...]:
    """Let today's overruled load reach the session: a rule's limit on it gives way to the load that was decided."""
    overrule = state.overrule
    if overrule is None or overrule.load is None or overrule.decided_on != decision.as_of:
        return constraints
    return tuple(
        replace(one, load_at_most=decision.load)
        if one.id.startswith(RULE_PREFIX) and _is_tighter(one.load_at_most, decision.load)
        else one
        for one in constraints
    )


def _is_tighter(load: Load | None, than: Load) -> bool:
    return load is not None and load.tightness < than.tightness


def _carried(facts: Sequence[Fact]) -> tuple[FiredRule, ...]:
    """Return the rules of the newest step back that acted."""
    acted = [
        fact for fact in facts if isinstance(fact, DecisionRecord) and fact.decision.steps_back_to is not None
    ]
    if acted:
        undone = overruled(facts)
        acted = [fact for fact in acted if fact.id not in undone]
    if not acted:
        return ()
    newest = max(acted, key=lambda one: (one.on, one.id))
    return tuple(rule for rule in newest.decision.rules if rule.truth is Truth.MET and not rule.locks)


def _done(facts: Sequence[Fact], lights: Sequence[SessionLight]) -> tuple[DoneSession, ...]:
    logs = {fact.id: fact for fact in facts if isinstance(fact, SessionLog)}
    return tuple(
        DoneSession(
            on=one.on, logged_on=one.logged_on, light=one.light, items=logs[one.log].items,
            effort_nrs=_effort(logs[one.log]),
        )
        for one in lights
    )  # fmt: skip


def _effort(log: SessionLog) -> Decimal | None:
    return log.answers.get("effort_nrs")


def _has_fallen(tracks: Mapping[str, Track]) -> bool | None:
    """Whether a fall or a near-fall was ever told; None when it was never asked."""
    asked = [made for flag in FALL_FLAGS if (made := tracks.get(key_of(flag, Limb.NONE))) is not None]
    if not asked:
        return None
    return any(point.value != 0 for made in asked for series in made.series for point in series.points)
