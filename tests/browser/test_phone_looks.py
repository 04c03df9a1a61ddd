"""What no page of the phone may do in any size: grow wide, cover what has the focus, offer a small target.

Every page and state of `gallery` is opened once and judged at 320, 360 and 430 px, with text of usual and of twice the
size, from left to right and mirrored, and by its colours and its type in light and in dark. With `PICTURES` naming a
folder each is kept as pictures to look at as well.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from mortise.web.ui.languages import MIRROR
from tests.browser import gallery, gallery_states
from tests.browser.phones import NOT_REACHED, Server, let_in
from tests.browser.test_phone_languages import names_of, speak, told_for_weeks
from tests.support.mirror import not_mirrored
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A small phone in everything; the others where they differ from it. `FULL_SIZE=1` tries everything on each.
IS_FULL = os.environ.get("FULL_SIZE") == "1"
ALL = [[way, text] for way in ("ltr", "rtl") for text in ("", "200%")]
TRIED = {
    (320, 568): ALL,
    (360, 640): ALL if IS_FULL else [["rtl", "200%"], ["ltr", ""]],
    (430, 932): ALL if IS_FULL else [["ltr", "200%"]],
}
# Pages of the same make as one that is judged.
AGAIN = re.compile(
    r"^(session-(exercise|run|rest|after)-[2-9]|refused-\w+|taken-back-\w+|stop-(help|message|check)|new-\w+"
    r"|no-plan-(help|message)|broken-(help|session)|no-programme-help)$"
)
LOOKS = os.environ.get("LOOKS", "light dark big rtl").split()
JUDGE, SIGHT = (
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("judge_looks.js", "judge_sight.js")
)


def faults_of(page: Page, name: str) -> list[str]:
    """List what is wrong with a page as it stands, in every size, text and direction."""
    usual = page.viewport_size
    assert usual
    found: list[str] = []
    for (width, height), tried in TRIED.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{name}, {width} px {one}" for one in page.evaluate(JUDGE, tried)]
    page.set_viewport_size(usual)
    return found + sights_of(page, name)


def sights_of(page: Page, name: str) -> list[str]:
    """List what is hard to see on a page as it stands, in light and in dark."""
    found: list[str] = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{name}, {one}" for one in page.evaluate(SIGHT)]
    return found


def pictures(page: Page, folder: Path, name: str, looks: list[str]) -> None:
    """Keep pictures of a page on a small phone and a large one."""
    for look in looks:
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        page.evaluate(
            "look => { document.documentElement.style.fontSize = look === 'big' ? '200%' : '' }", look
        )
        if look == "rtl":
            page.evaluate("() => { document.documentElement.dir = 'rtl' }")
        for size, (width, height) in {"s": (360, 640), "l": (430, 932)}.items():
            if size == "l" and look == "big":
                continue
            page.set_viewport_size({"width": width, "height": height})
            if look in ("big", "light"):  # what is in sight before anybody scrolls
                page.screenshot(path=folder / f"{name}.{size}.{look}view.png", animations="disabled")
            for _ in range(2):  # a tall screen may show what a low one leaves out
                tall = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": width, "height": min(max(height, tall), 16000)})
            page.screenshot(path=folder / f"{name}.{size}.{look}.png", animations="disabled")
        if look == "rtl":
            page.evaluate("() => { document.documentElement.dir = 'ltr' }")
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    page.emulate_media(color_scheme="light")


def looked_at(page: Page, scenes: gallery.Scenes, found: list[str], names: list[str]) -> None:
    folder = os.environ.get("PICTURES")
    for name in scenes:
        if folder:
            pictures(page, Path(folder), name, LOOKS)
        if IS_FULL or not AGAIN.match(name):
            found += faults_of(page, name)
        if LOOKS == ["mirror"]:
            found += [f"{name}: {one}" for one in not_mirrored(page, names)]


@pytest.fixture
def cast(server: Server) -> builders.Cast:
    """The same Ben, with a visit to come and goals."""
    made = told_for_weeks()
    gallery.planned(made)
    return made


WALKS = (
    (gallery.doors, gallery.pages, gallery.questionnaire),
    (gallery.doors, gallery.check, gallery.session),
    (gallery.doors, gallery.sensors),
    (gallery.doors, gallery.without_server),
    (gallery.doors, gallery.ends),
    *((gallery.doors, one) for one in gallery_states.WALKS),
)


@pytest.mark.parametrize("walk", WALKS, ids=[one[1].__name__ for one in WALKS])
def test_nothing_is_cut_covered_or_too_small(
    open_page: Callable[..., Page],
    server: Server,
    cast: builders.Cast,
    forgive: Any,
    walk: Any,
    monkeypatch: Any,
) -> None:
    forgive(NOT_REACHED)
    forgive(r"status of 4\d\d")
    is_mirror = LOOKS == ["mirror"]
    if is_mirror:
        speak(cast, MIRROR)
    page = open_page("phone", device_scale_factor=1, **({"locale": MIRROR} if is_mirror else {}))
    found: list[str] = []
    for part in walk:
        if part is gallery.doors and walk is not WALKS[0]:
            for _ in part(page, server, cast):
                pass
            continue
        scenes = part(page, server, cast, monkeypatch) if part is gallery.ends else part(page, server, cast)
        looked_at(page, scenes, found, [*names_of(cast), *gallery.WRITTEN])
    assert not found, f"{len(found)}:\n" + "\n".join(found)


# ------------------------------------------------------------------ what is judged is found when it is planted

PLANTED = {
    "scrolls sideways": "<div style='inline-size: 120vw'>wide</div>",
    "words leave their box": "<p style='inline-size: 3rem; white-space: nowrap'>longer than its box</p>",
    "words leave the screen": "<p style='margin-inline-start: 90vw; white-space: nowrap'>out of sight</p>",
    "words broken letter by letter": "<p style='inline-size: 1em; overflow-wrap: anywhere'>letters</p>",
    "left stands on the right": (
        "<fieldset><div style='display: flex; flex-direction: row-reverse'><label class=btn>L<input type=radio"
        " value=left></label><label class=btn>R<input type=radio value=right></label></div></fieldset>"
    ),
    "target of": "<button style='min-block-size: 0; block-size: 2rem'>small</button>",
}
UNSEEN = {
    "light: contrast": "<p style='color: #999'>hard to read in light</p>",
    "dark: contrast": "<p style='color: #555'>hard to read in dark</p>",
    "dark: outline": "<button class='btn btn--line' style='border-color: var(--line)'>no edge</button>",
    "own face": "<input type='search' style='border: 2px solid; font-size: 17px'>",
    "makes a phone zoom": "<input class='text' style='border: 2px solid; font: inherit; font-size: 13px'>",
    "head smaller": "<section class='card'><h2 style='font-size: 13px'>Head</h2><p>Words</p></section>",
    "said twice": "<div>" + 2 * f"<p>{'The same words once more. ' * 3}</p>" + "</div>",
}


def test_a_planted_fault_is_found(
    open_page: Callable[..., Page], server: Server, cast: builders.Cast
) -> None:
    page = let_in(open_page("phone", bypass_csp=True), server, cast)
    gallery.go(page, server, "ready/")
    assert faults_of(page, "as it is") == []
    for fault, html in (PLANTED | UNSEEN).items():
        page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", html)
        assert any(fault in one for one in faults_of(page, "planted")), fault
        page.evaluate("() => document.querySelector('main').lastElementChild.remove()")
    page.evaluate("() => { document.querySelector('.p-foot').style.paddingBlockStart = '50vh' }")
    assert any("fixed below" in one for one in faults_of(page, "planted"))


# ------------------------------------------------------------------ what has the focus is in sight

COVERED = """() => {
  const node = document.activeElement;
  if (!node || node === document.body || node.closest('.p-foot, .skip')) return '';
  const shown = node.matches('input[type=radio], input[type=checkbox]') ? node.closest('label') : node;
  const box = shown.getBoundingClientRect();
  const isFixed = (one) => getComputedStyle(one).position === 'sticky';
  const fixed = [...document.querySelectorAll('.p-dock, .p-tabs')]
    .filter(one => isFixed(one) || isFixed(one.closest('.p-foot')))
    .map(one => one.getBoundingClientRect().top);
  const top = Math.min(innerHeight, ...fixed);
  const seen = Math.min(box.bottom, top) - Math.max(box.top, 0);
  const what = `${Math.round(box.top)} to ${Math.round(box.bottom)} of ${Math.round(top)}`;
  return seen >= Math.min(box.height, 44) / 2 ? '' : `${what}: ${shown.outerHTML.slice(0, 120)}`;
}"""


def covered(page: Page) -> list[str]:
    """Go through a page by Tab and list what has the focus and is not in sight."""
    found: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        one = str(page.evaluate(COVERED))
        if one:
            found.append(one)
        if page.evaluate("() => document.activeElement === document.body"):
            break
    return found


def test_what_has_the_focus_is_never_under_the_dock(
    open_page: Callable[..., Page], server: Server, cast: builders.Cast
) -> None:
    page = let_in(open_page("phone", viewport={"width": 360, "height": 640}), server, cast)
    for path in ("", "check/", "message/", "test/", "questions/"):
        for size in ("", "200%"):
            gallery.go(page, server, path)
            page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            assert covered(page) == [], f"{path} {size}"
    gallery.go(page, server, "check/")
    page.evaluate("() => { document.documentElement.style.scrollPadding = '0' }")
    page.evaluate("() => { document.querySelector('.p-dock').style.paddingBlockStart = '60vh' }")
    assert covered(page), "a dock that covers most of the page is not noticed"
