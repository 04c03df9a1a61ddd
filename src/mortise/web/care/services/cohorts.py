"""The cohort of a clinic: renewed once a day for each episode by a job, read in a constant number of queries."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import msgspec
from django.db import transaction
from django.db.models import F, Q, QuerySet

from mortise.episode.cohorts import Cohort, Outcome, cohort_of, outcome_of
from mortise.web.accounts.models import User
from mortise.web.audit import log
from mortise.web.care.content import content
from mortise.web.care.models import CohortEntry, EpisodeRow
from mortise.web.care.services.access import patients_of
from mortise.web.care.services.consents import patients_for_research
from mortise.web.care.services.facts import load_record

logger = logging.getLogger("mortise.care")

MOST_AT_ONCE = 40  # a round takes some seconds; five thousand ankles are gone through in two hours


class ClinicCohort(msgspec.Struct, frozen=True, kw_only=True):
    """A clinic's cohort, how many episodes it does not hold yet, and of how many the patient did not agree to it."""

    cohort: Cohort
    n_waiting: int
    n_not_agreed: int


def cohort_for(*, by: User, protocol: str = "") -> ClinicCohort:
    """Return the cohort of one protocol or all, of the patients in reach who agreed to be counted; audited."""
    log.record(by, "cohort.read", detail={"protocol": protocol})
    everybody = _counted(EpisodeRow.objects.filter(patient__clinic_id=by.clinic_id))
    if protocol:
        everybody = everybody.filter(protocol=protocol)
    episodes = everybody.filter(patient__in=patients_for_research(by=by).values("pk"))
    entries = CohortEntry.objects.filter(episode__in=episodes).exclude(outcome="")
    found = [msgspec.json.decode(text, type=Outcome) for text in entries.values_list("outcome", flat=True)]
    n_waiting = episodes.exclude(pk__in=CohortEntry.objects.values("episode_id")).count()
    n_not_agreed = everybody.filter(patient__in=patients_of(by).values("pk")).count() - episodes.count()
    return ClinicCohort(cohort=cohort_of(found), n_waiting=n_waiting, n_not_agreed=n_not_agreed)


def refresh_cohort(*, by: log.Process, most: int = MOST_AT_ONCE) -> int:
    """Work out anew what each episode adds, once a day at most; return how many; audited for each."""
    n = 0
    for episode in _outdated(most):
        _refresh(episode, by)
        n += 1
    return n


def _counted(episodes: QuerySet[EpisodeRow]) -> QuerySet[EpisodeRow]:
    """Leave those with a programme whose patient may be counted."""
    return episodes.exclude(standing__stage="")


def _outdated(most: int) -> Iterable[EpisodeRow]:
    rows = _counted(EpisodeRow.objects.all()).select_related("patient__clinic", "standing")
    told = CohortEntry.objects.values("episode_id")
    fresh = rows.exclude(pk__in=told)[:most]
    yield from fresh
    old = CohortEntry.objects.filter(
        Q(episode__closed_on__isnull=True) | Q(told_on__lt=F("episode__closed_on"))
    ).select_related("episode__patient__clinic")
    for entry in old.order_by("told_on")[:most]:
        if entry.told_on < entry.episode.patient.clinic.today():
            yield entry.episode


def _refresh(episode: EpisodeRow, by: log.Process) -> None:
    from mortise.episode import story

    today = episode.patient.clinic.today()
    on = min(today, episode.closed_on) if episode.closed_on else today
    try:
        told = story(load_record(episode), content(), on)
        outcome = msgspec.json.encode(outcome_of(told)).decode()
    except Exception as error:  # one record that cannot be told does not cost the view
        logger.error("an episode could not be counted: %s", type(error).__name__)
        outcome = ""
    with transaction.atomic():
        CohortEntry.objects.update_or_create(episode=episode, defaults={"outcome": outcome, "told_on": today})
        log.record(by, "cohort.refresh", episode.patient, {"episode": episode.pk})
