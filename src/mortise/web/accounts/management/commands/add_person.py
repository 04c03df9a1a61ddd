"""Add somebody who works in a clinic: how a real installation gets its first people."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from mortise.web.accounts.models import Clinic, Role, User
from mortise.web.accounts.rights import ADMINISTRATOR, PHYSIOTHERAPIST, STAFF_ROLES
from mortise.web.audit import log


class Command(BaseCommand):
    """Add somebody who works in a clinic, and their clinic when it is new."""

    help = "Add somebody who works in a clinic, and their clinic when it is new. Asks for the password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="they sign in with it")
        parser.add_argument("name", help="as others see it")
        parser.add_argument("clinic", help="name of the clinic; made when there is none of this name")
        parser.add_argument("--time-zone", default="UTC", help="of a new clinic, as in Europe/Madrid")
        parser.add_argument(
            "--role", choices=STAFF_ROLES, help="what they are here; without it a physiotherapist"
        )
        parser.add_argument(
            "--administrator", action="store_true", help="hosts the clinic and sees no patient"
        )
        parser.add_argument(
            "--password-file", type=Path, help="read the password from a file instead of asking"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        role = Role(options["role"] or (ADMINISTRATOR if options["administrator"] else PHYSIOTHERAPIST))
        password = self._password(options["password_file"])
        try:
            with transaction.atomic():
                clinic = self._clinic(options["clinic"], options["time_zone"])
                user = User(
                    clinic=clinic, email=options["email"].strip().lower(), name=options["name"], role=role
                )
                validate_password(password, user)
                user.set_password(password)
                user.full_clean()
                user.save()
                log.record(log.Process("add_person"), "person.add", detail={"user": user.pk, "role": role})
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{role.label} added. Sign in with the e-mail and the password.")

    def _clinic(self, name: str, time_zone: str) -> Clinic:
        found = Clinic.objects.filter(name=name)
        if len(found) > 1:
            raise CommandError("There are several clinics of this name.")
        clinic = found[0] if found else Clinic(name=name, time_zone=time_zone)
        if not found:
            clinic.full_clean()
            clinic.save()
        return clinic

    def _password(self, file: Path | None) -> str:
        if file is not None:
            try:
                return file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise CommandError("The password file cannot be read.") from None
        first = getpass.getpass("Password (at least 12 characters): ")
        if first != getpass.getpass("Once more: "):
            raise CommandError("The two do not agree. Nothing was added.")
        return first
