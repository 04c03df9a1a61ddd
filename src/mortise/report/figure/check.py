"""Check that a pose is drawn as a body could be: standing feet on the surface, no limb through a thing."""

from __future__ import annotations

from mortise.report.figure._layers import Part
from mortise.report.figure._outline import Outline, placed
from mortise.report.figure.library import ExerciseFigure, Thing

SURFACE_SLACK = 9.0  # thousandths of stature (16 mm of a tall person): a line's width in the picture
SEAT_THICKNESS = 34.0
# on the floor, beside the body, around it, or touched
_NOT_IN_THE_WAY = ("line", "rail", "worktop", "ball", "cone", "bike", "water")
SOFT_SLACK = 26.0  # what sits on a chair or lies on a mat sinks in, as flesh does


def surface_height(things: tuple[Thing, ...], x: float) -> float:
    """Return the height of what one stands on at `x`."""
    boxes = [
        thing
        for thing in things
        if thing.kind not in (*_NOT_IN_THE_WAY, "wall", "chair")
        and min(thing.from_x, thing.to_x) <= x <= max(thing.from_x, thing.to_x)
    ]
    return max((thing.top for thing in boxes), default=0.0)


def _inside(thing: Thing, outline: Outline) -> float:
    """Return how deep the outline reaches into a thing, thousandths of stature."""
    if thing.kind in _NOT_IN_THE_WAY:
        return 0.0
    if thing.kind == "wall":
        behind = 1 if thing.from_x > 0 else -1
        return max(0.0, *(behind * (x - thing.from_x) for x, _ in outline))
    low, high = sorted((thing.from_x, thing.to_x))
    base = thing.top - SEAT_THICKNESS if thing.kind == "chair" else thing.base
    depths = [min(x - low, high - x, thing.top - y, y - base if base > 0 else thing.top) for x, y in outline]
    return max(0.0, *depths)


def _part_faults(figure: ExerciseFigure, name: str, part: Part) -> list[str]:
    """Say where one part lies under the floor or inside a thing."""
    outline, found = placed(*part), []
    under = -min(y for _, y in outline)
    if under > SURFACE_SLACK:
        found.append(f"{name}: {part.outline} is {under:.0f} under the floor")
    for thing in figure.things:
        depth = _inside(thing, outline)
        if depth > (SOFT_SLACK if thing.kind in ("chair", "mat", "cushion") else SURFACE_SLACK):
            found.append(f"{name}: {part.outline} is {depth:.0f} inside the {thing.kind}")
    return found


def _foot_faults(figure: ExerciseFigure, index: int, name: str) -> list[str]:
    """Say which standing foot does not touch the surface."""
    found = []
    for layer in figure.drawing(index).layers:
        feet = [placed(*part) for part in layer.parts if part.outline.startswith(("foot", "toes"))]
        side = "near" if layer.css == "f-own" else "far"
        if not feet or side not in figure.moments[index].stands:
            continue
        gap = min(y - surface_height(figure.things, x) for outline in feet for x, y in outline)
        if abs(gap) > SURFACE_SLACK:
            found.append(f"{name}: the {side} foot is {gap:.0f} from the surface")
    return found


def faults(figure: ExerciseFigure) -> list[str]:
    """Say what is wrong with a figure's poses.

    Parameters
    ----------
    figure : ExerciseFigure
        Any figure.

    Returns
    -------
    list of str
        One line each: a part below the floor or inside a thing, or a standing foot that does not touch. Empty is good.

    Notes
    -----
    Checked at every pose, but not from above, where there is no floor to miss. Parts may sink 9 thousandths into what
    is hard, 26 into what is soft.
    """
    found: list[str] = []
    if figure.is_from_above:
        return found
    for index in range(len(figure.moments)):
        name = f"{figure.id} pose {index}"
        for layer in figure.drawing(index).layers:
            if layer.css == "f-thing":  # what is held
                continue
            for part in layer.parts:
                found += _part_faults(figure, f"{name}, {layer.css}", part)
        found += _foot_faults(figure, index, name)
    return found
