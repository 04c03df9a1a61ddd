"""What every decision keeps, whatever the record; and that each property can fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import mortise.decide.decisions
import mortise.decide.findings
import mortise.decide.nodes
from mortise.decide import kleene
from mortise.decide.nodes import leaves_of
from mortise.episode import decision_record, output_hash, replay, story
from mortise.protocol.criteria import criteria_in
from mortise.record import Decision, Fact, Finding, PatientRecord
from mortise.record.records import encode
from mortise.terms import Advice, Load, Side, Truth
from tests import builders as b
from tests.property.engine_records import CONTENT, LAST, Worse, facts, records, worse

AS_OF = b.day(LAST)
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


def decided(record: PatientRecord) -> Decision:
    return story(record, CONTENT, AS_OF).decision


# ---------------------------------------------------------------- every criterion once


def every_criterion_once(record: PatientRecord) -> None:
    decision = decided(record)
    protocol = CONTENT.protocol(b.PROTOCOL_ID)
    stage = protocol.stage(decision.stage)
    rules = [rule for rule in protocol.rules if not rule.stages or stage.id in rule.stages]
    nodes = [*stage.exit, *(rule.when for rule in rules)]
    wanted = Counter(one.id for node in nodes for one in criteria_in(node))
    assert Counter(one.criterion for one in decision.findings) == wanted


@given(records())
def test_every_criterion_of_the_stage_is_found_exactly_once(record: PatientRecord) -> None:
    every_criterion_once(record)


# ---------------------------------------------------------------- advice is a function of the findings


def advice_from_findings(decision: Decision, n_days_in_stage: int) -> Advice:
    """Draw the advice anew, from the findings and the fired rules alone."""
    stage = CONTENT.protocol(b.PROTOCOL_ID).stage(decision.stage)
    exits = [one for one in decision.findings if one.of == "exit"]
    is_met = bool(exits) and all(
        one.truth is Truth.MET for one in exits
    )  # every exit here is a single criterion
    fired = decision.rules
    is_eased = any(one.load in (Load.EASE, Load.REST) for one in fired)
    may = is_met and n_days_in_stage >= stage.min_days and not is_eased and not decision.is_locked
    said = [one.advice for one in fired if one.advice] + [Advice.ADVANCE if may else Advice.HOLD]
    advice = min(said, key=list(Advice).index)
    is_cornered = advice is Advice.STEP_BACK and stage.step_back_to is None
    return Advice.ASK_CLINICIAN if is_cornered else advice


def advice_follows_findings(record: PatientRecord) -> None:
    told = story(record, CONTENT, AS_OF)
    assert told.decision.advice is advice_from_findings(told.decision, (AS_OF - told.entered_on).days)


@given(records())
def test_advice_is_a_function_of_the_findings_alone(record: PatientRecord) -> None:
    advice_follows_findings(record)


# ---------------------------------------------------------------- the same again


def made_again_is_equal(record: PatientRecord) -> None:
    stored = decision_record(record, CONTENT, AS_OF)
    assert replay(replace(record, facts=(*record.facts, stored)), CONTENT) == ()
    assert output_hash(decided(record)) == stored.output_hash


@given(records())
def test_a_decision_made_again_from_its_stored_inputs_is_equal(record: PatientRecord) -> None:
    made_again_is_equal(record)


# ---------------------------------------------------------------- unknown never advances


def never_advances_on_unknown(record: PatientRecord) -> None:
    decision = decided(record)
    unknown = [
        one for one in decision.findings if one.truth is Truth.UNKNOWN and one.of in ("exit", "danger")
    ]
    assert not unknown or decision.advice is not Advice.ADVANCE


@given(records())
def test_unknown_never_advances(record: PatientRecord) -> None:
    never_advances_on_unknown(record)


def ready_without(measure: str, n_days_old: int) -> PatientRecord:
    """Return a patient ready to advance, of whom one measure is not known for `n_days_old` days."""
    found: list[Fact] = []
    for fact in b.ready_to_advance(LAST):
        if isinstance(fact, b.CheckIn):
            is_gone = fact.on > b.day(LAST - n_days_old)
            answers = {
                name: value for name, value in fact.answers.items() if not (is_gone and name == measure)
            }
            found.append(replace(fact, answers=answers))
        elif not (
            isinstance(fact, b.Reading) and fact.measure == measure and fact.on > b.day(LAST - n_days_old)
        ):
            found.append(fact)
    return b.record(*found)


NEEDED = ("pain_worst_24h_nrs", "lunge_cm", "tug_s", "red_calf", "pain_now_nrs", "swelling_self")


@given(st.sampled_from(NEEDED))
def test_a_patient_ready_to_advance_does_not_without_any_one_measure(measure: str) -> None:
    assert decided(ready_without(measure, 0)).advice is Advice.ADVANCE
    assert decided(ready_without(measure, 60)).advice is not Advice.ADVANCE


# ---------------------------------------------------------------- without a check-in nothing is raised


def never_raises_unasked(record: PatientRecord) -> None:
    told = story(record, CONTENT, AS_OF)
    is_told = any(
        isinstance(fact, b.CheckIn) and fact.on == AS_OF and fact.moment == "before_session"
        for fact in told.facts
    )
    if not is_told:
        assert told.decision.load is not Load.RAISE
        assert told.decision.advice is not Advice.ADVANCE
        assert all(one.dose_step <= one.usual_step for one in told.session.exercises)


@given(records())
def test_without_todays_check_in_nothing_is_raised_and_no_stage_proposed(record: PatientRecord) -> None:
    never_raises_unasked(record)


# ---------------------------------------------------------------- a red flag always wins


def red_flag_wins(found: list[Fact], flag: str, n: int) -> None:
    record = b.record(*found, b.check_in("flagged", n, {flag: b.D(1)}))
    told = story(record, CONTENT, AS_OF)
    assert told.decision.advice is Advice.STOP_AND_SEEK_HELP
    assert told.is_locked
    assert told.decision.load is Load.REST


@given(facts(is_calm=True), st.sampled_from(("red_calf", "red_fall")), st.integers(0, LAST))
def test_a_red_flag_always_wins_and_later_answers_never_clear_it(
    found: list[Fact], flag: str, n: int
) -> None:
    red_flag_wins(found, flag, n)


@given(facts(is_calm=True), st.integers(0, LAST - 1), st.integers(1, 5))
def test_only_a_named_clinicians_resume_after_it_opens_the_lock(
    found: list[Fact], n: int, later: int
) -> None:
    flagged = b.check_in("flagged", n, {"red_calf": b.D(1)})
    on = min(LAST, n + later)
    assert not story(b.record(*found, flagged, b.resume("r", on)), CONTENT, AS_OF).is_locked
    assert story(b.record(*found, flagged, b.resume("r", n - 1 if n else 0)), CONTENT, AS_OF).is_locked
    assert story(b.record(*found, flagged, b.resume("r", on, by="")), CONTENT, AS_OF).is_locked
    assert story(
        b.record(*found, flagged, b.resume("r", on, origin=b.Origin.PATIENT)), CONTENT, AS_OF
    ).is_locked


# ---------------------------------------------------------------- more symptoms never loosen


def worse_is_never_looser(pair: Worse) -> None:
    mild, hard = decided(pair.record), decided(pair.worse)
    assert hard.advice.tightness <= mild.advice.tightness
    assert hard.load.tightness <= mild.load.tightness
    assert {tag for one in mild.rules for tag in one.without_tags} <= {
        tag for one in hard.rules for tag in one.without_tags
    }


@given(worse())
def test_more_symptoms_never_loosen_a_decision(pair: Worse) -> None:
    worse_is_never_looser(pair)


# ---------------------------------------------------------------- mirror, twice, order, shift


def mirrored(record: PatientRecord) -> PatientRecord:
    """Return the record of the same patient seen in a mirror."""
    turned = tuple(
        replace(fact, side=fact.side.opposite) if isinstance(fact, b.Reading) else fact
        for fact in record.facts
    )
    episode = replace(record.episode, involved_side=record.episode.involved_side.opposite)
    return replace(record, facts=turned, episode=episode)


def mirror_gives_the_same(record: PatientRecord) -> None:
    assert encode(decided(mirrored(record))) == encode(decided(record))


@given(records())
def test_a_mirrored_patient_gets_the_mirrored_decision(record: PatientRecord) -> None:
    mirror_gives_the_same(record)


def twice_changes_nothing(record: PatientRecord) -> None:
    twice = replace(record, facts=(*record.facts, *record.facts))
    told, again = story(record, CONTENT, AS_OF), story(twice, CONTENT, AS_OF)
    assert encode(again.decision) == encode(told.decision)
    assert encode(again.session) == encode(told.session)


@given(records())
def test_receiving_every_fact_twice_changes_nothing(record: PatientRecord) -> None:
    twice_changes_nothing(record)


def order_within_a_day_is_free(record: PatientRecord, shuffled: PatientRecord) -> None:
    told, again = story(record, CONTENT, AS_OF), story(shuffled, CONTENT, AS_OF)
    assert encode(again.decision) == encode(told.decision)
    assert encode(again.session) == encode(told.session)


@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(record: PatientRecord, chance: object) -> None:
    facts_ = list(record.facts)
    chance.shuffle(facts_)  # type: ignore[attr-defined]
    order_within_a_day_is_free(record, replace(record, facts=tuple(facts_)))


def shifted(record: PatientRecord, n_days: int) -> PatientRecord:
    opened = replace(record.episode, opened_on=b.day(n_days))
    return replace(record, facts=tuple(b.moved(fact, n_days) for fact in record.facts), episode=opened)


def undated(decision: Decision) -> tuple[object, ...]:
    """Return a decision without its calendar dates."""
    findings = [replace(one, earliest_on=None) for one in decision.findings]
    rules = [replace(one, since_on=None, until_on=None) for one in decision.rules]
    misses = [replace(one, earliest_on=None) for one in decision.nearest_misses]
    return (decision.advice, decision.load, decision.stage, decision.reasons, findings, rules, misses,
            decision.requests, decision.escalations)  # fmt: skip


def shift_changes_nothing(record: PatientRecord, n_days: int) -> None:
    later = story(shifted(record, n_days), CONTENT, b.day(LAST + n_days)).decision
    assert undated(later) == undated(decided(record))


@given(records(), st.integers(1, 250))
def test_the_same_story_on_other_days_gives_the_same_decision(record: PatientRecord, n_days: int) -> None:
    shift_changes_nothing(record, n_days)


# ---------------------------------------------------------------- work that was not borne never raises


@given(facts(), st.sampled_from(("red", "unknown", "late", "overdone")))
def test_painful_untold_late_or_overdone_work_never_raises(found: list[Fact], how: str) -> None:
    kept = [fact for fact in found if fact.on < b.day(LAST - 1) and not isinstance(fact, b.SessionLog)]
    log = b.session("newest", LAST - 1, 7 if how == "red" else 1)
    if how == "late":
        log = b.session("newest", LAST - 5, 1, logged_on=AS_OF)
    if how == "overdone":
        log = replace(log, items=(b.ExerciseLog(exercise="circle", dose_step=0, outcome="done", n_sets=9),))
    told = [] if how == "unknown" else [b.morning("after", LAST - 4 if how == "late" else LAST)]
    assert decided(b.record(*kept, log, *told)).load is not Load.RAISE


def test_calm_work_told_in_time_does_raise() -> None:
    calm = [b.check_in(f"c{n}", n) for n in range(LAST + 1)]
    record = b.record(*calm, b.session("s", LAST - 1), b.morning("m", LAST))
    assert decided(record).load is Load.RAISE


@given(st.integers(2, 12))
def test_back_filled_logs_never_raise_several_steps(n_logs: int) -> None:
    logs = [b.session(f"s{n}", n, logged_on=AS_OF) for n in range(n_logs)]
    mornings = [b.morning(f"m{n}", n + 1) for n in range(n_logs)]
    told = story(b.record(*logs, *mornings, b.check_in("c", LAST)), CONTENT, AS_OF)
    assert told.decision.load is not Load.RAISE
    assert all(state.step <= 1 for state in told.dose_states.values())


# ---------------------------------------------------------------- each property can fail


def _unknown_as_met(finding: Finding) -> Finding:
    if finding.truth is Truth.UNKNOWN and finding.of == "exit":
        return Finding(*finding_fields(finding, Truth.MET))
    return finding


def finding_fields(finding: Finding, truth: Truth) -> list[object]:
    fields = [getattr(finding, name) for name in Finding.__struct_fields__]
    fields[Finding.__struct_fields__.index("truth")] = truth
    return fields


def _all_findings_met(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant an evaluator for which an unknown exit counts as met."""
    real = mortise.decide.decisions.evaluate

    def lenient(node: object, inputs: object, found: list[Finding]) -> Truth:
        truth = real(node, inputs, found)  # type: ignore[arg-type]
        return Truth.MET if truth is Truth.UNKNOWN else truth

    monkeypatch.setattr(mortise.decide.decisions, "evaluate", lenient)


