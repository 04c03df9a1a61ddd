"""Which instrument of the content a recorded number was made with: its method says, and the content must know it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from mortise.measure.results import Reading
from mortise.terms import Measure

# Method of `measure` without its version, to the ids that instruments of that kind have in the content. A method that
# is not here was never compared with what the content calls an instrument: its numbers are shown and not stored.
_OF_METHOD: dict[str, tuple[str, ...]] = {
    "foot-strapdown": ("foot_imu",),
    "foot-run": ("foot_imu",),
    "foot-shank": ("foot_imu", "foot_shank_imu"),
    "foot-shank-landing": ("foot_shank_imu",),
    "foot-tip": ("foot_imu",),
    "heel-lift": ("foot_imu",),
    "unloaded-range-foot_and_shank": ("foot_imu",),
    "position-matching-foot_and_shank": ("foot_imu",),
    "foot-sensor": ("foot_imu", "sensor", "mat", "recording", "recorded"),
    "trunk-wave": ("phone",),
    "trunk-sensor": ("phone",),
    "shin-inclination": ("phone",),
    "shin-lift": ("phone",),
    "sway-sensor": ("phone",),
    "hold-sensor": ("phone",),
    "sway-plate": ("plate",),
    "hold-plate": ("plate",),
    "plate-20n": ("plates", "recorded"),
    "impulse-momentum": ("plates",),
    "markers": ("markers",),
    "keypoints": ("markers",),
    "marker-run": ("markers",),
    "shin-markers": ("markers",),
    "shin-keypoints": ("markers",),
    "sway-markers": ("markers",),
    "heel-markers": ("markers",),
    "heel-keypoints": ("markers",),
    "heel-way": ("recorded",),
    "unloaded-range-markers": ("markers",),
    "unloaded-range-keypoints": ("markers",),
    "position-matching-markers": ("markers",),
    "position-matching-keypoints": ("markers",),
    "forefoot-markers": ("markers", "recorded"),
    "forefoot-keypoints": ("markers", "video", "mat", "recording", "recorded"),
    "landing-markers": ("markers", "plates"),
    "landing-keypoints": ("video", "plates"),
    "step-down-markers": ("markers",),
    "step-down-keypoints": ("video",),
}
# Made of the other numbers of the recording, and so with their instrument.
_MADE_OF_OTHERS = frozenset({"thirds", "landing-items"})


def instrument_of(reading: Reading, definition: Measure, others: Iterable[Reading]) -> str | None:
    """Return the instrument that `reading` was made with, or None when the content knows none of its kind.

    `others` are the readings of the same recording: a number made of them has their instrument, when they have one.
    """
    if not (math.isfinite(reading.value) and math.isfinite(reading.error)):
        return None
    method = _plain(reading.method)
    if method in _MADE_OF_OTHERS:
        methods = {_plain(one.method) for one in others} - _MADE_OF_OTHERS
        method = methods.pop() if len(methods) == 1 else ""
    kinds = [kind for kind in _OF_METHOD.get(method, ()) if _knows(definition, kind, method)]
    return kinds[0] if len(kinds) == 1 else None


def _knows(definition: Measure, kind: str, method: str) -> bool:
    """Whether the measure has this instrument; some have markers "or video", and some markers alone."""
    instrument = definition.instrument(kind)
    if instrument is None:
        return False
    is_video = method.endswith("keypoints")
    return not (is_video and kind == "markers") or "video" in instrument.label.lower()


def _plain(method: str) -> str:
    return method.split("/", 1)[0]
