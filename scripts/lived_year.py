"""Print a fictional year day by day, as the real engine decided it: `docs/reference/a-year.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby

from mortise.catalog import load
from mortise.cli.tables import ADVICE_WORDS, LOAD_WORDS, minutes_words
from mortise.episode.series import series_of
from mortise.progress.change import Answer
from mortise.progress.plateau import Trend
from mortise.protocol import Light
from mortise.record import (
    AutonomyEntry,
    CheckIn,
    ClinicVisit,
    EscalationStep,
    Judgement,
    PlannedExercise,
    PlanVersion,
    Proposal,
    ProposalAnswer,
    Session,
    StageEntry,
)
from mortise.record.tracks import key_of
from mortise.report.words import MONTHS, number, with_unit
from mortise.simulate.rehearsal.years import Lived, year
from mortise.terms import Limb, Truth

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SWELLING = ("none", "slight", "clear", "much")
WATCHED = "lunge_cm"

INTRO = """# A year of Ben's

Made by `make generated` from `mortise.simulate.rehearsal.years`; do not edit. Ben is invented, and so is his ankle:
busy weeks, a holiday, flu, a sprain, weeks in which the range stops moving, a season. What is *said* is not
invented: the engine as it ships decided every day of it, under the released protocol for anterior impingement. The
page is there to be read as a physiotherapist would; what reads oddly is a fault.

Each line: the stage, the advice and the load of the day, what Ben told (pain now of 10, swelling), the session with
its length, an arrow where an exercise is raised or eased, the light that it earned by the next morning, and in italics
the words that Ben read. On days without a session in the plan nothing was asked for. **Clinic** marks what people did,
**Proposed** and **Sent on** what the engine asked of them. *New* are rules that did not hold the day before, in the
words for the clinician.
"""


def page(days: Sequence[Lived]) -> str:
    """Write the whole year."""
    parts = [INTRO]
    before: frozenset[str] = frozenset()
    lights = {one.on: one.light for one in days[-1].said.folded.lights} if days else {}
    for (at_year, month), found in groupby(days, key=lambda day: (day.said.on.year, day.said.on.month)):
        parts.append(f"## {MONTHS[month - 1]} {at_year}\n")
        for day in found:
            parts += [f"\n> **{event}**\n" for event in day.events]
            fired = _rules(day)
            parts.append(f"- {line(day, before, lights.get(day.said.on))}")
            before = frozenset(fired)
            if day.n % 28 == 27:
                parts += [f"\n> {said}\n" for said in _range(day)]
        parts.append("")
    return "\n".join(parts).replace("\n\n\n", "\n\n").rstrip("\n") + "\n"


def line(day: Lived, before: frozenset[str], light: Light | None = None) -> str:
    """Write one day; `light` is that of its session."""
    decision, on = day.said.folded.decision, day.said.on
    said = [
        f"**{WEEKDAYS[on.weekday()]} {on.day}** {decision.stage}",
        f"{ADVICE_WORDS[decision.advice]}, {LOAD_WORDS[decision.load].lower()}",
        _told(day),
    ]
    said += _session(day, light)
    said += [f"New: {words}" for name, words in _rules(day).items() if name not in before]
    said += _acts(day)
    return " ".join(one if one.endswith((".", ".*", "**")) else f"{one}." for one in said if one)


def _told(day: Lived) -> str:
    for fact in day.facts:
        if isinstance(fact, CheckIn) and fact.moment == "before_session":
            pain, swelling = fact.answers.get("pain_now_nrs"), fact.answers.get("swelling_self")
            if pain is None or swelling is None:
                return "Could not say"
            return f"Pain {pain}, swelling {SWELLING[int(swelling)]}"
    return "No check-in"


def _session(day: Lived, light: Light | None) -> Iterator[str]:
    session = day.said.session
    if session is None:
        if day.is_left_out:
            yield "Did not train"
        return
    if not session.exercises:
        yield f"*{session.why_patient}*{_reasons(session)}"
        return
    items = ", ".join(
        one.name + ("↑" if one.dose_step > one.usual_step else "↓" if _is_less(one) else "")
        for one in session.exercises
    )
    done = " (not done)" if not day.done else f" ({LIGHTS[light]})" if light is not None else ""
    yield f"{minutes_words(session.seconds)}: {items}{done}"
    yield f"*{session.why_patient}*{_reasons(session)}"


def _is_less(one: PlannedExercise) -> bool:
    return one.dose != load().exercises[one.exercise].dose_steps[one.usual_step]


def _reasons(session: Session) -> str:
    """Write what Ben reads of the day's own constraints, where they cut something."""
    own = [one.reason_patient for one in session.constraints if one.constraint.startswith("today.")]
    return "".join(f" *{words}*" for words in dict.fromkeys(own) if words not in session.why_patient)


