"""Draw blind edits of the real content: one place of one file each, the same for the same seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from random import Random
from typing import NamedTuple

from mortise.catalog import CONTENT_ROOT, load
from mortise.units import UNIT_NAMES

SEED = 20261121  # the duties were written while its survivors were looked at
HELD_OUT_SEED = 18471019  # chosen when all of them stood; 19061928 had been looked at by then


class Edit(NamedTuple):
    """One edit: which file, from where to where in it, and what stands there instead."""

    kind: str
    file: str
    start: int
    end: int
    new: str


_CRITERION_VALUE = re.compile(r"\bvalue = (-?\d+(?:\.\d+)?)")
_OPERATOR = re.compile(r"operator = '(>=|<=)'")
_MEASURE = re.compile(r"(?<![a-z_])measure = '([a-z0-9_]+)'")
_UNIT = re.compile(r"\bunit = '([a-z_]+)'")
_EXIT = re.compile(r"\[\[stages\.exit\]\]\n(?:(?!\[\[).*\n)+")
_INLINE = re.compile(r"^ +\{ id = .*\},\n", re.MULTILINE)
_TAGS = re.compile(r"(?:without_tags|tags) = \[([^\]]+)\]")
_STAGE_NAME = re.compile(r"(?:step_back_to|first_stage) = '(\w+)'")
_STAGE_LIST = re.compile(r"^stages = \[([^\]]+)\]", re.MULTILINE)
_SLOT = re.compile(r"\[\[stages\.slots\]\]\n(?:(?!\[\[).+\n)+")
_DOSE = re.compile(
    r"\b(?:first_step|last_step|rest_days|n_per_week|ease_to_pct|dose_pct|minutes_at_most|n_sets|n_reps|hold_s|"
    r"duration_s|for_days) = (\d+)"
)
_SCHEDULE = re.compile(r"\b(?:every_days|max_age_days|window_days|silence_days|min_days) = (\d+)")
_REVIEW = re.compile(r"\[\[reviews\]\]\n(?:(?!\[\[).+\n)+")
_EFFECT = re.compile(r"\b(?:advice|load) = '(\w+)'")
_SWITCH = re.compile(r"\b(?:locks|is_danger|needs_visit|recheck_exits) = true")
_LIGHT = re.compile(r"^light = '(\w+)'", re.MULTILINE)
_CITED = re.compile(r"evidence = \[([^\]]+)\]")
_ADVICES = ("stop_and_seek_help", "ask_clinician", "step_back", "hold")
_LOADS = ("rest", "ease", "keep", "raise")
_LIGHTS = ("red", "amber", "green_amber", "green")


def _other(chance: Random, choices: tuple[str, ...] | list[str], than: str) -> str:
    return chance.choice([one for one in choices if one != than] or [than + "_x"])


def _scaled(text: str, by: Decimal) -> str:
    places = -int(Decimal(text).as_tuple().exponent)
    made = (Decimal(text) * by).quantize(Decimal(1).scaleb(-places))
    if made == Decimal(text):
        made += Decimal(1).scaleb(-places) * (1 if by > 1 else -1)
    return str(made)


def _near(match: re.Match[str], chance: Random) -> str:
    return _scaled(match.group(1), Decimal(chance.randint(70, 130)) / 100)


def _far(match: re.Match[str], chance: Random) -> str:
    way = chance.choice((Decimal(10), Decimal("0.1"), Decimal(100), Decimal(-1)))
    return _scaled(match.group(1), way)


def _flipped(match: re.Match[str], chance: Random) -> str:
    return "<=" if match.group(1) == ">=" else ">="


def _measure(match: re.Match[str], chance: Random) -> str:
    return _other(chance, sorted(load().measures), match.group(1))


def _unit(match: re.Match[str], chance: Random) -> str:
    return _other(chance, sorted(UNIT_NAMES), match.group(1))


def _one_less(match: re.Match[str], chance: Random) -> str:
    names = [one.strip() for one in match.group(1).split(",")]
    names.pop(chance.randrange(len(names)))
    return ", ".join(names)


def _stage(match: re.Match[str], chance: Random) -> str:
    return _other(chance, [f"{match.group(1)[0]}{number}" for number in range(1, 6)], match.group(1))


def _exercise(match: re.Match[str], chance: Random) -> str:
    if chance.random() < 0.5:
        return ""
    return re.sub(
        r"exercise = '[^']+'", f"exercise = '{chance.choice(sorted(load().exercises))}'", match.group(0)
    )


def _stepped(match: re.Match[str], chance: Random) -> str:
    number = int(match.group(1))
    if number < 10:
        return str(max(0, number + chance.choice((-1, 1))))
    return _scaled(match.group(1), chance.choice((Decimal("0.7"), Decimal("1.3"))))


def _paced(match: re.Match[str], chance: Random) -> str:
    return _scaled(match.group(1), chance.choice((Decimal(2), Decimal("0.5"))))


def _effect(match: re.Match[str], chance: Random) -> str:
    return _other(chance, _ADVICES if match.group(1) in _ADVICES else _LOADS, match.group(1))


def _light(match: re.Match[str], chance: Random) -> str:
    return _other(chance, _LIGHTS, match.group(1))


def _off(match: re.Match[str], chance: Random) -> str:
    return match.group(0).replace("true", "false")


def _nothing(match: re.Match[str], chance: Random) -> str:
    return ""


def _citation(match: re.Match[str], chance: Random) -> str:
    names = [one.strip().strip("'") for one in match.group(1).split(",")]
    at = chance.randrange(len(names))
    names[at] = _other(chance, sorted(load().evidence), names[at])
    return ", ".join(f"'{one}'" for one in names)


_Change = Callable[[re.Match[str], Random], str]
# kind -> what is looked for, which part of it is replaced (0: all of it), and by what; one of these is drawn each time.
KINDS: dict[str, tuple[tuple[re.Pattern[str], int, _Change], ...]] = {
    "value within 30 %": ((_CRITERION_VALUE, 1, _near),),
    "value x10, x100, sign": ((_CRITERION_VALUE, 1, _far),),
    "operator": ((_OPERATOR, 1, _flipped),),
    "wrong measure": ((_MEASURE, 1, _measure),),
    "wrong unit": ((_UNIT, 1, _unit),),
    "criterion dropped": ((_EXIT, 0, _nothing), (_INLINE, 0, _nothing)),
    "tag dropped": ((_TAGS, 1, _one_less),),
    "stage link": ((_STAGE_NAME, 1, _stage), (_STAGE_LIST, 1, _one_less)),
    "exercise of a stage": ((_SLOT, 0, _exercise),),
    "dose": ((_DOSE, 1, _stepped),),
    "schedule": ((_SCHEDULE, 1, _paced), (_REVIEW, 0, _nothing)),
    "order and effect": ((_EFFECT, 1, _effect), (_SWITCH, 0, _off), (_LIGHT, 1, _light)),
    "citation": ((_CITED, 1, _citation),),
}
# Doses and tags of exercises are part of what a protocol says; everything else is edited in the protocol itself.
_IN_EXERCISES = frozenset({"tag dropped", "dose"})


def edits(n_mutants: int, seed: int = SEED) -> Iterator[Edit]:
    """Draw edits, the kinds in turn, each in a file and at a place drawn blindly."""
    chance = Random(seed)
    kinds = list(KINDS)
    seen: set[tuple[str, int, str]] = set()
    n_made = 0
    while n_made < n_mutants:
        kind = kinds[n_made % len(kinds)]
        file = chance.choice(_files(kind, chance.random() < 0.25))
        pattern, part, change = chance.choice(KINDS[kind])
        places = list(pattern.finditer(text_of(file)))
        if not places:
            continue
        match = chance.choice(places)
        edit = Edit(kind, file, match.start(part), match.end(part), change(match, chance))
        if (file, edit.start, edit.new) in seen or edit.new == match.group(part):
            continue
        seen.add((file, edit.start, edit.new))
        n_made += 1
        yield edit


def _files(kind: str, in_exercises: bool) -> list[str]:
    folder = "exercises" if in_exercises and kind in _IN_EXERCISES else "protocols"
    pattern = "exercises/*.toml" if folder == "exercises" else "protocols/*/protocol.toml"
    return sorted(str(one.relative_to(CONTENT_ROOT)) for one in CONTENT_ROOT.glob(pattern))


@cache
def text_of(file: str) -> str:
    """Return a file of the content as it is."""
    return (CONTENT_ROOT / file).read_text(encoding="utf-8")
