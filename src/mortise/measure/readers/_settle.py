"""From one sensor as a file has it to one `Recording`: every fact settled by its strongest source, units checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from mortise.errors import SignalError
from mortise.measure.readers import _clean as clean
from mortise.measure.readers import _doubts as doubts
from mortise.measure.readers import _names as names
from mortise.measure.readers._phone import FORMAT
from mortise.measure.readers._rests import judged
from mortise.measure.readers._sidecar import Sidecar
from mortise.measure.readers._source import Known
from mortise.measure.recording import NO_GYROSCOPE, Floats, Recording, RecordingInfo, Sources, Won
from mortise.terms import Side

_CHANNELS = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")
_MIN_SAMPLES = 20
# Each lost packet could be listed; the first few show where, the sum shows how bad it is.
_MOST_GAPS = 20
# The median of what a phone in the unit of its log feels over any test.
LEAST_GRAVITY_M_S2, MOST_GRAVITY_M_S2 = 7.0, 13.0


class Given(Struct, frozen=True, kw_only=True):
    """What the caller says of a file; it wins over what the file says."""

    side: Side | None = None
    rate_hz: float | None = None
    placement: str | None = None
    test: str = ""
    marks_s: tuple[float, ...] = ()

    def of_side(self, side: Side | None) -> Given:
        """Return the same claims for a file of that side."""
        return replace(self, side=side)


class Raw(Struct, frozen=True, kw_only=True, eq=False):
    """One sensor as it stands in the file.

    `kind` is empty for six channels; a part of a sensor has three: `acc`, `gyr`, `linear` (acceleration without
    gravity) or `gravity`.
    """

    sensor: str
    values: Floats
    stamps_s: Floats | None
    counter: Floats | None
    acc_unit: str
    gyr_unit: str
    header_rate_hz: float | None
    header_side: Side
    header_placement: str
    device: str
    format: str
    test: str = ""
    kind: str = ""
    marks_s: tuple[float, ...] = ()
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def without_gyroscope(raw: Raw) -> Raw:
    """Return a sensor of three channels of acceleration as one whose gyroscope is silent, and says so."""
    return replace(
        raw,
        values=np.concatenate([raw.values[:, :3], np.zeros((len(raw.values), 3))], axis=1),
        gyr_unit="",
        flags=(*raw.flags, NO_GYROSCOPE),
        notes=(
            *raw.notes,
            "there is no gyroscope; what acceleration alone tells is measured, the rest refused.",
        ),
    )


def usable(known: Known, raws: list[Raw], given: Given, sidecar: Sidecar) -> list[Recording]:
    """Return the sensors that can be used; one bad sensor among several does not spoil the file."""
    found: list[Recording] = []
    faults: list[SignalError] = []
    for raw in raws:
        try:
            found.append(recording_of(known, raw, given, sidecar))
        except SignalError as fault:
            faults.append(fault)
    if not found:
        raise faults[0]
    notes = tuple(f"left out: {fault}" for fault in faults)
    if not notes:
        return found
    return [replace(each, info=replace(each.info, notes=each.info.notes + notes)) for each in found]


def recording_of(known: Known, raw: Raw, given: Given, sidecar: Sidecar) -> Recording:
    """Settle every fact by its strongest source and clean the samples."""
    where = known.name if raw.sensor in ("", "phone") else f"{known.name} ({raw.sensor})"
    if len(raw.values) < _MIN_SAMPLES:
        raise _too_few(len(raw.values), where)
    raw = _with_stamps(raw)
    for stamps in (raw.stamps_s, raw.counter):
        if stamps is not None:
            clean.refuse_impossible_clock(stamps, where)
    if len(raw.values) < _MIN_SAMPLES:
        raise _too_few(len(raw.values), where)
    side, side_from = _settle(
        (given.side, "given"),
        (sidecar.side, "sidecar"),
        (raw.header_side if raw.header_side is not Side.NONE else None, "header"),
        (named if (named := names.side_of_name(known.name)) is not Side.NONE else None, "name"),
        (Side.NONE, "assumed"),
    )
    placement, placement_from = _settle(
        (given.placement, "given"),
        (sidecar.placement, "sidecar"),
        (raw.header_placement or None, "header"),
        (names.placement_of_name(known.name) or None, "name"),
        ("unknown", "assumed"),
    )
    time_s, rate_hz, rate_from, flags, notes = _time_base(raw, given, sidecar, where)
    time_s, values, n_empty = clean.drop_empty(time_s, raw.values, _CHANNELS, where)
    clean.refuse_impossible(values, _CHANNELS, where)
    has_gyr = NO_GYROSCOPE not in raw.flags
    n_channels = 6 if has_gyr else 3
    clean.refuse_flat(values[:, :n_channels], _CHANNELS[:n_channels], where)
    acc, gyr, units_from, acc_unit, gyr_unit, unit_notes = _units(raw, sidecar, values, rate_hz, where)
    flags += raw.flags
    flags += (("empty_cells",) if n_empty else ()) + (("unit_contradicted",) if unit_notes else ())
    signs = doubts.mirrored_axes(acc, gyr, rate_hz) if has_gyr else None
    if signs is not None:
        gyr = gyr * np.array(signs, dtype=float)
        flags += ("axes_mirrored",)
        shown = " ".join("+" if sign > 0 else "-" for sign in signs)
        note = f"the axes do not fit each other: gravity moves as if the gyroscope's had the signs {shown}, used."
        unit_notes += (f"{where}: {note}",)
    flags += doubts.drift_flags(gyr, rate_hz) if has_gyr else ()
    gaps = clean.find_gaps(time_s, rate_hz)
    clipping = clean.find_clipping(acc, gyr)
    if has_gyr and not gaps and not any(each.channel == "gyr" for each in clipping):
        rests = judged(acc, gyr, rate_hz)
        flags += (rests.flag,) if rests.flag else ()
        unit_notes += (f"{where}: {rests.said}.",) if rests.flag else ()
    flags += (("gaps",) if gaps else ()) + tuple(f"{each.channel}_clipped" for each in clipping)
    info = RecordingInfo(
        file=known.name,
        sha256=known.sha256,
        format=raw.format,
        device=sidecar.device or raw.device,
        side=side,
        placement=placement,
        test=given.test or sidecar.test or raw.test,
        rate_hz=round(rate_hz, 4),
        n_samples=len(time_s),
        duration_s=round(float(time_s[-1] - time_s[0]), 4),
        acc_unit=acc_unit,
        gyr_unit=gyr_unit,
        sources=Sources(side=side_from, rate=rate_from, placement=placement_from, units=units_from),
        gaps=gaps[:_MOST_GAPS],
        n_missing_samples=sum(gap.n_missing for gap in gaps),
        clipping=clipping,
        marks_s=given.marks_s or sidecar.marks_s or raw.marks_s,
        flags=tuple(dict.fromkeys(flags)),
        notes=raw.notes + notes + unit_notes,
    )
    return Recording(info=info, time_s=time_s, acc_m_s2=acc, gyr_rad_s=gyr)


def _too_few(n_samples: int, where: str) -> SignalError:
    return SignalError(
        f"{n_samples} samples are too few.",
        where=where,
        mend="Record the whole test and export it again.",
    )


def _with_stamps(raw: Raw) -> Raw:
    """Leave out samples whose time stamp or counter is no number: nobody knows when they were taken."""
    stamps = raw.stamps_s if raw.stamps_s is not None else raw.counter
    if stamps is None or np.all(np.isfinite(stamps)):
        return raw
    kept = np.isfinite(stamps)
    return replace(
        raw,
        values=raw.values[kept],
        stamps_s=None if raw.stamps_s is None else raw.stamps_s[kept],
        counter=None if raw.counter is None else raw.counter[kept],
        flags=(*raw.flags, "empty_cells"),
    )


def _settle(*claims: tuple[Any, Won]) -> tuple[Any, Won]:
    """Return the first claim that is made; the last must not be None."""
    return next((claim, won) for claim, won in claims if claim is not None)


def _time_base(
    raw: Raw, given: Given, sidecar: Sidecar, where: str
) -> tuple[Floats, float, Won, tuple[str, ...], tuple[str, ...]]:
    """Return seconds, rate, who settled the rate, flags and notes."""
    n = len(raw.values)
    claimed, won = _settle(
        (given.rate_hz, "given"), (sidecar.rate_hz, "sidecar"), (raw.header_rate_hz, "header"), (0.0, "data")
    )
    if raw.stamps_s is not None:
        time_s, measured, flags = clean.stamped_time(raw.stamps_s, where)
        if not claimed:
            return time_s, measured, "data", flags, ()
        if abs(measured / claimed - 1.0) < 0.02:
            return time_s, measured, won, flags, ()
        note = f"{where}: the rate claimed is {claimed:g} Hz, the time stamps say {measured:.2f} Hz."
        return time_s * measured / claimed, claimed, won, (*flags, "rate_contradicted"), (note,)
    if not claimed:
        raise SignalError(
            "the file holds neither time stamps nor a sampling rate.",
            where=where,
            mend=f"Give it: --rate HZ, or rate_hz = ... in {where.split(' ')[0]}.toml.",
        )
    if raw.counter is not None:
        time_s, rate_hz = clean.counter_time(raw.counter, claimed, where)
        return time_s, rate_hz, won, (), ()
    return np.arange(n) / claimed, claimed, won, (), ()


def _bears_out(raw: Raw, acc: Floats) -> bool:
    """Whether gravity is as large as the phone's own log, whose unit is fixed, has it: hopping looks like no unit."""
    usual = float(np.nanmedian(np.linalg.norm(acc, axis=1)))
    return raw.format == FORMAT and LEAST_GRAVITY_M_S2 < usual < MOST_GRAVITY_M_S2


