"""Pieces of work: the same sums by any number of workers, intervals that cover, a release rule that refuses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from mortise.catalog import CONTENT_ROOT
from mortise.cli import main
from mortise.errors import InputError
from mortise.protocol import Reduction
from mortise.protocol.criteria import criteria_in
from mortise.record.records import encode
from mortise.simulate.rehearsal.courses import OPENED_ON, Counted, Course
from mortise.simulate.rehearsal.judges import Violation
from mortise.simulate.rehearsal.policies import policy
from mortise.simulate.rehearsal.runs import joined, pieces, run_piece, run_pieces
from mortise.simulate.rehearsal.tallies import METRICS, Moments, Results, verdict

QUIET = Counted(n_days=182, n_violations=0, n_advance_on_unknown=0, n_unsafe_days=0, n_impact_days=0, n_flares=2,
                n_flares_seen=2, n_days_late=1, n_steps_back=1, n_false_steps_back=0, n_contacts=1, n_turns=3,
                n_sessions=90, day_finished=120)  # fmt: skip


def course(**changed: int) -> Course:
    return Course(QUIET._replace(**changed), ())


def small() -> Iterator[object]:
    return iter(list(pieces(("posterior-impingement",), 5, cohorts=("honest", "two-phones"), n_days=10)))


def test_the_work_is_cut_so_that_every_patient_is_lived_once() -> None:
    cut = list(pieces(("a", "b"), 9, cohorts=("x", "y"), first_seed=30))
    seeds = [(one.protocol, one.cohort, one.first_seed + k) for one in cut for k in range(one.n_patients)]
    assert len(seeds) == len(set(seeds)) == 2 * 2 * 9
    assert {seed for _, _, seed in seeds} == set(range(30, 39))


def test_sums_are_the_same_by_one_worker_and_by_two() -> None:
    work = list(pieces(("posterior-impingement",), 5, cohorts=("honest", "two-phones"), n_days=10))
    alone, together = joined(run_pieces(work, 1)), joined(run_pieces(work, 2))
    assert repr(alone) == repr(together)
    assert alone.n_days == 2 * 5 * 10


def test_sums_do_not_depend_on_how_the_work_was_cut() -> None:
    results = [
        Results(), Results(),
    ]  # fmt: skip
    seen = [(seed, {"released": course(n_unsafe_days=seed % 3)}) for seed in range(12)]
    for seed, courses in seen:
        results[0].add("p", "honest", seed, courses)
    halves = [Results(), Results()]
    for seed, courses in seen:
        halves[seed >= 7].add("p", "honest", seed, courses)
    for half in halves:
        results[1].join(half)
    assert repr(results[0]) == repr(results[1])
    assert encode(results[0].of("honest", "released")) == encode(results[1].of("honest", "released"))


def test_an_interval_covers_the_truth_as_often_as_it_says() -> None:
    chance, covered, n_trials = Random(3), 0, 400
    for _ in range(n_trials):
        moments = Moments()
        for _ in range(60):
            moments.add(int(chance.random() < 0.3) + int(chance.random() < 0.1), 2)
        estimate = moments.ratio(1.0)
        assert estimate.low is not None
        assert estimate.high is not None
        covered += estimate.low <= 0.2 <= estimate.high
    assert 0.92 <= covered / n_trials <= 0.98


def test_nothing_seen_is_not_said_to_be_nothing() -> None:
    moments = Moments()
    for _ in range(100):
        moments.add(0, 182)
    assert moments.ratio(700.0).value == 0
    assert moments.ratio(700.0).high == pytest.approx(700 * 3 / 18200)
    assert Moments().ratio(1.0).value is None


def test_every_metric_is_what_its_name_says() -> None:
    results = Results()
    results.add("p", "honest", 1, {"released": course(n_unsafe_days=2, n_false_steps_back=1)})
    results.add(
        "p", "honest", 2, {"released": course(day_finished=0, n_flares_seen=1, n_advance_on_unknown=3)}
    )
    whole = results.of("honest", "released")
    values = {metric.id: whole.estimate(metric.id).value for metric in METRICS}
    assert values == {
        "unsafe": pytest.approx(2 / 52 * 100), "impact": 0.0, "unknown": 3.0, "late": pytest.approx(2 / 3),
        "unseen": pytest.approx(25.0), "false_back": pytest.approx(100 / 52), "contacts": pytest.approx(200 / 52),
        "turns": pytest.approx(6 / 364 * 30), "finished_week": pytest.approx(120 / 7), "never": 50.0,
    }  # fmt: skip
    assert sum(whole.finished_in_week) == 1
    assert whole.finished_in_week[17] == 1


# ---------------------------------------------------------------- the release rule


def compared(more: int, cohorts: tuple[str, ...] = ("honest", "erratic"), worse: str = "erratic") -> Results:
    results = Results()
    for cohort in cohorts:
        for seed in range(60):
            n = seed % 3 + (more if cohort == worse and seed % 4 == 0 else 0)
            results.add(
                "p",
                cohort,
                seed,
                {"released": course(n_unsafe_days=seed % 3), "candidate": course(n_unsafe_days=n)},
            )
    return results


def test_a_candidate_that_is_the_same_may_replace_the_released_protocols() -> None:
    assert verdict(compared(0)) == (True, ())


def test_a_candidate_that_is_worse_in_one_cohort_alone_may_not() -> None:
    said = verdict(compared(2))
    assert not said.may_replace
    assert [reason.split(":")[0] for reason in said.reasons] == ["erratic"]
    results = compared(2)
    assert math.isclose(
        results.more_unsafe("erratic", "candidate").value or 0, 100 * 30 / (60 * 26), rel_tol=1e-9
    )


def test_a_candidate_with_a_violation_may_not_whatever_else_it_does() -> None:
    results = compared(0)
    broken = Violation("contraindicated", OPENED_ON, "jump")
    bad = Course(QUIET._replace(n_violations=1), (broken,))
    results.add("p", "honest", 99, {"released": course(), "candidate": bad})
    said = verdict(results)
    assert not said.may_replace
    assert "1 violations" in said.reasons[0]
    assert [one.seed for one in results.examples] == [99]


def test_a_candidate_that_was_not_compared_may_not() -> None:
    results = Results()
    results.add("p", "honest", 1, {"candidate": course()})
    assert not verdict(results).may_replace
    assert not verdict(Results()).may_replace


# ---------------------------------------------------------------- policies


def test_a_calendar_asks_for_days_alone_and_keeps_the_red_flags() -> None:
    changed = policy("calendar").protocol("anterior-impingement")
    assert {one.measure for stage in changed.stages for line in stage.exit for one in criteria_in(line)} == {
        "days_in_stage"
    }
    assert changed.rules
    assert all(rule.locks for rule in changed.rules)


def test_a_single_look_asks_for_nothing_twice() -> None:
    changed, released = (policy(one).protocol("anterior-impingement") for one in ("single-look", "released"))
    for stage, was in zip(changed.stages, released.stages, strict=True):
        for line, old in zip(stage.exit, was.exit, strict=True):
            for one, before in zip(criteria_in(line), criteria_in(old), strict=True):
                assert (one.n_dates, one.n_least) == (1, 1)
                assert one.reduce in (Reduction.LAST, Reduction.CHANGE_FROM_BASELINE)
                assert (one.id, one.value, one.measure) == (before.id, before.value, before.measure)
    assert changed.rules == released.rules


def test_policies_have_hashes_of_their_own_and_a_candidate_needs_a_folder() -> None:
    ids = ("calendar", "single-look", "released")
    assert len({policy(one).protocol_hash("anterior-impingement") for one in ids}) == 3
    with pytest.raises(InputError, match="folder"):
        policy("candidate")
    with pytest.raises(InputError, match="no policy"):
        policy("hope")
    same = policy("candidate", CONTENT_ROOT)
    assert same.protocol("anterior-impingement") == policy("released").protocol("anterior-impingement")


def test_every_policy_lives_on_the_same_patients() -> None:
    piece = next(
        pieces(("anterior-impingement",), 1, policies=("released", "candidate"), cohorts=("honest",), n_days=12,
               candidate=CONTENT_ROOT)
    )  # fmt: skip
    results = run_piece(piece)
    tallies = [results.of("honest", one) for one in ("released", "candidate")]
    assert encode(tallies[0]) == encode(tallies[1])
    assert results.more_unsafe("honest", "candidate").value == 0


# ---------------------------------------------------------------- the command


def test_the_command_shows_both_sides_and_what_must_never_happen(capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "simulate",
        "--protocol",
        "posterior-impingement",
        "--cohort",
        "honest",
        "--patients",
        "1",
        "--weeks",
        "2",
    ]
    assert (
        main([*words, "--workers", "1", "--candidate", str(CONTENT_ROOT)]) == 1
    )  # one patient proves nothing
    said = capsys.readouterr().out
    assert "Unsafe days, per 100 patient-weeks" in said
    assert "Did not reach it, %" in said
    assert "0 in 14 days" in said
    assert "calendar" in said
    assert "The candidate may" in said
    assert main([*words, "--workers", "1", "--policy", "released", "--json"]) == 0
    assert '"n_days":14' in capsys.readouterr().out.replace(" ", "")


@pytest.mark.parametrize(
    "words", [["--cohort", "saints"], ["--protocol", "hip"], ["--policy", "hope"], ["--patients", "0"],
              ["--policy", "candidate"]],
)  # fmt: skip
def test_the_command_refuses_what_it_does_not_know(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *words]) == InputError.exit_status
    assert "mortise:" in capsys.readouterr().err


def test_a_candidate_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    words = [
        "simulate",
        "--candidate",
        str(tmp_path / "nowhere"),
        "--patients",
        "1",
        "--weeks",
        "1",
        "--workers",
        "1",
    ]
    assert main([*words, "--cohort", "honest", "--protocol", "anterior-impingement"]) != 0
