"""Obligations 4, 6, 7, 9 and 9b: calendar and gates are complete, tags, doses and weekly minima are sound."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from mortise.catalog._check_exercises import exercises_are_sound
from mortise.catalog._decode import Faults
from mortise.catalog._places import Book, Place, places_of, source_of
from mortise.protocol import N_TRAINING_DAYS, DoseStep, Exercise, Protocol, Rule, Slot, Stage, Tag
from mortise.terms import Advice, Load

_SESSION_EVERY_DAYS = 3  # what is asked with a session is fresh for as long as a session may be away
_RARE_DAYS = 28  # what is taken more often than that may be missed once
_LATE_DAYS = 7
_ENDS = {"easier": "floor", "harder": "ceiling"}

# What every gate must hold, and what it must hold from a stage on.
REQUIRED_DOMAINS: dict[str, int] = {
    "time": 1, "symptoms": 1, "swelling": 1, "safety": 1, "adherence": 1, "gait": 1, "function": 1,
    "range": 2, "strength": 2, "balance": 2, "confidence": 3,
}  # fmt: skip
# `function` is asked of the first gate as a recorded screen and of the second not again.
_NOT_IN = {("function", 2)}

# A raise of about a third passes the 20 percent of a week (LOAD-24) without waiting for it; of the smallest doses a
# rung is the next one that a person can follow.
RUNG_AT_MOST = Decimal("1.45")
RUNG_AT_MOST_S = 20
CONTACTS_A_RUNG = 15  # of the smallest doses: one more set of a beginner's jumps

# The first stage number in which an exercise with this tag may stand.
FIRST_STAGE_OF_TAG = {Tag.UNSUPPORTED: 3, Tag.SINGLE_LEG: 3, Tag.STEP: 3, Tag.IMPACT: 4}

# What every stage before this number must name as kept out: impact before strength, a clinician's hands always.
_ALWAYS_OUT = {Tag.IMPACT: 4, Tag.MANUAL: 99}


def calendar_feeds_criteria(book: Book, faults: Faults) -> int:
    """Check that every measure read is asked or due, in the stages that read it, as often as it must be fresh."""
    n_seen = 0
    for protocol in book.protocols.values():
        every_days = _every_days(protocol)
        for place in places_of(protocol):
            n_seen += _is_fed(place, protocol, every_days, book, faults)
        n_seen += _danger_is_asked(protocol, faults)
    return n_seen


def _every_days(protocol: Protocol) -> dict[str, dict[str, int]]:
    """Return how often each measure is asked or due, by stage, the shortest interval."""
    daily = [stage.id for stage in protocol.stages]
    asked = (*protocol.check_in, *protocol.after_session, *protocol.next_morning)
    found = {measure: dict.fromkeys(daily, 1) for measure in asked}
    for review in protocol.reviews:
        due = found.setdefault(review.measure, {})
        for stage_id in review.stages:
            due[stage_id] = min(review.every_days, due.get(stage_id, review.every_days))
    return found


def _is_fed(
    place: Place, protocol: Protocol, every_days: dict[str, dict[str, int]], book: Book, faults: Faults
) -> int:
    one = place.criterion
    measure = book.measures.get(one.measure)
    source = source_of(measure, book.measures) if measure is not None else None
    if one.max_age_days < 1:
        faults.add(place.where, "is stale on the day after.", "What is told each day holds until the next.")
    if source is None:
        return 0
    due = every_days.get(source.id, {})
    for stage in place.stages:
        days = due.get(stage)
        if days is None:
            faults.add(place.where, f"reads {source.id}, which nothing asks for in {stage}.",
                       "Add a review, or ask it in the check-in.")  # fmt: skip
        elif days > one.max_age_days:
            faults.add(place.where, f"{source.id} is due every {days} days in {stage}, but must be fresh within "
                       f"{one.max_age_days}.", "Ask more often, or trust it longer.")  # fmt: skip
        elif place.kind == "exit" and 1 < days < _RARE_DAYS and one.max_age_days < days + _LATE_DAYS:
            faults.add(place.where, f"{source.id}, due every {days} days in {stage}, is stale {_LATE_DAYS} days later.",
                       "Trust it to the next planned date plus a week.")  # fmt: skip
    return len(place.stages)


def _danger_is_asked(protocol: Protocol, faults: Faults) -> int:
    asked = set(protocol.check_in)
    for measure in (*protocol.danger_measures, *protocol.red_flags):
        if measure not in asked:
            faults.add(
                f"{protocol.id}, danger_measures", f"{measure} is not in the check-in.", "Ask it daily."
            )
    for place in places_of(protocol):
        if place.is_danger and place.criterion.measure not in protocol.danger_measures:
            faults.add(place.where, f"a daily danger reads {place.criterion.measure}, which is no danger measure.",
                       "A patient at home must never be held for want of a clinic test.")  # fmt: skip
    read = {place.criterion.measure for place in places_of(protocol) if place.kind == "rule"}
    for flag in protocol.red_flags:
        if flag not in read:
            faults.add(
                f"{protocol.id}, red_flags", f"no rule reads {flag}.", "Add the rule that stops for it."
            )
    for rule in protocol.rules:
        _rule_duties(protocol, rule, faults)
    return len(protocol.danger_measures) + len(protocol.red_flags)


def _rule_duties(protocol: Protocol, rule: Rule, faults: Faults) -> None:
    """Check that a rule does something, and that one that stops or locks does all that a red flag must."""
    where = f"{protocol.id}, rule {rule.id}"
    is_stop = rule.advice is Advice.STOP_AND_SEEK_HELP
    duties = (is_stop, rule.load is Load.REST, rule.locks, rule.tier, rule.is_danger, rule.escalate)
    if (is_stop or rule.locks or rule.tier) and not all(duties):
        faults.add(
            where, "stops without lock, rest, tier, danger and escalation.", "A red flag has them all."
        )
    if not (rule.advice or rule.load or rule.without_tags or rule.escalate or rule.request):
        faults.add(where, "does nothing.", "Give it an effect, or take it out.")
    if rule.is_danger and not (rule.advice and rule.load):
        faults.add(where, "is a danger without advice and load.", "A danger says both.")
    if rule.load is Load.EASE and rule.ease_to_pct is None:
        faults.add(where, "eases without saying to how much.", "Add ease_to_pct.")


def gates_hold_domains(book: Book, faults: Faults) -> int:
    """Check that each gate asks for every domain its stage must hold, and that its shortest stay is the stage's."""
    n_seen = 0
    for protocol in book.protocols.values():
        for stage in protocol.stages:
            places = [
                place for place in places_of(protocol) if place.kind == "exit" and place.owner == stage.id
            ]
            if not stage.exit:
                continue
            held = {place.criterion.domain for place in places}
            for domain, first in REQUIRED_DOMAINS.items():
                n_seen += 1
                if stage.number >= first and domain not in held and (domain, stage.number) not in _NOT_IN:
                    faults.add(f"{protocol.id}, stage {stage.id}, exit", f"no line for {domain}.", "Add one.")
            n_seen += _stay_agrees(protocol, stage, places, faults)
    return n_seen


