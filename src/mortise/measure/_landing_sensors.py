"""What sensors on foot and shank tell of a landing: the ankle's way, the foot's angle at contact, which foot first."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mortise.errors import SignalError
from mortise.measure._foot_landings import landings_of_feet, missed_landings
from mortise.measure.ankle_angle import AnkleAngle, ankle_angle, foot_and_shank
from mortise.measure.flags import flag_words
from mortise.measure.recording import FOOT_PLACEMENTS, Recording
from mortise.measure.results import Event, Refused, Trial
from mortise.terms import Side

_WINDOW_S = 0.5
_TOGETHER_S = 0.15
# With any of these the ankle's angle may be off by tens of degrees, and is not handed out.
UNSURE = frozenset({"no_quiet_stance", "standing_unsure", "axis_unsure", "direction_unsure"})
_NOT_SEEN = (
    ("knee medial displacement", "where the knee is shows in markers or a video from the front"),
    ("tibial rotation", "turning about the upright drifts in sensors without a magnetometer"),
    ("arch", "a sensor on the shoe does not feel the arch"),
    ("landing errors", "hips, trunk and stance are not worn"),
)


def landings_of_sensors(
    sensors: Sequence[Recording], n_before: int
) -> tuple[list[Trial], list[Refused], list[Event]]:
    """Return the landings that foot sensors show, with the ankle's way where a shank's sensor is there too.

    Parameters
    ----------
    sensors
        All worn, started together.
    n_before
        Number of trials before these.

    Returns
    -------
    list of Trial, list of Refused, list of Event
        One trial per landing and foot. Knee, turning, arch and the score are refused with their reasons.

    Notes
    -----
    Landings are the ends of flights and falls of each foot (`_floor_sensors`). The ankle's angle is that of
    `ankle_angle`: shank over foot, zero in quiet standing.
    """
    feet = [each for each in sensors if each.placement in FOOT_PLACEMENTS]
    if not feet:
        said = Refused(
            what="landing",
            reason="a landing is measured with a sensor on the foot, and none is said to be there",
            mend="Wear a sensor on the foot, and one on the shank for the ankle's angle.",
        )
        return [], [said], []
    pairs = foot_and_shank([each for each in sensors if each.placement in (*FOOT_PLACEMENTS, "shank")])
    trials: list[Trial] = []
    events: list[Event] = []
    refused = [Refused(what=what, reason=reason, mend="Record with markers.") for what, reason in _NOT_SEEN]
    moments = landings_of_feet(sensors)
    refused += [_missed(side, at) for side, at in missed_landings(sensors, moments)]
    for foot in feet:
        angles = _angles(pairs.get(foot.side), refused)
        for landing_s in moments.get(foot.side, []):
            trials.append(_trial(n_before + len(trials) + 1, foot, landing_s, angles, moments))
            events.append(Event(name="foot_strike", side=foot.side, time_s=round(landing_s, 4)))
    if not trials:
        raise SignalError(
            "no landing was found: no foot came down from a flight or a fall.",
            where=feet[0].info.file,
            mend="Record from standing still, through the jump, until two seconds after it.",
        )
    return trials, refused, events


def _missed(side: Side, at_s: float) -> Refused:
    return Refused(
        what="landing",
        reason=f"the {side.value} foot hits the floor near {at_s:.2f} s too, but when it landed is not clear",
        side=side,
        start_s=round(at_s, 3),
        n_missing=1,
        mend="Strap the sensor tightly to the instep or heel, and record at 100 Hz or more.",
    )


def _angles(pair: tuple[Recording, Recording] | None, refused: list[Refused]) -> AnkleAngle | None:
    if pair is None:
        return None
    try:
        angles = ankle_angle(*pair)
    except SignalError as fault:
        refused.append(Refused(what="ankle angle", reason=fault.message, side=pair[0].side, mend=fault.mend))
        return None
    unsure = UNSURE & set(angles.flags)
    if unsure:
        refused.append(
            Refused(
                what="ankle angle",
                reason=f"how the sensors lie is not known: {', '.join(map(flag_words, sorted(unsure)))}",
                side=pair[0].side,
                mend="Stand still for two seconds, rise on the toes once, squat once, then jump, in one recording.",
            )
        )
        return None
    return angles


def _trial(
    number: int,
    foot: Recording,
    landing_s: float,
    angles: AnkleAngle | None,
    moments: dict[Side, list[float]],
) -> Trial:
    near = [at for side, each in moments.items() if side is not foot.side for at in each]
    values = {"is_one_leg": float(not any(abs(at - landing_s) < _TOGETHER_S for at in near))}
    quality: tuple[str, ...] = foot.info.flags
    end_s = landing_s + _WINDOW_S
    if angles is not None:
        first = round(landing_s * angles.rate_hz)
        last = min(len(angles.time_s), first + round(_WINDOW_S * angles.rate_hz))
        part = angles.dorsiflexion_deg[first:last]
        if len(part) and not angles.is_lost[first:last].any():
            values |= {
                "ankle_start_deg": float(part[0]),
                "ankle_peak_deg": float(part.max()),
                "ankle_excursion_deg": float(part.max() - part[0]),
                "foot_at_contact_deg": float(angles.foot_toe_up_deg[max(0, first - 1)]),
                "shank_peak_deg": float(np.max(angles.shank_forward_deg[first:last])),
            }
            end_s = (first + int(np.argmax(part))) / angles.rate_hz
        quality += ("zero_is_standing", *angles.flags)
    else:
        quality += ("no_ankle_angle",)
    return Trial(
        number=number,
        side=foot.side,
        start_s=round(landing_s, 4),
        end_s=round(end_s, 4),
        values={name: round(value, 3) for name, value in values.items() if math.isfinite(value)},
        quality=tuple(dict.fromkeys(quality)),
    )
