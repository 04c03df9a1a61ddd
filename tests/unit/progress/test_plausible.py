"""Doubts about a typed value: outside the range, sides swapped, faster than the measure can change."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from mortise.progress.plausible import Earlier, Odd, can_be_confirmed, doubts
from mortise.terms import Better, Instrument, Measure, Setting, Side

LUNGE = Measure(
    id="lunge_cm", label="Knee to wall", unit="cm", low=Decimal(0), high=Decimal(25), resolution=Decimal("0.1"),
    better=Better.UP, setting=Setting.EITHER, is_sided=True, domain="range", fresh_days=28,
    instruments=(Instrument(id="tape", label="Tape", mdc95=Decimal("1.9")), Instrument(id="eye", label="By eye")),
)  # fmt: skip
EARLIER = [Earlier(100, Side.LEFT, Decimal("5.4")), Earlier(100, Side.RIGHT, Decimal("11.7"))]


def found(
    left: str | None, right: str | None, day: int = 107, instrument: str = "tape"
) -> dict[Side, list[Odd]]:
    now = {
        side: Decimal(value) for side, value in ((Side.LEFT, left), (Side.RIGHT, right)) if value is not None
    }
    said = doubts(LUNGE, instrument, day, now, EARLIER)
    return {side: [one.odd for one in mine] for side, mine in said.items()}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("6.0", "11.5", {}),
        ("54", "11.5", {Side.LEFT: [Odd.OUT_OF_RANGE]}),
        ("11.7", "5.4", {Side.LEFT: [Odd.SIDES_SWAPPED], Side.RIGHT: [Odd.SIDES_SWAPPED]}),
        ("11.7", "11.7", {Side.LEFT: [Odd.TOO_FAST]}),
        ("10.1", None, {}),  # 4.7 cm in a week, 4.75 is believed
        ("10.2", None, {Side.LEFT: [Odd.TOO_FAST]}),
        ("0.6", None, {Side.LEFT: [Odd.TOO_FAST]}),
    ],
)
def test_a_value_is_held_against_what_was_read_before(
    left: str | None, right: str | None, expected: dict[Side, list[Odd]]
) -> None:
    assert found(left, right) == expected


def test_more_time_believes_more_and_an_unknown_error_doubts_only_the_range() -> None:
    assert found("12.0", None, day=107) == {Side.LEFT: [Odd.TOO_FAST]}
    assert found("12.0", None, day=100 + 7 * 4) == {}
    assert found("20", "1", instrument="eye") == {}
    assert found("26", None, instrument="eye") == {Side.LEFT: [Odd.OUT_OF_RANGE]}


def test_values_of_the_same_day_are_no_earlier_ones() -> None:
    assert found("20", None, day=100) == {}


def test_what_goes_up_and_down_by_nature_is_never_too_fast() -> None:
    girth = msgspec.structs.replace(LUNGE, domain="swelling")
    assert doubts(girth, "tape", 107, {Side.LEFT: Decimal(20)}, EARLIER) == {}


def test_two_digits_too_many_cannot_be_confirmed() -> None:
    assert can_be_confirmed(LUNGE, Decimal(54))
    assert not can_be_confirmed(LUNGE, Decimal(5400))
