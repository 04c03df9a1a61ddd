"""Flights that are in a recording and could not be timed: cut off by its end, or without a take-off that shows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mortise.measure._floor import LONGEST_FLIGHT_S, SERIES_CONTACT_S
from mortise.measure._foot_landings import free_at_end, landings_of_feet
from mortise.measure._takes import Seen
from mortise.measure.recording import FOOT_PLACEMENTS
from mortise.measure.results import Refused

# Two ways place the same landing within this of each other.
_SAME_S = 0.15


def lost_flights(seen: Seen, what: str) -> Iterator[Refused]:
    """Yield the flights of a take that are believed to be there and were not found, each with one missing trial.

    Parameters
    ----------
    seen
        The take with the flights that were found.
    what
        The word for one: "jump", "hop".

    Yields
    ------
    Refused
        With its place and what would have shown it.
    """
    last_s = _left_for_good_s(seen)
    if last_s is not None:
        yield Refused(
            what=what,
            reason=f"the recording ends while the body is in the air, at {last_s:.1f} s",
            start_s=round(last_s, 3),
            end_s=round(seen.duration_s, 3),
            n_missing=1,
            mend="Record until two seconds after the landing.",
        )
    for landing_s in _landings_alone(seen):
        yield Refused(
            what=what,
            reason=f"a landing at {landing_s:.1f} s has no take-off before it that shows",
            start_s=round(landing_s, 3),
            end_s=round(landing_s, 3),
            n_missing=1,
            mend="A drop off a box is measured as landing; for a jump, start from the floor where you land.",
        )


def _left_for_good_s(seen: Seen) -> float | None:
    """Return when the body left the floor for the last time without coming back, None when it stands at the end."""
    if seen.floor.given is not None:
        return free_at_end(seen.take.sensors)
    contacts = [each for group in seen.floor.contacts.values() for each in group]
    if not contacts:
        return None
    ends = [seen.duration_s if each.end_s is None else each.end_s for each in contacts]
    last_s = float(np.max(ends))
    # who is away for longer than anybody flies has left the plate
    return last_s if 0.05 < seen.duration_s - last_s < LONGEST_FLIGHT_S else None


def _landings_alone(seen: Seen) -> list[float]:
    """Return landings of foot sensors that end no flight that was found and begin no drop jump."""
    if seen.floor.given is None or not any(each.placement in FOOT_PLACEMENTS for each in seen.take.sensors):
        return []
    moments = sorted(at for each in landings_of_feet(seen.take.sensors).values() for at in each)
    found: list[float] = []
    for at in moments:
        is_own = any(abs(at - flight.landing_s) < _SAME_S for flight in seen.flights)
        is_drop = any(0.0 < flight.takeoff_s - at < SERIES_CONTACT_S for flight in seen.flights)
        if not is_own and not is_drop and not (found and at - found[-1] < _SAME_S):
            found.append(at)
    return found
