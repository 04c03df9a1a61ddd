"""Folding day by day gives what folding everything at once gives, whatever comes in and in whatever order."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mortise.episode.fold import Folded, Folder, fold
from mortise.episode.receipts import decision_record, known_by
from mortise.protocol import Circumstances
from mortise.record import Fact
from mortise.terms import Advice
from tests import builders as b
from tests.property import engine_records
from tests.property.engine_records import CONTENT, LAST
from tests.support.sizes import examples

CALM = Circumstances()


@dataclass
class Arrivals:
    """Facts in the batches in which they arrive, and the day on which each batch is folded."""

    batches: list[tuple[int, list[Fact]]]


@st.composite
def arrivals(draw: st.DrawFn) -> Arrivals:
    """Draw a record whose facts come mostly on their day, some late, some early, some corrected or answered."""
    found = draw(engine_records.facts())
    chance = Random(draw(st.integers(0, 10_000)))
    batches: list[tuple[int, list[Fact]]] = []
    waiting = sorted(found, key=lambda fact: (fact.on, chance.random()))
    n = 0
    while n <= LAST + 6 and (waiting or n <= LAST):
        now = [fact for fact in waiting if fact.on <= b.day(n) and chance.random() > 0.05]
        waiting = [fact for fact in waiting if fact not in now]
        if n > 4:
            now += _acts(n, found, chance)
        if chance.random() < 0.25:  # in two parts on one day
            half = len(now) // 2
            batches.append((n, now[:half]))
            now = now[half:]
        batches.append((n, now))
        n += chance.choice((1, 1, 1, 2))
    return Arrivals(batches)


def _acts(n: int, found: list[Fact], chance: Random) -> list[Fact]:
    """Return what a clinician might do on a day."""
    acts: list[Fact] = []
    if chance.random() < 0.1:
        acts.append(b.correction(f"x{n}", n, chance.choice([fact.id for fact in found] or ["none"])))
    if chance.random() < 0.1:
        acts.append(b.resume(f"ok{n}", n))
    if chance.random() < 0.07:
        acts.append(b.entry(f"e{n}", n, chance.choice(("S1", "S2", "S3"))))
    if chance.random() < 0.07:
        acts.append(b.visit(f"v{n}", n, n + 7))
    return acts


def same(one: Folded, other: Folded) -> bool:
    """Whether two folds agree in everything that a decision, a session or a page reads."""
    return (
        one.decision == other.decision
        and one.standing == other.standing
        and one.known.facts == other.known.facts
        and list(one.lights) == list(other.lights)
        and list(one.bouts) == list(other.bouts)
        and list(one.done) == list(other.done)
        and one.constraints == other.constraints
        and one.state == other.state
        and one.inputs == other.inputs
    )


def day_by_day_is_the_same(came: Arrivals) -> None:
    """Fold every batch both ways; store the decision too, as the clinic does."""
    record = b.record()
    folder = Folder(record.person, record.episode, CONTENT)
    received: list[Fact] = list(record.facts)
    folder.take(received)
    for n, batch in came.batches:
        folder.take(batch)
        received += batch
        known_ids = known_by(tuple(received))
        grown = folder.fold(b.day(n), CALM, known_ids)
        assert same(grown, fold(b.record(*received), CONTENT, b.day(n), CALM, known_ids))
        if n % 2:
            stored = decision_record(b.record(*received), CONTENT, b.day(n))
            if stored.id not in {fact.id for fact in received}:
                folder.take([stored])
                received.append(stored)
                if n % 3 == 0:
                    answer = b.response(f"r{n}", n, stored.id, Advice.HOLD)
                    folder.take([answer])
                    received.append(answer)


@settings(max_examples=examples(60), deadline=None)
@given(came=arrivals())
def test_day_by_day_gives_the_same_as_all_at_once(came: Arrivals) -> None:
    day_by_day_is_the_same(came)


def _fixed() -> Arrivals:
    facts = [*b.ready_to_advance(LAST), b.session("s", 10, 7), b.morning("m", 11, 5), b.session("s2", 14, 7)]
    return Arrivals([(n, [fact for fact in facts if fact.on == b.day(n)]) for n in range(LAST + 1)])


def test_lights_kept_for_too_long_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    import mortise.episode.lights as lights

    day_by_day_is_the_same(_fixed())
    monkeypatch.setattr(lights.Sessions, "n_settled", lambda self, first_new, seen_until: len(self))
    with pytest.raises(AssertionError):
        day_by_day_is_the_same(_fixed())


def test_a_late_fact_taken_as_following_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    import mortise.episode.known as known

    late = Arrivals([*_fixed().batches, (LAST + 1, [b.check_in("late", 3, {"pain_worst_24h_nrs": b.D(9)})])])
    day_by_day_is_the_same(late)

    real = known.KnownSoFar.following

    def trusting(self, new, as_of):  # type: ignore[no-untyped-def]
        if not self.known.facts or all(fact.on >= self.known.facts[-1].on for fact in new):
            return real(self, new, as_of)
        self.known = known.Known((*self.known.facts, *new), ())
        return tuple(new)

    monkeypatch.setattr(known.KnownSoFar, "following", trusting)
    with pytest.raises(AssertionError):
        day_by_day_is_the_same(late)
