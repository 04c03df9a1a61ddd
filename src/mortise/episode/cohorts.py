"""What became of many: time per stage, changes beyond error, adherence, responders; small numbers kept back.

Definitions stand in `DEFINITIONS` and are shown wherever the numbers are. Nothing here compares clinics or clinicians.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median, quantiles

from msgspec import Struct

from mortise.episode.stories import Story
from mortise.record import StageEntry
from mortise.terms import Better, Limb

LEAST = 5  # a cell of fewer people is kept back
RESPONSE_DAYS = 28
MAIN_MEASURE = "lunge_cm"
GOOD_ADHERENCE_PCT, FAIR_ADHERENCE_PCT = 80, 50
Z_95 = 1.959964

DEFINITIONS: Mapping[str, str] = {
    "Who is counted": "Every episode with a programme of a patient who agreed to be counted and did not take it back. "
    "One ankle, one episode. An ankle treated for less than a day is left out.",
    "Time in a stage": "Whole days from entering a stage to entering the next. The median and the middle half are of "
    "those who left it; who is still in it is counted beside them, not in them. A stage entered twice counts twice.",
    "Change beyond error": "The newest reading on the treated side against the first, by the same instrument. Beyond "
    "error: larger than the instrument’s smallest real change (95 %), or, where none is known, than 1.96 times the "
    "errors of both readings in quadrature. Where no error is known, it says so.",
    "Adherence": "Sessions told as done of those planned in the last four weeks. Unknown is not skipped: who told too "
    "little stands apart.",
    "Responder": "Knee to wall on the treated side better beyond error, in an episode of at least 28 days with two "
    "readings. The interval is Wilson’s, 95 %.",
    "Kept back": "A cell of one to four people is not shown, and neither is what would let it be worked out from the "
    "total. Two downloads of different days can still be compared: give them to nobody who should not know.",
}


class StageSpell(Struct, frozen=True, kw_only=True):
    """One stay in one stage."""

    number: int
    title: str
    n_days: int
    has_left: bool


class Outcome(Struct, frozen=True, kw_only=True):
    """What one episode adds to a cohort; it names nobody.

    `changes` maps a measure to `better`, `same`, `worse` or `unknown`, where there are two readings on the treated
    side.
    """

    protocol: str
    n_days: int
    spells: tuple[StageSpell, ...] = ()
    changes: dict[str, str] = {}
    adherence_pct: float | None = None


class StageRow(Struct, frozen=True, kw_only=True):
    """Time in one stage; None where kept back."""

    protocol: str
    number: int
    title: str
    n_left: int | None
    n_still_in: int | None
    median_days: float | None
    quarter_days: float | None
    three_quarter_days: float | None


class ChangeRow(Struct, frozen=True, kw_only=True):
    """One measure: how many changed which way; None where kept back."""

    measure: str
    n: int | None
    n_better: int | None
    n_same: int | None
    n_worse: int | None
    n_unknown: int | None


class AdherenceRow(Struct, frozen=True, kw_only=True):
    """How much of the plan was done; None where kept back."""

    n: int | None
    n_good: int | None
    n_fair: int | None
    n_little: int | None
    n_unknown: int | None
    median_pct: float | None


class ResponderRow(Struct, frozen=True, kw_only=True):
    """Responders of one protocol with their interval; None where kept back."""

    protocol: str
    n: int | None
    n_responders: int | None
    ratio: float | None
    low_ratio: float | None
    high_ratio: float | None


class Cohort(Struct, frozen=True, kw_only=True):
    """Everything the cohort view shows; `n` is None when it is itself too small."""

    n: int | None
    stages: tuple[StageRow, ...]
    changes: tuple[ChangeRow, ...]
    adherence: AdherenceRow
    responders: tuple[ResponderRow, ...]


def outcome_of(told: Story) -> Outcome:
    """Take from a story what a cohort counts.

    Parameters
    ----------
    told : Story
        One episode on one day.

    Returns
    -------
    Outcome
        Without a name, a date or an id.
    """
    return Outcome(
        protocol=told.protocol.id,
        n_days=(told.as_of - told.record.episode.opened_on).days,
        spells=tuple(_spells(told)),
        changes=_changes(told),
        adherence_pct=None if told.adherence is None else float(told.adherence),
    )


def _spells(told: Story) -> Iterable[StageSpell]:
    entries = [fact for fact in told.facts if isinstance(fact, StageEntry)]
    known = {stage.id: stage for stage in told.protocol.stages}
    for index, entry in enumerate(entries):
        if entry.stage not in known:
            continue
        following = entries[index + 1] if index + 1 < len(entries) else None
        until = told.as_of if following is None else following.on
        stage = known[entry.stage]
        yield StageSpell(
            number=stage.number, title=stage.title, n_days=(until - entry.on).days,
            has_left=following is not None,
        )  # fmt: skip


def _changes(told: Story) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in told.series:
        measure = told.content.measures.get(one.measure)
        if measure is None or one.measure in found or one.limb is Limb.UNINVOLVED or len(one.points) < 2:
            continue
        if measure.better is Better.NEITHER or measure.derive is not None or measure.levels:
            continue
        away = float(one.points[-1].value - one.points[0].value)
        first, last = one.points[0].error, one.points[-1].error
        if one.mdc95 is not None:
            least = float(one.mdc95)
        elif first and last:
            least = Z_95 * math.hypot(float(first), float(last))
        else:
            found[one.measure] = "unknown"
            continue
        gain = away if measure.better is Better.UP else -away
        found[one.measure] = "better" if gain > least else "worse" if -gain > least else "same"
    return found


def cohort_of(outcomes: Iterable[Outcome]) -> Cohort:
    """Count a cohort, with small numbers kept back.

    Parameters
    ----------
    outcomes : iterable of Outcome
        In any order; the order changes nothing.

    Returns
    -------
    Cohort
        Rows in order of protocol, stage and measure.
    """
    counted = [one for one in outcomes if one.n_days >= 1]
    return Cohort(
        n=shown_total(len(counted)),
        stages=tuple(_stage_rows(counted)),
        changes=tuple(_change_rows(counted)),
        adherence=_adherence(counted),
        responders=tuple(_responders(counted)),
    )


def _stage_rows(outcomes: Sequence[Outcome]) -> Iterable[StageRow]:
    grouped: dict[tuple[str, int, str], list[StageSpell]] = {}
    for one in outcomes:
        for spell in one.spells:
            grouped.setdefault((one.protocol, spell.number, spell.title), []).append(spell)
    for (protocol, number, title), spells in sorted(grouped.items()):
        left = sorted(spell.n_days for spell in spells if spell.has_left)
        n_left, n_still_in = kept_back([len(left), len(spells) - len(left)])
        is_shown = n_left is not None and n_left >= LEAST
        low, _, high = quantiles(left, n=4, method="inclusive") if is_shown else (None, None, None)
        yield StageRow(
            protocol=protocol, number=number, title=title, n_left=n_left, n_still_in=n_still_in,
            median_days=float(median(left)) if is_shown else None, quarter_days=low, three_quarter_days=high,
        )  # fmt: skip


def _change_rows(outcomes: Sequence[Outcome]) -> Iterable[ChangeRow]:
    names = sorted({name for one in outcomes for name in one.changes})
    for name in names:
        said = [one.changes[name] for one in outcomes if name in one.changes]
        better, same, worse, unknown = kept_back(
            [said.count(word) for word in ("better", "same", "worse", "unknown")]
        )
        yield ChangeRow(
            measure=name, n=shown_total(len(said)), n_better=better, n_same=same, n_worse=worse,
            n_unknown=unknown,
        )  # fmt: skip


def _adherence(outcomes: Sequence[Outcome]) -> AdherenceRow:
    known = [one.adherence_pct for one in outcomes if one.adherence_pct is not None]
    n_good = sum(value >= GOOD_ADHERENCE_PCT for value in known)
    n_little = sum(value < FAIR_ADHERENCE_PCT for value in known)
    good, fair, little, unknown = kept_back(
        [n_good, len(known) - n_good - n_little, n_little, len(outcomes) - len(known)]
    )
    return AdherenceRow(
        n=shown_total(len(outcomes)), n_good=good, n_fair=fair, n_little=little, n_unknown=unknown,
        median_pct=float(median(known)) if len(known) >= LEAST else None,
    )  # fmt: skip


def _responders(outcomes: Sequence[Outcome]) -> Iterable[ResponderRow]:
    for protocol in sorted({one.protocol for one in outcomes}):
        said = [
            one.changes[MAIN_MEASURE]
            for one in outcomes
            if one.protocol == protocol and one.n_days >= RESPONSE_DAYS and MAIN_MEASURE in one.changes
        ]
        known = [word for word in said if word != "unknown"]
        n_yes = known.count("better")
        yes, no = kept_back([n_yes, len(known) - n_yes])
        is_shown = yes is not None and no is not None and len(known) >= LEAST
        low, high = wilson(n_yes, len(known)) if is_shown else (None, None)
        yield ResponderRow(
            protocol=protocol, n=shown_total(len(known)), n_responders=yes if is_shown else None,
            ratio=n_yes / len(known) if is_shown else None, low_ratio=low, high_ratio=high,
        )  # fmt: skip


def wilson(n_yes: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a proportion.

    Parameters
    ----------
    n_yes : int
        How many did.
    n : int
        Of how many, at least one.

    Returns
    -------
    tuple of float
        Lower and upper end, inside 0 and 1.

    Notes
    -----
    The interval holds its level for small samples and for proportions near 0 and 1, where the usual one does not.

    References
    ----------
    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209-212.
    """
    share, z2 = n_yes / n, Z_95 * Z_95
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # the ends are exact where everybody or nobody did
    return (0.0 if n_yes == 0 else max(0.0, middle - half)), (1.0 if n_yes == n else min(1.0, middle + half))


