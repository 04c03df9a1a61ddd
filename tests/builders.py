"""Valid objects by default, so that a test names only what it is about. The people are fictional.

**Ada** treats, **Ben** is Ada's patient, **Cy** is a clinician in another clinic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from mortise.protocol import (
    Band,
    BandRow,
    Criterion,
    DoseStep,
    Exercise,
    Group,
    Light,
    LightRule,
    Operator,
    Protocol,
    Reduction,
    Rule,
    Slot,
    Stage,
    Tag,
    Tier,
)
from mortise.record import (
    AutonomyEntry,
    CheckIn,
    ClinicVisit,
    Correction,
    ExerciseLog,
    Fact,
    Judgement,
    PatientRecord,
    Person,
    Reading,
    Response,
    SessionLog,
    StageEntry,
)
from mortise.record.records import Episode, encode
from mortise.terms import (
    Advice,
    Autonomy,
    Better,
    Derivation,
    Instrument,
    Limb,
    Load,
    Measure,
    Origin,
    Setting,
    Sex,
    Side,
    Strength,
)

ADA, BEN, CY = "ada", "ben", "cy"
DAY0 = date(2026, 3, 2)
PROTOCOL_ID = "small"


def D(text: str | int) -> Decimal:  # noqa: N802 - reads like a literal
    """Return an exact decimal."""
    return Decimal(text)


def day(n: int) -> date:
    """Return the n-th day of the story."""
    return DAY0 + timedelta(days=n)


def noon(n: int) -> datetime:
    """Return noon of the n-th day, in UTC."""
    return datetime.combine(day(n), time(12), UTC)


# ---------------------------------------------------------------- measures


def measure(id: str, **changes: Any) -> Measure:
    """Return a measure; by default a number from 0 to 10 that is asked at home and better low."""
    given: dict[str, Any] = {
        "id": id, "label": id, "unit": "nrs", "low": D(0), "high": D(10), "resolution": D(1), "better": Better.DOWN,
        "setting": Setting.HOME, "domain": "symptoms", "fresh_days": 2, "question": f"{id}?",
        "instruments": (Instrument(id="self_report", label="asked"),),
    }  # fmt: skip
    return Measure(**(given | changes))


def flag(id: str) -> Measure:
    """Return a yes or no that is asked."""
    return measure(id, unit="flag", high=D(1))


def derived(id: str, derive: Derivation, **changes: Any) -> Measure:
    """Return a derived measure."""
    given: dict[str, Any] = {
        "setting": Setting.DERIVED, "derive": derive, "unit": "count", "high": D(999), "question": "",
        "instruments": (Instrument(id="derived", label="computed"),),
    }  # fmt: skip
    return measure(id, **(given | changes))


TAPE = Instrument(id="tape", label="tape", sem=D("0.7"), mdc95=D("1.9"))
TAPE_HOME = Instrument(id="tape_home", label="tape at home", sem=D("0.7"), mdc95=D("1.9"))


def measures() -> dict[str, Measure]:
    """Return the measures of the small protocol."""
    cm: dict[str, Any] = {
        "unit": "cm",
        "resolution": D("0.1"),
        "question": "",
        "domain": "range",
        "fresh_days": 28,
    }
    found = [
        measure("pain_now_nrs"), measure("pain_worst_24h_nrs"), measure("pain_during_nrs"),
        measure("pain_morning_nrs"), measure("effort_nrs"),
        measure("swelling_self", unit="grade", high=D(3), domain="swelling", levels=("no", "slight", "clear", "much")),
        flag("sharp_pain_flag"), flag("giving_way_flag"), flag("fall_or_catch_flag"), flag("red_calf"),
        flag("red_fall"),
        measure("lunge_cm", **cm, high=D(25), better=Better.UP, setting=Setting.EITHER, is_sided=True,
                instruments=(TAPE, TAPE_HOME)),
        measure("tug_s", unit="s", high=D(60), resolution=D("0.1"), setting=Setting.CLINIC, domain="function",
                question="", instruments=(Instrument(id="stopwatch", label="stopwatch"),)),
        derived("lunge_side_difference_cm", Derivation(kind="side_difference", of="lunge_cm"), **cm | {"low": D(-25)}),
        derived("n_red_days_14d", Derivation(kind="days_with_light", light="red", window_days=14)),
        derived("n_green_running", Derivation(kind="running_light", light="green"), better=Better.UP),
        derived("session_light", Derivation(kind="last_light"), unit="grade", high=D(3), better=Better.UP),
        derived("flare_flag", Derivation(kind="flare", of="pain_worst_24h_nrs"), unit="flag", high=D(1)),
        derived("days_in_stage", Derivation(kind="days_in_stage"), unit="days", domain="time", better=Better.UP),
        derived("adherence_ratio", Derivation(kind="adherence", window_days=14), unit="ratio", high=D(1),
                resolution=D("0.01"), better=Better.UP, domain="adherence"),
        derived("pain_morning_change_nrs", Derivation(kind="change_from_usual", of="pain_morning_nrs", window_days=28),
                unit="nrs", low=D(-10), high=D(10)),
    ]  # fmt: skip
    return {one.id: one for one in found}


# ---------------------------------------------------------------- protocol


def criterion(
    id: str, measure: str, operator: str = "<=", value: str | int | None = 3, **changes: Any
) -> Criterion:
    """Return a criterion on the newest value, three days fresh."""
    given: dict[str, Any] = {
        "id": id, "measure": measure, "operator": Operator(operator), "value": None if value is None else D(value),
        "max_age_days": 3, "domain": "symptoms", "label": id, "label_patient": id, "strength": Strength.CONSENSUS,
    }  # fmt: skip
    if "reduce" in changes:
        changes["reduce"] = Reduction(changes["reduce"])
    return Criterion(**(given | changes))


def rule(id: str, when: Criterion | Group, **changes: Any) -> Rule:
    """Return a rule without effects."""
    given: dict[str, Any] = {
        "id": id, "when": when, "say_patient": id, "say_clinician": id, "strength": Strength.CONSENSUS,
    }  # fmt: skip
    return Rule(**(given | changes))


def exercise(id: str, *tags: Tag) -> Exercise:
    """Return an exercise of three dose steps."""
    return Exercise(
        id=id, name=id, purposes=("mobility",), why=".", set_up=".", steps=(".",), cues=(), breathing="calm",
        stop_signs=(), tags=tags, easier="floor", harder="ceiling", figure=id, strength=Strength.CONSENSUS,
        dose_steps=tuple(DoseStep(n_sets=2, n_reps=n, hold_s=D(2), rest_s=D(10)) for n in (6, 8, 10)),
    )  # fmt: skip


EXERCISES: Mapping[str, Exercise] = {
    one.id: one
    for one in (
        exercise("circle"),
        exercise("wall", Tag.END_RANGE_DORSIFLEXION, Tag.CLOSED_CHAIN),
        exercise("raise", Tag.LOADED_CALF),
        exercise("hop", Tag.IMPACT),
    )
}


def stage(number: int, exits: tuple[Criterion | Group, ...], **changes: Any) -> Stage:
    """Return a stage with two exercises."""
    names = ("circle", "wall") if number < 3 else ("raise", "hop")
    given: dict[str, Any] = {
        "id": f"S{number}", "number": number, "title": f"Stage {number}", "title_patient": f"Part {number}",
        "aim": ".", "aim_patient": ".", "min_days": 7, "exit": exits, "minutes_at_most": 30,
        "slots": tuple(Slot(exercise=name, purpose="mobility", last_step=2, n_per_week=4) for name in names),
        "step_back_to": f"S{number - 1}" if number > 1 else None,
    }  # fmt: skip
    return Stage(**(given | changes))


def exits() -> tuple[Criterion | Group, ...]:
    """Return exits that read a symptom, a range and a clinic test."""
    return (
        criterion("exit.pain", "pain_worst_24h_nrs", "<=", 3, reduce="max", window_days=3, n_least=2),
        criterion("exit.lunge", "lunge_cm", ">=", 5, limb=Limb.INVOLVED, reduce="filtered", n_dates=2,
                  max_age_days=28, domain="range", unit="cm"),
        criterion("exit.tug", "tug_s", "<=", 12, max_age_days=28, domain="function", unit="s"),
    )  # fmt: skip


def lights() -> tuple[LightRule, ...]:
    """Return the four lights: red by pain or sharp pain, amber by the morning, green-amber by 3 to 5, green below."""
    words: dict[str, Any] = {
        "say_patient": ".", "say_clinician": ".", "evidence": (), "strength": Strength.CONSENSUS,
    }  # fmt: skip
    red = Group(
        id="light.red", n_needed=1,
        of=(
            criterion("light.red.pain", "pain_during_nrs", ">=", 6),
            criterion("light.red.sharp", "sharp_pain_flag", ">=", 1),
        ),
    )  # fmt: skip
    green = Group(
        id="light.green", n_needed=2,
        of=(
            criterion("light.green.pain", "pain_during_nrs", "<=", 2),
            criterion("light.green.morning", "pain_morning_nrs", "<=", 3),
        ),
    )  # fmt: skip
    amber = criterion("light.amber.morning", "pain_morning_nrs", ">=", 5)
    mild = criterion("light.mild.pain", "pain_during_nrs", ">=", 3)
    made = ((Light.RED, red), (Light.AMBER, amber), (Light.GREEN_AMBER, mild), (Light.GREEN, green))
    return tuple(LightRule(light=light, when=when, **words) for light, when in made)


def rules() -> tuple[Rule, ...]:
    """Return one rule of each sort."""
    return (
        rule("red.calf", criterion("red.calf.flag", "red_calf", ">=", 1, max_age_days=1), is_danger=True, locks=True,
             advice=Advice.STOP_AND_SEEK_HELP, load=Load.REST, tier=Tier.NOW, escalate="clot"),
        rule("pain.high", criterion("pain.high.now", "pain_now_nrs", ">=", 6, max_age_days=1), is_danger=True,
             advice=Advice.HOLD, load=Load.REST),
        rule("swelling.clear", criterion("swelling.clear.level", "swelling_self", ">=", 2, max_age_days=1),
             is_danger=True, advice=Advice.HOLD, load=Load.EASE, without_tags=("impact",), ease_to_pct=D(60),
             for_days=2, request=("figure_of_eight_cm",)),
        rule("back.red_days", criterion("back.red_days.count", "n_red_days_14d", ">=", 2, max_age_days=1),
             stages=("S2", "S3"), advice=Advice.STEP_BACK, load=Load.EASE, ease_to_pct=D(60), for_days=3),
        rule("back.flare", criterion("back.flare.flag", "flare_flag", ">=", 1, max_age_days=1), stages=("S2", "S3"),
             advice=Advice.STEP_BACK, load=Load.EASE),
    )  # fmt: skip


BAND = Band(
    id="lunge_floor", measure="lunge_cm", unit="cm", evidence=(), strength=Strength.CONSENSUS,
    rows=(
        BandRow(sex=Sex.MALE, from_age=18, to_age=60, value=D(8)),
        BandRow(sex=Sex.MALE, from_age=60, to_age=120, value=D(6)),
    ),
)  # fmt: skip


def protocol(**changes: Any) -> Protocol:
    """Return a protocol of three stages."""
    given: dict[str, Any] = {
        "id": PROTOCOL_ID, "version": "1", "title": "Small", "title_patient": "Small", "why": ".",
        "authored_by": "tests", "reviewed_on": DAY0, "next_review_on": DAY0, "population": "adults", "equipment": (),
        "silence_days": 7, "first_stage": "S1",
        "danger_measures": ("red_calf", "red_fall", "pain_now_nrs", "swelling_self"),
        "check_in": ("red_calf", "red_fall", "pain_now_nrs", "pain_worst_24h_nrs", "swelling_self"),
        "after_session": ("pain_during_nrs", "effort_nrs", "sharp_pain_flag", "giving_way_flag"),
        "next_morning": ("pain_morning_nrs",), "red_flags": ("red_calf", "red_fall"),
        "stages": (stage(1, exits()), stage(2, exits()), stage(3, ())), "rules": rules(), "lights": lights(),
        "bands": (BAND,),
    }  # fmt: skip
    return Protocol(**(given | changes))


class SmallContent:
    """Content in memory, as the catalogue gives it."""

    def __init__(self, protocol_: Protocol | None = None, **more: Measure) -> None:
        """Take a protocol, and measures beside the usual ones."""
        self._protocol = protocol_ or protocol()
        self.measures: Mapping[str, Measure] = measures() | more
        self.exercises: Mapping[str, Exercise] = EXERCISES

    def protocol(self, protocol_id: str) -> Protocol:
        """Return the one protocol."""
        assert protocol_id == self._protocol.id
        return self._protocol

    def protocol_hash(self, protocol_id: str) -> str:
        """Return a hash that changes with the protocol."""
        return hashlib.sha256(encode(self._protocol)).hexdigest()


# ---------------------------------------------------------------- facts


def reading(id: str, n: int, measure: str = "lunge_cm", value: str | int = 7, **changes: Any) -> Reading:
    """Return a reading that Ada took with the tape on the treated side at a visit."""
    given: dict[str, Any] = {
        "id": id, "on": day(n), "origin": Origin.CLINICIAN, "by": ADA, "measure": measure, "value": D(value),
        "side": Side.LEFT, "unit": "cm", "instrument": "tape", "at_visit": True, "rater": ADA,
    }  # fmt: skip
    return Reading(**(given | changes))


def tug(id: str, n: int, value: str | int = 9, **changes: Any) -> Reading:
    """Return a timed up and go."""
    return reading(
        id, n, "tug_s", value, **({"side": Side.NONE, "unit": "s", "instrument": "stopwatch"} | changes)
    )


CALM: dict[str, Decimal | None] = {
    "red_calf": D(0), "red_fall": D(0), "pain_now_nrs": D(1), "pain_worst_24h_nrs": D(1), "swelling_self": D(0),
}  # fmt: skip


def check_in(id: str, n: int, answers: Mapping[str, Decimal | None] | None = None, **changes: Any) -> CheckIn:
    """Return Ben's check-in of a calm day, with some answers changed."""
    moment = changes.pop("moment", "before_session")
    base = CALM if moment == "before_session" else {}
    return CheckIn(
        **{"id": id, "on": day(n), "origin": Origin.PATIENT, "by": BEN, "moment": moment,
           "answers": {**base, **(answers or {})}, **changes}
    )  # fmt: skip


