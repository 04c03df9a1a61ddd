"""The order of need, as the database sorts by it: what a row needs today, whose clock it is, and where a page ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, DateField, DateTimeField, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Least

from mortise.web.care.models import Need, Standing

# As a clinician would go through them. Silence counts before tests for somebody on plan (nothing is known of them),
# but in the list a test that is due comes first: it can be booked.
ORDER = (
    Need.STOPPED, Need.FLARE, Need.STEPPED_BACK, Need.PLATEAU, Need.ASKED, Need.ADVANCE, Need.TASK, Need.TESTS_DUE,
    Need.SILENT, Need.NOT_TAKEN_IN, Need.NOT_RECEIVED, Need.WRITTEN, Need.NEW, Need.ON_PLAN,
)  # fmt: skip
BOOKING_DAYS = 3  # a test due soon is named while there is still time to book it
KEYS = ("rank", "clock_on", "waits_at", "search", "episode_id")
BACKWARDS = tuple(f"-{key}" for key in KEYS)
NO_DAY = date(2000, 1, 1)  # where a need has no day of its own, so that the next key decides
NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
FAR_DAY = date(9999, 12, 31)


def annotated(rows: QuerySet[Standing], today: date) -> QuerySet[Standing]:
    """Add what the list is sorted by: `rank` (place in `ORDER` of what the row needs today), `clock_on`, `waits_at`."""
    rank = {one: Value(place) for place, one in enumerate(ORDER)}
    stored = [When(need=one.value, then=rank[one]) for one in (Need.STOPPED, Need.FLARE, Need.STEPPED_BACK)]
    stored += [
        When(is_plateau=True, need__in=(Need.ASKED, Need.ADVANCE, Need.ON_PLAN), then=rank[Need.PLATEAU])
    ]
    stored += [When(need=one.value, then=rank[one]) for one in (Need.ASKED, Need.ADVANCE, Need.NEW)]
    gone = When(Q(is_taken_back=True) & ~Q(need=Need.STOPPED.value), then=rank[Need.TASK])
    need = Case(
        gone,
        *stored,
        When(silent_on__lte=today, episode__closed_on__isnull=True, then=rank[Need.SILENT]),
        When(Q(n_tasks__gt=0, task_due_on__isnull=False) | Q(quiet_on__lte=today), then=rank[Need.TASK]),
        When(tests_due_on__lte=today + timedelta(days=BOOKING_DAYS), then=rank[Need.TESTS_DUE]),
        When(n_quarantined__gt=0, then=rank[Need.NOT_TAKEN_IN]),
        When(n_not_received__gt=0, then=rank[Need.NOT_RECEIVED]),
        When(n_messages__gt=0, then=rank[Need.WRITTEN]),
        default=rank[Need.ON_PLAN],
        output_field=IntegerField(),
    )
    place = {one: ORDER.index(one) for one in ORDER}
    clock_on = Case(
        When(
            rank=place[Need.TASK],
            then=Least(Coalesce(F("task_due_on"), Value(FAR_DAY)), Coalesce(F("quiet_on"), Value(FAR_DAY))),
        ),
        When(rank=place[Need.TESTS_DUE], then=F("tests_due_on")),
        When(rank=place[Need.SILENT], then=F("silent_on")),
        default=Value(NO_DAY),
        output_field=DateField(),
    )
    by_moment = [
        place[one] for one in ORDER if one not in (Need.TASK, Need.TESTS_DUE, Need.SILENT, Need.ON_PLAN)
    ]
    waits_at = Case(
        When(rank__in=by_moment, then=F("since_at")), default=Value(NO_MOMENT), output_field=DateTimeField()
    )
    return rows.annotate(rank=need).annotate(clock_on=clock_on, waits_at=waits_at)


def need_today(standing: Standing, today: date) -> Need:
    """Return what a row needs today, the same as the query says; for rows that no query brought."""
    need = Need(standing.need)
    if standing.is_taken_back and need is not Need.STOPPED:
        return Need.TASK
    if need in (Need.STOPPED, Need.FLARE, Need.STEPPED_BACK):
        return need
    if standing.is_plateau and need is not Need.NEW:
        return Need.PLATEAU
    if need is not Need.ON_PLAN:
        return need
    silent_on = standing.silent_on if standing.episode.closed_on is None else None
    on_the_day = (
        (silent_on is not None and silent_on <= today, Need.SILENT),
        (bool(standing.n_tasks and standing.task_due_on), Need.TASK),
        (standing.quiet_on is not None and standing.quiet_on <= today, Need.TASK),
        (is_test_soon(standing, today), Need.TESTS_DUE),
        (standing.n_quarantined > 0, Need.NOT_TAKEN_IN),
        (standing.n_not_received > 0, Need.NOT_RECEIVED),
        (standing.n_messages > 0, Need.WRITTEN),
    )
    return next((found for holds, found in on_the_day if holds), Need.ON_PLAN)


def is_test_soon(standing: Standing, today: date) -> bool:
    """Whether a test at a visit is due, or so soon that it has to be booked."""
    due_on = standing.tests_due_on
    return due_on is not None and due_on <= today + timedelta(days=BOOKING_DAYS)


def task_clock(standing: Standing) -> date | None:
    """Return the day by which the first thing beside the decision is to be done."""
    days = [one for one in (standing.task_due_on, standing.quiet_on) if one is not None]
    return min(days, default=None)


# ---------------------------------------------------------------- pages


class Cursor(NamedTuple):
    """The place of one row in the order. As text it holds no word about anybody: the name is looked up by the id."""

    rank: int
    clock_on: date
    waits_at: datetime
    search: str
    episode_id: UUID

    @classmethod
    def of(cls, text: str) -> Cursor | None:
        """Return the place that a text names, or None when it names none."""
        try:
            rank, clock_on, waits_at, episode_id = text.split("_")
            pk = UUID(episode_id)
            moment = NO_MOMENT + timedelta(microseconds=int(waits_at))
            place = (int(rank), date.fromordinal(int(clock_on)), moment)
        except (ValueError, OverflowError):
            return None
        if not 0 <= place[0] < len(ORDER):
            return None
        search = Standing.objects.filter(pk=pk).values_list("search", flat=True).first()
        return cls(*place, search or "", pk)

    def __str__(self) -> str:
        micros = (self.waits_at - NO_MOMENT) // timedelta(microseconds=1)
        return f"{self.rank}_{self.clock_on.toordinal()}_{micros}_{self.episode_id.hex}"


def cursor_of(row: Standing) -> Cursor:
    """Return the place of an annotated row."""
    return Cursor(row.rank, row.clock_on, row.waits_at, row.search, row.episode_id)  # type: ignore[attr-defined]


def is_after(cursor: Cursor) -> Q:
    """Return the condition for rows that come later in the order."""
    return _beyond(cursor, "gt")


def is_before(cursor: Cursor) -> Q:
    """Return the condition for rows that come earlier in the order."""
    return _beyond(cursor, "lt")


def _beyond(cursor: Cursor, how: str) -> Q:
    found, same = Q(), Q()
    for key, value in zip(KEYS, cursor, strict=True):
        found |= same & Q(**{f"{key}__{how}": value})
        same &= Q(**{key: value})
    return found
