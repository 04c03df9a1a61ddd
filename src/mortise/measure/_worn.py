"""Where on the body a walking person wears a sensor, told by how it moves; claims that do not fit are contradicted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from mortise.measure.recording import FOOT_PLACEMENTS, Floats, Recording
from mortise.measure.signals import window_mean

Spot = Literal["foot", "shank", "thigh", "waist", ""]

CONTRADICTED, FROM_DATA = "placement_contradicted", "placement_from_data"
# The trunk turns and tilts by a few degrees with every step and slowly, a thigh swings through 30 to 50 and faster;
# below the knee it is 60 to 110. Between the ranges nothing is said.
_WAIST_RAD_S, _THIGH_RAD_S = 1.9, (2.2, 4.0)
_WAIST_DEG, _THIGH_DEG, _LEG_DEG = 36.0, (25.0, 56.0), 40.0
# A foot stands still once a stride, a shank leans on over it all the while. Still is a twelfth of the usual swing; a
# foot is so for a fifth of the time and more, and for a twentieth even when it hardly comes to lie.
_STILL_SHARE, _LEAST_REST, _NO_REST = 0.08, 0.05, 0.01
# A foot that never lies flat is still thrown and stopped at both ends of its swing; a shank feels less than this for
# each radian a second it turns.
_SHANK_PUSH_M_S = 1.7
_REST_S = 0.1
# Walking holds nothing faster than a few hertz that would matter here.
_ENOUGH_HZ = 50.0
_G_M_S2 = 9.80665
# Walking is what moves at least half as much as the livelier part of the recording does, over a second, and does so for
# a second on both sides: standing before and after is no rest of a foot.
_LIVELY_S, _LIVELY_SHARE = 1.0, 0.5
_LEAST_WALK_S = 1.0
# Turns of the body are slower than strides.
_SLOW_S = 2.0
_FITTING: dict[str, frozenset[str]] = {
    **{place: frozenset({"foot"}) for place in FOOT_PLACEMENTS},
    "shank": frozenset({"shank"}),
    "thigh": frozenset({"thigh"}),
    # trousers or a coat
    "pocket": frozenset({"thigh", "waist"}),
    "belt": frozenset({"waist"}),
    "lower_back": frozenset({"waist"}),
}
_NAMED: dict[str, str] = {"foot": "foot", "shank": "shank", "thigh": "pocket", "waist": "belt"}
_SAID: dict[str, str] = {
    "foot": "on a foot",
    "shank": "on a shin",
    "thigh": "on a thigh or in a trouser pocket",
    "waist": "at the waist",
}


class Worn(Struct, frozen=True, kw_only=True):
    """How a sensor moves in walking, and where it therefore sits; `spot` is empty where that is not clear.

    `swing_rad_s` is the turning exceeded in a twentieth of walking, `range_deg` how far the sensor swings about its
    principal axis, `rest_ratio` the share of walking in which it hardly turns.
    """

    spot: Spot
    swing_rad_s: float = 0.0
    range_deg: float = 0.0
    rest_ratio: float = 0.0


def worn(recording: Recording) -> Worn:
    """Return where a walking person wears a sensor.

    Parameters
    ----------
    recording
        A walk, any mounting; a gyroscope is needed.

    Returns
    -------
    Worn
        The spot, empty when the movement does not tell.

    Notes
    -----
    1. Walking is the part in which the sensor turns at least half as much as in its livelier quarter.
    2. How fast and how far it swings tells trunk, thigh, and leg below the knee apart.
    3. Below the knee a foot stands still once a stride, a shank never and is shaken less.

    A swinging hand moves like a thigh. Neither orientation nor axes are needed. Confusion: docs/reference/validation.
    """
    every = max(1, int(recording.rate_hz // _ENOUGH_HZ))
    rate, gyr = recording.rate_hz / every, recording.gyr_rad_s[::every]
    squared = np.einsum("ij,ij->i", gyr, gyr)
    if len(squared) < _LEAST_WALK_S * rate or not float(squared.max()) > 1e-6:
        return Worn(spot="")
    lively = window_mean(squared, _LIVELY_S * rate)
    is_lively = lively > _LIVELY_SHARE**2 * float(np.percentile(lively, 75.0))
    on = window_mean(is_lively.astype(float), _LIVELY_S * rate) > 0.99
    if np.count_nonzero(on) < _LEAST_WALK_S * rate:
        return Worn(spot="")
    swing = float(np.sqrt(np.percentile(squared[on], 95.0)))
    quiet = window_mean(squared, _REST_S * rate)[on] < (_STILL_SHARE * swing) ** 2
    found = Worn(
        spot="", swing_rad_s=swing, range_deg=_range_deg(gyr, on, rate), rest_ratio=float(quiet.mean())
    )  # fmt: skip
    spot = _spot(found)
    if spot == "shank" and _push_m_s2(recording.acc_m_s2[::every], on, rate) > _SHANK_PUSH_M_S * swing:
        spot = ""
    return replace(found, spot=spot)


def _push_m_s2(acc_m_s2: Floats, on: NDArray[np.bool_], rate_hz: float) -> float:
    """Return by how much the force differs from gravity in the most violent twentieth of walking."""
    excess = np.sqrt(np.einsum("ij,ij->i", acc_m_s2, acc_m_s2)) - _G_M_S2
    return float(np.sqrt(np.percentile(window_mean(excess * excess, _REST_S * rate_hz)[on], 95.0)))


def _range_deg(gyr_rad_s: Floats, on: NDArray[np.bool_], rate_hz: float) -> float:
    """Return how far the sensor swings to and fro about its principal axis, without the body's slower turns."""
    walking = gyr_rad_s[on]
    axis = np.linalg.eigh(walking.T @ walking)[1][:, -1]
    angle = np.cumsum(gyr_rad_s @ axis) / rate_hz
    low, high = np.percentile((angle - window_mean(angle, _SLOW_S * rate_hz))[on], (3.0, 97.0))
    return float(np.degrees(high - low))


