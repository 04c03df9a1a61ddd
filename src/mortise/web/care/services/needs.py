"""Who needs somebody: the open episodes of a clinic in order of need, page by page, in a constant number of queries.

The list is made of `Standing`, one row per episode. What changes by the clock alone (silence, a test or a task that
falls due) is worked out in the query, so that it surfaces on its day although nobody wrote anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When, Window

from mortise.terms import Side
from mortise.web.accounts.models import User
from mortise.web.audit import log
from mortise.web.care.models import EpisodeRow, Need, Standing
from mortise.web.care.services import ordering
from mortise.web.care.services.access import patients_of
from mortise.web.care.services.needs_words import ACTIONS, reason_of
from mortise.web.care.services.ordering import ORDER, Cursor
from mortise.web.care.services.standings import folded

PAGE_SIZE = 50


class Wanted(NamedTuple):
    """What of the list is asked for; empty: everything. `after` and `before` are the ends of another page."""

    words: str = ""
    need: str = ""
    protocol: str = ""
    stage: str = ""
    clinician: str = ""
    after: str = ""
    before: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return any((self.words, self.need, self.protocol, self.stage, self.clinician))


EVERYBODY = Wanted()


class Ankle(NamedTuple):
    """An open episode of a patient."""

    episode_id: UUID
    side: Side


class NeedRow(NamedTuple):
    """One line of the list: whose ankle, what Mortise says, why, since when, and the one thing to do."""

    patient_id: UUID
    episode_id: UUID
    name: str
    number: str
    age: int
    side: Side
    protocol: str
    stage: str
    next_stage: str
    need: Need
    advice: str
    load: str
    is_locked: bool
    reason: str
    since_at: datetime
    last_heard_on: date | None
    n_days_silent: int | None
    n_quarantined: int
    tests_due_on: date | None
    task_due_on: date | None
    decision_id: str
    action: str
    others: tuple[Ankle, ...] = ()  # the patient's other ankle, where it is treated too

    @property
    def needs_somebody(self) -> bool:
        return self.need != Need.ON_PLAN


class Facet(NamedTuple):
    """One value the list can be narrowed to, and how many episodes of the whole list have it."""

    value: str
    label: str
    n: int


class NeedsPage(NamedTuple):
    """A page of the list, what it is a page of, and what else could be asked for."""

    rows: tuple[NeedRow, ...]
    n_people: int
    n_needing: int
    n_stopped: int
    n_found: int
    n_by_need: dict[Need, int]
    first: int  # number of the first row, from 1; 0 when there is none
    previous: str
    next: str
    needs: tuple[Facet, ...]
    protocols: tuple[Facet, ...]
    stages: tuple[Facet, ...]
    clinicians: tuple[Facet, ...]


def needs_list(*, by: User, today: date) -> tuple[NeedRow, ...]:
    """Return every open episode this person may reach, most needed first, longest waiting first; audited.

    An ended one comes back to the list while a late danger sign is unanswered or a message unread.

    A programme that should be heard from and was not for longer than its protocol allows counts as silent.
    """
    found = list(_reached(by, today).order_by(*ordering.KEYS))
    log.record(by, "list.read", detail={"n": len(found)})
    return _rows(found, today)


def needs_page(*, by: User, today: date, wanted: Wanted = EVERYBODY, size: int = PAGE_SIZE) -> NeedsPage:
    """Return one page of the list, in the same order as the whole; audited with the number of rows shown.

    A page begins behind the last row of the one before, by its place in the order and not by its number: whoever is
    answered for or newly comes in while somebody turns pages makes nobody else be passed over.
    """
    everybody = _reached(by, today)
    counts = _counts(everybody)
    found = _narrowed(everybody, wanted)
    n_by_need = _by_need(found) if wanted.is_narrowed else _sums(counts)
    shown, first = _page(found, wanted, size, sum(n_by_need.values()), today)
    log.record(by, "list.read", detail={"n": len(shown)})
    n_found = sum(n_by_need.values())
    return NeedsPage(
        rows=_rows(shown, today), n_people=_n_people(counts),
        n_needing=_n_people(one for one in counts if one["rank"] != ORDER.index(Need.ON_PLAN)),
        n_stopped=_n_people(one for one in counts if one["rank"] == ORDER.index(Need.STOPPED)),
        n_found=n_found, n_by_need=n_by_need, first=first,
        previous=str(ordering.cursor_of(shown[0])) if shown and first > 1 else "",
        next=str(ordering.cursor_of(shown[-1])) if shown and first + len(shown) - 1 < n_found else "",
        needs=_facets(counts, "rank", {str(n): Need(one).label for n, one in enumerate(ORDER)}, by_value=True),
        protocols=_facets(counts, "episode__protocol", {}), stages=_facets(counts, "stage", {}),
        clinicians=_facets(counts, "clinician", _names(by, counts)),
    )  # fmt: skip


# ---------------------------------------------------------------- what is asked for


def _reached(by: User, today: date) -> QuerySet[Standing]:
    is_open = Q(episode__closed_on__isnull=True)
    comes_back = Q(need=Need.STOPPED, is_answered=False) | Q(n_messages__gt=0)
    rows = Standing.objects.filter(is_open | comes_back, episode__patient__in=patients_of(by))
    return ordering.annotated(rows, today).select_related("episode__patient")


def _narrowed(rows: QuerySet[Standing], wanted: Wanted) -> QuerySet[Standing]:
    for word in folded(wanted.words).split():
        rows = rows.filter(search__contains=word)
    if wanted.need:
        known = {one.name.lower(): ORDER.index(one) for one in Need}
        rows = rows.filter(Q(rank=known[wanted.need])) if wanted.need in known else rows.none()
    if wanted.protocol:
        rows = rows.filter(episode__protocol=wanted.protocol)
    if wanted.stage:
        rows = rows.filter(stage=wanted.stage)
    if wanted.clinician:
        clinician = _uuid(wanted.clinician)
        rows = rows.filter(clinician=clinician) if clinician is not None else rows.none()
    return rows


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _page(
    rows: QuerySet[Standing], wanted: Wanted, size: int, n_found: int, today: date
) -> tuple[list[Standing], int]:
    """Return the rows of a page, and the number of the first."""
    back = Cursor.of(wanted.before)
    ahead = None if back is not None else Cursor.of(wanted.after)
    if back is not None:
        shown, n = _first(rows.filter(ordering.is_before(back)), ordering.BACKWARDS, size, today)
        return shown[::-1], n - len(shown) + 1 if shown else 0
    if ahead is not None:
        shown, n = _first(rows.filter(ordering.is_after(ahead)), ordering.KEYS, size, today)
        return shown, n_found - n + 1 if shown else 0
    shown, _ = _first(rows, ordering.KEYS, size, today, counts=False)
    return shown, 1 if shown else 0


def _first(
    rows: QuerySet[Standing], keys: Sequence[str], size: int, today: date, *, counts: bool = True
) -> tuple[list[Standing], int]:
    """Return the first rows and, where `counts`, how many there are in all.

    Those reached are sorted and counted by their keys alone, in one go; only those shown are read whole.
    """
    n_all = Window(Count("pk")) if counts else Value(0)
    counted = rows.annotate(n_all=n_all).order_by(*keys)
    found = list(counted.values_list("pk", "n_all")[:size])
    ids = [pk for pk, _ in found]
    whole = ordering.annotated(Standing.objects.filter(pk__in=ids), today).select_related("episode__patient")
    by_id = {one.pk: one for one in whole}
    return [by_id[pk] for pk in ids if pk in by_id], found[0][1] if found else 0


# ---------------------------------------------------------------- counts


def _counts(rows: QuerySet[Standing]) -> list[dict[str, Any]]:
    """Count episodes by what they can be narrowed to; `who` is named where a patient has more than one episode."""
    columns = ("rank", "episode__protocol", "stage", "clinician", "who")
    more = EpisodeRow.objects.filter(patient=OuterRef("episode__patient")).exclude(pk=OuterRef("pk"))
    who = Case(When(Exists(more), then=F("episode__patient")), default=None)
    grouped = rows.annotate(who=who).order_by().values(*columns)
    return list(grouped.annotate(n=Count("pk")))


def _n_people(counts: Iterable[dict[str, Any]]) -> int:
    """Count patients: somebody with two ankles in the list is one."""
    counts = list(counts)
    alone: int = sum(one["n"] for one in counts if one["who"] is None)
    return alone + len({one["who"] for one in counts if one["who"] is not None})


def _sums(counts: Iterable[dict[str, Any]]) -> dict[Need, int]:
    n: Counter[int] = Counter()
    for one in counts:
        n[one["rank"]] += one["n"]
    return {ORDER[rank]: n[rank] for rank in sorted(n)}


def _by_need(rows: QuerySet[Standing]) -> dict[Need, int]:
    columns = ("rank",)
    grouped = rows.order_by().values(*columns).annotate(n=Count("pk"))
    return {ORDER[one["rank"]]: one["n"] for one in sorted(grouped, key=lambda one: one["rank"])}


def _facets(
    counts: Iterable[dict[str, Any]], column: str, labels: dict[str, str], *, by_value: bool = False
) -> tuple[Facet, ...]:
    n: Counter[Any] = Counter()
    for one in counts:
        if one[column] is not None and one[column] != "":
            n[one[column]] += one["n"]
    if by_value:  # of needs: in their order, each under its name
        return tuple(Facet(ORDER[value].name.lower(), labels[str(value)], n[value]) for value in sorted(n))
    found = [Facet(str(value), labels.get(str(value), str(value)), n[value]) for value in n]
    return tuple(sorted(found, key=lambda one: (one.label.casefold(), one.value)))


def _names(by: User, counts: Iterable[dict[str, Any]]) -> dict[str, str]:
    ids = {one["clinician"] for one in counts if one["clinician"] is not None}
    named = User.objects.filter(pk__in=ids, clinic_id=by.clinic_id).values_list("pk", "name")
    return {str(pk): name for pk, name in named}


# ---------------------------------------------------------------- rows


def _rows(found: Sequence[Standing], today: date) -> tuple[NeedRow, ...]:
    patients = {one.episode.patient_id for one in found if one.episode.is_bilateral}
    rows = Standing.objects.filter(
        episode__patient__in=patients, episode__closed_on__isnull=True
    ).select_related("episode")
    beside: dict[UUID, list[Ankle]] = {}
    for one in rows:
        ankle = Ankle(one.episode_id, one.episode.side)
        beside.setdefault(one.episode.patient_id, []).append(ankle)
    return tuple(_row(one, today, beside.get(one.episode.patient_id, [])) for one in found)


def _row(standing: Standing, today: date, ankles: Iterable[Ankle]) -> NeedRow:
    episode = standing.episode
    patient = episode.patient
    need = ORDER[standing.rank]  # type: ignore[attr-defined] # annotated
    return NeedRow(
        patient_id=patient.pk, episode_id=episode.pk, name=patient.name, number=patient.number,
        age=patient.person.age_on(today), side=episode.side, protocol=episode.protocol, stage=standing.stage,
        next_stage=standing.next_stage, need=need, advice=standing.advice, load=standing.load,
        is_locked=standing.is_locked, reason=reason_of(standing, need, today), since_at=standing.since_at,
        last_heard_on=standing.last_heard_on, n_days_silent=n_days_silent(standing, today),
        n_quarantined=standing.n_quarantined, tests_due_on=standing.tests_due_on,
        task_due_on=ordering.task_clock(standing), decision_id=standing.decision_id, action=ACTIONS[need],
        others=tuple(one for one in ankles if one.episode_id != episode.pk),
    )  # fmt: skip


def n_days_silent(standing: Standing, today: date) -> int | None:
    """Return how many days somebody with a programme has not been heard from."""
    if standing.silent_on is None or standing.episode.closed_on is not None:
        return None
    last = standing.silent_on - timedelta(days=standing.silence_days)
    return max((today - last).days, 0)