def morning(id: str, n: int, pain: int = 1, **changes: Any) -> CheckIn:
    """Return the answer of the morning after."""
    return check_in(id, n, {"pain_morning_nrs": D(pain)}, moment="next_morning", **changes)


def session(id: str, n: int, pain: int = 1, **changes: Any) -> SessionLog:
    """Return a session done as planned."""
    given: dict[str, Any] = {
        "id": id, "on": day(n), "origin": Origin.PATIENT, "by": BEN, "session": f"of-{id}", "logged_on": day(n),
        "items": (ExerciseLog(exercise="circle", dose_step=0, outcome="done"),),
        "answers": {"pain_during_nrs": D(pain), "effort_nrs": D(5), "sharp_pain_flag": D(0), "giving_way_flag": D(0)},
    }  # fmt: skip
    return SessionLog(**(given | changes))


def entry(id: str, n: int, stage_id: str = "S2", **changes: Any) -> StageEntry:
    """Return Ada's entry into a stage."""
    return StageEntry(
        **{"id": id, "on": day(n), "origin": Origin.CLINICIAN, "by": ADA, "stage": stage_id, **changes}
    )


def resume(id: str, n: int, **changes: Any) -> Judgement:
    """Return Ada's resume."""
    given: dict[str, Any] = {"judgement": "resume", "reason": "Examined, nothing found."}
    return Judgement(**{"id": id, "on": day(n), "origin": Origin.CLINICIAN, "by": ADA, **given, **changes})


