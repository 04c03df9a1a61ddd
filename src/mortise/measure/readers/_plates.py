"""Force plates of a C3D file: types 1 to 4, 6 and 7 calibrated and turned into the laboratory frame."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.measure.laboratory import AnalogChannel, ForcePlate, Marker
from mortise.measure.readers._c3d_header import Parameters
from mortise.measure.readers._lab_parts import metres_per
from mortise.measure.recording import Floats, Won

# Below this the centre of pressure is noise; the usual threshold of contact.
MIN_LOAD_N = 20.0
# Load from which a plate's own sign and unit can be judged: a sixth of a light adult, far above drift.
_CLEAR_LOAD_N = 100.0
_N_CHANNELS = {1: 6, 2: 6, 3: 8, 4: 6, 6: 12, 7: 8}
# Types whose outputs go through a calibration matrix first, and its size.
_MATRIX_SIZES = {4: 6, 6: 12, 7: 8}
# Types that measure at the corners: ORIGIN holds the distances of their sensors and their depth.
_BY_CORNERS = frozenset({3, 6, 7})
_OTHER_TYPES = {
    5: "eight outputs named by corner, with a geometry of its own",
    11: "a treadmill with two belts",
    12: "a treadmill with two belts",
    21: "instrumented stairs",
}
_MOMENT_UNITS = {"nm": 1.0, "nmm": 0.001, "ncm": 0.01}


class PlatesFound(Struct, frozen=True, kw_only=True):
    """The plates, what settled sign and unit, and what was odd."""

    plates: tuple[ForcePlate, ...] = ()
    sign_from: Won = "assumed"
    unit_from: Won = "assumed"
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class _Geometry(Struct, frozen=True, eq=False):
    """Centre and axes (columns) of a plate, and half its diagonal."""

    centre_m: Floats
    axes: Floats
    reach_m: float


def plates_of(
    parameters: Parameters,
    analog: tuple[AnalogChannel, ...],
    markers: tuple[Marker, ...],
    unit: str,
    metres: float,
) -> PlatesFound:
    """Return the force plates that a file declares.

    Parameters
    ----------
    parameters
        Of the file.
    analog
        Scaled channels.
    markers
        They tell which side of a plate is up.
    unit, metres
        The file's unit of length, and its metres.

    Returns
    -------
    PlatesFound
        Calibrated plates. One that cannot be calibrated is left out with a note; its channels stay readable.

    Notes
    -----
    1. Raw outputs become force and moment in plate axes: type 1 gives force, centre of pressure and free moment; types
       2 and 4 force and moment about the transducers (4 after its 6 x 6 matrix); type 3 eight forces, type 7 the
       same after an 8 x 8 matrix, type 6 three forces of each corner after a 12 x 12 matrix.
    2. The moment is moved to the centre of the surface with ORIGIN, which points up out of the plate; plate axes point
       down, so a positive third component is a known slip of some programs and is turned round.
    3. Corners give the axes: x from corner 2 to 1, y from 4 to 1, z their product.
    4. A plate is pushed, never pulled. Where most loaded samples pull, the file stores the action on the plate, not
       the reaction; the sign is turned and flagged. Markers tell which side is up, else the format's rule does.
    5. Force acts on the plate. Where the unit of moments puts the centre of pressure beyond it and another
       unit puts it on it, the latter is used and flagged.
    """
    n_plates = max(0, parameters.count("FORCE_PLATFORM:USED") or 0)
    found: list[ForcePlate] = []
    flags: list[str] = []
    notes: list[str] = []
    channels = parameters.numbers("FORCE_PLATFORM:CHANNEL")
    n_rows = (parameters.sizes.get("FORCE_PLATFORM:CHANNEL") or (0,))[0]
    types = parameters.numbers("FORCE_PLATFORM:TYPE")
    signs: set[Won] = set()
    for index in range(min(n_plates, 64)):
        kind = int(types[index]) if index < len(types) and np.isfinite(types[index]) else 0
        picked = _picked(channels[index * n_rows : (index + 1) * n_rows], kind, analog)
        geometry = _geometry(parameters, index, metres)
        reason = _obstacle(kind, picked, geometry)
        matrix = _matrix(parameters, index, _MATRIX_SIZES[kind]) if kind in _MATRIX_SIZES else None
        if kind in _MATRIX_SIZES and matrix is None:
            reason = "its calibration matrix is not there"
        if reason or geometry is None or picked is None:
            notes.append(f"plate {index + 1} was not calibrated: {reason}.")
            flags.append("plate_left_out")
            continue
        plate, sign, said = _plate(parameters, index, kind, picked, geometry, matrix, markers, (unit, metres))
        found.append(plate)
        signs.add(sign)
        flags += [flag for flag, _ in said]
        notes += [f"plate {index + 1}: {note}" for _, note in said]
    return PlatesFound(
        plates=tuple(found),
        sign_from="data" if "data" in signs else "assumed",
        unit_from="data" if "moment_unit_contradicted" in flags else "header" if found else "assumed",
        flags=tuple(dict.fromkeys(flags)),
        notes=tuple(notes),
    )


def _picked(
    numbers: tuple[float, ...], kind: int, analog: tuple[AnalogChannel, ...]
) -> list[AnalogChannel] | None:
    """Return the channels of one plate, None when they are not all there."""
    n = _N_CHANNELS.get(kind, 0)
    wanted = [int(number) - 1 for number in numbers[:n] if np.isfinite(number)]
    if not n or len(wanted) < n or any(not 0 <= index < len(analog) for index in wanted):
        return None
    return [analog[index] for index in wanted]


def _obstacle(kind: int, picked: list[AnalogChannel] | None, geometry: _Geometry | None) -> str:
    if kind not in _N_CHANNELS:
        what = f", {_OTHER_TYPES[kind]}," if kind in _OTHER_TYPES else ""
        return f"type {kind}{what} is not one of 1 to 4, 6 and 7"
    if picked is None:
        return "its analog channels are not in the file"
    return "its corners do not span a plate" if geometry is None else ""


def _geometry(parameters: Parameters, index: int, metres: float) -> _Geometry | None:
    """Return centre and axes from the four corners; None when they are absent or lie on a line."""
    numbers = parameters.numbers("FORCE_PLATFORM:CORNERS")[12 * index : 12 * index + 12]
    if len(numbers) < 12 or not np.all(np.isfinite(numbers)) or max(map(abs, numbers)) * metres > 1000.0:
        return None
    corners = np.array(numbers).reshape(4, 3) * metres
    x, y = corners[0] - corners[1], corners[0] - corners[3]
    z = np.cross(x, y)
    if np.linalg.norm(z) < 1e-4:
        return None
    x, z = x / np.linalg.norm(x), z / np.linalg.norm(z)
    axes = np.stack([x, np.cross(z, x), z], axis=1)
    centre = corners.mean(axis=0)
    return _Geometry(centre, axes, float(np.max(np.linalg.norm(corners - centre, axis=1))))


def _matrix(parameters: Parameters, index: int, size: int) -> Floats | None:
    """Return the calibration matrix of a plate, stored column by column; the first of its block when that is larger."""
    sizes = parameters.sizes.get("FORCE_PLATFORM:CAL_MATRIX") or (size, size)
    n_rows, n_columns = (sizes[0], sizes[1]) if len(sizes) > 1 else (size, size)
    n = n_rows * n_columns
    numbers = parameters.numbers("FORCE_PLATFORM:CAL_MATRIX")[n * index : n * index + n]
    if n_rows < size or n_columns < size or len(numbers) < n or not np.all(np.isfinite(numbers)):
        return None
    return np.array(numbers).reshape(n_rows, n_columns, order="F")[:size, :size]


def _plate(
    parameters: Parameters,
    index: int,
    kind: int,
    picked: list[AnalogChannel],
    geometry: _Geometry,
    matrix: Floats | None,
    markers: tuple[Marker, ...],
    length: tuple[str, float],
) -> tuple[ForcePlate, Won, list[tuple[str, str]]]:
    """Calibrate one plate; return it, what settled its sign, and flags with notes."""
    unit, metres = length
    raw = np.stack([channel.values for channel in picked], axis=1)
    raw[~np.isfinite(raw)] = 0.0
    if matrix is not None:
        raw = raw @ matrix.T
    origin_m, said = _origin(parameters, index, metres)
    per_moment = _moment_metres(picked[-1].unit, metres)
    per_point = metres_per(picked[3].unit) or metres
    force, moment = _force_and_moment(kind, raw, origin_m, per_moment, per_point)
    if kind in (2, 4):
        per_moment, note = _checked_unit(force, raw[:, 3:], origin_m, per_moment, geometry.reach_m)
        said += note
        moment = raw[:, 3:] * per_moment + np.cross(force, origin_m)
    up, sign_from = _up(geometry, markers)
    vertical = force @ (geometry.axes.T @ up)
    is_clear = np.abs(vertical) > _CLEAR_LOAD_N
    if is_clear.sum() >= 3 and np.mean(vertical[is_clear] < 0) > 0.9:
        force, moment, vertical = -force, -moment, -vertical
        said.append(
            ("plate_force_reversed", f"it is pulled as stored ({unit} corners); the sign was turned.")
        )
    plate = ForcePlate(
        name=f"plate {index + 1}",
        type=kind,
        rate_hz=picked[0].rate_hz,
        corners_m=np.array(
            parameters.numbers("FORCE_PLATFORM:CORNERS")[12 * index : 12 * index + 12]
        ).reshape(4, 3)
        * metres,
        origin_m=origin_m,
        force_n=force @ geometry.axes.T,
        moment_n_m=moment @ geometry.axes.T,
        moment_about="plate_centre",
        centre_of_pressure_m=_pressure(force, moment, vertical) @ geometry.axes.T + geometry.centre_m,
        up=up,
        vertical_n=vertical,
        channels=tuple(channel.label for channel in picked),
    )
    return plate, sign_from, said


def _origin(parameters: Parameters, index: int, metres: float) -> tuple[Floats, list[tuple[str, str]]]:
    """Return ORIGIN in metres, upwards; plate axes point down, so up is negative."""
    numbers = parameters.numbers("FORCE_PLATFORM:ORIGIN")[3 * index : 3 * index + 3]
    if len(numbers) < 3 or not np.all(np.isfinite(numbers)):
        return np.zeros(3), [("plate_origin_missing", "ORIGIN is not there; the surface itself was taken.")]
    origin = np.array(numbers) * metres
    kind = parameters.numbers("FORCE_PLATFORM:TYPE")[index]
    if kind in _BY_CORNERS and not (origin[0] and origin[1]):
        return origin, [
            ("plate_origin_missing", "its sensors' distances are not there: force only, no moment.")
        ]
    if origin[2] > 0:
        turned = origin * np.array([1.0, 1.0, -1.0]) if kind in _BY_CORNERS else -origin
        return turned, [("plate_origin_reversed", "ORIGIN points down into the plate; it was turned round.")]
    return origin, []


def _moment_metres(unit: str, metres: float) -> float:
    """Return the newton metres of a unit of moment; newtons times the file's length where none is stated."""
    plain = "".join(character for character in unit.lower() if character.isalpha())
    return _MOMENT_UNITS.get(plain, metres)


