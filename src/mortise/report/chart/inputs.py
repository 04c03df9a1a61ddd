"""What a chart is drawn from: frozen, plain, in stated units. The caller computes; a chart only draws.

Values are floats in the unit the chart names. Dates are calendar dates of the clinic. Words (titles, labels, reasons)
are shown as given and always escaped, so they may come from a person.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from mortise.report.chart._kinds import Calm as Calm
from mortise.report.chart._kinds import Done as Done
from mortise.report.chart._kinds import Glyph as Glyph
from mortise.terms import Side


class Heading(Struct, frozen=True, kw_only=True):
    """The words of a chart.

    Attributes
    ----------
    title : str
        What is shown, short.
    about : str
        What is measured, its unit and in which direction better lies; which error the band was made from.
    finding : str
        What the picture says, in a sentence; a screen reader reads it in place of the picture.
    id_prefix : str
        Letters, digits and hyphens; unique on the page. Patterns inside the picture are named with it.
    """

    title: str
    about: str
    finding: str
    id_prefix: str


class Dot(Struct, frozen=True):
    """One reading. `is_practice` readings are drawn hollow, small and off the line. `note` goes into the table."""

    on: date
    value: float
    is_practice: bool = False
    note: str = ""


class Level(Struct, frozen=True):
    """The estimated level on one day and its 90 % interval, `low <= value <= high`, in the chart's unit."""

    on: date
    value: float
    low: float
    high: float


class Series(Struct, frozen=True, kw_only=True):
    """One side's readings and its level.

    Attributes
    ----------
    side : Side
        Printed in words beside the mark.
    is_treated : bool
        Treated: filled dots, solid ultramarine. Other: hollow dots, dashed taupe.
    dots : tuple of Dot
        In any order.
    level : tuple of Level
        In any order, daily or weekly. Points later than the last counted reading become the hatched, stale part
        of the band; the line itself ends at that reading.
    """

    side: Side
    is_treated: bool
    dots: tuple[Dot, ...] = ()
    level: tuple[Level, ...] = ()


class NormBand(Struct, frozen=True):
    """What is usual, `low` to `high` (None: open upwards), and its words: "Usual, men 30-39"."""

    low: float
    high: float | None
    words: str


class GateLine(Struct, frozen=True):
    """A gate's limit, drawn only for as long as it applied; `until_on` None runs to today."""

    from_on: date
    until_on: date | None
    value: float
    words: str
    is_met: bool | None = None  # None: not known


class DecisionMark(Struct, frozen=True):
    """One decision in the lane: shape and word. Overruled: hollow with a stroke. Proposed: bold word."""

    on: date
    glyph: Glyph
    words: str
    is_overruled: bool = False
    is_proposed: bool = False


class Stretch(Struct, frozen=True):
    """A run of days `[from_on, until_on]` with its reason: a flare, or days of which nothing is known."""

    from_on: date
    until_on: date
    words: str


class Symptom(Struct, frozen=True):
    """One session: worst pain 0-10, how it was borne, next morning's pain 0-10; None is not known."""

    on: date
    pain_nrs: float | None
    calm: Calm | None = None
    next_morning_nrs: float | None = None
    note: str = ""


class LoadBar(Struct, frozen=True):
    """One session's load, in the unit the chart names; a skipped session carries what was planned."""

    on: date
    value: float | None
    done: Done = Done.DONE


class Treated(Struct, frozen=True):
    """A visit, or what was done at it, as a mark under the measure; `words` go into the table."""

    on: date
    words: str


class DueTest(Struct, frozen=True):
    """A test due, drawn in the empty field after today."""

    on: date
    words: str


