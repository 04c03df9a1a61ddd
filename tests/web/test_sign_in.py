"""Signing in and out: staff by password, patients by link; failures tell nothing."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_sign_in_page_renders(client: Client) -> None:
    response = client.get("/sign-in/")
    assert response.status_code == 200
    assert b'<label for="id_email">E-mail</label>' in response.content
