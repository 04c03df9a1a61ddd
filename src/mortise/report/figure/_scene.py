"""Floor, wall, step, chair and band: what the body touches."""

from __future__ import annotations

from math import radians, tan

from mortise.report.figure._layers import Drawing
from mortise.report.figure._outline import Point
from mortise.report.figure._path import line, short
from mortise.report.figure.library import Anchor, Link, Thing

_FAR = 2400.0  # the floor runs past any view


def _rect(thing: Thing, radius: float) -> str:
    low, high = sorted((thing.from_x, thing.to_x))
    return (
        f'<rect class="f-thing" x="{short(low)}" y="{short(-thing.top)}" width="{short(high - low)}" '
        f'height="{short(thing.top - thing.base)}" rx="{short(radius)}"/>'
    )


def _chair(thing: Thing) -> str:
    """A seat, two legs and a back behind the person."""
    low, high = sorted((thing.from_x, thing.to_x))
    top, back = thing.top, low
    legs = line([(low + 18, top - 30), (low + 10, 0)]) + line([(high - 18, top - 30), (high - 10, 0)])
    return (
        f'<path class="f-floor" d="{legs}{line([(back + 6, top), (back - 34, top + 330)])}"/>'
        f'<rect class="f-thing" x="{short(low)}" y="{short(-top)}" width="{short(high - low)}" height="34" rx="10"/>'
    )


def _rail(thing: Thing) -> str:
    """A hand rail on two posts."""
    rail = line([(thing.from_x, 0), (thing.from_x, thing.base), (thing.to_x, thing.top), (thing.to_x, 0)])
    return f'<path class="f-floor" fill="none" d="{rail}"/>'


def _worktop(thing: Thing) -> str:
    """A worktop on two legs, seen from its edge."""
    low, high = sorted((thing.from_x, thing.to_x))
    legs = line([(low + 20, thing.top), (low + 20, 0)]) + line([(high - 20, thing.top), (high - 20, 0)])
    return (
        f'<path class="f-floor" d="{legs}"/><rect class="f-thing" x="{short(low)}" y="{short(-thing.top)}" '
        f'width="{short(high - low)}" height="24" rx="4"/>'
    )


_BUILT = {"chair": _chair, "rail": _rail, "worktop": _worktop}


def scenery(things: tuple[Thing, ...], ground_deg: float = 0) -> str:
    """Return floor and things as SVG; a sloping floor has its wedge drawn under it."""
    drop = _FAR * tan(radians(ground_deg))
    parts = []
    if ground_deg:
        wedge = line(
            [(-_FAR, -2), (_FAR, -2), (_FAR, -2 * drop - 400), (-_FAR, -2 * drop - 400)], closed=True
        )
        parts.append(f'<path class="f-thing" d="{wedge}"/>')
    for thing in things:
        if thing.kind == "wall":
            parts.append(f'<path class="f-floor" d="M{short(thing.from_x)} 2V-1700"/>')
        elif thing.kind == "line":
            parts.append(f'<path class="f-ray" d="M{short(thing.from_x)} 14H{short(thing.to_x)}"/>')
        elif thing.kind in _BUILT:
            parts.append(_BUILT[thing.kind](thing))
        else:
            parts.append(_rect(thing, {"cushion": 16.0, "mat": 10.0}.get(thing.kind, 0.0)))
    return f'<path class="f-floor" d="M-{_FAR:.0f} 2H{_FAR:.0f}"/>' + "".join(parts)


def anchored(anchor: Anchor, drawing: Drawing) -> Point:
    """Return the place of an anchor: a named point of the body, or itself."""
    return drawing.joints[anchor] if isinstance(anchor, str) else anchor


def link_ends(link: Link, drawing: Drawing) -> tuple[Point, Point]:
    """Return both ends of a band."""
    return anchored(link.start, drawing), anchored(link.end, drawing)


def link_line(link: Link, drawing: Drawing, number: int | None = None) -> str:
    """Return a band as SVG; `number` lets a moving picture find it again."""
    (x0, y0), (x1, y1) = link_ends(link, drawing)
    name = "" if number is None else f' data-link="{number}"'
    return (
        f'<line class="f-strap" x1="{short(x0)}" y1="{short(-y0)}" x2="{short(x1)}" y2="{short(-y1)}"{name}/>'
    )
