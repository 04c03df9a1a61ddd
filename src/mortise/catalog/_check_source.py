"""Obligation 3c: what gates ask, lights mean and warnings look at, entered a second time from the source itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from mortise.catalog._decode import Faults, decode, read_toml
from mortise.protocol import Criterion, Group, Node, Operator, Protocol
from mortise.protocol.criteria import criteria_in

FILE_NAME = "source.toml"
Asked = dict[str, list[Any]]  # measure -> figures, "known" or "band"


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The second entry: by gate, light and warning the measures that are read, each with its figures.

    A warning names its `rule`; that one key beside the measures is read as such. `own` names the lines, stages by their
    number, in which this protocol differs on purpose from the others (`_check_sisters`).
    """

    entered_by: str
    entered_from: str
    gates: dict[str, Asked]
    own: tuple[str, ...] = ()
    lights: dict[str, Asked] = {}
    warnings: dict[str, dict[str, Any]] = {}


def read_source(root: Path, protocol_id: str, faults: Faults) -> Source | None:
    """Return the second entry of a protocol, or None where there is none; `source_agrees` says so."""
    path = root / "protocols" / protocol_id / FILE_NAME
    if not path.exists():
        return None
    where = str(path.relative_to(root))
    raw = read_toml(path, where, faults)
    return decode(Source, raw, where, faults) if raw else None


def source_agrees(protocol: Protocol, source: Source | None, faults: Faults) -> int:
    """Check that both entries ask for the same figures; return how many lines were compared.

    Parameters
    ----------
    protocol
        What is entered first.
    source
        What another author entered from the source.
    faults
        Is added to.
    """
    if source is None:
        faults.add(f"protocols/{protocol.id}", f"{FILE_NAME} is missing or cannot be read.",
                   "Let somebody else enter gates, lights and warnings from the source.")  # fmt: skip
        return 0
    mine = {place: _asked(nodes) for place, nodes in _places(protocol, source)}
    theirs = {f"gate of {name}": asked for name, asked in source.gates.items()}
    theirs |= {f"light {name}": asked for name, asked in source.lights.items()}
    for asked in source.warnings.values():
        theirs[f"rule {asked.get('rule', '')}"] = {key: one for key, one in asked.items() if key != "rule"}
    n_seen = 0
    for place in sorted(mine.keys() | theirs.keys()):
        one, other = mine.get(place, {}), {key: _sorted(each) for key, each in theirs.get(place, {}).items()}
        for measure in sorted(one.keys() | other.keys()):
            n_seen += 1
            if one.get(measure) != other.get(measure):
                faults.add(f"{protocol.id}, {place}, {measure}", f"is {_told(one.get(measure))}; {FILE_NAME} says "
                           f"{_told(other.get(measure))}.", "Decide which of the two is right.")  # fmt: skip
    return n_seen


def _places(protocol: Protocol, source: Source) -> Iterator[tuple[str, tuple[Node, ...]]]:
    for stage in protocol.stages:
        if stage.exit:
            yield f"gate of {stage.id}", stage.exit
    for light in protocol.lights:
        yield f"light {light.light.value}", (light.when,)
    named = {asked.get("rule") for asked in source.warnings.values()}
    for rule in protocol.rules:
        if rule.id in named or (isinstance(rule.when, Group) and len(list(criteria_in(rule.when))) > 1):
            yield f"rule {rule.id}", (rule.when,)


def _asked(nodes: tuple[Node, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in nodes:
        for one in criteria_in(node):
            found.setdefault(one.measure, []).append(_figure(one))
    return {measure: sorted(figures) for measure, figures in found.items()}


def _figure(one: Criterion) -> str:
    if one.operator is Operator.KNOWN:
        return "known"
    return "band" if one.value is None else _plain(one.value)


def _sorted(figures: Any) -> list[str]:
    listed = figures if isinstance(figures, list) else [figures]
    return sorted(one if isinstance(one, str) else _plain(Decimal(one)) for one in listed)


@lru_cache(maxsize=512)
def _plain(figure: Decimal) -> str:
    return f"{figure.normalize():f}"


def _told(figures: list[str] | None) -> str:
    return " and ".join(figures) if figures else "not asked"
