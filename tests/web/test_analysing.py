"""Measuring in a job: kept first, bounded, given up aloud; stretches left out, and numbers that follow."""

from __future__ import annotations

import io
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File
from django.test import Client

from mortise.errors import ConflictError, InputError
from mortise.record import Correction, Reading
from mortise.simulate.recordings import csv_of, fictional_walk
from mortise.terms import Side
from mortise.web.audit.models import AuditEntry
from mortise.web.care import apart, jobs, services
from mortise.web.care.models import LeftOut, StoredRecording
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db
MADE = fictional_walk(5)


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.RECORDINGS_DIR = tmp_path / "recordings"


def walk(cast: Cast) -> StoredRecording:
    uploads = [
        services.Upload(File(io.BytesIO(csv_of(one)), name=f"{side.value}.csv"), side)
        for side, one in ((Side.LEFT, MADE.left), (Side.RIGHT, MADE.right))
    ]
    return services.store_recording(
        episode=cast.episode, uploads=uploads, test="gait", recorded_on=cast.clinic.today(), by=cast.ada,
        placement="instep",
    )  # fmt: skip


def measured(cast: Cast) -> StoredRecording:
    return services.analyse_recording(recording=walk(cast), by=cast.ada)


def accepted(cast: Cast) -> StoredRecording:
    recording = measured(cast)
    services.accept_readings(
        recording=recording, chosen=services.acceptable(recording=recording), by=cast.ada, at_visit=True
    )
    recording.refresh_from_db()
    return recording


def leave_out(recording: StoredRecording, cast: Cast, start: str = "8", end: str = "11") -> LeftOut:
    return services.leave_out(
        recording=recording, start_s=Decimal(start), end_s=Decimal(end), reason="Held the rail.", by=cast.ada
    )


def on_record(cast: Cast) -> tuple[list[Reading], list[Correction]]:
    record = services.record_of(episode=cast.episode, by=cast.ada)
    gone = {one.corrects for one in record.of_kind(Correction)}
    live = [one for one in record.of_kind(Reading) if one.id not in gone]
    return live, list(record.of_kind(Correction))


# ---------------------------------------------------------------- the job


def test_a_recording_is_kept_before_it_is_measured_and_waits_in_the_queue(cast: Cast, settings: Any) -> None:
    recording = walk(cast)
    queue = jobs.analyse.using(backend="queue")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "analyse", queue)
        services.ask_analysis(recording=recording, by=cast.ada)
        services.ask_analysis(recording=recording, by=cast.ada)
    assert (recording.status, recording.progress) == ("stored", "waiting")
    from django_tasks_db.models import DBTaskResult

    assert DBTaskResult.objects.count() == 1
    jobs.analyse.call(**DBTaskResult.objects.get().args_kwargs["kwargs"])
    recording.refresh_from_db()
    assert (recording.status, recording.progress) == ("measured", "")


def test_doing_the_job_twice_changes_nothing_the_second_time(cast: Cast) -> None:
    recording = accepted(cast)
    before = on_record(cast)
    services.analyse_recording(recording=recording, by=cast.ada)
    assert on_record(cast) == before


def test_a_job_given_up_says_so_on_the_recording_and_keeps_what_was_found(cast: Cast) -> None:
    fresh, known = walk(cast), measured(cast)
    StoredRecording.objects.update(progress="measuring")
    for one in (fresh, known):
        jobs._tell_given_up("interrupted", recording=str(one.pk), by=str(cast.ada.pk))
        one.refresh_from_db()
    assert (fresh.status, fresh.progress) == ("refused", "")
    assert "measure it again" in fresh.refused_reason
    assert (known.status, known.progress, known.refused_reason) == ("measured", "", "")
    client = Client()
    client.force_login(cast.ada)
    assert "interrupted again and again" in client.get(f"/desk/recordings/{fresh.pk}/").content.decode()
    client.post(f"/desk/recordings/{fresh.pk}/again/")
    fresh.refresh_from_db()
    assert fresh.status == "measured"


# ---------------------------------------------------------------- apart, with bounds


def order(folder: Path, body: bytes, name: str = "a.csv") -> apart.Order:
    file = folder / name
    file.write_bytes(body)
    return apart.Order(test="gait", files=(apart.GivenFile(name=name, path=str(file)),), placement="instep")


def test_apart_measures_the_same_as_here(tmp_path: Path) -> None:
    given = order(tmp_path, csv_of(MADE.left), "left_foot.csv")
    said: list[str] = []
    here, there = apart.measured_here(given), apart.measured_apart(given, said.append)
    assert there == here
    assert there.result
    assert said == ["measuring"]


def test_apart_ends_what_takes_too_long(tmp_path: Path) -> None:
    given = order(tmp_path, csv_of(MADE.left))
    assert "was stopped" in apart.measured_apart(given, longest_s=0.05).reason


def test_apart_ends_what_needs_too_much_memory(tmp_path: Path) -> None:
    given = order(tmp_path, csv_of(MADE.left))
    found = apart.measured_apart(given, most_bytes=60 * 1024**2)
    assert "memory" in found.reason
    assert not found.result


@pytest.mark.parametrize(
    "body", [b"\x00" * 5000, b"PK\x03\x04" + b"\xff" * 900, b"a,b\n" * 4000, b"{" * 9000]
)
def test_hostile_files_are_refused_with_a_reason(cast: Cast, body: bytes) -> None:
    upload = services.Upload(File(io.BytesIO(body), name="a.csv"))
    stored = services.store_recording(
        episode=cast.episode, uploads=[upload], test="gait", recorded_on=cast.clinic.today(), by=cast.ada
    )
    services.ask_analysis(recording=stored, by=cast.ada)
    assert stored.status == stored.Status.REFUSED
    assert stored.refused_reason
    assert apart.BROKEN not in stored.refused_reason


