"""The phone when networks, servers, stores and clocks misbehave: nothing called saved is lost, nothing loosens."""

from __future__ import annotations

import os
import signal
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect
from playwright.sync_api import Error as PlaywrightError

from mortise.protocol import Circumstances
from mortise.record import CheckIn, SessionLog
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.phone.envelope import sealed_envelope
from mortise.web.phone.shell import shell
from mortise.web.phone.visits import Visit
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
    tap,
    train,
    until_ready,
)
from tests.support.browser import KINDS
from tests.support.chromium import FLAGS
from tests.support.leaving_out import chromium_path
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
IS_FULL = os.environ.get("FULL_SIZE") == "1"
N_BROWSER_KILLS = 25 if IS_FULL else 3
FETCH = "async () => (await import('/static/phone/js/parts/contact.js')).fetchPlan()"
PLAN = """async () => {
  const { heldPlan } = await import('/static/phone/js/parts/contact.js');
  const found = await heldPlan();
  return 'plan' in found ? found.plan.tag : found.trouble;
}"""
WHO = "async () => (await import('/static/phone/js/parts/vault.js')).person()"


# ------------------------------------------------------------------ what stands between the phone and its server

SIGN_IN = "<!doctype html><title>Welcome to the café</title><a href=//login.example>Sign in</a>"
ANSWERS: dict[str, dict[str, Any]] = {
    "a page to sign in": {"status": 200, "content_type": "text/html", "body": SIGN_IN},
    "a page with status 511": {"status": 511, "content_type": "text/html", "body": SIGN_IN},
    "json of somebody else": {"status": 200, "json": {"status": "ok", "answers": []}},
    "an empty thing": {"status": 200, "json": {}},
    "null": {"status": 200, "json": None},
    "a list": {"status": 200, "json": []},
    "half an answer": {"status": 200, "content_type": "application/json", "body": '{"epoch": "x", "answ'},
    "an answer of an unheard kind": {
        "status": 200,
        "json": {"epoch": "x", "now_ms": 1, "answers": [{"sequence": 1, "id": "kept", "outcome": "fine"}]},
    },
    "nothing, 204": {"status": 204},
    "not modified": {"status": 304},
    "gone, by a proxy": {"status": 410, "content_type": "text/html", "body": "gone"},
    "gone, as json": {"status": 410, "json": {"error": "gone"}},
    "too large, by a proxy": {"status": 413, "content_type": "text/html", "body": "<h1>413</h1>"},
    "a bad request, by a proxy": {"status": 400, "content_type": "text/html", "body": "<h1>400</h1>"},
    "somewhere else": {"status": 302, "headers": {"Location": "/phone/help/"}},
    "somewhere else, with the body": {"status": 307, "headers": {"Location": "/phone/help/"}},
    "broken": {"status": 500, "body": "oops"},
    "a bad gateway": {"status": 502, "body": "oops"},
    "a link shut, of somebody else": {
        "status": 410,
        "json": {"code": "link.shut", "message": "Shut.", "person": "0123456789abcdef"},
    },
    "a link shut, of nobody": {"status": 410, "json": {"code": "link.shut", "message": "Shut."}},
    "signed out": {"status": 401, "json": {"code": "signed_out", "message": "Sign in."}},
    "refused": {"status": 403, "body": ""},
    "slow down": {"status": 429, "body": ""},
}


def answering(**answer: Any) -> Callable[[Route], None]:
    return lambda route: route.fulfill(**answer)


