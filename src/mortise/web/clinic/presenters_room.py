"""The clinic room in words: what stops a technique today, what was given, what changed at home, does the gain last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from mortise.episode import Answered, Room, Story, Treated, room_of
from mortise.progress.lasting import N_VISITS_LEAST, Estimate, Lasting, Persistence, Why
from mortise.protocol import Hands, Irritability
from mortise.record import CheckIn, SessionLog, Sign, StageEntry
from mortise.record.tracks import key_of
from mortise.report.words import day, number, plural, short_day, with_unit
from mortise.terms import Limb, Measure, Side
from mortise.web.clinic.presenters_words import level_words

WARM_DAYS = 2  # an answer about warmth older than this says nothing of today
PAIN_MORNING = "pain_next_morning_nrs"
_HARD = 2  # end_feel_grade: hard, bone
_LASTING_WORDS = {
    Lasting.LASTS: ("Lasts", "is-met"),
    Lasting.FADES: ("Fades", "is-unmet"),
    Lasting.CANNOT_SAY: ("Cannot say yet", "is-unknown"),
}


class Given(Struct, frozen=True, kw_only=True):
    """One treatment as a line of the log."""

    on: str
    name: str
    what: str
    test: str
    change: str
    verdict: str
    css: str
    by: str
    against: str
    home: str


class LastingView(Struct, frozen=True, kw_only=True):
    """The personal answer about one test."""

    label: str
    word: str
    css: str
    sentence: str
    numbers: str


class RoomView(Struct, frozen=True, kw_only=True):
    """The log and its answers."""

    given: tuple[Given, ...]
    answers: tuple[LastingView, ...]
    since: str


class Choice(Struct, frozen=True, kw_only=True):
    """One technique to choose from: what stops it stands beside its name."""

    id: str
    name: str
    joint: str
    dose: str
    not_when: tuple[str, ...]
    stops: tuple[str, ...]
    is_here: bool  # it belongs to this stage


# ---------------------------------------------------------------- what stops a technique today


def stops_of(one: Hands, told: Story) -> tuple[str, ...]:
    """Return the stop rules that the record itself says are present: nobody has to remember them."""
    return tuple(dict.fromkeys(_stops(one, told)))


def _stops(one: Hands, told: Story) -> Iterator[str]:
    signs = _newest_signs(told)
    irritability = signs.get("irritability", "")
    if irritability and not any(dose.irritability.value == irritability for dose in one.doses):
        yield f"Not given at {irritability} irritability"
    if told.stage_now.id not in one.stages:
        yield f"Belongs to stage {', '.join(one.stages)}, not to this one"
    found = set(_present(told, signs))
    for line in one.not_when:
        if any(word in line.lower() for word in found):
            yield line


def _newest_signs(told: Story) -> dict[str, str]:
    """Return the newest answer to each question, of the treated side where it has sides."""
    here = (told.record.episode.involved_side, Side.NONE)
    return {fact.sign: fact.level for fact in told.facts if isinstance(fact, Sign) and fact.side in here}


def _present(told: Story, signs: Mapping[str, str]) -> Iterator[str]:
    """Yield the words of a stop rule that the record says hold today."""
    end_feel = told.tracks.get(key_of("end_feel_grade", Limb.INVOLVED))
    if (end_feel is not None and end_feel.newest is not None and end_feel.newest.value == _HARD) or signs.get(
        "play_talocrural"
    ) == "short_hard":
        yield "bony end-feel"
    warmth = told.tracks.get(key_of("warmth_self", Limb.INVOLVED)) or told.tracks.get(
        key_of("warmth_self", Limb.NONE)
    )
    newest = None if warmth is None else warmth.newest
    if newest is not None and newest.value > 0 and told.as_of.toordinal() - newest.day <= WARM_DAYS:
        yield from ("warm or inflamed joint", "hot joint")
    if signs.get("irritability") == "high":
        yield "high irritability"
    if "loose" in (signs.get("anterior_drawer"), signs.get("play_talocrural")):
        yield "instability"
    if signs.get("play_distal_tibiofibular") in ("painful", "loose"):
        yield "syndesmosis injury"


def choices_of(told: Story) -> tuple[Choice, ...]:
    """Return the techniques of the protocol, those of this stage first."""
    irritability = _newest_signs(told).get("irritability", "")
    found = [_choice(one, told, irritability) for one in told.protocol.techniques]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: not one.is_here))


def _choice(one: Hands, told: Story, irritability: str) -> Choice | None:
    exercise = told.content.exercises.get(one.exercise)
    if exercise is None or exercise.technique is None:
        return None
    return Choice(
        id=one.id, name=exercise.name, joint=exercise.technique.joint, dose=dose_words(one, irritability),
        not_when=one.not_when, stops=stops_of(one, told), is_here=told.stage_now.id in one.stages,
    )  # fmt: skip


def dose_words(one: Hands, irritability: str) -> str:
    """Write grade and dose at the irritability found; every one of them while none is."""
    known = {dose.irritability.value: dose for dose in one.doses}
    if irritability in known:
        dose = known[irritability]
        return f"Grade {' to '.join(dose.grades)}, {dose.dose}, at {irritability} irritability"
    if irritability:
        return ""  # said where it is stopped
    return "; ".join(
        f"{kind.value}: grade {' to '.join(known[kind.value].grades)}, {known[kind.value].dose}"
        for kind in Irritability
        if kind.value in known
    )


def first_values(one: Hands, told: Story) -> dict[str, str]:
    """Return what the form proposes: the lightest grade and the dose for the irritability found, and the set-up."""
    irritability = _newest_signs(told).get("irritability", "")
    dose = next((dose for dose in one.doses if dose.irritability.value == irritability), None)
    set_up = told.content.exercises[one.exercise].set_up
    return {
        "grade": dose.grades[0] if dose is not None else "",
        "dose": dose.dose if dose is not None else "",
        "position": set_up.split(".")[0][:200],
    }


# ---------------------------------------------------------------- the log and its answers


def room_view(told: Story, measures: Mapping[str, Measure], names: Mapping[str, str]) -> RoomView:
    """Return the log of the clinic room, newest first, and whether each test's gain lasts."""
    room = room_of(told.facts, measures)
    return RoomView(
        given=tuple(_given(one, told, measures, names) for one in room.treated),
        answers=tuple(_lasting(one, measures[one.measure]) for one in room.answers),
        since=since_words(told, room),
    )


