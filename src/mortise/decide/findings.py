"""From a criterion and the tracks of a day to one finding."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from mortise.decide.inputs import Inputs
from mortise.decide.ready import Ready
from mortise.decide.remembered import Remembered
from mortise.decide.verdicts import MET, NOT_MET, UNKNOWN, Verdict, is_settled, judge
from mortise.protocol import Operator, Reduction
from mortise.record import Finding
from mortise.record.tracks import Track
from mortise.terms import Cause, Truth

Finder = Callable[[Inputs], Finding]
Truthful = Callable[[Inputs], Truth]

_COMPARE: dict[Operator, Callable[[Decimal, Decimal], bool]] = {
    Operator.AT_LEAST: operator.ge,
    Operator.AT_MOST: operator.le,
    Operator.EQUALS: operator.eq,
}
_WINDOWS = frozenset({Reduction.MAX, Reduction.MIN})


def finder_of(ready: Ready) -> Finder:
    """Return the function that finds whether this criterion is met on a day.

    Parameters
    ----------
    ready : Ready
        The criterion.

    Returns
    -------
    callable
        From `Inputs` to one `Finding`. A criterion on the newest value alone takes a short path.
    """
    if _is_plain(ready) and ready.bound is not None:
        return _plain_finder(ready, ready.bound)
    return _full_finder(ready)


def truth_of(ready: Ready) -> Truthful:
    """Return the function that tells whether this criterion is met on a day, for whoever needs no finding.

    Parameters
    ----------
    ready : Ready
        The criterion.

    Returns
    -------
    callable
        From `Inputs` to the truth of what `finder_of` would find.
    """
    remembered = Remembered(ready)
    key = ready.key

    def _full(inputs: Inputs) -> Truth:
        return _look(ready, inputs.tracks.get(key), inputs, remembered)[0].truth

    bound = ready.bound
    if not _is_plain(ready) or bound is None:
        return _full
    compare, max_age_days, is_exit = _COMPARE[ready.operator], ready.max_age_days, ready.is_exit

    def _tell(inputs: Inputs) -> Truth:
        track = inputs.tracks.get(key)
        newest = None if track is None else track.plain
        if newest is None or inputs.day - newest.day > max_age_days:
            return _full(inputs)
        if not compare(newest.value, bound):
            return NOT_MET
        return _full(inputs) if is_exit and (not newest.counts or newest.day <= inputs.spent_until) else MET

    return _tell


def _is_plain(ready: Ready) -> bool:
    """Whether a criterion compares the newest value alone with its bound."""
    is_newest = ready.reduce is Reduction.LAST and ready.n_dates == 1 and not ready.needs_visit
    return is_newest and ready.bound is not None and ready.operator in _COMPARE


def _full_finder(ready: Ready) -> Finder:
    remembered = Remembered(ready)
    key, sign = ready.key, ready.operator.value

    def find(inputs: Inputs) -> Finding:
        verdict, age_days, instrument = _look(ready, inputs.tracks.get(key), inputs, remembered)
        return _finding(ready, sign, verdict, age_days, instrument)

    return find


def _plain_finder(ready: Ready, bound: Decimal) -> Finder:
    """Find on the newest value of a single series: the common case, kept short for speed."""
    full = _full_finder(ready)
    id_, of, group, measure, limb = ready.id, ready.of, ready.group, ready.measure, ready.limb
    sign, unit, domain, evidence = ready.operator.value, ready.unit, ready.domain, ready.evidence
    strength, label, label_patient = ready.strength, ready.label, ready.label_patient
    key, max_age_days, is_exit = ready.key, ready.max_age_days, ready.is_exit
    compare = _COMPARE[ready.operator]

    def find(inputs: Inputs) -> Finding:
        track = inputs.tracks.get(key)
        newest = None if track is None else track.plain
        if track is None or newest is None:
            return full(inputs)
        age_days = inputs.day - newest.day
        if age_days > max_age_days:
            return full(inputs)
        value = newest.value
        if compare(value, bound):
            if is_exit and (not newest.counts or newest.day <= inputs.spent_until):
                return full(inputs)
            truth = MET
        else:
            truth = NOT_MET
        return Finding(
            id_, of, group, measure, limb, truth, None, value, sign, bound, unit, age_days, newest.error,
            newest.readings, track.instrument, domain, evidence, strength, label, label_patient,
        )  # fmt: skip

    return find


def _look(
    ready: Ready, track: Track | None, inputs: Inputs, remembered: Remembered
) -> tuple[Verdict, int | None, str]:
    """Judge the criterion on whatever the track holds."""
    if track is None or track.newest is None:
        return _nothing(ready, track, inputs)
    newest = track.newest
    age_days = inputs.day - newest.day
    judged: Verdict | None = None
    if ready.reduce in _WINDOWS and ready.bound is not None:
        # One day of the window may settle it, whatever the days around it lack: a danger seen stays seen.
        for series in track.series:
            judged = judge(ready, series, inputs.day, inputs.spent_until)
            if judged.truth is not UNKNOWN and is_settled(ready, judged.truth):
                return judged, age_days, track.instrument
    if track.cause is not None:
        readings = max(track.troubles, key=lambda one: one.day).readings if track.troubles else ()
        return Verdict(UNKNOWN, track.cause, None, None, readings), age_days, track.instrument
    if not _is_fresh(ready, track, newest.day, inputs.day):
        cause = Cause.WRONG_SIDE if _other_side_is_newer(ready, inputs, newest.day) else Cause.STALE
        verdict = Verdict(UNKNOWN, cause, newest.value, newest.error, newest.readings)
        return verdict, age_days, track.instrument
    if ready.bound is None and ready.operator is not Operator.KNOWN:
        return (
            Verdict(UNKNOWN, Cause.MISSING, newest.value, newest.error, newest.readings),
            age_days,
            track.instrument,
        )
    spent = 0 if ready.is_time else inputs.spent_until
    if len(track.series) == 1:  # its newest day is the track's, and fresh
        if judged is not None and spent == inputs.spent_until:
            return judged, age_days, track.instrument
        return remembered.judge(track.series[0], inputs.day, spent), age_days, track.instrument
    fresh = [one for one in track.series if _is_fresh(ready, track, one.points[-1].day, inputs.day)]
    verdicts = [judge(ready, one, inputs.day, spent) for one in fresh]
    return _united(verdicts), age_days, track.instrument


def _united(verdicts: list[Verdict]) -> Verdict:
    """Unite what several instruments say: one that disagrees makes it unknown, one that knows is enough."""
    if len(verdicts) == 1:
        return verdicts[0]
    truths = {verdict.truth for verdict in verdicts}
    if MET in truths and NOT_MET in truths:
        readings = tuple(reading for verdict in verdicts for reading in verdict.readings)
        return Verdict(UNKNOWN, Cause.INSTRUMENT_CHANGED, verdicts[0].value, verdicts[0].error, readings)
    known = [verdict for verdict in verdicts if verdict.truth is not UNKNOWN]
    return known[0] if known else verdicts[0]


def _nothing(ready: Ready, track: Track | None, inputs: Inputs) -> tuple[Verdict, int | None, str]:
    cause = Cause.MISSING
    readings: tuple[str, ...] = ()
    if track is not None and track.cause is not None:
        cause = track.cause
        readings = track.troubles[-1].readings if track.troubles else ()
    elif _other_side_is_newer(ready, inputs, 0):
        cause = Cause.WRONG_SIDE
    return Verdict(UNKNOWN, cause, None, None, readings), None, ""


def _other_side_is_newer(ready: Ready, inputs: Inputs, day: int) -> bool:
    """Whether the other ankle was measured where this one should have been."""
    other = inputs.tracks.get(ready.other_key) if ready.other_key else None
    if other is None or other.newest is None or other.newest.day <= day:
        return False
    return _is_fresh(ready, other, other.newest.day, inputs.day)


def _is_fresh(ready: Ready, track: Track, day: int, today: int) -> bool:
    """Fresh by age, or, for a clinic test, by the calendar of visits; a window looks back as far as it is wide."""
    limit = ready.max_age_days
    if (
        track.fresh_until
        and track.newest is not None
        and day == track.newest.day
        and today <= track.fresh_until
    ):
        return True
    return today - day <= limit


def _finding(ready: Ready, sign: str, verdict: Verdict, age_days: int | None, instrument: str) -> Finding:
    earliest = None if verdict.earliest_day is None else date.fromordinal(verdict.earliest_day)
    return Finding(
        ready.id, ready.of, ready.group, ready.measure, ready.limb, verdict.truth, verdict.cause, verdict.value,
        sign, ready.bound, ready.unit, age_days, verdict.error, verdict.readings, instrument,
        ready.domain, ready.evidence, ready.strength, ready.label, ready.label_patient, earliest,
    )  # fmt: skip


def kleene(truths: list[Truth], n_needed: int) -> Truth:
    """Return whether at least `n_needed` of `truths` are met, unknown only while the unknowns could change it.

    Parameters
    ----------
    truths : list of Truth
        One for each node.
    n_needed : int
        All of them, one, or k of n.

    Returns
    -------
    Truth
        All: false over unknown over true. Any: true over unknown over false.

    Examples
    --------
    >>> kleene([Truth.MET, Truth.UNKNOWN], 2), kleene([Truth.MET, Truth.UNKNOWN], 1)
    (<Truth.UNKNOWN: 'unknown'>, <Truth.MET: 'met'>)
    """
    n_met = truths.count(MET)
    if n_met >= n_needed:
        return MET
    return NOT_MET if n_met + truths.count(UNKNOWN) < n_needed else UNKNOWN
