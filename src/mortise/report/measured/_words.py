"""Words of a measured recording: tests, curves, flags."""

from __future__ import annotations

from mortise.measure.flags import flag_words
from mortise.measure.verdict import plural
from mortise.units import SYMBOLS

__all__ = ["CURVES", "TESTS", "curve_words", "flag_words", "plain", "plural", "symbol", "unit_of_name"]

TESTS = {
    "gait": "Walk",
    "lunge": "Weight-bearing lunge",
    "range": "Range of motion",
    "heel-rise": "Heel rises",
    "hop": "Hops",
    "jump": "Jumps",
    "landing": "Landings",
    "step-down": "Step-downs",
    "balance": "Balance",
    "position": "Joint-position matching",
    "run": "Run",
}
CURVES = {
    "foot_pitch": ("Foot to the floor", "toes up is positive"),
    "shin_angle": ("Shin over the foot", "forward lean is positive"),
    "lunge_angle": ("Shin angle", "forward lean is positive"),
    "ankle_angle": ("Ankle", "dorsiflexion is positive"),
    "foot_height": ("Foot above the floor", ""),
}


def plain(name: str, unit: str) -> str:
    """Return a name without its unit, as words: `height_cm` is "height"."""
    return name.removesuffix(f"_{unit}").replace("_", " ")


def unit_of_name(name: str) -> tuple[str, str]:
    """Return the words and the unit of a name that carries its unit, such as `contact_time_s`."""
    for unit in sorted(SYMBOLS, key=len, reverse=True):
        if unit and name.endswith(f"_{unit}"):
            return name.removesuffix(f"_{unit}").replace("_", " "), unit
    return name.removeprefix("n_").replace("_", " "), ""


def symbol(unit: str) -> str:
    """Return the symbol of a unit."""
    return SYMBOLS.get(unit, "m/s²" if unit == "m_s2" else unit)


def curve_words(name: str, unit: str) -> tuple[str, str]:
    """Return title and direction of a curve."""
    bare = name.removesuffix("_trace").removesuffix(f"_{unit}").removesuffix("_trace")
    title, way = CURVES.get(bare, (bare.replace("_", " ").capitalize(), ""))
    return title, f"{way}, {symbol(unit)}" if way else symbol(unit)
