"""The order of need in the database: the same as in words, page by page, by the clock alone, and nobody passed over."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mortise.web.care import services
from mortise.web.care.models import Need, Standing
from mortise.web.care.services import ordering
from mortise.web.care.services.needs import needs_page
from mortise.web.care.services.ordering import ORDER
from tests.web import builders
from tests.web.builders import Cast
from tests.web.crowds import crowd

pytestmark = pytest.mark.django_db

N_PEOPLE = 150


@pytest.fixture
def people(cast: Cast) -> list[Standing]:
    return crowd(cast.ada, N_PEOPLE, Random(7))


def whole(cast: Cast) -> list[str]:
    return [str(one.episode_id) for one in services.needs_list(by=cast.ada, today=cast.clinic.today())]


def turned(cast: Cast, size: int, wanted: services.Wanted, *, back: bool = False) -> list[str]:
    """Turn every page and return whom they show."""
    found: list[str] = []
    today, seen = cast.clinic.today(), 0 if not wanted.after else None
    while True:
        page = needs_page(by=cast.ada, today=today, wanted=wanted, size=size)
        ids = [str(one.episode_id) for one in page.rows]
        found = ids + found if back else found + ids
        if seen is not None and not back:
            assert page.first == seen + 1
            seen += len(ids)
        if not (page.previous if back else page.next):
            return found
        wanted = wanted._replace(
            **({"before": page.previous, "after": ""} if back else {"after": page.next, "before": ""})
        )


def test_what_a_row_needs_is_the_same_in_the_query_and_in_words(cast: Cast, people: list[Standing]) -> None:
    needs = set()
    for days in (-8, 0, 3, 9):
        today = cast.clinic.today() + timedelta(days=days)
        rows = ordering.annotated(Standing.objects.select_related("episode"), today)
        said = {(row.pk, ORDER[row.rank]) for row in rows}  # type: ignore[attr-defined]
        assert said == {(row.pk, ordering.need_today(row, today)) for row in Standing.objects.all()}
        needs |= {need for _, need in said}
    assert needs == set(ORDER), "the crowd shows every need"


def test_every_need_comes_in_the_order_of_need_and_then_the_longest_waiting(
    cast: Cast, people: list[Standing]
) -> None:
    rows = services.needs_list(by=cast.ada, today=cast.clinic.today())
    assert [ORDER.index(row.need) for row in rows] == sorted(ORDER.index(row.need) for row in rows)
    for need in (Need.STOPPED, Need.FLARE, Need.ASKED):
        waits = [row.since_at for row in rows if row.need is need]
        assert waits == sorted(waits)
    due = [row.tests_due_on for row in rows if row.need is Need.TESTS_DUE]
    assert due == sorted(one for one in due if one is not None)
    names = [row.name for row in rows if row.need is Need.ON_PLAN]
    assert [one.casefold() for one in names] == sorted(one.casefold() for one in names)


@pytest.mark.parametrize("size", [7, 50, 500])
def test_pages_put_together_are_the_whole_list(cast: Cast, people: list[Standing], size: int) -> None:
    assert turned(cast, size, services.Wanted()) == whole(cast)


def test_pages_go_back_the_way_they_came(cast: Cast, people: list[Standing]) -> None:
    today = cast.clinic.today()
    pages = [needs_page(by=cast.ada, today=today, size=40)]
    while pages[-1].next:
        wanted = services.Wanted(after=pages[-1].next)
        pages.append(needs_page(by=cast.ada, today=today, wanted=wanted, size=40))
    for before, page in zip(pages[-2::-1], pages[:0:-1], strict=True):
        back = needs_page(by=cast.ada, today=today, wanted=services.Wanted(before=page.previous), size=40)
        assert [one.episode_id for one in back.rows] == [one.episode_id for one in before.rows]
        assert back.first == before.first


def test_whoever_is_answered_for_between_two_pages_makes_nobody_be_passed_over(
    cast: Cast, people: list[Standing]
) -> None:
    today, before = cast.clinic.today(), whole(cast)
    first = needs_page(by=cast.ada, today=today, size=20)
    for row in first.rows[3:12]:
        builders.stand(Standing.objects.get(pk=row.episode_id).episode, need=Need.NEW)
    rest = turned(cast, 20, services.Wanted(after=first.next))[0:20]
    moved = {str(row.episode_id) for row in first.rows}
    assert [one for one in before[20:40] if one not in moved] == [one for one in rest if one not in moved]


@pytest.mark.parametrize(
    "cursor", ["nonsense", "1_2_3", f"99_1_1_{'0' * 32}", f"0_x_1_{'0' * 32}", "_" * 9, "0_0_0_1", "0_1_1_x"]
)
def test_a_place_that_is_none_begins_at_the_beginning(
    cast: Cast, people: list[Standing], cursor: str
) -> None:
    today = cast.clinic.today()
    page = needs_page(by=cast.ada, today=today, wanted=services.Wanted(after=cursor), size=10)
    assert [str(one.episode_id) for one in page.rows] == whole(cast)[:10]


def test_a_place_tells_nothing_about_anybody(cast: Cast, people: list[Standing]) -> None:
    page = needs_page(by=cast.ada, today=cast.clinic.today(), size=10)
    assert page.next
    assert "person" not in page.next.lower()


def test_narrowed_lists_keep_the_order_and_their_counts(cast: Cast, people: list[Standing]) -> None:
    today = cast.clinic.today()
    everybody = services.needs_list(by=cast.ada, today=today)
    page = needs_page(by=cast.ada, today=today)
    for facet in page.needs:
        wanted = [str(one.episode_id) for one in everybody if one.need.name.lower() == facet.value]
        assert turned(cast, 9, services.Wanted(need=facet.value)) == wanted
        assert facet.n == len(wanted)
    for facet in page.protocols:
        wanted = [str(one.episode_id) for one in everybody if one.protocol == facet.value]
        assert turned(cast, 25, services.Wanted(protocol=facet.value)) == wanted
        assert facet.n == len(wanted)
    for facet in page.stages[:4]:
        wanted = [str(one.episode_id) for one in everybody if one.stage == facet.value]
        assert turned(cast, 25, services.Wanted(stage=facet.value)) == wanted
    (clinician,) = page.clinicians
    assert (clinician.label, clinician.n) == ("Ada", len(everybody))
    assert turned(cast, 50, services.Wanted(clinician=clinician.value)) == whole(cast)


@pytest.mark.parametrize(
    "wanted",
    [services.Wanted(need="nonsense"), services.Wanted(clinician="nonsense"), services.Wanted(stage="Z9")],
)
def test_a_filter_that_fits_nobody_shows_nobody(
    cast: Cast, people: list[Standing], wanted: services.Wanted
) -> None:
    page = needs_page(by=cast.ada, today=cast.clinic.today(), wanted=wanted)
    assert (page.rows, page.n_found) == ((), 0)
    assert page.n_people == N_PEOPLE + 1


@pytest.mark.parametrize("words", ["zoe", "ZOË müll", "mul 4711", "4711"])
def test_search_finds_by_name_or_number_without_capitals_and_accents(cast: Cast, words: str) -> None:
    builders.episode(builders.patient(cast.ada, "Zoë Müller", number="B-4711"), cast.ada)
    page = needs_page(by=cast.ada, today=cast.clinic.today(), wanted=services.Wanted(words=words))
    assert [(one.name, one.number) for one in page.rows] == [("Zoë Müller", "B-4711")]


def test_search_takes_signs_of_the_database_as_they_are_written(cast: Cast) -> None:
    for words in ("%", "_", "\\", "'", "Ben%"):
        wanted = services.Wanted(words=words)
        assert needs_page(by=cast.ada, today=cast.clinic.today(), wanted=wanted).n_found == 0


def test_nobody_of_another_clinic_is_found_counted_or_offered(cast: Cast, people: list[Standing]) -> None:
    today = cast.clinic.today()
    page = needs_page(by=cast.cy, today=today)
    assert ([one.name for one in page.rows], page.n_people, page.n_found) == (["Dora Fictional"], 1, 1)
    assert [one.label for one in page.clinicians] == ["Cy"]
    mine = needs_page(by=cast.ada, today=today, size=10)
    assert needs_page(by=cast.cy, today=today, wanted=services.Wanted(clinician=str(cast.ada.pk))).rows == ()
    reached = needs_page(by=cast.cy, today=today, wanted=services.Wanted(after=mine.next)).rows
    assert {one.name for one in reached} <= {"Dora Fictional"}


def test_what_falls_due_surfaces_by_the_clock_alone(cast: Cast) -> None:
    today = cast.clinic.today()
    builders.stand(
        cast.episode, need=Need.ON_PLAN, last_heard_on=today, silence_days=9, quiet_task="Re-test: Knee to wall",
        quiet_on=today + timedelta(days=4), tests_due_on=today + timedelta(days=6), tests_due="Hops",
    )  # fmt: skip

    def need_on(days: int) -> tuple[Need, str]:
        (row,) = services.needs_list(by=cast.ada, today=today + timedelta(days=days))
        return row.need, row.reason

    assert need_on(2)[0] is Need.ON_PLAN
    assert need_on(3) == (Need.TESTS_DUE, need_on(3)[1])
    need, reason = need_on(5)
    assert need is Need.TASK
    assert reason.startswith("Re-test: Knee to wall, overdue since")
    assert need_on(8)[0] is Need.TASK
    assert need_on(9)[0] is Need.SILENT


def test_page_takes_as_many_queries_for_many_as_for_one(cast: Cast) -> None:
    today = cast.clinic.today()

    def n_queries(wanted: services.Wanted) -> int:
        with CaptureQueriesContext(connection) as found:
            needs_page(by=cast.ada, today=today, wanted=wanted)
        return len(found)

    crowd(cast.ada, 3, Random(1))
    few = [n_queries(services.Wanted()), n_queries(services.Wanted(words="per", need="silent"))]
    crowd_of_many = crowd(cast.cy, 1, Random(2)) + [one for n in range(3) for one in _more(cast, n)]
    assert len(crowd_of_many) > 100
    assert [n_queries(services.Wanted()), n_queries(services.Wanted(words="per", need="silent"))] == few


def _more(cast: Cast, n: int) -> list[Standing]:
    from mortise.web.care.models import Patient

    rows = crowd(builders.clinician(cast.clinic, f"More {n}", f"more{n}@clinic.example"), 0, Random(n))
    Patient.objects.filter(number__startswith="N").update(number="")
    return rows + crowd(cast.ada, 40, Random(100 + n))