class Course(Struct, frozen=True, kw_only=True):
    """Everything a course chart draws on its one time axis.

    Attributes
    ----------
    heading : Heading
        Words of the chart.
    today_on : date
        Where the record ends; later days are hatched.
    unit : str
        Unit name of `mortise.units` for the readings.
    resolution : float
        Grid of the readings, in `unit`.
    from_on, until_on : date or None
        Ends of the axis; None takes the first fact and ten days after today.
    series : tuple of Series
        Treated side, other side, or a measure without sides (`Side.NONE`).
    norm, gates, decisions, flares, unknowns, symptoms, loads, due, treated
        Each may be empty; an empty panel is left out, an empty measure panel says so.
    load_about : str
        What the bars measure: "effort x minutes".
    whole_scale : tuple of float or None
        Both ends of a rating scale, which is always shown whole; None fits the axis to the readings.
    calm_up_to_nrs, watch_up_to_nrs : float
        Where the words of the symptom scale stand.
    """

    heading: Heading
    today_on: date
    unit: str
    resolution: float = 0.1
    from_on: date | None = None
    until_on: date | None = None
    series: tuple[Series, ...] = ()
    norm: NormBand | None = None
    whole_scale: tuple[float, float] | None = None
    gates: tuple[GateLine, ...] = ()
    decisions: tuple[DecisionMark, ...] = ()
    flares: tuple[Stretch, ...] = ()
    unknowns: tuple[Stretch, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    loads: tuple[LoadBar, ...] = ()
    load_about: str = "effort × minutes"
    due: tuple[DueTest, ...] = ()
    treated: tuple[Treated, ...] = ()
    calm_up_to_nrs: float = 2
    watch_up_to_nrs: float = 5


class Trend(Struct, frozen=True, kw_only=True):
    """A small trend for the phone: the measure panel of a course, 326 units wide. Fields as in `Course`."""

    heading: Heading
    today_on: date
    unit: str
    resolution: float = 0.1
    from_on: date | None = None
    series: tuple[Series, ...] = ()
    norm: NormBand | None = None
    whole_scale: tuple[float, float] | None = None
    gates: tuple[GateLine, ...] = ()


class PainDays(Struct, frozen=True, kw_only=True):
    """Worst pain in each session over the days before today, for the phone.

    `skipped_on` are planned days without a session; days with neither stay empty.
    """

    heading: Heading
    today_on: date
    n_days: int = 14
    symptoms: tuple[Symptom, ...] = ()
    skipped_on: tuple[date, ...] = ()


class Curve(Struct, frozen=True, kw_only=True):
    """One mean curve over the stride.

    Attributes
    ----------
    side : Side
        Side of the curve.
    is_treated : bool
        Solid ultramarine, else dashed taupe.
    mean : tuple of float or None
        Shape (n_points,), evenly spaced from 0 to `until_pct` of the stride; None is a gap and stays a gap.
    spread : tuple of float or None
        Shape (n_points,), one stride-to-stride standard deviation; empty draws no band.
    foot_off_pct : float or None
        Where the foot leaves the floor.
    is_baseline : bool
        Dotted, in the hue of its side.
    words : str
        For the key: "left on 6 October".
    """

    side: Side
    is_treated: bool
    mean: tuple[float | None, ...]
    spread: tuple[float | None, ...] = ()
    foot_off_pct: float | None = None
    is_baseline: bool = False
    words: str = ""


class CurveNorm(Struct, frozen=True):
    """The usual band over the stride: `low` and `high` of shape (n_points,) on the curves' grid; its words."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    words: str


class CurvePoint(Struct, frozen=True):
    """A point called out on a curve: where (percent of the stride), its value and its words ("9.4° left")."""

    at_pct: float
    value: float
    words: str
    is_treated: bool


class Curves(Struct, frozen=True, kw_only=True):
    """Curves of one angle over the stride; `until_pct` 100 is the whole stride, less is stance only."""

    heading: Heading
    unit: str = "deg"
    resolution: float = 0.1
    until_pct: float = 100
    curves: tuple[Curve, ...] = ()
    norm: CurveNorm | None = None
    points: tuple[CurvePoint, ...] = ()


class Event(Struct, frozen=True):
    """One stride of a recording: foot strike, foot off and next strike, seconds from the first sample."""

    side: Side
    foot_strike_s: float
    foot_off_s: float | None
    next_foot_strike_s: float
    is_used: bool = True


class Refused(Struct, frozen=True):
    """A stretch `[from_s, until_s)` that made no number, and why; `side` NONE speaks of both."""

    from_s: float
    until_s: float
    words: str
    side: Side = Side.NONE
    is_excluded: bool = False  # left out by design (a turn), not refused for a fault


class TrialMark(Struct, frozen=True, kw_only=True):
    """One trial on a signal: its stretch `[from_s, until_s)`, where it was deepest, and the value read there.

    A trial that is not used has the reason in `words` and is hatched.
    """

    n: int
    side: Side
    from_s: float
    peak_s: float
    until_s: float
    value: float
    is_used: bool = True
    words: str = ""


class Trace(Struct, frozen=True, kw_only=True):
    """One side's signal for display.

    `values` has shape (n_samples,), evenly spaced from `start_s` at `rate_hz`; None or NaN is a gap. Long traces are
    drawn as the least and greatest of each column, so a peak is never lost.
    """

    side: Side
    is_treated: bool
    values: tuple[float | None, ...]
    rate_hz: float
    start_s: float = 0.0


class Signal(Struct, frozen=True, kw_only=True):
    """A recording: its traces in `unit`, stances or trials as blocks, refused and excluded stretches with words."""

    heading: Heading
    duration_s: float
    unit: str = "deg_s"
    traces: tuple[Trace, ...] = ()
    events: tuple[Event, ...] = ()
    trials: tuple[TrialMark, ...] = ()
    refused: tuple[Refused, ...] = ()
    treated: Side = Side.NONE


class Trial(Struct, frozen=True):
    """One trial of a lunge or of any repeated test; `value` None with `words` is a trial that was refused."""

    n: int
    side: Side
    value: float | None
    is_used: bool = True
    words: str = ""


class SideResult(Struct, frozen=True):
    """The result of one side's trials with the half width of its error, both in the chart's unit."""

    side: Side
    value: float
    error: float | None


class Trials(Struct, frozen=True, kw_only=True):
    """Trials of a test, both sides beside each other, with each side's result and its error."""

    heading: Heading
    unit: str = "deg"
    resolution: float = 1
    treated: Side = Side.NONE
    trials: tuple[Trial, ...] = ()
    results: tuple[SideResult, ...] = ()
    error_words: str = "90 % interval"


class Stride(Struct, frozen=True):
    """One stride: when it began, its length and time; a turn is drawn small and counts for nothing."""

    side: Side
    foot_strike_s: float
    stride_length_m: float | None
    stride_time_s: float | None
    is_turn: bool = False


class Strides(Struct, frozen=True, kw_only=True):
    """Strides of a recording, stride length against stride time."""

    heading: Heading
    treated: Side = Side.NONE
    strides: tuple[Stride, ...] = ()
