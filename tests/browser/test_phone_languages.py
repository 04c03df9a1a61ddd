"""Every page of the phone in the mirror, with a server and without: nothing hard-wired, laid out from right to left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page

from mortise.record import CheckIn, Reading
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.ui.languages import MIRROR
from tests.browser.phones import NOT_REACHED, Server, let_in, opened
from tests.support.mirror import not_mirrored
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "", "check/", "progress/", "help/", "ready/", "questions/", "message/", "live/", "live/lunge/", "test/",
    "session/", "session/change/", "agreed/", "questions/named-activities/", "questions/global-change/",
)  # fmt: skip
WITHOUT_SERVER = (
    "",
    "check/",
    "help/",
    "progress/",
    "questions/",
    "message/",
    "test/",
    "live/",
    "live/lunge/",
)
JUDGE = Path(__file__).with_name("judge_looks.js").read_text(encoding="utf-8")


def told_for_weeks() -> builders.Cast:
    """Ben, three weeks in, at a clinic that has telephones: questions answered, sessions told, a message written."""
    made = builders.cast()
    clinic = made.ben.clinic
    clinic.phone, clinic.emergency_line = "555 0100", "555 0112"
    clinic.save()
    told(made)
    return made


@pytest.fixture
def cast(server: Server) -> builders.Cast:
    return told_for_weeks()


def told(made: builders.Cast) -> None:
    """Put ten days on the record: checks every day, two tests by tape, a message."""
    today = made.ben.clinic.today()
    made.episode.opened_on = today - timedelta(days=20)
    made.episode.save()
    asked = content().protocol(made.episode.protocol)
    facts: list[CheckIn | Reading] = []
    for n in range(9, 0, -1):
        answers = dict.fromkeys(asked.red_flags, Decimal(0)) | dict.fromkeys(asked.check_in, Decimal(n % 3))
        answers |= dict.fromkeys(asked.red_flags, Decimal(0))
        facts.append(builders.check_in(today - timedelta(days=n), answers=answers))
    facts += [builders.lunge_cm(today - timedelta(days=n), f"{7 + n % 2}.5") for n in (9, 2)]
    services.answer_report(episode=made.episode, facts=facts, on=today, by=made.ben.user)
    services.write_message(episode=made.episode, message_id=uuid4(), words="⟦⟧", by=made.ben.user)


def answer_check(made: builders.Cast, **answers: int) -> None:
    """Answer today's check, calm unless said otherwise."""
    today = made.ben.clinic.today()
    asked = content().protocol(made.episode.protocol)
    calm = dict.fromkeys([*asked.check_in, *asked.red_flags], Decimal(0))
    calm |= {name: Decimal(value) for name, value in answers.items()}
    fact = builders.check_in(today, answers=calm)
    services.answer_report(episode=made.episode, facts=[fact], on=today, by=made.ben.user)


def first_check(made: builders.Cast) -> str:
    record = services.record_of(episode=made.episode, by=made.ada)
    newest = max(record.of_kind(CheckIn), key=lambda one: one.on)
    return f"answers/{newest.id}/"


def report_danger(made: builders.Cast) -> None:
    flag = content().protocol(made.episode.protocol).red_flags[0]
    answer_check(made, **{flag: 1})


def names_of(made: builders.Cast) -> list[str]:
    return [made.ben.clinic.name, "Ada", "Ben"]


def speak(made: builders.Cast, language: str) -> None:
    made.ben.user.language = language
    made.ben.user.save()


def faults_at(page: Page, server: Server, path: str, names: list[str]) -> list[str]:
    page.goto(f"{server.url}/phone/{path}")
    page.locator("html[data-scripts=on]").wait_for(state="attached")
    return [f"/phone/{path} {one}" for one in not_mirrored(page, names)]


def test_every_page_speaks_the_mirror_with_a_server_and_without(
    open_page: Callable[..., Page],
    server: Server,
    cast: builders.Cast,
    forgive: Any,
    axe: Callable[[Page], None],
) -> None:
    forgive(NOT_REACHED)
    forgive(r"status of 404")
    speak(cast, MIRROR)
    names = names_of(cast)
    page = let_in(open_page("phone", locale=MIRROR), server, cast)
    found: list[str] = []
    for path in PAGES:
        found += faults_at(page, server, path, names)
        looks_mirrored(page, axe if path in ("", "progress/") else None)
    found += faults_at(page, server, "questions/" + first_questionnaire(page), names)
    answer_check(cast)
    for path in ("", "session/", "answers/", first_check(cast)):
        found += faults_at(page, server, path, names)
        looks_mirrored(page, axe)
    page.context.set_offline(True)
    for path in (*WITHOUT_SERVER, "answers/", first_check(cast), "test/?test=hop"):
        opened(page, server, path)
        found += [f"without the server /phone/{path} {one}" for one in not_mirrored(page, names)]
    page.context.set_offline(False)
    report_danger(cast)
    found += faults_at(page, server, "", names)
    services.discharge(
        episode=cast.episode, outcome="sent_on", reason="Seen elsewhere.", by=cast.ada, summary="⟦⟧"
    )
    found += faults_at(page, server, "", names)
    page.context.clear_cookies()
    for path in ("/enter/", "/sign-in/", "/enter/no-such-link/", "/no-such-page/"):
        page.goto(f"{server.url}{path}")
        found += [f"{path} {one}" for one in not_mirrored(page, names)]
    assert not found, "\n".join(found)


