"""That care could end is told, and nothing ends by itself; what speaks against it and a "not yet" are heard."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from mortise.episode import Story, TaskKind, discharge_of
from mortise.protocol import Phase, Protocol
from mortise.record import Fact, PlanVersion, Proposal
from mortise.terms import Origin
from tests import builders as b
from tests.unit.episode.courses import Care, answer, escalated, plan, protocol, trained, weekly
from tests.unit.episode.test_reopening import ENTERED, HELD, home, keeping

END = ENTERED + 14


def with_a_gate() -> Protocol:
    """Return the protocol with an exit of its last stage, and no maintenance stage."""
    made = protocol(maintenance=None)
    first, second, third = made.stages
    return replace(made, stages=(first, second, replace(third, exit=second.exit[-1:], min_days=14)))


def through(*facts: Fact) -> Care:
    """Return a patient in the last stage, whose exit is met."""
    return Care(
        plan(), b.entry("e2", 20, "S2"), b.entry("e3", ENTERED, "S3"), *trained(END + 20), *weekly(HELD), *facts,
        made=with_a_gate(),
    )  # fmt: skip


def trained_on(first: int, until: int) -> list[Fact]:
    """Return what `trained` gives after `first`, so that a longer course stays a followed one."""
    there = {one.id for one in trained(first)}
    return [one for one in trained(until) if one.id not in there]


def proposed(found: Story) -> list[Proposal]:
    return [one for one in found.follow_up.proposals if one.proposes == "discharge"]


def tasks(found: Story) -> list[str]:
    return [one.title for one in found.tasks if one.kind is TaskKind.DISCHARGE]


def test_it_is_proposed_once_waits_and_ends_nothing() -> None:
    care = through()
    assert tasks(care.on(END - 1)) == []  # two weeks in the stage first
    found = care.on(END)
    assert tasks(found) == ["Think of ending care"]
    (stored,) = [one for one in found.facts if isinstance(one, Proposal)]
    assert (stored.proposes, stored.stage, stored.rests_on) == ("discharge", "S3", ("w42",))
    assert discharge_of(found.facts) is None
    assert found.session.exercises
    later = care.on(END + 9)
    assert proposed(later) == []
    assert tasks(later) == ["Think of ending care"]
    assert sum(isinstance(one, Proposal) for one in later.facts) == 1


@pytest.mark.parametrize(("said", "n_tasks"), [("accept", 1), ("decline", 0)])
def test_an_answer_ends_no_care_and_not_yet_is_not_asked_again(said: str, n_tasks: int) -> None:
    care = through()
    care.on(END)
    (stored,) = [one for one in care.facts if isinstance(one, Proposal)]
    care.add(answer("a", END, stored.id, answer=said, reason="The season goes on."))
    for n in (END, END + 6):
        found = care.on(n)
        assert len(tasks(found)) == n_tasks  # thought of, and still to be written
        assert proposed(found) == []
        assert discharge_of(found.facts) is None


def declined(*facts: Fact, **agreed: Any) -> Care:
    """Return a patient of whom Ada has said "not yet" on the day it was proposed."""
    care = through(*facts)
    care.on(END)
    (stored,) = [one for one in care.facts if isinstance(one, Proposal)]
    care.add(answer("a", END, stored.id, answer="decline", reason="The season goes on.", **agreed))
    return care


def test_after_not_yet_it_is_proposed_again_once_a_round_has_passed_and_something_new_was_measured() -> None:
    care = declined(*trained_on(END + 20, END + 70), home("new", END + 10, "9.5"))
    assert tasks(care.on(END + 27)) == []  # measured, and four weeks not over
    found = care.on(END + 28)
    assert tasks(found) == ["Think of ending care"]
    first, second = [one for one in found.facts if isinstance(one, Proposal)]
    assert first.id != second.id
    assert "new" in second.rests_on
    assert proposed(care.on(END + 30)) == []  # it waits, and is not proposed once more
    care.add(answer("b", END + 30, second.id, answer="decline", reason="One tournament more."))
    assert tasks(care.on(END + 31)) == []
    care.add(home("newest", END + 57, "9.5"))
    assert tasks(care.on(END + 57)) == []  # four weeks from the second answer
    assert tasks(care.on(END + 58)) == ["Think of ending care"]
    assert sum(isinstance(one, Proposal) for one in care.facts) == 3


def test_the_same_grounds_are_not_put_forward_twice() -> None:
    care = declined(*trained_on(END + 20, END + 45))
    for n in (END + 28, END + 40):
        found = care.on(n)
        assert found.follow_up.ending is not None
        assert found.follow_up.ending.is_ripe
        assert tasks(found) == []


def test_a_date_agreed_with_not_yet_counts_instead_of_a_round() -> None:
    facts = (*trained_on(END + 20, END + 45), home("new", END + 5, "9.5"))
    early = declined(*facts, retest_on=b.day(END + 7))
    assert tasks(early.on(END + 6)) == []
    assert tasks(early.on(END + 7)) == ["Think of ending care"]
    late = declined(*facts, retest_on=b.day(END + 35))
    assert tasks(late.on(END + 34)) == []
    assert tasks(late.on(END + 35)) == ["Think of ending care"]


def test_not_yet_is_not_asked_again_in_the_middle_of_a_season() -> None:
    season = PlanVersion(
        id="season", on=b.day(END + 1), origin=Origin.CLINICIAN, by=b.ADA, protocol=b.PROTOCOL_ID, protocol_version="1",
        protocol_hash="", received_at=b.noon(END + 1), phase=Phase.SEASON, phase_until_on=b.day(END + 40),
    )  # fmt: skip
    care = declined(*trained_on(END + 20, END + 50), home("new", END + 10, "9.5"), season)
    assert tasks(care.on(END + 40)) == []
    assert tasks(care.on(END + 41)) == ["Think of ending care"]


def test_what_was_accepted_is_never_proposed_again() -> None:
    care = through(*trained_on(END + 20, END + 45), home("new", END + 10, "9.5"))
    care.on(END)
    (stored,) = [one for one in care.facts if isinstance(one, Proposal)]
    care.add(answer("a", END, stored.id))
    assert proposed(care.on(END + 30)) == []
    assert sum(isinstance(one, Proposal) for one in care.facts) == 1


AGAINST: dict[str, list[Fact]] = {
    "pain": [b.check_in("sore", END, {"pain_now_nrs": b.D(7)})],
    "a red flag": [b.check_in("flag", END, {"red_calf": b.D(1)})],
    "something sent on": [escalated("x", END - 3, "raised", reason="Hard end-feel.")],
    "the gate": [home("low", END, "6")],
}


@pytest.mark.parametrize("facts", AGAINST.values(), ids=AGAINST)
def test_what_speaks_against_it_is_heard(facts: list[Fact]) -> None:
    found = through(*facts).on(END)
    assert proposed(found) == []
    assert tasks(found) == []
    assert found.follow_up.ending is not None
    assert not found.follow_up.ending.is_ripe


def test_a_proposal_that_waits_is_not_shown_on_a_bad_day() -> None:
    care = through(b.check_in("sore", END + 1, {"pain_now_nrs": b.D(7)}))
    assert len(tasks(care.on(END))) == 1
    assert tasks(care.on(END + 1)) == []


def test_not_in_an_earlier_stage() -> None:
    assert through().on(ENTERED - 1).follow_up.ending is None


def test_where_a_last_stage_has_no_exit_the_early_warnings_speak() -> None:
    taken = home("h1", ENTERED + 26, "9.4")
    assert len(tasks(keeping(taken).on(ENTERED + 28))) == 1
    assert tasks(keeping(taken).on(ENTERED + 27)) == []  # one round of tests first
    assert tasks(keeping().on(ENTERED + 28)) == []  # nothing was tested: not known
    assert tasks(keeping(home("h1", ENTERED + 26, "6")).on(ENTERED + 28)) == []  # lost
    assert tasks(keeping(home("h1", ENTERED + 2, "9.4")).on(ENTERED + 50)) == []  # long ago
