"""Which part of the body each number of a pose program means, under one set of names."""

from __future__ import annotations

import re


def _sided(side: str, *parts: str) -> tuple[str, ...]:
    return tuple(f"{side}_{part}" for part in parts)


# The layouts are those that the programs document.
BODY_25: tuple[str, ...] = (
    "nose",
    "neck",
    *_sided("right", "shoulder", "elbow", "wrist"),
    *_sided("left", "shoulder", "elbow", "wrist"),
    "mid_hip",
    *_sided("right", "hip", "knee", "ankle"),
    *_sided("left", "hip", "knee", "ankle"),
    "right_eye",
    "left_eye",
    "right_ear",
    "left_ear",
    *_sided("left", "big_toe", "small_toe", "heel"),
    *_sided("right", "big_toe", "small_toe", "heel"),
)
COCO_18: tuple[str, ...] = (
    "nose",
    "neck",
    *_sided("right", "shoulder", "elbow", "wrist"),
    *_sided("left", "shoulder", "elbow", "wrist"),
    *_sided("right", "hip", "knee", "ankle"),
    *_sided("left", "hip", "knee", "ankle"),
    "right_eye",
    "left_eye",
    "right_ear",
    "left_ear",
)
BLAZE: tuple[str, ...] = (
    "nose",
    *_sided("left", "eye_inner", "eye", "eye_outer"),
    *_sided("right", "eye_inner", "eye", "eye_outer"),
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    *(
        f"{side}_{part}"
        for part in (
            "shoulder",
            "elbow",
            "wrist",
            "pinky",
            "index",
            "thumb",
            "hip",
            "knee",
            "ankle",
            "heel",
            "toe",
        )
        for side in ("left", "right")
    ),
)


def canonical(name: str) -> str:
    """Return the one name of a part: `LEFT_FOOT_INDEX`, `leftFootIndex` and `LToe` are `left_toe`."""
    text = re.sub(r"([a-z])([A-Z])", r"\1_\2", name)
    text = re.sub(r"^([LR])([A-Z][a-z])", r"\1_\2", text).lower()
    text = re.sub(r"[\s.\-]+", "_", text).strip("_")[:40]
    match = re.match(r"^(l|r|left|right)_(.+)$", text) or re.match(r"^()(.+)_(left|right)$", text)
    if match is None:
        return text
    side, part = (match[1], match[2]) if match[1] else (match[3], match[2])
    side = {"l": "left", "r": "right"}.get(side, side)
    part = {"foot_index": "toe", "bigtoe": "big_toe", "smalltoe": "small_toe", "foot": "toe"}.get(part, part)
    return f"mouth_{side}" if part == "mouth" else f"{side}_{part}"
