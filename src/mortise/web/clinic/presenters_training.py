"""What a coach reads of an ankle: status, stage, what training is allowed today. No symptom, no finding, no reason."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mortise.episode import Story
from mortise.protocol import Counter, Exercise
from mortise.report.doses import full_dose
from mortise.report.words import day, number
from mortise.terms import Load

_LOADS = {
    Load.RAISE: "Training as planned; the dose rises by one step.",
    Load.KEEP: "Training as planned.",
    Load.EASE: "Lighter than planned today.",
    Load.REST: "Rest today.",
}


class Allowed(Struct, frozen=True, kw_only=True):
    """One kind of work: whether it is allowed today, and how much of it."""

    what: str
    words: str
    is_allowed: bool


class Training(Struct, frozen=True, kw_only=True):
    """Everything a coach sees."""

    status: str
    is_stopped: bool
    stage: str
    track: tuple[tuple[str, str], ...]  # title of each stage, and "done", "now" or "later"
    allowed: tuple[Allowed, ...]
    today: tuple[tuple[str, str], ...]
    on: str


def training_of(told: Story, exercises: Mapping[str, Exercise]) -> Training:
    """Return what a coach sees of one ankle on the day of the story."""
    if told.plan is None:
        return Training(
            status="No programme yet: train only what the physiotherapist agreed with the athlete.",
            is_stopped=True, stage="", track=(), allowed=(), today=(), on=day(told.as_of),
        )  # fmt: skip
    now = told.stage_now
    session = () if told.is_locked else told.session.exercises
    return Training(
        status="Stopped. No training of this ankle until the clinic opens it again."
        if told.is_locked
        else _LOADS[told.decision.load],
        is_stopped=told.is_locked,
        stage=f"Stage {now.number} of {len(told.protocol.stages)}: {now.title_patient}",
        track=tuple((one.title_patient, _place(one.number, now.number)) for one in told.protocol.stages),
        allowed=() if told.is_locked else tuple(_allowed(told)),
        today=tuple((exercises[one.exercise].name, full_dose(one.dose)) for one in session),
        on=day(told.as_of),
    )


def _place(number_of: int, now: int) -> str:
    return "done" if number_of < now else "now" if number_of == now else "later"


def _allowed(told: Story) -> list[Allowed]:
    """Return whether hops, jumps and landings are allowed: only as many as today's session holds."""
    line = next((one for one in told.counters if one.counter is Counter.IMPACT_CONTACTS), None)
    n_planned = line.planned if line is not None else 0
    words = f"{number(n_planned, 1)} contacts, those of the session below" if n_planned else "not today"
    return [Allowed(what="Hops, jumps and landings", words=words, is_allowed=bool(n_planned))]
