"""How far the engine may act for this patient: from the record's own entries, proposals and answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from mortise.decide.autonomy import PREFIX, RAISE_DAYS, Trust, by_default, raise_constraint
from mortise.decide.overrules import Overrule
from mortise.episode.known import is_a_clinicians
from mortise.protocol import Constraint, Protocol
from mortise.record import (
    AutonomyEntry,
    CheckIn,
    Decision,
    Fact,
    PlanVersion,
    Proposal,
    ProposalAnswer,
    Reading,
    Response,
    SessionLog,
    StageEntry,
)
from mortise.terms import Autonomy, Load, Origin

RAISE = "raise"
_BEGINS = (PlanVersion, StageEntry)


class InForce(NamedTuple):
    """The stage of autonomy on a day and the entry that says so; `raises_until` is the last day of a yes.

    `entry` None: the record says nothing, and the default holds (`decide.autonomy.by_default`).
    """

    autonomy: Autonomy
    raises_until: date | None
    entry: AutonomyEntry | None


def autonomy_on(facts: Sequence[Fact], as_of: date) -> InForce:
    """Return the stage of autonomy in force.

    Parameters
    ----------
    facts : sequence of Fact
        Those that count, up to the day.
    as_of : date
        The day.

    Returns
    -------
    InForce
        The newest entry counts. `apply` counts only from the server, any other also from a clinician. Without one:
        `propose` once a clinician has set a plan or entered a stage, `observe` before.
    """
    entry = max((one for one in facts if _counts(one)), key=_newest, default=None)
    assert entry is None or isinstance(entry, AutonomyEntry)
    raises = {one.id for one in facts if isinstance(one, Proposal) and one.proposes == RAISE}
    accepted = [
        one.on for one in facts
        if isinstance(one, ProposalAnswer) and one.proposal in raises and one.answer == "accept"
        and one.origin is Origin.CLINICIAN and one.by
    ]  # fmt: skip
    until = max(accepted) + timedelta(days=RAISE_DAYS - 1) if accepted else None
    is_begun = any(isinstance(one, _BEGINS) and is_a_clinicians(one) for one in facts)
    return InForce(by_default(is_begun=is_begun) if entry is None else entry.autonomy, until, entry)


def _counts(fact: Fact) -> bool:
    if not isinstance(fact, AutonomyEntry):
        return False
    if fact.origin is Origin.ENGINE:
        return True
    return fact.origin is Origin.CLINICIAN and bool(fact.by) and fact.autonomy is not Autonomy.APPLY


def _newest(fact: Fact) -> tuple[date, float, int, str]:
    at = fact.received_at or fact.captured_at
    reach = fact.autonomy.reach if isinstance(fact, AutonomyEntry) else 0
    return fact.on, 0.0 if at is None else at.timestamp(), -reach, fact.id


def autonomy_constraints(
    facts: Sequence[Fact], as_of: date, overrule: Overrule | None
) -> tuple[Constraint, ...]:
    """Return what autonomy takes away today: nothing, or the raise.

    Parameters
    ----------
    facts : sequence of Fact
        Those that count.
    as_of : date
        The day.
    overrule : Overrule or None
        A load that a clinician chose for this day is the clinician's, and no autonomy is needed for it.

    Returns
    -------
    tuple of Constraint
        At most one.
    """
    if overrule is not None and overrule.load is Load.RAISE and overrule.decided_on == as_of:
        return ()
    now = autonomy_on(facts, as_of)
    is_accepted = now.raises_until is not None and as_of <= now.raises_until
    made = raise_constraint(now.autonomy, is_accepted=is_accepted)
    return () if made is None else (made,)


def raise_waits(decision: Decision) -> bool:
    """Tell whether a decision would raise the load if a clinician agreed.

    Parameters
    ----------
    decision : Decision
        Of the day.

    Returns
    -------
    bool
        False while autonomy is `observe`: then nothing is even proposed.
    """
    cut = [one for one in decision.constraints if "load" in one.lowered]
    return [one.constraint for one in cut] == [f"{PREFIX}{Autonomy.PROPOSE.value}"]


def trust_of(
    facts: Iterable[Fact],
    protocol: Protocol,
    clinician: str,
    *,
    n_answered: int,
    is_locked: bool,
    as_of: date,
) -> Trust:
    """Count what autonomy is earned by, from instants of the server's clock (`received_at`) only.

    Parameters
    ----------
    facts : iterable of Fact
        Those that count.
    protocol : Protocol
        Its red flags, and when it is due for review.
    clinician : str
        Whose agreements are counted.
    n_answered : int
        Days on which this clinician answered anybody.
    is_locked : bool
        Whether a red flag is open.
    as_of : date
        The day.

    Returns
    -------
    Trust
        What came without the server's instant counts for nothing, and a reset without one counts from the beginning.
    """
    facts = tuple(facts)
    raises = {one.id for one in facts if isinstance(one, Proposal) and one.proposes == RAISE}
    begun = [one.received_at for one in facts if isinstance(one, PlanVersion) and one.received_at is not None]
    agreed = [one.received_at for one in facts if one.by == clinician and _agrees(one, raises)]
    resets = [one.received_at for one in facts if _resets(one, frozenset(protocol.red_flags))]
    known = [at for at in resets if at is not None]
    return Trust(
        begun_at=min(begun, default=None), reset_at=max(known, default=None),
        agreed_at=tuple(at for at in agreed if at is not None) if len(known) == len(resets) else (),
        n_answered=n_answered, is_locked=is_locked, is_protocol_overdue=protocol.next_review_on < as_of,
    )  # fmt: skip


def _agrees(fact: Fact, raises: set[str]) -> bool:
    if isinstance(fact, ProposalAnswer):
        return fact.proposal in raises and fact.answer == "accept"
    return isinstance(fact, Response) and fact.response == "agree"


def _resets(fact: Fact, red_flags: frozenset[str]) -> bool:
    if isinstance(fact, Response):
        return fact.response == "overrule"
    if isinstance(fact, Reading):
        return fact.measure in red_flags and fact.value != 0
    if isinstance(fact, CheckIn | SessionLog):
        return any(fact.answers.get(name) for name in red_flags)
    return False
