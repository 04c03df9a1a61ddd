"""Shape of the drawn body: segment lengths and outlines in thousandths of stature, each in its own frame.

Frame: x forward (the way the toes point), y up, the segment's first joint at the origin. Limbs hang down, the trunk
and neck rise. Feet are drawn 1.18 times life size, because they are what the picture is about. Lengths are common
anthropometric fractions of stature (foot, shank, thigh, trunk, arm), rounded; they draw a body and measure nobody.
"""

from __future__ import annotations

from functools import cache
from math import cos, radians, sin

Point = tuple[float, float]
Outline = tuple[Point, ...]

SHANK, THIGH, TRUNK, UPPER_ARM, FOREARM, HAND, NECK = 246.0, 245.0, 280.0, 176.0, 146.0, 62.0, 104.0
FOOT_SCALE = 1.18
ANKLE_HEIGHT = 39.4 * FOOT_SCALE  # ankle above the sole of a flat foot
TOE_JOINT = (68 * FOOT_SCALE, -30 * FOOT_SCALE)  # from the ankle, flat foot
TOE_JOINT_HEIGHT = ANKLE_HEIGHT + TOE_JOINT[1]
HEEL = (-34 * FOOT_SCALE, -39.4 * FOOT_SCALE)  # contact point of a foot whose toes are up
TOE_TIP = (112 * FOOT_SCALE, -39.4 * FOOT_SCALE)

# (fraction along the segment, half-width in front, half-width behind)
_STATIONS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "thigh": ((0, 50, 60), (0.14, 53, 60), (0.32, 52, 53), (0.55, 46, 43), (0.78, 38, 34.5),
              (0.92, 33, 31.5), (1, 32, 31)),
    "shank": ((0, 32, 31), (0.1, 29.5, 35), (0.22, 27, 41.5), (0.35, 24.5, 43), (0.5, 22, 36.5), (0.66, 19.5, 26),
              (0.82, 18, 18.5), (0.93, 18.5, 17.5), (1, 19, 18.5)),
    "trunk": ((0, 46, 60), (0.1, 47, 59), (0.27, 46, 46), (0.42, 48, 43), (0.62, 55, 49), (0.8, 54, 53),
              (0.91, 47, 51),
              (0.98, 37, 43), (1, 34, 40)),
    "neck": ((0, 38, 42), (0.25, 31, 36), (0.5, 27, 31), (1, 26, 30)),
    "upper-arm": ((0, 27, 27), (0.3, 27, 26), (0.7, 23, 23), (1, 20, 20.5)),
    "forearm": ((0, 20, 20.5), (0.2, 22.5, 20.5), (0.6, 18, 17), (1, 13.5, 13.5)),
    "hand": ((0, 13.5, 13.5), (0.4, 15, 16), (0.8, 11, 13), (1, 8, 9)),
    # seen from behind: the same lengths, widths from the middle line outwards and inwards
    "thigh-rear": ((0, 62, 50), (0.2, 60, 50), (0.5, 49, 44), (0.8, 38, 37), (1, 33, 33)),
    "shank-rear": ((0, 33, 33), (0.12, 35, 34), (0.3, 44, 41), (0.5, 37, 35), (0.75, 23, 23),
              (0.93, 19.5, 20), (1, 21, 21)),
    "trunk-rear": ((0, 92, 92), (0.12, 95, 95), (0.38, 76, 76), (0.55, 80, 80), (0.78, 98, 98),
              (0.92, 96, 96), (1, 78, 78)),
    "neck-rear": ((0, 60, 60), (0.2, 38, 38), (0.5, 30, 30), (1, 30, 30)),
    "upper-arm-rear": ((0, 30, 27), (0.3, 28, 26), (0.7, 23, 23), (1, 20, 20)),
    "forearm-rear": ((0, 20, 20), (0.2, 22, 20), (0.6, 17, 17), (1, 13, 13)),
    "hand-rear": ((0, 13.5, 13.5), (0.4, 16, 15), (0.8, 13, 11), (1, 9, 8)),
}  # fmt: skip
_LENGTHS = {
    "thigh": THIGH, "shank": SHANK, "trunk": TRUNK, "neck": NECK, "upper-arm": UPPER_ARM, "forearm": FOREARM,
    "hand": HAND,
}  # fmt: skip
_RISING = {"trunk", "neck"}

