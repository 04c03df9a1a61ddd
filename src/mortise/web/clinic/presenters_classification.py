"""What the assessment adds up to: arguments for and against each candidate, and the test that would tell."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from mortise.decide.classify import (
    ArgumentFinding,
    CandidateFinding,
    Standing,
    Verdict,
    WorkingClassification,
)
from mortise.report.words import number, with_unit
from mortise.web.clinic.presenters_words import STRENGTH_WORDS

_STANDING = {
    Standing.NAMED: "Speaks for it",
    Standing.OPEN: "Still open",
    Standing.UNLIKELY: "Unlikely",
}
_BEYOND = (
    "Every test was done, and no type is reached. Repeat what was borderline at the next visit; look at tendons, "
    "nerve, bone and the joints beside it; a picture or another pair of eyes where it would change what is done."
)
MARK_WIDTH = 17.0  # one block of the row of arguments, in SVG units


class Mark(Struct, frozen=True, kw_only=True):
    """One block in the row that sums up the arguments."""

    x: str
    css: str


class Reason(Struct, frozen=True, kw_only=True):
    """One argument: sign, spoken sign, words, what it rests on."""

    sign: str
    spoken: str
    words: str
    cites: tuple[str, ...]
    strength: str


class Idea(Struct, frozen=True, kw_only=True):
    """One candidate."""

    id: str
    label: str
    what: str
    standing: str
    counts: str
    marks: tuple[Mark, ...]
    width: str
    known: tuple[Reason, ...]
    unknown: tuple[Reason, ...]
    test_next: tuple[str, ...]
    has_protocol: bool
    no_protocol: str
    escalate: str
    is_primary: bool


class Ideas(Struct, frozen=True, kw_only=True):
    """Everything the page of the classification shows."""

    headline: str
    ideas: tuple[Idea, ...]
    beside: tuple[Idea, ...]
    test_next: tuple[str, ...]
    note: str


def ideas_of(found: WorkingClassification) -> Ideas:
    """Arrange the candidates for reading; no score is shown, only what speaks for and against."""
    return Ideas(
        headline=_headline(found),
        ideas=tuple(_idea(one, found.primary) for one in found.candidates),
        beside=tuple(_idea(one, "") for one in found.coexisting),
        test_next=found.test_next,
        note=f"{_BEYOND} {found.note}" if _is_stuck(found) else found.note,
    )


def _is_stuck(found: WorkingClassification) -> bool:
    """Whether nothing is named and no test is left that could."""
    return found.verdict is Verdict.CANNOT_SAY and not found.test_next


def _headline(found: WorkingClassification) -> str:
    labels = {one.candidate: one.label for one in found.candidates}
    named = [one.label for one in found.candidates if one.standing is Standing.NAMED]
    if found.verdict is Verdict.CANNOT_SAY:
        return "It cannot be said yet." if found.test_next else "Nothing here fits what is known."
    if found.verdict is Verdict.MIXED:
        return f"More than one fits: {labels[found.primary]} first, with {', '.join(named[1:]).lower()}."
    return f"{labels[found.primary]} fits best."


def _idea(one: CandidateFinding, primary: str) -> Idea:
    n_for, n_against, n_open = len(one.speaks_for), len(one.speaks_against), len(one.unknown)
    return Idea(
        id=one.candidate,
        label=one.label,
        what=one.what,
        standing=_STANDING[one.standing],
        counts=f"{n_for} for, {n_against} against, {n_open} open, {len(one.not_found)} looked for and not found",
        marks=tuple(_marks(n_for, n_against, n_open)),
        width=f"{MARK_WIDTH * max(1, n_for + n_against + n_open) + 16:g}",
        known=(
            *(_reason(reason, "+", "for") for reason in one.speaks_for),
            *(_reason(reason, "−", "against") for reason in one.speaks_against),
        ),
        unknown=tuple(_reason(reason, "?", "not known") for reason in one.unknown),
        test_next=one.test_next,
        has_protocol=bool(one.protocol),
        no_protocol=one.no_protocol,
        escalate=one.escalate,
        is_primary=one.candidate == primary,
    )


def _marks(n_for: int, n_against: int, n_open: int) -> Iterable[Mark]:
    x = 0.75
    for n, css in ((n_for, "b-for"), (n_against, "b-against"), (n_open, "b-unknown")):
        for _ in range(n):
            yield Mark(x=f"{x:g}", css=css)
            x += MARK_WIDTH
        x += 8 if n else 0


def _reason(one: ArgumentFinding, sign: str, spoken: str) -> Reason:
    is_number = one.value is not None and one.unit not in ("grade", "flag")
    value = f" ({with_unit(number(one.value, 0.1), one.unit)})" if is_number else ""
    return Reason(
        sign=sign,
        spoken=spoken,
        words=f"{one.say}{value}",
        cites=one.evidence,
        strength=STRENGTH_WORDS[one.strength],
    )
