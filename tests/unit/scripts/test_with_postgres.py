"""The PostgreSQL that exists only meanwhile."""

from __future__ import annotations

import sys

import psycopg
import pytest

from scripts import with_postgres


@pytest.mark.postgres
def test_server_answers_under_its_address_and_is_gone_afterwards() -> None:
    programs = with_postgres.find_programs()
    assert programs is not None
    with with_postgres.throw_away_postgres(programs) as url:
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "select current_user, pg_encoding_to_char(encoding) from pg_database"
            ).fetchone()
        assert row == (with_postgres.USER, "UTF8")

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)


@pytest.mark.postgres
def test_command_gets_the_address_and_its_status_comes_back() -> None:
    ask = "import os, sys; sys.exit(7 if os.environ['DATABASE_URL'].startswith('postgresql://') else 1)"

    assert with_postgres.main([sys.executable, "-c", ask]) == 7


def test_no_programs_is_said_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(with_postgres, "find_programs", lambda: None)

    assert with_postgres.main(["true"]) == 1
    assert "were not found" in capsys.readouterr().err
