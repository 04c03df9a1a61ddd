"""One patient's story on one day: everything a page, a phone or a letter shows, from one fold of the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields
from datetime import date
from decimal import Decimal
from functools import cached_property

from msgspec.structs import replace

from mortise.episode.beside import counted_in, goes_first, united, uses_of_session
from mortise.episode.due import Due, LoadCounters, due_list, load_counters
from mortise.episode.fold import Content, Folded, Folder, fold
from mortise.episode.follow_up import FollowUp, follow_up
from mortise.episode.forecast import GateForecast, gate_forecast
from mortise.episode.lights import SessionLight
from mortise.episode.overdone import WHY, WHY_PATIENT, as_planned, was_overdone
from mortise.episode.receipts import known_by
from mortise.episode.series import MeasureSeries, series_of
from mortise.episode.tasks import Task, tasks_of
from mortise.prescribe import Counted, CounterLine, DoseState, set_steps_of, todays_session
from mortise.prescribe.added import with_added_named
from mortise.prescribe.counters import counted_before, counter_lines
from mortise.prescribe.goals import purposes_of_goals
from mortise.prescribe.phases import phase_on, phase_words, stage_in_phase
from mortise.progress.sessions import adherence
from mortise.protocol import Circumstances, Constraint, Layoff, Phase, Protocol, Stage
from mortise.record import AddedExercise, Decision, Discharge, Fact, Goal, PatientRecord, PlanVersion, Session
from mortise.record.tracks import Track

ADHERENCE_DAYS = 28


@dataclass(frozen=True, eq=False)
class Story:
    """What the record says on `as_of`. Parts that not every reader needs are made when first asked for.

    Attributes
    ----------
    record : PatientRecord
        What it was folded from.
    content : Content
        Under which content.
    circumstances : Circumstances
        The day as it is.
    folded : Folded
        Everything the decision rests on.
    beside : tuple of PatientRecord
        The person's other open episodes: their counters and what they keep out hold for the session of the day.
    """

    record: PatientRecord
    content: Content
    circumstances: Circumstances
    folded: Folded
    beside: tuple[PatientRecord, ...] = ()

    @property
    def as_of(self) -> date:
        """Return the day."""
        return self.folded.as_of

    @property
    def protocol(self) -> Protocol:
        """Return the protocol."""
        return self.folded.protocol

    @property
    def decision(self) -> Decision:
        """Return the decision of the day."""
        return self.folded.decision

    @property
    def stage(self) -> str:
        """Return the id of the stage the patient is in."""
        return self.folded.standing.stage

    @property
    def stage_now(self) -> Stage:
        """Return that stage, with the exercises the plan adds to it."""
        return self.folded.stage

    @property
    def entered_on(self) -> date:
        """Return the day the stage was entered."""
        return self.folded.standing.entered_on

    @property
    def is_locked(self) -> bool:
        """Whether a red flag has frozen the programme until a named clinician resumes it."""
        return self.folded.decision.is_locked

    @property
    def discharge(self) -> Discharge | None:
        """Return the discharge that holds, or None while care goes on."""
        return self.folded.discharge

    @property
    def plan(self) -> PlanVersion | None:
        """Return the newest plan version, or None."""
        return self.folded.plan

    @property
    def added(self) -> Mapping[str, AddedExercise]:
        """Return what the plan adds to the stage from the library, by exercise."""
        own = {slot.exercise for slot in self.protocol.stage(self.stage).slots}
        added = self.plan.added or () if self.plan is not None else ()
        return {one.exercise: one for one in added if one.exercise not in own}

    @property
    def lights(self) -> Sequence[SessionLight]:
        """Return the light of every session, oldest first."""
        return self.folded.lights

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """Return every constraint that holds today, whether or not it cut anything."""
        return self.folded.constraints

    @property
    def tracks(self) -> Mapping[str, Track]:
        """Return the cleaned measures the decision read, by key (`record.tracks.key_of`)."""
        return self.folded.inputs.tracks

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Return the facts that count on this day."""
        return self.folded.known.facts

    @cached_property
    def dose_states(self) -> dict[str, DoseState]:
        """Return where each exercise of the stage stands on its dose ladder."""
        steps = set_steps_of(self.folded.plans, self.as_of)
        return self.folded.doses.states(self.stage_now, self.folded.done, steps, self.as_of)

    @property
    def re_entry(self) -> Layoff | None:
        """Return the layoff rule that bounds today's dose after a break, or None."""
        return None if self.folded.back is None else self.folded.back.row

    @cached_property
    def session(self) -> Session:
        """Return today's session."""
        made = todays_session(
            session_id=f"{self.record.episode.id}-{self.as_of.isoformat()}", as_of=self.as_of,
            stage=stage_in_phase(self.stage_now, self.phase), exercises=self.content.exercises,
            states=self.dose_states, done=self.folded.done, load=self.decision.load,
            constraints=self.constraints_today, circumstances=self.circumstances,
            back=self.folded.back, is_locked=self.is_locked,
            beside=self._counted_beside, goal_purposes=purposes_of_goals(self.goals),
        )  # fmt: skip
        made = with_added_named(made, self.added)
        if self.is_locked or self.discharge is not None:
            return made
        said = [phase_words(self.plan, self.as_of), (made.why, made.why_patient)]
        if made.exercises and was_overdone(self.folded.done, self.content.exercises, self.as_of):
            said = [said[0], (WHY, WHY_PATIENT), (made.why, as_planned(made.why_patient))]
        why, why_patient = (" ".join(filter(None, words)) for words in zip(*said, strict=True))
        return replace(made, why=why, why_patient=why_patient)

    @property
    def phase(self) -> Phase:
        """Return what the plan is for on this day; maintenance when it has run out."""
        return phase_on(self.plan, self.as_of)

    @cached_property
    def _others(self) -> tuple[Story, ...]:
        """Return the stories of the other ankles, each told by itself."""
        return tuple(story(one, self.content, self.as_of, self.circumstances) for one in self.beside)

    @cached_property
    def constraints_today(self) -> tuple[Constraint, ...]:
        """Return what bounds today's session: every constraint of the day, and those of the other ankle it feels."""
        others = [one for other in self._others for one in other.constraints]
        return united(self.constraints, others) if others else self.constraints

    @cached_property
    def _counted_beside(self) -> Counted:
        whole = Counted()
        for other in self._others:
            # The first chooses by itself; the second knows what the first plans, and what has been told of either.
            is_first = goes_first(other.record.episode, self.record.episode)
            planned = with_fields(other, beside=(self.record,)).session if is_first else None
            one = counted_in(other.record.facts, self.content.exercises, self.as_of, planned)
            whole = Counted(whole.week.plus(one.week), whole.on_day.plus(one.on_day))
        return whole

    @cached_property
    def counters(self) -> tuple[CounterLine, ...]:
        """Return the four counters with their ceilings, what counts already and what today's session adds."""
        before = counted_before(self.folded.done, self.content.exercises, self.as_of)
        planned = uses_of_session(self.session, self.content.exercises)
        return counter_lines(self.constraints_today, before, self._counted_beside, planned)

    @cached_property
    def series(self) -> tuple[MeasureSeries, ...]:
        """Return every measure for charts: readings, practice apart, level with its 90 % interval."""
        return series_of(
            self.tracks, self.content.measures, self.facts, self.record.episode.involved_side, self.as_of
        )

    @cached_property
    def gate_forecast(self) -> GateForecast | None:
        """Return when the next gate could open, as an interval; None in a stage without an exit, and while locked."""
        if self.is_locked or self.discharge is not None:
            return None
        return gate_forecast(self.stage_now, self.decision.findings, self.tracks, self.content.measures,
                             entered_on=self.entered_on, as_of=self.as_of)  # fmt: skip

    @cached_property
    def due(self) -> tuple[Due, ...]:
        """Return what is to be measured or asked, when and where; nothing after a discharge."""
        if self.discharge is not None:
            return ()
        plan_from = min((one.on for one in self.folded.plans), default=None)
        return due_list(
            self.protocol, self.stage, self.content.measures, self.tracks, self.decision, plan_from,
            rechecks_exits=self.re_entry is not None and self.re_entry.recheck_exits,
        )  # fmt: skip

    @cached_property
    def adherence(self) -> Decimal | None:
        """Return the percentage of planned sessions done in the last four weeks; None in the first week."""
        course = self.folded.course
        return adherence(self.folded.bouts, day=self.as_of.toordinal(), from_day=course.plan_from,
                         window_days=ADHERENCE_DAYS, n_per_week=course.n_per_week)  # fmt: skip

    @cached_property
    def follow_up(self) -> FollowUp:
        """Return what follows beside the decision: ladders, a reopened care, escalations, autonomy, proposals due."""
        return follow_up(
            self.record.episode.id, self.folded, self.content.measures, self.adherence, self.content.exercises
        )

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """Return what somebody has to do about this patient, the most urgent first."""
        return tasks_of(self.decision, self.follow_up, self.facts)

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """Return the open goals in the patient's own words."""
        return tuple(self.folded.goals)

    @cached_property
    def load_counters(self) -> LoadCounters:
        """Return what the last seven days put on the ankle."""
        return load_counters(self.facts, self.content.exercises, self.as_of)


