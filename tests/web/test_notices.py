"""Mail: a red flag until somebody acknowledges it, silence once; never a name, never a word about health."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction

from mortise.terms import Advice
from mortise.web.audit import clock, log
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import FactRow, Need, Notice, Standing
from mortise.web.jobs.timetable import one_round
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import calm_answers

pytestmark = pytest.mark.django_db
BY = log.Process("test")


def flagged(cast: Cast, name: str = "red_calf") -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    report(cast, **{name: Decimal(1)})


def report(cast: Cast, **answers: Decimal | None) -> None:
    today = cast.clinic.today()
    fact = builders.check_in(today, answers=calm_answers(**answers))
    services.answer_report(episode=cast.episode, facts=[fact], on=today, by=cast.ben.user)


def after(**later: int) -> int:
    """Run the job so much later and return how many mails went out."""
    return services.send_due(now=clock.now() + timedelta(**later), by=BY).n_sent


def test_a_red_flag_goes_to_the_clinicians_of_the_clinic_and_nobody_else(cast: Cast) -> None:
    builders.clinician(cast.clinic, "Falk", "falk@clinic.example")
    builders.administrator(cast.clinic)
    flagged(cast)
    assert after() == 1
    (sent,) = mail.outbox
    assert sent.recipients() == ["ada@clinic.example", "falk@clinic.example"]
    assert sent.to == [], "they do not see each other's addresses from outside"


def test_the_mail_says_nothing_about_anybody(cast: Cast) -> None:
    flagged(cast)
    after()
    said = f"{mail.outbox[0].subject} {mail.outbox[0].body} {mail.outbox[0].extra_headers}".lower()
    labels = [content().measures[name].label for name in content().protocol(cast.episode.protocol).red_flags]
    words = {word for label in labels for word in re.findall(r"[a-z]{4,}", label.lower())} - {"with", "since"}
    health = {
        "ankle",
        "pain",
        "patient",
        "flag",
        "calf",
        "clot",
        "swell",
        "symptom",
        "stage",
        "left",
        "health",
    }
    for word in words | health | {"ben", "fictional", "harbour", str(cast.episode.pk), str(cast.ben.pk)}:
        assert not re.search(rf"\b{re.escape(word)}", said), word


def test_it_repeats_until_a_clinician_acknowledges_it(cast: Cast) -> None:
    flagged(cast)
    assert [after(), after(minutes=5), after(minutes=16), after(minutes=17), after(minutes=32)] == [
        1,
        0,
        1,
        0,
        1,
    ]
    services.judge(episode=cast.episode, judgement="acknowledge", reason="Seen, I call.", by=cast.ada)
    assert after(days=9) == 0
    notice = Notice.objects.get()
    assert (notice.acknowledged_by, notice.n_sent) == (cast.ada, 3)
    assert Standing.objects.get(episode=cast.episode).is_locked, "acknowledging opens nothing"


def test_an_answer_that_is_not_an_acknowledgement_ends_nothing(cast: Cast) -> None:
    flagged(cast)
    made = (
        FactRow.objects.filter(kind="decision").select_related("episode__patient__clinic").latest("sequence")
    )
    services.respond(decision=made, response="agree", by=cast.ada)
    report(cast)
    assert after() == 1
    assert after(minutes=16) == 1


def test_a_second_flag_is_told_again_and_the_same_report_never_twice(cast: Cast) -> None:
    flagged(cast)
    services.judge(episode=cast.episode, judgement="acknowledge", reason="Seen.", by=cast.ada)
    services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert Notice.objects.count() == 1
    report(cast, red_fall=Decimal(1))
    assert Notice.objects.count() == 2
    assert after() == 1
    services.judge(episode=cast.episode, judgement="resume", reason="Examined.", by=cast.ada)
    assert after(days=2) == 0


def test_less_urgent_flags_repeat_less_often(cast: Cast) -> None:
    protocol = content().protocol(cast.episode.protocol)
    slow = next(
        one
        for one in protocol.rules
        if one.locks and one.tier is not None and one.tier.value == "within_48_h"
    )
    from mortise.protocol.criteria import criteria_in

    flagged(cast, next(iter(criteria_in(slow.when))).measure)
    assert [after(), after(hours=1), after(hours=5)] == [1, 0, 1]
    assert "within 48 hours" in mail.outbox[0].body


def test_it_is_queued_with_the_report_or_not_at_all(cast: Cast) -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")

    def breaks_after_the_report() -> None:
        with transaction.atomic():
            report(cast, red_calf=Decimal(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks_after_the_report()
    assert not Notice.objects.exists()


def test_a_mail_server_that_fails_is_tried_again_and_holds_up_nobody_else(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    flagged(cast)
    services.set_plan(episode=cast.dora_episode, by=cast.cy, reason="first plan", stage="G1")
    today = cast.other_clinic.today()
    services.answer_report(
        episode=cast.dora_episode, facts=[builders.check_in(today, answers=calm_answers(red_calf=Decimal(1)))],
        on=today, by=cast.dora.user,
    )  # fmt: skip
    from django.core.mail import EmailMessage

    real = EmailMessage.send

    def fails(self: EmailMessage, *args: Any, **kwargs: Any) -> int:
        if "ada@clinic.example" in self.bcc:
            raise smtplib.SMTPServerDisconnected("gone")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", fails)
    sent = services.send_due(now=clock.now(), by=BY)
    assert (sent.n_sent, sent.n_failed) == (1, 1)
    monkeypatch.undo()
    assert after(minutes=3) == 1
    assert {one.bcc[0] for one in mail.outbox} == {"ada@clinic.example", "cy@hill.example"}


def test_two_jobs_at_once_send_it_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    flagged(cast)
    from django.core.mail import EmailMessage

    real, inner = EmailMessage.send, []

    def meanwhile(self: EmailMessage, *args: Any, **kwargs: Any) -> int:
        monkeypatch.undo()
        inner.append(services.send_due(now=clock.now(), by=BY).n_sent)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", meanwhile)
    assert after() == 1
    assert inner == [0]
    assert len(mail.outbox) == 1


def test_the_sending_is_audited_and_the_command_does_a_round(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    flagged(cast)
    call_command("run_jobs", once=True)
    assert "1 sent, 0 failed" in capsys.readouterr().out
    entry = AuditEntry.objects.filter(action="notice.send").get()
    assert entry.actor == "process:run_jobs"


def test_a_job_that_breaks_leaves_the_others_running(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    flagged(cast)

    def breaks(**_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(services, "decide_for_the_silent", breaks)
    assert one_round().startswith("silent: broke; 0 rows of the list renewed; 1 sent, 0 failed")


# ---------------------------------------------------------------- silence


def quiet(cast: Cast, *, email: str = "ben@example.org") -> int:
    """Let Ben report once and then say nothing; return the protocol's days of silence."""
    cast.ben.email = email
    cast.ben.save()
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    report(cast)
    return content().protocol(cast.episode.protocol).silence_days


