"""Measure how fast decisions are made: gates, one day, a whole story, replay. One thread, parsed inputs.

Prints medians of several rounds, and beside the gate a hand-written `if` of the same ten comparisons in the same run,
so that a slow machine shows as slow and not as a slower engine. `--json` prints the figures alone; `--peers` times
measuring beside its peers instead (`scripts/bench_measure.py`), `--phone` the phone's pages (`scripts/bench_phone.py`),
`--desk` the pages of the desk with a clinic of thousands (`scripts/bench_desk.py`).
"""

from __future__ import annotations

import json
import os
import resource
import runpy
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import NamedTuple

from msgspec.structs import replace

from mortise import catalog
from mortise.catalog import CONTENT_ROOT
from mortise.catalog._decode import Faults
from mortise.catalog.checks import check_book, read_book
from mortise.decide import Inputs, Person, decide, gate, ready_node
from mortise.decide.nodes import ReadyNode
from mortise.episode import Diary, Story, replay, story
from mortise.episode.fold import Folder
from mortise.prescribe import dose_states, todays_session
from mortise.protocol import Circumstances, Criterion, Operator
from mortise.record import CheckIn, Fact, PatientRecord
from mortise.record.records import encode
from mortise.record.sealed import decode_sealed
from mortise.record.tracks import Point, Series, key_of, track_of
from mortise.simulate.patients import fictional_patient
from mortise.simulate.rehearsal.runs import COHORT_IDS, pieces, run_pieces
from mortise.terms import Better, Instrument, Limb, Measure, Setting, Strength

N_ROUNDS = 7
SECONDS_PER_ROUND = 0.4
N_DAYS = 365
N_NEXT_DAYS = 14  # added one by one to a year
ROOT = Path(__file__).resolve().parent.parent


class Line(NamedTuple):
    """One line of the table."""

    what: str
    figure: float
    unit: str
    mark: str


def per_second(call: Callable[[], object], n_calls: int = 1) -> float:
    """Return calls per second, the median of several rounds."""
    rates = []
    for _ in range(N_ROUNDS):
        n, start_s = 0, time.perf_counter()
        while time.perf_counter() - start_s < SECONDS_PER_ROUND:
            call()
            n += n_calls
        rates.append(n / (time.perf_counter() - start_s))
    return median(rates)


def ten_criterion_gate() -> tuple[tuple[ReadyNode, ...], Inputs, list[Decimal]]:
    """Return ten ready criteria, inputs that meet nine of them, and the values for the hand-written gate."""
    measures = {
        f"m{n}": Measure(
            id=f"m{n}", label=f"m{n}", unit="cm", low=Decimal(0), high=Decimal(100), resolution=Decimal("0.1"),
            better=Better.UP, setting=Setting.CLINIC, domain="range", fresh_days=14,
            instruments=(Instrument(id="tape", label="tape", sem=Decimal("0.7")),),
        )
        for n in range(10)
    }  # fmt: skip
    criteria = [
        Criterion(
            id=f"c{n}", measure=f"m{n}", operator=Operator.AT_LEAST, value=Decimal(5), unit="cm", max_age_days=14,
            domain="range", label=f"c{n}", label_patient=f"c{n}", strength=Strength.CONSENSUS,
        )
        for n in range(10)
    ]  # fmt: skip
    nodes = tuple(
        ready_node(one, of="exit", group=one.id, measures=measures, bands=(), person=Person())
        for one in criteria
    )
    values = [Decimal("7.1")] * 9 + [Decimal("4.9")]
    tracks = {
        key_of(f"m{n}", Limb.NONE): track_of(
            f"m{n}", Limb.NONE, (Series("tape", "", None, (Point(100, value, Decimal("0.7"), (f"r{n}",)),)),)
        )
        for n, value in enumerate(values)
    }
    return nodes, Inputs(103, tracks), values


def by_hand(values: list[Decimal], ages: list[int], bound: Decimal) -> bool:
    """Compare ten values as somebody in a hurry would write it: no reasons, nothing unknown."""
    return all(value >= bound and age <= 14 for value, age in zip(values, ages, strict=True))


def gates() -> list[Line]:
    """Measure the gate and its hand-written rival."""
    nodes, inputs, values = ten_criterion_gate()
    ages, bound = [3] * 10, Decimal(5)
    rate = per_second(lambda: [gate(nodes, inputs) for _ in range(100)], 100)
    hand = per_second(lambda: [by_hand(values, ages, bound) for _ in range(100)], 100)
    return [
        Line("ten-criterion gate, ten findings", rate, "gates/s", ">= 100,000"),
        Line("the same ten comparisons by hand, no reasons", hand, "gates/s", ""),
        Line("price of unknowns, freshness and reasons", hand / rate, "times", ""),
    ]


