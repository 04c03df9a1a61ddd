"""A phone whose link the clinic has shut hears just that, at whatever it asks, and nothing else of the record."""

from __future__ import annotations

import pytest
from django.test import Client

from mortise.web.accounts.phone_keys import person_tag
from mortise.web.care import services
from tests.web import builders

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def cast() -> builders.Cast:
    return builders.cast()


@pytest.fixture
def shut(cast: builders.Cast) -> Client:
    """A phone that was let in and answered the first step of a check, and whose link was shut then."""
    phone = builders.phone_of(cast.ben, cast.ada)
    phone.post("/phone/check/", {"step": "1", "any_of_these": "none"})
    for link in services.phone_links_of(patient=cast.ben):
        services.revoke_phone_link(link=link, by=cast.ada)
    return phone


def test_every_request_of_a_shut_phone_hears_that_it_is_shut(cast: builders.Cast, shut: Client) -> None:
    for _ in range(2):  # not only the first
        for path in ("envelope/", "", "help/", "live/"):
            told = shut.get(f"/phone/{path}", headers=JSON)
            assert (told.status_code, told.json()["code"]) == (410, "link.shut")
            assert told.json()["person"] == person_tag(cast.ben.user)
        sent = shut.post("/phone/sync/", "{}", content_type="application/json", headers=JSON)
        assert (sent.status_code, sent.json()["code"]) == (410, "link.shut")


def test_the_page_of_a_shut_phone_names_the_clinic_and_the_danger_signs_and_nobody(
    cast: builders.Cast, shut: Client
) -> None:
    response = shut.get("/phone/", follow=True)
    assert response.redirect_chain == [("/phone/shut/", 302)]
    page = response.content.decode()
    assert "Your clinic has shut the link of this phone." in page
    assert cast.clinic.name in page
    assert "Call the emergency line now" in page
    assert "Are you suddenly short of breath" in page
    assert cast.ben.first_name not in page.partition("<main")[2].partition("</main>")[0].replace(
        cast.clinic.name, ""
    )


def test_nothing_is_left_in_the_session_of_a_shut_phone_but_that_it_is_shut(shut: Client) -> None:
    shut.get("/phone/envelope/", headers=JSON)
    assert "_auth_user_id" not in shut.session
    assert set(shut.session.keys()) == {"phone_link_shut", "_session_expiry"}
    assert shut.get("/")["Location"] == "/sign-in/"


def test_a_new_link_opens_a_shut_phone_again(cast: builders.Cast, shut: Client) -> None:
    shut.get("/phone/")
    token = services.make_phone_link(patient=cast.ben, by=cast.ada).token
    shut.post(f"/enter/{token}/")
    assert shut.get("/phone/envelope/", headers=JSON).status_code == 200
    assert "phone_link_shut" not in shut.session


def test_a_phone_that_is_only_signed_out_is_not_told_that_its_link_is_shut(cast: builders.Cast) -> None:
    phone = builders.phone_of(cast.ben, cast.ada)
    phone.post("/sign-out/")
    told = phone.get("/phone/envelope/", headers=JSON)
    assert (told.status_code, told.json()["code"]) == (401, "signed_out")
    assert phone.get("/phone/shut/")["Location"] == Client().get("/phone/")["Location"]


def test_another_phone_of_the_same_person_stays_open(cast: builders.Cast) -> None:
    kept = builders.phone_of(cast.ben, cast.ada)
    (link,) = services.phone_links_of(patient=cast.ben)
    lost = builders.phone_of(cast.ben, cast.ada)
    for one in services.phone_links_of(patient=cast.ben):
        if one.pk != link.pk:
            services.revoke_phone_link(link=one, by=cast.ada)
    assert lost.get("/phone/envelope/", headers=JSON).status_code == 410
    assert kept.get("/phone/envelope/", headers=JSON).status_code == 200
