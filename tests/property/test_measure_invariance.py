"""Turning the sensor, swapping sides, resampling and cutting change only what they should."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.simulate.recordings import phone_log_of
from mortise.terms import Side
from tests.support.sizes import examples
from tests.unit.measure.made_up import as_file, csv_lines, lunges, read_lunge, read_walk, walk

_quaternions = st.tuples(*[st.floats(-1.0, 1.0) for _ in range(4)]).filter(
    lambda q: sum(v * v for v in q) > 0.05
)


def _turned(recording: measure.Recording, quaternion: tuple[float, ...]) -> measure.Recording:
    w, x, y, z = np.array(quaternion) / np.linalg.norm(quaternion)
    matrix = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    return replace(
        recording, acc_m_s2=recording.acc_m_s2 @ matrix.T, gyr_rad_s=recording.gyr_rad_s @ matrix.T
    )


def _read_or_refused(
    body: bytes, rate_hz: float | None = None
) -> tuple[tuple[measure.Recording, ...], SignalError | None]:
    """Read bytes; refusing is the one thing a reader may do instead."""
    try:
        return measure.read([("foot.csv", body)], rate_hz=rate_hz), None
    except SignalError as refused:
        return (), refused


def _same(one: measure.GaitResult, other: measure.GaitResult, share: float = 0.01) -> None:
    assert len(one.strides) == len(other.strides)
    for a, b in zip(one.readings, other.readings, strict=True):
        assert (a.measure, a.n_trials) == (b.measure, b.n_trials)
        assert abs(a.value - b.value) <= share * max(1.0, abs(a.value)), a.measure


@settings(max_examples=examples(12))
@given(_quaternions, _quaternions)
def test_turning_the_sensors_changes_no_gait_reading(
    left: tuple[float, ...], right: tuple[float, ...]
) -> None:
    recordings = read_walk(walk())
    turned = [_turned(each, q) for each, q in zip(recordings, (left, right), strict=True)]
    _same(measure.gait(recordings), measure.gait(turned))


@settings(max_examples=examples(12))
@given(_quaternions)
def test_turning_the_phone_changes_no_lunge_angle(quaternion: tuple[float, ...]) -> None:
    recording = read_lunge(lunges())
    plain, turned = measure.lunge(recording), measure.lunge(_turned(recording, quaternion))
    assert len(plain.trials) == len(turned.trials)
    for a, b in zip(plain.trials, turned.trials, strict=True):
        assert abs(a.lunge_angle_deg - b.lunge_angle_deg) < 0.1
        assert a.quality == b.quality


@settings(max_examples=examples(6))
@given(st.integers(1, 6))
def test_mirrored_walk_gives_mirrored_readings(seed: int) -> None:
    recordings = read_walk(walk(seed=seed, asymmetry_ratio=1.2))
    flip = np.array([1.0, -1.0, 1.0])
    # seen in a mirror, vectors flip one axis and rotations the two others, and left becomes right
    mirrored = [
        replace(
            each,
            acc_m_s2=each.acc_m_s2 * flip,
            gyr_rad_s=each.gyr_rad_s * -flip,
            info=replace(each.info, side=each.side.opposite),
        )
        for each in recordings
    ]
    plain = {(r.measure, r.side): r.value for r in measure.gait(recordings).readings}
    seen = {(r.measure, r.side.opposite): r.value for r in measure.gait(mirrored).readings}
    assert plain.keys() == seen.keys()
    for key, value in plain.items():
        assert abs(value - seen[key]) <= 0.01 * max(1.0, abs(value)), key


@settings(max_examples=examples(6))
@given(st.sampled_from([80.0, 128.0, 204.8, 256.0]))
def test_resampling_changes_readings_by_less_than_their_error(rate_hz: float) -> None:
    recordings = read_walk(walk(rate_hz=400.0))

    def resampled(each: measure.Recording) -> measure.Recording:
        time_s = np.arange(int(each.duration_s * rate_hz)) / rate_hz
        acc, gyr = (
            np.stack([np.interp(time_s, each.time_s, values[:, i]) for i in range(3)], axis=1)
            for values in (each.acc_m_s2, each.gyr_rad_s)
        )
        return replace(
            each, time_s=time_s, acc_m_s2=acc, gyr_rad_s=gyr, info=replace(each.info, rate_hz=rate_hz)
        )

    plain = measure.gait(recordings)
    other = measure.gait([resampled(each) for each in recordings])
    assert len(plain.strides) == len(other.strides)
    for a, b in zip(plain.readings, other.readings, strict=True):
        assert abs(a.value - b.value) <= 2.0 * (a.error + b.error), a.measure


@settings(max_examples=examples(8))
@given(st.floats(0.0, 8.0), st.floats(0.0, 8.0))
def test_cutting_the_ends_off_leaves_the_strides_in_between(front_s: float, back_s: float) -> None:
    recording = read_walk(walk())[0]
    keep = (recording.time_s >= front_s) & (recording.time_s <= recording.time_s[-1] - back_s)
    first_s = float(recording.time_s[keep][0])
    cut = replace(
        recording,
        time_s=recording.time_s[keep] - first_s,
        acc_m_s2=recording.acc_m_s2[keep],
        gyr_rad_s=recording.gyr_rad_s[keep],
    )
    whole = measure.gait([recording]).strides
    part = measure.gait([cut]).strides
    # A recording cut in mid-walk begins without standing still: the first strides serve to find the sensor's posture.
    inside = [
        s for s in whole
        if s.foot_strike_s > first_s + 2.4 and s.next_foot_strike_s < recording.time_s[-1] - back_s - 0.6
    ]  # fmt: skip
    for stride in inside:
        near = [s for s in part if abs(s.foot_strike_s + first_s - stride.foot_strike_s) < 0.01]
        assert len(near) == 1
        assert abs(near[0].stride_length_m - stride.stride_length_m) < 0.05
        assert abs(near[0].stride_time_s - stride.stride_time_s) < 0.01


@settings(max_examples=examples(40))
@given(st.binary(max_size=3000))
def test_no_bytes_make_the_reader_crash(body: bytes) -> None:
    found, refused = _read_or_refused(body, rate_hz=100.0)
    assert (refused is None) or refused.where
    assert all(np.isfinite(each.acc_m_s2).all() for each in found)


@settings(max_examples=examples(40))
@given(st.data())
def test_no_damage_to_a_table_makes_the_reader_crash(data: st.DataObject) -> None:
    body = bytearray(as_file(csv_lines(n=60)))
    for _ in range(data.draw(st.integers(1, 8))):
        position = data.draw(st.integers(0, len(body) - 1))
        body[position] = data.draw(st.integers(0, 255))
    found, refused = _read_or_refused(bytes(body[: data.draw(st.integers(0, len(body)))]))
    assert (refused is None) or refused.where
    assert all(np.isfinite(each.gyr_rad_s).all() and np.all(np.diff(each.time_s) >= 0) for each in found)


def test_side_of_a_recording_names_its_readings() -> None:
    left, right = read_walk(walk())
    assert {r.side for r in measure.gait([left, right]).readings} == {Side.LEFT, Side.RIGHT, Side.NONE}


@settings(max_examples=examples(40))
@given(st.data())
def test_no_damage_to_a_phone_log_makes_the_reader_crash(data: st.DataObject) -> None:
    body = bytearray(phone_log_of(lunges().samples)[:6000])
    tail = b']],"gyr_deg_s":[]}}'
    for _ in range(data.draw(st.integers(0, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(32, 126))
    found, refused = _read_or_refused(bytes(body) + data.draw(st.sampled_from([b"", tail, b"}", b"]"])))
    assert (refused is None) or refused.where
    assert all(np.isfinite(each.gyr_rad_s).all() for each in found)


@settings(max_examples=examples(30))
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True, width=64), min_size=7 * 25, max_size=7 * 25))
def test_no_numbers_make_the_reader_crash(numbers: list[float]) -> None:
    rows = [",".join(repr(v) for v in numbers[i : i + 7]) for i in range(0, len(numbers), 7)]
    found, refused = _read_or_refused(as_file([csv_lines(n=1)[0], *rows]))
    assert (refused is None) or refused.where
    assert all(np.isfinite(each.acc_m_s2).all() for each in found)


@settings(max_examples=examples(25))
@given(
    st.integers(0, 10_000),
    st.floats(0.01, 30.0),
    st.floats(0.001, 15.0),
    st.sampled_from([25.0, 60.0, 204.8]),
)
def test_no_signal_makes_measuring_crash(
    seed: int, shake_m_s2: float, turn_rad_s: float, rate_hz: float
) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(30, 3000))
    blocks = np.repeat(rng.random(n // 20 + 1) < 0.5, 20)[:n, None]
    recording = replace(
        read_walk(walk())[0],
        time_s=np.arange(n) / rate_hz,
        acc_m_s2=np.array([0.0, 0.0, 9.81]) + blocks * rng.normal(0, shake_m_s2, (n, 3)),
        gyr_rad_s=blocks * rng.normal(0, turn_rad_s, (n, 3)),
    )
    recording = replace(recording, info=replace(recording.info, rate_hz=rate_hz))
    shin = replace(recording, info=replace(recording.info, placement="shank"))
    for test, given_recording in (("gait", recording), ("lunge", shin)):
        try:
            result = measure.TESTS[test](measure.Materials(sensors=(given_recording,)))
        except SignalError as refused:
            assert refused.mend  # noqa: PT017 - refusing is the one other thing it may do, and must say what to do
        else:
            assert all(np.isfinite([r.value, r.error]).all() for r in result.readings)
