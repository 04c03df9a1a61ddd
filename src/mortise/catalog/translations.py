"""What a patient reads of the content, and its translations, each beside the English it was made from.

A language is a folder `texts/<language>` of TOML files: a table for each text id, with `english`, the words it was
made from, and `text`. When our English has changed since, it is stale: the English is shown and the id is listed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

from mortise.catalog.content import Content
from mortise.errors import ContentError
from mortise.protocol import Criterion, DoseStep, Exercise, Group, Protocol, Questionnaire, Stage
from mortise.protocol.care import ForbiddenPosition, Maintenance, PlateauStep, SurgeonLimit
from mortise.protocol.constraints import Constraint
from mortise.protocol.protocols import Escalation, LightRule
from mortise.protocol.questionnaires import Item, Option, ScoreRule
from mortise.protocol.rules import Rule
from mortise.terms import Measure, Setting

# The fields that a patient reads, by kind of table.
FIELDS: Mapping[type[Struct], tuple[str, ...]] = {
    Exercise: ("name", "set_up", "steps", "cues", "breathing", "stop_signs", "tempo_names"),
    DoseStep: ("load",),
    Stage: ("title_patient", "aim_patient"),
    Criterion: ("label_patient",),
    Group: ("label_patient",),
    Rule: ("say_patient",),
    LightRule: ("say_patient",),
    Escalation: ("say_patient",),
    ForbiddenPosition: ("say_patient",),
    PlateauStep: ("say_patient",),
    Maintenance: ("say_patient",),
    SurgeonLimit: ("say_patient",),
    Protocol: ("title_patient",),
    Constraint: ("reason_patient",),
    Questionnaire: ("short", "about", "about_patient", "recall"),
    ScoreRule: ("label",),
    Item: ("text", "low_label", "high_label"),
    Option: ("label",),
}
CLINICIANS_ONLY = (".clinician", ".clinician.more")


class Translated(Struct, frozen=True, forbid_unknown_fields=True):
    """One text of a language: the English it was made from, and its words; without words it is not yet done."""

    english: str
    text: str = ""


class Translations(NamedTuple):
    """One language of the content. Ids are listed in the order of the content."""

    language: str
    by_english: Mapping[str, str]  # only what is up to date
    n_texts: int
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    unknown: tuple[str, ...]  # ids that the content does not have, or no longer


def translatable(content: Content) -> dict[str, str]:
    """Return every text a patient reads, by id; the same words stand under their first id only.

    Parameters
    ----------
    content : Content
        Whose texts, exercises, measures, protocols and questionnaires are read.

    Returns
    -------
    dict of str to str
        English by id, as in `exercises.heel-rise.steps.1`.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    for name, text in _all(content):
        if text and text not in seen:
            seen.add(text)
            found[name] = text
    return found


def languages(root: Path) -> list[str]:
    """Return the languages that have a folder of texts under `root`.

    Parameters
    ----------
    root : Path
        The folder of the content.
    """
    return sorted(path.name for path in (root / "texts").iterdir() if path.is_dir())


def translations(content: Content, language: str) -> Translations:
    """Read one language of the content.

    Parameters
    ----------
    content : Content
        The English of today.
    language : str
        Name of a folder under `texts`; without that folder everything is missing.

    Raises
    ------
    ContentError
        When a file of the language cannot be read.
    """
    english = translatable(content)
    told = read(content.root, language)
    current = {name: one for name, one in told.items() if one.text and name in english}
    fresh = {name: one for name, one in current.items() if one.english == english[name]}
    return Translations(
        language=language,
        by_english={english[name]: one.text for name, one in fresh.items()},
        n_texts=len(english),
        missing=tuple(name for name in english if name not in current),
        stale=tuple(name for name in english if name in current and name not in fresh),
        unknown=tuple(sorted(set(told) - set(english))),
    )


def read(root: Path, language: str) -> dict[str, Translated]:
    """Read the files of one language as they stand.

    Parameters
    ----------
    root : Path
        The folder of the content.
    language : str
        Name of a folder under `texts`.

    Raises
    ------
    ContentError
        When a file is not TOML, or a table is not `english` and `text`.
    """
    found: dict[str, Translated] = {}
    for path in sorted((root / "texts" / language).glob("*.toml")):
        where = str(path.relative_to(root))
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            found |= {name: Translated(**one) for name, one in raw.items()}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
            raise ContentError(
                f"{where} cannot be read: {error}.",
                mend="Give each text a table with english and text.",
            ) from None
    return found


def as_files(content: Content, language: str) -> dict[str, str]:
    """Return the files of a language brought up to date: what is new without words, what is stale with a remark.

    Parameters
    ----------
    content : Content
        The English of today.
    language : str
        Which language; one without a folder is begun.

    Returns
    -------
    dict of str to str
        File name to text. What the content no longer has is left out.
    """
    told = read(content.root, language)
    parts: dict[str, list[str]] = {}
    for name, english in translatable(content).items():
        has = told.get(name, Translated(english))
        lines = [f"[{_quoted(name)}]"]
        if has.text and has.english != english:
            lines += ["# stale: the English is now", *(f"# {line}" for line in english.splitlines())]
        else:
            has = Translated(english, has.text)
        lines += [f"english = {_quoted(has.english)}", f"text = {_quoted(has.text)}", ""]
        parts.setdefault(name.partition(".")[0], []).extend(lines)
    return {f"{part}.toml": "\n".join(lines) for part, lines in parts.items()}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _all(content: Content) -> Iterator[tuple[str, str]]:
    for key, text in content.texts.items():
        if not key.endswith(CLINICIANS_ONLY):
            yield f"texts.{key}", text
    for exercise in content.exercises.values():
        yield from _under(f"exercises.{exercise.id}", exercise)
    for measure in content.measures.values():
        yield from _measure(measure)
    for name in content.protocol_ids:
        protocol: Protocol = content.protocol(name)
        yield from _under(f"protocols.{name}", protocol)
    yield from _figures(content.root)
    for questionnaire in content.questionnaires.values():
        yield from _under(f"questionnaires.{questionnaire.id}", questionnaire)


def _figures(root: Path) -> Iterator[tuple[str, str]]:
    """Yield what each picture of an exercise shows, as it is read out; `{side}` is filled in."""
    for path in sorted((root / "figures").glob("*.toml")):
        yield (
            f"figures.{path.stem}.says",
            str(tomllib.loads(path.read_text(encoding="utf-8")).get("says", "")),
        )


def _measure(measure: Measure) -> Iterator[tuple[str, str]]:
    at = f"measures.{measure.id}"
    yield f"{at}.label", measure.label
    yield f"{at}.question", measure.question
    yield from ((f"{at}.levels.{n}", level) for n, level in enumerate(measure.levels, 1))
    if measure.setting in (Setting.HOME, Setting.EITHER):
        yield f"{at}.how", measure.how


def _under(at: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts of a table, its own first, then those of the tables in it."""
    for name in FIELDS.get(type(value), ()):
        text = getattr(value, name)
        if isinstance(text, str):
            yield f"{at}.{name}", text
        else:
            yield from ((f"{at}.{name}.{n}", line) for n, line in enumerate(text, 1))
    for name in value.__struct_fields__:
        inner = getattr(value, name)
        if isinstance(inner, Struct):
            yield from _under(f"{at}.{name}", inner)
        elif isinstance(inner, tuple):
            for n, one in enumerate(inner, 1):
                if isinstance(one, Struct):
                    yield from _under(f"{at}.{name}.{getattr(one, 'id', '') or n}", one)
