"""One fold: from the facts of a record to everything a decision is made from, and to the decision itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from typing import Protocol as Shape

from msgspec.structs import replace

from mortise.decide import Inputs, ReadyStage, StageState, conclude, examine
from mortise.decide.decisions import RULE_PREFIX
from mortise.episode.derivations import Derivations
from mortise.episode.discharges import discharge_of
from mortise.episode.due import open_goals
from mortise.episode.escalations import without_what_is_answered
from mortise.episode.gather import Gathered, tells_of_today
from mortise.episode.known import Known, KnownSoFar
from mortise.episode.lights import Lit, SessionLight, Sessions, light_sessions
from mortise.episode.people import constraints_of_people
from mortise.episode.ready import light_rules_for, ready_for
from mortise.episode.stages import (
    Acts,
    Standing,
    carried_of,
    figures_of,
    overrule_of,
    plan_of,
    plans_of,
    standing,
)
from mortise.errors import InputError
from mortise.prescribe import DoneSession, Doses, Return, constraints_of, planned_stage
from mortise.prescribe.breaks import Breaks
from mortise.prescribe.constraints import constraints_of_work
from mortise.prescribe.weeks import n_sessions_of
from mortise.progress.derived import Course
from mortise.progress.sessions import Bout
from mortise.protocol import Circumstances, Constraint, Exercise, Light, Protocol, Stage
from mortise.record import (
    Decision,
    Discharge,
    Fact,
    Goal,
    PatientRecord,
    PlanVersion,
    ProtocolPin,
    Sign,
)
from mortise.record.records import Episode
from mortise.record.records import Person as RecordPerson
from mortise.record.tracks import Track, key_of
from mortise.terms import Limb, Load, Measure

ENGINE = "mortise-engine/5"  # raised whenever the same facts could give another decision

FALL_FLAGS = ("fall_or_catch_flag", "red_fall")
FIRST_YEAR, LAST_YEAR = 1900, 2199  # a week more or less than any day decided about is still a day


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
    plans: Sequence[PlanVersion]  # every version a clinician made
    doses: Doses
    goals: Sequence[Goal]  # open ones
    back: Return | None  # the way back after a break
    discharge: Discharge | None  # the one that holds


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
    """
    folder = Folder(record.person, record.episode, content)
    folder.take(record.facts)
    return folder.fold(as_of, circumstances, known_ids)


