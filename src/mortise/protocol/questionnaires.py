"""Questionnaires: what is asked, how answers become scores, what a change means, and who owns the words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from msgspec import Struct, field

from mortise.terms import Better, Strength

MOST_ITEMS = 100
MOST_OPTIONS = 12
MOST_CHARACTERS = 600  # of one item: more is not a question


class Ships(StrEnum):
    """Whether the words of the items may stand in this repository."""

    ITEMS = "items"  # nobody owns them
    OWN_WORDING = "own_wording"  # the method is free, the words are ours
    ASK_FIRST = "ask_first"  # not until the owner was asked
    NO = "no"


class Scoring(StrEnum):
    """How answers become one score.

    `SUM` of all; `MEAN` of those answered; `PERCENT` of what those answered could have come to; `SINGLE` the one
    answer; `ENTRY` is only ever typed in.
    """

    SUM = "sum"
    MEAN = "mean"
    PERCENT = "percent"
    SINGLE = "single"
    ENTRY = "entry"


class Licence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of the right to use an instrument, and from where it is known."""

    owner: str
    terms: str
    known_from: str
    ships: Ships


class Grant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The licence a clinic obtained for the words of an instrument."""

    holder: str
    granted_by: str
    reference: str
    granted_on: date
    until: date | None = None  # the last day on which it holds; None: without an end


class Option(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer of an item. Without points it does not apply to this person and is left out of the score."""

    label: str
    points: Decimal | None = None


class Item(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question. Its words stand in `text`, or are those of the measure that it `asks`.

    It is answered by one of `options`, or without them by a number between the ends of its score's items.
    `is_named_by_patient`: the patient's own activity is what it asks about.
    """

    id: str
    text: str = ""
    asks: str = ""
    options: tuple[Option, ...] = ()
    low_label: str = ""
    high_label: str = ""
    is_named_by_patient: bool = False


class RealChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published figure about change or level: the error of one person's change, the least that matters, a mark."""

    kind: Literal["mdc95", "mdc90", "mcid", "sem", "mark"]
    value: Decimal
    population: str
    evidence: tuple[str, ...]
    strength: Strength


class ScoreRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One score of a questionnaire, and the measure in which it goes on the record.

    `n_answered_least`: with fewer answers there is no score; what is left open is never taken as an answer. `reversed`
    names the items that count the other way round; with `is_turned` the whole score does.
    """

    id: str
    label: str
    measure: str
    rule: Scoring
    n_items: int = 0
    items: tuple[str, ...] = ()  # item ids; without them the id with 01, 02, ... behind it
    item_low: Decimal = Decimal(0)
    item_high: Decimal = Decimal(0)
    item_step: Decimal = Decimal(1)
    reversed_items: tuple[str, ...] = field(name="reversed", default=())
    is_turned: bool = False
    n_answered_least: int = 0
    low: Decimal
    high: Decimal
    better: Better
    by: str  # instrument of the measure when it is asked at a visit
    by_phone: str = ""  # and when it is asked on the phone
    changes: tuple[RealChange, ...] = ()

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Return the ids of its items in order."""
        return self.items or tuple(f"{self.id}{number:02d}" for number in range(1, self.n_items + 1))

    @property
    def smallest_real_change(self) -> Decimal | None:
        """Return the least change that says something of one person: never less than the error of a difference."""
        known = [one.value for one in self.changes if one.kind in ("mdc95", "mdc90", "mcid")]
        has_error = any(one.kind in ("mdc95", "mdc90") for one in self.changes)
        return max(known) if has_error else None


class Questionnaire(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An instrument that is answered in words or numbers. Without items only its scores are typed in."""

    id: str
    title: str
    short: str
    version: str
    language: str
    about: str
    about_patient: str = ""  # the same for whoever answers; empty: `about` does for both
    recall: str = ""  # which days it asks about
    is_validated: bool = True
    missing: str  # the rule for what is left open, in words
    licence: Licence
    scores: tuple[ScoreRule, ...]
    items: tuple[Item, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Return the ids of every item that a score counts, each once, in order."""
        return tuple(dict.fromkeys(name for score in self.scores for name in score.item_ids))

    @property
    def takes_items(self) -> bool:
        """Whether a clinic's own licensed items could be loaded into it."""
        return not self.items and any(score.rule is not Scoring.ENTRY for score in self.scores)

    def item(self, item_id: str) -> Item | None:
        """Return the item of that id, or None."""
        return next((one for one in self.items if one.id == item_id), None)

    def scores_with(self, item_id: str) -> Iterator[ScoreRule]:
        """Yield the scores that count an item."""
        return (score for score in self.scores if item_id in score.item_ids)


class ItemPack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clinic's own file of licensed words. `options` are the answers of every item that names none of its own."""

    questionnaire: str
    version: str
    language: str
    licence: Grant
    options: tuple[Option, ...] = ()
    items: tuple[Item, ...]
