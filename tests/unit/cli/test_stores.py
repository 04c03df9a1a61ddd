"""A store of records: replayed together, each decision under its own version; and what a changed protocol would do."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mortise import catalog
from mortise.catalog import versions
from mortise.cli import main
from mortise.episode import decision_record
from mortise.errors import ContentError
from mortise.record import PatientRecord, ProtocolPin, decode_record, encode
from mortise.simulate.patients import fictional_patient

RECORD = Path(__file__).parents[2] / "golden" / "cli" / "record.json"
ON = date(2026, 2, 10)


def stored() -> PatientRecord:
    whole = decode_record(RECORD.read_bytes())
    return replace(whole, facts=(*whole.facts, decision_record(whole, catalog.load(), ON)))


def changed_content(folder: Path, **changes: str) -> Path:
    """Return a copy of the content in which the protocol of the record says something else."""
    root = folder / "content"
    shutil.copytree(catalog.CONTENT_ROOT, root)
    path = root / "protocols" / stored().episode.protocol / "protocol.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return root


def replayed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    main(["replay", *words, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_folder_of_records_replays_record_by_record(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_bytes(encode(stored()))
    for jobs in ("1", "2"):
        assert main(["replay", str(tmp_path), "--jobs", jobs]) == 0
        assert "2 records. 2 stored decisions made again; 0 differ." in capsys.readouterr().out
    broken = replace(
        stored(), facts=(*stored().facts[:-1], replace(stored().facts[-1], output_hash="0" * 64))
    )
    (tmp_path / "three.json").write_bytes(encode(broken))
    assert main(["replay", str(tmp_path), "--jobs", "1"]) == 1
    assert "three.json" in capsys.readouterr().out


def test_decisions_of_an_older_version_replay_from_where_it_was_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "record.json").write_bytes(encode(stored()))
    assert main(["replay", str(store), "--keep"]) == 0
    capsys.readouterr()
    newer = str(changed_content(tmp_path, **{"version = '": "version = '9."}))
    assert replayed(capsys, str(store), "--content", newer)["differences"] == []
    kept = next((store / "protocols").iterdir())
    kept.rename(tmp_path / kept.name)  # now it is not at hand
    found = replayed(capsys, str(store), "--content", newer)["differences"]
    assert [(one["what"], one["found"]) for one in found] == [
        ("version", "cannot be replayed: version not at hand")
    ]
    assert main(["replay", str(store), "--content", newer]) == 1
    assert "1 cannot be replayed: version not at hand." in capsys.readouterr().out
    assert replayed(capsys, str(store), "--content", newer, "--versions", str(tmp_path))["differences"] == []


def test_a_kept_version_that_was_touched_is_refused(tmp_path: Path) -> None:
    content = catalog.load()
    name = stored().episode.protocol
    path = versions.keep(content, name, tmp_path)
    assert versions.keep(content, name, tmp_path) == path
    pin = ProtocolPin(id=name, version="", hash=path.stem)
    assert versions.read_version(path, content).protocol(name) == content.protocol(name)
    assert versions.Versions(content).at(replace(pin, hash="0" * 64)) is None
    path.write_bytes(path.read_bytes().replace(b"silence_days", b"silence_dayz"))
    with pytest.raises(ContentError, match="does not hold what its name says"):
        versions.read_version(path, content)
    with pytest.raises(ContentError, match="not of"):
        versions.changed(catalog.CONTENT_ROOT / "protocols" / name, name, content).protocol("other")


def test_what_only_looks_like_a_database_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "empty.sqlite3"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE other (id)")
    assert main(["replay", str(path)]) == 12
    assert "cannot be read as a database of Mortise" in capsys.readouterr().err
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE care_episoderow (id)")
    assert main(["replay", str(path)]) == 12
    assert "holds no patient record" in capsys.readouterr().err


def test_an_empty_folder_is_no_store(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["replay", str(tmp_path)]) == 12
    assert "holds no patient record" in capsys.readouterr().err


def test_whatif_lists_what_would_differ_and_why(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    content = catalog.load()
    name = stored().episode.protocol
    whole = fictional_patient(content.protocol(name), content.measures, content.exercises)
    facts = [fact for fact in whole.facts if (fact.on - whole.episode.opened_on).days <= 20]
    known = replace(whole, facts=tuple(facts))
    made = decision_record(known, content, max(fact.on for fact in facts) + timedelta(days=5))
    path = tmp_path / "record.json"
    path.write_bytes(encode(replace(known, facts=(*known.facts, made))))
    same = content.root / "protocols" / name
    assert main(["whatif", str(path), "--protocol", str(same)]) == 0
    assert "1 past decisions looked at; 0 would differ." in capsys.readouterr().out
    text = (same / "protocol.toml").read_text(encoding="utf-8")
    changed = tmp_path / "protocol.toml"
    changed.write_text(text.replace("silence_days = 7", "silence_days = 3"), encoding="utf-8")
    assert main(["whatif", str(path), "--protocol", str(changed), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n_differ"] == 1
    assert [one["found"] for one in found["changes"][0]["fields"]] == ["ask_clinician"]
    assert main(["whatif", str(path), "--protocol", str(tmp_path)]) == 0
    assert "would do otherwise: hold" in capsys.readouterr().out
    assert main(["whatif", str(RECORD), "--protocol", str(tmp_path / "none")]) == 10
    assert "there is no such protocol" in capsys.readouterr().err
    other = next(one for one in (content.root / "protocols").iterdir() if one.is_dir() and one.name != name)
    assert main(["whatif", str(path), "--protocol", str(other)]) == 12
    assert f"is no change of {name}" in capsys.readouterr().err
