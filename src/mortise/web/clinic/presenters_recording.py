"""A recording as it is read: what was recognised and by whom, numbers with their error, strides, what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from mortise.measure.flags import flag_words
from mortise.measure.laboratory import LabInfo
from mortise.measure.materials import PLACEMENT_WORDS
from mortise.measure.pose import PoseInfo
from mortise.measure.recording import RecordingInfo
from mortise.measure.results import (
    GaitResult,
    LungeResult,
    LungeTrial,
    MeasureResult,
    Refused,
    Stride,
    TestResult,
)
from mortise.measure.verdict import Trust, verdict_of
from mortise.report.measured import trial_table
from mortise.report.words import number, plural, quantity, with_unit
from mortise.terms import Measure, Side
from mortise.web.care.models.recordings import TEST_WORDS
from mortise.web.care.services.lines import desk_words
from mortise.web.clinic.presenters_recording_numbers import ReadingRow, grid_of, reading_rows
from mortise.web.clinic.presenters_words import Z_95

SOURCE_WORDS = {
    "given": "as you said",
    "sidecar": "from the note beside the file",
    "header": "from the file's header",
    "name": "from the file's name",
    "data": "from the movement itself",
    "assumed": "assumed",
}
_PLACES = {**PLACEMENT_WORDS, "unknown": "not known"}


class Sensor(Struct, frozen=True, kw_only=True):
    """One file as it was recognised, each claim with the source that won."""

    file: str
    side: str
    side_source: str
    placement: str
    placement_source: str
    rate: str
    rate_source: str
    units_source: str
    length: str
    device: str
    remarks: tuple[str, ...]


class RefusedRow(Struct, frozen=True, kw_only=True):
    """Something that made no number, and what would mend it."""

    what: str
    side: str
    when: str
    reason: str
    mend: str


class StrideRow(Struct, frozen=True, kw_only=True):
    """One stride in words."""

    side: str
    at: str
    length: str
    time: str
    stance: str
    swing: str
    strike: str
    toe_off: str
    clearance: str
    use: str
    is_used: bool


class TrialRow(Struct, frozen=True, kw_only=True):
    """One lunge in words."""

    number: int
    side: str
    at: str
    hold: str
    angle: str
    out_of_plane: str
    pinch: str
    use: str
    is_used: bool


class RecordingReport(Struct, frozen=True, kw_only=True):
    """Everything the result page shows, charts apart."""

    title: str
    test: str
    lead: str
    trust: str  # yes, care or no
    doubts: tuple[str, ...]
    sensors: tuple[Sensor, ...]
    readings: tuple[ReadingRow, ...]
    refused: tuple[RefusedRow, ...]
    strides: tuple[StrideRow, ...]
    trials: tuple[TrialRow, ...]
    trial_heads: tuple[str, ...]  # of the tests whose trials have numbers of their own
    trial_rows: tuple[tuple[str, ...], ...]
    method: str
    duration: str


def report_of(
    result: MeasureResult,
    measures: Mapping[str, Measure],
    involved: Side,
    before: MeasureResult | None = None,
    usual: Mapping[str, str] | None = None,
) -> RecordingReport:
    """Arrange a result of `measure` for reading, against `before`; the numbers are those the command line prints."""
    heads, rows = trial_table(result) if isinstance(result, TestResult) else ((), [])
    methods = dict.fromkeys(reading.method for reading in result.readings if reading.method)
    verdict = verdict_of(result)
    return RecordingReport(
        title=verdict.sentence if result.readings and verdict.trust is Trust.NO else _title(result),
        trust=verdict.trust.value,
        doubts=tuple(desk_words(reason) for reason in verdict.reasons),
        test=TEST_WORDS.get(result.test, result.test),
        lead=_lead(result, involved),
        sensors=(
            *(sensor_of(info) for info in result.recording.sensors),
            *(_lab(info) for info in result.recording.labs),
            *(_pose(info) for info in result.recording.poses),
        ),
        readings=reading_rows(
            result.readings, measures, before.readings if before is not None else (), usual
        ),
        refused=tuple(_refused(one) for one in result.refused),
        strides=tuple(_stride(one) for one in result.strides) if isinstance(result, GaitResult) else (),
        trials=tuple(_trial(one) for one in result.trials) if isinstance(result, LungeResult) else (),
        trial_heads=heads,
        trial_rows=tuple(rows),
        method=", ".join(methods),
        duration=f"{number(result.recording.duration_s, 1)} s",
    )


def _title(result: MeasureResult) -> str:
    if not result.readings:
        return "This recording made no number."
    if isinstance(result, TestResult):
        return verdict_of(result).sentence
    if isinstance(result, GaitResult):
        used = [stride for stride in result.strides if is_used(stride)]
        n_left = sum(stride.side is Side.LEFT for stride in used)
        n_right = sum(stride.side is Side.RIGHT for stride in used)
        sides = [f"{n} {side}" for n, side in ((n_left, "left"), (n_right, "right")) if n]
        return f"Walk read: {' and '.join(sides) or 'no'} strides used."
    counted = sum(trial.is_counted for trial in result.trials)
    return f"Lunge read: {counted} of {plural(len(result.trials), 'trial')} counted."


def _lead(result: MeasureResult, involved: Side) -> str:
    """Say the one thing a clinician looks for first: the treated side against the other, or the speed."""
    if isinstance(result, TestResult):
        return ""
    by_key = {(reading.measure, reading.side): reading for reading in result.readings}
    first = "gait_speed_m_s" if isinstance(result, GaitResult) else "lunge_angle_deg"
    parts = []
    for side in (Side.NONE, involved, involved.opposite):
        reading = by_key.get((first, side))
        if reading is not None:
            words = quantity(reading.value, reading.error * float(Z_95), reading.unit, grid_of(reading.error))
            parts.append(words if side is Side.NONE else f"{side.value} {words}")
    what = "Walking speed" if isinstance(result, GaitResult) else "Shin angle at the limit"
    missing = (
        f" {plural(len(result.refused), 'stretch', 'stretches')} refused, listed below."
        if result.refused
        else ""
    )
    return f"{what} {', '.join(parts)}.{missing}" if parts else missing.strip()


def is_used(stride: Stride) -> bool:
    """Whether a stride counts: no turn, no stairs, neither first nor last of a walk, not flagged."""
    return not (stride.is_turn or stride.is_first_or_last or stride.quality or "stairs" in stride.terrain)


def sensor_of(info: RecordingInfo) -> Sensor:
    """Say what a file was recognised as, and which source won each claim."""
    remarks = [*info.notes, *(flag_words(flag) for flag in info.flags)]
    n_missing = sum(gap.n_missing for gap in info.gaps)
    if n_missing:
        remarks.append(f"{plural(n_missing, 'sample')} missing in {plural(len(info.gaps), 'gap')}")
    for clip in info.clipping:
        at_limit = f"at the sensor's limit of {number(clip.limit, 1)} {clip.unit} ({clip.channel})"
        remarks.append(f"{plural(clip.n_samples, 'sample')} {at_limit}")
    return Sensor(
        file=info.file,
        side=info.side.value if info.side is not Side.NONE else "not known",
        side_source=SOURCE_WORDS[info.sources.side],
        placement=_PLACES.get(info.placement, info.placement),
        placement_source=SOURCE_WORDS[info.sources.placement],
        rate=f"{number(info.rate_hz, Decimal('0.1'))} Hz",
        rate_source=SOURCE_WORDS[info.sources.rate],
        units_source=SOURCE_WORDS[info.sources.units],
        length=f"{number(info.duration_s, 1)} s, {plural(info.n_samples, 'sample')}",
        device=info.device,
        remarks=tuple(remarks),
    )


def _lab(info: LabInfo) -> Sensor:
    rates = [f"points at {number(info.point_rate_hz, Decimal('0.1'))} Hz"] if info.point_rate_hz else []
    rates += [f"analog at {number(info.analog_rate_hz, Decimal('0.1'))} Hz"] if info.analog_rate_hz else []
    return Sensor(
        file=info.file,
        side="both",
        side_source="",
        placement="laboratory",
        placement_source=info.format,
        rate=", ".join(rates),
        rate_source="",
        units_source="",
        length=f"{number(info.duration_s, 1)} s, {plural(info.n_frames, 'frame')}",
        device=info.device,
        remarks=(*info.notes, *(flag_words(flag) for flag in info.flags)),
    )


def _pose(info: PoseInfo) -> Sensor:
    return Sensor(
        file=info.file,
        side="both",
        side_source="",
        placement="video",
        placement_source=info.format,
        rate=f"{number(info.rate_hz, Decimal('0.1'))} Hz",
        rate_source=SOURCE_WORDS[info.rate_from],
        units_source="",
        length=f"{number(info.duration_s, 1)} s, {plural(info.n_frames, 'frame')}",
        device="",
        remarks=(*info.notes, *(flag_words(flag) for flag in info.flags)),
    )


def _refused(one: Refused) -> RefusedRow:
    if one.start_s is not None and one.end_s is not None:
        when = f"{number(one.start_s, Decimal('0.1'))} to {number(one.end_s, Decimal('0.1'))} s"
    else:
        when = plural(one.n_missing, "missing") if one.n_missing else "whole recording"
    return RefusedRow(
        what=flag_words(one.what),
        side=one.side.value if one.side is not Side.NONE else "both",
        when=when,
        reason=one.reason,
        mend=desk_words(one.mend),
    )


def _stride(stride: Stride) -> StrideRow:
    why = [flag_words(flag) for flag in stride.quality]
    if stride.is_turn:
        why.insert(0, "turn, left out")
    if stride.is_first_or_last:
        why.insert(0, "first or last, left out")
    if stride.terrain != "level":
        why.insert(0, flag_words(stride.terrain))
    return StrideRow(
        side=stride.side.value,
        at=_s(stride.foot_strike_s),
        length=number(stride.stride_length_m, Decimal("0.01")),
        time=_s(stride.stride_time_s),
        stance=_s(stride.stance_time_s),
        swing=_s(stride.swing_time_s),
        strike=number(stride.strike_angle_deg, Decimal("0.1")),
        toe_off=number(stride.toe_off_angle_deg, Decimal("0.1")),
        clearance=number(stride.clearance_cm, Decimal("0.1")),
        use=", ".join(why) or "used",
        is_used=is_used(stride),
    )


def _s(seconds: float | None) -> str:
    return number(seconds, Decimal("0.01"))


def _trial(trial: LungeTrial) -> TrialRow:
    why = [flag_words(flag) for flag in trial.quality]
    return TrialRow(
        number=trial.number,
        side=trial.side.value,
        at=_s(trial.peak_s),
        hold=with_unit(number(trial.hold_s, Decimal("0.1")), "s"),
        angle=with_unit(number(trial.lunge_angle_deg, Decimal("0.1")), "deg"),
        out_of_plane=with_unit(number(trial.out_of_plane_deg, Decimal("0.1")), "deg"),
        pinch=with_unit(number(trial.first_pinch_angle_deg, Decimal("0.1")), "deg")
        if trial.first_pinch_angle_deg is not None
        else "none marked",
        use=", ".join(why) or ("counted" if trial.is_counted else "not counted"),
        is_used=trial.is_counted,
    )
