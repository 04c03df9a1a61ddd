"""Where a sensor is worn and which foot it is on, told by its movement, against where it was: tables of confusion.

Worn sensors are real; the shank's and the thigh's of walking people come from markers (*virtual* sensors: a real leg's
movement, no soft tissue under a strap).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

from mortise import measure
from mortise.measure._walk import walk
from mortise.measure._which_foot import looks
from mortise.measure._worn import worn
from mortise.measure.axes import axes_of
from mortise.measure.markers import SIDES, Body, body_of_lab
from mortise.terms import Side
from validation import belt
from validation.figure import Figure, Sheet
from validation.marker_gait import trials
from validation.sources import data_folder, labelled_walks
from validation.virtual import virtual_back, virtual_segment

PLACES = Sheet("worn", "IPOL, gaitmap, xio, mobgap: 12 people walking, worn sensors told by how they move")
VIRTUAL = Sheet("worn.virtual", "6 laboratories, 11 people walking, virtual sensors from markers")
FEET = Sheet("worn.side", "IPOL and gaitmap, 9 people walking: left and right told by how the feet swing")
SPOTS = ("foot", "shank", "thigh", "waist", "")
_GAITMAP = (("imu_sample.csv", 204.8), ("imu_sample_ic_stride.csv", 102.4))

Confusion = Counter[tuple[str, str]]


def _worn_feet() -> Iterator[tuple[str, measure.Recording]]:
    """Return every foot of which the side is known, by person."""
    for each in labelled_walks():
        for recording in measure.read([], left=each.files["left"], right=each.files["right"]):
            yield each.name, recording
    for name, rate_hz in _GAITMAP:
        for recording in measure.read(
            data_folder() / "gaitmap-example" / name, rate_hz=rate_hz, placement="foot"
        ):
            yield name, recording


def _placed() -> Iterator[tuple[str, measure.Recording]]:
    for _, recording in _worn_feet():
        yield "foot", recording
    yield "foot", measure.read(data_folder() / "foot-imu-xio" / "short_walk.csv", placement="foot")[0]
    for each in belt.walks():
        yield "waist", each.recording


def _virtually_placed() -> Iterator[tuple[str, measure.Recording]]:
    for trial in trials():
        body = body_of_lab(trial.lab)
        ahead = axes_of(body).forward
        for side in SIDES:
            for spot, low, high in (("foot", "heel", "toe"), ("shank", "ankle_lateral", "knee_lateral"),
                                    ("thigh", "knee_lateral", "hip_centre")):  # fmt: skip
                found = None if ahead is None else virtual_segment(body, side, (low, high), ahead)
                if found is not None:
                    yield spot, found
        if _has_back(body):
            yield "waist", virtual_back(body)


def _has_back(body: Body) -> bool:
    return all(body.at(side, name) is not None for side in SIDES for name in ("asis", "psis"))


@cache
def _told() -> tuple[tuple[Sheet, Confusion], ...]:
    return (
        (PLACES, Counter((true, worn(recording).spot) for true, recording in _placed())),
        (VIRTUAL, Counter((true, worn(recording).spot) for true, recording in _virtually_placed())),
    )


def places() -> list[Figure]:
    """Return how often the spot is told rightly, wrongly, and not at all."""
    return [figure for sheet, seen in _told() for figure in _figures(sheet, seen)]


def _figures(sheet: Sheet, seen: Confusion) -> list[Figure]:
    figures = []
    for true in SPOTS:
        n = sum(seen[true, said] for said in SPOTS)
        if n:
            wrong = n - seen[true, true] - seen[true, ""]
            figures += [
                sheet.figure(
                    f"{true}.right", f"{true}, told rightly", seen[true, true] / n, "ratio", n, "up"
                ),
                sheet.figure(f"{true}.wrong", f"{true}, told wrongly", wrong / n, "ratio", n, "down"),
            ]
    return figures


def confusion() -> str:
    """Return the tables of confusion, rows the truth, columns what is said."""
    parts = []
    for sheet, seen in _told():
        parts += [
            f"Confusion, {sheet.source}:\n",
            "| worn | " + " | ".join(f"said {s}" for s in SPOTS[:-1]) + " | not told |",
        ]
        parts.append("|---" * (len(SPOTS) + 1) + "|")
        for true in SPOTS[:-1]:
            if sum(seen[true, said] for said in SPOTS):
                parts.append(f"| {true} | " + " | ".join(str(seen[true, said]) for said in SPOTS) + " |")
        parts.append("")
    parts.append(
        "The limits between places were drawn with these recordings in view: expect somewhat less on strangers. A "
        "sensor on the wrist is taken for one on a thigh, for a swinging hand moves like one.\n"
    )
    return "\n".join(parts)


def sides() -> list[Figure]:
    """Return how often a foot alone is told to be left or right, and pairs of feet."""
    seen: dict[str, list[tuple[Side, Side]]] = {}
    for person, recording in _worn_feet():
        seen.setdefault(person, []).append((recording.side, looks(walk(recording))))
    feet = [pair for pairs in seen.values() for pair in pairs]
    right = sum(said is true for true, said in feet)
    silent = sum(said is Side.NONE for _, said in feet)
    swapped = sum(all(said not in (true, Side.NONE) for true, said in pairs) for pairs in seen.values())
    mixed = sum({said for _, said in pairs} != {Side.LEFT, Side.RIGHT} for pairs in seen.values())
    n, n_pairs = len(feet), len(seen)
    figure = FEET.figure
    return [
        figure("feet", "feet told as the file says", right / n, "ratio", n, "up"),
        figure("silent", "feet of which nothing is told", silent / n, "ratio", n, "down"),
        figure("pairs_against", "pairs told to be swapped (one, of person 4-2; the arcs of its turn say so too)",
               float(swapped), "pairs", n_pairs, "down"),
        figure("pairs_mixed", "pairs whose feet are not told to be opposite", float(mixed), "pairs", n_pairs, "down"),
    ]  # fmt: skip
