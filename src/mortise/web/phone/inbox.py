"""What a phone's item is: a fact of the record, a message to the clinic, or a questionnaire that is scored here.

Each item is answered on its own. Everything goes to the ankle it was written for, whichever is open on the phone now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.utils.translation import gettext, gettext_lazy
from msgspec import Struct

from mortise.errors import ConflictError, InputError, MortiseError
from mortise.record import Reading
from mortise.record.facts import Fact
from mortise.web.care import services
from mortise.web.care.content import questionnaires
from mortise.web.care.services.facts import Answer
from mortise.web.phone import presenters, questions
from mortise.web.phone.refusals import not_taken
from mortise.web.phone.visits import Visit

MAX_ANSWERS = 200
BATCH_ID = 60
WORST_FIRST = ("conflict", "refused", "stored", "already")
NOT_APPLICABLE = "n/a"
NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,6})?")
OTHER_ANKLE = gettext_lazy("This is about an ankle whose programme is closed.")


class _Kind(Struct, kw_only=True):
    kind: str = ""
    id: str = ""


class _Message(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="message"):
    id: str
    on: date
    captured_at: datetime
    words: str


class _Answered(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="questionnaire"):
    id: str
    on: date
    captured_at: datetime
    questionnaire: str
    version: str
    answers: dict[str, str | None]


class Sent(NamedTuple):
    """One item as it came, and the ankle it names ("" when it names none)."""

    raw: bytes
    episode: str


class Taken(NamedTuple):
    """The answers in the order of the items, what a page may say of it, and the questionnaires that are done."""

    answers: tuple[Answer, ...]
    changed: list[str]
    finished: tuple[tuple[Visit, str], ...]


class _Open(NamedTuple):
    """An item that was read: an answer already, or facts that the engine answers."""

    answer: Answer | None
    facts: Sequence[Fact | bytes] = ()
    said: str = ""
    questionnaire: str = ""


def taken_in(visit: Visit, items: Sequence[Sent]) -> Taken:
    """Store the items of one batch, each ankle's with one decision, and answer each."""
    answers: dict[int, Answer] = {}
    changed: list[str] = []
    finished: list[tuple[Visit, str]] = []
    for place, numbers in _by_ankle(visit, items).items():
        there = visit.at(place)
        if there is None:
            answers |= {n: _aside(visit, items[n].raw, str(OTHER_ANKLE)) for n in numbers}
            continue
        opened = {n: _open(there, items[n].raw) for n in numbers}
        found, lines = _decided(there, opened)
        answers |= found
        changed += [*lines, *dict.fromkeys(one.said for one in opened.values() if one.said)]
        finished += [
            (there, one.questionnaire) for n, one in opened.items() if one.questionnaire and found[n].is_kept
        ]
    return Taken(tuple(answers[n] for n in range(len(items))), changed, tuple(finished))