def _stay_agrees(protocol: Protocol, stage: Stage, places: list[Place], faults: Faults) -> int:
    stays = [place.criterion.value for place in places if place.criterion.measure == "days_in_stage"]
    if stays != [Decimal(stage.min_days)]:
        faults.add(f"{protocol.id}, stage {stage.id}", f"min_days is {stage.min_days}, the time line says "
                   f"{', '.join(map(str, stays)) or 'nothing'}.", "Say the same in both.")  # fmt: skip
    return 1


def tags_are_kept(book: Book, faults: Faults) -> int:
    """Check that no stage offers an exercise its tags keep out, and that tags agree with equipment and contacts."""
    n_seen = 0
    for protocol in book.protocols.values():
        always_out = tuple(tag for one in protocol.constraints for tag in one.without_tags)
        for stage in protocol.stages:
            kept_out = (*stage.without_tags, *always_out)
            early = tuple(tag for tag, first in FIRST_STAGE_OF_TAG.items() if stage.number < first)
            for tag, first in _ALWAYS_OUT.items():
                if stage.number < first and tag not in stage.without_tags:
                    faults.add(f"{protocol.id}, stage {stage.id}, without_tags", f"does not keep out {tag.value}.",
                               "Add it.")  # fmt: skip
            for slot in stage.slots:
                exercise = book.exercises.get(slot.exercise)
                if exercise is None:
                    continue
                n_seen += 1
                if any(tag in kept_out or tag in early for tag in exercise.tags):
                    _slot_tags(f"{protocol.id}, stage {stage.id}, slot {slot.exercise}", stage, exercise, kept_out,
                               faults)  # fmt: skip
    for exercise in book.exercises.values():
        n_seen += 1
        _own_tags(exercise, faults)
    return n_seen + exercises_are_sound(book, faults)