def fails(check: Callable[..., None], *arguments: object) -> bool:
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


def test_an_evaluator_that_takes_unknown_for_met_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    record = ready_without("tug_s", 60)
    assert not fails(never_advances_on_unknown, record)
    _all_findings_met(monkeypatch)
    assert fails(never_advances_on_unknown, record)
    assert fails(advice_follows_findings, record)


def test_a_fold_that_takes_silence_for_a_check_in_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    import mortise.episode.fold

    calm = [b.check_in(f"c{n}", n) for n in range(LAST)]
    record = b.record(*calm, b.session("s", LAST - 1), b.morning("m", LAST))
    assert not fails(never_raises_unasked, record)
    monkeypatch.setattr(mortise.episode.fold, "tells_of_today", lambda _: True)
    assert fails(never_raises_unasked, record)


def test_a_criterion_passed_over_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    record = b.record(*b.ready_to_advance())
    assert not fails(every_criterion_once, record)
    real = mortise.decide.decisions.fire

    def forgetful(*arguments: object, **named: object) -> object:
        examined = real(*arguments, **named)  # type: ignore[arg-type]
        return examined._replace(findings=examined.findings[1:])

    monkeypatch.setattr(mortise.decide.decisions, "fire", forgetful)
    assert fails(every_criterion_once, record)


