"""SVG by the piece: escaped text, paths, marks. Geometry is attributes; colour is classes of the look."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

Place = tuple[float, float]
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
CHARACTER_WIDTH = 6.6  # mean advance of the 12.5 px chart face, for keeping words apart; generous


class Box(NamedTuple):
    """A panel: its edges in SVG units."""

    left: float
    top: float
    right: float
    bottom: float


def safe(text: object) -> str:
    """Return text fit for an attribute or an element of HTML or SVG, whoever wrote it."""
    return escape(_UNPRINTABLE.sub("\ufffd", str(text)), quote=True)


def n(value: float) -> str:
    """Write a coordinate to a tenth."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def is_known(value: float | None) -> bool:
    """Whether there is a number to draw."""
    return value is not None and math.isfinite(value)


def path(points: Iterable[Place | None], css: str, *, closed: bool = False, extra: str = "") -> str:
    """Return a line through the points; None breaks it. Nothing is returned for fewer than two points."""
    runs: list[list[Place]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    drawn = [
        "M" + "L".join(f"{n(x)} {n(y)}" for x, y in run) + ("Z" if closed else "")
        for run in runs
        if len(run) > 1
    ]
    return f'<path class="{css}" d="{"".join(drawn)}"{extra}/>' if drawn else ""


def line(x0: float, y0: float, x1: float, y1: float, css: str) -> str:
    """Return a straight line."""
    return f'<path class="{css}" d="M{n(x0)} {n(y0)}L{n(x1)} {n(y1)}"/>'


def circle(x: float, y: float, r: float, css: str) -> str:
    """Return a circle."""
    return f'<circle class="{css}" cx="{n(x)}" cy="{n(y)}" r="{n(r)}"/>'


def rect(x: float, y: float, width: float, height: float, css: str, *, fill: str = "", rx: float = 0) -> str:
    """Return a rectangle; `fill` names a pattern."""
    rounded = f' rx="{n(rx)}"' if rx else ""
    filled = f' fill="url(#{fill})"' if fill else ""
    classed = f' class="{css}"' if css else ""
    size = f'width="{n(max(width, 0))}" height="{n(max(height, 0))}"'
    return f'<rect{classed}{filled} x="{n(x)}" y="{n(y)}" {size}{rounded}/>'


def text(x: float, y: float, words: object, css: str = "") -> str:
    """Return words at a place."""
    return f'<text class="{("c-text " + css).strip()}" x="{n(x)}" y="{n(y)}">{safe(words)}</text>'


def text_width(words: str) -> float:
    """Return about how wide words are, in SVG units."""
    return CHARACTER_WIDTH * len(words)


def band(upper: Sequence[Place], lower: Sequence[Place], css: str = "", *, fill: str = "") -> str:
    """Return the field between two lines; `fill` names a pattern."""
    points = [*upper, *reversed(lower)]
    if len(upper) < 2:
        return ""
    filled = f' fill="url(#{fill})"' if fill else ""
    classed = f' class="{css}"' if css else ""
    return f'<path{classed}{filled} d="M' + "L".join(f"{n(x)} {n(y)}" for x, y in points) + 'Z"/>'


def pattern(name: str, size: int, inside: str) -> str:
    """Return a hatching."""
    return (
        f'<pattern id="{name}" width="{size}" height="{size}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)">{inside}</pattern>'
    )


def hatchings(prefix: str) -> str:
    """Return the hatchings a chart uses, named with its prefix so that charts on one page do not meet."""
    ground = '<rect class="h-bg" width="4" height="4"/>'
    return "<defs>" + "".join((
        pattern(f"{prefix}-own", 6, '<path class="h-own" d="M0 0v6" stroke-width="2" opacity=".4"/>'),
        pattern(f"{prefix}-other", 6, '<path class="h-ink" d="M0 0v6" stroke-width="2" opacity=".35"/>'),
        pattern(f"{prefix}-bar", 4, ground + '<path class="h-ink" d="M0 0v4" stroke-width="3"/>'),
        pattern(f"{prefix}-line", 7, '<path class="h-line" d="M0 0v7" stroke-width="2"/>'),
        pattern(f"{prefix}-ink", 5, '<path class="h-ink" d="M0 0v5" stroke-width="2"/>'),
    )) + "</defs>"  # fmt: skip
