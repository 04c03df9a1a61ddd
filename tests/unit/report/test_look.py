"""Every class a chart or a figure is drawn with has a rule in the look: without one it would be painted black."""

import re
from importlib.resources import files

import pytest

from mortise.report import chart
from mortise.report.figure import animation, load_figures, picture
from mortise.terms import Side
from tests.unit.report import examples

LOOK = (files("mortise") / "web" / "ui" / "static" / "ui" / "look.css").read_text(encoding="utf-8")
RULES = set(re.findall(r"\.([a-z][a-z0-9_-]*)", LOOK))


def unknown_classes(html: str) -> set[str]:
    return {css for found in re.findall(r'class="([^"]*)"', html) for css in found.split()} - RULES


@pytest.mark.parametrize(
    ("draw", "build"),
    [
        (chart.course_chart, examples.course),
        (chart.trend_chart, examples.trend),
        (chart.pain_chart, examples.pain),
        (chart.curve_chart, examples.curves),
        (chart.signal_chart, examples.signal),
        (chart.trials_chart, examples.trials),
        (chart.stride_chart, examples.strides),
    ],
)
def test_the_look_knows_every_class_of_a_chart(draw, build):
    assert unknown_classes(draw(build())) == set()


@pytest.mark.parametrize("name", sorted(load_figures()))
def test_the_look_knows_every_class_of_a_figure(name):
    figure = load_figures()[name]
    assert unknown_classes(picture(figure, Side.LEFT)) == set()
    assert unknown_classes(animation(figure, Side.LEFT, id_prefix="a")) == set()


def test_a_class_without_a_rule_is_found():
    assert unknown_classes('<path class="c-own c-nowhere"/>') == {"c-nowhere"}
