"""What the engine may do by itself: earned by the server's time and counts, lost with a flag or an overrule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mortise.decide.autonomy import N_AGREED_LEAST, N_ANSWERED_LEAST, N_DAYS_LEAST, RAISE_DAYS, Trust, earned
from mortise.episode import decision_record, replay, story
from mortise.episode.autonomy import trust_of
from mortise.record import AutonomyEntry, Fact, Proposal, Response
from mortise.terms import Advice, Autonomy, Load, Origin
from tests import builders as b
from tests.unit.episode.courses import answer, plan

NOW = b.noon(40)
ENOUGH = Trust(
    begun_at=b.noon(0), agreed_at=tuple(b.noon(n) for n in (10, 20, 30)), n_answered=N_ANSWERED_LEAST
)


def changed(**changes: Any) -> Trust:
    from msgspec.structs import replace

    return replace(ENOUGH, **changes)


def test_enough_days_and_agreements_earn_apply() -> None:
    found = earned(ENOUGH, NOW)
    assert (found.autonomy, found.n_agreed, found.n_days) == (Autonomy.APPLY, 3, 40)


def test_a_new_patient_starts_at_propose() -> None:
    assert earned(Trust(begun_at=NOW, n_answered=99), NOW).autonomy is Autonomy.PROPOSE


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"agreed_at": tuple(b.noon(n) for n in (10, 20))}, Autonomy.PROPOSE),
        ({"agreed_at": tuple(b.noon(20) + timedelta(minutes=n) for n in range(9))}, Autonomy.PROPOSE),
        ({"n_answered": N_ANSWERED_LEAST - 1}, Autonomy.PROPOSE),
        ({"begun_at": NOW - timedelta(days=N_DAYS_LEAST) + timedelta(seconds=1)}, Autonomy.PROPOSE),
        ({"reset_at": b.noon(25)}, Autonomy.PROPOSE),
        ({"reset_at": b.noon(35)}, Autonomy.PROPOSE),
        ({"is_protocol_overdue": True}, Autonomy.PROPOSE),
        ({"is_locked": True}, Autonomy.OBSERVE),
        ({"begun_at": None}, Autonomy.OBSERVE),
        ({"reset_at": b.noon(5)}, Autonomy.APPLY),
    ],
)
def test_each_condition_is_needed(changes: dict[str, Any], expected: Autonomy) -> None:
    assert earned(changed(**changes), NOW).autonomy is expected


@given(
    agreed=st.lists(st.integers(0, 60), max_size=12),
    n_answered=st.integers(0, 30),
    reset=st.none() | st.integers(0, 60),
    later=st.integers(0, 30),
)
def test_it_is_never_earned_by_less_and_a_reset_never_helps(
    agreed: list[int], n_answered: int, reset: int | None, later: int
) -> None:
    trust = changed(agreed_at=tuple(b.noon(n) for n in agreed), n_answered=n_answered)
    hit = changed(agreed_at=trust.agreed_at, n_answered=n_answered,
                  reset_at=None if reset is None else b.noon(reset))  # fmt: skip
    assert earned(hit, NOW).autonomy.reach <= earned(trust, NOW).autonomy.reach
    assert earned(trust, NOW).autonomy.reach <= earned(trust, NOW + timedelta(days=later)).autonomy.reach
    if earned(hit, NOW).autonomy is Autonomy.APPLY:
        since = max(b.noon(0), hit.reset_at or b.noon(0))
        assert len({b.noon(n).date() for n in agreed if since <= b.noon(n) <= NOW}) >= N_AGREED_LEAST
        assert (NOW - since).days >= N_DAYS_LEAST


# ---------------------------------------------------------------- counted from a record


def agreed(id: str, n: int, **changes: Any) -> Response:
    return b.response(id, n, "d", Advice.HOLD, **({"response": "agree", "received_at": b.noon(n)} | changes))


def counted(*facts: Fact) -> Autonomy:
    trust = trust_of(facts, b.protocol(next_review_on=b.day(99)), b.ADA, n_answered=20, is_locked=False,
                     as_of=b.day(40))  # fmt: skip
    return earned(trust, NOW).autonomy


GOOD = (plan(), agreed("a", 10), agreed("b", 20), agreed("c", 30))


def test_only_the_servers_own_clock_counts() -> None:
    assert counted(*GOOD) is Autonomy.APPLY
    assert (
        counted(plan(), agreed("a", 10), agreed("b", 20), agreed("c", 30, received_at=None))
        is Autonomy.PROPOSE
    )


def test_another_clinicians_agreements_are_not_this_ones() -> None:
    assert counted(plan(), agreed("a", 10), agreed("b", 20), agreed("c", 30, by=b.CY)) is Autonomy.PROPOSE


def test_a_red_flag_or_an_overrule_takes_it_away() -> None:
    flag = b.check_in("f", 35, {"red_calf": b.D(1)}, received_at=b.noon(35))
    assert counted(*GOOD, flag) is Autonomy.PROPOSE
    assert counted(*GOOD, b.check_in("f", 35, {"red_calf": b.D(0)}, received_at=b.noon(35))) is Autonomy.APPLY
    over = b.response("o", 35, "d", Advice.HOLD, received_at=b.noon(35))
    assert counted(*GOOD, over) is Autonomy.PROPOSE
    untimed = b.check_in("f", 5, {"red_calf": b.D(1)})
    assert counted(*GOOD, untimed) is Autonomy.PROPOSE, (
        "a reset without the server's instant counts from the beginning"
    )


# ---------------------------------------------------------------- what it does to a day


def entry(autonomy: Autonomy, n: int = 0, **changes: Any) -> AutonomyEntry:
    given: dict[str, Any] = {"origin": Origin.ENGINE, "by": "engine", "received_at": b.noon(n)}
    return AutonomyEntry(id=f"au{n}{autonomy.value}", on=b.day(n), autonomy=autonomy, **(given | changes))


def load_with(*facts: Fact, n: int = 20) -> Load:
    calm = [b.check_in(f"c{i}", i) for i in range(n + 1)]
    record = b.record(*calm, b.session("s", n - 1), b.morning("m", n), *facts)
    stored = decision_record(record, b.SmallContent(), b.day(n))
    from msgspec.structs import replace

    assert replay(replace(record, facts=(*record.facts, stored)), b.SmallContent()) == ()
    return stored.decision.load


def test_a_raise_waits_until_it_is_earned_or_accepted() -> None:
    assert load_with() is Load.RAISE
    assert load_with(entry(Autonomy.PROPOSE)) is Load.KEEP
    assert load_with(entry(Autonomy.OBSERVE)) is Load.KEEP
    assert load_with(entry(Autonomy.PROPOSE), entry(Autonomy.APPLY, 10)) is Load.RAISE
    assert load_with(entry(Autonomy.APPLY), entry(Autonomy.PROPOSE, 10)) is Load.KEEP


def asked(n: int) -> Proposal:
    return Proposal(id=f"p{n}", on=b.day(n), origin=Origin.ENGINE, by="engine", proposes="raise")


def test_a_yes_holds_for_a_week() -> None:
    for n in (14, 14 + RAISE_DAYS - 1):
        assert load_with(entry(Autonomy.PROPOSE), asked(14), answer("y", 14, "p14"), n=n) is Load.RAISE
    late = 14 + RAISE_DAYS
    assert load_with(entry(Autonomy.PROPOSE), asked(14), answer("y", 14, "p14"), n=late) is Load.KEEP
    assert (
        load_with(entry(Autonomy.PROPOSE), asked(14), answer("n", 14, "p14", answer="decline")) is Load.KEEP
    )
    assert (
        load_with(entry(Autonomy.PROPOSE), asked(14), answer("y", 14, "p14", origin=Origin.PATIENT))
        is Load.KEEP
    )
    assert load_with(entry(Autonomy.OBSERVE), asked(14), answer("y", 14, "p14")) is Load.KEEP


def test_apply_is_never_taken_from_a_person_or_a_phone() -> None:
    for origin in (Origin.CLINICIAN, Origin.PATIENT, Origin.IMPORTED):
        found = load_with(entry(Autonomy.PROPOSE), entry(Autonomy.APPLY, 10, origin=origin, by=b.ADA))
        assert found is Load.KEEP
    held = load_with(entry(Autonomy.APPLY), entry(Autonomy.OBSERVE, 10, origin=Origin.CLINICIAN, by=b.ADA))
    assert held is Load.KEEP


def test_no_stage_of_autonomy_enters_a_stage_of_the_programme() -> None:
    for autonomy in Autonomy:
        found = story(b.record(*b.ready_to_advance(), entry(autonomy)), b.SmallContent(), b.day(12))
        assert found.decision.advice is Advice.ADVANCE
        assert found.stage == "S1"


def test_a_load_that_a_clinician_chose_needs_no_autonomy() -> None:
    calm = [b.check_in(f"c{i}", i) for i in range(21)]
    facts: list[Fact] = [*calm, b.session("s", 19), b.morning("m", 20), entry(Autonomy.PROPOSE)]
    stored = decision_record(b.record(*facts), b.SmallContent(), b.day(20))
    over = b.response("o", 20, stored.id, Advice.HOLD, load=Load.RAISE)
    assert stored.decision.load is Load.KEEP
    found = story(b.record(*facts, stored, over), b.SmallContent(), b.day(20))
    assert (found.decision.load, found.session.load) == (Load.RAISE, Load.RAISE)
