"""The comparison of committed files with their generators, with planted faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_generated

SAYS_HELLO = {"docs/hello.md": ("python", "-c", "print('hello')")}


def test_file_that_says_what_its_generator_says_passes(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/hello.md").write_text("hello\n")

    assert check_generated.check(tmp_path, SAYS_HELLO, write=False) == []


@pytest.mark.parametrize("committed", [None, "", "good-bye\n", "hello\r\n"])
def test_file_that_differs_or_is_missing_is_found_and_left_alone(
    tmp_path: Path, committed: str | None
) -> None:
    path = tmp_path / "docs/hello.md"
    path.parent.mkdir()
    if committed is not None:
        path.write_bytes(committed.encode())

    faults = check_generated.check(tmp_path, SAYS_HELLO, write=False)

    assert len(faults) == 1
    assert "docs/hello.md" in faults[0]
    assert (path.read_bytes().decode() if path.exists() else None) == committed


def test_write_mends_the_file(tmp_path: Path) -> None:
    check_generated.check(tmp_path, SAYS_HELLO, write=True)

    assert (tmp_path / "docs/hello.md").read_text() == "hello\n"
    assert check_generated.check(tmp_path, SAYS_HELLO, write=False) == []


def test_generator_that_fails_is_named_and_writes_nothing(tmp_path: Path) -> None:
    failing = {"docs/hello.md": ("python", "-c", "print('half'); raise SystemExit(3)")}

    faults = check_generated.check(tmp_path, failing, write=True)

    assert "its generator failed" in faults[0]
    assert not (tmp_path / "docs/hello.md").exists()


def test_main_fails_on_a_planted_difference_and_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check_generated, "ROOT", tmp_path)
    monkeypatch.setattr(check_generated, "GENERATED", SAYS_HELLO)
    monkeypatch.setattr(check_generated, "GENERATED_FOLDERS", {})

    assert check_generated.main([]) == 1
    assert "make generated" in capsys.readouterr().out
    assert check_generated.main(["--write"]) == 0
    assert check_generated.main([]) == 0


MAKES_TWO = {"pages": ("python", "-c", 'print(\'{"a.md": "one\\\\n", "deep/b.md": "two\\\\n"}\')')}


def test_a_folder_is_written_compared_and_swept(tmp_path: Path) -> None:
    assert len(check_generated.check_folders(tmp_path, MAKES_TWO, write=False)) == 2
    assert not (tmp_path / "pages").exists()
    check_generated.check_folders(tmp_path, MAKES_TWO, write=True)
    assert (tmp_path / "pages" / "deep" / "b.md").read_text(encoding="utf-8") == "two\n"
    assert check_generated.check_folders(tmp_path, MAKES_TWO, write=False) == []
    (tmp_path / "pages" / "old.md").write_text("left over")
    (tmp_path / "pages" / "a.md").write_text("changed\n")
    faults = check_generated.check_folders(tmp_path, MAKES_TWO, write=False)
    assert any("old.md: no generator makes it" in fault for fault in faults)
    assert any("-changed" in fault for fault in faults)
    check_generated.check_folders(tmp_path, MAKES_TWO, write=True)
    assert not (tmp_path / "pages" / "old.md").exists()
    assert check_generated.check_folders(tmp_path, MAKES_TWO, write=False) == []


def test_a_folder_whose_generator_prints_no_object_is_said(tmp_path: Path) -> None:
    failing = {"pages": ("python", "-c", "print('oops')")}
    faults = check_generated.check_folders(tmp_path, failing, write=True)
    assert len(faults) == 1
    assert "its generator failed" in faults[0]