def _by_ankle(visit: Visit, items: Iterable[Sent]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for n, one in enumerate(items):
        found.setdefault(one.episode or str(visit.episode.pk), []).append(n)
    return found


def _open(visit: Visit, raw: bytes) -> _Open:
    try:
        kind = msgspec.json.decode(raw, type=_Kind).kind
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Open(None, [raw])
    if kind not in ("message", "questionnaire"):
        return _Open(None, [raw])
    try:
        return _message(visit, raw) if kind == "message" else _answered(visit, raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _Open(_aside(visit, raw, f"This cannot be read: {error}"))
    except MortiseError as error:
        plain = f"{error.message} {error.mend}".strip()
        return _Open(
            _aside(visit, raw, str(error), is_conflict=isinstance(error, ConflictError), plain=plain)
        )


def _message(visit: Visit, raw: bytes) -> _Open:
    sent = msgspec.json.decode(raw, type=_Message)
    try:
        message_id = UUID(sent.id)
    except ValueError:
        raise InputError("A message is named by a UUID.", where="id") from None
    is_known = services.is_message_known(episode=visit.episode, message_id=message_id)
    services.write_message(
        episode=visit.episode,
        message_id=message_id,
        words=sent.words,
        by=visit.user,
        captured_at=sent.captured_at,
    )
    if is_known:
        return _Open(Answer(sent.id, "already"))
    return _Open(Answer(sent.id, "stored"), said=gettext(presenters.MESSAGE_KEPT))


def _answered(visit: Visit, raw: bytes) -> _Open:
    sent = msgspec.json.decode(raw, type=_Answered)
    asked = questionnaires(visit.today)[0].get(sent.questionnaire)
    if asked is None or not asked.items:
        raise InputError("This questionnaire is not asked here.", where="questionnaire")
    if asked.version != sent.version:
        raise InputError("The questionnaire has changed since.", where="version", mend="Answer it once more.")
    if len(sent.answers) > MAX_ANSWERS or len(sent.id) > BATCH_ID:
        raise InputError("This is larger than a questionnaire can be.")
    done = questions.UnderWay(sent.id, sent.answers)
    if not all(
        said is None or said == NOT_APPLICABLE or NUMBER.fullmatch(said) for said in sent.answers.values()
    ):
        raise InputError("An answer is a number, or left open.", where="answers")
    readings: list[Reading] = questions.readings_of(
        visit, asked, done, on=sent.on, captured_at=sent.captured_at
    )
    if not readings:
        raise InputError("Too little was answered for a score.", where="answers")
    return _Open(None, readings, questionnaire=asked.id)


def _aside(visit: Visit, raw: bytes, reason: str, *, is_conflict: bool = False, plain: str = "") -> Answer:
    """Keep what was not taken for a person to look at, and say why; `plain` is for the patient, without the field."""
    fact_id = services.keep_aside(
        episode=visit.episode, fact=raw, reason=reason, by=visit.user, is_conflict=is_conflict
    )
    return Answer(fact_id, "conflict" if is_conflict else "refused", plain or reason)


def _decided(visit: Visit, opened: dict[int, _Open]) -> tuple[dict[int, Answer], list[str]]:
    """Give all facts of one ankle to the engine at once, and each item the answer of its own facts."""
    facts = [fact for one in opened.values() for fact in one.facts]
    answers, changed = _reported(visit, facts) if facts else ((), [])
    rest = iter(answers)
    found = {}
    for n, one in opened.items():
        own = [next(rest) for _ in one.facts]
        found[n] = one.answer or _of_all(own, one.questionnaire and _id_of(own))
    return found, changed


def _of_all(answers: Sequence[Answer], item_id: str) -> Answer:
    """Return the answer to an item of several facts: the worst of theirs."""
    worst = min(answers, key=lambda one: WORST_FIRST.index(one.outcome))
    return worst._replace(id=item_id) if item_id else worst


def _id_of(answers: Sequence[Answer]) -> str:
    """Return the questionnaire's id: its readings are called by it and their score."""
    return answers[0].id.rpartition("-")[0]


def _reported(visit: Visit, facts: Sequence[Fact | bytes]) -> tuple[tuple[Answer, ...], list[str]]:
    try:
        before = visit.story()
        answered = services.answer_report(
            episode=visit.episode,
            facts=facts,
            on=visit.today,
            by=visit.user,
            circumstances=visit.circumstances,
        )
    except services.TakenBackError as error:  # nothing is kept: each is told so
        return services.append_facts(episode=visit.episode, facts=facts, by=visit.user), [gettext(str(error))]
    except services.UndecidedError as error:  # the facts are kept: ask once more what became of each
        return services.append_facts(episode=visit.episode, facts=facts, by=visit.user), [gettext(str(error))]
    template = gettext("Not saved: %(reason)s")
    refused = [
        template % {"reason": not_taken(answer.reason)} for answer in answered.answers if not answer.is_kept
    ]
    is_new = any(answer.outcome == "stored" for answer in answered.answers)
    try:
        return answered.answers, refused or (presenters.changes(before, answered.story) if is_new else [])
    except services.UntoldError as error:
        return answered.answers, [gettext(str(error))]
