"""Strides and event times against hand-checked labels of several people (IPOL)."""

from __future__ import annotations

import itertools

from msgspec import Struct, field

from mortise import measure
from mortise.measure._feet import Feet, find_strides
from mortise.measure._walk import FootWalk
from validation.figure import Figure, Sheet, matched, mean, spread
from validation.sources import Floats, LabelledWalk, labelled_walks

# A found strike belongs to a label within this; a quarter of a second is half a step.
_MATCH_S = 0.25
# A foot that strikes the floor is slowing down: a label at which it still has more than this share of the swing's
# greatest speed marks no contact.
_MID_SWING_SHARE = 0.8
SHEET = Sheet("ipol", "IPOL, 7 people, both feet, labels")


class _Strike(Struct, frozen=True):
    """A matched foot strike: our time less the label's, whether the heel came first, the foot's speed at the label."""

    error_ms: float
    has_heel_fall: bool
    speed_share: float


class _Tally(Struct):
    """What was gathered over all walks."""

    strikes: list[_Strike] = field(default_factory=list)
    off_ms: list[float] = field(default_factory=list)
    straight_strike_ms: list[float] = field(default_factory=list)
    straight_off_ms: list[float] = field(default_factory=list)
    n_labels: int = 0
    n_found: int = 0
    n_label_strides: int = 0
    n_strides: int = 0
    n_stride_hits: int = 0
    worst: float = 1.0


def score() -> tuple[list[Figure], dict[str, list[float]]]:
    """Return the figures, and event errors in milliseconds to plot."""
    tally = _Tally()
    for walk in labelled_walks():
        feet = find_strides(measure.read([], left=walk.files["left"], right=walk.files["right"]))
        _gather(tally, walk, feet)
    every = [each.error_ms for each in tally.strikes]
    figures = [
        *_found(tally),
        *_timing("strike", "foot strike", every, tally.straight_strike_ms, ("+22", "45")),
        *_by_contact(tally.strikes),
        *_timing("off", "foot off", tally.off_ms, tally.straight_off_ms, ("+23", "34")),
    ]
    return figures, {"foot strike": every, "foot off": tally.off_ms}


def _gather(tally: _Tally, walk: LabelledWalk, feet: Feet) -> None:
    for walked, strides in zip(feet.walks, feet.per_foot, strict=True):
        labels = walk.events_s[walked.recording.side.value]
        strikes = sorted({s.foot_strike_s for s in strides} | {s.next_foot_strike_s for s in strides})
        pairs = matched(labels[:, 1], strikes, _MATCH_S)
        tally.n_labels += len(labels)
        tally.n_found += len(strikes)
        tally.worst = min(tally.worst, len(pairs) / len(labels))
        tally.strikes += [_strike(walked, float(labels[i, 1]), strikes[j]) for i, j in pairs]
        tally.off_ms += _errors_ms(labels[:, 0], [s.foot_off_s or 0.0 for s in strides])
        steady = [s for s in strides if not s.is_turn and not s.is_first_or_last]
        tally.straight_strike_ms += _errors_ms(labels[:, 1], [s.next_foot_strike_s for s in steady])
        tally.straight_off_ms += _errors_ms(labels[:, 0], [s.foot_off_s or 0.0 for s in steady])
        tally.n_label_strides += len(labels) - 1
        tally.n_strides += len(strides)
        tally.n_stride_hits += _stride_hits(labels[:, 1], strides)


def _errors_ms(labels_s: Floats, found_s: list[float]) -> list[float]:
    return [1000.0 * (found_s[j] - float(labels_s[i])) for i, j in matched(list(labels_s), found_s, _MATCH_S)]


def _strike(walked: FootWalk, label_s: float, found_s: float) -> _Strike:
    """Return one strike with what the sensor's own movement says of it and of its label."""
    rate_hz = walked.motion.rate_hz
    step = min(walked.steps, key=lambda each: abs(each.events.foot_strike / rate_hz - found_s))
    velocity = step.swing.velocity_m_s
    speed = (velocity**2).sum(axis=1) ** 0.5
    index = min(max(round(label_s * rate_hz) - step.swing.from_index, 0), len(speed) - 1)
    return _Strike(1000.0 * (found_s - label_s), step.events.has_heel_fall, float(speed[index] / speed.max()))


def _found(tally: _Tally) -> list[Figure]:
    figure, n_hit = SHEET.figure, len(tally.strikes)
    return [
        figure("recall", "strides found", tally.n_stride_hits / tally.n_label_strides, "ratio",
               tally.n_label_strides, "up", 0.97, "0.52"),
        figure("precision", "found strides that are labelled", tally.n_stride_hits / tally.n_strides, "ratio",
               tally.n_strides, "up", 0.97, "0.94"),
        figure("strike_recall", "foot strikes found", n_hit / tally.n_labels, "ratio", tally.n_labels, "up"),
        figure("strike_precision", "found foot strikes that are labelled", n_hit / tally.n_found, "ratio",
               tally.n_found, "up"),
        figure("worst_foot_recall", "foot strikes found, worst foot", tally.worst, "ratio", 14, "up", None, "0.06"),
    ]  # fmt: skip


def _timing(
    key: str, name: str, every: list[float], straight: list[float], peers: tuple[str, str]
) -> list[Figure]:
    """Return bias and spread of event times, over straight strides and over all that were matched."""
    figure, n, n_all = SHEET.figure, len(straight), len(every)
    return [
        figure(f"{key}_bias_ms", f"{name}, straight, bias", mean(straight), "ms", n, "zero", 10.0, peers[0]),
        figure(f"{key}_sd_ms", f"{name}, straight, SD", spread(straight), "ms", n, "down", 15.0, peers[1]),
        figure(f"{key}_all_bias_ms", f"{name}, turns and ends too, bias", mean(every), "ms", n_all, "zero", 10.0),
        figure(f"{key}_all_sd_ms", f"{name}, turns and ends too, SD", spread(every), "ms", n_all, "down", 15.0),
    ]  # fmt: skip


def _by_contact(strikes: list[_Strike]) -> list[Figure]:
    """Return where the spread of all strikes comes from: contact without a heel fall, and labels in mid-swing."""
    slowing = [each for each in strikes if each.speed_share <= _MID_SWING_SHARE]
    heel = [each.error_ms for each in strikes if each.has_heel_fall]
    flat = [each.error_ms for each in slowing if not each.has_heel_fall]
    usable = [each.error_ms for each in slowing]
    figure = SHEET.figure
    return [
        figure("strike_heel_sd_ms", "foot strike, turns and ends too, heel first, SD", spread(heel), "ms", len(heel),
               "down"),
        figure("strike_flat_sd_ms", "foot strike, flat or toe first (turning, coming to a halt), SD", spread(flat),
               "ms", len(flat), "down"),
        figure("strike_slowing_sd_ms", "foot strike, turns and ends too, SD without labels in mid-swing",
               spread(usable), "ms", len(usable), "down"),
        figure("labels_in_swing", "labels of a foot strike set while the foot has four fifths of its speed or more",
               float(len(strikes) - len(slowing)), "labels", len(strikes), "down"),
    ]  # fmt: skip


def _stride_hits(labels_s: Floats, strides: list[measure.Stride]) -> int:
    """Count strides whose both strikes are consecutive labelled strikes."""
    return sum(
        any(
            abs(s.foot_strike_s - a) < _MATCH_S and abs(s.next_foot_strike_s - b) < _MATCH_S
            for a, b in itertools.pairwise(labels_s)
        )
        for s in strides
    )