def _rules(day: Lived) -> dict[str, str]:
    """Return the words of the rules that hold; those that merely are not known count as one."""
    rules = day.said.folded.decision.rules
    met = {one.rule: one.say_clinician for one in rules
           if one.truth is Truth.MET and not one.rule.startswith("light.")}  # fmt: skip
    n_unknown = sum(one.truth is Truth.UNKNOWN for one in rules)
    if n_unknown:
        met["unknown"] = "danger questions not answered: nothing is raised, no impact."
    return met


def _acts(day: Lived) -> Iterator[str]:
    to = day.said.folded.decision.steps_back_to
    if to is not None:
        yield f"**Back to {to}**"
    for fact in day.facts:
        if isinstance(fact, Proposal | ProposalAnswer | EscalationStep):
            yield from _follows(day, fact)
        elif isinstance(fact, StageEntry):
            yield f"**Clinic: enters {fact.stage}**"
        elif isinstance(fact, Judgement):
            yield "**Clinic: seen, and the programme opened again**"
        elif isinstance(fact, ClinicVisit) and fact.is_held:
            yield "**Clinic: visit**"
        elif isinstance(fact, PlanVersion):
            yield f"**Clinic: a new plan. {fact.reason}**"
        elif isinstance(fact, AutonomyEntry):
            yield f"**Autonomy: {fact.autonomy.value}**"


def _follows(day: Lived, fact: Proposal | ProposalAnswer | EscalationStep) -> Iterator[str]:
    """Say what the engine asked of the clinic beside its decision, and what was answered."""
    if isinstance(fact, EscalationStep):
        yield _sent_on(day, fact)
    elif isinstance(fact, ProposalAnswer):
        if fact.answer == "decline":
            yield f"**Clinic: no. {fact.reason}**"
            return
        yield f"**Clinic: yes. {fact.reason}**" if fact.reason else "**Clinic: yes, load may rise this week**"
    elif fact.proposes == "plateau_step":
        yield f"**Proposed: {load().measures[fact.measure].label} stands still. {fact.reason}**"
    elif fact.proposes == "discharge":
        yield f"**Proposed: think of ending care. {fact.reason}**"


def _sent_on(day: Lived, step: EscalationStep) -> str:
    to = next(one.to for one in day.said.folded.protocol.escalations if one.id == step.escalation)
    return f"**Sent on: {to}**" if step.step == "raised" else f"**Clinic: {to}: answered. {step.reason}**"


LIGHTS = {Light.GREEN: "calm", Light.GREEN_AMBER: "some pain, gone by morning", Light.AMBER: "a little too much",
          Light.RED: "too much"}  # fmt: skip
ANSWERS = {
    Answer.BETTER: "better than at the start, beyond error",
    Answer.WORSE: "worse than at the start, beyond error",
    Answer.NOT_IMPROVING: "not improving",
    Answer.UNDECIDED: "whether it is better cannot be told yet",
}
TRENDS = {
    Trend.IMPROVING: "the last eight weeks point upwards",
    Trend.PLATEAU: "improvement has stopped",
    Trend.UNDECIDED: "whether it still improves cannot be told yet",
}


def _range(day: Lived) -> Iterator[str]:
    """Say once in four weeks how far the knee reaches, and what the readings tell."""
    folded, measure = day.said.folded, load().measures[WATCHED]
    key = key_of(WATCHED, Limb.INVOLVED)
    tracks = {key: folded.inputs.tracks[key]} if key in folded.inputs.tracks else {}
    involved = day.involved
    for one in series_of(tracks, {WATCHED: measure}, folded.known.facts, involved, folded.as_of):
        if one.instrument != "tape_home" or not one.points:
            continue
        newest = with_unit(number(one.points[-1].value, measure.resolution), measure.unit)
        change = "" if one.change is None else f"; {ANSWERS[one.change.answer]}"
        trend = "" if one.plateau is None else f"; {TRENDS[one.plateau.trend]}"
        yield f"Knee to wall at home: {newest}{change}{trend}."


def main() -> int:
    """Print the page."""
    sys.stdout.write(page(year(load())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
