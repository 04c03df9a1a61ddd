"""Run the rehearsal on fictional patients: the page and its plots, the safety run, the adversary.

`--write` makes `docs/reference/simulation.md` and its plots; `--safety N` lives N patient-days from every stage under
the released protocols and fails at the first thing that must never happen; `--adversary N` plays N traces in every
stage where there is impact. Each prints its speed and the memory of the largest process.

A long safety run can be lived in parts, one after the other or on several machines: `--safety N --part K/M --into
FOLDER` lives the K-th of M shares, and `--safety N --joined FOLDER` checks that all are there, lived under one engine
and the content and code that are here, and prints their sum.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from mortise.cli.progress import counted
from mortise.cli.simulate import estimate_words
from mortise.errors import InputError
from mortise.simulate.rehearsal.adversaries import Found, search
from mortise.simulate.rehearsal.cohorts import COHORTS
from mortise.simulate.rehearsal.policies import policy
from mortise.simulate.rehearsal.priors import PRIORS
from mortise.simulate.rehearsal.runs import N_DAYS, N_PER_PIECE, Piece, joined, pieces, run_pieces
from mortise.simulate.rehearsal.tallies import METRICS, Example, Results
from scripts import safety_parts

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "simulation.md"
SAFETY_PLOT, PACE_PLOT = PAGE.with_name("simulation-safety.svg"), PAGE.with_name("simulation-pace.svg")
POLICIES = ("calendar", "single-look", "released")
COLOURS = {"calendar": "#b4532a", "single-look": "#8a7a2f", "released": "#2f6f73"}
N_PLAYS_A_SEED = 50
PLANTED = "calendar"  # of its rules only the red flags are left
N_DAYS_PLANTED = 28


def memory_mb() -> float:
    """Return the most memory that this process or one of its children has held."""
    mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(mine, theirs) / 1024


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


# ---------------------------------------------------------------- safety


def safety_pieces(n_days: int) -> list[Piece]:
    """Cut at least so many patient-days: every cohort, protocol and stage."""
    protocols = policy("released").protocol_ids
    n_each = -(-n_days // (N_DAYS * len(protocols) * len(COHORTS)))
    if n_each >= N_PER_PIECE:
        return list(pieces(protocols, n_each, first_seed=10_000, any_stage=True))
    # So few that not every cohort can be lived for half a year: shorter courses, one patient each.
    length = max(-(-n_days // (len(protocols) * len(COHORTS) * n_each)), 14)
    return list(pieces(protocols, n_each, first_seed=10_000, any_stage=True, n_days=length))


def lived(work: Sequence[Piece], n_workers: int | None) -> tuple[Results, float]:
    """Live through pieces of work; return what came of it and how many seconds it took."""
    start_s = time.perf_counter()
    results = joined(counted(run_pieces(work, n_workers), len(work), "Living through the weeks"))
    return results, time.perf_counter() - start_s


def tell(n_days: int, n_sessions: int, took_s: float, n_broken: int, n_unknown: int, examples: Sequence[Example]
         ) -> None:  # fmt: skip
    """Print what came of a run, and where to look at what must never happen."""
    say(f"{n_days:,} patient-days, {n_sessions:,} sessions, {took_s:.0f} s, "
        f"{n_days / max(took_s, 0.1):.0f} days/s, {memory_mb():.0f} MB")  # fmt: skip
    say(f"violations: {n_broken}, advances on unknown: {n_unknown}")
    for one in examples:
        say(f"  {one.key.protocol} {one.key.cohort} seed {one.seed} {one.on} {one.kind}: {one.what}")


def safety(n_days: int, n_workers: int | None) -> int:
    """Live through it; return 1 when anything happened that must never happen."""
    results, took_s = lived(safety_pieces(n_days), n_workers)
    tallies = results.tallies.values()
    n_broken = sum(one.n_violations for one in tallies)
    n_unknown = sum(one.n_advance_on_unknown for one in tallies)
    tell(
        results.n_days, sum(one.n_sessions for one in tallies), took_s, n_broken, n_unknown, results.examples
    )
    return 1 if n_broken or not planted_found(n_workers) else 0


def safety_part(n_days: int, which: str, folder: Path, n_workers: int | None) -> int:
    """Live one part and write it into the folder; return 1 when anything happened that must never happen."""
    k, n_parts = safety_parts.part_of(which)
    work = safety_pieces(n_days)
    first, end = safety_parts.bounds(len(work), k, n_parts)
    before = safety_parts.there(folder, k, n_parts, n_days, work)
    if before is not None:
        say(f"part {k}/{n_parts} is there already, lived under the same engine, content and code")
        return 1 if before.n_violations else 0
    results, took_s = lived(work[first:end], n_workers)
    part = safety_parts.made(n_days, k, n_parts, work, results, planted_found(n_workers), took_s)
    tell(part.n_days, part.n_sessions, took_s, part.n_violations, part.n_advances_on_unknown, part.examples)
    say(f"part {k}/{n_parts}: {safety_parts.keep(part, folder)}")
    return 1 if part.n_violations or not part.n_planted_found else 0


def safety_joined(n_days: int, folder: Path) -> int:
    """Put the parts together; return 1 when anything happened that must never happen."""
    parts = safety_parts.kept(folder, n_days, safety_pieces(n_days))
    n_broken, n_unknown = sum(p.n_violations for p in parts), sum(p.n_advances_on_unknown for p in parts)
    say(f"{len(parts)} parts, {parts[0].under.engine}, content {parts[0].under.content[:12]}, "
        f"code {parts[0].under.code[:12]}")  # fmt: skip
    tell(sum(p.n_days for p in parts), sum(p.n_sessions for p in parts), sum(p.took_s for p in parts), n_broken,
         n_unknown, [one for p in parts for one in p.examples])  # fmt: skip
    say(
        f"planted ({PLANTED}, no daily rule): seen in every part, {min(p.n_planted_found for p in parts)} at least"
    )
    return 1 if n_broken else 0


def planted_found(n_workers: int | None) -> int:
    """Live a few weeks under a policy that has lost every daily rule; the same judge has to see it. How often it did.

    A run that finds nothing shows something only while it still finds what is there.
    """
    work = list(
        pieces(policy("released").protocol_ids, 1, policies=(PLANTED,), n_days=N_DAYS_PLANTED, any_stage=True)
    )
    results = joined(run_pieces(work, n_workers))
    n_broken = sum(one.n_violations for one in results.tallies.values())
    say(
        f"planted ({PLANTED}, no daily rule): {n_broken} violations in {results.n_days:,} patient-days"
        + ("" if n_broken else ": the judge sees nothing, so neither does the run above")
    )
    return n_broken


# ---------------------------------------------------------------- adversary


def _hunt(game: tuple[str, str, int, int]) -> tuple[str, str, Found]:
    protocol_id, stage, seed, n_plays = game
    released = policy("released")
    return (
        protocol_id,
        stage,
        search(released, released.protocol(protocol_id), stage, seed=seed, n_plays=n_plays),
    )


def games(n_plays: int) -> list[tuple[str, str, int, int]]:
    """Cut the plays: each seed climbs on its own, in every stage of every protocol."""
    released = policy("released")
    stages = [(one, stage.id) for one in released.protocol_ids for stage in released.protocol(one).stages]
    n_seeds = max(n_plays // N_PLAYS_A_SEED, 1)
    return [(*one, seed, min(n_plays, N_PLAYS_A_SEED)) for seed in range(n_seeds) for one in stages]


def adversary(n_plays: int, n_workers: int | None) -> int:
    """Search; print every trace that did harm; return 1 when there was one."""
    work = games(n_plays)
    policy("released").protocol(work[0][0])
    n_found = n_played = 0
    with get_context("fork").Pool(n_workers or os.cpu_count() or 1) as pool:
        for protocol_id, stage, found in counted(pool.imap(_hunt, work), len(work), "Playing traces"):
            n_played += found.n_played
            if found.played.violations:
                n_found += 1
                say(f"{protocol_id} {stage}: {found.played.violations[0]}")
                say(json.dumps([move._asdict() for move in found.trace]))
    say(f"{n_played:,} traces played, {n_found} with harm, {memory_mb():.0f} MB")
    return 1 if n_found else 0


# ---------------------------------------------------------------- the page

INTRO = """# Simulation

