"""Commands for whoever runs the server: the first people, and whether the audit log is whole."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from mortise.web.accounts.models import Clinic, User
from mortise.web.audit.models import AuditHead
from mortise.web.audit.triggers import create, drop
from tests.web.builders import PASSWORD, Cast

pytestmark = pytest.mark.django_db


def add(password_file: Path, *arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("add_person", *arguments, password_file=password_file, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    return file


def test_first_person_can_sign_in_to_a_clinic_of_their_own(password_file: Path, client: Any) -> None:
    said = add(password_file, "eve@clinic.example", "Eve", "New clinic", time_zone="Europe/Madrid")
    assert PASSWORD not in said
    add(password_file, "finn@clinic.example", "Finn", "New clinic", administrator=True)
    assert Clinic.objects.get().time_zone == "Europe/Madrid"
    assert [user.role for user in User.objects.order_by("email")] == ["physiotherapist", "administrator"]
    client.post("/sign-in/", {"email": "eve@clinic.example", "password": PASSWORD})
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("arguments", "options", "password"),
    [
        (("not an address", "Eve", "New clinic"), {}, PASSWORD),
        (("eve@clinic.example", "Eve", "New clinic"), {}, "short"),
        (("eve@clinic.example", "Eve", "New clinic"), {}, "eve@clinic.example"),
        (("eve@clinic.example", "Eve", "New clinic"), {"time_zone": "Mars/Base"}, PASSWORD),
    ],
)
def test_person_who_cannot_be_leaves_nothing(
    password_file: Path, arguments: tuple[str, ...], options: dict[str, Any], password: str
) -> None:
    password_file.write_text(password)
    with pytest.raises(CommandError):
        add(password_file, *arguments, **options)
    assert not User.objects.exists()
    assert not Clinic.objects.exists()


def test_person_is_added_once(cast: Cast, password_file: Path) -> None:
    with pytest.raises(CommandError):
        add(password_file, "ADA@clinic.example", "Ada again", cast.clinic.name)
    with pytest.raises(CommandError, match="cannot be read"):
        add(password_file.with_name("gone"), "x@clinic.example", "X", cast.clinic.name)


def test_audit_command_says_whole_or_where_it_is_broken(cast: Cast) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    head = AuditHead.objects.get().hash
    assert head in out.getvalue()
    call_command("verify_audit", head=head, stdout=out)
    with connection.cursor() as cursor:
        for statement in drop("audit_auditentry", connection.vendor):
            cursor.execute(statement)
        cursor.execute("UPDATE audit_auditentry SET action = 'x' WHERE sequence = 2")
        for statement in create("audit_auditentry", connection.vendor):
            cursor.execute(statement)
    with pytest.raises(CommandError, match="broken at entry 2"):
        call_command("verify_audit")
