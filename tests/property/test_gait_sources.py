"""No signal makes gait or running crash, whatever it was recorded with; refusing is the one other thing they may do."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mortise import measure
from mortise.errors import SignalError
from mortise.measure import LabInfo, LabRecording, Marker, Materials, Recording, RecordingInfo
from mortise.simulate.walking_body import fictional_body_walk
from mortise.terms import Side
from tests.support.sizes import examples


def _measured(test: str, materials: Materials) -> None:
    try:
        result = measure.TESTS[test](materials)
    except SignalError as refused:
        assert refused.mend  # noqa: PT017 - refusing is the one other thing it may do, and must say what to do
    else:
        assert all(np.isfinite([r.value, r.error]).all() for r in result.readings)
        assert all(r.error >= 0.0 for r in result.readings)
        measure.to_plain(result, curves=True)


@settings(max_examples=examples(30))
@given(
    st.integers(0, 10_000),
    st.floats(0.01, 60.0),
    st.floats(0.0, 20.0),
    st.sampled_from([10.0, 25.0, 60.0, 204.8]),
    st.sampled_from(["lower_back", "belt", "pocket", "unknown", "instep"]),
    st.sampled_from(["gait", "run"]),
)
def test_no_shaking_of_a_sensor_makes_it_crash(
    seed: int, shake_m_s2: float, turn_rad_s: float, rate_hz: float, placement: str, test: str
) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 3000))
    blocks = np.repeat(rng.random(n // 20 + 1) < 0.5, 20)[:n, None]
    wave = shake_m_s2 * np.sin(2 * np.pi * rng.uniform(0.5, 4.0) * np.arange(n) / rate_hz)[:, None]
    acc = np.array([0.0, 0.0, 9.81]) + blocks * (rng.normal(0, shake_m_s2, (n, 3)) + wave * [0.0, 0.0, 1.0])
    info = RecordingInfo(
        file="shaken.csv",
        sha256="",
        format="csv",
        side=Side.LEFT,
        placement=placement,
        rate_hz=rate_hz,
        n_samples=n,
        duration_s=(n - 1) / rate_hz,
    )
    recording = Recording(
        info=info,
        time_s=np.arange(n) / rate_hz,
        acc_m_s2=np.clip(acc, -160.0, 160.0),
        gyr_rad_s=blocks * rng.normal(0, turn_rad_s, (n, 3)) if turn_rad_s else np.zeros((n, 3)),
    )
    _measured(test, Materials(sensors=(recording,)))


_WALK = fictional_body_walk(3)


@settings(max_examples=examples(40))
@given(st.data())
def test_no_damage_to_markers_makes_it_crash(data: st.DataObject) -> None:
    points = {name: values.copy() for name, values in _WALK.points.items()}
    n = len(_WALK.time_s)
    keep = data.draw(st.sets(st.sampled_from(sorted(points)), min_size=1))
    for _ in range(data.draw(st.integers(0, 6))):
        name = data.draw(st.sampled_from(sorted(points)))
        first = data.draw(st.integers(0, n - 1))
        last = first + data.draw(st.integers(1, 200))
        kind = data.draw(st.sampled_from(["gone", "still", "jump", "mirrored"]))
        part = points[name][first:last]
        points[name][first:last] = {
            "gone": np.full_like(part, np.nan),
            "still": np.tile(part[:1], (len(part), 1)),
            "jump": part + 1.0,
            "mirrored": part * np.array([-1.0, 1.0, 1.0]),
        }[kind]
    cut = slice(data.draw(st.integers(0, n // 2)), data.draw(st.integers(n // 2, n)))
    time_s = _WALK.time_s[cut]
    if not len(time_s):
        return
    info = LabInfo(
        file="walk.trc",
        sha256="",
        format="trc",
        point_rate_hz=_WALK.rate_hz,
        n_frames=len(time_s),
        duration_s=float(time_s[-1] - time_s[0]),
    )
    markers = tuple(
        Marker(label=name, points_m=points[name][cut], residual_m=np.zeros(len(time_s)))
        for name in sorted(keep)
    )
    lab = LabRecording(info=info, time_s=time_s - time_s[0], markers=markers)
    for test in ("gait", "run"):
        _measured(test, Materials(labs=(lab,)))
