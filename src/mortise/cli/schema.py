"""Print the JSON Schema of what goes in or comes out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

SCHEMAS = ("record", "decision", "session", "measure", "protocol")
# Files that an author of content writes: `schema_files.FILES`, named here so that the command starts quickly.
FILE_SCHEMAS = (
    "protocol-file", "exercise-file", "measure-file", "evidence-file", "questionnaire-file", "item-file",
)  # fmt: skip


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise schema` and its arguments."""
    text = "print the JSON Schema of what goes in or comes out"
    parser = subparsers.add_parser("schema", help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument(
        "of",
        choices=(*SCHEMAS, *FILE_SCHEMAS),
        help="what the schema is of; a ...-file is for an editor of content",
    )
    parser.add_argument("--page", action="store_true", help="print a page for people instead (record only)")


def run(args: argparse.Namespace) -> int:
    """Print one schema; return 0."""
    if args.page:
        from mortise.cli.record_page import page
        from mortise.errors import InputError

        if args.of != "record":
            raise InputError(
                "only the record has a page.", where="--page", mend="Ask for `mortise schema record --page`."
            )
        print(page(schema_of("record")), end="")
        return 0
    import json

    print(json.dumps(schema_of(args.of), indent=2))
    return 0


def schema_of(name: str) -> dict[str, Any]:
    """Return one published schema by name."""
    if name in FILE_SCHEMAS:
        from mortise.cli.schema_files import schema_of_file

        return schema_of_file(name)
    return _MAKERS[name]()


def _record() -> dict[str, Any]:
    from mortise.record import record_schema

    return record_schema() | {"title": "A patient record"}


def _decision() -> dict[str, Any]:
    from mortise.record import Decision, json_schema

    return json_schema(Decision) | {"title": "What mortise decide --json prints"}


def _session() -> dict[str, Any]:
    from mortise.record import Session, json_schema

    return json_schema(Session) | {"title": "What mortise today --json prints"}


def _protocol() -> dict[str, Any]:
    from mortise.protocol import Protocol
    from mortise.record import json_schema

    return json_schema(Protocol) | {"title": "A protocol, with every name resolved"}


def _measure() -> dict[str, Any]:
    from mortise.measure import schema

    return schema()


_MAKERS: dict[str, Callable[[], dict[str, Any]]] = {
    "record": _record, "decision": _decision, "session": _session, "measure": _measure, "protocol": _protocol,
}  # fmt: skip
