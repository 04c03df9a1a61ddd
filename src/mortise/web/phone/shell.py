"""The shell: every file that the phone keeps to open without the server, and the one version they share."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from mortise.catalog import Content
from mortise.web.phone import live
from mortise.web.phone.forms import ExerciseForm, QuestionsForm, RedFlagsForm, WhyForm
from mortise.web.phone.presenters import DAY_WORDS
from mortise.web.phone.presenters_self import FLARE
from mortise.web.phone.presenters_session import BLANK, blank_item
from mortise.web.phone.said import said
from mortise.web.phone.words import page_words

WORKER = "phone/js/sw/worker.js"
LOOK = ("ui/look.css", "ui/mark.svg", "phone/phone.css")
ICONS = ("phone/icons/icon-192.png", "phone/icons/icon-512.png", "phone/icons/maskable-512.png")


class Shell(NamedTuple):
    """The version and the addresses of what is kept; `worker` is the script of the service worker."""

    version: str
    assets: tuple[str, ...]
    worker: str


def shell(content: Content) -> Shell:
    """Return the shell of this release in the language of the page; it is made once per process and language."""
    return _shell(content, str(translation.get_language() or settings.LANGUAGE_CODE))


@lru_cache(maxsize=16)
def _shell(content: Content, language: str) -> Shell:
    """Return the shell in one language.

    The version covers every byte that is kept, so two files of different releases never carry the same version.
    """
    names = (*LOOK, *ICONS, *_modules())
    digest = hashlib.sha256()
    for name in (*names, WORKER):
        digest.update(f"{static(name)}\n".encode())
        digest.update(_bytes(name))
    digest.update(shell_page(content, "").encode())
    pages = (f"{reverse('phone:shell')}{language}/", reverse("phone:manifest"))
    return Shell(digest.hexdigest()[:16], (*pages, *(static(n) for n in names)), _bytes(WORKER).decode())


def shell_page(content: Content, version: str) -> str:
    """Return the page that is shown without the server. It holds no person's data: only blank forms and words."""
    return render_to_string("phone/shell.html", shell_context(content, version))


def shell_context(content: Content, version: str) -> dict[str, Any]:
    """Return what the shell is rendered from: each question as a blank form, in the words of the online page."""
    protocols = [content.protocol(name) for name in content.protocol_ids]
    flags = dict.fromkeys(name for one in protocols for name in one.red_flags)
    before = dict.fromkeys(name for one in protocols for name in (*one.check_in, *one.next_morning))
    after = dict.fromkeys(name for one in protocols for name in one.after_session)
    measures = content.measures
    return {
        "version": version,
        "phone_words": page_words(),
        "texts": {
            key: said(text)
            for key, text in content.texts.items()
            if key.startswith(("emergency.", "setback.", *FLARE))
        },
        "live_tests": live.plain(),
        "emergency_now": said(content.texts["emergency.now"]),
        "flags": RedFlagsForm([measures[name] for name in flags]),
        "questions": QuestionsForm([measures[name] for name in before if name not in flags]),
        "after": QuestionsForm([measures[name] for name in after], prefix="after"),
        "item": blank_item(ExerciseForm(prefix=BLANK)),
        "why_form": WhyForm(),
        "day_words": {kind: gettext(words) for kind, (words, _) in DAY_WORDS.items()},
        "tab": "today",
        "is_demo": settings.DEMO,
    }


def _modules() -> tuple[str, ...]:
    """Return the names of every module of the phone but the worker itself."""
    folder = finders.find("phone/js")
    assert isinstance(folder, str)
    root = Path(folder)
    files = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.js"))
    return tuple(f"phone/js/{name}" for name in files if not name.startswith("sw/"))


def _bytes(name: str) -> bytes:
    found = finders.find(name)
    assert isinstance(found, str), f"{name} is missing"
    return Path(found).read_bytes()
