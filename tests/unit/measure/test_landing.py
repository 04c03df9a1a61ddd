"""Landings: alignment of the leg with known truth, errors item by item, sensors, drift, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from mortise.errors import SignalError
from mortise.measure._alignment import leg_of, smooth_body
from mortise.measure._landing import landing_of
from mortise.measure._landing_errors import ITEMS
from mortise.measure._turning import shank_turning_deg
from mortise.measure.axes import axes_of
from mortise.measure.laboratory import LabRecording
from mortise.measure.markers import Body, body_from, body_of_lab
from mortise.measure.materials import Materials
from mortise.measure.results import Trial
from mortise.terms import Side
from tests.unit.measure.made_up_leaps import (
    in_lab,
    in_sensors,
    lab_of,
    leap,
    markers_only,
    plates_only,
    reading,
    without_markers,
)


def _one_leg() -> Materials:
    return in_lab(leap(2, "hop", "left", knee_inward_cm=4.0, navicular_drop_cm=0.6))


def test_knee_inward_and_arch_are_the_true_ones() -> None:
    result = landing_of(_one_leg())
    assert reading(result, "landing_knee_medial_cm").side is Side.LEFT
    assert reading(result, "landing_knee_medial_cm").value == pytest.approx(4.0, abs=0.3)
    assert reading(result, "landing_arch_drop_cm").value == pytest.approx(0.6, abs=0.1)
    assert reading(result, "landing_peak_ratio").value == pytest.approx(2.6, abs=0.3)
    still = landing_of(in_lab(leap(2, "hop", "left")))
    assert reading(still, "landing_knee_medial_cm").value == pytest.approx(0.0, abs=0.3)
    assert reading(still, "landing_arch_drop_cm").value == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("turning_deg", [-6.0, 0.0, 9.0])
def test_the_shank_turns_inward_as_far_as_it_did(side: str, turning_deg: float) -> None:
    made = leap(3, "hop", side, tibial_rotation_deg=turning_deg)
    body = body_of_lab(lab_of(made))
    turning = shank_turning_deg(body, Side(side))
    assert turning is not None
    first = round(made.leaps[0].landing_s * 100)
    part = turning[first : first + 25]
    furthest = float(part[np.argmax(np.abs(part - part[0]))] - part[0])
    assert furthest == pytest.approx(turning_deg, abs=1.5)


def test_turning_needs_three_markers_of_shank_and_foot() -> None:
    lab = without_markers(lab_of(leap(3, "hop", "left")), "SH1", "SH2", "SH3", "SH4", "MFC", "MMA")
    assert shank_turning_deg(body_of_lab(lab), Side.LEFT) is None


def test_the_ankle_goes_from_pointed_to_bent() -> None:
    trial = landing_of(_one_leg()).trials[0]
    assert trial.values["ankle_start_deg"] < -10.0
    assert trial.values["ankle_peak_deg"] > 15.0
    assert trial.values["ankle_excursion_deg"] == pytest.approx(
        trial.values["ankle_peak_deg"] - trial.values["ankle_start_deg"], abs=0.01
    )
    assert trial.values["is_one_leg"] == 1.0


def _score(lab: LabRecording) -> Trial:
    return next(t for t in landing_of(Materials(labs=(lab,))).trials if t.side is Side.NONE)


def test_a_clean_landing_on_both_feet_has_fifteen_items() -> None:
    score = _score(lab_of(leap(1, "drop")))
    assert score.values["n_items"] == 15.0
    assert score.values["n_errors"] == sum(score.values[f"error_{name}"] for name in ITEMS)
    assert score.values["error_knee_inside_at_deepest"] == 0.0
    assert reading(landing_of(in_lab(leap(1, "drop"))), "landing_errors_recorded_count").unit == "count"


def _moved(lab: LabRecording, shift: dict[str, tuple[float, float, float]]) -> LabRecording:
    return replace(
        lab,
        markers=tuple(
            replace(m, points_m=m.points_m + np.array(shift[m.label])) if m.label in shift else m
            for m in lab.markers
        ),
    )


def test_planted_errors_are_seen_one_by_one() -> None:
    lab = lab_of(leap(1, "drop"))
    clean = _score(lab).values
    knees_in = _score(lab_of(leap(1, "drop", knee_inward_cm=7.0))).values
    assert knees_in["error_knee_inside_at_deepest"] == 1.0
    left_foot = [m.label for m in lab.markers if m.label.startswith("L") and m.label[1:] in _LEG]
    wide = _score(_moved(lab, dict.fromkeys(left_foot, (0.0, 0.35, 0.0)))).values
    assert wide["error_stance_wide"] == 1.0
    trunk = ("C7", "LSHO", "RSHO")
    aside = _score(_moved(lab, dict.fromkeys(trunk, (0.0, 0.2, 0.0)))).values
    assert aside["error_trunk_aside_at_contact"] == 1.0
    back = _score(_moved(lab, dict.fromkeys(trunk, (-0.35, 0.0, 0.0)))).values
    assert back["error_trunk_not_forward_at_contact"] == 1.0
    for name in (
        "stance_wide",
        "trunk_aside_at_contact",
        "trunk_not_forward_at_contact",
        "knee_inside_at_deepest",
    ):
        assert clean[f"error_{name}"] == 0.0, name


_LEG = ("ANK", "MMA", "KNE", "MFC", "HEE", "TOE", "MT5", "NAV", "SH1", "SH2", "SH3", "SH4")


def test_a_foot_that_comes_late_is_uneven() -> None:
    lab = lab_of(leap(1, "drop"))
    late = 7
    markers = []
    for marker in lab.markers:
        points = marker.points_m
        if marker.label.startswith("L") and marker.label[1:] in _LEG:
            points = np.concatenate([np.repeat(points[:1], late, axis=0), points[:-late]])
        markers.append(replace(marker, points_m=points))
    assert _score(replace(lab, markers=tuple(markers), plates=())).values["error_feet_uneven"] == 1.0


def test_without_shoulders_the_items_of_the_trunk_are_left_out_by_name() -> None:
    lab = without_markers(lab_of(leap(1, "drop")), "C7", "SHO")
    result = landing_of(Materials(labs=(lab,)))
    said = next(each for each in result.refused if each.what == "landing errors")
    assert "trunk aside at contact" in said.reason
    assert said.n_missing == 15 - int(next(t for t in result.trials if t.side is Side.NONE).values["n_items"])
    assert not [each for each in result.readings if each.measure == "landing_errors_recorded_count"]


def _video(view: str) -> Body:
    lab = lab_of(leap(1, "drop", knee_inward_cm=4.0))
    names = {"ANK": "Ankle", "KNE": "Knee", "HEE": "Heel", "TOE": "BigToe", "HJC": "Hip", "SHO": "Shoulder"}
    axis = 0 if view == "side" else 1
    named = {
        f"{m.label[0]}{names[m.label[1:]]}": np.stack(
            [900 + 300 * m.points_m[:, axis], 900 - 300 * m.points_m[:, 2]], axis=1
        )
        for m in lab.markers
        if m.label[1:] in names
    }
    return body_from(named.items(), lab.time_s, 100.0, is_keypoint=True, unit="px")


def test_each_view_of_a_video_shows_its_own_half() -> None:
    side, front = _video("side"), _video("front")
    from_side = leg_of(smooth_body(side), Side.LEFT, axes_of(side))
    from_front = leg_of(smooth_body(front), Side.LEFT, axes_of(front))
    assert from_side.dorsiflexion_deg is not None
    assert from_side.valgus_deg is None
    assert from_front.valgus_deg is not None
    assert from_front.dorsiflexion_deg is None
    space = body_of_lab(lab_of(leap(1, "drop", knee_inward_cm=4.0)))
    true = leg_of(smooth_body(space), Side.LEFT, axes_of(space))
    assert true.knee_bend_deg is not None
    assert from_side.knee_bend_deg is not None
    assert float(np.nanmax(from_side.knee_bend_deg)) == pytest.approx(
        float(np.nanmax(true.knee_bend_deg)), abs=4.0
    )


def test_sensors_tell_what_they_can_and_refuse_the_rest() -> None:
    result = landing_of(in_sensors(leap(1, "drop"), "left_foot", "right_foot"))
    assert {trial.side for trial in result.trials} == {Side.LEFT, Side.RIGHT}
    assert {each.what for each in result.refused} >= {"knee medial displacement", "tibial rotation", "arch"}
    assert "no_ankle_angle" in result.trials[0].quality


def test_drift_is_seen_from_six_landings_on() -> None:
    labs = tuple(lab_of(leap(9, "hop", "right", knee_inward_cm=2.0 + 0.5 * i)) for i in range(6))
    result = landing_of(Materials(labs=labs))
    # last third 4.25 on the mean, first third 2.25
    assert reading(result, "landing_knee_medial_drift_cm").value == pytest.approx(2.0, abs=0.3)
    few = landing_of(Materials(labs=labs[:5]))
    assert not [each for each in few.readings if each.measure == "landing_knee_medial_drift_cm"]


def test_force_alone_shows_no_posture() -> None:
    with pytest.raises(SignalError, match="a force plate alone"):
        landing_of(plates_only(leap(1, "drop")))


def test_a_recording_that_ends_in_the_landing_is_refused() -> None:
    made = leap(2, "hop", "left")
    lab = lab_of(made)
    stop = round(made.leaps[0].landing_s * 100) + 8
    cut = replace(
        lab,
        plates=(),
        time_s=lab.time_s[:stop],
        markers=tuple(replace(m, points_m=m.points_m[:stop]) for m in lab.markers),
    )
    with pytest.raises(SignalError, match="ends"):
        landing_of(Materials(labs=(cut,)))


def test_standing_still_is_no_landing() -> None:
    lab = lab_of(leap(2, "hop", "left"))
    still = replace(
        lab,
        plates=(),
        time_s=lab.time_s[:140],
        markers=tuple(replace(m, points_m=m.points_m[:140]) for m in lab.markers),
    )
    with pytest.raises(SignalError, match="no landing was found"):
        landing_of(Materials(labs=(still,)))


def test_sides_that_contradict_are_not_counted() -> None:
    lab = markers_only(leap(1, "drop")).labs[0]
    swapped = tuple(
        replace(m, label={"L": "R", "R": "L"}[m.label[0]] + m.label[1:]) if m.label[1:] in _LEG else m
        for m in lab.markers
    )
    result = landing_of(Materials(labs=(replace(lab, markers=swapped),)))
    assert all("sides_contradict" in t.quality and not t.is_counted for t in result.trials)
    assert result.readings == ()
