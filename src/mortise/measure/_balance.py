"""Standing: sway and how long it is held, from a force plate, markers, a sensor at the belt or a phone."""

from __future__ import annotations

import numpy as np
from msgspec import structs

from mortise.errors import SignalError
from mortise.measure._doings import longest_flight
from mortise.measure._sensor_segment import Flags, runs
from mortise.measure._standing import LEAST_S, Stand, stands_of
from mortise.measure._sway import Sway, low_passed, sway_of
from mortise.measure._takes import takes_of
from mortise.measure.materials import Materials
from mortise.measure.results import Curve, Event, Reading, Refused, TestResult, Trial
from mortise.terms import Side

__all__ = ["balance", "balance_of"]

# A jolt this short before the end is putting the phone away, not a loss.
_TAIL_S = 0.5
# Share of the speed that is not known: plates by the noise of the pressure centre, markers by skin, sensors because
# nobody is a stiff pendulum of that height.
_SHARE: dict[str, float] = {"plate": 0.03, "markers": 0.05, "sensor": 0.25}
_N_TRACE = 600
# Who stops on a walk stands for some seconds; a stand is tested for ten to thirty.
_PAUSE_S = 10.0
# From the last step until somebody stands.
_STEP_ON_S = 1.0
# Losing the balance ends in a hop of a tenth of a second; a jump is longer.
_JUMP_S = 0.25
# Both feet together cover 300 to 500 cm2, and the worst sway wanders over a fifth of that: who goes over more bends,
# sits down or shifts about.
_WIDEST_CM2 = 150.0
_HOW = "Stand as still as you can, and record until you lose it or thirty seconds are over."


def balance_of(materials: Materials) -> TestResult:
    """Measure standing from whatever was recorded."""
    return balance(materials)


def balance(materials: Materials, sensor_height_m: float | None = None) -> TestResult:
    """Measure how much and how long somebody stands.

    Parameters
    ----------
    materials
        Force plates, a sensor at the belt or lower back, a phone in the pocket or hand, or markers of the pelvis.
    sensor_height_m
        Height of the sensor over the ankle; a usual one when left out.

    Returns
    -------
    TestResult
        One trial per undisturbed stand of three seconds or more with `hold_s`, `path_cm`, `speed_mm_s`, `area_cm2`,
        `frequency_hz`, `rms_cm` and `is_lost` (1 when it ended in a loss); readings apart for eyes open and closed.

    Raises
    ------
    SignalError
        When nothing that shows standing was recorded, or nobody stood still for three seconds.

    Notes
    -----
    1. Plate: the centre of pressure of all plates that are stood on. Markers: the pelvis, or a centre of mass in the
       file. Sensor: the way the body leans from its mean, times the height of the sensor, as if the body were a stiff
       pendulum over the ankles (`pendulum_assumed`); the lean is VQF's, heading is not used.
    2. Standing ends with a jolt, a fast tilt, a load that leaves the plate, or the end of the recording
       (`held_to_end`). The time from the last disturbance to the next is how long it was held.
    3. Sway: low-pass 5 Hz, path, speed, 95 % ellipse, mean frequency.
    4. Where somebody walks or jumps too, a stand of less than ten seconds is a pause and is refused.
    5. Eyes and one leg are read from the names of the files (`eyes_closed`, `ec`, `single_leg`), never guessed.

    References
    ----------
    Prieto et al. 1996, IEEE Trans Biomed Eng 43, 956-966, doi:10.1109/10.532130 (definitions).
    Quijoux et al. 2021, Physiol Rep 9, e15067, doi:10.14814/phy2.15067 (definitions; its code's figures are met).
    """
    stands = [_said(stand, materials.side) for stand in stands_of(materials, sensor_height_m)]
    trials: list[Trial] = []
    refused: list[Refused] = []
    kept: list[tuple[Stand, Trial]] = []
    is_jump = _has_jump(materials)
    for stand in stands:
        found, said = _apart(_trials(stand, len(trials)), stand, is_jump=is_jump)
        trials += found
        refused += said
        kept += [(stand, trial) for trial in found]
        if not found and not said:
            refused.append(
                Refused(
                    what="stand",
                    reason=f"nobody stood undisturbed for {LEAST_S:g} s in {stand.file}",
                    side=stand.side,
                    mend=_HOW,
                )
            )
    if not trials:
        reasons = [one.reason for one in refused if one.start_s is not None]
        raise SignalError(
            f"this is no balance test: {reasons[0]}."
            if reasons
            else f"nobody stood undisturbed for {LEAST_S:g} s.",
            where=materials.described(),
            mend=_HOW,
        )
    return TestResult(
        test="balance",
        recording=materials.recording_set(),
        readings=tuple(_readings(kept)),
        trials=tuple(trials),
        refused=tuple(refused),
        curves=tuple(curve for stand in stands for curve in _curves(stand)),
        events=tuple(
            Event(name="balance_lost", side=trial.side, time_s=trial.end_s)
            for trial in trials
            if trial.values["is_lost"]
        ),
    )


