"""Strides, lengths, times and angles against marker motion capture of one person (gaitmap example)."""

from __future__ import annotations

import numpy as np

from mortise import measure
from mortise.measure._walk import walk
from validation.figure import Figure, Sheet, mean, rms, spread
from validation.sources import RATE_HZ, MarkerFoot, data_folder, labelled_strides, marker_feet

SHEET = Sheet("markers", "gaitmap example, 1 person, both feet, markers")
BORDERS = Sheet("borders", "gaitmap second walk, 1 person who lands toe first, stride borders from markers")

# The floor has stopped the heel: a tenth of its speed in a usual swing. The other rule, to see how much hangs on it,
# takes a tenth of its greatest speed in that very swing.
_STOPPED_M_S, _STOPPED_SHARE = 0.5, 0.1
_SWING_S = 0.7


class _Errors:
    """Errors gathered over both feet."""

    def __init__(self) -> None:
        self.length_cm: list[float] = []
        self.time_ms: list[float] = []
        self.straight_time_ms: list[float] = []
        self.rules_ms: list[float] = []
        self.strike_ms: list[float] = []
        self.off_ms: list[float] = []
        self.strike_deg: list[float] = []
        self.off_deg: list[float] = []
        self.n_labelled = 0
        self.n_hit = 0
        self.n_extra = 0


def score() -> tuple[list[Figure], dict[str, list[float]]]:
    """Return the figures, and stride length errors in centimetres to plot.

    Truth from the markers: a stride's length is the heel's way between the two mid-stances; foot strike is the moment
    the heel marker has been stopped (0.5 m/s over the floor) and foot off the moment the toe marker is lowest before it
    lifts; the sole's angle is toe over heel, zero in mid-stance, and its value at contact the greatest before the toe
    falls.
    """
    recordings = measure.read(
        data_folder() / "gaitmap-example" / "imu_sample.csv", rate_hz=204.8, placement="lateral_foot"
    )
    result = measure.gait(recordings)
    feet, labelled = marker_feet(), labelled_strides()
    errors = _Errors()
    for recording in recordings:
        side = recording.side.value
        strides = [s for s in result.strides if s.side is recording.side]
        _lengths(errors, recording, feet[side], labelled[side])
        _events(errors, strides, feet[side], labelled[side])
        _found(errors, strides, labelled[side])
    return _figures(errors), {"stride length, cm": errors.length_cm}


def _lengths(errors: _Errors, recording: measure.Recording, foot: MarkerFoot, labelled: np.ndarray) -> None:
    walked = walk(recording)
    for step in walked.steps:
        swing = step.swing
        t0, t1 = (
            i / walked.motion.rate_hz for i in (swing.from_index, swing.from_index + len(swing.path_m) - 1)
        )
        middle = 0.5 * (swing.start + swing.stop) / walked.motion.rate_hz
        i, j = round(t0 * RATE_HZ), round(t1 * RATE_HZ)
        if j < len(foot.heel_m) and any(a - 0.1 < middle < b for a, b in labelled):
            way = foot.heel_m[j] - foot.heel_m[i]
            errors.length_cm.append(100.0 * (swing.length_m - float(np.hypot(way[0], way[1]))))


def _true_strike(foot: MarkerFoot, near_s: float, *, is_share: bool = False) -> float | None:
    window = np.arange(int((near_s - 0.12) * RATE_HZ), int((near_s + 0.08) * RATE_HZ))
    if window[0] < 0 or window[-1] >= len(foot.heel_m):
        return None
    speed = np.hypot(foot.heel_m_s[:, 0], foot.heel_m_s[:, 1])
    swing = speed[max(0, int((near_s - _SWING_S) * RATE_HZ)) : int(near_s * RATE_HZ)]
    stopped = speed[window] < (_STOPPED_SHARE * float(swing.max()) if is_share else _STOPPED_M_S)
    return float(window[np.argmax(stopped)]) / RATE_HZ if stopped.any() and not stopped[0] else None


def _true_off(foot: MarkerFoot, near_s: float) -> float | None:
    window = np.arange(int((near_s - 0.08) * RATE_HZ), int((near_s + 0.06) * RATE_HZ))
    if window[0] < 0 or window[-1] >= len(foot.toe_m):
        return None
    lowest = int(np.argmin(foot.toe_m[window, 2]))
    # at the window's edge the toe is not about to lift: there is no foot off to find
    return float(window[lowest]) / RATE_HZ if 0 < lowest < len(window) - 1 else None


def _events(errors: _Errors, strides: list[measure.Stride], foot: MarkerFoot, labelled: np.ndarray) -> None:
    flat = []
    rows = []
    for stride in strides:
        if not any(a - 0.2 < stride.foot_off_s < b + 0.2 for a, b in labelled):
            continue
        strike, following = (
            _true_strike(foot, stride.foot_strike_s),
            _true_strike(foot, stride.next_foot_strike_s),
        )
        off = _true_off(foot, stride.foot_off_s)
        if strike is None or following is None or off is None:
            continue
        errors.strike_ms.append(1000.0 * (stride.foot_strike_s - strike))
        errors.off_ms.append(1000.0 * (stride.foot_off_s - off))
        errors.time_ms.append(1000.0 * (stride.stride_time_s - (following - strike)))
        others = [
            _true_strike(foot, at, is_share=True) for at in (stride.foot_strike_s, stride.next_foot_strike_s)
        ]
        if others[0] is not None and others[1] is not None:
            errors.rules_ms.append(1000.0 * ((others[1] - others[0]) - (following - strike)))
        if not stride.is_turn and not stride.is_first_or_last:
            errors.straight_time_ms.append(errors.time_ms[-1])
        contact = int((stride.foot_strike_s - 0.1) * RATE_HZ), int((stride.foot_strike_s + 0.02) * RATE_HZ)
        still = int((stride.foot_strike_s + 0.35 * stride.stance_time_s) * RATE_HZ)
        flat.append(float(np.median(foot.pitch_deg[still : still + 100])))
        rows.append(
            (stride, float(foot.pitch_deg[slice(*contact)].max()), float(foot.pitch_deg[int(off * RATE_HZ)]))
        )
    zero = float(np.median(flat))
    errors.strike_deg += [stride.strike_angle_deg - (contact - zero) for stride, contact, _ in rows]
    errors.off_deg += [stride.toe_off_angle_deg - (leaving - zero) for stride, _, leaving in rows]