def test_an_error_of_ours_is_told_without_what_the_file_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mortise import measure

    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("Ben Holloway")

    monkeypatch.setattr(measure, "open_files", breaks)
    found = apart.measured_here(order(tmp_path, b"x"))
    assert found.reason == apart.BROKEN
    assert "ZeroDivisionError at " in found.error
    assert "Ben" not in found.error


def test_the_process_apart_opens_no_database() -> None:
    import subprocess

    code = "import sys, mortise.web.care.apart; print('django.db' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# ---------------------------------------------------------------- stretches left out


def test_numbers_on_the_record_follow_and_the_old_ones_stay_with_the_reason(cast: Cast) -> None:
    recording = accepted(cast)
    before, _ = on_record(cast)
    leave_out(recording, cast)
    after, corrections = on_record(cast)
    recording.refresh_from_db()
    assert recording.progress == ""
    assert len(after) == len(before)
    changed = {one.corrects: one for one in corrections}
    assert changed
    for old in before:
        if old.id in changed:
            new = next(one for one in after if one.id == changed[old.id].replacement)
            assert (new.measure, new.side, new.on, new.at_visit) == (
                old.measure,
                old.side,
                old.on,
                old.at_visit,
            )
            assert changed[old.id].reason == "Left out of the recording: 8 to 11 s: Held the rail."
    kept = {one.id for one in services.record_of(episode=cast.episode, by=cast.ada).of_kind(Reading)}
    assert {one.id for one in before} <= kept
    assert AuditEntry.objects.filter(action="recording.leave_out").count() == 1


def test_a_number_that_is_gone_is_corrected_without_another(cast: Cast) -> None:
    recording = accepted(cast)
    n_before = len(on_record(cast)[0])
    leave_out(recording, cast, "1", "23")
    after, corrections = on_record(cast)
    assert len(after) < n_before
    assert all(not one.replacement for one in corrections) or after


def test_taken_in_again_the_numbers_are_those_of_before_and_all_of_it_is_on_the_record(cast: Cast) -> None:
    recording = accepted(cast)
    before = {(one.measure, one.side): one.value for one in on_record(cast)[0]}
    stretch = leave_out(recording, cast)
    services.take_in_again(recording=recording, stretch=stretch.pk, by=cast.ada)
    after = {(one.measure, one.side): one.value for one in on_record(cast)[0]}
    assert after == before
    assert [one.withdrawn_by for one in services.left_out_of(recording=recording)] == [cast.ada]
    with pytest.raises(ConflictError):
        services.take_in_again(recording=recording, stretch=stretch.pk, by=cast.ada)


@pytest.mark.parametrize(
    ("start", "end", "where"), [("8", "8.1", "end_s"), ("900", "901", "start_s"), ("-1", "2", "start_s")]
)
def test_what_is_no_stretch_is_refused(cast: Cast, start: str, end: str, where: str) -> None:
    recording = measured(cast)
    with pytest.raises(InputError) as found:
        leave_out(recording, cast, start, end)
    assert found.value.where == where
    assert not LeftOut.objects.exists()


def test_the_same_stretch_is_left_out_once(cast: Cast) -> None:
    recording = measured(cast)
    leave_out(recording, cast)
    with pytest.raises(ConflictError):
        leave_out(recording, cast, "9", "10")


def test_a_page_leaves_out_shows_it_and_takes_it_in_again(cast: Cast) -> None:
    recording = accepted(cast)
    client = Client()
    client.force_login(cast.ada)
    at = f"/desk/recordings/{recording.pk}/"
    page = client.get(at).content.decode()
    assert "data-plot" in page
    assert "clinic/stretch" in page
    bad = client.post(f"{at}leave-out/", {"start_s": "5", "end_s": "4", "reason": ""})
    assert bad.status_code == 400
    assert "ends after it starts" in bad.content.decode()
    done = client.post(f"{at}leave-out/", {"start_s": "8", "end_s": "11", "reason": "Held the rail."})
    assert done.status_code == 302
    page = client.get(at).content.decode()
    assert "Held the rail." in page
    assert "8 to 11 s" in page
    stretch = LeftOut.objects.get()
    assert client.post(f"{at}take-in/", {"stretch": str(stretch.pk + 1)}).status_code == 404
    assert client.post(f"{at}take-in/", {"stretch": str(stretch.pk)}).status_code == 302
    assert "Taken in again" in client.get(at).content.decode()


def test_a_page_of_what_is_being_measured_looks_again_by_itself(cast: Cast) -> None:
    recording = walk(cast)
    StoredRecording.objects.update(progress="waiting")
    client = Client()
    client.force_login(cast.ada)
    answer = client.get(f"/desk/recordings/{recording.pk}/")
    assert answer["Refresh"] == "3"
    assert "Waiting for its turn" in answer.content.decode()
    assert "Look now" in answer.content.decode()


def test_the_report_with_pictures_asks_nobody_and_has_the_page_s_numbers(cast: Cast) -> None:
    recording = measured(cast)
    client = Client()
    client.force_login(cast.ada)
    answer = client.get(f"/desk/recordings/{recording.pk}/report/")
    text = answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "<svg" in text
    assert "http" not in text.replace("http://www.w3.org", "")


def test_another_clinic_leaves_nothing_out(cast: Cast) -> None:
    recording = measured(cast)
    client = Client()
    client.force_login(cast.cy)
    for what in ("leave-out", "take-in", "again"):
        assert client.post(f"/desk/recordings/{recording.pk}/{what}/").status_code == 404
    assert client.get(f"/desk/recordings/{recording.pk}/report/").status_code == 404
