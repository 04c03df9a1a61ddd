"""Still pictures of an exercise: one pose as a whole SVG, a row of its poses, or a small one for a list."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from mortise.report.figure import _marks, _scene
from mortise.report.figure._layers import Drawing, Layer
from mortise.report.figure._outline import placed
from mortise.report.figure._path import joined, short
from mortise.report.figure.library import ExerciseFigure
from mortise.report.words import tr
from mortise.terms import Side

View = tuple[float, float, float, float]
_MARGIN = 46.0
_SMALL = 752.0  # width and height of a picture in a list, thousandths of stature


class Step(NamedTuple):
    """One picture of the row that explains an exercise, with its caption."""

    words: str
    svg: str


def is_mirrored(side: Side) -> bool:
    """Whether a picture is turned: poses are drawn for the right ankle, a left one faces left."""
    return side is Side.LEFT


def said(figure: ExerciseFigure, side: Side) -> str:
    """Return what the picture shows, with the side in words."""
    words = worded(figure.says, side)
    if figure.is_from_behind:
        return tr("{what}, seen from behind").format(what=words)
    return tr("{what}, seen from above").format(what=words) if figure.is_from_above else words


def bounds(drawings: list[Drawing]) -> View:
    """Return the box round all bodies, in SVG units."""
    points = [
        point
        for drawing in drawings
        for layer in drawing.layers
        for part in layer.parts
        for point in placed(*part)
    ]
    xs, ys = [x for x, _ in points], [-y for _, y in points]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def fitted_view(figure: ExerciseFigure) -> View:
    """Return the part of the plane a full picture shows: every pose, the floor, no narrower than four to five."""
    if figure.view:
        return figure.view
    x, y, width, height = bounds([figure.drawing(index) for index in range(len(figure.moments))])
    if figure.is_from_above:
        return _round_feet(figure, (x, y, width, height))
    left, right = x, x + width
    for thing in figure.things:
        if thing.kind not in ("wall", "line", "rail", "worktop", "water"):
            left, right = min(left, thing.from_x, thing.to_x), max(right, thing.from_x, thing.to_x)
        elif thing.kind == "wall":
            left, right = min(left, thing.from_x), max(right, thing.from_x)
    top, bottom = y - _MARGIN, _MARGIN
    width, height = right - left + 2 * _MARGIN, bottom - top
    wanted_width, wanted_height = max(width, 0.8 * height), max(height, 0.62 * width)
    return (
        (left + right - wanted_width) / 2,
        bottom - wanted_height,
        wanted_width,
        wanted_height,
    )


def _round_feet(figure: ExerciseFigure, view: View) -> View:
    """Return what is shown of feet from above: them and what lies beside them, no narrower than four to five."""
    x, y, width, height = view
    y, height = y - _MARGIN, height + _MARGIN  # room for an arrow beyond the toes
    left = min([x, *(thing.from_x for thing in figure.things)]) - _MARGIN
    right = max([x + width, *(thing.to_x for thing in figure.things)]) + _MARGIN
    wanted_width = max(right - left, 0.8 * (height + 2 * _MARGIN))
    wanted_height = max(height + 2 * _MARGIN, 0.62 * wanted_width)
    middle = y + height / 2
    return (left + right - wanted_width) / 2, middle - wanted_height / 2, wanted_width, wanted_height


def small_view(figure: ExerciseFigure, index: int) -> View:
    """Return the part a small picture shows: the legs, cropped at the chest."""
    if figure.small_view:
        return figure.small_view
    drawing = figure.drawing(index)
    if figure.is_from_above:
        x, y, width, height = fitted_view(figure)
        size = min(width, height)
        return x + (width - size) / 2, y + (height - size) / 2, size, size
    hip, ankle = drawing.joints["near.hip"], drawing.joints["near.ankle"]
    middle = (hip[0] + ankle[0]) / 2
    return middle - _SMALL / 2, _MARGIN - _SMALL, _SMALL, _SMALL


def box(view: View, side: Side) -> str:
    """Return the viewBox of a view, mirrored with its picture."""
    x, y, width, height = view
    left = -(x + width) if is_mirrored(side) else x
    return f"{short(left)} {short(y)} {short(width)} {short(height)}"


def layer_path(layer: Layer, digits: int = 1) -> str:
    """Return one limb as one path."""
    return f'<path class="{layer.css}" d="{joined((placed(*part) for part in layer.parts), digits)}"/>'


def _ghost(drawing: Drawing) -> str:
    paths = "".join(layer_path(layer._replace(css="f-g"), 0) for layer in drawing.layers)
    return f'<g class="f-ghost">{paths}</g>'


def _over_arm(layers: tuple[Layer, ...]) -> int:
    """Return how many layers lie under a band held in the near hand."""
    return len(layers) - sum(layer.css == "f-arm" for layer in layers)


def wrapped(content: str, words: str, figure: ExerciseFigure, view: View, side: Side, attributes: str) -> str:
    """Put a drawn scene into its SVG: sloped with its floor, mirrored for a left ankle, words never mirrored."""
    if figure.ground_deg:
        content = f'<g transform="rotate({short(-figure.ground_deg)})">{content}</g>'
    if is_mirrored(side):
        content = f'<g transform="scale(-1 1)">{content}</g>'
    return f'<svg class="fig" viewBox="{box(view, side)}" {attributes}>{content}{words}</svg>'


def mark_words(words: tuple[tuple[float, float, str], ...], side: Side) -> str:
    """Return the words of marks, on the mirrored side but readable."""
    sign = -1 if is_mirrored(side) else 1
    return "".join(
        f'<text class="f-deg" x="{short(sign * x)}" y="{short(y)}" text-anchor="middle">{escape(text)}</text>'
        for x, y, text in words
    )


def _scene_of(
    figure: ExerciseFigure, index: int, *, with_marks: bool, with_ghost: bool, digits: int
) -> tuple[str, list[tuple[float, float, str]]]:
    drawing = figure.drawing(index)
    behind, front = "", ""
    words: list[tuple[float, float, str]] = []
    for mark in figure.marks if with_marks else ():
        if mark.pose % len(figure.moments) != index % len(figure.moments):
            continue
        back, over, said_here = _marks.drawn_mark(mark, drawing)
        behind, front = behind + back, front + over
        words += said_here
    under = _over_arm(drawing.layers)
    links = [_scene.link_line(link, drawing) for link in figure.links if not link.is_behind]
    parts = [
        _scene.scenery(figure.things, figure.ground_deg, has_floor=not figure.is_from_above),
        _ghost(figure.drawing(0)) if with_ghost else "",
        behind,
        *(_scene.link_line(link, drawing) for link in figure.links if link.is_behind),
        *(layer_path(layer, digits) for layer in drawing.layers[:under]),
        *links,
        *(layer_path(layer, digits) for layer in drawing.layers[under:]),
        *(_marks.dot(at, radius, "f-joint") for at, radius in drawing.pins),
        front,
        *(_marks.working_joint(drawing.joints[name]) for name in figure.working),
    ]
    return "".join(parts), words


def picture(
    figure: ExerciseFigure,
    side: Side,
    *,
    index: int | None = None,
    with_marks: bool = True,
    label: str | None = None,
) -> str:
    """Draw one pose of an exercise.

    Parameters
    ----------
    figure : ExerciseFigure
        From `load_figures`.
    side : Side
        Side being treated. It is the near side; a left ankle faces left.
    index : int or None
        Which pose; None takes the figure's own choice.
    with_marks : bool
        Whether range arcs and arrows are drawn.
    label : str or None
        Words read in place of the picture; None takes the figure's own, "" makes the picture decoration.

    Returns
    -------
    str
        A whole `<svg class="fig">`, about 10 kB, without ids, scripts or styles. Put it into a `.mat`.
    """
    at = figure.show if index is None else index
    ghost = figure.has_ghost and index is None
    content, words = _scene_of(figure, at, with_marks=with_marks, with_ghost=ghost, digits=1)
    text = said(figure, side) if label is None else label
    attributes = f'role="img" aria-label="{escape(text)}"' if text else 'aria-hidden="true"'
    return wrapped(content, mark_words(tuple(words), side), figure, fitted_view(figure), side, attributes)


def thumbnail(figure: ExerciseFigure, side: Side) -> str:
    """Draw an exercise small, cropped at the chest, without marks; decoration beside its name.

    Returns
    -------
    str
        A whole `<svg class="fig" aria-hidden="true">`, about 6 kB; put it into a `.mat`.
    """
    content, _ = _scene_of(figure, figure.show, with_marks=False, with_ghost=False, digits=0)
    return wrapped(content, "", figure, small_view(figure, figure.show), side, 'aria-hidden="true"')


def worded(text: str, side: Side) -> str:
    """Put the side into a sentence and begin it with a capital."""
    words = {Side.LEFT: tr("left"), Side.RIGHT: tr("right"), Side.NONE: tr("treated")}
    said_so = text.replace("{side}", words[side])
    return said_so[:1].upper() + said_so[1:]


def steps(figure: ExerciseFigure, side: Side) -> tuple[Step, ...]:
    """Draw every pose of an exercise with its caption, in order."""
    captions = [worded(pose.words, side) for pose in figure.moments]
    return tuple(
        Step(words, picture(figure, side, index=index, label=words)) for index, words in enumerate(captions)
    )