def _given(one: Treated, told: Story, measures: Mapping[str, Measure], names: Mapping[str, str]) -> Given:
    given, measure = one.treatment, measures.get(one.treatment.test)
    exercise = told.content.exercises.get(given.exercise)
    change, verdict, css = _change(one, measure)
    before, after = (
        _value(reading.value if reading else None, measure) for reading in (one.before, one.after)
    )
    side = f"{given.side.value}, " if given.side is not Side.NONE else ""
    return Given(
        on=short_day(given.on), name=exercise.name if exercise is not None else given.technique,
        what=f"{given.joint}, {side}grade {given.grade}, {given.dose}. {given.position}.".replace("..", "."),
        test=f"{measure.label}: {before} before, {after} after" if measure is not None else "",
        change=change, verdict=verdict, css=css, by=names.get(given.by, "a clinician"),
        against=f"Given although: {'; '.join(given.against)}. {given.reason}" if given.against else "",
        home=given.home,
    )  # fmt: skip


def _value(value: Decimal | None, measure: Measure | None) -> str:
    if value is None or measure is None:
        return "not taken"
    return level_words(measure, value) or with_unit(number(value, measure.resolution), measure.unit)


def _change(one: Treated, measure: Measure | None) -> tuple[str, str, str]:
    if one.gain is None or measure is None:
        return "", "", ""
    words = number(one.gain, measure.resolution, signed=True)
    if one.error is None:
        return with_unit(words, measure.unit), "Error not known", "is-unknown"
    shown = with_unit(f"{words} ± {number(one.error, measure.resolution)}", measure.unit)
    is_beyond = abs(one.gain) > one.error
    return shown, "Beyond error" if is_beyond else "Within error", "is-met" if is_beyond else "is-plain"


