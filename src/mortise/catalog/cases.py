"""Clinical cases: a fictional record with relative days, and what the engine must find in it.

Two files stand beside each protocol. `edges.toml` holds, for every criterion, the nearest values on both sides of its
bound; each line becomes three cases (met, not met, unknown). `cases.toml` holds cases written by hand, in plain words.
Day 0 is the day the episode was opened. Everybody in a case is fictional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from mortise.catalog._case_expect import (
    ON_DAY,
    CaseFiles,
    Edge,
    Effects,
    Expect,
    Hand,
    StoryLike,
    differences,
)
from mortise.catalog._case_facts import Facts, edge_facts, hand_facts, is_taken, session_edge_facts
from mortise.catalog._check_again import FILE_NAME as AGAIN
from mortise.catalog._decode import Faults, decode, read_toml
from mortise.catalog._places import Place, places_of
from mortise.catalog.content import CONTENT_ROOT, Content
from mortise.errors import ContentFaults
from mortise.protocol import Operator, Protocol, Reduction, Stage
from mortise.record import AutonomyEntry, Episode, PatientRecord, Person
from mortise.terms import Advice, Autonomy, Cause, Measure, Origin, Sex, Side, Truth

DAY_0 = date(2026, 1, 5)
_BIRTH_YEAR_OF = DAY_0.year
# A case speaks of the protocol: how far it lets the load rise, once the engine may raise by itself.
EARNED = AutonomyEntry(
    id="earned", on=DAY_0, origin=Origin.ENGINE, by="engine", autonomy=Autonomy.APPLY, reason="A case."
)


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
    edges, _, hands, _ = read_cases(root, protocol_id, faults)
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


def read_cases(root: Path, protocol_id: str, faults: Faults) -> CaseFiles:
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
    first = _tables(folder / "edges.toml", {"edges": Edge, "effects": Effects}, root, faults)
    second = _tables(folder / "cases.toml", {"cases": Hand}, root, faults)
    again = read_toml(folder / AGAIN, str((folder / AGAIN).relative_to(root)), faults)
    return CaseFiles(tuple(first["edges"]), tuple(first["effects"]), tuple(second["cases"]), again)


def _tables(path: Path, kinds: Mapping[str, type[Any]], root: Path, faults: Faults) -> dict[str, list[Any]]:
    where = str(path.relative_to(root))
    raw = read_toml(path, where, faults)
    for key in raw:
        if key not in kinds:
            faults.add(where, f"unknown table {key!r}.", f"Write one of {', '.join(kinds)}.")
    found: dict[str, list[Any]] = {}
    for name, kind in kinds.items():
        made = [
            decode(kind, item, f"{where}, {name}[{index}] {item.get('id', '')}", faults)
            for index, item in enumerate(raw.get(name, []))
        ]
        found[name] = [one for one in made if one is not None]
    return found


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
        facts=(EARNED, *facts.made),
    )


def _edge_cases(edge: Edge, place: Place, protocol: Protocol, measures: Mapping[str, Measure]) -> list[Case]:
    stage = place.stages[0]
    as_of = DAY_0 + timedelta(days=ON_DAY)
    cases = _age_cases(edge, place, protocol, measures)
    for truth, value in ((Truth.MET, edge.met), (Truth.NOT_MET, edge.not_met), (Truth.UNKNOWN, None)):
        if truth is Truth.NOT_MET and value is None:
            continue
        if truth is Truth.UNKNOWN and _is_always_known(place, measures):
            continue
        facts = Facts(DAY_0, n_per_week=_stage(protocol, stage).n_sessions_per_week)
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


def _stage(protocol: Protocol, name: str) -> Stage:
    return next(stage for stage in protocol.stages if stage.id == name)


def _age_cases(edge: Edge, place: Place, protocol: Protocol, measures: Mapping[str, Measure]) -> list[Case]:
    """Return the same value at the limit of its age, a day older, and on one date where two are asked for."""
    if place.kind == "light" or not is_taken(measures[place.criterion.measure]):
        return []
    wanted = [
        ("as_old_as_allowed", edge.max_age_days, False, Truth.MET, None),
        ("a_day_too_old", edge.max_age_days + 1, False, Truth.UNKNOWN, Cause.STALE),
    ]
    if place.criterion.reduce in (Reduction.MAX, Reduction.MIN, Reduction.MEDIAN):
        wanted = wanted[1:]  # a window may hold too few days at the limit of the age
    if edge.n_dates > 1 and place.criterion.reduce is not Reduction.FILTERED:
        wanted.append(("once", 0, True, Truth.UNKNOWN, Cause.UNCONFIRMED))
    cases = []
    for name, age_days, is_once, truth, cause in wanted:
        if ON_DAY - age_days < 0:
            continue  # trusted for longer than a case lasts
        facts = Facts(DAY_0)
        edge_facts(facts, place, edge.met, measures, place.stages[0], age_days=age_days, is_once=is_once)
        expect = Expect(findings={edge.id: truth}, causes={edge.id: cause} if cause else {})
        record = _record(protocol.id, facts, age=edge.age, sex=edge.sex)
        title = f"{place.criterion.label}: {name.replace('_', ' ')}"
        cases.append(Case(f"{edge.id}.{name}", title, record, DAY_0 + timedelta(days=ON_DAY), expect))
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
    cases: Mapping[str, CaseFiles],
    protocols: Mapping[str, Protocol],
    measures: Mapping[str, Measure],
    faults: Faults,
) -> int:
    """Check that every criterion has its edge: the bound itself and the nearest value beyond it.

    Parameters
    ----------
    cases
        What the case files hold, by protocol.
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
        edges, effects, _, _ = cases[protocol.id]
        n_seen += _effects_agree(protocol, effects, faults)
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


def _effects_agree(protocol: Protocol, effects: Sequence[Effects], faults: Faults) -> int:
    rules = {rule.id: rule for rule in protocol.rules}
    entered = {one.id: one for one in effects}
    for name in sorted(rules.keys() ^ entered.keys()):
        faults.add(f"{protocol.id}, rule {name}", "stands in only one of protocol.toml and edges.toml.",
                   "Enter its effects in both.")  # fmt: skip
    for name in rules.keys() & entered.keys():
        if _effects_of(rules[name]) == _effects_of(entered[name]):
            continue
        for field in Effects.__struct_fields__:
            mine, other = getattr(rules[name], field), getattr(entered[name], field)
            if mine != other:
                faults.add(f"{protocol.id}, rule {name}, {field}", f"is {mine}, but its cases say {other}.",
                           "Decide which of the two is right.")  # fmt: skip
    return len(rules)


_PINNED = ("max_age_days", "n_dates", "needs_visit", "window_days", "n_least")
_pinned = attrgetter(*_PINNED)
_effects_of = attrgetter(*Effects.__struct_fields__)


def _edge_is_near(edge: Edge, place: Place, protocol: Protocol, measure: Measure, faults: Faults) -> None:
    one = place.criterion
    where = f"{protocol.id}, edges, {edge.id}"
    for field in _PINNED if _pinned(one) != _pinned(edge) else ():
        if getattr(one, field) != getattr(edge, field):
            faults.add(f"{where}, {field}", f"is {getattr(edge, field)}, the criterion says {getattr(one, field)}.",
                       "Decide which of the two is right.")  # fmt: skip
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
