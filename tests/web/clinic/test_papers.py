"""A report as a file: asked for once, made by a job, said how far it is, gone after a day, nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.models import Paper
from mortise.web.clinic import jobs, views_paper
from tests.pdf_reader import Pdf
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk
from tests.web.clinic.desk import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(cast: Cast) -> Client:
    client = desk.start(cast)
    desk.trained(cast, 3)
    return client


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs wait in the queue, as they do where a worker takes them."""
    monkeypatch.setattr(jobs, "make_paper", jobs.make_paper.using(backend="queue"))


def work() -> None:
    """Do what waits, as a worker would."""
    jobs.make_paper.call(**DBTaskResult.objects.get().args_kwargs["kwargs"])


@pytest.mark.usefixtures("queued")
def test_request_only_asks_and_the_page_waits_until_the_job_has_made_it(cast: Cast, ada: Client) -> None:
    asked = ada.post(url("paper-ask", cast.episode.pk, "doctor"))
    (made,) = Paper.objects.all()
    assert asked["Location"] == url("paper", made.pk)
    assert made.status == Paper.Status.WAITING, "nothing is made inside the request"
    page = ada.get(asked["Location"])
    assert page["Refresh"]
    assert "Waiting for its turn" in page.content.decode()
    assert ada.get(url("paper-pdf", made.pk)).status_code == 404
    work()
    page = ada.get(asked["Location"])
    assert "Refresh" not in page
    assert "Ready since" in page.content.decode()
    answer = ada.get(url("paper-pdf", made.pk))
    assert answer["Content-Type"] == "application/pdf"
    assert "Ben" not in answer["Content-Disposition"]
    assert "Ben Fictional" in Pdf(answer.content).text


@pytest.mark.usefixtures("queued")
def test_asked_twice_is_made_once_and_a_job_done_twice_changes_nothing(cast: Cast, ada: Client) -> None:
    for _ in range(2):
        ada.post(url("paper-ask", cast.episode.pk, "doctor"))
    assert Paper.objects.count() == DBTaskResult.objects.count() == 1
    work()
    first = Paper.objects.get().made_at
    work()
    assert Paper.objects.get().made_at == first
    ada.post(url("paper-ask", cast.episode.pk, "doctor"))
    assert Paper.objects.count() == 2, "a new one once the old one is made"


@pytest.mark.usefixtures("queued")
def test_given_up_is_said_and_can_be_asked_again(cast: Cast, ada: Client) -> None:
    asked = ada.post(url("paper-ask", cast.episode.pk, "doctor"))
    jobs._tell_given_up("interrupted", paper=str(Paper.objects.get().pk), by=str(cast.ada.pk))
    assert "It could not be made" in ada.get(asked["Location"]).content.decode()
    ada.post(url("paper-ask", cast.episode.pk, "doctor"))
    assert Paper.objects.count() == 2


def test_waiting_page_names_the_step_that_is_done(cast: Cast, ada: Client) -> None:
    asked = services.ask_paper(episode=cast.episode, kind="doctor", queue=lambda _: None, by=cast.ada)
    seen: list[str] = []

    def look(_: object = None) -> bytes:
        seen.append(Paper.objects.get().status)
        return b"%PDF"

    services.make_paper(paper=asked, story=look, pages=look)
    assert seen == [Paper.Status.READING, Paper.Status.SETTING]


def test_what_broke_leaves_no_half_file(cast: Cast, ada: Client) -> None:
    asked = services.ask_paper(episode=cast.episode, kind="doctor", queue=lambda _: None, by=cast.ada)
    with pytest.raises(ZeroDivisionError):
        services.make_paper(paper=asked, story=lambda: None, pages=lambda _: bytes(1 // 0))
    assert Paper.objects.get().pdf is None
    views_paper.make(services.paper_or_404(cast.ada, asked.pk))
    assert Paper.objects.get().status == Paper.Status.READY, "tried again it is made"


def test_file_of_yesterday_is_gone_and_today_s_is_kept(cast: Cast) -> None:
    old, new = builders.paper(cast.episode, cast.ada), builders.paper(cast.episode, cast.ada)
    Paper.objects.filter(pk=old.pk).update(asked_at=clock.now() - timedelta(hours=25))
    assert services.drop_old_papers() == 1
    assert Paper.objects.get().pk == new.pk


def test_no_file_of_another_kind_or_another_clinic(cast: Cast, ada: Client) -> None:
    assert ada.post(url("paper-ask", cast.episode.pk, "nobody")).status_code == 404
    cy = builders.signed_in(cast.cy)
    made = builders.paper(cast.episode, cast.ada)
    for at in (url("paper", made.pk), url("paper-pdf", made.pk)):
        assert cy.get(at).status_code == 404
