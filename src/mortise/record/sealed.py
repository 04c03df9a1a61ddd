"""Stored decisions left sealed: their JSON as it was stored, opened only where something reads what is inside.

A decision is some thirty thousand bytes. Making it again and comparing bytes needs none of its parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Union, get_args

import msgspec
from msgspec import Struct

from mortise.record.decisions import Decision, DecisionInputs
from mortise.record.facts import DecisionRecord, Fact, _Fact
from mortise.record.records import RECORD_FORMAT, Episode, Person, check_record, read_json

_decision_decoder: msgspec.json.Decoder[Decision] | None = None
_record_decoder: msgspec.json.Decoder[Any] | None = None
_facts_decoder: msgspec.json.Decoder[Any] | None = None


class SealedRecord(
    _Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="decision"
):
    """A `DecisionRecord` whose decision is still the bytes that were stored."""

    inputs: DecisionInputs
    decision: msgspec.Raw
    output_hash: str

    def with_decision(self, decision: Decision) -> DecisionRecord:
        """Return the stored decision as a fact, with what is inside.

        Parameters
        ----------
        decision : Decision
            What the sealed bytes say.

        Returns
        -------
        DecisionRecord
            As it would have been read.
        """
        return DecisionRecord(
            id=self.id, on=self.on, origin=self.origin, by=self.by, captured_at=self.captured_at,
            received_at=self.received_at, note=self.note, inputs=self.inputs, decision=decision,
            output_hash=self.output_hash,
        )  # fmt: skip

    def opened(self) -> DecisionRecord:
        """Return the stored decision as a fact, read from its bytes.

        Returns
        -------
        DecisionRecord
            Read as strictly as with a whole record.

        Raises
        ------
        InputError
            When the bytes are no decision.
        """
        global _decision_decoder
        _decision_decoder = _decision_decoder or msgspec.json.Decoder(Decision)
        return self.with_decision(read_json(_decision_decoder, bytes(self.decision), f"decision {self.id}"))


if TYPE_CHECKING:
    SealedFact = Fact | SealedRecord
else:
    SealedFact = Union[tuple(SealedRecord if one is DecisionRecord else one for one in get_args(Fact))]  # noqa: UP007


class SealedHistory(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `PatientRecord` whose stored decisions are still sealed."""

    format: str = RECORD_FORMAT
    person: Person
    episode: Episode
    facts: tuple[SealedFact, ...] = ()


def decode_sealed(content: bytes | str, *, where: str = "record") -> SealedHistory:
    """Read a record from JSON as strictly as `decode_record`, stored decisions apart, which stay sealed.

    Parameters
    ----------
    content : bytes or str
        JSON.
    where : str
        What to name in an error.

    Returns
    -------
    SealedHistory
        Every fact in the order received.

    Raises
    ------
    InputError
        Naming `where`, the field, and what to do.
    """
    global _record_decoder
    _record_decoder = _record_decoder or msgspec.json.Decoder(SealedHistory)
    record: SealedHistory = read_json(_record_decoder, content, where)
    check_record(record, where)
    return record


def decode_sealed_facts(content: bytes | str) -> tuple[SealedFact, ...]:
    """Read a JSON list of facts that were checked when they were stored; decisions stay sealed.

    Parameters
    ----------
    content : bytes or str
        JSON.

    Returns
    -------
    tuple of Fact or SealedRecord
        In the same order.

    Raises
    ------
    InputError
        When this is no list of facts.
    """
    global _facts_decoder
    _facts_decoder = _facts_decoder or msgspec.json.Decoder(tuple[SealedFact, ...])
    found: tuple[SealedFact, ...] = read_json(_facts_decoder, content, "facts")
    return found
