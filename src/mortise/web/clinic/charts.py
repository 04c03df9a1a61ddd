"""Body and foot charts to tap: regions with their names, and our own drawings of a right side; the left is mirrored."""

from __future__ import annotations

from typing import NamedTuple

SECTION = "symptoms"  # the part of the assessment that shows them
PREFIX = "chart_"  # begins the id of the sign that a tapped region becomes
HERE = "here"  # its one level: it hurts here


class Region(NamedTuple):
    """One place to tap. `main` is the answer of "Where it hurts" that it stands for, where there is one."""

    id: str
    label: str
    main: str = ""


class Shape(NamedTuple):
    """A region as drawn in one view."""

    region: str
    path: str


class View(NamedTuple):
    """One drawing, 120 by 120, of a right side."""

    id: str
    title: str
    outline: str
    lines: str
    shapes: tuple[Shape, ...]


REGIONS = (
    Region("front", "Front of the ankle", "front"),
    Region("front_inner", "Front, inner side", "front_inner"),
    Region("front_outer", "Front, outer side", "front_outer"),
    Region("behind", "Behind the ankle", "behind"),
    Region("below_outer", "Below the outer ankle bone", "outer"),
    Region("below_inner", "Below the inner ankle bone"),
    Region("calf", "Calf", "calf"),
    Region("shin", "Shin"),
    Region("heel", "Heel"),
    Region("arch", "Arch"),
    Region("top", "Top of the foot"),
    Region("toes", "Forefoot and toes"),
    Region("knee", "Knee"),
    Region("thigh", "Thigh"),
    Region("hip", "Hip and groin"),
    Region("back", "Lower back"),
)

_SIDE = (
    "M66 4 L96 4 C97 24 93 40 95 54 C97 66 108 78 108 92 C108 103 101 108 92 108 L22 108 C12 108 7 102 10 96 "
    "C15 89 32 86 46 78 C58 71 66 62 67 48 C68 34 65 18 66 4 Z"
)
_SIDE_SHAPES = (
    Shape("shin", "M66 4 L79 4 C80 18 79 32 78 44 L67 44 C68 30 65 18 66 4 Z"),
    Shape("calf", "M82 4 L96 4 C97 20 94 32 94 44 L81 44 C82 30 83 18 82 4 Z"),
    Shape("front", "M66 50 C65 60 61 67 54 73 L66 78 C72 70 75 60 75 50 Z"),
    Shape("behind", "M90 50 L95 52 C97 62 102 68 105 76 L94 78 C91 68 90 58 90 50 Z"),
    Shape("heel", "M92 82 L106 80 C109 88 109 100 102 105 C98 108 92 108 86 108 L84 94 Z"),
    Shape("top", "M51 76 C42 82 32 86 24 89 L36 97 C48 94 56 88 63 82 Z"),
    Shape("toes", "M22 90 C14 92 9 96 10 101 C11 106 16 108 22 108 L34 108 L32 98 Z"),
)
_OUTER = View(
    "outer", "From the outer side", _SIDE, "M84 58 a6 8 0 1 0 .1 0",
    (*_SIDE_SHAPES, Shape("below_outer", "M72 78 C78 74 88 74 92 79 L82 92 C74 92 68 88 66 84 Z")),
)  # fmt: skip
_INNER = View(
    "inner", "From the inner side", _SIDE, "M82 55 a6 7 0 1 0 .1 0",
    (
        *_SIDE_SHAPES,
        Shape("below_inner", "M70 76 C78 72 88 72 92 78 L82 90 C74 90 68 87 66 82 Z"),
        Shape("arch", "M38 98 C50 95 62 90 70 91 C78 93 82 98 82 108 L38 108 Z"),
    ),
)  # fmt: skip
_FRONT = View(
    "front", "From the front",
    "M46 4 L76 4 C77 26 74 44 77 56 C80 64 82 70 82 78 C84 90 90 98 86 107 C80 114 46 115 38 108 C33 100 40 90 41 78 "
    "C41 68 44 62 46 52 C49 38 45 22 46 4 Z",
    "M44 98 L46 108 M54 99 L55 111 M64 99 L65 111 M74 98 L75 109",
    (
        Shape("shin", "M48 6 L74 6 C75 22 73 34 74 44 L49 44 C50 32 47 20 48 6 Z"),
        Shape("front_outer", "M46 52 L55 52 L55 74 L42 74 C42 66 45 60 46 52 Z"),
        Shape("front", "M57 52 L67 52 L68 74 L57 74 Z"),
        Shape("front_inner", "M69 52 L76 52 C79 62 81 68 81 74 L70 74 Z"),
        Shape("top", "M42 78 L81 78 C82 84 84 88 85 92 L40 92 C41 88 42 84 42 78 Z"),
        Shape("toes", "M39 95 L86 95 C89 100 88 105 84 108 C76 113 48 113 40 107 C36 103 37 99 39 95 Z"),
    ),
)  # fmt: skip
_LEG = View(
    "leg", "Leg and back",
    "M40 4 L84 4 C86 16 92 22 92 34 C92 54 86 66 84 78 C83 90 84 102 80 116 L60 116 C58 100 60 90 58 78 C56 62 50 54 "
    "46 42 C42 32 40 18 40 4 Z",
    "",
    (
        Shape("back", "M42 5 L82 5 C83 10 85 14 87 18 L43 18 C42 14 42 10 42 5 Z"),
        Shape("hip", "M44 21 L89 21 C92 28 92 34 91 40 L48 40 C45 34 44 28 44 21 Z"),
        Shape("thigh", "M49 43 L91 43 C90 54 86 64 84 74 L58 74 C56 62 52 54 49 43 Z"),
        Shape("knee", "M58 77 L84 77 C83 84 83 90 83 96 L59 96 C59 90 59 84 58 77 Z"),
    ),
)  # fmt: skip
VIEWS = (_FRONT, _OUTER, _INNER, _LEG)


def sign_of(region: str) -> str:
    """Return the id of the sign that a tapped region becomes."""
    return f"{PREFIX}{region}"
