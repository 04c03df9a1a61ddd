"""Clocks: a phone a day behind, and the two nights on which the hour changes. The day is the person's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from wsgiref.handlers import format_date_time

import pytest
from playwright.sync_api import Page, expect

from mortise.record import CheckIn
from mortise.web.audit import clock
from mortise.web.care import services
from tests.browser.phones import NOT_REACHED, SEND, Server, answer_check, facts, let_in, opened
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def when_it_is_told_and_sent(page: Page, server: Server) -> None:
    page.context.set_offline(True)
    opened(page, server, "check/")
    answer_check(page)
    expect(page.get_by_role("heading", name="Saved on this phone, not yet sent.")).to_be_visible()
    page.context.set_offline(False)
    assert page.evaluate(SEND) is True


def test_a_phone_whose_clock_is_a_day_behind_reports_the_right_day(
    open_page: Callable[..., Page], server: Server, cast: builders.Cast, forgive: Callable[[str], None]
) -> None:
    forgive(NOT_REACHED)
    page = open_page("phone")
    page.clock.install(time=clock.now() - timedelta(days=1))
    let_in(page, server, cast)
    when_it_is_told_and_sent(page, server)
    (report,) = facts(cast, CheckIn)
    assert report.on == cast.clinic.today()
    (state,) = services.phones_of(episode=cast.episode, by=cast.ada)
    assert abs(state.skew_s + 86_400) < 600


@pytest.mark.parametrize(
    ("first_at", "days"),
    [
        # London, 00:30 on the day of 25 hours, and 00:30 on the next: 25 hours lie between.
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), (date(2026, 10, 25), date(2026, 10, 26))),
        # 23:30 on the day before the one of 23 hours, and 23:30 on that: in UTC they are 23 hours apart.
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), (date(2026, 3, 28), date(2026, 3, 29))),
    ],
    ids=["25-hours", "23-hours"],
)
def test_a_day_of_25_or_23_hours_is_one_day(
    open_page: Callable[..., Page],
    server: Server,
    forgive: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    first_at: datetime,
    days: tuple[date, date],
) -> None:
    forgive(NOT_REACHED)
    hours = 25 if days[0].month == 10 else 23
    now = [first_at]
    monkeypatch.setattr("mortise.web.audit.clock.now", lambda: now[0])
    # What a phone compares its clock with: the date in the head of every answer.
    monkeypatch.setattr("wsgiref.handlers.format_date_time", lambda _: format_date_time(now[0].timestamp()))
    cast: Any = builders.cast()
    cast.clinic.time_zone = "Europe/London"
    cast.clinic.save()
    page = open_page("phone", timezone_id="Europe/London")
    page.clock.install(time=first_at)
    page.clock.pause_at(first_at + timedelta(seconds=1))
    page.clock.resume()
    let_in(page, server, cast)
    when_it_is_told_and_sent(page, server)
    now[0] = first_at + timedelta(hours=hours)
    page.clock.fast_forward(hours * 3_600_000)
    when_it_is_told_and_sent(page, server)
    assert tuple(one.on for one in facts(cast, CheckIn)) == days
