"""Obligation 3d: a citation speaks of what cites it, and a band repeats its rows for the same people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from mortise.catalog._decode import Faults
from mortise.catalog._places import Book, Place, places_of, rules_of, source_of
from mortise.protocol import Band, BandRow, Criterion, LightRule, Protocol, Rule
from mortise.protocol.criteria import criteria_in
from mortise.terms import Better, EvidenceRow, Measure, Sex, Strength

# Rows that may speak for any line: criteria of stages and gates.
_ANY = frozenset({"GATE", "STG"})
# Rows that may speak for a line whose measure names none of its own, by the letters of their ids.
_TOPICS: dict[str, frozenset[str]] = {
    "time": frozenset({"DOSE"}),
    "symptoms": frozenset({"LOAD", "PROM", "RED"}),
    "swelling": frozenset({"SW", "LOAD"}),
    "safety": frozenset({"RED", "FALL", "GAIT", "ESC", "LOAD", "HOP"}),
    "adherence": frozenset({"ESC", "SIM"}),
    "gait": frozenset({"GAIT", "FALL", "ROM"}),
    "function": frozenset({"FALL", "GAIT", "SD", "HOP", "LESS", "PROM", "ROM", "LOAD", "RSI"}),
    "range": frozenset({"WBLT", "ROM", "ESC"}),
    "strength": frozenset({"HR", "STR", "RED", "DOSE"}),
    "balance": frozenset({"BAL", "FALL", "SD"}),
    "confidence": frozenset({"PROM", "HOP"}),
}
# What every other part of a protocol may rest on, by the name of its type.
_PARTS: dict[str, frozenset[str]] = {
    "Escalation": frozenset({"RED", "ESC", "FALL", "CTX", "STG", "GATE"}),
    "Layoff": frozenset({"CTX", "LOAD"}),
    "Constraint": frozenset({"GATE", "STG", "RED", "FALL"}),
    "Hands": frozenset({"DOSE", "STG", "SIM"}),
    "ForbiddenPosition": frozenset({"CTX", "ESC", "FALL", "GATE", "LOAD", "PROM", "STG", "WBLT", "ROM"}),
    "StageCeiling": frozenset({"CTX", "LOAD", "STG"}),
    "Ladder": frozenset({"DOSE", "GATE", "LOAD", "PROM", "ROM", "STG"}),
    "Checkpoint": frozenset({"ESC", "LOAD", "STG"}),
    "Plateau": frozenset({"ESC"}),
    "Maintenance": frozenset({"CTX", "FALL", "STG"}),
    "Variant": frozenset({"STG", "ESC"}),
}
_AGES = re.compile(r"(\d+)(?:-(\d+)|\+)")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_OLDEST = 120
_FEW = 2  # floors that a label can name


def citations_fit(book: Book, faults: Faults) -> int:
    """Check the topic of every citation, and every published band against its rows."""
    n_seen = 0
    kept: dict[str, frozenset[str]] = {}
    may_cite: _MayCite = {}
    for protocol in book.protocols.values():
        for place in places_of(protocol):
            n_seen += _line(place, protocol, book, kept, may_cite, faults)
        for rule, lines in rules_of(protocol):
            n_seen += _statement(f"{protocol.id}, rule {rule.id}", rule, lines, faults)
        for light in protocol.lights:
            lines = tuple(criteria_in(light.when))
            n_seen += _statement(f"{protocol.id}, light {light.light.value}", light, lines, faults)
        for where, kind, evidence in _others(protocol):
            n_seen += _off_topic(where, evidence, _PARTS[kind], faults)
        for band in protocol.bands:
            n_seen += _band(protocol, band, book, kept, faults)
    return n_seen


def _others(protocol: Protocol) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield every part of a protocol that cites and is no line, rule, light or band: place, type, rows."""
    for holder, where in (
        (protocol, protocol.id),
        *((one, f"{protocol.id}, {one.id}") for one in protocol.stages),
    ):
        for field in holder.__struct_fields__:
            held = getattr(holder, field)
            for one in held if isinstance(held, tuple) else (held,):
                kind = type(one).__name__
                if kind in _PARTS:
                    yield f"{where}, {field} {getattr(one, 'id', '')}".rstrip(), kind, one.evidence


@lru_cache(maxsize=4096)
def _topic(key: str) -> str:
    return key.partition("-")[0]


def _off_topic(where: str, keys: tuple[str, ...], allowed: frozenset[str], faults: Faults) -> int:
    if not allowed.issuperset(map(_topic, keys)):
        for key in keys:
            if _topic(key) not in allowed:
                faults.add(
                    where, f"{key} does not speak of this.", f"Rows of {', '.join(sorted(allowed))} do."
                )
    return len(keys)


def _own_rows(measure: Measure | None, kept: dict[str, frozenset[str]]) -> frozenset[str]:
    if measure is None:
        return frozenset()
    if measure.id not in kept:
        keys = (key for one in measure.instruments for key in one.evidence)
        norms = (key for one in measure.norms for key in one.evidence)
        kept[measure.id] = frozenset((*measure.evidence, *keys, *norms))
    return kept[measure.id]


# By measure, domain and band of a line: the rows it may cite, and the topics of the others it may cite.
_MayCite = dict[tuple[str, str, str | None], tuple[frozenset[str], frozenset[str]]]


