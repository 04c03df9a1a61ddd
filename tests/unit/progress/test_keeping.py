"""A run of days forgives: what is missed, eased or rested never ends it, and nothing after today is read."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mortise.progress import keeping
from mortise.progress.keeping import FORGIVEN_DAYS

TODAY = date(2026, 11, 21)


def ago(n_days: int) -> date:
    return TODAY - timedelta(days=n_days)


def test_before_the_first_word_there_is_nothing_to_keep() -> None:
    found = keeping({}, [], [ago(1)], as_of=TODAY)
    assert (found.since_on, found.n_days, found.days) == (None, 0, ())


def test_a_missed_week_is_forgiven_and_a_longer_silence_begins_anew_without_taking_anything() -> None:
    sessions = {ago(20): True, ago(20 - FORGIVEN_DAYS - 1): True, ago(0): True}
    assert keeping(sessions, [], [], as_of=TODAY).since_on == ago(0)  # twelve silent days
    sessions[ago(8)] = False
    found = keeping(sessions, [], [], as_of=TODAY)
    assert (found.since_on, found.n_days, found.n_sessions, found.is_running) == (ago(20), 21, 4, True)


def test_a_rest_the_plan_asked_for_keeps_the_run() -> None:
    sessions = {ago(16): True, ago(0): True}
    assert keeping(sessions, [], [ago(8)], as_of=TODAY).since_on == ago(16)
    assert keeping(sessions, [], [], as_of=TODAY).since_on == ago(0)
    assert keeping({ago(9): True}, [], [ago(3)], as_of=TODAY).n_silent_days == 3
    late = keeping({ago(12): True}, [], [ago(0)], as_of=TODAY)  # a rest after a long silence begins nothing
    assert (late.since_on, late.is_running) == (ago(12), False)


def test_each_day_says_what_it_was() -> None:
    found = keeping({ago(4): True, ago(3): False}, [ago(2), ago(3)], [ago(1)], as_of=TODAY)
    assert [one.kind for one in found.days] == ["done", "lighter", "told", "rest", "open"]
    assert (found.n_silent_days, found.is_running) == (1, True)
    late = keeping({ago(FORGIVEN_DAYS + 1): True}, [], [], as_of=TODAY)
    assert (late.is_running, late.n_silent_days, len(late.days)) == (False, 8, 9)


def test_what_lies_ahead_is_not_read() -> None:
    ahead = TODAY + timedelta(days=1)
    assert keeping({ahead: True}, [ahead], [ahead], as_of=TODAY).since_on is None


OFFSETS = st.sets(st.integers(0, 60), max_size=20)


@given(sessions=OFFSETS, eased=OFFSETS, told=OFFSETS, rested=OFFSETS)
def test_easing_resting_or_telling_never_shortens_the_run(
    sessions: set[int], eased: set[int], told: set[int], rested: set[int]
) -> None:
    done = {ago(n): True for n in sessions}
    before = keeping(done, [], [], as_of=TODAY)
    lighter = {on: on not in {ago(n) for n in eased} for on in done}
    after = keeping(lighter, {ago(n) for n in told}, {ago(n) for n in rested}, as_of=TODAY)
    if before.since_on is not None and before.is_running:
        assert after.since_on is not None
        assert after.since_on <= before.since_on
        assert after.n_sessions >= before.n_sessions
        assert after.n_silent_days <= before.n_silent_days


@given(n_missed=st.integers(1, FORGIVEN_DAYS), n_before=st.integers(1, 30))
def test_up_to_a_week_missed_changes_nothing(n_missed: int, n_before: int) -> None:
    done = {ago(n_missed + 1 + n): True for n in range(n_before)} | {ago(0): True}
    assert keeping(done, [], [], as_of=TODAY).n_days == n_missed + 1 + n_before
