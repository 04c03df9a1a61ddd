"""Gait from markers, with or without force plates, and from the keypoints of a video."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec
import numpy as np

from mortise.errors import SignalError
from mortise.measure._both_feet import with_steps_of
from mortise.measure._bouts import join_bouts
from mortise.measure._gait_method import (
    Method,
    pair_readings,
    reading_of,
    sided_readings,
    stair_readings,
    steady,
)
from mortise.measure._marker_events import FootMoments, foot_moments
from mortise.measure._marker_strides import FootTrack, strides_from, timed_by_plates, whole_stances
from mortise.measure._stance import LegAngles, stance_curves, stance_readings, stances_of
from mortise.measure._terrain import with_terrain
from mortise.measure.axes import Axes, axes_of, foot_length, view_of
from mortise.measure.contacts import PlateContact, plate_contacts
from mortise.measure.laboratory import LabRecording
from mortise.measure.markers import SIDES, Body, body_from, body_of_lab
from mortise.measure.materials import Materials
from mortise.measure.pose import PoseRecording
from mortise.measure.recording import Floats
from mortise.measure.results import Curve, Event, GaitResult, Reading, Refused, Stride
from mortise.measure.segments import AnkleAngles, ankle_angles, between_deg
from mortise.terms import Side

# By how much means may be off for good: times against plates of five laboratories, angles against the joint angles that
# laboratories stored, lengths by the placing of markers (docs/reference/validation).
MARKERS = Method(
    name="markers/1",
    least=1,
    floors={
        "stride_length_m": 0.01,
        "stride_time_s": 0.008,
        "stance_time_s": 0.012,
        "swing_time_s": 0.012,
        "step_time_s": 0.01,
        "step_length_m": 0.01,
        "step_width_cm": 1.0,
        "stance_ratio": 0.012,
        "strike_angle_deg": 2.0,
        "toe_off_angle_deg": 3.0,
        "heel_clearance_cm": 0.5,
        "toe_clearance_cm": 0.5,
        "toe_drag_ratio": 0.5,
        "heel_contact_ratio": 0.02,
        "double_support_ratio": 0.02,
        "gait_speed_m_s": 0.01,
        "cadence_spm": 0.8,
        "step_time_asymmetry_ratio": 0.02,
        "stance_time_asymmetry_ratio": 0.02,
        "swing_time_asymmetry_ratio": 0.03,
        "step_length_asymmetry_ratio": 0.03,
        "stride_time_cv_pct": 0.8,
        "stride_length_cv_pct": 0.8,
        "stairs_up_rise_cm": 0.5,
        "stairs_down_rise_cm": 0.5,
        "stairs_up_stride_time_s": 0.01,
        "stairs_down_stride_time_s": 0.01,
        "stance_dorsiflexion_deg": 3.0,
        "stance_dorsiflexion_pct": 2.0,
        "tibial_progression_deg": 2.0,
        "shin_upright_pct": 2.0,
        "ankle_knee_lag_pct": 3.0,
    },
)
# A video's points shake by one or two centimetres, its frames are 30 to 60 a second, and one camera measures lengths by
# the foot it sees.
_VIDEO_FLOORS = {
    "stride_length_m": 0.10,
    "stride_time_s": 0.02,
    "stance_time_s": 0.04,
    "swing_time_s": 0.04,
    "step_time_s": 0.03,
    "step_length_m": 0.06,
    "stance_ratio": 0.04,
    "strike_angle_deg": 6.0,
    "toe_off_angle_deg": 8.0,
    "gait_speed_m_s": 0.10,
    "cadence_spm": 2.0,
    "double_support_ratio": 0.06,
    "step_time_asymmetry_ratio": 0.05,
    "stance_time_asymmetry_ratio": 0.05,
    "swing_time_asymmetry_ratio": 0.06,
    "step_length_asymmetry_ratio": 0.08,
    "stance_dorsiflexion_deg": 6.0,
    "stance_dorsiflexion_pct": 5.0,
    "tibial_progression_deg": 4.0,
    "shin_upright_pct": 4.0,
    "ankle_knee_lag_pct": 6.0,
}
VIDEO = Method(name="keypoints/1", least=1, floors=_VIDEO_FLOORS)
# Heel to big toe of an adult, metres: the scale of a picture without one.
_FOOT_M = 0.25
_FEW = 3


def marker_gait(materials: Materials) -> GaitResult:
    """Measure gait from markers or keypoints.

    Parameters
    ----------
    materials
        One recording with markers, or keypoints of a video from the side; force plates of the same trial if there are.

    Returns
    -------
    GaitResult
        Whole strides, readings, what was refused, and curves to draw.

    Raises
    ------
    SignalError
        When no foot is seen to walk, with what is missing.

    Notes
    -----
    1. Which point is heel, toe, ankle or knee: `body_of_lab`; up and forward: `axes_of`.
    2. Foot strike and foot off from the speed of heel and toe over the floor (`foot_moments`); where a whole stance
       lies on a plate, its crossings of 20 N take their place.
    3. Angles of foot, ankle and shin: `ankle_angles`, zero in the flat foot; the knee's from hip, knee and ankle.
    4. Laboratories see few strides: one is enough for a reading, flagged `few_strides` below three.

    Data needs: heel and forefoot (else ankle) of a foot through one stride, 50 Hz or more. A picture must be from the
    side; its lengths are scaled by a foot of 25 cm and flagged.
    """
    tracks = find_tracks(materials)
    return _result(materials, tracks)


def find_tracks(materials: Materials) -> list[FootTrack]:
    """Return what is known of each foot that is seen to walk or run; refuse when none is."""
    body, plates_from = _body(materials)
    view = view_of(body)
    if view == "front":
        raise SignalError(
            "the picture is from the front: how feet move forward cannot be seen.",
            mend="Film from the side, at right angles to the way walked.",
        )
    try:
        axes = axes_of(body, [plate for lab in plates_from for plate in lab.plates])
    except SignalError as error:
        raise SignalError(
            "a walk cannot be measured from these points: they do not show which way is up.",
            where=materials.described(),
            mend=error.mend,
        ) from None
    contacts = [each for lab in plates_from for plate in lab.plates for each in plate_contacts(plate)]
    scale_m = 1.0 if body.unit == "m" else (materials.foot_length_m or _FOOT_M) / foot_length(body)
    if not np.isfinite(scale_m):
        raise SignalError(
            "the picture has no scale: heel and toe are not seen.", mend="Keep the feet in the picture."
        )
    tracks = _tracks(body, axes, contacts, scale_m)
    if not tracks:
        raise SignalError(
            "no foot is seen to walk.",
            mend="Label heel and toe (or the ankle) of a foot, and record at least one whole stride.",
        )
    return tracks


def _body(materials: Materials) -> tuple[Body, Sequence[LabRecording]]:
    with_markers = [lab for lab in materials.labs if lab.markers]
    if with_markers:
        return body_of_lab(with_markers[0]), materials.labs
    if materials.poses:
        return body_of_pose(materials.poses[0]), ()
    raise SignalError(
        "a walk does not show in what was given: no sensor, no markers and no video is there.",
        where=materials.described(),
        mend="Give the file with the markers.",
    )


def body_of_pose(pose: PoseRecording) -> Body:
    """Return the body that keypoints show; shares of a picture of unknown size count as those of a square one."""
    size = np.ones(2)
    if pose.info.unit == "image":
        size = np.array([pose.info.width_px or 1.0, pose.info.height_px or 1.0])
    named = [
        (label, points * size if pose.info.unit == "image" and points.shape[1] == 2 else points)
        for label, points in pose.keypoints.items()
    ]
    return body_from(
        named,
        pose.time_s,
        pose.info.rate_hz,
        is_keypoint=True,
        unit="m" if pose.info.unit == "m" else "px",
    )


def _tracks(body: Body, axes: Axes, contacts: Sequence[PlateContact], scale_m: float) -> list[FootTrack]:
    found = []
    for side in SIDES:
        moments = foot_moments(body, side, axes)
        if moments is None:
            continue
        moments, _ = timed_by_plates(moments, contacts)
        found.append(
            FootTrack(
                body=body,
                axes=axes,
                side=side,
                moments=moments,
                angles=ankle_angles(body, side, axes),
                scale_m=scale_m,
            )
        )
    return found


def _result(materials: Materials, tracks: list[FootTrack]) -> GaitResult:
    per_foot = [strides_from(track) for track in tracks]
    bouts, per_foot = join_bouts(per_foot)
    if len(per_foot) == 2:
        per_foot = [
            with_steps_of(own, _seen(other.moments.strike_s), _seen(other.moments.off_s))
            for own, other in zip(per_foot, reversed(tracks), strict=True)
        ]
    per_foot = with_terrain(per_foot)
    body = tracks[0].body
    method = MARKERS if body.source == "markers" else VIDEO
    if body.source == "keypoints" and body.unit == "m":
        method = msgspec.structs.replace(VIDEO, floors={**MARKERS.floors, **VIDEO.floors})
    quality = _quality(tracks, per_foot)
    readings: list[Reading] = []
    curves: list[Curve] = []
    refused: list[Refused] = []
    for track, strides in zip(tracks, per_foot, strict=True):
        used = steady(strides)
        leg = _leg(track)
        # where no whole stride was seen, whole stances still show the ankle
        stances = stances_of(used) if strides else whole_stances(track.moments)
        readings += stance_readings(method, leg, stances, quality)
        if used:
            readings += sided_readings(method, track.side, used, quality)
            curves += stance_curves(leg, used)
        refused += _refused(track, used)
    readings += _whole(method, per_foot, quality)
    return GaitResult(
        recording=materials.recording_set(),
        readings=tuple(readings),
        strides=tuple(
            sorted((s for each in per_foot for s in each), key=lambda s: (s.foot_strike_s, s.side))
        ),
        bouts=bouts,
        n_strides_missing=_n_missing([track.moments for track in tracks]),
        refused=tuple(refused),
        curves=tuple(curves),
        events=tuple(_events(tracks)),
    )


def _seen(moments: Floats) -> Floats:
    """Return the moments that lie in the recording, in order."""
    found: Floats = np.sort(moments[np.isfinite(moments)])
    return found


def _events(tracks: list[FootTrack]) -> list[Event]:
    """Return every foot strike and foot off in order of time, whether it belongs to a whole stride or not."""
    found = [
        Event(name=name, side=track.side, time_s=round(float(moment), 4))
        for track in tracks
        for name, moments in (("foot_strike", track.moments.strike_s), ("foot_off", track.moments.off_s))
        for moment in moments
        if np.isfinite(moment)
    ]
    return sorted(found, key=lambda event: event.time_s)


def _leg(track: FootTrack) -> LegAngles:
    angles: AnkleAngles | None = track.angles
    hip, shank = track.body.hip(track.side), track.body.shank(track.side)
    knee: Floats | None = None
    if hip is not None and shank is not None:
        knee = between_deg(hip - shank[1], shank[1] - shank[0])
    is_flat = angles is not None and angles.flat_deg is not None
    return LegAngles(
        side=track.side,
        rate_hz=track.body.rate_hz,
        dorsiflexion_deg=angles.dorsiflexion_deg if angles is not None and is_flat else None,
        shin_deg=angles.shank_deg if angles is not None else None,
        knee_deg=knee,
    )


def _whole(method: Method, per_foot: list[list[Stride]], quality: tuple[str, ...]) -> list[Reading]:
    found = stair_readings(method, [s for each in per_foot for s in each], quality)
    used = [steady(strides) for strides in per_foot]
    every = list(itertools.chain(*used))
    if not every:
        return found
    found += [
        reading_of(method, "gait_speed_m_s", Side.NONE, [s.speed_m_s for s in every], "m_s", quality),
        reading_of(
            method, "cadence_spm", Side.NONE, [120.0 / s.stride_time_s for s in every], "spm", quality
        ),
    ]
    return found + (pair_readings(method, used, quality) if len(used) == 2 else [])


def _quality(tracks: list[FootTrack], per_foot: list[list[Stride]]) -> tuple[str, ...]:
    body = tracks[0].body
    flags = [*body.flags, *tracks[0].axes.flags]
    if len(tracks) == 1:
        flags.append("one_foot")
    if min(len(steady(strides)) for strides in per_foot) < _FEW:
        flags.append("few_strides")
    if body.unit == "px":
        flags.append("scale_from_foot_length")
    if body.rate_hz < 50.0:
        flags.append("low_rate")
    if view_of(body) == "unclear":
        flags.append("view_unclear")
    if any(track.moments.belt_speed > 0.0 for track in tracks):
        flags.append("treadmill")
    return tuple(dict.fromkeys(flags))


def _n_missing(moments: list[FootMoments]) -> int:
    """Return how many strides are believed missing: those of one foot that the other's strikes ask for."""
    if len(moments) < 2:
        return 0
    n = 0
    for own, other in itertools.permutations(moments, 2):
        strikes = other.strike_s[np.isfinite(other.strike_s)]
        mine = own.strike_s[np.isfinite(own.strike_s)]
        if len(mine) < 2:
            continue
        usual = float(np.median(np.diff(mine)))
        for a, b in itertools.pairwise(mine.tolist()):
            n += b - a < 1.5 * usual and not np.any((strikes > a) & (strikes < b))
    return int(n)


def _refused(track: FootTrack, used: list[Stride]) -> list[Refused]:
    found = []
    if not used:
        found.append(
            Refused(
                what="readings",
                reason="no whole straight stride is in the recording",
                side=track.side,
                mend="Record from one strike of a foot to its next at least.",
            )
        )
    if track.angles is None:
        missing = track.body.missing(track.side, "heel", "forefoot", "ankle", "knee")
        found.append(
            Refused(
                what="ankle angle through stance",
                reason=f"not labelled: {', '.join(missing)}",
                side=track.side,
                mend="Label them, or name them in the usual way.",
            )
        )
    elif track.angles.flat_deg is None:
        found.append(
            Refused(
                what="angles of foot and ankle",
                reason="the foot was never seen flat, so their zero is not known",
                side=track.side,
                mend="Record a whole stance.",
            )
        )
    if track.body.hip(track.side) is None:
        found.append(
            Refused(
                what="ankle-knee timing",
                reason="the hip is not labelled, so the knee's angle is not known",
                side=track.side,
                mend="Label the hip or the greater trochanter.",
            )
        )
    return found
