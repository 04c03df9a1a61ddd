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


def _middle(thing: Thing) -> tuple[float, float]:
    low, high = sorted((thing.from_x, thing.to_x))
    return (low + high) / 2, (high - low) / 2


def _board(thing: Thing) -> str:
    """A board that tilts on a half ball."""
    low, high = sorted((thing.from_x, thing.to_x))
    x, half = _middle(thing)
    plate = min(18.0, thing.top / 2)
    under, radius = thing.top - plate, min(half * 0.55, (thing.top - plate) * 1.6)
    return (
        f'<path class="f-thing" d="M{short(x - radius)} {short(-under)}A{short(radius)} {short(under)} 0 0 0 '
        f'{short(x + radius)} {short(-under)}Z"/><rect class="f-thing" x="{short(low)}" y="{short(-thing.top)}" '
        f'width="{short(high - low)}" height="{short(plate)}" rx="6"/>'
    )


def _ball(thing: Thing) -> str:
    x, radius = _middle(thing)
    return f'<circle class="f-thing" cx="{short(x)}" cy="{short(-thing.base - radius)}" r="{short(radius)}"/>'


def _cone(thing: Thing) -> str:
    x, half = _middle(thing)
    sides = line(
        [(x - half * 0.7, thing.base), (x - 5, thing.top), (x + 5, thing.top), (x + half * 0.7, thing.base)]
    )
    return (
        f'<path class="f-thing" d="{sides}"/><rect class="f-thing" x="{short(x - half)}" y="{short(-thing.base - 9)}" '
        f'width="{short(2 * half)}" height="9" rx="3"/>'
    )


def crank(thing: Thing) -> Point:
    """Return the axis of a bicycle's cranks: before the saddle, at the height of `base`."""
    return thing.from_x + 0.36 * (thing.to_x - thing.from_x), thing.base


def _bike(thing: Thing) -> str:
    """An exercise bicycle: saddle, handles, a wheel before the cranks, two feet."""
    saddle, handle, (x, y) = (thing.from_x, thing.top), (thing.to_x, thing.top + 150), crank(thing)
    front = thing.to_x - 10
    frame = (
        line([saddle, (x, y), (front, 40), handle])
        + line([(x - 190, 6), (x, y)])
        + line([(front - 60, 6), (front + 70, 6)])
        + line([(x - 250, 6), (x - 130, 6)])
        + line([handle, (handle[0] + 34, handle[1] + 34)])
    )
    return (
        f'<path class="f-floor" d="{frame}"/><circle class="f-thing" cx="{short(front)}" cy="{short(-y)}" r="84"/>'
        f'<circle class="f-thing" cx="{short(x)}" cy="{short(-y)}" r="46"/><rect class="f-thing" '
        f'x="{short(saddle[0] - 66)}" y="{short(-saddle[1])}" width="132" height="26" rx="12"/>'
    )


def _water(thing: Thing) -> str:
    """Water up to `top`, with small waves."""
    waves = "".join("q30 -16 60 0t60 0" for _ in range(20))
    return (
        f'<rect class="f-room" x="-1200" y="{short(-thing.top)}" width="2400" height="{short(thing.top)}"/>'
        f'<path class="f-floor" d="M-1200 {short(-thing.top)}{waves}"/>'
    )


def _doormat(thing: Thing) -> str:
    """A rough mat: its bristles stand up."""
    low, high = sorted((thing.from_x, thing.to_x))
    step = 16.0
    bristles = "".join(
        line([(low + 8 + i * step, thing.base + 6), (low + 8 + i * step, thing.top + 3)])
        for i in range(int((high - low) / step))
    )
    return _rect(thing, 4.0) + f'<path class="f-floor" d="{bristles}"/>'


_BUILT = {
    "doormat": _doormat, "chair": _chair, "rail": _rail, "worktop": _worktop, "board": _board, "ball": _ball,
    "cone": _cone, "bike": _bike, "water": _water,
}  # fmt: skip


def scenery(things: tuple[Thing, ...], ground_deg: float = 0, *, has_floor: bool = True) -> str:
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
    floor = f'<path class="f-floor" d="M-{_FAR:.0f} 2H{_FAR:.0f}"/>' if has_floor else ""
    return floor + "".join(parts)


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
