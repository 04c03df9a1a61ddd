"""A made-up person of points, for the tests of measuring from markers and keypoints."""

from __future__ import annotations

import numpy as np

from mortise.measure.markers import Body, body_from
from mortise.measure.recording import Floats

# one side in metres: x forward, y to the left, z up; standing with the shin upright
_SPOTS = {
    "ANK": (0.0, 0.10, 0.08),
    "HEE": (-0.06, 0.09, 0.04),
    "TOE": (0.13, 0.10, 0.04),
    "KNE": (0.0, 0.11, 0.48),
}
_CENTRE = {"LASI": (0.1, 0.12, 0.95), "RASI": (0.1, -0.12, 0.95), "C7": (-0.05, 0.0, 1.45)}


def standing(n_frames: int = 200, rate_hz: float = 100.0, shank_deg: float = 0.0) -> dict[str, Floats]:
    """Return the points of somebody who stands, both shins leaning forward by `shank_deg` about the ankle."""
    lean = np.radians(shank_deg)
    found = {}
    for letter, sign in (("L", 1.0), ("R", -1.0)):
        for name, (x, y, z) in _SPOTS.items():
            if name == "KNE":
                x, z = 0.4 * np.sin(lean), 0.08 + 0.4 * np.cos(lean)
            found[letter + name] = np.tile([x, sign * y, z], (n_frames, 1))
    for name, place in _CENTRE.items():
        found[name] = np.tile(place, (n_frames, 1))
    return {name: np.array(values, dtype=float) for name, values in found.items()}


def body_of(points: dict[str, Floats], rate_hz: float = 100.0) -> Body:
    """Return the body of named points."""
    n_frames = len(next(iter(points.values())))
    return body_from(points.items(), np.arange(n_frames) / rate_hz, rate_hz)


def turned(points: dict[str, Floats], matrix: Floats) -> dict[str, Floats]:
    """Return the points in a frame that is turned."""
    return {name: values @ matrix.T for name, values in points.items()}
