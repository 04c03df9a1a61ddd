"""Sums over many courses, in whole numbers: the same in whatever order and by however many workers they are made."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

from msgspec import Struct

from mortise.simulate.rehearsal.courses import Counted, Course

Z = 1.96  # both sides of a 95 % interval
N_EXAMPLES = 20


class Metric(NamedTuple):
    """A ratio of two sums, times a scale."""

    id: str
    title: str
    unit: str
    scale: float
    is_harm: bool


METRICS: tuple[Metric, ...] = (
    Metric("unsafe", "Unsafe days", "per 100 patient-weeks", 700.0, True),
    Metric("impact", "of these, impact", "per 100 patient-weeks", 700.0, True),
    Metric("unknown", "Advances on unknown", "count", 1.0, True),
    Metric("late", "Days late with a flare", "days", 1.0, True),
    Metric("unseen", "Flares not reacted to in 7 days", "%", 100.0, True),
    Metric("false_back", "Steps back without a flare", "per 100 patient-weeks", 700.0, True),
    Metric("contacts", "Contacts asked for", "per 100 patient-weeks", 700.0, True),
    Metric("turns", "Advice reversed within a week", "a month", 30.0, True),
    Metric("finished_week", "Reached the last stage in", "weeks", 1.0 / 7.0, True),
    Metric("never", "Did not reach it", "%", 100.0, True),
)


def _parts(one: Counted) -> tuple[tuple[int, int], ...]:
    """Return numerator and denominator of every metric, in the order of `METRICS`."""
    return (
        (one.n_unsafe_days, one.n_days), (one.n_impact_days, one.n_days), (one.n_advance_on_unknown, 0),
        (one.n_days_late, one.n_flares_seen), (one.n_flares - one.n_flares_seen, one.n_flares),
        (one.n_false_steps_back, one.n_days), (one.n_contacts, one.n_days), (one.n_turns, one.n_days),
        (one.day_finished, int(one.day_finished > 0)), (int(one.day_finished == 0), 1),
    )  # fmt: skip


class Estimate(NamedTuple):
    """A figure with its 95 % interval; None where nothing was there to divide by."""

    value: float | None
    low: float | None
    high: float | None


class Moments(Struct):
    """Sums for a ratio and its interval: numerator, denominator, and their products."""

    n: int = 0
    a: int = 0
    b: int = 0
    aa: int = 0
    bb: int = 0
    ab: int = 0

    def add(self, a: int, b: int) -> None:
        """Take in one patient."""
        self.n += 1
        self.a += a
        self.b += b
        self.aa += a * a
        self.bb += b * b
        self.ab += a * b

    def join(self, other: Moments) -> None:
        """Take in other sums."""
        self.n += other.n
        self.a += other.a
        self.b += other.b
        self.aa += other.aa
        self.bb += other.bb
        self.ab += other.ab

    def ratio(self, scale: float) -> Estimate:
        """Return the ratio of the sums with its interval over patients (linearised; none at all: rule of three)."""
        if not self.b:
            return Estimate(None, None, None)
        value = self.a / self.b
        if self.b == self.bb == self.n and self.aa == self.a:  # a share of patients
            return _wilson(self.a, self.n, scale)
        if not self.a:
            return Estimate(0.0, 0.0, scale * min(3.0 / self.b, 1.0 if scale == 100.0 else 3.0))
        spread = max(self.aa - 2 * value * self.ab + value * value * self.bb, 0.0)
        error = sqrt(spread * self.n / max(self.n - 1, 1)) / self.b
        high = value + Z * error
        if scale == 100.0:
            high = min(high, 1.0)
        return Estimate(scale * value, scale * max(value - Z * error, 0.0), scale * high)


def _wilson(n_found: int, n: int, scale: float) -> Estimate:
    """Return a share of patients with Wilson's interval, which stays between none and all."""
    share, z2 = n_found / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Estimate(scale * share, scale * max(middle - half, 0.0), scale * min(middle + half, 1.0))


