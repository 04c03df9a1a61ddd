"""Strides and event times against hand-checked labels of several people (IPOL)."""

from __future__ import annotations

import itertools

import numpy as np

from mortise import measure
from validation.figure import Figure, mean, spread
from validation.sources import LabelledWalk, labelled_walks

# A found strike belongs to a label within this; a quarter of a second is half a step.
_MATCH_S = 0.25
SOURCE = "IPOL, 7 people, both feet, labels"


def score() -> tuple[list[Figure], dict[str, list[float]]]:
    """Return the figures, and event errors in milliseconds to plot."""
    n_labels = n_found = n_hit = n_label_strides = n_stride_hits = n_strides = 0
    straight: dict[str, list[float]] = {"strike": [], "off": []}
    strike_ms: list[float] = []
    off_ms: list[float] = []
    worst = 1.0
    for walk in labelled_walks():
        result = measure.gait(measure.read([], left=walk.files["left"], right=walk.files["right"]))
        for side in ("left", "right"):
            strides = [s for s in result.strides if s.side.value == side]
            strikes = sorted({s.foot_strike_s for s in strides} | {s.next_foot_strike_s for s in strides})
            labels = walk.events_s[side]
            pairs = _matched(labels[:, 1], np.array(strikes))
            n_labels, n_found, n_hit = n_labels + len(labels), n_found + len(strikes), n_hit + len(pairs)
            worst = min(worst, len(pairs) / len(labels))
            strike_ms += [1000.0 * (strikes[j] - labels[i, 1]) for i, j in pairs]
            offs = [s.foot_off_s for s in strides]
            off_ms += [1000.0 * (offs[j] - labels[i, 0]) for i, j in _matched(labels[:, 0], np.array(offs))]
            steady = [s for s in strides if not s.is_turn and not s.is_first_or_last]
            for kind, column, times in (
                ("strike", 1, [s.next_foot_strike_s for s in steady]),
                ("off", 0, [s.foot_off_s for s in steady]),
            ):
                matched = _matched(labels[:, column], np.array(times))
                straight[kind] += [1000.0 * (times[j] - labels[i, column]) for i, j in matched]
            hits = _stride_hits(walk, side, strides)
            n_label_strides, n_strides, n_stride_hits = (
                n_label_strides + len(labels) - 1,
                n_strides + len(strides),
                n_stride_hits + hits,
            )
    return [
        _figure(
            "recall",
            "strides found",
            n_stride_hits / n_label_strides,
            "ratio",
            n_label_strides,
            "up",
            0.97,
            "0.52",
        ),
        _figure(
            "precision",
            "found strides that are labelled",
            n_stride_hits / n_strides,
            "ratio",
            n_strides,
            "up",
            0.97,
            "0.94",
        ),
        _figure("strike_recall", "foot strikes found", n_hit / n_labels, "ratio", n_labels, "up", None, ""),
        _figure(
            "strike_precision",
            "found foot strikes that are labelled",
            n_hit / n_found,
            "ratio",
            n_found,
            "up",
            None,
            "",
        ),
        _figure(
            "worst_foot_recall", "foot strikes found, worst foot", worst, "ratio", 14, "up", None, "0.06"
        ),
        *_timing("strike", "foot strike", strike_ms, straight["strike"], ("+22", "45")),
        *_timing("off", "foot off", off_ms, straight["off"], ("+23", "34")),
    ], {"foot strike": strike_ms, "foot off": off_ms}


def _timing(
    key: str, name: str, every: list[float], straight: list[float], peers: tuple[str, str]
) -> list[Figure]:
    """Return bias and spread of event times, over straight strides and over all that were matched."""
    return [
        _figure(
            f"{key}_bias_ms",
            f"{name}, straight, bias",
            mean(straight),
            "ms",
            len(straight),
            "zero",
            10.0,
            peers[0],
        ),
        _figure(
            f"{key}_sd_ms",
            f"{name}, straight, SD",
            spread(straight),
            "ms",
            len(straight),
            "down",
            15.0,
            peers[1],
        ),
        _figure(
            f"{key}_all_bias_ms",
            f"{name}, turns and ends too, bias",
            mean(every),
            "ms",
            len(every),
            "zero",
            10.0,
            "",
        ),
        _figure(
            f"{key}_all_sd_ms",
            f"{name}, turns and ends too, SD",
            spread(every),
            "ms",
            len(every),
            "down",
            15.0,
            "",
        ),
    ]


def _figure(
    key: str, what: str, value: float, unit: str, n: int, better: str, mark: float | None, peer: str
) -> Figure:
    return Figure(
        key=f"ipol.{key}",
        source=SOURCE,
        what=what,
        value=value,
        unit=unit,
        n=n,
        better=better,
        mark=mark,
        peer=peer,
    )


def _matched(labels: np.ndarray, found: np.ndarray) -> list[tuple[int, int]]:
    """Pair labels with findings one to one, nearest first."""
    pairs = sorted(
        (abs(found[j] - labels[i]), i, j)
        for i in range(len(labels))
        for j in range(len(found))
        if abs(found[j] - labels[i]) < _MATCH_S
    )
    taken_i: set[int] = set()
    taken_j: set[int] = set()
    kept = []
    for _, i, j in pairs:
        if i not in taken_i and j not in taken_j:
            taken_i.add(i)
            taken_j.add(j)
            kept.append((i, j))
    return kept


def _stride_hits(walk: LabelledWalk, side: str, strides: list[measure.Stride]) -> int:
    """Count strides whose both strikes are consecutive labelled strikes."""
    labels = walk.events_s[side][:, 1]
    return sum(
        any(
            abs(s.foot_strike_s - a) < _MATCH_S and abs(s.next_foot_strike_s - b) < _MATCH_S
            for a, b in itertools.pairwise(labels)
        )
        for s in strides
    )
