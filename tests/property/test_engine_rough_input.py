"""A rough record is findings with causes, never a crash and never an advance; under the protocol that ships."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mortise import catalog
from mortise.episode import decision_record, replay, story
from mortise.protocol.criteria import criteria_in
from mortise.record import CheckIn, Fact, PatientRecord, Reading, SessionLog
from mortise.record.records import decode_record, encode
from mortise.simulate.patients import fictional_patient
from mortise.terms import Advice, Context, Side, Truth

CONTENT = catalog.load()
PROTOCOL = CONTENT.protocol("restricted-dorsiflexion")
ROUGH = (
    "value_huge", "value_negative", "unit_odd", "unit_unknown", "side_none", "side_other", "later", "instrument_new",
    "tired", "error_huge", "answers_none", "answers_odd", "answers_huge", "steps_odd", "gone", "twice",
)  # fmt: skip


@cache
def lived(seed: int) -> PatientRecord:
    return fictional_patient(PROTOCOL, CONTENT.measures, CONTENT.exercises, seed=seed, n_days=70)


def roughened(fact: Fact, how: str) -> tuple[Fact, ...]:
    """Return what becomes of a fact that somebody typed, sent or timed wrongly."""
    if how == "gone":
        return ()
    if how == "twice":
        return (fact, replace(fact, id=f"{fact.id}-again"))
    if how == "later":
        return (replace(fact, on=fact.on + timedelta(days=3)),)
    if isinstance(fact, Reading):
        changed: dict[str, dict[str, object]] = {
            "value_huge": {"value": Decimal("1e9")},
            "value_negative": {"value": Decimal(-7)},
            "unit_odd": {"unit": "mm"},
            "unit_unknown": {"unit": "furlong"},
            "side_none": {"side": Side.NONE},
            "side_other": {"side": fact.side.opposite},
            "instrument_new": {"instrument": "unheard-of"},
            "tired": {"context": Context.TIRED},
            "error_huge": {"recording_error": Decimal(900), "unit": "furlong"},
        }
        return (replace(fact, **changed.get(how, {})),)
    if isinstance(fact, CheckIn | SessionLog):
        if how == "answers_none":
            return (replace(fact, answers=dict.fromkeys(fact.answers)),)
        if how == "answers_odd":
            return (
                replace(
                    fact, answers={**fact.answers, "unheard_of": Decimal(1), "pain_now_nrs": Decimal("2.5")}
                ),
            )
        if how == "answers_huge":
            return (replace(fact, answers=dict.fromkeys(fact.answers, Decimal(10**6))),)
        if how == "steps_odd" and isinstance(fact, SessionLog):
            return (replace(fact, items=tuple(replace(one, dose_step=99) for one in fact.items)),)
    return (fact,)


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(ROUGH)), max_size=25),
    st.integers(0, 69),
)
def test_no_rough_record_breaks_or_advances_on_what_is_unknown(
    seed: int, rough: list[tuple[int, str]], n_days: int
) -> None:
    record = lived(seed)
    facts = list(record.facts)
    hows = {index % len(facts): how for index, how in rough}
    mixed = tuple(new for n, fact in enumerate(facts) for new in roughened(fact, hows.get(n, "")))
    as_of = record.episode.opened_on + timedelta(days=n_days)
    told = story(replace(record, facts=mixed), CONTENT, as_of)
    unknown = [one for one in told.decision.findings if one.truth is Truth.UNKNOWN]
    assert all(one.cause is not None for one in unknown)
    assert all(one.cause is None for one in told.decision.findings if one.truth is not Truth.UNKNOWN)
    if told.decision.advice is Advice.ADVANCE:
        lines = PROTOCOL.stage(told.stage).exit
        assert all(_is_met(line, told.decision.findings) for line in lines)
    assert told.session.stage == told.stage
    assert {one.measure for one in told.series} <= set(CONTENT.measures)
    assert all(one.measure in CONTENT.measures for one in told.due)
    assert told.load_counters.n_impact_contacts >= 0
    assert told.adherence is None or 0 <= told.adherence <= 100


def _is_met(line: object, findings: object) -> bool:
    ids = {one.id for one in criteria_in(line)}  # type: ignore[arg-type]
    return any(one.criterion in ids and one.truth is Truth.MET for one in findings)  # type: ignore[attr-defined]


@pytest.mark.parametrize("n", [0, 13, 40, 69])
def test_every_criterion_of_the_real_protocol_is_found_once(n: int) -> None:
    record = lived(1)
    decision = story(record, CONTENT, record.episode.opened_on + timedelta(days=n)).decision
    rules = [rule for rule in PROTOCOL.rules if not rule.stages or decision.stage in rule.stages]
    nodes = [*PROTOCOL.stage(decision.stage).exit, *(rule.when for rule in rules)]
    assert sorted(one.criterion for one in decision.findings) == sorted(
        c.id for node in nodes for c in criteria_in(node)
    )


def test_the_same_seed_gives_the_same_patient_and_another_seed_another() -> None:
    first, again, other = (
        fictional_patient(PROTOCOL, CONTENT.measures, CONTENT.exercises, seed=seed, n_days=30)
        for seed in (4, 4, 5)
    )
    assert encode(first) == encode(again)
    assert encode(first) != encode(other)
    assert decode_record(encode(first)) == first


def test_a_fictional_patients_receipts_replay_under_the_real_protocol() -> None:
    record = lived(2)
    facts: list[Fact] = []
    for n in range(25):
        on: date = record.episode.opened_on + timedelta(days=n)
        facts += [fact for fact in record.facts if fact.on == on]
        facts.append(decision_record(replace(record, facts=tuple(facts)), CONTENT, on))
    assert replay(replace(record, facts=tuple(facts)), CONTENT) == ()
