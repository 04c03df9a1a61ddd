"""The phone without the server: it opens, asks, trains, keeps, and sends later. In a real browser."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from playwright.sync_api import Page, expect

from mortise.record import CheckIn, SessionLog
from mortise.web.audit import clock, log
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.phone.shell import shell
from tests.browser.phones import (
    HELD,
    KEEP,
    NOT_REACHED,
    SEND,
    Server,
    answer_check,
    facts,
    let_in,
    opened,
    picture,
    tap,
    train,
    until_ready,
)
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# How much of the two heavy tests is run: a third every day, all of it (100 kills, 1,000 reports) with FULL_SIZE=1.
IS_FULL = os.environ.get("FULL_SIZE") == "1"
N_KILLS, N_REPORTS = (100, 1_000) if IS_FULL else (30, 300)


def test_a_whole_day_with_the_server_really_stopped(
    phone: Page, server: Server, cast: builders.Cast, axe: Callable[[Page], None]
) -> None:
    server.stop()
    opened(phone, server)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("First, how is the ankle?")
    picture(phone, "offline-today-before")
    axe(phone)

    phone.get_by_role("link", name="Check in, then start").click()
    expect(phone.get_by_role("heading", name="Before you start")).to_be_visible()
    picture(phone, "offline-check-1")
    axe(phone)
    answer_check(phone)
    expect(phone.get_by_role("heading", name="Saved on this phone, not yet sent.")).to_be_visible()
    expect(phone.get_by_text("1 not yet sent")).to_be_visible()
    picture(phone, "offline-today")
    axe(phone)

    phone.get_by_role("link", name="Start").click()
    expect(phone.locator("[data-exercise]:visible svg[data-frames]")).to_have_count(1)
    picture(phone, "offline-session")
    axe(phone)
    train(phone)
    picture(phone, "offline-session-finish")
    axe(phone)
    phone.get_by_role("button", name="Save on this phone").click()
    expect(phone.get_by_role("heading", name="Today is done")).to_be_visible()
    expect(phone.get_by_text("2 not yet sent")).to_be_visible()
    picture(phone, "offline-today-after")
    axe(phone)
    assert facts(cast, SessionLog) == []

    server.start()
    phone.goto(f"{server.url}/phone/")
    until_ready(phone)
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert len(facts(cast, CheckIn)) == 1
    logs = facts(cast, SessionLog)
    assert len(logs) == 1
    assert {item.outcome for item in logs[0].items} == {"done"}
    phone.reload()
    expect(phone.get_by_role("heading", name="Today is done")).to_be_visible()
    assert services.phones_of(episode=cast.episode, by=cast.ada)[0].n_not_received == 0


def test_a_danger_sign_without_the_server_stops_everything(
    phone: Page, server: Server, cast: builders.Cast, axe: Callable[[Page], None]
) -> None:
    phone.context.set_offline(True)
    opened(phone, server, "check/")
    tap(phone, "which", "red_calf")
    tap(phone, "any_of_these", "some")
    phone.get_by_role("button", name="Next").click()
    expect(phone.get_by_role("alert")).to_contain_text("Call the emergency line now")
    expect(phone.get_by_text("Your clinic does not know yet")).to_be_visible()
    picture(phone, "offline-stop")
    axe(phone)
    opened(phone, server, "session/")
    expect(phone.get_by_role("alert")).to_be_visible()
    assert phone.locator("[data-exercise]").count() == 0

    phone.context.set_offline(False)
    phone.goto(f"{server.url}/phone/")
    until_ready(phone)
    phone.reload()
    expect(phone.get_by_role("alert")).to_be_visible()
    assert services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada).is_locked


def test_answers_lighten_the_day_without_the_server(
    phone: Page, server: Server, axe: Callable[[Page], None]
) -> None:
    phone.context.set_offline(True)
    opened(phone, server, "check/")
    answer_check(phone, pain_now_nrs="5")
    expect(phone.get_by_role("heading", name="A lighter day.")).to_be_visible()
    expect(phone.get_by_role("heading", name="What your answers changed")).to_be_visible()
    picture(phone, "offline-lighter")
    phone.get_by_role("button", name="10 minutes").click()
    expect(phone.get_by_role("button", name="10 minutes")).to_have_attribute("aria-pressed", "true")
    opened(phone, server, "help/")
    expect(phone.get_by_text("Call the emergency line now, or go to")).to_be_visible()
    expect(phone.get_by_role("heading", name="Who has looked at your data")).to_be_visible()
    picture(phone, "offline-help")
    axe(phone)
    opened(phone, server, "progress/")
    expect(phone.get_by_role("heading", name="Stage 1 of")).to_be_visible()
    expect(phone.get_by_text("This is how it stood on")).to_be_visible()
    expect(phone.get_by_role("heading", name="What opens stage 2")).to_be_visible()
    picture(phone, "offline-progress")
    axe(phone)


def test_a_step_sent_while_the_connection_breaks_goes_on_without_it(
    phone: Page, server: Server, cast: builders.Cast
) -> None:
    phone.goto(f"{server.url}/phone/check/")
    tap(phone, "any_of_these", "none")
    with phone.expect_navigation():
        phone.get_by_role("button", name="Next").click()
    until_ready(phone)
    phone.context.set_offline(True)
    for name in phone.locator('input[type="radio"]').evaluate_all(
        "all => [...new Set(all.map(one => one.name))]"
    ):
        tap(phone, name, "1" if name.endswith("_nrs") else "0")
    with phone.expect_navigation():
        phone.get_by_role("button", name="Next").click()
    phone.locator("html[data-page=open]").wait_for(state="attached")
    expect(phone.locator("[data-step-of]")).to_have_text("2 of 4")  # the danger signs are not asked again
    assert facts(cast, CheckIn) == []


KEEP_MANY = """async ids => {
  const { keep } = await import('/static/phone/js/parts/outbox.js');
  const at = new Date().toISOString();
  await keep(ids.map(id => ({ kind: 'check_in', id, on: at.slice(0, 10), origin: 'patient', captured_at: at,
    moment: 'before_session', answers: { red_calf: '0', pain_now_nrs: '1' } })));
}"""


def test_nothing_called_saved_is_lost_in_many_kills(
    phone: Page, server: Server, cast: builders.Cast, open_page: Callable[..., Page]
) -> None:
    """The page is killed at whatever it does: every report whose saving had been told is there, in order, once."""
    context = phone.context
    context.set_offline(True)
    saved: list[str] = []
    context.on(
        "console",
        lambda said: saved.append(said.text.split()[1]) if said.text.startswith("saved ") else None,
    )
    for kill in range(N_KILLS):
        page = context.new_page()
        opened(page, server, "help/")
        page.evaluate(f"ids => {{ ({KEEP})(ids) }}", [f"kill-{kill}-{n}" for n in range(40)])
        page.wait_for_timeout(kill % 30 * 2)
        with contextlib.suppress(Exception):
            page.goto("chrome://crash", timeout=400)
        page.close()
    opened(phone, server)
    kept = phone.evaluate(HELD)
    ids = [one[0] for one in kept]
    assert len(saved) >= N_KILLS, "the kills came too early to show anything"
    assert set(saved) <= set(ids)
    assert [one[2] for one in kept] == list(range(1, len(kept) + 1))  # no number twice, none left out
    context.set_offline(False)
    assert phone.evaluate(SEND) is True
    assert {one.id for one in facts(cast, CheckIn)} == set(ids)


def test_two_tabs_and_two_phones_end_up_with_each_report_once(
    phone: Page, server: Server, cast: builders.Cast, open_page: Callable[..., Page]
) -> None:
    other = let_in(open_page("phone"), server, cast)
    tab = phone.context.new_page()
    opened_online(tab, server)
    for page, name in ((phone, "a"), (tab, "b"), (other, "c")):
        page.evaluate(KEEP, [f"{name}-{n}" for n in range(5)])
    expect(phone.get_by_text("10 not yet sent")).to_be_visible()
    expect(tab.get_by_text("10 not yet sent")).to_be_visible()
    expect(other.get_by_text("5 not yet sent")).to_be_visible()
    for page in (tab, phone, other, phone):
        page.evaluate(f"() => {{ ({SEND})() }}")
    for page in (phone, tab, other):
        expect(page.locator("[data-unsent]")).to_be_hidden()
    assert sorted(one.id for one in facts(cast, CheckIn)) == sorted(
        f"{x}-{n}" for x in "abc" for n in range(5)
    )
    states = services.phones_of(episode=cast.episode, by=cast.ada)
    assert [one.n_not_received for one in states] == [0, 0]


def opened_online(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/phone/help/")
    until_ready(page)


def test_a_server_restored_from_an_old_backup_gets_everything_again(
    phone: Page, server: Server, cast: builders.Cast, open_page: Callable[..., Page]
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the backup of this test is SQLite's")
    phones = [phone, *(let_in(open_page("phone"), server, cast) for _ in range(1))]
    backup = sqlite3.connect(":memory:")
    connection.ensure_connection()
    connection.connection.backup(backup)

    for number, page in enumerate(phones):
        page.evaluate(KEEP_MANY, [f"phone-{number}-{n}" for n in range(N_REPORTS // 2)])
        assert page.evaluate(SEND) is True
    assert len(facts(cast, CheckIn)) == N_REPORTS

    server.stop()
    connections.close_all()
    connection.ensure_connection()
    backup.backup(connection.connection)
    assert facts(cast, CheckIn) == []
    services.renew_epoch(by=log.Process("after_restore"))
    server.start()
    for page in phones:
        opened_online(page, server)
        expect(page.locator("[data-unsent]")).to_be_hidden()
    assert len({one.id for one in facts(cast, CheckIn)}) == N_REPORTS


def test_a_refused_report_stays_visible_with_its_reason(
    phone: Page, server: Server, cast: builders.Cast, axe: Callable[[Page], None]
) -> None:
    bad = KEEP.replace("at.slice(0, 10)", "'2031-01-01'")
    phone.evaluate(bad, ["from-the-future"])
    phone.evaluate(SEND)
    expect(phone.get_by_text("1 not taken")).to_be_visible()
    phone.reload()  # with the server too
    expect(phone.get_by_text("The date lies in the future.")).to_be_visible()
    picture(phone, "online-refused")
    axe(phone)
    phone.context.set_offline(True)
    opened(phone, server)
    expect(phone.get_by_text("The date lies in the future.")).to_be_visible()
    picture(phone, "offline-refused")
    axe(phone)
    assert phone.evaluate(HELD)[0][:2] == ["from-the-future", "refused"]


def test_a_phone_whose_clock_is_a_day_ahead_reports_the_right_day(
    open_page: Callable[..., Page], server: Server, cast: builders.Cast, forgive: Callable[[str], None]
) -> None:
    forgive(NOT_REACHED)
    page = open_page("phone")
    page.clock.install(time=clock.now() + timedelta(days=1))
    let_in(page, server, cast)
    page.context.set_offline(True)
    opened(page, server, "check/")
    answer_check(page)
    expect(page.get_by_text("1 not yet sent")).to_be_visible()
    page.context.set_offline(False)
    assert page.evaluate(SEND) is True
    (report,) = facts(cast, CheckIn)
    assert report.on == cast.clinic.today()
    (state,) = services.phones_of(episode=cast.episode, by=cast.ada)
    assert abs(state.skew_s - 86_400) < 600


def test_signing_out_erases_what_is_safe_and_locks_what_is_not(
    phone: Page, server: Server, cast: builders.Cast
) -> None:
    phone.evaluate(KEEP, ["sent"])
    phone.evaluate(SEND)
    phone.goto(f"{server.url}/phone/help/")
    until_ready(phone)
    phone.route("**/phone/sync/", lambda route: route.abort())
    phone.evaluate(KEEP, ["unsent"])
    phone.get_by_role("button", name="Sign out", exact=True).click()
    expect(phone.get_by_role("dialog", name="1 report is not sent yet.")).to_be_visible()
    with phone.expect_navigation():
        phone.get_by_role("button", name="Sign out all the same").click()
    left = phone.evaluate(
        """() => new Promise(resolve => {
          const opening = indexedDB.open('mortise');
          opening.onsuccess = () => {
            const tx = opening.result.transaction(['items', 'meta']);
            const items = tx.objectStore('items').getAll();
            const meta = tx.objectStore('meta').getAllKeys();
            tx.oncomplete = () => resolve([items.result.map(one => one.id), meta.result.map(String)]);
          };
        })"""
    )
    assert left[0] == ["unsent"]
    assert not any(key.startswith(("keys:", "plan:", "draft:")) or key == "person" for key in left[1])

    phone.unroute("**/phone/sync/")
    phone.context.set_offline(True)
    opened(phone, server)
    expect(phone.get_by_role("heading", name="There is no plan on this phone yet.")).to_be_visible()
    phone.context.set_offline(False)
    let_in(phone, server, cast)  # the same person opens their link again
    phone.reload()
    until_ready(phone)
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert {one.id for one in facts(cast, CheckIn)} == {"sent", "unsent"}


def test_a_plan_that_was_changed_on_the_phone_is_not_shown(phone: Page, server: Server) -> None:
    phone.context.set_offline(True)
    opened(phone, server)
    phone.evaluate(
        """async () => {
          const { note, setNote } = await import('/static/phone/js/parts/outbox.js');
          const plan = await note('plan');
          await setNote('plan', { ...plan, body: plan.body.replace('"is_locked":false', '"is_locked":true ') });
        }"""
    )
    opened(phone, server)
    expect(phone.get_by_role("heading", name="The plan on this phone is damaged.")).to_be_visible()
    expect(phone.get_by_text("Call the emergency line now")).to_be_visible()


def test_a_new_version_is_offered_and_no_page_mixes_two(
    phone: Page, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = phone.evaluate("caches.keys()")
    kept = shell(content())
    monkeypatch.setattr(
        "mortise.web.phone.views_offline.shell", lambda _: kept._replace(version="another-version")
    )
    phone.evaluate("navigator.serviceWorker.getRegistration().then(one => one.update())")
    expect(phone.get_by_text("A new version is here.")).to_be_visible()
    assert "mortise-shell-" + kept.version in phone.evaluate("caches.keys()")  # the old one still serves
    picture(phone, "new-version")
    with phone.expect_navigation():
        phone.get_by_role("button", name="Use it").click()
    until_ready(phone)
    names = [name for name in phone.evaluate("caches.keys()") if name.startswith("mortise-shell-")]
    assert names == ["mortise-shell-another-version"]
    assert "mortise-shell-another-version" not in old


def test_switched_off_the_worker_and_its_shell_go(
    phone: Page, settings: Any, forgive: Callable[[str], None]
) -> None:
    settings.PHONE_OFFLINE = False
    # The worker puts itself away while the page is loaded again; Chromium may be looking for a newer one just then.
    forgive(r"^console error: An unknown error occurred when fetching the script\.$")
    phone.evaluate("navigator.serviceWorker.getRegistration().then(one => one.update())")
    for _ in range(50):
        if not [n for n in phone.evaluate("caches.keys()") if n.startswith("mortise-shell-")]:
            break
        phone.wait_for_timeout(100)
    assert not [n for n in phone.evaluate("caches.keys()") if n.startswith("mortise-shell-")]
    phone.reload()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()


def test_no_page_of_a_person_is_ever_in_a_cache(phone: Page, server: Server) -> None:
    for path in ("", "check/", "progress/", "help/", "test/"):
        phone.goto(f"{server.url}/phone/{path}")
    until_ready(phone)
    kept = phone.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
          return found;
        }"""
    )
    assert "/phone/shell/en-gb/" in kept
    pages = [path for path in kept if not path.startswith(("/static/", "/phone/figure/"))]
    assert sorted(pages) == ["/phone/manifest.webmanifest", "/phone/shell/en-gb/"]