def _spot(seen: Worn) -> Spot:
    swing, range_deg = seen.swing_rad_s, seen.range_deg
    if swing < _WAIST_RAD_S and range_deg < _WAIST_DEG:
        return "waist"
    if seen.rest_ratio >= _LEAST_REST:
        return "foot" if range_deg > _LEG_DEG else ""
    if seen.rest_ratio > _NO_REST:
        return ""
    if _THIGH_RAD_S[0] < swing < _THIGH_RAD_S[1] and _THIGH_DEG[0] < range_deg < _THIGH_DEG[1]:
        return "thigh"
    return "shank" if swing > _THIGH_RAD_S[1] and range_deg > _THIGH_DEG[1] else ""


def believed(recordings: Sequence[Recording]) -> list[Recording]:
    """Return the recordings of a walk with placements filled in where nobody named one, and contradictions flagged.

    Parameters
    ----------
    recordings
        Sensors of one walk.

    Returns
    -------
    list of Recording
        A named placement stays, for a person said so; where the movement is clearly another's it is flagged
        `placement_contradicted` with a note. A placement nobody named is taken from the movement
        (`placement_from_data`) where that is clear.
    """
    return [_believed(each) for each in recordings]


def _believed(recording: Recording) -> Recording:
    info = recording.info
    fitting = _FITTING.get(info.placement)
    if fitting is None and info.placement != "unknown":
        return recording
    spot = worn(recording).spot
    if not spot or (fitting is not None and spot in fitting):
        return recording
    if fitting is None:
        said = f"{info.file}: nobody says where the sensor was worn; it moves as one {_SAID[spot]}, and is taken so."
        info = replace(
            info, placement=_NAMED[spot], sources=replace(info.sources, placement="data"),
            flags=(*info.flags, FROM_DATA), notes=(*info.notes, said),
        )  # fmt: skip
    else:
        said = f"{info.file}: it is said to be worn at: {info.placement}, but moves as one {_SAID[spot]}."
        info = replace(info, flags=(*info.flags, CONTRADICTED), notes=(*info.notes, said))
    return replace(recording, info=info)
