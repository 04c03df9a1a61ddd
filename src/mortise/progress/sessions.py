"""Sessions as progress sees them: when, which light, whether they count as evidence, and adherence."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from mortise.protocol import Light

LATE_AFTER_DAYS = 2  # a log entered later is history, not evidence for a gate
LIGHT_GRADE = {Light.RED: 0, Light.AMBER: 1, Light.GREEN_AMBER: 2, Light.GREEN: 3}
DAYS_PER_WEEK = 7
SECONDS_PER_MINUTE = 60


class Bout(Struct, frozen=True):
    """One session: its day, the light it earned, the facts that say so.

    `counts` is False for a log entered more than two days late or above its dose: it can speak against, never for.
    `is_pending` while the morning after has not come or can still be answered today.
    """

    id: str
    day: int
    light: Light | None
    counts: bool
    is_pending: bool
    readings: tuple[str, ...]
    is_done: bool = True


def adherence(
    bouts: Sequence[Bout], *, day: int, from_day: int, window_days: int, n_per_week: int
) -> Decimal | None:
    """Return the share of planned sessions that were done in the window, in percent.

    Parameters
    ----------
    bouts : sequence of Bout
        In any order.
    day : int
        The window ends with this day.
    from_day : int
        First day of the plan; the window does not reach further back.
    window_days : int
        Length of the window.
    n_per_week : int
        Sessions planned for a week.

    Returns
    -------
    Decimal or None
        0 to 100; None before a week has passed or when nothing is planned.
    """
    first = max(from_day, day - window_days + 1)
    n_days = day - first + 1
    if n_days < DAYS_PER_WEEK or n_per_week <= 0:
        return None
    done = {bout.day for bout in bouts if bout.is_done and first <= bout.day <= day}
    share = Decimal(100 * DAYS_PER_WEEK * len(done)) / Decimal(n_per_week * n_days)
    return min(Decimal(100), share.quantize(Decimal(1)))


def light_run(bouts: Sequence[Bout], light: Light, *, or_worse: bool) -> tuple[int, tuple[str, ...]]:
    """Count the newest sessions in a row at `light` or better (or at `light` or worse).

    Parameters
    ----------
    bouts : sequence of Bout
        Oldest first.
    light : Light
        The light.
    or_worse : bool
        Which way to count.

    Returns
    -------
    n_in_a_row : int
        Sessions of unknown light end a run of good ones and are passed over in a run of bad ones.
    readings : tuple of str
        The facts behind them.
    """
    n_run, used = 0, list[str]()
    for bout in reversed(bouts):
        if bout.is_pending and bout.light is None:
            continue
        if bout.light is None:
            if or_worse:
                continue
            break
        grade, bound = LIGHT_GRADE[bout.light], LIGHT_GRADE[light]
        if not (grade <= bound if or_worse else grade >= bound):
            break
        if not or_worse and not bout.counts:
            continue  # neither evidence for nor against
        n_run += 1
        used += bout.readings
    return n_run, tuple(used)