def test_it_can_be_installed(phone: Page) -> None:
    session = phone.context.new_cdp_session(phone)
    errors = [one["errorId"] for one in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert [one for one in errors if one != "in-incognito"] == []
    assert session.send("Page.getAppManifest")["errors"] == []


def test_a_phone_left_alone_for_a_month_keeps_what_is_unsent_and_nothing_else(
    phone: Page, server: Server
) -> None:
    phone.context.set_offline(True)
    opened(phone, server, "help/")
    phone.evaluate(KEEP, ["unsent"])
    phone.evaluate(
        """async () => (await import('/static/phone/js/parts/db.js')).write('seen_ms', Date.now() - 31 * 86400000)"""
    )
    opened(phone, server, "help/")
    expect(phone.get_by_text("1 not yet sent")).to_be_visible()
    opened(phone, server)
    expect(phone.get_by_role("heading", name="There is no plan on this phone yet.")).to_be_visible()
    assert [one[:2] for one in phone.evaluate(HELD)] == [["unsent", "waiting"]]


def test_a_shared_phone_sends_nobodys_report_as_somebody_elses(
    phone: Page, server: Server, cast: builders.Cast
) -> None:
    phone.context.set_offline(True)
    phone.evaluate(KEEP, ["of-ben"])
    phone.context.set_offline(False)
    phone.route("**/phone/sync/", lambda route: route.abort())
    token = services.make_phone_link(patient=cast.dora, by=cast.cy).token
    phone.goto(f"{server.url}/enter/{token}/")
    phone.get_by_role("button").click()
    until_ready(phone)
    phone.unroute("**/phone/sync/")
    phone.reload()
    until_ready(phone)
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert phone.evaluate(HELD) == []
    assert list(services.record_of(episode=cast.dora_episode, by=cast.cy).of_kind(CheckIn)) == []
    let_in(phone, server, cast)
    phone.reload()
    until_ready(phone)
    assert [one.id for one in facts(cast, CheckIn)] == ["of-ben"]
