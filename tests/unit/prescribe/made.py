"""Small exercises, stages and sessions, valid by default."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from mortise.prescribe import DoneSession
from mortise.protocol import DoseStep, Exercise, Light, Protocol, Slot, Stage
from mortise.record import ExerciseLog
from mortise.terms import Load, Strength

DAY = date(2026, 3, 2)


def on(n: int) -> date:
    """Return the n-th day."""
    return DAY + timedelta(days=n)


def ladder(*n_sets: int, seconds: int = 60, n_contacts: int = 0) -> tuple[DoseStep, ...]:
    """Return a ladder with so many sets of `seconds` each."""
    return tuple(
        DoseStep(n_sets=n, duration_s=Decimal(seconds), n_reps=1, n_contacts=n_contacts) for n in n_sets
    )


def exercise(name: str, **given: Any) -> Exercise:
    """Return an exercise with a ladder of one to four sets of a minute, open chain, no equipment."""
    values: dict[str, Any] = {
        "id": name, "name": name.replace("-", " ").capitalize(), "purposes": ("strength",), "why": "", "set_up": "",
        "steps": (), "cues": (), "breathing": "", "stop_signs": (), "tags": ("open_chain",), "easier": "floor",
        "harder": "ceiling", "dose_steps": ladder(1, 2, 3, 4), "figure": "", "strength": Strength.CONSENSUS,
    }  # fmt: skip
    return Exercise(**(values | given))


def library(*exercises: Exercise) -> dict[str, Exercise]:
    """Return exercises by id."""
    return {one.id: one for one in exercises}


def slot(name: str, purpose: str = "strength", **given: Any) -> Slot:
    """Return a slot from the first to the last rung of a four-rung ladder, three times a week."""
    values: dict[str, Any] = {"exercise": name, "purpose": purpose, "last_step": 3, "n_per_week": 3}
    return Slot(**(values | given))


def stage(*slots: Slot, **given: Any) -> Stage:
    """Return a stage with these slots."""
    values: dict[str, Any] = {
        "id": "g2", "number": 2, "title": "G2", "title_patient": "Two", "aim": "", "aim_patient": "", "min_days": 7,
        "slots": slots, "minutes_at_most": 30,
    }  # fmt: skip
    return Stage(**(values | given))


def log(name: str, step: int = 0, **given: Any) -> ExerciseLog:
    """Return an exercise done as planned, without pain, at effort 4."""
    values: dict[str, Any] = {
        "exercise": name, "dose_step": step, "outcome": "done", "pain_nrs": Decimal(0), "effort_nrs": Decimal(4),
    }  # fmt: skip
    return ExerciseLog(**(values | given))


def session(n: int, *items: ExerciseLog, light: Light | None = Light.GREEN, late: int = 0) -> DoneSession:
    """Return a session done on the n-th day and told `late` days after."""
    return DoneSession(on=on(n), logged_on=on(n + late), light=light, items=items)


def protocol(**given: Any) -> Protocol:
    """Return a protocol with one stage and nothing else."""
    values: dict[str, Any] = {
        "id": "p", "version": "1", "title": "", "title_patient": "", "why": "", "authored_by": "tests",
        "reviewed_on": DAY, "next_review_on": on(365), "population": "", "equipment": (), "silence_days": 7,
        "first_stage": "g2", "danger_measures": (), "check_in": (), "after_session": (), "next_morning": (),
        "red_flags": (), "stages": (stage(slot("raise")),), "rules": (), "lights": (),
    }  # fmt: skip
    return Protocol(**(values | given))


LOADS = tuple(Load)
