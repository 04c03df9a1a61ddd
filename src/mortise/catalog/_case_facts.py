"""Build the facts of a case: readings, answers and sessions that give a criterion exactly one value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from mortise.catalog._case_expect import ON_DAY
from mortise.catalog._decode import Faults
from mortise.catalog._places import Place
from mortise.protocol import Criterion, Light, Operator, Protocol, Reduction
from mortise.record import (
    CheckIn,
    ClinicVisit,
    Correction,
    ExerciseLog,
    Fact,
    Judgement,
    Reading,
    SessionLog,
    StageEntry,
)
from mortise.terms import Better, Context, Derivation, Limb, Measure, Origin, Side

_STAGE_SINCE = 20
_SIDES = {
    "involved": Side.LEFT,
    "uninvolved": Side.RIGHT,
    "none": Side.NONE,
    "left": Side.LEFT,
    "right": Side.RIGHT,
}
_CALM_SESSION = {
    "pain_during_nrs": 1, "effort_nrs": 4, "comfort_nrs": 7, "range_feeling_nrs": 6, "confidence_nrs": 7,
    "sharp_pain_flag": 0, "giving_way_flag": 0,
}  # fmt: skip
_CALM_MORNING = {"pain_morning_nrs": 1, "stiffness_morning_min": 5, "swelling_self": 0}
# What one session must hold to earn a light, on top of a calm one.
_OF_LIGHT = {
    Light.RED: {"pain_during_nrs": 6},
    Light.AMBER: {"giving_way_flag": 1},
    Light.GREEN_AMBER: {"pain_during_nrs": 3},
    Light.GREEN: {},
}
_GRADES = (Light.RED, Light.AMBER, Light.GREEN_AMBER, Light.GREEN)


class Facts:
    """Facts with days relative to day 0 and ids of their own."""

    def __init__(self, day_0: date, *, n_per_week: int = 7) -> None:
        self.day_0 = day_0
        self.n_per_week = n_per_week  # sessions that the stage asks for
        self.made: list[Fact] = []

    def _of(self, kind: str, day: int) -> dict[str, Any]:
        return {"id": f"{kind}-{len(self.made):03d}", "on": self.day_0 + timedelta(days=day)}

    def enter(self, stage: str, day: int) -> None:
        """Enter a stage."""
        self.made.append(StageEntry(**self._of("stage", day), origin=Origin.CLINICIAN, by="ada", stage=stage))

    def read(self, measure: Measure, limb: Limb, day: int, value: Decimal, *, at_visit: bool = True) -> None:
        """Take a reading with the measure's first instrument."""
        side = {Limb.INVOLVED: Side.LEFT, Limb.UNINVOLVED: Side.RIGHT, Limb.NONE: Side.NONE}[limb]
        self.made.append(
            Reading(
                **self._of("reading", day),
                origin=Origin.CLINICIAN,
                by="ada",
                measure=measure.id,
                side=side if measure.is_sided else Side.NONE,
                value=value,
                unit=measure.unit,
                instrument=measure.instruments[0].id,
                at_visit=at_visit,
            )
        )

    def answer(
        self, day: int, answers: dict[str, Any], moment: str = "before_session", session: str = ""
    ) -> None:
        """Answer the check-in."""
        self.made.append(
            msgspec.convert(
                {
                    **self._of("answer", day),
                    "origin": "patient",
                    "by": "ben",
                    "moment": moment,
                    "answers": answers,
                    "session": session,
                    "kind": "check_in",
                },
                CheckIn,
            )
        )

    def train(
        self, day: int, changes: dict[str, Any], morning: dict[str, Any] | None, *, late: int = 0
    ) -> None:
        """Do a session and answer the morning after; `morning` None leaves it unanswered."""
        session = f"session-{day}"
        of = self._of("session", day)
        answers = {**_CALM_SESSION, **changes}
        answers = {key: value for key, value in answers.items() if value != "unanswered"}
        self.made.append(
            msgspec.convert(
                {
                    **of,
                    "origin": "patient",
                    "by": "ben",
                    "session": session,
                    "kind": "session_log",
                    "items": [ExerciseLog(exercise="calm-walk", dose_step=0, outcome="done")],
                    "answers": answers,
                    "logged_on": of["on"] + timedelta(days=late),
                },
                SessionLog,
            )
        )
        if morning is not None:
            told = {**_CALM_MORNING, **morning}
            told = {key: value for key, value in told.items() if value != "unanswered"}
            self.answer(day + 1, told, "next_morning", session)


