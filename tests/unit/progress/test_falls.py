"""The falls screen: two positive of six or a fall that hurt; what is not known is never taken for calm."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mortise.progress.falls import Found, falls_screen
from mortise.terms import Sex

CALM = {
    "tug_s": Decimal(9), "five_sit_to_stand_s": Decimal(11), "chair_stand_count": Decimal(14), "tandem_s": Decimal(10),
    "gait_speed_m_s": Decimal("1.2"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("over", "history", "expected"),
    [
        ({}, False, False),
        ({}, True, False),
        ({"tug_s": Decimal(12)}, True, True),
        ({"tug_s": Decimal("11.9")}, True, False),
        ({"tandem_s": Decimal("9.9"), "five_sit_to_stand_s": Decimal(15)}, False, True),
        ({"tandem_s": Decimal(10), "five_sit_to_stand_s": Decimal("14.9")}, True, False),
        ({"gait_speed_m_s": Decimal("0.79"), "chair_stand_count": Decimal(11)}, False, True),
        ({"gait_speed_m_s": Decimal("0.8"), "chair_stand_count": Decimal(12)}, True, False),
    ],
)
def test_two_positive_make_the_screen_positive(
    over: dict[str, Decimal], history: bool, expected: bool
) -> None:
    found = falls_screen(history, False, CALM | over, 72, Sex.MALE)
    assert found.is_positive is expected


def test_a_fall_with_injury_alone_is_positive() -> None:
    assert falls_screen(True, True, CALM, 72, Sex.FEMALE).is_positive is True


def test_what_is_not_known_leaves_it_open_until_it_cannot_matter() -> None:
    nothing = falls_screen(None, False, {}, 72, Sex.MALE)
    assert nothing.is_positive is None
    assert nothing.n_unknown == 6
    one_open = {name: value for name, value in CALM.items() if name != "tug_s"}
    assert falls_screen(False, False, one_open, 72, Sex.MALE).is_positive is False
    assert falls_screen(True, False, one_open, 72, Sex.MALE).is_positive is None


def test_without_a_row_for_age_or_sex_chair_stands_stay_unknown() -> None:
    for age, sex in ((45, Sex.MALE), (72, Sex.UNSPECIFIED)):
        found = falls_screen(False, False, CALM, age, sex)
        assert next(one for one in found.tests if one.id == "chair_stand_count").found is Found.UNKNOWN
    assert falls_screen(False, False, CALM, 97, Sex.MALE).tests[2].limit == 7
