"""A clinician's techniques as they are read beside the plinth: what forbids them first, then how, then the test."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.safestring import SafeString
from msgspec import Struct

from mortise.protocol import Exercise, Hands, Irritability, Protocol
from mortise.report.care import STRENGTH
from mortise.terms import Measure, Side
from mortise.web.clinic import pictures


class DoseLine(Struct, frozen=True, kw_only=True):
    """Grade and dose at one irritability; `dose` is empty where the technique is not given."""

    irritability: str
    dose: str


class TechniqueView(Struct, frozen=True, kw_only=True):
    """One technique of a protocol, in the order in which it is read."""

    id: str
    name: str
    why: str
    picture: SafeString
    joint: str
    direction: str
    stages: tuple[str, ...]
    not_when: tuple[str, ...]
    cautions: tuple[str, ...]
    set_up: str
    hands: str
    steps: tuple[str, ...]
    cues: tuple[str, ...]
    stop_signs: tuple[str, ...]
    doses: tuple[DoseLine, ...]
    test: str
    measure: str  # what the protocol asks for; empty where the words of the test name it
    basis: str


def techniques_of(
    protocol: Protocol, exercises: Mapping[str, Exercise], measures: Mapping[str, Measure], *, only: str = ""
) -> tuple[TechniqueView, ...]:
    """Return the techniques of a protocol in its own order, or the one that is named."""
    found = ((one, exercises.get(one.exercise)) for one in protocol.techniques if only in ("", one.id))
    return tuple(_view(one, exercise, measures) for one, exercise in found if exercise is not None)


def _view(one: Hands, exercise: Exercise, measures: Mapping[str, Measure]) -> TechniqueView:
    technique = exercise.technique
    assert technique is not None  # obligation 7b: hands name a technique
    given = {dose.irritability: f"{' to '.join(dose.grades)}, {dose.dose}" for dose in one.doses}
    measure = measures.get(one.test)
    return TechniqueView(
        id=one.id,
        name=exercise.name,
        why=exercise.why,
        picture=pictures.thumbnail_of(exercise.id, Side.RIGHT),
        joint=technique.joint,
        direction=technique.direction,
        stages=one.stages,
        not_when=one.not_when,
        cautions=_united(one.not_when, one.cautions, technique.cautions)[len(one.not_when) :],
        set_up=exercise.set_up,
        hands=technique.hands,
        steps=exercise.steps,
        cues=exercise.cues,
        stop_signs=exercise.stop_signs,
        doses=tuple(DoseLine(irritability=kind.value, dose=given.get(kind, "")) for kind in Irritability),
        test=technique.test,
        measure=_not_named(measure.label if measure is not None else one.test, technique.test),
        basis=f"{STRENGTH[one.strength]}: {', '.join(one.evidence)}",
    )


def _not_named(label: str, words: str) -> str:
    return "" if label.lower() in words.lower() else label


def _united(*parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the protocol and the technique each warn of, once."""
    return tuple(dict.fromkeys(line for part in parts for line in part))
