"""What a fictional patient tells: check-ins, mornings, session logs and home tests, truly or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from mortise.protocol import Protocol, Review
from mortise.record import CheckIn, ExerciseLog, Fact, Reading, Session, SessionLog
from mortise.simulate.rehearsal.bodies import Body
from mortise.simulate.rehearsal.cohorts import Cohort
from mortise.simulate.rehearsal.tested import instrument_of, on_grid, value_of
from mortise.terms import Measure, Origin, Side

PATIENT = "ben"
AHEAD_DAYS = 14  # a clock that runs ahead is set right after two weeks
_AHEAD_FROM = 70
_NUMBERS = tuple(Decimal(n) for n in range(121))
NONE, ONE = _NUMBERS[0], _NUMBERS[1]


def truths(body: Body) -> dict[str, Decimal]:
    """Return what a check-in would say today if everything was told as it is.

    Parameters
    ----------
    body : Body
        The ankle today.

    Returns
    -------
    dict
        By measure; a red flag that is not raised is left out.
    """
    pain = round(body.pain)
    answers = {
        "pain_now_nrs": _NUMBERS[pain],
        "pain_worst_24h_nrs": _NUMBERS[min(pain + (1 if body.is_flaring else 0), 10)],
        "pain_night_flag": ONE if body.pain >= 5.5 else NONE,
        "swelling_self": _NUMBERS[min(round(body.swelling), 3)],
        "warmth_self": ONE if body.is_warm else NONE,
        "sharp_pain_flag": ONE if body.is_sharp else NONE,
        "fall_or_catch_flag": ONE if body.has_caught else NONE,
        "fatigue_nrs": _NUMBERS[min(max(round(body.fatigue), 0), 10)],
    }
    return answers | ({body.red: ONE} if body.red else {})


class Told(NamedTuple):
    """What the patient felt in a session."""

    pain: float
    effort: float
    is_sharp: bool


class Phone:
    """One patient's phone, or two of them. Every day spends the same amount of chance."""

    def __init__(
        self,
        cohort: Cohort,
        protocol: Protocol,
        measures: Mapping[str, Measure],
        involved: Side,
        chance: Random,
    ) -> None:
        """Start with nothing told.

        Parameters
        ----------
        cohort : Cohort
            How the patient tells.
        protocol : Protocol
            What is asked.
        measures : mapping of str to Measure
            Every measure.
        involved : Side
            The treated ankle.
        chance : Random
            Of this phone alone.
        """
        self.cohort, self.protocol, self.measures, self.involved = cohort, protocol, measures, involved
        self._chance = chance
        self._pending = ""  # session whose morning is not told yet
        self._tested: dict[str, int] = {}
        self._reviews: dict[str, tuple[Review, ...]] = {
            stage.id: tuple(one for one in protocol.reviews if not one.at_visit and stage.id in one.stages)
            for stage in protocol.stages
        }  # fmt: skip
        self._calm = dict.fromkeys(
            (*protocol.check_in, *protocol.after_session, *protocol.next_morning), NONE
        )

    def dated(self, on: date, day: int) -> date:
        """Return the date that this phone believes it is."""
        if not self.cohort.clock_days:
            return on
        is_ahead = _AHEAD_FROM <= day < _AHEAD_FROM + AHEAD_DAYS
        return on + timedelta(days=self.cohort.clock_days if is_ahead else -self.cohort.clock_days)

    def morning(self, on: date, day: int, stage: str, body: Body) -> Iterator[Fact]:
        """Tell the morning after a session, the check-in, and what is due at home.

        Parameters
        ----------
        on : date
            The true date.
        day : int
            Days since the episode was opened.
        stage : str
            The stage of the patient.
        body : Body
            The ankle today.

        Yields
        ------
        Fact
            In the order sent.
        """
        chance = self._chance
        drawn = [chance.random() for _ in range(5)]
        noise = [chance.gauss(0.0, 0.5) for _ in range(2)]
        opened = day > 0 or not self.cohort.clock_days  # a day behind, the first day lies before the episode
        if not opened:
            return
        said_on, at = self.dated(on, day), self._received(on)
        if self._pending and drawn[0] < self.cohort.answers:
            answers = self._morning_answers(body, noise[0])
            yield CheckIn(id=f"m{day}", on=said_on, origin=Origin.PATIENT, by=PATIENT, moment="next_morning",
                          session=self._pending, answers=answers, received_at=at)  # fmt: skip
        self._pending = ""
        if drawn[1] >= self.cohort.answers:
            return
        told = CheckIn(id=f"c{day}", on=said_on, origin=Origin.PATIENT, by=PATIENT, moment="before_session",
                       answers=self._check_in(body, noise[1]), received_at=at)  # fmt: skip
        yield told
        if self.cohort.two_phones:
            yield from self._told_again(told, drawn[2], drawn[3])
        yield from self._home_tests(said_on, at, day, stage, body)

    def _received(self, on: date) -> datetime | None:
        return datetime.combine(on, time(8), UTC) if self.cohort.clock_days else None

    def _told_again(self, told: CheckIn, chance: float, other: float) -> Iterator[Fact]:
        if chance < 0.25:
            yield told  # the same fact, sent again
        elif chance < 0.45:  # the other phone, with other numbers
            answers = dict(told.answers)
            pain = answers.get("pain_now_nrs") or NONE
            answers["pain_now_nrs"] = _NUMBERS[min(int(pain) + (3 if other < 0.5 else 1), 10)]
            yield replace(told, id=f"{told.id}b", answers=answers)

    def _pain(self, true: float, noise: float) -> Decimal:
        told = true * self.cohort.tells + self.cohort.adds_pain + noise
        return _NUMBERS[min(max(round(told), 0), 10)]

    def _swelling(self, body: Body) -> Decimal:
        grade = min(round(body.swelling), 3) - (1 if self.cohort.hides_swelling else 0)
        return _NUMBERS[max(grade, 0)]

    def _check_in(self, body: Body, noise: float) -> dict[str, Decimal | None]:
        pain = self._pain(body.pain, noise)
        hides = self.cohort.hides_swelling
        said = truths(body) | {
            "pain_now_nrs": pain,
            "pain_worst_24h_nrs": _NUMBERS[min(int(pain) + (1 if body.is_flaring else 0), 10)],
            "pain_night_flag": ONE if pain >= 6 else NONE,
            "swelling_self": self._swelling(body),
            "sharp_pain_flag": ONE if body.is_sharp and not hides else NONE,
            "warmth_self": ONE if body.is_warm and not hides else NONE,
        }
        return {name: said.get(name, NONE) for name in self.protocol.check_in}

    def _morning_answers(self, body: Body, noise: float) -> dict[str, Decimal | None]:
        pain = self._pain(body.pain * 0.75, noise * 0.6)
        stiff = on_grid(self.measures["stiffness_morning_min"], 3.0 + 3.5 * float(pain))
        said = {
            "pain_morning_nrs": pain,
            "stiffness_morning_min": stiff,
            "swelling_self": self._swelling(body),
        }
        return {name: said.get(name, NONE) for name in self.protocol.next_morning}

    def _home_tests(self, on: date, at: datetime | None, day: int, stage: str, body: Body) -> Iterator[Fact]:
        answers: dict[str, Decimal | None] = {}
        for review in self._reviews[stage]:
            measure = self.measures[review.measure]
            if day - self._tested.get(measure.id, -99) < review.every_days:
                continue
            self._tested[measure.id] = day
            if measure.is_sided:
                yield from self._both_sides(measure, on, at, day, body)
            else:
                answers[measure.id] = value_of(measure, body, self._chance)
        if answers:
            yield CheckIn(id=f"t{day}", on=on, origin=Origin.PATIENT, by=PATIENT, moment="self_test",
                          answers=answers, received_at=at)  # fmt: skip

    def _both_sides(
        self, measure: Measure, on: date, at: datetime | None, day: int, body: Body
    ) -> Iterator[Reading]:
        is_swapped = self._chance.random() < self.cohort.wrong_side
        bias = Decimal(str(self.cohort.bias_cm)) if measure.unit == "cm" else NONE
        for side in (self.involved, self.involved.opposite):
            is_sound = side is not self.involved and not self.cohort.both_sides
            value = value_of(measure, body, self._chance, is_sound=is_sound) + (NONE if is_sound else bias)
            yield Reading(
                id=f"h{day}-{measure.id}-{side.value}", on=on, origin=Origin.PATIENT, by=PATIENT, measure=measure.id,
                side=side.opposite if is_swapped else side, value=min(value, measure.high), unit=measure.unit,
                instrument=instrument_of(measure, at_home=True), received_at=at,
            )  # fmt: skip

    def log(
        self, on: date, day: int, session: Session, items: Sequence[ExerciseLog], felt: Told
    ) -> Iterator[Fact]:
        """Tell a session.

        Parameters
        ----------
        on : date
            The true date.
        day : int
            Days since the episode was opened.
        session : Session
            As prescribed.
        items : sequence of ExerciseLog
            As done.
        felt : Told
            What was felt in it.

        Yields
        ------
        Fact
            Once, or twice from two phones.
        """
        pain = self._pain(felt.pain, 0.0)
        said = dict.fromkeys(self.protocol.after_session, NONE) | {
            "pain_during_nrs": pain, "effort_nrs": _NUMBERS[min(max(round(felt.effort), 0), 10)],
            "comfort_nrs": _NUMBERS[max(8 - int(pain), 0)], "range_feeling_nrs": _NUMBERS[6],
            "confidence_nrs": _NUMBERS[min(max(round(9.4 - 0.6 * felt.pain), 0), 10)],
            "sharp_pain_flag": ONE if felt.is_sharp and not self.cohort.hides_swelling else NONE,
        }  # fmt: skip
        if day == 0 and self.cohort.clock_days:
            return
        said_on = self.dated(on, day)
        self._pending = session.id
        answers: dict[str, Decimal | None] = {name: said[name] for name in self.protocol.after_session}
        told = SessionLog(id=f"l{day}", on=said_on, logged_on=said_on, origin=Origin.PATIENT, by=PATIENT,
                          session=session.id, items=tuple(items), answers=answers,
                          received_at=self._received(on))  # fmt: skip
        yield told
        if self.cohort.two_phones and self._chance.random() < 0.2:
            yield replace(told, id=f"l{day}b")
