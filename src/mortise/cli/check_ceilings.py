"""Every counter of a stage has its ceiling, the weekly minima fit under it, and no single dose is shut out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mortise.catalog import Content
    from mortise.catalog.checks import Obligation
    from mortise.errors import Fault
    from mortise.protocol import Protocol, Stage, StageCeiling

CONTACTS_AT_MOST = 120  # STG-07: the lower end of what healthy athletes do in a session


def ceilings_fit(content: Content, only: Sequence[str] = ()) -> Obligation:
    """Check the ceilings of every stage against its exercises and weekly minima."""
    from mortise.catalog.checks import Obligation

    n_seen, faults = 0, []
    for name in only or content.protocol_ids:
        for stage in content.protocol(name).stages:
            n_seen += 4
            faults += list(_faults(content.protocol(name), stage, content))
    return Obligation(
        "8b", "Every counter has its ceiling, and the minima fit under it", n_seen, tuple(faults)
    )


def _faults(protocol: Protocol, stage: Stage, content: Content) -> Iterator[Fault]:
    from mortise.errors import Fault
    from mortise.prescribe.counters import COUNTERS, uses_of
    from mortise.prescribe.ladders import ladder_slots

    where = f"{protocol.id}, stage {stage.id}, ceilings"
    slots = ladder_slots(stage, content.exercises)
    tops = {
        name: uses_of(content.exercises[name], content.exercises[name].dose_steps[slot.last_step])
        for name, slot in slots.items()
    }
    own = {slot.exercise: slot.n_per_week for slot in stage.slots}
    entered = {one.counter: one for one in stage.ceilings}
    if len(entered) != len(stage.ceilings):
        yield Fault(where, "a counter has two ceilings.", "Keep the tighter one.")
    for place, counter in enumerate(COUNTERS):
        largest = max((top[place] for top in tops.values()), default=0)
        one = entered.get(counter)
        if not largest and one is not None:
            yield Fault(where, f"nothing in this stage is counted as {counter}.", "Take the ceiling out.")
        elif largest and one is None:
            yield Fault(where, f"{counter} has no ceiling.", "Enter the most of a day and of seven days.")
        elif one is not None:
            minima = sum(n * tops[name][place] for name, n in own.items() if name in tops)
            yield from _too_low(where, one, largest, minima)


def _too_low(where: str, one: StageCeiling, largest: int, minima: int) -> Iterator[Fault]:
    from mortise.errors import Fault
    from mortise.protocol import Counter

    is_contacts = one.counter is Counter.IMPACT_CONTACTS
    unit = Decimal(1 if is_contacts else 60)
    if one.per_day * unit < largest:
        yield Fault(where, f"{one.counter}, {one.per_day} a day: the largest single dose is more.",
                    "Allow it, or end the exercise at a lower rung.")  # fmt: skip
    if one.per_week * unit < minima:
        yield Fault(where, f"{one.counter}, {one.per_week} in seven days: the weekly minima are more.",
                    "Allow them, or ask for less.")  # fmt: skip
    if one.per_week < one.per_day:
        yield Fault(
            where, f"{one.counter}: less in seven days than on one.", "Decide which of the two is right."
        )
    if is_contacts and one.per_day > CONTACTS_AT_MOST:
        yield Fault(
            where, f"{one.per_day} contacts a day: STG-07 ends at {CONTACTS_AT_MOST}.", "Stay below it."
        )
