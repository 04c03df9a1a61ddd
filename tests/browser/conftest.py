"""A server of one test that can be stopped, the cast, and a phone that was let in and holds the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.phones import NOT_REACHED, Server, let_in
from tests.web import builders


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def cast(server: Server) -> builders.Cast:
    return builders.cast()


@pytest.fixture
def phone(open_page: Callable[..., Page], server: Server, cast: builders.Cast, forgive: Any) -> Page:
    forgive(NOT_REACHED)
    return let_in(open_page("phone"), server, cast)