def test_whatever_answers_in_the_servers_place_loses_nothing_and_changes_nothing(
    phone: Page, server: Server, cast: builders.Cast, forgive: Callable[[str], None]
) -> None:
    forgive("Failed to load resource|Fetch API cannot load|ERR_FAILED|redirect")
    phone.goto(f"{server.url}/phone/help/")
    until_ready(phone)
    who, plan = phone.evaluate(WHO), phone.evaluate(PLAN)
    phone.evaluate(KEEP, ["kept"])
    for name, answer in ANSWERS.items():
        phone.route("**/phone/sync/", answering(**answer))
        phone.route("**/phone/envelope/", answering(**answer))
        assert phone.evaluate(SEND) is False, name
        phone.evaluate(FETCH)
        assert phone.evaluate(HELD) == [["kept", "waiting", 1]], name
        assert (phone.evaluate(WHO), phone.evaluate(PLAN)) == (who, plan), name
        phone.unroute("**/phone/sync/")
        phone.unroute("**/phone/envelope/")
    expect(phone.get_by_text("1 not yet sent")).to_be_visible()
    assert phone.evaluate(SEND) is True
    assert phone.evaluate(FETCH) is True
    assert [one.id for one in facts(cast, CheckIn)] == ["kept"]


def test_an_envelope_changed_on_its_way_or_of_somebody_else_changes_nothing(
    phone: Page, server: Server, cast: builders.Cast
) -> None:
    who, plan = phone.evaluate(WHO), phone.evaluate(PLAN)
    own = phone.evaluate("async () => (await fetch('/phone/envelope/', {cache: 'no-store'})).json()")
    dora = sealed_envelope(
        Visit(cast.dora.user, cast.dora, cast.dora_episode, cast.clinic.today(), Circumstances(), content())
    )
    assert own["person"] == who
    changed = {
        "the body": own | {"body": own["body"].replace('"is_locked":false', '"is_locked":true ')},
        "the seal": own | {"seal": "0" * 64},
        "her body under his name": own | {"body": dora["body"]},
        "her body and seal under his name": own | {"body": dora["body"], "seal": dora["seal"]},
        "her name on his": own | {"person": dora["person"]},
        "her name and keys on his": own | {"person": dora["person"], "seal_key": dora["seal_key"]},
        "no json in it": own | {"body": "x"},
    }
    for name, envelope in changed.items():
        phone.route("**/phone/envelope/", answering(json=envelope))
        assert phone.evaluate(FETCH) is False, name
        assert (phone.evaluate(WHO), phone.evaluate(PLAN)) == (who, plan), name
        phone.unroute("**/phone/envelope/")


@pytest.fixture
def never_answer() -> Iterator[Callable[[Route], None]]:
    """Return what takes a request and says nothing until the test is over."""
    taken: list[Route] = []
    yield lambda route: taken.append(route)
    for route in taken:
        with suppress(PlaywrightError):  # its page has moved on
            route.abort()


def test_saving_goes_on_when_the_server_never_answers(
    phone: Page, server: Server, never_answer: Callable[[Route], None]
) -> None:
    """A server that takes the connection and says nothing holds nobody up."""
    phone.goto(f"{server.url}/phone/message/")
    until_ready(phone)
    phone.route("**/phone/sync/", never_answer)
    phone.locator("textarea").fill("It is stiff in the morning.")
    phone.get_by_role("button", name="Send").click()
    phone.wait_for_url("**/phone/", timeout=25_000)
    expect(phone.get_by_text("1 not yet sent")).to_be_visible()


def test_what_to_do_about_a_danger_sign_is_said_at_once_when_the_server_hangs(
    phone: Page, server: Server, never_answer: Callable[[Route], None]
) -> None:
    phone.goto(f"{server.url}/phone/check/")
    until_ready(phone)
    phone.route("**/phone/sync/", never_answer)
    phone.route(lambda url: url.endswith("/phone/"), never_answer)
    tap(phone, "which", "red_calf")
    tap(phone, "any_of_these", "some")
    phone.get_by_role("button", name="Next").click()
    expect(phone.get_by_role("alert")).to_contain_text("Call the emergency line now", timeout=15_000)


class Dripping(socketserver.ThreadingTCPServer):
    """A server that begins a page and never ends it."""

    allow_reuse_address = True
    daemon_threads = True  # a connection on which the browser asks nothing holds nobody up

    def __init__(self, port: int) -> None:
        self.is_over = threading.Event()
        super().__init__(("127.0.0.1", port), HalfAPage)

    def __enter__(self) -> Dripping:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.shutdown()
        self.server_close()


