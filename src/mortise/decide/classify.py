"""The working classification: what speaks for and against each candidate, and the test that would tell.

Pure: signs and readings in, arguments out. Words are the content's; no diagnosis is computed. Unknown counts neither
for nor against, so a candidate is named only when enough is known and enough of it speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from mortise.protocol import Argument, Candidate, Classification
from mortise.record import Reading, Sign
from mortise.terms import Limb, Side, Strength, Truth, limb_of

UNKNOWN_LEVEL = "unknown"  # an examination's "not tested" is not knowing, never a negative finding
_N_NEXT_TESTS = 3


class Standing(StrEnum):
    """How one candidate stands."""

    NAMED = "named"  # enough is known and it speaks for it
    OPEN = "open"  # what is not known yet could still make it or break it
    UNLIKELY = "unlikely"  # whatever is still unknown, it would not be named


class Verdict(StrEnum):
    """What can be said altogether."""

    ONE = "one"
    MIXED = "mixed"
    CANNOT_SAY = "cannot_say"


class ArgumentFinding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One argument with its truth: met speaks for or against by the sign of its weight."""

    argument: str
    say: str
    weight: int
    truth: Truth
    value: Decimal | None
    unit: str
    level: str
    facts: tuple[str, ...]
    test_next: str
    evidence: tuple[str, ...]
    strength: Strength


class CandidateFinding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One candidate with everything that speaks for it, against it, and is not known."""

    candidate: str
    label: str
    what: str
    standing: Standing
    weight: int
    enough: int
    n_known: int
    speaks_for: tuple[ArgumentFinding, ...]
    speaks_against: tuple[ArgumentFinding, ...]
    not_found: tuple[ArgumentFinding, ...]
    unknown: tuple[ArgumentFinding, ...]
    test_next: tuple[str, ...]
    protocol: str
    no_protocol: str
    escalate: str


class WorkingClassification(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The candidates in order, the coexisting conditions that are named, and the next test.

    `primary` is the heaviest named candidate. With `mixed`, more than one is named: one primary protocol and the
    constraints of every subtype. It is a proposal to a clinician and never chosen without one.
    """

    verdict: Verdict
    primary: str
    candidates: tuple[CandidateFinding, ...]
    coexisting: tuple[CandidateFinding, ...]
    test_next: tuple[str, ...]
    note: str


def classify(
    classification: Classification, signs: Iterable[Sign], readings: Iterable[Reading], involved: Side
) -> WorkingClassification:
    """Weigh every candidate against what the examination found.

    Parameters
    ----------
    classification
        The candidates and their arguments, from the content.
    signs
        Signs of the record in order; for each question the newest on the involved side, or without a side, counts.
    readings
        Readings of the record in order; for each measure and limb the newest that may feed a decision counts.
    involved
        The side being treated.

    Returns
    -------
    WorkingClassification
        Candidates ordered by standing, then those that lead, then weight, then id.
    """
    known_signs = _newest_signs(signs, involved)
    known_values = _newest_values(readings, involved)
    found = [_weigh(one, known_signs, known_values) for one in classification.candidates]
    is_beside = {one.id: one.is_coexisting for one in classification.candidates}
    leads = frozenset(one.id for one in classification.candidates if one.comes_first)
    main = sorted((one for one in found if not is_beside[one.candidate]), key=lambda one: _order(one, leads))
    beside = sorted((one for one in found if is_beside[one.candidate]), key=_order)
    verdict, primary = _verdict(main)
    return WorkingClassification(
        verdict=verdict,
        primary=primary,
        candidates=tuple(main),
        coexisting=tuple(one for one in beside if one.standing is not Standing.UNLIKELY and one.weight > 0),
        test_next=_next_tests(main) if verdict is Verdict.CANNOT_SAY else (),
        note=classification.note,
    )


def _newest_signs(signs: Iterable[Sign], involved: Side) -> dict[str, Sign]:
    newest: dict[str, Sign] = {}
    for sign in signs:
        if sign.side not in (involved, Side.NONE):
            continue
        earlier = newest.get(sign.sign)
        if earlier is None or sign.on >= earlier.on:
            newest[sign.sign] = sign
    return newest


def _newest_values(readings: Iterable[Reading], involved: Side) -> dict[tuple[str, Limb], Reading]:
    newest: dict[tuple[str, Limb], Reading] = {}
    for reading in readings:
        if not reading.context.feeds_decisions:
            continue
        key = (reading.measure, limb_of(reading.side, involved))
        earlier = newest.get(key)
        if earlier is None or reading.on >= earlier.on:
            newest[key] = reading
    return newest