def _found(errors: _Errors, strides: list[measure.Stride], labelled: np.ndarray) -> None:
    strikes = sorted({s.foot_strike_s for s in strides} | {s.next_foot_strike_s for s in strides})
    for start, end in labelled:
        inside = sum(start <= strike < end for strike in strikes)
        errors.n_labelled += 1
        errors.n_hit += int(inside >= 1)
        errors.n_extra += max(0, inside - 1)


def _figures(e: _Errors) -> list[Figure]:
    return [*_found_figures(e), *_time_figures(e), *_angle_figures(e)]


def _found_figures(e: _Errors) -> list[Figure]:
    figure, n = SHEET.figure, len(e.length_cm)
    return [
        figure("recall", "strides found", e.n_hit / e.n_labelled, "ratio", e.n_labelled, "up", 0.97, "0.91"),
        figure("precision", "found strides that are labelled", e.n_hit / (e.n_hit + e.n_extra), "ratio", e.n_hit, "up",
               0.97),
        figure("length_rmse_cm", "stride length, RMSE", rms(e.length_cm), "cm", n, "down", 3.5, "4.3"),
        figure("length_bias_cm", "stride length, bias", mean(e.length_cm), "cm", n, "zero", None, "-2.1 to +1.7"),
    ]  # fmt: skip


def _time_figures(e: _Errors) -> list[Figure]:
    figure, n = SHEET.figure, len(e.strike_ms)
    off_peer = "-4.2 (other marker rule)"
    return [
        figure("straight_time_rmse_ms", "stride time, straight, RMSE", rms(e.straight_time_ms), "ms",
               len(e.straight_time_ms), "down", 8.0, "11.1"),
        figure("time_rmse_ms", "stride time, turns and ends too, RMSE", rms(e.time_ms), "ms", n, "down", 8.0, "11.1"),
        figure("time_but_two_ms", "stride time, turns and ends too, RMSE without the two worst strides",
               rms(sorted(e.time_ms, key=abs)[:-2]), "ms", n - 2, "down"),
        figure("time_rules_ms", "stride time, the markers' own, by two rules of when the heel has stopped, RMSE",
               rms(e.rules_ms), "ms", len(e.rules_ms), "down"),
        figure("strike_bias_ms", "foot strike, bias", mean(e.strike_ms), "ms", n, "zero", 10.0,
               "+26 (other marker rule)"),
        figure("strike_sd_ms", "foot strike, SD", spread(e.strike_ms), "ms", n, "down", 15.0, "7.8"),
        figure("off_bias_ms", "foot off, bias", mean(e.off_ms), "ms", n, "zero", 10.0, off_peer),
        figure("off_sd_ms", "foot off, SD", spread(e.off_ms), "ms", n, "down", 15.0, "3.5"),
    ]  # fmt: skip


def _angle_figures(e: _Errors) -> list[Figure]:
    figure, n = SHEET.figure, len(e.strike_deg)
    return [
        figure("strike_angle_rmse_deg", "strike angle, RMSE", rms(e.strike_deg), "deg", n, "down", 2.0, "2.0"),
        figure("strike_angle_bias_deg", "strike angle, bias", mean(e.strike_deg), "deg", n, "zero", None, "0.0"),
        figure("off_angle_rmse_deg", "toe-off angle, RMSE", rms(e.off_deg), "deg", n, "down", None, "2.4 to 8.7"),
    ]  # fmt: skip


def border_strikes() -> list[Figure]:
    """Score foot strikes of the second gaitmap walk, a toe-first walker, against its stride borders from markers."""
    folder = data_folder() / "gaitmap-example"
    result = measure.gait(measure.read(folder / "imu_sample_ic_stride.csv", rate_hz=102.4, placement="foot"))
    rows = [
        line.split(",")
        for line in (folder / "stride_borders_sample_ic_stride.csv").read_text().splitlines()[1:]
    ]
    errors_ms: list[float] = []
    n_borders = 0
    for side in ("left", "right"):
        borders = sorted({float(cell) / 102.4 for row in rows if row[1] == side for cell in row[2:4]})
        strides = [s for s in result.strides if s.side.value == side]
        strikes = {s.foot_strike_s for s in strides} | {s.next_foot_strike_s for s in strides}
        nearest = [min((strike - border for strike in strikes), key=abs) for border in borders]
        n_borders += len(borders)
        errors_ms += [1000.0 * error for error in nearest if abs(error) < 0.25]
    figure, n = BORDERS.figure, len(errors_ms)
    return [
        figure("recall", "foot strikes found", n / n_borders, "ratio", n_borders, "up", 0.97),
        figure("strike_bias_ms", "foot strike, bias", mean(errors_ms), "ms", n, "zero", 10.0),
        figure("strike_sd_ms", "foot strike, SD", spread(errors_ms), "ms", n, "down", 15.0),
    ]
