"""Turn the tables of a file into measures, exercises, protocols, evidence and texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mortise.catalog._decode import Faults, decode, decode_node, read_toml
from mortise.protocol import (
    Band,
    Checkpoint,
    Constraint,
    Escalation,
    Exercise,
    ForbiddenPosition,
    Group,
    Hands,
    Ladder,
    Layoff,
    LightRule,
    Protocol,
    Review,
    Rule,
    Slot,
    Snippet,
    Stage,
)
from mortise.protocol.assessment import Assessment, Classification, Section
from mortise.protocol.questionnaires import Questionnaire
from mortise.terms import EvidenceRow, Measure

# Parts of a protocol that are decoded one by one, so that a fault in one does not hide the next.
_PARTS: dict[str, type[Any]] = {
    "rules": Rule, "lights": LightRule, "bands": Band, "constraints": Constraint, "reviews": Review,
    "layoffs": Layoff, "escalations": Escalation, "techniques": Hands, "forbidden": ForbiddenPosition,
    "ladders": Ladder, "checkpoints": Checkpoint,
}  # fmt: skip


# Stands for a condition that could not be read, so that the rest of its rule is still looked at.
_STAND_IN = Group(id="", n_needed=1, of=())


def measures(root: Path, faults: Faults) -> dict[str, Measure]:
    """Return every measure by id; a table's name is its id."""
    found: dict[str, Measure] = {}
    for path in sorted((root / "measures").glob("*.toml")):
        where = str(path.relative_to(root))
        for key, raw in read_toml(path, where, faults).items():
            if key in found:
                faults.add(f"{where}, {key}", "this measure is written twice.", "Keep one of them.")
                continue
            one = decode(Measure, _with_id(raw, key), f"{where}, {key}", faults)
            if one is not None:
                found[key] = one
    return found


def exercises(root: Path, faults: Faults) -> dict[str, Exercise]:
    """Return every exercise by id; the file's name is its id."""
    found: dict[str, Exercise] = {}
    for path in sorted((root / "exercises").glob("*.toml")):
        where = str(path.relative_to(root))
        raw = read_toml(path, where, faults)
        one = decode(Exercise, _with_id(raw, path.stem), where, faults) if raw else None
        if one is not None:
            found[path.stem] = one
    return found


def questionnaires(root: Path, faults: Faults) -> dict[str, Questionnaire]:
    """Return every questionnaire by id; the file's name is its id."""
    found: dict[str, Questionnaire] = {}
    for path in sorted((root / "instruments").glob("*.toml")):
        where = str(path.relative_to(root))
        raw = read_toml(path, where, faults)
        one = decode(Questionnaire, _with_id(raw, path.stem), where, faults) if raw else None
        if one is not None:
            found[path.stem] = one
    return found


def protocol(root: Path, protocol_id: str, faults: Faults) -> Protocol | None:
    """Return one protocol of a content folder, or None and every fault found in its file."""
    path = root / "protocols" / protocol_id / "protocol.toml"
    return protocol_file(path, protocol_id, str(path.relative_to(root)), faults)


def protocol_file(path: Path, protocol_id: str, where: str, faults: Faults) -> Protocol | None:
    """Return the protocol a file holds, or None and every fault found in it."""
    raw = read_toml(path, where, faults)
    if not raw:
        return None
    n_before = faults.n_lost
    raw = _with_id(raw, protocol_id)
    raw["stages"] = _each(raw.get("stages", []), "stages", where, faults, _stage)
    for part, kind in _PARTS.items():
        if part in raw:
            raw[part] = _each(raw[part], part, where, faults, _of_kind(kind))
    if faults.n_lost > n_before:  # look at the rest as well, so that one run tells everything
        decode(Protocol, {**raw, "stages": [], **{part: [] for part in _PARTS if part in raw}}, where, faults)
        return None
    return decode(Protocol, raw, where, faults)


def evidence(root: Path, faults: Faults) -> dict[str, EvidenceRow]:
    """Return every evidence row by id."""
    found: dict[str, EvidenceRow] = {}
    for path in sorted((root / "evidence").glob("*.toml")):
        where = str(path.relative_to(root))
        for key, raw in read_toml(path, where, faults).items():
            if key in found:
                faults.add(f"{where}, {key}", "this row is written twice.", "Keep one of them.")
                continue
            one = decode(EvidenceRow, _with_id(raw, key), f"{where}, {key}", faults)
            if one is not None:
                found[key] = one
    return found


def education(root: Path, faults: Faults) -> dict[str, Snippet]:
    """Return what is taught by the id of its text."""
    raw = read_toml(root / "education.toml", "education.toml", faults)
    found = {
        key: decode(Snippet, _with_id(one, key), f"education.toml, {key}", faults) for key, one in raw.items()
    }
    return {key: one for key, one in found.items() if one is not None}


def texts(root: Path, language: str, faults: Faults) -> dict[str, str]:
    """Return the texts of one language by id."""
    path = root / "texts" / f"{language}.toml"
    where = str(path.relative_to(root))
    return decode(dict[str, str], read_toml(path, where, faults), where, faults) or {}


def assessment(root: Path, faults: Faults) -> Assessment:
    """Return the sections of the assessment in the order of their files."""
    sections: list[Section] = []
    for path in sorted((root / "assessment").glob("*.toml")):
        where = str(path.relative_to(root))
        raw = read_toml(path, where, faults)
        one = decode(Section, raw, where, faults) if raw else None
        if one is not None:
            sections.append(one)
    return Assessment(sections=tuple(sections))


def classification(root: Path, faults: Faults) -> Classification:
    """Return the candidates of the working classification with their arguments."""
    where = "classification.toml"
    raw = read_toml(root / where, where, faults)
    return decode(Classification, raw, where, faults) or Classification()


def _with_id(raw: Any, key: str) -> Any:
    return {**raw, "id": raw.get("id", key)} if isinstance(raw, dict) else raw


def _each(items: Any, part: str, where: str, faults: Faults, one: Any) -> list[Any]:
    if not isinstance(items, list):
        faults.lose(f"{where}, {part}", "expected a list of tables.", f"Write [[{part}]].")
        return []
    return [one(item, f"{where}, {part}[{index}]", faults) for index, item in enumerate(items)]


def _of_kind(kind: type[Any]) -> Any:
    def one(raw: Any, where: str, faults: Faults) -> Any:
        if isinstance(raw, dict):
            where = f"{where} {raw['id']}" if isinstance(raw.get("id"), str) else where
            if "when" in raw:
                node = decode_node(raw["when"], f"{where}, when", faults)
                raw = {**raw, "when": node or _STAND_IN}
                if node is None:
                    decode(kind, raw, where, faults)
                    return None
        return decode(kind, raw, where, faults)

    return one


def _stage(raw: Any, where: str, faults: Faults) -> Stage | None:
    if not isinstance(raw, dict):
        return decode(Stage, raw, where, faults)
    where = f"{where} {raw.get('id', '')}".rstrip()
    n_before = faults.n_lost
    raw = dict(raw)
    raw["exit"] = _each(raw.get("exit", []), "exit", where, faults, decode_node)
    raw["slots"] = _each(raw.get("slots", []), "slots", where, faults, _of_kind(Slot))
    if faults.n_lost > n_before:
        decode(Stage, {**raw, "exit": [], "slots": []}, where, faults)
        return None
    return decode(Stage, raw, where, faults)
