"""A body from markers or keypoints: which point is heel, toe, ankle, knee, hip, pelvis, left and right.

What a test needs is asked of the `Body`, never of a marker's name; so the same code measures from Plug-in Gait,
OpenCap, Rajagopal and the other usual sets, and from the keypoints of a video.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
from msgspec import Struct

from mortise.measure._labels import CLUSTERS, Role, role_of
from mortise.measure.laboratory import LabRecording
from mortise.measure.recording import Floats
from mortise.terms import Side

__all__ = ["SIDES", "Body", "Role", "body_from", "body_of_lab", "role_of"]

SIDES = (Side.LEFT, Side.RIGHT)
# A gap this short is bridged by a line: a joint of a person in motion bends its path by millimetres in that time.
BRIDGED_S = 0.1
Key = tuple[Side, Role]


class Body(Struct, frozen=True, kw_only=True, eq=False):
    """Points of a body over time.

    Attributes
    ----------
    time_s
        Seconds of each frame from the first, `(n_frames,)`.
    rate_hz
        Frames per second.
    points
        Side and spot to positions, `(n_frames, 3)`, or `(n_frames, 2)` for one camera; NaN where not seen. Metres for
        markers; for keypoints the unit is `unit`.
    clusters
        All markers of a segment (`shank`, `thigh`), several each.
    labels
        Side and spot to the name in the file.
    unit
        `m`, or `px` for keypoints in a picture.
    source
        `markers` lie on the skin, `keypoints` at the joints as a video shows them.
    flags
        What is odd about the points.
    """

    time_s: Floats
    rate_hz: float
    points: Mapping[Key, Floats]
    clusters: Mapping[Key, tuple[Floats, ...]]
    labels: Mapping[Key, str]
    unit: Literal["m", "px"]
    source: Literal["markers", "keypoints"]
    flags: tuple[str, ...] = ()

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.time_s)

    @property
    def n_axes(self) -> int:
        """Three in a room, two in a picture."""
        return next((each.shape[1] for each in self.points.values()), 3)

    def at(self, side: Side, *roles: Role) -> Floats | None:
        """Return the first of these spots that is there, None when none is."""
        return next((self.points[side, role] for role in roles if (side, role) in self.points), None)

    def middle(self, side: Side, first: Role, second: Role) -> Floats | None:
        """Return the middle between two spots, None unless both are there."""
        one, other = self.at(side, first), self.at(side, second)
        return None if one is None or other is None else 0.5 * (one + other)

    def heel(self, side: Side) -> Floats | None:
        """Return the heel."""
        return self.at(side, "heel")

    def forefoot(self, side: Side) -> Floats | None:
        """Return the front of the foot: toe, second metatarsal, middle of first and fifth, or one of them."""
        found = self.at(side, "toe", "met2")
        if found is None:
            found = self.middle(side, "met1", "met5")
        if found is None:
            found = self.middle(side, "hallux", "small_toe")
        return self.at(side, "hallux", "met1", "met5", "small_toe") if found is None else found

    def ankle(self, side: Side) -> Floats | None:
        """Return the ankle: the joint, the middle of the malleoli, or the lateral malleolus."""
        return self._joint(side, "ankle_centre", "ankle_medial", "ankle_lateral")

    def knee(self, side: Side) -> Floats | None:
        """Return the knee: the joint, the middle of the condyles, or the lateral one."""
        return self._joint(side, "knee_centre", "knee_medial", "knee_lateral")

    def hip(self, side: Side) -> Floats | None:
        """Return the hip: the joint, or the greater trochanter."""
        return self.at(side, "hip_centre", "trochanter")

    def shank(self, side: Side) -> tuple[Floats, Floats] | None:
        """Return ankle and knee of one kind (both joints, else both lateral): their line keeps to the shank."""
        for ankle, knee in (
            (self.at(side, "ankle_centre"), self.at(side, "knee_centre")),
            (
                self.middle(side, "ankle_medial", "ankle_lateral"),
                self.middle(side, "knee_medial", "knee_lateral"),
            ),
            (self.at(side, "ankle_lateral"), self.at(side, "knee_lateral")),
            (self.ankle(side), self.knee(side)),
        ):
            if ankle is not None and knee is not None:
                return ankle, knee
        return None

    def _joint(self, side: Side, centre: Role, medial: Role, lateral: Role) -> Floats | None:
        found = self.at(side, centre)
        if found is None:
            found = self.middle(side, medial, lateral)
        return self.at(side, lateral) if found is None else found

    def pelvis(self) -> Floats | None:
        """Return a point that moves with the pelvis: the middle of its markers, seen on both sides alike."""
        centre = self.at(Side.NONE, "pelvis_centre")
        if centre is not None:
            return centre
        pairs = [self._pair(role) for role in ("asis", "psis", "hip_centre", "trochanter")]
        found = [each for each in pairs if each is not None]
        sacrum = self.at(Side.NONE, "sacrum")
        if sacrum is not None and len(found) < 2:
            found.append(sacrum)
        if not found:
            return None
        middle: Floats = np.mean(found[:2], axis=0)
        return middle

    def trunk(self) -> Floats | None:
        """Return a point at the top of the trunk: neck, sternum, or the middle of the shoulders."""
        found = self.at(Side.NONE, "neck", "sternum")
        found = self._pair("shoulder") if found is None else found
        return self._pair("sternum") if found is None else found

    def _pair(self, role: Role) -> Floats | None:
        left, right = self.at(Side.LEFT, role), self.at(Side.RIGHT, role)
        return None if left is None or right is None else 0.5 * (left + right)

    def across(self) -> Floats | None:
        """Return the line from the left to the right side of the pelvis (else of the shoulders)."""
        for role in ("asis", "hip_centre", "psis", "trochanter", "shoulder"):
            left, right = self.at(Side.LEFT, role), self.at(Side.RIGHT, role)
            if left is not None and right is not None:
                return right - left
        return None

    def missing(self, side: Side, *spots: str) -> tuple[str, ...]:
        """Return which of `heel`, `forefoot`, `ankle`, `knee`, `hip` are not there for a side."""
        ask = {
            "heel": self.heel,
            "forefoot": self.forefoot,
            "ankle": self.ankle,
            "knee": self.knee,
            "hip": self.hip,
        }
        return tuple(spot for spot in spots if ask[spot](side) is None)


def body_of_lab(recording: LabRecording) -> Body:
    """Return the body that the markers of a laboratory recording show."""
    return body_from(
        ((marker.label, marker.points_m) for marker in recording.markers),
        recording.time_s,
        recording.info.point_rate_hz,
    )


def body_from(
    named: Iterable[tuple[str, Floats]],
    time_s: Floats,
    rate_hz: float,
    *,
    is_keypoint: bool = False,
    unit: Literal["m", "px"] = "m",
) -> Body:
    """Return the body that named points show.

    Parameters
    ----------
    named
        Names and positions, `(n_frames, 2)` or `(n_frames, 3)`; NaN where not seen.
    time_s
        Seconds of each frame.
    rate_hz
        Frames per second.
    is_keypoint
        Whether the points come from video.
    unit
        Of the positions.

    Returns
    -------
    Body
        The points whose names are known. Gaps of up to 0.1 s are bridged by lines, longer ones stay. A point that is
        never seen is not there. Where two names mean one spot the first in the file counts.
    """
    points: dict[Key, Floats] = {}
    labels: dict[Key, str] = {}
    clusters: dict[Key, list[Floats]] = {}
    for label, values in named:
        key = role_of(label, is_keypoint=is_keypoint)
        if key is None or not np.isfinite(values).any():
            continue
        bridged = bridge(values, BRIDGED_S * rate_hz)
        if key[1] in CLUSTERS:
            clusters.setdefault(key, []).append(bridged)
        elif key not in points:
            points[key], labels[key] = bridged, label
    return Body(
        time_s=time_s,
        rate_hz=rate_hz,
        points=points,
        clusters={key: tuple(values) for key, values in clusters.items()},
        labels=labels,
        unit=unit,
        source="keypoints" if is_keypoint else "markers",
        flags=_swapped(points),
    )


def bridge(values: Floats, longest: float) -> Floats:
    """Return `values` with gaps of up to `longest` frames filled by straight lines; ends are not made up."""
    is_lost: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.any(~np.isfinite(values), axis=1)
    if not is_lost.any() or is_lost.all():
        return values
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_lost, [False]]).astype(int))).reshape(-1, 2)
    filled = np.where(is_lost[:, None], np.nan, values)
    seen = np.flatnonzero(~is_lost)
    for first, end in edges.tolist():
        if first > 0 and end < len(values) and end - first <= longest:
            for axis in range(values.shape[1]):
                filled[first:end, axis] = np.interp(np.arange(first, end), seen, values[seen, axis])
    return filled


def _swapped(points: Mapping[Key, Floats]) -> tuple[str, ...]:
    """Flag a body whose pelvis and feet disagree about left and right.

    The line from left to right runs the same way at pelvis and ankles or heels, over most of any recording.
    """
    lines = []
    for roles in (
        ("asis", "hip_centre", "psis", "trochanter"),
        ("ankle_lateral", "ankle_centre", "heel"),
    ):
        for role in roles:
            left, right = points.get((Side.LEFT, role)), points.get((Side.RIGHT, role))
            if left is not None and right is not None:
                lines.append(right - left)
                break
    # in a picture the sides lie behind each other, or mirrored when seen from behind: it does not tell
    if len(lines) < 2 or lines[0].shape[1] != 3:
        return ()
    agree = np.einsum("ij,ij->i", lines[0], lines[1])
    agree = agree[np.isfinite(agree)]
    return ("sides_contradict",) if len(agree) and float(np.median(agree)) < 0 else ()
