"""When a foot meets and leaves a force plate, from the force alone."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.errors import InputError
from mortise.measure.laboratory import ForcePlate
from mortise.measure.recording import Floats

THRESHOLD_N = 20.0
# A plate that nobody stands on reads less than this, drift included; a foot on it reads more within milliseconds.
_UNLOADED_N = 50.0
# Shorter than any step or hop: the plate rings after a blow beside it.
_MIN_CONTACT_S = 0.05
_MIN_UNLOADED_S = 0.05


class PlateContact(Struct, frozen=True, kw_only=True):
    """One contact with a plate.

    `strike_s` and `off_s` are seconds from the first sample, half-open; None when the recording starts or ends
    on the plate. `peak_n` is the greatest load.
    """

    plate: str
    strike_s: float | None
    off_s: float | None
    peak_n: float


def plate_contacts(plate: ForcePlate, threshold_n: float = THRESHOLD_N) -> tuple[PlateContact, ...]:
    """Return when the plate was loaded.

    Parameters
    ----------
    plate
        The plate, with its vertical force.
    threshold_n
        Load that counts as contact, newtons.

    Returns
    -------
    tuple of PlateContact
        In order of time. Contacts shorter than 50 ms, or that never reach 50 N, are ringing and are left out.

    Raises
    ------
    InputError
        When the threshold is not between 1 and 49 N.

    Notes
    -----
    1. The plate's drift is the median of samples below 50 N, where there are 50 ms of them; it is taken off.
    2. Contact is load at or above the threshold; crossings are placed between samples by a straight line.
    3. Missing samples count as no load.

    No filter: one would move the crossing earlier at strike and later at foot off. Two feet on one plate are one
    contact; telling them apart needs markers.

    References
    ----------
    The threshold of 20 N is the usual one of gait laboratories.
    """
    if not 1.0 <= threshold_n < _UNLOADED_N:
        raise InputError(f"a threshold of {threshold_n:g} N is outside 1 to 49.", mend="Use 20 N.")
    load_n = _without_drift(np.nan_to_num(plate.vertical_n, nan=0.0), plate.rate_hz)
    is_on = np.concatenate([[False], load_n >= threshold_n, [False]])
    edges = np.flatnonzero(is_on[1:] != is_on[:-1])
    found = []
    for first, end in zip(edges[0::2], edges[1::2], strict=True):
        peak_n = float(load_n[first:end].max())
        if peak_n < _UNLOADED_N or end - first < _MIN_CONTACT_S * plate.rate_hz:
            continue
        found.append(
            PlateContact(
                plate=plate.name,
                strike_s=_crossing_s(load_n, int(first), threshold_n, plate.rate_hz) if first else None,
                off_s=_crossing_s(load_n, int(end), threshold_n, plate.rate_hz)
                if end < len(load_n)
                else None,
                peak_n=peak_n,
            )
        )
    return tuple(found)


def _without_drift(load_n: Floats, rate_hz: float) -> Floats:
    unloaded = load_n[np.abs(load_n) < _UNLOADED_N]
    return load_n - np.median(unloaded) if len(unloaded) > _MIN_UNLOADED_S * rate_hz else load_n


def _crossing_s(load_n: Floats, index: int, threshold_n: float, rate_hz: float) -> float:
    """Return when the line from the sample before `index` to it crosses the threshold."""
    before, after = float(load_n[index - 1]), float(load_n[index])
    return (index - 1 + (threshold_n - before) / (after - before)) / rate_hz
