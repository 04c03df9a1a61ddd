"""Which languages are offered, and which one a page is written in."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

# Made from the English by `mirror`, to prove that nothing is hard-wired; a private code, so no browser asks for it.
MIRROR = "qps-plocm"
# What a browser writes dates of the mirror in: no letter of it looks English, digits stay those of a number.
MIRROR_DATES = "ar-u-nu-latn"


class Language(NamedTuple):
    """A language on offer, called as its own people call it."""

    code: str
    name: str
    tag: str  # as a page names it


def offered() -> tuple[Language, ...]:
    """Return every language a patient may choose."""
    return tuple(Language(code, name_of(code), _tag(code)) for code, _ in settings.LANGUAGES)


def name_of(code: str) -> str:
    """Return what a language calls itself."""
    if code == settings.LANGUAGE_CODE:
        return "English"
    try:
        return str(translation.get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return dict(settings.LANGUAGES).get(code, code)


def is_offered(code: str) -> bool:
    """Tell whether pages can be written in this language."""
    return code in dict(settings.LANGUAGES)


def asked_by(request: HttpRequest) -> str:
    """Return the first language the browser asks for that is offered; nothing when none is."""
    for wish, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if wish == "*":
            break
        try:
            return get_supported_language_variant(wish)
        except LookupError:
            continue
    return ""


def first_offered(*wishes: str) -> str:
    """Return the first wish that can be met, else the language of the house."""
    return next((wish for wish in wishes if wish and is_offered(wish)), settings.LANGUAGE_CODE)


def tag() -> str:
    """Return the name of the page's language as a page gives it; the mirror goes by a private name of Arabic's."""
    return _tag(translation.get_language() or settings.LANGUAGE_CODE)


def _tag(code: str) -> str:
    return "ar-x-mirror" if code == MIRROR else code


def dates_in() -> str:
    """Return the name by which a browser knows how the page's language writes dates and numbers."""
    code = translation.get_language() or settings.LANGUAGE_CODE
    return MIRROR_DATES if code == MIRROR else code