def _units(
    raw: Raw, sidecar: Sidecar, values: Floats, rate_hz: float, where: str
) -> tuple[Floats, Floats, Won, str, str, tuple[str, ...]]:
    """Return samples in SI units, who settled the units, the units, and what contradicts them."""
    acc, gyr = values[:, :3], values[:, 3:]
    seen_acc = raw.acc_unit if _bears_out(raw, acc) else clean.acc_unit_from_data(acc, gyr)
    seen_gyr = "" if NO_GYROSCOPE in raw.flags else clean.gyr_unit_from_data(acc, gyr, rate_hz)
    if not seen_acc and not (sidecar.acc_unit or raw.acc_unit):
        raise SignalError(
            "the accelerometer does not show gravity in m/s², g or mg.",
            where=f"{where}, channel acc_x",
            mend="Export raw acceleration with gravity, or name its unit in the sidecar (acc_unit).",
        )
    acc_unit, won = _settle(
        (sidecar.acc_unit, "sidecar"), (seen_acc or None, "data"), (raw.acc_unit, "header")
    )
    gyr_unit, _ = _settle(
        (sidecar.gyr_unit, "sidecar"),
        (seen_gyr or None, "data"),
        (raw.gyr_unit or None, "header"),
        ("rad/s", "assumed"),
    )
    notes = tuple(
        f"{where}: the {what} is said to be in {said}, the data say {seen}; {used} was used."
        for what, said, seen, used in (
            ("accelerometer", sidecar.acc_unit or raw.acc_unit, seen_acc, acc_unit),
            ("gyroscope", sidecar.gyr_unit or raw.gyr_unit, seen_gyr, gyr_unit),
        )
        if said and seen and said != seen
    )
    if not notes and won == "data" and raw.acc_unit:
        won = "header"
    if not seen_acc:
        notes += (f"{where}: the accelerometer does not show gravity in {acc_unit}.",)
    acc_si, gyr_si = clean.to_si(acc, gyr, acc_unit, gyr_unit)
    return acc_si, gyr_si, won, acc_unit, gyr_unit, notes
