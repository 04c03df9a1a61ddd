"""Let the rest of the fictional clinic join beside the server, one after the other: the desk is there at once."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import msgspec
from django.conf import settings

from mortise.record import CheckIn
from mortise.terms import Origin
from mortise.web.accounts.models import Clinic, User
from mortise.web.care import services
from mortise.web.care.jobs import refresh_cohort
from mortise.web.care.models import Consent, EpisodeRow, Purpose
from mortise.web.demo.crowd import Joining, answers_of, crowd
from mortise.web.demo.days import live
from mortise.web.demo.fill import CLINIC, no_mail
from mortise.web.demo.team import ADA, FEMI, user_of
from mortise.web.jobs.kinds import SLOW, enqueue_once, job

N_SENT = 11  # items of a phone that came, where some did not


def ask_the_rest() -> int:
    """Queue everybody who is not here yet; return how many."""
    if not settings.DEMO:
        return 0
    names = set(services.patients_of(_ada()).values_list("name", flat=True))
    missing = [number for number, one in enumerate(crowd()) if one.part.name not in names]
    for number in missing:
        enqueue_once(join, number=number, today=_filled_on().isoformat())
    return len(missing)


def join_all() -> None:
    """Let everybody join now, here."""
    for number in range(len(crowd())):
        join.call(number=number, today=_filled_on().isoformat())


@job(queue=SLOW, n_attempts=1, is_kept=False)
def join(number: int, today: str) -> str:
    """Let one person live up to the day the clinic was filled; who is here already is left as they are."""
    one = crowd()[number]
    if not settings.DEMO or services.patients_of(_ada()).filter(name=one.part.name).exists():
        return ""
    with no_mail():
        _join(one, date.fromisoformat(today))
    enqueue_once(refresh_cohort)
    return "one more fictional patient"


def _join(one: Joining, today: date) -> None:
    by = _ada() if one.is_ada_s else user_of(FEMI)
    episode = live(one.part, one.protocol, by, today)
    if one.agrees:
        services.record_consent(
            patient=episode.patient, purpose=Purpose.RESEARCH, is_given=True, how=Consent.How.IN_PERSON, by=by
        )
    if one.n_on_the_phone:
        _keep_some_on_the_phone(episode, one.n_on_the_phone)
    if one.writes:
        services.write_message(episode=episode, message_id=uuid4(), words=one.writes, by=episode.patient.user)
    if one.has_unread_report:
        late = CheckIn(
            id=f"fictional-{one.part.seed}-ahead", on=today + timedelta(days=40), origin=Origin.PATIENT,
            moment="before_session", answers=answers_of(one.part),
        )  # fmt: skip
        services.append_facts(episode=episode, facts=[msgspec.json.encode(late)], by=episode.patient.user)


def _ada() -> User:
    return user_of(ADA)


def _filled_on() -> date:
    clinic = Clinic.objects.get(name=CLINIC)
    return clinic.today(clinic.created_at)


def _keep_some_on_the_phone(episode: EpisodeRow, n: int) -> None:
    """Let the phone have numbered more than it has sent."""
    sent = [
        services.Delivered(number, f"fictional-phone-{number}", "kept", None, "", None)
        for number in range(1, N_SENT + 1)
    ]
    says = services.PhoneSays(uuid4().hex, N_SENT + n, n, 0.0)
    services.note_deliveries(episode=episode, says=says, delivered=sent, by=episode.patient.user)
