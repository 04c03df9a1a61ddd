"""Take the pictures of our pages again: start the demonstration in a temporary folder, look, save.

Run it after the look changed, and look at what it made before committing. It needs Chromium.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.leaving_out import chromium_path  # noqa: E402 - found only from the root of the checkout

PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 300_000  # a page with a picture must open on a slow line
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Demo(NamedTuple):
    """How to come into the running demonstration, as it prints it."""

    address: str
    email: str
    password: str
    patient_url: str
    patient_name: str


@contextmanager
def demo() -> Iterator[Demo]:
    """Run the demonstration on a free port, in a folder that goes with it."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
        found.close()
        command = [str(Path(sys.executable).parent / "mortise"), "demo", "--everybody", "--port", str(port)]
        env = os.environ | {"MORTISE_DATA_DIR": folder, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as served:
            try:
                assert served.stdout
                yield sign_in_of(served.stdout)
            finally:
                served.terminate()


def sign_in_of(lines: Iterable[str]) -> Demo:
    """Read how to sign in from what the demonstration prints before it serves."""
    said = ""
    for line in lines:
        said += line
        if "Stop with" in line:
            break
    wanted = (
        r"Address +(\S+)", r"sign in as (\S+) with", r"password: (.+)", r"Patient +(\S+)", r"pages as (.+)"
    )  # fmt: skip
    found = [re.search(one, said) for one in wanted]
    if not all(found):
        raise SystemExit(f"The demonstration did not start:\n{said}")
    return Demo(*(one[1].strip() for one in found if one))


def take_desk(browser: Browser, to: Demo) -> Iterator[tuple[str, bytes]]:
    """Yield the list, then one fictional patient's course, recording and report as the physiotherapist sees them."""
    page = browser.new_page(viewport=DESK, color_scheme="light")
    page.goto(to.address)
    page.fill("input[name=email]", to.email)
    page.fill("input[name=password]", to.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("networkidle")
    yield "desk-list", look(page, page.url)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    link = page.get_by_role("link", name=to.patient_name).first.get_attribute("href")
    course = to.address.rstrip("/") + str(link)
    yield "desk-course", look(page, course)
    page.goto(f"{course}recordings/")
    yield "desk-recording", look(page, to.address.rstrip("/") + _first_recording(page))
    yield "report-patient", look(page, f"{course}reports/patient/")
    yield "desk-cohort", look(page, f"{to.address.rstrip('/')}/desk/cohort/")


def _first_recording(page: Page) -> str:
    return str(page.locator("main table a").first.get_attribute("href"))


def take_phone(browser: Browser, to: Demo) -> bytes:
    """Return the patient's day on a phone."""
    page = browser.new_page(viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True)
    page.goto(to.patient_url)
    page.locator("main button").first.click()
    return look(page, page.url)


def look(page: Page, address: str) -> bytes:
    """Return a picture of a page; one that is an error is none."""
    answered = page.goto(address, wait_until="networkidle")
    if answered is None or not answered.ok:
        raise SystemExit(f"{page.title()}: the page did not open, so there is no picture.")
    return page.screenshot()


def main() -> int:
    """Take the pictures and refuse one that has grown too large."""
    path = chromium_path()
    if path is None:
        raise SystemExit("Pictures need Chromium, and there is none.")
    PICTURES.mkdir(exist_ok=True)
    with demo() as to, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, picture in (*take_desk(browser, to), ("phone-today", take_phone(browser, to))):
            if len(picture) > MOST_BYTES:
                raise SystemExit(f"{name}.png has {len(picture)} bytes, more than {MOST_BYTES}.")
            (PICTURES / f"{name}.png").write_bytes(picture)
            print(f"docs/pictures/{name}.png: {len(picture) // 1000} kB")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
