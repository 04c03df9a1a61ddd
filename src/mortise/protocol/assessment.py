"""The structured assessment and the arguments of the working classification, as a clinician writes them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from mortise.protocol.rules import Tier
from mortise.terms import Limb, Strength

URGENT = (Tier.NOW, Tier.WITHIN_48_H)
QuestionKind = Literal["level", "text", "level_and_text"]


class Level(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer of a question. `refers` stops the assessment and names the escalation; `tier` says how soon."""

    id: str
    label: str
    refers: str = ""  # what the clinician does now; empty for an ordinary answer
    tier: Tier | None = None
    is_exclusion: bool = False  # no protocol can be started with this answer


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question of the assessment. The answer becomes a `Sign` with this id and the level's id.

    A `text` question keeps the patient's or clinician's own words in `Sign.text` with level `noted`. `raises` names the
    red-flag measure that an answer which sends on now or within 48 hours raises in a running programme.
    """

    id: str
    label: str
    kind: QuestionKind = "level"
    is_sided: bool = False
    levels: tuple[Level, ...] = ()
    help: str = ""
    raises: str = ""
    is_required: bool = False
    evidence: tuple[str, ...] = ()

    def level(self, level_id: str) -> Level | None:
        """Return the answer of that id, or None."""
        return next((level for level in self.levels if level.id == level_id), None)

    def flag_of(self, level_id: str) -> str:
        """Return the red flag this answer raises, or nothing; what refers within two weeks stops nothing by itself."""
        level = self.level(level_id)
        return self.raises if level is not None and level.tier in URGENT else ""


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One page of the assessment: its questions, then the readings taken there (measure ids)."""

    id: str
    number: int
    title: str
    intro: str = ""
    questions: tuple[Question, ...] = ()
    measures: tuple[str, ...] = ()
    asks_goals: bool = False  # the patient's own goals are written here, as `Goal` facts


class Assessment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole assessment, its sections in the order in which a clinician examines."""

    sections: tuple[Section, ...] = ()

    def questions(self) -> Iterator[Question]:
        """Yield every question in order."""
        for section in self.sections:
            yield from section.questions

    def question(self, question_id: str) -> Question | None:
        """Return the question of that id, or None."""
        return next((one for one in self.questions() if one.id == question_id), None)


class Argument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One argument for or against a candidate: a sign at one of some levels, or a reading at a bound.

    `weight` is positive for and negative against; 1 slight, 2 fair, 3 strong. `test_next` says what to do when the
    sign or reading is not known yet.
    """

    id: str
    say: str
    weight: int
    sign: str = ""
    levels: tuple[str, ...] = ()
    measure: str = ""
    limb: Limb = Limb.INVOLVED
    minus: str = ""  # compare `measure` minus this measure, taken on `minus_limb` or else on the same limb
    minus_limb: Limb | None = None
    operator: Literal[">=", "<=", "==", ""] = ""
    value: Decimal | None = None
    unit: str = ""
    test_next: str = ""
    evidence: tuple[str, ...] = ()
    strength: Strength = Strength.CONSENSUS


class Candidate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One working classification with what speaks for and against it.

    It is named when its arguments weigh at least `enough` and `n_known_least` of them are known. `is_coexisting`
    marks a condition that is named beside a classification and never instead of one.
    """

    id: str
    label: str
    what: str
    arguments: tuple[Argument, ...]
    enough: int = 4
    n_known_least: int = 3
    is_coexisting: bool = False
    comes_first: bool = False  # when it is named it leads, whatever the others weigh: its limits win
    protocol: str = ""  # the protocol it can start; empty: none yet
    no_protocol: str = ""  # what to say when there is none
    escalate: str = ""  # for a coexisting condition: to whom


class Classification(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every candidate of the working classification."""

    candidates: tuple[Candidate, ...] = ()
    note: str = ""
