"""Deciding, answering a report, agreeing and overruling, by the real engine and the real content."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from msgspec.structs import replace

from mortise import episode as engine
from mortise.cli import databases, main
from mortise.episode import replay
from mortise.errors import ConflictError, InputError
from mortise.record import CheckIn, DecisionRecord, PlanVersion, Response, StageEntry
from mortise.terms import Advice, Side
from mortise.web.audit import clock, log
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import FactRow, Need, Standing
from mortise.web.care.services.decisions import UndecidedError
from mortise.web.care.services.facts import store
from tests.web import builders
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db


def started(cast: Cast, stage: str = "G1") -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage=stage)


def report(cast: Cast, **answers: Any) -> services.Answered:
    today = cast.clinic.today()
    calm = dict.fromkeys(content().protocol(cast.episode.protocol).check_in, Decimal(0))
    told = {name: value if value is None else Decimal(value) for name, value in answers.items()}
    fact = builders.check_in(today, answers=calm | told)
    return services.answer_report(episode=cast.episode, facts=[fact], on=today, by=cast.ben.user)


def standing(cast: Cast) -> Standing:
    return Standing.objects.get(episode=cast.episode)


def newest(cast: Cast) -> FactRow:
    return FactRow.objects.filter(episode=cast.episode, kind="decision").latest("sequence")


def test_report_is_answered_and_the_answer_is_kept_as_a_receipt(cast: Cast) -> None:
    started(cast)
    answered = report(cast)
    assert [one.outcome for one in answered.answers] == ["stored"]
    assert answered.story.stage == "G1"
    assert answered.record.decision.advice in (Advice.HOLD, Advice.ASK_CLINICIAN)
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert list(record.of_kind(DecisionRecord)) == [answered.record]
    assert replay(record, content()) == ()


def test_report_sent_twice_decides_once(cast: Cast) -> None:
    started(cast)
    fact = builders.check_in(cast.clinic.today())
    today = cast.clinic.today()
    for _ in range(3):
        services.answer_report(episode=cast.episode, facts=[fact], on=today, by=cast.ben.user)
    assert FactRow.objects.filter(kind="decision").count() == 1


def test_report_with_a_red_flag_stops_and_stays_stopped_until_a_clinician_resumes(cast: Cast) -> None:
    started(cast)
    flag = content().protocol(cast.episode.protocol).red_flags[0]
    answered = report(cast, **{flag: 1})
    assert answered.record.decision.advice is Advice.STOP_AND_SEEK_HELP
    assert answered.story.is_locked
    assert standing(cast).need == Need.STOPPED
    assert report(cast).story.is_locked  # later answers do not switch it off
    (row,) = services.needs_list(by=cast.ada, today=cast.clinic.today())
    assert (row.need, row.is_locked, row.action) == (Need.STOPPED, True, "Call")
    with pytest.raises(InputError, match="red flag"):
        services.respond(
            decision=newest(cast), response="overrule", by=cast.ada, advice=Advice.HOLD, reason="fine"
        )
    with pytest.raises(InputError, match="reason"):
        services.judge(episode=cast.episode, judgement="resume", reason=" ", by=cast.ada)
    with pytest.raises(InputError, match="cannot do this"):
        services.judge(episode=cast.episode, judgement="resume", reason="I am well", by=cast.ben.user)
    decided = services.judge(episode=cast.episode, judgement="resume", reason="Seen: no clot", by=cast.ada)
    assert not decided.story.is_locked
    assert standing(cast).need != Need.STOPPED


def test_report_the_engine_breaks_on_is_kept_and_put_before_the_clinic(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(cast)

    def breaks(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(engine, "decision_record", breaks)
    with pytest.raises(UndecidedError):
        report(cast)
    assert FactRow.objects.filter(kind="check_in").count() == 1
    assert not FactRow.objects.filter(kind="decision").exists()
    (row,) = services.needs_list(by=cast.ada, today=cast.clinic.today())
    assert row.need == Need.ASKED
    assert "no decision could be worked out" in row.reason
    assert AuditEntry.objects.filter(action="decision.failed").exists()


def made(cast: Cast, advice: Advice, *, stage: str = "G2", next_stage: str | None = None) -> FactRow:
    """Store a decision of the engine, turned into the advice a test is about."""
    import msgspec

    decided = services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada).record
    decision = msgspec.structs.replace(decided.decision, advice=advice, stage=stage, next_stage=next_stage)
    turned = msgspec.structs.replace(
        decided,
        id=services.new_id(),
        decision=decision,
        output_hash=engine.output_hash(decision),
        received_at=None,
    )
    from mortise.web.care.services import facts, standings

    stored = facts.store(cast.episode, turned)
    assert isinstance(stored, DecisionRecord)
    standings.renew(cast.episode, stored)
    return FactRow.objects.get(pk=stored.id)


def stages(cast: Cast) -> list[str]:
    return [one.stage for one in services.record_of(episode=cast.episode, by=cast.ada).of_kind(StageEntry)]


def test_advance_changes_nothing_until_a_clinician_accepts_it(cast: Cast) -> None:
    started(cast, "G2")
    decision = made(cast, Advice.ADVANCE, next_stage="G3")
    assert standing(cast).need == Need.ADVANCE
    assert stages(cast) == ["G2"]
    services.respond(decision=decision, response="agree", by=cast.ada)
    assert stages(cast) == ["G2", "G3"]
    assert (standing(cast).need, standing(cast).stage) == (Need.ON_PLAN, "G3")
    assert services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada).stage == "G3"


def test_advance_overruled_leaves_the_stage_and_keeps_the_reason(cast: Cast) -> None:
    started(cast, "G2")
    decision = made(cast, Advice.ADVANCE, next_stage="G3")
    services.respond(
        decision=decision, response="overrule", by=cast.ada, advice=Advice.HOLD, reason="One more week."
    )
    (response,) = services.record_of(episode=cast.episode, by=cast.ada).of_kind(Response)
    assert (response.advice, response.reason, response.by) == (
        Advice.HOLD,
        "One more week.",
        str(cast.ada.pk),
    )
    assert stages(cast) == ["G2"]


def test_hold_overruled_enters_the_stage_the_clinician_chose(cast: Cast) -> None:
    started(cast, "G2")
    decision = made(cast, Advice.HOLD)
    services.respond(
        decision=decision,
        response="overrule",
        by=cast.ada,
        advice=Advice.ADVANCE,
        stage="G3",
        reason="I saw it.",
    )
    assert stages(cast) == ["G2", "G3"]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"advice": Advice.HOLD, "reason": "  "}, "reason"),
        ({"reason": "because"}, "advice"),
        ({"advice": Advice.ADVANCE, "reason": "because", "stage": "G9"}, "stage"),
    ],
)
def test_overruling_needs_a_reason_an_advice_and_a_real_stage(
    cast: Cast, given: dict[str, Any], where: str
) -> None:
    started(cast, "G2")
    with pytest.raises(InputError) as caught:
        services.respond(decision=made(cast, Advice.HOLD), response="overrule", by=cast.ada, **given)
    assert caught.value.where == where
    assert not FactRow.objects.filter(kind="response").exists()


def test_decision_is_answered_once_and_only_the_newest(cast: Cast) -> None:
    started(cast, "G2")
    old, new = made(cast, Advice.HOLD), made(cast, Advice.ADVANCE, next_stage="G3")
    with pytest.raises(ConflictError, match="newer"):
        services.respond(decision=old, response="agree", by=cast.ada)
    services.respond(decision=new, response="agree", by=cast.ada)
    with pytest.raises(ConflictError, match="answered already"):
        services.respond(decision=new, response="agree", by=cast.ada)
    assert stages(cast) == ["G2", "G3"]


def test_decision_is_not_a_patients_to_answer(cast: Cast) -> None:
    started(cast, "G2")
    with pytest.raises(InputError, match="physiotherapist"):
        services.respond(
            decision=made(cast, Advice.ADVANCE, next_stage="G3"), response="agree", by=cast.ben.user
        )


def test_step_back_acts_at_once_and_stays_on_the_list_until_answered(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    import msgspec

    started(cast, "G2")
    real = engine.decision_record

    def steps_back(*args: Any, **kwargs: Any) -> DecisionRecord:
        one = real(*args, **kwargs)
        decision = msgspec.structs.replace(one.decision, advice=Advice.STEP_BACK, next_stage="G1")
        return msgspec.structs.replace(one, decision=decision, output_hash=engine.output_hash(decision))

    monkeypatch.setattr(engine, "decision_record", steps_back)
    answered = report(cast)
    assert answered.record.decision.advice is Advice.STEP_BACK
    assert answered.story.stage == "G1"
    assert stages(cast) == ["G2", "G1"]
    monkeypatch.setattr(engine, "decision_record", real)
    report(cast, pain_now_nrs=1)
    (row,) = services.needs_list(by=cast.ada, today=cast.clinic.today())
    assert (row.need, row.advice, row.stage) == (Need.STEPPED_BACK, Advice.STEP_BACK, "G1")
    services.respond(decision=newest(cast), response="agree", by=cast.ada)
    assert standing(cast).need == Need.ON_PLAN


# ---------------------------------------------------------------- list and plan


def test_list_puts_the_most_urgent_first_and_counts_silence(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    today = cast.clinic.today()
    started(cast)
    for name in ("Ivo Fictional", "Jun Fictional", "Kai Fictional"):
        builders.episode(builders.patient(cast.ada, name=name), cast.ada)
    rows = services.needs_list(by=cast.ada, today=today)
    assert [row.need for row in rows] == [Need.NEW, Need.NEW, Need.NEW, Need.ON_PLAN]
    late = today + timedelta(days=30)
    rows = services.needs_list(by=cast.ada, today=late)
    assert (rows[0].need, rows[0].name, rows[0].n_days_silent) == (Need.SILENT, "Ben Fictional", 30)


def test_list_takes_as_many_queries_for_many_as_for_one(cast: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def n_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            services.needs_list(by=cast.ada, today=cast.clinic.today())
        return len(queries)

    one = n_queries()
    for number in range(5):
        builders.episode(builders.patient(cast.ada, name=f"Patient {number} Fictional"), cast.ada)
    assert n_queries() == one


def test_plan_pins_the_protocol_and_refuses_what_it_does_not_allow(cast: Cast) -> None:
    started(cast)
    (plan,) = services.record_of(episode=cast.episode, by=cast.ada).of_kind(PlanVersion)
    assert plan.protocol_hash == content().protocol_hash(cast.episode.protocol)
    exercise = next(iter(content().exercises))
    for given in (
        {"stage": "G9"},
        {"exercises": ("no-such",)},
        {"dose_steps": {exercise: 99}},
        {"figures": {"no-such": Decimal(1)}},
    ):
        with pytest.raises(InputError) as caught:
            services.set_plan(episode=cast.episode, by=cast.ada, reason="x", **given)
        assert caught.value.where in {"stage", "exercises", "dose_steps", "figures"}
    with pytest.raises(InputError):
        services.set_plan(episode=cast.episode, by=cast.ben.user, reason="x")
    assert FactRow.objects.filter(kind="plan_version").count() == 1


def test_facts_of_the_past_can_be_made_as_if_then(cast: Cast) -> None:
    then = clock.now() - timedelta(days=10)
    with clock.as_if(then):
        fact = builders.check_in(cast.clinic.today())
        services.append_fact(episode=cast.episode, fact=fact, by=cast.ben.user)
    row = FactRow.objects.get()
    assert row.received_at == then
    assert row.on == then.date()


def test_a_danger_sign_of_one_ankle_stops_the_other_too(cast: builders.Cast) -> None:
    other = builders.episode(cast.ben, cast.ada, Side.RIGHT)
    today = cast.clinic.today()
    calm, flagged = builders.check_in(today), builders.check_in(today, answers={"red_calf": Decimal(1)})
    phone = cast.ben.user

    services.answer_report(episode=cast.episode, facts=[calm], on=today, by=phone)
    assert not services.record_of(episode=other, by=cast.ada).facts  # an ordinary report is of one ankle

    for _ in range(2):  # sent twice, it still counts once
        services.answer_report(episode=cast.episode, facts=[flagged], on=today, by=phone)
    assert services.story_of(episode=other, on=today, by=cast.ada).is_locked
    told = [one.id for one in services.record_of(episode=other, by=cast.ada).of_kind(CheckIn)]
    assert told == [f"{flagged.id}-right"]


def test_what_a_decision_was_made_under_is_kept_and_the_server_replays_it(cast: Cast) -> None:
    started(cast)
    made = report(cast).record
    kept = services.versions_folder() / f"{made.inputs.protocol.hash}.json"
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == made.inputs.protocol.hash
    said = io.StringIO()
    call_command("replay_decisions", jobs=1, stdout=said)
    assert "1 stored decisions made again; 0 differ; 0 cannot be replayed" in said.getvalue()
    gone = replace(made.inputs, protocol=replace(made.inputs.protocol, hash="0" * 64))
    store(cast.episode, replace(made, id="of-a-version-that-is-gone", inputs=gone))
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("replay_decisions", jobs=1, stdout=said)
    assert "cannot be replayed: version not at hand" in said.getvalue()


def test_several_processes_replay_the_episodes_of_the_server_and_each_is_audited(cast: Cast) -> None:
    started(cast)
    report(cast)
    made = newest(cast)
    wrong = replace(
        services.record_of(episode=cast.episode, by=cast.ada).facts[-1], id="wrong", output_hash="0" * 64
    )
    right = builders.episode(cast.ben, cast.ada, Side.RIGHT)
    store(right, wrong)
    found = list(services.replay_all(by=log.Process("test"), n_workers=2))
    by_episode = {one.episode: one for one in found}
    assert [one.episode for one in found] == sorted(by_episode)
    assert by_episode[str(made.episode_id)].differences == ()
    assert by_episode[str(made.episode_id)].n_decisions == 1
    assert [one.what for one in by_episode[str(right.pk)].differences] == ["missing facts"]
    assert AuditEntry.objects.filter(action="decisions.replay").count() == len(found) == 3


def test_the_command_line_replays_the_database_of_a_server(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if connection.vendor != "sqlite":
        return  # another database is not a file; `replay_decisions` replays it
    started(cast)
    report(cast)
    path = tmp_path / "mortise.sqlite3"
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        copy.executescript("\n".join(connection.connection.iterdump()))
    before = path.read_bytes()
    assert main(["replay", str(path), "--keep", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["n_records"], found["n_decisions"], found["differences"]) == (2, 1, [])
    assert {one["record"] for one in found["records"]} == {cast.episode.pk.hex, cast.dora_episode.pk.hex}
    assert path.read_bytes() == before
    assert [one.stem for one in (tmp_path / "protocols").iterdir()] == [
        content().protocol_hash(cast.episode.protocol)
    ]
    record = databases.read_sealed(path, cast.episode.pk.hex)
    assert (record.person, record.episode) == (cast.ben.person, cast.episode.episode)
    with closing(sqlite3.connect(path)) as copy, copy:
        for (trigger,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f"DROP TRIGGER {trigger}")
        copy.execute(
            "UPDATE care_factrow SET payload = replace(payload, ?, ?) WHERE kind = 'decision'",
            ('"stage":"G1"', '"stage":"G2"'),
        )
    assert main(["replay", str(path)]) == 1
    assert "stored decision" in capsys.readouterr().out


def test_a_full_disk_stops_no_decision(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file where the folder should be")
    monkeypatch.setattr("mortise.web.care.services.versions.versions_folder", lambda: taken)
    started(cast)
    assert report(cast).record.decision.stage == "G1"