def story(
    record: PatientRecord,
    content: Content,
    as_of: date,
    circumstances: Circumstances = Circumstances(),  # noqa: B008 - frozen
    beside: Sequence[PatientRecord] = (),
) -> Story:
    """Tell a record's story on one day.

    Parameters
    ----------
    record : PatientRecord
        One episode.
    content : Content
        Protocol, measures, exercises (`catalog.load()`).
    as_of : date
        The day. Facts of later days are not used; readings that claim a later day although they are already there make
        their measure unknown.
    circumstances : Circumstances
        The day as it is; can only shorten or lighten the session.
    beside : sequence of PatientRecord
        The person's other open episodes.

    Returns
    -------
    Story
        The same for the same arguments, whatever the order in which the facts of a day arrived.

    Raises
    ------
    InputError
        When the day lies before the episode, or a stage entry names a stage that the protocol does not have.
    """
    folded = fold(record, content, as_of, circumstances, known_by(record.facts))
    return Story(record, content, circumstances, folded, tuple(beside))


def stories(
    record: PatientRecord,
    content: Content,
    days: Iterable[date],
    circumstances: Mapping[str, Circumstances],
    beside: Sequence[PatientRecord] = (),
) -> dict[tuple[date, str], Story]:
    """Tell a record's story of several days under several circumstances, folding it once.

    Parameters
    ----------
    record, content
        As in `story`.
    days : iterable of date
        In order of time.
    circumstances : mapping of str to Circumstances
        By name.
    beside : sequence of PatientRecord
        As in `story`.

    Returns
    -------
    dict
        Day and name to story: each the same as `story` tells it.
    """
    folder = Folder(record.person, record.episode, content)
    folder.take(record.facts)
    known = known_by(record.facts)
    return {
        (day, name): Story(record, content, one, folder.fold(day, one, known), tuple(beside))
        for day in days
        for name, one in circumstances.items()
    }