def _force_and_moment(
    kind: int, raw: Floats, origin_m: Floats, per_moment: float, per_point: float
) -> tuple[Floats, Floats]:
    """Return force and moment about the centre of the surface, in plate axes."""
    if kind == 1:
        force = raw[:, :3]
        x, y = raw[:, 3] * per_point, raw[:, 4] * per_point
        at_centre = np.cross(np.stack([x, y, np.zeros_like(x)], axis=1), force)
        at_centre[:, 2] += raw[:, 5] * per_moment
        return force, at_centre
    if kind == 6:
        x, y, z = raw[:, 0::3], raw[:, 1::3], raw[:, 2::3]
        pairs = [x[:, 0] + x[:, 1], x[:, 2] + x[:, 3], y[:, 0] + y[:, 3], y[:, 1] + y[:, 2]]
        raw = np.column_stack([*pairs, z])
    if kind in _BY_CORNERS:
        return _eight(raw, origin_m)
    force = raw[:, :3]
    return force, raw[:, 3:6] * per_moment + np.cross(force, origin_m)


def _eight(raw: Floats, origin_m: Floats) -> tuple[Floats, Floats]:
    """Combine the eight outputs of a plate of type 3; `origin_m` holds the sensors' distances and their depth.

    Without the distances the moment is not known: NaN, never zero.
    """
    a, b, depth = origin_m
    if not a or not b:
        a = b = np.nan
    fx12, fx34, fy14, fy23, z1, z2, z3, z4 = raw.T
    force = np.stack([fx12 + fx34, fy14 + fy23, z1 + z2 + z3 + z4], axis=1)
    moment = np.stack(
        [b * (z1 + z2 - z3 - z4), a * (-z1 + z2 + z3 - z4), b * (fx34 - fx12) + a * (fy14 - fy23)], axis=1
    )
    return force, moment + np.cross(force, np.array([0.0, 0.0, depth]))


