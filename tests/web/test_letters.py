"""A referral letter says what the record says: the same numbers as the course page, kept as signed, with its clock."""

from __future__ import annotations

import html
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from mortise.errors import ConflictError, InputError
from mortise.record import SessionLog
from mortise.record.records import encode
from mortise.terms import Side
from mortise.web.accounts import rights
from mortise.web.audit import clock
from mortise.web.audit.models import AppendOnlyError
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import Letter, SignedLetter
from mortise.web.care.services import following
from mortise.web.care.services.letters import TamperedError
from mortise.web.clinic.letter_figures import figures_in
from mortise.web.clinic.presenters_letter import DOMAINS
from mortise.web.clinic.presenters_letter_found import DEFAULT, FOUND
from tests.pdf_reader import Pdf
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk

pytestmark = pytest.mark.django_db


def measured(cast: Cast) -> Client:
    """Return Ada's browser, with Ben's programme running and his knee-to-wall measured on both sides."""
    client = desk.start(cast)
    desk.trained(cast, 10)
    today = cast.clinic.today()
    taken = [(14, "5.5", Side.LEFT), (14, "11.0", Side.RIGHT), (7, "6.5", Side.LEFT), (0, "7.5", Side.LEFT)]
    for back, value, side in taken:
        fact = builders.lunge_cm(today - timedelta(days=back), value, side)
        services.append_fact(episode=cast.episode, fact=fact, by=cast.ada)
    return client


def begun(cast: Cast, client: Client, escalation: str = "imaging") -> Letter:
    client.post(
        desk.url("escalate", cast.episode.pk), {"escalation": escalation, "reason": "Locks twice a week."}
    )
    case = next(one for one in following.cases_of(cast.episode) if one.escalation == escalation)
    page = client.get(desk.url("course", cast.episode.pk)).content.decode()
    assert f'name="case" value="{case.case}"><button' in page, "the course offers the letter"
    assert client.post(desk.url("letter-begin", cast.episode.pk), {"case": case.case}).status_code == 302
    return Letter.objects.get(case=case.case)


def sent_form(letter: Letter, **over: str) -> dict[str, str]:
    return {"to": "Dr Gale, Radiology", **letter.words, **over}


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_numbers_of_the_letter_are_those_of_the_course_page(cast: Cast) -> None:
    client = measured(cast)
    letter = begun(cast, client)
    numbers = letter.facts["numbers"]
    lunge = [one for one in numbers if one["measure"] == "lunge_cm"]
    assert [one["side"] for one in lunge] == ["left, treated", "right"]
    assert all("±" in one["newest"] for one in lunge)
    assert letter.facts["gate"]
    assert not not_on_the_course(client, letter)

    client.post(f"/desk/letters/{letter.pk}/", sent_form(letter, sign="1"))
    read = Pdf(client.get(f"/desk/letters/{letter.pk}/pdf/").content).text
    for one in numbers:
        assert plain(one["newest"]) in plain(read)
        assert one["on"] in read
    for row in letter.facts["gate"]:
        assert plain(row["label"]) in plain(read)
    for words in letter.words.values():
        for line in words.splitlines():
            assert plain(line) in plain(read)
    assert "Locks twice a week." in read
    assert "10 sessions done" in read
    assert "Ben Fictional" in read


def not_on_the_course(client: Client, letter: Letter) -> list[str]:
    """Return the numbers of a letter that its course page does not show."""
    at = desk.url("course", letter.episode_id)
    course = plain(client.get(at).content.decode())
    wrong = [
        row["label"] for row in letter.facts["gate"] if plain(f"{row['value']} {row['bound']}") not in course
    ]
    for one in letter.facts["numbers"]:
        page = html.unescape(client.get(f"{at}?chart={one['measure']}").content.decode())
        if one["measure"] == "lunge_cm" and one["newest"] not in page:
            wrong.append(one["label"])
    return wrong


def test_number_that_the_course_page_does_not_show_is_found(cast: Cast) -> None:
    """The planted fault: one digit of the letter is another one."""
    client = measured(cast)
    letter = begun(cast, client)
    letter.facts["numbers"][0]["newest"] = letter.facts["numbers"][0]["newest"].replace("7", "8", 1)
    letter.facts["gate"][0]["value"] = "never measured like that"
    assert len(not_on_the_course(client, letter)) == 2