class Tally(Struct):
    """What was counted for one protocol, cohort and policy."""

    n_patients: int = 0
    n_days: int = 0
    n_sessions: int = 0
    n_violations: int = 0
    n_advance_on_unknown: int = 0
    moments: list[Moments] = []
    finished_in_week: list[int] = []

    def add(self, one: Counted) -> None:
        """Take in one course."""
        self._prepare(one.n_days // 7 + 1)
        self.n_patients += 1
        self.n_days += one.n_days
        self.n_sessions += one.n_sessions
        self.n_violations += one.n_violations
        self.n_advance_on_unknown += one.n_advance_on_unknown
        for moments, (a, b) in zip(self.moments, _parts(one), strict=True):
            moments.add(a, b)
        if one.day_finished:
            self.finished_in_week[min((one.day_finished - 1) // 7, len(self.finished_in_week) - 1)] += 1

    def _prepare(self, n_weeks: int) -> None:
        if not self.moments:
            self.moments = [Moments() for _ in METRICS]
        self.finished_in_week += [0] * (n_weeks - len(self.finished_in_week))

    def join(self, other: Tally) -> None:
        """Take in another tally."""
        self._prepare(len(other.finished_in_week))
        self.n_patients += other.n_patients
        self.n_days += other.n_days
        self.n_sessions += other.n_sessions
        self.n_violations += other.n_violations
        self.n_advance_on_unknown += other.n_advance_on_unknown
        for mine, theirs in zip(self.moments, other.moments, strict=False):
            mine.join(theirs)
        for week, n in enumerate(other.finished_in_week):
            self.finished_in_week[week] += n

    def estimate(self, metric_id: str) -> Estimate:
        """Return one metric with its interval."""
        at = next(k for k, one in enumerate(METRICS) if one.id == metric_id)
        if metric_id == "unknown":
            n = float(self.n_advance_on_unknown)
            return Estimate(n, n, n)
        return self.moments[at].ratio(METRICS[at].scale)


class Key(NamedTuple):
    """What a tally is about."""

    protocol: str
    cohort: str
    policy: str


class Example(NamedTuple):
    """Where to find something that must never happen: run this patient again to see it."""

    key: Key
    seed: int
    on: str
    kind: str
    what: str


class Results(Struct):
    """Tallies by key, paired differences against the released protocols, and examples of violations."""

    tallies: dict[Key, Tally] = {}
    paired: dict[Key, Moments] = {}  # unsafe days of a policy less those of `released`, same patients
    examples: list[Example] = []

    def add(self, protocol: str, cohort: str, seed: int, courses: Mapping[str, Course]) -> None:
        """Take in one patient under several policies."""
        base = courses.get("released")
        for policy, course in courses.items():
            key = Key(protocol, cohort, policy)
            self.tallies.setdefault(key, Tally()).add(course.counted)
            if base is not None and policy != "released":
                more = course.counted.n_unsafe_days - base.counted.n_unsafe_days
                self.paired.setdefault(key, Moments()).add(more, course.counted.n_days)
            for one in course.violations[: N_EXAMPLES - len(self.examples)]:
                self.examples.append(Example(key, seed, one.on.isoformat(), one.kind, one.what))

    def join(self, other: Results) -> None:
        """Take in the results of another piece of work; in the order of the pieces, the outcome is always the same."""
        for key, tally in other.tallies.items():
            self.tallies.setdefault(key, Tally()).join(tally)
        for key, moments in other.paired.items():
            self.paired.setdefault(key, Moments()).join(moments)
        self.examples += other.examples[: N_EXAMPLES - len(self.examples)]

    @property
    def n_days(self) -> int:
        """How many patient-days were lived."""
        return sum(one.n_days for one in self.tallies.values())

    def of(self, cohort: str | None, policy: str) -> Tally:
        """Return all protocols of one cohort (None: of all cohorts) and policy together."""
        found = Tally()
        for key, tally in self.tallies.items():
            if key.policy == policy and cohort in (None, key.cohort):
                found.join(tally)
        return found

    def more_unsafe(self, cohort: str, policy: str) -> Estimate:
        """Return how many more unsafe days per 100 patient-weeks than the same patients had as released."""
        found = Moments()
        for key, moments in self.paired.items():
            if (key.cohort, key.policy) == (cohort, policy):
                found.join(moments)
        if not found.b:
            return Estimate(None, None, None)
        value = found.a / found.b
        spread = max(found.aa - 2 * value * found.ab + value * value * found.bb, 0.0)
        error = sqrt(spread * found.n / max(found.n - 1, 1)) / found.b
        least = 3.0 / found.b  # few patients without a difference do not show that there is none
        return Estimate(
            700 * value, 700 * (value - max(Z * error, least)), 700 * (value + max(Z * error, least))
        )


class Verdict(NamedTuple):
    """Whether a candidate may replace the released protocols, and every reason against it."""

    may_replace: bool
    reasons: tuple[str, ...]


MARGIN_PER_100_WEEKS = 0.5  # more unsafe days than this are not excused; ours, for want of a better figure


def verdict(results: Results, policy: str = "candidate") -> Verdict:
    """Apply the release rule.

    Parameters
    ----------
    results : Results
        Of the policy and of `released`, same patients.
    policy : str
        Which.

    Returns
    -------
    Verdict
        No violation of what must never happen; and in every cohort not more unsafe days than `MARGIN_PER_100_WEEKS`
        above the released protocols, at the upper end of the 95 % interval.
    """
    reasons = []
    whole = results.of(None, policy)
    if not whole.n_patients:
        return Verdict(False, (f"{policy} was not run",))
    if whole.n_violations:
        reasons.append(f"{whole.n_violations} violations of what must never happen")
    for cohort in dict.fromkeys(key.cohort for key in results.tallies):
        more = results.more_unsafe(cohort, policy)
        if more.high is None:
            reasons.append(f"{cohort}: not compared with the released protocols")
        elif more.high > MARGIN_PER_100_WEEKS:
            reasons.append(
                f"{cohort}: {more.value:+.2f} unsafe days per 100 patient-weeks, up to {more.high:+.2f}"
            )
    return Verdict(not reasons, tuple(reasons))
