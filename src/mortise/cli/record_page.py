"""The page about the JSON form of a patient record, made from its schema (`docs/reference/record.md`)."""

from __future__ import annotations

from typing import Any

_HEAD = """\
# A patient record as JSON

<!-- Made by `mortise schema record --page`; `make generated` writes it again. -->

One file holds one episode of one ankle: who it is about (no name, no contact), which episode, and every fact in
the order received. `mortise schema record` prints the JSON Schema this page is made from; a record that does not fit
it is refused with the file, the field and what to do.

- Facts are append-only. A mistake is mended by a new fact of kind `correction`, never by changing the old one.
- Every fact has an `id` made at capture and used once, the patient's local date `on`, an `origin`, and `by`, the
  pseudonymous id of who made it.
- Unknown keys are refused. A key that is absent takes its default; `null` in `answers` means "asked, cannot say", an
  absent answer "not asked", 0 is an answer.
- Numbers are exact decimals, written as JSON numbers or as strings; `NaN` and infinity are refused. Dates are
  `2026-03-01`, instants carry their offset.
- Units are words: `cm`, `deg`, `s`, `m_s`, `spm`, `pct`, `nrs` (0 to 10), `grade`, `flag` (0 no, 1 yes), `count`.

The smallest record that is accepted:

```json
{
  "format": "mortise.record/1",
  "person": {"birth_year": 1980},
  "episode": {
    "id": "e1", "involved_side": "left", "protocol": "restricted-dorsiflexion", "opened_on": "2026-01-05"
  },
  "facts": []
}
```
"""
_TAG = "kind"


def page(schema: dict[str, Any]) -> str:
    """Return the page for a record's schema: the record, each kind of fact, then the parts they are made of."""
    definitions = schema["$defs"]
    facts = {name: one for name, one in definitions.items() if _TAG in one.get("properties", {})}
    tops = [name for name in ("PatientRecord", "Person", "Episode") if name in definitions]
    order = [*tops, *facts, *(name for name in sorted(definitions) if name not in tops and name not in facts)]
    titles = {name: _anchor(_title(name, one)) for name, one in definitions.items()}
    lines = [_HEAD]
    for name in order:
        if name == next(iter(facts), None):
            lines.append("## Facts\n")
        if name == next((one for one in order if one not in tops and one not in facts), None):
            lines.append("## Parts\n")
        lines.append(_section(name, definitions[name], "##" if name in tops else "###", titles))
    return "\n".join(lines)


def _anchor(title: str) -> str:
    return title.strip("`").lower()


def _section(name: str, one: dict[str, Any], level: str, titles: dict[str, str]) -> str:
    lines = [f"{level} {_title(name, one)}\n"]
    if one.get("description"):
        lines.append(" ".join(one["description"].split()) + "\n")
    if "enum" in one:
        lines.append("One of " + ", ".join(f"`{value}`" for value in one["enum"]) + ".\n")
    if "properties" in one:
        needed = set(one.get("required", ()))
        lines += ["| key | is | needed |", "|---|---|---|"]
        for key, value in one["properties"].items():
            kind = "instant or null" if key.endswith("_at") else _type(value, titles)
            lines.append(f"| `{key}` | {kind} | {'yes' if key in needed else _default(value)} |")
        lines.append("")
    return "\n".join(lines)


def _title(name: str, one: dict[str, Any]) -> str:
    tag = one.get("properties", {}).get(_TAG, {}).get("enum")
    return f"`{tag[0]}`" if tag else name


def _default(value: dict[str, Any]) -> str:
    if "default" not in value:
        return "no"
    default = value["default"]
    if default in ("", None, [], {}, ()):
        return "no"
    return f"no: `{str(default).lower() if isinstance(default, bool) else default}`"


def _type(value: dict[str, Any], titles: dict[str, str]) -> str:
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[-1]
        return (
            f"[{titles[name]}](#{titles[name]})"
            if titles[name] != name.lower()
            else f"[{name}](#{titles[name]})"
        )
    if "anyOf" in value:
        parts = [_type(one, titles) for one in value["anyOf"]]
        if parts == ["number", "text"]:
            return "exact number"
        return " or ".join(dict.fromkeys(parts)).replace("number or text", "exact number")
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    kind = value.get("type", "anything")
    if kind == "array":
        return f"list of {_type(value['items'], titles)}" if value.get("items") else "list"
    if kind == "object":
        inner = value.get("additionalProperties")
        return f"mapping to {_type(inner, titles)}" if isinstance(inner, dict) else "mapping"
    named = {"date": "date", "date-time": "instant"}.get(value.get("format", ""))
    return named or {"string": "text", "integer": "whole number", "boolean": "yes or no", "null": "null"}.get(
        kind, kind
    )
