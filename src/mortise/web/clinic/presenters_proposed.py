"""The programme that a working classification would start: first stage, exercises, what is kept out, hands."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mortise.decide.classify import WorkingClassification
from mortise.protocol import Exercise, Protocol, Tag
from mortise.report.care import grades_of
from mortise.report.doses import full_dose
from mortise.web.clinic.forms_plan_rows import TAG_WORDS


class ProposedRow(Struct, frozen=True, kw_only=True):
    """One exercise of the first stage with its first dose."""

    name: str
    purpose: str
    dose: str


class Proposed(Struct, frozen=True, kw_only=True):
    """What would start, as a page shows it beside the classification."""

    candidate: str
    protocol: str
    protocol_id: str
    stage: str
    aim: str
    rows: tuple[ProposedRow, ...]
    kept_out: tuple[str, ...]
    hands: tuple[tuple[str, str, str], ...]
    checked_by: str


def candidate_of(found: WorkingClassification, taken: str) -> tuple[str, str]:
    """Return candidate and protocol to show: what was taken, else what fits best; empty where neither starts one."""
    by_id = {one.candidate: one for one in found.candidates}
    for name in (taken, found.primary):
        if name in by_id and by_id[name].protocol:
            return by_id[name].label, by_id[name].protocol
    return "", ""


def proposed_of(candidate: str, protocol: Protocol, exercises: Mapping[str, Exercise]) -> Proposed:
    """Return the first stage of a protocol as it would be proposed; the plan's page changes every item of it."""
    stage = protocol.stage(protocol.first_stage)
    rows = tuple(
        ProposedRow(name=one.name, purpose=one.why, dose=full_dose(one.dose_steps[0], exercise=one))
        for slot in stage.slots
        if (one := exercises.get(slot.exercise)) is not None
    )
    return Proposed(
        candidate=candidate, protocol=protocol.title, protocol_id=protocol.id, stage=f"{stage.number} {stage.title}",
        aim=stage.aim, rows=rows,
        kept_out=tuple(TAG_WORDS[Tag(tag)].lower() for tag in stage.without_tags if tag in set(TAG_WORDS)),
        hands=tuple(
            (one.id, exercises[one.exercise].name, grades_of(one))
            for one in protocol.techniques
            if stage.id in one.stages and one.exercise in exercises
        ),
        checked_by=protocol.checked_by,
    )  # fmt: skip
