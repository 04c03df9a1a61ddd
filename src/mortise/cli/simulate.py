"""Try policies on fictional patients: unsafe days, late reactions, false steps back, and how long it takes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mortise.errors import InputError

if TYPE_CHECKING:
    from mortise.cli.tables import Block
    from mortise.simulate.rehearsal.runs import Piece
    from mortise.simulate.rehearsal.tallies import Estimate, Results

N_DAYS_A_WEEK = 7
FOUND_VIOLATIONS = 1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise simulate` and its arguments."""
    text = "try policies on fictional patients who tell too little, do too much, swap sides, fall ill"
    parser = subparsers.add_parser("simulate", help=text, description=text.capitalize() + ".")
    parser.add_argument(
        "--protocol", action="append", metavar="ID", help="a protocol (again for more; all by default)"
    )
    parser.add_argument(
        "--cohort", action="append", metavar="ID", help="a cohort (again for more; all by default)"
    )
    parser.add_argument(
        "--policy", action="append", metavar="ID",
        help="calendar, single-look, released, candidate (again for more; the first three by default)",
    )  # fmt: skip
    parser.add_argument(
        "--candidate", type=Path, metavar="FOLDER", help="a changed copy of the content, tried as well"
    )
    parser.add_argument(
        "--patients", type=int, default=4, metavar="N", help="of each cohort and protocol (4)"
    )
    parser.add_argument("--weeks", type=int, default=26, metavar="N", help="length of each course (26)")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="the first patient; another gives others"
    )
    parser.add_argument("--any-stage", action="store_true", help="let patients start in any stage")
    parser.add_argument("--workers", type=int, metavar="N", help="processes (one for each core)")
    parser.add_argument("--json", action="store_true", help="print the sums as JSON")


def run(args: argparse.Namespace) -> int:
    """Run the rehearsal and print it; return 1 when something happened that must never happen, or a candidate fails."""
    from mortise.cli.progress import counted
    from mortise.simulate.rehearsal.runs import joined, run_pieces
    from mortise.simulate.rehearsal.tallies import verdict

    work = list(_pieces(args))
    results = joined(counted(run_pieces(work, args.workers), len(work), "Living through the weeks"))
    if args.json:
        _print_json(results)
    else:
        from mortise.cli import tables

        tables.show(blocks(results))
    policies = {key.policy for key in results.tallies}
    guarded = [one for one in policies if one in ("released", "candidate")]
    has_failed = any(results.of(None, one).n_violations for one in guarded)
    if "candidate" in policies and "released" in policies:
        has_failed = has_failed or not verdict(results).may_replace
    return FOUND_VIOLATIONS if has_failed else 0


def _pieces(args: argparse.Namespace) -> list[Piece]:
    from mortise import catalog
    from mortise.simulate.rehearsal.cohorts import COHORTS
    from mortise.simulate.rehearsal.policies import POLICY_IDS
    from mortise.simulate.rehearsal.runs import pieces

    if args.patients < 1 or args.weeks < 1:
        raise InputError("there must be at least one patient and one week.", mend="Give 1 or more.")
    protocols = _known(args.protocol, catalog.load().protocol_ids, "protocol")
    cohorts = _known(args.cohort, tuple(one.id for one in COHORTS), "cohort")
    policies = _known(args.policy, POLICY_IDS, "policy") if args.policy else POLICY_IDS[:3]
    if args.candidate is not None and "candidate" not in policies:
        policies = (*policies, "candidate")
    if "candidate" in policies and args.candidate is None:
        raise InputError("a candidate needs the folder of its content.", mend="Give `--candidate FOLDER`.")
    return list(
        pieces(protocols, args.patients, policies=policies, cohorts=cohorts, n_days=N_DAYS_A_WEEK * args.weeks,
               first_seed=args.seed, any_stage=args.any_stage, candidate=args.candidate)
    )  # fmt: skip


def _known(asked: list[str] | None, known: tuple[str, ...], what: str) -> tuple[str, ...]:
    for one in asked or ():
        if one not in known:
            raise InputError(f"there is no {what} {one!r}.", mend=f"Use one of {', '.join(known)}.")
    return tuple(dict.fromkeys(asked)) if asked else known


def blocks(results: Results) -> list[Block]:
    """Return results as text: safety and pace beside each other, then what must never happen."""
    from mortise.cli.tables import Heading, Lines, Table
    from mortise.simulate.rehearsal.tallies import METRICS, verdict

    found: list[Block] = [
        Lines((
            f"{results.n_days:,} invented patient-days. Figures with their 95 % interval over patients.",
            "They test the software and rule a policy out; they predict nobody.",
        ))
    ]  # fmt: skip
    policies = list(dict.fromkeys(key.policy for key in results.tallies))
    for cohort in dict.fromkeys(key.cohort for key in results.tallies):
        tallies = [results.of(cohort, policy) for policy in policies]
        rows = [
            (f"{metric.title}, {metric.unit}", *(estimate_words(one.estimate(metric.id)) for one in tallies))
            for metric in METRICS
        ]
        found += [Heading(cohort), Table(("", *policies), rows)]
    found.append(Heading("What must never happen"))
    never = [(one, f"{tally.n_violations} in {tally.n_days:,} days") for one in policies
             if (tally := results.of(None, one))]  # fmt: skip
    found.append(Table(("policy", "violations"), never))
    if results.examples:
        rows = [(one.key.policy, one.key.protocol, one.key.cohort, str(one.seed), one.on, one.kind, one.what)
                for one in results.examples[:10]]  # fmt: skip
        found.append(Table(("policy", "protocol", "cohort", "seed", "on", "kind", "what"), rows))
    if {"candidate", "released"} <= set(policies):
        said = verdict(results)
        words = (
            "The candidate may replace the released protocols."
            if said.may_replace
            else "The candidate may not:"
        )
        found += [Heading("Release rule"), Lines((words, *said.reasons))]
    return found


def estimate_words(estimate: Estimate) -> str:
    """Return a figure with its interval."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    if estimate.low == estimate.high:
        return f"{estimate.value:,.0f}"
    return f"{estimate.value:.1f} ({estimate.low:.1f} to {estimate.high:.1f})"


def _print_json(results: Results) -> None:
    from mortise.cli import records
    from mortise.record.records import encode

    rows = [
        {"protocol": key.protocol, "cohort": key.cohort, "policy": key.policy, "tally": tally}
        for key, tally in results.tallies.items()
    ]
    records.write_json(encode({"n_days": results.n_days, "tallies": rows, "examples": results.examples}))
