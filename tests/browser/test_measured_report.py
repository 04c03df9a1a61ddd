"""The page of a measured recording, opened from a file on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from mortise import measure
from mortise.report import measured
from tests.unit.measure.made_up import read_walk, walk

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("kind", ["phone", "desk"])
def test_page_from_a_file_is_accessible_and_does_not_scroll_sideways(
    kind: str, open_page: Callable[..., Page], axe: Callable[[Page], None], tmp_path: Path
) -> None:
    result = measure.gait(read_walk(walk()))
    page = open_page(kind)
    page.set_content(measured.report_page(result, baseline=result))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("h1").inner_text() == measured.verdict_of(result).sentence
    page.locator("details summary").first.click()
    page.locator("details table").first.wait_for()
    axe(page)