def response(id: str, n: int, decision: str, advice: Advice, **changes: Any) -> Response:
    """Return Ada's overrule of a decision."""
    given: dict[str, Any] = {"response": "overrule", "reason": "Seen today."}
    return Response(
        **{"id": id, "on": day(n), "origin": Origin.CLINICIAN, "by": ADA, "decision": decision, "advice": advice,
           **given, **changes}
    )  # fmt: skip


def correction(id: str, n: int, corrects: str) -> Correction:
    """Return a correction."""
    return Correction(
        id=id, on=day(n), origin=Origin.CLINICIAN, by=ADA, corrects=corrects, reason="typed wrongly"
    )


def visit(id: str, n: int, visit_n: int) -> ClinicVisit:
    """Return a visit planned on day `n` for day `visit_n`."""
    return ClinicVisit(id=id, on=day(n), origin=Origin.CLINICIAN, by=ADA, visit_on=day(visit_n))


def earned(n: int = 0) -> AutonomyEntry:
    """Return the server's entry that the engine may raise within the protocol's steps."""
    return AutonomyEntry(id="earned", on=day(n), origin=Origin.ENGINE, by="engine", autonomy=Autonomy.APPLY)


def record(
    *facts: Fact,
    involved: Side = Side.LEFT,
    is_bilateral: bool = False,
    birth_year: int = 1985,
    sex: Sex = Sex.MALE,
    is_earned: bool = True,
) -> PatientRecord:
    """Return Ben's record with these facts. The engine has earned to raise by itself, unless they say otherwise."""
    if is_earned and not any(isinstance(one, AutonomyEntry) for one in facts):
        facts = (earned(), *facts)
    return PatientRecord(
        person=Person(birth_year=birth_year, sex=sex),
        episode=Episode(
            id="e1", involved_side=involved, protocol=PROTOCOL_ID, opened_on=DAY0, is_bilateral=is_bilateral
        ),
        facts=facts,
    )  # fmt: skip


def ready_to_advance(until: int = 12) -> list[Fact]:
    """Return the facts of a patient in S1 whose every exit is met on day `until`."""
    days = range(until + 1)
    return [
        *(check_in(f"c{n}", n) for n in days),
        *(reading(f"l{n}", n, value="7.5") for n in (0, 6, until)),
        tug("t", until),
    ]


def moved(fact: Fact, days: int) -> Fact:
    """Return the same fact some days later."""
    changes: dict[str, Any] = {"on": fact.on + timedelta(days=days)}
    for name in ("logged_on", "visit_on"):
        value = getattr(fact, name, None)
        if isinstance(value, date):
            changes[name] = value + timedelta(days=days)
    for name in ("captured_at", "received_at"):
        value = getattr(fact, name)
        if isinstance(value, datetime):
            changes[name] = value + timedelta(days=days)
    return replace(fact, **changes)
