"""Fictional inputs for charts: Ben's course, one walk, one lunge test. All people and numbers are made up."""

from __future__ import annotations

import math
from datetime import date, timedelta

from mortise.report.chart import (
    Calm,
    Course,
    Curve,
    CurveNorm,
    CurvePoint,
    Curves,
    DecisionMark,
    Done,
    Dot,
    DueTest,
    Event,
    GateLine,
    Glyph,
    Heading,
    Level,
    LoadBar,
    NormBand,
    PainDays,
    Refused,
    Series,
    SideResult,
    Signal,
    Stretch,
    Stride,
    Strides,
    Symptom,
    Trace,
    Trend,
    Trial,
    Trials,
)
from mortise.terms import Side

TODAY = date(2026, 11, 20)


def heading(
    prefix: str = "c1", title: str = "Knee to wall", finding: str = "Left rose from 5.6 to 8.8 cm."
) -> Heading:
    return Heading(title=title, about="centimetres; further is better", finding=finding, id_prefix=prefix)


def _on(day: int, month: int = 11) -> date:
    return date(2026, month, day)


def left() -> Series:
    dots = [(6, 10, 5.0, True), (8, 10, 5.4, True), (15, 10, 5.6, False), (19, 10, 6.1, False), (26, 10, 7.2, False),
            (30, 10, 8.0, False), (6, 11, 7.7, False), (10, 11, 8.2, False), (13, 11, 8.6, False),
            (17, 11, 8.8, False)]  # fmt: skip
    start = _on(15, 10)
    level = tuple(
        Level(
            start + timedelta(days=k),
            5.9 + 0.088 * k,
            5.9 + 0.088 * k - 0.8 - k / 150,
            5.9 + 0.088 * k + 0.8 + k / 150,
        )
        for k in range(37)
    )
    return Series(
        side=Side.LEFT, is_treated=True, dots=tuple(Dot(_on(d, m), v, p) for d, m, v, p in dots), level=level
    )


def right() -> Series:
    dots = [(6, 10, 9.7), (15, 10, 9.9), (26, 10, 10.1), (30, 10, 9.8), (10, 11, 10.0), (17, 11, 9.9)]
    start = _on(6, 10)
    level = tuple(
        Level(start + timedelta(days=k), 9.9 + k / 450, 9.0 + k / 450, 10.8 + k / 450)
        for k in range(0, 43, 2)
    )
    return Series(
        side=Side.RIGHT, is_treated=False, dots=tuple(Dot(_on(d, m), v) for d, m, v in dots), level=level
    )


def course(prefix: str = "c1") -> Course:
    session_days = [_on(7, 10) + timedelta(days=k) for k in range(0, 44, 2)]
    pains = [3, 3, 2, 2, 2, 2, 1, 2, 2, 3, 2, 1, 2, 4, 6, 2, None, 2, 2, 2, 4, 2]
    mornings = [1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 2, 4, 1, None, 1, 0, 0, 1, 0]
    calms = [
        None if p is None else Calm.CALM if p <= 3 else Calm.WATCH if p <= 5 else Calm.TOO_MUCH for p in pains
    ]
    symptoms = tuple(
        Symptom(on, p, c, m) for on, p, c, m in zip(session_days, pains, calms, mornings, strict=True)
    )
    loads = tuple(
        LoadBar(on, 40 + 4 * i, Done.EASED if i in (15, 16) else Done.SKIPPED if i in (9, 19) else Done.DONE)
        for i, on in enumerate(session_days)
    )
    return Course(
        heading=heading(
            prefix, "Knee to wall, first pinch", "Left rose from 5.9 to 8.8 centimetres; right steady at 10."
        ),
        today_on=TODAY,
        unit="cm",
        series=(left(), right()),
        norm=NormBand(8.8, 14.0, "Usual, men 30–39 (example)"),
        gates=(GateLine(_on(15, 10), _on(30, 10), 7.9, "gate 2: within 2.0 cm of right", True),),
        decisions=(
            DecisionMark(_on(6, 10), Glyph.START, "Start"),
            DecisionMark(_on(15, 10), Glyph.ADVANCE, "To stage 2"),
            DecisionMark(_on(23, 10), Glyph.ADVANCE, "Overruled", is_overruled=True),
            DecisionMark(_on(30, 10), Glyph.ADVANCE, "To stage 3"),
            DecisionMark(_on(5), Glyph.STEP_BACK, "Step back"),
            DecisionMark(_on(7), Glyph.ASK_CLINICIAN, "Ask"),
            DecisionMark(_on(8), Glyph.STOP_AND_SEEK_HELP, "Stopped"),
            DecisionMark(_on(10), Glyph.HOLD, "Hold"),
            DecisionMark(_on(17), Glyph.CANNOT_DECIDE, "Cannot decide"),
            DecisionMark(TODAY, Glyph.HOLD, "Hold?", is_proposed=True),
        ),
        flares=(Stretch(_on(4), _on(8), "flare"),),
        unknowns=(Stretch(_on(11), _on(12), "phone offline, nothing is known"),),
        symptoms=symptoms,
        loads=loads,
        due=(DueTest(_on(24), "step-down due"),),
    )


