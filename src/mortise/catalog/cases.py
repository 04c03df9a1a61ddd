"""Clinical cases: a fictional record with relative days, and what the engine must find in it.

Two files stand beside each protocol. `edges.toml` holds, for every criterion, the nearest values on both sides of its
bound; each line becomes three cases (met, not met, unknown). `cases.toml` holds cases written by hand, in plain words.
Day 0 is the day the episode was opened. Everybody in a case is fictional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

from mortise.catalog._case_expect import Expect, StoryLike, differences
from mortise.catalog._case_facts import ON_DAY, Facts, edge_facts, hand_facts, session_edge_facts
from mortise.catalog._decode import Faults, decode, read_toml
from mortise.catalog._places import Place, places_of
from mortise.catalog.content import CONTENT_ROOT, Content
from mortise.errors import ContentFaults
from mortise.protocol import Operator, Protocol
from mortise.record import Episode, PatientRecord, Person
from mortise.terms import Advice, Measure, Sex, Side, Truth

DAY_0 = date(2026, 1, 5)
_BIRTH_YEAR_OF = DAY_0.year


class Edge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The nearest values on both sides of one criterion's bound; no `not_met` where it asks only to be known."""

    id: str
    met: Decimal
    not_met: Decimal | None = None
    age: int = 67
    sex: Sex = Sex.FEMALE
    met_light: str = ""  # for a criterion of a light: the light of the session on each side
    not_met_light: str = ""


