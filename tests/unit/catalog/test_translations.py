"""Translations of the content: what is fresh is shown, what is stale or missing falls back and is listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import Struct

import mortise.protocol
from mortise.catalog import Content, load, translations
from mortise.errors import ContentError
from mortise.protocol import (
    assessment,
    care,
    constraints,
    criteria,
    exercises,
    protocols,
    questionnaires,
    rules,
)

HEEL = "exercises.heel-raise"
ROOMS = (assessment, care, constraints, criteria, exercises, protocols, questionnaires, rules)


@pytest.fixture
def known() -> Content:
    return load()


@pytest.fixture
def elsewhere(known: Content, tmp_path: Path) -> Content:
    """The same content, with a folder of texts that a test may write to."""
    root = tmp_path / "content"
    root.mkdir()
    for path in known.root.iterdir():
        if path.name != "texts":
            (root / path.name).symlink_to(path)
    (root / "texts").mkdir()
    (root / "texts" / "en.toml").symlink_to(known.root / "texts" / "en.toml")
    return Content(root)


def write(content: Content, text: str) -> None:
    folder = content.root / "texts" / "de"
    folder.mkdir(exist_ok=True)
    (folder / "texts.toml").write_text(text, encoding="utf-8")


def entry(name: str, english: str, text: str) -> str:
    return f'["{name}"]\nenglish = "{english}"\ntext = "{text}"\n'


def test_every_field_that_names_the_patient_is_translatable() -> None:
    for room in ROOMS:
        for kind in vars(room).values():
            if not isinstance(kind, type) or not issubclass(kind, Struct):
                continue
            fields = {
                name
                for name in kind.__struct_fields__
                if name.endswith("_patient") and not name.startswith("is_")
            }
            assert fields <= set(translations.FIELDS.get(kind, ())), kind
    assert mortise.protocol.Exercise in translations.FIELDS


def test_what_a_clinician_reads_is_not_translated(known: Content) -> None:
    found = translations.translatable(known)
    assert found["texts.load.keep.patient"] == "The same as last time."
    assert not any(".clinician" in name for name in found)
    assert len(found) == len(set(found.values()))  # the same words are translated once


def test_a_fresh_translation_is_shown(elsewhere: Content) -> None:
    write(elsewhere, entry("texts.load.keep.patient", "The same as last time.", "Wie beim letzten Mal."))
    found = translations.translations(elsewhere, "de")
    assert found.by_english == {"The same as last time.": "Wie beim letzten Mal."}
    assert (found.stale, found.unknown) == ((), ())
    assert len(found.missing) == found.n_texts - 1


def test_a_translation_of_older_english_falls_back_and_is_listed(elsewhere: Content) -> None:
    write(elsewhere, entry("texts.load.keep.patient", "The same as before.", "Wie zuvor."))
    found = translations.translations(elsewhere, "de")
    assert found.by_english == {}
    assert found.stale == ("texts.load.keep.patient",)


def test_a_translation_of_nothing_is_listed(elsewhere: Content) -> None:
    write(elsewhere, entry("texts.gone", "Gone.", "Weg."))
    assert translations.translations(elsewhere, "de").unknown == ("texts.gone",)


def test_an_empty_translation_is_missing(elsewhere: Content) -> None:
    write(elsewhere, entry("texts.load.keep.patient", "The same as last time.", ""))
    found = translations.translations(elsewhere, "de")
    assert "texts.load.keep.patient" in found.missing
    assert found.by_english == {}


@pytest.mark.parametrize(
    "text", ['["texts.a"]\ntext = 1 2\n', '["texts.a"]\ntext = "a"\n', "[a]\nenglish='a'\nword='b'\n"]
)
def test_a_broken_file_is_refused_by_name(elsewhere: Content, text: str) -> None:
    write(elsewhere, text)
    with pytest.raises(ContentError, match=r"texts/de/texts\.toml"):
        translations.translations(elsewhere, "de")


def test_a_language_is_begun_kept_and_marked_where_stale(elsewhere: Content) -> None:
    fresh = entry("texts.load.keep.patient", "The same as last time.", "Wie beim letzten Mal.")
    write(elsewhere, fresh + entry("texts.load.ease.patient", "A day that is lighter.", "Leichter."))
    files = translations.as_files(elsewhere, "de")
    assert set(files) == {
        "texts.toml",
        "figures.toml",
        "exercises.toml",
        "measures.toml",
        "protocols.toml",
        "questionnaires.toml",
    }
    assert "# stale: the English is now\n# A lighter day.\n" in files["texts.toml"]
    for name, text in files.items():
        (elsewhere.root / "texts" / "de" / name).write_text(text, encoding="utf-8")
    again = translations.translations(elsewhere, "de")
    assert again.by_english == {"The same as last time.": "Wie beim letzten Mal."}
    assert again.stale == ("texts.load.ease.patient",)
    assert translations.as_files(elsewhere, "de") == files
