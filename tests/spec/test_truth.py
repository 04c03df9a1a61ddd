"""What the engine means, in tables: a table in, truth and advice out. The reference page is made from these tables."""

from __future__ import annotations

import pytest

from tests.spec.tables import TABLES, Row, Table, outcome

ROWS = [(table, row) for table in TABLES for row in table.rows]


@pytest.mark.parametrize(("table", "row"), ROWS, ids=[f"{table.id}-{n}" for n, (table, _) in enumerate(ROWS)])
def test_the_table_says_what_the_engine_does(table: Table, row: Row) -> None:
    assert outcome(table, row) == row.expected, row.why


def test_every_table_has_rows_and_its_own_id() -> None:
    assert all(table.rows for table in TABLES)
    assert len({table.id for table in TABLES}) == len(TABLES)


def test_a_wrong_row_is_noticed() -> None:
    table = TABLES[0]
    cells = tuple("not_met" if cell == "met" else "met" for cell in table.rows[0].expected)
    assert outcome(table, table.rows[0]) != cells
