"""What belongs to the patient: everything to take away, and a calendar that says no word of health."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client

from mortise.record.records import decode_record
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.models import Purpose
from mortise.web.phone.calendar import MOST_OCTETS, Entry, calendar
from mortise.web.phone.views_own import calendar_path
from tests.web import builders


def test_everything_can_be_taken_away_and_read_again(phone: Client, cast: builders.Cast) -> None:
    services.plan_visit(episode=cast.episode, visit_on=cast.clinic.today() + timedelta(days=5), by=cast.ada)
    words = "May I cycle to work?"
    services.write_message(episode=cast.episode, message_id=uuid4(), words=words, by=cast.ben.user)
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    letter: Any = builders.letter(cast.episode, cast.ada)
    letter.to = {"name": "Dr Gale", "place": ""}
    letter.save()
    services.sign_letter(letter=letter, paper=lambda _: b"%PDF-1.7 signed", by=cast.ada)
    for _ in range(25):
        services.record_of(episode=cast.episode, by=cast.ada)
    answer = phone.get("/phone/export/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    names = archive.namelist()
    (record,) = [name for name in names if name.endswith("record.json")]
    assert decode_record(archive.read(record)) == services.record_of(episode=cast.episode, by=cast.ada)
    assert json.loads(archive.read("person.json"))["name"] == cast.ben.name
    assert (
        "looked at your record" in archive.read("looked.csv").decode()
        or "added" in archive.read("looked.csv").decode()
    )
    assert (
        archive.read("looked.csv").decode().count("looked at your record") >= 25
    )  # all of them, not the last few
    assert words in archive.read("messages.txt").decode()
    assert "Not read yet." in archive.read("messages.txt").decode()
    assert ",yes,In person" in archive.read("agreed.csv").decode()
    (signed,) = [name for name in names if "/letters/" in name]
    assert archive.read(signed) == b"%PDF-1.7 signed"
    assert "Notes that those who treat you wrote" in archive.read("README.txt").decode()
    assert AuditEntry.objects.filter(action="export.make", patient=str(cast.ben.pk)).count() == 1
    assert phone.get("/phone/help/").content.decode().count("/phone/export/") == 1


def test_a_calendar_shows_days_and_nothing_else_and_dies_with_the_links(
    client: Client, phone: Client, cast: builders.Cast
) -> None:
    on = cast.clinic.today() + timedelta(days=5)
    services.plan_visit(episode=cast.episode, visit_on=on, by=cast.ada)
    path = calendar_path(cast.ben.user)
    text = client.get(path).content.decode()
    assert f"DTSTART;VALUE=DATE:{on:%Y%m%d}" in text
    assert {line for line in text.splitlines() if line.startswith("SUMMARY")} <= {
        "SUMMARY:Visit", "SUMMARY:A test to do", "SUMMARY:Tests at your visit",
    }  # fmt: skip
    assert not any(word in text.lower() for word in ("ankle", "lunge", "heel", cast.ben.name.lower()))
    assert client.get(path.replace(path[-10:-4], "aaaaaa")).status_code == 404
    assert client.get(path.replace(str(cast.ben.user.pk), str(cast.dora.user.pk))).status_code == 404
    for link in services.phone_links_of(patient=cast.ben):
        services.revoke_phone_link(link=link, by=cast.ada)
    assert client.get(path).status_code == 404


def test_calendar_lines_are_folded_and_escaped() -> None:
    made_at = datetime(2026, 11, 21, 8, tzinfo=UTC)
    text = calendar([Entry("ü" * 60, "visit", made_at.date())], "A, b; c\\d", made_at)
    assert all(len(line.encode()) <= MOST_OCTETS for line in text.split("\r\n"))
    assert "X-WR-CALNAME:A\\, b\\; c\\\\d" in text
    assert "DTEND;VALUE=DATE:20261122" in text
