"""The whole record of one episode of one ankle, and the door it comes in by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from mortise.errors import InputError
from mortise.record.facts import CheckIn, DecisionRecord, Fact, PlanVersion, Reading, SessionLog
from mortise.terms import Sex, Side

if TYPE_CHECKING:
    from mortise.record.sealed import SealedFact, SealedHistory

_T = TypeVar("_T")

RECORD_FORMAT = "mortise.record/1"
MOST_DIGITS = 15  # before the point
MOST_PLACES = 40  # after it: an exact quotient of the engine has 28 digits
OLDEST_YEARS = 130


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What decisions need to know of a person. No name, no contact: those stay in the clinic's own tables."""

    birth_year: int
    sex: Sex = Sex.UNSPECIFIED
    height_cm: Decimal | None = None

    def age_on(self, on: date) -> int:
        """Return the age in whole years that the person has reached at the end of the year of `on`."""
        return on.year - self.birth_year


class Episode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ankle under treatment. Both ankles: two episodes."""

    id: str
    involved_side: Side
    protocol: str
    opened_on: date
    is_bilateral: bool = False  # the other side is affected too: symmetry is replaced by the age-and-sex band


class PatientRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole patient record: who, which episode, and every fact in the order received."""

    format: str = RECORD_FORMAT
    person: Person
    episode: Episode
    facts: tuple[Fact, ...] = ()

    def of_kind(self, kind: type[_T]) -> Iterator[_T]:
        """Yield the facts of one kind in order."""
        return (fact for fact in self.facts if isinstance(fact, kind))


_PATH = re.compile(r" - at `\$?(.*)`$")
_decoder: msgspec.json.Decoder[PatientRecord] | None = None
_fact_decoder: msgspec.json.Decoder[Fact] | None = None
_encoder = msgspec.json.Encoder(decimal_format="number", order="deterministic")


def decode_record(content: bytes | str, *, where: str = "record") -> PatientRecord:
    """Read a record from JSON, refusing unknown keys, wrong types, doubled ids and a side that is not left or right.

    Raises
    ------
    InputError
        Naming `where`, the field, and what to do. Nothing is kept of a record that is refused.
    """
    global _decoder
    _decoder = _decoder or msgspec.json.Decoder(PatientRecord)
    record = read_json(_decoder, content, where)
    check_record(record, where)
    return record


def decode_fact(content: bytes | str, *, where: str = "fact") -> Fact:
    """Read one fact from JSON, as strictly as a whole record.

    Raises
    ------
    InputError
        Naming `where`, the field, and what to do.
    """
    global _fact_decoder
    _fact_decoder = _fact_decoder or msgspec.json.Decoder(Fact)
    fact = read_json(_fact_decoder, content, where)
    if not fact.id:
        raise InputError(
            "the id is empty.", where=f"{where}, field id", mend="Give every fact an id of its own."
        )
    _check_numbers(fact, where)
    return fact


def read_json(decoder: msgspec.json.Decoder[_T], content: bytes | str, where: str) -> _T:
    """Read JSON with a decoder, and say in our words what is wrong with it.

    Parameters
    ----------
    decoder : Decoder
        For what is expected.
    content : bytes or str
        JSON.
    where : str
        What to name in an error.

    Returns
    -------
    object
        As the decoder makes it.

    Raises
    ------
    InputError
        Naming `where`, the field, and what to do.
    """
    try:
        return decoder.decode(content)
    except msgspec.ValidationError as error:
        text = str(error)
        path = _PATH.search(text)
        field = path.group(1).lstrip(".") if path else ""
        message = _PATH.sub("", text)
        raise InputError(
            f"{message}.", where=f"{where}, field {field}" if field else where,
            mend="`mortise schema record` prints the form a record must have.",
        ) from None  # fmt: skip
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not valid JSON: {error}.", where=where, mend="Send a JSON object.") from None