def _weigh(
    candidate: Candidate, signs: dict[str, Sign], values: dict[tuple[str, Limb], Reading]
) -> CandidateFinding:
    found = [_find(argument, signs, values) for argument in candidate.arguments]
    met = [one for one in found if one.truth is Truth.MET]
    unknown = tuple(one for one in found if one.truth is Truth.UNKNOWN)
    weight = sum(one.weight for one in met)
    n_known = len(found) - len(unknown)
    return CandidateFinding(
        candidate=candidate.id,
        label=candidate.label,
        what=candidate.what,
        standing=_standing(candidate, weight, n_known, unknown),
        weight=weight,
        enough=candidate.enough,
        n_known=n_known,
        speaks_for=tuple(sorted((one for one in met if one.weight > 0), key=_by_weight)),
        speaks_against=tuple(sorted((one for one in met if one.weight < 0), key=_by_weight)),
        not_found=tuple(one for one in found if one.truth is Truth.NOT_MET),
        unknown=tuple(sorted(unknown, key=_by_weight)),
        test_next=_unique(one.test_next for one in sorted(unknown, key=_by_weight)),
        protocol=candidate.protocol,
        no_protocol=candidate.no_protocol,
        escalate=candidate.escalate,
    )


def _standing(
    candidate: Candidate, weight: int, n_known: int, unknown: Sequence[ArgumentFinding]
) -> Standing:
    if weight >= candidate.enough and n_known >= candidate.n_known_least:
        return Standing.NAMED
    could_reach = weight + sum(one.weight for one in unknown if one.weight > 0)
    return Standing.OPEN if could_reach >= candidate.enough and unknown else Standing.UNLIKELY


def _find(
    argument: Argument, signs: dict[str, Sign], values: dict[tuple[str, Limb], Reading]
) -> ArgumentFinding:
    truth, value, level, facts = (
        _from_sign(argument, signs) if argument.sign else _from_values(argument, values)
    )
    return ArgumentFinding(
        argument=argument.id,
        say=argument.say,
        weight=argument.weight,
        truth=truth,
        value=value,
        unit=argument.unit,
        level=level,
        facts=facts,
        test_next=argument.test_next,
        evidence=argument.evidence,
        strength=argument.strength,
    )


_Found = tuple[Truth, Decimal | None, str, tuple[str, ...]]


def _from_sign(argument: Argument, signs: dict[str, Sign]) -> _Found:
    sign = signs.get(argument.sign)
    if sign is None or sign.level == UNKNOWN_LEVEL:
        return Truth.UNKNOWN, None, "" if sign is None else sign.level, ()
    truth = Truth.MET if sign.level in argument.levels else Truth.NOT_MET
    return truth, None, sign.level, (sign.id,)


def _from_values(argument: Argument, values: dict[tuple[str, Limb], Reading]) -> _Found:
    first = values.get((argument.measure, argument.limb))
    if first is None or argument.value is None:
        return Truth.UNKNOWN, None, "", ()
    value = first.value
    facts: tuple[str, ...] = (first.id,)
    if argument.minus:
        second = values.get((argument.minus, argument.minus_limb or argument.limb))
        if second is None or second.unit != first.unit:
            return Truth.UNKNOWN, None, "", ()
        value, facts = value - second.value, (first.id, second.id)
    if first.unit != argument.unit:
        return Truth.UNKNOWN, None, "", ()
    return (
        (Truth.MET if _holds(argument.operator, value, argument.value) else Truth.NOT_MET),
        value,
        "",
        facts,
    )


def _holds(operator: str, value: Decimal, bound: Decimal) -> bool:
    if operator == "==":
        return value == bound
    return value >= bound if operator == ">=" else value <= bound


def _verdict(main: Sequence[CandidateFinding]) -> tuple[Verdict, str]:
    named = [one for one in main if one.standing is Standing.NAMED]
    if not named:
        return Verdict.CANNOT_SAY, ""
    return (Verdict.ONE if len(named) == 1 else Verdict.MIXED), named[0].candidate


def _next_tests(main: Sequence[CandidateFinding]) -> tuple[str, ...]:
    """Return the tests that weigh most over the candidates still open, heaviest first."""
    weights: dict[str, int] = {}
    for candidate in main:
        if candidate.standing is Standing.OPEN:
            for one in candidate.unknown:
                if one.test_next:
                    weights[one.test_next] = weights.get(one.test_next, 0) + abs(one.weight)
    ordered = sorted(weights, key=lambda test: (-weights[test], test))
    return tuple(ordered[:_N_NEXT_TESTS])


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


_RANK = {Standing.NAMED: 0, Standing.OPEN: 1, Standing.UNLIKELY: 2}


def _order(one: CandidateFinding, leads: frozenset[str] = frozenset()) -> tuple[int, bool, int, str]:
    return _RANK[one.standing], one.candidate not in leads, -one.weight, one.candidate


def _by_weight(one: ArgumentFinding) -> tuple[int, str]:
    return -abs(one.weight), one.argument
