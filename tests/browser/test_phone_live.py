"""The phone's own sensors, emulated: laid flat, worn, watched, kept, measured again by the server."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from mortise.record import Reading
from mortise.simulate._sensor import SensorSamples
from mortise.simulate.recordings import fictional_lunge
from mortise.simulate.standing import fictional_stand
from mortise.web.care import services
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FEEL = """([t_ms, acc, gyr]) => t_ms.forEach((t, i) => {
  const [x, y, z] = acc[i];
  const [beta, gamma, alpha] = gyr[i];
  const event = new DeviceMotionEvent("devicemotion", {
    accelerationIncludingGravity: { x, y, z }, rotationRate: { alpha, beta, gamma }, interval: 16 });
  Object.defineProperty(event, "timeStamp", { value: t });
  window.dispatchEvent(event);
})"""


@pytest.fixture
def phone(live_server: Any, phone_page: Page) -> tuple[builders.Cast, Page]:
    cast = builders.cast()
    token = services.make_phone_link(patient=cast.ben, by=cast.ada).token
    phone_page.goto(f"{live_server.url}/enter/{token}/")
    phone_page.get_by_role("button").click()
    phone_page.locator("html[data-plan=held]").wait_for(state="attached")
    return cast, phone_page


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def feel(page: Page, samples: SensorSamples, from_ms: float, until: float = 1.0) -> None:
    """Let the page feel a recording, or the first part of it."""
    n = int(until * len(samples.time_s))
    t_ms = from_ms + 1000.0 * samples.time_s[:n]
    page.evaluate(
        FEEL,
        [t_ms.tolist(), samples.acc_m_s2[:n].tolist(), np.degrees(samples.gyr_rad_s[:n]).tolist()],
    )


def lie(page: Page, up: tuple[float, float, float], from_ms: float, turn_deg_s: float = 0.1) -> None:
    t_ms = [from_ms + 16.7 * i for i in range(110)]
    page.evaluate(
        FEEL, [t_ms, [list(up)] * 110, [[turn_deg_s * (1 if i % 2 else -1), 0.0, 0.0] for i in range(110)]]
    )


def laid_flat(page: Page) -> None:
    page.get_by_role("button", name="Start").click()
    page.wait_for_timeout(50)
    lie(page, (0.0, 0.0, 9.81), 0.0)  # the page hears that there are sensors
    expect(page.get_by_role("heading", name="Lay the phone flat")).to_be_visible()


def test_a_lunge_from_the_flat_table_to_the_record(
    phone: tuple[builders.Cast, Page], live_server: Any, axe: Callable[[Page], None]
) -> None:
    cast, page = phone
    page.goto(f"{live_server.url}/phone/live/")
    picture(page, "live-list")
    axe(page)
    page.get_by_role("link", name="Open: Knee to wall with the phone").click()
    page.clock.install()
    expect(page.get_by_role("img", name="Where the phone is worn")).to_be_visible()
    picture(page, "live-place")
    axe(page)
    laid_flat(page)
    lie(page, (0.0, 6.0, 7.76), 4000.0)
    page.clock.run_for(2_100)
    expect(page.get_by_text("It is not flat.")).to_be_visible()
    lie(page, (0.0, 0.0, 9.81), 8000.0, turn_deg_s=30.0)
    page.clock.run_for(2_000)
    expect(page.get_by_text("It moves.")).to_be_visible()
    lie(page, (0.0, 0.0, -9.81), 12000.0)  # a phone that counts the other way round
    page.clock.run_for(2_000)
    expect(page.get_by_text("Put the phone on.")).to_be_visible()
    picture(page, "live-flat")
    page.clock.run_for(6_100)

    made = fictional_lunge(5, side="left", angles_deg=(33.0, 34.0, 33.5)).samples
    turned = type(made)(
        **{name: getattr(made, name) for name in made.__struct_fields__} | {"acc_m_s2": -made.acc_m_s2}
    )
    feel(page, turned, 20_000.0, until=0.35)
    assert 25 < int(page.locator("[data-live-number]").inner_text()) < 40 or "1 of 3" in page.content()
    picture(page, "live-run")
    axe(page)
    feel(page, turned, 20_000.0)  # what was felt already is older than the last sample, and left out
    expect(page.locator("[data-live-count]")).to_have_text("3 of 3")
    page.get_by_role("button", name="Done").click()
    shown = page.locator("bdi").first.inner_text()
    picture(page, "live-result")
    axe(page)
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Your clinic has it. Measured again there:")).to_be_visible()
    reading = next(
        one
        for one in services.record_of(episode=cast.episode, by=cast.ada).of_kind(Reading)
        if one.measure == "lunge_angle_deg"
    )
    assert abs(float(shown.split("°")[0]) - float(reading.value)) <= 1.0
    assert (reading.instrument, reading.side.value) == ("phone", "left")


def test_without_a_connection_the_number_is_shown_and_the_samples_wait(
    phone: tuple[builders.Cast, Page], live_server: Any, forgive: Callable[[str], None]
) -> None:
    cast, page = phone
    forgive("Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_FAILED")
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/phone/live/balance/")
    page.locator("html[data-page=open]").wait_for(state="attached")
    page.clock.install()
    laid_flat(page)
    lie(page, (0.0, 0.0, 9.81), 4000.0)
    page.clock.run_for(2_100)
    page.clock.run_for(6_100)
    feel(page, fictional_stand(3, held_s=9.0, is_lost=True, rate_hz=60.0).samples, 20_000.0)
    page.clock.run_for(600)  # it ends by itself when the foot comes down
    assert abs(float(page.locator("bdi").first.inner_text().split(" ")[0]) - 9.0) < 0.3
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Saved on this phone, not yet sent.")).to_be_visible()
    expect(page.get_by_text("1 not yet sent")).to_be_visible()
    page.context.set_offline(False)
    page.evaluate(
        "async () => { await (await import('/static/phone/js/parts/recordings.js')).sendRecordings() }"
    )
    expect(page.locator("[data-unsent]")).to_be_hidden()
    (kept,) = services.recordings_of(episode=cast.episode, by=cast.ada)
    assert (kept.test, kept.status) == ("balance", "measured")
    again = page.evaluate(
        "async () => (await import('/static/phone/js/parts/recordings.js')).countRecordings()"
    )
    assert again == 0


def test_without_sensors_or_leave_the_page_says_what_is_missing(
    phone: tuple[builders.Cast, Page], live_server: Any
) -> None:
    _, page = phone
    page.clock.install()
    page.goto(f"{live_server.url}/phone/live/gait/")
    page.get_by_role("button", name="Start").click()
    page.clock.run_for(2_000)
    expect(page.get_by_text("The sensors are silent")).to_be_visible()
    picture(page, "live-silent")
    page.add_init_script("DeviceMotionEvent.requestPermission = async () => 'denied'")
    page.reload()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("The sensors are not allowed")).to_be_visible()
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.reload()
    expect(page.get_by_text("No sensors on this address")).to_be_visible()
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    expect(page.get_by_role("link", name="By hand")).to_be_visible()
