"""How high a sensor is carried, from its vertical acceleration, between moments in which it stands at its lowest."""

from __future__ import annotations

import itertools

import numpy as np

from mortise.measure._repetitions import Movement, Repetitions
from mortise.measure._sensor_segment import Segment, runs
from mortise.measure.recording import Floats

# Anything slower than this is taken for drift while nothing is known yet of when the sensor is down.
_SLOWEST_S = 12.0
# How well speed and height are known to be nothing at an anchor, and how large the bias of a phone's accelerometer is.
_SPEED_NOISE_M_S = 0.02
_HEIGHT_NOISE_M = 0.01
_BIAS_M_S2 = 0.1


def vertical_m_s2(part: Segment) -> Floats:
    """Return upward acceleration without gravity; gravity is what the sensor felt while nothing moved it."""
    felt = part.acc_world_m_s2[:, 2]
    slow = part.speed_deg_s <= np.quantile(part.speed_deg_s, 0.2)
    upward: Floats = felt - float(np.median(felt[slow]))
    return upward


def loose_speed_m_s(upward_m_s2: Floats, rate_hz: float) -> Floats:
    """Return the upward speed with everything slower than twelve seconds taken out: good for finding movements.

    Notes
    -----
    The acceleration is divided by the angular frequency in the spectrum. Both ends are mirrored in time first, so that
    they do not ring. Speed drifts far less than height: half a degree of error in the tilt does not hide a rise in it.
    """
    n = len(upward_m_s2)
    both = np.concatenate([upward_m_s2[::-1], upward_m_s2, upward_m_s2[::-1]])
    spectrum = np.fft.rfft(both - both.mean())
    turns = 2.0 * np.pi * np.fft.rfftfreq(len(both), 1.0 / rate_hz)
    # smooth cut: half at the slowest movement, nothing far below
    gain = 1.0 / (1.0 + (2.0 * np.pi / _SLOWEST_S / np.maximum(turns, 1e-9)) ** 4)
    speed: Floats = np.fft.irfft(-1j * spectrum * gain / np.maximum(turns, 1e-9), len(both))[n : 2 * n]
    return speed


def ups_and_downs(speed_m_s: Floats, least_m_s: float) -> Repetitions:
    """Return the movements up and down again that a vertical speed shows.

    Parameters
    ----------
    speed_m_s
        Upward speed.
    least_m_s
        Slower than this is standing, holding or wavering.

    Returns
    -------
    Repetitions
        The peak of each is where going up ends; it stands low where the speed turns upward before and after.
    """
    ways = [(first, last, 1) for first, last in runs(speed_m_s > least_m_s)]
    ways = sorted(ways + [(first, last, -1) for first, last in runs(speed_m_s < -least_m_s)])
    joined: list[tuple[int, int, int]] = []
    for first, last, way in ways:
        if joined and joined[-1][2] == way:
            joined[-1] = (joined[-1][0], last, way)
        else:
            joined.append((first, last, way))
    found = Repetitions([], [])
    for number, (first, last, way) in enumerate(joined):
        if way < 0:
            if number == 0:
                found.halves.append((first, last))
            continue
        if number + 1 == len(joined):
            found.halves.append((first, len(speed_m_s) - 1))
            continue
        end = joined[number + 1][1]
        before = joined[number - 1][1] if number else 0
        after = joined[number + 2][0] if number + 2 < len(joined) else len(speed_m_s) - 1
        rising = np.flatnonzero(speed_m_s[before : first + 1] <= 0.0)
        level = np.flatnonzero(speed_m_s[end - 1 : after + 1] >= 0.0)
        low = before + int(rising[-1]) if len(rising) else before
        down = end - 1 + int(level[0]) if len(level) else after
        found.whole.append(Movement(low, first, last - 1, end - 1, down))
    return found


def anchored_lift_m(
    upward_m_s2: Floats, rate_hz: float, anchors: list[int], up: Floats | None = None
) -> Floats:
    """Return the lift above the line through the anchors, `(n,)`, NaN before the first and after the last.

    Parameters
    ----------
    upward_m_s2
        Upward acceleration without gravity.
    rate_hz
        Samples per second.
    anchors
        Samples, rising, at which the sensor stands still at its lowest.
    up
        The world's up in the sensor frame, `(n, 3)`, for a segment that tips; a shin hardly does, and its bias stays
        where it is.

    Notes
    -----
    1. A bias of the accelerometer turns with the sensor, so a tipping foot feels it come and go. The one bias under
       which speed and height come back to nothing at all anchors best is taken out.
    2. Between two anchors the acceleration is integrated twice. What is left of an offset and a slope is taken out so
       that speed and height come back to nothing exactly.
    """
    spans = list(itertools.pairwise(anchors))
    plain = upward_m_s2
    if up is not None and anchors:
        plain = upward_m_s2 - _felt_bias(upward_m_s2, rate_hz, spans, up - up[anchors[0]])
    lift = np.full(len(plain), np.nan)
    for first, last in spans:
        lift[first : last + 1] = _there_and_back(plain[first : last + 1], rate_hz)
    return lift


def _felt_bias(upward: Floats, rate_hz: float, spans: list[tuple[int, int]], turn: Floats) -> Floats:
    """Return what a constant bias of the accelerometer adds to the upward acceleration, `(n,)`."""
    sides, seen = [], []
    for first, last in spans:
        inside = slice(first, last + 1)
        speeds = _sums(np.vstack([upward[None, inside], turn[inside].T]), rate_hz)
        heights = _sums(speeds, rate_hz)
        for ends, noise in ((speeds[:, -1], _SPEED_NOISE_M_S), (heights[:, -1], _HEIGHT_NOISE_M)):
            seen.append(ends[0] / noise)
            sides.append(ends[1:] / noise)
    if not sides:
        return np.zeros_like(upward)
    known = np.array(sides)
    bias = np.linalg.solve(known.T @ known + np.eye(3) / _BIAS_M_S2**2, known.T @ np.array(seen))
    felt: Floats = turn @ bias
    return felt


def _there_and_back(upward: Floats, rate_hz: float) -> Floats:
    """Return the height over one movement that starts and ends at rest at the same height."""
    if len(upward) < 4:
        return np.zeros_like(upward)
    basis = np.stack([np.ones_like(upward), np.linspace(-1.0, 1.0, len(upward))])
    speeds = _sums(np.vstack([upward[None, :], basis]), rate_hz)
    heights = _sums(speeds, rate_hz)
    ends = np.stack([speeds[:, -1], heights[:, -1]])
    share = np.linalg.solve(ends[:, 1:], ends[:, 0])
    height: Floats = heights[0] - share @ heights[1:]
    return height


def _sums(values: Floats, rate_hz: float) -> Floats:
    """Return the running integral by the trapezium rule along the last axis, starting at nothing."""
    middle = 0.5 * (values[:, 1:] + values[:, :-1]) / rate_hz
    found: Floats = np.concatenate([np.zeros((len(values), 1)), np.cumsum(middle, axis=1)], axis=1)
    return found
