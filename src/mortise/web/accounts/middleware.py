"""Sessions of phones and guests end with their link; each page in its reader's language and with what they may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from mortise.report.words import spoken
from mortise.web.accounts import access, offers, phone_links
from mortise.web.ui import languages, local

GetResponse = Callable[[HttpRequest], HttpResponse]


class PhoneSessions:
    """Sign a patient's phone or a guest out when their link has ended; keep a phone in while it is used."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.came_by_link:
            link_id = request.session.get(phone_links.SESSION_KEY, "")
            if link_id and phone_links.session_holds(link_id, user):
                if user.is_patient:
                    phone_links.keep_session(request)
            elif link_id and user.is_patient:
                phone_links.shut_session(request, user)
            else:
                logout(request)
        return self.get_response(request)


class Languages:
    """Write a patient's pages in their own language, else the browser's, else the clinic's. The desk is English."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language), spoken(local.speech()):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def language_of(request: HttpRequest) -> str:
    """Return the language of the page that is asked for."""
    user = request.user
    if not user.is_authenticated:
        return languages.first_offered(languages.asked_by(request))
    if not user.is_patient:
        return settings.LANGUAGE_CODE
    if languages.is_offered(user.language):
        return user.language
    return languages.first_offered(languages.asked_by(request), user.clinic.language)


class Access:
    """Refuse whoever a view does not name; a view without a mark is refused to everybody."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return offers.narrowed(request, self.get_response(request))

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        return access.refusal(request, view)
