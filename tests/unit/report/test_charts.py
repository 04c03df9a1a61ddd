"""Charts say what they know, hatch what they do not, and hold hostile names and empty records."""

import math
import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import msgspec
import pytest

from mortise.errors import ContentError
from mortise.report import chart
from mortise.report.chart import _panels
from mortise.report.chart._scale import Days, Scale, day_ticks, rounded_range, value_ticks
from mortise.report.chart.inputs import (
    Calm,
    Course,
    Curves,
    DecisionMark,
    Dot,
    Glyph,
    Heading,
    Level,
    LoadBar,
    PainDays,
    Series,
    Signal,
    Strides,
    Symptom,
    Trace,
    Trend,
    Trials,
)  # fmt: skip
from mortise.report.chart.signal import columns_of
from mortise.terms import Advice, Side
from tests.unit.report import examples

FULL = {
    "course": (chart.course_chart, examples.course),
    "trend": (chart.trend_chart, examples.trend),
    "pain": (chart.pain_chart, examples.pain),
    "curves": (chart.curve_chart, examples.curves),
    "signal": (chart.signal_chart, examples.signal),
    "trials": (chart.trials_chart, examples.trials),
    "strides": (chart.stride_chart, examples.strides),
}
head = examples.heading
EMPTY = {
    "course": lambda: chart.course_chart(Course(heading=head(), today_on=examples.TODAY, unit="cm")),
    "trend": lambda: chart.trend_chart(Trend(heading=head(), today_on=examples.TODAY, unit="cm")),
    "pain": lambda: chart.pain_chart(PainDays(heading=head(), today_on=examples.TODAY)),
    "curves": lambda: chart.curve_chart(Curves(heading=head())),
    "signal": lambda: chart.signal_chart(Signal(heading=head(), duration_s=0)),
    "trials": lambda: chart.trials_chart(Trials(heading=head())),
    "strides": lambda: chart.stride_chart(Strides(heading=head())),
}
every = pytest.mark.parametrize("name", sorted(FULL))


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def drawn(name: str) -> str:
    draw, build = FULL[name]
    return draw(build())


def classes(html: str, css: str) -> list[ElementTree.Element]:
    """Elements of a class in the picture itself, not in the key."""
    svg = next(parsed(html).iter("svg"))
    return [element for element in svg.iter() if css in element.attrib.get("class", "").split()]


def words(html: str) -> str:
    return " ".join(parsed(html).itertext())


def single(*dots: Dot, level: tuple[Level, ...] = ()) -> Trend:
    series = Series(side=Side.LEFT, is_treated=True, dots=dots, level=level)
    return Trend(heading=head(), today_on=examples.TODAY, unit="cm", series=(series,))


@every
@pytest.mark.parametrize("kind", ["full", "empty"])
def test_every_chart_is_a_well_formed_figure_with_title_label_and_no_style(name, kind):
    html = drawn(name) if kind == "full" else EMPTY[name]()
    root = parsed(html)
    assert root.tag == "figure"
    assert root.attrib["class"] == "chart"
    svg = next(root.iter("svg"))
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-label"]
    for element in root.iter():
        assert not any(key == "style" or key.startswith("on") for key in element.attrib)
    assert not re.search(r'="[^"]*\b(nan|inf)\b', html)


@every
def test_the_numbers_stand_beneath_in_tables_with_headings(name):
    root = parsed(drawn(name))
    tables = list(root.find("details").iter("table"))
    assert tables
    for table in tables:
        assert table.find("caption") is not None
        n_columns = len(table.find("thead").find("tr"))
        assert all(len(row) == n_columns for row in table.find("tbody"))
        assert all(row[0].attrib["scope"] == "row" for row in table.find("tbody"))


@every
def test_an_empty_chart_has_no_table_and_draws_no_reading(name):
    html = EMPTY[name]()
    assert "<table" not in html
    assert not classes(html, "c-own-dot")


@every
def test_two_charts_on_one_page_share_no_id(name):
    draw, build = FULL[name]
    ids = [set(re.findall(r'\bid="([^"]+)"', draw(build(prefix)))) for prefix in ("one", "two")]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert all(i.startswith("one-") for i in ids[0])
    used = set(re.findall(r"url\(#([^)]+)\)", draw(build("one"))))
    assert used <= ids[0]


