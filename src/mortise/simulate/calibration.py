"""How often the tests of `progress` are right on readings whose truth is known: the real functions, invented errors.

Values are in units of the instrument's SEM. Every patient's errors come from a seed of their own, so that a run can be
repeated and cut into pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import numpy as np
from msgspec import Struct

from mortise.measure.recording import Floats
from mortise.progress.change import BETTER_AT, WORSE_AT
from mortise.progress.evidence import evidence
from mortise.progress.flare import flare
from mortise.progress.forecast import forecast
from mortise.progress.level import bands
from mortise.progress.plateau import PLATEAU_AT, evidence_of_plateau
from mortise.record.tracks import Point
from mortise.terms import Better

SEM = Decimal(1)
N_WEEKS = 12
N_PLATEAU_WEEKS = 24
FLAT_FROM_WEEK = 6
Chance = np.random.Generator


class Rates(Struct, frozen=True, kw_only=True):
    """How often something happened among `n` invented patients; `delay` is the median wait where one was found."""

    share: float
    n: int
    delay: float | None = None

    @property
    def error(self) -> float:
        """Standard error of the share."""
        return float(np.sqrt(max(self.share * (1.0 - self.share), 1e-12) / self.n))


def clean(chance: Chance, n: int) -> Floats:
    """Draw independent errors of the size assumed."""
    return chance.normal(size=n)


def larger(chance: Chance, n: int) -> Floats:
    """Draw errors half as large again as assumed."""
    return chance.normal(scale=1.5, size=n)


def lasting(chance: Chance, n: int) -> Floats:
    """Draw errors that last from one time to the next: first-order, 0.4, of the size assumed."""
    shocks = chance.normal(size=n) * np.sqrt(1.0 - 0.4**2)
    errors = np.empty(n)
    errors[0] = chance.normal()
    for k in range(1, n):
        errors[k] = 0.4 * errors[k - 1] + shocks[k]
    return errors


def heavy(chance: Chance, n: int) -> Floats:
    """Draw errors with wide tails: Student's t with 3 degrees of freedom, scaled to the size assumed."""
    errors: Floats = chance.standard_t(3, size=n) / np.sqrt(3.0)
    return errors


def practised(chance: Chance, n: int) -> Floats:
    """Draw errors of a test that gets one SEM better by practice, over about three times."""
    return chance.normal(size=n) + 1.0 - np.exp(-np.arange(n) / 1.5)


def missing(chance: Chance, n: int) -> Floats:
    """Draw errors of which every fourth is missing (NaN), never the first."""
    errors = chance.normal(size=n)
    errors[1:][chance.random(n - 1) < 0.25] = np.nan
    return errors


NUISANCES: dict[str, Callable[[Chance, int], Floats]] = {
    "clean": clean,
    "error really 1.5 times": larger,
    "errors that last (0.4)": lasting,
    "wide tails": heavy,
    "practice, +1 SEM": practised,
    "a quarter missing": missing,
}


def points(weeks: Floats, values: Floats, grid: float = 0.01) -> list[Point]:
    """Make points of values in SEM, put on the instrument's grid; missing ones are left out."""
    places = Decimal(str(grid))
    return [
        Point(
            700_000 + round(7 * float(week)),
            (Decimal(float(value)) / places).quantize(Decimal(1)) * places,
            SEM,
            (),
        )
        for week, value in zip(weeks, values, strict=True)
        if np.isfinite(value)
    ]


def patients(seed: int, n: int) -> Iterator[Chance]:
    """Yield one generator of chance for each patient."""
    for one in np.random.SeedSequence(seed).spawn(n):
        yield np.random.default_rng(one)


def false_progress(nuisance: str, *, n: int, seed: int, grid: float = 0.01, n_practice: int = 0) -> Rates:
    """Count patients called reliably better at any of twelve weekly looks though nothing changed."""
    weeks = np.arange(N_WEEKS + 1.0)
    called = 0
    for chance in patients(seed, n):
        run = points(weeks, NUISANCES[nuisance](chance, len(weeks)), grid)[n_practice:]
        called += any(evidence(run[:k], 1) >= BETTER_AT for k in range(2, len(run) + 1))
    return Rates(share=called / n, n=n)


def false_worse(nuisance: str, *, n: int, seed: int, grid: float = 0.01) -> Rates:
    """Count patients called reliably worse at any of twelve weekly looks though nothing changed."""
    weeks = np.arange(N_WEEKS + 1.0)
    called = 0
    for chance in patients(seed, n):
        run = points(weeks, NUISANCES[nuisance](chance, len(weeks)), grid)
        called += any(evidence(run[:k], -1) >= WORSE_AT for k in range(2, len(run) + 1))
    return Rates(share=called / n, n=n)


def found_progress(slope: float, *, n: int, seed: int) -> Rates:
    """Count patients improving at `slope` SEM a week who are called better by week 12, and the median week."""
    weeks = np.arange(N_WEEKS + 1.0)
    waits = []
    for chance in patients(seed, n):
        run = points(weeks, slope * weeks + chance.normal(size=len(weeks)))
        waits.append(
            next((k - 1.0 for k in range(2, len(run) + 1) if evidence(run[:k], 1) >= BETTER_AT), np.nan)
        )
    return _found(np.array(waits))


