"""What works, and through which range: rings, arcs, wedges and arrows. Angles are from straight up, clockwise."""

from __future__ import annotations

from math import atan2, degrees, hypot

from mortise.report.figure._layers import Drawing
from mortise.report.figure._outline import Point
from mortise.report.figure._path import line, short
from mortise.report.figure._scene import anchored
from mortise.report.figure.body import up
from mortise.report.figure.library import Mark

MarkParts = tuple[
    str, str, tuple[tuple[float, float, str], ...]
]  # behind the body, in front, words (x, y, text)


def dot(point: Point, radius: float, css: str, data: str = "") -> str:
    """Return a filled circle."""
    return f'<circle class="{css}" cx="{short(point[0])}" cy="{short(-point[1])}" r="{short(radius)}"{data}/>'


def working_joint(point: Point) -> str:
    """Return the ring round the joint an exercise is about."""
    return dot(point, 19, "f-work-halo") + dot(point, 14.5, "f-work") + dot(point, 4, "f-work-pin")


def _arc_path(centre: Point, radius: float, from_deg: float, to_deg: float) -> str:
    (x0, y0), (x1, y1) = up(centre, from_deg, radius), up(centre, to_deg, radius)
    large, sweep = int(abs(to_deg - from_deg) > 180), int(to_deg > from_deg)
    return f"M{short(x0)} {short(-y0)}A{short(radius)} {short(radius)} 0 {large} {sweep} {short(x1)} {short(-y1)}"


def arc(centre: Point, radius: float, from_deg: float, to_deg: float, css: str = "f-range") -> str:
    """Return an arc about a joint."""
    return f'<path class="{css}" d="{_arc_path(centre, radius, from_deg, to_deg)}"/>'


def wedge(centre: Point, radius: float, from_deg: float, to_deg: float) -> str:
    """Return the pale field of a range."""
    start = _arc_path(centre, radius, from_deg, to_deg)[1:]
    return f'<path class="f-room" d="M{short(centre[0])} {short(-centre[1])}L{start}Z"/>'


def _head(tip: Point, heading_deg: float, size: float = 17) -> str:
    behind = up(tip, heading_deg + 180, size * 1.5)
    corners = [tip, up(behind, heading_deg + 90, size * 0.8), up(behind, heading_deg - 90, size * 0.8)]
    return f'<path class="f-head" d="{line(corners, closed=True)}"/>'


def _head_on_arc(centre: Point, radius: float, at_deg: float, forward: bool, size: float = 17) -> str:
    return _head(up(centre, at_deg, radius), at_deg + (90 if forward else -90), size)


def _shin(mark: Mark, drawing: Drawing) -> MarkParts:
    ankle, knee, radius = drawing.joints["near.ankle"], drawing.joints["near.knee"], 186.0
    lean = degrees(atan2(knee[0] - ankle[0], knee[1] - ankle[1]))
    behind = wedge(ankle, radius, 0, lean)
    ray = f'<path class="f-ray" d="{line([up(ankle, 0, 52), up(ankle, 0, radius + 64)])}"/>'
    front = ray + arc(ankle, radius, 0, lean - 15) + _head_on_arc(ankle, radius, lean - 10.5, True, 15)
    x, y = up(ankle, -15, radius - 10)
    words = ((x, -y, f"{lean:.0f}°"),) if mark.has_words else ()
    return behind, front, words


def _heel(drawing: Drawing) -> MarkParts:
    """Rise of the heel about the toe joint, from the floor."""
    ball, ankle = drawing.joints["near.ball"], drawing.joints["near.ankle"]
    flat = -63.5  # lean of ball to ankle with the sole level, from the outline of the foot
    rise = degrees(atan2(ankle[0] - ball[0], ankle[1] - ball[1])) - flat
    start, now, radius = -96.0, -96.0 + rise, 172.0
    bar = f'<path class="f-range" d="{line([up(ball, start, radius - 16), up(ball, start, radius + 16)])}"/>'
    front = arc(ball, radius, start, now - 6) + _head_on_arc(ball, radius, now + 1, True) + bar
    return wedge(ball, radius, start, now), front, ()