def trend(prefix: str = "t1") -> Trend:
    return Trend(
        heading=heading(prefix),
        today_on=TODAY,
        unit="cm",
        series=(left(), right()),
        norm=NormBand(8.8, None, "Usual for men 30–39 (example)"),
    )


def pain(prefix: str = "p1") -> PainDays:
    return PainDays(
        heading=heading(prefix, "Worst pain in each session", "All calm but Tuesday, which reached 4."),
        today_on=TODAY,
        symptoms=(
            Symptom(_on(8), 2, Calm.CALM),
            Symptom(_on(10), None),
            Symptom(_on(12), 7, Calm.TOO_MUCH),
            Symptom(_on(17), 4, Calm.WATCH),
            Symptom(_on(19), 0, Calm.CALM),
        ),
        skipped_on=(_on(14),),
    )


def _ankle(shift: float, size: float) -> tuple[float, ...]:
    return tuple(
        size * (8 * math.sin(2 * math.pi * (k / 50 - 0.2)) - 10 * math.exp(-(((k / 100 - 0.64) / 0.07) ** 2)))
        + shift
        for k in range(101)
    )


def curves(prefix: str = "k1") -> Curves:
    mean = _ankle(0, 1.0)
    return Curves(
        heading=heading(prefix, "Ankle", "The left ankle bends 2.5° less than the right."),
        curves=(
            Curve(side=Side.LEFT, is_treated=True, mean=mean, spread=(1.2,) * 101, foot_off_pct=61),
            Curve(side=Side.RIGHT, is_treated=False, mean=_ankle(1, 1.1), foot_off_pct=63),
            Curve(
                side=Side.LEFT,
                is_treated=True,
                mean=_ankle(-2, 0.9),
                is_baseline=True,
                words="left on 6 October",
            ),
        ),
        norm=CurveNorm(
            tuple(v - 4 for v in _ankle(1, 1.1)),
            tuple(v + 4 for v in _ankle(1, 1.1)),
            "usual (drawn for this example)",
        ),
        points=(
            CurvePoint(33, mean[33], "7.9° left", True),
            CurvePoint(36, _ankle(1, 1.1)[36], "9.8° right", False),
        ),
    )


def signal(prefix: str = "s1") -> Signal:
    rate = 100.0

    def trace(side: Side, phase: float) -> Trace:
        values = tuple(
            None
            if side is Side.LEFT and 3120 <= i < 3660
            else 300 * math.sin(2 * math.pi * (i / rate / 1.1 + phase)) * (1 + 0.3 * math.sin(i))
            for i in range(7400)
        )
        return Trace(side=side, is_treated=side is Side.LEFT, values=values, rate_hz=rate)

    events = tuple(
        Event(side, at, at + 0.68, at + 1.1, is_used=not 31.2 <= at < 36.6)
        for side, first in ((Side.LEFT, 1.0), (Side.RIGHT, 1.55))
        for k in range(64)
        if not 18 <= (at := first + 1.1 * k) < 21
    )
    return Signal(
        heading=heading(
            prefix,
            "What was recorded, and what was refused",
            "74 seconds; one turn left out, 5 seconds of the left refused.",
        ),
        duration_s=74,
        traces=(trace(Side.LEFT, 0), trace(Side.RIGHT, 0.5)),
        events=events,
        treated=Side.LEFT,
        refused=(
            Refused(31.2, 36.6, "the sensor reached its limit in 9 samples", Side.LEFT),
            Refused(18, 21, "turn", is_excluded=True),
        ),
    )


def trials(prefix: str = "l1") -> Trials:
    return Trials(
        heading=heading(prefix, "Knee to wall, shin angle", "Left 34 degrees, right 41."),
        treated=Side.LEFT,
        trials=(
            Trial(1, Side.LEFT, 31, False, "practice"),
            Trial(2, Side.LEFT, 34),
            Trial(3, Side.LEFT, 35),
            Trial(4, Side.LEFT, None, False, "the sensor turned 23° during the trial"),
            Trial(1, Side.RIGHT, 40),
            Trial(2, Side.RIGHT, 41),
            Trial(3, Side.RIGHT, 42),
        ),
        results=(SideResult(Side.LEFT, 34.5, 3), SideResult(Side.RIGHT, 41, 3)),
    )


def strides(prefix: str = "r1") -> Strides:
    rows = [
        Stride(
            Side.LEFT if k % 2 else Side.RIGHT,
            0.55 * k,
            1.4 + 0.05 * math.sin(3.7 * k),
            1.1 + 0.03 * math.cos(2.9 * k),
        )
        for k in range(60)
    ]
    turns = [Stride(Side.LEFT, 40 + k, 0.9 + 0.1 * k, 1.3, is_turn=True) for k in range(3)]
    return Strides(
        heading=heading(prefix, "Each stride", "Strides are alike on both sides."),
        treated=Side.LEFT,
        strides=(*rows, *turns, Stride(Side.LEFT, 50, None, 1.1)),
    )
