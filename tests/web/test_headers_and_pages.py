"""Headers on every page, errors as pages, a view that nobody spoke for, and logs that hold nobody's data."""

from __future__ import annotations

import io
import json
import logging
import socket

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from mortise.errors import ConflictError, ContentError, InputError, SignalError
from mortise.web.accounts import access
from mortise.web.audit.logs import Line, NoPatientData
from mortise.web.urls import urlpatterns as house

SECRET = "Unmistakable"


def _raising(error: Exception) -> object:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return access.public(view)


def _unspoken(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open to everybody by mistake")


urlpatterns = [
    *house,
    path("input/", _raising(InputError("The field is wrong.", where="pain")), name="t1"),
    path("conflict/", _raising(ConflictError()), name="t2"),
    path("signal/", _raising(SignalError()), name="t3"),
    path("content/", _raising(ContentError()), name="t4"),
    path("bug/", _raising(ValueError(f"{SECRET} patient")), name="t5"),
    path("unspoken/", _unspoken, name="t6"),
]
handler400 = "mortise.web.ui.errors.bad_request"
handler403 = "mortise.web.ui.errors.forbidden"
handler404 = "mortise.web.ui.errors.not_found"
handler500 = "mortise.web.ui.errors.broken"

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.mark.parametrize(
    "at", ["/sign-in/", "/no-such-page/", "/input/", "/enter/nobody/", "/", "/unspoken/"]
)
def test_every_answer_is_closed_and_kept_by_nobody(client: Client, at: str) -> None:
    response = client.get(at)
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert len(response["X-Request-Id"]) == 32


def test_pages_hold_no_inline_script_or_style_and_ask_nobody_else(client: Client) -> None:
    page = client.get("/sign-in/").content.decode()
    assert "<script" not in page
    assert "style=" not in page
    assert "//" not in page.replace("<!doctype html>", "").replace("http://www.w3.org", "")


@pytest.mark.parametrize(
    ("at", "status", "words"),
    [
        ("/input/", 400, "pain: The field is wrong."),
        ("/conflict/", 409, "Somebody else changed this meanwhile."),
        ("/signal/", 422, "Record again"),
        ("/content/", 500, "content file"),
        ("/no-such-page/", 404, "does not exist, or it is not yours"),
    ],
)
def test_errors_of_ours_become_pages_and_json(client: Client, at: str, status: int, words: str) -> None:
    page = client.get(at)
    assert page.status_code == status
    assert words in page.content.decode()
    assert b"<h1>" in page.content
    program = client.get(at, headers={"Accept": "application/json"})
    assert program.status_code == status
    assert words in json.loads(program.content)["message"]


def test_bug_of_ours_shows_and_logs_nothing_of_anybody() -> None:
    client, lines = Client(raise_request_exception=False), io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(Line())
    handler.addFilter(NoPatientData())
    logger = logging.getLogger("django")
    logger.addHandler(handler)
    try:
        response = client.get(f"/bug/?name={SECRET}")
        client.get(f"/no-such/{SECRET}/?name={SECRET}")
        client.post(f"/sign-in/?q={SECRET}", {"email": SECRET, "password": SECRET})
    finally:
        logger.removeHandler(handler)
    assert response.status_code == 500
    assert "Our fault" in response.content.decode()
    assert SECRET not in response.content.decode()
    written = lines.getvalue()
    assert SECRET not in written
    assert "builtins.ValueError" in written
    assert "GET t5: status 500" in written
    assert response["X-Request-Id"] in written


@override_settings(DEBUG=False)
def test_view_that_nobody_spoke_for_is_shut(client: Client) -> None:
    assert client.get("/unspoken/").status_code == 404


def test_form_without_its_token_is_refused_with_a_page() -> None:
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {})
    assert response.status_code == 403
    assert "load the page again" in response.content.decode()


def test_broken_pipe_is_logged_without_its_address() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        text = "- Broken pipe from %s"
        record = logging.LogRecord("django.server", logging.INFO, "f", 1, text, ((SECRET, 4321),), None)
        record.request = ours  # the development server puts its socket where others put a request
        assert NoPatientData().filter(record)
    assert SECRET not in Line().format(record)
    assert "Broken pipe" in Line().format(record)


def test_log_lines_of_others_lose_their_values() -> None:
    record = logging.LogRecord("django.db", logging.ERROR, "f", 1, "row %s failed", (SECRET,), None)
    NoPatientData().filter(record)
    assert SECRET not in Line().format(record)
    assert "row %s failed" in Line().format(record)
