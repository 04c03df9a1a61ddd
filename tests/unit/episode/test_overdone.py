"""Who does more than the plan is told so, and so is the clinician, once it goes on."""

from __future__ import annotations

from typing import Any

import pytest

from mortise.episode import Story, TaskKind
from mortise.episode.overdone import N_TO_TELL, as_planned, is_above_dose
from mortise.record import ExerciseLog
from mortise.record.facts import SessionLog
from tests import builders as b
from tests.unit.episode.courses import plan, told
from tests.unit.prescribe.test_sessions import LIBRARY

WORDS = "Last time you did more than was planned. Please do just what stands here."


def log(n: int, **how: Any) -> SessionLog:
    item = ExerciseLog(exercise="circle", dose_step=0, outcome="done", **how)
    return b.session(f"s{n}", n, items=(item,))


def on(n: int, *logs: SessionLog) -> Story:
    return told([plan(), *(b.check_in(f"c{k}", k) for k in range(n + 1)), *logs], n)


def test_the_next_session_says_so_in_plain_words() -> None:
    over, within = log(4, n_reps=99), log(4, n_reps=1)
    assert on(5, over).session.why_patient.startswith(WORDS)
    assert "more than was planned" not in on(5, within).session.why_patient
    assert (
        "more than was planned" not in on(4, over).session.why_patient
    )  # a log does not change its own session
    assert "more than was planned" not in on(6, over, log(5)).session.why_patient  # the newest one speaks
    assert "more than was planned" not in on(12, over).session.why_patient  # long ago


def test_what_stays_the_same_is_the_plan_and_not_what_was_done() -> None:
    assert as_planned("The same as last time. It is going well.") == (
        "The plan is the same as last time. It is going well."
    )


def test_the_clinician_is_told_when_it_goes_on() -> None:
    logs = [log(n, n_reps=99) for n in (2, 4, 6)]

    def tasks(n: int, *some: SessionLog) -> list[str]:
        return [one.title for one in on(n, *some).tasks if one.kind is TaskKind.OVERDONE]

    assert len(logs) == N_TO_TELL
    assert tasks(6, *logs[:2], log(6)) == []
    assert tasks(6, *logs) == ["Does more than planned: 3 of 3 sessions in two weeks"]
    assert tasks(16, *logs) == []  # two weeks later it is over


TANDEM = LIBRARY["tandem"].dose_steps[0]


@pytest.mark.parametrize(
    ("how", "is_above"),
    [
        ({"n_sets": TANDEM.n_sets}, False),
        ({"n_sets": TANDEM.n_sets + 1}, True),
        ({"n_reps": TANDEM.n_reps + 1}, True),
        ({"duration_s": TANDEM.duration_s}, False),
        ({"duration_s": TANDEM.duration_s + 1}, True),
        ({"duration_s": TANDEM.duration_s - 1}, False),
        ({"dose_step": 99}, True),
        ({"n_sets": 99, "outcome": "skipped"}, False),
    ],
)
def test_above_its_dose_in_sets_repetitions_or_seconds(how: dict[str, Any], is_above: bool) -> None:
    item = ExerciseLog(**({"exercise": "tandem", "dose_step": 0, "outcome": "done"} | how))
    assert is_above_dose(item, LIBRARY["tandem"]) is is_above
