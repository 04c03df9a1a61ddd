"""The runner of all checks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts import check


def test_failure_of_one_check_is_shown_and_the_others_still_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = [
        check.Check("first", [sys.executable, "-c", "print('what is wrong'); raise SystemExit(1)"]),
        check.Check("second", [sys.executable, "-c", "print('all is well')"]),
    ]
    monkeypatch.setattr(check, "checks", lambda: planted)

    assert check.main([]) == 1
    printed = capsys.readouterr().out
    assert "FAILED  first" in printed
    assert "what is wrong" in printed
    assert "ok      second" in printed
    assert "all is well" not in printed
    assert printed.endswith("1 passed, 1 failed\n")
    assert check.main(["second"]) == 0


@pytest.mark.parametrize(("strict", "status", "word"), [("", 0, "left out"), ("1", 1, "FAILED")])
def test_check_that_cannot_run_here_is_left_out_unless_nothing_may_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], strict: str, status: int, word: str
) -> None:
    planted = [check.Check("types of the page", ["no such command"], "no compiler")]
    monkeypatch.setattr(check, "checks", lambda: planted)
    monkeypatch.setenv("MORTISE_NOTHING_LEFT_OUT", strict)

    assert check.main([]) == status
    assert f"{word}  types of the page: no compiler" in capsys.readouterr().out


def test_name_it_does_not_know_is_refused() -> None:
    assert check.main(["no such check"]) == 2


def test_docstrings_are_asked_of_domain_rooms_only(tmp_path: Path) -> None:
    for name in ("decide/gates.py", "decide/__init__.py", "web/views.py", "cli/serve.py", "units.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    names = [Path(name).relative_to(tmp_path).as_posix() for name in check.domain_files(tmp_path)]

    assert names == ["decide/gates.py", "units.py"]


def test_every_check_of_the_house_is_there() -> None:
    names = {found.name for found in check.checks()}

    assert {
        "format", "lint", "types", "import floors", "house rules", "docstrings", "registry hosts",
        "clinical content", "generated pages",
    } <= names  # fmt: skip
