"""The audit log: somebody always acts, and whoever tampers with it is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction

from mortise.web.audit import log
from mortise.web.audit.models import AppendOnlyError, AuditEntry, AuditHead
from mortise.web.audit.triggers import create, drop
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db


def written(cast: Cast, n: int = 5) -> list[AuditEntry]:
    return [log.record(cast.ada, "record.read", cast.ben, {"n": index}) for index in range(n)]


def test_audit_says_who_did_what_to_whose_data_and_when(cast: Cast) -> None:
    entry = log.record(cast.ada, "record.read", cast.ben, {"episode": cast.episode.pk}, request_id="r1")
    stored = AuditEntry.objects.get(pk=entry.pk)
    assert (stored.actor, stored.action, stored.request_id) == (f"user:{cast.ada.pk}", "record.read", "r1")
    assert (stored.patient, stored.clinic) == (str(cast.ben.pk), str(cast.clinic.pk))
    assert json.loads(stored.detail) == {"episode": str(cast.episode.pk)}
    assert stored.at.utcoffset() is not None


@pytest.mark.parametrize(
    "nobody", [None, AnonymousUser(), log.Process("")], ids=["none", "anonymous", "unnamed"]
)
def test_audit_raises_when_nobody_acts(cast: Cast, nobody: Any) -> None:
    n = AuditEntry.objects.count()
    with pytest.raises(log.NobodyActsError):
        log.record(nobody, "record.read", cast.ben)
    assert AuditEntry.objects.count() == n


def test_audit_falls_with_the_transaction_it_stands_in(cast: Cast) -> None:
    n = AuditEntry.objects.count()

    def breaks() -> None:
        with transaction.atomic():
            log.record(cast.ada, "record.read", cast.ben)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert AuditEntry.objects.count() == n
    assert log.verify().is_whole


def test_audit_chain_is_whole_when_nobody_tampers(cast: Cast) -> None:
    written(cast)
    verdict = log.verify(known_head=AuditHead.objects.get().hash)
    assert verdict.is_whole
    assert verdict.n_entries == AuditEntry.objects.count()


def test_audit_model_refuses_change_and_deletion(cast: Cast) -> None:
    entry = written(cast, 1)[0]
    entry.action = "nothing"
    with pytest.raises(AppendOnlyError):
        entry.save()
    with pytest.raises(AppendOnlyError):
        entry.delete()
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.filter(pk=entry.pk).update(action="nothing")


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditentry SET action = 'x'", "DELETE FROM audit_auditentry"]
)
def test_audit_table_refuses_change_and_deletion(cast: Cast, statement: str) -> None:
    written(cast, 1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(statement)


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


FIELDS = ("actor", "action", "patient", "clinic", "detail", "request_id", "previous_hash", "hash")
TAMPERINGS: dict[str, Callable[[int], tuple[str, ...]]] = {
    **{
        f"change {field}": lambda n, field=field: (  # type: ignore[misc]
            f"UPDATE audit_auditentry SET {field} = 'tampered' WHERE sequence = {n - 2}",
        )
        for field in FIELDS
    },
    "change when": lambda n: (f"UPDATE audit_auditentry SET at = '2020-01-01 00:00:00' WHERE sequence = {n - 1}",),
    "delete one": lambda n: (f"DELETE FROM audit_auditentry WHERE sequence = {n - 2}",),
    "delete the first": lambda n: ("DELETE FROM audit_auditentry WHERE sequence = 1",),
    "cut off the end": lambda n: (f"DELETE FROM audit_auditentry WHERE sequence > {n - 2}",),
    "delete everything": lambda n: ("DELETE FROM audit_auditentry",),
    "close the gap": lambda n: (
        f"DELETE FROM audit_auditentry WHERE sequence = {n - 1}",
        f"UPDATE audit_auditentry SET sequence = {n - 1} WHERE sequence = {n}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_audit_finds_whoever_tampers_past_the_guard(
    cast: Cast, tampering: Callable[[int], tuple[str, ...]]
) -> None:
    written(cast)
    assert log.verify().is_whole
    n = AuditEntry.objects.count()
    run(
        *drop("audit_auditentry", connection.vendor),
        *tampering(n),
        *create("audit_auditentry", connection.vendor),
    )
    assert not log.verify().is_whole


def test_audit_rewritten_as_a_whole_is_found_by_a_head_kept_elsewhere(cast: Cast) -> None:
    written(cast)
    known = AuditHead.objects.get().hash
    run(
        *drop("audit_auditentry", connection.vendor),
        "DELETE FROM audit_auditentry",
        "DELETE FROM audit_audithead",
    )
    run(*create("audit_auditentry", connection.vendor))
    log.record(cast.ada, "sign_in")
    assert log.verify().is_whole
    assert not log.verify(known_head=known).is_whole