def test_a_lock_that_forgets_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    import mortise.decide.rules

    found = b.ready_to_advance(LAST)
    assert not fails(red_flag_wins, found, "red_calf", 3)
    monkeypatch.setattr(mortise.decide.rules, "_locked_day", lambda *_: None)
    assert fails(red_flag_wins, found, "red_calf", 3)


def test_a_rule_turned_round_is_caught_as_not_monotone(monkeypatch: pytest.MonkeyPatch) -> None:
    calm = [b.check_in(f"c{n}", n) for n in range(LAST)]
    pair = Worse(
        b.record(*calm, b.check_in("last", LAST, {"pain_now_nrs": b.D(1)})),
        b.record(*calm, b.check_in("last", LAST, {"pain_now_nrs": b.D(8)})),
    )
    assert not fails(worse_is_never_looser, pair)
    rules = tuple(
        replace(rule, when=b.criterion("pain.high.now", "pain_now_nrs", "<=", 5))
        if rule.id == "pain.high"
        else rule
        for rule in b.rules()
    )
    monkeypatch.setitem(globals(), "CONTENT", b.SmallContent(b.protocol(rules=rules)))
    assert fails(worse_is_never_looser, pair)


def test_a_side_taken_literally_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    import mortise.episode.gather
    from mortise.terms import Limb

    record = b.record(*b.ready_to_advance(LAST))
    assert not fails(mirror_gives_the_same, record)
    monkeypatch.setattr(
        mortise.episode.gather,
        "limb_of",
        lambda side, _: Limb.INVOLVED if side is Side.LEFT else Limb.UNINVOLVED,
    )
    assert fails(mirror_gives_the_same, record)


