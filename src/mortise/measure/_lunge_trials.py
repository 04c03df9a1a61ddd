"""The lunges in the inclination of a shin, whatever showed it: found, bordered, and held to the rules of the test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure._sensor_segment import Flags
from mortise.measure.orientation import turning_deg_s, ups
from mortise.measure.recording import Floats
from mortise.measure.results import LungeTrial, Refused
from mortise.measure.signals import Motion, turning_points, window_mean
from mortise.terms import Side

# Less than this is swaying, not a lunge; the stiffest ankles of the evidence still reach twenty.
LEAST_LUNGE_DEG = 12.0
# Standing still and holding: slower than this. Sway of quiet standing stays below three degrees a second.
_STILL_DEG_S = 6.0
_STILL_S = 0.5
# A hold is time within this of the deepest angle; a person holding against the wall wavers by about a degree.
_HOLD_BAND_DEG = 2.0
_SHORTEST_HOLD_S = 0.5
_FASTEST_DEG_S = 90.0
# Beyond these the number no longer means what the test means.
_OUT_OF_PLANE_DEG = 12.0
RETURN_DEG = 6.0
SMOOTH_S = 0.1
# The heel stays down. A sensor on the foot tips by this when the heel stands 1.6 cm high; pronation tips it by less.
_HEEL_DEG = 5.0


class Shin(Struct, frozen=True, kw_only=True, eq=False):
    """The shin's inclination from standing, in the plane of the lunge and across it, and how fast it changes.

    `is_lost` marks missing samples; `heel_deg` is the tip of the foot from standing, `heel_cm` the heel's height over
    standing, each where something shows it.
    """

    rate_hz: float
    angle_deg: Floats
    across_deg: Floats
    speed_deg_s: Floats
    is_lost: Flags
    heel_deg: Floats | None = None
    heel_cm: Floats | None = None
    most_heel_cm: float = 1.0


def shin_of_sensor(motion: Motion, file: str) -> Shin:
    """Return the inclination of the shin from standing, as a sensor on it shows it."""
    rate = motion.rate_hz
    speed = window_mean(turning_deg_s(motion), 0.2 * rate)
    angle, across = lean_from(motion, *first_still(speed, rate, motion.is_lost, file))
    return Shin(
        rate_hz=rate,
        angle_deg=window_mean(angle, SMOOTH_S * rate),
        across_deg=window_mean(across, SMOOTH_S * rate),
        speed_deg_s=speed,
        is_lost=motion.is_lost,
    )


def lean_from(motion: Motion, first: int, last: int) -> tuple[Floats, Floats]:
    """Return how far a segment leans from where it was in samples `[first, last)`, degrees.

    Parameters
    ----------
    motion
        Samples on an even time base.
    first, last
        The stretch that counts as upright, half-open.

    Returns
    -------
    along, across
        Lean in the plane most of the movement lies in, its longer way positive, and lean across that plane.
    """
    up = ups(motion)
    standing = np.mean(up[first:last], axis=0)
    standing /= np.linalg.norm(standing)
    lean = up - np.outer(up @ standing, standing)
    far = np.einsum("ij,ij->i", lean, lean)
    part = lean[far >= 0.25 * far.max()]
    forward = np.linalg.eigh(part.T @ part)[1][:, -1]
    # the lunge leans further forward than anybody leans back: the longer way is forward
    if float(np.sum((part @ forward) ** 3)) < 0:
        forward = -forward
    along: Floats = np.degrees(np.arctan2(up @ forward, up @ standing))
    across: Floats = np.degrees(np.arcsin(np.clip(up @ np.cross(standing, forward), -1.0, 1.0)))
    return along, across


def first_still(speed_deg_s: Floats, rate_hz: float, is_lost: Flags, file: str) -> tuple[int, int]:
    """Return the first still stretch `[first, last)`, which must come before the movement has gone far."""
    need = max(3, int(_STILL_S * rate_hz))
    still = (speed_deg_s < _STILL_DEG_S) & ~is_lost
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(int)))
    for first, last in edges.reshape(-1, 2).tolist():
        if last - first >= need:
            moved_deg = float(np.sum(speed_deg_s[:first]) / rate_hz)
            if moved_deg < 4 * LEAST_LUNGE_DEG:
                return first, last
            break
    raise SignalError(
        "the recording does not start with standing still, so the angle of standing is not known.",
        where=file,
        mend="Start the recording, stand still for a second, then lunge.",
    )


def lunge_trials(shin: Shin, side: Side, marks: Sequence[float]) -> tuple[list[LungeTrial], list[Refused]]:
    """Return every lunge as a trial, and what was refused."""
    points = turning_points(shin.angle_deg, 0.6 * LEAST_LUNGE_DEG)
    # a lunge the recording ends in has no way back, so its depth is no turning point yet
    tail = points[-1][0] if points else 0
    if not points or points[-1][1] < 0:
        points = [*points, (tail + int(np.argmax(shin.angle_deg[tail:])), 1)]
    found: list[LungeTrial] = []
    refused: list[Refused] = []
    for peak in _deep(points, shin.angle_deg):
        start, stop = _borders(shin.angle_deg, peak)
        if stop is None:
            refused.append(
                _refusal(side, start, len(shin.angle_deg) - 1, shin, "the way back is not in the recording")
            )
        elif shin.is_lost[start : stop + 1].any():
            refused.append(_refusal(side, start, stop, shin, "samples are missing inside it"))
        else:
            found.append(_trial(shin, len(found) + 1, side, (start, peak, stop), marks))
    for mark in marks:
        if not any(trial.start_s <= mark <= trial.end_s for trial in found):
            refused.append(
                Refused(
                    what="first pinch",
                    reason="the mark lies in no lunge",
                    side=side,
                    start_s=mark,
                    end_s=mark,
                    mend="Mark it while the knee goes forward, in seconds from the start of the recording (--mark S).",
                )
            )
    return found, refused


def _refusal(side: Side, start: int, stop: int, shin: Shin, reason: str) -> Refused:
    return Refused(
        what="trial",
        reason=reason,
        side=side,
        start_s=round(start / shin.rate_hz, 3),
        end_s=round(stop / shin.rate_hz, 3),
        mend="Record until you stand again.",
    )


def _deep(points: list[tuple[int, int]], angle_deg: Floats) -> list[int]:
    """Return the deepest moment of each lunge; wavering in the depth of one lunge is not a second one."""
    peaks: list[int] = []
    for index, kind in points:
        if kind < 0 or angle_deg[index] < LEAST_LUNGE_DEG:
            continue
        if peaks:
            before = peaks[-1]
            between = float(angle_deg[before:index].min())
            if between > 0.5 * min(angle_deg[before], angle_deg[index]):
                if angle_deg[index] > angle_deg[before]:
                    peaks[-1] = index
                continue
        peaks.append(index)
    return peaks


def _borders(angle_deg: Floats, peak: int) -> tuple[int, int | None]:
    """Return where the lunge leaves standing and where it is back; None when it never comes back.

    Leaving and coming back mean passing a quarter of the depth; people rest between lunges with the knee a little bent.
    """
    low = 0.25 * float(angle_deg[peak])
    before = np.flatnonzero(angle_deg[:peak] < low)
    after = np.flatnonzero(angle_deg[peak:] < low)
    return (int(before[-1]) if len(before) else 0), (peak + int(after[0]) if len(after) else None)


def _trial(
    shin: Shin, number: int, side: Side, where: tuple[int, int, int], marks: Sequence[float]
) -> LungeTrial:
    start, peak, stop = where
    rate = shin.rate_hz
    depth = float(shin.angle_deg[peak])
    first, last = peak, peak
    while first > start and shin.angle_deg[first - 1] > depth - _HOLD_BAND_DEG:
        first -= 1
    while last < stop and shin.angle_deg[last + 1] > depth - _HOLD_BAND_DEG:
        last += 1
    hold_s = (last - first) / rate
    has_hold = hold_s >= _SHORTEST_HOLD_S
    angle = float(np.median(shin.angle_deg[first : last + 1])) if has_hold else depth
    across = float(np.median(shin.across_deg[first : last + 1]))
    settle = int(0.7 * rate)
    level_before = float(np.min(shin.angle_deg[max(0, start - settle) : start + 1]))
    level_after = float(np.min(shin.angle_deg[stop : stop + settle + 1]))
    fastest = float(shin.speed_deg_s[start : peak + 1].max())
    heel_deg = _at_depth(shin.heel_deg, first, last)
    heel_cm = _at_depth(shin.heel_cm, first, last)
    quality = tuple(
        flag
        for flag, is_so in (
            ("no_hold", not has_hold),
            ("too_fast", fastest > _FASTEST_DEG_S),
            ("out_of_plane", abs(across) > _OUT_OF_PLANE_DEG),
            ("not_back_to_standing", abs(level_after - level_before) > RETURN_DEG),
            ("heel_lifted", (heel_deg or 0.0) > _HEEL_DEG or (heel_cm or 0.0) > shin.most_heel_cm),
        )
        if is_so
    )
    pinch = next((m for m in marks if start / rate <= m <= stop / rate), None)
    return LungeTrial(
        number=number,
        side=side,
        start_s=round(start / rate, 3),
        peak_s=round(peak / rate, 3),
        end_s=round(stop / rate, 3),
        hold_s=round(hold_s, 3),
        lunge_angle_deg=round(angle, 2),
        out_of_plane_deg=round(across, 2),
        return_error_deg=round(level_after - level_before, 2),
        first_pinch_angle_deg=None
        if pinch is None
        else round(float(shin.angle_deg[min(round(pinch * rate), len(shin.angle_deg) - 1)]), 2),
        heel_lift_deg=heel_deg,
        heel_lift_cm=heel_cm,
        is_counted=not quality,
        quality=quality,
    )


def _at_depth(values: Floats | None, first: int, last: int) -> float | None:
    """Return the median over the hold, None when nothing shows it."""
    return None if values is None else round(float(np.median(values[first : last + 1])), 2)
