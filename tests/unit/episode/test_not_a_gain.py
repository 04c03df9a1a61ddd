"""A gain in range that came with aggravation is no gain: not in a finding, not in a level, not in an advance."""

from __future__ import annotations

from mortise.record import Fact, Finding
from mortise.terms import Advice, Limb, Truth
from tests import builders as b
from tests.unit.episode.courses import told

LEVEL = b.criterion("exit.level", "lunge_cm", ">=", 7, limb=Limb.INVOLVED, reduce="filtered", max_age_days=28,
                    domain="range", unit="cm")  # fmt: skip
MADE = b.protocol(stages=(b.stage(1, (LEVEL,)), b.stage(2, ())), rules=(), red_flags=())


def course(*values: str, sore: tuple[int, ...] = ()) -> list[Fact]:
    """Return a reading a week, each on the day of a session; those named hurt."""
    found: list[Fact] = []
    for n, value in enumerate(values):
        pain = 7 if n in sore else 1
        found += [
            b.reading(f"r{n}", 7 * n, value=value),
            b.session(f"s{n}", 7 * n, pain),
            b.morning(f"m{n}", 7 * n + 1),
        ]
    return found


def finding(*values: str, sore: tuple[int, ...] = ()) -> tuple[Finding, Advice]:
    n = 7 * (len(values) - 1) + 1
    decision = told([*course(*values, sore=sore), b.check_in("today", n)], n, MADE).decision
    return decision.findings[0], decision.advice


def test_a_sore_gain_lifts_no_level_on_its_day_nor_later() -> None:
    calm, _ = finding("5", "5", "5", "5", "9", "5.2")
    sore, _ = finding("5", "5", "5", "5", "9", "5.2", sore=(4,))
    without, _ = finding("5", "5", "5", "5", "5.2")
    assert calm.value is not None
    assert sore.value is not None
    assert sore.value < calm.value
    assert abs(sore.value - (without.value or 0)) <= b.D("0.1")


def test_it_opens_no_gate_and_a_calm_one_does() -> None:
    calm, advice = finding("7.4", "7.6", "8", "8.4", "8.6")
    assert (calm.truth, advice) == (Truth.MET, Advice.ADVANCE)
    sore, advice = finding("7.4", "7.6", "8", "8.4", "8.6", sore=(0, 1, 2, 3, 4))
    assert sore.truth is not Truth.MET
    assert advice is Advice.HOLD


def test_a_sore_loss_is_a_loss() -> None:
    calm, _ = finding("9", "9", "9", "9", "5")
    sore, _ = finding("9", "9", "9", "9", "5", sore=(4,))
    assert sore.value == calm.value


def test_on_a_sore_day_the_level_stays_what_it_was() -> None:
    before, _ = finding("5", "5.1", "5.2")
    sore, _ = finding("5", "5.1", "5.2", "9", sore=(3,))
    assert sore.value == before.value