# Hind- and midfoot, ankle at (0, 0), before scaling: Achilles, heel pad, arch, ball, instep, front of the ankle.
_FOOT = (
    (-14.5, 3), (-18.5, -6), (-27, -14.5), (-37.5, -21.5), (-42.5, -29), (-39, -36.8), (-27, -39.4),
    (-10, -38.8), (10, -36),
    (30, -34.2), (46, -35.8), (58, -38.6), (68, -39.5), (74.5, -36.5), (77.4, -30), (75, -22), (66, -16.8), (52, -10),
    (38, -2), (26, 5.5), (16, 11), (8, 14.5), (-1, 15.5), (-9.5, 12),
)  # fmt: skip
# The same foot with its arch lifted and its ball drawn back, for the short-foot exercise.
_FOOT_SHORT = (
    (-14.5, 3), (-18.5, -6), (-27, -14.5), (-37.5, -21.5), (-42.5, -29), (-39, -36.8), (-27, -39.4),
    (-13, -36.5), (6, -25),
    (25, -20), (44, -29), (56, -38.4), (66, -39.5), (73, -36.5), (76.4, -30), (74, -21), (64, -13.5), (50, -5),
    (37, 3), (26, 8.5), (16, 13), (8, 15.5), (-1, 15.5), (-9.5, 12),
)  # fmt: skip
_TOES = (
    (60, -38.7), (70, -39.5), (82, -38.8), (95, -39.5), (105, -39), (111.5, -35.6), (112.5, -30.2),
    (108, -26), (99, -24.6),
    (88, -22.4), (76, -20.4), (66, -20.4), (59, -28),
)  # fmt: skip
_SKULL = (
    (0, 66), (27, 61), (45, 43), (51, 18), (50, -6), (46, -26), (36, -45), (19, -54), (0, -50), (-22, -40),
    (-42, -22),
    (-53, 8), (-48, 38), (-28, 60),
)  # fmt: skip
_SKULL_REAR = (
    (0, 66), (28, 60), (45, 42), (50, 14), (45, -20), (31, -46), (0, -54), (-31, -46), (-45, -20),
    (-50, 14), (-45, 42),
    (-28, 60),
)  # fmt: skip
_FOOT_REAR = (
    (-19, 6), (-20, -12), (-24, -28), (-22, -37), (-12, -39.4), (12, -39.4), (24, -38.5), (40, -38.8),
    (46, -33), (40, -25),
    (27, -18), (20, -8), (19, 6), (0, 12),
)  # fmt: skip


# The same toes curled under: knuckles high, tips drawn back.
_TOES_CURLED = (
    (60, -38.7), (68, -37), (74, -39.5), (81, -37), (88, -39.4), (92, -35), (95, -27), (91, -19), (82, -15.5),
    (73, -16.5), (66, -20.4), (59, -28),
)  # fmt: skip
# The right foot from above, heel at (0, 0), toes up: its sole without toes, and each toe as (x, y, half-widths).
_FOOT_TOP = (
    (0, -4), (17, 0), (28, 13), (31, 34), (31, 62), (34, 92), (41, 118), (42, 134), (30, 143), (6, 149), (-22, 152),
    (-42, 146), (-45, 130), (-40, 108), (-31, 80), (-27, 52), (-28, 28), (-23, 8),
)  # fmt: skip
_TOES_TOP = ((-31, 161, 14, 23), (-9, 164, 9.5, 21), (8, 160, 9, 19), (23, 153, 8.5, 17), (36, 142, 8.5, 15))
_SHANK_TOP = tuple((cos(radians(a)) * 27, 44 + sin(radians(a)) * 31) for a in range(0, 360, 30))
# A dumbbell seen from its end, a weight whose handle goes round the foot, a ball, and a bag that lies on the knee.
_WEIGHT = tuple((cos(radians(a)) * 36, sin(radians(a)) * 36) for a in range(0, 360, 30))
_KETTLE = (
    (-13, 30), (13, 30), (17, 18), (16, -14), (30, -32), (37, -54), (29, -78), (12, -90), (-12, -90), (-29, -78),
    (-37, -54), (-30, -32), (-16, -14), (-17, 18),
)  # fmt: skip
_BALL = tuple((cos(radians(a)) * 40, sin(radians(a)) * 40) for a in range(0, 360, 30))
_BAG = ((-52, 0), (-40, -6), (40, -6), (52, 0), (50, 34), (38, 56), (0, 62), (-38, 56), (-50, 34))
_SHAPES = {
    "skull": _SKULL, "skull-rear": _SKULL_REAR, "shank-top": _SHANK_TOP, "foot-top": _FOOT_TOP, "weight": _WEIGHT,
    "kettle": _KETTLE, "bag": _BAG, "ball": _BALL,
}  # fmt: skip


