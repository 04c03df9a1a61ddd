"""When feet meet and leave force plates, against the events a laboratory stored (children, 100 Hz markers)."""

from __future__ import annotations

from pathlib import Path

from mortise import measure
from validation.figure import Figure, Sheet, mean, spread
from validation.sources import data_folder

SHEET = Sheet("mcgill", "McGill, 6 children, plates against the laboratory's stored events")
# An event belongs to a contact within this: a quarter of a second is half a step.
_MATCH_S = 0.25


def contacts() -> list[Figure]:
    """Return how many contacts have an event, and by how much plate and event differ, in milliseconds.

    The difference is the stored event minus our crossing of 20 N: it holds the label's noise (whole frames of 10 ms,
    set by hand), and is the floor below which no event from markers can be scored here.
    """
    off_ms: dict[str, list[float]] = {"foot_strike": [], "foot_off": []}
    n_contacts = 0
    for path in _files():
        recording = measure.read_lab(path)
        if not recording.events:
            continue
        for contact in (each for plate in recording.plates for each in measure.plate_contacts(plate)):
            for kind, at_s in (("foot_strike", contact.strike_s), ("foot_off", contact.off_s)):
                stored = [event.time_s for event in recording.events if event.kind == kind]
                n_contacts += at_s is not None
                if at_s is not None and stored:
                    nearest = min((time_s - at_s for time_s in stored), key=abs)
                    off_ms[kind] += [1000.0 * nearest] if abs(nearest) < _MATCH_S else []
    n_found = sum(map(len, off_ms.values()))
    figures = [
        _figure(
            "events_found",
            "plate crossings with a stored event",
            n_found / n_contacts,
            "ratio",
            n_contacts,
            "up",
        )
    ]
    for kind, name, floor in (
        ("foot_strike", "foot strike", ("-4.0", "3.5")),
        ("foot_off", "foot off", ("-4.2", "5.8")),
    ):
        values = off_ms[kind]
        figures += [
            _figure(
                f"{kind}_bias_ms",
                f"{name}, event minus plate, bias",
                mean(values),
                "ms",
                len(values),
                "zero",
                floor[0],
            ),
            _figure(
                f"{kind}_sd_ms",
                f"{name}, event minus plate, SD",
                spread(values),
                "ms",
                len(values),
                "down",
                floor[1],
            ),
        ]
    return figures


def _files() -> list[Path]:
    return sorted((data_folder() / "c3d-mcgill-gait").rglob("*.c3d"))


def _figure(key: str, what: str, value: float, unit: str, n: int, better: str, floor: str = "") -> Figure:
    return SHEET.figure(
        key, what, value, unit, n, better, None, f"{floor} (22 contacts of the set)" if floor else ""
    )
