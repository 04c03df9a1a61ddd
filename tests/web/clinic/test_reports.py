"""Reports: the same numbers for patient, physiotherapist, doctor and course; pages, and PDF that can be heard."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from mortise.terms import Side
from mortise.web.care import services
from mortise.web.clinic.presenters_report import numbers_of
from mortise.web.clinic.views_report import KINDS
from tests.pdf_reader import Pdf
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ada)
    return client


@pytest.fixture
def course(cast: Cast) -> Cast:
    """Ben with a programme, knee to wall twice on both sides, goals and reports."""
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    today = cast.clinic.today()
    for days, left, right in ((20, "5.5", "10.0"), (13, "6.5", "10.2"), (0, "9.5", "10.1")):
        for side, value in ((Side.LEFT, left), (Side.RIGHT, right)):
            fact = builders.lunge_cm(today - timedelta(days=days), value, side)
            services.append_fact(episode=cast.episode, fact=fact, by=cast.ada)
    drafts = [services.GoalDraft("Walk to the harbour.")]
    services.set_goals(episode=cast.episode, goals=drafts, by=cast.ada)
    return cast


def text_of(page: str) -> str:
    """What a reader sees: words and numbers without tags, spaces made alike."""
    body = page[page.index("<body") :]
    words = html.unescape(
        re.sub(r"<[^>]+>", " ", re.sub(r"<(style|script)\b.*?</\1>", " ", body, flags=re.S))
    )
    return re.sub(r"\s+", " ", words)


def asked(kind: str, cast: Cast) -> str:
    return f"/desk/episodes/{cast.episode.pk}/reports/{kind}/"


def test_all_reports_show_the_same_numbers_and_the_course_the_newest(desk: Client, course: Cast) -> None:
    today = course.clinic.today()
    numbers = numbers_of(services.story_of(episode=course.episode, on=today, by=course.ada))
    assert len(numbers.numbers) >= 6, "a test of nothing would pass"
    flat = [re.sub(r"\s+", " ", one) for one in numbers.numbers]
    for kind in KINDS:
        shown = text_of(desk.get(asked(kind, course)).content.decode())
        assert [one for one in flat if one not in shown] == [], kind
    page = text_of(desk.get(url("course", course.episode.pk)).content.decode())
    assert f"{numbers.gate.n_met} of {len(numbers.gate.lines)}" in page
    for row in [row for line in numbers.gate.lines for row in line.rows if row.value]:
        assert re.sub(r"\s+", " ", row.value) in page


def test_what_is_beyond_error_says_so_and_the_rest_does_not(course: Cast) -> None:
    today = course.clinic.today()
    numbers = numbers_of(services.story_of(episode=course.episode, on=today, by=course.ada))
    by_side = {one.is_treated: one for one in numbers.lines if one.measure == "lunge_cm"}
    assert (by_side[True].change, by_side[True].verdict) == ("+4.0\u00a0cm", "beyond error")
    assert by_side[True].plain.startswith("Better than at the start")
    assert by_side[False].verdict == "within error"
    assert by_side[False].plain.startswith("No change yet")


def test_the_patient_s_lines_are_those_the_gate_counts(course: Cast) -> None:
    today = course.clinic.today()
    numbers = numbers_of(services.story_of(episode=course.episode, on=today, by=course.ada))
    told = [(line.is_met, line.is_known) for line in numbers.gate_plain]
    pegs = {"In place": (True, True), "Not yet": (False, True)}
    assert told == [pegs.get(line.peg.word, (False, False)) for line in numbers.gate.lines]
    assert (False, True) in told


def test_the_patient_s_report_has_no_jargon(desk: Client, course: Cast) -> None:
    shown = text_of(desk.get(asked("patient", course)).content.decode()).lower()
    for word in (
        "mdc",
        "nrs",
        "criterion",
        "evidence",
        "sem ",
        "beyond error",
        "adherence",
        "clinician default",
    ):
        assert word not in shown, word
    assert "walk to the harbour" in shown
    assert "when to call" in shown


@pytest.mark.parametrize(("kind", "n_most"), [("patient", 6), ("physiotherapist", 14), ("doctor", 1)])
def test_each_report_is_a_tagged_pdf_and_the_doctor_s_one_page(
    desk: Client, course: Cast, kind: str, n_most: int
) -> None:
    answer = desk.get(f"{asked(kind, course)}?as=pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert "Ben" not in answer["Content-Disposition"]
    made = Pdf(answer.content)
    assert 1 <= len(made.pages) <= n_most
    assert made.tree.all("H1")
    words = made.tree.words
    today = course.clinic.today()
    numbers = numbers_of(services.story_of(episode=course.episode, on=today, by=course.ada))
    assert [one for one in numbers.numbers if re.sub(r"\s+", " ", one) not in words] == []


def test_no_report_without_a_programme_and_none_of_another_kind(desk: Client, cast: Cast) -> None:
    assert desk.get(asked("doctor", cast)).status_code == 302
    assert "needs a programme" in desk.get(f"/desk/episodes/{cast.episode.pk}/reports/").content.decode()
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    assert desk.get(asked("insurer", cast)).status_code == 404
    assert desk.get(asked("doctor", cast)).status_code == 200


def test_a_report_is_refused_to_another_clinic_and_to_the_phone(cast: Cast) -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    client = Client()
    client.force_login(cast.cy)
    assert client.get(asked("doctor", cast)).status_code == 404
    client.force_login(cast.ben.user)
    assert client.get(asked("doctor", cast)).status_code in (302, 404)
