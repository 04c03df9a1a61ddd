"""Names of markers and keypoints, the axes found from the data, angles of shank, foot and ankle."""

from __future__ import annotations

import numpy as np
import pytest

from mortise.errors import SignalError
from mortise.measure.axes import axes_of, facing, foot_heading, view_of
from mortise.measure.markers import Body, body_from, bridge, role_of
from mortise.measure.recording import Floats
from mortise.measure.segments import ankle_angles, flat_feet_deg, smoothed, speed_of
from mortise.terms import Side
from tests.unit.measure.made_up_body import body_of, standing, turned


@pytest.mark.parametrize(
    ("label", "side", "role"),
    [
        ("LHEE", Side.LEFT, "heel"),
        ("Ben:RANK", Side.RIGHT, "ankle_lateral"),
        ("RLMAL", Side.RIGHT, "ankle_lateral"),
        ("LMMA", Side.LEFT, "ankle_medial"),
        ("LLFC", Side.LEFT, "knee_lateral"),
        ("RMFC", Side.RIGHT, "knee_medial"),
        ("r_calc", Side.RIGHT, "heel"),
        ("L_5meta", Side.LEFT, "met5"),
        ("r.ASIS", Side.RIGHT, "asis"),
        ("R.Knee.Medial", Side.RIGHT, "knee_medial"),
        ("r knee 1", Side.RIGHT, "knee_lateral"),
        ("r_mankle_study", Side.RIGHT, "ankle_medial"),
        ("L_FCC", Side.LEFT, "heel"),
        ("R_FM5", Side.RIGHT, "met5"),
        ("V.Sacral", Side.NONE, "sacrum"),
        ("LD1M", Side.LEFT, "met1"),
        ("LNAV", Side.LEFT, "navicular"),
        ("LAJC", Side.LEFT, "ankle_centre"),
        ("RTIB", Side.RIGHT, "shank"),
    ],
)
def test_a_marker_is_known_by_the_usual_names(label: str, side: Side, role: str) -> None:
    assert role_of(label) == (side, role)


@pytest.mark.parametrize(
    ("label", "side", "role"),
    [
        ("RAnkle", Side.RIGHT, "ankle_centre"),
        ("left_ankle", Side.LEFT, "ankle_centre"),
        ("LBigToe", Side.LEFT, "hallux"),
        ("right_foot_index", Side.RIGHT, "hallux"),
        ("LSmallToe", Side.LEFT, "small_toe"),
        ("MidHip", Side.NONE, "pelvis_centre"),
        ("LEFT_HIP", Side.LEFT, "hip_centre"),
        ("Neck", Side.NONE, "neck"),
    ],
)
def test_a_keypoint_lies_at_the_joint(label: str, side: Side, role: str) -> None:
    assert role_of(label, is_keypoint=True) == (side, role)


@pytest.mark.parametrize("label", ["LFOO", "M1", "RANK (22)", "*17", "", "LShoulderAngles", "LTOP", "ankle"])
def test_an_unknown_name_is_nothing(label: str) -> None:
    assert role_of(label) is None


def test_up_and_forward_are_found_in_any_frame() -> None:
    points = standing()
    turn = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    axes = axes_of(body_of(turned(points, turn)))
    assert axes.up == pytest.approx(turn @ [0, 0, 1])
    assert axes.forward is not None
    assert axes.forward == pytest.approx(turn @ [1, 0, 0], abs=1e-9)
    assert axes.forward_from == "pelvis"
    assert axes.right == pytest.approx(turn @ [0, -1, 0], abs=1e-9)


def test_somebody_who_walks_goes_forward_even_backwards_through_the_room() -> None:
    points = standing()
    way = np.zeros((200, 3))
    way[:, 0] = np.linspace(0.0, -3.0, 200)
    axes = axes_of(body_of({name: values * [-1, -1, 1] + way for name, values in points.items()}))
    assert axes.forward_from == "travel"
    assert axes.forward == pytest.approx([-1.0, 0.0, 0.0])


def test_a_body_without_feet_or_pelvis_is_refused() -> None:
    with pytest.raises(SignalError, match="which way is up"):
        axes_of(body_of({"LKNE": standing()["LKNE"]}))


def test_labels_on_the_wrong_feet_are_flagged() -> None:
    points = standing()
    assert body_of(points).flags == ()
    swapped = dict(points)
    for name in ("ANK", "HEE", "TOE", "KNE"):
        swapped["L" + name], swapped["R" + name] = points["R" + name], points["L" + name]
    assert body_of(swapped).flags == ("sides_contradict",)


