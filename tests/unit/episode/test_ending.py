"""The clinician is told once that care could end; nothing ends by itself, and what speaks against it is heard."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mortise.episode import Story, TaskKind, discharge_of
from mortise.protocol import Protocol
from mortise.record import Fact, Proposal
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
