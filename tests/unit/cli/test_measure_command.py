"""`mortise measure` prints what the library returns, and turns errors into exit statuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest

from mortise import measure
from mortise.cli import main
from mortise.simulate.recordings import csv_of, phone_log_of
from tests.unit.measure.made_up import lunges, walk


@pytest.fixture
def feet(tmp_path: Path) -> tuple[Path, Path]:
    made = walk()
    paths = tmp_path / "a_instep.csv", tmp_path / "b_instep.csv"
    for path, samples in zip(paths, (made.left, made.right), strict=True):
        path.write_bytes(csv_of(samples))
    return paths


def test_json_is_what_the_library_returns(
    feet: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", "gait", "--left", str(feet[0]), "--right", str(feet[1]), "--json"]) == 0
    printed = msgspec.json.decode(capsys.readouterr().out)
    result = measure.gait(measure.read([], left=feet[0], right=feet[1], test="gait"))
    assert printed == msgspec.json.decode(msgspec.json.encode(measure.to_plain(result)))
    jsonschema.validate(printed, measure.schema())
    assert "curves" not in printed


def test_curves_come_on_demand(feet: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "gait", "--left", str(feet[0]), "--json", "--curves"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["curves"]


def test_table_names_measures_sides_and_where_facts_came_from(
    feet: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert main(["measure", "gait", "--left", str(feet[0]), "--right", str(feet[1])]) == 0
    printed = capsys.readouterr().out
    assert "stride_length_m" in printed
    assert "side: given" in printed
    assert "strides" in printed


def test_lunge_takes_marks_and_the_phones_own_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "shin.json"
    path.write_bytes(phone_log_of(lunges().samples))
    mark = measure.lunge(measure.read(path)[0]).trials[0].peak_s - 0.9
    assert main(["measure", "lunge", str(path), "--mark", str(mark), "--json"]) == 0
    printed = msgspec.json.decode(capsys.readouterr().out)
    assert len(printed["trials"]) == 3
    assert {r["measure"] for r in printed["readings"]} == {"lunge_angle_deg", "first_pinch_angle_deg"}


def test_errors_become_exit_statuses(
    tmp_path: Path, feet: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "walk.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert main(["measure", "gait", str(picture)]) == 11
    assert "PNG picture" in capsys.readouterr().err
    assert main(["measure", "gait", str(feet[0]), "--placement", "elbow"]) == 12
    assert main(["measure", "gait", str(feet[0]), str(feet[1])]) == 11
    assert "--left FILE --right FILE" in capsys.readouterr().err


def test_only_the_command_asked_for_is_imported() -> None:
    code = (
        "import sys; from mortise.cli import main\n"
        "try: main(['measure', '--help'])\n"
        "except SystemExit: pass\n"
        "loaded = {m for m in sys.modules if m.startswith('mortise.cli.')}\n"
        "assert loaded == {'mortise.cli.measure'}, loaded\n"
        "assert 'numpy' not in sys.modules and 'rich' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_picture_and_page_are_written_and_compared_with_a_baseline(
    feet: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["measure", "gait", "--left", str(feet[0]), "--right", str(feet[1])]
    assert main([*given, "--json", "--curves"]) == 0
    kept = tmp_path / "before.json"
    kept.write_text(capsys.readouterr().out)
    page, picture = tmp_path / "walk.html", tmp_path / "walk.svg"
    looks = ["--plot", str(picture), "--report", str(page), "--baseline"]
    assert main([*given, *looks, str(kept)]) == 0
    assert "on before.json" in page.read_text()
    assert "Within error" in page.read_text()
    assert picture.read_text().startswith("<svg")
    assert main([*given, *looks, str(feet[0])]) == 0, "a recording is measured as the baseline"
    assert "Left, before" in page.read_text()
    capsys.readouterr()
    kept.write_text(kept.read_text().replace('"test": "gait"', '"test": "hop"'))
    assert main([*given, *looks, str(kept)]) == 12
    assert "baseline" in capsys.readouterr().err
    assert main([*given, "--plot", str(tmp_path / "nowhere" / "a.svg")]) == 12
    assert "cannot be written" in capsys.readouterr().err
