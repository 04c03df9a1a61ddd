"""Sensors that come in parts: phone loggers write one table for the accelerometer and one for the gyroscope."""

from __future__ import annotations

import hashlib

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from mortise.errors import SignalError
from mortise.measure.readers import _names as names
from mortise.measure.readers._clean import BRIDGED_GAP_S, GRAVITY_M_S2
from mortise.measure.readers._settle import Raw, without_gyroscope
from mortise.measure.readers._sidecar import Sidecar
from mortise.measure.readers._source import Known
from mortise.measure.recording import Floats
from mortise.terms import Side

_LEAST_SHARED_S = 1.0


class Part(Struct, frozen=True, kw_only=True, eq=False):
    """One table of a sensor, and what is known beside it."""

    known: Known
    raw: Raw
    sidecar: Sidecar
    side: Side | None


def joined(parts: list[Part]) -> list[Part]:
    """Return whole sensors made of parts of the same folder and side.

    Raises
    ------
    SignalError
        When a part has no counterpart, or the two were recorded at different times.
    """
    groups: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        side = part.side or names.side_of_name(part.known.name)
        groups.setdefault((part.known.name.rpartition("/")[0], side.value), []).append(part)
    return [_whole(group) for group in groups.values()]


def _whole(group: list[Part]) -> Part:
    """Return one sensor of six channels."""
    acc = _acceleration(group)
    gyr = _best(group, "gyr")
    if acc is None:
        raise SignalError(
            "acceleration with gravity is missing.",
            where=", ".join(part.known.name for part in group[:4]),
            mend="Record acceleration with gravity too, and give both files of one recording.",
        )
    if gyr is None:
        return replace(acc, raw=without_gyroscope(replace(acc.raw, kind="", sensor="")))
    stamps, values = _on_one_clock(acc, gyr)
    known = Known(
        name=_shared_name(acc.known.name, gyr.known.name),
        sha256=hashlib.sha256((acc.known.sha256 + gyr.known.sha256).encode()).hexdigest(),
    )
    raw = replace(
        acc.raw,
        kind="",
        sensor="",
        values=values,
        stamps_s=stamps,
        counter=None,
        gyr_unit=gyr.raw.gyr_unit,
        flags=tuple(dict.fromkeys((*acc.raw.flags, *gyr.raw.flags))),
        notes=(f"joined from {acc.known.name} and {gyr.known.name}; the hash is that of both hashes.",),
    )
    return Part(known=known, raw=raw, sidecar=acc.sidecar, side=acc.side)


def _shared_name(first: str, second: str) -> str:
    """Return the folder or archive both lie in, else both names."""
    folder = first.rpartition("/")[0]
    return folder if folder and second.startswith(folder) else f"{first} + {second}"


def _acceleration(group: list[Part]) -> Part | None:
    """Return acceleration with gravity: as it stands, else the sum of what gravity was taken from and gravity."""
    whole = _best(group, "acc")
    if whole is not None:
        return whole
    linear, gravity = _best(group, "linear"), _best(group, "gravity")
    if linear is None:
        return None
    if gravity is None or _shows_gravity(linear.raw.values):
        return replace(linear, raw=replace(linear.raw, kind="acc"))
    stamps, values = _on_one_clock(linear, gravity)
    return replace(
        linear, raw=replace(linear.raw, kind="acc", stamps_s=stamps, values=values[:, :3] + values[:, 3:])
    )


def _shows_gravity(values: Floats) -> bool:
    size = float(np.nanmedian(np.linalg.norm(values, axis=1))) if len(values) else 0.0
    return 0.9 < size / GRAVITY_M_S2 < 1.1


def _best(group: list[Part], kind: str) -> Part | None:
    """Return the part of that kind, one that a program calibrated before one that it did not."""
    fit = [part for part in group if part.raw.kind == kind]
    return min(fit, key=lambda part: "uncalibrated" in part.known.name.lower(), default=None)


def _on_one_clock(first: Part, second: Part) -> tuple[Floats, Floats]:
    """Return the stamps of `first` that `second` covers, and both parts' values there, `second` by straight lines."""
    stamps, other = first.raw.stamps_s, second.raw.stamps_s
    where = f"{first.known.name}, {second.known.name}"
    if stamps is None or other is None:
        raise SignalError(
            "two parts of a sensor can only be joined when each has a time column.",
            where=where,
            mend="Export them with time.",
        )
    ours, theirs = _rising(stamps, first), _rising(other, second)
    at, source = stamps[ours], other[theirs]
    if len(at) and len(source) and _is_apart(at, source):
        # one program counts from the first sample of each sensor, on one clock or not: overlapping from zero
        raise SignalError(
            "the two parts of the sensor were recorded at different times.",
            where=where,
            mend="Give files of one recording.",
        )
    is_shared = (at >= source[0]) & (at <= source[-1])
    at = at[is_shared]
    values = np.stack([np.interp(at, source, second.raw.values[theirs, i]) for i in range(3)], axis=1)
    after = np.clip(np.searchsorted(source, at), 1, len(source) - 1)
    values[source[after] - source[after - 1] > max(BRIDGED_GAP_S, 3 * float(np.median(np.diff(source))))] = (
        np.nan
    )
    return at, np.concatenate([first.raw.values[ours][is_shared], values], axis=1)


def _is_apart(at: Floats, source: Floats) -> bool:
    return min(float(at[-1]), float(source[-1])) - max(float(at[0]), float(source[0])) < _LEAST_SHARED_S


def _rising(stamps: Floats, part: Part) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which samples have a stamp later than all before; a clock that runs backwards is refused."""
    finite = np.isfinite(stamps) & (np.abs(stamps) < 1e20)
    so_far = np.maximum.accumulate(np.where(finite, stamps, -np.inf))
    before = np.concatenate([[-np.inf], so_far[:-1]])
    is_later = finite & (stamps > before)
    n_back = int(np.sum(finite & (stamps < before)))
    if n_back > 0.01 * len(stamps) or is_later.sum() < 2:
        raise SignalError(
            "time runs backwards here.",
            where=f"{part.known.name}, sample {int(np.argmax(finite & (stamps < before)))}, channel time",
            mend="Export the recording again without sorting or joining it.",
        )
    return is_later