COURSES: dict[str, Callable[[Floats], Floats]] = {
    "flat": np.zeros_like,
    "straight": lambda weeks: 0.5 * weeks,
    "slowing": lambda weeks: 6.0 * (1.0 - np.exp(-weeks / 5.0)),
}


def coverage(course: str, *, n: int, seed: int) -> Rates:
    """Count how often the 90 % interval that charts draw holds the true level, over every week of twelve."""
    weeks = np.arange(N_WEEKS + 1.0)
    truth = COURSES[course](weeks)
    held = total = 0
    for chance in patients(seed, n):
        run = points(weeks, truth + chance.normal(size=len(weeks)))
        drawn = bands(run, run[-1].day)
        held += sum(band.low <= true <= band.high for band, true in zip(drawn, truth, strict=True))
        total += len(drawn)
    return Rates(share=held / total, n=n)


def plateau_called(
    course: Callable[[Floats], Floats],
    *,
    n_per_week: int,
    worthwhile: float,
    n: int,
    seed: int,
    grid: float = 0.01,
) -> Rates:
    """Count patients on a course called flat within 24 weeks; the delay counts from week 6."""
    weeks = np.arange(N_PLATEAU_WEEKS * n_per_week + 1) / n_per_week
    truth = course(weeks)
    waits = []
    for chance in patients(seed, n):
        run = points(weeks, truth + chance.normal(size=len(weeks)), grid)
        waits.append(_first_called(run, worthwhile))
    return _found(np.array(waits) - FLAT_FROM_WEEK)


def _first_called(run: list[Point], worthwhile: float) -> float:
    for k in range(3, len(run) + 1):
        found = evidence_of_plateau(run[:k], Better.UP, worthwhile)
        if found is not None and found[0] >= PLATEAU_AT:
            return (run[k - 1].day - run[0].day) / 7.0
    return float("nan")


def flat_after_six_weeks(weeks: Floats) -> Floats:
    """Return one SEM a week for six weeks and nothing after."""
    return np.minimum(weeks, float(FLAT_FROM_WEEK))


def forecast_held(course: str, *, n_seen: int, n: int, seed: int) -> tuple[Rates, Rates]:
    """Count how often the week in which a bound is truly reached lies in the forecast, and how often that is open."""
    weeks = np.arange(float(n_seen))
    later = np.arange(0.0, 60.0, 0.25)
    held = is_open = 0
    for chance in patients(seed, n):
        truth = _drawn_course(course, chance)
        run = points(weeks, truth(weeks) + chance.normal(size=n_seen))
        bound = float(truth(weeks[-1:])[0]) + float(chance.uniform(0.5, 3.0))
        foreseen = forecast(run, Better.UP, Decimal(str(round(bound, 2))))
        if foreseen is None:
            continue
        reached = later[truth(later + weeks[-1]) >= bound]
        true_week = float(reached[0]) if len(reached) else np.inf
        early = np.inf if foreseen.early_weeks is None else foreseen.early_weeks - 1.0
        late = np.inf if foreseen.late_weeks is None else foreseen.late_weeks
        held += bool(early <= true_week <= late or (true_week > 52 and np.isinf(late)))
        is_open += bool(np.isinf(late))
    return Rates(share=held / n, n=n), Rates(share=is_open / n, n=n)


def _drawn_course(course: str, chance: Chance) -> Callable[[Floats], Floats]:
    """Draw one patient's course: a slope, or where it ends and how soon."""
    if course == "flat":
        return np.zeros_like
    if course == "straight":
        slope = float(chance.uniform(0.2, 1.0))
        return lambda weeks: slope * weeks
    room, weeks_63_pct = float(chance.uniform(4.0, 10.0)), float(chance.uniform(3.0, 10.0))
    return lambda weeks: room * (1.0 - np.exp(-weeks / weeks_63_pct))


def flares(*, rise_nrs: float, n: int, seed: int) -> tuple[Rates, Rates]:
    """Count false alarms in 84 quiet days, and flares of `rise_nrs` from day 61 on found within seven days.

    Pain is usually 2 of 10 and goes up and down with a standard deviation of 1, in whole numbers.
    """
    n_false = 0
    waits = []
    for chance in patients(seed, n):
        quiet = np.clip(np.round(chance.normal(2.0, 1.0, size=84)), 0, 10)
        flared = quiet.copy()
        flared[60:] = np.clip(np.round(flared[60:] + rise_nrs), 0, 10)
        n_false += any(flare(_days(quiet), day).is_on for day in range(9, 85))
        run = _days(flared)
        waits.append(next((day - 60.0 for day in range(61, 68) if flare(run, day).is_on), np.nan))
    return Rates(share=n_false / n, n=n), _found(np.array(waits))


def _days(values: Floats) -> list[Point]:
    return [Point(k + 1, Decimal(int(value)), None, ()) for k, value in enumerate(values)]


def _found(waits: Floats) -> Rates:
    found = np.isfinite(waits)
    delay = float(np.median(waits[found])) if found.any() else None
    return Rates(share=float(found.mean()), n=len(waits), delay=delay)
