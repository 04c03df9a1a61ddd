"""A session in text of twice the size: the time and the figure stand in the first screen, however long the name is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from mortise.web.care.content import content
from tests.browser.phones import Server, answer_check, opened, picture, until_ready

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LARGE = "() => { document.documentElement.style.fontSize = '200%' }"
PLACES = """() => {
  const box = (query) => document.querySelector(query).getBoundingClientRect();
  const shown = '[data-exercise]:not([hidden])';
  const [ring, name, dock] = [box(shown + ' .ring'), box(shown + ' > h2'), box('.p-foot .p-dock')];
  const wait = document.querySelector(shown + ' .wait:not([hidden])') ?? document.querySelector(shown + ' .tempo');
  const time = wait.getBoundingClientRect();
  return { ring: [ring.top, ring.bottom], time: [time.top, time.bottom], name: [name.top, name.bottom],
    n_lines: Math.round(name.height / parseFloat(getComputedStyle(document.querySelector(shown + ' > h2')).lineHeight)),
    dock: dock.top };
}"""


def begun(page: Page, name: str) -> dict[str, float | list[float]]:
    """Start the exercise on the page, under another name, in large text; return where its parts stand."""
    page.evaluate(LARGE)
    heading = page.locator("[data-exercise]:visible > h2")
    heading.evaluate("(node, words) => { node.textContent = words }", name)
    page.locator('[data-do="start"]').click()
    expect(page.locator('[data-do="toggle"]:visible')).to_have_count(1)
    page.evaluate("() => scrollTo(0, 0)")
    return page.evaluate(PLACES)


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844)])
def test_under_way_the_time_and_the_whole_figure_are_in_sight_whatever_the_name(
    phone: Page, server: Server, width: int, height: int
) -> None:
    longest = max((one.name for one in content().exercises.values()), key=len)
    phone.context.set_offline(True)
    opened(phone, server, "check/")
    answer_check(phone)
    phone.set_viewport_size({"width": width, "height": height})
    for is_offline in (True, False):
        phone.context.set_offline(is_offline)
        if is_offline:
            opened(phone, server, "session/")
        else:
            phone.goto(f"{server.url}/phone/")
            until_ready(phone)
            expect(phone.locator("[data-unsent]")).to_be_hidden()
            phone.goto(f"{server.url}/phone/session/")
        at = begun(phone, longest)
        picture(phone, f"large-session-{width}-{'offline' if is_offline else 'online'}")
        assert at["n_lines"] >= 3, "the name is not long enough to show anything"
        assert at["time"][1] <= at["ring"][0], "the time comes first"
        assert at["ring"][1] <= at["dock"], (is_offline, at)
        assert at["name"][0] >= at["ring"][1], "the name was read before: it stands below"
        phone.evaluate("localStorage.clear()")
