"""Readings against what is usual: chosen by age and sex, sourced, and plainly absent where nobody measured it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from mortise.catalog import load
from mortise.measure.results import Curve, Event, Reading, RecordingSet, TestResult
from mortise.report import measured
from mortise.report.measured.norms import NO_FIGURES, norm_words
from mortise.terms import Norm, Sex, Side, nearest_norms

MEASURES = load().measures
PERSON = measured.Person(age=45, sex=Sex.MALE)


def _result(*readings: Reading, curves: tuple[Curve, ...] = ()) -> TestResult:
    return TestResult(
        test="heel-rise",
        recording=RecordingSet(duration_s=10.0),
        readings=readings,
        trials=(),
        curves=curves,
        events=(Event(name="peak", side=Side.LEFT, time_s=1.0),),
    )


def _reading(measure: str, value: float, unit: str, quality: tuple[str, ...] = ()) -> Reading:
    return Reading(
        measure=measure, side=Side.LEFT, value=value, unit=unit, error=0.1, quality=quality, method="made-up/1"
    )  # fmt: skip


SPEED = _reading("gait_speed_m_s", 1.2, "m_s")
STRIDE = _reading("stride_length_m", 1.3, "m")


@pytest.mark.parametrize(
    ("age", "sex", "figure"),
    [(45, Sex.MALE, "1.43"), (45, Sex.FEMALE, "1.39"), (85, Sex.MALE, "0.97"), (20, Sex.FEMALE, "1.34")],
)
def test_the_norm_is_that_of_age_and_sex_with_its_source(age: int, sex: Sex, figure: str) -> None:
    said = norm_words(MEASURES["gait_speed_m_s"], measured.Person(age=age, sex=sex))
    assert said.startswith(f"{figure}: mean of healthy {'men' if sex is Sex.MALE else 'women'}")
    assert "GAIT-0" in said


def test_what_has_no_figure_says_no_norm_and_what_lacks_age_or_sex_says_that() -> None:
    assert norm_words(MEASURES["stride_length_m"], PERSON) == "no norm"
    assert norm_words(None, PERSON) == "no norm"
    assert norm_words(MEASURES["gait_speed_m_s"], measured.Person()) == "no norm without age and sex"
    young = measured.Person(age=12, sex=Sex.MALE)
    assert norm_words(MEASURES["gait_speed_m_s"], young) == "no norm for this age and sex"


def test_a_norm_of_age_and_sex_goes_before_that_of_everybody() -> None:
    everybody = Norm(words="all", evidence=("X",), low=Decimal(1))
    women = Norm(words="women", evidence=("X",), low=Decimal(2), sex=Sex.FEMALE)
    old = Norm(words="old women", evidence=("X",), low=Decimal(3), sex=Sex.FEMALE, from_age=70, to_age=80)
    norms = (everybody, women, old)
    assert nearest_norms(norms, 75, Sex.FEMALE) == (old,)
    assert nearest_norms(norms, 80, Sex.FEMALE) == (women,)
    assert nearest_norms(norms, 75, Sex.MALE) == (everybody,)
    assert nearest_norms(norms, None, Sex.UNSPECIFIED) == (everybody,)


def test_the_lift_of_a_shin_is_not_held_against_heels() -> None:
    heel = MEASURES["heel_rise_height_cm"]
    assert "9.0 to 14.1" in norm_words(heel, PERSON)
    assert norm_words(heel, PERSON, ("height_at_shin",)) == "no norm"


def test_page_and_picture_draw_readings_over_the_band_and_say_where_there_is_none() -> None:
    result = _result(SPEED, STRIDE)
    norms = measured.norms_of(result, MEASURES, PERSON)
    assert [each.label for each in norms.shown] == [MEASURES["gait_speed_m_s"].label]
    page, picture = measured.report_page(result, norms=norms), measured.report_picture(result, norms=norms)
    assert page.count("mean of healthy men 40–49 (GAIT-02)") >= 2
    assert ">no norm<" in page
    assert "mean of healthy men 40–49 (GAIT-02)" in picture
    none = measured.norms_of(_result(STRIDE), MEASURES, PERSON)
    for text in (
        measured.report_page(_result(STRIDE), norms=none),
        measured.report_picture(_result(STRIDE), norms=none),
    ):
        assert NO_FIGURES in text


def test_a_curve_on_which_a_measure_is_read_has_its_band() -> None:
    curve = Curve(
        name="lunge_angle_trace_deg", side=Side.LEFT, x_unit="s", unit="deg", x=(0.0, 1.0), mean=(0.0, 40.0)
    )  # fmt: skip
    other = replace(curve, name="foot_pitch_deg")
    bands = measured.norms_of(_result(curves=(curve, other)), MEASURES, PERSON).bands
    assert set(bands) == {"lunge_angle_trace_deg"}
    assert bands["lunge_angle_trace_deg"].low == (34.4, 34.4)
    assert "WBLT-21" in bands["lunge_angle_trace_deg"].words


def test_a_reading_in_another_unit_is_drawn_in_that_of_the_measure() -> None:
    result = _result(_reading("heel_rise_height_cm", 110.0, "mm"))
    (shown,) = measured.norms_of(result, MEASURES, PERSON).shown
    assert shown.values[0][1] == pytest.approx(11.0)
