"""A page carries the words its scripts say, and no others: what it leaves out no script of it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from mortise.web.phone.context import WITHOUT_SERVER
from mortise.web.phone.words import WORDS
from tests.web import builders

pytestmark = pytest.mark.django_db
OFFLINE = {
    "offline.js",
    "contact.js",
    "not_taken.js",
}  # the last runs without the server only; `contact` names what is wrong with a plan; `offline` says it


def sent(phone: Client, path: str) -> set[str]:
    page = phone.get(path).content.decode()
    found = re.search(r'id="phone-words" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return set(json.loads(found[1]))


def test_a_page_carries_the_words_it_says_and_the_page_without_the_server_all() -> None:
    cast = builders.cast()
    phone = builders.phone_of(cast.ben, cast.ada)
    today, live, ready = (sent(phone, f"/phone/{path}") for path in ("", "live/", "ready/"))
    assert sent(phone, "/phone/shell/") >= set(WORDS)
    assert {"live_start", "live_r_gaps"} <= live
    assert {"live_denied_more", "ready_how_store"} <= ready
    assert not {one for one in today if one.startswith(("live_", "ready_", "no_plan"))}
    folder = Path(str(finders.find("phone/js/app.js"))).parent
    for file in folder.rglob("*.js"):
        if file.name in OFFLINE:
            continue
        said = set(re.findall(r'say\(["`](\w+)', file.read_text(encoding="utf-8")))
        assert not {one for one in said if one.startswith(WITHOUT_SERVER)}, file.name
        if file.name not in ("live.js", "ready.js", "offline.js"):
            assert {one for one in said if one in WORDS} <= today, file.name