def _hostile(value: object) -> object:
    """Put a script into every free word of an input, and a control character that XML forbids."""
    if isinstance(value, str):
        # enumerations and unit names are not free words
        return (
            value
            if type(value) is not str or value in ("cm", "deg", "deg_s", "c1")
            else f'<script>x</script>"\x00{value}'
        )
    if isinstance(value, tuple):
        return tuple(_hostile(item) for item in value)
    if isinstance(value, msgspec.Struct):
        fields = {key: _hostile(getattr(value, key)) for key in value.__struct_fields__}
        if isinstance(value, Heading):
            fields["id_prefix"] = value.id_prefix
        return type(value)(**fields)
    return value


@every
def test_hostile_words_stay_words(name):
    draw, build = FULL[name]
    html = draw(_hostile(build()))
    assert "<script" not in html
    assert "\x00" not in html
    assert any("<script>x</script>" in text for text in parsed(html).itertext())


@pytest.mark.parametrize("prefix", ["", '"><script>', "1a", "a b", "a\n"])
def test_a_prefix_that_could_not_be_an_id_is_refused(prefix):
    with pytest.raises(ContentError, match=r"heading\.id_prefix"):
        chart.pain_chart(PainDays(heading=head(prefix), today_on=examples.TODAY))


# -- what a reading is and what it is not ------------------------------------------------------------------------


def test_readings_are_always_dots_and_practice_is_hollow_and_off_the_line():
    html = drawn("course")
    assert len(classes(html, "c-own-dot")) == 8
    assert len(classes(html, "c-own-open")) == 2
    assert len(classes(html, "c-other-dot")) == 6


@pytest.mark.parametrize("n_dots", [0, 1, 2])
def test_the_line_is_the_level_and_never_joins_dots(n_dots):
    dots = tuple(Dot(examples.TODAY - timedelta(days=7 * k), 7.0 + k) for k in range(n_dots))
    html = chart.trend_chart(single(*dots))
    assert len(classes(html, "c-own-dot")) == n_dots
    assert not classes(html, "c-own")
    assert ("No reading yet" in words(html)) == (n_dots == 0)


def test_the_line_ends_at_the_last_reading_and_the_band_goes_on_hatched_to_today():
    fresh, stale = _panels.fold_level(examples.left(), examples.TODAY)
    assert fresh[-1].on == date(2026, 11, 17)
    assert [level.on for level in stale] == [date(2026, 11, day) for day in (17, 18, 19, 20)]
    html = drawn("course")
    hatched = [
        e for e in next(parsed(html).iter("svg")).iter("path") if e.attrib.get("fill") == "url(#c1-own)"
    ]
    assert len(hatched) == 1
    line_end = float(re.findall(r"L([\d.]+) ", classes(html, "c-own")[0].attrib["d"])[-1])
    today = float(re.match(r"M([\d.]+)", classes(html, "c-today")[0].attrib["d"])[1])
    assert line_end < today
    assert max(float(x) for x in re.findall(r"[ML]([\d.]+) ", hatched[0].attrib["d"])) == pytest.approx(today)


def test_a_level_after_today_is_never_drawn():
    late = single(
        Dot(examples.TODAY, 7),
        level=tuple(Level(examples.TODAY + timedelta(days=k), 7, 6, 8) for k in range(9)),
    )
    levels = _panels.fold_level(late.series[0], examples.TODAY)
    assert [one.on for one in levels.fresh] == [examples.TODAY]
    assert levels.stale == []


def test_a_reading_that_is_no_number_is_not_drawn_but_kept_in_the_table():
    html = chart.trend_chart(single(Dot(examples.TODAY, math.nan)))
    assert not classes(html, "c-own-dot")
    assert "not known" in words(html)


def test_a_number_stands_with_its_error_and_side():
    text = words(drawn("course"))
    assert "Left, treated" in text
    assert "± 1.0\u00a0cm" in text
    assert "5.0\u00a0cm" in text  # practice stands in the table
    assert "practice, not counted" in text


# -- decisions, symptoms, load -----------------------------------------------------------------------------------


def test_every_advice_has_a_glyph():
    assert {Glyph(advice.value) for advice in Advice} <= set(Glyph)
    for glyph in Glyph:
        html = chart.course_chart(
            Course(
                heading=head(),
                today_on=examples.TODAY,
                unit="cm",
                decisions=(DecisionMark(examples.TODAY, glyph, "Word"),),
            )
        )
        svg = next(parsed(html).iter("svg"))
        assert len(list(svg.iter("svg"))) == 2  # the chart and one glyph in it
        assert "Word" in words(html)