def is_taken(measure: Measure) -> bool:
    """Whether a value is taken or asked on a day of its own, or pairs two that are."""
    return measure.derive is None or measure.derive.kind in ("side_difference", "limb_symmetry")


def edge_facts(
    facts: Facts,
    place: Place,
    value: Decimal | None,
    measures: Mapping[str, Measure],
    stage: str,
    *,
    age_days: int = 0,
    is_once: bool = False,
) -> None:
    """Make the facts that give the criterion of `place` this value on the day of the case, or none of it.

    `age_days` is the age of the newest of them; with `is_once` there is only the newest.
    """
    one = place.criterion
    measure = measures[one.measure]
    how = measure.derive
    if how is not None and how.kind == "days_in_stage":
        facts.enter(stage, ON_DAY - int(value or 0))
        return
    facts.enter(stage, min(_STAGE_SINCE, ON_DAY - age_days))
    if value is None:
        return
    if how is None:
        days = _days_read(one, measure)
        _plain(facts, one, measure, value, _shifted(days, age_days, is_once))
    elif is_taken(measure):
        n_days = max(3, 2 + measures[how.of].n_practice_sessions)  # the first sessions are practice
        days = _shifted([ON_DAY - 7 * back for back in range(n_days - 1, -1, -1)], age_days, is_once)
        _pairs(facts, how, measures[how.of], value, days)
    else:
        _COUNTED[how.kind](facts, how, value)


def _shifted(days: list[int], age_days: int, is_once: bool) -> list[int]:
    return [day - age_days for day in (days[-1:] if is_once else days)]


def _days_read(one: Criterion, measure: Measure) -> list[int]:
    if one.reduce in (Reduction.MAX, Reduction.MIN, Reduction.MEDIAN):
        return [ON_DAY - back for back in range(max(one.n_least, 3) - 1, -1, -1)]
    if one.operator is Operator.KNOWN or measure.setting.value == "home":
        return [ON_DAY - 7, ON_DAY]
    return [ON_DAY - 14, ON_DAY - 7, ON_DAY]


def _plain(facts: Facts, one: Criterion, measure: Measure, value: Decimal, days: list[int]) -> None:
    if one.reduce is Reduction.CHANGE_FROM_BASELINE:
        middle = measure.on_grid((measure.low + measure.high) / 2)
        facts.read(measure, one.limb, days[0] - 14, middle)
        value = middle - value if measure.better is Better.DOWN else middle + value  # a gain is positive
    is_asked = measure.setting.value == "home" and measure.instruments[0].id == "self_report"
    for day in days:
        if is_asked:
            facts.answer(day, {measure.id: value})
        else:
            facts.read(measure, one.limb, day, value)


def _pairs(facts: Facts, how: Derivation, source: Measure, value: Decimal, days: list[int]) -> None:
    if source.id == "figure_of_eight_cm":
        other, own = Decimal(50), Decimal(50) + value
    elif how.kind == "limb_symmetry" and source.better is Better.DOWN:
        own, other = Decimal(10), Decimal(10) * value / 100
    elif how.kind == "limb_symmetry":
        hundred = 100 * source.resolution
        other = hundred if hundred <= source.high else hundred / 2
        own = other * value / 100 // source.resolution * source.resolution  # the nearest that is not more
    else:
        other, own = Decimal(12), Decimal(12) - value
    for day in days:
        facts.read(source, Limb.UNINVOLVED, day, other)
        facts.read(source, Limb.INVOLVED, day, own)


