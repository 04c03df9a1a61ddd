"""What a measurement hands over: readings with their error, the trials behind them, and what was refused."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec
from msgspec import Struct

from mortise.measure.laboratory import LabInfo
from mortise.measure.pose import PoseInfo
from mortise.measure.recording import RecordingInfo
from mortise.terms import RECORDED_TESTS, Side

# Which part of the foot meets the floor first, and what was walked on.
Contact = Literal["heel", "flat", "toe", ""]
Terrain = Literal["level", "stairs_up", "stairs_down", "slope_up", "slope_down"]


class Reading(Struct, frozen=True, kw_only=True):
    """One measured value.

    `error` is the standard error of `value` for this recording, in `unit`: the spread of the trials behind it and the
    error of the method found in validation, added in quadrature. It is not the change between two days that is real;
    that belongs to the measure's instrument. `quality` holds flags, empty when nothing speaks against the value.
    """

    measure: str
    side: Side
    value: float
    unit: str
    error: float
    quality: tuple[str, ...] = ()
    method: str = ""
    n_trials: int = 0


class Refused(Struct, frozen=True, kw_only=True):
    """Something that was not measured: what, from when to when, why, and what would mend it."""

    what: str
    reason: str
    side: Side = Side.NONE
    start_s: float | None = None
    end_s: float | None = None
    n_missing: int = 0
    mend: str = ""


class RecordingSet(Struct, frozen=True, kw_only=True):
    """The recordings one result was measured from."""

    sensors: tuple[RecordingInfo, ...] = ()
    labs: tuple[LabInfo, ...] = ()
    poses: tuple[PoseInfo, ...] = ()
    duration_s: float


class Stride(Struct, frozen=True, kw_only=True):
    """One stride: foot strike, foot off and the next foot strike of the same foot, seconds from the first sample.

    Stance comes first, then the swing. `strike_angle_deg` belongs to `foot_strike_s` and is the sole's angle to the
    floor just before contact, toe up positive; `toe_off_angle_deg` is the sole's angle at `foot_off_s`, toe down
    negative; `clearance_cm` is the greatest lift of the sensor above its stance height, not of the shoe's sole.

    What a way of measuring does not tell is None: a sensor at the belt knows no foot off.

    `contact` belongs to `foot_strike_s`, empty where no angle tells it. `step_time_s` is the time from the other foot's
    strike before it to `foot_strike_s`, `step_length_m` the way ahead of the other foot then, `step_width_cm` the way
    beside it, `double_support_s` the time
    from `foot_strike_s` until the other foot leaves (negative in running): all three need both feet.
    `heel_clearance_cm` is the greatest lift of the heel, `toe_clearance_cm` the least lift of the toe while the foot
    passes, each over its own height in stance, at the height of a laboratory's marker. `height_gain_m` is how much
    higher the foot stands after the swing.
    """

    side: Side
    bout: int
    foot_strike_s: float
    foot_off_s: float | None
    next_foot_strike_s: float
    stride_length_m: float
    stride_time_s: float
    stance_time_s: float | None
    swing_time_s: float | None
    strike_angle_deg: float | None
    toe_off_angle_deg: float | None
    clearance_cm: float | None
    speed_m_s: float
    turn_deg: float
    is_turn: bool
    is_first_or_last: bool
    contact: Contact = ""
    step_time_s: float | None = None
    step_length_m: float | None = None
    step_width_cm: float | None = None
    double_support_s: float | None = None
    heel_clearance_cm: float | None = None
    toe_clearance_cm: float | None = None
    height_gain_m: float = 0.0
    terrain: Terrain = "level"
    quality: tuple[str, ...] = ()


class Bout(Struct, frozen=True, kw_only=True):
    """One spell of walking without a stop."""

    number: int
    start_s: float
    end_s: float
    n_strides: int
    distance_m: float


class Curve(Struct, frozen=True, kw_only=True):
    """A curve to draw: mean and spread over trials when `sd` is filled, else one trace."""

    name: str
    side: Side
    x_unit: str
    unit: str
    x: tuple[float, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...] = ()
    n_trials: int = 1


class Event(Struct, frozen=True, kw_only=True):
    """A moment to mark on a drawn signal."""

    name: str
    side: Side
    time_s: float


class GaitResult(Struct, frozen=True, kw_only=True):
    """Everything gait analysis found in one walk, left and right together."""

    test: str = "gait"
    recording: RecordingSet
    readings: tuple[Reading, ...]
    strides: tuple[Stride, ...]
    bouts: tuple[Bout, ...] = ()
    n_strides_missing: int = 0
    refused: tuple[Refused, ...] = ()
    curves: tuple[Curve, ...] = ()
    events: tuple[Event, ...] = ()


class LungeTrial(Struct, frozen=True, kw_only=True):
    """One lunge: from standing to the deepest held position and back.

    `heel_lift_deg` is how far the foot tipped at the deepest, from a sensor on it; `heel_lift_cm` how high the heel
    stood over standing, from markers or keypoints. None where nothing shows the foot.
    """

    number: int
    side: Side
    start_s: float
    peak_s: float
    end_s: float
    hold_s: float
    lunge_angle_deg: float
    out_of_plane_deg: float
    return_error_deg: float
    first_pinch_angle_deg: float | None = None
    heel_lift_deg: float | None = None
    heel_lift_cm: float | None = None
    is_counted: bool = True
    quality: tuple[str, ...] = ()


class LungeResult(Struct, frozen=True, kw_only=True):
    """Everything the weight-bearing lunge test found.

    `n_trials_missing` counts lunges that are in the recording and could not be measured.
    """

    test: str = "lunge"
    recording: RecordingSet
    readings: tuple[Reading, ...]
    trials: tuple[LungeTrial, ...]
    n_trials_missing: int = 0
    refused: tuple[Refused, ...] = ()
    curves: tuple[Curve, ...] = ()
    events: tuple[Event, ...] = ()


class Trial(Struct, frozen=True, kw_only=True):
    """One repetition, contact, hop or hold of a test, with the numbers found in it.

    `values` maps a name that carries its unit (`height_cm`, `contact_time_s`) to the number; which names there are, the
    page of the test says. A trial that is not counted stays here with the flags that say why.
    """

    number: int
    side: Side
    start_s: float
    end_s: float
    values: dict[str, float]
    is_counted: bool = True
    quality: tuple[str, ...] = ()


class TestResult(Struct, frozen=True, kw_only=True):
    """Everything a test other than gait and lunge found; `test` says which.

    `n_trials_missing` is how many trials are believed to be in the recording and were not found.
    """

    # not a class of pytest, whatever its name
    __test__: ClassVar[bool] = False

    test: str
    recording: RecordingSet
    readings: tuple[Reading, ...]
    trials: tuple[Trial, ...]
    n_trials_missing: int = 0
    refused: tuple[Refused, ...] = ()
    curves: tuple[Curve, ...] = ()
    events: tuple[Event, ...] = ()


MeasureResult = GaitResult | LungeResult | TestResult


def result_type(test: str) -> type[GaitResult] | type[LungeResult] | type[TestResult]:
    """Return the type that a result of `test` has, to decode one that was kept."""
    if test == "gait":
        return GaitResult
    return LungeResult if test == "lunge" else TestResult


def to_plain(result: MeasureResult, *, curves: bool = False) -> dict[str, Any]:
    """Return `result` as plain JSON values; the drawing data (`curves`, `events`) only when asked for.

    Parameters
    ----------
    result
        What a function of `TESTS` returned.
    curves
        Whether to include the curves and events meant for drawing.

    Returns
    -------
    dict
        The document that `mortise measure TEST --json` prints.
    """
    # the words of the verdict are loaded when a result is handed out
    from mortise.measure.verdict import verdict_of

    plain: dict[str, Any] = msgspec.to_builtins(result)
    plain["verdict"] = msgspec.to_builtins(verdict_of(result))
    if not curves:
        plain.pop("curves", None)
        plain.pop("events", None)
    return plain


def schema() -> dict[str, Any]:
    """Return the JSON Schema of what `mortise measure TEST --json` prints, one branch per shape of result.

    Returns
    -------
    dict
        A JSON Schema (draft 2020-12) with one definition per result.
    """
    from mortise.measure.verdict import Verdict

    shapes = (GaitResult, LungeResult, TestResult)
    (_, components) = msgspec.json.schema_components((*shapes, Verdict), ref_template="#/$defs/{name}")
    for shape in shapes:
        components[shape.__name__]["properties"]["verdict"] = {"$ref": "#/$defs/Verdict"}
    others = [name for name in RECORDED_TESTS if result_type(name) is TestResult]
    components["GaitResult"]["properties"]["test"] = {"const": "gait"}
    components["LungeResult"]["properties"]["test"] = {"const": "lunge"}
    components["TestResult"]["properties"]["test"] = {"enum": others}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Result of mortise measure",
        "oneOf": [{"$ref": f"#/$defs/{shape.__name__}"} for shape in shapes],
        "$defs": components,
    }
