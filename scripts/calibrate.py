"""Measure how often the tests of change, plateau, forecast and flare are right, and write the table and the plot.

`python scripts/calibrate.py` scores and compares with the marks; `--write` writes the result into the documents;
`--small` takes a tenth of the patients. Fails when a mark is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from mortise.simulate import calibration as c
from mortise.simulate.calibration import Rates

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "calibration.md"
PLOT = ROOT / "docs" / "reference" / "calibration.svg"
SEED = 20261121
WORTHWHILE = 0.25


class Row(NamedTuple):
    """One line of the table: what was asked, what came out, and between which bounds it must lie."""

    group: str
    what: str
    rates: Rates
    low: float | None = None
    high: float | None = None

    @property
    def is_missed(self) -> bool:
        """Whether the share lies outside its mark by more than three standard errors."""
        slack = 3.0 * self.rates.error
        return (self.low is not None and self.rates.share < self.low - slack) or (
            self.high is not None and self.rates.share > self.high + slack
        )


class Job(NamedTuple):
    """One piece of work: it depends on nothing else, so that any machine can take it."""

    group: str
    what: str
    low: float | None
    high: float | None
    run: Callable[..., Rates | tuple[Rates, Rates]]
    words: dict[str, object]


def grids() -> dict[str, float]:
    """Return each class of instruments by how coarse its grid is, in SEM, with the measures that stand for it."""
    from mortise import catalog

    found: dict[float, list[str]] = {}
    for measure in catalog.load().measures.values():
        for instrument in measure.instruments:
            if instrument.sem:
                ratio = float((measure.resolution / instrument.sem).quantize(Decimal("0.1")))
                found.setdefault(max(ratio, 0.1), []).append(f"{measure.id} {instrument.id}")
    classes: dict[str, float] = {}
    for low, high, name in ((0.0, 0.3, "fine"), (0.3, 0.8, "middling"), (0.8, 9.0, "coarse")):
        inside = {ratio: names for ratio, names in found.items() if low < ratio <= high}
        if inside:
            worst = max(inside)
            n = sum(len(names) for names in inside.values())
            counted = "1 instrument," if n == 1 else f"{n} instruments, worst"
            classes[f"{name} grid ({counted} {inside[worst][0]}: {worst:g} SEM)"] = worst
    return classes


def _held(course: str, n_seen: int, n: int, seed: int) -> tuple[Rates, Rates]:
    return c.forecast_held(course, n_seen=n_seen, n=n, seed=seed)


def _plateau(course: str, n_per_week: int, n: int, seed: int, grid: float = 0.01) -> Rates:
    slope = {"at the worthwhile slope": WORTHWHILE, "at twice it": 2 * WORTHWHILE}.get(course)
    made = c.flat_after_six_weeks if slope is None else lambda weeks: slope * weeks
    return c.plateau_called(made, n_per_week=n_per_week, worthwhile=WORTHWHILE, n=n, seed=seed, grid=grid)


def jobs(share: float) -> Iterator[Job]:
    """Yield every piece of work, at `share` of the full size."""
    n = max(200, round(20_000 * share))
    few = max(100, round(2_000 * share))
    yield from _change_jobs(n)
    yield from _plateau_jobs(few)
    for course in ("flat", "straight", "slowing"):
        for n_seen in (4, 8, 12):
            yield Job(
                "A forecast holds the true week",
                f"{course} course, {n_seen} readings",
                0.88,
                None,
                _held,
                {"course": course, "n_seen": n_seen, "n": few},
            )
    yield Job("Flares", "false alarm in 84 quiet days", None, 0.23, c.flares, {"rise_nrs": 2.5, "n": few})


def _change_jobs(n: int) -> Iterator[Job]:
    """Yield what asks for change and for the drawn interval."""
    marks = {"clean": 0.02, "error really 1.5 times": 0.06, "errors that last (0.4)": 0.06}
    for nuisance in c.NUISANCES:
        yield Job("Called better though nothing changed, 12 weekly looks", nuisance, None, marks.get(nuisance),
                  c.false_progress, {"nuisance": nuisance, "n": n})  # fmt: skip
    yield Job("Called better though nothing changed, 12 weekly looks", "practice, +1 SEM, first two left out", None,
              None, c.false_progress, {"nuisance": "practice, +1 SEM", "n": n, "n_practice": 2})  # fmt: skip
    for name, grid in grids().items():
        yield Job("Called better though nothing changed, 12 weekly looks", f"clean, {name}", None, 0.02,
                  c.false_progress, {"nuisance": "clean", "n": n, "grid": grid})  # fmt: skip
    for nuisance in ("clean", "error really 1.5 times"):
        yield Job("Called worse though nothing changed, 12 weekly looks", nuisance, None, None,
                  c.false_worse, {"nuisance": nuisance, "n": n})  # fmt: skip
    for slope in (0.25, 0.5, 1.0):
        yield Job("Called better by week 12", f"improving by {slope:g} SEM a week", None, None,
                  c.found_progress, {"slope": slope, "n": n})  # fmt: skip
    for course in c.COURSES:
        yield Job("The drawn 90 % interval holds the truth", f"{course} course", 0.88, 0.92, c.coverage,
                  {"course": course, "n": n})  # fmt: skip


def _plateau_jobs(few: int) -> Iterator[Job]:
    """Yield what asks for a plateau."""
    for n_per_week in (1, 2, 3):
        for course, high in (
            ("at the worthwhile slope", 0.10),
            ("at twice it", 0.01),
            ("flat from week 6", None),
        ):
            group = f"Called a plateau within 24 weeks, measured {n_per_week} a week"
            yield Job(group, course, None, high, _plateau,
                      {"course": course, "n_per_week": n_per_week, "n": few})  # fmt: skip
    for name, grid in grids().items():
        yield Job("Called a plateau within 24 weeks, measured 1 a week", f"at the worthwhile slope, {name}", None, 0.10,
                  _plateau, {"course": "at the worthwhile slope", "n_per_week": 1, "n": few, "grid": grid})  # fmt: skip


def rows_of(job: Job) -> list[Row]:
    """Do one piece of work."""
    done = job.run(**job.words, seed=SEED)
    if isinstance(done, Rates):
        return [Row(job.group, job.what, done, job.low, job.high)]
    second = (
        "found within 7 days (+2.5 of 10)" if job.group == "Flares" else f"{job.what}: the late end is open"
    )
    low = 0.72 if job.group == "Flares" else None
    return [Row(job.group, job.what, done[0], job.low, job.high), Row(job.group, second, done[1], low, None)]


def score(share: float) -> list[Row]:
    """Do all of it, with every core and a bar that says how far."""
    from mortise.cli.progress import counted

    work = list(jobs(share))
    with ProcessPoolExecutor() as pool:
        found = counted(pool.map(rows_of, work), len(work), "Calibrating")
        return [row for rows in found for row in rows]


INTRO = """# Calibration

