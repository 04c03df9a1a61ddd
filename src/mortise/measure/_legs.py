"""Whether one leg or both pushed off, as far as what recorded it can tell."""

from __future__ import annotations

from mortise.errors import SignalError
from mortise.measure._floor import Flight
from mortise.measure._floor_body import floor_of_body
from mortise.measure._takes import Seen
from mortise.measure.recording import FOOT_PLACEMENTS
from mortise.terms import Side

# A leg that takes part bears at least this share of the force in the last third of a second before take-off.
_TAKES_PART = 0.15
_PUSH_S = 0.3
# Markers and plate place one take-off within this of each other.
_SAME_S = 0.1


def off_both_legs(seen: Seen, flight: Flight) -> bool | None:
    """Return whether both legs pushed off, None where the recording does not show it.

    Parameters
    ----------
    seen
        The take and the floor that flights were found in.
    flight
        One of its flights.

    Returns
    -------
    bool or None
        Two plates that are both pressed, or two feet that are both seen, tell; one plate and a sensor at the back
        do not.
    """
    if flight.side is not Side.NONE:
        return False
    if seen.floor.method.startswith("plate"):
        return _off_both_plates(seen, flight)
    if seen.floor.given is not None:
        sides = {each.side for each in seen.take.sensors if each.placement in FOOT_PLACEMENTS}
        return True if {Side.LEFT, Side.RIGHT} <= sides else None
    return True if {Side.LEFT, Side.RIGHT} <= set(seen.floor.contacts) else None


def _off_both_plates(seen: Seen, flight: Flight) -> bool | None:
    pressed = []
    for load in seen.take.loads:
        off = round(flight.takeoff_s * load.rate_hz)
        pressed.append(float(load.force_n[max(0, off - round(_PUSH_S * load.rate_hz)) : off].sum()))
    if len(pressed) < 2 or sum(pressed) <= 0.0:
        return _off_both_feet(seen, flight)
    n = sum(each > _TAKES_PART * sum(pressed) for each in pressed)
    # one plate alone may bear one foot or two
    return True if n > 1 else _off_both_feet(seen, flight)


def _off_both_feet(seen: Seen, flight: Flight) -> bool | None:
    """Return what the markers beside a plate tell."""
    if seen.take.body is None or seen.take.axes is None:
        return None
    try:
        floor = floor_of_body(seen.take.body, seen.take.axes)
    except SignalError:
        return None
    same = [each for each in floor.flights() if abs(each.takeoff_s - flight.takeoff_s) < _SAME_S]
    if not same or not {Side.LEFT, Side.RIGHT} <= set(floor.contacts):
        return None
    return same[0].side is Side.NONE
