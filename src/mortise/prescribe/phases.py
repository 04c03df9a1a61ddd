"""What a plan is for: building up, a season, a tournament, keeping. A plan that has run out is one for keeping."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from mortise.prescribe.kept import Kept
from mortise.protocol import Constraint, Phase, Stage, Tag
from mortise.record import PlanVersion
from mortise.terms import Load

# How often a week each exercise is done at least while gains are kept: CTX-07, CTX-18.
N_PER_WEEK_KEEPING = 2
N_PER_WEEK_TOURNAMENT = 1
_HEAVY_TAGS = (Tag.IMPACT, Tag.QUICK, Tag.LOADED_CALF)  # what a tournament asks for anyway


def phase_on(plan: PlanVersion | None, as_of: date) -> Phase:
    """Return what the plan is for on a day.

    Parameters
    ----------
    plan : PlanVersion or None
        The version that holds; None: building up.
    as_of : date
        The day.

    Returns
    -------
    Phase
        `MAINTENANCE` when the plan has run out, whatever it was for.
    """
    if plan is None:
        return Phase.BUILD
    if plan.expires_on is not None and plan.expires_on < as_of:
        return Phase.MAINTENANCE
    phase = plan.phase or Phase.BUILD
    until = plan.phase_until_on or None
    return Phase.BUILD if until is not None and until < as_of else phase


def constraints_of_phase(plan: PlanVersion | None, as_of: date) -> Iterator[Constraint]:
    """Yield what the phase takes away; a plan that has run out is told of by `plan.expired`.

    Parameters
    ----------
    plan : PlanVersion or None
        The version that holds.
    as_of : date
        The day.

    Yields
    ------
    Constraint
        In the name of whoever set the plan.

    References
    ----------
    CTX-07, CTX-08, CTX-18
    """
    phase = phase_on(plan, as_of)
    if plan is None or phase is Phase.BUILD:
        return
    until = plan.phase_until_on or None
    if phase is Phase.TOURNAMENT:
        yield Constraint(
            id="phase.tournament", author=plan.by, without_tags=tuple(tag.value for tag in _HEAVY_TAGS),
            load_at_most=Load.EASE, until_on=until,
            reason="Tournament: no impact, no quick work and no loaded calf beside it, lighter doses (clinic default).",
            reason_patient="You are competing: only light work beside it.", evidence=("CTX-18",),
        )  # fmt: skip
    elif phase is Phase.SEASON:
        yield Constraint(
            id="phase.season", author=plan.by, load_at_most=Load.KEEP, until_on=until,
            reason="In season: doses are held, the sport is the load that grows (clinic default).",
            reason_patient="You are in season: we hold what you have.", evidence=("CTX-08", "CTX-18"),
        )  # fmt: skip
    elif plan.phase is Phase.MAINTENANCE:
        yield Constraint(
            id="phase.maintenance", author=plan.by, load_at_most=Load.KEEP, until_on=until,
            reason="Maintenance: doses are held, twice a week keeps them (CTX-07).",
            reason_patient="This keeps what you have gained.", evidence=("CTX-07", "CTX-18"),
        )  # fmt: skip


_stages: Kept[Stage] = Kept(64)


def stage_in_phase(stage: Stage, phase: Phase) -> Stage:
    """Return the stage with the weekly minima of a phase, for choosing sessions.

    Parameters
    ----------
    stage : Stage
        As planned.
    phase : Phase
        What the plan is for.

    Returns
    -------
    Stage
        The same while building up. Decisions go on reading the stage as planned.
    """
    if phase is Phase.BUILD:
        return stage
    n_most = N_PER_WEEK_TOURNAMENT if phase is Phase.TOURNAMENT else N_PER_WEEK_KEEPING
    return _stages.get((stage, phase), lambda: _held(stage, n_most))


def _held(stage: Stage, n_most: int) -> Stage:
    slots = tuple(replace(slot, n_per_week=min(slot.n_per_week, n_most)) for slot in stage.slots)
    return replace(stage, slots=slots)


def phase_words(plan: PlanVersion | None, as_of: date) -> tuple[str, str]:
    """Say what the plan is for, where it is not for building up.

    Parameters
    ----------
    plan : PlanVersion or None
        The version that holds.
    as_of : date
        The day.

    Returns
    -------
    tuple of str
        For a physiotherapist, for the patient; empty while building up.
    """
    phase = phase_on(plan, as_of)
    if plan is not None and plan.expires_on is not None and plan.expires_on < as_of:
        return (
            f"The plan ran out on {plan.expires_on}: the maintenance plan holds until it is renewed.",
            "Your plan has run out. This keeps what you have until it is renewed.",
        )
    return {
        Phase.BUILD: ("", ""),
        Phase.SEASON: ("In season.", "You are in season: we hold what you have."),
        Phase.TOURNAMENT: ("Tournament.", "You are competing: only light work beside it."),
        Phase.MAINTENANCE: ("Maintenance.", "This keeps what you have gained."),
    }[phase]
