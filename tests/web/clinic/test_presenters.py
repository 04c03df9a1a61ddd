"""Presenters turn findings, decisions and results into words; nothing travels without unit, error and age."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mortise.protocol import (
    Circumstances,
    Criterion,
    DoseStep,
    Exercise,
    Group,
    Operator,
    Protocol,
    Slot,
    Stage,
)
from mortise.record import (
    AppliedConstraint,
    Decision,
    Finding,
    FiredRule,
    LeftOut,
    NearestMiss,
    PlannedExercise,
    ProtocolPin,
    Session,
)
from mortise.terms import (
    Advice,
    Better,
    Cause,
    EvidenceRow,
    EvidenceStatus,
    Limb,
    Load,
    Measure,
    Setting,
    Side,
    Strength,
    Truth,
)
from mortise.web.clinic.presenters_decision import panel_of, title_words
from mortise.web.clinic.presenters_gate import gate_of, nearest_words
from mortise.web.clinic.presenters_programme import DoseNow, programme_of
from mortise.web.clinic.presenters_words import (
    PEG_MET,
    PEG_STALE,
    PEG_UNKNOWN,
    PEG_UNMET,
    bound_words,
    n_people,
    sources_of,
    value_words,
)

ON = date(2026, 11, 20)


def a_measure(measure_id: str = "lunge_cm", **over: object) -> Measure:
    fields: dict[str, object] = {
        "id": measure_id, "label": "Knee to wall", "unit": "cm", "low": Decimal(0), "high": Decimal(25),
        "resolution": Decimal("0.1"), "better": Better.UP, "setting": Setting.EITHER, "is_sided": True,
        "domain": "range", "fresh_days": 14,
    }  # fmt: skip
    return Measure(**(fields | over))  # type: ignore[arg-type]


MEASURES = {
    "lunge_cm": a_measure(),
    "swelling_self": a_measure(
        "swelling_self", label="Swelling", unit="grade", resolution=Decimal(1), is_sided=False,
        levels=("none", "slight", "clear", "much"), domain="swelling",
    ),
    "red_calf": a_measure("red_calf", label="Hot calf", unit="flag", resolution=Decimal(1), is_sided=False),
}  # fmt: skip


def a_finding(criterion: str, truth: Truth = Truth.MET, **over: object) -> Finding:
    fields: dict[str, object] = {
        "criterion": criterion, "of": "exit", "group": criterion, "measure": "lunge_cm", "limb": Limb.INVOLVED,
        "truth": truth, "cause": None, "value": Decimal("6.1"), "operator": ">=", "bound": Decimal(5), "unit": "cm",
        "age_days": 3, "error": Decimal("0.69"), "readings": ("r1",), "instrument": "tape", "domain": "range",
        "evidence": ("WBLT-02",), "strength": Strength.CONSENSUS, "label": "Knee to wall",
        "label_patient": "Knee to wall",
    }  # fmt: skip
    return Finding(**(fields | over))  # type: ignore[arg-type]


def a_criterion(criterion_id: str, **over: object) -> Criterion:
    fields: dict[str, object] = {
        "id": criterion_id, "measure": "lunge_cm", "limb": Limb.INVOLVED, "operator": Operator.AT_LEAST,
        "value": Decimal(5), "unit": "cm", "max_age_days": 14, "domain": "range", "label": "Knee to wall",
        "label_patient": "Knee to wall", "strength": Strength.CONSENSUS,
    }  # fmt: skip
    return Criterion(**(fields | over))  # type: ignore[arg-type]


def a_stage(number: int, *exits: Criterion | Group, slots: tuple[Slot, ...] = ()) -> Stage:
    return Stage(
        id=f"g{number}", number=number, title=f"Stage {number}", title_patient="", aim="Aim", aim_patient="",
        min_days=7, exit=exits, slots=slots, minutes_at_most=20,
    )  # fmt: skip


def a_protocol(*stages: Stage) -> Protocol:
    return Protocol(
        id="stiff-ankle", version="0.1", title="Stiff ankle", title_patient="", why="", authored_by="us",
        reviewed_on=ON, next_review_on=ON, population="adults", equipment=(), silence_days=5, first_stage="g1",
        danger_measures=(), check_in=(), after_session=(), next_morning=(), red_flags=(), stages=stages, rules=(),
        lights=(),
    )  # fmt: skip


def a_decision(advice: Advice = Advice.HOLD, **over: object) -> Decision:
    fields: dict[str, object] = {
        "as_of": ON, "advice": advice, "load": Load.KEEP, "stage": "g1", "next_stage": None, "is_locked": False,
        "reasons": (), "findings": (), "rules": (), "constraints": (), "nearest_misses": (), "requests": (),
        "escalations": (), "protocol": ProtocolPin(id="stiff-ankle", version="0.1", hash="abc"), "engine": "1",
    }  # fmt: skip
    return Decision(**(fields | over))  # type: ignore[arg-type]


def a_rule(**over: object) -> FiredRule:
    fields: dict[str, object] = {
        "rule": "amber", "truth": Truth.MET, "advice": Advice.HOLD, "load": Load.EASE, "without_tags": (),
        "ease_to_pct": Decimal(60), "request": (), "escalate": None, "tier": None, "locks": False, "say_patient": "",
        "say_clinician": "Two amber mornings: 60 % for 72 h.", "evidence": ("LOAD-23",), "strength": Strength.CONSENSUS,
    }  # fmt: skip
    return FiredRule(**(fields | over))  # type: ignore[arg-type]


# ---------------------------------------------------------------- words


def test_value_carries_its_95_percent_error_and_unit() -> None:
    assert value_words(MEASURES["lunge_cm"], Decimal("6.1"), Decimal("0.69"), "cm") == "6.1 ± 1.4\u00a0cm"


def test_value_keeps_an_error_smaller_than_the_resolution() -> None:
    assert "± 0.02" in value_words(MEASURES["lunge_cm"], Decimal("6.1"), Decimal("0.01"), "cm")


def test_value_not_known_is_said() -> None:
    assert value_words(MEASURES["lunge_cm"], None, None, "cm") == "not known"


def test_grade_and_flag_are_words_not_numbers() -> None:
    assert value_words(MEASURES["swelling_self"], Decimal(2), None, "grade") == "clear"
    assert value_words(MEASURES["red_calf"], Decimal(0), None, "flag") == "no"
    assert bound_words(MEASURES["swelling_self"], "<=", Decimal(1), "grade") == "≤ slight"


def test_bound_keeps_its_own_decimals() -> None:
    assert bound_words(MEASURES["lunge_cm"], ">=", Decimal("1.25"), "cm") == "≥ 1.25\u00a0cm"
    assert bound_words(None, "known", None, "") == "known"


def test_bound_that_no_band_row_fits_says_so() -> None:
    assert "not known" in bound_words(MEASURES["lunge_cm"], ">=", None, "cm")


@pytest.mark.parametrize(
    ("n", "words"), [(0, "Nobody"), (1, "One person"), (12, "Twelve people"), (13, "13 people")]
)
def test_people_are_counted_in_words(n: int, words: str) -> None:
    assert n_people(n) == words


def test_sources_say_what_is_our_own_and_what_was_not_opened() -> None:
    row = EvidenceRow(
        id="A", fact="f", figure="5", unit="cm", population="p", kind="rule", citation="PROPOSED",
        status=EvidenceStatus.RECALLED, confidence="l",
    )  # fmt: skip
    other = EvidenceRow(
        id="B", fact="f", figure="5", unit="-", population="p", kind="rule", citation="X2020", doi="10.1/x",
        status=EvidenceStatus.RECALLED, confidence="l",
    )  # fmt: skip
    first, second = sources_of(("A", "B", "A", "missing"), {"A": row, "B": other})
    assert first.strength == "clinic default, our own synthesis"
    assert second.strength == "from memory, not opened"
    assert second.figure == "5"


# ---------------------------------------------------------------- gate


def test_gate_puts_what_is_missing_first() -> None:
    criteria = [a_criterion(name) for name in ("met", "stale", "unmet", "unknown")]
    decision = a_decision(
        findings=(
            a_finding("met"),
            a_finding("stale", Truth.UNKNOWN, cause=Cause.STALE, age_days=24),
            a_finding("unmet", Truth.NOT_MET),
            a_finding("unknown", Truth.UNKNOWN, cause=Cause.MISSING, value=None, age_days=None),
        )
    )
    gate = gate_of(decision, a_stage(1, *criteria), a_stage(2), MEASURES, Side.LEFT)
    assert [line.peg for line in gate.lines] == [PEG_UNMET, PEG_STALE, PEG_UNKNOWN, PEG_MET]
    assert gate.title == "Gate to stage 2: 1 of 4 in place"
    assert gate.lines[1].rows[0].aside == "24 d old"
    assert gate.lines[2].rows[0].aside == "never taken"


def test_gate_side_is_always_in_words() -> None:
    gate = gate_of(
        a_decision(findings=(a_finding("one"),)), a_stage(1, a_criterion("one")), None, MEASURES, Side.RIGHT
    )
    assert gate.lines[0].rows[0].side == "right, treated"


def test_any_group_is_in_place_by_one_and_unknown_while_one_may_still_be() -> None:
    group = Group(id="any", n_needed=1, of=(a_criterion("a"), a_criterion("b")))
    known = a_decision(findings=(a_finding("a", Truth.NOT_MET), a_finding("b")))
    unknown = a_decision(
        findings=(a_finding("a", Truth.NOT_MET), a_finding("b", Truth.UNKNOWN, cause=Cause.MISSING))
    )
    closed = a_decision(findings=(a_finding("a", Truth.NOT_MET), a_finding("b", Truth.NOT_MET)))
    pegs = [
        gate_of(one, a_stage(1, group), None, MEASURES, Side.LEFT).lines[0].peg
        for one in (known, unknown, closed)
    ]
    assert pegs == [PEG_MET, PEG_UNKNOWN, PEG_UNMET]


def test_criterion_without_a_finding_is_not_known() -> None:
    gate = gate_of(a_decision(), a_stage(1, a_criterion("never")), a_stage(2), MEASURES, Side.LEFT)
    assert gate.lines[0].peg is PEG_UNKNOWN
    assert gate.n_met == 0


def test_nearest_miss_says_how_much_on_which_side() -> None:
    miss = NearestMiss(
        criterion="a", label="Knee to wall", label_patient="", measure="lunge_cm", limb=Limb.INVOLVED,
        truth=Truth.NOT_MET, cause=None, value=Decimal("3.9"), bound=Decimal(5), gap=Decimal("1.1"), unit="cm",
        needs="improve", needs_visit=True,
    )  # fmt: skip
    assert (
        nearest_words((miss,), MEASURES, Side.LEFT)
        == "Knee to wall (left, treated): 1.1\u00a0cm more, at a visit."
    )


# ---------------------------------------------------------------- decision


def test_panel_sorts_for_against_and_not_known_with_sources() -> None:
    decision = a_decision(
        findings=(
            a_finding("met"),
            a_finding("unmet", Truth.NOT_MET, label="Heel rise"),
            a_finding("unknown", Truth.UNKNOWN, label="Tandem", cause=Cause.CANNOT_SAY, value=None),
        ),
        rules=(a_rule(),),
        reasons=("amber",),
        constraints=(
            AppliedConstraint(
                constraint="c", author="7", reason="Hot ankle", reason_patient="", removed=("squat",)
            ),
        ),
    )
    row = EvidenceRow(
        id="LOAD-23", fact="f", figure="60", unit="%", population="p", kind="rule", citation="X", confidence="h",
        status=EvidenceStatus.VERIFIED,
    )  # fmt: skip
    panel = panel_of(
        decision,
        a_protocol(a_stage(1), a_stage(2)),
        MEASURES,
        {"LOAD-23": row},
        Side.LEFT,
        {"squat": "Squat"},
        {"7": "Ada"},
    )
    titles = {one.title: one for one in panel.arguments}
    assert list(titles) == ["For moving on", "Against", "Not known"]
    assert titles["Against"].lines[0].words.startswith("Two amber mornings")
    assert "asked, could not say" in titles["Not known"].lines[0].words
    assert panel.sentences == ("Two amber mornings: 60 % for 72 h.",)
    assert panel.sources[0].key == "LOAD-23"
    assert (panel.cuts[0].author, panel.cuts[0].what) == ("Ada", "taken out: Squat")
    assert panel.title == "Hold at stage 1"


def test_panel_never_offers_what_is_proposed_nor_an_advance_past_the_last_stage() -> None:
    protocol = a_protocol(a_stage(1), a_stage(2))

    def values(decision: Decision) -> list[str]:
        panel = panel_of(decision, protocol, MEASURES, {}, Side.LEFT, {}, {})
        return [choice.value for choice in panel.choices]

    assert values(a_decision(Advice.HOLD)) == ["advance", "step_back"]
    assert values(a_decision(Advice.HOLD, stage="g2")) == ["step_back"]


def test_title_says_the_stage_an_advice_leads_to() -> None:
    protocol = a_protocol(a_stage(1), a_stage(2))
    assert title_words(Advice.ADVANCE, "g1", "g2", protocol) == "Advance to stage 2"
    assert title_words(Advice.STEP_BACK, "g2", "g1", protocol) == "Step back to stage 1"
    assert "named clinician" in title_words(Advice.STOP_AND_SEEK_HELP, "g1", None, protocol)


def test_panel_without_reasons_counts_what_is_in_place() -> None:
    decision = a_decision(findings=(a_finding("a"), a_finding("b", Truth.UNKNOWN, cause=Cause.MISSING)))
    panel = panel_of(decision, a_protocol(a_stage(1)), MEASURES, {}, Side.LEFT, {}, {})
    assert panel.sentences == ("1 of 2 criteria in place, 1 not known.",)


# ---------------------------------------------------------------- programme


def an_exercise(exercise_id: str = "heel-rise") -> Exercise:
    return Exercise(
        id=exercise_id, name="Heel rise", purposes=("strength",), why="Pushes off.", set_up="", steps=(), cues=(),
        breathing="", stop_signs=(), tags=(), easier="floor", harder="ceiling", figure="heel-rise",
        strength=Strength.CONSENSUS,
        dose_steps=(
            DoseStep(n_sets=2, n_reps=10, up_s=Decimal(2), hold_s=Decimal(1), down_s=Decimal("2.5")),
            DoseStep(n_sets=3, n_reps=12, load="light band"),
        ),
    )  # fmt: skip


def test_programme_shows_todays_dose_the_usual_one_and_why() -> None:
    exercise = an_exercise()
    session = Session(
        id="s", on=ON, stage="g1", load=Load.EASE, seconds=Decimal(400), n_contacts=0,
        circumstances=Circumstances(), why="Eased.", why_patient="", constraints=(),
        exercises=(
            PlannedExercise(
                exercise="heel-rise", name="Heel rise", purpose="strength", dose_step=0, dose=exercise.dose_steps[0],
                usual_step=1, n_sides=1, seconds=Decimal(400), why="Amber morning.", why_patient="",
            ),
        ),
        left_out=(LeftOut(exercise="squat", name="Squat", reason="Hot ankle", reason_patient=""),),
    )  # fmt: skip
    stage = a_stage(1, slots=(Slot(exercise="heel-rise", purpose="strength", last_step=1, n_per_week=3),))
    programme = programme_of(
        stage,
        session,
        {"heel-rise": exercise},
        {"heel-rise": DoseNow(step=1, cause="Three calm sessions.", since="13 Nov")},
        lambda _: "",
        {"heel-rise": "Step 1 lies outside this stage."},
    )
    (row,) = programme.rows
    assert row.mark == "Step 1 lies outside this stage."
    assert row.dose == "2 × 10, up 2 s, hold 1 s, down 2.5 s"
    assert row.usual == "3 × 12, light band"
    assert row.why == "Amber morning."
    assert [option.is_now for option in row.options] == [False, True]
    assert programme.out[0].reason == "Hot ankle"
    assert programme.summary == "1 exercise today, about 7 min"


def test_nearest_misses_of_one_kind_share_a_sentence() -> None:
    def miss(label: str, needs: str, *, visit: bool = False, **over: object) -> NearestMiss:
        fields: dict[str, object] = {
            "criterion": label, "label": label, "label_patient": "", "measure": "lunge_cm", "limb": Limb.NONE,
            "truth": Truth.UNKNOWN, "cause": Cause.MISSING, "value": None, "bound": None, "gap": None, "unit": "",
            "needs": needs, "needs_visit": visit,
        }  # fmt: skip
        return NearestMiss(**(fields | over))  # type: ignore[arg-type]

    misses = (
        miss("Timed up and go", "measure", visit=True),
        miss("Seven days", "wait", gap=Decimal(3), unit="days"),
        miss("Chair stands", "measure", visit=True),
        miss("Night pain", "answer"),
    )
    assert nearest_words(misses, MEASURES, Side.LEFT) == (
        "Measure at a visit: Timed up and go, Chair stands. Answers still needed: Night pain. "
        "Wait: Seven days (3 more days)."
    )
    assert nearest_words((), MEASURES, Side.LEFT) == ""


def test_rule_that_wanted_more_than_was_given_is_no_reason_for_the_decision() -> None:
    raise_rule = a_rule(
        rule="raise", advice=None, load=Load.RAISE, ease_to_pct=None, say_clinician="One dose step up."
    )
    decision = a_decision(load=Load.KEEP, rules=(raise_rule,), reasons=("raise",), findings=(a_finding("a"),))
    panel = panel_of(decision, a_protocol(a_stage(1)), MEASURES, {}, Side.LEFT, {}, {})
    assert panel.sentences == ("1 of 1 criteria in place.",)
    raised = a_decision(load=Load.RAISE, rules=(raise_rule,), reasons=("raise",))
    assert panel_of(raised, a_protocol(a_stage(1)), MEASURES, {}, Side.LEFT, {}, {}).sentences == (
        "One dose step up.",
    )
