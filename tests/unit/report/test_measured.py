"""The page and the picture of a measured recording say at a glance whether to believe it, for every test."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from rich.console import Console

from mortise import measure
from mortise.cli.measure import _show
from mortise.measure.flags import FLAGS, GRAVE, flag_words
from mortise.measure.recording import Gap, RecordingInfo
from mortise.report import measured
from mortise.report.chart._svg import safe
from mortise.report.chart.lines import UsualBand, keys_of
from mortise.report.measured.page import NO_BAND, style
from mortise.report.measured.panels import panels_of
from mortise.report.measured.verdict import Trust
from mortise.terms import Side
from tests.unit.measure.made_up import lunges, read_lunge, read_walk, walk

RULES = set(re.findall(r"\.([a-z][a-z0-9_-]*)", style()))
# set by the charts for the pages of the application; these files hold no rule that needs them
OTHERS = {"scroll--wide", "hush", "small", "dots"}
WALK = measure.gait(read_walk(walk()))
LUNGE = measure.lunge(read_lunge(lunges()))


def info(**over: Any) -> RecordingInfo:
    fields: dict[str, Any] = {
        "file": "left.csv", "sha256": "ab" * 32, "format": "csv", "rate_hz": 100.0, "n_samples": 900, "duration_s": 9.0,
    }  # fmt: skip
    return RecordingInfo(**(fields | over))


def flagged(*flags: str) -> measure.RecordingSet:
    return measure.RecordingSet(sensors=(info(flags=flags),), duration_s=9.0)


def a_result(**over: Any) -> measure.TestResult:
    reading = measure.Reading(
        measure="heel_rise_height_cm",
        side=Side.LEFT,
        value=9.4,
        unit="cm",
        error=0.3,
        method="made-up/1",
        n_trials=2,
    )
    trials = tuple(
        measure.Trial(number=i, side=Side.LEFT, start_s=i, end_s=i + 0.8, values={"height_cm": 9.0 + i})
        for i in (1, 2)
    )
    curve = measure.Curve(
        name="heel_height_trace_cm", side=Side.LEFT, x_unit="s", unit="cm",
        x=tuple(i / 100 for i in range(900)), mean=tuple((i % 90) / 9 for i in range(900)),
    )  # fmt: skip
    mean = measure.Curve(
        name="heel_height_cm", side=Side.LEFT, x_unit="pct", unit="cm", n_trials=2,
        x=tuple(range(101)), mean=tuple(float(i) for i in range(101)), sd=(1.0,) * 101,
    )  # fmt: skip
    fields: dict[str, Any] = {
        "test": "heel-rise", "recording": flagged(), "readings": (reading,),
        "trials": trials, "curves": (curve, mean),
        "events": (measure.Event(name="top", side=Side.LEFT, time_s=1.4),),
    }  # fmt: skip
    return measure.TestResult(**(fields | over))


REFUSED = (
    measure.Refused(what="repetition", reason="the foot slid", start_s=3.0, end_s=4.0, mend="Hold on."),
)


@pytest.mark.parametrize(
    ("over", "trust", "says"),
    [
        ({}, Trust.YES, "Can be believed: 2 repetitions counted"),
        ({"readings": ()}, Trust.NO, "No number"),
        ({"n_trials_missing": 1}, Trust.NO, "1 repetition believed missing"),
        (
            {"recording": flagged("gaps", "unit_contradicted")},
            Trust.NO,
            "rely on this: the unit that was claimed",
        ),
        ({"recording": flagged("acc_clipped")}, Trust.CARE, "acceleration reached"),
        ({"refused": REFUSED}, Trust.CARE, "1 thing refused"),
        ({"trials": ()}, Trust.YES, "1 number measured"),
    ],
)
def test_verdict_says_whether_to_believe_it(over: dict[str, Any], trust: Trust, says: str) -> None:
    verdict = measured.verdict_of(a_result(**over))
    assert verdict.trust is trust
    assert says in verdict.sentence


def test_verdict_of_trials_of_which_none_counts() -> None:
    trial = measure.Trial(
        number=1, side=Side.LEFT, start_s=0, end_s=1, values={}, is_counted=False, quality=("no_hold",)
    )
    verdict = measured.verdict_of(a_result(trials=(trial,)))
    assert verdict.trust is Trust.NO
    assert "none of 1 repetition counts" in verdict.sentence


@pytest.mark.parametrize(
    "result", [WALK, LUNGE, a_result(), a_result(curves=(), events=())], ids=["gait", "lunge", "test", "bare"]
)
def test_page_and_picture_hold_every_part_and_fetch_nothing(result: measure.MeasureResult) -> None:
    page = measured.report_page(result)
    for heading in ("Readings", "Refused", "What was recognised"):
        assert f"<h2>{heading}</h2>" in page
    assert page.index("<h1>") < page.index("<h2>")
    assert not re.findall(r'(?:src|href)="', page)
    assert "url(http" not in page
    assert "@import" not in page
    for reading in result.readings:
        assert reading.measure.removesuffix(f"_{reading.unit}").split("_")[0].capitalize()[:4] in page
    picture = measured.report_picture(result)
    root = ElementTree.fromstring(picture)
    assert root.tag.endswith("svg")
    assert measured.verdict_of(result).sentence in picture
    ElementTree.fromstring(re.sub(r"^<!doctype html>|<meta[^>]*>", "", page.strip()))


@pytest.mark.parametrize(
    "result", [WALK, LUNGE, a_result(refused=REFUSED, n_trials_missing=1)], ids=["gait", "lunge", "test"]
)
def test_style_knows_every_class(result: measure.MeasureResult) -> None:
    for text in (
        measured.report_page(result, baseline=result),
        measured.report_picture(result, baseline=result),
    ):
        used = {css for found in re.findall(r'class="([^"]*)"', text) for css in found.split()}
        assert used - RULES - OTHERS == set()


def test_style_has_the_colours_of_the_look() -> None:
    from importlib.resources import files

    look = (files("mortise") / "web" / "ui" / "static" / "ui" / "look.css").read_text(encoding="utf-8")
    for name, value in re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{6})", style()):
        assert re.search(rf"{name}:\s+{value}", look), f"{name}: {value} is not of the look"


def test_what_a_person_wrote_is_escaped() -> None:
    recording = measure.RecordingSet(sensors=(info(file="<script>alert(1)</script>.csv"),), duration_s=9.0)
    result = a_result(recording=recording, refused=(measure.Refused(what="<b>", reason="&", mend='"'),))
    for text in (measured.report_page(result), measured.report_picture(result)):
        assert "<script" not in text
        assert "<b>" not in text.replace("<figcaption><b>", "")


def test_signal_shows_trials_events_and_what_was_refused() -> None:
    gap = Gap(start_s=5.0, end_s=6.0, n_missing=100, is_bridged=False)
    recording = measure.RecordingSet(sensors=(info(gaps=(gap,)),), duration_s=9.0)
    (signal, curve) = measured.panels_of(a_result(recording=recording, refused=REFUSED))
    assert signal.is_wide
    assert [piece.words for piece in signal.pieces] == ["1", "2"]
    assert [moment.name for moment in signal.moments] == ["top"]
    assert [(hole.start, hole.end) for hole in signal.holes] == [(3.0, 4.0), (5.0, 6.0)]
    assert not curve.is_wide
    assert curve.lines[0].spread
    page = measured.report_page(a_result(recording=recording, refused=REFUSED))
    assert "the foot slid" in page
    assert "Hold on." in page


def test_baseline_gives_values_before_the_change_and_a_dotted_curve() -> None:
    reading = a_result().readings[0]
    before = a_result(
        readings=(
            measure.Reading(**({f: getattr(reading, f) for f in reading.__struct_fields__} | {"value": 7.0})),
        )
    )
    page = measured.report_page(a_result(), baseline=before, baseline_words="on before.json")
    assert "Left, before" in page
    assert "+2.4" in page
    assert "Beyond error" in page
    assert "c-own--base" in page
    same = measured.report_page(a_result(), baseline=a_result())
    assert "Within error" in same
    assert "Beyond error" not in same
    assert "c-own--base" not in measured.report_page(a_result()).partition("</style>")[2]


def test_usual_band_is_drawn_with_its_source_or_its_absence_is_said() -> None:
    band = UsualBand(x=(0.0, 100.0), low=(0.0, 90.0), high=(10.0, 110.0), words="usual (ROW-01)")
    page = measured.report_page(a_result(), usual={"heel_height_cm": band})
    assert "usual (ROW-01)" in page
    assert "c-norm" in page.partition("</style>")[2]
    assert NO_BAND not in page
    assert NO_BAND in measured.report_page(a_result())


def test_labels_of_the_content_name_the_readings() -> None:
    page = measured.report_page(a_result(), labels={"heel_rise_height_cm": "Heel-rise height"})
    assert "Heel-rise height <small>cm</small>" in page
    assert "± 0.6" in page, "the half width of the 95 % interval"


def test_every_stride_and_trial_is_in_the_table() -> None:
    page = measured.report_page(WALK)
    assert f"Show all {len(WALK.strides)} rows" in page
    assert "height, cm" in measured.report_page(a_result())


def test_a_landing_on_both_legs_is_one_landing() -> None:
    both = tuple(
        measure.Trial(number=i, side=side, start_s=1.0, end_s=1.5, values={})
        for i, side in enumerate((Side.LEFT, Side.RIGHT, Side.NONE), start=1)
    )
    assert "1 landing counted" in measured.verdict_of(a_result(test="landing", trials=both)).sentence


def test_traces_of_nobody_in_particular_are_told_apart() -> None:
    trace = measure.Curve(
        name="force_n", side=Side.NONE, x_unit="s", unit="n",
        x=tuple(i / 100 for i in range(900)), mean=(300.0,) * 900,
    )  # fmt: skip
    page = measured.report_page(a_result(curves=(trace, trace)))
    assert "channel 1" in page
    assert "channel 2" in page
    # Too dense for dashes, so its key has none either.
    assert '<path class="c-other c-thin" d="M0 7h28"/>' in page


@pytest.mark.parametrize("flag", sorted(GRAVE))
def test_grave_flag_anywhere_turns_every_face_to_do_not_rely(
    flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    reading = measure.Reading(
        measure="heel_rise_height_cm",
        side=Side.LEFT,
        value=8.0,
        unit="cm",
        error=0.5,
        quality=(flag,),
        n_trials=2,
    )
    for result in (a_result(recording=flagged(flag)), a_result(readings=(reading,))):
        verdict = measured.verdict_of(result)
        assert verdict.trust is Trust.NO
        assert flag_words(flag) in verdict.sentence
        assert GRAVE[flag] in verdict.reasons[0]
        assert measure.to_plain(result)["verdict"]["trust"] == "no"
        assert safe(verdict.sentence) in measured.report_picture(result)
        page = measured.report_page(result)
        assert "Do not rely on it" in page
        assert GRAVE[flag].split(",")[0] in page
        _show(result, Console(width=200))
        assert "Do not rely on this" in capsys.readouterr().out


def test_every_flag_that_is_grave_has_words() -> None:
    assert set(GRAVE) <= set(FLAGS)


def test_picture_of_a_long_walk_has_a_key_for_every_line_mark_and_block() -> None:
    long = replace(
        WALK,
        curves=tuple(
            replace(
                each, x=tuple(np.linspace(0.0, 60.0, 900)), mean=tuple(np.sin(np.linspace(0.0, 300.0, 900)))
            )
            for each in WALK.curves
            if each.x_unit == "s"
        ),
    )
    (chart,) = panels_of(long)
    words = [key.words for key in keys_of(chart)]
    assert words[:2] == ["left", "right"]
    assert {"event, left", "event, right", "left, counts", "right, counts"} <= set(words)
    picture = measured.report_picture(long)
    drawn = ElementTree.fromstring(picture)
    shown = ["".join(each.itertext()) for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert set(words) <= set(shown)
    # the lines of the key are drawn like those of the chart: thin and whole, told apart by their hue
    assert picture.count('class="c-own c-thin"') >= 2


def test_long_verdict_is_on_as_many_lines_as_it_needs() -> None:
    result = a_result(recording=flagged("rate_contradicted", "unit_contradicted", "acc_clipped"))
    drawn = ElementTree.fromstring(measured.report_picture(result))
    heads = [each.text or "" for each in drawn.iter() if each.get("class") == "c-head"]
    assert len(heads) > 1
    assert " ".join(heads) == measured.verdict_of(result).sentence
    assert max(map(len, heads)) <= 66


def test_page_of_the_measures_lists_exactly_the_grave_flags() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/measures/README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (.+?) \|", page, flags=re.MULTILINE)
    assert dict(listed) == {flag: FLAGS[flag] for flag in GRAVE}
