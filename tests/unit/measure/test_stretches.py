"""Leaving a stretch out: what it touched makes no number, the rest is measured as it was."""

from __future__ import annotations

import io

import msgspec
import numpy as np
import pytest

from mortise import measure
from mortise.errors import InputError, SignalError
from mortise.measure import Stretch, measured_without
from mortise.measure import stretches as room
from mortise.simulate.recordings import csv_of, fictional_walk

MADE = fictional_walk(5)


def walk() -> measure.Materials:
    files = {"left": csv_of(MADE.left), "right": csv_of(MADE.right)}
    return measure.open_files(
        [], left=("l.csv", io.BytesIO(files["left"])), right=("r.csv", io.BytesIO(files["right"])),
        placement="instep", test="gait",
    )  # fmt: skip


def stretch(start_s: float, end_s: float) -> Stretch:
    return Stretch(start_s=start_s, end_s=end_s, reason="stumbled")


def test_no_stride_rests_on_a_stretch_left_out_and_the_others_stay() -> None:
    whole = measured_without("gait", walk(), [])
    less = measured_without("gait", walk(), [stretch(8.0, 11.0)])
    assert isinstance(whole, measure.GaitResult)
    assert isinstance(less, measure.GaitResult)
    used = {round(one.foot_strike_s, 2) for one in less.strides if not one.quality}
    kept = {round(one.foot_strike_s, 2) for one in whole.strides if not one.quality}
    assert used < kept
    assert not [one for one in used if 8.0 <= one < 11.0]
    assert {one for one in kept if one < 5.0} <= used
    assert less.refused[0] == measure.Refused(
        what="left_out", reason="stumbled", start_s=8.0, end_s=11.0,
        mend="Take the stretch in again if this was a mistake.",
    )  # fmt: skip
    n = {(one.measure, one.side): one.n_trials for one in whole.readings}
    assert all(
        one.n_trials < n[one.measure, one.side] for one in less.readings if one.measure == "cadence_spm"
    )


def test_a_stretch_is_not_counted_as_strides_believed_missing() -> None:
    less = measured_without("gait", walk(), [stretch(8.0, 11.0)])
    assert isinstance(less, measure.GaitResult)
    assert less.n_strides_missing == 0


@pytest.mark.parametrize(("start_s", "end_s"), [(-1.0, 2.0), (3.0, 3.0), (5.0, 4.0), (500.0, 501.0)])
def test_what_is_no_stretch_of_the_recording_is_refused(start_s: float, end_s: float) -> None:
    with pytest.raises(InputError, match="no stretch"):
        measured_without("gait", walk(), [stretch(start_s, end_s)])


def test_nothing_left_is_said() -> None:
    with pytest.raises(SignalError, match="nothing is left"):
        measured_without("gait", walk(), [stretch(0.0, 9999.0)])


def test_a_number_that_would_still_rest_on_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall behind all tests: planted, a way of measuring that does not see that samples are gone."""
    monkeypatch.setattr(room, "without", lambda materials, _: materials)
    with pytest.raises(SignalError, match="would still rest on it"):
        measured_without("gait", walk(), [stretch(8.0, 11.0)])


def test_the_clock_stays_when_the_beginning_is_left_out() -> None:
    materials = walk()
    less = room.without(materials, [stretch(0.0, 2.0)])
    for one, was in zip(less.sensors, materials.sensors, strict=True):
        assert one.time_s[0] == was.time_s[0] == 0.0
        assert one.time_s[-1] == was.time_s[-1]
        assert not ((one.time_s[1:] < 2.0).any())


def test_markers_and_keypoints_are_not_seen_in_the_stretch() -> None:
    time_s = np.arange(0.0, 3.0, 0.1)
    marker = measure.Marker(label="heel", points_m=np.ones((30, 3)), residual_m=np.zeros(30))
    info = measure.LabInfo(
        file="a.c3d", sha256="", format="c3d", point_rate_hz=10.0, n_frames=30, duration_s=2.9
    )
    lab = measure.LabRecording(info=info, time_s=time_s, markers=(marker,))
    pose = measure.PoseRecording(
        info=msgspec.convert(
            {"file": "a", "sha256": "", "format": "x", "unit": "m", "rate_hz": 10.0, "n_frames": 30, "duration_s": 2.9},
            measure.PoseInfo,
        ),
        time_s=time_s, keypoints={"knee": np.ones((30, 2))}, confidence={"knee": np.ones(30)},
    )  # fmt: skip
    less = room.without(measure.Materials(labs=(lab,), poses=(pose,)), [stretch(1.0, 2.0)])
    gone = (time_s >= 1.0) & (time_s < 2.0)
    assert (np.isnan(less.labs[0].markers[0].points_m[:, 0]) == gone).all()
    assert (np.isnan(less.poses[0].keypoints["knee"][:, 0]) == gone).all()
    assert ((less.poses[0].confidence["knee"] == 0) == gone).all()
    assert np.isfinite(marker.points_m).all()
    assert np.isfinite(pose.keypoints["knee"]).all()
