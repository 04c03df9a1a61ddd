"""Settings: strict readers, safe defaults, secrets from files, a database by its address."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from mortise.web import settings
from mortise.web.settings import database_of, env_bool, env_int, env_list, env_secret, kept_secret

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "settings.md"


@pytest.mark.parametrize(
    ("word", "value"),
    [("1", True), ("true", True), ("YES", True), (" on ", True), ("0", False), ("no", False), ("OFF", False)],
)
def test_env_bool_reads_yes_and_no(monkeypatch: pytest.MonkeyPatch, word: str, value: bool) -> None:
    monkeypatch.setenv("A", word)
    assert env_bool("A", default=not value) is value


@pytest.mark.parametrize("word", ["2", "ja", "truthy", "-"])
def test_env_bool_refuses_anything_else_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("A", word)
    with pytest.raises(ImproperlyConfigured, match=r"^A must be 1 or 0") as caught:
        env_bool("A", default=True)
    assert word not in str(caught.value).replace("A must be 1 or 0 (true/false, yes/no, on/off).", "")


def test_env_readers_take_empty_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "  ")
    assert env_bool("A", default=True)
    assert env_int("A", default=3, low=1, high=9) == 3
    assert env_list("A", default=("x",)) == ["x"]
    assert env_secret("A") == ""


@pytest.mark.parametrize("text", ["0", "10", "1.5", "1e3", "five", "٣", "9" * 40])
def test_env_int_refuses_what_is_not_a_whole_number_in_range(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("A", text)
    with pytest.raises(ImproperlyConfigured, match="from 1 to 9"):
        env_int("A", default=3, low=1, high=9)


def test_env_list_parts_by_commas_and_refuses_empty_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "a, b ,c")
    assert env_list("A") == ["a", "b", "c"]
    monkeypatch.setenv("A", "a,,b")
    with pytest.raises(ImproperlyConfigured):
        env_list("A")


def test_env_secret_comes_from_a_file_but_not_from_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("hush\n")
    monkeypatch.setenv("A_FILE", str(file))
    assert env_secret("A") == "hush"
    monkeypatch.setenv("A", "other")
    with pytest.raises(ImproperlyConfigured, match="not both"):
        env_secret("A")
    monkeypatch.delenv("A")
    file.write_text("\n")
    with pytest.raises(ImproperlyConfigured, match="empty"):
        env_secret("A")
    file.unlink()
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        env_secret("A")


def test_kept_secret_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = kept_secret(path)
    assert kept_secret(path) == first
    assert len(first) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("short")
    with pytest.raises(ImproperlyConfigured, match="damaged"):
        kept_secret(path)


def test_database_is_sqlite_that_loses_nothing_unless_an_address_is_given(tmp_path: Path) -> None:
    found = database_of("", tmp_path)
    assert found["NAME"] == tmp_path / "mortise.sqlite3"
    assert "synchronous=FULL" in found["OPTIONS"]["init_command"]
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database_of("sqlite:////data/a%20b.sqlite3", tmp_path)["NAME"] == Path("/data/a b.sqlite3")


def test_database_address_of_postgresql_is_taken_apart(tmp_path: Path) -> None:
    found = database_of("postgresql://ann:p%40ss@db.example:5433/mortise?sslmode=require", tmp_path)
    assert found["ENGINE"].endswith("postgresql")
    parts = (found["NAME"], found["USER"], found["PASSWORD"], found["HOST"], found["PORT"])
    assert parts == ("mortise", "ann", "p@ss", "db.example", "5433")
    assert found["OPTIONS"] == {"sslmode": "require"}
    socket = database_of("postgres:///mortise?host=/run/db&port=5434", tmp_path)
    assert (socket["HOST"], socket["PORT"]) == ("/run/db", "5434")


@pytest.mark.parametrize(
    "url", ["mysql://a/b", "sqlite:///rel", "postgresql://host", "nonsense", "postgresql://host:port/name"]
)
def test_database_address_that_cannot_be_used_stops_the_start(tmp_path: Path, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database_of(url, tmp_path)


def start(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a management command in a process of its own, with nothing but these settings."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("MORTISE_", "DATABASE_URL"))
    }
    kept |= {
        "MORTISE_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "mortise.web.settings",
        **environment,
    }
    command = [sys.executable, "-m", "mortise.web", *arguments]
    return subprocess.run(command, env=kept, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    "environment", [{}, {"MORTISE_HTTPS": "1", "MORTISE_HOSTS": "mortise.example"}], ids=["local", "https"]
)
def test_settings_pass_djangos_check_for_deployment(tmp_path: Path, environment: dict[str, str]) -> None:
    done = start(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **environment)
    assert done.returncode == 0, done.stderr


def test_settings_silence_only_what_needs_a_certificate_here() -> None:
    local = {"security.W004", "security.W008", "security.W012", "security.W016"}
    assert set(settings.SILENCED_SYSTEM_CHECKS) == local | {"security.W005", "security.W021"}


def test_settings_refuse_the_demonstration_where_it_is_real(tmp_path: Path) -> None:
    done = start(tmp_path, "check", MORTISE_DEMO="1", MORTISE_HTTPS="1")
    assert done.returncode != 0
    assert "MORTISE_DEMO" in done.stderr


def test_settings_refuse_the_mirror_where_it_is_real(tmp_path: Path) -> None:
    done = start(tmp_path, "check", MORTISE_MIRROR="1", MORTISE_HTTPS="1")
    assert done.returncode != 0
    assert "MORTISE_MIRROR" in done.stderr


def test_settings_are_safe_when_nothing_is_set() -> None:
    assert not settings.DEBUG
    assert not settings.DEMO
    assert settings.ALLOWED_HOSTS != ["*"]
    assert settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def test_settings_page_lists_every_variable_that_is_read() -> None:
    code = Path(settings.__file__).read_text(encoding="utf-8")
    read = set(re.findall(r'env_(?:text|bool|int|list|secret)\(\s*"([A-Z_]+)"', code))
    listed = set(re.findall(r"^\| `([A-Z_]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert read == listed


@pytest.mark.django_db
def test_database_connection_really_runs_as_the_settings_say() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW timezone")
            assert cursor.fetchone() == (
                "UTC",
            )  # durability is the server's own setting there, see settings.md
        return
    found = {}
    with connection.cursor() as cursor:
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            found[name] = cursor.execute(f"PRAGMA {name}").fetchone()[0]
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}  # 2 is FULL
