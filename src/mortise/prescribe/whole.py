"""Why the whole session is what it is, for a physiotherapist and for the patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from mortise.prescribe.breaks import Return
from mortise.prescribe.ladders import FULL_PCT
from mortise.prescribe.permitted import Candidate, Limits
from mortise.prescribe.states import DoseState
from mortise.protocol import Constraint
from mortise.record import AppliedConstraint
from mortise.terms import Load

N_DAYS_TOLD = 2  # of work after a break on which the break is named; after that it is no news
# To a patient; somebody who did more than planned is told otherwise (`episode.overdone`).
SAME_AS_LAST_TIME = "The same as last time."
BEFORE_DAYS = 21  # what was last done so long ago is no "last time" that anybody remembers; ours
SAME_AS_THEN = "You know all of this from before: the same amount as then."


class Whole(NamedTuple):
    """A session before it is put into words.

    Attributes
    ----------
    limits : Limits
        The load and share of the day.
    chosen : tuple of Candidate
        What is in the session.
    raised : tuple of str
        The exercises that try a raise.
    back : Return or None
        How the dose is bounded after a break.
    share : Decimal
        To what share doses were shortened to fit the time; 100: not at all.
    is_locked : bool
        Whether a red flag has frozen the programme.
    cuts : tuple of AppliedConstraint
        What cut the session, the most limiting first.
    holding : tuple of Constraint
        Every constraint that holds today.
    states : mapping of str to DoseState
        Where each exercise stands.
    """

    limits: Limits
    chosen: Sequence[Candidate]
    raised: Sequence[str]
    back: Return | None
    share: Decimal
    is_locked: bool
    cuts: Sequence[AppliedConstraint]
    holding: Sequence[Constraint]
    states: Mapping[str, DoseState]

    @property
    def new(self) -> list[str]:
        """Return the names of the exercises that were never done before."""
        return [one.exercise.name for one in self.chosen if one.is_new]

    @property
    def cut(self) -> list[str]:
        """Return the names of the exercises that a ceiling of the week cuts on a day that is otherwise whole."""
        return [] if self.limits.is_lighter else [one.exercise.name for one in self.chosen if one.ceiling]

    @property
    def is_lowest_after_break(self) -> bool:
        """Whether nothing bounds the dose further than the break does."""
        return (
            self.back is not None and self.back.dose_pct < FULL_PCT and self.limits.pct >= self.back.dose_pct
        )


def why(whole: Whole) -> tuple[str, str]:
    """Say why the whole session is what it is.

    Parameters
    ----------
    whole : Whole
        The session.

    Returns
    -------
    tuple of str
        For a physiotherapist, for the patient.

    Notes
    -----
    A lighter day names what limits it most. Work never done before is called new, never the same as last time; work of
    weeks ago is called known. A break is named on the first two days of work after it, and then what ends the lower
    dose; a day of rest is told no break.
    """
    if whole.is_locked:
        return (
            "No session: a red flag froze the programme until a named clinician resumes it.",
            "No exercises for now. Your physiotherapist will tell you when to start again.",
        )
    if not whole.chosen:
        return _why_empty(whole)
    parts = [_of_load(whole), _of_break(whole), _of_cut(whole), _of_new(whole), _of_time(whole)]
    return " ".join(one for one, _ in parts if one), " ".join(one for _, one in parts if one)


def limiting(holding: Sequence[Constraint], limits: Limits) -> Constraint | None:
    """Return the constraint that makes a day lighter than any other does.

    Parameters
    ----------
    holding : sequence of Constraint
        Every constraint that holds today.
    limits : Limits
        All of them as one.

    Returns
    -------
    Constraint or None
        Of those that ask for the load of a lighter day, or, where none does, for its share, the one with the smallest
        share; of equals the first by id. None on an ordinary day, and where no constraint is the reason.
    """
    lighter = (Load.EASE, Load.REST)
    found = [one for one in holding if limits.load in lighter and one.load_at_most is limits.load]
    found = found or [one for one in holding if one.dose_at_most_pct == limits.pct < FULL_PCT]
    return min(found, key=_share_and_id, default=None)


def _share_and_id(one: Constraint) -> tuple[Decimal, str]:
    return (FULL_PCT if one.dose_at_most_pct is None else one.dose_at_most_pct, one.id)


def _why_empty(whole: Whole) -> tuple[str, str]:
    if whole.limits.load is Load.REST:
        said, said_patient = _limited(whole)
        return (
            f"No session: rest, and nothing of this stage can be done without load. {said}".rstrip(),
            f"A day of rest: no session today. {said_patient}".rstrip(),
        )
    if whole.cuts:
        return f"No session: {whole.cuts[0].reason}", f"No exercises today. {whole.cuts[0].reason_patient}"
    return (
        "No session: every exercise of the stage rests, lacks equipment or does not fit the time.",
        "No exercises today. Have a day off; the next session comes soon.",
    )


def _limited(whole: Whole) -> tuple[str, str]:
    """Return what limits the day most in its own words; nothing where a break does, which is told apart."""
    one = limiting(whole.holding, whole.limits)
    return ("", "") if one is None else (one.reason, one.reason_patient)


def _of_load(whole: Whole) -> tuple[str, str]:
    limits = whole.limits
    if limits.load is Load.REST:
        said = (
            "Rest: unloaded movement only, at half the dose.",
            "A day of rest: only a little gentle movement, if it feels good.",
        )
    elif limits.load is Load.EASE:
        said = f"Eased: at most {limits.pct} % of each dose.", "A lighter day."
    elif limits.pct < FULL_PCT:
        said = f"Lowered: at most {limits.pct} % of each dose, nothing raised.", "A little less than usual."
    else:
        return _of_full_day(whole)
    reason, reason_patient = _limited(whole)
    return f"{said[0]} {reason}".rstrip(), f"{said[1]} {reason_patient}".rstrip()


def _of_full_day(whole: Whole) -> tuple[str, str]:
    """Say what is raised; else that all is kept, unless all is new, of which there is no last time."""
    if whole.raised:
        names = {one.exercise.id: one.exercise.name for one in whole.chosen}
        steps = ", ".join(f"{names[name]} to step {whole.states[name].step}" for name in whole.raised)
        said = f"Raised: {steps}; volume alone, all else kept."
        listed = _listed([names[name] for name in whole.raised])
        more = f"A little more of {_number(len(whole.raised))} today: {listed}."
        return said, more if whole.new or whole.cut else f"{more} All else stays the same."
    is_going_well = whole.limits.load is Load.RAISE
    said = (
        "May be raised; no exercise has a raise due today."
        if is_going_well
        else "Kept: every dose as last tolerated."
    )
    if whole.new or whole.cut:
        return said, ""
    is_long_ago = all((one.days_since or 0) >= BEFORE_DAYS for one in whole.chosen)
    same = SAME_AS_THEN if is_long_ago else SAME_AS_LAST_TIME
    return said, f"{same}{' It is going well.' if is_going_well else ''}"


def _of_cut(whole: Whole) -> tuple[str, str]:
    """Name what a ceiling of the week makes less of: it is not the same as last time."""
    if not whole.cut:
        return "", ""
    names = _listed(whole.cut)
    less = f"A little less of this today, so that the week does not become too much: {names}."
    rest = "" if whole.raised or whole.new else " The rest is the same as last time."
    return f"Cut to stay under a ceiling: {names}.", f"{less}{rest}"


def _of_new(whole: Whole) -> tuple[str, str]:
    if not whole.new or whole.limits.load is Load.REST:
        return "", ""
    if len(whole.new) == len(whole.chosen):
        return "New: every exercise.", "All of this is new to you: start slowly and see how it feels."
    said = f"New today: {_listed(whole.new)}."
    is_full = whole.limits.load is not Load.EASE and whole.limits.pct >= FULL_PCT
    rest = "All else stays the same." if whole.raised else "The rest is the same as last time."
    return said, f"{said} {rest}" if is_full and not (whole.raised and whole.cut) else said


def _of_break(whole: Whole) -> tuple[str, str]:
    back = whole.back
    if back is None or back.dose_pct >= FULL_PCT:
        return "", ""
    said = f"After a break: {back.dose_pct} %, day {back.n_days_back + 1} of work since."
    if not whole.is_lowest_after_break or whole.limits.load is Load.REST:  # a day of rest starts nothing
        return said, ""
    if back.n_days_back < N_DAYS_TOLD:
        return said, "You have had a break, so we start a little lower."
    return said, "It goes back up as your sessions go well."


def _of_time(whole: Whole) -> tuple[str, str]:
    if whole.share >= FULL_PCT:
        return "", ""
    return (
        f"Doses shortened to {whole.share} % to fit {(whole.limits.seconds or 0) // 60} min.",
        "Shortened to fit the time you have.",
    )


def _listed(names: Sequence[str]) -> str:
    """Return names in one line, told apart by semicolons where a name has a comma of its own."""
    if len(names) > 1 and any("," in name for name in names):
        return "; ".join(names)
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def _number(n: int) -> str:
    return "one thing" if n == 1 else f"{n} things"
