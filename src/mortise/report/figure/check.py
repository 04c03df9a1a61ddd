"""Is a pose drawn as a body could be: standing feet on the surface, no limb through a thing?"""

from __future__ import annotations

from mortise.report.figure._outline import Outline, placed
from mortise.report.figure.library import ExerciseFigure, Thing

SURFACE_SLACK = 9.0  # thousandths of stature (16 mm of a tall person): a line's width in the picture
SOFT_SLACK = 26.0  # what sits on a chair or lies on a mat sinks in, as flesh does


def surface_height(things: tuple[Thing, ...], x: float) -> float:
    """Return the height of what one stands on at `x`."""
    boxes = [
        thing
        for thing in things
        if thing.kind not in ("wall", "line", "rail", "chair") and min(thing.from_x, thing.to_x) <= x <= max(thing.from_x, thing.to_x)
    ]
    return max((thing.top for thing in boxes), default=0.0)


def _inside(thing: Thing, outline: Outline) -> float:
    """Return how deep the outline reaches into a thing, thousandths of stature."""
    if thing.kind in ("line", "rail"):
        return 0.0
    if thing.kind == "wall":
        beyond = max if thing.from_x > 0 else min
        return abs(beyond(0.0 if thing.from_x < 0 else -1e9, *(x - thing.from_x for x, _ in outline))) if any(
            (x > thing.from_x) == (thing.from_x > 0) for x, _ in outline
        ) else 0.0
    low, high = sorted((thing.from_x, thing.to_x))
    base = thing.top - 34 if thing.kind == "chair" else thing.base
    depths = [min(x - low, high - x, thing.top - y, y - base if base > 0 else 1e9) for x, y in outline]
    return max(0.0, *depths)


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
    Checked at every pose. Parts may sink 9 thousandths into what is hard, 26 into what is soft.
    """
    found = []
    for index in range(len(figure.moments)):
        drawing, name = figure.drawing(index), f"{figure.id} pose {index}"
        lowest: dict[int, float] = {}
        for number, layer in enumerate(drawing.layers):
            for part in layer.parts:
                outline = placed(*part)
                lowest_point = min(y for _, y in outline)
                if lowest_point < -SURFACE_SLACK:
                    found.append(f"{name}: {layer.css} {part.outline} is {-lowest_point:.0f} under the floor")
                for thing in figure.things:
                    slack = SOFT_SLACK if thing.kind in ("chair", "mat", "cushion") else SURFACE_SLACK
                    depth = _inside(thing, outline)
                    if depth > slack:
                        found.append(f"{name}: {layer.css} {part.outline} is {depth:.0f} inside the {thing.kind}")
                if part.outline.startswith(("foot", "toes")):
                    gap = min(y - surface_height(figure.things, x) for x, y in outline)
                    lowest[number] = min(gap, lowest.get(number, gap))
        stands = figure.moments[index].stands
        for number, gap in lowest.items():
            side = "near" if drawing.layers[number].css == "f-own" else "far"
            if side in stands and abs(gap) > SURFACE_SLACK:
                found.append(f"{name}: {side} foot is {gap:.0f} from the surface")
    return found
