"""How much a phone loads the first time, compressed as the server sends it, and that it is compressed at all."""

from __future__ import annotations

import gzip
import re
import subprocess
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.phone.shell import shell
from mortise.web.storage import without_comments
from tests.web import builders

pytestmark = pytest.mark.django_db
MOST_BYTES = 150_000
SMALL = {"HTTP_ACCEPT_ENCODING": "gzip"}


def size_of(answer: Any) -> int:
    assert answer.status_code == 200
    assert answer["Content-Encoding"] == "gzip", answer.request["PATH_INFO"]
    return len(answer.content)


def as_sent(file: Path) -> bytes:
    return without_comments(file.read_bytes()) if file.suffix == ".js" else file.read_bytes()


def told_for(cast: builders.Cast, n_days: int) -> None:
    """Let Ben have answered a check every day, otherwise every time."""
    today, asked = cast.clinic.today(), content().protocol(cast.episode.protocol)
    cast.episode.opened_on = today - timedelta(days=n_days + 1)
    cast.episode.save()
    felt = ("pain_now_nrs", "pain_worst_24h_nrs", "comfort_nrs", "range_feeling_nrs", "confidence_nrs")
    calm = dict.fromkeys((*asked.red_flags, *asked.check_in), Decimal(0))
    facts = [
        builders.check_in(
            today - timedelta(days=n),
            answers=calm | {one: Decimal((n * k) % 5) for k, one in enumerate(felt, 1)},
        )
        for n in range(n_days, 0, -1)
    ]
    assert all(
        one.is_kept for one in services.append_facts(episode=cast.episode, facts=facts, by=cast.ben.user)
    )


def test_the_first_load_with_all_scripts_and_the_plan_is_below_150_kb(cast: builders.Cast) -> None:
    told_for(cast, n_days=120)  # the plan carries charts of what was told
    phone: Client = builders.phone_of(cast.ben, cast.ada)
    files = [one for one in shell(content()).assets if one.startswith("/static/")]
    found = [finders.find(one.removeprefix("/static/")) for one in files]
    assert len(found) > 40
    n_static = sum(len(gzip.compress(as_sent(Path(str(one))), 6)) for one in found)
    pages = {
        path: size_of(phone.get(path, **SMALL)) for path in ("/phone/", "/phone/shell/", "/phone/envelope/")
    }
    total = n_static + sum(pages.values())
    assert total < MOST_BYTES, (n_static, pages)


def test_what_is_made_for_one_person_is_compressed_and_an_archive_is_sent_as_it_is(
    cast: builders.Cast,
) -> None:
    phone = builders.phone_of(cast.ben, cast.ada)
    plain, small = phone.get("/phone/help/"), phone.get("/phone/help/", **SMALL)
    assert len(small.content) < len(plain.content) / 2
    again = phone.get("/phone/help/", **SMALL)
    assert small["Vary"].count("Accept-Encoding") == 1
    sizes = {len(phone.get("/phone/help/", **SMALL).content) for _ in range(6)}
    assert len(sizes) > 1, "each answer has random bytes in it, so that its size tells nothing"
    assert gzip.decompress(again.content).startswith(b"<!doctype html>")
    archive = phone.get("/phone/export/", **SMALL)
    assert "Content-Encoding" not in archive
    archive.close()


def test_static_files_are_compressed_once_beside_themselves(tmp_path: Any, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    names = [one.name for one in (tmp_path / "ui").iterdir()]
    hashed = next(one for one in names if re.fullmatch(r"look\.[0-9a-f]{12}\.css", one))
    assert f"{hashed}.gz" in names
    sent = next((tmp_path / "phone" / "js" / "core").glob("clock.????????????.js")).read_text()
    assert "export function elapsed" in sent
    assert "@param" not in sent


def test_scripts_without_their_comments_do_the_same(tmp_path: Path) -> None:
    """As the TypeScript compiler reads them; a comment taken out of a text, or a text taken for one, is found."""
    compiler = Path("tests/browser/node_modules/.bin/tsc").absolute()
    if not compiler.exists():
        pytest.skip("no TypeScript: run `npm ci` in tests/browser")
    scripts = {
        f"{n}.js": one.read_bytes() for n, one in enumerate(Path("src/mortise/web").glob("*/static/**/*.js"))
    }
    scripts["planted.js"] = b"export const one = `a\n// no comment\nb`;\n"
    for name, script in scripts.items():
        for folder, text in (("whole", script), ("sent", without_comments(script))):
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / name).write_bytes(text)
    options = [
        "--allowJs",
        "--noCheck",
        "--noResolve",
        "--removeComments",
        "--outDir",
        "out",
        "--rootDir",
        ".",
    ]
    options += ["--target", "es2022", "--module", "es2022"]
    files = [str(one.relative_to(tmp_path)) for one in tmp_path.glob("*/*.js")]
    subprocess.run([compiler, *options, *files], cwd=tmp_path, check=True)
    read = {
        name: [(tmp_path / "out" / folder / name).read_text() for folder in ("whole", "sent")]
        for name in scripts
    }
    assert len(read) > 40
    assert [name for name, (whole, sent) in read.items() if whole != sent] == ["planted.js"]
