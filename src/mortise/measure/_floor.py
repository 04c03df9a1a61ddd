"""Contacts of the feet with the floor, and the flights between them, whatever saw them.

Plates, markers, keypoints and sensors each find contacts in their own way (`_floor_plates`, `_floor_body`,
`_floor_sensors`); from here on hops and jumps are measured alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from msgspec import Struct

from mortise.measure.results import Event
from mortise.terms import Side

GRAVITY_M_S2 = 9.80665
# Shorter is a foot that slid or a marker that jumped; a flight of 60 ms lifts the body by less than half a centimetre.
SHORTEST_FLIGHT_S = 0.06
# Nobody flies for 1.2 seconds (1.7 m of height): the person left the plate or was lifted.
LONGEST_FLIGHT_S = 1.2
# Feet that leave within this of each other took off together: half a usual flight of a hop.
_TOGETHER_S = 0.12
# A hop follows the one before when the foot stayed down for less than this: longer is a new start from standing.
SERIES_CONTACT_S = 0.8


class Contact(Struct, frozen=True, kw_only=True):
    """A foot, or a plate, in contact; seconds from the first sample, half-open; None beyond the recording's ends."""

    side: Side
    start_s: float | None
    end_s: float | None
    peak_n: float | None = None


class Flight(Struct, frozen=True, kw_only=True):
    """Both feet off the floor.

    `side` is the foot it left from and `landed` the foot it landed on; `NONE` where both did, or nobody can tell.
    `contact_s` is how long the contact before it lasted, None where its start is not in the recording.
    """

    takeoff_s: float
    landing_s: float
    side: Side
    landed: Side
    contact_s: float | None = None

    @property
    def flight_s(self) -> float:
        """Time in the air."""
        return self.landing_s - self.takeoff_s

    @property
    def height_cm(self) -> float:
        """Rise of the body's centre by the time in the air: it falls as long as it rose."""
        return height_cm(self.flight_s)


class Floor(Struct, frozen=True, kw_only=True):
    """All contacts of a recording.

    `error_s` is the standard error of one moment of contact by the method, found in validation; `method` names it.
    `given` holds the flights themselves where the method finds those and not contacts.
    """

    contacts: Mapping[Side, tuple[Contact, ...]]
    error_s: float
    method: str
    flags: tuple[str, ...] = ()
    given: tuple[Flight, ...] | None = None

    def flights(self) -> tuple[Flight, ...]:
        """Return the flights in order of time."""
        return flights_of(self.contacts) if self.given is None else self.given

    def events(self) -> tuple[Event, ...]:
        """Return contacts as events to draw."""
        found = [
            Event(name=name, side=side, time_s=round(time_s, 4))
            for side, contacts in self.contacts.items()
            for contact in contacts
            for name, time_s in (("foot_strike", contact.start_s), ("foot_off", contact.end_s))
            if time_s is not None
        ]
        return tuple(sorted(found, key=lambda event: event.time_s))


def height_cm(flight_s: float) -> float:
    """Return the rise of the body's centre in a flight that ends at the height it began at, centimetres.

    Notes
    -----
    g t² / 8. Whoever lands with bent knees flies longer than so; a trial says nothing of that.
    """
    return 100.0 * GRAVITY_M_S2 * flight_s**2 / 8.0


def flights_of(contacts: Mapping[Side, Sequence[Contact]]) -> tuple[Flight, ...]:
    """Return the flights between contacts.

    Parameters
    ----------
    contacts
        Side to its contacts; `NONE` for a plate that nobody knows the side of.

    Returns
    -------
    tuple of Flight
        Stretches in which no foot touched the floor, between 0.06 and 1.2 s long, that begin with a foot off and end
        with a foot strike inside the recording.
    """
    feet = [each for group in contacts.values() for each in group]
    found: list[Flight] = []
    for before, after in _gaps(_stances(feet)):
        if before[1] is None or after[0] is None:
            continue
        flight_s = after[0] - before[1]
        if SHORTEST_FLIGHT_S <= flight_s <= LONGEST_FLIGHT_S:
            found.append(
                Flight(
                    takeoff_s=before[1],
                    landing_s=after[0],
                    side=_only(feet, before[1], is_end=True),
                    landed=_only(feet, after[0], is_end=False),
                    contact_s=None if before[0] is None else before[1] - before[0],
                )
            )
    return tuple(found)


Stance = tuple[float | None, float | None]


def _stances(feet: Iterable[Contact]) -> list[Stance]:
    """Return when any foot was down, merged; None at the ends of the recording."""
    found: list[Stance] = []
    for contact in sorted(feet, key=lambda each: -np.inf if each.start_s is None else each.start_s):
        start_s, end_s = contact.start_s, contact.end_s
        if found and (found[-1][1] is None or start_s is None or start_s <= found[-1][1]):
            last = found[-1][1]
            found[-1] = (found[-1][0], None if last is None or end_s is None else max(last, end_s))
        else:
            found.append((start_s, end_s))
    return found


def _gaps(stances: list[Stance]) -> list[tuple[Stance, Stance]]:
    return list(pairwise(stances))


def _only(feet: Iterable[Contact], time_s: float, *, is_end: bool) -> Side:
    """Return the one side that left (or landed) about that time; `NONE` for both."""
    sides = set()
    for contact in feet:
        moment = contact.end_s if is_end else contact.start_s
        if moment is not None and abs(moment - time_s) <= _TOGETHER_S:
            sides.add(contact.side)
    return sides.pop() if len(sides) == 1 else Side.NONE


def series_of(flights: Sequence[Flight]) -> list[list[Flight]]:
    """Return flights grouped into series: the next one follows when the contact between lasted less than 0.8 s."""
    found: list[list[Flight]] = []
    for flight in flights:
        if found and flight.takeoff_s - found[-1][-1].landing_s < SERIES_CONTACT_S:
            found[-1].append(flight)
        else:
            found.append([flight])
    return found
