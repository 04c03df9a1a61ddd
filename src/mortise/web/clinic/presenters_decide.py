"""What would change a decision, and what another threshold would have changed, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from mortise.episode.flips import Flips
from mortise.episode.supposing import Flip, Input
from mortise.episode.thresholds import Compared
from mortise.protocol import Protocol
from mortise.report.words import day, listed, number, with_unit
from mortise.terms import Advice, Limb, Load, Measure, Side
from mortise.web.clinic.presenters_decision import title_words
from mortise.web.clinic.presenters_words import (
    ADVICE_SAYS,
    LOAD_SAYS,
    Says,
    bound_words,
    level_words,
    side_words,
    value_words,
)


class FlipView(Struct, frozen=True, kw_only=True):
    """One change and what would be decided then."""

    inputs: tuple[str, ...]
    says: Says
    title: str
    load: Says


class FlipsView(Struct, frozen=True, kw_only=True):
    """Everything that would change today's answer, grouped by which way it goes."""

    looser: tuple[FlipView, ...]
    tighter: tuple[FlipView, ...]
    stops: tuple[FlipView, ...]
    together: FlipView | None
    about_together: str  # what is known of the fewest; empty where a single input opens the gate


class PastChange(Struct, frozen=True, kw_only=True):
    """One past decision that another threshold would have changed."""

    on: str
    lines: tuple[str, ...]
    why: tuple[str, ...]


class TriedView(Struct, frozen=True, kw_only=True):
    """What another threshold would have changed."""

    label: str
    bound: str
    sentence: str
    changes: tuple[PastChange, ...]


def flips_view(
    found: Flips, stage: str, protocol: Protocol, measures: Mapping[str, Measure], involved: Side
) -> FlipsView:
    """Arrange the flips for reading: what opens first, then what tightens, red flags by themselves."""

    def views(flips: Iterable[Flip]) -> tuple[FlipView, ...]:
        return tuple(_flip(one, stage, protocol, measures, involved, is_any=True) for one in _merged(flips))

    loose = [one for one in found.singles if one.is_looser]
    stops = [one for one in found.singles if not one.is_looser and one.is_locked]
    tight = [one for one in found.singles if not one.is_looser and not one.is_locked]
    together = None if found.together is None else _flip(found.together, stage, protocol, measures, involved)
    return FlipsView(
        looser=views(loose), tighter=views(tight), stops=views(stops), together=together,
        about_together=_about_together(found),
    )  # fmt: skip


def _merged(flips: Iterable[Flip]) -> Iterator[Flip]:
    """Put into one line what only has to be said again today and leads to the same answer: any one of them does."""
    again: dict[tuple[object, ...], list[Flip]] = {}
    for one in flips:
        is_same = len(one.inputs) == 1 and one.inputs[0].value_then == one.inputs[0].value_now
        key = (one.advice, one.load, one.next_stage, one.is_locked) if is_same else (id(one),)
        again.setdefault(key, []).append(one)
    for group in again.values():
        yield replace(group[0], inputs=tuple(each for one in group for each in one.inputs))


def _about_together(found: Flips) -> str:
    """Say how many inputs it takes, and how sure that is."""
    if found.together is None:
        return ""
    n = len(found.together.inputs)
    what = "pair" if n == 2 else f"set of {n}"
    if not found.is_fewest:
        return f"These {n} together do, and none of them can be spared; a smaller set of others was not ruled out."
    least = "the least of all pairs" if n == 2 else "and fewer would not do"
    return (
        f"This {what} does, {least}: everything that stands in the way was tried at the nearest value within its scale "
        f"that clears it, {found.n_tried} days decided again."
    )


def _flip(
    one: Flip,
    stage: str,
    protocol: Protocol,
    measures: Mapping[str, Measure],
    involved: Side,
    *,
    is_any: bool = False,
) -> FlipView:
    return FlipView(
        inputs=tuple(_inputs(one, measures, involved, is_any=is_any)),
        says=ADVICE_SAYS[one.advice],
        title=title_words(one.advice, stage, one.next_stage, protocol),
        load=LOAD_SAYS[one.load],
    )


def _inputs(one: Flip, measures: Mapping[str, Measure], involved: Side, *, is_any: bool) -> Iterator[str]:
    """Yield each change in words; what is as before and only has to be said or measured today stands in one line.

    With `is_any` one of those is enough.
    """
    for each in one.inputs:
        if each.value_then != each.value_now:
            yield _input(each, measures[each.measure], involved)
    same = [measures[each.measure].label for each in one.inputs if each.value_then == each.value_now]
    if same:
        only = "any one of these, as it was last: " if is_any and len(same) > 1 else "as before: "
        yield f"Answered or measured today, {only}{listed(same)}"


def _input(one: Input, measure: Measure, involved: Side) -> str:
    side = side_words(one.limb, involved) if one.limb is not Limb.NONE else ""
    label = f"{measure.label} ({side})" if side else measure.label
    then = _value(measure, one.value_then)
    now = "not known" if one.value_now is None else f"{_value(measure, one.value_now)}"
    return f"{label}: {then} instead of {now}"


def _value(measure: Measure, value: Decimal) -> str:
    if measure.unit == "nrs":
        return f"{number(value, measure.resolution)} of 10"
    return level_words(measure, value) or value_words(measure, value, None, measure.unit)


# ---------------------------------------------------------------- another threshold


def tried_view(
    found: Compared,
    label: str,
    measure: Measure | None,
    operator: str,
    value: Decimal,
    unit: str,
    protocol: Protocol,
) -> TriedView:
    """Say which past decisions would have differed under another threshold."""
    n = len(found.changes)
    what = "None of them would have been another." if not n else f"{n} of them would have been another."
    return TriedView(
        label=label,
        bound=bound_words(measure, operator, value, unit) or with_unit(str(value), unit),
        sentence=f"{found.n_decisions} past decisions looked at. {what}",
        changes=tuple(
            PastChange(
                on=day(one.on),
                lines=tuple(_line(each.field, each.stored, each.found, protocol) for each in one.fields)
                or (f"Cannot be decided: {one.cannot}",),
                why=one.why,
            )
            for one in found.changes
        ),
    )


def _line(field: str, stored: str, found: str, protocol: Protocol) -> str:
    names = {
        "advice": "Advice",
        "load": "Load",
        "stage": "Stage",
        "next_stage": "Next stage",
        "is_locked": "Stopped",
    }
    return f"{names.get(field, field)}: {_word(field, stored, protocol)}, would be {_word(field, found, protocol)}"


def _word(field: str, value: str, protocol: Protocol) -> str:
    if field == "advice":
        return ADVICE_SAYS[Advice(value)].word.lower()
    if field == "load":
        return LOAD_SAYS[Load(value)].word.lower()
    if field in ("stage", "next_stage"):
        found = next((one for one in protocol.stages if one.id == value), None)
        return f"{found.number} {found.title}" if found is not None else value
    return value
