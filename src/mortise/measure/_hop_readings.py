"""Readings of a hop test: per side the best hop and the usual one, series, and the two sides compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mortise.measure.results import Reading, Refused, Trial
from mortise.terms import Side

if TYPE_CHECKING:
    from mortise.measure._hop import Hop

# As in `jump`: knees and ankles are bent otherwise at landing than at take-off; a hop bends them less.
_POSTURE_CM = 1.0
# A foot's place by its markers, twice, and the length of the foot in front of the toe's marker.
_PLACE_CM = 2.0
_N_BEST = 5
_REPEATED = 5
_SIDE_HOPS = 20


def readings_of(hops: Sequence[Hop], trials: Sequence[Trial]) -> tuple[list[Reading], list[Refused]]:
    """Return readings, and what could not be read, of hops with their trials.

    Parameters
    ----------
    hops
        Flights in their series.
    trials
        One per flight, in the same order.

    Returns
    -------
    list of Reading, list of Refused
        Per side: height and times; distance of single and triple hops; time of twenty side hops; reactive strength
        of repeated hops. Symmetry is the smaller side over the greater.
    """
    pairs = list(zip(hops, trials, strict=True))
    readings: list[Reading] = []
    refused: list[Refused] = []
    for side in (Side.LEFT, Side.RIGHT, Side.NONE):
        mine = [(hop, trial) for hop, trial in pairs if trial.side is side and trial.is_counted]
        if mine:
            readings += _times(side, mine)
            readings += _repeated(side, mine)
            found, said = _distances(side, mine)
            readings += found
            refused += said
    readings += _symmetry(readings, "hop_height_cm", "hop_height_symmetry_ratio")
    readings += _symmetry(readings, "single_hop_cm", "hop_distance_symmetry_ratio")
    return readings, refused


Pair = tuple["Hop", Trial]


def _series(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Return the flights of each series in order."""
    found: dict[tuple[int, int], list[Pair]] = {}
    for hop, trial in pairs:
        found.setdefault((id(hop.seen), hop.series), []).append((hop, trial))
    return list(found.values())


def _times(side: Side, pairs: Sequence[Pair]) -> list[Reading]:
    error_s = max(hop.seen.floor.error_s for hop, _ in pairs)
    flight_s = float(np.median([trial.values["flight_time_s"] for _, trial in pairs]))
    timing = 100.0 * 9.80665 * flight_s / 4.0 * math.sqrt(2.0) * error_s
    found = [
        _reading(
            "hop_height_cm", side, "height_cm", "cm", pairs, math.hypot(_POSTURE_CM, timing), is_best=True
        ),
        _reading(
            "hop_flight_time_s", side, "flight_time_s", "s", pairs, math.sqrt(2.0) * error_s, is_best=False
        ),
    ]
    with_contact = [pair for pair in pairs if "contact_time_s" in pair[1].values]
    if with_contact:
        found.append(
            _reading(
                "hop_contact_time_s",
                side,
                "contact_time_s",
                "s",
                with_contact,
                math.sqrt(2.0) * error_s,
                is_best=False,
            )
        )
    return found


def _repeated(side: Side, pairs: Sequence[Pair]) -> list[Reading]:
    """Return reactive strength of repeated hops: the mean of the five best of a series."""
    found = []
    for series in _series(pairs):
        strong = sorted(
            (pair for pair in series if "reactive_strength_m_s" in pair[1].values),
            key=lambda pair: -pair[1].values["reactive_strength_m_s"],
        )
        if len(strong) < _REPEATED:
            continue
        best = strong[:_N_BEST]
        values = [trial.values["reactive_strength_m_s"] for _, trial in best]
        error_s = best[0][0].seen.floor.error_s
        flight_s = float(np.mean([trial.values["flight_time_s"] for _, trial in best]))
        contact_s = float(np.mean([trial.values["contact_time_s"] for _, trial in best]))
        share = math.hypot(2.0 * math.sqrt(2.0) * error_s / flight_s, math.sqrt(2.0) * error_s / contact_s)
        value = float(np.mean(values))
        quality = _flags(best) + (("few_rebounds",) if len(series) < 10 else ())
        found.append(
            Reading(
                measure="rebound_rsi_m_s" if side is Side.NONE else "hop_rsi_m_s",
                side=side,
                value=round(value, 4),
                unit="m_s",
                error=round(
                    math.hypot(
                        share * value / math.sqrt(len(best)), float(np.std(values, ddof=1)) / math.sqrt(5)
                    ),
                    4,
                ),
                quality=quality,
                method=best[0][0].seen.floor.method,
                n_trials=len(best),
            )
        )
    return sorted(found, key=lambda reading: -reading.value)[:1]