def test_a_fold_that_counts_doubles_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    import mortise.episode.known
    from mortise.episode.known import Known

    record = b.record(
        *b.ready_to_advance(LAST), b.entry("e", 0), b.session("s", 20, 7, items=()), b.morning("m", 21)
    )
    assert not fails(twice_changes_nothing, record)
    monkeypatch.setattr(mortise.episode.known, "known_on", lambda facts_, _: Known(tuple(facts_), ()))
    assert fails(twice_changes_nothing, record)


def test_a_fold_that_trusts_arrival_order_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    import mortise.episode.known

    found = [*b.ready_to_advance(LAST), b.session("s1", 20, 1), b.session("s2", 20, 7), b.morning("m", 21)]
    record = b.record(*found)
    turned = b.record(*reversed(found))
    assert not fails(order_within_a_day_is_free, record, turned)
    monkeypatch.setattr(mortise.episode.known, "_by_day", lambda _: 0)
    assert fails(order_within_a_day_is_free, record, turned)


def test_a_decision_tied_to_the_calendar_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    record = b.record(*b.ready_to_advance(LAST))
    assert not fails(shift_changes_nothing, record, 30)
    real = mortise.decide.decisions._may_advance
    monkeypatch.setattr(
        mortise.decide.decisions, "_may_advance",
        lambda stage, examined, state, as_of: real(stage, examined, state, as_of) and as_of.month == AS_OF.month,
    )  # fmt: skip
    assert fails(shift_changes_nothing, record, 30)


