"""Let the database itself refuse to change or delete rows of a table, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython

ACTIONS = ("UPDATE", "DELETE")
FUNCTION = "mortise_append_only"


def append_only(table: str) -> RunPython:
    """Return the migration step that makes `table` append-only."""

    guard, unguard = _steps(table)
    return RunPython(guard, unguard, elidable=False)


def lifted(table: str) -> RunPython:
    """Return the migration step that takes the guard away, before a change of the table that SQLite makes by a copy.

    `append_only` has to follow it in the same migration: a copy of a table on SQLite has lost its triggers.
    """
    guard, unguard = _steps(table)
    return RunPython(unguard, guard, elidable=False)


Step = Callable[[Apps, BaseDatabaseSchemaEditor], None]


def _steps(table: str) -> tuple[Step, Step]:
    def guard(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in create(table, editor.connection.vendor):
            editor.execute(statement, params=None)  # as it stands: a % in it is no placeholder

    def unguard(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in drop(table, editor.connection.vendor):
            editor.execute(statement, params=None)  # as it stands: a % in it is no placeholder

    return guard, unguard


def create(table: str, vendor: str) -> list[str]:
    """Return the statements that make `table` append-only."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for action in ACTIONS
        ]
    body = "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END;"
    function = f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    triggers = [
        f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()"
        for action in ACTIONS
    ]
    return [function, *triggers]


def drop(table: str, vendor: str) -> list[str]:
    """Return the statements that take the guard away."""
    of_table = "" if vendor == "sqlite" else f" ON {table}"
    return [f"DROP TRIGGER IF EXISTS {table}_no_{action.lower()}{of_table}" for action in ACTIONS]
