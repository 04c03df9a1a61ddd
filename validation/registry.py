"""What is validated, one line for each score: the test, how many people, the folder it needs, and the function."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from validation import (
    ankle_angle,
    ankle_tests,
    belt,
    gait_clearance,
    gait_labels,
    gait_markers,
    gait_other,
    heel_rise,
    landings,
    leaps,
    marker_gait,
    plates,
    run,
    worn,
)
from validation.figure import Figure

Errors = dict[str, list[float]]
Score = Callable[[], list[Figure]] | Callable[[], tuple[list[Figure], Errors]]


class Entry(NamedTuple):
    """One score. `people` 0 means made up; an empty `folder` needs no recordings; `picture` names its error plot, and
    `table` writes what figures alone do not show.
    """

    test: str
    people: int
    folder: str
    score: Score
    picture: str = ""
    title: str = ""
    table: Callable[[], str] | None = None


# The error plot of a score: file and title.
_EVENTS = ("events-ipol", "Event errors against labels")
_LENGTHS = ("length-markers", "Stride length errors against markers")
_ANGLES = ("ankle-angle", "Ankle angle errors without any fit, degrees")
_LEAPS = ("leaps", "Drop jumps: errors against force plates")
_LANDINGS = ("landings", "Landing and walking: angles from markers against the laboratory's model")

ENTRIES: tuple[Entry, ...] = (
    Entry("gait", 7, "foot-imu-ipol", gait_labels.score, *_EVENTS),
    Entry("gait", 1, "gaitmap-example", gait_markers.score, *_LENGTHS),
    Entry("gait", 1, "gaitmap-example", gait_clearance.score),
    Entry("gait", 1, "gaitmap-example", gait_markers.border_strikes),
    Entry("gait", 1, "foot-imu-xio", gait_other.closed_loop),
    Entry("gait", 2, "mobgap-example", belt.score),
    Entry("gait", 1, "skdh-example", belt.peer_walk),
    Entry("gait", 6, "c3d-mcgill-gait", marker_gait.score),
    Entry("gait", 0, "", gait_other.made_up_walks),
    Entry("gait", 6, "c3d-mcgill-gait", plates.contacts),
    Entry("placement and side", 12, "foot-imu-ipol", worn.places, table=worn.confusion),
    Entry("placement and side", 9, "foot-imu-ipol", worn.sides),
    Entry("ankle angle", 1, "imu-exercise", ankle_angle.score, *_ANGLES),
    Entry("lunge", 1, "imu-exercise", gait_other.shin_squat),
    Entry("lunge", 0, "", gait_other.made_up_lunges),
    Entry("run", 0, "", run.made_up),
    Entry("heel-rise", 1, "imu-exercise", heel_rise.real),
    Entry("heel-rise", 0, "", heel_rise.made_up),
    Entry("range and position", 0, "", ankle_tests.moved),
    Entry("balance", 1, "sway-cop", ankle_tests.plate),
    Entry("balance", 0, "", ankle_tests.stands),
    Entry("hop and jump", 2, "opencap-lab", leaps.against_plates, *_LEAPS),
    Entry("hop and jump", 3, "forceplate-jumps", leaps.heights),
    Entry("hop and jump", 1, "imu-exercise", leaps.worn),
    Entry("hop and jump", 7, "foot-imu-ipol", leaps.walks_without_flight),
    Entry("hop and jump", 0, "", leaps.made_up),
    Entry("landing and step-down", 2, "opencap-lab", landings.against_model, *_LANDINGS),
    Entry("landing and step-down", 7, "c3d-mcgill-gait", landings.against_plug_in_gait),
    Entry("landing and step-down", 2, "opencap-lab", landings.video),
    Entry("landing and step-down", 1, "imu-exercise", landings.worn),
    Entry("landing and step-down", 0, "", landings.made_up),
    Entry("cost", 7, "foot-imu-ipol", gait_other.cost),
)
