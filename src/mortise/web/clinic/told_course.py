"""Everything the course page tells from a record: words and pictures, no facts. Made once, kept, read back the same.

What depends on anything but the record, the day, the content and the names stays out and is asked for with each
request: who is signed in, what waits in the list, messages, forms, how far autonomy has come by now.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import msgspec
from django.utils.safestring import SafeString
from msgspec import Struct
from msgspec.structs import replace

from mortise.decide.autonomy import Trust
from mortise.decide.classify import classify
from mortise.episode import Story, output_hash
from mortise.record import Decision, PatientRecord, Reading, Sign
from mortise.report.chart import course_chart, trend_chart
from mortise.report.words import day, short_day
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic import pictures
from mortise.web.clinic.drawn import drawn, drawn_once
from mortise.web.clinic.entries import current_of
from mortise.web.clinic.presenters_assess import Raised, raised_of
from mortise.web.clinic.presenters_corrections import PutRight, put_right_of
from mortise.web.clinic.presenters_counters import CounterRow, counter_rows
from mortise.web.clinic.presenters_course import (
    Judged,
    PastDecision,
    Report,
    StageStep,
    judgements_of,
    newest_decision,
    next_visit,
    past_decisions,
    reports_of,
    stage_track,
)
from mortise.web.clinic.presenters_course_chart import (
    DEFAULT_MEASURE,
    Choice,
    chartable,
    course_input,
    trend_input,
)
from mortise.web.clinic.presenters_decision import Panel, panel_of, proposed_words
from mortise.web.clinic.presenters_doses import DoseChange, dose_changes
from mortise.web.clinic.presenters_due import DueRow, Sessions, due_rows, sessions_of
from mortise.web.clinic.presenters_ended import EndedView, ended_view
from mortise.web.clinic.presenters_follow import FollowView, follow_of, is_set_by_hand
from mortise.web.clinic.presenters_gate import Gate, gate_of
from mortise.web.clinic.presenters_outside import marks_of, outside_lines
from mortise.web.clinic.presenters_programme import DoseNow, Programme, programme_of
from mortise.web.clinic.presenters_room import RoomView, room_view

WORKING_CLASSIFICATION = "working_classification"


class Header(Struct, frozen=True, kw_only=True):
    """What the line under the name takes from the record."""

    classification: str
    wants: str
    next_visit: str


class Started(Struct, frozen=True, kw_only=True):
    """What is told once there is a programme."""

    decision: Decision
    shown: str
    gate: Gate
    panel: Panel
    proposed: str
    answered: PastDecision | None
    outside: tuple[str, ...]
    chart: str
    chart_choices: tuple[Choice, ...]
    trends: tuple[str, ...]
    programme: Programme
    counters: tuple[CounterRow, ...]
    decisions: tuple[PastDecision, ...]
    judgements: tuple[Judged, ...]
    reports: tuple[Report, ...]
    put_right: tuple[PutRight, ...]
    due: tuple[DueRow, ...]
    sessions: Sessions
    dose_changes: tuple[DoseChange, ...]
    room: RoomView
    follow: FollowView
    follow_stage: str
    open_ones: frozenset[str]
    is_set_by_hand: bool  # autonomy: a clinician's own reason stands; what was earned is not said
    clinician: str
    trust: Trust | None


class CourseTold(Struct, frozen=True, kw_only=True):
    """All of it."""

    header: Header
    ended: EndedView | None
    track: tuple[StageStep, ...]
    raised: tuple[Raised, ...]
    started: Started | None


_decoder = msgspec.json.Decoder(CourseTold)


def _plain(value: object) -> str:
    """Pictures come marked as safe, which is a kind of text of its own; read back, they are marked again."""
    if isinstance(value, SafeString):
        return str.__str__(value)
    raise TypeError(f"{type(value).__name__} is not kept")


_encoder = msgspec.json.Encoder(enc_hook=_plain)


def to_bytes(told: CourseTold) -> bytes:
    """Return what is kept."""
    return _encoder.encode(told)


def from_bytes(kept: bytes) -> CourseTold:
    """Return what was kept, pictures drawn by us marked as safe again; raises `ValueError` for anything else."""
    found: CourseTold = _decoder.decode(kept)
    if found.started is None:
        return found
    rows = tuple(replace(one, picture=drawn(one.picture)) for one in found.started.programme.rows)
    programme = replace(found.started.programme, rows=rows)
    return replace(found, started=replace(found.started, programme=programme))


def course_told(
    episode: EpisodeRow, told: Story, names: Mapping[str, str], measure_id: str = DEFAULT_MEASURE
) -> CourseTold:
    """Tell everything of one story, with one measure drawn large."""
    return CourseTold(
        header=header_told(episode, told.record, told),
        ended=ended_view(told, names),
        track=stage_track(told.facts, told.protocol, told.stage, episode.opened_on),
        raised=raised_of(content().assessment, current_of(told.record, told.as_of).signs),
        started=None if told.plan is None else _started(episode, told, names, measure_id),
    )


def _started(episode: EpisodeRow, told: Story, names: Mapping[str, str], measure_id: str) -> Started:
    measures, exercises = content().measures, content().exercises
    made, response = newest_decision(told.record.facts)
    is_answered = made is not None and response is not None and made.decision.as_of == told.as_of
    decisions = past_decisions(told.record.facts, told.protocol, names)
    clinician, trust = services.trust_in(told)
    reopening = told.follow_up.reopening
    large = drawn_once(told, measure_id, lambda: course_chart(course_input(told, measures, measure_id)))
    return Started(
        decision=told.decision, shown=output_hash(told.decision),
        gate=gate_of(told.decision, told.protocol.stage(told.stage), told.protocol.after(told.stage), measures,
                     episode.side),
        panel=panel(told, names), proposed=proposed_words(told.decision.as_of, told.as_of),
        answered=decisions[0] if is_answered else None, outside=outside_lines(told, names), chart=large,
        chart_choices=chartable(told, measures, measure_id), trends=tuple(_trends(told, measure_id)),
        programme=programme(episode, told, names), counters=counter_rows(told.counters), decisions=decisions,
        judgements=judgements_of(told.facts, names),
        put_right=put_right_of(told.record.facts, measures, told.as_of, is_locked=told.is_locked),
        reports=reports_of(told.facts, measures, {one.id: one.name for one in exercises.values()}),
        due=tuple(due_rows(told.due, told.as_of)), sessions=sessions_of(told),
        dose_changes=dose_changes(told, exercises, names), room=room_view(told, measures, names),
        follow=follow_of(told, names), follow_stage="" if reopening is None else reopening.stage,
        open_ones=frozenset(one.escalation for one in told.follow_up.escalations if one.is_open),
        is_set_by_hand=is_set_by_hand(told.follow_up.autonomy), clinician=clinician, trust=trust,
    )  # fmt: skip


def _trends(told: Story, drawn_id: str) -> list[str]:
    """Return a small trend of every measure that has readings, but for the one drawn large."""
    measures = content().measures
    wanted = [one.id for one in chartable(told, measures, drawn_id) if one.id != drawn_id]
    return [drawn_once(told, f"trend {name}", partial(_trend, told, name)) for name in wanted]


def _trend(told: Story, measure_id: str) -> str:
    return trend_chart(trend_input(told, content().measures, measure_id))


def panel(told: Story, names: Mapping[str, str]) -> Panel:
    """Return the decision panel of a story."""
    return panel_of(
        told.decision,
        told.protocol,
        content().measures,
        content().evidence,
        told.record.episode.involved_side,
        {one.id: one.name for one in content().exercises.values()},
        names,
    )


def programme(episode: EpisodeRow, told: Story, names: Mapping[str, str]) -> Programme:
    """Return the programme of a story, with pictures."""
    return programme_of(
        told.stage_now,
        told.session,
        content().exercises,
        {
            name: DoseNow(
                step=state.step, cause=state.cause, since=short_day(state.since_on) if state.since_on else ""
            )
            for name, state in told.dose_states.items()
        },
        lambda exercise: pictures.thumbnail_of(exercise, episode.side),
        marks_of(told, names),
    )


def header_told(episode: EpisodeRow, record: PatientRecord, told: Story | None = None) -> Header:
    """Return classification, goals and the next visit."""
    today_on = episode.patient.clinic.today()
    goals = services.goals_of(record)
    visit_on = next_visit(told.facts if told is not None else record.facts, today_on)
    return Header(
        classification=working_classification(episode, record),
        wants="; ".join(goal.words.rstrip(".") for goal in goals),
        next_visit=day(visit_on) if visit_on else "",
    )


def working_classification(episode: EpisodeRow, record: PatientRecord) -> str:
    """Return what a clinician took as working classification, or nothing."""
    taken = [sign for sign in services.live_facts(record, Sign) if sign.sign == WORKING_CLASSIFICATION]
    if not taken:
        return ""
    found = classify(
        content().classification,
        services.live_facts(record, Sign),
        services.live_facts(record, Reading),
        episode.side,
    )
    labels = {one.candidate: one.label for one in (*found.candidates, *found.coexisting)}
    label = labels.get(taken[-1].level, taken[-1].level)
    return f"{label}; {taken[-1].text}" if taken[-1].text else label
