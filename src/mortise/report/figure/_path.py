"""Short SVG paths: closed smooth outlines and open lines, y turned down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mortise.report.figure._outline import Outline, Point


def short(value: float, digits: int = 1) -> str:
    """Write a coordinate in as few characters as its precision needs."""
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def smooth(points: Sequence[Point], digits: int = 1) -> str:
    """Return a closed path through the points: Catmull-Rom as cubic Béziers, relative, y turned down.

    All outlines get one winding, so that several can share a path without holes.
    """
    down = [(x, -y) for x, y in points]
    turn = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(down, down[1:] + down[:1], strict=True))
    if turn < 0:
        down.reverse()
    n, pull = len(down), 1 / 6
    x, y = round(down[0][0], digits), round(down[0][1], digits)
    parts = []
    for i in range(n):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = (down[(i + step) % n] for step in (-1, 0, 1, 2))
        bends = (
            x1 + (x2 - x0) * pull,
            y1 + (y2 - y0) * pull,
            x2 - (x3 - x1) * pull,
            y2 - (y3 - y1) * pull,
            x2,
            y2,
        )
        parts.append(" ".join(short(v - (x, y)[m % 2], digits) for m, v in enumerate(bends)))
        x, y = round(x2, digits), round(y2, digits)
    return f"M{short(down[0][0], digits)} {short(down[0][1], digits)}c{' '.join(parts)}z".replace(" -", "-")


def joined(outlines: Iterable[Outline], digits: int = 1) -> str:
    """Return one path for all outlines of a limb: its halo then runs round the limb, not round each segment."""
    return "".join(smooth(one, digits) for one in outlines)


def line(points: Iterable[Point], *, closed: bool = False) -> str:
    """Return a path through the points, y turned down."""
    body = "L".join(f"{short(x)} {short(-y)}" for x, y in points)
    return f"M{body}{'Z' if closed else ''}"
