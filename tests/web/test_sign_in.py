"""Signing in and out: staff by password, patients by link; failures tell nothing; guessing becomes slow."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from django.test import Client

from mortise.web.accounts import attempts, phone_links
from mortise.web.accounts.models import FailedSignIn, PhoneLink, User
from mortise.web.audit import clock
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from tests.web import builders
from tests.web.builders import PASSWORD, Cast

pytestmark = pytest.mark.django_db


def try_in(
    client: Client, email: str = "ada@clinic.example", password: str = PASSWORD, **more: str
) -> object:
    return client.post("/sign-in/", {"email": email, "password": password, **more})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_sign_in_page_labels_its_fields(client: Client) -> None:
    page = client.get("/sign-in/").content.decode()
    assert '<label for="id_email">E-mail</label>' in page
    assert 'autocomplete="current-password"' in page
    assert "Not a medical device" in page


def test_sign_in_lets_staff_in_and_out_and_is_audited(client: Client, cast: Cast) -> None:
    response = try_in(client, email=" ADA@Clinic.Example ")
    assert response.status_code == 302
    assert is_in(client)
    assert client.post("/sign-out/").status_code == 302
    assert not is_in(client)
    actions = AuditEntry.objects.filter(actor=f"user:{cast.ada.pk}").values_list("action", flat=True)
    assert {"sign_in", "sign_out"} <= set(actions)


def test_sign_in_failing_says_the_same_for_every_reason(client: Client, cast: Cast) -> None:
    gone = builders.clinician(cast.clinic, "Gone", "gone@clinic.example")
    gone.is_active = False
    gone.save()
    pages = []
    for email, password in (
        ("ada@clinic.example", "not this one"),
        ("nobody@clinic.example", PASSWORD),
        ("gone@clinic.example", PASSWORD),
    ):
        page = try_in(client, email, password).content.decode()
        assert not is_in(client)
        assert email in page, "what was typed is kept"
        assert password not in page, "a password never is"
        pages.append(page[page.index('role="alert"') : page.index("E-mail</label>")])
    assert len(set(pages)) == 1
    assert AuditEntry.objects.filter(action="sign_in.failed").count() == 3


def test_sign_in_with_no_password_is_no_way_in_for_a_patient(client: Client, cast: Cast) -> None:
    for password in ("", "!", cast.ben.user.password):
        try_in(client, "", password)
        assert not is_in(client)


def test_sign_in_pauses_after_too_many_failures_even_with_the_right_password(
    client: Client, cast: Cast
) -> None:
    for _ in range(attempts.MAX_PER_EMAIL):
        try_in(client, password="wrong")
    page = try_in(client).content.decode()
    assert "Wait 15 minutes" in page
    assert not is_in(client)
    FailedSignIn.objects.update(at=clock.now() - attempts.WINDOW)
    try_in(client)
    assert is_in(client)


def test_sign_in_failures_hold_no_address(client: Client, cast: Cast) -> None:
    try_in(client, password="wrong")
    kept = [one.key for one in FailedSignIn.objects.all()]
    assert kept  # digests, and not of the bare address, which could be guessed
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in kept)
    assert hashlib.sha256(b"ada@clinic.example").hexdigest() not in kept


def test_sign_in_ignores_a_forwarded_address_unless_a_proxy_is_ours(
    client: Client, cast: Cast, settings: object
) -> None:
    keys = set()
    for address in ("1.1.1.1", "2.2.2.2"):
        client.post(
            "/sign-in/", {"email": "a@b.example", "password": "x"}, headers={"X-Forwarded-For": address}
        )
        keys |= set(FailedSignIn.objects.values_list("key", flat=True))
    assert len(keys) == 2  # one for the e-mail, one for the network address
    settings.BEHIND_PROXY = True  # type: ignore[attr-defined]
    client.post(
        "/sign-in/", {"email": "a@b.example", "password": "x"}, headers={"X-Forwarded-For": "3.3.3.3"}
    )
    assert FailedSignIn.objects.values("key").distinct().count() == 3


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "desk"]
)
def test_sign_in_never_leads_elsewhere(client: Client, cast: Cast, wanted: str) -> None:
    assert try_in(client, next=wanted)["Location"] == "/"


def test_sign_in_leads_back_to_the_page_asked_for(client: Client, cast: Cast) -> None:
    assert try_in(client, next="/desk/patients/")["Location"] == "/desk/patients/"


def test_home_sends_everybody_to_their_own_place(client: Client, cast: Cast) -> None:
    assert client.get("/")["Location"] == "/sign-in/"
    assert builders.signed_in(cast.ada).get("/")["Location"] == "/desk/"
    assert builders.phone_of(cast.ben, cast.ada).get("/")["Location"] == "/phone/"


# ---------------------------------------------------------------- the patient's phone


def test_phone_link_opens_by_a_tap_and_not_by_looking_at_it(client: Client, cast: Cast) -> None:
    token = services.make_phone_link(patient=cast.ben, by=cast.ada).token
    for _ in range(10):
        assert client.get(f"/enter/{token}/").status_code == 200
    assert not is_in(client)
    assert PhoneLink.objects.get().n_openings == 0
    assert client.post(f"/enter/{token}/")["Location"] == "/phone/"
    assert is_in(client)
    assert client.session.get_expiry_age() > timedelta(days=179).total_seconds()
    assert AuditEntry.objects.filter(action="phone_link.open", actor=f"user:{cast.ben.user.pk}").exists()


def test_phone_session_lasts_while_it_is_used(cast: Cast) -> None:
    phone = builders.phone_of(cast.ben, cast.ada)
    session = phone.session
    session.set_expiry(timedelta(days=20))
    session.save()
    phone.get("/")
    assert phone.session.get_expiry_age() > timedelta(days=179).total_seconds()


def test_phone_link_token_is_long_random_and_kept_nowhere(cast: Cast) -> None:
    tokens = [services.make_phone_link(patient=cast.ben, by=cast.ada).token for _ in range(3)]
    assert len(set(tokens)) == 3
    assert all(len(token) >= 22 for token in tokens)  # 128 bits in base 64
    kept = str(list(PhoneLink.objects.values())) + str(list(AuditEntry.objects.values()))
    assert not any(token in kept for token in tokens)


def test_phone_link_opens_a_limited_number_of_times(cast: Cast) -> None:
    token = services.make_phone_link(patient=cast.ben, by=cast.ada).token
    for _ in range(PhoneLink.MAX_OPENINGS):
        assert Client().post(f"/enter/{token}/").status_code == 302
    late = Client()
    assert late.post(f"/enter/{token}/").status_code == 404
    assert not is_in(late)


def test_phone_link_opens_for_a_limited_time(cast: Cast) -> None:
    link, token = services.make_phone_link(patient=cast.ben, by=cast.ada)
    PhoneLink.objects.filter(pk=link.pk).update(
        made_at=clock.now() - timedelta(days=20), expires_at=clock.now() - timedelta(seconds=1)
    )
    assert Client().post(f"/enter/{token}/").status_code == 404


def test_phone_link_revoked_shuts_the_link_and_ends_its_sessions_only(cast: Cast) -> None:
    link, token = services.make_phone_link(patient=cast.ben, by=cast.ada)
    lost, kept = Client(), builders.phone_of(cast.ben, cast.ada)
    lost.post(f"/enter/{token}/")
    services.revoke_phone_link(link=link, by=cast.ada)
    assert lost.get("/")["Location"] == "/sign-in/"
    assert not is_in(lost)
    assert lost.post(f"/enter/{token}/").status_code == 404
    assert kept.get("/")["Location"] == "/phone/"


def test_phone_link_of_a_patient_does_not_open_for_a_stopped_user(cast: Cast) -> None:
    phone = builders.phone_of(cast.ben, cast.ada)
    User.objects.filter(pk=cast.ben.user.pk).update(is_active=False)
    assert phone.get("/")["Location"] == "/sign-in/"


def test_phone_link_guessing_becomes_slow(client: Client, cast: Cast) -> None:
    for number in range(attempts.MAX_PER_NETWORK_ADDRESS):
        assert client.get(f"/enter/guess{number}/").status_code == 404
    assert client.get("/enter/guess/").status_code == 429


def test_phone_session_without_a_link_is_ended(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.ben.user)
    client.get("/")
    assert not is_in(client)


def test_phone_link_opening_starts_a_session_of_its_own(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    before = client.session.session_key
    client.post(f"/enter/{services.make_phone_link(patient=cast.ben, by=cast.ada).token}/")
    assert client.session.session_key != before
    assert client.session["_auth_user_id"] == str(cast.ben.user.pk)
    assert phone_links.SESSION_KEY in client.session
