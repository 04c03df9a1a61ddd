"""Everything that is kept about a patient, as files for the patient to take away."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from typing import IO

from mortise.record.records import encode
from mortise.web.accounts.models import User
from mortise.web.audit import log
from mortise.web.care.models import (
    Consent,
    EpisodeRow,
    Message,
    Patient,
    QuarantinedFact,
    SignedLetter,
    StoredRecording,
)
from mortise.web.care.services.facts import load_record
from mortise.web.care.services.looks import looks_at
from mortise.web.care.services.recordings import path_of

READ_ME = """What this server keeps about you, on {day}.

person.json       what is kept of you as a person
messages.txt      what you wrote to your clinic, and who read it
agreed.csv        what you agreed to or took back, and when
<ankle>/record.json       your record: every answer, session, reading, plan and decision, oldest first
<ankle>/not-taken.json    what your phone sent and the server could not take, with the reason
<ankle>/recordings/       the raw files of your recordings, as they were sent
<ankle>/letters/          letters about you, as they were signed
looked.csv        who looked at your data or changed it

Notes that those who treat you wrote to each other are not among them. Ask your clinic for these.

The words of record.json are explained in docs/reference/record.md of Mortise.
"""


def write_export(target: IO[bytes], *, patient: Patient, by: User) -> None:
    """Write a ZIP archive of everything that is kept about a patient, open and closed episodes alike; audited."""
    log.record(by, "export.make", patient)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", READ_ME.format(day=patient.clinic.today().isoformat()))
        archive.writestr(
            "person.json", encode({"name": patient.name, "clinic": patient.clinic.name, **_person(patient)})
        )
        archive.writestr("messages.txt", _messages(patient))
        archive.writestr("agreed.csv", _agreed(patient))
        archive.writestr("looked.csv", _looked(patient, by))
        for episode in EpisodeRow.objects.filter(patient=patient).order_by("opened_on", "pk"):
            _add_episode(archive, episode)


def _person(patient: Patient) -> dict[str, object]:
    person = patient.person
    known = {"height_cm": person.height_cm, "email": patient.email, "number_in_the_clinic": patient.number}
    return {"birth_year": person.birth_year, "sex": person.sex} | {k: v for k, v in known.items() if v}


def _messages(patient: Patient) -> str:
    found = Message.objects.filter(episode__patient=patient).select_related("seen_by").order_by("written_at")
    told = [f"{one.written_at.isoformat()}\n{one.words}\n{_read(one)}\n" for one in found]
    return "\n".join(told) or "You have written nothing yet.\n"


def _read(message: Message) -> str:
    if message.seen_at is None or message.seen_by is None:
        return "Not read yet."
    return f"Read by {message.seen_by.name}, {message.seen_at.isoformat()}."


def _agreed(patient: Patient) -> str:
    rows = [
        (
            one.at.isoformat(),
            one.get_purpose_display(),
            "yes" if one.is_given else "no",
            one.get_how_display(),
        )
        for one in Consent.objects.filter(patient=patient).order_by("at", "pk")
    ]
    return _table(("at", "to what", "agreed", "how"), rows)


def _add_episode(archive: zipfile.ZipFile, episode: EpisodeRow) -> None:
    folder = f"{episode.involved_side}-from-{episode.opened_on.isoformat()}-{str(episode.pk)[:8]}"
    archive.writestr(f"{folder}/record.json", encode(load_record(episode)))
    aside = QuarantinedFact.objects.filter(episode=episode).order_by("pk")
    archive.writestr(
        f"{folder}/not-taken.json",
        encode([{"id": one.fact_id, "sent": one.payload, "reason": one.reason} for one in aside]),
    )
    for letter in SignedLetter.objects.filter(letter__episode=episode).order_by("signed_at"):
        archive.writestr(
            f"{folder}/letters/{letter.signed_at.date().isoformat()}-{str(letter.pk)[:8]}.pdf",
            bytes(letter.pdf),
        )
    for recording in StoredRecording.objects.filter(episode=episode).prefetch_related("files"):
        for number, file in enumerate(recording.files.all(), 1):
            path = path_of(file.sha256)
            if path.exists():
                name = "".join(
                    letter if letter.isalnum() or letter in "._-" else "_" for letter in file.original_name
                )
                archive.write(
                    path,
                    f"{folder}/recordings/{recording.recorded_on}-{recording.test}-{str(recording.pk)[:8]}-{number}-{name}",
                )


def _looked(patient: Patient, by: User) -> str:
    looks = looks_at(patient=patient, by=by, n=None)
    return _table(("at", "who", "what"), [(one.at.isoformat(), one.who, one.what) for one in looks])


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerows([heads, *rows])
    return table.getvalue()
