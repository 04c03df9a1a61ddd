"""Joint diagrams and contact sheets: every technique is drawn still, every figure is on the sheet in both themes."""

import re
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from mortise.catalog import load
from mortise.cli import main
from mortise.cli.figures import look
from mortise.errors import ContentError, InputError
from mortise.protocol import Tag
from mortise.report.figure import diagram_picture, load_diagrams, load_figures, picture
from mortise.report.figure.diagram import read_diagram
from mortise.report.figure.sheet import contact_sheet, contact_svg, drawn, figure_style, standalone
from mortise.terms import Side

DIAGRAMS, FIGURES = load_diagrams(), load_figures()
EXERCISES = load().exercises
TECHNIQUES = {name for name, one in EXERCISES.items() if Tag.MANUAL in one.tags}
every = pytest.mark.parametrize("name", sorted(DIAGRAMS))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_every_exercise_moves_and_every_technique_stands_still() -> None:
    assert {one.figure for name, one in EXERCISES.items() if name in TECHNIQUES} == set(DIAGRAMS)
    assert {one.figure for name, one in EXERCISES.items() if name not in TECHNIQUES} == set(FIGURES)
    assert len(TECHNIQUES) == 12


@every
@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT, Side.NONE])
def test_a_diagram_is_well_formed_and_still(name: str, side: Side) -> None:
    svg = diagram_picture(DIAGRAMS[name], side)
    for element in parsed(svg).iter():
        assert element.tag in {"svg", "g", "path", "circle", "rect", "text"}
        assert not any(
            key in ("style", "id", "data-frames") or key.startswith("on") for key in element.attrib
        )
    assert "nan" not in re.sub(r'aria-label="[^"]*"', "", svg).lower()
    assert "{" not in svg


@every
def test_what_moves_what_is_held_and_which_way_are_marked(name: str) -> None:
    diagram = DIAGRAMS[name]
    root = parsed(diagram_picture(diagram, Side.RIGHT))
    css = [element.attrib.get("class", "") for element in root.iter()]
    assert css.count("f-bone f-bone--own") == len(diagram.moves) >= 1
    assert css.count("f-head") >= len(diagram.glides) >= 1
    assert css.count("f-work-pin") == len(diagram.holds)
    assert css.count("f-arm") == len(diagram.hands) >= 1
    assert len(list(root.iter("text"))) == len(diagram.labels) >= 1


def _inside(view: tuple[float, float, float, float], x: float, y: float, margin: float = 0) -> bool:
    return (
        view[0] - margin <= x <= view[0] + view[2] + margin
        and view[1] - margin <= -y <= view[1] + view[3] + margin
    )


@every
def test_everything_that_matters_lies_within_the_frame(name: str) -> None:
    diagram = DIAGRAMS[name]
    _, bones = diagram.shapes()
    for glide in diagram.glides:
        assert _inside(diagram.view, *glide.start)
        assert _inside(diagram.view, *glide.end)
    for label in diagram.labels:
        half = 5.6 * len(label.text)  # of a bold letter at this size, on average
        assert _inside(diagram.view, label.at[0] - half, label.at[1]), label.text
        assert _inside(diagram.view, label.at[0] + half, label.at[1] + 16), label.text
    for moving in diagram.moves:
        n_seen = sum(_inside(diagram.view, x, y) for x, y in bones[moving])
        assert n_seen >= 0.6 * len(bones[moving])


@every
def test_a_glide_begins_or_ends_at_what_it_moves(name: str) -> None:
    """An arrow far from its bone would be read as another movement."""
    diagram = DIAGRAMS[name]
    _, bones = diagram.shapes()
    points = [point for moving in diagram.moves for point in bones[moving]]
    for glide in diagram.glides:
        middle = ((glide.start[0] + glide.end[0]) / 2, (glide.start[1] + glide.end[1]) / 2)
        ends = (glide.start, middle, glide.end)
        nearest = min(((x - a) ** 2 + (y - b) ** 2) ** 0.5 for x, y in points for a, b in ends)
        assert nearest < 75, f"{nearest:.0f}"


@every
def test_a_left_ankle_is_mirrored_and_its_words_are_not(name: str) -> None:
    diagram = DIAGRAMS[name]
    left, right = (parsed(diagram_picture(diagram, side)) for side in (Side.LEFT, Side.RIGHT))
    assert left[0].attrib["transform"] == "scale(-1 1)"
    for one, other in zip(left.iter("text"), right.iter("text"), strict=True):
        assert one.text == other.text
        assert float(one.attrib["x"]) == pytest.approx(-float(other.attrib["x"]), abs=0.11)
    for side in (Side.LEFT, Side.RIGHT):
        assert side.value in parsed(diagram_picture(diagram, side)).attrib["aria-label"].lower()


