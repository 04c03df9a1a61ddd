"""Sessions of phones and guests end with their link; views open to those they name; pages offer what may be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from mortise.web.accounts import access, offers, phone_links

GetResponse = Callable[[HttpRequest], HttpResponse]


class PhoneSessions:
    """Sign a patient's phone or a guest out when their link has ended; keep a phone in while it is used."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.came_by_link:
            link_id = request.session.get(phone_links.SESSION_KEY, "")
            if not link_id or not phone_links.session_holds(link_id, user):
                logout(request)
            elif user.is_patient:
                phone_links.keep_session(request)
        return self.get_response(request)


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