def _cap(station: tuple[float, float, float], along: float, sign: int, flat: float) -> list[Point]:
    """Half ellipse of the joint's own width, so that two segments meet without a corner at any bend."""
    _, front, behind = station
    rise = (front + behind) / 2 * flat
    points = []
    for degrees in (30, 60, 90, 120, 150):
        across = (front if cos(radians(degrees)) > 0 else behind) * cos(radians(degrees))
        points.append((across, along + sign * rise * sin(radians(degrees))))
    return points


def _limb(name: str) -> Outline:
    rows, base = _STATIONS[name], name.removesuffix("-rear")
    length = _LENGTHS[base] if base in _RISING else -_LENGTHS[base]
    flat, sign = (0.5 if base == "trunk" else 0.94), (1 if length > 0 else -1)
    front = [(width, length * t) for t, width, _ in rows]
    behind = [(-width, length * t) for t, _, width in rows]
    last, first = _cap(rows[-1], length, sign, flat), _cap(rows[0], 0.0, -sign, flat)
    return tuple(front + last + behind[::-1] + first[::-1])


@cache
def outline(name: str) -> Outline:
    """Return the closed outline of a body part about its first joint.

    Parameters
    ----------
    name : str
        thigh, shank, foot, toes, trunk, neck, skull, upper-arm, forearm, hand, or one of these with `-rear`;
        foot-top, shank-top and toe-top-0 to -4 from above; weight, kettle, bag and ball, which are held;
        `-mirror` behind the name turns it left to right.

    Returns
    -------
    tuple of (float, float)
        Points in thousandths of stature. Toes have their joint at the origin.
    """
    if name.endswith("-mirror"):
        return tuple((-x, y) for x, y in outline(name.removesuffix("-mirror")))
    if name == "foot":
        return tuple((x * FOOT_SCALE, y * FOOT_SCALE) for x, y in _FOOT)
    if name == "foot-short":
        return tuple((x * FOOT_SCALE, y * FOOT_SCALE) for x, y in _FOOT_SHORT)
    if name == "toes":
        return tuple((x * FOOT_SCALE - TOE_JOINT[0], y * FOOT_SCALE - TOE_JOINT[1]) for x, y in _TOES)
    if name == "toes-curled":
        return tuple((x * FOOT_SCALE - TOE_JOINT[0], y * FOOT_SCALE - TOE_JOINT[1]) for x, y in _TOES_CURLED)
    if name == "foot-rear":
        return tuple((x * FOOT_SCALE, y * FOOT_SCALE) for x, y in _FOOT_REAR)
    if name.startswith("toe-top-"):
        x0, y0, half_x, half_y = _TOES_TOP[int(name[-1])]
        return tuple(
            (x0 + cos(radians(a)) * half_x, y0 + sin(radians(a)) * half_y) for a in range(0, 360, 45)
        )
    return _SHAPES[name] if name in _SHAPES else _limb(name)


def turned(point: Point, clockwise_deg: float) -> Point:
    """Return `point` turned clockwise (as a forward lean, a lifted heel) about the origin."""
    c, s = cos(radians(clockwise_deg)), sin(radians(clockwise_deg))
    return point[0] * c + point[1] * s, -point[0] * s + point[1] * c


def placed(name: str, at: Point, clockwise_deg: float, length_ratio: float = 1.0) -> Outline:
    """Return the outline of a part with its first joint at `at`, made shorter, then turned clockwise."""
    moved = (turned((x, y * length_ratio), clockwise_deg) for x, y in outline(name))
    return tuple((at[0] + x, at[1] + y) for x, y in moved)