def _count(facts: Facts, how: Derivation, value: Decimal) -> None:
    n_days = min(how.window_days, 3)
    for back in range(n_days):
        at_least = how.at_least or Decimal(1)
        facts.answer(ON_DAY - back, {how.of: at_least if back < value else Decimal(0)})


def _silent(facts: Facts, how: Derivation, value: Decimal) -> None:
    facts.answer(ON_DAY - int(value), {"pain_now_nrs": 1})


def _days_of_light(facts: Facts, how: Derivation, value: Decimal) -> None:
    for index in range(int(value)):
        facts.train(ON_DAY - 1 - 4 * index, _OF_LIGHT[Light(how.light)], {})


def _run_of_light(facts: Facts, how: Derivation, value: Decimal) -> None:
    is_bad = how.kind == "running_light_or_worse"
    opposite = Light.GREEN if is_bad else Light.RED
    facts.train(ON_DAY - 15, _OF_LIGHT[opposite], {})
    for index in range(int(value)):
        facts.train(ON_DAY - 1 - 2 * index, _OF_LIGHT[Light(how.light)], {})


def _last_light(facts: Facts, how: Derivation, value: Decimal) -> None:
    facts.train(ON_DAY - 1, _OF_LIGHT[_GRADES[int(value)]], {})


def _adherence(facts: Facts, how: Derivation, value: Decimal) -> None:
    """Do so large a share of the sessions that the window asks for, rounded down."""
    n_sessions = int(
        (value * how.window_days * facts.n_per_week / 7).to_integral_value(rounding="ROUND_DOWN")
    )
    for index in range(n_sessions):
        facts.train(ON_DAY - 1 - index, {}, {})


def _flare(facts: Facts, how: Derivation, value: Decimal) -> None:
    for back in range(35, -1, -1):
        is_up = value == 1 and back < 8
        facts.answer(ON_DAY - back, {how.of: Decimal(8) if is_up else Decimal(2 + back % 2)})


def _against_usual(facts: Facts, how: Derivation, value: Decimal) -> None:
    """Answer the same on four days before, then on the day what lies so far above."""
    is_half = value % 1 != 0  # an even number of days can have half a grade as their median
    for index, back in enumerate(range(6, 2, -1)):
        facts.answer(ON_DAY - back, {how.of: _USUAL[how.of] + (index % 2 if is_half else 0)})
    facts.answer(ON_DAY, {how.of: _USUAL[how.of] + (Decimal("0.5") if is_half else 0) + value})


_COUNTED = {
    "change_from_usual": _against_usual,
    "count_at_least": _count,
    "days_silent": _silent,
    "days_with_light": _days_of_light,
    "running_light": _run_of_light,
    "running_light_or_worse": _run_of_light,
    "last_light": _last_light,
    "adherence": _adherence,
    "flare": _flare,
}

_USUAL = {"pain_morning_nrs": Decimal(4), "stiffness_morning_min": Decimal(20), "swelling_self": Decimal(1)}


def session_edge_facts(
    facts: Facts, place: Place, value: Decimal | None, measures: Mapping[str, Measure], stage: str
) -> None:
    """Make a session whose light turns on the criterion of `place`, calm in everything else."""
    facts.enter(stage, _STAGE_SINCE)
    one = place.criterion
    measure = measures[one.measure]
    changes: dict[str, Any] = {}
    morning: dict[str, Any] = {}
    if measure.derive is not None:
        source = measure.derive.of
        usual = _usual_mornings(facts, source, value or Decimal(0))
        morning[source] = usual + (value or Decimal(0))
    else:
        told: Any = "unanswered" if value is None else value
        (changes if measure.id in _CALM_SESSION else morning)[measure.id] = told
    if place.owner == "green_amber" and measure.id != "pain_during_nrs":
        changes["pain_during_nrs"] = 3
    if place.owner in ("red", "amber") and measure.id in _CALM_MORNING:
        before = 1 if place.owner == "amber" and measure.id == "pain_morning_nrs" else 0
        for back in range(10, 2, -2):
            facts.train(ON_DAY - back, {}, {measure.id: before})
    facts.train(ON_DAY - 1, changes, morning)


