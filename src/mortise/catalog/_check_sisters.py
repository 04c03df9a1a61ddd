"""Obligation 17c: where other protocols agree, one that says something else says so on purpose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from mortise.catalog._check_source import FILE_NAME, Source
from mortise.catalog._decode import Faults
from mortise.protocol import Protocol

N_SISTERS = 2  # so many others have to agree before their word counts
_SLOT = re.compile(r"stage #\d, [a-z0-9-]+$")
Lines = Mapping[str, str]


def sisters_agree(
    protocols: Mapping[str, Protocol],
    said: Mapping[str, Lines],
    sources: Mapping[str, Source | None],
    faults: Faults,
) -> int:
    """Check every line that other protocols have as well; return how many lines were compared.

    Parameters
    ----------
    protocols
        By id.
    said
        By id, what each offers, asks for, does and cites (`said_again`).
    sources
        By id, the second entries; `own` names the lines that differ on purpose.
    faults
        Is added to.

    Notes
    -----
    An ankle is an ankle: the same exercise, test, rule or reference in the stage of the same number is the same in each
    protocol, unless the diagnosis asks for something else. Two others that agree are enough to ask; what only this
    protocol has, or what no two others agree about, is not judged; an exercise that all others offer in a stage is
    missed. A line named in `own` that no longer differs is a fault too, so that the list stays true.
    """
    lines = {name: _numbered(one, said[name]) for name, one in protocols.items()}
    sources_of = {name: sources.get(name) for name in protocols}
    own = {name: set() if one is None else set(one.own) for name, one in sources_of.items()}
    together: dict[str, dict[str, str]] = {}
    for name, mine in lines.items():
        for key, line in mine.items():
            together.setdefault(key, {})[name] = line
    named = set().union(*own.values())
    n_seen = 0
    for key, said_of in together.items():
        if len(said_of) <= N_SISTERS:
            continue
        n_seen += len(said_of)
        if key in named or len(set(said_of.values())) > 1:
            _compare(key, said_of, own, faults)
    return n_seen + sum(_offers(name, lines, own[name], faults) for name in protocols)


def _compare(key: str, said_of: Mapping[str, str], own: Mapping[str, set[str]], faults: Faults) -> None:
    """Check one line of every protocol that has it."""
    for name, mine in said_of.items():
        others = Counter(line for other, line in said_of.items() if other != name)
        theirs, n_alike = others.most_common(1)[0]
        if n_alike < N_SISTERS:
            continue
        if mine != theirs and key not in own[name]:
            faults.add(f"{name}, {key}", f"says {_short(mine)}; {n_alike} others say {_short(theirs)}.",
                       f"Say the same, or name this line under `own` in {FILE_NAME}.")  # fmt: skip
        elif mine == theirs and key in own[name]:
            faults.add(f"protocols/{name}/{FILE_NAME}, own, {key}", "no longer differs from the others.",
                       "Take it out.")  # fmt: skip


def _offers(name: str, lines: Mapping[str, Lines], own: set[str], faults: Faults) -> int:
    """Check that an exercise which every other protocol offers in a stage is offered here too."""
    others = [one for other, one in lines.items() if other != name]
    shared = set.intersection(*(set(one) for one in others)) if len(others) >= N_SISTERS else set()
    offered = {key for key in shared if _SLOT.match(key)}
    for key in sorted(offered - lines[name].keys() - own):
        faults.add(f"{name}, {key}", "every other protocol offers it.",
                   f"Offer it, or name this line under `own` in {FILE_NAME}.")  # fmt: skip
    for key in sorted(own - lines[name].keys() - (offered if shared else own)):
        faults.add(f"protocols/{name}/{FILE_NAME}, own, {key}", "there is no such line.", "Take it out.")
    return len(offered)


def _numbered(protocol: Protocol, said: Lines) -> dict[str, str]:
    """Return the lines with every stage called by its number: its name is the protocol's own."""
    names = {stage.id: f"#{stage.number}" for stage in protocol.stages}
    stages = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")

    parts = [part for key, value in said.items() for part in _parts(key, value)]
    flat = "\n".join(f"{key}\t{value}" for key, value in (*parts, *_effects(protocol)))
    numbered = stages.sub(
        lambda found: names[found.group()], flat
    )  # all at once: there are hundreds of lines
    return dict(line.split("\t", 1) for line in numbered.split("\n"))


def _parts(key: str, value: str) -> Iterator[tuple[str, str]]:
    """Yield a line, one that says two things as two: how often and how much, where and how."""
    for mark, name in ((", rungs ", "rungs"), (", tested by ", "dose")):
        first, found, second = value.partition(mark)
        if found:
            yield key, first
            yield f"{key}, {name}", second
            return
    yield key, value


def _effects(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Yield what each rule does, one line each."""
    for rule in protocol.rules:
        said = (rule.advice, rule.load, *rule.without_tags, rule.ease_to_pct, rule.for_days, rule.escalate)
        marks = (name for name in ("locks", "is_danger") if getattr(rule, name))
        words = [str(one) for one in (*said, *sorted(rule.request), *marks) if one is not None]
        yield f"rule {rule.id} does", " ".join([*words, "in", *(rule.stages or ["every stage"])])


def _short(text: str, n_most: int = 80) -> str:
    return text if len(text) <= n_most else f"{text[: n_most - 1]}…"