GOOD = """id = "x"
says = "y"
seen = "side"
moves = ["talus"]
glides = [{ start = [0, 0], end = [1, 1] }]
view = [0, 0, 1, 1]
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"talus"', '"tallus"', "there is no 'tallus' from this side"),
        ('"talus"', '"fibula"', "'fibula' is not drawn"),
        ('moves = ["talus"]', 'moves = ["talus"]\nholds = ["talus"]', "what moves is not held"),
        ('moves = ["talus"]', "moves = []", "nothing moves"),
        ("glides = [{ start = [0, 0], end = [1, 1] }]", "glides = []", "nothing moves"),
        ('id = "x"', 'id = "z"', "not the name of its file"),
        ('seen = "side"', 'seen = "above"', "Invalid enum value 'above'"),
        ("view =", "colour = 1\nview =", "unknown field `colour`"),
        ("view = [0, 0, 1, 1]", "view = [0", "figures/techniques/x.toml"),
    ],
)
def test_a_malformed_diagram_names_file_and_field(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "x.toml").write_text(GOOD)
    read_diagram(tmp_path / "x.toml")
    assert old in GOOD
    (tmp_path / "x.toml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ContentError, match=re.escape(said)):
        read_diagram(tmp_path / "x.toml")


def test_hostile_words_are_escaped() -> None:
    diagram = msgspec.structs.replace(next(iter(DIAGRAMS.values())), says='<script>alert("x")</script>')
    assert "<script" not in diagram_picture(diagram, Side.LEFT)


def test_the_sheet_shows_every_figure_in_both_themes() -> None:
    sheet = contact_sheet(look())
    for name in {*FIGURES, *DIAGRAMS}:
        section = sheet.split(f'<section id="{name}">')[1].split("</section>")[0]
        assert section.count('class="mat light"') >= 2
        assert section.count('class="mat dark"') == 2
        if name in FIGURES:
            assert section.count("<figcaption>") == len(FIGURES[name].moments)
    assert "http" not in sheet.replace("http://www.w3.org/2000/svg", "")


def test_the_picture_of_all_is_one_svg_without_needs() -> None:
    root = parsed(contact_svg(look()))
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text") if element.text]
    assert {*FIGURES, *DIAGRAMS} <= set(words)
    nested = [
        element for element in root.iter("{http://www.w3.org/2000/svg}svg") if "viewBox" in element.attrib
    ]
    assert len(nested) == 1 + 2 * len({*FIGURES, *DIAGRAMS})


def test_both_themes_carry_every_colour_a_figure_asks_for() -> None:
    rules, light, dark = figure_style(look())
    asked = set(re.findall(r"var\((--[a-z0-9-]+)\)", rules)) - {"--under", "--face", "--r-2"}
    for theme in (light, dark):
        assert asked <= set(re.findall(r"(--[a-z0-9-]+):", theme))


@pytest.mark.parametrize("text", ["", "p { color: red }", ":root { --ink: #000 } .f-own { fill: red }"])
def test_another_stylesheet_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="holds no figure, or not both themes"):
        figure_style(text)


def test_what_is_not_drawn_is_refused() -> None:
    with pytest.raises(InputError, match="nothing is drawn under 'heel-rise'"):
        list(drawn(["ankle-pump", "heel-rise"]))


@pytest.mark.parametrize(
    "svg", [picture(FIGURES["step-up"], Side.LEFT), diagram_picture(DIAGRAMS["manual-midfoot"], Side.LEFT)]
)
def test_a_picture_can_stand_alone(svg: str) -> None:
    alone = standalone(svg, look())
    root = parsed(alone)
    assert root.attrib["viewBox"] in svg
    for name in set(re.findall(r'class="(f-[a-z0-9-]+)', svg)):
        assert f".{name}" in alone
    assert "prefers-color-scheme: dark" in alone
    assert "--paper" not in alone


def test_something_else_cannot_stand_alone() -> None:
    with pytest.raises(InputError, match="not a picture"):
        standalone("<svg/>", look())


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "ankle-pump", "manual-midfoot"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("<!doctype html>")
    assert printed.count("<section ") == 2
    for ending, start in ((".html", "<!doctype html>"), (".svg", "<svg ")):
        file = tmp_path / f"sheet{ending}"
        assert main(["figures", "ankle-pump", "--out", str(file)]) == 0
        assert file.read_text(encoding="utf-8").startswith(start)
        assert "1 figures" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "sheet.pdf"], ".pdf is not a kind of sheet"),
        (["--out", "sheet"], "no ending is not a kind of sheet"),
        (["heel-rise"], "nothing is drawn under"),
        (["ankle-pump", "--out", "/nowhere/at/all/sheet.svg"], "cannot be written"),
    ],
)
def test_the_command_refuses_in_words(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["figures", *arguments]) == InputError.exit_status
    assert said in capsys.readouterr().err