def _line(
    place: Place,
    protocol: Protocol,
    book: Book,
    kept: dict[str, frozenset[str]],
    may_cite: _MayCite,
    faults: Faults,
) -> int:
    """A line cites the rows its measure or its band cites, or others of their topics."""
    one = place.criterion
    if one.domain not in _TOPICS:
        faults.add(place.where, f"there is no domain {one.domain!r}.", f"Use one of {', '.join(_TOPICS)}.")
        return 1
    key = one.measure, one.domain, one.band and f"{protocol.id} {one.band}"
    if key not in may_cite:
        may_cite[key] = _cited_by(one, protocol, book, kept)
    rows, topics = may_cite[key]
    if len(set(one.evidence)) < len(one.evidence):
        faults.add(place.where, "cites one row twice.", "Name each row once.")
    if rows.issuperset(one.evidence):
        return 1
    others = tuple(key for key in one.evidence if key not in rows)
    return 1 + _off_topic(place.where, others, topics, faults)


def _cited_by(
    one: Criterion, protocol: Protocol, book: Book, kept: dict[str, frozenset[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the rows that a line may cite, and the topics of the others that it may cite."""
    measure = book.measures.get(one.measure)
    source = source_of(measure, book.measures) if measure is not None else None
    rows = _own_rows(measure, kept) | _own_rows(source, kept)
    if one.band:
        rows |= {key for band in protocol.bands if band.id == one.band for key in band.evidence}
    # That a red flag reads a measure, or a simulation does, says nothing of what its other lines rest on.
    topics = {_topic(key) for key in rows} - {"RED", "SIM"} or set(_TOPICS[one.domain])
    extra = {"RED"} if one.domain in ("symptoms", "safety") or one.measure.endswith("_grade") else set()
    if one.measure == "days_silent":
        extra.add("SIM")  # how often people answer is known from how they were simulated
    return rows, frozenset(topics | extra | _ANY)


def _statement(where: str, one: Rule | LightRule, lines: tuple[Criterion, ...], faults: Faults) -> int:
    """A rule cites what its lines cite: at least one row the same, the others of the same topics."""
    theirs = {key for each in lines for key in each.evidence}
    if one.evidence and not theirs & set(one.evidence):
        faults.add(
            where,
            f"cites {', '.join(one.evidence)}, and none of its lines does.",
            "Cite the row it rests on.",
        )
    if len(set(one.evidence)) < len(one.evidence):
        faults.add(where, "cites one row twice.", "Name each row once.")
    return 1 + _off_topic(where, one.evidence, frozenset({*map(_topic, theirs), *_ANY}), faults)


def _band(protocol: Protocol, band: Band, book: Book, kept: dict[str, frozenset[str]], faults: Faults) -> int:
    where = f"{protocol.id}, band {band.id}"
    topics = {_topic(key) for key in _own_rows(book.measures.get(band.measure), kept)}
    if topics:
        _off_topic(where, band.evidence, frozenset(topics | _ANY), faults)
    rows = [book.evidence[key] for key in band.evidence if key in book.evidence]
    if band.strength is Strength.CONSENSUS:
        _named(where, protocol, band, faults)
        _falls_with_age(where, band, book.measures.get(band.measure), faults)
        return len(band.rows)
    table = list(_table(rows))
    for row in band.rows:
        found = {
            value
            for sex, low, high, value in table
            if low < row.to_age and row.from_age < high and (row.sex in (sex, Sex.UNSPECIFIED) or sex is None)
        }
        if found and max(found) != row.value:
            faults.add(
                where, f"{_people(row)}: {row.value}, but its rows say {max(found)}.", "Correct one of them."
            )
    return len(band.rows)


def _people(row: BandRow) -> str:
    return f"{row.sex.value} from {row.from_age} to {row.to_age}"


def _table(rows: list[EvidenceRow]) -> Iterator[tuple[Sex | None, int, int, Decimal]]:
    """Yield sex, ages and the lower figure of every kind of people that the rows tell apart."""
    for row in rows:
        yield from _people_in(row.fact, row.figure)


@lru_cache(maxsize=512)
def _people_in(fact: str, figure: str) -> tuple[tuple[Sex | None, int, int, Decimal], ...]:
    words = fact.lower()
    sex = Sex.FEMALE if "women" in words else Sex.MALE if " men" in words else None
    ages = _AGES.findall(fact.split("s chair")[-1] if "chair" in words else fact)
    figures = figure.split("/") if len(ages) > 1 else [figure]
    return tuple(
        (sex, int(low), int(high) + 1 if high else _OLDEST, Decimal(number.group()))
        for (low, high), one in zip(ages, figures, strict=False)
        if (number := _FIGURE.search(one)) is not None
    )


def _named(where: str, protocol: Protocol, band: Band, faults: Faults) -> None:
    """A band of our own is read where it decides: the labels name each of its floors."""
    labels = [
        f"{place.criterion.label}. {place.criterion.label_patient}"
        for place in places_of(protocol)
        if place.criterion.band == band.id
    ]
    spoken = {Decimal(one) for label in labels for one in _FIGURE.findall(label)}
    floors = {row.value for row in band.rows}
    unnamed = sorted(floors - spoken)
    for value in unnamed if labels and (len(floors) <= _FEW or len(unnamed) == 1) else ():
        faults.add(where, f"no label names its floor of {value} {band.unit}.", "Write it there.")


def _falls_with_age(where: str, band: Band, measure: Measure | None, faults: Faults) -> None:
    """A band of our own never asks more of the older."""
    if measure is None:
        return
    sign = 1 if measure.better is Better.UP else -1
    for sex in Sex:
        rows = sorted((row for row in band.rows if row.sex is sex), key=lambda row: row.from_age)
        for younger, older in pairwise(rows):
            if sign * older.value > sign * younger.value:
                faults.add(
                    where, f"{_people(older)} are asked more than those before.", "Ask as much, or less."
                )
