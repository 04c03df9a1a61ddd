"""The safety run shows something only while what is unsafe is still seen, whole or in parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from mortise.errors import InputError
from mortise.simulate.rehearsal.runs import Piece, joined, pieces, run_pieces
from scripts import safety_parts, simulate

N_DAYS = 60
WORK = list(
    pieces(("anterior-impingement", "restricted-dorsiflexion"), 5, cohorts=("honest", "wrong-side"), n_days=3,
           any_stage=True)
)  # fmt: skip


def test_a_planted_policy_is_caught_and_a_judge_that_sees_nothing_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulate, "N_DAYS_PLANTED", 6)
    assert simulate.planted_found(1)
    monkeypatch.setattr(simulate, "PLANTED", "released")
    assert not simulate.planted_found(1)
    assert "sees nothing" in capsys.readouterr().out


def pretend(part: int, n_parts: int, work: Sequence[Piece] = WORK) -> safety_parts.Part:
    """Give a part whose days nobody lived."""
    first, end = safety_parts.bounds(len(work), part, n_parts)
    share = work[first:end]
    return safety_parts.Part(
        n_days_asked=N_DAYS, part=part, n_parts=n_parts, first_piece=first, end_piece=end,
        seeds=(min(one.first_seed for one in share), max(one.first_seed + one.n_patients for one in share)),
        under=safety_parts.under_what(), n_days=sum(one.n_patients * one.n_days for one in share), n_sessions=1,
        n_violations=0, n_advances_on_unknown=0, n_planted_found=9, took_s=1.0,
    )  # fmt: skip


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "safety_pieces", lambda n_days: WORK)
    monkeypatch.setattr(simulate, "planted_found", lambda n_workers: 9)


def folder_of(tmp_path: Path, *parts: safety_parts.Part) -> Path:
    for one in parts:
        safety_parts.keep(one, tmp_path)
    return tmp_path


def test_the_parts_together_are_exactly_the_whole(
    few: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for k in (3, 1, 2):
        args = ["--safety", str(N_DAYS), "--part", f"{k}/3", "--into", str(tmp_path), "--workers", "1"]
        assert simulate.main(args) == 0
    assert simulate.main(["--safety", str(N_DAYS), "--joined", str(tmp_path)]) == 0
    whole = joined(run_pieces(WORK, 1))
    parts = safety_parts.kept(tmp_path, N_DAYS, WORK)
    assert sum(one.n_days for one in parts) == whole.n_days == 60
    assert sum(one.n_sessions for one in parts) == sum(one.n_sessions for one in whole.tallies.values()) > 0
    assert [one.first_piece for one in parts[1:]] == [one.end_piece for one in parts[:-1]]
    told = capsys.readouterr().out
    assert f"3 parts, {parts[0].under.engine}" in told
    assert "60 patient-days" in told.splitlines()[-3]


def test_a_part_that_is_there_is_not_lived_again_and_one_that_no_longer_counts_is(
    few: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_lived = []
    real = simulate.lived
    monkeypatch.setattr(simulate, "lived", lambda *about: n_lived.append(1) or real(*about))
    args = ["--safety", str(N_DAYS), "--part", "2/8", "--into", str(tmp_path), "--workers", "1"]
    assert simulate.main(args) == simulate.main(args) == 0
    assert len(n_lived) == 1
    (old,) = [safety_parts.there(tmp_path, 2, 8, N_DAYS, WORK)]
    assert old is not None
    safety_parts.keep(replace(old, under=safety_parts.Under("mortise-engine/4", "", "")), tmp_path)
    assert simulate.main(args) == 0
    assert len(n_lived) == 2
    safety_parts.keep(replace(old, n_violations=3), tmp_path)
    assert simulate.main(args) == 1


@pytest.mark.parametrize("n_parts", [1, 2, 3, 7, 8])
def test_every_piece_is_of_one_part_whatever_the_number_of_parts(n_parts: int) -> None:
    shares = [safety_parts.bounds(8, k, n_parts) for k in range(1, n_parts + 1)]
    assert [k for first, end in shares for k in range(first, end)] == list(range(8))
    sizes = [end - first for first, end in shares]
    assert max(sizes) - min(sizes) <= 1


def test_a_missing_part_is_named_and_nothing_is_summed(
    few: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder_of(tmp_path, *(pretend(k, 8) for k in (1, 5, 7, 8)))
    assert simulate.main(["--safety", str(N_DAYS), "--joined", str(tmp_path)]) == InputError.exit_status
    told = capsys.readouterr()
    assert "parts 2 to 4 of 8 are missing; part 6/8 is missing" in told.err
    assert "patient-days" not in told.out


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"under": safety_parts.Under("mortise-engine/4", "", "")}, "another engine (mortise-engine/4"),
        ({"n_days_asked": 61}, "of a run of 61 days, not 60"),
        ({"n_days": 2}, "lived 2 days"),
        ({"first_piece": 0}, "holds pieces 0 to 8"),
        ({"seeds": (7, 9)}, "holds pieces"),
        ({"n_planted_found": 0}, "did not find what is planted"),
    ],
)
def test_a_foreign_part_is_named_with_its_reason(tmp_path: Path, fault: dict[str, object], why: str) -> None:
    folder_of(tmp_path, pretend(1, 2), replace(pretend(2, 2), **fault))
    with pytest.raises(InputError) as refused:
        safety_parts.kept(tmp_path, N_DAYS, WORK)
    assert "part 2/2" in str(refused.value)
    assert why in str(refused.value)
    assert "part 1/2" not in str(refused.value)


@pytest.mark.parametrize("name", ["content", "code"])
def test_a_part_of_other_content_or_code_is_foreign(tmp_path: Path, name: str) -> None:
    other = replace(safety_parts.under_what(), **{name: "0" * 64})
    folder_of(tmp_path, pretend(1, 2), replace(pretend(2, 2), under=other))
    with pytest.raises(InputError, match=f"part 2/2 was lived under another {name}"):
        safety_parts.kept(tmp_path, N_DAYS, WORK)


def test_a_part_of_another_cut_or_under_another_name_is_refused(tmp_path: Path) -> None:
    folder_of(tmp_path, pretend(1, 2), pretend(2, 2), pretend(2, 3))
    with pytest.raises(InputError, match="part 2/3 is of a run of 3 parts, not 2"):
        safety_parts.kept(tmp_path, N_DAYS, WORK)
    safety_parts.path_of(tmp_path, 2, 3).rename(safety_parts.path_of(tmp_path, 3, 3))
    with pytest.raises(InputError, match=r"its name is not that of part 2/3"):
        safety_parts.kept(tmp_path, N_DAYS, WORK)


def test_a_violation_in_one_part_fails_the_sum(few: None, tmp_path: Path) -> None:
    folder_of(tmp_path, pretend(1, 2), replace(pretend(2, 2), n_violations=1))
    assert simulate.main(["--safety", str(N_DAYS), "--joined", str(tmp_path)]) == 1


def test_the_code_that_decides_is_told_apart_and_the_web_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("episode", "web"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "one.py").write_text("a = 1\n", encoding="utf-8")
    monkeypatch.setattr(safety_parts, "SOURCES", tmp_path)
    before = safety_parts.under_what()
    (tmp_path / "web" / "one.py").write_text("a = 2\n", encoding="utf-8")
    assert safety_parts.under_what() == before
    (tmp_path / "episode" / "one.py").write_text("a = 2\n", encoding="utf-8")
    assert safety_parts.under_what().code != before.code


@pytest.mark.parametrize("text", ["0/4", "5/4", "3", "a/b", "1/0", "-1/4"])
def test_what_names_no_part_is_refused(few: None, tmp_path: Path, text: str) -> None:
    args = ["--safety", str(N_DAYS), f"--part={text}", "--into", str(tmp_path)]
    assert simulate.main(args) == InputError.exit_status
    assert not list(tmp_path.iterdir())


def test_more_parts_than_pieces_and_a_part_without_a_folder_are_refused(few: None, tmp_path: Path) -> None:
    args = ["--safety", str(N_DAYS), "--part", "1/9"]
    assert simulate.main([*args, "--into", str(tmp_path)]) == InputError.exit_status
    assert simulate.main(args) == InputError.exit_status
