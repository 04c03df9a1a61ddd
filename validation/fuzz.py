"""Run `python -m validation.fuzz`: broken files of every format, under a ceiling of memory and of time.

Every reader must read a file with flags or refuse it with a reason and the mend; none may crash, hang or take more
than 500 MB. Seeds are made by code. With atheris installed the run is guided by coverage; without it, or with
`--blind`, files are broken at random from a fixed seed. `make fuzz` runs a minute, `ARGS="--seconds 3600"` an hour.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import numpy as np
from msgspec.structs import replace

from mortise import measure
from mortise.errors import MortiseError
from mortise.measure.readers._pose_parts import BLAZE, BODY_25
from mortise.simulate import formats
from mortise.simulate.laboratory import c3d_of, fictional_step, mot_of, trc_of
from mortise.simulate.recordings import SensorSamples, csv_of, fictional_lunge, phone_log_of

CEILING_BYTES = 500_000_000
CEILING_S = 10.0
Seed = tuple[str, bytes]


def _short(n: int = 150) -> SensorSamples:
    """Return a short made-up recording: small files are broken in more interesting places."""
    samples = fictional_lunge(3).samples
    middle = len(samples.time_s) // 2
    cut = slice(middle, middle + n)
    return replace(
        samples,
        time_s=samples.time_s[cut] - samples.time_s[middle],
        acc_m_s2=samples.acc_m_s2[cut],
        gyr_rad_s=samples.gyr_rad_s[cut],
        marks_s=(),
    )


def seeds() -> list[Seed]:
    """Return one small file of every format that is read."""
    samples, step = _short(), fictional_step(7, n_frames=30, n_markers=4)
    pose = formats.fictional_pose(1, n_frames=14)
    arrays = {"acc": samples.acc_m_s2, "gyr": samples.gyr_rad_s}
    time_s = np.arange(60) / 200.0
    load = np.stack([0 * time_s, 700.0 * (time_s > 0.1), 0 * time_s], axis=1)
    csv = csv_of(samples)
    lines = csv.decode().splitlines()
    xsens = ["// Update Rate: 60.0Hz", "PacketCounter\tAcc_X\tAcc_Y\tAcc_Z\tGyr_X\tGyr_Y\tGyr_Z"]
    xsens += ["\t".join([str(i), *line.split(",")[1:]]) for i, line in enumerate(lines[1:])]
    return [
        ("walk.csv", csv),
        ("semicolon.csv", csv.replace(b",", b";").replace(b".", b",")),
        ("xsens.txt", ("\n".join(xsens) + "\n").encode()),
        ("log.json", phone_log_of(samples)),
        ("logger.zip", formats.sensor_logger_zip(samples)),
        ("logger.json", formats.sensor_logger_json(samples)),
        ("phyphox.zip", formats.phyphox_zip(samples)),
        ("openpose.zip", formats.openpose_zip(pose, BODY_25)),
        ("mediapipe.json", formats.mediapipe_json(pose, BLAZE, world=True)),
        ("arrays.h5", formats.hdf5_of(arrays, rate_hz=60.0)),
        ("chunks.h5", formats.hdf5_of(arrays, rate_hz=60.0, in_chunks=True)),
        ("arrays.mat", _mat_of(arrays)),
        ("packed.mat", _mat_of(arrays, compressed=True)),
        ("arrays.npz", _npz_of(arrays)),
        ("plate.forces", formats.forces_of(time_s, load, 0.2 + 0 * load)),
        ("real.c3d", c3d_of(step)),
        ("integer.c3d", c3d_of(step, number_format="integer", plate_type=4)),
        ("big.c3d", c3d_of(step, byte_order="big", plate_type=6)),
        ("dec.c3d", c3d_of(step, byte_order="dec", number_format="integer", plate_type=1)),
        ("step.trc", trc_of(step)),
        ("step.mot", mot_of(step)),
    ]


def _mat_of(arrays: dict[str, np.ndarray], *, compressed: bool = False) -> bytes:
    import io

    import scipy.io

    out = io.BytesIO()
    scipy.io.savemat(out, {"trial": arrays | {"fs": 60.0}}, do_compression=compressed)
    return out.getvalue()


def _npz_of(arrays: dict[str, np.ndarray]) -> bytes:
    import io

    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


class Fault(AssertionError):
    """A reader did what it must not."""


def attempt(name: str, body: bytes) -> bool:
    """Read one file through the one door; say whether it was read.

    Raises
    ------
    Fault
        When the reader breaks, a refusal says nothing, or what was read is not in order.
    """
    try:
        found = measure.open_files([(name, body)], rate_hz=60.0)
    except MortiseError as refusal:
        if not refusal.message or not refusal.mend:
            raise Fault(f"{name}: a refusal without reason or mend: {refusal!r}") from refusal
        return False
    except Exception as error:
        raise Fault(f"{name}: {type(error).__name__}: {error}") from error
    for sensor in found.sensors:
        ok = sensor.info.rate_hz > 0 and np.all(np.diff(sensor.time_s) > 0)
        if not ok or not np.isfinite(sensor.acc_m_s2).all() or not np.isfinite(sensor.gyr_rad_s).all():
            raise Fault(f"{name}: samples that are not in order were let through")
    for lab in found.labs:
        if lab.info.point_rate_hz <= 0 or np.any(np.diff(lab.time_s) <= 0):
            raise Fault(f"{name}: frames that are not in order were let through")
    for pose in found.poses:
        if pose.info.rate_hz <= 0 or np.any(np.diff(pose.time_s) <= 0):
            raise Fault(f"{name}: frames of a pose that are not in order were let through")
    return True


def broken(chance: random.Random, files: list[Seed]) -> Seed:
    """Return a file broken in one of the ways files break."""
    name, body = chance.choice(files)
    text = bytearray(body)
    way = chance.randrange(6)
    if way == 0:
        del text[chance.randrange(len(text) + 1) :]
    elif way == 1:
        for _ in range(chance.randint(1, 12)):
            text[chance.randrange(len(text))] = chance.randrange(256)
    elif way == 2:
        at = chance.randrange(len(text))
        text[at:at] = chance.randbytes(chance.randint(1, 400))
    elif way == 3:
        first = chance.randrange(len(text))
        del text[first : first + chance.randint(1, 600)]
    elif way == 4:
        _, other = chance.choice(files)
        text = text[: chance.randrange(len(text))] + other[chance.randrange(len(other)) :]
    else:
        at = chance.randrange(max(1, len(text) - 8))
        word = chance.choice(
            (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63, 2**64 - 1)
        )
        n = chance.choice((1, 2, 4, 8))
        text[at : at + n] = (word & (256**n - 1)).to_bytes(n, chance.choice(("little", "big")))
    return name, bytes(text)


def under_ceiling() -> None:
    """Let this process take 500 MB more than it has, and ten seconds for one file."""
    with open("/proc/self/statm") as line:
        now = int(line.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + CEILING_BYTES, now + CEILING_BYTES))

    def too_long(_signal: int, _frame: FrameType | None) -> None:
        raise Fault(f"one file took more than {CEILING_S:g} s")

    signal.signal(signal.SIGALRM, too_long)


def timed(name: str, body: bytes) -> bool:
    """Read one file within the ceiling of time."""
    signal.setitimer(signal.ITIMER_REAL, CEILING_S)
    try:
        return attempt(name, body)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def _peak_mb() -> int:
    with open("/proc/self/status") as status:
        return int(status.read().split("VmHWM:")[1].split()[0]) // 1024


def blind(n_inputs: int, seconds: float, seed: int) -> int:
    """Break files at random; return 1 when a reader did what it must not, and keep the file."""
    files = seeds()
    for name, body in files:
        if not attempt(name, body):
            print(f"the seed {name} itself is refused", file=sys.stderr)
            return 1
    under_ceiling()
    chance = random.Random(seed)
    start, n_read, n = time.monotonic(), 0, 0
    while (n < n_inputs) if n_inputs else (time.monotonic() - start < seconds):
        name, body = broken(chance, files)
        n += 1
        try:
            n_read += timed(name, body)
        except (Fault, MemoryError) as fault:
            place = Path(tempfile.mkdtemp(prefix="mortise-fuzz-")) / name
            place.write_bytes(body)
            print(f"{fault!r}\nkept as {place}", file=sys.stderr)
            return 1
    print(f"{n} broken files: {n_read} read, {n - n_read} refused, peak {_peak_mb()} MB")
    return 0


def guided(seconds: float) -> int:
    """Let atheris break files where that reaches new code."""
    import atheris

    files = seeds()
    names = [name for name, _ in files]
    # the first byte chooses the name, because the ending counts where the content says nothing
    with tempfile.TemporaryDirectory(prefix="mortise-fuzz-") as folder:
        for index, (name, body) in enumerate(files):
            (Path(folder) / name).write_bytes(bytes([index]) + body)
        atheris.instrument_all()
        under_ceiling()

        def one(body: bytes) -> None:
            if body:
                timed(names[body[0] % len(names)], body[1:])

        limits = [f"-max_total_time={seconds:.0f}", "-max_len=60000", "-rss_limit_mb=700"]
        atheris.Setup(
            [sys.argv[0], *limits, f"-artifact_prefix={tempfile.gettempdir()}/mortise-fuzz-", folder], one
        )
        atheris.Fuzz()
    return 0


def _choice(is_blind: bool) -> Callable[[float], int] | None:
    if is_blind:
        return None
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("atheris is not installed (pip install atheris); breaking files at random instead.")
        return None
    return guided


def main() -> int:
    """Fuzz every reader."""
    parser = argparse.ArgumentParser(prog="python -m validation.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long")
    parser.add_argument("--inputs", type=int, default=0, help="how many files instead, at random")
    parser.add_argument("--seed", type=int, default=1, help="of the random run")
    parser.add_argument("--blind", action="store_true", help="do not use atheris")
    args = parser.parse_args()
    run = _choice(args.blind or bool(args.inputs))
    return run(args.seconds) if run else blind(args.inputs, args.seconds, args.seed)


if __name__ == "__main__":
    sys.exit(main())
