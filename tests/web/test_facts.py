"""Facts: validated, answered one by one, never doubled, never changed; another clinic's is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from django.db import DatabaseError, connection, transaction

from mortise.errors import ConflictError, InputError
from mortise.record import CheckIn, Correction, Judgement, StageEntry
from mortise.record.records import decode_record, encode
from mortise.terms import Origin
from mortise.web.audit.models import AppendOnlyError, AuditEntry
from mortise.web.care import services
from mortise.web.care.models import FactRow, QuarantinedFact, Standing
from tests.web import builders
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db


def test_facts_come_out_as_a_valid_record_in_the_order_received(cast: Cast) -> None:
    today = cast.clinic.today()
    sent = [builders.check_in(today), builders.check_in(today - timedelta(days=2))]
    services.append_facts(episode=cast.episode, facts=sent, by=cast.ben.user)
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert [fact.id for fact in record.facts] == [fact.id for fact in sent]
    assert decode_record(encode(record)) == record
    assert {fact.by for fact in record.facts} == {str(cast.ben.user.pk)}
    assert all(fact.received_at is not None for fact in record.facts)


def test_facts_sent_twice_change_nothing(cast: Cast) -> None:
    fact = builders.check_in(cast.clinic.today())
    raw = encode(fact)
    first = services.append_facts(episode=cast.episode, facts=[raw], by=cast.ben.user)
    before = list(FactRow.objects.values())
    again = services.append_facts(episode=cast.episode, facts=[raw, fact], by=cast.ben.user)
    assert [one.outcome for one in first + again] == ["stored", "already", "already"]
    assert list(FactRow.objects.values()) == before


def test_facts_of_same_id_and_other_content_are_a_conflict_kept_for_a_person(cast: Cast) -> None:
    fact = builders.check_in(cast.clinic.today())
    other = msgspec.structs.replace(fact, answers={"pain_now_nrs": Decimal(9)})
    services.append_facts(episode=cast.episode, facts=[fact], by=cast.ben.user)
    for _ in range(2):  # the phone may try again
        (answer,) = services.append_facts(episode=cast.episode, facts=[other], by=cast.ben.user)
        assert answer.outcome == "conflict"
        assert not answer.is_kept
    kept = QuarantinedFact.objects.get()
    assert kept.is_conflict
    assert msgspec.json.decode(kept.payload)["answers"]["pain_now_nrs"] == 9
    assert Standing.objects.get(episode=cast.episode).n_quarantined == 1
    assert services.record_of(episode=cast.episode, by=cast.ada).facts[0].answers["pain_now_nrs"] == 1
    with pytest.raises(ConflictError):
        services.append_fact(episode=cast.episode, fact=other, by=cast.ben.user)
    services.settle_quarantined(item=kept, by=cast.ada)
    services.settle_quarantined(item=kept, by=cast.ada)
    assert Standing.objects.get(episode=cast.episode).n_quarantined == 0


def test_facts_of_an_id_used_in_another_clinic_are_a_conflict_that_tells_nothing(cast: Cast) -> None:
    fact = builders.check_in(cast.clinic.today())
    services.append_fact(episode=cast.dora_episode, fact=fact, by=cast.dora.user)
    (answer,) = services.append_facts(episode=cast.episode, facts=[fact], by=cast.ben.user)
    assert answer.outcome == "conflict"
    assert str(cast.dora_episode.pk) not in answer.reason
    assert not services.record_of(episode=cast.episode, by=cast.ada).facts


BAD = {
    "not json": b"{",
    "not an object": b"[1]",
    "not text": b"\xff\xfe",
    "empty": b"",
    "unknown kind": b'{"kind":"wish","id":"x","on":"2026-01-01","origin":"patient"}',
    "unknown field": b'{"kind":"check_in","id":"x","on":"2026-01-01","origin":"patient","moment":"before_session",'
    b'"answers":{},"mood":"good"}',
    "no answers": b'{"kind":"check_in","id":"x","on":"2026-01-01","origin":"patient","moment":"before_session"}',
    "no date": b'{"kind":"check_in","id":"x","on":"soon","origin":"patient","moment":"before_session","answers":{}}',
    "not a number": b'{"kind":"check_in","id":"x","on":"2026-01-01","origin":"patient","moment":"before_session",'
    b'"answers":{"pain_now_nrs":"NaN"}}',
    "empty id": b'{"kind":"check_in","id":"","on":"2026-01-01","origin":"patient","moment":"before_session",'
    b'"answers":{}}',
    "strange id": b'{"kind":"check_in","id":"a/b","on":"2026-01-01","origin":"patient","moment":"before_session",'
    b'"answers":{}}',
    "zero byte": b'{"kind":"check_in","id":"a\\u0000b","on":"2026-01-01","origin":"patient",'
    b'"moment":"before_session","answers":{}}',
    "far future": b'{"kind":"check_in","id":"x","on":"2999-01-01","origin":"patient","moment":"before_session",'
    b'"answers":{}}',
    "too large": b'{"kind":"check_in","note":"' + b"a" * 70_000 + b'"}',
    "foreign author": b'{"kind":"check_in","id":"x","on":"2026-01-01","origin":"patient","by":"somebody",'
    b'"moment":"before_session","answers":{}}',
}  # fmt: skip


@pytest.mark.parametrize("raw", BAD.values(), ids=BAD.keys())
def test_facts_that_are_malformed_never_block_the_others(cast: Cast, raw: bytes) -> None:
    good = builders.check_in(cast.clinic.today())
    answers = services.append_facts(episode=cast.episode, facts=[raw, encode(good)], by=cast.ben.user)
    assert [one.outcome for one in answers] == ["refused", "stored"]
    assert answers[0].reason
    assert FactRow.objects.get().pk == good.id
    assert QuarantinedFact.objects.filter(episode=cast.episode).count() == 1


def test_facts_from_a_phone_are_only_what_a_patient_can_say(cast: Cast) -> None:
    today = cast.clinic.today()
    forged = [
        Judgement(id="a", on=today, origin=Origin.PATIENT, judgement="resume", reason="let me"),
        StageEntry(id="b", on=today, origin=Origin.ENGINE, stage="G5"),
        Correction(id="c", on=today, origin=Origin.PATIENT, corrects="x", reason="no"),
        builders.check_in(today, origin=Origin.CLINICIAN),
    ]
    answers = services.append_facts(episode=cast.episode, facts=forged, by=cast.ben.user)
    assert {one.outcome for one in answers} == {"refused"}
    assert not FactRow.objects.exists()


def test_facts_from_a_clinician_never_enter_a_stage_by_the_side_door(cast: Cast) -> None:
    entry = StageEntry(id="b", on=cast.clinic.today(), origin=Origin.CLINICIAN, stage="G5")
    with pytest.raises(InputError, match="cannot add a stage_entry"):
        services.append_fact(episode=cast.episode, fact=entry, by=cast.ada)


@pytest.mark.parametrize(("n_days", "is_taken"), [(-40, True), (0, True), (1, True), (2, False)])
def test_facts_carry_the_patients_day_up_to_one_ahead_of_the_clinics(
    cast: Cast, n_days: int, is_taken: bool
) -> None:
    fact = builders.check_in(cast.clinic.today() + timedelta(days=n_days))
    (answer,) = services.append_facts(episode=cast.episode, facts=[fact], by=cast.ben.user)
    assert answer.is_kept is is_taken


@pytest.mark.parametrize(("n_days", "is_taken"), [(0, True), (1, True), (2, False)])
def test_facts_day_fits_the_moment_of_capture(cast: Cast, n_days: int, is_taken: bool) -> None:
    today = cast.clinic.today()
    moment = datetime(today.year, today.month, today.day, 12, tzinfo=UTC) - timedelta(days=n_days)
    fact = builders.check_in(today, captured_at=moment)
    (answer,) = services.append_facts(episode=cast.episode, facts=[fact], by=cast.ben.user)
    assert answer.is_kept is is_taken


def test_facts_are_never_changed_or_deleted_by_the_model(cast: Cast) -> None:
    services.append_fact(episode=cast.episode, fact=builders.check_in(cast.clinic.today()), by=cast.ben.user)
    row = FactRow.objects.get()
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        row.delete()
    with pytest.raises(AppendOnlyError):
        FactRow.objects.update(kind="goal")
    with pytest.raises(AppendOnlyError):
        FactRow.objects.all().delete()


@pytest.mark.parametrize("statement", ["UPDATE care_factrow SET kind = 'goal'", "DELETE FROM care_factrow"])
def test_facts_are_never_changed_or_deleted_in_the_database(cast: Cast, statement: str) -> None:
    services.append_fact(episode=cast.episode, fact=builders.check_in(cast.clinic.today()), by=cast.ben.user)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert FactRow.objects.get().kind == "check_in"


def test_facts_get_a_sequence_that_grows_over_the_whole_database(cast: Cast) -> None:
    today = cast.clinic.today()
    for episode, user in ((cast.episode, cast.ben.user), (cast.dora_episode, cast.dora.user)) * 2:
        services.append_fact(episode=episode, fact=builders.check_in(today), by=user)
    assert list(FactRow.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2, 3, 4]


def test_facts_and_their_reading_are_audited_without_content(cast: Cast) -> None:
    fact = builders.check_in(cast.clinic.today(), note="I fell on the stairs")
    services.append_facts(episode=cast.episode, facts=[fact], by=cast.ben.user)
    services.record_of(episode=cast.episode, by=cast.ada)
    entries = AuditEntry.objects.filter(patient=str(cast.ben.pk), action__in=["facts.append", "record.read"])
    assert [(one.action, one.actor) for one in entries] == [
        ("facts.append", f"user:{cast.ben.user.pk}"),
        ("record.read", f"user:{cast.ada.pk}"),
    ]
    assert "stairs" not in "".join(entries.values_list("detail", flat=True))


def test_facts_heard_from_the_patient_move_the_day_last_heard(cast: Cast) -> None:
    today = cast.clinic.today()
    for on in (today, today - timedelta(days=3)):
        services.append_fact(episode=cast.episode, fact=builders.check_in(on), by=cast.ben.user)
    by_clinician = builders.check_in(today + timedelta(days=1), origin=Origin.CLINICIAN)
    services.append_fact(episode=cast.episode, fact=by_clinician, by=cast.ada)
    assert Standing.objects.get(episode=cast.episode).last_heard_on == today


def test_server_epoch_stays_the_same(db: None) -> None:
    assert services.server_epoch() == services.server_epoch()


def test_fact_payload_zero_differs_from_not_said(cast: Cast) -> None:
    fact = builders.check_in(cast.clinic.today(), answers={"pain_now_nrs": Decimal(0), "fatigue_nrs": None})
    services.append_fact(episode=cast.episode, fact=fact, by=cast.ben.user)
    (stored,) = services.record_of(episode=cast.episode, by=cast.ada).of_kind(CheckIn)
    assert stored.answers["pain_now_nrs"] == 0
    assert stored.answers["fatigue_nrs"] is None
    assert "sharp_pain_flag" not in stored.answers