def _slot_tags(
    where: str, stage: Stage, exercise: Exercise, kept_out: tuple[str, ...], faults: Faults
) -> None:
    for tag in exercise.tags:
        if tag in kept_out:
            faults.add(where, f"the stage keeps out {tag.value}.", "Take the slot or the tag out.")
        if stage.number < FIRST_STAGE_OF_TAG.get(tag, 1):
            faults.add(where, f"{tag.value} is not before stage number {FIRST_STAGE_OF_TAG[tag]}.",
                       "Take the slot out.")  # fmt: skip


def _own_tags(exercise: Exercise, faults: Faults) -> None:
    where = f"exercise {exercise.id}"
    if (Tag.STEP in exercise.tags) != bool({"step", "stairs"} & set(exercise.needs)):
        faults.add(where, "the tag step and the equipment do not agree.", "Correct one of them.")
    if any(step.run_s for step in exercise.dose_steps) != (Tag.RUNNING in exercise.tags):
        faults.add(where, "run_s and the tag running do not agree.", "Correct one of them.")
    if (Tag.OPEN_CHAIN in exercise.tags) == (Tag.CLOSED_CHAIN in exercise.tags):
        faults.add(where, "is either open or closed chain.", "Name exactly one.")
    for part in ("steps", "stop_signs", "cues", "breathing", "set_up", "why", "purposes"):
        if not getattr(exercise, part):
            faults.add(f"{where}, {part}", "is empty.", "A patient needs it.")


def doses_are_sound(book: Book, faults: Faults) -> int:
    """Check ladders, slots, neighbours and layoffs."""
    n_seen = 0
    for exercise in book.exercises.values():
        n_seen += _ladder(exercise, faults) + _neighbours(exercise, book, faults)
    first_s: dict[tuple[str, int], Decimal] = {}
    for protocol in book.protocols.values():
        for stage in protocol.stages:
            for slot in stage.slots:
                n_seen += _slot(protocol, stage, slot, book, faults)
            n_seen += _bare_session(protocol, stage, book, first_s, faults)
        n_seen += _layoffs(protocol, faults)
    return n_seen


def work_of(step: DoseStep) -> Decimal:
    """Return the seconds of work in a dose, rests left out."""
    return step.n_sets * (step.duration_s + step.n_reps * (step.up_s + step.hold_s + step.down_s))


def _ladder(exercise: Exercise, faults: Faults) -> int:
    steps = exercise.dose_steps
    works = [work_of(step) for step in steps]
    where = f"exercise {exercise.id}, dose_steps"
    least = 1 if Tag.MANUAL in exercise.tags else 3
    if not least <= len(steps) <= 8:
        faults.add(where, f"{len(steps)} rungs.", f"A ladder has {least} to 8.")
    for index, (lower, upper) in enumerate(pairwise(steps), start=1):
        before, after = works[index - 1], works[index]
        if after < before or (upper.height_cm or 0) < (lower.height_cm or 0):
            faults.add(f"{where}[{index}]", "is less work than the rung below.", "A ladder only climbs.")
        elif upper == lower:
            faults.add(f"{where}[{index}]", "is the rung below again.", "Each rung asks for more.")
        elif after > before + RUNG_AT_MOST_S and after > before * RUNG_AT_MOST:
            faults.add(f"{where}[{index}]", f"is {after} s of work after {before} s.",
                       "A rung adds at most 45 percent, or 20 s; put one between.")  # fmt: skip
        if lower.n_contacts or upper.n_contacts or lower.run_s or upper.run_s:
            _impact_climbs(f"{where}[{index}]", lower, upper, faults)
    for index, step in enumerate(steps):
        _rung(f"{where}[{index}]", step, faults)
    return len(steps)


