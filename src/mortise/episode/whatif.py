"""Which past decisions would have been others under a changed protocol, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial

from msgspec import Struct

from mortise.episode.fold import Content, Folder
from mortise.episode.receipts import ids_known
from mortise.errors import InputError
from mortise.record import Decision, DecisionRecord, Finding, FiredRule, PatientRecord
from mortise.terms import Truth

COMPARED = ("advice", "load", "stage", "next_stage", "is_locked")
_TRUTH_WORDS = {Truth.MET: "met", Truth.NOT_MET: "not met", Truth.UNKNOWN: "not known"}


class Compared(Struct, frozen=True, kw_only=True):
    """One field that would be another: as stored and as it would be."""

    field: str
    stored: str
    found: str


class Change(Struct, frozen=True, kw_only=True):
    """One past decision that would have been another, with the rules and criteria that make it so.

    `cannot` says why the day cannot be decided under the changed protocol at all; else it is empty.
    """

    decision: str
    on: date
    fields: tuple[Compared, ...]
    why: tuple[str, ...]
    cannot: str = ""


def what_if(record: PatientRecord, content: Content) -> Iterator[Change | None]:
    """Decide every day again that was decided, from the facts known then, under other content.

    Parameters
    ----------
    record : PatientRecord
        With its stored decisions.
    content : Content
        Protocol, measures and exercises as they would be.

    Yields
    ------
    Change or None
        One for each stored decision, in the order received; None where advice, load and stage would be the same.

    Notes
    -----
    Each decision is looked at by itself: what was done because of the stored ones (a step back, a stage entered, the
    sessions of the days after) stays as it was. So the list says where the two protocols part, not how a life under
    the other one would have gone on.
    """
    decided = {fact.id: fact for fact in record.facts if isinstance(fact, DecisionRecord)}
    by_id = {fact.id: fact for fact in record.facts}
    expanded: dict[str, tuple[str, ...]] = {}
    known_to = partial(_known_to, decided, expanded)
    folder, taken = Folder(record.person, record.episode, content), 0
    before: tuple[str, ...] = ()
    for stored in decided.values():
        ids = ids_known(decided, stored.id, expanded)
        if ids[: len(before)] != before:
            folder, taken = Folder(record.person, record.episode, content), 0
        folder.take(by_id[name] for name in ids[taken:] if name in by_id)
        before, taken = ids, len(ids)
        try:
            made = folder.fold(stored.inputs.as_of, stored.inputs.circumstances, known_to).decision
        except InputError as error:
            folder, taken, before = Folder(record.person, record.episode, content), 0, ()
            yield Change(decision=stored.id, on=stored.on, fields=(), why=(), cannot=str(error))
            continue
        yield _change(stored, made)


def _known_to(
    decided: Mapping[str, DecisionRecord], expanded: dict[str, tuple[str, ...]], name: str
) -> frozenset[str]:
    return frozenset(ids_known(decided, name, expanded))


def _change(stored: DecisionRecord, made: Decision) -> Change | None:
    fields = tuple(
        Compared(field=name, stored=_text(getattr(stored.decision, name)), found=_text(getattr(made, name)))
        for name in COMPARED
        if getattr(stored.decision, name) != getattr(made, name)
    )
    if not fields:
        return None
    return Change(decision=stored.id, on=stored.on, fields=fields, why=tuple(_why(stored.decision, made)))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _why(before: Decision, after: Decision) -> Iterator[str]:
    """Name the rules and criteria that answer otherwise; the shortest stay last, as it is no criterion."""
    yield from _of_rules(before.rules, after.rules)
    yield from _of_findings(before.findings, after.findings)


def _of_rules(before: tuple[FiredRule, ...], after: tuple[FiredRule, ...]) -> Iterator[str]:
    then, now = ({one.rule: one for one in rules} for rules in (before, after))
    alike: dict[str, list[str]] = {}  # rules that would do otherwise in the same way are named together
    for name in sorted(then.keys() | now.keys()):
        old, new = then.get(name), now.get(name)
        if old is None and new is not None:
            yield f"rule {name} would hold: {new.say_clinician}"
        elif new is None and old is not None:
            yield f"rule {name} would no longer hold: {old.say_clinician}"
        elif old is not None and new is not None and _effects(old) != _effects(new):
            alike.setdefault(f"{_effects(old)} -> {_effects(new)}", []).append(name)
    for change, names in alike.items():
        which = f"rule {names[0]}" if len(names) == 1 else f"{len(names)} rules ({', '.join(names)})"
        yield f"{which} would do otherwise: {change}"


def _effects(rule: FiredRule) -> str:
    parts = [
        "" if rule.advice is None else rule.advice.value,
        "" if rule.load is None else f"load {rule.load.value}",
        f"without {' '.join(rule.without_tags)}" if rule.without_tags else "",
        "" if rule.ease_to_pct is None else f"at most {rule.ease_to_pct} %",
        "locks" if rule.locks else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing"


def _of_findings(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> Iterator[str]:
    then, now = ({one.criterion: one for one in findings} for findings in (before, after))
    for name in sorted(then.keys() | now.keys()):
        old, new = then.get(name), now.get(name)
        if old is None and new is not None:
            if new.of == "exit":
                yield f"{name} would be asked ({_asked(new)}): {_TRUTH_WORDS[new.truth]}"
        elif new is None and old is not None:
            if old.of == "exit":
                yield f"{name} would no longer be asked ({_asked(old)}): it was {_TRUTH_WORDS[old.truth]}"
        elif old is not None and new is not None and old.truth is not new.truth:
            yield f"{name}: {_TRUTH_WORDS[old.truth]} -> {_TRUTH_WORDS[new.truth]} ({_both(old, new)})"


def _asked(one: Finding) -> str:
    return (
        f"{one.measure} {one.operator} {one.bound}"
        if one.bound is not None
        else f"{one.measure} {one.operator}"
    )


def _both(old: Finding, new: Finding) -> str:
    value = "not known" if new.value is None else f"{new.value} {new.unit}"
    bounds = _asked(old) if _asked(old) == _asked(new) else f"{_asked(old)} -> {_asked(new)}"
    return f"{value}; {bounds}"