class Folder:
    """Folds one episode day by day: what a new fact does not touch is not worked out again.

    Whatever comes in and in whatever order, the result is that of folding everything at once: facts that do not simply
    follow (corrections, late arrivals, a clock that was wrong, an earlier day) start it anew.
    """

    def __init__(self, person: RecordPerson, episode: Episode, content: Content) -> None:
        """Start with no facts.

        Parameters
        ----------
        person : Person
            The patient.
        episode : Episode
            Which ankle, under which protocol.
        content : Content
            Protocol, measures, exercises.
        """
        self._person, self._episode, self._content = person, episode, content
        self._received: list[Fact] = []
        self._n_folded = 0  # of those received
        self._seen_until: date | None = None
        self._doses, self._breaks = Doses(content.exercises), Breaks()
        self._start_anew()

    def _start_anew(self) -> None:
        content, episode = self._content, self._episode
        self._known = KnownSoFar()
        self._gathered = Gathered(content.measures, episode.involved_side)
        self._sessions, self._acts = Sessions(), Acts()
        self._derivations = Derivations(content.measures)
        self._lit: list[Lit] = []
        self._bouts: list[Bout] = []  # of the same sessions
        self._lights: list[SessionLight] = []
        self._done: list[DoneSession] = []
        self._lit_under: tuple[object, ...] = ()
        self._lit_on = date.min
        self._first_new = date.max
        self._goals: list[Goal] = []
        self._checked_in_on: set[date] = set()
        self._signs: dict[str, Sign] = {}  # the newest answer to each question

    def take(self, facts: Iterable[Fact]) -> None:
        """Take in facts in the order received.

        Parameters
        ----------
        facts : iterable of Fact
            Nothing is worked out before `fold`.
        """
        self._received.extend(facts)

    def fold(
        self, as_of: date, circumstances: Circumstances, known_ids: Callable[[str], frozenset[str]]
    ) -> Folded:
        """Fold everything taken in to the decision of one day.

        Parameters
        ----------
        as_of : date
            The day; facts of later days are not used.
        circumstances : Circumstances
            The day as it is.
        known_ids : callable
            From a decision's id to the ids of the facts it knew, for overrules.

        Returns
        -------
        Folded
            The same as `fold` of a record with the same facts.

        Raises
        ------
        InputError
            When the day lies before the episode or outside the calendar, or a stage entry names no stage.

        Notes
        -----
        1. Facts: corrections withdraw, each id counts once, later days are left out (`known`).
        2. Stage, plan, overrule, resumes (`stages`).
        3. Readings and answers become tracks; sessions get their lights; gains that came with aggravation are marked;
           derived measures follow (`progress`).
        4. Rules fire, exits are judged, constraints tighten, advice and load are drawn (`decide`).
        """
        self._check_day(as_of)
        self._bring_up_to(as_of)
        episode, content, person = self._episode, self._content, self._person
        protocol = content.protocol(episode.protocol)
        pin = ProtocolPin(id=protocol.id, version=protocol.version, hash=content.protocol_hash(protocol.id))
        known, acts = self._known.known, self._acts.facts
        stands = standing(acts, protocol, episode.opened_on)
        plan = plan_of(acts)
        figures = figures_of(plan, protocol)
        ready = ready_for(protocol, pin.hash, stands.stage, content.measures, person, episode, as_of, figures)
        stage = planned_stage(ready.stage, plan, content.exercises)
        tracks = self._tracks(as_of, protocol)
        course = self._course(tracks, stands, stage, as_of)
        since = self._light(course, ready, plan, stage, as_of)
        bouts, lights, done = tuple(self._bouts), list(self._lights), tuple(self._done)
        course = replace(course, bouts=bouts)
        self._derivations.finish(tracks, course, ready, lights, since)
        spent = 0 if stands.stepped_back_on is None else stands.stepped_back_on.toordinal()
        inputs = Inputs(as_of.toordinal(), tracks, spent)
        state = StageState(
            entered_on=stands.entered_on, opened_on=episode.opened_on, borne_load=_borne_load(bouts),
            resumed=self._acts.resumed, carried=carried_of(acts), overrule=overrule_of(acts, known_ids),
        )  # fmt: skip
        examined = examine(ready, inputs, state, as_of)
        if self._acts.escalations:
            examined = without_what_is_answered(examined, self._acts.escalations, known.facts)
        constraints = constraints_of(
            protocol, stage, plan, examined.fired, circumstances, person.age_on(as_of), as_of,
            has_fallen=_has_fallen(tracks), exercises=content.exercises, done=done, signs=self._signs,
            findings=examined.danger,
        )  # fmt: skip
        back = self._breaks.re_entry(protocol.layoffs, stage, done, as_of)
        work = constraints_of_work(has_checked_in=as_of in self._checked_in_on, back=back)
        goals = open_goals(self._goals)
        of_people = constraints_of_people(acts, as_of, state.overrule, stage, content.exercises, goals, plan)
        constraints = (*constraints, *work, *of_people)
        decision = conclude(ready, examined, state, as_of, pin=pin, engine=ENGINE, constraints=constraints)
        constraints = _answered(constraints, state, decision)
        return Folded(as_of, protocol, known, stands, stage, plan, ready, inputs, state, bouts, lights, done,
                      course, constraints, decision, plans_of(acts), self._doses, goals,
                      back, discharge_of(acts))  # fmt: skip

    def _check_day(self, as_of: date) -> None:
        if as_of < self._episode.opened_on:
            raise InputError("this day lies before the episode was opened.", mend="Ask for a later day.")
        if not FIRST_YEAR <= as_of.year <= LAST_YEAR:
            raise InputError(
                f"this day lies outside the years {FIRST_YEAR} to {LAST_YEAR}.", mend="Ask for another day."
            )

    def _bring_up_to(self, as_of: date) -> None:
        """Take in what was received since, if it simply follows; else take in everything again."""
        new = self._received[self._n_folded :]
        is_later = self._seen_until is None or as_of >= self._seen_until
        following = self._known.following(new, as_of) if is_later else None
        if following is None:
            self._start_anew()
            self._known.start(self._received, as_of)
            following = self._known.known.facts
        for fact in following:
            self._gathered.add(fact)
            self._sessions.add(fact)
            self._acts.add(fact)
            if isinstance(fact, Sign):
                self._signs[fact.sign] = fact
            elif tells_of_today(fact):
                self._checked_in_on.add(fact.on)
            elif isinstance(fact, Goal):
                self._goals.append(fact)
        if following:
            self._first_new = min(self._first_new, min(fact.on for fact in following))
        self._n_folded = len(self._received)
        self._seen_until = as_of

    def _tracks(self, as_of: date, protocol: Protocol) -> dict[str, Track]:
        ahead = self._known.known.ahead
        if not ahead:
            return self._gathered.tracks()
        return self._gathered.with_ahead(ahead, as_of, protocol.red_flags)

    def _course(self, tracks: Mapping[str, Track], stands: Standing, stage: Stage, as_of: date) -> Course:
        """Lay out what derived measures are made from; sessions are added when they have their lights."""
        day = as_of.toordinal()
        is_back = stands.stepped_back_on == stands.entered_on
        entered = stands.entered_on.toordinal()
        return Course(
            tracks=tracks, measures=self._content.measures, bouts=(), days=range(day, day + 1),
            plan_from=self._episode.opened_on.toordinal(), stage_from=entered,
            evidence_from=entered + 1 if is_back else entered, told_day=self._acts.told_day,
            n_per_week=n_sessions_of(stage),
        )  # fmt: skip

    def _light(
        self, course: Course, ready: ReadyStage, plan: PlanVersion | None, stage: Stage, as_of: date
    ) -> int:
        """Light the sessions that something new could have changed; return the first day with anything new."""
        rules = light_rules_for(ready)
        under = (rules, plan)
        is_lasting = rules.is_lasting and all(_is_single(course, name) for name in rules.sources)
        n_kept = 0
        if is_lasting and self._lit_under == under and self._lit:
            n_kept = min(self._sessions.n_settled(self._first_new, self._lit_on), len(self._lit))
        told = list(self._sessions.told_from(n_kept))
        n_same = 0
        if is_lasting and self._lit_under == under:
            for kept, one in zip(self._lit[n_kept:], told, strict=False):
                if not kept.stands(one, as_of, self._lit_on, self._first_new):
                    break
                n_same += 1
        for kept_so_far in (self._lit, self._bouts, self._lights, self._done):
            del kept_so_far[n_kept + n_same :]
        exercises = self._content.exercises
        lit = light_sessions(told[n_same:], self._bouts, rules, course, stage, exercises, as_of)
        since = min([self._first_new, *(one.light.on for one in lit)])
        self._lit += lit
        self._bouts += [one.bout for one in lit]
        self._lights += [one.light for one in lit]
        self._done += [one.done for one in lit]
        self._lit_under, self._lit_on, self._first_new = under, as_of, date.max
        return since.toordinal()


def _is_single(course: Course, measure_id: str) -> bool:
    """Whether a measure has one series at most: with two, which is the newer can change what was derived."""
    measure = course.measures.get(measure_id)
    if measure is None:
        return False
    track = course.tracks.get(key_of(measure.id, Limb.INVOLVED if measure.is_sided else Limb.NONE))
    return track is None or len(track.series) <= 1


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


def _has_fallen(tracks: Mapping[str, Track]) -> bool | None:
    """Whether a fall or a near-fall was ever told; None when it was never asked."""
    asked = [made for flag in FALL_FLAGS if (made := tracks.get(key_of(flag, Limb.NONE))) is not None]
    if not asked:
        return None
    return any(
        point.value != 0
        for made in asked
        for series in made.series
        if series.span is None or any(series.span)  # never raised: not searched
        for point in series.points
    )
