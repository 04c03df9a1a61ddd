"""One file, recognised by its content, added to what was found for a test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from mortise.errors import SignalError
from mortise.measure.laboratory import LabRecording
from mortise.measure.materials import Materials
from mortise.measure.readers import _hdf5, _mat, _names
from mortise.measure.readers._arrays import Tree, array_raws
from mortise.measure.readers._lab import lab_format_of, read_lab_source
from mortise.measure.readers._lab_parts import RandomAccess
from mortise.measure.readers._lab_table import lab_of_table
from mortise.measure.readers._logger import is_logger_json, logger_raws
from mortise.measure.readers._npz import read_npy
from mortise.measure.readers._parts import Part, joined
from mortise.measure.readers._pose import poses_of
from mortise.measure.readers._pose_json import PoseFile, pose_format_of, read_pose_file
from mortise.measure.readers._sensors import phone_raws, refuse_table, table_raws
from mortise.measure.readers._settle import Given, Raw, usable
from mortise.measure.readers._sidecar import Sidecar, read_sidecar
from mortise.measure.readers._source import Known, Reader, Source, is_json
from mortise.measure.readers._table import read_table
from mortise.measure.recording import Recording
from mortise.terms import Side

# Sensors of one test are started and stopped together, by hand: within this of each other.
_SHORTER_S, _SHORTER_SHARE = 2.0, 0.1
_ORDER = {Side.LEFT: 0, Side.RIGHT: 1, Side.NONE: 2}


class Found(Struct, kw_only=True, eq=False):
    """What was read so far; parts of sensors and frames of poses wait until everything is read."""

    given: Given
    sensors: list[Recording] = field(default_factory=list)
    labs: list[LabRecording] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    poses: list[PoseFile] = field(default_factory=list)
    side: Side = Side.NONE
    foot_length_m: float | None = None

    def count(self) -> int:
        """Return how many things were found."""
        return len(self.sensors) + len(self.labs) + len(self.parts) + len(self.poses)

    def npy(self, source: Source) -> Tree:
        """Return one array of an NPZ archive."""
        return read_npy(source)

    def add_arrays(self, name: str, tree: Tree, side: Side | None) -> None:
        """Add the sensors among named arrays of an archive."""
        known = Known(name=name, sha256=_hash_of(tree))
        self.add(known, array_raws(tree, name, "npz"), Sidecar(), side, "")

    def add(self, known: Known, raws: list[Raw], sidecar: Sidecar, side: Side | None, part: str) -> None:
        """Add sensors of one file; only those of `side` and `part` when the caller says so."""
        sidecar = self.told(sidecar, raws)
        if part:
            raws = [raw for raw in raws if part.lower() in raw.sensor.lower()] or _no_part(
                known.name, raws, part
            )
        if side is not None and len(raws) > 1:
            raws = [raw for raw in raws if _names.side_of_name(raw.sensor) is side] or raws[:1]
        whole = [raw for raw in raws if not raw.kind]
        if whole:
            self.sensors.extend(usable(known, whole, self.given.of_side(side), sidecar))
        self.parts.extend(
            Part(known=known, raw=raw, sidecar=sidecar, side=side) for raw in raws if raw.kind and not whole
        )

    def told(self, sidecar: Sidecar, raws: Sequence[Raw] = ()) -> Sidecar:
        """Take from a sidecar what is said of the test, not of a sensor; return what is left.

        The side in the sidecar of a file that holds both sides says which was tested.
        """
        if sidecar.foot_length_cm is not None and self.foot_length_m is None:
            self.foot_length_m = sidecar.foot_length_cm / 100.0
        if sidecar.side is None or (raws and len({raw.header_side for raw in raws} - {Side.NONE}) < 2):
            return sidecar
        if self.side is Side.NONE:
            self.side = sidecar.side
        return replace(sidecar, side=None)

    def materials(self) -> Materials:
        """Join what waited and return everything, left before right."""
        sensors = list(self.sensors)
        for whole in joined(self.parts):
            sensors.extend(usable(whole.known, [whole.raw], self.given.of_side(whole.side), whole.sidecar))
        worn = _with_lengths(_of_side(sensors, self.side))
        return Materials(
            sensors=tuple(sorted(worn, key=lambda each: _ORDER[each.side])),
            labs=tuple(self.labs),
            poses=tuple(poses_of(self.poses, self.given.rate_hz)),
            side=self.side,
            foot_length_m=self.foot_length_m,
        )


def _with_lengths(sensors: list[Recording]) -> list[Recording]:
    """Return the sensors, flagged when one on another spot lasts a tenth longer: they should have run together."""
    lasting = {(each.side, each.placement): each.duration_s for each in sensors}
    longest = max(lasting.values(), default=0.0)
    if len(lasting) < 2 or longest - min(lasting.values()) < max(_SHORTER_S, _SHORTER_SHARE * longest):
        return sensors
    return [
        replace(each, info=replace(each.info, flags=(*each.info.flags, "lengths_differ"))) for each in sensors
    ]


def _of_side(sensors: list[Recording], side: Side) -> list[Recording]:
    """Return the sensors of the side that was tested and those of no side; a sensor of no side alone is of it."""
    if side is Side.NONE or not sensors:
        return sensors
    kept = [each for each in sensors if each.side is not side.opposite]
    if not kept:
        raise SignalError(
            f"no sensor of the {side.value} side is there, only of the other.",
            where=", ".join(dict.fromkeys(each.info.file for each in sensors)),
            mend=f"Choose the other side with --side {side.opposite.value}, or give the other file.",
        )
    if any(each.side is side for each in kept):
        return kept
    return [_worn_on(each, side) for each in kept]


def _worn_on(sensor: Recording, side: Side) -> Recording:
    """Return a sensor of no side with the side that was tested; those of trunk and pelvis have none."""
    if sensor.placement in ("lower_back", "belt"):
        return sensor
    sources = replace(sensor.info.sources, side="given")
    return replace(sensor, info=replace(sensor.info, side=side, sources=sources))


def _no_part(name: str, raws: list[Raw], part: str) -> list[Raw]:
    there = ", ".join(raw.sensor for raw in raws[:20] if raw.sensor)
    raise SignalError(
        f"no sensor of the file is called {part!r}.",
        where=name,
        mend=f"There are: {there or 'none with a name'}.",
    )


def _hash_of(tree: dict[str, Any]) -> str:
    import hashlib

    found = hashlib.sha256()
    for name, array in sorted(tree.items()):
        found.update(name.encode())
        found.update(array.tobytes())
    return found.hexdigest()


def read_one(found: Found, source: Source, side: Side | None, part: str = "") -> None:
    """Read one file into `found`.

    Raises
    ------
    SignalError
        When nothing in the file can be used.
    """
    head = source.head()
    if head.startswith(_mat.MAGIC):
        access = RandomAccess(source)
        raws = array_raws(_mat.read_mat(access), source.name, "mat")
        found.add(_known(access), raws, read_sidecar(source.path), side, part)
    elif head.startswith(_hdf5.MAGIC) or head[512:520] == _hdf5.MAGIC:
        access = RandomAccess(source)
        raws = array_raws(_hdf5.read_hdf5(access), source.name, "hdf5")
        found.add(_known(access), raws, read_sidecar(source.path), side, part)
    elif lab_format_of(source) is not None:
        found.told(read_sidecar(source.path))
        found.labs.append(read_lab_source(source))
    elif is_json(head):
        _read_json(found, source, head, side, part)
    else:
        _read_text(found, source, side, part)


def _known(access: RandomAccess) -> Known:
    return Known(name=access.name, sha256=access.sha256())


def _read_json(found: Found, source: Source, head: bytes, side: Side | None, part: str) -> None:
    """Read keypoints, the export of a phone logger, or the phone's own log."""
    sidecar, reader = read_sidecar(source.path), Reader(source)
    kind = pose_format_of(head)
    if kind is not None:
        found.told(sidecar)
        found.poses.append(read_pose_file(reader, kind))
        return
    raws = logger_raws(reader) if is_logger_json(head) else phone_raws(reader)
    found.add(reader.known, raws, sidecar, side, part)


def _read_text(found: Found, source: Source, side: Side | None, part: str) -> None:
    """Read a table: sensors, parts of sensors, or forces and markers."""
    sidecar, reader = read_sidecar(source.path), Reader(source)
    table = read_table(reader)
    raws = table_raws(reader, table)
    if raws:
        found.add(reader.known, raws, sidecar, side, part)
        return
    lab = lab_of_table(reader.known, table, found.given.rate_hz or sidecar.rate_hz)
    if lab is None:
        refuse_table(reader, table)
    found.told(sidecar)
    found.labs.append(lab)
