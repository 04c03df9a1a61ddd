"""Jumps and hops: flights from markers, keypoints and sensors against plates; heights two ways; no flight in a walk.

A *virtual* sensor or camera is computed from the laboratory's real markers: the movement of a real foot, skin and
shoe, seen as an inertial sensor or a video would see it. It is not a worn sensor, and is called virtual throughout.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from mortise import measure
from mortise.measure._floor import Floor
from mortise.measure._floor_body import floor_of_body
from mortise.measure._floor_plates import floor_of_loads, loads_of
from mortise.measure._floor_sensors import floor_of_sensors
from mortise.measure._hop import hop_of
from mortise.measure._jump import jump_of
from mortise.measure._jump_force import push_of
from mortise.measure.axes import axes_of
from mortise.measure.laboratory import ForcePlate, LabRecording
from mortise.measure.markers import SIDES, Body, body_of_lab
from mortise.measure.materials import Materials
from mortise.simulate.jumps import FictionalJump, Kind, fictional_jump
from mortise.simulate.laboratory import c3d_of
from mortise.simulate.recordings import csv_of
from mortise.terms import Side
from validation.figure import Figure, mean, rms, spread
from validation.sources import Floats, data_folder, labelled_walks
from validation.virtual import virtual_back, virtual_foot, virtual_video

LAB = "OpenCap laboratory, 4 drop jumps of 2 people, against force plates"
PLATES = "jumps on plates, 4 jumps of at most 3 people: height by impulse against height by time in the air"
WORN = "laboratory exercises, 3 jumps of 1 person: sensors on the feet against the sensor at the back"
WALKS = "IPOL, 7 people walking, foot sensors"
MADE_UP = "made-up jumps and hops"


class DropJump(Struct, frozen=True, eq=False):
    """One drop jump: markers and the floor that the plates saw."""

    name: str
    body: Body
    floor: Floor


@cache
def drop_jumps() -> tuple[DropJump, ...]:
    """Return the drop jumps that have both markers and forces."""
    folder = data_folder() / "opencap-lab"
    pairs = [("osim/DetectMarkerFlip/DJ1.trc", "osim/DetectMarkerFlip/DJ1_forces.mot")]
    pairs += [(f"grf/Subject4/MarkerData/DJ{i}.trc", f"grf/Subject4/ID/DJ{i}_grf.mot") for i in (1, 2, 3)]
    found = []
    for markers, forces in pairs:
        body = body_of_lab(measure.read_lab(folder / markers))
        loads = loads_of(measure.read_lab(folder / forces).plates, body)
        found.append(DropJump(markers, body, floor_of_loads(loads)))
    return tuple(found)


def _ways(body: Body) -> dict[str, Floor]:
    """Return the floor of one jump by each way of seeing it."""
    video = virtual_video(body)
    return {
        "markers": floor_of_body(body, axes_of(body)),
        "virtual foot sensors": floor_of_sensors([virtual_foot(body, side) for side in SIDES]),
        "virtual sensor at the back": floor_of_sensors([virtual_back(body)]),
        "virtual camera, 60 frames a second": floor_of_body(video, axes_of(video)),
    }


def against_plates() -> tuple[list[Figure], dict[str, list[float]]]:
    """Return flight and contact time from markers, virtual sensors and a virtual camera against the plates."""
    flight_ms: dict[str, list[float]] = {}
    contact_ms: dict[str, list[float]] = {}
    moments_ms: dict[str, list[float]] = {"foot strike": [], "foot off": []}
    n_missed = 0
    for jump in drop_jumps():
        true = jump.floor.flights()[-1]
        assert true.contact_s is not None
        ways = _ways(jump.body)
        for name, floor in ways.items():
            near = [f for f in floor.flights() if abs(f.takeoff_s - true.takeoff_s) < 0.15]
            n_missed += not near
            for flight in near[:1]:
                flight_ms.setdefault(name, []).append(1000.0 * (flight.flight_s - true.flight_s))
                if flight.contact_s is not None:
                    contact_ms.setdefault(name, []).append(1000.0 * (flight.contact_s - true.contact_s))
        for name, found in _moments(ways["markers"], jump.floor).items():
            moments_ms[name] += found
    marks = {"markers": 5.0, "virtual foot sensors": 15.0}
    figures = [
        _fig("opencap.flights_missed", LAB, "flights missed, all four ways", n_missed, "", 16, "down", 0.0)
    ]
    for key, what, errors_of in (
        ("flight", "flight time", flight_ms),
        ("contact", "contact time", contact_ms),
    ):
        for name, errors in errors_of.items():
            figures.append(
                _rms(f"opencap.{key}.{_key(name)}", LAB, f"{what}, {name}, RMSE", errors, marks.get(name))
            )
    for name, errors in moments_ms.items():
        key = f"opencap.{name.replace(' ', '_')}"
        n = len(errors)
        figures += [
            _fig(f"{key}_bias_ms", LAB, f"{name} from markers, bias", mean(errors), "ms", n, "zero", 10.0),
            _fig(f"{key}_sd_ms", LAB, f"{name} from markers, SD", spread(errors), "ms", n, "down", 10.0),
        ]
    plots = {f"flight time, {name}, ms": errors for name, errors in flight_ms.items()}
    return figures, plots | {f"{name} from markers, ms": errors for name, errors in moments_ms.items()}


def _moments(mine: Floor, theirs: Floor) -> dict[str, list[float]]:
    """Return how far foot strikes and foot offs lie from the plates', milliseconds."""
    found: dict[str, list[float]] = {"foot strike": [], "foot off": []}
    for side in SIDES:
        for one, other in zip(mine.contacts[side], theirs.contacts[side], strict=False):
            if one.start_s is not None and other.start_s is not None:
                found["foot strike"].append(1000.0 * (one.start_s - other.start_s))
            if one.end_s is not None and other.end_s is not None:
                found["foot off"].append(1000.0 * (one.end_s - other.end_s))
    return found


