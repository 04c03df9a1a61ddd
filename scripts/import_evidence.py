"""Write `content/evidence/*.toml` from the evidence table, every row as data with its status.

The table itself is not part of the repository. Run again after the table changes:
`python scripts/import_evidence.py path/to/evidence.csv`. Rows keep the order of the table; nothing is added or dropped.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src" / "mortise" / "content" / "evidence"

# Prefix of the row's id -> the file it goes into.
TOPICS = {
    "WBLT": "lunge", "ROM": "range", "STR": "strength", "HR": "heel_rise", "HOP": "hop", "RSI": "hop",
    "BAL": "balance", "SD": "balance", "SW": "swelling", "GAIT": "gait", "FALL": "falls", "LESS": "hop",
    "PROM": "patient_reported", "LOAD": "load", "STG": "stages", "GATE": "stages", "DOSE": "doses",
    "EX": "exercises", "RED": "red_flags", "ESC": "red_flags", "CTX": "context", "SIM": "simulation",
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Import the table and say how many rows went where."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("table", type=Path, help="the evidence table as CSV")
    parser.add_argument("--into", type=Path, default=TARGET, help="folder to write (default: the package's)")
    args = parser.parse_args(arguments)
    with args.table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    files = sorted_into_topics(rows)
    args.into.mkdir(parents=True, exist_ok=True)
    for topic, text in files.items():
        (args.into / f"{topic}.toml").write_text(text, encoding="utf-8")
    print(f"{len(rows)} rows in {len(files)} files under {args.into}")
    return 0


def sorted_into_topics(rows: list[dict[str, str]]) -> dict[str, str]:
    """Return the text of each topic's file."""
    files: dict[str, list[str]] = {}
    for row in rows:
        prefix = re.match(r"[A-Z]+", row["id"])
        if prefix is None or prefix.group() not in TOPICS:
            raise SystemExit(f"{row['id']}: no topic for this id. Add its prefix to TOPICS.")
        files.setdefault(TOPICS[prefix.group()], []).append(_table(row))
    return {topic: "\n".join(tables) for topic, tables in files.items()}


def _table(row: dict[str, str]) -> str:
    lines = [
        f"[{row['id']}]",
        *(f"{key} = {_string(value)}" for key, value in _words(row)),
        *(f"{key} = {value}" for key, value in _numbers(row)),
        f"status = {_string(row['status'].strip())}",
        f"confidence = {_string(row['confidence'].strip())}",
    ]
    return "\n".join(lines) + "\n"


def _words(row: dict[str, str]) -> list[tuple[str, str]]:
    words = [
        ("fact", row["measure_or_rule"]), ("figure", row["figure"]), ("unit", row["unit"]),
        ("population", row["population"]), ("kind", row["kind"]), ("citation", row["citation"]),
    ]  # fmt: skip
    if row["doi_if_sure"].strip():
        words.append(("doi", row["doi_if_sure"]))
    return [(key, value.strip()) for key, value in words]


def _numbers(row: dict[str, str]) -> list[tuple[str, str]]:
    found = []
    for key, column in (("low", "value_low"), ("high", "value_high")):
        text = row[column].strip()
        if not text:
            continue
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise SystemExit(f"{row['id']}: {column} is {text!r}, which is not a number.") from None
        found.append((key, format(number, "f")))
    return found


def _string(text: str) -> str:
    if "'" not in text:
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    sys.exit(main())
