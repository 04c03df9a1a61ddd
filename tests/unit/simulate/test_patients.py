"""A fictional patient tells sessions as a phone does: sets, repetitions and seconds of the rung."""

from __future__ import annotations

from msgspec import UNSET

from mortise.catalog import load
from mortise.record import SessionLog
from mortise.simulate.patients import fictional_patient
from tests import builders as b

CONTENT = load()


def test_each_exercise_tells_its_sets_and_what_was_skipped_tells_none() -> None:
    protocol = CONTENT.protocol("anterior-impingement")
    record = fictional_patient(
        protocol, CONTENT.measures, CONTENT.exercises, seed=3, opened_on=b.DAY0, n_days=120
    )
    items = [item for log in record.of_kind(SessionLog) for item in log.items]
    assert {item.outcome for item in items} == {"done", "skipped"}
    for item in items:
        rung = CONTENT.exercises[item.exercise].dose_steps[item.dose_step]
        is_done = item.outcome == "done"
        assert (item.n_sets, item.n_reps) == ((rung.n_sets, rung.n_reps) if is_done else (0, 0))
        assert item.duration_s == (rung.duration_s or UNSET)


def test_a_library_without_the_exercise_leaves_its_numbers_untold() -> None:
    protocol = CONTENT.protocol("anterior-impingement")
    record = fictional_patient(protocol, CONTENT.measures, {}, seed=3, opened_on=b.DAY0, n_days=30)
    items = [item for log in record.of_kind(SessionLog) for item in log.items]
    assert items
    assert {item.n_sets for item in items} == {None}
