"""Everything that is kept about a patient, as files for the patient to take away."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import IO

from mortise.record.records import encode
from mortise.web.accounts.models import User
from mortise.web.audit import log
from mortise.web.care.models import EpisodeRow, Patient, QuarantinedFact, StoredRecording
from mortise.web.care.services.facts import load_record
from mortise.web.care.services.looks import looks_at
from mortise.web.care.services.recordings import path_of

READ_ME = """Everything this server keeps about you, on {day}.

person.json       what is kept of you as a person
<ankle>/record.json       your record: every answer, session, reading, plan and decision, oldest first
<ankle>/not-taken.json    what your phone sent and the server could not take, with the reason
<ankle>/recordings/       the raw files of your recordings, as they were sent
looked.csv        who looked at your data or changed it lately

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
        archive.writestr("looked.csv", _looked(patient, by))
        for episode in EpisodeRow.objects.filter(patient=patient).order_by("opened_on", "pk"):
            _add_episode(archive, episode)


def _person(patient: Patient) -> dict[str, object]:
    person = patient.person
    return {"birth_year": person.birth_year, "sex": person.sex}


def _add_episode(archive: zipfile.ZipFile, episode: EpisodeRow) -> None:
    folder = f"{episode.involved_side}-from-{episode.opened_on.isoformat()}-{str(episode.pk)[:8]}"
    archive.writestr(f"{folder}/record.json", encode(load_record(episode)))
    aside = QuarantinedFact.objects.filter(episode=episode).order_by("pk")
    archive.writestr(
        f"{folder}/not-taken.json",
        encode([{"id": one.fact_id, "sent": one.payload, "reason": one.reason} for one in aside]),
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
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["at", "who", "what"])
    for look in looks_at(patient=patient, by=by):
        writer.writerow([look.at.isoformat(), look.who, look.what])
    return table.getvalue()
