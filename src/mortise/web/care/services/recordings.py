"""Keep a recording, measure it, and turn what was accepted into readings. Nothing half-written stays."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from mortise.errors import ConflictError, InputError
from mortise.record import Reading
from mortise.terms import RECORDED_TESTS, Context, Measure, Origin, Side
from mortise.units import convert
from mortise.web.accounts.models import User
from mortise.web.audit import clock, log
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, Purpose, RecordingFile, StoredRecording
from mortise.web.care.services.access import require_agreed
from mortise.web.care.services.consents import is_withdrawn
from mortise.web.care.services.decisions import new_id
from mortise.web.care.services.facts import admitted, lock, store
from mortise.web.care.services.instruments import instrument_of
from mortise.web.care.services.lines import one_line

if TYPE_CHECKING:
    from mortise.measure import MeasureResult
    from mortise.measure import Reading as Found

CHUNK_BYTES = 1024 * 1024
MAX_FILES = 8  # foot and shin of both sides are four; video of two views or a series of takes are more


class Upload(NamedTuple):
    """A file as sent, and the side the sender says it is of (`Side.NONE`: as the file says)."""

    file: File[bytes]
    side: Side = Side.NONE


class Said(NamedTuple):
    """What the sender says of the test: the side tested, the foot's length, when it first pinched."""

    side: Side = Side.NONE
    foot_length_cm: Decimal | None = None
    marks_s: tuple[Decimal, ...] = ()


class _Kept(NamedTuple):
    sha256: str
    n_bytes: int


def store_recording(
    *,
    episode: EpisodeRow,
    uploads: Sequence[Upload],
    test: str,
    recorded_on: date,
    by: User,
    placement: str = "",
    rate_hz: Decimal | None = None,
    said: Said | None = None,
) -> StoredRecording:
    """Keep the files of one recording under their hashes, and a row that names them; audited.

    A file is written beside its place, synced, and moved there whole. Too large or empty is refused before anything
    is kept. The same file sent again is kept once.
    """
    if test not in RECORDED_TESTS:
        raise InputError("This test is not known.", where="test")
    require_agreed(episode.patient)
    if is_withdrawn(patient=episode.patient, purpose=Purpose.RECORDINGS):
        raise InputError("The patient took their consent to recordings back.", where="test")
    if not 0 < len(uploads) <= MAX_FILES:
        raise InputError(f"A recording has 1 to {MAX_FILES} files.", where="files")
    sides = [upload.side for upload in uploads if upload.side is not Side.NONE]
    if len(sides) != len(set(sides)):
        raise InputError("Two files say they are of the same side.", where="files")
    if recorded_on > episode.patient.clinic.today():
        raise InputError("A recording cannot be of the future.", where="recorded_on")
    said = said or Said()
    kept = _keep_all(uploads)
    with transaction.atomic():
        recording = StoredRecording.objects.create(
            episode=episode, test=test, recorded_on=recorded_on, placement=one_line(placement), rate_hz=rate_hz,
            tested_side="" if said.side is Side.NONE else said.side.value, foot_length_cm=said.foot_length_cm,
            marks_s=" ".join(str(mark) for mark in said.marks_s), stored_by=by, stored_at=clock.now(),
        )  # fmt: skip
        RecordingFile.objects.bulk_create(
            RecordingFile(
                recording=recording, original_name=_shown_name(upload.file.name), sha256=file.sha256,
                n_bytes=file.n_bytes, side="" if upload.side is Side.NONE else upload.side.value,
            )
            for upload, file in zip(uploads, kept, strict=True)
        )  # fmt: skip
        log.record(by, "recording.store", episode.patient, {"episode": episode.pk, "recording": recording.pk})
    return recording


def result_of(*, recording: StoredRecording, by: User) -> MeasureResult:
    """Return what was found in a measured recording, curves included; audited."""
    log.record(by, "recording.read", recording.episode.patient, {"recording": recording.pk})
    return stored_result(recording)