Made by `make simulate ARGS="--write"`; do not edit. Difficult fictional patients live through {n_weeks} weeks, and
the real engine decides: the episode fold, `decide` and `prescribe` as they ship, not a copy. Every policy meets the
same {n_patients} patients in each cohort, {n_each} of each protocol; {n_days:,} patient-days in all. Figures are
followed by their 95 % interval over patients; nothing seen is given an upper end by the rule of three.

**What it can show.** Every figure about a patient is a prior: section 8 of the [evidence table](evidence.md), or
our own where that is silent. Invented patients are tidier than real ones, and simulators are weakest in the bad
tail. The rehearsal rules a policy out; it cannot rule one in, and it predicts nobody.

The policies: **calendar** ends a stage with its usual weeks and stops for red flags alone; **single look** believes
the newest value and asks for nothing twice; **released** are the protocols as they ship. A **candidate** is a
changed copy of the content: `mortise simulate --candidate FOLDER` says whether it may replace the released
protocols. It may when nothing happened that must never happen, and when in no cohort it has more than {margin:g}
unsafe days per 100 patient-weeks more than the released protocols on the same patients, at the upper end of the
interval.

**Unsafe days** are days on which the patient *did* what the released rules withhold from an ankle that *truly* was
as it was, whether or not anybody had told. So an under-reporter has them under every policy; no engine sees what is
not told. What must never happen is held against what was told: see the end of this page.

