"""Lines over any axis: a signal in time or a curve over a repetition, with events, trials and refused stretches."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from mortise.report.chart._figure import Canvas, Key, Table, chart_figure, side_word
from mortise.report.chart._scale import Scale, rounded_range, tick_decimals, value_ticks
from mortise.report.chart._svg import Box, Place, band, circle, is_known, line, path, rect, text, text_width
from mortise.report.chart.inputs import Heading
from mortise.report.words import number
from mortise.terms import Side

_MOST_POINTS = 800
_LANE = 18.0
_TOP = 18.0
_PLOT = 190.0


class Line(Struct, frozen=True, kw_only=True):
    """One line: `x` and `y` of one length, `spread` of the same or empty; a value that is not finite is a gap."""

    side: Side
    is_treated: bool
    x: tuple[float, ...]
    y: tuple[float, ...]
    spread: tuple[float, ...] = ()
    is_baseline: bool = False
    words: str = ""


class Moment(Struct, frozen=True):
    """An event: in the lane of its name, in the hue of its side."""

    at: float
    name: str
    side: Side
    is_treated: bool


class Piece(Struct, frozen=True):
    """A trial or contact `[start, end)` in the lane of its side; one that does not count is hollow."""

    start: float
    end: float
    words: str
    side: Side
    is_treated: bool
    is_used: bool = True


class Hole(Struct, frozen=True):
    """A stretch `[start, end)` that made no number, and why."""

    start: float
    end: float
    words: str


class UsualBand(Struct, frozen=True):
    """What is usual: `low` to `high` at `x`, and its words with the source."""

    x: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    words: str


class Lines(Struct, frozen=True, kw_only=True):
    """Everything one chart of lines draws; `x_words` stand under the axis, `unit` is the unit of y."""

    heading: Heading
    x_words: str
    unit: str
    is_wide: bool = True
    lines: tuple[Line, ...] = ()
    moments: tuple[Moment, ...] = ()
    pieces: tuple[Piece, ...] = ()
    holes: tuple[Hole, ...] = ()
    usual: UsualBand | None = None


def lines_chart(chart: Lines) -> str:
    """Return the chart as a figure with its key and the numbers in a table."""
    return chart_figure(
        chart.heading,
        lines_canvas(chart),
        keys=keys_of(chart),
        tables=_tables(chart),
        notes=[f"{hole.words} (from {number(hole.start)} to {number(hole.end)})" for hole in chart.holes[:8]],
    )


def lines_across(chart: Lines) -> tuple[Scale, float]:
    """Return where the values of x lie across the picture, and how wide the picture is."""
    box, width = _box(chart)
    return _scales(chart, box)[0], width


def _box(chart: Lines) -> tuple[Box, float]:
    width = 920.0 if chart.is_wide else 390.0
    left = 96.0 if chart.moments or chart.pieces else 48.0
    return Box(left, _TOP, width - 18.0, _TOP + (_PLOT if chart.lines else 12.0)), width


def lines_canvas(chart: Lines) -> Canvas:
    """Return the picture alone, for a file that holds several."""
    names = list(dict.fromkeys(moment.name for moment in chart.moments))
    sides = list(dict.fromkeys(piece.side for piece in chart.pieces))
    box, width = _box(chart)
    left = box.left
    x, y = _scales(chart, box)
    lanes = box.bottom + 42.0
    height = lanes + _LANE * (len(names) + len(sides))
    content = (
        _holes(chart, box, x)
        + (_usual(chart, x, y) + _axes(chart, box, x, y) + _drawn(chart, x, y) if chart.lines else "")
        + ("" if chart.lines else _axis_x(chart, box, x))
        + _moments(chart, names, lanes, left, x)
        + _pieces(chart, sides, lanes + _LANE * len(names), left, x)
    )
    return Canvas(width, height, content, is_wide=chart.is_wide)


def _known(values: Sequence[float]) -> list[float]:
    return [value for value in values if math.isfinite(value)]


def _scales(chart: Lines, box: Box) -> tuple[Scale, Scale]:
    """Return the scales of both axes; the norm and the spread are inside."""
    across = [value for each in chart.lines for value in _known(each.x)]
    across += [moment.at for moment in chart.moments]
    across += [edge for piece in chart.pieces for edge in (piece.start, piece.end)]
    up = [value for each in chart.lines for value in _known(each.y)]
    for each in chart.lines:
        for value, spread in zip(each.y, each.spread, strict=False):
            up += _known([value - spread, value + spread])
    if chart.usual is not None:
        up += [*chart.usual.low, *chart.usual.high]
    low, high = rounded_range(
        up, at_least=1e-3 if not up else max(1e-6, 0.02 * max(map(abs, up), default=1.0))
    )
    first, last = (min(across), max(across)) if across else (0.0, 1.0)
    last = last if last > first else first + 1.0
    return Scale(first, last, box.left, box.right), Scale(low, high, box.bottom, box.top)


def _axes(chart: Lines, box: Box, x: Scale, y: Scale) -> str:
    ticks = value_ticks(y.low, y.high, 5)
    parts = []
    for tick in ticks:
        parts.append(line(box.left, y(tick), box.right, y(tick), "c-grid"))
        parts.append(text(box.left - 6, y(tick) + 4, number(tick, 10.0 ** -tick_decimals(ticks)), "c-end"))
    return "".join(parts) + _axis_x(chart, box, x)


def _axis_x(chart: Lines, box: Box, x: Scale) -> str:
    marks = value_ticks(x.low, x.high, 6)
    parts = [path([(box.left, box.bottom), (box.right, box.bottom)], "c-axis")]
    for tick in marks:
        parts.append(line(x(tick), box.bottom, x(tick), box.bottom + 4, "c-axis"))
        parts.append(text(x(tick), box.bottom + 17, number(tick, 10.0 ** -tick_decimals(marks)), "c-mid"))
    parts.append(text((box.left + box.right) / 2, box.bottom + 33, chart.x_words, "c-mid"))
    return "".join(parts)


def _holes(chart: Lines, box: Box, x: Scale) -> str:
    parts = []
    for hole in chart.holes:
        start, end = x.inside(hole.start), x.inside(hole.end)
        fill = f"{chart.heading.id_prefix}-line"
        parts.append(
            rect(start, box.top, max(end - start, 2.0), box.bottom - box.top, "c-refused", fill=fill)
        )
    return "".join(parts)


def _usual(chart: Lines, x: Scale, y: Scale) -> str:
    if chart.usual is None:
        return ""
    low = [(x(at), y(value)) for at, value in zip(chart.usual.x, chart.usual.low, strict=True)]
    high = [(x(at), y(value)) for at, value in zip(chart.usual.x, chart.usual.high, strict=True)]
    return band(high, low, "c-norm") + path(high, "c-norm-edge") + path(low, "c-norm-edge")


def _places(each: Line, x: Scale, y: Scale) -> list[Place | None]:
    """Return the places of a line; of a long one the least and greatest of each column, so that no peak is lost."""
    points = [
        (x(at), y(value)) if is_known(at) and is_known(value) else None
        for at, value in zip(each.x, each.y, strict=False)
    ]
    if len(points) <= _MOST_POINTS:
        return list(points)
    step = math.ceil(len(points) / (_MOST_POINTS // 2))
    found: list[Place | None] = []
    for first in range(0, len(points), step):
        column = [(i, p) for i, p in enumerate(points[first : first + step]) if p is not None]
        if not column:
            found.append(None)
            continue
        ends = {min(column, key=lambda each: each[1][1]), max(column, key=lambda each: each[1][1])}
        found += [place for _, place in sorted(ends)]
    return found


def _drawn(chart: Lines, x: Scale, y: Scale) -> str:
    parts = []
    for each in chart.lines:
        if each.spread and not each.is_baseline:
            parts.append(_spread(each, x, y))
    for each in sorted(chart.lines, key=lambda one: (not one.is_baseline, one.is_treated)):
        css = "c-own" if each.is_treated else "c-other"
        css += " c-own--base" if each.is_baseline else ""
        parts.append(path(_places(each, x, y), css + (" c-thin" if is_thin(each) else "")))
    return "".join(parts)


def is_thin(each: Line) -> bool:
    """Whether a line is too dense to be dashed; it is drawn thin and whole, and its key is too."""
    return len(each.x) > _MOST_POINTS // 4


def _spread(each: Line, x: Scale, y: Scale) -> str:
    """Return the spread as a tint, broken at gaps."""
    css, parts = "c-own-band" if each.is_treated else "c-other-band", []
    upper: list[Place] = []
    lower: list[Place] = []
    for at, value, spread in [*zip(each.x, each.y, each.spread, strict=False), (math.nan, 0.0, 0.0)]:
        if math.isfinite(at) and math.isfinite(value) and math.isfinite(spread):
            upper.append((x(at), y(value + spread)))
            lower.append((x(at), y(value - spread)))
            continue
        parts.append(band(upper, lower, css))
        upper, lower = [], []
    return "".join(parts)


def _moments(chart: Lines, names: list[str], top: float, left: float, x: Scale) -> str:
    parts = [text(left - 8, top + _LANE * i + 12, name, "c-end") for i, name in enumerate(names)]
    for moment in chart.moments:
        at, row = x.inside(moment.at), top + _LANE * names.index(moment.name)
        if moment.is_treated:
            parts.append(line(at, row + 2, at, row + 13, "c-own c-tick"))
        else:
            parts.append(circle(at, row + 8, 2.6, "c-other-dot"))
    return "".join(parts)


def _pieces(chart: Lines, sides: list[Side], top: float, left: float, x: Scale) -> str:
    words = {Side.LEFT: "left", Side.RIGHT: "right", Side.NONE: "trials"}
    parts = [text(left - 8, top + _LANE * i + 12, words[side], "c-end") for i, side in enumerate(sides)]
    for piece in chart.pieces:
        start, end = x.inside(piece.start), x.inside(piece.end)
        row = top + _LANE * sides.index(piece.side)
        css = "c-bar--none" if not piece.is_used else "c-st-own" if piece.is_treated else "c-st-other"
        parts.append(rect(start, row + 3, max(end - start, 1.5), 9, css, rx=2))
        if end - start > text_width(piece.words) + 6 and not piece.is_used:
            parts.append(text((start + end) / 2, row + 12, piece.words, "c-mid"))
    return "".join(parts)


def keys_of(chart: Lines) -> list[Key]:
    """Return the key of a chart: lines, band, marks, blocks and hatching, each with a small picture and its words."""
    keys = []
    for each in chart.lines:
        css = ("c-own" if each.is_treated else "c-other") + (" c-own--base" if each.is_baseline else "")
        css += " c-thin" if is_thin(each) else ""
        tint = "c-own-band" if each.is_treated else "c-other-band"
        under = f'<path class="{tint}" d="M0 1h28v12H0z"/>' if each.spread and not each.is_baseline else ""
        keys.append(
            Key(f'{under}<path class="{css}" d="M0 7h28"/>', each.words or side_word(each.side).lower())
        )
    if chart.usual is not None:
        keys.append(Key('<path class="c-norm" d="M0 1h28v12H0z"/>', chart.usual.words))
    return list(dict.fromkeys([*keys, *_mark_keys(chart), *_block_keys(chart)]))


def _mark_keys(chart: Lines) -> list[Key]:
    """Return what the marks of events mean, where both sides have some."""
    sides = dict.fromkeys((moment.is_treated, moment.side) for moment in chart.moments)
    if len(sides) < 2:
        return []
    own, other = line(14, 1, 14, 13, "c-own c-tick"), circle(14, 7, 2.6, "c-other-dot")
    return [
        Key(own if is_treated else other, f"event, {side_word(side).lower()}") for is_treated, side in sides
    ]


def _block_keys(chart: Lines) -> list[Key]:
    keys = []
    for is_treated in dict.fromkeys(piece.is_treated for piece in chart.pieces if piece.is_used):
        css = "c-st-own" if is_treated else "c-st-other"
        sides = dict.fromkeys(p.side for p in chart.pieces if p.is_used and p.is_treated is is_treated)
        said = " and ".join(side_word(side).lower() for side in sides if side is not Side.NONE)
        keys.append(Key(rect(2, 3, 24, 9, css, rx=2), f"{said}, counts".removeprefix(", ")))
    if any(not piece.is_used for piece in chart.pieces):
        keys.append(Key('<rect class="c-bar--none" x="2" y="3" width="24" height="9"/>', "does not count"))
    if chart.holes:
        fill = f"{chart.heading.id_prefix}-line"
        keys.append(Key(rect(0, 1, 28, 12, "c-refused", fill=fill), "refused or missing"))
    return keys


def _tables(chart: Lines) -> list[Table]:
    """Return each line at eleven places, and the events by name."""
    tables = []
    if chart.lines:
        longest = max(chart.lines, key=lambda each: len(each.x))
        picked = sorted({round(i * (len(longest.x) - 1) / 10) for i in range(11)}) if longest.x else []
        rows = []
        for index in picked:
            cells = [_at(each, longest.x[index]) for each in chart.lines]
            rows.append([number(longest.x[index], 0.01), *(number(cell, 0.01) for cell in cells)])
        columns = (chart.x_words, *(each.words or side_word(each.side) for each in chart.lines))
        tables.append(Table(caption=chart.heading.title, columns=columns, rows=rows))
    if chart.moments:
        names = list(dict.fromkeys((moment.name, moment.side) for moment in chart.moments))
        rows = [
            [
                f"{name}, {side.value}" if side is not Side.NONE else name,
                str(sum((one.name, one.side) == (name, side) for one in chart.moments)),
            ]
            for name, side in names
        ]
        tables.append(Table(caption="Events", columns=("event", "how many"), rows=rows))
    return tables


def _at(each: Line, at: float) -> float | None:
    """Return the value nearest to a place, None where there is none."""
    if not each.x:
        return None
    index = min(range(len(each.x)), key=lambda i: abs(each.x[i] - at))
    return each.y[index] if index < len(each.y) and math.isfinite(each.y[index]) else None
