"""Fill a fictional clinic once. Facts come from the simulator, day by day, through the same services as real ones.

Nobody here exists. Decisions are stored as they would have been made on their day; dates are counted back from today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from mortise.web.accounts import phone_links
from mortise.web.accounts.models import Clinic, Role, User
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.models import Consent, Patient, Purpose
from mortise.web.demo.days import live
from mortise.web.demo.people import BEN, ELSEWHERE, OTHERS, Part
from mortise.web.demo.recordings import add_recordings
from mortise.web.demo.team import ADA, CY, PASSWORD, TEAM, employ, user_of

CLINIC, ELSEWHERE_CLINIC = "Harbour Physiotherapy (fictional)", "Hill Physiotherapy (fictional)"
GUEST = "Dr Gale (fictional)"
PROTOCOL = "restricted-dorsiflexion"


class DemoAccess(NamedTuple):
    """How to come in. `filled_on` is the day the clinic was filled: the story counts back from it."""

    clinician_email: str
    password: str
    colleagues: tuple[tuple[str, str], ...]  # role and e-mail of the others, of this clinic and of another
    guest_link_token: str
    patient_link_token: str
    patient_name: str
    filled_on: date
    is_new: bool

    @property
    def patient_path(self) -> str:
        """The path a phone opens."""
        return f"/enter/{self.patient_link_token}/"

    @property
    def guest_path(self) -> str:
        """The path by which somebody outside reads one patient's summary."""
        return f"/enter/{self.guest_link_token}/"


def fill_clinic(today: date) -> DemoAccess:
    """Fill the fictional clinic, all or nothing; a clinic that is there already is left as it is.

    Raises `ImproperlyConfigured` unless `MORTISE_DEMO` is set.
    """
    if not settings.DEMO:
        raise ImproperlyConfigured("The fictional clinic is filled only where MORTISE_DEMO is set.")
    is_new = not Clinic.objects.filter(name=CLINIC).exists()
    if is_new:
        with no_mail(), transaction.atomic():
            _fill(today)
    clinic = Clinic.objects.get(name=CLINIC)
    ada = user_of(ADA)
    ben = services.patients_of(ada).get(name=BEN.name)
    others = [(Role(one.role).label, one.email) for one in TEAM if one is not ADA]
    return DemoAccess(
        clinician_email=ADA.email, password=PASSWORD,
        colleagues=(*others, ("Physiotherapist of another clinic", CY.email)),
        patient_link_token=_token("demo-link", ben.user, lambda: services.make_phone_link(patient=ben, by=ada).token),
        guest_link_token=_token("demo-guest-link", None, lambda: _guest(ben, ada)),
        patient_name=BEN.name, filled_on=clinic.today(clinic.created_at), is_new=is_new,
    )  # fmt: skip


def _fill(today: date) -> None:
    zone = _time_zone_here()
    clinic = Clinic.objects.create(name=CLINIC, time_zone=zone, emergency_line="112", phone="555 0100")
    elsewhere = Clinic.objects.create(
        name=ELSEWHERE_CLINIC, time_zone=zone, emergency_line="112", phone="555 0199"
    )
    ada = next(employ(one, clinic) for one in TEAM if one is ADA)
    for one in TEAM:
        if one is not ADA:
            employ(one, clinic)
    for part in (*OTHERS, BEN):
        _play(part, ada, today)
    _play(ELSEWHERE, employ(CY, elsewhere), today)


def _play(part: Part, by: User, today: date) -> None:
    episode = live(part, PROTOCOL, by, today)
    services.record_consent(
        patient=episode.patient, purpose=Purpose.RESEARCH, is_given=True, how=Consent.How.IN_PERSON, by=by
    )
    if part is BEN:
        add_recordings(episode, by, today)


def _time_zone_here() -> str:
    """Return the time zone of this machine, so that the fictional clinic's today is that of whoever looks; else UTC."""
    name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    return name if name in available_timezones() else "UTC"


@contextmanager
def no_mail() -> Iterator[None]:
    """Send nobody a mail about what fictional people did weeks ago."""
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = before


def _guest(patient: Patient, by: User) -> str:
    made = services.invite_guest(
        patient=patient, name=GUEST, what_for="Reads along for the family doctor", n_days=14, by=by
    )
    return made.token


def _token(file: str, user: User | None, make: Callable[[], str]) -> str:
    """Return the token of a link that still opens: the one kept from the last start, or a new one."""
    kept: Path = settings.DATA_DIR / file
    token = kept.read_text(encoding="utf-8").strip() if kept.exists() else ""
    link = phone_links.find_link(token, clock.now()) if token else None
    if link is not None and (link.user_id == user.pk if user is not None else link.user.is_guest):
        return token
    token = make()
    kept.touch(mode=0o600)
    kept.write_text(token, encoding="utf-8")
    return token