def _said(stand: Stand, side: Side) -> Stand:
    """Return a stand with the leg that somebody said was tested: then it is a stand on one leg."""
    if side is Side.NONE:
        return stand
    return structs.replace(stand, side=side, is_one_leg=True)


def _has_jump(materials: Materials) -> bool:
    """Whether somebody jumps in what sensors or markers show; leaving a plate may be losing the balance."""
    bodies = [lab for lab in materials.labs if lab.markers]
    takes = takes_of(Materials(sensors=materials.sensors, labs=tuple(bodies), poses=materials.poses))
    flight = longest_flight(takes)
    return flight is not None and flight.flight_s > _JUMP_S


def _apart(trials: list[Trial], stand: Stand, *, is_jump: bool) -> tuple[list[Trial], list[Refused]]:
    """Return the stands that are a test; where somebody walks or jumps too, standing up to ten seconds is a pause."""
    if not (is_jump or stand.walks_s):
        return trials, []
    what = "a walk" if stand.walks_s else "jumps"
    when = f", at {stand.walks_s[0][0]:.0f} to {stand.walks_s[0][1]:.0f} s," if stand.walks_s else ""
    kept = [trial for trial in trials if trial.values["hold_s"] >= _PAUSE_S]
    kept = [structs.replace(one, quality=(*one.quality, "walked_or_jumped_too")) for one in kept]
    refused = [
        Refused(
            what="stand",
            reason=f"{what}{when} and pauses of {trial.values['hold_s']:.1f} s: standing for ten seconds is a test",
            side=trial.side,
            start_s=trial.start_s,
            end_s=trial.end_s,
            mend="Record the stand alone, for ten seconds or more.",
        )
        for trial in trials
        if trial.values["hold_s"] < _PAUSE_S
    ]
    numbered = [structs.replace(one, number=trials[0].number + index) for index, one in enumerate(kept)]
    return numbered, refused


def _calm(stand: Stand) -> Flags:
    """Return where nobody walks, a second to either side, and nothing disturbs."""
    is_calm = stand.is_calm.copy()
    for start_s, end_s in stand.walks_s:
        first, last = (
            round((start_s - _STEP_ON_S) * stand.rate_hz),
            round((end_s + _STEP_ON_S) * stand.rate_hz),
        )
        is_calm[max(0, first) : max(0, last)] = False
    return is_calm


def _trials(stand: Stand, before: int) -> list[Trial]:
    """Return the undisturbed stands of one recording."""
    rate, n = stand.rate_hz, len(stand.points_cm)
    found: list[Trial] = []
    for first, last in runs(_calm(stand)):
        if (last - first) / rate < LEAST_S:
            continue
        sway = sway_of(stand.points_cm[first:last], rate)
        if sway.area_cm2 > _WIDEST_CM2:
            continue
        walks_on = any(abs(start_s - _STEP_ON_S - last / rate) < _STEP_ON_S for start_s, _ in stand.walks_s)
        is_lost = last < n - _TAIL_S * rate and not walks_on
        found.append(
            Trial(
                number=before + len(found) + 1,
                side=stand.side,
                start_s=round(first / rate, 3),
                end_s=round(last / rate, 3),
                values=_values(sway, (last - first) / rate, is_lost),
                quality=(f"eyes_{stand.eyes}", *(() if is_lost else ("held_to_end",))),
            )
        )
    return found


