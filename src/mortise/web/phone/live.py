"""The tests a phone takes with its own sensors: their names, where the phone is worn, how it is done by hand."""

from __future__ import annotations

from typing import Any, NamedTuple

from mortise.episode import Story
from mortise.record import Reading
from mortise.web.phone.visits import Visit


class LiveTest(NamedTuple):
    """One test. `test` and `placement` are the words of `mortise.measure`."""

    test: str
    title: str
    placement: str
    place: str
    do: tuple[str, ...]
    cue: str
    by_hand: str
    unit: str
    measure: str
    seconds: int  # how long it is recorded at most


TESTS = (
    LiveTest(
        "lunge", "Knee to wall, with the phone", "shank",
        "On the front of the shin, half-way up, screen outwards. A sock top or two bands hold it; it must not slide.",
        ("Stand still for a second.", "Take the knee forward over the second toe as far as the heel stays down.",
         "Hold it for two seconds and come back. Three times."),
        "Heel down, knee over the second toe. Breathe slowly.",
        "By hand: the greatest distance of the big toe from the wall with the knee touching it, by tape.",
        "°", "lunge_angle_deg", 90,
    ),
    LiveTest(
        "heel-rise", "Heel rises to a beat", "shank",
        "On the front of the shin, half-way up, screen outwards. A sock top or two bands hold it; it must not slide.",
        ("Stand on one leg, fingertips on the wall.", "Up on one beat, down on the next, knee straight.",
         "Come down all the way each time. Stop when you cannot go on."),
        "All the way up, all the way down, knee straight.",
        "By hand: count the rises to a clock that ticks once a second.",
        "", "heel_rise_count", 120,
    ),
    LiveTest(
        "balance", "Standing on one leg", "belt",
        "At the front of the belt or waistband, tight against you.",
        ("Stand next to something to hold.", "Lift the other foot and stand as still as you can.",
         "Put the foot down when you must, or after thirty seconds."),
        "Eyes open, look at one point. Breathe.",
        "By hand: the seconds until the other foot comes down, by stop-watch, thirty at most.",
        "s", "single_leg_stand_s", 45,
    ),
    LiveTest(
        "gait", "A walk", "lower_back",
        "At the small of the back under the waistband, or in a tight pocket.",
        ("Stand still for two seconds.", "Walk straight on at your usual pace for twenty steps or more.",
         "Stand still again and tap Done."),
        "Walk as you always do.",
        "By hand: count your steps for a minute.",
        "a minute", "cadence_spm", 120,
    ),
    LiveTest(
        "hop", "Hops on the spot", "lower_back",
        "At the small of the back under the waistband, tight against you.",
        ("Only when your plan has hops in it.", "Stand still for two seconds.",
         "Hop on the spot ten times, as high as is comfortable, and stand still again."),
        "Land softly. Stop if it is sharp.",
        "By hand: nothing does it well; leave it to your clinic.",
        "s in the air", "hop_flight_time_s", 45,
    ),
)  # fmt: skip
BY_ID = {one.test: one for one in TESTS}


def plain() -> list[dict[str, Any]]:
    """Return the tests for the scripts."""
    return [one._asdict() for one in TESTS]


def last_values(visit: Visit, story: Story) -> dict[str, str]:
    """Return the newest recorded value of each test on the treated side, to aim at; by measure."""
    wanted = {one.measure for one in TESTS}
    return {
        one.measure: str(one.value)
        for one in story.facts
        if isinstance(one, Reading) and one.measure in wanted and one.side is visit.side
    }
