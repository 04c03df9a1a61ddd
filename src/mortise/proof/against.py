"""What a change of content would alter: the same fictional patients under both revisions, day by day."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from mortise.catalog import Content
from mortise.episode import story
from mortise.errors import InputError
from mortise.record import Decision, PatientRecord
from mortise.simulate.patients import fictional_patient
from mortise.terms import Advice, Load

SEEDS = (1, 2, 3)
N_DAYS = 210
EVERY_DAYS = 3


class Change(NamedTuple):
    """One day of one fictional patient that comes out otherwise."""

    protocol: str
    patient: str
    on: date
    before: tuple[Advice, Load]
    after: tuple[Advice, Load]
    why: tuple[str, ...]

    def __str__(self) -> str:
        was, now = (
            f"{advice.value.replace('_', ' ')}, {load.value}" for advice, load in (self.before, self.after)
        )
        return f"{self.protocol}, {self.patient}, {self.on}: {was} -> {now} ({'; '.join(self.why)})"


def changed_since(content: Content, revision: str) -> Iterator[str]:
    """Yield in plain lines what changed since a revision, and in the end how much.

    Parameters
    ----------
    content : Content
        As it is now.
    revision : str
        What git calls the other revision.

    Yields
    ------
    str
        One line for each day that differs, then a summary.

    Raises
    ------
    InputError
        When git does not know the revision, or the folder is in no repository.
    """
    with tempfile.TemporaryDirectory() as folder:
        earlier = Content(_read(content.root, revision, Path(folder)))
        n_days, n_changed = 0, 0
        for protocol_id in content.protocol_ids:
            if protocol_id not in earlier.protocol_ids:
                yield f"{protocol_id}: not there in {revision}."
                continue
            if content.protocol_hash(protocol_id) == earlier.protocol_hash(protocol_id):
                yield f"{protocol_id}: the same in {revision}."
                continue
            for record in _patients(content, protocol_id):
                days = [
                    record.episode.opened_on + timedelta(days=day) for day in range(0, N_DAYS, EVERY_DAYS)
                ]
                n_days += len(days)
                for change in changes(record, earlier, content, days):
                    n_changed += 1
                    yield str(change)
        for protocol_id in set(earlier.protocol_ids) - set(content.protocol_ids):
            yield f"{protocol_id}: was there in {revision}, and is gone."
    if n_days:
        yield f"{n_changed} of {n_days} days of fictional patients come out otherwise than in {revision}."


def changes(record: PatientRecord, earlier: Content, later: Content, days: list[date]) -> Iterator[Change]:
    """Yield the days on which a record is decided otherwise.

    Parameters
    ----------
    record : PatientRecord
        A fictional patient.
    earlier, later : Content
        Both revisions.
    days : list of date
        Which days.

    Yields
    ------
    Change
        With the rules and criteria that differ.
    """
    for on in days:
        before, after = story(record, earlier, on).decision, story(record, later, on).decision
        was, now = (before.advice, before.load), (after.advice, after.load)
        why = _differences(before, after)
        if was != now or why:
            yield Change(
                record.episode.protocol, record.episode.id, on, was, now, why or ("weighed otherwise",)
            )


def _differences(before: Decision, after: Decision) -> tuple[str, ...]:
    """Name the rules that fire in one only, and the criteria whose truth differs."""
    rules = [{one.rule: one.truth.value for one in each.rules} for each in (before, after)]
    found = [f"{name} no longer fires" for name in rules[0] if name not in rules[1]]
    found += [f"{name} fires now" for name in rules[1] if name not in rules[0]]
    truths = [{one.criterion: one.truth.value for one in each.findings} for each in (before, after)]
    for name in truths[0].keys() & truths[1].keys():
        if truths[0][name] != truths[1][name]:
            found.append(f"{name} was {_said(truths[0][name])}, is {_said(truths[1][name])}")
    return tuple(sorted(found))


def _said(truth: str) -> str:
    return truth.replace("_", " ")


def _patients(content: Content, protocol_id: str) -> Iterator[PatientRecord]:
    protocol = content.protocol(protocol_id)
    for seed in SEEDS:
        yield fictional_patient(protocol, content.measures, content.exercises, seed=seed, n_days=N_DAYS)


def _read(root: Path, revision: str, folder: Path) -> Path:
    """Put the content folder of another revision into `folder` and return it."""
    if revision.startswith("-"):
        raise InputError("is not a revision.", where=revision, mend="Name a commit, a branch or a tag.")
    whole = (
        _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", revision=revision)
        .decode()
        .strip()
    )
    archive = _git(root, "archive", whole, ".", revision=revision)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def _git(root: Path, *words: str, revision: str) -> bytes:
    try:
        return subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True).stdout
    except FileNotFoundError as error:
        raise InputError("git is not installed.", mend="Install git to compare revisions.") from error
    except subprocess.CalledProcessError as error:
        raise InputError(
            "git does not know this revision here.", where=revision, mend="Name a commit, a branch or a tag."
        ) from error
