import doctest
from datetime import date
from decimal import Decimal

import pytest

from mortise.report import words


def test_examples_in_the_docstrings_hold():
    assert doctest.testmod(words).failed == 0


@pytest.mark.parametrize(
    ("value", "resolution", "signed", "expected"),
    [
        (9.4, 0.1, False, "9.4"),
        (-2.5, 0.1, False, "−2.5"),
        (0.13, 0.01, True, "+0.13"),
        (-0.04, 0.1, True, "0.0"),  # rounds to zero: no sign
        (Decimal("7.25"), Decimal("0.5"), False, "7.0"),  # on the grid of the instrument
        (21, 1, False, "21"),
        (None, 0.1, False, "not known"),
        (float("nan"), 0.1, False, "not known"),
        (float("inf"), 0.1, False, "not known"),
    ],
)
def test_number_is_written_on_its_grid(value, resolution, signed, expected):
    assert words.number(value, resolution, signed=signed) == expected


def test_number_never_uses_a_hyphen_for_minus():
    assert "-" not in words.number(-3.2, 0.1)


def test_quantity_says_that_an_error_is_unknown_instead_of_leaving_it_out():
    assert words.quantity(8.8, None, "cm") == "8.8\u00a0cm, error not known"
    assert words.quantity(8.8, 1, "cm") == "8.8 ± 1.0\u00a0cm"
    assert words.quantity(34, 3, "deg", 1) == "34 ± 3°"


def test_signs_keep_their_side_in_a_language_from_right_to_left():
    assert words.figures("−3") == "−3"
    with words.spoken(words.Speech(is_from_right=True)):
        assert words.number(-2.5) == "\u2066−2.5\u2069"
        assert words.number(2.5, signed=True) == "\u2066+2.5\u2069"
        assert words.number(2.5) == "2.5"
        assert words.quantity(9.42, 3, "cm") == "\u20669.4 ± 3.0\u2069\u00a0cm"
        assert words.figures(f"2 × {words.counted('20 s')}") == "\u20662 × \u206820 s\u2069\u2069"


def test_quantity_html_isolates_and_escapes():
    assert words.quantity_html(1.31, 0.04, "m_s", 0.01).startswith('<span class="num">1.31')
    assert "<script>" not in words.quantity_html(1, 1, "<script>")
    assert "not known" in words.quantity_html(None, 1, "cm")


@pytest.mark.parametrize(
    ("taken_on", "expected"),
    [
        (date(2026, 11, 20), "today"),
        (date(2026, 10, 27), "24 d old"),
        (date(2026, 11, 22), "dated 2 d ahead"),
    ],
)
def test_age_is_in_days_and_a_future_date_is_said(taken_on, expected):
    assert words.age(taken_on, date(2026, 11, 20)) == expected


def test_dates_and_counts_read_as_in_a_letter():
    on = date(2026, 11, 20)
    assert words.day(on) == "20 November"
    assert words.day(on, with_year=True) == "20 November 2026"
    assert words.short_day(on) == "20 Nov"
    assert words.plural(1, "stride") == "1 stride"
    assert words.plural(0, "stride") == "0 strides"
    assert words.plural(2, "foot", "feet") == "2 feet"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed([]) == ""
