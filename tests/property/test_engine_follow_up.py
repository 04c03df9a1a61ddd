"""What follows a decision keeps what the decision keeps: no order, no mirror, no calendar; nothing loosened by data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mortise.decide.decisions import conclude, examine
from mortise.episode import FollowUp, Story, story
from mortise.episode.autonomy import autonomy_on
from mortise.protocol import Constraint
from mortise.record import (
    AutonomyEntry,
    EscalationStep,
    Fact,
    PatientRecord,
    Proposal,
    ProposalAnswer,
    Reading,
)
from mortise.record.records import encode
from mortise.terms import Advice, Autonomy, Load, Origin
from tests import builders as b
from tests.property.engine_records import CONTENT, LAST, facts, records
from tests.unit.episode.courses import protocol

AS_OF = b.day(LAST)
WITH = b.SmallContent(protocol())
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


@st.composite
def acts(draw: st.DrawFn) -> list[Fact]:
    """Draw proposals, answers, escalations and entries of autonomy, by anybody, on any day."""
    found: list[Fact] = []
    who = st.sampled_from((Origin.ENGINE, Origin.CLINICIAN, Origin.PATIENT, Origin.IMPORTED))
    for n in range(draw(st.integers(0, 6))):
        on, origin = draw(st.integers(0, LAST)), draw(who)
        common = {"on": b.day(on), "origin": origin, "by": draw(st.sampled_from(("", b.ADA, "engine"))),
                  "received_at": b.noon(on)}  # fmt: skip
        kind = draw(st.integers(0, 3))
        if kind == 0:
            proposes: Any = draw(st.sampled_from(("raise", "plateau_step", "re_entry")))
            found.append(Proposal(id=f"p{n}", proposes=proposes, measure="lunge_cm", step="adherence", stage="S2",
                                  **common))  # type: ignore[arg-type] # fmt: skip
        elif kind == 1:
            found.append(ProposalAnswer(id=f"a{n}", proposal=f"p{draw(st.integers(0, 6))}",
                                        answer=draw(st.sampled_from(("accept", "decline"))), **common))  # type: ignore[arg-type] # fmt: skip
        elif kind == 2:
            step: Any = draw(st.sampled_from(("raised", "acknowledged", "closed")))
            found.append(EscalationStep(id=f"x{n}", escalation="imaging", step=step, outcome="seen",
                                        case=f"x{draw(st.integers(0, 6))}", **common))  # type: ignore[arg-type] # fmt: skip
        else:
            found.append(
                AutonomyEntry(id=f"autonomy{n}", autonomy=draw(st.sampled_from(tuple(Autonomy))), **common)
            )  # type: ignore[arg-type]
    return found


def told(record: PatientRecord) -> Story:
    return story(record, WITH, AS_OF)


def undated(found: FollowUp) -> tuple[object, ...]:
    """Return what follows without its calendar dates and the names made of them."""
    ladders = [replace(one, since_on=None, retest_from=None, proposal="") for one in found.ladders]
    cases = [(one.escalation, one.is_open, one.outcome) for one in found.escalations]
    proposals = [(one.proposes, one.measure, one.step, one.stage, one.rests_on) for one in found.proposals]
    return ladders, cases, [one.escalation for one in found.consider], proposals, found.autonomy.autonomy


# ---------------------------------------------------------------- nothing that follows loosens


@given(records(), acts())
def test_whatever_is_proposed_or_answered_never_loosens_a_decision(
    record: PatientRecord, more: list[Fact]
) -> None:
    plain = told(record).decision
    found = told(replace(record, facts=(*record.facts, *more))).decision
    assert found.advice is plain.advice
    assert found.load.tightness <= plain.load.tightness
    assert found.stage == plain.stage
    assert found.escalations == plain.escalations
    assert found.is_locked is plain.is_locked


@given(facts(), acts())
def test_a_phone_can_make_the_engine_reach_no_further(found: list[Fact], more: list[Fact]) -> None:
    phones = [replace(one, origin=Origin.PATIENT) for one in more]
    base = [
        AutonomyEntry(id="base", on=b.day(0), origin=Origin.ENGINE, by="engine", autonomy=Autonomy.PROPOSE)
    ]
    now = autonomy_on(told(b.record(*found, *base, *phones)).facts, AS_OF)
    assert (now.autonomy, now.raises_until) == (Autonomy.PROPOSE, None)


@given(records(), st.permutations(range(4)), st.lists(st.sampled_from(tuple(Load)), min_size=4, max_size=4),
       st.lists(st.none() | st.sampled_from(tuple(Advice)), min_size=4, max_size=4))  # fmt: skip
def test_constraints_only_tighten_and_in_any_order(
    record: PatientRecord, order: list[int], loads: list[Load], advices: list[Advice | None]
) -> None:
    folded = story(record, CONTENT, AS_OF).folded
    made = [
        Constraint(
            id=f"c{n}", author="ada", reason=".", reason_patient=".", load_at_most=load, advice_at_most=advice
        )
        for n, (load, advice) in enumerate(zip(loads, advices, strict=True))
    ]
    examined = examine(folded.ready, folded.inputs, folded.state, AS_OF)

    def with_(*constraints: Constraint) -> tuple[Advice, Load, tuple[str, ...]]:
        found = conclude(folded.ready, examined, folded.state, AS_OF, pin=folded.decision.protocol, engine="x",
                         constraints=constraints)  # fmt: skip
        return found.advice, found.load, tuple(one.constraint for one in found.constraints)

    free, bound = with_(), with_(*made)
    assert bound == with_(*(made[n] for n in order))
    assert bound[0].tightness <= free[0].tightness
    assert bound[1].tightness <= free[1].tightness
    for n in range(4):
        fewer = with_(*(one for one in made if one is not made[n]))
        assert bound[0].tightness <= fewer[0].tightness
        assert bound[1].tightness <= fewer[1].tightness


# ---------------------------------------------------------------- a human is never overruled


@given(facts(is_calm=True), st.sampled_from((Advice.HOLD, Advice.STEP_BACK, Advice.ASK_CLINICIAN)), acts(),
       st.integers(1, 5))  # fmt: skip
def test_a_choice_stands_on_every_later_day_whatever_calm_facts_come(
    found: list[Fact], chosen: Advice, more: list[Fact], later: int
) -> None:
    from mortise.episode import decision_record

    before = [one for one in found if one.on <= b.day(LAST - 6)]
    record = b.record(*before)
    stored = decision_record(record, WITH, b.day(LAST - 6))
    choice = b.response("o", LAST - 6, stored.id, chosen)
    on = LAST - 6 + later
    calm = [b.check_in(f"calm{n}", n) for n in range(LAST - 5, on + 1)]
    whole = b.record(*before, stored, choice, *calm, *(one for one in more if one.on <= b.day(on)))
    now = story(whole, WITH, b.day(on)).decision
    assert now.advice.tightness <= chosen.tightness, "never looser than the clinician chose"
    tighter = [one for one in now.rules if one.advice is not None and one.advice.tightness < chosen.tightness]
    if not tighter and not now.is_locked:
        assert now.advice is chosen
    assert f"overrule:{choice.id}" in [one.constraint for one in now.constraints]


# ---------------------------------------------------------------- order, mirror, twice, shift


@given(records(), acts(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_order_mirror_and_doubles_change_nothing_of_what_follows(
    record: PatientRecord, more: list[Fact], chance: object
) -> None:
    whole = replace(record, facts=(*record.facts, *more))
    first = told(whole)
    shuffled = list(whole.facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    turned = tuple(
        replace(one, side=one.side.opposite) if isinstance(one, Reading) else one for one in whole.facts
    )
    mirrored = replace(
        whole,
        facts=turned,
        episode=replace(whole.episode, involved_side=whole.episode.involved_side.opposite),
    )
    for other in (
        replace(whole, facts=tuple(shuffled)),
        replace(whole, facts=(*whole.facts, *whole.facts)),
        mirrored,
    ):
        again = told(other)
        assert again.follow_up == first.follow_up
        assert again.tasks == first.tasks


@given(records(), acts(), st.integers(1, 300))
@settings(max_examples=40)
def test_the_same_story_on_other_days_is_followed_by_the_same(
    record: PatientRecord, more: list[Fact], n_days: int
) -> None:
    whole = replace(record, facts=(*record.facts, *more))
    moved = replace(whole, facts=tuple(b.moved(one, n_days) for one in whole.facts),
                    episode=replace(whole.episode, opened_on=b.day(n_days)))  # fmt: skip
    later = story(moved, WITH, AS_OF + timedelta(days=n_days))
    assert undated(later.follow_up) == undated(told(whole).follow_up)
    assert [(one.kind, one.is_overdue) for one in later.tasks] == [
        (one.kind, one.is_overdue) for one in told(whole).tasks
    ]


# ---------------------------------------------------------------- zones and the nights on which clocks change

ZONES = ("UTC", "Europe/Madrid", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu",
         "Australia/Lord_Howe")  # fmt: skip


def in_zone(record: PatientRecord, zone: str, hour: int) -> PatientRecord:
    """Return the record as a phone in that zone would send it: the same local dates, instants of that zone."""
    place = ZoneInfo(zone)

    def timed(fact: Fact) -> Fact:
        local = datetime(fact.on.year, fact.on.month, fact.on.day, hour, 30, tzinfo=place)
        return replace(fact, captured_at=local.astimezone(UTC), received_at=local.astimezone(UTC))

    return replace(record, facts=tuple(timed(fact) for fact in record.facts))


@given(records(), st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 23))
@settings(max_examples=60)
def test_the_zone_and_the_hour_of_a_report_decide_nothing(
    record: PatientRecord, zone: str, hour: int, other: int
) -> None:
    """The three weeks hold the nights of 8 and 29 March on which clocks go forward in America and Europe."""
    here = story(in_zone(record, zone, hour), CONTENT, AS_OF + timedelta(days=1))
    there = story(in_zone(record, "UTC", other), CONTENT, AS_OF + timedelta(days=1))
    assert encode(here.decision) == encode(there.decision)


@given(records(), st.sampled_from(ZONES))
@settings(max_examples=30)
def test_an_instant_written_with_another_offset_is_the_same_instant(record: PatientRecord, zone: str) -> None:
    utc = in_zone(record, zone, 12)

    def shifted(fact: Fact) -> Fact:
        assert fact.captured_at is not None
        away = fact.captured_at.astimezone(timezone(timedelta(hours=-7)))
        return replace(fact, captured_at=away)

    moved = replace(utc, facts=tuple(shifted(fact) for fact in utc.facts))
    assert encode(story(moved, CONTENT, AS_OF).decision) == encode(story(utc, CONTENT, AS_OF).decision)


@pytest.mark.parametrize("n", [6, 27])  # 8 and 29 March 2026
def test_days_in_a_stage_are_days_of_the_calendar_across_a_change_of_clocks(n: int) -> None:
    found = b.ready_to_advance()
    for zone in ("America/New_York", "Europe/Madrid"):
        record = in_zone(b.record(*[b.moved(one, n - 6) for one in found]), zone, 23)
        told_ = story(record, CONTENT, b.day(n + 6))
        assert told_.decision.advice is Advice.ADVANCE


# ---------------------------------------------------------------- each property can fail


def test_an_autonomy_that_believes_a_phone_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    import mortise.episode.autonomy

    monkeypatch.setattr(mortise.episode.autonomy, "_counts", lambda fact: isinstance(fact, AutonomyEntry))
    entry = AutonomyEntry(id="u", on=b.day(3), origin=Origin.PATIENT, by=b.BEN, autonomy=Autonomy.APPLY)
    base = AutonomyEntry(id="base", on=b.day(0), origin=Origin.ENGINE, by="engine", autonomy=Autonomy.PROPOSE)
    assert autonomy_on((base, entry), AS_OF).autonomy is Autonomy.APPLY, "the property above would see this"


def test_a_constraint_that_could_loosen_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    import mortise.decide.decisions

    calm = [b.check_in(f"c{n}", n) for n in range(LAST + 1)]
    folded = story(b.record(*calm), CONTENT, AS_OF).folded
    examined = examine(folded.ready, folded.inputs, folded.state, AS_OF)
    loose = Constraint(id="c", author="ada", reason=".", reason_patient=".", load_at_most=Load.RAISE)
    monkeypatch.setattr(
        mortise.decide.decisions, "tightest_load", lambda loads: max(loads, key=lambda x: x.tightness)
    )
    found = conclude(folded.ready, examined, folded.state, AS_OF, pin=folded.decision.protocol, engine="x",
                     constraints=(loose,))  # fmt: skip
    assert found.load.tightness > folded.decision.load.tightness


def test_a_step_taken_by_the_calendar_would_be_seen() -> None:
    from tests.unit.episode.courses import answer
    from tests.unit.episode.test_ladder import LAST as FLAT_DAY
    from tests.unit.episode.test_ladder import flat, ladder

    care = flat()
    care.add(answer("a", FLAT_DAY, ladder(care, FLAT_DAY).proposal))
    assert {ladder(care, FLAT_DAY + n).number for n in (1, 10, 40)} == {1}
