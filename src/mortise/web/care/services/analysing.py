"""Measure what was kept, in a job; leave stretches out with a reason, and let the numbers on the record follow."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
from django.conf import settings
from django.db import transaction

from mortise.episode import is_a_clinicians
from mortise.errors import ConflictError, InputError, MortiseError
from mortise.record import Correction, Reading
from mortise.terms import Origin
from mortise.web.accounts.models import User
from mortise.web.audit import clock, log
from mortise.web.care import apart
from mortise.web.care.models import LeftOut, StoredRecording
from mortise.web.care.services.decisions import decide, new_id
from mortise.web.care.services.facts import admitted, load_record, lock, store
from mortise.web.care.services.lines import desk_words, one_line
from mortise.web.care.services.recordings import path_of, reading_from, stored_result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mortise.measure import Reading as Found

logger = logging.getLogger("mortise.care")

WAITING = "waiting"
SHORTEST_S = Decimal("0.2")  # a shorter hole is bridged, and what touches it might count
MOST_LEFT_OUT = 20
GIVEN_UP = (
    "Measuring was interrupted again and again, or broke. The files are kept: measure it again, or tell whoever "
    "runs Mortise."
)


def ask_analysis(*, recording: StoredRecording, by: User) -> None:
    """Queue the measuring of a recording, within the transaction of what asks for it; audited."""
    from mortise.web.care.jobs import analyse
    from mortise.web.jobs.kinds import enqueue_once

    with transaction.atomic():
        StoredRecording.objects.filter(pk=recording.pk).update(progress=WAITING)
        log.record(by, "recording.ask", recording.episode.patient, {"recording": recording.pk})
        enqueue_once(analyse, recording=str(recording.pk), by=str(by.pk))
    recording.refresh_from_db()


def analyse_recording(*, recording: StoredRecording, by: User, is_ours: bool = False) -> StoredRecording:
    """Measure a recording and keep what was found, or why nothing was; audited.

    Of a recording whose numbers are on the record already the readings follow: a new one for each that changed, the
    old one corrected and kept. Doing it twice changes nothing the second time. What the demonstration made itself
    (`is_ours`) is measured in this process.
    """

    def tell(progress: str) -> None:
        StoredRecording.objects.filter(pk=recording.pk).exclude(progress="").update(progress=progress)

    n_left_out = LeftOut.objects.filter(recording=recording).count()
    measured = apart.measured_here if is_ours or not settings.MEASURE_APART else apart.measured_apart
    outcome = measured(_order(recording), tell)
    if outcome.error:
        logger.error("measuring broke: %s", outcome.error)
    with transaction.atomic():
        lock(recording.episode)
        row = StoredRecording.objects.select_for_update().get(pk=recording.pk)
        row.analysed_at = clock.now()
        row.refused_reason = "" if outcome.result else desk_words(outcome.reason)
        row.status = row.Status.MEASURED if outcome.result else row.Status.REFUSED
        row.result = outcome.result
        row.progress = ""
        row.save()
        detail = {"recording": row.pk, "status": row.status, "left_out": n_left_out}
        log.record(by, "recording.analyse", recording.episode.patient, detail)
        if row.accepted_at is not None and not row.is_excluded:
            _let_readings_follow(row, by)
    recording.refresh_from_db()
    return recording


@transaction.atomic
def give_up_analysis(*, recording_id: str) -> None:
    """Say on the recording that its measuring was given up; what was found before stays."""
    row = StoredRecording.objects.select_for_update().filter(pk=recording_id).first()
    if row is None or not row.progress:
        return
    row.progress = ""
    if row.status == row.Status.STORED:
        row.status, row.refused_reason = row.Status.REFUSED, GIVEN_UP
    row.save()


@transaction.atomic
def leave_out(
    *, recording: StoredRecording, start_s: Decimal, end_s: Decimal, reason: str, by: User
) -> LeftOut:
    """Leave a stretch of a recording out, with a reason, and have it measured again; audited."""
    reason = one_line(reason)
    row = StoredRecording.objects.select_for_update().get(pk=recording.pk)
    if not reason:
        raise InputError("Leaving a stretch out needs a reason.", where="reason")
    if row.status != row.Status.MEASURED or row.is_excluded:
        raise InputError("Only of a measured recording can a stretch be left out.", where="start_s")
    duration_s = Decimal(repr(round(stored_result(row).recording.duration_s, 3)))
    if start_s < 0 or start_s >= duration_s:
        raise InputError(f"The recording lasts from 0 to {duration_s:.1f} s.", where="start_s")
    if end_s - start_s < SHORTEST_S:
        raise InputError(f"A stretch ends at least {SHORTEST_S} s after it starts.", where="end_s")
    standing = LeftOut.objects.filter(recording=row, withdrawn_at=None)
    if standing.count() >= MOST_LEFT_OUT:
        raise InputError("So many stretches were left out already: set the recording aside.", where="start_s")
    if standing.filter(start_s__lte=start_s, end_s__gte=end_s).exists():
        raise ConflictError("This stretch is left out already.", mend="Load the page again.")
    made = LeftOut.objects.create(
        recording=row, start_s=start_s, end_s=min(end_s, duration_s), reason=reason, by=by, at=clock.now()
    )
    log.record(by, "recording.leave_out", row.episode.patient, {"recording": row.pk, "stretch": made.pk})
    ask_analysis(recording=recording, by=by)
    return made


@transaction.atomic
def take_in_again(*, recording: StoredRecording, stretch: int, by: User) -> None:
    """Take a stretch in again that was left out; that it was left out stays on the record; audited."""
    n = LeftOut.objects.filter(pk=stretch, recording=recording, withdrawn_at=None).update(
        withdrawn_at=clock.now(), withdrawn_by=by
    )
    if not n:
        raise ConflictError("This stretch was taken in again already.", mend="Load the page again.")
    log.record(
        by, "recording.take_in", recording.episode.patient, {"recording": recording.pk, "stretch": stretch}
    )
    ask_analysis(recording=recording, by=by)


def left_out_of(*, recording: StoredRecording) -> list[LeftOut]:
    """Return the stretches that are or were left out, in order of time."""
    return list(LeftOut.objects.filter(recording=recording).select_related("by", "withdrawn_by"))


# ---------------------------------------------------------------- steps


def _order(recording: StoredRecording) -> apart.Order:
    stretches = LeftOut.objects.filter(recording=recording, withdrawn_at=None)
    return apart.Order(
        test=recording.test,
        files=tuple(
            apart.GivenFile(name=file.original_name, path=str(path_of(file.sha256)), side=file.side)
            for file in recording.files.all()
        ),
        rate_hz=float(recording.rate_hz) if recording.rate_hz else None,
        placement=recording.placement or None,
        marks_s=tuple(float(mark) for mark in recording.marks_s.split()),
        side=recording.tested_side,
        foot_length_m=float(recording.foot_length_cm) / 100.0 if recording.foot_length_cm else None,
        left_out=tuple(
            apart.LeaveOut(start_s=float(one.start_s), end_s=float(one.end_s), reason=one.reason)
            for one in stretches
        ),
    )


def _let_readings_follow(row: StoredRecording, by: User) -> None:
    """Correct each reading of this recording that the new result changes; decide again when one changed."""
    record = load_record(row.episode)
    gone = {one.corrects for one in record.of_kind(Correction) if is_a_clinicians(one)}
    on_record = [
        one for one in record.of_kind(Reading) if one.recording == str(row.pk) and one.id not in gone
    ]
    measured: Sequence[Found] = stored_result(row).readings if row.status == row.Status.MEASURED else ()
    found = {(one.measure, one.side): one for one in measured}
    reason, n_changed = _why(row), 0
    for old in on_record:
        now = found.get((old.measure, old.side))
        new = None
        if now is not None:
            new = reading_from(row, now, measured, context=old.context, at_visit=old.at_visit)
            if _same(old, new):
                continue
            store(row.episode, admitted(row.episode, new, by))
        correction = Correction(
            id=new_id(), on=row.episode.patient.clinic.today(), origin=Origin.CLINICIAN, captured_at=None,
            corrects=old.id, reason=reason, replacement=new.id if new is not None else "",
        )  # fmt: skip
        store(row.episode, admitted(row.episode, correction, by))
        n_changed += 1
    if n_changed:
        log.record(by, "recording.follow", row.episode.patient, {"recording": row.pk, "n": n_changed})
        if row.episode.standing.stage:
            try:
                with transaction.atomic():
                    decide(episode=row.episode, on=row.episode.patient.clinic.today(), by=by)
            except MortiseError:  # the numbers are kept; what follows is worked out at the next look
                logger.warning("no decision after a recording was measured again")


def _why(row: StoredRecording) -> str:
    standing = list(LeftOut.objects.filter(recording=row, withdrawn_at=None))
    if not standing:
        return "The recording was measured again with nothing left out."
    said = "; ".join(
        f"{one.start_s.normalize():f} to {one.end_s.normalize():f} s: {one.reason}" for one in standing
    )
    return one_line(f"Left out of the recording: {said}")[:500]


def _same(old: Reading, new: Reading) -> bool:
    ours = {"id": "", "by": "", "captured_at": None, "received_at": None}
    return msgspec.structs.replace(old, **ours) == msgspec.structs.replace(new, **ours)
