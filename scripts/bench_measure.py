"""Time measuring beside its peers in one run: import, peak memory, processor time. `make bench ARGS="--peers"`.

Peers live in an environment of their own (`--venv DIR`, else one in the folder for temporary files), made on
request with pip; nothing of them is ever imported by Mortise. A peer that does not install is left out, by name.
`--write` writes the table to `docs/reference/bench.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "bench.md"
PEERS = ("gaitmap", "scikit-digital-health", "ezc3d", "c3d", "ahrs", "imufusion")
_TIMEOUT_S = 600

# Every snippet gets the data folder as its argument and prints one JSON object; peak memory is added by the frame.
_FRAME = """
import json, sys, time
data = sys.argv[1]
started = time.process_time()
{imports}
import_s = time.process_time() - started
{work}
peak_mb = int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) / 1024
print(json.dumps({{"import_s": import_s, "peak_mb": peak_mb, **result}}))
"""
_CORPUS = """
import glob, os, resource, signal
paths = sorted(p for p in glob.glob(data + '/c3d-*/**/*', recursive=True) if p.lower().endswith('.c3d'))
def one(path):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
        ok = 0
        try:
            began = time.process_time()
            read(path)
            os.write(writer, str(time.process_time() - began).encode())
        except BaseException:
            pass
        os._exit(0)
    os.close(writer)
    said = os.read(reader, 64)
    os.close(reader)
    usage = os.wait4(child, 0)[2]
    return (float(said) if said else None), usage.ru_maxrss / 1024
try:
    read(paths[0])
except Exception:
    pass
