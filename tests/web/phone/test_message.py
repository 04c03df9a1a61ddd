"""A message to the clinic: it says what it is not for, comes once, and waits on the list until somebody read it."""

from __future__ import annotations

import re
import uuid

from django.test import Client
from django.urls import reverse

from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.models import Need
from tests.web import builders

WORDS = "The ankle is fine, but may I cycle to work?"


def row(cast: builders.Cast) -> services.NeedRow:
    rows = services.needs_list(by=cast.ada, today=cast.clinic.today())
    return next(one for one in rows if one.episode_id == cast.episode.pk)


def test_it_comes_once_waits_on_the_list_and_is_read_by_somebody(phone: Client, cast: builders.Cast) -> None:
    page = phone.get("/phone/message/").content.decode()
    assert page.index("Not for an emergency") < page.index("<textarea")
    found = re.search(r'name="message_id" value="([^"]+)"', page)
    assert found
    sent = {"message_id": found[1], "words": WORDS}
    for _ in range(2):  # two taps
        assert phone.post("/phone/message/", sent)["Location"] == "/phone/"
    assert phone.post("/phone/message/", sent | {"words": "Something else"}).status_code == 422
    assert "A message waits to be read." in row(cast).reason

    desk = builders.signed_in(cast.ada)
    course = reverse("clinic:course", args=[cast.episode.pk])
    assert "1 message from the patient." in desk.get(course).content.decode()
    messages = reverse("clinic:messages", args=[cast.episode.pk])
    assert WORDS in desk.get(messages).content.decode()
    desk.post(messages)
    assert "waits" not in row(cast).reason
    page = phone.get("/phone/message/").content.decode()
    assert f"Read by {cast.ada.name}" in page
    assert page.count(WORDS) == 1
    assert not AuditEntry.objects.filter(detail__contains="cycle").exists()  # no word of it in the log


def test_nothing_or_too_much_is_asked_again_and_what_was_typed_stays(phone: Client) -> None:
    data = {"message_id": str(uuid.uuid4())}
    assert phone.post("/phone/message/", data | {"words": "   "}).status_code == 422
    page = phone.post("/phone/message/", data | {"words": "x" * 1001})
    assert page.status_code == 422
    assert "x" * 1001 in page.content.decode()


def test_somebody_on_plan_who_wrote_needs_somebody(cast: builders.Cast) -> None:
    standing = cast.episode.standing
    standing.need = Need.ON_PLAN
    standing.save()
    services.write_message(episode=cast.episode, message_id=uuid.uuid4(), words=WORDS, by=cast.ben.user)
    standing.refresh_from_db()
    assert standing.n_messages == 1
    assert row(cast).needs_somebody
