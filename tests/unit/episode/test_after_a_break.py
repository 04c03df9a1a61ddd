"""After a long break the tests that opened the stage come due again: what was true before it need not be true now."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from mortise.catalog import load
from mortise.episode import Story, story
from mortise.episode.due import Due, due_list
from mortise.record import CheckIn, PatientRecord, SessionLog
from mortise.simulate.patients import fictional_patient

CONTENT = load()
PROTOCOL = CONTENT.protocol("restricted-dorsiflexion")


@cache
def somebody() -> PatientRecord:
    """Return a fictional patient who has come as far as G2 or further."""
    return fictional_patient(PROTOCOL, CONTENT.measures, CONTENT.exercises, seed=1, n_days=120)


def told_after(n_days_off: int) -> Story:
    """Return the story of that person, who did nothing for so many days and then looks at the programme again."""
    record = somebody()
    last = max(fact.on for fact in record.of_kind(SessionLog))
    kept = tuple(
        fact for fact in record.facts if fact.on <= last or not isinstance(fact, (SessionLog, CheckIn))
    )
    kept = tuple(fact for fact in kept if fact.on <= last)
    whole = PatientRecord(person=record.person, episode=record.episode, facts=kept)
    return story(whole, CONTENT, last + timedelta(days=n_days_off + 1))


def rechecked(told: Story) -> set[str]:
    return {one.measure for one in told.due if one.why == "recheck"}


def test_a_short_break_asks_for_nothing_again() -> None:
    told = told_after(6)
    assert told.re_entry is None or not told.re_entry.recheck_exits
    assert rechecked(told) == set()


def test_a_long_break_brings_the_tests_of_the_way_in_back() -> None:
    told = told_after(40)
    assert told.re_entry is not None
    assert told.re_entry.recheck_exits
    due = due_of(told, rechecks_exits=True)
    assert "tandem_supported_s" in {one.measure for one in due} or "tug_s" in {one.measure for one in due}
    new = {one.measure for one in due} - {one.measure for one in due_of(told, rechecks_exits=False)}
    early = {one.measure for one in due if one.why == "recheck"}
    assert new <= early, "nothing else comes due by it"
    assert all(one.due_on <= told.as_of for one in due if one.why == "recheck")
    assert not {one for one in early if CONTENT.measures[one].setting.value == "home"}, (
        "answers come by themselves"
    )


def test_the_first_stage_has_no_way_in() -> None:
    told = told_after(40)
    first = due_list(PROTOCOL, "G1", CONTENT.measures, told.tracks, told.decision, rechecks_exits=True)
    assert not [one for one in first if one.why == "recheck"]


def due_of(told: Story, *, rechecks_exits: bool) -> tuple[Due, ...]:
    stage = told.stage if told.stage != "G1" else "G2"
    return due_list(
        PROTOCOL, stage, CONTENT.measures, told.tracks, told.decision, rechecks_exits=rechecks_exits
    )
