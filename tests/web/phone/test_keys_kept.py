"""The keys of a person's phone outlive the server's secret: what lies locked on the phone is never lost with it."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from mortise.web.accounts import phone_keys
from mortise.web.accounts.models import PhoneKeys, User
from tests.web import builders

pytestmark = pytest.mark.django_db
OTHER_SECRET = "another-secret-of-a-server-that-was-set-up-anew-0123456789"
GIVEN = ("person", "lock_key", "seal_key")


def given_to(phone: Client) -> list[str]:
    response = phone.get("/phone/envelope/", headers={"accept": "application/json"})
    assert response.status_code == 200
    return [response.json()[name] for name in GIVEN]


def test_a_server_with_another_secret_gives_the_same_person_the_same_keys(settings: Any) -> None:
    cast = builders.cast()
    phone = builders.phone_of(cast.ben, cast.ada)
    calendar = phone_keys.keys_of(User.objects.get(pk=cast.ben.user.pk)).calendar
    before = given_to(phone)
    settings.SECRET_KEY = OTHER_SECRET
    assert phone.get("/phone/envelope/", headers={"accept": "application/json"}).status_code == 401
    again = builders.phone_of(cast.ben, cast.ada)
    assert given_to(again) == before
    assert phone_keys.keys_of(User.objects.get(pk=cast.ben.user.pk)).calendar == calendar
    PhoneKeys.objects.filter(user=cast.ben.user).delete()
    assert given_to(again) != before, "they would be others if they were not kept"


def test_two_people_have_different_keys_and_a_guest_has_none() -> None:
    cast = builders.cast()
    ben = given_to(builders.phone_of(cast.ben, cast.ada))
    dora = given_to(builders.phone_of(cast.dora, cast.cy))
    assert not set(ben) & set(dora)
    assert set(PhoneKeys.objects.values_list("user_id", flat=True)) == {cast.ben.user.pk, cast.dora.user.pk}


def test_phones_let_in_before_keys_were_kept_keep_theirs(settings: Any) -> None:
    cast = builders.cast()
    phone = builders.phone_of(cast.ben, cast.ada)
    PhoneKeys.objects.all().delete()  # as it was before the migration
    before = given_to(phone)
    importlib.import_module("mortise.web.accounts.migrations.0004_keys_of_phones").keep(apps, None)
    settings.SECRET_KEY = OTHER_SECRET
    assert given_to(builders.phone_of(cast.ben, cast.ada)) == before
    assert not PhoneKeys.objects.exclude(user__role="patient").exists()