def _ankle(mark: Mark, drawing: Drawing) -> MarkParts:
    """Turn of the foot about the ankle, between two pitches, just beyond the toes."""
    ankle, radius = drawing.joints["near.ankle"], 205.0
    start, goal = 104 + mark.from_deg, 104 + mark.to_deg
    forward = goal > start
    turn = 7 if forward else -7
    bar = (
        f'<path class="f-range" d="{line([up(ankle, start, radius - 14), up(ankle, start, radius + 14)])}"/>'
    )
    front = arc(ankle, radius, start, goal - turn) + _head_on_arc(ankle, radius, goal, forward) + bar
    return "", front, ()


def _circle(mark: Mark, drawing: Drawing) -> MarkParts:
    centre = anchored(mark.start or "near.ball", drawing)
    front = arc(centre, mark.radius, -150, 150) + _head_on_arc(centre, mark.radius, 160, True)
    return "", front, ()


def _arrow(mark: Mark, drawing: Drawing) -> MarkParts:
    start, end = anchored(mark.start or "near.hip", drawing), anchored(mark.end or "near.hip", drawing)
    heading = degrees(atan2(end[0] - start[0], end[1] - start[1]))
    shaft = max(0.0, hypot(end[0] - start[0], end[1] - start[1]) - 22)
    front = f'<path class="f-range" d="{line([start, up(start, heading, shaft)])}"/>' + _head(end, heading)
    return "", front, ()


def _hop(mark: Mark, drawing: Drawing) -> MarkParts:
    """The path of a jump: a curve through the air with its head at the landing."""
    (x0, y0), (x1, y1) = (
        anchored(mark.start or "near.ball", drawing),
        anchored(mark.end or "near.ball", drawing),
    )
    middle = (
        (x0 + x1) / 2,
        (y0 + y1) / 2 + 2 * mark.radius,
    )  # the curve passes at half the height of its handle
    heading = degrees(atan2(x1 - middle[0], y1 - middle[1]))
    end = up((x1, y1), heading + 180, 20)
    points = " ".join(f"{short(x)} {short(-y)}" for x, y in (middle, end))
    path = f'<path class="f-range" d="M{short(x0)} {short(-y0)}Q{points}"/>'
    return "", path + _head((x1, y1), heading), ()


def _bubble(mark: Mark, drawing: Drawing) -> MarkParts:
    """Counting back aloud: two numbers in a bubble whose tail points to the head behind it."""
    x, y = anchored(mark.start or "near.hip", drawing)
    wide, high = 118.0, 52.0
    tail = line([(x - wide + 6, y - 18), (x - wide - 44, y - 46), (x - wide + 34, y - high)])
    oval = (
        f'<ellipse class="f-range" cx="{short(x)}" cy="{short(-y)}" rx="{short(wide)}" ry="{short(high)}"/>'
    )
    return "", f'{oval}<path class="f-range" d="{tail}"/>', ((x, -y + 15, "97, 94…"),)


def _turn(mark: Mark, drawing: Drawing) -> MarkParts:
    """An arc about a point, with a bar where it starts."""
    centre, forward = anchored(mark.start or "near.heel", drawing), mark.to_deg > mark.from_deg
    ends = [up(centre, mark.from_deg, mark.radius + way) for way in (-14, 14)]
    goal = mark.to_deg - (5 if forward else -5)
    front = arc(centre, mark.radius, mark.from_deg, goal) + f'<path class="f-range" d="{line(ends)}"/>'
    return "", front + _head_on_arc(centre, mark.radius, mark.to_deg, forward), ()


def drawn_mark(mark: Mark, drawing: Drawing) -> MarkParts:
    """Return what of a mark lies behind the body, what in front, and its words."""
    if mark.kind == "shin":
        return _shin(mark, drawing)
    if mark.kind == "heel":
        return _heel(drawing)
    simple = {
        "ankle": _ankle, "circle": _circle, "arrow": _arrow, "hop": _hop, "turn": _turn, "bubble": _bubble,
    }  # fmt: skip
    return simple[mark.kind](mark, drawing)
