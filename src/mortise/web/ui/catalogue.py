"""The messages of the interface: found in templates and modules, kept in catalogues, compiled. For development.

`locale/messages.pot` holds every English message; `locale/<language>/LC_MESSAGES/django.po` one language, and
`django.mo` beside it what the server reads.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.template import Engine
from django.template.base import Node, NodeList
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import to_locale

PACKAGE = Path(__file__).resolve().parents[2]
ROOMS = ("report", "web")
LOCALE = PACKAGE / "web" / "locale"
TEMPLATE = LOCALE / "messages.pot"
# `_n` marks a message where it is written and translates it where it is shown.
IN_WEB = {
    "gettext": None, "gettext_lazy": None, "gettext_noop": None, "_": None, "_n": None, "_counted": (1, 1),
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
IN_REPORTS = {"tr": None}
NOT_READ = {"migrations", "management", "demo", "static"}
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)  # a catalogue changes with its messages only
WIDTH = 110

_ENGINE = Engine.get_default()


class Found(NamedTuple):
    """One message, and the file it stands in."""

    id: str | tuple[str, str]
    context: str | None
    file: str


class State(NamedTuple):
    """How far one language has come with the interface."""

    n_messages: int
    missing: tuple[str, ...]
    stale: tuple[str, ...]  # its English has changed since
    is_compiled: bool  # what the server reads is what the catalogue says


def found_in(folder: Path = PACKAGE) -> Iterator[Found]:
    """Yield every message of the interface under `folder`."""
    paths = [path for room in ROOMS for kind in ("*.py", "*.html") for path in (folder / room).rglob(kind)]
    for path in sorted(paths):
        name = path.relative_to(folder).as_posix()
        if NOT_READ & set(path.relative_to(folder).parts):
            continue
        if path.suffix == ".html":
            read = _in_template(path.read_text(encoding="utf-8"))
        else:
            read = _in_module(path, IN_REPORTS if name.startswith("report/") else IN_WEB)
        for message, context in read:
            yield Found(message, context, name)


def english(folder: Path = PACKAGE) -> Catalog:
    """Return the catalogue of every English message."""
    made = Catalog(
        project="Mortise", creation_date=MADE_AT, fuzzy=False, header_comment="# Messages of Mortise."
    )
    for one in sorted(found_in(folder), key=lambda each: (each.file, str(each.id))):
        made.add(one.id, context=one.context, locations=[(one.file, 0)])
    return made


def as_text(catalogue: Catalog) -> str:
    """Return a catalogue as a file holds it, in the order of its messages."""
    text = io.BytesIO()
    write_po(text, catalogue, width=WIDTH, sort_output=True, include_lineno=False, ignore_obsolete=True)
    dated = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By")
    lines = text.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(tuple(f'"{name}' for name in dated)))


def path_of(language: str, locale: Path = LOCALE) -> Path:
    """Return where the catalogue of a language is kept."""
    return locale / to_locale(language) / "LC_MESSAGES" / "django.po"


def languages(locale: Path = LOCALE) -> list[str]:
    """Return every language that has a catalogue."""
    names = (path.parent.parent.name for path in locale.glob("*/LC_MESSAGES/django.po"))
    return sorted(name.replace("_", "-").lower() for name in names)


def read(language: str, locale: Path = LOCALE) -> Catalog:
    """Return the catalogue of a language, as it is kept."""
    with path_of(language, locale).open("rb") as file:
        return read_po(file, locale=to_locale(language), domain="django")


def bring_up_to_date(language: str, template: Catalog, locale: Path = LOCALE) -> Path:
    """Give a language every message there is, begun when it is new; what changed is marked fuzzy and not shown."""
    path = path_of(language, locale)
    known = read(language, locale) if path.exists() else Catalog(locale=to_locale(language), fuzzy=False)
    known.update(template, no_fuzzy_matching=False, update_header_comment=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(known), encoding="utf-8")
    return path


def compiled(language: str, locale: Path = LOCALE) -> bytes:
    """Return a language as the server reads it; what is fuzzy is left out."""
    text = io.BytesIO()
    write_mo(text, read(language, locale))
    return text.getvalue()


def compile_one(language: str, locale: Path = LOCALE) -> Path:
    """Write what the server reads."""
    path = path_of(language, locale).with_suffix(".mo")
    path.write_bytes(compiled(language, locale))
    return path


def state_of(language: str, template: Catalog, locale: Path = LOCALE) -> State:
    """Return what a language lacks, against the English of today."""
    known, missing, stale = read(language, locale), [], []
    messages = [one for one in template if one.id]
    for one in messages:
        has = known.get(one.id, one.context)
        if has is None or not _is_whole(has):
            missing.append(_name(one))
        elif has.fuzzy:
            stale.append(_name(one))
    path = path_of(language, locale).with_suffix(".mo")
    is_compiled = path.exists() and path.read_bytes() == compiled(language, locale)
    return State(len(messages), tuple(missing), tuple(stale), is_compiled)


def _is_whole(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(strings) and all(strings)


def _name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _in_module(path: Path, keywords: Mapping[str, Any]) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    for _, message, _, context in extract_from_file("python", path, keywords=keywords):
        if isinstance(message, tuple):
            yield (str(message[0]), str(message[1])), context
        else:
            yield message, context


def _in_template(source: str) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    if "translate" not in source:
        return
    for node in _nodes(_ENGINE.from_string(source).nodelist):
        if isinstance(node, TranslateNode):
            yield str(node.filter_expression.var.literal), _context(node)
        elif isinstance(node, BlockTranslateNode):
            one = node.render_token_list(node.singular)[0]
            context = _context(node)
            yield ((one, node.render_token_list(node.plural)[0]) if node.plural else one), context


def _context(node: TranslateNode | BlockTranslateNode) -> str | None:
    return str(node.message_context.var) if node.message_context else None


def _nodes(nodes: NodeList) -> Iterator[Node]:
    for node in nodes:
        yield node
        for name in ("nodelist", "nodelist_loop", "nodelist_empty"):
            inner = getattr(node, name, None)
            if isinstance(inner, NodeList):
                yield from _nodes(inner)
        for _, inner in getattr(node, "conditions_nodelists", ()):
            yield from _nodes(inner)
