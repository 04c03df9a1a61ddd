"""Whether to believe a result, in one sentence, from what the result itself says."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from mortise.measure.flags import GRAVE, flag_words
from mortise.measure.results import GaitResult, MeasureResult

TRIALS = {
    "heel-rise": "repetition",
    "hop": "hop",
    "jump": "jump",
    "landing": "landing",
    "step-down": "repetition",
}
# From a third missing on, what was found may be a choice of the easy ones.
_MANY_MISSING_RATIO = 0.33


class Trust(StrEnum):
    """How far a result can be believed."""

    YES = "yes"
    CARE = "care"
    NO = "no"


class Verdict(Struct, frozen=True, kw_only=True):
    """One sentence, how far to believe, and every reason against, most serious first."""

    trust: Trust
    sentence: str
    reasons: tuple[str, ...] = ()


def counts_of(result: MeasureResult) -> tuple[int, int, int, str]:
    """Return trials that count, all trials, trials believed missing, and the word for one."""
    if isinstance(result, GaitResult):
        used = sum(not (one.is_turn or one.is_first_or_last or one.quality) for one in result.strides)
        return used, len(result.strides), result.n_strides_missing, "stride"
    missing = result.n_trials_missing
    # A landing on both legs is three rows, left, right and both together, but one landing.
    at = {(trial.start_s, trial.end_s): False for trial in result.trials}
    for trial in result.trials:
        at[trial.start_s, trial.end_s] |= trial.is_counted
    return sum(at.values()), len(at), missing, TRIALS.get(result.test, "trial")


def verdict_of(result: MeasureResult) -> Verdict:
    """Return whether to believe a result.

    Parameters
    ----------
    result
        What a test returned.

    Returns
    -------
    Verdict
        `no` when there is no number, when none of it counts, a third and more is believed missing, or a flag is grave
        (`mortise.measure.flags.GRAVE`); `care` when something was missing, refused or flagged; else `yes`.
    """
    used, n, missing, word = counts_of(result)
    flags = _flags(result)
    grave = [flag for flag in flags if flag in GRAVE]
    reasons = [f"{flag_words(flag)} ({GRAVE[flag]})" if flag in GRAVE else flag_words(flag) for flag in flags]
    if missing:
        reasons.insert(len(grave), f"{plural(missing, word)} believed missing")
    if n and not used:
        reasons.insert(0, f"none of {plural(n, word)} counts")
    n_refused = len(result.refused)
    if n_refused:
        reasons.append(f"{plural(n_refused, 'thing')} refused")
    if not result.readings:
        return Verdict(
            trust=Trust.NO, sentence="No number was made from this recording.", reasons=tuple(reasons)
        )
    if grave or (n and not used) or missing > _MANY_MISSING_RATIO * (n + missing):
        return Verdict(
            trust=Trust.NO, sentence=f"Do not rely on this: {_first(reasons)}.", reasons=tuple(reasons)
        )
    counted = f"{plural(used, word)} counted" if n else f"{plural(len(result.readings), 'number')} measured"
    if reasons:
        return Verdict(
            trust=Trust.CARE, sentence=f"Use with care: {counted}; {_first(reasons)}.", reasons=tuple(reasons)
        )
    return Verdict(
        trust=Trust.YES, sentence=f"Can be believed: {counted}, nothing missing, nothing contradicted."
    )


def _first(reasons: list[str]) -> str:
    """Return the most serious reasons, and how many more there are."""
    more = f" and {len(reasons) - 2} more" if len(reasons) > 2 else ""
    # what mends it stands in the reasons, not in the sentence
    return "; ".join(reason.split(" (")[0] for reason in reasons[:2]) + more


def _flags(result: MeasureResult) -> list[str]:
    """Return every flag of the recordings and of the readings, grave ones first."""
    found: list[str] = []
    for sensor in result.recording.sensors:
        found += sensor.flags
    for lab in result.recording.labs:
        found += lab.flags
    for pose in result.recording.poses:
        found += pose.flags
    for reading in result.readings:
        found += reading.quality
    return sorted(dict.fromkeys(found), key=lambda flag: flag not in GRAVE)


def plural(n: int, word: str) -> str:
    """Return a count with its word."""
    return f"{n} {word}" if n == 1 else f"{n} {word[:-1]}ies" if word.endswith("y") else f"{n} {word}s"
