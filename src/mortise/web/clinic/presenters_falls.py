"""The falls screen as it is read beside its tests: what counts, against which cut-off, what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from mortise.progress.falls import FallsScreen, FallsTest, Found, falls_screen
from mortise.record.records import Person
from mortise.report.words import number, with_unit
from mortise.terms import Measure, Side
from mortise.web.clinic.entries import Current

SECTIONS = frozenset({"history", "function"})
_TESTS = ("tug_s", "five_sit_to_stand_s", "chair_stand_count", "tandem_s", "gait_speed_m_s")
_WORDS = {
    Found.POSITIVE: ("Counts", "is-amber"),
    Found.NEGATIVE: ("Does not count", "is-plain"),
    Found.UNKNOWN: ("Not known", "is-unknown"),
}


class FallsLine(Struct, frozen=True, kw_only=True):
    """One line of the screen."""

    word: str
    css: str
    words: str
    cites: str


class FallsView(Struct, frozen=True, kw_only=True):
    """The screen and its answer."""

    sentence: str
    css: str
    lines: tuple[FallsLine, ...]


def falls_view(current: Current, person: Person, measures: Mapping[str, Measure], on: date) -> FallsView:
    """Put the falls screen together from what the record says now; a test that is too old is not known."""
    sign = current.signs.get(("falls", Side.NONE))
    level = sign.level if sign is not None else ""
    history = None if level not in ("none", "one", "two", "injury") else level != "none"
    values = {
        name: one.value
        for name in _TESTS
        if (one := current.readings.get((name, Side.NONE))) is not None
        and name in measures
        and measures[name].low <= one.value <= measures[name].high
        and (on - one.on).days <= measures[name].fresh_days
    }
    found = falls_screen(history, level == "injury", values, person.age_on(on), person.sex)
    told = {True: "fell in the last year", False: "no fall in the last year", None: "not asked"}[history]
    first = _line(found.history, f"History: {told}", "")
    return FallsView(
        sentence=_sentence(found), css=_css(found), lines=(first, *_lines(found.tests, measures))
    )


def _line(found: Found, words: str, cites: str) -> FallsLine:
    word, css = _WORDS[found]
    return FallsLine(word=word, css=css, words=words, cites=cites)


def _css(found: FallsScreen) -> str:
    return {True: "is-amber", False: "is-met", None: "is-unknown"}[found.is_positive]


def _sentence(found: FallsScreen) -> str:
    if found.is_positive:
        return "Positive: the falls pathway. Support first, and nothing unsupported alone at home."
    if found.is_positive is False:
        return "Negative: fewer than two of six."
    return (
        f"Not decidable yet: {found.n_positive} positive, {found.n_unknown} not known. "
        "Two of six, or a fall that hurt, count."
    )


def _lines(tests: Iterable[FallsTest], measures: Mapping[str, Measure]) -> Iterable[FallsLine]:
    for one in tests:
        measure = measures.get(one.id)
        if measure is not None:
            words = f"{measure.label}: {_shown(one.value, measure)}, {_limit(one, measure)}"
            yield _line(one.found, words, ", ".join(one.evidence))


def _shown(value: Decimal | None, measure: Measure) -> str:
    return "not known" if value is None else with_unit(number(value, measure.resolution), measure.unit)


def _limit(one: FallsTest, measure: Measure) -> str:
    if one.limit is None:
        return "no cut-off for this age and sex"
    return f"counts {'below' if one.is_below else 'from'} {_shown(one.limit, measure)}"