def baseline_of(*, recording: StoredRecording) -> StoredRecording | None:
    """Return the first recording of this episode and test whose numbers were accepted, when it is of an earlier day."""
    rows = StoredRecording.objects.filter(
        episode_id=recording.episode_id, test=recording.test, status=StoredRecording.Status.MEASURED,
        is_excluded=False, accepted_at__isnull=False, recorded_on__lt=recording.recorded_on,
    )  # fmt: skip
    return rows.select_related("episode__patient__clinic").order_by("recorded_on", "stored_at").first()


def recording_with(*, episode: EpisodeRow, content: File[bytes]) -> StoredRecording | None:
    """Return the recording of an episode that has this very file, not set aside; None when there is none."""
    digest = hashlib.sha256()
    for chunk in content.chunks(CHUNK_BYTES):
        digest.update(chunk)
    content.seek(0)
    rows = StoredRecording.objects.filter(
        episode=episode, is_excluded=False, files__sha256=digest.hexdigest()
    )
    return rows.select_related("episode__patient__clinic").first()


def recordings_of(*, episode: EpisodeRow, by: User) -> list[StoredRecording]:
    """Return the recordings of an episode, newest first, with their files; audited."""
    log.record(by, "recordings.read", episode.patient, {"episode": episode.pk})
    return list(StoredRecording.objects.filter(episode=episode).prefetch_related("files"))


def acceptable(*, recording: StoredRecording) -> tuple[tuple[str, Side], ...]:
    """Return the results (measure, side) of a measured recording that can become readings.

    Those are the ones that the content has a measure for, made with an instrument that this measure knows.
    """
    known, found = content().measures, stored_result(recording).readings
    return tuple(
        (one.measure, one.side)
        for one in found
        if one.measure in known and instrument_of(one, known[one.measure], found) is not None
    )


@transaction.atomic
def accept_readings(
    *,
    recording: StoredRecording,
    chosen: Iterable[tuple[str, Side]],
    by: User,
    context: Context = Context.ROUTINE,
    at_visit: bool = False,
) -> tuple[Reading, ...]:
    """Make readings of the chosen results (measure, side) of a recording, each with its error and quality; audited.

    A recording is accepted once, and so is each of its files, by whatever name and day it was sent again: one walk is
    never two. Later changes are corrections.
    """
    lock(recording.episode)
    row = StoredRecording.objects.select_for_update().get(pk=recording.pk)
    if row.status != row.Status.MEASURED or row.is_excluded:
        raise InputError("Only a measured recording that is not excluded gives readings.", where="recording")
    if row.accepted_at is not None:
        raise ConflictError("The readings of this recording were accepted already.")
    _refuse_known_files(row)
    measured = stored_result(row).readings
    found = {(one.measure, one.side): one for one in measured}
    readings = []
    for place in dict.fromkeys(chosen):
        if place not in found:
            raise InputError("This was not measured in the recording.", where="readings")
        reading = reading_from(row, found[place], measured, context=context, at_visit=at_visit)
        store(row.episode, admitted(row.episode, reading, by))
        readings.append(reading)
    row.accepted_at = clock.now()
    row.save(update_fields=["accepted_at"])
    detail = {"recording": row.pk, "n": len(readings)}
    log.record(by, "recording.accept", row.episode.patient, detail)
    return tuple(readings)


@transaction.atomic
def exclude_recording(*, recording: StoredRecording, reason: str, by: User) -> None:
    """Set a recording aside, with a reason; its file stays. Readings made of it are corrected apart; audited."""
    reason = one_line(reason)
    if not reason:
        raise InputError("Excluding needs a reason.", where="reason")
    row = StoredRecording.objects.select_for_update().get(pk=recording.pk)
    if row.is_excluded:
        raise ConflictError("This recording was set aside already.", mend="Load the page again.")
    row.is_excluded, row.excluded_reason = True, reason
    row.save(update_fields=["is_excluded", "excluded_reason"])
    log.record(by, "recording.exclude", recording.episode.patient, {"recording": row.pk})


