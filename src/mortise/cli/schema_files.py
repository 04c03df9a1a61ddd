"""JSON Schema of the files an author of content writes, for an editor that completes and underlines while one types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_GROUP = "Group"
_NODE = {"anyOf": [{"$ref": "#/$defs/Criterion"}, {"$ref": f"#/$defs/{_GROUP}"}]}


def schema_of_file(name: str) -> dict[str, Any]:
    """Return the schema of one kind of file: `protocol-file`, `exercise-file` and so on."""
    return FILES[name]() | {"title": f"Mortise content: {name.replace('-', ' ')}"}


def _protocol() -> dict[str, Any]:
    from mortise.protocol import Protocol

    return _as_written(Protocol)


def _exercise() -> dict[str, Any]:
    from mortise.protocol import Exercise

    return _as_written(Exercise)


def _questionnaire() -> dict[str, Any]:
    from mortise.protocol import Questionnaire

    return _as_written(Questionnaire)


def _items() -> dict[str, Any]:
    from mortise.protocol import ItemPack

    return _as_written(ItemPack)


def _measures() -> dict[str, Any]:
    from mortise.terms import Measure

    return _table_of(_as_written(Measure), "Measure")


def _evidence() -> dict[str, Any]:
    from mortise.terms import EvidenceRow

    return _table_of(_as_written(EvidenceRow), "EvidenceRow")


FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "protocol-file": _protocol, "exercise-file": _exercise, "measure-file": _measures, "evidence-file": _evidence,
    "questionnaire-file": _questionnaire, "item-file": _items,
}  # fmt: skip


def _as_written(kind: type[Any]) -> dict[str, Any]:
    """Return the schema of a type as a file says it: its name is the file's, groups say all, any or at least."""
    from mortise.record import json_schema

    schema = json_schema(kind)
    definitions = schema["$defs"]
    own = definitions[kind.__name__]
    own["required"] = [one for one in own.get("required", []) if one != "id"]
    if _GROUP in definitions:
        definitions[_GROUP] = _group(definitions[_GROUP])
        one = definitions["Criterion"]
        one["properties"].pop("type", None)
        one["required"] = [name for name in one["required"] if name != "type"]
    return dict(_plain(schema))


def _group(made: dict[str, Any]) -> dict[str, Any]:
    lines = {"type": "array", "items": _NODE, "minItems": 1}
    words = {
        key: value for key, value in made["properties"].items() if key in ("id", "label", "label_patient")
    }
    return {
        "title": _GROUP, "type": "object", "additionalProperties": False, "required": ["id"],
        "properties": words | {"all": lines, "any": lines, "of": lines, "at_least": {"type": "integer", "minimum": 1}},
        "oneOf": [{"required": ["all"]}, {"required": ["any"]}, {"required": ["of", "at_least"]}],
    }  # fmt: skip


def _plain(node: Any) -> Any:
    """Return the schema without what only tells a decoder how to choose, and with exact decimals as numbers."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "discriminator" in node:
        return dict(_NODE)
    if node.get("anyOf") == [{"type": "number"}, {"type": "string", "format": "decimal"}]:
        return {"type": "number"} | {key: value for key, value in node.items() if key != "anyOf"}
    return {key: _plain(value) for key, value in node.items()}


def _table_of(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the schema of a file of named tables."""
    return {
        "$schema": schema["$schema"], "$defs": schema["$defs"], "type": "object",
        "additionalProperties": {"$ref": f"#/$defs/{name}"},
    }  # fmt: skip