Made by `make calibrate`; do not edit. The functions of `mortise.progress` themselves, not copies, on invented readings
whose truth is known. Values are in units of the instrument's SEM. Decisions assume an error 1.25 times the known one.
The worthwhile slope is {worthwhile:g} SEM a week (one MDC95 in eleven weeks; our choice). In brackets: three standard
errors of the share. A late end of a forecast that is open says "later than a year, or never, or not to be told yet".

Invented errors are tidier than real ones. These figures can rule a rule out; they cannot prove it right for a patient.

![What is called, and how soon](calibration.svg)
"""


def page(rows: list[Row]) -> str:
    """Write the table."""
    parts = [INTRO.format(worthwhile=WORTHWHILE)]
    for group in dict.fromkeys(row.group for row in rows):
        parts += [f"## {group}\n", "| | share | mark | median wait | patients |", "|---|---|---|---|---|"]
        for row in (one for one in rows if one.group == group):
            bounds = " to ".join(f"{100 * one:g} %" for one in (row.low, row.high) if one is not None)
            said = bounds if row.low is not None and row.high is not None else (
                f"at most {bounds}" if row.high is not None else f"at least {bounds}" if bounds else "")  # fmt: skip
            missed = " **missed**" if row.is_missed else ""
            unit = "days" if row.group == "Flares" else "weeks"
            wait = "" if row.rates.delay is None else f"{row.rates.delay:.1f} {unit}"
            parts.append(f"| {row.what} | {100 * row.rates.share:.1f} % (± {300 * row.rates.error:.1f}) "
                         f"| {said}{missed} | {wait} | {row.rates.n:,} |")  # fmt: skip
        parts.append("")
    return "\n".join(parts)


def label(row: Row) -> str:
    """Name a row beside the plot: without what stands in brackets, and told apart from every other."""
    group = row.group.replace(", 12 weekly looks", "").replace(" within 24 weeks, measured", ",")
    return f"{group}: {row.what.split(' (')[0]}"


def plot(rows: list[Row]) -> None:
    """Draw every share with its three standard errors and its mark."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "mortise"
    from matplotlib import pyplot as plt

    marked = [row for row in rows if row.low is not None or row.high is not None]
    figure, axis = plt.subplots(figsize=(9.0, 0.27 * len(marked) + 1.2))
    for at, row in enumerate(reversed(marked)):
        axis.errorbar(
            100 * row.rates.share, at, xerr=300 * row.rates.error, fmt="o", color="#2f6f73", markersize=4
        )
        for bound in (row.low, row.high):
            if bound is not None:
                axis.plot([100 * bound] * 2, [at - 0.4, at + 0.4], color="#b4532a", linewidth=2)
    axis.set_yticks(range(len(marked)), [label(row) for row in reversed(marked)], fontsize=6)
    axis.set_xlabel("share of invented patients, % (bar: the mark)")
    figure.tight_layout()
    figure.savefig(PLOT, format="svg", metadata={"Date": None})
    plt.close(figure)


def main() -> int:
    """Score; write when asked; fail when a mark is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--write", action="store_true", help="write the table and the plot into the documents"
    )
    parser.add_argument("--small", action="store_true", help="a tenth of the patients")
    args = parser.parse_args()
    rows = score(0.1 if args.small else 1.0)
    print(page(rows))
    if args.write:
        PAGE.write_text(page(rows))
        plot(rows)
    missed = [row for row in rows if row.is_missed]
    for row in missed:
        print(f"missed: {row.group}, {row.what}: {100 * row.rates.share:.1f} %", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
