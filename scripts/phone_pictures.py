"""Take a picture of every page of the phone: small and large, light, dark, with large text, and from right to left.

`python -m scripts.phone_pictures FOLDER` starts the demonstration in a temporary folder and writes one file for each.
Look at them and mend what you would not hand to a patient. It needs Chromium.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from scripts.pictures import Demo, demo
from tests.support.leaving_out import chromium_path

SIZES: dict[str, ViewportSize] = {
    "small": {"width": 360, "height": 640},
    "large": {"width": 430, "height": 932},
}
MIRROR = "qps-plocm"
PAGES = {
    "today": "", "check": "check/", "progress": "progress/", "help": "help/", "ready": "ready/",
    "questions": "questions/", "message": "message/", "live": "live/", "live-lunge": "live/lunge/",
    "test": "test/", "session": "session/", "change": "session/change/",
}  # fmt: skip
LOOKS = ("light", "dark", "big", "mirror")
TWICE = "() => document.documentElement.style.setProperty('font-size', '200%')"


def take(browser: Browser, to: Demo, look: str, size: str, folder: Path) -> None:
    """Take every page in one look and one size."""
    context = browser.new_context(
        viewport=SIZES[size], device_scale_factor=1, is_mobile=True, has_touch=True,
        color_scheme="dark" if look == "dark" else "light", locale=MIRROR if look == "mirror" else "en-GB",
        base_url=to.address,
    )  # fmt: skip
    page = context.new_page()
    page.goto(to.patient_url)
    save(page, folder, look, size, "enter")
    page.get_by_role("button").click()
    page.wait_for_url("**/phone/**")
    for name, path in PAGES.items():
        page.goto(f"/phone/{path}")
        page.locator("html[data-scripts=on]").wait_for(state="attached")
        save(page, folder, look, size, name)
    context.close()


def save(page: Page, folder: Path, look: str, size: str, name: str) -> None:
    """Keep the whole page."""
    if look == "big":
        page.evaluate(TWICE)
    page.wait_for_timeout(150)
    page.screenshot(path=folder / f"{name}.{size}.{look}.png", full_page=True)


def main(arguments: list[str]) -> int:
    """Take all of them."""
    if len(arguments) != 1:
        print("usage: python -m scripts.phone_pictures FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["MORTISE_MIRROR"] = "1"
    with demo() as to, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for look in LOOKS:
            for size in SIZES:
                take(browser, to, look, size, folder)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
