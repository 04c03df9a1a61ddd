"""What would change a decision: the nearest change of each single input that flips it, asked of the engine itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from mortise.episode.fold import Content, fold
from mortise.episode.receipts import known_by
from mortise.errors import InputError
from mortise.protocol import Circumstances
from mortise.record import CheckIn, Decision, Fact, Finding, PatientRecord, Reading, SessionLog
from mortise.record.tracks import Track, key_of
from mortise.terms import (
    Advice,
    Context,
    Limb,
    Load,
    Measure,
    Origin,
    Setting,
    Side,
    Truth,
    limb_of,
    side_of,
)

SUPPOSED = "supposed"  # begins the id of a fact that is only supposed
_MOST_STEPS = 14  # halvings: the widest scale has fewer grid values than 2 to the 14


class Input(Struct, frozen=True, kw_only=True):
    """One input as it is and as it is supposed to be; `value_now` None is not known or not asked."""

    measure: str
    limb: Limb
    value_now: Decimal | None
    value_then: Decimal


class Flip(Struct, frozen=True, kw_only=True):
    """A smallest change of today's inputs and what would be decided then."""

    inputs: tuple[Input, ...]
    advice: Advice
    load: Load
    next_stage: str | None
    is_locked: bool
    is_looser: bool


class Flips(Struct, frozen=True, kw_only=True):
    """Everything that would change a decision.

    `singles` need one input only. `together` is what opens the gate when no single input does; None when even
    everything that can be measured or asked today would not.
    """

    singles: tuple[Flip, ...]
    together: Flip | None


def flips(
    record: PatientRecord,
    content: Content,
    as_of: date,
    circumstances: Circumstances,
    made: Decision,
    tracks: Mapping[str, Track],
) -> Flips:
    """Look for the nearest changes of the inputs of one day that flip its decision.

    Parameters
    ----------
    record : PatientRecord
        The record the decision was made from.
    content : Content
        Protocol, measures, exercises.
    as_of : date
        The day.
    circumstances : Circumstances
        The day as it is.
    made : Decision
        The decision.
    tracks : mapping of str to Track
        The cleaned measures it read.

    Returns
    -------
    Flips
        Each checked by deciding again; nothing is stored.

    Notes
    -----
    1. Inputs are the measures and answers that a criterion reads, directly or through a derived measure, except what
       only time or work can change.
    2. In either direction the nearest bound is tried first, then the end of the scale; if that flips, halving finds
       the nearest value that does.
    3. A supposed value stands for today's: answers of today are replaced, a reading is taken today as the last one was.
    4. Where no single input opens the gate, everything that is missing is supposed at its bound, and what is not
       needed is taken out again.
    """
    asked = _Asked(record, content, as_of, circumstances, made)
    singles: list[Flip] = []
    for measure, limb in _inputs(made.findings, content.measures):
        now = _value_now(tracks.get(key_of(measure.id, limb)))
        for direction in (1, -1):
            found = _nearest(asked, measure, limb, now, direction, made.findings)
            if found is not None:
                singles.append(found)
    together = (
        None if any(one.advice is Advice.ADVANCE for one in singles) else _together(asked, made, tracks)
    )
    ordered = sorted(singles, key=lambda one: (not one.is_looser, one.is_locked))
    return Flips(singles=tuple(ordered), together=together)


class _Asked:
    """Decides the day again under supposed inputs, each combination once."""

    def __init__(
        self,
        record: PatientRecord,
        content: Content,
        as_of: date,
        circumstances: Circumstances,
        made: Decision,
    ) -> None:
        self.record, self.content, self.as_of, self.circumstances = record, content, as_of, circumstances
        self.made = made
        self._known = known_by(record.facts)
        self._found: dict[tuple[Input, ...], Flip | None] = {}

    def flip(self, *inputs: Input) -> Flip | None:
        """Return what would be decided, or None where that is the same."""
        if inputs not in self._found:
            self._found[inputs] = self._decide(inputs)
        return self._found[inputs]

    def _decide(self, inputs: tuple[Input, ...]) -> Flip | None:
        facts = self.record.facts
        for one in inputs:
            facts = _supposing(
                facts, one, self.content.measures, self.record.episode.involved_side, self.as_of
            )
        supposed = replace(self.record, facts=facts)
        try:
            then = fold(supposed, self.content, self.as_of, self.circumstances, self._known).decision
        except InputError:
            return None
        if _answer(then) == _answer(self.made):
            return None
        return Flip(
            inputs=inputs, advice=then.advice, load=then.load, next_stage=then.next_stage, is_locked=then.is_locked,
            is_looser=_looseness(then) > _looseness(self.made),
        )  # fmt: skip