def path_of(sha256: str) -> Path:
    """Return where a file of this hash lies."""
    root: Path = settings.RECORDINGS_DIR
    return root / sha256[:2] / sha256


# ---------------------------------------------------------------- steps


def _keep_all(uploads: Sequence[Upload]) -> list[_Kept]:
    """Write every file or none: when one is refused, those written before it go, unless a recording needs them."""
    kept: list[_Kept] = []
    try:
        for upload in uploads:
            kept.append(_keep(upload.file))
    except BaseException:
        for one in kept:
            if not RecordingFile.objects.filter(sha256=one.sha256).exists():
                path_of(one.sha256).unlink(missing_ok=True)
        raise
    return kept


def _refuse_known_files(row: StoredRecording) -> None:
    """Refuse readings of a file whose readings this clinic accepted from another recording, of whichever patient."""
    accepted = StoredRecording.objects.filter(
        episode__patient__clinic_id=row.episode.patient.clinic_id, accepted_at__isnull=False, is_excluded=False,
        files__sha256__in=row.files.values("sha256"),
    ).exclude(pk=row.pk)  # fmt: skip
    if accepted.exists():
        raise ConflictError(
            "Readings of this very file were accepted already, as another recording.",
            mend="Set one of the two aside.",
        )


def _keep(file: File[bytes]) -> _Kept:
    """Write a file to its place by its hash: beside it first, synced, then moved whole."""
    root: Path = settings.RECORDINGS_DIR
    limit: int = settings.UPLOAD_MAX_BYTES
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, n_bytes = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=root, prefix="incoming-")
    try:
        with os.fdopen(handle, "wb") as beside:
            for chunk in file.chunks(CHUNK_BYTES):
                n_bytes += len(chunk)
                if n_bytes > limit:
                    raise InputError(
                        f"The file is larger than {limit // 1024 // 1024} MB.", where="files",
                        mend="Send a shorter recording.",
                    )  # fmt: skip
                digest.update(chunk)
                beside.write(chunk)
            beside.flush()
            os.fsync(beside.fileno())
        if n_bytes == 0:
            raise InputError("The file is empty.", where="files", mend="Record again.")
        place = path_of(digest.hexdigest())
        place.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(name, place)
        _sync_folder(place.parent)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return _Kept(digest.hexdigest(), n_bytes)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _shown_name(name: str | None) -> str:
    last = (name or "recording").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:200] or "recording"


def stored_result(recording: StoredRecording) -> MeasureResult:
    from mortise import measure

    if recording.status != recording.Status.MEASURED:
        raise InputError("Nothing was measured in this recording.", where="recording")
    return msgspec.json.decode(recording.result, type=measure.result_type(recording.test))


def reading_from(
    row: StoredRecording, one: Found, measured: Sequence[Found], *, context: Context, at_visit: bool
) -> Reading:
    """Return the reading that one number of a recording becomes, with its error and quality."""
    definition = content().measures.get(one.measure)
    if definition is None:
        raise InputError(f"{one.measure} is not a measure of the content.", where="readings")
    instrument = instrument_of(one, definition, measured)
    if instrument is None:
        raise InputError(
            f"{one.measure} was made by {one.method}, which is no instrument of it in the content.",
            where="readings", mend="Leave this one out.",
        )  # fmt: skip
    return Reading(
        id=new_id(), on=row.recorded_on, origin=Origin.RECORDING, captured_at=None, measure=one.measure,
        side=one.side, value=definition.on_grid(_in_unit(one.value, one.unit, definition)),
        unit=definition.unit, instrument=instrument, recording_error=_in_unit(one.error, one.unit, definition),
        context=context, at_visit=at_visit, quality=one.quality, recording=str(row.pk),
    )  # fmt: skip


def _in_unit(value: float, unit: str, definition: Measure) -> Decimal:
    """Return a float as an exact number in the measure's unit, with four significant places behind its resolution."""
    step = definition.resolution / 1000
    exact = convert(Decimal(repr(float(value))).quantize(step), unit, definition.unit)
    return exact.normalize() if exact else Decimal(0)