def _values(sway: Sway, hold_s: float, is_lost: bool) -> dict[str, float]:
    return {
        "hold_s": round(hold_s, 2),
        "path_cm": round(sway.path_cm, 3),
        "speed_mm_s": round(sway.speed_mm_s, 3),
        "speed_error_mm_s": round(sway.speed_error_mm_s, 3),
        "area_cm2": round(sway.area_cm2, 3),
        "frequency_hz": round(sway.frequency_hz, 4),
        "rms_cm": round(sway.rms_cm, 4),
        "is_lost": float(is_lost),
    }


def _readings(kept: list[tuple[Stand, Trial]]) -> list[Reading]:
    """Return the readings, apart for eyes, side and source."""
    groups: dict[tuple[str, Side, str, bool], list[tuple[Stand, Trial]]] = {}
    for stand, trial in kept:
        key = ("closed" if stand.eyes == "closed" else "open", stand.side, stand.source, stand.is_one_leg)
        groups.setdefault(key, []).append((stand, trial))
    return [reading for key, group in groups.items() for reading in _group(key, group)]


def _group(key: tuple[str, Side, str, bool], group: list[tuple[Stand, Trial]]) -> list[Reading]:
    eyes, side, source, is_one_leg = key
    stands, trials = [stand for stand, _ in group], [trial for _, trial in group]
    flags = list(dict.fromkeys(flag for stand in stands for flag in stand.flags))
    if any(stand.eyes == "not_said" for stand in stands):
        flags.append("eyes_not_said")
    if is_one_leg and side is Side.NONE:
        flags.append("side_unknown")
    if len(trials) < 3:
        flags.append("few_trials")
    quality = tuple(flags)
    suffix = "_closed" if eyes == "closed" else ""

    def made(name: str, values: list[float], unit: str, own_share: float) -> Reading:
        value = float(np.median(values))
        spread = (
            1.25 * float(np.std(values, ddof=1) / np.sqrt(len(values)))
            if len(values) > 1
            else own_share * value
        )
        return Reading(
            measure=f"sway_{name}{suffix}_{unit}", side=side, value=round(value, 4), unit=unit,
            error=round(float(np.hypot(spread, _SHARE[source] * value)), 4), quality=quality,
            method=f"sway-{source}/1", n_trials=len(values),
        )  # fmt: skip

    # how far one stand's own parts differ stands in for the spread of several
    own = float(np.median([t.values["speed_error_mm_s"] / max(t.values["speed_mm_s"], 1e-9) for t in trials]))
    found = [
        made("velocity", [trial.values["speed_mm_s"] for trial in trials], "mm_s", own),
        made("path", [trial.values["path_cm"] for trial in trials], "cm", own),
        made("area", [trial.values["area_cm2"] for trial in trials], "cm2", max(own, 0.3)),
        made("frequency", [trial.values["frequency_hz"] for trial in trials], "hz", max(own, 0.1)),
    ]
    if is_one_leg:
        best = max(trials, key=lambda trial: trial.values["hold_s"])
        held = () if best.values["is_lost"] else ("held_to_end",)
        found.append(
            Reading(
                measure=f"single_leg_stand{suffix}_s", side=side, value=best.values["hold_s"], unit="s",
                error=0.3, quality=(*quality, *held), method=f"hold-{source}/1", n_trials=len(trials),
            )
        )  # fmt: skip
    return found


def _curves(stand: Stand) -> list[Curve]:
    """Return the way of the point against time, one curve per axis, thinned."""
    way = low_passed(stand.points_cm - np.median(stand.points_cm, axis=0), stand.rate_hz)
    every = max(1, -(-len(way) // _N_TRACE))
    picked = np.arange(0, len(way), every)
    return [
        Curve(
            name=f"sway_{'xy'[axis]}_cm", side=stand.side, x_unit="s", unit="cm",
            x=tuple(np.round(picked / stand.rate_hz, 3).tolist()), mean=tuple(np.round(way[picked, axis], 3).tolist()),
        )
        for axis in range(2)
    ]  # fmt: skip
