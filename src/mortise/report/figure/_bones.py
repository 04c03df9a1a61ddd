"""Outlines for a joint diagram: bones in their skin, from the outer side, from behind, and at the knee.

Thousandths of stature. From the side and from behind the ankle is at (0, 0), toes to +x, shin upwards; at the knee its
joint line is at (0, 0). Shapes tell bones apart and measure nobody.
"""

from __future__ import annotations

from mortise.report.figure._outline import FOOT_SCALE, Outline, Point, placed, turned

# From the outer side, before scaling.
_SHANK_BONES: dict[str, Outline] = {
    "tibia": (
        (-9, 200), (10, 200), (8.5, 60), (10, 26), (13.5, 15), (12.5, 8), (7, 11.3), (0, 12.4), (-7, 11.3),
        (-11.5, 6.5), (-13, 15), (-10, 28), (-8.5, 60),
    ),
    "fibula": (
        (-8, 200), (-2.5, 200), (-3, 40), (-0.5, 16), (2.5, 2), (0, -10), (-5, -14), (-9.5, -7), (-9.5, 10), (-8.5, 40),
    ),
    "calf": (
        (-13, 188), (-28, 176), (-35, 150), (-34.5, 128), (-29, 104), (-21, 80), (-14, 52), (-12.5, 20), (-9, 20),
        (-8.5, 60), (-9, 188),
    ),
    "peroneals": ((-5, 192), (-13, 180), (-15, 140), (-12, 90), (-9, 40), (-5, 18), (-3, 40), (-1, 100), (2, 170)),
}  # fmt: skip
_FOOT_BONES: dict[str, Outline] = {
    "calcaneus": (
        (-14, -14.5), (-6, -17.5), (4, -15), (14, -17), (24.5, -18), (28.5, -24), (26, -31), (10, -30), (-10, -32.5),
        (-27, -35.5), (-36, -33), (-39, -26), (-35, -20), (-26, -16),
    ),
    "talus": (
        (-12, 1.5), (-8.5, 7), (-3, 9.8), (4, 9.6), (9.5, 6.5), (13, 0), (19, -3), (27, -4), (30, -10), (26, -15.5),
        (14, -14.5), (4, -12.5), (-6, -14.5), (-14, -11.5), (-15.5, -6),
    ),
    "midfoot": ((30, -3.5), (40, -7), (49, -13), (49, -21.5), (40, -21), (31, -18), (33, -10.5)),
    "cuboid": ((31, -20.5), (40, -23), (46, -26.5), (45, -33), (31, -31.5), (29, -26)),
    "metatarsals": ((50.5, -14), (70, -23.5), (77, -28), (76, -34.5), (69, -35.5), (58, -33), (47.5, -31), (47.5, -24)),
    "toes": ((79, -28.5), (98, -29.5), (105, -32), (103, -36), (80, -36)),
}  # fmt: skip
# From behind, outer side to +x, before scaling.
_REAR_BONES: dict[str, Outline] = {
    "tibia": (
        (-13, 160), (5, 160), (3, 50), (7, 18), (6.5, 11.5), (-12, 11.5), (-14, -5), (-18.5, -7), (-21, 2), (-19.5, 18),
        (-14, 50),
    ),
    "fibula": ((9, 160), (14, 160), (13, 40), (17.5, 8), (15.5, -12), (10.5, -13), (9, 4), (9, 40)),
    "talus": ((-11.5, 8.5), (6.5, 8.5), (8.5, -3), (6, -11.5), (-11, -11.5), (-14, -3)),
    "calcaneus": ((-12, -14.5), (7.5, -14.5), (12, -23), (11.5, -34), (3, -38), (-8, -37.5), (-14, -30), (-14.5, -21)),
}  # fmt: skip
_KNEE_BONES: dict[str, Outline] = {
    "femur": ((-14, 210), (14, 210), (14, 52), (23, 32), (27, 14), (18, 4), (-4, 3), (-22, 7), (-27, 22), (-18, 42)),
    "patella": ((33, 40), (39, 30), (38, 12), (32, 6), (30, 24)),
    "tibia": ((-25, -2), (25, -2), (24, -18), (16, -38), (12, -230), (-5, -230), (-7, -44), (-20, -22)),
    "fibula": (
        (-33, -20), (-24, -12), (-15, -20), (-14, -34), (-11, -60), (-9, -230), (-15, -230), (-19, -60), (-30, -40),
    ),
}  # fmt: skip
REAR_SCALE = 1.6  # a heel from behind is small; drawn larger it can be read

# A hand from the side of its thumb: wrist at (0, 0), fingers down, thumb to +x, and a piece of the forearm.
HAND: Outline = (
    (-17, 70), (-18, 0), (-24, -22), (-25, -48), (-21, -80), (-12, -97), (2, -100), (13, -90), (18, -64), (20, -44),
    (33, -50), (45, -64), (55, -63), (56, -51), (46, -33), (33, -12), (20, 4), (18, 70),
)  # fmt: skip


def _scaled(shape: Outline, ratio: float, turn_deg: float = 0.0) -> Outline:
    return tuple(turned((x * ratio, y * ratio), turn_deg) for x, y in shape)


def _side(bend_deg: float) -> tuple[tuple[Outline, ...], dict[str, Outline]]:
    skin = (
        placed("shank", (0, 246), 0.0),
        placed("foot", (0, 0), -bend_deg),
        placed("toes", turned((68 * FOOT_SCALE, -30 * FOOT_SCALE), -bend_deg), -bend_deg),
    )
    bones = {name: _scaled(shape, FOOT_SCALE, -bend_deg) for name, shape in _FOOT_BONES.items()}
    return skin, bones | {name: _scaled(shape, FOOT_SCALE) for name, shape in _SHANK_BONES.items()}


def _back(_bend_deg: float) -> tuple[tuple[Outline, ...], dict[str, Outline]]:
    ratio = REAR_SCALE / FOOT_SCALE
    skin = (
        _scaled(placed("shank-rear", (0, 246), 0.0), ratio),
        _scaled(placed("foot-rear", (0, 0), 0.0), ratio),
    )
    return skin, {name: _scaled(shape, REAR_SCALE) for name, shape in _REAR_BONES.items()}


def _knee(_bend_deg: float) -> tuple[tuple[Outline, ...], dict[str, Outline]]:
    return (placed("thigh", (0, 245), 0.0), placed("shank", (0, 0), 0.0)), dict(_KNEE_BONES)


_VIEWS = {"side": _side, "back": _back, "knee": _knee}
# What is drawn when nothing else is asked for; muscles and the outer bone only where they are the point.
USUAL = {
    "side": ("calcaneus", "cuboid", "midfoot", "metatarsals", "toes", "talus", "tibia"),
    "back": ("calcaneus", "talus", "tibia", "fibula"),
    "knee": ("fibula", "femur", "patella", "tibia"),
}


def anatomy(view: str, bend_deg: float) -> tuple[tuple[Outline, ...], dict[str, Outline]]:
    """Return the skin and the bones of a view, the foot bent up by `bend_deg` against the shin."""
    return _VIEWS[view](bend_deg)


def moved(shape: Outline, at: Point, turn_deg: float) -> Outline:
    """Return a shape turned clockwise about (0, 0) and then carried to `at`."""
    return tuple((at[0] + x, at[1] + y) for x, y in (turned(point, turn_deg) for point in shape))
