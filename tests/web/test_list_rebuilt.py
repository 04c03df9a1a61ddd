"""The rows of the list are what the facts say: after many random days, after a fault was planted, after an upgrade."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from random import Random
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from mortise.errors import MortiseError
from mortise.terms import Advice
from mortise.web.audit import clock, log
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import Need, PhoneDevice, QuarantinedFact, Standing
from mortise.web.care.services import standings
from mortise.web.care.services.rebuilding import differences, from_scratch
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk

pytestmark = pytest.mark.django_db

BY = log.Process("test")
FLAGS = {"red_calf": Decimal(1)}
SORE = {"pain_worst_24h_nrs": Decimal(8), "swelling_self": Decimal(2), "warmth_self": Decimal(1)}


def assert_rows_are_what_the_facts_say() -> None:
    services.refresh_outdated(by=BY)
    found = {one.episode: one.differs for one in services.rebuild_all(by=BY, only_check=True) if one.differs}
    assert found == {}


class Days:
    """Things that happen to Ben, one after the other, each by its service."""

    def __init__(self, cast: Cast, chance: Random) -> None:
        self.cast, self.chance = cast, chance

    def happen(self) -> None:
        acts: list[Callable[[], None]] = [
            self.reports, self.reports, self.reports, self.answers, self.judges, self.plans, self.writes, self.reads,
            self.sends_nonsense, self.settles, self.syncs, self.tests, self.withdraws, self.breaks, self.proposes,
        ]  # fmt: skip
        self.chance.choice(acts)()
        self.cast.episode.refresh_from_db()

    def reports(self) -> None:
        desk.report(self.cast, **self.chance.choice(({}, {}, SORE, FLAGS)))

    def answers(self) -> None:
        row = services.newest_decision(episode=self.cast.episode, by=self.cast.ada)
        if row is None:
            return
        try:
            services.respond(decision=row, response=self.chance.choice(("agree", "overrule")), by=self.cast.ada,
                             advice=Advice.HOLD, reason="Seen at the visit.")  # fmt: skip
        except MortiseError:
            return

    def judges(self) -> None:
        judgement = self.chance.choice(("resume", "acknowledge"))
        services.judge(episode=self.cast.episode, judgement=judgement, reason="Seen.", by=self.cast.ada)  # type: ignore[arg-type]

    def plans(self) -> None:
        stages = content().protocol(self.cast.episode.protocol).stages
        stage = self.chance.choice(("", stages[0].id, stages[1].id))
        services.set_plan(episode=self.cast.episode, by=self.cast.ada, reason="Goes on.", stage=stage)

    def writes(self) -> None:
        services.write_message(
            episode=self.cast.episode, message_id=uuid4(), words="Hm", by=self.cast.ben.user
        )

    def reads(self) -> None:
        services.mark_seen(episode=self.cast.episode, by=self.cast.ada)

    def sends_nonsense(self) -> None:
        services.append_facts(episode=self.cast.episode, facts=[b"{}"], by=self.cast.ben.user)

    def settles(self) -> None:
        item = QuarantinedFact.objects.filter(settled_at=None).first()
        if item is not None:
            services.settle_quarantined(item=item, by=self.cast.ada)

    def syncs(self) -> None:
        says = services.PhoneSays("phone", self.chance.randint(1, 5), 0, 0.0)
        came = [services.Delivered(self.chance.randint(1, 5), "", "stored", None, "", None)]
        services.note_deliveries(episode=self.cast.episode, says=says, delivered=came, by=self.cast.ben.user)

    def tests(self) -> None:
        fact = builders.lunge_cm(clock.now().date(), str(self.chance.randint(3, 12)))
        services.append_fact(episode=self.cast.episode, fact=fact, by=self.cast.ada)

    def withdraws(self) -> None:
        desk.report(self.cast)

    def breaks(self) -> None:
        standings.undecided(self.cast.episode, self.cast.clinic.today())

    def proposes(self) -> None:
        told = services.story_of(episode=self.cast.episode, on=self.cast.clinic.today(), by=self.cast.ada)
        if told.follow_up.open_raise:
            services.answer_proposal(
                episode=self.cast.episode,
                proposal=told.follow_up.open_raise,
                answer="accept",
                by=self.cast.ada,
            )


@pytest.mark.parametrize("seed", range(6))
def test_after_random_days_every_row_is_what_its_facts_say(seed: int) -> None:
    chance = Random(seed)
    start_at = clock.now() - timedelta(days=15)
    with clock.as_if(start_at):
        cast = builders.cast()
        if seed % 3:
            services.set_plan(episode=cast.episode, by=cast.ada, reason="First.",
                              stage=content().protocol(cast.episode.protocol).first_stage)  # fmt: skip
    days = Days(cast, chance)
    for hour in sorted(chance.sample(range(1, 15 * 24), 14)):
        with clock.as_if(start_at + timedelta(hours=hour)):
            days.happen()
    with clock.as_if(start_at + timedelta(hours=15 * 24)):
        # tests and tasks are told of the day of the newest decision; told of one day, both say the same
        Standing.objects.update(is_outdated=True)
        assert_rows_are_what_the_facts_say()


def test_row_that_was_tampered_with_is_named_and_mended(cast: Cast) -> None:
    desk.start(cast)
    desk.report(cast)
    assert_rows_are_what_the_facts_say()
    Standing.objects.filter(episode=cast.episode).update(
        need=Need.ON_PLAN, n_messages=4, reason="All is well."
    )
    Standing.objects.filter(episode=cast.dora_episode).update(search="")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("rebuild_list", "--check", stdout=out)
    assert f"{cast.dora_episode.pk}: search" in out.getvalue()
    assert "2 rows, 2 differed." in out.getvalue()
    call_command("rebuild_list", stdout=out)
    call_command("rebuild_list", "--check", stdout=out)
    assert out.getvalue().endswith("2 rows, 0 differed.\n")


def test_test_taken_at_a_visit_leaves_the_list_with_the_next_round_of_the_job(cast: Cast) -> None:
    desk.start(cast)
    desk.report(cast)
    row, today = Standing.objects.get(episode=cast.episode), cast.clinic.today()
    assert (row.is_outdated, row.tests_due_on) == (False, today)
    told = services.story_of(episode=cast.episode, on=today, by=cast.ada)
    facts = [
        desk.visit_reading(content().measures[one.measure], today) for one in told.due if one.where == "visit"
    ]
    services.append_facts(episode=cast.episode, facts=facts, by=cast.ada)
    row.refresh_from_db()
    assert row.is_outdated
    assert services.refresh_outdated(by=BY) == 1
    row.refresh_from_db()
    assert not row.is_outdated
    assert row.tests_due_on is None or row.tests_due_on > today
    assert services.refresh_outdated(by=BY) == 0


def test_row_that_cannot_be_told_does_not_stop_the_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start(cast)
    desk.report(cast)
    Standing.objects.update(is_outdated=True)

    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("mortise.episode.story", breaks)
    assert services.refresh_outdated(by=BY) == 2
    assert not Standing.objects.filter(is_outdated=True).exists()


def test_records_a_phone_numbered_and_did_not_send_are_on_the_list(cast: Cast) -> None:
    desk.start(cast)
    desk.report(cast)
    says = services.PhoneSays("phone", 5, 0, 0.0)
    came = [services.Delivered(n, "", "stored", None, "", None) for n in (1, 2, 5)]
    services.note_deliveries(episode=cast.episode, says=says, delivered=came, by=cast.ben.user)
    builders.stand(cast.episode, need=Need.ON_PLAN, tests_due_on=None, n_tasks=0, is_plateau=False)
    (row,) = services.needs_list(by=cast.ada, today=cast.clinic.today())
    assert (row.need, row.action) == (Need.NOT_RECEIVED, "Look")
    assert "2 records of the phone not yet received." in row.reason


def test_upgrade_fills_the_rows_that_were_there(cast: Cast) -> None:
    desk.start(cast)
    desk.report(cast)
    PhoneDevice.objects.create(id="phone", episode=cast.episode, last_sequence=3)
    want = {one.pk: one for one in Standing.objects.select_related("episode__patient")}
    Standing.objects.update(search="", clinician=None, silent_on=None, told_on=None, is_outdated=False)
    step = importlib.import_module("mortise.web.care.migrations.0011_fill_what_the_list_reads")
    step.fill(apps, None)
    for row in Standing.objects.all():
        before = want[row.pk]
        same = ("search", "silent_on", "clinician_id", "told_on")
        assert [getattr(row, one) for one in same] == [getattr(before, one) for one in same]
        assert row.is_outdated
    assert Standing.objects.get(episode=cast.episode).n_not_received == 3


def test_what_is_read_of_an_old_row_is_only_when_the_engine_broke(cast: Cast) -> None:
    desk.start(cast)
    row = Standing.objects.select_related("episode__patient").get(episode=cast.episode)
    wrong = Standing(episode=cast.episode, since_at=clock.now(), need=Need.STOPPED, reason="?", n_tasks=7)
    made = from_scratch(cast.episode, wrong, on=cast.clinic.today())
    assert differences(row, made) in ((), ("is_outdated",))