class HalfAPage(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        if self.request.recv(100):
            self.request.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90000\r\n\r\n<h1>Half a"
            )
            self.server.is_over.wait()  # type: ignore[attr-defined]


def test_a_page_that_never_ends_makes_way_for_the_phones_own(phone: Page, server: Server) -> None:
    port = int(server.url.rpartition(":")[2])
    server.stop()
    with Dripping(port):
        phone.goto(f"{server.url}/phone/", timeout=60_000)
        phone.locator("html[data-page=open]").wait_for(state="attached")
        expect(phone.get_by_role("heading", level=1)).to_contain_text("First, how is the ankle?")


def test_one_report_at_which_the_server_breaks_keeps_no_other_back(
    phone: Page, cast: builders.Cast, forgive: Callable[[str], None]
) -> None:
    forgive("Failed to load resource")

    def break_at(route: Route, request: Request) -> None:
        if "poison" in (request.post_data or ""):
            route.fulfill(status=500, body="oops")
        else:
            route.continue_()

    phone.route("**/phone/sync/", break_at)
    phone.evaluate(KEEP, ["poison", "a", "b"])
    assert phone.evaluate(SEND) is False
    assert {one.id for one in facts(cast, CheckIn)} == {"a", "b"}
    assert phone.evaluate(HELD)[0] == ["poison", "waiting", 1]
    expect(phone.get_by_text("1 not yet sent")).to_be_visible()
    phone.unroute("**/phone/sync/")
    assert phone.evaluate(SEND) is True
    assert len(facts(cast, CheckIn)) == 3


def test_one_report_that_cannot_be_opened_keeps_no_other_back(phone: Page, cast: builders.Cast) -> None:
    phone.evaluate(KEEP, ["spoilt", "a"])
    phone.evaluate(
        """async () => {
          const { transaction } = await import('/static/phone/js/parts/db.js');
          await transaction('readwrite', async (_, items, ask) => {
            const item = await ask(items.get('spoilt'));
            await ask(items.put({ ...item, box: { ...item.box, iv: new Uint8Array(12) } }));
          });
        }"""
    )
    assert phone.evaluate(SEND) is False
    assert [one.id for one in facts(cast, CheckIn)] == ["a"]
    expect(phone.get_by_text("1 not yet sent")).to_be_visible()


# ------------------------------------------------------------------ two tabs, two phones, two people


def test_two_tabs_that_tell_one_report_differently_are_both_kept(
    phone: Page, server: Server, cast: builders.Cast
) -> None:
    phone.evaluate(KEEP, ["same"])
    phone.evaluate(KEEP, ["same"])  # the same again is one
    tab = phone.context.new_page()
    tab.goto(f"{server.url}/phone/help/")
    until_ready(tab)
    tab.evaluate(KEEP.replace("pain_now_nrs: '1'", "pain_now_nrs: '7'"), ["same"])
    assert len(phone.evaluate(HELD)) == 2
    assert phone.evaluate(SEND) is True
    assert sorted(int(one.answers["pain_now_nrs"]) for one in facts(cast, CheckIn)) == [1, 7]
    story = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert story.decision.load.value in ("rest", "ease"), "the worse counts"


