"""The mirror: a language made by this script from the English, written from right to left, to prove that nothing is
hard-wired. It is longer than the English, each text stands in brackets, a count has three forms, and its letters are
Hebrew ones, one for each of the English alphabet: only letters that run from right to left show where a number goes.
Offered with `MORTISE_MIRROR` only: in development and in tests.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PLAIN = "abcdefghijklmnopqrstuvwxyz"
HEBREW = "אבכדעפגהיץקלמנוףךרסטןחשצתז"
LETTERS = str.maketrans(PLAIN + PLAIN.upper(), HEBREW * 2)
# What is filled in, and markup, stays as it is.
KEPT = re.compile(r"(%\([a-z_0-9]+\)[sd]|%%|%[sd]|\{[a-z_0-9]*\}|<[^<>]+>|&[a-z]+;)")
OPEN, SHUT = "⟦", "⟧"
N_FORMS = 3
FORM_MARKS = ("¹", "²", "³")
THREE_FORMS = "cs"  # one, two to four, more: the rule of Czech, whose tables are Babel's
LETTERS_A_TILDE = 4
MOST_IN_A_ROW = 6  # then a gap, where a line may break


def mirrored(text: str, form: int | None = None) -> str:
    """Return a text in the mirror; `form` marks which form of a count it is."""
    parts = KEPT.split(text)
    body = "".join(part if at % 2 else part.translate(LETTERS) for at, part in enumerate(parts))
    n_more = 1 + len(text) // LETTERS_A_TILDE
    longer = " ".join("~" * min(MOST_IN_A_ROW, n_more - at) for at in range(0, n_more, MOST_IN_A_ROW))
    mark = "" if form is None else FORM_MARKS[form]
    return f"{OPEN}{mark}{body} {longer}{SHUT}"


def catalogue(template: Path) -> Catalog:
    """Return the mirror of every message of ours in `template`, and of Django's own."""
    made = Catalog(locale=THREE_FORMS, domain="django", fuzzy=False)
    own = Path(django.__file__).parent / "conf" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    for path in (own, template):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    made.add(message.id, _string(message), context=message.context)
    return made


def write(template: Path, folder: Path) -> Path:
    """Write the compiled mirror where Django looks for it; return the file."""
    path = folder / "qps_Plocm" / "LC_MESSAGES" / "django.mo"
    text = io.BytesIO()
    write_mo(text, catalogue(template))
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != text.getvalue():
        path.write_bytes(text.getvalue())
    return path


def _string(message: Message) -> str | tuple[str, ...]:
    if isinstance(message.id, str):
        return mirrored(message.id)
    many = message.id[1]
    return tuple(mirrored(message.id[0] if form == 0 else many, form) for form in range(N_FORMS))
