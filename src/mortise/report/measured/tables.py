"""The tables of a measured recording: readings with their errors, trials, files, and what was refused."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from mortise.measure.results import GaitResult, LungeResult, MeasureResult, Reading
from mortise.report.measured._words import flag_words, plain, symbol, unit_of_name
from mortise.report.words import number
from mortise.terms import Side

Z_95 = 1.96
_MOST_ROWS = 400


class Shown(Struct, frozen=True, kw_only=True):
    """One cell: words, and smaller words behind them."""

    words: str
    after: str = ""


class Row(Struct, frozen=True, kw_only=True):
    """One measure: its name and unit, one cell for each column, the verdict on its change, flags, and what is usual."""

    name: str
    unit: str
    cells: tuple[Shown, ...]
    verdict: str = ""
    flags: str = ""
    usual: str = ""


def grid_of(error: float) -> float:
    """Return the step that shows an error with one or two figures."""
    if not math.isfinite(error) or error <= 0:
        return 0.01
    return float(10.0 ** min(0, math.floor(math.log10(error))))


def _cell(reading: Reading | None) -> Shown:
    if reading is None:
        return Shown(words="")
    half = Z_95 * reading.error
    step = grid_of(half)
    return Shown(words=number(reading.value, step), after=f"± {number(half, step)}")


class ReadingTable(Struct, frozen=True, kw_only=True):
    """Readings of sides beside each other, or those that have no side."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


_NAMES = {Side.LEFT: "Left", Side.RIGHT: "Right", Side.NONE: "Value"}


def reading_tables(
    result: MeasureResult,
    labels: Mapping[str, str],
    baseline: MeasureResult | None,
    usual: Mapping[str, str] | None = None,
) -> tuple[ReadingTable, ...]:
    """Return the readings in tables: those of a side, then those of the whole recording.

    Parameters
    ----------
    result
        What was measured.
    labels
        Measure id to the words the content has for it.
    baseline
        An earlier result of the same test; gives its values and the change with both errors.
    usual
        Measure id to what is usual, in words.
    """
    now, then = _by_measure(result), _by_measure(baseline)
    found = []
    for title, sides in (("Left and right", (Side.LEFT, Side.RIGHT)), ("Whole recording", (Side.NONE,))):
        present = [side for side in sides if any(side in of for of in now.values())]
        rows = tuple(
            replace(
                _row(
                    of, then.get(name, {}), labels.get(name, ""), present, has_baseline=baseline is not None
                ),
                usual=(usual or {}).get(name, ""),
            )
            for name, of in now.items()
            if any(side in of for side in present)
        )
        if rows:
            columns = _columns(present, has_baseline=baseline is not None)
            found.append(ReadingTable(title=title, columns=columns, rows=rows))
    return tuple(found)


def _columns(present: Sequence[Side], *, has_baseline: bool) -> tuple[str, ...]:
    heads = [_NAMES[side] for side in present]
    difference = ["Left − right"] if len(present) == 2 else []
    if not has_baseline:
        return (*heads, *difference)
    changes = [f"{name}, change" for name in heads]
    return (*heads, *difference, *(f"{name}, before" for name in heads), *changes)


def _row(
    now: Mapping[Side, Reading],
    before: Mapping[Side, Reading],
    label: str,
    present: Sequence[Side],
    *,
    has_baseline: bool,
) -> Row:
    reading = next(iter(now.values()))
    cells = [_cell(now.get(side)) for side in present]
    if len(present) == 2:
        cells.append(_difference(now.get(Side.LEFT), now.get(Side.RIGHT)))
    verdict = ""
    if has_baseline:
        cells += [_cell(before.get(side)) for side in present]
        cells += [_difference(now.get(side), before.get(side)) for side in present]
        verdict = _change_words(now, before)
    flags = dict.fromkeys(flag for each in now.values() for flag in each.quality)
    return Row(
        name=label or plain(reading.measure, reading.unit).capitalize(),
        unit=symbol(reading.unit),
        cells=tuple(cells),
        verdict=verdict,
        flags=", ".join(map(flag_words, flags)),
    )


def _by_measure(result: MeasureResult | None) -> dict[str, dict[Side, Reading]]:
    found: dict[str, dict[Side, Reading]] = {}
    for reading in result.readings if result is not None else ():
        found.setdefault(reading.measure, {})[reading.side] = reading
    return found


def _difference(first: Reading | None, second: Reading | None) -> Shown:
    if first is None or second is None or first.unit != second.unit:
        return Shown(words="")
    half = Z_95 * math.hypot(first.error, second.error)
    step = grid_of(half)
    return Shown(words=number(first.value - second.value, step, signed=True), after=f"± {number(half, step)}")


def _change_words(now: Mapping[Side, Reading], before: Mapping[Side, Reading]) -> str:
    """Return whether the change of any side is beyond its error."""
    pairs = [
        (reading, before[side])
        for side, reading in now.items()
        if side in before and before[side].unit == reading.unit
    ]
    if not pairs:
        return "Not in the baseline"
    if len({reading.method for pair in pairs for reading in pair}) > 1:
        return "Another method"
    beyond = any(abs(a.value - b.value) > Z_95 * math.hypot(a.error, b.error) for a, b in pairs)
    return "Beyond error" if beyond else "Within error"


