"""Obligation 6b: what a gate, a rule, a citation and a slot owe, whatever their figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from mortise.catalog._decode import Faults
from mortise.catalog._places import Book, Place, places_of, rules_of, source_of
from mortise.protocol import Exercise, Group, Node, Operator, Protocol, Slot, Stage, Tag
from mortise.protocol.criteria import Reduction, criteria_in
from mortise.terms import Advice, Better, Load, Setting

_END = (Tag.END_RANGE_DORSIFLEXION, Tag.END_RANGE_PLANTARFLEXION)
# What a rule on this measure withholds at the least, whatever else it does: of each group one tag.
_WITHHELD: dict[str, tuple[tuple[Tag, ...], ...]] = {
    "sharp_pain_flag": ((_END[0],), (_END[1],), (Tag.IMPACT,), (Tag.QUICK,)),
    "warmth_self": ((_END[0],), (_END[1],), (Tag.IMPACT,), (Tag.QUICK,)),
    "swelling_self": (_END, (Tag.IMPACT,), (Tag.QUICK,)),
    "pain_worst_24h_nrs": (_END, (Tag.IMPACT,), (Tag.QUICK,)),
    "pain_now_nrs": (_END,),
    "session_light": (_END,),
    "n_amber_mornings_running": (_END,),
    "fall_or_catch_flag": ((Tag.UNSUPPORTED,),),
    "falls_catches_14d": ((Tag.UNSUPPORTED,),),
    "giving_way_flag": ((Tag.UNSUPPORTED,),),
    "dorsiflexion_power_grade": ((Tag.UNSUPPORTED,), (Tag.STEP,)),
    "end_feel_grade": (_END,),
    "figure_of_eight_difference_cm": ((Tag.IMPACT,),),
}
# A red session is too much for jumping as well.
_RED = "session_light"
# Asked at every gate from the first one that asks for it: day by day nothing may be asked less.
_DAILY = ("symptoms", "swelling", "safety", "adherence")
_OF_A_SESSION_DAYS = 3  # what is told later says nothing of that session
_FRESH_AS_KNOWN = Decimal("1.5")  # a test that only has to be on record may be half as old again
_RESTS = frozenset({"strength", "jumping", "agility"})


def duties_are_kept(book: Book, faults: Faults) -> int:
    """Check groups, freshness, windows, visits, topics, what is withheld, and how slots carry on."""
    n_seen = 0
    for protocol in book.protocols.values():
        for where, group in _groups(protocol):
            n_seen += 1
            if len(group.of) < 2:
                faults.add(
                    f"{where}, {group.id}", "a group of one line.", "Write the other line, or the line alone."
                )
        for place in places_of(protocol):
            n_seen += 4
            is_exit = place.kind == "exit"
            if is_exit:
                _fresh(place, book, faults)
            _window(place, faults)
            (_visit if is_exit else _known_in_time)(place, book, faults)
        n_seen += (
            _withheld(protocol, faults)
            + _marks(protocol, faults)
            + _one_voice(protocol, faults)
            + _daily_lines(protocol, book, faults)
        )
        n_seen += _carried_on(protocol, book, faults) + _always_out(protocol, book, faults)
    return n_seen


def _groups(protocol: Protocol) -> Iterator[tuple[str, Group]]:
    for stage in protocol.stages:
        for line in stage.exit:
            yield from _inner(f"{protocol.id}, stage {stage.id}, exit", line)
    for rule in protocol.rules:
        yield from _inner(f"{protocol.id}, rule {rule.id}", rule.when)
    for light in protocol.lights:
        yield from _inner(f"{protocol.id}, light {light.light.value}", light.when)


def _inner(where: str, node: Node) -> Iterator[tuple[str, Group]]:
    if isinstance(node, Group):
        yield where, node
        for child in node.of:
            yield from _inner(where, child)


def _fresh(place: Place, book: Book, faults: Faults) -> None:
    """What opens a way is at most as old as its measure says; what only withholds may be trusted for longer."""
    one, measure = place.criterion, book.measures.get(place.criterion.measure)
    if measure is None:
        return
    if one.max_age_days <= measure.fresh_days:
        return
    is_known = one.operator is Operator.KNOWN
    if not is_known or one.max_age_days > measure.fresh_days * _FRESH_AS_KNOWN:
        faults.add(place.where, f"trusts {measure.id} for {one.max_age_days} days, fresh for {measure.fresh_days}.",
                   "A line may be stricter than its measure, not laxer.")  # fmt: skip


def _window(place: Place, faults: Faults) -> None:
    one = place.criterion
    if one.n_least < 2 or not one.window_days or one.reduce not in (Reduction.MAX, Reduction.MIN):
        return
    if not one.n_least <= one.window_days <= 2 * one.n_least:
        faults.add(place.where, f"{one.n_least} answers in {one.window_days} days.",
                   "At least as many days as answers, and at most twice as many.")  # fmt: skip


def _visit(place: Place, book: Book, faults: Faults) -> None:
    """A test that only a clinic takes is taken at a visit, where it is taken twice or has to be on record."""
    one = place.criterion
    is_taken = one.n_dates > 1 or one.operator is Operator.KNOWN
    measure = book.measures.get(one.measure) if is_taken and not one.needs_visit else None
    if measure is None:
        return
    source = source_of(measure, book.measures)
    is_form = source is not None and any(
        each.id == "form" for each in source.instruments
    )  # filled in anywhere
    if source is not None and source.setting is Setting.CLINIC and not is_form:
        faults.add(
            place.where, f"{source.id} is taken in the clinic, and no visit is asked for.", "Set needs_visit."
        )


def _known_in_time(place: Place, book: Book, faults: Faults) -> None:
    """What is told day by day is acted upon while it is fresh; a window looks back by itself."""
    one, measure = place.criterion, book.measures.get(place.criterion.measure)
    if measure is None or one.window_days or measure.better is Better.NEITHER:
        return
    if place.kind == "light" and one.max_age_days > max(measure.fresh_days, _OF_A_SESSION_DAYS):
        faults.add(
            place.where,
            f"judges a session by an answer of {one.max_age_days} days later.",
            "Within three days.",
        )
    if place.kind != "rule":
        return
    if measure.setting in (Setting.HOME, Setting.DERIVED) and one.max_age_days > measure.fresh_days:
        faults.add(place.where, f"acts on {measure.id} of {one.max_age_days} days ago, fresh for {measure.fresh_days}.",
                   "Act on it while it is fresh.")  # fmt: skip


def _withheld(protocol: Protocol, faults: Faults) -> int:
    n_seen = 0
    for rule, lines in rules_of(protocol):
        if (
            rule.locks
            or rule.load is Load.REST
            or not (rule.load or rule.without_tags)
            or rule.load is Load.RAISE
        ):
            continue  # nothing is done on that day, or it only asks
        for one in lines:
            for group in _WITHHELD.get(one.measure, ()):
                n_seen += 1
                if not any(tag in rule.without_tags for tag in group):
                    names = " or ".join(tag.value for tag in group)
                    faults.add(f"{protocol.id}, rule {rule.id}", f"reads {one.measure}, yet offers {names}.",
                               "Add the tag to without_tags.")  # fmt: skip
            if one.measure == _RED and one.value == 0 and Tag.IMPACT.value not in rule.without_tags:
                faults.add(
                    f"{protocol.id}, rule {rule.id}", "a red session, yet offers impact.", "Add the tag."
                )
    return n_seen


def _marks(protocol: Protocol, faults: Faults) -> int:
    """Check that what warns of a danger is marked so, that silence is said once, and that reviews leave no gap."""
    dangers = set(protocol.danger_measures)
    silent: set[Decimal | None] = set()
    for rule, lines in rules_of(protocol):
        if rule.advice and lines and not rule.is_danger and all(line.measure in dangers for line in lines):
            faults.add(
                f"{protocol.id}, rule {rule.id}", "advises on danger measures and is no danger.", "Mark it."
            )
        silent.update(line.value for line in lines if line.measure == "days_silent")
    if silent != {Decimal(protocol.silence_days)}:
        faults.add(f"{protocol.id}, silence_days", f"is {protocol.silence_days}, and no rule on days_silent says so.",
                   "Say the same in both.")  # fmt: skip
    numbers = {stage.id: stage.number for stage in protocol.stages}
    reviewed: dict[str, set[int | None]] = {}
    for one in protocol.reviews:
        reviewed.setdefault(one.measure, set()).update(map(numbers.get, one.stages))
    for review in protocol.reviews:
        found = sorted(numbers[name] for name in review.stages if name in numbers)
        others = reviewed[review.measure]
        gap = (
            [number for number in range(found[0], found[-1]) if number not in others]
            if len(found) > 2
            else []
        )
        if gap:
            faults.add(
                f"{protocol.id}, review of {review.measure}",
                f"leaves out stage number {gap[0]}.",
                "Name it too.",
            )
    return len(protocol.rules) + len(protocol.reviews) + 1


def _one_voice(protocol: Protocol, faults: Faults) -> int:
    """Check that no stage has two rules that read the very same and advise differently."""
    every = tuple(stage.id for stage in protocol.stages)
    said: dict[tuple[object, ...], tuple[str, Advice]] = {}
    for rule, lines in rules_of(protocol):
        for one in lines if rule.advice is not None else ():
            what = f"{one.measure} {one.limb} {one.reduce} {one.operator}", one.value
            for stage in rule.stages or every:
                key = (stage, what)
                other = said.setdefault(key, (rule.id, rule.advice or Advice.HOLD))
                if other[1] is not rule.advice:
                    faults.add(f"{protocol.id}, rule {rule.id}", f"reads what {other[0]} reads in {stage}, and advises "
                               "otherwise.", "One rule, or other stages.")  # fmt: skip
    return len(said)


def _daily_lines(protocol: Protocol, book: Book, faults: Faults) -> int:
    """Check that what a patient answers day by day is asked for at every gate after the first that asks for it."""
    n_seen = 0
    asked: dict[str, str] = {}
    for stage in protocol.stages:
        here = {one.measure for line in stage.exit for one in criteria_in(line) if one.domain in _DAILY}
        for name, first in asked.items():
            n_seen += 1
            if stage.exit and name not in here:
                faults.add(f"{protocol.id}, stage {stage.id}, exit", f"no line for {name}, as at {first}.",
                           "What is told day by day is asked for at every later gate.")  # fmt: skip
        for name in here:
            measure = book.measures.get(name)
            is_daily = measure is not None and measure.setting in (Setting.HOME, Setting.DERIVED)
            if is_daily and measure is not None and measure.unit != "flag":
                asked.setdefault(name, stage.id)
    return n_seen


def _carried_on(protocol: Protocol, book: Book, faults: Faults) -> int:
    """Check that a later stage takes an exercise on where the earlier one leaves it, and never lower."""
    n_seen = 0
    for earlier, later in pairwise(protocol.stages):
        before = {slot.exercise: slot for slot in earlier.slots}
        for slot in later.slots:
            old = before.get(slot.exercise)
            if old is not None:
                n_seen += 1
                if not old.first_step <= slot.first_step <= old.last_step <= slot.last_step:
                    where = f"{protocol.id}, stage {later.id}, slot {slot.exercise}"
                    lasts = f"{earlier.id} from {old.first_step} to {old.last_step}"
                    faults.add(where, f"goes from rung {slot.first_step} to {slot.last_step}; {lasts}.",
                               "Begin on a rung of the stage before, and end no lower.")  # fmt: skip
    for stage in protocol.stages:
        for slot in stage.slots:
            n_seen += 1
            exercise = book.exercises.get(slot.exercise)
            if exercise is not None:
                _rested(protocol, stage, slot, exercise, faults)
    return n_seen


def _rested(protocol: Protocol, stage: Stage, slot: Slot, exercise: Exercise, faults: Faults) -> None:
    has_impact = Tag.IMPACT in exercise.tags
    where = f"{protocol.id}, stage {stage.id}, slot {slot.exercise}"
    if (slot.purpose in _RESTS or has_impact) and slot.rest_days < 1:
        faults.add(where, "is strength or impact without a day of rest.", "Give it rest_days.")
    if not has_impact and slot.rest_days > 1:
        faults.add(where, f"rests {slot.rest_days} days, and jumps nowhere.", "One day of rest is enough.")
    if slot.rest_days > 0 and not (_RESTS & {slot.purpose, *exercise.purposes} or has_impact):
        faults.add(where, "rests for a day, and is neither strength nor impact.", "Take rest_days out.")


def _always_out(protocol: Protocol, book: Book, faults: Faults) -> int:
    """Check that a clinician's hands are never at home, and that no contacts means no impact."""
    out = {tag for one in protocol.constraints for tag in one.without_tags}
    if Tag.MANUAL.value not in out:
        faults.add(f"{protocol.id}, constraints", "none keeps a clinician’s techniques out of home sessions.",
                   "Write a constraint without_tags = ['manual'].")  # fmt: skip
    for one in protocol.constraints:
        if one.n_contacts_at_most == 0 and Tag.IMPACT.value not in one.without_tags:
            faults.add(
                f"{protocol.id}, constraint {one.id}",
                "allows no contact and does not withhold impact.",
                "Add it.",
            )
    for earlier, later in pairwise(sorted(protocol.layoffs, key=lambda one: one.up_to_days)):
        if earlier.recheck_exits and not later.recheck_exits:
            faults.add(f"{protocol.id}, layoff up to {later.up_to_days} days", "checks no exit again; a shorter does.",
                       "A longer break is checked at least as much.")  # fmt: skip
    return 1 + len(protocol.constraints) + _impact_is_named(protocol, book, faults)


def _impact_is_named(protocol: Protocol, book: Book, faults: Faults) -> int:
    """Check that a stage which offers no jump keeps jumps out, so that none slips in."""
    for stage in protocol.stages:
        offered = [book.exercises.get(slot.exercise) for slot in stage.slots]
        jumps = any(one is not None and Tag.IMPACT in one.tags for one in offered)
        if not jumps and Tag.IMPACT.value not in stage.without_tags:
            faults.add(f"{protocol.id}, stage {stage.id}, without_tags", "offers no impact and does not keep it out.",
                       "Add it.")  # fmt: skip
    return len(protocol.stages)
