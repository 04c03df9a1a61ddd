"""What patients read, in every language: list what is missing and stale, begin a language, compile it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from babel import Locale, UnknownLocaleError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import to_locale

from mortise.catalog import load, translations
from mortise.web.ui import catalogue

MOST_LISTED = 20


class Command(BaseCommand):
    """List, begin, bring up to date and compile languages."""

    help = "List what is missing and stale in each language, begin one, bring it up to date, compile it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("list", "template", "update", "add", "compile"))
        parser.add_argument("language", nargs="?", default="")

    def handle(self, *args: Any, action: str, language: str, **options: Any) -> None:
        known = sorted({*catalogue.languages(), *translations.languages(load().root)})
        if action == "template":
            self.stdout.write(catalogue.as_text(catalogue.english()), ending="")
        elif action == "add":
            self._bring_up_to_date(_checked(language, known))
        elif action == "update":
            for one in [language] if language else known:
                self._bring_up_to_date(one)
        elif action == "compile":
            for one in [language] if language else known:
                self.stdout.write(f"{catalogue.compile_one(one)}")
        else:
            self._list([language] if language else known)

    def _bring_up_to_date(self, language: str) -> None:
        self.stdout.write(f"{catalogue.bring_up_to_date(language, catalogue.english())}")
        content = load()
        folder = content.root / "texts" / language
        folder.mkdir(exist_ok=True)
        for name, text in translations.as_files(content, language).items():
            (folder / name).write_text(text, encoding="utf-8")
            self.stdout.write(f"{folder / name}")

    def _list(self, known: Sequence[str]) -> None:
        template, content = catalogue.english(), load()
        n_messages = sum(bool(one.id) for one in template)
        n_texts = len(translations.translatable(content))
        self.stdout.write(f"en-gb: {n_messages} messages, {n_texts} texts of the content. Complete.")
        for language in known:
            texts = translations.translations(content, language)
            self.stdout.write(f"{language}:")
            if catalogue.path_of(language).exists():
                state = catalogue.state_of(language, template)
                self._tell("messages", state.n_messages, state.missing, state.stale)
                if not state.is_compiled:
                    self.stdout.write("  not compiled as it stands: mortise texts compile")
            else:
                self.stdout.write(f"  no messages: mortise texts add {language}")
            self._tell("texts", texts.n_texts, texts.missing, texts.stale)
            self._names("unknown", texts.unknown)

    def _tell(self, what: str, n_all: int, missing: Sequence[str], stale: Sequence[str]) -> None:
        n_shown = n_all - len(missing) - len(stale)
        self.stdout.write(
            f"  {what}: {n_shown} of {n_all} shown, {len(missing)} missing, {len(stale)} stale; "
            "those are shown in English"
        )
        self._names("missing", missing)
        self._names("stale", stale)

    def _names(self, why: str, names: Sequence[str]) -> None:
        for name in names[:MOST_LISTED]:
            self.stdout.write(f"    {why}: {name}")
        if len(names) > MOST_LISTED:
            self.stdout.write(f"    {why}: and {len(names) - MOST_LISTED} more")


def _checked(language: str, known: Sequence[str]) -> str:
    """Return the name of a new language, or say what is wrong with it."""
    try:
        Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        raise CommandError(f"{language!r} is no language: write it as in de or pt-br.") from None
    if language in known:
        raise CommandError(f"{language} is there already: mortise texts update {language}")
    return language