def daily(record: PatientRecord, content: catalog.Content, as_of: date) -> list[Line]:
    """Measure the pure decision on prepared inputs, and the whole story from facts."""
    folded = story(record, content, as_of).folded
    pin, engine = folded.decision.protocol, folded.decision.engine
    pure = per_second(
        lambda: decide(folded.ready, folded.inputs, folded.state, as_of, pin=pin, engine=engine,
                       constraints=folded.constraints)
    )  # fmt: skip
    whole = per_second(lambda: story(record, content, as_of))
    with_session = per_second(lambda: story(record, content, as_of).session)
    return [
        Line("pure daily decision, one year of facts", 1000 / pure, "ms", "< 1 ms"),
        Line("story: facts to decision, one year", 1000 / whole, "ms", ""),
        Line("story with today's session", 1000 / with_session, "ms", ""),
    ]


def dosed(record: PatientRecord, content: catalog.Content, as_of: date) -> list[Line]:
    """Measure today's session and the dose states of every exercise, from one year of sessions."""
    told = story(record, content, as_of)
    folded = told.folded
    states = told.dose_states
    scratch = per_second(lambda: dose_states(told.stage_now, content.exercises, folded.done, {}, as_of))
    again = per_second(lambda: folded.doses.states(told.stage_now, folded.done, {}, as_of))
    solved = per_second(
        lambda: todays_session(
            session_id="s", as_of=as_of, stage=told.stage_now, exercises=content.exercises, states=states,
            done=folded.done, load=told.decision.load, constraints=told.constraints, circumstances=Circumstances(),
        )
    )  # fmt: skip
    return [
        Line("dose states, one year of sessions, from scratch", 1000 / scratch, "ms", ""),
        Line("dose states, gone on from what is settled", 1000 / again, "ms", ""),
        Line("today's session solved, states given", 1000 / solved, "ms", ""),
    ]


def living(record: PatientRecord, content: catalog.Content) -> list[Line]:
    """Measure whole days one after the other, as they are lived: facts in, decision and session out."""
    by_day: dict[date, list[Fact]] = defaultdict(list)
    for fact in record.facts:
        by_day[fact.on].append(fact)
    n_days = N_DAYS // 2
    folder = Folder(record.person, record.episode, content)
    fold_s = session_s = 0.0
    for n in range(n_days):
        on = record.episode.opened_on + timedelta(days=n)
        start_s = time.perf_counter()
        folder.take(by_day[on])
        folded = folder.fold(on, Circumstances(), lambda _: frozenset())
        decided_s = time.perf_counter()
        _ = Story(record, content, Circumstances(), folded).session
        fold_s, session_s = fold_s + decided_s - start_s, session_s + time.perf_counter() - decided_s
    return [
        Line("a day lived, facts to decision, half a year", 1000 * fold_s / n_days, "ms", "< 1 ms"),
        Line("its session, with dose states and re-entry", 1000 * session_s / n_days, "ms", ""),
    ]


def lived(record: PatientRecord, content: catalog.Content) -> PatientRecord:
    """Return the record with the decision of every day stored as it was made."""
    by_day: dict[date, list[Fact]] = defaultdict(list)
    for fact in record.facts:
        by_day[fact.on].append(fact)
    diary = Diary(record.person, record.episode, content)
    for n in range(N_DAYS):
        on = record.episode.opened_on + timedelta(days=n)
        diary.take(by_day[on])
        diary.decide(on)
    return PatientRecord(person=record.person, episode=record.episode, facts=tuple(diary.facts))


def one_more(stored: PatientRecord, content: catalog.Content) -> Line:
    """Measure the decision of the day after, when one check-in is added to a year, and of the days after that."""
    newest = max(fact.on for fact in stored.facts)
    told = [fact for fact in stored.facts if isinstance(fact, CheckIn)][-1]
    times = []
    for _ in range(N_ROUNDS):
        folder = Folder(stored.person, stored.episode, content)
        folder.take(stored.facts)
        folder.fold(newest, Circumstances(), lambda _: frozenset())
        for n in range(1, N_NEXT_DAYS + 1):
            on = newest + timedelta(days=n)
            start_s = time.process_time()
            folder.take([replace(told, id=f"one-more-{n}", on=on)])
            folder.fold(on, Circumstances(), lambda _: frozenset())
            times.append(time.process_time() - start_s)
    return Line("the next day, one fact added to a year", 1000 * median(times), "ms", "< 1 ms")


def replays(stored: PatientRecord) -> list[Line]:
    """Measure how many stored decisions a second are made again: parsed, read from JSON, and from a store on disk."""
    content, encoded = catalog.load(), encode(stored)
    parsed_s, read_s = [], []
    for _ in range(N_ROUNDS):
        start_s = time.process_time()
        sealed = decode_sealed(encoded)
        decoded_s = time.process_time()
        differences = replay(sealed, content)
        parsed_s.append(time.process_time() - decoded_s)
        read_s.append(time.process_time() - start_s)
        assert not differences, differences
    return [
        Line(
            f"replay, {N_DAYS} daily decisions, parsed, one core",
            N_DAYS / median(parsed_s),
            "decisions/s",
            "",
        ),
        Line("the same with reading them from JSON", N_DAYS / median(read_s), "decisions/s", ""),
        *_replayed_store(encoded),
    ]