def test_the_word_of_a_stop_is_shown_even_among_many_decisions():
    many = tuple(DecisionMark(examples.TODAY, Glyph.HOLD, f"Hold number {k}") for k in range(8))
    stop = DecisionMark(examples.TODAY, Glyph.STOP_AND_SEEK_HELP, "Stopped")
    html = chart.course_chart(
        Course(heading=head(), today_on=examples.TODAY, unit="cm", decisions=(*many, stop))
    )
    shown = [e.text for e in next(parsed(html).iter("svg")).iter("text")]
    assert "Stopped" in shown
    assert "Hold number 7" not in shown
    assert "Hold number 7" in words(html)  # in the table


def test_an_overruled_decision_is_hollow_with_a_stroke():
    html = drawn("course")
    assert len(classes(html, "c-over")) == len(classes(html, "c-slash")) == 1
    assert "overruled" in words(html)


def test_unknown_pain_is_a_question_mark_and_breaks_the_morning_line():
    html = drawn("course")
    assert "?" in [e.text for e in next(parsed(html).iter("svg")).iter("text")]
    assert "Pain is not known for 1 session" in words(html)
    assert classes(html, "c-morning")[0].attrib["d"].count("M") == 2


@pytest.mark.parametrize(
    ("calm", "css"), [(Calm.CALM, "c-green"), (Calm.WATCH, "c-amber"), (Calm.TOO_MUCH, "c-red")]
)
def test_how_a_session_was_borne_has_its_own_shape(calm, css):
    course = Course(
        heading=head(), today_on=examples.TODAY, unit="cm", symptoms=(Symptom(examples.TODAY, 3, calm),)
    )
    found = classes(chart.course_chart(course), css)
    assert len(found) == 1
    assert found[0].tag == ("circle" if calm is Calm.CALM else "path")


def test_pain_scale_always_shows_all_of_nought_to_ten():
    html = chart.course_chart(
        Course(
            heading=head(),
            today_on=examples.TODAY,
            unit="cm",
            symptoms=(Symptom(examples.TODAY, 1, Calm.CALM),),
        )
    )
    assert {"0", "10"} <= {e.text for e in next(parsed(html).iter("svg")).iter("text")}


def test_loads_are_told_apart_and_counted():
    html = drawn("course")
    assert len(classes(html, "c-bar")) == 18
    assert len(classes(html, "c-bar--none")) == 2
    assert {"18 done", "2 eased", "2 skipped"} <= {
        e.text for e in next(parsed(html).iter("svg")).iter("text")
    }


def test_an_unknown_load_is_no_bar():
    html = chart.course_chart(
        Course(heading=head(), today_on=examples.TODAY, unit="cm", loads=(LoadBar(examples.TODAY, None),))
    )
    assert not classes(html, "c-bar")
    assert "not known" in words(html)


def test_reasons_of_unknown_stretches_stand_in_words():
    assert "11 Nov to 12 Nov: phone offline, nothing is known" in words(drawn("course"))


def test_the_worse_of_two_sessions_on_a_day_is_drawn():
    days = PainDays(
        heading=head(),
        today_on=examples.TODAY,
        symptoms=(Symptom(examples.TODAY, 6, Calm.TOO_MUCH), Symptom(examples.TODAY, 1, Calm.CALM)),
    )
    html = chart.pain_chart(days)
    assert len(classes(html, "c-red")) == 1
    assert not classes(html, "c-green")


# -- curves, signals, trials, strides ----------------------------------------------------------------------------


def test_a_gap_in_a_curve_stays_a_gap():
    full = examples.curves()
    mean = tuple(None if 40 <= i < 60 else v for i, v in enumerate(full.curves[0].mean))
    holed = msgspec.structs.replace(full.curves[0], mean=mean)
    html = chart.curve_chart(msgspec.structs.replace(full, curves=(holed,)))
    own = [e for e in classes(html, "c-own") if "c-ev" not in e.attrib["class"]]
    assert own[0].attrib["d"].count("M") == 2
    assert len(classes(html, "c-own-band")) == 2
    assert "not known" in words(html)


def test_left_and_right_differ_by_more_than_colour():
    html = drawn("curves")
    assert len(classes(html, "c-own--base")) == 1
    assert classes(html, "c-other")
    assert "left, treated" in words(html)
    assert "foot off" in words(html)


def test_a_long_trace_keeps_its_peak():
    values = [0.0] * 20_000
    values[12_345] = 9.0
    trace = Trace(side=Side.LEFT, is_treated=True, values=tuple(values), rate_hz=100)
    x, y = Scale(0, 200, 0, 600), Scale(0, 10, 100, 0)
    places = columns_of(trace, x, y)
    assert len(places) <= 1202
    assert min(place[1] for place in places if place) == pytest.approx(10)


