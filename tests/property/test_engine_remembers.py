"""What the engine remembers from day to day changes nothing: the shipped protocols, whole lives, and late facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest
from msgspec.structs import replace

from mortise import catalog
from mortise.decide import remembered, verdicts
from mortise.decide.verdicts import Verdict
from mortise.episode import Diary, Story, replay
from mortise.episode.derivations import Derivations
from mortise.episode.fold import Folder, fold
from mortise.episode.lights import LightRules
from mortise.prescribe.kept import Kept
from mortise.protocol import Circumstances
from mortise.record import CheckIn, Correction, Fact, PatientRecord, Reading
from mortise.record.records import decode_record, encode
from mortise.record.sealed import SealedRecord, decode_sealed
from mortise.record.tracks import Series
from mortise.simulate.rehearsal.cohorts import cohort
from mortise.simulate.rehearsal.courses import OPENED_ON, Life, Who
from mortise.simulate.rehearsal.policies import Policy
from mortise.terms import Origin
from tests.property.test_engine_day_by_day import same

N_DAYS = 56
CALM = Circumstances()
LIVES = [
    ("after-arthroscopy", "re-injury"), ("anterior-impingement", "two-phones"),
    ("posterior-impingement", "wrong-side"), ("restricted-dorsiflexion", "over-doer"),
    ("anterior-impingement", "clock-off"), ("restricted-dorsiflexion", "both-sides"),
]  # fmt: skip


def _nobody(_: str) -> frozenset[str]:
    return frozenset()


def _lived(protocol: str, cohort_id: str, seed: int) -> tuple[Life, list[list[Fact]]]:
    """Live a life; return what was told on each day."""
    content = catalog.load()
    who = Who(cohort(cohort_id), protocol, seed, N_DAYS, any_stage=True)
    life = Life(who, Policy("released", content), content.protocol(protocol))
    days: list[list[Fact]] = []
    take = life.engine.take
    life.engine.take = lambda facts: (days[-1].extend(facts), take(facts))[1]  # type: ignore[method-assign]
    for day in range(N_DAYS):
        days.append([])
        life.live(day)
    return life, days


def _arrived(days: list[list[Fact]], chance: Random) -> list[list[Fact]]:
    """Let some facts come late, some be corrected, some be told of an earlier day."""
    batches: list[list[Fact]] = [[] for _ in days]
    seen: list[Fact] = []
    for n, told in enumerate(days):
        for fact in told:
            late = chance.choice((1, 2, 5)) if chance.random() < 0.02 else 0
            batches[min(n + late, len(days) - 1)].append(fact)
            seen.append(fact)
        on = OPENED_ON + timedelta(days=n)
        if chance.random() < 0.05 and seen:
            wrong = chance.choice(seen)
            batches[n].append(Correction(id=f"x{n}", on=on, origin=Origin.CLINICIAN, by="ada", corrects=wrong.id,
                                         reason="Mistyped."))  # fmt: skip
        if chance.random() < 0.05 and n > 3:
            told_again = next((one for one in reversed(seen) if isinstance(one, CheckIn | Reading)), None)
            if told_again is not None:
                before = on - timedelta(days=chance.randint(1, 3))
                batches[n].append(replace(told_again, id=f"b{n}", on=before))
    return batches


def check_remembered(protocol: str, cohort_id: str, *, late: bool, every: int = 4) -> None:
    """Fold a life day by day, and on some days everything anew: decision, inputs and session are the same."""
    content = catalog.load()
    seed = len(protocol) + len(cohort_id)
    life, days = _lived(protocol, cohort_id, seed)
    batches = _arrived(days, Random(seed)) if late else days
    folder = Folder(life.person, life.episode, content)
    received: list[Fact] = []
    for n, batch in enumerate(batches):
        on = OPENED_ON + timedelta(days=n)
        folder.take(batch)
        received += batch
        grown = folder.fold(on, CALM, _nobody)
        if n % every == every - 1:
            whole = PatientRecord(person=life.person, episode=life.episode, facts=tuple(received))
            anew = fold(whole, content, on, CALM, _nobody)
            assert same(grown, anew)
            assert grown.back == anew.back
            assert Story(whole, content, CALM, grown).session == Story(whole, content, CALM, anew).session


@pytest.mark.parametrize(("protocol", "cohort_id"), LIVES)
def test_a_life_remembered_is_the_life_folded_anew(protocol: str, cohort_id: str) -> None:
    check_remembered(protocol, cohort_id, late=False, every=7)


@pytest.mark.parametrize(("protocol", "cohort_id"), LIVES[:4])
def test_late_corrected_and_back_dated_facts_change_nothing_of_that(protocol: str, cohort_id: str) -> None:
    check_remembered(protocol, cohort_id, late=True, every=7)


def _trusting_days(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Derivations.finish
    far = date.max.toordinal()
    monkeypatch.setattr(
        Derivations, "finish",
        lambda self, tracks, course, ready, lights, since=0: real(self, tracks, course, ready, lights, far),
    )  # fmt: skip


def test_a_day_remembered_too_far_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    _trusting_days(monkeypatch)
    with pytest.raises(AssertionError):
        check_remembered(*LIVES[0], late=True, every=2)


def _asking_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make what all folds share ask again whatever it remembers, and compare."""
    judge, get = remembered.Remembered.judge, Kept.get

    def judged(self: remembered.Remembered, series: Series, day: int, spent_until: int) -> Verdict:
        found = judge(self, series, day, spent_until)
        assert found == verdicts.judge(self._ready, series, day, spent_until)
        return found

    def kept(self: Kept[object], of: tuple[object, ...], make: Callable[[], object]) -> object:
        found, again = get(self, of, make), make()
        assert isinstance(again, dict | LightRules) or found == again
        return found

    monkeypatch.setattr(remembered.Remembered, "judge", judged)
    monkeypatch.setattr(Kept, "get", kept)