def _answer(decision: Decision) -> tuple[object, ...]:
    return decision.advice, decision.load, decision.next_stage, decision.is_locked


def _looseness(decision: Decision) -> tuple[int, int]:
    return decision.advice.tightness, decision.load.tightness


# ---------------------------------------------------------------- which inputs


def _inputs(findings: Iterable[Finding], measures: Mapping[str, Measure]) -> Iterator[tuple[Measure, Limb]]:
    """Yield each measure and limb that a criterion reads and that somebody can measure or ask today."""
    seen: set[tuple[str, Limb]] = set()
    for finding in findings:
        measure = measures.get(finding.measure)
        limb = finding.limb
        if measure is not None and measure.derive is not None:
            measure = measures.get(measure.derive.of)
            limb = Limb.INVOLVED
        if measure is None or measure.derive is not None or measure.setting is Setting.DERIVED:
            continue
        limb = limb if measure.is_sided else Limb.NONE
        if (measure.id, limb) not in seen:
            seen.add((measure.id, limb))
            yield measure, limb


def _value_now(track: Track | None) -> Decimal | None:
    return None if track is None or track.newest is None else track.newest.value


# ---------------------------------------------------------------- how far


def _nearest(
    asked: _Asked,
    measure: Measure,
    limb: Limb,
    now: Decimal | None,
    direction: int,
    findings: Iterable[Finding],
) -> Flip | None:
    """Return the flip by the smallest change of one input in one direction."""
    end = measure.high if direction > 0 else measure.low
    start = now if now is not None else (measure.low if direction > 0 else measure.high)
    if now is not None and start == end:
        return None

    def flip(value: Decimal) -> Flip | None:
        return asked.flip(Input(measure=measure.id, limb=limb, value_now=now, value_then=value))

    for value in _bounds(measure, limb, start, direction, findings, is_known=now is not None):
        found = flip(value)
        if found is not None:
            return found
    if flip(end) is None:
        return None
    return _halved(measure, start, end, flip)


def _bounds(
    measure: Measure,
    limb: Limb,
    start: Decimal,
    direction: int,
    findings: Iterable[Finding],
    *,
    is_known: bool,
) -> list[Decimal]:
    """Return the values at and just beyond each bound in one direction, the nearest first."""
    step = measure.resolution
    found: set[Decimal] = set()
    for finding in findings:
        if finding.measure == measure.id and finding.bound is not None and finding.limb in (limb, Limb.NONE):
            found |= {measure.on_grid(finding.bound) + n * step for n in (-1, 0, 1)}
    ahead = [
        value
        for value in found
        if measure.low <= value <= measure.high
        and ((value - start) * direction > 0 or (not is_known and value == start))
    ]
    return sorted(ahead, key=lambda value: abs(value - start))


def _halved(measure: Measure, start: Decimal, end: Decimal, flip: object) -> Flip | None:
    """Return the flip nearest to `start`, knowing that `end` flips and `start` does not."""
    assert callable(flip)
    near, far = start, end
    found: Flip | None = flip(end)
    for _ in range(_MOST_STEPS):
        if abs(far - near) <= measure.resolution:
            break
        middle = measure.on_grid((near + far) / 2)
        if middle in (near, far):
            break
        here: Flip | None = flip(middle)
        if here is None:
            near = middle
        else:
            far, found = middle, here
    return found


# ---------------------------------------------------------------- several at once