def _distances(side: Side, pairs: Sequence[Pair]) -> tuple[list[Reading], list[Refused]]:
    if side is Side.NONE:
        return [], []
    singles: list[Pair] = []
    triples: list[list[Pair]] = []
    sideways: list[list[Pair]] = []
    refused: list[Refused] = []
    for series in _series(pairs):
        n = series[0][0].n_in_series
        if n == 1:
            singles += [pair for pair in series if "distance_cm" in pair[1].values]
        elif n == 3 and len(series) == 3:
            triples.append(series)
        elif n >= 10:
            sideways.append(series)
    if not singles and any(len(series) in (1, 3) for series in _series(pairs)):
        refused.append(
            Refused(
                what="distance",
                reason="how far a hop goes shows only in markers of the foot; time in the air does not tell it",
                side=side,
                mend="Lay a tape, or record with heel and toe markers.",
            )
        )
    readings: list[Reading] = []
    if singles:
        readings.append(
            _reading("single_hop_cm", side, "distance_cm", "cm", singles, _PLACE_CM, is_best=True)
        )
    readings += _triple(side, triples)
    found, said = _side_hops(side, sideways)
    return readings + found, refused + said


def _triple(side: Side, triples: Sequence[Sequence[Pair]]) -> list[Reading]:
    ways: list[tuple[float, Sequence[Pair]]] = []
    for series in triples:
        parts = [hop.carried for hop, _ in series]
        if all(part is not None for part in parts):
            steps = [math.hypot(part.forward_cm, part.outward_cm) for part in parts if part is not None]
            last = parts[-1]
            assert last is not None
            foot_cm = steps[-1] - last.distance_cm
            ways.append((sum(steps) - foot_cm, series))
    if not ways:
        return []
    best = max(ways, key=lambda each: each[0])
    values = [way for way, _ in ways]
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return [
        Reading(
            measure="triple_hop_cm",
            side=side,
            value=round(best[0], 2),
            unit="cm",
            error=round(math.hypot(_PLACE_CM, spread / math.sqrt(len(values))), 2),
            quality=_flags(best[1]),
            method="heel-way/1",
            n_trials=len(values),
        )
    ]


def _side_hops(side: Side, sideways: Sequence[Sequence[Pair]]) -> tuple[list[Reading], list[Refused]]:
    from mortise.measure._hop import is_sideways

    found: list[Reading] = []
    refused: list[Refused] = []
    for series in sideways:
        hops = [hop for hop, _ in series]
        if all(hop.carried is None for hop in hops):
            refused.append(
                Refused(
                    what="side hop",
                    reason="whether these hops went sideways shows only in markers",
                    side=side,
                    start_s=round(hops[0].flight.takeoff_s, 3),
                    end_s=round(hops[-1].flight.landing_s, 3),
                    mend="Time ten hops out and back with a stopwatch, or record with markers.",
                )
            )
        elif is_sideways(hops) and len(hops) >= _SIDE_HOPS:
            time_s = hops[_SIDE_HOPS - 1].flight.landing_s - hops[0].flight.takeoff_s
            found.append(
                Reading(
                    measure="side_hop_s",
                    side=side,
                    value=round(time_s, 3),
                    unit="s",
                    error=round(math.sqrt(2.0) * hops[0].seen.floor.error_s, 4),
                    quality=_flags(series),
                    method=hops[0].seen.floor.method,
                    n_trials=_SIDE_HOPS,
                )
            )
        elif is_sideways(hops):
            refused.append(
                Refused(
                    what="side hop",
                    reason=f"{len(hops)} sideways hops were found; ten out and back are twenty",
                    side=side,
                    n_missing=_SIDE_HOPS - len(hops),
                    mend="Record the whole test.",
                )
            )
    return sorted(found, key=lambda reading: reading.value)[:1], refused


def _symmetry(readings: Sequence[Reading], measure: str, name: str) -> list[Reading]:
    by_side = {each.side: each for each in readings if each.measure == measure}
    left, right = by_side.get(Side.LEFT), by_side.get(Side.RIGHT)
    if left is None or right is None or min(left.value, right.value) <= 0:
        return []
    low, high = sorted((left, right), key=lambda each: each.value)
    ratio = low.value / high.value
    return [
        Reading(
            measure=name,
            side=Side.NONE,
            value=round(ratio, 4),
            unit="ratio",
            error=round(ratio * math.hypot(low.error / low.value, high.error / high.value), 4),
            quality=tuple(dict.fromkeys((*left.quality, *right.quality))),
            method=left.method,
            n_trials=min(left.n_trials, right.n_trials),
        )
    ]


def _reading(
    measure: str,
    side: Side,
    name: str,
    unit: str,
    pairs: Sequence[Pair],
    error: float,
    *,
    is_best: bool,
) -> Reading:
    values = [trial.values[name] for _, trial in pairs]
    n = len(values)
    spread = float(np.std(values, ddof=1)) if n > 1 else 0.0
    value = float(np.max(values) if is_best else np.median(values))
    factor = 1.0 if is_best else 1.25
    quality = _flags(pairs) + (("few_trials",) if n < 3 else ())
    return Reading(
        measure=measure,
        side=side,
        value=round(value, 4),
        unit=unit,
        error=round(math.hypot(error, factor * spread / math.sqrt(n)), 4),
        quality=tuple(dict.fromkeys(quality)),
        method="heel-way/1" if name == "distance_cm" else pairs[0][0].seen.floor.method,
        n_trials=n,
    )


def _flags(pairs: Iterable[Pair]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flag for _, trial in pairs for flag in trial.quality))
