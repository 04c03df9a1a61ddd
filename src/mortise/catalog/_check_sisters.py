"""Obligation 17c: where other protocols agree, one that says something else says so on purpose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from mortise.catalog._check_source import FILE_NAME, Source
from mortise.catalog._decode import Faults
from mortise.protocol import Protocol

N_SISTERS = 2  # so many others have to agree before their word counts
_SLOT = re.compile(r"stage #\d, [a-z0-9-]+$")
_BETWEEN = "\x1f"  # stands in no line
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
    every = tuple(lines.values())
    named = set().union(*own.values())
    n_seen = 0
    for key, n_with in Counter(chain.from_iterable(every)).items():
        if n_with <= N_SISTERS:
            continue
        n_seen += n_with
        found = [one[key] for one in every if key in one]
        if key in named or found.count(found[0]) < n_with:
            _compare(key, {name: one[key] for name, one in lines.items() if key in one}, own, faults)
    keys = {name: frozenset(one) for name, one in lines.items()}
    return n_seen + sum(_offers(name, keys, own[name], faults) for name in protocols)


def _compare(key: str, said_of: Mapping[str, str], own: Mapping[str, set[str]], faults: Faults) -> None:
    """Check one line of every protocol that has it."""
    for name, mine in said_of.items():
        others = [line for other, line in said_of.items() if other != name]
        theirs = max(others, key=others.count)
        n_alike = others.count(theirs)
        if n_alike < N_SISTERS:
            continue
        if mine != theirs and key not in own[name]:
            faults.add(f"{name}, {key}", f"says {_short(mine)}; {n_alike} others say {_short(theirs)}.",
                       f"Say the same, or name this line under `own` in {FILE_NAME}.")  # fmt: skip
        elif mine == theirs and key in own[name]:
            faults.add(f"protocols/{name}/{FILE_NAME}, own, {key}", "no longer differs from the others.",
                       "Take it out.")  # fmt: skip


def _offers(name: str, keys: Mapping[str, frozenset[str]], own: set[str], faults: Faults) -> int:
    """Check that an exercise which every other protocol offers in a stage is offered here too."""
    others = [one for other, one in keys.items() if other != name]
    shared = others[0].intersection(*others[1:]) if len(others) >= N_SISTERS else frozenset()
    offered = {key for key in shared if key.startswith("stage #") and _SLOT.match(key)}
    for key in sorted(offered - keys[name] - own):
        faults.add(f"{name}, {key}", "every other protocol offers it.",
                   f"Offer it, or name this line under `own` in {FILE_NAME}.")  # fmt: skip
    for key in sorted(own - keys[name] - (offered if shared else own)):
        faults.add(f"protocols/{name}/{FILE_NAME}, own, {key}", "there is no such line.", "Take it out.")
    return len(offered)


_N_KEPT = 16
_kept: dict[tuple[int, int], tuple[Protocol, Lines, dict[str, str]]] = {}


def _numbered(protocol: Protocol, said: Lines) -> dict[str, str]:
    """Return the lines by stage number, kept with what they were made of, as places are."""
    key = id(protocol), id(said)
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= _N_KEPT:
            _kept.clear()
        found = _kept[key] = (protocol, said, _lines(protocol, said))
    return found[2]


def _lines(protocol: Protocol, said: Lines) -> dict[str, str]:
    """Return the lines with every stage called by its number: its name is the protocol's own.

    A line that says two things is two lines: how often and how much, where and how.
    """
    effects = tuple(_effects(protocol))
    keys = [*said, *(key for key, _ in effects)]
    values = [*said.values(), *(value for _, value in effects)]
    numbered = _by_number(protocol, [*keys, *values])
    found: dict[str, str] = {}
    for key, value in zip(numbered[: len(keys)], numbered[len(keys) :], strict=True):
        mark, name = _MARKS[0] if ", rungs " in value else _MARKS[1]
        if mark in value:
            found[key], _, found[f"{key}, {name}"] = value.partition(mark)
        else:
            found[key] = value
    return found


_MARKS = ((", rungs ", "rungs"), (", tested by ", "dose"))


def _by_number(protocol: Protocol, texts: Sequence[str]) -> list[str]:
    """Return the texts with the number of every stage in place of its name, where that stands as a word."""
    names = {stage.id: f"#{stage.number}" for stage in protocol.stages}
    flat = _BETWEEN.join(texts)  # all at once: there are hundreds of lines

    def number(found: re.Match[str]) -> str:
        before = flat[found.start() - 1] if found.start() else _BETWEEN
        is_inside = before.isalnum() or before == "_"  # a \b at the front would be asked of every letter
        return found.group() if is_inside else names[found.group()]

    return re.sub(rf"(?:{'|'.join(map(re.escape, names))})\b", number, flat).split(_BETWEEN)


def _effects(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Yield what each rule does, one line each."""
    for rule in protocol.rules:
        said = (rule.advice, rule.load, *rule.without_tags, rule.ease_to_pct, rule.for_days, rule.escalate)
        marks = (name for name in ("locks", "is_danger") if getattr(rule, name))
        words = [str(one) for one in (*said, *sorted(rule.request), *marks) if one is not None]
        yield f"rule {rule.id} does", " ".join([*words, "in", *(rule.stages or ["every stage"])])


def _short(text: str, n_most: int = 80) -> str:
    return text if len(text) <= n_most else f"{text[: n_most - 1]}…"