def _columns(path: Path) -> Floats:
    rows = []
    for line in path.read_text().splitlines():
        try:
            rows.append([float(cell) for cell in line.split()])
        except ValueError:
            continue
    return np.array(rows)


def _plate(force_n: Floats, rate_hz: float, name: str) -> ForcePlate:
    n = len(force_n)
    empty = np.full((n, 3), np.nan)
    return ForcePlate(
        name=name,
        type=0,
        rate_hz=rate_hz,
        corners_m=np.zeros((0, 3)),
        origin_m=np.zeros(3),
        force_n=np.stack([np.zeros(n), np.zeros(n), force_n], axis=1),
        moment_n_m=empty,
        moment_about="plate_centre",
        centre_of_pressure_m=empty,
        up=np.zeros(0),
        vertical_n=force_n,
    )


def heights() -> list[Figure]:
    """Return how far the two ways to a height differ, and whether two plates sum to the one the set also holds."""
    jumps = data_folder() / "forceplate-jumps" / "Fz-Jumps_(test)"
    sources = [(jumps / f"Dual-{kind}-Fz.txt", 1000.0, None) for kind in ("CMJ", "SJ")]
    sources += [(data_folder() / "bmc" / f"jump{i}.txt", 450.0, 1) for i in (1, 2)]
    errors = []
    flights = []
    for path, rate_hz, column in sources:
        table = _columns(path)
        picked = range(table.shape[1]) if column is None else (column,)
        loads = loads_of([_plate(table[:, i], rate_hz, f"plate {i + 1}") for i in picked])
        flight = floor_of_loads(loads).flights()[0]
        push = push_of(loads, flight)
        assert push is not None
        errors.append(push.height_cm - flight.height_cm)
        flights.append(flight.flight_s)
    singles = []
    for kind in ("CMJ", "SJ"):
        load = loads_of([_plate(_columns(jumps / f"Single-{kind}-Fz.txt")[:, 0], 1000.0, "plate")])
        singles.append(floor_of_loads(load).flights()[0].flight_s)
    apart_ms = [1000.0 * (a - b) for a, b in zip(flights[:2], singles, strict=True)]
    return [
        _fig(
            "plates.height_bias_cm",
            PLATES,
            "impulse minus time in the air, bias",
            mean(errors),
            "cm",
            4,
            "zero",
        ),
        _fig(
            "plates.height_sd_cm",
            PLATES,
            "impulse minus time in the air, SD",
            spread(errors),
            "cm",
            4,
            "down",
        ),
        _rms("plates.two_or_one", PLATES, "flight time, two plates summed against one, RMSE", apart_ms, 5.0),
    ]


def worn() -> list[Figure]:
    """Return how far worn sensors at feet and back agree about the same flights."""
    apart_ms, sides_ms = [], []
    n_found = 0
    paths = sorted((data_folder() / "imu-exercise" / "parsed_h5_csv" / "SUB22" / "CMJDL").glob("*.csv"))
    for path in paths:
        sensors = measure.read(path)
        feet = [each for each in sensors if each.placement == "foot"]
        back = [each for each in sensors if each.placement == "lower_back"]
        by_feet = floor_of_sensors(feet).flights()
        n_found += len(by_feet) == 1
        alone = [floor_of_sensors([foot]).flights() for foot in feet]
        if all(len(each) == 1 for each in alone):
            sides_ms.append(1000.0 * (alone[0][0].flight_s - alone[1][0].flight_s))
        by_back = floor_of_sensors(back).flights()
        if len(by_back) == len(by_feet) == 1:
            apart_ms.append(1000.0 * (by_back[0].flight_s - by_feet[0].flight_s))
    return [
        _fig(
            "worn.flights_found",
            WORN,
            "jumps with exactly one flight, feet",
            n_found / len(paths),
            "ratio",
            len(paths),
            "up",
            1.0,
        ),
        _rms("worn.left_right", WORN, "flight time, left against right foot, RMSE", sides_ms, None),
        _rms("worn.feet_back", WORN, "flight time, back against feet, RMSE", apart_ms, None),
    ]


