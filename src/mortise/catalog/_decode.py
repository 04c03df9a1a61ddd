"""Read TOML strictly: every fault of every file is collected with its place and its mend."""

from __future__ import annotations

import copy
import re
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mortise.errors import Fault
from mortise.protocol import Criterion, Group

_T = TypeVar("_T")
_PATH = re.compile(r" - at `\$?(.*)`$")
_UNKNOWN = re.compile(r"unknown field `(.+?)`")
_STEP = re.compile(r"([a-zA-Z_]\w*)|\[(\d+)\]")
_MOST_UNKNOWN = 50  # keys of one table; beyond them it is no such table

# What an author writes for a group of criteria, and how many of its lines must then be met (None: given by `at_least`).
_GROUP_WORDS: dict[str, int | None] = {"all": -1, "any": 1, "of": None}


class Faults(list[Fault]):
    """The faults found so far, in the order of the files. `n_lost` counts those that left a part unread."""

    def __init__(self) -> None:
        super().__init__()
        self.n_lost = 0

    def add(self, where: str, message: str, mend: str = "") -> None:
        """Note one fault."""
        self.append(Fault(where, message, mend))

    def lose(self, where: str, message: str, mend: str = "") -> None:
        """Note one fault for which a part could not be read: what rests on it cannot be judged."""
        self.n_lost += 1
        self.add(where, message, mend)


def read_toml(path: Path, where: str, faults: Faults) -> dict[str, Any]:
    """Return what the file holds, with decimals exact; a fault and an empty table when it is not valid TOML."""
    import tomllib  # content that was stored decoded needs none

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        faults.lose(where, "the file is missing.", "Write it, or take its name out of the folder.")
    except UnicodeDecodeError:
        faults.lose(where, "the file is not UTF-8 text.", "Save it as UTF-8.")
    except tomllib.TOMLDecodeError as error:
        faults.lose(where, f"not valid TOML: {error}.", "Correct the line named.")
    return {}


def decode(kind: type[_T], raw: Any, where: str, faults: Faults) -> _T | None:
    """Return `raw` as a strict frozen `kind`, or None and one fault that names the field.

    A key that nobody knows is a fault, and is then passed over or read as the one it was meant to be, so that one run
    tells what else is wrong.
    """
    for _ in range(_MOST_UNKNOWN):
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            text = str(error)
        path = _PATH.search(text)
        field = path.group(1).lstrip(".") if path else ""
        place = ", ".join(part for part in (where, field) if part)
        message = _PATH.sub("", text)
        raw, is_mended = _without_unknown(raw, field, message, kind)
        if not is_mended:
            faults.lose(place, f"{message}.", "Correct this field.")
            return None
        faults.add(place, f"{message}.", _mend(message, kind))
    faults.lose(where, "has too many keys that nobody knows.", "Correct its keys.")
    return None


def _without_unknown(raw: Any, field: str, message: str, kind: type[Any]) -> tuple[Any, bool]:
    """Return what was read with one unknown key gone, or under the name it was meant to have, and whether it could."""
    unknown = _UNKNOWN.search(message)
    if unknown is None:
        return raw, False
    raw = copy.deepcopy(raw)
    holder = raw
    for name, index in _STEP.findall(field):
        holder = holder[int(index)] if index else holder[name]
    if not isinstance(holder, dict) or unknown.group(1) not in holder:
        return raw, False
    value = holder.pop(unknown.group(1))
    meant = _near(unknown.group(1), kind) if not field else ""
    if meant and meant not in holder:
        holder[meant] = value
    return raw, True


def _mend(message: str, kind: type[Any]) -> str:
    unknown = _UNKNOWN.search(message)
    near = _near(unknown.group(1), kind) if unknown else ""
    return f"Did you mean {near!r}?" if near else "Take it out, or correct its name."


def _near(name: str, kind: type[Any]) -> str:
    """Return the field that a misspelt key was meant to be, or nothing."""
    import difflib  # only when something is wrong

    names = [field.encode_name for field in msgspec.structs.fields(kind)] if _is_struct(kind) else []
    return next(iter(difflib.get_close_matches(name, names, n=1)), "")


def _is_struct(kind: type[Any]) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def decode_node(raw: Any, where: str, faults: Faults) -> Criterion | Group | None:
    """Return a criterion, or a group written with `all`, `any`, or `at_least` and `of`; None and faults otherwise."""
    if not isinstance(raw, dict):
        faults.lose(where, "a criterion is a table.", "Write { id = ..., measure = ... }.")
        return None
    words = [word for word in _GROUP_WORDS if word in raw]
    if not words:
        return decode(Criterion, {"type": "criterion", **raw}, where, faults)
    if len(words) > 1:
        faults.lose(where, f"both {words[0]!r} and {words[1]!r}.", "Keep one of all, any, of.")
        return None
    return _decode_group(dict(raw), words[0], where, faults)


def _decode_group(raw: dict[str, Any], word: str, where: str, faults: Faults) -> Group | None:
    children = raw.pop(word)
    if not isinstance(children, list) or not children:
        faults.lose(f"{where}, {word}", "a group needs at least one line.", "Add a criterion.")
        return None
    n_before = faults.n_lost
    nodes = tuple(
        decode_node(child, f"{where}, {word}[{index}]", faults) for index, child in enumerate(children)
    )
    needed = _GROUP_WORDS[word]
    if needed is None:
        needed = raw.pop("at_least", None)
        if not isinstance(needed, int) or not 1 <= needed <= len(nodes):
            faults.lose(where, "'of' needs at_least between 1 and the number of lines.", "Say how many.")
            return None
    elif needed < 0:
        needed = len(nodes)
    if faults.n_lost > n_before:
        return None
    return decode(Group, {"type": "group", **raw, "n_needed": needed, "of": nodes}, where, faults)