found = [one(path) for path in paths]
times = sorted(t for t, _ in found if t is not None)
result = {"n": len(paths), "n_read": len(times), "ms": 1000 * times[len(times) // 2] if times else None,
          "worst_mb": max(mb for _, mb in found)}
"""
_TURNING = """
import numpy as np
rng = np.random.default_rng(1)
n = 60000
t = np.arange(n) / 100.0
gyr = 0.8 * np.sin(np.outer(t, [1.0, 1.7, 2.3])) + rng.normal(0, 0.01, (n, 3))
acc = np.array([0.0, 0.0, 9.81]) + rng.normal(0, 0.3, (n, 3))
began = time.process_time()
turn(gyr, acc)
result = {"us": 1e6 * (time.process_time() - began) / n}
"""


class Job(NamedTuple):
    """One thing to time: who, on what, which packages it needs, its imports and its work."""

    who: str
    what: str
    package: str
    imports: str
    work: str


JOBS: tuple[Job, ...] = (
    Job("mortise", "gait", "", "from mortise import measure\nmeasure.TESTS['gait']", """
folder = data + '/foot-imu-ipol/'
walks = [(folder + f'{i}-2_lf.txt', folder + f'{i}-2_rf.txt') for i in range(1, 8)]
spent = []
for turn in range(2):
    began, minutes = time.process_time(), 0.0
    for left, right in walks:
        feet = measure.read(left=left, right=right)
        measure.gait(feet)
        minutes += sum(foot.duration_s for foot in feet) / 60
    spent.append((time.process_time() - began) / minutes)
result = {"cpu_s_per_min": spent[1], "note": f"from files to strides and readings; first time {spent[0]:.3f} s"}
"""),
    Job("gaitmap", "gait", "gaitmap", """
import pandas as pd
from gaitmap.event_detection import HerzerEventDetection
from gaitmap.trajectory_reconstruction import RtsKalman, StrideLevelTrajectory
from gaitmap.utils.coordinate_conversion import convert_to_fbf
""", """
imu = pd.read_csv(data + '/gaitmap-example/imu_sample.csv', header=[0, 1], index_col=0)
borders = pd.read_csv(data + '/gaitmap-example/stride_borders_sample.csv')
strides = {f"{side}_sensor": borders[borders.foot == side][["s_id", "start", "end"]].astype(int).reset_index(drop=True)
           for side in ("left", "right")}
minutes, spent = 2 * len(imu) / 204.8 / 60, []
for turn in range(2):
    began = time.process_time()
    body = convert_to_fbf(imu, left_like="left_", right_like="right_")
    events = HerzerEventDetection().detect(body, strides, sampling_rate_hz=204.8)
    way = StrideLevelTrajectory(trajectory_method=RtsKalman())
    way.estimate(imu, events.min_vel_event_list_, sampling_rate_hz=204.8)
    spent.append((time.process_time() - began) / minutes)
result = {"cpu_s_per_min": spent[1],
          "note": f"events and paths of strides that were given, not their finding; first time {spent[0]:.1f} s"}
"""),
    Job("scikit-digital-health", "gait", "scikit-digital-health", """
import numpy as np
from skdh.gait import GaitLumbar
""", """
d = np.load(data + '/skdh-example/gait_input2.npz')
minutes, spent = (d['time'][-1] - d['time'][0]) / 60, []
for turn in range(2):
    began = time.process_time()
    GaitLumbar().predict(time=d['time'], accel=d['accel'], gyro=d['gyro'], fs=128.0, height=1.75)
    spent.append((time.process_time() - began) / minutes)
result = {"cpu_s_per_min": spent[1], "note": f"lower back, fewer quantities; first time {spent[0]:.3f} s"}
"""),
    Job("mortise", "C3D corpus", "", "from mortise import measure\nread = measure.read_lab", _CORPUS),
    Job("ezc3d", "C3D corpus", "ezc3d", "import ezc3d\nread = ezc3d.c3d", _CORPUS),
    Job("c3d", "C3D corpus", "c3d", """
import warnings, c3d
warnings.simplefilter('ignore')
def read(path):
    with open(path, 'rb') as stream:
        list(c3d.Reader(stream).read_frames())
""", _CORPUS),
    Job("mortise (VQF, both ways)", "orientation", "", """
from mortise import measure
from vqf import offlineVQF
def turn(gyr, acc): return offlineVQF(gyr, acc, None, 0.01)
""", _TURNING),
    Job("ahrs (Madgwick)", "orientation", "ahrs", """
from ahrs.filters import Madgwick
def turn(gyr, acc): return Madgwick(gyr=gyr, acc=acc, frequency=100.0)
""", _TURNING),
    Job("imufusion", "orientation", "imufusion", """
import imufusion
import numpy as np
def turn(gyr, acc):
    found = imufusion.Ahrs()
    gyr, acc = np.degrees(gyr), acc / 9.81
    def old(g, a): found.update_no_magnetometer(g, a, 0.01)
    def new(g, a): found.update_no_magnetometer(g, a)
    try:
        old(gyr[0], acc[0])
        update = old
    except TypeError:
        update = new
    for g, a in zip(gyr, acc): update(g, a)
""", _TURNING),
)  # fmt: skip


class Timed(NamedTuple):
    """What came of a job, or why nothing did."""

    job: Job
    said: dict[str, object]
    fault: str


def environment(folder: Path) -> Path:
    """Return the Python of the peers' own environment, made when it is not there."""
    python = folder / "bin" / "python"
    if not python.is_file():
        print(f"making an environment for the peers in {folder}")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    for peer in PEERS:
        there = subprocess.run(
            [str(python), "-m", "pip", "show", "-q", peer], capture_output=True, check=False
        )
        if there.returncode:
            done = subprocess.run(
                [str(python), "-m", "pip", "install", "-q", peer], capture_output=True, text=True, check=False
            )
            if done.returncode:
                print(f"left out, does not install here: {peer}", file=sys.stderr)
    return python


def run(job: Job, python: Path, data: Path) -> Timed:
    """Time one job in a process of its own, one thread."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMBA")}
    settings = {**os.environ, **threads}
    if not job.package:
        python = Path(sys.executable)
    else:
        settings.pop("PYTHONPATH", None)
    code = _FRAME.format(imports=job.imports, work=job.work)
    try:
        done = subprocess.run(
            [str(python), "-W", "ignore", "-c", code, str(data)],
            capture_output=True, text=True, timeout=_TIMEOUT_S, env=settings, check=False, cwd=ROOT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Timed(job, {}, "took more than ten minutes")
    if done.returncode:
        return Timed(job, {}, (done.stderr.strip().splitlines() or ["no word"])[-1][:160])
    return Timed(job, json.loads(done.stdout.strip().splitlines()[-1]), "")


def version(python: Path, package: str) -> str:
    """Return the installed version of a peer."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def page(found: list[Timed], versions: dict[str, str]) -> str:
    """Return the page with one table for each kind of work."""
    lines = [
        "# Speed of measuring, beside its peers",
        "",
        'Made by `make bench ARGS="--peers --write"`. One run, one machine, one thread; every program in a process of',
        "its own, peers in an environment of their own. Import and work are processor time, memory is the peak.",
        f"Python {platform.python_version()}, {platform.machine()}.",
        "",
    ]
    for what in dict.fromkeys(each.job.what for each in found):
        lines += [f"## {what[0].upper()}{what[1:]}", ""]
        lines += ["| program | version | import, s | peak, MB | work | note |", "|---|---|---|---|---|---|"]
        for each in (one for one in found if one.job.what == what):
            of = versions.get(each.job.package, "this one")
            if each.fault:
                lines.append(f"| {each.job.who} | {of} | | | did not run | {each.fault} |")
                continue
            said = each.said
            peak = max(float(str(said["peak_mb"])), float(str(said.get("worst_mb", 0.0))))
            lines.append(
                f"| {each.job.who} | {of} | {float(str(said['import_s'])):.2f} | {peak:.0f} | {_work(said)} "
                f"| {said.get('note', '')} |"
            )
        lines.append("")
    return "\n".join(lines)


def _work(said: dict[str, object]) -> str:
    if "cpu_s_per_min" in said:
        return f"{float(str(said['cpu_s_per_min'])):.3f} s per minute and sensor"
    if "us" in said:
        return f"{float(str(said['us'])):.1f} µs per sample"
    return f"{said['n_read']} of {said['n']} files, {float(str(said['ms'])):.1f} ms median"


def main(arguments: list[str]) -> int:
    """Time everything and print, or write, the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--venv", type=Path, default=Path(tempfile.gettempdir()) / "mortise-peers")
    parser.add_argument("--write", action="store_true", help="write the page")
    args = parser.parse_args(arguments)
    data = Path(os.environ.get("MORTISE_DATA") or ROOT / ".." / "shared" / "data")
    if not data.is_dir():
        print("the reference recordings are not there: set MORTISE_DATA", file=sys.stderr)
        return 1
    python = environment(args.venv)
    versions = {peer: version(python, peer) for peer in PEERS}
    found = [run(job, python, data) for job in JOBS]
    text = page(found, versions)
    if args.write:
        PAGE.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
