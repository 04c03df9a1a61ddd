"""Contacts from force plates: zero, clipping, which foot stands on which plate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.measure._floor import Contact, Floor
from mortise.measure.contacts import THRESHOLD_N
from mortise.measure.laboratory import ForcePlate
from mortise.measure.markers import SIDES, Body
from mortise.measure.recording import Floats
from mortise.terms import Side

# Ringing after a blow beside the plate, or a jump onto it, is over within this.
_MIN_CONTACT_S = 0.05
# A plate nobody stands on is still for this long at a time, within this spread.
_STILL_S = 0.06
_STILL_N = 12.0
# A plateau is "nobody on it" only far below what a body weighs; on two plates each foot bears half.
_EMPTY_SHARE = 0.25
# A level of an empty plate beyond this is a zero that was not set, and is said aloud.
_OFFSET_N = 20.0
# The greatest value this many samples in a row: force has no plateau at its peak, an amplifier at its limit has.
_CLIPPED_SAMPLES = 4
_LOADED_N = 100.0
# Twenty times the weight of a heavy jumper: no force, but a broken number.
_HIGHEST_N = 50_000.0
# Two crossings of 20 N by this much at once: the error of a crossing, found against markers' own floor and rates.
PLATE_ERROR_S = 0.002
_NEAR_M = 0.35


class Load(Struct, frozen=True, kw_only=True, eq=False):
    """The force on one plate or on several together, its zero taken off, newtons, `(n_samples,)`."""

    name: str
    side: Side
    rate_hz: float
    force_n: Floats
    flags: tuple[str, ...] = ()

    @property
    def time_s(self) -> Floats:
        """Seconds of each sample from the first."""
        found: Floats = np.arange(len(self.force_n)) / self.rate_hz
        return found


def loads_of(plates: Sequence[ForcePlate], body: Body | None = None) -> tuple[Load, ...]:
    """Return the force on each plate that somebody stood on, with its zero taken off and the foot on it.

    Parameters
    ----------
    plates
        Of one recording.
    body
        The person's markers in the same frame and clock, to tell which foot stands on which plate.

    Returns
    -------
    tuple of Load
        Plates that were never loaded beyond 100 N are left out.

    Notes
    -----
    1. Zero: the lowest level at which the plate is still (within 12 N) for 60 ms, when that is below a quarter of
       the usual load; a plate that is never empty keeps its zero, flagged `plate_zero_unknown`.
    2. The side comes from the plate's name (`left`, `l_...`), else from the foot nearest to the centre of pressure
       over the loaded samples; both feet on one plate are `NONE`.
    """
    found = []
    for plate in plates:
        is_force = np.abs(np.nan_to_num(plate.vertical_n, nan=np.inf)) < _HIGHEST_N
        force = np.where(is_force, plate.vertical_n, 0.0)
        if not len(force) or float(force.max()) < _LOADED_N:
            continue
        zero_n, flags = _zero(force, plate.rate_hz)
        load = force - zero_n
        flags += ("plate_clipped",) if _is_clipped(force) else ()
        side = _named_side(plate.name)
        if side is Side.NONE and body is not None:
            side = _nearest_foot(plate, load, body)
        found.append(Load(name=plate.name, side=side, rate_hz=plate.rate_hz, force_n=load, flags=flags))
    return _without_doubles(found)


def _without_doubles(loads: list[Load]) -> tuple[Load, ...]:
    """Return loads in which a side that two plates claim is claimed by neither."""
    claims = [load.side for load in loads if load.side is not Side.NONE]
    if len(set(claims)) == len(claims):
        return tuple(loads)
    return tuple(
        Load(name=load.name, side=Side.NONE, rate_hz=load.rate_hz, force_n=load.force_n, flags=load.flags)
        for load in loads
    )


def together(loads: Sequence[Load]) -> Load:
    """Return the sum of several plates, over the shortest of them."""
    n = min(len(load.force_n) for load in loads)
    flags = tuple(dict.fromkeys(flag for load in loads for flag in load.flags))
    total: Floats = np.sum([load.force_n[:n] for load in loads], axis=0)
    side = loads[0].side if len(loads) == 1 else Side.NONE
    return Load(name="all plates", side=side, rate_hz=loads[0].rate_hz, force_n=total, flags=flags)


def floor_of_loads(loads: Sequence[Load]) -> Floor:
    """Return contacts with each plate, crossings of 20 N placed between samples by a straight line."""
    contacts: dict[Side, list[Contact]] = {}
    for load in loads:
        contacts.setdefault(load.side, []).extend(_contacts(load))
    half_sample_s = 0.5 / min(load.rate_hz for load in loads)
    return Floor(
        contacts={side: tuple(each) for side, each in contacts.items()},
        error_s=float(np.hypot(PLATE_ERROR_S, half_sample_s / np.sqrt(3.0))),
        method="plate-20n/1",
        flags=tuple(dict.fromkeys(flag for load in loads for flag in load.flags)),
    )


def _contacts(load: Load) -> list[Contact]:
    force = load.force_n
    edges = np.flatnonzero(np.diff(np.concatenate([[False], force >= THRESHOLD_N, [False]]).astype(int)))
    found = []
    for first, end in edges.reshape(-1, 2).tolist():
        peak_n = float(force[first:end].max())
        if end - first < _MIN_CONTACT_S * load.rate_hz or peak_n < 2.5 * THRESHOLD_N:
            continue
        found.append(
            Contact(
                side=load.side,
                start_s=_crossing_s(force, first, load.rate_hz) if first else None,
                end_s=_crossing_s(force, end, load.rate_hz) if end < len(force) else None,
                peak_n=peak_n,
            )
        )
    return found


def _crossing_s(force: Floats, index: int, rate_hz: float) -> float:
    before, after = float(force[index - 1]), float(force[index])
    return (index - 1 + (THRESHOLD_N - before) / (after - before)) / rate_hz


def _zero(force: Floats, rate_hz: float) -> tuple[float, tuple[str, ...]]:
    """Return what the plate reads when nobody is on it, and flags."""
    n = max(3, round(_STILL_S * rate_hz))
    loaded = force[force > _LOADED_N]
    usual = float(np.median(loaded)) if len(loaded) else 0.0
    if len(force) <= n:
        return 0.0, ("plate_zero_unknown",)
    n_windows = len(force) // n
    windows = force[: n_windows * n].reshape(n_windows, n)
    is_still = np.ptp(windows, axis=1) < 2 * _STILL_N
    levels = windows[is_still].mean(axis=1)
    levels = levels[levels < _EMPTY_SHARE * usual]
    if not len(levels):
        return 0.0, ("plate_zero_unknown",)
    lowest = float(levels.min())
    zero_n = float(np.median(levels[levels < lowest + _STILL_N]))
    return zero_n, (("plate_zero_offset",) if abs(zero_n) > _OFFSET_N else ())


def _is_clipped(force: Floats) -> bool:
    """Whether the force stays at its greatest value: an amplifier at its end."""
    peak = float(force.max())
    at_peak = force >= peak - 1e-6 * max(1.0, abs(peak))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], at_peak, [False]]).astype(int))).reshape(-1, 2)
    return bool(np.any(edges[:, 1] - edges[:, 0] >= _CLIPPED_SAMPLES)) and peak > 2 * _LOADED_N


def _named_side(name: str) -> Side:
    words = name.lower().replace(".", "_").replace(" ", "_").split("_")
    if words[0] in ("l", "left") or words[-1] in ("l", "left"):
        return Side.LEFT
    return Side.RIGHT if words[0] in ("r", "right") or words[-1] in ("r", "right") else Side.NONE


def _nearest_foot(plate: ForcePlate, load: Floats, body: Body) -> Side:
    """Return the foot whose middle stays nearest to the centre of pressure; `NONE` when both or neither are near."""
    at = plate.centre_of_pressure_m
    if at.shape != (len(load), 3):
        return Side.NONE
    frames = np.round(np.arange(len(load)) / plate.rate_hz * body.rate_hz).astype(int)
    is_used = (load > _LOADED_N) & (frames < body.n_frames) & np.isfinite(at).all(axis=1)
    if not is_used.any():
        return Side.NONE
    away = {}
    for side in SIDES:
        heel, front = body.heel(side), body.forefoot(side)
        if heel is None or front is None:
            continue
        feet = 0.5 * (heel + front)[frames[is_used]]
        far = np.linalg.norm(feet - at[is_used], axis=1)
        away[side] = float(np.nanmedian(far)) if np.isfinite(far).any() else np.inf
    near = [side for side, metres in away.items() if metres < _NEAR_M]
    if len(near) == 2:
        nearer, further = sorted(near, key=lambda side: away[side])
        # both feet on one plate: the centre of pressure lies between them
        return nearer if away[nearer] < 0.5 * away[further] else Side.NONE
    return near[0] if near else Side.NONE
