"""Receipts of decisions: what each was made from, and whether it can be made again, bit for bit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from mortise.episode.fold import ENGINE, Content, fold
from mortise.protocol import Circumstances
from mortise.record import Decision, DecisionInputs, DecisionRecord, Fact, PatientRecord, ProtocolPin
from mortise.record.records import encode
from mortise.terms import Origin

AFTER = "after:"  # `after:<decision id>` stands for every fact that decision knew, and the decision itself


class Difference(Struct, frozen=True, kw_only=True):
    """A stored decision that is not what its facts give today: what differs, as stored and as made again."""

    decision: str
    on: date
    what: str  # "missing facts", "changed facts", "protocol", "engine", "advice", "load", or another field
    stored: str
    found: str


def output_hash(decision: Decision) -> str:
    """Return the SHA-256 of the canonical JSON of a decision, which holds no floats.

    Parameters
    ----------
    decision : Decision
        The decision.

    Returns
    -------
    str
        Hexadecimal.
    """
    return hashlib.sha256(encode(decision)).hexdigest()


def _digest(fact: Fact) -> bytes:
    if isinstance(fact, DecisionRecord):  # its content is pinned by its own hash
        return hashlib.sha256(f"{fact.id} {fact.output_hash}".encode()).digest()
    return hashlib.sha256(encode(fact)).digest()


def facts_hash(facts: Iterable[Fact]) -> str:
    """Return one hash over the contents of facts in order.

    Parameters
    ----------
    facts : iterable of Fact
        In the order received.

    Returns
    -------
    str
        Hexadecimal.
    """
    whole = hashlib.sha256()
    for fact in facts:
        whole.update(_digest(fact))
    return whole.hexdigest()


def known_by(facts: Sequence[Fact]) -> Callable[[str], frozenset[str]]:
    """Return the function from a stored decision's id to the ids of the facts it knew.

    Parameters
    ----------
    facts : sequence of Fact
        The record.

    Returns
    -------
    callable
        Nothing is worked out before it is asked.
    """

    return partial(_known_to, facts)


def _known_to(facts: Sequence[Fact], name: str) -> frozenset[str]:
    records = {fact.id: fact for fact in facts if isinstance(fact, DecisionRecord)}
    return frozenset(_ids_known(records, name, {}))


def _ids_known(
    records: Mapping[str, DecisionRecord], name: str, found: dict[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Write out `after:` in the inputs of a stored decision; `found` keeps what was written out before."""
    chain: list[str] = []
    at: str | None = name
    while at is not None and at not in found and at in records and at not in chain:
        chain.append(at)
        first = next(iter(records[at].inputs.facts), "")
        at = first.removeprefix(AFTER) if first.startswith(AFTER) else None
    for one in reversed(chain):
        ids = records[one].inputs.facts
        if ids and ids[0].startswith(AFTER):
            before = ids[0].removeprefix(AFTER)
            ids = (*found.get(before, ()), before, *ids[1:])
        found[one] = ids
    return found.get(name, ())


def known_facts(record: PatientRecord, as_of: date) -> tuple[Fact, ...]:
    """Return every fact a decision of `as_of` may look at, in the order received.

    Parameters
    ----------
    record : PatientRecord
        The record.
    as_of : date
        The day.

    Returns
    -------
    tuple of Fact
        Corrected ones too, for the correction is part of what was known; future-dated ones that were there.
    """
    instants = (
        fact
        for fact in record.facts
        if fact.on <= as_of
        or any(at is not None and at.date() <= as_of for at in (fact.captured_at, fact.received_at))
    )
    return tuple({fact.id: fact for fact in reversed(tuple(instants))}.values())[::-1]


def decision_record(
    record: PatientRecord,
    content: Content,
    as_of: date,
    circumstances: Circumstances = Circumstances(),  # noqa: B008 - frozen
    *,
    fact_id: str = "",
    by: str = "engine",
    captured_at: datetime | None = None,
) -> DecisionRecord:
    """Decide a day and make the receipt that is stored.

    Parameters
    ----------
    record : PatientRecord
        One episode.
    content : Content
        Protocol, measures, exercises.
    as_of : date
        The day.
    circumstances : Circumstances
        The day as it is.
    fact_id : str
        Id of the fact; made from the inputs when not given.
    by : str
        Who asked.
    captured_at : datetime or None
        The instant, where known.

    Returns
    -------
    DecisionRecord
        The newest stored one, when nothing has become known since; so asking twice makes one fact. Otherwise a new one,
        whose inputs name every fact in order. When the newest stored decision knew a part of them, that part is written
        as `after:<its id>`, so that a year of daily receipts stays short.
    """
    facts = known_facts(record, as_of)
    stored = _still_newest(facts, content, record.episode.protocol, as_of, circumstances)
    if stored is not None:
        return stored
    folded = fold(replace(record, facts=facts), content, as_of, circumstances, known_by(record.facts))
    whole = facts_hash(facts)
    ids = tuple(fact.id for fact in facts)
    inputs = DecisionInputs(
        as_of=as_of, facts=_shortened(ids, facts), facts_hash=whole,
        protocol=folded.decision.protocol, engine=ENGINE, circumstances=circumstances,
    )  # fmt: skip
    made_of = f"{record.episode.id} {as_of} {whole} {folded.decision.protocol.hash} {encode(circumstances).decode()}"
    return DecisionRecord(
        id=fact_id or f"decision-{hashlib.sha256(made_of.encode()).hexdigest()[:20]}", on=as_of,
        origin=Origin.ENGINE, by=by, captured_at=captured_at, inputs=inputs, decision=folded.decision,
        output_hash=output_hash(folded.decision),
    )  # fmt: skip


