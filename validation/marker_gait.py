"""Foot strike and off from markers against force plates of five laboratories; ankle angle against the stored one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from mortise import measure
from mortise.measure._marker_events import FootMoments, foot_moments
from mortise.measure._marker_gait import marker_gait
from mortise.measure.axes import axes_of
from mortise.measure.markers import SIDES, Body, body_of_lab
from mortise.terms import Side
from validation.figure import Figure, mean, rms, spread
from validation.sources import data_folder

# An event belongs to a crossing within this: a quarter of a second is half a step.
_MATCH_S = 0.25
PLATES = "5 laboratories, 9 people, markers against force plates"
LABELS = "McGill and Qualisys, 7 people, markers against stored events"
ANGLES = "McGill, 7 children, ankle angle from markers against Plug-in Gait"


class Trial(Struct, frozen=True, eq=False):
    """One walk with markers, and the plates of the same trial."""

    name: str
    lab: measure.LabRecording
    plates: Sequence[measure.ForcePlate]


def trials() -> list[Trial]:
    """Return the walks whose markers and plates are both there."""
    root = data_folder()
    found = []
    for path in sorted((root / "c3d-mcgill-gait").rglob("*.c3d")):
        if "Static" not in path.parts:
            found.append(_whole(path))
    found += [
        _whole(root / "c3d-opensim" / "OpenSim" / "Tests" / "shared" / f"walking{n}.c3d") for n in (2, 5)
    ]
    found += [
        _whole(root / "c3d-ktk" / "c3d_sample.c3d"),
        _whole(root / "c3d-ktk" / "c3d_test_suite" / "ezc3d" / "Qualisys.c3d"),
    ]
    subject = root / "opencap-lab" / "grf" / "Subject4"
    for n in (1, 2):
        markers = measure.read_lab(subject / "MarkerData" / f"walking{n}.trc")
        forces = measure.read_lab(subject / "ID" / f"walking{n}_grf.mot")
        found.append(Trial(f"opencap walking{n}", markers, forces.plates))
    flip = root / "opencap-lab" / "osim" / "DetectMarkerFlip"
    markers = measure.read_lab(flip / "walking2.trc")
    found.append(Trial("opencap flip", markers, measure.read_lab(flip / "walking2_forces.mot").plates))
    return found


def _whole(path: Path) -> Trial:
    lab = measure.read_lab(path)
    return Trial(path.stem, lab, lab.plates)


def _on_plate(plate: measure.ForcePlate, point: np.ndarray) -> bool:
    """Whether a point lies over the plate's surface; True for tables, which know no corners."""
    if not plate.corners_m.size or not np.isfinite(point).all():
        return True
    corners = plate.corners_m
    sides = np.roll(corners, -1, axis=0) - corners
    turns = np.cross(sides, point[None, :] - corners) @ plate.up
    return bool((turns >= -1e-9).all() or (turns <= 1e-9).all())


class _EventErrors:
    def __init__(self) -> None:
        self.plate_ms: dict[str, list[float]] = {"strike": [], "off": []}
        self.label_ms: dict[str, list[float]] = {"foot_strike": [], "foot_off": []}
        self.n_crossings = self.n_labels = 0

    def add_plates(self, trial: Trial, body: Body, moments: list[FootMoments]) -> None:
        """Compare with the crossings of the plates."""
        for plate in trial.plates:
            for contact in measure.plate_contacts(plate):
                for kind, at_s in (("strike", contact.strike_s), ("off", contact.off_s)):
                    nearest = None if at_s is None else _nearest(moments, kind, at_s)
                    if at_s is None or nearest is None:
                        continue
                    if _on_plate(plate, _point(body, nearest[1], kind, at_s)):
                        self.n_crossings += 1
                        self.plate_ms[kind] += [1000.0 * nearest[0]] if abs(nearest[0]) < _MATCH_S else []

    def add_labels(self, trial: Trial, moments: list[FootMoments]) -> None:
        """Compare with the stored events."""
        for event in trial.lab.events:
            own = [m for m in moments if m.side is event.side]
            if event.kind not in self.label_ms or not own:
                continue
            self.n_labels += 1
            nearest = _nearest(own, "strike" if event.kind == "foot_strike" else "off", event.time_s)
            if nearest is not None and abs(nearest[0]) < _MATCH_S:
                self.label_ms[event.kind].append(1000.0 * nearest[0])