def test_two_phones_that_answer_one_day_differently_end_with_the_worse(
    phone: Page, server: Server, cast: builders.Cast, open_page: Callable[..., Page]
) -> None:
    other = let_in(open_page("phone"), server, cast)
    for page, pain in ((phone, "0"), (other, "5")):
        page.context.set_offline(True)
        opened(page, server, "check/")
        answer_check(page, pain_now_nrs=pain)
    for page in (other, phone, other):
        page.context.set_offline(False)
        page.goto(f"{server.url}/phone/")
        until_ready(page)
    assert sorted(int(one.answers["pain_now_nrs"]) for one in facts(cast, CheckIn)) == [0, 5]
    for page in (phone, other):
        page.goto(f"{server.url}/phone/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("A lighter day")
        until_ready(page)
        page.context.set_offline(True)
        opened(page, server)
        expect(page.get_by_role("heading", level=1)).to_contain_text("A lighter day")


def test_what_another_tab_writes_down_during_a_sign_out_stays(phone: Page, server: Server) -> None:
    phone.context.set_offline(True)
    opened(phone, server, "help/")
    left = phone.evaluate(
        """async () => {
          const { keep, signOut } = await import('/static/phone/js/parts/outbox.js');
          const { transaction } = await import('/static/phone/js/parts/db.js');
          const fact = (id) => ({ kind: 'check_in', id, on: '2026-01-01', answers: {} });
          const saved = [];
          const keeping = (async () => {
            for (let n = 0; n < 30; n += 1) await keep([fact(`k${n}`)]).then(() => saved.push(`k${n}`), () => {});
          })();
          await new Promise((resolve) => setTimeout(resolve, 15));
          await signOut();
          await keeping;
          const there = await transaction('readonly', (_, items, ask) => ask(items.getAllKeys()));
          return [saved, there];
        }"""
    )
    assert left[0]
    assert set(left[0]) <= set(left[1])


def test_a_revoked_link_keeps_what_is_unsent_until_there_is_a_new_one(
    phone: Page, server: Server, cast: builders.Cast, forgive: Callable[[str], None]
) -> None:
    forgive("Failed to load resource")
    phone.context.set_offline(True)
    phone.evaluate(KEEP, ["unsent"])
    for link in services.phone_links_of(patient=cast.ben):
        services.revoke_phone_link(link=link, by=cast.ada)
    phone.context.set_offline(False)
    phone.wait_for_url("**/phone/shut/")  # the page hears it at this contact and makes way
    phone.locator("html[data-plan=closed]").wait_for(state="attached")
    assert phone.evaluate(SEND) is False
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    assert facts(cast, CheckIn) == []
    let_in(phone, server, cast)
    phone.reload()
    until_ready(phone)
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert [one.id for one in facts(cast, CheckIn)] == ["unsent"]


# ------------------------------------------------------------------ the store

FAULTY = """async name => {
  const box = await import('/static/phone/js/parts/outbox.js');
  const { transaction } = await import('/static/phone/js/parts/db.js');
  const who = await (await import('/static/phone/js/parts/vault.js')).person();
  const fact = (id, pain) => ({ kind: 'check_in', id, on: '2026-01-01', answers: { pain_now_nrs: pain } });
  const ids = () => transaction('readonly', (_, items, ask) => ask(items.getAllKeys()));
  const isUnsent = (one) => one.state !== 'acknowledged';
  const unsent = async () => (await box.itemsOf(who)).filter(isUnsent).map((one) => one.id);
  const works = {
    keep: (n) => box.keep([fact(`new-${n}-a`, '1'), fact(`new-${n}-b`, '1')]),
    keep_another: (n) => box.keep([fact('first', String(n))]),
    answered: () => box.answered(who, [{ sequence: 1, id: 'first', outcome: 'stored', reason: '' }], 'another epoch'),
    tidy: () => box.tidy(),
    note: () => box.setNote('draft', { on: 'x' }),
    failed: () => box.failed('first'),
    signOut: () => box.signOut(),
  };
  let left = Infinity;
  const store = IDBObjectStore.prototype;
  for (const method of ['put', 'add', 'get', 'getAll', 'delete']) {
    const real = store[method];
    store[method] = function (...args) {
      left -= 1;
      if (left === 0) throw new DOMException('full', 'QuotaExceededError');
      return real.apply(this, args);
    };
  }
  await box.keep([fact('first', '0'), fact('second', '0')]);
  const told = [];
  for (let n = 1; n < 60; n += 1) {
    const [before, waiting] = [await ids(), await unsent()];
    left = n;
    let outcome = 'resolved';
    try { await works[name](n); } catch { outcome = 'rejected'; }
    const fired = left <= 0;
    left = Infinity;
    const after = await ids();
    const sequence = (await box.sender(who)).last_sequence;
    const numbers = (await box.itemsOf(who)).map((one) => one.sequence);
    told.push({ n, outcome, fired, new: after.filter((id) => !before.includes(id)).length,
      lost: waiting.filter((id) => !after.includes(id)), sequence, numbers });
    if (!fired) break;
  }
  return told;
}"""


WORKS = ("keep", "keep_another", "answered", "tidy", "note", "failed", "signOut")


def test_a_store_that_fails_at_any_step_keeps_all_or_nothing(phone: Page, server: Server) -> None:
    """A full store at the first step, the second, and so on until no step is left: as SQLite tests its own."""
    phone.context.set_offline(True)
    for work in WORKS:
        opened(phone, server, "help/")
        told = phone.evaluate(FAULTY, work)
        assert (told[-1]["fired"], told[-1]["outcome"]) == (False, "resolved"), "the last run went through"
        assert len(told) > 2, "no step failed"
        for one in told:
            assert one["lost"] == [], (work, one)
            numbers = one["numbers"]  # an acknowledged one goes with the sign-out
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "none twice, none left out"
            n_new = {"keep": 2, "keep_another": 1}.get(work, 0)
            assert one["new"] == (n_new if one["outcome"] == "resolved" else 0), (work, one)


REFUSES = """(() => {
  IDBFactory.prototype.open = () => { throw new DOMException('private', 'SecurityError'); };
})()"""
FULL = """(() => {
  const real = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function () { throw new DOMException('full', 'QuotaExceededError'); };
})()"""


@pytest.mark.parametrize("script", [REFUSES, FULL], ids=["private", "full"])
def test_where_nothing_can_be_kept_the_server_takes_it(
    open_page: Callable[..., Page],
    server: Server,
    cast: builders.Cast,
    forgive: Callable[[str], None],
    script: str,
) -> None:
    page = open_page("phone")
    page.add_init_script(script)
    token = services.make_phone_link(patient=cast.ben, by=cast.ada).token
    page.goto(f"{server.url}/enter/{token}/")
    page.get_by_role("button").click()
    page.goto(f"{server.url}/phone/check/")
    tap(page, "any_of_these", "none")
    page.get_by_role("button", name="Next").click()
    while page.get_by_role("heading", name="Before you start").count():
        for name in page.locator('main input[type="radio"]').evaluate_all(
            "all => [...new Set(all.map(one => one.name))]"
        ):
            tap(page, name, "1" if name.endswith("_nrs") else "0")
        with page.expect_navigation():
            page.locator(".p-dock .btn--big").click()
    assert len(facts(cast, CheckIn)) == 1
    page.get_by_role("link", name="Start", exact=True).click()
    train(page)
    with page.expect_navigation(url="**/phone/"):
        page.locator("[data-finish] .btn--big").click()
    assert len(facts(cast, SessionLog)) == 1


def test_without_a_store_and_a_server_the_page_says_so_and_shows_the_help(
    phone: Page, server: Server
) -> None:
    phone.context.set_offline(True)
    phone.add_init_script(REFUSES)
    opened(phone, server)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("This browser keeps nothing here")
    expect(phone.get_by_text("Call the emergency line now")).to_be_visible()
    opened(phone, server, "help/")
    expect(phone.get_by_role("heading", name="Help")).to_be_visible()


def test_a_store_that_the_browser_closes_is_opened_again(phone: Page) -> None:
    phone.evaluate("async () => (await (await import('/static/phone/js/parts/db.js')).database()).close()")
    phone.evaluate(KEEP, ["after"])
    assert phone.evaluate(HELD)[0][0] == "after"


def test_a_browser_killed_with_all_its_processes_loses_nothing_called_saved(
    browser: Browser, server: Server, cast: builders.Cast, tmp_path: Path
) -> None:
    saved: list[str] = []
    for kill in range(N_BROWSER_KILLS + 1):
        context = browser.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium_path(),
            headless=True,
            args=list(FLAGS),
            **KINDS["phone"],
        )
        page = context.new_page()
        if kill == 0:
            let_in(page, server, cast)
        context.set_offline(True)
        opened(page, server, "help/")
        if kill == N_BROWSER_KILLS:
            kept = page.evaluate(HELD)
            context.set_offline(False)
            let_in(page, server, cast)  # a browser killed at once has not written down who is signed in
            assert page.evaluate(SEND) is True
            context.close()
            break
        page.on(
            "console",
            lambda said: saved.append(said.text.split()[1]) if said.text.startswith("saved ") else None,
        )
        page.evaluate(f"ids => {{ ({KEEP})(ids) }}", [f"kill-{kill}-{n}" for n in range(200)])
        n_before = len(saved)
        for _ in range(500):  # on a slow machine, too, some kills come after the first that is saved
            if len(saved) - n_before >= kill % 7:
                break
            page.wait_for_timeout(10)
        page.wait_for_timeout(kill % 10 * 13)
        for pid in of_profile(tmp_path / "profile"):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(Exception):  # noqa: B017, PT011 it is gone, whatever Playwright calls that
            page.evaluate("1")
        for left in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
            (tmp_path / "profile" / left).unlink(missing_ok=True)
    assert len(saved) >= N_BROWSER_KILLS, "the kills came too early to show anything"
    assert set(saved) <= {one[0] for one in kept}
    assert [one[2] for one in kept] == list(range(1, len(kept) + 1))
    assert set(saved) <= {one.id for one in facts(cast, CheckIn)}


