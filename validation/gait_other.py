"""What needs no markers: a closed loop that must close, made-up walks with known truth, and what it costs."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from mortise import measure
from mortise.measure._walk import walk
from mortise.simulate.recordings import csv_of, fictional_lunge, fictional_walk, phone_log_of
from validation.figure import Figure, mean, rms
from validation.sources import data_folder, labelled_walks


def closed_loop() -> list[Figure]:
    """Score the closing error of a walk that ends where it began (xio)."""
    recording = measure.read(data_folder() / "foot-imu-xio" / "short_walk.csv", placement="foot")[0]
    steps = walk(recording).steps
    way = np.sum([step.swing.displacement_m for step in steps], axis=0)
    whole_m = sum(step.swing.length_m for step in steps)
    source = "xio short walk, 1 person, one foot, closed loop"
    return [
        Figure(
            key="xio.closing_cm",
            source=source,
            what=f"closing error over {whole_m:.1f} m, horizontal",
            value=100.0 * float(np.hypot(way[0], way[1])),
            unit="cm",
            n=len(steps),
            better="down",
            peer="8.2 (3-D)",
        ),
        Figure(
            key="xio.height_cm",
            source=source,
            what="closing error, vertical, no level-floor assumption",
            value=100.0 * abs(float(way[2])),
            unit="cm",
            n=len(steps),
            better="down",
        ),
    ]


def made_up_walks() -> list[Figure]:
    """Score made-up walks at four rates; this shows what the arithmetic loses, not what shoes and people add."""
    n_true = n_found = 0
    length_cm: list[float] = []
    asymmetry: list[float] = []
    for seed, rate_hz in ((1, 60.0), (2, 100.0), (3, 204.8), (4, 400.0)):
        made = fictional_walk(
            seed, rate_hz=rate_hz, asymmetry_ratio=1.0 + 0.1 * (seed % 3), pause_s=4.0 * (seed % 2)
        )
        result = measure.gait(
            measure.read(
                [("left.csv", csv_of(made.left)), ("right.csv", csv_of(made.right))], placement="instep"
            )
        )
        n_true += len(made.strides)
        for stride in result.strides:
            near = [
                t
                for t in made.strides
                if t.side == stride.side.value and abs(t.next_foot_strike_s - stride.next_foot_strike_s) < 0.1
            ]
            n_found += len(near)
            length_cm += [100.0 * (stride.stride_length_m - t.stride_length_m) for t in near if not t.is_turn]
        ratio = next(r.value for r in result.readings if r.measure == "step_time_asymmetry_ratio")
        asymmetry.append(ratio - (1.0 + 0.1 * (seed % 3)))
    source = "made-up walks, known truth"
    return [
        Figure(
            key="made.recall",
            source=source,
            what="strides found (the stride across a pause is none)",
            value=n_found / n_true,
            unit="ratio",
            n=n_true,
            better="up",
        ),
        Figure(
            key="made.length_rmse_cm",
            source=source,
            what="stride length, RMSE",
            value=rms(length_cm),
            unit="cm",
            n=len(length_cm),
            better="down",
        ),
        Figure(
            key="made.asymmetry_rmse",
            source=source,
            what="step-time asymmetry, RMSE",
            value=rms(asymmetry),
            unit="ratio",
            n=len(asymmetry),
            better="down",
        ),
    ]


def made_up_lunges() -> list[Figure]:
    """Score made-up lunges with a phone on the shin."""
    errors: list[float] = []
    pinches: list[float] = []
    n_trials = 0
    for seed in range(1, 9):
        angles = [28.0 + 2.0 * seed, 28.6 + 2.0 * seed, 27.5 + 2.0 * seed]
        made = fictional_lunge(
            seed, angles_deg=angles, rate_hz=(25.0, 60.0, 100.0)[seed % 3], first_pinch_share=0.7
        )
        result = measure.lunge(measure.read([("shin.json", phone_log_of(made.samples))])[0])
        n_trials += len(result.trials)
        errors += [trial.lunge_angle_deg - angle for trial, angle in zip(result.trials, angles, strict=True)]
        pinches += [
            r.value - 0.7 * float(np.median(angles))
            for r in result.readings
            if r.measure == "first_pinch_angle_deg"
        ]
    source = "made-up lunges, known truth"
    return [
        Figure(
            key="lunge.rmse_deg",
            source=source,
            what="lunge angle, RMSE",
            value=rms(errors),
            unit="deg",
            n=len(errors),
            better="down",
            peer="0.9 (SEE, phone app, people)",
        ),
        Figure(
            key="lunge.pinch_rmse_deg",
            source=source,
            what="first-pinch angle, RMSE",
            value=rms(pinches),
            unit="deg",
            n=len(pinches),
            better="down",
        ),
        Figure(
            key="lunge.trials",
            source=source,
            what="trials found",
            value=n_trials / 24.0,
            unit="ratio",
            n=24,
            better="up",
        ),
    ]


def cost() -> list[Figure]:
    """Time the whole chain, from file to result, and the import."""
    walks = labelled_walks()
    for item in walks[:1]:
        measure.gait(measure.read([], left=item.files["left"], right=item.files["right"]))
    spent, minutes = [], 0.0
    for item in walks:
        runs = []
        # the best of seven: what others do on the machine slows a process too
        for _ in range(7):
            started = time.process_time()
            recordings = measure.read([], left=item.files["left"], right=item.files["right"])
            measure.gait(recordings)
            runs.append(time.process_time() - started)
        spent.append(min(runs))
        minutes += sum(r.duration_s for r in recordings) / 60.0
    code = "import time; t = time.process_time(); import mortise.measure; print(time.process_time() - t)"
    imports = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)
        for _ in range(3)
    ]
    memory = (
        "import sys; from mortise import measure;"
        "measure.gait(measure.read([], left=sys.argv[1], right=sys.argv[2]));"
        "print(int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) / 1024)"
    )
    files = [str(walks[0].files[side]) for side in ("left", "right")]
    peak_mb = float(
        subprocess.run(
            [sys.executable, "-c", memory, *files], capture_output=True, check=True, text=True
        ).stdout
    )
    source = "IPOL, reading included"
    return [
        Figure(
            key="cost.cpu_s",
            source=source,
            what="processor time per minute of recording and side",
            value=sum(spent) / minutes,
            unit="s",
            n=len(spent),
            better="down",
            mark=0.03,
            peer="0.5",
            allowance=0.02,
        ),
        Figure(
            key="cost.import_s",
            source=source,
            what="import",
            value=min(imports),
            unit="s",
            n=3,
            better="down",
            mark=0.3,
            peer="1.4",
            allowance=0.15,
        ),
        Figure(
            key="cost.peak_mb",
            source=source,
            what="peak memory of a process that measures one walk",
            value=peak_mb,
            unit="MB",
            n=1,
            better="down",
            mark=150.0,
            peer="576",
            allowance=30.0,
        ),
    ]


def shin_squat() -> list[Figure]:
    """Score the shin's inclination against the laboratory's ankle angle in a squat with both feet flat (one person)."""
    from validation.shin import squat_errors

    range_deg, rmse_deg = squat_errors()
    source = "laboratory exercises, 1 person, double squat, feet flat"
    return [
        Figure(
            key="shin.range_error_deg",
            source=source,
            what="shin inclination against ankle angle, range, mean error",
            value=mean(range_deg),
            unit="deg",
            n=len(range_deg),
            better="zero",
        ),
        Figure(
            key="shin.rmse_deg",
            source=source,
            what="shin inclination against ankle angle over time, RMSE",
            value=mean(rmse_deg),
            unit="deg",
            n=len(rmse_deg),
            better="down",
            peer="4.4 to 5.5 (double squat, foot and shank)",
        ),
    ]