def test_what_all_folds_share_is_what_they_would_work_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _asking_again(monkeypatch)
    check_remembered(*LIVES[1], late=True, every=9)


def test_a_verdict_remembered_too_long_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(self: remembered.Remembered, series: Series, day: int, spent_until: int) -> Verdict:
        if self._kept is None:
            self._kept = (series, spent_until, verdicts.judge(self._ready, series, day, spent_until))
        return self._kept[2]

    monkeypatch.setattr("mortise.episode.ready._ready_stages", {})
    monkeypatch.setattr(remembered.Remembered, "judge", judge)
    _asking_again(monkeypatch)
    with pytest.raises(AssertionError):
        check_remembered(*LIVES[0], late=False, every=9)


def _stored() -> bytes:
    content = catalog.load()
    life, days = _lived(*LIVES[0], seed=3)
    diary = Diary(life.person, life.episode, content)
    for n, told in enumerate(days[:20]):
        diary.take([one for one in told if one.id not in {fact.id for fact in diary.facts}])
        diary.decide(OPENED_ON + timedelta(days=n))
    return encode(PatientRecord(person=life.person, episode=life.episode, facts=tuple(diary.facts)))


def test_a_sealed_decision_is_the_one_that_was_stored() -> None:
    stored = _stored()
    plain, sealed = decode_record(stored), decode_sealed(stored)
    opened = tuple(one.opened() if isinstance(one, SealedRecord) else one for one in sealed.facts)
    assert opened == plain.facts
    assert replay(sealed, catalog.load()) == replay(plain, catalog.load()) == ()


def test_a_sealed_decision_that_was_changed_is_told_like_an_open_one() -> None:
    stored = _stored().replace(b'"load":"keep"', b'"load":"raise"', 1)
    found = replay(decode_sealed(stored), catalog.load())
    assert found == replay(decode_record(stored), catalog.load())
    assert "stored decision" in {one.what for one in found}


def test_a_sealed_decision_written_with_spaces_is_the_same_decision() -> None:
    stored = _stored().replace(b'"load":"keep"', b'"load": "keep"')
    assert replay(decode_sealed(stored), catalog.load()) == ()