def test_pdf_is_tagged_named_and_in_english(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    letter = builders.letter(cast.episode, cast.ada)
    draft = Pdf(client.get(f"/desk/letters/{letter.pk}/pdf/").content)
    assert "Draft. Not signed" in draft.text
    client.post(f"/desk/letters/{letter.pk}/", sent_form(letter, sign="1"))
    pdf = Pdf(client.get(f"/desk/letters/{letter.pk}/pdf/").content)
    assert pdf.language == "en"
    assert [one.words for one in pdf.tree.all("H1")] == ["Request for imaging"]
    assert {"H2", "P", "L"} <= {one.tag for one in pdf.tree.all()}
    assert "Draft" not in pdf.text
    assert "Signed" in pdf.text


def test_signed_letter_never_changes(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    letter = builders.letter(cast.episode, cast.ada)
    at = f"/desk/letters/{letter.pk}/"
    assert client.post(at, sent_form(letter, why="Locks three times.")).status_code == 302
    letter.refresh_from_db()
    assert letter.words["why"] == "Locks three times."
    client.post(at, sent_form(letter, sign="1"))
    kept = client.get(f"{at}pdf/").content
    assert client.post(at, sent_form(letter, why="Never mind.")).status_code == 409
    assert client.get(f"{at}pdf/").content == kept
    signed = SignedLetter.objects.get()
    with pytest.raises(AppendOnlyError):
        signed.save()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE care_signedletter SET sha256 = ''")
    found = services.letter_or_404(cast.ada, letter.pk)
    found.signed.pdf = kept + b" "
    with pytest.raises(TamperedError):
        services.signed_pdf(letter=found, by=cast.ada)


@pytest.mark.parametrize("left_out", ["to", "why", "tried", "found", "question"])
def test_letter_with_a_part_missing_is_not_signed(cast: Cast, left_out: str) -> None:
    letter = builders.letter(cast.episode, cast.ada)
    client = builders.signed_in(cast.ada)
    given = sent_form(letter, sign="1", **{left_out: " "})
    assert client.post(f"/desk/letters/{letter.pk}/", given).status_code == 400
    assert not SignedLetter.objects.exists()


def test_letter_goes_from_draft_to_outcome_on_the_clock_of_its_escalation(cast: Cast) -> None:
    client = measured(cast)
    letter = begun(cast, client)
    at = f"/desk/letters/{letter.pk}/"
    case = services.case_of(cast.episode, letter.case)
    assert (case.due_on - case.raised_on).days == 28, "the protocol's days for imaging"
    assert client.post(f"{at}sent/", {"how": "By post"}).status_code == 409, "not signed yet"
    client.post(at, sent_form(letter, sign="1"))
    assert client.post(f"{at}received/", {"words": "They have it"}).status_code == 409, "not sent yet"
    assert client.post(f"{at}sent/", {"how": "By post"}).status_code == 302
    assert services.case_of(cast.episode, letter.case).acknowledged_on == cast.clinic.today()
    assert client.post(f"{at}sent/", {"how": "By post"}).status_code == 409
    assert client.post(f"{at}received/", {"words": "Dr Gale, on the 3rd"}).status_code == 302
    outcome = {"case": letter.case, "outcome": "seen", "reason": "No fracture, oedema."}
    assert client.post(desk.url("escalation", cast.episode.pk), outcome).status_code == 302
    assert not services.case_of(cast.episode, letter.case).is_open
    page = client.get(at).content.decode()
    assert "No fracture, oedema." in page
    assert "By post" in page


def test_overdue_letter_says_so(cast: Cast) -> None:
    letter = builders.letter(cast.episode, cast.ada)
    with clock.as_if(clock.now() + timedelta(days=40)):
        page = builders.signed_in(cast.ada).get(f"/desk/letters/{letter.pk}/").content.decode()
    assert "Overdue" in page


@pytest.mark.parametrize("escalation", ["injection", "surgical_opinion", "podiatry", "sports_physician"])
def test_every_way_out_has_its_question(cast: Cast, escalation: str) -> None:
    letter = begun(cast, desk.start(cast), escalation)
    assert "?" in letter.words["question"]
    assert "Meanwhile the programme goes on in stage 1" in letter.words["question"]
    assert all(letter.words.values())


def test_numbers_of_today_are_taken_when_asked(cast: Cast) -> None:
    client = measured(cast)
    letter = begun(cast, client)
    before = letter.facts["numbers"]
    fact = builders.lunge_cm(cast.clinic.today(), "12.0", Side.RIGHT)
    services.append_fact(episode=cast.episode, fact=fact, by=cast.ada)
    client.post(f"/desk/letters/{letter.pk}/", sent_form(letter))
    letter.refresh_from_db()
    assert letter.facts["numbers"] == before
    client.post(f"/desk/letters/{letter.pk}/", sent_form(letter, numbers="1"))
    letter.refresh_from_db()
    assert letter.facts["numbers"] != before


def test_physician_signs_and_others_do_not(cast: Cast) -> None:
    letter: Any = builders.letter(cast.episode, cast.ada)
    physician = builders.signed_in(builders.colleague(cast.clinic, rights.PHYSICIAN))
    assert physician.post(f"/desk/letters/{letter.pk}/", sent_form(letter, sign="1")).status_code == 302
    other = builders.letter(cast.episode, cast.ada, "podiatry")
    podiatrist = builders.colleague(cast.clinic, rights.PODIATRIST)
    with pytest.raises(InputError):
        services.sign_letter(letter=other, paper=lambda _: b"", by=podiatrist)
    with pytest.raises(ConflictError):
        services.sign_letter(letter=letter, paper=lambda _: b"", by=cast.ada)


# ---------------------------------------------------------------- what was found, and its figures

KINDS = ("imaging", "injection", "surgical_opinion", "podiatry")


def examined(cast: Cast) -> Client:
    """Return Ada's browser, with Ben measured, examined and treated by hand."""
    client = measured(cast)
    for section in ("history", "symptoms", "look", "range", "joint_play", "function", "imaging"):
        page = desk.url("assess", cast.episode.pk, section)
        client.post(page, desk.section_data(section, **{"t-surgery": "2019, 3 screws"}))
    return client


def not_in_the_record(cast: Cast, letter: Letter) -> set[str]:
    """Return the figures a letter writes that the record, its dates and what is counted from it do not hold."""
    record = services.record_of(episode=cast.episode, by=cast.ada)
    told = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    held = set(figures_in(encode(record).decode()))
    days = {one.on for one in record.facts} | {told.as_of}
    held |= {str(one.day) for one in days} | {str(one.year) for one in days}
    held |= {str(sum(isinstance(one, SessionLog) for one in record.facts))}
    held |= {str(stage.number) for stage in told.protocol.stages}
    held |= {str(max(1, (told.as_of - min(days)).days // 7)), figures_in(str(told.adherence or 0))[0]}
    times = Counter(
        item.exercise for one in record.facts if isinstance(one, SessionLog) for item in one.items
    )
    held |= {str(n) for n in times.values()}
    return set(figures_in("\n".join(letter.words.values()))) - held


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_of_a_drafted_letter_is_in_the_record(cast: Cast, kind: str) -> None:
    letter = begun(cast, examined(cast), kind)
    assert figures_in("\n".join(letter.words.values()))
    assert not_in_the_record(cast, letter) == set()
    letter.words["tried"] += " Pain fell from 8 to 2.7 in 83 sessions."
    assert {"2.7", "83"} <= not_in_the_record(cast, letter), "planted"


@pytest.mark.parametrize("kind", ["imaging", "podiatry"])
def test_figure_typed_into_a_letter_and_not_in_its_record_is_pointed_at(cast: Cast, kind: str) -> None:
    client = examined(cast)
    letter = begun(cast, client, kind)
    at = f"/desk/letters/{letter.pk}/"
    assert "Not from the record" not in client.get(at).content.decode()
    client.post(at, sent_form(letter, why="Locks twice a week, pain 9.3 of 10 since 1987."))
    page = plain(client.get(at).content.decode())
    assert "Not from the record: 9.3, 1987" in page
    letter.refresh_from_db()
    newest = next(one for one in letter.facts["numbers"] if one["measure"] == "lunge_cm")["newest"]
    client.post(at, sent_form(letter, why=f"Knee to wall is {newest}."))
    assert "Not from the record" not in client.get(at).content.decode()


def test_receiver_reads_what_concerns_them(cast: Cast) -> None:
    client = examined(cast)
    letters = {kind: begun(cast, client, kind) for kind in KINDS}
    for kind, letter in letters.items():
        domains = {content().measures[one["measure"]].domain for one in letter.facts["numbers"]}
        assert domains <= set(DOMAINS[kind])
        assert "lunge_cm" in {one["measure"] for one in letter.facts["numbers"]}
    assert {one.domain for one in content().measures.values()} >= {n for row in DOMAINS.values() for n in row}
    found = {kind: letter.words["found"] for kind, letter in letters.items()}
    for words in found.values():
        assert "How it began" in words
        assert "2019, 3 screws" in words
    assert "Footwear" in found["podiatry"]
    assert "Footwear" not in found["imaging"]
    assert "Pregnancy" in found["imaging"]
    assert "Feeling" in found["injection"] or "feeling" in found["injection"]
    assert "Anterior drawer" not in found["podiatry"]
    assert "left, treated: " in found["surgical_opinion"]


def test_day_of_the_examination_is_said_once_and_answers_read_alone(cast: Cast) -> None:
    client = examined(cast)
    client.post(
        desk.url("assess", cast.episode.pk, "history"),
        desk.section_data("history", **{"q-duration-none": "longer"}),
    )
    lines = begun(cast, client).words["found"].splitlines()
    assert sum("Asked and examined on" in line for line in lines) == 1
    assert "How long: Longer than a year." in lines
    assert any(line.startswith("Joint play, talocrural") for line in lines)
    assert not any(line.startswith("Images, front of the ankle") for line in lines), "no images, so no line"


def test_every_sign_a_letter_asks_for_is_one_of_the_assessment() -> None:
    known = {one.id for section in content().assessment.sections for one in section.questions}
    named = {name for names in (*FOUND.values(), DEFAULT) for name in names}
    assert named <= known
    assert set(KINDS) <= set(FOUND)


def test_question_is_marked_as_a_draft_nobody_checked(cast: Cast) -> None:
    letter = builders.letter(cast.episode, cast.ada)
    page = builders.signed_in(cast.ada).get(f"/desk/letters/{letter.pk}/").content.decode()
    assert "no clinician has checked it" in page