def _replayed_store(encoded: bytes) -> list[Line]:
    """Measure `mortise replay` of a folder of such records, as a process on all cores."""
    command = Path(sys.executable).with_name("mortise")
    if not command.exists():
        return []
    n_cores = os.cpu_count() or 1
    n_records = 8 * n_cores
    with tempfile.TemporaryDirectory() as folder:
        for n in range(n_records):
            (Path(folder) / f"record-{n:03}.json").write_bytes(encoded)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([str(command), "replay", folder, "--json"], capture_output=True, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rate = n_cores * n_records * N_DAYS / spent_s  # by processor time
    what = f"mortise replay of {n_records} such records on disk, {n_cores} cores"
    return [Line(what, rate, "decisions/s", ">= 10,000")]


def static_check() -> list[Line]:
    """Measure the static part of `mortise check`, all protocols, after loading: of content just read, and once more."""
    times: dict[str, list[float]] = {"just read": [], "read before": []}
    for _ in range(N_ROUNDS):
        book = read_book(CONTENT_ROOT, Faults())
        for state in times:
            start_s = time.process_time()
            check_book(book)
            times[state].append(time.process_time() - start_s)
    return [
        Line(f"static check of content {state}", 1000 * median(found), "ms", "< 20 ms")
        for state, found in times.items()
    ]


def process(record: PatientRecord, as_of: date) -> list[Line]:
    """Measure `mortise decide` as a process, where that command is there."""
    command = Path(sys.executable).with_name("mortise")
    if not command.exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.json"
        path.write_bytes(encode(record))
        words = [str(command), "decide", str(path), "--on", as_of.isoformat(), "--json"]
        # As installed: from compiled files, also where this shell keeps Python from writing them.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        times = []
        for _ in range(N_ROUNDS + 2):
            start_s = time.perf_counter()
            done = subprocess.run(words, capture_output=True, cwd=ROOT, env=environment)
            times.append(time.perf_counter() - start_s)
            if done.returncode != 0:
                return []
    return [Line("mortise decide as a process, one-year record", 1000 * median(times), "ms", "< 150 ms")]


def rehearsed() -> list[Line]:
    """Measure how fast fictional patients live with the real engine, and whether memory grows with them."""
    n_cores = os.cpu_count() or 1
    work = list(pieces(catalog.load().protocol_ids, 2, cohorts=COHORT_IDS[::3], first_seed=500))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    n_days = sum(one.n_days for one in run_pieces(work, n_cores))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rate = n_cores * n_days / spent_s  # by processor time, so that a busy machine shows as little as it can
    few, many = (
        list(pieces(catalog.load().protocol_ids, n, cohorts=COHORT_IDS[:2], n_days=56)) for n in (2, 8)
    )
    for _ in run_pieces(few, 1):
        pass
    few_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for _ in run_pieces(many, 1):
        pass
    more_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Line(f"rehearsal: patient-days, {n_cores} cores by processor time", rate, "days/s", ""),
        Line("10,000 patients x 26 weeks at that rate", 10_000 * 182 / rate / 60, "min", "< 10 min"),
        Line("memory that four times the patients add", more_mb - few_mb, "MB", "flat"),
    ]


def main(arguments: list[str]) -> int:
    """Measure everything and print it; `--peers` and `--desk` measure something else instead."""
    if "--desk" in arguments:
        words = [
            sys.executable,
            "-m",
            "scripts.bench_desk",
            *(each for each in arguments if each != "--desk"),
        ]
        return subprocess.run(words, cwd=ROOT).returncode
    if "--peers" in arguments:
        beside = runpy.run_path(str(Path(__file__).with_name("bench_measure.py")))
        return int(beside["main"]([each for each in arguments if each != "--peers"]))
    if "--phone" in arguments:
        pages = runpy.run_path(str(Path(__file__).with_name("bench_phone.py")))
        return int(pages["main"]([each for each in arguments if each != "--phone"]))
    content = catalog.load()
    protocol = content.protocol(content.protocol_ids[0])
    record = fictional_patient(protocol, content.measures, content.exercises)
    as_of = record.episode.opened_on + timedelta(days=364)
    stored = lived(record, content)
    lines = [*gates(), *daily(record, content, as_of), one_more(stored, content)]
    lines += [*dosed(record, content, as_of), *living(record, content), *replays(stored)]
    lines += [*static_check(), *process(record, as_of), *rehearsed()]
    if arguments == ["--json"]:
        print(json.dumps([line._asdict() for line in lines], indent=1))
        return 0
    print(f"{'':52}{'median':>14}  {'':12}{'mark':>12}")
    for line in lines:
        figure = f"{line.figure:,.0f}" if line.figure >= 100 else f"{line.figure:,.2f}"
        print(f"{line.what:52}{figure:>14}  {line.unit:12}{line.mark:>12}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