def _together(asked: _Asked, made: Decision, tracks: Mapping[str, Track]) -> Flip | None:
    """Return the fewest of the missing gate lines that open the gate when each stands at its bound."""
    wanted: dict[tuple[str, Limb], Input] = {}
    for finding in made.findings:
        measure = asked.content.measures.get(finding.measure)
        if finding.of != "exit" or finding.truth is Truth.MET or measure is None or finding.bound is None:
            continue
        if measure.derive is not None:
            continue
        limb = finding.limb if measure.is_sided else Limb.NONE
        now = _value_now(tracks.get(key_of(measure.id, limb)))
        wanted.setdefault(
            (measure.id, limb),
            Input(measure=measure.id, limb=limb, value_now=now, value_then=measure.on_grid(finding.bound)),
        )
    inputs = list(wanted.values())
    found = _opens(asked, inputs) if len(inputs) > 1 else None
    if found is None:
        return None
    for one in list(inputs):
        fewer = [other for other in inputs if other != one]
        without = _opens(asked, fewer) if fewer else None
        if without is not None:
            inputs, found = fewer, without
    return found


def _opens(asked: _Asked, inputs: Iterable[Input]) -> Flip | None:
    found = asked.flip(*inputs)
    return found if found is not None and found.advice is Advice.ADVANCE else None


# ---------------------------------------------------------------- supposing


def _supposing(
    facts: tuple[Fact, ...], one: Input, measures: Mapping[str, Measure], involved: Side, as_of: date
) -> tuple[Fact, ...]:
    """Return the facts with one input of today as it is supposed to be."""
    measure = measures[one.measure]
    if _is_asked(facts, measure):
        return _answering(facts, one, as_of)
    side = side_of(one.limb, involved) if measure.is_sided else Side.NONE
    mine = [fact for fact in facts if _is_of(fact, measure, one.limb, involved)]
    last = mine[-1] if mine else None
    kept = tuple(fact for fact in facts if not (fact in mine and fact.on == as_of))
    return (*kept, _reading(measure, side, one.value_then, as_of, last))


def _is_asked(facts: Iterable[Fact], measure: Measure) -> bool:
    """Whether a measure is answered in reports; one that was ever read is read."""
    has_answers = False
    for fact in facts:
        if isinstance(fact, Reading) and fact.measure == measure.id:
            return False
        has_answers = has_answers or (isinstance(fact, CheckIn | SessionLog) and measure.id in fact.answers)
    return has_answers or (bool(measure.question) and measure.setting is not Setting.CLINIC)


def _is_of(fact: Fact, measure: Measure, limb: Limb, involved: Side) -> bool:
    return (
        isinstance(fact, Reading)
        and fact.measure == measure.id
        and fact.context.feeds_decisions
        and (not measure.is_sided or limb_of(fact.side, involved) is limb)
    )


def _reading(measure: Measure, side: Side, value: Decimal, as_of: date, last: Fact | None) -> Reading:
    if isinstance(last, Reading):
        return replace(last, id=f"{SUPPOSED}-{measure.id}-{side.value}", on=as_of, value=value, unit=measure.unit,
                       trials=(), quality=(), recording="", captured_at=None)  # fmt: skip
    instrument = measure.instruments[0].id if measure.instruments else "by_hand"
    return Reading(
        id=f"{SUPPOSED}-{measure.id}-{side.value}", on=as_of, origin=Origin.CLINICIAN, by=SUPPOSED, measure=measure.id,
        side=side, value=value, unit=measure.unit, instrument=instrument, context=Context.ROUTINE, at_visit=True,
        rater=SUPPOSED,
    )  # fmt: skip


def _answering(facts: tuple[Fact, ...], one: Input, as_of: date) -> tuple[Fact, ...]:
    """Return the facts with today's answer replaced; nobody asked today: with one answer more."""
    found, has_answer = [], False
    for fact in facts:
        if isinstance(fact, CheckIn | SessionLog) and fact.on == as_of and one.measure in fact.answers:
            fact = replace(fact, answers={**fact.answers, one.measure: one.value_then})
            has_answer = True
        found.append(fact)
    if not has_answer:
        found.append(
            CheckIn(
                id=f"{SUPPOSED}-{one.measure}", on=as_of, origin=Origin.PATIENT, by=SUPPOSED, moment="before_session",
                answers={one.measure: one.value_then},
            )
        )  # fmt: skip
    return tuple(found)
