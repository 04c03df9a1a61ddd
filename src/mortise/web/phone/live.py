"""The tests a phone takes with its own sensors: their names, where the phone is worn, how it is done by hand.

Hops load the ankle as an exercise does, so they wait until the plan of the day has hops on one leg in it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from mortise.episode import Story
from mortise.record import Reading
from mortise.web.phone.visits import Visit

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


class LiveTest(NamedTuple):
    """One test. `test` and `placement` are the words of `mortise.measure`."""

    test: str
    title: StrOrPromise
    placement: str
    place: StrOrPromise
    do: tuple[StrOrPromise, ...]
    cue: StrOrPromise
    by_hand: StrOrPromise
    unit: StrOrPromise
    unit_kind: str  # how scripts write its number
    measure: str
    seconds: int  # how long it is recorded at most
    hand_measure: str  # what the same is by tape, count or stop-watch
    hand_title: StrOrPromise
    blind: StrOrPromise = ""  # what the phone cannot tell where it is worn, and what helps
    needs: tuple[str, ...] = ()  # tags that an exercise of today's plan must have before this may be done


ON_THE_SHIN = _(
    "On the front of the shin, half-way up, screen outwards. Hold it with a sock or two bands, so that it cannot slide."
)
TESTS = (
    LiveTest(
        "lunge", _("Knee to wall with the phone"), "shank",
        ON_THE_SHIN,
        (_("Stand still for a second."), _("Take the knee forward over the second toe as far as the heel stays down."),
         _("Hold it for two seconds and come back. Three times.")),
        _("Heel down, knee over the second toe. Breathe slowly."),
        _("By hand: measure with a tape how far the big toe is from the wall while the knee still touches it."),
        "°", "°", "lunge_angle_deg", 90, "lunge_cm", _("Knee to wall"),
        _("The phone feels the shin, not the heel. Put a strip of paper under the heel: if it can be pulled out while"
          " you hold, the heel is up and the angle counts too much."),
    ),
    LiveTest(
        "heel-rise", _("Heel rises to a beat"), "shank",
        ON_THE_SHIN,
        (_("Stand on one leg, fingertips on the wall."), _("Up on one beat, down on the next, knee straight."),
         _("Come down all the way each time. Stop when you cannot go on.")),
        _("All the way up, all the way down, knee straight."),
        _("By hand: count the rises to a clock that ticks once a second."),
        "", "", "heel_rise_count", 120, "heel_rise_count", _("Heel rises, counted"),
    ),
    LiveTest(
        "balance", _("Standing on one leg"), "belt",
        _("At the front of the belt or waistband, tight against you."),
        (_("Stand next to something to hold."), _("Lift the other foot and stand as still as you can."),
         _("Put the foot down when you must, or after thirty seconds.")),
        _("Eyes open, look at one point. Breathe."),
        _("By hand: with a stop-watch, the seconds until the other foot comes down, thirty at most."),
        _("s"), "s", "single_leg_stand_s", 45, "single_leg_stand_s", _("Standing on one leg"),
    ),
    LiveTest(
        "gait", _("A walk"), "lower_back",
        _("At the small of the back under the waistband, or in a tight pocket."),
        (_("Stand still for two seconds."), _("Walk straight on at your usual pace for twenty steps or more."),
         _("Stand still again and tap Done.")),
        _("Walk as you always do."),
        _("By hand: count your steps for a minute."),
        _("a minute"), "a minute", "cadence_spm", 120, "cadence_spm", _("Steps in a minute"),
    ),
    LiveTest(
        "hop", _("Hops on the spot"), "lower_back",
        _("At the small of the back under the waistband, tight against you."),
        (_("Only when your plan has hops in it."), _("Stand on this leg, still for two seconds."),
         _("Hop on the spot on it ten times, as high as is comfortable, and stand still again.")),
        _("Land softly. Stop if it is sharp."),
        _("By hand: hop forward once on this leg and hold the landing. Measure from toe to heel with a tape; the"
          " best of three."),
        _("s in the air"), "s in the air", "hop_flight_time_s", 45, "single_hop_cm", _("One hop forward"),
        needs=("impact", "single_leg"),
    ),
)  # fmt: skip
BY_ID = {one.test: one for one in TESTS}


CLOSED = _("Hops wait until you have checked in and today’s plan has hops on one leg in it.")


def plain(closed: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the tests for the scripts; those that are closed today say why."""
    return [one._asdict() | {"closed": CLOSED if one.test in closed else ""} for one in TESTS]


def closed_today(visit: Visit, story: Story, *, is_asked: bool) -> frozenset[str]:
    """Return the tests that are not to be done today: their load is not in today's plan, or it is not asked yet."""
    exercises = visit.content.exercises
    tags = [set(exercises[one.exercise].tags) for one in story.session.exercises] if is_asked else []
    return frozenset(
        one.test for one in TESTS if one.needs and not any(has.issuperset(one.needs) for has in tags)
    )


def last_values(visit: Visit, story: Story) -> dict[str, str]:
    """Return the newest recorded value of each test on the treated side, to aim at; by measure."""
    wanted = {one.measure for one in TESTS}
    return {
        one.measure: str(one.value)
        for one in story.facts
        if isinstance(one, Reading) and one.measure in wanted and one.side is visit.side
    }
