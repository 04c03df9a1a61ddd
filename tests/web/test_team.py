"""Several people around one patient: hand-over, cover, opinions, notes, consent, guests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from mortise.errors import ConflictError, InputError
from mortise.web.accounts import rights
from mortise.web.accounts.models import PhoneLink, User
from mortise.web.audit.models import AppendOnlyError, AuditEntry
from mortise.web.care import services
from mortise.web.care.models import Charge, Consent, Cover, Note, Opinion, Patient, Purpose
from tests.web import builders
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def eve(cast: Cast) -> User:
    return builders.clinician(cast.clinic, "Eve", "eve@clinic.example")


def at(cast: Cast, name: str) -> str:
    return f"/desk/episodes/{cast.episode.pk}/{name}/"


# ---------------------------------------------------------------- hand-over and cover


def test_hand_over_is_seen_by_both_and_told_by_mail(
    cast: Cast, eve: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = builders.signed_in(cast.ada)
    with django_capture_on_commit_callbacks(execute=True):
        sent = client.post(at(cast, "hand-over"), {"to": str(eve.pk), "note": "Stiff in the morning."})
    assert sent.status_code == 302
    assert mail.outbox[-1].to == [eve.email]
    assert "Ben" not in mail.outbox[-1].body + mail.outbox[-1].subject
    for user in (cast.ada, eve):
        page = builders.signed_in(user).get(at(cast, "together")).content.decode()
        assert "Eve treats Ben Fictional" in page
        assert "Stiff in the morning." in page
    assert "You treat 1 patient" in builders.signed_in(eve).get("/desk/team/").content.decode()
    assert "You treat 0 patients" in client.get("/desk/team/").content.decode()


def test_hand_over_needs_a_note_and_a_colleague_who_treats(cast: Cast, eve: User) -> None:
    client = builders.signed_in(cast.ada)
    coach = builders.colleague(cast.clinic, rights.COACH)
    for given in (
        {"to": str(eve.pk), "note": " "},
        {"to": str(coach.pk), "note": "x"},
        {"to": str(cast.cy.pk), "note": "x"},
    ):
        assert client.post(at(cast, "hand-over"), given).status_code == 400
    with pytest.raises(InputError):
        services.hand_over(patient=cast.ben, to=cast.cy.pk, note="x", by=cast.ada)
    with pytest.raises(ConflictError):
        services.hand_over(patient=cast.ben, to=cast.ada.pk, note="x", by=eve)
    assert not Charge.objects.exists()


def test_tasks_and_clocks_go_along_with_a_hand_over(cast: Cast, eve: User) -> None:
    today = cast.clinic.today()
    before = services.needs_list(by=cast.ada, today=today)
    services.hand_over(patient=cast.ben, to=eve.pk, note="All yours.", by=cast.ada)
    assert services.needs_list(by=eve, today=today) == before
    services.judge(episode=cast.episode, judgement="acknowledge", reason="Seen.", by=cast.ada)
    cast.episode.standing.refresh_from_db()
    assert cast.episode.standing.clinician_id == eve.pk, "the list names who took the patient"


def test_covering_colleague_sees_the_list_and_is_told(
    cast: Cast, eve: User, django_capture_on_commit_callbacks: Any
) -> None:
    today = cast.clinic.today()
    given = {
        "covering": str(eve.pk),
        "from_on": today.isoformat(),
        "until_on": (today + timedelta(days=3)).isoformat(),
    }
    with django_capture_on_commit_callbacks(execute=True):
        assert builders.signed_in(cast.ada).post("/desk/team/", given).status_code == 302
    assert mail.outbox[-1].to == [eve.email]
    client = builders.signed_in(eve)
    page = client.get("/desk/team/").content.decode()
    assert "You cover for Ada until" in page
    assert "Ben Fictional" in page
    cover = Cover.objects.get()
    assert (
        builders.signed_in(builders.clinician(cast.clinic, "Gus", "gus@clinic.example"))
        .post(f"/desk/team/cover/{cover.pk}/end/")
        .status_code
        == 404
    )
    client.post(f"/desk/team/cover/{cover.pk}/end/")
    assert "You cover for Ada" not in client.get("/desk/team/").content.decode()


@pytest.mark.parametrize(("first", "last"), [(2, 1), (-5, -1), (0, 400)])
def test_cover_that_cannot_be_is_refused(cast: Cast, eve: User, first: int, last: int) -> None:
    today = cast.clinic.today()
    with pytest.raises(InputError):
        services.arrange_cover(
            covering=eve.pk, from_on=today + timedelta(days=first), until_on=today + timedelta(days=last),
            note="", by=cast.ada,
        )  # fmt: skip
    with pytest.raises(InputError):
        services.arrange_cover(covering=cast.ada.pk, from_on=today, until_on=today, note="", by=cast.ada)


# ---------------------------------------------------------------- opinions and notes


def test_opinion_is_answered_once_by_whom_it_was_asked_and_changes_nothing(cast: Cast, eve: User) -> None:
    today = cast.clinic.today()
    before = services.needs_list(by=cast.ada, today=today)
    facts = services.record_of(episode=cast.episode, by=cast.ada).facts
    builders.signed_in(cast.ada).post(
        at(cast, "ask"), {"asked": str(eve.pk), "question": "A block or a tight calf?"}
    )
    opinion = Opinion.objects.get()
    with pytest.raises(InputError):
        services.answer_opinion(opinion=opinion, answer="Mine", by=cast.ada)
    client = builders.signed_in(eve)
    assert "A block or a tight calf?" in client.get("/desk/team/").content.decode()
    assert client.post(f"/desk/opinions/{opinion.pk}/", {"answer": "A block."}).status_code == 302
    assert client.post(f"/desk/opinions/{opinion.pk}/", {"answer": "Or not."}).status_code == 409
    assert "A block." in builders.signed_in(cast.ada).get(at(cast, "together")).content.decode()
    assert services.needs_list(by=cast.ada, today=today) == before
    assert services.record_of(episode=cast.episode, by=cast.ada).facts == facts


def test_notes_of_the_foot_are_the_podiatrists_and_the_others_are_not(cast: Cast) -> None:
    podiatrist = builders.colleague(cast.clinic, rights.PODIATRIST)
    services.write_note(episode=cast.episode, words="Private worry", by=cast.ada)
    client = builders.signed_in(podiatrist)
    given = {"about": Note.About.ORTHOSIS.value, "words": "Heel lift of 6 mm fitted."}
    assert client.post(at(cast, "foot/note"), given).status_code == 302
    page = client.get(at(cast, "foot")).content.decode()
    assert "Heel lift of 6 mm fitted." in page
    assert "Private worry" not in page
    with pytest.raises(InputError):
        services.write_note(episode=cast.episode, words="x", by=podiatrist)
    whole = builders.signed_in(cast.ada).get(at(cast, "together")).content.decode()
    assert "Heel lift" in whole
    assert "Private worry" in whole


def test_podiatrist_records_findings_and_reads_no_symptom(cast: Cast) -> None:
    podiatrist = builders.colleague(cast.clinic, rights.PODIATRIST)
    today = cast.clinic.today()
    services.append_fact(episode=cast.episode, fact=builders.check_in(today), by=cast.ben.user)
    client = builders.signed_in(podiatrist)
    assert (
        client.post(at(cast, "foot"), {"context": "routine", "q-foot_posture-left": "flat"}).status_code
        == 302
    )
    page = client.get(at(cast, "foot")).content.decode()
    assert "Flat, rolls in" in page
    for word in ("pain", "Pain", "irritab"):
        assert word not in page
    with pytest.raises(InputError):
        services.append_fact(episode=cast.episode, fact=builders.check_in(today), by=podiatrist)


# ---------------------------------------------------------------- physician


def test_physician_resumes_only_where_named(cast: Cast) -> None:
    physician = builders.colleague(cast.clinic, rights.PHYSICIAN)
    with pytest.raises(InputError, match="named for this patient"):
        services.judge(episode=cast.episode, judgement="resume", reason="Seen.", by=physician)
    services.name_physician(patient=cast.ben, to=physician.pk, by=cast.ada)
    episode = services.episode_or_404(physician, cast.episode.pk)
    services.judge(episode=episode, judgement="resume", reason="Seen, no fracture.", by=physician)
    with pytest.raises(InputError):
        services.judge(episode=episode, judgement="range_limit", reason="x", by=physician)
    services.name_physician(patient=cast.ben, to="", by=cast.ada)
    with pytest.raises(InputError):
        services.judge(
            episode=services.episode_or_404(physician, cast.episode.pk),
            judgement="resume",
            reason="x",
            by=physician,
        )


# ---------------------------------------------------------------- consent


def test_consent_keeps_its_text_and_taking_back_deletes_nothing(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    for said in ("yes", "no"):
        client.post(at(cast, "consent"), {"purpose": "research", "how": "in_writing", "said": said})
        in_research = cast.ben in services.patients_for_research(by=cast.ada)
        assert in_research is (said == "yes")
    given, taken_back = Consent.objects.order_by("at")
    assert (given.is_given, taken_back.is_given) == (True, False)
    assert len(given.text_hash) == 64
    assert given.text_version
    assert Patient.objects.filter(pk=cast.ben.pk).exists()
    with pytest.raises(AppendOnlyError):
        given.save()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM care_consent")


def test_taking_back_recordings_refuses_new_ones(cast: Cast) -> None:
    builders.recording(cast.episode, cast.ada)
    services.record_consent(
        patient=cast.ben, purpose=Purpose.RECORDINGS, is_given=False, how=Consent.How.IN_PERSON, by=cast.ada
    )
    with pytest.raises(InputError, match="took their consent"):
        builders.recording(cast.episode, cast.ada, b"another")


def test_only_the_patient_or_who_treats_says_it(cast: Cast) -> None:
    given: Any = {"purpose": Purpose.COACH, "is_given": True, "how": Consent.How.IN_PERSON}
    services.record_consent(patient=cast.ben, by=cast.ben.user, **given)
    assert Consent.objects.get().how == Consent.How.ON_THE_PHONE
    for other in (cast.dora.user, builders.colleague(cast.clinic, rights.COACH)):
        with pytest.raises(InputError):
            services.record_consent(patient=cast.ben, by=other, **given)


def test_patient_takes_it_back_on_the_phone_at_once(cast: Cast) -> None:
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    coach = builders.signed_in(builders.colleague(cast.clinic, rights.COACH))
    assert coach.get(at(cast, "training")).status_code == 200
    phone = builders.phone_of(cast.ben, cast.ada)
    assert "Sharing with a coach" in phone.get("/phone/agreed/").content.decode()
    assert phone.post("/phone/agreed/", {"purpose": "coach", "said": "no"}).status_code == 302
    assert "You took it back." in phone.get("/phone/agreed/").content.decode()
    assert coach.get(at(cast, "training")).status_code == 404
    assert phone.post("/phone/agreed/", {"purpose": "everything", "said": "yes"}).status_code == 400


# ---------------------------------------------------------------- guests


def test_guest_reads_one_summary_and_writes_nothing(cast: Cast) -> None:
    made = builders.guest(cast.ben, cast.ada)
    stranger = Client()
    door = stranger.get(f"/enter/{made.token}/")
    assert b"Ben" not in door.content, "a preview of the address shows nobody"
    assert not PhoneLink.objects.get(pk=made.guest.link_id).n_openings
    guest = builders.guest_in(made)
    page = guest.get("/desk/guest/")
    assert page.status_code == 200
    assert b"Ben Fictional" in page.content
    assert b'method="post" action="/desk' not in page.content
    assert page["Cache-Control"] == "no-store"
    assert "noindex" in page["X-Robots-Tag"]
    assert guest.post("/desk/guest/").status_code in (404, 405)
    assert guest.get(at(cast, "together")).status_code == 404
    looks = services.looks_at(patient=cast.ben, by=cast.ben.user)
    assert ("Dr Gale (guest)", "looked at your summary as a guest") in [(one.who, one.what) for one in looks]


def test_guest_is_out_once_ended_expired_or_consent_is_taken_back(cast: Cast) -> None:
    ended, late, refused = (builders.guest(cast.ben, cast.ada) for _ in range(3))
    inside = [builders.guest_in(one) for one in (ended, late, refused)]
    assert [one.get("/desk/guest/").status_code for one in inside] == [200] * 3
    builders.signed_in(cast.ada).post(f"/desk/guests/{ended.guest.pk}/end/")
    earlier = timezone.now() - timedelta(minutes=1)
    PhoneLink.objects.filter(pk=late.guest.link_id).update(
        made_at=earlier - timedelta(days=1), expires_at=earlier
    )
    assert [one.get("/desk/guest/").status_code for one in inside] == [302, 302, 200]
    services.record_consent(
        patient=cast.ben, purpose=Purpose.TREATMENT, is_given=False, how=Consent.How.IN_PERSON, by=cast.ada
    )
    assert inside[2].get("/desk/guest/").status_code == 302
    for one in (ended, late, refused):
        assert Client().get(f"/enter/{one.token}/").status_code == 404
    with pytest.raises(InputError, match="took their consent back"):
        builders.guest(cast.ben, cast.ada)


def test_every_look_of_a_colleague_is_on_the_patients_list(cast: Cast) -> None:
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    for role, name in (
        (rights.COACH, "training"),
        (rights.PODIATRIST, "foot"),
        (rights.PHYSICIAN, "together"),
    ):
        builders.signed_in(builders.colleague(cast.clinic, role)).get(at(cast, name))
    looks = {(one.who, one.what) for one in services.looks_at(patient=cast.ben, by=cast.ben.user)}
    assert ("Coach", "looked at your training") in looks
    assert ("Podiatrist", "looked at your foot and gait") in looks
    assert ("Physician", "read notes about you") in looks
    assert AuditEntry.objects.filter(actor__startswith="user:", patient=str(cast.ben.pk)).count() > 5