def check_record(record: PatientRecord | SealedHistory, where: str) -> None:
    """Refuse a format that is not known, doubled ids, numbers nobody can compare, a side that is not left or right.

    Parameters
    ----------
    record : PatientRecord or SealedHistory
        As read.
    where : str
        What to name in an error.

    Raises
    ------
    InputError
        Naming `where`, the field, and what to do.
    """
    if record.format != RECORD_FORMAT:
        raise InputError(f"format {record.format!r} is not known.", where=f"{where}, field format",
                         mend=f"Use {RECORD_FORMAT!r}.")  # fmt: skip
    if record.episode.involved_side is Side.NONE:
        raise InputError("the involved side must be left or right.",
                         where=f"{where}, field episode.involved_side")  # fmt: skip
    born, opened = record.person.birth_year, record.episode.opened_on.year
    if not opened - OLDEST_YEARS <= born <= opened:
        raise InputError(f"nobody treated in {opened} was born in that year.",
                         where=f"{where}, field person.birth_year", mend="Give the year with four digits.")  # fmt: skip
    height_cm = record.person.height_cm
    if height_cm is not None and not _is_of_this_world(height_cm):
        raise InputError("this is not a number one can compare.", where=f"{where}, field person.height_cm",
                         mend="Leave the value out when it is not known.")  # fmt: skip
    seen: set[str] = set()
    fine: set[str] = set()
    for index, fact in enumerate(record.facts):
        if not fact.id or fact.id in seen:
            what = "is used twice" if fact.id else "is empty"
            raise InputError(f"the id {what}.", where=f"{where}, field facts[{index}].id",
                             mend="Give every fact an id of its own, made at capture.")  # fmt: skip
        seen.add(fact.id)
        if not _has_fine_answers(fact, fine):
            _check_numbers(fact, f"{where}, field facts[{index}]", sep=".")


def _check_numbers(fact: SealedFact, where: str, *, sep: str = ", field ") -> None:
    for name, value in _numbers(fact):
        if value is not None and not _is_of_this_world(value):
            raise InputError(
                f"{_shown(value)} is not a number one can compare.", where=f"{where}{sep}{name}",
                mend="Leave the value out when it is not known.",
            )  # fmt: skip


def _has_fine_answers(fact: SealedFact, fine: set[str]) -> bool:
    """Whether a check-in holds nothing but numbers one can compare; each way of writing one is looked at once."""
    if type(fact) is not CheckIn:
        return False
    for value in fact.answers.values():
        if value is not None and (text := str(value)) not in fine:
            if not _is_of_this_world(value):
                return False
            fine.add(text)
    return True


def _is_of_this_world(value: Decimal) -> bool:
    """Whether a number is finite and of a size that can be computed with: 1e999999999 is valid JSON, too."""
    if not value.is_finite() or not -MOST_PLACES <= value.adjusted() <= MOST_DIGITS:
        return False
    return len(str(value)) <= 2 * MOST_PLACES


def _shown(value: Decimal) -> str:
    text = str(value)
    return text if len(text) <= MOST_PLACES else f"{text[:MOST_DIGITS]}..."


def _numbers(fact: SealedFact) -> Iterator[tuple[str, Decimal | None]]:
    """Yield every exact number of a fact that anything is computed from, with its place."""
    if isinstance(fact, Reading):
        yield "value", fact.value
        yield "recording_error", fact.recording_error
        yield from ((f"trials[{i}]", trial) for i, trial in enumerate(fact.trials))
    elif isinstance(fact, CheckIn | SessionLog):
        yield from ((f"answers.{measure}", answer) for measure, answer in fact.answers.items())
        if isinstance(fact, SessionLog):
            yield "minutes", fact.minutes
            for i, item in enumerate(fact.items):
                yield f"items[{i}].pain_nrs", item.pain_nrs
                yield f"items[{i}].effort_nrs", item.effort_nrs
    elif isinstance(fact, PlanVersion):
        yield from ((f"figures.{name}", figure) for name, figure in fact.figures.items())
        for i, one in enumerate(fact.constraints):
            yield f"constraints[{i}].dose_at_most_pct", one.dose_at_most_pct
            yield f"constraints[{i}].minutes_at_most", one.minutes_at_most
    elif isinstance(fact, DecisionRecord):
        for i, rule in enumerate(fact.decision.rules):
            yield f"decision.rules[{i}].ease_to_pct", rule.ease_to_pct


def encode(value: Any) -> bytes:
    """Return canonical JSON: keys in a fixed order, decimals as exact numbers. The same value gives the same bytes."""
    return _encoder.encode(value)


def json_schema(kind: Any) -> dict[str, Any]:
    """Return the JSON Schema of `kind`, in which an exact decimal is a number or a decimal string."""
    schema: dict[str, Any] = _with_numbers(msgspec.json.schema(kind))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def _with_numbers(node: Any) -> Any:
    if isinstance(node, dict):
        if node.get("format") == "decimal":
            return {"anyOf": [{"type": "number"}, {"type": "string", "format": "decimal"}]}
        return {key: _with_numbers(value) for key, value in node.items()}
    return [_with_numbers(value) for value in node] if isinstance(node, list) else node


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema of a whole patient record."""
    return json_schema(PatientRecord)
