"""Receipts of decisions: what each was made from, kept short."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from msgspec.structs import replace

from mortise.episode.fold import ENGINE, Content, fold
from mortise.protocol import Circumstances
from mortise.record import Decision, DecisionInputs, DecisionRecord, Fact, PatientRecord
from mortise.record.records import encode
from mortise.record.sealed import SealedRecord
from mortise.terms import Origin

AFTER = "after:"  # `after:<decision id>` stands for every fact that decision knew, and the decision itself


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


def digest(fact: Fact) -> bytes:
    """Return the SHA-256 of a fact's content; of a stored decision that of its id and its own hash.

    Parameters
    ----------
    fact : Fact
        Any.

    Returns
    -------
    bytes
        32 of them.
    """
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
        whole.update(digest(fact))
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
    return frozenset(ids_known(records, name, {}))


def ids_known(
    records: Mapping[str, DecisionRecord] | Mapping[str, DecisionRecord | SealedRecord],
    name: str,
    found: dict[str, tuple[str, ...]],
) -> tuple[str, ...]:
    """Write out `after:` in the inputs of a stored decision.

    Parameters
    ----------
    records : mapping of str to DecisionRecord
        Stored decisions by id.
    name : str
        Which one.
    found : dict
        Keeps what was written out before; is added to.

    Returns
    -------
    tuple of str
        Ids of every fact it knew, in the order received; empty when there is no such decision.
    """
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
    made = made_record(record.episode.id, inputs, folded.decision, by=by)
    return replace(made, id=fact_id or made.id, captured_at=captured_at)


def made_record(episode: str, inputs: DecisionInputs, decision: Decision, *, by: str) -> DecisionRecord:
    """Put a receipt together.

    Parameters
    ----------
    episode : str
        Id of the episode.
    inputs : DecisionInputs
        What the decision was made from.
    decision : Decision
        The decision.
    by : str
        Who asked.

    Returns
    -------
    DecisionRecord
        Its id follows from the episode and the inputs.
    """
    day_as_it_is = encode(inputs.circumstances).decode()
    made_of = f"{episode} {inputs.as_of} {inputs.facts_hash} {inputs.protocol.hash} {day_as_it_is}"
    return DecisionRecord(
        id=f"decision-{hashlib.sha256(made_of.encode()).hexdigest()[:20]}", on=inputs.as_of, origin=Origin.ENGINE,
        by=by, inputs=inputs, decision=decision, output_hash=output_hash(decision),
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
    if ids_known(records, newest, {}) != ids[:index]:
        return ids
    return (f"{AFTER}{newest}", *ids[index + 1 :])