![Unsafe days by cohort and policy](simulation-safety.svg)

![How many reach the last stage, and when](simulation-pace.svg)
"""

NEVER = """## What must never happen

A judge that calls neither `decide` nor `prescribe` holds every answer against what was told: no advance on anything
unknown, nothing that stage, clinician or a daily rule withholds, no impact while flagged or before the danger
questions are answered, no work while a red flag is open, no dose raised by more than one step, no more contacts
than the ceiling. It reads the released rules whatever policy decides, so policies that have lost a rule are caught;
the tests plant such faults.

| policy | violations | patient-days |
|---|---|---|
{rows}

Every run of `.ci/run` lives a million patient-days from every stage, and a few weeks under a policy whose daily rules
are taken away, which the same judge has to catch (`make simulate ARGS="--safety 1000000"`); `make release` lives ten
million. `make simulate ARGS="--adversary 1000"` lets an optimiser choose what is told, when, and by which clock.

Ten million days can be lived in sittings, or shared by machines: `--safety 10000000 --part 3/16 --into FOLDER` lives
the third of sixteen shares and writes down what came of it, with the engine's name and hashes of content and code;
`--safety 10000000 --joined FOLDER` prints the sum. All parts together live exactly the days of the whole run; one
that is there already is not lived again, so a run that was broken off goes on by asking for all of them anew. A part
that is missing, of another run, or lived under another engine, content or code is named, and nothing is summed.
"""


def page(results: Results, n_each: int, n_days: int) -> str:
    """Write the page: safety and pace beside each other, cohort by cohort."""
    from mortise.simulate.rehearsal.tallies import MARGIN_PER_100_WEEKS

    n_protocols = len({key.protocol for key in results.tallies})
    parts = [
        INTRO.format(n_weeks=n_days // 7, n_patients=n_each * n_protocols, n_each=n_each, n_days=results.n_days,
                     margin=MARGIN_PER_100_WEEKS)
    ]  # fmt: skip
    parts += ["## All cohorts together\n", *_table(results, None)]
    for cohort in COHORTS:
        parts += [
            f"\n## {cohort.title}\n",
            f"{cohort.what[0].upper()}{cohort.what[1:]}.\n",
            *_table(results, cohort.id),
        ]
    rows = "\n".join(
        f"| {one} | {results.of(None, one).n_violations} | {results.of(None, one).n_days:,} |"
        for one in POLICIES
    )
    parts += ["", NEVER.format(rows=rows), *_priors()]
    return "\n".join(parts) + "\n"


def _table(results: Results, cohort: str | None) -> list[str]:
    tallies = [results.of(cohort, one) for one in POLICIES]
    lines = [f"| | {' | '.join(POLICIES)} |", "|---|" + "---|" * len(POLICIES)]
    for metric in METRICS:
        cells = " | ".join(estimate_words(one.estimate(metric.id)) for one in tallies)
        lines.append(f"| {metric.title}, {metric.unit} | {cells} |")
    return lines


def _priors() -> list[str]:
    lines = ["## Priors\n", "Normal, cut off at the ends; a fixed figure has no spread. Without a row: ours alone.\n",
             "| what | mean | spread | from | to | unit | row |", "|---|---|---|---|---|---|---|"]  # fmt: skip
    for one in PRIORS:
        lines.append(f"| {one.what} | {one.mean:g} | {one.spread:g} | {one.low:g} | {one.high:g} | {one.unit} "
                     f"| {one.row or '–'} |")  # fmt: skip
    return lines


def plots(results: Results) -> None:
    """Draw safety by cohort, and the share that has reached the last stage week by week."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "mortise"
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(9.0, 6.0))
    for k, one in enumerate(POLICIES):
        for at, cohort in enumerate(reversed(COHORTS)):
            estimate = results.of(cohort.id, one).estimate("unsafe")
            if estimate.value is None or estimate.low is None or estimate.high is None:
                continue
            spread = [[estimate.value - estimate.low], [estimate.high - estimate.value]]
            axis.errorbar(estimate.value, at + 0.22 * (1 - k), xerr=spread, fmt="o", markersize=4, color=COLOURS[one],
                          label=one if at == 0 else None)  # fmt: skip
    axis.set_yticks(range(len(COHORTS)), [one.title for one in reversed(COHORTS)])
    axis.set_xlabel("unsafe days per 100 patient-weeks, with 95 % interval")
    axis.legend(frameon=False)
    _save(figure, SAFETY_PLOT)
    figure, axis = plt.subplots(figsize=(9.0, 4.0))
    for one in POLICIES:
        whole = results.of(None, one)
        reached, shares = 0, []
        for n in whole.finished_in_week:
            reached += n
            shares.append(100 * reached / whole.n_patients)
        axis.step(range(1, len(shares) + 1), shares, where="post", color=COLOURS[one], label=one)
    axis.set_xlabel("week")
    axis.set_ylabel("have reached the last stage, %")
    axis.set_ylim(0, 100)
    axis.legend(frameon=False)
    _save(figure, PACE_PLOT)


