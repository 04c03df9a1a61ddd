"""One day decided again under supposed inputs, asked of the engine itself; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from mortise.episode.fold import Content, fold
from mortise.episode.receipts import known_by
from mortise.errors import InputError
from mortise.protocol import Circumstances
from mortise.record import CheckIn, Decision, Fact, PatientRecord, Reading, SessionLog
from mortise.record.tracks import Track
from mortise.terms import Advice, Context, Limb, Load, Measure, Origin, Setting, Side, limb_of, side_of

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


class Asked:
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

    @property
    def n_decided(self) -> int:
        """How many days were decided."""
        return len(self._found)

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


def value_now(track: Track | None) -> Decimal | None:
    """Return the newest value of a track, or None where there is none.

    Parameters
    ----------
    track : Track or None
        One cleaned measure on one limb.

    Returns
    -------
    Decimal or None
        What it was last.
    """
    return None if track is None or track.newest is None else track.newest.value


def halved(
    measure: Measure, start: Decimal, end: Decimal, flip: Callable[[Decimal], Flip | None]
) -> Flip | None:
    """Return the flip nearest to `start`, knowing that `end` flips and `start` does not.

    Parameters
    ----------
    measure : Measure
        Whose grid is walked.
    start, end : Decimal
        A value that does not flip, and one that does.
    flip : callable
        What a value would change, or None.

    Returns
    -------
    Flip or None
        The nearest found by halving.
    """
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
