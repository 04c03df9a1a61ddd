"""Who works in the fictional clinics: one of each role, and somebody next door who may see nothing of it."""

from __future__ import annotations

from typing import NamedTuple

from mortise.web.accounts import rights
from mortise.web.accounts.models import Clinic, User

# Known to everybody: the demonstration never runs where MORTISE_HTTPS is set.
PASSWORD = "walk to the harbour"


class Colleague(NamedTuple):
    """One fictional colleague."""

    role: str
    name: str
    email: str


ADA = Colleague(rights.PHYSIOTHERAPIST, "Ada Brandt", "ada@clinic.example")
FEMI = Colleague(rights.PHYSIOTHERAPIST, "Femi Adeyemi", "femi@clinic.example")
MARA = Colleague(rights.PHYSICIAN, "Dr Mara Falk", "mara@clinic.example")
PIM = Colleague(rights.PODIATRIST, "Pim Verhoef", "pim@clinic.example")
COBY = Colleague(rights.COACH, "Coby Marlin", "coby@clinic.example")
ALMA = Colleague(rights.ADMINISTRATOR, "Alma Register", "alma@clinic.example")
TEAM = (ADA, FEMI, MARA, PIM, COBY, ALMA)
CY = Colleague(rights.PHYSIOTHERAPIST, "Cy Moreau", "cy@hill.example")


def employ(one: Colleague, clinic: Clinic) -> User:
    """Let somebody work in a clinic."""
    return User.objects.create_staff(
        clinic=clinic, email=one.email, name=one.name, password=PASSWORD, role=one.role
    )


def user_of(one: Colleague) -> User:
    """Return the user of somebody who works here."""
    return User.objects.get(email=one.email)
