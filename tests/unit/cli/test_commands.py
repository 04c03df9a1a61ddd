"""Commands keep their word: what they print, what they refuse in one clear sentence, and with which exit status."""

import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from mortise import catalog
from mortise.cli import COMMANDS, main, tables
from mortise.cli.schema import SCHEMAS, schema_of
from mortise.episode import decision_record, story
from mortise.record import PatientRecord, decode_record, encode

RECORD = Path(__file__).parents[2] / "golden" / "cli" / "record.json"
ON = ("--on", "2026-02-19")


def out_of(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(words) == 0
    return json.loads(capsys.readouterr().out)


def record() -> PatientRecord:
    return decode_record(RECORD.read_bytes())


# ---------------------------------------------------------------- what they print


def test_decide_prints_the_decision_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    printed = out_of(capsys, "decide", str(RECORD), *ON, "--json")
    named = {"advice", "load", "stage", "findings", "constraints", "nearest_misses", "protocol", "engine"}
    assert named <= printed.keys()
    jsonschema.validate(printed, schema_of("decision"))
    made = story(record(), catalog.load(), date(2026, 2, 19)).decision
    assert printed == json.loads(encode(made))


def test_numbers_keep_their_digits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decide", str(RECORD), *ON, "--json"]) == 0
    text = capsys.readouterr().out
    assert '"value":0.50' in text.replace(" ", "")
    assert "0.36000" not in text


def test_today_prints_a_session_that_fits_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    printed = out_of(capsys, "today", str(RECORD), *ON, "--json")
    jsonschema.validate(printed, schema_of("session"))
    assert printed["on"] == "2026-02-19"


def test_the_day_as_it_is_reaches_the_session(capsys: pytest.CaptureFixture[str]) -> None:
    plain = out_of(capsys, "today", str(RECORD), *ON, "--json")
    busy = out_of(
        capsys, "today", str(RECORD), *ON, "--json", "--minutes", "1", "--equipment", "band, step", "--ill"
    )
    assert float(busy["seconds"]) <= 60 < float(plain["seconds"])
    assert busy["circumstances"]["equipment"] == ["band", "step"]
    assert busy["load"] == "rest"
    nothing = out_of(capsys, "today", str(RECORD), *ON, "--json", "--equipment", "")
    assert nothing["circumstances"]["equipment"] == []


def test_the_golden_record_fits_the_published_schema() -> None:
    jsonschema.validate(json.loads(RECORD.read_text()), schema_of("record"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_a_schema(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = out_of(capsys, "schema", name)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed["title"]


def test_explain_names_every_open_gate_its_value_limit_basis_and_that_nobody_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", str(RECORD), *ON]) == 0
    text = " ".join(capsys.readouterr().out.split())
    made = story(record(), catalog.load(), date(2026, 2, 19))
    for one in made.decision.findings:
        if one.of == "exit":
            assert one.label in text
            assert all(key in text for key in one.evidence)
    assert "clinic default" in text
    assert "No clinician has checked this." in text
    assert made.decision.protocol.hash in text
    assert made.decision.engine in text
    assert "no-end-range-yet" in text


def test_explain_as_json_holds_readings_and_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    printed = out_of(capsys, "explain", str(RECORD), *ON, "--json")
    used = {name for one in printed["decision"]["findings"] for name in one["readings"]}
    assert used == printed["readings"].keys()
    assert all(one["strength"] in ("excerpt_seen", "source_not_opened", "consensus")
               for one in printed["evidence"].values())  # fmt: skip


def test_a_record_comes_through_the_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_name = out_of(capsys, "decide", str(RECORD), *ON, "--json")
    piped = io.TextIOWrapper(io.BytesIO(RECORD.read_bytes()))
    monkeypatch.setattr(sys, "stdin", piped)
    assert out_of(capsys, "decide", "-", *ON, "--json") == by_name


def test_replay_makes_stored_decisions_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    whole = record()
    stored = decision_record(whole, catalog.load(), date(2026, 2, 10))
    same = tmp_path / "same.json"
    same.write_bytes(encode(replace(whole, facts=(*whole.facts, stored))))
    assert main(["replay", str(same)]) == 0
    assert "1 stored decisions made again; 0 differ" in capsys.readouterr().out
    changed = tmp_path / "changed.json"
    changed.write_bytes(encode(replace(whole, facts=(*whole.facts, replace(stored, output_hash="0" * 64)))))
    assert main(["replay", str(changed), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"]


# ---------------------------------------------------------------- what they refuse


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 12
    heard = capsys.readouterr()
    assert heard.out == ""
    assert len(heard.err.strip().splitlines()) == 1
    return heard.err


@pytest.mark.parametrize("command", ["decide", "today", "explain"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", ("not valid JSON",)),
        (b"\xff\xfe", ("not valid JSON",)),
        (b"[]", ("object",)),
        (b'{"person": {"birth_year": 1980}, "name": "X"}', ("name", "mortise schema record")),
        (b'{"person": {"birth_year": "x"}}', ("person.birth_year",)),
        (b'{"person": {"birth_year": 1980}}', ("episode",)),
    ],
)
def test_a_malformed_record_is_one_clear_error(
    command: str, content: bytes, said: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    heard = refused(capsys, command, str(file), *ON)
    assert all(word in heard for word in (str(file), *said))


def test_one_wrong_fact_is_named_by_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = json.loads(RECORD.read_text())
    whole["facts"][7]["kind"] = "guess"
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(whole))
    assert "facts[7].kind" in refused(capsys, "decide", str(file), *ON)
    whole = json.loads(RECORD.read_text())
    whole["facts"][9]["id"] = whole["facts"][8]["id"]
    file.write_text(json.dumps(whole))
    assert "facts[9].id" in refused(capsys, "decide", str(file), *ON)


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere.json" in refused(capsys, "decide", "nowhere.json", *ON)


def test_a_folder_is_no_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert str(tmp_path) in refused(capsys, "decide", str(tmp_path), *ON)


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "2026-02-30", ""])
def test_a_wrong_day_is_refused(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--on" in refused(capsys, "decide", str(RECORD), "--on", day)


def test_a_day_before_the_episode_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "before the episode" in refused(capsys, "decide", str(RECORD), "--on", "2020-01-01")


def test_less_than_no_time_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--minutes" in refused(capsys, "today", str(RECORD), *ON, "--minutes=-3")


def test_an_unknown_protocol_is_a_fault_of_content(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = json.loads(RECORD.read_text())
    whole["episode"]["protocol"] = "unheard-of"
    file = tmp_path / "record.json"
    file.write_text(json.dumps(whole))
    assert main(["decide", str(file), *ON]) == 10
    assert "unheard-of" in capsys.readouterr().err


def test_wrong_usage_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["decide", str(RECORD)])
    assert ended.value.code == 2
    assert "--on" in capsys.readouterr().err


def test_only_the_record_has_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--page" in refused(capsys, "schema", "decision", "--page")


def run_apart(shell: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command as a process of its own, behind `shell` redirections."""
    code = "import sys; from mortise.cli import main; sys.exit(main())"
    command = f'"{sys.executable}" -c "{code}" {shell}'
    return subprocess.run(
        command, shell=True, capture_output=True, env=os.environ | environment, timeout=60, check=False
    )


@pytest.mark.parametrize("command", ["decide", "explain"])
def test_a_terminal_that_shows_only_ascii_gets_every_word_and_valid_json(command: str) -> None:
    plain = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    words = run_apart(f"{command} {RECORD} {' '.join(ON)}", **plain)
    assert (words.returncode, words.stderr) == (0, b"")
    printed = run_apart(f"{command} {RECORD} {' '.join(ON)} --json", **plain)
    whole = run_apart(f"{command} {RECORD} {' '.join(ON)} --json", PYTHONIOENCODING="utf-8")
    assert json.loads(printed.stdout) == json.loads(whole.stdout)


def test_a_record_from_a_closed_pipe_is_refused() -> None:
    done = run_apart(f"decide - {' '.join(ON)} <&-")
    assert done.returncode == 12
    assert b"Traceback" not in done.stderr
    assert b"standard input" in done.stderr


@pytest.mark.parametrize("to", ["/dev/full", "&-"])
def test_an_answer_that_cannot_be_written_is_one_clear_sentence_or_silence(to: str) -> None:
    done = run_apart(f"decide {RECORD} {' '.join(ON)} --json >{to}")
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    assert done.returncode == (12 if to == "/dev/full" else 0)
    assert (b"cannot be written" in done.stderr) == (to == "/dev/full")


def test_a_command_stopped_by_hand_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(name: str) -> PatientRecord:
        raise KeyboardInterrupt

    monkeypatch.setattr("mortise.cli.records.read_record", stopped)
    assert main(["decide", str(RECORD), *ON]) == 130


# ---------------------------------------------------------------- how they are built


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert command in capsys.readouterr().out


def test_deciding_imports_neither_the_web_nor_arrays_nor_rich() -> None:
    code = (
        "import sys; from mortise.cli import main; "
        f"main(['decide', {str(RECORD)!r}, '--on', '2026-02-19', '--json']); "
        "print(sorted({'django', 'numpy', 'scipy', 'rich', 'gunicorn', 'mortise.measure'} & set(sys.modules)), "
        "file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_text_on_a_terminal_holds_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "200")
    screen = Terminal()
    blocks = [
        tables.Heading("Why [not]"),
        tables.Lines(("one",), mark="-"),
        tables.Table(("a",), [("[b]x",)]),
    ]
    tables.show(blocks, screen)
    assert all(word in screen.getvalue() for word in ("Why [not]", "- one", "[b]x"))


def test_plain_text_wraps_and_an_empty_table_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tables.show([tables.Lines(("word " * 60,)), tables.Table(("a",), [])])
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines) <= 110
    assert len(lines) == 3