def test_a_gap_in_a_trace_is_not_bridged():
    values = tuple(math.nan if 300 <= i < 600 else 1.0 for i in range(1000))
    trace = Trace(side=Side.LEFT, is_treated=True, values=values, rate_hz=100)
    assert None in columns_of(trace, Scale(0, 10, 0, 200), Scale(0, 2, 0, 10))
    assert None in columns_of(trace, Scale(0, 10, 0, 2000), Scale(0, 2, 0, 10))


def test_what_was_refused_is_hatched_and_said_with_its_reason():
    html = drawn("signal")
    assert len(classes(html, "c-refused")) == 1  # one side only
    text = words(html)
    assert "31.2 to 36.6\u00a0s, left, not used: the sensor reached its limit in 9 samples" in text
    assert "18.0 to 21.0\u00a0s, left out: turn" in text


def test_refused_trials_are_hatched_and_say_why():
    html = drawn("trials")
    assert len(classes(html, "c-refused")) == 1
    assert "Left 4, refused: the sensor turned 23° during the trial" in words(html)
    assert "34 ± 3°" in words(html)


def test_strides_of_a_turn_are_small_and_do_not_count():
    html = drawn("strides")
    assert len(classes(html, "c-own-open")) == 3
    summary = next(parsed(html).iter("table"))
    assert [row[1].text for row in summary.find("tbody")] == ["30", "30"]
    assert "1 stride without a length or a time" in words(html)


def test_both_sides_treated_gives_the_left_the_treated_hue():
    html = chart.stride_chart(msgspec.structs.replace(examples.strides(), treated=Side.NONE))
    assert len(classes(html, "c-own-dot")) == 30


# -- scales ------------------------------------------------------------------------------------------------------


def test_ticks_of_a_scale_of_ten_are_whole():
    assert value_ticks(0, 10, 4) == [0, 5, 10]
    assert value_ticks(0, 10) == [0, 2, 4, 6, 8, 10]
    assert value_ticks(6, 16, 4) == [6, 8, 10, 12, 14, 16]
    drawn = chart.trend_chart(msgspec.structs.replace(examples.trend(), whole_scale=(0.0, 10.0)))
    words = re.findall(r">([\d.]+)</text>", drawn)
    assert {"0", "5", "10"} <= set(words)
    assert not any("." in one for one in words)


@pytest.mark.parametrize(("low", "high"), [(0, 10), (-17, 48), (0.93, 1.07), (5, 5), (-1e-9, 1e-9)])
def test_ticks_are_few_and_inside(low, high):
    ticks = value_ticks(low, high)
    assert len(ticks) <= 12
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)


def test_a_range_of_one_value_is_opened_and_holds_it():
    low, high = rounded_range([7.0], at_least=2)
    assert low < 7 < high


@pytest.mark.parametrize("n_days", [1, 3, 9, 45, 200, 800])
def test_date_labels_never_touch(n_days):
    days = Days(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=n_days), 46, 822)
    places = [days(on) for on in day_ticks(days)]
    assert all(b - a >= 59 for a, b in pairwise(places))


def test_a_year_of_daily_facts_is_drawn():
    dots = tuple(Dot(examples.TODAY - timedelta(days=k), 5 + k / 100) for k in range(365))
    series = Series(side=Side.LEFT, is_treated=True, dots=dots)
    html = chart.course_chart(Course(heading=head(), today_on=examples.TODAY, unit="cm", series=(series,)))
    assert len(classes(html, "c-own-dot")) == 365


# -- for a patient ------------------------------------------------------------------------------------------------


def test_a_low_curve_is_named_above_its_band_and_its_table_says_no_use_that_all_share():
    days = [examples.TODAY - timedelta(days=k) for k in range(9, -1, -1)]
    told = Series(
        side=Side.NONE, is_treated=True,
        dots=tuple(Dot(on, k % 2) for k, on in enumerate(days)),
        level=tuple(Level(on, 0.5, 0.0, 1.0) for on in days),
    )  # fmt: skip
    trend = Trend(
        heading=head(),
        today_on=examples.TODAY,
        unit="/10",
        resolution=1,
        series=(told,),
        whole_scale=(0.0, 10.0),
    )
    drawn = chart.trend_chart(trend)
    name_y = float(re.search(r'y="([\d.]+)"[^>]*>Level</text>', drawn)[1])
    assert name_y < 180 - 6, "the name stands on the band"
    assert "counted" not in drawn
    noted = msgspec.structs.replace(told, dots=(*told.dots[:-1], Dot(days[-1], 1, note="in the evening")))
    assert "in the evening" in chart.trend_chart(msgspec.structs.replace(trend, series=(noted,)))