def _rung(where: str, step: DoseStep, faults: Faults) -> None:
    if step.duration_s < 0 or (step.run_s and not 0 <= step.run_s <= step.duration_s):
        faults.add(where, f"runs {step.run_s} of {step.duration_s} s.",
                   "The run is a part of the round.")  # fmt: skip
    if step.n_sets < 1 or step.n_reps < 1:
        faults.add(where, "has no set or no repetition.", "At least one of each.")
    elif step.n_contacts % step.n_sets:
        faults.add(where, f"{step.n_contacts} contacts do not share out over {step.n_sets} sets.",
                   "Each set has the same number.")  # fmt: skip


def _impact_climbs(where: str, lower: DoseStep, upper: DoseStep, faults: Faults) -> None:
    """Check that contacts and running never fall, and never leap."""
    if upper.n_contacts < lower.n_contacts:
        faults.add(where, "has fewer contacts than the rung below.", "A ladder only climbs.")
    elif upper.n_contacts > max(lower.n_contacts * RUNG_AT_MOST, Decimal(lower.n_contacts + CONTACTS_A_RUNG)):
        faults.add(where, f"has {upper.n_contacts} contacts after {lower.n_contacts}.",
                   f"A rung adds at most 45 percent, or {CONTACTS_A_RUNG}; put one between.")  # fmt: skip
    before_s, after_s = lower.n_sets * lower.run_s, upper.n_sets * upper.run_s
    if after_s < before_s or upper.run_s < lower.run_s:
        faults.add(where, "runs less than the rung below.", "A ladder only climbs.")
    elif after_s > before_s * RUNG_AT_MOST and before_s:
        faults.add(
            where, f"runs {after_s} s after {before_s} s.", "A rung adds at most 45 percent of running."
        )


def _neighbours(exercise: Exercise, book: Book, faults: Faults) -> int:
    for way, back in (("easier", "harder"), ("harder", "easier")):
        name = getattr(exercise, way)
        other = book.exercises.get(name)
        if name in ("floor", "ceiling"):
            if name != _ENDS[way]:
                faults.add(
                    f"exercise {exercise.id}, {way}", f"{name!r} is not that end.", f"Write {_ENDS[way]!r}."
                )
        elif other is not None and getattr(other, back) != exercise.id:
            faults.add(f"exercise {exercise.id}, {way}", f"{name} does not name it as {back}.",
                       "Neighbours name each other.")  # fmt: skip
    for name in exercise.not_with:
        other = book.exercises.get(name)
        if other is not None and exercise.id not in other.not_with:
            faults.add(f"exercise {exercise.id}, not_with", f"{name} does not name it back.", "Name both.")
    return 2 + len(exercise.not_with)


def _slot(protocol: Protocol, stage: Stage, slot: Slot, book: Book, faults: Faults) -> int:
    exercise = book.exercises.get(slot.exercise)
    if exercise is not None:
        where = f"{protocol.id}, stage {stage.id}, slot {slot.exercise}"
        if not 0 <= slot.first_step <= slot.last_step < len(exercise.dose_steps):
            faults.add(where, f"steps {slot.first_step} to {slot.last_step} of {len(exercise.dose_steps)}.",
                       "First is not above last, and last is on the ladder.")  # fmt: skip
        if slot.purpose not in exercise.purposes:
            faults.add(where, f"{slot.exercise} does not serve {slot.purpose}.", "Name one of its purposes.")
    if (
        not 0 <= slot.n_per_week <= N_TRAINING_DAYS
        or slot.n_per_week * (slot.rest_days + 1) > 7 + slot.rest_days
    ):
        faults.add(f"{protocol.id}, stage {stage.id}, slot {slot.exercise}", f"{slot.n_per_week} a week with "
                   f"{slot.rest_days} rest days does not fit.", "Correct it.")  # fmt: skip
    return 1