class Hand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case written by hand. `facts` are short tables; see `docs/reference` for their forms."""

    id: str
    title: str
    stage: str
    stage_since_day: int = 20
    on_day: int = ON_DAY
    age: int = 67
    sex: Sex = Sex.FEMALE
    is_bilateral: bool = False
    facts: tuple[dict[str, Any], ...]
    expect: Expect


class Case(NamedTuple):
    """One case, ready to be run."""

    id: str
    title: str
    record: PatientRecord
    as_of: date
    expect: Expect


class Failure(NamedTuple):
    """What a case found instead of what it expects."""

    case: str
    what: str


Tell = Callable[[PatientRecord, date], StoryLike]


def load(protocol_id: str, root: Path | None = None) -> tuple[Case, ...]:
    """Return every case of a protocol: three of each edge, then those written by hand.

    Parameters
    ----------
    protocol_id
        Name of a folder under `protocols`.
    root
        The content folder; that of the package when not given.

    Returns
    -------
    tuple of Case
        In the order of the files.

    Raises
    ------
    ContentFaults
        When a case file cannot be read, or names a criterion the protocol does not have.
    """
    root = root or CONTENT_ROOT
    content = Content(root)
    faults = Faults()
    edges, hands = read_cases(root, protocol_id, faults)
    protocol = content.protocol(protocol_id)
    places = {place.criterion.id: place for place in places_of(protocol)}
    cases: list[Case] = []
    for edge in edges:
        place = places.get(edge.id)
        if place is None:
            faults.add(
                f"{protocol_id}, edges, {edge.id}", "the protocol has no such criterion.", "Take it out."
            )
        else:
            cases += _edge_cases(edge, place, protocol, content.measures)
    cases += [_hand_case(hand, protocol, faults) for hand in hands]
    if faults:
        raise ContentFaults(faults)
    return tuple(cases)


def read_cases(root: Path, protocol_id: str, faults: Faults) -> tuple[list[Edge], list[Hand]]:
    """Read both case files of a protocol, collecting faults.

    Parameters
    ----------
    root
        The content folder.
    protocol_id
        Name of a folder under `protocols`.
    faults
        Is added to.
    """
    folder = root / "protocols" / protocol_id
    edges = _tables(folder / "edges.toml", "edges", root, Edge, faults)
    hands = _tables(folder / "cases.toml", "cases", root, Hand, faults)
    return edges, hands


def _tables(path: Path, name: str, root: Path, kind: type[Any], faults: Faults) -> list[Any]:
    where = str(path.relative_to(root))
    raw = read_toml(path, where, faults)
    found = [
        decode(kind, item, f"{where}, {name}[{index}] {item.get('id', '')}", faults)
        for index, item in enumerate(raw.get(name, []))
    ]
    for key in raw:
        if key != name:
            faults.add(where, f"unknown table {key!r}.", f"Write [[{name}]].")
    return [one for one in found if one is not None]


def _record(
    protocol_id: str, facts: Facts, *, age: int, sex: Sex, is_bilateral: bool = False
) -> PatientRecord:
    return PatientRecord(
        person=Person(birth_year=_BIRTH_YEAR_OF - age, sex=sex),
        episode=Episode(
            id="case",
            involved_side=Side.LEFT,
            protocol=protocol_id,
            opened_on=DAY_0,
            is_bilateral=is_bilateral,
        ),
        facts=tuple(facts.made),
    )


def _edge_cases(edge: Edge, place: Place, protocol: Protocol, measures: Mapping[str, Measure]) -> list[Case]:
    stage = place.stages[0]
    as_of = DAY_0 + timedelta(days=ON_DAY)
    cases = []
    for truth, value in ((Truth.MET, edge.met), (Truth.NOT_MET, edge.not_met), (Truth.UNKNOWN, None)):
        if truth is Truth.NOT_MET and value is None:
            continue
        if truth is Truth.UNKNOWN and _is_always_known(place, measures):
            continue
        facts = Facts(DAY_0)
        if place.kind == "light":
            session_edge_facts(facts, place, value, measures, stage)
            expect = _light_expected(edge, truth)
        else:
            edge_facts(facts, place, value, measures, stage)
            expect = Expect(findings={edge.id: truth}, not_advice=(Advice.ADVANCE,))
        cases.append(
            Case(
                f"{edge.id}.{truth.value}",
                f"{place.criterion.label}: {truth.value.replace('_', ' ')}"
                + ("" if value is None else f" at {value}"),
                _record(protocol.id, facts, age=edge.age, sex=edge.sex),
                as_of,
                expect,
            )
        )
    return cases


def _light_expected(edge: Edge, truth: Truth) -> Expect:
    if truth is Truth.MET:
        return Expect(light=edge.met_light)
    if truth is Truth.NOT_MET:
        return Expect(light=edge.not_met_light)
    return Expect(not_light="green")


# Counted from the calendar or from sessions: these are 0, never unknown.
_ALWAYS_KNOWN = frozenset(
    {
        "days_in_stage",
        "days_silent",
        "running_light",
        "running_light_or_worse",
        "days_with_light",
        "adherence",
    }
)


def _is_always_known(place: Place, measures: Mapping[str, Measure]) -> bool:
    """Whether a criterion cannot be unknown, or its session would have a light without it."""
    how = measures[place.criterion.measure].derive
    if place.kind == "light" and place.owner != "green":
        return True
    if place.kind == "light" and how is not None:
        return True
    return how is not None and how.kind in _ALWAYS_KNOWN


def _hand_case(hand: Hand, protocol: Protocol, faults: Faults) -> Case:
    facts = Facts(DAY_0)
    where = f"{protocol.id}, cases, {hand.id}"
    facts.enter(hand.stage, hand.stage_since_day)
    for index, raw in enumerate(hand.facts):
        hand_facts(facts, raw, protocol, f"{where}, facts[{index}]", faults)
    return Case(
        hand.id,
        hand.title,
        _record(protocol.id, facts, age=hand.age, sex=hand.sex, is_bilateral=hand.is_bilateral),
        DAY_0 + timedelta(days=hand.on_day),
        hand.expect,
    )


def run(cases: Iterable[Case], tell: Tell) -> tuple[Failure, ...]:
    """Run cases through the engine and return what differs.

    Parameters
    ----------
    cases
        The cases.
    tell
        The engine: a record and a day in, a story out.
    """
    failures: list[Failure] = []
    for case in cases:
        story = tell(case.record, case.as_of)
        failures += [Failure(case.id, what) for what in differences(case.expect, story)]
    return tuple(failures)


def cases_cover_criteria(
    root: Path, protocols: Mapping[str, Protocol], measures: Mapping[str, Measure], faults: Faults
) -> int:
    """Check that every criterion has its edge: the bound itself and the nearest value beyond it.

    Parameters
    ----------
    root
        The content folder.
    protocols, measures
        By id.
    faults
        Is added to.

    Returns
    -------
    int
        How many criteria were looked at.
    """
    n_seen = 0
    for protocol in protocols.values():
        edges, _ = read_cases(root, protocol.id, faults)
        by_id = {edge.id: edge for edge in edges}
        places = {place.criterion.id: place for place in places_of(protocol)}
        for name in by_id:
            if name not in places:
                faults.add(
                    f"{protocol.id}, edges, {name}", "the protocol has no such criterion.", "Take it out."
                )
        for name, place in places.items():
            n_seen += 1
            edge = by_id.get(name)
            if edge is None:
                faults.add(place.where, "has no cases.", "Add its edge to edges.toml.")
            elif place.criterion.measure in measures:
                _edge_is_near(edge, place, protocol, measures[place.criterion.measure], faults)
    return n_seen


def _edge_is_near(edge: Edge, place: Place, protocol: Protocol, measure: Measure, faults: Faults) -> None:
    one = place.criterion
    where = f"{protocol.id}, edges, {edge.id}"
    if one.operator is Operator.KNOWN:
        return
    bound = one.value
    if one.band is not None:
        band = next((each for each in protocol.bands if each.id == one.band), None)
        bound = None if band is None else band.bound(edge.age, edge.sex)
    beyond = -measure.resolution if one.operator is Operator.AT_LEAST else measure.resolution
    if edge.met != bound:
        faults.add(
            where, f"met at {edge.met}, but the bound is {bound}.", "Decide which of the two is right."
        )
    if edge.not_met != edge.met + beyond:
        faults.add(where, f"not met at {edge.not_met}, not at the nearest value {edge.met + beyond}.",
                   "One step of the resolution beyond the bound.")  # fmt: skip
    if place.kind == "light" and not (edge.met_light and edge.not_met_light):
        faults.add(where, "needs the light on both sides.", "Add met_light and not_met_light.")