@pytest.mark.parametrize("lean_deg", [-5.0, 0.0, 20.0, 38.0])
def test_in_flat_standing_dorsiflexion_is_the_lean_of_the_shin(lean_deg: float) -> None:
    points = standing(shank_deg=lean_deg)
    for letter in "LR":
        points[letter + "TOE"][:, 2] += 0.02  # a marker higher than the heel's is no dorsiflexion
        points[letter + "TOE"][:, 1] = points[letter + "ANK"][:, 1]
        points[letter + "HEE"][:, 1] = points[letter + "ANK"][:, 1]
        points[letter + "KNE"][:, 1] = points[letter + "ANK"][:, 1]
    body = body_of(points)
    for side in (Side.LEFT, Side.RIGHT):
        angles = ankle_angles(body, side, axes_of(body))
        assert angles is not None
        assert angles.flags == ()
        assert float(np.median(angles.shank_deg)) == pytest.approx(lean_deg, abs=0.01)
        assert float(np.median(angles.dorsiflexion_deg)) == pytest.approx(lean_deg, abs=0.01)
        assert float(np.median(angles.foot_deg)) == pytest.approx(0.0, abs=0.01)


def test_toes_down_is_plantar_flexion() -> None:
    points = standing()
    tip = np.radians(30.0)
    heel = points["LHEE"].copy()
    points["LHEE"][100:] = points["LTOE"][100:] + 0.19 * np.array([-np.cos(tip), -0.05, np.sin(tip)])
    body = body_of(points)
    angles = ankle_angles(body, Side.LEFT, axes_of(body))
    assert angles is not None
    assert angles.flat_deg == pytest.approx(0.0, abs=0.1)
    assert angles.foot_deg[-1] == pytest.approx(-30.0, abs=0.2)
    assert angles.dorsiflexion_deg[-1] == pytest.approx(-30.0, abs=0.3)
    assert heel[0, 2] == 0.04


def test_a_foot_that_never_lies_has_no_zero() -> None:
    points = standing()
    swing = 0.3 * np.sin(2 * np.pi * 1.5 * np.arange(200) / 100.0)
    for name in ("LHEE", "LTOE"):
        points[name][:, 2] += 0.5 + swing
    body = body_of(points)
    angles = ankle_angles(body, Side.LEFT, axes_of(body))
    assert angles is not None
    assert angles.flags == ("no_flat_foot",)
    assert list(flat_feet_deg(body, axes_of(body))) == [Side.RIGHT]


def test_short_gaps_are_bridged_and_long_ones_stay() -> None:
    points = standing()
    points["LANK"][50:58] = np.nan
    points["LKNE"][50:90] = np.nan
    body = body_of(points)
    ankle, knee = body.ankle(Side.LEFT), body.knee(Side.LEFT)
    assert ankle is not None
    assert knee is not None
    assert np.isfinite(ankle).all()
    assert int(np.isnan(knee[:, 0]).sum()) == 40
    assert bridge(np.full((5, 3), np.nan), 9).shape == (5, 3)


def test_lost_frames_spoil_no_neighbour() -> None:
    points = np.tile([1.0, 2.0, 3.0], (100, 1))
    points[:20] = np.nan
    assert np.isfinite(smoothed(points, 0.1, 100.0)[20:]).all()
    assert speed_of(points, 100.0)[25:] == pytest.approx(0.0)


def _picture(points: dict[str, Floats], axis: int) -> Body:
    """Return what a camera sees, pixels, rows running down."""
    names = {"ANK": "Ankle", "KNE": "Knee", "HEE": "Heel", "TOE": "BigToe", "ASI": "Hip"}
    flat = {
        f"{name[0]}{names[name[1:]]}": np.stack([400 + 300 * values[:, axis], 900 - 300 * values[:, 2]], 1)
        for name, values in points.items()
        if name[1:] in names
    }
    n = len(next(iter(flat.values())))
    return body_from(flat.items(), np.arange(n) / 100.0, 100.0, is_keypoint=True, unit="px")


def test_a_picture_from_the_side_shows_the_ankle_and_one_from_the_front_does_not() -> None:
    side = _picture(standing(shank_deg=25.0), 0)
    axes = axes_of(side)
    assert axes.up == pytest.approx([0.0, -1.0])
    assert axes.forward == pytest.approx([1.0, 0.0])
    assert view_of(side) == "side"
    angles = ankle_angles(side, Side.LEFT, axes)
    assert angles is not None
    assert float(np.median(angles.dorsiflexion_deg)) == pytest.approx(25.0, abs=0.1)
    assert view_of(_picture(standing(), 1)) == "front"


def test_facing_follows_the_pelvis() -> None:
    points = standing()
    body = body_of(points)
    axes = axes_of(body)
    assert facing(body, axes)[10] == pytest.approx([1.0, 0.0, 0.0])
    assert foot_heading(body, Side.LEFT, axes.up) == pytest.approx([1.0, 0.0, 0.0], abs=0.06)
