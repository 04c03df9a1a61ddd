"""What web tests share: the cast, and what needs a part of the house that may not be built yet."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web import builders


@pytest.fixture
def cast(db: None) -> builders.Cast:
    """Ada, Ben, Cy and Dora."""
    return builders.cast()


@pytest.fixture
def phone(cast: builders.Cast) -> Client:
    """Ben's phone, let in by Ada's link."""
    return builders.phone_of(cast.ben, cast.ada)
