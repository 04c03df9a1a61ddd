"""Units convert exactly or say why they cannot."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mortise.errors import ContentError
from mortise.units import SYMBOLS, UNIT_NAMES, convert, dimension


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        ("70", "mm", "cm", "7"),
        ("7.5", "cm", "m", "0.075"),
        ("1500", "ms", "s", "1.5"),
        ("2", "min", "s", "120"),
        ("85", "pct", "ratio", "0.85"),
    ],
)
def test_convert_is_exact(value: str, unit: str, to: str, expected: str) -> None:
    assert convert(Decimal(value), unit, to) == Decimal(expected)


def test_convert_refuses_another_dimension() -> None:
    with pytest.raises(ContentError, match="length is not angle"):
        convert(Decimal(3), "cm", "deg")


def test_convert_refuses_a_result_without_end() -> None:
    with pytest.raises(ContentError, match="no exact value"):
        convert(Decimal(1), "s", "min")


@pytest.mark.parametrize("value", ["1e999999999", "-1e999999999", "1e-999999999", "NaN", "Infinity"])
def test_convert_refuses_at_once_what_no_measure_gives(value: str) -> None:
    with pytest.raises(ContentError, match="beyond any measure"):
        convert(Decimal(value), "mm", "cm")


def test_unknown_unit_names_the_known_ones() -> None:
    with pytest.raises(ContentError, match="Use one of"):
        dimension("furlong")


def test_every_unit_has_a_symbol() -> None:
    assert set(SYMBOLS) == UNIT_NAMES


@given(st.decimals(min_value=-1000, max_value=1000, places=2))
def test_convert_there_and_back_is_the_same(value: Decimal) -> None:
    assert convert(convert(value, "cm", "mm"), "mm", "cm") == value
