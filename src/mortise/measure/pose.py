"""Pose keypoints of one camera: where joints were seen in each frame, and how sure the program was."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mortise.measure.recording import Floats, Won

# `px` counts pixels, `image` is a share of the picture's width and height, `m` is metres about the hips.
PoseUnit = Literal["px", "image", "m"]

# Labels are these words whatever program wrote the file; a side comes first: `left_ankle`.
POSE_PARTS: tuple[str, ...] = (
    "shoulder",
    "elbow",
    "wrist",
    "hip",
    "knee",
    "ankle",
    "heel",
    "big_toe",
    "small_toe",
    "toe",
)


class PoseInfo(Struct, frozen=True, kw_only=True):
    """What is known of pose keypoints apart from the points themselves.

    `axes` is `right_down` for pictures (x to the right, y downwards) and `right_down_back` for MediaPipe's metric
    points (z away from the camera). `n_people` counts the most people seen in one frame; one of them is kept.
    """

    file: str
    sha256: str
    format: str
    rate_hz: float
    n_frames: int
    duration_s: float
    unit: PoseUnit
    axes: Literal["right_down", "right_down_back"] = "right_down"
    width_px: float | None = None
    height_px: float | None = None
    n_people: int = 1
    rate_from: Won = "assumed"
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class PoseRecording(Struct, frozen=True, kw_only=True, eq=False):
    """Keypoints of one person over time.

    Attributes
    ----------
    info
        What the file says about itself and where each fact came from.
    time_s
        Seconds of each frame from the first, `(n_frames,)`.
    keypoints
        Label to points `(n_frames, 2)` or `(n_frames, 3)`; NaN where the part was not seen.
    confidence
        Label to the program's own confidence, 0 to 1, `(n_frames,)`; 0 where the part was not seen.
    """

    info: PoseInfo
    time_s: Floats
    keypoints: dict[str, Floats]
    confidence: dict[str, Floats]
