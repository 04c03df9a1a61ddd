"""Messages and questionnaires from the outbox: once, scored here, refused by itself, at the ankle they are about."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from mortise.record import CheckIn, Reading
from mortise.terms import Side
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import Message, QuarantinedFact
from tests.web import builders
from tests.web.phone.test_sync import batch, item, outcomes, send

pytestmark = pytest.mark.django_db


def common(**changed: Any) -> dict[str, Any]:
    now = clock.now()
    return {"on": now.date().isoformat(), "captured_at": now.isoformat(), **changed}


def message(words: str = "May I cycle to work?", **changed: Any) -> dict[str, Any]:
    return common(kind="message", id=str(uuid.uuid4()), words=words) | changed


@pytest.fixture
def asked() -> dict[str, Any]:
    known = content().questionnaires["named-activities"]
    answers = dict(zip(known.item_ids, ("4", "6", "5", None, None), strict=True))
    names = {"questionnaire": known.id, "version": known.version}
    return common(kind="questionnaire", id=uuid.uuid4().hex, answers=answers) | names


def readings(cast: builders.Cast) -> list[Reading]:
    return list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(Reading))


def test_each_kind_is_taken_once_and_answered_by_itself(
    cast: builders.Cast, phone: Client, asked: dict[str, Any]
) -> None:
    sent = batch(item(1, fact=message()), item(2, fact=asked), item(3))
    assert outcomes(send(phone, sent)) == ["stored", "stored", "stored"]
    assert outcomes(send(phone, sent)) == ["already", "already", "already"]
    (reading,) = readings(cast)
    assert (reading.value, reading.trials) == (5, (4, 6, 5))
    assert Message.objects.get().words == "May I cycle to work?"
    answers = send(phone, sent).json()["answers"]
    assert [one["id"] for one in answers] == [one["fact"]["id"] for one in sent["items"]]
    page = phone.get("/phone/").content.decode()
    assert "Your clinic has your message." in page


def test_what_cannot_be_taken_is_refused_kept_aside_and_blocks_nothing(
    cast: builders.Cast, phone: Client, asked: dict[str, Any]
) -> None:
    known = message()
    bad = [
        message("   "),
        message("x" * 1001),
        message(id="no-uuid"),
        message(on="yesterday"),
        asked | {"version": "0"},
        asked | {"questionnaire": "faam"},
        asked | {"answers": dict.fromkeys(asked["answers"])},
        asked | {"answers": {**asked["answers"], "activity99": "1"}},
        asked | {"answers": dict.fromkeys(asked["answers"], "11")},
        asked | {"answers": dict.fromkeys(asked["answers"], "NaN")},
        asked | {"answers": dict.fromkeys(asked["answers"], "many")},
        asked | {"id": "x" * 61},
    ]
    bad = [one | {"id": f"{one['id']}-{n}"[:70]} if n > 3 else one for n, one in enumerate(bad)]
    facts = [*bad, known, known | {"words": "Other words"}]
    found = outcomes(send(phone, batch(*(item(n + 1, fact=one) for n, one in enumerate(facts)))))
    assert found == ["refused"] * len(bad) + ["stored", "conflict"]
    assert readings(cast) == []
    assert Message.objects.count() == 1
    assert QuarantinedFact.objects.filter(episode=cast.episode).count() == len(bad) + 1
    assert QuarantinedFact.objects.filter(is_conflict=True).count() == 1


def test_a_report_goes_to_its_own_ankle_and_to_none_of_somebody_else(
    cast: builders.Cast, phone: Client, asked: dict[str, Any]
) -> None:
    right = builders.episode(cast.ben, cast.ada, Side.RIGHT)
    named = [(1, cast.episode.pk), (2, right.pk), (3, cast.dora_episode.pk), (4, "")]
    sent = batch(
        *(item(n, episode=str(pk)) for n, pk in named),
        item(5, episode=str(right.pk), fact=asked),
        item(6, episode=str(right.pk), fact=message()),
    )
    assert outcomes(send(phone, sent)) == ["stored", "stored", "refused", "stored", "stored", "stored"]
    there = services.record_of(episode=right, by=cast.ada)
    assert {one.id for one in there.of_kind(CheckIn)} - {"fact-4"} == {"fact-2"}
    assert len(list(there.of_kind(Reading))) == 1
    assert Message.objects.get().episode_id == right.pk
    here = services.record_of(episode=cast.episode, by=cast.ada)
    assert {one.id for one in here.of_kind(CheckIn)} - {"fact-4"} == {"fact-1"}
    record = services.record_of(episode=cast.dora_episode, by=cast.cy)
    assert list(record.of_kind(CheckIn)) == []


def test_answers_the_server_kept_go_when_the_phone_has_sent_them(
    cast: builders.Cast, phone: Client, asked: dict[str, Any]
) -> None:
    path = "/phone/questions/named-activities/"
    phone.post(path, {"item": "1", "answer": "4"})
    page = phone.get(path).content.decode()
    assert "&quot;: &quot;4&quot;" in page  # what the phone takes over
    assert outcomes(send(phone, batch(item(1, fact=asked)))) == ["stored"]
    assert "1 of 5" in phone.get(path).content.decode()
