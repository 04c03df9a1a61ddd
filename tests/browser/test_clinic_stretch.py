"""A bad stretch of a recording is drawn over its picture in a real browser, left out, and taken in again."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from playwright.sync_api import Page, expect

from mortise.simulate.recordings import csv_of, fictional_walk
from mortise.terms import Side
from mortise.web.care import services
from mortise.web.care.models import StoredRecording
from tests.browser.test_clinic_desk import given_ada_signed_in, picture
from tests.web import builders
from tests.web.clinic import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def walk(settings: Any, tmp_path: Path, live_server: Any) -> StoredRecording:
    settings.RECORDINGS_DIR = tmp_path / "recordings"
    cast, made = builders.cast(), fictional_walk(5)
    uploads = [
        services.Upload(File(io.BytesIO(csv_of(foot)), name=f"{side.value}.csv"), side)
        for side, foot in ((Side.LEFT, made.left), (Side.RIGHT, made.right))
    ]
    stored = services.store_recording(
        episode=cast.episode, uploads=uploads, test="gait", recorded_on=cast.clinic.today(), by=cast.ada,
        placement="instep",
    )  # fmt: skip
    return services.analyse_recording(recording=stored, by=cast.ada)


def drawn(page: Page, first: float, last: float) -> tuple[float, float]:
    """Draw over the picture between two shares of its width; return the seconds that should lie there."""
    plot = page.locator("[data-plot]")
    svg = plot.locator("svg").first
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    assert box is not None
    read = {
        name: float(plot.get_attribute(f"data-{name}") or 0)
        for name in ("left", "right", "width", "from", "until")
    }
    seconds = []
    for share in (first, last):
        place = share * read["width"]
        along = (place - read["left"]) / (read["right"] - read["left"])
        seconds.append(read["from"] + along * (read["until"] - read["from"]))
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + first * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + (first + last) / 2 * box["width"], y)
    page.mouse.move(box["x"] + last * box["width"], y)
    page.mouse.up()
    return seconds[0], seconds[1]


def test_stretch_is_drawn_left_out_with_a_reason_and_taken_in_again(
    walk: StoredRecording, desk_page: Page, axe: Any
) -> None:
    page = desk_page
    given_ada_signed_in(page)
    page.goto(desk.url("recording", walk.pk))
    before = page.get_by_role("heading", level=1).inner_text()
    start_s, end_s = drawn(page, 0.7, 0.4)  # from right to left: put in order
    expect(page.locator("[name=start_s]")).to_be_visible()
    assert float(page.locator("[name=start_s]").input_value()) == pytest.approx(min(start_s, end_s), abs=0.15)
    assert float(page.locator("[name=end_s]").input_value()) == pytest.approx(max(start_s, end_s), abs=0.15)
    expect(page.locator("rect.c-drawn")).to_be_visible()
    axe(page)
    picture(page, "desk-recording-drawn")
    page.get_by_label("Reason", exact=False).first.fill("Held the rail.")
    page.get_by_role("button", name="Leave it out and measure again").click()
    row = page.get_by_role("region", name="Stretches left out").get_by_role("row").nth(1)
    expect(row).to_contain_text("Held the rail.")
    words = row.get_by_role("rowheader").inner_text()
    assert re.fullmatch(r"\d+(\.[1-9])? to \d+(\.[1-9])? s", words), (
        f"seconds without empty zeros, not {words}"
    )
    expect(page.get_by_role("heading", level=1)).not_to_have_text(before)
    page.get_by_role("button", name="Take in again").click()
    expect(page.get_by_text("Taken in again")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(before)


def test_click_without_a_way_draws_nothing(walk: StoredRecording, desk_page: Page) -> None:
    page = desk_page
    given_ada_signed_in(page)
    page.goto(desk.url("recording", walk.pk))
    drawn(page, 0.5, 0.5)
    expect(page.locator("[name=start_s]")).to_be_hidden()