def _lasting(one: Answered, measure: Measure) -> LastingView:
    word, css = _LASTING_WORDS[one.persistence.lasting]
    side = f", {one.side.value}" if measure.is_sided and one.side is not Side.NONE else ""
    return LastingView(
        label=f"{measure.label}{side}", word=word, css=css, sentence=_sentence(one.persistence),
        numbers=_numbers(one.persistence, measure),
    )  # fmt: skip


def _sentence(one: Persistence) -> str:
    if one.lasting is Lasting.LASTS:
        return "For this patient more than half of what the room gains is still there at the next visit."
    if one.lasting is Lasting.FADES:
        return "For this patient less than half of what the room gains is still there at the next visit."
    return {
        Why.FEW_VISITS: f"It takes {N_VISITS_LEAST} visits with the test before treatment, two of them with "
        f"the test after it and at most four weeks apart. Tested before so far: {one.n_visits}.",
        Why.NO_GAIN: "There is no gain in the room beyond error, so nothing can last. Another technique, or none.",
        Why.WITHIN_ERROR: "Error explains what was seen so far; further visits narrow it.",
        Why.NO_ERROR: "The error of this test is not known, so no change can be told from it.",
        Why.NO_DIRECTION: "This test has no better and no worse.",
        Why.NONE: "",
    }[one.why]


def _numbers(one: Persistence, measure: Measure) -> str:
    if one.gain is None or one.kept is None:
        return ""
    return (
        f"In the room {_estimate(one.gain, measure)}; at the next visit {_estimate(one.kept, measure)} of it, as "
        f"means of {plural(one.n_pairs, 'treatment')} with 90 % intervals. What is done at home is part of the second."
    )


def _estimate(one: Estimate, measure: Measure) -> str:
    grid = min(measure.resolution, Decimal("0.1"))
    return with_unit(f"{number(one.value, grid, signed=True)} ± {number(one.half_width, grid)}", measure.unit)


# ---------------------------------------------------------------- since the last visit


def since_words(told: Story, room: Room) -> str:
    """Say since when "at home" is told: the last day treated before today, or the start."""
    earlier = [one.treatment.on for one in room.treated if one.treatment.on < told.as_of]
    return day(max(earlier)) if earlier else ""


def home_lines(told: Story, room: Room) -> tuple[str, ...]:
    """Say what happened at home since the last treatment: sessions, mornings, doses, stage, falls told."""
    earlier = [one.treatment.on for one in room.treated if one.treatment.on < told.as_of]
    since = max(earlier, default=told.as_of - timedelta(days=14))
    return tuple(_home(told, since))


def _home(told: Story, since: date) -> Iterator[str]:
    logs = [fact for fact in told.facts if isinstance(fact, SessionLog) and fact.on >= since]
    skipped = sum(bool(log.items) and all(item.outcome == "skipped" for item in log.items) for log in logs)
    yield f"{plural(len(logs) - skipped, 'session')} done, {skipped} skipped."
    pains = _answers(told.facts, since, "pain_during_nrs")
    if pains:
        yield f"Worst pain in a session {number(max(pains), 1)} of 10."
    mornings = _answers(told.facts, since, "pain_now_nrs", moment="next_morning")
    if mornings:
        yield f"Worst the morning after {number(max(mornings), 1)} of 10."
    for name, state in told.dose_states.items():
        if state.since_on is not None and state.since_on >= since and state.cause:
            exercise = told.content.exercises.get(name)
            if exercise is not None:
                yield f"{exercise.name}: {_small(state.cause)} ({short_day(state.since_on)})."
    for entry in (fact for fact in told.facts if isinstance(fact, StageEntry) and fact.on >= since):
        yield f"Stage {entry.stage} entered {short_day(entry.on)}."


def _small(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}".rstrip(".")


def _answers(facts: Sequence[object], since: date, measure: str, *, moment: str = "") -> list[Decimal]:
    told: Iterable[CheckIn | SessionLog] = (
        fact for fact in facts if isinstance(fact, CheckIn | SessionLog) and fact.on >= since
    )
    return [
        value
        for fact in told
        if not moment or (isinstance(fact, CheckIn) and fact.moment == moment)
        if (value := fact.answers.get(measure)) is not None
    ]
