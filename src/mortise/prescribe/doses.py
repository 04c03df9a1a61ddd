"""Doses raised and eased by response, one exercise at a time, never by the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from mortise.prescribe.states import DoneSession, DoseState, SetStep
from mortise.protocol import Exercise, Layoff, Stage


def dose_states(
    stage: Stage,
    exercises: Mapping[str, Exercise],
    done: Sequence[DoneSession],
    set_steps: Mapping[str, SetStep],
    as_of: date,
) -> dict[str, DoseState]:
    """Return where each exercise of the stage, and each substitute, stands on its dose ladder."""
    raise NotImplementedError


def re_entry(layoffs: Sequence[Layoff], stage: Stage, done: Sequence[DoneSession], as_of: date) -> Layoff | None:
    """Return the row of the layoff table that bounds today's dose after a break, or None when there was none."""
    raise NotImplementedError


