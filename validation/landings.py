"""Landings and step-downs: angles from markers against a laboratory's model, from video, from sensors, and truth.

Recordings with an independent reference: three drop jumps and two walks of one person, whose laboratory fitted a model
to the same markers; three drop landings of one person with sensors and the laboratory's joint angles. Knee over foot,
turning and arch have no reference but the made-up one.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from mortise import measure
from mortise.measure._alignment import leg_of, smooth_body
from mortise.measure._foot_landings import landings_of_feet
from mortise.measure._landing import landing_of
from mortise.measure._step_down import step_down_of
from mortise.measure.ankle_angle import ankle_angle, calibrate
from mortise.measure.axes import axes_of
from mortise.measure.laboratory import LabRecording
from mortise.measure.markers import SIDES, Body, body_of_lab
from mortise.measure.materials import Materials
from mortise.measure.segments import ankle_angles, flat_feet_deg
from mortise.simulate.jumps import fictional_jump
from mortise.simulate.laboratory import c3d_of, trc_of
from mortise.simulate.step_downs import fictional_step_down
from mortise.terms import Side
from validation.ankle_angle import trials
from validation.figure import Figure, mean, rms, spread
from validation.leaps import drop_jumps
from validation.sources import Floats, data_folder
from validation.virtual import virtual_video

MODEL = "OpenCap laboratory, 1 person: angles from markers against the laboratory's fitted model"
GAIT_MODEL = "McGill and BTK, 7 people walking: ankle angle from markers against Plug-in Gait"
VIDEO = "OpenCap laboratory, 4 drop jumps of 2 people: virtual camera at 60 frames a second against markers"
WORN = "laboratory exercises, 3 drop landings and 3 jumps of 1 person: sensors against the laboratory's ankle angle"
MADE_UP = "made-up landings and step-downs"
_MARK = 5.0


def _lag(mine: Floats, theirs: Floats) -> int:
    """Return where a shorter series fits best into a longer one."""
    best, at = -np.inf, 0
    for lag in range(len(mine) - len(theirs) + 1):
        part = mine[lag : lag + len(theirs)]
        is_seen = np.isfinite(part)
        if is_seen.mean() < 0.9:
            continue
        score = float(np.corrcoef(part[is_seen], theirs[is_seen])[0, 1])
        if score > best:
            best, at = score, lag
    return at


def against_model() -> tuple[list[Figure], dict[str, list[float]]]:
    """Return ankle and knee against the model of the laboratory: curve, greatest dorsiflexion, excursion."""
    folder = data_folder() / "opencap-lab" / "grf" / "Subject4"
    still = body_of_lab(measure.read_lab(folder / "MarkerData" / "static1.trc"))
    flat = flat_feet_deg(still, axes_of(still))
    errors: dict[str, list[float]] = {}
    for name in ("DJ1", "DJ2", "DJ3", "walking1", "walking2"):
        body = smooth_body(body_of_lab(measure.read_lab(folder / "MarkerData" / f"{name}.trc")))
        model = measure.read_lab(folder / "IK" / f"{name}_manual_scaling_ik.mot")
        columns = {channel.label: channel.values for channel in model.analog}
        axes = axes_of(body)
        task = "landing" if name.startswith("DJ") else "walk"
        for side in SIDES:
            letter = side.value[0]
            leg = leg_of(body, side, axes)
            angles = ankle_angles(body, side, axes, flat_deg=flat[side])
            assert angles is not None
            assert leg.knee_bend_deg is not None
            lag = _lag(leg.knee_bend_deg, columns[f"knee_angle_{letter}"])
            for joint, mine in (("ankle", angles.dorsiflexion_deg), ("knee", leg.knee_bend_deg)):
                theirs = columns[f"{joint}_angle_{letter}"]
                part = mine[lag : lag + len(theirs)]
                is_seen = np.isfinite(part)
                off = part[is_seen] - theirs[is_seen]
                errors.setdefault(f"{joint} {task} offset", []).append(float(np.mean(off)))
                errors.setdefault(f"{joint} {task} curve", []).append(float(np.std(off)))
                errors.setdefault(f"{joint} {task} greatest", []).append(
                    float(part[is_seen].max() - theirs[is_seen].max())
                )
                errors.setdefault(f"{joint} {task} range", []).append(
                    float(np.ptp(part[is_seen]) - np.ptp(theirs[is_seen]))
                )
    figures = []
    for key, values in errors.items():
        joint, task, what = key.split()
        n = len(values)
        words = {
            "offset": "constant offset",
            "curve": "curve without the offset, RMSE",
            "greatest": "greatest angle, RMSE",
            "range": "range, RMSE",
        }[what]
        mark = _MARK if joint == "ankle" and what == "curve" else None
        value = mean(values) if what == "offset" else rms(values)
        better = "zero" if what == "offset" else "down"
        figures.append(
            _fig(
                f"model.{joint}.{task}.{what}_deg",
                MODEL,
                f"{joint}, {task}: {words}",
                value,
                "deg",
                n,
                better,
                mark,
            )
        )
    plots = {
        f"{key.replace(' greatest', ', greatest angle')}, degrees": v
        for key, v in errors.items()
        if "greatest" in key
    }
    return figures, plots


def against_plug_in_gait() -> list[Figure]:
    """Return the ankle angle of walks against the Plug-in Gait angle that the files store."""
    curve, offset = [], []
    paths = sorted((data_folder() / "c3d-mcgill-gait").rglob("*/Straight/*.c3d"))
    paths += sorted((data_folder() / "c3d-btk").rglob("PiG_Motion*.c3d"))
    for path in paths:
        recording = measure.read_lab(path)
        body = smooth_body(body_of_lab(recording))
        axes = axes_of(body, recording.plates)
        outputs = {output.label.rpartition(":")[2]: output for output in recording.outputs}
        for side in SIDES:
            stored = outputs.get(f"{side.value[0].upper()}AnkleAngles")
            angles = ankle_angles(body, side, axes)
            if stored is None or angles is None:
                continue
            theirs = stored.values[:, 0]
            off = angles.dorsiflexion_deg - theirs
            off = off[np.isfinite(off) & (theirs != 0.0)]
            curve.append(float(np.std(off)))
            offset.append(float(np.mean(off)))
    n = len(curve)
    return [
        _fig(
            "pig.ankle.curve_deg",
            GAIT_MODEL,
            "ankle: curve without the offset, RMSE",
            rms(curve),
            "deg",
            n,
            "down",
            3.0,
        ),
        _fig(
            "pig.ankle.offset_deg", GAIT_MODEL, "ankle: constant offset, mean", mean(offset), "deg", n, "zero"
        ),
        _fig(
            "pig.ankle.offset_sd_deg",
            GAIT_MODEL,
            "ankle: constant offset, SD between feet",
            spread(offset),
            "deg",
            n,
            "down",
        ),
    ]


def video() -> list[Figure]:
    """Return what a camera at the side makes of the landings that markers saw."""
    errors: dict[str, list[float]] = {"ankle": [], "knee": []}
    for jump in drop_jumps():
        body = smooth_body(jump.body)
        seen = smooth_body(virtual_video(jump.body))
        axes, flat = axes_of(body), axes_of(seen)
        for side in SIDES:
            one, other = leg_of(body, side, axes), leg_of(seen, side, flat)
            for joint, name in (("ankle", "dorsiflexion_deg"), ("knee", "knee_bend_deg")):
                errors[joint].append(_range_off(getattr(one, name), getattr(other, name), body, seen))
    return [
        _fig(
            f"video.{joint}_range_deg",
            VIDEO,
            f"range of the {joint}, RMSE",
            rms(values),
            "deg",
            len(values),
            "down",
        )
        for joint, values in errors.items()
    ]


def _range_off(one: Floats, other: Floats, body: Body, seen: Body) -> float:
    """Return how much the ranges of two series differ over the time that both show, ends of a tenth left out."""
    stop_s = min(body.time_s[-1], seen.time_s[-1])
    first = int(0.1 * stop_s * body.rate_hz), int(0.1 * stop_s * seen.rate_hz)
    last = int(0.9 * stop_s * body.rate_hz), int(0.9 * stop_s * seen.rate_hz)
    a, b = one[first[0] : last[0]], other[first[1] : last[1]]
    return float(np.nanmax(b) - np.nanmin(b) - (np.nanmax(a) - np.nanmin(a)))


def worn() -> list[Figure]:
    """Return landings found and the ankle's way after them, foot and shank sensors against the laboratory's angle.

    How the sensors lie on foot and shank is found from the quiet standing and the trials of the same exercise, as for
    the ankle's angle itself.
    """
    folder = data_folder() / "imu-exercise" / "parsed_h5_csv" / "SUB22"
    errors: list[float] = []
    n_right = n_feet = 0
    for exercise in ("DropLandDL", "CMJDL"):
        moments = [landings_of_feet(measure.read(path)) for path in sorted((folder / exercise).glob("*.csv"))]
        for side in SIDES:
            all_of = trials(exercise, side)
            pairs = [(each.foot, each.shank) for each in (trials("Pose", side)[0], *all_of)]
            calibration = calibrate(pairs)
            for trial, found in zip(all_of, moments, strict=True):
                landings = found.get(side, [])
                n_feet += 1
                n_right += len(landings) == 1
                angles = ankle_angle(trial.foot, trial.shank, calibration)
                for landing_s in landings[-1:]:
                    first = round(landing_s * angles.rate_hz)
                    mine = angles.dorsiflexion_deg[first : first + 50]
                    theirs = trial.ankle_deg[first : first + 50]
                    errors.append(float(mine.max() - mine[0] - (np.nanmax(theirs) - theirs[0])))
    n, said = len(errors), "way of the ankle after landing"
    return [
        _fig(
            "worn.landings_found",
            WORN,
            "feet with exactly one landing",
            n_right / n_feet,
            "ratio",
            n_feet,
            "up",
        ),
        _fig("worn.ankle_excursion_bias_deg", WORN, f"{said}, bias", mean(errors), "deg", n, "zero"),
        _fig("worn.ankle_excursion_deg", WORN, f"{said}, RMSE", rms(errors), "deg", n, "down", _MARK),
    ]


def _in_lab(made: bytes, name: str) -> Materials:
    recording: LabRecording = measure.read_lab((name, made))
    return Materials(labs=(replace(recording, plates=()),))


def made_up() -> list[Figure]:
    """Return what is lost of knee, turning, arch and ankle on made-up landings and step-downs."""
    errors: dict[str, list[float]] = {}
    n_wrong = 0
    for seed in range(10):
        side = Side.LEFT if seed % 2 else Side.RIGHT
        inward, turning, drop = 0.7 * seed, 1.5 * seed - 5.0, 0.1 * seed
        jump = fictional_jump(seed, "hop", side=side.value, knee_inward_cm=inward, navicular_drop_cm=drop)
        values = landing_of(_in_lab(c3d_of(jump.laboratory), "leap.c3d")).trials[0].values
        errors.setdefault("landing, knee inward, cm", []).append(values["knee_medial_cm"] - inward)
        errors.setdefault("landing, arch, cm", []).append(values["arch_drop_cm"] - drop)
        step = fictional_step_down(
            seed, side=side.value, knee_inward_cm=inward, tibial_rotation_deg=turning, navicular_drop_cm=drop
        )
        steps = step_down_of(_in_lab(trc_of(step.laboratory), "steps.trc")).trials
        n_wrong += len(steps) != len(step.deepest_s)
        truths = (
            ("step-down, dorsiflexion, deg", "ankle_peak_deg", step.dorsiflexion_deg),
            ("step-down, knee inward at the deepest, cm", "knee_inward_peak_cm", step.knee_inward_cm),
            ("step-down, pelvis, deg", "pelvis_drop_deg", step.pelvis_drop_deg),
        )
        for trial, number in zip(steps, range(len(step.deepest_s)), strict=False):
            for what, name, true in truths:
                errors.setdefault(what, []).append(trial.values[name] - true[number])
    figures = [
        _fig(
            "made_up.wrong_count",
            MADE_UP,
            "recordings with another number of repetitions",
            float(n_wrong),
            "",
            10,
            "down",
            0.0,
        )
    ]
    for what, values in errors.items():
        name, _, unit = what.rpartition(", ")
        key = name.replace(", ", ".").replace(" ", "_")
        figures.append(
            _fig(f"made_up.{key}_{unit}", MADE_UP, f"{name}, RMSE", rms(values), unit, len(values), "down")
        )
    return figures


def _fig(
    key: str, source: str, what: str, value: float, unit: str, n: int, better: str, mark: float | None = None
) -> Figure:
    return Figure(
        key=f"landings.{key}",
        source=source,
        what=what,
        value=value,
        unit=unit or "recordings",
        n=n,
        better=better,
        mark=mark,
    )
