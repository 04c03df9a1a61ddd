"""Whether what a treatment gains in the clinic room is still there at the next visit: a personal answer.

One person, one measure, one side, one instrument. It says what happened between visits, not why: what is done at
home is part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from mortise.progress.level import ERROR_INFLATION
from mortise.terms import Better

N_VISITS_LEAST = 3
LONGEST_GAP_DAYS = 28  # a visit later than this tells of the weeks between, not of the treatment
N_PAIRS_COUNTED = 6  # the newest ones: what held last year says little of this month
KEPT_SHARE = Decimal("0.5")  # "lasts": more than half of the gain is still there
_Z_90 = Decimal("1.645")  # each of the two claims is wrong in at most one of twenty
_INFLATION = Decimal(str(ERROR_INFLATION))
_MATH = Context(prec=20)


class Lasting(StrEnum):
    """What becomes of the gain of a treatment by the next visit."""

    LASTS = "lasts"
    FADES = "fades"
    CANNOT_SAY = "cannot_say"


class Why(StrEnum):
    """Why it cannot be said yet."""

    NONE = ""
    NO_DIRECTION = "no_direction"
    NO_ERROR = "no_error"
    FEW_VISITS = "few_visits"
    NO_GAIN = "no_gain"
    WITHIN_ERROR = "within_error"


class RoomTest(Struct, frozen=True, kw_only=True):
    """The test before and after treatment of one day; None where it was not taken."""

    day: int
    before: Decimal | None = None
    after: Decimal | None = None


class Estimate(Struct, frozen=True, kw_only=True):
    """A mean change in the measure's unit, better counted upward, with half the width of its 90 % interval."""

    value: Decimal
    half_width: Decimal


class Persistence(Struct, frozen=True, kw_only=True):
    """The personal answer.

    `gain` is what a treatment adds in the room, `kept` how much more than before it the next visit begins with. Both
    are means over `n_pairs` treatments that were followed by a visit; `n_visits` were tested before treatment.
    """

    lasting: Lasting
    why: Why = Why.NONE
    n_visits: int = 0
    n_pairs: int = 0
    gain: Estimate | None = None
    kept: Estimate | None = None


class _Pair(Struct, frozen=True):
    first: RoomTest
    following: RoomTest


def persistence(tests: Iterable[RoomTest], better: Better, error: Decimal | None) -> Persistence:
    """Say whether the gain in the room lasts to the next visit.

    Parameters
    ----------
    tests : iterable of RoomTest
        One a day, in any order, all by one instrument.
    better : Better
        Which way is better.
    error : Decimal or None
        Standard error of measurement of one reading.

    Returns
    -------
    Persistence
        `CANNOT_SAY` with fewer than three visits, without a known error, and while error explains what was seen.

    Notes
    -----
    1. A pair is a treated day and the next tested one, at most four weeks later; the newest six count.
    2. Mean gain: after minus before. Mean kept: the next visit's reading before treatment minus this visit's.
    3. Without a gain beyond its 90 % interval nothing can last. Otherwise the mean of kept minus half the gain is held
       against its own interval: above it the gain lasts, below it fades, within it nothing is said.
    4. A reading that stands in two pairs (before treatment here, the next visit there) is counted once in the error:
       the weights of each reading are added before they are squared. The error is widened by a quarter, as
       everywhere, since it is itself uncertain.
    """
    known = sorted((one for one in tests if one.before is not None), key=lambda one: one.day)
    pairs = _pairs(known)[-N_PAIRS_COUNTED:]
    seen = Persistence(lasting=Lasting.CANNOT_SAY, n_visits=len(known), n_pairs=len(pairs))
    if better is Better.NEITHER:
        return _because(seen, Why.NO_DIRECTION)
    if error is None or error <= 0:
        return _because(seen, Why.NO_ERROR)
    if len(known) < N_VISITS_LEAST or len(pairs) < N_VISITS_LEAST - 1:
        return _because(seen, Why.FEW_VISITS)
    sign = Decimal(1) if better is Better.UP else Decimal(-1)
    gain = _estimate(pairs, sign, error, share=None)
    kept = _estimate(pairs, sign, error, share=Decimal(0))
    over_half = _estimate(pairs, sign, error, share=KEPT_SHARE)
    lasting, why = _answer(gain, over_half)
    return Persistence(
        lasting=lasting, why=why, n_visits=len(known), n_pairs=len(pairs), gain=gain, kept=kept
    )


def _pairs(known: Sequence[RoomTest]) -> list[_Pair]:
    return [
        _Pair(first, following)
        for first, following in pairwise(known)
        if first.after is not None and 0 < following.day - first.day <= LONGEST_GAP_DAYS
    ]


def _because(seen: Persistence, why: Why) -> Persistence:
    return Persistence(lasting=Lasting.CANNOT_SAY, why=why, n_visits=seen.n_visits, n_pairs=seen.n_pairs)


def _answer(gain: Estimate, over_half: Estimate) -> tuple[Lasting, Why]:
    if gain.value <= gain.half_width:
        return Lasting.CANNOT_SAY, Why.NO_GAIN
    if over_half.value > over_half.half_width:
        return Lasting.LASTS, Why.NONE
    if over_half.value < -over_half.half_width:
        return Lasting.FADES, Why.NONE
    return Lasting.CANNOT_SAY, Why.WITHIN_ERROR


def _estimate(pairs: Sequence[_Pair], sign: Decimal, error: Decimal, *, share: Decimal | None) -> Estimate:
    """Return the mean of the gain (`share` None), or of what was kept minus `share` of the gain."""
    weights: dict[tuple[int, str], Decimal] = {}
    total, each = Decimal(0), Decimal(1) / len(pairs)

    def add(test: RoomTest, moment: str, weight: Decimal) -> None:
        nonlocal total
        value = test.before if moment == "before" else test.after
        assert value is not None
        total += weight * value
        weights[test.day, moment] = weights.get((test.day, moment), Decimal(0)) + weight

    for pair in pairs:
        if share is None:
            add(pair.first, "after", each)
            add(pair.first, "before", -each)
        else:
            add(pair.following, "before", each)
            add(pair.first, "before", -(1 - share) * each)
            add(pair.first, "after", -share * each)
    spread = sum((weight * weight for weight in weights.values()), Decimal(0))
    half = _Z_90 * _INFLATION * error * _MATH.sqrt(spread)
    return Estimate(value=sign * total, half_width=half)
