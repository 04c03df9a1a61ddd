"""The course that is kept: the same page as one told from the record, and never an old one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mortise.record import Correction
from mortise.terms import Origin, Side
from mortise.web.audit import clock
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow, FactRow, ToldCourse
from mortise.web.care.services import remembered, told_courses
from mortise.web.clinic import jobs
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import plan_data, report, start, trained, url

pytestmark = pytest.mark.django_db

_ONCE = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


def page_of(client: Client, cast: Cast, **given: str) -> str:
    response = client.get(url("course", cast.episode.pk), given)
    assert response.status_code == 200
    return _ONCE.sub("", response.content.decode())


def from_scratch(client: Client, cast: Cast) -> str:
    ToldCourse.objects.all().delete()
    remembered.forget()
    return page_of(client, cast)


def breaks(*_: Any, **__: Any) -> None:
    raise AssertionError("the year was told again")


def late_fact(client: Client, cast: Cast) -> None:
    report(cast, cast.clinic.today() - timedelta(days=4), pain_now_nrs=Decimal(5))


def corrected_fact(client: Client, cast: Cast) -> None:
    wrong = FactRow.objects.filter(kind="check_in").order_by("sequence").last()
    assert wrong is not None
    today = cast.clinic.today()
    fact = Correction(
        id="gone", on=today, origin=Origin.CLINICIAN, captured_at=clock.now(), corrects=wrong.pk, reason="Typed twice."
    )  # fmt: skip
    services.append_fact(episode=cast.episode, fact=fact, by=cast.ada)


def new_plan(client: Client, cast: Cast) -> None:
    data = plan_data(client, cast.episode, reason="Another step fits better.")
    step = next(name for name in data if name.startswith("step-"))
    client.post(url("plan", cast.episode.pk), data | {step: "1"})


def reading(client: Client, cast: Cast) -> None:
    fact = builders.lunge_cm(cast.clinic.today(), "5.1", side=Side.LEFT)
    services.append_fact(episode=cast.episode, fact=fact, by=cast.ada)


def danger(client: Client, cast: Cast) -> None:
    report(cast, fall_or_catch_flag=Decimal(1))


def other_name(client: Client, cast: Cast) -> None:
    cast.ada.name = "Ada of another name"
    cast.ada.save()


def answered(client: Client, cast: Cast) -> None:
    shown = client.get(url("course", cast.episode.pk)).context["shown"]
    client.post(url("respond", cast.episode.pk), {"response": "agree", "decision": shown})


CHANGES: tuple[Callable[[Client, Cast], None], ...] = (
    late_fact, corrected_fact, new_plan, reading, danger, other_name, answered,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_kept_course_is_the_very_page_that_is_told_from_the_record(
    cast: Cast, change: Callable[[Client, Cast], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = start(cast)
    trained(cast, 6)
    report(cast)
    before = page_of(client, cast)
    change(client, cast)
    after = page_of(client, cast)
    with monkeypatch.context() as patched:
        patched.setattr(remembered, "tell", breaks)
        remembered.forget()
        assert page_of(client, cast) == after, "what is kept is the same page, and nothing is told for it"
    assert from_scratch(client, cast) == after
    assert after != before


def test_kept_course_of_yesterday_is_told_again_today(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    today = page_of(client, cast)
    with clock.as_if(clock.now() + timedelta(days=1)):
        client = builders.signed_in(cast.ada)
        tomorrow = page_of(client, cast)
        assert tomorrow == from_scratch(client, cast)
    assert tomorrow != today


def test_second_ankle_counts_for_what_the_first_tells(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    before = page_of(client, cast)
    EpisodeRow.objects.filter(pk=cast.episode.pk).update(is_bilateral=True)
    other = builders.episode(cast.ben, cast.ada, side=Side.RIGHT, is_bilateral=True)
    cast.episode.refresh_from_db()
    both = page_of(client, cast)
    assert both != before
    services.append_fact(
        episode=other, fact=builders.lunge_cm(cast.clinic.today(), side=Side.RIGHT), by=cast.ada
    )
    key = ToldCourse.objects.get().key
    after = page_of(client, cast)
    assert after == from_scratch(client, cast)
    assert ToldCourse.objects.get().key != key


def test_course_before_a_programme_is_kept_too(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    assert page_of(client, cast) == page_of(client, cast) == from_scratch(client, cast)


@pytest.mark.parametrize("spoilt", [b"", b"not compressed", told_courses.zlib.compress(b'{"header": 1}')])
def test_what_cannot_be_read_is_told_again_and_mended(cast: Cast, spoilt: bytes) -> None:
    client = start(cast)
    whole = page_of(client, cast)
    ToldCourse.objects.update(told=spoilt)
    assert page_of(client, cast) == whole
    assert bytes(ToldCourse.objects.get().told) != spoilt


@pytest.mark.parametrize("column", ["key", "made_with"])
def test_other_code_or_content_makes_what_is_kept_worthless(
    cast: Cast, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = start(cast)
    whole = page_of(client, cast)
    ToldCourse.objects.update(told=told_courses.zlib.compress(b"{}"))
    if column == "key":
        ToldCourse.objects.update(key="0" * 64)
    else:
        monkeypatch.setattr(told_courses, "made_with", lambda: "f" * 64)
    assert page_of(client, cast) == whole


def test_refused_protocol_is_not_shown_from_what_is_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = start(cast)
    page_of(client, cast)
    for module in (told_courses, services.decisions):
        monkeypatch.setattr(module, "why_refused", lambda _: "no certificate fits")
    assert "No answer" in page_text(client, cast) or "not run here" in page_text(client, cast)


def page_text(client: Client, cast: Cast) -> str:
    client.raise_request_exception = False
    found: str = client.get(url("course", cast.episode.pk)).content.decode()
    return found


def test_kept_course_takes_the_same_number_of_queries_however_long_the_record(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    counts = []
    for n_days in (0, 6, 14):
        trained(cast, n_days)
        page_of(client, cast)
        remembered.forget()
        with CaptureQueriesContext(connection) as queries:
            page_of(client, cast)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 24


def test_job_tells_what_has_moved_on_and_nothing_else(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = start(cast)
    report(cast)
    assert jobs.tell_courses.call() == "1 courses told beforehand"
    assert jobs.tell_courses.call() == ""
    with monkeypatch.context() as patched:
        patched.setattr(remembered, "tell", breaks)
        kept = page_of(client, cast)
    assert kept == from_scratch(client, cast)
    reading(client, cast)
    assert jobs.tell_courses.call() == "1 courses told beforehand"
    with clock.as_if(clock.now() + timedelta(days=1)):
        assert jobs.tell_courses.call() == "1 courses told beforehand"
        assert jobs.tell_courses.call() == ""


def test_job_is_audited_and_leaves_what_breaks_to_whoever_opens_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(cast)
    with monkeypatch.context() as patched:
        patched.setattr(remembered, "tell", breaks)
        ToldCourse.objects.all().delete()
        assert jobs.tell_courses.call() == ""
    assert not ToldCourse.objects.exists()
    jobs.tell_courses.call()
    assert AuditEntry.objects.filter(action="course.tell").count() == 1


def test_looking_at_a_kept_course_is_audited_like_any_other(cast: Cast) -> None:
    client = start(cast)
    page_of(client, cast)
    n = AuditEntry.objects.filter(action="record.read").count()
    page_of(client, cast)
    assert AuditEntry.objects.filter(action="record.read").count() == n + 1


def test_paper_says_on_every_page_whose_it_is_and_of_which_day(cast: Cast) -> None:
    client = start(cast)
    text = page_of(client, cast)
    head = re.search(r'<p class="runhead"[^>]*><span>(.*?)</span>', text)
    assert head is not None
    for words in (cast.ben.name, cast.ben.number, cast.episode.involved_side, f"{cast.clinic.today():%Y}"):
        assert words in head[1]