def trial_table(result: MeasureResult) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return heads and rows of every stride or trial."""
    if isinstance(result, GaitResult):
        return _strides(result)
    if isinstance(result, LungeResult):
        return _lunges(result)
    names = list(dict.fromkeys(name for trial in result.trials for name in trial.values))
    heads = ["no.", "side", "start, s", "end, s"]
    for name in names:
        words, unit = unit_of_name(name)
        heads.append(f"{words}, {symbol(unit)}" if symbol(unit) else words)
    rows = [
        (
            str(trial.number),
            _side(trial.side),
            number(trial.start_s, 0.01),
            number(trial.end_s, 0.01),
            *(_number(trial.values.get(name)) for name in names),
            _use(trial.is_counted, trial.quality),
        )
        for trial in result.trials[:_MOST_ROWS]
    ]
    return (*heads, "use"), rows


def _number(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return ""
    size = abs(value)
    return number(value, 0.001 if size < 3 else 0.1 if size < 300 else 1)


def _rounded(value: float | None, step: float) -> str:
    return "" if value is None or not math.isfinite(value) else number(value, step)


def _side(side: Side) -> str:
    return "" if side is Side.NONE else side.value


def _use(is_used: bool, flags: Iterable[str]) -> str:
    said = ", ".join(map(flag_words, flags))
    return ("counts" if is_used else "does not count") + (f": {said}" if said else "")


def _strides(result: GaitResult) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    heads = (
        "at, s",
        "side",
        "length, m",
        "time, s",
        "stance, s",
        "swing, s",
        "strike, °",
        "off, °",
        "lift, cm",
        "use",
    )
    rows = []
    for one in result.strides[:_MOST_ROWS]:
        why = [
            word for word, is_so in (("turn", one.is_turn), ("first or last", one.is_first_or_last)) if is_so
        ]
        used = not (why or one.quality)
        values = (one.stride_length_m, one.stride_time_s, one.stance_time_s, one.swing_time_s)
        angles = (one.strike_angle_deg, one.toe_off_angle_deg, one.clearance_cm)
        rows.append(
            (
                number(one.foot_strike_s, 0.01),
                _side(one.side),
                *(_rounded(value, 0.01) for value in values),
                *(_rounded(value, 0.1) for value in angles),
                _use(used, (*why, *one.quality)),
            )
        )
    return heads, rows


def _lunges(result: LungeResult) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    heads = ("no.", "side", "at, s", "held, s", "angle, °", "out of plane, °", "first pinch, °", "use")
    rows: list[tuple[str, ...]] = [
        (
            str(one.number),
            _side(one.side),
            number(one.peak_s, 0.1),
            number(one.hold_s, 0.1),
            number(one.lunge_angle_deg, 0.1),
            number(one.out_of_plane_deg, 0.1),
            "" if one.first_pinch_angle_deg is None else number(one.first_pinch_angle_deg, 0.1),
            _use(one.is_counted, one.quality),
        )
        for one in result.trials[:_MOST_ROWS]
    ]
    return heads, rows


def file_rows(result: MeasureResult) -> list[tuple[str, ...]]:
    """Return file, what it was recognised as, and what was said of it."""
    rows: list[tuple[str, ...]] = []
    for sensor in result.recording.sensors:
        who = sensor.sources
        what = (
            f"{sensor.format}, {_side(sensor.side) or 'side not known'} (by {who.side}), {sensor.placement} "
            f"(by {who.placement}), {number(sensor.rate_hz, 0.1)} Hz (by {who.rate}), units by {who.units}"
        )
        said = [*map(flag_words, sensor.flags), *sensor.notes]
        said += [f"{clip.n_samples} samples at {clip.limit:g} {clip.unit}" for clip in sensor.clipping]
        if sensor.n_missing_samples:
            said.append(f"{sensor.n_missing_samples} samples missing")
        rows.append(
            (sensor.file, what, f"{number(sensor.duration_s)} s", "; ".join(said), sensor.sha256[:12])
        )
    for lab in result.recording.labs:
        what = f"{lab.format}, points at {number(lab.point_rate_hz, 0.1)} Hz"
        what += f", analog at {number(lab.analog_rate_hz, 0.1)} Hz" if lab.analog_rate_hz else ""
        said = [*map(flag_words, lab.flags), *lab.notes]
        rows.append((lab.file, what, f"{number(lab.duration_s)} s", "; ".join(said), lab.sha256[:12]))
    for pose in result.recording.poses:
        what = f"{pose.format}, {number(pose.rate_hz)} Hz (by {pose.rate_from}), in {pose.unit}"
        said = [*map(flag_words, pose.flags), *pose.notes]
        rows.append((pose.file, what, f"{number(pose.duration_s)} s", "; ".join(said), pose.sha256[:12]))
    return rows


def refused_rows(result: MeasureResult) -> list[tuple[str, ...]]:
    """Return what was refused, the side, when, why, and what would mend it."""
    rows: list[tuple[str, ...]] = []
    for one in result.refused:
        when = ""
        if one.start_s is not None:
            when = f"{number(one.start_s)} s" + (
                f" to {number(one.end_s)} s" if one.end_s is not None else ""
            )
        many = f" ({one.n_missing})" if one.n_missing else ""
        rows.append((one.what + many, _side(one.side), when, one.reason, one.mend))
    return rows