def _checked_unit(
    force: Floats, raw_moment: Floats, origin_m: Floats, per_moment: float, reach_m: float
) -> tuple[float, list[tuple[str, str]]]:
    """Return the unit of moment that puts the centre of pressure on the plate, the stated one when it does."""
    is_loaded = np.abs(force[:, 2]) > _CLEAR_LOAD_N
    if is_loaded.sum() < 3:
        return per_moment, []
    force, raw_moment = force[is_loaded], raw_moment[is_loaded]

    def typical(unit: float) -> float:
        moment = raw_moment * unit + np.cross(force, origin_m)
        return float(np.median(np.hypot(moment[:, 0], moment[:, 1]) / np.abs(force[:, 2])))

    if typical(per_moment) <= 1.5 * reach_m:
        return per_moment, []
    other = next((u for u in (1.0, 0.001) if u != per_moment and typical(u) <= 1.5 * reach_m), None)
    if other is None:
        return per_moment, [("plate_pressure_outside", "the centre of pressure lies outside it.")]
    names = {1.0: "N m", 0.001: "N mm"}
    return other, [
        ("moment_unit_contradicted", f"its moments can only be in {names[other]}, which was used.")
    ]


def _up(geometry: _Geometry, markers: tuple[Marker, ...]) -> tuple[Floats, Won]:
    """Return the unit vector out of the surface: towards the markers, else against the plate's third axis."""
    down = geometry.axes[:, 2]
    heights = [float(np.nanmedian(m.points_m @ down)) for m in markers if np.any(np.isfinite(m.points_m))]
    if len(heights) >= 3:
        over = float(np.median(heights)) - float(geometry.centre_m @ down)
        if abs(over) > 0.1:
            return down * np.sign(over), "data"
    return -down, "assumed"


def _pressure(force: Floats, moment: Floats, vertical: Floats) -> Floats:
    """Return the centre of pressure in plate axes, on the surface; NaN below 20 N."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        x, y = -moment[:, 1] / force[:, 2], moment[:, 0] / force[:, 2]
    at = np.stack([x, y, np.zeros_like(x)], axis=1)
    at[vertical < MIN_LOAD_N] = np.nan
    return at
