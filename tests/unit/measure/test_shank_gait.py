"""Foot, shank and thigh: the ankle through stance, when the shin passes, and which joint comes first."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.measure._gait_method import steady
from mortise.measure._shank_gait import LEG
from mortise.measure._stance import LegAngles, stance_readings, stances_of
from mortise.simulate.recordings import csv_of
from mortise.simulate.walking_body import FictionalLegWalk, fictional_leg_walk
from mortise.terms import Side


@cache
def _made(lean_off_deg: float = 42.0) -> FictionalLegWalk:
    return fictional_leg_walk(1, lean_off_deg=lean_off_deg)


def _recordings(made: FictionalLegWalk, *placements: str) -> list[measure.Recording]:
    return [
        measure.read([(name.replace(" ", "_") + ".csv", csv_of(samples))])[0]
        for name, samples in made.samples.items()
        if name.split()[1] in placements
    ]


def _values(result: measure.GaitResult, side: Side) -> dict[str, measure.Reading]:
    return {r.measure: r for r in result.readings if r.side is side and r.method == LEG.name}


def test_ankle_shin_and_knee_through_stance_are_the_made_up_ones() -> None:
    made = _made()
    result = measure.gait(_recordings(made, "instep", "shank", "thigh"))
    for side in (Side.LEFT, Side.RIGHT):
        name = side.value
        leg = LegAngles(
            side=side,
            rate_hz=100.0,
            dorsiflexion_deg=made.dorsiflexion_deg[name],
            shin_deg=made.shin_deg[name],
            knee_deg=made.knee_deg[name],
        )
        stances = stances_of(steady([s for s in result.strides if s.side is side]))
        truth = {r.measure: r.value for r in stance_readings(LEG, leg, stances, ())}
        found = _values(result, side)
        assert found.keys() == truth.keys() == set(LEG.floors)
        assert found["stance_dorsiflexion_deg"].value == pytest.approx(
            truth["stance_dorsiflexion_deg"], abs=2.0
        )
        assert found["tibial_progression_deg"].value == pytest.approx(
            truth["tibial_progression_deg"], abs=2.0
        )
        for moment in ("stance_dorsiflexion_pct", "shin_upright_pct"):
            assert found[moment].value == pytest.approx(truth[moment], abs=4.0)
        # the made-up knee is straightest over a broad valley, where half a degree moves the moment
        assert found["ankle_knee_lag_pct"].value == pytest.approx(truth["ankle_knee_lag_pct"], abs=9.0)
    assert {c.name for c in result.curves} >= {"ankle_dorsiflexion_deg", "shin_lean_deg", "knee_flexion_deg"}


def test_a_stiff_ankle_shows_less_dorsiflexion() -> None:
    free = _values(measure.gait(_recordings(_made(), "instep", "shank")), Side.LEFT)
    stiff = _values(measure.gait(_recordings(_made(25.0), "instep", "shank")), Side.LEFT)
    assert stiff["stance_dorsiflexion_deg"].value < free["stance_dorsiflexion_deg"].value - 5.0


def test_without_a_thigh_knee_timing_is_refused_with_the_reason() -> None:
    result = measure.gait(_recordings(_made(), "instep", "shank"))
    assert "ankle_knee_lag_pct" not in _values(result, Side.LEFT)
    assert any("no thigh sensor" in each.reason for each in result.refused)


def test_without_a_shank_nothing_of_it_is_said() -> None:
    result = measure.gait(_recordings(_made(), "instep"))
    assert not [r for r in result.readings if r.method == LEG.name]
    assert not [each for each in result.refused if "ankle" in each.what]


def test_turning_the_sensors_on_their_segments_changes_nothing() -> None:
    recordings = _recordings(_made(), "instep", "shank", "thigh")
    turned = [
        replace(each, acc_m_s2=each.acc_m_s2[:, [2, 0, 1]], gyr_rad_s=each.gyr_rad_s[:, [2, 0, 1]])
        for each in recordings
    ]
    plain, other = (_values(measure.gait(each), Side.RIGHT) for each in (recordings, turned))
    for name, reading in plain.items():
        assert other[name].value == pytest.approx(reading.value, abs=0.5), name


def test_a_shank_of_another_recording_is_refused() -> None:
    foot, shank = (_recordings(_made(), place)[0] for place in ("instep", "shank"))
    short = shank.time_s < 1.5
    cut = replace(
        shank, time_s=shank.time_s[short], acc_m_s2=shank.acc_m_s2[short], gyr_rad_s=shank.gyr_rad_s[short]
    )
    result = measure.gait([foot, cut])
    peaks = _values(result, Side.LEFT)
    assert not peaks or any(each.what == "ankle angle through stance" for each in result.refused)
    assert all(np.isfinite(r.value) for r in result.readings)
