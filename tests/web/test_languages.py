"""Languages: what is found and kept, which one a page is written in, and the mirror that proves it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext, ngettext

from mortise.report import words
from mortise.web.ui import catalogue, languages, local, mirror
from tests.web import builders

MIRROR = languages.MIRROR


# ---------------------------------------------------------------- catalogues


@pytest.fixture(scope="module")
def english() -> Catalog:
    """The catalogue of today, read once."""
    return catalogue.english()


def test_every_template_and_module_is_read(tmp_path: Path) -> None:
    pages, modules = tmp_path / "web" / "templates", tmp_path / "report"
    pages.mkdir(parents=True)
    modules.mkdir()
    (pages / "a.html").write_text(
        '{% if a %}{% translate "Inside" %}{% else %}{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days'
        "{% endblocktranslate %}{% endif %}"
        '{% for x in y %}{% translate "A" as a %}{% empty %}{% translate "E" %}{% endfor %}'
    )
    (tmp_path / "web" / "b.py").write_text(
        'gettext("Here"); ngettext("%(n)s x", "%(n)s xs", 2); _n("Marked"); f("No")'
    )
    (modules / "c.py").write_text('tr("Drawn"); gettext("not this one")')
    found = {one.id for one in catalogue.found_in(tmp_path)}
    assert found == {
        "Inside", ("%(n)s day", "%(n)s days"), "A", "E", "Here", ("%(n)s x", "%(n)s xs"), "Marked", "Drawn",
    }  # fmt: skip


def test_no_template_translates_in_a_way_that_is_not_found() -> None:
    for path in (catalogue.PACKAGE / "web").rglob("*.html"):
        assert re.search(r"""[{ ]_\(["']""", path.read_text(encoding="utf-8")) is None, path


def test_the_kept_template_is_that_of_today(english: Catalog) -> None:
    assert catalogue.TEMPLATE.read_text(encoding="utf-8") == catalogue.as_text(english)


def a_language(folder: Path, template: Catalog) -> Path:
    """Begin German in a folder of its own, with two messages said and one of older English."""
    path = catalogue.bring_up_to_date("de", template, folder)
    with path.open("rb") as file:
        known = read_po(file, locale="de")
    known["Sign in"].string = "Anmelden"
    known["Help"].string = "Hilfe"
    known["Help"].flags.add("fuzzy")
    path.write_text(catalogue.as_text(known), encoding="utf-8")
    return path


def test_a_stale_message_is_listed_and_not_shown(tmp_path: Path, english: Catalog) -> None:
    a_language(tmp_path, english)
    catalogue.compile_one("de", tmp_path)
    state = catalogue.state_of("de", english, tmp_path)
    assert state.stale == ("Help",)
    assert "Sign in" not in state.missing
    assert len(state.missing) == state.n_messages - 2
    assert state.is_compiled
    assert b"Hilfe" not in catalogue.compiled("de", tmp_path)
    assert b"Anmelden" in catalogue.compiled("de", tmp_path)


def test_changed_english_makes_a_message_stale(tmp_path: Path, english: Catalog) -> None:
    path = a_language(tmp_path, english)
    path.write_text(path.read_text().replace('msgid "Sign in"', 'msgid "Sign in."'), encoding="utf-8")
    catalogue.bring_up_to_date("de", english, tmp_path)
    assert "Sign in" in catalogue.state_of("de", english, tmp_path).stale


def test_a_catalogue_that_was_not_compiled_is_told(tmp_path: Path, english: Catalog) -> None:
    path = a_language(tmp_path, english)
    catalogue.compile_one("de", tmp_path)
    path.write_text(path.read_text().replace("Anmelden", "Einloggen"), encoding="utf-8")
    assert not catalogue.state_of("de", english, tmp_path).is_compiled


def test_every_language_that_ships_is_compiled_as_it_stands(english: Catalog) -> None:
    for language in catalogue.languages():
        assert catalogue.state_of(language, english).is_compiled, f"mortise texts compile {language}"


def test_the_command_lists_and_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("texts", "list")
    assert re.search(
        r"en-gb: \d{3} messages, \d{4} texts of the content\. Complete\.", capsys.readouterr().out
    )
    with pytest.raises(CommandError, match="no language"):
        call_command("texts", "add", "none-such")


# ---------------------------------------------------------------- the mirror


def test_the_mirror_is_longer_bracketed_and_keeps_what_is_filled_in() -> None:
    made = mirror.mirrored("Hello %(name)s, {n} of %(n)s <b>100%%</b>")
    assert made.startswith(mirror.OPEN)
    assert len(made) > len("Hello %(name)s, {n} of %(n)s <b>100%%</b>") * 1.2
    for kept in ("%(name)s", "{n}", "%(n)s", "<b>", "</b>", "%%"):
        assert kept in made
    letters = [one for one in mirror.KEPT.sub("", made) if one.isalpha()]
    assert {unicodedata.bidirectional(one) for one in letters} == {"R"}
    assert len(set(mirror.HEBREW)) == len(mirror.PLAIN) == 26


def test_the_mirror_says_everything_of_ours_and_of_django() -> None:
    with translation.override(MIRROR):
        assert gettext("Sign in") == mirror.mirrored("Sign in")
        assert gettext("This field is required.") == mirror.mirrored("This field is required.")
        assert translation.get_language_bidi()


@pytest.mark.parametrize(("n", "form"), [(1, "¹"), (2, "²"), (4, "²"), (5, "³"), (0, "³"), (21, "³")])
def test_the_mirror_counts_in_three_forms(n: int, form: str) -> None:
    with translation.override(MIRROR):
        assert form in ngettext("%(n)s left open.", "%(n)s left open.", n)


def test_reports_speak_the_language_of_the_page_and_english_after_it() -> None:
    with translation.override("de"), words.spoken(local.speech()):
        assert words.number(1.5) == "1,5"
    with translation.override(MIRROR), words.spoken(local.speech()):
        assert words.number(None) == mirror.mirrored("not known")
    assert words.number(1.5) == "1.5"
    assert words.number(None) == "not known"


@pytest.mark.parametrize(
    ("code", "words_of_day"), [("de", "20. Nov"), ("es", "20 de Nov"), ("he", "20 בנוב")]
)
def test_an_axis_has_the_short_name_of_a_month(code: str, words_of_day: str) -> None:
    with translation.override(code):
        assert local.speech().short_day(date(2026, 11, 20)).lower() == words_of_day.lower()


# ---------------------------------------------------------------- whose language


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "code", "direction"),
    [
        ("", "en-gb", "ltr"),
        ("en-US,en;q=0.9", "en-gb", "ltr"),
        (f"xx,{MIRROR}", "ar-x-mirror", "rtl"),
        ("nonsense;;", "en-gb", "ltr"),
    ],
)
def test_a_stranger_reads_the_language_of_the_browser(asked: str, code: str, direction: str) -> None:
    page = Client().get("/enter/", headers={"Accept-Language": asked}).content.decode()
    assert f'<html lang="{code}" dir="{direction}"' in page