def _save(figure: Any, path: Path) -> None:
    from matplotlib import pyplot as plt

    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)


def rehearsal(n_each: int, n_workers: int | None, n_days: int, protocols: Sequence[str]) -> Results:
    """Run every policy on the same patients."""
    work = list(pieces(protocols, n_each, policies=POLICIES, n_days=n_days))
    parts: Iterator[Results] = counted(run_pieces(work, n_workers), len(work), "Living through the weeks")
    return joined(parts)


def in_parts(args: argparse.Namespace) -> int:
    """Live the whole safety run or one part of it, or put its parts together."""
    if args.joined:
        return safety_joined(args.safety, args.joined)
    if not args.part:
        return safety(args.safety, args.workers)
    if not args.into:
        raise InputError("a part has to be written down.", mend="Give --into FOLDER.")
    return safety_part(args.safety, args.part, args.into, args.workers)


def main(arguments: list[str] | None = None) -> int:
    """Do what was asked; return 1 when something happened that must never happen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--write", action="store_true", help="write the page and the plots into the documents"
    )
    parser.add_argument("--patients", type=int, default=4, help="of each cohort and protocol (4)")
    parser.add_argument("--weeks", type=int, default=N_DAYS // 7, help="length of each course (26)")
    parser.add_argument("--safety", type=int, metavar="DAYS", help="live so many patient-days; nothing else")
    parser.add_argument(
        "--adversary", type=int, metavar="N", help="play so many traces in every stage; nothing else"
    )
    parser.add_argument("--part", metavar="K/M", help="of the safety run the K-th of M shares; needs --into")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="where what came of a part is written")
    parser.add_argument(
        "--joined", type=Path, metavar="FOLDER", help="put the parts of the safety run together"
    )
    parser.add_argument("--workers", type=int, help="processes (one for each core)")
    args = parser.parse_args(arguments)
    if args.safety:
        try:
            return in_parts(args)
        except InputError as error:
            print(error, file=sys.stderr)
            return error.exit_status
    if args.adversary:
        return adversary(args.adversary, args.workers)
    results = rehearsal(args.patients, args.workers, 7 * args.weeks, policy("released").protocol_ids)
    text = page(results, args.patients, 7 * args.weeks)
    say(text)
    if args.write:
        PAGE.write_text(text, encoding="utf-8")
        plots(results)
    return 1 if results.of(None, "released").n_violations else 0


if __name__ == "__main__":
    sys.exit(main())