def events() -> list[Figure]:
    """Return how far strike and off from markers lie from the plate's crossing of 20 N.

    Crossings where the foot did not land or leave on the plate (its heel or toe lay beside the corners) say nothing of
    the foot and are left out.
    """
    errors = _EventErrors()
    for trial in trials():
        body = body_of_lab(trial.lab)
        axes = axes_of(body, trial.plates)
        moments = [found for side in SIDES if (found := foot_moments(body, side, axes)) is not None]
        errors.add_plates(trial, body, moments)
        errors.add_labels(trial, moments)
    n_found, n_labelled = sum(map(len, errors.plate_ms.values())), sum(map(len, errors.label_ms.values()))
    figures = [
        _figure("plates.found", PLATES, "crossings with an event", n_found / errors.n_crossings, "ratio",
                errors.n_crossings, "up", 1.0),
        _figure("labels.found", LABELS, "stored events found", n_labelled / errors.n_labels, "ratio", errors.n_labels,
                "up"),
    ]  # fmt: skip
    for kind, values in errors.plate_ms.items():
        inside, n = sum(abs(v) <= 10.0 for v in values) / len(values), len(values)
        figures += [
            _figure(
                f"plates.{kind}_bias_ms", PLATES, f"foot {kind}, bias", mean(values), "ms", n, "zero", 10.0
            ),
            _figure(
                f"plates.{kind}_rmse_ms", PLATES, f"foot {kind}, RMSE", rms(values), "ms", n, "down", 10.0
            ),
            _figure(f"plates.{kind}_within", PLATES, f"foot {kind}, within 10 ms", inside, "ratio", n, "up"),
        ]
    for kind, values in errors.label_ms.items():
        name = kind.replace("_", " ")
        figures += [
            _figure(
                f"labels.{kind}_bias_ms", LABELS, f"{name}, bias", mean(values), "ms", len(values), "zero"
            ),
            _figure(f"labels.{kind}_sd_ms", LABELS, f"{name}, SD", spread(values), "ms", len(values), "down"),
        ]
    return figures


def _nearest(moments: Sequence[FootMoments], kind: str, at_s: float) -> tuple[float, Side] | None:
    """Return the nearest event's error and its side."""
    found = [
        (float(t) - at_s, each.side)
        for each in moments
        for t in (each.strike_s if kind == "strike" else each.off_s)
        if np.isfinite(t)
    ]
    return min(found, key=lambda pair: abs(pair[0])) if found else None


def _point(body: Body, side: Side, kind: str, at_s: float) -> np.ndarray:
    points = body.heel(side) if kind == "strike" else body.forefoot(side)
    points = body.ankle(side) if points is None else points
    return np.full(3, np.nan) if points is None else points[min(round(at_s * body.rate_hz), len(points) - 1)]


def angles() -> list[Figure]:
    """Return how our peak dorsiflexion in stance and its moment compare with the stored Plug-in Gait ankle angle."""
    peak_deg: list[float] = []
    moment_pct: list[float] = []
    shape_deg: list[float] = []
    for path in sorted((data_folder() / "c3d-mcgill-gait").rglob("*.c3d")):
        if "Static" in path.parts:
            continue
        lab = measure.read_lab(path)
        result = marker_gait(measure.Materials(labs=(lab,)))
        stored = {o.label.rpartition(":")[2]: o.values[:, 0] for o in lab.outputs if o.kind == "angle"}
        for side in SIDES:
            theirs = stored.get(f"{side.value[0].upper()}AnkleAngles")
            strides = [s for s in result.strides if s.side is side and s.foot_off_s is not None]
            curve = next(
                (c for c in result.curves if c.name == "ankle_dorsiflexion_deg" and c.side is side), None
            )
            if theirs is None or not strides or curve is None:
                continue
            rate = lab.info.point_rate_hz
            rows = [
                np.interp(
                    np.linspace(s.foot_strike_s, s.next_foot_strike_s, 101) * rate,
                    np.arange(len(theirs)),
                    theirs,
                )
                for s in strides
                if not s.is_turn
            ]
            if not rows:
                continue
            reference, ours = np.mean(rows, axis=0), np.array(curve.mean)
            stance = slice(
                9, round(95 * float(np.mean([(s.stance_time_s or 0.0) / s.stride_time_s for s in strides])))
            )
            peak_deg.append(float(ours[stance].max() - reference[stance].max()))
            share = 100.0 / (stance.stop / 0.95)
            moment_pct.append(float((ours[stance].argmax() - reference[stance].argmax()) * share))
            shape_deg.append(float(np.std(ours - reference)))
    n = len(peak_deg)
    said = "its moment, share of stance"
    return [
        _figure("angle.peak_bias_deg", ANGLES, "peak dorsiflexion in stance, bias", mean(peak_deg), "deg", n, "zero"),
        _figure("angle.peak_sd_deg", ANGLES, "peak dorsiflexion in stance, SD", spread(peak_deg), "deg", n, "down"),
        _figure("angle.moment_bias_pct", ANGLES, f"{said}, bias", mean(moment_pct), "pct", n, "zero"),
        _figure("angle.moment_sd_pct", ANGLES, f"{said}, SD", spread(moment_pct), "pct", n, "down"),
        _figure("angle.curve_deg", ANGLES, "whole stride, RMSE after each foot's own zero", rms(shape_deg), "deg", n,
                "down", 3.0),
    ]  # fmt: skip


def score() -> list[Figure]:
    """Return all figures of gait from markers."""
    return [*events(), *angles()]


def _figure(
    key: str, source: str, what: str, value: float, unit: str, n: int, better: str, mark: float | None = None
) -> Figure:
    return Figure(
        key=f"marker_gait.{key}",
        source=source,
        what=what,
        value=value,
        unit=unit,
        n=n,
        better=better,
        mark=mark,
    )
