"""What happened in the clinic room: treatments with their tests, and whether each gain lasts to the next visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from mortise.progress.lasting import Persistence, RoomTest, persistence
from mortise.record import Fact, Reading, Treatment
from mortise.terms import Context, Measure, Side


class Treated(Struct, frozen=True, kw_only=True):
    """One treatment with the readings around it; `gain` counts better upward, `error` is that of a difference."""

    treatment: Treatment
    before: Reading | None
    after: Reading | None
    gain: Decimal | None
    error: Decimal | None


class Answered(Struct, frozen=True, kw_only=True):
    """The personal answer for one test on one side."""

    measure: str
    side: Side
    instrument: str
    persistence: Persistence


class Room(Struct, frozen=True, kw_only=True):
    """Everything of the clinic room, newest treatment first."""

    treated: tuple[Treated, ...]
    answers: tuple[Answered, ...]

    @property
    def last_on(self) -> date | None:
        """Return the day of the newest treatment, or None."""
        return self.treated[0].treatment.on if self.treated else None


def room_of(facts: Sequence[Fact], measures: Mapping[str, Measure]) -> Room:
    """Gather the treatments of a record and answer whether their gains last.

    Parameters
    ----------
    facts : sequence of Fact
        Those that count (`Story.facts`): corrected ones are gone.
    measures : mapping of str to Measure
        Every measure.

    Returns
    -------
    Room
        The same for the same facts in any order.
    """
    readings = {one.id: one for one in facts if isinstance(one, Reading)}
    treatments = sorted(
        (one for one in facts if isinstance(one, Treatment)), key=lambda one: (one.on, one.id), reverse=True
    )
    treated = tuple(_treated(one, readings, measures) for one in treatments)
    asked = dict.fromkeys(
        (one.treatment.test, one.treatment.side) for one in treated if one.treatment.test in measures
    )
    answers = tuple(_answer(measures[test], side, treatments, readings.values()) for test, side in asked)
    return Room(treated=treated, answers=answers)


def _treated(one: Treatment, readings: Mapping[str, Reading], measures: Mapping[str, Measure]) -> Treated:
    before, after = readings.get(one.before), readings.get(one.after)
    measure = measures.get(one.test)
    if measure is None or before is None or after is None or before.instrument != after.instrument:
        return Treated(treatment=one, before=before, after=after, gain=None, error=None)
    instrument = measure.instrument(before.instrument)
    error = None if instrument is None else instrument.smallest_real_change
    sign = -1 if measure.better.value == "down" else 1
    return Treated(
        treatment=one, before=before, after=after, gain=(after.value - before.value) * sign, error=error
    )


def _answer(
    measure: Measure, side: Side, treatments: Sequence[Treatment], readings: Iterable[Reading]
) -> Answered:
    """Answer by the instrument of the newest test before treatment; other instruments are another series."""
    where = side if measure.is_sided else Side.NONE
    mine = [one for one in readings if one.measure == measure.id and one.side is where and one.at_visit]
    days = {one.on for one in treatments if one.test == measure.id and one.side is side}
    tested = [one for one in mine if one.on in days and one.context is Context.BEFORE_TREATMENT]
    if not tested:
        none = persistence((), measure.better, None)
        return Answered(measure=measure.id, side=side, instrument="", persistence=none)
    newest = max(tested, key=lambda one: (one.on, one.id))
    same = [one for one in mine if one.instrument == newest.instrument and one.unit == measure.unit]
    instrument = measure.instrument(newest.instrument)
    sem = None if instrument is None else instrument.sem
    if sem is None and instrument is not None and instrument.smallest_real_change is not None:
        sem = instrument.smallest_real_change / Decimal("2.77")
    tests = [_test(on, same, is_treated=on in days) for on in sorted({one.on for one in same})]
    return Answered(
        measure=measure.id, side=side, instrument=newest.instrument,
        persistence=persistence(tests, measure.better, sem),
    )  # fmt: skip


def _test(on: date, readings: Iterable[Reading], *, is_treated: bool) -> RoomTest:
    """Return the test of one day. A routine reading of a day without treatment is where the gain can be looked for."""
    here = sorted((one for one in readings if one.on == on), key=lambda one: one.id)
    before = [one for one in here if one.context is Context.BEFORE_TREATMENT]
    routine = [one for one in here if one.context is Context.ROUTINE]
    after = [one for one in here if one.context is Context.AFTER_TREATMENT]
    first = before or routine
    return RoomTest(
        day=on.toordinal(),
        before=first[0].value if first else None,
        after=after[-1].value if after and is_treated else None,
    )
