"""Staged autonomy: what the engine may do by itself for one patient, earned by server time and counts.

1. A new patient starts at *propose*. What reaches less far, `observe`, is a clinician's choice, and holds while a red
   flag is open and before any clinician has begun a programme. It is the same at every door (`by_default`): a record
   that says nothing of autonomy, such as one written by hand for the command line, never raises by itself. `advance`
   never becomes automatic: no stage of autonomy reads it.
2. *Apply* is earned by one clinician for one patient: agreements with this patient's decisions on several days, enough
   days of the server's own clock, and experience over all patients. It is lost with a red flag or an overrule, from
   whose moment everything is counted anew, and while the protocol is overdue for review.
3. Whatever the stage, the protocol's steps and bounds hold: autonomy only ever takes the raise away.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from mortise.protocol import Constraint
from mortise.terms import Autonomy, Load

# Clinic defaults by consensus; nobody has published such figures for rehabilitation.
N_AGREED_LEAST = 3  # days on which this clinician agreed for this patient, since the last reset
N_DAYS_LEAST = 14  # of the server's clock, since the programme began or the last reset
N_ANSWERED_LEAST = 10  # days with an answer of this clinician, over all patients
RAISE_DAYS = 7  # an accepted raise holds as long as the prescription's own week

PREFIX = "autonomy."


class Trust(Struct, frozen=True, kw_only=True):
    """What autonomy is earned by. Every instant is the server's own.

    `begun_at` is when the programme began; `reset_at` the newest red flag or overrule, or None; `agreed_at` the
    agreements of the clinician for this patient; `n_answered` the days on which the clinician answered anybody.
    """

    begun_at: datetime | None
    reset_at: datetime | None = None
    agreed_at: tuple[datetime, ...] = ()
    n_answered: int = 0
    is_locked: bool = False
    is_protocol_overdue: bool = False


class Earned(Struct, frozen=True, kw_only=True):
    """The stage that is earned, the counts behind it, and why it is not more."""

    autonomy: Autonomy
    n_agreed: int
    n_days: int
    reason: str


def earned(trust: Trust, now: datetime) -> Earned:
    """Say how far the engine may act.

    Parameters
    ----------
    trust : Trust
        The counts.
    now : datetime
        The server's present moment.

    Returns
    -------
    Earned
        `observe` while a red flag is open or without a programme, else `propose` or `apply`.
    """
    if trust.begun_at is None or trust.is_locked:
        why = "A red flag is open." if trust.is_locked else "No programme yet."
        return Earned(autonomy=Autonomy.OBSERVE, n_agreed=0, n_days=0, reason=why)
    since = trust.begun_at if trust.reset_at is None else max(trust.begun_at, trust.reset_at)
    n_days = max((now - since).days, 0)
    n_agreed = len({at.date() for at in trust.agreed_at if since <= at <= now})
    missing = _missing(trust, n_agreed, n_days)
    if missing:
        reason = f"Not yet earned: {'; '.join(missing)}."
        return Earned(autonomy=Autonomy.PROPOSE, n_agreed=n_agreed, n_days=n_days, reason=reason)
    reason = f"Earned: {n_agreed} agreements in {n_days} days, no red flag and no overrule in them."
    return Earned(autonomy=Autonomy.APPLY, n_agreed=n_agreed, n_days=n_days, reason=reason)


def _missing(trust: Trust, n_agreed: int, n_days: int) -> list[str]:
    found = []
    if n_agreed < N_AGREED_LEAST:
        found.append(f"{n_agreed} of {N_AGREED_LEAST} agreements for this patient")
    if n_days < N_DAYS_LEAST:
        found.append(f"{n_days} of {N_DAYS_LEAST} days")
    if trust.n_answered < N_ANSWERED_LEAST:
        found.append(f"{trust.n_answered} of {N_ANSWERED_LEAST} days with answers over all patients")
    if trust.is_protocol_overdue:
        found.append("the protocol is overdue for review")
    return found


def by_default(*, is_begun: bool) -> Autonomy:
    """Return how far the engine may act where the record says nothing of it.

    Parameters
    ----------
    is_begun : bool
        Whether a clinician has set a plan or entered a stage.

    Returns
    -------
    Autonomy
        `propose` in a programme, else `observe`; never `apply`, which is earned and written down by the server.
    """
    return Autonomy.PROPOSE if is_begun else Autonomy.OBSERVE


def raise_constraint(autonomy: Autonomy, *, is_accepted: bool) -> Constraint | None:
    """Return the constraint that lets a raise wait for a clinician.

    Parameters
    ----------
    autonomy : Autonomy
        The stage in force.
    is_accepted : bool
        Whether a clinician has accepted that load may rise these days.

    Returns
    -------
    Constraint or None
        None when a raise may happen.
    """
    if autonomy is Autonomy.APPLY or (is_accepted and autonomy is Autonomy.PROPOSE):
        return None
    waits = autonomy is Autonomy.PROPOSE
    return Constraint(
        id=f"{PREFIX}{autonomy.value}", author="clinic", load_at_most=Load.KEEP,
        reason="A raise is proposed and waits for a clinician." if waits else "Observed only: nothing is raised.",
        reason_patient="More waits until your physiotherapist has agreed." if waits
        else "It stays as it is until your physiotherapist has looked.",
    )  # fmt: skip