def of_profile(folder: Path) -> list[int]:
    """Return the processes of the browser that runs on this profile: only those that this test started."""
    rows = subprocess.run(["ps", "-ewwo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [int(row.split()[0]) for row in rows.splitlines() if f"--user-data-dir={folder}" in row]


# ------------------------------------------------------------------ versions and clocks


def to_the_session(page: Page, server: Server) -> None:
    page.context.set_offline(True)
    opened(page, server, "check/")
    answer_check(page)
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()


def test_a_new_version_used_while_the_player_runs_goes_on_where_it_was(
    phone: Page, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_the_session(phone, server)
    phone.context.set_offline(False)
    phone.goto(f"{server.url}/phone/")
    phone.get_by_role("link", name="Start", exact=True).click()
    phone.locator('[data-do="skip"]').click()
    phone.locator('label:visible:has(input[data-field="outcome"][value="done"])').click()
    phone.locator('[data-do="next"]').click()
    phone.locator('[data-do="start"]').click()
    second = phone.locator("[data-exercise]:visible h2").inner_text()
    kept = shell(content())
    monkeypatch.setattr("mortise.web.phone.views_offline.shell", lambda _: kept._replace(version="another"))
    phone.evaluate("navigator.serviceWorker.getRegistration().then(one => one.update())")
    expect(phone.get_by_text("A new version is here.")).to_be_visible()
    expect(phone.locator("[data-exercise]:visible h2")).to_have_text(second)  # nothing changes by itself
    with phone.expect_navigation():
        phone.get_by_role("button", name="Use it").click()
    expect(phone.locator("[data-exercise]:visible h2")).to_have_text(second)
    expect(phone.locator('[data-do="toggle"]:visible')).to_have_count(1)  # it runs on
    assert phone.locator('input[data-field="outcome"][value="done"]').first.is_checked()


SET = """hours => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) {
      super(...(given.length ? given : [Date.now()]));
    }
    static now() {
      return Real.now() + hours * 3_600_000;
    }
  };
}"""
ELAPSED = """() => {
  const key = Object.keys(localStorage).find((one) => one.startsWith('mortise-session-'));
  const { clock, step } = JSON.parse(localStorage.getItem(key));
  return [step, clock.elapsed_ms];
}"""


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_set_during_a_session_neither_stops_it_nor_does_sets(
    phone: Page, server: Server, hours: int
) -> None:
    to_the_session(phone, server)
    opened(phone, server, "session/")
    phone.locator('[data-do="start"]').click()
    phone.wait_for_timeout(700)
    phone.evaluate(SET, hours)
    phone.wait_for_timeout(900)
    phone.locator('[data-do="toggle"]:visible').click()
    step, elapsed_ms = phone.evaluate(ELAPSED)
    assert step == "run"
    assert 1_400 < elapsed_ms < 4_000, elapsed_ms


def test_a_clock_set_back_while_the_app_was_killed_lets_the_session_run_on(
    phone: Page, server: Server
) -> None:
    to_the_session(phone, server)
    opened(phone, server, "session/")
    phone.locator('[data-do="start"]').click()
    phone.wait_for_timeout(600)
    phone.add_init_script(f"({SET})(-2)")
    opened(phone, server, "session/")
    phone.wait_for_timeout(800)
    phone.locator('[data-do="toggle"]:visible').click()
    step, elapsed_ms = phone.evaluate(ELAPSED)
    assert step == "run"
    assert 600 < elapsed_ms < 4_000, elapsed_ms


def test_a_clock_set_back_on_the_open_page_changes_no_day(
    open_page: Callable[..., Page],
    server: Server,
    forgive: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half past midnight, set back to half past ten of the day before: the report is still of the new day."""
    forgive(NOT_REACHED)
    now = datetime(2026, 6, 10, 23, 30, tzinfo=UTC)  # 00:30 in London
    monkeypatch.setattr("mortise.web.audit.clock.now", lambda: now)
    monkeypatch.setattr("wsgiref.handlers.format_date_time", lambda _: f"{now:%a, %d %b %Y %H:%M:%S} GMT")
    cast: Any = builders.cast()
    cast.clinic.time_zone = "Europe/London"
    cast.clinic.save()
    page = open_page("phone")
    page.clock.install(time=now)
    let_in(page, server, cast)
    page.context.set_offline(True)
    opened(page, server, "check/")
    page.evaluate(SET, -2)
    answer_check(page)
    page.context.set_offline(False)
    assert page.evaluate(SEND) is True
    (report,) = facts(cast, CheckIn)
    assert report.on.isoformat() == "2026-06-11"


def test_a_check_begun_before_midnight_and_ended_after_it_is_taken(
    open_page: Callable[..., Page],
    server: Server,
    forgive: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forgive(NOT_REACHED)
    now = [datetime(2026, 6, 10, 22, 57, tzinfo=UTC)]  # 23:57 in London
    monkeypatch.setattr("mortise.web.audit.clock.now", lambda: now[0])
    monkeypatch.setattr("wsgiref.handlers.format_date_time", lambda _: f"{now[0]:%a, %d %b %Y %H:%M:%S} GMT")
    cast: Any = builders.cast()
    cast.clinic.time_zone = "Europe/London"
    cast.clinic.save()
    page = open_page("phone")
    page.clock.install(time=now[0])
    let_in(page, server, cast)
    page.context.set_offline(True)
    opened(page, server, "check/")
    tap(page, "any_of_these", "none")
    page.get_by_role("button", name="Next").click()
    now[0] += timedelta(minutes=6)
    page.clock.fast_forward(6 * 60_000)
    n_steps = int(page.locator("[data-step-of]").inner_text().split()[-1])
    for number in range(2, n_steps + 1):
        expect(page.locator("[data-step-of]")).to_have_text(f"{number} of {n_steps}")
        for name in page.locator('main input[type="radio"]').evaluate_all(
            "all => [...new Set(all.map(one => one.name))]"
        ):
            tap(page, name, "1" if name.endswith("_nrs") else "0")
        page.locator(".p-dock .btn--big").click()
    expect(page.get_by_text("1 not yet sent")).to_be_visible()
    page.context.set_offline(False)
    assert page.evaluate(SEND) is True
    expect(page.locator("[data-unsent]")).to_be_hidden()
    (report,) = facts(cast, CheckIn)
    assert report.on.isoformat() in ("2026-06-10", "2026-06-11")
