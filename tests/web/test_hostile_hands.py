"""What people send who mean harm, or whose finger slipped: nothing breaks, nothing is bent, nothing is said twice."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File
from django.test import Client

from mortise.errors import ConflictError, InputError
from mortise.simulate.recordings import csv_of, fictional_walk
from mortise.terms import Side
from mortise.web.audit.logs import Line, NoPatientData
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.models import FactRow, StoredRecording
from mortise.web.care.services.recordings import path_of
from tests.web import builders
from tests.web.builders import Cast
from tests.web.test_access import ROUTES, address, own_values, read_whole

pytestmark = pytest.mark.django_db

NOTHING_TO_READ = ["\u200b", "\u202e", "\x00", " \u2066\u2069 "]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.RECORDINGS_DIR = tmp_path / "recordings"


def walk(cast: Cast, **given: Any) -> StoredRecording:
    made = fictional_walk(5)
    uploads = [
        services.Upload(File(io.BytesIO(csv_of(one)), name="w.csv"), side)
        for one, side in ((made.left, Side.LEFT), (made.right, Side.RIGHT))
    ]
    facts = {"episode": cast.episode, "recorded_on": cast.clinic.today(), "by": cast.ada, **given}
    stored = services.store_recording(uploads=uploads, test="gait", placement="instep", **facts)
    return services.analyse_recording(recording=stored, by=facts["by"])


# ---------------------------------------------------------------- words that nobody can read


@pytest.mark.parametrize("words", NOTHING_TO_READ, ids=ascii)
def test_reason_that_nobody_can_read_is_no_reason(cast: Cast, words: str) -> None:
    recording = builders.recording(cast.episode, cast.ada)
    with pytest.raises(InputError, match="reason"):
        services.exclude_recording(recording=recording, reason=words, by=cast.ada)
    with pytest.raises(InputError, match="reason"):
        services.judge(episode=cast.episode, judgement="resume", reason=words, by=cast.ada)
    fact = services.append_fact(
        episode=cast.episode, fact=builders.lunge_cm(cast.clinic.today()), by=cast.ada
    )
    with pytest.raises(InputError, match="reason"):
        services.correct(episode=cast.episode, fact_id=fact.id, reason=words, by=cast.ada)
    with pytest.raises(InputError, match="words"):
        services.set_goals(episode=cast.episode, goals=[services.GoalDraft(words)], by=cast.ada)
    kinds = set(FactRow.objects.values_list("kind", flat=True))
    assert kinds == {"reading"}


def test_recording_set_aside_keeps_its_first_reason(cast: Cast) -> None:
    recording = builders.recording(cast.episode, cast.ada)
    services.exclude_recording(recording=recording, reason="Wrong shoes.", by=cast.ada)
    with pytest.raises(ConflictError):
        services.exclude_recording(recording=recording, reason="Another story.", by=cast.ada)
    recording.refresh_from_db()
    assert recording.excluded_reason == "Wrong shoes."


# ---------------------------------------------------------------- recordings


def test_one_walk_never_counts_as_two(cast: Cast) -> None:
    """The same files, said to be of another day, would pass a gate that wants two dates."""
    first = walk(cast, recorded_on=cast.clinic.today().replace(day=1))
    chosen = services.acceptable(recording=first)
    services.accept_readings(recording=first, chosen=chosen, by=cast.ada)
    again = walk(cast)
    n_facts = FactRow.objects.count()
    with pytest.raises(ConflictError, match="file"):
        services.accept_readings(recording=again, chosen=chosen, by=cast.ada)
    assert FactRow.objects.count() == n_facts


def test_one_walk_never_counts_for_two_patients_of_a_clinic(cast: Cast) -> None:
    eve = builders.episode(builders.patient(cast.ada, name="Eve Fictional"), cast.ada)
    first, hers = walk(cast), walk(cast, episode=eve)
    chosen = services.acceptable(recording=first)
    services.accept_readings(recording=first, chosen=chosen, by=cast.ada)
    with pytest.raises(ConflictError, match="file"):
        services.accept_readings(recording=hers, chosen=chosen, by=cast.ada)


def test_what_another_clinic_did_with_a_file_is_not_told(cast: Cast) -> None:
    theirs = walk(cast, episode=cast.dora_episode, by=cast.cy)
    chosen = services.acceptable(recording=theirs)
    services.accept_readings(recording=theirs, chosen=chosen, by=cast.cy)
    assert services.accept_readings(recording=walk(cast), chosen=chosen, by=cast.ada)


def test_recording_that_breaks_our_own_code_is_refused_and_kept(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("patient")

    monkeypatch.setattr("mortise.measure.open_files", breaks)
    recording = builders.recording(cast.episode, cast.ada)
    measured = services.analyse_recording(recording=recording, by=cast.ada)
    assert measured.status == "refused"
    assert "Our fault" in measured.refused_reason
    assert "patient" not in measured.refused_reason
    assert path_of(recording.files.get().sha256).exists()
    assert AuditEntry.objects.filter(action="recording.analyse").count() == 1


def test_files_of_a_recording_that_is_refused_do_not_stay(cast: Cast, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    uploads = [
        services.Upload(File(io.BytesIO(b"short"), name="a.csv"), Side.LEFT),
        services.Upload(File(io.BytesIO(b"x" * 11), name="b.csv"), Side.RIGHT),
    ]
    with pytest.raises(InputError, match="larger"):
        services.store_recording(
            episode=cast.episode, uploads=uploads, test="gait", recorded_on=cast.clinic.today(), by=cast.ada
        )
    assert [one for one in settings.RECORDINGS_DIR.rglob("*") if one.is_file()] == []


def test_refused_recording_takes_no_file_away_that_another_needs(cast: Cast, settings: Any) -> None:
    kept = builders.recording(cast.episode, cast.ada, content=b"short")
    settings.UPLOAD_MAX_BYTES = 10
    uploads = [
        services.Upload(File(io.BytesIO(b"short"), name="a.csv"), Side.LEFT),
        services.Upload(File(io.BytesIO(b"x" * 11), name="b.csv"), Side.RIGHT),
    ]
    with pytest.raises(InputError):
        services.store_recording(
            episode=cast.episode, uploads=uploads, test="gait", recorded_on=cast.clinic.today(), by=cast.ada
        )
    assert path_of(kept.files.get().sha256).read_bytes() == b"short"


# ---------------------------------------------------------------- requests


@pytest.mark.parametrize("at", ["/sign-in/", "/phone/check/", "/desk/patients/add/", "/enter/x/"])
def test_request_larger_than_any_recording_is_refused_unread(cast: Cast, settings: Any, at: str) -> None:
    class Unread(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("the body was read")

    too_large = 4 * settings.UPLOAD_MAX_BYTES
    response = Client().generic(
        "POST", at, b"x", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(too_large), **{"wsgi.input": Unread(b"x")},
    )  # fmt: skip
    assert response.status_code == 413
    assert "too large" in response.content.decode()
    assert response["Content-Security-Policy"]


@pytest.mark.parametrize(
    "wanted", ["//", "///evil.example", "/\\evil.example", "http:///evil.example", "/\t/evil"]
)
def test_sign_in_leads_to_an_address_of_ours(cast: Cast, wanted: str) -> None:
    sent = {"email": "ada@clinic.example", "password": builders.PASSWORD, "next": wanted}
    location = Client().post("/sign-in/", sent)["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_session_known_before_is_worth_nothing_after_signing_in_or_out(cast: Cast) -> None:
    chosen = "chosenbysomebodyelse123456789012"
    client = Client()
    client.cookies["mortise"] = chosen
    client.post("/sign-in/", {"email": "ada@clinic.example", "password": builders.PASSWORD})
    key = client.cookies["mortise"].value
    assert key != chosen
    client.post("/sign-out/")
    other = Client()
    for stale in (chosen, key):
        other.cookies["mortise"] = stale
        assert other.get("/desk/").status_code == 302


def test_session_ends_with_the_password_and_with_the_account(cast: Cast) -> None:
    ada, phone = builders.signed_in(cast.ada), builders.phone_of(cast.ben, cast.ada)
    cast.ada.set_password("another fictional phrase")
    cast.ada.save()
    cast.ben.user.is_active = False
    cast.ben.user.save()
    assert ada.get("/desk/").status_code == 302
    assert phone.get("/phone/").status_code == 302


def test_no_page_writes_a_name_a_token_or_what_was_typed_to_a_log(cast: Cast) -> None:
    """Every address, asked and sent to, with the whole log open: nothing a person typed is in it, nor on the audit."""
    secret, lines = "Unmistakable", io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(Line())
    handler.addFilter(NoPatientData())
    loggers = [logging.getLogger(), logging.getLogger("django")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        patient = builders.patient(cast.ada, name=f"{secret} Person")
        episode = builders.episode(patient, cast.ada)
        ada, phone = builders.signed_in(cast.ada), builders.phone_of(patient, cast.ada)
        token = services.make_phone_link(patient=patient, by=cast.ada).token
        Client().get(f"/enter/{token}/")
        Client().get(f"/enter/{token}/more/")
        Client(enforce_csrf_checks=True).post(f"/enter/{token}/")
        values = own_values(cast) | {"episode_id": episode.pk, "patient_id": patient.pk}
        names = ("reason", "note", "email", "password", "batch", "log_id", "candidate", "next", "q", "item")
        typed = dict.fromkeys(names, secret)
        for route in ROUTES:
            client = phone if route.is_phone else ada
            client.raise_request_exception = False
            read_whole(client.get(address(route, values), typed))
            client.post(address(route, values), typed)
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    written = lines.getvalue() + "".join(str(vars(entry)) for entry in AuditEntry.objects.all())
    assert "status 404" in written
    assert secret not in written
    assert token not in written


def test_reaching_for_another_clinics_patient_is_on_the_audit_log(cast: Cast) -> None:
    builders.signed_in(cast.cy).get(f"/desk/episodes/{cast.episode.pk}/")
    entry = AuditEntry.objects.get(action="reach.refused")
    assert entry.actor == f"user:{cast.cy.pk}"
    assert str(cast.episode.pk) in entry.detail
    builders.signed_in(cast.cy).get(f"/desk/episodes/{cast.cy.pk}/")  # an id of nothing
    assert AuditEntry.objects.filter(action="reach.refused").count() == 1
    assert entry.patient == "", "the other clinic's log is not written into"