def walks_without_flight() -> list[Figure]:
    """Return how many flights are found in recordings of people who walk: there are none."""
    n_alone = n_both = n_people = 0
    for walk in labelled_walks():
        feet = [
            replace(sensor, info=replace(sensor.info, side=Side(side)))
            for side, path in walk.files.items()
            for sensor in measure.read(path, placement="instep")
        ]
        n_alone += sum(len(floor_of_sensors([foot]).flights()) for foot in feet)
        n_both += len(floor_of_sensors(feet).flights())
        n_people += 1
    said = "flights found in walking"
    return [
        _fig("walks.flights_both", WALKS, f"{said}, both feet", float(n_both), "", n_people, "down", 0.0),
        _fig(
            "walks.flights_alone", WALKS, f"{said}, one foot alone", float(n_alone), "", 2 * n_people, "down"
        ),
    ]


def _materials(made: FictionalJump, way: str) -> Materials:
    if way in ("plate", "markers"):
        lab: LabRecording = measure.read_lab(("leap.c3d", c3d_of(made.laboratory)))
        return Materials(labs=(replace(lab, markers=()) if way == "plate" else replace(lab, plates=()),))
    names = ("lower_back",) if way == "sensor at the back" else ("left_foot", "right_foot")
    sensors = []
    for name in names:
        placement = "lower_back" if name == "lower_back" else "instep"
        sensors += measure.read([(f"{name}.csv", csv_of(made.sensors[name]))], placement=placement)
    return Materials(sensors=tuple(sensors))


def made_up() -> list[Figure]:
    """Return what the arithmetic loses on made-up leaps: flight time, jump height, reactive strength, distance."""
    figures = []
    # how a made-up shoe gives way is a guess, which moves the markers' landing: no mark there
    marks = {"plate": 5.0, "markers": None, "foot sensors": 15.0, "sensor at the back": None}
    kinds: tuple[tuple[Kind, str], ...] = (("countermovement", "both"), ("hop", "left"), ("rebound", "right"))
    for way, mark in marks.items():
        errors: list[float] = []
        n_wrong = 0
        for kind, side in kinds:
            for seed in range(10):
                made = fictional_jump(seed, kind, side=side, rate_hz=100.0)
                result = (hop_of if side != "both" else jump_of)(_materials(made, way))
                if len(result.trials) != len(made.leaps):
                    n_wrong += 1
                    continue
                errors += [
                    1000.0 * (trial.values["flight_time_s"] - (leap.landing_s - leap.takeoff_s))
                    for trial, leap in zip(result.trials, made.leaps, strict=True)
                ]
        key = f"made_up.flight.{_key(way)}"
        figures += [
            _rms(key, MADE_UP, f"flight time, {way} at 100 Hz, RMSE", errors, mark),
            _fig(
                f"{key}.wrong_count",
                MADE_UP,
                f"recordings with another number of flights, {way}",
                float(n_wrong),
                "",
                30,
                "down",
                0.0,
            ),
        ]
    return [*figures, *_made_up_sizes()]


def _made_up_sizes() -> list[Figure]:
    height, distance = [], []
    for seed in range(10):
        made = fictional_jump(seed, "countermovement")
        result = jump_of(_materials(made, "plate"))
        height.append(result.trials[0].values["height_impulse_cm"] - made.heights_cm[0])
        hop = fictional_jump(seed, "hop", side="right", distance_m=0.5 + 0.1 * seed)
        carried = hop_of(_materials(hop, "markers")).trials[0].values["forward_cm"]
        distance.append(carried - (50.0 + 10.0 * seed))
    return [
        _fig(
            "made_up.height_rmse_cm", MADE_UP, "jump height by impulse, RMSE", rms(height), "cm", 10, "down"
        ),
        _fig(
            "made_up.distance_rmse_cm",
            MADE_UP,
            "way of the foot in a hop, markers, RMSE",
            rms(distance),
            "cm",
            10,
            "down",
        ),
    ]


def _key(name: str) -> str:
    return name.split(",")[0].replace(" ", "_")


def _rms(key: str, source: str, what: str, errors_ms: list[float], mark: float | None) -> Figure:
    return _fig(f"{key}_rmse_ms", source, what, rms(errors_ms), "ms", len(errors_ms), "down", mark)


def _fig(
    key: str, source: str, what: str, value: float, unit: str, n: int, better: str, mark: float | None = None
) -> Figure:
    return Figure(
        key=f"leaps.{key}",
        source=source,
        what=what,
        value=value,
        unit=unit or "flights",
        n=n,
        better=better,
        mark=mark,
    )