def first_questionnaire(page: Page) -> str:
    page.goto(page.url.partition("/phone/")[0] + "/phone/questions/")
    found = page.locator("[data-open-questionnaire]").first.get_attribute("data-open-questionnaire")
    return f"{found}/"


def looks_mirrored(page: Page, axe: Callable[[Page], None] | None) -> None:
    """The line of reading runs from right to left, and what is drawn does not turn round."""
    assert page.locator("html").get_attribute("dir") == "rtl"
    tabs = page.locator(".p-tabs li")
    if tabs.count() and tabs.first.is_visible():
        first, last = tabs.first.bounding_box(), tabs.last.bounding_box()
        assert first
        assert last
        assert first["x"] > last["x"]
    for drawn in ("figure.chart svg", "[data-figure] svg", ".mat svg"):
        for one in page.locator(drawn).all():
            style = one.evaluate(
                "node => [getComputedStyle(node).direction, getComputedStyle(node).transform]"
            )
            assert style == ["ltr", "none"], drawn
    for arrow in page.locator(".icon--way:visible").all():
        assert arrow.evaluate("node => getComputedStyle(node).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    assert page.viewport_size
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url} is {width} wide"
    assert page.evaluate(JUDGE, [["rtl", ""]]) == [], page.url
    if axe is not None:
        axe(page)


def test_a_hard_wired_word_is_found(
    open_page: Callable[..., Page], server: Server, cast: builders.Cast
) -> None:
    speak(cast, MIRROR)
    page = let_in(open_page("phone", locale=MIRROR), server, cast)
    page.goto(f"{server.url}/phone/help/")
    names = names_of(cast)
    assert not_mirrored(page, names) == []
    for html, word in (
        ("<p>Hard-wired</p>", "Hard-wired"),
        ("<p>⟦טעצט with a bit of English⟧</p>", "with"),
        ('<button aria-label="Close">×</button>', "Close"),
        ("<template><b>Later</b></template>", "Later"),
        ("<p>טוו פעש</p>", "טוו פעש"),
    ):
        page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", html)
        found = not_mirrored(page, names)
        assert any(word in one for one in found), html
        page.evaluate("() => document.querySelector('main').lastElementChild.remove()")


def test_figures_out_of_their_order_are_found(
    open_page: Callable[..., Page], server: Server, cast: builders.Cast
) -> None:
    speak(cast, MIRROR)
    page = let_in(open_page("phone", locale=MIRROR, bypass_csp=True), server, cast)
    page.goto(f"{server.url}/phone/help/")
    assert page.evaluate(JUDGE, [["rtl", ""]]) == []
    for html, figures in (
        ("<p>מנוס −3</p>", "−3"),
        ("<p>מנוס 2 × 12, יד</p>", "2 × 1"),
        ("<p>מנוס ≥ 5</p>", "≥ 5"),
        ("<p style='direction: ltr; unicode-bidi: isolate'>7 מתוך 10</p>", "7 מ"),
    ):
        page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", html)
        found = page.evaluate(JUDGE, [["rtl", ""]])
        assert any(f"out of order: {figures}" in one for one in found), html
        page.evaluate("() => document.querySelector('main').lastElementChild.remove()")


def test_the_scripts_count_as_the_server_does(
    open_page: Callable[..., Page], server: Server, cast: builders.Cast, forgive: Any
) -> None:
    forgive(NOT_REACHED)
    speak(cast, MIRROR)
    page = let_in(open_page("phone", locale=MIRROR), server, cast)
    said = page.evaluate(
        """async () => { const { say } = await import('/static/phone/js/parts/words.js');
        return [1, 2, 5, 21, 102, 1004].map((n) => say('unsent', { n })); }"""
    )
    assert [next(mark for mark in "¹²³" if mark in one) for one in said] == list("¹²³³³³")
    assert "1004" in said[-1]
