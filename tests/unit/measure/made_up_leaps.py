"""Made-up jumps and hops as files and materials, for the tests of measuring."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from msgspec.structs import replace

from mortise import measure
from mortise.measure.laboratory import ForcePlate, LabRecording, Marker
from mortise.measure.materials import Materials
from mortise.measure.recording import Floats
from mortise.simulate.jumps import FictionalJump, Kind, fictional_jump
from mortise.simulate.laboratory import c3d_of
from mortise.simulate.recordings import csv_of


@cache
def leap(seed: int = 1, kind: Kind = "countermovement", side: str = "both", **more: Any) -> FictionalJump:
    """Return a made-up leap, made once."""
    return fictional_jump(seed, kind, side=side, **more)


@cache
def lab_of(made: FictionalJump) -> LabRecording:
    """Read the laboratory's recording of a made-up leap from its C3D file."""
    return measure.read_lab(("leap.c3d", c3d_of(made.laboratory)))


def in_lab(made: FictionalJump) -> Materials:
    """Return markers and plate."""
    return Materials(labs=(lab_of(made),))


def markers_only(made: FictionalJump) -> Materials:
    """Return markers without the plate."""
    return Materials(labs=(replace(lab_of(made), plates=()),))


def plates_only(made: FictionalJump, force_n: Floats | None = None) -> Materials:
    """Return the plate without markers, its force replaced when one is given."""
    lab = lab_of(made)
    plates = lab.plates if force_n is None else (replace(lab.plates[0], vertical_n=force_n),)
    return Materials(labs=(replace(lab, markers=(), plates=plates),))


def sensors_of(made: FictionalJump, *names: str) -> tuple[measure.Recording, ...]:
    """Read sensors of a made-up leap from their CSV files, all of them when none is named."""
    found = []
    for name in names or tuple(made.sensors):
        samples = made.sensors[name]
        placement = "lower_back" if name == "lower_back" else "instep"
        found += measure.read([(f"{name}.csv", csv_of(samples))], placement=placement)
    return tuple(found)


def in_sensors(made: FictionalJump, *names: str) -> Materials:
    """Return sensors as materials."""
    return Materials(sensors=sensors_of(made, *names))


def without_markers(lab: LabRecording, *endings: str) -> LabRecording:
    """Return a recording without the markers whose names end so."""
    return replace(lab, markers=tuple(m for m in lab.markers if not m.label.endswith(endings)))


def lab_turned(lab: LabRecording, matrix: Floats) -> LabRecording:
    """Return a recording in a frame that is turned."""
    return replace(
        lab,
        markers=tuple(replace(m, points_m=m.points_m @ matrix.T) for m in lab.markers),
        plates=tuple(
            replace(
                plate,
                corners_m=plate.corners_m @ matrix.T,
                force_n=plate.force_n @ matrix.T,
                moment_n_m=plate.moment_n_m @ matrix.T,
                centre_of_pressure_m=plate.centre_of_pressure_m @ matrix.T,
                up=plate.up @ matrix.T,
            )
            for plate in lab.plates
        ),
    )


def lab_mirrored(lab: LabRecording) -> LabRecording:
    """Return the recording of the mirrored person: left and right change names and the room its hand."""
    matrix = np.diag([1.0, -1.0, 1.0])
    swapped = {"L": "R", "R": "L"}
    turned = lab_turned(lab, matrix)
    markers = tuple(
        replace(m, label=swapped[m.label[0]] + m.label[1:] if m.label[0] in swapped else m.label)
        for m in turned.markers
    )
    return replace(turned, markers=markers)


def markers_of(points: dict[str, Floats], rate_hz: float = 100.0) -> LabRecording:
    """Return a laboratory recording of named points."""
    n = len(next(iter(points.values())))
    return LabRecording(
        info=measure.LabInfo(
            file="made-up.trc",
            sha256="0" * 64,
            format="trc",
            point_rate_hz=rate_hz,
            n_frames=n,
            duration_s=(n - 1) / rate_hz,
        ),
        time_s=np.arange(n) / rate_hz,
        markers=tuple(
            Marker(label=label, points_m=values, residual_m=np.zeros(n)) for label, values in points.items()
        ),
    )


def plate_of(force_n: Floats, rate_hz: float = 1000.0, name: str = "plate 1") -> ForcePlate:
    """Return a plate that states nothing but its load."""
    n = len(force_n)
    return ForcePlate(
        name=name,
        type=0,
        rate_hz=rate_hz,
        corners_m=np.zeros((0, 3)),
        origin_m=np.zeros(3),
        force_n=np.stack([np.zeros(n), np.zeros(n), force_n], axis=1),
        moment_n_m=np.zeros((n, 3)),
        moment_about="plate_centre",
        centre_of_pressure_m=np.full((n, 3), np.nan),
        up=np.zeros(0),
        vertical_n=force_n,
    )


def reading(result: Any, measure_id: str, side: str | None = None) -> measure.Reading:
    """Return the one reading of a measure, of a side when one is named."""
    found = [
        each
        for each in result.readings
        if each.measure == measure_id and (side is None or each.side.value == side)
    ]
    assert len(found) == 1, f"{measure_id}: {[(each.measure, each.side) for each in result.readings]}"
    return found[0]
