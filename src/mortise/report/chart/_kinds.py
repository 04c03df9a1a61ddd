"""Words a chart draws as shapes: how a session was borne, what became of it, what was decided."""

from __future__ import annotations

from enum import StrEnum


class Calm(StrEnum):
    """How a session was borne: calm (circle), watch (triangle), too much (diamond)."""

    CALM = "calm"
    WATCH = "watch"
    TOO_MUCH = "too_much"


class Done(StrEnum):
    """What became of a planned session: solid, hatched or a dotted outline."""

    DONE = "done"
    EASED = "eased"
    SKIPPED = "skipped"


class Glyph(StrEnum):
    """The shape of a decision in the lane above a course; values of `Advice` are members."""

    START = "start"
    ADVANCE = "advance"
    HOLD = "hold"
    STEP_BACK = "step_back"
    ASK_CLINICIAN = "ask_clinician"
    REFER = "refer"
    STOP_AND_SEEK_HELP = "stop_and_seek_help"
    CANNOT_DECIDE = "cannot_decide"