def silent(days: int) -> int:
    with clock.as_if(clock.now() + timedelta(days=days)):
        return services.decide_for_the_silent(now=clock.now(), by=BY)


def test_nobody_is_decided_for_who_was_heard(cast: Cast) -> None:
    n = quiet(cast)
    assert silent(n - 1) == 0
    assert not Notice.objects.exists()


def test_silence_asks_the_clinician_and_tells_the_patient_once(cast: Cast) -> None:
    n = quiet(cast)
    assert silent(n) == 1
    standing = Standing.objects.get(episode=cast.episode)
    assert (standing.need, standing.advice) == (Need.ASKED, Advice.ASK_CLINICIAN.value)
    assert "Seven days without a check-in" in standing.reason
    assert [silent(n), silent(n + 1), silent(n + 6)] == [0, 0, 0]
    with clock.as_if(clock.now() + timedelta(days=n)):
        assert after() == 1
    assert mail.outbox[0].to == ["ben@example.org"]
    assert not re.search(
        r"pain|ankle|ben\b|exercise|symptom", f"{mail.outbox[0].subject} {mail.outbox[0].body}".lower()
    )
    assert silent(2 * n) == 1
    assert Notice.objects.count() == 1
    decision = FactRow.objects.filter(kind="decision").latest("sequence")
    assert '"ask.silence"' in decision.payload


def test_an_answer_ends_the_silence_and_the_mail_that_has_not_gone_out(cast: Cast) -> None:
    n = quiet(cast)
    silent(n)
    with clock.as_if(clock.now() + timedelta(days=n)):
        report(cast)
        assert after() == 0
    assert silent(n + 1) == 0


def test_without_an_address_only_the_clinic_is_asked(cast: Cast) -> None:
    n = quiet(cast, email="")
    assert silent(n) == 1
    assert not Notice.objects.exists()


def test_who_has_no_programme_is_not_silent(cast: Cast) -> None:
    assert silent(60) == 0


# ---------------------------------------------------------------- the rows themselves


def test_facts_stay_append_only_after_the_migration_that_copies_their_table(cast: Cast) -> None:
    fact = services.append_fact(
        episode=cast.episode, fact=builders.check_in(cast.clinic.today()), by=cast.ben.user
    )
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE care_factrow SET kind = 'goal' WHERE id = %s", [fact.id])
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM care_factrow WHERE id = %s", [fact.id])