def test_a_stored_decision_that_was_touched_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    record = b.record(*b.ready_to_advance(LAST))
    assert not fails(made_again_is_equal, record)
    real = mortise.decide.decisions._load
    calls: list[int] = []

    def drifting(*arguments: object) -> Load:
        calls.append(1)
        return real(*arguments) if len(calls) == 1 else Load.REST  # type: ignore[arg-type]

    monkeypatch.setattr(mortise.decide.decisions, "_load", drifting)
    assert fails(made_again_is_equal, record)


def test_kleene_is_the_whole_truth_table() -> None:
    met, unmet, unknown = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN
    rank = {unmet: 0, unknown: 1, met: 2}
    three = (met, unmet, unknown)
    for x in three:
        for y in three:
            assert kleene([x, y], 2) is min((x, y), key=rank.__getitem__)
            assert kleene([x, y], 1) is max((x, y), key=rank.__getitem__)
            for z in three:
                for k in (1, 2, 3):
                    assert kleene([x, y, z], k) is by_worlds([x, y, z], k)


def by_worlds(truths: list[Truth], k: int) -> Truth:
    """Return what holds in every world that fills in the unknowns: the meaning of three-valued logic."""
    counts = [0]
    for truth in truths:
        add = {Truth.MET: (1,), Truth.NOT_MET: (0,), Truth.UNKNOWN: (0, 1)}[truth]
        counts = [count + more for count in counts for more in add]
    results = {count >= k for count in counts}
    if len(results) == 2:
        return Truth.UNKNOWN
    return Truth.MET if results == {True} else Truth.NOT_MET


def test_leaves_come_left_to_right() -> None:
    ready = story(b.record(), CONTENT, b.day(0)).folded.ready
    assert [leaf.ready.id for line in ready.exits for leaf in leaves_of(line)] == [
        "exit.pain",
        "exit.lunge",
        "exit.tug",
    ]
