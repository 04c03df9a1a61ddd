"""Another position of a test starts another series: lying or standing, knee bent or straight are never mixed."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from msgspec.structs import replace

from mortise.catalog import load
from mortise.episode import Story, story
from mortise.record import Fact, PatientRecord
from mortise.record.tracks import key_of
from mortise.terms import Limb
from tests import builders as b
from tests.unit.episode.courses import plan

# How far the same ankle bends up, in the positions it is tested in: measure, instrument, unit.
POSITIONS = {
    "lying, knee straight": ("dorsiflexion_knee_straight_deg", "goniometer", "deg"),
    "lying, knee bent": ("dorsiflexion_knee_bent_deg", "goniometer", "deg"),
    "standing, angle of the shin": ("lunge_angle_deg", "inclinometer", "deg"),
    "standing, angle by phone": ("lunge_angle_deg", "phone", "deg"),
    "standing, knee to wall": ("lunge_cm", "tape", "cm"),
}
EARLIER, LATER = ("9", "9", "9"), "20"


def taken(position: str, n: int, value: str) -> Fact:
    measure, instrument, unit = POSITIONS[position]
    return b.reading(f"{measure}-{instrument}-{n}", n, measure, value, instrument=instrument, unit=unit)


def told(*facts: Fact) -> Story:
    made = b.record(plan(), *facts)
    record = PatientRecord(
        person=made.person,
        episode=replace(made.episode, protocol="restricted-dorsiflexion"),
        facts=made.facts,
    )
    return story(record, load(), b.day(28))


@pytest.mark.parametrize(("before", "after"), list(combinations(POSITIONS, 2)))
def test_a_new_position_starts_a_new_series(before: str, after: str) -> None:
    first = [taken(before, 7 * n, value) for n, value in enumerate(EARLIER)]
    found = told(*first, taken(after, 28, LATER))
    series = [
        (one.measure, one.instrument, [point.value for point in (*one.practice, *one.points)])
        for one in found.series
        if one.measure in {name for name, *_ in POSITIONS.values()}
    ]
    assert sorted(series) == sorted([
        (*POSITIONS[before][:2], [Decimal(value) for value in EARLIER]), (*POSITIONS[after][:2], [Decimal(LATER)]),
    ])  # fmt: skip
    new = next(one for one in found.series if (one.measure, one.instrument) == POSITIONS[after][:2])
    assert new.change is None or new.change.since_baseline in (None, Decimal(0))  # 20 after 9 is no gain here


def test_the_same_position_goes_on_with_its_series() -> None:
    facts = [taken("lying, knee bent", 7 * n, value) for n, value in enumerate((*EARLIER, LATER))]
    (one,) = [one for one in told(*facts).series if one.measure == "dorsiflexion_knee_bent_deg"]
    assert [point.value for point in one.points] == [Decimal(9), Decimal(9), Decimal(9), Decimal(20)]


def test_no_criterion_reads_two_positions_at_once() -> None:
    found = told(taken("lying, knee straight", 0, "9"), taken("lying, knee bent", 0, "20"))
    straight = found.tracks.get(key_of("dorsiflexion_knee_straight_deg", Limb.INVOLVED))
    values = [point.value for one in (straight.series if straight else ()) for point in one.points]
    assert Decimal(20) not in values
