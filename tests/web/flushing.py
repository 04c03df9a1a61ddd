"""Tests that commit are cleaned up by deleting every row, which append-only tables refuse: lift the guard for that."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps

from mortise.web.audit.triggers import create, drop


def append_only() -> list[str]:
    """Return the tables whose rows are never changed, each with its guard in a migration."""
    from mortise.web.audit.models import AppendOnlyModel

    return [one._meta.db_table for one in apps.get_models() if issubclass(one, AppendOnlyModel)]


class Flushing(AppConfig):
    """Installed by the settings for tests only."""

    name = "tests.web"
    label = "tests_web"

    def ready(self) -> None:
        let_sqlite_flush()


def let_sqlite_flush() -> None:
    """Take the guard away around a flush and put it back after it. (PostgreSQL truncates, which needs no lifting.)"""
    from django.db.backends.sqlite3.base import DatabaseOperations

    flush = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, style: Any, tables: Any, **options: Any) -> list[str]:
        statements = flush(self, style, tables, **options)
        guarded = [table for table in append_only() if table in tables]
        before = [line for table in guarded for line in drop(table, "sqlite")]
        after = [line for table in guarded for line in create(table, "sqlite")]
        return [*before, *statements, *after]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign, assignment]
