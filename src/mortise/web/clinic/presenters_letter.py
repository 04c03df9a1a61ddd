"""A referral letter drafted from the record: why, what was found, what was tried, what is asked. A person edits it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from mortise.episode import EscalationCase, Story
from mortise.record import DecisionRecord, Finding, PlanVersion, SessionLog, StageEntry
from mortise.report.latest import newest_of
from mortise.report.words import day, listed, number, plural
from mortise.terms import Truth
from mortise.web.clinic.presenters_gate import row_of
from mortise.web.clinic.presenters_letter_found import found_words
from mortise.web.clinic.presenters_room import room_view

PARTS = (
    ("why", "Why this letter"), ("question", "What we ask"), ("found", "What was found"), ("tried", "What was tried"),
)  # fmt: skip
N_NAMED = 8  # exercises named in a letter: those done most
_IMAGING = (
    "Please choose the picture by the question: standing views from the front, mortise and side, an oblique view for a "
    "spur that hides; MRI where soft tissue or cartilage is in question, CT for bone."
)
# What is asked of each: our own words, a first draft that the signer reads and changes.
QUESTIONS: Mapping[str, str] = {
    "imaging": "Which structure explains the limit and the pain? Is there damage to bone, cartilage, tendon or "
    f"syndesmosis that changes what the ankle may be loaded with?\n{_IMAGING}",
    "imaging_cartilage": "Is there a lesion of cartilage or bone, is it stable, and what load does it allow?\n"
    f"{_IMAGING}",
    "injection": "Would a diagnostic injection tell which structure is the source? If one is given: into which space, "
    "what and how much, and how was the pain before, in the hours after, and the next day? When may the ankle be "
    "loaded and stretched again, and what is to be left out until then?",
    "surgical_opinion": "Is there a mechanical cause that exercise and manual therapy cannot change? Would you "
    "operate, what would it have to achieve for the goals named above, and what should be tried before? If you do: "
    "what weight and range are allowed afterwards, from when?",
    "podiatry": "Would footwear, a lift or an orthosis change how the foot meets the ground? Which, worn when, for how "
    "long, and when is it looked at again? Is there anything that must not be stretched or loaded while it is worn?",
    "sports_physician": "How do you judge the ankle, what would you examine further, and may the programme go on "
    "meanwhile?",
    "falls_pathway": "Would you assess the risk of falls, and what besides the ankle adds to it?",
    "systemic_screen": "Is there a cause outside the joint?",
    "urgent": "Please see this patient within the time named. May the ankle be loaded, and from when?",
    "emergency": "Please see this patient at once.",
}
# Which measures a receiver reads; the others stand on the course. Whoever is not named here reads all.
_JOINT = ("symptoms", "swelling", "range", "strength")
DOMAINS: Mapping[str, tuple[str, ...]] = {
    "imaging": _JOINT, "imaging_cartilage": _JOINT, "injection": _JOINT, "surgical_opinion": (*_JOINT, "function"),
    "podiatry": ("symptoms", "range", "balance", "gait"),
}  # fmt: skip
TITLES: Mapping[str, str] = {
    "imaging": "Request for imaging", "imaging_cartilage": "Request for imaging", "injection":
    "Request for a diagnostic injection", "surgical_opinion": "Request for a surgical opinion",
    "podiatry": "Referral to podiatry", "sports_physician": "Referral to a sports physician",
}  # fmt: skip


def title_of(kind: str) -> str:
    """Return what the letter is, in words."""
    return TITLES.get(kind, "Referral")


def draft_words(case: EscalationCase, told: Story) -> dict[str, str]:
    """Return the parts a person edits, drafted from the record."""
    asked = QUESTIONS.get(case.escalation, "How do you judge the ankle, and what do you advise?")
    return {
        "why": _why(case),
        "question": f"{asked}\n{_meanwhile(told)}",
        "found": found_words(case.escalation, told),
        "tried": "\n".join(_tried(told)),
    }


def _meanwhile(told: Story) -> str:
    """Say what goes on until the answer comes."""
    if told.plan is None:
        return "No programme is begun until we hear from you."
    if told.is_locked:
        return "The programme is stopped by a red flag and stays closed until a named clinician opens it."
    return f"Meanwhile the programme goes on in stage {told.stage_now.number} unless you advise otherwise."


def facts_of(case: EscalationCase, told: Story) -> dict[str, Any]:
    """Return the numbers of the letter, each as the course page writes it; plain JSON, kept with the letter."""
    measures, side = told.content.measures, told.record.episode.involved_side
    person = told.record.person
    return {
        "as_of": day(told.as_of, with_year=True),
        "age": person.age_on(told.as_of),
        "sex": person.sex.value if person.sex.value in ("female", "male") else "",
        "side": side.value,
        "protocol": told.protocol.title,
        "stage": f"Stage {told.stage_now.number} of {len(told.protocol.stages)}: {told.stage_now.title}",
        "goals": [one.words for one in told.goals],
        "behind": [_criterion(one, told) for one in _behind(case, told)],
        "gate": [
            {"label": row.label, "side": row.side, "value": row.value, "bound": row.bound, "state": row.peg.word}
            for row in (
                row_of(one, measures, side) for one in told.decision.findings if one.of == "exit"
            )
        ],
        "numbers": [
            {
                "measure": one.measure, "label": one.label, "side": one.side_words, "first": one.first,
                "first_on": day(one.first_on, with_year=True), "newest": one.newest, "on": day(one.on, with_year=True),
                "n": one.n_readings,
            }
            for one in newest_of(told)
            if measures[one.measure].domain in DOMAINS.get(case.escalation, (measures[one.measure].domain,))
        ],
    }  # fmt: skip


def _criterion(finding: Finding, told: Story) -> str:
    row = row_of(finding, told.content.measures, told.record.episode.involved_side)
    side = f", {row.side}" if row.side else ""
    aside = f", {row.aside}" if row.aside else ""
    return f"{row.label}{side}: {row.value} ({row.bound}{aside})"


def _behind(case: EscalationCase, told: Story) -> Iterable[Finding]:
    """Return what met the rule that raised it, in the decision it was raised by."""
    made = next(
        (one for one in told.facts if isinstance(one, DecisionRecord) and one.id == case.because), None
    )
    if made is None:
        return ()
    rules = {
        one.rule for one in made.decision.rules
        if one.escalate == case.escalation and one.truth is Truth.MET
    }  # fmt: skip
    return tuple(one for one in made.decision.findings if one.group in rules and one.truth is Truth.MET)


def _why(case: EscalationCase) -> str:
    reason = case.reason.rstrip(".")
    return f"{reason}." if reason else ""


def _tried(told: Story) -> Iterable[str]:
    """Yield what was done since the first plan, as sentences."""
    plans = [one for one in told.facts if isinstance(one, PlanVersion)]
    if not plans:
        yield "No programme was begun yet."
        return
    first = min(one.on for one in plans)
    weeks = max(1, (told.as_of - first).days // 7)
    logs = [one for one in told.facts if isinstance(one, SessionLog)]
    done = [one for one in logs if any(item.outcome != "skipped" for item in one.items)]
    yield (
        f"Home programme “{told.protocol.title}” since {day(first, with_year=True)} ({plural(weeks, 'week')}): "
        f"{plural(len(done), 'session')} done{_adherence(told)}."
    )
    entries = [one for one in told.facts if isinstance(one, StageEntry)]
    yield from _stages(entries, told)
    times = Counter(item.exercise for one in done for item in one.items if item.outcome != "skipped")
    most = [
        f"{told.content.exercises[name].name} ({plural(n, 'time')})"
        for name, n in times.most_common(N_NAMED)
        if name in told.content.exercises
    ]
    if most:
        yield f"Done most: {'; '.join(most)}."
    yield from _by_hand(told)


def _by_hand(told: Story) -> Iterable[str]:
    """Yield what hands did and whether it lasted to the next visit."""
    view = room_view(told, told.content.measures, {})
    times = Counter(one.name for one in view.given)
    given = [f"{name} ({plural(n, 'time')})" for name, n in times.most_common(N_NAMED)]
    if given:
        yield f"By hand: {'; '.join(given)}."
    for one in view.answers:
        yield f"{one.label} after treatment by hand, to the next visit: {one.word.lower()}. {one.sentence}"


def _adherence(told: Story) -> str:
    share = told.adherence
    return "" if share is None else f", {number(share, 1)} % of those planned in the last four weeks"


def _stages(entries: list[StageEntry], told: Story) -> Iterable[str]:
    numbers = {stage.id: stage.number for stage in told.protocol.stages}
    steps: list[tuple[int, date]] = []
    for entry in sorted(entries, key=lambda one: one.on):
        step = numbers[entry.stage]
        if not steps or steps[-1][0] != step:
            steps.append((step, entry.on))
    if steps:
        yield f"Stages: {listed([f'{step} from {day(on, with_year=True)}' for step, on in steps])}."
