"""Where a device sits on the shin hardly matters to what is counted from standing, much to what is read off.

Markers of one real person stand for devices: two along the shin, at the front, at the side, low, and the whole shin.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from mortise import measure
from mortise.measure.recording import Floats
from tests.support.leaving_out import recordings_path

pytestmark = pytest.mark.recordings

FOLDER = recordings_path() / "opencap-lab" / "grf" / "Subject4" / "MarkerData"
WALKS, LANDINGS = ("walking1", "walking2"), ("DJ1", "DJ2", "DJ3")
# Names of the upper and the lower marker of each place.
PLACES = {
    "r": {
        "whole": ("r_knee", "r_ankle"), "front": ("r_shank_antsup", "r_sh2"), "side": ("r_sh3", "r_sh4"),
        "low": ("r_sh4", "r_ankle"), "front, long": ("r_shank_antsup", "r_ankle"),
    },
    "L": {
        "whole": ("L_knee", "L_ankle"), "side": ("L_sh2", "L_sh3"), "low": ("L_sh3", "L_ankle"),
        "front, long": ("L_shank_antsup", "L_ankle"),
    },
}  # fmt: skip
FLAT_M = 0.02  # heel and toe this near to where they stood


class Leans(NamedTuple):
    """What each place shows at the deepest moment with the foot flat: against upright, and from standing."""

    read_off: dict[str, float]
    from_standing: dict[str, float]


@cache
def points(trial: str) -> dict[str, Floats]:
    lab = measure.read_lab(FOLDER / f"{trial}.trc")
    return {one.label: one.points_m for one in lab.markers}


@cache
def up_axis() -> int:
    stood = points("static1")
    return int(np.argmax(np.nanmean(stood["C7"] - stood["r_ankle"], axis=0)))


def leans(trial: str, leg: str) -> dict[str, Floats]:
    """Return the forward lean of every place against upright, degrees, in the direction the foot points."""
    there, up = points(trial), up_axis()
    ahead = there[f"{leg}_toe"] - there[f"{leg}_calc"]
    ahead[:, up] = 0.0
    ahead = ahead / np.linalg.norm(ahead, axis=1, keepdims=True)
    found = {}
    for place, (high, low) in PLACES[leg].items():
        along = there[high] - there[low]
        found[place] = np.degrees(np.arctan2(np.sum(along * ahead, axis=1), along[:, up]))
    return found


@cache
def deepest(trial: str, leg: str) -> Leans:
    stood = {place: float(np.nanmean(lean)) for place, lean in leans("static1", leg).items()}
    now, up = leans(trial, leg), up_axis()
    is_flat = np.ones(len(now["whole"]), dtype=bool)
    for name in (f"{leg}_toe", f"{leg}_calc"):
        height = float(np.nanmean(points("static1")[name][:, up]))
        is_flat &= np.abs(points(trial)[name][:, up] - height) < FLAT_M
    at = int(np.nanargmax(np.where(is_flat, now["whole"], -np.inf)))
    read_off = {place: float(lean[at]) for place, lean in now.items()}
    return Leans(read_off, {place: value - stood[place] for place, value in read_off.items()})


def spread(values: dict[str, float]) -> float:
    return max(values.values()) - min(values.values())


@pytest.mark.parametrize("leg", PLACES)
@pytest.mark.parametrize("trial", WALKS)
def test_walking_shows_the_same_lean_from_standing_at_every_place(trial: str, leg: str) -> None:
    found = deepest(trial, leg)
    assert 12.0 < found.from_standing["whole"] < 18.0
    assert spread(found.from_standing) < 1.65  # the error a phone on the shin is given
    assert spread(found.read_off) > 10.0  # what WBLT-50 warns of


@pytest.mark.parametrize("trial", [*WALKS, *LANDINGS])
def test_front_and_side_at_one_height_agree_within_half_a_degree(trial: str) -> None:
    found = deepest(trial, "r").from_standing
    assert abs(found["front"] - found["side"]) < 0.6


@pytest.mark.parametrize("trial", LANDINGS)
def test_a_deep_landing_tells_height_apart_where_the_calf_moves(trial: str) -> None:
    right, left = deepest(trial, "r"), deepest(trial, "L")
    marked = {place: lean for place, lean in right.from_standing.items() if place != "whole"}
    assert spread(marked) < 3.0
    assert spread({place: left.from_standing[place] for place in ("side", "low", "front, long")}) > 4.0
    assert min(spread(right.read_off), spread(left.read_off)) > 10.0


@pytest.mark.parametrize("leg", PLACES)
def test_a_standing_shin_leans_already_so_read_off_and_counted_are_two_things(leg: str) -> None:
    stood = {place: float(np.nanmean(lean)) for place, lean in leans("static1", leg).items()}
    assert stood["whole"] > 5.0
    assert stood["front, long"] > 10.0
