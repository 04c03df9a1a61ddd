"""Errors of a landing, item by item, from markers or keypoints.

The items follow what the Landing Error Scoring System looks at; wording and cut-offs given here are ours, after the
published description as recalled (evidence LESS-01); none has been checked against a rater. Two of its seventeen items
are a rater's impression and are not scored by measurement.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from mortise.measure._alignment import Leg, Trunk, at_frame, peak, picked
from mortise.measure.axes import Axes, view_of
from mortise.measure.markers import Body
from mortise.measure.results import Refused
from mortise.terms import Side

if TYPE_CHECKING:
    from mortise.measure._landing import Landing

# Cut-offs, consensus after LESS-01. Degrees unless the name says otherwise.
_KNEE_AT_CONTACT = 30.0
_HIP_AT_CONTACT = 10.0
_TRUNK_AT_CONTACT = 0.0
_TRUNK_SIDE = 10.0
_WIDE, _NARROW = 1.25, 0.75
_TOE = 30.0
_UNEVEN_S = 0.04
_KNEE_WAY = 45.0
_MORE = 3.0
# What markers are sure of; then the inner border of the foot.
_MID_FOOT_CM, _HALF_FOOT_CM = 2.0, 4.0


class _Moment(Struct, frozen=True, kw_only=True, eq=False):
    """All that the items are scored from."""

    body: Body
    axes: Axes
    landing: Landing
    legs: dict[Side, Leg]
    trunk: Trunk


ITEMS: tuple[str, ...] = (
    "knee_straight_at_contact",
    "hip_straight_at_contact",
    "trunk_not_forward_at_contact",
    "heel_or_flat_first",
    "knee_inside_at_contact",
    "trunk_aside_at_contact",
    "stance_wide",
    "stance_narrow",
    "toes_in",
    "toes_out",
    "feet_uneven",
    "knee_bends_little",
    "hip_bends_no_more",
    "trunk_leans_no_more",
    "knee_inside_at_deepest",
)


def score_of(
    body: Body, axes: Axes, landing: Landing, legs: dict[Side, Leg], trunk: Trunk
) -> tuple[dict[str, float], list[Refused]]:
    """Return the items of one landing as 0 or 1, how many were scored and how many are errors, and what was not seen.

    Parameters
    ----------
    body, axes
        The person, smoothed.
    landing
        First contact and deepest bend.
    legs, trunk
        Their series.

    Returns
    -------
    dict, list of Refused
        `error_...` per item scored, `n_items`, `n_errors`; one refusal that names the items not seen.

    Notes
    -----
    An item of a leg is an error when it is one on either leg that landed.
    """
    moment = _Moment(body=body, axes=axes, landing=landing, legs=legs, trunk=trunk)
    found = _contact_items(moment) | _stance_items(moment) | _way_items(moment)
    known = {name: found[name] for name in ITEMS if found.get(name) is not None}
    values = {f"error_{name}": float(bool(is_error)) for name, is_error in known.items()}
    values |= {"n_items": float(len(known)), "n_errors": float(sum(bool(each) for each in known.values()))}
    left_out = [name.replace("_", " ") for name in ITEMS if name not in known]
    if not left_out:
        return values, []
    view = {"side": "from the side", "front": "from the front"}.get(view_of(body), "")
    return values, [
        Refused(
            what="landing errors",
            reason=f"not seen {view}: ".replace("  ", " ").replace(" :", ":") + ", ".join(left_out),
            n_missing=len(left_out),
            mend="Markers of feet, legs, pelvis and shoulders show all; a video shows its own half.",
        )
    ]


def _each(moment: _Moment, name: str, frame: int) -> list[float]:
    """Return the value of a series at a frame for every leg that landed; empty where one of them is not seen."""
    found = [
        at_frame(getattr(moment.legs[side], name), frame)
        for side in moment.landing.strikes_s
        if side in moment.legs
    ]
    return found if found and all(map(math.isfinite, found)) else []


def _less(values: list[float], limit: float) -> bool | None:
    return min(values) < limit if values else None


def _more(values: list[float], limit: float) -> bool | None:
    return max(values) > limit if values else None


def _contact_items(moment: _Moment) -> dict[str, bool | None]:
    first = moment.landing.first
    forward = at_frame(moment.trunk.forward_deg, first)
    side = at_frame(moment.trunk.side_deg, first)
    return {
        "knee_straight_at_contact": _less(_each(moment, "knee_bend_deg", first), _KNEE_AT_CONTACT),
        "hip_straight_at_contact": _less(_each(moment, "hip_bend_deg", first), _HIP_AT_CONTACT),
        "trunk_not_forward_at_contact": forward <= _TRUNK_AT_CONTACT if math.isfinite(forward) else None,
        "trunk_aside_at_contact": abs(side) > _TRUNK_SIDE if math.isfinite(side) else None,
        "heel_or_flat_first": _heel_first(moment),
        # the knee's middle inside the middle of the foot
        "knee_inside_at_contact": _inside(moment, slice(first, first + 1), _MID_FOOT_CM),
        "feet_uneven": _uneven(moment),
    }


def _heel_first(moment: _Moment) -> bool | None:
    """Whether a foot lands flat or heel first: its heel is not higher than the forefoot at contact."""
    if view_of(moment.body) == "front":
        return None
    found = []
    for side in moment.landing.strikes_s:
        heel, front = moment.body.heel(side), moment.body.forefoot(side)
        if heel is None or front is None:
            return None
        lift = (heel - front) @ moment.axes.up
        last = picked(lift, slice(max(0, moment.landing.deepest - 2), moment.landing.deepest + 1))
        here = at_frame(lift, moment.landing.first)
        if not math.isfinite(here) or not len(last):
            return None
        length = float(np.nanmedian(np.linalg.norm(front - heel, axis=1)))
        # flat is how the foot lies at the deepest bend
        found.append(here - float(np.median(last)) < 0.1 * length)
    return any(found) if found else None


def _inside(moment: _Moment, span: slice, beyond_cm: float) -> bool | None:
    """Whether the knee's middle comes inside the foot's middle by more than `beyond_cm`, on a leg that landed.

    In a picture from the front the foot's middle is the ankle and four centimetres a tenth of the shank.
    """
    if moment.body.n_axes == 2:
        beyond_cm *= 100.0 / 40.0
    found = [peak(moment.legs[s].knee_inward_cm, span) for s in moment.landing.strikes_s if s in moment.legs]
    if not found or not all(map(math.isfinite, found)):
        return None
    return max(found) > beyond_cm


def _uneven(moment: _Moment) -> bool | None:
    """Whether one foot comes clearly before the other; nothing to say of a landing on one leg."""
    strikes = moment.landing.strikes_s
    if len(strikes) < 2:
        return None
    first, second = sorted(strikes.values())
    return second - first > _UNEVEN_S + 0.5 / moment.body.rate_hz


def _stance_items(moment: _Moment) -> dict[str, bool | None]:
    width = at_frame(moment.trunk.stance_ratio, moment.landing.first)
    has_both = len(moment.landing.strikes_s) == 2 and math.isfinite(width)
    flat = min(moment.landing.deepest, moment.landing.first + round(0.1 * moment.body.rate_hz))
    toes = _each(moment, "toe_out_deg", flat)
    return {
        "stance_wide": width > _WIDE if has_both else None,
        "stance_narrow": width < _NARROW if has_both else None,
        "toes_in": _less(toes, -_TOE),
        "toes_out": _more(toes, _TOE),
    }


def _way_items(moment: _Moment) -> dict[str, bool | None]:
    first, last = moment.landing.first, moment.landing.deepest
    span = slice(first, last + 1)
    knees = [
        peak(moment.legs[s].knee_bend_deg, span) - at_frame(moment.legs[s].knee_bend_deg, first)
        for s in moment.landing.strikes_s
        if s in moment.legs
    ]
    hips = [
        peak(moment.legs[s].hip_bend_deg, span) - at_frame(moment.legs[s].hip_bend_deg, first)
        for s in moment.landing.strikes_s
        if s in moment.legs
    ]
    lean = peak(moment.trunk.forward_deg, span) - at_frame(moment.trunk.forward_deg, first)
    return {
        "knee_bends_little": min(knees) < _KNEE_WAY if knees and all(map(math.isfinite, knees)) else None,
        "hip_bends_no_more": min(hips) < _MORE if hips and all(map(math.isfinite, hips)) else None,
        "trunk_leans_no_more": lean < _MORE if math.isfinite(lean) else None,
        "knee_inside_at_deepest": _inside(moment, span, _HALF_FOOT_CM),
    }
