"""What would change a decision: the nearest changes of its inputs that flip it, asked of the engine itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from mortise.episode.fewest import fewest
from mortise.episode.fold import Content
from mortise.episode.supposing import Asked, Flip, Input, halved, value_now
from mortise.protocol import Circumstances
from mortise.record import Decision, Finding, PatientRecord
from mortise.record.tracks import Track, key_of
from mortise.terms import Advice, Limb, Measure, Setting


class Flips(Struct, frozen=True, kw_only=True):
    """Everything that would change a decision.

    `singles` need one input only. `together` is what opens the gate where no single input does (or, where nothing opens
    it, what loosens the day); None when even everything that can be measured or asked today would not. `is_fewest` says
    whether it is known that fewer inputs would not do; `n_tried` how many days were decided to know it.
    """

    singles: tuple[Flip, ...]
    together: Flip | None
    is_fewest: bool = False
    n_tried: int = 0


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
    2. Each is first taken again today as it was last. Then, towards more and towards less, in either direction the
       nearest bound is tried, then the end of the scale; if that flips, halving finds the nearest value that does.
    3. A supposed value stands for today's: answers of today are replaced, a reading is taken today as the last one was.
    4. Where no single input opens the gate, the fewest that do together are looked for: `fewest`.
    """
    asked = Asked(record, content, as_of, circumstances, made)
    singles: list[Flip] = []
    for measure, limb in _inputs(made.findings, content.measures):
        now = value_now(tracks.get(key_of(measure.id, limb)))
        singles += _of_one(asked, measure, limb, now, made.findings)
    least = None
    if not any(one.advice is Advice.ADVANCE for one in singles):
        least = fewest(asked, made, tracks, _opens)
        if least.flip is None and not any(one.is_looser for one in singles):
            least = fewest(asked, made, tracks, _loosens)
    ordered = sorted(singles, key=lambda one: (not one.is_looser, one.is_locked))
    if least is None:
        return Flips(singles=tuple(ordered), together=None)
    return Flips(
        singles=tuple(ordered), together=least.flip, is_fewest=least.is_fewest, n_tried=asked.n_decided
    )


def _opens(flip: Flip) -> bool:
    return flip.advice is Advice.ADVANCE


def _loosens(flip: Flip) -> bool:
    return flip.is_looser


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


# ---------------------------------------------------------------- how far


def _of_one(
    asked: Asked, measure: Measure, limb: Limb, now: Decimal | None, findings: tuple[Finding, ...]
) -> Iterator[Flip]:
    """Yield what one input would change: taken again today as it is, then the nearest change towards more and less."""
    again = None if now is None else asked.flip(_input(measure, limb, now, now))
    if again is not None:
        yield again
    for is_looser in (True, False):
        if again is not None and again.is_looser is is_looser:
            continue  # no change is nearer than none
        for direction in (1, -1):
            found = _nearest(asked, measure, limb, now, direction, findings, is_looser=is_looser)
            if found is not None:
                yield found


def _input(measure: Measure, limb: Limb, now: Decimal | None, value: Decimal) -> Input:
    return Input(measure=measure.id, limb=limb, value_now=now, value_then=value)


def _nearest(
    asked: Asked,
    measure: Measure,
    limb: Limb,
    now: Decimal | None,
    direction: int,
    findings: Iterable[Finding],
    *,
    is_looser: bool,
) -> Flip | None:
    """Return the flip towards more, or towards less, by the smallest change of one input in one direction."""
    end = measure.high if direction > 0 else measure.low
    start = now if now is not None else (measure.low if direction > 0 else measure.high)
    if now is not None and start == end:
        return None

    def flip(value: Decimal) -> Flip | None:
        found = asked.flip(_input(measure, limb, now, value))
        return found if found is not None and found.is_looser is is_looser else None

    for value in _bounds(measure, limb, start, direction, findings, is_known=now is not None):
        found = flip(value)
        if found is not None:
            return found
    if flip(end) is None:
        return None
    return halved(measure, start, end, flip)


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