def shown_total(n: int) -> int | None:
    """Return a total, or None when it is of fewer people than may be shown; nobody is no secret.

    Parameters
    ----------
    n : int
        How many there are.
    """
    return None if 0 < n < LEAST else n


def kept_back(counts: Sequence[int]) -> tuple[int | None, ...]:
    """Keep back small cells of a row that adds up to a total somebody knows.

    Parameters
    ----------
    counts : sequence of int
        Cells that part one total, none below zero.

    Returns
    -------
    tuple of int or None
        None for what is kept back: cells of 1 to 4, and as many of the next smallest as it takes until those kept back
        are two or more, hold at least five together, and are not all ones or all fours, which their sum would tell to
        who knows this rule. When that cannot be, every cell that is not zero is kept back.
    """
    hidden = {place for place, n in enumerate(counts) if 0 < n < LEAST}
    others = sorted({n for n in counts if n >= LEAST})
    while hidden and others and _can_be_told([counts[place] for place in hidden]):
        next_n = others.pop(0)  # all of that size: which of them was taken would tell
        hidden |= {place for place, n in enumerate(counts) if n == next_n}
    return tuple(None if place in hidden else n for place, n in enumerate(counts))


def _can_be_told(hidden: Sequence[int]) -> bool:
    """Whether who knows the rule and the sum of what is kept back can tell a cell of it."""
    total, n = sum(hidden), len(hidden)
    return n < 2 or total < LEAST or total == n or total == (LEAST - 1) * n