def week_holds_minima(book: Book, faults: Faults) -> int:
    """Check that the weekly minima of a stage fit its week with a session to spare, and that every purpose has one."""
    n_seen = 0
    for protocol in book.protocols.values():
        for stage in protocol.stages:
            n_seen += _minima_fit(f"{protocol.id}, stage {stage.id}, slots", stage, book, faults)
            n_seen += _purposes_have_minima(f"{protocol.id}, stage {stage.id}, slots", stage, faults)
    return n_seen


def _minima_fit(where: str, stage: Stage, book: Book, faults: Faults) -> int:
    wanted = {slot.exercise: slot.n_per_week for slot in stage.slots}
    room = (N_TRAINING_DAYS - 1) * stage.n_exercises[1]
    if sum(wanted.values()) > room:
        faults.add(where, f"ask for {sum(wanted.values())} exercises a week; {N_TRAINING_DAYS} days less one to spare "
                   f"hold {room}.", "Keep the minima that matter most; 0 leaves the others on offer.")  # fmt: skip
    seconds = sum(
        (one.n_per_week * _first_dose_s(one, book.exercises[one.exercise])
         for one in stage.slots if one.n_per_week and one.exercise in book.exercises), Decimal(0),
    )  # fmt: skip
    if seconds > (N_TRAINING_DAYS - 1) * stage.minutes_at_most * 60:
        faults.add(
            where,
            f"ask for {seconds // 60} min a week at their first steps.",
            "Ask less, or lengthen sessions.",
        )
    for name, n in wanted.items():
        others = book.exercises[name].not_with if name in book.exercises else ()
        for other in others:
            if n and wanted.get(other, 0) and name < other and n + wanted[other] > N_TRAINING_DAYS:
                faults.add(where, f"{name} and {other} may not share a day, but ask for {n + wanted[other]} days.",
                           "Ask less of one of them.")  # fmt: skip
    return len(wanted)


def _purposes_have_minima(where: str, stage: Stage, faults: Faults) -> int:
    purposes: dict[str, int] = {}
    for slot in stage.slots:
        purposes[slot.purpose] = max(purposes.get(slot.purpose, 0), slot.n_per_week)
    for purpose, n in purposes.items():
        if not n:
            faults.add(
                where, f"no exercise for {purpose} has a weekly minimum.", "Give one of them a minimum."
            )
    return len(purposes)


def _first_dose_s(slot: Slot, exercise: Exercise) -> Decimal:
    step = exercise.dose_steps[min(slot.first_step, len(exercise.dose_steps) - 1)]
    return step.seconds(2 if exercise.both_sides else 1)


def _bare_session(
    protocol: Protocol, stage: Stage, book: Book, first_s: dict[tuple[str, int], Decimal], faults: Faults
) -> int:
    """Check that a stage has a whole session without equipment, and one with everything, in the time it has."""
    found: list[Decimal] = []
    bare: list[Decimal] = []
    for slot in stage.slots:
        exercise = book.exercises.get(slot.exercise)
        if exercise is None:
            continue
        key = slot.exercise, slot.first_step
        if key not in first_s:
            first_s[key] = _first_dose_s(slot, exercise)
        found.append(first_s[key])
        if not exercise.needs:
            bare.append(first_s[key])
    where = f"{protocol.id}, stage {stage.id}"
    for name, seconds in (("without equipment", bare), ("with equipment", found)):
        shortest = sorted(seconds)[: stage.n_exercises[0]]
        if len(shortest) < stage.n_exercises[0] or sum(shortest) > stage.minutes_at_most * 60:
            faults.add(where, f"no whole session {name} in {stage.minutes_at_most} min.", "Add slots.")
    return 2


def _layoffs(protocol: Protocol, faults: Faults) -> int:
    for earlier, later in pairwise(protocol.layoffs):
        if later.up_to_days <= earlier.up_to_days or later.dose_pct > earlier.dose_pct:
            faults.add(f"{protocol.id}, layoffs", f"up to {later.up_to_days} days does not follow.",
                       "Longer breaks restart lower.")  # fmt: skip
    for layoff in protocol.layoffs:
        if not 0 < layoff.dose_pct <= 100:
            faults.add(
                f"{protocol.id}, layoffs", f"{layoff.dose_pct} % is not a share.", "Between 0 and 100."
            )
    return len(protocol.layoffs)