def _usual_mornings(facts: Facts, source: str, value: Decimal) -> Decimal:
    """Train four calm sessions before, so that the morning's answer has a usual to be compared with; return it."""
    usual = _USUAL[source]
    is_half = value % 1 != 0  # an even number of mornings can have half a grade as their median
    for index, back in enumerate(range(10, 2, -2)):
        facts.train(ON_DAY - back, {}, {source: usual + (index % 2 if is_half else 0)})
    return usual + (Decimal("0.5") if is_half else 0)


def hand_facts(facts: Facts, raw: dict[str, Any], protocol: Protocol, where: str, faults: Faults) -> None:
    """Add the facts of one short table: `calm`, `answers`, `morning`, `session`, `read`, `visit`, `judge`, `enter`.

    `day` is one day, `days` several: `[from, to]` with every day between, or `every` so many days.
    """
    raw = dict(raw)
    try:
        for day in _days(raw):
            _one_hand_fact(facts, raw, day, protocol)
    except (KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
        faults.add(where, f"cannot be read: {error}.", "See the forms at the top of the file.")


def _days(raw: dict[str, Any]) -> list[int]:
    if "day" in raw:
        return [int(raw.pop("day"))]
    first, last = raw.pop("days")
    return list(range(first, last + 1, int(raw.pop("every", 1))))


def _one_hand_fact(facts: Facts, raw: dict[str, Any], day: int, protocol: Protocol) -> None:
    if "calm" in raw:
        facts.answer(day, {**dict.fromkeys(protocol.check_in, 0), **raw["calm"]})
    elif "answers" in raw:
        unsaid = dict.fromkeys(raw.get("cannot_say", ()))
        facts.answer(day, {**raw["answers"], **unsaid}, raw.get("moment", "before_session"))
    elif "session" in raw:
        facts.train(day, raw["session"], raw.get("morning"), late=int(raw.get("late", 0)))
    elif "read" in raw:
        _hand_reading(facts, raw, day)
    elif "enter" in raw:
        facts.enter(raw["enter"], day)
    elif "visit" in raw:
        on = facts.day_0 + timedelta(days=int(raw["visit"]))
        facts.made.append(
            ClinicVisit(**facts._of("visit", day), origin=Origin.CLINICIAN, by="ada", visit_on=on)
        )
    elif "judge" in raw:
        facts.made.append(
            Judgement(**facts._of("judge", day), origin=Origin.CLINICIAN, by="ada", judgement=raw["judge"],
                      reason=raw.get("reason", "Seen and examined."), about=raw.get("about", ""))
        )  # fmt: skip
    elif "correct_last" in raw:
        facts.made.append(
            Correction(**facts._of("correction", day), origin=Origin.CLINICIAN, by="ada",
                       corrects=facts.made[-1].id, reason=raw["correct_last"])
        )  # fmt: skip
    else:
        raise KeyError(f"no known fact in {sorted(raw)}")


def _hand_reading(facts: Facts, raw: dict[str, Any], day: int) -> None:
    facts.made.append(
        Reading(
            **facts._of("reading", day),
            origin=Origin.CLINICIAN,
            by="ada",
            measure=raw["read"],
            side=_SIDES[raw.get("limb", "none")],
            value=Decimal(raw["value"]),
            unit=raw["unit"],
            instrument=raw["by"],
            at_visit=bool(raw.get("at_visit", True)),
            context=Context(raw.get("context", "routine")),
        )
    )