def _still_newest(
    facts: Sequence[Fact], content: Content, protocol: str, as_of: date, circumstances: Circumstances
) -> DecisionRecord | None:
    """Return the stored decision after which nothing has become known: it is the decision of the day."""
    newest = facts[-1] if facts else None
    if not isinstance(newest, DecisionRecord):
        return None
    inputs = newest.inputs
    is_same = inputs.as_of == as_of and inputs.circumstances == circumstances and inputs.engine == ENGINE
    return newest if is_same and inputs.protocol.hash == content.protocol_hash(protocol) else None


def _shortened(ids: tuple[str, ...], facts: Sequence[Fact]) -> tuple[str, ...]:
    """Write the facts of the newest stored decision as one word, when they lead the list in the same order."""
    records = {fact.id: fact for fact in facts if isinstance(fact, DecisionRecord)}
    newest = next(reversed(records), None)
    if newest is None:
        return ids
    index = ids.index(newest)
    if _ids_known(records, newest, {}) != ids[:index]:
        return ids
    return (f"{AFTER}{newest}", *ids[index + 1 :])


def replay(record: PatientRecord, content: Content) -> tuple[Difference, ...]:
    """Make every stored decision again from the facts it knew, and list what differs.

    Parameters
    ----------
    record : PatientRecord
        With its stored decisions.
    content : Content
        Protocol, measures, exercises.

    Returns
    -------
    tuple of Difference
        Empty when every decision is the same to the last digit.
    """
    return tuple(difference for each in replays(record, content) for difference in each)


def replays(record: PatientRecord, content: Content) -> Iterator[tuple[Difference, ...]]:
    """Make every stored decision again, one by one, and yield what differs in each.

    Parameters
    ----------
    record : PatientRecord
        With its stored decisions.
    content : Content
        Protocol, measures, exercises.

    Yields
    ------
    tuple of Difference
        One tuple for each stored decision, in the order received; empty when it is the same.
    """
    records = {fact.id: fact for fact in record.facts if isinstance(fact, DecisionRecord)}
    expanded: dict[str, tuple[str, ...]] = {}
    by_id = {fact.id: fact for fact in record.facts}
    for stored in record.facts:
        if isinstance(stored, DecisionRecord):
            ids = _ids_known(records, stored.id, expanded)
            missing = [name for name in ids if name not in by_id]
            if missing:
                yield (_difference(stored, "missing facts", "", ", ".join(missing)),)
                continue
            facts = tuple(by_id[name] for name in ids)
            yield tuple(_again(stored, replace(record, facts=facts), content))


def _again(stored: DecisionRecord, record: PatientRecord, content: Content) -> list[Difference]:
    found: list[Difference] = []
    whole = facts_hash(record.facts)
    if whole != stored.inputs.facts_hash:
        found.append(_difference(stored, "changed facts", stored.inputs.facts_hash, whole))
    if stored.on != stored.inputs.as_of:
        found.append(_difference(stored, "on", stored.on.isoformat(), stored.inputs.as_of.isoformat()))
    pin = stored.inputs.protocol
    now = content.protocol(pin.id)
    now_pin = ProtocolPin(id=now.id, version=now.version, hash=content.protocol_hash(now.id))
    if now_pin != pin:
        found.append(
            _difference(stored, "protocol", f"{pin.version} {pin.hash}", f"{now_pin.version} {now_pin.hash}")
        )
    if stored.inputs.engine != ENGINE:
        found.append(_difference(stored, "engine", stored.inputs.engine, ENGINE))
    if output_hash(stored.decision) != stored.output_hash:
        found.append(_difference(stored, "stored decision", stored.output_hash, output_hash(stored.decision)))
    inputs = stored.inputs
    made = fold(record, content, inputs.as_of, inputs.circumstances, known_by(record.facts)).decision
    if output_hash(made) != stored.output_hash:
        found += [
            _difference(stored, name, _text(getattr(stored.decision, name)), _text(getattr(made, name)))
            for name in Decision.__struct_fields__
            if encode(getattr(stored.decision, name)) != encode(getattr(made, name)) and name != "protocol"
        ]
    return found


def _text(value: object) -> str:
    return encode(value).decode()


def _difference(stored: DecisionRecord, what: str, before: str, after: str) -> Difference:
    return Difference(decision=stored.id, on=stored.on, what=what, stored=before, found=after)
