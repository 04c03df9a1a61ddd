"""Many courses, cut into pieces that know nothing of each other: on this machine's cores, or later on a cluster's."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mortise.simulate.rehearsal.cohorts import COHORTS, cohort
from mortise.simulate.rehearsal.courses import Who, run
from mortise.simulate.rehearsal.policies import Policy, policy
from mortise.simulate.rehearsal.tallies import Results

N_DAYS = 182
N_PER_PIECE = 4
COHORT_IDS: tuple[str, ...] = tuple(one.id for one in COHORTS)


class Piece(NamedTuple):
    """A few patients of one cohort and protocol under every policy. Its seeds are its own; nothing is shared."""

    protocol: str
    cohort: str
    policies: tuple[str, ...]
    first_seed: int
    n_patients: int
    n_days: int = N_DAYS
    any_stage: bool = False
    candidate: str = ""  # folder of the changed content


def pieces(
    protocols: Sequence[str],
    n_patients: int,
    *,
    policies: Sequence[str] = ("released",),
    cohorts: Sequence[str] = COHORT_IDS,
    n_days: int = N_DAYS,
    first_seed: int = 0,
    any_stage: bool = False,
    candidate: Path | None = None,
) -> Iterator[Piece]:
    """Cut work into pieces.

    Parameters
    ----------
    protocols : sequence of str
        Which protocols.
    n_patients : int
        In each cohort of each protocol.
    policies : sequence of str
        Each is tried on the same patients.
    cohorts : sequence of str
        Which cohorts.
    n_days : int
        Length of a course.
    first_seed : int
        Another first seed gives other patients.
    any_stage : bool
        Whether patients start in any stage.
    candidate : Path or None
        Folder of the candidate's content.

    Yields
    ------
    Piece
        In an order that does not depend on who works.
    """
    root = "" if candidate is None else str(candidate)
    for start in range(0, n_patients, N_PER_PIECE):
        n = min(N_PER_PIECE, n_patients - start)
        for protocol in protocols:
            for cohort_id in cohorts:
                yield Piece(
                    protocol, cohort_id, tuple(policies), first_seed + start, n, n_days, any_stage, root
                )


@cache
def _policy(policy_id: str, root: str) -> Policy:
    return policy(policy_id, Path(root) if root and policy_id == "candidate" else None)


def run_piece(piece: Piece) -> Results:
    """Live every course of a piece.

    Parameters
    ----------
    piece : Piece
        Which.

    Returns
    -------
    Results
        The same for the same piece, on any machine.
    """
    results = Results()
    released = _policy("released", "").protocol(piece.protocol)
    for seed in range(piece.first_seed, piece.first_seed + piece.n_patients):
        who = Who(cohort(piece.cohort), piece.protocol, seed, piece.n_days, piece.any_stage)
        courses = {name: run(who, _policy(name, piece.candidate), released) for name in piece.policies}
        results.add(piece.protocol, piece.cohort, seed, courses)
    return results


def run_pieces(work: Sequence[Piece], n_workers: int | None = None) -> Iterator[Results]:
    """Do pieces of work and yield their results in the order of the pieces, whoever is done first.

    Parameters
    ----------
    work : sequence of Piece
        From `pieces`.
    n_workers : int or None
        Processes; None: one for each core. One works in this process.

    Yields
    ------
    Results
        Of one piece after the other; what is joined need not be kept, so memory stays flat.
    """
    n_workers = n_workers or os.cpu_count() or 1
    if n_workers == 1:
        yield from map(run_piece, work)
        return
    _policy("released", "").protocol(work[0].protocol)  # read once, before the processes part
    gc.freeze()  # the content is never looked through again for what could be thrown away
    try:
        with multiprocessing.get_context("fork").Pool(n_workers, initializer=gc.disable) as pool:
            yield from pool.imap(_run_and_tidy, work)
    finally:
        gc.unfreeze()


def _run_and_tidy(piece: Piece) -> Results:
    """Do a piece in a process that collects what can be thrown away after each piece, and not all the time."""
    found = run_piece(piece)
    gc.collect()
    return found


def joined(parts: Iterator[Results]) -> Results:
    """Join results as they come.

    Parameters
    ----------
    parts : iterator of Results
        In the order of the pieces.

    Returns
    -------
    Results
        All of them.
    """
    whole = Results()
    for part in parts:
        whole.join(part)
    return whole
