"""One patient's story on one day: everything a page, a phone or a letter shows, from one fold of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from mortise.episode.due import Due, LoadCounters, due_list, load_counters, open_goals
from mortise.episode.fold import Content, Folded, fold
from mortise.episode.follow_up import FollowUp, follow_up
from mortise.episode.forecast import GateForecast, gate_forecast
from mortise.episode.lights import SessionLight
from mortise.episode.receipts import known_by
from mortise.episode.series import MeasureSeries, series_of
from mortise.episode.tasks import Task, tasks_of
from mortise.prescribe import DoseState, re_entry, set_steps_of, todays_session
from mortise.progress.sessions import adherence
from mortise.protocol import Circumstances, Constraint, Layoff, Protocol, Stage
from mortise.record import Decision, Fact, Goal, PatientRecord, PlanVersion, Session
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
    """

    record: PatientRecord
    content: Content
    circumstances: Circumstances
    folded: Folded

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
    def plan(self) -> PlanVersion | None:
        """Return the newest plan version, or None."""
        return self.folded.plan

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

    @cached_property
    def re_entry(self) -> Layoff | None:
        """Return the layoff rule that bounds today's dose after a break, or None."""
        return re_entry(self.protocol.layoffs, self.stage_now, self.folded.done, self.as_of)

    @cached_property
    def session(self) -> Session:
        """Return today's session."""
        return todays_session(
            session_id=f"{self.record.episode.id}-{self.as_of.isoformat()}", as_of=self.as_of,
            stage=self.stage_now, exercises=self.content.exercises, states=self.dose_states,
            done=self.folded.done, load=self.decision.load, constraints=self.constraints,
            circumstances=self.circumstances, dose_pct=None if self.re_entry is None else self.re_entry.dose_pct,
            is_locked=self.is_locked,
        )  # fmt: skip

    @cached_property
    def series(self) -> tuple[MeasureSeries, ...]:
        """Return every measure for charts: readings, practice apart, level with its 90 % interval."""
        return series_of(
            self.tracks, self.content.measures, self.facts, self.record.episode.involved_side, self.as_of
        )

    @cached_property
    def gate_forecast(self) -> GateForecast | None:
        """Return when the next gate could open, as an interval; None in a stage without an exit, and while locked."""
        if self.is_locked:
            return None
        return gate_forecast(self.stage_now, self.decision.findings, self.tracks, self.content.measures,
                             entered_on=self.entered_on, as_of=self.as_of)  # fmt: skip

    @cached_property
    def due(self) -> tuple[Due, ...]:
        """Return what is to be measured or asked, when and where."""
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
        return follow_up(self.record.episode.id, self.folded, self.content.measures, self.adherence)

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """Return what somebody has to do about this patient, the most urgent first."""
        return tasks_of(self.decision, self.follow_up, self.facts)

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """Return the open goals in the patient's own words."""
        return open_goals(self.facts)

    @cached_property
    def load_counters(self) -> LoadCounters:
        """Return what the last seven days put on the ankle."""
        return load_counters(self.facts, self.content.exercises, self.as_of)


def story(
    record: PatientRecord,
    content: Content,
    as_of: date,
    circumstances: Circumstances = Circumstances(),  # noqa: B008 - frozen
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

    Returns
    -------
    Story
        The same for the same arguments, whatever the order in which the facts of a day arrived.

    Raises
    ------
    InputError
        When the day lies before the episode, or a stage entry names a stage that the protocol does not have.
    """
    return Story(
        record, content, circumstances, fold(record, content, as_of, circumstances, known_by(record.facts))
    )