def test_the_own_language_goes_before_the_browsers_and_the_clinics(cast: builders.Cast) -> None:
    client = builders.phone_of(cast.ben, cast.ada)
    user, clinic = cast.ben.user, cast.ben.clinic
    clinic.language = MIRROR
    clinic.save()
    assert 'lang="ar-x-mirror"' in client.get("/phone/help/").content.decode()
    assert 'lang="en-gb"' in client.get("/phone/help/", headers={"Accept-Language": "en"}).content.decode()
    user.language = MIRROR
    user.save()
    assert (
        'lang="ar-x-mirror"' in client.get("/phone/help/", headers={"Accept-Language": "en"}).content.decode()
    )
    user.language = "tlh"  # no longer offered
    user.save()
    assert 'lang="en-gb"' in client.get("/phone/help/", headers={"Accept-Language": "en"}).content.decode()


def test_the_desk_stays_english(cast: builders.Cast) -> None:
    client = Client()
    client.force_login(cast.ada)
    assert 'lang="en-gb"' in client.get("/desk/", headers={"Accept-Language": MIRROR}).content.decode()


def test_one_readers_language_is_not_the_next_ones(cast: builders.Cast) -> None:
    client = Client()
    assert 'dir="rtl"' in client.get("/enter/", headers={"Accept-Language": MIRROR}).content.decode()
    assert 'dir="ltr"' in client.get("/enter/").content.decode()
    assert not translation.get_language_bidi()


# ---------------------------------------------------------------- choosing


def test_a_patient_chooses_on_the_phone_and_the_clinic_may_set_it(cast: builders.Cast) -> None:
    phone, desk = builders.phone_of(cast.ben, cast.ada), builders.signed_in(cast.ada)
    assert phone.post("/phone/language/", {"language": MIRROR}).status_code == 302
    assert 'dir="rtl"' in phone.get("/phone/help/").content.decode()
    desk.post(f"/desk/episodes/{cast.episode.pk}/language/", {"language": "en-gb"})
    page = phone.get("/phone/help/", headers={"Accept-Language": MIRROR}).content.decode()
    assert 'dir="ltr"' in page
    assert f'value="{MIRROR}" lang="ar-x-mirror"' in page
    assert "selected>English" in desk.get(f"/desk/episodes/{cast.episode.pk}/").content.decode()


def test_a_language_nobody_offers_is_refused(cast: builders.Cast) -> None:
    phone = builders.phone_of(cast.ben, cast.ada)
    assert phone.post("/phone/language/", {"language": "tlh"}).status_code == 400
    cast.ben.user.refresh_from_db()
    assert cast.ben.user.language == ""


def test_the_clinics_own_language_is_set_by_its_administrator(cast: builders.Cast) -> None:
    desk = builders.signed_in(builders.administrator(cast.clinic))
    clinic = {"name": cast.clinic.name, "time_zone": "UTC", "language": MIRROR}
    assert desk.post("/clinic/", clinic).status_code in (302, 404)
    cast.clinic.refresh_from_db()
    assert cast.clinic.language == MIRROR
