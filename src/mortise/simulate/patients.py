"""A small fictional patient: one year of facts from a seed, for tests, the bench and the demo.

Everything is invented. The shapes follow the simulation rows of the evidence table (SIM-..); they serve to exercise
software, never to predict a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from math import exp
from random import Random
from typing import Literal

from msgspec import UNSET, Struct

from mortise.protocol import Exercise, Protocol, Stage
from mortise.record import (
    AutonomyEntry,
    CheckIn,
    ClinicVisit,
    ExerciseLog,
    Fact,
    Goal,
    PatientRecord,
    Person,
    Reading,
    SessionLog,
    StageEntry,
)
from mortise.record.records import Episode
from mortise.terms import Autonomy, Better, Measure, Origin, Setting, Sex, Side

CLINICIAN = "ada"
PATIENT = "ben"
WEEKS_TO_SETTLE = 5.0  # SIM: range closes on its limit with this time constant
FLARE_DAYS = 6
WARM_SHARE = 0.3  # of flares, as in the rehearsal (`rehearsal.bodies`); ours: heat is no mirror of pain
WARM_DAYS = 2  # of such a flare, from its second day


def trusted(on: date) -> AutonomyEntry:
    """Return the server's entry that the engine may raise by itself: whoever tests the engine lets it be its loosest.

    Parameters
    ----------
    on : date
        From this day on.

    Returns
    -------
    AutonomyEntry
        Of nobody's making but the simulation's.
    """
    return AutonomyEntry(
        id=f"trusted-{on.isoformat()}", on=on, origin=Origin.ENGINE, by="engine", autonomy=Autonomy.APPLY,
        clinician=CLINICIAN, reason="A simulated patient.",
    )  # fmt: skip


class Habits(Struct, frozen=True, kw_only=True):
    """How a fictional patient behaves."""

    answers: float = 0.9  # share of days with a check-in
    trains: float = 0.8  # share of planned sessions done
    tells_mornings: float = 0.9
    pain_at_start: float = 4.0
    pain_spread: float = 0.8
    flare_from_day: int | None = 150
    away: tuple[int, int] | None = (200, 214)  # days without anything
    stage_days: tuple[int, ...] = (0, 14, 56, 112, 182)  # when each stage is entered
    days_before: int = (
        0  # days of recovery that lie before the first: whoever comes late does not begin at the start
    )


def fictional_patient(
    protocol: Protocol,
    measures: Mapping[str, Measure],
    exercises: Mapping[str, Exercise],
    *,
    seed: int = 1,
    opened_on: date = date(2026, 1, 5),
    n_days: int = 365,
    involved: Side = Side.LEFT,
    habits: Habits | None = None,
) -> PatientRecord:
    """Make one fictional patient's record.

    Parameters
    ----------
    protocol : Protocol
        Which programme.
    measures : mapping of str to Measure
        What can be measured and asked.
    exercises : mapping of str to Exercise
        The library.
    seed : int
        The same seed gives the same record.
    opened_on : date
        First day.
    n_days : int
        Length of the record.
    involved : Side
        The treated ankle.
    habits : Habits or None
        How the patient behaves; None takes the usual.

    Returns
    -------
    PatientRecord
        Facts in the order received.
    """
    patient = _Patient(protocol, measures, exercises, seed, opened_on, involved, habits or Habits())
    lived = (fact for day in range(n_days) for fact in patient.live(day))
    facts = (trusted(opened_on), *lived)
    return PatientRecord(
        person=Person(birth_year=opened_on.year - 41, sex=Sex.MALE, height_cm=Decimal(178)),
        episode=Episode(
            id=f"fictional-{seed}", involved_side=involved, protocol=protocol.id, opened_on=opened_on
        ),
        facts=facts,
    )


# Start, end and day-to-day spread of what is measured at visits; what is not listed moves from the middle of its range.
_COURSES = {
    "lunge_cm": (4.0, 10.5, 0.4), "first_pinch_cm": (3.0, 9.5, 0.4), "lunge_angle_deg": (22.0, 40.0, 1.3),
    "figure_of_eight_cm": (53.0, 52.0, 0.2), "heel_rise_count": (4.0, 24.0, 2.0),
    "heel_rise_height_cm": (5.0, 9.5, 0.5), "double_heel_rise_count": (10.0, 30.0, 2.0),
    "gait_speed_m_s": (0.85, 1.35, 0.04), "tug_s": (11.5, 7.5, 0.5), "five_sit_to_stand_s": (15.0, 9.0, 0.7),
    "chair_stand_count": (10.0, 18.0, 1.0), "tandem_s": (9.0, 30.0, 2.0), "single_leg_stand_s": (8.0, 35.0, 3.0),
    "step_down_points": (4.0, 0.6, 0.5), "dorsiflexion_power_grade": (4.0, 5.0, 0.0), "end_feel_grade": (1.0, 0.0, 0.0),
    "seated_hold_s": (60.0, 100.0, 5.0), "tandem_supported_s": (12.0, 40.0, 3.0), "limp_grade": (1.0, 0.0, 0.0),
    "toe_catch_count": (1.0, 0.0, 0.0), "home_check_flag": (1.0, 1.0, 0.0), "orthosis_flag": (1.0, 1.0, 0.0),
    "incline_walk_min": (3.0, 15.0, 1.0), "dual_task_cost_pct": (22.0, 9.0, 2.0),
    "obstacle_clean_count": (5.0, 8.0, 0.5), "stair_grade": (1.0, 3.0, 0.0), "stair_pain_nrs": (3.0, 0.0, 0.5),
    "step_time_asymmetry_ratio": (1.15, 1.03, 0.01), "walk_min": (12.0, 45.0, 4.0),
}  # fmt: skip
_WELL = {"lunge_cm": 11.5, "heel_rise_count": 26.0, "heel_rise_height_cm": 10.0, "figure_of_eight_cm": 51.9,
         "single_leg_stand_s": 40.0}  # the other ankle  # fmt: skip


class _Patient:
    """A fictional patient while days go by."""

    def __init__(
        self,
        protocol: Protocol,
        measures: Mapping[str, Measure],
        exercises: Mapping[str, Exercise],
        seed: int,
        opened_on: date,
        involved: Side,
        habits: Habits,
    ) -> None:
        self.protocol, self.measures, self.exercises = protocol, measures, exercises
        self.chance, self.opened_on, self.involved, self.habits = Random(seed), opened_on, involved, habits
        self.visit_measures = sorted(
            {review.measure for review in protocol.reviews if review.at_visit}
            | (set(_COURSES) & set(measures))
        )
        self.n_facts = 0
        self.pending = ""  # session whose morning is not told yet
        self.has_warm_flare = Random(f"warm {seed}").random() < WARM_SHARE

    def live(self, day: int) -> Iterator[Fact]:
        """Yield the facts of one day."""
        on = self.opened_on + timedelta(days=day)
        if day == 0:
            yield Goal(id=self._id("goal"), on=on, origin=Origin.PATIENT, by=PATIENT,
                       words="Walk down to the harbour and back without thinking of the ankle.")  # fmt: skip
        if day in self.habits.stage_days:
            number = self.habits.stage_days.index(day)
            if number < len(self.protocol.stages):
                stage = self.protocol.stages[number]
                yield StageEntry(
                    id=self._id("stage"), on=on, origin=Origin.CLINICIAN, by=CLINICIAN, stage=stage.id
                )
        if day % 28 in (0, 14) and not self._is_away(day):
            yield from self._visit(on, day)
        if self._is_away(day):
            return
        yield from self._home(on, day)

    def _id(self, kind: str) -> str:
        self.n_facts += 1
        return f"{kind}-{self.n_facts:05d}"

    def _is_away(self, day: int) -> bool:
        away = self.habits.away
        return away is not None and away[0] <= day < away[1]

    def _pain(self, day: int) -> float:
        weeks = day / 7
        level = 0.5 + (self.habits.pain_at_start - 0.5) * exp(-weeks / WEEKS_TO_SETTLE)
        flare = self.habits.flare_from_day
        if flare is not None and flare <= day < flare + FLARE_DAYS:
            level += 3.5
        return level + self.chance.gauss(0, self.habits.pain_spread)

    def _stage(self, day: int) -> Stage:
        entered = [number for number, from_day in enumerate(self.habits.stage_days) if from_day <= day]
        return self.protocol.stages[min(max(entered, default=0), len(self.protocol.stages) - 1)]

    def _visit(self, on: date, day: int) -> Iterator[Fact]:
        yield ClinicVisit(
            id=self._id("visit"), on=on, origin=Origin.CLINICIAN, by=CLINICIAN, visit_on=on, is_held=True
        )
        yield ClinicVisit(id=self._id("visit"), on=on, origin=Origin.CLINICIAN, by=CLINICIAN,
                          visit_on=on + timedelta(days=14))  # fmt: skip
        for name in self.visit_measures:
            measure = self.measures[name]
            if measure.derive is not None or measure.setting is Setting.HOME:
                continue
            sides = (self.involved, self.involved.opposite) if measure.is_sided else (Side.NONE,)
            for side in sides:
                yield Reading(
                    id=self._id("reading"), on=on, origin=Origin.CLINICIAN, by=CLINICIAN, measure=name, side=side,
                    value=self._value(measure, day, is_well=side is self.involved.opposite), unit=measure.unit,
                    instrument=measure.instruments[0].id if measure.instruments else "observed", at_visit=True,
                    rater=CLINICIAN,
                )  # fmt: skip

    def _value(self, measure: Measure, day: int, *, is_well: bool = False) -> Decimal:
        middle = float(measure.low + measure.high) / 2
        start, end, spread = _COURSES.get(measure.id, (middle, middle, 0.0))
        weeks = (day + self.habits.days_before) / 7
        level = end + (start - end) * exp(-weeks / (2 * WEEKS_TO_SETTLE))
        if is_well:
            level, spread = _WELL.get(measure.id, end), spread / 2
        return self._kept(measure, level + self.chance.gauss(0, spread))

    def _kept(self, measure: Measure, value: float) -> Decimal:
        return measure.on_grid(min(max(Decimal(repr(round(value, 4))), measure.low), measure.high))

    def _home(self, on: date, day: int) -> Iterator[Fact]:
        pain = self._pain(day)
        if self.pending and self.chance.random() < self.habits.tells_mornings:
            yield CheckIn(id=self._id("morning"), on=on, origin=Origin.PATIENT, by=PATIENT, moment="next_morning",
                          session=self.pending, answers=self._answers(self.protocol.next_morning, pain))  # fmt: skip
        self.pending = ""
        if self.chance.random() >= self.habits.answers:
            return
        yield CheckIn(id=self._id("check"), on=on, origin=Origin.PATIENT, by=PATIENT, moment="before_session",
                      answers=self._answers(self.protocol.check_in, pain) | self._warmth(day))  # fmt: skip
        if "walk_min" in self.measures and day % 7 == 3:
            walk = self._value(self.measures["walk_min"], day)
            yield CheckIn(id=self._id("self-test"), on=on, origin=Origin.PATIENT, by=PATIENT, moment="self_test",
                          answers={"walk_min": walk})  # fmt: skip
        if self._is_planned(day) and self.chance.random() < self.habits.trains:
            yield self._session(on, day, pain)

    def _is_planned(self, day: int) -> bool:
        """Spread the week's sessions evenly: as many as the minima of the stage need."""
        n_per_week = self._stage(day).n_sessions_per_week
        return (day + 1) * n_per_week // 7 > day * n_per_week // 7

    def _session(self, on: date, day: int, pain: float) -> SessionLog:
        stage = self._stage(day)
        slots = stage.slots[: stage.n_exercises[1]]
        items = tuple(
            self._item(slot.exercise, min(slot.last_step, slot.first_step + day // 30),
                       "skipped" if self.chance.random() < 0.05 else "done")
            for slot in slots
        )  # fmt: skip
        self.pending = self._id("session")
        answers = self._answers(self.protocol.after_session, pain)
        return SessionLog(
            id=self._id("log"), on=on, origin=Origin.PATIENT, by=PATIENT, session=self.pending, items=items,
            answers=answers, minutes=Decimal(22), logged_on=on,
        )  # fmt: skip

    def _item(self, exercise: str, step: int, outcome: Literal["done", "skipped"]) -> ExerciseLog:
        """Tell an exercise as the phone does: sets, repetitions and seconds of the rung, none of what was skipped."""
        rungs = self.exercises[exercise].dose_steps if exercise in self.exercises else ()
        dose = rungs[step] if step < len(rungs) else None
        if dose is None:
            return ExerciseLog(exercise=exercise, dose_step=step, outcome=outcome)
        is_done = outcome == "done"
        return ExerciseLog(
            exercise=exercise, dose_step=step, outcome=outcome, n_sets=dose.n_sets if is_done else 0,
            n_reps=dose.n_reps if is_done else 0, duration_s=dose.duration_s or UNSET,
        )  # fmt: skip

    def _answers(self, asked: tuple[str, ...], pain: float) -> dict[str, Decimal | None]:
        return {name: self._answer(self.measures[name], pain) for name in asked if name in self.measures}

    def _warmth(self, day: int) -> dict[str, Decimal | None]:
        if "warmth_self" not in self.protocol.check_in:
            return {}
        flare = self.habits.flare_from_day
        is_warm = self.has_warm_flare and flare is not None and flare < day <= flare + WARM_DAYS
        return {"warmth_self": Decimal(int(is_warm))}

    def _answer(self, measure: Measure, pain: float) -> Decimal:
        if measure.unit == "flag":
            return Decimal(0)
        if measure.id == "stiffness_morning_min":
            return self._kept(measure, 5 + 3 * max(pain, 0))
        if measure.id == "effort_nrs":
            return self._kept(measure, 5)
        if measure.better is Better.UP:
            return self._kept(measure, float(measure.high) - max(pain, 0))
        if measure.unit == "grade":
            return self._kept(measure, 1 if pain > 4 else 0)
        return self._kept(measure, pain)
