"""A self-test below error reopens care: a task, a re-test, and the highest stage whose entry is still met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from mortise.decide import Inputs, ReadyStage, evaluate, kleene, ready_node
from mortise.progress.kept import Keeping, Kept, kept
from mortise.protocol import Criterion, Group, Protocol
from mortise.record import Fact, Judgement, Proposal, ProposalAnswer, StageEntry
from mortise.record.tracks import Series, Track, key_of
from mortise.terms import Limb, Measure, Truth

RE_ENTRY = "re_entry"
RETEST_DAYS = 7  # a loss is looked at again within a week; consensus
# Collected while a stage is done, not a level that is there or not: it cannot speak of another stage.
_OF_THE_STAGE = frozenset({
    "days_in_stage", "adherence", "running_light", "running_light_or_worse", "days_with_light", "last_light",
})  # fmt: skip


class Reopened(StrEnum):
    """How far a reopened care has come."""

    RETEST = "retest"  # one test below error: to be taken again
    RE_ENTRY = "re_entry"  # confirmed: a stage is proposed
    KEEPS = "keeps"  # confirmed, and the entry of every stage is met all the same


class Reopening(Struct, frozen=True, kw_only=True):
    """What reopened care: the test, what it lost, and where care would go on.

    `waits_for` are the criteria that stand between this stage and the next higher one, by id.
    """

    measure: str
    label: str
    rule: str
    kept: Kept
    state: Reopened
    on: date
    retest_by_on: date
    stage: str = ""
    proposal: str = ""
    waits_for: tuple[str, ...] = ()


def reopening_of(
    protocol: Protocol,
    stage: str,
    entered_on: date,
    tracks: Mapping[str, Track],
    measures: Mapping[str, Measure],
    facts: Sequence[Fact],
    inputs: Inputs,
    ready: ReadyStage,
) -> Reopening | None:
    """Say whether care is reopened, and how far that has come.

    Parameters
    ----------
    protocol : Protocol
        Its early warnings and stages.
    stage : str
        The stage the patient is in.
    entered_on : date
        Since when.
    tracks : mapping of str to Track
        Of the day.
    measures : mapping of str to Measure
        For direction and words.
    facts : sequence of Fact
        Those that count.
    inputs : Inputs
        What criteria are judged on.
    ready : ReadyStage
        For the person whose bounds these are.

    Returns
    -------
    Reopening or None
        None outside the maintenance stage, or while every test holds. Of several lost, the confirmed one leads, then
        the first in the protocol.
    """
    keeping = protocol.maintenance
    if keeping is None or stage != keeping.stage:
        return None
    held_from = max([entered_on, *(one.on for one in facts if _looked_at(one))])
    found = []
    for test in keeping.tests:
        measure = measures.get(test.measure)
        if measure is None:
            continue
        now = kept(newest_series(measure, tracks), measure.better, held_from.toordinal())
        if now.keeping is Keeping.LOST and now.day is not None:
            on = date.fromordinal(now.day)
            found.append(Reopening(
                measure=measure.id, label=measure.label, rule=test.rule, kept=now, on=on, state=Reopened.RETEST,
                retest_by_on=on + timedelta(days=RETEST_DAYS),
            ))  # fmt: skip
    if not found:
        return None
    first = min(found, key=lambda one: not one.kept.is_confirmed)
    return (
        _with_stage(first, protocol, stage, measures, facts, inputs, ready)
        if first.kept.is_confirmed
        else first
    )


def _looked_at(fact: Fact) -> bool:
    """Whether a clinician has recorded that this is as good as it will get: from then on that is the level."""
    return isinstance(fact, Judgement) and fact.judgement == "range_limit" and bool(fact.by)


def newest_series(measure: Measure, tracks: Mapping[str, Track]) -> Series | None:
    """Return the newest series of a measure on the involved side.

    Parameters
    ----------
    measure : Measure
        Which.
    tracks : mapping of str to Track
        Of the day.

    Returns
    -------
    Series or None
        None when it was never taken.
    """
    track = tracks.get(key_of(measure.id, Limb.INVOLVED if measure.is_sided else Limb.NONE))
    return track.series[0] if track is not None and track.series else None


def _with_stage(
    first: Reopening,
    protocol: Protocol,
    stage: str,
    measures: Mapping[str, Measure],
    facts: Sequence[Fact],
    inputs: Inputs,
    ready: ReadyStage,
) -> Reopening:
    entry, waits_for = entry_stage(protocol, stage, measures, inputs, ready)
    if entry == stage:
        return replace(first, state=Reopened.KEEPS, stage=stage)
    open_ones = _open_proposals(facts, first.on)
    return replace(first, state=Reopened.RE_ENTRY, stage=entry, waits_for=waits_for,
                   proposal=open_ones[-1] if open_ones else "")  # fmt: skip


def _open_proposals(facts: Sequence[Fact], since_on: date) -> list[str]:
    """Return the re-entries proposed and neither answered nor overtaken by a stage entry."""
    answered = {one.proposal for one in facts if isinstance(one, ProposalAnswer)}
    entered = max((one.on for one in facts if isinstance(one, StageEntry)), default=date.min)
    return [
        one.id for one in facts
        if isinstance(one, Proposal) and one.proposes == RE_ENTRY and one.id not in answered and one.on >= entered
    ]  # fmt: skip


def entry_stage(
    protocol: Protocol, upto: str, measures: Mapping[str, Measure], inputs: Inputs, ready: ReadyStage
) -> tuple[str, tuple[str, ...]]:
    """Return the highest stage, up to `upto`, whose entry is met today, and what the next one waits for.

    Parameters
    ----------
    protocol : Protocol
        Its stages.
    upto : str
        No higher than this one.
    measures : mapping of str to Measure
        Every measure.
    inputs : Inputs
        The day.
    ready : ReadyStage
        For the person.

    Returns
    -------
    stage : str
        The entry of a stage is met when every exit of every stage before it is. Unknown is not met.
    waits_for : tuple of str
        Criteria of the first exit that is not met.

    Notes
    -----
    What is collected while a stage is done (days in it, runs of lights, adherence) does not speak of another stage. A
    level once confirmed on two dates is not confirmed anew: one date is enough to go back to where it was.
    """
    stages = sorted(protocol.stages, key=lambda one: one.number)
    here = stages[0]
    for stage in stages:
        here = stage
        if stage.id == upto:
            break
        waits = [line for line in stage.exit if not _is_met(line, protocol, measures, inputs, ready)]
        if waits:
            return here.id, tuple(line.id for line in waits)
    return here.id, ()


def _is_met(
    line: Criterion | Group,
    protocol: Protocol,
    measures: Mapping[str, Measure],
    inputs: Inputs,
    ready: ReadyStage,
) -> bool:
    truth = _truth(line, protocol, measures, inputs, ready)
    return truth is None or truth is Truth.MET


def _truth(
    node: Criterion | Group,
    protocol: Protocol,
    measures: Mapping[str, Measure],
    inputs: Inputs,
    ready: ReadyStage,
) -> Truth | None:
    """Return the truth of a node, or None when nothing under it speaks of another stage."""
    if isinstance(node, Group):
        truths = [_truth(child, protocol, measures, inputs, ready) for child in node.of]
        spoken = [one for one in truths if one is not None]
        return kleene(spoken, min(node.n_needed, len(spoken))) if spoken else None
    derive = measures[node.measure].derive
    if derive is not None and derive.kind in _OF_THE_STAGE:
        return None
    once = replace(node, n_dates=1, needs_visit=False)
    made = ready_node(
        once, of="rule", group=node.id, measures=measures, bands=protocol.bands, person=ready.person
    )
    return evaluate(made, inputs, [])
