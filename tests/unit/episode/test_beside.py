"""Two ankles, one person, one day: counters and what is kept out are united; several days from one fold."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import pytest
from msgspec.structs import replace

from mortise import catalog
from mortise.episode import Story, story
from mortise.episode.beside import goes_first, united, uses_of_session
from mortise.episode.stories import stories
from mortise.prescribe.counters import COUNTERS
from mortise.protocol import Circumstances, Constraint, Counter
from mortise.record import ExerciseLog, PatientRecord, SessionLog
from mortise.simulate.patients import fictional_patient
from mortise.terms import Load, Origin, Side

PROTOCOL = "anterior-impingement"


@lru_cache(maxsize=1)
def ankles() -> tuple[PatientRecord, PatientRecord]:
    """Return the two ankles of one fictional person, the same story on either side."""
    content = catalog.load()
    left = fictional_patient(content.protocol(PROTOCOL), content.measures, content.exercises)
    left = replace(left, episode=replace(left.episode, id="left", involved_side=Side.LEFT, is_bilateral=True))
    right = replace(left, episode=replace(left.episode, id="right", involved_side=Side.RIGHT))
    return left, right


def day(n: int) -> date:
    return ankles()[0].episode.opened_on + timedelta(days=n)


def told(n: int) -> tuple[Story, Story]:
    left, right = ankles()
    content = catalog.load()
    return story(left, content, day(n), beside=(right,)), story(right, content, day(n), beside=(left,))


@pytest.mark.parametrize("n", [60, 120, 200])
def test_both_sessions_of_a_day_together_keep_to_the_ceilings_of_the_person(n: int) -> None:
    both = told(n)
    for one in both:
        planned = [uses_of_session(each.session, one.content.exercises) for each in both]
        for line in one.counters:
            place = COUNTERS.index(line.counter)
            unit = 1 if line.counter is Counter.IMPACT_CONTACTS else 60
            today = sum(uses[place] for uses in planned)
            if planned[both.index(one)][place] and line.per_day is not None:
                assert today <= line.per_day * unit


def test_what_the_other_ankle_took_is_counted() -> None:
    left, right = ankles()
    hop = ExerciseLog(exercise="hop-to-stick", dose_step=1, outcome="done")
    log = SessionLog(id="more", on=day(200), origin=Origin.PATIENT, session="s", items=(hop, hop, hop))
    before = {
        one.counter: one.counted_week
        for one in story(left, catalog.load(), day(200), beside=(right,)).counters
    }
    more = replace(right, facts=(*right.facts, log))
    after = {
        one.counter: one.counted_week
        for one in story(left, catalog.load(), day(200), beside=(more,)).counters
    }
    assert after[Counter.IMPACT_CONTACTS] > before.get(Counter.IMPACT_CONTACTS, 0)
    assert (
        story(left, catalog.load(), day(200)).decision
        == story(left, catalog.load(), day(200), beside=(more,)).decision
    )


def test_what_the_other_ankle_stays_out_of_is_kept_out_and_its_load_is_its_own() -> None:
    own = Constraint(id="a", author="protocol", reason="r", reason_patient="p")
    other = Constraint(
        id="stage.A1", author="protocol", reason="Not in stage A1: impact.", reason_patient="p",
        without_tags=("impact",), load_at_most=Load.REST,
    )  # fmt: skip
    quiet = replace(other, id="rule.x", without_tags=())
    found = united((own,), (other, quiet, own))
    assert [one.id for one in found] == ["a", "other_ankle.stage.A1"]
    assert (found[1].without_tags, found[1].load_at_most) == (("impact",), None)
    assert found[1].reason.startswith("Other ankle: ")


def test_the_left_ankle_chooses_first() -> None:
    left, right = ankles()
    assert goes_first(left.episode, right.episode)
    assert not goes_first(right.episode, left.episode)


def test_several_days_told_from_one_fold_are_those_told_one_by_one() -> None:
    left, _ = ankles()
    content = catalog.load()
    kinds = {"usual": Circumstances(), "hot": Circumstances(is_ankle_hot=True, minutes=10)}
    days = [day(n) for n in (100, 101, 103)]
    every = stories(left, content, days, kinds)
    for (on, name), one in every.items():
        alone = story(left, content, on, kinds[name])
        assert (one.decision, one.session, one.dose_states) == (
            alone.decision,
            alone.session,
            alone.dose_states,
        )
